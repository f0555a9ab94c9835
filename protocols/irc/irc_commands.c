#include "client.h"

#include <errno.h>
#include <stdarg.h>

int
sb_irc_check_ready_(const struct sb_irc *irc, bool is_early)
{
	if (irc->state != REGISTERED && !(is_early && irc->state == REGISTERING))
		return -ENOTCONN;
	if (!sb_stream_is_open(irc->stream))
		return -ENOTCONN;
	return irc->is_broken ? -EPIPE : 0;
}

/* Sends what was put under this id, as far as may be now; or takes all of it back, when some of it
 * could not be put, or cannot be written. */
static int
finish_put(struct sb_irc *irc, uint64_t id, int error)
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

/* Puts a line; as: how, without its bytes and its id, in which only SB_IRC_OURS_ counts. What is
 * wrong with the line is said before what is wrong with the connection. */
static int
put_line(struct sb_irc *irc, const struct sb_wire_out *out, const struct sb_outbox_line *as,
	bool is_early)
{
	char text[SB_WIRE_MAX + 1];
	int len = sb_wire_build(out, text, sizeof(text)), error;
	struct sb_outbox_line line = *as;

	if (len < 0)
		return len;
	error = sb_irc_check_ready_(irc, is_early);
	if (error)
		return error;
	line.bytes = (struct sb_bytes){ text, (size_t)len };
	line.id |= ++irc->last_id;
	return finish_put(irc, line.id, sb_outbox_put(&irc->outbox, &line));
}

/* A command; where we are, and where not, is made anew by what we keep of the channels. */
static int
command(struct sb_irc *irc, const char *verb, const char *first, const char *second_or_null,
	bool colon)
{
	const char *params[] = { first, second_or_null };
	bool is_made_anew = !strcmp(verb, "JOIN") || !strcmp(verb, "PART");

	return put_line(irc,
		&(struct sb_wire_out){ .verb = verb,
			.params = params,
			.n_params = second_or_null ? 2 : 1,
			.colon = colon },
		&(struct sb_outbox_line){
			.priority = SB_OUTBOX_BULK, .id = is_made_anew ? SB_IRC_OURS_ : 0 },
		false);
}

/* What is said: the verb, to whom, and whether it is an action. */
struct saying {
	const char *verb, *target;
	bool is_action;
};

/* What others may see of us where we have not learnt it: an ident of ten bytes or our user name,
 * with a ~ before it. */
enum { IDENT_MAX = 10 };

static size_t
user_len(const struct sb_irc *irc)
{
	size_t len = strlen(irc->user);

	return irc->user_len ? irc->user_len : 1 + (len > IDENT_MAX ? len : IDENT_MAX);
}

/* Puts the lines of a text, all or none. */
static int
put_text(struct sb_irc *irc, const struct saying *s, struct sb_split *split)
{
	char line[LINE_CAP];
	size_t len = (size_t)snprintf(line, sizeof(line), "%s %s :", s->verb, s->target);
	uint64_t id = ++irc->last_id;
	struct sb_split_piece piece;
	int error = 0;

	while (!error && sb_split_next(split, line + len, &piece)) {
		memcpy(line + len + piece.bytes.len, "\r\n", 2);
		error = sb_outbox_put(&irc->outbox,
			&(struct sb_outbox_line){
				.bytes = { line, len + piece.bytes.len + strlen("\r\n") },
				.priority = SB_OUTBOX_ANSWER,
				.target = s->target,
				.id = id });
	}
	return finish_put(irc, id, error);
}

/* The text is not empty, but for an action: one of nothing has no pieces, and is a line all the
 * same. */
static int
say(struct sb_irc *irc, const struct saying *s, const char *text)
{
	size_t room = sb_split_room(sb_irc_line_max_(irc), strlen(irc->nick), user_len(irc),
		irc->host_len, s->verb, s->target);
	const char *bare[] = { s->target, "\1ACTION \1" };
	struct sb_split split;
	int error;

	if (!sb_wire_is_middle(s->target) || !sb_wire_is_trailing(text))
		return -EINVAL;
	if (!*text && !s->is_action)
		return -EINVAL;
	if (!*text)
		return put_line(irc,
			&(struct sb_wire_out){
				.verb = s->verb, .params = bare, .n_params = 2, .colon = true },
			&(struct sb_outbox_line){
				.priority = SB_OUTBOX_ANSWER, .target = s->target },
			false);
	error = sb_split_begin(&split, sb_bytes_of(text), room, s->is_action);
	if (!error)
		error = sb_irc_check_ready_(irc, false);
	return error ? error : put_text(irc, s, &split);
}

SB_PRINTF(3, 0)
static int
vsay(struct sb_irc *irc, struct saying s, const char *format, va_list args)
{
	char *text;
	int error;

	if (vasprintf(&text, format, args) < 0)
		return -ENOMEM;
	error = say(irc, &s, text);
	free(text);
	return error;
}

int
sb_irc_say(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = vsay(irc, (struct saying){ "PRIVMSG", target, false }, format, args);
	va_end(args);
	return error;
}

int
sb_irc_notice_to(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = vsay(irc, (struct saying){ "NOTICE", target, false }, format, args);
	va_end(args);
	return error;
}

int
sb_irc_act(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = vsay(irc, (struct saying){ "PRIVMSG", target, true }, format, args);
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
	channel_kept->is_asked = !channel_kept->is_joined;
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
	return put_line(irc,
		&(struct sb_wire_out){ .verb = verb, .params = params, .n_params = n_params },
		&(struct sb_outbox_line){ .priority = SB_OUTBOX_BULK }, true);
}
