/* What a profile counts. The clock stands still but when handlers say how long they take. */
#include "dispatch/box.inc"

#include <signalbox/expect.h>
#include <signalbox/later.h>
#include <signalbox/profile.h>

static int64_t now_ns;
static struct sb_profile *profile;
static struct thing thing = { 1 };

static int64_t
clock_ns(void *self)
{
	(void)self;
	return now_ns;
}

static void
wake(void *self)
{
	(void)self;
}

static void
wake_at(void *self, int64_t at_ns)
{
	(void)self;
	(void)at_ns;
}

static const struct sb_loop loop = { .wake = wake, .wake_at = wake_at, .clock_ns = clock_ns };

/* The calls that were slow. */
static int n_slow;
static int64_t slow_ns;
static char slow_place[40], slow_signal[40];
static void (*when_slow)(void);

static void
on_slow(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	int64_t took_ns)
{
	assert_ptr_equal(self, &n_slow);
	n_slow++;
	slow_ns = took_ns;
	(void)snprintf(slow_place, sizeof(slow_place), "%s", receiver->place);
	(void)snprintf(slow_signal, sizeof(slow_signal), "%s", emission->signal->name);
	if (when_slow)
		when_slow();
}

static int
set_up_profile(void **state)
{
	now_ns = 1000000;
	n_slow = 0;
	when_slow = NULL;
	if (set_up(state))
		return -1;
	sb_set_loop(box.d, &loop, NULL);
	profile = sb_profile_create(box.d, 1000, on_slow, &n_slow);
	return profile ? 0 : -1;
}

static int
tear_down_profile(void **state)
{
	sb_profile_destroy(profile);
	return tear_down(state);
}

static void
take_100(struct receiver *receiver)
{
	(void)receiver;
	now_ns += 100;
}

static void
emit_beta(struct receiver *receiver)
{
	now_ns += 10;
	(void)test_beta_emit(box.d, &thing, &(struct test_beta){ .whole = 7 });
	take_100(receiver);
	(void)test_beta_emit(box.d, &thing, &(struct test_beta){ .whole = 8 });
	now_ns += 1;
}

static void
fail_slowly(struct receiver *receiver)
{
	take_100(receiver);
	sb_fail(box.d, -EIO, "no paper left");
}

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	struct receiver *receiver = self;

	(void)from;
	now_ns += e->whole * 1000;
	if (receiver)
		receiver->then(receiver);
}

static struct sb_connection
hear(struct receiver *receiver, const char *place)
{
	return test_alpha_connect(box.d, SB_ANY, on_alpha, place, receiver);
}

/* The k-th entry. */
static struct sb_profile_entry
entry_at(size_t k)
{
	struct sb_profile_entry entry;
	size_t cursor = 0;

	do {
		assert_true(sb_profile_next(profile, &cursor, &entry));
	} while (k--);
	return entry;
}

static size_t
n_entries(void)
{
	struct sb_profile_entry entry;
	size_t cursor = 0, n = 0;

	while (sb_profile_next(profile, &cursor, &entry))
		n++;
	return n;
}

static void
calls_are_counted_by_their_connections(void **state)
{
	struct receiver a = { &box, 'a', take_100 }, b = { &box, 'b', NULL };
	struct sb_profile_entry entry;
	struct sb_connection c;

	(void)state;
	(void)hear(&b, "on_b here:2");
	c = hear(&a, "on_a here:1");
	assert_int_equal(n_entries(), 0);
	(void)emit();
	(void)emit_from(&thing);
	a.then = NULL;
	(void)emit();
	assert_int_equal(n_entries(), 2);
	entry = entry_at(0);
	assert_string_equal(entry.place, "on_b here:2");
	assert_int_equal(entry.n_calls, 3);
	assert_int_equal(entry.total_ns, 0);
	entry = entry_at(1);
	assert_string_equal(entry.place, "on_a here:1");
	assert_string_equal(entry.name, "test.alpha");
	assert_int_equal(entry.connection.serial, c.serial);
	assert_false(entry.is_pattern);
	assert_int_equal(entry.n_calls, 3);
	assert_int_equal(entry.n_failed, 0);
	assert_int_equal(entry.total_ns, 200);
	assert_int_equal(entry.own_ns, 200);
	assert_int_equal(entry.most_ns, 100);
	assert_int_equal(n_slow, 0);
	assert_int_equal(sb_profile_n_lost(profile), 0);
}

