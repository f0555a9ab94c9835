/* What the small IRC server bears: too many, too much, those who do not read. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "ircd_fixture.h"

static void
one_may_be_on_so_many_channels_and_no_more(void **state)
{
	struct person bob;
	char line[64];
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	for (i = 0; i < 50; i++) {
		(void)snprintf(line, sizeof(line), "JOIN #%d", i);
		person_say(&bob, line);
	}
	assert_int_equal(sb_probe_count(f.probe, "ircd.joined"), 50);
	person_forget(&bob);
	person_say(&bob, "JOIN #50");
	person_expect(&bob, ":irc.local 405 bob #50 :You have joined too many channels\r\n");
	person_say(&bob, "PART #7");
	person_say(&bob, "JOIN #50");
	assert_int_equal(sb_probe_count(f.probe, "ircd.joined"), 51);
	person_end(&bob);
	fixture_end(&f);
}

static void
long_topics_and_reasons_are_cut(void **state)
{
	char buf[500], line[600];
	struct person bob;
	struct fixture f;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	person_say(&bob, "JOIN #c");
	person_forget(&bob);
	(void)snprintf(line, sizeof(line), "TOPIC #c :%s", repeat("x", 400, buf, sizeof(buf)));
	person_say(&bob, line);
	(void)snprintf(line, sizeof(line), ":bob!u@127.0.0.1 TOPIC #c :%s\r\n",
		repeat("x", 300, buf, sizeof(buf)));
	person_expect(&bob, line);
	(void)snprintf(line, sizeof(line), "QUIT :%s", repeat("x", 400, buf, sizeof(buf)));
	person_say(&bob, line);
	(void)snprintf(line, sizeof(line), "ERROR :Closing link: 127.0.0.1 (Quit: %s)\r\n",
		repeat("x", 294, buf, sizeof(buf)));
	person_expect(&bob, line);
	person_end(&bob);
	fixture_end(&f);
}

static void
reasons_are_cut_between_characters(void **state)
{
	char buf[500], line[600];
	struct person bob;
	struct fixture f;

	/* 299 bytes fit, and not the two of the next character. */
	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	(void)snprintf(line, sizeof(line), "QUIT :%s\xc3\xa9", repeat("x", 293, buf, sizeof(buf)));
	person_say(&bob, line);
	(void)snprintf(line, sizeof(line), "ERROR :Closing link: 127.0.0.1 (Quit: %s)\r\n",
		repeat("x", 293, buf, sizeof(buf)));
	person_expect(&bob, line);
	(void)snprintf(line, sizeof(line), "ircd.quit reason='Quit: %s'",
		repeat("x", 293, buf, sizeof(buf)));
	sb_probe_seek(f.probe, line);
	person_end(&bob);
	person_enter(&bob, &f, "bob");
	sb_ircd_shut(f.ircd, repeat("xxx\xf0\x9f\x90\xa6", 60, buf, sizeof(buf)));
	settle(&f);
	(void)snprintf(line, sizeof(line), "ERROR :Closing link: 127.0.0.1 (%sxxx)\r\n",
		repeat("xxx\xf0\x9f\x90\xa6", 42, buf, sizeof(buf)));
	person_expect(&bob, line);
	person_end(&bob);
	fixture_end(&f);
}

static void
one_too_many_is_told_so(void **state)
{
	struct sb_ircd_options options = { .url = "tcp://127.0.0.1:0", .max_clients = 2 };
	struct person alice, bob, carol;
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	person_begin(&alice, &f);
	person_begin(&bob, &f);
	sb_probe_expect_none(f.probe);
	person_begin(&carol, &f);
	sb_probe_expect(f.probe, "ircd.refused error=-EUSERS");
	person_expect(&carol, "ERROR :Closing link: 127.0.0.1 (The server is full)\r\n");
	assert_null(carol.stream);
	assert_int_equal(carol.end, 0);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 2);
	person_end(&carol);
	person_end(&bob);
	person_enter(&carol, &f, "carol");
	assert_int_equal(sb_ircd_n_clients(f.ircd), 2);
	person_end(&alice);
	person_end(&carol);
	fixture_end(&f);
}

