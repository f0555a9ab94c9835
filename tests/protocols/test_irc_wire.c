/* The wire format of IRC: tables of lines and what they are, both ways. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/irc/wire.h"

enum { TEXT_CAP = 3 * SB_WIRE_ANY_MAX };

/* A line as text: "tags|nick!user@host|VERB|param|param", with what is not there left out. */
static void
print_line(const struct sb_wire_line *line, char *buf, size_t cap)
{
	size_t i, len;

	len = (size_t)snprintf(buf, cap, "%s|%s", line->tags, line->nick);
	if (line->user)
		len += (size_t)snprintf(buf + len, cap - len, "!%s", line->user);
	if (line->host)
		len += (size_t)snprintf(buf + len, cap - len, "@%s", line->host);
	len += (size_t)snprintf(buf + len, cap - len, "|%s", line->verb);
	for (i = 0; i < line->n_params; i++)
		len += (size_t)snprintf(buf + len, cap - len, "|%s", line->params[i]);
	assert_true(len < cap);
}

static int
parse(const char *text, size_t len, struct sb_wire_line *ret_line, const char **ret_why)
{
	/* A copy of its own, so that a sanitizer sees a look beyond it. */
	char *copy = malloc(len ? len : 1);
	int error;

	assert_non_null(copy);
	memcpy(copy, text, len);
	*ret_why = NULL;
	memset(ret_line, 0x55, sizeof(*ret_line));
	error = sb_wire_parse((struct sb_bytes){ copy, len }, ret_line, ret_why);
	free(copy);
	return error;
}

struct example {
	const char *text, *parts;
};

static void
check_examples(const struct example *examples, size_t n)
{
	struct sb_wire_line line;
	const char *why;
	char parts[TEXT_CAP];
	size_t i;

	for (i = 0; i < n; i++) {
		const char *text = examples[i].text;

		assert_int_equal(parse(text, strlen(text), &line, &why), 0);
		print_line(&line, parts, sizeof(parts));
		assert_string_equal(parts, examples[i].parts);
	}
}

static void
lines_are_taken_apart(void **state)
{
	static const struct example examples[] = {
		{ "PING", "||PING" },
		{ "ping", "||PING" },
		{ "PING :", "||PING|" },
		{ "PING a", "||PING|a" },
		{ "PING :a b", "||PING|a b" },
		{ "PING ::a", "||PING|:a" },
		{ "PING a:b", "||PING|a:b" },
		{ "PING a :b:c :d", "||PING|a|b:c :d" },
		{ "   PING   a   b   ", "||PING|a|b" },
		{ "PING a  :  b  ", "||PING|a|  b  " },
		{ ":irc.x 001 bob :hi there", "|irc.x|001|bob|hi there" },
		{ ":bob!b@h.example JOIN #c", "|bob!b@h.example|JOIN|#c" },
		{ ":bob@h JOIN #c", "|bob@h|JOIN|#c" },
		{ ":bob!b JOIN #c", "|bob!b|JOIN|#c" },
		{ ":bob QUIT", "|bob|QUIT" },
		{ ":bob   PRIVMSG   #c   :", "|bob|PRIVMSG|#c|" },
		{ "@a=b PING", "a=b||PING" },
		{ "@a=b;+c/d;e= :x PING y", "a=b;+c/d;e=|x|PING|y" },
		{ "@a   :x   PING y", "a|x|PING|y" },
		{ "PING \tx\v", "||PING|\tx\v" },
		{ "000 x", "||000|x" },
		{ "AUTHENTICATE +", "||AUTHENTICATE|+" },
		{ "PrivMsg x", "||PRIVMSG|x" },
		{ ":b PRIVMSG #c :caf\xe9 \x02 \x10 \t", "|b|PRIVMSG|#c|caf\xe9 \x02 \x10 \t" },
		{ "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
			"||M|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15" },
		{ "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 :x ",
			"||M|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15 16 :x " },
		{ "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16",
			"||M|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15 16" },
	};

	(void)state;
	check_examples(examples, sizeof(examples) / sizeof(examples[0]));
}

