/* What is said between the whole program and IRC servers that have more than the embedded one, on the
 * wire: what the options of a network ask for, and what comes back. */

#include <sys/stat.h>
#include <unistd.h>

#include <signalbox/testing_tls.h>

#include "program.h"
#include "scripted.h"

#define SERVER "server = \"tcp://127.0.0.1:7001\" "
#define LOGS_IN                                                                                    \
	{                                                                                          \
		"CAP END", ":irc.x 001 quoth :Welcome\r\n" GREETINGS                               \
	}
#define GREETINGS                                                                                  \
	":irc.x 005 quoth BOT=B CHATHISTORY=50 :are supported\r\n"                                 \
	":irc.x 376 quoth :End of message of the day"
#define LETS_IN                                                                                    \
	{                                                                                          \
		"JOIN #c", "@time=2001-09-09T01:46:40.000Z :quoth!q@h JOIN #c\r\n"                 \
			   ":irc.x 353 quoth = #c :quoth ann\r\n:irc.x 366 quoth #c :End"          \
	}
#define PONGS                                                                                      \
	{                                                                                          \
		"PING", ":irc.x PONG irc.x :x"                                                     \
	}

static void
run(struct fixture *f, int64_t s)
{
	assert_int_equal(sb_simulation_run_for(f->world->sim, s * SB_S), 0);
}

static void
expect_heard(const struct scripted *server, const char *line)
{
	if (!scripted_has_heard(server, line))
		sb_testing_fail(SB_PLACE, "'%s' is not in:\n%s", line, server->heard);
}

static void
expect_not_heard(const struct scripted *server, const char *part)
{
	if (strstr(server->heard, part))
		sb_testing_fail(SB_PLACE, "'%s' is in:\n%s", part, server->heard);
}

static void
expect_heard_part(const struct scripted *server, const char *part)
{
	if (!strstr(server->heard, part))
		sb_testing_fail(SB_PLACE, "'%s' is not in:\n%s", part, server->heard);
}

static void
expect_logged(const struct fixture *f, const char *line)
{
	if (!strstr(f->log, line))
		sb_testing_fail(SB_PLACE, "'%s' is not in:\n%s", line, f->log);
}

static void
forget(struct fixture *f, struct scripted *server)
{
	server->heard[0] = '\0';
	f->log[0] = '\0';
}

static void
it_says_that_it_is_a_bot_and_away(void **state)
{
	static const struct scripted_rule rules[] = {
		{ "CAP LS", ":irc.x CAP * LS :away-notify" },
		LOGS_IN,
		LETS_IN,
		{ NULL, NULL },
	};
	struct fixture *f = *state;
	struct scripted *server = scripted_create(f->world->r, "tcp://127.0.0.1:7001", rules);
	struct sb_error error;

	start(f, IN_MEMORY "irc a { " SERVER "channels = \"#c\" away = \"try !help\" }");
	run(f, 10);
	expect_heard(server, "MODE quoth +B");
	expect_heard(server, "AWAY :try !help");
	expect_heard(server, "JOIN #c");
	/* Also after a reconnect. */
	forget(f, server);
	sb_stream_abort(server->stream);
	run(f, 60);
	assert_int_equal(server->n_came, 2);
	expect_heard(server, "MODE quoth +B");
	expect_heard(server, "AWAY :try !help");
	/* Another reason, and none: the connection stays. */
	forget(f, server);
	assert_int_equal(quoth_reload(f->quoth,
				 parse(IN_MEMORY "irc a { " SERVER
						 "channels = \"#c\" away = \"elsewhere\" }"),
				 &error),
		0);
	run(f, 60);
	expect_heard(server, "AWAY :elsewhere");
	expect_logged(f, "configuration: irc a: away: elsewhere, was try !help\n");
	assert_int_equal(quoth_reload(f->quoth,
				 parse(IN_MEMORY "irc a { " SERVER "channels = \"#c\" }"), &error),
		0);
	run(f, 60);
	expect_heard(server, "AWAY");
	assert_int_equal(server->n_came, 2);
	/* One that shall be known as no bot comes anew. */
	forget(f, server);
	assert_int_equal(
		quoth_reload(f->quoth,
			parse(IN_MEMORY "irc a { " SERVER "channels = \"#c\" bot-mode = false }"),
			&error),
		0);
	run(f, 60);
	assert_int_equal(server->n_came, 3);
	expect_not_heard(server, "MODE quoth");
	expect_not_heard(server, "AWAY");
	scripted_destroy(server);
}

