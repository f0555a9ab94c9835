/* Several clients and the embedded server over a network that delays and cuts: whatever they do, in
 * the end each knows of every channel what the others know. */

#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/ircd.h>

#include "irc_state_text.h"
#include "roster_check.h"

#define URL "tcp://127.0.0.1:6667"

enum { PEOPLE = 5, CHANNELS = 3, STEPS = 120 };

static const char *const channel_names[CHANNELS] = { "#one", "#Two[]", "&three" };
static const char *const nicks[] = { "al[x]", "Bob", "carol", "d^e", "Eve\\", "frank", "g_h",
	"Judy" };

static struct network {
	struct sb_world *world;
	struct sb_ircd *ircd;
	struct sb_irc *people[PEOPLE];
	uint64_t random;
} net;

static unsigned long n_seeds, n_compared, n_shared, n_listed;

static unsigned
choose(unsigned n)
{
	net.random ^= net.random << 13;
	net.random ^= net.random >> 7;
	net.random ^= net.random << 17;
	return (unsigned)((net.random >> 11) % n);
}

static void
send_mode(struct sb_irc *irc, const char *channel, const char *mode, const char *arg_or_null)
{
	const char *params[] = { channel, mode, arg_or_null };

	(void)sb_irc_send(irc, "MODE", params, arg_or_null ? 3 : 2);
}

static void
change_modes(struct sb_irc *irc, const char *channel)
{
	static const char *const flags[] = { "+m", "-m", "+n", "-n", "+t", "-t", "+s-m", "-s+nt" };
	static const char *const masks[] = { "*!*@a", "B!*@*", "*!x@[y]" };

	switch (choose(4)) {
	case 0:
		send_mode(irc, channel, flags[choose(8)], NULL);
		break;
	case 1:
		send_mode(irc, channel, choose(2) ? "+l" : "-l", choose(2) ? "77" : "99");
		break;
	case 2:
		send_mode(irc, channel, choose(3) ? "+b" : "-b", masks[choose(3)]);
		break;
	default:
		send_mode(irc, channel, "b", NULL);
	}
}

static void
kick(struct sb_irc *irc, const char *channel, const char *nick)
{
	const char *params[] = { channel, nick, "out" };

	(void)sb_irc_send(irc, "KICK", params, 3);
}

