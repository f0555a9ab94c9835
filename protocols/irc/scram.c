#include "scram.h"

#include <errno.h>

#include <stringprep.h>

enum { STEP_CHALLENGE = 1, STEP_RESPOND, STEP_VERIFY, STEP_OVER };

/* ---- Names and passwords ---- */

/* Returns 1: it has something else. */
static int
prepare_ascii(const char *text, char *buf, size_t size)
{
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		if (text[i] & 0x80)
			return 1;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return -EINVAL;
	if (len >= size)
		return -EMSGSIZE;
	memcpy(buf, text, len + 1);
	return 0;
}

/* The library works in the buffer that has the text. */
static int
prepare_unicode(const char *text, char *buf, size_t size)
{
	size_t len = strlen(text);
	int ret;

	if (len >= size)
		return -EMSGSIZE;
	memcpy(buf, text, len + 1);
	ret = stringprep(buf, size, 0, stringprep_saslprep);
	if (ret == STRINGPREP_OK)
		return 0;
	sb_crypto_cleanse(buf, size);
	if (ret == STRINGPREP_TOO_SMALL_BUFFER)
		return -EMSGSIZE;
	return ret == STRINGPREP_MALLOC_ERROR ? -ENOMEM : -EINVAL;
}

int
sb_scram_prepare(const char *text, char *buf, size_t size)
{
	int ret = prepare_ascii(text, buf, size);

	if (ret > 0)
		ret = prepare_unicode(text, buf, size);
	return ret < 0 ? ret : (int)strlen(buf);
}

static int
say_unprepared(int error, const char *what, int most, struct sb_error *ret_error)
{
	if (error == -ENOMEM)
		return sb_error_set(ret_error, error, "out of memory");
	if (error == -EMSGSIZE)
		return sb_error_set(ret_error, error, "the %s is longer than %d bytes", what, most);
	return sb_error_set(ret_error, error,
		"the %s has control characters, or others that SASLprep (RFC 4013) forbids, or is "
		"not "
		"UTF-8",
		what);
}

/* ---- The first message ---- */

static void
append(struct sb_scram *scram, const char *text, size_t len)
{
	sb_assert(len < sizeof(scram->first) - scram->first_len);
	memcpy(scram->first + scram->first_len, text, len);
	scram->first_len += len;
	scram->first[scram->first_len] = '\0';
}

/* A name in which commas and equal signs are escaped. */
static int
append_name(struct sb_scram *scram, const char *name, struct sb_error *ret_error)
{
	char prepared[SB_SCRAM_NAME_MAX + 1];
	int len = sb_scram_prepare(name, prepared, sizeof(prepared));
	const char *p;

	if (len < 0)
		return say_unprepared(len, "user's name", SB_SCRAM_NAME_MAX, ret_error);
	if (!len)
		return sb_error_set(ret_error, -EINVAL, "the user's name is empty");
	for (p = prepared; *p; p++)
		if (*p == ',')
			append(scram, "=2C", 3);
		else if (*p == '=')
			append(scram, "=3D", 3);
		else
			append(scram, p, 1);
	return 0;
}

static void
append_nonce(struct sb_scram *scram, struct sb_bytes random)
{
	char nonce[SB_SCRAM_RANDOM_MOST / 3 * 4 + 1];

	sb_assert(random.len >= SB_SCRAM_RANDOM_LEAST && random.len <= SB_SCRAM_RANDOM_MOST);
	scram->random_len = sb_crypto_base64(random, nonce);
	append(scram, nonce, scram->random_len);
}

int
sb_scram_begin(struct sb_scram *scram, enum sb_crypto_hash hash, const char *user,
	const char *authzid, struct sb_bytes random, struct sb_bytes *ret_first,
	struct sb_error *ret_error)
{
	int error = 0;

	*scram = (struct sb_scram){ .hash = hash, .step = STEP_CHALLENGE };
	append(scram, "n,", 2);
	if (authzid && *authzid) {
		append(scram, "a=", 2);
		error = append_name(scram, authzid, ret_error);
	}
	append(scram, ",", 1);
	scram->gs2_len = scram->first_len;
	append(scram, "n=", 2);
	if (!error)
		error = append_name(scram, user, ret_error);
	if (error)
		return error;
	append(scram, ",r=", 3);
	append_nonce(scram, random);
	*ret_first = (struct sb_bytes){ scram->first, scram->first_len };
	return 0;
}

/* ---- The server's first message ---- */

