#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <signalbox/queue.h>

#include "kit_tests/toy.h"

/* A dispatcher and a gate of the test's own, in a world that watches the watcher. */
struct fixture {
	struct sb_dispatcher *d;
	struct sb_gate *gate;
	jmp_buf back;
};

static void
end_gate(void *self)
{
	struct fixture *f = self;
	struct sb_gate *gate = f->gate;

	f->gate = NULL;
	assert_true(sb_gate_end(gate));
}

static void
on_spoke(void *self, struct toy *toy, const struct toy_spoke *e)
{
	struct fixture *f = self;

	(void)toy;
	sb_fail(f->d, -EINVAL, "cannot bear %s", e->text);
}

static void
on_broke(void *self, struct toy *toy, const struct toy_broke *e)
{
	(void)self;
	(void)toy;
	(void)e;
}

static void
leave(void *self, struct toy *toy, const struct toy_spoke *e)
{
	struct fixture *f = self;

	(void)toy;
	(void)e;
	longjmp(f->back, 1);
}

static void
destroy_and_leave(void *self, struct toy *toy, const struct toy_spoke *e)
{
	struct fixture *f = self;

	(void)toy;
	(void)e;
	sb_dispatcher_destroy(f->d);
	longjmp(f->back, 1);
}

static void
never(void *self)
{
	(void)self;
	fail();
}

static void
spoken(struct fixture *f, const char *text)
{
	(void)toy_spoke_emit(f->d, NULL, &(struct toy_spoke){ .text = text });
}

static void
begin(struct fixture *f, struct sb_world *world)
{
	f->d = sb_dispatcher_create(NULL, NULL);
	assert_non_null(f->d);
	f->gate = sb_gate_begin(f->d, world ? world->r : NULL);
}

static void
a_test_that_leaves_nothing_passes(void **state)
{
	struct fixture f;

	begin(&f, *state);
	end_gate(&f);
	sb_dispatcher_destroy(f.d);
	f.gate = sb_gate_begin(NULL, NULL);
	assert_false(sb_gate_end(f.gate));
}

static void
a_connection_that_is_left_is_told_with_its_place(void **state)
{
	struct fixture f;
	const char *said;

	begin(&f, *state);
	(void)toy_spoke_connect(f.d, SB_ANY, SB_HANDLER(on_spoke), &f);
	said = failure_of(end_gate, &f);
	assert_non_null(strstr(said, "left at the end of the test:\n    connection to toy.spoke "
				     "from anyone: on_spoke tests/kit_tests/test_gate.c:"));
	sb_dispatcher_destroy(f.d);
}

static void
the_sender_of_a_connection_has_its_label(void **state)
{
	struct toy toy;
	struct fixture f;

	begin(&f, *state);
	assert_int_equal(sb_label(f.d, &toy, "teddy"), 0);
	(void)toy_spoke_connect(f.d, &toy, SB_HANDLER(on_spoke), &f);
	assert_fails(end_gate, &f, "toy.spoke from teddy: on_spoke");
	sb_dispatcher_destroy(f.d);
}

static void
what_was_there_before_or_is_allowed_may_stay(void **state)
{
	struct fixture f;

	(void)state;
	f.d = sb_dispatcher_create(NULL, NULL);
	(void)toy_spoke_connect(f.d, SB_ANY, SB_HANDLER(on_spoke), &f);
	f.gate = sb_gate_begin(f.d, NULL);
	sb_gate_allow(f.gate, toy_broke_connect(f.d, SB_ANY, SB_HANDLER(on_broke), &f));
	end_gate(&f);
	sb_dispatcher_destroy(f.d);
}

