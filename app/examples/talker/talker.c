#include "talker.h"

#include <signalbox/listener.h>

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct talker *talker = self;
	size_t len = strlen(talker->heard), room = sizeof(talker->heard) - 1 - len;

	(void)stream;
	talker->n_heard += bytes.len;
	memcpy(talker->heard + len, bytes.ptr, bytes.len < room ? bytes.len : room);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct talker *talker = self;

	(void)stream;
	talker->stream = NULL;
	talker->error = error->code;
}

static const struct sb_protocol talking = { .data = on_data, .closed = on_closed };

void
talker_call(struct talker *talker, struct sb_reactor *r, const char *url)
{
	struct sb_error error;

	memset(talker, 0, sizeof(*talker));
	talker->error = sb_stream_connect(
		r, url, NULL, SB_PLACE, &talking, talker, &talker->stream, &error);
}

int
talker_say(struct talker *talker, const char *text)
{
	return talker->stream ? sb_stream_write(talker->stream, sb_bytes_of(text)) : -1;
}

void
talker_leave(struct talker *talker)
{
	sb_stream_destroy(talker->stream);
	talker->stream = NULL;
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct talker *talker = self;

	memset(talker, 0, sizeof(*talker));
	talker->stream = stream;
	sb_stream_attach(stream, &talking, talker);
}

struct sb_listener *
talker_listen(struct talker *talker, struct sb_reactor *r, const char *url)
{
	static const struct sb_acceptor acceptor = { .accepted = on_accepted };
	struct sb_listener *listener = NULL;

	memset(talker, 0, sizeof(*talker));
	(void)sb_listener_open(r, url, NULL, SB_PLACE, &acceptor, talker, &listener, NULL);
	return listener;
}