static void
odd_sources_and_tags_are_taken_as_they_come(void **state)
{
	static const struct example examples[] = {
		{ ":bob!@ JOIN #c", "|bob!@|JOIN|#c" },
		{ ":a@b!c@d JOIN #c", "|a@b!c@d|JOIN|#c" },
		{ ":bob!b@h@x JOIN #c", "|bob!b@h@x|JOIN|#c" },
		{ ":!b@h QUIT", "|!b@h|QUIT" },
		{ ":@h QUIT", "|@h|QUIT" },
		{ ":!@ QUIT", "|!@|QUIT" },
		{ "::x QUIT", "|:x|QUIT" },
		{ ":b@h!x QUIT", "|b@h!x|QUIT" },
		{ ":b!c!d@h QUIT", "|b!c!d@h|QUIT" },
		{ ":caf\xe9!\xff@\x80 QUIT", "|caf\xe9!\xff@\x80|QUIT" },
		{ "@ PING", "||PING" },
		{ "@; PING", ";||PING" },
		{ "@@a PING", "@a||PING" },
		{ "@:x PING", ":x||PING" },
		{ "@a=\xff PING", "a=\xff||PING" },
		{ "  @a PING", "a||PING" },
		{ "  :x PING", "|x|PING" },
	};

	(void)state;
	check_examples(examples, sizeof(examples) / sizeof(examples[0]));
}

static void
parameters_that_are_not_there_are_empty(void **state)
{
	struct sb_wire_line line;
	const char *why;
	size_t i;

	(void)state;
	assert_int_equal(parse("JOIN #c", 7, &line, &why), 0);
	for (i = 1; i <= SB_WIRE_PARAMS_MAX; i++)
		assert_string_equal(line.params[i], "");
}

static void
an_empty_line_is_nothing(void **state)
{
	struct sb_wire_line line;
	const char *why;

	(void)state;
	assert_int_equal(parse("", 0, &line, &why), -ENODATA);
	assert_int_equal(parse("    ", 4, &line, &why), -ENODATA);
}

static void
what_is_not_irc_is_refused_with_the_reason(void **state)
{
	static const struct example examples[] = {
		{ ":justprefix", "no command" },
		{ ":justprefix   ", "no command" },
		{ "@tags", "no command" },
		{ "@tags :source", "no command" },
		{ ": PING", "an empty source" },
		{ ":", "an empty source" },
		{ "PI-NG", "a command that is neither letters nor three digits" },
		{ "1", "a command that is neither letters nor three digits" },
		{ "12 a", "a command that is neither letters nor three digits" },
		{ "1234 a", "a command that is neither letters nor three digits" },
		{ "12a a", "a command that is neither letters nor three digits" },
		{ "\xc3\xa9 a", "a command that is neither letters nor three digits" },
		{ "PING a\rb", "a CR or LF in it" },
		{ "PING a\nb", "a CR or LF in it" },
		{ "PING a\r", "a CR or LF in it" },
		{ "\rPING a", "a CR or LF in it" },
		{ "@a\rb PING a", "a CR or LF in it" },
		{ "\r", "a CR or LF in it" },
		{ "@a :", "an empty source" },
		{ "@", "no command" },
		{ "@a PING\t", "a command that is neither letters nor three digits" },
		{ "PING@ a", "a command that is neither letters nor three digits" },
		{ "PING[ a", "a command that is neither letters nor three digits" },
		{ "PING` a", "a command that is neither letters nor three digits" },
		{ "PING{ a", "a command that is neither letters nor three digits" },
		{ "A12 a", "a command that is neither letters nor three digits" },
		{ "1/2 a", "a command that is neither letters nor three digits" },
		{ "1:2 a", "a command that is neither letters nor three digits" },
	};
	struct sb_wire_line line;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const char *text = examples[i].text;

		assert_int_equal(parse(text, strlen(text), &line, &why), -EBADMSG);
		assert_string_equal(why, examples[i].parts);
	}
	assert_int_equal(parse("PING a\0b", 8, &line, &why), -EBADMSG);
	assert_string_equal(why, "a NUL in it");
	assert_int_equal(parse("\0", 1, &line, &why), -EBADMSG);
	assert_int_equal(parse("PING a\0", 7, &line, &why), -EBADMSG);
	assert_string_equal(why, "a NUL in it");
}

static void
a_nul_cr_or_lf_is_found_wherever_it_stands(void **state)
{
	static const char breaks[] = { '\0', '\r', '\n' }, others[] = "\1\2\t\v\f\x0e\x7f\xff";
	struct sb_wire_line line;
	const char *why;
	char text[100];
	size_t len, at, i;

	(void)state;
	for (len = 6; len < sizeof(text); len++) {
		memset(text, 'x', len);
		memcpy(text, "PING ", 5);
		for (at = 5; at < len; at++) {
			for (i = 0; i < sizeof(breaks); i++) {
				text[at] = breaks[i];
				assert_int_equal(parse(text, len, &line, &why), -EBADMSG);
				assert_string_equal(why, i ? "a CR or LF in it" : "a NUL in it");
			}
			text[at] = others[at % (sizeof(others) - 1)];
			assert_int_equal(parse(text, len, &line, &why), 0);
			assert_memory_equal(line.params[0], text + 5, len - 5);
			text[at] = 'x';
		}
	}
}

