#ifndef PROTOCOLS_IRC_CASEMAP_H
#define PROTOCOLS_IRC_CASEMAP_H

/* Which nicks and channels are the same: what a server says by CASEMAPPING (RFC 2812, section 2.2;
 * modern.ircdocs.horse, "CASEMAPPING parameter"). Bytes past ASCII are never folded. */

#include <stdbool.h>
#include <stddef.h>

enum sb_casemap {
	SB_CASEMAP_RFC1459, /* A to Z, and {}|~ are the small letters of []\^; of servers that are
			       silent */
	SB_CASEMAP_RFC1459_STRICT, /* the same without ~ and ^ */
	SB_CASEMAP_ASCII, /* A to Z only */
};

/* The small letter of a character. */
char sb_casemap_fold(enum sb_casemap map, char c);

/* Writes the text in small letters to buf, cut to cap, the NUL included; cap at least 1. Two texts
 * that are the same have the same folded text. */
void sb_casemap_fold_text(enum sb_casemap map, const char *text, char *buf, size_t cap);

/* The same of len bytes, into len + 1. */
void sb_casemap_fold_bytes(enum sb_casemap map, const char *text, size_t len, char *buf);

/* Whether two nicks or channels are the same. */
bool sb_casemap_same_(enum sb_casemap map, const char *a, const char *b);
static inline bool
sb_casemap_same(enum sb_casemap map, const char *a, const char *b)
{
	/* Most are not, and begin otherwise: a letter and its small one differ in one bit. */
	return !((*a ^ *b) & ~0x20) && sb_casemap_same_(map, a, b);
}

/* The mapping that a server calls so: "ascii", "rfc1459", "rfc1459-strict" and its older spelling
 * "strict-rfc1459". For any other name, those over UTF-8 among them ("rfc7613", "rfc8265", ...),
 * returns false and gives ascii: names that are the same there are then still the same unless they
 * differ past ASCII, and two that are not never become one. */
bool sb_casemap_read(const char *name, enum sb_casemap *ret_map);

#endif
