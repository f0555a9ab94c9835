/* The command line. */

#include <errno.h>

#include "app/options.h"
#include "kit_cmocka.h"

enum { MAX_ARGS = 16 };

/* Parses "quoth" and these arguments, up to NULL. */
static int
parse(const char *const *args, struct options *ret_options, struct sb_error *ret_error)
{
	char copies[MAX_ARGS][256] = { "quoth" };
	static char kept[MAX_ARGS][256];
	char *argv[MAX_ARGS + 1] = { kept[0] };
	int argc = 1;

	for (; *args; args++, argc++) {
		assert_true(argc < MAX_ARGS);
		(void)snprintf(copies[argc], sizeof(copies[0]), "%s", *args);
		argv[argc] = kept[argc];
	}
	memcpy(kept, copies, sizeof(kept));
	return options_parse(argc, argv, ret_options, ret_error);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct options
parse_right(const char *const *args)
{
	struct options options;
	struct sb_error error = { 0, "" };
	int code = parse(args, &options, &error);

	if (code)
		sb_testing_fail(SB_PLACE, "%s", error.text);
	return options;
}

/* The error names the argument and what would be right. */
static void
expect_wrong(const char *const *args, const char *argument, const char *right)
{
	struct options options;
	struct sb_error error = { 0, "" };

	assert_int_equal(parse(args, &options, &error), -EINVAL);
	assert_int_equal(error.code, -EINVAL);
	if (!strstr(error.text, argument) || !strstr(error.text, right))
		sb_testing_fail(
			SB_PLACE, "'%s' should hold '%s' and '%s'", error.text, argument, right);
}

static void
networks_are_urls_with_channels(void **state)
{
	struct options options = parse_right(
		ARGS("--irc", "tcp://127.0.0.1:6667/#one,&two,#three", "--irc=tcp://[::1]:7000"));

	(void)state;
	assert_int_equal(options.task, OPTIONS_RUN);
	assert_int_equal(options.n_networks, 2);
	assert_string_equal(options.networks[0].url, "tcp://127.0.0.1:6667");
	assert_int_equal(options.networks[0].n_channels, 3);
	assert_string_equal(options.networks[0].channels[0], "#one");
	assert_string_equal(options.networks[0].channels[1], "&two");
	assert_string_equal(options.networks[0].channels[2], "#three");
	assert_string_equal(options.networks[1].url, "tcp://[::1]:7000");
	assert_int_equal(options.networks[1].n_channels, 0);
	options_finish(&options);
}

static void
what_is_not_said_has_its_default(void **state)
{
	struct options options = parse_right(ARGS("--qotd", "tcp://127.0.0.1:0"));

	(void)state;
	assert_string_equal(options.nick, "quoth");
	assert_string_equal(options.qotd, "tcp://127.0.0.1:0");
	assert_null(options.ircd);
	assert_false(options.is_demo || options.ircd_may_move || options.qotd_may_move);
	assert_int_equal(options.n_quotes, 1);
	assert_string_equal(options.quotes[0], "/usr/share/games/fortunes");
	options_finish(&options);
}

static void
what_is_said_is_kept(void **state)
{
	struct options options = parse_right(ARGS(
		"--nick", "raven", "--quotes", "a", "--quotes", "b/c", "--ircd", "unix:///tmp/x"));

	(void)state;
	assert_string_equal(options.nick, "raven");
	assert_string_equal(options.ircd, "unix:///tmp/x");
	assert_int_equal(options.n_quotes, 2);
	assert_string_equal(options.quotes[0], "a");
	assert_string_equal(options.quotes[1], "b/c");
	options_finish(&options);
}

static void
a_demonstration_is_everything_on_ports_that_may_move(void **state)
{
	struct options options = parse_right(ARGS("--demo"));

	(void)state;
	assert_true(options.is_demo);
	assert_string_equal(options.ircd, "tcp://127.0.0.1:6667");
	assert_string_equal(options.qotd, "tcp://127.0.0.1:1717");
	assert_true(options.ircd_may_move && options.qotd_may_move);
	options_finish(&options);

	options = parse_right(ARGS("--demo", "--ircd", "tcp://127.0.0.1:7000"));
	assert_string_equal(options.ircd, "tcp://127.0.0.1:7000");
	assert_false(options.ircd_may_move);
	assert_true(options.qotd_may_move);
	options_finish(&options);
}

static void
showing_something_needs_nothing_else(void **state)
{
	static const struct {
		const char *arg;
		enum options_task task;
	} tasks[] = {
		{ "--help", OPTIONS_HELP },
		{ "--version", OPTIONS_VERSION },
		{ "--signals", OPTIONS_SIGNALS },
	};
	struct options options;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
		options = parse_right(ARGS(tasks[i].arg));
		assert_int_equal(options.task, tasks[i].task);
		options_finish(&options);
	}
}

