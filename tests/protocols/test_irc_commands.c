/* The IRC client on a tape: what it is told to say, and what it refuses to. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

static void
commands_are_said(void **state)
{
	static const char *const modes[] = { "#c", "+o", "bob" };
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_say(f.irc, "#c", "hello %s", "bob"), 0);
	sb_tape_expect(f.tape, "PRIVMSG #c :hello bob\r\n");
	assert_int_equal(sb_irc_say(f.irc, "bob", "%s", " :leading"), 0);
	sb_tape_expect(f.tape, "PRIVMSG bob : :leading\r\n");
	assert_int_equal(sb_irc_notice_to(f.irc, "bob", "%d", 7), 0);
	sb_tape_expect(f.tape, "NOTICE bob :7\r\n");
	assert_int_equal(sb_irc_act(f.irc, "#c", "waves at %s", "bob"), 0);
	sb_tape_expect(f.tape, "PRIVMSG #c :\1ACTION waves at bob\1\r\n");
	assert_int_equal(sb_irc_act(f.irc, "#c", "%s", ""), 0);
	sb_tape_expect(f.tape, "PRIVMSG #c :\1ACTION \1\r\n");
	assert_int_equal(sb_irc_join(f.irc, "#d", NULL), 0);
	assert_int_equal(sb_irc_join(f.irc, "#e", "key"), 0);
	sb_tape_expect(f.tape, "JOIN #d\r\nJOIN #e key\r\n");
	assert_int_equal(sb_irc_part(f.irc, "#d", NULL), 0);
	assert_int_equal(sb_irc_part(f.irc, "#e", "bye"), 0);
	sb_tape_expect(f.tape, "PART #d\r\nPART #e :bye\r\n");
	assert_int_equal(sb_irc_change_nick(f.irc, "raven"), 0);
	sb_tape_expect(f.tape, "NICK raven\r\n");
	assert_string_equal(sb_irc_nick(f.irc), "quoth");
	assert_int_equal(sb_irc_set_topic(f.irc, "#c", "new topic"), 0);
	assert_int_equal(sb_irc_set_topic(f.irc, "#c", ""), 0);
	sb_tape_expect(f.tape, "TOPIC #c :new topic\r\nTOPIC #c :\r\n");
	assert_int_equal(sb_irc_send(f.irc, "MODE", modes, 3), 0);
	assert_int_equal(sb_irc_send(f.irc, "LIST", NULL, 0), 0);
	sb_tape_expect(f.tape, "MODE #c +o bob\r\nLIST\r\n");
	fixture_end(&f);
}

/* Which channels it joins on the next connection. */
static void
expect_joined_again(struct fixture *f, const char *lines)
{
	fixture_reconnect(f);
	sb_tape_clear(f->tape);
	sb_tape_feed_line(f->tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f->tape, ":irc.x 422 quoth :No MOTD");
	sb_tape_expect(f->tape, lines);
}

static void
a_channel_parted_and_joined_is_joined_again(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_join(f.irc, "#c", NULL), 0);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	assert_int_equal(sb_irc_part(f.irc, "#c", NULL), 0);
	assert_int_equal(sb_irc_join(f.irc, "#c", NULL), 0);
	/* Only now the server says what it made of the first. */
	sb_tape_feed_line(f.tape, ":quoth!q@h PART #c");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	expect_joined_again(&f, "JOIN #c\r\n");
	/* A stay does not outlast its connection. */
	sb_tape_feed_line(f.tape, ":quoth!q@h PART #c");
	expect_joined_again(&f, "JOIN #c\r\n");
	fixture_end(&f);
}

static void
a_channel_the_server_parts_us_from_is_not_joined_again(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_join(f.irc, "#c", NULL), 0);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #C");
	/* The server has no answer to this one. */
	assert_int_equal(sb_irc_join(f.irc, "#c", "key"), 0);
	sb_tape_feed_line(f.tape, ":quoth!q@h PART #c");
	expect_joined_again(&f, "");
	fixture_end(&f);
}

