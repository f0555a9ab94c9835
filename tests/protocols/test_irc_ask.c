/* Requests of the application: what is read of their answers, what is kept, and what handlers may
 * do. The rest is in transcripts/irc_ask. */

#include <errno.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc_ask.h>

#include "irc_fixture.h"

/* What a handler does at an answer, and what it has read there. */
struct reader {
	struct fixture *f;
	void (*read)(struct reader *reader, const struct sb_irc_answered *e);
	size_t n;
	int64_t request;
};

static void
on_answered(void *self, struct sb_irc *from, const struct sb_irc_answered *e)
{
	struct reader *reader = self;

	assert_ptr_equal(from, reader->f->irc);
	reader->n++;
	reader->read(reader, e);
}

static void
read_with(struct reader *reader, struct fixture *f,
	void (*read)(struct reader *reader, const struct sb_irc_answered *e))
{
	*reader = (struct reader){ .f = f, .read = read };
	sb_irc_answered_connect(f->world->d, f->irc, on_answered, SB_PLACE, reader);
}

static int
try_ask(struct fixture *f, const char *verb, const char *param_or_null, int64_t *ret_request)
{
	return sb_irc_ask(f->irc, verb, &param_or_null, param_or_null != NULL, ret_request);
}

static int64_t
ask(struct fixture *f, const char *verb, const char *param_or_null)
{
	int64_t request = 0;

	assert_int_equal(try_ask(f, verb, param_or_null, &request), 0);
	assert_true(request > 0);
	return request;
}

/* ---- What is read ---- */

static void
read_whois(struct reader *reader, const struct sb_irc_answered *e)
{
	struct sb_irc_whois whois;
	struct sb_irc_who who;

	(void)reader;
	assert_true(sb_irc_answer_is_whole(e->answer));
	assert_int_equal(sb_irc_answer_n_lines(e->answer), 11);
	assert_string_equal(sb_irc_answer_line(e->answer, 10)->verb, "318");
	assert_int_equal(sb_irc_answer_line(e->answer, 0)->params.n, 6);
	assert_true(sb_irc_answer_whois(e->answer, &whois));
	assert_string_equal(whois.nick, "bob");
	assert_string_equal(whois.user, "b");
	assert_string_equal(whois.host, "bobs.example");
	assert_string_equal(whois.realname, "Bob B.");
	assert_string_equal(whois.server, "irc.x");
	assert_string_equal(whois.server_info, "A server");
	assert_string_equal(whois.account, "bobs");
	assert_string_equal(whois.away, "out");
	assert_string_equal(whois.channels, "@#a +#b");
	assert_string_equal(whois.certificate, "ab12");
	assert_int_equal(whois.idle_s, 17);
	assert_int_equal(whois.signon_s, 1000000);
	assert_true(whois.is_oper && whois.is_secure);
	assert_false(whois.is_bot);
	assert_false(sb_irc_answer_who(e->answer, 0, &who));
}

static void
a_whois_is_read(void **state)
{
	struct reader reader;
	struct fixture f;

	fixture_begin(&f, *state);
	read_with(&reader, &f, read_whois);
	(void)ask(&f, "WHOIS", "Bob");
	sb_tape_feed(f.tape, ":x 311 quoth bob b bobs.example * :Bob B.\r\n"
			     ":x 319 quoth bob :@#a +#b\r\n"
			     ":x 319 quoth bob :#c\r\n"
			     ":x 312 quoth bob irc.x :A server\r\n"
			     ":x 313 quoth bob :is an operator\r\n"
			     ":x 671 quoth bob :is secure\r\n"
			     ":x 301 quoth bob :out\r\n"
			     ":x 330 quoth bob bobs :is logged in as\r\n"
			     ":x 276 quoth bob :has client certificate fingerprint ab12\r\n"
			     ":x 335 quoth joe :is a bot\r\n"
			     ":x 317 quoth bob 17 1000000 :seconds idle, signon time\r\n"
			     ":x 318 quoth bob :End\r\n");
	assert_int_equal(reader.n, 1);
	fixture_end(&f);
}

