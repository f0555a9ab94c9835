#include "client.h"

#include <errno.h>
#include <stdarg.h>

#include <signalbox/tls.h>

/* How long the server may take to let us in. */
#define REGISTER_S 60

/* How long a server that says we come too often, or not at all, is left alone at least. */
#define THROTTLED_NS (120 * SB_S)
#define BANNED_NS (1800 * SB_S)

/* What has come and was not taken goes too. */
static void
abort_stream(struct sb_irc *irc)
{
	sb_turns_stop(&irc->turns);
	sb_stream_abort(irc->stream);
}

void
sb_irc_end_(struct sb_irc *irc, int error, const char *why, ...)
{
	va_list args;

	irc->end_error = error;
	va_start(args, why);
	(void)vsnprintf(irc->reason, sizeof(irc->reason), why, args);
	va_end(args);
	abort_stream(irc);
}

/* Connecting. */

static void on_connected(void *self, struct sb_stream *stream);
static void on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes);
static void on_drained(void *self, struct sb_stream *stream);
static void on_closed(void *self, struct sb_stream *stream, const struct sb_error *error);

const struct sb_protocol sb_irc_protocol_ = {
	.connected = on_connected,
	.data = on_data,
	.drained = on_drained,
	.closed = on_closed,
};

/* The text is copied, since a handler may begin anew, and the reason with it. */
static void
tell_disconnected(struct sb_irc *irc, int error, const char *text, int64_t delay_ns)
{
	char copy[sizeof(irc->reason)];

	int ran;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	sb_irc_asks_lost_(irc, copy);
	ran = sb_irc_disconnected_emit(irc->d, irc,
		&(struct sb_irc_disconnected){
			.error = error,
			.text = copy,
			.will_retry = irc->state == WAITING,
			.delay_ms = delay_ns / SB_MS,
		});
	if (ran != -ECANCELED)
		sb_irc_queue_end_(irc);
}

void
sb_irc_begin_(struct sb_irc *irc)
{
	irc->state = CONNECTING;
	irc->end_error = 0;
	irc->reason[0] = '\0';
	irc->user_len = irc->host_len = 0;
	irc->has_quit = false;
	sb_caps_begin(&irc->caps);
	sb_irc_login_begin_(irc);
	sb_irc_queue_begin_(irc);
	sb_irc_heal_begin_(irc);
	irc->closing = SB_CLOSING_OTHER;
	memcpy(irc->nick, irc->wanted, strlen(irc->wanted) + 1);
	sb_irc_features_begin_(irc);
	irc->told_away = irc->asked_features = false;
}

static void
finish_quit(struct sb_irc *irc)
{
	irc->state = IDLE;
	tell_disconnected(irc, 0, "we quit", 0);
}

void
sb_irc_on_timer_(void *self)
{
	struct sb_irc *irc = self;

	if (irc->state == REGISTERING)
		sb_irc_end_(
			irc, -ETIMEDOUT, "the server did not let us in within %d s", REGISTER_S);
	else if (irc->state == QUITTING && irc->stream)
		abort_stream(irc);
	else if (irc->state == QUITTING)
		finish_quit(irc);
}

/* While connected. */

/* A PING after silence; after as much again the stream's idle deadline ends it. */
void
sb_irc_on_ping_timer_(void *self)
{
	struct sb_irc *irc = self;
	int64_t silence_ns = sb_reactor_now_ns(irc->r) - irc->heard_ns;

	if (sb_irc_sts_renew_(irc) == -ECANCELED)
		return;
	if (silence_ns < irc->ping_after_ns) {
		sb_timer_start(&irc->ping_timer, irc->ping_after_ns - silence_ns);
		return;
	}
	sb_timer_start(&irc->ping_timer, irc->ping_after_ns);
	if (irc->state == REGISTERED)
		sb_irc_ping_(irc);
}

bool
sb_irc_is_up_(const struct sb_irc *irc)
{
	return (irc->state == REGISTERING || irc->state == REGISTERED) && !irc->end_error;
}

void
sb_irc_await_registration_(struct sb_irc *irc)
{
	sb_timer_start(&irc->timer, REGISTER_S * SB_S);
}

static void
tell_connected(struct sb_irc *irc)
{
	char address[SB_PEER_CAP];
	struct sb_tls_info info;
	bool is_tls = sb_stream_tls_info(irc->stream, &info);

	(void)snprintf(address, sizeof(address), "%s", sb_stream_peer(irc->stream));
	(void)sb_irc_connected_emit(irc->d, irc,
		&(struct sb_irc_connected){ .url = irc->url,
			.address = address,
			.tls_version = is_tls ? info.version : NULL,
			.tls_cipher = is_tls ? info.cipher : NULL });
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct sb_irc *irc = self;

	sb_assert(irc->state == CONNECTING);
	irc->state = REGISTERING;
	sb_turns_begin(&irc->turns, stream);
	irc->heard_ns = sb_reactor_now_ns(irc->r);
	sb_stream_set_idle_timeout(stream, 2 * irc->ping_after_ns);
	sb_timer_start(&irc->ping_timer, irc->ping_after_ns);
	sb_irc_await_registration_(irc);
	sb_irc_register_(irc);
	tell_connected(irc);
}

