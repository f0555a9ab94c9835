/* The whole program in the simulation, in bad weather, over many seeds. */

#include "program.h"
#include "surfer.h"
#include "visitor.h"

struct weather_run {
	size_t n_seeds;
	size_t n_cuts; /* connections of the bot that broke, over all seeds */
	size_t n_pages; /* that browsers got whole */
	size_t n_short; /* visitors for whom no descriptor was left */
};

enum { SURFERS = 4, VISITORS = 6 };

/* Each has got pages since it was last asked. */
struct crowd {
	struct surfer *surfers[SURFERS];
	size_t n_before[SURFERS];
};

static bool
all_got_more(void *self)
{
	const struct crowd *crowd = self;
	size_t i;

	for (i = 0; i < SURFERS; i++)
		if (crowd->surfers[i]->n_whole < crowd->n_before[i] + 10)
			return false;
	return true;
}

static void
count_cut(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	struct weather_run *run = self;

	(void)irc;
	run->n_cuts += e->error != 0;
}

/* What comes first; then everything is short. */
static const struct sb_weather first_wind = {
	.latency_min_ns = SB_MS,
	.latency_max_ns = 300 * SB_MS,
	.chops = true,
	.cut_per_million = 3000,
	.refuse_per_million = 200000,
	.vanish_per_million = 100000,
	.step_wall_every_ns = 20 * SB_S,
	.step_wall_max_ns = 7200 * SB_S,
};

static void
rage(struct fixture *f, struct person *alice, struct person *bob, struct visitor visitors[VISITORS])
{
	struct sb_weather storm = first_wind;
	int i;

	for (i = 0; i < VISITORS; i++) {
		visitor_come(&visitors[i], f->world->r, quoth_qotd_url(f->quoth));
		person_ask(alice, "!quote", NULL);
		person_ask(bob, "!quote word", NULL);
		assert_int_equal(sb_simulation_run_for(f->world->sim,
					 (int64_t)(sb_reactor_random(f->world->r) % 20) * SB_S),
			0);
		sb_simulation_cut_all(f->world->sim);
		storm.max_descriptors = 12 + (unsigned)(sb_reactor_random(f->world->r) % 12);
		storm.bytes_per_s = 100 + sb_reactor_random(f->world->r) % 20000;
		sb_simulation_set_weather(f->world->sim, &storm);
	}
}

static void
live_through_a_storm(void *self, uint64_t seed)
{
	static const struct sb_weather calm = { 0 };
	struct weather_run *run = self;
	struct fixture *f = make_fixture(seed);
	struct person alice, bob;
	struct visitor visitor, visitors[VISITORS];
	struct crowd crowd;
	int i;

	run->n_seeds++;
	f->is_demo = true;
	start(f, DEMO);
	sb_irc_disconnected_connect(f->world->d, SB_ANY, SB_HANDLER(count_cut), run);
	sb_simulation_set_weather(f->world->sim, &first_wind);
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	person_come(&bob, f, "bob", quoth_ircd_url(f->quoth));
	for (i = 0; i < SURFERS; i++)
		crowd.surfers[i] = surfer_come(f->world->r, quoth_http_url(f->quoth));
	rage(f, &alice, &bob, visitors);
	sb_simulation_set_weather(f->world->sim, &calm);
	run_until(f, "ready", is_ready, f, 1800 * SB_S);
	person_expect_answer(&alice, f, "!quote 2", "second (2)", 1800 * SB_S);
	person_expect_answer(&bob, f, "!quote first", "first (1)", 1800 * SB_S);
	for (i = 0; i < SURFERS; i++)
		crowd.n_before[i] = crowd.surfers[i]->n_whole;
	run_until(f, "pages for all", all_got_more, &crowd, 1800 * SB_S);
	visitor_come(&visitor, f->world->r, quoth_qotd_url(f->quoth));
	run_until(f, "the quote of the day", visitor_is_over, &visitor, 60 * SB_S);
	assert_true(visitor.len > 0 && visitor.len <= 512);
	assert_int_equal(visitor.error.code, 0);
	for (i = 0; i < VISITORS; i++) {
		assert_true(visitors[i].is_over);
		run->n_short += visitors[i].error.code == -EMFILE;
	}
	for (i = 0; i < SURFERS; i++) {
		run->n_pages += crowd.surfers[i]->n_whole;
		crowd.surfers[i]->stays = false;
	}
	quoth_shut(f->quoth, "Goodbye");
	run_until(f, "over", is_over, f, 6 * SB_S);
	for (i = 0; i < SURFERS; i++)
		surfer_leave(crowd.surfers[i]);
	person_leave(&alice, f);
	person_leave(&bob, f);
	sb_forget(f->world->d, run);
	destroy_fixture(f);
}

static void
after_any_storm_the_bot_is_back_and_answers(void **state)
{
	struct weather_run run = { 0 };

	(void)state;
	sb_testing_each_seed(1, 200, live_through_a_storm, &run);
	/* It was a storm. */
	assert_true(run.n_cuts > 0);
	print_message("%zu seeds, %zu connections of the bot broke, %zu pages, %zu had no "
		      "descriptor\n",
		run.n_seeds, run.n_cuts, run.n_pages, run.n_short);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(after_any_storm_the_bot_is_back_and_answers),
	};

	return kit_run(tests);
}