static void
what_is_nested_counts_in_the_total_and_not_as_its_own(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', fail_slowly };
	struct sb_profile_entry entry;

	(void)state;
	(void)hear(&a, "on_a here:1");
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta here:3", NULL);
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta here:4", &b);
	(void)emit();
	/* The outer was called first, and ended last. */
	entry = entry_at(0);
	assert_string_equal(entry.place, "on_a here:1");
	assert_int_equal(entry.own_ns, 111);
	assert_int_equal(entry.total_ns, 111 + 2 * 15000 + 200);
	assert_int_equal(entry.most_ns, entry.total_ns);
	entry = entry_at(1);
	assert_string_equal(entry.place, "on_beta here:3");
	assert_int_equal(entry.own_ns, 15000);
	entry = entry_at(2);
	assert_int_equal(entry.n_failed, 2);
	assert_int_equal(entry.most_ns, 8100);
	/* The five that took more than a microsecond, the outer one last. */
	assert_int_equal(n_slow, 5);
	assert_int_equal(slow_ns, 111 + 2 * 15000 + 200);
	assert_string_equal(slow_place, "on_a here:1");
	assert_string_equal(slow_signal, "test.alpha");
}

static void
what_is_nested_in_one_call_is_not_in_the_next(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', emit_beta };

	(void)state;
	(void)hear(&a, "on_a here:1");
	(void)hear(&b, "on_b here:2");
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta here:3", NULL);
	(void)emit();
	assert_string_equal(entry_at(2).place, "on_b here:2");
	assert_int_equal(entry_at(2).own_ns, 111);
	assert_int_equal(entry_at(2).total_ns, 111 + 15000);
}

static void
take_900(void *self, void *from, const struct sb_dispatch_failed *e)
{
	(void)self;
	(void)from;
	(void)e;
	now_ns += 900;
}

/* A failure is told between calls: in none of them, but in the call outside. */
static void
the_telling_of_a_failure_is_nobodys_own(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', fail_slowly };

	(void)state;
	(void)hear(&a, "on_a here:1");
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta here:4", &b);
	sb_dispatch_failed_connect(box.d, SB_ANY, take_900, "take_900 here:5", NULL);
	(void)emit();
	assert_int_equal(entry_at(0).own_ns, 111);
	assert_int_equal(entry_at(0).total_ns, 111 + 15000 + 200 + 1800);
	assert_int_equal(entry_at(1).own_ns, 15200);
	assert_int_equal(entry_at(1).total_ns, 15200);
	assert_int_equal(entry_at(2).own_ns, 1800);
}

static void
a_limit_is_to_be_exceeded(void **state)
{
	(void)state;
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta here:3", NULL);
	(void)test_beta_emit(box.d, &thing, &(struct test_beta){ .whole = 1 });
	assert_int_equal(n_slow, 0);
	(void)test_beta_emit(box.d, &thing, &(struct test_beta){ .whole = 2 });
	assert_int_equal(n_slow, 1);
	assert_int_equal(slow_ns, 2000);
}

static void
on_expected(void *self, const struct sb_expected *expected)
{
	(void)self;
	(void)expected;
	now_ns += 5;
}

