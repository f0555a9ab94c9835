/* Secrets of the configuration, one in each place where there may be one, are shown nowhere: not in the
 * log, not by who asks for the status, on no page, in no message about the configuration. */

#include <sys/stat.h>
#include <unistd.h>

#include <signalbox/trace.h>

#include "program.h"
#include "protocols/irc_keys.h"
#include "scripted.h"
#include "visitor.h"

enum { N_FILES = 6 };

/* What each secret holds, but the private key, of which a line. */
static const char mark[] = "s3cr3t";

struct secrets {
	struct fixture *f;
	char folder[32];
	char paths[N_FILES][64];
	char key_line[65];
	char text[4096];
	FILE *trace;
	char *traced;
	size_t traced_len;
};

enum { SERVER, LOGIN, KEY, KEYS, ACCOUNTS, OWN_LOGIN };

static void
write_secret(const struct secrets *secrets, int number, const char *text)
{
	FILE *file = fopen(secrets->paths[number], "we");

	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Each with this behind its mark. */
static void
write_all(struct secrets *secrets, const char *behind)
{
	char text[128], pem[4097], *line;

	EVP_PKEY_free(key_on("P-256", NULL, pem));
	write_secret(secrets, KEY, pem);
	line = strchr(pem, '\n') + 1;
	(void)snprintf(secrets->key_line, sizeof(secrets->key_line), "%.40s", line);
	(void)snprintf(text, sizeof(text), "server-%s%s\n", mark, behind);
	write_secret(secrets, SERVER, text);
	(void)snprintf(text, sizeof(text), "login-%s%s\n", mark, behind);
	write_secret(secrets, LOGIN, text);
	(void)snprintf(text, sizeof(text), "#b key-%s%s\n", mark, behind);
	write_secret(secrets, KEYS, text);
	(void)snprintf(text, sizeof(text), "quoth:own-%s%s\n", mark, behind);
	write_secret(secrets, ACCOUNTS, text);
	(void)snprintf(text, sizeof(text), "own-%s%s\n", mark, behind);
	write_secret(secrets, OWN_LOGIN, text);
}

static int
set_up_secrets(void **state)
{
	struct secrets *secrets = calloc(1, sizeof(*secrets));
	int i;

	assert_non_null(secrets);
	secrets->f = make_fixture(sb_testing_seed());
	(void)snprintf(secrets->folder, sizeof(secrets->folder), "/tmp/test_secrets.XXXXXX");
	assert_non_null(mkdtemp(secrets->folder));
	for (i = 0; i < N_FILES; i++)
		(void)snprintf(
			secrets->paths[i], sizeof(secrets->paths[i]), "%s/%d", secrets->folder, i);
	write_all(secrets, "1");
	secrets->trace = open_memstream(&secrets->traced, &secrets->traced_len);
	assert_non_null(secrets->trace);
	*state = secrets;
	return 0;
}

static int
tear_down_secrets(void **state)
{
	struct secrets *secrets = *state;
	int i;

	destroy_fixture(secrets->f);
	assert_int_equal(fclose(secrets->trace), 0);
	free(secrets->traced);
	for (i = 0; i < N_FILES; i++)
		(void)unlink(secrets->paths[i]);
	assert_int_equal(rmdir(secrets->folder), 0);
	free(secrets);
	return 0;
}

static void
expect_hidden(const struct secrets *secrets, const char *where, const char *text)
{
	/* As it is, and in base64, wherever it begins there. */
	const char *const forms[] = { mark, "czNjcjN0", "MzY3Izd", "zM2NyM3", secrets->key_line };
	const char *shown = NULL;
	size_t i;

	for (i = 0; !shown && i < sizeof(forms) / sizeof(forms[0]); i++)
		shown = strstr(text, forms[i]);
	if (shown)
		sb_testing_fail(SB_PLACE, "%s shows a secret: %.80s\nin\n%s", where, shown, text);
}

/* A network with all there can be, and the embedded server with another. */
static const char *
config_of(struct secrets *secrets, const char *behind, const char *of_network)
{
	(void)snprintf(secrets->text, sizeof(secrets->text),
		WITH_SAMPLE "irc a {\nserver = \"tcp://127.0.0.1:7001\"\npassword-file = \"%s\"\n"
			    "sasl-user = quoth\nsasl-password-file = \"%s\"\n"
			    "sasl-key-file = \"%s\"\nsasl-plain-in-clear = true\n"
			    "channels = { '#a key-%s%s', '#b' }\nchannel-keys-file = \"%s\"\n"
			    "moderators = 'mod!*@*'\n%s }\n"
			    "ircd { listen = \"tcp://127.0.0.1:6667\" accounts-file = \"%s\" }\n"
			    "irc demo { server = ircd sasl-password-file = \"%s\"\n"
			    "sasl-plain-in-clear = true }\n"
			    "http { listen = \"tcp://127.0.0.1:8080\" access-log = true }\n",
		secrets->paths[SERVER], secrets->paths[LOGIN], secrets->paths[KEY], mark, behind,
		secrets->paths[KEYS], of_network, secrets->paths[ACCOUNTS],
		secrets->paths[OWN_LOGIN]);
	return secrets->text;
}

static void
run(struct secrets *secrets, int64_t s)
{
	assert_int_equal(sb_simulation_run_for(secrets->f->world->sim, s * SB_S), 0);
}

static void
expect_page_without(struct secrets *secrets, const char *target)
{
	struct visitor *visitor = calloc(1, sizeof(*visitor));
	char request[256];

	assert_non_null(visitor);
	visitor_come(visitor, secrets->f->world->r, "tcp://127.0.0.1:8080");
	run(secrets, 1);
	(void)snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", target);
	assert_int_equal(sb_stream_write(visitor->stream, sb_bytes_of(request)), 0);
	run_until(secrets->f, target, visitor_is_over, visitor, 60 * SB_S);
	assert_int_equal(strncmp(visitor->text, "HTTP/1.1 ", 9), 0);
	expect_hidden(secrets, target, visitor->text);
	free(visitor);
}

/* To people, who are told nothing secret. */
static void
expect_nothing_said(const struct secrets *secrets, const struct scripted *server)
{
	char line[SCRIPTED_LINE];
	const char *at;

	for (at = strstr(server->heard, "PRIVMSG "); at; at = strstr(at + 1, "PRIVMSG ")) {
		(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		expect_hidden(secrets, "who is asked", line);
	}
}

/* A server that refuses all that it can. */
static const struct scripted_rule refusals[] = {
	{ "CAP LS", ":irc.x CAP * LS :sasl=PLAIN,ECDSA-NIST256P-CHALLENGE,SCRAM-SHA-256" },
	{ "PASS", ":irc.x 464 * :Password incorrect" },
	{ "AUTHENTICATE SCRAM", "AUTHENTICATE +" },
	{ "AUTHENTICATE ECDSA", "AUTHENTICATE +" },
	{ "AUTHENTICATE PLAIN", "AUTHENTICATE +" },
	{ "AUTHENTICATE", ":irc.x 904 * :SASL authentication failed" },
	{ "CAP END", ":irc.x 001 quoth :Welcome\r\n:irc.x 376 quoth :End" },
	{ "JOIN", ":irc.x 475 quoth #a :Cannot join channel (+k)\r\n"
		  ":irc.x 475 quoth #b :Cannot join channel (+k)" },
	{ "PING", ":irc.x PONG irc.x :x" },
	{ NULL, NULL },
};

static void
no_secret_is_shown_while_it_runs(void **state)
{
	struct secrets *secrets = *state;
	struct fixture *f = secrets->f;
	struct scripted *server = scripted_create(f->world->r, "tcp://127.0.0.1:7001", refusals);
	struct sb_error error;

	start(f, config_of(secrets, "1", ""));
	assert_int_equal(sb_trace_start(f->world->d, ">", secrets->trace, &error), 0);
	run(secrets, 60);
	/* They were sent. */
	assert_non_null(strstr(server->heard, "PASS :server-s3cr3t1\n"));
	assert_non_null(strstr(server->heard, "AUTHENTICATE PLAIN\n"));
	assert_non_null(strstr(server->heard, "key-s3cr3t1"));
	assert_non_null(strstr(f->log, "a: not logged in by PLAIN"));
	assert_non_null(strstr(f->log, "demo: logged in as quoth by PLAIN\n"));
	server->heard[0] = '\0';
	scripted_say(server, ":mod!m@h PRIVMSG quoth :status");
	run(secrets, 60);
	assert_non_null(strstr(server->heard, "a: on it as quoth, "));
	expect_nothing_said(secrets, server);
	expect_page_without(secrets, "/metrics");
	expect_page_without(secrets, "/healthz");
	expect_page_without(secrets, "/");
	/* Other secrets, each of which is told to be another. */
	write_all(secrets, "2");
	assert_int_equal(
		quoth_reload(f->quoth, parse(config_of(secrets, "2", "away = gone")), &error), 0);
	run(secrets, 60);
	assert_non_null(strstr(f->log, "irc a: another password\n"));
	assert_non_null(strstr(f->log, "irc a: another password for SASL\n"));
	assert_non_null(strstr(f->log, "irc a: another key for SASL\n"));
	assert_non_null(strstr(f->log, "irc a: channels: another key for #a\n"));
	assert_non_null(strstr(f->log, "irc a: channels: another key for #b\n"));
	assert_non_null(strstr(f->log, "ircd: accounts: another password for quoth\n"));
	assert_non_null(strstr(server->heard, "PASS :server-s3cr3t2\n"));
	/* What the end finds waiting, and the end. */
	sb_stream_abort(server->stream);
	run(secrets, 60);
	quoth_shut(f->quoth, "Goodbye");
	run_until(f, "the end", is_over, f, 15 * SB_S);
	expect_hidden(secrets, "the log", f->log);
	assert_int_equal(fflush(secrets->trace), 0);
	assert_true(secrets->traced_len > 10000);
	expect_hidden(secrets, "the trace", secrets->traced);
	scripted_destroy(server);
}

/* What is told of a configuration, a line each. */
struct told {
	char text[16 * 1024];
};

static void
on_told(void *self, const char *line)
{
	struct told *told = self;
	size_t len = strlen(told->text);

	(void)snprintf(told->text + len, sizeof(told->text) - len, "%s\n", line);
}

/* Whatever a file of a secret holds, and whatever else is wrong. */
static void
no_secret_is_shown_by_who_checks_the_configuration(void **state)
{
	static const char *const contents[] = { "s3cr3t\ns3cr3t\n", "s3cr3t s3cr3t s3cr3t\n",
		":s3cr3t\n", "s3cr3t:\n", "s3cr3t", "#a s3cr3t,s3cr3t\n", "#a :s3cr3t\n",
		"a b:s3cr3t\n", "alice:$s3cr3t\n", "alice:s3cr3t\nalice:s3cr3t\n",
		"-----BEGIN PRIVATE KEY-----\ns3cr3t\n-----END PRIVATE KEY-----\n", "\x01s3cr3t\n",
		"s3cr3t\xff\n" };
	static const char *const more[] = { "", "nick = ''", "charset = 'x'", "nikc = 'x'",
		"channels = '#c'", "sasl-mechanisms = EXTERNAL", "sasl-mechanisms = 'X'",
		"realname = 'open", "retry-min-s = 9999" };
	struct secrets *secrets = *state;
	struct told told;
	struct config *config;
	size_t i, j, number;

	for (number = 0; number < N_FILES; number++)
		for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
			for (j = 0; j < sizeof(more) / sizeof(more[0]); j++) {
				write_all(secrets, "3");
				write_secret(secrets, (int)number, contents[i]);
				told.text[0] = '\0';
				if (!config_parse("f", config_of(secrets, "3", more[j]), on_told,
					    &told, &config))
					config_destroy(config);
				expect_hidden(secrets, contents[i], told.text);
			}
}

int
main(void)
{
#define with_secrets(fn) cmocka_unit_test_setup_teardown(fn, set_up_secrets, tear_down_secrets)
	const struct CMUnitTest tests[] = {
		with_secrets(no_secret_is_shown_while_it_runs),
		with_secrets(no_secret_is_shown_by_who_checks_the_configuration),
	};

	return kit_run(tests);
}
