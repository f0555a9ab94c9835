/* What was missed is fetched: whole, once, and not for ever; by the rules alone, and by the client. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "protocols/irc/history.h"

#include "irc_fixture.h"

#define MAP SB_CASEMAP_RFC1459

/* ---- The rules, against a server with a log ---- */

enum { LOG_MAX = 400, STEPS = 300, PAGE = 5 };

struct message {
	int64_t time_ms;
	bool has_msgid;
	unsigned n_told;
};

struct model {
	struct sb_history h;
	struct message log[LOG_MAX];
	size_t n;
	bool is_on;
	uint64_t seed;
};

static unsigned
draw(struct model *model, unsigned below)
{
	model->seed = model->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(model->seed >> 33) % below;
}

static const char *
msgid_of(const struct model *model, size_t i, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "m%zu", i);
	return model->log[i].has_msgid ? buf : NULL;
}

static uint64_t
key_of(const struct model *model, size_t i)
{
	char msgid[32], text[32];

	(void)snprintf(text, sizeof(text), "text %zu", i);
	return sb_history_key(
		msgid_of(model, i, msgid, sizeof(msgid)), model->log[i].time_ms, "bob", text);
}

/* Two may be said in the same millisecond. */
static void
say(struct model *model)
{
	size_t i = model->n;
	char msgid[32];

	if (i == LOG_MAX)
		return;
	model->log[i].time_ms = 1000 + (int64_t)(i / 2) * 7;
	model->log[i].has_msgid = draw(model, 2);
	model->n++;
	if (!model->is_on)
		return;
	sb_history_said(&model->h, MAP, "#C", msgid_of(model, i, msgid, sizeof(msgid)),
		model->log[i].time_ms, key_of(model, i));
	model->log[i].n_told++;
}

/* The first that stands behind what a request names. */
static size_t
first_after(const struct model *model, const char *from)
{
	unsigned h, m, s, ms;
	int64_t time_ms;
	size_t i;

	if (!strncmp(from, "msgid=m", 7))
		return (size_t)strtoul(from + 7, NULL, 10) + 1;
	assert_int_equal(sscanf(from, "timestamp=1970-01-01T%2u:%2u:%2u.%3uZ", &h, &m, &s, &ms), 4);
	time_ms = (int64_t)((h * 60 + m) * 60 + s) * 1000 + ms;
	for (i = 0; i < model->n && model->log[i].time_ms <= time_ms; i++)
		;
	return i;
}

/* Answers a request, perhaps not to its end; people go on talking meanwhile. False when the
 * connection was lost. */
static bool
answer(struct model *model, const struct sb_history_request *request, bool *ret_is_done)
{
	size_t i = first_after(model, request->from), n;
	unsigned page = sb_history_page_begin(&model->h, MAP, "chathistory", "#c");
	struct sb_history_result result;
	char msgid[32];

	assert_true(sb_history_is_page(&model->h, page));
	assert_int_equal(sb_history_page_begin(&model->h, MAP, "chathistory", "#c"), 0);
	for (n = 0; n < request->limit && i < model->n; n++, i++) {
		if (!draw(model, 40))
			return false;
		if (!draw(model, 4))
			say(model);
		model->log[i].n_told +=
			sb_history_take(&model->h, msgid_of(model, i, msgid, sizeof(msgid)),
				model->log[i].time_ms, key_of(model, i), true);
	}
	*ret_is_done = sb_history_page_end(&model->h, &result);
	if (*ret_is_done)
		assert_true(result.is_whole);
	return true;
}

/* Catches up, unless the connection is lost. */
static bool
catch_up(struct model *model)
{
	const char *reftypes = draw(model, 2) ? "msgid,timestamp" : NULL;
	struct sb_history_request request;
	bool is_done = false;

	sb_history_joined(&model->h, MAP, "#c", 1000 + (int64_t)(model->n / 2) * 7);
	while (!is_done) {
		if (!sb_history_next(&model->h, 0, PAGE, reftypes, &request))
			return true;
		assert_int_equal(request.fetch, SB_HISTORY_AFTER);
		assert_false(sb_history_next(&model->h, 0, PAGE, reftypes, &request));
		if (!answer(model, &request, &is_done))
			return false;
	}
	return true;
}

static void
lose(struct model *model)
{
	sb_history_end(&model->h);
	model->is_on = false;
}

