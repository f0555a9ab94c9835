/* The IRC client without memory: what cannot be done is said, and nothing is left of it. */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many allocations succeed before one fails; less than 0: all. */
static int n_left = -1;

static bool
fails(void)
{
	return n_left >= 0 && n_left-- == 0;
}

static void *
failing_calloc(size_t n, size_t size)
{
	return fails() ? NULL : calloc(n, size);
}

static void *
failing_malloc(size_t size)
{
	return fails() ? NULL : malloc(size);
}

static void *
failing_realloc(void *old, size_t size)
{
	return fails() ? NULL : realloc(old, size);
}

static char *
failing_strdup(const char *text)
{
	return fails() ? NULL : strdup(text);
}

__attribute__((format(printf, 2, 0))) static int
failing_vasprintf(char **ret_text, const char *format, va_list args)
{
	return fails() ? -1 : vasprintf(ret_text, format, args);
}

#define calloc failing_calloc
#define malloc failing_malloc
#define realloc failing_realloc
#define strdup failing_strdup
#define vasprintf failing_vasprintf
#include "protocols/irc/irc.c"
#include "protocols/irc/irc_channels.c"
#include "protocols/irc/irc_commands.c"
#include "protocols/irc/outbox.c"
#include "protocols/irc/turns.c"
#include "protocols/line/line.c"
#undef calloc
#undef malloc
#undef realloc
#undef strdup
#undef vasprintf

#include "kit_cmocka.h"

#include "irc_fixture.h"

static void
a_creation_that_fails_for_memory_leaves_nothing(void **state)
{
	static const char *const channels[] = { "#a", "#b", "#c", "#d", "#e" };
	struct sb_irc_options options = { .url = "tcp://127.0.0.1:6667",
		.nick = "quoth",
		.password = "p",
		.channels = channels,
		.n_channels = 5 };
	struct sb_world *world = *state;
	struct sb_error why;
	struct sb_irc *irc = NULL;
	int i, error;

	for (i = 0;; i++) {
		n_left = i;
		error = sb_irc_create(world->d, world->r, &options, SB_PLACE, &irc, &why);
		n_left = -1;
		if (!error)
			break;
		assert_int_equal(error, -ENOMEM);
		assert_string_equal(why.text, "out of memory");
		assert_null(irc);
	}
	/* One for each text, two for the growing list, one for the URLs and one for the
	 * charset. */
	assert_int_equal(i, 1 + 3 + 5 + 2 + 1 + 1);
	sb_irc_destroy(irc);
}

static void
a_command_without_memory_says_nothing_and_changes_nothing(void **state)
{
	struct fixture f;
	char text[1001];
	int i;

	fixture_begin(&f, *state);
	for (i = 0; i < 2; i++) {
		n_left = i;
		assert_int_equal(sb_irc_say(f.irc, "#c", "hi"), -ENOMEM);
	}
	for (i = 0; i < 4; i++) {
		n_left = i;
		assert_int_equal(sb_irc_join(f.irc, "#c", "key"), -ENOMEM);
	}
	/* Of a text of three lines the last. */
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	n_left = 3;
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), -ENOMEM);
	n_left = -1;
	sb_tape_expect(f.tape, "");
	assert_int_equal(f.irc->n_channels, 0);
	assert_int_equal(sb_irc_join(f.irc, "#c", "key"), 0);
	n_left = 0;
	assert_int_equal(sb_irc_join(f.irc, "#C", NULL), -ENOMEM);
	n_left = -1;
	assert_int_equal(f.irc->n_channels, 1);
	assert_string_equal(f.irc->channels[0].key, "key");
	/* The same channel again takes the place of the first. */
	assert_int_equal(sb_irc_join(f.irc, "#C", NULL), 0);
	assert_int_equal(f.irc->n_channels, 1);
	assert_null(f.irc->channels[0].key);
	fixture_end(&f);
}

static void
an_answer_without_memory_ends_the_connection(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	n_left = 0;
	sb_tape_feed_line(f.tape, "PING :x");
	assert_int_equal(n_left, -1);
	sb_probe_seek(f.probe, "irc.disconnected error=-ENOMEM text~PONG");
	fixture_end(&f);
}

static void
a_line_that_cannot_be_held_is_told_and_the_next_is_read(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	n_left = 0;
	sb_tape_feed(f.tape, ":bob!b@h PRIVMSG #c :lo");
	sb_probe_expect(f.probe, "irc.malformed line='' why='no memory to hold it'");
	sb_tape_feed(f.tape, "st\r\n:bob!b@h PRIVMSG #c :next\r\n");
	sb_probe_expect(f.probe, "irc.message text=next");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
more_than_a_turn_takes_that_cannot_be_held_ends_the_connection(void **state)
{
	char text[SB_TURNS_LINES * 4 + 64] = "";
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	for (i = 0; i < SB_TURNS_LINES; i++)
		memcpy(text + 4 * i, "X y\n", 5);
	memcpy(text + 4 * i, "PING :x\r\n", 10);
	n_left = 0;
	sb_tape_feed(f.tape, text);
	assert_int_equal(n_left, -1);
	assert_int_equal(sb_probe_count(f.probe, "irc.command verb=X"), SB_TURNS_LINES);
	sb_probe_seek(f.probe, "irc.disconnected error=-ENOMEM text~'no memory'");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_creation_that_fails_for_memory_leaves_nothing),
		kit_test(a_command_without_memory_says_nothing_and_changes_nothing),
		kit_test(an_answer_without_memory_ends_the_connection),
		kit_test(a_line_that_cannot_be_held_is_told_and_the_next_is_read),
		kit_test(more_than_a_turn_takes_that_cannot_be_held_ends_the_connection),
	};

	return kit_run(tests);
}
