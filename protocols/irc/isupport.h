#ifndef PROTOCOLS_IRC_ISUPPORT_H
#define PROTOCOLS_IRC_ISUPPORT_H

/* What a server says of itself by the numeric 005 (draft-brocklesby-irc-isupport-03;
 * modern.ircdocs.horse, "RPL_ISUPPORT Parameters"; ircv3.net for those that its extensions add).
 *
 * The peer is hostile: a token that makes no sense changes nothing, and all of them together take
 * the bytes of this struct and no more. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "casemap.h"

enum {
	SB_ISUPPORT_TOKEN_MAX = 512, /* bytes of a token */
	SB_ISUPPORT_KEY_MAX = 64, /* bytes of a key */
	SB_ISUPPORT_KEPT_MAX = 256, /* tokens that are kept, known and unknown */
	SB_ISUPPORT_TEXT_MAX = 8192, /* bytes that they take, two a token included */
	SB_ISUPPORT_PREFIX_MAX = 16, /* ranks of a channel's members */
	SB_ISUPPORT_SET_CAP = 64, /* bytes of a set of letters or signs, its NUL included */
	SB_ISUPPORT_LEN_MAX = 65535, /* a length or a count never exceeds it, except by: */
	SB_ISUPPORT_LINE_MAX = 16384, /* the bytes of a line never do */
};

/* A length or a count that the server leaves open; greater than any other. */
#define SB_ISUPPORT_NO_LIMIT UINT32_MAX

/* A rank of a channel's members: MODE gives the letter, NAMES shows the sign. */
struct sb_isupport_prefix {
	char letter, sign;
};

/* The members before `text` may be read at any time; sb_isupport_init() says what they are while
 * the server is silent. Sets of letters are texts. */
struct sb_isupport {
	enum sb_casemap casemap;
	char channel_types[SB_ISUPPORT_SET_CAP]; /* signs that channels begin with; "" for none */

	size_t n_prefixes;
	struct sb_isupport_prefix prefixes[SB_ISUPPORT_PREFIX_MAX]; /* the highest rank first */
	char statusmsg[SB_ISUPPORT_SET_CAP]; /* signs that may stand before a channel as target */

	char list_modes[SB_ISUPPORT_SET_CAP]; /* CHANMODES, type A */
	char key_modes[SB_ISUPPORT_SET_CAP]; /* B: always with an argument */
	char limit_modes[SB_ISUPPORT_SET_CAP]; /* C: with an argument when set */
	char flag_modes[SB_ISUPPORT_SET_CAP]; /* D: without */
	char excepts; /* the list of exceptions to bans: EXCEPTS; '\0' for none */
	char invex; /* the list of exceptions to invite-only: INVEX; '\0' for none */

	uint32_t nick_len, channel_len, topic_len, kick_len, away_len, user_len, host_len;
	uint32_t line_len; /* with its \r\n, without its tags; 512 at least */
	uint32_t modes; /* with an argument, in one MODE */
	uint32_t max_targets, max_channels, max_bans; /* for the functions below */
	uint32_t monitor; /* targets of MONITOR; 0: there is no MONITOR */
	uint32_t chathistory; /* messages asked for at once; 0: there is no CHATHISTORY */

	char bot; /* the user mode of bots: BOT; '\0' for none */
	char callerid; /* the user mode: CALLERID; '\0' for none */
	uint32_t accept; /* nicks on the list of those who pass it: ACCEPT; 0: none is said */
	char extban_sign; /* EXTBAN: before an extended ban; '\0': none is needed, or there are none */
	char extbans[SB_ISUPPORT_SET_CAP]; /* their types; "" for none */

	bool has_whox, has_safelist, is_utf8_only;

	size_t n_kept;
	size_t text_len;
	char text[SB_ISUPPORT_TEXT_MAX];
};

