/* The whole program in the simulation: the bot, the embedded server, the quote of the day. */

#include <signal.h>
#include <unistd.h>

#include <signalbox/ircd.h>
#include <signalbox/listener.h>

#include "program.h"
#include "visitor.h"

#define NETWORK_ONE "irc one { server = \"tcp://127.0.0.1:7001\" channels = { \"#signalbox\" } }\n"
#define NETWORK_TWO "irc two { server = \"tcp://127.0.0.1:7002\" channels = { \"#signalbox\" } }\n"
#define TWO_NETWORKS WITH_SAMPLE NETWORK_ONE NETWORK_TWO

/* The demonstration. */

static void
the_demonstration_is_ready_when_the_bot_is_in_its_channel(void **state)
{
	struct fixture *f = *state;

	f->is_demo = true;
	start(f, DEMO);
	assert_int_equal(f->n_ready, 0);
	run_until(f, "ready", is_ready, f, 60 * SB_S);
	assert_non_null(strstr(f->log, "demo: joined #signalbox\n"));
	assert_non_null(strstr(f->log, "ircd: quoth joined #signalbox\n"));
	assert_string_equal(quoth_ircd_url(f->quoth), "tcp://127.0.0.1:6667");
	assert_string_equal(quoth_qotd_url(f->quoth), "tcp://127.0.0.1:1717");
	/* Once, also when the bot has to come again. */
	sb_simulation_cut_all(f->world->sim);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 600 * SB_S), 0);
	assert_non_null(strstr(strstr(f->log, "disconnected"), "demo: joined #signalbox"));
	assert_int_equal(f->n_ready, 1);
	assert_int_equal(f->n_over, 0);
}

static void
people_on_the_embedded_server_are_answered(void **state)
{
	struct fixture *f = *state;
	struct person alice;

	start_demo(f);
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	person_expect_answer(&alice, f, "!quote 2", "second (2)", SB_S);
	person_expect_answer(&alice, f, "quoth: quote FIRST", "first (1)", SB_S);
	alice.channel = "quoth";
	person_expect_answer(&alice, f, "quote 1", "first (1)", SB_S);
	person_leave(&alice, f);
}

/* The server repeats what the bot says. In private a command has no prefix, and so might answer
 * itself. */
static void
it_hears_its_own_words_and_lets_them_be(void **state)
{
	struct fixture *f = *state;
	struct sb_probe *probe;
	struct person alice;

	start_demo(f);
	probe = sb_probe_create(f->world->d, "irc.message");
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	alice.channel = "quoth";
	person_expect_answer(&alice, f, "quote 1", "first (1)", SB_S);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 60 * SB_S), 0);
	sb_probe_expect(probe, "irc.message nick=alice is_self=false");
	sb_probe_expect(probe, "irc.message text='first (1)' nick=quoth is_self=true");
	sb_probe_expect_none(probe);
	person_leave(&alice, f);
	sb_probe_destroy(probe);
}

static void
the_quote_of_the_day_is_served(void **state)
{
	struct fixture *f = *state;
	struct visitor visitor;

	start_demo(f);
	visitor_come(&visitor, f->world->r, quoth_qotd_url(f->quoth));
	run_until(f, "the quote of the day", visitor_is_over, &visitor, 60 * SB_S);
	assert_true(!strcmp(visitor.text, "first\r\n") || !strcmp(visitor.text, "second\r\n")
		    || !strcmp(visitor.text, "third of\r\ntwo lines\r\n"));
}

static void
accept_none(void *self, struct sb_stream *stream)
{
	(void)self, (void)stream;
	fail();
}

static void
a_port_that_is_taken_is_left_for_a_free_one_in_a_demonstration_only(void **state)
{
	static const struct sb_acceptor acceptor = { .accepted = accept_none };
	struct fixture *f = *state;
	struct sb_listener *listener;
	struct sb_error error;

	assert_int_equal(sb_listener_open(f->world->r, "tcp://127.0.0.1:6667", NULL, SB_PLACE,
				 &acceptor, NULL, &listener, &error),
		0);
	assert_int_equal(create(f, &error, DEMO), -EADDRINUSE);
	assert_int_equal(error.code, -EADDRINUSE);
	assert_non_null(strstr(error.text, "ircd: listening at tcp://127.0.0.1:6667: "));
	assert_string_equal(f->log, "3 quotes taken in\n3 quotes\n");

	start_demo(f);
	assert_string_not_equal(quoth_ircd_url(f->quoth), "tcp://127.0.0.1:6667");
	assert_string_equal(quoth_qotd_url(f->quoth), "tcp://127.0.0.1:1717");
	sb_listener_close(listener);
}

/* Errors that only show when it is put together. */

