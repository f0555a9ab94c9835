#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>

#include "character.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

struct sb_charset {
	iconv_t reads; /* to UTF-8 */
};

/* One conversion. */
struct piece {
	char *in;
	size_t in_left;
	char *out;
	size_t out_left;
};

/* iconv takes the input as char **, and does not write to it. */
static struct piece
piece_of(const char *text, size_t len, char *buf, size_t cap)
{
	return (struct piece){ (char *)(uintptr_t)text, len, buf, cap };
}

/* As far as it goes. Returns 0 or what stops it: EILSEQ, EINVAL at the end, E2BIG. */
static int
convert(iconv_t how, struct piece *piece)
{
	if (iconv(how, &piece->in, &piece->in_left, &piece->out, &piece->out_left) != (size_t)-1)
		return 0;
	return errno;
}

static void
begin(iconv_t how)
{
	(void)iconv(how, NULL, NULL, NULL, NULL);
}

/* What can be typed, and the codes of formatting. */
static bool
leaves_ascii(iconv_t how)
{
	static const char codes[] = "\1\2\3\4\x0f\x11\x16\x1d\x1e\x1f";
	char text[128], buf[256];
	struct piece piece;
	size_t len = 0;
	char c;

	for (c = 0x20; c < 0x7f; c++)
		text[len++] = c;
	memcpy(text + len, codes, sizeof(codes));
	len += sizeof(codes) - 1;
	begin(how);
	piece = piece_of(text, len, buf, sizeof(buf));
	return !convert(how, &piece) && piece.out == buf + len && !memcmp(text, buf, len);
}

static bool
is_open(iconv_t how)
{
	return how != (iconv_t)-1;
}

static int
open_by_name(struct sb_charset *charset, const char *name)
{
	errno = EINVAL;
	charset->reads = (iconv_t)-1;
	if (*name && !strchr(name, '/'))
		charset->reads = iconv_open("UTF-8", name);
	if (!is_open(charset->reads))
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	return leaves_ascii(charset->reads) ? 0 : -EINVAL;
}

int
sb_charset_create(
	const char *name_or_null, struct sb_charset **ret_charset, struct sb_error *ret_error)
{
	const char *name = name_or_null ? name_or_null : "windows-1252";
	struct sb_charset *charset = malloc(sizeof(*charset));
	int error = charset ? open_by_name(charset, name) : -ENOMEM;

	if (!error) {
		*ret_charset = charset;
		return 0;
	}
	if (charset)
		sb_charset_destroy(charset);
	if (error == -ENOMEM)
		return sb_error_set(ret_error, error, "not enough memory");
	return sb_error_set(ret_error, error,
		"\"%s\" is no charset that can be used on IRC, like windows-1252 or ISO-8859-15",
		name);
}

void
sb_charset_destroy(struct sb_charset *charset_or_null)
{
	if (!charset_or_null)
		return;
	if (is_open(charset_or_null->reads))
		(void)iconv_close(charset_or_null->reads);
	free(charset_or_null);
}

/* How many bytes at the beginning are UTF-8. */
static size_t
utf8_len(const char *text, bool *ret_beyond_ascii)
{
	size_t at = 0, len;

	*ret_beyond_ascii = false;
	while (text[at]) {
		len = sb_character_len(text + at, 4);
		if (len == 1 && text[at] & 0x80)
			break;
		if (len > 1)
			*ret_beyond_ascii = true;
		at += len;
	}
	return at;
}

/* Whether it is the beginning of a character, and nothing more: some end makes it one. */
static bool
is_cut_character(const char *text)
{
	static const char ends[][4] = { "\x80", "\xbf", "\x80\x80", "\xbf\xbf", "\x80\x80\x80",
		"\xbf\x80\x80" };
	char whole[8];
	size_t len = strlen(text), i;

	for (i = 0; len && len <= 3 && i < sizeof(ends) / sizeof(*ends); i++) {
		(void)snprintf(whole, sizeof(whole), "%s%s", text, ends[i]);
		if (sb_character_len(whole, strlen(whole)) == strlen(whole))
			return true;
	}
	return false;
}

static bool
put(struct piece *piece, const char *bytes, size_t len)
{
	if (len > piece->out_left)
		return false;
	memcpy(piece->out, bytes, len);
	piece->out += len;
	piece->out_left -= len;
	return true;
}

/* The text where only UTF-8 counts. */
static void
copy_utf8(const char *text, bool is_cut, char *buf, size_t cap)
{
	struct piece piece = piece_of(text, strlen(text), buf, cap - 1);
	bool fits = true;

	while (piece.in_left && fits) {
		size_t len = sb_character_len(piece.in, piece.in_left);
		bool is_bad = len == 1 && *piece.in & 0x80;

		fits = put(&piece, is_bad ? replacement : piece.in, is_bad ? 3 : len);
		piece.in += len;
		piece.in_left -= len;
		if (is_bad && is_cut)
			break;
	}
	*piece.out = '\0';
}

bool
sb_charset_is_utf8(const char *text)
{
	bool beyond_ascii;

	return !text[utf8_len(text, &beyond_ascii)];
}

const char *
sb_charset_read(struct sb_charset *charset_or_null, const char *text, char *buf, size_t cap)
{
	bool beyond_ascii, is_cut;
	size_t valid = utf8_len(text, &beyond_ascii);
	struct piece piece;
	int why;

	sb_assert(cap);
	if (!text[valid])
		return text;
	is_cut = beyond_ascii && is_cut_character(text + valid);
	if (is_cut || !charset_or_null) {
		copy_utf8(text, is_cut, buf, cap);
		return buf;
	}
	begin(charset_or_null->reads);
	piece = piece_of(text, strlen(text), buf, cap - 1);
	while ((why = convert(charset_or_null->reads, &piece)) == EILSEQ || why == EINVAL) {
		if (!put(&piece, replacement, 3) || why == EINVAL)
			break;
		piece.in++;
		piece.in_left--;
	}
	*piece.out = '\0';
	return buf;
}
