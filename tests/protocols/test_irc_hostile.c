/* A server may say anything: it gets an answer that is a line, or none. */

#include <stdio.h>
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

/* What we would like to know of very many channels waits for long, and ends nothing. */
static void
any_number_of_channels_may_be_joined(void **state)
{
	struct fixture f;
	char lines[300];

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	for (int i = 0; i < 600; i++) {
		(void)snprintf(lines, sizeof(lines),
			":quoth!q@h JOIN #c%d\r\n:irc.x 353 quoth = #c%d :quoth\r\n"
			":irc.x 366 quoth #c%d :End\r\n",
			i, i, i);
		sb_tape_feed(f.tape, lines);
	}
	assert_int_equal(sb_probe_count(f.probe, "irc.disconnected"), 0);
	assert_int_equal(sb_irc_say(f.irc, "#c1", "x"), 0);
	fixture_end(&f);
}

/* Who asks us something when there is no room for an answer gets none. */
static void
who_asks_when_much_waits_ends_nothing(void **state)
{
	static const char *const who[] = { "al" }, *const channels[] = { "#c" };
	struct fixture f;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){ .nick = "quoth",
			.version = "1",
			.channels = channels,
			.n_channels = 1,
			.pace = "gentle" });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	while (!sb_irc_send(f.irc, "WHOIS", who, 1))
		;
	sb_tape_feed_line(f.tape, ":al!a@h PRIVMSG quoth :\1VERSION\1");
	sb_probe_seek(f.probe, "irc.ctcp_requested verb=VERSION");
	/* Nor who makes us do something. */
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":al!a@h KICK #c quoth");
	for (int i = 0; i < 100; i++) {
		assert_int_equal(sb_simulation_run_for(f.world->sim, SB_S / 10), 0);
		while (!sb_irc_send(f.irc, "WHOIS", who, 1))
			;
	}
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
		kit_test(any_number_of_channels_may_be_joined),
		kit_test(who_asks_when_much_waits_ends_nothing),
	};

	return kit_run(tests);
}