static void
read_nothing_told(struct reader *reader, const struct sb_irc_answered *e)
{
	struct sb_irc_whois whois;

	(void)reader;
	if (!sb_irc_answer_whois(e->answer, &whois)) {
		assert_string_equal(e->outcome, "failed");
		return;
	}
	assert_null(whois.realname);
	assert_null(whois.account);
	assert_null(whois.certificate);
	assert_int_equal(whois.idle_s, 5);
	assert_int_equal(whois.signon_s, -1);
	assert_false(whois.is_bot);
}

static void
what_a_whois_does_not_tell_is_not_there(void **state)
{
	struct reader reader;
	struct fixture f;

	fixture_begin(&f, *state);
	read_with(&reader, &f, read_nothing_told);
	/* Of two the first is read. */
	(void)ask(&f, "WHOIS", "bob,joe");
	sb_tape_feed(f.tape, ":x 311 quoth bob b h\r\n:x 330 quoth bob\r\n"
			     ":x 317 quoth bob 5 :seconds idle\r\n:x 311 quoth joe j h\r\n"
			     ":x 335 quoth joe :is a bot\r\n:x 318 quoth bob,joe :End\r\n");
	(void)ask(&f, "WHOIS", "eve");
	sb_tape_feed(f.tape, ":x 401 quoth eve :No\r\n:x 318 quoth eve :End\r\n");
	assert_int_equal(reader.n, 2);
	fixture_end(&f);
}

static void
read_rows(struct reader *reader, const struct sb_irc_answered *e)
{
	struct sb_irc_listed listed;
	struct sb_irc_banned banned;
	struct sb_irc_who who;

	(void)reader;
	if (sb_irc_answer_who(e->answer, 1, &who)) {
		assert_string_equal(who.channel, "#c");
		assert_string_equal(who.user, "e");
		assert_string_equal(who.host, "h2");
		assert_string_equal(who.server, "irc.y");
		assert_string_equal(who.nick, "eve");
		assert_string_equal(who.flags, "G*");
		assert_string_equal(who.realname, "Eve E.");
		assert_false(sb_irc_answer_who(e->answer, 2, &who));
	} else if (sb_irc_answer_listed(e->answer, 0, &listed)) {
		assert_string_equal(listed.channel, "#a");
		assert_int_equal(listed.n_members, 0);
		assert_null(listed.topic);
		assert_true(sb_irc_answer_listed(e->answer, 1, &listed));
		assert_string_equal(listed.channel, "#b");
		assert_int_equal(listed.n_members, 12);
		assert_string_equal(listed.topic, "b's topic");
		assert_false(sb_irc_answer_listed(e->answer, 2, &listed));
	} else {
		assert_true(sb_irc_answer_banned(e->answer, 0, &banned));
		assert_string_equal(banned.mask, "*!*@a");
		assert_string_equal(banned.setter, "op!o@h");
		assert_int_equal(banned.set_s, 1000);
		assert_true(sb_irc_answer_banned(e->answer, 1, &banned));
		assert_null(banned.setter);
		assert_int_equal(banned.set_s, 0);
		assert_false(sb_irc_answer_banned(e->answer, 2, &banned));
	}
}

static void
rows_are_read(void **state)
{
	const char *const quiets[] = { "#c", "q" }, *const bans[] = { "#c", "b" };
	struct reader reader;
	struct fixture f;
	int64_t request;

	fixture_begin(&f, *state);
	read_with(&reader, &f, read_rows);
	(void)ask(&f, "WHO", "#c");
	sb_tape_feed(f.tape, ":x 352 quoth #c b h irc.x bob H :0 Bob\r\n"
			     ":x 352 quoth #c e h2 irc.y eve G* :1 Eve E.\r\n"
			     ":x 315 quoth #c :End\r\n");
	(void)ask(&f, "LIST", NULL);
	sb_tape_feed(f.tape, ":x 321 quoth Channel :Users\r\n:x 322 quoth #a many\r\n"
			     ":x 322 quoth #b 12 :b's topic\r\n:x 323 quoth :End\r\n");
	assert_int_equal(sb_irc_ask(f.irc, "MODE", bans, 2, &request), 0);
	sb_tape_feed(f.tape, ":x 367 quoth #c *!*@a op!o@h 1000\r\n:x 367 quoth #c *!*@b\r\n"
			     ":x 368 quoth #c :End\r\n");
	assert_int_equal(sb_irc_ask(f.irc, "MODE", quiets, 2, &request), 0);
	sb_tape_feed(f.tape, ":x 728 quoth #c q *!*@a op!o@h 1000\r\n:x 728 quoth #c q *!*@b\r\n"
			     ":x 729 quoth #c q :End\r\n");
	assert_int_equal(reader.n, 4);
	fixture_end(&f);
}

