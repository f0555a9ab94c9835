/* A dispatcher joined to a reactor: what is deferred or posted comes in a turn of it, and the joint
 * survives whatever a handler does. Threads and deadlines: test_join_threads.c,
 * test_join_time.c. */

#include "protocols/join_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include <signalbox/listener.h>
#include <signalbox/stream.h>

static void
in_which_nothing_waits_a_run_ends_at_once(void **state)
{
	struct tower *t = *state;

	run(t);
	connect(t, note_rang);
	run(t);
	assert_string_equal(t->journal, "");
}

static void
what_was_deferred_and_posted_is_delivered_in_a_turn_and_the_run_ends(void **state)
{
	struct tower *t = *state;

	connect(t, note_rang);
	ring_later(t, 'a');
	ring_later(t, 'b');
	ring_from_elsewhere(t, 'p');
	ring_from_elsewhere(t, 'q');
	assert_string_equal(t->journal, "");
	run(t);
	/* The posted first, each kind in its order. */
	assert_string_equal(t->journal, "pqab");
	ring_later(t, 'c');
	run(t);
	ring_from_elsewhere(t, 'r');
	run(t);
	assert_string_equal(t->journal, "pqabcr");
}

static void
defer_two(void *self)
{
	struct tower *t = self;

	ring_later(t, 'a');
	ring_later(t, 'b');
	write_down(t, 'x');
	sb_reactor_stop(t->r);
}

static void
what_a_callback_defers_is_not_delivered_in_its_turn(void **state)
{
	struct tower *t = *state;

	connect(t, note_rang);
	start_timer(t, defer_two, t, 0);
	run(t);
	assert_string_equal(t->journal, "x");
	run(t);
	assert_string_equal(t->journal, "xab");
}

static void
ring_again_and_stop(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	if (e->n == 'a')
		ring_later(t, 'b');
	write_down(t, (char)e->n);
	sb_reactor_stop(t->r);
}

static void
what_is_deferred_while_it_is_delivered_comes_in_a_later_turn(void **state)
{
	struct tower *t = *state;

	connect(t, ring_again_and_stop);
	ring_later(t, 'a');
	run(t);
	assert_string_equal(t->journal, "a");
	run(t);
	assert_string_equal(t->journal, "ab");
}

static void
ring_for_ever(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	t->n++;
	ring_later(t, e->n);
}

static void
a_flood_of_deferred_signals_does_not_starve_a_timer(void **state)
{
	struct tower *t = *state;

	connect(t, ring_for_ever);
	ring_later(t, 1);
	ring_later(t, 2);
	start_timer(t, stop_tower, t, 2 * SB_MS);
	run(t);
	assert_false(sb_timer_is_started(&t->timer));
	assert_true(t->n > 2);
}

/* The two ends of a connection, between which a byte goes to and fro. */
struct players {
	struct tower *t;
	struct sb_listener *listener;
	struct sb_stream *streams[2];
	int n;
};

static void
play(struct players *players, struct sb_stream *stream)
{
	if (players->n++ == 50)
		sb_reactor_stop(players->t->r);
	else
		assert_int_equal(sb_stream_write(stream, sb_bytes_of("x")), 0);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct players *players = self;

	if (stream == players->streams[0])
		play(players, stream);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)bytes;
	play(self, stream);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self;
	(void)stream;
	(void)error;
	fail();
}

static const struct sb_protocol playing = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct players *players = self;

	players->streams[1] = stream;
	sb_stream_attach(stream, &playing, players);
}

static void
on_accept_failed(void *self, const struct sb_error *error)
{
	(void)self;
	(void)error;
	fail();
}

static const struct sb_acceptor accepting = { .accepted = on_accepted, .failed = on_accept_failed };

