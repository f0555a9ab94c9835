#include "irc_split_units.h"

#include <string.h>

#include "character.h"

enum { COLOUR = 0x03, HEX_COLOUR = 0x04, RESET = 0x0f, ZERO_WIDTH_JOINER = 0x200d };

static const char toggles[] = "\x02\x1d\x1f\x1e\x11\x16";

/* The bit of a code that switches; 0 for anything else. */
static unsigned
toggle_bit(char c)
{
	const char *at = c ? strchr(toggles, c) : NULL;

	return at ? 1U << (at - toggles) : 0;
}

/* ---- Colours ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* How many bytes of text are a colour: one or two digits, or six of hex; 0 when it is none. */
static size_t
colour_len(const char *text, size_t len, bool hex)
{
	size_t n = 0, most = hex ? 6 : 2;

	while (n < most && n < len && (hex ? is_hex(text[n]) : is_digit(text[n])))
		n++;
	return hex && n < most ? 0 : n;
}

static size_t
colour_code_len(const char *text, size_t len)
{
	bool hex = *text == HEX_COLOUR;
	size_t front = colour_len(text + 1, len - 1, hex), at = 1 + front, back;

	if (!front || at == len || text[at] != ',')
		return at;
	back = colour_len(text + at + 1, len - at - 1, hex);
	return back ? at + 1 + back : at;
}

static void
set_colour(struct sb_split_colour *colour, const char *digits, size_t len, bool hex)
{
	*colour = (struct sb_split_colour){ .kind = hex ? SB_SPLIT_HEX : SB_SPLIT_PALETTE };
	/* Two digits, so that another that follows is not taken for one of them. */
	if (len == 1)
		colour->digits[0] = '0';
	memcpy(colour->digits + (len == 1), digits, len);
}

static void
apply_colour(struct sb_split_format *format, const char *code, size_t len)
{
	bool hex = *code == HEX_COLOUR;
	size_t front = colour_len(code + 1, len - 1, hex), at = 1 + front;

	if (!front) {
		format->front = format->back = (struct sb_split_colour){ .digits = "" };
		return;
	}
	set_colour(&format->front, code + 1, front, hex);
	if (at < len)
		set_colour(&format->back, code + at + 1, len - at - 1, hex);
}

/* ---- Units ---- */

size_t
sb_split_unit(const char *text, size_t len)
{
	if (*text == COLOUR || *text == HEX_COLOUR)
		return colour_code_len(text, len);
	return sb_character_len(text, len);
}

bool
sb_split_is_blank(const char *unit)
{
	return *unit == ' ' || *unit == COLOUR || *unit == HEX_COLOUR || *unit == RESET
	       || toggle_bit(*unit);
}

void
sb_split_apply(struct sb_split_format *format, const char *unit, size_t len)
{
	if (*unit == RESET)
		*format = (struct sb_split_format){ .toggles = 0 };
	else if (*unit == COLOUR || *unit == HEX_COLOUR)
		apply_colour(format, unit, len);
	else
		format->toggles ^= toggle_bit(*unit);
}

/* ---- Opening again ---- */

static size_t
put_text(char *buf, size_t at, const char *text)
{
	size_t len = strlen(text);

	memcpy(buf + at, text, len);
	return at + len;
}

static size_t
put_colours(char *buf, size_t at, const struct sb_split_colour *front, const char *back)
{
	buf[at++] = front->kind == SB_SPLIT_HEX ? HEX_COLOUR : COLOUR;
	at = put_text(buf, at, front->digits);
	if (!*back)
		return at;
	buf[at++] = ',';
	return put_text(buf, at, back);
}

size_t
sb_split_open(const struct sb_split_format *format, char next, char *buf)
{
	const struct sb_split_colour *front = &format->front, *back = &format->back;
	size_t at = 0, i;

	for (i = 0; toggles[i]; i++)
		if (format->toggles & 1U << i)
			buf[at++] = toggles[i];
	if (!front->kind)
		return at;
	if (back->kind == front->kind)
		return put_colours(buf, at, front, back->digits);
	/* A background of the other kind comes with a foreground of its own first. */
	if (back->kind)
		at = put_colours(buf, at, back, back->digits);
	at = put_colours(buf, at, front, "");
	/* A comma would be taken for one before a background: two codes that undo each other. */
	return next == ',' ? put_text(buf, at, "\x02\x02") : at;
}

/* ---- Characters as people see them ---- */

static uint32_t
code_point(const char *unit, size_t len)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c;
	size_t i;

	if (len > 4)
		return 0;
	c = (unsigned char)*unit & masks[len];
	for (i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)unit[i] & 0x3f);
	return c;
}

/* What stands on the character before it: the greater part of Grapheme_Extend, SpacingMark, and
 * Hangul V and T, in order. */
static bool
extends(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0300, 0x036f }, /* combining diacritical marks */
		{ 0x0483, 0x0489 }, /* Cyrillic */
		{ 0x0591, 0x05bd }, /* Hebrew */
		{ 0x05bf, 0x05bf }, { 0x05c1, 0x05c2 }, { 0x05c4, 0x05c5 }, { 0x05c7, 0x05c7 },
		{ 0x0610, 0x061a }, /* Arabic */
		{ 0x064b, 0x065f }, { 0x0670, 0x0670 }, { 0x06d6, 0x06dc }, { 0x06df, 0x06e4 },
		{ 0x06e7, 0x06e8 }, { 0x06ea, 0x06ed }, { 0x0900, 0x0903 }, /* Devanagari */
		{ 0x093a, 0x093c }, { 0x093e, 0x094f }, { 0x0951, 0x0957 }, { 0x0962, 0x0963 },
		{ 0x0e31, 0x0e31 }, /* Thai */
		{ 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e },
		{ 0x1160, 0x11ff }, /* Hangul vowels and finals */
		{ 0x1ab0, 0x1aff }, /* combining diacritical marks, more */
		{ 0x1dc0, 0x1dff }, { 0x200c, 0x200d }, /* joiners */
		{ 0x20d0, 0x20ff }, /* for symbols; the keycap */
		{ 0x3099, 0x309a }, /* kana */
		{ 0xfe00, 0xfe0f }, /* variation selectors */
		{ 0xfe20, 0xfe2f }, { 0x1f3fb, 0x1f3ff }, /* skin tones */
		{ 0xe0020, 0xe007f }, /* tags, of flags */
		{ 0xe0100, 0xe01ef }, /* variation selectors, more */
	};
	size_t i = 0;

	while (i < sizeof(ranges) / sizeof(ranges[0]) && c > ranges[i].last)
		i++;
	return i < sizeof(ranges) / sizeof(ranges[0]) && c >= ranges[i].first;
}

bool
sb_split_joins(struct sb_split_joiner *joiner, const char *unit, size_t len)
{
	uint32_t c = (unsigned char)*unit < 0x80 ? 0 : code_point(unit, len);
	bool is_flag = c >= 0x1f1e6 && c <= 0x1f1ff, ret;

	ret = extends(c) || joiner->is_after_joiner || (is_flag && joiner->is_half_flag);
	joiner->is_after_joiner = c == ZERO_WIDTH_JOINER;
	joiner->is_half_flag = is_flag && !joiner->is_half_flag;
	return ret;
}
