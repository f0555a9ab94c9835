#include "http_parse.h"

#include <stdlib.h>
#include <string.h>

#include <signalbox/http.h>

/* One segment: what stands up to the next / or the end. */
static size_t
segment_len(const char *at)
{
	return strcspn(at, "/");
}

static bool
is_rest(const char *segment, size_t len)
{
	return len > 5 && segment[0] == '{' && memcmp(segment + len - 4, "...}", 4) == 0;
}

/* Whether a segment of a pattern is a name in braces, with nothing else. */
static bool
is_name(const char *segment, size_t len)
{
	return len > 2 && segment[0] == '{' && segment[len - 1] == '}';
}

/* A name is made of letters, digits and underscores. */
static bool
is_word(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len && (name[i] == '_' || sb_http_is_alphanumeric(name[i])); i++)
		continue;
	return i == len;
}

bool
sb_http_pattern_is_right(const char *pattern)
{
	size_t len;

	for (; *pattern == '/'; pattern += len) {
		pattern++;
		len = segment_len(pattern);
		if (is_rest(pattern, len))
			return !pattern[len] && is_word(pattern + 1, len - 5);
		if (is_name(pattern, len)) {
			if (!is_word(pattern + 1, len - 2))
				return false;
		} else if (memchr(pattern, '{', len) || memchr(pattern, '}', len)) {
			return false;
		}
		if (!pattern[len])
			return true;
	}
	return false;
}

/* The byte that stands at a place of a path, decoded; -1 for one that cannot be. */
static int
byte_at(const char *at, size_t left, size_t *ret_n)
{
	int high, low;

	*ret_n = 1;
	if (*at != '%')
		return (unsigned char)*at;
	if (left < 3)
		return -1;
	high = sb_http_hex_digit(at[1]);
	low = sb_http_hex_digit(at[2]);
	*ret_n = 3;
	return high < 0 || low < 0 || high + low == 0 ? -1 : high << 4 | low;
}

static bool
can_be_decoded(const char *segment, size_t len)
{
	size_t n;

	for (; len; segment += n, len -= n) {
		if (byte_at(segment, len, &n) < 0)
			return false;
	}
	return true;
}

/* Whether a segment of a path, decoded, is this one of a pattern. */
static bool
is_same(const char *pattern, size_t pattern_len, const char *segment, size_t len)
{
	size_t n;

	for (; len && pattern_len; segment += n, len -= n, pattern++, pattern_len--) {
		if (byte_at(segment, len, &n) != (unsigned char)*pattern)
			return false;
	}
	return !len && !pattern_len;
}

bool
sb_http_pattern_matches(const char *pattern, const char *path)
{
	while (*pattern == '/' && *path == '/') {
		size_t pattern_len = segment_len(++pattern);
		size_t len = segment_len(++path);

		if (is_rest(pattern, pattern_len))
			return true;
		if (is_name(pattern, pattern_len)) {
			if (!len || !can_be_decoded(path, len))
				return false;
		} else if (!is_same(pattern, pattern_len, path, len)) {
			return false;
		}
		pattern += pattern_len;
		path += len;
	}
	return !*pattern && !*path;
}

/* Copies a text to *at, and moves it on. */
static char *
copy(char **at, const char *text, size_t len)
{
	char *begin = *at;

	memcpy(begin, text, len);
	begin[len] = '\0';
	*at += len + 1;
	return begin;
}

/* The pairs alone. */
static size_t
head_size(const char *pattern)
{
	size_t n = 0;

	for (; *pattern; pattern++)
		n += *pattern == '{';
	return sizeof(struct sb_http_pairs) + n * sizeof(struct sb_http_pair);
}

size_t
sb_http_pattern_size(const char *pattern, const char *path)
{
	return head_size(pattern) + strlen(pattern) + strlen(path) + 2;
}

struct sb_http_pairs *
sb_http_pattern_read(void *memory, const char *pattern, const char *path)
{
	struct sb_http_pairs *pairs = memory;
	char *text = (char *)memory + head_size(pattern);

	pairs->n = 0;
	while (*pattern == '/') {
		size_t pattern_len = segment_len(++pattern);
		size_t len = segment_len(++path);
		struct sb_http_pair *pair = &pairs->pairs[pairs->n];

		if (is_rest(pattern, pattern_len)) {
			pair->name = copy(&text, pattern + 1, pattern_len - 5);
			pair->value = copy(&text, path, strlen(path));
			pairs->n++;
		} else if (is_name(pattern, pattern_len)) {
			char *value;

			pair->name = copy(&text, pattern + 1, pattern_len - 2);
			pair->value = value = copy(&text, path, len);
			(void)sb_http_decode(value, false);
			pairs->n++;
		}
		pattern += pattern_len;
		path += len;
	}
	return pairs;
}
