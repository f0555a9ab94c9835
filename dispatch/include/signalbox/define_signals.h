/* Defines what <signalbox/declare_signals.h> declared for the table SIGNALS, and the
 * `const struct sb_table SIGNALS_TABLE`. Included by one .c file for each table:
 *
 *     #include <signalbox/irc_signals.h>
 *     #define SIGNALS <signalbox/irc_signals.def>
 *     #define SIGNALS_TABLE sb_irc_signals
 *     #include <signalbox/define_signals.h>
 *
 * Each signal gets a loop of its own over its receivers, so that a handler is called as exactly
 * the type it has; whatever is unusual is left to sb_emit_rest_(). */

#include <signalbox/emission.h>

/* The kind of a C type; a field of any other type does not compile. */
#define SB_KIND_OF_(value)                                                                         \
	_Generic((value),                                                                          \
		bool: SB_BOOL,                                                                     \
		int64_t: SB_INT64,                                                                 \
		uint64_t: SB_UINT64,                                                               \
		double: SB_DOUBLE,                                                                 \
		const char *: SB_TEXT,                                                             \
		struct sb_bytes: SB_BYTES)
/* SB_HANDLE for a pointer to anything; anything else does not compile. */
#define SB_KIND_OF_HANDLE_(value) _Generic(&*(value), default: SB_HANDLE)

/* A program may have macros of these names. */
#pragma push_macro("FIELD")
#pragma push_macro("HANDLE")
#pragma push_macro("NO_FIELDS")
#pragma push_macro("SIGNAL")
#undef FIELD
#undef HANDLE
#undef NO_FIELDS
#undef SIGNAL

/* In the body of NAME_signal(), SELF is struct NAME. */
#define FIELD(type, name, about)                                                                   \
	{ #name, about, offsetof(SELF, name), SB_KIND_OF_(((SELF *)0)->name) },
#define HANDLE(type, name, about)                                                                  \
	{ #name, about, offsetof(SELF, name), SB_KIND_OF_HANDLE_(((SELF *)0)->name) },
#define NO_FIELDS

#define SIGNAL(NAME, text, sender_t, about, fields_)                                               \
	static struct sb_number NAME##_number;                                                     \
	static SB_NOINLINE_ int                                                                    \
	NAME##_run(struct sb_dispatcher *d, struct sb_row *row, void *from, const void *payload)   \
	{                                                                                          \
		struct sb_hot *hot = (struct sb_hot *)d;                                           \
		uint32_t depth = hot->depth;                                                       \
		struct sb_frame *frame = &hot->frames[depth];                                      \
		const struct sb_slot *slot = row->slots;                                           \
		sender_t *sender = from;                                                           \
                                                                                                   \
		frame->row = row;                                                                  \
		frame->from = from;                                                                \
		frame->stop = slot + row->n;                                                       \
		frame->end = row->n;                                                               \
		frame->plain = 1;                                                                  \
		hot->depth = depth + 1;                                                            \
		do {                                                                               \
			sb_fn *fn = slot->fn;                                                      \
                                                                                                   \
			frame->slot = slot;                                                        \
			if (SB_UNLIKELY_(!fn))                                                     \
				return sb_emit_rest_(                                              \
					d, NAME##_signal(), frame, payload, SB_RUN_AT_SLOT_);      \
			((NAME##_fn *)fn)(slot->self, sender, payload);                            \
			slot++;                                                                    \
		} while (slot != frame->stop);                                                     \
		if (SB_UNLIKELY_(!frame->plain))                                                   \
			return sb_emit_rest_(                                                      \
				d, NAME##_signal(), frame, payload, SB_RUN_AFTER_SLOT_);           \
		hot->depth = depth;                                                                \
		return (int)frame->end;                                                            \
	}                                                                                          \
	static void                                                                                \
	NAME##_thunk(sb_fn *fn, void *self, void *from, const void *payload)                       \
	{                                                                                          \
		((NAME##_fn *)fn)(self, from, payload);                                            \
	}                                                                                          \
	const struct sb_signal *                                                                   \
	NAME##_signal(void)                                                                        \
	{                                                                                          \
		typedef struct NAME SELF;                                                          \
		/* The last one only keeps the array of a signal without fields from being empty. */ \
		static const struct sb_field table[] = { fields_ { NULL, NULL, 0, SB_BOOL } };     \
		static const struct sb_signal signal = {                                           \
			.name = text,                                                              \
			.c_name = #NAME,                                                           \
			.doc = about,                                                              \
			.sender = #sender_t,                                                       \
			.size = sizeof(SELF),                                                      \
			.fields = table,                                                           \
			.n_fields = sizeof(table) / sizeof(table[0]) - 1,                          \
			.number = &NAME##_number,                                                  \
			.run = NAME##_run,                                                         \
			.thunk = NAME##_thunk,                                                     \
		};                                                                                 \
		return &signal;                                                                    \
	}                                                                                          \
	struct sb_connection                                                                       \
	NAME##_connect(struct sb_dispatcher *d, sender_t *from, NAME##_fn *fn, const char *place,  \
		void *self)                                                                        \
	{                                                                                          \
		return sb_connect_(d, NAME##_signal(), from, (struct sb_options){ .priority = 0 }, \
			(sb_fn *)fn, place, self);                                                 \
	}                                                                                          \
	struct sb_connection                                                                       \
	NAME##_connect_with(struct sb_dispatcher *d, sender_t *from, struct sb_options options,    \
		NAME##_fn *fn, const char *place, void *self)                                      \
	{                                                                                          \
		return sb_connect_(d, NAME##_signal(), from, options, (sb_fn *)fn, place, self);   \
	}                                                                                          \
	int                                                                                        \
	NAME##_emit(struct sb_dispatcher *d, sender_t *from, const struct NAME *e)                 \
	{                                                                                          \
		struct sb_hot *hot = (struct sb_hot *)d;                                           \
		struct sb_row *row = sb_row_of_(hot, &NAME##_number);                              \
                                                                                                   \
		if (SB_UNLIKELY_((row->odd | hot->odd) || hot->depth >= SB_DEPTH_LIMIT))           \
			return sb_emit_odd_(d, NAME##_signal(), from, e);                          \
		return row->n ? NAME##_run(d, row, from, e) : 0;                                   \
	}                                                                                          \
	int                                                                                        \
	NAME##_emit_result(struct sb_dispatcher *d, sender_t *from, const struct NAME *e,          \
		struct sb_result *ret_result)                                                      \
	{                                                                                          \
		return sb_emit_result(d, NAME##_signal(), from, e, ret_result);                    \
	}

#include SIGNALS

#undef SIGNAL
#define SIGNAL(NAME, text, sender_t, about, fields) NAME##_signal,

const struct sb_table SIGNALS_TABLE = {
	.signals =
		(const struct sb_signal *(*const[])(void)){
#include SIGNALS
			NULL },
#undef SIGNAL
#define SIGNAL(NAME, text, sender_t, about, fields) +1
	.n_signals = 0
#include SIGNALS
};

#undef FIELD
#undef HANDLE
#undef NO_FIELDS
#undef SIGNAL
#pragma pop_macro("FIELD")
#pragma pop_macro("HANDLE")
#pragma pop_macro("NO_FIELDS")
#pragma pop_macro("SIGNAL")
#undef SB_KIND_OF_
#undef SB_KIND_OF_HANDLE_
#undef SIGNALS
#undef SIGNALS_TABLE
