#include "networks.h"
#include "network_options.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <signalbox/irc.h>

struct network {
	struct sb_irc *irc;
	bool is_new; /* not in effect yet, networks_change() is at it */
	bool is_waiting; /* until another of its name has left: it may have the nick */
	bool is_leaving;
	int64_t attempt; /* to connect, that is under way or was the last */
	int64_t again_ns; /* when it is tried again, while it waits; else 0 */
	TAILQ_ENTRY(network) link;
	char name[]; /* of its section */
};

TAILQ_HEAD(network_list, network);

struct networks {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_sts *sts;
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

static struct network *
find_client(const struct networks *networks, const struct sb_irc *irc)
{
	struct network *network;

	TAILQ_FOREACH(network, &networks->list, link)
	if (network->irc == irc)
		return network;
	return NULL;
}

static void
on_connecting(void *self, struct sb_irc *irc, const struct sb_irc_connecting *e)
{
	struct network *network = find_client(self, irc);

	if (!network)
		return;
	network->attempt = e->attempt;
	network->again_ns = 0;
}

/* One that has been left is done with. */
static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	struct networks *networks = self;
	struct network *network = find_client(networks, irc);

	if (network && e->will_retry) {
		network->again_ns = sb_reactor_now_ns(networks->r) + e->delay_ms * SB_MS;
	} else if (network && network->is_leaving) {
		drop(networks, network);
		open_waiting(networks);
	}
}

