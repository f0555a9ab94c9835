/* One of many senders, each with a receiver of its own. */

#include <stdlib.h>

#include "parts.h"

enum { SENDERS = 10000, MOST_PEERS = 8 };

/* One pass over an order of objects. */
struct walk {
	const struct peer *peer;
	void *self;
	const uint32_t *order;
};

static void
walk(void *self, size_t times)
{
	const struct walk *walk = self;

	walk->peer->emit_each(walk->self, walk->order, times);
}

static void
measure_order(const char *what, struct limit limit, struct walk *walks, size_t n, uint32_t *order)
{
	struct side sides[MOST_PEERS];

	for (size_t k = 0; k < n; k++) {
		walks[k].order = order;
		sides[k] = (struct side){ walks[k].peer->name, walk, &walks[k] };
	}
	row_of_sides(what, limit, sides, n, SENDERS);
	free(order);
}

void
measure_senders(void)
{
	struct walk walks[MOST_PEERS] = { { .peer = &peer_uthash },
		{ .peer = &peer_ours_senders } };
	uint32_t *same = order_of(SENDERS, false);
	size_t n = 2;

	for (size_t k = 0; peers_installed[k]; k++)
		walks[n++].peer = peers_installed[k];
	for (size_t k = 0; k < n; k++) {
		walks[k].self = walks[k].peer->create(SENDERS, SENDERS);
		walks[k].peer->connect(walks[k].self, counters, SENDERS);
	}
	for (size_t k = 0; k < SENDERS; k++)
		same[k] = 1;
	measure_section(
		"From one of 10 000 senders to its receiver, beside a uthash look-up of the "
		"pair and the call",
		"ns an emission");
	measure_order("the same again", TIMES(1.5), walks, n, same);
	measure_order("each in turn", TIMES(1.5), walks, n, order_of(SENDERS, false));
	measure_order("at random", TIMES(1.5), walks, n, order_of(SENDERS, true));
	for (size_t k = 0; k < n; k++)
		walks[k].peer->destroy(walks[k].self);
}
