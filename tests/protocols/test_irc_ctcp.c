/* CTCP: texts that are one and that are none, what is made, and what is answered. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/irc/ctcp.h"

static const struct {
	const char *text;
	const char *verb; /* NULL: it is none */
	const char *args;
} examples[] = {
	{ "\1VERSION\1", "VERSION", "" },
	{ "\1VERSION", "VERSION", "" },
	{ "\1ping 1 2\1", "PING", "1 2" },
	{ "\1ACTION waves\1", "ACTION", "waves" },
	{ "\1ACTION waves", "ACTION", "waves" },
	{ "\1ACTION  waves \1", "ACTION", " waves " },
	{ "\1ACTION \1", "ACTION", "" },
	{ "\1x\1", "X", "" },
	/* Nothing is unquoted. */
	{ "\1PING \x10"
	  "0\\a\1",
		"PING",
		"\x10"
		"0\\a" },
	{ "\1\xc3\xa9{\1", "\xc3\xa9{", "" },
	{ "", NULL, NULL },
	{ "VERSION", NULL, NULL },
	{ "\1", NULL, NULL },
	{ "\1\1", NULL, NULL },
	{ "\1 VERSION\1", NULL, NULL },
	{ "a\1VERSION\1", NULL, NULL },
	{ "\1VERSION\1 ", NULL, NULL },
	/* Several are no CTCP, but a text. */
	{ "\1PING 1\1\1PING 2\1", NULL, NULL },
	{ "\1PING 1\1PING 2", NULL, NULL },
	{ "\1\1PING 1\1", NULL, NULL },
};

enum { N_EXAMPLES = sizeof(examples) / sizeof(*examples) };

static void
a_text_is_taken_apart_in_a_copy_or_in_place(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 2 * N_EXAMPLES; i++) {
		const char *text = examples[i / 2].text;
		char *exact = strdup(text);
		struct sb_ctcp ctcp;

		assert_non_null(exact);
		assert_int_equal(sb_ctcp_parse(i % 2 ? exact : text, false, exact, &ctcp),
			examples[i / 2].verb != NULL);
		if (examples[i / 2].verb) {
			assert_string_equal(ctcp.verb, examples[i / 2].verb);
			assert_string_equal(ctcp.args, examples[i / 2].args);
			assert_false(ctcp.is_answer);
		} else {
			assert_string_equal(exact, text);
		}
		free(exact);
	}
}

static void
a_notice_holds_an_answer(void **state)
{
	struct sb_ctcp ctcp;
	char buf[32];

	(void)state;
	assert_true(sb_ctcp_parse("\1PING 1\1", true, buf, &ctcp));
	assert_true(ctcp.is_answer);
}

