/* Streams when memory runs out: each allocation of a scene fails alone, and with all that follow it.
 * Calls say so or go well, whoever was made is told `closed` exactly once, and nothing is left. What
 * is in the world's gate at the end is a failure. */

#include <errno.h>

#include <signalbox/client.h>
#include <signalbox/listener.h>
#include <signalbox/pipe.h>
#include <signalbox/stream.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

#include "kit_cmocka.h"

enum { N_ENDS = 16, N_LISTENERS = 2, BULK = 200 * 1000 };

struct scene;

/* A stream that was made. */
struct end_note {
	struct scene *scene;
	struct sb_stream *stream; /* NULL when it is over */
	unsigned n_connected, n_closed, n_secured;
	size_t n_bytes;
	int code;
};

struct scene {
	struct sb_world *world;
	struct sb_listener *listeners[N_LISTENERS];
	struct sb_tls *server_tls, *client_tls;
	struct end_note ends[N_ENDS];
	unsigned n_ends;
	const char *greeting; /* what the accepted write at once; or NULL */
	bool pauses; /* the accepted do */
	bool echoes;
	size_t secures_at; /* bytes, when the accepted start TLS; or 0 */
};

static struct sb_test_ca *ca;
static const struct sb_test_certificate *certificate;
static char bulk[BULK];

/* What did not go well went so because memory ran out, and says so. */
static bool
is_made(int ret)
{
	if (ret == 0)
		return true;
	assert_int_equal(ret, -ENOMEM);
	assert_true(sb_testing_allocation_failed());
	return false;
}

static void
run_for(struct scene *scene, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(scene->world->sim, ns), 0);
}

/* ---- Ends ---- */

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct end_note *end = self;

	assert_int_equal(end->n_connected + end->n_closed, 0);
	end->n_connected++;
	end->stream = stream;
	if (end->scene->greeting)
		(void)sb_stream_write(stream, sb_bytes_of(end->scene->greeting));
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct end_note *end = self;

	assert_int_equal(end->n_closed, 0);
	end->n_bytes += bytes.len;
	if (end->scene->echoes)
		(void)sb_stream_write(stream, bytes);
	if (end->scene->server_tls && end->n_bytes == end->scene->secures_at)
		(void)is_made(sb_stream_start_tls(stream, end->scene->server_tls, NULL, NULL));
}

static void
on_secured(void *self, struct sb_stream *stream)
{
	struct end_note *end = self;

	assert_int_equal(end->n_closed + end->n_secured, 0);
	end->n_secured++;
	(void)sb_stream_write(stream, sb_bytes_of("secret"));
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct end_note *end = self;

	assert_ptr_equal(end->stream, stream);
	assert_int_equal(end->n_closed, 0);
	assert_true(error->text[0] != '\0');
	end->n_closed++;
	end->code = error->code;
	end->stream = NULL;
}

static const struct sb_protocol noting = {
	.connected = on_connected,
	.data = on_data,
	.secured = on_secured,
	.closed = on_closed,
};

static struct end_note *
add_end(struct scene *scene)
{
	struct end_note *end = &scene->ends[scene->n_ends++];

	assert_true(scene->n_ends <= N_ENDS);
	end->scene = scene;
	return end;
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct scene *scene = self;
	struct end_note *end = add_end(scene);

	end->stream = stream;
	sb_stream_attach(stream, &noting, end);
	if (scene->pauses)
		sb_stream_pause(stream);
}

static void
on_accept_failed(void *self, const struct sb_error *error)
{
	(void)self;
	assert_int_equal(error->code, -ENOMEM);
	assert_true(sb_testing_allocation_failed());
}

static const struct sb_acceptor accepting = {
	.accepted = on_accepted,
	.failed = on_accept_failed,
};

static void
listen_at(struct scene *scene, int i, const char *url, const struct sb_stream_options *options,
	const struct sb_acceptor *acceptor, void *self)
{
	(void)is_made(sb_listener_open(scene->world->r, url, options, SB_PLACE, acceptor, self,
		&scene->listeners[i], NULL));
}

/* NULL when there is no memory for it, and nothing is told. */
static struct end_note *
connect_to(struct scene *scene, const char *url, const struct sb_stream_options *options)
{
	struct end_note *end = add_end(scene);
	struct sb_error error = { 0 };
	int ret = sb_stream_connect(
		scene->world->r, url, options, SB_PLACE, &noting, end, &end->stream, &error);

	assert_int_equal(error.code, ret);
	if (is_made(ret))
		return end;
	scene->n_ends--;
	return NULL;
}