/* "@aaa... PING bbb...", of so many bytes up to the space, and then. */
static size_t
make_long(char *buf, size_t tags_len, size_t rest_len)
{
	size_t len = 0;

	if (tags_len) {
		memset(buf, 'a', tags_len);
		buf[0] = '@';
		buf[tags_len - 1] = ' ';
		len = tags_len;
	}
	memset(buf + len, 'b', rest_len);
	memcpy(buf + len, "PING ", 5);
	return len + rest_len;
}

static void
lines_are_as_long_as_irc_allows_and_no_longer(void **state)
{
	char text[SB_WIRE_ANY_MAX + 16];
	struct sb_wire_line line;
	const char *why;

	(void)state;
	assert_int_equal(parse(text, make_long(text, 0, 510), &line, &why), 0);
	assert_int_equal(strlen(line.params[0]), 505);
	assert_int_equal(parse(text, make_long(text, 0, 511), &line, &why), -EMSGSIZE);
	assert_string_equal(why, "longer than 512 bytes");
	assert_int_equal(parse(text, make_long(text, 8191, 510), &line, &why), 0);
	assert_int_equal(strlen(line.tags), 8189);
	assert_int_equal(parse(text, make_long(text, 8192, 20), &line, &why), -EMSGSIZE);
	assert_string_equal(why, "tags longer than 8191 bytes");
	assert_int_equal(parse(text, make_long(text, 8191, 511), &line, &why), -EMSGSIZE);
	assert_int_equal(parse(text, make_long(text, 8192, 510), &line, &why), -EMSGSIZE);
}

static void
lines_are_built_with_a_colon_only_where_it_is_needed_or_wanted(void **state)
{
	static const char *const two[] = { "#c", "hi" }, *const spaced[] = { "#c", "hi there" };
	static const char *const empty[] = { "#c", "" }, *const smile[] = { "#c", ":)" };
	char buf[SB_WIRE_MAX + 1];
	struct sb_wire_out out = { .verb = "PRIVMSG", .params = two, .n_params = 2 };

	(void)state;
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), 15);
	assert_string_equal(buf, "PRIVMSG #c hi\r\n");
	out.colon = true;
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), 16);
	assert_string_equal(buf, "PRIVMSG #c :hi\r\n");
	out.colon = false;
	out.params = spaced;
	assert_true(sb_wire_build(&out, buf, sizeof(buf)) > 0);
	assert_string_equal(buf, "PRIVMSG #c :hi there\r\n");
	out.params = empty;
	assert_true(sb_wire_build(&out, buf, sizeof(buf)) > 0);
	assert_string_equal(buf, "PRIVMSG #c :\r\n");
	out.params = smile;
	out.source = "bob!b@h";
	out.tags = "a=b;c";
	assert_true(sb_wire_build(&out, buf, sizeof(buf)) > 0);
	assert_string_equal(buf, "@a=b;c :bob!b@h PRIVMSG #c ::)\r\n");
	out = (struct sb_wire_out){ .verb = "QUIT", .tags = "" };
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), 6);
	assert_string_equal(buf, "QUIT\r\n");
}

static void
no_part_of_a_line_can_smuggle_in_another(void **state)
{
	static const char *const bad_middles[] = { "", ":a", "a b", "a\rb", "a\nb", "a\n", " " };
	static const char *const bad_lasts[] = { "a\rb", "a\nQUIT", "\r\n", "a\n" };
	static const char *const bad_verbs[] = { "", "A B", "PRIVMSG\r", "12", "1234", "A1", "É" };
	static const char *const bad_tags[] = { "a b", "a\nb", "a\r" };
	static const char *const good[] = { "a", "b" };
	const char *params[2] = { "a", "b" };
	char buf[SB_WIRE_MAX + 1];
	struct sb_wire_out out = { .verb = "TOPIC", .params = params, .n_params = 2 };
	size_t i;

	(void)state;
	assert_true(sb_wire_build(&out, buf, sizeof(buf)) > 0);
	for (i = 0; i < sizeof(bad_middles) / sizeof(bad_middles[0]); i++) {
		params[0] = bad_middles[i];
		assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EINVAL);
		assert_false(sb_wire_is_middle(bad_middles[i]));
		out.params = good;
		out.source = bad_middles[i];
		assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EINVAL);
		out.params = params;
		out.source = NULL;
	}
	params[0] = "a";
	for (i = 0; i < sizeof(bad_lasts) / sizeof(bad_lasts[0]); i++) {
		params[1] = bad_lasts[i];
		assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EINVAL);
		assert_false(sb_wire_is_trailing(bad_lasts[i]));
	}
	out.params = good;
	for (i = 0; i < sizeof(bad_verbs) / sizeof(bad_verbs[0]); i++) {
		out.verb = bad_verbs[i];
		assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EINVAL);
	}
	out.verb = "TOPIC";
	for (i = 0; i < sizeof(bad_tags) / sizeof(bad_tags[0]); i++) {
		out.tags = bad_tags[i];
		assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EINVAL);
	}
}

