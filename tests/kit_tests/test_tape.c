#include "kit_tests/tape_user.h"

/* ---- Reading ---- */

static void
what_is_fed_arrives_in_one_piece(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_feed(user.tape, "one");
	sb_tape_feed_line(user.tape, "two");
	sb_tape_feed_bytes(user.tape, (struct sb_bytes){ "three", 2 });
	sb_tape_feed(user.tape, "");
	assert_string_equal(user.told, "data one.data two\r\n.data th.");
	end(&user);
}

static void
every_byte_or_two_parts_may_be_pieces(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_feed_by_byte(user.tape, "abc");
	sb_tape_feed_split(user.tape, "hello", 2);
	sb_tape_feed_split(user.tape, "hello", 0);
	sb_tape_feed_split(user.tape, "hello", 5);
	assert_string_equal(
		user.told, "data a.data b.data c.data he.data llo.data hello.data hello.");
	end(&user);
}

static void
a_paused_stream_holds_what_is_fed_and_the_end(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	when(&user, "d", pause_it);
	sb_tape_feed_split(user.tape, "abc", 1);
	assert_string_equal(user.told, "data a.");
	sb_tape_feed(user.tape, "def");
	sb_tape_end(user.tape);
	assert_string_equal(user.told, "data a.");
	sb_stream_resume(user.stream);
	assert_string_equal(user.told, "data a.");
	sb_tape_turn(user.tape);
	assert_string_equal(user.told, "data a.data bcdef.ended.");
	end(&user);
}

static void
what_is_left_when_the_protocol_closes_is_dropped(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	when(&user, "d", close_it);
	sb_tape_feed_by_byte(user.tape, "abc");
	assert_string_equal(user.told, "data a.x 0.");
	sb_tape_expect_over(user.tape, 0);
	end(&user);
}

/* ---- Ending ---- */

static void
the_end_of_the_peer_closes_a_protocol_that_does_not_ask(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol_without_ended);
	sb_tape_end(user.tape);
	assert_string_equal(user.told, "x 0.");
	sb_tape_expect_over(user.tape, 0);
	end(&user);
}

static void
a_protocol_may_write_after_the_end_of_the_peer(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	when(&user, "e", write_hello);
	sb_tape_end(user.tape);
	sb_tape_expect(user.tape, "hello");
	sb_stream_shutdown(user.stream);
	assert_string_equal(user.told, "ended.");
	sb_tape_turn(user.tape);
	assert_string_equal(user.told, "ended.x 0.");
	end(&user);
}

static void
after_a_shutdown_reading_goes_on_and_writing_does_not(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_set_room(user.tape, 0);
	write_hello(&user);
	shut_it(&user);
	assert_false(sb_tape_is_shut(user.tape));
	write_hello(&user);
	assert_int_equal(user.returned, -ENOTCONN);
	sb_tape_set_room(user.tape, SIZE_MAX);
	assert_true(sb_tape_is_shut(user.tape));
	sb_tape_feed(user.tape, "more");
	sb_tape_end(user.tape);
	assert_string_equal(user.told, "data more.ended.x 0.");
	sb_tape_expect(user.tape, "hello");
	end(&user);
}

static void
a_connection_breaks_with_the_error_given(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_break(user.tape, -ECONNRESET);
	assert_int_equal(strncmp(user.told, "x -", 3), 0);
	assert_int_equal(atoi(user.told + 2), -ECONNRESET);
	sb_tape_expect_over(user.tape, -ECONNRESET);
	end(&user);
}

static void
a_connection_that_was_never_made_is_closed_without_connected(void **state)
{
	struct user user;

	(void)state;
	attach(&user, &protocol);
	write_hello(&user);
	assert_int_equal(user.returned, -ENOTCONN);
	sb_tape_break(user.tape, -ECONNREFUSED);
	sb_tape_expect_over(user.tape, -ECONNREFUSED);
	assert_null(strstr(user.told, "connected."));
	end(&user);
}

static void
a_close_before_the_connection_gives_up(void **state)
{
	struct user user;

	(void)state;
	attach(&user, &protocol);
	close_it(&user);
	assert_string_equal(user.told, "");
	sb_tape_turn(user.tape);
	sb_tape_expect_over(user.tape, -ECONNABORTED);
	end(&user);
}

