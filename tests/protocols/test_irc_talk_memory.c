/* What has several lines, or tags for words, without memory. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdlib.h>

#include "irc_fixture.h"

static void
begin_with(struct fixture *f, struct sb_world *world)
{
	fixture_begin_with(f, world, &(struct sb_irc_options){ .nick = "quoth", .pace = "none" });
	sb_tape_feed(f->tape, ":irc.x CAP * LS :message-tags batch draft/multiline=max-bytes=9999\n"
			      ":irc.x CAP * ACK :batch message-tags draft/multiline\n"
			      ":irc.x 001 quoth :Welcome\n");
	sb_probe_clear(f->probe);
	sb_tape_clear(f->tape);
}

static void
lines_of_a_message_that_cannot_be_held_are_told_one_by_one(void **state)
{
	struct fixture f;

	begin_with(&f, *state);
	sb_testing_fail_allocations(1, 1);
	sb_tape_feed_line(f.tape, ":bob BATCH +1 draft/multiline #c");
	assert_true(sb_testing_allocation_failed());
	sb_testing_fail_allocations(1, 0);
	sb_tape_feed_line(f.tape, "@batch=1 :bob PRIVMSG #c :a");
	sb_tape_feed_line(f.tape, "@batch=1 :bob PRIVMSG #c :b");
	sb_tape_feed_line(f.tape, ":bob BATCH -1");
	sb_probe_seek(f.probe, "irc.message text=a batch=draft/multiline");
	sb_probe_expect(f.probe, "irc.message text=b batch=draft/multiline");
	fixture_end(&f);
}

/* What is there of the one that it ends is told whole. */
static void
a_message_that_cannot_be_held_ends_the_one_before_it(void **state)
{
	struct fixture f;

	begin_with(&f, *state);
	sb_tape_feed_line(f.tape, "@label=of-both :bob BATCH +1 draft/multiline #c");
	sb_tape_feed_line(f.tape, "@batch=1 :bob PRIVMSG #c :a");
	sb_tape_feed_line(f.tape, "@batch=1 :bob PRIVMSG #c :b");
	sb_testing_fail_allocations(1, 1);
	sb_tape_feed_line(f.tape, "@batch=1 :bob BATCH +1 draft/multiline #c");
	assert_true(sb_testing_allocation_failed());
	sb_testing_fail_allocations(1, 0);
	sb_probe_seek(f.probe, "irc.message text=a\nb label=of-both");
	sb_tape_feed_line(f.tape, "@batch=1 :bob PRIVMSG #c :c");
	sb_probe_expect(f.probe, "irc.message text=c");
	fixture_end(&f);
}

/* Says something with the first allocation failing, the second, and so on; returns how many it is. */
static int
count_failures(struct fixture *f, int (*say)(struct sb_irc *irc))
{
	int n = 0, error;

	for (;; n++) {
		sb_testing_fail_allocations((size_t)n + 1, 1);
		error = say(f->irc);
		if (!sb_testing_allocation_failed()) {
			sb_testing_fail_allocations(1, 0);
			assert_int_equal(error, 0);
			return n;
		}
		sb_testing_fail_allocations(1, 0);
		assert_int_equal(error, -ENOMEM);
		sb_tape_expect(f->tape, "");
	}
}

static int
say_lines(struct sb_irc *irc)
{
	return sb_irc_say_lines(irc, "#c", "a\nb");
}

static int
answer(struct sb_irc *irc)
{
	return sb_irc_answer_to(irc, "#c", "m1", "a");
}

static int
react(struct sb_irc *irc)
{
	return sb_irc_react(irc, "#c", "m1", ":)");
}

static int
type(struct sb_irc *irc)
{
	return sb_irc_type(irc, "#c", SB_IRC_TYPING_ACTIVE);
}

static void
what_cannot_be_put_is_not_said(void **state)
{
	struct fixture f;

	begin_with(&f, *state);
	/* The batch and its place in the queue. */
	assert_int_equal(count_failures(&f, say_lines), 2);
	sb_tape_expect(f.tape, "BATCH +1 draft/multiline #c\r\n@batch=1 PRIVMSG #c :a\r\n"
			       "@batch=1 PRIVMSG #c :b\r\nBATCH -1\r\n");
	assert_int_equal(count_failures(&f, answer), 2);
	sb_tape_expect(f.tape, "@+reply=m1;+draft/reply=m1 PRIVMSG #c :a\r\n");
	assert_int_equal(count_failures(&f, react), 1);
	sb_tape_expect(f.tape, "@+reply=m1;+draft/reply=m1;+draft/react=:) TAGMSG #c\r\n");
	/* What was not told does not count. */
	assert_int_equal(count_failures(&f, type), 1);
	sb_tape_expect(f.tape, "@+typing=active TAGMSG #c\r\n");
	sb_tape_feed_line(f.tape, ":irc.x CAP quoth DEL :draft/multiline");
	assert_int_equal(count_failures(&f, say_lines), 2);
	sb_tape_expect(f.tape, "PRIVMSG #c :a\r\nPRIVMSG #c :b\r\n");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(lines_of_a_message_that_cannot_be_held_are_told_one_by_one),
		kit_test(a_message_that_cannot_be_held_ends_the_one_before_it),
		kit_test(what_cannot_be_put_is_not_said),
	};

	return kit_run(tests);
}
