#ifndef SIGNALBOX_JSON_H
#define SIGNALBOX_JSON_H

/* Payloads as JSON (RFC 8259) and back, by descriptor: for journals, bridges and programs in other
 * languages. A library of its own, signalbox::json, since it needs jansson.
 *
 * A payload is an object with a member for each field, in the table's order:
 *
 *     bool                true, false
 *     int64_t, uint64_t   a number; beyond 2^53 - 1 either way its digits as a string, since readers
 *                         in other languages lose the last of them (RFC 7493, 2.2)
 *     double              a number; "inf", "-inf", "nan"
 *     const char *        a string, or null
 *     struct sb_bytes     a string
 *     HANDLE              none: it means something in this process only
 *
 * A text or bytes that are not UTF-8 become {"base64": "..."} (RFC 4648, 4). All that is written is
 * read back equal, where it is not beyond 64 MiB, but for handles, which are NULL, and for bytes
 * with ptr NULL, which are empty. */

#include <stddef.h>

#include <signalbox/base.h>
#include <signalbox/signal.h>

SB_C_BEGIN

/* Writes a payload, on one line and in UTF-8. *ret_text is NUL-terminated and the caller's, to
 * free(); NULL after a failure. ret_len, bytes without the NUL, may be NULL. Returns 0, or
 * -ENOMEM. */
SB_API int sb_json_write(const struct sb_signal *signal, const void *payload, char **ret_text,
	size_t *ret_len, struct sb_error *ret_error);

/* For reading; 0: all fields and no others must be there. A handle must not, or be null. */
enum {
	SB_JSON_MISSING = 1, /* a field that is not there is 0, false, NULL or empty */
	SB_JSON_UNKNOWN = 2, /* a member that is no field is passed over */
};

/* Reads a payload from len bytes. It and all it points to is one block of the caller's, to give
 * back by sb_signal_free(); NULL after a failure. Numbers may also be strings of the same digits,
 * and integers may have as many as the field holds; a double may be a whole number.
 *
 * Returns 0; -ENOMEM; -EINVAL, with text that names the line and column where it is no JSON, or
 * where a member stands twice; or the field, what it has and what would be right: a wrong type, a
 * number out of range, a text with a NUL, a base64 that is none, one that is missing or unknown;
 * -E2BIG past 64 MiB. No JSON, here, are also arrays and objects more than 2047 deep, names with a
 * NUL, and in unknown members numbers beyond a double and names that stand twice. */
SB_API int sb_json_read(const struct sb_signal *signal, const char *text, size_t len,
	unsigned flags, void **ret_payload, struct sb_error *ret_error);

SB_C_END

#endif
