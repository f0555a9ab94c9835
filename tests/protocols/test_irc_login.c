/* The IRC client on a tape: how it logs in. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_keys.h"
#include "irc_login_fixture.h"
#include "protocols/irc/sasl.h"

static const struct sb_irc_login pencil = { .user = "user", .password = "pencil" };

/* ---- SCRAM, with a server that knows the password ---- */

struct scram_server {
	enum sb_crypto_hash hash;
	unsigned iterations;
	char first[1024], challenge[1024], last[4096], verdict[256];
};

/* Up to where it has our proof. is_worked: it takes a thread, and its turns. */
static void
challenge(struct scram_server *s, struct fixture *f)
{
	char nonce[512];

	sb_tape_feed_line(f->tape, "AUTHENTICATE +");
	(void)take_message(f, s->last);
	assert_memory_equal(s->last, "n,,n=user,r=", 12);
	(void)snprintf(s->first, sizeof(s->first), "%s", s->last + 3);
	(void)snprintf(nonce, sizeof(nonce), "%s", s->last + 12);
	(void)snprintf(
		s->challenge, sizeof(s->challenge), "r=%sserver,s=QUJD,i=%u", nonce, s->iterations);
	say(f, s->challenge, strlen(s->challenge));
}

static void
judge(struct scram_server *s, struct fixture *f)
{
	struct sb_scram_work work = { .hash = s->hash,
		.iterations = s->iterations,
		.password = "pencil",
		.password_len = 6,
		.salt = "ABC",
		.salt_len = 3 };
	unsigned char proof[SB_CRYPTO_HASH_MAX + 2], signature[SB_CRYPTO_HASH_MAX];
	struct sb_scram_stored stored;
	char auth[8192], *p;

	(void)take_message(f, s->last);
	p = strstr(s->last, ",p=");
	assert_non_null(p);
	sb_scram_compute(&work);
	assert_int_equal(sb_scram_store(&work, &stored), 0);
	(void)snprintf(auth, sizeof(auth), "%s,%s,%.*s", s->first, s->challenge, (int)(p - s->last),
		s->last);
	assert_int_equal(
		sb_crypto_unbase64(p + 3, strlen(p + 3), proof), sb_crypto_hash_len(s->hash));
	assert_int_equal(sb_scram_check(&stored, sb_bytes_of(auth), proof, signature), 0);
	memcpy(s->verdict, "v=", 3);
	(void)sb_crypto_base64(
		(struct sb_bytes){ signature, sb_crypto_hash_len(s->hash) }, s->verdict + 2);
}

static void
expect_in(struct fixture *f, const char *signal)
{
	struct sb_irc_status status;

	sb_tape_expect(f->tape, "AUTHENTICATE +\r\n");
	sb_tape_feed_line(f->tape, ":irc.x 900 quoth q!u@h user :You are now logged in");
	sb_tape_feed_line(f->tape, ":irc.x 903 quoth :SASL authentication successful");
	sb_tape_expect(f->tape, "CAP END\r\n");
	sb_probe_seek(f->probe, signal);
	assert_true(sb_irc_has_capability(f->irc, "sasl"));
	sb_irc_status(f->irc, &status);
	assert_string_equal(status.account, "user");
	sb_tape_feed_line(f->tape, ":irc.x 901 quoth q!u@h :You are now logged out");
	sb_irc_status(f->irc, &status);
	assert_null(status.account);
}

static void
scram_shows_that_both_know_the_password(void **state)
{
	static const struct {
		const char *name;
		enum sb_crypto_hash hash;
	} mechanisms[] = { { "SCRAM-SHA-256", SB_CRYPTO_SHA_256 },
		{ "SCRAM-SHA-512", SB_CRYPTO_SHA_512 } };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct scram_server server = { .hash = mechanisms[i].hash, .iterations = 4096 };
		char line[64], signal[128];
		struct fixture f;

		begin(&f, *state, &pencil, mechanisms[i].name);
		(void)snprintf(line, sizeof(line), "AUTHENTICATE %s\r\n", mechanisms[i].name);
		sb_tape_expect(f.tape, line);
		challenge(&server, &f);
		judge(&server, &f);
		say(&f, server.verdict, strlen(server.verdict));
		(void)snprintf(signal, sizeof(signal),
			"irc.authenticated account=user mechanism=%s", mechanisms[i].name);
		expect_in(&f, signal);
		fixture_end(&f);
	}
}

