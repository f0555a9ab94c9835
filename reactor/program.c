#include <signalbox/program.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <signalbox/notify.h>

#define START_TIMEOUT_NS (90 * SB_S)
#define STOP_TIMEOUT_NS (10 * SB_S)
#define FIRST_REPORT_NS (1 * SB_S)
#define REPORT_EVERY_NS (5 * SB_S)
#define TELL_AGAIN_NS (100 * SB_MS)

enum phase {
	MADE,
	STARTING,
	RUNNING,
	STOPPING,
	OVER,
};

enum part_state {
	PART_DOWN, /* not started yet, could not be, or stopped */
	PART_STARTING,
	PART_UP,
	PART_STOPPING,
};

struct entry {
	const struct sb_part *part;
	void *self;
	enum part_state state;
};

struct sb_program {
	struct sb_reactor *r;
	const struct sb_program_events *events;
	void *self;
	struct entry *entries;
	size_t n_entries;
	enum phase phase;
	size_t at; /* which is started next, or being started; those from here on are stopped */
	struct sb_timer step; /* what is next is begun from the loop, not in a call of the user's */
	struct sb_timer limit; /* of the part that starts or stops, or the next report of it */
	int64_t began_ns, report_ns; /* of stopping it */
	int signal_number;
	struct sb_error error;
	bool hurries; /* nothing is stopped in order any more */
	bool is_reload_wanted;
	/* What systemd could not be told yet: what became of the program last, and before it that
	 * it reloads. */
	const char *untold;
	bool is_reload_untold;
	struct sb_timer tell;
	bool ignores_pipe; /* and it did not before */
	bool is_destroyed;
	struct sb_reap reap;
};

/* systemd is busy, or we are short of something: not for good. */
static bool
may_be_told_later(int ret)
{
	return ret == -EAGAIN || ret == -ENOBUFS || ret == -ENOMEM || ret == -EMFILE
	       || ret == -ENFILE;
}

/* As far as it can be told now. It waits for READY when it starts and when it reloads, and would kill
 * us in the end. */
static void
tell_untold(void *self)
{
	struct sb_program *program = self;
	int ret = 0;

	if (program->is_reload_untold)
		ret = sb_notify_reloading(program->r);
	program->is_reload_untold = may_be_told_later(ret);
	if (!program->is_reload_untold && program->untold) {
		ret = sb_notify(program->untold);
		if (!may_be_told_later(ret))
			program->untold = NULL;
	}
	if (may_be_told_later(ret))
		sb_timer_start(&program->tell, TELL_AGAIN_NS);
	else
		sb_timer_stop(&program->tell);
}

static void
tell(struct sb_program *program, const char *state)
{
	program->untold = state;
	tell_untold(program);
}

static void
begin_stop(struct sb_program *program)
{
	if (program->phase >= STOPPING)
		return;
	program->phase = STOPPING;
	program->is_reload_untold = false;
	tell(program, "STOPPING=1");
	sb_timer_stop(&program->limit);
	sb_timer_start(&program->step, 0);
}

static void
fail(struct sb_program *program, const struct entry *entry, const struct sb_error *error)
{
	if (!program->error.code)
		(void)sb_error_set(
			&program->error, error->code, "%s: %.400s", entry->part->name, error->text);
	begin_stop(program);
}

/* Starting. */

static void
reload(struct sb_program *program)
{
	size_t i;

	program->is_reload_wanted = false;
	program->is_reload_untold = true;
	program->untold = NULL;
	tell_untold(program);
	for (i = 0; i < program->n_entries; i++) {
		const struct entry *entry = &program->entries[i];

		if (entry->part->reload)
			entry->part->reload(entry->self);
		if (program->is_destroyed || program->phase != RUNNING)
			return;
	}
	tell(program, "READY=1");
}

static void
become_ready(struct sb_program *program)
{
	program->phase = RUNNING;
	tell(program, "READY=1");
	if (program->events->ready)
		program->events->ready(program->self);
	if (!program->is_destroyed && program->phase == RUNNING && program->is_reload_wanted)
		reload(program);
}

static int64_t
start_timeout_ns(const struct sb_part *part)
{
	return part->start_timeout_ns ? part->start_timeout_ns : START_TIMEOUT_NS;
}

