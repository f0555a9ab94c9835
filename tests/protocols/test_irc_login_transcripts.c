/* The conversations in transcripts/irc_*, with a client that wants to be quoth in #signalbox and has
 * something to log in with. */

#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>
#include <signalbox/testing_tls.h>

struct subject {
	const struct sb_irc_login *login;
	struct sb_irc *irc;
};

static void
create(void *self, struct sb_world *world, const char *url)
{
	static const char *const channels[] = { "#signalbox" };
	struct subject *subject = self;
	struct sb_irc_options options = {
		.url = url,
		.nick = "quoth",
		.login = subject->login,
		.channels = channels,
		.n_channels = 1,
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

static void
command(void *self, const char *words)
{
	if (strncmp(words, "quit ", 5) != 0)
		sb_testing_fail(SB_PLACE, "no such command: %s", words);
	sb_irc_quit(((struct subject *)self)->irc, words + 5);
}

static const struct sb_subject in_clear = {
	.signals = "irc.*", .create = create, .destroy = destroy, .command = command
};

#define FOLDER(name) SOURCE_DIR "/tests/protocols/transcripts/" name

static void
who_may_log_in_tries_to(void **state)
{
	struct subject subject = { &(struct sb_irc_login){ .user = "quoth",
					   .password = "sesame",
					   .allows_plain_in_clear = true },
		NULL };

	(void)state;
	sb_transcript_run_folder(FOLDER("irc_login"), &in_clear, &subject);
}

static void
who_must_log_in_leaves_where_that_fails(void **state)
{
	struct subject subject = { &(struct sb_irc_login){ .user = "quoth",
					   .password = "sesame",
					   .mechanisms = "PLAIN",
					   .allows_plain_in_clear = true,
					   .is_required = true },
		NULL };

	(void)state;
	sb_transcript_run_folder(FOLDER("irc_required"), &in_clear, &subject);
}

static void
a_certificate_is_shown_over_tls(void **state)
{
	struct sb_test_ca *ca = sb_test_ca_create("authority");
	struct sb_subject over_tls = in_clear;
	struct subject subject = { &(struct sb_irc_login){ .has_certificate = true }, NULL };

	(void)state;
	over_tls.is_tls = true;
	over_tls.certificate = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){ .names = "irc.example.org" });
	sb_transcript_run_folder(FOLDER("irc_external"), &over_tls, &subject);
	sb_test_ca_destroy(ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(who_may_log_in_tries_to),
		kit_test_bare(who_must_log_in_leaves_where_that_fails),
		kit_test_bare(a_certificate_is_shown_over_tls),
	};

	return kit_run(tests);
}
