/* What is libev's and the system's alone: signals, threads, descriptors, socket files. */

#include "reactor/contract.h"
#include "reactor/private.h"
#include "reactor/valgrind.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static int
set_up(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_UNIX, 0);
	return 0;
}

static int
set_up_tcp(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_TCP, 0);
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

struct signals {
	struct sb_reactor *r;
	unsigned n_int, n_term, n_hup;
	bool gives_back;
};

static void
on_signal(void *self, int signal_number)
{
	struct signals *s = self;

	s->n_int += signal_number == SIGINT;
	s->n_term += signal_number == SIGTERM;
	s->n_hup += signal_number == SIGHUP;
	if (s->gives_back)
		assert_int_equal(sb_reactor_on_signal(s->r, NULL, NULL, NULL), 0);
	sb_reactor_stop(s->r);
}

struct looks {
	struct sb_reactor *r;
	int64_t first_now_ns, last_now_ns, first_ns, last_ns;
};

static void
wait_for_the_clock(void *self)
{
	struct looks *looks = self;

	looks->first_now_ns = sb_reactor_now_ns(looks->r);
	looks->first_ns = sb_reactor_clock_ns(looks->r);
	do
		looks->last_ns = sb_reactor_clock_ns(looks->r);
	while (looks->last_ns == looks->first_ns);
	looks->last_now_ns = sb_reactor_now_ns(looks->r);
}

static void
clock_goes_on_within_a_turn_and_now_does_not(void **state)
{
	struct world *w = *state;
	struct looks looks = { .r = w->r };

	assert_int_equal(sb_reactor_post(w->r, SB_HANDLER(wait_for_the_clock), &looks), 0);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_true(looks.first_ns >= looks.first_now_ns);
	assert_true(looks.last_ns > looks.first_ns);
	assert_int_equal(looks.last_now_ns, looks.first_now_ns);
}

static volatile sig_atomic_t n_old;

static void
old_handler(int signal_number)
{
	(void)signal_number;
	n_old++;
}

static void
raise_all(void *self)
{
	(void)self;
	assert_int_equal(raise(SIGINT), 0);
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(raise(SIGHUP), 0);
}

static void
signals_arrive_as_calls_and_old_dispositions_come_back(void **state)
{
	struct world *w = *state;
	struct signals s = { .r = w->r };
	struct sigaction old = { .sa_handler = old_handler }, before, before_term, before_hup,
			 after;

	n_old = 0;
	assert_int_equal(sigaction(SIGINT, &old, &before), 0);
	assert_int_equal(sigaction(SIGTERM, NULL, &before_term), 0);
	assert_int_equal(sigaction(SIGHUP, NULL, &before_hup), 0);
	assert_int_equal(sb_reactor_on_signal(w->r, SB_HANDLER(on_signal), &s), 0);
	assert_int_equal(sb_reactor_post(w->r, SB_HANDLER(raise_all), NULL), 0);
	/* A handler of signals alone keeps no run going. */
	let_pass(w, 5 * SB_MS);
	let_pass(w, 5 * SB_MS);
	assert_int_equal(s.n_int, 1);
	assert_int_equal(s.n_term, 1);
	assert_int_equal(s.n_hup, 1);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(n_old, 0);
	assert_int_equal(sb_reactor_on_signal(w->r, NULL, NULL, NULL), 0);
	assert_int_equal(raise(SIGINT), 0);
	assert_int_equal(n_old, 1);
	assert_int_equal(sigaction(SIGINT, &before, &after), 0);
	assert_ptr_equal(after.sa_handler, old_handler);
	assert_int_equal(sigaction(SIGTERM, NULL, &after), 0);
	assert_ptr_equal(after.sa_handler, before_term.sa_handler);
	assert_int_equal(sigaction(SIGHUP, NULL, &after), 0);
	assert_ptr_equal(after.sa_handler, before_hup.sa_handler);
}

static void
second_reactor_waits_until_the_first_gives_signals_back(void **state)
{
	struct world *w = *state;
	struct sb_reactor *second = sb_reactor_create();
	struct signals s = { .r = second };

	assert_non_null(second);
	assert_int_equal(sb_reactor_on_signal(w->r, SB_HANDLER(on_signal), &s), 0);
	assert_int_equal(sb_reactor_on_signal(second, SB_HANDLER(on_signal), &s), -EBUSY);
	/* Another handler of the same reactor takes over. */
	assert_int_equal(sb_reactor_on_signal(w->r, SB_HANDLER(on_signal), &s), 0);
	/* Giving back what one has not is harmless. */
	assert_int_equal(sb_reactor_on_signal(second, NULL, NULL, NULL), 0);
	assert_int_equal(sb_reactor_on_signal(second, SB_HANDLER(on_signal), &s), -EBUSY);
	assert_int_equal(sb_reactor_on_signal(w->r, NULL, NULL, NULL), 0);
	assert_int_equal(sb_reactor_on_signal(second, SB_HANDLER(on_signal), &s), 0);
	/* With a reactor its claim goes. */
	sb_reactor_destroy(second);
	assert_int_equal(sb_reactor_on_signal(w->r, SB_HANDLER(on_signal), &s), 0);
	assert_int_equal(sb_reactor_on_signal(w->r, NULL, NULL, NULL), 0);
}

