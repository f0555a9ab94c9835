#ifndef TESTS_REACTOR_CONTRACT_H
#define TESTS_REACTOR_CONTRACT_H

/* What the tests of streams share: one world over each transport, and peers that note what they are
 * told. Everything is included into one test program, hence static inline. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include <signalbox/reactor.h>
#include <signalbox/simulation.h>
#include <signalbox/listener.h>
#include <signalbox/stream.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>
#include <signalbox/url.h>

/* Whether the sockets are made by the test, and adopted by their numbers (fd://); of the including
 * test. Only with OVER_UNIX. */
#ifndef BY_DESCRIPTOR
#define BY_DESCRIPTOR false
#endif

enum transport { OVER_TCP, OVER_UNIX, OVER_SIMULATION, OVER_WEATHER };

/* Whether it is over TLS; of the including test. */
#ifndef OVER_TLS
#define OVER_TLS false
#endif

enum { N_PEERS = 64, TEXT_CAP = 4096 };

struct world;

/* One side of a connection. A test sets the hooks that it needs; all else is noted. */
struct peer {
	struct world *world;
	struct sb_stream *stream; /* NULL before and after */
	void (*on_connected)(struct peer *);
	void (*on_data)(struct peer *);
	void (*on_drained)(struct peer *);
	void (*on_ended)(struct peer *);
	void (*on_closed)(struct peer *);
	struct peer *other; /* for hooks */
	const char *other_name; /* whom to expect when TLS starts */
	struct sb_tls *server_tls; /* to start as a server */
	unsigned n_connected, n_data, n_drained, n_ended, n_secured, n_closed;
	size_t n_bytes;
	uint64_t hash; /* of all bytes */
	char text[TEXT_CAP]; /* the first bytes, NUL-terminated */
	struct sb_error error; /* of closed */
	bool is_truncated; /* as TLS tells it in closed */
	bool is_inside; /* a call: nothing may be told now */
};

struct world {
	enum transport transport;
	struct sb_reactor *r;
	struct sb_simulation *sim; /* or NULL */
	char folder[64];
	char url[SB_URL_CAP]; /* to listen at */
	struct sb_listener *listener; /* or NULL */
	struct sb_stream_options options; /* of accepted streams */
	struct sb_tls *client_tls; /* or NULL */
	struct sb_tls *own_tls; /* of the server, where its listener is plain */
	bool is_plain; /* streams connect without TLS, though there is a context */
	char client_url[SB_URL_CAP]; /* to connect to; "": the listener's */
	struct peer client, server; /* the server's is the first accepted */
	struct peer more[N_PEERS]; /* the next ones */
	unsigned n_accepted;
	void (*on_accepted)(struct world *, struct sb_stream *); /* instead of attaching */
	void (*on_refused)(struct world *);
	unsigned n_failed, n_refused, n_drained;
	bool (*is_so)(struct world *);
	bool is_running; /* in a failed test: to its end */
};

static inline struct sb_bytes
bytes(const char *text)
{
	return sb_bytes_of(text);
}

static inline uint64_t
hash_more(uint64_t hash, const void *ptr, size_t len)
{
	const unsigned char *p = ptr;

	while (len-- > 0)
		hash = (hash ^ *p++) * UINT64_C(1099511628211);
	return hash;
}

/* Stops the loop when what the test waits for has come. */
static inline void
look(struct world *w)
{
	if (w->is_so && w->is_so(w))
		sb_reactor_stop(w->r);
}

static inline void
begin_call(struct peer *p)
{
	assert_false(p->is_inside);
	p->is_inside = true;
}

static inline void
end_call(struct peer *p)
{
	p->is_inside = false;
}

static inline void
note_connected(void *self, struct sb_stream *stream)
{
	struct peer *p = self;

	assert_false(p->is_inside);
	assert_int_equal(p->n_connected + p->n_data + p->n_ended + p->n_closed, 0);
	p->n_connected++;
	p->stream = stream;
	if (p->on_connected)
		p->on_connected(p);
	look(p->world);
}

