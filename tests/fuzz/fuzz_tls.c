/* TLS with a peer, or a network, that does anything. The first byte chooses what: bytes that reach a
 * client, or a server, as they are; or a network between the two that changes, loses, doubles and adds
 * to what they say. Nothing is told that was not said, `closed` comes once, and OpenSSL's errors are
 * empty after each turn. The random numbers are the simulation's: a finding repeats. */

#include <stdint.h>
#include <stdlib.h>

#include <openssl/err.h>

#include <signalbox/listener.h>
#include <signalbox/simulation.h>
#include <signalbox/stream.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_LEN = 4000, CHUNK = 1024 };

struct side {
	struct sb_stream *stream;
	struct side *other; /* of the network: where it goes */
	size_t n_told; /* bytes */
	bool is_connected, is_closed;
	unsigned char early[8192];
	size_t n_early;
};

static const uint8_t *input;
static size_t input_len, input_at;
static struct sb_simulation *sim;
static unsigned char words[WORDS_LEN];

static uint8_t
next_byte(void)
{
	return input_at < input_len ? input[input_at++] : 0;
}

/* ---- The two who speak TLS ---- */

static void
speak(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	side->is_connected = true;
	(void)sb_stream_write(stream, (struct sb_bytes){ words, WORDS_LEN });
}

static void
listen_to(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct side *side = self;

	(void)stream;
	sb_assert(!side->is_closed && bytes.len <= WORDS_LEN - side->n_told);
	sb_assert(memcmp(bytes.ptr, words + side->n_told, bytes.len) == 0);
	side->n_told += bytes.len;
	sb_assert(ERR_peek_error() == 0);
}

static void
end_speaking(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct side *side = self;

	(void)stream;
	sb_assert(!side->is_closed);
	sb_assert(error->code <= 0 && error->text[0]);
	side->is_closed = true;
	side->stream = NULL;
	sb_assert(ERR_peek_error() == 0);
}

static const struct sb_protocol speaking = {
	.connected = speak,
	.data = listen_to,
	.closed = end_speaking,
};

static void
take_side(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	side->stream = stream;
	sb_stream_attach(stream, &speaking, side);
}

static const struct sb_acceptor taking = { .accepted = take_side };

/* ---- The network ---- */

static void
send_on(struct side *side, const void *ptr, size_t len)
{
	if (!side->stream || len == 0)
		return;
	if (side->is_connected) {
		(void)sb_stream_write(side->stream, (struct sb_bytes){ ptr, len });
	} else if (side->n_early + len <= sizeof(side->early)) {
		memcpy(side->early + side->n_early, ptr, len);
		side->n_early += len;
	}
}

static void
be_joined(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	(void)stream;
	side->is_connected = true;
	send_on(side, side->early, side->n_early);
}

static void
add_bytes(struct side *to)
{
	uint8_t added[32];
	size_t n = next_byte() % sizeof(added), i;

	for (i = 0; i < n; i++)
		added[i] = next_byte();
	send_on(to, added, n);
}

/* What the network does to some bytes. */
static void
mistreat(struct side *from, unsigned char *bytes, size_t len)
{
	struct side *to = from->other;

	switch (next_byte() % 8) {
	case 1:
		bytes[(next_byte() * 256u + next_byte()) % len] ^=
			(unsigned char)(1 << next_byte() % 8);
		break;
	case 2:
		len -= next_byte() % len;
		break;
	case 3:
		send_on(to, bytes, len);
		break;
	case 4:
		add_bytes(to);
		break;
	case 5:
		send_on(to, bytes, len / 2);
		if (to->stream)
			sb_stream_close(to->stream);
		return;
	case 6:
		if (to->stream)
			sb_stream_shutdown(to->stream);
		return;
	default:
		break;
	}
	send_on(to, bytes, len);
}

static void
carry(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct side *side = self;
	unsigned char copy[CHUNK];
	size_t at, len;

	(void)stream;
	for (at = 0; at < bytes.len; at += len) {
		len = bytes.len - at < CHUNK ? bytes.len - at : CHUNK;
		memcpy(copy, (const unsigned char *)bytes.ptr + at, len);
		mistreat(side, copy, len);
	}
}

static void
part(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct side *side = self;

	(void)stream;
	(void)error;
	side->stream = NULL;
	if (side->other && side->other->stream)
		sb_stream_close(side->other->stream);
}