/* ---- What is refused ---- */

static void
what_cannot_be_asked_is_said(void **state)
{
	const char *const spaced[] = { "a b", "c" };
	struct fixture f;
	int64_t request = 0;
	char many[600];

	fixture_begin(&f, *state);
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	assert_int_equal(try_ask(&f, "WHOIS", "bob\r\nQUIT", &request), -EINVAL);
	assert_int_equal(sb_irc_ask(f.irc, "WHOIS", spaced, 2, &request), -EINVAL);
	assert_int_equal(try_ask(&f, "WHOIS", many, &request), -EMSGSIZE);
	assert_int_equal(try_ask(&f, "PRIVMSG", "bob", &request), -EOPNOTSUPP);
	assert_int_equal(try_ask(&f, "MODE", "quoth", &request), -EOPNOTSUPP);
	sb_tape_expect(f.tape, "");
	sb_tape_fail_writes(f.tape, -ECONNRESET);
	assert_int_equal(try_ask(&f, "WHOIS", "bob", &request), -EPIPE);
	sb_tape_end(f.tape);
	assert_int_equal(try_ask(&f, "WHOIS", "bob", &request), -ENOTCONN);
	assert_int_equal(try_ask(&f, "WHOIS", "bob\n", &request), -EINVAL);
	assert_int_equal(try_ask(&f, "PRIVMSG", "bob", &request), -ENOTCONN);
	sb_simulation_settle(f.world->sim);
	assert_int_equal(sb_probe_count(f.probe, "irc.answered"), 0);
	fixture_end(&f);
}

static void
sixty_four_are_under_way_at_most(void **state)
{
	struct fixture f;
	int64_t request = 0;
	char nick[16];
	int i;

	fixture_begin(&f, *state);
	for (i = 0; i < 64; i++)
		(void)ask(&f, "WHOIS", "bob");
	assert_int_equal(try_ask(&f, "VERSION", NULL, &request), -EAGAIN);
	sb_tape_expect(f.tape, "WHOIS bob\r\n");
	sb_tape_feed_line(f.tape, ":x 318 quoth bob :End");
	(void)ask(&f, "VERSION", NULL);
	sb_tape_expect(f.tape, "WHOIS bob\r\nVERSION\r\n");
	/* Labels of strangers are nothing to us. */
	for (i = 0; i < 5000; i++) {
		(void)snprintf(nick, sizeof(nick), "@label=%d :x", i);
		sb_tape_feed(f.tape, nick);
		sb_tape_feed_line(f.tape, " 318 quoth bob :End");
	}
	assert_int_equal(sb_probe_count(f.probe, "irc.answered"), 1);
	fixture_end(&f);
}

static void
read_many(struct reader *reader, const struct sb_irc_answered *e)
{
	struct sb_irc_listed listed;
	size_t n = 0;

	assert_string_equal(e->outcome, "done");
	while (sb_irc_answer_listed(e->answer, n, &listed))
		n++;
	assert_int_equal(n, sb_irc_answer_n_lines(e->answer));
	assert_false(sb_irc_answer_is_whole(e->answer));
	reader->request = (int64_t)n;
}

static void
of_an_answer_so_much_is_kept(void **state)
{
	struct reader reader;
	struct fixture f;
	char topic[401];
	int i;

	fixture_begin(&f, *state);
	read_with(&reader, &f, read_many);
	(void)ask(&f, "LIST", NULL);
	for (i = 0; i < 5000; i++)
		sb_tape_feed_line(f.tape, ":x 322 quoth #a 5 :topic");
	sb_tape_feed_line(f.tape, ":x 323 quoth :End");
	assert_int_equal(reader.request, 4096);
	memset(topic, 't', sizeof(topic) - 1);
	topic[sizeof(topic) - 1] = '\0';
	(void)ask(&f, "LIST", NULL);
	for (i = 0; i < 3000; i++) {
		sb_tape_feed(f.tape, ":x 322 quoth #a 5 :");
		sb_tape_feed_line(f.tape, topic);
	}
	sb_tape_feed_line(f.tape, ":x 323 quoth :End");
	/* 4 + 6 + 3 + 2 + 401 bytes each. */
	assert_int_equal(reader.request, (1 << 20) / 416);
	assert_int_equal(sb_probe_count(f.probe, "irc.command verb=322"), 8000);
	fixture_end(&f);
}

