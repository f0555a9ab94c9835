/* Memory runs out in OpenSSL at one allocation after the other: what needs it fails, and says so, or is
 * right. */

#include "kit_cmocka.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "irc_keys.h"
#include "protocols/irc/crypto.h"

static long until_failure = -1;
static bool has_failed;

/* Where memory runs out OpenSSL itself loses some now and then. */
const char *__lsan_default_suppressions(void);

__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:libcrypto.so";
}

static bool
fails_now(void)
{
	if (until_failure < 0 || until_failure-- > 0)
		return false;
	has_failed = true;
	return true;
}

static void *
allocate(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return fails_now() ? NULL : malloc(size);
}

static void *
reallocate(void *old, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	if (!size) {
		free(old);
		return NULL;
	}
	return fails_now() ? NULL : realloc(old, size);
}

static void
release(void *memory, const char *file, int line)
{
	(void)file, (void)line;
	free(memory);
}

static char pem[4097];
static EVP_PKEY *key;
static unsigned char result[SB_CRYPTO_HASH_MAX], right[SB_CRYPTO_HASH_MAX];
static const unsigned char challenge[SB_CRYPTO_CHALLENGE_LEN] = "a challenge";

static int
derive(void)
{
	return sb_crypto_pbkdf2(
		SB_CRYPTO_SHA_256, sb_bytes_of("pencil"), sb_bytes_of("salt"), 2, result);
}

static int
authenticate(void)
{
	return sb_crypto_hmac(SB_CRYPTO_SHA_512, sb_bytes_of("key"), sb_bytes_of("data"), result);
}

static int
digest(void)
{
	return sb_crypto_digest(SB_CRYPTO_SHA_256, sb_bytes_of("data"), result);
}

static void
expect_each_failure_told(int (*compute)(void))
{
	long at;

	assert_int_equal(compute(), 0);
	memcpy(right, result, sizeof(right));
	for (at = 0, has_failed = true; has_failed; at++) {
		int error;

		has_failed = false;
		until_failure = at;
		error = compute();
		until_failure = -1;
		assert_true(error == 0 || error == -ENOMEM);
		assert_true(has_failed || !error);
		if (!error)
			assert_memory_equal(result, right, sizeof(right));
		assert_int_equal(ERR_peek_error(), 0);
	}
	assert_true(at > 1);
}

static void
hashes_are_right_or_told_to_have_failed(void **state)
{
	(void)state;
	expect_each_failure_told(digest);
	expect_each_failure_told(authenticate);
	expect_each_failure_told(derive);
}

static void
sign_without(long at)
{
	unsigned char signature[SB_CRYPTO_SIGNATURE_MAX];
	struct sb_error error = { .code = 0 };
	int ret;

	has_failed = false;
	until_failure = at;
	ret = sb_crypto_sign(sb_bytes_of(pem), challenge, signature, &error);
	until_failure = -1;
	assert_int_equal(ERR_peek_error(), 0);
	if (ret > 0)
		assert_true(has_signed(key, challenge, signature, (size_t)ret));
	else /* Where a key cannot be read OpenSSL does not always know why. */
		assert_true(has_failed && (ret == -ENOMEM || ret == -EINVAL) && error.code == ret);
}

/* Reading a key takes thousands of allocations, signing some tens at the end: these each, and of the
 * others some. */
static void
signatures_are_right_or_told_to_have_failed(void **state)
{
	unsigned char signature[SB_CRYPTO_SIGNATURE_MAX];
	long at, n;

	(void)state;
	/* The first reads more than those that follow. */
	assert_true(sb_crypto_sign(sb_bytes_of(pem), challenge, signature, NULL) > 0);
	until_failure = LONG_MAX;
	assert_true(sb_crypto_sign(sb_bytes_of(pem), challenge, signature, NULL) > 0);
	n = LONG_MAX - until_failure;
	until_failure = -1;
	assert_true(n > 100);
	for (at = 0; at < n; at += at < n - 100 ? 31 : 1)
		sign_without(at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(hashes_are_right_or_told_to_have_failed),
		kit_test_bare(signatures_are_right_or_told_to_have_failed),
	};
	int ret;

	/* Before OpenSSL has any memory. */
	if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1)
		return 1;
	key = key_on("P-256", NULL, pem);
	ret = kit_run(tests);
	EVP_PKEY_free(key);
	return ret;
}
