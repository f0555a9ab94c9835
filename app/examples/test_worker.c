/* Work that takes long, on a thread of a pool: a slow hash. Here it takes a second of virtual time. */
#include <signalbox/pool.h>
#include <signalbox/testing.h>

/* What the work touches is its own, and lives until `done`. */
struct hashing {
	struct sb_work work;
	uint64_t hash;
	bool is_done;
};

static void
hash_slowly(void *self)
{
	struct hashing *h = self;

	for (int i = 0; i < 1000000; i++)
		h->hash = (h->hash ^ (h->hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
}

static void
on_done(void *self, bool was_done)
{
	((struct hashing *)self)->is_done = was_done;
}

int
main(void)
{
	const struct sb_weather weather = { .work_min_ns = SB_S, .work_max_ns = SB_S };
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_pool *pool = sb_pool_create(world->r, NULL, SB_PLACE);
	struct hashing h = { .hash = 17 };

	sb_simulation_set_weather(world->sim, &weather);
	if (!pool || sb_pool_give(pool, &h.work, SB_HANDLER(hash_slowly), on_done, &h) < 0)
		sb_testing_fail(SB_PLACE, "the pool takes no work");
	(void)sb_simulation_run_for(world->sim, SB_S - 1);
	if (h.is_done)
		sb_testing_fail(SB_PLACE, "the work took no time");
	(void)sb_simulation_run_for(world->sim, 1);
	if (!h.is_done || h.hash == 17)
		sb_testing_fail(SB_PLACE, "the work is not done");
	sb_pool_destroy(pool);
	sb_world_destroy(world);
	return 0;
}