/* Returns whether the one after it may start now. */
static bool
start_next(struct sb_program *program)
{
	size_t number = program->at;
	struct entry *entry;
	struct sb_error error = { .text = "it cannot be started" };

	if (number == program->n_entries) {
		become_ready(program);
		return false;
	}
	entry = &program->entries[number];
	if (entry->state != PART_DOWN)
		return false;
	entry->state = PART_STARTING;
	error.code = entry->part->start ? entry->part->start(entry->self, &error) : 0;
	if (program->is_destroyed)
		return false;
	if (error.code < 0) {
		entry->state = PART_DOWN;
		fail(program, entry, &error);
	} else if (!entry->part->start) {
		sb_part_started(program, (int)number);
	} else if (entry->state == PART_STARTING && program->phase == STARTING
		   && start_timeout_ns(entry->part) > 0) {
		sb_timer_start(&program->limit, start_timeout_ns(entry->part));
	}
	return program->phase == STARTING && entry->state == PART_UP;
}

/* As far as they say at once that they are started. */
static void
start_all(struct sb_program *program)
{
	while (start_next(program))
		continue;
}

static void
give_up_starting(struct sb_program *program)
{
	const struct entry *entry = &program->entries[program->at];
	struct sb_error error;

	(void)sb_error_set(&error, -ETIMEDOUT, "it was not started within %g s",
		(double)start_timeout_ns(entry->part) / (double)SB_S);
	fail(program, entry, &error);
}

/* Stopping. */

static int64_t
stop_timeout_ns(const struct sb_part *part)
{
	return part->stop_timeout_ns ? part->stop_timeout_ns : STOP_TIMEOUT_NS;
}

/* From now until the next report of the part that stops, or its deadline. */
static void
set_limit(struct sb_program *program, const struct entry *entry)
{
	int64_t at_ns = stop_timeout_ns(entry->part);

	if (at_ns > program->report_ns)
		at_ns = program->report_ns;
	sb_timer_start(&program->limit, program->began_ns + at_ns - sb_reactor_now_ns(program->r));
}

static void
abort_part(struct sb_program *program, struct entry *entry)
{
	entry->state = PART_DOWN;
	sb_timer_stop(&program->limit);
	sb_timer_start(&program->step, 0);
	if (entry->part->abort)
		entry->part->abort(entry->self);
}

static void
stop_part(struct sb_program *program, struct entry *entry)
{
	entry->state = PART_STOPPING;
	program->began_ns = sb_reactor_now_ns(program->r);
	program->report_ns = FIRST_REPORT_NS;
	set_limit(program, entry);
	if (entry->part->stop)
		entry->part->stop(entry->self);
	else
		sb_part_stopped(program, (int)(entry - program->entries));
}

static void
be_over(struct sb_program *program)
{
	program->phase = OVER;
	sb_timer_stop(&program->step);
	sb_timer_stop(&program->tell);
	sb_reactor_stop(program->r);
	program->events->over(program->self, program->signal_number, &program->error);
}

static void
stop_next(struct sb_program *program)
{
	size_t i = program->n_entries;

	while (i > 0 && program->entries[i - 1].state == PART_DOWN)
		i--;
	if (i == 0)
		be_over(program);
	else if (program->hurries)
		abort_part(program, &program->entries[i - 1]);
	else if (program->entries[i - 1].state != PART_STOPPING)
		stop_part(program, &program->entries[i - 1]);
}

static struct entry *
stopping_entry(struct sb_program *program)
{
	size_t i;

	for (i = 0; i < program->n_entries; i++)
		if (program->entries[i].state == PART_STOPPING)
			return &program->entries[i];
	return NULL;
}

static void
report(struct sb_program *program, struct entry *entry)
{
	int64_t for_ns = sb_reactor_now_ns(program->r) - program->began_ns;
	bool aborts = for_ns >= stop_timeout_ns(entry->part);

	while (program->report_ns <= for_ns)
		program->report_ns += REPORT_EVERY_NS;
	set_limit(program, entry);
	if (program->events->held_up)
		program->events->held_up(program->self, entry->part->name, for_ns, aborts);
	/* It may have stopped meanwhile, the program be destroyed. */
	if (aborts && !program->is_destroyed && entry->state == PART_STOPPING)
		abort_part(program, entry);
}

static void
hurry(struct sb_program *program)
{
	struct entry *entry = stopping_entry(program);

	if (program->hurries)
		return;
	program->hurries = true;
	if (entry)
		abort_part(program, entry);
}

/* What comes from outside. */

static void
on_step(void *self)
{
	struct sb_program *program = self;

	/* Until something is next it is for keeping the reactor running. */
	sb_timer_start(&program->step, INT64_MAX);
	if (program->phase == STARTING)
		start_all(program);
	else if (program->phase == STOPPING)
		stop_next(program);
}

static void
on_limit(void *self)
{
	struct sb_program *program = self;

	if (program->phase == STARTING)
		give_up_starting(program);
	else if (program->phase == STOPPING)
		report(program, stopping_entry(program));
}

