/* app/run, on a project of its own that is soon built. */

#include <stdlib.h>

#include "kit_cmocka.h"

static char folder[sizeof("/tmp/test_run.XXXXXX")];

static int
shell(const char *command)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "cd %s && %s", folder, command);
	return system(line);
}

static int
set_up(void **state)
{
	(void)state;
	(void)strcpy(folder, "/tmp/test_run.XXXXXX");
	return mkdtemp(folder)
			       && !shell(
				       "mkdir app && cp " SOURCE_DIR "/app/run app/ && "
				       "touch app/packages && echo true >app/install-packages && "
				       "echo 'int main(int n, char **v) { return (void)v, n - 2; "
				       "}' "
				       ">main.c && "
				       "echo 'cmake_minimum_required(VERSION 3.20)\nproject(p C)\n"
				       "set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "
				       "${PROJECT_BINARY_DIR}/bin)\n"
				       "file(GLOB all CONFIGURE_DEPENDS *.c)\n"
				       "add_executable(quoth ${all})' >CMakeLists.txt && "
				       "echo '{ \"version\": 6, \"configurePresets\": [ "
				       "{ \"name\": \"release\", \"generator\": \"Ninja\", "
				       "\"binaryDir\": \"build\" } ] }' >CMakePresets.json")
		       ? 0
		       : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	return shell("rm -rf \"$PWD\"");
}

/* What it says on standard error, and nothing else. */
static void
expect_said(const char *said)
{
	char line[256];

	assert_int_equal(shell("bash app/run --demo >out 2>err"), 0);
	(void)snprintf(line, sizeof(line), "printf '%s' | cmp err -", said);
	assert_int_equal(shell(line), 0);
	assert_int_equal(shell("test ! -s out"), 0);
}

static void
it_says_that_it_builds_when_there_is_something_to_build(void **state)
{
	(void)state;
	expect_said("building ...\\n");
	expect_said("");
	assert_int_equal(shell("sed -i s/void/int/ main.c"), 0);
	expect_said("building ...\\n");
	assert_int_equal(shell("echo 'int more;' >more.c"), 0);
	expect_said("building ...\\n");
	expect_said("");
}

static void
without_arguments_it_is_the_demonstration_in_the_build_folder(void **state)
{
	(void)state;
	assert_int_equal(
		shell("echo '#include <stdio.h>\n#include <stdlib.h>\n"
		      "int main(int n, char **v) { for (int i = 1; i < n; i++) puts(v[i]); "
		      "return puts(getenv(\"STATE_DIRECTORY\")) < 0; }' >main.c"),
		0);
	assert_int_equal(shell("env -u STATE_DIRECTORY bash app/run >out 2>err"), 0);
	assert_int_equal(shell("printf '%s\n' --demo --config \"$(pwd -P)/app/quoth.conf\" "
			       "\"$(pwd -P)/build/run\" | cmp out -"),
		0);
	assert_int_equal(shell("STATE_DIRECTORY=/x bash app/run --help >out"), 0);
	assert_int_equal(shell("printf '%s\n' --help /x | cmp out -"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			it_says_that_it_builds_when_there_is_something_to_build, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_arguments_it_is_the_demonstration_in_the_build_folder, set_up,
			tear_down),
	};

	return kit_run(tests);
}