static void
what_is_made_has_its_frame_and_nothing_that_breaks_it(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(sb_ctcp_make("ACTION", "waves", buf, sizeof(buf)), 14);
	assert_string_equal(buf, "\1ACTION waves\1");
	assert_int_equal(sb_ctcp_make("ACTION", "waves", buf, 15), 14);
	assert_int_equal(sb_ctcp_make("ACTION", "waves", buf, 14), -EMSGSIZE);
	assert_int_equal(sb_ctcp_make("VERSION", NULL, buf, sizeof(buf)), 9);
	assert_string_equal(buf, "\1VERSION\1");
	assert_int_equal(sb_ctcp_make("VERSION", "", buf, sizeof(buf)), 9);
	assert_string_equal(buf, "\1VERSION\1");
	assert_int_equal(sb_ctcp_make("X", " a ", buf, sizeof(buf)), 7);
	assert_string_equal(buf, "\1X  a \1");
	assert_int_equal(sb_ctcp_make("", "x", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_ctcp_make("A B", "x", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_ctcp_make("A\1", "x", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_ctcp_make("A\n", "x", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_ctcp_make("A\r", "x", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_ctcp_make("A", "x\1y", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_ctcp_make("A", "x\n", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_ctcp_make("A", "x\r", buf, sizeof(buf)), -EINVAL);
}

/* ---- Answers ---- */

static const char *
answer(const char *verb, const char *args, const struct sb_ctcp_facts *facts)
{
	static char buf[256];
	int len = sb_ctcp_answer(
		&(struct sb_ctcp){ .verb = verb, .args = args }, facts, buf, sizeof(buf));

	assert_in_range(len, 0, sizeof(buf) - 1);
	if (!len)
		return NULL;
	assert_int_equal(len, strlen(buf));
	return buf;
}

static void
the_usual_requests_are_answered(void **state)
{
	const struct sb_ctcp_facts facts = { .version = "Quoth 1", .now_ms = 1474850736999 };
	const struct sb_ctcp_facts shy = { .version = NULL };

	(void)state;
	assert_string_equal(answer("VERSION", "", &facts), "\1VERSION Quoth 1\1");
	assert_string_equal(answer("VERSION", "please", &facts), "\1VERSION Quoth 1\1");
	assert_string_equal(
		answer("PING", "1473523721 662865", &facts), "\1PING 1473523721 662865\1");
	assert_string_equal(answer("PING", "", &facts), "\1PING\1");
	assert_string_equal(answer("TIME", "", &facts), "\1TIME 2016-09-26T00:45:36Z\1");
	assert_string_equal(answer("CLIENTINFO", "", &facts),
		"\1CLIENTINFO ACTION CLIENTINFO PING TIME VERSION\1");
	assert_string_equal(
		answer("CLIENTINFO", "", &shy), "\1CLIENTINFO ACTION CLIENTINFO PING TIME\1");
	assert_null(answer("VERSION", "", &shy));
	assert_null(answer("VERSION", "", &(struct sb_ctcp_facts){ .version = "" }));
}

static void
others_are_not(void **state)
{
	static const char *const verbs[] = { "ACTION", "DCC", "FINGER", "SOURCE", "USERINFO",
		"ERRMSG", "VERSIO", "PINGS", "\xff" };
	const struct sb_ctcp_facts facts = { .version = "Quoth 1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		assert_null(answer(verbs[i], "x", &facts));
}

static void
an_answer_is_never_answered(void **state)
{
	static const char *const verbs[] = { "VERSION", "PING", "TIME", "CLIENTINFO" };
	const struct sb_ctcp_facts facts = { .version = "Quoth 1" };
	char buf[256];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(sb_ctcp_answer(&(struct sb_ctcp){ verbs[i], "x", true }, &facts,
					 buf, sizeof(buf)),
			0);
}

static void
a_ping_too_long_is_not_sent_back(void **state)
{
	const struct sb_ctcp_facts facts = { .version = NULL };
	char args[SB_CTCP_PING_MAX + 2], expected[SB_CTCP_PING_MAX + 16];

	(void)state;
	memset(args, 'x', sizeof(args));
	args[SB_CTCP_PING_MAX + 1] = '\0';
	assert_null(answer("PING", args, &facts));
	args[SB_CTCP_PING_MAX] = '\0';
	(void)snprintf(expected, sizeof(expected), "\1PING %s\1", args);
	assert_string_equal(answer("PING", args, &facts), expected);
}

static void
any_time_is_told_or_refused(void **state)
{
	static const struct {
		int64_t now_ms;
		const char *text; /* NULL: refused */
	} times[] = {
		{ 0, "\1TIME 1970-01-01T00:00:00Z\1" },
		{ -1, "\1TIME 1969-12-31T23:59:59Z\1" },
		{ -1000, "\1TIME 1969-12-31T23:59:59Z\1" },
		{ 951782400000, "\1TIME 2000-02-29T00:00:00Z\1" },
		{ 253402300799999, "\1TIME 9999-12-31T23:59:59Z\1" },
		{ 253402300800000, NULL },
		{ -62167219200000, "\1TIME 0000-01-01T00:00:00Z\1" },
		{ -62167219200001, NULL },
		{ INT64_MAX, NULL },
		{ INT64_MIN, NULL },
	};
	char buf[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(*times); i++) {
		const struct sb_ctcp_facts facts = { .now_ms = times[i].now_ms };
		int len = sb_ctcp_answer(
			&(struct sb_ctcp){ .verb = "TIME", .args = "" }, &facts, buf, sizeof(buf));

		if (times[i].text)
			assert_string_equal(buf, times[i].text);
		else
			assert_int_equal(len, -EINVAL);
	}
}

static void
an_answer_that_does_not_fit_or_cannot_be_told_is_an_error(void **state)
{
	const struct sb_ctcp request = { .verb = "VERSION", .args = "" };
	char buf[32];

	(void)state;
	assert_int_equal(
		sb_ctcp_answer(&request, &(struct sb_ctcp_facts){ .version = "Quoth 1" }, buf, 17),
		-EMSGSIZE);
	assert_int_equal(sb_ctcp_answer(&request, &(struct sb_ctcp_facts){ .version = "Quoth\n1" },
				 buf, sizeof(buf)),
		-EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_text_is_taken_apart_in_a_copy_or_in_place),
		kit_test_bare(a_notice_holds_an_answer),
		kit_test_bare(what_is_made_has_its_frame_and_nothing_that_breaks_it),
		kit_test_bare(the_usual_requests_are_answered),
		kit_test_bare(others_are_not),
		kit_test_bare(an_answer_is_never_answered),
		kit_test_bare(a_ping_too_long_is_not_sent_back),
		kit_test_bare(any_time_is_told_or_refused),
		kit_test_bare(an_answer_that_does_not_fit_or_cannot_be_told_is_an_error),
	};

	return kit_run(tests);
}