static void
expect_error(struct fixture *f, const char *config, int code, const char *text)
{
	struct sb_error error = { 0, "" };

	assert_int_equal(create(f, &error, config), code);
	assert_int_equal(error.code, code);
	if (!strstr(error.text, text))
		sb_testing_fail(SB_PLACE, "'%s' should hold '%s'", error.text, text);
}

static void
an_error_names_the_section_and_leaves_nothing_behind(void **state)
{
	struct fixture *f = *state;

	expect_error(f, "database = \"/nowhere/quotes.db\"\n" QOTD_SOMEWHERE, -ENOENT,
		"/nowhere/quotes.db: ");
	/* The error is all that is said. */
	assert_string_equal(f->log, "");
}

static void
quotes_that_cannot_be_read_are_logged_and_no_reason_not_to_begin(void **state)
{
	struct fixture *f = *state;

	start(f, IN_MEMORY "quotes = { \"/nowhere\", \"/dev/null\", "
			   "\"/usr/share/games/fortunes/art.dat\" }\n" QOTD_SOMEWHERE);
	assert_non_null(strstr(f->log, "/nowhere: cannot be opened: No such file"));
	assert_non_null(strstr(f->log, "/dev/null: neither a file nor a folder"));
	assert_non_null(
		strstr(f->log, "/usr/share/games/fortunes/art.dat: an index made by strfile"));
	assert_non_null(strstr(f->log, "\n0 quotes\n"));
	run_until(f, "ready", is_ready, f, SB_S);
}

static void
problems_with_quotes_are_logged_up_to_a_bound(void **state)
{
	struct fixture *f = *state;
	char path[] = "/tmp/test_quoth.XXXXXX", text[512];
	FILE *file = fdopen(mkstemp(path), "w");
	int i;

	assert_non_null(file);
	for (i = 0; i < 30; i++)
		assert_true(fprintf(file, "caf\xe9 %d\n%%\n", i) >= 0);
	assert_int_equal(fclose(file), 0);
	(void)snprintf(text, sizeof(text),
		IN_MEMORY
		"quotes = { \"/usr/share/games/fortunes/art.dat\", \"%s\" }\n" QOTD_SOMEWHERE,
		path);
	start(f, text);
	assert_int_equal(unlink(path), 0);
	/* The index is told beside 19 of the quotes. */
	assert_non_null(strstr(f->log, "/usr/share/games/fortunes/art.dat: an index"));
	assert_non_null(strstr(f->log, ":37: not UTF-8"));
	assert_null(strstr(f->log, ":39: not UTF-8"));
	assert_non_null(strstr(f->log, "... and 11 more problems with quotes\n"));
	assert_non_null(strstr(f->log, "\n30 quotes\n"));
}

/* Several networks. */

static struct sb_ircd *
make_network(struct fixture *f, const char *url)
{
	struct sb_ircd_options options = { .url = url };
	struct sb_error error;
	struct sb_ircd *ircd;

	if (sb_ircd_create(f->people, f->world->r, &options, SB_PLACE, &ircd, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	return ircd;
}

static void
it_answers_on_several_networks_and_comes_back_to_one_that_was_away(void **state)
{
	struct fixture *f = *state;
	struct sb_ircd *one = make_network(f, "tcp://127.0.0.1:7001");
	struct sb_ircd *two = make_network(f, "tcp://127.0.0.1:7002");
	struct person alice, bob;

	start(f, TWO_NETWORKS);
	run_until(f, "ready", is_ready, f, SB_S);
	person_come(&alice, f, "alice", "tcp://127.0.0.1:7001");
	person_come(&bob, f, "bob", "tcp://127.0.0.1:7002");
	person_expect_answer(&alice, f, "!quote 1", "first (1)", 60 * SB_S);
	person_expect_answer(&bob, f, "!quote 2", "second (2)", 60 * SB_S);

	sb_ircd_destroy(two);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 3600 * SB_S), 0);
	person_expect_answer(&alice, f, "!quote 2", "second (2)", 60 * SB_S);
	two = make_network(f, "tcp://127.0.0.1:7002");
	person_expect_answer(&bob, f, "!quote 1", "first (1)", 1200 * SB_S);

	person_leave(&alice, f);
	person_leave(&bob, f);
	sb_ircd_destroy(one);
	sb_ircd_destroy(two);
}

/* Shutting. */