static const struct sb_protocol carrying = {
	.connected = be_joined,
	.data = carry,
	.closed = part,
};

static void
connect_side(
	struct side *side, const char *url, struct sb_tls *tls, const struct sb_protocol *protocol)
{
	struct sb_stream_options options = { .tls = tls };
	int ret = sb_stream_connect(sb_simulation_reactor(sim), url, &options, SB_PLACE, protocol,
		side, &side->stream, NULL);

	sb_assert(ret == 0);
}

static void
join_sides(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	side->stream = stream;
	sb_stream_attach(stream, &carrying, side);
	connect_side(side->other, "tcp://127.0.0.1:2", NULL, &carrying);
}

static const struct sb_acceptor joining = { .accepted = join_sides };

/* ---- A peer that says what the input says ---- */

static void
say_input(void *self, struct sb_stream *stream)
{
	size_t len;

	(void)self;
	while (input_at < input_len) {
		len = 1 + next_byte() * 4u;
		len = len < input_len - input_at ? len : input_len - input_at;
		(void)sb_stream_write(stream, (struct sb_bytes){ input + input_at, len });
		input_at += len;
	}
}

static const struct sb_protocol saying = { .connected = say_input, .closed = part };

static void
take_sayer(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	side->stream = stream;
	sb_stream_attach(stream, &saying, side);
}

static const struct sb_acceptor sayers = { .accepted = take_sayer };

static struct sb_listener *
listen_at(const char *url, struct sb_tls *tls, const struct sb_acceptor *acceptor, void *self)
{
	struct sb_stream_options options = { .tls = tls };
	struct sb_listener *listener;
	int ret = sb_listener_open(sb_simulation_reactor(sim), url, &options, SB_PLACE, acceptor,
		self, &listener, NULL);

	sb_assert(ret == 0);
	return listener;
}

static struct sb_tls *
create_context(struct sb_test_ca *ca, const char *certificate)
{
	struct sb_tls_options options = { .ca_pem = certificate ? NULL : sb_test_ca_pem(ca),
		.cert_pem = certificate,
		.is_server = certificate != NULL };
	struct sb_tls *tls;
	int ret = sb_tls_create(sb_simulation_reactor(sim), &options, SB_PLACE, &tls, NULL);

	sb_assert(ret == 0);
	return tls;
}

static void
run(struct sb_test_ca *ca, const char *certificate)
{
	struct side sides[4] = { { 0 } }; /* client, server, and the network's two */
	struct sb_tls *client = create_context(ca, NULL), *server = create_context(ca, certificate);
	struct sb_listener *listeners[2] = { NULL, NULL };
	unsigned kind = next_byte() % 4;
	int i;

	sides[2].other = &sides[3];
	sides[3].other = &sides[2];
	if (kind != 0)
		listeners[0] = listen_at("tcp://127.0.0.1:2", server, &taking, &sides[1]);
	if (kind == 0)
		listeners[1] = listen_at("tcp://127.0.0.1:1", NULL, &sayers, &sides[2]);
	else if (kind != 1)
		listeners[1] = listen_at("tcp://127.0.0.1:1", NULL, &joining, &sides[2]);
	if (kind == 1)
		connect_side(&sides[3], "tcp://127.0.0.1:2", NULL, &saying);
	else
		connect_side(&sides[0], "tcp://127.0.0.1:1", client, &speaking);
	(void)sb_simulation_run_for(sim, 100 * SB_S);
	for (i = 0; i < 4; i++)
		sb_stream_destroy(sides[i].stream);
	sb_listener_close(listeners[0]);
	sb_listener_close(listeners[1]);
	sb_tls_destroy(client);
	sb_tls_destroy(server);
	sb_assert(ERR_peek_error() == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sb_test_ca *ca;
	static const struct sb_test_certificate *certificate;
	const struct sb_test_certificate_options options = { .names = "127.0.0.1" };
	size_t i;

	if (!ca) {
		ca = sb_test_ca_create("Fuzzed Authority");
		certificate = sb_test_certificate_create(ca, &options);
		for (i = 0; i < WORDS_LEN; i++)
			words[i] = (unsigned char)(i * 7 + i / 256);
	}
	input = data;
	input_len = size;
	input_at = 0;
	sim = sb_simulation_create(1);
	sb_assert(sim);
	run(ca, certificate->both);
	sb_simulation_destroy(sim);
	return 0;
}
