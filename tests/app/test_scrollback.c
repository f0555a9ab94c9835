/* The last lines that were said. */

#include "app/scrollback.h"
#include "kit_cmocka.h"

static int
set_up(void **state)
{
	*state = scrollback_create(sb_testing_seed());
	return *state ? 0 : -1;
}

static int
tear_down(void **state)
{
	scrollback_destroy(*state);
	return 0;
}

static void
say_in(struct scrollback *scrollback, const char *channel, const char *nick, const char *text)
{
	assert_int_equal(scrollback_add(scrollback, "net", channel,
				 &(struct scrollback_said){ .nick = nick, .text = text }),
		0);
}

static void
say(struct scrollback *scrollback, const char *nick, const char *text)
{
	say_in(scrollback, "#c", nick, text);
}

/* The lines found, each with a newline, are these. */
static void
expect_in(struct scrollback *scrollback, const char *channel, const char *nick, size_t max,
	const char *lines)
{
	const char *found[SCROLLBACK_LINES];
	char text[4096] = "";
	size_t i, n = scrollback_find(scrollback, "net", channel, nick, max, found);

	assert_true(n <= max);
	for (i = 0; i < n; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n", found[i]);
	assert_string_equal(text, lines);
}

static void
expect(struct scrollback *scrollback, const char *nick, size_t max, const char *lines)
{
	expect_in(scrollback, "#c", nick, max, lines);
}

static void
the_last_lines_of_somebody_are_found_the_newest_last(void **state)
{
	say(*state, "bob", "one");
	say(*state, "alice", "two");
	say(*state, "bob", "three");
	say(*state, "bob", "four");
	expect(*state, "bob", 1, "<bob> four\n");
	expect(*state, "bob", 2, "<bob> three\n<bob> four\n");
	expect(*state, "bob", 9, "<bob> one\n<bob> three\n<bob> four\n");
	expect(*state, "alice", 9, "<alice> two\n");
	expect(*state, "carol", 9, "");
	expect(*state, "bo", 9, "");
}

static void
an_action_is_shown_as_one(void **state)
{
	assert_int_equal(scrollback_add(*state, "net", "#c",
				 &(struct scrollback_said){
					 .nick = "bob", .text = "waves", .is_action = true }),
		0);
	expect(*state, "bob", 1, "* bob waves\n");
}

static void
what_is_kept_is_plain(void **state)
{
	say(*state, "bob",
		"\x02hi\x02 \x03"
		"04there\x03 ");
	say(*state, "bob",
		"\x02 \x03"
		"4");
	say(*state, "bob", "");
	expect(*state, "bob", 9, "<bob> hi there\n");
}

static void
nicks_and_channels_are_compared_as_irc_does(void **state)
{
	say_in(*state, "#C[", "Bob^", "one");
	expect_in(*state, "#c{", "bOB~", 1, "<Bob^> one\n");
}

static void
networks_and_channels_are_apart(void **state)
{
	const char *found[1];

	say(*state, "bob", "one");
	expect_in(*state, "#d", "bob", 1, "");
	assert_int_equal(scrollback_find(*state, "ne", "#c", "bob", 1, found), 0);
	assert_int_equal(scrollback_find(*state, "net", "#c", "bob", 1, found), 1);
}

static void
somebody_renamed_is_found_under_the_new_nick_alone(void **state)
{
	say(*state, "bob", "one");
	say_in(*state, "#d", "BOB", "two");
	assert_int_equal(scrollback_add(*state, "other", "#c",
				 &(struct scrollback_said){ .nick = "bob", .text = "three" }),
		0);
	scrollback_renamed(*state, "net", "Bob", "Robert");
	expect(*state, "bob", 9, "");
	expect(*state, "robert", 9, "<bob> one\n");
	expect_in(*state, "#d", "robert", 9, "<BOB> two\n");
	say(*state, "bob", "another");
	say(*state, "robert", "four");
	expect(*state, "robert", 9, "<bob> one\n<robert> four\n");
	expect(*state, "bob", 9, "<bob> another\n");
	scrollback_renamed(*state, "othe", "bob", "x");
	{
		const char *found[1];

		assert_int_equal(scrollback_find(*state, "other", "#c", "bob", 1, found), 1);
	}
}

static void
of_a_channel_the_last_lines_are_kept(void **state)
{
	const char *found[SCROLLBACK_LINES + 1];
	char text[16];
	int i;

	say(*state, "alice", "long ago");
	for (i = 0; i < SCROLLBACK_LINES - 1; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		say(*state, "bob", text);
	}
	expect(*state, "alice", 1, "<alice> long ago\n");
	say(*state, "bob", "last");
	expect(*state, "alice", 1, "");
	assert_int_equal(scrollback_find(*state, "net", "#c", "bob", SCROLLBACK_LINES + 1, found),
		SCROLLBACK_LINES);
	assert_string_equal(found[0], "<bob> 0");
	assert_string_equal(found[SCROLLBACK_LINES - 1], "<bob> last");
}

static void
of_too_many_channels_the_longest_silent_is_forgotten(void **state)
{
	char channel[16];
	int i;

	for (i = 0; i <= SCROLLBACK_CHANNELS; i++) {
		(void)snprintf(channel, sizeof(channel), "#%d", i);
		say_in(*state, channel, "bob", "hi");
		if (i == SCROLLBACK_CHANNELS - 1)
			say_in(*state, "#0", "bob", "again");
	}
	expect_in(*state, "#0", "bob", 1, "<bob> again\n");
	expect_in(*state, "#1", "bob", 1, "");
	expect_in(*state, "#2", "bob", 1, "<bob> hi\n");
}

static void
long_lines_are_cut_and_long_nicks_not_remembered(void **state)
{
	char text[3000], nick[SCROLLBACK_MAX_NICK + 2];
	const char *found[1];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	say(*state, "bob", text);
	assert_int_equal(scrollback_find(*state, "net", "#c", "bob", 1, found), 1);
	assert_int_equal(strlen(found[0]), strlen("<bob> ") + SCROLLBACK_MAX_LINE);

	memset(nick, 'n', sizeof(nick) - 1);
	nick[sizeof(nick) - 1] = '\0';
	say(*state, nick, "hi");
	expect(*state, nick, 1, "");
	scrollback_renamed(*state, "net", nick, "somebody");
	scrollback_renamed(*state, "net", "bob", nick);
	expect(*state, nick, 1, "");
	expect(*state, "bob", 1, "");
	nick[sizeof(nick) - 2] = '\0';
	expect(*state, nick, 1, "");
	say(*state, nick, "hi");
	assert_int_equal(scrollback_find(*state, "net", "#c", nick, 1, found), 1);
}

#define with_scrollback(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

static void
add_at(struct scrollback *scrollback, const char *text, int64_t time_ms, bool is_past)
{
	struct scrollback_said said = {
		.nick = "bob", .text = text, .time_ms = time_ms, .is_past = is_past
	};

	assert_int_equal(scrollback_add(scrollback, "net", "#c", &said), 0);
}

static void
the_past_takes_its_place_as_long_as_there_is_room(void **state)
{
	const char *lines[SCROLLBACK_LINES];
	char text[32];
	size_t n;
	int i;

	for (i = 0; i < SCROLLBACK_LINES; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		add_at(*state, text, 1000 + 10 * i, false);
	}
	/* Older than all, and there is no room. */
	add_at(*state, "old", 999, true);
	n = scrollback_find(*state, "net", "#c", "bob", SCROLLBACK_LINES, lines);
	assert_int_equal(n, SCROLLBACK_LINES);
	assert_string_equal(lines[0], "<bob> 0");
	/* The oldest makes room. */
	add_at(*state, "new", 1011, true);
	n = scrollback_find(*state, "net", "#c", "bob", SCROLLBACK_LINES, lines);
	assert_int_equal(n, SCROLLBACK_LINES);
	assert_string_equal(lines[0], "<bob> 1");
	assert_string_equal(lines[1], "<bob> new");
	assert_string_equal(lines[2], "<bob> 2");
	assert_string_equal(lines[SCROLLBACK_LINES - 1], "<bob> 199");
	add_at(*state, "198", 2980, true);
	(void)scrollback_find(*state, "net", "#c", "bob", SCROLLBACK_LINES, lines);
	assert_string_equal(lines[0], "<bob> 1");
	add_at(*state, "last", 5000, true);
	(void)scrollback_find(*state, "net", "#c", "bob", SCROLLBACK_LINES, lines);
	assert_string_equal(lines[0], "<bob> new");
	assert_string_equal(lines[SCROLLBACK_LINES - 1], "<bob> last");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_scrollback(the_last_lines_of_somebody_are_found_the_newest_last),
		with_scrollback(an_action_is_shown_as_one),
		with_scrollback(what_is_kept_is_plain),
		with_scrollback(nicks_and_channels_are_compared_as_irc_does),
		with_scrollback(networks_and_channels_are_apart),
		with_scrollback(somebody_renamed_is_found_under_the_new_nick_alone),
		with_scrollback(of_a_channel_the_last_lines_are_kept),
		with_scrollback(of_too_many_channels_the_longest_silent_is_forgotten),
		with_scrollback(long_lines_are_cut_and_long_nicks_not_remembered),
		with_scrollback(the_past_takes_its_place_as_long_as_there_is_room),
	};

	return kit_run(tests);
}
