#include "config_diff.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_CAP = 1024 };

struct diff {
	config_difference_fn *tell;
	void *self;
	size_t n;
	char place[64]; /* what a line begins with, "irc home: " */
};

SB_PRINTF(2, 3)
static void
tell(struct diff *diff, const char *format, ...)
{
	char what[LINE_CAP], line[sizeof(diff->place) + LINE_CAP];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	(void)snprintf(line, sizeof(line), "%s%s", diff->place, what);
	diff->tell(diff->self, line);
	diff->n++;
}

static void
compare_texts(struct diff *diff, const char *option, const char *from, const char *to)
{
	if (!text_is_same(from, to))
		tell(diff, "%s: %.400s, was %.400s", option, to && to[0] ? to : "none",
			from && from[0] ? from : "none");
}

static void
compare_numbers(struct diff *diff, const char *option, int from, int to)
{
	if (from != to)
		tell(diff, "%s: %d, was %d", option, to, from);
}

/* Texts that a configuration owns. */
struct list {
	char **texts;
	size_t n;
};

static bool
holds(struct list list, const char *text)
{
	size_t i;

	for (i = 0; i < list.n; i++)
		if (!strcmp(list.texts[i], text))
			return true;
	return false;
}

static void
compare_lists(struct diff *diff, const char *option, struct list from, struct list to)
{
	size_t i;

	for (i = 0; i < to.n; i++)
		if (!holds(from, to.texts[i]))
			tell(diff, "%s: +%s", option, to.texts[i]);
	for (i = 0; i < from.n; i++)
		if (!holds(to, from.texts[i]))
			tell(diff, "%s: -%s", option, from.texts[i]);
}

#define LIST(owner, name) ((struct list){ (owner)->name, (owner)->n_##name })

static void
compare_bools(struct diff *diff, const char *option, bool from, bool to)
{
	compare_texts(diff, option, from ? "true" : "false", to ? "true" : "false");
}

/* Of secrets only that they are others. */
static void
compare_secrets(struct diff *diff, const char *what, const char *from, const char *to)
{
	if (!text_is_same(from, to))
		tell(diff, "another %s", what);
}

static void
compare_keys(struct diff *diff, const struct config_irc *from, const struct config_irc *to)
{
	size_t i, j;

	for (i = 0; i < to->n_channels; i++)
		for (j = 0; j < from->n_channels; j++)
			if (!strcmp(to->channels[i], from->channels[j])
				&& !text_is_same(to->keys[i], from->keys[j]))
				tell(diff, "channels: another key for %s", to->channels[i]);
}

static void
compare_logins(struct diff *diff, const struct config_login *from, const struct config_login *to)
{
	compare_texts(diff, "sasl-user", from->user, to->user);
	compare_secrets(diff, "password for SASL", from->password, to->password);
	compare_secrets(diff, "key for SASL", from->key, to->key);
	compare_lists(diff, "sasl-mechanisms", LIST(from, mechanisms), LIST(to, mechanisms));
	compare_bools(diff, "sasl-required", from->is_required, to->is_required);
	compare_bools(diff, "sasl-plain-in-clear", from->allows_plain_in_clear,
		to->allows_plain_in_clear);
}

static void
compare_tls(struct diff *diff, const struct config_tls *from, const struct config_tls *to)
{
	compare_texts(diff, "ca-file", from->ca, to->ca);
	compare_texts(diff, "certificate-file", from->certificate, to->certificate);
	compare_texts(diff, "key-file", from->key, to->key);
	compare_lists(diff, "pins", LIST(from, pins), LIST(to, pins));
}

static void
compare_manners(struct diff *diff, const struct config_irc *from, const struct config_irc *to)
{
	compare_texts(diff, "charset", from->charset, to->charset);
	compare_texts(diff, "pace", from->pace, to->pace);
	compare_texts(diff, "version", from->version, to->version);
	compare_bools(diff, "bot-mode", from->is_bot, to->is_bot);
	compare_bools(diff, "catch-up", from->catches_up, to->catches_up);
	compare_texts(diff, "services", from->services, to->services);
	compare_texts(diff, "away", from->away, to->away);
	compare_lists(diff, "capabilities", LIST(from, capabilities), LIST(to, capabilities));
	compare_numbers(diff, "retry-min-s", from->retry_min_s, to->retry_min_s);
	compare_numbers(diff, "retry-max-s", from->retry_max_s, to->retry_max_s);
	compare_numbers(diff, "ping-after-s", from->ping_after_s, to->ping_after_s);
}

