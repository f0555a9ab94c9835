/* That a dispatcher is destroyed is the last that its observers hear; and what a call says of its
 * connection. */
#include "dispatch/box.inc"

#include <signalbox/expect.h>
#include <signalbox/later.h>
#include <signalbox/observer.h>
#include <signalbox/queue.h>

/* Writes '.' and its letter when it hears of the end, and '<' at the beginning of an emission. */
struct witness {
	char letter;
	void (*then)(struct witness *, const struct sb_dispatcher *d);
	size_t n_connections;
};

static void
emission_began(void *self, const struct sb_emission *emission)
{
	const struct witness *witness = self;

	(void)emission;
	write_letter('<');
	write_letter(witness->letter);
}

static void
destroyed(void *self, const struct sb_dispatcher *d)
{
	struct witness *witness = self;
	struct sb_connection_info info;
	size_t cursor = 0;

	write_letter('.');
	write_letter(witness->letter);
	while (sb_connection_next(d, &cursor, &info))
		witness->n_connections++;
	assert_string_equal(sb_running_place(d), "witness here:8");
	if (witness->then)
		witness->then(witness, d);
}

static const struct sb_observer all = { .emission_began = emission_began, .destroyed = destroyed };

static struct witness first, second, third;

static void
observe(struct witness *witness)
{
	assert_int_equal(sb_observe(box.d, &all, "witness here:8", witness), 0);
}

static int
set_up_witnesses(void **state)
{
	first = (struct witness){ .letter = '1' };
	second = (struct witness){ .letter = '2' };
	third = (struct witness){ .letter = '3' };
	if (set_up(state))
		return -1;
	observe(&first);
	observe(&second);
	observe(&third);
	return 0;
}

static void
destroy(void)
{
	struct sb_dispatcher *d = box.d;

	box.d = NULL;
	sb_dispatcher_destroy(d);
}

static void
each_hears_of_the_end_in_turn_while_all_is_there(void **state)
{
	struct receiver a = { &box, 'a', NULL };

	(void)state;
	add(&a, 0);
	destroy();
	assert_string_equal(box.log, ".1.2.3");
	assert_int_equal(first.n_connections, 1);
	assert_int_equal(third.n_connections, 1);
}

static void
one_taken_off_or_forgotten_before_hears_nothing(void **state)
{
	(void)state;
	(void)sb_forget(box.d, &first);
	assert_int_equal(sb_unobserve(box.d, &all, &third), 0);
	destroy();
	assert_string_equal(box.log, ".2");
}

static void
destroy_it(struct receiver *receiver)
{
	(void)receiver;
	sb_dispatcher_destroy(box.d);
	write_letter('d');
	sb_dispatcher_destroy(box.d);
	assert_string_equal(sb_running_place(box.d), "on_alpha here:1");
}

static void
in_a_handler_it_is_heard_at_once_and_once(void **state)
{
	struct receiver a = { &box, 'a', destroy_it };

	(void)state;
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "<1<2<3a.1.2.3d");
	box.d = NULL;
}

static void
destroy_in_observer(void *self, const struct sb_emission *emission)
{
	(void)self;
	(void)emission;
	sb_dispatcher_destroy(box.d);
	write_letter('d');
	assert_string_equal(sb_running_place(box.d), "fourth here:4");
}

/* Also those hear it that do not hear of the emission any more. */
static void
an_observer_may_destroy_it_and_all_hear_of_that(void **state)
{
	static const struct sb_observer fourth = { .emission_began = destroy_in_observer };
	struct witness fifth = { .letter = '5' };

	(void)state;
	assert_int_equal(sb_observe(box.d, &fourth, "fourth here:4", NULL), 0);
	observe(&fifth);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "<1<2<3.1.2.3.5d");
	box.d = NULL;
}

static void
do_what_it_may_not(struct witness *witness, const struct sb_dispatcher *d)
{
	struct sb_dispatcher *mine = box.d;

	assert_ptr_equal(d, mine);
	sb_dispatcher_destroy(mine);
	assert_int_equal(sb_unobserve(mine, &all, witness), 0);
	(void)sb_forget(mine, &third);
	assert_int_equal(sb_observe(mine, &all, SB_PLACE, NULL), -ECANCELED);
	assert_int_equal(emit(), -ECANCELED);
	assert_int_equal(sb_deliver(mine), -EBUSY);
	assert_int_equal(test_alpha_connect(mine, SB_ANY, SB_HANDLER(on_alpha), NULL).serial, 0);
	sb_fail(mine, -EIO, "it is late");
}

