/* What the client tells of itself, and of what it is told. */

#include <errno.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc_ask.h>

#include "irc_fixture.h"

static void
what_cannot_be_is_refused_at_creation(void **state)
{
	static char long_reason[302];
	struct sb_world *world = *state;
	struct sb_error why;
	struct sb_irc *irc;

	memset(long_reason, 'x', sizeof(long_reason) - 1);
	assert_int_equal(sb_irc_create(world->d, world->r,
				 &(struct sb_irc_options){ .nick = "a", .charset = "klingon" },
				 SB_PLACE, &irc, &why),
		-EINVAL);
	assert_non_null(strstr(why.text, "\"klingon\" is no charset"));
	assert_int_equal(sb_irc_create(world->d, world->r,
				 &(struct sb_irc_options){ .nick = "a", .away = long_reason },
				 SB_PLACE, &irc, &why),
		-EINVAL);
	assert_non_null(strstr(why.text, "being away"));
	assert_int_equal(sb_irc_create(world->d, world->r,
				 &(struct sb_irc_options){ .nick = "a", .away = "a\nQUIT" },
				 SB_PLACE, &irc, &why),
		-EINVAL);
}

static void
texts_are_shown_as_utf8(void **state)
{
	struct fixture f;
	char buf[32];

	fixture_begin_with(
		&f, *state, &(struct sb_irc_options){ .nick = "quoth", .charset = "ISO-8859-15" });
	assert_string_equal(sb_irc_show(f.irc, "10 \xa4", buf, sizeof(buf)), "10 \xe2\x82\xac");
	assert_string_equal(sb_irc_show(f.irc, "\xe2\x82\xac", buf, sizeof(buf)), "\xe2\x82\xac");
	fixture_end(&f);
	fixture_begin(&f, *state);
	assert_string_equal(sb_irc_show(f.irc, "\x80 5", buf, sizeof(buf)), "\xe2\x82\xac 5");
	fixture_end(&f);
}

static void
what_one_is_away_for_can_stand_in_a_line(void **state)
{
	struct fixture f;
	char reason[302];

	fixture_begin(&f, *state);
	memset(reason, 'x', sizeof(reason) - 1);
	reason[301] = '\0';
	assert_int_equal(sb_irc_set_away(f.irc, reason), -EMSGSIZE);
	assert_int_equal(sb_irc_set_away(f.irc, "a\r\nQUIT"), -EINVAL);
	sb_tape_expect(f.tape, "");
	sb_tape_fail_writes(f.tape, -EPIPE);
	assert_int_equal(sb_irc_set_away(f.irc, "x"), -EPIPE);
	fixture_end(&f);
}

/* What is not sent is told, but for what it is secured by. */
static void
a_secret_that_is_not_sent_is_not_told(void **state)
{
	static const char *const params[] = { "*", "*", "sesame" };
	struct fixture f;

	fixture_begin_with(
		&f, *state, &(struct sb_irc_options){ .nick = "quoth", .pace = "gentle" });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	assert_int_equal(sb_irc_say(f.irc, "#c", "%01000d", 1), 0);
	assert_int_equal(sb_irc_send(f.irc, "register", params, 3), 0);
	assert_int_equal(sb_irc_send(f.irc, "WHOIS", params, 3), 0);
	sb_tape_break(f.tape, -ECONNRESET);
	sb_probe_seek(f.probe, "irc.disconnected");
	assert_int_equal(sb_probe_count(f.probe, "irc.not_sent line~sesame"), 1);
	fixture_end(&f);
}

/* While a login goes on, more may be said of capabilities. */
static void
features_are_asked_for_once(void **state)
{
	static const struct sb_irc_login login = {
		.user = "quoth", .password = "p", .allows_plain_in_clear = true
	};
	struct fixture f;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){ .nick = "quoth", .login = &login, .away = "x" });
	sb_tape_feed_line(f.tape, ":irc.x CAP * LS :sasl draft/extended-isupport draft/pre-away");
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x CAP * ACK :sasl draft/pre-away draft/extended-isupport");
	sb_tape_seek(f.tape, "ISUPPORT\r\nAWAY :x\r\n");
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x CAP * NEW :batch");
	sb_tape_feed_line(f.tape, ":irc.x CAP * ACK :batch");
	sb_tape_expect(f.tape, "CAP REQ :batch\r\n");
	fixture_end(&f);
}

/* What the server was told before it let us in is taken back there. */
static void
one_may_come_back_before_one_is_let_in(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth", .away = "x" });
	sb_tape_feed_line(f.tape, ":irc.x CAP * LS :draft/pre-away");
	sb_tape_feed_line(f.tape, ":irc.x CAP * ACK :draft/pre-away");
	sb_tape_seek(f.tape, "AWAY :x\r\n");
	sb_tape_clear(f.tape);
	assert_int_equal(sb_irc_set_away(f.irc, NULL), 0);
	sb_tape_expect(f.tape, "AWAY\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

/* On a network that takes nothing else all that has words is UTF-8. */
static void
all_words_are_utf8_where_that_is_asked_for(void **state)
{
	static const char *const words[] = { "\xe9" };
	int64_t request;
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":irc.x CAP * LS :message-tags");
	sb_tape_feed_line(f.tape, ":irc.x CAP * ACK :message-tags");
	sb_tape_feed_line(f.tape, ":irc.x 005 quoth UTF8ONLY :are supported");
	sb_tape_clear(f.tape);
	assert_int_equal(sb_irc_say_lines(f.irc, "#c", "caf\xe9\nx"), 0);
	sb_tape_expect(f.tape, "PRIVMSG #c :caf\xc3\xa9\r\nPRIVMSG #c :x\r\n");
	assert_int_equal(sb_irc_say_lines(f.irc, "#\xe9", "x\ny"), -EILSEQ);
	assert_int_equal(sb_irc_answer_to(f.irc, "#c", "\xe9", "x"), 0);
	sb_tape_expect(f.tape, "PRIVMSG #c :x\r\n");
	assert_int_equal(sb_irc_react(f.irc, "#c", "m1", "\xe9"), -EILSEQ);
	assert_int_equal(sb_irc_react(f.irc, "#c", "\xe9", ":)"), -EILSEQ);
	assert_int_equal(sb_irc_set_topic(f.irc, "#c", "\xe9"), -EILSEQ);
	assert_int_equal(sb_irc_part(f.irc, "#c", "\xe9"), -EILSEQ);
	assert_int_equal(sb_irc_ask(f.irc, "WHO", words, 1, &request), -EILSEQ);
	sb_irc_quit(f.irc, "adi\xf3s");
	sb_tape_expect(f.tape, "QUIT :adi\xc3\xb3s\r\n");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(what_cannot_be_is_refused_at_creation),
		kit_test(texts_are_shown_as_utf8),
		kit_test(what_one_is_away_for_can_stand_in_a_line),
		kit_test(a_secret_that_is_not_sent_is_not_told),
		kit_test(features_are_asked_for_once),
		kit_test(one_may_come_back_before_one_is_let_in),
		kit_test(all_words_are_utf8_where_that_is_asked_for),
	};

	return kit_run(tests);
}
