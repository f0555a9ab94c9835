#include "monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where a nick is watched. */
enum place {
	NOWHERE, /* not yet */
	AT_SERVER, /* on its list */
	BY_ISON,
	BY_ISON_DUE, /* to be asked for */
	BY_ISON_ASKED,
};

struct sb_monitored {
	char nick[SB_MONITOR_NICK_CAP];
	unsigned watchers; /* none: the server is to be told */
	enum place place;
	enum sb_presence presence, told; /* what is so, and what the application knows */
	bool is_answered; /* while a 303 is read: it names them */
};

void
sb_monitor_init(struct sb_monitor *monitor)
{
	memset(monitor, 0, sizeof(*monitor));
}

void
sb_monitor_finish(struct sb_monitor *monitor)
{
	free(monitor->all);
	sb_monitor_init(monitor);
}

static struct sb_monitored *
find(const struct sb_monitor *monitor, enum sb_casemap map, const char *nick)
{
	for (size_t i = 0; i < monitor->n; i++)
		if (sb_casemap_same(map, monitor->all[i].nick, nick))
			return &monitor->all[i];
	return NULL;
}

static int
make_room(struct sb_monitor *monitor)
{
	size_t cap = monitor->cap ? 2 * monitor->cap : 8;
	struct sb_monitored *all;

	if (monitor->n < monitor->cap)
		return 0;
	all = realloc(monitor->all, cap * sizeof(*all));
	if (!all)
		return -ENOMEM;
	monitor->all = all;
	monitor->cap = cap;
	return 0;
}

int
sb_monitor_add(
	struct sb_monitor *monitor, enum sb_casemap map, const char *nick, enum sb_monitor_who who)
{
	struct sb_monitored *found = find(monitor, map, nick);

	if (found && (found->watchers & who))
		return 0;
	if (who == SB_MONITOR_APPLICATION && monitor->n_application >= SB_MONITOR_MAX)
		return -ENOSPC;
	if (!found) {
		if (make_room(monitor))
			return -ENOMEM;
		found = &monitor->all[monitor->n++];
		*found = (struct sb_monitored){ .place = NOWHERE };
		memcpy(found->nick, nick, strlen(nick) + 1);
	}
	found->watchers |= who;
	if (who == SB_MONITOR_APPLICATION) {
		found->told = SB_PRESENCE_UNKNOWN;
		monitor->n_application++;
	}
	return 0;
}

static void
drop(struct sb_monitor *monitor, struct sb_monitored *entry)
{
	if (entry->place == AT_SERVER)
		monitor->n_sent--;
	monitor->n--;
	memmove(entry, entry + 1, (size_t)(monitor->all + monitor->n - entry) * sizeof(*entry));
}

bool
sb_monitor_remove(
	struct sb_monitor *monitor, enum sb_casemap map, const char *nick, enum sb_monitor_who who)
{
	struct sb_monitored *found = find(monitor, map, nick);

	if (!found || !(found->watchers & who))
		return false;
	found->watchers &= ~(unsigned)who;
	if (who == SB_MONITOR_APPLICATION)
		monitor->n_application--;
	if (found->watchers)
		return false;
	if (found->place != AT_SERVER)
		drop(monitor, found);
	return true;
}

void
sb_monitor_begin(struct sb_monitor *monitor, uint32_t limit)
{
	size_t i = monitor->n;

	monitor->n_sent = 0;
	monitor->limit = limit;
	monitor->is_asked = false;
	while (i-- > 0) {
		struct sb_monitored *entry = &monitor->all[i];

		entry->place = NOWHERE;
		entry->presence = entry->told = SB_PRESENCE_UNKNOWN;
		if (!entry->watchers)
			drop(monitor, entry);
	}
}

void
sb_monitor_set_limit(struct sb_monitor *monitor, uint32_t limit)
{
	monitor->limit = limit;
}

/* Puts a nick at the end of a list; false when it has no room. */
static bool
append(char *list, size_t cap, const char *nick, char between)
{
	size_t len = strlen(list), nick_len = strlen(nick);

	if (len + (len > 0) + nick_len >= cap)
		return false;
	if (len > 0)
		list[len++] = between;
	memcpy(list + len, nick, nick_len + 1);
	return true;
}

static void
list_removed(struct sb_monitor *monitor, char *list, size_t cap)
{
	size_t i = 0;

	while (i < monitor->n) {
		struct sb_monitored *entry = &monitor->all[i];

		if (entry->watchers)
			i++;
		else if (append(list, cap, entry->nick, ','))
			drop(monitor, entry);
		else
			return;
	}
}

static void
list_added(struct sb_monitor *monitor, char *list, size_t cap)
{
	for (size_t i = 0; i < monitor->n; i++) {
		struct sb_monitored *entry = &monitor->all[i];

		if (entry->place == AT_SERVER || entry->place == BY_ISON_ASKED)
			continue;
		if (monitor->n_sent >= monitor->limit) {
			if (entry->place == NOWHERE)
				entry->place = BY_ISON_DUE;
			continue;
		}
		if (!append(list, cap, entry->nick, ','))
			return;
		entry->place = AT_SERVER;
		monitor->n_sent++;
	}
}

