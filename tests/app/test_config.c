/* The configuration: what a file means, and each mistake with the words that tell of it. */

#include "config_fixture.h"

static void
expect_irc(const struct config_irc *irc)
{
	assert_string_equal(irc->name, "libera");
	assert_string_equal(irc->server, "tcp://127.0.0.1:6667");
	assert_string_equal(irc->nick, "raven");
	assert_string_equal(irc->password, "s3cret word");
	assert_int_equal(irc->n_channels, 2);
	assert_string_equal(irc->channels[0], "#one");
	assert_string_equal(irc->channels[1], "&two");
	assert_int_equal(irc->n_moderators, 1);
	assert_string_equal(irc->moderators[0], "*!alice@example.org");
	assert_int_equal(irc->n_prefixes, 2);
	assert_string_equal(irc->prefixes[1], "@q");
	assert_int_equal(irc->visibility, QUOTES_NETWORK);
	assert_int_equal(irc->line, 3);
}

static void
all_that_is_said_is_kept(void **state)
{
	char text[2048];
	struct config *config;

	(void)state;
	put_secret("s3cret word\n", 12, 0600);
	(void)snprintf(text, sizeof(text), ALL, secret);
	config = read_right(text);
	assert_string_equal(config->path, "f");
	assert_string_equal(config->database, "q.db");
	assert_int_equal(config->n_quotes, 2);
	assert_string_equal(config->quotes[1], "b/c");
	assert_int_equal(config->n_ircs, 2);
	expect_irc(&config->ircs[0]);
	assert_string_equal(config->ircs[1].name, "home");
	assert_int_equal(config->ircs[1].n_prefixes, 0);
	assert_int_equal(config->ircs[1].line, 15);
	assert_string_equal(config->ircd.listen, "tcp://127.0.0.1:6667");
	assert_string_equal(config->qotd, "tcp://[::1]:1717");
	assert_string_equal(config->http.listen, "unix:///run/quoth.http");
	assert_string_equal(config->http.base_url, "https://quotes.example.org/q");
	assert_int_equal(config->http.n_hosts, 2);
	assert_string_equal(config->http.hosts[1], "[::1]");
	assert_true(config->http.has_access_log);
	assert_int_equal(config->person_burst, 1);
	assert_int_equal(config->person_every_s, 0);
	assert_int_equal(config->channel_burst, 1000);
	assert_int_equal(config->channel_every_s, 86400);
	config_destroy(config);
}

static void
a_network_may_have_several_servers(void **state)
{
	struct config *config;

	(void)state;
	config = read_right("irc a { server = 'unix:///a' servers = {'tcp://[::1]:1', 'unix:///b'} "
			    "}");
	assert_string_equal(config->ircs[0].server, "unix:///a");
	assert_int_equal(config->ircs[0].n_servers, 2);
	assert_string_equal(config->ircs[0].servers[0], "tcp://[::1]:1");
	assert_string_equal(config->ircs[0].servers[1], "unix:///b");
	config_destroy(config);
}

static void
what_is_not_said_has_its_default(void **state)
{
	struct config *config = read_right("irc a { server = \"tcp://127.0.0.1:6667\" }");

	(void)state;
	assert_string_equal(config->database, "quotes.db");
	assert_int_equal(config->n_quotes, 0);
	assert_string_equal(config->ircs[0].nick, "quoth");
	assert_null(config->ircs[0].password);
	assert_int_equal(config->ircs[0].n_channels, 0);
	assert_int_equal(config->ircs[0].n_moderators, 0);
	assert_int_equal(config->ircs[0].n_prefixes, 1);
	assert_string_equal(config->ircs[0].prefixes[0], "!");
	assert_int_equal(config->ircs[0].visibility, QUOTES_PUBLIC);
	assert_null(config->ircd.listen);
	assert_null(config->qotd);
	assert_null(config->http.listen);
	assert_null(config->http.base_url);
	assert_int_equal(config->http.n_hosts, 0);
	assert_false(config->http.has_access_log);
	assert_int_equal(config->person_burst, 4);
	assert_int_equal(config->person_every_s, 10);
	assert_int_equal(config->channel_burst, 10);
	assert_int_equal(config->channel_every_s, 5);
	config_destroy(config);
}

static void
nothing_may_be_said_in_a_list_and_of_the_database(void **state)
{
	struct config *config =
		read_right("database = '' quotes = {} qotd { listen = 'unix:///q' }");

	(void)state;
	assert_string_equal(config->database, "");
	assert_int_equal(config->n_quotes, 0);
	config_destroy(config);
}

static void
expect_each(const struct mistake *mistakes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		expect_wrong(mistakes[i].text, mistakes[i].lines);
}

#define EXPECT_EACH(mistakes) expect_each(mistakes, sizeof(mistakes) / sizeof((mistakes)[0]))