/* What cannot be done is refused, by the client or by the server. */
static void
act(void)
{
	struct sb_irc *irc = net.people[choose(PEOPLE)];
	const char *channel = channel_names[choose(CHANNELS)];
	const char *other = sb_irc_nick(net.people[choose(PEOPLE)]);

	switch (choose(10)) {
	case 0:
	case 1:
	case 2:
		(void)sb_irc_join(irc, channel, NULL);
		break;
	case 3:
		(void)sb_irc_part(irc, channel, choose(2) ? "bye" : NULL);
		break;
	case 4:
		(void)sb_irc_change_nick(irc, nicks[choose(sizeof(nicks) / sizeof(nicks[0]))]);
		break;
	case 5:
		(void)sb_irc_set_topic(irc, channel, choose(3) ? "trains" : "");
		break;
	case 6:
		send_mode(irc, channel, choose(3) ? "+o" : "-o", other);
		break;
	case 7:
		kick(irc, channel, other);
		break;
	default:
		change_modes(irc, channel);
	}
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The words of what is known, sorted. */
static void
describe_sorted(
	const struct sb_irc *irc, const char *what, const char *channel, char *buf, size_t cap)
{
	char question[64], *words[128], *word, *rest;
	struct text text;
	size_t n = 0, i, len = 0;

	(void)snprintf(question, sizeof(question), "%s %s b", what, channel);
	describe(irc, question, &text);
	rest = text.bytes;
	while ((word = strtok_r(rest, " ", &rest)) && n < 128)
		words[n++] = word;
	qsort(words, n, sizeof(*words), compare_words);
	buf[0] = '\0';
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(buf + len, cap - len, "%s ", words[i]);
}

static void
expect_same(const struct sb_irc *a, const struct sb_irc *b, const char *what, const char *channel)
{
	char of_a[2048], of_b[2048];

	describe_sorted(a, what, channel, of_a, sizeof(of_a));
	describe_sorted(b, what, channel, of_b, sizeof(of_b));
	assert_string_equal(of_a, of_b);
	n_compared++;
}

static const struct sb_irc_channel *
on(size_t i, const char *channel)
{
	return sb_irc_channel_find(sb_irc_state(net.people[i]), channel);
}

static void
compare_channel(size_t a, size_t b, const char *channel)
{
	const struct sb_irc_channel *of_a = on(a, channel), *of_b = on(b, channel);
	const struct sb_irc *irc_a = net.people[a], *irc_b = net.people[b];

	expect_same(irc_a, irc_b, "members", channel);
	expect_same(irc_a, irc_b, "modes", channel);
	assert_string_equal(known(sb_irc_channel_topic(of_a)), known(sb_irc_channel_topic(of_b)));
	if (sb_irc_channel_has_list(of_a, 'b') && sb_irc_channel_has_list(of_b, 'b')) {
		n_listed++;
		expect_same(irc_a, irc_b, "list", channel);
	}
	n_shared++;
}

/* Each member of a channel is one of us, who knows to be there. */
static void
check_channel(const char *channel)
{
	size_t a, b, n = 0;

	for (a = 0; a < PEOPLE; a++)
		n += on(a, channel) != NULL;
	for (a = 0; a < PEOPLE; a++) {
		if (!on(a, channel))
			continue;
		assert_true(sb_irc_channel_is_whole(on(a, channel)));
		assert_true(sb_irc_channel_has_modes(on(a, channel)));
		assert_int_equal(sb_irc_channel_n_members(on(a, channel)), n);
		for (b = a + 1; b < PEOPLE; b++)
			if (on(b, channel))
				compare_channel(a, b, channel);
	}
}

/* Everybody who is seen is seen as what they are. */
static void
check_users(const struct sb_irc *irc)
{
	const struct sb_irc_state *state = sb_irc_state(irc);
	const struct sb_irc_user *user = NULL;

	/* Whoever has the nick that we want is known, too. */
	check_roster(state, 1);
	assert_true(sb_irc_is_registered(irc));
	assert_string_equal(sb_irc_nick(irc), sb_irc_state_nick(state));
	while ((user = sb_irc_user_next(state, user)))
		if (sb_irc_user_member_next(user, NULL))
			assert_string_equal(known(sb_irc_user_host(user)), "127.0.0.1");
}

static void
begin(struct sb_world *world, uint64_t seed)
{
	struct sb_error why;
	size_t i;

	net.world = world;
	net.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	if (sb_ircd_create(world->d, world->r, &(struct sb_ircd_options){ .url = URL }, SB_PLACE,
		    &net.ircd, &why))
		fail_msg("%s", why.text);
	for (i = 0; i < PEOPLE; i++) {
		struct sb_irc_options options = { .url = URL,
			.nick = nicks[i],
			.channels = channel_names,
			.n_channels = i % 2 ? 2 : 0,
			.pace = "none" };

		if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &net.people[i], &why)
			|| sb_irc_open(net.people[i], &why))
			fail_msg("%s", why.text);
	}
}

static void
end(void)
{
	size_t i;

	for (i = 0; i < PEOPLE; i++)
		sb_irc_destroy(net.people[i]);
	sb_ircd_destroy(net.ircd);
}

static void
agree(void *self, uint64_t seed)
{
	const struct sb_weather weather = { .latency_min_ns = SB_MS,
		.latency_max_ns = 40 * SB_MS,
		.chops = seed % 2,
		.cut_per_million = seed % 3 ? 2000 : 0 };
	struct sb_world *world = sb_world_create(seed);
	size_t i;

	(void)self;
	sb_simulation_set_weather(world->sim, &weather);
	begin(world, seed);
	(void)sb_simulation_run_for(world->sim, 3 * SB_S);
	for (i = 0; i < STEPS; i++) {
		act();
		(void)sb_simulation_run_for(world->sim, (int64_t)choose(60) * SB_MS);
	}
	sb_simulation_set_weather(world->sim, &(struct sb_weather){ 0 });
	/* Whoever was cut off has come back by then. */
	(void)sb_simulation_run_for(world->sim, 600 * SB_S);
	for (i = 0; i < CHANNELS; i++)
		check_channel(channel_names[i]);
	for (i = 0; i < PEOPLE; i++)
		check_users(net.people[i]);
	end();
	sb_world_destroy(world);
	n_seeds++;
}

static void
clients_of_one_network_agree(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 150, agree, NULL);
	/* They did meet, and had bans to compare. */
	assert_true(n_shared >= n_seeds);
	assert_true(n_seeds < 40 || n_listed >= n_seeds / 10);
	print_message("%lu channels seen by two, %lu ban lists, %lu comparisons\n", n_shared,
		n_listed, n_compared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(clients_of_one_network_agree),
	};

	return kit_run(tests);
}
