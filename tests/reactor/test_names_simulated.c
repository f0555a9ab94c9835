/* Look-ups in a simulation: its table, delays, the weather, and in which order services come. */

#include "reactor/contract.h"

#include "reactor/resolver.h"

struct asked {
	unsigned n_told;
	size_t n;
	struct sb_answer answers[ANSWERS_MAX];
	struct sb_error error;
	struct sb_lookup *lookup;
};

static struct asked asked[2];

static int
set_up(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_SIMULATION, 7);
	memset(asked, 0, sizeof(asked));
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

static void
note(void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error)
{
	struct asked *a = self;

	assert_true((n > 0) == (error->code == 0));
	a->n_told++;
	a->n = n;
	if (n > 0)
		memcpy(a->answers, answers, n * sizeof(*answers));
	a->error = *error;
}

static void
ask(struct world *w, struct asked *a, enum sb_lookup_kind kind, const char *name)
{
	a->n_told = 0;
	assert_int_equal(
		sb_lookup_start(w->r, kind, name, SB_HANDLER(note), a, &a->lookup, NULL), 0);
	assert_int_equal(a->n_told, 0);
}

static struct asked *
answer_to(struct world *w, enum sb_lookup_kind kind, const char *name)
{
	ask(w, &asked[0], kind, name);
	sb_simulation_settle(w->sim);
	assert_int_equal(asked[0].n_told, 1);
	return &asked[0];
}

static int
set(struct world *w, const char *name, enum sb_lookup_kind kind, const char *answer,
	int64_t delay_ns)
{
	return sb_simulation_set_name(w->sim, name, kind, &answer, 1, 0, delay_ns);
}

static void
names_are_the_same_in_any_case_and_may_be_set_again(void **state)
{
	struct world *w = *state;

	assert_int_equal(set(w, "A.Example", SB_LOOKUP_IPV4, "192.0.2.1", 0), 0);
	assert_int_equal(set(w, "a.example", SB_LOOKUP_IPV6, "2001:db8::1", 0), 0);
	assert_string_equal(
		answer_to(w, SB_LOOKUP_IPV4, "a.EXAMPLE.")->answers[0].host, "192.0.2.1");
	assert_string_equal(
		answer_to(w, SB_LOOKUP_IPV6, "a.example")->answers[0].host, "2001:db8::1");
	assert_int_equal(set(w, "a.example.", SB_LOOKUP_IPV4, "192.0.2.2", 0), 0);
	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "a.example")->n, 1);
	assert_string_equal(asked[0].answers[0].host, "192.0.2.2");
	assert_int_equal(answer_to(w, SB_LOOKUP_SERVICE, "a.example")->error.code, -ENOENT);
	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "b.example")->error.code, -ENOENT);
	assert_string_equal(asked[0].error.text, "looking up b.example: there is no such name");
}

static void
what_is_no_answer_is_refused_and_changes_nothing(void **state)
{
	struct world *w = *state;
	static const struct {
		enum sb_lookup_kind kind;
		const char *answer;
	} wrong[] = {
		{ SB_LOOKUP_IPV4, "2001:db8::1" },
		{ SB_LOOKUP_IPV4, "192.0.2" },
		{ SB_LOOKUP_IPV6, "192.0.2.1" },
		{ SB_LOOKUP_SERVICE, "a.example" },
		{ SB_LOOKUP_SERVICE, "0 0 17" },
		{ SB_LOOKUP_SERVICE, "0 0 65536 a.example" },
		{ SB_LOOKUP_SERVICE, "0 0 17 a.example x" },
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const char *right = wrong[i].kind == SB_LOOKUP_IPV4   ? "192.0.2.1"
				    : wrong[i].kind == SB_LOOKUP_IPV6 ? "2001:db8::1"
								      : "1 2 3 h";

		assert_int_equal(set(w, "a.example", wrong[i].kind, right, 0), 0);
		assert_int_equal(set(w, "a.example", wrong[i].kind, wrong[i].answer, 0), -EINVAL);
		assert_int_equal(answer_to(w, wrong[i].kind, "a.example")->n, 1);
	}
	assert_int_equal(sb_simulation_set_name(w->sim, "a.example", SB_LOOKUP_IPV4, NULL, 0, 0, 0),
		-EINVAL);
}

