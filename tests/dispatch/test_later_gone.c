/* What waits to be delivered when senders, objects, handlers or the dispatcher go. */

#include "dispatch/aborts.inc"
#include "dispatch/later.inc"

static jmp_buf way_out;

static int
carry(int64_t value, struct thing *from, struct thing *handle)
{
	return later_carried_defer(
		scene.d, from, &(struct later_carried){ .value = value, .handle = handle });
}

static void
on_carried(void *self, struct thing *from, const struct later_carried *e)
{
	(void)self;
	write_value(e->value, from);
	write_log("%c", e->handle ? (char)('a' + (e->handle - scene.things)) : '-');
}

/* Forgets things[0] when given the value 1. */
static void
forget_first(const struct later_note *e)
{
	if (e->value == 1)
		(void)sb_forget(scene.d, &scene.things[0]);
}

static void
what_a_forgotten_sender_deferred_is_dropped(void **state)
{
	(void)state;
	assert_int_equal(defer(1, &scene.things[0]), 0);
	assert_int_equal(defer(2, &scene.things[1]), 0);
	assert_int_equal(defer(3, &scene.things[0]), 0);
	assert_int_equal(defer(4, NULL), 0);
	assert_int_equal(sb_forget(scene.d, &scene.things[0]), 0);
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_waiting, 2);
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_forgotten, 2);
	/* Another object at the same address. */
	assert_int_equal(defer(5, &scene.things[0]), 0);
	assert_string_equal(deliver(3), " 2b 4 5a");
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).bytes_waiting, 0);
}

static void
what_carries_a_forgotten_object_is_dropped(void **state)
{
	(void)state;
	(void)later_carried_connect(scene.d, SB_ANY, SB_HANDLER(on_carried), &scene);
	assert_int_equal(carry(1, NULL, &scene.things[0]), 0);
	assert_int_equal(carry(2, &scene.things[0], &scene.things[1]), 0);
	assert_int_equal(carry(3, &scene.things[1], &scene.things[0]), 0);
	assert_int_equal(carry(4, &scene.things[1], &scene.things[2]), 0);
	assert_int_equal(carry(5, NULL, NULL), 0);
	assert_int_equal(sb_forget(scene.d, &scene.things[0]), 0);
	assert_int_equal(carry(6, NULL, &scene.things[0]), 0);
	assert_string_equal(deliver(3), " 4bc 5- 6a");
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_forgotten, 3);
}

static void
on_note_dropped(void *self, struct thing *from, const struct later_note *e)
{
	(void)self;
	(void)from;
	(void)e;
}

/* Also where it was a receiver, too. */
static void
forgetting_says_how_many_connections_went(void **state)
{
	(void)state;
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(on_note_dropped), &scene.things[0]);
	(void)later_note_token(scene.d, &scene.things[0]);
	assert_int_equal(defer(1, &scene.things[0]), 0);
	assert_int_equal(sb_forget(scene.d, &scene.things[0]), 1);
	assert_int_equal(sb_forget(scene.d, &scene.things[0]), 0);
	assert_string_equal(deliver(0), "");
}

static void
a_handler_may_forget_a_sender_of_the_rest(void **state)
{
	(void)state;
	(void)later_carried_connect(scene.d, SB_ANY, SB_HANDLER(on_carried), &scene);
	scene.then = forget_first;
	assert_int_equal(defer(1, &scene.things[1]), 0);
	assert_int_equal(defer(2, &scene.things[0]), 0);
	assert_int_equal(carry(3, NULL, &scene.things[0]), 0);
	assert_int_equal(defer(4, &scene.things[1]), 0);
	assert_string_equal(deliver(2), " 1b 4b");
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_forgotten, 2);
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_delivered, 2);
}

static void
forget_and_look(const struct later_note *e)
{
	(void)sb_forget(scene.d, &scene.things[0]);
	write_log("%s", e->text);
}

static void
the_payload_outlives_the_sender_that_its_handler_forgets(void **state)
{
	const struct later_note e = { .value = 1, .text = "still here" };
	struct sb_token token = later_note_token(scene.d, &scene.things[0]);

	(void)state;
	scene.then = forget_and_look;
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(on_note_dropped), &scene.things[1]);
	assert_int_equal(later_note_post(scene.mailbox, token, &e), 0);
	assert_int_equal(later_note_defer(scene.d, &scene.things[0], &e), 0);
	assert_string_equal(deliver(1), " 1astill here");
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_forgotten, 1);
	assert_int_equal(later_note_defer(scene.d, &scene.things[0], &e), 0);
	assert_string_equal(deliver(1), " 1astill here");
}

