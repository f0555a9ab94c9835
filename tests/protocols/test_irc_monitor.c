/* The nicks that are watched. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irc_fixture.h"

#include "protocols/irc/monitor.h"

#define MAP SB_CASEMAP_RFC1459

enum { LIST_CAP = 384 };

static void
add(struct sb_monitor *monitor, const char *nick)
{
	assert_int_equal(sb_monitor_add(monitor, MAP, nick, SB_MONITOR_APPLICATION), 0);
}

/* All that is to be written, each line with its end. */
static void
expect_lines(struct sb_monitor *monitor, const char *lines)
{
	char all[16384] = "", list[LIST_CAP], sign;

	while (sb_monitor_next(monitor, &sign, list, sizeof(list)))
		(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), "%c%s;", sign, list);
	if (sb_monitor_next_ison(monitor, list, sizeof(list)))
		(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), "ISON %s;", list);
	assert_string_equal(all, lines);
}

static void
expect_news(struct sb_monitor *monitor, const char *expected)
{
	char all[4096] = "", nick[SB_MONITOR_NICK_CAP];
	bool is_online;

	while (sb_monitor_news(monitor, nick, &is_online))
		(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), "%c%s;",
			is_online ? '+' : '-', nick);
	assert_string_equal(all, expected);
}

static void
the_server_watches_what_it_can_and_the_rest_is_asked_for(void **state)
{
	struct sb_monitor m;

	(void)state;
	sb_monitor_init(&m);
	add(&m, "a");
	add(&m, "b");
	sb_monitor_begin(&m, 3);
	add(&m, "c");
	add(&m, "d");
	add(&m, "A");
	expect_lines(&m, "+a,b,c;ISON d;");
	expect_lines(&m, "");
	/* One goes, and another finds its room. */
	assert_true(sb_monitor_remove(&m, MAP, "B", SB_MONITOR_APPLICATION));
	assert_false(sb_monitor_remove(&m, MAP, "b", SB_MONITOR_APPLICATION));
	assert_false(sb_monitor_remove(&m, MAP, "x", SB_MONITOR_APPLICATION));
	add(&m, "e");
	expect_lines(&m, "-b;+e;");
	/* Nobody has seen that it went. */
	assert_true(sb_monitor_remove(&m, MAP, "e", SB_MONITOR_APPLICATION));
	add(&m, "e");
	expect_lines(&m, "");
	/* It takes less than it said: those, and all that come after, are asked for. */
	assert_true(sb_monitor_refused(&m, MAP, "e"));
	assert_false(sb_monitor_refused(&m, MAP, "e"));
	assert_false(sb_monitor_refused(&m, MAP, "x"));
	add(&m, "f");
	expect_lines(&m, "");
	assert_true(sb_monitor_ison(&m, MAP, ""));
	expect_lines(&m, "ISON e f;");
	sb_monitor_begin(&m, 0);
	expect_lines(&m, "ISON a c d e f;");
	sb_monitor_begin(&m, 100);
	expect_lines(&m, "+a,c,d,e,f;");
	sb_monitor_finish(&m);
}

static void
a_server_that_has_room_later_watches_those_who_were_asked_for(void **state)
{
	struct sb_monitor m;

	(void)state;
	sb_monitor_init(&m);
	add(&m, "a");
	add(&m, "b");
	add(&m, "c");
	sb_monitor_begin(&m, 0);
	expect_lines(&m, "ISON a b c;");
	/* What is asked is answered first. */
	sb_monitor_set_limit(&m, 2);
	add(&m, "d");
	expect_lines(&m, "+d;");
	assert_true(sb_monitor_ison(&m, MAP, "a"));
	expect_news(&m, "+a;-b;-c;");
	expect_lines(&m, "+a;");
	assert_true(sb_monitor_heard(&m, MAP, "a", true));
	expect_news(&m, "");
	assert_true(sb_monitor_round(&m));
	expect_lines(&m, "ISON b c;");
	assert_true(sb_monitor_ison(&m, MAP, ""));
	/* Less: those that it has it has. */
	sb_monitor_set_limit(&m, 1);
	assert_true(sb_monitor_remove(&m, MAP, "d", SB_MONITOR_APPLICATION));
	expect_lines(&m, "-d;");
	assert_true(sb_monitor_remove(&m, MAP, "a", SB_MONITOR_APPLICATION));
	expect_lines(&m, "-a;+b;");
	sb_monitor_finish(&m);
}

