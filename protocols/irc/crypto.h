#ifndef PROTOCOLS_IRC_CRYPTO_H
#define PROTOCOLS_IRC_CRYPTO_H

/* What authentication needs of cryptography, all of it OpenSSL's: crypto.c is the one file of the
 * protocols that includes its headers. Functions of what they are given; they keep nothing, and may be
 * called on any thread. What OpenSSL keeps meanwhile it clears and frees before they return. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

enum sb_crypto_hash { SB_CRYPTO_SHA_256, SB_CRYPTO_SHA_512 };

enum {
	SB_CRYPTO_HASH_MAX = 64, /* bytes of the longest hash */
	SB_CRYPTO_CHALLENGE_LEN = 32, /* that sb_crypto_sign() signs */
	SB_CRYPTO_SIGNATURE_MAX = 72, /* bytes of a signature */
};

/* How long its hashes are: 32 or 64. */
size_t sb_crypto_hash_len(enum sb_crypto_hash hash);

/* The hash of data; of a message with a key (RFC 2104). Return 0 or -ENOMEM. */
int sb_crypto_digest(enum sb_crypto_hash hash, struct sb_bytes data,
	unsigned char ret_digest[SB_CRYPTO_HASH_MAX]);
int sb_crypto_hmac(enum sb_crypto_hash hash, struct sb_bytes key, struct sb_bytes data,
	unsigned char ret_mac[SB_CRYPTO_HASH_MAX]);

/* PBKDF2 with HMAC (RFC 8018, 5.2), one hash long. It takes as long as iterations say: see
 * sb_scram_compute(). iterations at least 1. Returns 0 or -ENOMEM. */
int sb_crypto_pbkdf2(enum sb_crypto_hash hash, struct sb_bytes password, struct sb_bytes salt,
	unsigned iterations, unsigned char ret_key[SB_CRYPTO_HASH_MAX]);

/* Whether they are equal, in a time that does not depend on where they differ. */
bool sb_crypto_is_equal(const void *a, const void *b, size_t len);

/* Writes over a secret, so that no compiler leaves it out. */
void sb_crypto_cleanse(void *secret, size_t len);

/* How long base64 of so many bytes is, without a NUL. */
size_t sb_crypto_base64_len(size_t len);

/* Writes base64 (RFC 4648, with padding) and a NUL; buf has room for both. Returns its length. */
size_t sb_crypto_base64(struct sb_bytes bytes, char *buf);

/* Reads base64, strictly: whole groups of four, padding at the end alone, no other byte, no bit set
 * where none belongs. buf has room for len / 4 * 3 bytes and may not overlap text; all of that room
 * may be written. Returns how many bytes it says, or -EINVAL. */
int sb_crypto_unbase64(const char *text, size_t len, unsigned char *buf);

/* Whether pem begins with a private key on the curve P-256 that can be read without a passphrase (which
 * is never asked for). Returns 0; -EINVAL, with words that show nothing of it; -ENOMEM, as far as
 * OpenSSL tells the one from the other. */
int sb_crypto_check_key(struct sb_bytes pem, struct sb_error *ret_error);

/* Signs a challenge as it is, without hashing it, by ECDSA with such a key; the signature is DER.
 * Returns its length, or as sb_crypto_check_key(). */
int sb_crypto_sign(struct sb_bytes pem, const unsigned char challenge[SB_CRYPTO_CHALLENGE_LEN],
	unsigned char ret_signature[SB_CRYPTO_SIGNATURE_MAX], struct sb_error *ret_error);

#endif
