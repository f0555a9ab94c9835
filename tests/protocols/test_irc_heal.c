/* The IRC client gets back what it has lost: channels, its nick, those whom it watches, and a server
 * that does not want it for a while. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

#include <signalbox/ircd.h>
#include <signalbox/listener.h>

#define URL "tcp://127.0.0.1:6667"

static void
pass(struct fixture *f, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(f->world->sim, ns), 0);
}

/* Handlers that do the worst. */

static void
destroy_it(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)from;
	(void)signal;
	(void)payload;
	sb_irc_destroy(f->irc);
	f->irc = NULL;
}

static void
change_all(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)from;
	(void)signal;
	(void)payload;
	(void)sb_irc_unmonitor(f->irc, "al");
	(void)sb_irc_unmonitor(f->irc, "bob");
	(void)sb_irc_monitor(f->irc, "zoe");
	(void)sb_irc_part(f->irc, "#c", NULL);
	(void)sb_irc_join(f->irc, "#d", NULL);
	(void)sb_irc_change_nick(f->irc, "other");
}

static void
quit_it(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)from;
	(void)signal;
	(void)payload;
	sb_irc_quit(f->irc, NULL);
}

/* A client that has lost its nick, watches two and wants a channel. */
static void
begin_lost(struct fixture *f, struct sb_world *world, bool has_monitor)
{
	fixture_begin_with(f, world,
		&(struct sb_irc_options){
			.nick = "quoth", .pace = "none", .services = "NickServ" });
	assert_int_equal(sb_irc_monitor(f->irc, "al"), 0);
	assert_int_equal(sb_irc_monitor(f->irc, "bob"), 0);
	sb_tape_feed_line(f->tape, ":irc.x 001 other :Welcome");
	if (has_monitor)
		sb_tape_feed_line(f->tape, ":irc.x 005 other MONITOR=10 :are supported");
	assert_int_equal(sb_irc_join(f->irc, "#c", NULL), 0);
	sb_tape_feed_line(f->tape, ":irc.x 422 other :No MOTD");
	sb_simulation_settle(f->world->sim);
	sb_probe_clear(f->probe);
}

static const struct {
	const char *signal, *line;
	bool has_monitor;
} deaths[] = {
	{ "irc.join_failed", ":irc.x 471 other #c :full", true },
	{ "irc.join_failed", ":irc.x 403 other #c :never", true },
	{ "irc.closing", "ERROR :Closing Link: x (Excess Flood)", true },
	{ "irc.monitored", ":irc.x 730 other :al!a@b,bob!b@h", true },
	{ "irc.monitored", ":irc.x 731 other :al,bob", true },
	{ "irc.monitored", ":irc.x 303 other :quoth al", false },
	{ "irc.nick_changed", ":other!o@h NICK quoth", true },
	{ "irc.nick_regained", ":other!o@h NICK quoth", false },
	{ "irc.nick_refused", ":irc.x 437 other quoth :reserved", true },
	{ "irc.invited", ":bob!b@h INVITE other #c", true },
	{ "irc.kicked", ":bob!b@h KICK #c other", true },
	{ "irc.quit", ":quoth!b@h QUIT :x", true },
	{ "irc.command", ":irc.x 734 other 1 al,bob :full", true },
	{ "irc.command", ":irc.x 465 other :banned", true },
	{ "irc.command", ":irc.x 900 other x y :logged in", true },
};

static void
handle_each(
	struct sb_world *world, void (*fn)(void *, void *, const struct sb_signal *, const void *))
{
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		struct fixture f;

		begin_lost(&f, world, deaths[i].has_monitor);
		sb_pattern_connect(f.world->d, deaths[i].signal, f.irc,
			(struct sb_options){ .once = true }, SB_HANDLER(fn), &f);
		sb_tape_feed_line(f.tape, deaths[i].line);
		sb_probe_seek(f.probe, deaths[i].signal);
		pass(&f, 40 * SB_S);
		if (f.irc) {
			sb_tape_clear(f.tape);
			sb_tape_feed_line(f.tape, "PING :x");
			pass(&f, 1000 * SB_S);
		}
		fixture_end(&f);
	}
}