static void
make_contexts(struct scene *scene)
{
	struct sb_tls_options server = { .is_server = true, .cert_pem = certificate->both };
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca) };
	struct sb_reactor *r = scene->world->r;

	(void)is_made(sb_tls_create(r, &server, SB_PLACE, &scene->server_tls, NULL));
	(void)is_made(sb_tls_create(r, &client, SB_PLACE, &scene->client_tls, NULL));
}

static void
set_names(struct scene *scene)
{
	static const char *const v4[] = { "192.0.2.1", "127.0.0.1" }, *const v6[] = {
		"2001:db8::1"
	};
	static const char *const hosts[] = { "0 0 17 a.example", "1 0 18 b.example" };
	struct sb_simulation *sim = scene->world->sim;

	(void)is_made(sb_simulation_set_name(sim, "a.example", SB_LOOKUP_IPV4, v4, 2, 0, SB_MS));
	(void)is_made(sb_simulation_set_name(sim, "a.example", SB_LOOKUP_IPV6, v6, 1, 0, SB_MS));
	(void)is_made(sb_simulation_set_name(
		sim, "_x._tcp.a.example", SB_LOOKUP_SERVICE, hosts, 2, 0, SB_MS));
}

/* ---- Scenes ---- */

static void
begin_scene(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->world = sb_world_create(1);
}

/* Everybody's end comes within a while, once, and takes everything along. */
static void
end_scene(struct scene *scene)
{
	unsigned i;

	for (i = 0; i < scene->n_ends; i++)
		if (scene->ends[i].stream)
			sb_stream_close(scene->ends[i].stream);
	run_for(scene, 300 * SB_S);
	for (i = 0; i < scene->n_ends; i++) {
		assert_int_equal(scene->ends[i].n_closed, 1);
		assert_true(scene->ends[i].n_connected <= 1);
	}
	for (i = 0; i < N_LISTENERS; i++)
		sb_listener_close(scene->listeners[i]);
	sb_tls_destroy(scene->server_tls);
	sb_tls_destroy(scene->client_tls);
	sb_world_destroy(scene->world);
}

/* Without a failure all went as it was meant. */
static bool
went_well(void)
{
	return !sb_testing_allocation_failed();
}

static void
connect_by_names(void *self)
{
	static const char *const urls[] = { "tcp://a.example:17", "tcp://_x._tcp.a.example",
		"tcp://127.0.0.1:17", "unix:///run/x", "tcp://nobody.example:1" };
	struct scene scene;
	unsigned i, n = 0;

	(void)self;
	begin_scene(&scene);
	scene.greeting = "hello";
	set_names(&scene);
	listen_at(&scene, 0, "tcp://127.0.0.1:17", NULL, &accepting, &scene);
	listen_at(&scene, 1, "unix:///run/x", NULL, &accepting, &scene);
	for (i = 0; i < 5; i++)
		(void)connect_to(&scene, urls[i], NULL);
	run_for(&scene, 20 * SB_S);
	for (i = 0; i < scene.n_ends; i++)
		n += scene.ends[i].n_bytes == 5;
	if (went_well())
		assert_int_equal(n, 8);
	end_scene(&scene);
}

static void
connect_with_tls(void *self)
{
	struct scene scene;
	struct sb_stream_options options = { .idle_timeout_ns = 40 * SB_S };
	struct end_note *client = NULL;

	(void)self;
	begin_scene(&scene);
	scene.greeting = "hello";
	set_names(&scene);
	make_contexts(&scene);
	if (scene.server_tls) {
		options.tls = scene.server_tls;
		listen_at(&scene, 0, "tcp://127.0.0.1:17", &options, &accepting, &scene);
	}
	if (scene.client_tls) {
		options.tls = scene.client_tls;
		client = connect_to(&scene, "tcp://a.example:17", &options);
	}
	run_for(&scene, 35 * SB_S);
	if (went_well())
		assert_int_equal(client->n_bytes, 5);
	end_scene(&scene);
}

/* A client plain, a server plain, then both start TLS with something queued. */
static void
start_tls_in_mid_stream(void *self)
{
	static const struct sb_weather narrow = { .pipe_size = 50 };
	struct scene scene;
	struct end_note *client;

	(void)self;
	begin_scene(&scene);
	scene.secures_at = 100;
	make_contexts(&scene);
	sb_simulation_set_weather(scene.world->sim, &narrow);
	listen_at(&scene, 0, "tcp://127.0.0.1:17", NULL, &accepting, &scene);
	client = connect_to(&scene, "tcp://127.0.0.1:17", NULL);
	run_for(&scene, SB_S);
	if (client && client->stream && scene.client_tls
		&& sb_stream_write(client->stream, (struct sb_bytes){ bulk, 100 }) == 0)
		(void)is_made(sb_stream_start_tls(
			client->stream, scene.client_tls, "server.example", NULL));
	run_for(&scene, 35 * SB_S);
	if (went_well()) {
		assert_int_equal(client->n_bytes, 6);
		assert_int_equal(scene.ends[1].n_bytes, 106);
	}
	end_scene(&scene);
}