/* Four channels of 100 bytes and one of so many. */
static void
join_five(struct fixture *f, size_t last_len)
{
	char name[128];
	int i;

	for (i = 0; i < 5; i++) {
		memset(name, 'a' + i, sizeof(name));
		name[0] = '#';
		name[i < 4 ? 100 : last_len] = '\0';
		assert_int_equal(sb_irc_join(f->irc, name, NULL), 0);
	}
	fixture_reconnect(f);
	sb_tape_clear(f->tape);
	sb_tape_feed_line(f->tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f->tape, ":irc.x 422 quoth :No MOTD");
}

static void
channels_joined_again_fill_a_line_to_its_last_byte(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	join_five(&f, 101);
	assert_int_equal(strlen(sb_tape_written(f.tape)), 512);
	assert_int_equal(strcspn(sb_tape_written(f.tape), "\r"), 510);
	fixture_end(&f);
	fixture_begin(&f, *state);
	join_five(&f, 102);
	assert_int_equal(strcspn(sb_tape_written(f.tape), "\r"), strlen("JOIN ") + 4 * 100 + 3);
	sb_tape_seek(f.tape, "\r\n");
	assert_int_equal(strcspn(sb_tape_written(f.tape), "\r"), strlen("JOIN ") + 102);
	fixture_end(&f);
}

