/* Look-ups over c-ares, against a server of our own on loopback. */

#include "reactor/lookup_fixture.h"

#include <sys/resource.h>

static const struct record table[] = {
	{ "irc.example.org", TYPE_A, ANSWERS, 0, { "192.0.2.1", "192.0.2.2" } },
	{ "irc.example.org", TYPE_AAAA, ANSWERS, 0, { "2001:db8::1" } },
	{ "v4.example.org", TYPE_A, ANSWERS, 0, { "192.0.2.3" } },
	{ "v4.example.org", TYPE_AAAA, ANSWERS, 0, { NULL } },
	{ "alias.example.org", TYPE_A, ANSWERS, 0, { "= irc.example.org", "192.0.2.9" } },
	{ "slow.example.org", TYPE_A, IS_SLOW, 0, { "192.0.2.4" } },
	{ "slow.example.org", TYPE_AAAA, IS_SLOW, 0, { "2001:db8::4" } },
	{ "silent.example.org", TYPE_A, IS_SILENT, 0, { NULL } },
	{ "garbage.example.org", TYPE_A, IS_GARBAGE, 0, { "192.0.2.5" } },
	{ "forged.example.org", TYPE_A, HAS_WRONG_ID, 0, { "192.0.2.66" } },
	{ "long.example.org", TYPE_A, CUTS_OFF, 0, { "192.0.2.6", "192.0.2.7" } },
	{ "broken.example.org", TYPE_A, ANSWERS, SERVFAIL, { NULL } },
	{ "refused.example.org", TYPE_A, ANSWERS, REFUSED, { NULL } },
	{ "_irc._tcp.example.org", TYPE_SRV, ANSWERS, 0,
		{ "20 0 7000 c.example.org", "10 0 6667 a.example.org",
			"15 5 6668 b.example.org" } },
	{ "_none._tcp.example.org", TYPE_SRV, ANSWERS, 0, { "0 0 0 ." } },
	{ "_bad._tcp.example.org", TYPE_SRV, IS_GARBAGE, 0, { "1 1 1 a.example.org" } },
	{ NULL, 0, ANSWERS, 0, { NULL } },
};

static int
set_up_here(void **state)
{
	return set_up(state, table);
}

static void
names_have_addresses_of_both_families(void **state)
{
	struct world *w = *state;
	const struct asked *a = answer_to(w, SB_LOOKUP_IPV4, "irc.example.org");

	assert_int_equal(a->n, 2);
	assert_string_equal(a->answers[0].host[8] == '1' ? a->answers[0].host : a->answers[1].host,
		"192.0.2.1");
	assert_string_equal(a->answers[0].host[8] == '1' ? a->answers[1].host : a->answers[0].host,
		"192.0.2.2");
	assert_int_equal(a->answers[0].port, 0);
	a = answer_to(w, SB_LOOKUP_IPV6, "irc.example.org");
	assert_int_equal(a->n, 1);
	assert_string_equal(a->answers[0].host, "2001:db8::1");
	a = answer_to(w, SB_LOOKUP_IPV4, "IRC.example.org.");
	assert_int_equal(a->n, 2);
	assert_int_equal(w->server.n_asked, 3);
	a = answer_to(w, SB_LOOKUP_IPV4, "alias.example.org");
	assert_int_equal(a->n, 1);
	assert_string_equal(a->answers[0].host, "192.0.2.9");
}

static void
name_without_dots_is_searched_for(void **state)
{
	const struct asked *a = answer_to(*state, SB_LOOKUP_IPV4, "v4");

	assert_int_equal(a->n, 1);
	assert_string_equal(a->answers[0].host, "192.0.2.3");
}

/* These are answered at once, from within our call. */
static void
localhost_is_found_without_asking_anybody(void **state)
{
	struct world *w = *state;
	const struct asked *a = answer_to(w, SB_LOOKUP_IPV4, "localhost");

	assert_int_equal(a->n, 1);
	assert_string_equal(a->answers[0].host, "127.0.0.1");
	assert_int_equal(w->server.n_asked, 0);
}

static void
address_is_its_own_answer(void **state)
{
	struct world *w = *state;

	assert_string_equal(
		answer_to(w, SB_LOOKUP_IPV4, "192.0.2.200")->answers[0].host, "192.0.2.200");
	assert_string_equal(
		answer_to(w, SB_LOOKUP_IPV6, "2001:DB8::1")->answers[0].host, "2001:DB8::1");
	expect_failure(
		w, SB_LOOKUP_IPV6, "192.0.2.1", -ENODATA, "looking up 192.0.2.1: it has no IPv6");
	expect_failure(
		w, SB_LOOKUP_IPV4, "::1", -ENODATA, "looking up ::1: it has no IPv4 address");
	expect_failure(w, SB_LOOKUP_SERVICE, "::1", -ENODATA, "looking up ::1: nobody offers");
	assert_int_equal(w->server.n_asked, 0);
}

