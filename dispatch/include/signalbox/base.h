#ifndef SIGNALBOX_BASE_H
#define SIGNALBOX_BASE_H

/* What every layer shares: byte ranges, errors, places, assertions. No layer's code. */

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#define SB_C_BEGIN extern "C" {
#define SB_C_END }
#else
#define SB_C_BEGIN
#define SB_C_END
#endif

/* What a shared library shows; all else is hidden. */
#define SB_API __attribute__((visibility("default")))
#define SB_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

SB_C_BEGIN

/* A run of bytes that somebody else owns. ptr may be NULL when len is 0. */
struct sb_bytes {
	const void *ptr;
	size_t len; /* bytes */
};

/* Why something failed. code is a negative errno, or 0 for no error; text says it to a person,
 * without a full stop or a newline, and names what would have been right. */
struct sb_error {
	int code;
	char text[504];
};

/* Fills in *ret_error, which may be NULL, and returns code, so that a function can end in
 * `return sb_error_set(ret_error, -EINVAL, "...")`. A text too long is cut. */
SB_PRINTF(3, 4)
static inline int
sb_error_set(struct sb_error *ret_error, int code, const char *format, ...)
{
	va_list args;

	if (!ret_error)
		return code;
	ret_error->code = code;
	va_start(args, format);
	(void)vsnprintf(ret_error->text, sizeof(ret_error->text), format, args);
	va_end(args);
	return code;
}

/* The bytes of a NUL-terminated text, without the NUL; borrows it. */
static inline struct sb_bytes
sb_bytes_of(const char *text)
{
	struct sb_bytes bytes;

	bytes.ptr = text;
	bytes.len = strlen(text);
	return bytes;
}

#define SB_STRINGIFY_(x) #x
#define SB_STRINGIFY(x) SB_STRINGIFY_(x)

/* A place in the source, "file:line", as a string literal. */
#define SB_PLACE __FILE__ ":" SB_STRINGIFY(__LINE__)

/* Stands for two arguments, a callback and its place: `connect(..., SB_HANDLER(on_joined), bot)`.
 * The place is "name file:line", a string literal, so whoever is given it may keep it; reports
 * use it to say where a connection, a timer or a stream was made. */
#define SB_HANDLER(fn) (fn), #fn " " SB_PLACE

/* A rule of the caller's that must hold, in every build. When it does not: says so on standard
 * error and aborts. For our callers' mistakes only; what a peer does wrong is an error value. */
#define sb_assert(rule)                                                                            \
	((rule) ? (void)0                                                                          \
		: ((void)fprintf(                                                                  \
			   stderr, "%s: %s: this must hold: %s\n", SB_PLACE, __func__, #rule),     \
			abort()))

SB_C_END

#endif
