/* How the small IRC server ends, by itself, in a handler, and in bad weather. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "ircd_fixture.h"

static void
shutting_tells_everybody_and_ends_everything(void **state)
{
	struct person alice, bob, carol;
	struct sb_stream *stream;
	struct sb_error why;
	struct fixture f;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	person_begin(&carol, &f);
	person_say(&alice, "JOIN #c");
	person_say(&bob, "JOIN #c");
	person_forget(&alice);
	person_forget(&bob);
	sb_probe_clear(f.probe);
	sb_ircd_shut(f.ircd, "Good night");
	sb_ircd_shut(f.ircd, "Again");
	settle(&f);
	person_expect(&alice, "ERROR :Closing link: 127.0.0.1 (Good night)\r\n");
	person_expect(&bob, "ERROR :Closing link: 127.0.0.1 (Good night)\r\n");
	person_expect(&carol, "ERROR :Closing link: 127.0.0.1 (Good night)\r\n");
	assert_null(alice.stream);
	assert_int_equal(alice.end, 0);
	sb_probe_expect(f.probe, "ircd.quit nick=alice reason='Good night'");
	sb_probe_expect(f.probe, "ircd.quit nick=bob reason='Good night'");
	sb_probe_expect_none(f.probe);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 0);
	person_end(&carol);
	carol = (struct person){ .f = &f };
	if (!sb_stream_connect(f.world->r, sb_ircd_url(f.ircd), NULL, SB_PLACE, &person_protocol,
		    &carol, &stream, &why))
		settle(&f);
	assert_int_equal(carol.end, -ECONNREFUSED);
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
}

static void
who_does_not_read_is_off_the_network_too_when_the_first_has_closed(void **state)
{
	char buf[500], line[600];
	struct person alice, bob;
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	sb_stream_pause(bob.stream);
	(void)snprintf(line, sizeof(line), "PRIVMSG bob :%s", repeat("x", 400, buf, sizeof(buf)));
	for (i = 0; i < 300; i++)
		person_say(&alice, line);
	sb_probe_clear(f.probe);
	sb_ircd_shut(f.ircd, NULL);
	sb_probe_expect_none(f.probe);
	settle(&f);
	assert_null(alice.stream);
	sb_probe_expect(f.probe, "ircd.quit nick=alice reason='Shutting down'");
	sb_probe_expect(f.probe, "ircd.quit nick=bob reason='Shutting down'");
	assert_int_equal(sb_ircd_n_clients(f.ircd), 1);
	pass(&f, 11 * SB_S);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 0);
	sb_probe_expect_none(f.probe);
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
}

static void
destroying_it_aborts_everybody_without_a_signal(void **state)
{
	struct person alice, bob;
	struct fixture f;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	person_say(&alice, "JOIN #c");
	sb_probe_clear(f.probe);
	sb_ircd_destroy(f.ircd);
	f.ircd = NULL;
	settle(&f);
	assert_null(alice.stream);
	assert_null(bob.stream);
	sb_probe_expect_none(f.probe);
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
	sb_ircd_destroy(NULL);
}

/* What a handler does at one signal, the n-th of them all. */
struct intruder {
	struct fixture *f;
	bool destroys; /* or shuts */
	size_t at, n_seen;
};

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct intruder *intruder = self;

	(void)from, (void)signal, (void)payload;
	if (intruder->n_seen++ != intruder->at)
		return;
	if (intruder->destroys) {
		sb_ircd_destroy(intruder->f->ircd);
		intruder->f->ircd = NULL;
	} else {
		sb_ircd_shut(intruder->f->ircd, "By a handler");
	}
}

