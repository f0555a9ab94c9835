#include "wire.h"

#include <errno.h>
#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
refuse(int code, const char *why, const char **ret_why)
{
	*ret_why = why;
	return code;
}

/* Ends the word that begins at `at` with a NUL; returns where the next thing begins. */
static char *
end_word(char *at)
{
	at += strcspn(at, " ");
	while (*at == ' ')
		*at++ = '\0';
	return at;
}

static void
split_source(char *source, struct sb_wire_line *line)
{
	char *bang = strchr(source, '!');
	char *at = strchr(bang ? bang : source, '@');

	line->nick = source;
	if (bang) {
		*bang = '\0';
		line->user = bang + 1;
	}
	if (at) {
		*at = '\0';
		line->host = at + 1;
	}
}

/* Letters, or three digits. */
static bool
is_verb(const char *verb)
{
	size_t i;

	for (i = 0; sb_wire_is_letter(verb[i]); i++)
		;
	if (i)
		return !verb[i];
	return is_digit(verb[0]) && is_digit(verb[1]) && is_digit(verb[2]) && !verb[3];
}

/* Makes capitals of it. */
static bool
read_verb(char *verb)
{
	if (!is_verb(verb))
		return false;
	for (; sb_wire_is_letter(*verb); verb++)
		*verb = (char)(*verb & ~0x20);
	return true;
}

static void
read_params(char *at, struct sb_wire_line *line)
{
	size_t i;

	for (line->n_params = 0; *at; line->n_params++) {
		bool is_last = line->n_params == SB_WIRE_PARAMS_MAX - 1;
		char *param = at;

		if (*at == ':' || is_last) {
			param += *at == ':';
			at += strlen(at);
		} else {
			at = end_word(at);
		}
		line->params[line->n_params] = param;
	}
	for (i = line->n_params; i <= SB_WIRE_PARAMS_MAX; i++)
		line->params[i] = "";
}

/* The line without its tags. */
static int
read_rest(char *at, struct sb_wire_line *line, const char **ret_why)
{
	char *verb;

	if (*at == ':') {
		char *source = at + 1;

		at = end_word(source);
		if (!*source)
			return refuse(-EBADMSG, "an empty source", ret_why);
		split_source(source, line);
	}
	verb = at;
	at = end_word(at);
	if (!*verb)
		return refuse(-EBADMSG, "no command", ret_why);
	if (!read_verb(verb))
		return refuse(
			-EBADMSG, "a command that is neither letters nor three digits", ret_why);
	line->verb = verb;
	read_params(at, line);
	return 0;
}

static int
copy_line(struct sb_bytes bytes, struct sb_wire_line *line, const char **ret_why)
{
	if (bytes.len > SB_WIRE_ANY_MAX - 2)
		return refuse(-EMSGSIZE, "longer than any line may be", ret_why);
	if (bytes.len)
		memcpy(line->text, bytes.ptr, bytes.len);
	line->text[bytes.len] = '\0';
	if (memchr(line->text, '\0', bytes.len))
		return refuse(-EBADMSG, "a NUL in it", ret_why);
	if (line->text[strcspn(line->text, "\r\n")])
		return refuse(-EBADMSG, "a CR or LF in it", ret_why);
	return 0;
}

int
sb_wire_parse(struct sb_bytes bytes, struct sb_wire_line *ret_line, const char **ret_why)
{
	char *at = ret_line->text, *end = at + bytes.len;
	int error = copy_line(bytes, ret_line, ret_why);

	if (error)
		return error;
	ret_line->tags = ret_line->nick = "";
	ret_line->user = ret_line->host = NULL;
	at += strspn(at, " ");
	if (!*at)
		return -ENODATA;
	if (*at == '@') {
		char *tags = at + 1;

		at = end_word(tags);
		if (at - ret_line->text > SB_WIRE_TAGS_MAX)
			return refuse(-EMSGSIZE, "tags longer than 8191 bytes", ret_why);
		ret_line->tags = tags;
	}
	if (end - at > SB_WIRE_MAX - 2)
		return refuse(-EMSGSIZE, "longer than 512 bytes", ret_why);
	return read_rest(at, ret_line, ret_why);
}

static bool
is_sound(const struct sb_wire_out *out)
{
	size_t i;

	if (out->n_params > SB_WIRE_PARAMS_MAX || !is_verb(out->verb))
		return false;
	if ((out->tags && out->tags[strcspn(out->tags, " \r\n")])
		|| (out->source && !sb_wire_is_middle(out->source)))
		return false;
	for (i = 0; i + 1 < out->n_params; i++)
		if (!sb_wire_is_middle(out->params[i]))
			return false;
	return !out->n_params || sb_wire_is_trailing(out->params[out->n_params - 1]);
}

/* A line being written: what does not fit is counted and not written. */
struct writer {
	char *buf;
	size_t cap, len;
};

static void
put_bytes(struct writer *w, const char *text, size_t len)
{
	if (len <= w->cap && w->len <= w->cap - len)
		memcpy(w->buf + w->len, text, len);
	w->len += len;
}

static void
put(struct writer *w, const char *text)
{
	put_bytes(w, text, strlen(text));
}

static void
put_last(struct writer *w, const struct sb_wire_out *out, size_t max)
{
	const char *text = out->params[out->n_params - 1];
	size_t len = strlen(text);

	put(w, out->colon || !sb_wire_is_middle(text) ? " :" : " ");
	if (out->cuts && w->len < max && len > max - w->len)
		len = sb_wire_cut(text, len, max - w->len);
	put_bytes(w, text, len);
}

int
sb_wire_build(const struct sb_wire_out *out, char *buf, size_t cap)
{
	struct writer w = { buf, cap, 0 };
	size_t i, begin, max;

	if (!is_sound(out))
		return -EINVAL;
	if (out->tags && *out->tags) {
		put(&w, "@");
		put(&w, out->tags);
		put(&w, " ");
	}
	begin = w.len;
	max = begin + SB_WIRE_MAX - 2;
	if (out->source) {
		put(&w, ":");
		put(&w, out->source);
		put(&w, " ");
	}
	put(&w, out->verb);
	for (i = 0; i + 1 < out->n_params; i++) {
		put(&w, " ");
		put(&w, out->params[i]);
	}
	if (out->n_params)
		put_last(&w, out, max);
	if (begin > SB_WIRE_TAGS_MAX || w.len > max || w.len + 3 > cap)
		return -EMSGSIZE;
	put_bytes(&w, "\r\n", 3);
	return (int)(w.len - 1);
}
