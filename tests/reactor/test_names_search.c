/* Which names are asked for: /etc/hosts before the servers, and the search of resolv.conf. */

#include "reactor/lookup_fixture.h"

static const struct record table[] = {
	{ "v4.test", TYPE_A, ANSWERS, 0, { "192.0.2.3" } },
	{ "v4.test", TYPE_AAAA, ANSWERS, 0, { NULL } },
	{ "host.test", TYPE_A, ANSWERS, 0, { "192.0.2.4" } },
	{ "host.test", TYPE_AAAA, ANSWERS, 0, { "2001:db8::4" } },
	{ "www.one.lan", TYPE_A, ANSWERS, 0, { "192.0.2.10" } },
	{ "www.one.lan", TYPE_AAAA, ANSWERS, 0, { NULL } },
	{ "www.two.lan", TYPE_A, ANSWERS, 0, { "192.0.2.20" } },
	{ "www.two.lan", TYPE_AAAA, ANSWERS, 0, { "2001:db8::20" } },
	{ "*.wild.lan", TYPE_A, ANSWERS, 0, { "192.0.2.99" } },
	{ "*.wild.lan", TYPE_AAAA, ANSWERS, 0, { "2001:db8::99" } },
	{ "*.bad.lan", TYPE_A, ANSWERS, SERVFAIL, { NULL } },
	{ "*.bad.lan", TYPE_AAAA, ANSWERS, SERVFAIL, { NULL } },
	{ "*.silent.lan", TYPE_A, IS_SILENT, 0, { NULL } },
	{ NULL, 0, ANSWERS, 0, { NULL } },
};

static char hosts[64];

static int
set_up_search(void **state)
{
	int ret = set_up(state, table);

	(void)strcpy(hosts, "/tmp/signalbox-hosts-XXXXXX");
	(void)close(mkstemp(hosts));
	(void)setenv("CARES_HOSTS", hosts, 1);
	return ret;
}

static int
tear_down_search(void **state)
{
	(void)unsetenv("CARES_HOSTS");
	(void)unlink(hosts);
	return tear_down(state);
}

/* Makes the resolver anew, with these lines in the file. */
static void
search_by(struct world *w, const char *lines)
{
	char text[512];

	(void)snprintf(
		text, sizeof(text), "nameserver 127.0.0.1\noptions retrans:300 retry:1\n%s", lines);
	write_file(w->conf, text);
	start_over(w);
}

/* Since they were expected last. */
static void
expect_questions(struct world *w, const char *expected)
{
	assert_string_equal(w->server.questions, expected);
	w->server.questions[0] = '\0';
}

static void
expect_address(struct world *w, enum sb_lookup_kind kind, const char *name, const char *address)
{
	const struct asked *a = answer_to(w, kind, name);

	if (a->n != 1)
		fail_msg("%zu %s", a->n, a->error.text);
	assert_string_equal(a->answers[0].host, address);
}

static void
name_that_the_hosts_file_has_is_not_asked_for(void **state)
{
	struct world *w = *state;

	write_file(hosts, "192.0.2.77 host.test alias\n2001:db8::78 other.test Other\n"
			  "192.0.2.79 both.test\n2001:db8::79 both.test\n192.0.2.80 both.test\n");
	search_by(w, "search wild.lan\n");
	expect_address(w, SB_LOOKUP_IPV4, "host.test", "192.0.2.77");
	expect_failure(w, SB_LOOKUP_IPV6, "host.test", -ENODATA,
		"looking up host.test: it has no IPv6 address");
	expect_failure(w, SB_LOOKUP_IPV6, "alias", -ENODATA, "looking up alias: it has no IPv6");
	expect_failure(w, SB_LOOKUP_IPV6, "HOST.test.", -ENODATA, "looking up HOST.test.: it has");
	expect_address(w, SB_LOOKUP_IPV4, "HOST.test.", "192.0.2.77");
	expect_address(w, SB_LOOKUP_IPV6, "OTHER", "2001:db8::78");
	expect_failure(w, SB_LOOKUP_IPV4, "other", -ENODATA, "looking up other: it has no IPv4");
	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "both.test")->n, 2);
	expect_address(w, SB_LOOKUP_IPV6, "both.test", "2001:db8::79");
	expect_questions(w, "");
	expect_address(w, SB_LOOKUP_IPV4, "v4.test", "192.0.2.3");
}

static void
localhost_is_not_asked_for_however_it_is_written(void **state)
{
	static const char *const names[] = { "localhost", "LocalHost." };
	struct world *w = *state;
	size_t i;

	search_by(w, "search wild.lan\noptions ndots:5\n");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		expect_address(w, SB_LOOKUP_IPV4, names[i], "127.0.0.1");
		expect_address(w, SB_LOOKUP_IPV6, names[i], "::1");
	}
	expect_questions(w, "");
}

static void
both_families_end_at_the_same_name(void **state)
{
	struct world *w = *state;

	search_by(w, "search one.lan two.lan\n");
	expect_address(w, SB_LOOKUP_IPV4, "www", "192.0.2.10");
	expect_questions(w, "www.one.lan A");
	expect_failure(w, SB_LOOKUP_IPV6, "www", -ENODATA, "looking up www: it has no IPv6");
	expect_questions(w, "www.one.lan AAAA");
	search_by(w, "search three.lan two.lan\n");
	expect_address(w, SB_LOOKUP_IPV6, "www", "2001:db8::20");
	expect_questions(w, "www.three.lan AAAA, www.two.lan AAAA");
}

