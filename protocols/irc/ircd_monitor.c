#include "ircd_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* MONITOR (IRCv3). */

static struct ircd_watched *
find_watched(const struct sb_ircd *ircd, const char *nick)
{
	char key[IRCD_NICK_MAX + 1];
	struct ircd_watched *watched;
	size_t len;

	sb_casemap_fold_text(SB_CASEMAP_RFC1459, nick, key, sizeof(key));
	len = strlen(key);
	HASH_FIND_BYHASHVALUE(
		hh, ircd->watched, key, len, sb_hash_bytes(&ircd->seed, key, len), watched);
	return watched;
}

static struct ircd_watched *
make_watched(struct sb_ircd *ircd, const char *nick)
{
	struct ircd_watched *watched = calloc(1, sizeof(*watched));
	size_t len;

	if (!watched)
		return NULL;
	sb_casemap_fold_text(SB_CASEMAP_RFC1459, nick, watched->folded, sizeof(watched->folded));
	len = strlen(watched->folded);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, ircd->watched, watched->folded, len,
		sb_hash_bytes(&ircd->seed, watched->folded, len), watched);
	if (watched->hh.tbl)
		return watched;
	free(watched);
	return NULL;
}

static struct ircd_watch *
find_watch(const struct ircd_client *client, const char *nick)
{
	struct ircd_watch *watch;

	for (watch = client->watches; watch; watch = watch->next_of_client)
		if (sb_casemap_same(SB_CASEMAP_RFC1459, watch->nick, nick))
			return watch;
	return NULL;
}

static void
drop(struct ircd_watch *watch)
{
	struct ircd_client *client = watch->client;
	struct ircd_watched *watched = watch->watched;

	DL_DELETE2(client->watches, watch, prev_of_client, next_of_client);
	client->n_watches--;
	DL_DELETE(watched->watches, watch);
	free(watch);
	if (watched->watches)
		return;
	HASH_DEL(client->ircd->watched, watched);
	free(watched);
}

void
sb_ircd_drop_watches(struct ircd_client *client)
{
	while (client->watches)
		drop(client->watches);
}

static int
add(struct ircd_client *client, const char *nick)
{
	struct ircd_watched *watched = find_watched(client->ircd, nick);
	struct ircd_watch *watch = calloc(1, sizeof(*watch));

	if (watch && !watched)
		watched = make_watched(client->ircd, nick);
	if (!watch || !watched) {
		free(watch);
		return -ENOMEM;
	}
	watch->client = client;
	watch->watched = watched;
	sb_ircd_copy(watch->nick, IRCD_NICK_MAX, nick);
	DL_APPEND(watched->watches, watch);
	DL_APPEND2(client->watches, watch, prev_of_client, next_of_client);
	client->n_watches++;
	return 0;
}

/* ---- Telling ---- */

void
sb_ircd_tell_online(const struct ircd_client *client)
{
	const struct ircd_watched *watched = find_watched(client->ircd, client->nick->text);
	char source[IRCD_SOURCE_CAP];
	const struct ircd_watch *watch;

	if (!watched)
		return;
	sb_ircd_source(client, source);
	DL_FOREACH(watched->watches, watch)
	sb_ircd_numeric(watch->client, "730", source, NULL);
}

void
sb_ircd_tell_offline(struct sb_ircd *ircd, const char *nick)
{
	const struct ircd_watched *watched = find_watched(ircd, nick);
	const struct ircd_watch *watch;

	if (!watched)
		return;
	DL_FOREACH(watched->watches, watch)
	sb_ircd_numeric(watch->client, "731", nick, NULL);
}

/* Two lists that grow at once: who is there and who is not. */
struct presence {
	struct ircd_words online, offline;
};

static void
presence_begin(struct presence *presence, struct ircd_client *to)
{
	sb_ircd_words_begin(&presence->online, to, "730", NULL, NULL);
	sb_ircd_words_begin(&presence->offline, to, "731", NULL, NULL);
	presence->online.separator = presence->offline.separator = ',';
}

static void
presence_add(struct presence *presence, const char *nick)
{
	const struct ircd_client *user = sb_ircd_find_user(presence->online.to->ircd, nick);
	char source[IRCD_SOURCE_CAP];

	if (user) {
		sb_ircd_source(user, source);
		sb_ircd_words_add(&presence->online, "", source);
	} else {
		sb_ircd_words_add(&presence->offline, "", nick);
	}
}

static void
presence_end(struct presence *presence)
{
	sb_ircd_words_end(&presence->online, false);
	sb_ircd_words_end(&presence->offline, false);
}

/* ---- The command ---- */

/* Returns false when the list is full, and the client has been told which are left. */
static bool
add_item(struct ircd_client *client, struct presence *presence, const char *nick, const char *rest)
{
	char limit[16], left[SB_WIRE_MAX];

	if (!sb_wire_is_nick(nick) || strlen(nick) > IRCD_NICK_MAX || find_watch(client, nick))
		return true;
	if (client->n_watches >= IRCD_WATCHES_MAX) {
		(void)snprintf(limit, sizeof(limit), "%d", IRCD_WATCHES_MAX);
		(void)snprintf(left, sizeof(left), "%s%s", nick, rest);
		/* So many as there is room for. */
		left[sb_wire_cut(left, strlen(left), IRCD_ECHO_MAX)] = '\0';
		sb_ircd_numeric(client, "734", limit, left, "Monitor list is full", NULL);
		return false;
	}
	if (add(client, nick)) {
		sb_ircd_numeric(client, "400", "MONITOR", "Out of memory", NULL);
		return false;
	}
	presence_add(presence, nick);
	return true;
}

static void
add_list(struct ircd_client *client, const char *cursor)
{
	struct presence presence;
	char nick[SB_WIRE_MAX];

	presence_begin(&presence, client);
	while (sb_ircd_item(&cursor, nick))
		if (!add_item(client, &presence, nick, cursor))
			break;
	presence_end(&presence);
}

static void
remove_list(struct ircd_client *client, const char *cursor)
{
	char nick[SB_WIRE_MAX];

	while (sb_ircd_item(&cursor, nick)) {
		struct ircd_watch *watch = find_watch(client, nick);

		if (watch)
			drop(watch);
	}
}

static void
show_list(struct ircd_client *client)
{
	const struct ircd_watch *watch;
	struct ircd_words words;

	sb_ircd_words_begin(&words, client, "732", NULL, NULL);
	words.separator = ',';
	for (watch = client->watches; watch; watch = watch->next_of_client)
		sb_ircd_words_add(&words, "", watch->nick);
	sb_ircd_words_end(&words, false);
	sb_ircd_numeric(client, "733", "End of MONITOR list", NULL);
}

static void
show_presence(struct ircd_client *client)
{
	const struct ircd_watch *watch;
	struct presence presence;

	presence_begin(&presence, client);
	for (watch = client->watches; watch; watch = watch->next_of_client)
		presence_add(&presence, watch->nick);
	presence_end(&presence);
}

int
sb_ircd_on_monitor(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *what = line->params[0];

	switch (what[1] ? '\0' : what[0]) {
	case '+':
		add_list(client, line->params[1]);
		break;
	case '-':
		remove_list(client, line->params[1]);
		break;
	case 'C':
	case 'c':
		sb_ircd_drop_watches(client);
		break;
	case 'L':
	case 'l':
		show_list(client);
		break;
	case 'S':
	case 's':
		show_presence(client);
		break;
	default:
		sb_ircd_numeric(client, "461", "MONITOR", "It takes one of + - C L S", NULL);
		break;
	}
	return 0;
}
