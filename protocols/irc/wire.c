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

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The space after the word that begins at `at`, or the end. */
static char *
find_space(char *at, char *end)
{
	char *space = memchr(at, ' ', (size_t)(end - at));

	return space ? space : end;
}

/* Ends a word with a NUL in the place of its space; returns where the next thing begins. */
static char *
end_word(char *space)
{
	char *next = space;

	while (*next == ' ')
		next++;
	*space = '\0';
	return next;
}

/* Of what ends there. */
static void
split_source(char *source, const char *end, struct sb_wire_line *line)
{
	char *bang = memchr(source, '!', (size_t)(end - source)), *at;

	line->nick = source;
	if (bang) {
		*bang = '\0';
		line->user = source = bang + 1;
	}
	at = memchr(source, '@', (size_t)(end - source));
	if (at) {
		*at = '\0';
		line->host = at + 1;
	}
}

/* The bytes of a verb, which is letters or three digits; 0 when there is none. */
static size_t
verb_len(const char *text)
{
	size_t len = 0;

	while (is_letter(text[len]))
		len++;
	if (!len && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]))
		return 3;
	return len;
}

static bool
is_verb(const char *text)
{
	size_t len = verb_len(text);

	return len && !text[len];
}

/* Makes capitals of it. Returns its end, or NULL when it is none. */
static char *
read_verb(char *verb)
{
	char *at = verb;

	for (; is_letter(*at); at++)
		*at = (char)(*at & ~0x20);
	if (at == verb)
		at += verb_len(verb);
	return at > verb && (*at == ' ' || !*at) ? at : NULL;
}

static void
read_params(char *at, char *end, struct sb_wire_line *line)
{
	size_t n;

	for (n = 0; n <= SB_WIRE_PARAMS_MAX; n++)
		line->params[n] = "";
	n = 0;
	while (at < end) {
		if (*at == ':' || n == SB_WIRE_PARAMS_MAX - 1) {
			line->params[n++] = at + (*at == ':');
			break;
		}
		line->params[n++] = at;
		at = end_word(find_space(at, end));
	}
	line->n_params = n;
}

/* The line without its tags. */
static int
read_rest(char *at, char *end, struct sb_wire_line *line, const char **ret_why)
{
	char *verb_end;

	if (*at == ':') {
		char *source = at + 1, *source_end = find_space(source, end);

		if (source_end == source)
			return refuse(-EBADMSG, "an empty source", ret_why);
		at = end_word(source_end);
		split_source(source, source_end, line);
	}
	if (!*at)
		return refuse(-EBADMSG, "no command", ret_why);
	verb_end = read_verb(at);
	if (!verb_end)
		return refuse(
			-EBADMSG, "a command that is neither letters nor three digits", ret_why);
	line->verb = at;
	read_params(end_word(verb_end), end, line);
	return 0;
}

enum { AT_ONCE = 16 }; /* bytes that a compiler can look at together */

/* Notes where a byte is less than 0x0e, as NUL, LF and CR are and hardly any other. */
static void
note_low(const unsigned char *at, unsigned char *found)
{
	size_t i;

	for (i = 0; i < AT_ONCE; i++)
		found[i] |= at[i] < 0x0e;
}

/* Whether there may be a NUL, LF or CR in it, at a glance. */
static bool
may_break(const unsigned char *at, size_t len)
{
	unsigned char found[AT_ONCE] = { 0 };
	size_t i;

	if (len < AT_ONCE)
		return true;
	for (i = 0; i + AT_ONCE < len; i += AT_ONCE)
		note_low(at + i, found);
	note_low(at + len - AT_ONCE, found);
	return memchr(found, 1, AT_ONCE) != NULL;
}

static int
copy_line(struct sb_bytes bytes, struct sb_wire_line *line, const char **ret_why)
{
	if (bytes.len >= sizeof(line->text))
		return refuse(-EMSGSIZE, "longer than any line may be", ret_why);
	if (bytes.len)
		memcpy(line->text, bytes.ptr, bytes.len);
	line->text[bytes.len] = '\0';
	if (!may_break(bytes.ptr, bytes.len))
		return 0;
	if (memchr(line->text, '\0', bytes.len))
		return refuse(-EBADMSG, "a NUL in it", ret_why);
	if (memchr(line->text, '\r', bytes.len) || memchr(line->text, '\n', bytes.len))
		return refuse(-EBADMSG, "a CR or LF in it", ret_why);
	return 0;
}

int
sb_wire_parse_long(
	struct sb_bytes bytes, size_t max, struct sb_wire_line *ret_line, const char **ret_why)
{
	char *at = ret_line->text, *end;
	int error;

	sb_assert(max >= SB_WIRE_MAX && max <= SB_WIRE_LONG_MAX);
	error = copy_line(bytes, ret_line, ret_why);
	if (error)
		return error;
	end = at + bytes.len;
	ret_line->tags = ret_line->nick = "";
	ret_line->user = ret_line->host = NULL;
	while (*at == ' ')
		at++;
	if (!*at)
		return -ENODATA;
	if (*at == '@') {
		ret_line->tags = at + 1;
		at = end_word(find_space(at + 1, end));
		if (at - ret_line->text > SB_WIRE_TAGS_MAX)
			return refuse(-EMSGSIZE, "tags longer than 8191 bytes", ret_why);
	}
	if ((size_t)(end - at) > max - 2)
		return refuse(-EMSGSIZE,
			max == SB_WIRE_MAX ? "longer than 512 bytes"
					   : "longer than the server said its lines are",
			ret_why);
	return read_rest(at, end, ret_line, ret_why);
}

int
sb_wire_parse(struct sb_bytes bytes, struct sb_wire_line *ret_line, const char **ret_why)
{
	return sb_wire_parse_long(bytes, SB_WIRE_MAX, ret_line, ret_why);
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
	size_t tags_max = out->tags_max ? out->tags_max : SB_WIRE_TAGS_MAX;
	size_t i, begin, max;

	if (!is_sound(out))
		return -EINVAL;
	if (out->tags && *out->tags) {
		put(&w, "@");
		put(&w, out->tags);
		put(&w, " ");
	}
	begin = w.len;
	max = begin + (out->max ? out->max : SB_WIRE_MAX) - 2;
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
	if (begin > tags_max || w.len > max || w.len + 3 > cap)
		return -EMSGSIZE;
	put_bytes(&w, "\r\n", 3);
	return (int)(w.len - 1);
}
