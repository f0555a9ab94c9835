#ifndef PROTOCOLS_IRC_SPLIT_H
#define PROTOCOLS_IRC_SPLIT_H

/* Splits a text into pieces, each of which fits into one line.
 *
 *     sb_split_begin(&split, text, room, false);
 *     while (sb_split_next(&split, buf, &piece))
 *         send piece.bytes as the last parameter of a PRIVMSG
 *
 * Line ends, \n or \r\n, end a piece; lines that are empty are left out. A longer line is cut, in
 * this order:
 *   - at a space in the second half of the room, which is taken away;
 *   - between characters as people see them, if there is such a place within 64 bytes: not before a
 *     combining mark, a variation selector, a skin tone, a tag or a joiner, not after a joiner, not
 *     within a pair of regional indicators or a Hangul syllable (the main ranges of Unicode's
 *     Extend, ZWJ, V and T; UAX 29 has more: Indic marks that take room, for example);
 *   - between characters of UTF-8. What is not UTF-8 is cut anywhere.
 * Never within a formatting code and its colours. Of a rest that is nothing but spaces and codes no
 * piece is made.
 *
 * Formatting (modern.ircdocs.horse/formatting: bold 02, italics 1D, underline 1F, strikethrough 1E,
 * monospace 11, reverse 16, colour 03, hex colour 04, reset 0F) that is open where a line is cut is
 * opened again in the next piece. It ends at a line end, as it does for whoever reads. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

enum { SB_SPLIT_ROOM_MIN = 80 }; /* bytes */

/* A colour as it was written. */
struct sb_split_colour {
	enum { SB_SPLIT_NO_COLOUR, SB_SPLIT_PALETTE, SB_SPLIT_HEX } kind;
	char digits[7]; /* two or six */
};

/* What formatting is open. */
struct sb_split_format {
	unsigned toggles; /* a bit for each of the codes that switch */
	struct sb_split_colour front, back;
};

/* The caller's memory; the members are private. The text must live as long. */
struct sb_split {
	const char *text;
	size_t len, at;
	size_t line_end,
		blank_at; /* of the line at; where nothing but spaces and codes is left of it */
	size_t room;
	bool is_action;
	bool is_continued; /* the last piece ended within the line */
	struct sb_split_format format;
};

struct sb_split_piece {
	struct sb_bytes bytes; /* in the caller's buffer */
	size_t n_before, n_after; /* bytes of it that are not of the text: frame, formatting */
	bool is_continued; /* the next piece goes on with this line (draft/multiline-concat) */
	bool took_space; /* between this piece and that */
};

/* room: bytes for each piece, all included. is_action: the text is what somebody does, and each
 * piece gets the frame \1ACTION ...\1; a text that has that frame is taken so too. Another text that
 * begins with \1 is a CTCP message, and is one piece or none.
 * Returns 0; -EINVAL for a NUL, for a CR that is not of a line end, and for a \1 within an action or
 * a line end within another CTCP message; -EMSGSIZE when room is less than SB_SPLIT_ROOM_MIN, or
 * than a CTCP message needs. */
int sb_split_begin(struct sb_split *split, struct sb_bytes text, size_t room, bool is_action);

/* Writes the next piece to buf, of room bytes at least. Never an empty one. False after the last;
 * also at once, for a text without anything to say. */
bool sb_split_next(struct sb_split *split, char *buf, struct sb_split_piece *ret_piece);

/* The room for a text in ":nick!user@host VERB target :text\r\n", which is how others get it, where
 * such a line has at most line_max bytes (512, or what ISUPPORT LINELEN says). user_len and host_len
 * 0 where we have not learnt them: the longest are assumed. 0 when there is none. */
size_t sb_split_room(size_t line_max, size_t nick_len, size_t user_len, size_t host_len,
	const char *verb, const char *target);

#endif
