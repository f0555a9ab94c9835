/* Transcripts: conversations as text files, see porter/two_guests.txt. */

#include <signalbox/testing.h>

#include "porter/porter.h"

static void
create(void *self, struct sb_world *world, const char *url)
{
	struct porter **porter = self;
	struct sb_error error;

	if (porter_create(world->d, world->r, url, porter, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
}

static void
destroy(void *self)
{
	struct porter **porter = self;

	porter_destroy(*porter);
}

int
main(void)
{
	static const struct sb_subject subject = {
		.signals = "porter.*",
		.is_server = true,
		.create = create,
		.destroy = destroy,
	};
	struct porter *porter;

	sb_transcript_run_folder(SOURCE_DIR "/app/examples/porter", &subject, &porter);
	return 0;
}