/* The accepted read nothing; each client meets another deadline, or closes with bytes queued. */
static void
write_beyond_the_queue(void *self)
{
	static const struct sb_stream_options options[] = {
		{ .write_timeout_ns = 5 * SB_S },
		{ .lifetime_ns = 6 * SB_S },
		{ .idle_timeout_ns = 7 * SB_S },
		{ .close_timeout_ns = 8 * SB_S },
		{ .hard_limit = 1000 },
	};
	struct end_note *clients[5];
	struct scene scene;
	int i;

	(void)self;
	begin_scene(&scene);
	scene.pauses = true;
	listen_at(&scene, 0, "tcp://127.0.0.1:17", &options[2], &accepting, &scene);
	for (i = 0; i < 5; i++)
		clients[i] = connect_to(&scene, "tcp://127.0.0.1:17", &options[i]);
	run_for(&scene, SB_S);
	for (i = 0; i < 5; i++) {
		if (!clients[i] || !clients[i]->stream)
			continue;
		(void)sb_stream_write(clients[i]->stream, (struct sb_bytes){ bulk, BULK });
		(void)sb_stream_write(clients[i]->stream, (struct sb_bytes){ bulk, 900 });
	}
	if (clients[3] && clients[3]->stream)
		sb_stream_close(clients[3]->stream);
	if (clients[4] && clients[4]->stream)
		sb_stream_set_idle_timeout(clients[4]->stream, 9 * SB_S);
	run_for(&scene, 20 * SB_S);
	for (i = 0; i < 5 && went_well(); i++) {
		assert_int_equal(clients[i]->n_closed, 1);
		assert_int_equal(clients[i]->code, -ETIMEDOUT);
	}
	end_scene(&scene);
}

/* ---- A pipe ---- */

struct proxy {
	struct scene *scene;
	struct sb_pipe *pipe;
	unsigned n_made, n_over;
};

static void
on_over(void *self, const struct sb_error *error, uint64_t n_from_a, uint64_t n_from_b)
{
	struct proxy *proxy = self;

	(void)error, (void)n_from_a, (void)n_from_b;
	proxy->n_over++;
	proxy->pipe = NULL;
}

static void
on_proxy_accepted(void *self, struct sb_stream *stream)
{
	struct proxy *proxy = self;
	struct end_note *out = connect_to(proxy->scene, "unix:///run/x", NULL);

	if (!out) {
		sb_stream_destroy(stream);
		return;
	}
	if (is_made(sb_pipe_create(stream, out->stream, on_over, proxy, &proxy->pipe))) {
		proxy->n_made++;
		proxy->scene->n_ends--; /* it is the pipe's now */
		memset(out, 0, sizeof(*out));
		(void)is_made(sb_pipe_ask(proxy->pipe, (struct sb_bytes){ bulk, 1 }, NULL));
	} else {
		sb_stream_destroy(stream);
	}
}

static const struct sb_acceptor proxying = {
	.accepted = on_proxy_accepted,
	.failed = on_accept_failed,
};

static void
talk_through_a_pipe(void *self)
{
	struct scene scene;
	struct proxy proxy = { .scene = &scene };
	struct end_note *client;

	(void)self;
	begin_scene(&scene);
	scene.echoes = true;
	listen_at(&scene, 0, "tcp://127.0.0.1:17", NULL, &proxying, &proxy);
	listen_at(&scene, 1, "unix:///run/x", NULL, &accepting, &scene);
	client = connect_to(&scene, "tcp://127.0.0.1:17", NULL);
	run_for(&scene, SB_S);
	scene.echoes = false;
	if (client && client->stream)
		(void)sb_stream_write(client->stream, (struct sb_bytes){ bulk, BULK });
	run_for(&scene, 20 * SB_S);
	if (went_well())
		assert_true(scene.ends[1].n_bytes > BULK);
	if (client && client->stream)
		sb_stream_close(client->stream);
	run_for(&scene, 60 * SB_S);
	assert_int_equal(proxy.n_over, proxy.n_made);
	end_scene(&scene);
}

/* ---- A client ---- */