static void
run_model(uint64_t seed)
{
	static struct model model;
	size_t i;

	memset(&model, 0, sizeof(model));
	model.seed = seed;
	sb_history_init(&model.h);
	model.is_on = true;
	(void)catch_up(&model);
	for (i = 0; i < STEPS; i++) {
		if (draw(&model, 12)) {
			say(&model);
		} else if (model.is_on) {
			lose(&model);
		} else {
			model.is_on = true;
			if (!catch_up(&model))
				lose(&model);
		}
	}
	model.is_on = true;
	while (!catch_up(&model))
		sb_history_end(&model.h);
	for (i = 0; i < model.n; i++)
		if (model.log[i].n_told != 1)
			sb_testing_fail(SB_PLACE, "seed %llu: message %zu of %zu was told %u times",
				(unsigned long long)seed, i, model.n, model.log[i].n_told);
	sb_history_finish(&model.h);
}

static void
each_message_is_told_once_whatever_is_lost(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 2000; seed++)
		run_model(seed);
}

/* A server that always has something more. */
static void
a_thousand_are_enough(void **state)
{
	struct sb_history h;
	struct sb_history_request request;
	struct sb_history_result result;
	int64_t n = 0;
	bool is_done = false;

	(void)state;
	sb_history_init(&h);
	sb_history_joined(&h, MAP, "#c", 5000);
	sb_history_joined(&h, MAP, "#c", 5000);
	while (!is_done) {
		assert_true(sb_history_next(&h, 0, UINT32_MAX, NULL, &request));
		assert_int_equal(request.limit, SB_HISTORY_PAGE);
		assert_true(sb_history_page_begin(&h, MAP, "chathistory", "#C"));
		for (uint32_t i = 0; i < request.limit; i++, n++)
			assert_true(sb_history_take(&h, NULL, 5000 + n,
				sb_history_key(NULL, 5000 + n, "b", "x"), true));
		is_done = sb_history_page_end(&h, &result);
	}
	assert_int_equal(n, SB_HISTORY_MAX);
	assert_int_equal(result.n_messages, SB_HISTORY_MAX);
	assert_false(result.is_whole);
	assert_false(sb_history_next(&h, 0, 50, NULL, &request));
	sb_history_finish(&h);
}

/* One that says the same for ever. */
static void
what_brings_nothing_new_ends(void **state)
{
	struct sb_history h;
	struct sb_history_request request;
	struct sb_history_result result;
	unsigned n_pages = 0;
	bool is_done = false;

	(void)state;
	sb_history_init(&h);
	sb_history_joined(&h, MAP, "#c", 5000);
	sb_history_joined(&h, MAP, "#c", 5000);
	for (; !is_done; n_pages++) {
		assert_true(sb_history_next(&h, 0, 1, NULL, &request));
		assert_true(sb_history_page_begin(&h, MAP, "chathistory", "#c"));
		(void)sb_history_take(&h, "m", 5000, sb_history_key("m", 5000, "b", "x"), true);
		is_done = sb_history_page_end(&h, &result);
	}
	assert_int_equal(n_pages, 3);
	assert_int_equal(result.n_messages, 1);
	assert_false(result.is_whole);
	sb_history_finish(&h);
}

static void
what_is_remembered_is_bounded(void **state)
{
	struct sb_history h;
	char name[300];
	int i;

	(void)state;
	sb_history_init(&h);
	for (i = 0; i < 2 * SB_HISTORY_TARGETS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "#%d", i);
		sb_history_joined(&h, MAP, name, 1);
	}
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX);
	sb_history_left(&h, MAP, "#0");
	sb_history_left(&h, MAP, "#none");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	sb_history_joined(&h, MAP, name, 1);
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX - 1);
	sb_history_renamed(&h, MAP, "#1", "#2");
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX - 2);
	sb_history_renamed(&h, MAP, "#2", name);
	assert_string_equal(h.targets[0].name, "#2");
	for (i = 0; i < 2 * SB_HISTORY_PEERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		sb_history_peer(&h, MAP, name);
	}
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX);
	sb_history_end(&h);
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX - 2);
	sb_history_finish(&h);
}

/* What is fetched may be left, or renamed, in the midst. */
static void
what_is_left_is_fetched_no_more(void **state)
{
	struct sb_history h;
	struct sb_history_request request;
	unsigned page;
	int i;

	(void)state;
	sb_history_init(&h);
	for (i = 0; i < 2; i++) {
		sb_history_joined(&h, MAP, "#a", 1);
		sb_history_joined(&h, MAP, "#b", 1);
		sb_history_joined(&h, MAP, "#c", 1);
	}
	assert_true(sb_history_next(&h, 0, 50, NULL, &request));
	assert_string_equal(request.target, "#a");
	page = sb_history_page_begin(&h, MAP, "chathistory", "#a");
	sb_history_left(&h, MAP, "#A");
	assert_false(sb_history_is_page(&h, page));
	assert_true(sb_history_next(&h, 0, 50, NULL, &request));
	assert_string_equal(request.target, "#b");
	assert_false(sb_history_is_page(&h, page));
	sb_history_renamed(&h, MAP, "#b", "#d");
	assert_int_equal(sb_history_page_begin(&h, MAP, "chathistory", "#b"), 0);
	assert_true(sb_history_page_begin(&h, MAP, "chathistory", "#d"));
	sb_history_finish(&h);
}