static void
errors_are_told_as_they_were_set(void **state)
{
	struct world *w = *state;
	static const int codes[] = { -ENOENT, -ENODATA, -ETIMEDOUT, -EAGAIN, -ENOMEM };
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		assert_int_equal(sb_simulation_set_name(
					 w->sim, "a.example", SB_LOOKUP_IPV4, NULL, 0, codes[i], 0),
			0);
		assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "a.example")->error.code, codes[i]);
	}
}

static void
answers_take_their_time(void **state)
{
	struct world *w = *state;
	int64_t began_ns = sb_reactor_now_ns(w->r);

	assert_int_equal(set(w, "a.example", SB_LOOKUP_IPV4, "192.0.2.1", 30 * SB_MS), 0);
	(void)answer_to(w, SB_LOOKUP_IPV4, "a.example");
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 30 * SB_MS);
	sb_simulation_set_weather(
		w->sim, &(struct sb_weather){ .name_min_ns = 5 * SB_MS, .name_max_ns = 5 * SB_MS });
	(void)answer_to(w, SB_LOOKUP_IPV4, "a.example");
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 65 * SB_MS);
	assert_int_equal(set(w, "a.example", SB_LOOKUP_IPV4, "192.0.2.1", INT64_MAX), 0);
	ask(w, &asked[0], SB_LOOKUP_IPV4, "a.example");
	assert_int_equal(sb_reactor_run(w->r), -EDEADLK);
	sb_lookup_cancel(asked[0].lookup);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(asked[0].n_told, 0);
}

static void
weather_makes_look_ups_fail(void **state)
{
	struct world *w = *state;
	unsigned n_failed = 0, i;

	assert_int_equal(set(w, "a.example", SB_LOOKUP_IPV4, "192.0.2.1", 0), 0);
	sb_simulation_set_weather(w->sim,
		&(struct sb_weather){ .fail_names_per_million = 300000, .name_max_ns = SB_S });
	for (i = 0; i < 1000; i++) {
		(void)answer_to(w, SB_LOOKUP_IPV4, "a.example");
		assert_true(asked[0].error.code == 0 || asked[0].error.code == -EAGAIN);
		n_failed += asked[0].error.code != 0;
	}
	assert_in_range(n_failed, 240, 360);
}

static void
look_up_is_listed_and_cancelled_alone(void **state)
{
	struct world *w = *state;
	char left[512];
	size_t cursor = 0;

	assert_int_equal(set(w, "a.example", SB_LOOKUP_IPV4, "192.0.2.1", SB_S), 0);
	ask(w, &asked[0], SB_LOOKUP_IPV4, "a.example");
	ask(w, &asked[1], SB_LOOKUP_IPV4, "a.example");
	assert_true(sb_reactor_pending_next(w->r, &cursor, left, sizeof(left)));
	assert_non_null(strstr(left, "look-up a.example note tests/reactor/test_names"));
	sb_lookup_cancel(asked[0].lookup);
	/* It keeps the reactor running, too. */
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(asked[0].n_told, 0);
	assert_int_equal(asked[1].n_told, 1);
}

/* Weights 1, 2, 3 and 0 among equals, behind one of a better priority. */
static void
services_of_one_priority_come_at_random_by_weight(void **state)
{
	static const char *const services[] = { "20 1 1 a.example", "20 2 2 b.example",
		"20 3 3 c.example", "20 0 9 d.example", "10 0 5 e.example" };
	struct world *w = *state;
	unsigned n_first[10] = { 0 }, i, j;

	assert_int_equal(sb_simulation_set_name(
				 w->sim, "_x._tcp.example", SB_LOOKUP_SERVICE, services, 5, 0, 0),
		0);
	for (i = 0; i < 7000; i++) {
		unsigned seen = 0;

		assert_int_equal(answer_to(w, SB_LOOKUP_SERVICE, "_x._tcp.example")->n, 5);
		assert_string_equal(asked[0].answers[0].host, "e.example");
		for (j = 0; j < 5; j++)
			seen |= 1u << asked[0].answers[j].port;
		assert_int_equal(seen, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 9);
		n_first[asked[0].answers[1].port]++;
	}
	/* From 0 to the sum of 6 is drawn, 0 being the one without weight: a seventh of 7000 each. */
	assert_in_range(n_first[9], 900, 1100);
	assert_in_range(n_first[1], 900, 1100);
	assert_in_range(n_first[2], 1850, 2150);
	assert_in_range(n_first[3], 2800, 3200);
}

