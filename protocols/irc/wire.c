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

enum { USUAL_SOURCE = 48 }; /* bytes in which most sources lie */

/* A line that is read: the bytes that came, whose words end with NULs in the text of the line, and
 * where their spaces are, a bit for each byte and one for the end. */
enum { BLOCKS = (SB_WIRE_TAGS_MAX + SB_WIRE_LONG_MAX) / SB_MARKS_SPAN + 1 };
struct scan {
	const char *bytes;
	size_t len;
	uint64_t spaces[BLOCKS]; /* as far as that goes */
};

/* The next space, at `at` or after it, or the end. */
static inline size_t
find_space(const struct scan *scan, size_t at)
{
	return sb_marks_next(scan->spaces, at);
}

/* Ends a word with a NUL in the place of its space; returns where the next thing begins. */
static inline size_t
end_word(const struct scan *scan, size_t space, char *text)
{
	size_t next = space + (space < scan->len);

	/* The text ends with a NUL. */
	while (text[next] == ' ')
		next++;
	text[space] = '\0';
	return next;
}

/* Where a sign first is from `at` up to `end`; end for nowhere. */
static size_t
find_sign(const struct scan *scan, size_t at, size_t end, char sign)
{
	const char *found = memchr(scan->bytes + at, sign, end - at);

	return found ? (size_t)(found - scan->bytes) : end;
}

/* Where the signs of the source from `source` to `end` are; end for nowhere. */
static inline void
find_signs(const struct scan *scan, size_t source, size_t end, size_t *ret_bang, size_t *ret_at)
{
	const unsigned char *bytes = (const unsigned char *)scan->bytes + source;
	uint64_t bangs, ats, within = sb_marks_below(end - source);

	if (end - source > USUAL_SOURCE || scan->len - source < USUAL_SOURCE) {
		*ret_bang = find_sign(scan, source, end, '!');
		*ret_at = find_sign(scan, *ret_bang < end ? *ret_bang + 1 : source, end, '@');
		return;
	}
	bangs = sb_marks_48(bytes, '!') & within;
	*ret_bang = bangs ? source + sb_marks_first(bangs) : end;
	ats = sb_marks_48(bytes, '@') & within;
	if (bangs)
		ats &= ~sb_marks_below(*ret_bang - source);
	*ret_at = ats ? source + sb_marks_first(ats) : end;
}

static inline void
split_source(const struct scan *scan, size_t source, size_t end, struct sb_wire_line *line)
{
	size_t bang, at;

	find_signs(scan, source, end, &bang, &at);
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
take_verb(const struct scan *scan, size_t at, size_t end, struct sb_wire_line *line)
{
	size_t len = end - at;

	line->verb = line->text + at;
	line->verb_len = len;
	return (len <= VERB_AT_ONCE && scan->len - at >= VERB_AT_ONCE
		       && is_usual_verb(load_word(scan->bytes + at), len))
	       || read_verb(line->text + at, len);
}

static void
read_params(const struct scan *scan, size_t at, struct sb_wire_line *line)
{
	static const char *const none[] = { "", "", "", "", "", "", "", "", "", "", "", "", "", "",
		"", "" };
	size_t n = 0;

	memcpy(line->params, none, sizeof(line->params));
	while (at < scan->len) {
		bool has_colon = scan->bytes[at] == ':';

		line->params[n++] = line->text + at + has_colon;
		if (has_colon || n == SB_WIRE_PARAMS_MAX)
			break;
		at = end_word(scan, find_space(scan, at), line->text);
	}
	line->n_params = n;
}

/* The line without its tags. */
static int
read_rest(const struct scan *scan, size_t at, struct sb_wire_line *line, const char **ret_why)
{
	size_t end;

	if (at < scan->len && scan->bytes[at] == ':') {
		end = find_space(scan, at);
		if (end == at + 1)
			return refuse(-EBADMSG, "an empty source", ret_why);
		split_source(scan, at + 1, end, line);
		at = end_word(scan, end, line->text);
	}
	if (at == scan->len)
		return refuse(-EBADMSG, "no command", ret_why);
	end = find_space(scan, at);
	if (!take_verb(scan, at, end, line))
		return refuse(
			-EBADMSG, "a command that is neither letters nor three digits", ret_why);
	read_params(scan, end_word(scan, end, line->text), line);
	return 0;
}

/* Copies SB_MARKS_STEP bytes, and notes the least of those that came to stand at a place. Returns
 * where the spaces are. */
static inline unsigned
copy_step(const unsigned char *from, unsigned char *to, unsigned char *least)
{
	size_t i;

	memcpy(to, from, SB_MARKS_STEP);
	for (i = 0; i < SB_MARKS_STEP; i++)
		least[i] = from[i] < least[i] ? from[i] : least[i];
	return sb_marks_16(from, ' ');
}

/* The same of SB_MARKS_SPAN. */
static inline uint64_t
copy_span(const unsigned char *from, unsigned char *to, unsigned char *least)
{
	return copy_step(from, to, least) | (uint64_t)copy_step(from + 16, to + 16, least) << 16
	       | (uint64_t)copy_step(from + 32, to + 32, least) << 32
	       | (uint64_t)copy_step(from + 48, to + 48, least) << 48;
}

/* The same of less, but SB_MARKS_STEP at least. */
static inline uint64_t
copy_steps(const unsigned char *from, size_t len, unsigned char *to, unsigned char *least)
{
	uint64_t spaces = 0;
	size_t at;

	for (at = 0; at + SB_MARKS_STEP <= len; at += SB_MARKS_STEP)
		spaces |= (uint64_t)copy_step(from + at, to + at, least) << at;
	/* The last few are done together with some that were done already. */
	return spaces
	       | (uint64_t)copy_step(from + len - SB_MARKS_STEP, to + len - SB_MARKS_STEP, least)
			 << (len - SB_MARKS_STEP);
}

/* The same of a few. */
static uint64_t
copy_few(const unsigned char *from, size_t len, unsigned char *to, unsigned char *least)
{
	uint64_t spaces = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		to[i] = least[i] = from[i];
		spaces |= (uint64_t)(from[i] == ' ') << i;
	}
	return spaces;
}