static inline void
note_data(void *self, struct sb_stream *stream, struct sb_bytes got)
{
	struct peer *p = self;
	size_t room = TEXT_CAP - 1 - strlen(p->text), len;

	assert_false(p->is_inside);
	assert_ptr_equal(stream, p->stream);
	assert_int_equal(p->n_ended + p->n_closed, 0);
	assert_true(got.len > 0);
	p->n_data++;
	p->n_bytes += got.len;
	p->hash = hash_more(p->hash, got.ptr, got.len);
	len = got.len < room ? got.len : room;
	strncat(p->text, got.ptr, len);
	if (p->on_data)
		p->on_data(p);
	look(p->world);
}

static inline void
note_drained(void *self, struct sb_stream *stream)
{
	struct peer *p = self;

	(void)stream;
	assert_false(p->is_inside);
	assert_int_equal(p->n_closed, 0);
	p->n_drained++;
	if (p->on_drained)
		p->on_drained(p);
	look(p->world);
}

static inline void
note_secured(void *self, struct sb_stream *stream)
{
	struct peer *p = self;

	(void)stream;
	assert_false(p->is_inside);
	assert_int_equal(p->n_closed + p->n_secured, 0);
	p->n_secured++;
	look(p->world);
}

static inline void
note_ended(void *self, struct sb_stream *stream)
{
	struct peer *p = self;

	(void)stream;
	assert_false(p->is_inside);
	assert_int_equal(p->n_closed + p->n_ended, 0);
	p->n_ended++;
	if (p->on_ended)
		p->on_ended(p);
	look(p->world);
}

static inline void
note_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct peer *p = self;
	struct sb_tls_info info;

	assert_false(p->is_inside);
	assert_int_equal(p->n_closed, 0);
	p->n_closed++;
	p->error = *error;
	p->is_truncated = sb_stream_tls_info(stream, &info) && info.is_truncated;
	if (p->on_closed)
		p->on_closed(p);
	p->stream = NULL;
	look(p->world);
}

/* The peer was cut off, and must not take what it has for the whole. A UNIX socket has no reset that
 * comes after bytes; TLS knows all the same. */
static inline void
assert_cut_off(const struct peer *p)
{
	if (p->world->transport != OVER_UNIX)
		assert_int_equal(p->error.code, -ECONNRESET);
	else if (p->error.code == 0)
		assert_int_equal(p->is_truncated, OVER_TLS);
	else
		assert_true(OVER_TLS && p->error.code == -ECONNRESET);
}

/* Closes when the peer ends. */
static const struct sb_protocol noting = {
	.connected = note_connected,
	.data = note_data,
	.drained = note_drained,
	.secured = note_secured,
	.closed = note_closed,
};

/* Goes on when the peer ends. */
static const struct sb_protocol half_closing = {
	.connected = note_connected,
	.data = note_data,
	.drained = note_drained,
	.ended = note_ended,
	.secured = note_secured,
	.closed = note_closed,
};

static inline void
init_peer(struct peer *p, struct world *w)
{
	p->world = w;
	p->hash = UINT64_C(14695981039346656037);
}

static inline struct peer *
accepted_peer(struct world *w)
{
	assert_true(w->n_accepted <= N_PEERS);
	return w->n_accepted++ == 0 ? &w->server : &w->more[w->n_accepted - 2];
}

static inline void
on_accepted(void *self, struct sb_stream *stream)
{
	struct world *w = self;
	struct peer *p;

	if (w->on_accepted) {
		w->on_accepted(w, stream);
	} else {
		p = accepted_peer(w);
		p->stream = stream;
		sb_stream_attach(stream, p->on_ended ? &half_closing : &noting, p);
	}
	look(w);
}

static inline void
on_accept_failed(void *self, const struct sb_error *error)
{
	struct world *w = self;

	assert_true(error->code < 0);
	assert_non_null(strstr(error->text, "accepting"));
	w->n_failed++;
	look(w);
}

static inline void
on_refused(void *self, const char *peer)
{
	struct world *w = self;

	assert_true(strlen(peer) > 0);
	assert_int_equal(w->transport == OVER_UNIX, strcmp(peer, "unix") == 0);
	w->n_refused++;
	if (w->on_refused)
		w->on_refused(w);
	look(w);
}

