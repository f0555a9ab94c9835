/* The wire format of IRC against the cases of ircdocs/parser-tests (public domain): msg-split,
 * msg-join, userhost-split and validate-hostname. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kit_cmocka.h"

#include "protocols/irc/wire.h"

enum { TAGS_MAX = 4 };

struct tag {
	const char *key, *value;
};

/* The parts of a line, up to the first NULL each. */
struct parts {
	struct tag tags[TAGS_MAX];
	const char *source, *verb; /* the source: NULL for none */
	const char *params[4];
};

static size_t
count_params(const struct parts *parts)
{
	size_t n = 0;

	while (n < sizeof(parts->params) / sizeof(*parts->params) && parts->params[n])
		n++;
	return n;
}

/* The values of those keys; NULL for one that is not there. */
static void
pick(const char *tags, const struct sb_bytes *keys, size_t n, char *buf, const char **ret_values)
{
	struct sb_words words;
	size_t i;

	for (i = 0; i < n; i++)
		ret_values[i] = NULL;
	sb_words_init(&words, keys, n);
	sb_wire_tags_pick(sb_bytes_of(tags), &words, buf, ret_values);
}

static void
check_tags(const char *tags, const struct tag *expected)
{
	struct sb_bytes keys[TAGS_MAX + 1] = { { "no such key", 11 } };
	const char *values[TAGS_MAX + 1];
	char buf[256];
	size_t i, n;

	for (n = 1; n <= TAGS_MAX && expected[n - 1].key; n++)
		keys[n] = sb_bytes_of(expected[n - 1].key);
	assert_true(strlen(tags) < sizeof(buf));
	pick(tags, keys, n, buf, values);
	assert_null(values[0]);
	for (i = 1; i < n; i++) {
		assert_non_null(values[i]);
		assert_string_equal(values[i], expected[i - 1].value);
	}
}

static void
check_source(const struct sb_wire_line *line, const char *expected)
{
	char source[128];

	(void)snprintf(source, sizeof(source), "%s%s%s%s%s", line->nick, line->user ? "!" : "",
		line->user ? line->user : "", line->host ? "@" : "", line->host ? line->host : "");
	assert_string_equal(source, expected ? expected : "");
}

static void
check_line(const struct sb_wire_line *line, const struct parts *parts)
{
	char verb[16];
	size_t i;

	check_tags(line->tags, parts->tags);
	check_source(line, parts->source);
	/* Ours are in capitals. */
	for (i = 0; parts->verb[i]; i++)
		verb[i] = (char)(parts->verb[i] >= 'a' ? parts->verb[i] - 0x20 : parts->verb[i]);
	verb[i] = '\0';
	assert_string_equal(line->verb, verb);
	assert_int_equal(line->n_params, count_params(parts));
	for (i = 0; i < line->n_params; i++)
		assert_string_equal(line->params[i], parts->params[i]);
}

