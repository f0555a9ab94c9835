/* The IRC client on a tape: how it begins, its nick, how it ends. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

static void
it_says_pass_nick_and_user_once_connected(void **state)
{
	struct fixture f = { .world = *state };

	f.irc = fixture_create_irc(f.world,
		&(struct sb_irc_options){
			.nick = "quoth", .user = "q", .realname = "Q. Oth", .password = "a b" });
	f.tape = sb_tape_create();
	assert_int_equal(sb_irc_attach(f.irc, sb_tape_stream(f.tape)), 0);
	sb_tape_expect(f.tape, "");
	sb_tape_connect(f.tape);
	sb_tape_expect(f.tape, "CAP LS 302\r\nPASS :a b\r\nNICK quoth\r\nUSER q 0 * :Q. Oth\r\n");
	fixture_end(&f);
}

static void
what_is_not_said_of_us_is_made_from_the_nick(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth", .realname = "" });
	sb_tape_expect(f.tape, "CAP LS 302\r\nNICK quoth\r\nUSER quoth 0 * :quoth\r\n");
	assert_string_equal(sb_irc_host(f.irc), "");
	fixture_end(&f);
}

static void
ping_is_answered_before_and_after_registration(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, "PING :1234");
	sb_tape_expect(f.tape, "PONG 1234\r\n");
	sb_probe_expect(f.probe, "irc.command verb=PING text=1234");
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed(f.tape, ":irc.x PING a :b c\r\nPING\nPING ::x\n");
	sb_tape_expect(f.tape, "PONG a :b c\r\nPONG\r\nPONG ::x\r\n");
	fixture_end(&f);
}

static void
the_longest_ping_is_answered(void **state)
{
	struct fixture f;
	char line[511];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	fixture_begin(&f, *state);
	/* All of it, and without the colon where it needs none. */
	memcpy(line, "PING :x ", 8);
	sb_tape_feed_line(f.tape, line);
	line[1] = 'O';
	sb_tape_expect_line(f.tape, line);
	memcpy(line, "PING xxx", 8);
	sb_tape_feed_line(f.tape, line);
	line[1] = 'O';
	sb_tape_expect_line(f.tape, line);
	/* The fifteenth parameter may come without the colon that it needs: it loses a byte. */
	memcpy(line, "PING a b c d e f g h i j k l m n o ", 35);
	sb_tape_feed_line(f.tape, line);
	assert_int_equal(strlen(sb_tape_written(f.tape)), 512);
	assert_memory_equal(sb_tape_written(f.tape), "PONG a b c d e f g h i j k l m n :o x", 37);
	sb_tape_clear(f.tape);
	assert_true(sb_irc_is_registered(f.irc));
	fixture_end(&f);
}

static void
a_welcome_may_give_us_another_nick(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoththeraven" });
	assert_string_equal(sb_irc_nick(f.irc), "quoththeraven");
	assert_false(sb_irc_is_registered(f.irc));
	sb_tape_feed_line(f.tape, ":irc.x 001 quoththe :Welcome to X");
	assert_true(sb_irc_is_registered(f.irc));
	assert_string_equal(sb_irc_nick(f.irc), "quoththe");
	sb_probe_expect(
		f.probe, "irc.registered our_nick=quoththe server=irc.x welcome=\"Welcome to X\"");
	sb_tape_feed_line(f.tape, ":QUOTHTHE!q@h JOIN #c");
	sb_probe_expect(f.probe, "irc.joined channel=\"#c\" nick=QUOTHTHE is_self=true");
	fixture_end(&f);
}

/* Our own nick. */

