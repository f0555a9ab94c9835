#include "life.h"

#include <errno.h>
#include <stdlib.h>

#include <signalbox/notify.h>
#include <signalbox/program.h>

#define LOOK_NS (20 * SB_MS) /* between two looks at whether a part has ended */

enum { QUOTES, IRCD, BOT, WEB, QOTD, BOT_IS_THERE, N_PARTS };

struct part {
	struct life *life;
	int number;
};

struct life {
	struct sb_reactor *r;
	struct log log;
	struct life_events events;
	struct sb_program *program;
	struct part parts[N_PARTS];
	struct servers *servers;
	struct networks *networks;
	struct sb_timer look;
	int ending; /* the part that is */
	bool waits_for_bot, is_ending;
	bool is_too_late; /* for the part that ends */
	bool is_all_told; /* nobody was left without a goodbye */
	bool is_at_once; /* told twice to end */
	int end_signal;
	char reason[256];
};

static int
wait_for_bot(void *self, struct sb_error *ret_error)
{
	struct part *part = self;

	(void)ret_error;
	if (!part->life->waits_for_bot)
		sb_part_started(part->life->program, part->number);
	return 0;
}

static void
reload(void *self)
{
	struct part *part = self;

	part->life->events.reload(part->life->events.self);
}

/* Whoever runs it sees that it has heard. */
static void
begin_to_end(struct life *life)
{
	if (life->is_ending)
		return;
	life->is_ending = true;
	(void)sb_notify("STATUS=Saying goodbye");
	log_say(&life->log, "saying goodbye; again to end at once");
}

static void
tell_goodbye(struct life *life, int number)
{
	if (number == QOTD)
		servers_shut_qotd(life->servers);
	else if (number == WEB)
		servers_shut_http(life->servers);
	else if (number == BOT)
		networks_quit(life->networks, life->reason);
	else if (number == IRCD && life->servers->ircd)
		sb_ircd_shut(life->servers->ircd, life->reason);
}

static bool
has_ended(const struct life *life)
{
	switch (life->ending) {
	case WEB:
		return servers_http_is_gone(life->servers);
	case BOT:
		return networks_are_gone(life->networks);
	case IRCD:
		return servers_ircd_is_gone(life->servers);
	default:
		return true;
	}
}

static void
on_look(void *self)
{
	struct life *life = self;

	if (has_ended(life))
		sb_part_stopped(life->program, life->ending);
	else
		sb_timer_start(&life->look, LOOK_NS);
}

static void
stop(void *self)
{
	struct part *part = self;
	struct life *life = part->life;

	begin_to_end(life);
	life->ending = part->number;
	tell_goodbye(life, part->number);
	sb_timer_start(&life->look, 0);
}

/* Its deadline has passed, or it was told a second time to end; what is left is destroyed with the
 * program. */
static void
give_up(void *self)
{
	struct part *part = self;
	struct life *life = part->life;

	sb_timer_stop(&life->look);
	life->is_at_once = life->is_at_once || !life->is_too_late;
	life->is_too_late = false;
	life->is_all_told = false;
}

/* In the order in which they start. The embedded server stays until the bot has left it properly,
 * and the bot until no request can be for it. */
static const struct sb_part all_parts[N_PARTS] = {
	[QUOTES] = { .name = "the quotes", .stop = stop, .abort = give_up, .reload = reload },
	[IRCD] = { .name = "the IRC server",
		.stop = stop,
		.abort = give_up,
		.stop_timeout_ns = 2 * SB_S },
	[BOT] = { .name = "the bot", .stop = stop, .abort = give_up, .stop_timeout_ns = 5 * SB_S },
	[WEB] = { .name = "the web", .stop = stop, .abort = give_up, .stop_timeout_ns = 2 * SB_S },
	[QOTD] = { .name = "the quote of the day", .stop = stop, .abort = give_up },
	/* Whoever tries the demonstration may have to wait for long, but not in vain. */
	[BOT_IS_THERE] = { .name = "the bot in its channel",
		.start = wait_for_bot,
		.start_timeout_ns = -1 },
};

static void
on_ready(void *self)
{
	struct life *life = self;

	life->events.ready(life->events.self);
}

static void
on_held_up(void *self, const char *part, int64_t for_ns, bool was_aborted)
{
	struct life *life = self;
	double for_s = (double)for_ns / (double)SB_S;

	life->is_too_late = was_aborted;
	if (was_aborted)
		log_say(&life->log, "%s has not ended in %.0f s, and is not waited for any longer",
			part, for_s);
	else
		log_say(&life->log, "%s has not ended yet, after %.0f s", part, for_s);
}

static void
on_over(void *self, int signal_number, const struct sb_error *error)
{
	struct life *life = self;

	life->is_ending = true;
	if (error->code)
		log_say(&life->log, "%s", error->text);
	if (life->is_at_once)
		life->end_signal = signal_number;
	log_say(&life->log, life->is_all_told ? "all have been told goodbye"
					      : "not all could be told goodbye in time");
	life->events.over(life->events.self);
}

static const struct sb_program_events program_events = { on_ready, on_held_up, on_over };

static int
fill(struct life *life, struct sb_error *ret_error)
{
	int i, error = sb_timer_init(&life->look, life->r, SB_HANDLER(on_look), life);

	if (error)
		return sb_error_set(ret_error, error, "out of memory");
	error = sb_program_create(
		life->r, &program_events, SB_PLACE, life, &life->program, ret_error);
	for (i = 0; !error && i < N_PARTS; i++) {
		life->parts[i] = (struct part){ life, i };
		if (sb_program_add(life->program, &all_parts[i], &life->parts[i]) < 0)
			error = sb_error_set(ret_error, -ENOMEM, "out of memory");
	}
	return error;
}

int
life_create(struct sb_reactor *r, const struct log *log, const struct life_events *events,
	struct life **ret_life, struct sb_error *ret_error)
{
	struct life *life = calloc(1, sizeof(*life));
	int error;

	if (!life)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	life->r = r;
	life->log = *log;
	life->events = *events;
	life->is_all_told = true;
	(void)snprintf(life->reason, sizeof(life->reason), "Goodbye");
	error = fill(life, ret_error);
	if (error)
		life_destroy(life);
	else
		*ret_life = life;
	return error;
}

void
life_destroy(struct life *life)
{
	if (!life)
		return;
	sb_program_destroy(life->program);
	sb_timer_finish(&life->look);
	free(life);
}

void
life_start(
	struct life *life, struct servers *servers, struct networks *networks, bool waits_for_bot)
{
	life->servers = servers;
	life->networks = networks;
	life->waits_for_bot = waits_for_bot;
	sb_program_start(life->program);
}

void
life_bot_is_there(struct life *life)
{
	life->waits_for_bot = false;
	sb_part_started(life->program, BOT_IS_THERE);
}

void
life_end(struct life *life, const char *reason)
{
	if (life->is_ending)
		return;
	(void)snprintf(life->reason, sizeof(life->reason), "%s", reason);
	begin_to_end(life);
	sb_program_stop(life->program);
}

bool
life_is_ending(const struct life *life)
{
	return life->is_ending;
}

int
life_end_signal(const struct life *life)
{
	return life->end_signal;
}
