#ifndef TESTS_PROTOCOLS_JOIN_FIXTURE_H
#define TESTS_PROTOCOLS_JOIN_FIXTURE_H

/* A dispatcher joined to a reactor, over libev and over the simulation; and signals of its own.
 * Included by one .c file a program, which so defines them. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <signalbox/join.h>
#include <signalbox/later.h>

struct bell {
	int unused;
};

#define SIGNALS "protocols/bell_signals.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table bell_signals;

#define SIGNALS "protocols/bell_signals.def"
#define SIGNALS_TABLE bell_signals
#include <signalbox/define_signals.h>

struct tower {
	struct sb_simulation *sim; /* or NULL */
	struct sb_reactor *r;
	struct sb_dispatcher *d; /* or NULL */
	struct sb_timer timer; /* for what a test wants */
	char journal[256]; /* of what was called */
	int n; /* that a test counts */
	int64_t at_ns; /* not before */
};

static inline void
write_down(struct tower *t, char letter)
{
	size_t len = strlen(t->journal);

	assert_true(len + 1 < sizeof(t->journal));
	t->journal[len] = letter;
	t->journal[len + 1] = '\0';
}

static inline int
set_up_over(void **state, struct sb_simulation *sim, struct sb_reactor *r)
{
	struct tower *t = calloc(1, sizeof(*t));

	(void)alarm(60);
	assert_non_null(t);
	assert_non_null(r);
	t->sim = sim;
	t->r = r;
	t->d = sb_dispatcher_create(NULL, NULL);
	assert_non_null(t->d);
	assert_int_equal(sb_join(t->d, t->r, SB_PLACE), 0);
	*state = t;
	return 0;
}

static inline int
set_up_libev(void **state)
{
	return set_up_over(state, NULL, sb_reactor_create());
}

static inline int
set_up_simulation(void **state)
{
	struct sb_simulation *sim = sb_simulation_create(sb_testing_seed());

	assert_non_null(sim);
	return set_up_over(state, sim, sb_simulation_reactor(sim));
}

/* Nothing of the joint is left in the reactor. */
static inline int
tear_down(void **state)
{
	struct tower *t = *state;
	char left[256];
	size_t cursor = 0;

	sb_dispatcher_destroy(t->d);
	sb_timer_finish(&t->timer);
	while (sb_reactor_pending_next(t->r, &cursor, left, sizeof(left)))
		print_error("left: %s\n", left);
	assert_int_equal(cursor, 1);
	if (t->sim)
		sb_simulation_destroy(t->sim);
	else
		sb_reactor_destroy(t->r);
	free(t);
	return 0;
}

static inline void
run(struct tower *t)
{
	assert_int_equal(sb_reactor_run(t->r), 0);
}

static inline void
start_timer(struct tower *t, sb_call_fn *fn, void *self, int64_t after_ns)
{
	assert_int_equal(sb_timer_init(&t->timer, t->r, SB_HANDLER(fn), self), 0);
	sb_timer_start(&t->timer, after_ns);
}

static inline void
ring_later(struct tower *t, int64_t n)
{
	assert_int_equal(bell_rang_defer(t->d, NULL, &(struct bell_rang){ .n = n }), 0);
}

static inline void
post_ring(struct sb_mailbox *mailbox, int64_t n)
{
	struct sb_token nobody = { .object = NULL };

	if (bell_rang_post(mailbox, nobody, &(struct bell_rang){ .n = n }))
		abort();
}

static inline void
ring_from_elsewhere(struct tower *t, int64_t n)
{
	struct sb_mailbox *mailbox = sb_mailbox_of(t->d);

	post_ring(mailbox, n);
	sb_mailbox_release(mailbox);
}

/* self is the tower. */
static inline void
connect(struct tower *t, bell_rang_fn *fn)
{
	assert_true(bell_rang_connect(t->d, SB_ANY, SB_HANDLER(fn), t).serial);
}

/* Each rings by the letter that its number is. */
static inline void
note_rang(void *self, struct bell *bell, const struct bell_rang *e)
{
	(void)bell;
	write_down(self, (char)e->n);
}

static inline void
stop_tower(void *self)
{
	sb_reactor_stop(((struct tower *)self)->r);
}

#define both(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up_simulation, tear_down),                       \
		cmocka_unit_test_setup_teardown(name, set_up_libev, tear_down)

#endif
