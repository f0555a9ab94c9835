/* SCRAM: the published exchange, against the server's side of it, and what is refused. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>

#include "protocols/irc/scram.h"

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define THEIRS "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SALT "W22ZaJ0SNY7soEsUEjb6gQ=="
#define CHALLENGE "r=" NONCE THEIRS ",s=" SALT ",i=4096"

static struct sb_scram scram;
static struct sb_scram_work work;
static struct sb_error error;

/* With the nonce of the examples. */
static int
begin(enum sb_crypto_hash hash, const char *user, const char *authzid, struct sb_bytes *ret_first)
{
	unsigned char random[16];
	int len = sb_crypto_unbase64(NONCE, strlen(NONCE), random);

	return sb_scram_begin(&scram, hash, user, authzid, (struct sb_bytes){ random, (size_t)len },
		ret_first, &error);
}

static void
assert_bytes(struct sb_bytes bytes, const char *text)
{
	assert_int_equal(bytes.len, strlen(text));
	assert_memory_equal(bytes.ptr, text, bytes.len);
}

struct exchange {
	enum sb_crypto_hash hash;
	const char *user, *authzid, *password;
	const char *first, *challenge, *last, *verdict;
};

static void
expect_exchange(const struct exchange *e)
{
	char last[SB_SCRAM_MESSAGE_MAX];
	struct sb_bytes first;

	assert_int_equal(begin(e->hash, e->user, e->authzid, &first), 0);
	assert_bytes(first, e->first);
	assert_int_equal(
		sb_scram_challenge(&scram, sb_bytes_of(e->challenge), e->password, &work, &error),
		0);
	sb_scram_compute(&work);
	assert_int_equal(sb_scram_respond(&scram, &work, last, &error), strlen(e->last));
	assert_string_equal(last, e->last);
	assert_int_equal(sb_scram_verify(&scram, sb_bytes_of(e->verdict), &error), 0);
}