static void
one_too_many_of_a_peer_is_told_so(void **state)
{
	struct sb_ircd_options options = { .url = "tcp://127.0.0.1:0", .max_per_peer = 2 };
	struct person alice, bob, carol;
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	person_begin(&alice, &f);
	person_begin(&bob, &f);
	sb_probe_expect_none(f.probe);
	person_begin(&carol, &f);
	sb_probe_expect(f.probe,
		"ircd.refused error=-EUSERS text~'too many connections of one peer: 127.0.0.1:'");
	person_expect(&carol, "ERROR :Closing link: too many connections from your address\r\n");
	assert_int_equal(sb_ircd_n_clients(f.ircd), 2);
	person_end(&carol);
	person_end(&bob);
	person_enter(&carol, &f, "carol");
	person_end(&alice);
	person_end(&carol);
	fixture_end(&f);
}

static void
peer_has_64_connections_unless_said(void **state)
{
	static struct person people[65];
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	for (i = 0; i < 64; i++)
		person_begin(&people[i], &f);
	sb_probe_expect_none(f.probe);
	person_begin(&people[64], &f);
	sb_probe_expect(f.probe, "ircd.refused error=-EUSERS");
	assert_int_equal(sb_ircd_n_clients(f.ircd), 64);
	for (i = 0; i < 65; i++)
		person_end(&people[i]);
	fixture_end(&f);
}

static void
who_does_not_read_what_others_say_is_dropped(void **state)
{
	char buf[500], line[600];
	struct person alice, bob, carol;
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	person_enter(&carol, &f, "carol");
	person_say(&alice, "JOIN #c");
	person_say(&bob, "JOIN #c");
	person_say(&carol, "JOIN #c");
	person_forget(&carol);
	sb_stream_pause(bob.stream);
	(void)snprintf(line, sizeof(line), "PRIVMSG #c :%s", repeat("x", 400, buf, sizeof(buf)));
	/* The network takes 64 KiB, and 256 KiB may wait. */
	for (i = 0; i < 1000; i++)
		person_say(&alice, line);
	person_seek(&carol, ":bob!u@127.0.0.1 QUIT :Does not read what it is sent\r\n");
	sb_probe_seek(f.probe, "ircd.quit nick=bob reason='Does not read what it is sent'");
	assert_int_equal(sb_ircd_n_clients(f.ircd), 2);
	sb_stream_resume(bob.stream);
	settle(&f);
	assert_null(bob.stream);
	assert_int_not_equal(bob.end, 0);
	/* The others go on. */
	person_forget(&carol);
	person_say(&alice, "PRIVMSG #c :x");
	person_expect(&carol, ":alice!u@127.0.0.1 PRIVMSG #c :x\r\n");
	person_end(&alice);
	person_end(&bob);
	person_end(&carol);
	fixture_end(&f);
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void
who_does_not_read_answers_is_not_read(void **state)
{
	enum { MANY = 20000 };
	struct person bob;
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	sb_stream_pause(bob.stream);
	/* The answers would be 1.5 MB: more than may wait. */
	for (i = 0; i < MANY; i++)
		assert_int_equal(sb_stream_write(bob.stream, sb_bytes_of("VERSION\r\n")), 0);
	settle(&f);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 1);
	assert_true(sb_stream_queued(bob.stream) > 0);
	sb_stream_resume(bob.stream);
	settle(&f);
	assert_int_equal(count(person_got(&bob), " 351 bob "), MANY);
	person_end(&bob);
	fixture_end(&f);
}