static const struct sb_acceptor accepting = {
	.accepted = on_accepted,
	.failed = on_accept_failed,
	.refused = on_refused,
};

static inline int
run(struct world *w)
{
	int ret;

	w->is_running = true;
	ret = sb_reactor_run(w->r);
	w->is_running = false;
	return ret;
}

/* Runs until it is so; each callback looks. */
static inline void
wait_for(struct world *w, bool (*is_so)(struct world *))
{
	int ret = 0;

	if (!is_so(w)) {
		w->is_so = is_so;
		ret = run(w);
		w->is_so = NULL;
	}
	if (ret < 0)
		print_error("the run ended with %s\n", strerror(-ret));
	assert_int_equal(ret, 0);
	assert_true(is_so(w));
}

static inline void
stop_reactor(void *self)
{
	sb_reactor_stop(self);
}

/* Lets so much time pass. */
static inline void
let_pass(struct world *w, int64_t ns)
{
	struct sb_timer timer;

	assert_int_equal(sb_timer_init(&timer, w->r, SB_HANDLER(stop_reactor), w->r), 0);
	sb_timer_start(&timer, ns);
	assert_int_equal(run(w), 0);
	sb_timer_finish(&timer);
}

/* A socket at the world's path that listens or is connected, made without the library. */
static inline int
make_socket(const struct world *w, bool listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), ret;

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", w->folder);
	/* A listener that is reopened finds the file of the one before. */
	if (listens)
		(void)unlink(address.sun_path);
	if (listens)
		ret = bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address));
	else
		ret = connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address));
	assert_int_equal(ret, 0);
	if (listens)
		assert_int_equal(listen(fd, 128), 0);
	return fd;
}

static inline void
open_listener(struct world *w)
{
	struct sb_error error = { 0 };
	char url[SB_URL_CAP];
	int ret;

	(void)strcpy(url, w->url);
	if (BY_DESCRIPTOR)
		(void)snprintf(url, sizeof(url), "fd://%d", make_socket(w, true));
	ret = sb_listener_open(
		w->r, url, &w->options, SB_PLACE, &accepting, w, &w->listener, &error);

	if (ret < 0)
		print_error("%s\n", error.text);
	assert_int_equal(ret, 0);
}

static inline void
connect_peer(struct world *w, struct peer *p, const struct sb_stream_options *options)
{
	struct sb_error error = { 0 };
	const char *url = w->listener ? sb_listener_url(w->listener) : w->url;
	struct sb_stream_options own = options ? *options : (struct sb_stream_options){ 0 };
	char by_descriptor[32];
	int ret;

	if (w->client_url[0])
		url = w->client_url;
	if (BY_DESCRIPTOR) {
		(void)snprintf(
			by_descriptor, sizeof(by_descriptor), "fd://%d", make_socket(w, false));
		url = by_descriptor;
	}
	if (!w->is_plain)
		own.tls = w->client_tls;
	ret = sb_stream_connect(w->r, url, &own, SB_PLACE, p->on_ended ? &half_closing : &noting, p,
		&p->stream, &error);

	if (ret < 0)
		print_error("%s\n", error.text);
	assert_int_equal(ret, 0);
	assert_int_equal(p->n_connected, 0);
}

static inline bool
both_connected(struct world *w)
{
	return w->client.n_connected && w->server.n_connected;
}

static inline bool
both_closed(struct world *w)
{
	return w->client.n_closed && w->server.n_closed;
}

static inline bool
client_closed(struct world *w)
{
	return w->client.n_closed;
}

static inline bool
server_closed(struct world *w)
{
	return w->server.n_closed;
}

/* A listener and one connection to it. */
static inline void
meet(struct world *w)
{
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
}

static inline void
write_text(struct peer *p, const char *text)
{
	begin_call(p);
	assert_int_equal(sb_stream_write(p->stream, bytes(text)), 0);
	end_call(p);
}

