#include <signalbox/line.h>
#include <signalbox/testing.h>

#include "kit_cmocka.h"

/* What it is told, and what it does when it is told a line that says so. */
struct user {
	struct sb_tape *tape;
	struct sb_line_reader *reader;
	char told[256];
};

static void
note(struct user *user, const char *word, struct sb_bytes text)
{
	size_t len = strlen(user->told);

	(void)snprintf(user->told + len, sizeof(user->told) - len, "%s%.*s.", word, (int)text.len,
		(const char *)text.ptr);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	assert_true(sb_stream_is_open(stream));
	note(self, "connected", sb_bytes_of(""));
}

static void
on_line(void *self, struct sb_stream *stream, struct sb_bytes line)
{
	struct user *user = self;
	char word[16] = "";

	note(user, "=", line);
	memcpy(word, line.ptr, line.len < 15 ? line.len : 15);
	if (strcmp(word, "close") == 0)
		sb_stream_close(stream);
	else if (strcmp(word, "abort") == 0)
		sb_stream_abort(stream);
	else if (strcmp(word, "pause") == 0)
		sb_stream_pause(stream);
	else if (strcmp(word, "destroy") == 0)
		sb_line_reader_destroy(user->reader);
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	(void)stream;
	note(self, "drained", sb_bytes_of(""));
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct user *user = self;

	(void)stream;
	note(user, error->code ? "broken" : "closed", sb_bytes_of(""));
	if (strstr(user->told, "=at end"))
		sb_line_reader_destroy(user->reader);
}

static const struct sb_line_protocol noting = { on_connected, on_line, on_drained, on_closed };
static const struct sb_line_protocol least = { .line = on_line, .closed = on_closed };

static void
begin(struct user *user, enum sb_line_policy policy, const struct sb_line_protocol *protocol)
{
	*user = (struct user){ .tape = sb_tape_create() };
	assert_int_equal(sb_line_reader_create(sb_tape_stream(user->tape), 8, policy, protocol,
				 user, &user->reader),
		0);
	sb_tape_connect(user->tape);
}

/* Of a reader that is still there. */
static void
end(struct user *user, const char *told)
{
	assert_string_equal(user->told, told);
	sb_line_reader_destroy(user->reader);
	assert_string_equal(user->told, told);
	sb_tape_destroy(user->tape);
}

static void
lines_are_told_whole_however_they_are_cut(void **state)
{
	const char text[] = "one\r\ntwo\nthr";
	struct user user;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++) {
		begin(&user, SB_LINE_CUT, &noting);
		sb_tape_feed_split(user.tape, text, i);
		sb_tape_feed(user.tape, "ee\n\n");
		end(&user, "connected.=one.=two.=three.=.");
	}
}

static void
long_lines_are_cut_or_passed_over(void **state)
{
	struct user user;

	(void)state;
	begin(&user, SB_LINE_CUT, &least);
	sb_tape_feed(user.tape, "123456789\nnext\n");
	end(&user, "=12345678.=next.");
	begin(&user, SB_LINE_DROP, &least);
	sb_tape_feed(user.tape, "123456789\nnext\n");
	end(&user, "=next.");
}

static void
nothing_is_told_behind_a_close_an_abort_or_a_destroy(void **state)
{
	struct user user;

	(void)state;
	begin(&user, SB_LINE_CUT, &noting);
	sb_tape_feed(user.tape, "close\nmore\n");
	assert_string_equal(user.told, "connected.=close.closed.");
	sb_tape_destroy(user.tape);
	begin(&user, SB_LINE_CUT, &noting);
	sb_tape_feed(user.tape, "abort\nmore\n");
	assert_string_equal(user.told, "connected.=abort.broken.");
	sb_tape_destroy(user.tape);
	begin(&user, SB_LINE_CUT, &noting);
	sb_tape_feed(user.tape, "destroy\nmore\n");
	assert_string_equal(user.told, "connected.=destroy.");
	sb_tape_destroy(user.tape);
}

static void
reader_may_be_destroyed_in_closed(void **state)
{
	struct user user;

	(void)state;
	begin(&user, SB_LINE_CUT, &noting);
	sb_tape_feed(user.tape, "at end\nrest");
	sb_tape_end(user.tape);
	assert_string_equal(user.told, "connected.=at end.closed.");
	sb_tape_destroy(user.tape);
	sb_line_reader_destroy(NULL);
}

static void
pause_holds_what_comes_later(void **state)
{
	struct user user;

	(void)state;
	begin(&user, SB_LINE_CUT, &noting);
	sb_tape_feed(user.tape, "pause\nwith it\n");
	sb_tape_feed(user.tape, "later\n");
	assert_string_equal(user.told, "connected.=pause.=with it.");
	sb_stream_resume(sb_tape_stream(user.tape));
	sb_tape_turn(user.tape);
	end(&user, "connected.=pause.=with it.=later.");
}

static void
drained_is_passed_on(void **state)
{
	struct user user;

	(void)state;
	begin(&user, SB_LINE_CUT, &noting);
	sb_tape_set_marks(user.tape, 1, 2, 100);
	sb_tape_set_room(user.tape, 0);
	assert_int_equal(sb_stream_write(sb_tape_stream(user.tape), sb_bytes_of("much")), 0);
	sb_tape_set_room(user.tape, SIZE_MAX);
	end(&user, "connected.drained.");
	begin(&user, SB_LINE_CUT, &least);
	sb_tape_set_marks(user.tape, 1, 2, 100);
	sb_tape_set_room(user.tape, 0);
	assert_int_equal(sb_stream_write(sb_tape_stream(user.tape), sb_bytes_of("much")), 0);
	sb_tape_set_room(user.tape, SIZE_MAX);
	end(&user, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(lines_are_told_whole_however_they_are_cut),
		kit_test_bare(long_lines_are_cut_or_passed_over),
		kit_test_bare(nothing_is_told_behind_a_close_an_abort_or_a_destroy),
		kit_test_bare(reader_may_be_destroyed_in_closed),
		kit_test_bare(pause_holds_what_comes_later),
		kit_test_bare(drained_is_passed_on),
	};

	return kit_run(tests);
}
