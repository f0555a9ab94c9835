#ifndef TESTS_REACTOR_CLIENT_FIXTURE_H
#define TESTS_REACTOR_CLIENT_FIXTURE_H

/* A client that writes down what it is told, and a server that can be closed and opened. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/client.h>
#include <signalbox/listener.h>

#include "kit_cmocka.h"

#define URL "tcp://127.0.0.1:6667"

/* In which call something is done. */
enum moment {
	IN_CHOOSE,
	IN_CONNECTING,
	IN_UP,
	IN_DOWN,
	IN_WAITING,
	IN_GAVE_UP,
	IN_CONNECTED,
	IN_DATA,
	IN_ENDED,
	IN_CLOSED,
	N_MOMENTS
};

enum { N_DELAYS = 4096, N_GUESTS = 64, LOG_CAP = 1 << 16 };

struct fixture {
	struct sb_world *world;
	struct sb_client *client; /* NULL: destroyed */
	struct sb_stream *stream; /* the protocol's, until its `closed` */
	char log[LOG_CAP]; /* a word for each call, and a space */
	size_t log_len;
	char url[64]; /* of the last attempt */
	const char *chosen; /* in the place of any; NULL: none */
	char asked[64]; /* in the place of which */
	int64_t delays[N_DELAYS], began_ns, due_ns;
	unsigned counts[N_DELAYS]; /* with the delays */
	size_t n_delays;
	unsigned n_began, n_up, n_down, n_moments[N_MOMENTS];
	struct sb_error error; /* of the last down */
	bool refuses; /* in up */
	bool establishes; /* in connected */
	bool is_inside; /* a call: nothing may be told now */
	void (*act)(struct fixture *, enum moment); /* in each call, when set */

	struct sb_listener *listener;
	struct sb_stream *guests[N_GUESTS]; /* of the server */
	bool drops; /* the server closes at once */
	bool greets; /* the server says hello at once */
	unsigned n_accepted;
};

static inline void
note(struct fixture *f, enum moment moment, const char *word)
{
	assert_false(f->is_inside);
	f->n_moments[moment]++;
	if (f->log_len < LOG_CAP - 64)
		f->log_len += (size_t)sprintf(f->log + f->log_len, "%s ", word);
	if (f->act)
		f->act(f, moment);
}

/* The protocol. */

static inline void
note_connected(void *self, struct sb_stream *stream)
{
	struct fixture *f = self;

	assert_ptr_equal(stream, f->stream);
	if (f->establishes)
		sb_client_established(f->client);
	note(f, IN_CONNECTED, "connected");
}

static inline void
note_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)stream;
	(void)bytes;
	note(self, IN_DATA, "data");
}

static inline void
note_ended(void *self, struct sb_stream *stream)
{
	struct fixture *f = self;

	note(f, IN_ENDED, "ended");
	if (f->stream == stream)
		sb_stream_close(stream);
}

static inline void
note_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct fixture *f = self;

	(void)error;
	assert_ptr_equal(stream, f->stream);
	note(f, IN_CLOSED, "closed");
	f->stream = NULL;
}

static const struct sb_protocol noting = {
	.connected = note_connected,
	.data = note_data,
	.ended = note_ended,
	.closed = note_closed,
};

/* What the client tells. */

/* It leaves no word, since nothing has begun yet. */
static inline const char *
note_choose(void *self, const char *url)
{
	struct fixture *f = self;
	size_t len = f->log_len;

	assert_int_equal(f->n_began, f->n_down);
	assert_int_equal(sb_client_state(f->client), SB_CLIENT_CONNECTING);
	(void)snprintf(f->asked, sizeof(f->asked), "%s", url);
	note(f, IN_CHOOSE, "");
	f->log_len = len;
	f->log[len] = '\0';
	return f->chosen;
}

static inline void
note_connecting(void *self, const char *url, unsigned n)
{
	struct fixture *f = self;
	char word[32];

	/* Each one that began is over before the next. */
	assert_int_equal(f->n_began, f->n_down);
	assert_int_equal(sb_client_state(f->client), SB_CLIENT_CONNECTING);
	assert_null(sb_client_stream(f->client));
	f->n_began++;
	f->began_ns = sb_reactor_now_ns(f->world->r);
	if (f->due_ns)
		assert_int_equal(f->began_ns, f->due_ns);
	f->due_ns = 0;
	(void)snprintf(f->url, sizeof(f->url), "%s", url);
	(void)snprintf(word, sizeof(word), "connecting(%u)", n);
	note(f, IN_CONNECTING, word);
}

static inline const struct sb_protocol *
note_up(void *self, struct sb_stream *stream, void **ret_self)
{
	struct fixture *f = self;

	assert_int_equal(sb_client_state(f->client), SB_CLIENT_UP);
	assert_ptr_equal(sb_client_stream(f->client), stream);
	f->n_up++;
	f->stream = stream;
	note(f, IN_UP, "up");
	if (f->refuses) {
		f->stream = NULL;
		return NULL;
	}
	*ret_self = f;
	return &noting;
}

static inline void
note_down(void *self, const struct sb_error *error)
{
	struct fixture *f = self;

	assert_int_equal(f->n_began, f->n_down + 1);
	assert_null(f->stream);
	assert_null(sb_client_stream(f->client));
	f->n_down++;
	f->error = *error;
	note(f, IN_DOWN, "down");
}

