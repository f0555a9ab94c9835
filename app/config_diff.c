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
	if (!text_is_same(from->password, to->password))
		tell(diff, "another password");
	compare_lists(diff, "channels", LIST(from, channels), LIST(to, channels));
	compare_lists(diff, "moderators", LIST(from, moderators), LIST(to, moderators));
	compare_lists(diff, "prefixes", LIST(from, prefixes), LIST(to, prefixes));
	compare_texts(
		diff, "visibility", visibilities[from->visibility], visibilities[to->visibility]);
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
	compare_texts(diff, "http: access-log", from->has_access_log ? "true" : "false",
		to->has_access_log ? "true" : "false");
}

size_t
config_diff(
	const struct config *from, const struct config *to, config_difference_fn *fn, void *self)
{
	struct diff diff = { .tell = fn, .self = self };

	compare_texts(&diff, "database", from->database, to->database);
	compare_lists(&diff, "quotes", LIST(from, quotes), LIST(to, quotes));
	compare_networks(&diff, from, to);
	compare_texts(&diff, "ircd: listen", from->ircd, to->ircd);
	compare_http(&diff, &from->http, &to->http);
	compare_texts(&diff, "qotd: listen", from->qotd, to->qotd);
	compare_numbers(&diff, "person-burst", from->person_burst, to->person_burst);
	compare_numbers(&diff, "person-every-s", from->person_every_s, to->person_every_s);
	compare_numbers(&diff, "channel-burst", from->channel_burst, to->channel_burst);
	compare_numbers(&diff, "channel-every-s", from->channel_every_s, to->channel_every_s);
	return diff.n;
}
