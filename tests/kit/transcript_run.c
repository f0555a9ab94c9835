#include <errno.h>

#include "transcript.h"

/* ---- Signals ---- */

static bool
skip(struct run *run, const struct step *step)
{
	enum match match = sb_kit_probe_skip(run->probe, text_of(&step->text), run->report);

	run->is_lost |= match == MATCH_NO_MEMORY;
	return match == MATCH_YES;
}

/* Passes over what is ignored, until something else is next. */
static bool
skip_ignored(struct run *run)
{
	const void *before = NULL, *now = NULL;
	size_t i;

	while (sb_kit_probe_next(run->probe, &now) && now != before) {
		before = now;
		for (i = 0; i < run->n_ignored; i++) {
			if (!skip(run, run->ignored[i]))
				return false;
		}
	}
	return true;
}

static bool
ignore(struct run *run, const struct step *step)
{
	run->ignored[run->n_ignored++] = step;
	return skip(run, step);
}

/* A failure that the transcript tells is no failure to the world's gate. */
static bool
take_failure(struct run *run, const struct sb_signal *signal, const void *payload)
{
	struct text line = { 0 };
	bool is_there;

	if (strcmp(signal->name, "dispatch.failed") != 0)
		return true;
	if (sb_kit_text_add_signal(&line, signal, payload)) {
		run->is_lost = true;
		return false;
	}
	is_there = sb_kit_gate_take_failure(run->world->gate, text_of(&line), run->report);
	sb_kit_text_finish(&line);
	return is_there;
}

static bool
signal_came(struct run *run, const struct step *step)
{
	const struct sb_signal *signal;
	const void *payload = NULL;
	enum match match;

	if (!skip_ignored(run))
		return false;
	signal = sb_kit_probe_next(run->probe, &payload);
	match = sb_kit_probe_expect(run->probe, text_of(&step->text), run->report);
	run->is_lost |= match == MATCH_NO_MEMORY;
	return match == MATCH_YES && take_failure(run, signal, payload);
}

/* Why we have not written something is often told by a signal. */
static bool
output_came(struct run *run, const struct step *step)
{
	const struct sb_signal *signal;
	const void *payload = NULL;

	if (sb_kit_peer_got(run, step))
		return true;
	signal = sb_kit_probe_next(run->probe, &payload);
	if (signal) {
		(void)sb_kit_text_addf(run->report, "The next signal is\n    ");
		(void)sb_kit_text_add_signal(run->report, signal, payload);
		(void)sb_kit_text_addf(run->report, "\n");
	}
	return false;
}

/* ---- Steps ---- */

static bool
is_all_told(struct run *run)
{
	return sb_kit_peers_are_done(run) && skip_ignored(run)
	       && sb_kit_probe_is_done(run->probe, run->report);
}

static bool
time_passes(struct run *run, int64_t duration_ns)
{
	int error = sb_simulation_run_for(run->world->sim, duration_ns);

	sb_simulation_settle(run->world->sim);
	if (error)
		(void)sb_kit_text_addf(
			run->report, "the simulation did not run: %s\n", strerror(-error));
	return !error;
}

/* How long it is until the wall clock shows so much since midnight. */
static int64_t
until_clock(const struct run *run, int64_t since_midnight_ns)
{
	int64_t day_ns = 86400 * SB_S;
	int64_t now_ns = sb_reactor_wall_ns(run->world->r) % day_ns;

	return since_midnight_ns - now_ns + (since_midnight_ns > now_ns ? 0 : day_ns);
}

static bool
command(struct run *run, const char *words)
{
	if (!run->subject->command) {
		(void)sb_kit_text_addf(run->report, "the subject takes no commands\n");
		return false;
	}
	run->subject->command(run->self, words);
	sb_simulation_settle(run->world->sim);
	return true;
}

static bool
set_reach(struct run *run, enum sb_reach reach)
{
	int error = sb_simulation_set_reach(run->world->sim, sb_kit_run_address, reach);

	if (error)
		(void)sb_kit_text_addf(run->report, "the network does not: %s\n", strerror(-error));
	sb_simulation_settle(run->world->sim);
	return !error;
}

/* Whether it is told of what others do, and does nothing itself. */
static bool
is_told(enum step_kind kind)
{
	return kind == STEP_WROTE || kind == STEP_WROTE_PART || kind == STEP_WROTE_ANY
	       || kind == STEP_SIGNAL || kind == STEP_IGNORE || kind >= STEP_CONNECTED;
}

/* A client that was given the last word in the clear starts TLS at once, and so must its peer. */
static bool
secures_next(const struct run *run, const struct step *step)
{
	const struct step *end = run->script->steps + run->script->n, *next = step + 1;

	while (next != end && is_told(next->kind))
		next++;
	return !run->subject->is_server && next != end && next->kind == STEP_SECURES
	       && !strcmp(text_of(&next->peer), text_of(&step->peer));
}