static void
handlers_may_do_anything(void **state)
{
	handle_each(*state, destroy_it);
	handle_each(*state, change_all);
	handle_each(*state, quit_it);
}

/* Who is watched. */

static void
many_that_are_watched_at_once_go_in_few_lines(void **state)
{
	struct fixture f;
	char nick[32];

	begin_lost(&f, *state, true);
	sb_tape_clear(f.tape);
	for (int i = 0; i < 8; i++) {
		(void)snprintf(nick, sizeof(nick), "n%d", i);
		assert_int_equal(sb_irc_monitor(f.irc, nick), 0);
		assert_int_equal(sb_irc_unmonitor(f.irc, "al"), 0);
	}
	sb_tape_expect(f.tape, "");
	sb_simulation_settle(f.world->sim);
	sb_tape_expect(f.tape, "MONITOR - al\r\nMONITOR + n0,n1,n2,n3,n4,n5,n6,n7\r\n");
	assert_int_equal(sb_irc_monitor(f.irc, "#c"), -EINVAL);
	assert_int_equal(sb_irc_monitor(f.irc, "a b"), -EINVAL);
	assert_int_equal(sb_irc_unmonitor(f.irc, "a,b"), -EINVAL);
	assert_int_equal(sb_irc_unmonitor(f.irc, "nobody"), 0);
	for (int i = 8; i < 511; i++) {
		(void)snprintf(nick, sizeof(nick), "n%d", i);
		assert_int_equal(sb_irc_monitor(f.irc, nick), 0);
	}
	assert_int_equal(sb_irc_monitor(f.irc, "n0"), 0);
	assert_int_equal(sb_irc_monitor(f.irc, "more"), -ENOSPC);
	fixture_end(&f);
}

/* Channels. */

enum { MANY = 700 };

static char many_names[MANY][16];
static const char *name_list[MANY], *key_list[MANY];

/* Which of them are in what was written, each as often as it is there. */
static void
count_joins(const struct fixture *f, int counts[MANY])
{
	for (const char *at = sb_tape_written(f->tape); (at = strstr(at, "JOIN #")); at++) {
		int i = atoi(at + strlen("JOIN #"));

		assert_in_range(i, 0, MANY - 1);
		counts[i]++;
	}
}

static void
more_channels_than_the_queue_has_lines_are_joined_as_it_drains(void **state)
{
	int counts[MANY] = { 0 };
	struct fixture f;

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(many_names[i], sizeof(many_names[i]), "#%d", i);
		name_list[i] = many_names[i];
		key_list[i] = "key";
	}
	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){ .nick = "quoth",
			.channels = name_list,
			.keys = key_list,
			.n_channels = MANY,
			.ping_after_ns = 100000 * SB_S });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 422 quoth :No MOTD");
	/* Other things find their place between. */
	assert_int_equal(sb_irc_send(f.irc, "X", NULL, 0), 0);
	for (int s = 0; s < 3000; s += 300) {
		pass(&f, 300 * SB_S);
		if (!s)
			assert_non_null(strstr(sb_tape_written(f.tape), "X\r\n"));
		count_joins(&f, counts);
		sb_tape_clear(f.tape);
		for (int i = 0; i < MANY; i++) {
			char line[64];

			(void)snprintf(line, sizeof(line), ":quoth!q@h JOIN %s", many_names[i]);
			if (counts[i])
				sb_tape_feed_line(f.tape, line);
		}
	}
	for (int i = 0; i < MANY; i++)
		assert_int_equal(counts[i], 1);
	assert_int_equal(sb_probe_count(f.probe, "irc.disconnected"), 0);
	fixture_end(&f);
}