/* A conversation in which every signal comes, said whether anybody listens or not. */
static void
converse(struct fixture *f)
{
	static const struct {
		bool by_bob;
		const char *text;
	} said[] = {
		{ false, "NICK alice\nUSER a 0 * a\nJOIN #c,#d\nTOPIC #c :x\n" },
		{ true, "NICK bob\nUSER b 0 * b\nJOIN #c,#d\nPRIVMSG #c,#d,alice :x\n" },
		{ false, "PRIVMSG bob :x\nKICK #c bob,alice\nPART #d,#c\nNICK al\nJOIN #e,#d\n" },
		{ true, "PART #d\nPRIVMSG al,bob :x\nJOIN 0\nJOIN #d,#e\nQUIT\n" },
		{ false, "CAP REQ :labeled-response batch\n@label=1 JOIN #c\n" },
		{ false, "NICK alice\n@label=2 PRIVMSG #d :x\n@label=3 JOIN 0\n" },
	};
	struct person alice, bob;
	size_t i;

	alice = bob = (struct person){ .f = f };
	(void)sb_stream_connect(f->world->r, sb_ircd_url(f->ircd), NULL, SB_PLACE, &person_protocol,
		&alice, &alice.stream, NULL);
	(void)sb_stream_connect(f->world->r, sb_ircd_url(f->ircd), NULL, SB_PLACE, &person_protocol,
		&bob, &bob.stream, NULL);
	settle(f);
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct person *person = said[i].by_bob ? &bob : &alice;

		if (person->stream)
			(void)sb_stream_write(person->stream, sb_bytes_of(said[i].text));
		settle(f);
	}
	person_end(&bob);
	person_end(&alice);
}

static void
check_all_came(const struct sb_probe *probe)
{
	static const char *const names[] = { "ircd.registered", "ircd.joined", "ircd.parted",
		"ircd.kicked", "ircd.message", "ircd.nick_changed", "ircd.topic_changed",
		"ircd.quit" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!sb_probe_count(probe, names[i]))
			sb_testing_fail(SB_PLACE, "no %s came", names[i]);
}

/* Returns how many signals there were. */
static size_t
intrude(struct sb_world *world, size_t at, bool destroys)
{
	struct fixture f;
	struct intruder intruder = { .f = &f, .destroys = destroys, .at = at };
	struct sb_connection connection;

	fixture_begin(&f, world);
	connection = sb_pattern_connect(world->d, "ircd.*", SB_ANY, (struct sb_options){ 0, false },
		SB_HANDLER(on_any), &intruder);
	converse(&f);
	if (f.ircd)
		assert_int_equal(sb_ircd_n_clients(f.ircd), 0);
	else
		assert_int_equal(intruder.n_seen, at + 1);
	(void)sb_disconnect(world->d, connection);
	if (at == SIZE_MAX)
		check_all_came(f.probe);
	fixture_end(&f);
	return intruder.n_seen;
}

static void
a_handler_may_destroy_the_server_at_any_signal(void **state)
{
	size_t n = intrude(*state, SIZE_MAX, true), at;

	for (at = 0; at < n; at++)
		(void)intrude(*state, at, true);
}

static void
a_handler_may_shut_the_server_at_any_signal(void **state)
{
	size_t n = intrude(*state, SIZE_MAX, false), at;

	for (at = 0; at < n; at++)
		(void)intrude(*state, at, false);
}

/* ---- Many at once, in bad weather ---- */

/* Who is where, by the signals alone: each must be possible where the ledger stands. */
enum { LEDGER_NICKS = 16, LEDGER_CHANNELS = 10 };

struct ledger {
	char nicks[LEDGER_NICKS][16]; /* "" for nobody */
	bool on[LEDGER_NICKS][LEDGER_CHANNELS]; /* of "#0" to "#9" */
};

/* The line of that nick, which must exist; "": of nobody. */
static size_t
line_of(const struct ledger *ledger, const char *nick)
{
	size_t i;

	for (i = 0; i < LEDGER_NICKS; i++)
		if (!strcmp(ledger->nicks[i], nick))
			return i;
	sb_testing_fail(SB_PLACE, "there is no '%s'", nick);
}

static bool *
place_of(struct ledger *ledger, const char *nick, const char *channel)
{
	sb_assert(channel[0] == '#' && channel[1] >= '0' && channel[1] <= '9' && !channel[2]);
	return &ledger->on[line_of(ledger, nick)][channel[1] - '0'];
}

static void
enter_ledger(struct ledger *ledger, const char *nick)
{
	(void)snprintf(ledger->nicks[line_of(ledger, "")], 16, "%s", nick);
}

static void
move(struct ledger *ledger, const char *nick, const char *channel, bool comes)
{
	bool *place = place_of(ledger, nick, channel);

	if (*place == comes)
		sb_testing_fail(
			SB_PLACE, "%s was %s on %s", nick, comes ? "already" : "not", channel);
	*place = comes;
}