static void
patterns_and_expectations_are_counted_too(void **state)
{
	const struct sb_awaited awaited = test_alpha_awaited(SB_ANY, NULL);
	struct receiver a = { &box, 'a', take_100 };

	(void)state;
	sb_pattern_connect(box.d, ">", SB_ANY, (struct sb_options){ .priority = 0 }, on_any,
		"on_any here:6", &a);
	for (int k = 0; k < 3; k++) {
		(void)sb_expect(box.d, &awaited, 1, -1, on_expected,
			k < 2 ? "on_expected here:7" : "on_expected here:8", NULL);
		(void)emit();
	}
	(void)other_gamma_emit(box.d, NULL, &(struct other_gamma){ false });
	assert_int_equal(n_entries(), 3);
	assert_true(entry_at(0).is_pattern);
	assert_int_equal(entry_at(0).n_calls, 4);
	assert_string_equal(entry_at(0).name, "other.gamma");
	assert_string_equal(entry_at(1).place, "on_expected here:7");
	assert_int_equal(entry_at(1).n_calls, 2);
	assert_int_equal(entry_at(1).connection.serial, 0);
	assert_int_equal(entry_at(2).total_ns, 5);
}

static void
disconnect_it(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	(void)self;
	(void)emission;
	(void)sb_disconnect(box.d, receiver->connection);
}

static void
a_call_that_was_not_made_does_not_count(void **state)
{
	static const struct sb_observer other = { .call_began = disconnect_it };
	struct receiver a = { &box, 'a', NULL };

	(void)state;
	(void)hear(&a, "on_a here:1");
	assert_int_equal(sb_observe(box.d, &other, SB_PLACE, NULL), 0);
	(void)emit();
	assert_int_equal(n_entries(), 0);
	assert_int_equal(sb_profile_n_lost(profile), 0);
}

static jmp_buf way_out;

static void
leave(struct receiver *receiver)
{
	take_100(receiver);
	longjmp(way_out, 1);
}

static void
one_that_never_returned_counts_until_it_is_given_up(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', leave };

	(void)state;
	(void)hear(&a, "on_a here:1");
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta here:4", &b);
	if (!setjmp(way_out))
		(void)emit();
	assert_int_equal(n_entries(), 0);
	assert_false(sb_unwind(box.d));
	assert_int_equal(entry_at(0).own_ns, 10);
	assert_int_equal(entry_at(1).own_ns, 7100);
	a.then = take_100;
	(void)emit();
	assert_int_equal(entry_at(0).own_ns, 110);
}

static void
another_connection_at_its_place_is_another(void **state)
{
	struct receiver a = { &box, 'a', take_100 };
	struct sb_connection c;

	(void)state;
	for (int k = 0; k < 40; k++) {
		c = hear(&a, "on_a here:1");
		(void)emit();
		(void)emit();
		assert_int_equal(sb_disconnect(box.d, c), 0);
	}
	assert_int_equal(n_entries(), 40);
	for (size_t k = 0; k < 40; k++)
		assert_int_equal(entry_at(k).total_ns, 200);
	assert_int_equal(entry_at(39).connection.serial, c.serial);
}

static void
hear_once(struct receiver *receiver)
{
	(void)receiver;
	take_100(receiver);
	test_beta_connect_with(box.d, SB_ANY, (struct sb_options){ .once = true }, on_beta,
		"on_beta here:4", NULL);
	(void)test_beta_emit(box.d, NULL, &(struct test_beta){ .whole = 1 });
}

/* A server's, whose requests connect and go: those of one place become one, and no call is lost. */
static void
thousands_that_come_and_go_take_no_more_memory(void **state)
{
	enum { N = 5000 };
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', hear_once };
	uint64_t n_calls = 0;
	int64_t total_ns = 0;

	(void)state;
	(void)hear(&a, "on_a here:1");
	for (int k = 0; k < N; k++) {
		test_alpha_connect_with(box.d, SB_ANY, (struct sb_options){ .once = true },
			on_alpha, "on_b here:2", &b);
		(void)emit();
		memset(box.log, 0, sizeof(box.log));
	}
	for (size_t k = n_entries(); k--;) {
		n_calls += entry_at(k).n_calls;
		total_ns += entry_at(k).total_ns;
	}
	assert_true(n_entries() < 100);
	assert_int_equal(n_calls, 3 * N);
	assert_int_equal(total_ns, N * (1100 + 1000));
	assert_int_equal(sb_profile_n_lost(profile), 0);
	/* One that is still there is alone. */
	assert_string_equal(entry_at(0).place, "on_a here:1");
	assert_int_equal(entry_at(0).n_calls, N);
	assert_true(entry_at(0).connection.serial);
	assert_string_equal(entry_at(1).place, "on_b here:2");
	assert_int_equal(entry_at(1).connection.serial, 0);
}