static void
a_server_that_does_not_know_the_password_is_not_told_it(void **state)
{
	struct scram_server server = { .hash = SB_CRYPTO_SHA_256, .iterations = 4096 };
	struct sb_irc_login login = pencil;
	struct fixture f;

	login.allows_plain_in_clear = true;
	begin(&f, *state, &login, "SCRAM-SHA-256,PLAIN");
	sb_tape_expect(f.tape, "AUTHENTICATE SCRAM-SHA-256\r\n");
	challenge(&server, &f);
	judge(&server, &f);
	server.verdict[2] = server.verdict[2] == 'A' ? 'B' : 'A';
	say(&f, server.verdict, strlen(server.verdict));
	sb_tape_expect(f.tape, "AUTHENTICATE *\r\nCAP END\r\n");
	sb_probe_expect(f.probe, "irc.authentication_failed mechanism=SCRAM-SHA-256 goes_on=false");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
two_attempts_have_two_nonces(void **state)
{
	char first[2][4096];
	struct fixture f;
	int i;

	begin(&f, *state, &pencil, "SCRAM-SHA-256,SCRAM-SHA-512");
	for (i = 0; i < 2; i++) {
		sb_tape_clear(f.tape);
		sb_tape_feed_line(f.tape, "AUTHENTICATE +");
		assert_int_equal(take_message(&f, first[i]), 12 + 32);
		sb_tape_feed_line(f.tape, ":irc.x 904 quoth :no");
	}
	assert_string_not_equal(first[0], first[1]);
	fixture_end(&f);
}

/* ---- What takes long is computed elsewhere ---- */

static void
many_iterations_are_computed_on_a_thread(void **state)
{
	struct scram_server server = { .hash = SB_CRYPTO_SHA_256, .iterations = 20001 };
	struct fixture f;

	begin(&f, *state, &pencil, "SCRAM-SHA-256");
	sb_tape_clear(f.tape);
	challenge(&server, &f);
	sb_tape_expect(f.tape, "");
	sb_simulation_settle(f.world->sim);
	judge(&server, &f);
	say(&f, server.verdict, strlen(server.verdict));
	expect_in(&f, "irc.authenticated account=user mechanism=SCRAM-SHA-256");
	fixture_end(&f);
	/* As many as hold nobody up are computed at once. */
	server.iterations = 20000;
	begin(&f, *state, &pencil, "SCRAM-SHA-256");
	sb_tape_clear(f.tape);
	challenge(&server, &f);
	judge(&server, &f);
	fixture_end(&f);
}

static void
what_is_being_computed_may_not_be_wanted_any_more(void **state)
{
	struct scram_server server = { .hash = SB_CRYPTO_SHA_256, .iterations = 20001 };
	struct fixture f;
	int way;

	for (way = 0; way < 4; way++) {
		begin(&f, *state, &pencil, "SCRAM-SHA-256");
		sb_tape_clear(f.tape);
		challenge(&server, &f);
		if (way == 0) {
			sb_irc_destroy(f.irc);
			f.irc = NULL;
		} else if (way == 1) {
			fixture_reconnect(&f);
		} else if (way == 2) {
			sb_tape_feed_line(f.tape, ":irc.x 904 quoth :no");
			sb_tape_expect(f.tape, "CAP END\r\n");
		} else {
			sb_tape_feed_line(f.tape, "AUTHENTICATE +");
			sb_tape_expect(f.tape, "AUTHENTICATE *\r\nCAP END\r\n");
		}
		sb_simulation_settle(f.world->sim);
		if (way > 1)
			sb_tape_expect(f.tape, "");
		fixture_end(&f);
		sb_simulation_settle(f.world->sim);
	}
}

/* ---- The others ---- */

static void
a_challenge_is_signed_with_the_key(void **state)
{
	static const char text[] = "0123456789abcdef0123456789abcdef";
	char pem[4097], message[4096];
	EVP_PKEY *key = key_on("P-256", NULL, pem);
	struct sb_irc_login login = { .user = "user", .key = pem };
	struct fixture f;
	size_t len;

	begin(&f, *state, &login, "PLAIN,ECDSA-NIST256P-CHALLENGE");
	memset(pem, 'x', sizeof(pem) - 1);
	sb_tape_expect(f.tape, "AUTHENTICATE ECDSA-NIST256P-CHALLENGE\r\n");
	sb_tape_feed_line(f.tape, "AUTHENTICATE +");
	assert_int_equal(take_message(&f, message), 4);
	assert_string_equal(message, "user");
	say(&f, text, 32);
	len = take_message(&f, message);
	assert_true(has_signed(key, text, message, len));
	sb_tape_feed_line(f.tape, ":irc.x 903 quoth :SASL authentication successful");
	sb_probe_seek(f.probe, "irc.authenticated mechanism=ECDSA-NIST256P-CHALLENGE");
	fixture_end(&f);
	EVP_PKEY_free(key);
}

static void
what_cannot_begin_is_passed_over_and_told(void **state)
{
	char pem[4097];
	EVP_PKEY *key = key_on("P-256", NULL, pem);
	/* SCRAM takes UTF-8 alone. */
	struct sb_irc_login login = {
		.user = "user", .password = "caf\xe9", .key = pem, .allows_plain_in_clear = true
	};
	struct fixture f;

	begin(&f, *state, &login, "ECDSA-NIST256P-CHALLENGE,SCRAM-SHA-512,SCRAM-SHA-256,PLAIN");
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 904 quoth :no");
	sb_tape_expect(f.tape, "AUTHENTICATE PLAIN\r\n");
	sb_probe_expect(f.probe, "irc.authentication_failed mechanism=ECDSA-NIST256P-CHALLENGE "
				 "text=no goes_on=true");
	sb_probe_expect(f.probe, "irc.authentication_failed mechanism=SCRAM-SHA-512 goes_on=true");
	sb_probe_expect(f.probe, "irc.authentication_failed mechanism=SCRAM-SHA-256 goes_on=true");
	sb_probe_expect(f.probe, "irc.command verb=904");
	fixture_end(&f);
	EVP_PKEY_free(key);
}

static void
a_long_password_goes_in_pieces(void **state)
{
	char password[601], message[4096];
	struct sb_irc_login login = {
		.user = "u", .password = password, .allows_plain_in_clear = true
	};
	struct fixture f;

	memset(password, 'p', 600);
	password[600] = '\0';
	begin(&f, *state, &login, "PLAIN");
	sb_tape_expect(f.tape, "AUTHENTICATE PLAIN\r\n");
	sb_tape_feed_line(f.tape, "AUTHENTICATE +");
	assert_int_equal(take_message(&f, message), 603);
	assert_memory_equal(message, "\0u\0", 3);
	assert_string_equal(message + 3, password);
	fixture_end(&f);
}

static void
nothing_secret_is_said_in_clear_by_default(void **state)
{
	static const struct sb_irc_login plain = { .user = "user",
		.password = "pencil",
		.mechanisms = "plain,EXTERNAL",
		.has_certificate = true };
	struct fixture f;

	begin(&f, *state, &plain, "PLAIN,EXTERNAL");
	sb_tape_expect(f.tape, "CAP END\r\n");
	sb_probe_expect(f.probe,
		"irc.authentication_failed mechanism='' text~'PLAIN: the link is not encrypted, "
		"EXTERNAL: the link is not encrypted' goes_on=false");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

/* ---- Handlers ---- */

enum deed { DESTROY, QUIT, FORGET, N_DEEDS };

/* Does it at one of the signals. */
struct handler {
	struct fixture *f;
	size_t n_before;
	enum deed deed;
};

static void
do_deed(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct handler *handler = self;
	struct fixture *f = handler->f;

	(void)signal;
	(void)payload;
	assert_ptr_equal(from, f->irc);
	if (handler->n_before--)
		return;
	if (handler->deed == QUIT) {
		sb_irc_quit(f->irc, "enough");
	} else if (handler->deed == FORGET) {
		sb_forget(f->world->d, f->irc);
	} else {
		sb_irc_destroy(f->irc);
		f->irc = NULL;
	}
}

/* Servers that say all this. */
static const char *const conversations[] = {
	":irc.x CAP * LS :sasl batch\r\n:irc.x CAP * ACK :sasl batch\r\nAUTHENTICATE +\r\n"
	":irc.x 900 quoth q!u@h user :in\r\n:irc.x 903 quoth :in\r\n:irc.x CAP * DEL :batch\r\n",
	":irc.x CAP * LS :sasl\r\n:irc.x CAP * ACK :sasl\r\n:irc.x 904 q :x\r\n:irc.x 904 q :y\r\n"
	":irc.x 904 q :z\r\n:irc.x 001 quoth :W\r\n:irc.x CAP * DEL :sasl\r\n",
	":irc.x CAP * LS :sasl\r\n:irc.x CAP * ACK :sasl\r\nAUTHENTICATE !\r\n:irc.x 906 q :x\r\n"
	":irc.x CAP * DEL :sasl\r\n:irc.x CAP * NEW :sasl\r\n:irc.x CAP * ACK :sasl\r\n"
	":irc.x 001 quoth :W\r\n",
	":irc.x 421 * CAP :unknown\r\n:irc.x 433 * quoth :in use\r\n:irc.x 001 quoth :W\r\n",
};

static const struct sb_irc_login logins[] = {
	{ .user = "user", .password = "pencil", .allows_plain_in_clear = true },
	{ .user = "user",
		.password = "pencil",
		.mechanisms = "PLAIN",
		.allows_plain_in_clear = true,
		.is_required = true },
};

/* False when there are no more than n signals. */
static bool
end_at(struct sb_world *world, size_t i, size_t n, enum deed deed)
{
	struct fixture f;
	struct handler handler = { &f, n, deed };
	const char *quit;
	size_t n_signals;

	fixture_begin_with(
		&f, world, &(struct sb_irc_options){ .nick = "quoth", .login = &logins[i / 4] });
	sb_pattern_connect(world->d, "irc.*", f.irc, (struct sb_options){ .priority = 0 },
		SB_HANDLER(do_deed), &handler);
	sb_tape_feed(f.tape, conversations[i % 4]);
	n_signals = sb_probe_count(f.probe, NULL);
	if (deed == DESTROY && n < n_signals) {
		assert_null(f.irc);
		assert_int_equal(n_signals, n + 1);
	}
	/* Nothing is said after it. */
	quit = strstr(sb_tape_written(f.tape), "QUIT :enough\r\n");
	if (quit)
		assert_string_equal(quit, "QUIT :enough\r\n");
	sb_forget(world->d, &handler);
	fixture_end(&f);
	return n < n_signals;
}

static void
may_end_in_every_signal(void **state)
{
	size_t i, n, n_ends = 0;
	enum deed deed;

	for (deed = DESTROY; deed < N_DEEDS; deed++)
		for (i = 0; i < 8; i++)
			for (n = 0; end_at(*state, i, n, deed); n++)
				n_ends++;
	assert_true(n_ends > 100);
}

/* ---- Memory ---- */

static void
log_in_without_memory(void *self)
{
	static const char *const others[] = { "raven", "corvus" };
	static const char *const said[] = { ":irc.x CAP * LS :sasl", ":irc.x CAP * ACK :sasl",
		"AUTHENTICATE +", ":irc.x 904 q :x", "AUTHENTICATE +", ":irc.x 904 q :x",
		"AUTHENTICATE +", ":irc.x 903 q :x", ":irc.x 001 quoth :Welcome" };
	struct sb_world *world = self;
	struct sb_irc_login login = pencil;
	struct sb_irc *irc = NULL;
	struct sb_error why = { 0, "" };
	struct sb_tape *tape;
	size_t i;
	int error;

	login.authzid = "user";
	login.allows_plain_in_clear = true;
	error = sb_irc_create(world->d, world->r,
		&(struct sb_irc_options){ .nick = "quoth",
			.login = &login,
			.other_nicks = others,
			.n_other_nicks = 2 },
		SB_PLACE, &irc, &why);
	if (error) {
		assert_int_equal(error, -ENOMEM);
		assert_true(sb_testing_allocation_failed());
		return;
	}
	tape = sb_tape_create();
	assert_int_equal(sb_irc_attach(irc, sb_tape_stream(tape)), 0);
	sb_tape_connect(tape);
	for (i = 0; i < sizeof(said) / sizeof(said[0]) && sb_tape_is_open(tape); i++)
		sb_tape_feed_line(tape, said[i]);
	if (!sb_testing_allocation_failed())
		assert_true(sb_irc_is_registered(irc));
	sb_irc_destroy(irc);
	sb_tape_destroy(tape);
	sb_simulation_settle(world->sim);
}

static void
each_allocation_may_fail(void **state)
{
	assert_true(sb_testing_each_allocation(log_in_without_memory, *state) > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(scram_shows_that_both_know_the_password),
		kit_test(a_server_that_does_not_know_the_password_is_not_told_it),
		kit_test(two_attempts_have_two_nonces),
		kit_test(many_iterations_are_computed_on_a_thread),
		kit_test(what_is_being_computed_may_not_be_wanted_any_more),
		kit_test(a_challenge_is_signed_with_the_key),
		kit_test(what_cannot_begin_is_passed_over_and_told),
		kit_test(a_long_password_goes_in_pieces),
		kit_test(nothing_secret_is_said_in_clear_by_default),
		kit_test(may_end_in_every_signal),
		kit_test(each_allocation_may_fail),
	};

	return kit_run(tests);
}
