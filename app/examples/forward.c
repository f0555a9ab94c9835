/* Passes each connection on to another place, as fast as both sides take it. */
#include <inttypes.h>

#include <signalbox/listener.h>
#include <signalbox/pipe.h>

struct forwarder {
	struct sb_reactor *r;
	const char *to;
};

static void
on_over(void *self, const struct sb_error *error, uint64_t n_there, uint64_t n_back)
{
	(void)self;
	fprintf(stderr, "forward: %" PRIu64 " bytes there, %" PRIu64 " back: %s\n", n_there, n_back,
		error->code ? error->text : "done");
}

static void
on_accepted(void *self, struct sb_stream *from)
{
	struct forwarder *f = self;
	struct sb_error error;
	struct sb_pipe *pipe;

	/* One that is not taken is closed. */
	if (sb_pipe_connect(from, f->r, f->to, NULL, SB_PLACE, on_over, f, &pipe, &error) < 0)
		fprintf(stderr, "forward: %s\n", error.text);
}

static const struct sb_acceptor forwarding = { .accepted = on_accepted };

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:7001";
	struct forwarder f = { sb_reactor_create(), argc > 2 ? argv[2] : "tcp://127.0.0.1:7000" };
	struct sb_error e = { .text = "out of memory" };
	struct sb_listener *listener;

	if (!f.r || sb_listener_open(f.r, url, NULL, SB_PLACE, &forwarding, &f, &listener, &e) < 0)
		return fprintf(stderr, "forward: %s\n", e.text), 1;
	return sb_reactor_run(f.r) < 0;
}
