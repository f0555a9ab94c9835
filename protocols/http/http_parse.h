#ifndef PROTOCOLS_HTTP_PARSE_H
#define PROTOCOLS_HTTP_PARSE_H

/* What is read from the texts of a request: no more than the texts themselves is needed for it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

/* The value of a hexadecimal digit, or -1. */
int sb_http_hex_digit(char c);

/* Whether c is a letter or a digit of ASCII. */
bool sb_http_is_alphanumeric(char c);

/* Whether c may stand in a token (RFC 9110, section 5.6.2). */
bool sb_http_is_token_char(char c);

/* ---- Names and values: http_pairs.c ---- */

struct sb_http_pair {
	const char *name, *value; /* value NULL: it cannot be decoded */
};

struct sb_http_pairs {
	size_t n;
	struct sb_http_pair pairs[];
};

/* Those beyond are ignored. */
enum { SB_HTTP_PAIRS_MAX = 256 };

/* Reads "a=1&b=2", decoded, where the separator is &; reads "a=1; b=2", not decoded, as Cookie has
 * it, where it is ;. The texts are copied into the memory, which has the size needed. */
size_t sb_http_pairs_size(struct sb_bytes text, char separator);
struct sb_http_pairs *sb_http_pairs_read(void *memory, struct sb_bytes text, char separator);

/* The value of the first of that name, or NULL. */
const char *sb_http_pairs_get(const struct sb_http_pairs *pairs, const char *name);

/* ---- Paths: http_pattern.c ---- */

/* Whether the pattern can be: it begins with /, a name in braces is a word and a whole segment,
 * {rest...} is the last. */
bool sb_http_pattern_is_right(const char *pattern);

/* Whether a path matches a pattern that is right; both as <signalbox/http.h> has them. */
bool sb_http_pattern_matches(const char *pattern, const char *path);

/* The pattern's names with their values in a path that matches it, copied into the memory. */
size_t sb_http_pattern_size(const char *pattern, const char *path);
struct sb_http_pairs *sb_http_pattern_read(void *memory, const char *pattern, const char *path);

/* ---- Accept-Encoding: http_coding.c ---- */

/* What was said of gzip, of `*` and of identity, in thousandths; -1: nothing yet. */
struct sb_http_codings {
	int gzip, any, identity;
};

/* Reads one Accept-Encoding field more; what cannot be read is passed over. */
void sb_http_codings_read(struct sb_http_codings *codings, const char *field);

/* Whether gzip is taken, and nothing else is liked better. */
bool sb_http_codings_take_gzip(const struct sb_http_codings *codings);

/* Whether a content of that type shrinks by it. */
bool sb_http_type_shrinks(const char *type);

/* ---- Compression: http_deflate.c ---- */

/* Writes the content as gzip, the same for the same content. Returns its length; -E2BIG when cap
 * does not do; -ENOMEM. */
int64_t sb_http_deflate(struct sb_bytes content, void *buf, size_t cap);

/* ---- Entity tags: http_etag.c ---- */

/* Whether text is one entity tag, "..." or W/"..." (RFC 9110, section 8.8.3). */
bool sb_http_is_etag(struct sb_bytes text);

/* Whether a list of tags, or `*`, has this one; weak: also where one or both are weak. An empty
 * etag: there is none, and only `*` has it. */
bool sb_http_etags_have(const char *list, struct sb_bytes etag, bool is_weak);

/* ---- Ranges: http_range.c ---- */

/* Reads a Range field for a content of that size. Returns 1 and the range; 0 when it is to be
 * ignored: not of bytes, several, not to be read; -ERANGE when nothing of it can be had. */
struct sb_http_range {
	uint64_t from, len;
};
int sb_http_range_read(const char *field, uint64_t size, struct sb_http_range *ret_range);

/* ---- Names of files: http_type.c ---- */

/* The type by the name's end; application/octet-stream for one that is not known. */
const char *sb_http_type_of(const char *name);

#endif
