#include "client.h"

#include <errno.h>
#include <stdarg.h>

/* What others may see of us where we have not learnt it: an ident of ten bytes or our user name
 * with a ~ before it, and the longest host name that servers let through. */
enum { IDENT_MAX = 10, HOST_MAX = 63 };

/* The least room worth splitting a text for. */
enum { ROOM_MIN = 16 };

/* What is wrong with the line is said before what is wrong with the connection. */
static int
write_line(struct sb_irc *irc, const struct sb_wire_out *out, bool is_ready)
{
	char line[SB_WIRE_MAX + 1];
	int len = sb_wire_build(out, line, sizeof(line));

	if (len < 0)
		return len;
	if (!is_ready)
		return -ENOTCONN;
	return sb_stream_write(irc->stream, (struct sb_bytes){ line, (size_t)len });
}

static int
command(struct sb_irc *irc, const char *verb, const char *first, const char *second_or_null,
	bool colon)
{
	const char *params[] = { first, second_or_null };

	return write_line(irc,
		&(struct sb_wire_out){ .verb = verb,
			.params = params,
			.n_params = second_or_null ? 2 : 1,
			.colon = colon },
		irc->state == REGISTERED);
}

/* The length of ":nick!user@host " as the server puts it before what we say. */
static size_t
prefix_len(const struct sb_irc *irc)
{
	size_t user_len = irc->user_len, host_len = irc->host_len;

	if (!user_len)
		user_len = 1 + (strlen(irc->user) > IDENT_MAX ? strlen(irc->user) : IDENT_MAX);
	if (!host_len)
		host_len = HOST_MAX;
	return strlen(irc->nick) + user_len + host_len + strlen(":!@ ");
}

/* One text on its way into one or more lines. */
struct saying {
	const char *verb, *target;
	const char *before, *after; /* stand around each piece: the frame of an ACTION */
	size_t room; /* bytes of text in a line */
};

/* Writes the lines of a text to buf, which has room for them; NULL only counts them. Returns how
 * many bytes they are, or lines when counting. */
static size_t
lay_out(const struct saying *s, const char *text, char *buf)
{
	size_t len = strlen(text), n = 0, written = 0, next;

	do {
		size_t taken = sb_irc_split_(text, len, s->room, &next);

		if (buf)
			written += (size_t)snprintf(buf + written, SB_WIRE_MAX + 1,
				"%s %s :%s%.*s%s\r\n", s->verb, s->target, s->before, (int)taken,
				text, s->after);
		n++;
		text += next;
		len -= next;
	} while (len);
	return buf ? written : n;
}

/* All lines in one write, so that a text is said whole or not at all. */
static int
write_text(struct sb_irc *irc, const struct saying *s, const char *text)
{
	char *buf = malloc(lay_out(s, text, NULL) * SB_WIRE_MAX + 1);
	int error;

	if (!buf)
		return -ENOMEM;
	error = sb_stream_write(irc->stream, (struct sb_bytes){ buf, lay_out(s, text, buf) });
	free(buf);
	return error;
}

static int
say(struct sb_irc *irc, struct saying *s, const char *text)
{
	size_t around = prefix_len(irc) + strlen(s->verb) + strlen(s->target) + strlen(s->before)
			+ strlen(s->after) + strlen("  :\r\n");

	if (!sb_wire_is_middle(s->target) || !sb_wire_is_trailing(text))
		return -EINVAL;
	/* An empty message is none; a \1 would end the frame early. */
	if (*s->before ? strchr(text, '\1') != NULL : !*text)
		return -EINVAL;
	if (around + ROOM_MIN > SB_WIRE_MAX)
		return -EMSGSIZE;
	/* A piece of a CTCP request would be another request, or a broken one. */
	if (*text == '\1' && strlen(text) > SB_WIRE_MAX - around)
		return -EMSGSIZE;
	if (irc->state != REGISTERED)
		return -ENOTCONN;
	s->room = SB_WIRE_MAX - around;
	return write_text(irc, s, text);
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
	error = vsay(irc, (struct saying){ "PRIVMSG", target, "", "", 0 }, format, args);
	va_end(args);
	return error;
}

int
sb_irc_notice_to(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = vsay(irc, (struct saying){ "NOTICE", target, "", "", 0 }, format, args);
	va_end(args);
	return error;
}

int
sb_irc_act(struct sb_irc *irc, const char *target, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = vsay(irc, (struct saying){ "PRIVMSG", target, "\1ACTION ", "\1", 0 }, format, args);
	va_end(args);
	return error;
}

int
sb_irc_join(struct sb_irc *irc, const char *channel, const char *key_or_null)
{
	struct channel kept;
	int error;

	if (!sb_irc_channel_is_fine_(channel))
		return -EINVAL;
	if (key_or_null && (!sb_wire_is_middle(key_or_null) || strchr(key_or_null, ',')))
		return -EINVAL;
	error = sb_irc_channel_prepare_(irc, channel, key_or_null, &kept);
	if (error)
		return error;
	error = command(irc, "JOIN", channel, key_or_null, false);
	if (error)
		sb_irc_channel_finish_(&kept);
	else
		sb_irc_channel_keep_(irc, kept);
	return error;
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
	return write_line(irc,
		&(struct sb_wire_out){ .verb = verb, .params = params, .n_params = n_params },
		irc->state == REGISTERING || irc->state == REGISTERED);
}