static void
a_close_outside_a_callback_is_told_by_the_next_driving_call(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	user.is_in_call = true;
	close_it(&user);
	close_it(&user);
	user.is_in_call = false;
	write_hello(&user);
	assert_int_equal(user.returned, -ENOTCONN);
	assert_false(sb_tape_is_over(user.tape));
	sb_tape_turn(user.tape);
	assert_string_equal(user.told, "x 0.");
	sb_tape_turn(user.tape);
	assert_string_equal(user.told, "x 0.");
	end(&user);
}

static void
a_close_waits_for_what_is_queued_and_an_abort_does_not(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_set_room(user.tape, 2);
	write_hello(&user);
	close_it(&user);
	sb_tape_turn(user.tape);
	assert_string_equal(user.told, "");
	sb_tape_set_room(user.tape, SIZE_MAX);
	assert_string_equal(user.told, "x 0.");
	sb_tape_expect(user.tape, "hello");
	end(&user);

	begin(&user, &protocol);
	sb_tape_set_room(user.tape, 2);
	write_hello(&user);
	abort_it(&user);
	sb_tape_turn(user.tape);
	sb_tape_expect_over(user.tape, -ECONNABORTED);
	sb_tape_expect(user.tape, "he");
	end(&user);
}

static void
a_destroyed_stream_calls_nothing_whenever_it_happens(void **state)
{
	static const char *const moments[] = { "c", "d", "r", "e", "x" };
	struct user user;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		attach(&user, &protocol);
		when(&user, moments[i], destroy_it);
		sb_tape_set_marks(user.tape, 1, 2, 100);
		sb_tape_connect(user.tape);
		if (*moments[i] == 'd')
			sb_tape_feed_by_byte(user.tape, "abc");
		if (*moments[i] == 'r') {
			sb_tape_set_room(user.tape, 0);
			write_hello(&user);
			sb_tape_set_room(user.tape, SIZE_MAX);
		}
		if (*moments[i] == 'e')
			sb_tape_end(user.tape);
		if (*moments[i] == 'x')
			sb_tape_break(user.tape, -ECONNRESET);
		assert_true(sb_tape_is_over(user.tape));
		assert_int_equal(user.told[strlen(user.told) - 1], '.');
		assert_null(strstr(user.told, *moments[i] == 'x' ? "ended" : "x "));
		/* The tape is still there for the test. */
		assert_non_null(sb_tape_written(user.tape));
		end(&user);
	}
}

/* ---- Writing ---- */

static void
what_is_written_is_read_and_taken(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	write_now(&user, "NICK bob\r\nUSER b");
	assert_int_equal(user.returned, 0);
	assert_string_equal(sb_tape_written(user.tape), "NICK bob\r\nUSER b");
	sb_tape_expect_line(user.tape, "NICK bob");
	assert_int_equal(sb_tape_written_bytes(user.tape).len, 6);
	sb_tape_expect(user.tape, "USER b");
	sb_tape_expect(user.tape, "");
	write_now(&user, "one two three");
	sb_tape_seek(user.tape, "two");
	sb_tape_expect(user.tape, " three");
	write_now(&user, "rest");
	sb_tape_clear(user.tape);
	sb_tape_expect(user.tape, "");
	end(&user);
}

static void
a_write_is_all_or_nothing_at_the_hard_limit(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_set_marks(user.tape, 2, 4, 8);
	sb_tape_set_room(user.tape, 3);
	write_now(&user, "0123456789a");
	assert_int_equal(user.returned, 0);
	assert_int_equal(sb_stream_queued(user.stream), 8);
	write_now(&user, "!");
	assert_int_equal(user.returned, -ENOBUFS);
	assert_int_equal(sb_stream_queued(user.stream), 8);
	sb_tape_expect(user.tape, "012");
	sb_tape_set_room(user.tape, 5);
	write_now(&user, "123456");
	assert_int_equal(user.returned, -ENOBUFS);
	write_now(&user, "12345");
	assert_int_equal(user.returned, 0);
	sb_tape_set_room(user.tape, SIZE_MAX);
	sb_tape_expect(user.tape, "3456789a12345");
	end(&user);
}

static void
drained_comes_once_when_the_queue_is_below_the_low_mark(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_set_marks(user.tape, 2, 4, 100);
	sb_tape_set_room(user.tape, 0);
	write_now(&user, "1234");
	assert_false(sb_stream_is_full(user.stream));
	write_now(&user, "5");
	assert_true(sb_stream_is_full(user.stream));
	sb_tape_set_room(user.tape, 3);
	assert_string_equal(user.told, "");
	assert_true(sb_stream_is_full(user.stream));
	sb_tape_set_room(user.tape, 1);
	assert_string_equal(user.told, "r.");
	assert_false(sb_stream_is_full(user.stream));
	sb_tape_set_room(user.tape, SIZE_MAX);
	assert_string_equal(user.told, "r.");
	end(&user);
}

