#include "wire.h"

#include <errno.h>
#include <string.h>

#include "marks.h"

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

/* Looks through a line for its spaces, from its beginning to its end: the bytes that came, whose
 * words end with NULs in the text of the line. */
struct cursor {
	const char *bytes;
	size_t len;
	size_t begin; /* of those whose spaces are marked */
	uint64_t spaces;
};

static void
look(struct cursor *cursor, size_t at)
{
	cursor->begin = at;
	cursor->spaces = sb_marks(cursor->bytes, cursor->len, at, ' ');
}

/* The next space beyond what is marked, or the end. */
static size_t
find_far_space(struct cursor *cursor, size_t at)
{
	for (; at < cursor->len; at += SB_MARKS_SPAN) {
		look(cursor, at);
		if (cursor->spaces)
			return at + sb_marks_first(cursor->spaces);
	}
	return cursor->len;
}

/* The next space, at `at` or after it, or the end. */
static inline size_t
find_space(struct cursor *cursor, size_t at)
{
	size_t past = at - cursor->begin;
	uint64_t spaces = past < SB_MARKS_SPAN ? cursor->spaces >> past : 0;

	if (spaces)
		return at + sb_marks_first(spaces);
	return find_far_space(cursor, past < SB_MARKS_SPAN ? cursor->begin + SB_MARKS_SPAN : at);
}

/* Ends a word with a NUL in the place of its space; returns where the next thing begins. */
static size_t
end_word(const struct cursor *cursor, size_t space, char *text)
{
	size_t next = space;

	while (next < cursor->len && cursor->bytes[next] == ' ')
		next++;
	text[space] = '\0';
	return next;
}

/* Where a sign first is from `at` up to `end`; end for nowhere. marks: where it is in what the
 * cursor began with. */
static size_t
find_sign(const struct cursor *cursor, size_t at, size_t end, char sign)
{
	const char *found = memchr(cursor->bytes + at, sign, end - at);

	return found ? (size_t)(found - cursor->bytes) : end;
}

/* The same of marks, from `begin` on. */
static size_t
find_mark(uint64_t marks, size_t begin, size_t at, size_t end)
{
	marks &= ~sb_marks_below(at - begin) & sb_marks_below(end - begin);
	return marks ? begin + sb_marks_first(marks) : end;
}

/* Where the signs of the source from `source` to `end` are; end for nowhere. */
static void
find_signs(const struct cursor *cursor, size_t source, size_t end, size_t *ret_bang, size_t *ret_at)
{
	size_t begin = cursor->begin;

	if (end - begin <= SB_MARKS_SPAN && begin <= source) {
		uint64_t bangs = sb_marks(cursor->bytes, cursor->len, begin, '!');
		uint64_t ats = sb_marks(cursor->bytes, cursor->len, begin, '@');

		*ret_bang = find_mark(bangs, begin, source, end);
		*ret_at = find_mark(ats, begin, *ret_bang < end ? *ret_bang + 1 : source, end);
	} else {
		*ret_bang = find_sign(cursor, source, end, '!');
		*ret_at = find_sign(cursor, *ret_bang < end ? *ret_bang + 1 : source, end, '@');
	}
}