static inline void
note_waiting(void *self, int64_t delay_ns, unsigned n)
{
	struct fixture *f = self;
	char word[32];

	assert_int_equal(sb_client_state(f->client), SB_CLIENT_WAITING);
	if (f->n_delays < N_DELAYS) {
		f->delays[f->n_delays] = delay_ns;
		f->counts[f->n_delays++] = n;
	}
	f->due_ns = sb_reactor_now_ns(f->world->r) + delay_ns;
	(void)snprintf(word, sizeof(word), "waiting(%u)", n);
	note(f, IN_WAITING, word);
}

static inline void
note_gave_up(void *self, const struct sb_error *error)
{
	struct fixture *f = self;

	assert_int_equal(sb_client_state(f->client), SB_CLIENT_STOPPED);
	assert_int_equal(error->code, f->error.code);
	note(f, IN_GAVE_UP, "gave-up");
}

static const struct sb_client_events noting_events = {
	.choose = note_choose,
	.connecting = note_connecting,
	.up = note_up,
	.down = note_down,
	.waiting = note_waiting,
	.gave_up = note_gave_up,
};

/* What a test does to it, none of which may call back. */

static inline void
fixture_stop(struct fixture *f)
{
	f->is_inside = true;
	f->due_ns = 0;
	sb_client_stop(f->client);
	f->is_inside = false;
}

static inline void
fixture_start(struct fixture *f)
{
	f->is_inside = true;
	sb_client_start(f->client);
	f->is_inside = false;
}

static inline void
fixture_retry_now(struct fixture *f)
{
	f->is_inside = true;
	f->due_ns = 0;
	sb_client_retry_now(f->client);
	f->is_inside = false;
}

static inline void
fixture_again(struct fixture *f)
{
	f->is_inside = true;
	sb_client_again(f->client);
	f->is_inside = false;
}

static inline void
fixture_hold(struct fixture *f, int64_t delay_ns)
{
	f->is_inside = true;
	sb_client_hold(f->client, delay_ns);
	f->is_inside = false;
}

static inline void
fixture_destroy(struct fixture *f)
{
	f->is_inside = true;
	sb_client_destroy(f->client);
	f->client = NULL;
	f->stream = NULL;
	/* From now on it hears nothing: is_inside stays. */
}

static inline void
fixture_destroy_stream(struct fixture *f)
{
	struct sb_stream *stream = f->stream;

	f->is_inside = true;
	f->stream = NULL;
	sb_stream_destroy(stream);
	f->is_inside = false;
}

static inline void
fixture_create(struct fixture *f, struct sb_world *world, const struct sb_client_options *options)
{
	static const char *const urls[] = { URL };
	struct sb_client_options o = { .urls = urls, .n_urls = 1 };
	struct sb_error why;

	memset(f, 0, sizeof(*f));
	f->world = world;
	if (options)
		o = *options;
	if (!o.n_urls) {
		o.urls = urls;
		o.n_urls = 1;
	}
	if (sb_client_create(world->r, &o, SB_PLACE, &noting_events, f, &f->client, &why) < 0)
		fail_msg("%s", why.text);
}

/* The server. */

static inline void
guest_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct fixture *f = self;
	size_t i;

	(void)error;
	for (i = 0; i < N_GUESTS; i++)
		if (f->guests[i] == stream)
			f->guests[i] = NULL;
}

static inline void
guest_connected(void *self, struct sb_stream *stream)
{
	struct fixture *f = self;

	if (f->greets)
		(void)sb_stream_write(stream, sb_bytes_of("hello\r\n"));
	if (f->drops)
		sb_stream_close(stream);
}

static inline void
guest_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol guest = {
		.connected = guest_connected,
		.closed = guest_closed,
	};
	struct fixture *f = self;
	size_t i = 0;

	while (f->guests[i])
		assert_true(++i < N_GUESTS);
	f->guests[i] = stream;
	f->n_accepted++;
	sb_stream_attach(stream, &guest, f);
}

static inline void
guest_failed(void *self, const struct sb_error *error)
{
	(void)self;
	(void)error;
}

static inline void
open_server(struct fixture *f, const char *url)
{
	static const struct sb_acceptor acceptor = {
		.accepted = guest_accepted,
		.failed = guest_failed,
	};

	assert_int_equal(sb_listener_open(f->world->r, url, NULL, SB_PLACE, &acceptor, f,
				 &f->listener, NULL),
		0);
}

/* As when its process is killed. */
static inline void
kill_server(struct fixture *f)
{
	size_t i;

	sb_listener_close(f->listener);
	f->listener = NULL;
	for (i = 0; i < N_GUESTS; i++) {
		sb_stream_destroy(f->guests[i]);
		f->guests[i] = NULL;
	}
}

static inline void
fixture_end(struct fixture *f)
{
	if (f->client)
		fixture_destroy(f);
	kill_server(f);
}

static inline void
run_for(struct fixture *f, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(f->world->sim, ns), 0);
}

static inline void
clear_log(struct fixture *f)
{
	f->log_len = 0;
	f->log[0] = '\0';
}

static inline void
expect_log(struct fixture *f, const char *words)
{
	assert_string_equal(f->log, words);
	clear_log(f);
}

#endif
