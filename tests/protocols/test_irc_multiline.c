/* Messages of several lines: how they are put together and made into a batch, and the client with
 * them. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "irc_fixture.h"

#include "protocols/irc/multiline.h"

static struct sb_multiline in;

static void
add(const char *line, bool is_concat)
{
	assert_true(sb_multiline_add(&in, line, is_concat));
}

static void
lines_are_joined_by_line_feeds_and_what_goes_on_by_nothing(void **state)
{
	(void)state;
	sb_multiline_init(&in);
	assert_string_equal(in.text, "");
	/* There is nothing to go on with. */
	add("how ", true);
	add("are", true);
	add("", false);
	add("you", true);
	add("", true);
	add("", false);
	add("?", false);
	assert_string_equal(in.text, "how are\nyou\n\n?");
	assert_int_equal(in.n_lines, 4);
	assert_int_equal(in.len, strlen(in.text));
	sb_multiline_init(&in);
	add("", false);
	add("", false);
	assert_string_equal(in.text, "\n");
}

static void
a_message_takes_all_bytes_that_there_are_and_no_more(void **state)
{
	static char line[SB_MULTILINE_MAX + 2];

	(void)state;
	memset(line, 'x', SB_MULTILINE_MAX + 1);
	sb_multiline_init(&in);
	assert_false(sb_multiline_add(&in, line, false));
	assert_int_equal(in.n_lines, 0);
	line[SB_MULTILINE_MAX] = '\0';
	add(line, false);
	assert_int_equal(in.len, SB_MULTILINE_MAX);
	add("", true);
	assert_false(sb_multiline_add(&in, "", false));
	assert_false(sb_multiline_add(&in, "x", true));
	assert_string_equal(in.text, line);
	/* With a line feed it is a byte too many. */
	line[SB_MULTILINE_MAX - 1] = '\0';
	sb_multiline_init(&in);
	add(line, false);
	assert_false(sb_multiline_add(&in, "x", false));
	add("x", true);
}

static void
a_message_takes_so_many_lines_and_what_goes_on_is_none(void **state)
{
	int i;

	(void)state;
	sb_multiline_init(&in);
	for (i = 0; i < SB_MULTILINE_LINES_MAX; i++) {
		add("a", false);
		add("b", true);
	}
	assert_false(sb_multiline_add(&in, "a", false));
	add("b", true);
}

static void
a_text_is_checked_before_it_is_said(void **state)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{ "a", 0 },
		{ "a\n", 0 },
		{ "\na", 0 },
		{ "\r\na\r\n", 0 },
		{ "a\nb\r\n\nc", 0 },
		{ "", -EINVAL },
		{ "\n", -EINVAL },
		{ "\r\n\n\r\n", -EINVAL },
		{ "a\r", -EINVAL },
		{ "\r", -EINVAL },
		{ "a\rb\n", -EINVAL },
		{ "a\r\r\n", -EINVAL },
		{ "\1a\1", -EINVAL },
		{ "a\n\1", -EINVAL },
	};
	static char text[SB_MULTILINE_MAX + 2];
	int i;

	(void)state;
	for (i = 0; i < (int)(sizeof(cases) / sizeof(cases[0])); i++)
		assert_int_equal(sb_multiline_check(cases[i].text), cases[i].error);
	memset(text, 'x', SB_MULTILINE_MAX);
	assert_int_equal(sb_multiline_check(text), 0);
	text[SB_MULTILINE_MAX] = 'x';
	assert_int_equal(sb_multiline_check(text), -EMSGSIZE);
	for (i = 0; i < SB_MULTILINE_LINES_MAX; i++)
		memcpy(text + 2 * i, "x\n", 3);
	assert_int_equal(sb_multiline_check(text), 0);
	memcpy(text + 2 * i, "x", 2);
	assert_int_equal(sb_multiline_check(text), -EMSGSIZE);
}

/* What a batch of this text is, and what the server counts. */
static const char *
written(const char *text, size_t room, struct sb_multiline_size *ret_size)
{
	static char buf[65536];
	const struct sb_multiline_out out = {
		.reference = "r", .target = "#c", .text = text, .room = room
	};
	struct sb_multiline_size counted;
	int len = sb_multiline_write(&out, NULL, &counted);

	assert_in_range(len, 1, sizeof(buf) - 1);
	assert_int_equal(sb_multiline_write(&out, buf, ret_size), len);
	assert_int_equal(counted.n_lines, ret_size->n_lines);
	assert_int_equal(counted.n_bytes, ret_size->n_bytes);
	buf[len] = '\0';
	return buf;
}

