#include "client.h"

#include <errno.h>
#include <strings.h>

#include "charset.h"

int
sb_irc_check_ready_(const struct sb_irc *irc, bool is_early)
{
	if (irc->state != REGISTERED && !(is_early && irc->state == REGISTERING))
		return -ENOTCONN;
	if (!sb_stream_is_open(irc->stream))
		return -ENOTCONN;
	return irc->is_broken ? -EPIPE : 0;
}

int
sb_irc_finish_put_(struct sb_irc *irc, uint64_t id, int error)
{
	if (!error) {
		sb_irc_flush_(irc);
		error = irc->is_broken ? -EPIPE : 0;
	}
	if (error) {
		(void)sb_outbox_cancel(&irc->outbox, id);
		sb_irc_flush_(irc);
	}
	return error;
}

/* Commands that may tell a secret. */
static bool
is_secret(const char *verb)
{
	static const char *const verbs[] = { "PASS", "OPER", "AUTHENTICATE", "REGISTER", "VERIFY" };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcasecmp(verbs[i], verb))
			return true;
	return false;
}

static int
put_built(struct sb_irc *irc, struct sb_outbox_line line, bool is_early)
{
	int error = sb_irc_check_ready_(irc, is_early);

	if (error)
		return error;
	line.id |= ++irc->last_id;
	return sb_irc_finish_put_(irc, line.id, sb_irc_queue_put_(irc, &line));
}

int
sb_irc_put_line_(struct sb_irc *irc, const struct sb_wire_out *out, const struct sb_outbox_line *as,
	bool is_early)
{
	char text[SB_WIRE_CLIENT_TAGS_MAX + LINE_CAP + 1];
	struct sb_wire_out long_out = *out;
	struct sb_outbox_line line = *as;
	int len, error;

	long_out.max = sb_irc_line_max_(irc);
	len = sb_wire_build(&long_out, text, sizeof(text));
	if (is_secret(out->verb))
		line.id |= SB_IRC_SECRET_;
	if (len < 0) {
		error = len;
	} else if (irc->features.is_utf8_only && !sb_charset_is_utf8(text)) {
		error = -EILSEQ;
	} else {
		line.bytes = (struct sb_bytes){ text, (size_t)len };
		error = put_built(irc, line, is_early);
	}
	if (is_secret(out->verb))
		explicit_bzero(text, sizeof(text));
	return error;
}

/* A command; where we are, and where not, is made anew by what we keep of the channels. */
static int
command(struct sb_irc *irc, const char *verb, const char *first, const char *second_or_null,
	bool colon)
{
	const char *params[] = { first, second_or_null };
	bool is_made_anew = !strcmp(verb, "JOIN") || !strcmp(verb, "PART");

	return sb_irc_put_line_(irc,
		&(struct sb_wire_out){ .verb = verb,
			.params = params,
			.n_params = second_or_null ? 2 : 1,
			.colon = colon },
		&(struct sb_outbox_line){
			.priority = SB_OUTBOX_BULK, .id = is_made_anew ? SB_IRC_OURS_ : 0 },
		false);
}

/* What others may see of us where we have not learnt it: an ident of ten bytes or our user name,
 * with a ~ before it. */
enum { IDENT_MAX = 10 };

static size_t
user_len(const struct sb_irc *irc)
{
	size_t len = strlen(irc->user);

	return irc->user_len ? irc->user_len : 1 + (len > IDENT_MAX ? len : IDENT_MAX);
}

size_t
sb_irc_room_(const struct sb_irc *irc, const struct saying *s)
{
	return sb_split_room(sb_irc_line_max_(irc), strlen(irc->nick), user_len(irc), irc->host_len,
		s->verb, s->target);
}

/* The tags are of the text, whose first line has them. */
int
sb_irc_put_text_(struct sb_irc *irc, const struct saying *s, struct sb_split *split, bool is_first,
	uint64_t id)
{
	char line[SB_WIRE_CLIENT_TAGS_MAX + LINE_CAP];
	const char *tags = is_first && s->tags ? s->tags : "";
	struct sb_split_piece piece;
	int error = 0;

	while (!error) {
		size_t len = (size_t)snprintf(line, sizeof(line), "%s%s%s%s %s :", *tags ? "@" : "",
			tags, *tags ? " " : "", s->verb, s->target);

		if (!sb_split_next(split, line + len, &piece))
			return 0;
		memcpy(line + len + piece.bytes.len, "\r\n", 2);
		error = sb_outbox_put(&irc->outbox,
			&(struct sb_outbox_line){
				.bytes = { line, len + piece.bytes.len + strlen("\r\n") },
				.priority = SB_OUTBOX_ANSWER,
				.target = s->target,
				.id = id });
		tags = "";
	}
	return error;
}

/* The text is not empty, but for an action: one of nothing has no pieces, and is a line all the
 * same. */
