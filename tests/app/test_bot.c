/* The bot's handlers: a signal is emitted, and the tape shows what the bot did. */

#include <signalbox/dispatch_signals.h>
#include <signalbox/ircd.h>
#include <signalbox/qotd.h>

#include "bot_fixture.h"
#include "visitor.h"

static void
say_in_channel(struct fixture *f, const char *text)
{
	struct sb_irc_message e = {
		.target = "#c", .text = text, .reply_to = "#c", .nick = "bob", .tags = ""
	};

	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
}

static void
say_in_private(struct fixture *f, const char *text)
{
	struct sb_irc_message e = { .target = "Quoth",
		.text = text,
		.reply_to = "bob",
		.is_private = true,
		.nick = "bob",
		.tags = "" };

	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
}

static void
an_answer_goes_to_the_channel_that_asked(void **state)
{
	struct fixture *f = *state;

	add(f, "to be\nor not\n");
	say_in_channel(f, "!quote");
	sb_tape_expect(f->tape, "PRIVMSG #c :to be\r\nPRIVMSG #c :or not (1)\r\n");
}

static void
an_answer_in_private_goes_to_who_asked(void **state)
{
	struct fixture *f = *state;

	add(f, "to be\n");
	say_in_private(f, "quote");
	sb_tape_expect(f->tape, "PRIVMSG bob :to be (1)\r\n");
}

static void
the_nick_it_answers_to_is_the_one_it_has(void **state)
{
	struct fixture *f = *state;

	add(f, "to be\n");
	say_in_channel(f, "Quoth: quote");
	sb_tape_expect_line(f->tape, "PRIVMSG #c :to be (1)");
	sb_tape_feed_line(f->tape, ":Quoth!q@h NICK Raven");
	say_in_channel(f, "Quoth: quote");
	sb_tape_expect(f->tape, "");
	say_in_channel(f, "raven, quote");
	sb_tape_expect_line(f->tape, "PRIVMSG #c :to be (1)");
}

static void
unknown_commands_meet_silence(void **state)
{
	struct fixture *f = *state;

	add(f, "to be\n");
	say_in_channel(f, "!op");
	say_in_channel(f, "nice weather");
	sb_tape_expect(f->tape, "");
	assert_string_equal(f->log, "");
	/* In private somebody wants something. */
	say_in_private(f, "hello");
	sb_tape_expect(f->tape, "PRIVMSG bob :I do not know that; help names what I know.\r\n");
}

static void
it_does_not_answer_itself(void **state)
{
	struct fixture *f = *state;
	struct sb_irc_message e = { .target = "#c",
		.text = "!quote",
		.reply_to = "#c",
		.nick = "Quoth",
		.tags = "",
		.is_self = true };

	add(f, "to be\n");
	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
	sb_tape_expect(f->tape, "");
}

static void
it_never_answers_a_notice(void **state)
{
	struct fixture *f = *state;

	add(f, "to be\n");
	sb_tape_feed_line(f->tape, ":bob!b@h NOTICE #c :!quote");
	sb_tape_feed_line(f->tape, ":bob!b@h NOTICE Quoth :!quote");
	sb_tape_expect(f->tape, "");
	/* The same as a message is one it does answer. */
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG Quoth :!quote");
	sb_tape_expect(f->tape, "PRIVMSG bob :to be (1)\r\n");
}

static void
each_network_gets_its_own_answers(void **state)
{
	struct fixture *f = *state;
	struct sb_tape *tape;
	struct sb_irc *irc = make_irc(f, "oftc", &tape);

	add(f, "to be\n");
	sb_tape_feed_line(tape, ":bob!b@h PRIVMSG #x :!quote");
	sb_tape_expect(f->tape, "");
	sb_tape_expect(tape, "PRIVMSG #x :to be (1)\r\n");
	sb_irc_destroy(irc);
	sb_tape_destroy(tape);
}

static void
different_questions_get_different_quotes(void **state)
{
	struct fixture *f = *state;
	size_t i, n_one = 0;

	add(f, "one\n%\ntwo\n");
	for (i = 0; i < 100; i++) {
		say_in_channel(f, "!quote");
		n_one += !!strstr(sb_tape_written(f->tape), "one");
		sb_tape_clear(f->tape);
	}
	assert_in_range(n_one, 20, 80);
}

static void
an_answer_that_cannot_be_said_is_a_failure(void **state)
{
	struct fixture *f = *state;
	struct sb_irc_message e = {
		.target = "#c", .text = "!quote", .reply_to = "not a channel", .nick = "bob"
	};

	add(f, "to be\nor not\n");
	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
	/* Once, though the answer had two lines. */
	sb_gate_expect_failure(f->world->gate, "no answer to bob");
	assert_non_null(strstr(f->log, "libera: failed in on_message app/bot.c:"));
	assert_non_null(strstr(f->log, "irc.message: no answer to bob"));
}