static void
compare_ircs(struct diff *diff, const struct config_irc *from, const struct config_irc *to)
{
	static const char *const visibilities[] = {
		[QUOTES_PUBLIC] = "public",
		[QUOTES_NETWORK] = "network",
		[QUOTES_CHANNEL] = "channel",
	};

	compare_texts(diff, "server", from->server, to->server);
	compare_lists(diff, "servers", LIST(from, servers), LIST(to, servers));
	compare_texts(diff, "nick", from->nick, to->nick);
	compare_lists(diff, "nicks", LIST(from, nicks), LIST(to, nicks));
	compare_texts(diff, "user", from->user, to->user);
	compare_texts(diff, "realname", from->realname, to->realname);
	compare_secrets(diff, "password", from->password, to->password);
	compare_logins(diff, &from->login, &to->login);
	compare_tls(diff, &from->tls, &to->tls);
	compare_lists(diff, "channels", LIST(from, channels), LIST(to, channels));
	compare_keys(diff, from, to);
	compare_lists(diff, "moderators", LIST(from, moderators), LIST(to, moderators));
	compare_lists(diff, "prefixes", LIST(from, prefixes), LIST(to, prefixes));
	compare_texts(
		diff, "visibility", visibilities[from->visibility], visibilities[to->visibility]);
	compare_manners(diff, from, to);
}

static void
compare_networks(struct diff *diff, const struct config *from, const struct config *to)
{
	const struct config_irc *irc, *was;

	for (irc = to->ircs; irc < to->ircs + to->n_ircs; irc++) {
		(void)snprintf(diff->place, sizeof(diff->place), "irc %s: ", irc->name);
		was = config_find_irc(from, irc->name);
		if (was)
			compare_ircs(diff, was, irc);
		else
			tell(diff, "new, at %s as %s", irc->server, irc->nick);
	}
	for (irc = from->ircs; irc < from->ircs + from->n_ircs; irc++) {
		(void)snprintf(diff->place, sizeof(diff->place), "irc %s: ", irc->name);
		if (!config_find_irc(to, irc->name))
			tell(diff, "gone");
	}
	diff->place[0] = '\0';
}

static void
compare_http(struct diff *diff, const struct config_http *from, const struct config_http *to)
{
	compare_texts(diff, "http: listen", from->listen, to->listen);
	compare_texts(diff, "http: base-url", from->base_url, to->base_url);
	compare_lists(diff, "http: hosts", LIST(from, hosts), LIST(to, hosts));
	compare_bools(diff, "http: access-log", from->has_access_log, to->has_access_log);
}

static const struct config_account *
find_account(const struct config_ircd *ircd, const char *name)
{
	size_t i;

	for (i = 0; i < ircd->n_accounts; i++)
		if (!strcmp(ircd->accounts[i].name, name))
			return &ircd->accounts[i];
	return NULL;
}

static void
compare_accounts(struct diff *diff, const struct config_ircd *from, const struct config_ircd *to)
{
	const struct config_account *was;
	size_t i;

	for (i = 0; i < to->n_accounts; i++) {
		was = find_account(from, to->accounts[i].name);
		if (!was)
			tell(diff, "ircd: accounts: +%s", to->accounts[i].name);
		else if (strcmp(was->secret, to->accounts[i].secret) != 0)
			tell(diff, "ircd: accounts: another password for %s", was->name);
	}
	for (i = 0; i < from->n_accounts; i++)
		if (!find_account(to, from->accounts[i].name))
			tell(diff, "ircd: accounts: -%s", from->accounts[i].name);
}

static void
compare_ircds(struct diff *diff, const struct config_ircd *from, const struct config_ircd *to)
{
	compare_texts(diff, "ircd: listen", from->listen, to->listen);
	if (!from->listen || !to->listen)
		return;
	compare_texts(diff, "ircd: name", from->name, to->name);
	compare_texts(diff, "ircd: network", from->network, to->network);
	compare_accounts(diff, from, to);
	compare_lists(diff, "ircd: operators", LIST(from, operators), LIST(to, operators));
	compare_bools(diff, "ircd: flood-protection", from->has_flood_protection,
		to->has_flood_protection);
	compare_numbers(diff, "ircd: max-clients", from->max_clients, to->max_clients);
	compare_numbers(diff, "ircd: max-per-peer", from->max_per_peer, to->max_per_peer);
}

size_t
config_diff(
	const struct config *from, const struct config *to, config_difference_fn *fn, void *self)
{
	struct diff diff = { .tell = fn, .self = self };

	compare_texts(&diff, "database", from->database, to->database);
	compare_lists(&diff, "quotes", LIST(from, quotes), LIST(to, quotes));
	compare_networks(&diff, from, to);
	compare_ircds(&diff, &from->ircd, &to->ircd);
	compare_http(&diff, &from->http, &to->http);
	compare_texts(&diff, "qotd: listen", from->qotd, to->qotd);
	compare_numbers(&diff, "person-burst", from->person_burst, to->person_burst);
	compare_numbers(&diff, "person-every-s", from->person_every_s, to->person_every_s);
	compare_numbers(&diff, "channel-burst", from->channel_burst, to->channel_burst);
	compare_numbers(&diff, "channel-every-s", from->channel_every_s, to->channel_every_s);
	return diff.n;
}
