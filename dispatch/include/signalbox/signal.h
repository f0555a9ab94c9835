#ifndef SIGNALBOX_SIGNAL_H
#define SIGNALBOX_SIGNAL_H

/* What a signal is, readable at run time: the descriptor that each line of a table of signals
 * becomes. A table is a file of
 *
 *     SIGNAL(c_name, "module.what_happened", sender type, "What it means.",
 *         FIELD(type, name, "What it is.") ...)
 *
 * read twice: by <signalbox/declare_signals.h> in a header and by <signalbox/define_signals.h> in
 * one .c file. Descriptors are constant and live as long as the process. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

/* Any handler, kept without its type; only ever called as the type it has. */
typedef void sb_fn(void);

enum sb_kind {
	SB_BOOL, /* bool */
	SB_INT64, /* int64_t */
	SB_UINT64, /* uint64_t */
	SB_DOUBLE, /* double */
	SB_TEXT, /* const char *: NUL-terminated, may be NULL; UTF-8 usual and not certain */
	SB_BYTES, /* struct sb_bytes */
	SB_HANDLE, /* a pointer that means something in this process only */
};

struct sb_field {
	const char *name;
	const char *doc;
	size_t offset; /* bytes from the start of the payload */
	enum sb_kind kind;
};

struct sb_dispatcher;
struct sb_row;

/* The number a signal has in this process, 0 before any dispatcher knows it. Atomic, since
 * dispatchers of several threads may register the same table. */
struct sb_number;

struct sb_signal {
	const char *name; /* "irc.joined" */
	const char *c_name; /* "sb_irc_joined" */
	const char *doc;
	const char *sender; /* the C type of who emits it, "struct sb_irc"; "void" for no type */
	size_t size; /* of the payload, bytes */
	const struct sb_field *fields;
	size_t n_fields;

	/* The rest is for generated code and the dispatcher. */
	struct sb_number *number;
	int (*run)(struct sb_dispatcher *, struct sb_row *, void *from, const void *payload);
	void (*thunk)(sb_fn *, void *self, void *from, const void *payload);
};

/* The signals of one table, in its order. */
struct sb_table {
	const struct sb_signal *(*const *signals)(void);
	size_t n_signals;
};

/* The field of that name, or NULL. */
SB_API const struct sb_field *sb_signal_field(const struct sb_signal *signal, const char *name);

/* Writes a value as text: true, -7, 0.5, "text", null, and <handle> for a pointer, which has no
 * meaning elsewhere. In texts and bytes, what is not printable ASCII or UTF-8, a quote and a
 * backslash become \xHH, \" and \\. A double has 17 digits and a point, or is inf, -inf or nan. Writes at
 * most cap bytes, the NUL included, and returns the length the whole would have, without the NUL,
 * as snprintf does. */
SB_API size_t sb_field_print(
	const struct sb_field *field, const void *payload, char *buf, size_t cap);

/* Writes a payload as one line without a newline, `irc.joined nick="bob" is_self=false`; cap and
 * the return value as above. */
SB_API size_t sb_signal_print(
	const struct sb_signal *signal, const void *payload, char *buf, size_t cap);

/* The first field in which two payloads differ, or NULL where they are equal: by value, texts and
 * bytes by what they hold, handles by the pointer. No text (NULL) is not an empty one, but bytes of
 * length 0 are equal; not-a-number equals itself, and 0 equals -0. */
SB_API const struct sb_field *sb_signal_differs(
	const struct sb_signal *signal, const void *payload, const void *other);

/* A copy of a payload, with the texts and bytes that it points to, all in one block of the
 * caller's; handles are copied as pointers. NULL when out of memory. */
SB_API void *sb_signal_copy(const struct sb_signal *signal, const void *payload);
/* Gives such a copy back. NULL is fine. */
SB_API void sb_signal_free(void *copy);

/* A number for the shape of a signal: its name, its sender's type, and its fields' names and kinds
 * in their order, and nothing else. The same on every machine; another as soon as any of these
 * differs: FNV-1a, 64 bits (offset basis cbf29ce484222325, prime 100000001b3, both hexadecimal), of
 * the text "irc.joined(struct sb_irc) nick:text channel:text is_self:bool" without a NUL. Kinds
 * have the names of sb_kind_name(); a signal without fields ends with the parenthesis. */
SB_API uint64_t sb_signal_fingerprint(const struct sb_signal *signal);

/* "bool", "int64", "uint64", "double", "text", "bytes", "handle". */
SB_API const char *sb_kind_name(enum sb_kind kind);

SB_C_END

#endif