#define HISTORY "CAP LS", ":irc.x CAP * LS :batch server-time message-tags draft/chathistory"
#define ANN(time, text) "@time=2001-09-09T01:46:" time ".000Z :ann!a@h PRIVMSG #c :" text
#define PAST(time, nick, text)                                                                     \
	"@batch=b;time=2001-09-09T01:46:" time ".000Z :" nick "!a@h PRIVMSG #c :" text "\r\n"

static void
what_was_missed_is_fetched_and_can_be_grabbed_and_is_not_done(void **state)
{
	static const struct scripted_rule rules[] = {
		{ HISTORY },
		LOGS_IN,
		LETS_IN,
		{ "CHATHISTORY TARGETS",
			":irc.x BATCH +t draft/chathistory-targets\r\n:irc.x BATCH -t" },
		{ "CHATHISTORY AFTER #c timestamp=2001-09-09T01:46:40",
			":irc.x BATCH +b chathistory #c\r\n" PAST("41", "ann", "heard")
				PAST("44", "ann", "missed") PAST("45", "bob", "!quote 1")
					PAST("46", "ann", "!addquote mine") ":irc.x BATCH -b" },
		{ "CHATHISTORY AFTER", ":irc.x BATCH +b chathistory #c\r\n:irc.x BATCH -b" },
		PONGS,
		{ NULL, NULL },
	};
	struct fixture *f = *state;
	struct scripted *server = scripted_create(f->world->r, "tcp://127.0.0.1:7001", rules);

	start(f, WITH_SAMPLE "irc a { " SERVER "channels = \"#c\" }");
	run(f, 10);
	expect_not_heard(server, "CHATHISTORY");
	scripted_say(server, ANN("41", "heard"));
	run(f, 1);
	forget(f, server);
	sb_stream_abort(server->stream);
	run(f, 60);
	assert_int_equal(server->n_came, 2);
	expect_logged(f, "a: caught up with #c: ");
	expect_not_heard(server, "PRIVMSG");
	expect_not_heard(server, "NOTICE");
	scripted_say(server, ":bob!b@h PRIVMSG #c :!grab ann 9");
	run(f, 10);
	expect_heard(server,
		"PRIVMSG #c :Quote 4 added: <ann> heard <ann> missed (!undo takes it back)");
	scripted_destroy(server);
}

static void
nothing_is_fetched_where_that_is_not_wanted(void **state)
{
	static const struct scripted_rule rules[] = {
		{ HISTORY },
		LOGS_IN,
		LETS_IN,
		PONGS,
		{ NULL, NULL },
	};
	struct fixture *f = *state;
	struct scripted *server = scripted_create(f->world->r, "tcp://127.0.0.1:7001", rules);

	start(f, IN_MEMORY "irc a { " SERVER "channels = \"#c\" catch-up = false }");
	run(f, 10);
	scripted_say(server, ANN("41", "heard"));
	run(f, 1);
	sb_stream_abort(server->stream);
	run(f, 60);
	assert_int_equal(server->n_came, 2);
	expect_not_heard(server, "CHATHISTORY");
	scripted_destroy(server);
}

static void
a_channel_that_is_closed_is_told_in_words_and_once(void **state)
{
	static const struct scripted_rule rules[] = {
		{ "CAP LS", ":irc.x 421 * CAP :Unknown command" },
		{ "USER", ":irc.x 001 quoth :Welcome\r\n" GREETINGS },
		{ "JOIN #c", ":irc.x 475 quoth #c :Cannot join channel (+k)" },
		{ NULL, NULL },
	};
	struct fixture *f = *state;
	struct scripted *server = scripted_create(f->world->r, "tcp://127.0.0.1:7001", rules);
	const char *said;

	start(f, IN_MEMORY "irc a { " SERVER "channels = { \"#c\" } }");
	run(f, 10);
	said = strstr(f->log, "a: not let into #c: Cannot join channel (+k); again in ");
	if (!said)
		sb_testing_fail(SB_PLACE, "%s", f->log);
	if (strstr(f->log, "refused with 475") || strstr(strchr(said, '\n'), "Cannot join channel"))
		sb_testing_fail(SB_PLACE, "said twice:\n%s", f->log);
	scripted_destroy(server);
}