static void
on_registered(void *self, struct sb_ircd *ircd, const struct sb_ircd_registered *e)
{
	(void)ircd;
	enter_ledger(self, e->nick);
}

static void
on_joined(void *self, struct sb_ircd *ircd, const struct sb_ircd_joined *e)
{
	(void)ircd;
	move(self, e->nick, e->channel, true);
}

static void
on_parted(void *self, struct sb_ircd *ircd, const struct sb_ircd_parted *e)
{
	(void)ircd;
	move(self, e->nick, e->channel, false);
}

static void
on_kicked(void *self, struct sb_ircd *ircd, const struct sb_ircd_kicked *e)
{
	(void)ircd;
	(void)line_of(self, e->nick);
	move(self, e->victim, e->channel, false);
}

static void
on_nick_changed(void *self, struct sb_ircd *ircd, const struct sb_ircd_nick_changed *e)
{
	struct ledger *ledger = self;
	size_t i;

	(void)ircd;
	for (i = 0; i < LEDGER_NICKS; i++)
		assert_string_not_equal(ledger->nicks[i], e->new_nick);
	(void)snprintf(ledger->nicks[line_of(ledger, e->nick)], 16, "%s", e->new_nick);
}

static void
on_message(void *self, struct sb_ircd *ircd, const struct sb_ircd_message *e)
{
	(void)ircd;
	(void)line_of(self, e->nick);
	if (*e->target != '#')
		(void)line_of(self, e->target);
}

static void
on_quit(void *self, struct sb_ircd *ircd, const struct sb_ircd_quit *e)
{
	struct ledger *ledger = self;
	size_t line = line_of(ledger, e->nick);

	(void)ircd;
	ledger->nicks[line][0] = '\0';
	memset(ledger->on[line], 0, sizeof(ledger->on[line]));
}

static void
keep_ledger(struct ledger *ledger, struct fixture *f)
{
	struct sb_dispatcher *d = f->world->d;

	memset(ledger, 0, sizeof(*ledger));
	(void)sb_ircd_registered_connect(d, f->ircd, SB_HANDLER(on_registered), ledger);
	(void)sb_ircd_joined_connect(d, f->ircd, SB_HANDLER(on_joined), ledger);
	(void)sb_ircd_parted_connect(d, f->ircd, SB_HANDLER(on_parted), ledger);
	(void)sb_ircd_kicked_connect(d, f->ircd, SB_HANDLER(on_kicked), ledger);
	(void)sb_ircd_nick_changed_connect(d, f->ircd, SB_HANDLER(on_nick_changed), ledger);
	(void)sb_ircd_message_connect(d, f->ircd, SB_HANDLER(on_message), ledger);
	(void)sb_ircd_quit_connect(d, f->ircd, SB_HANDLER(on_quit), ledger);
	assert_false(sb_connect_failed(d));
}

/* What the server says when asked is what the ledger says. */
static void
audit(const struct ledger *ledger, struct fixture *f)
{
	static const struct sb_weather fine = { .chops = false };
	struct person auditor;
	char text[64];
	size_t channel, i;

	sb_simulation_set_weather(f->world->sim, &fine);
	pass(f, SB_S);
	person_enter(&auditor, f, "auditor");
	for (channel = 0; channel < LEDGER_CHANNELS; channel++) {
		size_t n = 0, found = 0;
		const char *at;

		(void)snprintf(text, sizeof(text), "NAMES #%zu", channel);
		person_say(&auditor, text);
		for (at = strchr(person_got(&auditor), 'p'); at; at = strchr(at + 1, 'p'))
			n++;
		for (i = 0; i < LEDGER_NICKS; i++)
			found += ledger->on[i][channel];
		assert_int_equal(n, found);
		person_forget(&auditor);
	}
	person_end(&auditor);
}

