/* Whom an emission would come to: held against whom it then comes to, over many arrangements. */
#include "dispatch/aborts.inc"
#include "dispatch/box.inc"

#include <signalbox/expect.h>

enum { N_SEEDS = 3000, N_CONNECTIONS = 24, N_MOST = 64 };

static struct thing things[3];
static char selves[3];
static char places[N_CONNECTIONS][16];
static uint64_t random_state;

/* Whom the last emission came to. */
static struct {
	const char *place;
	const void *self;
} calls[N_MOST];
static size_t n_calls, n_compared;

static unsigned
choose(unsigned n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % n;
}

static void
note(const void *self)
{
	assert_true(n_calls < N_MOST);
	calls[n_calls].place = sb_running_place(box.d);
	calls[n_calls++].self = self;
}

static void
alpha_first(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)from;
	(void)e;
	note(self);
}

static void
alpha_second(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)from;
	(void)e;
	note(self);
}

static void
delta(void *self, struct thing *from, const struct late_delta *e)
{
	(void)from;
	(void)e;
	note(self);
}

static void
any_first(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	(void)from;
	(void)signal;
	(void)payload;
	note(self);
}

static void
any_second(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	(void)from;
	(void)signal;
	(void)payload;
	note(self);
}

static void
expected(void *self, const struct sb_expected *e)
{
	(void)e;
	note(self);
}

static void *
choose_sender(void)
{
	const unsigned k = choose(6);

	return k < 2 ? SB_ANY : k == 2 ? SB_ANONYMOUS : &things[k - 3];
}

/* One more, of any kind; where it is there already, with other options, it is another's turn. */
static void
connect_one(unsigned k)
{
	static const char *const patterns[] = { ">", "test.*", "late.>", "*.delta", "other.x" };
	struct sb_options options = { .priority = (int)choose(3) - 1, .once = !choose(8) };
	void *from = choose_sender(), *self = &selves[choose(3)];
	const unsigned what = choose(6);
	struct sb_connection_info info;
	/* By two of them it would be met where both are: it is one receiver. */
	const struct sb_awaited awaited[] = { test_alpha_awaited(from, NULL),
		test_alpha_awaited(SB_ANY, NULL) };
	size_t cursor = 0;

	(void)snprintf(places[k], sizeof(places[k]), "fn here:%u", k);
	/* With the options of those that are there, should it be one of them. */
	while (sb_connection_next(box.d, &cursor, &info))
		if (info.self == self && info.sender == from)
			options = info.options;
	if (what == 0)
		test_alpha_connect_with(box.d, from, options, alpha_first, places[k], self);
	else if (what == 1)
		test_alpha_connect_with(box.d, from, options, alpha_second, places[k], self);
	else if (what == 2 && choose(2))
		late_delta_connect_with(box.d, from, options, delta, places[k], self);
	else if (what == 3)
		(void)sb_expect(box.d, awaited, 1 + choose(2), -1, expected, places[k], self);
	else
		sb_pattern_connect(box.d, patterns[choose(5)], from, options,
			choose(2) ? any_first : any_second, places[k], self);
}

static void
disturb(void)
{
	struct sb_connection_info info;
	size_t cursor = 0;

	while (sb_connection_next(box.d, &cursor, &info)) {
		if (!choose(5))
			(void)sb_disconnect(box.d, info.connection);
		else if (!choose(5))
			(void)sb_block(box.d, info.connection);
	}
}

/* What is foretold, and what happens. */
static void
compare(const struct sb_signal *signal, void *from, const void *payload)
{
	struct sb_connection_info infos[N_MOST];
	size_t n = sb_receivers(box.d, signal, from, infos, N_MOST);
	struct sb_connection_info cut[2] = { { .place = NULL }, { .place = NULL } };
	size_t n_typed = 0;
	int result;

	assert_int_equal(sb_receivers(box.d, signal, from, NULL, 0), n);
	assert_int_equal(sb_receivers(box.d, signal, from, cut, 1), n);
	assert_true(n == 0 || cut[0].connection.serial == infos[0].connection.serial);
	assert_null(cut[1].place);
	n_calls = 0;
	result = sb_emit(box.d, signal, from, payload);
	assert_int_equal(n_calls, n);
	for (size_t k = 0; k < n; k++) {
		assert_ptr_equal(infos[k].place, calls[k].place);
		assert_ptr_equal(infos[k].self, calls[k].self);
		n_typed += infos[k].connection.serial && !infos[k].is_pattern;
	}
	assert_int_equal(result, n_typed);
	n_compared += n;
}

static void
compare_all(void)
{
	for (unsigned k = 0; k < 4; k++) {
		void *from = k < 3 ? &things[k] : NULL;

		compare(test_alpha_signal(), from, &(struct test_alpha){ .value = 1 });
		compare(late_delta_signal(), from, &(struct late_delta){ .value = 1 });
	}
}

static void
compare_in_a_handler(struct receiver *receiver)
{
	(void)receiver;
	disturb();
	compare_all();
	connect_one(N_CONNECTIONS - 1);
	compare_all();
}

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	(void)from;
	(void)e;
	compare_in_a_handler(self);
}

