/* What a run does instead of serving, with a collection that is played: what it is asked, what it
 * tells and fails with is the test's. */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/quotes_json.h"
#include "app/tasks.h"
#include "kit_cmocka.h"

enum { TEXT_CAP = 4096 };

/* What the collection does next, and what it was asked. */
static struct {
	int open_error, work_error;
	const char *told_path, *told_why; /* a problem to tell, or NULL */
	size_t told_line;
	struct quotes_imported imported;
	char asked[TEXT_CAP];
	int n_open;
} play;

static char config_path[] = "/tmp/test_tasks.XXXXXX";

SB_PRINTF(1, 2)
static void
ask(const char *format, ...)
{
	size_t len = strlen(play.asked);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(play.asked + len, sizeof(play.asked) - len, format, args);
	va_end(args);
}

static int
end(const char *about, struct sb_error *ret_error)
{
	return play.work_error ? sb_error_set(ret_error, play.work_error, "%s: played", about) : 0;
}

int
quotes_open(const char *path, struct quotes **ret_quotes, struct sb_error *ret_error)
{
	ask("open %s\n", path);
	if (play.open_error)
		return sb_error_set(ret_error, play.open_error, "%s: played", path);
	play.n_open++;
	*ret_quotes = (struct quotes *)(void *)&play;
	return 0;
}

void
quotes_close(struct quotes *quotes)
{
	assert_ptr_equal(quotes, &play);
	play.n_open--;
}

static int
import(quotes_problem_fn *problem, void *self, const char *about,
	struct quotes_imported *ret_imported, struct sb_error *ret_error)
{
	if (play.told_path)
		problem(self,
			&(struct quotes_problem){ play.told_path, play.told_line, play.told_why });
	*ret_imported = play.imported;
	return end(about, ret_error);
}

int
quotes_import_fortune(struct quotes *quotes, const char *path, int64_t now_s,
	quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	assert_ptr_equal(quotes, &play);
	ask("fortune %s at %lld\n", path, (long long)now_s);
	return import(problem, self, path, ret_imported, ret_error);
}

int
quotes_import_fortune_bytes(struct quotes *quotes, const char *name, struct sb_bytes bytes,
	int64_t now_s, quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	assert_ptr_equal(quotes, &play);
	ask("fortune bytes %s %zu '%.*s' at %lld\n", name, bytes.len,
		(int)(bytes.len < 20 ? bytes.len : 20), (const char *)bytes.ptr, (long long)now_s);
	return import(problem, self, name, ret_imported, ret_error);
}

int
quotes_import_json(struct quotes *quotes, FILE *from, const char *name, int64_t now_s,
	quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	char line[64];

	assert_ptr_equal(quotes, &play);
	assert_non_null(fgets(line, sizeof(line), from));
	line[strcspn(line, "\n")] = '\0';
	ask("json %s '%s' at %lld\n", name, line, (long long)now_s);
	return import(problem, self, name, ret_imported, ret_error);
}

int64_t
quotes_export_json(struct quotes *quotes, FILE *to, struct sb_error *ret_error)
{
	assert_ptr_equal(quotes, &play);
	assert_true(fputs("{}\n", to) >= 0);
	return play.work_error ? end("all", ret_error) : 7;
}

int
quotes_backup(struct quotes *quotes, const char *path, struct sb_error *ret_error)
{
	assert_ptr_equal(quotes, &play);
	ask("backup %s\n", path);
	return end(path, ret_error);
}

