/* What differs between two configurations, in words. */

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_diff.h"
#include "kit_cmocka.h"

static char told[4096];

static void
on_line(void *self, const char *text)
{
	size_t len = strlen(told);

	assert_ptr_equal(self, told);
	(void)snprintf(told + len, sizeof(told) - len, "%s\n", text);
}

static struct config *
read_config(const char *text)
{
	struct config *config;

	told[0] = '\0';
	if (config_parse("f", text, on_line, told, &config))
		sb_testing_fail(SB_PLACE, "%s", told);
	return config;
}

static void
expect_diff(const char *from_text, const char *to_text, const char *lines)
{
	struct config *from = read_config(from_text), *to = read_config(to_text);
	const char *at;
	size_t n = 0;

	told[0] = '\0';
	for (at = lines; (at = strchr(at, '\n')); at++)
		n++;
	assert_int_equal(config_diff(from, to, on_line, told), n);
	assert_string_equal(told, lines);
	config_destroy(from);
	config_destroy(to);
}

#define QOTD "qotd { listen = 'unix:///q' } "

static void
the_same_differs_in_nothing(void **state)
{
	(void)state;
	expect_diff(QOTD,
		QOTD "# in words only\n database = 'quotes.db' limits { person-burst = 4 }", "");
}

static void
networks_come_and_go_by_their_names(void **state)
{
	(void)state;
	expect_diff("irc a { server = 'unix:///a' } irc b { server = 'unix:///b' }",
		"irc c { server = 'unix:///c' nick = raven } irc b { server = 'unix:///b' }",
		"irc c: new, at unix:///c as raven\nirc a: gone\n");
}

static void
options_of_a_network_are_told(void **state)
{
	(void)state;
	expect_diff("irc a { server = 'unix:///a' channels = { '#one', '#two' } }",
		"irc a { server = 'unix:///b' servers = 'unix:///c' nick = raven channels = { "
		"'#two', '#three' } "
		"moderators = '*!*@x' prefixes = {} visibility = channel }",
		"irc a: server: unix:///b, was unix:///a\n"
		"irc a: servers: +unix:///c\n"
		"irc a: nick: raven, was quoth\n"
		"irc a: channels: +#three\n"
		"irc a: channels: -#one\n"
		"irc a: moderators: +*!*@x\n"
		"irc a: prefixes: -!\n"
		"irc a: visibility: channel, was public\n");
}

static void
what_else_may_be_said_of_a_network_is_told(void **state)
{
	(void)state;
	expect_diff("irc a { server = 'unix:///a' version = w }",
		"irc a { server = 'unix:///a' nicks = rook user = u realname = r "
		"sasl-plain-in-clear = "
		"true ca-file = '/dev/../etc/passwd' channels = '#a k' charset = 'iso-8859-1' pace "
		"= gentle "
		"version = v bot-mode = false catch-up = false services = NickServ away = w "
		"capabilities = '-x' retry-min-s = 1 retry-max-s = 3 ping-after-s = 4 }",
		"irc a: nicks: +rook\n"
		"irc a: user: u, was none\n"
		"irc a: realname: r, was none\n"
		"irc a: sasl-plain-in-clear: true, was false\n"
		"irc a: ca-file: /dev/../etc/passwd, was none\n"
		"irc a: channels: +#a\n"
		"irc a: charset: iso-8859-1, was none\n"
		"irc a: pace: gentle, was none\n"
		"irc a: version: v, was w\n"
		"irc a: bot-mode: false, was true\n"
		"irc a: catch-up: false, was true\n"
		"irc a: services: NickServ, was none\n"
		"irc a: away: w, was none\n"
		"irc a: capabilities: +-x\n"
		"irc a: retry-min-s: 1, was 2\n"
		"irc a: retry-max-s: 3, was 300\n"
		"irc a: ping-after-s: 4, was 90\n");
}

static void
what_may_be_said_of_the_embedded_server_is_told(void **state)
{
	(void)state;
	expect_diff("ircd { listen = 'unix:///i' }",
		"ircd { listen = 'unix:///i' name = x network = y flood-protection = true "
		"max-clients "
		"= 2 max-per-peer = 1 }",
		"ircd: name: x, was none\n"
		"ircd: network: y, was none\n"
		"ircd: flood-protection: true, was false\n"
		"ircd: max-clients: 2, was 1024\n"
		"ircd: max-per-peer: 1, was 64\n");
}

static void
a_password_is_never_told(void **state)
{
	char path[] = "/tmp/test_config_diff.XXXXXX", text[128];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "s3cret\n", 7), 7);
	assert_int_equal(close(fd), 0);
	(void)snprintf(
		text, sizeof(text), "irc a { server = 'unix:///a' password-file = '%s' }", path);
	expect_diff("irc a { server = 'unix:///a' }", text, "irc a: another password\n");
	expect_diff(text, "irc a { server = 'unix:///a' }", "irc a: another password\n");
	expect_diff(text, text, "");
	assert_int_equal(unlink(path), 0);
}

static void
servers_open_move_and_close(void **state)
{
	(void)state;
	expect_diff(QOTD, "ircd { listen = 'unix:///i' }",
		"ircd: listen: unix:///i, was none\nqotd: listen: none, was unix:///q\n");
	expect_diff("http { listen = 'unix:///h' hosts = { 'a', 'b' } base-url = 'http://a' }",
		"http { listen = 'unix:///i' hosts = 'b' access-log = true }",
		"http: listen: unix:///i, was unix:///h\n"
		"http: base-url: none, was http://a\n"
		"http: hosts: -a\n"
		"http: access-log: true, was false\n");
}

static void
the_rest_is_told(void **state)
{
	(void)state;
	expect_diff(QOTD "quotes = 'b'",
		QOTD "database = '' quotes = 'a' limits { person-burst = 1 person-every-s = 2 "
		     "channel-burst = 3 channel-every-s = 4 }",
		"database: none, was quotes.db\n"
		"quotes: +a\n"
		"quotes: -b\n"
		"person-burst: 1, was 4\n"
		"person-every-s: 2, was 10\n"
		"channel-burst: 3, was 10\n"
		"channel-every-s: 4, was 5\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_differs_in_nothing),
		cmocka_unit_test(networks_come_and_go_by_their_names),
		cmocka_unit_test(options_of_a_network_are_told),
		cmocka_unit_test(what_else_may_be_said_of_a_network_is_told),
		cmocka_unit_test(what_may_be_said_of_the_embedded_server_is_told),
		cmocka_unit_test(a_password_is_never_told),
		cmocka_unit_test(servers_open_move_and_close),
		cmocka_unit_test(the_rest_is_told),
	};

	return kit_run(tests);
}