static void
what_is_unknown_is_told_with_what_was_meant(void **state)
{
	(void)state;
	EXPECT_EACH(unknown);
}

static void
what_is_there_twice_is_told(void **state)
{
	(void)state;
	EXPECT_EACH(twice);
}

static void
the_first_mistake_in_syntax_is_told(void **state)
{
	(void)state;
	EXPECT_EACH(syntax);
}

static void
values_that_cannot_be_are_told(void **state)
{
	(void)state;
	EXPECT_EACH(values);
}

static void
what_does_not_go_together_is_told(void **state)
{
	(void)state;
	EXPECT_EACH(together);
}

static void
ports_that_are_chosen_freely_do_not_meet(void **state)
{
	(void)state;
	config_destroy(read_right("ircd { listen = 'tcp://127.0.0.1:0' } "
				  "qotd { listen = 'tcp://127.0.0.1:0' }"));
	config_destroy(read_right("ircd { listen = 'tcp://127.0.0.1:1' } "
				  "qotd { listen = 'tcp://127.0.0.2:1' }"));
}

static void
the_words_on_urls_are_those_of_their_parser(void **state)
{
	struct config *config;

	(void)state;
	told[0] = '\0';
	assert_int_equal(config_parse("f", "qotd { listen = \"udp://127.0.0.1:1\" }", on_problem,
				 told, &config),
		-EINVAL);
	assert_non_null(strstr(told, "f:1: qotd: listen: \"udp://127.0.0.1:1\", column 1"));
}

static void
everything_that_is_wrong_is_told_at_once(void **state)
{
	(void)state;
	expect_wrong("datbase = 'x'\n"
		     "quotes = {''}\n"
		     "irc a {\n"
		     "	server = \"ircd\"\n"
		     "	nikc = x\n"
		     "	/* a\n"
		     "	   comment */ nick = '#'\n"
		     "}\n"
		     "foo { bar { baz = { 1, 2 } } }\n"
		     "limits { person-burst = many }\n"
		     "qotd { }\n",
		"f:1: datbase: no such option; perhaps database\n"
		"f:5: nikc: no such option there; perhaps nick or nicks\n"
		"f:9: foo: no such section\n"
		"f:2: quotes: a path should stand here, and it is empty\n"
		"f:7: irc a: nick: '#': a nick is 1 to 64 bytes, without space and !@*?,. and "
		"begins "
		"with no digit and none of #&+$:-\n"
		"f:10: limits: person-burst: 'many': a number from 1 to 1000 should stand here\n"
		"f:4: irc a: server: \"ircd\" is the server of a section ircd, and there is none\n"
		"f:11: qotd: listen is missing: listen = \"tcp://ADDRESS:PORT\"\n");
}

static void
so_many_problems_are_enough(void **state)
{
	char text[1024] = "";
	const char *at;
	struct config *config;
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < 200; i++)
		(void)strcat(text, "x=1\n");
	told[0] = '\0';
	assert_int_equal(config_parse("f", text, on_problem, told, &config), -EINVAL);
	for (at = told; (at = strchr(at, '\n')); at++)
		n++;
	assert_int_equal(n, 51);
	assert_non_null(strstr(told, "\nf:50: x: no such option"));
	assert_non_null(strstr(told, "f: and perhaps more; these are enough to begin with\n"));
}

static void
variables_stand_in_double_quotes(void **state)
{
	struct config *config;

	(void)state;
	assert_int_equal(setenv("TEST_CONFIG_A", "/a", 1), 0);
	assert_int_equal(unsetenv("TEST_CONFIG_B"), 0);
	config = read_right("database = \"${TEST_CONFIG_A}/${TEST_CONFIG_B:-\"b\"}/\\$\\\"${"
			    "TEST_CONFIG_B:-}\"" QOTD);
	assert_string_equal(config->database, "/a/\"b\"/$\"");
	config_destroy(config);
	config = read_right("database = '${TEST_CONFIG_A}\\'\\\\'" QOTD);
	assert_string_equal(config->database, "${TEST_CONFIG_A}'\\");
	config_destroy(config);
	expect_wrong("database = \"${TEST_CONFIG_B}/x\"" QOTD,
		"f:1: ${TEST_CONFIG_B}: this variable is not set; ${TEST_CONFIG_B:-VALUE} would "
		"give it "
		"a value\n");
	assert_int_equal(setenv("TEST_CONFIG_A", "a\nb", 1), 0);
	expect_wrong("database = \"${TEST_CONFIG_A}\"" QOTD,
		"f:1: database: 'a b' holds a control character\n");
}

