#include "networks.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <signalbox/irc.h>

struct network {
	struct sb_irc *irc;
	bool is_new; /* not in effect yet, networks_change() is at it */
	bool is_waiting; /* until another of its name has left: it may have the nick */
	bool is_leaving;
	TAILQ_ENTRY(network) link;
	char name[]; /* of its section */
};

TAILQ_HEAD(network_list, network);

struct networks {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct network_list list;
};

/* What a change is made of. */
struct change {
	const struct config *from, *to;
	const char *ircd_url;
	bool ircd_has_moved;
};

static void
drop(struct networks *networks, struct network *network)
{
	TAILQ_REMOVE(&networks->list, network, link);
	sb_irc_destroy(network->irc);
	free(network);
}

static bool
has_leaving(const struct networks *networks, const char *name)
{
	const struct network *network;

	TAILQ_FOREACH(network, &networks->list, link)
	if (network->is_leaving && !strcmp(network->name, name))
		return true;
	return false;
}

/* Those that wait for nobody any more connect. */
static void
open_waiting(struct networks *networks)
{
	struct network *network;
	struct sb_error why;
	int error;

	TAILQ_FOREACH(network, &networks->list, link)
	{
		if (!network->is_waiting || network->is_leaving
			|| has_leaving(networks, network->name))
			continue;
		network->is_waiting = false;
		error = sb_irc_open(network->irc, &why);
		if (error)
			sb_fail(networks->d, error, "irc %s: %s", network->name, why.text);
	}
}

/* One that has been left is done with. */
static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	struct networks *networks = self;
	struct network *network;

	if (e->will_retry)
		return;
	TAILQ_FOREACH(network, &networks->list, link)
	if (network->irc == irc && network->is_leaving) {
		drop(networks, network);
		open_waiting(networks);
		return;
	}
}

struct networks *
networks_create(struct sb_dispatcher *d, struct sb_reactor *r)
{
	struct networks *networks = calloc(1, sizeof(*networks));
	struct sb_options last = { .priority = -1 };

	if (!networks)
		return NULL;
	networks->d = d;
	networks->r = r;
	TAILQ_INIT(&networks->list);
	/* Last, so that others still see the client. */
	if (!sb_irc_disconnected_connect_with(
		    d, SB_ANY, last, SB_HANDLER(on_disconnected), networks)
			.serial) {
		free(networks);
		return NULL;
	}
	return networks;
}

void
networks_destroy(struct networks *networks)
{
	struct network *network;

	if (!networks)
		return;
	sb_forget(networks->d, networks);
	while ((network = TAILQ_FIRST(&networks->list)))
		drop(networks, network);
	free(networks);
}

static struct network *
find(const struct networks *networks, const char *name)
{
	struct network *network;

	TAILQ_FOREACH(network, &networks->list, link)
	if (!network->is_leaving && !network->is_new && !strcmp(network->name, name))
		return network;
	return NULL;
}

static bool
is_on_ircd(const struct config_irc *irc)
{
	return !strcmp(irc->server, "ircd");
}

static bool
has_channel(const struct config_irc *irc, const char *channel)
{
	size_t i;

	for (i = 0; i < irc->n_channels; i++)
		if (sb_irc_same(irc->channels[i], channel))
			return true;
	return false;
}

/* Both hold no channel twice. */
static bool
has_same_channels(const struct config_irc *a, const struct config_irc *b)
{
	size_t i;

	for (i = 0; i < a->n_channels; i++)
		if (!has_channel(b, a->channels[i]))
			return false;
	return a->n_channels == b->n_channels;
}

static bool
has_same_servers(const struct config_irc *a, const struct config_irc *b)
{
	size_t i;

	if (strcmp(a->server, b->server) != 0 || a->n_servers != b->n_servers)
		return false;
	for (i = 0; i < a->n_servers; i++)
		if (strcmp(a->servers[i], b->servers[i]) != 0)
			return false;
	return true;
}

/* Whether the client that there is will do: it goes to the right place, and what it shall do
 * otherwise than before can be said to the server now. */
static bool
will_do(const struct change *change, const struct network *network)
{
	const struct config_irc *from = config_find_irc(change->from, network->name);
	const struct config_irc *to = config_find_irc(change->to, network->name);

	if (!from || !to || !has_same_servers(from, to)
		|| !text_is_same(from->password, to->password)
		|| (is_on_ircd(to) && change->ircd_has_moved))
		return false;
	return sb_irc_is_registered(network->irc)
	       || (!strcmp(from->nick, to->nick) && has_same_channels(from, to));
}

