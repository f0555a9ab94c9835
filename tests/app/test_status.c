/* What a moderator is told of the networks, and logins on the embedded server, in the whole program. */

#include <unistd.h>

#include "program.h"

static char accounts[] = "/tmp/test_status.XXXXXX", password[] = "/tmp/test_status.XXXXXX";

static int
make_files(void **state)
{
	int one = mkstemp(accounts), two = mkstemp(password);

	(void)state;
	sb_testing_on_failure(kit_on_failure, NULL);
	return one < 0 || two < 0 || close(one) || close(two) ? -1 : 0;
}

static int
remove_files(void **state)
{
	(void)state;
	return unlink(accounts) || unlink(password) ? -1 : 0;
}

static void
put_secret(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#define IRCD "ircd { listen = \"tcp://127.0.0.1:6667\" %s }\n"
#define DEMO_NETWORK "irc demo { server = \"ircd\" channels = { \"#signalbox\" } %s }\n"
#define AWAY_NETWORK "irc away { server = \"tcp://127.0.0.1:7001\" }\n"

/* The notices that somebody gets, each with a newline. */
struct notices {
	char text[4096];
};

static void
on_notice(void *self, struct sb_irc *irc, const struct sb_irc_notice *e)
{
	struct notices *notices = self;
	size_t len = strlen(notices->text);

	(void)irc;
	if (!strcmp(e->nick, "quoth"))
		(void)snprintf(notices->text + len, sizeof(notices->text) - len, "%s\n", e->text);
}

static bool
has_notice(void *self)
{
	struct notices *notices = self;

	return notices->text[0];
}

static void
begin(struct fixture *f, const char *of_ircd, const char *of_demo, const char *more)
{
	char text[4096], ircd[1024], demo[1024];

	(void)snprintf(ircd, sizeof(ircd), IRCD, of_ircd);
	(void)snprintf(demo, sizeof(demo), DEMO_NETWORK, of_demo);
	(void)snprintf(text, sizeof(text), "%s%s%s%s", IN_MEMORY, ircd, demo, more);
	start(f, text);
	assert_int_equal(sb_simulation_run_for(f->world->sim, 10 * SB_S), 0);
}

static void
a_moderator_is_told_of_each_network(void **state)
{
	struct fixture *f = *state;
	struct notices notices = { "" };
	struct person alice;

	begin(f, "", "moderators = { \"alice!*@*\" }", AWAY_NETWORK);
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	sb_irc_notice_connect(f->people, alice.irc, SB_HANDLER(on_notice), &notices);
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	assert_int_equal(sb_irc_say(alice.irc, "#signalbox", "!status"), 0);
	run_until(f, "the status", has_notice, &notices, 60 * SB_S);
	assert_int_equal(sb_simulation_run_for(f->world->sim, SB_S), 0);
	assert_non_null(strstr(notices.text,
		"demo: on it as quoth, no account, lag not measured yet, 0 lines wait, in "
		"#signalbox\n"));
	assert_non_null(strstr(notices.text, "away: not connected, again in "));
	sb_forget(f->people, &notices);
	person_leave(&alice, f);
}

static void
others_are_not(void **state)
{
	struct fixture *f = *state;
	struct notices notices = { "" };
	struct person alice;

	begin(f, "", "", "");
	person_come(&alice, f, "alice", quoth_ircd_url(f->quoth));
	sb_irc_notice_connect(f->people, alice.irc, SB_HANDLER(on_notice), &notices);
	run_until(f, "alice", person_is_there, &alice, 60 * SB_S);
	assert_int_equal(sb_irc_say(alice.irc, "#signalbox", "!status"), 0);
	run_until(f, "the answer", has_notice, &notices, 60 * SB_S);
	assert_string_equal(notices.text, "Only moderators may ask that.\n");
	sb_forget(f->people, &notices);
	person_leave(&alice, f);
}

static void
it_logs_in_with_the_password_of_its_file(void **state)
{
	struct fixture *f = *state;
	char of_ircd[256], of_demo[512];

	put_secret(accounts, "quoth:hidden\n");
	put_secret(password, "hidden\n");
	(void)snprintf(of_ircd, sizeof(of_ircd), "accounts-file = \"%s\"", accounts);
	(void)snprintf(of_demo, sizeof(of_demo),
		"sasl-password-file = \"%s\" sasl-plain-in-clear = true sasl-required = true",
		password);
	begin(f, of_ircd, of_demo, "");
	assert_non_null(strstr(f->log, "demo: logged in as quoth by PLAIN\n"));
	assert_non_null(strstr(f->log, "demo: joined #signalbox\n"));
	assert_null(strstr(f->log, "hidden"));
}

#define with_fixture(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_moderator_is_told_of_each_network),
		with_fixture(others_are_not),
		with_fixture(it_logs_in_with_the_password_of_its_file),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