static void
what_was_posted_from_a_forgotten_sender_is_dropped(void **state)
{
	struct sb_token stale = later_note_token(scene.d, &scene.things[0]), token;

	(void)state;
	assert_int_equal(post(1, stale), 0);
	assert_int_equal(post(2, nobody), 0);
	assert_int_equal(sb_forget(scene.d, &scene.things[0]), 0);
	/* Another object at the same address; and one that posts by the stale token still. */
	token = later_note_token(scene.d, &scene.things[0]);
	assert_true(token.serial && token.serial != stale.serial);
	assert_int_equal(post(3, token), 0);
	assert_int_equal(post(4, stale), 0);
	assert_string_equal(deliver(2), " 2 3a");
	assert_int_equal(sb_later_counts(scene.d, SB_POSTED).n_forgotten, 2);
	assert_int_equal(sb_later_counts(scene.d, SB_POSTED).n_delivered, 2);
}

static void
a_handler_may_forget_a_sender_that_posted_the_rest(void **state)
{
	struct sb_token token = later_note_token(scene.d, &scene.things[0]);

	(void)state;
	scene.then = forget_first;
	assert_int_equal(post(1, nobody), 0);
	assert_int_equal(post(2, token), 0);
	assert_int_equal(post(3, nobody), 0);
	assert_string_equal(deliver(2), " 1 3");
}

static void
an_object_has_one_token_as_long_as_it_is_known(void **state)
{
	struct sb_token token = later_note_token(scene.d, &scene.things[0]), again;

	(void)state;
	/* What comes and goes besides leaves it. */
	(void)sb_label(scene.d, &scene.things[0], "first");
	(void)sb_label(scene.d, &scene.things[0], NULL);
	(void)sb_disconnect(scene.d,
		later_note_connect(scene.d, &scene.things[0], SB_HANDLER(on_note_dropped), &scene));
	again = sb_token(scene.d, later_carried_signal(), &scene.things[0]);
	assert_ptr_equal(again.object, token.object);
	assert_true(again.serial == token.serial);
	assert_int_equal(post(1, token), 0);
	assert_string_equal(deliver(1), " 1a");
	assert_true(later_note_token(scene.d, &scene.things[1]).serial != token.serial);
	assert_true(later_note_token(scene.d, NULL).serial == 0);
}

static void
a_token_of_another_dispatcher_is_nobodys(void **state)
{
	struct sb_dispatcher *other = sb_dispatcher_create(NULL, NULL);
	struct sb_token token = later_note_token(other, &scene.things[0]);

	(void)state;
	(void)later_note_token(scene.d, &scene.things[0]);
	assert_int_equal(post(1, token), 0);
	assert_string_equal(deliver(0), "");
	assert_int_equal(sb_later_counts(scene.d, SB_POSTED).n_forgotten, 1);
	sb_dispatcher_destroy(other);
}

static void
destroy(const struct later_note *e)
{
	struct sb_dispatcher *d = scene.d;

	if (e->value != 1)
		return;
	sb_dispatcher_destroy(d);
	assert_int_equal(defer(5, NULL), -ECANCELED);
	assert_int_equal(post(6, nobody), -EPIPE);
	assert_int_equal(sb_token(d, later_note_signal(), &scene.things[0]).serial, 0);
	assert_int_equal(sb_deliver(d), -EBUSY);
	assert_int_equal(sb_forget(d, &scene.things[0]), 0);
	assert_int_equal(scene.n_parts, 0);
	write_log("%s", e->text ? e->text : "");
}

/* Once by what was posted, once by what was deferred. */
static void
a_handler_may_destroy_the_dispatcher(void **state)
{
	const struct later_note e = { .value = 1, .text = " and it is still there" };

	for (size_t q = 0; q < 2; q++) {
		if (q) {
			sb_mailbox_release(scene.mailbox);
			assert_int_equal(set_up(state), 0);
		}
		scene.then = destroy;
		assert_int_equal(enter(both[q], 3), 0);
		assert_int_equal(both[q] == SB_DEFERRED
					 ? later_note_defer(scene.d, &scene.things[0], &e)
					 : later_note_post(scene.mailbox, nobody, &e),
			0);
		assert_int_equal(defer(4, &scene.things[0]), 0);
		assert_string_equal(deliver(-ECANCELED),
			q ? " 3 1 and it is still there" : " 3 1a and it is still there");
		scene.d = NULL;
		assert_int_equal(scene.n_parts, 1);
		assert_int_equal(scene.n_wakes, 1);
		assert_int_equal(post(7, nobody), -EPIPE);
	}
}

