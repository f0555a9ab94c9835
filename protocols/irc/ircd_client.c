#include "ircd_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How long a client may take to register; how long it may be silent before it is asked whether it
 * is there, and then as long again before it is taken for dead. */
#define REGISTRATION_NS (60 * SB_S)
#define SILENCE_NS (90 * SB_S)

int64_t
sb_ircd_now_s(const struct sb_ircd *ircd)
{
	return sb_reactor_wall_ns(ircd->r) / SB_S;
}

void
sb_ircd_copy(char *buf, size_t max, const char *text)
{
	size_t len = sb_wire_cut(text, strlen(text), max);

	memcpy(buf, text, len);
	buf[len] = '\0';
}

/* ---- Leaving ---- */

/* Returns whether it was not doomed before. */
static bool
doom(struct ircd_client *client, const char *reason)
{
	if (client->is_doomed)
		return false;
	client->is_doomed = true;
	sb_ircd_copy(client->reason, IRCD_REASON_MAX, reason);
	sb_turns_stop(&client->turns);
	sb_timer_stop(&client->deadline);
	DL_APPEND2(client->ircd->doomed, client, prev_doomed, next_doomed);
	return true;
}

void
sb_ircd_dismiss(struct ircd_client *client, const char *reason)
{
	char text[IRCD_HOST_MAX + IRCD_REASON_MAX + 32], words[IRCD_REASON_MAX + 1];

	sb_ircd_copy(words, IRCD_REASON_MAX, reason);
	(void)snprintf(text, sizeof(text), "Closing link: %s (%s)", client->host, words);
	sb_ircd_reply(client, "ERROR", text, NULL);
	sb_ircd_label_end(client);
	/* Not when the ERROR itself was too much for it. */
	if (doom(client, reason))
		sb_stream_close(client->stream);
}

void
sb_ircd_drop(struct ircd_client *client, const char *reason)
{
	if (doom(client, reason))
		sb_stream_abort(client->stream);
}

void
sb_ircd_cut_client(struct ircd_client *client)
{
	sb_stream_destroy(client->stream);
	client->stream = NULL;
	sb_turns_retire(&client->turns);
	sb_timer_finish(&client->deadline);
}

void
sb_ircd_free_client(struct ircd_client *client)
{
	sb_turns_finish(&client->turns);
	sb_ircd_drop_sasl(client);
	free(client);
}

static void
free_reaped(void *self)
{
	sb_ircd_free_client(self);
}

static void
remove_client(struct ircd_client *client)
{
	struct sb_ircd *ircd = client->ircd;

	sb_ircd_cut_client(client);
	DL_DELETE(ircd->clients, client);
	ircd->n_clients--;
	sb_reactor_reap(ircd->r, &client->reap, free_reaped, client);
}

static int
bury(struct ircd_client *client)
{
	struct sb_ircd *ircd = client->ircd;
	char nick[IRCD_NICK_MAX + 1] = "", source[IRCD_SOURCE_CAP];
	bool was_registered = client->is_registered;
	struct sb_ircd_quit quit = { .nick = nick, .reason = client->reason };

	if (was_registered) {
		sb_ircd_copy(nick, IRCD_NICK_MAX, client->nick->text);
		sb_ircd_source(client, source);
		sb_ircd_tell_neighbours(client, source, "QUIT", client->reason, NULL);
		ircd->n_registered--;
	}
	while (client->channels)
		sb_ircd_leave(client->channels);
	while (client->invites)
		sb_ircd_drop_invite(client->invites);
	sb_ircd_drop_watches(client);
	sb_ircd_drop_nick(client);
	client->is_registered = false;
	client->is_buried = true;
	if (was_registered)
		sb_ircd_tell_offline(ircd, nick);
	if (!client->stream)
		remove_client(client);
	if (was_registered && sb_ircd_quit_emit(ircd->d, ircd, &quit) == -ECANCELED)
		return -ECANCELED;
	return 0;
}

int
sb_ircd_bury(struct sb_ircd *ircd)
{
	while (ircd->doomed) {
		struct ircd_client *client = ircd->doomed;

		DL_DELETE2(ircd->doomed, client, prev_doomed, next_doomed);
		if (bury(client))
			return -ECANCELED;
	}
	return 0;
}

/* ---- What it says ---- */

/* It pays for a line (RFC 2813, section 5.8), and waits when it is too far ahead. */
static void
pay(struct ircd_client *client)
{
	int64_t now_ns = sb_reactor_now_ns(client->ircd->r), ahead_ns;

	if (!client->is_registered || !client->ircd->penalty_ns)
		return;
	if (client->paid_until_ns < now_ns)
		client->paid_until_ns = now_ns;
	client->paid_until_ns += client->ircd->penalty_ns;
	ahead_ns = client->paid_until_ns - now_ns - client->ircd->burst_ns;
	if (ahead_ns > 0)
		sb_turns_hold(&client->turns, ahead_ns, client->ircd->flood_max);
}