static void
what_is_no_text_is_told(void **state)
{
	(void)state;
	expect_wrong("a\n\xff", "f:2: byte 0xff: this is no text in UTF-8\n");
	expect_wrong("a\n\nx\x01", "f:3: byte 0x01: this is no text in UTF-8\n");
	config_destroy(read_right("\xef\xbb\xbf# \xc3\xa9t\xc3\xa9\r\n" QOTD));
}

static void
what_is_too_long_is_told(void **state)
{
	static char text[300 * 1024];
	size_t i, len;

	(void)state;
	memset(text, ' ', sizeof(text) - 1);
	expect_wrong(text, "f: it is longer than 262144 bytes, the most\n");

	len = (size_t)snprintf(text, sizeof(text), "database = '%01100d'" QOTD, 0);
	text[len] = '\0';
	expect_wrong(text, "f:1: database: it is longer than 1023 bytes, the most\n");

	len = (size_t)snprintf(text, sizeof(text), "quotes = {");
	for (i = 0; i < 257; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "'a',");
	(void)snprintf(text + len, sizeof(text) - len, "}" QOTD);
	expect_wrong(text, "f:1: quotes: it has 257 values, and 256 are the most\n");

	for (i = len = 0; i < 65; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "irc a%zu {\n}", i);
	expect_wrong(text, "f:65: irc: there are 64 such sections already, the most\n");

	(void)snprintf(text, sizeof(text), "irc %033d { }", 0);
	told[0] = '\0';
	expect_wrong(text,
		"f:1: 000000000000000000000000000000000: a name of at most 32 letters, digits, "
		". _ or - should stand here\n");
	(void)snprintf(text, sizeof(text), IRC("channels = '#%0200d'"), 0);
	expect_wrong(text,
		"f:3: irc a: channels: '#000000000000000000000000000000000000000...': a channel "
		"has at most 200 bytes, and this 201\n");
}

static void
sections_deep_in_another_do_not_end_it(void **state)
{
	static char text[200 * 1024];

	(void)state;
	memset(text, '{', 60 * 1024);
	text[0] = 'x';
	memset(text + 60 * 1024, '}', 60 * 1024 - 1);
	(void)strcat(text, QOTD);
	expect_wrong(text, "f:1: x: no such section\n");
}

static void
expect_unreadable(const char *path, int error, const char *lines)
{
	struct config *config;

	told[0] = '\0';
	assert_int_equal(config_read(path, on_problem, told, &config), error);
	assert_string_equal(told, lines);
}

static void
files_are_read_and_what_is_none_is_told(void **state)
{
	struct config *config;
	char lines[128];

	(void)state;
	expect_unreadable("/nonexistent", -ENOENT, "/nonexistent: No such file or directory\n");
	expect_unreadable("/tmp", -EISDIR, "/tmp: Is a directory\n");
	expect_unreadable("/dev/null", -EINVAL,
		"/dev/null: nothing to do: a section irc, ircd, http or qotd should be there\n");
	put_secret("a\0b", 3, 0600);
	(void)snprintf(lines, sizeof(lines), "%s: it holds a NUL byte: this is no text\n", secret);
	expect_unreadable(secret, -EINVAL, lines);
	expect_unreadable(
		"/dev/zero", -EINVAL, "/dev/zero: it is longer than 262144 bytes, the most\n");
	put_secret(QOTD, strlen(QOTD), 0600);
	told[0] = '\0';
	assert_int_equal(config_read(secret, on_problem, told, &config), 0);
	assert_string_equal(config->path, secret);
	assert_string_equal(config->qotd, "tcp://127.0.0.1:1");
	config_destroy(config);
}

#define SAMPLE SOURCE_DIR "/app/quoth.conf"

/* The sample, with what is behind a # in it said too; but for files, which there are not, and what needs them. */
static void
read_sample(char *buf, size_t cap)
{
	char line[256];
	FILE *file = fopen(SAMPLE, "r");
	size_t len = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		char *sign = line + strspn(line, "\t");

		if (sign[0] == '#' && sign[1] >= 'a' && sign[1] <= 'z' && !strstr(sign, "-file")
			&& !strstr(sign, "sasl-user"))
			*sign = ' ';
		len += (size_t)snprintf(buf + len, cap - len, "%s", line);
		assert_true(len < cap);
	}
	assert_int_equal(fclose(file), 0);
}

