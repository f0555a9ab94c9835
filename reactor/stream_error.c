#include "stream.h"

static double
seconds(int64_t ns)
{
	return (double)ns / (double)SB_S;
}

void
sb_stream_explain(const struct stream *s, struct sb_error *error)
{
	const struct sb_stream_options *o = &s->origin->options;
	const char *words = strerror(-s->code);
	char name[NAME_CAP];

	sb_stream_name(s, name, sizeof(name));

	switch (s->why) {
	case WE_CLOSED:
		(void)sb_error_set(error, 0, "closed");
		break;
	case PEER_ENDED:
		(void)sb_error_set(error, 0, "the peer ended");
		break;
	case WE_ABORTED:
		(void)sb_error_set(error, s->code, "%s: aborted from our side", name);
		break;
	case CONNECT_FAILED:
		(void)sb_error_set(error, s->code, "connecting to %s: %s", name, words);
		break;
	case CONNECT_TIMED_OUT:
		(void)sb_error_set(error, s->code, "connecting to %s: no answer within %g s", name,
			seconds(o->connect_timeout_ns));
		break;
	case READ_FAILED:
		(void)sb_error_set(error, s->code, "reading from %s: %s", name, words);
		break;
	case WRITE_FAILED:
		(void)sb_error_set(error, s->code, "writing to %s: %s", name, words);
		break;
	case IDLE_TIMED_OUT:
		(void)sb_error_set(error, s->code, "reading from %s: nothing came for %g s", name,
			seconds(s->deadlines->idle_timeout_ns));
		break;
	case WRITE_TIMED_OUT:
		(void)sb_error_set(error, s->code,
			"writing to %s: the peer took nothing of what is queued for %g s", name,
			seconds(o->write_timeout_ns));
		break;
	case LIFETIME_ENDED:
		(void)sb_error_set(error, s->code, "%s: its lifetime of %g s is over", name,
			seconds(o->lifetime_ns));
		break;
	case NO_MEMORY:
		(void)sb_error_set(error, s->code, "%s: no memory for its deadline", name);
		break;
	case CLOSE_TIMED_OUT:
		(void)sb_error_set(error, s->code,
			"closing %s: the peer did not take what was queued within %g s", name,
			seconds(o->close_timeout_ns));
		break;
	}
}