static void
before_registration_only_send_sends(void **state)
{
	static const char *const params[] = { "LS", "302" };
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_clear(f.tape);
	assert_int_equal(sb_irc_say(f.irc, "#c", "hi"), -ENOTCONN);
	assert_int_equal(sb_irc_act(f.irc, "#c", "hi"), -ENOTCONN);
	assert_int_equal(sb_irc_join(f.irc, "#c", NULL), -ENOTCONN);
	assert_int_equal(sb_irc_part(f.irc, "#c", NULL), -ENOTCONN);
	assert_int_equal(sb_irc_change_nick(f.irc, "raven"), -ENOTCONN);
	assert_int_equal(sb_irc_set_topic(f.irc, "#c", "t"), -ENOTCONN);
	sb_tape_expect(f.tape, "");
	assert_int_equal(sb_irc_send(f.irc, "CAP", params, 2), 0);
	sb_tape_expect(f.tape, "CAP LS 302\r\n");
	/* What was refused is not joined later either. */
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

/* Each parameter of each command with something in it that would make another line of it, or
 * another parameter. */
static void
nothing_can_be_smuggled_into_a_command(void **state)
{
	static const char *const breaks[] = { "a\nQUIT", "a\rQUIT", "a\r\nQUIT :x", "\n",
		"#a\nQUIT" };
	static const char *const words[] = { "", "a b", ":a", "#a b", " " };
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	for (i = 0; i < 5; i++) {
		const char *in_send[] = { "#c", breaks[i] }, *in_middle[] = { breaks[i], "x" };

		assert_int_equal(sb_irc_say(f.irc, "#c", "%s", breaks[i]), -EINVAL);
		assert_int_equal(sb_irc_notice_to(f.irc, "#c", "%s", breaks[i]), -EINVAL);
		assert_int_equal(sb_irc_act(f.irc, "#c", "%s", breaks[i]), -EINVAL);
		assert_int_equal(sb_irc_part(f.irc, "#c", breaks[i]), -EINVAL);
		assert_int_equal(sb_irc_set_topic(f.irc, "#c", breaks[i]), -EINVAL);
		assert_int_equal(sb_irc_send(f.irc, "X", in_send, 2), -EINVAL);
		assert_int_equal(sb_irc_send(f.irc, "X", in_middle, 2), -EINVAL);
		assert_int_equal(sb_irc_send(f.irc, breaks[i], NULL, 0), -EINVAL);
	}
	for (i = 0; i < 10; i++) {
		const char *word = i < 5 ? breaks[i] : words[i - 5];
		const char *in_middle[] = { word, "x" };

		assert_int_equal(sb_irc_say(f.irc, word, "x"), -EINVAL);
		assert_int_equal(sb_irc_notice_to(f.irc, word, "x"), -EINVAL);
		assert_int_equal(sb_irc_act(f.irc, word, "x"), -EINVAL);
		assert_int_equal(sb_irc_join(f.irc, word, NULL), -EINVAL);
		assert_int_equal(sb_irc_join(f.irc, "#c", word), -EINVAL);
		assert_int_equal(sb_irc_part(f.irc, word, NULL), -EINVAL);
		assert_int_equal(sb_irc_set_topic(f.irc, word, "x"), -EINVAL);
		assert_int_equal(sb_irc_change_nick(f.irc, word), -EINVAL);
		assert_int_equal(sb_irc_send(f.irc, "X", in_middle, 2), -EINVAL);
		assert_int_equal(sb_irc_send(f.irc, word, NULL, 0), -EINVAL);
	}
	assert_int_equal(sb_irc_join(f.irc, "#a,#b", NULL), -EINVAL);
	assert_int_equal(sb_irc_join(f.irc, "#a", "k,l"), -EINVAL);
	assert_int_equal(sb_irc_join(f.irc, "0", NULL), -EINVAL);
	assert_int_equal(sb_irc_join(f.irc, "bob", NULL), -EINVAL);
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", ""), -EINVAL);
	assert_int_equal(sb_irc_act(f.irc, "#c", "a\1b"), -EINVAL);
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
what_cannot_be_split_is_refused_when_too_long(void **state)
{
	struct fixture f;
	char text[600];
	const char *params[] = { text };

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_set_topic(f.irc, "#c", text), -EMSGSIZE);
	assert_int_equal(sb_irc_part(f.irc, "#c", text), -EMSGSIZE);
	assert_int_equal(sb_irc_send(f.irc, "X", params, 1), -EMSGSIZE);
	text[450] = '\0';
	assert_int_equal(sb_irc_say(f.irc, text, "x"), -EMSGSIZE);
	text[0] = '#';
	assert_int_equal(sb_irc_join(f.irc, text, NULL), -EINVAL);
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
a_ctcp_is_said_as_it_is_or_not_at_all(void **state)
{
	struct fixture f;
	char text[600];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	text[0] = '\1';
	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_say(f.irc, "bob", "\1VERSION\1"), 0);
	assert_int_equal(sb_irc_notice_to(f.irc, "bob", "a\1b"), 0);
	sb_tape_expect(f.tape, "PRIVMSG bob :\1VERSION\1\r\nNOTICE bob :a\1b\r\n");
	assert_int_equal(sb_irc_say(f.irc, "bob", "%s", text), -EMSGSIZE);
	assert_int_equal(sb_irc_notice_to(f.irc, "bob", "%s", text), -EMSGSIZE);
	sb_tape_expect(f.tape, "");
	/* 512 bytes, less the frame and the longest name that may be ours. */
	text[512 - strlen("PRIVMSG bob :\r\n") - strlen(":quoth!@ ") - 11 - 63] = '\0';
	assert_int_equal(sb_irc_say(f.irc, "bob", "%s", text), 0);
	sb_tape_seek(f.tape, "\r\n");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

/* Takes a line that was written, as others will see it: behind the longest name that may be ours.
 * Returns what of it was said, appended to `said`. */
static void
take_line(struct fixture *f, size_t prefix_len, const char *before, const char *after, char *said)
{
	const char *line = sb_tape_written(f->tape), *end = strstr(line, "\r\n");
	char copy[1024];
	size_t len;

	assert_non_null(end);
	len = (size_t)(end - line);
	assert_true(prefix_len + len + 2 <= 512);
	assert_true(len > strlen(before) + strlen(after));
	assert_memory_equal(line, before, strlen(before));
	assert_memory_equal(end - strlen(after), after, strlen(after));
	strncat(said, line + strlen(before), len - strlen(before) - strlen(after));
	memcpy(copy, line, len);
	copy[len] = '\0';
	sb_tape_expect_line(f->tape, copy);
}

/* Whether it begins and ends between characters of UTF-8. */
static bool
is_whole(const char *text)
{
	size_t len = strlen(text), last = len;

	if (!len)
		return true;
	do
		last--;
	while (last && (text[last] & 0xc0) == 0x80);
	return (text[0] & 0xc0) != 0x80
	       && len - last
			  == ((text[last] & 0x80) ? ((text[last] & 0xf0) == 0xe0 ? 3u : 2u) : 1u);
}

/* ":quoth!" and eleven bytes of user, 63 of host: nobody has told us yet. */
enum { WORST_PREFIX = sizeof(":quoth!@ ") - 1 + 11 + 63 };

static void
long_texts_are_split_between_characters(void **state)
{
	static const char *const letters[] = { "é", "€", "x" };
	struct fixture f;
	char text[2001], said[2001];
	size_t i, n;

	fixture_begin(&f, *state);
	for (i = 0; i < 3; i++) {
		text[0] = said[0] = '\0';
		while (strlen(text) + strlen(letters[i]) < 1900)
			strcat(text, letters[i]);
		assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), 0);
		for (n = 0; *sb_tape_written(f.tape); n++) {
			size_t len = strlen(said);

			take_line(&f, WORST_PREFIX, "PRIVMSG #c :", "", said);
			assert_true(is_whole(said + len));
		}
		assert_string_equal(said, text);
		/* 512 - 83 - 14 bytes of text fit; as few lines as can be. */
		assert_int_equal(n, (strlen(text) + 414) / 415);
	}
	fixture_end(&f);
}