static void
failure_says_why(void **state)
{
	struct world *w = *state;

	expect_failure(w, SB_LOOKUP_IPV4, "nobody.example.org", -ENOENT,
		"looking up nobody.example.org: there is no such name");
	expect_failure(w, SB_LOOKUP_IPV6, "v4.example.org", -ENODATA,
		"looking up v4.example.org: it has no IPv6 address");
	expect_failure(w, SB_LOOKUP_IPV4, "broken.example.org", -EAGAIN,
		"looking up broken.example.org: the name servers failed (");
	expect_failure(w, SB_LOOKUP_IPV4, "refused.example.org", -EAGAIN,
		"looking up refused.example.org: the name servers failed (");
	expect_failure(w, SB_LOOKUP_IPV4, "garbage.example.org", -EAGAIN,
		"looking up garbage.example.org: the name servers failed (");
	expect_failure(w, SB_LOOKUP_SERVICE, "_bad._tcp.example.org", -EAGAIN,
		"looking up _bad._tcp.example.org: the name servers failed (");
	expect_failure(w, SB_LOOKUP_SERVICE, "_nil._tcp.example.org", -ENOENT,
		"looking up _nil._tcp.example.org: there is no such name");
	expect_failure(w, SB_LOOKUP_SERVICE, "_none._tcp.example.org", -ENODATA,
		"looking up _none._tcp.example.org: nobody offers this service there");
}

static void
server_that_keeps_silent_or_forges_times_out(void **state)
{
	struct world *w = *state;

	expect_failure(w, SB_LOOKUP_IPV4, "silent.example.org", -ETIMEDOUT,
		"looking up silent.example.org: the name servers did not answer");
	expect_failure(w, SB_LOOKUP_IPV4, "forged.example.org", -ETIMEDOUT,
		"looking up forged.example.org: the name servers did not answer");
}

static void
what_does_not_fit_into_a_datagram_comes_by_tcp(void **state)
{
	struct world *w = *state;

	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "long.example.org")->n, 2);
	assert_int_equal(w->server.n_asked_by_tcp, 1);
}

static void
services_come_by_priority(void **state)
{
	struct world *w = *state;
	const struct asked *a = answer_to(w, SB_LOOKUP_SERVICE, "_irc._tcp.example.org");

	assert_int_equal(a->n, 3);
	assert_string_equal(a->answers[0].host, "a.example.org");
	assert_int_equal(a->answers[0].port, 6667);
	assert_string_equal(a->answers[1].host, "b.example.org");
	assert_string_equal(a->answers[2].host, "c.example.org");
	assert_int_equal(a->answers[2].port, 7000);
}

static void
what_is_no_name_is_refused(void **state)
{
	static const char *const names[] = { "", ".", "a..b", ".a", "a b", "b\xc3\xbc", "*",
		"[::1]", "a2345678901234567890123456789012345678901234567890123456789012345.org",
		"010.0.0.1", "127.1", "1.2.3.256", "192.0.2.1.", "a.0x7F", "0x", "7" };
	struct world *w = *state;
	struct sb_lookup *lookup;
	struct sb_error error;
	char name[300];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(sb_lookup_start(w->r, SB_LOOKUP_IPV4, names[i], SB_HANDLER(note),
					 NULL, &lookup, &error),
			-EINVAL);
	for (i = 0; i < 256; i++)
		name[i] = i % 2 ? '.' : 'a';
	assert_non_null(strstr(error.text, "does not end in a number"));
	name[254] = '\0';
	assert_int_equal(sb_lookup_start(w->r, SB_LOOKUP_IPV4, name, SB_HANDLER(note), &w->asked[0],
				 &lookup, &error),
		0);
	sb_lookup_cancel(lookup);
	expect_failure(w, SB_LOOKUP_IPV4, "1.2.3.0xfg", -ENOENT, "looking up 1.2.3.0xfg: there");
	expect_failure(w, SB_LOOKUP_IPV4, "1.2.3.4-a.", -ENOENT, "looking up 1.2.3.4-a.: there");
	name[254] = 'a';
	name[255] = '\0';
	assert_int_equal(sb_lookup_start(w->r, SB_LOOKUP_IPV4, name, SB_HANDLER(note), NULL,
				 &lookup, &error),
		-EINVAL);
	assert_non_null(strstr(error.text, "253 in all"));
}

