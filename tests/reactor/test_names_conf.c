/* What resolv.conf says of a search, and the search itself, without anybody who is asked. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "reactor/resolver_search.h"

static char path[64];

static int
set_up(void **state)
{
	(void)state;
	(void)unsetenv("LOCALDOMAIN");
	(void)unsetenv("RES_OPTIONS");
	(void)strcpy(path, "/tmp/signalbox-resolv-XXXXXX");
	(void)close(mkstemp(path));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unsetenv("LOCALDOMAIN");
	(void)unsetenv("RES_OPTIONS");
	(void)unlink(path);
	return 0;
}

static void
read_bytes(struct resolver_conf *conf, const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(sb_resolver_conf_init(conf, path), 0);
}

static void
expect_conf(const char *text, unsigned ndots, int timeout_ms, int tries, const char *domains)
{
	struct resolver_conf conf;

	read_bytes(&conf, text, strlen(text));
	assert_string_equal(conf.domains, domains);
	assert_int_equal(conf.ndots, ndots);
	assert_int_equal(conf.timeout_ms, timeout_ms);
	assert_int_equal(conf.tries, tries);
	sb_resolver_conf_finish(&conf);
}

static void
last_line_of_a_kind_counts(void **state)
{
	(void)state;
	expect_conf("search a.lan b.lan\nsearch c.lan  d.lan", 1, 5000, 2, "c.lan  d.lan");
	expect_conf("search a.lan\ndomain b.lan c.lan\n", 1, 5000, 2, "b.lan");
	expect_conf("domain a.lan\nsearch\tb.lan\tc.lan\r\n", 1, 5000, 2, "b.lan\tc.lan");
	expect_conf("search a.lan\nsearch \n", 1, 5000, 2, "");
	expect_conf("search a.lan # b.lan\n#search c.lan\n;search d.lan\n", 1, 5000, 2, "a.lan ");
	expect_conf("search a.lan\nsearching b.lan\n search c.lan\nsearch\n", 1, 5000, 2, "a.lan");
}

static void
options_are_read_within_their_bounds(void **state)
{
	(void)state;
	expect_conf("search x\noptions ndots:3 timeout:2 attempts:1 rotate\n", 3, 2000, 1, "x");
	expect_conf("search x\noptions ndots:3\noptions retrans:250 retry:4", 3, 250, 4, "x");
	expect_conf("search x\noptions ndots:99 timeout:99 attempts:99", 15, 30000, 5, "x");
	expect_conf("search x\noptions ndots:-1 timeout:0 attempts:0", 0, 1000, 1, "x");
	expect_conf("search x\noptions timeout:99999999999999999999 retrans:-5", 1, 1, 2, "x");
	expect_conf("search x\noptions ndots: ndots:3x timeout: attempts:a", 1, 5000, 2, "x");
}

static void
silence_of_all_servers_takes_15_s_however_many_there_are(void **state)
{
	char text[512] = "search x\n";
	int n;

	(void)state;
	for (n = 1; n <= 6; n++) {
		(void)strcat(text, "nameserver 192.0.2.1\n");
		expect_conf(text, 1, 5000 / n, 2, "x");
	}
	(void)strcat(text, "options timeout:4\n");
	expect_conf(text, 1, 4000, 2, "x");
}

static void
environment_has_the_word(void **state)
{
	(void)state;
	(void)setenv("LOCALDOMAIN", "c.lan d.lan", 1);
	(void)setenv("RES_OPTIONS", "ndots:2", 1);
	expect_conf("search a.lan\noptions ndots:3 attempts:3", 2, 5000, 3, "c.lan d.lan");
	(void)setenv("LOCALDOMAIN", "", 1);
	expect_conf("search a.lan\n", 2, 5000, 2, "");
}

static void
file_that_is_missing_is_empty_and_others_are_errors(void **state)
{
	struct resolver_conf conf;

	(void)state;
	assert_int_equal(sb_resolver_conf_init(&conf, "/nowhere/resolv.conf"), 0);
	assert_int_equal(conf.ndots, 1);
	assert_int_equal(conf.timeout_ms, 5000);
	sb_resolver_conf_finish(&conf);
	assert_int_equal(sb_resolver_conf_init(&conf, "/tmp"), -EISDIR);
	assert_int_equal(sb_resolver_conf_init(&conf, "/dev/null/x"), -ENOTDIR);
	assert_int_equal(sb_resolver_conf_init(&conf, "/dev/zero"), -EFBIG);
}

/* No bytes of the file do harm. */
static void
rubbish_is_read_without_harm(void **state)
{
	static const char pieces[][12] = { "search ", "domain ", "options ", "ndots:", "\n", "\r\n",
		" ", "a.lan", "#", "\t", "timeout:", "9", "nameserver ", ":" };
	struct resolver_conf conf;
	char text[400];
	unsigned seed, random = 1;

	(void)state;
	for (seed = 0; seed < 2000; seed++) {
		size_t len = 0;

		while (len < sizeof(text) - 12) {
			const char *piece;

			random = random * 1103515245 + 12345;
			piece = pieces[(random >> 16) % (sizeof(pieces) / sizeof(*pieces))];
			text[len++] = (char)(random >> 8);
			if (random >> 31)
				len--;
			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
		}
		read_bytes(&conf, text, len);
		assert_in_range(conf.ndots, 0, 15);
		assert_in_range(conf.timeout_ms, 1, 30000);
		assert_in_range(conf.tries, 1, 5);
		assert_null(strchr(conf.domains, '\n'));
		sb_resolver_conf_finish(&conf);
	}
}

