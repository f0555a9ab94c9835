#include "peer_counts.h"

#include <errno.h>
#include <stdlib.h>

#include "table.h"

enum { PREFIX_LEN = 8 }; /* bytes of an IPv6 address that are one peer's */

struct key {
	unsigned char bytes[sizeof(((struct peer_address *)0)->address)];
};

struct count {
	struct key key;
	unsigned n;
	UT_hash_handle hh;
};

struct peer_counts {
	struct table_secret secret;
	struct count *all;
};

/* An IPv4 address is one of ::ffff:0:0/96, and whole. */
static struct key
key_of(const struct peer_address *peer)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct key key = { { 0 } };
	bool is_v4 = memcmp(peer->address, mapped, sizeof(mapped)) == 0;

	memcpy(key.bytes, peer->address, is_v4 ? sizeof(key.bytes) : PREFIX_LEN);
	return key;
}

static struct count *
find(const struct peer_counts *counts, const struct key *key)
{
	struct count *count;
	uint32_t hash = table_hash(&counts->secret, key, sizeof(*key));

	HASH_FIND_BYHASHVALUE(hh, counts->all, key, sizeof(*key), hash, count);
	return count;
}

struct peer_counts *
sb_peer_counts_create(struct sb_reactor *r)
{
	struct peer_counts *counts = calloc(1, sizeof(*counts));

	if (!counts)
		return NULL;
	counts->secret.words[0] = sb_reactor_random(r);
	counts->secret.words[1] = sb_reactor_random(r);
	return counts;
}

void
sb_peer_counts_destroy(struct peer_counts *counts)
{
	struct count *count, *next;

	if (!counts)
		return;
	HASH_ITER(hh, counts->all, count, next)
	{
		HASH_DEL(counts->all, count);
		free(count);
	}
	free(counts);
}

int
sb_peer_counts_add(struct peer_counts *counts, const struct peer_address *peer)
{
	struct key key = key_of(peer);
	struct count *count;

	if (!peer->port)
		return 0;
	count = find(counts, &key);
	if (!count) {
		count = calloc(1, sizeof(*count));
		if (!count)
			return -ENOMEM;
		count->key = key;
		HASH_ADD_KEYPTR_BYHASHVALUE(hh, counts->all, &count->key, sizeof(count->key),
			table_hash(&counts->secret, &key, sizeof(key)), count);
		if (!count->hh.tbl) {
			free(count);
			return -ENOMEM;
		}
	}
	count->n++;
	return 0;
}

void
sb_peer_counts_remove(struct peer_counts *counts, const struct peer_address *peer)
{
	struct key key = key_of(peer);
	struct count *count;

	if (!peer->port)
		return;
	count = find(counts, &key);
	sb_assert(count);
	if (--count->n > 0)
		return;
	HASH_DEL(counts->all, count);
	free(count);
}

unsigned
sb_peer_counts_of(const struct peer_counts *counts, const struct peer_address *peer)
{
	struct key key = key_of(peer);
	const struct count *count = peer->port ? find(counts, &key) : NULL;

	return count ? count->n : 0;
}
