/* The small IRC server and those who say too much. */

#include "kit_cmocka.h"

#include <errno.h>
#include <string.h>

#include "ircd_fixture.h"

/* Two seconds a line, and ten in advance. */
static const struct sb_ircd_options strict = {
	.url = "tcp://127.0.0.1:0",
	.flood = { .penalty_ms = 2000, .max_waiting = 1000 },
};

static size_t
count(const struct person *person, const char *part)
{
	const char *at = person_got(person);
	size_t n = 0;

	for (; (at = strstr(at, part)); at += strlen(part))
		n++;
	return n;
}

/* "PING x" so often, at once. */
static void
ping(struct person *person, size_t times)
{
	char buf[8 * 200 + 1];

	person_send(person, repeat("PING x\r\n", times, buf, sizeof(buf)));
}

static void
lines_beyond_the_burst_are_obeyed_one_by_one(void **state)
{
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_enter(&bob, &f, "bob");
	/* Registering cost the line that completed it. */
	ping(&bob, 20);
	assert_int_equal(count(&bob, "PONG"), 5);
	pass(&f, 1999 * SB_MS);
	assert_int_equal(count(&bob, "PONG"), 5);
	pass(&f, SB_MS);
	assert_int_equal(count(&bob, "PONG"), 6);
	pass(&f, 10 * SB_S);
	assert_int_equal(count(&bob, "PONG"), 11);
	pass(&f, 18 * SB_S);
	assert_int_equal(count(&bob, "PONG"), 20);
	person_end(&bob);
	fixture_end(&f);
}

static void
who_counts_lines_says_so(void **state)
{
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_begin(&bob, &f);
	person_send(&bob, "NICK bob\r\nUSER bob 0 * :Bob\r\n");
	assert_non_null(strstr(person_got(&bob), " 004 bob irc.local signalbox-paced "));
	person_end(&bob);
	fixture_end(&f);
}

static void
what_comes_meanwhile_waits_in_order(void **state)
{
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_enter(&bob, &f, "bob");
	ping(&bob, 5);
	person_forget(&bob);
	person_say(&bob, "PING 1");
	person_send(&bob, "PING");
	person_send(&bob, " 2\r\nPING 3\r\n");
	person_expect(&bob, "");
	pass(&f, 2 * SB_S);
	person_expect(&bob, ":irc.local PONG irc.local :1\r\n");
	pass(&f, 4 * SB_S);
	person_expect(&bob, ":irc.local PONG irc.local :2\r\n:irc.local PONG irc.local :3\r\n");
	person_end(&bob);
	fixture_end(&f);
}

static void
who_has_been_quiet_may_say_as_much_again(void **state)
{
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_enter(&bob, &f, "bob");
	ping(&bob, 5);
	pass(&f, 60 * SB_S);
	person_forget(&bob);
	ping(&bob, 10);
	assert_int_equal(count(&bob, "PONG"), 6);
	person_end(&bob);
	fixture_end(&f);
}

static void
who_says_more_than_may_wait_is_closed(void **state)
{
	struct person alice, bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	person_say(&alice, "JOIN #c");
	person_say(&bob, "JOIN #c");
	person_forget(&alice);
	/* Four at once, and then 125 times 8 bytes. */
	ping(&bob, 129);
	assert_non_null(bob.stream);
	person_send(&bob, "x");
	assert_null(bob.stream);
	assert_int_equal(bob.end, 0);
	person_seek(&bob, "ERROR :Closing link: 127.0.0.1 (Excess Flood)\r\n");
	person_expect(&alice, ":bob!u@127.0.0.1 QUIT :Excess Flood\r\n");
	sb_probe_seek(f.probe, "ircd.quit nick=bob reason='Excess Flood'");
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
}

static void
the_end_of_one_who_waits_is_seen_at_once(void **state)
{
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_enter(&bob, &f, "bob");
	ping(&bob, 20);
	person_end(&bob);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 0);
	sb_probe_seek(f.probe, "ircd.quit nick=bob");
	fixture_end(&f);
}

static void
burst_and_penalty_are_as_they_are_set(void **state)
{
	struct sb_ircd_options options = {
		.url = "tcp://127.0.0.1:0",
		.flood = { .penalty_ms = 100, .burst_ms = 300 },
	};
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	person_enter(&bob, &f, "bob");
	pass(&f, SB_S);
	ping(&bob, 100);
	assert_int_equal(count(&bob, "PONG"), 4);
	pass(&f, SB_S);
	assert_int_equal(count(&bob, "PONG"), 14);
	assert_non_null(bob.stream);
	person_end(&bob);
	fixture_end(&f);
}

static void
others_are_heard_meanwhile(void **state)
{
	struct person alice, bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	ping(&bob, 50);
	person_forget(&bob);
	person_say(&alice, "PRIVMSG bob :hello");
	person_expect(&bob, ":alice!u@127.0.0.1 PRIVMSG bob :hello\r\n");
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
}

static void
destroyed_while_lines_wait_it_leaves_nothing(void **state)
{
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &strict);
	person_enter(&bob, &f, "bob");
	ping(&bob, 50);
	sb_ircd_destroy(f.ircd);
	f.ircd = NULL;
	pass(&f, 10 * SB_S);
	assert_null(bob.stream);
	person_end(&bob);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(lines_beyond_the_burst_are_obeyed_one_by_one),
		kit_test(who_counts_lines_says_so),
		kit_test(what_comes_meanwhile_waits_in_order),
		kit_test(who_has_been_quiet_may_say_as_much_again),
		kit_test(who_says_more_than_may_wait_is_closed),
		kit_test(the_end_of_one_who_waits_is_seen_at_once),
		kit_test(burst_and_penalty_are_as_they_are_set),
		kit_test(others_are_heard_meanwhile),
		kit_test(destroyed_while_lines_wait_it_leaves_nothing),
	};

	return kit_run(tests);
}
