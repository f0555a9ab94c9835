/* Connecting, disconnecting, and what they take of the heap. */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { MOST_PEERS = 8, THOUSAND = 1000 };

struct rows {
	struct row connected, disconnected, heap;
};

/* Connects n, as to one object's signal, and disconnects them in this order. The floor of both is
 * the add; what the floor's delete takes is noted besides. */
static void
measure_once(
	const struct peer *peer, size_t round, const uint32_t *order, size_t n, struct rows *rows)
{
	void *self = peer->create(1, n);
	double before = heap_bytes(), start = cpu_ns(), connected, disconnected;

	peer->connect(self, counters, n);
	connected = (cpu_ns() - start) / (double)n;
	row_note(&rows->connected, peer->name, round, connected);
	/* The floor's elements are its caller's. */
	if (peer != &peer_uthash)
		row_note(&rows->heap, peer->name, round, (heap_bytes() - before) / (double)n);
	start = cpu_ns();
	peer->disconnect(self, order, n);
	disconnected = (cpu_ns() - start) / (double)n;
	if (peer == &peer_uthash) {
		row_note(&rows->disconnected, "delete", round, disconnected);
		disconnected = connected;
	}
	row_note(&rows->disconnected, peer->name, round, disconnected);
	peer->destroy(self);
	/* A million are no small change: each begins with nothing of what the last one had. */
	if (n == MANY)
		(void)malloc_trim(0);
}

static void
measure_all(struct rows *rows, const struct peer *const *peers, size_t n, bool is_shuffled,
	size_t n_rounds)
{
	uint32_t *order = order_of(n, is_shuffled);

	n_rounds = measure_rounds(n_rounds);
	for (size_t r = 0; r < n_rounds; r++)
		for (size_t k = 0; peers[k]; k++)
			measure_once(peers[k], r, order, n, rows);
	free(order);
}

static const struct limit in_100_ns = { AT_MOST, 100 };

void
measure_connections(void)
{
	const struct peer *all[MOST_PEERS] = { &peer_uthash, &peer_ours };
	const struct peer *const mixed[] = { &peer_uthash, &peer_ours_mixed, NULL };
	struct rows rows;
	struct row heap;

	for (size_t k = 0; peers_installed[k]; k++)
		all[2 + k] = peers_installed[k];
	measure_section("Connecting and disconnecting, beside a uthash add", "ns a connection");
	memset(&rows, 0, sizeof(rows));
	rows.connected = (struct row){ .what = "connect a thousand", .limit = in_100_ns };
	rows.disconnected = (struct row){ .what = "disconnect them in order", .limit = in_100_ns };
	measure_all(&rows, all, THOUSAND, false, 41);
	row_end(&rows.connected);
	row_end(&rows.disconnected);
	memset(&rows, 0, sizeof(rows));
	rows.disconnected = (struct row){ .what = "disconnect them at random", .limit = in_100_ns };
	measure_all(&rows, all, THOUSAND, true, 41);
	row_end(&rows.disconnected);
	memset(&rows, 0, sizeof(rows));
	rows.connected = (struct row){ .what = "connect a thousand, mixed priorities" };
	measure_all(&rows, mixed, THOUSAND, false, 41);
	row_end(&rows.connected);

	memset(&rows, 0, sizeof(rows));
	rows.connected = (struct row){ .what = "connect a million", .limit = TIMES(4) };
	rows.disconnected = (struct row){ .what = "disconnect them in order", .limit = TIMES(4) };
	measure_all(&rows, all, MANY, false, 3);
	row_end(&rows.connected);
	row_end(&rows.disconnected);
	heap = rows.heap;
	memset(&rows, 0, sizeof(rows));
	rows.disconnected = (struct row){ .what = "disconnect them at random", .limit = TIMES(4) };
	measure_all(&rows, all, MANY, true, 3);
	row_end(&rows.disconnected);

	measure_section("Memory, what is kept of a connection by its caller not counted",
		"bytes a connection");
	heap.what = "a million connections";
	heap.limit = (struct limit){ AT_MOST, 128 };
	row_end(&heap);
}
