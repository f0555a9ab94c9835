#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_tests/failing.h"

/* Runs fn in a process of its own, and returns its status and what it said on standard error. */
static int
status_of(void (*fn)(void), char *ret_said, size_t cap)
{
	int status, ends[2];
	ssize_t len;
	size_t n = 0;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	(void)fflush(NULL);
	pid = fork();
	if (!pid) {
		(void)dup2(ends[1], STDERR_FILENO);
		/* Seeds are what fn says, and not what this whole run was given. */
		(void)unsetenv("SIGNALBOX_SEED");
		(void)unsetenv("SIGNALBOX_SEEDS");
		fn();
		_exit(0);
	}
	(void)close(ends[1]);
	while ((len = read(ends[0], ret_said + n, cap - 1 - n)) > 0)
		n += (size_t)len;
	ret_said[n] = '\0';
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
fail_without_a_hook(void)
{
	(void)signal(SIGABRT, SIG_DFL);
	sb_testing_on_failure(NULL, NULL);
	sb_testing_fail("here:1", "because of %d", 7);
}

static void
returning_hook(void *self, const char *place, const char *text)
{
	(void)self;
	(void)place;
	(void)text;
}

static void
fail_with_a_hook_that_returns(void)
{
	(void)signal(SIGABRT, SIG_DFL);
	sb_testing_on_failure(returning_hook, NULL);
	sb_testing_fail("here:1", "because");
}

static void
crash_in_a_seed(void *self, uint64_t seed)
{
	(void)self;
	if (seed == 3)
		abort();
}

static void
crash_over_seeds(void)
{
	(void)signal(SIGABRT, SIG_DFL);
	sb_testing_each_seed(1, 5, crash_in_a_seed, NULL);
}

static void
leave_with_7(int number)
{
	(void)number;
	_exit(7);
}

static void
crash_where_somebody_catches(void)
{
	(void)signal(SIGABRT, leave_with_7);
	sb_testing_each_seed(3, 3, crash_in_a_seed, NULL);
}

static void
a_failure_without_a_hook_is_printed_and_aborts(void **state)
{
	char said[4096];
	int status = status_of(fail_without_a_hook, said, sizeof(said));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_string_equal(said, "here:1: because of 7\n");
}

static void
a_hook_that_returns_ends_the_process(void **state)
{
	char said[4096];
	int status = status_of(fail_with_a_hook_that_returns, said, sizeof(said));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
a_crash_tells_its_seed(void **state)
{
	char said[4096];
	int status = status_of(crash_over_seeds, said, sizeof(said));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(said, "seed 3; repeat with SIGNALBOX_SEED=3 "));
	assert_non_null(strstr(said, "test_failure"));
}

static void
a_crash_is_left_to_whoever_caught_it_before(void **state)
{
	char said[4096];
	int status = status_of(crash_where_somebody_catches, said, sizeof(said));

	(void)state;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_non_null(strstr(said, "seed 3; "));
}

static void
fail_at_length(void *self)
{
	char *text = self;

	sb_testing_fail("here:2", "%s", text);
}

static void
a_failure_is_told_with_its_place_and_words(void **state)
{
	char text[] = "two\nlines\n\n";

	(void)state;
	assert_string_equal(failure_of(fail_at_length, text), "here:2: two\nlines");
}

static void
expect_written(void *self)
{
	sb_tape_expect(self, "");
}

static void
write_much(void *self, struct sb_stream *stream)
{
	static char much[32768];

	(void)self;
	memset(much, 'x', sizeof(much));
	assert_int_equal(sb_stream_write(stream, (struct sb_bytes){ much, sizeof(much) }), 0);
}

static void
ignore_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self;
	(void)stream;
	(void)error;
}

static void
a_text_too_long_says_that_it_was_cut(void **state)
{
	static const struct sb_protocol protocol = { .connected = write_much,
		.closed = ignore_closed };
	struct sb_tape *tape = sb_tape_create();
	const char *said;

	(void)state;
	sb_stream_attach(sb_tape_stream(tape), &protocol, NULL);
	sb_tape_connect(tape);
	said = failure_of(expect_written, tape);
	assert_true(strlen(said) < 16384 + 256);
	assert_string_equal(said + strlen(said) - 9, "... (cut)");
	sb_stream_destroy(sb_tape_stream(tape));
	sb_tape_destroy(tape);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_failure_without_a_hook_is_printed_and_aborts),
		kit_test_bare(a_hook_that_returns_ends_the_process),
		kit_test_bare(a_crash_tells_its_seed),
		kit_test_bare(a_crash_is_left_to_whoever_caught_it_before),
		kit_test_bare(a_failure_is_told_with_its_place_and_words),
		kit_test_bare(a_text_too_long_says_that_it_was_cut),
	};

	return kit_run(tests);
}
