/* The leak gate: what a test leaves behind fails it, and so does a failure that it did not expect.
 * A world has one; here it is used alone. */

#include <errno.h>

#include <signalbox/testing.h>

#include "porter/porter.h"

static void
on_arrived(void *self, struct porter *porter, const struct porter_arrived *e)
{
	struct sb_dispatcher *d = self;

	(void)porter;
	sb_fail(d, -ENOENT, "nobody here knows %s", e->name);
}

int
main(void)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_gate *gate = sb_gate_begin(d, NULL);
	struct sb_connection connection =
		porter_arrived_connect(d, SB_ANY, SB_HANDLER(on_arrived), d);

	porter_arrived_emit(d, NULL, &(struct porter_arrived){ .name = "bob" });
	sb_gate_expect_failure(gate, "nobody here knows bob");

	/* Without this the gate would end with
	 *     left at the end of the test:
	 *         connection to porter.arrived from anyone: on_arrived app/examples/... */
	sb_disconnect(d, connection);
	sb_gate_end(gate);
	sb_dispatcher_destroy(d);
	return 0;
}
