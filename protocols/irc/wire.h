#ifndef PROTOCOLS_IRC_WIRE_H
#define PROTOCOLS_IRC_WIRE_H

/* The lines of IRC (RFC 2812, section 2.3; IRCv3 message-tags), as client and server read and write
 * them:  [@tags] [:source] VERB [params...] [:last param]  */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

#include "words.h"

enum {
	SB_WIRE_MAX = 512, /* bytes of a line, its \r\n included, its tags not */
	SB_WIRE_LONG_MAX = 16384, /* the same, at most, of a server that allows more (LINELEN) */
	SB_WIRE_TAGS_MAX = 8191, /* bytes of tags, the @ and the space after them included */
	SB_WIRE_CLIENT_TAGS_MAX = 4096, /* the same of tags that a client sends */
	SB_WIRE_ANY_MAX = SB_WIRE_TAGS_MAX + SB_WIRE_MAX, /* bytes of both, the \r\n included */
	SB_WIRE_PARAMS_MAX = 15,
};

/* A channel's name begins with one of them (RFC 2812, section 1.3). */
#define SB_WIRE_CHANNEL_SIGNS "#&+!"

/* A line that was read. The texts lie in `text`, NUL-terminated, and live as long as it does.
 * Large: for the stack or the heap, and never zeroed as a whole. */
struct sb_wire_line {
	const char *tags; /* as they came, without the @; "" for none */
	const char *nick; /* of the source: a nick or a server's name; "" for no source */
	const char *user; /* of the source; NULL when it has none */
	const char *host; /* of the source; NULL when it has none */
	const char *verb; /* in capitals, or three digits */
	size_t tags_len, verb_len;
	size_t n_params;
	const char *params[SB_WIRE_PARAMS_MAX + 1]; /* those past n_params are "" */
	char text[SB_WIRE_TAGS_MAX + SB_WIRE_LONG_MAX];
};

/* Reads one line, given without its end; bytes is not kept. Runs of spaces count as one, and what
 * follows the fourteenth parameter is the fifteenth, with or without a colon.
 * Returns 0; -ENODATA for a line that is empty but for spaces, which one skips; -EMSGSIZE when it
 * is longer than the limits above; -EBADMSG when it is not IRC, or holds a NUL or a CR. For the
 * last two *ret_why says, in a few words that live for ever, what is wrong. */
int sb_wire_parse(struct sb_bytes bytes, struct sb_wire_line *ret_line, const char **ret_why);

/* The same with another limit than SB_WIRE_MAX for what is not tags: from that to SB_WIRE_LONG_MAX.
 * Each part of the line may then be as long. */
int sb_wire_parse_long(
	struct sb_bytes bytes, size_t max, struct sb_wire_line *ret_line, const char **ret_why);

/* A line to be written. */
struct sb_wire_out {
	const char *tags; /* as they go out, without the @ (struct sb_wire_tags); NULL for none */
	const char *source; /* without the colon; NULL for none */
	const char *verb;
	const char *const *params;
	size_t n_params;
	size_t max; /* bytes of the line as SB_WIRE_MAX counts them, which 0 stands for */
	size_t tags_max; /* bytes of its tags as SB_WIRE_TAGS_MAX counts them, which 0 stands for */
	bool colon; /* the last parameter gets its colon even where it needs none */
	bool cuts; /* a last parameter too long for the line is cut, between characters */
};

/* Writes a line with its \r\n and a NUL after it into buf; a cap of SB_WIRE_MAX + 1 is enough
 * without tags, SB_WIRE_ANY_MAX + 1 with them.
 * Returns its length in bytes, without the NUL; -EINVAL when anything holds CR or LF, or is empty,
 * begins with a colon or holds a space where that would change the line's meaning, or for more than
 * SB_WIRE_PARAMS_MAX parameters; -EMSGSIZE when it would be too long, for IRC or for cap. buf is
 * then undefined. */
int sb_wire_build(const struct sb_wire_out *out, char *buf, size_t cap);

/* Whether a text can stand as a parameter that is not the last: not empty, no space, CR or LF, no
 * colon in front; as the last: no CR or LF. */
bool sb_wire_is_middle(const char *text);
bool sb_wire_is_trailing(const char *text);

/* Of ASCII. */
bool sb_wire_is_letter(char c);

/* A nick as RFC 2812 has it (any length; ASCII). */
bool sb_wire_is_nick(const char *text);

/* A channel's name: one of #&+! and then no space, comma, BEL, CR or LF (any length). */
bool sb_wire_is_channel(const char *text);

/* How many of the len bytes of text to take so that they are at most max and no UTF-8 character is
 * cut. What is not UTF-8 is cut anywhere. 0 only when len is 0 or max less than the first
 * character. */
size_t sb_wire_cut(const char *text, size_t len, size_t max);

/* One tag. Keys and values lie in the text of tags and are not NUL-terminated. */
struct sb_wire_tag {
	struct sb_bytes key; /* with its + and its vendor, never empty */
	struct sb_bytes value; /* escaped as it came; empty for none */
};

/* The next tag of *cursor, which begins as a line's tags and moves on; false after the last. Of
 * tags with the same key the last one counts. */
bool sb_wire_tag_next(const char **cursor, struct sb_wire_tag *ret_tag);

/* Whether its key is that one. */
bool sb_wire_tag_is(const struct sb_wire_tag *tag, const char *key);

/* Reads the tags that somebody wants: ret_values[i] becomes the value of the key i, its escapes
 * undone; "" for a tag without one; and stays as it is for a tag that is not there. The values lie
 * in buf, of tags.len + 1 bytes at least; tags.len is SB_WIRE_TAGS_MAX at most. */
void sb_wire_tags_pick(
	struct sb_bytes tags, const struct sb_words *keys, char *buf, const char **ret_values);

/* Tags being written: begins as { buf, its size, 0 }, and is a text at any time after the first. */
struct sb_wire_tags {
	char *buf;
	size_t cap, len;
};

/* Adds a tag to them, its value escaped; NULL or "" for none.
 * Returns 0; -EINVAL when the key is none (IRCv3 message-tags: "+draft/reply", a vendor before the
 * slash, letters, digits and hyphens after it); -ENOBUFS when it does not fit. What there is stays
 * as it is then. */
int sb_wire_tags_add(struct sb_wire_tags *tags, const char *key, const char *value_or_null);

/* Writes the value with its escapes undone, and a NUL, to buf, of value.len + 1 bytes at least.
 * Returns the length without the NUL. */
size_t sb_wire_unescape(struct sb_bytes value, char *buf);

/* Reads the value of the tag `time`, "2011-10-19T16:40:51.620Z" (IRCv3 server-time), as ms since
 * 1970 UTC. Fractions may have any number of digits or be absent. False for anything else. */
bool sb_wire_time(const char *text, int64_t *ret_ms);

/* A minute that was read before: zeroed for none. */
struct sb_wire_minute {
	char text[17]; /* "2011-10-19T16:40:" */
	int64_t ms; /* its beginning */
};

/* The same, in less time where it is in the same minute as the last that was read, as most are. */
bool sb_wire_time_again(struct sb_wire_minute *minute, const char *text, int64_t *ret_ms);

#endif