/* ---- The client ---- */

static const struct sb_irc_options catching = { .nick = "quoth",
	.pace = "none",
	.ignores_ctcp = true,
	.hears_floods = true,
	.catches_up = true };

static void
register_with(struct sb_tape *tape, const char *capabilities)
{
	char line[600];

	(void)snprintf(line, sizeof(line), ":irc.x CAP * LS :%s", capabilities);
	sb_tape_feed_line(tape, line);
	(void)snprintf(line, sizeof(line), ":irc.x CAP quoth ACK :%s", capabilities);
	sb_tape_feed_line(tape, line);
	sb_tape_feed_line(tape, ":irc.x 001 quoth :Welcome");
	sb_tape_clear(tape);
}

/* Was on #c, where bob said something, and is there again, with a page asked for. */
static void
begin_again(struct fixture *f, struct sb_world *world)
{
	fixture_begin_with(f, world, &catching);
	register_with(f->tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f->tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f->tape, "@time=2001-09-09T01:46:41.000Z :bob!b@h PRIVMSG #c :one");
	fixture_reconnect(f);
	register_with(f->tape, "batch server-time draft/chathistory");
	sb_probe_clear(f->probe);
	sb_tape_feed_line(f->tape, ":quoth!q@h JOIN #c");
	sb_tape_seek(f->tape, "CHATHISTORY TARGETS");
	sb_tape_feed_line(f->tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f->tape, ":irc.x BATCH -t");
	sb_tape_seek(f->tape, "CHATHISTORY AFTER #c timestamp=2001-09-09T01:46:40.999Z 50\r\n");
	sb_probe_clear(f->probe);
}

static void
who_does_not_want_it_asks_for_nothing(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	fixture_reconnect(&f);
	sb_tape_feed_line(f.tape, ":irc.x CAP * LS :batch server-time draft/chathistory");
	sb_tape_expect(f.tape, "CAP LS 302\r\nNICK quoth\r\nUSER quoth 0 * :quoth\r\n"
			       "CAP REQ :batch server-time\r\n");
	fixture_end(&f);
}

/* A connection that is lost in the midst leaves nothing behind but what was seen. */
static void
a_page_may_be_cut_off(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(
		f.tape, "@batch=h;time=2001-09-09T01:46:42.000Z :bob!b@h PRIVMSG #c :two");
	sb_probe_seek(f.probe, "irc.message text=two is_history=true");
	fixture_reconnect(&f);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_probe_clear(f.probe);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -t");
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c timestamp=2001-09-09T01:46:41.999Z 50\r\n");
	assert_int_equal(sb_probe_count(f.probe, "irc.caught_up"), 0);
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(
		f.tape, "@batch=h;time=2001-09-09T01:46:43.000Z :bob!b@h PRIVMSG #c :three");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	sb_probe_seek(f.probe, "irc.caught_up channel='#c' n_messages=1 is_whole=true");
	fixture_end(&f);
}

/* Names and ids that could not stand in a line are not asked by. */
static void
a_server_cannot_make_us_say_anything(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &catching);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #d");
	sb_tape_feed_line(f.tape, "@msgid=a\\sb\\r\\nQUIT :bob!b@h PRIVMSG #c :one");
	sb_tape_feed_line(f.tape, ":op!o@h RENAME #d :#d QUIT");
	fixture_reconnect(&f);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f.tape, ":irc.x 005 quoth MSGREFTYPES=msgid :are supported");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN :#d QUIT");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f.tape, "@batch=t :irc.x CHATHISTORY TARGETS :al QUIT");
	sb_tape_feed_line(f.tape, "@batch=t :irc.x CHATHISTORY TARGETS");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -t");
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c timestamp=");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	sb_probe_seek(f.probe, "irc.caught_up channel='#c'");
	sb_tape_feed_line(f.tape, "PING :x");
	sb_tape_seek(f.tape, "PONG x\r\n");
	fixture_end(&f);
}

