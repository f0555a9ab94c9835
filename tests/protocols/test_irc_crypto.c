/* Hashes, base64 and signatures, against the published examples. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>

#include <openssl/err.h>

#include "irc_keys.h"
#include "protocols/irc/crypto.h"

static void
assert_hex(const unsigned char *bytes, size_t len, const char *hex)
{
	char text[2 * SB_CRYPTO_HASH_MAX + 1];
	size_t i;

	for (i = 0; i < len; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	assert_string_equal(text, hex);
}

static void
hashes_are_those_of_fips_180(void **state)
{
	unsigned char digest[SB_CRYPTO_HASH_MAX];

	(void)state;
	assert_int_equal(sb_crypto_hash_len(SB_CRYPTO_SHA_256), 32);
	assert_int_equal(sb_crypto_digest(SB_CRYPTO_SHA_256, sb_bytes_of("abc"), digest), 0);
	assert_hex(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(sb_crypto_hash_len(SB_CRYPTO_SHA_512), 64);
	assert_int_equal(sb_crypto_digest(SB_CRYPTO_SHA_512, sb_bytes_of("abc"), digest), 0);
	assert_hex(digest, 64,
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

/* RFC 4231, 4.3. */
static void
codes_are_those_of_rfc_4231(void **state)
{
	struct sb_bytes key = sb_bytes_of("Jefe");
	struct sb_bytes data = sb_bytes_of("what do ya want for nothing?");
	unsigned char mac[SB_CRYPTO_HASH_MAX];

	(void)state;
	assert_int_equal(sb_crypto_hmac(SB_CRYPTO_SHA_256, key, data, mac), 0);
	assert_hex(mac, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_int_equal(sb_crypto_hmac(SB_CRYPTO_SHA_512, key, data, mac), 0);
	assert_hex(mac, 64,
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
	assert_int_equal(
		sb_crypto_hmac(SB_CRYPTO_SHA_256, (struct sb_bytes){ NULL, 0 }, data, mac), 0);
}

/* RFC 7914, 11, whose keys are twice as long. */
static void
keys_are_derived_as_rfc_7914_says(void **state)
{
	unsigned char key[SB_CRYPTO_HASH_MAX];

	(void)state;
	assert_int_equal(sb_crypto_pbkdf2(SB_CRYPTO_SHA_256, sb_bytes_of("passwd"),
				 sb_bytes_of("salt"), 1, key),
		0);
	assert_hex(key, 32, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
	assert_int_equal(sb_crypto_pbkdf2(SB_CRYPTO_SHA_256, sb_bytes_of("Password"),
				 sb_bytes_of("NaCl"), 80000, key),
		0);
	assert_hex(key, 32, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
}

static void
comparing_sees_every_byte(void **state)
{
	char a[32] = "the one", b[32];
	size_t i;

	(void)state;
	memcpy(b, a, sizeof(b));
	assert_true(sb_crypto_is_equal(a, b, sizeof(a)));
	for (i = 0; i < sizeof(a); i++) {
		b[i] ^= 1;
		assert_false(sb_crypto_is_equal(a, b, sizeof(a)));
		b[i] ^= 1;
	}
	sb_crypto_cleanse(b, sizeof(b));
	for (i = 0; i < sizeof(b); i++)
		assert_int_equal(b[i], 0);
}

/* RFC 4648, 10. */
static const struct {
	const char *bytes, *text;
} base64[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/" },
};

static void
base64_is_written_and_read(void **state)
{
	unsigned char bytes[16];
	char text[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(base64) / sizeof(base64[0]); i++) {
		size_t len = strlen(base64[i].bytes);

		assert_int_equal(sb_crypto_base64_len(len), strlen(base64[i].text));
		assert_int_equal(sb_crypto_base64(sb_bytes_of(base64[i].bytes), text),
			strlen(base64[i].text));
		assert_string_equal(text, base64[i].text);
		assert_int_equal(sb_crypto_unbase64(text, strlen(text), bytes), len);
		assert_memory_equal(bytes, base64[i].bytes, len);
	}
}

static void
base64_that_is_not_strict_is_refused(void **state)
{
	static const char *const wrong[] = { "Z", "Zg", "Zg=", "Zg===", "Zm9vZg",
		"====", "Z===", "=Zg=", "Zg==Zm9v", "Zm8=Zm9v", " Zg=", "Zg= ", "Zg==\n\n\n\n",
		"Zm9v\nZm9", "Zm-v", "Zm_v", "Zm\xc3\xa9", "\tZm9vZm", "*", "Zh==", "Zm9=" };
	unsigned char bytes[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (sb_crypto_unbase64(wrong[i], strlen(wrong[i]), bytes) != -EINVAL)
			fail_msg("\"%s\" was read", wrong[i]);
}

/* ---- Keys ---- */

static void
a_challenge_is_signed_as_it_is(void **state)
{
	unsigned char challenge[32] = "thirty-two bytes of a challenge", signature[72];
	char pem[4097];
	EVP_PKEY *key = key_on("P-256", NULL, pem);
	int i, len;

	(void)state;
	assert_int_equal(sb_crypto_check_key(sb_bytes_of(pem), NULL), 0);
	for (i = 0; i < 20; i++) {
		challenge[31] = (unsigned char)i;
		len = sb_crypto_sign(sb_bytes_of(pem), challenge, signature, NULL);
		assert_in_range(len, 60, 72);
		assert_true(has_signed(key, challenge, signature, (size_t)len));
		challenge[0] ^= 1;
		assert_false(has_signed(key, challenge, signature, (size_t)len));
	}
	EVP_PKEY_free(key);
}

static void
expect_key_refused(const char *pem, const char *why)
{
	unsigned char challenge[32] = "", signature[72];
	struct sb_error error;

	assert_int_equal(sb_crypto_check_key(sb_bytes_of(pem), &error), -EINVAL);
	assert_non_null(strstr(error.text, why));
	assert_int_equal(sb_crypto_sign(sb_bytes_of(pem), challenge, signature, &error), -EINVAL);
	assert_int_equal(error.code, -EINVAL);
	/* Nothing is left for the next to wonder about. */
	assert_int_equal(ERR_peek_error(), 0);
}

static void
other_keys_are_refused_and_no_passphrase_is_asked_for(void **state)
{
	char pem[4097];

	(void)state;
	expect_key_refused("", "no private key");
	expect_key_refused("secret", "no private key");
	EVP_PKEY_free(key_on("P-256", "secret", pem));
	expect_key_refused(pem, "passphrase");
	EVP_PKEY_free(key_on("P-384", NULL, pem));
	expect_key_refused(pem, "P-256");
	/* Half a key. */
	EVP_PKEY_free(key_on("P-256", NULL, pem));
	pem[strlen(pem) / 2] = '\0';
	expect_key_refused(pem, "no private key");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(hashes_are_those_of_fips_180),
		kit_test_bare(codes_are_those_of_rfc_4231),
		kit_test_bare(keys_are_derived_as_rfc_7914_says),
		kit_test_bare(comparing_sees_every_byte),
		kit_test_bare(base64_is_written_and_read),
		kit_test_bare(base64_that_is_not_strict_is_refused),
		kit_test_bare(a_challenge_is_signed_as_it_is),
		kit_test_bare(other_keys_are_refused_and_no_passphrase_is_asked_for),
	};

	return kit_run(tests);
}