static void
a_refused_nick_is_varied(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 433 * quoth :in use");
	sb_probe_expect(f.probe, "irc.nick_refused wanted=quoth text='in use' next=quoth_");
	sb_probe_expect(f.probe, "irc.command verb=433");
	sb_tape_expect(f.tape, "NICK quoth_\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 436 * quoth_ :collision");
	sb_tape_expect(f.tape, "NICK quoth1\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 437 * quoth1 :unavailable");
	sb_tape_expect(f.tape, "NICK quoth2\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 432 * quoth2 :erroneous");
	sb_tape_expect(f.tape, "NICK quoth3\r\n");
	assert_string_equal(sb_irc_nick(f.irc), "quoth3");
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth3 :Welcome");
	sb_probe_seek(f.probe, "irc.registered our_nick=quoth3");
	sb_tape_feed_line(f.tape, ":irc.x 433 quoth3 al :in use");
	sb_probe_expect(f.probe, "irc.nick_refused wanted=al text='in use' next=null");
	sb_probe_expect(f.probe, "irc.command verb=433");
	/* That is said of channels, too. */
	sb_tape_feed_line(f.tape, ":irc.x 437 quoth3 #c :unavailable");
	sb_probe_expect(f.probe, "irc.command verb=437");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
other_nicks_come_before_variants(void **state)
{
	static const char *const others[] = { "raven", "nevermore-nevermore" };
	struct fixture f;
	int i;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){
			.nick = "quoththeraven", .other_nicks = others, .n_other_nicks = 2 });
	for (i = 0; i < 2; i++) {
		sb_tape_clear(f.tape);
		sb_tape_feed_line(f.tape, ":irc.x 437 * quoththeraven :reserved");
		sb_probe_seek(f.probe, "irc.nick_refused wanted=quoththeraven next=raven");
		sb_tape_expect(f.tape, "NICK raven\r\n");
		sb_tape_feed_line(f.tape, ":irc.x 433 * raven :in use");
		sb_tape_expect(f.tape, "NICK nevermore-nevermore\r\n");
		sb_tape_feed_line(f.tape, ":irc.x 432 * nevermore-nevermore :too long");
		/* So what is longer than nine bytes is too long, ours as well. */
		sb_tape_expect(f.tape, "NICK quothther\r\n");
		sb_tape_feed_line(f.tape, ":irc.x 433 * quothther :in use");
		sb_tape_expect(f.tape, "NICK quoththe_\r\n");
		sb_tape_feed_line(f.tape, ":irc.x 432 * quoththe_ :bad");
		sb_tape_expect(f.tape, "NICK quoththe1\r\n");
		sb_probe_clear(f.probe);
		fixture_reconnect(&f);
	}
	fixture_end(&f);
}

static void
variants_of_a_nick_are_bounded_and_the_end_is_told(void **state)
{
	struct fixture f;
	size_t n;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	for (n = 0; sb_tape_is_open(f.tape) && n < 100; n++)
		sb_tape_feed_line(f.tape, ":irc.x 433 * quoth :in use");
	assert_int_equal(n, 11);
	sb_probe_seek(f.probe, "irc.disconnected error=-EADDRINUSE text~quoth9 will_retry=false");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
a_nick_too_long_for_the_server_is_shortened(void **state)
{
	struct fixture f;

	/* A server that says 432 to what is too long. */
	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoththeraven" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 432 * quoththeraven :Nickname too long");
	sb_tape_expect(f.tape, "NICK quothther\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 433 * quothther :in use");
	sb_tape_expect(f.tape, "NICK quoththe_\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 433 * quoththe_ :in use");
	sb_tape_expect(f.tape, "NICK quoththe1\r\n");
	fixture_end(&f);

	/* And one that shortens it itself and then says who has it. */
	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoththeraven" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 433 * quoththerav :in use");
	sb_tape_expect(f.tape, "NICK quoththera_\r\n");
	fixture_end(&f);

	/* Otherwise it may grow to 30, and letters stay whole. */
	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){ .nick = "quoththeraven-quoththeraven-é-quoth" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 433 * quoththeraven-quoththeraven-é-quoth :in use");
	sb_tape_expect(f.tape, "NICK quoththeraven-quoththeraven-_\r\n");
	fixture_end(&f);
}

