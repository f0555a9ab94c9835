#ifndef SIGNALBOX_DISPATCHER_H
#define SIGNALBOX_DISPATCHER_H

/* Delivers named signals to the handlers connected to them, before emit returns.
 *
 * A dispatcher belongs to one thread; there may be many. The typed functions (connect, emit) are
 * made from tables: see <signalbox/declare_signals.h>. These are the rules:
 *
 * Who is called. Connections to the signal from its sender, to it from anyone (SB_ANY; or
 * SB_ANONYMOUS, for emissions without a sender), and to patterns that match its name.
 *
 * Order. Higher priority first; then in the order of connection, whatever kind they are.
 *
 * Once each. A receiver, the pair of handler and self, runs at most once an emission, however
 * many connections lead to it: by the first of them that is not blocked.
 *
 * Change. A handler may do anything: connect, disconnect, block, forget, emit, destroy the
 * sender, itself or the dispatcher. What is disconnected, blocked or forgotten before its turn is
 * not called; what is connected is first called by an emission that starts later (one nested in
 * this one does). Nested emissions go depth first, up to SB_DEPTH_LIMIT.
 *
 * Death. Where the sender is forgotten or the dispatcher destroyed, the emission ends after the
 * running handler and emit returns -ECANCELED: whoever emitted must return to the loop without
 * touching either. The memory of a dispatcher destroyed in a handler goes when its outermost
 * emission ends.
 *
 * Failure. Handlers return nothing; one that fails says sb_fail(), the others still run, and it
 * becomes the signal dispatch.failed (<signalbox/dispatch_signals.h>). Nothing fails unheard.
 *
 * Memory. Connecting allocates and may fail; emitting does neither. What is disconnected while
 * something is emitted gives its place in the arrays back when the outermost emission ends.
 *
 * More than that: what is emitted later or from other threads is in <signalbox/later.h>, waiting
 * for one of several signals in <signalbox/expect.h>, what can be seen of it all in
 * <signalbox/observer.h>, <signalbox/trace.h> and <signalbox/profile.h>.
 *
 * Cost. Emitting takes time in proportion to the receivers called. Connecting and disconnecting
 * take constant time, but for this: a connection that does not come last in its order, by its
 * priority, is moved into place; patterns are meant to be few, and connecting one looks at each of
 * them and at each signal, forgetting anything at each of them that filters by an object, and
 * emitting a signal that was never registered at each of them once for each that matches.
 * Forgetting also looks at each signal that waits deferred, and at each queue. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/signal.h>

SB_C_BEGIN

/* How deep emissions may nest. One more is refused with -ELOOP, and becomes dispatch.failed with
 * the names of the signals that go round. */
enum { SB_DEPTH_LIMIT = 32 };

/* For connect: emissions from anyone; emissions without a sender. Nobody may emit as these, nor
 * forget them: an assert, but in the typed NAME_emit(), which has no time for it. (In C++ they need
 * a cast to the sender's type.) */
SB_API extern char sb_any_[1], sb_anonymous_[1];
#define SB_ANY ((void *)sb_any_)
#define SB_ANONYMOUS ((void *)sb_anonymous_)

/* A connection: a value to keep or to drop. The serial is never used again, so one that is stale
 * or of another dispatcher is harmless. Serial 0: none. */
struct sb_connection {
	uint64_t serial;
	uint32_t index;
	uint32_t dispatcher;
};

struct sb_options {
	int priority; /* -32768 to 32767, higher runs first; 0 usual */
	bool once; /* disconnected before its first run */
};

struct sb_result {
	uint32_t n_ran; /* typed receivers that ran */
	uint32_t n_failed; /* of all receivers, those that said sb_fail() or emitted too deep */
	bool stopped; /* one said sb_stop() */
};

/* Where failures go that nobody listens for, or that happen while a failure is being told.
 * `place` is of the handler, NULL for none; `signal` the name of what it was handling, NULL for
 * none. Borrowed for the call. It may call nothing of this dispatcher. */
typedef void sb_last_resort_fn(
	void *self, const char *signal, const char *place, const struct sb_error *error);