static void
an_answer_to_a_network_that_is_gone_is_no_failure(void **state)
{
	struct fixture *f = *state;

	add(f, "to be\n");
	sb_tape_break(f->tape, -ECONNRESET);
	f->log[0] = '\0';
	say_in_channel(f, "!quote");
	assert_string_equal(f->log, "");
}

static void
what_happens_to_a_connection_is_logged_with_its_network(void **state)
{
	struct fixture *f = *state;
	struct sb_irc_connecting connecting = { .url = "tcp://127.0.0.1:6667", .attempt = 2 };
	struct sb_irc_registered registered = {
		.our_nick = "Quoth_", .server = "irc.test", .welcome = "hi"
	};
	struct sb_irc_disconnected retried = {
		.error = -EPIPE, .text = "broken", .will_retry = true, .delay_ms = 1500
	};
	struct sb_irc_disconnected final = { .error = 0, .text = "the end" };
	struct sb_irc_malformed malformed = { .line = { "b\x1b"
							"d\0d",
						      5 },
		.why = "no verb" };

	sb_irc_connecting_emit(f->world->d, f->irc, &connecting);
	sb_irc_registered_emit(f->world->d, f->irc, &registered);
	sb_irc_disconnected_emit(f->world->d, f->irc, &retried);
	sb_irc_disconnected_emit(f->world->d, f->irc, &final);
	sb_irc_malformed_emit(f->world->d, f->irc, &malformed);
	assert_string_equal(f->log, "libera: connecting to tcp://127.0.0.1:6667, attempt 2\n"
				    "libera: registered with irc.test as Quoth_\n"
				    "libera: disconnected: broken; again in 1500 ms\n"
				    "libera: disconnected: the end\n"
				    "libera: a line that is not IRC (no verb): bd\n");
}

static void
what_happens_to_us_is_logged_and_the_others_are_not(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, ":bob!b@h JOIN #c");
	sb_tape_feed_line(f->tape, ":Quoth!q@h JOIN #c");
	sb_tape_feed_line(f->tape, ":bob!b@h KICK #c eve :bye");
	sb_tape_feed_line(f->tape, ":bob!b@h KICK #c Quoth :no bots\x1b[2J");
	sb_tape_feed_line(f->tape, ":Quoth!q@h JOIN #d");
	sb_tape_feed_line(f->tape, ":bob!b@h PART #d");
	sb_tape_feed_line(f->tape, ":Quoth!q@h PART #d");
	sb_tape_feed_line(f->tape, ":bob!b@h NICK rob");
	sb_tape_feed_line(f->tape, ":Quoth!q@h NICK Raven");
	assert_string_equal(f->log, "libera: joined #c\n"
				    "libera: thrown out of #c by bob (no bots[2J)\n"
				    "libera: joined #d\n"
				    "libera: left #d\n"
				    "libera: is now called Raven\n");
}

static void
it_does_not_come_back_where_it_was_thrown_out(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, ":Quoth!q@h JOIN #c");
	sb_tape_clear(f->tape);
	sb_tape_feed_line(f->tape, ":bob!b@h KICK #c Quoth :no bots");
	sb_tape_expect(f->tape, "");
}

static void
refusals_of_the_server_are_logged(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, ":irc.test 473 Quoth #c :Cannot join channel (+i)");
	sb_tape_feed_line(f->tape, ":irc.test 372 Quoth :a line of the motd");
	sb_tape_feed_line(f->tape, ":irc.test 422 Quoth :no motd");
	sb_tape_feed_line(f->tape, ":irc.test 451 :You have not registered");
	sb_tape_feed_line(f->tape, "ERROR :Closing link");
	assert_string_equal(f->log, "libera: refused with 473: #c: Cannot join channel (+i)\n"
				    "libera: refused with 451: You have not registered\n"
				    "libera: the server says: Closing link\n");
}

