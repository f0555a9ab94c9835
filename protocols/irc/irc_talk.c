/* What we say where the network has more than words: IRCv3 message-tags and its client tags reply,
 * react and typing; draft/message-redaction, draft/read-marker. */

#include "client.h"

#include <errno.h>
#include <time.h>

#include "charset.h"

/* Client tags being written: 4094 bytes at most, and a NUL. */
struct tags {
	struct sb_wire_tags out;
	char text[SB_WIRE_CLIENT_TAGS_MAX - 1];
};

static void
begin_tags(struct tags *tags)
{
	tags->text[0] = '\0';
	tags->out = (struct sb_wire_tags){ tags->text, sizeof(tags->text), 0 };
}

static bool
has_cap(const struct sb_irc *irc, enum sb_cap cap)
{
	return irc->caps_on & SB_CAP_BIT(cap);
}

/* Whether the network lets a client tag pass, given without its +. */
static bool
passes(const struct sb_irc *irc, const char *key)
{
	return has_cap(irc, SB_CAP_MESSAGE_TAGS) && !sb_isupport_denies_tag(&irc->features, key);
}

/* The answered message's id, by the tag's name and by that of its draft, which not all have left.
 * Returns 0, -EOPNOTSUPP when neither passes, -EILSEQ or -EMSGSIZE. */
static int
add_reply(const struct sb_irc *irc, struct tags *tags, const char *msgid)
{
	static const char *const keys[] = { "+reply", "+draft/reply" };
	int error = -EOPNOTSUPP;

	if (irc->features.is_utf8_only && !sb_charset_is_utf8(msgid))
		return -EILSEQ;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!passes(irc, keys[i] + 1))
			continue;
		error = sb_wire_tags_add(&tags->out, keys[i], msgid);
		if (error)
			return -EMSGSIZE;
	}
	return error;
}

/* What cannot be answered so is said all the same. */
int
sb_irc_answer_to(
	struct sb_irc *irc, const char *target, const char *msgid_or_null, const char *format, ...)
{
	struct saying s = { .verb = "PRIVMSG", .target = target };
	struct tags tags;
	va_list args;
	int error;

	begin_tags(&tags);
	if (msgid_or_null && *msgid_or_null && !add_reply(irc, &tags, msgid_or_null))
		s.tags = tags.text;
	va_start(args, format);
	error = sb_irc_vsay_(irc, s, format, args);
	va_end(args);
	return error;
}

/* A line that is nothing but its tags. */
static int
put_tagged(struct sb_irc *irc, const char *target, const struct tags *tags,
	enum sb_outbox_priority priority)
{
	return sb_irc_put_line_(irc,
		&(struct sb_wire_out){
			.tags = tags->text, .verb = "TAGMSG", .params = &target, .n_params = 1 },
		&(struct sb_outbox_line){ .priority = priority, .target = target }, false);
}

static int
react(struct sb_irc *irc, const char *key, const char *target, const char *msgid,
	const char *reaction)
{
	struct tags tags;
	int error;

	if (!sb_wire_is_middle(target) || !*msgid || !*reaction)
		return -EINVAL;
	error = sb_irc_check_ready_(irc, false);
	if (error)
		return error;
	if (!passes(irc, key + 1))
		return -EOPNOTSUPP;
	begin_tags(&tags);
	error = add_reply(irc, &tags, msgid);
	if (error)
		return error;
	if (sb_wire_tags_add(&tags.out, key, reaction))
		return -EMSGSIZE;
	return put_tagged(irc, target, &tags, SB_OUTBOX_ANSWER);
}

int
sb_irc_react(struct sb_irc *irc, const char *target, const char *msgid, const char *reaction)
{
	return react(irc, "+draft/react", target, msgid, reaction);
}

int
sb_irc_unreact(struct sb_irc *irc, const char *target, const char *msgid, const char *reaction)
{
	return react(irc, "+draft/unreact", target, msgid, reaction);
}

/* ---- Typing ---- */

/* Between two of one target (IRCv3 typing). */
#define TYPING_NS (3 * SB_S)

/* Where to note it for a target: NULL when it was told too short a time ago, or that many others
 * were that there is no place. */
static struct typing *
find_typing(struct sb_irc *irc, const char *target)
{
	int64_t long_ago_ns = sb_reactor_now_ns(irc->r) - TYPING_NS;
	struct typing *is_free = NULL;

	for (size_t i = 0; i < TYPINGS_MAX; i++) {
		struct typing *typing = &irc->typings[i];

		if (!*typing->target || typing->told_ns <= long_ago_ns)
			is_free = typing;
		else if (sb_irc_same_here_(irc, typing->target, target))
			return NULL;
	}
	return is_free;
}

