#include "kit_tests/tape_user.h"

static void
expect_nothing(void *self)
{
	sb_tape_expect(self, "");
}

static void
expect_line(void *self)
{
	sb_tape_expect_line(self, "NICK bob");
}

static void
seek_ping(void *self)
{
	sb_tape_seek(self, "PING");
}

static void
other_bytes_are_failures_that_show_both(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	assert_fails(expect_line, user.tape, "(nothing)");
	assert_fails(seek_ping, user.tape, "    PING\n");
	write_now(&user, "NICK bob\nwith \x01\\");
	assert_fails(expect_nothing, user.tape,
		"expected to be written\n    (nothing)\nbut what was written and not yet expected "
		"is\n    NICK bob\\n\n    with \\x01\\\\");
	assert_fails(expect_line, user.tape, "as a line with \\r\\n\n    NICK bob\nbut");
	assert_fails(seek_ping, user.tape, "somewhere in what is written");
	end(&user);
}

static void
feed_within(struct user *user)
{
	sb_tape_feed(user->tape, "more");
}

static void
feed(void *self)
{
	sb_tape_feed(self, "text");
}

static void
connect_again(void *self)
{
	sb_tape_connect(self);
}

static void
end_again(void *self)
{
	sb_tape_end(self);
}

static void
split_too_far(void *self)
{
	sb_tape_feed_split(self, "ab", 3);
}

static void
destroy_tape(void *self)
{
	sb_tape_destroy(self);
}

static void
expect_over(void *self)
{
	sb_tape_expect_over(self, -ECONNRESET);
}

static void
driving_a_tape_that_cannot_be_driven_is_a_failure(void **state)
{
	struct sb_tape *bare = sb_tape_create();
	struct user user;

	(void)state;
	assert_fails(connect_again, bare, "sb_tape_connect() before a protocol is attached");
	sb_tape_destroy(bare);
	attach(&user, &protocol);
	assert_fails(feed, user.tape, "sb_tape_feed() before sb_tape_connect()");
	sb_tape_connect(user.tape);
	assert_fails(connect_again, user.tape, "on a tape that is connected");
	assert_fails(split_too_far, user.tape, "cannot split 2 bytes at 3");
	assert_fails(expect_over, user.tape, "expected the stream to be over");
	sb_tape_end(user.tape);
	assert_fails(feed, user.tape, "sb_tape_feed() after sb_tape_end()");
	assert_fails(end_again, user.tape, "sb_tape_end() after sb_tape_end()");
	assert_fails(destroy_tape, user.tape, "the protocol still has this tape's stream");
	sb_stream_destroy(user.stream);
	assert_fails(feed, user.tape, "sb_tape_feed() on a tape that is over");
	assert_fails(expect_over, user.tape, "it ended with Software caused connection abort");
	end(&user);
}

static void
driving_a_tape_within_its_callback_is_a_failure(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	when(&user, "d", feed_within);
	assert_fails(feed, user.tape, "sb_tape_feed() within a callback of the same tape");
	end(&user);
}

static void
use_write(void *self)
{
	(void)sb_stream_write(self, sb_bytes_of("x"));
}

static void
use_close(void *self)
{
	sb_stream_close(self);
}

static void
use_destroy(void *self)
{
	sb_stream_destroy(self);
}

static void
using_a_stream_after_its_end_is_a_failure_of_the_tape(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_break(user.tape, -ECONNRESET);
	assert_fails(use_write, user.stream, "sb_stream_write() on a stream that is over");
	assert_fails(use_close, user.stream, "sb_stream_close() on a stream that is over");
	assert_fails(use_destroy, user.stream, "sb_stream_destroy() on a stream that is over");
	assert_fails(use_destroy, user.stream, "tests/kit_tests/tape_user.h:");
	end(&user);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(other_bytes_are_failures_that_show_both),
		kit_test(driving_a_tape_that_cannot_be_driven_is_a_failure),
		kit_test(driving_a_tape_within_its_callback_is_a_failure),
		kit_test(using_a_stream_after_its_end_is_a_failure_of_the_tape),
	};

	return kit_run(tests);
}
