/* Tags of IRC: written, looked for, and how long they and their lines may be. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "protocols/irc/wire.h"

static void
tags_are_added_one_by_one(void **state)
{
	char buf[64];
	struct sb_wire_tags tags = { buf, sizeof(buf), 0 };

	(void)state;
	assert_int_equal(sb_wire_tags_add(&tags, "a", "b"), 0);
	assert_string_equal(buf, "a=b");
	assert_int_equal(sb_wire_tags_add(&tags, "+draft/reply", NULL), 0);
	assert_string_equal(buf, "a=b;+draft/reply");
	assert_int_equal(sb_wire_tags_add(&tags, "c", ""), 0);
	assert_int_equal(sb_wire_tags_add(&tags, "d-1", "x;y z\\ \r\n=:\xc3\xa9"), 0);
	assert_string_equal(buf, "a=b;+draft/reply;c;d-1=x\\:y\\sz\\\\\\s\\r\\n=:\xc3\xa9");
	assert_int_equal(tags.len, strlen(buf));
}

static void
keys_are_as_ircv3_has_them(void **state)
{
	static const char *const good[] = { "a", "A-9", "+a", "x.example/a", "+draft/x",
		"xn--e1afmkfd.org/foo", "-" };
	static const char *const bad[] = { "", "+", "/", "/a", "a/", "+/a", "a b", "a;b", "a=b",
		"a\n", "\ra", "++a", "a+", "a b/c", "a;b/c", "a=b/c", "a\n/c", "a\r/c", "a.b",
		"\xc3\xa9", "a_b" };
	char buf[64] = "before";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct sb_wire_tags tags = { buf, sizeof(buf), 0 };

		assert_int_equal(sb_wire_tags_add(&tags, good[i], NULL), 0);
		assert_string_equal(buf, good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct sb_wire_tags tags = { buf, sizeof(buf), 0 };

		strcpy(buf, "before");
		assert_int_equal(sb_wire_tags_add(&tags, bad[i], "x"), -EINVAL);
		assert_string_equal(buf, "before");
		assert_int_equal(tags.len, 0);
	}
}

/* Of exactly so many bytes, so that a sanitizer sees one more. */
static int
add_within(size_t cap, const char *value)
{
	char *buf = malloc(cap);
	struct sb_wire_tags tags = { buf, cap, 0 };
	int error;

	assert_non_null(buf);
	assert_int_equal(sb_wire_tags_add(&tags, "a", "b"), 0);
	error = sb_wire_tags_add(&tags, "key", value);
	assert_int_equal(tags.len, error ? 3 : strlen(buf));
	if (error)
		assert_string_equal(buf, "a=b");
	free(buf);
	return error;
}

static void
a_tag_that_does_not_fit_leaves_the_others(void **state)
{
	size_t cap;

	(void)state;
	for (cap = 4; cap < sizeof("a=b;key"); cap++)
		assert_int_equal(add_within(cap, NULL), -ENOBUFS);
	assert_int_equal(add_within(cap, NULL), 0);
	for (; cap < sizeof("a=b;key=x\\:\\\\"); cap++)
		assert_int_equal(add_within(cap, "x;\\"), -ENOBUFS);
	assert_int_equal(add_within(cap, "x;\\"), 0);
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
tags_are_looked_for(void **state)
{
	static const struct sb_bytes keys[] = { { "time", 4 }, { "account", 7 }, { "+x", 2 },
		{ "bot", 3 } };
	const char *values[4];
	char buf[64];

	(void)state;
	pick("", keys, 4, buf, values);
	assert_null(values[0]);
	assert_null(values[3]);
	pick("x=1;bot;account=a\\sb;times=2;tim=3;+x=", keys, 4, buf, values);
	assert_null(values[0]);
	assert_string_equal(values[1], "a b");
	assert_string_equal(values[2], "");
	assert_string_equal(values[3], "");
	/* The last counts, also when it has no value. */
	pick("time=1;time=2;account=a;account;+x;+x=\\\\", keys, 3, buf, values);
	assert_string_equal(values[0], "2");
	assert_string_equal(values[1], "");
	assert_string_equal(values[2], "\\");
	/* Bytes are opaque: those that are not ASCII, and a vendor, make another key. */
	pick("Time=1;x/time=2;time\xc3\xa9=3;\xff=\xfe;time=\xfe", keys, 2, buf, values);
	assert_string_equal(values[0], "\xfe");
	assert_null(values[1]);
}

/* As many as there may be: the values have room in as many bytes as the tags. */
static void
all_values_fit_in_as_many_bytes_as_the_tags(void **state)
{
	static const struct sb_bytes keys[] = { { "a", 1 }, { "b", 1 } };
	const char *values[2];
	char tags[512], *buf;
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(tags); i += 2)
		memcpy(tags + i, i % 4 ? "a;" : "b;", 2);
	tags[i] = '\0';
	buf = malloc(i + 1);
	assert_non_null(buf);
	pick(tags, keys, 2, buf, values);
	assert_string_equal(values[0], "");
	free(buf);
	buf = malloc(sizeof("a=bcdef"));
	assert_non_null(buf);
	pick("a=bcdef", keys, 2, buf, values);
	assert_string_equal(values[0], "bcdef");
	free(buf);
}

