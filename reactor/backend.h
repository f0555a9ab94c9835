#ifndef SIGNALBOX_BACKEND_H
#define SIGNALBOX_BACKEND_H

/* What exists twice: time, waiting, and moving bytes, over libev or over a simulation. All else is
 * written once, above this. Nothing here calls a user of the library. */

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/reactor.h>
#include <signalbox/url.h>

struct task;
struct tls_library;
struct sb_pool;

enum {
	EVENT_READ = 1, /* bytes, an end or an error can be read; a connection can be accepted */
	EVENT_WRITE = 2, /* bytes can be written, or a connect has ended */
};

struct end_ops;
struct resolver;

/* One end of a connection, or what listens; first in the struct of whoever makes it: a back-end, or
 * a filter over another end. */
struct end {
	const struct end_ops *ops;
	struct task *task; /* what sb_reactor_queue() is given when something happens to it */
	unsigned interest; /* EVENT_* */
	bool has_ended; /* reading has returned 0; its maker's own */
};

/* Who is at the other side: an IPv6 address, or an IPv4 one as ::ffff:a.b.c.d, in the order of the
 * network. It lies in every stream, hence so compact. */
struct peer_address {
	unsigned char address[16];
	uint16_t port; /* 0: nobody with an address, as over a UNIX socket */
};

/* The text of a peer, the NUL included: "[" IPv6 "]:65535". */
enum { PEER_CAP = 64 };

/* When the system asks whether a silent peer is still there. In seconds; idle_s 0: it does not. */
struct keep_alive {
	int idle_s, interval_s, count;
};

/* What can be done with an end. */
struct end_ops {
	/* What has become of connecting, after EVENT_WRITE: 0, -EINPROGRESS, or why it failed. */
	int (*result)(struct end *end);

	/* Of one that listens: returns 0; -EAGAIN: nobody there; -ECONNABORTED: somebody was, try
	 * on; or a shortage, or that it listens no more. */
	int (*accept)(struct end *listening, struct end **ret_end, struct peer_address *ret_peer);

	/* Of one that listens, where accept() found no descriptor: with one that is kept for this
	 * it accepts somebody and closes the connection. Returns 0; -EAGAIN: nobody there; another:
	 * that failed too. */
	int (*shed)(struct end *listening);

	/* Sets the interest of an end that has a task; also to be called when that is another. */
	void (*watch)(struct end *end, unsigned interest);

	/* Bytes moved, -EAGAIN, or another negative errno. Reading 0: the peer has ended. Writing 0:
	 * some of them went, but not so much of them that any could be forgotten. */
	ssize_t (*read)(struct end *end, void *buf, size_t cap);
	ssize_t (*write)(struct end *end, const void *ptr, size_t len);
	int (*shutdown)(struct end *end);

	/* Before close(), where that cannot say by itself that the end is one in order: 0;
	 * -EAGAIN: not yet, once more after EVENT_WRITE. NULL: there is no need. */
	int (*finish)(struct end *end);

	/* Of one that listens: of those that it accepts from now on. NULL: there is no such thing. */
	void (*keep_alive)(struct end *end, const struct keep_alive *keep_alive);

	/* Frees the end. resets: the peer is to see that this was no end in order. */
	void (*close)(struct end *end, bool resets);
};

/* Who does the work of a pool: threads, or places of a simulation. First in the struct of its
 * maker. */
struct crew {
	/* There is work that nobody free may come for: somebody begins it, now or soon, if there is
	 * room for one more. Returns 0; or a negative errno when nobody is there and nobody comes. */
	int (*call)(struct crew *crew);

	/* Returns when all work that was begun is done, and frees the crew. */
	void (*dismiss)(struct crew *crew);
};

struct backend {
	bool is_simulated; /* no time passes within a turn */

	/* Both clocks of <signalbox/reactor.h>, as of this moment. */
	int64_t (*now_ns)(void *back);
	int64_t (*wall_ns)(void *back);
	uint64_t (*random)(void *back);

	/* Returns when until_ns has come (INT64_MIN: look, do not wait; INT64_MAX: no limit), or
	 * something has happened, or a little earlier. Queues the tasks of all ends to which
	 * something of their interest has happened, again each time for as long as it holds.
	 * Returns 0; -EDEADLK when nothing could ever end the wait. */
	int (*wait)(void *back, int64_t until_ns);

	/* Ends the wait in progress or the next one; from any thread. */
	void (*wake)(void *back);

	/* From now on INT, TERM and HUP come by sb_reactor_signal(): 0, or -EBUSY. */
	int (*take_signals)(void *back);

	/* Gives them back to whoever had them, and with them those that came and were not told. */
	void (*return_signals)(void *back);

	/* Until it is called with false: a wait ends also when the wall clock is stepped. */
	void (*watch_wall)(void *back, bool is_wanted);

	/* At most n at a time do the pool's work, which they take themselves (pool.h). Returns NULL
	 * when out of memory. */
	struct crew *(*hire)(void *back, struct sb_pool *pool, unsigned n);

	/* Begins to connect. Returns a negative errno when there is nothing to connect with; else 0
	 * and an end, and in *ret_result how connecting itself goes: 0 or -EINPROGRESS, then
	 * EVENT_WRITE comes and result() tells; or a negative errno, then it is over already. */
	int (*connect)(void *back, const struct sb_url *url, struct end **ret_end, int *ret_result);

	/* Makes an end of what is open already, fd: or stdio:, and owns it, unless this fails. NULL
	 * where there are no descriptors. */
	int (*take)(void *back, const struct sb_url *url, struct end **ret_end,
		struct sb_error *ret_error);

	/* *ret_url is where it listens, with the port. */
	int (*listen)(void *back, const struct sb_url *url, struct end **ret_end,
		struct sb_url *ret_url, struct sb_error *ret_error);

	/* What TLS is made with; NULL when out of memory. NULL: OpenSSL as it is. */
	struct tls_library *(*tls_library)(void *back);

	/* Makes an end of a descriptor that does not block, which is the end's from now on, also when
	 * this fails: 0, or -ENOMEM. NULL in a simulation. */
	int (*adopt)(void *back, int fd, struct end **ret_end);

	/* Asked for once, when a name is looked up for the first time: 0, or a negative errno. */
	int (*make_resolver)(void *back, struct resolver **ret_resolver);

	/* NULL for one that is not destroyed by its reactor. */
	void (*destroy)(void *back);
};

#endif