static void
begin_in_latin(struct fixture *f, struct sb_world *world)
{
	static const char *const channels[] = { "#caf\xe9", "#caf\xc3\xa9", "#c" };
	static const char *const keys[] = { NULL, NULL, "cl\xe9" };

	fixture_begin_with(f, world,
		&(struct sb_irc_options){ .nick = "quoth",
			.channels = channels,
			.keys = keys,
			.n_channels = 3,
			.pace = "none" });
	sb_tape_clear(f->tape);
}

static void
where_only_utf8_is_taken_channels_of_another_charset_are_not_asked_for(void **state)
{
	struct fixture f;

	begin_in_latin(&f, *state);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 005 quoth UTF8ONLY :are supported");
	sb_tape_feed_line(f.tape, ":irc.x 422 quoth :No MOTD");
	sb_tape_feed_line(f.tape, ":bob!b@h INVITE quoth #caf\xe9");
	pass(&f, SB_S);
	sb_tape_expect(f.tape, "JOIN #caf\xc3\xa9\r\n");
	sb_probe_seek(f.probe, "irc.join_failed numeric='' will_retry=false");
	sb_probe_seek(f.probe, "irc.join_failed channel='#c' numeric='' will_retry=false");
	pass(&f, 60 * SB_S);
	assert_int_equal(sb_probe_count(f.probe, "irc.join_failed"), 2);
	sb_tape_clear(f.tape);
	/* Elsewhere they are. */
	fixture_reconnect(&f);
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 422 quoth :No MOTD");
	sb_tape_expect(f.tape, "JOIN #c cl\xe9\r\nJOIN #caf\xe9,#caf\xc3\xa9\r\n");
	fixture_end(&f);
}

static void
who_is_told_that_a_channel_cannot_be_may_destroy_all(void **state)
{
	struct fixture f;

	begin_in_latin(&f, *state);
	sb_pattern_connect(f.world->d, "irc.join_failed", f.irc,
		(struct sb_options){ .once = true }, SB_HANDLER(destroy_it), &f);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 005 quoth UTF8ONLY :are supported");
	sb_tape_feed_line(f.tape, ":irc.x 422 quoth :No MOTD");
	pass(&f, SB_S);
	assert_null(f.irc);
	fixture_end(&f);
}

/* The nick. */

static void
a_nick_that_is_free_and_refused_is_asked_for_ever_more_rarely(void **state)
{
	struct fixture f;
	size_t n = 0;

	begin_lost(&f, *state, true);
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 731 other :quoth");
	for (int i = 0; i < 3600; i++) {
		const char *written = sb_tape_written(f.tape);

		n += strstr(written, "NICK quoth\r\n") != NULL;
		sb_tape_clear(f.tape);
		sb_tape_feed_line(f.tape, ":irc.x 437 other quoth :not yet");
		/* Which is no news. */
		sb_tape_feed_line(f.tape, ":irc.x 731 other :quoth");
		pass(&f, SB_S);
	}
	print_message("%zu in an hour\n", n);
	assert_in_range(n, 8, 10);
	/* However often it becomes free. */
	n = 0;
	for (int i = 0; i < 600; i++) {
		n += strstr(sb_tape_written(f.tape), "NICK quoth\r\n") != NULL;
		sb_tape_clear(f.tape);
		sb_tape_feed_line(f.tape, ":irc.x 730 other :quoth!q@h");
		sb_tape_feed_line(f.tape, ":irc.x 731 other :quoth");
		pass(&f, SB_S);
	}
	print_message("%zu in ten minutes\n", n);
	assert_in_range(n, 15, 21);
	fixture_end(&f);
}

static void
a_nick_that_the_server_would_cut_is_not_asked_for(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoththeraven" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 001 quothther :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 005 quothther NICKLEN=9 :are supported");
	sb_tape_feed_line(f.tape, ":irc.x 422 quothther :No MOTD");
	pass(&f, 60 * SB_S);
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
services_are_people(void **state)
{
	static const char *const names[] = { "#c", "a b", "", ":x" };
	struct sb_world *world = *state;
	struct sb_irc *irc;
	struct sb_error why;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct sb_irc_options o = { .nick = "quoth", .services = names[i] };

		assert_int_equal(
			sb_irc_create(world->d, world->r, &o, SB_PLACE, &irc, &why), -EINVAL);
		assert_non_null(strstr(why.text, "services"));
	}
}

