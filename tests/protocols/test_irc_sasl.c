/* SASL: what each mechanism says, in what pieces, and what the server may not. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "irc_keys.h"
#include "protocols/irc/sasl.h"

static const unsigned char random_bytes[SB_SASL_RANDOM_LEN] = "twenty-four random bytes";
static struct sb_sasl *sasl;
static struct sb_error error;
static const char *const random_text = "dHdlbnR5LWZvdXIgcmFuZG9tIGJ5dGVz";

static int
make_sasl(void **state)
{
	(void)state;
	sasl = malloc(sizeof(*sasl));
	return sasl ? kit_group_setup(state) : -1;
}

static int
free_sasl(void **state)
{
	(void)state;
	free(sasl);
	return 0;
}

static int
begin(enum sb_sasl_mechanism mechanism, const struct sb_sasl_credentials *credentials)
{
	error = (struct sb_error){ .code = 0 };
	return sb_sasl_begin(sasl, mechanism, credentials, random_bytes, &error);
}

static int
feed(const char *piece)
{
	return sb_sasl_feed(sasl, piece, &error);
}

/* A message of the server, in one piece. */
static int
feed_bytes(struct sb_bytes bytes)
{
	char piece[4 * SB_SASL_PIECE_MAX];

	assert_true(sb_crypto_base64(bytes, piece) < SB_SASL_PIECE_MAX);
	return feed(*piece ? piece : "+");
}

static void
expect_piece(const char *expected)
{
	char piece[SB_SASL_PIECE_MAX + 1];

	assert_true(sb_sasl_piece(sasl, piece));
	assert_string_equal(piece, expected);
}

static void
expect_no_piece(void)
{
	char piece[SB_SASL_PIECE_MAX + 1];

	assert_false(sb_sasl_piece(sasl, piece));
}

/* All that it sends, decoded. */
static size_t
collect(unsigned char *buf)
{
	char piece[SB_SASL_PIECE_MAX + 1];
	size_t len = 0;

	while (sb_sasl_piece(sasl, piece))
		if (strcmp(piece, "+") != 0)
			len += (size_t)sb_crypto_unbase64(piece, strlen(piece), buf + len);
	return len;
}

static void
expect_failure(int ret, int expected, const char *why)
{
	assert_int_equal(ret, expected);
	assert_int_equal(error.code, expected);
	assert_non_null(strstr(error.text, why));
	assert_false(sb_sasl_is_settled(sasl));
	/* And so it stays. */
	assert_int_equal(feed("+"), -EPROTO);
}

/* ---- PLAIN and EXTERNAL ---- */

