#include <signalbox/join.h>

#include <errno.h>
#include <stdlib.h>

#include <signalbox/later.h>
#include <signalbox/observer.h>

struct joint {
	struct sb_reap reap; /* first, so that one who looks for leaks finds it in the list */
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_waker waker;
	struct sb_timer timer;
	char place[];
};

/* Of the waker and of the timer. The joint may be gone afterwards: a handler may destroy the
 * dispatcher, or part it. */
static void
deliver(void *self)
{
	const struct joint *joint = self;

	(void)sb_deliver(joint->d);
}

static void
wake(void *self)
{
	struct joint *joint = self;

	sb_waker_wake(&joint->waker);
}

static void
wake_at(void *self, int64_t at_ns)
{
	struct joint *joint = self;
	int64_t now_ns = sb_reactor_now_ns(joint->r);

	if (at_ns == INT64_MAX)
		sb_timer_stop(&joint->timer);
	else
		/* A timer counts from the time of the turn, too. */
		sb_timer_start(&joint->timer, at_ns > now_ns ? at_ns - now_ns : 0);
}

static int64_t
clock_ns(void *self)
{
	const struct joint *joint = self;

	return sb_reactor_clock_ns(joint->r);
}

static void
free_joint(void *self)
{
	free(self);
}

static void
part(void *self)
{
	struct joint *joint = self;

	sb_waker_finish(&joint->waker);
	sb_timer_finish(&joint->timer);
	/* A watchdog may be telling of its place. */
	sb_reactor_reap(joint->r, &joint->reap, free_joint, joint);
}

static const struct sb_loop loop = {
	.wake = wake,
	.wake_at = wake_at,
	.clock_ns = clock_ns,
	.part = part,
};

/* "sb_join file:line", as the places of handlers are. */
static struct joint *
make_joint(struct sb_dispatcher *d, struct sb_reactor *r, const char *place)
{
	static const char name[] = "sb_join ";
	size_t cap = sizeof(name) + strlen(place);
	struct joint *joint = calloc(1, sizeof(*joint) + cap);

	if (!joint)
		return NULL;
	joint->d = d;
	joint->r = r;
	(void)snprintf(joint->place, cap, "%s%s", name, place);
	if (sb_timer_init(&joint->timer, r, deliver, joint->place, joint) < 0) {
		free(joint);
		return NULL;
	}
	sb_waker_init(&joint->waker, r, deliver, joint->place, joint);
	return joint;
}

int
sb_join(struct sb_dispatcher *d, struct sb_reactor *r, const char *place)
{
	struct joint *joint;

	if (!r) {
		sb_set_loop(d, NULL, NULL);
		return 0;
	}
	joint = make_joint(d, r, place);
	if (!joint)
		return -ENOMEM;
	sb_set_loop(d, &loop, joint);
	return 0;
}

/* Which handlers are under way, for the watchdog. */
struct naming {
	struct sb_watchdog *watchdog;
	const char *before[SB_DEPTH_LIMIT + 1]; /* whom each was called by, the outermost first */
	size_t depth;
};

static void
on_call_began(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	struct naming *naming = self;

	(void)emission;
	sb_assert(naming->depth < sizeof(naming->before) / sizeof(naming->before[0]));
	naming->before[naming->depth++] = sb_watchdog_enter(naming->watchdog, receiver->place);
}

static void
on_call_ended(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	enum sb_outcome outcome)
{
	struct naming *naming = self;

	(void)emission;
	(void)receiver;
	(void)outcome;
	(void)sb_watchdog_enter(naming->watchdog, naming->before[--naming->depth]);
}

/* In a handler, perhaps, of whose end nothing is heard any more. */
static void
on_destroyed(void *self, const struct sb_dispatcher *d)
{
	struct naming *naming = self;

	(void)d;
	if (naming->depth > 0)
		(void)sb_watchdog_enter(naming->watchdog, naming->before[0]);
	free(naming);
}

static const struct sb_observer naming_observer = {
	.call_began = on_call_began,
	.call_ended = on_call_ended,
	.destroyed = on_destroyed,
};

int
sb_join_watchdog(struct sb_dispatcher *d, struct sb_watchdog *watchdog)
{
	struct naming *naming = calloc(1, sizeof(*naming));
	int ret;

	if (!naming)
		return -ENOMEM;
	naming->watchdog = watchdog;
	ret = sb_observe(d, &naming_observer, SB_PLACE, naming);
	if (ret < 0)
		free(naming);
	return ret;
}