/* ---- What is no answer to it ---- */

static void
a_join_that_is_refused_refuses_nothing_else(void **state)
{
	static const char *const raw[] = { "#f" };
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_join(f.irc, "#c", NULL), 0);
	(void)ask(&f, "MODE", "#c");
	sb_tape_feed_line(f.tape, ":x 403 quoth #c :No such channel");
	sb_probe_seek(f.probe, "irc.join_failed channel='#c'");
	assert_int_equal(sb_probe_count(f.probe, "irc.answered"), 0);
	sb_tape_feed_line(f.tape, ":x 324 quoth #c +nt");
	sb_probe_seek(f.probe, "irc.answered request=2 outcome=done");
	/* When we are there it is over. */
	assert_int_equal(sb_irc_join(f.irc, "#d", NULL), 0);
	(void)ask(&f, "MODE", "#d");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #d");
	sb_tape_feed_line(f.tape, ":x 477 quoth #d :No modes here");
	sb_probe_seek(f.probe, "irc.answered verb=MODE outcome=failed code=477");
	/* What was asked before is answered before. */
	(void)ask(&f, "MODE", "#e");
	assert_int_equal(sb_irc_join(f.irc, "#e", NULL), 0);
	sb_tape_feed_line(f.tape, ":x 403 quoth #e :No such channel");
	sb_probe_seek(f.probe, "irc.answered verb=MODE outcome=failed code=403");
	/* The application's own words. */
	assert_int_equal(sb_irc_send(f.irc, "JOIN", raw, 1), 0);
	(void)ask(&f, "TOPIC", "#f");
	sb_tape_feed_line(f.tape, ":x 477 quoth #f :Log in first");
	assert_int_equal(sb_probe_count(f.probe, "irc.answered verb=TOPIC"), 0);
	sb_tape_feed_line(f.tape, ":x 331 quoth #f :No topic");
	sb_probe_seek(f.probe, "irc.answered verb=TOPIC outcome=done");
	/* That of a JOIN cannot be known. */
	assert_int_equal(sb_irc_ask(f.irc, "JOIN", raw, 1, &(int64_t){ 0 }), -EOPNOTSUPP);
	fixture_end(&f);
}

static void
what_is_asked_in_other_words_says_nothing_of_who_is_watched(void **state)
{
	static const char *const raw[] = { "zoe" };
	struct fixture f;

	for (int has_labels = 0; has_labels < 2; has_labels++) {
		fixture_begin(&f, *state);
		if (has_labels)
			sb_tape_feed(f.tape, ":x CAP quoth NEW :batch labeled-response\r\n"
					     ":x CAP quoth ACK :batch labeled-response\r\n");
		sb_tape_feed_line(f.tape, ":x 422 quoth :No MOTD");
		assert_int_equal(sb_irc_send(f.irc, "ISON", raw, 1), 0);
		assert_int_equal(sb_irc_monitor(f.irc, "bob"), 0);
		sb_simulation_settle(f.world->sim);
		sb_tape_seek(f.tape, "ISON zoe\r\nISON :bob\r\n");
		sb_tape_feed_line(f.tape, ":x 303 quoth :");
		assert_int_equal(sb_probe_count(f.probe, "irc.monitored"), 0);
		assert_int_equal(sb_irc_send(f.irc, "ison", raw, 1), 0);
		sb_tape_feed_line(f.tape, ":x 303 quoth :bob");
		sb_probe_seek(f.probe, "irc.monitored nick=bob is_online=true");
		sb_tape_feed_line(f.tape, ":x 303 quoth :");
		assert_int_equal(sb_probe_count(f.probe, "irc.monitored"), 1);
		fixture_end(&f);
	}
}

