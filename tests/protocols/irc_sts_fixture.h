#ifndef IRC_STS_FIXTURE_H
#define IRC_STS_FIXTURE_H

/* An IRC client that wants to be at irc.example.org, and a server there: in clear at port 6667, where
 * it demands TLS, and by TLS at 6697. It lets everybody in. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/irc.h>
#include <signalbox/irc_sts.h>
#include <signalbox/listener.h>
#include <signalbox/simulation.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

#include "protocols/irc/sts.h"

#define HOST "irc.example.org"

enum { DAY = 86400 };

struct side {
	struct server *server;
	struct sb_listener *listener; /* NULL: none */
	struct guest *guests; /* the newest first */
	const char *list; /* of its capabilities */
	char heard[4096]; /* whole lines, as far as there is room */
	unsigned n; /* who came */
	unsigned n_more; /* lines other than CAP LS */
};

struct guest {
	struct side *side;
	struct sb_stream *stream;
	struct guest *next;
	char line[512];
	size_t len;
};

struct server {
	struct side clear, tls;
	struct sb_tls *context;
	bool has_certificate; /* a guest had one */
};

struct fixture {
	struct sb_world *world;
	struct server server;
	struct sb_sts *sts;
	struct sb_irc *irc; /* NULL when a handler has destroyed it */
	struct sb_probe *probe, *failures;
};

static inline void
guest_say(struct guest *guest, const char *front, const char *rest)
{
	char line[600];

	(void)snprintf(line, sizeof(line), "%s%s\r\n", front, rest);
	(void)sb_stream_write(guest->stream, sb_bytes_of(line));
}

static inline void
guest_said(struct guest *guest, const char *line)
{
	struct side *side = guest->side;

	side->n_more += strcmp(line, "CAP LS 302") != 0;
	if (strlen(side->heard) + strlen(line) + 3 < sizeof(side->heard))
		strcat(strcat(side->heard, line), "\r\n");
	if (!strcmp(line, "CAP LS 302"))
		guest_say(guest, ":irc.x CAP * LS :", side->list);
	else if (!strncmp(line, "CAP REQ :", 9))
		guest_say(guest, ":irc.x CAP * ACK :", line + 9);
	else if (!strcmp(line, "CAP END"))
		guest_say(guest, ":irc.x 001 quoth :Welcome", "");
	else if (!strcmp(line, "AUTHENTICATE EXTERNAL"))
		guest_say(guest, "AUTHENTICATE +", "");
	else if (!strcmp(line, "AUTHENTICATE +"))
		guest_say(guest, ":irc.x 903 quoth :You are in", "");
	else if (!strncmp(line, "PING ", 5))
		guest_say(guest, ":irc.x PONG irc.x ", line + 5);
}

static inline void
guest_connected(void *self, struct sb_stream *stream)
{
	struct guest *guest = self;
	struct sb_tls_info info;

	if (sb_stream_tls_info(stream, &info))
		guest->side->server->has_certificate |= info.has_certificate;
}

static inline void
guest_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct guest *guest = self;
	const char *at = bytes.ptr;

	(void)stream;
	for (size_t i = 0; i < bytes.len; i++) {
		if (at[i] == '\n') {
			guest->line[guest->len - 1] = '\0';
			guest->len = 0;
			guest_said(guest, guest->line);
		} else if (guest->len + 1 < sizeof(guest->line)) {
			guest->line[guest->len++] = at[i];
		}
	}
}

static inline void
guest_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct guest *guest = self, **at = &guest->side->guests;

	(void)stream;
	(void)error;
	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	free(guest);
}

static inline void
side_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol protocol = {
		.connected = guest_connected, .data = guest_data, .closed = guest_closed
	};
	struct side *side = self;
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest) {
		sb_stream_destroy(stream);
		return;
	}
	*guest = (struct guest){ .side = side, .stream = stream, .next = side->guests };
	side->guests = guest;
	side->n++;
	sb_stream_attach(stream, &protocol, guest);
}

static inline void
side_failed(void *self, const struct sb_error *error)
{
	(void)self;
	(void)error;
}

static inline void
side_open(struct side *side, struct sb_world *world, const char *url, struct sb_tls *tls)
{
	static const struct sb_acceptor acceptor = { .accepted = side_accepted,
		.failed = side_failed };
	const struct sb_stream_options options = { .tls = tls };

	if (sb_listener_open(
		    world->r, url, &options, SB_PLACE, &acceptor, side, &side->listener, NULL))
		sb_testing_fail(SB_PLACE, "nobody listens at %s", url);
}

static inline void
side_close(struct side *side)
{
	sb_listener_close(side->listener);
	while (side->guests) {
		struct guest *guest = side->guests;

		side->guests = guest->next;
		sb_stream_destroy(guest->stream);
		free(guest);
	}
}