static void
few_questions_with_long_answers_do_not_drop_one_either(void **state)
{
	enum { MANY = 30, CHANNELS = 160 };
	char buf[500], line[600];
	struct person bob;
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	person_say(&bob, "JOIN #c");
	(void)snprintf(line, sizeof(line), "TOPIC #c :%s", repeat("x", 300, buf, sizeof(buf)));
	person_say(&bob, line);
	sb_stream_pause(bob.stream);
	/* 53 KB each. */
	(void)snprintf(
		line, sizeof(line), "LIST %s\r\n", repeat("#c,", CHANNELS, buf, sizeof(buf)));
	for (i = 0; i < MANY; i++)
		assert_int_equal(sb_stream_write(bob.stream, sb_bytes_of(line)), 0);
	settle(&f);
	sb_stream_resume(bob.stream);
	settle(&f);
	assert_int_equal(count(person_got(&bob), " 322 bob "), MANY * CHANNELS);
	person_end(&bob);
	fixture_end(&f);
}

/* ---- Lists that are longer than what may wait ---- */

/* Asks what makes more than 256 KiB at once: the answer is broken off and ended, and bob stays. */
static void
expect_broken_off(struct person *bob, const char *question, const char *verb, const char *entry,
	const char *end)
{
	char expected[100];

	person_forget(bob);
	person_say(bob, question);
	assert_non_null(bob->stream);
	/* What the network takes, 64 KiB, and 128 KiB. */
	assert_in_range(bob->got_len - bob->at, 192 * 1024, 200 * 1024);
	assert_true(count(person_got(bob), entry) > 100);
	(void)snprintf(expected, sizeof(expected),
		":irc.local 416 bob %s :Too many lines in the answer: ask for less\r\n", verb);
	person_seek(bob, expected);
	person_seek(bob, end);
	/* Which is all, and it is heard again. */
	person_forget(bob);
	person_say(bob, "PING x");
	person_expect(bob, ":irc.local PONG irc.local :x\r\n");
}

static void
a_long_list_of_channels_is_broken_off(void **state)
{
	enum { PEOPLE = 20, CHANNELS = 50 };
	char topic[500], line[600];
	struct person people[PEOPLE], bob;
	struct fixture f;
	int i, k;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	(void)repeat("x", 300, topic, sizeof(topic));
	for (i = 0; i < PEOPLE; i++) {
		(void)snprintf(line, sizeof(line), "p%d", i);
		person_enter(&people[i], &f, line);
		for (k = 0; k < CHANNELS; k++) {
			(void)snprintf(line, sizeof(line), "JOIN #%d-%d\nTOPIC #%d-%d :%s", i, k, i,
				k, topic);
			person_say(&people[i], line);
		}
	}
	expect_broken_off(&bob, "LIST", "LIST", " 322 bob ", ":irc.local 323 bob :End of LIST\r\n");
	for (i = 0; i < PEOPLE; i++)
		person_end(&people[i]);
	person_end(&bob);
	fixture_end(&f);
}

static void
a_long_list_of_people_is_broken_off(void **state)
{
	enum { PEOPLE = 1700 };
	static struct person people[PEOPLE];
	struct sb_ircd_options options = {
		.url = "tcp://127.0.0.1:0", .max_clients = PEOPLE + 1, .max_per_peer = PEOPLE + 1
	};
	char name[200], line[600];
	struct person bob;
	struct fixture f;
	int i;

	fixture_begin_with(&f, *state, &options);
	person_enter(&bob, &f, "bob");
	(void)repeat("x", 128, name, sizeof(name));
	for (i = 0; i < PEOPLE; i++) {
		person_begin(&people[i], &f);
		(void)snprintf(line, sizeof(line), "NICK a-nick-of-thirty-bytes--x-%04d", i);
		person_say(&people[i], line);
		(void)snprintf(line, sizeof(line), "USER u 0 * :%s", name);
		person_say(&people[i], line);
	}
	expect_broken_off(
		&bob, "WHO", "WHO", " 352 bob ", ":irc.local 315 bob * :End of WHO list\r\n");
	for (i = 0; i < PEOPLE; i++)
		person_end(&people[i]);
	person_end(&bob);
	fixture_end(&f);
}

