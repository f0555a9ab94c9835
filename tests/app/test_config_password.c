/* Passwords, which stand in files of their own. */

#include "config_fixture.h"

static void
a_password_is_the_only_line_of_a_file_of_ones_own(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *password; /* or NULL: wrong */
	} files[] = {
		{ "a", 1, "a" },
		{ "a b\n", 4, "a b" },
		{ "a\r\n", 3, "a" },
		{ "", 0, NULL },
		{ "\n", 1, NULL },
		{ "a\nb\n", 4, NULL },
		{ "a\n\n", 3, NULL },
		{ "a\n\nb", 4, NULL },
	};
	char text[256], lines[256];
	struct config *config;
	size_t i;

	(void)state;
	(void)snprintf(text, sizeof(text), IRC("password-file = '%s'"), secret);
	(void)snprintf(lines, sizeof(lines),
		"f:3: irc a: password-file: %s: one line should stand in it, the password, of at "
		"most "
		"300 bytes\n",
		secret);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		put_secret(files[i].bytes, files[i].len, 0400);
		/* So that it can be written again. */
		assert_int_equal(chmod(secret, 0600), 0);
		if (!files[i].password) {
			expect_wrong(text, lines);
			continue;
		}
		config = read_right(text);
		assert_string_equal(config->ircs[0].password, files[i].password);
		config_destroy(config);
	}
}

static void
a_password_is_text(void **state)
{
	char text[256], lines[256];

	(void)state;
	put_secret("a\0b", 3, 0600);
	(void)snprintf(text, sizeof(text), IRC("password-file = '%s'"), secret);
	(void)snprintf(lines, sizeof(lines),
		"f:3: irc a: password-file: %s: it holds a NUL byte: this is no text\n", secret);
	expect_wrong(text, lines);
}

static void
a_password_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0601 };
	char text[256], lines[256];
	size_t i;

	(void)state;
	(void)snprintf(text, sizeof(text), IRC("password-file = '%s'"), secret);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		put_secret("a\n", 2, modes[i]);
		(void)snprintf(lines, sizeof(lines),
			"f:3: irc a: password-file: %s: others may read it (mode %04o); chmod 600 "
			"would "
			"mend that\n",
			secret, (unsigned)modes[i]);
		expect_wrong(text, lines);
	}
	expect_wrong(IRC("password-file = '/nonexistent/x'"),
		"f:3: irc a: password-file: /nonexistent/x: No such file or directory\n");
	expect_wrong(IRC("password-file = '/dev/null'"),
		"f:3: irc a: password-file: /dev/null: it is no file\n");
	expect_wrong(
		IRC("password-file = '/tmp'"), "f:3: irc a: password-file: /tmp: it is no file\n");
}

static void
a_credential_of_the_service_may_show_an_access_list(void **state)
{
	char text[256], path[128];
	struct config *config;

	(void)state;
	put_secret("a\n", 2, 0440);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/tmp", 1), 0);
	(void)snprintf(text, sizeof(text), IRC("password-file = '%s'"), secret);
	config = read_right(text);
	assert_string_equal(config->ircs[0].password, "a");
	config_destroy(config);
	/* Not for everybody, and not elsewhere. */
	put_secret("a\n", 2, 0444);
	(void)snprintf(path, sizeof(path),
		"f:3: irc a: password-file: %s: others may read it (mode 0444); "
		"chmod 600 would mend that\n",
		secret);
	expect_wrong(text, path);
	put_secret("a\n", 2, 0440);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/tm", 1), 0);
	told[0] = '\0';
	assert_int_equal(config_parse("f", text, on_problem, told, &config), -EINVAL);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_the_only_line_of_a_file_of_ones_own),
		cmocka_unit_test(a_password_is_text),
		cmocka_unit_test(a_password_that_others_may_read_is_refused),
		cmocka_unit_test(a_credential_of_the_service_may_show_an_access_list),
	};

	return cmocka_run_group_tests(tests, make_secret, remove_secret);
}