static int
say_taken(struct sb_irc *irc, const struct saying *s, const char *text)
{
	const char *bare[] = { s->target, "\1ACTION \1" };
	struct sb_split split;
	uint64_t id;
	int error;

	if (!sb_wire_is_middle(s->target) || !sb_wire_is_trailing(text))
		return -EINVAL;
	if (!*text && !s->is_action)
		return -EINVAL;
	if (!*text)
		return sb_irc_put_line_(irc,
			&(struct sb_wire_out){
				.verb = s->verb, .params = bare, .n_params = 2, .colon = true },
			&(struct sb_outbox_line){
				.priority = SB_OUTBOX_ANSWER, .target = s->target },
			false);
	error = sb_split_begin(&split, sb_bytes_of(text), sb_irc_room_(irc, s), s->is_action);
	if (!error)
		error = sb_irc_check_ready_(irc, false);
	if (error)
		return error;
	id = ++irc->last_id;
	return sb_irc_finish_put_(irc, id, sb_irc_put_text_(irc, s, &split, true, id));
}

int
sb_irc_say_text_(struct sb_irc *irc, const struct saying *s, const char *text)
{
	char *made = NULL;
	const char *taken = sb_irc_as_taken_(irc, text, &made);
	int error;

	if (!taken)
		return -ENOMEM;
	if (irc->features.is_utf8_only && !sb_charset_is_utf8(s->target))
		error = -EILSEQ;
	else
		error = say_taken(irc, s, taken);
	free(made);
	return error;
}

int
sb_irc_vsay_(struct sb_irc *irc, struct saying s, const char *format, va_list args)
{
	char *text;
	int error;

	if (vasprintf(&text, format, args) < 0)
		return -ENOMEM;
	error = sb_irc_say_text_(irc, &s, text);
	free(text);
	return error;
}

int
sb_irc_say(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = sb_irc_vsay_(
		irc, (struct saying){ .verb = "PRIVMSG", .target = target }, format, args);
	va_end(args);
	return error;
}

int
sb_irc_notice_to(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = sb_irc_vsay_(
		irc, (struct saying){ .verb = "NOTICE", .target = target }, format, args);
	va_end(args);
	return error;
}

int
sb_irc_act(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = sb_irc_vsay_(irc,
		(struct saying){ .verb = "PRIVMSG", .target = target, .is_action = true }, format,
		args);
	va_end(args);
	return error;
}

int
sb_irc_join(struct sb_irc *irc, const char *channel, const char *key_or_null)
{
	struct channel kept, *channel_kept;
	int error;

	if (!sb_irc_channel_is_fine_(channel))
		return -EINVAL;
	if (key_or_null && !sb_irc_key_is_fine_(key_or_null))
		return -EINVAL;
	if (key_or_null && strlen(key_or_null) > CHANNEL_MAX)
		return -EMSGSIZE;
	error = sb_irc_channel_prepare_(irc, channel, key_or_null, &kept);
	if (error)
		return error;
	error = command(irc, "JOIN", channel, key_or_null, false);
	if (error) {
		sb_irc_channel_finish_(&kept);
		return error;
	}
	sb_irc_channel_keep_(irc, kept);
	channel_kept = sb_irc_channel_(irc, channel);
	if (!channel_kept->is_joined)
		sb_irc_channel_asked_(irc, channel_kept);
	sb_irc_rejoin_schedule_(irc);
	return 0;
}

int
sb_irc_part(struct sb_irc *irc, const char *channel, const char *reason_or_null)
{
	int error;

	if (!sb_irc_channel_is_fine_(channel))
		return -EINVAL;
	error = command(irc, "PART", channel, reason_or_null, reason_or_null);
	if (!error)
		sb_irc_channel_drop_(irc, channel);
	return error;
}

int
sb_irc_change_nick(struct sb_irc *irc, const char *nick)
{
	int error;

	if (!sb_irc_nick_is_fine(nick))
		return -EINVAL;
	error = command(irc, "NICK", nick, NULL, false);
	if (!error)
		memcpy(irc->asked, nick, strlen(nick) + 1);
	return error;
}

int
sb_irc_set_topic(struct sb_irc *irc, const char *channel, const char *topic)
{
	if (!sb_irc_channel_is_fine_(channel))
		return -EINVAL;
	return command(irc, "TOPIC", channel, topic, true);
}

int
sb_irc_send(struct sb_irc *irc, const char *verb, const char *const *params, size_t n_params)
{
	int error = sb_irc_put_line_(irc,
		&(struct sb_wire_out){ .verb = verb, .params = params, .n_params = n_params },
		&(struct sb_outbox_line){ .priority = SB_OUTBOX_BULK }, true);

	/* What answers it is no answer to what is asked, by us or otherwise. */
	if (!error)
		sb_irc_asks_expect_(irc, verb, params, n_params);
	return error;
}
