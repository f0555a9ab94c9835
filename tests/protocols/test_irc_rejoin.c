/* When channels are tried again. */

#include "kit_cmocka.h"

#include <signalbox/reactor.h>

#include "protocols/irc/rejoin.h"

static void
only_what_refuses_a_join_is_a_refusal(void **state)
{
	static const char *const later[] = { "405", "437", "470", "471", "473", "474", "475", "477",
		"480", "489" };
	static const char *const never[] = { "403", "476", "479" };
	static const char *const never_at_once[] = { "476", "479" };
	char numeric[8];
	int n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		assert_int_equal(sb_rejoin_judge(later[i], 99), SB_REJOIN_LATER);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_int_equal(sb_rejoin_judge(never[i], 3), SB_REJOIN_NEVER);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(sb_rejoin_judge(never_at_once[i], 1), SB_REJOIN_NEVER);
	assert_int_equal(sb_rejoin_judge("403", 1), SB_REJOIN_LATER);
	assert_int_equal(sb_rejoin_judge("403", 2), SB_REJOIN_LATER);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(numeric, sizeof(numeric), "%03d", i);
		n += sb_rejoin_judge(numeric, 1) != SB_REJOIN_NO_REFUSAL;
	}
	assert_int_equal(n, 13);
	assert_int_equal(sb_rejoin_judge("", 1), SB_REJOIN_NO_REFUSAL);
	assert_int_equal(sb_rejoin_judge("JOIN", 1), SB_REJOIN_NO_REFUSAL);
}

static void
refusals_are_30_s_to_15_min_apart(void **state)
{
	static const int64_t least_s[] = { 30, 30, 60, 120, 240, 480, 720, 720, 720 };

	(void)state;
	for (unsigned n = 0; n < sizeof(least_s) / sizeof(least_s[0]); n++) {
		int64_t least_ns = least_s[n] * SB_S;

		assert_int_equal(sb_rejoin_refused_ns(n, 0), least_ns);
		assert_int_equal(
			sb_rejoin_refused_ns(n, (uint64_t)least_ns / 4), least_ns + least_ns / 4);
		assert_int_equal(sb_rejoin_refused_ns(n, (uint64_t)least_ns / 4 + 1), least_ns);
		assert_in_range(sb_rejoin_refused_ns(n, UINT64_MAX), least_ns, 900 * SB_S);
	}
	assert_int_equal(sb_rejoin_refused_ns(UINT32_MAX, 0), 720 * SB_S);
}

static void
kicks_are_5_s_and_then_as_refusals(void **state)
{
	(void)state;
	assert_int_equal(sb_rejoin_kicked_ns(0, 77777), 5 * SB_S);
	assert_int_equal(sb_rejoin_kicked_ns(1, 77777), 5 * SB_S);
	for (unsigned n = 2; n < 20; n++)
		assert_int_equal(sb_rejoin_kicked_ns(n, 77777), sb_rejoin_refused_ns(n - 1, 77777));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(only_what_refuses_a_join_is_a_refusal),
		kit_test_bare(refusals_are_30_s_to_15_min_apart),
		kit_test_bare(kicks_are_5_s_and_then_as_refusals),
	};

	return kit_run(tests);
}