static void
what_is_so_is_told_once(void **state)
{
	struct sb_monitor m;

	(void)state;
	sb_monitor_init(&m);
	add(&m, "a");
	add(&m, "b");
	assert_int_equal(sb_monitor_add(&m, MAP, "us", SB_MONITOR_OURSELVES), 0);
	sb_monitor_begin(&m, 100);
	expect_lines(&m, "+a,b,us;");
	expect_news(&m, "");
	assert_true(sb_monitor_heard(&m, MAP, "A", true));
	assert_true(sb_monitor_heard(&m, MAP, "b", false));
	assert_true(sb_monitor_heard(&m, MAP, "us", true));
	assert_false(sb_monitor_heard(&m, MAP, "x", true));
	expect_news(&m, "+a;-b;");
	assert_int_equal(sb_monitor_presence(&m, MAP, "US"), SB_PRESENCE_ONLINE);
	assert_int_equal(sb_monitor_presence(&m, MAP, "x"), SB_PRESENCE_UNKNOWN);
	assert_true(sb_monitor_heard(&m, MAP, "a", true));
	/* What was so in between is nothing. */
	assert_true(sb_monitor_heard(&m, MAP, "b", true));
	assert_true(sb_monitor_heard(&m, MAP, "b", false));
	expect_news(&m, "");
	/* The application wants to know, too, and then not. */
	add(&m, "us");
	expect_news(&m, "+us;");
	assert_false(sb_monitor_remove(&m, MAP, "us", SB_MONITOR_APPLICATION));
	assert_true(sb_monitor_heard(&m, MAP, "us", false));
	expect_news(&m, "");
	assert_true(sb_monitor_remove(&m, MAP, "us", SB_MONITOR_OURSELVES));
	assert_false(sb_monitor_heard(&m, MAP, "us", true));
	sb_monitor_begin(&m, 0);
	expect_news(&m, "");
	assert_int_equal(sb_monitor_presence(&m, MAP, "a"), SB_PRESENCE_UNKNOWN);
	expect_lines(&m, "ISON a b;");
	assert_true(sb_monitor_ison(&m, MAP, " B "));
	expect_news(&m, "-a;+b;");
	sb_monitor_finish(&m);
}

