/* Who is watched (monitor.h): by the server where it has MONITOR and room, else by ISON every
 * minute. */

#include "irc_receive.h"

#include <errno.h>

#define ROUND_NS (60 * SB_S)

/* Bytes of nicks in a line, so that the answer fits in one, too. */
enum { LIST_CAP = 384 };

/* The names of a line of 730 or 731: nick!user@host, at most. */
enum { TARGET_CAP = 2 * (SB_ROSTER_NAME_MAX + 1) };

static bool
is_watching(const struct sb_irc *irc)
{
	return irc->is_watching && irc->state == REGISTERED && sb_irc_is_up_(irc);
}

void
sb_irc_monitor_begin_(struct sb_irc *irc)
{
	irc->is_watching = true;
	irc->round_ns = 0;
	sb_monitor_begin(&irc->monitor, irc->features.monitor);
	sb_irc_monitor_go_on_(irc);
}

/* Some servers say it after their greetings, some that have none after we have waited for them. */
void
sb_irc_monitor_offered_(struct sb_irc *irc)
{
	/* Where the greetings are not over, it begins with that. */
	if (!irc->is_watching)
		return;
	sb_monitor_set_limit(&irc->monitor, irc->features.monitor);
	sb_irc_monitor_go_on_(irc);
}

void
sb_irc_monitor_go_on_(struct sb_irc *irc)
{
	if (is_watching(irc))
		sb_timer_start(&irc->monitor_timer, 0);
}

static int
tell(struct sb_irc *irc, const char *nick, const struct sb_roster_who *who_or_null, bool is_online)
{
	return sb_irc_monitored_emit(irc->d, irc,
		&(struct sb_irc_monitored){ .nick = nick,
			.user = who_or_null ? who_or_null->user : NULL,
			.host = who_or_null ? who_or_null->host : NULL,
			.is_online = is_online });
}

/* Whatever is known and not told: of the one who was heard of, and of others, of whom nothing else
 * is known. */
static int
tell_news(struct sb_irc *irc, const struct sb_roster_who *who_or_null)
{
	char nick[SB_MONITOR_NICK_CAP];
	bool is_online;

	while (sb_monitor_news(&irc->monitor, nick, &is_online)) {
		bool is_them =
			is_online && who_or_null && sb_irc_same_here_(irc, nick, who_or_null->nick);

		if (tell(irc, nick, is_them ? who_or_null : NULL, is_online) == -ECANCELED)
			return -ECANCELED;
	}
	return 0;
}

static void
send_list(struct sb_irc *irc, char sign, const char *list)
{
	const char what[] = { sign, '\0' };
	const char *params[] = { what, list };

	sb_irc_write_later_(
		irc, &(struct sb_wire_out){ .verb = "MONITOR", .params = params, .n_params = 2 });
}

static void
ask_on(struct sb_irc *irc)
{
	char list[LIST_CAP];
	const char *params[] = { list };

	if (sb_monitor_next_ison(&irc->monitor, list, sizeof(list)))
		irc->ison = sb_irc_write_asking_(irc,
			&(struct sb_wire_out){
				.verb = "ISON", .params = params, .n_params = 1, .colon = true });
}

/* Those who are asked for have a round each minute; who is new among them is asked for at once. */
static void
go_round(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);

	if (irc->round_ns <= now_ns) {
		if (!sb_monitor_round(&irc->monitor))
			return;
		irc->round_ns = now_ns + ROUND_NS;
	}
	ask_on(irc);
	sb_timer_start(&irc->monitor_timer, irc->round_ns - now_ns);
}

void
sb_irc_on_monitor_timer_(void *self)
{
	struct sb_irc *irc = self;
	char list[LIST_CAP], sign;

	if (!is_watching(irc))
		return;
	while (sb_monitor_next(&irc->monitor, &sign, list, sizeof(list)))
		send_list(irc, sign, list);
	go_round(irc);
	(void)tell_news(irc, NULL);
}

/* One that the server was not told to forget yet is there, and nothing more will be said of it. */
static int
add(struct sb_irc *irc, const char *nick, enum sb_monitor_who who)
{
	enum sb_casemap map = irc->features.casemap;
	int error = sb_monitor_add(&irc->monitor, map, nick, who);

	if (error)
		return error;
	if (sb_monitor_presence(&irc->monitor, map, nick) == SB_PRESENCE_ONLINE)
		(void)sb_roster_monitored(irc->roster, &(struct sb_roster_who){ .nick = nick });
	sb_irc_monitor_go_on_(irc);
	return 0;
}

