/* Another configuration while it runs: only what differs is changed. */

#include <signalbox/ircd.h>
#include <signalbox/listener.h>

#include "program.h"
#include "visitor.h"

#define ON_DEMO(channels) "irc demo { server = \"ircd\" " channels " }\n"
#define IRCD "ircd { listen = \"tcp://127.0.0.1:6667\" }\n"
#define OTHER_IRCD "ircd { listen = \"tcp://127.0.0.1:6668\" }\n"
#define HTTP "http { listen = \"tcp://127.0.0.1:8080\" }\n"
#define QOTD "qotd { listen = \"tcp://127.0.0.1:1717\" }\n"
#define CHANNEL "channels = { \"#signalbox\" }"

static void
begin(struct fixture *f, const char *text)
{
	start(f, text);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
	f->log[0] = '\0';
}

static void
reload(struct fixture *f, const char *text)
{
	struct sb_error error;

	if (quoth_reload(f->quoth, parse(text), &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
}

static void
refuse(struct fixture *f, const char *text, int code, const char *why)
{
	struct sb_error error;

	assert_int_equal(quoth_reload(f->quoth, parse(text), &error), code);
	assert_int_equal(error.code, code);
	if (!strstr(error.text, why))
		sb_testing_fail(SB_PLACE, "'%s' should hold '%s'", error.text, why);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
}

/* Whether the log holds the text. */
static bool
logged(struct fixture *f, const char *text)
{
	return strstr(f->log, text);
}

static void
the_same_again_changes_nothing(void **state)
{
	struct fixture *f = *state;

	begin(f, DEMO);
	reload(f, DEMO);
	assert_string_equal(f->log, "3 quotes\n");
	assert_string_equal(quoth_ircd_url(f->quoth), "tcp://127.0.0.1:6667");
}

static void
channels_are_joined_and_parted_on_the_connection_that_stands(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY IRCD ON_DEMO("channels = { \"#one\", \"#two\" }"));
	reload(f, IN_MEMORY IRCD ON_DEMO("channels = { \"#two\", \"#three\" }"));
	assert_true(logged(f, "demo: joined #three\n"));
	assert_true(logged(f, "demo: left #one\n"));
	assert_false(logged(f, "#two"));
	assert_false(logged(f, "disconnected"));
	/* So it is after a reconnect, too. */
	f->log[0] = '\0';
	sb_simulation_cut_all(f->world->sim);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 600 * SB_S), 0);
	assert_true(logged(f, "demo: joined #two\n"));
	assert_true(logged(f, "demo: joined #three\n"));
	assert_false(logged(f, "demo: joined #one\n"));
}

static void
a_nick_is_changed_on_the_connection_that_stands(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	reload(f, IN_MEMORY IRCD ON_DEMO("nick = \"raven\" " CHANNEL));
	assert_true(logged(f, "configuration: irc demo: nick: raven, was quoth\n"));
	assert_true(logged(f, "demo: is now called raven\n"));
	assert_false(logged(f, "disconnected"));
}

static void
a_key_is_used_from_now_on(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY IRCD ON_DEMO("channels = { \"#one\" }"));
	reload(f, IN_MEMORY IRCD ON_DEMO("channels = { \"#one hidden\", \"#two hidden\" }"));
	assert_true(logged(f, "configuration: irc demo: channels: another key for #one\n"));
	assert_true(logged(f, "demo: joined #two\n"));
	assert_false(logged(f, "disconnected"));
	assert_false(logged(f, "hidden"));
}

static void
what_the_server_hears_at_the_beginning_needs_another_connection(void **state)
{
	static const char *const options[] = { "realname = \"A bot\"", "nicks = { \"rook\" }",
		"capabilities = { \"-echo-message\" }", "charset = \"iso-8859-1\"",
		"ping-after-s = 30" };
	struct fixture *f = *state;
	char text[512];
	size_t i;

	begin(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		f->log[0] = '\0';
		(void)snprintf(text, sizeof(text),
			IN_MEMORY IRCD "irc demo { server = \"ircd\" " CHANNEL " %s }\n",
			options[i]);
		reload(f, text);
		assert_true(logged(f, "demo: disconnected"));
		assert_true(logged(f, "demo: joined #signalbox\n"));
		/* Each alone. */
		reload(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	}
}

static void
moderators_are_others_at_once(void **state)
{
	struct fixture *f = *state;
	struct person alice;

	begin(f, WITH_SAMPLE IRCD ON_DEMO(CHANNEL));
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	reload(f, WITH_SAMPLE IRCD ON_DEMO(CHANNEL " moderators = { \"alice!*@*\" }"));
	assert_false(logged(f, "disconnected"));
	person_expect_answer(&alice, f, "!del 2", "Quote 2 is deleted.", SB_S);
	person_leave(&alice, f);
}

static void
what_the_embedded_server_is_cannot_change(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY IRCD);
	refuse(f, IN_MEMORY "ircd { listen = \"tcp://127.0.0.1:6667\" name = \"irc.x\" }\n",
		-EOPNOTSUPP, "ircd: name: another one needs a restart");
	refuse(f, IN_MEMORY "ircd { listen = \"tcp://127.0.0.1:6667\" flood-protection = true }\n",
		-EOPNOTSUPP, "ircd: flood-protection: another one needs a restart");
	refuse(f, IN_MEMORY "state-directory = \"/tmp\"\n" IRCD, -EOPNOTSUPP,
		"test.conf: state-directory: another one needs a restart");
	/* Elsewhere it is another server. */
	reload(f, IN_MEMORY "ircd { listen = \"tcp://127.0.0.1:6668\" name = \"irc.x\" }\n");
	assert_string_equal(quoth_ircd_url(f->quoth), "tcp://127.0.0.1:6668");
}

