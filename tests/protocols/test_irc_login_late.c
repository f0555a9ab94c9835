/* The IRC client on a tape: a server that says yes when we have broken off. */

#include <stdbool.h>

#include "kit_cmocka.h"

#include "irc_keys.h"
#include "irc_login_fixture.h"

/* One that has a key and, for another mechanism, a password; of the first only the end is missing. */
static EVP_PKEY *
begin_late(struct fixture *f, struct sb_world *world, char pem[4097], bool is_required)
{
	char message[4096];
	EVP_PKEY *key = key_on("P-256", NULL, pem);
	struct sb_irc_login login = { .user = "user",
		.password = "pencil",
		.key = pem,
		.is_required = is_required,
		.allows_plain_in_clear = true };

	begin(f, world, &login, "ECDSA-NIST256P-CHALLENGE,PLAIN");
	sb_tape_clear(f->tape);
	sb_tape_feed_line(f->tape, "AUTHENTICATE +");
	sb_tape_clear(f->tape);
	say(f, "0123456789abcdef0123456789abcdef", 32);
	(void)take_message(f, message);
	assert_int_equal(sb_simulation_run_for(world->sim, 15 * SB_S), 0);
	sb_tape_expect(f->tape, "AUTHENTICATE *\r\n");
	sb_probe_seek(f->probe, "irc.authentication_failed goes_on=true");
	return key;
}

static const char yes[] = ":irc.x 903 quoth :SASL authentication successful";

/* The server said it before it heard that we break off; another password need not be told it. */
static void
a_yes_that_comes_late_is_one(void **state)
{
	struct sb_world *world = *state;
	char pem[4097];
	struct fixture f;

	for (int is_required = 0; is_required < 2; is_required++) {
		EVP_PKEY *key = begin_late(&f, world, pem, is_required);

		sb_tape_feed_line(f.tape, yes);
		sb_tape_expect(f.tape, "CAP END\r\n");
		sb_probe_seek(f.probe, "irc.authenticated mechanism=ECDSA-NIST256P-CHALLENGE");
		/* What it says to our breaking off is nothing any more. */
		sb_tape_feed_line(f.tape, ":irc.x 907 quoth :You have logged in already");
		sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
		sb_probe_seek(f.probe, "irc.registered");
		assert_int_equal(sb_probe_count(f.probe, "irc.authentication_failed"), 1);
		fixture_end(&f);
		EVP_PKEY_free(key);
	}
}

static void
a_yes_that_comes_after_the_next_has_begun_is_one(void **state)
{
	char pem[4097];
	struct fixture f;
	EVP_PKEY *key = begin_late(&f, *state, pem, true);

	assert_int_equal(sb_simulation_run_for(f.world->sim, 5 * SB_S), 0);
	sb_tape_expect(f.tape, "AUTHENTICATE PLAIN\r\n");
	sb_tape_feed_line(f.tape, yes);
	sb_tape_expect(f.tape, "AUTHENTICATE *\r\nCAP END\r\n");
	sb_probe_seek(f.probe, "irc.authenticated mechanism=ECDSA-NIST256P-CHALLENGE");
	fixture_end(&f);
	EVP_PKEY_free(key);
}

static void
a_yes_to_what_has_ended_is_none(void **state)
{
	char pem[4097];
	struct fixture f;
	EVP_PKEY *key = begin_late(&f, *state, pem, false);

	sb_tape_feed_line(f.tape, ":irc.x 906 quoth :Aborted");
	sb_tape_expect(f.tape, "AUTHENTICATE PLAIN\r\n");
	sb_tape_feed_line(f.tape, yes);
	sb_tape_expect(f.tape, "CAP END\r\n");
	sb_tape_feed_line(f.tape, yes);
	assert_int_equal(sb_probe_count(f.probe, "irc.authenticated"), 0);
	assert_int_equal(sb_probe_count(f.probe, "irc.authentication_failed"), 2);
	fixture_end(&f);
	EVP_PKEY_free(key);
}

/* It could not know yet who we are, and is told no password. */
static void
a_late_yes_without_proof_is_none(void **state)
{
	struct sb_irc_login login = {
		.user = "user", .password = "pencil", .allows_plain_in_clear = true
	};
	struct fixture f;

	begin(&f, *state, &login, "SCRAM-SHA-256,PLAIN");
	sb_tape_clear(f.tape);
	assert_int_equal(sb_simulation_run_for(f.world->sim, 15 * SB_S), 0);
	sb_tape_expect(f.tape, "AUTHENTICATE *\r\n");
	sb_tape_feed_line(f.tape, yes);
	sb_tape_expect(f.tape, "CAP END\r\n");
	assert_int_equal(sb_probe_count(f.probe, "irc.authenticated"), 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_yes_that_comes_late_is_one),
		kit_test(a_yes_that_comes_after_the_next_has_begun_is_one),
		kit_test(a_yes_to_what_has_ended_is_none),
		kit_test(a_late_yes_without_proof_is_none),
	};

	return kit_run(tests);
}
