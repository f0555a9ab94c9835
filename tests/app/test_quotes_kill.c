/* The kernel: what was answered is there, whenever the process is killed. */

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quotes_fixture.h"

enum { ROUNDS = 40, MOST_ANSWERS = 60 };

/* What the child says it has done. */
struct answer {
	int64_t id;
	enum { ADDED, VOTED, DELETED } what;
};

static void
say(int fd, int64_t id, int what)
{
	struct answer answer;

	memset(&answer, 0, sizeof(answer));
	answer.id = id;
	answer.what = what;
	if (write(fd, &answer, sizeof(answer)) != sizeof(answer))
		_exit(1);
}

/* Adds for ever; votes for every second, deletes every third. */
static void
work(const char *path, int round, int fd)
{
	struct quotes *quotes;
	char text[64];
	int64_t id, score, i;

	if (quotes_open(path, &quotes, NULL))
		_exit(2);
	for (i = 0;; i++) {
		(void)snprintf(text, sizeof(text), "round %d quote %lld", round, (long long)i);
		if (quotes_add(quotes, &alice, &(struct quotes_new){ .text = text }, 7, &id, NULL))
			_exit(3);
		say(fd, id, ADDED);
		if (i % 2 == 0) {
			if (quotes_vote(quotes, &bob, id, 1, 7, &score, NULL))
				_exit(4);
			say(fd, id, VOTED);
		}
		if (i % 3 == 0) {
			if (quotes_delete(quotes, &alice, id, 7, NULL))
				_exit(5);
			say(fd, id, DELETED);
		}
	}
}

/* Kills the child after so many answers; those that were on their way count as well. */
static size_t
kill_after(const char *path, int round, size_t n_before, struct answer *answers, size_t cap)
{
	struct answer answer;
	size_t n = 0;
	pid_t child;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		close(fds[0]);
		work(path, round, fds[1]);
	}
	close(fds[1]);
	while (read(fds[0], &answer, sizeof(answer)) == sizeof(answer)) {
		if (n < cap)
			answers[n++] = answer;
		if (n == n_before)
			assert_int_equal(kill(child, SIGKILL), 0);
	}
	close(fds[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return n;
}

static void
expect_sound(const char *path)
{
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
	(void)sqlite3_finalize(statement);
	/* The words that are looked for are those of the texts. */
	assert_int_equal(
		sqlite3_exec(db, "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
expect_answered(struct fixture *f, const struct answer *answers, size_t n)
{
	struct quote quote;
	size_t i;

	for (i = 0; i < n; i++) {
		quote = get(f, answers[i].id);
		if (answers[i].what == VOTED)
			assert_int_equal(quote.score, 1);
		if (answers[i].what == DELETED)
			assert_true(quote.is_deleted);
	}
}

static void
what_was_answered_outlives_a_kill(void **state)
{
	struct answer answers[8 * MOST_ANSWERS];
	struct fixture *f = *state;
	uint64_t random = sb_testing_seed();
	size_t n, n_all = 0;
	char path[512];
	int round;

	(void)snprintf(path, sizeof(path), "%s", in_folder(f, "db"));
	for (round = 0; round < ROUNDS; round++) {
		random = random * UINT64_C(6364136223846793005) + 1;
		quotes_close(f->quotes);
		f->quotes = NULL;
		n = kill_after(path, round, 1 + (random >> 33) % MOST_ANSWERS, answers,
			sizeof(answers) / sizeof(answers[0]));
		assert_true(n > 0);
		open_file(f, "db");
		expect_answered(f, answers, n);
		n_all += n;
	}
	expect_sound(path);
	print_message("%d processes killed, %zu answers, all kept\n", ROUNDS, n_all);
}

/* Two processes that add at once. */
static void
two_processes_add_at_once(void **state)
{
	struct fixture *f = *state;
	char path[512], text[64];
	int64_t id, n;
	int i, status;
	pid_t child;

	open_file(f, "db");
	(void)snprintf(path, sizeof(path), "%s", in_folder(f, "db"));
	quotes_close(f->quotes);
	f->quotes = NULL;
	child = fork();
	assert_true(child >= 0);
	assert_int_equal(quotes_open(path, &f->quotes, NULL), 0);
	for (i = 0; i < 100; i++) {
		(void)snprintf(text, sizeof(text), "%s %d", child ? "parent" : "child", i);
		if (quotes_add(f->quotes, &alice, &(struct quotes_new){ .text = text }, 7, &id,
			    NULL)) {
			if (!child)
				_exit(1);
			fail();
		}
	}
	if (!child) {
		quotes_close(f->quotes);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	n = quotes_n(f->quotes);
	assert_int_equal(n, 200);
	expect_sound(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(what_was_answered_outlives_a_kill),
		with_fixture(two_processes_add_at_once),
	};

	return kit_run(tests);
}
