#include "quotes_private.h"
#include "text.h"

#include <errno.h>

/* A run of the bytes, and the number of the line it begins on. */
struct part {
	const char *text;
	size_t len;
	size_t line;
};

void
teller_say(const struct teller *teller, size_t line, const char *format, ...)
{
	char why[256];
	struct quotes_problem problem = { teller->path, line, why };
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	teller->fn(teller->self, &problem);
}

/* strfile's header: its version, 1 or 2, in four bytes, the highest first. No text begins so. */
static bool
is_index(struct sb_bytes bytes)
{
	const unsigned char *b = bytes.ptr;

	return bytes.len >= QUOTES_INDEX_HEADER && !b[0] && !b[1] && !b[2]
	       && (b[3] == 1 || b[3] == 2);
}

/* Five numbers of four bytes, the highest first: the version, how many texts, the longest, the
 * shortest, and the flags, of which 4 is "rotated". */
bool
quotes_index_is_rotated(struct sb_bytes bytes)
{
	const unsigned char *b = bytes.ptr;

	return is_index(bytes) && b[19] & 4;
}

/* Takes the next line off the input, without its end. */
static bool
next_line(struct part *input, struct part *ret_line)
{
	const char *end;
	size_t len;

	if (!input->len)
		return false;
	end = memchr(input->text, '\n', input->len);
	len = end ? (size_t)(end - input->text) : input->len;
	*ret_line = *input;
	ret_line->len = len && input->text[len - 1] == '\r' ? len - 1 : len;
	input->text += end ? len + 1 : len;
	input->len -= end ? len + 1 : len;
	input->line++;
	return true;
}

/* Up to the next separator or the end of the input, and past it. */
static struct part
next_entry(struct part *input)
{
	struct part entry = *input, line;

	while (next_line(input, &line)) {
		entry.len = (size_t)(line.text - entry.text);
		if (line.len == 1 && line.text[0] == '%')
			return entry;
	}
	entry.len = (size_t)(input->text - entry.text);
	return entry;
}

static bool
is_blank(const char *text, size_t len)
{
	while (len && memchr(" \t\r\n", text[len - 1], 4))
		len--;
	return !len;
}

/* Without the empty lines before it, and all white space after it. */
static struct part
trimmed(struct part entry)
{
	struct part rest = entry, line;

	while (next_line(&rest, &line) && is_blank(line.text, line.len))
		entry = rest;
	while (entry.len && is_blank(entry.text + entry.len - 1, 1))
		entry.len--;
	return entry;
}

static size_t
line_at(const struct part *entry, size_t at)
{
	size_t line = entry->line;
	const char *p = entry->text, *end = p + at;

	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		line++;
		p++;
	}
	return line;
}

/* How many of the first bytes are UTF-8. */
static size_t
utf8_len(const char *text, size_t len)
{
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = text_char_len(text + at, len - at);
		if (!n)
			break;
	}
	return at;
}

/* Appends a byte as the character of ISO 8859-1 that it stands for. */
static size_t
put_latin1(char *to, char from)
{
	unsigned char c = (unsigned char)from;

	if (c < 0x80) {
		to[0] = from;
		return 1;
	}
	to[0] = (char)(0xc0 | c >> 6);
	to[1] = (char)(0x80 | (c & 0x3f));
	return 2;
}

static struct quote *
make_quote(const struct part *entry, bool is_utf8, const char *source)
{
	struct quote *quote = calloc(1, sizeof(*quote) + (is_utf8 ? 1 : 2) * entry->len + 1);
	size_t i;

	if (!quote)
		return NULL;
	quote->source = source;
	quote->n_lines = 1;
	for (i = 0; i < entry->len; i++) {
		if (entry->text[i] == '\r' && i + 1 < entry->len && entry->text[i + 1] == '\n')
			continue;
		quote->n_lines += entry->text[i] == '\n';
		if (is_utf8)
			quote->text[quote->len++] = entry->text[i];
		else
			quote->len += put_latin1(quote->text + quote->len, entry->text[i]);
	}
	return quote;
}

/* Returns 1 when a quote was added, 0 when there was none, or -ENOMEM. */
static int
read_entry(struct quotes *quotes, const struct source *source, struct part entry,
	const struct teller *teller)
{
	struct quote *quote;
	const char *nul;
	size_t len;

	entry = trimmed(entry);
	if (!entry.len)
		return 0;
	nul = memchr(entry.text, '\0', entry.len);
	if (nul || entry.len > QUOTES_MAX_QUOTE) {
		if (nul)
			teller_say(teller, line_at(&entry, (size_t)(nul - entry.text)),
				"a NUL byte: the quote is left out");
		else
			teller_say(teller, entry.line,
				"a quote of %zu bytes is left out: the most is %d", entry.len,
				QUOTES_MAX_QUOTE);
		return 0;
	}
	len = utf8_len(entry.text, entry.len);
	if (len < entry.len)
		teller_say(
			teller, line_at(&entry, len), "not UTF-8: the quote is read as ISO 8859-1");
	quote = make_quote(&entry, len == entry.len, source->name);
	return !quote || quotes_add(quotes, quote) ? -ENOMEM : 1;
}

int
quotes_read_from(struct quotes *quotes, const struct source *source, struct sb_bytes bytes,
	const struct teller *teller)
{
	struct part input = { bytes.ptr, bytes.len, 1 };
	int got, n_added = 0;

	if (is_index(bytes)) {
		teller_say(teller, 0, "an index made by strfile, not a file of quotes");
		return 0;
	}
	if (input.len >= 3 && !memcmp(input.text, "\xef\xbb\xbf", 3)) {
		input.text += 3;
		input.len -= 3;
	}
	while (input.len) {
		if (quotes->n == QUOTES_MAX) {
			teller_say(teller, input.line,
				"the rest is left out: %d quotes are the most", QUOTES_MAX);
			return n_added;
		}
		got = read_entry(quotes, source, next_entry(&input), teller);
		if (got < 0)
			return got;
		n_added += got;
	}
	if (!n_added)
		teller_say(teller, 0, "no quotes in it");
	return n_added;
}

int
quotes_read(struct quotes *quotes, const char *name, struct sb_bytes bytes,
	quotes_problem_fn *problem, void *self)
{
	struct teller teller = { problem, self, name };
	struct source *source = quotes_add_source(quotes, name);

	return source ? quotes_read_from(quotes, source, bytes, &teller) : -ENOMEM;
}