static void
an_error_names_the_argument_and_what_is_right(void **state)
{
	(void)state;
	expect_wrong(ARGS("--irc"), "--irc", "value");
	expect_wrong(ARGS("--demo=yes"), "--demo=yes", "no value");
	expect_wrong(ARGS("--wrong"), "--wrong", "--help");
	expect_wrong(ARGS("-x"), "-x", "--help");
	expect_wrong(ARGS("-xyz"), "-x", "--help");
	expect_wrong(ARGS("--demo", "more"), "more", "--help");
	expect_wrong(ARGS("--demo", "-"), "-", "--help");
	expect_wrong(ARGS("--irc", "127.0.0.1"), "--irc \"127.0.0.1\", column", "tcp://");
	expect_wrong(ARGS("--irc", "unix:///run/irc"), "--irc unix:///run/irc", "tcp://HOST");
	expect_wrong(ARGS("--irc", "tcp://127.0.0.1:0/#c"), "--irc tcp://127.0.0.1:0/#c", "6667");
	expect_wrong(ARGS("--irc", "tcp://127.0.0.1:1/c"), "'c'", "#name");
	expect_wrong(ARGS("--irc", "tcp://127.0.0.1:1/#c,,#d"), "''", "#name");
	expect_wrong(ARGS("--irc", "tcp://127.0.0.1:1/#c,"), "#c,", "comma");
	expect_wrong(ARGS("--irc", "tcp://127.0.0.1:1/#c d"), "'#c d'", "#name");
	expect_wrong(ARGS("--qotd", "udp://127.0.0.1:1"), "--qotd \"udp://", "tcp");
	expect_wrong(ARGS("--ircd", "tcp://127.0.0.1:99999"), "--ircd", "65535");
	expect_wrong(ARGS("--ircd", "tcp://127.0.0.1:1/#c"), "--ircd", "nothing should follow");
}

static void
an_option_is_written_out_and_the_nearest_is_named(void **state)
{
	(void)state;
	expect_wrong(ARGS("--he"), "--he: no such option", "; perhaps --help; see");
	expect_wrong(
		ARGS("--q", "tcp://127.0.0.1:1"), "--q: ", "; perhaps --qotd or --quotes; see");
	expect_wrong(
		ARGS("--iirc=tcp://127.0.0.1:1"), "--iirc: ", "; perhaps --irc or --ircd; see");
	expect_wrong(ARGS("--demo", "--qoutes", "x"), "--qoutes: ", "; perhaps --quotes; see");
	expect_wrong(ARGS("--demo", "--verbose-and-much-longer"), "longer: no such option; see",
		"--help");
	expect_wrong(ARGS("--d=x"), "--d: ", "; perhaps --demo; see");
	/* What only looks like one is a value. */
	expect_wrong(ARGS("--nick", "--he"), "--nick --he", "begins with");
}

static void
a_nick_is_checked_and_its_option_named(void **state)
{
	static const char *const wrong[] = { "", "a@b", "9a", "-a", "a b", "#a", "a!" };
	static const char *const right[] = { "a", "a-9", "Q_[]\\`^{|}", "_0", "\xc3\xa9t\xc3\xa9" };
	struct options options;
	char named[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		(void)snprintf(named, sizeof(named), "--nick %s: ", wrong[i]);
		expect_wrong(ARGS("--demo", "--nick", wrong[i]), named, "a nick is 1 to 64 bytes");
	}
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		options = parse_right(ARGS("--demo", "--nick", right[i]));
		assert_string_equal(options.nick, right[i]);
		options_finish(&options);
	}
}

static void
a_channel_that_is_too_long_is_told_so(void **state)
{
	char url[256];
	int len = snprintf(url, sizeof(url), "tcp://127.0.0.1:1/#");
	struct options options;

	(void)state;
	memset(url + len, 'x', 200);
	url[len + 199] = '\0';
	options = parse_right(ARGS("--irc", url));
	assert_int_equal(strlen(options.networks[0].channels[0]), 200);
	options_finish(&options);
	url[len + 199] = 'x';
	url[len + 200] = '\0';
	expect_wrong(ARGS("--irc", url), "--irc: a channel has at most 200 bytes", "has 201");
}

static void
the_help_is_no_wider_than_80_columns(void **state)
{
	char line[256];
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	options_print_help(file);
	rewind(file);
	while (fgets(line, sizeof(line), file))
		assert_in_range(strlen(line), 1, 81);
	assert_int_equal(fclose(file), 0);
}

static void
nothing_to_do_says_how_to_begin(void **state)
{
	(void)state;
	expect_wrong(ARGS(NULL), "nothing to do", "--demo");
	expect_wrong(ARGS("--nick", "raven"), "nothing to do", "--irc");
}

static void
an_error_after_much_was_read_leaks_nothing(void **state)
{
	(void)state;
	/* For the sanitizer and valgrind to see. */
	expect_wrong(ARGS("--irc", "tcp://127.0.0.1:1/#a,#b", "--quotes", "x", "--irc",
			     "tcp://127.0.0.1:2/#c,d"),
		"'d'", "#name");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_urls_with_channels),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(what_is_said_is_kept),
		cmocka_unit_test(a_demonstration_is_everything_on_ports_that_may_move),
		cmocka_unit_test(showing_something_needs_nothing_else),
		cmocka_unit_test(an_error_names_the_argument_and_what_is_right),
		cmocka_unit_test(an_option_is_written_out_and_the_nearest_is_named),
		cmocka_unit_test(a_nick_is_checked_and_its_option_named),
		cmocka_unit_test(a_channel_that_is_too_long_is_told_so),
		cmocka_unit_test(the_help_is_no_wider_than_80_columns),
		cmocka_unit_test(nothing_to_do_says_how_to_begin),
		cmocka_unit_test(an_error_after_much_was_read_leaks_nothing),
	};

	return kit_run(tests);
}