/* However far it has come, and whatever the server does not say. */
static void
it_leaves_within_seconds_wherever_a_server_leaves_it(void **state)
{
	static const struct scripted_rule silent[] = { { NULL, NULL } };
	static const struct scripted_rule no_login[] = {
		{ "CAP LS", ":irc.x CAP * LS :sasl=PLAIN" }, { NULL, NULL }
	};
	static const struct scripted_rule no_greetings[] = { { "CAP LS", ":irc.x CAP * LS :" },
		{ "CAP END", ":irc.x 001 quoth :Welcome" }, { NULL, NULL } };
	static const struct scripted_rule no_history[] = { { HISTORY }, LOGS_IN, LETS_IN,
		{ NULL, NULL } };
	static const struct scripted_rule *const all[] = { silent, no_login, no_greetings,
		no_history };
	struct fixture *f = *state;
	struct scripted *server;
	int64_t began_ns;
	size_t i, j;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		server = scripted_create(f->world->r, "tcp://127.0.0.1:7001", all[i]);
		f->n_over = 0;
		start(f, IN_MEMORY "irc a { " SERVER "channels = \"#c\" }");
		run(f, 5);
		if (all[i] == no_history) {
			/* Back again, and at it. */
			scripted_say(server, ANN("41", "heard"));
			run(f, 1);
			sb_stream_abort(server->stream);
			run(f, 10);
			expect_heard_part(server, "CHATHISTORY");
		}
		for (j = 0; j < 20; j++)
			scripted_say(server, ":ann!a@h PRIVMSG #c :!help");
		run(f, 1);
		began_ns = sb_reactor_now_ns(f->world->r);
		quoth_shut(f->quoth, "Goodbye");
		run_until(f, "the end", is_over, f, 60 * SB_S);
		assert_true(sb_reactor_now_ns(f->world->r) - began_ns < 6 * SB_S);
		if (all[i] != silent && all[i] != no_login)
			expect_heard(server, "QUIT :Goodbye");
		quoth_destroy(f->quoth);
		f->quoth = NULL;
		run(f, 1);
		scripted_destroy(server);
	}
}

/* TLS that a server demands. */

struct files {
	struct fixture *f;
	struct sb_test_ca *ca;
	char folder[32], ca_file[64], own_file[64], sts_file[64];
};

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
set_up_files(void **state)
{
	static const char *const here[] = { "127.0.0.1" };
	static const struct sb_test_certificate_options options = { .names = "irc.example.org" };
	struct files *files = calloc(1, sizeof(*files));

	assert_non_null(files);
	files->f = make_fixture(sb_testing_seed());
	files->ca = sb_test_ca_create("the authority");
	(void)snprintf(files->folder, sizeof(files->folder), "/tmp/test_networks.XXXXXX");
	assert_non_null(mkdtemp(files->folder));
	(void)snprintf(files->ca_file, sizeof(files->ca_file), "%s/ca.pem", files->folder);
	(void)snprintf(files->own_file, sizeof(files->own_file), "%s/own.pem", files->folder);
	(void)snprintf(files->sts_file, sizeof(files->sts_file), "%s/sts", files->folder);
	write_file(files->ca_file, sb_test_ca_pem(files->ca));
	write_file(files->own_file, sb_test_certificate_create(files->ca, &options)->both);
	assert_int_equal(sb_simulation_set_name(files->f->world->sim, "irc.example.org",
				 SB_LOOKUP_IPV4, here, 1, 0, SB_MS),
		0);
	*state = files;
	return 0;
}

static int
tear_down_files(void **state)
{
	struct files *files = *state;

	destroy_fixture(files->f);
	sb_test_ca_destroy(files->ca);
	(void)unlink(files->ca_file);
	(void)unlink(files->own_file);
	(void)unlink(files->sts_file);
	assert_int_equal(rmdir(files->folder), 0);
	free(files);
	return 0;
}

