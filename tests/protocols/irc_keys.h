#ifndef TESTS_PROTOCOLS_IRC_KEYS_H
#define TESTS_PROTOCOLS_IRC_KEYS_H

/* Private keys for tests, made by OpenSSL. */

#include <openssl/evp.h>
#include <openssl/pem.h>

/* A key on the curve, in *ret_pem too, of at most 4096 bytes; encrypted when there is a passphrase. To be
 * freed. */
static inline EVP_PKEY *
key_on(const char *curve, const char *passphrase, char ret_pem[4097])
{
	EVP_PKEY *key = EVP_EC_gen(curve);
	BIO *bio = BIO_new(BIO_s_mem());
	int len;

	assert_non_null(key);
	assert_int_equal(
		PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase ? EVP_aes_128_cbc() : NULL,
			passphrase, passphrase ? (int)strlen(passphrase) : 0, NULL, NULL),
		1);
	len = BIO_read(bio, ret_pem, 4096);
	assert_in_range(len, 1, 4095);
	ret_pem[len] = '\0';
	(void)BIO_free(bio);
	return key;
}

/* Whether it is the key's signature of those 32 bytes, as they are. */
static inline bool
has_signed(EVP_PKEY *key, const void *challenge, const void *signature, size_t len)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	int ret;

	assert_int_equal(EVP_PKEY_verify_init(context), 1);
	ret = EVP_PKEY_verify(context, signature, len, challenge, 32);
	EVP_PKEY_CTX_free(context);
	return ret == 1;
}

#endif
