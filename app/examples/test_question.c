/* A question: handlers return nothing, so what asks gives them an object that takes the answer. The
 * first that has one says so, and nobody else is asked. */

#include <signalbox/dispatcher.h>

#include "door/door.h"

static void
on_knocked(void *self, struct door *door, const struct door_knocked *e)
{
	struct sb_dispatcher *d = self;

	(void)door;
	if (strcmp(e->who, "bob") != 0)
		return;
	e->answer->is_welcome = true;
	sb_stop(d);
}

static bool
may_come_in(struct sb_dispatcher *d, struct door *door, const char *who)
{
	struct door_answer answer = { .is_welcome = false };

	door_knocked_emit(d, door, &(struct door_knocked){ .who = who, .answer = &answer });
	return answer.is_welcome;
}

int
main(void)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct door door = { "front" };
	bool is_right;

	if (!d)
		return 1;
	door_knocked_connect(d, SB_ANY, SB_HANDLER(on_knocked), d);
	is_right = may_come_in(d, &door, "bob") && !may_come_in(d, &door, "eve");
	sb_dispatcher_destroy(d);
	return is_right ? 0 : 1;
}