static void
slow_answer_is_waited_for_and_listed(void **state)
{
	struct world *w = *state;
	struct asked *a = &w->asked[0];
	char left[512];
	size_t cursor = 1; /* behind the server's timer */

	ask(a, SB_LOOKUP_IPV4, "slow.example.org");
	assert_true(sb_reactor_pending_next(w->r, &cursor, left, sizeof(left)));
	assert_non_null(strstr(left, "look-up slow.example.org note tests/reactor/lookup"));
	assert_false(sb_reactor_pending_next(w->r, &cursor, left, sizeof(left)));
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(a->n, 1);
	assert_string_equal(a->answers[0].host, "192.0.2.4");
}

static void
one_is_cancelled_and_the_others_are_answered(void **state)
{
	struct world *w = *state;

	ask(&w->asked[0], SB_LOOKUP_IPV4, "slow.example.org");
	ask(&w->asked[1], SB_LOOKUP_IPV6, "slow.example.org");
	ask(&w->asked[2], SB_LOOKUP_IPV4, "irc.example.org");
	ask(&w->asked[3], SB_LOOKUP_IPV4, "localhost");
	sb_lookup_cancel(w->asked[0].lookup);
	sb_lookup_cancel(w->asked[3].lookup); /* answered, and not told yet */
	sb_lookup_cancel(NULL);
	w->n_waiting -= 2;
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[0].n_told, 0);
	assert_int_equal(w->asked[1].n_told, 1);
	assert_int_equal(w->asked[1].error.code, 0);
	assert_int_equal(w->asked[2].n, 2);
	assert_int_equal(w->asked[3].n_told, 0);
}

static void
cancelled_ones_do_not_keep_the_reactor_running(void **state)
{
	struct world *w = *state;
	unsigned n_fds;
	int64_t began_ns;

	w->retrans_ms = 5000;
	write_conf(w, "127.0.0.1");
	start_over(w);
	n_fds = count_fds();
	ask(&w->asked[0], SB_LOOKUP_IPV4, "silent.example.org");
	ask(&w->asked[1], SB_LOOKUP_IPV4, "silent.example.org");
	ask(&w->asked[2], SB_LOOKUP_IPV4, "irc.example.org");
	sb_lookup_cancel(w->asked[0].lookup);
	w->n_waiting -= 2;
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[2].n, 2);
	sb_lookup_cancel(w->asked[1].lookup);
	began_ns = sb_reactor_clock_ns(w->r);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_true(sb_reactor_clock_ns(w->r) - began_ns < 3 * SB_S);
	assert_int_equal(w->asked[0].n_told + w->asked[1].n_told, 0);
	assert_int_equal(count_fds(), n_fds);
}

static void
cancel_the_other(struct asked *a)
{
	struct asked *other = a == &a->world->asked[0] ? &a->world->asked[1] : &a->world->asked[0];

	sb_lookup_cancel(other->lookup);
	ask(&a->world->asked[2], SB_LOOKUP_IPV6, "irc.example.org");
	sb_reactor_stop(a->world->r);
}

static void
callback_may_cancel_others_and_look_up_more(void **state)
{
	struct world *w = *state;

	w->asked[0].on_answer = w->asked[1].on_answer = cancel_the_other;
	ask(&w->asked[0], SB_LOOKUP_IPV4, "localhost");
	ask(&w->asked[1], SB_LOOKUP_IPV4, "localhost");
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[0].n_told + w->asked[1].n_told, 1);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[2].n_told, 1);
	assert_int_equal(w->asked[0].n_told + w->asked[1].n_told, 1);
}

static void
changed_file_is_followed_a_second_later(void **state)
{
	static const struct record others[] = {
		{ "irc.example.org", TYPE_A, ANSWERS, 0, { "198.51.100.1" } },
		{ NULL, 0, ANSWERS, 0, { NULL } },
	};
	struct world *w = *state;
	struct name_server other;

	start_name_server(&other, w->r, others, "127.0.0.2", w->server.port);
	write_conf(w, "127.0.0.2");
	/* Not looked at twice in a second. */
	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "irc.example.org")->n, 2);
	let_pass(w, 1100 * SB_MS);
	ask(&w->asked[0], SB_LOOKUP_IPV4, "irc.example.org");
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[0].n, 1);
	assert_string_equal(w->asked[0].answers[0].host, "198.51.100.1");
	stop_name_server(&other);
}