static void
same_seed_is_the_same_order(void **state)
{
	static const char *const services[] = { "0 1 1 a.example", "0 1 2 b.example",
		"0 1 3 c.example", "0 1 4 d.example" };
	char orders[2][64] = { "", "" };
	int i, j;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct world *w = create_world(OVER_SIMULATION, 99);

		assert_int_equal(sb_simulation_set_name(w->sim, "_x._tcp.example",
					 SB_LOOKUP_SERVICE, services, 4, 0, 0),
			0);
		for (j = 0; j < 40; j++)
			orders[i][j] = (char)('0'
					      + answer_to(w, SB_LOOKUP_SERVICE, "_x._tcp.example")
							->answers[0]
							.port);
		destroy_world(w);
	}
	assert_string_equal(orders[0], orders[1]);
	assert_non_null(strchr(orders[0], '1'));
	assert_non_null(strchr(orders[0], '4'));
}

/* Connects to the URL, and tells what became of it. */
static int
code_of(struct world *w, const char *url)
{
	struct peer *p = &w->more[9];
	int code;

	memset(p, 0, sizeof(*p));
	init_peer(p, w);
	(void)strcpy(w->client_url, url);
	connect_peer(w, p, NULL);
	sb_simulation_settle(w->sim);
	(void)sb_simulation_run_for(w->sim, 31 * SB_S);
	code = p->n_connected ? 0 : p->error.code;
	drop_peer(p);
	return code;
}

static void
reach_of_a_name_is_that_of_its_addresses(void **state)
{
	static const char url[] = "tcp://a.example:17", service[] = "tcp://_x._tcp.a.example";
	static const char *const addresses[] = { "127.0.0.1", "192.0.2.2" };
	static const char *const services[] = { "0 0 17 A.example.", "1 0 17 192.0.2.3" };
	struct world *w = *state;

	(void)strcpy(w->url, "tcp://127.0.0.1:17");
	open_listener(w);
	assert_int_equal(sb_simulation_set_reach(w->sim, url, SB_REFUSED), -ENOENT);
	assert_int_equal(sb_simulation_set_reach(w->sim, service, SB_REFUSED), -ENOENT);
	assert_int_equal(
		sb_simulation_set_name(w->sim, "a.example", SB_LOOKUP_IPV4, addresses, 2, 0, 0), 0);
	assert_int_equal(set(w, "a.example", SB_LOOKUP_IPV6, "2001:db8:0::1", 0), 0);
	assert_int_equal(sb_simulation_set_name(
				 w->sim, "_x._tcp.a.example", SB_LOOKUP_SERVICE, services, 2, 0, 0),
		0);
	assert_int_equal(code_of(w, url), 0);
	assert_int_equal(sb_simulation_set_reach(w->sim, url, SB_BLACK_HOLED), 0);
	assert_int_equal(code_of(w, url), -ETIMEDOUT);
	assert_int_equal(code_of(w, "tcp://127.0.0.1:17"), -ETIMEDOUT);
	assert_int_equal(code_of(w, "tcp://[2001:db8::1]:17"), -ETIMEDOUT);
	assert_int_equal(code_of(w, "tcp://127.0.0.1:18"), -ECONNREFUSED);
	assert_int_equal(sb_simulation_set_reach(w->sim, service, SB_REFUSED), 0);
	assert_int_equal(code_of(w, url), -ECONNREFUSED);
	assert_int_equal(sb_simulation_set_reach(w->sim, service, SB_REACHED), 0);
	assert_int_equal(code_of(w, service), 0);
	assert_int_equal(sb_simulation_set_reach(w->sim, "stdio:", SB_REFUSED), -EINVAL);
	assert_int_equal(sb_simulation_set_reach(w->sim, "systemd://x", SB_REFUSED), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(names_are_the_same_in_any_case_and_may_be_set_again),
		in_world(what_is_no_answer_is_refused_and_changes_nothing),
		in_world(errors_are_told_as_they_were_set),
		in_world(answers_take_their_time),
		in_world(weather_makes_look_ups_fail),
		in_world(look_up_is_listed_and_cancelled_alone),
		in_world(services_of_one_priority_come_at_random_by_weight),
		in_world(reach_of_a_name_is_that_of_its_addresses),
		cmocka_unit_test(same_seed_is_the_same_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
