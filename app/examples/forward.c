/* Passes each connection on to another place, as fast as both sides take it. */
#include <signalbox/listener.h>
#include <signalbox/pipe.h>

struct forwarder {
	struct sb_reactor *r;
	const char *to;
};

static void
on_over(void *self, const struct sb_error *error, uint64_t n_from_a, uint64_t n_from_b)
{
	(void)self;
	fprintf(stderr, "forward: %llu bytes there, %llu back: %s\n", (unsigned long long)n_from_a,
		(unsigned long long)n_from_b, error->text);
}

/* For the moment in which the pipe does not have it yet. */
static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static void
on_accepted(void *self, struct sb_stream *from)
{
	static const struct sb_protocol alone = { .closed = on_closed };
	struct forwarder *f = self;
	struct sb_error error;
	struct sb_stream *to;
	struct sb_pipe *pipe;

	/* One that is not taken is closed. */
	if (sb_stream_connect(f->r, f->to, NULL, SB_PLACE, &alone, NULL, &to, &error) < 0)
		fprintf(stderr, "forward: %s\n", error.text);
	else if (sb_pipe_create(from, to, on_over, NULL, &pipe) < 0)
		sb_stream_destroy(to);
}

static const struct sb_acceptor forwarding = { .accepted = on_accepted };

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:7001";
	struct forwarder f = { sb_reactor_create(), argc > 2 ? argv[2] : "tcp://127.0.0.1:7000" };
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *listener;

	if (!f.r
		|| sb_listener_open(f.r, url, NULL, SB_PLACE, &forwarding, &f, &listener, &error)
			   < 0) {
		fprintf(stderr, "forward: %s\n", error.text);
		return 1;
	}
	return sb_reactor_run(f.r) < 0;
}