static void
name_of_one_family_is_not_sought_at_a_wildcard(void **state)
{
	struct world *w = *state;

	search_by(w, "search wild.lan\n");
	expect_address(w, SB_LOOKUP_IPV4, "v4.test", "192.0.2.3");
	expect_failure(w, SB_LOOKUP_IPV6, "v4.test", -ENODATA, "looking up v4.test: it has no");
	expect_questions(w, "v4.test A, v4.test AAAA");
	expect_address(w, SB_LOOKUP_IPV6, "nobody.test", "2001:db8::99");
	expect_questions(w, "nobody.test AAAA, nobody.test.wild.lan AAAA");
}

static void
number_of_dots_says_what_comes_first(void **state)
{
	struct world *w = *state;

	search_by(w, "search one.lan two.lan\noptions ndots:2\n");
	expect_address(w, SB_LOOKUP_IPV4, "v4.test", "192.0.2.3");
	expect_questions(w, "v4.test.one.lan A, v4.test.two.lan A, v4.test A");
	expect_failure(w, SB_LOOKUP_IPV4, "a.b.c", -ENOENT, "looking up a.b.c: there is no such");
	expect_questions(w, "a.b.c A, a.b.c.one.lan A, a.b.c.two.lan A");
}

static void
whole_name_is_asked_for_alone(void **state)
{
	struct world *w = *state;

	search_by(w, "search wild.lan\noptions ndots:5\n");
	expect_failure(w, SB_LOOKUP_IPV4, "nobody.test.", -ENOENT, "looking up nobody.test.: ther");
	expect_questions(w, "nobody.test A");
	expect_failure(w, SB_LOOKUP_IPV4, "a.onion", -ENOENT, "looking up a.onion: there is no");
	expect_failure(w, SB_LOOKUP_IPV4, "a.onion.", -ENOENT, "looking up a.onion.: there is no");
	expect_questions(w, "");
}

static void
search_goes_on_where_a_server_fails(void **state)
{
	struct world *w = *state;

	search_by(w, "search bad.lan one.lan\n");
	expect_failure(w, SB_LOOKUP_IPV4, "nobody.test", -ENOENT, "looking up nobody.test: there");
	expect_address(w, SB_LOOKUP_IPV4, "www", "192.0.2.10");
	/* Where it failed there may be one. */
	expect_failure(w, SB_LOOKUP_IPV4, "ftp", -EAGAIN,
		"looking up ftp: the name servers failed (out of reach, or none of them could "
		"answer)");
	search_by(w, "search bad.lan\noptions ndots:5\n");
	expect_address(w, SB_LOOKUP_IPV4, "v4.test", "192.0.2.3");
	expect_failure(w, SB_LOOKUP_IPV6, "v4.test", -ENODATA, "looking up v4.test: it has no");
	search_by(w, "search silent.lan one.lan\n");
	w->server.questions[0] = '\0';
	expect_failure(w, SB_LOOKUP_IPV4, "www", -ETIMEDOUT, "looking up www: the name servers di");
	assert_null(strstr(w->server.questions, "one.lan"));
}

static void
name_too_long_to_be_searched_for_is_asked_for_as_it_is(void **state)
{
	struct world *w = *state;
	char name[248], expected[260];
	size_t i;

	for (i = 0; i < 247; i++)
		name[i] = i % 50 == 49 ? '.' : 'x';
	name[247] = '\0';
	(void)snprintf(expected, sizeof(expected), "%s A", name);
	search_by(w, "search wild.lan\n");
	expect_failure(w, SB_LOOKUP_IPV4, name, -ENOENT, "looking up xxx");
	expect_questions(w, expected);
	search_by(w, "search wild.lan\noptions ndots:5\n");
	expect_failure(w, SB_LOOKUP_IPV4, name, -ENOENT, "looking up xxx");
	expect_questions(w, expected);
	/* Of those that are long, one fits to the byte. */
	name[244] = '\0';
	search_by(w, "search b.wild.lan wild.lan\noptions ndots:5\n");
	expect_address(w, SB_LOOKUP_IPV4, name, "192.0.2.99");
	assert_int_equal(w->server.n_asked, 3);
}

static void
search_may_be_cancelled_between_two_names(void **state)
{
	struct world *w = *state;

	search_by(w, "search one.lan silent.lan two.lan\n");
	ask(&w->asked[0], SB_LOOKUP_IPV4, "ftp");
	ask(&w->asked[1], SB_LOOKUP_IPV4, "ftp");
	w->n_waiting--;
	let_pass(w, 100 * SB_MS);
	sb_lookup_cancel(w->asked[0].lookup);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[0].n_told, 0);
	assert_int_equal(w->asked[1].error.code, -ETIMEDOUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up_search, tear_down_search)
		in_world(name_that_the_hosts_file_has_is_not_asked_for),
		in_world(localhost_is_not_asked_for_however_it_is_written),
		in_world(both_families_end_at_the_same_name),
		in_world(name_of_one_family_is_not_sought_at_a_wildcard),
		in_world(number_of_dots_says_what_comes_first),
		in_world(whole_name_is_asked_for_alone),
		in_world(search_goes_on_where_a_server_fails),
		in_world(name_too_long_to_be_searched_for_is_asked_for_as_it_is),
		in_world(search_may_be_cancelled_between_two_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
