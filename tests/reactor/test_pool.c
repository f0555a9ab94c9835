/* Pools: what holds over threads and over the simulation alike, and what is the simulation's. */

#include "reactor/contract.h"
#include "reactor/private.h"

#include <signalbox/pool.h>

#include "kit_cmocka.h"

enum { N_JOBS = 12 };

struct office;

struct job {
	struct office *office;
	struct sb_work work;
	char letter;
	bool is_worked; /* by its work alone */
	unsigned n_done, n_true;
	uint64_t turn; /* in which it was done */
	int64_t at_ns;
};

struct office {
	struct world *world;
	struct sb_reactor *r;
	struct sb_pool *pool;
	struct job jobs[N_JOBS];
	char journal[256]; /* of `done`: a letter each, a capital where it was not worked */
	void (*on_done)(struct job *);
	int given; /* what giving in `done` returned */
};

static void
open_office(struct office *o, enum transport transport, uint64_t seed)
{
	int i;

	memset(o, 0, sizeof(*o));
	o->world = create_world(transport, seed);
	o->r = o->world->r;
	for (i = 0; i < N_JOBS; i++) {
		o->jobs[i].office = o;
		o->jobs[i].letter = (char)('a' + i);
	}
}

static int
set_up_over(void **state, enum transport transport)
{
	struct office *o = *state = calloc(1, sizeof(*o));

	(void)alarm(60);
	assert_non_null(o);
	open_office(o, transport, 1);
	return 0;
}

static int
set_up_libev(void **state)
{
	return set_up_over(state, OVER_TCP);
}

static int
set_up_simulation(void **state)
{
	return set_up_over(state, OVER_SIMULATION);
}

static int
tear_down(void **state)
{
	struct office *o = *state;

	sb_pool_destroy(o->pool);
	destroy_world(o->world);
	free(o);
	return 0;
}

static void
open_pool(struct office *o, unsigned n_threads, size_t max_waiting)
{
	const struct sb_pool_options options = { n_threads, max_waiting };

	o->pool = sb_pool_create(o->r, &options, SB_PLACE);
	assert_non_null(o->pool);
}

static void
work_on(void *self)
{
	struct job *job = self;

	job->is_worked = true;
}

static void
on_done(void *self, bool was_done)
{
	struct job *job = self;
	size_t len = strlen(job->office->journal);

	assert_true(was_done == job->is_worked);
	job->office->journal[len] = (char)(was_done ? job->letter : job->letter - 'a' + 'A');
	job->n_done++;
	job->n_true += was_done;
	job->turn = job->office->r->turn;
	job->at_ns = sb_reactor_now_ns(job->office->r);
	if (job->office->on_done)
		job->office->on_done(job);
}

static int
try_to_give(struct office *o, int i)
{
	struct job *job = &o->jobs[i];

	return sb_pool_give(o->pool, &job->work, SB_HANDLER(work_on), on_done, job);
}

static void
give(struct office *o, int i)
{
	assert_int_equal(try_to_give(o, i), 0);
}

static void
give_all(struct office *o, int n)
{
	int i;

	for (i = 0; i < n; i++)
		give(o, i);
}

static void
run_all(struct office *o)
{
	assert_int_equal(sb_reactor_run(o->r), 0);
}

static void
work_is_done_and_told_in_a_later_turn(void **state)
{
	struct office *o = *state;
	uint64_t turn = o->r->turn;

	open_pool(o, 0, 0);
	give(o, 0);
	assert_int_equal(o->jobs[0].n_done, 0);
	run_all(o);
	assert_string_equal(o->journal, "a");
	assert_true(o->jobs[0].turn > turn);
}

static void
one_place_works_in_the_order_of_giving(void **state)
{
	struct office *o = *state;

	open_pool(o, 1, 0);
	give_all(o, N_JOBS);
	run_all(o);
	assert_string_equal(o->journal, "abcdefghijkl");
}

static void
many_places_do_all_of_it(void **state)
{
	struct office *o = *state;
	int i;

	open_pool(o, 3, 0);
	give_all(o, N_JOBS);
	run_all(o);
	assert_int_equal(sb_pool_n_waiting(o->pool), 0);
	assert_int_equal(sb_pool_n_running(o->pool), 0);
	for (i = 0; i < N_JOBS; i++)
		assert_int_equal(o->jobs[i].n_true, 1);
}

