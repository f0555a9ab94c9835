/* What a member of a channel costs an IRC client: memory, as the allocator has it, and the time to
 * take a list of 10 000 with their hosts, to find each, and to let each go. */

#include <malloc.h>
#include <stdio.h>
#include <time.h>

#include <signalbox/hash.h>

#include "protocols/irc/roster.h"

enum { N_MEMBERS = 10000, N_ROUNDS = 15 };

static char nicks[N_MEMBERS][32], entries[N_MEMBERS][128];

static double
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nicks of 5 to 13 bytes, half with a capital; users of 4 to 9, hosts of 11 to 38. */
static size_t
write_entries(void)
{
	size_t i, n = 0;

	for (i = 0; i < N_MEMBERS; i++) {
		unsigned r = (unsigned)(i * 2654435761U >> 7);

		(void)snprintf(nicks[i], sizeof(nicks[i]), "%.*s%05zu", (int)(r % 9),
			i % 2 ? "Nickname_" : "nickname_", i);
		n += (size_t)snprintf(entries[i], sizeof(entries[i]), "%s!~%.*s%u@%.*s%u.example",
			nicks[i], (int)(2 + r % 6), "username", r % 10, (int)(3 + r % 25),
			"host.of.some.provider.of.the.net", r % 100);
	}
	return n;
}

static void
take(struct sb_irc_state *state)
{
	struct sb_roster_who us = { "us", "u", "h" };
	size_t i;

	if (sb_roster_begin(state, "us") || sb_roster_joined(state, &us, "#c", NULL, NULL))
		abort();
	for (i = 0; i < N_MEMBERS; i++)
		if (sb_roster_names(state, "#c", entries[i], true))
			abort();
	if (sb_roster_names_end(state, "#c"))
		abort();
}

static void
find(const struct sb_irc_state *state)
{
	const struct sb_irc_channel *channel = sb_irc_channel_find(state, "#c");
	size_t i;

	for (i = 0; i < N_MEMBERS; i++)
		if (!sb_irc_member_find(state, channel, nicks[i * 7919 % N_MEMBERS]))
			abort();
}

static void
quit(struct sb_irc_state *state)
{
	size_t i;

	for (i = 0; i < N_MEMBERS; i++)
		if (sb_roster_quit(state, nicks[i * 7919 % N_MEMBERS]))
			abort();
}

static double
least(double a, double b)
{
	return a == 0 || b < a ? b : a;
}

int
main(void)
{
	struct sb_hash_seed seed = { 1, 2 };
	double took[3] = { 0 }, bytes = 0, text = (double)write_entries() / (double)N_MEMBERS;
	int round;

	for (round = 0; round < N_ROUNDS; round++) {
		struct sb_irc_state *state;
		size_t before;
		double t[4];

		if (sb_roster_create(&seed, SIZE_MAX, &state))
			abort();
		before = mallinfo2().uordblks;
		t[0] = now_ns();
		take(state);
		t[1] = now_ns();
		bytes = (double)(mallinfo2().uordblks - before) / (double)N_MEMBERS;
		find(state);
		t[2] = now_ns();
		quit(state);
		t[3] = now_ns();
		took[0] = least(took[0], t[1] - t[0]);
		took[1] = least(took[1], t[2] - t[1]);
		took[2] = least(took[2], t[3] - t[2]);
		sb_roster_destroy(state);
	}
	printf("a channel of %d: %.1f bytes a member, nick!user@host of %.1f bytes among them "
	       "(limit "
	       "200)\n",
		N_MEMBERS, bytes, text);
	printf("ns each: taken from NAMES %.0f, found %.0f, quit %.0f; the least of %d\n",
		took[0] / (double)N_MEMBERS, took[1] / (double)N_MEMBERS,
		took[2] / (double)N_MEMBERS, N_ROUNDS);
	return bytes > 200;
}