static void
after_a_failed_write_the_peer_is_read_to_its_end(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_set_room(user.tape, 0);
	write_hello(&user);
	sb_tape_fail_writes(user.tape, -ECONNRESET);
	write_hello(&user);
	assert_int_equal(user.returned, -EPIPE);
	assert_int_equal(sb_stream_queued(user.stream), 0);
	sb_tape_feed(user.tape, "last words");
	sb_tape_end(user.tape);
	assert_non_null(strstr(user.told, "data last words.x -"));
	assert_null(strstr(user.told, "ended."));
	sb_tape_expect_over(user.tape, -ECONNRESET);
	end(&user);
}

static void
a_failed_write_ends_a_close_and_what_the_peer_has_ended(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	sb_tape_set_room(user.tape, 0);
	write_hello(&user);
	close_it(&user);
	sb_tape_fail_writes(user.tape, -EPIPE);
	sb_tape_expect_over(user.tape, -EPIPE);
	end(&user);

	begin(&user, &protocol);
	sb_tape_end(user.tape);
	sb_tape_fail_writes(user.tape, -EPIPE);
	sb_tape_expect_over(user.tape, -EPIPE);
	end(&user);

	begin(&user, &protocol);
	sb_tape_fail_writes(user.tape, -EPIPE);
	close_it(&user);
	sb_tape_turn(user.tape);
	sb_tape_expect_over(user.tape, -EPIPE);
	end(&user);
}

/* ---- The rest of the contract ---- */

static void
another_protocol_may_take_over_in_a_callback(void **state)
{
	struct user user, other = { .when = NULL };

	(void)state;
	begin(&user, &protocol);
	sb_tape_feed(user.tape, "one");
	other.stream = user.stream;
	sb_stream_attach(user.stream, &protocol_without_ended, &other);
	sb_tape_feed(user.tape, "two");
	sb_tape_end(user.tape);
	assert_string_equal(user.told, "data one.");
	assert_string_equal(other.told, "data two.x 0.");
	sb_tape_destroy(user.tape);
}

static void
the_idle_deadline_and_the_peer_are_known(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &protocol);
	assert_int_equal(sb_tape_idle_timeout_ns(user.tape), 0);
	sb_stream_set_idle_timeout(user.stream, 5 * SB_S);
	assert_int_equal(sb_tape_idle_timeout_ns(user.tape), 5 * SB_S);
	assert_string_equal(sb_stream_peer(user.stream), "tape");
	assert_true(sb_tape_is_open(user.tape));
	sb_tape_break(user.tape, -ETIMEDOUT);
	assert_false(sb_tape_is_open(user.tape));
	end(&user);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(what_is_fed_arrives_in_one_piece),
		kit_test(every_byte_or_two_parts_may_be_pieces),
		kit_test(a_paused_stream_holds_what_is_fed_and_the_end),
		kit_test(what_is_left_when_the_protocol_closes_is_dropped),
		kit_test(the_end_of_the_peer_closes_a_protocol_that_does_not_ask),
		kit_test(a_protocol_may_write_after_the_end_of_the_peer),
		kit_test(after_a_shutdown_reading_goes_on_and_writing_does_not),
		kit_test(a_connection_breaks_with_the_error_given),
		kit_test(a_connection_that_was_never_made_is_closed_without_connected),
		kit_test(a_close_before_the_connection_gives_up),
		kit_test(a_close_outside_a_callback_is_told_by_the_next_driving_call),
		kit_test(a_close_waits_for_what_is_queued_and_an_abort_does_not),
		kit_test(a_destroyed_stream_calls_nothing_whenever_it_happens),
		kit_test(what_is_written_is_read_and_taken),
		kit_test(a_write_is_all_or_nothing_at_the_hard_limit),
		kit_test(drained_comes_once_when_the_queue_is_below_the_low_mark),
		kit_test(after_a_failed_write_the_peer_is_read_to_its_end),
		kit_test(a_failed_write_ends_a_close_and_what_the_peer_has_ended),
		kit_test(another_protocol_may_take_over_in_a_callback),
		kit_test(the_idle_deadline_and_the_peer_are_known),
	};

	return kit_run(tests);
}
