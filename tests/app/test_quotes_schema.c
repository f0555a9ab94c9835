/* The kernel: the file of the database, and what may be wrong with it. */

#include <sqlite3.h>

#include "quotes_fixture.h"

static void
run_sql(struct fixture *f, const char *name, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(in_folder(f, name), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
expect_refused(struct fixture *f, const char *name, int code, const char *why)
{
	struct quotes *quotes;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s", in_folder(f, name));
	assert_int_equal(quotes_open(path, &quotes, &f->error), code);
	assert_null(quotes);
	assert_memory_equal(f->error.text, path, strlen(path));
	assert_string_equal(f->error.text + strlen(path), why);
}

static void
what_was_added_is_there_when_it_is_opened_again(void **state)
{
	struct fixture *f = *state;

	open_file(f, "db");
	add(f, &alice, QUOTES_PUBLIC, "one");
	open_file(f, "db");
	expect_quote(f, 1, "one");
	assert_int_equal(quotes_n(f->quotes), 1);
}

static void
an_empty_file_becomes_a_database(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(in_folder(f, "db"), "w");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	open_file(f, "db");
	assert_int_equal(quotes_n(f->quotes), 0);
}

static void
a_later_schema_is_refused(void **state)
{
	struct fixture *f = *state;

	open_file(f, "db");
	run_sql(f, "db", "PRAGMA user_version = 99");
	expect_refused(f, "db", -ENOTSUP,
		": made by a later version of Quoth (schema 99, this one knows 1)");
}

static void
another_programs_database_is_refused_and_not_changed(void **state)
{
	struct fixture *f = *state;

	run_sql(f, "db", "CREATE TABLE t (x)");
	expect_refused(f, "db", -EUCLEAN, ": a database of another program, not of quotes");
	run_sql(f, "db", "PRAGMA application_id = 7; DROP TABLE t");
	expect_refused(f, "db", -EUCLEAN, ": a database of another program, not of quotes");
	run_sql(f, "db", "CREATE TABLE collection (x)");
}

static void
what_is_no_database_is_refused(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(in_folder(f, "db"), "w");
	int i;

	assert_non_null(file);
	for (i = 0; i < 1000; i++)
		assert_true(fputs("no database ", file) >= 0);
	assert_int_equal(fclose(file), 0);
	expect_refused(f, "db", -EUCLEAN, ": the database is damaged, or no database of quotes");
}

static void
a_path_that_leads_nowhere_is_told(void **state)
{
	struct fixture *f = *state;
	struct quotes *quotes;

	assert_int_equal(quotes_open(in_folder(f, "none/db"), &quotes, &f->error), -ENOENT);
	assert_int_equal(quotes_open(in_folder(f, ""), &quotes, &f->error), -EISDIR);
}

static void
a_damaged_page_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct quote quote;
	char text[32];
	FILE *file;
	int i, code = 0;

	open_file(f, "db");
	for (i = 0; i < 500; i++) {
		(void)snprintf(text, sizeof(text), "quote number %d", i);
		add(f, &alice, QUOTES_PUBLIC, text);
	}
	quotes_close(f->quotes);
	f->quotes = NULL;
	file = fopen(in_folder(f, "db"), "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
	for (i = 0; i < 30 * 4096; i++)
		assert_true(fputc(0xa5, file) != EOF);
	assert_int_equal(fclose(file), 0);
	code = quotes_open(in_folder(f, "db"), &f->quotes, &f->error);
	for (i = 1; !code && i <= 500; i++)
		code = quotes_get(f->quotes, &everywhere, i, &quote);
	assert_int_equal(code, -EUCLEAN);
}

static void
two_handles_see_what_the_other_did(void **state)
{
	struct fixture *f = *state;
	struct fixture other = { 0 };
	struct quote quote;

	open_file(f, "db");
	assert_int_equal(quotes_open(in_folder(f, "db"), &other.quotes, NULL), 0);
	assert_int_equal(add(f, &alice, QUOTES_PUBLIC, "one"), 1);
	assert_int_equal(add(&other, &alice, QUOTES_PUBLIC, "two"), 2);
	expect_quote(f, 2, "two");
	expect_quote(&other, 1, "one");
	assert_int_equal(quotes_n(f->quotes), 2);
	assert_int_equal(quotes_of_day(f->quotes, 5, 1, NULL, NULL, &quote), 0);
	assert_int_equal(quotes_of_day(other.quotes, 5, 999, NULL, NULL, &quote), 0);
	quotes_close(other.quotes);
}

static void
who_finds_it_locked_is_told_after_a_while(void **state)
{
	struct fixture *f = *state;
	int64_t id;
	sqlite3 *db;

	open_file(f, "db");
	assert_int_equal(sqlite3_open(in_folder(f, "db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(quotes_add(f->quotes, &alice, &(struct quotes_new){ .text = "x" }, 1, &id,
				 &f->error),
		-EBUSY);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(add(f, &alice, QUOTES_PUBLIC, "x"), 1);
}

/* What would be written there would be gone with the process. */
static void
nothing_is_added_to_a_file_that_is_not_there_any_more(void **state)
{
	struct fixture *f = *state;
	const struct quotes_new quote = { .text = "x" };
	struct quote quote_of_day;
	struct quotes_state now;
	char away[512];
	int64_t id;

	open_file(f, "db");
	add(f, &alice, QUOTES_PUBLIC, "one");
	(void)snprintf(away, sizeof(away), "%s", in_folder(f, "away"));
	assert_int_equal(rename(in_folder(f, "db"), away), 0);
	assert_int_equal(quotes_add(f->quotes, &alice, &quote, 1, &id, &f->error), -ESTALE);
	assert_non_null(strstr(f->error.text, "/db: the file of the database was moved"));
	assert_int_equal(quotes_delete(f->quotes, &alice, 1, 1, &f->error), -ESTALE);
	assert_int_equal(quotes_state(f->quotes, &now), -ESTALE);
	expect_quote(f, 1, "one");
	/* The quote of the day goes by the day, then, whatever the chance. */
	assert_int_equal(quotes_of_day(f->quotes, 7, 1, NULL, NULL, &quote_of_day), 0);
	assert_int_equal(quote_of_day.id, 1);
	assert_int_equal(rename(away, in_folder(f, "db")), 0);
	assert_int_equal(add(f, &alice, QUOTES_PUBLIC, "x"), 2);
	assert_int_equal(quotes_state(f->quotes, &now), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(what_was_added_is_there_when_it_is_opened_again),
		with_fixture(an_empty_file_becomes_a_database),
		with_fixture(a_later_schema_is_refused),
		with_fixture(another_programs_database_is_refused_and_not_changed),
		with_fixture(what_is_no_database_is_refused),
		with_fixture(a_path_that_leads_nowhere_is_told),
		with_fixture(a_damaged_page_is_an_error),
		with_fixture(two_handles_see_what_the_other_did),
		with_fixture(who_finds_it_locked_is_told_after_a_while),
		with_fixture(nothing_is_added_to_a_file_that_is_not_there_any_more),
	};

	return kit_run(tests);
}