static void
a_timer_that_is_left_is_told_with_its_place(void **state)
{
	struct sb_world *world = *state;
	struct sb_timer timer, before;
	struct fixture f;

	assert_int_equal(sb_timer_init(&before, world->r, SB_HANDLER(never), NULL), 0);
	begin(&f, world);
	assert_int_equal(sb_timer_init(&timer, world->r, SB_HANDLER(never), NULL), 0);
	sb_timer_start(&timer, SB_S);
	assert_fails(end_gate, &f, "timer never tests/kit_tests/test_gate.c:");
	sb_timer_finish(&timer);

	f.gate = sb_gate_begin(f.d, world->r);
	end_gate(&f);
	sb_timer_finish(&before);
	sb_dispatcher_destroy(f.d);
}

static void
a_descriptor_that_is_left_is_told_with_what_it_is(void **state)
{
	struct fixture f;
	int descriptor;

	begin(&f, *state);
	descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(descriptor >= 0);
	assert_fails(end_gate, &f, ", /dev/null");
	f.gate = sb_gate_begin(f.d, NULL);
	end_gate(&f);
	(void)close(descriptor);
	sb_dispatcher_destroy(f.d);
}

static void
expect_other(void *self)
{
	struct fixture *f = self;

	sb_gate_expect_failure(f->gate, "cannot bear silence");
}

static void
a_failure_of_a_handler_must_be_expected(void **state)
{
	struct fixture f;
	struct sb_connection connection;
	const char *said;

	begin(&f, *state);
	connection = toy_spoke_connect(f.d, SB_ANY, SB_HANDLER(on_spoke), &f);
	assert_fails(expect_other, &f, "but none came");
	spoken(&f, "noise");
	spoken(&f, "music");
	assert_fails(expect_other, &f, "but there are only\n    dispatch.failed");
	sb_gate_expect_failure(f.gate, "cannot bear noise");
	assert_int_equal(sb_disconnect(f.d, connection), 0);
	said = failure_of(end_gate, &f);
	assert_non_null(strstr(said, "dispatch.failed signal=\"toy.spoke\" place=\"on_spoke "));
	assert_non_null(strstr(said, "cannot bear music"));
	assert_null(strstr(said, "noise"));
	sb_dispatcher_destroy(f.d);
}

static void
emissions_that_a_longjmp_left_are_given_up(void **state)
{
	struct fixture f;
	struct sb_connection connection;

	begin(&f, *state);
	connection = toy_spoke_connect(f.d, SB_ANY, SB_HANDLER(leave), &f);
	if (!setjmp(f.back)) {
		spoken(&f, "a");
		fail();
	}
	assert_int_equal(sb_disconnect(f.d, connection), 0);
	end_gate(&f);
	/* As after their end: nothing waits for it any more. */
	sb_dispatcher_destroy(f.d);
}

static void
a_dispatcher_that_went_with_the_emission_is_told(void **state)
{
	struct fixture f;

	begin(&f, *state);
	(void)toy_spoke_connect(f.d, SB_ANY, SB_HANDLER(destroy_and_leave), &f);
	if (!setjmp(f.back)) {
		spoken(&f, "a");
		fail();
	}
	assert_false(sb_gate_end(f.gate));
}

static void
on_expected(void *self, const struct sb_expected *expected)
{
	(void)self;
	(void)expected;
	fail();
}

static bool
take_time(void *self, void *item)
{
	(void)self;
	(void)item;
	return false;
}

static void
spoken_later(struct fixture *f)
{
	assert_int_equal(toy_spoke_defer(f->d, NULL, &(struct toy_spoke){ .text = "a" }), 0);
}

static void
called_later(struct fixture *f)
{
	struct sb_mailbox *mailbox = sb_mailbox_of(f->d);

	assert_int_equal(toy_called_post(mailbox, (struct sb_token){ .object = NULL },
				 &(struct toy_called){ .n = 1 }),
		0);
	sb_mailbox_release(mailbox);
}

