#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <ev.h>

#include "descriptors.h"
#include "pool.h"
#include "private.h"
#include "resolver.h"
#include "sockets.h"
#include "system.h"

struct libev {
	struct sb_reactor *reactor;
	struct ev_loop *loop;
	ev_timer timer;
	int64_t timer_ns; /* when it fires; INT64_MAX: is not started */
	ev_async async;
	ev_signal signals[N_SIGNALS];
	struct sigaction old_actions[N_SIGNALS];
	ev_io wall; /* a timerfd that tells of steps of the wall clock, while `watches_wall` */
	bool watches_wall, has_wall;
};

/* One for each connection, so nothing lies here twice: the descriptor is io's, and so is the pointer
 * to what it belongs to. */
struct socket_end {
	struct end base;
	ev_io io;
};

struct listening_end {
	struct socket_end socket; /* first */
	struct socket_listening listening;
	struct sb_url url;
};

/* The dispositions of signals are the process's: one reactor at a time has them. */
static _Atomic(struct libev *) signal_owner;

static struct socket_end *
socket_end_of(struct end *base)
{
	return (struct socket_end *)base;
}

static struct libev *
libev_of(const struct socket_end *end)
{
	return end->io.data;
}

static struct socket_end *
socket_end_at(ev_io *io)
{
	return (struct socket_end *)((char *)io - offsetof(struct socket_end, io));
}

/* That the loop has woken is all that is wanted. */
static void
on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct libev *libev = timer->data;

	(void)loop;
	(void)events;
	libev->timer_ns = INT64_MAX;
}

static void
on_async(struct ev_loop *loop, ev_async *async, int events)
{
	(void)loop;
	(void)async;
	(void)events;
}

static void
on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct libev *libev = watcher->data;

	(void)loop;
	(void)events;
	sb_reactor_signal(libev->reactor, watcher->signum);
}

static void
on_socket(struct ev_loop *loop, ev_io *io, int events)
{
	struct libev *libev = io->data;
	struct socket_end *end = socket_end_at(io);
	unsigned happened = 0;

	(void)loop;
	if (events & EV_READ)
		happened |= EVENT_READ;
	if (events & EV_WRITE)
		happened |= EVENT_WRITE;
	sb_reactor_queue(libev->reactor, end->base.task, happened & end->base.interest);
}

static void
on_wall(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)events;
	sb_system_note_wall(io->fd);
}

static void
open_wall(struct libev *libev)
{
	int fd = sb_system_watch_wall();

	if (fd < 0)
		return;
	libev->has_wall = true;
	ev_io_init(&libev->wall, on_wall, fd, EV_READ);
	ev_io_start(libev->loop, &libev->wall);
}

/* There was no descriptor for it. Without one, waits are short instead. */
static int64_t
try_wall_again(struct libev *libev, int64_t until_ns)
{
	int64_t soon_ns;

	open_wall(libev);
	if (libev->has_wall)
		return until_ns;
	soon_ns = sb_system_now_ns(libev) + SB_SYSTEM_UNWATCHED_NS;
	return until_ns < soon_ns ? until_ns : soon_ns;
}

static void
start_timer(struct libev *libev, int64_t until_ns, int64_t left_ns)
{
	/* libev counts from when it last looked at the clock. */
	ev_now_update(libev->loop);
	ev_timer_stop(libev->loop, &libev->timer);
	ev_timer_set(&libev->timer, (double)left_ns / (double)SB_S, 0.);
	ev_timer_start(libev->loop, &libev->timer);
	libev->timer_ns = until_ns;
}

static int
wait_until(void *back, int64_t until_ns)
{
	struct libev *libev = back;
	int64_t left_ns = INT64_MAX;

	if (libev->watches_wall && !libev->has_wall)
		until_ns = try_wall_again(libev, until_ns);
	if (until_ns == INT64_MIN)
		left_ns = 0;
	else if (until_ns < INT64_MAX)
		left_ns = until_ns - sb_system_now_ns(back);
	/* That the timer may fire too early spares starting it for each wait. */
	if (left_ns > 0 && until_ns < libev->timer_ns)
		start_timer(libev, until_ns, left_ns);
	(void)ev_run(libev->loop, left_ns > 0 ? EVRUN_ONCE : EVRUN_NOWAIT);
	return 0;
}