static void
a_batch_is_its_lines_and_they_are_counted(void **state)
{
	struct sb_multiline_size size;

	(void)state;
	assert_string_equal(written("a\n\nb c\r\n", 400, &size), "BATCH +r draft/multiline #c\r\n"
								 "@batch=r PRIVMSG #c :a\r\n"
								 "@batch=r PRIVMSG #c :\r\n"
								 "@batch=r PRIVMSG #c :b c\r\n"
								 "BATCH -r\r\n");
	assert_int_equal(size.n_lines, 3);
	assert_int_equal(size.n_bytes, strlen("a\n\nb c"));
}

/* Puts a batch together again as a server would; the longest text of a line is told. */
static void
put_together(const char *batch, size_t *ret_longest)
{
	static const char begin[] = "@batch=r PRIVMSG #c :";
	static const char goes_on[] = "@batch=r;draft/multiline-concat PRIVMSG #c :";
	char line[8192];

	*ret_longest = 0;
	sb_multiline_init(&in);
	batch = strchr(batch, '\n') + 1;
	for (; *batch == '@'; batch = strchr(batch, '\n') + 1) {
		bool is_concat = !strncmp(batch, goes_on, strlen(goes_on));
		size_t len;

		batch += is_concat ? strlen(goes_on) : strlen(begin);
		len = strcspn(batch, "\r");
		assert_true(len > 0 || !is_concat);
		memcpy(line, batch, len);
		line[len] = '\0';
		if (len > *ret_longest)
			*ret_longest = len;
		add(line, is_concat);
	}
	assert_string_equal(batch, "BATCH -r\r\n");
}

static void
long_lines_are_cut_and_make_the_same_text_again(void **state)
{
	static const char *const words[] = { "one", " two", "\2bold", "\0034,5red", "\n",
		"\xc3\xa4", "muchlongerthanothers", " ", "\xf0\x9f\x91\x8b", "5", "\37" };
	struct sb_multiline_size size;
	char text[4096];
	size_t room, longest;
	unsigned n = 1;
	int i;

	(void)state;
	for (room = 81; room < 400; room += 7) {
		text[0] = '\0';
		for (i = 0; i < 300; i++) {
			n = n * 1103515245 + 12345;
			strcat(text, words[(n >> 16) % (sizeof(words) / sizeof(words[0]))]);
		}
		/* Of what is nothing to be seen at its end, nothing need be there. */
		strcat(text, "end");
		while (strstr(text, " \n") || strstr(text, "\2bold\n"))
			*strstr(text, "\n") = '.';
		put_together(written(text, room, &size), &longest);
		assert_in_range(longest, 1, room);
		assert_int_equal(size.n_bytes, in.len);
		if (!strchr(text, '\37') || in.len == strlen(text))
			assert_string_equal(in.text, text);
	}
}

static void
a_room_that_is_none_is_refused(void **state)
{
	const struct sb_multiline_out out = {
		.reference = "r", .target = "#c", .text = "a\nb", .room = 0
	};
	struct sb_multiline_size size;

	(void)state;
	assert_int_equal(sb_multiline_write(&out, NULL, &size), -EMSGSIZE);
}

/* ---- The client ---- */

static void
begin_with(struct fixture *f, struct sb_world *world, const char *pace)
{
	fixture_begin_with(f, world, &(struct sb_irc_options){ .nick = "quoth", .pace = pace });
	sb_tape_feed(f->tape, ":irc.x CAP * LS :message-tags batch draft/multiline=max-bytes=9999\n"
			      ":irc.x CAP * ACK :batch message-tags draft/multiline\n"
			      ":irc.x 001 quoth :Welcome\n");
	sb_probe_clear(f->probe);
	sb_tape_clear(f->tape);
}

/* So many lines of a letter. */
static const char *
letters(int n)
{
	static char text[2 * SB_MULTILINE_LINES_MAX + 1];

	text[0] = '\0';
	while (n--)
		strcat(text, "x\n");
	return text;
}

static void
a_message_that_would_keep_others_waiting_goes_line_by_line(void **state)
{
	struct fixture f;

	/* 2 s a line: two of them are the batch's own. */
	begin_with(&f, *state, NULL);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", letters(13)), 0);
	sb_tape_seek(f.tape, "BATCH -1\r\n");
	sb_tape_clear(f.tape);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", letters(14)), 0);
	assert_int_equal(sb_irc_say(f.irc, "bob", "hi"), 0);
	assert_int_equal(sb_simulation_run_for(f.world->sim, 30 * SB_S), 0);
	sb_tape_expect(f.tape, "PRIVMSG #c :x\r\nPRIVMSG bob :hi\r\nPRIVMSG #c :x\r\n"
			       "PRIVMSG #c :x\r\n");
	fixture_end(&f);
}