/* TERM and HUP came in the same turn as INT, whose handler gives all back: the old ones must
 * hear. */
static void
signal_not_told_goes_to_whoever_gets_them_back(void **state)
{
	struct world *w = *state;
	struct signals s = { .r = w->r, .gives_back = true };
	struct sigaction old = { .sa_handler = old_handler }, before, before_hup;

	n_old = 0;
	assert_int_equal(sigaction(SIGTERM, &old, &before), 0);
	assert_int_equal(sigaction(SIGHUP, &old, &before_hup), 0);
	assert_int_equal(sb_reactor_on_signal(w->r, SB_HANDLER(on_signal), &s), 0);
	assert_int_equal(sb_reactor_post(w->r, SB_HANDLER(raise_all), NULL), 0);
	let_pass(w, 5 * SB_MS);
	assert_int_equal(s.n_int, 1);
	assert_int_equal(s.n_term, 0);
	assert_int_equal(s.n_hup, 0);
	assert_int_equal(n_old, 2);
	/* The same for one that libev has noted and not told. */
	s.gives_back = false;
	assert_int_equal(sb_reactor_on_signal(w->r, SB_HANDLER(on_signal), &s), 0);
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(sb_reactor_on_signal(w->r, NULL, NULL, NULL), 0);
	assert_int_equal(n_old, 3);
	assert_int_equal(sigaction(SIGTERM, &before, NULL), 0);
	assert_int_equal(sigaction(SIGHUP, &before_hup, NULL), 0);
}

enum { N_THREADS = 4, N_POSTS = 5000 };

struct poster {
	struct world *world;
	pthread_t thread;
	unsigned n_posted, n_called;
	unsigned *n_all;
};

struct post {
	struct poster *poster;
	unsigned number;
};

static void
on_post(void *self)
{
	struct post *post = self;
	struct poster *p = post->poster;

	/* In order, of each thread. */
	assert_int_equal(post->number, p->n_called);
	p->n_called++;
	free(post);
	if (++*p->n_all == N_THREADS * N_POSTS)
		sb_reactor_stop(p->world->r);
}

static void *
post_many(void *self)
{
	struct poster *p = self;

	for (p->n_posted = 0; p->n_posted < N_POSTS; p->n_posted++) {
		struct post *post = malloc(sizeof(*post));

		if (!post)
			abort();
		post->poster = p;
		post->number = p->n_posted;
		if (sb_reactor_post(p->world->r, SB_HANDLER(on_post), post) < 0)
			abort();
	}
	return NULL;
}

/* The listener keeps the run going; nothing but the posts wakes it. */
static void
posts_from_threads_wake_the_reactor_and_keep_order(void **state)
{
	struct world *w = *state;
	struct poster posters[N_THREADS];
	unsigned n_all = 0;
	int i;

	open_listener(w);
	for (i = 0; i < N_THREADS; i++) {
		posters[i] = (struct poster){ .world = w, .n_all = &n_all };
		assert_int_equal(
			pthread_create(&posters[i].thread, NULL, post_many, &posters[i]), 0);
	}
	assert_int_equal(run(w), 0);
	for (i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(posters[i].thread, NULL), 0);
	assert_int_equal(n_all, N_THREADS * N_POSTS);
}

static bool
server_connected(struct world *w)
{
	return w->server.n_connected;
}

static bool
accept_has_failed(struct world *w)
{
	return w->n_failed > 0;
}