/* A new dispatcher, or NULL when out of memory. last_resort NULL: failures are printed on standard
 * error. */
SB_API struct sb_dispatcher *sb_dispatcher_create(sb_last_resort_fn *last_resort, void *self);

/* d may be NULL. In a handler: no other handler runs, each emit in progress returns -ECANCELED, and
 * the memory goes when the outermost has. Until then every call is harmless; no connection is made
 * and no emission begins any more. */
SB_API void sb_dispatcher_destroy(struct sb_dispatcher *d);

/* Makes the signals of a table known, so that patterns and sb_find() see them. Again is harmless.
 * Returns 0; -EEXIST when another signal has that name; -ENOMEM. Those before it in the table are
 * registered either way. */
SB_API int sb_register(struct sb_dispatcher *d, const struct sb_table *table);

/* The registered signal of that name, or NULL. */
SB_API const struct sb_signal *sb_find(const struct sb_dispatcher *d, const char *name);

/* The i-th registered signal, in the order in which this process first met them, or NULL past the
 * last: for (i = 0; (signal = sb_signal_at(d, i)); i++). */
SB_API const struct sb_signal *sb_signal_at(const struct sb_dispatcher *d, size_t i);

/* A handler of a pattern: it learns which signal it was given, and reads the payload by the
 * descriptor's fields. */
typedef void sb_pattern_fn(
	void *self, void *from, const struct sb_signal *signal, const void *payload);

/* Connects a watcher to each signal, known now or registered later, whose name matches: tokens are
 * parted by dots, `*` stands for one, `>` as the last token for one or more ("irc.*", ">"). The
 * text of the pattern is copied. from: an object, SB_ANY or SB_ANONYMOUS, never NULL. fn, place:
 * SB_HANDLER(fn); place is a string literal, or lives as long as the dispatcher. Connecting the
 * same thing (pattern, from, fn, self) again gives back the first connection; with other options it
 * is an assert, as is a priority out of range. So it is for the typed connects, which also register
 * their signal; that two signals have one name is an assert there. A serial of 0: out of memory (or
 * d destroyed), nothing changed, and sb_connect_failed() says so. */
SB_API struct sb_connection sb_pattern_connect(struct sb_dispatcher *d, const char *pattern,
	void *from, struct sb_options options, sb_pattern_fn *fn, const char *place, void *self);

/* Whether a connect has failed since the last call of this: for a module that makes forty
 * connections and asks once. */
SB_API bool sb_connect_failed(struct sb_dispatcher *d);

/* Ends a connection at once. Returns 0, or -ENOENT when there is none of that serial: done
 * before. */
SB_API int sb_disconnect(struct sb_dispatcher *d, struct sb_connection connection);

/* Keeps a connection from being called until it is unblocked as often as it was blocked. Returns 0;
 * -ENOENT as above; -EALREADY for an unblock too many; -EOVERFLOW for 65535 blocks. */
SB_API int sb_block(struct sb_dispatcher *d, struct sb_connection connection);
SB_API int sb_unblock(struct sb_dispatcher *d, struct sb_connection connection);

/* Whoever destroys an object that was a self or a sender says so: drops each connection in which
 * the object is the receiver's self or the sender filtered by, its label, the observers and the
 * expectations of that self, the reader of a queue that it is, its tokens, and each signal deferred
 * that carries it, as its sender or as a HANDLE; and ends its emissions in progress. A later object
 * at the same address inherits nothing. (An object embedded first in another shares its address:
 * only one of the two may be a self or a sender.) Returns how many connections went. NULL is
 * nobody. */
SB_API int sb_forget(struct sb_dispatcher *d, const void *object);

/* Emits by descriptor: what NAME_emit() does, for code that learns the signal at run time. payload
 * is of signal->size bytes, and borrowed until it returns; from NULL: anonymous. A signal never
 * registered here is delivered to patterns alone.
 * Returns how many typed receivers ran (watchers by pattern do not count); -ECANCELED when the
 * sender was forgotten meanwhile, or the dispatcher destroyed; -ELOOP past the depth
 * limit, told as dispatch.failed.
 * sb_emit_result() fills in *ret_result also when it returns an error. */