static const struct {
	const char *line;
	struct parts parts;
} splits[] = {
	{ "foo bar baz asdf", { .verb = "foo", .params = { "bar", "baz", "asdf" } } },
	{ ":coolguy foo bar baz asdf",
		{ .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "asdf" } } },
	{ "foo bar baz :asdf quux", { .verb = "foo", .params = { "bar", "baz", "asdf quux" } } },
	{ "foo bar baz :", { .verb = "foo", .params = { "bar", "baz", "" } } },
	{ "foo bar baz ::asdf", { .verb = "foo", .params = { "bar", "baz", ":asdf" } } },
	{ ":coolguy foo bar baz :asdf quux",
		{ .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "asdf quux" } } },
	{ ":coolguy foo bar baz :  asdf quux ",
		{ .source = "coolguy",
			.verb = "foo",
			.params = { "bar", "baz", "  asdf quux " } } },
	{ ":coolguy PRIVMSG bar :lol :) ",
		{ .source = "coolguy", .verb = "PRIVMSG", .params = { "bar", "lol :) " } } },
	{ ":coolguy foo bar baz :",
		{ .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "" } } },
	{ ":coolguy foo bar baz :  ",
		{ .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "  " } } },
	{ "@a=b;c=32;k;rt=ql7 foo",
		{ .tags = { { "a", "b" }, { "c", "32" }, { "k", "" }, { "rt", "ql7" } },
			.verb = "foo" } },
	{ "@a=b\\\\and\\nk;c=72\\s45;d=gh\\:764 foo",
		{ .tags = { { "a", "b\\and\nk" }, { "c", "72 45" }, { "d", "gh;764" } },
			.verb = "foo" } },
	{ "@c;h=;a=b :quux ab cd", { .tags = { { "c", "" }, { "h", "" }, { "a", "b" } },
					   .source = "quux",
					   .verb = "ab",
					   .params = { "cd" } } },
	{ ":src JOIN #chan", { .source = "src", .verb = "JOIN", .params = { "#chan" } } },
	{ ":src JOIN :#chan", { .source = "src", .verb = "JOIN", .params = { "#chan" } } },
	{ ":src AWAY", { .source = "src", .verb = "AWAY" } },
	{ ":src AWAY ", { .source = "src", .verb = "AWAY" } },
	{ ":cool\tguy foo bar baz",
		{ .source = "cool\tguy", .verb = "foo", .params = { "bar", "baz" } } },
	{ ":coolguy!ag@net\x03"
	  "5w\x03"
	  "ork.admin PRIVMSG foo :bar baz",
		{ .source = "coolguy!ag@net\x03"
			    "5w\x03"
			    "ork.admin",
			.verb = "PRIVMSG",
			.params = { "foo", "bar baz" } } },
	{ ":coolguy!~ag@n\x02"
	  "et\x03"
	  "05w\x0f"
	  "ork.admin PRIVMSG foo :bar baz",
		{ .source = "coolguy!~ag@n\x02"
			    "et\x03"
			    "05w\x0f"
			    "ork.admin",
			.verb = "PRIVMSG",
			.params = { "foo", "bar baz" } } },
	{ "@tag1=value1;tag2;vendor1/tag3=value2;vendor2/tag4= :irc.example.com COMMAND "
	  "param1 param2 :param3 param3",
		{ .tags = { { "tag1", "value1" }, { "tag2", "" }, { "vendor1/tag3", "value2" },
			  { "vendor2/tag4", "" } },
			.source = "irc.example.com",
			.verb = "COMMAND",
			.params = { "param1", "param2", "param3 param3" } } },
	{ ":irc.example.com COMMAND param1 param2 :param3 param3",
		{ .source = "irc.example.com",
			.verb = "COMMAND",
			.params = { "param1", "param2", "param3 param3" } } },
	{ "@tag1=value1;tag2;vendor1/tag3=value2;vendor2/tag4 COMMAND param1 param2 "
	  ":param3 param3",
		{ .tags = { { "tag1", "value1" }, { "tag2", "" }, { "vendor1/tag3", "value2" },
			  { "vendor2/tag4", "" } },
			.verb = "COMMAND",
			.params = { "param1", "param2", "param3 param3" } } },
	{ "COMMAND", { .verb = "COMMAND" } },
	{ "@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND",
		{ .tags = { { "foo", "\\\\;\\s \r\n" } }, .verb = "COMMAND" } },
	{ ":gravel.mozilla.org 432  #momo :Erroneous Nickname: Illegal characters",
		{ .source = "gravel.mozilla.org",
			.verb = "432",
			.params = { "#momo", "Erroneous Nickname: Illegal characters" } } },
	{ ":gravel.mozilla.org MODE #tckk +n ",
		{ .source = "gravel.mozilla.org", .verb = "MODE", .params = { "#tckk", "+n" } } },
	{ ":services.esper.net MODE #foo-bar +o foobar  ",
		{ .source = "services.esper.net",
			.verb = "MODE",
			.params = { "#foo-bar", "+o", "foobar" } } },
	{ "@tag1=value\\\\ntest COMMAND",
		{ .tags = { { "tag1", "value\\ntest" } }, .verb = "COMMAND" } },
	{ "@tag1=value\\1 COMMAND", { .tags = { { "tag1", "value1" } }, .verb = "COMMAND" } },
	{ "@tag1=value1\\ COMMAND", { .tags = { { "tag1", "value1" } }, .verb = "COMMAND" } },
	{ "@tag1=1;tag2=3;tag3=4;tag1=5 COMMAND",
		{ .tags = { { "tag1", "5" }, { "tag2", "3" }, { "tag3", "4" } },
			.verb = "COMMAND" } },
	{ "@tag1=1;tag2=3;tag3=4;tag1=5;vendor/tag2=8 COMMAND",
		{ .tags = { { "tag1", "5" }, { "tag2", "3" }, { "tag3", "4" },
			  { "vendor/tag2", "8" } },
			.verb = "COMMAND" } },
	{ ":SomeOp MODE #channel :+i",
		{ .source = "SomeOp", .verb = "MODE", .params = { "#channel", "+i" } } },
	{ ":SomeOp MODE #channel +oo SomeUser :AnotherUser",
		{ .source = "SomeOp",
			.verb = "MODE",
			.params = { "#channel", "+oo", "SomeUser", "AnotherUser" } } },
};

static void
lines_are_split(void **state)
{
	struct sb_wire_line line;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(splits) / sizeof(*splits); i++) {
		assert_int_equal(sb_wire_parse(sb_bytes_of(splits[i].line), &line, &why), 0);
		check_line(&line, &splits[i].parts);
	}
}

