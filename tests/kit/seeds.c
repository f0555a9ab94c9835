#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "private.h"

/* The seed whose function is running, or was left by a longjmp, with its note in words: what is
 * needed when the process crashes must be there already. */
static _Thread_local struct {
	bool is_set;
	char note[512];
} running;

/* ---- Notes ---- */

static void
begin_seed(uint64_t seed)
{
	(void)snprintf(running.note, sizeof(running.note),
		"seed %" PRIu64 "; repeat with SIGNALBOX_SEED=%" PRIu64 " %s", seed, seed,
		program_invocation_name);
	running.is_set = true;
}

void
sb_kit_seeds_add_note(struct text *report)
{
	if (!running.is_set)
		return;
	if (report->len && report->ptr[report->len - 1] != '\n')
		(void)sb_kit_text_addf(report, "\n");
	(void)sb_kit_text_addf(report, "%s\n", running.note);
	running.is_set = false;
}

bool
sb_testing_seed_left(char *buf, size_t cap)
{
	bool was_set = running.is_set;

	sb_testing_fail_allocations(0, 0);
	running.is_set = false;
	if (was_set)
		(void)snprintf(buf, cap, "%s", running.note);
	return was_set;
}

/* ---- Crashes ---- */

/* Called by the sanitizers before they end the process, where there are any. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*fn)(void));

static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
enum { N_CRASHES = sizeof(crashes) / sizeof(crashes[0]) };
static struct sigaction crash_before[N_CRASHES];

static void
tell_crash(void)
{
	size_t len = strlen(running.note);

	if (!running.is_set)
		return;
	running.is_set = false;
	running.note[len] = '\n';
	/* Nothing is left to do where it cannot be written. */
	if (write(STDERR_FILENO, running.note, len + 1) < 0)
		return;
}

/* Tells the seed, and leaves the rest to whoever had the signal before. */
static void
on_crash(int number)
{
	size_t i;

	tell_crash();
	for (i = 0; i < N_CRASHES; i++) {
		if (crashes[i] == number)
			(void)sigaction(number, &crash_before[i], NULL);
	}
	(void)raise(number);
}

static void
watch_crashes(void)
{
	static bool is_watching;
	struct sigaction action = { .sa_handler = on_crash };
	size_t i;

	if (is_watching)
		return;
	is_watching = true;
	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < N_CRASHES; i++)
		(void)sigaction(crashes[i], &action, &crash_before[i]);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(tell_crash);
}

/* ---- Which seeds ---- */

/* Reads a number up to the character end, and returns what stands behind that, or fails. */
static const char *
read_seed(const char *name, const char *text, char end, uint64_t *ret_seed)
{
	char *stop;

	errno = 0;
	*ret_seed = strtoull(text, &stop, 10);
	if (errno || stop == text || *text == '-' || *stop != end)
		sb_testing_fail(SB_PLACE, "%s is not a number as it should be: %s", name, text);
	return stop + 1;
}

uint64_t
sb_testing_seed(void)
{
	const char *text = getenv("SIGNALBOX_SEED");
	uint64_t seed = 1;

	if (text)
		(void)read_seed("SIGNALBOX_SEED", text, '\0', &seed);
	return seed;
}

void
sb_testing_each_seed(uint64_t first, uint64_t last, sb_seed_fn *fn, void *self)
{
	const char *one = getenv("SIGNALBOX_SEED"), *range = getenv("SIGNALBOX_SEEDS");
	uint64_t seed;

	if (one) {
		first = last = sb_testing_seed();
	} else if (range) {
		range = read_seed("SIGNALBOX_SEEDS (from-to)", range, '-', &first);
		(void)read_seed("SIGNALBOX_SEEDS (from-to)", range, '\0', &last);
	}
	if (first > last)
		sb_testing_fail(SB_PLACE, "no seed from %" PRIu64 " to %" PRIu64, first, last);
	watch_crashes();
	for (seed = first;; seed++) {
		begin_seed(seed);
		fn(self, seed);
		running.is_set = false;
		if (seed == last)
			return;
	}
}