static void
on_signal(void *self, int signal_number)
{
	struct sb_program *program = self;

	if (signal_number == SIGHUP) {
		if (program->phase == RUNNING)
			reload(program);
		else
			program->is_reload_wanted = true;
		return;
	}
	if (program->phase == STOPPING)
		hurry(program);
	if (program->phase >= STOPPING)
		return;
	program->signal_number = signal_number;
	begin_stop(program);
}

/* Writing to a pipe that nobody reads ends a process, unless it says otherwise. */
static void
ignore_pipe(struct sb_program *program)
{
	struct sigaction action;

	if (sigaction(SIGPIPE, NULL, &action) < 0 || action.sa_handler != SIG_DFL)
		return;
	program->ignores_pipe = true;
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
}

static void
heed_pipe(struct sb_program *program)
{
	struct sigaction action;

	if (!program->ignores_pipe || sigaction(SIGPIPE, NULL, &action) < 0
		|| action.sa_handler != SIG_IGN)
		return;
	action.sa_handler = SIG_DFL;
	(void)sigaction(SIGPIPE, &action, NULL);
}

static void
free_program(void *self)
{
	struct sb_program *program = self;

	free(program->entries);
	free(program);
}

static int
fill(struct sb_program *program, const char *place, struct sb_error *ret_error)
{
	int ret = sb_timer_init(&program->step, program->r, on_step, place, program);

	if (ret == 0)
		ret = sb_timer_init(&program->limit, program->r, on_limit, place, program);
	if (ret == 0)
		ret = sb_timer_init(&program->tell, program->r, tell_untold, place, program);
	if (ret < 0)
		return sb_error_set(ret_error, ret, "the program: out of memory");
	ret = sb_reactor_on_signal(program->r, on_signal, place, program);
	if (ret < 0)
		return sb_error_set(ret_error, ret, "taking signals: %s", strerror(-ret));
	return 0;
}

int
sb_program_create(struct sb_reactor *r, const struct sb_program_events *events, const char *place,
	void *self, struct sb_program **ret_program, struct sb_error *ret_error)
{
	struct sb_program *program = calloc(1, sizeof(*program));
	int ret;

	sb_assert(events && events->over);
	if (!program)
		return sb_error_set(ret_error, -ENOMEM, "the program: out of memory");
	program->r = r;
	program->events = events;
	program->self = self;
	ret = fill(program, place, ret_error);
	if (ret < 0) {
		sb_timer_finish(&program->step);
		sb_timer_finish(&program->limit);
		sb_timer_finish(&program->tell);
		free(program);
		return ret;
	}
	ignore_pipe(program);
	*ret_program = program;
	return 0;
}

void
sb_program_destroy(struct sb_program *program)
{
	if (!program)
		return;
	program->is_destroyed = true;
	program->phase = OVER;
	(void)sb_reactor_on_signal(program->r, NULL, NULL, NULL);
	heed_pipe(program);
	sb_timer_finish(&program->step);
	sb_timer_finish(&program->limit);
	sb_timer_finish(&program->tell);
	sb_reactor_reap(program->r, &program->reap, free_program, program);
}

int
sb_program_add(struct sb_program *program, const struct sb_part *part, void *self)
{
	size_t n = program->n_entries;
	struct entry *entries;

	sb_assert(program->phase == MADE && part->name && part->stop_timeout_ns >= 0);
	entries = realloc(program->entries, (n + 1) * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	entries[n] = (struct entry){ part, self, PART_DOWN };
	program->entries = entries;
	program->n_entries++;
	return (int)n;
}

void
sb_program_start(struct sb_program *program)
{
	/* It may have been told to stop already. */
	if (program->phase >= STOPPING)
		return;
	sb_assert(program->phase == MADE);
	program->phase = STARTING;
	sb_timer_start(&program->step, 0);
}

void
sb_program_stop(struct sb_program *program)
{
	begin_stop(program);
}

static struct entry *
entry_of(struct sb_program *program, int number)
{
	sb_assert(number >= 0 && (size_t)number < program->n_entries);
	return &program->entries[number];
}

void
sb_part_started(struct sb_program *program, int number)
{
	struct entry *entry = entry_of(program, number);

	if (entry->state != PART_STARTING)
		return;
	entry->state = PART_UP;
	if (program->phase != STARTING)
		return;
	program->at++;
	sb_timer_stop(&program->limit);
	sb_timer_start(&program->step, 0);
}

void
sb_part_stopped(struct sb_program *program, int number)
{
	struct entry *entry = entry_of(program, number);

	if (entry->state != PART_STOPPING)
		return;
	entry->state = PART_DOWN;
	sb_timer_stop(&program->limit);
	if (program->phase == STOPPING)
		sb_timer_start(&program->step, 0);
}
