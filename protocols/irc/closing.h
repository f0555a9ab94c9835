#ifndef PROTOCOLS_IRC_CLOSING_H
#define PROTOCOLS_IRC_CLOSING_H

/* Why a server closes on us, by the text of its ERROR. No numbers are in it, and each kind of server
 * has words of its own: Solanum, ircd-hybrid, ircu, bahamut, UnrealIRCd, InspIRCd, ngIRCd and Ergo
 * are known here. */

enum sb_closing {
	SB_CLOSING_OTHER,
	SB_CLOSING_THROTTLED, /* we came too often */
	SB_CLOSING_BANNED,
	SB_CLOSING_KILLED, /* by an operator, or services */
	SB_CLOSING_FLOODED, /* we said too much */
	SB_CLOSING_FULL, /* too many are there, of us or of all */
	SB_CLOSING_SILENT, /* we said nothing */
};

/* The kind of the words that come first in the text, since what follows them may be anybody's: the
 * reason of a ban, of a kill. What it says of who we are ("Closing Link: nick[host]") is passed
 * over. */
enum sb_closing sb_closing_of(const char *text);

/* "throttled"; lives for ever. */
const char *sb_closing_name(enum sb_closing kind);

#endif
