/* Many wakers against a plain list, and wakers of many threads; over libev and the simulation. */

#include "reactor/contract.h"
#include "reactor/private.h"

#include <pthread.h>

static int
set_up_libev(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_TCP, 1);
	return 0;
}

static int
set_up_simulation(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_SIMULATION, 1);
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

/* Against a plain list: what was asked for, in order, and in which turn. */
enum { N_RANDOM = 40, N_ASKED = 20000, PENDING_CAP = 1000 };

struct random_waker {
	struct sb_waker waker;
	struct hall *hall;
};

struct hall {
	struct sb_reactor *r;
	struct random_waker all[N_RANDOM];
	struct {
		const struct random_waker *waker; /* NULL: a posted call */
		uint64_t turn; /* in which it was asked for */
	} pending[PENDING_CAP];
	unsigned n_pending, n_asked, n_called, n_finished;
	uint64_t state;
};

static uint64_t
draw(struct hall *hall, uint64_t n)
{
	hall->state = hall->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (hall->state >> 33) % n;
}

static void
pend(struct hall *hall, const struct random_waker *waker)
{
	assert_true(hall->n_pending < PENDING_CAP);
	hall->pending[hall->n_pending].waker = waker;
	hall->pending[hall->n_pending++].turn = hall->r->turn;
}

/* Where it stands, or n_pending. */
static unsigned
find_pending(const struct hall *hall, const struct random_waker *waker)
{
	unsigned i = 0;

	while (i < hall->n_pending && hall->pending[i].waker != waker)
		i++;
	return i;
}

static void
drop_pending(struct hall *hall, unsigned i)
{
	hall->n_pending--;
	memmove(hall->pending + i, hall->pending + i + 1,
		(hall->n_pending - i) * sizeof(hall->pending[0]));
}

static void on_random_waker(void *self);
static void on_random_post(void *self);

static void
act(struct hall *hall)
{
	struct random_waker *waker = &hall->all[draw(hall, N_RANDOM)];
	unsigned at = find_pending(hall, waker);

	hall->n_asked++;
	switch (draw(hall, 8)) {
	case 0:
		sb_waker_finish(&waker->waker);
		sb_waker_init(&waker->waker, hall->r, SB_HANDLER(on_random_waker), waker);
		if (at < hall->n_pending) {
			drop_pending(hall, at);
			hall->n_finished++;
		}
		break;
	case 1:
	case 2:
		assert_int_equal(sb_reactor_post(hall->r, SB_HANDLER(on_random_post), hall), 0);
		pend(hall, NULL);
		break;
	default:
		sb_waker_wake(&waker->waker);
		if (at == hall->n_pending)
			pend(hall, waker);
	}
}

static void
called(struct hall *hall, const struct random_waker *waker)
{
	unsigned i;

	assert_true(hall->n_pending > 0);
	assert_ptr_equal(hall->pending[0].waker, waker);
	assert_true(hall->pending[0].turn + 1 == hall->r->turn);
	drop_pending(hall, 0);
	hall->n_called++;
	for (i = 0; i < 3 && hall->n_asked < N_ASKED; i++)
		act(hall);
}

static void
on_random_waker(void *self)
{
	struct random_waker *waker = self;

	called(waker->hall, waker);
}

static void
on_random_post(void *self)
{
	called(self, NULL);
}

static void
many_calls_are_made_as_a_plain_list_would(void **state)
{
	struct world *w = *state;
	struct hall *hall = calloc(1, sizeof(*hall));
	size_t i;

	assert_non_null(hall);
	hall->r = w->r;
	hall->state = 42;
	for (i = 0; i < N_RANDOM; i++) {
		hall->all[i].hall = hall;
		sb_waker_init(
			&hall->all[i].waker, hall->r, SB_HANDLER(on_random_waker), &hall->all[i]);
	}
	while (hall->n_asked < N_ASKED) {
		act(hall);
		assert_int_equal(sb_reactor_run(hall->r), 0);
		assert_int_equal(hall->n_pending, 0);
	}
	assert_true(hall->n_called > 1000);
	assert_true(hall->n_finished > 100);
	for (i = 0; i < N_RANDOM; i++)
		sb_waker_finish(&hall->all[i].waker);
	free(hall);
}

enum { N_THREADS = 4, N_WAKES = 20000 };

struct ringer {
	struct room *room;
	pthread_t thread;
	unsigned number;
};

/* Each thread has a flag of its own to set, and a waker that all share. */
struct room {
	struct sb_reactor *r;
	struct sb_waker waker;
	struct ringer ringers[N_THREADS];
	pthread_mutex_t lock;
	unsigned n_rung[N_THREADS]; /* under the lock */
	unsigned n_seen[N_THREADS];
	unsigned n_calls;
};

static void
on_rung(void *self)
{
	struct room *room = self;
	bool is_all = true;
	int i;

	room->n_calls++;
	(void)pthread_mutex_lock(&room->lock);
	for (i = 0; i < N_THREADS; i++) {
		room->n_seen[i] = room->n_rung[i];
		is_all &= room->n_seen[i] == N_WAKES;
	}
	(void)pthread_mutex_unlock(&room->lock);
	if (is_all)
		sb_reactor_stop(room->r);
}

static void *
ring(void *self)
{
	struct ringer *ringer = self;
	struct room *room = ringer->room;
	int i;

	for (i = 0; i < N_WAKES; i++) {
		(void)pthread_mutex_lock(&room->lock);
		room->n_rung[ringer->number]++;
		(void)pthread_mutex_unlock(&room->lock);
		sb_waker_wake(&room->waker);
	}
	return NULL;
}

static void
begin_ringing(struct room *room, struct sb_reactor *r)
{
	unsigned i;

	*room = (struct room){ .r = r, .lock = PTHREAD_MUTEX_INITIALIZER };
	sb_waker_init(&room->waker, r, SB_HANDLER(on_rung), room);
	for (i = 0; i < N_THREADS; i++) {
		struct ringer *ringer = &room->ringers[i];

		ringer->room = room;
		ringer->number = i;
		assert_int_equal(pthread_create(&ringer->thread, NULL, ring, ringer), 0);
	}
}

static void
join_ringers(struct room *room)
{
	int i;

	for (i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(room->ringers[i].thread, NULL), 0);
}

/* The listener keeps the run going; nothing but the wakes ends a wait. No wake is lost: the run
 * ends only when the last of each thread was seen. */
static void
wakes_from_threads_end_a_wait_and_none_is_lost(void **state)
{
	struct world *w = *state;
	struct room room;

	open_listener(w);
	begin_ringing(&room, w->r);
	assert_int_equal(run(w), 0);
	join_ringers(&room);
	assert_true(room.n_calls >= 1);
	/* One that came after what it told of had been seen. */
	sb_listener_close(w->listener);
	w->listener = NULL;
	assert_int_equal(run(w), 0);
	sb_waker_finish(&room.waker);
}

static void
wakes_from_threads_before_a_run_are_one_call(void **state)
{
	struct world *w = *state;
	struct room room;

	begin_ringing(&room, w->r);
	join_ringers(&room);
	assert_int_equal(run(w), 0);
	assert_int_equal(room.n_calls, 1);
	sb_waker_finish(&room.waker);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define both(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up_simulation, tear_down),                       \
		cmocka_unit_test_setup_teardown(name, set_up_libev, tear_down)
		both(many_calls_are_made_as_a_plain_list_would),
		both(wakes_from_threads_before_a_run_are_one_call),
		cmocka_unit_test_setup_teardown(
			wakes_from_threads_end_a_wait_and_none_is_lost, set_up_libev, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