static const char *
choose_words(struct sb_reactor *r, char *buf, size_t cap)
{
	static const char *const formats[] = { "JOIN #%d,#%d", "PART #%d,#%d :bye",
		"PRIVMSG #%d,p%d :hello", "NOTICE p%d,#%d :hello", "NICK p%d%d", "NICK p%d",
		"TOPIC #%d :topic %d", "KICK #%d p%d", "MODE #%d +o p%d", "MODE #%d -n+t",
		"WHO #%d", "WHOIS p%d", "INVITE p%d #%d", "NAMES #%d", "LIST", "AWAY :%d", "AWAY",
		"JOIN 0", "QUIT :%d", "MODE #%d -o p%d", "USERHOST p%d p%d", "MODE #%d +b p%d",
		"MODE #%d -b p%d", "MODE #%d +il 3", "MODE #%d -il", "MODE #%d +v p%d",
		"MODE #%d +m", "MODE #%d -m", "MONITOR + p%d,p%d", "MONITOR C", "MONITOR S",
		"SETNAME :%d", "WHO #%d %nah", "@label=%d WHO #%d",
		"CAP REQ :message-tags batch labeled-response echo-message",
		"CAP REQ :away-notify extended-join multi-prefix", "@+x=%d TAGMSG #%d" };
	uint64_t random = sb_reactor_random(r);
	size_t which = random % (sizeof(formats) / sizeof(formats[0]));
	int a = (int)(random >> 32 & 3), b = (int)(random >> 40 & 7);
	char *at;

	(void)snprintf(buf, cap, "%s\r\n", formats[which]);
	for (at = buf; (at = strstr(at, "%d")); a = b) {
		*at++ = (char)('0' + a);
		memmove(at, at + 1, strlen(at));
	}
	return buf;
}

static void
begin_again(struct person *person, struct fixture *f, int i)
{
	struct sb_error why;
	char text[64];

	free(person->got);
	*person = (struct person){ .f = f };
	if (sb_stream_connect(f->world->r, sb_ircd_url(f->ircd), NULL, SB_PLACE, &person_protocol,
		    person, &person->stream, &why))
		sb_testing_fail(SB_PLACE, "no connection: %s", why.text);
	pass(f, 100 * SB_MS);
	(void)snprintf(text, sizeof(text), "NICK p%d\r\nUSER u 0 * u\r\n", i);
	if (person->stream)
		(void)sb_stream_write(person->stream, sb_bytes_of(text));
}

static void
live_through(void *self, uint64_t seed)
{
	enum { PEOPLE = 8, STEPS = 300 };
	static const struct sb_weather weather = {
		.latency_max_ns = 30 * SB_MS, .chops = true, .cut_per_million = 500
	};
	struct sb_world *world = sb_world_create(seed);
	struct person people[PEOPLE] = { { 0 } };
	struct ledger ledger;
	struct fixture f;
	char buf[128];
	int i, step;

	(void)self;
	fixture_begin(&f, world);
	keep_ledger(&ledger, &f);
	sb_simulation_set_weather(world->sim, &weather);
	for (step = 0; step < STEPS; step++) {
		struct person *person;

		i = (int)(sb_reactor_random(world->r) % PEOPLE);
		person = &people[i];
		if (!person->stream)
			begin_again(person, &f, i);
		if (person->stream)
			(void)sb_stream_write(person->stream,
				sb_bytes_of(choose_words(world->r, buf, sizeof(buf))));
		pass(&f, (int64_t)(sb_reactor_random(world->r) % 20) * SB_MS);
	}
	audit(&ledger, &f);
	for (i = 0; i < PEOPLE; i++) {
		sb_stream_destroy(people[i].stream);
		free(people[i].got);
	}
	pass(&f, 5 * SB_S);
	assert_int_equal(sb_ircd_n_clients(f.ircd), 0);
	for (i = 0; i < LEDGER_NICKS; i++)
		assert_string_equal(ledger.nicks[i], "");
	assert_int_equal(
		sb_probe_count(f.probe, "ircd.registered"), sb_probe_count(f.probe, "ircd.quit"));
	assert_true(sb_probe_count(f.probe, "ircd.joined") > 0);
	fixture_end(&f);
	sb_world_destroy(world);
}

static void
it_lives_through_bad_weather(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 100, live_through, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(shutting_tells_everybody_and_ends_everything),
		kit_test(who_does_not_read_is_off_the_network_too_when_the_first_has_closed),
		kit_test(destroying_it_aborts_everybody_without_a_signal),
		kit_test(a_handler_may_destroy_the_server_at_any_signal),
		kit_test(a_handler_may_shut_the_server_at_any_signal),
		kit_test_bare(it_lives_through_bad_weather),
	};

	return kit_run(tests);
}