static int
prepare_password(const char *password, struct sb_scram_work *work, struct sb_error *ret_error)
{
	int len = sb_scram_prepare(password, work->password, sizeof(work->password));

	if (len > 0) {
		work->password_len = (size_t)len;
		return 0;
	}
	if (!len)
		return sb_error_set(ret_error, -EINVAL, "the password is empty");
	return say_unprepared(len, "password", SB_SCRAM_PASSWORD_MAX, ret_error);
}

int
sb_scram_check_password(const char *password, struct sb_error *ret_error)
{
	struct sb_scram_work work;
	int error = prepare_password(password, &work, ret_error);

	sb_crypto_cleanse(&work, sizeof(work));
	return error;
}

/* Takes `x=value` off the rest, up to a comma or the end. False: it is not that attribute, or has no
 * value. */
static bool
take_attribute(struct sb_bytes *rest, char name, struct sb_bytes *ret_value)
{
	const char *text = rest->ptr, *comma;
	size_t len;

	if (rest->len < 3 || text[0] != name || text[1] != '=')
		return false;
	comma = memchr(text, ',', rest->len);
	len = comma ? (size_t)(comma - text) : rest->len;
	*ret_value = (struct sb_bytes){ text + 2, len - 2 };
	*rest = (struct sb_bytes){ comma ? comma + 1 : text + len,
		comma ? rest->len - len - 1 : 0 };
	/* A comma at the very end has nothing behind it. */
	return len > 2 && (!comma || rest->len);
}