/* What a token did. Large: for the stack; not to be copied. */
struct sb_isupport_change {
	const char *key; /* without the - in front; "" when the token has none */
	const char *value; /* with \xHH undone; NULL for none, as is that of what was removed */
	bool is_removed; /* "-KEY": all is as if the server had never said it */
	bool is_understood; /* the members above, or the functions below, now say it */
	const char *why; /* what was wrong with it, in words that live for ever; NULL for nothing */
	char text[SB_ISUPPORT_TOKEN_MAX + 1];
};

/* Nothing is known of the server, and all is as RFC 2812 has it: casemapping rfc1459; channels #&+!;
 * members (ov)@+; modes beI,k,l,imnpstaqr, of which 3 at once; hosts of 63 bytes; lines of 512. What
 * RFC 2812 limits and servers have long exceeded (nicks, channels) has no limit here, nor has the
 * rest; what is an extension is not there. Nothing needs to be finished. */
void sb_isupport_init(struct sb_isupport *is);

/* Takes one token, one parameter of a 005: "KEY", "KEY=value", "-KEY". A key that came before gets
 * the new value. What is not understood is one of these:
 *   why is NULL        nothing here knows the key; sb_isupport_value() gives its value;
 *   why is not NULL    the token is malformed or there is no room: nothing has changed.
 * What is understood has a `why` when something else was taken in its place: a number within the
 * limits above, ascii for a casemapping that nothing here knows, the highest of too many ranks.
 * An \xHH of NUL, CR or LF, and what is no \xHH, stay as they are written. */
void sb_isupport_take(
	struct sb_isupport *is, const char *token, struct sb_isupport_change *ret_change);

/* What the server said last of a key, of any, letter by letter: "" when it has no value; NULL when
 * nothing was said, or it was taken back. Lives until the next token. So are read NETWORK, ELIST,
 * ACCOUNTEXTBAN, CLIENTTAGDENY, MSGREFTYPES, draft/ICON, and all that nothing here knows. */
const char *sb_isupport_value(const struct sb_isupport *is, const char *key);

/* Whether the value of a key, read as words between commas, has this one. */
bool sb_isupport_lists(const struct sb_isupport *is, const char *key, const char *word);

/* How many targets a command may have: TARGMAX, else MAXTARGETS for PRIVMSG, NOTICE and TAGMSG, else
 * no limit for JOIN and PART, which take several everywhere, else 1. */
uint32_t sb_isupport_targmax(const struct sb_isupport *is, const char *command);

/* How many channels that begin with this sign one may be in: CHANLIMIT, else MAXCHANNELS. */
uint32_t sb_isupport_chanlimit(const struct sb_isupport *is, char sign);

/* How many entries a list mode may have: MAXLIST, else MAXBANS for b. Modes may share it. */
uint32_t sb_isupport_maxlist(const struct sb_isupport *is, char letter);

/* Whether the server lets no client send this client tag, given without its +: CLIENTTAGDENY. */
bool sb_isupport_denies_tag(const struct sb_isupport *is, const char *tag);

/* Whether it is a channel's name by its first sign; STATUSMSG signs are not looked through. */
static inline bool
sb_isupport_is_channel(const struct sb_isupport *is, const char *target)
{
	/* Most by far are of the first type. */
	return *target
	       && (*target == *is->channel_types || strchr(is->channel_types, *target) != NULL);
}

/* A target without the STATUSMSG signs in front of its channel; ret_rank: of the lowest of them,
 * whom it reaches; 0 when there are none. */
const char *sb_isupport_strip_status(
	const struct sb_isupport *is, const char *target, unsigned *ret_rank);

/* The rank that a letter, or a sign, stands for: 1 for the lowest, n_prefixes for the highest; 0
 * when it is none. prefixes[n_prefixes - rank] is its entry. */
unsigned sb_isupport_rank(const struct sb_isupport *is, char letter);
unsigned sb_isupport_sign_rank(const struct sb_isupport *is, char sign);

/* The sign of a letter; '\0' when it is no rank's. */
char sb_isupport_sign(const struct sb_isupport *is, char letter);

#endif
