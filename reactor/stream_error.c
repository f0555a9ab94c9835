#include "stream.h"
#include "race.h"

static double
seconds(int64_t ns)
{
	return (double)ns / (double)SB_S;
}

/* TLS knows better than the system what went wrong with it. */
static const char *
explain_code(const struct stream *s)
{
	const char *why = s->has_tls ? sb_tls_end_why(tls_of(s)) : "";

	return *why ? why : strerror(-s->code);
}

/* Where there were several addresses, each has its reason. */
static void
explain_race(const struct stream *s, const char *name, const char *words, struct sb_error *error)
{
	enum { REPORT_MIN = 200 };
	char report[sizeof(error->text)];
	size_t cap = sizeof(report) - REPORT_MIN, len;

	len = strlen("connecting to : ; ") + strlen(name) + strlen(words);
	if (len + REPORT_MIN < sizeof(report))
		cap = sizeof(report) - len;
	sb_race_report(s->origin->race, report, cap);
	if (!report[0])
		(void)sb_error_set(error, s->code, "connecting to %s: %s", name, words);
	else if (s->why == CONNECT_TIMED_OUT)
		(void)sb_error_set(error, s->code, "connecting to %.*s: %s; %s",
			(int)(sizeof(report) - cap - strlen(words)), name, words, report);
	else
		(void)sb_error_set(error, s->code, "connecting to %.*s: %s",
			(int)(sizeof(report) - cap), name, report);
}

/* It did not stand in time. */
static void
explain_late(const struct stream *s, const char *name, struct sb_error *error)
{
	double limit_s = seconds(s->origin->options.connect_timeout_ns);
	char late[64];

	if (s->has_tls) {
		(void)sb_error_set(error, s->code, "TLS with %s: %s within %g s", name,
			sb_tls_end_has_begun(tls_of(s)) ? "the handshake was not through"
							: "what is queued before it did not go",
			limit_s);
		return;
	}
	(void)snprintf(late, sizeof(late), "no answer within %g s", limit_s);
	explain_race(s, name, late, error);
}

void
sb_stream_explain(const struct stream *s, struct sb_error *error)
{
	const struct sb_stream_options *o = &s->origin->options;
	const char *words = explain_code(s);
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
		explain_race(s, name, words, error);
		break;
	case CONNECT_TIMED_OUT:
		explain_late(s, name, error);
		break;
	case TLS_FAILED:
		(void)sb_error_set(error, s->code, "TLS with %s: %s", name, words);
		break;
	case READ_FAILED:
		(void)sb_error_set(error, s->code, "reading from %s: %s", name, words);
		break;
	case WRITE_FAILED:
		(void)sb_error_set(error, s->code, "writing to %s: %s", name, words);
		break;
	case IDLE_TIMED_OUT:
		(void)sb_error_set(error, s->code,
			s->has_ended ? "writing to %s: it has ended, and took nothing for %g s"
				     : "reading from %s: nothing came for %g s",
			name, seconds(s->deadlines->idle_timeout_ns));
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
