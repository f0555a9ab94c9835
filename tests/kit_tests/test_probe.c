#include "kit_tests/toy.h"

static struct sb_probe *
toy_probe(struct sb_world *world)
{
	assert_int_equal(sb_register(world->d, &toy_signals), 0);
	return sb_probe_create(world->d, "toy.*");
}

static void
toy_breaks(struct sb_world *world, struct toy *toy)
{
	assert_true(toy_broke_emit(world->d, toy, &(struct toy_broke){ 0 }) >= 0);
}

static void
expect_b(void *self)
{
	(void)sb_probe_expect(self, "toy.spoke text=b");
}

static void
seek_b(void *self)
{
	(void)sb_probe_seek(self, "toy.spoke text=b");
}

static void
expect_none(void *self)
{
	sb_probe_expect_none(self);
}

static void
signals_are_expected_in_their_order(void **state)
{
	struct sb_probe *probe = toy_probe(*state);

	toy_says(*state, NULL, "a");
	toy_says(*state, NULL, "b");
	toy_breaks(*state, NULL);
	(void)sb_probe_expect(probe, "toy.spoke text=a");
	(void)sb_probe_expect(probe, "toy.spoke text=b");
	(void)sb_probe_expect(probe, "toy.broke");
	sb_probe_expect_none(probe);
	sb_probe_destroy(probe);
}

static void
another_signal_is_a_failure_that_shows_all(void **state)
{
	struct sb_probe *probe = toy_probe(*state);
	const char *said;

	toy_says(*state, NULL, "before");
	toy_says(*state, NULL, "a");
	toy_breaks(*state, NULL);
	(void)sb_probe_expect(probe, "toy.spoke");
	said = failure_of(expect_b, probe);
	assert_non_null(strstr(said, "test_probe.c:"));
	assert_non_null(strstr(said, "expected the signal\n    toy.spoke text=b\nbut the next is\n"
				     "    toy.spoke text=\"a\""));
	assert_non_null(strstr(said, "(text differs)"));
	assert_non_null(strstr(said, "  + toy.spoke text=\"before\""));
	assert_non_null(strstr(said, "  > toy.spoke text=\"a\""));
	assert_non_null(strstr(said, "    toy.broke"));
	/* A failure takes nothing away. */
	(void)sb_probe_expect(probe, "toy.spoke text=a");
	sb_probe_destroy(probe);
}

static void
a_signal_that_did_not_come_is_a_failure(void **state)
{
	struct sb_probe *probe = toy_probe(*state);

	assert_fails(expect_b, probe, "but no other came\nNothing was recorded.");
	toy_says(*state, NULL, "b");
	(void)sb_probe_expect(probe, "toy.spoke text=b");
	assert_fails(expect_b, probe, "but no other came\nRecorded");
	sb_probe_destroy(probe);
}

static void
seek_passes_over_the_others(void **state)
{
	struct sb_probe *probe = toy_probe(*state);

	toy_says(*state, NULL, "a");
	toy_says(*state, NULL, "b");
	toy_says(*state, NULL, "c");
	(void)sb_probe_seek(probe, "toy.spoke text=b");
	assert_fails(seek_b, probe, "sooner or later, but it did not come");
	(void)sb_probe_expect(probe, "toy.spoke text=c");
	sb_probe_destroy(probe);
}

static void
what_is_left_is_a_failure_of_expect_none(void **state)
{
	struct sb_probe *probe = toy_probe(*state);

	sb_probe_expect_none(probe);
	toy_says(*state, NULL, "a");
	assert_fails(expect_none, probe, "a signal came that was not expected");
	sb_probe_clear(probe);
	sb_probe_expect_none(probe);
	sb_probe_destroy(probe);
}