static void
signals_that_wait_are_counted(void **state)
{
	struct fixture f;
	const char *said;

	begin(&f, *state);
	spoken_later(&f);
	called_later(&f);
	called_later(&f);
	said = failure_of(end_gate, &f);
	assert_non_null(strstr(said, "\n    1 signal deferred and not delivered"));
	assert_non_null(strstr(said, "\n    2 signals posted and not delivered"));

	/* What waits when a gate begins may wait at its end. */
	f.gate = sb_gate_begin(f.d, NULL);
	end_gate(&f);
	f.gate = sb_gate_begin(f.d, NULL);
	spoken_later(&f);
	said = failure_of(end_gate, &f);
	assert_non_null(strstr(said, "    1 signal deferred"));
	assert_null(strstr(said, "posted"));

	f.gate = sb_gate_begin(f.d, NULL);
	assert_int_equal(sb_deliver(f.d), 4);
	end_gate(&f);
	sb_dispatcher_destroy(f.d);
}

static void
an_expectation_that_is_left_is_told_with_its_place(void **state)
{
	struct sb_awaited awaited[2] = { toy_spoke_awaited(SB_ANY, NULL),
		toy_broke_awaited(SB_ANY, NULL) };
	struct fixture f;
	struct sb_expectation before;
	const char *said;

	(void)state;
	begin(&f, NULL);
	before = sb_expect(f.d, awaited, 1, -1, SB_HANDLER(on_expected), &f);
	assert_fails(end_gate, &f, "expectation of 1 signal: on_expected tests/kit_tests/");
	f.gate = sb_gate_begin(f.d, NULL);
	(void)sb_expect(f.d, awaited, 2, -1, SB_HANDLER(on_expected), &f.back);
	said = failure_of(end_gate, &f);
	assert_non_null(strstr(said, "expectation of 2 signals: on_expected tests/kit_tests/"));
	assert_null(strstr(said, "of 1 signal:"));
	assert_int_equal(sb_expect_cancel(f.d, before), 0);
	sb_dispatcher_destroy(f.d);
}

static void
a_queue_that_is_left_is_told_with_its_place_and_what_it_holds(void **state)
{
	struct fixture f;
	struct sb_queue *before, *queue;
	const char *said;
	int item;

	(void)state;
	begin(&f, NULL);
	before = sb_queue_create(f.d, NULL, SB_HANDLER(take_time), &f);
	assert_non_null(before);
	assert_fails(end_gate, &f, "queue with 0 waiting: take_time tests/kit_tests/test_gate.c:");
	f.gate = sb_gate_begin(f.d, NULL);
	queue = sb_queue_create(f.d, NULL, SB_HANDLER(take_time), &f.back);
	assert_int_equal(sb_queue_put(queue, &item), 0);
	assert_int_equal(sb_queue_put(queue, &item), 0);
	assert_int_equal(sb_queue_put(queue, &item), 0);
	(void)sb_deliver(f.d);
	sb_queue_close(queue, false);
	said = failure_of(end_gate, &f);
	assert_non_null(
		strstr(said, "queue with 2 waiting, one not done, closed: take_time tests/"));
	assert_null(strstr(said, "with 0 waiting"));
	/* Closed and empty it is nothing any more. */
	f.gate = sb_gate_begin(f.d, NULL);
	sb_queue_close(queue, true);
	sb_queue_close(before, false);
	end_gate(&f);
	sb_queue_release(before);
	sb_queue_release(queue);
	sb_dispatcher_destroy(f.d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_test_that_leaves_nothing_passes),
		kit_test(a_connection_that_is_left_is_told_with_its_place),
		kit_test(the_sender_of_a_connection_has_its_label),
		kit_test(what_was_there_before_or_is_allowed_may_stay),
		kit_test(a_timer_that_is_left_is_told_with_its_place),
		kit_test(a_descriptor_that_is_left_is_told_with_what_it_is),
		kit_test(a_failure_of_a_handler_must_be_expected),
		kit_test(emissions_that_a_longjmp_left_are_given_up),
		kit_test(a_dispatcher_that_went_with_the_emission_is_told),
		kit_test(signals_that_wait_are_counted),
		kit_test_bare(an_expectation_that_is_left_is_told_with_its_place),
		kit_test_bare(a_queue_that_is_left_is_told_with_its_place_and_what_it_holds),
	};

	return kit_run(tests);
}
