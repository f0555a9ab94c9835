/* Work that takes long, on a thread of a pool: a slow hash, for a guest who may leave before it is
 * done. In this simulation it takes a second of virtual time. */
#include <signalbox/pool.h>
#include <signalbox/testing.h>

/* What the work touches is its own, and lives until `done`, whoever asked. */
struct hashing {
	struct sb_work work;
	uint64_t hash, *ret_hash; /* NULL: who asked has left */
};

static void
hash_slowly(void *self)
{
	struct hashing *h = self;

	for (int i = 0; i < 1000000; i++)
		h->hash = (h->hash ^ (h->hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
}

static void
on_hashed(void *self, bool was_done)
{
	struct hashing *h = self;

	if (h->ret_hash && was_done)
		*h->ret_hash = h->hash;
	free(h);
}

static struct hashing *
ask(struct sb_pool *pool, uint64_t *ret_hash)
{
	struct hashing *h = calloc(1, sizeof(*h));

	*h = (struct hashing){ .hash = 17, .ret_hash = ret_hash };
	if (sb_pool_give(pool, &h->work, SB_HANDLER(hash_slowly), on_hashed, h) < 0)
		sb_testing_fail(SB_PLACE, "the pool takes no work");
	return h;
}

int
main(void)
{
	const struct sb_weather weather = { .work_min_ns = SB_S, .work_max_ns = SB_S };
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_pool *pool =
		sb_pool_create(world->r, &(struct sb_pool_options){ .n_threads = 1 }, SB_PLACE);
	uint64_t alice = 0, bob = 0;
	struct hashing *of_bob;

	sb_simulation_set_weather(world->sim, &weather);
	(void)ask(pool, &alice);
	of_bob = ask(pool, &bob);
	of_bob->ret_hash = NULL; /* he leaves before a thread has begun it, so that takes no time */
	(void)sb_pool_cancel(&of_bob->work);
	(void)sb_simulation_run_for(world->sim, SB_S);

	sb_pool_destroy(pool);
	sb_world_destroy(world);
	return alice && !bob ? 0 : 1;
}
