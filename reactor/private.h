#ifndef SIGNALBOX_REACTOR_PRIVATE_H
#define SIGNALBOX_REACTOR_PRIVATE_H

#include <sys/queue.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <signalbox/reactor.h>
#include <signalbox/listener.h>
#include <signalbox/stream.h>

#include "backend.h"
#include "timer_heap.h"

/* What a stream or a listener has to be told in a turn. */
struct task {
	void (*run)(void *self, unsigned events);
	void *self;
	TAILQ_ENTRY(task) link;
	uint32_t turn; /* in which it was queued: its low bits */
	uint8_t events; /* EVENT_* */
	bool is_queued;
};

/* Who hears, beside their protocols, that streams are over: of each once, from the loop after `closed`,
 * or from inside sb_stream_destroy(), without an error. */
struct stream_watch {
	void (*over)(struct stream_watch *watch, struct sb_stream *stream, const struct sb_error *);
};

/* What the streams of a listener have in common; one that connects has its own. Shared: each stream
 * and the listener hold it. */
struct origin {
	struct sb_reactor *reactor;
	size_t n_holders;
	const char *place;
	bool is_listener;
	struct stream_watch *watch; /* NULL: nobody */
	struct sb_listener *listener; /* that counts them; NULL: none, or it was closed */
	struct race *race; /* of one that connects, or failed to; else NULL */
	struct sb_stream_options options; /* without a default left to fill in */
	char url[];
};

TAILQ_HEAD(task_list, task);
TAILQ_HEAD(stream_list, stream);
TAILQ_HEAD(listener_list, sb_listener);
TAILQ_HEAD(lookup_list, sb_lookup);
TAILQ_HEAD(tls_list, sb_tls);

struct call {
	sb_call_fn *fn;
	const char *place;
	void *self;
};

/* Bytes waiting to be written: one block, from `start`. */
struct byte_queue {
	unsigned char *ptr;
	size_t start, len, cap;
};

enum {
	READ_CAP = 64 * 1024, /* bytes read at once */
	N_SIGNALS = 3,
};

/* Where the reactor is, for the thread of its watchdog to read. */
struct beat {
	_Atomic int64_t began_ns; /* the turn in progress; 0: none; only with a watchdog */
	_Atomic(const char *)
		place; /* of the callback called last; NULL: one of the reactor's own */
	_Atomic(const char *) handler; /* whom that has called, where somebody says so; or NULL */
};

/* The signals that arrive as calls, in the order in which those of one turn are told. */
extern const int sb_signal_numbers[N_SIGNALS];

struct sb_reactor {
	const struct backend *backend;
	void *back;
	int64_t now_ns; /* of this turn */
	uint64_t turn;
	bool is_running, is_stopping;
	void (*fires)(void *back, const char *place); /* NULL, or told of each timer that fires */

	struct timer_heap timers;
	struct timer_heap alarms; /* by the wall clock */
	int64_t wall_ns; /* when an alarm last looked at it */
	bool watches_wall;
	struct inbox *inbox;
	struct sb_waker *all_wakers, **wakers_end;
	struct sb_pool *all_pools, **pools_end;
	size_t n_works; /* given to a pool, and `done` not called yet */
	struct sb_reap *reaps, **reaps_end;
	struct task_list tasks;
	struct stream_list streams;
	struct listener_list listeners;
	struct resolver *resolver; /* NULL until a name is looked up */
	struct lookup_list lookups;
	struct tls_list tls_contexts;

	struct beat beat;
	struct sb_watchdog *watchdog; /* or NULL */

	sb_signal_fn *signal_fn;
	const char *signal_place;
	void *signal_self;
	unsigned pending_signals; /* bit i: number i of sb_signal_numbers */

	unsigned char *read_buffer; /* READ_CAP */
	struct byte_queue spare; /* a block for the next stream that has to queue */
	struct byte_queue *spare_queue; /* for the same, empty; or NULL */
	char peer_text[SB_PEER_CAP]; /* what sb_stream_peer() returned last */
};

/* reactor.c */

/* `back` is the back-end's. Returns NULL when out of memory; then it still is the caller's. */
struct sb_reactor *sb_reactor_make(const struct backend *backend, void *back);

/* All but what `back` is. */
void sb_reactor_free(struct sb_reactor *r);

/* Brackets turns: begin returns -EBUSY when they are running already. */
int sb_reactor_begin(struct sb_reactor *r);
void sb_reactor_end(struct sb_reactor *r);

/* One turn that waits no longer than until limit_ns. Returns 0, or what the wait said. */
int sb_reactor_turn(struct sb_reactor *r, int64_t limit_ns);

/* When the core itself has something to do: INT64_MIN: now; INT64_MAX: never. */
int64_t sb_reactor_next_ns(struct sb_reactor *r);