static int
receive(struct sb_irc *irc, enum sb_line got, struct sb_bytes line)
{
	if (got == SB_LINE_WHOLE)
		return sb_irc_receive_(irc, line);
	if (got == SB_LINE_LONG)
		return sb_irc_malformed_(irc, line, "longer than any line may be");
	return sb_irc_malformed_(irc, (struct sb_bytes){ NULL, 0 }, "no memory to hold it");
}

int
sb_irc_on_line_(void *self, enum sb_line got, struct sb_bytes line)
{
	return receive(self, got, line) == -ECANCELED ? -ECANCELED : 0;
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct sb_irc *irc = self;

	(void)stream;
	irc->heard_ns = sb_reactor_now_ns(irc->r);
	irc->heard_wall_ms = sb_reactor_wall_ns(irc->r) / SB_MS;
	if (sb_turns_feed(&irc->turns, bytes))
		sb_irc_end_(irc, -ENOMEM, "no memory to hold what the server said");
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	(void)stream;
	sb_irc_flush_(self);
}

/* What to say of an end: what the server or we said before it, or what the stream says. */
static const char *
describe_end(const struct sb_irc *irc, const struct sb_error *error)
{
	if (irc->reason[0])
		return irc->reason;
	if (irc->state == QUITTING)
		return "we quit";
	if (!error->code)
		return "the server closed the connection";
	return error->text;
}

static bool
is_opened(const struct sb_irc *irc)
{
	return irc->client && sb_client_state(irc->client) != SB_CLIENT_STOPPED;
}

static void
finish(struct sb_irc *irc, const struct sb_error *error)
{
	/* How a connection ends that we wanted to end is no error. */
	int code = irc->state == QUITTING ? 0 : irc->end_error ? irc->end_error : error->code;
	const char *text = describe_end(irc, error);

	irc->stream = NULL;
	sb_irc_heal_begin_(irc);
	/* It is again the one to ask for. */
	memcpy(irc->nick, irc->wanted, strlen(irc->wanted) + 1);
	sb_irc_features_begin_(irc);
	sb_turns_stop(&irc->turns);
	sb_timer_stop(&irc->timer);
	sb_timer_stop(&irc->ping_timer);
	sb_caps_begin(&irc->caps);
	sb_irc_login_begin_(irc);
	sb_timer_stop(&irc->outbox_timer);
	sb_irc_guard_end_(irc);
	sb_irc_history_end_(irc);
	if (irc->state != QUITTING && is_opened(irc)) {
		irc->state = WAITING;
		return; /* the client goes on, and tells */
	}
	if (irc->client)
		sb_client_stop(irc->client);
	irc->state = IDLE;
	tell_disconnected(irc, code, text, 0);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct sb_irc *irc = self;

	(void)stream;
	if (sb_irc_sts_end_(irc) != -ECANCELED)
		finish(irc, error);
}

/* What the client tells. */

static void
on_connecting(void *self, const char *url, unsigned n)
{
	struct sb_irc *irc = self;
	struct sb_url where = { .host = "" };

	(void)n;
	sb_irc_begin_(irc);
	(void)snprintf(irc->url, sizeof(irc->url), "%s", url);
	if (sb_url_parse(url, &where, NULL) == 0)
		memcpy(irc->host, where.host, sizeof(irc->host));
	sb_irc_sts_begin_(irc, &where);
	(void)sb_irc_connecting_emit(
		irc->d, irc, &(struct sb_irc_connecting){ .url = url, .attempt = ++irc->attempt });
}

static const struct sb_protocol *
on_up(void *self, struct sb_stream *stream, void **ret_self)
{
	struct sb_irc *irc = self;

	irc->stream = stream;
	*ret_self = irc;
	return &sb_irc_protocol_;
}

/* A server that does not want us is left alone for longer than one that is lost. */
static void
heed_closing(struct sb_irc *irc)
{
	if (irc->closing == SB_CLOSING_THROTTLED)
		sb_client_hold(irc->client, THROTTLED_NS);
	else if (irc->closing == SB_CLOSING_BANNED)
		sb_client_hold(irc->client, BANNED_NS);
}

static void
on_down(void *self, const struct sb_error *error)
{
	struct sb_irc *irc = self;

	/* Else it is what we have quit: that is told already. */
	if (sb_client_state(irc->client) != SB_CLIENT_WAITING)
		return;
	irc->state = WAITING;
	heed_closing(irc);
	if (!irc->end_error)
		irc->end_error = error->code;
	if (!irc->reason[0])
		(void)snprintf(irc->reason, sizeof(irc->reason), "%s", describe_end(irc, error));
}

static void
on_waiting(void *self, int64_t delay_ns, unsigned n)
{
	struct sb_irc *irc = self;

	(void)n;
	/* To come back by TLS is no error. */
	tell_disconnected(irc, irc->sts.is_leaving ? 0 : irc->end_error, irc->reason, delay_ns);
}

const struct sb_client_events sb_irc_client_events_ = {
	.choose = sb_irc_sts_choose_,
	.connecting = on_connecting,
	.up = on_up,
	.down = on_down,
	.waiting = on_waiting,
};
