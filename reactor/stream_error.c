#include "stream.h"

static double
seconds(int64_t ns)
{
	return (double)ns / (double)SB_S;
}

/* TLS knows better than the system what went wrong with it. */
static const char *
explain_code(const struct stream *s)
{
	const char *why = s->tls ? sb_tls_end_why(s->tls) : "";

	return *why ? why : strerror(-s->code);
}

void
sb_stream_explain(const struct stream *s, struct sb_error *error)
{
	const struct sb_stream_options *o = &s->options;
	const char *words = explain_code(s);
	bool is_shaking = s->tls && sb_tls_end_has_begun(s->tls);

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
		(void)sb_error_set(error, s->code,
			is_shaking ? "TLS with %s: the handshake was not through within %g s"
				   : "connecting to %s: no answer within %g s",
			s->name, seconds(o->connect_timeout_ns));
		break;
	case TLS_FAILED:
		(void)sb_error_set(error, s->code, "TLS with %s: %s", s->name, words);
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