static void
many_names_are_broken_off_and_each_channel_is_ended(void **state)
{
	enum { PEOPLE = 100, TIMES = 120 };
	struct sb_ircd_options options = { .url = "tcp://127.0.0.1:0", .max_per_peer = PEOPLE + 1 };
	struct person people[PEOPLE], bob;
	char list[500], line[600];
	struct fixture f;
	int i;

	fixture_begin_with(&f, *state, &options);
	person_enter(&bob, &f, "bob");
	for (i = 0; i < PEOPLE; i++) {
		(void)snprintf(line, sizeof(line), "a-nick-of-thirty-bytes--x-%04d", i);
		person_enter(&people[i], &f, line);
		person_say(&people[i], "JOIN #c");
	}
	(void)snprintf(line, sizeof(line), "NAMES %s", repeat("#c,", TIMES, list, sizeof(list)));
	person_forget(&bob);
	person_say(&bob, line);
	assert_non_null(bob.stream);
	assert_int_equal(count(person_got(&bob), " 366 bob "), TIMES);
	assert_true(count(person_got(&bob), " 416 bob NAMES ") > 0);
	assert_true(bob.got_len - bob.at < 220 * 1024);
	for (i = 0; i < PEOPLE; i++)
		person_end(&people[i]);
	person_end(&bob);
	fixture_end(&f);
}

static bool
has_pong(void *self)
{
	return strstr(person_got(self), "PONG") != NULL;
}

static void
one_who_says_much_does_not_keep_others_waiting(void **state)
{
	enum { MANY = 3000 };
	static char flood[MANY * 8 + 1];
	struct person alice, bob;
	struct fixture f;
	size_t before;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	(void)repeat("PING x\r\n", MANY, flood, sizeof(flood));
	assert_int_equal(sb_stream_write(alice.stream, sb_bytes_of(flood)), 0);
	assert_int_equal(sb_stream_write(bob.stream, sb_bytes_of("PING y\r\n")), 0);
	assert_int_equal(sb_simulation_run_until(f.world->sim, has_pong, &bob, SB_S), 0);
	before = count(person_got(&alice), "PONG");
	assert_in_range(before, 1, 200);
	settle(&f);
	assert_int_equal(count(person_got(&alice), "PONG"), MANY);
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
}

static void
what_waits_for_its_turn_goes_with_the_client(void **state)
{
	enum { MANY = 3000 };
	static char flood[MANY * 8 + 16];
	struct person alice;
	struct fixture f;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	memcpy(flood + strlen(repeat("PING x\r\n", MANY, flood, sizeof(flood))), "QUIT\r\n", 7);
	/* Said before it leaves: all is heard. */
	person_send(&alice, flood);
	assert_int_equal(count(person_got(&alice), "PONG"), MANY);
	person_seek(&alice, "ERROR :Closing link: 127.0.0.1 (Quit)\r\n");
	person_end(&alice);
	/* Cut off in the midst. */
	person_enter(&alice, &f, "alice");
	assert_int_equal(sb_stream_write(alice.stream, sb_bytes_of(flood)), 0);
	assert_int_equal(sb_simulation_run_until(f.world->sim, has_pong, &alice, SB_S), 0);
	sb_simulation_cut_all(f.world->sim);
	settle(&f);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 0);
	assert_int_equal(sb_probe_count(f.probe, "ircd.quit nick=alice"), 2);
	person_end(&alice);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(one_may_be_on_so_many_channels_and_no_more),
		kit_test(long_topics_and_reasons_are_cut),
		kit_test(reasons_are_cut_between_characters),
		kit_test(one_too_many_is_told_so),
		kit_test(one_too_many_of_a_peer_is_told_so),
		kit_test(peer_has_64_connections_unless_said),
		kit_test(who_does_not_read_what_others_say_is_dropped),
		kit_test(who_does_not_read_answers_is_not_read),
		kit_test(few_questions_with_long_answers_do_not_drop_one_either),
		kit_test(a_long_list_of_channels_is_broken_off),
		kit_test(a_long_list_of_people_is_broken_off),
		kit_test(many_names_are_broken_off_and_each_channel_is_ended),
		kit_test(one_who_says_much_does_not_keep_others_waiting),
		kit_test(what_waits_for_its_turn_goes_with_the_client),
	};

	return kit_run(tests);
}