static void
long_texts_are_split_at_spaces_where_there_are_some(void **state)
{
	struct fixture f;
	char text[2001] = "", said[2001] = "";
	size_t n = 0, len;

	fixture_begin(&f, *state);
	while (strlen(text) < 1200)
		strcat(text, "seven7 ");
	strcat(text, " end");
	assert_int_equal(sb_irc_notice_to(f.irc, "#c", "%s", text), 0);
	for (; *sb_tape_written(f.tape); n++) {
		take_line(&f, WORST_PREFIX, "NOTICE #c :", "", said);
		len = strlen(said);
		assert_memory_equal(said + len - 3, n < 2 ? "en7" : "end", 3);
		if (n < 2)
			strcat(said, " ");
	}
	assert_int_equal(n, 3);
	assert_string_equal(said, text);
	fixture_end(&f);
}

static void
a_space_too_near_the_beginning_is_not_a_place_to_split(void **state)
{
	struct fixture f;
	char text[602], said[602] = "";

	memset(text, 'x', sizeof(text));
	text[200] = ' ';
	text[sizeof(text) - 1] = '\0';
	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), 0);
	take_line(&f, WORST_PREFIX, "PRIVMSG #c :", "", said);
	assert_int_equal(strlen(said), 415);
	take_line(&f, WORST_PREFIX, "PRIVMSG #c :", "", said);
	assert_string_equal(said, text);
	sb_tape_clear(f.tape);

	/* In the second half it is, and goes. */
	text[200] = 'x';
	text[210] = ' ';
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), 0);
	said[0] = '\0';
	take_line(&f, WORST_PREFIX, "PRIVMSG #c :", "", said);
	assert_int_equal(strlen(said), 210);
	take_line(&f, WORST_PREFIX, "PRIVMSG #c :", "", said);
	assert_int_equal(strlen(said), strlen(text) - 1);
	fixture_end(&f);
}

static void
formatting_goes_on_in_the_next_line(void **state)
{
	struct fixture f;
	char text[601], said[601] = "";

	memset(text, 'x', sizeof(text));
	text[0] = '\2';
	text[sizeof(text) - 1] = '\0';
	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), 0);
	take_line(&f, WORST_PREFIX, "PRIVMSG #c :\2", "", said);
	take_line(&f, WORST_PREFIX, "PRIVMSG #c :\2", "", said);
	assert_string_equal(said, text + 1);
	fixture_end(&f);
}

static void
a_long_action_is_framed_in_every_line(void **state)
{
	struct fixture f;
	char text[1001], said[1001] = "";

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_act(f.irc, "#c", "%s", text), 0);
	while (*sb_tape_written(f.tape))
		take_line(&f, WORST_PREFIX, "PRIVMSG #c :\1ACTION ", "\1", said);
	assert_string_equal(said, text);
	fixture_end(&f);
}

