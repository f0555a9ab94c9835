#ifndef JSON_PRIVATE_H
#define JSON_PRIVATE_H

#include <signalbox/json.h>

#include <jansson.h>
#include <locale.h>

/* json_base64.c: bytes as text (RFC 4648, 4). */
/* How long the text is, without a NUL. */
size_t sb_base64_len(size_t len);
/* Writes it, without a NUL. */
void sb_base64_write(const unsigned char *bytes, size_t len, char *text);
/* Writes at most len / 4 * 3 bytes. False when it is none: another character, a length that is no
 * multiple of 4, padding within, bits in the last character that stand for nothing. */
bool sb_base64_read(const char *text, size_t len, unsigned char *bytes, size_t *ret_len);

/* json_members.c: the source of the members of an object, of which a parser keeps only the value.
 * It must be whole JSON without a NUL, or the beginning of such. */
struct members {
	const char *at, *end;
};
struct member {
	struct sb_bytes name; /* with its quotes */
	struct sb_bytes value; /* empty: it ends before */
};
bool sb_members_next(struct members *members, struct member *ret_member);
/* The last one begun before the end. False: none. */
bool sb_members_last(struct members members, struct member *ret_member);

/* json_value.c: puts a value into its field; false when it is wrong. The texts and bytes stay
 * jansson's, but for what was base64: that goes to *room, which moves on, never further than the
 * source is long. */
bool sb_json_value(const struct sb_field *field, const json_t *value, struct sb_bytes source,
	unsigned char **room, void *payload);

/* json_write.c: jansson asks for the locale's decimal point, and knows those of one byte alone: so
 * it is called in the C locale. Returns false when out of memory. */
struct plain_locale {
	locale_t plain, was;
};
bool sb_plain_locale_enter(struct plain_locale *ret_locale);
void sb_plain_locale_leave(const struct plain_locale *locale);

#endif
