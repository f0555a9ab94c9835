#ifndef TESTS_REACTOR_LIFE_H
#define TESTS_REACTOR_LIFE_H

/* A program of three parts in the simulation, that note what they are told. */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <signalbox/notify.h>
#include <signalbox/program.h>
#include <signalbox/simulation.h>

#include "reactor/notify_socket.h"
#include "reactor/private.h"

enum { N_PARTS = 3 };

struct life;

/* What a part does when told; each call is noted. */
struct fake {
	struct life *life;
	char name;
	int number;
	bool starts_later, stops_later; /* the test says when */
	int start_error;
	void (*on_start)(struct life *);
	void (*on_stop)(struct life *);
	void (*on_abort)(struct life *);
	void (*on_reload)(struct life *);
};

struct life {
	struct sb_simulation *sim;
	struct sb_reactor *r;
	struct sb_program *program;
	struct fake fakes[N_PARTS];
	char said[1024];
	int signal_number;
	struct sb_error error;
	void (*on_ready)(struct life *);
	void (*on_held_up)(struct life *);
	void (*on_over)(struct life *);
};

SB_PRINTF(2, 3)
static inline void
say(struct life *life, const char *format, ...)
{
	size_t len = strlen(life->said);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(life->said + len, sizeof(life->said) - len, format, args);
	va_end(args);
}

static inline void
expect_said(struct life *life, const char *text)
{
	assert_string_equal(life->said, text);
	life->said[0] = '\0';
}

static inline int
start(void *self, struct sb_error *ret_error)
{
	struct fake *fake = self;

	say(fake->life, "+%c ", fake->name);
	if (fake->on_start)
		fake->on_start(fake->life);
	if (fake->start_error)
		return sb_error_set(ret_error, fake->start_error, "no luck");
	if (!fake->starts_later)
		sb_part_started(fake->life->program, fake->number);
	return 0;
}

static inline void
stop(void *self)
{
	struct fake *fake = self;

	say(fake->life, "-%c ", fake->name);
	if (fake->on_stop)
		fake->on_stop(fake->life);
	else if (!fake->stops_later)
		sb_part_stopped(fake->life->program, fake->number);
}

static inline void
abort_part(void *self)
{
	struct fake *fake = self;

	say(fake->life, "x%c ", fake->name);
	if (fake->on_abort)
		fake->on_abort(fake->life);
}

static inline void
reload(void *self)
{
	struct fake *fake = self;

	say(fake->life, "r%c ", fake->name);
	if (fake->on_reload)
		fake->on_reload(fake->life);
}

static const struct sb_part parts[N_PARTS] = {
	{ "the store", start, stop, abort_part, reload, 0, 0 },
	{ "the bot", start, stop, abort_part, reload, 20 * SB_S, 12 * SB_S },
	{ "the web", start, stop, abort_part, reload, 0, 500 * SB_MS },
};

static inline void
on_ready(void *self)
{
	struct life *life = self;

	say(life, "ready ");
	if (life->on_ready)
		life->on_ready(life);
}

static inline void
on_held_up(void *self, const char *part, int64_t for_ns, bool was_aborted)
{
	struct life *life = self;

	say(life, "%s:%d%s ", part, (int)(for_ns / SB_MS), was_aborted ? "!" : "");
	if (life->on_held_up)
		life->on_held_up(life);
}

static inline void
on_over(void *self, int signal_number, const struct sb_error *error)
{
	struct life *life = self;

	say(life, "over ");
	life->signal_number = signal_number;
	life->error = *error;
	if (life->on_over)
		life->on_over(life);
}

static const struct sb_program_events events = { on_ready, on_held_up, on_over };

static inline void
make(struct life *life, struct sb_reactor *r)
{
	int i;

	life->r = r;
	assert_int_equal(
		sb_program_create(r, &events, SB_PLACE, life, &life->program, &life->error), 0);
	for (i = 0; i < N_PARTS; i++) {
		life->fakes[i].life = life;
		life->fakes[i].name = (char)('a' + i);
		life->fakes[i].number = sb_program_add(life->program, &parts[i], &life->fakes[i]);
		assert_int_equal(life->fakes[i].number, i);
	}
}

static inline int
set_up(void **state)
{
	struct life *life = calloc(1, sizeof(*life));

	(void)alarm(60);
	(void)unsetenv("NOTIFY_SOCKET");
	assert_non_null(life);
	life->sim = sb_simulation_create(1);
	make(life, sb_simulation_reactor(life->sim));
	*state = life;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct life *life = *state;

	sb_program_destroy(life->program);
	sb_simulation_destroy(life->sim);
	free(life);
	return 0;
}

static inline void
pass(struct life *life, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(life->sim, ns), 0);
}

static inline void
raise_and_run(struct life *life, int signal_number)
{
	sb_simulation_raise(life->sim, signal_number);
	pass(life, 0);
}

static inline void
run(struct life *life)
{
	sb_program_start(life->program);
	pass(life, 0);
	expect_said(life, "+a +b +c ready ");
}

static inline void
stop_life(struct life *life)
{
	sb_program_stop(life->program);
}

#endif