static void
split_source(const struct cursor *cursor, size_t source, size_t end, struct sb_wire_line *line)
{
	size_t bang, at;

	find_signs(cursor, source, end, &bang, &at);
	line->nick = line->text + source;
	if (bang < end) {
		line->text[bang] = '\0';
		line->user = line->text + bang + 1;
	}
	if (at < end) {
		line->text[at] = '\0';
		line->host = line->text + at + 1;
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

/* Whether it is one; makes capitals of it. */
static bool
read_verb(char *verb, size_t len)
{
	size_t i;

	for (i = 0; i < len && is_letter(verb[i]); i++)
		verb[i] = (char)(verb[i] & ~0x20);
	return i == len || (len == 3 && verb_len(verb) == 3);
}

enum { VERB_AT_ONCE = 8 };

/* The same at a glance of one that is short, and all capitals, as nearly all are. */
static bool
is_usual_verb(uint64_t word, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = 0x80 * ones;
	uint64_t mask = UINT64_MAX >> (64 - 8 * len);

	/* In the highest bit of each byte: at least A, more than Z, not ASCII. */
	return !((~(word + (0x80 - 'A') * ones) | (word + (0x7f - 'Z') * ones) | word) & highs
		 & mask);
}

/* The first bytes as a number, the first the lowest. */
static uint64_t
load_word(const char *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes;

	return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16
	       | (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40
	       | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

static bool
take_verb(const struct cursor *cursor, size_t at, size_t end, struct sb_wire_line *line)
{
	size_t len = end - at;

	line->verb = line->text + at;
	line->verb_len = len;
	return (len <= VERB_AT_ONCE && cursor->len - at >= VERB_AT_ONCE
		       && is_usual_verb(load_word(cursor->bytes + at), len))
	       || read_verb(line->text + at, len);
}

static void
read_params(struct cursor *cursor, size_t at, struct sb_wire_line *line)
{
	static const char *const none[] = { "", "", "", "", "", "", "", "", "", "", "", "", "", "",
		"", "" };
	size_t n = 0;

	memcpy(line->params, none, sizeof(line->params));
	while (at < cursor->len) {
		bool has_colon = cursor->bytes[at] == ':';

		line->params[n++] = line->text + at + has_colon;
		if (has_colon || n == SB_WIRE_PARAMS_MAX)
			break;
		at = end_word(cursor, find_space(cursor, at), line->text);
	}
	line->n_params = n;
}

/* The line without its tags. */
static int
read_rest(struct cursor *cursor, size_t at, struct sb_wire_line *line, const char **ret_why)
{
	size_t end;

	if (at < cursor->len && cursor->bytes[at] == ':') {
		end = find_space(cursor, at);
		if (end == at + 1)
			return refuse(-EBADMSG, "an empty source", ret_why);
		split_source(cursor, at + 1, end, line);
		at = end_word(cursor, end, line->text);
	}
	if (at == cursor->len)
		return refuse(-EBADMSG, "no command", ret_why);
	end = find_space(cursor, at);
	if (!take_verb(cursor, at, end, line))
		return refuse(
			-EBADMSG, "a command that is neither letters nor three digits", ret_why);
	read_params(cursor, end_word(cursor, end, line->text), line);
	return 0;
}

enum { AT_ONCE = 16 }; /* bytes that a compiler can look at together */

/* Copies them, and notes the least of those that came to stand at a place. */
static inline void
copy_some(const unsigned char *from, unsigned char *to, unsigned char *least)
{
	size_t i;

	memcpy(to, from, AT_ONCE);
	for (i = 0; i < AT_ONCE; i++)
		least[i] = from[i] < least[i] ? from[i] : least[i];
}

/* Whether one of eight bytes is less than 0x0e, as NUL, LF and CR are and hardly any other. */
static bool
has_low(const unsigned char *bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return (word - 0x0e * ones) & ~word & 0x80 * ones;
}

/* Copies the bytes. Returns whether there may be a NUL, LF or CR in them, at a glance. */
static inline bool
copy_bytes(const unsigned char *from, size_t len, unsigned char *to)
{
	unsigned char least[AT_ONCE];
	size_t i;

	if (len < AT_ONCE) {
		memcpy(to, from, len);
		return true;
	}
	memset(least, 0xff, sizeof(least));
	for (i = 0; i + AT_ONCE < len; i += AT_ONCE)
		copy_some(from + i, to + i, least);
	copy_some(from + len - AT_ONCE, to + len - AT_ONCE, least);
	return has_low(least) || has_low(least + AT_ONCE / 2);
}

static int
copy_line(struct sb_bytes bytes, struct sb_wire_line *line, const char **ret_why)
{
	if (bytes.len >= sizeof(line->text))
		return refuse(-EMSGSIZE, "longer than any line may be", ret_why);
	line->text[bytes.len] = '\0';
	if (!bytes.len || !copy_bytes(bytes.ptr, bytes.len, (unsigned char *)line->text))
		return 0;
	if (memchr(line->text, '\0', bytes.len))
		return refuse(-EBADMSG, "a NUL in it", ret_why);
	if (memchr(line->text, '\r', bytes.len) || memchr(line->text, '\n', bytes.len))
		return refuse(-EBADMSG, "a CR or LF in it", ret_why);
	return 0;
}

/* Returns where the rest begins. */
static size_t
read_tags(struct cursor *cursor, size_t at, struct sb_wire_line *line)
{
	const char *tags = cursor->bytes + at, *space = memchr(tags, ' ', cursor->len - at);
	size_t end = space ? (size_t)(space - cursor->bytes) : cursor->len;

	line->tags = line->text + at + 1;
	line->tags_len = end - at - 1;
	return end_word(cursor, end, line->text);
}

int
sb_wire_parse_long(
	struct sb_bytes bytes, size_t max, struct sb_wire_line *ret_line, const char **ret_why)
{
	struct cursor cursor = { .bytes = bytes.ptr, .len = bytes.len };
	size_t at = 0;
	int error;

	sb_assert(max >= SB_WIRE_MAX && max <= SB_WIRE_LONG_MAX);
	error = copy_line(bytes, ret_line, ret_why);
	if (error)
		return error;
	ret_line->tags = ret_line->nick = "";
	ret_line->tags_len = 0;
	ret_line->user = ret_line->host = NULL;
	while (at < bytes.len && cursor.bytes[at] == ' ')
		at++;
	if (at == bytes.len)
		return -ENODATA;
	if (cursor.bytes[at] == '@') {
		at = read_tags(&cursor, at, ret_line);
		if (at > SB_WIRE_TAGS_MAX)
			return refuse(-EMSGSIZE, "tags longer than 8191 bytes", ret_why);
	}
	if (bytes.len - at > max - 2)
		return refuse(-EMSGSIZE,
			max == SB_WIRE_MAX ? "longer than 512 bytes"
					   : "longer than the server said its lines are",
			ret_why);
	if (at < bytes.len)
		look(&cursor, at);
	return read_rest(&cursor, at, ret_line, ret_why);
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
