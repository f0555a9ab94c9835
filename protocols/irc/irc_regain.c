/* The nick that we want, while somebody else has it: watched, and taken when it is free. */

#include "irc_receive.h"

#include <errno.h>

#include "rejoin.h"

/* Between two attempts, whatever happens; and between two requests to the services. */
#define PAUSE_NS (30 * SB_S)
#define SERVICES_NS (600 * SB_S)

static bool
is_lost(const struct sb_irc *irc)
{
	return irc->is_watching && irc->state == REGISTERED && sb_irc_is_up_(irc)
	       && !sb_irc_same_here_(irc, irc->nick, irc->wanted)
	       && strlen(irc->wanted) <= irc->features.nick_len;
}

void
sb_irc_regain_end_(struct sb_irc *irc)
{
	struct regain *regain = &irc->regain;

	sb_timer_stop(&regain->timer);
	if (*regain->watched)
		sb_irc_watch_(irc, regain->watched, false);
	regain->watched[0] = '\0';
	regain->n_tries = 0;
	regain->tried_ns = regain->due_ns = regain->services_ns = 0;
	regain->was_free = false;
}

static void
ask_services(struct sb_irc *irc, int64_t now_ns)
{
	char text[sizeof("REGAIN ") + NICK_CAP];
	const char *params[] = { irc->services, text };

	(void)snprintf(text, sizeof(text), "REGAIN %s", irc->wanted);
	sb_irc_write_later_(
		irc, &(struct sb_wire_out){
			     .verb = "PRIVMSG", .params = params, .n_params = 2, .colon = true });
	irc->regain.services_ns = now_ns + SERVICES_NS;
}

static void
try_nick(struct sb_irc *irc, int64_t now_ns)
{
	const char *params[] = { irc->wanted };
	struct regain *regain = &irc->regain;

	sb_irc_write_later_(
		irc, &(struct sb_wire_out){ .verb = "NICK", .params = params, .n_params = 1 });
	if (regain->n_tries < 100)
		regain->n_tries++;
	regain->tried_ns = now_ns;
	regain->due_ns = now_ns + sb_rejoin_refused_ns(regain->n_tries, sb_reactor_random(irc->r));
}

/* One that has just become free is tried for soon, however often that was in vain. */
static bool
is_free(struct sb_irc *irc)
{
	struct regain *regain = &irc->regain;
	enum sb_presence presence =
		sb_monitor_presence(&irc->monitor, irc->features.casemap, regain->watched);
	bool is = presence == SB_PRESENCE_OFFLINE;
	int64_t soon_ns = regain->n_tries ? regain->tried_ns + PAUSE_NS : 0;

	if (is && !regain->was_free && regain->due_ns > soon_ns)
		regain->due_ns = soon_ns;
	regain->was_free = is;
	return is;
}

/* Somebody has it, or the server does not give it to us all the same. */
static bool
needs_services(const struct sb_irc *irc)
{
	const struct regain *regain = &irc->regain;

	return irc->services && sb_irc_account_(irc)
	       && (regain->n_tries
		       || sb_monitor_presence(&irc->monitor, irc->features.casemap, regain->watched)
				  == SB_PRESENCE_ONLINE);
}

void
sb_irc_regain_go_on_(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r), due_ns = INT64_MAX;
	struct regain *regain = &irc->regain;

	if (!*regain->watched || !is_lost(irc))
		return;
	if (is_free(irc)) {
		if (regain->due_ns <= now_ns)
			try_nick(irc, now_ns);
		due_ns = regain->due_ns;
	}
	if (needs_services(irc)) {
		if (regain->services_ns <= now_ns)
			ask_services(irc, now_ns);
		if (regain->services_ns < due_ns)
			due_ns = regain->services_ns;
	}
	if (due_ns == INT64_MAX)
		sb_timer_stop(&regain->timer);
	else
		sb_timer_start(&regain->timer, due_ns - now_ns);
}

void
sb_irc_on_regain_timer_(void *self)
{
	sb_irc_regain_go_on_(self);
}

bool
sb_irc_regain_check_(struct sb_irc *irc)
{
	struct regain *regain = &irc->regain;
	bool was_lost = *regain->watched, lost = is_lost(irc);

	if (was_lost && (!lost || !sb_irc_same_here_(irc, regain->watched, irc->wanted)))
		sb_irc_regain_end_(irc);
	if (lost && !*regain->watched) {
		memcpy(regain->watched, irc->wanted, sizeof(regain->watched));
		sb_irc_watch_(irc, regain->watched, true);
	}
	sb_irc_regain_go_on_(irc);
	return was_lost && !lost;
}

void
sb_irc_regain_freed_(struct sb_irc *irc, const char *nick)
{
	if (!*irc->regain.watched || !sb_irc_same_here_(irc, nick, irc->regain.watched))
		return;
	(void)sb_monitor_heard(&irc->monitor, irc->features.casemap, nick, false);
	sb_irc_regain_go_on_(irc);
	/* An application that watches it, too, is told. */
	sb_irc_monitor_go_on_(irc);
}
