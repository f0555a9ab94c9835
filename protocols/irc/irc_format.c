#include <signalbox/irc_format.h>

#include "wire.h"

enum { COLOUR = 0x03, HEX_COLOUR = 0x04, RESET = 0x0f };

static const struct sb_irc_format plain = SB_IRC_PLAIN;

/* Of the first sixteen, which no document fixes, the values most programs have. */
static const uint32_t palette[SB_IRC_COLOURS] = {
	/* clang-format off */
	0xffffff, 0x000000, 0x00007f, 0x009300, 0xff0000, 0x7f0000, 0x9c009c, 0xfc7f00,
	0xffff00, 0x00fc00, 0x009393, 0x00ffff, 0x0000fc, 0xff00ff, 0x7f7f7f, 0xd2d2d2,
	/* 16 */
	0x470000, 0x472100, 0x474700, 0x324700, 0x004700, 0x00472c,
	0x004747, 0x002747, 0x000047, 0x2e0047, 0x470047, 0x47002a,
	/* 28 */
	0x740000, 0x743a00, 0x747400, 0x517400, 0x007400, 0x007449,
	0x007474, 0x004074, 0x000074, 0x4b0074, 0x740074, 0x740045,
	/* 40 */
	0xb50000, 0xb56300, 0xb5b500, 0x7db500, 0x00b500, 0x00b571,
	0x00b5b5, 0x0063b5, 0x0000b5, 0x7500b5, 0xb500b5, 0xb5006b,
	/* 52 */
	0xff0000, 0xff8c00, 0xffff00, 0xb2ff00, 0x00ff00, 0x00ffa0,
	0x00ffff, 0x008cff, 0x0000ff, 0xa500ff, 0xff00ff, 0xff0098,
	/* 64 */
	0xff5959, 0xffb459, 0xffff71, 0xcfff60, 0x6fff6f, 0x65ffc9,
	0x6dffff, 0x59b4ff, 0x5959ff, 0xc459ff, 0xff66ff, 0xff59bc,
	/* 76 */
	0xff9c9c, 0xffd39c, 0xffff9c, 0xe2ff9c, 0x9cff9c, 0x9cffdb,
	0x9cffff, 0x9cd3ff, 0x9c9cff, 0xdc9cff, 0xff9cff, 0xff94d3,
	/* 88 */
	0x000000, 0x131313, 0x282828, 0x363636, 0x4d4d4d, 0x656565,
	0x818181, 0x9f9f9f, 0xbcbcbc, 0xe2e2e2, 0xffffff,
	/* clang-format on */
};

/* The style that a code switches; 0 for none. */
static unsigned
style_of(char c)
{
	switch (c) {
	case 0x02:
		return SB_IRC_BOLD;
	case 0x1d:
		return SB_IRC_ITALIC;
	case 0x1f:
		return SB_IRC_UNDERLINE;
	case 0x1e:
		return SB_IRC_STRIKETHROUGH;
	case 0x11:
		return SB_IRC_MONOSPACE;
	case 0x16:
		return SB_IRC_REVERSE;
	default:
		return 0;
	}
}

static bool
is_code(char c)
{
	return c == COLOUR || c == HEX_COLOUR || c == RESET || style_of(c);
}

/* One or two digits. Returns how many bytes they are, 0 for none. */
static size_t
read_number(const char *at, const char *end, int32_t *ret_colour)
{
	size_t n;
	int32_t colour = 0;

	for (n = 0; n < 2 && at + n < end && at[n] >= '0' && at[n] <= '9'; n++)
		colour = colour * 10 + (at[n] - '0');
	if (n)
		*ret_colour = colour < SB_IRC_COLOURS ? colour : SB_IRC_COLOUR_DEFAULT;
	return n;
}

static int32_t
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Six digits. Returns 6, or 0 for fewer. */
static size_t
read_hex(const char *at, const char *end, int32_t *ret_colour)
{
	int32_t rgb = 0;
	size_t n;

	if (end - at < 6)
		return 0;
	for (n = 0; n < 6; n++) {
		if (hex_digit(at[n]) < 0)
			return 0;
		rgb = rgb * 16 + hex_digit(at[n]);
	}
	*ret_colour = SB_IRC_RGB(rgb);
	return n;
}

/* What follows the code of a colour. Returns where it ends. */
static const char *
read_colours(const char *at, const char *end, bool is_hex, struct sb_irc_format *format)
{
	size_t (*take)(const char *, const char *, int32_t *) = is_hex ? read_hex : read_number;
	size_t len = take(at, end, &format->foreground);

	if (!len) {
		format->foreground = format->background = SB_IRC_COLOUR_DEFAULT;
		return at;
	}
	at += len;
	if (at == end || *at != ',')
		return at;
	len = take(at + 1, end, &format->background);
	return len ? at + 1 + len : at;
}

static const char *
read_code(const char *at, const char *end, struct sb_irc_format *format)
{
	char code = *at++;

	if (code == COLOUR || code == HEX_COLOUR)
		return read_colours(at, end, code == HEX_COLOUR, format);
	if (code == RESET)
		*format = plain;
	format->style ^= style_of(code);
	return at;
}

uint32_t
sb_irc_colour_rgb(int32_t colour)
{
	sb_assert(colour >= 0 && (colour < SB_IRC_COLOURS || colour >> 24 == 1));
	return colour < SB_IRC_COLOURS ? palette[colour] : (uint32_t)colour & 0xffffff;
}

void
sb_irc_runs_init(struct sb_irc_runs *runs, struct sb_bytes text)
{
	runs->at = text.len ? text.ptr : "";
	runs->end = runs->at + text.len;
	runs->format = plain;
}

bool
sb_irc_runs_next(struct sb_irc_runs *runs, struct sb_irc_run *ret_run)
{
	const char *begin;

	while (runs->at < runs->end && is_code(*runs->at))
		runs->at = read_code(runs->at, runs->end, &runs->format);
	begin = runs->at;
	while (runs->at < runs->end && !is_code(*runs->at))
		runs->at++;
	ret_run->text = (struct sb_bytes){ begin, (size_t)(runs->at - begin) };
	ret_run->format = runs->format;
	return runs->at > begin;
}

size_t
sb_irc_strip(const char *text, char *buf, size_t cap)
{
	struct sb_irc_runs runs;
	struct sb_irc_run run;
	size_t len = 0;

	sb_assert(cap);
	sb_irc_runs_init(&runs, sb_bytes_of(text));
	while (sb_irc_runs_next(&runs, &run)) {
		size_t room = cap - 1 - len;

		if (run.text.len > room) {
			size_t taken = sb_wire_cut(run.text.ptr, run.text.len, room);

			memmove(buf + len, run.text.ptr, taken);
			len += taken;
			break;
		}
		memmove(buf + len, run.text.ptr, run.text.len);
		len += run.text.len;
	}
	buf[len] = '\0';
	return len;
}
