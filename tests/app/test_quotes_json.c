/* The kernel: JSON Lines, and times as they write them. */

#include "app/quotes_json.h"
#include "quotes_fixture.h"

/* What is exported; the caller frees it. */
static char *export(struct quotes *quotes)
{
	struct sb_error error;
	size_t len;
	char *text;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	assert_true(quotes_export_json(quotes, to, &error) >= 0);
	assert_int_equal(fclose(to), 0);
	return text;
}

static int
import(struct fixture *f, const char *text)
{
	FILE *from = tmpfile();
	int code;

	assert_non_null(from);
	assert_true(fputs(text, from) >= 0);
	rewind(from);
	code = quotes_import_json(
		f->quotes, from, "lines", 7, on_problem, f, &f->imported, &f->error);
	(void)fclose(from);
	return code;
}

/* As a network that does not know UTF-8 has them. */
static void
names_that_are_not_utf_8_are_exported_as_iso_8859_1(void **state)
{
	static const struct quotes_person emile = { { "libera", "#caf\xe9", false }, "\xc9mile",
		"\xe9@h", false };
	struct fixture *f = *state;
	int64_t score;
	char *text;

	add(f, &emile, QUOTES_PUBLIC, "one");
	assert_int_equal(quotes_vote(f->quotes, &emile, 1, 1, 8, &score, NULL), 0);
	text = export(f->quotes);
	assert_non_null(strstr(text, "\"by\":\"\xc3\x89mile\""));
	assert_non_null(strstr(text, "\"channel\":\"#caf\xc3\xa9\""));
	assert_non_null(strstr(text, "\"key\":\"\xc3\xa9@h\""));
	assert_non_null(strstr(text, "\"name\":\"\xc3\x89mile\""));
	free(text);
}

static void
an_export_imported_makes_the_same_again(void **state)
{
	struct fixture *f = *state;
	char *first, *second;
	int64_t score, id;

	add(f, &alice, QUOTES_CHANNEL, "one\ntwo \"quoted\" \\ \xe2\x82\xac");
	add(f, &bob, QUOTES_PUBLIC, "one\ntwo \"quoted\" \\ \xe2\x82\xac");
	read_text(f, "   indented\n%\nend\n");
	add(f, &alice, QUOTES_NETWORK, "gone");
	assert_int_equal(quotes_undo(f->quotes, &alice, 1000, &id, NULL), 0);
	add(f, &alice, QUOTES_NETWORK, "net");
	assert_int_equal(quotes_vote(f->quotes, &alice, 2, 1, 8, &score, NULL), 0);
	assert_int_equal(quotes_vote(f->quotes, &bob, 2, -1, 9, &score, NULL), 0);
	assert_int_equal(quotes_vote(f->quotes, &bob, 3, -1, 9, &score, NULL), 0);
	assert_int_equal(quotes_delete(f->quotes, &moderator, 3, 9, NULL), 0);
	first = export(f->quotes);
	quotes_close(f->quotes);
	assert_int_equal(quotes_open(NULL, &f->quotes, NULL), 0);
	assert_int_equal(import(f, first), 0);
	assert_string_equal(f->problems, "");
	assert_int_equal(f->imported.n_added, 5);
	second = export(f->quotes);
	assert_string_equal(first, second);
	assert_int_equal(quotes_n(f->quotes), 4);
	assert_int_equal(import(f, first), 0);
	assert_int_equal(f->imported.n_known, 5);
	free(first);
	free(second);
	/* A voter is known again. */
	assert_int_equal(quotes_vote(f->quotes, &bob, 2, -1, 9, &score, NULL), -EALREADY);
}

static void
a_line_is_all_that_is_known(void **state)
{
	struct fixture *f = *state;
	int64_t score;
	char *text;

	add(f, &alice, QUOTES_PUBLIC, "one");
	assert_int_equal(quotes_vote(f->quotes, &bob, 1, 1, 0, &score, NULL), 0);
	text = export(f->quotes);
	assert_string_equal(text,
		"{\"id\":1,\"text\":\"one\",\"added\":\"1970-01-01T00:16:40Z\",\"by\":\"Alice\","
		"\"network\":\"libera\",\"channel\":\"#c\",\"visibility\":\"public\",\"source\":"
		"\"\","
		"\"deleted\":false,\"score\":1,\"key\":\"alice@a\",\"votes\":[{\"key\":\"bob@b\","
		"\"name\":\"Bob\",\"vote\":1,\"voted\":\"1970-01-01T00:00:00Z\"}]}\n");
	free(text);
}

static void
only_the_text_is_needed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		import(f, "{\"text\":\"one\"}\n\n{\"text\":\"ONE\"}\r\n{\"text\":\"two\"}"), 0);
	assert_int_equal(f->imported.n_added, 2);
	assert_int_equal(f->imported.n_known, 1);
	expect_quote(f, 2, "two");
	assert_int_equal(get(f, 2).added_s, 0);
	assert_string_equal(f->problems, "");
}

