#ifndef SIGNALBOX_IRC_FORMAT_H
#define SIGNALBOX_IRC_FORMAT_H

/* The formatting of texts on IRC (modern.ircdocs.horse/formatting): taken off, read and written.
 * Nothing here allocates.
 *
 *     sb_irc_runs_init(&runs, sb_bytes_of(text));
 *     while (sb_irc_runs_next(&runs, &run))
 *         ...
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

/* Bits of a style. */
enum {
	SB_IRC_BOLD = 1,
	SB_IRC_ITALIC = 2,
	SB_IRC_UNDERLINE = 4,
	SB_IRC_STRIKETHROUGH = 8,
	SB_IRC_MONOSPACE = 16,
	SB_IRC_REVERSE = 32, /* the two colours change places when it is shown */
};

/* A colour is one of these, or one of the palette, 0 to 98. */
enum { SB_IRC_COLOUR_DEFAULT = -1, SB_IRC_COLOURS = 99 };
#define SB_IRC_RGB(rgb) (0x1000000 | ((int32_t)(rgb)&0xffffff)) /* 0xRRGGBB */

/* How a text looks. */
struct sb_irc_format {
	unsigned style;
	int32_t foreground, background;
};
#define SB_IRC_PLAIN                                                                               \
	{                                                                                          \
		0, SB_IRC_COLOUR_DEFAULT, SB_IRC_COLOUR_DEFAULT                                    \
	}

/* The usual 0xRRGGBB of a colour other than the default one; what the first sixteen look like is
 * the reader's own choice in the end. */
SB_API uint32_t sb_irc_colour_rgb(int32_t colour);

/* Writes the text without its formatting, and a NUL, to buf, which may be the text itself. What
 * does not fit into cap, at least 1, is cut, between characters of UTF-8; as much room as the text
 * with its NUL has is always enough. Returns the length in bytes, without the NUL. Bytes that are
 * no formatting stay, other control characters too. */
SB_API size_t sb_irc_strip(const char *text, char *buf, size_t cap);

/* A part of a text that looks the same throughout; never empty. */
struct sb_irc_run {
	struct sb_bytes text; /* lies in the text that is read */
	struct sb_irc_format format;
};

/* A text that is being read; the members are private. */
struct sb_irc_runs {
	const char *at, *end;
	struct sb_irc_format format;
};

/* The text begins plain. It is borrowed until the last run is done with. */
SB_API void sb_irc_runs_init(struct sb_irc_runs *runs, struct sb_bytes text);

/* The next run; false after the last. All runs together are what sb_irc_strip() leaves; two that
 * follow each other may look the same. Any bytes are a text: a colour code takes two digits where
 * there are two, a comma that no digit follows stays, colour 99 is the default, and a hex colour
 * without its six digits is a code without a colour, which sets both colours to the default. */
SB_API bool sb_irc_runs_next(struct sb_irc_runs *runs, struct sb_irc_run *ret_run);

/* A text that is being written; the members are private but for reading text and len. */
struct sb_irc_writer {
	char *text; /* NUL-terminated, always */
	size_t len, cap;
	struct sb_irc_format format;
};

/* Begins an empty text in buf, which stays the caller's; cap at least 1. */
SB_API void sb_irc_writer_init(struct sb_irc_writer *writer, char *buf, size_t cap);

/* Adds text that looks so; NULL: plain. Formatting inside the text is left out, so that a text from
 * outside is shown as part of this one and changes nothing after it. Writes as few bytes of
 * formatting as will do, and none for an empty text; what is read back is what was added, whatever
 * the texts begin with. A default foreground over a background needs colour 99, which old programs
 * do not know.
 * Returns 0; -ENOBUFS when it does not fit with its NUL, and nothing has changed. A colour that is
 * none, or a style of other bits, is an assert. */
SB_API int sb_irc_writer_add(
	struct sb_irc_writer *writer, const struct sb_irc_format *format_or_null, const char *text);

SB_C_END

#endif