static void
plain_says_who_and_the_password(void **state)
{
	struct sb_sasl_credentials credentials = { .user = "jilles", .password = "sesame" };

	(void)state;
	assert_int_equal(begin(SB_SASL_PLAIN, &credentials), 0);
	expect_no_piece();
	assert_false(sb_sasl_is_settled(sasl));
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_piece("AGppbGxlcwBzZXNhbWU=");
	expect_no_piece();
	assert_true(sb_sasl_is_settled(sasl));
	sb_sasl_finish(sasl);

	credentials.authzid = "jilles";
	assert_int_equal(begin(SB_SASL_PLAIN, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_piece("amlsbGVzAGppbGxlcwBzZXNhbWU=");
	expect_no_piece();
	sb_sasl_finish(sasl);
	sb_sasl_finish(sasl);
}

static void
external_says_nothing_or_as_whom_to_act(void **state)
{
	struct sb_sasl_credentials credentials = { .has_certificate = true };

	(void)state;
	assert_int_equal(begin(SB_SASL_EXTERNAL, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_piece("+");
	expect_no_piece();
	assert_true(sb_sasl_is_settled(sasl));
	sb_sasl_finish(sasl);
	credentials.authzid = "jilles";
	assert_int_equal(begin(SB_SASL_EXTERNAL, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_piece("amlsbGVz");
	expect_no_piece();
}

static void
the_server_neither_begins_nor_goes_on(void **state)
{
	struct sb_sasl_credentials credentials = { .user = "user", .password = "pencil" };

	(void)state;
	assert_int_equal(begin(SB_SASL_PLAIN, &credentials), 0);
	expect_failure(feed("aGVsbG8="), -EPROTO, "our turn");
	expect_no_piece();
	assert_int_equal(begin(SB_SASL_PLAIN, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	assert_true(sb_sasl_is_settled(sasl));
	expect_failure(feed("+"), -EPROTO, "nothing is left");
}

/* ---- Pieces ---- */

/* A message of so many bytes, by PLAIN: a NUL, one for the user, a NUL, the rest. */
static void
expect_pieces(size_t len, size_t n_full, size_t last_len)
{
	char password[SB_SCRAM_PASSWORD_MAX + 1], piece[SB_SASL_PIECE_MAX + 1];
	struct sb_sasl_credentials credentials = { .user = "u", .password = password };
	size_t i;

	memset(password, 'p', len - 3);
	password[len - 3] = '\0';
	assert_int_equal(begin(SB_SASL_PLAIN, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	for (i = 0; i < n_full; i++) {
		assert_true(sb_sasl_piece(sasl, piece));
		assert_int_equal(strlen(piece), SB_SASL_PIECE_MAX);
	}
	assert_true(sb_sasl_piece(sasl, piece));
	assert_int_equal(strlen(piece), last_len);
	if (last_len == 1)
		assert_string_equal(piece, "+");
	expect_no_piece();
}

static void
a_long_message_goes_in_pieces_and_a_full_one_is_not_the_last(void **state)
{
	(void)state;
	expect_pieces(297, 0, 396);
	expect_pieces(298, 1, 1);
	expect_pieces(299, 1, 1);
	expect_pieces(300, 1, 1);
	expect_pieces(301, 1, 4);
	expect_pieces(597, 1, 396);
	expect_pieces(600, 2, 1);
	expect_pieces(1003, 3, 140);
}

static void
the_pieces_are_the_message(void **state)
{
	char password[SB_SCRAM_PASSWORD_MAX + 1];
	unsigned char message[2 * SB_SCRAM_PASSWORD_MAX];
	struct sb_sasl_credentials credentials = { .user = "u", .password = password };
	size_t i;

	(void)state;
	for (i = 0; i < SB_SCRAM_PASSWORD_MAX; i++)
		password[i] = (char)('a' + i % 26);
	password[i] = '\0';
	assert_int_equal(begin(SB_SASL_PLAIN, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	assert_int_equal(collect(message), 3 + SB_SCRAM_PASSWORD_MAX);
	assert_memory_equal(message, "\0u\0", 3);
	assert_memory_equal(message + 3, password, SB_SCRAM_PASSWORD_MAX);
}

/* Base64 of so many bytes, fed in pieces as the server would; what the last of them returned. */
static int
feed_long(const unsigned char *bytes, size_t len)
{
	char piece[SB_SASL_PIECE_MAX + 1];
	size_t n = SB_SASL_PIECE_MAX;
	int ret = SB_SASL_MORE;

	while (ret == SB_SASL_MORE && n == SB_SASL_PIECE_MAX) {
		size_t part = len < 300 ? len : 300;

		n = part ? sb_crypto_base64((struct sb_bytes){ bytes, part }, piece) : 1;
		ret = feed(part ? piece : "+");
		bytes += part;
		len -= part;
	}
	return ret;
}

/* A challenge of SCRAM with something behind, to be so long. */
static size_t
long_challenge(unsigned char *buf, size_t len)
{
	int n = sprintf((char *)buf, "r=%sx,s=QUJD,i=4096,x=", random_text);

	memset(buf + n, 'y', len - (size_t)n);
	return len;
}

static const struct sb_sasl_credentials user = { .user = "user", .password = "pencil" };

static void
a_long_message_is_read_in_pieces(void **state)
{
	static const size_t lens[] = { 298, 299, 300, 301, 599, 600, SB_SASL_MESSAGE_MAX };
	unsigned char buf[2 * SB_SASL_MESSAGE_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
		assert_int_equal(feed("+"), SB_SASL_SEND);
		assert_int_equal(feed_long(buf, long_challenge(buf, lens[i])), SB_SASL_COMPUTE);
		assert_int_equal(sasl->work.iterations, 4096);
	}
	assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_failure(feed_long(buf, long_challenge(buf, SB_SASL_MESSAGE_MAX + 1)), -EPROTO,
		"longer than 4096");
}

static void
what_is_no_base64_is_refused(void **state)
{
	static const char *const wrong[] = { "", "*", "=", "abc", "ab c", "Zm9v\n",
		"Zg==Zg==", "++", "-" };
	char piece[SB_SASL_PIECE_MAX + 5];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
		expect_failure(feed(wrong[i]), -EPROTO, "base64");
	}
	memset(piece, 'A', sizeof(piece));
	piece[SB_SASL_PIECE_MAX + 4] = '\0';
	assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
	expect_failure(feed(piece), -EPROTO, "400");
	/* Nothing but an empty piece follows padding. */
	memcpy(piece + SB_SASL_PIECE_MAX - 1, "=", 2);
	assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
	assert_int_equal(feed(piece), SB_SASL_MORE);
	expect_failure(feed("AAAA"), -EPROTO, "base64");
}

/* ---- SCRAM ---- */

static void
answer_challenge(const char *challenge, char ret_last[SB_SCRAM_MESSAGE_MAX])
{
	assert_int_equal(feed_bytes(sb_bytes_of(challenge)), SB_SASL_COMPUTE);
	assert_false(sb_sasl_is_settled(sasl));
	sb_scram_compute(&sasl->work);
	assert_int_equal(sb_sasl_resume(sasl, &error), SB_SASL_SEND);
	assert_int_equal(sasl->work.password[0], 0);
	ret_last[collect((unsigned char *)ret_last)] = '\0';
	assert_false(sb_sasl_is_settled(sasl));
}

/* The server's signature, as the server computes it. */
static void
make_verdict(enum sb_crypto_hash hash, const char *challenge, const char *last, char *ret_verdict)
{
	struct sb_scram_work work = { .hash = hash,
		.iterations = 4096,
		.password = "pencil",
		.password_len = 6,
		.salt = "ABC",
		.salt_len = 3 };
	unsigned char proof[SB_CRYPTO_HASH_MAX + 2], signature[SB_CRYPTO_HASH_MAX];
	struct sb_scram_stored stored;
	const char *p = strstr(last, ",p=");
	char auth[1024];
	size_t len = sb_crypto_hash_len(hash);

	sb_scram_compute(&work);
	assert_int_equal(sb_scram_store(&work, &stored), 0);
	(void)snprintf(auth, sizeof(auth), "n=user,r=%s,%s,%.*s", random_text, challenge,
		(int)(p - last), last);
	assert_int_equal(sb_crypto_unbase64(p + 3, strlen(p + 3), proof), len);
	assert_int_equal(sb_scram_check(&stored, sb_bytes_of(auth), proof, signature), 0);
	memcpy(ret_verdict, "v=", 3);
	(void)sb_crypto_base64((struct sb_bytes){ signature, len }, ret_verdict + 2);
}

static void
scram(enum sb_sasl_mechanism mechanism, enum sb_crypto_hash hash)
{
	char first[SB_SCRAM_MESSAGE_MAX], last[SB_SCRAM_MESSAGE_MAX];
	char challenge[128], verdict[128], expected[128];

	(void)snprintf(expected, sizeof(expected), "n,,n=user,r=%s", random_text);
	(void)snprintf(challenge, sizeof(challenge), "r=%s.server,s=QUJD,i=4096", random_text);
	assert_int_equal(begin(mechanism, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	first[collect((unsigned char *)first)] = '\0';
	assert_string_equal(first, expected);
	answer_challenge(challenge, last);
	make_verdict(hash, challenge, last, verdict);
	assert_int_equal(feed_bytes(sb_bytes_of(verdict)), SB_SASL_SEND);
	expect_piece("+");
	expect_no_piece();
	assert_true(sb_sasl_is_settled(sasl));
	sb_sasl_finish(sasl);

	/* One that does not know. */
	verdict[5] ^= 1;
	assert_int_equal(begin(mechanism, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	answer_challenge(challenge, last);
	expect_failure(feed_bytes(sb_bytes_of(verdict)), -EKEYREJECTED, "signature");
	expect_no_piece();
}

static void
scram_is_settled_when_the_server_has_shown_that_it_knows(void **state)
{
	(void)state;
	scram(SB_SASL_SCRAM_SHA_256, SB_CRYPTO_SHA_256);
	scram(SB_SASL_SCRAM_SHA_512, SB_CRYPTO_SHA_512);
}

static void
a_server_that_shows_nothing_is_not_believed(void **state)
{
	char challenge[128], last[SB_SCRAM_MESSAGE_MAX];

	(void)state;
	(void)snprintf(challenge, sizeof(challenge), "r=%sserver,s=QUJD,i=4096", random_text);
	assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	answer_challenge(challenge, last);
	expect_failure(feed("+"), -EPROTO, "last message");
	assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_failure(feed("+"), -EPROTO, "challenge");
	assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_failure(feed_bytes(sb_bytes_of("r=x,s=QUJD,i=4096")), -EKEYREJECTED, "ours");
}

static void
work_may_be_done_elsewhere_and_fail(void **state)
{
	struct sb_scram_work copy;
	char challenge[128];

	(void)state;
	(void)snprintf(challenge, sizeof(challenge), "r=%sserver,s=QUJD,i=4096", random_text);
	assert_int_equal(begin(SB_SASL_SCRAM_SHA_256, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	assert_int_equal(feed_bytes(sb_bytes_of(challenge)), SB_SASL_COMPUTE);
	copy = sasl->work;
	copy.error = -ENOMEM;
	sasl->work = copy;
	expect_failure(sb_sasl_resume(sasl, &error), -ENOMEM, "memory");
}

/* ---- ECDSA ---- */

static void
ecdsa_says_who_and_signs(void **state)
{
	char pem[4097];
	EVP_PKEY *key = key_on("P-256", NULL, pem);
	struct sb_sasl_credentials credentials = { .user = "user", .key = sb_bytes_of(pem) };
	struct sb_bytes challenge = { "thirty-two bytes of a challenge", 32 };
	unsigned char message[SB_SCRAM_MESSAGE_MAX];
	size_t len;

	(void)state;
	assert_int_equal(begin(SB_SASL_ECDSA, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_piece("dXNlcg==");
	expect_no_piece();
	assert_int_equal(feed_bytes(challenge), SB_SASL_SEND);
	len = collect(message);
	assert_true(has_signed(key, challenge.ptr, message, len));
	assert_true(sb_sasl_is_settled(sasl));

	credentials.authzid = "other";
	assert_int_equal(begin(SB_SASL_ECDSA, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	assert_int_equal(collect(message), 10);
	assert_memory_equal(message, "user\0other", 10);
	/* It signs nothing but a challenge. */
	challenge.len = 31;
	expect_failure(feed_bytes(challenge), -EPROTO, "31 bytes");
	assert_int_equal(begin(SB_SASL_ECDSA, &credentials), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	expect_failure(feed("+"), -EPROTO, "0 bytes");
	EVP_PKEY_free(key);
}

/* ---- Credentials ---- */

static void
expect_unfit(enum sb_sasl_mechanism mechanism, struct sb_sasl_credentials credentials, int expected,
	const char *why)
{
	assert_int_equal(begin(mechanism, &credentials), expected);
	assert_int_equal(error.code, expected);
	assert_non_null(strstr(error.text, why));
	assert_null(strstr(error.text, "hush"));
	expect_no_piece();
	assert_int_equal(feed("+"), -EPROTO);
}

static void
credentials_that_do_not_fit_are_told_before_anything_is_sent(void **state)
{
	char name[SB_SCRAM_NAME_MAX + 2], password[SB_SCRAM_PASSWORD_MAX + 2];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memset(password, 'p', sizeof(password));
	password[sizeof(password) - 1] = '\0';
	expect_unfit(
		SB_SASL_PLAIN, (struct sb_sasl_credentials){ .user = NULL }, -EINVAL, "no user");
	expect_unfit(SB_SASL_PLAIN, (struct sb_sasl_credentials){ .user = "u", .password = "" },
		-EINVAL, "no password");
	expect_unfit(SB_SASL_PLAIN, (struct sb_sasl_credentials){ .user = name, .password = "p" },
		-EMSGSIZE, "255");
	expect_unfit(SB_SASL_PLAIN,
		(struct sb_sasl_credentials){ .user = "u", .password = password }, -EMSGSIZE,
		"1024");
	expect_unfit(SB_SASL_EXTERNAL, (struct sb_sasl_credentials){ .authzid = name }, -EMSGSIZE,
		"255");
	expect_unfit(SB_SASL_ECDSA,
		(struct sb_sasl_credentials){ .user = "u", .key = sb_bytes_of("hush") }, -EINVAL,
		"no private key");
	expect_unfit(SB_SASL_SCRAM_SHA_512,
		(struct sb_sasl_credentials){ .user = "u", .password = "hush\n" }, -EINVAL,
		"SASLprep");
	expect_unfit(SB_SASL_SCRAM_SHA_256,
		(struct sb_sasl_credentials){ .user = "u\xff", .password = "hush" }, -EINVAL,
		"SASLprep");
	/* PLAIN takes what SCRAM does not. */
	assert_int_equal(begin(SB_SASL_PLAIN, &(struct sb_sasl_credentials){ .user = "u\xff",
						      .password = "caf\xe9" }),
		0);
}

static void
nothing_is_left_of_it_when_it_is_finished(void **state)
{
	const char *bytes = (const char *)sasl;
	size_t i;

	(void)state;
	assert_int_equal(begin(SB_SASL_PLAIN, &user), 0);
	assert_int_equal(feed("+"), SB_SASL_SEND);
	sb_sasl_finish(sasl);
	for (i = 0; i + 6 <= sizeof(*sasl); i++)
		assert_memory_not_equal(bytes + i, "pencil", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(plain_says_who_and_the_password),
		kit_test_bare(external_says_nothing_or_as_whom_to_act),
		kit_test_bare(the_server_neither_begins_nor_goes_on),
		kit_test_bare(a_long_message_goes_in_pieces_and_a_full_one_is_not_the_last),
		kit_test_bare(the_pieces_are_the_message),
		kit_test_bare(a_long_message_is_read_in_pieces),
		kit_test_bare(what_is_no_base64_is_refused),
		kit_test_bare(scram_is_settled_when_the_server_has_shown_that_it_knows),
		kit_test_bare(a_server_that_shows_nothing_is_not_believed),
		kit_test_bare(work_may_be_done_elsewhere_and_fail),
		kit_test_bare(ecdsa_says_who_and_signs),
		kit_test_bare(credentials_that_do_not_fit_are_told_before_anything_is_sent),
		kit_test_bare(nothing_is_left_of_it_when_it_is_finished),
	};

	return cmocka_run_group_tests(tests, make_sasl, free_sasl);
}