static void
an_answer_to_somebody_else_is_none(void **state)
{
	char name[4096];
	struct sb_monitor m;

	(void)state;
	sb_monitor_init(&m);
	add(&m, "a");
	add(&m, "b");
	sb_monitor_begin(&m, 1);
	assert_false(sb_monitor_ison(&m, MAP, ""));
	expect_lines(&m, "+a;ISON b;");
	assert_false(sb_monitor_ison(&m, MAP, "b x"));
	assert_false(sb_monitor_ison(&m, MAP, "a"));
	memset(name, 'b', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_false(sb_monitor_ison(&m, MAP, name));
	expect_news(&m, "");
	assert_true(sb_monitor_ison(&m, MAP, "b"));
	assert_false(sb_monitor_ison(&m, MAP, "b"));
	expect_news(&m, "+b;");
	/* One that is never answered is asked again in the next round. */
	assert_true(sb_monitor_round(&m));
	expect_lines(&m, "ISON b;");
	assert_true(sb_monitor_round(&m));
	expect_lines(&m, "ISON b;");
	assert_true(sb_monitor_remove(&m, MAP, "b", SB_MONITOR_APPLICATION));
	assert_false(sb_monitor_round(&m));
	sb_monitor_finish(&m);
}

static void
as_many_as_there_may_be_go_in_lines_that_fit(void **state)
{
	char nick[SB_MONITOR_NICK_CAP], list[LIST_CAP], sign;
	size_t n_lines = 0, n_nicks = 0;
	struct sb_monitor m;

	(void)state;
	sb_monitor_init(&m);
	for (int i = 0; i < SB_MONITOR_MAX; i++) {
		(void)snprintf(nick, sizeof(nick), "n%063d", i);
		add(&m, nick);
	}
	add(&m, nick);
	assert_int_equal(sb_monitor_add(&m, MAP, "more", SB_MONITOR_APPLICATION), -ENOSPC);
	assert_int_equal(sb_monitor_add(&m, MAP, "ours", SB_MONITOR_OURSELVES), 0);
	assert_int_equal(sb_monitor_add(&m, MAP, nick, SB_MONITOR_OURSELVES), 0);
	sb_monitor_begin(&m, 500);
	while (sb_monitor_next(&m, &sign, list, sizeof(list))) {
		assert_true(sign == '+' && strlen(list) < sizeof(list));
		n_lines++;
		n_nicks++;
		for (const char *at = list; (at = strchr(at, ',')); at++)
			n_nicks++;
	}
	assert_int_equal(n_nicks, 500);
	assert_int_equal(n_lines, 100);
	for (n_nicks = 0; sb_monitor_next_ison(&m, list, sizeof(list));) {
		n_nicks += 1;
		for (const char *at = list; (at = strchr(at, ' ')); at++)
			n_nicks++;
		assert_true(sb_monitor_ison(&m, MAP, list));
	}
	assert_int_equal(n_nicks, 13);
	sb_monitor_finish(&m);
}

/* Against a server that keeps a list and a set of people: what is told in the end is what is so. */

enum { PEOPLE = 12 };

struct server {
	bool is_there[PEOPLE], is_listed[PEOPLE], is_wanted[PEOPLE];
	int told[PEOPLE]; /* -1: nothing */
	size_t room, n_listed;
};

static int
index_of(const char *nick)
{
	return nick[0] - 'a';
}

static void
serve_list(struct server *s, struct sb_monitor *m, char sign, char *list)
{
	for (char *nick = strtok(list, ","); nick; nick = strtok(NULL, ",")) {
		int i = index_of(nick);

		assert_int_equal(s->is_listed[i], sign == '-');
		if (sign == '-') {
			s->is_listed[i] = false;
			s->n_listed--;
		} else if (s->n_listed == s->room) {
			assert_true(sb_monitor_refused(m, MAP, nick));
		} else {
			s->is_listed[i] = true;
			s->n_listed++;
			(void)sb_monitor_heard(m, MAP, nick, s->is_there[i]);
		}
	}
}

static void
serve(struct server *s, struct sb_monitor *m)
{
	char list[LIST_CAP], answer[LIST_CAP], sign;

	while (sb_monitor_next(m, &sign, list, 70))
		serve_list(s, m, sign, list);
	while (sb_monitor_next_ison(m, list, 70)) {
		answer[0] = '\0';
		for (char *nick = strtok(list, " "); nick; nick = strtok(NULL, " "))
			if (s->is_there[index_of(nick)]) {
				strcat(answer, nick);
				strcat(answer, " ");
			}
		assert_true(sb_monitor_ison(m, MAP, answer));
	}
}

static void
hear_news(struct server *s, struct sb_monitor *m)
{
	char nick[SB_MONITOR_NICK_CAP];
	bool is_online;

	while (sb_monitor_news(m, nick, &is_online)) {
		int i = index_of(nick);

		assert_true(s->is_wanted[i]);
		assert_int_not_equal(s->told[i], is_online);
		s->told[i] = is_online;
	}
}

static void
change(struct server *s, struct sb_monitor *m, int what, int i)
{
	const char nick[] = { (char)('a' + i), '\0' };

	if (what == 0) {
		add(m, nick);
		if (!s->is_wanted[i])
			s->told[i] = -1;
		s->is_wanted[i] = true;
	} else if (what == 1) {
		(void)sb_monitor_remove(m, MAP, nick, SB_MONITOR_APPLICATION);
		s->is_wanted[i] = false;
	} else if (what == 2) {
		s->is_there[i] = !s->is_there[i];
		if (s->is_listed[i])
			(void)sb_monitor_heard(m, MAP, nick, s->is_there[i]);
	} else if (what == 3) {
		hear_news(s, m);
	} else {
		serve(s, m);
	}
}

static void
all_is_known_in_the_end(void *self, uint64_t seed)
{
	uint64_t bits = seed * 0x9e3779b97f4a7c15u + 1;
	struct server s = { .room = seed % 5 };
	struct sb_monitor m;

	(void)self;
	for (int i = 0; i < PEOPLE; i++)
		s.told[i] = -1;
	sb_monitor_init(&m);
	sb_monitor_begin(&m, (uint32_t)(s.room + seed / 5 % 3));
	for (int n = 0; n < 200; n++) {
		bits = bits * 6364136223846793005u + 1442695040888963407u;
		change(&s, &m, (int)(bits >> 33) % 5, (int)(bits >> 40) % PEOPLE);
		assert_true(s.n_listed <= s.room);
	}
	serve(&s, &m);
	(void)sb_monitor_round(&m);
	serve(&s, &m);
	hear_news(&s, &m);
	for (int i = 0; i < PEOPLE; i++)
		if (s.is_wanted[i])
			assert_int_equal(s.told[i], s.is_there[i]);
	sb_monitor_finish(&m);
}

static void
all_is_known_in_the_end_whatever_happens(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 3000, all_is_known_in_the_end, NULL);
}