struct caller {
	struct scene *scene;
	struct sb_client *client;
	unsigned n_began, n_down;
};

static void
on_connecting(void *self, const char *url, unsigned n)
{
	struct caller *caller = self;

	(void)url, (void)n;
	caller->n_began++;
}

static const struct sb_protocol *
on_up(void *self, struct sb_stream *stream, void **ret_self)
{
	struct caller *caller = self;
	struct end_note *end = add_end(caller->scene);

	end->stream = stream;
	*ret_self = end;
	sb_client_established(caller->client);
	return &noting;
}

static void
on_down(void *self, const struct sb_error *error)
{
	struct caller *caller = self;

	assert_true(error->text[0] != '\0');
	caller->n_down++;
}

static const struct sb_client_events events = {
	.connecting = on_connecting,
	.up = on_up,
	.down = on_down,
};

static void
stay_connected(void *self)
{
	static const char *const urls[] = { "tcp://a.example:17" };
	struct sb_client_options options = { .urls = urls, .n_urls = 1, .max_attempts = 4 };
	struct scene scene;
	struct caller caller = { .scene = &scene };

	(void)self;
	begin_scene(&scene);
	scene.greeting = "hello";
	set_names(&scene);
	listen_at(&scene, 0, "tcp://127.0.0.1:17", NULL, &accepting, &scene);
	if (is_made(sb_client_create(
		    scene.world->r, &options, SB_PLACE, &events, &caller, &caller.client, NULL))) {
		sb_client_start(caller.client);
		run_for(&scene, 20 * SB_S);
		sb_simulation_cut_all(scene.world->sim);
		run_for(&scene, 100 * SB_S);
		if (went_well())
			assert_int_equal(caller.n_began, 2);
		sb_client_stop(caller.client);
		run_for(&scene, 100 * SB_S);
		assert_int_equal(caller.n_began, caller.n_down);
		sb_client_destroy(caller.client);
	}
	end_scene(&scene);
}

/* The network below has none to take the first flight with: nobody waits for an answer to it. */
static void
handshake_without_memory_fails_at_once(void **state)
{
	struct scene scene;
	struct end_note *client;

	(void)state;
	begin_scene(&scene);
	make_contexts(&scene);
	listen_at(&scene, 0, "tcp://127.0.0.1:17", NULL, &accepting, &scene);
	client = connect_to(&scene, "tcp://127.0.0.1:17", NULL);
	run_for(&scene, SB_S);
	assert_int_equal(
		sb_stream_start_tls(client->stream, scene.client_tls, "a.example", NULL), 0);
	sb_testing_fail_allocations(1, SIZE_MAX);
	run_for(&scene, SB_S);
	sb_testing_fail_allocations(0, 0);
	assert_int_equal(client->n_closed, 1);
	assert_int_equal(client->code, -ENOBUFS);
	end_scene(&scene);
}

/* ---- */

static void
try_each(void (*fn)(void *self), size_t n_min)
{
	size_t n = sb_testing_each_allocation(fn, NULL);

	print_message("%zu allocations failed, alone and with all later ones\n", n);
	assert_true(n >= n_min);
}

static void
connecting_and_accepting_bear_it(void **state)
{
	(void)state;
	try_each(connect_by_names, 30);
}

static void
tls_bears_it(void **state)
{
	(void)state;
	try_each(connect_with_tls, 30);
}

static void
starting_tls_bears_it(void **state)
{
	(void)state;
	try_each(start_tls_in_mid_stream, 20);
}

static void
full_queues_and_deadlines_bear_it(void **state)
{
	(void)state;
	try_each(write_beyond_the_queue, 30);
}

static void
pipe_bears_it(void **state)
{
	(void)state;
	try_each(talk_through_a_pipe, 10);
}

static void
client_bears_it(void **state)
{
	(void)state;
	try_each(stay_connected, 20);
}

int
main(void)
{
	static const struct sb_test_certificate_options who = {
		.names = "a.example,server.example"
	};
	const struct CMUnitTest tests[] = {
		kit_test_bare(connecting_and_accepting_bear_it),
		kit_test_bare(tls_bears_it),
		kit_test_bare(starting_tls_bears_it),
		kit_test_bare(handshake_without_memory_fails_at_once),
		kit_test_bare(full_queues_and_deadlines_bear_it),
		kit_test_bare(pipe_bears_it),
		kit_test_bare(client_bears_it),
	};
	int ret;

	ca = sb_test_ca_create("Test Authority");
	certificate = sb_test_certificate_create(ca, &who);
	ret = kit_run(tests);
	sb_test_ca_destroy(ca);
	return ret;
}
