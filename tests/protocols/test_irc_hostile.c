/* A server may say anything: it gets an answer that is a line, or none. */

#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

/* A line with a text of so many x in it. */
static void
feed_long(struct fixture *f, const char *before, size_t n, const char *after)
{
	static char line[4096];
	size_t len = strlen(before);

	memcpy(line, before, len);
	memset(line + len, 'x', n);
	memcpy(line + len + n, after, strlen(after) + 1);
	sb_tape_feed_line(f->tape, line);
}

static void
expect_alive(struct fixture *f)
{
	sb_tape_feed_line(f->tape, "PING :still there");
	sb_tape_seek(f->tape, "PONG :still there\r\n");
}

/* Of a server that allows longer lines than we write, a PING may be none that can be answered. */
static void
a_ping_that_is_too_long_to_be_answered_is_not(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":irc.x 005 quoth LINELEN=2048 :are supported");
	feed_long(&f, "PING ", 600, " y");
	sb_probe_seek(f.probe, "irc.command verb=PING");
	expect_alive(&f);
	feed_long(&f, "PING ", 600, "");
	sb_tape_seek(f.tape, "PONG xxx");
	expect_alive(&f);
	fixture_end(&f);
}

static void
who_cannot_be_answered_is_not(void **state)
{
	static char version[301];
	static const struct sb_irc_options answering = {
		.nick = "quoth", .pace = "none", .hears_floods = true, .version = version
	};
	struct fixture f;

	memset(version, 'v', sizeof(version) - 1);
	fixture_begin_with(&f, *state, &answering);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f.tape, "::x!u@h PRIVMSG quoth :\1VERSION\1");
	sb_probe_seek(f.probe, "irc.ctcp_requested verb=VERSION");
	expect_alive(&f);
	feed_long(&f, ":", 300, "!u@h2 PRIVMSG quoth :\1VERSION\1");
	sb_probe_seek(f.probe, "irc.ctcp_requested verb=VERSION");
	expect_alive(&f);
	assert_int_equal(sb_probe_count(f.probe, "irc.disconnected"), 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_ping_that_is_too_long_to_be_answered_is_not),
		kit_test(who_cannot_be_answered_is_not),
	};

	return kit_run(tests);
}