static void
on_failed_destroy(void *self, void *from, const struct sb_dispatch_failed *e)
{
	(void)self;
	(void)from;
	(void)e;
	sb_dispatcher_destroy(scene.d);
}

static void
who_is_told_of_drops_may_destroy_the_dispatcher(void **state)
{
	(void)state;
	sb_set_later(scene.d, SB_POSTED,
		(struct sb_later_options){ .size = 1, .policy = SB_DROP_NEWEST });
	sb_set_later(scene.d, SB_DEFERRED,
		(struct sb_later_options){ .size = 1, .policy = SB_DROP_NEWEST });
	(void)sb_dispatch_failed_connect(scene.d, SB_ANY, SB_HANDLER(on_failed_destroy), &scene);
	for (int k = 0; k < 4; k++)
		assert_int_equal(enter(both[k % 2], k), 0);
	/* Of the others it cannot be told. */
	assert_string_equal(deliver(-ECANCELED), " ! ?1");
	scene.d = NULL;
}

static void
leave(const struct later_note *e)
{
	if (e->value == 1 || e->value == 11)
		longjmp(way_out, 1);
}

/* Leaves a delivery half done. */
static void
deliver_and_leave(void)
{
	scene.then = leave;
	if (!setjmp(way_out)) {
		(void)sb_deliver(scene.d);
		fail();
	}
	scene.then = NULL;
}

static void
a_delivery_left_by_longjmp_loses_nothing_and_doubles_nothing(void **state)
{
	struct sb_later_counts counts;

	(void)state;
	for (int k = 0; k < 4; k++) {
		assert_int_equal(defer(k, NULL), 0);
		assert_int_equal(post(10 + k, nobody), 0);
	}
	deliver_and_leave();
	assert_int_equal(scene.n_wakes, 1);
	assert_false(sb_unwind(scene.d));
	assert_int_equal(scene.n_wakes, 2);
	counts = sb_later_counts(scene.d, SB_POSTED);
	assert_int_equal(counts.n_waiting, 2);
	assert_int_equal(counts.bytes_waiting, 2 * sizeof(struct later_note));
	assert_int_equal(counts.n_delivered, 2);
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_waiting, 4);
	assert_int_equal(post(14, nobody), 0);
	assert_int_equal(defer(4, NULL), 0);
	assert_int_equal(scene.n_wakes, 2);
	deliver_and_leave();
	assert_false(sb_unwind(scene.d));
	assert_int_equal(scene.n_wakes, 3);
	assert_string_equal(scene.log, " 10 11 12 13 14 0 1");
	scene.log[0] = '\0';
	assert_string_equal(deliver(3), " 2 3 4");
	assert_int_equal(scene.n_wakes, 3);
	assert_string_equal(deliver(0), "");
}

static void
enter_and_leave(const struct later_note *e)
{
	if (e->value != 1)
		return;
	assert_int_equal(defer(9, NULL), 0);
	longjmp(way_out, 1);
}

/* What was entered in the handler that left waits behind the rest, even past the bound. */
static void
what_is_left_of_a_turn_waits_before_what_came_meanwhile(void **state)
{
	(void)state;
	sb_set_later(scene.d, SB_DEFERRED, (struct sb_later_options){ .size = 3, .budget = 3 });
	for (int k = 1; k <= 3; k++)
		assert_int_equal(defer(k, NULL), 0);
	scene.then = enter_and_leave;
	if (!setjmp(way_out)) {
		(void)sb_deliver(scene.d);
		fail();
	}
	assert_false(sb_unwind(scene.d));
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_waiting, 3);
	assert_int_equal(
		sb_later_counts(scene.d, SB_DEFERRED).bytes_waiting, 3 * sizeof(struct later_note));
	assert_int_equal(defer(4, NULL), -ENOBUFS);
	assert_string_equal(deliver(3), " 1 2 3 9");
}

