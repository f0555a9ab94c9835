/* What the client does by itself to get back what it has lost (rejoin, monitor, regain): its timers
 * and the stages of a connection. */

#include "client.h"

#include <errno.h>

/* Where a server says no greetings, it has said all it will after so long. */
#define GREETINGS_NS (2 * SB_S)

int
sb_irc_heal_init_(struct sb_irc *irc)
{
	sb_monitor_init(&irc->monitor);
	if (sb_timer_init(&irc->rejoin_timer, irc->r, sb_irc_on_rejoin_timer_, irc->place, irc)
		|| sb_timer_init(
			&irc->monitor_timer, irc->r, sb_irc_on_monitor_timer_, irc->place, irc)
		|| sb_timer_init(
			&irc->regain.timer, irc->r, sb_irc_on_regain_timer_, irc->place, irc))
		return -ENOMEM;
	return 0;
}

void
sb_irc_heal_finish_(struct sb_irc *irc)
{
	sb_timer_finish(&irc->rejoin_timer);
	sb_timer_finish(&irc->monitor_timer);
	sb_timer_finish(&irc->regain.timer);
}

void
sb_irc_heal_free_(struct sb_irc *irc)
{
	sb_monitor_finish(&irc->monitor);
	free(irc->services);
}

void
sb_irc_heal_begin_(struct sb_irc *irc)
{
	irc->greetings_end_ns = 0;
	irc->is_watching = false;
	sb_timer_stop(&irc->rejoin_timer);
	sb_timer_stop(&irc->monitor_timer);
	sb_irc_regain_end_(irc);
	sb_monitor_begin(&irc->monitor, 0);
}

void
sb_irc_heal_registered_(struct sb_irc *irc)
{
	sb_irc_rejoin_begin_(irc);
	irc->greetings_end_ns = sb_reactor_now_ns(irc->r) + GREETINGS_NS;
	sb_irc_rejoin_schedule_(irc);
}

void
sb_irc_heal_ready_(struct sb_irc *irc)
{
	if (!irc->greetings_end_ns || !sb_irc_is_up_(irc))
		return;
	irc->greetings_end_ns = 0;
	sb_irc_join_all_(irc);
	sb_irc_rejoin_schedule_(irc);
	sb_irc_monitor_begin_(irc);
	sb_irc_regain_check_(irc);
}