static int
take_line(void *self, enum sb_line got, struct sb_bytes bytes)
{
	struct ircd_client *client = self;
	int error = 0;

	if (got == SB_LINE_WHOLE)
		error = sb_ircd_obey(client, bytes);
	else if (got == SB_LINE_LONG)
		sb_ircd_numeric(client, "417", "Input line was too long", NULL);
	else
		sb_ircd_numeric(client, "400", "*", "A line was lost: out of memory", NULL);
	if (!error && !client->is_doomed)
		pay(client);
	return error ? error : sb_ircd_bury(client->ircd);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct ircd_client *client = self;

	(void)stream;
	client->heard_ns = sb_reactor_now_ns(client->ircd->r);
	client->is_pinged = false;
	switch (sb_turns_feed(&client->turns, bytes)) {
	case -ENOBUFS:
		sb_ircd_dismiss(client, "Excess Flood");
		break;
	case -ENOMEM:
		sb_ircd_drop(client, "Out of memory");
		break;
	default:
		return;
	}
	(void)sb_ircd_bury(client->ircd);
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	struct ircd_client *client = self;

	(void)stream;
	sb_turns_drained(&client->turns);
}

/* ---- Silence ---- */

static void
on_deadline(void *self)
{
	struct ircd_client *client = self;
	int64_t silent_ns = sb_reactor_now_ns(client->ircd->r) - client->heard_ns;
	char reason[64];

	if (!client->is_registered) {
		sb_ircd_dismiss(client, "Registration timeout");
	} else if (silent_ns < SILENCE_NS) {
		sb_timer_start(&client->deadline, SILENCE_NS - silent_ns);
	} else if (!client->is_pinged) {
		client->is_pinged = true;
		sb_ircd_reply(client, "PING", client->ircd->name, NULL);
		sb_timer_start(&client->deadline, SILENCE_NS);
	} else {
		(void)snprintf(reason, sizeof(reason), "Ping timeout: %" PRId64 " seconds",
			silent_ns / SB_S);
		sb_ircd_dismiss(client, reason);
	}
	(void)sb_ircd_bury(client->ircd);
}

void
sb_ircd_watch_silence(struct ircd_client *client)
{
	sb_timer_start(&client->deadline, SILENCE_NS);
}

/* ---- Coming ---- */

/* "127.0.0.1:50412" and "[::1]:50412" without the port. What begins with a colon cannot stand in a
 * line, so that "::1" becomes "0::1". */
static void
set_host(struct ircd_client *client, const char *peer)
{
	const char *end = strrchr(peer, ':');
	size_t len = end ? (size_t)(end - peer) : strlen(peer);

	if (len >= 2 && peer[0] == '[' && peer[len - 1] == ']') {
		peer++;
		len -= 2;
	}
	(void)snprintf(client->host, sizeof(client->host), "%s%.*s", *peer == ':' ? "0" : "",
		(int)len, peer);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct ircd_client *client = self;

	(void)stream;
	if (client->is_refused) {
		sb_ircd_dismiss(client, "The server is full");
		(void)sb_ircd_bury(client->ircd);
		return;
	}
	client->heard_ns = client->said_ns = sb_reactor_now_ns(client->ircd->r);
	client->came_s = sb_ircd_now_s(client->ircd);
	sb_timer_start(&client->deadline, REGISTRATION_NS);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct ircd_client *client = self;

	(void)stream;
	client->stream = NULL;
	if (client->is_buried) {
		remove_client(client);
		return;
	}
	(void)doom(client, error->code ? error->text : "Connection closed");
	(void)sb_ircd_bury(client->ircd);
}

static const struct sb_protocol protocol = {
	.connected = on_connected,
	.data = on_data,
	.drained = on_drained,
	.closed = on_closed,
};

static int
init_timers(struct ircd_client *client)
{
	struct sb_reactor *r = client->ircd->r;

	if (sb_turns_init(
		    &client->turns, r, SB_WIRE_ANY_MAX - 2, true, SB_HANDLER(take_line), client))
		return -ENOMEM;
	if (sb_timer_init(&client->deadline, r, SB_HANDLER(on_deadline), client)) {
		sb_turns_retire(&client->turns);
		return -ENOMEM;
	}
	return 0;
}

int
sb_ircd_add_client(struct sb_ircd *ircd, struct sb_stream *stream)
{
	struct ircd_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->ircd = ircd;
	if (init_timers(client)) {
		free(client);
		return -ENOMEM;
	}
	set_host(client, sb_stream_peer(stream));
	client->is_refused = ircd->n_clients >= ircd->max_clients;
	client->stream = stream;
	sb_turns_begin(&client->turns, stream);
	DL_APPEND(ircd->clients, client);
	ircd->n_clients++;
	sb_stream_attach(stream, &protocol, client);
	return 0;
}
