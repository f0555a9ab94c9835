/* The HTTP server over a network: who is held up, and what reaches whom. */

#include <errno.h>

#include "kit_cmocka.h"

#include "http_fixture.h"

struct client {
	struct sb_stream *stream;
	size_t n_got;
	char got[4096];
};

static void
client_on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct client *client = self;

	(void)stream;
	if (client->n_got + bytes.len < sizeof(client->got))
		memcpy(client->got + client->n_got, bytes.ptr, bytes.len);
	client->n_got += bytes.len;
}

static void
client_on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct client *client = self;

	(void)stream, (void)error;
	client->stream = NULL;
}

/* It does not end its side, whatever the server does. */
static void
client_on_ended(void *self, struct sb_stream *stream)
{
	(void)self, (void)stream;
}

static const struct sb_protocol client_protocol = {
	.data = client_on_data,
	.ended = client_on_ended,
	.closed = client_on_closed,
};

static void
client_begin(struct client *client, struct fixture *f)
{
	struct sb_stream_options options = { .hard_limit = 16 * 1024 * 1024 };

	memset(client, 0, sizeof(*client));
	assert_int_equal(sb_stream_connect(f->world->r, sb_http_url(f->http), &options, SB_PLACE,
				 &client_protocol, client, &client->stream, NULL),
		0);
	sb_simulation_settle(f->world->sim);
}

static void
an_error_reaches_who_goes_on_sending(void **state)
{
	struct sb_http_options options = { .url = "tcp://127.0.0.1:0", .max_body = 10 };
	static char body[300 * 1024];
	struct client client;
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	client_begin(&client, &f);
	assert_int_equal(sb_stream_write(client.stream,
				 sb_bytes_of(POST("/echo", "Content-Length: 300000\r\n"))),
		0);
	assert_int_equal(
		sb_stream_write(client.stream, (struct sb_bytes){ body, sizeof(body) }), 0);
	sb_simulation_settle(f.world->sim);
	assert_non_null(strstr(client.got, "HTTP/1.1 413 "));
	sb_stream_destroy(client.stream);
	sb_simulation_settle(f.world->sim);
	fixture_end(&f);
}

static void
a_paused_body_holds_the_sender_up(void **state)
{
	struct sb_http_options options = { .url = "tcp://127.0.0.1:0", .max_body = 2000000 };
	static char body[1000000];
	struct client client;
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	client_begin(&client, &f);
	(void)sb_stream_write(
		client.stream, sb_bytes_of(POST("/pause", "Content-Length: 1000000\r\n")));
	(void)sb_stream_write(client.stream, (struct sb_bytes){ body, sizeof(body) });
	sb_simulation_settle(f.world->sim);
	assert_true(sb_stream_queued(client.stream) > 500000);
	assert_int_equal(f.n_streamed, 0);
	sb_http_resume(f.request);
	sb_simulation_settle(f.world->sim);
	assert_int_equal(f.n_streamed, 1000000);
	assert_non_null(strstr(client.got, "1000000 bytes\n"));
	sb_stream_destroy(client.stream);
	sb_simulation_settle(f.world->sim);
	fixture_end(&f);
}

static void
who_asks_much_before_it_is_answered_is_held_up(void **state)
{
	struct sb_http_options options = { .url = "tcp://127.0.0.1:0" };
	static const char hello[] = GET("/hello");
	struct client client;
	struct fixture f;
	size_t i;

	fixture_begin_with(&f, *state, &options);
	client_begin(&client, &f);
	(void)sb_stream_write(client.stream, sb_bytes_of(GET("/take")));
	for (i = 0; i < 10000; i++)
		assert_int_equal(sb_stream_write(client.stream, sb_bytes_of(hello)), 0);
	sb_simulation_settle(f.world->sim);
	assert_true(sb_stream_queued(client.stream) > 10000 * strlen(hello) - 256 * 1024);
	assert_int_equal(client.n_got, 0);
	assert_int_equal(sb_http_answer_text(f.request, 200, "hello"), 0);
	sb_simulation_settle(f.world->sim);
	assert_int_equal(
		client.n_got, 10001 * (strlen(HELLO) + strlen("Date: ") + SB_HTTP_DATE_CAP + 1));
	sb_stream_destroy(client.stream);
	sb_simulation_settle(f.world->sim);
	fixture_end(&f);
}

static void
who_comes_when_it_is_full_is_told_so_and_reported(void **state)
{
	struct sb_http_options options = { .url = "tcp://127.0.0.1:0", .max_connections = 2 };
	struct client clients[4];
	struct fixture f;
	size_t i;

	fixture_begin_with(&f, *state, &options);
	for (i = 0; i < 4; i++)
		client_begin(&clients[i], &f);
	/* The first two are the tape and the first client. */
	assert_non_null(strstr(clients[1].got, "HTTP/1.1 503 "));
	sb_probe_seek(f.probe, "http.refused error=-EUSERS text='too many connections'");
	/* Of those who are refused there may not be too many either. */
	assert_int_equal(clients[3].n_got, 0);
	sb_probe_seek(f.probe, "http.refused error=-EUSERS text~'far too many'");
	for (i = 0; i < 4; i++)
		sb_stream_destroy(clients[i].stream);
	sb_simulation_settle(f.world->sim);
	fixture_end(&f);
}

static void
one_too_many_of_a_peer_is_told_so_and_reported(void **state)
{
	static const char word[] = "HTTP/1.1 503 Service Unavailable\r\n"
				   "Content-Type: text/plain; charset=utf-8\r\n"
				   "Content-Length: 21\r\n"
				   "Connection: close\r\n\r\n"
				   "too many connections\n";
	struct sb_http_options options = { .url = "tcp://127.0.0.1:0", .max_per_peer = 2 };
	struct client clients[3];
	struct fixture f;
	size_t i;

	fixture_begin_with(&f, *state, &options);
	for (i = 0; i < 2; i++)
		client_begin(&clients[i], &f);
	sb_probe_expect_none(f.probe);
	client_begin(&clients[2], &f);
	sb_probe_seek(f.probe,
		"http.refused error=-EUSERS text~'too many connections of one peer: 127.0.0.1:'");
	assert_string_equal(clients[2].got, word);
	assert_int_equal(strlen(strstr(word, "\r\n\r\n") + 4), 21);
	sb_stream_destroy(clients[0].stream);
	sb_stream_destroy(clients[2].stream);
	sb_simulation_settle(f.world->sim);
	client_begin(&clients[0], &f);
	sb_probe_expect_none(f.probe);
	assert_int_equal(clients[0].n_got, 0);
	for (i = 0; i < 2; i++)
		sb_stream_destroy(clients[i].stream);
	sb_simulation_settle(f.world->sim);
	fixture_end(&f);
}

static void
it_does_not_listen_where_one_cannot(void **state)
{
	struct sb_http_options options = { .url = "tcp://nowhere:0" };
	struct sb_world *world = *state;
	struct sb_http *http = NULL;
	struct fixture f;

	assert_int_equal(
		sb_http_create(world->d, world->r, &options, SB_PLACE, &http, NULL), -EINVAL);
	fixture_begin(&f, world);
	assert_string_equal(sb_http_url(f.http), "");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(an_error_reaches_who_goes_on_sending),
		kit_test(a_paused_body_holds_the_sender_up),
		kit_test(who_asks_much_before_it_is_answered_is_held_up),
		kit_test(who_comes_when_it_is_full_is_told_so_and_reported),
		kit_test(one_too_many_of_a_peer_is_told_so_and_reported),
		kit_test(it_does_not_listen_where_one_cannot),
	};

	return kit_run(tests);
}
