/* The tape: a protocol on a transport that is a string. */

#include <errno.h>

#include <signalbox/testing.h>

#include "porter/porter.h"

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_tape *tape = sb_tape_create();
	struct porter *porter;

	if (porter_create(world->d, world->r, NULL, &porter, NULL)
		|| porter_take(porter, sb_tape_stream(tape)))
		sb_testing_fail(SB_PLACE, "out of memory");

	sb_tape_connect(tape);
	sb_tape_expect_line(tape, "who are you?");

	/* However the bytes arrive, the answer is the same. */
	sb_tape_feed_by_byte(tape, "bob\r\n");
	sb_tape_expect(tape, "hello bob\r\n");

	/* A peer that reads nothing: what we write is queued, and the close waits for it. */
	sb_tape_set_room(tape, 0);
	sb_tape_feed_line(tape, "bye");
	sb_tape_expect(tape, "");
	sb_tape_set_room(tape, SIZE_MAX);
	sb_tape_expect_line(tape, "bye");
	sb_tape_expect_over(tape, 0);

	porter_destroy(porter);
	sb_tape_destroy(tape);
	sb_world_destroy(world);
	return 0;
}