static void
work_without_done_keeps_the_reactor_running_too(void **state)
{
	struct office *o = *state;
	struct job *job = &o->jobs[0];

	open_pool(o, 0, 0);
	assert_int_equal(sb_pool_give(o->pool, &job->work, SB_HANDLER(work_on), NULL, job), 0);
	run_all(o);
	assert_true(job->is_worked);
	assert_null(job->work.pool);
}

static void
give_again(struct job *job)
{
	if (job->n_done < 5)
		give(job->office, job->letter - 'a');
}

static void
work_may_be_given_again_when_it_is_done(void **state)
{
	struct office *o = *state;

	o->on_done = give_again;
	open_pool(o, 0, 1);
	give(o, 0);
	run_all(o);
	assert_string_equal(o->journal, "aaaaa");
}

static void
free_own(void *self, bool was_done)
{
	struct job *job = self;

	assert_true(was_done);
	assert_true(job->is_worked);
	job->office->given++;
	free(job);
}

static void
work_may_be_freed_when_it_is_done(void **state)
{
	struct office *o = *state;
	int i;

	open_pool(o, 0, 0);
	for (i = 0; i < 10; i++) {
		struct job *job = calloc(1, sizeof(*job));

		assert_non_null(job);
		job->office = o;
		assert_int_equal(
			sb_pool_give(o->pool, &job->work, SB_HANDLER(work_on), free_own, job), 0);
	}
	run_all(o);
	assert_int_equal(o->given, 10);
}

static void
work_not_given_is_not_cancelled(void **state)
{
	struct office *o = *state;

	assert_false(sb_pool_cancel(&o->jobs[0].work));
	open_pool(o, 0, 0);
	give(o, 0);
	run_all(o);
	assert_false(sb_pool_cancel(&o->jobs[0].work));
	assert_string_equal(o->journal, "a");
}

/* A crew that never comes, so that all waits. */
static int
never_come(struct crew *crew)
{
	(void)crew;
	return 0;
}

static void
go(struct crew *crew)
{
	(void)crew;
}

static struct crew absent = { never_come, go };

static struct crew *
hire_absent(void *back, struct sb_pool *pool, unsigned n)
{
	(void)back;
	(void)pool;
	(void)n;
	return &absent;
}

static void
open_idle_pool(struct office *o, int (*call)(struct crew *), size_t max_waiting)
{
	static struct backend without;
	const struct backend *with = o->r->backend;

	without = *with;
	without.hire = hire_absent;
	absent.call = call;
	o->r->backend = &without;
	open_pool(o, 1, max_waiting);
	o->r->backend = with;
}

static void
cancelled_work_is_not_begun_and_told_in_a_later_turn(void **state)
{
	struct office *o = *state;

	open_idle_pool(o, never_come, 0);
	give_all(o, 3);
	assert_true(sb_pool_cancel(&o->jobs[1].work));
	assert_true(sb_pool_cancel(&o->jobs[1].work));
	assert_int_equal(sb_pool_n_waiting(o->pool), 2);
	assert_string_equal(o->journal, "");
	assert_true(sb_pool_cancel(&o->jobs[2].work));
	assert_true(sb_pool_cancel(&o->jobs[0].work));
	run_all(o);
	assert_string_equal(o->journal, "BCA");
}

static void
more_than_may_wait_is_refused(void **state)
{
	struct office *o = *state;

	open_idle_pool(o, never_come, 3);
	give_all(o, 3);
	assert_int_equal(try_to_give(o, 3), -ENOBUFS);
	assert_null(o->jobs[3].work.pool);
	assert_true(sb_pool_cancel(&o->jobs[0].work));
	assert_int_equal(try_to_give(o, 3), 0);
	assert_int_equal(try_to_give(o, 4), -ENOBUFS);
}

static int
find_nobody(struct crew *crew)
{
	(void)crew;
	return -EAGAIN;
}