static void
grow(void *self)
{
	struct sb_monitor m;
	char nick[8];
	size_t n = 0;

	(void)self;
	sb_monitor_init(&m);
	for (int i = 0; i < 40; i++) {
		int ret;

		(void)snprintf(nick, sizeof(nick), "n%d", i);
		ret = sb_monitor_add(&m, MAP, nick, SB_MONITOR_APPLICATION);
		assert_true(ret == 0 || ret == -ENOMEM);
		n += ret == 0;
	}
	sb_monitor_begin(&m, 0);
	assert_int_equal(m.n, n);
	sb_monitor_finish(&m);
}

static void
one_for_whom_there_is_no_memory_is_refused_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(sb_testing_each_allocation(grow, NULL), 4);
}

/* One of whom is known already that they are there is told with the next who is heard of. */
static void
nobody_is_told_with_another_s_host(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth", .pace = "none" });
	sb_tape_feed_line(f.tape, ":irc.x 001 other :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 005 other MONITOR=10 :are supported");
	assert_int_equal(sb_irc_monitor(f.irc, "bob"), 0);
	assert_int_equal(sb_irc_monitor(f.irc, "al"), 0);
	sb_tape_feed_line(f.tape, ":irc.x 422 other :No MOTD");
	sb_simulation_settle(f.world->sim);
	sb_tape_feed_line(f.tape, ":irc.x 730 other :quoth!q@there");
	sb_probe_clear(f.probe);
	assert_int_equal(sb_irc_monitor(f.irc, "quoth"), 0);
	sb_tape_feed_line(f.tape, ":irc.x 730 other :BOB!b@h,al!a@i");
	sb_probe_expect(f.probe, "irc.monitored nick=bob user=b host=h is_online=true");
	sb_probe_expect(f.probe, "irc.monitored nick=quoth user=null host=null is_online=true");
	sb_probe_expect(f.probe, "irc.monitored nick=al user=a host=i is_online=true");
	sb_tape_feed_line(f.tape, ":irc.x 731 other :bob!b@h");
	sb_probe_seek(f.probe, "irc.monitored nick=bob user=null host=null is_online=false");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(the_server_watches_what_it_can_and_the_rest_is_asked_for),
		kit_test_bare(a_server_that_has_room_later_watches_those_who_were_asked_for),
		kit_test_bare(what_is_so_is_told_once),
		kit_test_bare(an_answer_to_somebody_else_is_none),
		kit_test_bare(as_many_as_there_may_be_go_in_lines_that_fit),
		kit_test_bare(all_is_known_in_the_end_whatever_happens),
		kit_test_bare(one_for_whom_there_is_no_memory_is_refused_and_no_other),
		kit_test(nobody_is_told_with_another_s_host),
	};

	return kit_run(tests);
}
