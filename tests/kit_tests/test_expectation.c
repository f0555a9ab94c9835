#include "kit_tests/toy.h"

/* One expectation against one signal recorded; the test's words stand in tables. */
struct tried {
	struct sb_probe *probe;
	const char *expected;
};

static int something;

static const struct toy_spoke spoken = {
	.text = "hello there",
	.n = -111,
	.big = UINT64_MAX,
	.x = 0.5,
	.is_loud = true,
	.raw = { "a\0b", 3 },
	.thing = &something,
};

static void
expect(void *self)
{
	struct tried *tried = self;

	(void)sb_probe_expect(tried->probe, tried->expected);
}

static void
seek(void *self)
{
	struct tried *tried = self;

	(void)sb_probe_seek(tried->probe, tried->expected);
}

static void
count(void *self)
{
	struct tried *tried = self;

	(void)sb_probe_count(tried->probe, tried->expected);
}

static struct sb_probe *
probe_of_one(struct sb_world *world, const struct toy_spoke *e)
{
	struct sb_probe *probe;

	assert_int_equal(sb_register(world->d, &toy_signals), 0);
	probe = sb_probe_create(world->d, "toy.*");
	assert_int_equal(toy_spoke_emit(world->d, NULL, e), 0);
	return probe;
}

static void
every_way_to_say_a_value_is_read(void **state)
{
	static const char *const expected[] = {
		"toy.spoke",
		"toy.spoke text=\"hello there\"",
		"toy.spoke text='hello there'",
		"toy.spoke text='hello\\x20there'",
		"toy.spoke text~there",
		"toy.spoke text~''",
		"toy.spoke n=-111",
		"toy.spoke n=-ECONNREFUSED",
		"toy.spoke big=18446744073709551615",
		"toy.spoke x=0.5",
		"toy.spoke x=5e-1",
		"toy.spoke is_loud=true",
		"toy.spoke raw=\"a\\0b\"",
		"toy.spoke raw~'\\0b'",
		"toy.spoke thing=<handle>",
		"toy.spoke   is_loud=true  n=-111 ",
	};
	struct sb_probe *probe = probe_of_one(*state, &spoken);
	size_t i;

	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		if (sb_probe_count(probe, expected[i]) != 1)
			sb_testing_fail(SB_PLACE, "should match: %s", expected[i]);
	}
	sb_probe_destroy(probe);
}

static void
another_value_does_not_match(void **state)
{
	static const char *const expected[] = {
		"toy.broke",
		"toy.spoke text=hello",
		"toy.spoke text='hello there '",
		"toy.spoke text~bob",
		"toy.spoke text=null",
		"toy.spoke text=\"null\"",
		"toy.spoke n=111",
		"toy.spoke n=ECONNREFUSED",
		"toy.spoke big=0",
		"toy.spoke x=0.25",
		"toy.spoke x=nan",
		"toy.spoke is_loud=false",
		"toy.spoke raw=ab",
		"toy.spoke raw='a\\0'",
		"toy.spoke thing=null",
		"toy.spoke n=-111 text=bob",
		"toy.spoke text=bob n=-111",
	};
	struct sb_probe *probe = probe_of_one(*state, &spoken);
	size_t i;

	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		if (sb_probe_count(probe, expected[i]) != 0)
			sb_testing_fail(SB_PLACE, "should not match: %s", expected[i]);
	}
	sb_probe_destroy(probe);
}

static void
null_is_not_the_word_null(void **state)
{
	const struct toy_spoke e = { .text = NULL };
	struct sb_probe *probe = probe_of_one(*state, &e);

	assert_int_equal(sb_probe_count(probe, "toy.spoke text=null thing=null raw=''"), 1);
	assert_int_equal(sb_probe_count(probe, "toy.spoke text='null'"), 0);
	assert_int_equal(sb_probe_count(probe, "toy.spoke text=''"), 0);
	assert_int_equal(sb_probe_count(probe, "toy.spoke text~n"), 0);
	sb_probe_destroy(probe);
}

static void
what_a_signal_prints_is_an_expectation_of_it(void **state)
{
	const struct toy_spoke strange = {
		.text = "a \"quoted\" \\ \t\n\x01 \xc3\xa9 \xff",
		.n = INT64_MIN,
		.x = -1.0 / 3,
		.raw = { "\r\n'\x80", 4 },
	};
	struct sb_probe *probe = probe_of_one(*state, &strange);
	char line[1024];

	assert_true(
		sb_signal_print(toy_spoke_signal(), &strange, line, sizeof(line)) < sizeof(line));
	(void)sb_probe_expect(probe, line);
	sb_probe_destroy(probe);
}

static void
an_expectation_that_cannot_be_is_a_failure_also_where_nothing_should_come(void **state)
{
	static const struct {
		const char *expected, *said;
	} wrong[] = {
		{ "toy.spoke tekst=hello", "toy.spoke has no field tekst; it has: text n big x" },
		{ "toy.spoke text", "field=value or field~part is needed" },
		{ "toy.spoke =x", "field=value or field~part is needed" },
		{ "toy.spoke text=", "text has no value here; an empty text is \"\"" },
		{ "toy.spoke text=\"hello", "a value without its closing \"" },
		{ "toy.spoke text='a\\q'", "no escape: \\q" },
		{ "toy.spoke text='a\\x1'", "no escape: \\x1" },
		{ "toy.spoke text='a'b", "here a space is needed: b" },
		{ "toy.spoke n=seven", "n cannot be seven: it is a number or an errno's name" },
		{ "toy.spoke n=ENOSUCH", "n cannot be ENOSUCH" },
		{ "toy.spoke big=-1", "big cannot be -1" },
		{ "toy.spoke x=half", "x cannot be half" },
		{ "toy.spoke is_loud=1", "is_loud cannot be 1: it is true or false" },
		{ "toy.spoke thing=7", "thing cannot be 7: it is null or <handle>" },
		{ "toy.spoke n~1", "n is no text, so n=1 is needed" },
		{ "toy.spoke n=0 tekst=hello", "has no field tekst" },
	};
	struct sb_probe *probe = probe_of_one(*state, &spoken);
	struct tried tried = { probe, NULL };
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		tried.expected = wrong[i].expected;
		assert_fails(expect, &tried, wrong[i].said);
		assert_fails(seek, &tried, wrong[i].said);
		sb_probe_clear(probe);
		assert_fails(count, &tried, wrong[i].said);
		assert_int_equal(toy_spoke_emit(((struct sb_world *)*state)->d, NULL, &spoken), 0);
	}
	tried.expected = "toy.spok";
	assert_fails(count, &tried, "knows no signal of that name");
	sb_probe_destroy(probe);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(every_way_to_say_a_value_is_read),
		kit_test(another_value_does_not_match),
		kit_test(null_is_not_the_word_null),
		kit_test(what_a_signal_prints_is_an_expectation_of_it),
		kit_test(an_expectation_that_cannot_be_is_a_failure_also_where_nothing_should_come),
	};

	return kit_run(tests);
}