static void
what_happens_on_the_embedded_server_is_logged(void **state)
{
	struct fixture *f = *state;
	struct sb_dispatcher *d = f->world->d;
	struct sb_ircd_registered registered = {
		.nick = "bob", .user = "b", .host = "127.0.0.1", .realname = "Bob"
	};
	struct sb_ircd_joined joined = { .nick = "bob", .channel = "#c" };
	struct sb_ircd_parted parted = { .nick = "bob", .channel = "#c", .reason = "tea" };
	struct sb_ircd_nick_changed nick_changed = { .nick = "bob", .new_nick = "rob" };
	struct sb_ircd_quit quit = { .nick = "rob", .reason = "gone" };
	struct sb_ircd_refused refused = { .error = -EMFILE, .text = "too many" };

	sb_ircd_registered_emit(d, NULL, &registered);
	sb_ircd_joined_emit(d, NULL, &joined);
	sb_ircd_parted_emit(d, NULL, &parted);
	sb_ircd_nick_changed_emit(d, NULL, &nick_changed);
	sb_ircd_quit_emit(d, NULL, &quit);
	sb_ircd_refused_emit(d, NULL, &refused);
	assert_string_equal(f->log, "bob (b@127.0.0.1) is here\n"
				    "bob joined #c\n"
				    "bob left #c (tea)\n"
				    "bob is now called rob\n"
				    "rob is gone (gone)\n"
				    "a connection could not be taken: too many\n");
}

static void
a_failure_outside_handlers_is_logged(void **state)
{
	struct fixture *f = *state;

	sb_fail(f->world->d, -ENOMEM, "no room for a timer");
	sb_gate_expect_failure(f->world->gate, "no room for a timer");
	assert_string_equal(f->log, "failed in no handler, no signal: no room for a timer\n");
}

/* QOTD. */

static void
ask_for_the_day(struct fixture *f, struct sb_qotd *qotd, struct visitor *visitor)
{
	visitor_come(visitor, f->world->r, sb_qotd_url(qotd));
	assert_int_equal(
		sb_simulation_run_until(f->world->sim, visitor_is_over, visitor, 60 * SB_S), 0);
	assert_int_equal(visitor->error.code, 0);
}

