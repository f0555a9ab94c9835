/* The conversations in transcripts/irc_history, with a client that catches up, in
 * transcripts/irc_presence, with a bot that is away, and in transcripts/irc_more, with one that is
 * neither: what not every network has. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>

#include "irc_state_text.h"

struct subject {
	struct sb_irc *irc;
	struct sb_irc_options options;
};

static void
create(void *self, struct sb_world *world, const char *url)
{
	static const char *const channels[] = { "#signalbox" };
	struct subject *subject = self;
	struct sb_irc_options options = subject->options;
	struct sb_error why = { 0, "" };

	options.url = url;
	options.nick = "quoth";
	options.channels = channels;
	options.n_channels = 1;
	options.pace = "none";
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

/* Undoes \xHH, in place. */
static void
unescape(char *text)
{
	char *to = text;

	while (*text) {
		unsigned value;

		if (text[0] == '\\' && text[1] == 'x' && sscanf(text + 2, "%2x", &value) == 1) {
			*to++ = (char)value;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* "send VERB param param :last of them" */
static int
send_words(struct sb_irc *irc, char *words)
{
	const char *params[15];
	size_t n = 0;
	char *at = strchr(words, ' ');

	while (at && n < 15) {
		*at++ = '\0';
		params[n++] = *at == ':' ? at + 1 : at;
		at = *at == ':' ? NULL : strchr(at, ' ');
	}
	return sb_irc_send(irc, words, params, n);
}

static int
do_it(struct sb_irc *irc, const char *verb, char *rest)
{
	char *text = rest + strcspn(rest, " ");

	if (!strcmp(verb, "send"))
		return send_words(irc, rest);
	if (!strcmp(verb, "away"))
		return sb_irc_set_away(irc, rest);
	if (!strcmp(verb, "back"))
		return sb_irc_set_away(irc, NULL);
	if (*text)
		*text++ = '\0';
	if (!strcmp(verb, "say"))
		return sb_irc_say(irc, rest, "%s", text);
	if (!strcmp(verb, "part"))
		return sb_irc_part(irc, rest, *text ? text : NULL);
	if (!strcmp(verb, "topic"))
		return sb_irc_set_topic(irc, rest, text);
	sb_testing_fail(SB_PLACE, "no such command: %s", verb);
	return 0;
}

/* "fails EILSEQ say ...": what the rest returns. */
static void
command(void *self, const char *words)
{
	struct sb_irc *irc = ((struct subject *)self)->irc;
	char copy[6000], *verb = copy, *rest;
	int expected = 0, error;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	unescape(copy);
	if (!strncmp(verb, "knows ", 6)) {
		expect_state(SB_PLACE, irc, verb + 6);
		return;
	}
	if (!strncmp(verb, "fails EILSEQ ", 13)) {
		expected = -EILSEQ;
		verb += 13;
	}
	rest = verb + strcspn(verb, " ");
	if (*rest)
		*rest++ = '\0';
	error = do_it(irc, verb, rest);
	if (error != expected)
		sb_testing_fail(SB_PLACE, "%s: %s", words, strerror(-error));
}

static const struct sb_subject transcript_subject = {
	.signals = "irc.*", .create = create, .destroy = destroy, .command = command
};

#define FOLDER(name) SOURCE_DIR "/tests/protocols/transcripts/" name

static void
what_was_missed_is_fetched(void **state)
{
	struct subject subject = { .options = { .catches_up = true } };

	(void)state;
	sb_transcript_run_folder(FOLDER("irc_history"), &transcript_subject, &subject);
}

static void
who_is_a_bot_or_away_says_so(void **state)
{
	struct subject subject = { .options = { .is_bot = true, .away = "lunch" } };

	(void)state;
	sb_transcript_run_folder(FOLDER("irc_presence"), &transcript_subject, &subject);
}

static void
what_few_networks_have_is_understood(void **state)
{
	static const char *const wishes[] = { "draft/account-registration", "draft/read-marker" };
	struct subject subject = { .options = { .capabilities = wishes, .n_capabilities = 2 } };

	(void)state;
	sb_transcript_run_folder(FOLDER("irc_more"), &transcript_subject, &subject);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(what_was_missed_is_fetched),
		kit_test_bare(who_is_a_bot_or_away_says_so),
		kit_test_bare(what_few_networks_have_is_understood),
	};

	return kit_run(tests);
}
