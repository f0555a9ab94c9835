/* The handlers of a dispatcher, by their places, for a watchdog. */

#include "protocols/join_fixture.h"

#include <pthread.h>

struct named {
	struct tower *tower;
	struct sb_watchdog *watchdog;
	const char *outer, *inner, *after; /* who had the loop, in handlers and between */
	bool destroys;
	pthread_mutex_t lock;
	pthread_cond_t is_told;
	char told[128]; /* by its thread */
};

static const char *
who(struct sb_watchdog *watchdog)
{
	const char *place = sb_watchdog_enter(watchdog, NULL);

	(void)sb_watchdog_enter(watchdog, place);
	return place;
}

static void
on_rang(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct named *n = self;

	(void)bell;
	(void)e;
	n->outer = who(n->watchdog);
	(void)bell_broke_emit(n->tower->d, NULL, &(struct bell_broke){ 0 });
	n->after = who(n->watchdog);
	if (n->destroys) {
		sb_dispatcher_destroy(n->tower->d);
		n->tower->d = NULL;
	}
}

static void
on_broke(void *self, struct bell *bell, const struct bell_broke *e)
{
	struct named *n = self;

	(void)bell;
	(void)e;
	n->inner = who(n->watchdog);
}

static bool
names(const char *place, const char *name)
{
	return place && !strncmp(place, name, strlen(name))
	       && strstr(place, "tests/protocols/test_join_watchdog.c:");
}

static void
ring(struct named *n, struct tower *t)
{
	n->tower = t;
	assert_int_equal(sb_watchdog_create(t->r, SB_S, NULL, NULL, NULL, &n->watchdog), 0);
	assert_int_equal(sb_join_watchdog(t->d, n->watchdog), 0);
	bell_rang_connect(t->d, SB_ANY, SB_HANDLER(on_rang), n);
	bell_broke_connect(t->d, SB_ANY, SB_HANDLER(on_broke), n);
	(void)bell_rang_emit(t->d, NULL, &(struct bell_rang){ .n = 1 });
	assert_true(names(n->outer, "on_rang "));
	assert_true(names(n->inner, "on_broke "));
	assert_ptr_equal(n->after, n->outer);
	assert_null(who(n->watchdog));
}

static void
handlers_have_the_loop_while_they_are_called(void **state)
{
	struct tower *t = *state;
	struct named n = { .destroys = false };

	ring(&n, t);
	sb_dispatcher_destroy(t->d);
	t->d = NULL;
	sb_watchdog_destroy(n.watchdog);
}

static void
nobody_has_it_when_a_handler_has_destroyed_the_dispatcher(void **state)
{
	struct tower *t = *state;
	struct named n = { .destroys = true };

	ring(&n, t);
	assert_null(t->d);
	sb_watchdog_destroy(n.watchdog);
}

static void
on_held(void *self, const char *place, int64_t held_ns)
{
	struct named *n = self;

	assert_true(held_ns > 0);
	(void)pthread_mutex_lock(&n->lock);
	(void)snprintf(n->told, sizeof(n->told), "%s", place);
	(void)pthread_cond_signal(&n->is_told);
	(void)pthread_mutex_unlock(&n->lock);
}

static void
on_rang_long(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct named *n = self;

	(void)bell;
	(void)e;
	(void)pthread_mutex_lock(&n->lock);
	while (!n->told[0])
		(void)pthread_cond_wait(&n->is_told, &n->lock);
	(void)pthread_mutex_unlock(&n->lock);
	sb_dispatcher_destroy(n->tower->d);
	n->tower->d = NULL;
}

/* Through the thread: a deferred signal, whose handler does not return before it is told of. */
static void
handler_that_holds_the_loop_is_told_of(void **state)
{
	struct tower *t = *state;
	struct named n = {
		.tower = t, .lock = PTHREAD_MUTEX_INITIALIZER, .is_told = PTHREAD_COND_INITIALIZER
	};

	assert_int_equal(sb_watchdog_create(t->r, SB_MS, on_held, NULL, &n, &n.watchdog), 0);
	assert_int_equal(sb_join_watchdog(t->d, n.watchdog), 0);
	bell_rang_connect(t->d, SB_ANY, SB_HANDLER(on_rang_long), &n);
	assert_int_equal(bell_rang_defer(t->d, NULL, &(struct bell_rang){ .n = 1 }), 0);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_null(t->d);
	assert_true(names(n.told, "on_rang_long ") || names(n.told, "sb_join "));
	sb_watchdog_destroy(n.watchdog);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			handlers_have_the_loop_while_they_are_called, set_up_simulation, tear_down),
		cmocka_unit_test_setup_teardown(
			nobody_has_it_when_a_handler_has_destroyed_the_dispatcher,
			set_up_simulation, tear_down),
		cmocka_unit_test_setup_teardown(
			handler_that_holds_the_loop_is_told_of, set_up_libev, tear_down),
	};

	return kit_run(tests);
}