static void
what_cannot_be_said_now_is_done_by_a_new_client(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY "irc away { server = \"tcp://127.0.0.1:7001\" " CHANNEL " }\n");
	reload(f, IN_MEMORY IRCD ON_DEMO(CHANNEL) "irc away { server = \"tcp://127.0.0.1:7001\" "
						  "channels = { \"#other\" } }\n");
	assert_true(logged(f, "away: disconnected"));
	assert_true(logged(f, "away: connecting to tcp://127.0.0.1:7001, attempt 1\n"));
	assert_true(logged(f, "demo: joined #signalbox\n"));
}

static void
a_network_that_is_begun_anew_has_its_nick_back(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	/* The same server by another name. */
	reload(f, IN_MEMORY IRCD "irc demo { server = \"tcp://127.0.0.1:6667\" " CHANNEL " }\n");
	/* Not before the old client has left, who has it. */
	assert_true(logged(f, "demo: disconnected") && logged(f, "demo: connecting"));
	assert_true(strstr(f->log, "demo: disconnected") < strstr(f->log, "demo: connecting"));
	assert_true(logged(f, "demo: registered with irc.local as quoth\n"));
	assert_true(logged(f, "demo: joined #signalbox\n"));
	/* Thrice at once: the last one counts. */
	f->log[0] = '\0';
	assert_int_equal(quoth_reload(f->quoth, parse(IN_MEMORY IRCD ON_DEMO(CHANNEL)), NULL), 0);
	assert_int_equal(
		quoth_reload(f->quoth, parse(IN_MEMORY IRCD ON_DEMO("nick = \"raven\"")), NULL), 0);
	reload(f, IN_MEMORY IRCD ON_DEMO("nick = \"rook\" " CHANNEL));
	assert_true(logged(f, "demo: registered with irc.local as rook\n"));
	assert_false(logged(f, "registered with irc.local as raven"));
	assert_int_equal(sb_simulation_run_for(f->world->sim, 60 * SB_S), 0);
	quoth_shut(f->quoth, "Goodbye");
	run_until(f, "over", is_over, f, 2 * SB_S);
}

static void
it_may_be_shut_while_a_network_waits_for_another_to_leave(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	assert_int_equal(
		quoth_reload(f->quoth,
			parse(IN_MEMORY IRCD "irc demo { server = \"tcp://127.0.0.1:6667\" }\n"),
			NULL),
		0);
	quoth_shut(f->quoth, "Goodbye");
	run_until(f, "over", is_over, f, 2 * SB_S);
	assert_false(logged(f, "registered"));
}