/* n bytes that differ with their position. */
static inline unsigned char *
make_pattern(size_t n)
{
	unsigned char *pattern = malloc(n);
	size_t i;

	assert_non_null(pattern);
	for (i = 0; i < n; i++)
		pattern[i] = (unsigned char)(i * 31 + i / 251 + i / 65521);
	return pattern;
}

/* One authority, and one server, for all tests of a program. */
static struct sb_test_ca *ca;
static const struct sb_test_certificate *server_certificate;

static inline void
make_certificates(void)
{
	const struct sb_test_certificate_options server = { .names = "127.0.0.1,server.example" };

	if (ca)
		return;
	ca = sb_test_ca_create("Test Authority");
	server_certificate = sb_test_certificate_create(ca, &server);
}

/* By name; over UNIX, where there is none, by pin. */
static inline void
add_tls(struct world *w)
{
	const char *pin;
	struct sb_tls_options server = { .is_server = true }, client = { 0 };
	struct sb_error error = { 0 };

	make_certificates();
	pin = server_certificate->key_pin;
	server.cert_pem = server_certificate->both;
	client.ca_pem = sb_test_ca_pem(ca);
	if (w->transport == OVER_UNIX) {
		client.pins = &pin;
		client.n_pins = 1;
	}
	assert_int_equal(sb_tls_create(w->r, &client, SB_PLACE, &w->client_tls, &error), 0);
	assert_int_equal(sb_tls_create(w->r, &server, SB_PLACE, &w->options.tls, &error), 0);
}

static inline struct world *
create_world(enum transport transport, uint64_t seed)
{
	static const struct sb_weather weather = {
		.latency_min_ns = SB_MS / 10,
		.latency_max_ns = 2 * SB_MS,
		.chops = true,
		.pipe_size = 5000,
	};
	struct world *w = calloc(1, sizeof(*w));
	int i;

	assert_non_null(w);
	w->transport = transport;
	(void)strcpy(w->url, "tcp://127.0.0.1:0");
	if (transport == OVER_UNIX) {
		(void)strcpy(w->folder, "/tmp/signalbox-XXXXXX");
		assert_non_null(mkdtemp(w->folder));
		(void)snprintf(w->url, sizeof(w->url), "unix://%s/socket", w->folder);
	}
	if (transport == OVER_TCP || transport == OVER_UNIX) {
		w->r = sb_reactor_create();
		assert_non_null(w->r);
	} else {
		w->sim = sb_simulation_create(seed);
		assert_non_null(w->sim);
		w->r = sb_simulation_reactor(w->sim);
		if (transport == OVER_WEATHER)
			sb_simulation_set_weather(w->sim, &weather);
	}
	if (OVER_TLS)
		add_tls(w);
	init_peer(&w->client, w);
	init_peer(&w->server, w);
	for (i = 0; i < N_PEERS; i++)
		init_peer(&w->more[i], w);
	return w;
}

static inline void
drop_peer(struct peer *p)
{
	sb_stream_destroy(p->stream);
	p->stream = NULL;
}

static inline void
destroy_world(struct world *w)
{
	char left[512];
	size_t cursor = 0;
	int i;

	/* An assertion has left a callback: there is no way to end that in order. */
	if (w->is_running)
		return;
	drop_peer(&w->client);
	drop_peer(&w->server);
	for (i = 0; i < N_PEERS; i++)
		drop_peer(&w->more[i]);
	sb_listener_close(w->listener);
	sb_tls_destroy(w->client_tls);
	sb_tls_destroy(w->options.tls);
	sb_tls_destroy(w->own_tls);
	while (sb_reactor_pending_next(w->r, &cursor, left, sizeof(left)))
		print_error("left: %s\n", left);
	assert_int_equal(cursor, 1);
	if (w->sim)
		sb_simulation_destroy(w->sim);
	else
		sb_reactor_destroy(w->r);
	/* Fails when the socket's file is still there. */
	if (BY_DESCRIPTOR) {
		char path[SB_URL_CAP];

		/* Its maker removes it. */
		(void)snprintf(path, sizeof(path), "%s/socket", w->folder);
		(void)unlink(path);
	}
	if (w->folder[0])
		assert_int_equal(rmdir(w->folder), 0);
	free(w);
}

#endif