static void
an_id_says_which_quote_it_is_whatever_others_hold(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		import(f, "{\"text\":\"one\",\"id\":5}\n{\"text\":\"ONE\",\"id\":3}\n"), 0);
	assert_int_equal(f->imported.n_added, 2);
	expect_quote(f, 3, "ONE");
}

static void
what_is_wrong_with_a_line_leaves_it_out_and_is_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(import(f, "{\"text\":\"one\",\"id\":5,\"colour\":1}\n"
				   "[]\n"
				   "{\"text\":7}\n"
				   "{}\n"
				   "{\"text\":\" \"}\n"
				   "{\"text\":\"a\\u0000b\"}\n"
				   "{\"text\":\"x\",\"id\":0}\n"
				   "{\"text\":\"x\",\"id\":5}\n"
				   "{\"text\":\"x\",\"added\":\"yesterday\"}\n"
				   "{\"text\":\"x\",\"visibility\":\"secret\"}\n"
				   "{\"text\":\"x\",\"deleted\":1}\n"
				   "{\"text\":\"x\",\"votes\":[1]}\n"
				   "{\"text\":\"x\",\"votes\":[{\"key\":\"a\",\"vote\":2}]}\n"
				   "{\"text\":\"last\"}\n"),
		0);
	assert_int_equal(f->imported.n_added, 2);
	assert_int_equal(f->imported.n_skipped, 12);
	assert_string_equal(f->problems,
		"lines:1: a member that is not known, \"colour\", is passed over\n"
		"lines:2: must be an object, {\"text\":\"...\"}: left out\n"
		"lines:3: \"text\" must be a string: left out\n"
		"lines:4: \"text\" is missing, a string: left out\n"
		"lines:5: a quote without a text: left out\n"
		"lines:6: a quote holds no NUL byte: left out\n"
		"lines:7: \"id\" must be above 0: left out\n"
		"lines:8: its \"id\" was used by another quote: left out\n"
		"lines:9: \"added\" must be like \"2026-11-21T12:00:00Z\": left out\n"
		"lines:10: \"visibility\" must be \"public\", \"network\" or \"channel\": left "
		"out\n"
		"lines:11: \"deleted\" must be true or false: left out\n"
		"lines:12: a vote must be an object: left out\n"
		"lines:13: \"vote\" must be 1 or -1: left out\n");
	expect_quote(f, 5, "one");
	expect_quote(f, 6, "last");
}

static void
what_is_no_json_is_told_with_its_column(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(import(f, "{\"text\":\"one\"}\n{\"text\" \"x\"}\n"), 0);
	assert_memory_equal(f->problems, "lines:2: no JSON, column 11: ", 29);
	assert_int_equal(f->imported.n_added, 1);
	assert_int_equal(f->imported.n_skipped, 1);
}

static void
an_export_that_cannot_be_written_is_an_error(void **state)
{
	struct fixture *f = *state;
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	add(f, &alice, QUOTES_PUBLIC, "one");
	assert_int_equal(quotes_export_json(f->quotes, full, &f->error), -ENOSPC);
	(void)fclose(full);
}

static void
times_are_written_and_read(void **state)
{
	static const struct {
		int64_t time_s;
		const char *text;
	} times[] = { { 0, "1970-01-01T00:00:00Z" }, { -1, "1969-12-31T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" }, { 951868800, "2000-03-01T00:00:00Z" },
		{ 1795262400, "2026-11-21T12:00:00Z" }, { 4107542400, "2100-03-01T00:00:00Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(-62167219200), "0000-01-01T00:00:00Z" } };
	static const char *const wrong[] = { "", "2026-11-21", "2026-11-21T12:00:00",
		"2026-13-21T12:00:00Z", "2026-02-29T12:00:00Z", "2026-11-21T24:00:00Z",
		"2026-11-21 12:00:00Z", "2026-11-00T12:00:00Z", "+026-11-21T12:00:00Z",
		"2026-11-21T12:00:00Zz" };
	char text[QUOTES_TIME_CAP];
	int64_t time_s, step;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		quotes_time(times[i].time_s, text);
		assert_string_equal(text, times[i].text);
		assert_int_equal(quotes_parse_time(text, &time_s), 0);
		assert_true(time_s == times[i].time_s);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(quotes_parse_time(wrong[i], &time_s), -EINVAL);
	for (step = INT64_C(-62167219200); step < INT64_C(253402300799); step += 86399 * 17) {
		quotes_time(step, text);
		assert_int_equal(quotes_parse_time(text, &time_s), 0);
		assert_true(time_s == step);
	}
	quotes_time(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	quotes_time(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(names_that_are_not_utf_8_are_exported_as_iso_8859_1),
		with_fixture(an_export_imported_makes_the_same_again),
		with_fixture(a_line_is_all_that_is_known),
		with_fixture(only_the_text_is_needed),
		with_fixture(an_id_says_which_quote_it_is_whatever_others_hold),
		with_fixture(what_is_wrong_with_a_line_leaves_it_out_and_is_told),
		with_fixture(what_is_no_json_is_told_with_its_column),
		with_fixture(an_export_that_cannot_be_written_is_an_error),
		with_fixture(times_are_written_and_read),
	};

	return kit_run(tests);
}
