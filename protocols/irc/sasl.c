#include "sasl.h"

#include <errno.h>

/* Pieces of 400 characters are 300 bytes each. */
enum { PIECE_BYTES = SB_SASL_PIECE_MAX / 4 * 3 };

/* Where an attempt is. */
enum { STEP_FIRST, STEP_ANSWER, STEP_COMPUTE, STEP_VERIFY, STEP_OVER, STEP_FAILED };

static bool
is_missing(const char *text)
{
	return !text || !*text;
}

/* ---- Our messages ---- */

static void
put(struct sb_sasl *sasl, const void *bytes, size_t len)
{
	sb_assert(len <= sizeof(sasl->out) - sasl->out_len);
	memcpy(sasl->out + sasl->out_len, bytes, len);
	sasl->out_len += len;
}

static int
send_out(struct sb_sasl *sasl, int step)
{
	sasl->step = step;
	sasl->is_settled = step == STEP_OVER;
	sasl->out_at = 0;
	sasl->is_out_over = false;
	return SB_SASL_SEND;
}

static void
put_text(struct sb_sasl *sasl, const char *text)
{
	if (text)
		put(sasl, text, strlen(text));
}

static int
answer_plain(struct sb_sasl *sasl)
{
	put_text(sasl, sasl->credentials->authzid);
	put(sasl, "", 1);
	put_text(sasl, sasl->credentials->user);
	put(sasl, "", 1);
	put_text(sasl, sasl->credentials->password);
	return send_out(sasl, STEP_OVER);
}

static int
answer_external(struct sb_sasl *sasl)
{
	put_text(sasl, sasl->credentials->authzid);
	return send_out(sasl, STEP_OVER);
}

static int
answer_ecdsa(struct sb_sasl *sasl)
{
	put_text(sasl, sasl->credentials->user);
	if (!is_missing(sasl->credentials->authzid)) {
		put(sasl, "", 1);
		put_text(sasl, sasl->credentials->authzid);
	}
	return send_out(sasl, STEP_ANSWER);
}

static int
answer_scram(struct sb_sasl *sasl)
{
	put(sasl, sasl->scram.first, sasl->scram.first_len);
	return send_out(sasl, STEP_ANSWER);
}

/* ---- The server's messages ---- */

static int
sign_challenge(struct sb_sasl *sasl, struct sb_error *ret_error)
{
	int len;

	if (sasl->in_len != SB_CRYPTO_CHALLENGE_LEN)
		return sb_error_set(ret_error, -EPROTO,
			"the server's challenge has %zu bytes, not %d", sasl->in_len,
			SB_CRYPTO_CHALLENGE_LEN);
	len = sb_crypto_sign(
		sasl->credentials->key, sasl->in, (unsigned char *)sasl->out, ret_error);
	if (len < 0)
		return len;
	sasl->out_len = (size_t)len;
	return send_out(sasl, STEP_OVER);
}

static int
take_challenge(struct sb_sasl *sasl, struct sb_error *ret_error)
{
	int error;

	if (sasl->mechanism == SB_SASL_ECDSA)
		return sign_challenge(sasl, ret_error);
	error = sb_scram_challenge(&sasl->scram, (struct sb_bytes){ sasl->in, sasl->in_len },
		sasl->credentials->password, &sasl->work, ret_error);
	if (error)
		return error;
	sasl->step = STEP_COMPUTE;
	return SB_SASL_COMPUTE;
}

/* Its answer is empty. */
static int
take_signature(struct sb_sasl *sasl, struct sb_error *ret_error)
{
	int error = sb_scram_verify(
		&sasl->scram, (struct sb_bytes){ sasl->in, sasl->in_len }, ret_error);

	return error ? error : send_out(sasl, STEP_OVER);
}

static int
take_first(struct sb_sasl *sasl, struct sb_error *ret_error)
{
	if (sasl->in_len)
		return sb_error_set(ret_error, -EPROTO,
			"the server says something where it is our turn to begin");
	switch (sasl->mechanism) {
	case SB_SASL_EXTERNAL:
		return answer_external(sasl);
	case SB_SASL_ECDSA:
		return answer_ecdsa(sasl);
	case SB_SASL_PLAIN:
		return answer_plain(sasl);
	default:
		return answer_scram(sasl);
	}
}

static int
take_message(struct sb_sasl *sasl, struct sb_error *ret_error)
{
	sasl->out_len = 0;
	switch (sasl->step) {
	case STEP_FIRST:
		return take_first(sasl, ret_error);
	case STEP_ANSWER:
		return take_challenge(sasl, ret_error);
	case STEP_VERIFY:
		return take_signature(sasl, ret_error);
	default:
		return sb_error_set(
			ret_error, -EPROTO, "the server goes on where nothing is left to say");
	}
}

/* Each piece can be read alone, since a full one is whole groups of four; none follows padding. */
static int
take_piece(struct sb_sasl *sasl, const char *piece, struct sb_error *ret_error)
{
	size_t len = strlen(piece);
	int n = 0;

	if (sasl->is_whole) {
		sasl->in_len = 0;
		sasl->has_padding = sasl->is_whole = false;
	}
	if (strcmp(piece, "+") != 0) {
		n = len && len <= SB_SASL_PIECE_MAX && !sasl->has_padding
			    ? sb_crypto_unbase64(piece, len, sasl->in + sasl->in_len)
			    : -EINVAL;
		if (n < 0)
			return sb_error_set(ret_error, -EPROTO,
				"the server's message is not base64 in pieces of at most %d bytes",
				SB_SASL_PIECE_MAX);
		sasl->has_padding = piece[len - 1] == '=';
	}
	sasl->in_len += (size_t)n;
	if (sasl->in_len > SB_SASL_MESSAGE_MAX)
		return sb_error_set(ret_error, -EPROTO,
			"the server's message is longer than %d bytes", SB_SASL_MESSAGE_MAX);
	sasl->is_whole = len < SB_SASL_PIECE_MAX;
	return 0;
}