static void
what_was_counted_stays_when_the_dispatcher_goes(void **state)
{
	struct receiver a = { &box, 'a', take_100 };

	(void)state;
	(void)hear(&a, "on_a here:1");
	(void)emit();
	sb_dispatcher_destroy(box.d);
	box.d = NULL;
	assert_int_equal(entry_at(0).total_ns, 100);
	assert_string_equal(entry_at(0).name, "test.alpha");
}

static void
destroy_the_profile(void)
{
	sb_profile_destroy(profile);
	profile = NULL;
}

static void
destroy_profile_in_handler(struct receiver *receiver)
{
	(void)receiver;
	destroy_the_profile();
}

static void
it_may_be_destroyed_anywhere(void **state)
{
	struct receiver a = { &box, 'a', destroy_profile_in_handler };

	(void)state;
	sb_profile_destroy(NULL);
	(void)hear(&a, "on_a here:1");
	assert_int_equal(emit(), 1);
	a.then = NULL;
	profile = sb_profile_create(box.d, -1, on_slow, &n_slow);
	when_slow = destroy_the_profile;
	assert_int_equal(emit(), 1);
	assert_int_equal(n_slow, 1);
	assert_null(profile);
	assert_int_equal(emit(), 1);
	assert_int_equal(n_slow, 1);
}

static void
destroy_and_create(struct receiver *receiver)
{
	(void)receiver;
	sb_dispatcher_destroy(box.d);
	assert_null(sb_profile_create(box.d, 0, NULL, NULL));
}

static void
a_destroyed_dispatcher_has_no_profile(void **state)
{
	struct receiver a = { &box, 'a', destroy_and_create };

	(void)state;
	(void)hear(&a, "on_a here:1");
	assert_int_equal(emit(), -ECANCELED);
	box.d = NULL;
	assert_int_equal(n_entries(), 0);
}

static void
without_a_loop_it_only_counts(void **state)
{
	struct receiver a = { &box, 'a', take_100 };

	(void)state;
	sb_set_loop(box.d, NULL, NULL);
	(void)hear(&a, "on_a here:1");
	(void)emit();
	assert_int_equal(entry_at(0).n_calls, 1);
	assert_int_equal(entry_at(0).total_ns, 0);
}

static void
nobody_need_be_told_of_slow_calls(void **state)
{
	struct receiver a = { &box, 'a', take_100 };

	(void)state;
	sb_profile_destroy(profile);
	profile = sb_profile_create(box.d, 50, NULL, NULL);
	assert_non_null(profile);
	(void)hear(&a, "on_a here:1");
	assert_int_equal(emit(), 1);
	assert_int_equal(entry_at(0).total_ns, 100);
}

#define PROFILED(name) cmocka_unit_test_setup_teardown(name, set_up_profile, tear_down_profile)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PROFILED(calls_are_counted_by_their_connections),
		PROFILED(what_is_nested_counts_in_the_total_and_not_as_its_own),
		PROFILED(what_is_nested_in_one_call_is_not_in_the_next),
		PROFILED(the_telling_of_a_failure_is_nobodys_own),
		PROFILED(a_limit_is_to_be_exceeded),
		PROFILED(patterns_and_expectations_are_counted_too),
		PROFILED(a_call_that_was_not_made_does_not_count),
		PROFILED(one_that_never_returned_counts_until_it_is_given_up),
		PROFILED(another_connection_at_its_place_is_another),
		PROFILED(thousands_that_come_and_go_take_no_more_memory),
		PROFILED(what_was_counted_stays_when_the_dispatcher_goes),
		PROFILED(it_may_be_destroyed_anywhere),
		PROFILED(a_destroyed_dispatcher_has_no_profile),
		PROFILED(without_a_loop_it_only_counts),
		PROFILED(nobody_need_be_told_of_slow_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
