#ifndef KIT_TESTS_SUBJECTS_H
#define KIT_TESTS_SUBJECTS_H

/* A client and a server to try transcripts on. */

#include <errno.h>

#include "kit_tests/toy.h"
#include "porter/porter.h"

/* ---- A client to try transcripts on ----
 *
 * Each line it hears becomes toy.spoke; PING is answered by PONG and the rest of the line; when the
 * connection is over it emits toy.broke, and connects again after ten seconds. It takes
 * commands. */

struct client {
	struct sb_world *world;
	struct sb_stream *stream; /* NULL: none */
	struct sb_timer timer;
	char url[128];
	char line[256];
	size_t len;
	int n_created, n_destroyed;
	bool leaks;
};

static const struct sb_protocol client_protocol;

static inline void
client_connect(void *self)
{
	struct client *client = self;
	struct sb_error error;

	client->len = 0;
	if (sb_stream_connect(client->world->r, client->url, NULL, SB_PLACE, &client_protocol,
		    client, &client->stream, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
}

static inline void
client_say(struct client *client, const char *text)
{
	char line[300];

	(void)snprintf(line, sizeof(line), "%s\r\n", text);
	assert_int_equal(sb_stream_write(client->stream, sb_bytes_of(line)), 0);
}

static inline void
client_line(struct client *client)
{
	char answer[300];

	if (!strncmp(client->line, "PING", 4)) {
		(void)snprintf(answer, sizeof(answer), "PONG%s", client->line + 4);
		client_say(client, answer);
	} else if (!strcmp(client->line, "FAIL")) {
		sb_fail(client->world->d, -EINVAL, "it said FAIL");
	} else {
		toy_says(client->world, NULL, client->line);
	}
}

static inline void
on_connected(void *self, struct sb_stream *stream)
{
	(void)stream;
	client_say(self, "HELLO");
}

static inline void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct client *client = self;
	size_t i;

	(void)stream;
	for (i = 0; i < bytes.len && client->len < sizeof(client->line); i++) {
		char c = ((const char *)bytes.ptr)[i];

		client->line[client->len++] = c;
		if (c != '\n')
			continue;
		client->line[client->len - 2] = '\0';
		client->len = 0;
		client_line(client);
	}
}

static inline void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct client *client = self;

	(void)stream;
	(void)error;
	client->stream = NULL;
	sb_timer_start(&client->timer, 10 * SB_S);
	(void)toy_broke_emit(client->world->d, NULL, &(struct toy_broke){ 0 });
}

static const struct sb_protocol client_protocol = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

static inline void
client_create(void *self, struct sb_world *world, const char *url)
{
	struct client *client = self;

	client->world = world;
	client->n_created++;
	(void)snprintf(client->url, sizeof(client->url), "%s", url);
	assert_int_equal(sb_register(world->d, &toy_signals), 0);
	assert_int_equal(
		sb_timer_init(&client->timer, world->r, SB_HANDLER(client_connect), client), 0);
	client_connect(client);
}

static inline void
client_destroy(void *self)
{
	struct client *client = self;

	client->n_destroyed++;
	sb_stream_destroy(client->stream);
	client->stream = NULL;
	if (!client->leaks)
		sb_timer_finish(&client->timer);
}

static inline void
client_command(void *self, const char *words)
{
	struct client *client = self;

	if (!strcmp(words, "close"))
		sb_stream_close(client->stream);
	else if (!strcmp(words, "abort"))
		sb_stream_abort(client->stream);
	else if (!strcmp(words, "shut"))
		sb_stream_shutdown(client->stream);
	else
		client_say(client, words);
}

static const struct sb_subject client_subject = {
	.create = client_create,
	.destroy = client_destroy,
	.command = client_command,
};

static inline void
porter_create_at(void *self, struct sb_world *world, const char *url)
{
	struct porter **porter = self;

	assert_int_equal(porter_create(world->d, world->r, url, porter, NULL), 0);
}

static inline void
porter_end(void *self)
{
	struct porter **porter = self;

	porter_destroy(*porter);
}

static const struct sb_subject server_subject = {
	.signals = "porter.*",
	.is_server = true,
	.create = porter_create_at,
	.destroy = porter_end,
};

#endif
