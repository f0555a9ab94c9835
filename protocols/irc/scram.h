#ifndef PROTOCOLS_IRC_SCRAM_H
#define PROTOCOLS_IRC_SCRAM_H

/* SCRAM (RFC 5802) with SHA-256 (RFC 7677) and SHA-512, without channel binding: both sides show that
 * they know the password, and it is not sent. The client's four steps, in this order:
 *
 *     sb_scram_begin()      makes the client's first message
 *     sb_scram_challenge()  reads the server's first message, and says what has to be computed
 *     sb_scram_compute()    computes it, on any thread
 *     sb_scram_respond()    makes the client's last message
 *     sb_scram_verify()     reads the server's last message, and whether it knows the password
 *
 * Messages are bytes without base64 around them. Nothing is allocated but by OpenSSL and libidn,
 * for the time of a call. Errors are -EPROTO for what makes no sense, -EACCES for a refusal,
 * -EKEYREJECTED for a server that does not show that it knows the password, or tries to learn it,
 * -ENOMEM, and what stands beside a function; each with words. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

#include "crypto.h"

enum {
	SB_SCRAM_NAME_MAX = 255, /* bytes of a user's name, prepared */
	SB_SCRAM_PASSWORD_MAX = 1024, /* bytes of a password, prepared */
	SB_SCRAM_RANDOM_LEAST = 15, /* bytes that make our nonce */
	SB_SCRAM_RANDOM_MOST = 60,
	SB_SCRAM_NONCE_MAX = 512, /* bytes of both nonces */
	SB_SCRAM_SALT_MAX = 256, /* bytes */
	SB_SCRAM_SERVER_MAX = 4096, /* bytes of the server's first message */
	SB_SCRAM_ITERATIONS_LEAST = 4096, /* RFC 7677, 4 */
	SB_SCRAM_ITERATIONS_MOST = 1000000,
	/* Bytes of the longest message of ours, and a NUL: a name may be escaped threefold, and the
	 * last message has one in base64. */
	SB_SCRAM_MESSAGE_MAX = 6 * SB_SCRAM_NAME_MAX + SB_SCRAM_NONCE_MAX + 128,
};

/* A text as SASLprep (RFC 4013) makes it, as a query: ASCII is taken as it is, and anything else by
 * libidn. buf: size bytes for the result and a NUL. Returns its length; -EINVAL when it is not UTF-8,
 * or has characters that are not allowed, control characters among them; -EMSGSIZE when there is no
 * room; -ENOMEM; and then nothing of text is in buf. */
int sb_scram_prepare(const char *text, char *buf, size_t size);

/* What is to be computed: a value without pointers, which may be copied, computed on another thread, and
 * copied back. It holds the password: cleanse it after use. */
struct sb_scram_work {
	enum sb_crypto_hash hash;
	unsigned iterations;
	size_t password_len, salt_len;
	char password[SB_SCRAM_PASSWORD_MAX + 1];
	unsigned char salt[SB_SCRAM_SALT_MAX];
	int error; /* of the computation: 0 or -ENOMEM */
	unsigned char salted[SB_CRYPTO_HASH_MAX]; /* its result */
};

/* Fills in error and salted. It is the one part that takes long, and it takes as long as the server
 * wants: on one core of a shared server 4096 iterations hold the caller up for 2 ms (SHA-512: 4), 100 000 for
 * 50 (100), and the most that are allowed for half a second (one): so give more than a few
 * thousand to a pool. */
void sb_scram_compute(struct sb_scram_work *work);

/* One exchange, the client's side; the members are private. Some 11 KiB. */
struct sb_scram {
	enum sb_crypto_hash hash;
	int step;
	size_t gs2_len, first_len, random_len; /* of the parts of `first` */
	char first[SB_SCRAM_MESSAGE_MAX];
	size_t auth_len, proofless_at; /* of `auth`, and where our last message begins in it */
	char auth[2 * SB_SCRAM_MESSAGE_MAX + SB_SCRAM_SERVER_MAX + 2];
	unsigned char signature[SB_CRYPTO_HASH_MAX]; /* that the server has to show */
};

/* Begins anew. authzid: as whom to act, NULL or empty for the user. random: so many random bytes, which no
 * other exchange has, and which the nonce tells in base64. *ret_first is the first message; it is the
 * exchange's and lives as long. Returns 0; -EINVAL: a name that cannot be prepared, or is empty;
 * -EMSGSIZE: or too long; -ENOMEM. */
int sb_scram_begin(struct sb_scram *scram, enum sb_crypto_hash hash, const char *user,
	const char *authzid, struct sb_bytes random, struct sb_bytes *ret_first,
	struct sb_error *ret_error);

/* Whether a password can be prepared, as sb_scram_challenge() will have to. Returns 0, -EINVAL, -EMSGSIZE or
 * -ENOMEM. */
int sb_scram_check_password(const char *password, struct sb_error *ret_error);

/* Reads the server's first message. Refused are a message longer than SB_SCRAM_SERVER_MAX, attributes
 * in another order, an extension that must be understood (`m=`), a nonce that does not begin with ours
 * and go on (-EKEYREJECTED: said before, by another), or is longer than SB_SCRAM_NONCE_MAX, no salt or
 * one longer than SB_SCRAM_SALT_MAX, fewer iterations than SB_SCRAM_ITERATIONS_LEAST (-EKEYREJECTED: what
 * we would answer is cheap to guess from), more than SB_SCRAM_ITERATIONS_MOST (-E2BIG), and a password
 * that cannot be prepared. Extensions that need not be understood are passed
 * over. *ret_work is filled in; when it fails there is no password in it. */
int sb_scram_challenge(struct sb_scram *scram, struct sb_bytes message, const char *password,
	struct sb_scram_work *ret_work, struct sb_error *ret_error);

/* Writes our last message, and a NUL, from the work when it is computed. Returns its length or -ENOMEM. */
int sb_scram_respond(struct sb_scram *scram, const struct sb_scram_work *work,
	char ret_message[SB_SCRAM_MESSAGE_MAX], struct sb_error *ret_error);

/* Reads the server's last message. Returns 0: it knows the password. */
int sb_scram_verify(struct sb_scram *scram, struct sb_bytes message, struct sb_error *ret_error);

/* What a server keeps instead of a password. */
struct sb_scram_stored {
	enum sb_crypto_hash hash;
	unsigned char stored_key[SB_CRYPTO_HASH_MAX], server_key[SB_CRYPTO_HASH_MAX];
};

/* Makes it from the work when it is computed. Returns 0 or -ENOMEM. */
int sb_scram_store(const struct sb_scram_work *work, struct sb_scram_stored *ret_stored);

/* The server's side of the last step: whether the proof, a hash long, shows that the client knows the
 * password; then *ret_signature is what the server shows. auth: the client's first message without its
 * GS2 header, the server's first, the client's last without its proof, with commas between them.
 * Returns 0, -EACCES or -ENOMEM. */
int sb_scram_check(const struct sb_scram_stored *stored, struct sb_bytes auth,
	const unsigned char *proof, unsigned char ret_signature[SB_CRYPTO_HASH_MAX]);

#endif