/* What happened to a stream or listener is told later: when called in a wait, in the turn that
 * follows it, else in the next. */
void sb_reactor_queue(struct sb_reactor *r, struct task *task, unsigned events);
void sb_reactor_unqueue(struct sb_reactor *r, struct task *task);

/* One of sb_signal_numbers came; called in a wait. */
void sb_reactor_signal(struct sb_reactor *r, int signal_number);

/* The callback of this place is called now. A place is there until the turn has ended, at least. */
static inline void
sb_reactor_enter(struct sb_reactor *r, const char *place)
{
	atomic_store_explicit(&r->beat.place, place, memory_order_release);
}

/* watchdog.c */

/* Bracket what a turn calls, where there is a watchdog. After the latter its thread looks at no place
 * of that turn any more; it may call the user, and the watchdog be gone. */
void sb_watchdog_turn_begins(struct sb_reactor *r);
void sb_watchdog_turn_ends(struct sb_reactor *r);

/* inbox.c */
struct inbox *sb_inbox_create(void);
void sb_inbox_destroy(struct inbox *box);
bool sb_inbox_is_empty(struct inbox *box);

/* Makes the calls that are in it now, those of wakers included. */
void sb_inbox_run(struct sb_reactor *r);

/* Copies call number i; false when there are not so many. */
bool sb_inbox_peek(struct inbox *box, size_t i, struct call *ret_call);

/* Whether its call is asked for and not made yet. */
bool sb_inbox_holds(struct inbox *box, const struct sb_waker *waker);

/* alarm.c */

/* When the first alarm is due, as sb_reactor_next_ns() says it. */
int64_t sb_alarms_next_ns(struct sb_reactor *r);

/* Those that are due and were not started after `seq`. */
void sb_alarms_fire(struct sb_reactor *r, uint64_t seq);

/* pool.c */

/* Writes number *at of the pools and their work; false when there are fewer, by which *at is less
 * then. */
bool sb_pools_describe(const struct sb_reactor *r, size_t *at, char *buf, size_t cap);

/* byte_queue.c */

/* Makes sure that n more bytes can be pushed, a spare block counting: 0, or -ENOMEM. */
int sb_byte_queue_reserve(struct byte_queue *queue, struct byte_queue *spare, size_t n);
void sb_byte_queue_push(
	struct byte_queue *queue, struct byte_queue *spare, const void *ptr, size_t n);
void sb_byte_queue_consume(struct byte_queue *queue, size_t n);

/* Empties it; its block becomes the spare one or is freed. */
void sb_byte_queue_drop(struct byte_queue *queue, struct byte_queue *spare);

/* origin.c */

/* Held once. options may be NULL; what is 0 in them becomes the default. NULL when out of memory. */
struct origin *sb_origin_create(struct sb_reactor *r, const char *url,
	const struct sb_stream_options *options, const char *place);
struct origin *sb_origin_hold(struct origin *origin);
void sb_origin_release(struct origin *origin);

/* Sets the keep-alive of the options. */
void sb_origin_keep_alive(const struct origin *origin, struct end *end);

/* Sees that the TLS that the URL, or else the options, ask for can be: 0, or as sb_tls_create(). */
int sb_origin_take_tls(struct origin *origin, const struct sb_url *url, struct sb_error *ret_error);

/* stream.c */

/* Makes a stream of an accepted end, which it owns, also when it returns NULL for memory. */
struct sb_stream *sb_stream_accept(
	struct origin *origin, struct end *end, const struct peer_address *peer);

/* After `accepted`, or when a client has handed it over: tells `connected`, or destroys it when nobody
 * took it. */
void sb_stream_begin(struct sb_stream *stream);

/* Of one that connects. NULL: nobody any more. */
void sb_stream_set_watch(struct sb_stream *stream, struct stream_watch *watch);

/* "stream URL place". */
void sb_stream_describe(const struct stream *stream, char *buf, size_t cap);
const struct stream *sb_stream_after(const struct stream *stream);

/* listener.c */

/* One of its streams is over. */
void sb_listener_lost(struct sb_listener *listener, const struct peer_address *peer);
void sb_listener_describe(const struct sb_listener *listener, char *buf, size_t cap);
const struct sb_listener *sb_listener_after(const struct sb_listener *listener);

/* url_use.c */

/* Makes equal what means the same: localhost, * and the spellings of IPv6. */
void sb_url_normalise(struct sb_url *url);

/* Whether its host is a service, and so its port unknown. */
bool sb_url_is_service(const struct sb_url *url);

/* Whether its host, normalised, has to be looked up. */
bool sb_url_has_name(const struct sb_url *url);

#endif