int
sb_sasl_feed(struct sb_sasl *sasl, const char *piece, struct sb_error *ret_error)
{
	int ret;

	sb_assert(sasl->step != STEP_COMPUTE);
	if (sasl->step == STEP_FAILED)
		return sb_error_set(ret_error, -EPROTO, "the attempt has failed before");
	ret = take_piece(sasl, piece, ret_error);
	if (!ret && !sasl->is_whole)
		return SB_SASL_MORE;
	if (!ret)
		ret = take_message(sasl, ret_error);
	if (ret < 0) {
		sasl->step = STEP_FAILED;
		sasl->is_settled = false;
	}
	return ret;
}

int
sb_sasl_resume(struct sb_sasl *sasl, struct sb_error *ret_error)
{
	int len;

	sb_assert(sasl->step == STEP_COMPUTE);
	len = sb_scram_respond(&sasl->scram, &sasl->work, sasl->out, ret_error);
	sb_crypto_cleanse(&sasl->work, sizeof(sasl->work));
	if (len < 0) {
		sasl->step = STEP_FAILED;
		return len;
	}
	sasl->out_len = (size_t)len;
	return send_out(sasl, STEP_VERIFY);
}

bool
sb_sasl_piece(struct sb_sasl *sasl, char ret_piece[SB_SASL_PIECE_MAX + 1])
{
	size_t len = sasl->out_len - sasl->out_at;

	if (sasl->is_out_over)
		return false;
	if (len > PIECE_BYTES)
		len = PIECE_BYTES;
	if (len)
		(void)sb_crypto_base64(
			(struct sb_bytes){ sasl->out + sasl->out_at, len }, ret_piece);
	else
		memcpy(ret_piece, "+", 2);
	sasl->out_at += len;
	/* A piece that is full is never the last, not even with padding. */
	sasl->is_out_over = strlen(ret_piece) < SB_SASL_PIECE_MAX;
	return true;
}

/* ---- Beginning and end ---- */

static int
check_text(const char *text, const char *what, size_t most, bool may_be_missing,
	struct sb_error *ret_error)
{
	if (is_missing(text))
		return may_be_missing ? 0
				      : sb_error_set(ret_error, -EINVAL, "there is no %s", what);
	if (strlen(text) > most)
		return sb_error_set(
			ret_error, -EMSGSIZE, "the %s is longer than %zu bytes", what, most);
	return 0;
}

static bool
is_scram(enum sb_sasl_mechanism mechanism)
{
	return mechanism == SB_SASL_SCRAM_SHA_512 || mechanism == SB_SASL_SCRAM_SHA_256;
}

static int
check_credentials(enum sb_sasl_mechanism mechanism, const struct sb_sasl_credentials *credentials,
	struct sb_error *ret_error)
{
	int error = check_text(
		credentials->authzid, "identity to act as", SB_SCRAM_NAME_MAX, true, ret_error);

	if (!error)
		error = check_text(credentials->user, "user's name", SB_SCRAM_NAME_MAX,
			mechanism == SB_SASL_EXTERNAL, ret_error);
	if (!error && (is_scram(mechanism) || mechanism == SB_SASL_PLAIN))
		error = check_text(
			credentials->password, "password", SB_SCRAM_PASSWORD_MAX, false, ret_error);
	if (!error && mechanism == SB_SASL_ECDSA)
		error = sb_crypto_check_key(credentials->key, ret_error);
	return error;
}

static int
begin_scram(struct sb_sasl *sasl, const unsigned char *random, struct sb_error *ret_error)
{
	enum sb_crypto_hash hash =
		sasl->mechanism == SB_SASL_SCRAM_SHA_512 ? SB_CRYPTO_SHA_512 : SB_CRYPTO_SHA_256;
	struct sb_bytes first;
	int error = sb_scram_check_password(sasl->credentials->password, ret_error);

	if (error)
		return error;
	return sb_scram_begin(&sasl->scram, hash, sasl->credentials->user,
		sasl->credentials->authzid, (struct sb_bytes){ random, SB_SASL_RANDOM_LEN }, &first,
		ret_error);
}

int
sb_sasl_begin(struct sb_sasl *sasl, enum sb_sasl_mechanism mechanism,
	const struct sb_sasl_credentials *credentials, const unsigned char *random,
	struct sb_error *ret_error)
{
	int error;

	sb_assert(mechanism < SB_SASL_NONE);
	memset(sasl, 0, sizeof(*sasl));
	sasl->mechanism = mechanism;
	sasl->credentials = credentials;
	sasl->is_whole = sasl->is_out_over = true;
	error = check_credentials(mechanism, credentials, ret_error);
	if (!error && is_scram(mechanism))
		error = begin_scram(sasl, random, ret_error);
	if (error)
		sb_sasl_finish(sasl);
	return error;
}

bool
sb_sasl_is_settled(const struct sb_sasl *sasl)
{
	return sasl->is_settled;
}

void
sb_sasl_finish(struct sb_sasl *sasl)
{
	sb_crypto_cleanse(sasl, sizeof(*sasl));
	sasl->step = STEP_FAILED;
	sasl->is_out_over = true;
}