static void
a_client_sends_4094_bytes_of_tags_at_most(void **state)
{
	static char tags[5000], buf[SB_WIRE_ANY_MAX + 1];
	struct sb_wire_out out = {
		.tags = tags, .verb = "TAGMSG", .tags_max = SB_WIRE_CLIENT_TAGS_MAX
	};

	(void)state;
	memset(tags, 'a', sizeof(tags));
	tags[4094] = '\0';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), 1 + 4094 + strlen(" TAGMSG\r\n"));
	tags[4094] = 'a';
	tags[4095] = '\0';
	assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EMSGSIZE);
	out.tags_max = 0;
	assert_true(sb_wire_build(&out, buf, sizeof(buf)) > 0);
}

static void
a_server_may_allow_longer_lines(void **state)
{
	static char text[SB_WIRE_LONG_MAX + 100], buf[SB_WIRE_TAGS_MAX + SB_WIRE_LONG_MAX + 1];
	static const size_t maxima[] = { SB_WIRE_MAX, SB_WIRE_MAX + 1, 2048, SB_WIRE_LONG_MAX };
	const char *params[] = { text }, *why;
	struct sb_wire_out out = { .verb = "PING", .params = params, .n_params = 1 };
	static struct sb_wire_line line;
	size_t i, max;
	int len;

	(void)state;
	for (i = 0; i < sizeof(maxima) / sizeof(*maxima); i++) {
		out.max = max = maxima[i];
		memset(text, 'x', sizeof(text));
		text[max - strlen("PING \r\n")] = '\0';
		len = sb_wire_build(&out, buf, sizeof(buf));
		assert_int_equal(len, max);
		assert_int_equal(
			sb_wire_parse_long((struct sb_bytes){ buf, max - 2 }, max, &line, &why), 0);
		assert_string_equal(line.params[0], text);
		strcpy(text + max - strlen("PING \r\n"), "x");
		assert_int_equal(sb_wire_build(&out, buf, sizeof(buf)), -EMSGSIZE);
		/* One more than that. */
		buf[max - 2] = 'x';
		assert_int_equal(
			sb_wire_parse_long((struct sb_bytes){ buf, max - 1 }, max, &line, &why),
			-EMSGSIZE);
		assert_string_equal(why, max == SB_WIRE_MAX
						 ? "longer than 512 bytes"
						 : "longer than the server said its lines are");
	}
}

static void
the_longest_line_with_the_longest_tags_is_read(void **state)
{
	enum { LEN = SB_WIRE_TAGS_MAX + SB_WIRE_LONG_MAX - 2 };
	static struct sb_wire_line line;
	char *text = malloc(LEN + 2);
	const char *why;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LEN + 2);
	text[0] = '@';
	memcpy(text + SB_WIRE_TAGS_MAX - 1, " PING ", 6);
	assert_int_equal(
		sb_wire_parse_long((struct sb_bytes){ text, LEN }, SB_WIRE_LONG_MAX, &line, &why),
		0);
	assert_int_equal(strlen(line.tags), SB_WIRE_TAGS_MAX - 2);
	assert_int_equal(strlen(line.params[0]), SB_WIRE_LONG_MAX - 2 - strlen("PING "));
	assert_int_equal(sb_wire_parse_long(
				 (struct sb_bytes){ text, LEN + 1 }, SB_WIRE_LONG_MAX, &line, &why),
		-EMSGSIZE);
	assert_int_equal(sb_wire_parse_long(
				 (struct sb_bytes){ text, LEN + 2 }, SB_WIRE_LONG_MAX, &line, &why),
		-EMSGSIZE);
	assert_string_equal(why, "longer than any line may be");
	free(text);
}

/* ---- Any line, there and back ---- */

struct random_line {
	struct sb_wire_out out;
	char tags[600], source[60], verb[20], text[SB_WIRE_PARAMS_MAX][40];
	const char *params[SB_WIRE_PARAMS_MAX];
	char keys[4][20], values[4][40]; /* its tags */
	size_t n_tags;
	char nick[20], user[20], host[20];
	bool has_user, has_host;
};

static uint64_t
random_below(uint64_t *random, uint64_t n)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*random >> 33) % n;
}

/* Up to max - 1 bytes, any but NUL and those; often of the few that mean something. */
static void
make_text(uint64_t *random, size_t least, size_t max, const char *without, char *buf)
{
	static const char telling[] = " :;=@!\\,sr\\n*";
	size_t len = least + random_below(random, max - least), i = 0;

	while (i < len) {
		char c = (char)(random_below(random, 2)
					? 1 + random_below(random, 255)
					: (uint64_t)
						telling[random_below(random, sizeof(telling) - 1)]);

		if (c && !strchr(without, c))
			buf[i++] = c;
	}
	buf[len] = '\0';
}

