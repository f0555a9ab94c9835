/* Secrets from files: what is read, what is refused, and that no error shows them. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocols/irc/secret.h"

static char folder[] = "/tmp/test_irc_secret.XXXXXX";
static char path[64];

static int
make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/secret", folder);
	return kit_group_setup(state);
}

static int
remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void
write_file(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static void
expect_line(const char *bytes, const char *line)
{
	char buf[SB_SECRET_MAX + 1];

	write_file(bytes, strlen(bytes));
	assert_int_equal(sb_secret_read(path, buf, NULL, NULL), strlen(line));
	assert_string_equal(buf, line);
}

static void
a_password_is_the_first_line_without_its_end(void **state)
{
	(void)state;
	expect_line("secret", "secret");
	expect_line("secret\n", "secret");
	expect_line("secret\r\n", "secret");
	expect_line(" se cret \nmore\n", " se cret ");
	expect_line("secret\r\nmore", "secret");
	expect_line("se\rcret\n", "se\rcret");
	expect_line("secret\r", "secret\r");
}

static void
nothing_of_the_other_lines_is_left(void **state)
{
	char buf[SB_SECRET_MAX + 1];
	size_t i;

	(void)state;
	write_file("secret\nother\n", 13);
	assert_int_equal(sb_secret_read(path, buf, NULL, NULL), 6);
	for (i = 6; i < 13; i++)
		assert_int_equal(buf[i], 0);
}

static void
a_key_is_the_whole_file(void **state)
{
	char buf[SB_SECRET_MAX + 1];

	(void)state;
	write_file("one\ntwo\n", 8);
	assert_int_equal(sb_secret_read_all(path, buf, NULL, NULL), 8);
	assert_string_equal(buf, "one\ntwo\n");
}

static void
expect_refused(const char *bytes, size_t len, const char *why)
{
	char buf[SB_SECRET_MAX + 1];
	struct sb_error error;
	size_t i;

	write_file(bytes, len);
	assert_int_equal(sb_secret_read(path, buf, NULL, &error), -EINVAL);
	assert_int_equal(error.code, -EINVAL);
	assert_non_null(strstr(error.text, why));
	assert_non_null(strstr(error.text, path));
	assert_null(strstr(error.text, "hush"));
	for (i = 0; i < sizeof(buf); i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(sb_secret_read(path, buf, NULL, NULL), -EINVAL);
}

static void
what_is_empty_too_long_or_has_a_nul_is_refused_and_not_shown(void **state)
{
	char most[SB_SECRET_MAX + 1], buf[SB_SECRET_MAX + 1];

	(void)state;
	expect_refused("", 0, "no secret");
	expect_refused("\nhush", 5, "no secret");
	expect_refused("\r\nhush", 6, "no secret");
	expect_refused("hu\0sh", 5, "NUL");
	expect_refused("hush\0\n", 6, "NUL");
	memset(most, 'h', sizeof(most));
	expect_refused(most, sizeof(most), "4096");
	write_file(most, SB_SECRET_MAX);
	assert_int_equal(sb_secret_read(path, buf, NULL, NULL), SB_SECRET_MAX);
	assert_int_equal(strlen(buf), SB_SECRET_MAX);
}

static void
a_file_that_others_may_read_is_told(void **state)
{
	static const struct {
		mode_t mode;
		bool is_open;
	} cases[] = { { 0600, false }, { 0400, false }, { 0640, false }, { 0644, true },
		{ 0602, true }, { 0601, false } };
	char buf[SB_SECRET_MAX + 1];
	size_t i;

	(void)state;
	write_file("secret\n", 7);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is_open = !cases[i].is_open;

		assert_int_equal(chmod(path, cases[i].mode), 0);
		assert_int_equal(sb_secret_read(path, buf, &is_open, NULL), 6);
		assert_int_equal(is_open, cases[i].is_open);
	}
}

static void
what_is_no_file_is_refused_without_waiting(void **state)
{
	char buf[SB_SECRET_MAX + 1];
	struct sb_error error;

	(void)state;
	(void)unlink(path);
	assert_int_equal(sb_secret_read(path, buf, NULL, &error), -ENOENT);
	assert_non_null(strstr(error.text, path));
	assert_int_equal(sb_secret_read(folder, buf, NULL, &error), -EINVAL);
	assert_non_null(strstr(error.text, "regular"));
	/* Opened as others are it would wait for a writer. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(sb_secret_read_all(path, buf, NULL, &error), -EINVAL);
	(void)unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_password_is_the_first_line_without_its_end),
		kit_test_bare(nothing_of_the_other_lines_is_left),
		kit_test_bare(a_key_is_the_whole_file),
		kit_test_bare(what_is_empty_too_long_or_has_a_nul_is_refused_and_not_shown),
		kit_test_bare(a_file_that_others_may_read_is_told),
		kit_test_bare(what_is_no_file_is_refused_without_waiting),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