static void
a_nick_too_long_for_the_server_is_shortened_on_every_connection(void **state)
{
	struct fixture f;
	int i;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoththeraven" });
	for (i = 0; i < 3; i++) {
		sb_tape_clear(f.tape);
		sb_tape_feed_line(f.tape, ":irc.x 432 * quoththeraven :Nickname too long");
		sb_tape_expect(f.tape, "NICK quothther\r\n");
		sb_tape_feed_line(f.tape, ":irc.x 432 * quothther :Erroneous");
		sb_tape_expect(f.tape, "NICK quoththe_\r\n");
		sb_tape_feed_line(f.tape, ":irc.x 001 quoththe_ :Welcome");
		assert_string_equal(sb_irc_nick(f.irc), "quoththe_");
		fixture_reconnect(&f);
	}
	fixture_end(&f);
}

static void
our_nick_follows_the_server(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":quoth!q@h NICK Guest[1]");
	sb_probe_expect(f.probe, "irc.nick_changed nick=quoth new_nick='Guest[1]' is_self=true");
	assert_string_equal(sb_irc_nick(f.irc), "Guest[1]");
	sb_tape_feed_line(f.tape, ":gUEST{1}!q@h JOIN #c");
	sb_probe_expect(f.probe, "irc.joined is_self=true");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_probe_expect(f.probe, "irc.joined is_self=false");
	fixture_end(&f);
}

/* Registers with the nick that is asked for, after a loss of the connection. */
static void
expect_asked_for(struct fixture *f, const char *line)
{
	struct sb_tape *next = sb_tape_create();

	sb_tape_end(f->tape);
	/* That is the nick meanwhile, too. */
	assert_string_equal(sb_irc_nick(f->irc), line + strlen("NICK "));
	sb_tape_destroy(f->tape);
	f->tape = next;
	assert_int_equal(sb_irc_attach(f->irc, sb_tape_stream(next)), 0);
	sb_tape_connect(next);
	sb_tape_expect_line(next, "CAP LS 302");
	sb_tape_expect_line(next, line);
	sb_tape_feed_line(next, ":irc.x 001 somebody :Welcome");
	sb_tape_clear(next);
}

static void
the_nick_asked_for_after_a_loss_is_the_one_wanted_last(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	/* What others made of us is not what we want. */
	sb_tape_feed_line(f.tape, ":quoth!q@h NICK Guest1");
	expect_asked_for(&f, "NICK quoth");
	/* What we asked for and did not get is not, either. */
	assert_int_equal(sb_irc_change_nick(f.irc, "taken"), 0);
	sb_tape_feed_line(f.tape, ":irc.x 433 somebody taken :in use");
	expect_asked_for(&f, "NICK quoth");
	assert_int_equal(sb_irc_change_nick(f.irc, "raven"), 0);
	sb_tape_feed_line(f.tape, ":somebody!q@h NICK Raven");
	expect_asked_for(&f, "NICK Raven");
	fixture_end(&f);
}

static void
the_length_of_a_nick_is_learnt_from_the_server(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoththeraven12" });
	sb_tape_feed_line(f.tape, ":irc.x 005 * NICKLEN=12 :are supported");
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 433 * quoththeraven12 :in use");
	sb_tape_expect(f.tape, "NICK quoththerav_\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 005 * NICKLEN=99999999999999999999999 :are supported");
	sb_tape_feed_line(f.tape, ":irc.x 433 * quoththerav_ :in use");
	sb_tape_expect(f.tape, "NICK quoththeraven121\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 005 * NICKLEN=-1 NICKLEN= NICKLEN=x :are supported");
	sb_tape_feed_line(f.tape, ":irc.x 433 * quoththeraven121 :in use");
	sb_tape_expect(f.tape, "NICK quoththeraven122\r\n");
	fixture_end(&f);
}

static void
a_nick_of_65_bytes_in_a_welcome_is_malformed(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_feed_line(f.tape,
		":irc.x 001 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa :W");
	sb_probe_expect(f.probe, "irc.malformed why='a nick that cannot be'");
	sb_tape_feed_line(f.tape,
		":irc.x 001 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa :W");
	sb_probe_expect(f.probe, "irc.registered");
	fixture_end(&f);
}