/* Steps that act need everything told before them. */
static bool
step_acts(struct run *run, const struct step *step)
{
	/* What we have said under TLS meanwhile is told behind it. */
	if (step->kind == STEP_SECURES && !run->subject->is_server)
		return sb_kit_peer_secures(run, step);
	if (!is_all_told(run))
		return false;
	switch (step->kind) {
	case STEP_SENDS:
		return sb_kit_peer_sends(run, step, secures_next(run, step));
	case STEP_TIME:
		return time_passes(run, step->duration_ns);
	case STEP_CLOCK:
		return time_passes(run, until_clock(run, step->duration_ns));
	case STEP_COMMAND:
		return command(run, text_of(&step->text));
	case STEP_CONNECTS:
		return sb_kit_peer_connects(run, text_of(&step->peer));
	case STEP_SECURES:
		return sb_kit_peer_secures(run, step);
	case STEP_REFUSES:
		return set_reach(run, SB_REFUSED);
	case STEP_LISTENS:
		return set_reach(run, SB_REACHED);
	case STEP_VANISHES:
		return set_reach(run, SB_BLACK_HOLED);
	default:
		return sb_kit_peer_acts(run, step);
	}
}

/* Words that are for servers alone, or for clients. */
static bool
step_fits(struct run *run, const struct step *step)
{
	bool is_for_servers = step->kind == STEP_CONNECTS;
	bool is_for_clients = step->kind == STEP_CONNECTED || step->kind == STEP_REFUSES
			      || step->kind == STEP_LISTENS || step->kind == STEP_VANISHES;

	if (run->subject->is_server ? !is_for_clients : !is_for_servers)
		return true;
	(void)sb_kit_text_addf(run->report, "that is for the transcript of a %s, and we are a %s\n",
		is_for_servers ? "server" : "client", is_for_servers ? "client" : "server");
	return false;
}

static bool
run_step(struct run *run, const struct step *step)
{
	if (!step_fits(run, step))
		return false;
	switch (step->kind) {
	case STEP_WROTE:
	case STEP_WROTE_PART:
	case STEP_WROTE_ANY:
		return output_came(run, step);
	case STEP_SIGNAL:
		return signal_came(run, step);
	case STEP_IGNORE:
		return ignore(run, step);
	case STEP_CONNECTED:
		return sb_kit_peer_connected(run, text_of(&step->peer));
	case STEP_ENDED:
	case STEP_CLOSED:
	case STEP_BROKEN:
		return sb_kit_peer_saw(run, step);
	default:
		return step_acts(run, step);
	}
}

/* ---- The run ---- */

static bool
run_steps(struct run *run, const struct script *script, unsigned *ret_line)
{
	size_t i;

	if (!sb_kit_tls_begin(run))
		return false;
	if (!run->subject->is_server && !sb_kit_peers_listen(run))
		return false;
	run->subject->create(run->self, run->world, run->url);
	sb_kit_tls_drop_file(run);
	sb_simulation_settle(run->world->sim);
	for (i = 0; i < script->n; i++) {
		*ret_line = script->steps[i].line;
		if (!run_step(run, &script->steps[i]))
			return false;
	}
	return is_all_told(run);
}

/* Everything goes, whether it went well or not, since the failure will not come back here. */
static bool
run_finish(struct run *run, bool is_well)
{
	struct text left = { 0 };
	bool is_clean;

	run->subject->destroy(run->self);
	sb_kit_peers_finish(run);
	sb_simulation_settle(run->world->sim);
	sb_probe_destroy(run->probe);
	free(run->ignored);
	is_clean = sb_kit_world_end(run->world, &left);
	if (is_well && !is_clean)
		(void)sb_kit_text_addf(run->report, "%s", text_of(&left));
	run->is_lost |= left.is_lost;
	sb_kit_text_finish(&left);
	return is_well && is_clean;
}

bool
sb_kit_run_script(struct run *run, const struct script *script, unsigned *ret_line)
{
	const char *signals = run->subject->signals ? run->subject->signals : ">";
	bool is_well;

	*ret_line = script->steps[0].line;
	run->script = script;
	run->ignored = sb_kit_alloc(SB_PLACE, script->n, sizeof(struct step *));
	run->world = sb_world_create(sb_testing_seed());
	if (run->is_chopped)
		sb_simulation_set_weather(run->world->sim, &(struct sb_weather){ .chops = true });
	run->probe = sb_probe_create(run->world->d, signals);
	is_well = run_steps(run, script, ret_line);
	is_well = run_finish(run, is_well && !run->is_lost);
	if (run->is_lost)
		run->report->is_lost = true;
	if (!is_well)
		(void)sb_kit_text_addf(run->report, "(%s)\n", run->how);
	return is_well;
}
