#ifndef EXAMPLES_TALKER_H
#define EXAMPLES_TALKER_H

/* A client for the tests of servers: says what it is told to, and keeps what it hears. */

#include <signalbox/stream.h>

struct talker {
	struct sb_stream *stream; /* NULL: it is over */
	char heard[8192]; /* the first of it, as text */
	size_t n_heard; /* bytes */
	int error; /* that it ended with */
};

/* Connects; where that cannot be begun it is over at once. */
void talker_call(struct talker *talker, struct sb_reactor *r, const char *url);

/* 0, or as sb_stream_write(). */
int talker_say(struct talker *talker, const char *text);

/* It leaves without a word. */
void talker_leave(struct talker *talker);

/* For a server at this URL that talks to one at a time: the next who connects. */
struct sb_listener *talker_listen(struct talker *talker, struct sb_reactor *r, const char *url);

#endif