/* A server that says something and closes. */

static const char *last_words;

static void
say_last_words(void *self, struct sb_stream *stream)
{
	(void)self;
	(void)sb_stream_write(stream, sb_bytes_of(last_words));
	sb_stream_close(stream);
}

static void
forget_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self;
	(void)stream;
	(void)error;
}

static void
accept_and_close(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol protocol = { .connected = say_last_words,
		.closed = forget_closed };

	(void)self;
	sb_stream_attach(stream, &protocol, NULL);
}

static void
fail_to_accept(void *self, const struct sb_error *error)
{
	(void)self;
	fail_msg("%s", error->text);
}

static int64_t last_delay_ms;

static void
note_delay(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	(void)self;
	(void)irc;
	assert_true(e->will_retry);
	last_delay_ms = e->delay_ms;
}

/* How long the client waits after those words, in ms. */
static int64_t
delay_after(struct sb_world *world, struct sb_irc *irc, const char *words)
{
	last_words = words;
	last_delay_ms = -1;
	if (!sb_irc_is_registered(irc))
		(void)sb_irc_open(irc, NULL);
	for (int i = 0; last_delay_ms < 0 && i < 7200; i++)
		assert_int_equal(sb_simulation_run_for(world->sim, SB_S), 0);
	return last_delay_ms;
}

static void
a_server_that_does_not_want_us_is_left_alone(void **state)
{
	static const struct sb_acceptor acceptor = { .accepted = accept_and_close,
		.failed = fail_to_accept };
	static int self;
	struct sb_world *world = *state;
	struct sb_irc_options o = { .url = URL, .nick = "quoth", .retry_max_ns = SB_S };
	struct sb_listener *listener;
	struct sb_irc *irc;

	assert_int_equal(
		sb_listener_open(world->r, URL, NULL, SB_PLACE, &acceptor, NULL, &listener, NULL),
		0);
	assert_int_equal(sb_irc_create(world->d, world->r, &o, SB_PLACE, &irc, NULL), 0);
	sb_irc_disconnected_connect(world->d, irc, SB_HANDLER(note_delay), &self);
	assert_true(delay_after(world, irc, "ERROR :Server going down\r\n") <= 1000);
	assert_int_equal(
		delay_after(world, irc, "ERROR :Trying to reconnect too fast.\r\n"), 120000);
	assert_true(delay_after(world, irc, "ERROR :Server going down\r\n") <= 1000);
	assert_int_equal(
		delay_after(world, irc, ":x 465 * :no\r\nERROR :Closing Link: q (bye)\r\n"),
		1800000);
	assert_int_equal(delay_after(world, irc, ":x 466 * :soon\r\n"), 1800000);
	assert_true(delay_after(world, irc, "ERROR :Ping timeout\r\n") <= 1000);
	sb_irc_destroy(irc);
	sb_forget(world->d, &self);
	sb_listener_close(listener);
}

/* On a network that loses connections, with the embedded server. */

enum { WATCHED = 4 };

struct watching {
	int is_online[WATCHED]; /* as told; -1: not yet */
	unsigned long n_told;
};

static const char *const watched[WATCHED] = { "al", "bob", "carol", "dave" };

static void
note_monitored(void *self, struct sb_irc *irc, const struct sb_irc_monitored *e)
{
	struct watching *w = self;

	(void)irc;
	for (int i = 0; i < WATCHED; i++)
		if (!strcmp(watched[i], e->nick))
			w->is_online[i] = e->is_online;
	w->n_told++;
}

static struct sb_irc *
make(struct sb_world *world, const char *nick)
{
	static const char *const channels[] = { "#c" };
	struct sb_irc_options o = { .url = URL,
		.nick = nick,
		.channels = channels,
		.n_channels = 1,
		.retry_max_ns = 10 * SB_S,
		.pace = "none" };
	struct sb_irc *irc;

	assert_int_equal(sb_irc_create(world->d, world->r, &o, SB_PLACE, &irc, NULL), 0);
	return irc;
}

