/* The kernel: files and folders of quotes. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quotes_fixture.h"

static const char *
in_folder(struct fixture *f, const char *name)
{
	static char path[512];

	if (!f->folder[0]) {
		(void)snprintf(f->folder, sizeof(f->folder), "/tmp/test_quotes.XXXXXX");
		assert_non_null(mkdtemp(f->folder));
	}
	(void)snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	return path;
}

static void
write_file(struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(in_folder(f, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
load(struct fixture *f, const char *name)
{
	return quotes_load(f->quotes, in_folder(f, name), on_problem, f);
}

static void
a_folder_is_its_files_in_the_order_of_their_names(void **state)
{
	struct fixture *f = *state;
	const char *source;

	write_file(f, "b", "two\n%\nthree\n");
	write_file(f, "a", "one\n");
	write_file(f, "Z", "zero\n");
	write_file(f, ".hidden", "hidden\n");
	assert_int_equal(load(f, ""), 4);
	expect_quote(f, 1, "zero");
	expect_quote(f, 2, "one");
	expect_quote(f, 3, "two");
	expect_quote(f, 4, "three");
	assert_string_equal(f->problems, "");
	source = quotes_at(f->quotes, 2)->source;
	assert_string_equal(source, in_folder(f, "a"));
}

static void
an_index_beside_its_file_is_passed_over(void **state)
{
	struct fixture *f = *state;

	write_file(f, "a", "one\n");
	write_file(f, "a.dat", "never read");
	write_file(f, "b.dat", "a file of quotes after all\n");
	assert_int_equal(load(f, ""), 2);
	expect_quote(f, 2, "a file of quotes after all");
}

static void
the_indexes_of_debian_are_refused_by_name_and_content(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		quotes_load(f->quotes, "/usr/share/games/fortunes/art.dat", on_problem, f), 0);
	assert_string_equal(f->problems, "/usr/share/games/fortunes/art.dat:0: an index made by "
					 "strfile, not a file of quotes\n");
}

static void
a_file_is_not_loaded_twice_under_two_names(void **state)
{
	struct fixture *f = *state;
	char link[512];

	write_file(f, "a", "one\n");
	(void)snprintf(link, sizeof(link), "%s", in_folder(f, "a.u8"));
	assert_int_equal(symlink("a", link), 0);
	(void)snprintf(link, sizeof(link), "%s", in_folder(f, "other"));
	assert_int_equal(symlink("a", link), 0);
	assert_int_equal(load(f, ""), 1);
	assert_int_equal(load(f, "a"), 0);
	assert_int_equal(load(f, ""), 0);
	assert_int_equal(quotes_n(f->quotes), 1);
	assert_string_equal(f->problems, "");
}

static void
write_index(struct fixture *f, const char *name, char flags)
{
	const char header[24] = { [3] = 2, [7] = 1, [19] = flags, [20] = '%' };
	FILE *file = fopen(in_folder(f, name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(header, 1, sizeof(header), file), sizeof(header));
	assert_int_equal(fclose(file), 0);
}

static void
letters_that_strfile_rotated_are_turned_back(void **state)
{
	struct fixture *f = *state;

	write_file(f, "a", "Gur Mbb: 13!\n%\nab\n");
	write_index(f, "a.dat", 4);
	write_file(f, "b", "not so\n");
	write_index(f, "b.dat", 3);
	write_file(f, "c", "pns\xe9\n");
	write_file(f, "c.u8", "pns\xc3\xa9\n");
	write_index(f, "c.dat", 5);
	write_file(f, "d", "no index\n");
	write_file(f, "d.dat", "short");
	assert_int_equal(load(f, ""), 5);
	expect_quote(f, 1, "The Zoo: 13!");
	expect_quote(f, 2, "no");
	expect_quote(f, 3, "not so");
	expect_quote(f, 4, "caf\xc3\xa9");
	expect_quote(f, 5, "no index");
	assert_string_equal(f->problems, "");
}

static void
the_same_in_utf8_stands_for_a_file(void **state)
{
	struct fixture *f = *state;

	write_file(f, "a", "caf\xe9\n");
	write_file(f, "a.u8", "caf\xc3\xa9\n");
	write_file(f, "a.dat", "never read");
	assert_int_equal(load(f, ""), 1);
	expect_quote(f, 1, "caf\xc3\xa9");
	assert_string_equal(f->problems, "");
}

static void
what_cannot_be_read_is_told_and_the_rest_of_a_folder_loads(void **state)
{
	struct fixture *f = *state;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s", in_folder(f, "a.u8"));
	assert_int_equal(symlink("nowhere", path), 0);
	write_file(f, "a", "one\n");
	assert_int_equal(mkdir(in_folder(f, "b"), 0700), 0);
	assert_int_equal(mkfifo(in_folder(f, "c"), 0600), 0);
	(void)snprintf(path, sizeof(path), "%s", in_folder(f, "d"));
	/* A regular file whose reading fails. */
	assert_int_equal(symlink("/proc/self/mem", path), 0);
	write_file(f, "e", "two\n");
	assert_int_equal(load(f, ""), 2);
	expect_quote(f, 1, "one");
	expect_quote(f, 2, "two");
	assert_string_equal(f->problems,
		"/a.u8:0: cannot be opened: No such file or directory\n"
		"/b:0: a folder in a folder is not entered: give it by itself\n"
		"/c:0: neither a file nor a folder\n"
		"/d:0: cannot be read: Input/output error\n");
}