static void
several_lines_are_all_said_or_none(void **state)
{
	struct fixture f;
	int n = 0;

	begin_with(&f, *state, "default");
	sb_tape_feed_line(f.tape, ":irc.x CAP quoth DEL :draft/multiline");
	/* One target has 256 lines, of which four go at once. */
	while (!sb_irc_say_lines(f.irc, "#c", letters(60)))
		n++;
	assert_int_equal(n, 4);
	sb_tape_clear(f.tape);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", letters(60)), -ENOBUFS);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", letters(20)), 0);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", "x"), -ENOBUFS);
	fixture_end(&f);
}

static void
what_cannot_be_said_in_several_lines_is_refused(void **state)
{
	struct fixture f;
	char target[600];

	begin_with(&f, *state, "none");
	assert_int_equal(sb_irc_say_lines(f.irc, "", "a\nb"), -EINVAL);
	assert_int_equal(sb_irc_say_lines(f.irc, "a b", "a\nb"), -EINVAL);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c\r\nQUIT", "a\nb"), -EINVAL);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", "a\rQUIT\nb"), -EINVAL);
	memset(target, 'x', sizeof(target) - 1);
	target[sizeof(target) - 1] = '\0';
	assert_int_equal(sb_irc_say_lines(f.irc, target, "a\nb"), -EMSGSIZE);
	sb_tape_fail_writes(f.tape, -EPIPE);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", "a\nb"), -EPIPE);
	fixture_end(&f);
	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", "a\nb"), -ENOTCONN);
	fixture_end(&f);
}

struct doing {
	struct fixture *f;
	bool destroys;
};

static void
leave(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct doing *doing = self;

	(void)from;
	(void)signal;
	(void)payload;
	if (doing->destroys) {
		sb_irc_destroy(doing->f->irc);
		doing->f->irc = NULL;
	} else {
		sb_forget(doing->f->world->d, doing->f->irc);
	}
}

/* At the end of a message, when another of its name begins, and in its midst. */
static void
may_be_destroyed_by_who_hears_it(void **state)
{
	static const char *const ends[] = { ":bob BATCH -1", ":bob BATCH +1 draft/multiline #c",
		"@batch=1 :bob PRIVMSG #c :one too many" };
	size_t i;
	int how;

	for (i = 0; i < 2 * sizeof(ends) / sizeof(ends[0]); i++) {
		struct fixture f;
		struct doing doing = { &f, i % 2 };
		struct sb_connection connection;

		begin_with(&f, *state, "none");
		sb_tape_feed_line(f.tape, ":bob BATCH +2 draft/multiline #c");
		sb_tape_feed_line(f.tape, ":bob BATCH +1 draft/multiline #c");
		for (how = 0; how < SB_MULTILINE_LINES_MAX; how++)
			sb_tape_feed_line(f.tape, "@batch=1 :bob PRIVMSG #c :a");
		connection = sb_pattern_connect(f.world->d, "irc.message", SB_ANY,
			(struct sb_options){ .priority = 0 }, SB_HANDLER(leave), &doing);
		sb_tape_feed_line(f.tape, ends[i / 2]);
		sb_probe_seek(f.probe, "irc.message");
		(void)sb_disconnect(f.world->d, connection);
		fixture_end(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(lines_are_joined_by_line_feeds_and_what_goes_on_by_nothing),
		kit_test_bare(a_message_takes_all_bytes_that_there_are_and_no_more),
		kit_test_bare(a_message_takes_so_many_lines_and_what_goes_on_is_none),
		kit_test_bare(a_text_is_checked_before_it_is_said),
		kit_test_bare(a_batch_is_its_lines_and_they_are_counted),
		kit_test_bare(long_lines_are_cut_and_make_the_same_text_again),
		kit_test_bare(a_room_that_is_none_is_refused),
		kit_test(a_message_that_would_keep_others_waiting_goes_line_by_line),
		kit_test(several_lines_are_all_said_or_none),
		kit_test(what_cannot_be_said_in_several_lines_is_refused),
		kit_test(may_be_destroyed_by_who_hears_it),
	};

	return kit_run(tests);
}