/* The longest text of x that is said in one line. */
static size_t
room(struct fixture *f)
{
	char text[512];
	size_t len;

	for (len = 512 - 1; len; len--) {
		memset(text, 'x', len);
		text[len] = '\0';
		sb_tape_clear(f->tape);
		assert_int_equal(sb_irc_say(f->irc, "#c", "%s", text), 0);
		if (strlen(sb_tape_written(f->tape)) == strlen("PRIVMSG #c :\r\n") + len)
			break;
	}
	sb_tape_clear(f->tape);
	return len;
}

static void
lines_are_as_long_as_our_name_lets_them_be(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(room(&f), 512 - strlen("PRIVMSG #c :\r\n") - WORST_PREFIX);
	/* Our own JOIN tells how others see us; somebody else's does not. */
	sb_tape_feed_line(f.tape, ":bob!b@h JOIN #c");
	assert_int_equal(room(&f), 512 - strlen("PRIVMSG #c :\r\n") - WORST_PREFIX);
	sb_tape_feed_line(f.tape, ":quoth!~q@host.example JOIN #c");
	assert_int_equal(room(&f), 512 - strlen(":quoth!~q@host.example PRIVMSG #c :\r\n"));
	/* A longer nick counts, and another host. */
	sb_tape_feed_line(f.tape, ":quoth!~q@host.example NICK quoththeraven");
	assert_int_equal(room(&f), 512 - strlen(":quoththeraven!~q@host.example PRIVMSG #c :\r\n"));
	sb_tape_feed_line(f.tape, ":irc.x 396 quoththeraven hidden :is now your hidden host");
	assert_int_equal(room(&f), 512 - strlen(":quoththeraven!~q@hidden PRIVMSG #c :\r\n"));
	sb_tape_feed_line(f.tape, ":quoththeraven!~q@hidden CHGHOST quot.h a.host.of.ours");
	assert_int_equal(
		room(&f), 512 - strlen(":quoththeraven!quot.h@a.host.of.ours PRIVMSG #c :\r\n"));
	/* And on the next connection nothing is. */
	sb_tape_feed_line(f.tape, ":quoththeraven!~q@h JOIN #c");
	assert_int_equal(room(&f), 512 - strlen(":quoththeraven!~q@h PRIVMSG #c :\r\n"));
	fixture_reconnect(&f);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	assert_int_equal(room(&f), 512 - strlen("PRIVMSG #c :\r\n") - WORST_PREFIX);
	fixture_end(&f);
}

static void
a_long_text_is_said_whole_or_not_at_all(void **state)
{
	struct fixture f;
	char text[1001];
	int i;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 1, 1, 600);
	sb_tape_set_room(f.tape, 0);
	/* One for the stream, and all but two of those that may wait. */
	for (i = 0; i < 1 + 254; i++)
		assert_int_equal(sb_irc_say(f.irc, "#c", "short"), 0);
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), -ENOBUFS);
	assert_int_equal(sb_irc_say(f.irc, "#c", "short"), 0);
	sb_tape_set_room(f.tape, SIZE_MAX);
	assert_null(strchr(sb_tape_written(f.tape), 'x'));
	assert_int_equal(strlen(sb_tape_written(f.tape)), 256 * strlen("PRIVMSG #c :short\r\n"));
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(commands_are_said),
		kit_test(a_channel_parted_and_joined_is_joined_again),
		kit_test(a_channel_the_server_parts_us_from_is_not_joined_again),
		kit_test(channels_joined_again_fill_a_line_to_its_last_byte),
		kit_test(before_registration_only_send_sends),
		kit_test(nothing_can_be_smuggled_into_a_command),
		kit_test(what_cannot_be_split_is_refused_when_too_long),
		kit_test(a_ctcp_is_said_as_it_is_or_not_at_all),
		kit_test(long_texts_are_split_between_characters),
		kit_test(long_texts_are_split_at_spaces_where_there_are_some),
		kit_test(a_space_too_near_the_beginning_is_not_a_place_to_split),
		kit_test(formatting_goes_on_in_the_next_line),
		kit_test(a_long_action_is_framed_in_every_line),
		kit_test(lines_are_as_long_as_our_name_lets_them_be),
		kit_test(a_long_text_is_said_whole_or_not_at_all),
	};

	return kit_run(tests);
}
