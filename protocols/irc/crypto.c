#include "crypto.h"

#include <errno.h>
#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

static const EVP_MD *
method_of(enum sb_crypto_hash hash)
{
	return hash == SB_CRYPTO_SHA_512 ? EVP_sha512() : EVP_sha256();
}

/* What OpenSSL remembers of failures, also of those that it got over, belongs to nobody, least of all to
 * the next TLS stream. */
static int
without_traces(int ret)
{
	ERR_clear_error();
	return ret;
}

size_t
sb_crypto_hash_len(enum sb_crypto_hash hash)
{
	return hash == SB_CRYPTO_SHA_512 ? 64 : 32;
}

int
sb_crypto_digest(enum sb_crypto_hash hash, struct sb_bytes data,
	unsigned char ret_digest[SB_CRYPTO_HASH_MAX])
{
	int ret = EVP_Digest(data.ptr, data.len, ret_digest, NULL, method_of(hash), NULL);

	return without_traces(ret == 1 ? 0 : -ENOMEM);
}

int
sb_crypto_hmac(enum sb_crypto_hash hash, struct sb_bytes key, struct sb_bytes data,
	unsigned char ret_mac[SB_CRYPTO_HASH_MAX])
{
	/* It takes NULL for "the key of before". */
	const void *bytes = key.len ? key.ptr : "";
	unsigned char *mac;

	sb_assert(key.len <= INT_MAX);
	mac = HMAC(method_of(hash), bytes, (int)key.len, data.ptr, data.len, ret_mac, NULL);
	return without_traces(mac ? 0 : -ENOMEM);
}

int
sb_crypto_pbkdf2(enum sb_crypto_hash hash, struct sb_bytes password, struct sb_bytes salt,
	unsigned iterations, unsigned char ret_key[SB_CRYPTO_HASH_MAX])
{
	int ret;

	sb_assert(iterations >= 1 && iterations <= INT_MAX);
	sb_assert(password.len <= INT_MAX && salt.len <= INT_MAX);
	ret = PKCS5_PBKDF2_HMAC(password.ptr, (int)password.len, salt.ptr, (int)salt.len,
		(int)iterations, method_of(hash), (int)sb_crypto_hash_len(hash), ret_key);
	return without_traces(ret == 1 ? 0 : -ENOMEM);
}

bool
sb_crypto_is_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
sb_crypto_cleanse(void *secret, size_t len)
{
	OPENSSL_cleanse(secret, len);
}

size_t
sb_crypto_base64_len(size_t len)
{
	return (len + 2) / 3 * 4;
}

size_t
sb_crypto_base64(struct sb_bytes bytes, char *buf)
{
	sb_assert(bytes.len <= INT_MAX / 2);
	*buf = '\0';
	return bytes.len ? (size_t)EVP_EncodeBlock((unsigned char *)buf, bytes.ptr, (int)bytes.len)
			 : 0;
}

/* OpenSSL's reader passes over spaces and the like, and counts padding as bytes. */
static bool
is_base64(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!(text[i] >= 'A' && text[i] <= 'Z') && !(text[i] >= 'a' && text[i] <= 'z')
			&& !(text[i] >= '0' && text[i] <= '9') && text[i] != '+' && text[i] != '/')
			return false;
	return true;
}

int
sb_crypto_unbase64(const char *text, size_t len, unsigned char *buf)
{
	const char *last = text + len - 4;
	size_t padding = 0, n;
	char again[5];

	if (len % 4 != 0 || len > INT_MAX / 2)
		return -EINVAL;
	if (!len)
		return 0;
	while (padding < 2 && text[len - 1 - padding] == '=')
		padding++;
	if (!is_base64(text, len - padding)
		|| EVP_DecodeBlock(buf, (const unsigned char *)text, (int)len) < 0)
		return without_traces(-EINVAL);
	n = len / 4 * 3 - padding;
	/* The bits that the last group has too many are zero if it can be had from the bytes. */
	(void)sb_crypto_base64((struct sb_bytes){ buf + len / 4 * 3 - 3, 3 - padding }, again);
	return memcmp(again, last, 4) == 0 ? (int)n : -EINVAL;
}

/* OpenSSL would ask on the terminal. */
static int
give_no_passphrase(char *buf, int size, int is_writing, void *self)
{
	(void)buf, (void)size, (void)is_writing, (void)self;
	return -1;
}

static bool
is_on_p256(const EVP_PKEY *key)
{
	char name[32];

	return EVP_PKEY_is_a(key, "EC")
	       && EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) == 1
	       && strcmp(name, SN_X9_62_prime256v1) == 0;
}

static int
load_key(struct sb_bytes pem, EVP_PKEY **ret_key, struct sb_error *ret_error)
{
	BIO *bio;

	if (pem.len > INT_MAX)
		return sb_error_set(ret_error, -EINVAL, "the key is too long");
	bio = BIO_new_mem_buf(pem.len ? pem.ptr : "", (int)pem.len);
	if (!bio)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	*ret_key = PEM_read_bio_PrivateKey(bio, NULL, give_no_passphrase, NULL);
	(void)BIO_free(bio);
	if (!*ret_key)
		return sb_error_set(
			ret_error, -EINVAL, "this is no private key in PEM without a passphrase");
	if (is_on_p256(*ret_key))
		return 0;
	EVP_PKEY_free(*ret_key);
	return sb_error_set(
		ret_error, -EINVAL, "the key is not one on the curve P-256 (prime256v1)");
}

int
sb_crypto_check_key(struct sb_bytes pem, struct sb_error *ret_error)
{
	EVP_PKEY *key;
	int error = load_key(pem, &key, ret_error);

	if (!error)
		EVP_PKEY_free(key);
	return without_traces(error);
}

int
sb_crypto_sign(struct sb_bytes pem, const unsigned char challenge[SB_CRYPTO_CHALLENGE_LEN],
	unsigned char ret_signature[SB_CRYPTO_SIGNATURE_MAX], struct sb_error *ret_error)
{
	size_t len = SB_CRYPTO_SIGNATURE_MAX;
	EVP_PKEY_CTX *context;
	EVP_PKEY *key;
	int error = load_key(pem, &key, ret_error);

	if (error)
		return without_traces(error);
	context = EVP_PKEY_CTX_new(key, NULL);
	/* Out of memory it may say that all went well, with a length of -1. */
	if (!context || EVP_PKEY_sign_init(context) != 1
		|| EVP_PKEY_sign(context, ret_signature, &len, challenge, SB_CRYPTO_CHALLENGE_LEN)
			   != 1
		|| !len || len > SB_CRYPTO_SIGNATURE_MAX)
		error = sb_error_set(ret_error, -ENOMEM, "out of memory");
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	return without_traces(error ? error : (int)len);
}