struct networks *
networks_create(struct sb_dispatcher *d, struct sb_reactor *r, struct sb_sts *sts_or_null)
{
	struct networks *networks = calloc(1, sizeof(*networks));
	struct sb_options last = { .priority = -1 };

	if (!networks)
		return NULL;
	networks->d = d;
	networks->r = r;
	networks->sts = sts_or_null;
	TAILQ_INIT(&networks->list);
	/* Last, so that others still see the client. */
	if (!sb_irc_disconnected_connect_with(
		    d, SB_ANY, last, SB_HANDLER(on_disconnected), networks)
			.serial
		|| !sb_irc_connecting_connect(d, SB_ANY, SB_HANDLER(on_connecting), networks)
			    .serial) {
		sb_forget(d, networks);
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

static bool
has_channel_with_key(const struct config_irc *irc, const char *channel, const char *key_or_null)
{
	size_t i;

	for (i = 0; i < irc->n_channels; i++)
		if (sb_irc_same(irc->channels[i], channel))
			return text_is_same(irc->keys[i], key_or_null);
	return false;
}

/* Both hold no channel twice. */
static bool
has_same_channels(const struct config_irc *a, const struct config_irc *b)
{
	size_t i;

	for (i = 0; i < a->n_channels; i++)
		if (!has_channel_with_key(b, a->channels[i], a->keys[i]))
			return false;
	return a->n_channels == b->n_channels;
}

/* Whether the client that there is will do: it goes to the right place, and what it shall do
 * otherwise than before can be said to the server now. */
static bool
will_do(const struct change *change, const struct network *network)
{
	const struct config_irc *from = config_find_irc(change->from, network->name);
	const struct config_irc *to = config_find_irc(change->to, network->name);

	if (!from || !to || !network_options_are_near(from, to)
		|| (is_on_ircd(to) && change->ircd_has_moved))
		return false;
	return sb_irc_is_registered(network->irc)
	       || (!strcmp(from->nick, to->nick) && text_is_same(from->away, to->away)
		       && has_same_channels(from, to));
}

static struct network *
make(const struct networks *networks, const struct config_irc *irc, const char *ircd_url,
	struct sb_error *ret_error)
{
	size_t size = strlen(irc->name) + 1;
	struct network *network = calloc(1, sizeof(*network) + size);
	struct network_options options;
	int error = network ? network_options_init(&options, irc, ircd_url, ret_error)
			    : sb_error_set(ret_error, -ENOMEM, "out of memory");

	if (!error) {
		options.irc.sts = networks->sts;
		error = sb_irc_create(
			networks->d, networks->r, &options.irc, SB_PLACE, &network->irc, ret_error);
		network_options_finish(&options);
	}
	if (error) {
		free(network);
		return NULL;
	}
	memcpy(network->name, irc->name, size);
	return network;
}

static int
begin(struct networks *networks, const struct config_irc *irc, const char *ircd_url,
	struct sb_error *ret_error)
{
	struct sb_error why;
	struct network *network = make(networks, irc, ircd_url, &why);

	if (!network)
		return sb_error_set(ret_error, why.code, "irc %s: %s", irc->name, why.text);
	network->is_new = true;
	network->is_waiting = true;
	TAILQ_INSERT_TAIL(&networks->list, network, link);
	if (sb_label(networks->d, network->irc, irc->name))
		return sb_error_set(ret_error, -ENOMEM, "irc %s: out of memory", irc->name);
	return 0;
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
	if (!text_is_same(from->away, to->away))
		(void)sb_irc_set_away(irc, to->away);
	for (i = 0; i < to->n_channels; i++)
		if (!has_channel_with_key(from, to->channels[i], to->keys[i]))
			(void)sb_irc_join(irc, to->channels[i], to->keys[i]);
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

/* For people to see. */

/* "#a, #b", as far as there is room, and how many more. */
static void
write_channels(const struct sb_irc_state *state, char *buf, size_t cap)
{
	const struct sb_irc_channel *channel = NULL;
	size_t len = 0, n_left = sb_irc_state_n_channels(state);
	const char *name;

	buf[0] = '\0';
	while ((channel = sb_irc_channel_next(state, channel))) {
		name = sb_irc_channel_name(channel);
		if (len + strlen(name) + sizeof(", and 1000000 more") > cap) {
			(void)snprintf(buf + len, cap - len, " and %zu more", n_left);
			return;
		}
		len += (size_t)snprintf(buf + len, cap - len, "%s%s", len ? ", " : "", name);
		n_left--;
	}
	if (!len)
		(void)snprintf(buf, cap, "no channel");
}

static void
write_lag(int64_t lag_ms, char *buf, size_t cap)
{
	if (lag_ms < 0)
		(void)snprintf(buf, cap, "lag not measured yet");
	else
		(void)snprintf(buf, cap, "lag %" PRId64 " ms", lag_ms);
}

static void
write_registered(const struct network *network, char *buf, size_t cap)
{
	struct sb_irc_status status;
	char lag[48], channels[200];

	sb_irc_status(network->irc, &status);
	write_lag(status.lag_ms, lag, sizeof(lag));
	write_channels(sb_irc_state(network->irc), channels, sizeof(channels));
	(void)snprintf(buf, cap, "%s: on it as %s, %s%s, %s, %zu lines wait, in %s", network->name,
		sb_irc_nick(network->irc), status.account ? "account " : "no account",
		status.account ? status.account : "", lag, status.n_lines, channels);
}

static void
write_status(const struct networks *networks, const struct network *network, char *buf, size_t cap)
{
	int64_t left_ns = network->again_ns - sb_reactor_now_ns(networks->r);

	if (network->is_leaving)
		(void)snprintf(buf, cap, "%s: leaving", network->name);
	else if (network->is_waiting)
		(void)snprintf(buf, cap, "%s: begins when it has been left", network->name);
	else if (sb_irc_is_registered(network->irc))
		write_registered(network, buf, cap);
	else if (network->again_ns)
		(void)snprintf(buf, cap, "%s: not connected, again in %" PRId64 " s", network->name,
			left_ns > 0 ? left_ns / SB_S : 0);
	else
		(void)snprintf(buf, cap, "%s: connecting, attempt %" PRId64, network->name,
			network->attempt);
}

bool
networks_status(const struct networks *networks, size_t i, char *ret_buf, size_t cap)
{
	const struct network *network;

	TAILQ_FOREACH(network, &networks->list, link)
	if (!i--) {
		write_status(networks, network, ret_buf, cap);
		return true;
	}
	return false;
}