static void
fifteen_parameters_are_the_most(void **state)
{
	const char *params[SB_WIRE_PARAMS_MAX + 1];
	char buf[SB_WIRE_MAX + 1];
	struct sb_wire_out out = { .verb = "M", .params = params };
	size_t i;

	(void)state;
	for (i = 0; i <= SB_WIRE_PARAMS_MAX; i++)
		params[i] = "x";
	out.n_params = SB_WIRE_PARAMS_MAX;
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), 1 + 15 * 2 + 2);
	out.n_params = SB_WIRE_PARAMS_MAX + 1;
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EINVAL);
}

static void
a_line_of_512_bytes_is_built_and_one_of_513_is_not(void **state)
{
	char text[600], buf[SB_WIRE_MAX + 1];
	const char *params[] = { "#c", text };
	struct sb_wire_out out = { .verb = "NOTICE", .params = params, .n_params = 2 };
	size_t fits = SB_WIRE_MAX - strlen("NOTICE #c \r\n");

	(void)state;
	memset(text, 'x', sizeof(text));
	text[fits] = '\0';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), SB_WIRE_MAX);
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf) - 1), -EMSGSIZE);
	text[fits] = 'x';
	text[fits + 1] = '\0';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EMSGSIZE);
	text[fits] = '\0';
	out.colon = true;
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EMSGSIZE);
}

static void
tags_do_not_count_in_the_512_and_have_a_limit_of_their_own(void **state)
{
	static char tags[8300], text[600], buf[SB_WIRE_ANY_MAX + 1];
	const char *params[] = { text };
	struct sb_wire_out out = { .tags = tags, .verb = "PING", .params = params, .n_params = 1 };

	(void)state;
	memset(tags, 'a', sizeof(tags));
	memset(text, 'x', sizeof(text));
	text[SB_WIRE_MAX - strlen("PING \r\n")] = '\0';
	tags[8189] = '\0';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), SB_WIRE_ANY_MAX);
	tags[8189] = 'a';
	tags[8190] = '\0';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EMSGSIZE);
}

static void
a_last_parameter_is_cut_between_characters_where_that_is_wanted(void **state)
{
	char text[600], buf[SB_WIRE_MAX + 1];
	const char *params[] = { "#c", text };
	struct sb_wire_out out = { .source = "bob!b@h",
		.verb = "PRIVMSG",
		.params = params,
		.n_params = 2,
		.cuts = true };
	size_t room = SB_WIRE_MAX - strlen(":bob!b@h PRIVMSG #c :\r\n"), i;

	(void)state;
	out.colon = true;
	for (i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "é", 2);
	text[i] = '\0';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), SB_WIRE_MAX - (int)(room % 2));
	assert_int_equal(room % 2, 1);
	assert_string_equal(buf + SB_WIRE_MAX - 1 - 4, "é\r\n");
	memmove(text + 1, text, i + 1);
	text[0] = 'x';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), SB_WIRE_MAX);
	/* Where the rest alone is too long, there is nothing to be cut. */
	params[0] = text;
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EMSGSIZE);
}