static void
count_counts_what_was_expected_too(void **state)
{
	struct sb_probe *probe = toy_probe(*state);

	toy_says(*state, NULL, "a");
	toy_says(*state, NULL, "b");
	toy_breaks(*state, NULL);
	(void)sb_probe_expect(probe, "toy.spoke text=a");
	assert_int_equal(sb_probe_count(probe, NULL), 3);
	assert_int_equal(sb_probe_count(probe, "toy.spoke"), 2);
	assert_int_equal(sb_probe_count(probe, "toy.spoke text=b"), 1);
	sb_probe_clear(probe);
	assert_int_equal(sb_probe_count(probe, NULL), 0);
	sb_probe_destroy(probe);
}

static void
the_payload_is_a_copy_that_outlives_the_emission(void **state)
{
	struct sb_world *world = *state;
	struct sb_probe *probe = toy_probe(world);
	char text[] = "hello", raw[] = "\0raw";
	const struct toy_spoke e = { .text = text, .raw = { raw, 4 }, .n = 7, .thing = text };
	const struct toy_spoke *copy;

	assert_int_equal(toy_spoke_emit(world->d, NULL, &e), 0);
	memset(text, 'x', sizeof(text) - 1);
	memset(raw, 'x', sizeof(raw) - 1);
	copy = sb_probe_expect(probe, "toy.spoke text=hello raw='\\0raw'");
	assert_string_equal(copy->text, "hello");
	assert_int_equal(copy->n, 7);
	assert_ptr_equal(copy->thing, text);
	sb_probe_destroy(probe);
}

static void
a_probe_may_listen_to_one_sender(void **state)
{
	struct sb_world *world = *state;
	struct toy a, b;
	struct sb_probe *probe, *anonymous;

	assert_int_equal(sb_register(world->d, &toy_signals), 0);
	probe = sb_probe_create_from(world->d, ">", &a);
	anonymous = sb_probe_create_from(world->d, ">", SB_ANONYMOUS);
	toy_says(world, &a, "a");
	toy_says(world, &b, "b");
	toy_says(world, NULL, "nobody");
	(void)sb_probe_expect(probe, "toy.spoke text=a");
	sb_probe_expect_none(probe);
	(void)sb_probe_expect(anonymous, "toy.spoke text=nobody");
	sb_probe_expect_none(anonymous);
	sb_probe_destroy(probe);
	sb_probe_destroy(anonymous);
}

static void
break_when_spoken_to(void *self, struct toy *toy, const struct toy_spoke *e)
{
	(void)e;
	toy_breaks(self, toy);
}

static void
the_order_is_that_of_emission_also_where_handlers_emit(void **state)
{
	struct sb_world *world = *state;
	struct sb_connection connection =
		toy_spoke_connect(world->d, SB_ANY, SB_HANDLER(break_when_spoken_to), world);
	struct sb_probe *probe = toy_probe(world);

	toy_says(world, NULL, "a");
	(void)sb_probe_expect(probe, "toy.spoke");
	(void)sb_probe_expect(probe, "toy.broke");
	sb_probe_destroy(probe);
	assert_int_equal(sb_disconnect(world->d, connection), 0);
}

static void
a_destroyed_probe_hears_nothing(void **state)
{
	struct sb_probe *probe = toy_probe(*state);

	sb_probe_destroy(probe);
	toy_says(*state, NULL, "a");
	sb_probe_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(signals_are_expected_in_their_order),
		kit_test(another_signal_is_a_failure_that_shows_all),
		kit_test(a_signal_that_did_not_come_is_a_failure),
		kit_test(seek_passes_over_the_others),
		kit_test(what_is_left_is_a_failure_of_expect_none),
		kit_test(count_counts_what_was_expected_too),
		kit_test(the_payload_is_a_copy_that_outlives_the_emission),
		kit_test(a_probe_may_listen_to_one_sender),
		kit_test(the_order_is_that_of_emission_also_where_handlers_emit),
		kit_test(a_destroyed_probe_hears_nothing),
	};

	return kit_run(tests);
}