static const struct {
	struct parts parts;
	const char *line;
} joins[] = {
	{ { .verb = "foo", .params = { "bar", "baz", "asdf" } }, "foo bar baz asdf" },
	{ { .source = "src", .verb = "AWAY" }, ":src AWAY" },
	{ { .source = "src", .verb = "AWAY", .params = { "" } }, ":src AWAY :" },
	{ { .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "asdf" } },
		":coolguy foo bar baz asdf" },
	{ { .verb = "foo", .params = { "bar", "baz", "asdf quux" } }, "foo bar baz :asdf quux" },
	{ { .verb = "foo", .params = { "bar", "baz", "" } }, "foo bar baz :" },
	{ { .verb = "foo", .params = { "bar", "baz", ":asdf" } }, "foo bar baz ::asdf" },
	{ { .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "asdf quux" } },
		":coolguy foo bar baz :asdf quux" },
	{ { .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "  asdf quux " } },
		":coolguy foo bar baz :  asdf quux " },
	{ { .source = "coolguy", .verb = "PRIVMSG", .params = { "bar", "lol :) " } },
		":coolguy PRIVMSG bar :lol :) " },
	{ { .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "" } },
		":coolguy foo bar baz :" },
	{ { .source = "coolguy", .verb = "foo", .params = { "bar", "baz", "  " } },
		":coolguy foo bar baz :  " },
	{ { .source = "coolguy", .verb = "foo", .params = { "b\tar", "baz" } },
		":coolguy foo b\tar baz" },
	{ { .tags = { { "asd", "" } },
		  .source = "coolguy",
		  .verb = "foo",
		  .params = { "bar", "baz", "  " } },
		"@asd :coolguy foo bar baz :  " },
	{ { .tags = { { "asd", NULL } },
		  .source = "coolguy",
		  .verb = "foo",
		  .params = { "bar", "baz", "  " } },
		"@asd :coolguy foo bar baz :  " },
	{ { .tags = { { "a", "b\\and\nk" }, { "d", "gh;764" } }, .verb = "foo" },
		"@a=b\\\\and\\nk;d=gh\\:764 foo" },
	{ { .tags = { { "a", "b\\and\nk" }, { "d", "gh;764" } },
		  .verb = "foo",
		  .params = { "par1", "par2" } },
		"@a=b\\\\and\\nk;d=gh\\:764 foo par1 par2" },
	{ { .tags = { { "foo", "\\\\;\\s \r\n" } }, .verb = "COMMAND" },
		"@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND" },
};

static void
lines_are_joined(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(joins) / sizeof(*joins); i++) {
		const struct parts *parts = &joins[i].parts;
		char text[256], buf[SB_WIRE_ANY_MAX + 1];
		struct sb_wire_tags tags = { text, sizeof(text), 0 };
		struct sb_wire_out out = { .source = parts->source,
			.verb = parts->verb,
			.params = parts->params,
			.n_params = count_params(parts) };
		int len;

		for (k = 0; k < TAGS_MAX && parts->tags[k].key; k++)
			assert_int_equal(
				sb_wire_tags_add(&tags, parts->tags[k].key, parts->tags[k].value),
				0);
		out.tags = tags.len ? text : NULL;
		len = sb_wire_build(&out, buf, sizeof(buf));
		assert_int_equal(len, strlen(joins[i].line) + 2);
		assert_string_equal(buf + len - 2, "\r\n");
		buf[len - 2] = '\0';
		assert_string_equal(buf, joins[i].line);
	}
}

static void
check_user(const char *source, const char *nick, const char *user, const char *host)
{
	struct sb_wire_line line;
	char text[128];
	const char *why;

	(void)snprintf(text, sizeof(text), ":%s QUIT", source);
	assert_int_equal(sb_wire_parse(sb_bytes_of(text), &line, &why), 0);
	assert_string_equal(line.nick, nick);
	assert_int_equal(!line.user, !user);
	assert_int_equal(!line.host, !host);
	if (user)
		assert_string_equal(line.user, user);
	if (host)
		assert_string_equal(line.host, host);
}

static void
sources_are_split(void **state)
{
	(void)state;
	check_user("coolguy!ag@127.0.0.1", "coolguy", "ag", "127.0.0.1");
	check_user("coolguy!~ag@localhost", "coolguy", "~ag", "localhost");
	check_user("coolguy@127.0.0.1", "coolguy", NULL, "127.0.0.1");
	check_user("coolguy!ag", "coolguy", "ag", NULL);
	check_user("coolguy!ag@net\x03"
		   "5w\x03"
		   "ork.admin",
		"coolguy", "ag",
		"net\x03"
		"5w\x03"
		"ork.admin");
	check_user("coolguy!~ag@n\x02"
		   "et\x03"
		   "05w\x0f"
		   "ork.admin",
		"coolguy", "~ag",
		"n\x02"
		"et\x03"
		"05w\x0f"
		"ork.admin");
}

/* A client takes whatever name of a host the server shows, as those cases say. */
static void
hosts_are_taken_as_they_come(void **state)
{
	static const char *const hosts[] = { "irc.example.com", "i.coolguy.net", "irc-srv.net.uk",
		"iRC.CooLguY.NeT", "gsf.ds342.co.uk", "324.net.uk", "xn--bcher-kva.ch",
		"-lol-.net.uk", "-lol.net.uk", "_irc._sctp.lol.net.uk", "irc", "com", "",
		"irc.B\303\274cher.ch" };
	char source[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		(void)snprintf(source, sizeof(source), "a!b@%s", hosts[i]);
		check_user(source, "a", "b", hosts[i]);
		if (*hosts[i])
			check_user(hosts[i], hosts[i], NULL, NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split),
		cmocka_unit_test(lines_are_joined),
		cmocka_unit_test(sources_are_split),
		cmocka_unit_test(hosts_are_taken_as_they_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