SB_API int sb_emit(
	struct sb_dispatcher *d, const struct sb_signal *signal, void *from, const void *payload);
SB_API int sb_emit_result(struct sb_dispatcher *d, const struct sb_signal *signal, void *from,
	const void *payload, struct sb_result *ret_result);

/* In a handler: nobody after it hears the innermost emission. Outside one it is an assert. */
SB_API void sb_stop(struct sb_dispatcher *d);

/* In a handler: it has failed, for this reason. error is a negative errno, or it is an assert. The
 * others still run; when the emission has ended, dispatch.failed is emitted from the same sender
 * with the handler's place, and what nobody hears there goes to the last resort. Outside a handler
 * (in a timer, say) it is emitted at once, anonymously. What fails while a failure is being told,
 * however deep, goes to the last resort, and so does a failure for which there is no memory. */
SB_PRINTF(3, 4)
SB_API void sb_fail(struct sb_dispatcher *d, int error, const char *why, ...);

/* Tells a failure that was noticed after its handler had returned: one that took a request, and
 * never answered it. As sb_fail(), but dispatch.failed comes at once, also in a handler, which has
 * not failed by this; from `from` (NULL: anonymously), with this name of a signal and this place,
 * each NULL for none and borrowed until it returns. While a failure is being told it goes to the
 * last resort. Returns 0; -ECANCELED when the sender was forgotten meanwhile, or the dispatcher
 * destroyed. */
SB_PRINTF(6, 7)
SB_API int sb_fail_at(struct sb_dispatcher *d, void *from, const char *signal, const char *place,
	int error, const char *why, ...);

/* The place of the handler that runs now, the innermost, also after it has been disconnected; NULL
 * outside handlers. For whoever a handler calls, to say later who that was. */
SB_API const char *sb_running_place(const struct sb_dispatcher *d);

/* A name for an object, for traces and reports; copied. NULL takes it away. Returns 0, -ENOMEM. */
SB_API int sb_label(struct sb_dispatcher *d, const void *object, const char *label);
/* Borrowed until the label is changed or the object forgotten; NULL for none. */
SB_API const char *sb_label_of(const struct sb_dispatcher *d, const void *object);

/* Who is connected to what. */
struct sb_connection_info {
	struct sb_connection connection;
	const char *name; /* of the signal, or the pattern; borrowed while it is connected */
	const void *sender; /* an object, SB_ANY or SB_ANONYMOUS */
	const void *self;
	const char *place;
	struct sb_options options;
	unsigned n_blocked;
	bool is_pattern;
};

/* Writes the next connection and returns true, or returns false after the last. *cursor starts at
 * 0. Connections made or ended meanwhile may be seen or not. */
SB_API bool sb_connection_next(
	const struct sb_dispatcher *d, size_t *cursor, struct sb_connection_info *ret_info);

/* Who would receive an emission of the signal from this sender (NULL: anonymous) that began now, in
 * the order in which they would be called, each receiver once: typed, by pattern, and expectations,
 * as if they were met, with a connection of serial 0; nobody where it would be refused. Writes the
 * first cap of them to infos (NULL where cap is 0), and returns how many there are. For reports,
 * and to leave out work for a signal that nobody would hear. In handlers and observers, too.
 * Allocates nothing. */
SB_API size_t sb_receivers(struct sb_dispatcher *d, const struct sb_signal *signal,
	const void *from, struct sb_connection_info *infos, size_t cap);

/* The emissions in progress are given up, as when a test leaves a handler by longjmp; the
 * dispatcher is then as after their end; failures not told yet go to the last resort, and observers
 * hear the ends of what they heard begin, and of the dispatcher's where that was being told. Never
 * while one of their functions will be returned to. A dispatcher destroyed meanwhile is freed:
 * returns true, and d is gone. */
SB_API bool sb_unwind(struct sb_dispatcher *d);

SB_C_END

#endif