/* What may stand behind what we know: attributes that need not be understood. */
static bool
are_extensions(struct sb_bytes rest)
{
	while (rest.len) {
		char name = *(const char *)rest.ptr;
		struct sb_bytes value;

		if (!((name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z')) || name == 'm'
			|| !take_attribute(&rest, name, &value))
			return false;
	}
	return true;
}

/* Theirs is ours and more, in the characters of a nonce; a comma cannot be in it. */
static int
check_nonce(const struct sb_scram *scram, struct sb_bytes nonce, struct sb_error *ret_error)
{
	const char *ours = scram->first + scram->first_len - scram->random_len;
	const char *text = nonce.ptr;
	size_t i;

	if (nonce.len > SB_SCRAM_NONCE_MAX)
		return sb_error_set(ret_error, -EPROTO,
			"the server's nonce is longer than %d bytes", SB_SCRAM_NONCE_MAX);
	if (nonce.len <= scram->random_len || memcmp(text, ours, scram->random_len) != 0)
		return sb_error_set(ret_error, -EKEYREJECTED,
			"the server's nonce does not begin with ours and go on");
	for (i = 0; i < nonce.len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return sb_error_set(ret_error, -EPROTO,
				"the server's nonce has bytes that a nonce has not");
	return 0;
}

static int
read_salt(struct sb_bytes text, struct sb_scram_work *work, struct sb_error *ret_error)
{
	unsigned char salt[SB_SCRAM_SALT_MAX + 2];
	int len;

	if (text.len > sb_crypto_base64_len(SB_SCRAM_SALT_MAX))
		len = SB_SCRAM_SALT_MAX + 1;
	else
		len = sb_crypto_unbase64(text.ptr, text.len, salt);
	if (len < 0)
		return sb_error_set(ret_error, -EPROTO, "the server's salt is not base64");
	if (len > SB_SCRAM_SALT_MAX)
		return sb_error_set(ret_error, -EPROTO, "the server's salt is longer than %d bytes",
			SB_SCRAM_SALT_MAX);
	memcpy(work->salt, salt, (size_t)len);
	work->salt_len = (size_t)len;
	return 0;
}

static int
read_iterations(struct sb_bytes text, struct sb_scram_work *work, struct sb_error *ret_error)
{
	const char *digits = text.ptr;
	unsigned n = 0;
	size_t i;

	if (digits[0] == '0')
		return sb_error_set(
			ret_error, -EPROTO, "the server's count of iterations is no count");
	for (i = 0; i < text.len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return sb_error_set(
				ret_error, -EPROTO, "the server's count of iterations is no count");
		if (n <= SB_SCRAM_ITERATIONS_MOST)
			n = 10 * n + (unsigned)(digits[i] - '0');
	}
	if (n > SB_SCRAM_ITERATIONS_MOST)
		return sb_error_set(ret_error, -E2BIG,
			"the server wants more than %d iterations, which takes too long",
			SB_SCRAM_ITERATIONS_MOST);
	if (n < SB_SCRAM_ITERATIONS_LEAST)
		return sb_error_set(ret_error, -EKEYREJECTED,
			"the server wants %u iterations, and fewer than %d protect no password", n,
			SB_SCRAM_ITERATIONS_LEAST);
	work->iterations = n;
	return 0;
}

/* The text of a refusal is the server's: of RFC 5802, 7, when it keeps to that; so bytes that are not
 * plain are left out. */
static int
say_refused(struct sb_bytes why, struct sb_error *ret_error)
{
	const char *text = why.ptr;
	char plain[65];
	size_t i, n = 0;

	for (i = 0; i < why.len && n < sizeof(plain) - 1; i++)
		if (text[i] >= 0x20 && text[i] <= 0x7e)
			plain[n++] = text[i];
	plain[n] = '\0';
	return sb_error_set(ret_error, -EACCES, "the server refuses: %s", plain);
}

/* The parts are told by their order. */
static int
read_challenge(const struct sb_scram *scram, struct sb_bytes rest, struct sb_scram_work *work,
	struct sb_bytes *ret_nonce, struct sb_error *ret_error)
{
	struct sb_bytes salt, iterations, why;
	int error;

	if (rest.len >= 2 && memcmp(rest.ptr, "m=", 2) == 0)
		return sb_error_set(ret_error, -EPROTO,
			"the server asks for an extension of SCRAM that is unknown here");
	if (take_attribute(&rest, 'e', &why))
		return say_refused(why, ret_error);
	if (!take_attribute(&rest, 'r', ret_nonce) || !take_attribute(&rest, 's', &salt)
		|| !take_attribute(&rest, 'i', &iterations) || !are_extensions(rest))
		return sb_error_set(
			ret_error, -EPROTO, "the server's challenge is not one of SCRAM");
	error = check_nonce(scram, *ret_nonce, ret_error);
	if (!error)
		error = read_salt(salt, work, ret_error);
	if (!error)
		error = read_iterations(iterations, work, ret_error);
	return error;
}

static void
auth_append(struct sb_scram *scram, const void *text, size_t len)
{
	sb_assert(len < sizeof(scram->auth) - scram->auth_len);
	memcpy(scram->auth + scram->auth_len, text, len);
	scram->auth_len += len;
}

/* What both sides sign: all that has been said, and our last message but for its proof. */
static void
make_auth(struct sb_scram *scram, struct sb_bytes message, struct sb_bytes nonce)
{
	char gs2[2 * SB_SCRAM_MESSAGE_MAX];
	size_t len = sb_crypto_base64((struct sb_bytes){ scram->first, scram->gs2_len }, gs2);

	auth_append(scram, scram->first + scram->gs2_len, scram->first_len - scram->gs2_len);
	auth_append(scram, ",", 1);
	auth_append(scram, message.ptr, message.len);
	auth_append(scram, ",", 1);
	scram->proofless_at = scram->auth_len;
	auth_append(scram, "c=", 2);
	auth_append(scram, gs2, len);
	auth_append(scram, ",r=", 3);
	auth_append(scram, nonce.ptr, nonce.len);
}

int
sb_scram_challenge(struct sb_scram *scram, struct sb_bytes message, const char *password,
	struct sb_scram_work *ret_work, struct sb_error *ret_error)
{
	struct sb_bytes nonce;
	int error;

	sb_assert(scram->step == STEP_CHALLENGE);
	scram->step = STEP_OVER;
	*ret_work = (struct sb_scram_work){ .hash = scram->hash };
	if (message.len > SB_SCRAM_SERVER_MAX)
		return sb_error_set(ret_error, -EPROTO, "the server's challenge is too long");
	error = read_challenge(scram, message, ret_work, &nonce, ret_error);
	if (error)
		return error;
	error = prepare_password(password, ret_work, ret_error);
	if (error)
		return error;
	make_auth(scram, message, nonce);
	scram->step = STEP_RESPOND;
	return 0;
}

/* ---- Keys, proofs and signatures ---- */

void
sb_scram_compute(struct sb_scram_work *work)
{
	work->error = sb_crypto_pbkdf2(work->hash,
		(struct sb_bytes){ work->password, work->password_len },
		(struct sb_bytes){ work->salt, work->salt_len }, work->iterations, work->salted);
}

struct keys {
	unsigned char client[SB_CRYPTO_HASH_MAX];
	struct sb_scram_stored stored;
};

static int
make_keys(const struct sb_scram_work *work, struct keys *ret_keys)
{
	size_t len = sb_crypto_hash_len(work->hash);
	struct sb_bytes salted = { work->salted, len }, client = { ret_keys->client, len };
	int error = work->error;

	ret_keys->stored.hash = work->hash;
	if (!error)
		error = sb_crypto_hmac(
			work->hash, salted, sb_bytes_of("Client Key"), ret_keys->client);
	if (!error)
		error = sb_crypto_digest(work->hash, client, ret_keys->stored.stored_key);
	if (!error)
		error = sb_crypto_hmac(
			work->hash, salted, sb_bytes_of("Server Key"), ret_keys->stored.server_key);
	return error;
}

static int
sign(enum sb_crypto_hash hash, const unsigned char *key, struct sb_bytes auth,
	unsigned char ret_signature[SB_CRYPTO_HASH_MAX])
{
	return sb_crypto_hmac(
		hash, (struct sb_bytes){ key, sb_crypto_hash_len(hash) }, auth, ret_signature);
}

static void
mix(unsigned char *into, const unsigned char *with, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		into[i] ^= with[i];
}

static int
make_proof(struct sb_scram *scram, const struct sb_scram_work *work,
	unsigned char ret_proof[SB_CRYPTO_HASH_MAX])
{
	struct sb_bytes auth = { scram->auth, scram->auth_len };
	struct keys keys;
	int error = make_keys(work, &keys);

	if (!error)
		error = sign(scram->hash, keys.stored.stored_key, auth, ret_proof);
	if (!error)
		error = sign(scram->hash, keys.stored.server_key, auth, scram->signature);
	if (!error)
		mix(ret_proof, keys.client, sb_crypto_hash_len(scram->hash));
	sb_crypto_cleanse(&keys, sizeof(keys));
	return error;
}

int
sb_scram_respond(struct sb_scram *scram, const struct sb_scram_work *work,
	char ret_message[SB_SCRAM_MESSAGE_MAX], struct sb_error *ret_error)
{
	size_t proofless = scram->auth_len - scram->proofless_at;
	size_t hash_len = sb_crypto_hash_len(scram->hash);
	unsigned char proof[SB_CRYPTO_HASH_MAX];

	sb_assert(scram->step == STEP_RESPOND && work->hash == scram->hash);
	sb_assert(proofless + 3 + sb_crypto_base64_len(hash_len) < SB_SCRAM_MESSAGE_MAX);
	scram->step = STEP_OVER;
	if (make_proof(scram, work, proof))
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	memcpy(ret_message, scram->auth + scram->proofless_at, proofless);
	memcpy(ret_message + proofless, ",p=", 3);
	scram->step = STEP_VERIFY;
	return (int)(proofless + 3
		     + sb_crypto_base64(
			     (struct sb_bytes){ proof, hash_len }, ret_message + proofless + 3));
}

/* ---- The server's last message ---- */

int
sb_scram_verify(struct sb_scram *scram, struct sb_bytes message, struct sb_error *ret_error)
{
	unsigned char shown[SB_CRYPTO_HASH_MAX + 2];
	size_t len = sb_crypto_hash_len(scram->hash);
	struct sb_bytes rest = message, value;

	sb_assert(scram->step == STEP_VERIFY);
	scram->step = STEP_OVER;
	if (take_attribute(&rest, 'e', &value))
		return say_refused(value, ret_error);
	rest = message;
	if (!take_attribute(&rest, 'v', &value) || !are_extensions(rest))
		return sb_error_set(
			ret_error, -EPROTO, "the server's last message is not one of SCRAM");
	if (value.len != sb_crypto_base64_len(len)
		|| sb_crypto_unbase64(value.ptr, value.len, shown) != (int)len
		|| !sb_crypto_is_equal(shown, scram->signature, len))
		return sb_error_set(ret_error, -EKEYREJECTED,
			"the server's signature is wrong: it does not know the password");
	return 0;
}

/* ---- The server's side ---- */

int
sb_scram_store(const struct sb_scram_work *work, struct sb_scram_stored *ret_stored)
{
	struct keys keys;
	int error = make_keys(work, &keys);

	if (!error)
		*ret_stored = keys.stored;
	sb_crypto_cleanse(&keys, sizeof(keys));
	return error;
}

int
sb_scram_check(const struct sb_scram_stored *stored, struct sb_bytes auth,
	const unsigned char *proof, unsigned char ret_signature[SB_CRYPTO_HASH_MAX])
{
	size_t len = sb_crypto_hash_len(stored->hash);
	unsigned char client[SB_CRYPTO_HASH_MAX], hash[SB_CRYPTO_HASH_MAX];
	int error = sign(stored->hash, stored->stored_key, auth, client);

	if (error)
		return error;
	mix(client, proof, len);
	error = sb_crypto_digest(stored->hash, (struct sb_bytes){ client, len }, hash);
	if (!error && !sb_crypto_is_equal(hash, stored->stored_key, len))
		error = -EACCES;
	sb_crypto_cleanse(client, sizeof(client));
	return error ? error : sign(stored->hash, stored->server_key, auth, ret_signature);
}