/* A network whose URL is plain, and whose password and keys are for nobody who listens. */
static void
start_with_sts(struct files *files)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		IN_MEMORY "state-directory = \"%s\"\n"
			  "irc a { server = \"tcp://irc.example.org:7001\" ca-file = \"%s\" "
			  "channels = \"#c\" }",
		files->folder, files->ca_file);
	start(files->f, text);
}

static void
tls_that_a_server_demands_is_kept_over_restarts(void **state)
{
	static const struct scripted_rule in_clear[] = {
		{ "CAP LS", ":irc.x CAP * LS :sts=port=7002,duration=9999" },
		{ NULL, NULL },
	};
	static const struct scripted_rule by_tls[] = {
		{ "CAP LS", ":irc.x CAP * LS :sts=duration=9999" },
		LOGS_IN,
		LETS_IN,
		{ NULL, NULL },
	};
	struct files *files = *state;
	struct fixture *f = files->f;
	struct scripted *clear, *tls;
	char url[128];

	(void)snprintf(url, sizeof(url), "tls://127.0.0.1:7002?cert=%s", files->own_file);
	clear = scripted_create(f->world->r, "tcp://127.0.0.1:7001", in_clear);
	tls = scripted_create(f->world->r, url, by_tls);
	start_with_sts(files);
	run(f, 10);
	assert_int_equal(clear->n_came, 1);
	assert_int_equal(tls->n_came, 1);
	expect_logged(f, "a: irc.example.org wants TLS from now on, at port 7002\n");
	expect_logged(f, "a: joined #c\n");
	/* The next one begins with it. */
	quoth_destroy(f->quoth);
	f->quoth = NULL;
	assert_int_equal(access(files->sts_file, R_OK), 0);
	run(f, 10);
	f->log[0] = '\0';
	start_with_sts(files);
	run(f, 10);
	assert_int_equal(clear->n_came, 1);
	assert_int_equal(tls->n_came, 2);
	expect_logged(f, "a: joined #c\n");
	/* And where nobody answers there, nothing goes in clear. */
	scripted_destroy(tls);
	run(f, 600);
	assert_int_equal(clear->n_came, 1);
	scripted_destroy(clear);
}

static void
on_problem(void *self, const char *text)
{
	(void)snprintf(self, 512, "%s", text);
}

static void
a_state_that_cannot_be_read_is_told_with_the_configuration(void **state)
{
	struct files *files = *state;
	struct config *config;
	char text[1024], told[512] = "";

	assert_int_equal(mkdir(files->sts_file, 0700), 0);
	(void)snprintf(
		text, sizeof(text), "state-directory = \"%s\"\n" QOTD_SOMEWHERE, files->folder);
	assert_int_equal(config_parse("f", text, on_problem, told, &config), -EINVAL);
	assert_int_equal(rmdir(files->sts_file), 0);
	assert_int_equal(strncmp(told, "f:1: state-directory: ", 22), 0);
	assert_non_null(strstr(told, files->sts_file));
	/* What is not understood there is logged, and no reason not to begin. */
	write_file(files->sts_file, "irc.example.org 0 1\n");
	start(files->f, text);
	expect_logged(files->f, "sts:1: ");
}

int
main(void)
{
#define with_network(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
#define with_files(fn) cmocka_unit_test_setup_teardown(fn, set_up_files, tear_down_files)
	const struct CMUnitTest tests[] = {
		with_network(it_says_that_it_is_a_bot_and_away),
		with_network(what_was_missed_is_fetched_and_can_be_grabbed_and_is_not_done),
		with_network(nothing_is_fetched_where_that_is_not_wanted),
		with_network(a_channel_that_is_closed_is_told_in_words_and_once),
		with_network(it_leaves_within_seconds_wherever_a_server_leaves_it),
		with_files(tls_that_a_server_demands_is_kept_over_restarts),
		with_files(a_state_that_cannot_be_read_is_told_with_the_configuration),
	};

	return kit_run(tests);
}