static void
shutting_says_goodbye_and_is_over_when_all_have_left(void **state)
{
	struct fixture *f = *state;
	struct sb_ircd *one = make_network(f, "tcp://127.0.0.1:7001");
	struct sb_ircd *two = make_network(f, "tcp://127.0.0.1:7002");
	struct sb_probe *probe = sb_probe_create(f->people, "ircd.quit");
	int64_t begun;

	start(f, TWO_NETWORKS);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
	begun = sb_reactor_now_ns(f->world->r);
	quoth_shut(f->quoth, "Goodbye now");
	quoth_shut(f->quoth, "again");
	assert_int_equal(f->n_over, 0);
	run_until(f, "over", is_over, f, 6 * SB_S);
	assert_true(sb_reactor_now_ns(f->world->r) - begun < SB_S);
	assert_int_equal(sb_probe_count(probe, "ircd.quit nick=quoth reason~'Goodbye now'"), 2);
	assert_non_null(strstr(f->log, "all have been told goodbye"));
	assert_int_equal(sb_simulation_run_for(f->world->sim, 600 * SB_S), 0);
	assert_int_equal(f->n_over, 1);
	assert_int_equal(sb_ircd_n_clients(one) + sb_ircd_n_clients(two), 0);
	sb_probe_destroy(probe);
	sb_ircd_destroy(one);
	sb_ircd_destroy(two);
}

static void
shutting_closes_the_servers_after_telling_their_clients(void **state)
{
	struct fixture *f = *state;
	struct sb_probe *probe = sb_probe_create(f->people, "irc.*");
	struct visitor visitor;
	struct person alice;
	char qotd[64];

	start_demo(f);
	(void)snprintf(qotd, sizeof(qotd), "%s", quoth_qotd_url(f->quoth));
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	quoth_shut(f->quoth, "Goodbye now");
	assert_null(quoth_qotd_url(f->quoth));
	assert_null(quoth_ircd_url(f->quoth));
	run_until(f, "over", is_over, f, 6 * SB_S);
	sb_probe_seek(probe, "irc.quit nick=quoth reason~'Goodbye now'");
	sb_probe_seek(probe, "irc.disconnected");

	visitor_come(&visitor, f->world->r, qotd);
	run_until(f, "refused", visitor_is_over, &visitor, 60 * SB_S);
	assert_int_equal(visitor.error.code, -ECONNREFUSED);
	person_leave(&alice, f);
	sb_probe_destroy(probe);
}

static void
shutting_does_not_wait_longer_than_five_seconds(void **state)
{
	struct fixture *f = *state;
	struct sb_ircd *one = make_network(f, "tcp://127.0.0.1:7001");
	struct sb_ircd *two = make_network(f, "tcp://127.0.0.1:7002");
	int64_t begun, took;

	start(f, TWO_NETWORKS);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
	assert_int_equal(
		sb_simulation_set_reach(f->world->sim, "tcp://127.0.0.1:7002", SB_BLACK_HOLED), 0);
	begun = sb_reactor_now_ns(f->world->r);
	quoth_shut(f->quoth, "Goodbye now");
	assert_int_equal(sb_simulation_run_for(f->world->sim, 2 * SB_S), 0);
	quoth_shut(f->quoth, "again");
	run_until(f, "over", is_over, f, 6 * SB_S);
	took = sb_reactor_now_ns(f->world->r) - begun;
	assert_in_range(took, 4900 * SB_MS, 5100 * SB_MS);
	sb_ircd_destroy(one);
	sb_ircd_destroy(two);
}

static void
log_says_who_holds_up_the_end(void **state)
{
	struct fixture *f = *state;
	struct sb_ircd *one = make_network(f, "tcp://127.0.0.1:7001");

	start(f, WITH_SAMPLE NETWORK_ONE);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
	assert_int_equal(
		sb_simulation_set_reach(f->world->sim, "tcp://127.0.0.1:7001", SB_BLACK_HOLED), 0);
	sb_simulation_raise(f->world->sim, SIGTERM);
	run_until(f, "over", is_over, f, 6 * SB_S);
	assert_non_null(
		strstr(f->log, "saying goodbye; again to end at once\n"
			       "the bot has not ended yet, after 1 s\n"
			       "the bot has not ended in 5 s, and is not waited for any longer\n"));
	assert_non_null(strstr(f->log, "not all could be told goodbye in time\n"));
	assert_int_equal(quoth_end_signal(f->quoth), 0);
	sb_ircd_destroy(one);
}

static void
second_signal_ends_it_at_once(void **state)
{
	struct fixture *f = *state;
	struct sb_ircd *one = make_network(f, "tcp://127.0.0.1:7001");
	int64_t begun;

	start(f, WITH_SAMPLE NETWORK_ONE);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
	assert_int_equal(
		sb_simulation_set_reach(f->world->sim, "tcp://127.0.0.1:7001", SB_BLACK_HOLED), 0);
	begun = sb_reactor_now_ns(f->world->r);
	sb_simulation_raise(f->world->sim, SIGINT);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 100 * SB_MS), 0);
	assert_int_equal(f->n_over, 0);
	sb_simulation_raise(f->world->sim, SIGINT);
	run_until(f, "over", is_over, f, 6 * SB_S);
	assert_true(sb_reactor_now_ns(f->world->r) - begun == 100 * SB_MS);
	assert_int_equal(quoth_end_signal(f->quoth), SIGINT);
	sb_ircd_destroy(one);
}