static void
networks_come_and_go_and_the_others_notice_nothing(void **state)
{
	struct fixture *f = *state;
	struct sb_ircd_options options = { .url = "tcp://127.0.0.1:7001" };
	struct sb_ircd *ircd;

	assert_int_equal(
		sb_ircd_create(f->people, f->world->r, &options, SB_PLACE, &ircd, NULL), 0);
	begin(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	reload(f, IN_MEMORY IRCD ON_DEMO(CHANNEL) "irc other { server = "
						  "\"tcp://127.0.0.1:7001\" " CHANNEL " }\n");
	assert_true(logged(f, "other: joined #signalbox\n"));
	assert_false(logged(f, "demo: "));
	f->log[0] = '\0';
	reload(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	assert_true(logged(f, "other: disconnected: "));
	assert_false(logged(f, "again in"));
	assert_false(logged(f, "demo: "));
	assert_int_equal(sb_ircd_n_clients(ircd), 0);
	sb_ircd_destroy(ircd);
}

static void
a_server_that_moves_takes_the_bot_along(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	reload(f, IN_MEMORY OTHER_IRCD ON_DEMO(CHANNEL));
	assert_string_equal(quoth_ircd_url(f->quoth), "tcp://127.0.0.1:6668");
	assert_true(logged(f, "demo: registered with"));
	assert_true(logged(f, "demo: joined #signalbox\n"));
	/* The old address is free. */
	f->log[0] = '\0';
	reload(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	assert_string_equal(quoth_ircd_url(f->quoth), "tcp://127.0.0.1:6667");
}

static void
servers_are_opened_and_closed(void **state)
{
	struct fixture *f = *state;
	struct visitor visitor;

	begin(f, WITH_SAMPLE IRCD);
	assert_null(quoth_qotd_url(f->quoth));
	reload(f, WITH_SAMPLE IRCD QOTD HTTP);
	assert_string_equal(quoth_http_url(f->quoth), "tcp://127.0.0.1:8080");
	visitor_come(&visitor, f->world->r, quoth_qotd_url(f->quoth));
	run_until(f, "the quote of the day", visitor_is_over, &visitor, 60 * SB_S);
	assert_true(visitor.len > 0);
	reload(f, WITH_SAMPLE IRCD);
	assert_null(quoth_qotd_url(f->quoth));
	assert_null(quoth_http_url(f->quoth));
	visitor_come(&visitor, f->world->r, "tcp://127.0.0.1:8080");
	run_until(f, "refused", visitor_is_over, &visitor, 60 * SB_S);
	assert_int_equal(visitor.error.code, -ECONNREFUSED);
}

static void
accept_none(void *self, struct sb_stream *stream)
{
	(void)self, (void)stream;
	fail();
}

static void
what_cannot_be_done_is_refused_whole(void **state)
{
	static const struct sb_acceptor acceptor = { .accepted = accept_none };
	struct fixture *f = *state;
	struct sb_listener *listener;
	struct sb_error error;

	assert_int_equal(sb_listener_open(f->world->r, "tcp://127.0.0.1:1717", NULL, SB_PLACE,
				 &acceptor, NULL, &listener, &error),
		0);
	begin(f, IN_MEMORY IRCD ON_DEMO(CHANNEL));
	refuse(f, IN_MEMORY OTHER_IRCD HTTP QOTD ON_DEMO("channels = { \"#other\" }"), -EADDRINUSE,
		"qotd: listening at tcp://127.0.0.1:1717: ");
	assert_string_equal(quoth_ircd_url(f->quoth), "tcp://127.0.0.1:6667");
	assert_null(quoth_http_url(f->quoth));
	refuse(f, "database = \"/tmp/other.db\"\n" OTHER_IRCD, -EOPNOTSUPP,
		"test.conf: database: another one needs a restart");
	assert_string_equal(f->log, "");
	sb_listener_close(listener);
	reload(f, IN_MEMORY IRCD QOTD ON_DEMO(CHANNEL));
	assert_string_equal(quoth_qotd_url(f->quoth), "tcp://127.0.0.1:1717");
}

static void
commands_begin_as_the_new_configuration_has_it(void **state)
{
	struct fixture *f = *state;
	struct person alice;

	begin(f, WITH_SAMPLE IRCD ON_DEMO(CHANNEL));
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	person_expect_answer(&alice, f, "!quote 2", "second (2)", SB_S);
	reload(f, WITH_SAMPLE IRCD ON_DEMO("prefixes = { \".\" } " CHANNEL));
	person_expect_answer(&alice, f, ".quote 2", "second (2)", SB_S);
	person_leave(&alice, f);
}

static void
quotes_that_are_named_now_are_taken_in(void **state)
{
	struct fixture *f = *state;

	begin(f, IN_MEMORY QOTD);
	reload(f, WITH_SAMPLE QOTD);
	assert_true(logged(f, "\n3 quotes taken in\n3 quotes\n"));
}

static void
it_is_refused_while_it_is_being_shut(void **state)
{
	struct fixture *f = *state;

	begin(f, DEMO);
	quoth_shut(f->quoth, "Goodbye");
	refuse(f, DEMO, -EBUSY, "it is about to end");
}

#define with_fixture(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(the_same_again_changes_nothing),
		with_fixture(channels_are_joined_and_parted_on_the_connection_that_stands),
		with_fixture(a_nick_is_changed_on_the_connection_that_stands),
		with_fixture(a_key_is_used_from_now_on),
		with_fixture(what_the_server_hears_at_the_beginning_needs_another_connection),
		with_fixture(moderators_are_others_at_once),
		with_fixture(what_the_embedded_server_is_cannot_change),
		with_fixture(what_cannot_be_said_now_is_done_by_a_new_client),
		with_fixture(a_network_that_is_begun_anew_has_its_nick_back),
		with_fixture(it_may_be_shut_while_a_network_waits_for_another_to_leave),
		with_fixture(networks_come_and_go_and_the_others_notice_nothing),
		with_fixture(a_server_that_moves_takes_the_bot_along),
		with_fixture(servers_are_opened_and_closed),
		with_fixture(what_cannot_be_done_is_refused_whole),
		with_fixture(commands_begin_as_the_new_configuration_has_it),
		with_fixture(quotes_that_are_named_now_are_taken_in),
		with_fixture(it_is_refused_while_it_is_being_shut),
	};

	return kit_run(tests);
}
