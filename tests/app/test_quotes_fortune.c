/* The kernel: the text of fortune files, files and folders. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quotes_fixture.h"

/* Bytes. */

static void
a_percent_sign_alone_on_a_line_parts_two_quotes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "one\n%\ntwo\nlines\n%\n100%\n%of it\n% \nend\n"), 3);
	expect_quote(f, 1, "one");
	expect_quote(f, 2, "two\nlines");
	expect_quote(f, 3, "100%\n%of it\n% \nend");
	assert_int_equal(get(f, 3).n_lines, 4);
	assert_string_equal(get(f, 3).source, "mem");
	assert_string_equal(f->problems, "");
}

static void
the_last_quote_needs_no_separator_and_no_line_end(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "one\n%\ntwo"), 2);
	assert_int_equal(read_text(f, "three\n%"), 1);
	assert_int_equal(read_text(f, "four\n%\n"), 1);
	expect_quote(f, 2, "two");
	expect_quote(f, 3, "three");
	expect_quote(f, 4, "four");
	assert_string_equal(f->problems, "");
}

static void
line_ends_with_a_return_are_line_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "one\r\nline\r\n%\r\ntwo\r\n%\r\n"), 2);
	expect_quote(f, 1, "one\nline");
	expect_quote(f, 2, "two");
	assert_int_equal(get(f, 1).n_lines, 2);
}

static void
empty_quotes_count_for_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "%\n%\n\n  \t\n%\n\n   indented\n\nlast  \n\n%\n%"), 1);
	expect_quote(f, 1, "   indented\n\nlast");
	assert_string_equal(f->problems, "");
}

static void
a_byte_order_mark_is_no_part_of_a_quote(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "\xef\xbb\xbfone\n"), 1);
	expect_quote(f, 1, "one");
}

static void
a_quote_with_a_nul_is_left_out_and_told_with_its_line(void **state)
{
	static const char text[] = "one\n%\ntwo\nb\0d\n%\nthree\n%\nfour\n\0";
	struct fixture *f = *state;

	assert_int_equal(read_bytes(f, text, sizeof(text) - 1), 2);
	expect_quote(f, 1, "one");
	expect_quote(f, 2, "three");
	assert_string_equal(f->problems, "mem:4: a NUL byte: the quote is left out\n"
					 "mem:9: a NUL byte: the quote is left out\n");
}

static void
a_quote_that_is_not_utf8_is_read_as_latin1_and_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "gar\xc3\xa7on\n%\n\nun\ncaf\xe9 \xff\n%\nthree\n"), 3);
	expect_quote(f, 1, "gar\xc3\xa7on");
	expect_quote(f, 2, "un\ncaf\xc3\xa9 \xc3\xbf");
	expect_quote(f, 3, "three");
	assert_string_equal(f->problems, "mem:5: not UTF-8: the quote is read as ISO 8859-1\n");
}

static void
a_quote_longer_than_the_limit_is_left_out_and_told(void **state)
{
	struct fixture *f = *state;
	size_t at, len = QUOTES_MAX_QUOTE;
	char *text = malloc(len + 32);

	assert_non_null(text);
	at = (size_t)sprintf(text, "one\n%%\n");
	memset(text + at, 'x', len);
	memcpy(text + at + len, "\n%\ntwo\n", 7);
	assert_int_equal(read_bytes(f, text, at + len + 7), 3);
	assert_int_equal(get(f, 2).len, len);
	text[at + len] = 'x';
	memcpy(text + at + len + 1, "\n%\nsix\n", 7);
	assert_int_equal(read_bytes(f, text, at + len + 8), 1);
	assert_string_equal(
		f->problems, "mem:3: a quote of 65537 bytes is left out: the most is 65536\n");
	expect_quote(f, 4, "six");
	free(text);
}

static void
an_index_of_strfile_is_refused(void **state)
{
	static const char header[24] = { 0, 0, 0, 2, 0, 0, 0, 1, [20] = '%' };
	struct fixture *f = *state;

	assert_int_equal(read_bytes(f, header, sizeof(header)), 0);
	assert_string_equal(f->problems, "mem:0: an index made by strfile, not a file of quotes\n");
}