int
sb_irc_monitor(struct sb_irc *irc, const char *nick)
{
	return sb_irc_nick_is_fine(nick) ? add(irc, nick, SB_MONITOR_APPLICATION) : -EINVAL;
}

static void
remove_one(struct sb_irc *irc, const char *nick, enum sb_monitor_who who)
{
	if (sb_monitor_remove(&irc->monitor, irc->features.casemap, nick, who))
		(void)sb_roster_unmonitored(irc->roster, nick);
	sb_irc_monitor_go_on_(irc);
}

void
sb_irc_watch_(struct sb_irc *irc, const char *nick, bool is_watched)
{
	/* Where there is no memory it is not watched on this connection. */
	if (is_watched)
		(void)add(irc, nick, SB_MONITOR_OURSELVES);
	else
		remove_one(irc, nick, SB_MONITOR_OURSELVES);
}

int
sb_irc_unmonitor(struct sb_irc *irc, const char *nick)
{
	if (!sb_irc_nick_is_fine(nick))
		return -EINVAL;
	remove_one(irc, nick, SB_MONITOR_APPLICATION);
	return 0;
}

/* What a server says of somebody whom we do not watch, the state keeps all the same: an application
 * may have asked for it by itself. */
static int
heard(struct sb_irc *irc, char *target, bool is_online)
{
	struct sb_roster_who who = sb_roster_split(target);

	if (is_online)
		(void)sb_roster_monitored(irc->roster, &who);
	else
		(void)sb_roster_unmonitored(irc->roster, who.nick);
	if (!sb_monitor_heard(&irc->monitor, irc->features.casemap, who.nick, is_online))
		return 0;
	sb_irc_regain_go_on_(irc);
	return tell_news(irc, &who);
}

static int
receive_presence(struct sb_irc *irc, const struct received *m, bool is_online)
{
	const char *list = param(m, 1);
	char target[TARGET_CAP];

	while (next_part(&list, ',', target, sizeof(target)))
		if (heard(irc, target, is_online) == -ECANCELED)
			return -ECANCELED;
	return sb_irc_receive_other_(irc, m);
}

int
sb_irc_receive_online_(struct sb_irc *irc, const struct received *m)
{
	return receive_presence(irc, m, true);
}

int
sb_irc_receive_offline_(struct sb_irc *irc, const struct received *m)
{
	return receive_presence(irc, m, false);
}

/* 734: its list is full. */
int
sb_irc_receive_monitor_full_(struct sb_irc *irc, const struct received *m)
{
	const char *list = param(m, 2);
	char target[TARGET_CAP];

	while (next_part(&list, ',', target, sizeof(target)))
		(void)sb_monitor_refused(&irc->monitor, irc->features.casemap, target);
	sb_irc_monitor_go_on_(irc);
	return sb_irc_receive_other_(irc, m);
}

/* 303: the state keeps those who are there as it does for MONITOR. */
int
sb_irc_receive_ison_(struct sb_irc *irc, const struct received *m)
{
	const char *list = param(m, 1);
	char nick[SB_ROSTER_NAME_MAX + 1];
	const char *gone;
	size_t at = 0;

	/* We put no label to ours; the application may ask in its own words, too. */
	if (m->label || m->is_answer
		|| sb_asks_awaits(&irc->asks, irc->ison, sb_reactor_now_ns(irc->r))
		|| !sb_monitor_ison(&irc->monitor, irc->features.casemap, list))
		return sb_irc_receive_other_(irc, m);
	while (next_part(&list, ' ', nick, sizeof(nick)))
		(void)sb_roster_monitored(irc->roster, &(struct sb_roster_who){ .nick = nick });
	while ((gone = sb_monitor_next_offline(&irc->monitor, &at)))
		(void)sb_roster_unmonitored(irc->roster, gone);
	sb_irc_regain_go_on_(irc);
	sb_irc_monitor_go_on_(irc);
	if (tell_news(irc, NULL) == -ECANCELED)
		return -ECANCELED;
	return sb_irc_receive_other_(irc, m);
}
