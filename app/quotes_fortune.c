#include "quotes_private.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>

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

/* The entry as UTF-8, in memory of its own. */
static char *
make_text(const struct part *entry, bool is_utf8)
{
	char *text = malloc((is_utf8 ? 1 : 2) * entry->len + 1);
	size_t i, len = 0;

	if (!text)
		return NULL;
	for (i = 0; i < entry->len; i++)
		if (is_utf8)
			text[len++] = entry->text[i];
		else
			len += put_latin1(text + len, entry->text[i]);
	text[len] = '\0';
	return text;
}

/* What the entry is taken in with. */
struct taking {
	struct quotes *quotes;
	const char *source;
	int64_t now_s;
	const struct teller *teller;
	struct quotes_imported *imported;
};

static int
add_text(const struct taking *taking, const char *text, size_t line, struct sb_error *ret_error)
{
	static const struct quotes_person nobody = { .scope = { .sees_all = true } };
	struct quotes_new new = { .text = text, .source = taking->source };
	int64_t id;
	int error = quotes_add_within(taking->quotes, &nobody, &new, taking->now_s, &id, ret_error);

	switch (error) {
	case 0:
		taking->imported->n_added++;
		return 0;
	case -EEXIST:
		taking->imported->n_known++;
		return 0;
	case -EMSGSIZE:
	case -EINVAL:
		teller_say(taking->teller, line, "%s: it is left out", ret_error->text);
		taking->imported->n_skipped++;
		return 0;
	default:
		return error;
	}
}

static int
take_entry(const struct taking *taking, struct part entry, struct sb_error *ret_error)
{
	const char *nul;
	char *text;
	size_t len;
	int error;

	entry = trimmed(entry);
	if (!entry.len)
		return 0;
	nul = memchr(entry.text, '\0', entry.len);
	if (nul || entry.len > QUOTES_MAX_QUOTE) {
		if (nul)
			teller_say(taking->teller, line_at(&entry, (size_t)(nul - entry.text)),
				"a NUL byte: the quote is left out");
		else
			teller_say(taking->teller, entry.line,
				"a quote of %zu bytes is left out: the most is %d", entry.len,
				QUOTES_MAX_QUOTE);
		taking->imported->n_skipped++;
		return 0;
	}
	len = utf8_len(entry.text, entry.len);
	if (len < entry.len)
		teller_say(taking->teller, line_at(&entry, len),
			"not UTF-8: the quote is read as ISO 8859-1");
	text = make_text(&entry, len == entry.len);
	if (!text)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = add_text(taking, text, entry.line, ret_error);
	free(text);
	return error;
}

int
quotes_take_in(struct quotes *quotes, const char *source, struct sb_bytes bytes, int64_t now_s,
	const struct teller *teller, struct quotes_imported *imported, struct sb_error *ret_error)
{
	struct taking taking = { quotes, source, now_s, teller, imported };
	struct part input = { bytes.ptr, bytes.len, 1 };
	size_t n_before = imported->n_added + imported->n_known;
	int error = 0;

	if (is_index(bytes)) {
		teller_say(teller, 0, "an index made by strfile, not a file of quotes");
		imported->n_skipped++;
		return 0;
	}
	if (input.len >= 3 && !memcmp(input.text, "\xef\xbb\xbf", 3)) {
		input.text += 3;
		input.len -= 3;
	}
	while (input.len && !error)
		error = take_entry(&taking, next_entry(&input), ret_error);
	if (!error && imported->n_added + imported->n_known == n_before) {
		teller_say(teller, 0, "no quotes in it");
		imported->n_skipped++;
	}
	return error;
}

int
quotes_import_fortune_bytes(struct quotes *quotes, const char *name, struct sb_bytes bytes,
	int64_t now_s, quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	struct teller teller = { problem, self, name };
	int error;

	*ret_imported = (struct quotes_imported){ 0 };
	quotes_begin_long_call(quotes);
	error = quotes_begin_change(quotes, ret_error);
	if (error)
		return error;
	error = quotes_take_in(quotes, name, bytes, now_s, &teller, ret_imported, ret_error);
	return quotes_end_change(quotes, error, ret_error);
}
