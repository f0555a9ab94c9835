#ifndef PROTOCOLS_IRC_SASL_H
#define PROTOCOLS_IRC_SASL_H

/* Authentication by SASL as IRC has it (ircv3.net, sasl-3.1 and sasl-3.2): which mechanism, what is said
 * in it, in what pieces, and what the server's numerics mean. For each attempt:
 *
 *     sb_sasl_choose()      a mechanism, until there is none
 *     sb_sasl_begin()       then `AUTHENTICATE mechanism` is sent
 *     sb_sasl_feed()        each parameter of the server's AUTHENTICATE
 *     sb_sasl_piece()       each parameter of ours, when feed says so
 *     sb_sasl_is_settled()  whether a 903 may be believed
 *     sb_sasl_finish()      clears it
 *
 * When begin, feed or resume fail the answer is `AUTHENTICATE *` (begin: none, nothing has been sent), and
 * the next mechanism has its turn. There is no deadline in here. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

#include "scram.h"

/* In the order of the default: those that send no secret and need no password first. */
enum sb_sasl_mechanism {
	SB_SASL_EXTERNAL, /* RFC 4422, A: the TLS certificate says who */
	SB_SASL_ECDSA, /* ECDSA-NIST256P-CHALLENGE, as Atheme has it: a challenge of 32 bytes, signed */
	SB_SASL_SCRAM_SHA_512,
	SB_SASL_SCRAM_SHA_256,
	SB_SASL_PLAIN, /* RFC 4616: the server is told the password */
	SB_SASL_NONE, /* no mechanism; how many there are */
};

/* "PLAIN" and so on; of SB_SASL_NONE "none". */
const char *sb_sasl_name(enum sb_sasl_mechanism mechanism);

/* The mechanism of that name, in any case; SB_SASL_NONE: it is unknown. */
enum sb_sasl_mechanism sb_sasl_mechanism(const char *name);

/* Who we are. Everything is the caller's, stays valid and unchanged until sb_sasl_finish(), and may be
 * missing: NULL, or empty. */
struct sb_sasl_credentials {
	const char *user;
	const char *password; /* for SCRAM and PLAIN */
	const char *authzid; /* as whom to act: for all; usually missing */
	struct sb_bytes key; /* for ECDSA: a private key on P-256, in PEM, without a passphrase */
	bool has_certificate; /* for EXTERNAL: TLS shows one to the server */
};

/* ---- Which mechanism ---- */

struct sb_sasl_choice {
	const struct sb_sasl_credentials *credentials;
	const enum sb_sasl_mechanism
		*wanted; /* in this order, and no others; NULL: all, by default */
	size_t n_wanted;
	const char *offered; /* "PLAIN,EXTERNAL", of `CAP LS 302` or 908; NULL or empty: unknown */
	unsigned tried; /* 1u << mechanism of those that have failed */
	bool is_encrypted; /* the link */
	bool allows_plain_in_clear; /* PLAIN also where it is not */
	/* The server could not show that it knows the password (-EKEYREJECTED, or a 903 before it is settled):
	 * so it is not told it by PLAIN. */
	bool is_suspect;
};

/* The next mechanism to try: the first that is wanted, offered as far as that is known, not tried yet, has
 * the credentials it needs, and is safe: EXTERNAL on an encrypted link alone, PLAIN too unless allowed,
 * and not to a suspect. SB_SASL_NONE: there is none, and *ret_why, which may be NULL, has code
 * -ENOENT and says what stood against each. */
enum sb_sasl_mechanism sb_sasl_choose(
	const struct sb_sasl_choice *choice, struct sb_error *ret_why);

/* ---- One attempt ---- */

enum {
	SB_SASL_PIECE_MAX = 400, /* bytes of base64 in a parameter */
	SB_SASL_MESSAGE_MAX = SB_SCRAM_SERVER_MAX, /* bytes of a message of the server */
	SB_SASL_RANDOM_LEN = 24, /* bytes */
};

