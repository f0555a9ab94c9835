/* The conversations in transcripts/http, with a server that does what the path says. */

#include <errno.h>
#include <string.h>

#include "kit_cmocka.h"

#include "http_fixture.h"

static void
create(void *self, struct sb_world *world, const char *url)
{
	struct sb_http_options options = { .url = url, .max_body = 1000 };

	fixture_begin_without_peer(self, world, &options);
}

static void
destroy(void *self)
{
	fixture_end(self);
}

static void
command(void *self, const char *words)
{
	struct fixture *f = self;

	if (!strcmp(words, "answer"))
		(void)sb_http_answer_text(sb_http_find(f->http, f->id), 200, "later");
	else if (!strcmp(words, "shut"))
		sb_http_shut(f->http);
	else if (!strcmp(words, "failed"))
		sb_gate_expect_failure(f->world->gate, "fixture_on_requested");
	else
		sb_testing_fail(SB_PLACE, "no such command: %s", words);
}

static void
conversations_go_as_written(void **state)
{
	static const struct sb_subject subject = { .signals = "http.*",
		.is_server = true,
		.create = create,
		.destroy = destroy,
		.command = command };
	static struct fixture f;

	(void)state;
	sb_transcript_run_folder(SOURCE_DIR "/tests/protocols/transcripts/http", &subject, &f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(conversations_go_as_written),
	};

	return kit_run(tests);
}