/* The end of a connection. */

static void
an_end_is_told_with_the_servers_reason(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, "ERROR :Closing Link: you (G-lined)");
	sb_tape_end(f.tape);
	sb_probe_seek(f.probe,
		"irc.disconnected error=0 text='Closing Link: you (G-lined)' will_retry=false");
	sb_probe_expect_none(f.probe);
	assert_false(sb_irc_is_registered(f.irc));
	assert_int_equal(sb_irc_say(f.irc, "#c", "hi"), -ENOTCONN);
	fixture_end(&f);
}

static void
an_error_is_not_the_reason_of_a_later_end(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "ERROR :not yet\r\nPING :x\r\n");
	fixture_reconnect(&f);
	sb_probe_seek(f.probe, "irc.disconnected error=0 text='the server closed the connection'");
	/* Nor of another connection's, and nor is an end of our own. */
	while (sb_tape_is_open(f.tape))
		sb_tape_feed_line(f.tape, ":irc.x 433 * quoth :in use");
	sb_probe_seek(f.probe, "irc.disconnected error=-EADDRINUSE");
	sb_tape_destroy(f.tape);
	f.tape = sb_tape_create();
	assert_int_equal(sb_irc_attach(f.irc, sb_tape_stream(f.tape)), 0);
	sb_tape_connect(f.tape);
	fixture_reconnect(&f);
	sb_probe_seek(f.probe, "irc.disconnected error=0 text='the server closed the connection'");
	fixture_end(&f);
}

static void
what_was_learnt_of_a_server_goes_with_its_connection(void **state)
{
	struct fixture f;
	int i;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	for (i = 0; i < 3; i++) {
		sb_tape_clear(f.tape);
		sb_tape_feed_line(f.tape, ":irc.x 433 * quoth :in use");
		sb_tape_expect(f.tape, "NICK quoth_\r\n");
		fixture_reconnect(&f);
	}
	fixture_end(&f);
}

static void
a_broken_connection_is_told_with_its_error(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_break(f.tape, -ECONNRESET);
	sb_probe_expect(f.probe, "irc.disconnected error=-ECONNRESET will_retry=false");
	fixture_end(&f);
}

static void
another_tape_can_follow_the_first(void **state)
{
	struct fixture f;
	struct sb_tape *second = sb_tape_create();

	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_attach(f.irc, sb_tape_stream(second)), -EALREADY);
	sb_tape_feed(f.tape, ":irc.x PRIVMSG #c :half a li");
	sb_tape_end(f.tape);
	sb_probe_expect(f.probe, "irc.disconnected error=0 text~'closed the connection'");
	assert_int_equal(sb_irc_attach(f.irc, sb_tape_stream(second)), 0);
	sb_tape_connect(second);
	sb_tape_expect(second, "CAP LS 302\r\nNICK quoth\r\nUSER quoth 0 * :quoth\r\n");
	sb_tape_feed_line(second, ":irc.x 001 quoth :Hello");
	sb_probe_expect(f.probe, "irc.connected url=''");
	sb_probe_expect(f.probe, "irc.registered welcome=Hello");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
	sb_tape_destroy(second);
}

static void
an_answer_that_cannot_be_queued_ends_the_connection(void **state)
{
	struct fixture f;
	int n;

	/* Two fill the stream, and 64 wait. */
	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 4, 8, 16);
	sb_tape_set_room(f.tape, 0);
	for (n = 0; n < 33; n++) {
		sb_tape_feed(f.tape, "PING :1\r\nPING :2\r\n");
		assert_int_equal(sb_simulation_run_for(f.world->sim, 0), 0);
	}
	assert_true(sb_tape_is_open(f.tape));
	sb_tape_feed(f.tape, "PING :3\r\nPING :4\r\n");
	sb_probe_seek(f.probe, "irc.disconnected error=-ENOBUFS text~PONG");
	/* What came after it is not read any more. */
	assert_int_equal(sb_probe_count(f.probe, "irc.command verb=PING"), 67);
	sb_tape_expect_over(f.tape, -ECONNABORTED);
	fixture_end(&f);
}