static void
expect_same(const struct config *a, const struct config *b)
{
	assert_int_equal(a->n_quotes, b->n_quotes);
	assert_string_equal(a->quotes[0], b->quotes[0]);
	assert_string_equal(a->ircs[0].nick, b->ircs[0].nick);
	assert_int_equal(a->ircs[0].n_prefixes, b->ircs[0].n_prefixes);
	assert_string_equal(a->ircs[0].prefixes[0], b->ircs[0].prefixes[0]);
	assert_int_equal(a->ircs[0].visibility, b->ircs[0].visibility);
	assert_int_equal(a->ircs[0].is_bot, b->ircs[0].is_bot);
	assert_int_equal(a->ircs[0].catches_up, b->ircs[0].catches_up);
	assert_int_equal(a->ircs[0].login.is_required, b->ircs[0].login.is_required);
	assert_int_equal(a->ircs[0].retry_min_s, b->ircs[0].retry_min_s);
	assert_int_equal(a->ircs[0].retry_max_s, b->ircs[0].retry_max_s);
	assert_int_equal(a->ircs[0].ping_after_s, b->ircs[0].ping_after_s);
	assert_int_equal(a->ircd.has_flood_protection, b->ircd.has_flood_protection);
	assert_int_equal(a->ircd.max_clients, b->ircd.max_clients);
	assert_int_equal(a->ircd.max_per_peer, b->ircd.max_per_peer);
	assert_int_equal(a->http.has_access_log, b->http.has_access_log);
	assert_int_equal(a->person_burst, b->person_burst);
	assert_int_equal(a->person_every_s, b->person_every_s);
	assert_int_equal(a->channel_burst, b->channel_burst);
	assert_int_equal(a->channel_every_s, b->channel_every_s);
}

static void
the_sample_is_the_demonstration_and_shows_every_default(void **state)
{
	struct config *config, *whole;
	char text[16384];

	(void)state;
	told[0] = '\0';
	assert_int_equal(setenv("STATE_DIRECTORY", "/tmp", 1), 0);
	assert_int_equal(config_read(SAMPLE, on_problem, told, &config), 0);
	assert_string_equal(config->database, "/tmp/quotes.db");
	assert_string_equal(config->ircs[0].server, "ircd");
	assert_string_equal(config->ircs[0].channels[0], "#signalbox");
	assert_string_equal(config->ircd.listen, "tcp://127.0.0.1:6667");
	assert_string_equal(config->http.listen, "tcp://127.0.0.1:8080");
	assert_string_equal(config->qotd, "tcp://127.0.0.1:1717");

	read_sample(text, sizeof(text));
	whole = read_right(text);
	expect_same(config, whole);
	assert_int_equal(whole->ircs[0].n_moderators, 2);
	assert_int_equal(whole->http.n_hosts, 1);
	assert_non_null(whole->http.base_url);
	config_destroy(whole);
	config_destroy(config);
}

static void
the_sample_shows_every_option(void **state)
{
	static const char *const names[] = { "database", "state-directory", "quotes", "server",
		"servers", "nick", "nicks", "user", "realname", "password-file", "sasl-user",
		"sasl-password-file", "sasl-key-file", "sasl-mechanisms", "sasl-required",
		"sasl-plain-in-clear", "ca-file", "certificate-file", "key-file", "pins",
		"channels", "channel-keys-file", "moderators", "prefixes", "visibility", "charset",
		"pace", "version", "bot-mode", "catch-up", "services", "away", "capabilities",
		"retry-min-s", "retry-max-s", "ping-after-s", "listen", "name", "network",
		"accounts-file", "operators", "flood-protection", "max-clients", "max-per-peer",
		"base-url", "hosts", "access-log", "person-burst", "person-every-s",
		"channel-burst", "channel-every-s" };
	char text[16384], said[64];
	size_t i;

	(void)state;
	read_sample(text, sizeof(text));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(said, sizeof(said), "%s = ", names[i]);
		if (!strstr(text, said))
			sb_testing_fail(SB_PLACE, "%s is not in " SAMPLE, names[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_said_is_kept),
		cmocka_unit_test(a_network_may_have_several_servers),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(nothing_may_be_said_in_a_list_and_of_the_database),
		cmocka_unit_test(what_is_unknown_is_told_with_what_was_meant),
		cmocka_unit_test(what_is_there_twice_is_told),
		cmocka_unit_test(the_first_mistake_in_syntax_is_told),
		cmocka_unit_test(values_that_cannot_be_are_told),
		cmocka_unit_test(what_does_not_go_together_is_told),
		cmocka_unit_test(ports_that_are_chosen_freely_do_not_meet),
		cmocka_unit_test(the_words_on_urls_are_those_of_their_parser),
		cmocka_unit_test(everything_that_is_wrong_is_told_at_once),
		cmocka_unit_test(so_many_problems_are_enough),
		cmocka_unit_test(variables_stand_in_double_quotes),
		cmocka_unit_test(what_is_no_text_is_told),
		cmocka_unit_test(what_is_too_long_is_told),
		cmocka_unit_test(sections_deep_in_another_do_not_end_it),
		cmocka_unit_test(files_are_read_and_what_is_none_is_told),
		cmocka_unit_test(the_sample_is_the_demonstration_and_shows_every_default),
		cmocka_unit_test(the_sample_shows_every_option),
	};

	return cmocka_run_group_tests(tests, make_secret, remove_secret);
}