static void
who_was_asked_before_the_file_changed_may_still_answer(void **state)
{
	static const struct record others[] = { { NULL, 0, ANSWERS, 0, { NULL } } };
	struct world *w = *state;
	struct name_server other;

	start_name_server(&other, w->r, others, "127.0.0.2", w->server.port);
	w->retrans_ms = 5000;
	w->server.slow_ns = 1300 * SB_MS;
	write_conf(w, "127.0.0.1");
	let_pass(w, 1100 * SB_MS);
	ask(&w->asked[0], SB_LOOKUP_IPV4, "slow.example.org");
	ask(&w->asked[1], SB_LOOKUP_IPV4, "slow.example.org");
	write_conf(w, "127.0.0.2");
	let_pass(w, 1100 * SB_MS);
	assert_int_equal(w->asked[0].n_told, 0);
	ask(&w->asked[2], SB_LOOKUP_IPV4, "irc.example.org");
	sb_lookup_cancel(w->asked[1].lookup);
	w->n_waiting--;
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[2].error.code, -ENOENT);
	assert_string_equal(w->asked[0].answers[0].host, "192.0.2.4");
	assert_true(other.n_asked > 0);
	stop_name_server(&other);
}

static void
servers_that_cannot_be_reached_are_read_again_at_once(void **state)
{
	struct world *w = *state;

	write_conf(w, "127.0.0.3");
	start_over(w);
	expect_failure(w, SB_LOOKUP_IPV4, "irc.example.org", -EAGAIN,
		"looking up irc.example.org: the name servers failed (");
	write_conf(w, "127.0.0.1");
	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "irc.example.org")->n, 2);
}

static void
servers_that_keep_silent_are_read_again_at_once(void **state)
{
	static const struct record others[] = {
		{ "irc.example.org", TYPE_A, ANSWERS, 0, { "198.51.100.1" } },
		{ NULL, 0, ANSWERS, 0, { NULL } },
	};
	struct world *w = *state;
	struct name_server other;
	unsigned n_timers;

	start_name_server(&other, w->r, others, "127.0.0.2", w->server.port);
	start_over(w);
	n_timers = w->r->timers.n_all;
	expect_failure(w, SB_LOOKUP_IPV4, "silent.example.org", -ETIMEDOUT, "looking up silent");
	write_conf(w, "127.0.0.2");
	assert_string_equal(
		answer_to(w, SB_LOOKUP_IPV4, "irc.example.org")->answers[0].host, "198.51.100.1");
	/* Nothing is kept of those before. */
	assert_int_equal(w->r->timers.n_all, n_timers);
	stop_name_server(&other);
}

static void
reactor_is_destroyed_with_queries_left_behind(void **state)
{
	struct world *w = *state;

	ask(&w->asked[0], SB_LOOKUP_IPV4, "silent.example.org");
	ask(&w->asked[1], SB_LOOKUP_SERVICE, "_irc._tcp.example.org");
	sb_lookup_cancel(w->asked[0].lookup);
	sb_lookup_cancel(w->asked[1].lookup);
}

static void
without_descriptors_the_servers_are_out_of_reach(void **state)
{
	struct world *w = *state;
	struct rlimit before, none;
	int fds[64], i, n;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (n = 0; n < 64; n++)
		if ((fds[n] = dup(0)) < 0)
			break;
	for (i = 0; i < 2; i++) {
		/* None left; then one, which is the socket's, and none to watch it by. */
		ask(&w->asked[0], SB_LOOKUP_IPV4, "irc.example.org");
		assert_int_equal(sb_reactor_run(w->r), 0);
		assert_int_equal(w->asked[0].error.code, -EAGAIN);
		(void)close(fds[--n]);
	}
	while (n > 0)
		(void)close(fds[--n]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "irc.example.org")->n, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up_here, tear_down)
		in_world(names_have_addresses_of_both_families),
		in_world(name_without_dots_is_searched_for),
		in_world(localhost_is_found_without_asking_anybody),
		in_world(address_is_its_own_answer),
		in_world(failure_says_why),
		in_world(server_that_keeps_silent_or_forges_times_out),
		in_world(what_does_not_fit_into_a_datagram_comes_by_tcp),
		in_world(services_come_by_priority),
		in_world(what_is_no_name_is_refused),
		in_world(slow_answer_is_waited_for_and_listed),
		in_world(one_is_cancelled_and_the_others_are_answered),
		in_world(cancelled_ones_do_not_keep_the_reactor_running),
		in_world(callback_may_cancel_others_and_look_up_more),
		in_world(changed_file_is_followed_a_second_later),
		in_world(who_was_asked_before_the_file_changed_may_still_answer),
		in_world(servers_that_cannot_be_reached_are_read_again_at_once),
		in_world(servers_that_keep_silent_are_read_again_at_once),
		in_world(reactor_is_destroyed_with_queries_left_behind),
		in_world(without_descriptors_the_servers_are_out_of_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