static void
an_emission_left_by_longjmp_outside_deliver_leaves_the_queues(void **state)
{
	(void)state;
	assert_int_equal(defer(2, NULL), 0);
	scene.then = leave;
	if (!setjmp(way_out))
		(void)later_note_emit(scene.d, NULL, &(struct later_note){ .value = 1 });
	assert_false(sb_unwind(scene.d));
	assert_int_equal(scene.n_wakes, 1);
	assert_string_equal(deliver(1), " 1 2");
}

static void
destroy_and_leave(const struct later_note *e)
{
	(void)e;
	sb_dispatcher_destroy(scene.d);
	longjmp(way_out, 1);
}

static void
a_dispatcher_destroyed_in_a_delivery_that_is_left_goes_when_unwound(void **state)
{
	(void)state;
	assert_int_equal(defer(1, NULL), 0);
	assert_int_equal(defer(2, NULL), 0);
	scene.then = destroy_and_leave;
	if (!setjmp(way_out))
		(void)sb_deliver(scene.d);
	assert_true(sb_unwind(scene.d));
	scene.d = NULL;
	assert_int_equal(scene.n_wakes, 1);
	assert_int_equal(scene.n_parts, 1);
	assert_int_equal(post(3, nobody), -EPIPE);
}

static void
a_mailbox_outlives_its_dispatcher_for_each_who_holds_it(void **state)
{
	static const char bytes[70000];
	const struct later_note large = { .bytes = { bytes, sizeof(bytes) } };
	struct sb_mailbox *held = sb_mailbox_hold(scene.mailbox);

	(void)state;
	assert_ptr_equal(held, scene.mailbox);
	assert_int_equal(post(1, nobody), 0);
	sb_dispatcher_destroy(scene.d);
	scene.d = NULL;
	sb_mailbox_release(scene.mailbox);
	scene.mailbox = held;
	assert_int_equal(post(2, nobody), -EPIPE);
	assert_int_equal(later_note_post(scene.mailbox, nobody, &large), -EPIPE);
	sb_mailbox_release(NULL);
}

static void
post_a_handle(void)
{
	(void)later_carried_post(scene.mailbox, nobody, &(struct later_carried){ .value = 1 });
}

static void
post_as_another_type(void)
{
	(void)later_plain_post(scene.mailbox, later_note_token(scene.d, &scene.things[0]),
		&(struct later_plain){ 0 });
}

static void
defer_as_anybody(void)
{
	(void)sb_defer(scene.d, later_plain_signal(), SB_ANY, &(struct later_plain){ 0 });
}

static void
defer_as_anonymous(void)
{
	(void)sb_defer(scene.d, later_plain_signal(), SB_ANONYMOUS, &(struct later_plain){ 0 });
}

static void
token_of_anybody(void)
{
	(void)later_note_token(scene.d, SB_ANY);
}

static void
a_policy_that_is_none(void)
{
	sb_set_later(scene.d, SB_POSTED, (struct sb_later_options){ .policy = (enum sb_policy)3 });
}

static void
callers_mistakes_abort(void **state)
{
	(void)state;
	assert_aborts(post_a_handle);
	assert_aborts(post_as_another_type);
	assert_aborts(defer_as_anybody);
	assert_aborts(defer_as_anonymous);
	assert_aborts(token_of_anybody);
	assert_aborts(a_policy_that_is_none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_forgotten_sender_deferred_is_dropped),
		TEST(what_carries_a_forgotten_object_is_dropped),
		TEST(forgetting_says_how_many_connections_went),
		TEST(a_handler_may_forget_a_sender_of_the_rest),
		TEST(the_payload_outlives_the_sender_that_its_handler_forgets),
		TEST(what_was_posted_from_a_forgotten_sender_is_dropped),
		TEST(a_handler_may_forget_a_sender_that_posted_the_rest),
		TEST(an_object_has_one_token_as_long_as_it_is_known),
		TEST(a_token_of_another_dispatcher_is_nobodys),
		TEST(a_handler_may_destroy_the_dispatcher),
		TEST(who_is_told_of_drops_may_destroy_the_dispatcher),
		TEST(a_delivery_left_by_longjmp_loses_nothing_and_doubles_nothing),
		TEST(what_is_left_of_a_turn_waits_before_what_came_meanwhile),
		TEST(an_emission_left_by_longjmp_outside_deliver_leaves_the_queues),
		TEST(a_dispatcher_destroyed_in_a_delivery_that_is_left_goes_when_unwound),
		TEST(a_mailbox_outlives_its_dispatcher_for_each_who_holds_it),
		TEST(callers_mistakes_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
