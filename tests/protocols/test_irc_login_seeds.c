/* The IRC client logs in to the small server, over many seeds, while the network does its worst. */

#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>
#include <signalbox/ircd.h>

static const struct sb_ircd_account alice = { .name = "alice", .password = "sesame" };

/* What came over all seeds. */
struct tally {
	size_t n_in, n_cut;
};

struct party {
	struct sb_world *world;
	struct sb_ircd *ircd;
	struct sb_irc *irc;
	struct sb_probe *client, *server;
};

static void
make(struct party *p, uint64_t seed)
{
	static const struct sb_irc_login login = { .user = "alice",
		.password = "sesame",
		.allows_plain_in_clear = true,
		.is_required = true };
	static const char *const channels[] = { "#trains" };
	struct sb_ircd_options server = {
		.url = "tcp://127.0.0.1:6667", .accounts = &alice, .n_accounts = 1
	};
	struct sb_irc_options client = { .url = server.url,
		.nick = "quoth",
		.login = &login,
		.channels = channels,
		.n_channels = 1,
		.retry_max_ns = 20 * SB_S };

	p->world = sb_world_create(seed);
	assert_int_equal(
		sb_ircd_create(p->world->d, p->world->r, &server, SB_PLACE, &p->ircd, NULL), 0);
	assert_int_equal(
		sb_irc_create(p->world->d, p->world->r, &client, SB_PLACE, &p->irc, NULL), 0);
	p->client = sb_probe_create(p->world->d, "irc.*");
	p->server = sb_probe_create(p->world->d, "ircd.registered");
	assert_int_equal(sb_irc_open(p->irc, NULL), 0);
}

static void
pass(struct party *p, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(p->world->sim, ns), 0);
}

/* Whoever the server let in was logged in, and so we think. */
static void
check_in(struct party *p)
{
	size_t n_in = sb_probe_count(p->client, "irc.registered");

	assert_true(sb_irc_is_registered(p->irc));
	assert_true(n_in > 0);
	assert_true(sb_probe_count(p->client, "irc.authenticated account=alice mechanism=PLAIN")
		    >= n_in);
	assert_int_equal(sb_probe_count(p->server, "ircd.registered account=alice"),
		sb_probe_count(p->server, NULL));
	assert_true(sb_irc_has_capability(p->irc, "sasl"));
	assert_true(sb_irc_has_capability(p->irc, "echo-message"));
	assert_false(sb_irc_has_capability(p->irc, "chghost"));
}

/* The last account goes, and comes again. */
static void
close_and_open_services(struct party *p)
{
	assert_int_equal(sb_ircd_set_accounts(p->ircd, NULL, 0, NULL), 0);
	pass(p, 10 * SB_S);
	assert_false(sb_irc_has_capability(p->irc, "sasl"));
	sb_probe_clear(p->client);
	assert_int_equal(sb_ircd_set_accounts(p->ircd, &alice, 1, NULL), 0);
	pass(p, 10 * SB_S);
	sb_probe_seek(p->client, "irc.capability_changed name=sasl value=PLAIN is_on=true");
	sb_probe_seek(p->client, "irc.authenticated account=alice mechanism=PLAIN");
	assert_int_equal(sb_probe_count(p->client, "irc.disconnected"), 0);
	assert_int_equal(sb_irc_say(p->irc, "#trains", "late again"), 0);
	pass(p, 10 * SB_S);
	sb_probe_seek(p->client,
		"irc.message text='late again' is_self=true reply_to='#trains' account=alice");
}

static void
log_in_through_a_storm(void *self, uint64_t seed)
{
	static const struct sb_weather storm = {
		.latency_min_ns = SB_MS,
		.latency_max_ns = 900 * SB_MS,
		.chops = true,
		.cut_per_million = 20000,
		.refuse_per_million = 100000,
	};
	static const struct sb_weather calm = { 0 };
	struct tally *tally = self;
	struct party p;

	make(&p, seed);
	sb_simulation_set_weather(p.world->sim, &storm);
	pass(&p, 60 * SB_S);
	sb_simulation_set_weather(p.world->sim, &calm);
	pass(&p, 120 * SB_S);
	check_in(&p);
	tally->n_in += sb_probe_count(p.client, "irc.registered");
	tally->n_cut += sb_probe_count(p.client, "irc.disconnected");
	close_and_open_services(&p);
	sb_irc_destroy(p.irc);
	sb_ircd_destroy(p.ircd);
	sb_probe_destroy(p.client);
	sb_probe_destroy(p.server);
	sb_world_destroy(p.world);
}

static void
it_logs_in_whatever_the_network_does(void **state)
{
	struct tally tally = { 0, 0 };

	(void)state;
	sb_testing_each_seed(1, 1000, log_in_through_a_storm, &tally);
	print_message("let in %zu times, lost %zu times\n", tally.n_in, tally.n_cut);
	if (!getenv("SIGNALBOX_SEED") && !getenv("SIGNALBOX_SEEDS"))
		assert_true(tally.n_cut > 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(it_logs_in_whatever_the_network_does),
	};

	return kit_run(tests);
}
