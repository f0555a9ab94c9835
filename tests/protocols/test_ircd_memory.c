/* The small IRC server when memory runs out: each allocation of a conversation fails alone, and with
 * all that follow it. What cannot be done is answered or ends a connection, every line that goes out
 * is whole, and nothing is left. */

#include <errno.h>
#include <string.h>

#include <signalbox/ircd.h>
#include <signalbox/stream.h>
#include <signalbox/testing.h>

#include "kit_cmocka.h"

static const struct sb_ircd_account accounts[] = {
	{ .name = "a", .password = "b", .is_operator = true },
	{ .name = "oscar", .hash = "$5$signalbox$SzpA4KkdjIvw/hUrlgRtIQrx2EyGHbMxh66QSNZnId3" },
};

static const struct line {
	int who;
	const char *text;
} said[] = {
	{ 0, "CAP REQ :sasl labeled-response batch message-tags echo-message\r\n" },
	{ 0, "AUTHENTICATE PLAIN\r\nAUTHENTICATE AGEAYg==\r\n" },
	{ 0, "NICK al\r\nUSER a 0 * :Al\r\nCAP END\r\n" },
	{ 1, "NICK bob\r\nUSER b 0 * :Bob\r\nMONITOR + al,carol\r\n" },
	{ 0, "@label=1 JOIN #c,#d\r\nMODE #c +bei x y\r\nMODE #c +I z\r\nINVITE bob #c\r\n" },
	{ 1, "JOIN #c\r\nPRIVMSG #c :x\r\nCAP REQ sasl\r\nAUTHENTICATE PLAIN\r\n" },
	{ 1, "AUTHENTICATE AG9zY2FyAG9wZW4gc2VzYW1l\r\n" },
	{ 0, "NICK alan\r\nMODE #c -b x\r\nKICK #c bob\r\n@label=2 WHOIS bob\r\nKILL bob\r\n" },
};

struct peer {
	struct sb_stream *stream; /* NULL when it is over */
	char last; /* byte that came */
};

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct peer *peer = self;
	const char *at = bytes.ptr;
	size_t i;

	(void)stream;
	for (i = 0; i < bytes.len; i++) {
		assert_int_equal(at[i] == '\n', peer->last == '\r');
		peer->last = at[i];
	}
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
converse(struct sb_world *world, struct sb_ircd *ircd)
{
	struct peer peers[2] = { { .last = '\0' }, { .last = '\0' } };
	size_t i;

	for (i = 0; i < 2; i++) {
		int error = sb_stream_connect(world->r, sb_ircd_url(ircd), NULL, SB_PLACE,
			&protocol, &peers[i], &peers[i].stream, NULL);

		assert_true(!error || sb_testing_allocation_failed());
	}
	sb_simulation_settle(world->sim);
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct peer *peer = &peers[said[i].who];

		if (peer->stream)
			(void)sb_stream_write(peer->stream, sb_bytes_of(said[i].text));
		sb_simulation_settle(world->sim);
	}
	if (sb_ircd_set_accounts(ircd, accounts, 1, NULL))
		assert_true(sb_testing_allocation_failed());
	for (i = 0; i < 2; i++)
		sb_stream_destroy(peers[i].stream);
	sb_simulation_settle(world->sim);
	assert_int_equal(sb_ircd_n_clients(ircd), 0);
}

static void
play(void *self)
{
	struct sb_ircd_options options = {
		.url = "tcp://127.0.0.1:0", .accounts = accounts, .n_accounts = 2
	};
	struct sb_world *world = sb_world_create(1);
	struct sb_ircd *ircd = NULL;
	int error = sb_ircd_create(world->d, world->r, &options, SB_PLACE, &ircd, NULL);

	(void)self;
	if (error) {
		assert_int_equal(error, -ENOMEM);
		assert_true(sb_testing_allocation_failed());
	} else {
		converse(world, ircd);
	}
	sb_ircd_destroy(ircd);
	sb_simulation_settle(world->sim);
	sb_world_destroy(world);
}

static void
memory_may_run_out_anywhere(void **state)
{
	(void)state;
	assert_true(sb_testing_each_allocation(play, NULL) > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(memory_may_run_out_anywhere),
	};

	return kit_run(tests);
}