static void
it_foretells_each_emission(void **state)
{
	for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
		unsigned n;

		random_state = seed;
		assert_int_equal(set_up(state), 0);
		n = choose(N_CONNECTIONS - 1);
		for (unsigned k = 0; k < n; k++)
			connect_one(k);
		compare_all();
		disturb();
		compare_all();
		test_beta_connect(box.d, SB_ANY, SB_HANDLER(on_beta), &things[2]);
		(void)test_beta_emit(box.d, NULL, &(struct test_beta){ .whole = 1 });
		(void)sb_forget(box.d, &things[1]);
		(void)sb_forget(box.d, &selves[1]);
		compare_all();
		sb_dispatcher_destroy(box.d);
	}
	printf("%zu calls foretold\n", n_compared);
	assert_true(n_compared > 30 * (size_t)N_SEEDS);
}

static void
it_says_who_they_are(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection_info infos[3];
	struct sb_connection c;

	(void)state;
	c = test_alpha_connect_with(box.d, &things[0],
		(struct sb_options){ .priority = 3, .once = true }, on_alpha, "on_alpha here:1",
		&a);
	sb_pattern_connect(box.d, "*.alpha", SB_ANY, (struct sb_options){ .priority = 0 }, on_any,
		"on_any here:2", &a);
	assert_int_equal(sb_receivers(box.d, test_alpha_signal(), &things[0], infos, 3), 2);
	assert_int_equal(infos[0].connection.serial, c.serial);
	assert_int_equal(infos[0].connection.index, c.index);
	assert_string_equal(infos[0].name, "test.alpha");
	assert_ptr_equal(infos[0].sender, &things[0]);
	assert_ptr_equal(infos[0].self, &a);
	assert_string_equal(infos[0].place, "on_alpha here:1");
	assert_int_equal(infos[0].options.priority, 3);
	assert_true(infos[0].options.once);
	assert_false(infos[0].is_pattern);
	assert_string_equal(infos[1].name, "*.alpha");
	assert_ptr_equal(infos[1].sender, SB_ANY);
	assert_true(infos[1].is_pattern);
	/* That it asked leaves the one that runs once armed. */
	assert_int_equal(emit_from(&things[0]), 1);
	assert_int_equal(sb_receivers(box.d, test_alpha_signal(), &things[0], NULL, 0), 1);
	/* And a signal that nobody could hear has nobody. */
	assert_int_equal(sb_receivers(box.d, other_gamma_signal(), NULL, NULL, 0), 0);
}

/* A receiver of two connections is told of once, and asking in the midst of an emission does not
 * make it run twice there, or never. */
static void
ask(struct receiver *receiver)
{
	(void)receiver;
	assert_int_equal(sb_receivers(box.d, test_alpha_signal(), &things[0], NULL, 0), 2);
}

static void
asking_changes_no_emission_in_progress(void **state)
{
	struct receiver a = { &box, 'a', ask }, b = { &box, 'b', ask };

	(void)state;
	test_alpha_connect(box.d, &things[0], SB_HANDLER(on_alpha), &a);
	add(&b, 1);
	add(&a, 2);
	test_alpha_connect(box.d, &things[0], SB_HANDLER(on_alpha), &b);
	assert_int_equal(emit_from(&things[0]), 2);
	assert_string_equal(box.log, "ab");
}

static void
ask_deeper(struct receiver *receiver)
{
	static int depth;
	const bool is_last = ++depth == SB_DEPTH_LIMIT;

	(void)receiver;
	assert_int_equal(
		sb_receivers(box.d, test_alpha_signal(), &things[0], NULL, 0), is_last ? 0 : 1);
	assert_int_equal(sb_receivers(box.d, sb_dispatch_failed_signal(), &things[0], NULL, 0), 1);
	if (!is_last)
		(void)emit_from(&things[0]);
	depth--;
}

static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static void
past_the_depth_limit_nobody_would_be_called(void **state)
{
	struct receiver a = { &box, 'a', ask_deeper };

	(void)state;
	test_alpha_connect(box.d, &things[0], SB_HANDLER(on_alpha), &a);
	add(&a, 0);
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	assert_int_equal(emit_from(&things[0]), 1);
}

static void
destroy_and_ask(struct receiver *receiver)
{
	(void)receiver;
	sb_dispatcher_destroy(box.d);
	assert_int_equal(sb_receivers(box.d, test_alpha_signal(), NULL, NULL, 0), 0);
}

static void
nobody_hears_a_destroyed_dispatcher(void **state)
{
	struct receiver a = { &box, 'a', destroy_and_ask };

	(void)state;
	add(&a, 0);
	assert_int_equal(emit(), -ECANCELED);
	box.d = NULL;
}

static void
ask_for_anyones(void)
{
	(void)sb_receivers(box.d, test_alpha_signal(), SB_ANY, NULL, 0);
}

static void
ask_for_anonymous_ones(void)
{
	(void)sb_receivers(box.d, test_alpha_signal(), SB_ANONYMOUS, NULL, 0);
}

static void
nobody_emits_as_anyone(void **state)
{
	(void)state;
	assert_aborts(ask_for_anyones);
	assert_aborts(ask_for_anonymous_ones);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_foretells_each_emission),
		TEST(it_says_who_they_are),
		TEST(asking_changes_no_emission_in_progress),
		TEST(past_the_depth_limit_nobody_would_be_called),
		TEST(nobody_hears_a_destroyed_dispatcher),
		TEST(nobody_emits_as_anyone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
