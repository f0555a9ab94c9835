#include "ircd_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEFAULT_MAX_CLIENTS = 1024,
	DEFAULT_MAX_PER_PEER = 64,
	DEFAULT_BURST_MS = 10000,
	DEFAULT_MAX_WAITING = 8192,
};

static void
refuse(struct sb_ircd *ircd, int error, const char *text)
{
	struct sb_ircd_refused refused = { .error = error, .text = text };

	(void)sb_ircd_refused_emit(ircd->d, ircd, &refused);
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct sb_ircd *ircd = self;
	bool is_full = ircd->n_clients >= ircd->max_clients;

	if (sb_ircd_add_client(ircd, stream))
		refuse(ircd, -ENOMEM, "out of memory");
	else if (is_full)
		refuse(ircd, -EUSERS, "the server has as many clients as it may");
}

static void
on_accept_failed(void *self, const struct sb_error *error)
{
	refuse(self, error->code, error->text);
}

static void
on_peer_refused(void *self, const char *peer)
{
	char text[SB_PEER_CAP + 64];

	(void)snprintf(text, sizeof(text), "too many connections of one peer: %s", peer);
	refuse(self, -EUSERS, text);
}

static const struct sb_acceptor acceptor = {
	.accepted = on_accepted,
	.failed = on_accept_failed,
	.refused = on_peer_refused,
};

/* A word that can stand anywhere in a line. */
static int
set_name(
	char buf[IRCD_NAME_MAX + 1], const char *name, const char *what, struct sb_error *ret_error)
{
	if (strlen(name) > IRCD_NAME_MAX)
		return sb_error_set(ret_error, -EINVAL, "the %s '%s' is longer than %d bytes", what,
			name, IRCD_NAME_MAX);
	if (!sb_wire_is_middle(name) || strpbrk(name, "!@"))
		return sb_error_set(ret_error, -EINVAL,
			"the %s '%s' is not one word without a colon in front, ! and @", what,
			name);
	memcpy(buf, name, strlen(name) + 1);
	return 0;
}

static void
set_flood(struct sb_ircd *ircd, const struct sb_ircd_flood *flood)
{
	ircd->penalty_ns = flood->penalty_ms * SB_MS;
	ircd->burst_ns = (flood->burst_ms ? flood->burst_ms : DEFAULT_BURST_MS) * SB_MS;
	ircd->flood_max = flood->max_waiting ? flood->max_waiting : DEFAULT_MAX_WAITING;
}

static int
set_options(struct sb_ircd *ircd, const struct sb_ircd_options *options, struct sb_error *ret_error)
{
	int error = set_name(ircd->name, options->name ? options->name : "irc.local",
		"server's name", ret_error);

	if (error)
		return error;
	ircd->max_clients = options->max_clients ? options->max_clients : DEFAULT_MAX_CLIENTS;
	set_flood(ircd, &options->flood);
	error = set_name(ircd->network, options->network ? options->network : "Signalbox",
		"network's name", ret_error);
	if (error)
		return error;
	return sb_ircd_take_accounts(ircd, options->accounts, options->n_accounts, ret_error);
}

int
sb_ircd_check(const struct sb_ircd_options *options, struct sb_error *ret_error)
{
	struct sb_ircd *ircd = calloc(1, sizeof(*ircd));
	int error = ircd ? set_options(ircd, options, ret_error)
			 : sb_error_set(ret_error, -ENOMEM, "out of memory");

	if (ircd)
		sb_ircd_free_accounts(ircd);
	free(ircd);
	return error;
}

/* Those in all are counted, and told, by ourselves. */
static int
set_limits(struct sb_ircd *ircd, size_t max_per_peer)
{
	const struct sb_listener_limits limits = {
		.max_per_peer = (unsigned)(max_per_peer ? max_per_peer : DEFAULT_MAX_PER_PEER),
		.refusal = "ERROR :Closing link: too many connections from your address\r\n",
	};

	return sb_listener_set_limits(ircd->listener, &limits);
}

static int
listen_at(struct sb_ircd *ircd, const char *url, size_t max_per_peer, const char *place,
	struct sb_error *ret_error)
{
	struct sb_stream_options options = { .hard_limit = IRCD_UNREAD_MAX };
	int error = sb_register(ircd->d, &sb_ircd_signals);

	if (error)
		return sb_error_set(
			ret_error, error, "the signals of the IRC server cannot be registered");
	error = sb_listener_open(
		ircd->r, url, &options, place, &acceptor, ircd, &ircd->listener, ret_error);
	if (error)
		return error;
	error = set_limits(ircd, max_per_peer);
	if (error) {
		sb_listener_close(ircd->listener);
		return sb_error_set(ret_error, error, "out of memory");
	}
	sb_ircd_copy(ircd->url, sizeof(ircd->url) - 1, sb_listener_url(ircd->listener));
	return 0;
}

int
sb_ircd_create(struct sb_dispatcher *d, struct sb_reactor *r, const struct sb_ircd_options *options,
	const char *place, struct sb_ircd **ret_ircd, struct sb_error *ret_error)
{
	struct sb_ircd *ircd;
	int error;

	sb_assert(options->url);
	ircd = calloc(1, sizeof(*ircd));
	if (!ircd)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	ircd->d = d;
	ircd->r = r;
	ircd->seed = sb_hash_seed(r);
	ircd->made_at_s = sb_ircd_now_s(ircd);
	ircd->made_at_ms = (uint64_t)(sb_reactor_wall_ns(r) / SB_MS);
	error = set_options(ircd, options, ret_error);
	if (!error)
		error = listen_at(ircd, options->url, options->max_per_peer, place, ret_error);
	if (error) {
		sb_ircd_free_accounts(ircd);
		free(ircd);
		return error;
	}
	*ret_ircd = ircd;
	return 0;
}

static void
free_reaped(void *self)
{
	struct sb_ircd *ircd = self;
	struct ircd_client *client, *next;

	DL_FOREACH(ircd->clients, client)
	sb_ircd_drop_watches(client);
	sb_ircd_free_names(ircd);
	sb_ircd_free_accounts(ircd);
	DL_FOREACH_SAFE(ircd->clients, client, next)
	sb_ircd_free_client(client);
	free(ircd);
}

void
sb_ircd_destroy(struct sb_ircd *ircd)
{
	struct ircd_client *client;

	if (!ircd)
		return;
	sb_forget(ircd->d, ircd);
	sb_listener_close(ircd->listener);
	DL_FOREACH(ircd->clients, client)
	sb_ircd_cut_client(client);
	sb_reactor_reap(ircd->r, &ircd->reap, free_reaped, ircd);
}

void
sb_ircd_shut(struct sb_ircd *ircd, const char *reason)
{
	struct ircd_client *client;

	sb_assert(!reason || sb_wire_is_trailing(reason));
	sb_listener_close(ircd->listener);
	ircd->listener = NULL;
	/* They are buried when the first of them has closed, or by the command in progress. */
	DL_FOREACH(ircd->clients, client)
	sb_ircd_dismiss(client, reason ? reason : "Shutting down");
}

const char *
sb_ircd_url(const struct sb_ircd *ircd)
{
	return ircd->url;
}

size_t
sb_ircd_n_clients(const struct sb_ircd *ircd)
{
	return ircd->n_clients;
}
