/* Declares what the table of signals SIGNALS names. In a header:
 *
 *     #define SIGNALS <signalbox/irc_signals.def>
 *     #include <signalbox/declare_signals.h>
 *     extern SB_API const struct sb_table sb_irc_signals;
 *
 * For each SIGNAL(NAME, ...) it makes
 *
 *     struct NAME            the payload
 *     NAME_fn                a handler: void (void *self, sender *from, const struct NAME *e)
 *     NAME_connect()         calls fn(self, from, e) for each later emission from that sender;
 *                            from is an object, SB_ANY or SB_ANONYMOUS; place and self as
 *                            SB_HANDLER(fn) and the receiver; see <signalbox/dispatcher.h>
 *     NAME_connect_with()    the same with a priority, or once
 *     NAME_emit()            calls the receivers before it returns; from NULL: anonymous. The
 *                            payload, and all it points to, is borrowed until then. Returns how
 *                            many typed receivers ran, or a negative errno: see sb_emit()
 *     NAME_emit_result()     the same, and tells how many failed and whether one stopped it
 *     NAME_signal()          the descriptor, for code that learns types at run time
 *     NAME_defer()           copies the payload and emits it after this turn; see sb_defer()
 *     NAME_post()            the same from any thread, into a mailbox; see sb_post()
 *     NAME_token()           its sender, for NAME_post(); see sb_token()
 *     NAME_matches_fn        whether a payload is the one: bool (void *self, sender *from,
 *                            const struct NAME *e)
 *     NAME_awaited()         the signal from this sender, for sb_expect(); see struct sb_awaited
 *
 * No include guard: included once for each table. SB_SIGNALS_API, when defined, stands before
 * each function, for tables of a shared library. */

#include <signalbox/dispatcher.h>
#include <signalbox/expect.h>
#include <signalbox/later.h>

#ifndef SB_SIGNALS_API
#define SB_SIGNALS_API
#endif

/* A program may have macros of these names. */
#pragma push_macro("FIELD")
#pragma push_macro("HANDLE")
#pragma push_macro("NO_FIELDS")
#pragma push_macro("SIGNAL")
#undef FIELD
#undef HANDLE
#undef NO_FIELDS
#undef SIGNAL

#define FIELD(type, name, about) type name;
#define HANDLE(type, name, about) type name;
#define NO_FIELDS bool none_;
#define SIGNAL(NAME, text, sender_t, about, fields)                                                \
	struct NAME {                                                                              \
		fields                                                                             \
	};                                                                                         \
	typedef void NAME##_fn(void *self, sender_t *from, const struct NAME *e);                  \
	SB_SIGNALS_API struct sb_connection NAME##_connect(struct sb_dispatcher *d,                \
		sender_t *from, NAME##_fn *fn, const char *place, void *self);                     \
	SB_SIGNALS_API struct sb_connection NAME##_connect_with(struct sb_dispatcher *d,           \
		sender_t *from, struct sb_options options, NAME##_fn *fn, const char *place,       \
		void *self);                                                                       \
	SB_SIGNALS_API int NAME##_emit(struct sb_dispatcher *d, sender_t *from,                    \
		const struct NAME *e);                                                             \
	SB_SIGNALS_API int NAME##_emit_result(struct sb_dispatcher *d, sender_t *from,             \
		const struct NAME *e, struct sb_result *ret_result);                               \
	SB_SIGNALS_API const struct sb_signal *NAME##_signal(void);                                \
	static inline int NAME##_defer(struct sb_dispatcher *d, sender_t *from,                    \
		const struct NAME *e)                                                              \
	{                                                                                          \
		return sb_defer(d, NAME##_signal(), from, e);                                      \
	}                                                                                          \
	static inline int NAME##_post(struct sb_mailbox *mailbox, struct sb_token from,            \
		const struct NAME *e)                                                              \
	{                                                                                          \
		return sb_post(mailbox, NAME##_signal(), from, e);                                 \
	}                                                                                          \
	static inline struct sb_token NAME##_token(struct sb_dispatcher *d, const sender_t *from)  \
	{                                                                                          \
		return sb_token(d, NAME##_signal(), from);                                         \
	}                                                                                          \
	typedef bool NAME##_matches_fn(void *self, sender_t *from, const struct NAME *e);          \
	static inline bool NAME##_match_(sb_fn *matches, void *self, void *from,                   \
		const void *payload)                                                               \
	{                                                                                          \
		return ((NAME##_matches_fn *)matches)(                                             \
			self, (sender_t *)from, (const struct NAME *)payload);                     \
	}                                                                                          \
	static inline struct sb_awaited NAME##_awaited(                                            \
		const sender_t *from, NAME##_matches_fn *matches)                                  \
	{                                                                                          \
		struct sb_awaited awaited;                                                         \
                                                                                                   \
		awaited.signal = NAME##_signal();                                                  \
		awaited.from = from;                                                               \
		awaited.matches = (sb_fn *)matches;                                                \
		awaited.match = NAME##_match_;                                                     \
		return awaited;                                                                    \
	}

SB_C_BEGIN
#include SIGNALS
SB_C_END

#undef FIELD
#undef HANDLE
#undef NO_FIELDS
#undef SIGNAL
#pragma pop_macro("FIELD")
#pragma pop_macro("HANDLE")
#pragma pop_macro("NO_FIELDS")
#pragma pop_macro("SIGNAL")
#undef SIGNALS
#undef SB_SIGNALS_API
