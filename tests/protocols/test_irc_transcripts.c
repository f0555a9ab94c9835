/* The conversations in transcripts/irc, with a client that wants to be quoth in #signalbox and is in
 * no hurry to be slow; in transcripts/irc_paced it is as slow as the server wants. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>

#include "irc_state_text.h"

struct subject {
	struct sb_irc *irc;
	const char *pace; /* NULL: the server's */
};

static void
open_irc(struct sb_irc *irc)
{
	struct sb_error why = { 0, "" };

	if (sb_irc_open(irc, &why))
		sb_testing_fail(SB_PLACE, "the client does not open: %s", why.text);
}

static void
create(void *self, struct sb_world *world, const char *url)
{
	static const char *const channels[] = { "#signalbox" };
	struct subject *subject = self;
	struct sb_irc_options options = {
		.url = url,
		.nick = "quoth",
		.channels = channels,
		.n_channels = 1,
		.pace = subject->pace,
		.version = "Quoth 1",
		.services = "NickServ",
	};
	struct sb_error why = { 0, "" };

	if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &subject->irc, &why))
		sb_testing_fail(SB_PLACE, "no client: %s", why.text);
	open_irc(subject->irc);
}

static void
destroy(void *self)
{
	struct subject *subject = self;

	sb_irc_destroy(subject->irc);
	subject->irc = NULL;
}

/* Takes the next word off the text. */
static char *
next_word(char **text)
{
	char *word = *text;

	*text += strcspn(*text, " ");
	if (**text)
		*(*text)++ = '\0';
	return word;
}

static void
command(void *self, const char *words)
{
	struct sb_irc *irc = ((struct subject *)self)->irc;
	char copy[512], *rest = copy, *verb, *target;
	int error = 0;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	verb = next_word(&rest);
	if (!strcmp(verb, "quit")) {
		sb_irc_quit(irc, rest);
		return;
	}
	if (!strcmp(verb, "open")) {
		open_irc(irc);
		return;
	}
	if (!strcmp(verb, "knows")) {
		expect_state(SB_PLACE, irc, rest);
		return;
	}
	target = next_word(&rest);
	if (!strcmp(verb, "say"))
		error = sb_irc_say(irc, target, "%s", rest);
	else if (!strcmp(verb, "act"))
		error = sb_irc_act(irc, target, "%s", rest);
	else if (!strcmp(verb, "join"))
		error = sb_irc_join(irc, target, *rest ? rest : NULL);
	else if (!strcmp(verb, "part"))
		error = sb_irc_part(irc, target, *rest ? rest : NULL);
	else if (!strcmp(verb, "watch"))
		error = sb_irc_monitor(irc, target);
	else if (!strcmp(verb, "unwatch"))
		error = sb_irc_unmonitor(irc, target);
	else if (!strcmp(verb, "nick"))
		error = sb_irc_change_nick(irc, target);
	else
		sb_testing_fail(SB_PLACE, "no such command: %s", words);
	if (error)
		sb_testing_fail(SB_PLACE, "%s: %s", words, strerror(-error));
}

static const struct sb_subject transcript_subject = {
	.signals = "irc.*", .create = create, .destroy = destroy, .command = command
};

static void
conversations_go_as_written(void **state)
{
	struct subject subject = { .pace = "none" };

	(void)state;
	sb_transcript_run_folder(
		SOURCE_DIR "/tests/protocols/transcripts/irc", &transcript_subject, &subject);
}

static void
conversations_go_as_fast_as_the_server_lets_them(void **state)
{
	struct subject subject = { .pace = NULL };

	(void)state;
	sb_transcript_run_folder(
		SOURCE_DIR "/tests/protocols/transcripts/irc_paced", &transcript_subject, &subject);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(conversations_go_as_written),
		kit_test_bare(conversations_go_as_fast_as_the_server_lets_them),
	};

	return kit_run(tests);
}