/* What was sent otherwise waits for nothing any more when it is refused. */
static void
what_is_refused_of_other_words_takes_no_answer_to_what_is_asked(void **state)
{
	static const char *const raw[] = { "nowhere.x" };
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_send(f.irc, "VERSION", raw, 1), 0);
	sb_tape_feed_line(f.tape, ":x 402 quoth nowhere.y :No such server");
	sb_tape_feed_line(f.tape, ":x 402 quoth nowhere.x :No such server");
	(void)ask(&f, "VERSION", NULL);
	sb_tape_feed_line(f.tape, ":x 351 quoth ircd-1 x :here");
	sb_probe_seek(f.probe, "irc.answered verb=VERSION outcome=done");
	fixture_end(&f);
}

/* Of a server that is slow. */
static void
who_is_watched_is_known_however_late_it_is_said(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":x 422 quoth :No MOTD");
	assert_int_equal(sb_irc_monitor(f.irc, "bob"), 0);
	sb_simulation_settle(f.world->sim);
	sb_tape_seek(f.tape, "ISON :bob\r\n");
	assert_int_equal(sb_simulation_run_for(f.world->sim, 31 * SB_S), 0);
	sb_tape_feed_line(f.tape, ":x 303 quoth :bob");
	sb_probe_seek(f.probe, "irc.monitored nick=bob is_online=true");
	fixture_end(&f);
}

/* ---- When it is sent ---- */

static void
the_time_counts_from_when_it_was_sent(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){
			.nick = "quoth", .pace = "default", .ping_after_ns = 600 * SB_S });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	for (int i = 0; i < 30; i++)
		assert_int_equal(sb_irc_send(f.irc, "X", NULL, 0), 0);
	(void)ask(&f, "VERSION", NULL);
	sb_tape_clear(f.tape);
	(void)sb_simulation_run_for(f.world->sim, 40 * SB_S);
	sb_tape_turn(f.tape);
	/* What comes before it was sent does not answer it. */
	sb_tape_feed_line(f.tape, ":x 351 quoth v");
	assert_int_equal(sb_probe_count(f.probe, "irc.answered"), 0);
	(void)sb_simulation_run_for(f.world->sim, 35 * SB_S);
	sb_tape_seek(f.tape, "VERSION\r\n");
	assert_int_equal(sb_probe_count(f.probe, "irc.answered"), 0);
	(void)sb_simulation_run_for(f.world->sim, 20 * SB_S);
	sb_probe_seek(f.probe, "irc.answered outcome='timed out'");
	fixture_end(&f);
}

static void
one_that_waits_is_cancelled_unsent(void **state)
{
	struct fixture f;
	int64_t request;
	int i;

	fixture_begin_with(
		&f, *state, &(struct sb_irc_options){ .nick = "quoth", .pace = "default" });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	for (i = 0; i < 10; i++)
		assert_int_equal(sb_irc_send(f.irc, "X", NULL, 0), 0);
	request = ask(&f, "VERSION", NULL);
	(void)ask(&f, "VERSION", "irc.y");
	sb_irc_ask_cancel(f.irc, request);
	sb_tape_clear(f.tape);
	(void)sb_simulation_run_for(f.world->sim, 40 * SB_S);
	sb_tape_turn(f.tape);
	sb_tape_seek(f.tape, "X\r\nVERSION irc.y\r\n");
	sb_tape_feed_line(f.tape, ":x 351 quoth v");
	sb_probe_seek(f.probe, "irc.answered request=2 outcome=done");
	assert_int_equal(sb_probe_count(f.probe, "irc.answered"), 1);
	fixture_end(&f);
}

static void
one_that_was_never_sent_is_lost_and_that_is_all(void **state)
{
	struct fixture f;
	int i;

	fixture_begin_with(
		&f, *state, &(struct sb_irc_options){ .nick = "quoth", .pace = "default" });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	for (i = 0; i < 10; i++)
		assert_int_equal(sb_irc_send(f.irc, "X", NULL, 0), 0);
	(void)ask(&f, "VERSION", NULL);
	sb_tape_end(f.tape);
	sb_simulation_settle(f.world->sim);
	assert_int_equal(sb_probe_count(f.probe, "irc.not_sent line~VERSION"), 0);
	assert_true(sb_probe_count(f.probe, "irc.not_sent line=X") > 0);
	sb_probe_seek(f.probe, "irc.disconnected");
	sb_probe_seek(f.probe, "irc.answered verb=VERSION outcome=lost");
	fixture_end(&f);
}

