/* Work that takes long, on a thread of a pool: hashing a password slowly, for somebody who may leave
 * before it is done. In this simulation it takes a second of virtual time. */

#include <signalbox/pool.h>
#include <signalbox/testing.h>

/* What the work touches is its own, and lives until `done`, whoever asked. */
struct hashing {
	struct sb_work work;
	uint64_t hash;
	struct guest *guest; /* NULL: has left */
};

struct guest {
	struct hashing *hashing; /* NULL: none under way */
	uint64_t hash; /* 0: not known yet */
};

static void
hash_slowly(void *self)
{
	struct hashing *hashing = self;
	int i;

	for (i = 0; i < 1000000; i++)
		hashing->hash =
			(hashing->hash ^ (hashing->hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
}

static void
on_hashed(void *self, bool was_done)
{
	struct hashing *hashing = self;

	if (hashing->guest) {
		hashing->guest->hash = was_done ? hashing->hash : 0;
		hashing->guest->hashing = NULL;
	}
	free(hashing);
}

static void
arrive(struct guest *guest, struct sb_pool *pool)
{
	struct hashing *hashing = guest->hashing = calloc(1, sizeof(*hashing));

	hashing->guest = guest;
	hashing->hash = 17;
	if (sb_pool_give(pool, &hashing->work, SB_HANDLER(hash_slowly), on_hashed, hashing))
		abort();
}

static void
leave(struct guest *guest)
{
	if (!guest->hashing)
		return;
	guest->hashing->guest = NULL;
	(void)sb_pool_cancel(&guest->hashing->work);
	guest->hashing = NULL;
}

int
main(void)
{
	const struct sb_weather weather = { .work_min_ns = SB_S, .work_max_ns = SB_S };
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_pool *pool =
		sb_pool_create(world->r, &(struct sb_pool_options){ .n_threads = 1 }, SB_PLACE);
	struct guest alice = { 0 }, bob = { 0 };

	sb_simulation_set_weather(world->sim, &weather);
	arrive(&alice, pool);
	arrive(&bob, pool);
	leave(&bob); /* before a thread has begun it, so that takes no time */
	(void)sb_simulation_run_for(world->sim, SB_S);
	leave(&alice);

	sb_pool_destroy(pool);
	sb_world_destroy(world);
	return alice.hash && !bob.hash ? 0 : 1;
}