static void
what_was_said_before_of_people_is_not_believed_now(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	sb_tape_feed_line(f.tape, ":eve!e@h JOIN #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(f.tape, "@batch=h :eve!other@elsewhere PRIVMSG #c :x");
	sb_tape_feed_line(f.tape, "@batch=h :quoth!long@longer PRIVMSG #c :x");
	sb_tape_feed_line(f.tape, "@batch=h :irc.x NOTICE quoth :you flood");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	assert_string_equal(sb_irc_user_host(sb_irc_user_find(sb_irc_state(f.irc), "eve")), "h");
	assert_int_equal(sb_irc_say(f.irc, "#c", "now"), 0);
	sb_tape_seek(f.tape, "PRIVMSG #c :now\r\n");
	fixture_end(&f);
}

/* Whatever of it is told, who hears it may end all. */
static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)from;
	(void)signal;
	(void)payload;
	sb_irc_destroy(f->irc);
	f->irc = NULL;
}

static void
may_end_in_every_signal(void **state)
{
	static const char *const signals[] = { "irc.batch_began", "irc.message", "irc.batch_ended",
		"irc.caught_up", "irc.replied", "irc.channel_renamed" };
	struct sb_world *world = *state;
	struct fixture f;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		begin_again(&f, world);
		sb_pattern_connect(world->d, signals[i], SB_ANY,
			(struct sb_options){ .priority = 0, .once = true }, SB_HANDLER(on_any), &f);
		sb_tape_feed(f.tape, ":irc.x BATCH +h chathistory #c\r\n"
				     "@batch=h :bob!b@h PRIVMSG #c :x\r\n"
				     ":irc.x BATCH -h\r\n"
				     ":irc.x BATCH +i chathistory #c\r\n"
				     ":irc.x BATCH -i\r\n"
				     ":irc.x FAIL X Y :z\r\n"
				     ":bob!b@h RENAME #c #d :z\r\n");
		assert_null(f.irc);
		fixture_end(&f);
		sb_simulation_settle(world->sim);
	}
}

/* ---- What else is said and told ---- */

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

/* ---- Without memory ---- */

static void
catch_up_without_memory(void *self)
{
	struct sb_world *world = self;
	struct sb_irc_options options = catching;
	struct sb_irc *irc = NULL;
	struct sb_error why;
	struct sb_tape *tape;
	int i;

	options.away = "x";
	if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &irc, &why)) {
		assert_true(sb_testing_allocation_failed());
		return;
	}
	for (i = 0; i < 2; i++) {
		tape = sb_tape_create();
		if (sb_irc_attach(irc, sb_tape_stream(tape)))
			sb_testing_fail(SB_PLACE, "the client takes no tape");
		sb_tape_connect(tape);
		if (sb_tape_is_open(tape))
			sb_tape_feed(tape,
				":irc.x CAP * LS :batch server-time draft/chathistory\r\n"
				":irc.x CAP x ACK :batch server-time draft/chathistory\r\n"
				":irc.x 001 quoth :Welcome\r\n"
				":irc.x 005 quoth UTF8ONLY :x\r\n"
				":quoth!q@h JOIN #c\r\n"
				":bob!b@h PRIVMSG #c :x\r\n"
				":irc.x BATCH +t draft/chathistory-targets\r\n"
				"@batch=t :irc.x CHATHISTORY TARGETS al x\r\n"
				":irc.x BATCH -t\r\n");
		if (sb_tape_is_open(tape)) {
			(void)sb_irc_say(irc, "#c", "\xe9");
			(void)sb_irc_set_away(irc, "y");
		}
		if (sb_tape_is_open(tape))
			sb_tape_end(tape);
		if (i)
			sb_irc_destroy(irc);
		sb_tape_destroy(tape);
	}
	sb_simulation_settle(world->sim);
}

static void
each_allocation_may_fail(void **state)
{
	assert_true(sb_testing_each_allocation(catch_up_without_memory, *state) > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(each_message_is_told_once_whatever_is_lost),
		kit_test_bare(a_thousand_are_enough),
		kit_test_bare(what_brings_nothing_new_ends),
		kit_test_bare(what_is_remembered_is_bounded),
		kit_test_bare(what_is_left_is_fetched_no_more),
		kit_test(who_does_not_want_it_asks_for_nothing),
		kit_test(a_page_may_be_cut_off),
		kit_test(a_server_cannot_make_us_say_anything),
		kit_test(what_was_said_before_of_people_is_not_believed_now),
		kit_test(may_end_in_every_signal),
		kit_test(what_cannot_be_is_refused_at_creation),
		kit_test(texts_are_shown_as_utf8),
		kit_test(what_one_is_away_for_can_stand_in_a_line),
		kit_test(a_secret_that_is_not_sent_is_not_told),
		kit_test(features_are_asked_for_once),
		kit_test(each_allocation_may_fail),
	};

	return kit_run(tests);
}
