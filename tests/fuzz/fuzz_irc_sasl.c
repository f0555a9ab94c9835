/* A hostile server in a SASL exchange. The first byte says which mechanism, and how the rest is told: as
 * parameters of AUTHENTICATE, one a line, or as messages, one a line, which are brought into
 * pieces here. */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/irc/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const unsigned char random_bytes[SB_SASL_RANDOM_LEN] = "twenty-four random bytes";

/* On P-256, for nothing but this. */
static const char key[] = "-----BEGIN PRIVATE KEY-----\n"
			  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgh1bZnUdsZA+kPKdx\n"
			  "raahI2Grd1r8WfxfbQbIycSpz2KhRANCAASbqMqPsznaOhqYm+SrUE/PCJ6Hg7Io\n"
			  "T//13YRSik0Cm6XxqFFmhlVFX2SESavpGbWyJrmvY++f6fcQ8fcRDls6\n"
			  "-----END PRIVATE KEY-----\n";

static const struct sb_sasl_credentials credentials = { .user = "us=er,",
	.password = "pencil",
	.authzid = "other",
	.key = { key, sizeof(key) - 1 },
	.has_certificate = true };

/* What we send is pieces, of which all but the last are full. */
static void
check_pieces(struct sb_sasl *sasl)
{
	char piece[SB_SASL_PIECE_MAX + 1];
	unsigned char bytes[SB_SASL_PIECE_MAX];
	size_t len = SB_SASL_PIECE_MAX;

	while (sb_sasl_piece(sasl, piece)) {
		sb_assert(len == SB_SASL_PIECE_MAX);
		len = strlen(piece);
		sb_assert(len && len <= SB_SASL_PIECE_MAX);
		sb_assert(!strcmp(piece, "+") || sb_crypto_unbase64(piece, len, bytes) > 0);
	}
	sb_assert(len < SB_SASL_PIECE_MAX);
}

/* Returns whether the exchange goes on. As many iterations as are asked for would take long. */
static bool
feed(struct sb_sasl *sasl, const char *piece)
{
	struct sb_error error = { .code = 1 };
	int ret = sb_sasl_feed(sasl, piece, &error);

	if (ret == SB_SASL_COMPUTE) {
		sb_assert(sasl->work.iterations >= SB_SCRAM_ITERATIONS_LEAST);
		sb_assert(sasl->work.iterations <= SB_SCRAM_ITERATIONS_MOST);
		sasl->work.iterations = 1;
		sb_scram_compute(&sasl->work);
		ret = sb_sasl_resume(sasl, &error);
		sb_assert(ret == SB_SASL_SEND && !sb_sasl_is_settled(sasl));
	}
	if (ret == SB_SASL_SEND)
		check_pieces(sasl);
	if (ret >= 0)
		return true;
	sb_assert(error.code == ret && *error.text
		  && (ret == -EACCES || !strstr(error.text, "pencil")));
	sb_assert(!sb_sasl_is_settled(sasl) && sb_sasl_feed(sasl, "+", NULL) == -EPROTO);
	return false;
}

/* In pieces as a server makes them. */
static bool
feed_message(struct sb_sasl *sasl, const char *text)
{
	char piece[SB_SASL_PIECE_MAX + 1];
	size_t left = strlen(text), len = SB_SASL_PIECE_MAX;

	while (len == SB_SASL_PIECE_MAX) {
		size_t part = left < 300 ? left : 300;

		len = part ? sb_crypto_base64((struct sb_bytes){ text, part }, piece) : 1;
		if (!feed(sasl, part ? piece : "+"))
			return false;
		text += part;
		left -= part;
	}
	return true;
}

static void
converse(struct sb_sasl *sasl, bool is_in_pieces, char *text)
{
	char *end;

	for (; (end = strchr(text, '\n')); text = end + 1) {
		*end = '\0';
		if (!(is_in_pieces ? feed(sasl, text) : feed_message(sasl, text)))
			return;
	}
}

/* What the server offers, and a name or password beyond ASCII. */
static void
check_texts(const char *text, unsigned tried)
{
	struct sb_sasl_choice choice = { .credentials = &credentials,
		.offered = text,
		.tried = tried % 32,
		.is_encrypted = true };
	char prepared[64], again[64];
	struct sb_error why;
	enum sb_sasl_mechanism mechanism = sb_sasl_choose(&choice, &why);

	sb_assert(mechanism == SB_SASL_NONE ? why.code == -ENOENT
					    : !(choice.tried & 1u << mechanism));
	if (sb_scram_prepare(text, prepared, sizeof(prepared)) < 0)
		return;
	/* What is prepared is prepared. */
	sb_assert(sb_scram_prepare(prepared, again, sizeof(again)) >= 0);
	sb_assert(!strcmp(prepared, again));
}

/* Keys are slow to read. */
static enum sb_sasl_mechanism
mechanism_of(uint8_t byte)
{
	static const enum sb_sasl_mechanism others[] = {
		SB_SASL_EXTERNAL,
		SB_SASL_SCRAM_SHA_512,
		SB_SASL_SCRAM_SHA_256,
		SB_SASL_PLAIN,
	};

	return byte == 'E' ? SB_SASL_ECDSA : others[byte / 2 % 4];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sb_sasl sasl;
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	sb_assert(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	check_texts(text, data[0]);
	sb_assert(!sb_sasl_begin(&sasl, mechanism_of(data[0]), &credentials, random_bytes, NULL));
	converse(&sasl, data[0] % 2, text);
	sb_sasl_finish(&sasl);
	free(text);
	return 0;
}
