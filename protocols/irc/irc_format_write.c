#include <errno.h>

#include <signalbox/irc_format.h>

/* Room for all codes that may stand between two texts. */
enum { CODES_MAX = 48 };

struct codes {
	char bytes[CODES_MAX];
	size_t len;
};

static const struct sb_irc_format plain = SB_IRC_PLAIN;

static void
put(struct codes *codes, const char *bytes)
{
	size_t len = strlen(bytes);

	sb_assert(codes->len + len <= sizeof(codes->bytes));
	memcpy(codes->bytes + codes->len, bytes, len);
	codes->len += len;
}

static bool
is_rgb(int32_t colour)
{
	return colour >= SB_IRC_COLOURS;
}

/* A colour as a code has it: two digits where one more would be taken for a part of it. */
static void
put_colour(struct codes *codes, int32_t colour, bool two_digits)
{
	char text[16];

	if (is_rgb(colour))
		(void)snprintf(text, sizeof(text), "%06X", (unsigned)colour & 0xffffff);
	else
		(void)snprintf(text, sizeof(text), two_digits ? "%02d" : "%d",
			colour == SB_IRC_COLOUR_DEFAULT ? 99 : (int)colour);
	put(codes, text);
}

static void
put_foreground(struct codes *codes, int32_t colour, bool two_digits)
{
	put(codes, is_rgb(colour) ? "\x04" : "\x03");
	put_colour(codes, colour, two_digits);
}

/* One code sets both only where both are of one kind. Otherwise a first one sets the background,
 * together with a foreground that does not last. */
static void
put_both(struct codes *codes, const struct sb_irc_format *to, bool two_digits)
{
	bool is_hex = is_rgb(to->background), are_mixed = is_hex != is_rgb(to->foreground);
	int32_t first = is_hex ? SB_IRC_RGB(0) : 1;

	put_foreground(codes, are_mixed ? first : to->foreground, false);
	put(codes, ",");
	put_colour(codes, to->background, two_digits && !are_mixed);
	if (are_mixed)
		put_foreground(codes, to->foreground, two_digits);
}

static void
put_colours(struct codes *codes, const struct sb_irc_format *from, const struct sb_irc_format *to,
	bool two_digits)
{
	int32_t foreground = from->foreground;
	bool has_background = to->background != SB_IRC_COLOUR_DEFAULT;

	if (has_background && to->background != from->background) {
		put_both(codes, to, two_digits);
		return;
	}
	if (to->background != from->background
		|| (!has_background && to->foreground == SB_IRC_COLOUR_DEFAULT
			&& foreground != SB_IRC_COLOUR_DEFAULT)) {
		put(codes, "\x03");
		foreground = SB_IRC_COLOUR_DEFAULT;
	}
	if (to->foreground != foreground)
		put_foreground(codes, to->foreground, two_digits);
}

static void
put_styles(struct codes *codes, unsigned changed)
{
	static const struct {
		unsigned style;
		const char *code;
	} styles[] = {
		{ SB_IRC_BOLD, "\x02" },
		{ SB_IRC_ITALIC, "\x1d" },
		{ SB_IRC_UNDERLINE, "\x1f" },
		{ SB_IRC_STRIKETHROUGH, "\x1e" },
		{ SB_IRC_MONOSPACE, "\x11" },
		{ SB_IRC_REVERSE, "\x16" },
	};
	size_t i;

	for (i = 0; i < sizeof(styles) / sizeof(*styles); i++)
		if (changed & styles[i].style)
			put(codes, styles[i].code);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether the text, right after the codes of a colour, would be taken for a part of the last. More
 * may be added to a text that is but a comma. */
static bool
is_eaten(const struct codes *codes, const char *text)
{
	size_t at = codes->len - 1;

	if (is_digit(*text) && codes->bytes[at] == '\x03')
		return true;
	while (codes->bytes[at] != '\x03' && codes->bytes[at] != '\x04')
		at--;
	if (*text != ',' || at == codes->len - 1 || memchr(codes->bytes + at, ',', codes->len - at))
		return false;
	return !text[1] || (codes->bytes[at] == '\x03' ? is_digit : is_hex_digit)(text[1]);
}

/* The codes that lead from one format to another before this text: colours first, for a style after
 * them keeps them and the text apart. Two codes that undo each other do that where nothing else
 * does. */
static void
change(struct codes *codes, const struct sb_irc_format *from, const struct sb_irc_format *to,
	const char *text)
{
	unsigned changed = from->style ^ to->style;
	size_t begin = codes->len;

	put_colours(codes, from, to, is_digit(*text) && !changed);
	put_styles(codes, changed);
	if (codes->len > begin && !changed && is_eaten(codes, text))
		put(codes, "\x02\x02");
}

static void
find_codes(struct codes *codes, const struct sb_irc_format *from, const struct sb_irc_format *to,
	const char *text)
{
	struct codes anew = { .len = 0 };

	codes->len = 0;
	change(codes, from, to, text);
	put(&anew, "\x0f");
	change(&anew, &plain, to, text);
	if (anew.len < codes->len)
		*codes = anew;
}

static void
check(const struct sb_irc_format *format)
{
	if (format->foreground != SB_IRC_COLOUR_DEFAULT)
		(void)sb_irc_colour_rgb(format->foreground);
	if (format->background != SB_IRC_COLOUR_DEFAULT)
		(void)sb_irc_colour_rgb(format->background);
	sb_assert(format->style < 2 * SB_IRC_REVERSE);
}

void
sb_irc_writer_init(struct sb_irc_writer *writer, char *buf, size_t cap)
{
	sb_assert(cap);
	*writer = (struct sb_irc_writer){ .text = buf, .cap = cap, .format = plain };
	*buf = '\0';
}

int
sb_irc_writer_add(
	struct sb_irc_writer *writer, const struct sb_irc_format *format_or_null, const char *text)
{
	const struct sb_irc_format *to = format_or_null ? format_or_null : &plain;
	struct sb_irc_runs runs;
	struct sb_irc_run run;
	struct codes codes;
	char first[3] = "";
	size_t len = 0;

	check(to);
	sb_irc_runs_init(&runs, sb_bytes_of(text));
	while (sb_irc_runs_next(&runs, &run)) {
		const char *bytes = run.text.ptr;
		size_t i;

		for (i = 0; i < 2 && i < run.text.len && strlen(first) < 2; i++)
			first[strlen(first)] = bytes[i];
		len += run.text.len;
	}
	if (!len)
		return 0;
	find_codes(&codes, &writer->format, to, first);
	if (len + codes.len >= writer->cap - writer->len)
		return -ENOBUFS;
	memcpy(writer->text + writer->len, codes.bytes, codes.len);
	writer->len += codes.len;
	writer->len += sb_irc_strip(text, writer->text + writer->len, writer->cap - writer->len);
	writer->format = *to;
	return 0;
}