static void
hup_asks_for_the_configuration(void **state)
{
	struct fixture *f = *state;

	start_demo(f);
	sb_simulation_raise(f->world->sim, SIGHUP);
	assert_int_equal(sb_simulation_run_for(f->world->sim, SB_S), 0);
	assert_int_equal(f->n_reloads, 1);
	quoth_shut(f->quoth, "Goodbye");
	sb_simulation_raise(f->world->sim, SIGHUP);
	run_until(f, "over", is_over, f, 6 * SB_S);
	assert_int_equal(f->n_reloads, 1);
}

static void
people_are_told_goodbye_though_a_network_does_not_answer(void **state)
{
	struct fixture *f = *state;
	struct sb_ircd *one = make_network(f, "tcp://127.0.0.1:7001");
	struct sb_probe *probe;
	struct person alice;

	f->is_demo = true;
	start(f, DEMO NETWORK_ONE);
	run_until(f, "ready", is_ready, f, 60 * SB_S);
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	probe = sb_probe_create_from(f->people, "irc.*", alice.irc);
	assert_int_equal(
		sb_simulation_set_reach(f->world->sim, "tcp://127.0.0.1:7001", SB_BLACK_HOLED), 0);
	quoth_shut(f->quoth, "Goodbye now");
	run_until(f, "over", is_over, f, 6 * SB_S);
	sb_probe_seek(probe, "irc.command verb=ERROR text~'Goodbye now'");
	sb_probe_destroy(probe);
	person_leave(&alice, f);
	sb_ircd_destroy(one);
}

static void
shutting_while_a_network_is_away_does_not_wait_for_it(void **state)
{
	struct fixture *f = *state;

	start(f, TWO_NETWORKS);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 60 * SB_S), 0);
	quoth_shut(f->quoth, "Goodbye now");
	run_until(f, "over", is_over, f, SB_S);
}

static void
it_may_be_shut_before_it_is_ready_and_destroyed_at_any_time(void **state)
{
	struct fixture *f = *state;

	f->is_demo = true;
	start(f, DEMO);
	quoth_shut(f->quoth, "Goodbye now");
	run_until(f, "over", is_over, f, 6 * SB_S);
	assert_int_equal(f->n_ready, 0);
	quoth_destroy(f->quoth);
	start(f, WITH_SAMPLE QOTD_SOMEWHERE);
	quoth_shut(f->quoth, "Goodbye now");
	assert_int_equal(sb_simulation_run_for(f->world->sim, SB_S), 0);
	assert_int_equal(f->n_ready, 0);
	assert_int_equal(f->n_over, 2);
	quoth_destroy(f->quoth);
	f->is_demo = true;
	start(f, DEMO);
	quoth_destroy(f->quoth);
	f->quoth = NULL;
}

#define with_fixture(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(the_demonstration_is_ready_when_the_bot_is_in_its_channel),
		with_fixture(people_on_the_embedded_server_are_answered),
		with_fixture(it_hears_its_own_words_and_lets_them_be),
		with_fixture(the_quote_of_the_day_is_served),
		with_fixture(a_port_that_is_taken_is_left_for_a_free_one_in_a_demonstration_only),
		with_fixture(an_error_names_the_section_and_leaves_nothing_behind),
		with_fixture(quotes_that_cannot_be_read_are_logged_and_no_reason_not_to_begin),
		with_fixture(problems_with_quotes_are_logged_up_to_a_bound),
		with_fixture(it_answers_on_several_networks_and_comes_back_to_one_that_was_away),
		with_fixture(shutting_says_goodbye_and_is_over_when_all_have_left),
		with_fixture(shutting_closes_the_servers_after_telling_their_clients),
		with_fixture(shutting_does_not_wait_longer_than_five_seconds),
		with_fixture(log_says_who_holds_up_the_end),
		with_fixture(second_signal_ends_it_at_once),
		with_fixture(hup_asks_for_the_configuration),
		with_fixture(people_are_told_goodbye_though_a_network_does_not_answer),
		with_fixture(shutting_while_a_network_is_away_does_not_wait_for_it),
		with_fixture(it_may_be_shut_before_it_is_ready_and_destroyed_at_any_time),
	};

	return kit_run(tests);
}