static void
wake(void *back)
{
	struct libev *libev = back;

	ev_async_send(libev->loop, &libev->async);
}

static int
take_signals(void *back)
{
	struct libev *libev = back, *nobody = NULL;
	int i;

	if (!atomic_compare_exchange_strong(&signal_owner, &nobody, libev))
		return -EBUSY;
	for (i = 0; i < N_SIGNALS; i++) {
		(void)sigaction(sb_signal_numbers[i], NULL, &libev->old_actions[i]);
		ev_signal_start(libev->loop, &libev->signals[i]);
	}
	return 0;
}

static void
send_again(unsigned pending)
{
	int i;

	for (i = 0; i < N_SIGNALS; i++)
		if (pending & 1u << i)
			(void)raise(sb_signal_numbers[i]);
}

static void
return_signals(void *back)
{
	struct libev *libev = back;
	sigset_t blocked, before;
	int i;

	(void)sigemptyset(&blocked);
	for (i = 0; i < N_SIGNALS; i++)
		(void)sigaddset(&blocked, sb_signal_numbers[i]);
	/* libev leaves the default action for a moment, and that one ends the process. */
	(void)pthread_sigmask(SIG_BLOCK, &blocked, &before);
	/* What libev has noted and not told would be forgotten. */
	(void)ev_run(libev->loop, EVRUN_NOWAIT);
	for (i = 0; i < N_SIGNALS; i++) {
		ev_signal_stop(libev->loop, &libev->signals[i]);
		(void)sigaction(sb_signal_numbers[i], &libev->old_actions[i], NULL);
	}
	atomic_store(&signal_owner, NULL);
	send_again(libev->reactor->pending_signals);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void
close_wall(struct libev *libev)
{
	if (!libev->has_wall)
		return;
	libev->has_wall = false;
	ev_io_stop(libev->loop, &libev->wall);
	(void)close(libev->wall.fd);
}

static void
watch_wall(void *back, bool is_wanted)
{
	struct libev *libev = back;

	libev->watches_wall = is_wanted;
	if (is_wanted)
		open_wall(libev);
	else
		close_wall(libev);
}

static const struct end_ops socket_ops, descriptor_ops, listening_ops;

static void
init_end(struct socket_end *end, const struct end_ops *ops, struct libev *libev, int fd)
{
	end->base.ops = ops;
	ev_io_init(&end->io, on_socket, fd, 0);
	end->io.data = libev;
}

/* Takes the descriptor, also when it fails for memory. */
static int
adopt(void *back, int fd, struct end **ret_end)
{
	struct socket_end *end = calloc(1, sizeof(*end));

	if (!end) {
		(void)close(fd);
		return -ENOMEM;
	}
	init_end(end, &socket_ops, back, fd);
	*ret_end = &end->base;
	return 0;
}

static int
make_resolver(void *back, struct resolver **ret_resolver)
{
	struct libev *libev = back;

	return sb_ares_create(libev->reactor, "/etc/resolv.conf", 53, ret_resolver);
}

static int
connect_to(void *back, const struct sb_url *url, struct end **ret_end, int *ret_result)
{
	int fd, ret = sb_socket_connect(url, &fd, ret_result);

	return ret < 0 ? ret : adopt(back, fd, ret_end);
}

static int
take_one(struct libev *libev, int fd, struct end **ret_end, struct sb_error *ret_error)
{
	struct socket_end *end = calloc(1, sizeof(*end));
	bool is_socket = false;
	int ret;

	if (!end)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	ret = sb_descriptor_prepare(fd, &is_socket, ret_error);
	if (ret < 0) {
		free(end);
		return ret;
	}
	init_end(end, is_socket ? &socket_ops : &descriptor_ops, libev, fd);
	*ret_end = &end->base;
	return 0;
}

static int
take_stdio(struct libev *libev, struct end **ret_end, struct sb_error *ret_error)
{
	struct stdio_flags flags;
	struct end *in = NULL, *out = NULL;
	int ret;

	sb_stdio_note(&flags);
	ret = take_one(libev, STDIN_FILENO, &in, ret_error);
	if (ret == 0) {
		sb_stdio_compare(&flags);
		ret = take_one(libev, STDOUT_FILENO, &out, ret_error);
	}
	*ret_end = ret == 0 ? sb_stdio_create(in, out, &flags) : NULL;
	if (*ret_end)
		return 0;
	sb_stdio_restore(&flags);
	free(in);
	free(out);
	return ret < 0 ? ret : sb_error_set(ret_error, -ENOMEM, "out of memory");
}

static int
take(void *back, const struct sb_url *url, struct end **ret_end, struct sb_error *ret_error)
{
	if (url->scheme == SB_SCHEME_STDIO)
		return take_stdio(back, ret_end, ret_error);
	return take_one(back, url->fd, ret_end, ret_error);
}

static int
result(struct end *base)
{
	return sb_socket_result(socket_end_of(base)->io.fd);
}

static int
listen_at(void *back, const struct sb_url *url, struct end **ret_end, struct sb_url *ret_url,
	struct sb_error *ret_error)
{
	struct listening_end *end = calloc(1, sizeof(*end));
	int ret;

	if (!end)
		return sb_error_set(ret_error, -ENOMEM, "listening: %s", strerror(ENOMEM));
	ret = sb_socket_listen(url, &end->listening, ret_url, ret_error);
	if (ret < 0) {
		free(end);
		return ret;
	}
	init_end(&end->socket, &listening_ops, back, end->listening.fd);
	end->url = *ret_url;
	*ret_end = &end->socket.base;
	return 0;
}

static int
accept_at(struct end *base, struct end **ret_end, struct peer_address *ret_peer)
{
	struct socket_end *listening = socket_end_of(base);
	int fd, ret = sb_socket_accept(listening->io.fd, &fd, ret_peer);

	return ret < 0 ? ret : adopt(libev_of(listening), fd, ret_end);
}

static void
watch(struct end *base, unsigned interest)
{
	struct socket_end *end = socket_end_of(base);
	int events = 0;

	if (interest & EVENT_READ)
		events |= EV_READ;
	if (interest & EVENT_WRITE)
		events |= EV_WRITE;
	base->interest = interest;
	ev_io_stop(libev_of(end)->loop, &end->io);
	if (events) {
		ev_io_set(&end->io, end->io.fd, events);
		ev_io_start(libev_of(end)->loop, &end->io);
	}
}

static ssize_t
read_from(struct end *base, void *buf, size_t cap)
{
	ssize_t n = sb_socket_read(socket_end_of(base)->io.fd, buf, cap);

	base->has_ended = base->has_ended || n == 0;
	return n;
}

static ssize_t
write_to(struct end *base, const void *ptr, size_t len)
{
	return sb_socket_write(socket_end_of(base)->io.fd, ptr, len);
}

static int
shut_down(struct end *base)
{
	return sb_socket_shutdown(socket_end_of(base)->io.fd);
}

static void
keep_alive(struct end *base, const struct keep_alive *how)
{
	sb_socket_keep_alive(socket_end_of(base)->io.fd, how);
}

/* What is no socket is connected from the start. */
static int
is_connected(struct end *base)
{
	(void)base;
	return 0;
}

static ssize_t
read_descriptor(struct end *base, void *buf, size_t cap)
{
	return sb_descriptor_read(socket_end_of(base)->io.fd, buf, cap);
}

static ssize_t
write_descriptor(struct end *base, const void *ptr, size_t len)
{
	return sb_descriptor_write(socket_end_of(base)->io.fd, ptr, len);
}

/* A terminal or a pipe has no direction that could be ended alone. */
static int
shut_down_descriptor(struct end *base)
{
	(void)base;
	return 0;
}

static void
close_descriptor(struct end *base, bool resets)
{
	struct socket_end *end = socket_end_of(base);

	(void)resets;
	ev_io_stop(libev_of(end)->loop, &end->io);
	sb_descriptor_close(end->io.fd);
	free(end);
}

static void
close_end(struct end *base, bool resets)
{
	struct socket_end *end = socket_end_of(base);

	/* libev must not watch a descriptor that is closed. */
	ev_io_stop(libev_of(end)->loop, &end->io);
	if (base->has_ended && !resets)
		(void)close(end->io.fd);
	else
		sb_socket_close(end->io.fd, resets);
	free(end);
}

static int
shed_at(struct end *base)
{
	return sb_socket_shed(&((struct listening_end *)base)->listening);
}

static void
close_listening(struct end *base, bool resets)
{
	struct listening_end *end = (struct listening_end *)base;

	(void)resets;
	ev_io_stop(libev_of(&end->socket)->loop, &end->socket.io);
	sb_socket_unlisten(&end->listening, &end->url);
	free(end);
}

static void
destroy(void *back)
{
	struct libev *libev = back;

	ev_timer_stop(libev->loop, &libev->timer);
	ev_async_stop(libev->loop, &libev->async);
	ev_loop_destroy(libev->loop);
	free(libev);
}

static const struct end_ops socket_ops = {
	.result = result,
	.watch = watch,
	.read = read_from,
	.write = write_to,
	.shutdown = shut_down,
	.keep_alive = keep_alive,
	.close = close_end,
};

static const struct end_ops descriptor_ops = {
	.result = is_connected,
	.watch = watch,
	.read = read_descriptor,
	.write = write_descriptor,
	.shutdown = shut_down_descriptor,
	.close = close_descriptor,
};

static const struct end_ops listening_ops = {
	.accept = accept_at,
	.watch = watch,
	.keep_alive = keep_alive,
	.shed = shed_at,
	.close = close_listening,
};

static const struct backend over_libev = {
	.now_ns = sb_system_now_ns,
	.wall_ns = sb_system_wall_ns,
	.random = sb_system_random,
	.wait = wait_until,
	.wake = wake,
	.take_signals = take_signals,
	.return_signals = return_signals,
	.watch_wall = watch_wall,
	.hire = sb_threads_hire,
	.connect = connect_to,
	.take = take,
	.listen = listen_at,
	.adopt = adopt,
	.make_resolver = make_resolver,
	.destroy = destroy,
};

static struct ev_loop *
make_loop(void)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	int error;

	if (!loop) {
		errno = errno ? errno : ENOMEM;
		return NULL;
	}
	/* libev aborts when it finds no descriptor for what wakes it; so one is tried for first. */
	if (sb_system_has_descriptors())
		return loop;
	error = errno;
	ev_loop_destroy(loop);
	errno = error;
	return NULL;
}

static void
init_watchers(struct libev *libev)
{
	int i;

	ev_init(&libev->timer, on_timer);
	libev->timer.data = libev;
	libev->timer_ns = INT64_MAX;
	ev_async_init(&libev->async, on_async);
	ev_async_start(libev->loop, &libev->async);
	for (i = 0; i < N_SIGNALS; i++) {
		ev_signal_init(&libev->signals[i], on_signal, sb_signal_numbers[i]);
		libev->signals[i].data = libev;
	}
}

struct sb_reactor *
sb_reactor_create(void)
{
	struct libev *libev = calloc(1, sizeof(*libev));

	if (!libev)
		return NULL;
	libev->loop = make_loop();
	if (!libev->loop) {
		free(libev);
		return NULL;
	}
	init_watchers(libev);
	libev->reactor = sb_reactor_make(&over_libev, libev);
	if (!libev->reactor) {
		destroy(libev);
		errno = ENOMEM;
		return NULL;
	}
	return libev->reactor;
}