static void
a_flood_of_deferred_signals_does_not_starve_a_stream(void **state)
{
	struct tower *t = *state;
	struct players players = { .t = t };

	assert_int_equal(sb_listener_open(t->r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &accepting,
				 &players, &players.listener, NULL),
		0);
	assert_int_equal(sb_stream_connect(t->r, sb_listener_url(players.listener), NULL, SB_PLACE,
				 &playing, &players, &players.streams[0], NULL),
		0);
	connect(t, ring_for_ever);
	ring_later(t, 1);
	run(t);
	assert_int_equal(players.n, 51);
	assert_true(t->n > 50);
	sb_stream_destroy(players.streams[0]);
	sb_stream_destroy(players.streams[1]);
	sb_listener_close(players.listener);
}

/* More than one delivery takes. */
static void
what_one_delivery_leaves_comes_in_the_next_turns(void **state)
{
	struct tower *t = *state;
	int i;

	sb_set_later(t->d, SB_DEFERRED, (struct sb_later_options){ .budget = 2 });
	connect(t, note_rang);
	for (i = 0; i < 7; i++)
		ring_later(t, 'a' + i);
	run(t);
	assert_string_equal(t->journal, "abcdefg");
}

static void
destroy_dispatcher(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	write_down(t, (char)e->n);
	sb_dispatcher_destroy(t->d);
	t->d = NULL;
}

static void
a_handler_may_destroy_the_dispatcher_that_delivers(void **state)
{
	struct tower *t = *state;
	struct sb_mailbox *mailbox = sb_mailbox_of(t->d);
	struct sb_token nobody = { .object = NULL };

	connect(t, destroy_dispatcher);
	ring_later(t, 'a');
	ring_later(t, 'b');
	run(t);
	assert_string_equal(t->journal, "a");
	/* It wakes no loop any more. */
	assert_int_equal(bell_rang_post(mailbox, nobody, &(struct bell_rang){ .n = 'c' }), -EPIPE);
	run(t);
	sb_mailbox_release(mailbox);
}

static void
a_dispatcher_may_be_destroyed_while_it_is_to_deliver(void **state)
{
	struct tower *t = *state;

	connect(t, note_rang);
	ring_later(t, 'a');
	sb_dispatcher_destroy(t->d);
	t->d = NULL;
	run(t);
	assert_string_equal(t->journal, "");
}

