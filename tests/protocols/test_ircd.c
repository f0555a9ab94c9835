/* The small IRC server: conversations, which are in transcripts/ircd; how it is made; its lines. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "ircd_fixture.h"

/* ---- Transcripts ---- */

struct subject {
	struct sb_ircd *ircd;
	bool has_accounts;
};

/* That of oscar is "open sesame". */
static const struct sb_ircd_account accounts[] = {
	{ .name = "alice", .password = "sesame" },
	{ .name = "oscar",
		.hash = "$5$signalbox$SzpA4KkdjIvw/hUrlgRtIQrx2EyGHbMxh66QSNZnId3",
		.is_operator = true },
};

static void
subject_create(void *self, struct sb_world *world, const char *url)
{
	struct sb_ircd_options options = { .url = url };
	struct subject *subject = self;
	struct sb_error why = { 0, "" };

	if (subject->has_accounts) {
		options.accounts = accounts;
		options.n_accounts = 2;
	}
	if (sb_ircd_create(world->d, world->r, &options, SB_PLACE, &subject->ircd, &why))
		sb_testing_fail(SB_PLACE, "no server: %s", why.text);
}

static void
subject_destroy(void *self)
{
	struct subject *subject = self;

	sb_ircd_destroy(subject->ircd);
}

static void
run_folder(const char *folder, bool has_accounts)
{
	static const struct sb_subject subject = {
		.signals = "ircd.*",
		.is_server = true,
		.create = subject_create,
		.destroy = subject_destroy,
	};
	struct subject self = { .has_accounts = has_accounts };

	sb_transcript_run_folder(folder, &subject, &self);
}

static void
conversations_go_as_written(void **state)
{
	(void)state;
	run_folder(SOURCE_DIR "/tests/protocols/transcripts/ircd", false);
}

static void
conversations_with_accounts_go_as_written(void **state)
{
	(void)state;
	run_folder(SOURCE_DIR "/tests/protocols/transcripts/ircd_accounts", true);
}

/* ---- Making one ---- */

static int
try_create(struct sb_world *world, const struct sb_ircd_options *options, struct sb_error *ret_why)
{
	struct sb_ircd *ircd = NULL;
	int error = sb_ircd_create(world->d, world->r, options, SB_PLACE, &ircd, ret_why);

	if (!error)
		sb_ircd_destroy(ircd);
	return error;
}

static void
a_name_that_cannot_stand_in_a_line_is_refused(void **state)
{
	static const char url[] = "tcp://127.0.0.1:0";
	static const char long_name[] =
		"a234567890b234567890c234567890d234567890e234567890f234567890g234";
	static const char *const bad[] = { "", "a b", ":a", "a!b", "a@b", "a\r\nb", long_name };
	struct sb_ircd_options options = { .url = url };
	struct sb_error why;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		options.name = bad[i];
		options.network = NULL;
		assert_int_equal(try_create(*state, &options, &why), -EINVAL);
		assert_non_null(strstr(why.text, "server's name"));
		options.name = NULL;
		options.network = bad[i];
		assert_int_equal(try_create(*state, &options, &why), -EINVAL);
		assert_non_null(strstr(why.text, "network's name"));
	}
	options.name = options.network = long_name + 1;
	assert_int_equal(try_create(*state, &options, &why), 0);
}

static void
it_does_not_listen_where_one_cannot(void **state)
{
	struct sb_ircd_options options = { .url = "tcp://127.0.0.1:nowhere" };
	struct sb_error why;
	struct fixture f;

	assert_int_equal(try_create(*state, &options, &why), -EINVAL);
	fixture_begin(&f, *state);
	options.url = sb_ircd_url(f.ircd);
	assert_int_equal(try_create(*state, &options, &why), -EADDRINUSE);
	fixture_end(&f);
}

static void
the_welcome_names_server_and_network(void **state)
{
	struct sb_ircd_options options = {
		.url = "tcp://127.0.0.1:0", .name = "box.example", .network = "Signals"
	};
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	person_begin(&bob, &f);
	person_send(&bob, "NICK bob\nUSER b 0 * b\n");
	person_seek(&bob, ":box.example 001 bob :Welcome to the Signals IRC network, bob!b@");
	person_seek(&bob, " NETWORK=Signals ");
	person_end(&bob);
	fixture_end(&f);
}

static void
check_host(struct sb_world *world, const char *url, const char *expected)
{
	struct sb_ircd_options options = { .url = url };
	struct person bob;
	struct fixture f;

	fixture_begin_with(&f, world, &options);
	person_enter(&bob, &f, "bob");
	sb_probe_expect(f.probe, expected);
	person_say(&bob, "PRIVMSG bob :me");
	assert_ptr_equal(strstr(person_got(&bob), ":bob!u@"), person_got(&bob));
	person_end(&bob);
	fixture_end(&f);
}

