/* Two clients of the small IRC server in the simulation. The bytes are what they say, but for some
 * that never stand in UTF-8 and mean: */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/ircd.h>
#include <signalbox/testing.h>

#include "protocols/irc/wire.h"

enum {
	OTHER = 0xf8, /* the other client speaks from here on */
	AGAIN = 0xf9, /* who speaks drops the connection and makes a new one */
	WAIT = 0xfa, /* a minute and a half passes */
	SHUT = 0xfb, /* the server is shut */
	DESTROY = 0xfc, /* the server is destroyed by the next handler */
	ACCOUNTS = 0xfd, /* there are no accounts any more, or again */
	STRICT = 0xfe, /* as the first byte: floods are held back */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sb_ircd_account accounts[] = {
	{ .name = "a", .password = "b", .is_operator = true },
	{ .name = "c", .password = "" },
};

struct peer {
	struct sb_stream *stream; /* NULL when it is over */
	char line[SB_WIRE_ANY_MAX];
	size_t len;
};

struct play {
	struct sb_world *world;
	struct sb_ircd *ircd; /* NULL when destroyed */
	bool destroys, has_accounts;
	struct peer peers[2];
	size_t speaker;
};

/* What a server says must be IRC. */
static void
take_byte(struct peer *peer, char byte)
{
	static struct sb_wire_line line;
	const char *why = NULL;

	sb_assert(peer->len < sizeof(peer->line));
	peer->line[peer->len++] = byte;
	if (byte != '\n')
		return;
	sb_assert(peer->len > 2 && peer->line[peer->len - 2] == '\r');
	sb_assert(!sb_wire_parse((struct sb_bytes){ peer->line, peer->len - 2 }, &line, &why));
	peer->len = 0;
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	const char *at = bytes.ptr;
	size_t i;

	(void)stream;
	for (i = 0; i < bytes.len; i++)
		take_byte(self, at[i]);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct peer *peer = self;

	(void)stream, (void)error;
	peer->stream = NULL;
}

static const struct sb_protocol protocol = {
	.data = on_data,
	.closed = on_closed,
};

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct play *play = self;
	char buf[64];

	(void)from;
	(void)sb_signal_print(signal, payload, buf, sizeof(buf));
	if (!play->destroys)
		return;
	sb_ircd_destroy(play->ircd);
	play->ircd = NULL;
	play->destroys = false;
}

static void
connect_again(struct play *play, struct peer *peer)
{
	struct sb_error why;

	sb_stream_destroy(peer->stream);
	*peer = (struct peer){ .len = 0 };
	if (play->ircd)
		sb_assert(!sb_stream_connect(play->world->r, sb_ircd_url(play->ircd), NULL,
			SB_PLACE, &protocol, peer, &peer->stream, &why));
	sb_simulation_settle(play->world->sim);
}

static void
act(struct play *play, uint8_t what)
{
	switch (what) {
	case OTHER:
		play->speaker = !play->speaker;
		break;
	case AGAIN:
		connect_again(play, &play->peers[play->speaker]);
		break;
	case WAIT:
		sb_assert(!sb_simulation_run_for(play->world->sim, 90 * SB_S));
		break;
	case SHUT:
		if (play->ircd)
			sb_ircd_shut(play->ircd, "shut");
		break;
	case ACCOUNTS:
		play->has_accounts = !play->has_accounts;
		if (play->ircd)
			sb_assert(!sb_ircd_set_accounts(
				play->ircd, accounts, play->has_accounts ? 2 : 0, NULL));
		break;
	default:
		play->destroys = play->ircd;
		break;
	}
	sb_simulation_settle(play->world->sim);
}

/* Plays up to the next thing to do; returns how many bytes that took. */
static size_t
play_some(struct play *play, const uint8_t *data, size_t size)
{
	struct peer *peer = &play->peers[play->speaker];
	size_t n = 0;

	while (n < size && (data[n] < OTHER || data[n] > ACCOUNTS))
		n++;
	if (n && peer->stream)
		(void)sb_stream_write(peer->stream, (struct sb_bytes){ data, n });
	sb_simulation_settle(play->world->sim);
	if (n < size)
		act(play, data[n++]);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sb_ircd_options options = {
		.url = "tcp://127.0.0.1:0", .accounts = accounts, .n_accounts = 2
	};
	struct play play = { .world = sb_world_create(1), .has_accounts = true };
	struct sb_connection watcher;
	size_t i;

	if (size && *data == STRICT) {
		options.flood = (struct sb_ircd_flood){ 2000, 4000, 500 };
		data++;
		size--;
	}
	sb_assert(!sb_ircd_create(
		play.world->d, play.world->r, &options, SB_PLACE, &play.ircd, NULL));
	watcher = sb_pattern_connect(play.world->d, "ircd.*", SB_ANY,
		(struct sb_options){ .priority = 0 }, SB_HANDLER(on_any), &play);
	for (i = 0; i < 2; i++)
		connect_again(&play, &play.peers[i]);
	while (size) {
		size_t n = play_some(&play, data, size);

		data += n;
		size -= n;
	}
	for (i = 0; i < 2; i++)
		sb_stream_destroy(play.peers[i].stream);
	sb_simulation_settle(play.world->sim);
	sb_assert(!play.ircd || !sb_ircd_n_clients(play.ircd));
	sb_assert(!sb_disconnect(play.world->d, watcher));
	sb_ircd_destroy(play.ircd);
	sb_world_destroy(play.world);
	return 0;
}