static struct sb_qotd *
make_qotd(struct fixture *f)
{
	struct sb_error error;
	struct sb_qotd *qotd;

	if (sb_qotd_create(f->world->d, f->world->r, "tcp://127.0.0.1:0", SB_PLACE, &qotd, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_int_equal(sb_label(f->world->d, qotd, "qotd"), 0);
	return qotd;
}

static void
the_quote_of_the_day_is_the_same_all_day_and_another_tomorrow(void **state)
{
	struct fixture *f = *state;
	struct sb_qotd *qotd = make_qotd(f);
	struct visitor first, visitor;
	int hour;

	add(f, "one\nline\n%\ntwo\n");
	/* The simulation's wall begins at 01:46:40. */
	ask_for_the_day(f, qotd, &first);
	assert_true(!strcmp(first.text, "one\r\nline\r\n") || !strcmp(first.text, "two\r\n"));
	for (hour = 2; hour < 24; hour++) {
		sb_simulation_step_wall(f->world->sim, 3600 * SB_S);
		ask_for_the_day(f, qotd, &visitor);
		assert_string_equal(visitor.text, first.text);
	}
	sb_simulation_step_wall(f->world->sim, 3600 * SB_S);
	ask_for_the_day(f, qotd, &visitor);
	assert_string_not_equal(visitor.text, first.text);
	assert_non_null(strstr(f->log, "qotd: the quote of the day, "));
	sb_qotd_destroy(qotd);
}

static void
the_quote_of_the_day_is_one_that_fits_whole(void **state)
{
	struct fixture *f = *state;
	struct sb_qotd *qotd = make_qotd(f);
	struct visitor visitor;
	char text[2000];
	int day;

	/* 510 bytes and \r\n are the most, and 511 are too many. */
	memset(text, 'x', 1021);
	memcpy(text + 510, "\n%\n", 3);
	text[513 + 511] = '\0';
	memset(text + 513, 'y', 511);
	add(f, text);
	for (day = 0; day < 3; day++) {
		ask_for_the_day(f, qotd, &visitor);
		assert_int_equal(visitor.len, SB_QOTD_MAX);
		assert_int_equal(visitor.text[0], 'x');
		sb_simulation_step_wall(f->world->sim, 24 * 3600 * SB_S);
	}
	sb_qotd_destroy(qotd);
}

static void
the_quote_of_the_day_is_cleaned_line_by_line(void **state)
{
	struct fixture *f = *state;
	struct sb_qotd *qotd = make_qotd(f);
	struct visitor visitor;
	char text[1100] = "";
	int i;

	add(f, "_\bT_\bo\t\x1b[31mbe\x07\n\x01\n\xc2\x9b"
	       "1mor\x7f\n");
	ask_for_the_day(f, qotd, &visitor);
	assert_string_equal(visitor.text, "To      [31mbe\r\n\r\n1mor\r\n");
	/* Whether it fits is seen from what is sent; nothing to see does not fit. */
	for (i = 0; i < 500; i++)
		strcat(text, "\x01x");
	bot_destroy(f->bot);
	sb_qotd_destroy(qotd);
	quotes_close(f->quotes);
	assert_int_equal(quotes_open(NULL, &f->quotes, NULL), 0);
	f->bot = make_bot(f);
	add(f, text);
	memset(text, '\t', 70);
	memcpy(text + 70, "y", 2);
	add(f, text);
	add(f, "\x01\n\x02");
	qotd = make_qotd(f);
	for (i = 0; i < 3; i++) {
		ask_for_the_day(f, qotd, &visitor);
		assert_int_equal(visitor.len, 502);
		assert_int_equal(strspn(visitor.text, "x"), 500);
		sb_simulation_step_wall(f->world->sim, 24 * 3600 * SB_S);
	}
	sb_qotd_destroy(qotd);
}

static void
a_quote_of_the_day_that_comes_later_has_its_turn(void **state)
{
	struct fixture *f = *state;
	struct sb_qotd *qotd = make_qotd(f);
	struct visitor visitor;

	ask_for_the_day(f, qotd, &visitor);
	assert_string_equal(visitor.text, "");
	add(f, "one\n");
	ask_for_the_day(f, qotd, &visitor);
	assert_string_equal(visitor.text, "one\r\n");
	sb_qotd_destroy(qotd);
}

static void
without_quotes_there_is_none_of_the_day(void **state)
{
	struct fixture *f = *state;
	struct sb_qotd *qotd = make_qotd(f);
	struct visitor visitor;

	ask_for_the_day(f, qotd, &visitor);
	assert_string_equal(visitor.text, "");
	sb_qotd_destroy(qotd);
}

static void
leave_at_once(void *self, struct sb_stream *stream)
{
	(void)self;
	sb_stream_destroy(stream);
}

static void
never_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
	fail();
}

/* So many come at once that the last are gone when it is their turn. */
static void
no_quote_of_the_day_for_somebody_who_has_gone_is_no_failure(void **state)
{
	static const struct sb_protocol hasty = {
		.connected = leave_at_once,
		.closed = never_closed,
	};
	struct fixture *f = *state;
	struct sb_qotd *qotd = make_qotd(f);
	struct sb_stream *stream;
	int i, n_told = 0;
	const char *at;

	add(f, "one\n");
	for (i = 0; i < 100; i++)
		assert_int_equal(sb_stream_connect(f->world->r, sb_qotd_url(qotd), NULL, SB_PLACE,
					 &hasty, NULL, &stream, NULL),
			0);
	sb_simulation_settle(f->world->sim);
	for (at = f->log; (at = strstr(at, "the quote of the day, ")); at++)
		n_told++;
	assert_in_range(n_told, 1, 99);
	assert_null(strstr(f->log, "failed"));
	sb_qotd_destroy(qotd);
}

static void
a_destroyed_bot_hears_nothing(void **state)
{
	struct fixture *f = *state;
	struct sb_irc_message e = {
		.target = "#c", .text = "!quote", .reply_to = "#c", .nick = "bob"
	};

	add(f, "to be\n");
	bot_destroy(f->bot);
	f->bot = NULL;
	assert_int_equal(sb_irc_message_emit(f->world->d, f->irc, &e), 0);
	sb_tape_expect(f->tape, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_bot(an_answer_goes_to_the_channel_that_asked),
		with_bot(an_answer_in_private_goes_to_who_asked),
		with_bot(the_nick_it_answers_to_is_the_one_it_has),
		with_bot(unknown_commands_meet_silence),
		with_bot(it_does_not_answer_itself),
		with_bot(it_never_answers_a_notice),
		with_bot(each_network_gets_its_own_answers),
		with_bot(different_questions_get_different_quotes),
		with_bot(an_answer_that_cannot_be_said_is_a_failure),
		with_bot(an_answer_to_a_network_that_is_gone_is_no_failure),
		with_bot(what_happens_to_a_connection_is_logged_with_its_network),
		with_bot(what_happens_to_us_is_logged_and_the_others_are_not),
		with_bot(it_does_not_come_back_where_it_was_thrown_out),
		with_bot(refusals_of_the_server_are_logged),
		with_bot(what_happens_on_the_embedded_server_is_logged),
		with_bot(a_failure_outside_handlers_is_logged),
		with_bot(the_quote_of_the_day_is_the_same_all_day_and_another_tomorrow),
		with_bot(the_quote_of_the_day_is_one_that_fits_whole),
		with_bot(the_quote_of_the_day_is_cleaned_line_by_line),
		with_bot(a_quote_of_the_day_that_comes_later_has_its_turn),
		with_bot(without_quotes_there_is_none_of_the_day),
		with_bot(no_quote_of_the_day_for_somebody_who_has_gone_is_no_failure),
		with_bot(a_destroyed_bot_hears_nothing),
	};

	return kit_run(tests);
}
