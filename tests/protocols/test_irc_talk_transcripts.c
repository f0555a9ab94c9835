/* The conversations in transcripts/irc_talk: what is said where the network has more than words, with
 * a client that is quoth. In transcripts/irc_talk_paced it is as slow as the server wants. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>
#include <signalbox/testing.h>

struct subject {
	struct sb_irc *irc;
	const char *pace; /* NULL: the server's */
};

static void
create(void *self, struct sb_world *world, const char *url)
{
	static const char *const capabilities[] = { "draft/read-marker" };
	struct subject *subject = self;
	struct sb_irc_options options = {
		.url = url,
		.nick = "quoth",
		.pace = subject->pace,
		.version = "Quoth 1",
		.capabilities = capabilities,
		.n_capabilities = 1,
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

static int
type(struct sb_irc *irc, const char *target, const char *what)
{
	if (!strcmp(what, "active"))
		return sb_irc_type(irc, target, SB_IRC_TYPING_ACTIVE);
	if (!strcmp(what, "paused"))
		return sb_irc_type(irc, target, SB_IRC_TYPING_PAUSED);
	return sb_irc_type(irc, target, SB_IRC_TYPING_DONE);
}

/* A | is a line end. */
static int
say_lines(struct sb_irc *irc, const char *target, char *text)
{
	for (char *at = text; (at = strchr(at, '|'));)
		*at = '\n';
	return sb_irc_say_lines(irc, target, text);
}

/* Tags, up to four, "key=value;key"; then the verb and one parameter. */
static int
send_tagged(struct sb_irc *irc, char *text, const char *verb, const char *param)
{
	struct sb_irc_tag tags[4];
	size_t n = 0;

	for (char *key = strtok(text, ";"); key && n < 4; key = strtok(NULL, ";"), n++) {
		char *equals = strchr(key, '=');

		tags[n] = (struct sb_irc_tag){ key, equals ? equals + 1 : NULL };
		if (equals)
			*equals = '\0';
	}
	return sb_irc_send_tagged(irc, tags, n, verb, &param, 1);
}

static int
run(struct sb_irc *irc, char *words)
{
	const char *verb = next_word(&words), *target, *msgid;

	if (!strcmp(verb, "tagged")) {
		char *tags = next_word(&words);

		target = next_word(&words);
		return send_tagged(irc, tags, target, words);
	}
	target = next_word(&words);
	if (!strcmp(verb, "say"))
		return sb_irc_say(irc, target, "%s", words);
	if (!strcmp(verb, "lines"))
		return say_lines(irc, target, words);
	if (!strcmp(verb, "type"))
		return type(irc, target, words);
	if (!strcmp(verb, "read"))
		return sb_irc_mark_read(irc, target, strtoll(words, NULL, 10));
	msgid = next_word(&words);
	if (!strcmp(verb, "answer"))
		return sb_irc_answer_to(irc, target, msgid, "%s", words);
	if (!strcmp(verb, "react"))
		return sb_irc_react(irc, target, msgid, words);
	if (!strcmp(verb, "unreact"))
		return sb_irc_unreact(irc, target, msgid, words);
	if (!strcmp(verb, "redact"))
		return sb_irc_redact(irc, target, msgid, *words ? words : NULL);
	sb_testing_fail(SB_PLACE, "no such command: %s", verb);
}

/* "WORDS => EINVAL": they are refused so. */
static void
command(void *self, const char *words)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = {
		{ "EINVAL", -EINVAL },
		{ "EMSGSIZE", -EMSGSIZE },
		{ "ENOTCONN", -ENOTCONN },
		{ "EOPNOTSUPP", -EOPNOTSUPP },
	};
	char copy[16384], *arrow;
	int error, expected = 0;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	arrow = strstr(copy, " => ");
	for (size_t i = 0; arrow && i < sizeof(errors) / sizeof(errors[0]); i++)
		if (!strcmp(arrow + 4, errors[i].name))
			expected = errors[i].error;
	if (arrow)
		*arrow = '\0';
	error = run(((struct subject *)self)->irc, copy);
	if (error != expected)
		sb_testing_fail(SB_PLACE, "%s: %s", words, strerror(-error));
}

static const struct sb_subject talk = {
	.signals = "irc.*", .create = create, .destroy = destroy, .command = command
};

#define FOLDER(name) SOURCE_DIR "/tests/protocols/transcripts/" name

static void
conversations_with_more_than_words_go_as_written(void **state)
{
	struct subject subject = { .pace = "none" };

	(void)state;
	sb_transcript_run_folder(FOLDER("irc_talk"), &talk, &subject);
}

static void
conversations_with_more_than_words_go_as_fast_as_the_server_lets_them(void **state)
{
	struct subject subject = { .pace = NULL };

	(void)state;
	sb_transcript_run_folder(FOLDER("irc_talk_paced"), &talk, &subject);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(conversations_with_more_than_words_go_as_written),
		kit_test_bare(
			conversations_with_more_than_words_go_as_fast_as_the_server_lets_them),
	};

	return kit_run(tests);
}
