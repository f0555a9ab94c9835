#ifndef TESTS_APP_COMMANDS_FIXTURE_H
#define TESTS_APP_COMMANDS_FIXTURE_H

/* People who say something to Quoth, and what it answers. */

#include <stdlib.h>

#include "app/commands.h"
#include "kit_cmocka.h"

struct fixture {
	struct quotes *quotes;
	struct commands *commands;
	struct commands_said said; /* what the next message is, but who says what where */
	struct replies replies; /* to the last */
	struct sb_error error;
};

static const struct commands_limits no_limits;

static inline int
set_up(void **state)
{
	static const char *const prefixes[] = { "!" };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(quotes_open(NULL, &f->quotes, &f->error), 0);
	f->commands = commands_create(f->quotes, &no_limits, sb_testing_seed());
	assert_non_null(f->commands);
	f->said = (struct commands_said){ .network = "net",
		.host = "example.org",
		.our_nick = "Quoth",
		.prefixes = prefixes,
		.n_prefixes = 1,
		.now_s = 1700000000,
		.now_ns = 5000000000,
		.random = 1 };
	*state = f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	commands_destroy(f->commands);
	quotes_close(f->quotes);
	free(f);
	return 0;
}

/* Somebody's user name is that of their nick, unless it is said otherwise. */
static inline int
hear(struct fixture *f, const char *nick, const char *channel, const char *text)
{
	struct commands_said said = f->said;

	said.nick = nick;
	said.channel = channel;
	said.text = text;
	if (!said.user)
		said.user = nick;
	memset(&f->replies, 0x55, sizeof(f->replies));
	return commands_hear(f->commands, &said, &f->replies, &f->error);
}

static inline void
wait_s(struct fixture *f, int s)
{
	f->said.now_s += s;
	f->said.now_ns += s * INT64_C(1000000000);
}

static inline void
expect_lines(struct fixture *f, const char *nick, const char *channel, const char *text,
	bool is_private, const char *lines)
{
	char got[REPLIES_MAX_LINES * (REPLIES_MAX_LINE + 2) + 1] = "";
	size_t i, len = 0;

	assert_int_equal(hear(f, nick, channel, text), 0);
	assert_true(f->replies.n <= REPLIES_MAX_LINES);
	for (i = 0; i < f->replies.n; i++)
		len += (size_t)snprintf(
			got + len, sizeof(got) - len, "%s%s", i ? "\n" : "", f->replies.lines[i]);
	assert_string_equal(got, lines);
	assert_int_equal(f->replies.is_private, is_private);
}

/* What bob says in #c, and the lines answered there, parted by \n. */
static inline void
expect(struct fixture *f, const char *text, const char *lines)
{
	expect_lines(f, "bob", "#c", text, false, lines);
}

/* What bob says in #c, and what is answered to bob alone. */
static inline void
expect_error(struct fixture *f, const char *text, const char *lines)
{
	expect_lines(f, "bob", "#c", text, true, lines);
}

/* Said to us alone. */
static inline void
expect_private(struct fixture *f, const char *text, const char *lines)
{
	expect_lines(f, "bob", NULL, text, false, lines);
}

static inline void
expect_silence(struct fixture *f, const char *nick, const char *channel, const char *text)
{
	assert_int_equal(hear(f, nick, channel, text), 0);
	assert_int_equal(f->replies.n, 0);
}

/* Somebody says something in #c that is no command. */
static inline void
say(struct fixture *f, const char *nick, const char *text)
{
	expect_silence(f, nick, "#c", text);
}

/* Adds a public quote, of another person's. Returns its id. */
static inline int64_t
add(struct fixture *f, const char *text)
{
	struct quotes_person person = { .scope = { .network = "net", .channel = "#c" },
		.name = "carol",
		.key = "net host:carol@example.org" };
	struct quotes_new quote = { .text = text };
	int64_t id;

	if (quotes_add(f->quotes, &person, &quote, f->said.now_s, &id, &f->error))
		sb_testing_fail(SB_PLACE, "%s", f->error.text);
	return id;
}

#define with_fixture(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