/* What is asked for when there is no such name anywhere: "a.one.lan., a." */
static void
expect_search(const char *name, unsigned ndots, const char *domains, const char *expected)
{
	struct resolver_conf conf = { .ndots = ndots, .domains = domains };
	struct search search;
	char tried[2048] = "";

	sb_search_begin(&search, &conf, name);
	while (sb_search_next(&search)) {
		(void)snprintf(tried + strlen(tried), sizeof(tried) - strlen(tried), "%s%s",
			tried[0] ? ", " : "", search.candidate);
		assert_true(sb_search_take(&search, -ENOENT, NULL));
	}
	assert_string_equal(tried, expected);
	assert_int_equal(search.code, -ENOENT);
}

static void
names_are_tried_in_order(void **state)
{
	(void)state;
	expect_search("a", 1, "one.lan two.lan", "a.one.lan., a.two.lan., a.");
	expect_search("a.b", 1, "one.lan\ttwo.lan", "a.b., a.b.one.lan., a.b.two.lan.");
	expect_search("a.b", 2, " one.lan ", "a.b.one.lan., a.b.");
	expect_search("a", 0, "one.lan", "a., a.one.lan.");
	expect_search("a.", 5, "one.lan", "a.");
	expect_search("a.Onion", 5, "one.lan", "a.Onion.");
	expect_search("onion", 1, "one.lan", "onion.one.lan., onion.");
	expect_search("a", 1, "", "a.");
	expect_search("a", 1, ". one.lan.", "a.one.lan., a.");
	expect_search("a", 1, "b..c .d e.. f", "a.f., a.");
	expect_search("a", 1,
		"a2345678901234567890123456789012345678901234567890123456789012345.org b",
		"a.b., a.");
}

static void
name_as_long_as_can_be_is_tried(void **state)
{
	char name[255], expected[600];
	size_t i;

	(void)state;
	for (i = 0; i < 253; i++)
		name[i] = i % 2 ? '.' : 'a';
	name[253] = '\0';
	(void)snprintf(expected, sizeof(expected), "%s.", name);
	expect_search(name, 1, "b", expected);
	(void)strcpy(name + 253, ".");
	expect_search(name, 1, "b", expected);
	name[251] = '\0';
	(void)snprintf(expected, sizeof(expected), "%s.b., %s.", name, name);
	expect_search(name, 150, "b", expected);
	/* One more does not fit. */
	memmove(name + 1, name, 252);
	(void)snprintf(expected, sizeof(expected), "%s.", name);
	expect_search(name, 150, "b", expected);
}

static void
expect_verdict(const char *name, const int *codes, int expected)
{
	static const struct resolver_conf conf = { .ndots = 1, .domains = "one two" };
	static const char *const details[] = { "0", "1", "2" };
	struct search search;
	bool goes_on = true;
	size_t i;

	sb_search_begin(&search, &conf, name);
	for (i = 0; goes_on && sb_search_next(&search); i++)
		goes_on = sb_search_take(&search, codes[i], details[i]);
	assert_int_equal(search.code, expected);
	assert_int_equal(codes[search.detail[0] - '0'], expected);
	assert_true(i == 3 || !goes_on);
}

static void
failures_are_told_where_nothing_better_is_known(void **state)
{
	(void)state;
	expect_verdict("a", (const int[]){ -ENOENT, -EAGAIN, -ENOENT }, -EAGAIN);
	expect_verdict("a", (const int[]){ -EAGAIN, -ENOENT, -ENOENT }, -EAGAIN);
	expect_verdict("a", (const int[]){ -EAGAIN, -EAGAIN, 0 }, 0);
	expect_verdict("a", (const int[]){ -EAGAIN, -ENODATA, 0 }, -ENODATA);
	expect_verdict("a", (const int[]){ -ENOENT, -ETIMEDOUT, 0 }, -ETIMEDOUT);
	expect_verdict("a", (const int[]){ -ENOENT, -ENOMEM, 0 }, -ENOMEM);
	expect_verdict("a.b", (const int[]){ -ENOENT, -EAGAIN, -EAGAIN }, -ENOENT);
	expect_verdict("a.b", (const int[]){ -ENOENT, -ETIMEDOUT, 0 }, -ENOENT);
	expect_verdict("a.b", (const int[]){ -EAGAIN, -ENOENT, -ENOENT }, -EAGAIN);
	expect_verdict("a.b", (const int[]){ -EAGAIN, -ENOENT, -ENODATA }, -ENODATA);
	expect_verdict("a.b", (const int[]){ -ENODATA, 0, 0 }, -ENODATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define with_file(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		with_file(last_line_of_a_kind_counts),
		with_file(options_are_read_within_their_bounds),
		with_file(silence_of_all_servers_takes_15_s_however_many_there_are),
		with_file(environment_has_the_word),
		with_file(file_that_is_missing_is_empty_and_others_are_errors),
		with_file(rubbish_is_read_without_harm),
		cmocka_unit_test(names_are_tried_in_order),
		cmocka_unit_test(name_as_long_as_can_be_is_tried),
		cmocka_unit_test(failures_are_told_where_nothing_better_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