static void
a_file_without_quotes_is_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, ""), 0);
	assert_int_equal(read_text(f, "%\n%\n"), 0);
	assert_string_equal(f->problems, "mem:0: no quotes in it\nmem:0: no quotes in it\n");
}

/* Files and folders. */

static void
write_file(struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(in_folder(f, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
load_path(struct fixture *f, const char *path)
{
	int code =
		quotes_import_fortune(f->quotes, path, 7, on_problem, f, &f->imported, &f->error);

	return code ? code : (int)f->imported.n_added;
}

static int
load(struct fixture *f, const char *name)
{
	return load_path(f, in_folder(f, name));
}

static void
a_folder_is_its_files_in_the_order_of_their_names(void **state)
{
	struct fixture *f = *state;
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
	assert_string_equal(get(f, 2).source, in_folder(f, "a"));
	assert_int_equal(get(f, 2).added_s, 7);
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

	assert_int_equal(load_path(f, "/usr/share/games/fortunes/art.dat"), 0);
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
	assert_int_equal(load_path(f, "/dev/zero"), -EINVAL);
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
	assert_true(load_path(f, "/proc/self/status") == 1);
	assert_true(get(f, 1).len > 100);
}

static void
the_fortunes_of_debian_load_without_a_problem(void **state)
{
	struct fixture *f = *state;
	size_t n;

	n = (size_t)load_path(f, "/usr/share/games/fortunes");
	assert_string_equal(f->problems, "");
	assert_int_equal(quotes_n(f->quotes), n);
	assert_true(n > 10000);
}

static void
a_file_that_is_as_it_was_is_passed_over(void **state)
{
	struct fixture *f = *state;

	open_file(f, "db");
	write_file(f, "a", "one\n%\ntwo\n");
	assert_int_equal(load(f, "a"), 2);
	open_file(f, "db");
	assert_int_equal(load(f, "a"), 0);
	assert_int_equal(f->imported.n_known, 2);
	write_file(f, "a", "one\n%\ntwo\n%\nthree\n");
	assert_int_equal(load(f, "a"), 1);
	assert_int_equal(f->imported.n_known, 2);
}

static void
problems_are_told_each_time(void **state)
{
	struct fixture *f = *state;

	write_file(f, "a", "caf\xe9\n");
	assert_int_equal(load(f, "a"), 1);
	assert_int_equal(load(f, "a"), 0);
	assert_string_equal(f->problems, "/a:1: not UTF-8: the quote is read as ISO 8859-1\n"
					 "/a:1: not UTF-8: the quote is read as ISO 8859-1\n");
}

static void
a_deleted_quote_does_not_come_back_with_its_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "one\n%\ntwo\n"), 2);
	assert_int_equal(quotes_delete(f->quotes, &moderator, 1, 8, NULL), 0);
	assert_int_equal(read_text(f, "ONE\n%\n two\n"), 1);
	assert_int_equal(f->imported.n_known, 1);
	assert_int_equal(quotes_n(f->quotes), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_percent_sign_alone_on_a_line_parts_two_quotes),
		with_fixture(the_last_quote_needs_no_separator_and_no_line_end),
		with_fixture(line_ends_with_a_return_are_line_ends),
		with_fixture(empty_quotes_count_for_nothing),
		with_fixture(a_byte_order_mark_is_no_part_of_a_quote),
		with_fixture(a_quote_with_a_nul_is_left_out_and_told_with_its_line),
		with_fixture(a_quote_that_is_not_utf8_is_read_as_latin1_and_told),
		with_fixture(a_quote_longer_than_the_limit_is_left_out_and_told),
		with_fixture(an_index_of_strfile_is_refused),
		with_fixture(a_file_without_quotes_is_told),
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
		with_fixture(a_file_that_is_as_it_was_is_passed_over),
		with_fixture(problems_are_told_each_time),
		with_fixture(a_deleted_quote_does_not_come_back_with_its_file),
	};

	return kit_run(tests);
}
