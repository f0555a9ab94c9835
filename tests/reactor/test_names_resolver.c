/* Look-ups over c-ares, against a server of our own on loopback. */

#include "reactor/name_server.h"

#include <sys/resource.h>

#include "reactor/resolver.h"

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

enum { N_ASKED = 8 };

struct asked {
	struct world *world;
	struct sb_lookup *lookup;
	void (*on_answer)(struct asked *);
	unsigned n_told;
	size_t n;
	struct sb_answer answers[ANSWERS_MAX];
	struct sb_error error;
};

struct world {
	struct sb_reactor *r;
	struct name_server server;
	char conf[64];
	int retrans_ms;
	struct asked asked[N_ASKED];
	unsigned n_waiting;
	bool is_inside;
};

static void
write_conf(struct world *w, const char *server)
{
	FILE *file = fopen(w->conf, "w");

	assert_non_null(file);
	(void)fprintf(file, "nameserver %s\nsearch example.org\noptions retrans:%d retry:1\n",
		server, w->retrans_ms);
	assert_int_equal(fclose(file), 0);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	int i;

	assert_non_null(w);
	(void)alarm(60);
	w->r = sb_reactor_create();
	assert_non_null(w->r);
	start_name_server(&w->server, w->r, table, "127.0.0.1", 0);
	w->retrans_ms = 300;
	(void)strcpy(w->conf, "/tmp/signalbox-resolv-XXXXXX");
	(void)close(mkstemp(w->conf));
	write_conf(w, "127.0.0.1");
	assert_int_equal(
		sb_ares_create(w->r, w->conf, (uint16_t)w->server.port, &w->r->resolver), 0);
	for (i = 0; i < N_ASKED; i++)
		w->asked[i].world = w;
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	char left[512];
	size_t cursor = 0;

	stop_name_server(&w->server);
	while (sb_reactor_pending_next(w->r, &cursor, left, sizeof(left)))
		print_error("left: %s\n", left);
	assert_int_equal(cursor, 1);
	sb_reactor_destroy(w->r);
	(void)unlink(w->conf);
	free(w);
	return 0;
}

static void
note(void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error)
{
	struct asked *a = self;

	assert_false(a->world->is_inside);
	assert_int_equal(a->n_told++, 0);
	assert_true(n <= ANSWERS_MAX && (n > 0) == (error->code == 0));
	if (n > 0)
		memcpy(a->answers, answers, n * sizeof(*answers));
	a->n = n;
	a->error = *error;
	a->lookup = NULL;
	if (--a->world->n_waiting == 0)
		sb_reactor_stop(a->world->r);
	if (a->on_answer)
		a->on_answer(a);
}

static void
ask(struct asked *a, enum sb_lookup_kind kind, const char *name)
{
	struct world *w = a->world;
	int ret;

	w->is_inside = true;
	a->n_told = 0;
	ret = sb_lookup_start(w->r, kind, name, SB_HANDLER(note), a, &a->lookup, &a->error);
	w->is_inside = false;
	if (ret < 0)
		fail_msg("%s", a->error.text);
	w->n_waiting++;
}

static struct asked *
answer_to(struct world *w, enum sb_lookup_kind kind, const char *name)
{
	ask(&w->asked[0], kind, name);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[0].n_told, 1);
	return &w->asked[0];
}

static void
expect_failure(
	struct world *w, enum sb_lookup_kind kind, const char *name, int code, const char *text)
{
	const struct asked *a = answer_to(w, kind, name);

	if (a->error.code != code)
		fail_msg("%d %s", a->error.code, a->error.text);
	assert_int_equal(a->n, 0);
	if (strncmp(a->error.text, text, strlen(text)))
		fail_msg("%s", a->error.text);
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

/* c-ares answers these at once, from within our call. */
static void
hosts_file_is_read_without_asking_anybody(void **state)
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
		"[::1]", "a2345678901234567890123456789012345678901234567890123456789012345.org" };
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
	name[254] = '\0';
	assert_int_equal(sb_lookup_start(w->r, SB_LOOKUP_IPV4, name, SB_HANDLER(note), &w->asked[0],
				 &lookup, &error),
		0);
	sb_lookup_cancel(lookup);
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
	assert_non_null(strstr(left, "look-up slow.example.org note tests/reactor/test_names"));
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

/* Makes the resolver again, which reads the file. */
static void
start_over(struct world *w)
{
	sb_resolver_finish(w->r);
	assert_int_equal(
		sb_ares_create(w->r, w->conf, (uint16_t)w->server.port, &w->r->resolver), 0);
}

static unsigned
count_fds(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
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
stop(void *self)
{
	sb_reactor_stop(self);
}

static void
let_pass(struct world *w, int64_t ns)
{
	struct sb_timer timer;

	assert_int_equal(sb_timer_init(&timer, w->r, SB_HANDLER(stop), w->r), 0);
	sb_timer_start(&timer, ns);
	/* Answers stop it too. */
	while (sb_timer_is_started(&timer))
		assert_int_equal(sb_reactor_run(w->r), 0);
	sb_timer_finish(&timer);
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
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(names_have_addresses_of_both_families),
		in_world(name_without_dots_is_searched_for),
		in_world(hosts_file_is_read_without_asking_anybody),
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
