#ifndef TESTS_APP_SCRIPTED_H
#define TESTS_APP_SCRIPTED_H

/* An IRC server in the simulation that knows what it says to what: rules, the first whose beginning a
 * line has. Capabilities that are asked for are given. It keeps what it heard. */

#include <stdlib.h>
#include <string.h>

#include <signalbox/listener.h>
#include <signalbox/testing.h>

enum { SCRIPTED_HEARD = 16 * 1024, SCRIPTED_LINE = 1024 };

struct scripted_rule {
	const char *begins;
	const char *says; /* lines, parted by \r\n */
};

struct scripted {
	struct sb_listener *listener;
	const struct scripted_rule *rules; /* up to one without a beginning */
	struct sb_stream *stream; /* whom it talks to; NULL: nobody */
	unsigned n_came;
	char line[SCRIPTED_LINE];
	size_t len;
	char heard[SCRIPTED_HEARD]; /* lines, each with a newline */
};

static inline void
scripted_say(struct scripted *server, const char *lines)
{
	char text[2 * SCRIPTED_LINE];

	(void)snprintf(text, sizeof(text), "%s\r\n", lines);
	if (server->stream)
		(void)sb_stream_write(server->stream, sb_bytes_of(text));
}

static inline void
scripted_heard(struct scripted *server, const char *line)
{
	const struct scripted_rule *rule;
	size_t len = strlen(server->heard);
	char acknowledged[SCRIPTED_LINE + 32];

	if (len + strlen(line) + 2 > sizeof(server->heard))
		sb_testing_fail(SB_PLACE, "it has heard too much: %s", line);
	(void)snprintf(server->heard + len, sizeof(server->heard) - len, "%s\n", line);
	for (rule = server->rules; rule->begins; rule++) {
		if (strncmp(line, rule->begins, strlen(rule->begins)) != 0)
			continue;
		scripted_say(server, rule->says);
		return;
	}
	if (strncmp(line, "CAP REQ :", 9) != 0)
		return;
	(void)snprintf(acknowledged, sizeof(acknowledged), ":irc.x CAP * ACK :%s", line + 9);
	scripted_say(server, acknowledged);
}

static inline void
scripted_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct scripted *server = self;
	const char *at = bytes.ptr, *end = at + bytes.len;

	for (; at < end && server->stream == stream; at++) {
		if (*at == '\n') {
			server->line[server->len ? server->len - 1 : 0] = '\0';
			server->len = 0;
			scripted_heard(server, server->line);
		} else if (server->len + 1 < sizeof(server->line)) {
			server->line[server->len++] = *at;
		}
	}
}

static inline void
scripted_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct scripted *server = self;

	(void)error;
	if (server->stream == stream)
		server->stream = NULL;
	sb_stream_destroy(stream);
}

static inline void
scripted_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol protocol = {
		.data = scripted_data,
		.closed = scripted_closed,
	};
	struct scripted *server = self;

	if (server->stream)
		sb_testing_fail(SB_PLACE, "somebody else comes");
	server->stream = stream;
	server->n_came++;
	server->len = 0;
	sb_stream_attach(stream, &protocol, server);
}

static inline struct scripted *
scripted_create(struct sb_reactor *r, const char *url, const struct scripted_rule *rules)
{
	static const struct sb_acceptor acceptor = { .accepted = scripted_accepted };
	struct scripted *server = calloc(1, sizeof(*server));
	struct sb_error error;

	if (!server)
		sb_testing_fail(SB_PLACE, "out of memory");
	server->rules = rules;
	if (sb_listener_open(r, url, NULL, SB_PLACE, &acceptor, server, &server->listener, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	return server;
}

static inline void
scripted_destroy(struct scripted *server)
{
	sb_listener_close(server->listener);
	if (server->stream)
		sb_stream_destroy(server->stream);
	free(server);
}

/* Whether it has heard the line, since what it heard was forgotten. */
static inline bool
scripted_has_heard(const struct scripted *server, const char *line)
{
	const char *at = server->heard;
	size_t len = strlen(line);

	for (; *at; at += strcspn(at, "\n") + 1)
		if (!strncmp(at, line, len) && at[len] == '\n')
			return true;
	return false;
}

#endif
