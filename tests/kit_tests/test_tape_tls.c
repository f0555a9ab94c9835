/* TLS started on a tape. */

#include "kit_tests/tape_user.h"

#include <signalbox/tls.h>

static void
on_secured(void *self, struct sb_stream *stream)
{
	(void)stream;
	told(self, "secured.");
}

static const struct sb_protocol securing = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
	.secured = on_secured,
	.closed = on_closed,
};

/* No tape has keys, and so none needs a context. */
static int
start_tls(struct user *user, const char *name)
{
	struct sb_error error = { 0 };
	int ret = sb_stream_start_tls(user->stream, NULL, name, &error);

	assert_int_equal(error.code, ret);
	return ret;
}

static void
start_here(struct user *user)
{
	user->returned = start_tls(user, "irc.example.org");
}

static void
tls_is_started_by_the_protocol_and_stands_when_the_test_says(void **state)
{
	struct sb_tls_info info;
	struct user user;

	(void)state;
	begin(&user, &securing);
	when(&user, "d", start_here);
	write_now(&user, "STARTTLS\r\n");
	sb_tape_feed(user.tape, "go ahead");
	sb_tape_expect_tls_started(user.tape);
	assert_int_equal(user.returned, 0);
	assert_string_equal(sb_tape_tls_name(user.tape), "irc.example.org");
	assert_false(sb_stream_tls_info(user.stream, &info));
	write_now(&user, "too early");
	assert_int_equal(user.returned, -ENOTCONN);
	sb_tape_secure(user.tape);
	assert_true(sb_stream_tls_info(user.stream, &info));
	assert_string_equal(info.version, "TLSv1.3");
	write_now(&user, " secret");
	sb_tape_feed(user.tape, "hi");
	assert_string_equal(user.told, "data go ahead.secured.data hi.");
	sb_tape_expect(user.tape, "STARTTLS\r\n secret");
	end(&user);
}

static void
tls_is_started_once_and_on_an_open_stream(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &securing);
	assert_int_equal(start_tls(&user, NULL), 0);
	assert_string_equal(sb_tape_tls_name(user.tape), "");
	assert_int_equal(start_tls(&user, NULL), -EALREADY);
	sb_tape_secure(user.tape);
	assert_int_equal(start_tls(&user, NULL), -EALREADY);
	end(&user);
	begin(&user, &securing);
	sb_stream_shutdown(user.stream);
	assert_int_equal(start_tls(&user, NULL), -ENOTCONN);
	end(&user);
}

static void
plain_bytes_behind_the_last_word_end_it(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &securing);
	sb_stream_pause(user.stream);
	sb_tape_feed(user.tape, "in the clear");
	assert_int_equal(start_tls(&user, NULL), 0);
	sb_stream_resume(user.stream);
	sb_tape_secure(user.tape);
	sb_tape_expect_over(user.tape, -EPROTO);
	assert_null(strstr(user.told, "clear"));
	end(&user);
}

static void
handshake_may_fail(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &securing);
	assert_int_equal(start_tls(&user, NULL), 0);
	sb_tape_break(user.tape, -EPROTO);
	assert_null(strstr(user.told, "secured"));
	sb_tape_expect_over(user.tape, -EPROTO);
	end(&user);
}

static void
secure(void *self)
{
	sb_tape_secure((struct sb_tape *)self);
}

static void
expect_started(void *self)
{
	sb_tape_expect_tls_started((struct sb_tape *)self);
}

static void
feed_plain(void *self)
{
	sb_tape_feed((struct sb_tape *)self, "x");
}

static void
what_is_out_of_order_is_a_failure(void **state)
{
	struct user user;

	(void)state;
	begin(&user, &securing);
	assert_fails(secure, user.tape, "where no TLS has been started");
	assert_fails(expect_started, user.tape, "to be started, but it was not");
	assert_int_equal(start_tls(&user, NULL), 0);
	assert_fails(feed_plain, user.tape, "sb_tape_feed() before sb_tape_secure()");
	sb_tape_secure(user.tape);
	assert_fails(expect_started, user.tape, "it stands already");
	assert_fails(secure, user.tape, "where no TLS has been started");
	end(&user);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(tls_is_started_by_the_protocol_and_stands_when_the_test_says),
		kit_test(tls_is_started_once_and_on_an_open_stream),
		kit_test(plain_bytes_behind_the_last_word_end_it),
		kit_test(handshake_may_fail),
		kit_test(what_is_out_of_order_is_a_failure),
	};

	return kit_run(tests);
}