static int
create(struct networks *networks, const struct config_irc *irc, const char *url,
	struct sb_error *ret_error)
{
	struct sb_irc_options options = {
		.url = url,
		.urls = (const char *const *)irc->servers,
		.n_urls = irc->n_servers,
		.nick = irc->nick,
		.realname = "Quoth, a keeper of quotes",
		.password = irc->password,
		.channels = (const char *const *)irc->channels,
		.n_channels = irc->n_channels,
	};
	size_t size = strlen(irc->name) + 1;
	struct network *network = calloc(1, sizeof(*network) + size);
	int error;

	if (!network)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = sb_irc_create(
		networks->d, networks->r, &options, SB_PLACE, &network->irc, ret_error);
	if (error) {
		free(network);
		return error;
	}
	memcpy(network->name, irc->name, size);
	network->is_new = true;
	network->is_waiting = true;
	TAILQ_INSERT_TAIL(&networks->list, network, link);
	if (sb_label(networks->d, network->irc, irc->name))
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	return 0;
}

static int
begin(struct networks *networks, const struct config_irc *irc, const char *ircd_url,
	struct sb_error *ret_error)
{
	struct sb_error why;
	int error = create(networks, irc, is_on_ircd(irc) ? ircd_url : irc->server, &why);

	return error ? sb_error_set(ret_error, error, "irc %s: %s", irc->name, why.text) : 0;
}

/* All that are to be begun are, or none. */
static int
begin_new(struct networks *networks, const struct change *change, struct sb_error *ret_error)
{
	const struct config_irc *irc;
	struct network *network, *next;
	size_t i;
	int error = 0;

	for (i = 0; i < change->to->n_ircs && !error; i++) {
		irc = &change->to->ircs[i];
		network = find(networks, irc->name);
		if (!network || !will_do(change, network))
			error = begin(networks, irc, change->ircd_url, ret_error);
	}
	for (network = TAILQ_FIRST(&networks->list); error && network; network = next) {
		next = TAILQ_NEXT(network, link);
		if (network->is_new)
			drop(networks, network);
	}
	return error;
}

/* What cannot be sent is told by the connection's end, and done after the next registration. */
static void
adapt(struct sb_irc *irc, const struct config_irc *from, const struct config_irc *to)
{
	size_t i;

	if (strcmp(from->nick, to->nick) != 0)
		(void)sb_irc_change_nick(irc, to->nick);
	for (i = 0; i < to->n_channels; i++)
		if (!has_channel(from, to->channels[i]))
			(void)sb_irc_join(irc, to->channels[i], NULL);
	for (i = 0; i < from->n_channels; i++)
		if (!has_channel(to, from->channels[i]))
			(void)sb_irc_part(irc, from->channels[i], NULL);
}

static void
leave(struct network *network, const char *reason)
{
	if (network->is_leaving)
		return;
	network->is_leaving = true;
	sb_irc_quit(network->irc, reason);
}

int
networks_change(struct networks *networks, const struct config *from, const struct config *to,
	const char *ircd_url, bool ircd_has_moved, struct sb_error *ret_error)
{
	struct change change = { from, to, ircd_url, ircd_has_moved };
	struct network *network;
	int error = begin_new(networks, &change, ret_error);

	if (error)
		return error;
	TAILQ_FOREACH(network, &networks->list, link)
	{
		if (network->is_new || network->is_leaving)
			continue;
		if (will_do(&change, network))
			adapt(network->irc, config_find_irc(from, network->name),
				config_find_irc(to, network->name));
		else
			leave(network, "Leaving");
	}
	TAILQ_FOREACH(network, &networks->list, link)
	network->is_new = false;
	open_waiting(networks);
	return 0;
}

void
networks_quit(struct networks *networks, const char *reason)
{
	struct network *network;

	TAILQ_FOREACH(network, &networks->list, link)
	leave(network, reason);
}

bool
networks_are_gone(const struct networks *networks)
{
	return TAILQ_EMPTY(&networks->list);
}

size_t
networks_n_registered(const struct networks *networks)
{
	const struct network *network;
	size_t n = 0;

	TAILQ_FOREACH(network, &networks->list, link)
	n += sb_irc_is_registered(network->irc);
	return n;
}