static void
work_that_nobody_can_do_is_refused_and_forgotten(void **state)
{
	struct office *o = *state;

	open_idle_pool(o, find_nobody, 0);
	assert_int_equal(try_to_give(o, 0), -EAGAIN);
	assert_int_equal(sb_pool_n_waiting(o->pool), 0);
	assert_false(sb_pool_cancel(&o->jobs[0].work));
	run_all(o);
	assert_string_equal(o->journal, "");
}

static void
destroying_tells_of_all_work_before_it_returns(void **state)
{
	struct office *o = *state;
	int i;

	open_pool(o, 2, 0);
	give_all(o, N_JOBS);
	sb_pool_destroy(o->pool);
	o->pool = NULL; /* which is fine to destroy too */
	for (i = 0; i < N_JOBS; i++) {
		assert_int_equal(o->jobs[i].n_done, 1);
		assert_int_equal(o->jobs[i].n_true, o->jobs[i].is_worked);
	}
	run_all(o);
	assert_int_equal(strlen(o->journal), N_JOBS);
}

static void
give_in_vain(void *self, bool was_done)
{
	struct office *o = self;

	assert_false(was_done);
	o->given = try_to_give(o, 1);
}

static void
nothing_is_given_to_a_pool_that_is_being_destroyed(void **state)
{
	struct office *o = *state;

	open_idle_pool(o, never_come, 0);
	assert_int_equal(
		sb_pool_give(o->pool, &o->jobs[0].work, SB_HANDLER(work_on), give_in_vain, o), 0);
	sb_pool_destroy(o->pool);
	o->pool = NULL;
	assert_int_equal(o->given, -EPIPE);
	run_all(o);
}

static void
destroy_pool(void *self)
{
	struct office *o = self;

	sb_pool_destroy(o->pool);
	o->pool = NULL;
}

static void
pool_may_be_destroyed_in_a_callback(void **state)
{
	struct office *o = *state;

	open_pool(o, 2, 0);
	give_all(o, N_JOBS);
	assert_int_equal(sb_reactor_post(o->r, SB_HANDLER(destroy_pool), o), 0);
	run_all(o);
	assert_int_equal(strlen(o->journal), N_JOBS);
}

static void
cancel_all_others(struct job *job)
{
	struct office *o = job->office;
	int i;

	for (i = 0; i < N_JOBS; i++) {
		bool was_done = o->jobs[i].n_done > 0;
		bool is_cancelled = sb_pool_cancel(&o->jobs[i].work);

		assert_false(was_done && is_cancelled);
	}
}

static void
done_may_cancel_others(void **state)
{
	struct office *o = *state;
	int i;

	o->on_done = cancel_all_others;
	open_pool(o, 2, 0);
	give_all(o, N_JOBS);
	run_all(o);
	for (i = 0; i < N_JOBS; i++)
		assert_int_equal(o->jobs[i].n_done, 1);
}

static void
pools_and_their_work_are_listed_with_their_place(void **state)
{
	struct office *o = *state;
	size_t cursor = 0;
	char line[256];

	open_idle_pool(o, never_come, 0);
	give_all(o, 2);
	assert_true(sb_pool_cancel(&o->jobs[0].work));
	assert_true(sb_reactor_pending_next(o->r, &cursor, line, sizeof(line)));
	assert_memory_equal(line, "pool tests/reactor/test_pool.c:", 31);
	assert_true(sb_reactor_pending_next(o->r, &cursor, line, sizeof(line)));
	assert_memory_equal(line, "work work_on tests/reactor/test_pool.c:", 39);
	assert_true(sb_reactor_pending_next(o->r, &cursor, line, sizeof(line)));
	assert_memory_equal(line, "work work_on tests/reactor/test_pool.c:", 39);
	assert_false(sb_reactor_pending_next(o->r, &cursor, line, sizeof(line)));
}

/* The simulation's alone. */

static void
set_durations(struct sb_simulation *sim, int64_t min_ns, int64_t max_ns)
{
	const struct sb_weather weather = { .work_min_ns = min_ns, .work_max_ns = max_ns };

	sb_simulation_set_weather(sim, &weather);
}

static void
close_office(struct office *o)
{
	sb_pool_destroy(o->pool);
	destroy_world(o->world);
}