static void
write_config(const char *text)
{
	FILE *file = fopen(config_path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
set_up(void **state)
{
	(void)state;
	memset(&play, 0, sizeof(play));
	write_config("database = 'the.db' qotd { listen = 'unix:///q' }");
	return 0;
}

static int
make_config(void **state)
{
	int fd = mkstemp(config_path);

	(void)state;
	sb_testing_on_failure(kit_on_failure, NULL);
	return fd < 0 ? -1 : close(fd);
}

static int
remove_config(void **state)
{
	(void)state;
	return unlink(config_path);
}

static void
rewind_into(FILE *file, char *buf)
{
	rewind(file);
	buf[fread(buf, 1, TEXT_CAP - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
}

/* Runs it with this on standard input, and expects what it prints and ends with. */
static void
expect_run(enum options_task task, const char *const *args, const char *in, int status,
	const char *out, const char *err)
{
	char copies[4][64], *list[4], printed[TEXT_CAP];
	struct tasks_io io = { tmpfile(), tmpfile(), tmpfile(), 1700000000 };
	struct options options = { task, config_path, false, list, 0 };

	for (; *args; args++, options.n_args++) {
		(void)snprintf(copies[options.n_args], sizeof(copies[0]), "%s", *args);
		list[options.n_args] = copies[options.n_args];
	}
	assert_true(io.in && io.out && io.err);
	assert_true(fputs(in, io.in) >= 0);
	rewind(io.in);
	assert_true(tasks_has(task));
	assert_int_equal(tasks_run(&options, &io), status);
	assert_int_equal(fclose(io.in), 0);
	rewind_into(io.out, printed);
	assert_string_equal(printed, out);
	rewind_into(io.err, printed);
	assert_string_equal(printed, err);
	assert_int_equal(play.n_open, 0);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
fortune_files_are_imported_and_counted(void **state)
{
	(void)state;
	play.imported = (struct quotes_imported){ 3, 2, 0 };
	expect_run(OPTIONS_IMPORT_FORTUNE, ARGS("a", "b"), "", 0, "",
		"6 added, 4 known already, 0 skipped\n");
	assert_string_equal(
		play.asked, "open the.db\nfortune a at 1700000000\nfortune b at 1700000000\n");
}

static void
fortunes_come_from_standard_input_too(void **state)
{
	static char much[200 * 1024];

	(void)state;
	play.imported = (struct quotes_imported){ 1, 0, 0 };
	expect_run(OPTIONS_IMPORT_FORTUNE, ARGS("-"), "one\n%\ntwo\n", 0, "",
		"1 added, 0 known already, 0 skipped\n");
	assert_string_equal(play.asked,
		"open the.db\nfortune bytes standard input 10 'one\n%\ntwo\n' at 1700000000\n");
	memset(much, 'x', sizeof(much) - 1);
	play.asked[0] = '\0';
	expect_run(OPTIONS_IMPORT_FORTUNE, ARGS("-"), much, 0, "",
		"1 added, 0 known already, 0 skipped\n");
	assert_non_null(strstr(play.asked, "standard input 204799 'xxxxxxxxxxxxxxxxxxxx'"));
}

static void
json_comes_from_files_and_standard_input(void **state)
{
	(void)state;
	play.imported = (struct quotes_imported){ 1, 0, 0 };
	expect_run(OPTIONS_IMPORT_JSON, ARGS("-", config_path), "{\"text\":1}\n", 0, "",
		"2 added, 0 known already, 0 skipped\n");
	assert_non_null(strstr(play.asked, "json standard input '{\"text\":1}' at 1700000000\n"));
	assert_non_null(strstr(play.asked, "' at 1700000000\njson /tmp/test_tasks."));
}

static void
what_is_skipped_is_told_and_the_status_says_so(void **state)
{
	(void)state;
	play.imported = (struct quotes_imported){ 1, 0, 1 };
	play.told_path = "a";
	play.told_line = 12;
	play.told_why = "a quote with a NUL byte";
	expect_run(OPTIONS_IMPORT_FORTUNE, ARGS("a"), "", 1, "",
		"a:12: a quote with a NUL byte\n1 added, 0 known already, 1 skipped\n");
}

static void
what_cannot_be_opened_is_told_once_and_the_others_are_imported(void **state)
{
	(void)state;
	play.work_error = -ENOENT;
	play.told_path = "a";
	play.told_why = "no such file";
	expect_run(OPTIONS_IMPORT_FORTUNE, ARGS("a"), "", 1, "",
		"a: no such file\n0 added, 0 known already, 0 skipped\n");
	/* What was told of one is not told of the other. */
	expect_run(OPTIONS_IMPORT_FORTUNE, ARGS("a", "b"), "", 1, "",
		"a: no such file\na: no such file\nquoth: b: played\n"
		"0 added, 0 known already, 0 skipped\n");
	memset(&play, 0, sizeof(play));
	play.imported.n_added = 1;
	expect_run(OPTIONS_IMPORT_JSON, ARGS("/nonexistent", "-"), "{}\n", 1, "",
		"quoth: /nonexistent: No such file or directory\n"
		"1 added, 0 known already, 0 skipped\n");
}

static void
an_export_is_all_that_goes_to_standard_output(void **state)
{
	(void)state;
	expect_run(OPTIONS_EXPORT, ARGS(NULL), "", 0, "{}\n", "7 exported\n");
	play.work_error = -EIO;
	expect_run(OPTIONS_EXPORT, ARGS(NULL), "", 1, "{}\n", "quoth: export: all: played\n");
}

static void
a_backup_is_made_or_the_reason_told(void **state)
{
	(void)state;
	expect_run(OPTIONS_BACKUP, ARGS("copy.db"), "", 0, "", "copy.db: a copy of the database\n");
	assert_string_equal(play.asked, "open the.db\nbackup copy.db\n");
	play.work_error = -EEXIST;
	expect_run(OPTIONS_BACKUP, ARGS("copy.db"), "", 1, "", "quoth: copy.db: played\n");
}

static void
a_database_that_does_not_open_ends_it(void **state)
{
	(void)state;
	play.open_error = -EUCLEAN;
	expect_run(OPTIONS_EXPORT, ARGS(NULL), "", 1, "", "quoth: the.db: played\n");
}

static void
a_database_in_memory_is_nothing_to_work_on(void **state)
{
	char err[256];

	(void)state;
	write_config("database = '' qotd { listen = 'unix:///q' }");
	(void)snprintf(err, sizeof(err),
		"quoth: %s: database is \"\": a file should stand there to be worked on\n",
		config_path);
	expect_run(OPTIONS_EXPORT, ARGS(NULL), "", 1, "", err);
	assert_string_equal(play.asked, "");
}

static void
a_check_tells_everything_or_that_it_is_fine(void **state)
{
	char text[256];

	(void)state;
	(void)snprintf(text, sizeof(text), "%s: fine\n", config_path);
	expect_run(OPTIONS_CHECK, ARGS(NULL), "", 0, text, "");
	write_config("one = 1\ntwo = 2\nqotd { listen = 'unix:///q' }");
	(void)snprintf(text, sizeof(text), "%s:1: one: no such option\n%s:2: two: no such option\n",
		config_path, config_path);
	expect_run(OPTIONS_CHECK, ARGS(NULL), "", 1, "", text);
	/* And so nothing is done with it. */
	expect_run(OPTIONS_EXPORT, ARGS(NULL), "", 1, "", text);
	assert_string_equal(play.asked, "");
}

static void
the_rest_of_the_tasks_is_not_its_own(void **state)
{
	(void)state;
	assert_false(tasks_has(OPTIONS_RUN));
	assert_false(tasks_has(OPTIONS_SIGNALS));
	assert_false(tasks_has(OPTIONS_HELP));
	assert_false(tasks_has(OPTIONS_VERSION));
}

#define task_test(fn) cmocka_unit_test_setup(fn, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		task_test(fortune_files_are_imported_and_counted),
		task_test(fortunes_come_from_standard_input_too),
		task_test(json_comes_from_files_and_standard_input),
		task_test(what_is_skipped_is_told_and_the_status_says_so),
		task_test(what_cannot_be_opened_is_told_once_and_the_others_are_imported),
		task_test(an_export_is_all_that_goes_to_standard_output),
		task_test(a_backup_is_made_or_the_reason_told),
		task_test(a_database_that_does_not_open_ends_it),
		task_test(a_database_in_memory_is_nothing_to_work_on),
		task_test(a_check_tells_everything_or_that_it_is_fine),
		task_test(the_rest_of_the_tasks_is_not_its_own),
	};

	return cmocka_run_group_tests(tests, make_config, remove_config);
}
