/* The kernel: backups, and disks that are full or may only be read. */

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/quotes_json.h"
#include "quotes_fixture.h"

/* How many files whose name begins so. */
static int
n_files(struct fixture *f, const char *name)
{
	DIR *folder = opendir(in_folder(f, ""));
	struct dirent *entry;
	int n = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		n += !strncmp(entry->d_name, name, strlen(name));
	(void)closedir(folder);
	return n;
}

static void
a_backup_is_the_whole_collection(void **state)
{
	struct fixture *f = *state;
	char path[512];
	struct quotes *copy;
	struct quote quote;
	int64_t score;

	open_file(f, "db");
	add(f, &alice, QUOTES_PUBLIC, "one");
	assert_int_equal(quotes_vote(f->quotes, &bob, 1, 1, 8, &score, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s", in_folder(f, "copy"));
	assert_int_equal(quotes_backup(f->quotes, path, &f->error), 0);
	assert_int_equal(n_files(f, "copy"), 1);
	add(f, &alice, QUOTES_PUBLIC, "two");
	assert_int_equal(quotes_open(path, &copy, &f->error), 0);
	assert_int_equal(quotes_n(copy), 1);
	assert_int_equal(quotes_get(copy, NULL, 1, &quote), 0);
	assert_int_equal(quote.score, 1);
	quotes_close(copy);
}

static void
a_backup_never_overwrites(void **state)
{
	struct fixture *f = *state;
	char path[512];

	open_file(f, "db");
	(void)snprintf(path, sizeof(path), "%s", in_folder(f, "copy"));
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(quotes_backup(f->quotes, path, &f->error), -EEXIST);
	assert_int_equal(n_files(f, "copy"), 1);
	assert_int_equal(quotes_backup(f->quotes, in_folder(f, "none/copy"), &f->error), -ENOENT);
}

/* A disk that is full: a file may not grow beyond a limit. */
static void
a_full_disk_takes_nothing_and_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, limit;
	char text[4096];
	int64_t id;
	int i, code = 0;

	open_file(f, "db");
	add(f, &alice, QUOTES_PUBLIC, "first");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){ 1024 * 1024, before.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	memset(text, 'x', sizeof(text));
	for (i = 0; !code && i < 1000; i++) {
		(void)snprintf(text + sizeof(text) - 8, 8, "%d", i);
		code = quotes_add(
			f->quotes, &alice, &(struct quotes_new){ .text = text }, 7, &id, &f->error);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(code == -ENOSPC || code == -EIO);
	assert_int_equal(quotes_n(f->quotes), i);
	open_file(f, "db");
	assert_int_equal(quotes_n(f->quotes), i);
	expect_quote(f, 1, "first");
	assert_int_equal(add(f, &alice, QUOTES_PUBLIC, "after"), i + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_backup_is_the_whole_collection),
		with_fixture(a_backup_never_overwrites),
		with_fixture(a_full_disk_takes_nothing_and_loses_nothing),
	};

	return kit_run(tests);
}