static void
work_in_two_places(void *self, uint64_t seed)
{
	struct office *o = self;
	int64_t start_ns;
	int i;

	open_office(o, OVER_SIMULATION, seed);
	start_ns = sb_reactor_now_ns(o->r);
	open_pool(o, 2, 0);
	set_durations(o->world->sim, SB_S, SB_S);
	give_all(o, 5);
	assert_int_equal(sb_simulation_run_for(o->world->sim, SB_MS), 0);
	assert_int_equal(sb_pool_n_running(o->pool), 2);
	assert_int_equal(sb_pool_n_waiting(o->pool), 3);
	/* What is done is done at the end. */
	assert_false(o->jobs[0].is_worked);
	assert_false(sb_pool_cancel(&o->jobs[0].work));
	assert_true(sb_pool_cancel(&o->jobs[4].work));
	run_all(o);
	assert_int_equal(o->journal[0], 'E');
	for (i = 0; i < 4; i++)
		assert_true(o->jobs[i].at_ns == start_ns + (1 + i / 2) * SB_S);
	close_office(o);
}

static void
as_much_is_worked_on_at_once_as_there_are_places(void **state)
{
	struct office o;

	(void)state;
	sb_testing_each_seed(1, 20, work_in_two_places, &o);
}

static void
settling_waits_for_work(void **state)
{
	struct office *o = *state;

	open_pool(o, 1, 0);
	set_durations(o->world->sim, SB_S, SB_S);
	give_all(o, 3);
	sb_simulation_settle(o->world->sim);
	assert_string_equal(o->journal, "abc");
}

static void
in_calm_work_takes_no_time(void **state)
{
	struct office *o = *state;
	int64_t start_ns = sb_reactor_now_ns(o->r);

	open_pool(o, 1, 0);
	give_all(o, 3);
	assert_true(sb_pool_cancel(&o->jobs[0].work));
	assert_int_equal(sb_simulation_run_for(o->world->sim, 0), 0);
	assert_string_equal(o->journal, "Abc");
	assert_true(o->jobs[2].at_ns == start_ns);
}

static void
note_order(void *self, uint64_t seed)
{
	char(*journals)[8] = self;
	struct office o;

	open_office(&o, OVER_SIMULATION, seed);
	set_durations(o.world->sim, 0, SB_S);
	open_pool(&o, 4, 0);
	give_all(&o, 4);
	run_all(&o);
	(void)snprintf(journals[seed], sizeof(journals[seed]), "%s", o.journal);
	close_office(&o);
}

static void
seed_chooses_the_order_and_chooses_it_again(void **state)
{
	char once[20][8], again[20][8];
	unsigned n_others = 0;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 20; seed++) {
		note_order(once, seed);
		note_order(again, seed);
		assert_string_equal(once[seed], again[seed]);
		n_others += strcmp(once[seed], once[0]) != 0;
	}
	assert_true(n_others >= 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define simulated(name) cmocka_unit_test_setup_teardown(name, set_up_simulation, tear_down)
#define both(name) simulated(name), cmocka_unit_test_setup_teardown(name, set_up_libev, tear_down)
		both(work_is_done_and_told_in_a_later_turn),
		both(one_place_works_in_the_order_of_giving),
		both(many_places_do_all_of_it),
		both(work_without_done_keeps_the_reactor_running_too),
		both(work_may_be_given_again_when_it_is_done),
		both(work_may_be_freed_when_it_is_done),
		both(work_not_given_is_not_cancelled),
		both(cancelled_work_is_not_begun_and_told_in_a_later_turn),
		both(more_than_may_wait_is_refused),
		both(work_that_nobody_can_do_is_refused_and_forgotten),
		both(destroying_tells_of_all_work_before_it_returns),
		both(nothing_is_given_to_a_pool_that_is_being_destroyed),
		both(pool_may_be_destroyed_in_a_callback),
		both(done_may_cancel_others),
		both(pools_and_their_work_are_listed_with_their_place),
		kit_test_bare(as_much_is_worked_on_at_once_as_there_are_places),
		simulated(settling_waits_for_work),
		simulated(in_calm_work_takes_no_time),
		cmocka_unit_test(seed_chooses_the_order_and_chooses_it_again),
	};

	return kit_run(tests);
}