static void
the_example_of_rfc_7677_is_spoken(void **state)
{
	(void)state;
	expect_exchange(&(struct exchange){ SB_CRYPTO_SHA_256, "user", NULL, "pencil",
		"n,,n=user,r=" NONCE, CHALLENGE,
		"c=biws,r=" NONCE THEIRS ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" });
}

/* Computed by another program. */
static void
the_same_with_sha_512_is_spoken(void **state)
{
	(void)state;
	expect_exchange(&(struct exchange){ SB_CRYPTO_SHA_512, "user", "", "pencil",
		"n,,n=user,r=" NONCE, CHALLENGE,
		"c=biws,r=" NONCE THEIRS
		",p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmD"
		"YXYTxwnYPJQ==",
		"v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2r"
		"R7N7Zw==" });
}

static void
names_are_escaped_and_passwords_prepared(void **state)
{
	(void)state;
	/* A Roman nine and a feminine ordinal are "IX" and "a". */
	expect_exchange(&(struct exchange){ SB_CRYPTO_SHA_256, "a=b,c", "o,p",
		"I\xe2\x85\xa8x\xc2\xaa", "n,a=o=2Cp,n=a=3Db=2Cc,r=" NONCE,
		"r=" NONCE "abc,s=c2FsdCBzYWx0,i=5000",
		"c=bixhPW89MkNwLA==,r=" NONCE "abc,p=DISJyVllLgYzFAlbYXWSsXUEuJFloA1bqEssZKRGsuk=",
		"v=TVPnhDpbmXyOYnqf1jV8RGp0O6kVxB0RnPWu6BVQsiw=" });
}

/* ---- SASLprep ---- */

/* RFC 4013, 3, and others. */
static const struct {
	const char *text, *prepared; /* NULL: refused */
} preparations[] = {
	{ "", "" },
	{ "user", "user" },
	{ "USER", "USER" },
	{ " a b ", " a b " },
	{ "I\xc2\xadX", "IX" },
	{ "\xc2\xaa", "a" },
	{ "\xe2\x85\xa8", "IX" },
	{ "a\302\240b", "a b" },
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "cafe\xcc\x81", "caf\xc3\xa9" },
	{ "\xc2\xad", "" },
	{ "\x07", NULL },
	{ "a\nb", NULL },
	{ "a\x7f", NULL },
	{ "\xd8\xa7\x31", NULL },
	{ "\xc2\x80", NULL },
	{ "caf\xe9", NULL },
	{ "a\xed\xa0\x80", NULL },
	{ "\xf5\x80\x80\x80", NULL },
	{ "\xc3", NULL },
};

static void
texts_are_prepared_as_rfc_4013_says(void **state)
{
	char buf[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(preparations) / sizeof(preparations[0]); i++) {
		const char *prepared = preparations[i].prepared;
		int ret = sb_scram_prepare(preparations[i].text, buf, sizeof(buf));

		if (ret != (prepared ? (int)strlen(prepared) : -EINVAL))
			fail_msg("%zu: %d", i, ret);
		if (prepared)
			assert_string_equal(buf, prepared);
	}
}

static void
a_text_without_room_is_told_to_be_too_long(void **state)
{
	char buf[4];

	(void)state;
	assert_int_equal(sb_scram_prepare("abc", buf, 4), 3);
	assert_int_equal(sb_scram_prepare("abcd", buf, 4), -EMSGSIZE);
	assert_int_equal(sb_scram_prepare("\303\251a", buf, 4), 3);
	assert_int_equal(sb_scram_prepare("\303\251ab", buf, 4), -EMSGSIZE);
	/* It grows: three bytes, and then the four of "a.m." */
	assert_int_equal(sb_scram_prepare("\xe3\x8f\x82", buf, 4), -EMSGSIZE);
}

static void
nothing_is_left_of_a_text_that_is_refused(void **state)
{
	char buf[64] = "";
	size_t i;

	(void)state;
	assert_int_equal(sb_scram_prepare("hush\xff", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_scram_prepare("hush\xd8\xa7\x31", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sb_scram_prepare("hush\n", buf, sizeof(buf)), -EINVAL);
	for (i = 0; i < sizeof(buf); i++)
		assert_int_equal(buf[i], 0);
}

static void
names_that_cannot_be_said_are_refused(void **state)
{
	char most[SB_SCRAM_NAME_MAX + 2];
	struct sb_bytes first;

	(void)state;
	assert_int_equal(begin(SB_CRYPTO_SHA_256, "", NULL, &first), -EINVAL);
	assert_int_equal(begin(SB_CRYPTO_SHA_256, "\xc2\xad", NULL, &first), -EINVAL);
	assert_int_equal(begin(SB_CRYPTO_SHA_256, "a\nb", NULL, &first), -EINVAL);
	assert_non_null(strstr(error.text, "SASLprep"));
	assert_int_equal(begin(SB_CRYPTO_SHA_256, "user", "a\nb", &first), -EINVAL);
	memset(most, '=', sizeof(most));
	most[sizeof(most) - 1] = '\0';
	assert_int_equal(begin(SB_CRYPTO_SHA_256, most, most, &first), -EMSGSIZE);
	assert_non_null(strstr(error.text, "255 bytes"));
	/* The longest there can be are. */
	most[sizeof(most) - 2] = '\0';
	assert_int_equal(begin(SB_CRYPTO_SHA_512, most, most, &first), 0);
	assert_int_equal(first.len, 10 + 6 * SB_SCRAM_NAME_MAX + strlen(NONCE));
}

static void
passwords_that_cannot_be_said_are_refused(void **state)
{
	char most[SB_SCRAM_PASSWORD_MAX + 2];
	struct sb_bytes first;

	(void)state;
	assert_int_equal(sb_scram_check_password("pencil", &error), 0);
	assert_int_equal(sb_scram_check_password("", &error), -EINVAL);
	assert_int_equal(sb_scram_check_password("hush\n", &error), -EINVAL);
	assert_null(strstr(error.text, "hush"));
	memset(most, 'a', sizeof(most));
	most[sizeof(most) - 1] = '\0';
	assert_int_equal(sb_scram_check_password(most, &error), -EMSGSIZE);
	assert_non_null(strstr(error.text, "1024 bytes"));
	most[sizeof(most) - 2] = '\0';
	assert_int_equal(sb_scram_check_password(most, &error), 0);

	assert_int_equal(begin(SB_CRYPTO_SHA_256, "user", NULL, &first), 0);
	memset(&work, 'x', sizeof(work));
	assert_int_equal(
		sb_scram_challenge(&scram, sb_bytes_of(CHALLENGE), "hush\n", &work, &error),
		-EINVAL);
	assert_int_equal(work.password_len, 0);
	assert_int_equal(work.password[0], 0);
}

/* ---- The server's first message ---- */

static void
expect_challenge(const char *message, size_t len, int expected, const char *why)
{
	struct sb_bytes first;
	int ret;

	assert_int_equal(begin(SB_CRYPTO_SHA_256, "user", NULL, &first), 0);
	error = (struct sb_error){ .code = 0 };
	ret = sb_scram_challenge(
		&scram, (struct sb_bytes){ message, len }, "pencil", &work, &error);
	if (ret != expected || error.code != expected || !strstr(error.text, why))
		fail_msg("%.80s: %d, %s", message, ret, error.text);
}

static void
challenges_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		const char *message;
		int error;
		const char *why;
	} cases[] = {
		{ "", -EPROTO, "challenge" },
		{ "r", -EPROTO, "challenge" },
		{ "r=", -EPROTO, "challenge" },
		{ ",", -EPROTO, "challenge" },
		{ "hello", -EPROTO, "challenge" },
		{ "r=" NONCE "x", -EPROTO, "challenge" },
		{ "r=" NONCE "x,s=" SALT, -EPROTO, "challenge" },
		{ "r=" NONCE "x,i=4096,s=" SALT, -EPROTO, "challenge" },
		{ "s=" SALT ",r=" NONCE "x,i=4096", -EPROTO, "challenge" },
		{ "r=" NONCE "x,s=,i=4096", -EPROTO, "challenge" },
		{ "r=" NONCE "x,s=" SALT ",i=", -EPROTO, "challenge" },
		{ CHALLENGE ",", -EPROTO, "challenge" },
		{ CHALLENGE ",x", -EPROTO, "challenge" },
		{ CHALLENGE ",x=", -EPROTO, "challenge" },
		{ CHALLENGE ",1=a", -EPROTO, "challenge" },
		{ CHALLENGE ",m=a", -EPROTO, "challenge" },
		{ "m=ext," CHALLENGE, -EPROTO, "extension" },
		{ "r=,s=" SALT ",i=4096", -EPROTO, "challenge" },
		{ "r=" NONCE ",s=" SALT ",i=4096", -EKEYREJECTED, "ours" },
		{ "r=other,s=" SALT ",i=4096", -EKEYREJECTED, "ours" },
		{ "r=rOprNGfwEbeRWgbNEkqoabc,s=" SALT ",i=4096", -EKEYREJECTED, "ours" },
		{ "r=" NONCE " x,s=" SALT ",i=4096", -EPROTO, "bytes" },
		{ "r=" NONCE "\xc3\xa9,s=" SALT ",i=4096", -EPROTO, "bytes" },
		{ "r=" NONCE "\x7f,s=" SALT ",i=4096", -EPROTO, "bytes" },
		{ "r=" NONCE "x,s=abc,i=4096", -EPROTO, "base64" },
		{ "r=" NONCE "x,s=****,i=4096", -EPROTO, "base64" },
		{ "r=" NONCE "x,s=" SALT ",i=x", -EPROTO, "count" },
		{ "r=" NONCE "x,s=" SALT ",i=-1", -EPROTO, "count" },
		{ "r=" NONCE "x,s=" SALT ",i=+5000", -EPROTO, "count" },
		{ "r=" NONCE "x,s=" SALT ",i=5000 ", -EPROTO, "count" },
		{ "r=" NONCE "x,s=" SALT ",i=05000", -EPROTO, "count" },
		{ "r=" NONCE "x,s=" SALT ",i=0", -EPROTO, "count" },
		{ "r=" NONCE "x,s=" SALT ",i=1", -EKEYREJECTED, "protect" },
		{ "r=" NONCE "x,s=" SALT ",i=4095", -EKEYREJECTED, "protect" },
		{ "r=" NONCE "x,s=" SALT ",i=1000001", -E2BIG, "too long" },
		{ "r=" NONCE "x,s=" SALT ",i=4294971392", -E2BIG, "too long" },
		{ "r=" NONCE "x,s=" SALT ",i=18446744073709555712", -E2BIG, "too long" },
		{ "e=unknown-user", -EACCES, "unknown-user" },
		{ "e=no\x02pe\xff", -EACCES, "refuses: nope" },
	};
	static const char with_nul[] = "r=" NONCE "\0x,s=" SALT ",i=4096";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_challenge(
			cases[i].message, strlen(cases[i].message), cases[i].error, cases[i].why);
	expect_challenge(with_nul, sizeof(with_nul) - 1, -EPROTO, "bytes");
}

static void
challenges_at_the_limits_are_taken(void **state)
{
	(void)state;
	expect_challenge(CHALLENGE, strlen(CHALLENGE), 0, "");
	assert_int_equal(work.iterations, 4096);
	assert_int_equal(work.salt_len, 16);
	assert_string_equal(work.password, "pencil");
	expect_challenge(CHALLENGE ",x=1,Y=a=b", strlen(CHALLENGE) + 10, 0, "");
	expect_challenge("r=" NONCE "x,s=" SALT ",i=1000000",
		strlen("r=" NONCE "x,s=" SALT ",i=1000000"), 0, "");
	assert_int_equal(work.iterations, 1000000);
}

/* A nonce and a salt of so many bytes, and something behind. */
static size_t
long_challenge(char *buf, size_t nonce_len, size_t salt_len, size_t more)
{
	static unsigned char salt[1024];
	size_t len = (size_t)sprintf(buf, "r=" NONCE);

	memset(buf + len, 'x', nonce_len - strlen(NONCE));
	len = 2 + nonce_len;
	len += (size_t)sprintf(buf + len, ",s=");
	len += sb_crypto_base64((struct sb_bytes){ salt, salt_len }, buf + len);
	len += (size_t)sprintf(buf + len, ",i=4096");
	if (more) {
		memset(buf + len, 'x', more);
		memcpy(buf + len, ",x=", 3);
	}
	return len + more;
}

static void
what_is_too_long_is_refused(void **state)
{
	char buf[2 * SB_SCRAM_SERVER_MAX];
	size_t len;

	(void)state;
	expect_challenge(buf, long_challenge(buf, SB_SCRAM_NONCE_MAX, 16, 0), 0, "");
	expect_challenge(buf, long_challenge(buf, SB_SCRAM_NONCE_MAX + 1, 16, 0), -EPROTO, "512");
	for (len = SB_SCRAM_SALT_MAX - 3; len <= SB_SCRAM_SALT_MAX; len++)
		expect_challenge(buf, long_challenge(buf, 30, len, 0), 0, "");
	for (; len <= SB_SCRAM_SALT_MAX + 4; len++)
		expect_challenge(buf, long_challenge(buf, 30, len, 0), -EPROTO, "256");
	expect_challenge(buf, long_challenge(buf, 30, 1000, 0), -EPROTO, "256");
	len = long_challenge(buf, 30, 16, 0);
	expect_challenge(buf, long_challenge(buf, 30, 16, SB_SCRAM_SERVER_MAX - len), 0, "");
	expect_challenge(buf, long_challenge(buf, 30, 16, SB_SCRAM_SERVER_MAX - len + 1), -EPROTO,
		"too long");
}

static void
the_longest_messages_have_room(void **state)
{
	char most[SB_SCRAM_NAME_MAX + 1], buf[2 * SB_SCRAM_SERVER_MAX];
	char last[SB_SCRAM_MESSAGE_MAX];
	struct sb_bytes first;
	size_t len = long_challenge(buf, SB_SCRAM_NONCE_MAX, SB_SCRAM_SALT_MAX, 0);

	(void)state;
	memset(most, ',', sizeof(most));
	most[SB_SCRAM_NAME_MAX] = '\0';
	len = long_challenge(buf, SB_SCRAM_NONCE_MAX, SB_SCRAM_SALT_MAX, SB_SCRAM_SERVER_MAX - len);
	assert_int_equal(len, SB_SCRAM_SERVER_MAX);
	assert_int_equal(begin(SB_CRYPTO_SHA_512, most, most, &first), 0);
	assert_int_equal(
		sb_scram_challenge(&scram, (struct sb_bytes){ buf, len }, "pencil", &work, &error),
		0);
	sb_scram_compute(&work);
	assert_in_range(sb_scram_respond(&scram, &work, last, &error), SB_SCRAM_NONCE_MAX,
		SB_SCRAM_MESSAGE_MAX - 1);
}

/* ---- The server's last message ---- */

static void
expect_verdict(const char *message, int expected, const char *why)
{
	char last[SB_SCRAM_MESSAGE_MAX];
	int ret;

	expect_challenge(CHALLENGE, strlen(CHALLENGE), 0, "");
	sb_scram_compute(&work);
	assert_in_range(sb_scram_respond(&scram, &work, last, &error), 1, SB_SCRAM_MESSAGE_MAX);
	ret = sb_scram_verify(&scram, sb_bytes_of(message), &error);
	if (ret != expected || (ret && !strstr(error.text, why)))
		fail_msg("%.80s: %d, %s", message, ret, error.text);
}

static void
a_server_that_does_not_know_the_password_is_found_out(void **state)
{
	char verdict[] = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

	(void)state;
	expect_verdict(verdict, 0, "");
	expect_verdict("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,x=1", 0, "");
	verdict[2] = '7';
	expect_verdict(verdict, -EKEYREJECTED, "signature");
	expect_verdict("v=AAAA", -EKEYREJECTED, "signature");
	expect_verdict("v=*", -EKEYREJECTED, "signature");
	expect_verdict("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G==", -EKEYREJECTED, "");
	expect_verdict(
		"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAA",
		-EKEYREJECTED, "signature");
	expect_verdict("", -EPROTO, "last message");
	expect_verdict("v=", -EPROTO, "last message");
	expect_verdict("x=1", -EPROTO, "last message");
	expect_verdict(CHALLENGE, -EPROTO, "last message");
	expect_verdict(
		"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,m=1", -EPROTO, "last message");
	expect_verdict("e=invalid-proof", -EACCES, "invalid-proof");
	expect_verdict("e=invalid-proof,x=1", -EACCES, "refuses: invalid-proof");
}

/* ---- The server's side ---- */

static void
a_server_checks_the_proof_by_what_it_stores(void **state)
{
	static const enum sb_crypto_hash hashes[] = { SB_CRYPTO_SHA_256, SB_CRYPTO_SHA_512 };
	char last[SB_SCRAM_MESSAGE_MAX], verdict[128] = "v=", auth[1024];
	unsigned char proof[SB_CRYPTO_HASH_MAX + 2], signature[SB_CRYPTO_HASH_MAX];
	struct sb_scram_stored stored;
	struct sb_bytes first;
	size_t i, len;

	(void)state;
	for (i = 0; i < 2; i++) {
		const char *p;

		assert_int_equal(begin(hashes[i], "user", NULL, &first), 0);
		assert_int_equal(
			sb_scram_challenge(&scram, sb_bytes_of(CHALLENGE), "pencil", &work, &error),
			0);
		sb_scram_compute(&work);
		assert_int_equal(sb_scram_store(&work, &stored), 0);
		assert_true(sb_scram_respond(&scram, &work, last, &error) > 0);
		p = strstr(last, ",p=");
		(void)snprintf(auth, sizeof(auth), "n=user,r=%s,%s,%.*s", NONCE, CHALLENGE,
			(int)(p - last), last);
		len = sb_crypto_hash_len(hashes[i]);
		assert_int_equal(sb_crypto_unbase64(p + 3, strlen(p + 3), proof), len);
		assert_int_equal(sb_scram_check(&stored, sb_bytes_of(auth), proof, signature), 0);
		(void)sb_crypto_base64((struct sb_bytes){ signature, len }, verdict + 2);
		assert_int_equal(sb_scram_verify(&scram, sb_bytes_of(verdict), &error), 0);
		/* Another proof, or another conversation. */
		proof[len - 1] ^= 1;
		assert_int_equal(
			sb_scram_check(&stored, sb_bytes_of(auth), proof, signature), -EACCES);
		proof[len - 1] ^= 1;
		auth[3] ^= 1;
		assert_int_equal(
			sb_scram_check(&stored, sb_bytes_of(auth), proof, signature), -EACCES);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(the_example_of_rfc_7677_is_spoken),
		kit_test_bare(the_same_with_sha_512_is_spoken),
		kit_test_bare(names_are_escaped_and_passwords_prepared),
		kit_test_bare(texts_are_prepared_as_rfc_4013_says),
		kit_test_bare(a_text_without_room_is_told_to_be_too_long),
		kit_test_bare(nothing_is_left_of_a_text_that_is_refused),
		kit_test_bare(names_that_cannot_be_said_are_refused),
		kit_test_bare(passwords_that_cannot_be_said_are_refused),
		kit_test_bare(challenges_that_make_no_sense_are_refused),
		kit_test_bare(challenges_at_the_limits_are_taken),
		kit_test_bare(what_is_too_long_is_refused),
		kit_test_bare(the_longest_messages_have_room),
		kit_test_bare(a_server_that_does_not_know_the_password_is_found_out),
		kit_test_bare(a_server_checks_the_proof_by_what_it_stores),
	};

	return kit_run(tests);
}