static void
a_path_that_leads_nowhere_is_an_error_and_told(void **state)
{
	struct fixture *f = *state;

	write_file(f, "a", "one\n");
	assert_int_equal(load(f, "none"), -ENOENT);
	assert_int_equal(quotes_load(f->quotes, "/dev/zero", on_problem, f), -EINVAL);
	assert_string_equal(f->problems, "/none:0: cannot be opened: No such file or directory\n"
					 "/dev/zero:0: neither a file nor a folder\n");
	assert_int_equal(load(f, "a"), 1);
}

static void
a_file_longer_than_the_limit_is_not_read(void **state)
{
	struct fixture *f = *state;

	write_file(f, "a", "one\n");
	assert_int_equal(truncate(in_folder(f, "a"), (off_t)QUOTES_MAX_FILE + 1), 0);
	assert_int_equal(load(f, "a"), 0);
	assert_string_equal(f->problems, "/a:0: longer than 64 MiB, the most: left out\n");
}

static void
a_file_longer_than_it_says_is_read_whole(void **state)
{
	struct fixture *f = *state;

	/* Its size is 0 to fstat(). */
	assert_true(quotes_load(f->quotes, "/proc/self/status", on_problem, f) == 1);
	assert_true(quotes_at(f->quotes, 1)->len > 100);
}

static void
the_fortunes_of_debian_load_without_a_problem(void **state)
{
	struct fixture *f = *state;
	size_t n;

	n = (size_t)quotes_load(f->quotes, "/usr/share/games/fortunes", on_problem, f);
	assert_string_equal(f->problems, "");
	assert_int_equal(quotes_n(f->quotes), n);
	assert_true(n > 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_folder_is_its_files_in_the_order_of_their_names),
		with_fixture(an_index_beside_its_file_is_passed_over),
		with_fixture(the_indexes_of_debian_are_refused_by_name_and_content),
		with_fixture(a_file_is_not_loaded_twice_under_two_names),
		with_fixture(letters_that_strfile_rotated_are_turned_back),
		with_fixture(the_same_in_utf8_stands_for_a_file),
		with_fixture(what_cannot_be_read_is_told_and_the_rest_of_a_folder_loads),
		with_fixture(a_path_that_leads_nowhere_is_an_error_and_told),
		with_fixture(a_file_longer_than_the_limit_is_not_read),
		with_fixture(a_file_longer_than_it_says_is_read_whole),
		with_fixture(the_fortunes_of_debian_load_without_a_problem),
	};

	return kit_run(tests);
}