static void
what_comes_after_a_failed_write_is_still_read(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_fail_writes(f.tape, -EPIPE);
	assert_int_equal(sb_irc_say(f.irc, "#c", "hi"), -EPIPE);
	sb_tape_feed(f.tape, "PING :x\r\nERROR :you were too slow\r\n");
	sb_tape_end(f.tape);
	sb_probe_seek(f.probe, "irc.disconnected error=-EPIPE text='you were too slow'");
	fixture_end(&f);
}

static void
quit_says_so_and_waits_for_the_server(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_irc_quit(f.irc, "so\r\nlong");
	sb_irc_quit(f.irc, "again");
	sb_tape_expect(f.tape, "QUIT :so  long\r\n");
	assert_false(sb_irc_is_registered(f.irc));
	assert_int_equal(sb_irc_say(f.irc, "#c", "hi"), -ENOTCONN);
	assert_int_equal(sb_irc_send(f.irc, "LIST", NULL, 0), -ENOTCONN);
	sb_tape_feed_line(f.tape, ":bob!b@h PRIVMSG #c :bye");
	sb_probe_expect(f.probe, "irc.message text=bye");
	sb_tape_break(f.tape, -ECONNRESET);
	sb_probe_expect(f.probe, "irc.disconnected error=0 text='we quit' will_retry=false");
	fixture_end(&f);
}

static void
quit_cuts_its_reason_and_may_have_none(void **state)
{
	struct fixture f;
	char reason[1000];

	memset(reason, 'x', sizeof(reason));
	reason[sizeof(reason) - 1] = '\0';
	fixture_begin(&f, *state);
	sb_irc_quit(f.irc, reason);
	reason[300] = '\0';
	sb_tape_seek(f.tape, "QUIT :");
	sb_tape_expect_line(f.tape, reason);
	fixture_end(&f);
	/* Between characters. */
	memcpy(reason + 299, "é", sizeof("é"));
	fixture_begin(&f, *state);
	sb_irc_quit(f.irc, reason);
	reason[299] = '\0';
	sb_tape_seek(f.tape, "QUIT :");
	sb_tape_expect_line(f.tape, reason);
	fixture_end(&f);
	fixture_begin(&f, *state);
	sb_irc_quit(f.irc, NULL);
	sb_tape_expect(f.tape, "QUIT\r\n");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(it_says_pass_nick_and_user_once_connected),
		kit_test(what_is_not_said_of_us_is_made_from_the_nick),
		kit_test(ping_is_answered_before_and_after_registration),
		kit_test(the_longest_ping_is_answered),
		kit_test(a_welcome_may_give_us_another_nick),
		kit_test(a_refused_nick_is_varied),
		kit_test(other_nicks_come_before_variants),
		kit_test(variants_of_a_nick_are_bounded_and_the_end_is_told),
		kit_test(a_nick_too_long_for_the_server_is_shortened),
		kit_test(a_nick_too_long_for_the_server_is_shortened_on_every_connection),
		kit_test(our_nick_follows_the_server),
		kit_test(the_nick_asked_for_after_a_loss_is_the_one_wanted_last),
		kit_test(the_length_of_a_nick_is_learnt_from_the_server),
		kit_test(a_nick_of_65_bytes_in_a_welcome_is_malformed),
		kit_test(an_end_is_told_with_the_servers_reason),
		kit_test(an_error_is_not_the_reason_of_a_later_end),
		kit_test(what_was_learnt_of_a_server_goes_with_its_connection),
		kit_test(a_broken_connection_is_told_with_its_error),
		kit_test(another_tape_can_follow_the_first),
		kit_test(an_answer_that_cannot_be_queued_ends_the_connection),
		kit_test(what_comes_after_a_failed_write_is_still_read),
		kit_test(quit_says_so_and_waits_for_the_server),
		kit_test(quit_cuts_its_reason_and_may_have_none),
	};

	return kit_run(tests);
}
