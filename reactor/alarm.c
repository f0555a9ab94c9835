#include <signalbox/timers.h>

#include "private.h"

#define DAY_S INT64_C(86400)

/* How far a daily alarm may lie ahead before the clock must have been stepped back. */
#define AHEAD_MAX_NS ((DAY_S + 3 * 3600) * SB_S)

/* Within the day of wall_ns, or on the next; INT64_MAX where that is beyond it. */
static int64_t
next_of_day(int64_t wall_ns, int second_of_day)
{
	int64_t day_ns = DAY_S * SB_S, since_ns = wall_ns % day_ns, left_ns;

	if (since_ns < 0)
		since_ns += day_ns;
	left_ns = second_of_day * SB_S - since_ns;
	return time_add(wall_ns, left_ns > 0 ? left_ns : left_ns + day_ns);
}

/* Where it stands: one that is past counts as now, behind those that are due, or it could keep them
 * from their turn for good. */
static int64_t
entry_ns(const struct sb_alarm *alarm)
{
	int64_t wall_ns = alarm->timer.reactor->wall_ns;

	return alarm->at_wall_ns > wall_ns ? alarm->at_wall_ns : wall_ns;
}

static void
enter_anew(struct timer_slot *slot, int64_t wall_ns)
{
	struct sb_alarm *alarm = (struct sb_alarm *)slot->timer;

	if (alarm->second_of_day >= 0 && alarm->at_wall_ns > time_add(wall_ns, AHEAD_MAX_NS))
		alarm->at_wall_ns = next_of_day(wall_ns, alarm->second_of_day);
	slot->at_ns = entry_ns(alarm);
}

/* Takes the time. What the entries rest on changes only when the clock is stepped back. */
static void
look(struct sb_reactor *r)
{
	int64_t before_ns = r->wall_ns;
	uint32_t i;

	r->wall_ns = r->backend->wall_ns(r->back);
	if (r->wall_ns >= before_ns)
		return;
	for (i = 0; i < r->alarms.n; i++)
		enter_anew(&r->alarms.slots[i], r->wall_ns);
	sb_timer_heap_reorder(&r->alarms);
}

static void
unwatch(struct sb_reactor *r)
{
	if (!r->watches_wall || r->alarms.n > 0)
		return;
	r->watches_wall = false;
	r->backend->watch_wall(r->back, false);
}

static void
start(struct sb_alarm *alarm, int64_t at_wall_ns)
{
	struct sb_reactor *r = alarm->timer.reactor;

	look(r);
	alarm->at_wall_ns = at_wall_ns;
	sb_timer_heap_start(&r->alarms, &alarm->timer, entry_ns(alarm));
	if (r->watches_wall)
		return;
	r->watches_wall = true;
	r->backend->watch_wall(r->back, true);
}

void
sb_alarms_fire(struct sb_reactor *r, uint64_t seq)
{
	struct sb_timer *timer;

	while (r->alarms.n > 0) {
		/* Each time: the one before may have stepped the clock. */
		look(r);
		timer = sb_timer_heap_take(&r->alarms, r->wall_ns, seq);
		if (!timer)
			break;
		sb_reactor_enter(r, timer->place);
		timer->fn(timer->self);
	}
	unwatch(r);
}

int64_t
sb_alarms_next_ns(struct sb_reactor *r)
{
	int64_t at_ns;

	if (r->alarms.n == 0)
		return INT64_MAX;
	look(r);
	at_ns = sb_timer_heap_first_ns(&r->alarms);
	if (at_ns <= r->wall_ns)
		return INT64_MIN;
	/* Before 1970 the difference may be too long for an int64_t. */
	if (r->wall_ns < 0 && at_ns > INT64_MAX + r->wall_ns)
		return INT64_MAX;
	return time_add(at_ns - r->wall_ns, r->backend->now_ns(r->back));
}

int
sb_alarm_init(
	struct sb_alarm *alarm, struct sb_reactor *r, sb_call_fn *fn, const char *place, void *self)
{
	memset(alarm, 0, sizeof(*alarm));
	return sb_timer_init_in(&r->alarms, &alarm->timer, r, fn, place, self);
}

void
sb_alarm_finish(struct sb_alarm *alarm)
{
	struct sb_reactor *r = alarm->timer.reactor;

	if (alarm->timer.pos == 0)
		return;
	sb_timer_heap_remove(&r->alarms, &alarm->timer);
	unwatch(r);
}

void
sb_alarm_start(struct sb_alarm *alarm, int64_t at_wall_ns)
{
	sb_assert(alarm->timer.pos != 0);
	alarm->second_of_day = -1;
	start(alarm, at_wall_ns);
}

void
sb_alarm_start_daily(struct sb_alarm *alarm, int second_of_day)
{
	sb_assert(alarm->timer.pos != 0);
	sb_assert(second_of_day >= 0 && second_of_day < DAY_S);
	alarm->second_of_day = second_of_day;
	start(alarm, next_of_day(sb_reactor_wall_ns(alarm->timer.reactor), second_of_day));
}

void
sb_alarm_stop(struct sb_alarm *alarm)
{
	struct sb_reactor *r = alarm->timer.reactor;

	if (alarm->timer.pos == 0)
		return;
	sb_timer_heap_stop(&r->alarms, &alarm->timer);
	unwatch(r);
}

bool
sb_alarm_is_started(const struct sb_alarm *alarm)
{
	return alarm->timer.pos != 0 && is_started(&alarm->timer.reactor->alarms, &alarm->timer);
}