/* Copies the line and finds its spaces. Returns whether there may be a NUL, LF or CR in it, at a
 * glance. */
static inline bool
copy_bytes(struct scan *scan, unsigned char *to)
{
	const unsigned char *from = (const unsigned char *)scan->bytes;
	size_t len = scan->len, at, left = len % SB_MARKS_SPAN;
	unsigned char least[SB_MARKS_STEP];
	uint64_t *spaces = scan->spaces;

	memset(least, 0xff, sizeof(least));
	for (at = 0; at + SB_MARKS_SPAN <= len; at += SB_MARKS_SPAN)
		*spaces++ = copy_span(from + at, to + at, least);
	if (at && left)
		*spaces = copy_span(from + len - SB_MARKS_SPAN, to + len - SB_MARKS_SPAN, least)
			  >> (SB_MARKS_SPAN - left);
	else if (left >= SB_MARKS_STEP)
		*spaces = copy_steps(from, len, to, least);
	else
		*spaces = copy_few(from + at, left, to + at, least);
	*spaces |= UINT64_C(1) << left;
	to[len] = '\0';
	return sb_marks_has_less(least, '\r' + 1);
}

static int
copy_line(struct scan *scan, struct sb_wire_line *line, const char **ret_why)
{
	if (scan->len >= sizeof(line->text))
		return refuse(-EMSGSIZE, "longer than any line may be", ret_why);
	if (!copy_bytes(scan, (unsigned char *)line->text))
		return 0;
	if (memchr(line->text, '\0', scan->len))
		return refuse(-EBADMSG, "a NUL in it", ret_why);
	if (memchr(line->text, '\r', scan->len) || memchr(line->text, '\n', scan->len))
		return refuse(-EBADMSG, "a CR or LF in it", ret_why);
	return 0;
}

/* Returns where the rest begins. */
static size_t
read_tags(const struct scan *scan, size_t at, struct sb_wire_line *line)
{
	size_t end = find_space(scan, at);

	line->tags = line->text + at + 1;
	line->tags_len = end - at - 1;
	return end_word(scan, end, line->text);
}

int
sb_wire_parse_long(
	struct sb_bytes bytes, size_t max, struct sb_wire_line *ret_line, const char **ret_why)
{
	struct scan scan;
	size_t at = 0;
	int error;

	sb_assert(max >= SB_WIRE_MAX && max <= SB_WIRE_LONG_MAX);
	if (!bytes.len)
		return -ENODATA;
	scan.bytes = bytes.ptr;
	scan.len = bytes.len;
	error = copy_line(&scan, ret_line, ret_why);
	if (error)
		return error;
	ret_line->tags = ret_line->nick = "";
	ret_line->tags_len = 0;
	ret_line->user = ret_line->host = NULL;
	while (at < bytes.len && scan.bytes[at] == ' ')
		at++;
	if (at == bytes.len)
		return -ENODATA;
	if (scan.bytes[at] == '@') {
		at = read_tags(&scan, at, ret_line);
		if (at > SB_WIRE_TAGS_MAX)
			return refuse(-EMSGSIZE, "tags longer than 8191 bytes", ret_why);
	}
	if (bytes.len - at > max - 2)
		return refuse(-EMSGSIZE,
			max == SB_WIRE_MAX ? "longer than 512 bytes"
					   : "longer than the server said its lines are",
			ret_why);
	return read_rest(&scan, at, ret_line, ret_why);
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