static void
nicks_and_channels_are_told_from_what_is_neither(void **state)
{
	static const char *const nicks[] = { "a", "Bob", "[x]", "{x}", "a-b", "a1", "_`^|\\" };
	static const char *const no_nicks[] = { "", "1a", "-a", "a b", "a!b", "a@b", "a.b", "é",
		"#a", "a,b", ":a", "a*", "a~b" };
	static const char *const channels[] = { "#", "#c", "&c", "+c", "!ABCDEc", "##c", "#é:x" };
	static const char *const no_channels[] = { "", "c", "#a b", "#a,b", "#a\a", "#a\r", "#\n",
		"@#c" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nicks) / sizeof(nicks[0]); i++)
		assert_true(sb_wire_is_nick(nicks[i]));
	for (i = 0; i < sizeof(no_nicks) / sizeof(no_nicks[0]); i++)
		assert_false(sb_wire_is_nick(no_nicks[i]));
	for (i = 0; i < sizeof(channels) / sizeof(channels[0]); i++)
		assert_true(sb_wire_is_channel(channels[i]));
	for (i = 0; i < sizeof(no_channels) / sizeof(no_channels[0]); i++)
		assert_false(sb_wire_is_channel(no_channels[i]));
}

static void
texts_are_cut_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t max, cut;
	} examples[] = {
		{ "", 0, 0 },
		{ "abc", 3, 3 },
		{ "abc", 9, 3 },
		{ "abc", 2, 2 },
		{ "abc", 0, 0 },
		{ "aé", 2, 1 },
		{ "aé", 3, 3 },
		{ "é", 1, 0 },
		{ "€€", 5, 3 },
		{ "€€", 4, 3 },
		{ "€€", 3, 3 },
		{ "😀😀", 7, 4 },
		{ "😀😀", 5, 4 },
		{ "😀😀", 4, 4 },
		{ "😀x", 4, 4 },
		/* Not UTF-8: cut anywhere. */
		{ "\x80\x80\x80\x80\x80\x80", 4, 4 },
		{ "a\x80\x80\x80", 2, 2 },
		{ "é\x80x", 2, 2 },
		{ "\xe9t\xe9", 2, 2 },
		{ "a\xc0\x80", 2, 2 },
		{ "a\xed\xa0\x80", 3, 3 },
		{ "a\xf5\x80\x80\x80", 3, 3 },
		{ "a\xe2\x82", 2, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_int_equal(
			sb_wire_cut(examples[i].text, strlen(examples[i].text), examples[i].max),
			examples[i].cut);
}

static void
tags_are_taken_apart_and_their_escapes_undone(void **state)
{
	static const struct example examples[] = {
		{ "", "" },
		{ "a", "a=()" },
		{ "a=b;c", "a=(b)c=()" },
		{ "a=;b=c=d;", "a=()b=(c=d)" },
		{ ";;a=b;;=x;c;", "a=(b)c=()" },
		{ "+draft/reply=x;vendor.example/y=z", "+draft/reply=(x)vendor.example/y=(z)" },
		{ "a=\\:\\s\\\\\\r\\n", "a=(; \\\r\n)" },
		{ "a=\\b\\", "a=(b)" },
		{ "a=\\", "a=()" },
	};
	char text[256], value[256];
	struct sb_wire_tag tag;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const char *cursor = examples[i].text;
		size_t len = 0;

		text[0] = '\0';
		while (sb_wire_tag_next(&cursor, &tag)) {
			size_t value_len = sb_wire_unescape(tag.value, value);

			assert_int_equal(value_len, strlen(value));
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s=(%s)",
				(int)tag.key.len, (const char *)tag.key.ptr, value);
		}
		assert_string_equal(text, examples[i].parts);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_taken_apart),
		cmocka_unit_test(odd_sources_and_tags_are_taken_as_they_come),
		cmocka_unit_test(parameters_that_are_not_there_are_empty),
		cmocka_unit_test(an_empty_line_is_nothing),
		cmocka_unit_test(what_is_not_irc_is_refused_with_the_reason),
		cmocka_unit_test(a_nul_cr_or_lf_is_found_wherever_it_stands),
		cmocka_unit_test(lines_are_as_long_as_irc_allows_and_no_longer),
		cmocka_unit_test(lines_are_built_with_a_colon_only_where_it_is_needed_or_wanted),
		cmocka_unit_test(no_part_of_a_line_can_smuggle_in_another),
		cmocka_unit_test(fifteen_parameters_are_the_most),
		cmocka_unit_test(a_line_of_512_bytes_is_built_and_one_of_513_is_not),
		cmocka_unit_test(tags_do_not_count_in_the_512_and_have_a_limit_of_their_own),
		cmocka_unit_test(a_last_parameter_is_cut_between_characters_where_that_is_wanted),
		cmocka_unit_test(nicks_and_channels_are_told_from_what_is_neither),
		cmocka_unit_test(texts_are_cut_between_characters),
		cmocka_unit_test(tags_are_taken_apart_and_their_escapes_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