static void
a_host_is_an_address_without_its_port(void **state)
{
	check_host(*state, "tcp://127.0.0.1:0", "ircd.registered host=127.0.0.1");
	check_host(*state, "tcp://[::1]:0", "ircd.registered host=0::1");
	check_host(*state, "unix:///tmp/ircd.sock", "ircd.registered host=unix");
}

static void
a_user_name_keeps_what_can_stand_in_a_source(void **state)
{
	static const struct {
		const char *user, *expected;
	} examples[] = {
		{ "b@d!x", "ircd.registered user=bdx realname=r" },
		{ "@!:", "ircd.registered user=unknown" },
		{ "0123456789abc", "ircd.registered user=0123456789" },
		{ "a-_.~[]{}b", "ircd.registered user='a-_.~[]{}b'" },
	};
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct person bob;
		char text[128];

		person_begin(&bob, &f);
		(void)snprintf(text, sizeof(text), "USER %s 0 * r\nNICK bob\n", examples[i].user);
		person_send(&bob, text);
		sb_probe_seek(f.probe, examples[i].expected);
		person_end(&bob);
	}
	fixture_end(&f);
}

/* ---- Lines ---- */

static void
a_line_too_long_is_told_and_the_next_is_read(void **state)
{
	static const size_t lens[] = { 506, 507, 4000, 8697, 8698, 100000 };
	static char buf[100001];
	struct person bob;
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		person_send(&bob, "PING ");
		person_send(&bob, repeat("x", lens[i] - 1, buf, sizeof(buf)));
		person_send(&bob, "\r\nPING y\r\n");
		if (lens[i] == 506)
			person_seek(&bob, "xxx\r\n");
		else
			person_expect(&bob, ":irc.local 417 bob :Input line was too long\r\n"
					    ":irc.local PONG irc.local :y\r\n");
		person_forget(&bob);
	}
	person_end(&bob);
	fixture_end(&f);
}

/* How many lines there are; each is at most 512 bytes long, and whole. */
static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; n++) {
		const char *end = strstr(text, "\r\n");

		assert_non_null(end);
		assert_in_range((size_t)(end - text), 1, 510);
		text = end + 2;
	}
	return n;
}

static void
words_are_cut_between_characters_where_the_source_makes_them_too_long(void **state)
{
	char buf[600], line[700];
	struct person alice, bob;
	struct fixture f;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	(void)snprintf(line, sizeof(line), "PRIVMSG bob :x%s",
		repeat("\xe2\x82\xac", 160, buf, sizeof(buf)));
	person_say(&alice, line);
	/* 512 - \r\n - ":alice!u@127.0.0.1 PRIVMSG bob :x" leaves 477 bytes, 159 signs of three. */
	(void)snprintf(line, sizeof(line), ":alice!u@127.0.0.1 PRIVMSG bob :x%s\r\n",
		repeat("\xe2\x82\xac", 159, buf, sizeof(buf)));
	person_expect(&bob, line);
	sb_probe_seek(f.probe, "ircd.message nick=alice target=bob");
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
}

static void
a_long_list_of_names_takes_several_lines(void **state)
{
	enum { MANY = 60 };
	struct person people[MANY];
	char nick[64];
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(nick, sizeof(nick), "somebody-with-a-long-nick-%03d", i);
		person_enter(&people[i], &f, nick);
		person_say(&people[i], "JOIN #c");
	}
	person_forget(&people[0]);
	person_say(&people[0], "NAMES #c");
	/* 16 names a line, and the end. */
	assert_int_equal(count_lines(person_got(&people[0])), 5);
	person_seek(&people[0], " 353 somebody-with-a-long-nick-000 = #c :@somebody");
	for (i = 1; i < MANY; i++) {
		(void)snprintf(nick, sizeof(nick), "somebody-with-a-long-nick-%03d", i);
		person_seek(&people[0], nick);
	}
	person_forget(&people[0]);
	person_say(&people[0], "ISON somebody-with-a-long-nick-059");
	person_seek(&people[0], ":somebody-with-a-long-nick-059\r\n");
	for (i = 0; i < MANY; i++)
		person_end(&people[i]);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(conversations_go_as_written),
		kit_test_bare(conversations_with_accounts_go_as_written),
		kit_test(a_name_that_cannot_stand_in_a_line_is_refused),
		kit_test(it_does_not_listen_where_one_cannot),
		kit_test(the_welcome_names_server_and_network),
		kit_test(a_host_is_an_address_without_its_port),
		kit_test(a_user_name_keeps_what_can_stand_in_a_source),
		kit_test(a_line_too_long_is_told_and_the_next_is_read),
		kit_test(words_are_cut_between_characters_where_the_source_makes_them_too_long),
		kit_test(a_long_list_of_names_takes_several_lines),
	};

	return kit_run(tests);
}
