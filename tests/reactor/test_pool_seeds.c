/* A pool under random work, cancels and destruction, against the contract, over seeds. */

#include <errno.h>

#include "reactor/private.h"

#include <signalbox/pool.h>
#include <signalbox/simulation.h>

#include "kit_cmocka.h"

static void
set_durations(struct sb_simulation *sim, int64_t min_ns, int64_t max_ns)
{
	const struct sb_weather weather = { .work_min_ns = min_ns, .work_max_ns = max_ns };

	sb_simulation_set_weather(sim, &weather);
}

struct factory {
	struct sb_simulation *sim;
	struct sb_reactor *r;
	struct sb_pool *pool;
	struct sb_timer timer;
	unsigned n_steps, n_given, n_cancelled, n_done;
	struct piece *first; /* of those given, any order */
};

struct piece {
	struct factory *factory;
	struct sb_work work;
	bool is_worked, is_cancelled;
	uint64_t turn; /* in which it was given or cancelled */
	struct piece *next, **at;
};

enum { N_STEPS = 200 };

static void
work_on_piece(void *self)
{
	struct piece *piece = self;

	assert_false(piece->is_worked);
	assert_false(piece->is_cancelled);
	piece->is_worked = true;
}

static void
on_piece_done(void *self, bool was_done)
{
	struct piece *piece = self;
	struct factory *f = piece->factory;

	assert_true(was_done == piece->is_worked);
	assert_true(piece->turn < f->r->turn || !f->pool);
	assert_true(!piece->is_cancelled || !was_done);
	/* Whoever is not worked was cancelled, or the pool is gone. */
	assert_true(was_done || piece->is_cancelled || !f->pool);
	*piece->at = piece->next;
	if (piece->next)
		piece->next->at = piece->at;
	f->n_done++;
	free(piece);
}

static void
give_piece(struct factory *f)
{
	struct piece *piece = calloc(1, sizeof(*piece));
	size_t n_waiting = sb_pool_n_waiting(f->pool);
	int ret;

	assert_non_null(piece);
	piece->factory = f;
	piece->turn = f->r->turn;
	ret = sb_pool_give(f->pool, &piece->work, SB_HANDLER(work_on_piece), on_piece_done, piece);
	assert_int_equal(ret, n_waiting == 8 ? -ENOBUFS : 0);
	if (ret < 0) {
		free(piece);
		return;
	}
	f->n_given++;
	piece->next = f->first;
	piece->at = &f->first;
	if (piece->next)
		piece->next->at = &piece->next;
	f->first = piece;
}

static void
cancel_piece(struct factory *f)
{
	struct piece *piece = f->first;
	uint64_t n = sb_reactor_random(f->r) % 5;

	while (piece && n-- > 0)
		piece = piece->next;
	if (!piece)
		return;
	if (sb_pool_cancel(&piece->work)) {
		assert_false(piece->is_worked);
		f->n_cancelled += !piece->is_cancelled;
		piece->is_cancelled = true;
		piece->turn = f->r->turn;
	} else {
		assert_false(piece->is_cancelled);
	}
}

static void
close_factory(struct factory *f)
{
	struct sb_pool *pool = f->pool;

	f->pool = NULL;
	sb_pool_destroy(pool);
	assert_null(f->first);
	assert_int_equal(f->n_given, f->n_done);
}

static void
open_factory(struct factory *f)
{
	const struct sb_pool_options options = { (unsigned)(sb_reactor_random(f->r) % 4) + 1, 8 };

	f->pool = sb_pool_create(f->r, &options, SB_PLACE);
	assert_non_null(f->pool);
}

static void
on_factory(void *self)
{
	struct factory *f = self;

	switch (sb_reactor_random(f->r) % 16) {
	case 0:
		close_factory(f);
		open_factory(f);
		break;
	case 1:
	case 2:
	case 3:
	case 4:
	case 5:
		cancel_piece(f);
		break;
	default:
		give_piece(f);
	}
	if (++f->n_steps < N_STEPS)
		sb_timer_start(&f->timer, (int64_t)(sb_reactor_random(f->r) % 3) * SB_MS);
}

struct totals {
	unsigned n_given, n_cancelled;
};

static void
work_hard(void *self, uint64_t seed)
{
	struct factory f = { .sim = sb_simulation_create(seed) };
	struct totals *totals = self;

	assert_non_null(f.sim);
	f.r = sb_simulation_reactor(f.sim);
	if (seed % 4)
		set_durations(f.sim, 0, (int64_t)(seed % 10 + 1) * SB_MS);
	open_factory(&f);
	assert_int_equal(sb_timer_init(&f.timer, f.r, SB_HANDLER(on_factory), &f), 0);
	sb_timer_start(&f.timer, 0);
	assert_int_equal(sb_reactor_run(f.r), 0);
	assert_int_equal(f.n_given, f.n_done);
	close_factory(&f);
	sb_timer_finish(&f.timer);
	sb_simulation_destroy(f.sim);
	totals->n_given += f.n_given;
	totals->n_cancelled += f.n_cancelled;
}

static void
over_seeds_each_piece_of_work_is_told_once_and_truly(void **state)
{
	struct totals totals = { 0, 0 };

	(void)state;
	sb_testing_each_seed(1, 300, work_hard, &totals);
	print_message(
		"300 seeds, %u pieces of work, %u cancelled\n", totals.n_given, totals.n_cancelled);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(over_seeds_each_piece_of_work_is_told_once_and_truly),
	};

	return kit_run(tests);
}
