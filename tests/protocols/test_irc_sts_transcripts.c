/* The conversations in transcripts/irc_sts, with a client that has a password, and a server that is
 * irc.example.org: at port 4000 in clear, and at 4001 by TLS. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>
#include <signalbox/irc_sts.h>
#include <signalbox/simulation.h>
#include <signalbox/testing_tls.h>

#include "protocols/irc/sts.h"

#define HOST "irc.example.org"

struct subject {
	const char *pin;
	struct sb_world *world;
	struct sb_irc *irc;
	struct sb_sts *sts;
};

static void
create(void *self, struct sb_world *world, const char *url)
{
	static const char *const address = "127.0.0.1";
	struct subject *subject = self;
	char pin[80];
	struct sb_irc_options options = {
		.url = "tcp://" HOST ":4000",
		.nick = "quoth",
		.password = "sesame",
		.sts_options = pin,
	};
	struct sb_error why = { 0, "" };

	(void)url;
	(void)snprintf(pin, sizeof(pin), "pin=%s", subject->pin);
	if (sb_simulation_set_name(world->sim, HOST, SB_LOOKUP_IPV4, &address, 1, 0, 0)
		|| sb_simulation_set_name(world->sim, HOST, SB_LOOKUP_IPV6, NULL, 0, -ENODATA, 0))
		sb_testing_fail(SB_PLACE, "no name");
	subject->world = world;
	if (sb_sts_open(NULL, NULL, NULL, &subject->sts, &why))
		sb_testing_fail(SB_PLACE, "no store: %s", why.text);
	options.sts = subject->sts;
	if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &subject->irc, &why)
		|| sb_irc_open(subject->irc, &why))
		sb_testing_fail(SB_PLACE, "no client: %s", why.text);
}

static void
destroy(void *self)
{
	struct subject *subject = self;

	sb_irc_destroy(subject->irc);
	sb_sts_close(subject->sts);
	subject->irc = NULL;
	subject->sts = NULL;
}

/* "kept 86400": a policy is there, for so many seconds from now; "kept 0": none. */
static void
command(void *self, const char *words)
{
	struct subject *subject = self;
	int64_t now_s = sb_reactor_wall_ns(subject->world->r) / SB_S, duration_s;
	uint16_t port = 0;

	if (!strncmp(words, "quit ", 5)) {
		sb_irc_quit(subject->irc, words + 5);
		return;
	}
	if (strncmp(words, "kept ", 5) != 0)
		sb_testing_fail(SB_PLACE, "no such command: %s", words);
	duration_s = atoll(words + 5);
	if (sb_sts_find(subject->sts, HOST, now_s + duration_s, &port))
		sb_testing_fail(SB_PLACE, "the policy is kept for longer");
	if (duration_s
		&& (!sb_sts_find(subject->sts, HOST, now_s + duration_s - 1, &port)
			|| port != 4001))
		sb_testing_fail(SB_PLACE, "the policy is not kept so long, or for port %d", port);
}

static void
a_server_that_demands_tls_gets_it(void **state)
{
	struct sb_test_ca *ca = sb_test_ca_create("authority");
	const struct sb_test_certificate *certificate = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){ .names = "other.example" });
	const struct sb_subject conversation = { .signals = "irc.*",
		.create = create,
		.destroy = destroy,
		.command = command,
		.certificate = certificate };
	struct subject subject = { .pin = certificate->certificate_pin };

	(void)state;
	sb_transcript_run_folder(
		SOURCE_DIR "/tests/protocols/transcripts/irc_sts", &conversation, &subject);
	sb_test_ca_destroy(ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_server_that_demands_tls_gets_it),
	};

	return kit_run(tests);
}
