#include "dispatch/programs.inc"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

/* SIGNALBOX_PROGRAMS=FROM-TO runs other seeds than these. */
static void
seeds(uint64_t *ret_from, uint64_t *ret_to)
{
	const char *wanted = getenv("SIGNALBOX_PROGRAMS");

	*ret_from = 1;
	*ret_to = 3000;
	if (wanted && sscanf(wanted, "%" SCNu64 "-%" SCNu64, ret_from, ret_to) != 2)
		fail_msg("SIGNALBOX_PROGRAMS=%s: FROM-TO would be right, 1-3000", wanted);
}

static void
dispatcher_does_what_its_model_does(void **state)
{
	uint64_t from, to, n_steps = 0;

	(void)state;
	seeds(&from, &to);
	for (uint64_t seed = from; seed <= to; seed++) {
		struct choices choices = { .state = (seed * UINT64_C(0x9E3779B97F4A7C15)) | 1 };
		size_t at;
		long n = run_program(choices, 220, &at);

		if (n < 0)
			fail_msg("program %" PRIu64 " (SIGNALBOX_PROGRAMS=%" PRIu64 "-%" PRIu64
				 "): at %zu the dispatcher has %d and the model %d",
				seed, seed, seed, at,
				at < real_world.n_log ? real_world.log[at] : -1,
				at < model_world.n_log ? model_world.log[at] : -1);
		n_steps += (uint64_t)n;
	}
	/* The rare things are in it too. */
	assert_true(to - from < 1000
		    || (n_refused > 0 && n_unwound > 0 && n_observed > 100000 && n_delivered > 1000
			    && n_expected > 1000 && n_timed_out > 100 && n_lost > 10
			    && n_read > 1000 && n_marked > 100 && n_dropped > 100
			    && n_forgotten_later > 100 && n_left_outside > 0));
	printf("%" PRIu64 " programs, %" PRIu64
	       " calls and answers agree, %lu observations, %lu delivered later, %lu "
	       "expected, %lu of deadlines, %lu items read in them\n",
		to - from + 1, n_steps, n_observed, n_delivered, n_expected, n_timed_out, n_read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dispatcher_does_what_its_model_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
