/* The command line. */

#include <errno.h>

#include "app/options.h"
#include "kit_cmocka.h"

enum { MAX_ARGS = 16 };

/* Parses "quoth" and these arguments, up to NULL. */
static int
parse(const char *const *args, struct options *ret_options, struct sb_error *ret_error)
{
	static char kept[MAX_ARGS][256];
	static char *argv[MAX_ARGS + 1];
	int argc = 1;

	memset(argv, 0, sizeof(argv));
	argv[0] = kept[0];
	for (; *args; args++, argc++) {
		assert_true(argc < MAX_ARGS);
		(void)snprintf(kept[argc], sizeof(kept[0]), "%s", *args);
		argv[argc] = kept[argc];
	}
	return options_parse(argc, argv, ret_options, ret_error);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct options
parse_right(const char *const *args)
{
	struct options options;
	struct sb_error error = { 0, "" };

	if (parse(args, &options, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	return options;
}

static void
expect_wrong(const char *const *args, const char *text)
{
	struct options options;
	struct sb_error error = { 0, "" };

	assert_int_equal(parse(args, &options, &error), -EINVAL);
	assert_int_equal(error.code, -EINVAL);
	assert_string_equal(error.text, text);
}

static void
what_is_not_said_has_its_default(void **state)
{
	struct options options = parse_right(ARGS(NULL));

	(void)state;
	assert_int_equal(options.task, OPTIONS_RUN);
	assert_string_equal(options.config, "/etc/quoth/quoth.conf");
	assert_false(options.is_demo);
	assert_int_equal(options.n_args, 0);
}

static void
a_program_without_even_a_name_runs(void **state)
{
	char *none[] = { NULL };
	struct options options;

	(void)state;
	assert_int_equal(options_parse(0, none, &options, NULL), 0);
	assert_int_equal(options.task, OPTIONS_RUN);
}

static void
the_configuration_is_named_in_two_ways(void **state)
{
	(void)state;
	assert_string_equal(parse_right(ARGS("--config", "a b")).config, "a b");
	assert_string_equal(parse_right(ARGS("--config=c=d")).config, "c=d");
	assert_string_equal(parse_right(ARGS("--config", "--demo")).config, "--demo");
	assert_true(parse_right(ARGS("--demo", "--config", "x")).is_demo);
	expect_wrong(ARGS("--config"), "--config: a file should follow; see quoth --help");
	expect_wrong(ARGS("--config="), "--config: a file should follow; see quoth --help");
	expect_wrong(ARGS("--config", ""), "--config: a file should follow; see quoth --help");
}

static void
options_say_what_to_do_instead(void **state)
{
	(void)state;
	assert_int_equal(parse_right(ARGS("--check-config")).task, OPTIONS_CHECK);
	assert_int_equal(parse_right(ARGS("--signals")).task, OPTIONS_SIGNALS);
	assert_int_equal(parse_right(ARGS("--help", "--help")).task, OPTIONS_HELP);
	assert_int_equal(parse_right(ARGS("--version")).task, OPTIONS_VERSION);
	expect_wrong(ARGS("--help", "--version"),
		"--version: an option before it says to do something else; see quoth --help");
	expect_wrong(ARGS("--help", "export"),
		"export: an option says to do something else; see quoth --help");
	expect_wrong(ARGS("backup", "x", "--demo"),
		"backup: an option says to do something else; see quoth --help");
}

static void
commands_take_what_follows_them(void **state)
{
	struct options options = parse_right(ARGS("import", "fortune", "a", "--config=x", "-"));

	(void)state;
	assert_int_equal(options.task, OPTIONS_IMPORT_FORTUNE);
	assert_string_equal(options.config, "x");
	assert_int_equal(options.n_args, 2);
	assert_string_equal(options.args[0], "a");
	assert_string_equal(options.args[1], "-");

	options = parse_right(ARGS("--config", "x", "import", "json", "--", "--help"));
	assert_int_equal(options.task, OPTIONS_IMPORT_JSON);
	assert_int_equal(options.n_args, 1);
	assert_string_equal(options.args[0], "--help");

	options = parse_right(ARGS("export"));
	assert_int_equal(options.task, OPTIONS_EXPORT);
	assert_int_equal(options.n_args, 0);

	options = parse_right(ARGS("backup", "import"));
	assert_int_equal(options.task, OPTIONS_BACKUP);
	assert_string_equal(options.args[0], "import");
}

static void
commands_with_too_little_or_too_much_say_what_is_right(void **state)
{
	(void)state;
	expect_wrong(ARGS("import"),
		"import: fortune or json should follow, and files; see quoth --help");
	expect_wrong(ARGS("import", "fortune"),
		"import: it should be import fortune FILE..., where - is standard input; see quoth "
		"--help");
	expect_wrong(
		ARGS("export", "x"), "export: it should be export, without more; see quoth --help");
	expect_wrong(ARGS("backup"), "backup: it should be backup FILE, with a file that is not "
				     "there yet; see quoth --help");
	expect_wrong(ARGS("backup", "a", "b"), "backup: it should be backup FILE, with a file that "
					       "is not there yet; see quoth --help");
}

static void
what_is_mistyped_is_told_with_what_is_near(void **state)
{
	(void)state;
	expect_wrong(
		ARGS("imprt", "json"), "imprt: no such command; perhaps import; see quoth --help");
	expect_wrong(
		ARGS("port"), "port: no such command; perhaps import or export; see quoth --help");
	expect_wrong(ARGS("import", "jsn", "a"),
		"import jsn: no such command; perhaps json; see quoth --help");
	expect_wrong(ARGS("something"), "something: no such command; see quoth --help");
	expect_wrong(ARGS("-"), "-: no such command; see quoth --help");
	expect_wrong(ARGS(""), ": no such command; see quoth --help");
	expect_wrong(ARGS("--he"), "--he: no such option; perhaps --help; see quoth --help");
	expect_wrong(
		ARGS("--confg=x"), "--confg: no such option; perhaps --config; see quoth --help");
	expect_wrong(ARGS("--d"), "--d: no such option; perhaps --demo; see quoth --help");
	expect_wrong(ARGS("--irc", "x"), "--irc: no such option; see quoth --help");
	expect_wrong(ARGS("-x"), "-x: no such option; see quoth --help");
	expect_wrong(ARGS("--=x"), "--: no such option; see quoth --help");
	expect_wrong(
		ARGS("--demo=yes"), "--demo=yes: this option takes no value; see quoth --help");
	expect_wrong(ARGS("--help="), "--help=: this option takes no value; see quoth --help");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(a_program_without_even_a_name_runs),
		cmocka_unit_test(the_configuration_is_named_in_two_ways),
		cmocka_unit_test(options_say_what_to_do_instead),
		cmocka_unit_test(commands_take_what_follows_them),
		cmocka_unit_test(commands_with_too_little_or_too_much_say_what_is_right),
		cmocka_unit_test(what_is_mistyped_is_told_with_what_is_near),
		cmocka_unit_test(the_help_is_no_wider_than_80_columns),
	};

	return kit_run(tests);
}