static void
make_word(uint64_t *random, size_t max, const char *letters, char *buf)
{
	size_t len = 1 + random_below(random, max - 1), i;

	for (i = 0; i < len; i++)
		buf[i] = letters[random_below(random, strlen(letters))];
	buf[len] = '\0';
}

static void
make_tags(uint64_t *random, struct random_line *line)
{
	struct sb_wire_tags tags = { line->tags, sizeof(line->tags), 0 };
	size_t i;

	line->n_tags = random_below(random, 5);
	for (i = 0; i < line->n_tags; i++) {
		make_word(random, 12, "abcXYZ019-", line->keys[i]);
		/* No two are the same. */
		line->keys[i][strlen(line->keys[i]) + 1] = '\0';
		line->keys[i][strlen(line->keys[i])] = (char)('0' + i);
		make_text(random, 0, sizeof(line->values[i]), "", line->values[i]);
		assert_int_equal(sb_wire_tags_add(&tags, line->keys[i], line->values[i]), 0);
	}
	line->out.tags = line->n_tags ? line->tags : NULL;
}

static void
make_source(uint64_t *random, struct random_line *line)
{
	if (!random_below(random, 4))
		return;
	do
		make_text(random, 1, sizeof(line->nick), " !@\r\n", line->nick);
	while (line->nick[0] == ':');
	line->has_user = random_below(random, 2);
	line->has_host = random_below(random, 2);
	if (line->has_user)
		make_text(random, 0, sizeof(line->user), " @\r\n", line->user);
	/* Without a user before it a host has no !: there it would begin one. */
	if (line->has_host)
		make_text(random, 0, sizeof(line->host), line->has_user ? " \r\n" : " !\r\n",
			line->host);
	(void)snprintf(line->source, sizeof(line->source), "%s%s%s%s%s", line->nick,
		line->has_user ? "!" : "", line->user, line->has_host ? "@" : "", line->host);
	line->out.source = line->source;
}

static void
make_params(uint64_t *random, struct random_line *line)
{
	size_t n = random_below(random, SB_WIRE_PARAMS_MAX + 1), i;

	for (i = 0; i + 1 < n; i++) {
		do
			make_text(random, 1, 20, " \r\n", line->text[i]);
		while (line->text[i][0] == ':');
		line->params[i] = line->text[i];
	}
	if (n) {
		make_text(random, 0, sizeof(line->text[0]), "\r\n", line->text[n - 1]);
		line->params[n - 1] = line->text[n - 1];
	}
	line->out.params = line->params;
	line->out.n_params = n;
}

static void
check_there_and_back(const struct random_line *made)
{
	char buf[SB_WIRE_ANY_MAX + 1], values_buf[SB_WIRE_TAGS_MAX];
	struct sb_bytes keys[4];
	const char *values[4], *why;
	struct sb_wire_line line;
	size_t i;
	int len = sb_wire_build(&made->out, buf, sizeof(buf));

	assert_true(len > 0);
	assert_int_equal(len, strlen(buf));
	assert_int_equal(strcspn(buf, "\r\n"), len - 2);
	assert_int_equal(sb_wire_parse((struct sb_bytes){ buf, (size_t)len - 2 }, &line, &why), 0);
	assert_string_equal(line.nick, made->nick);
	assert_int_equal(line.user != NULL, made->has_user);
	assert_int_equal(line.host != NULL, made->has_host);
	assert_string_equal(line.user ? line.user : "", made->user);
	assert_string_equal(line.host ? line.host : "", made->host);
	assert_string_equal(line.verb, made->verb);
	assert_int_equal(line.n_params, made->out.n_params);
	for (i = 0; i < line.n_params; i++)
		assert_string_equal(line.params[i], made->params[i]);
	for (i = 0; i < made->n_tags; i++)
		keys[i] = sb_bytes_of(made->keys[i]);
	pick(line.tags, keys, made->n_tags, values_buf, values);
	for (i = 0; i < made->n_tags; i++)
		assert_string_equal(values[i], made->values[i]);
}

static void
what_is_built_is_read_as_the_same(void **state)
{
	uint64_t random = 7;
	unsigned i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		struct random_line line = { .n_tags = 0 };

		make_tags(&random, &line);
		make_source(&random, &line);
		if (random_below(&random, 2))
			make_word(&random, 15, "ABCXYZ", line.verb);
		else
			(void)sprintf(line.verb, "%03u", (unsigned)random_below(&random, 1000));
		line.out.verb = line.verb;
		line.out.colon = random_below(&random, 2);
		make_params(&random, &line);
		check_there_and_back(&line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_added_one_by_one),
		cmocka_unit_test(keys_are_as_ircv3_has_them),
		cmocka_unit_test(a_tag_that_does_not_fit_leaves_the_others),
		cmocka_unit_test(tags_are_looked_for),
		cmocka_unit_test(all_values_fit_in_as_many_bytes_as_the_tags),
		cmocka_unit_test(a_client_sends_4094_bytes_of_tags_at_most),
		cmocka_unit_test(a_server_may_allow_longer_lines),
		cmocka_unit_test(the_longest_line_with_the_longest_tags_is_read),
		cmocka_unit_test(what_is_built_is_read_as_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