/* No descriptor can be had any more; returns what the limit was. */
static struct rlimit
use_up_descriptors(void)
{
	struct rlimit before, few;
	int fd = dup(0);

	assert_true(fd > 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = (rlim_t)fd;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	return before;
}

/* Who cannot be served is sent away, again and again, without spinning; that is told once. */
static void
without_descriptors_who_waits_is_closed_and_that_is_told_once(void **state)
{
	struct world *w = *state;
	struct rlimit before;
	uint64_t turn;

	if (is_under_valgrind())
		skip();
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	connect_peer(w, &w->more[8], NULL);
	before = use_up_descriptors();
	wait_for(w, accept_has_failed);
	wait_for(w, client_closed);
	turn = w->r->turn;
	let_pass(w, 250 * SB_MS);
	assert_true(w->r->turn - turn < 30);
	assert_int_equal(w->more[8].n_closed, 1);
	assert_int_equal(w->n_failed, 1);
	assert_int_equal(w->n_accepted, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	connect_peer(w, &w->more[9], NULL);
	wait_for(w, server_connected);
	/* It works again: the next failure is told. */
	assert_int_equal(w->n_failed, 1);
	connect_peer(w, &w->more[10], NULL);
	before = use_up_descriptors();
	let_pass(w, 20 * SB_MS);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(w->n_failed, 2);
	assert_int_equal(w->more[10].n_closed, 1);
}

static void
without_descriptors_nothing_is_made_and_nothing_aborts(void **state)
{
	struct world *w = *state;
	struct sb_stream *stream = NULL;
	struct sb_listener *listener = NULL;
	struct sb_reactor *r;
	struct rlimit before, few;
	struct sb_error error;
	int fd, ret_connect, ret_listen, error_of_create;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	fd = dup(0);
	assert_int_equal(close(fd), 0);
	few = before;
	few.rlim_cur = (rlim_t)fd;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	ret_connect = sb_stream_connect(
		w->r, "tcp://127.0.0.1:1", NULL, SB_PLACE, &noting, &w->client, &stream, &error);
	ret_listen = sb_listener_open(
		w->r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &accepting, w, &listener, &error);
	errno = 0;
	r = sb_reactor_create();
	error_of_create = errno;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(ret_connect, -EMFILE);
	assert_int_equal(ret_listen, -EMFILE);
	assert_int_equal(error.code, -EMFILE);
	assert_null(stream);
	assert_null(listener);
	assert_null(r);
	assert_int_equal(error_of_create, EMFILE);
}

static const char *
path_of(const struct world *w)
{
	return w->url + strlen("unix://");
}

/* Leaves a socket's file on which nobody answers, as a killed program does. */
static void
leave_stale_file(const struct world *w)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)strcpy(address.sun_path, path_of(w));
	assert_true(fd >= 0);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	assert_int_equal(close(fd), 0);
}

static void
stale_socket_file_refuses_and_is_replaced(void **state)
{
	struct world *w = *state;

	leave_stale_file(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -ECONNREFUSED);
	assert_int_equal(w->client.n_connected, 0);
	open_listener(w);
	connect_peer(w, &w->more[9], NULL);
	let_pass(w, 5 * SB_MS);
	assert_int_equal(w->more[9].n_connected, 1);
}

static void
file_that_is_no_socket_is_left_alone(void **state)
{
	struct world *w = *state;
	int fd = open(path_of(w), O_CREAT | O_WRONLY, 0600);
	struct sb_listener *listener;
	struct sb_error error;

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(
		sb_listener_open(w->r, w->url, NULL, SB_PLACE, &accepting, w, &listener, &error),
		-EADDRINUSE);
	assert_int_equal(unlink(path_of(w)), 0);
}

static void
listener_removes_its_own_file_only(void **state)
{
	struct world *w = *state;
	struct stat status;

	open_listener(w);
	assert_int_equal(unlink(path_of(w)), 0);
	leave_stale_file(w);
	sb_listener_close(w->listener);
	assert_int_equal(lstat(path_of(w), &status), 0);
	assert_int_equal(unlink(path_of(w)), 0);
	open_listener(w);
	sb_listener_close(w->listener);
	w->listener = NULL;
	assert_int_equal(lstat(path_of(w), &status), -1);
}

static void
chance_and_clocks_are_the_systems(void **state)
{
	struct world *w = *state;
	int64_t now_ns = sb_reactor_now_ns(w->r);

	assert_true(sb_reactor_random(w->r) != sb_reactor_random(w->r));
	assert_true(sb_reactor_now_ns(w->r) >= now_ns);
	/* 2020 to 2200. */
	assert_true(sb_reactor_wall_ns(w->r) / SB_S > INT64_C(1577836800));
	assert_true(sb_reactor_wall_ns(w->r) / SB_S < INT64_C(7258118400));
}

static bool
more_9_connected(struct world *w)
{
	return w->more[9].n_connected;
}

static void
ipv6_works_where_the_system_has_it(void **state)
{
	struct world *w = *state;
	struct sb_error error;
	int ret;

	(void)strcpy(w->url, "tcp://[::1]:0");
	ret = sb_listener_open(w->r, w->url, NULL, SB_PLACE, &accepting, w, &w->listener, &error);
	if (ret == -EAFNOSUPPORT || ret == -EADDRNOTAVAIL)
		skip();
	assert_int_equal(ret, 0);
	connect_peer(w, &w->more[9], NULL);
	wait_for(w, more_9_connected);
	assert_int_equal(strncmp(sb_stream_peer(w->more[9].stream), "[::1]:", 6), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(clock_goes_on_within_a_turn_and_now_does_not),
		in_world(signals_arrive_as_calls_and_old_dispositions_come_back),
		in_world(second_reactor_waits_until_the_first_gives_signals_back),
		in_world(signal_not_told_goes_to_whoever_gets_them_back),
		in_world(posts_from_threads_wake_the_reactor_and_keep_order),
		in_world(without_descriptors_who_waits_is_closed_and_that_is_told_once),
		in_world(without_descriptors_nothing_is_made_and_nothing_aborts),
		in_world(stale_socket_file_refuses_and_is_replaced),
		in_world(file_that_is_no_socket_is_left_alone),
		in_world(listener_removes_its_own_file_only),
		in_world(chance_and_clocks_are_the_systems),
		cmocka_unit_test_setup_teardown(
			ipv6_works_where_the_system_has_it, set_up_tcp, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
