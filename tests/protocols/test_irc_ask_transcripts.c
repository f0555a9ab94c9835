/* The conversations in transcripts/irc_ask: what a client in #signalbox asks of its server, and what
 * answers that. */

#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>
#include <signalbox/irc_ask.h>

enum { WORDS_MAX = 15 };

struct subject {
	struct sb_irc *irc;
};

static void
create(void *self, struct sb_world *world, const char *url)
{
	static const char *const channels[] = { "#signalbox" };
	struct subject *subject = self;
	struct sb_irc_options options = {
		.url = url, .nick = "quoth", .channels = channels, .n_channels = 1, .pace = "none"
	};
	struct sb_error why = { 0, "" };

	if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &subject->irc, &why)
		|| sb_irc_open(subject->irc, &why))
		sb_testing_fail(SB_PLACE, "no client: %s", why.text);
}

static void
destroy(void *self)
{
	struct subject *subject = self;

	sb_irc_destroy(subject->irc);
	subject->irc = NULL;
}

/* "WHOIS bob" asks; "cancel 2" cancels that number; "refused CODE WORDS" fails with it. */
static void
command(void *self, const char *words)
{
	struct subject *subject = self;
	char copy[512], *at = copy, *word;
	const char *params[WORDS_MAX + 2] = { NULL };
	const char **first = params;
	int64_t request = 0;
	size_t n = 0;
	int error, expected = 0;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	while (n < WORDS_MAX + 1 && (word = strsep(&at, " ")))
		params[n++] = word;
	if (!strcmp(params[0], "cancel")) {
		sb_irc_ask_cancel(subject->irc, strtoll(params[1], NULL, 10));
		return;
	}
	if (!strcmp(params[0], "quit")) {
		sb_irc_quit(subject->irc, NULL);
		return;
	}
	if (!strcmp(params[0], "refused")) {
		expected = -(int)strtol(params[1], NULL, 10);
		first += 2;
		n -= 2;
	}
	error = sb_irc_ask(subject->irc, first[0], first + 1, n - 1, &request);
	if (error != expected)
		sb_testing_fail(SB_PLACE, "%s: %s", words, strerror(-error));
}

static const struct sb_subject transcript_subject = {
	.signals = "irc.*", .create = create, .destroy = destroy, .command = command
};

static void
requests_are_answered_as_written(void **state)
{
	struct subject subject = { .irc = NULL };

	(void)state;
	sb_transcript_run_folder(
		SOURCE_DIR "/tests/protocols/transcripts/irc_ask", &transcript_subject, &subject);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(requests_are_answered_as_written),
	};

	return kit_run(tests);
}