int
sb_irc_type(struct sb_irc *irc, const char *target, enum sb_irc_typing typing)
{
	static const char *const values[] = { [SB_IRC_TYPING_ACTIVE] = "active",
		[SB_IRC_TYPING_PAUSED] = "paused",
		[SB_IRC_TYPING_DONE] = "done" };
	int64_t now_ns = sb_reactor_now_ns(irc->r);
	struct typing *place;
	struct tags tags;
	int error;

	sb_assert(typing <= SB_IRC_TYPING_DONE);
	if (!sb_wire_is_middle(target) || strlen(target) > CHANNEL_MAX)
		return -EINVAL;
	error = sb_irc_check_ready_(irc, false);
	if (error)
		return error;
	if (!passes(irc, "typing"))
		return -EOPNOTSUPP;
	place = find_typing(irc, target);
	/* Late it would be wrong. */
	if (!place || sb_outbox_wait_ns(&irc->outbox, now_ns, SB_OUTBOX_BULK) > 0)
		return 0;
	begin_tags(&tags);
	(void)sb_wire_tags_add(&tags.out, "+typing", values[typing]);
	error = put_tagged(irc, target, &tags, SB_OUTBOX_BULK);
	if (error)
		return error;
	memcpy(place->target, target, strlen(target) + 1);
	place->told_ns = now_ns;
	return 0;
}

/* ---- What was said ---- */

/* A command of the rest, that needs a capability. */
static int
put_command(struct sb_irc *irc, enum sb_cap cap, const struct sb_wire_out *out)
{
	int error = sb_irc_check_ready_(irc, false);

	if (error)
		return error;
	if (!has_cap(irc, cap))
		return -EOPNOTSUPP;
	return sb_irc_put_line_(
		irc, out, &(struct sb_outbox_line){ .priority = SB_OUTBOX_BULK }, false);
}

int
sb_irc_redact(struct sb_irc *irc, const char *target, const char *msgid, const char *reason_or_null)
{
	const char *params[] = { target, msgid, reason_or_null };

	if (!sb_wire_is_middle(target) || !sb_wire_is_middle(msgid)
		|| (reason_or_null && !sb_wire_is_trailing(reason_or_null)))
		return -EINVAL;
	return put_command(irc, SB_CAP_MESSAGE_REDACTION,
		&(struct sb_wire_out){ .verb = "REDACT",
			.params = params,
			.n_params = reason_or_null ? 3 : 2,
			.colon = reason_or_null != NULL });
}

int
sb_irc_mark_read(struct sb_irc *irc, const char *target, int64_t read_ms)
{
	time_t read_s = (time_t)(read_ms / 1000);
	char mark[80];
	const char *params[] = { target, mark };
	struct tm tm;

	if (!sb_wire_is_middle(target) || read_ms < 0 || !gmtime_r(&read_s, &tm)
		|| tm.tm_year > 9999 - 1900)
		return -EINVAL;
	(void)snprintf(mark, sizeof(mark), "timestamp=%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
		tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		(int)(read_ms % 1000));
	return put_command(irc, SB_CAP_READ_MARKER,
		&(struct sb_wire_out){ .verb = "MARKREAD", .params = params, .n_params = 2 });
}

/* ---- Anything ---- */

static bool
is_twice(const struct sb_irc_tag *tags, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(tags[i].key, tags[j].key))
			return true;
	return false;
}

/* Writes them: 0; -EINVAL for a key that is none or is there twice, -EMSGSIZE. */
static int
add_tags(struct tags *to, const struct sb_irc_tag *tags, size_t n)
{
	begin_tags(to);
	for (size_t i = 0; i < n; i++) {
		int error = sb_wire_tags_add(&to->out, tags[i].key, tags[i].value);

		if (error || is_twice(tags, i))
			return error == -ENOBUFS ? -EMSGSIZE : -EINVAL;
	}
	return 0;
}

/* Whether the network takes a tag: one of its own, or a client's that it lets pass. */
static bool
takes(const struct sb_irc *irc, const struct sb_irc_tag *tag)
{
	if (*tag->key == '+')
		return passes(irc, tag->key + 1);
	return has_cap(irc, SB_CAP_MESSAGE_TAGS);
}

int
sb_irc_send_tagged(struct sb_irc *irc, const struct sb_irc_tag *tags, size_t n_tags,
	const char *verb, const char *const *params, size_t n_params)
{
	struct tags written;
	int error = add_tags(&written, tags, n_tags);

	if (!error)
		error = sb_irc_check_ready_(irc, true);
	if (error)
		return error;
	for (size_t i = 0; i < n_tags; i++)
		if (!takes(irc, &tags[i]))
			return -EOPNOTSUPP;
	return sb_irc_put_line_(irc,
		&(struct sb_wire_out){ .tags = written.text,
			.verb = verb,
			.params = params,
			.n_params = n_params },
		&(struct sb_outbox_line){ .priority = SB_OUTBOX_BULK }, true);
}