bool
sb_monitor_next(struct sb_monitor *monitor, char *ret_sign, char *list, size_t cap)
{
	list[0] = '\0';
	*ret_sign = '-';
	list_removed(monitor, list, cap);
	if (list[0])
		return true;
	*ret_sign = '+';
	list_added(monitor, list, cap);
	return list[0] != '\0';
}

bool
sb_monitor_refused(struct sb_monitor *monitor, enum sb_casemap map, const char *nick)
{
	struct sb_monitored *found = find(monitor, map, nick);

	if (!found || found->place != AT_SERVER)
		return false;
	/* It takes no more than what it has now, on this connection. */
	found->place = BY_ISON_DUE;
	monitor->n_sent--;
	if (monitor->limit > monitor->n_sent)
		monitor->limit = (uint32_t)monitor->n_sent;
	if (!found->watchers)
		drop(monitor, found);
	return true;
}

bool
sb_monitor_round(struct sb_monitor *monitor)
{
	bool has_some = false;

	monitor->is_asked = false;
	for (size_t i = 0; i < monitor->n; i++) {
		if (monitor->all[i].place < BY_ISON)
			continue;
		monitor->all[i].place = BY_ISON_DUE;
		has_some = true;
	}
	return has_some;
}

bool
sb_monitor_next_ison(struct sb_monitor *monitor, char *list, size_t cap)
{
	list[0] = '\0';
	for (size_t i = 0; !monitor->is_asked && i < monitor->n; i++) {
		struct sb_monitored *entry = &monitor->all[i];

		if (entry->place != BY_ISON_DUE)
			continue;
		if (!append(list, cap, entry->nick, ' '))
			break;
		entry->place = BY_ISON_ASKED;
	}
	if (list[0])
		monitor->is_asked = true;
	return list[0] != '\0';
}

/* Marks those that the answer names; false when it names somebody who was not asked for. */
static bool
mark_answered(struct sb_monitor *monitor, enum sb_casemap map, const char *nicks)
{
	char nick[SB_MONITOR_NICK_CAP];

	for (size_t i = 0; i < monitor->n; i++)
		monitor->all[i].is_answered = false;
	for (nicks += strspn(nicks, " "); *nicks; nicks += strspn(nicks, " ")) {
		size_t len = strcspn(nicks, " ");
		struct sb_monitored *found = NULL;

		if (len < sizeof(nick)) {
			memcpy(nick, nicks, len);
			nick[len] = '\0';
			found = find(monitor, map, nick);
		}
		if (!found || found->place != BY_ISON_ASKED)
			return false;
		found->is_answered = true;
		nicks += len;
	}
	return true;
}

bool
sb_monitor_ison(struct sb_monitor *monitor, enum sb_casemap map, const char *nicks)
{
	if (!monitor->is_asked || !mark_answered(monitor, map, nicks))
		return false;
	monitor->is_asked = false;
	for (size_t i = 0; i < monitor->n; i++) {
		struct sb_monitored *entry = &monitor->all[i];

		if (entry->place != BY_ISON_ASKED)
			continue;
		entry->place = BY_ISON;
		entry->presence = entry->is_answered ? SB_PRESENCE_ONLINE : SB_PRESENCE_OFFLINE;
	}
	return true;
}

bool
sb_monitor_heard(struct sb_monitor *monitor, enum sb_casemap map, const char *nick, bool is_online)
{
	struct sb_monitored *found = find(monitor, map, nick);

	if (!found)
		return false;
	/* One that is to be watched no more may be wanted again before the server is told. */
	found->presence = is_online ? SB_PRESENCE_ONLINE : SB_PRESENCE_OFFLINE;
	return found->watchers != 0;
}

const char *
sb_monitor_next_offline(const struct sb_monitor *monitor, size_t *at)
{
	while (*at < monitor->n) {
		const struct sb_monitored *entry = &monitor->all[(*at)++];

		if (entry->presence == SB_PRESENCE_OFFLINE)
			return entry->nick;
	}
	return NULL;
}

enum sb_presence
sb_monitor_presence(const struct sb_monitor *monitor, enum sb_casemap map, const char *nick)
{
	const struct sb_monitored *found = find(monitor, map, nick);

	return found ? found->presence : SB_PRESENCE_UNKNOWN;
}

bool
sb_monitor_news(struct sb_monitor *monitor, char ret_nick[SB_MONITOR_NICK_CAP], bool *ret_is_online)
{
	for (size_t i = 0; i < monitor->n; i++) {
		struct sb_monitored *entry = &monitor->all[i];

		if (!(entry->watchers & SB_MONITOR_APPLICATION) || entry->told == entry->presence)
			continue;
		entry->told = entry->presence;
		memcpy(ret_nick, entry->nick, sizeof(entry->nick));
		*ret_is_online = entry->presence == SB_PRESENCE_ONLINE;
		return true;
	}
	return false;
}
