#include "stream.h"

static double
seconds(int64_t ns)
{
	return (double)ns / (double)SB_S;
}

void
sb_stream_explain(const struct stream *s, struct sb_error *error)
{
	const struct sb_stream_options *o = &s->options;
	const char *words = strerror(-s->code);

	switch (s->why) {
	case WE_CLOSED:
		(void)sb_error_set(error, 0, "closed");
		break;
	case PEER_ENDED:
		(void)sb_error_set(error, 0, "the peer ended");
		break;
	case WE_ABORTED:
		(void)sb_error_set(error, s->code, "%s: aborted from our side", s->name);
		break;
	case CONNECT_FAILED:
		(void)sb_error_set(error, s->code, "connecting to %s: %s", s->name, words);
		break;
	case CONNECT_TIMED_OUT:
		(void)sb_error_set(error, s->code, "connecting to %s: no answer within %g s",
			s->name, seconds(o->connect_timeout_ns));
		break;
	case READ_FAILED:
		(void)sb_error_set(error, s->code, "reading from %s: %s", s->name, words);
		break;
	case WRITE_FAILED:
		(void)sb_error_set(error, s->code, "writing to %s: %s", s->name, words);
		break;
	case IDLE_TIMED_OUT:
		(void)sb_error_set(error, s->code, "reading from %s: nothing came for %g s",
			s->name, seconds(o->idle_timeout_ns));
		break;
	case CLOSE_TIMED_OUT:
		(void)sb_error_set(error, s->code,
			"closing %s: the peer did not take what was queued within %g s", s->name,
			seconds(o->close_timeout_ns));
		break;
	}
}