static void
open_or_quit(struct sb_irc *irc, bool opens)
{
	if (opens)
		(void)sb_irc_open(irc, NULL);
	else
		sb_irc_quit(irc, NULL);
}

static unsigned long n_told;

static void
watch_and_lose(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	struct sb_weather weather = { .latency_min_ns = SB_MS,
		.latency_max_ns = 40 * SB_MS,
		.chops = seed % 2,
		.cut_per_million = seed % 3 ? 5000 : 0 };
	struct watching w = { .n_told = 0 };
	struct sb_irc *people[WATCHED], *watcher, *thief;
	bool is_open[WATCHED] = { false };
	struct sb_ircd *ircd;

	(void)self;
	assert_int_equal(sb_ircd_create(world->d, world->r, &(struct sb_ircd_options){ .url = URL },
				 SB_PLACE, &ircd, NULL),
		0);
	sb_simulation_set_weather(world->sim, &weather);
	thief = make(world, "quoth");
	watcher = make(world, "quoth");
	sb_irc_monitored_connect(world->d, watcher, SB_HANDLER(note_monitored), &w);
	(void)sb_irc_open(thief, NULL);
	assert_int_equal(sb_simulation_run_for(world->sim, 5 * SB_S), 0);
	(void)sb_irc_open(watcher, NULL);
	for (int i = 0; i < WATCHED; i++) {
		w.is_online[i] = -1;
		people[i] = make(world, watched[i]);
		assert_int_equal(sb_irc_monitor(watcher, watched[i]), 0);
	}
	for (int i = 0; i < 20; i++) {
		uint64_t bits = sb_reactor_random(world->r);
		int who = (int)(bits % WATCHED);

		is_open[who] = !is_open[who];
		open_or_quit(people[who], is_open[who]);
		assert_int_equal(
			sb_simulation_run_for(world->sim, (int64_t)(bits >> 8 & 15) * SB_S), 0);
	}
	weather.cut_per_million = 0;
	sb_simulation_set_weather(world->sim, &weather);
	sb_irc_quit(thief, NULL);
	/* Where a connection was cut, the server waits for it that long. */
	assert_int_equal(sb_simulation_run_for(world->sim, 1200 * SB_S), 0);
	assert_true(sb_irc_is_registered(watcher));
	assert_string_equal(sb_irc_nick(watcher), "quoth");
	assert_int_equal(sb_irc_state_n_channels(sb_irc_state(watcher)), 1);
	for (int i = 0; i < WATCHED; i++)
		assert_int_equal(w.is_online[i], sb_irc_is_registered(people[i]));
	n_told += w.n_told;
	for (int i = 0; i < WATCHED; i++)
		sb_irc_destroy(people[i]);
	sb_irc_destroy(watcher);
	sb_irc_destroy(thief);
	sb_forget(world->d, &w);
	sb_ircd_destroy(ircd);
	sb_world_destroy(world);
}

static void
all_is_got_back_after_every_loss(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 150, watch_and_lose, NULL);
	print_message("%lu told\n", n_told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(handlers_may_do_anything),
		kit_test(many_that_are_watched_at_once_go_in_few_lines),
		kit_test(more_channels_than_the_queue_has_lines_are_joined_as_it_drains),
		kit_test(where_only_utf8_is_taken_channels_of_another_charset_are_not_asked_for),
		kit_test(who_is_told_that_a_channel_cannot_be_may_destroy_all),
		kit_test(a_nick_that_is_free_and_refused_is_asked_for_ever_more_rarely),
		kit_test(a_nick_that_the_server_would_cut_is_not_asked_for),
		kit_test(services_are_people),
		kit_test(a_server_that_does_not_want_us_is_left_alone),
		kit_test_bare(all_is_got_back_after_every_loss),
	};

	return kit_run(tests);
}