enum sb_sasl_next {
	SB_SASL_MORE, /* there is more of that message to come */
	SB_SASL_COMPUTE, /* compute `work`, then sb_sasl_resume() */
	SB_SASL_SEND, /* sb_sasl_piece() until there is none */
};

/* The members are private, but `work`. Some 19 KiB, and no more whatever the server says: so it is
 * allocated for the attempt. */
struct sb_sasl {
	enum sb_sasl_mechanism mechanism;
	const struct sb_sasl_credentials *credentials;
	int step;
	bool is_settled;
	bool has_padding, is_whole; /* of the message being read */
	size_t in_len, out_len, out_at;
	bool is_out_over;
	unsigned char in[SB_SASL_MESSAGE_MAX + SB_SASL_PIECE_MAX];
	char out[SB_SCRAM_MESSAGE_MAX];
	struct sb_scram scram;
	struct sb_scram_work work;
};

/* Begins an attempt. random: SB_SASL_RANDOM_LEN random bytes, fresh for each attempt. Returns 0, and it is
 * to be finished; or, with nothing to finish, -EINVAL or -EMSGSIZE: the credentials do not fit the
 * mechanism (a key that cannot be read, a name too long); -ENOMEM. */
int sb_sasl_begin(struct sb_sasl *sasl, enum sb_sasl_mechanism mechanism,
	const struct sb_sasl_credentials *credentials, const unsigned char *random,
	struct sb_error *ret_error);

/* A parameter of the server's AUTHENTICATE: a piece of a message, or "+". Returns what comes next, one of
 * enum sb_sasl_next; after SB_SASL_COMPUTE and before resume it is not called. Otherwise the attempt has failed,
 * and goes on failing: -EPROTO for what is no base64, too long, or makes no sense where it stands, a
 * message when all has been said among it; and as scram.h says. */
int sb_sasl_feed(struct sb_sasl *sasl, const char *piece, struct sb_error *ret_error);

/* After SB_SASL_COMPUTE: goes on with sasl->work, computed by sb_scram_compute(). It is a value without
 * pointers: to have it computed on a thread, copy it into an object of its own, which may outlive the
 * attempt, and assign it back here. Cleanses it. Returns SB_SASL_SEND or -ENOMEM. */
int sb_sasl_resume(struct sb_sasl *sasl, struct sb_error *ret_error);

/* After SB_SASL_SEND: writes the next parameter to send, and a NUL; "+" for an empty message, and after
 * pieces that are all full. False: that was all. */
bool sb_sasl_piece(struct sb_sasl *sasl, char ret_piece[SB_SASL_PIECE_MAX + 1]);

/* Whether our part is done and, where the mechanism can tell, the server has shown that it knows the
 * password: a 903 before is not to be believed. */
bool sb_sasl_is_settled(const struct sb_sasl *sasl);

/* Writes over all that it holds. Again is harmless. */
void sb_sasl_finish(struct sb_sasl *sasl);

/* ---- What the server says ---- */

enum sb_sasl_meaning {
	SB_SASL_LOGGED_IN, /* 900: param 2 is the account; not the end */
	SB_SASL_LOGGED_OUT, /* 901: nobody is logged in; not the end */
	SB_SASL_LOCKED, /* 902: the end, and other mechanisms would not help */
	SB_SASL_SUCCESS, /* 903: the end, if settled */
	SB_SASL_FAILED, /* 904, 905, 906: the end, another mechanism may be tried */
	SB_SASL_ALREADY, /* 907: the end; as before, for good or ill */
	SB_SASL_MECHANISMS, /* 908: param 1 is what is offered; a 904 follows */
};

struct sb_sasl_numeric {
	int numeric;
	enum sb_sasl_meaning meaning;
	bool is_end; /* of the attempt */
	const char *text; /* in words of ours */
};

/* NULL: it is none of SASL's. Params count from 0, the nick. */
const struct sb_sasl_numeric *sb_sasl_numeric(int numeric);

#endif