/* certificate NULL: it has no TLS. clients NULL: it asks nobody for one. */
static inline void
server_open(struct server *server, struct sb_world *world,
	const struct sb_test_certificate *certificate, const char *clients)
{
	*server = (struct server){ .clear = { .list = "sts=port=6697,duration=86400" },
		.tls = { .list = clients ? "sts=duration=86400 sasl=EXTERNAL"
					 : "sts=duration=86400" } };
	server->clear.server = server->tls.server = server;
	side_open(&server->clear, world, "tcp://127.0.0.1:6667", NULL);
	if (!certificate)
		return;
	if (sb_tls_create(world->r,
		    &(struct sb_tls_options){ .is_server = true,
			    .cert_pem = certificate->both,
			    .clients_pem = clients },
		    SB_PLACE, &server->context, NULL))
		sb_testing_fail(SB_PLACE, "no TLS");
	side_open(&server->tls, world, "tcp://127.0.0.1:6697", server->context);
}

static inline void
server_close(struct server *server)
{
	side_close(&server->clear);
	side_close(&server->tls);
	sb_tls_destroy(server->context);
}

/* Resets the newest connection by TLS. */
static inline void
server_drop(struct server *server)
{
	if (server->tls.guests)
		sb_stream_abort(server->tls.guests->stream);
}

static inline void
server_say(struct server *server, const char *line)
{
	guest_say(server->tls.guests, line, "");
}

static inline struct sb_irc *
fixture_create_irc(
	struct fixture *f, const struct sb_irc_options *options_or_null, struct sb_sts *sts)
{
	struct sb_irc_options options = { .nick = NULL };
	struct sb_error why = { 0, "" };
	struct sb_irc *irc = NULL;

	if (options_or_null)
		options = *options_or_null;
	options.url = options.url ? options.url : "tcp://" HOST ":6667";
	options.nick = "quoth";
	options.password = "sesame";
	options.sts = sts;
	if (sb_irc_create(f->world->d, f->world->r, &options, SB_PLACE, &irc, &why))
		sb_testing_fail(SB_PLACE, "no client: %s", why.text);
	return irc;
}

static inline void
set_name(struct sb_world *world, const char *name, enum sb_lookup_kind kind, const char *answer)
{
	if (sb_simulation_set_name(
		    world->sim, name, kind, &answer, answer ? 1 : 0, answer ? 0 : -ENODATA, 0))
		sb_testing_fail(SB_PLACE, "no name %s", name);
}

static inline void
fixture_begin_all(struct fixture *f, struct sb_world *world,
	const struct sb_test_certificate *certificate, const char *clients, const char *path,
	const struct sb_irc_options *options)
{
	struct sb_error why = { 0, "" };

	*f = (struct fixture){ .world = world };
	set_name(world, HOST, SB_LOOKUP_IPV4, "127.0.0.1");
	set_name(world, HOST, SB_LOOKUP_IPV6, NULL);
	set_name(world, "_irc._tcp.example.org", SB_LOOKUP_SERVICE, "0 0 6667 " HOST);
	server_open(&f->server, world, certificate, clients);
	if (sb_sts_open(path, NULL, NULL, &f->sts, &why))
		sb_testing_fail(SB_PLACE, "no store: %s", why.text);
	f->irc = fixture_create_irc(f, options, f->sts);
	f->probe = sb_probe_create(world->d, "irc.*");
	f->failures = sb_probe_create(world->d, "dispatch.failed");
}

static inline void
fixture_begin(struct fixture *f, struct sb_world *world,
	const struct sb_test_certificate *certificate, const struct sb_irc_options *options)
{
	fixture_begin_all(f, world, certificate, NULL, NULL, options);
}

static inline void
settle(struct fixture *f)
{
	sb_simulation_settle(f->world->sim);
}

static inline void
pass(struct fixture *f, int64_t ns)
{
	(void)sb_simulation_run_for(f->world->sim, ns);
}

static inline void
fixture_open(struct fixture *f)
{
	if (sb_irc_open(f->irc, NULL))
		sb_testing_fail(SB_PLACE, "the client does not open");
	settle(f);
}

/* Whether a policy is there, for so long at least. */
static inline bool
fixture_keeps(struct fixture *f, int64_t duration_s)
{
	uint16_t port = 0;

	return sb_sts_find(
		       f->sts, HOST, sb_reactor_wall_ns(f->world->r) / SB_S + duration_s - 1, &port)
	       && port == 6697;
}

/* Such failures were expected, and no others; returns how many there were. */
static inline size_t
fixture_take_failures(struct fixture *f, const char *part)
{
	size_t n = sb_probe_count(f->failures, "dispatch.failed");

	for (size_t i = 0; i < n; i++)
		sb_gate_expect_failure(f->world->gate, part);
	sb_probe_clear(f->failures);
	return n;
}

static inline void
fixture_end(struct fixture *f)
{
	sb_irc_destroy(f->irc);
	sb_sts_close(f->sts);
	sb_probe_destroy(f->probe);
	sb_probe_destroy(f->failures);
	server_close(&f->server);
	settle(f);
}

#endif