static void
whatever_is_done_at_the_end_is_harmless(void **state)
{
	struct receiver a = { &box, 'a', destroy_it };

	(void)state;
	first.then = do_what_it_may_not;
	sb_dispatcher_destroy(box.d);
	assert_string_equal(box.log, ".1?.2");
	assert_string_equal(box.last_resort.text, "|witness here:8|it is late");
	assert_int_equal(set_up_witnesses(state), 0);
	first.then = do_what_it_may_not;
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "<1<2<3a.1?.2d");
	assert_string_equal(box.last_resort.text, "test.alpha|witness here:8|it is late");
	box.d = NULL;
}

static bool
destroy_in_queue(void *self, void *item)
{
	(void)self;
	(void)item;
	destroy_it(NULL);
	return true;
}

static void
in_a_delivery_it_is_heard_at_once(void **state)
{
	struct sb_queue *queue =
		sb_queue_create(box.d, NULL, destroy_in_queue, "on_alpha here:1", NULL);

	(void)state;
	assert_non_null(queue);
	assert_int_equal(sb_queue_put(queue, &first), 0);
	assert_int_equal(sb_deliver(box.d), -ECANCELED);
	assert_string_equal(box.log, ".1.2.3d");
	sb_queue_release(queue);
	box.d = NULL;
}

static jmp_buf way_out;

static void
leave(struct witness *witness, const struct sb_dispatcher *d)
{
	(void)witness;
	(void)d;
	longjmp(way_out, 1);
}

static void
destroy_in_handler(struct receiver *receiver)
{
	(void)receiver;
	sb_dispatcher_destroy(box.d);
}

/* Those after it may keep the dispatcher's address, and have to know all the same. */
static void
one_left_by_longjmp_is_cleaned_up_after_and_the_rest_hear_of_it(void **state)
{
	struct receiver a = { &box, 'a', destroy_in_handler };

	second.then = leave;
	if (!setjmp(way_out))
		sb_dispatcher_destroy(box.d);
	assert_string_equal(box.log, ".1.2");
	assert_true(sb_unwind(box.d));
	assert_string_equal(box.log, ".1.2.3");

	assert_int_equal(set_up_witnesses(state), 0);
	second.then = leave;
	add(&a, 0);
	if (!setjmp(way_out))
		(void)emit();
	assert_true(sb_unwind(box.d));
	assert_string_equal(box.log, "<1<2<3a.1.2.3");
	box.d = NULL;
}

/* Calls and their connections. */

static struct sb_connection called, ended;

static void
call_began(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	(void)self;
	(void)emission;
	called = receiver->connection;
}

static void
call_ended(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	enum sb_outcome outcome)
{
	(void)self;
	(void)emission;
	(void)outcome;
	ended = receiver->connection;
}

static void
is_called_by(struct sb_connection connection)
{
	(void)emit();
	assert_int_equal(called.serial, connection.serial);
	assert_int_equal(called.index, connection.index);
	assert_int_equal(called.dispatcher, connection.dispatcher);
	assert_memory_equal(&called, &ended, sizeof(called));
}

static void
on_expected(void *self, const struct sb_expected *expected)
{
	(void)self;
	(void)expected;
}

static void
a_call_says_by_which_connection(void **state)
{
	static const struct sb_observer calls = { .call_began = call_began,
		.call_ended = call_ended };
	const struct sb_options once = { .once = true }, none = { .once = false };
	const struct sb_awaited awaited = test_alpha_awaited(SB_ANY, NULL);
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection c;

	(void)state;
	assert_int_equal(sb_observe(box.d, &calls, SB_PLACE, NULL), 0);
	c = add(&a, 0);
	is_called_by(c);
	assert_int_equal(sb_disconnect(box.d, called), 0);
	is_called_by(test_alpha_connect_with(box.d, SB_ANY, once, SB_HANDLER(on_alpha), &a));
	assert_int_equal(sb_disconnect(box.d, called), -ENOENT);
	c = sb_pattern_connect(box.d, "test.*", SB_ANY, none, SB_HANDLER(on_any), &a);
	is_called_by(c);
	assert_int_equal(sb_disconnect(box.d, called), 0);
	(void)sb_expect(box.d, &awaited, 1, -1, SB_HANDLER(on_expected), &a);
	is_called_by((struct sb_connection){ .serial = 0 });
}

#define WITNESSED(name) cmocka_unit_test_setup_teardown(name, set_up_witnesses, NULL)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITNESSED(each_hears_of_the_end_in_turn_while_all_is_there),
		WITNESSED(one_taken_off_or_forgotten_before_hears_nothing),
		WITNESSED(in_a_handler_it_is_heard_at_once_and_once),
		WITNESSED(an_observer_may_destroy_it_and_all_hear_of_that),
		WITNESSED(whatever_is_done_at_the_end_is_harmless),
		WITNESSED(in_a_delivery_it_is_heard_at_once),
		WITNESSED(one_left_by_longjmp_is_cleaned_up_after_and_the_rest_hear_of_it),
		TEST(a_call_says_by_which_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