static void
without_a_loop_nothing_is_delivered_until_it_has_one_again(void **state)
{
	struct tower *t = *state;
	size_t cursor = 0;
	char line[256];

	connect(t, note_rang);
	ring_later(t, 'a');
	assert_int_equal(sb_join(t->d, NULL, SB_PLACE), 0);
	assert_false(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	ring_from_elsewhere(t, 'p');
	assert_true(sb_clock_ns(t->d) == 0);
	run(t);
	assert_string_equal(t->journal, "");
	/* Again is harmless. */
	assert_int_equal(sb_join(t->d, NULL, SB_PLACE), 0);
	assert_int_equal(sb_join(t->d, t->r, SB_PLACE), 0);
	run(t);
	assert_string_equal(t->journal, "pa");
}

static void
another_reactor_takes_over_what_waits(void **state)
{
	struct tower *t = *state;
	struct sb_simulation *sim = sb_simulation_create(1);
	struct sb_reactor *other = sb_simulation_reactor(sim);

	connect(t, note_rang);
	ring_later(t, 'a');
	assert_int_equal(sb_join(t->d, other, SB_PLACE), 0);
	run(t);
	assert_string_equal(t->journal, "");
	assert_int_equal(sb_reactor_run(other), 0);
	assert_string_equal(t->journal, "a");
	assert_true(sb_clock_ns(t->d) == sb_reactor_clock_ns(other));
	/* And back, since the other goes first. */
	ring_later(t, 'b');
	assert_int_equal(sb_join(t->d, t->r, SB_PLACE), 0);
	sb_simulation_destroy(sim);
	run(t);
	assert_string_equal(t->journal, "ab");
}

static void
join_again(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	write_down(t, (char)e->n);
	if (e->n == 'a')
		assert_int_equal(sb_join(t->d, t->r, SB_PLACE), 0);
	else
		assert_int_equal(sb_join(t->d, NULL, SB_PLACE), 0);
	ring_later(t, e->n + 1);
}

static void
a_handler_may_join_and_part_the_dispatcher_that_delivers(void **state)
{
	struct tower *t = *state;

	connect(t, join_again);
	ring_later(t, 'a');
	run(t);
	assert_string_equal(t->journal, "ab");
	assert_int_equal((int)sb_later_counts(t->d, SB_DEFERRED).n_waiting, 1);
}

/* Runs the reactor inside a handler. */
static void
run_inside(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	write_down(t, (char)e->n);
	if (e->n != 'a')
		return;
	ring_later(t, 'b');
	start_timer(t, stop_tower, t, 25 * SB_MS);
	run(t);
	write_down(t, '.');
}

static void
what_a_handler_runs_the_reactor_for_comes_when_it_has_returned(void **state)
{
	struct tower *t = *state;

	connect(t, run_inside);
	assert_int_equal(bell_rang_emit(t->d, NULL, &(struct bell_rang){ .n = 'a' }), 1);
	assert_string_equal(t->journal, "a.");
	run(t);
	assert_string_equal(t->journal, "a.b");
	/* That over, nothing is tried again. */
	run(t);
}

/* What waits keeps a run in a handler going no more than once. */
static void
run_inside_to_its_end(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	write_down(t, (char)e->n);
	if (e->n >= 'c')
		return;
	ring_later(t, e->n + 1);
	ring_from_elsewhere(t, 'p');
	run(t);
	write_down(t, '.');
}

static void
a_run_in_a_handler_ends_though_something_waits_for_the_handler(void **state)
{
	struct tower *t = *state;

	connect(t, run_inside_to_its_end);
	assert_int_equal(bell_rang_emit(t->d, NULL, &(struct bell_rang){ .n = 'a' }), 1);
	assert_string_equal(t->journal, "a.");
	assert_int_equal(sb_deliver(t->d), 2);
	assert_string_equal(t->journal, "a.pb.");
	run(t);
	assert_string_equal(t->journal, "a.pb.pc");
}

static void
the_joint_is_listed_by_the_place_that_joined(void **state)
{
	struct tower *t = *state;
	char line[256];
	size_t cursor = 0;

	ring_later(t, 'a');
	assert_true(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "timer sb_join tests/protocols/join_fixture.h:", 45), 0);
	assert_true(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	assert_int_equal(
		strncmp(line, "woken call sb_join tests/protocols/join_fixture.h:", 50), 0);
	assert_false(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	run(t);
	cursor = 1;
	assert_true(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "waker sb_join ", 14), 0);
}

static void
a_reactor_is_not_destroyed_before_the_dispatcher(void **state)
{
	struct tower *t = *state;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)fclose(stderr);
		if (t->sim)
			sb_simulation_destroy(t->sim);
		else
			sb_reactor_destroy(t->r);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		both(in_which_nothing_waits_a_run_ends_at_once),
		both(what_was_deferred_and_posted_is_delivered_in_a_turn_and_the_run_ends),
		both(what_a_callback_defers_is_not_delivered_in_its_turn),
		both(what_is_deferred_while_it_is_delivered_comes_in_a_later_turn),
		both(a_flood_of_deferred_signals_does_not_starve_a_timer),
		both(a_flood_of_deferred_signals_does_not_starve_a_stream),
		both(what_one_delivery_leaves_comes_in_the_next_turns),
		both(a_handler_may_destroy_the_dispatcher_that_delivers),
		both(a_dispatcher_may_be_destroyed_while_it_is_to_deliver),
		both(without_a_loop_nothing_is_delivered_until_it_has_one_again),
		both(another_reactor_takes_over_what_waits),
		both(a_handler_may_join_and_part_the_dispatcher_that_delivers),
		both(what_a_handler_runs_the_reactor_for_comes_when_it_has_returned),
		both(a_run_in_a_handler_ends_though_something_waits_for_the_handler),
		both(the_joint_is_listed_by_the_place_that_joined),
		both(a_reactor_is_not_destroyed_before_the_dispatcher),
	};

	return kit_run(tests);
}
