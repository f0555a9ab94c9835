/* What is said in several lines, what was said before, and how it stands with the networks. */

#include "commands_fixture.h"

static void
a_message_of_several_lines_is_a_quote_of_several(void **state)
{
	struct fixture *f = *state;

	expect(f, "!addquote <ann> to be\n  <bob> or not\n\n<ann> \x02indeed",
		"Quote 1 added: <ann> to be <bob> or not <ann> indeed (!undo takes it back)");
	expect(f, "!quote 1", "<ann> to be\n<bob> or not\n<ann> indeed (1)");
	expect(f, "!addquote\none | two\nthree",
		"Quote 2 added: one two three (!undo takes it back)");
	expect(f, "!quote 2", "one\ntwo\nthree (2)");
}

static void
other_commands_take_lines_as_one_text(void **state)
{
	struct fixture *f = *state;

	(void)add(f, "to be\n");
	expect(f, "!quote\n1", "to be (1)");
	expect(f, "!search to\nbe", "1: to be");
	/* Only where it begins with a command. */
	expect_silence(f, "bob", "#c", "so\n!quote 1");
}

static void
each_line_of_a_message_can_be_grabbed(void **state)
{
	struct fixture *f = *state;

	say(f, "ann", "zero");
	say(f, "ann", "one\n\ntwo\nthree");
	expect(f, "!grab ann 2", "Quote 1 added: <ann> two <ann> three (!undo takes it back)");
	expect(f, "!quote 1", "<ann> two\n<ann> three (1)");
	expect(f, "!grab ann 9",
		"Quote 2 added: <ann> zero <ann> one <ann> two <ann> three (!undo takes it back)");
}

/* Somebody said this at that time, and it is told now. */
static void
say_past(struct fixture *f, const char *nick, const char *text, int64_t time_ms)
{
	struct commands_said said = f->said;

	f->said.is_past = true;
	f->said.time_ms = time_ms;
	say(f, nick, text);
	f->said = said;
}

static void
say_at(struct fixture *f, const char *nick, const char *text, int64_t time_ms)
{
	f->said.time_ms = time_ms;
	say(f, nick, text);
}

static void
commands_of_the_past_are_done_no_more(void **state)
{
	struct fixture *f = *state;

	(void)add(f, "to be\n");
	say_past(f, "ann", "!quote 1", 1000);
	say_past(f, "ann", "!addquote something", 1001);
	say_past(f, "ann", "Quoth: del 1", 1002);
	f->said.is_past = true;
	expect_silence(f, "ann", NULL, "quote 1");
	expect_silence(f, "ann", NULL, "hello");
	f->said.is_past = false;
	expect(f, "!quote 1", "to be (1)");
	expect_error(f, "!quote 2", "There is no quote 2.");
	/* And are no more grabbed than those of now. */
	expect_error(f, "!grab ann", "I remember nothing that ann said in #c.");
}

static void
what_was_said_meanwhile_can_be_grabbed_in_its_order(void **state)
{
	struct fixture *f = *state;

	say_at(f, "ann", "one", 1000);
	say_at(f, "ann", "four", 4000);
	/* It is told when others have already spoken again. */
	say_past(f, "ann", "two", 2000);
	say_past(f, "ann", "three", 3000);
	expect(f, "!grab ann 4",
		"Quote 1 added: <ann> one <ann> two <ann> three <ann> four (!undo takes it back)");
}

static void
what_is_told_again_is_remembered_once(void **state)
{
	struct fixture *f = *state;

	say_at(f, "ann", "one", 1000);
	say_at(f, "ann", "two", 1000);
	say_past(f, "ann", "one", 1000);
	say_past(f, "ann", "two", 1000);
	/* The same words later are others. */
	say_past(f, "ann", "one", 1001);
	expect(f, "!grab ann 9",
		"Quote 1 added: <ann> one <ann> two <ann> one (!undo takes it back)");
}

/* Networks there are, as "net0: fine" and so on. */
struct networks_told {
	size_t n;
};

static bool
write_status(const void *self, size_t i, char *ret_buf, size_t cap)
{
	const struct networks_told *told = self;

	if (i >= told->n)
		return false;
	(void)snprintf(ret_buf, cap, "net%zu: fine", i);
	return true;
}

static void
moderators_are_told_how_it_stands_and_others_are_not(void **state)
{
	struct fixture *f = *state;
	struct networks_told told = { 2 };

	f->said.status = write_status;
	f->said.status_self = &told;
	expect_error(f, "!status", "Only moderators may ask that.");
	f->said.is_moderator = true;
	/* They alone: where we are may be nobody else's business. */
	expect_error(f, "!status", "net0: fine\nnet1: fine");
	expect_error(f, "!status NET1", "net1: fine");
	expect_error(f, "!status net", "There is no network net.");
	told.n = 0;
	expect_error(f, "!status", "There is no network.");
}

static void
many_networks_are_told_in_part(void **state)
{
	struct fixture *f = *state;
	struct networks_told told = { 6 };

	f->said.status = write_status;
	f->said.status_self = &told;
	f->said.is_moderator = true;
	expect_error(f, "!status",
		"net0: fine\nnet1: fine\nnet2: fine\nnet3: fine\nnet4: fine\n"
		"And 1 more: !status NETWORK tells of one.");
	expect_error(f, "!status net5", "net5: fine");
}

static void
help_names_status_to_moderators(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hear(f, "bob", "#c", "!help"), 0);
	assert_null(strstr(f->replies.lines[0], "status"));
	f->said.is_moderator = true;
	assert_int_equal(hear(f, "bob", "#c", "!help"), 0);
	assert_non_null(strstr(f->replies.lines[0], "restore, status, help;"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_message_of_several_lines_is_a_quote_of_several),
		with_fixture(other_commands_take_lines_as_one_text),
		with_fixture(each_line_of_a_message_can_be_grabbed),
		with_fixture(commands_of_the_past_are_done_no_more),
		with_fixture(what_was_said_meanwhile_can_be_grabbed_in_its_order),
		with_fixture(what_is_told_again_is_remembered_once),
		with_fixture(moderators_are_told_how_it_stands_and_others_are_not),
		with_fixture(many_networks_are_told_in_part),
		with_fixture(help_names_status_to_moderators),
	};

	return kit_run(tests);
}