/* ---- Handlers ---- */

static void
ask_again(struct reader *reader, const struct sb_irc_answered *e)
{
	assert_string_equal(e->verb, "ISON");
	if (reader->n < 3)
		(void)ask(reader->f, "ISON", "bob");
}

static void
one_may_ask_in_an_answer(void **state)
{
	struct reader reader;
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	read_with(&reader, &f, ask_again);
	(void)ask(&f, "ISON", "bob");
	for (i = 0; i < 5; i++)
		sb_tape_feed_line(f.tape, ":x 303 quoth :bob");
	sb_tape_expect(f.tape, "ISON bob\r\nISON bob\r\nISON bob\r\n");
	assert_int_equal(reader.n, 3);
	fixture_end(&f);
}

static void
cancel_other(struct reader *reader, const struct sb_irc_answered *e)
{
	assert_string_equal(e->outcome, "lost");
	sb_irc_ask_cancel(reader->f->irc, e->request);
	sb_irc_ask_cancel(reader->f->irc, reader->request);
}

static void
one_may_cancel_what_is_over_and_not_told_yet(void **state)
{
	struct reader reader;
	struct fixture f;

	fixture_begin(&f, *state);
	read_with(&reader, &f, cancel_other);
	(void)ask(&f, "VERSION", NULL);
	reader.request = ask(&f, "TIME", NULL);
	sb_tape_end(f.tape);
	sb_probe_seek(f.probe, "irc.disconnected");
	sb_simulation_settle(f.world->sim);
	assert_int_equal(reader.n, 1);
	fixture_end(&f);
}

static void
destroy_it(struct reader *reader, const struct sb_irc_answered *e)
{
	assert_int_equal(sb_irc_answer_n_lines(e->answer), 2);
	sb_irc_destroy(reader->f->irc);
	reader->f->irc = NULL;
	/* What was told lives on for the call. */
	assert_string_equal(sb_irc_answer_line(e->answer, 0)->verb, "351");
}

static void
the_client_may_be_destroyed_in_an_answer(void **state)
{
	struct reader reader;
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth", .pace = "none" });
	sb_tape_feed(f.tape, ":x CAP * LS :batch labeled-response\r\n"
			     ":x CAP * ACK :batch labeled-response\r\n:x 001 quoth :Hi\r\n");
	read_with(&reader, &f, destroy_it);
	(void)ask(&f, "VERSION", NULL);
	(void)ask(&f, "VERSION", NULL);
	sb_tape_feed(f.tape, "@label=ask-1 :x BATCH +1 labeled-response\r\n"
			     "@batch=1 :x 351 quoth v\r\n@batch=1 :x 005 quoth A :are\r\n"
			     ":x BATCH -1\r\n@label=ask-2 :x 351 quoth v\r\n");
	assert_int_equal(reader.n, 1);
	assert_null(f.irc);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_whois_is_read),
		kit_test(what_a_whois_does_not_tell_is_not_there),
		kit_test(rows_are_read),
		kit_test(what_cannot_be_asked_is_said),
		kit_test(sixty_four_are_under_way_at_most),
		kit_test(of_an_answer_so_much_is_kept),
		kit_test(a_join_that_is_refused_refuses_nothing_else),
		kit_test(what_is_asked_in_other_words_says_nothing_of_who_is_watched),
		kit_test(what_is_refused_of_other_words_takes_no_answer_to_what_is_asked),
		kit_test(who_is_watched_is_known_however_late_it_is_said),
		kit_test(the_time_counts_from_when_it_was_sent),
		kit_test(one_that_waits_is_cancelled_unsent),
		kit_test(one_that_was_never_sent_is_lost_and_that_is_all),
		kit_test(one_may_ask_in_an_answer),
		kit_test(one_may_cancel_what_is_over_and_not_told_yet),
		kit_test(the_client_may_be_destroyed_in_an_answer),
	};

	return kit_run(tests);
}
