#ifndef PROTOCOLS_IRC_MONITOR_H
#define PROTOCOLS_IRC_MONITOR_H

/* The nicks that are watched, and whether they are there: which the server is to be asked to watch
 * (MONITOR; ircv3.net, "Monitor"; modern.ircdocs.horse, "MONITOR"), which it is asked for each minute
 * (ISON; RFC 2812, section 4.9), and what it has said. It knows no socket and no clock.
 *
 *     sb_monitor_begin()                 the greetings are over: nothing is known, nothing was asked
 *     sb_monitor_next()                  until it is false: "MONITOR + ...", "MONITOR - ..."
 *     sb_monitor_round()                 each minute
 *     sb_monitor_next_ison()             after that, and after each 303: "ISON ..."
 *     sb_monitor_news()                  until it is false: whom to tell of
 *
 * It grows with the nicks that are put, at most SB_MONITOR_MAX of the application's and one of ours;
 * what the server says takes no memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "casemap.h"

enum { SB_MONITOR_MAX = 512, SB_MONITOR_NICK_CAP = 65 };

/* Who wants to know: bits. */
enum sb_monitor_who { SB_MONITOR_APPLICATION = 1, SB_MONITOR_OURSELVES = 2 };

enum sb_presence { SB_PRESENCE_UNKNOWN, SB_PRESENCE_OFFLINE, SB_PRESENCE_ONLINE };

struct sb_monitored;

/* The owner's memory; the members are private. */
struct sb_monitor {
	struct sb_monitored *all;
	size_t n, cap;
	size_t n_application;
	size_t n_sent; /* that the server has on its list */
	uint32_t limit; /* of that list */
	bool is_asked; /* an ISON is not answered yet */
};

void sb_monitor_init(struct sb_monitor *monitor);
void sb_monitor_finish(struct sb_monitor *monitor);

/* Adds a nick, or one more who wants to know of it. Returns 0, also when it is there already; -ENOSPC
 * when the application has SB_MONITOR_MAX; -ENOMEM. */
int sb_monitor_add(
	struct sb_monitor *monitor, enum sb_casemap map, const char *nick, enum sb_monitor_who who);

/* They want to know no more. True when nobody does. */
bool sb_monitor_remove(
	struct sb_monitor *monitor, enum sb_casemap map, const char *nick, enum sb_monitor_who who);

/* A new connection, to a server that watches so many: 0 for none, for it has no MONITOR. What is
 * found is told anew. */
void sb_monitor_begin(struct sb_monitor *monitor, uint32_t limit);

/* The server says later that it watches so many; those that it has on its list stay there. */
void sb_monitor_set_limit(struct sb_monitor *monitor, uint32_t limit);

/* The next line for MONITOR: '-' or '+', and nicks with commas in list, of cap bytes, at least
 * SB_MONITOR_NICK_CAP. False when there is none; those that find no room at the server are asked for
 * by ISON, until there is some. */
bool sb_monitor_next(struct sb_monitor *monitor, char *ret_sign, char *list, size_t cap);

/* The server has no room for this one (734). False when it is none of its list. */
bool sb_monitor_refused(struct sb_monitor *monitor, enum sb_casemap map, const char *nick);

/* All that are asked for by ISON are due; whether there are any. */
bool sb_monitor_round(struct sb_monitor *monitor);

/* The next line of ISON, nicks with spaces. False when none is due, or the last is not answered. */
bool sb_monitor_next_ison(struct sb_monitor *monitor, char *list, size_t cap);

/* The answer to that (303). False, and nothing has changed, when it is not: nobody asked, or it names
 * others. */
bool sb_monitor_ison(struct sb_monitor *monitor, enum sb_casemap map, const char *nicks);

/* The server says so of somebody (730, 731). False for a nick that nobody watches. */
bool sb_monitor_heard(
	struct sb_monitor *monitor, enum sb_casemap map, const char *nick, bool is_online);

/* Those who are not there, one a call; *at begins as 0. NULL after the last. */
const char *sb_monitor_next_offline(const struct sb_monitor *monitor, size_t *at);

enum sb_presence sb_monitor_presence(
	const struct sb_monitor *monitor, enum sb_casemap map, const char *nick);

/* Somebody of whom the application is to be told, and is then. False when there is nobody. */
bool sb_monitor_news(
	struct sb_monitor *monitor, char ret_nick[SB_MONITOR_NICK_CAP], bool *ret_is_online);

#endif
