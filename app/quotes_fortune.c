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
teller_say(struct teller *teller, size_t line, const char *format, ...)
{
	char why[256];
	struct quotes_problem problem = { teller->path, line, why };
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	teller->n_told++;
	if (teller->fn)
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
	while (len && memchr(" \t\r\n\v\f", text[len - 1], 6))
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

/* The text of a quote: with \n for \r\n, and in UTF-8. */
static int
make_text(struct quotes *quotes, const struct part *entry, bool is_utf8, struct sb_bytes *ret_text)
{
	char *text = quotes_room(&quotes->lent, (is_utf8 ? 1 : 2) * entry->len + 1);
	size_t i, len = 0;

	if (!text)
		return -ENOMEM;
	for (i = 0; i < entry->len; i++) {
		if (entry->text[i] == '\r' && i + 1 < entry->len && entry->text[i + 1] == '\n')
			continue;
		if (is_utf8)
			text[len++] = entry->text[i];
		else
			len += put_latin1(text + len, entry->text[i]);
	}
	text[len] = '\0';
	*ret_text = (struct sb_bytes){ text, len };
	return 0;
}

/* One file that is read. */
struct reading {
	struct quotes *quotes;
	struct teller *teller;
	struct quotes_imported imported;
	int64_t now_s;
};

static int
add_entry(struct reading *reading, const struct part *entry, bool is_utf8)
{
	const struct quotes_scope scope = { 0 };
	const struct quotes_new quote = { .source = reading->teller->path };
	struct put put = { .quote = &quote, .scope = &scope, .added_s = reading->now_s };
	int64_t id;
	int code = make_text(reading->quotes, entry, is_utf8, &put.text);

	if (!code)
		code = quotes_put(reading->quotes, &put, &id);
	reading->imported.n_added += !code;
	reading->imported.n_known += code == -EEXIST;
	return code == -EEXIST ? 0 : code;
}

/* Its bytes as UTF-8. */
static size_t
size_of(const struct part *entry)
{
	size_t i, size = entry->len;

	if (utf8_len(entry->text, entry->len) == entry->len)
		return size;
	for (i = 0; i < entry->len; i++)
		size += (unsigned char)entry->text[i] >= 0x80;
	return size;
}

/* Whether there is something wrong with it, for which it is left out. */
static bool
is_left_out(struct reading *reading, const struct part *entry)
{
	const char *nul = memchr(entry->text, '\0', entry->len);
	size_t size = nul ? 0 : size_of(entry);

	if (nul)
		teller_say(reading->teller, line_at(entry, (size_t)(nul - entry->text)),
			"a NUL byte: the quote is left out");
	else if (size > QUOTES_MAX_QUOTE)
		teller_say(reading->teller, entry->line,
			"a quote of %zu bytes is left out: the most is %d", size, QUOTES_MAX_QUOTE);
	else
		return false;
	reading->imported.n_skipped++;
	return true;
}

static int
read_entry(struct reading *reading, struct part entry)
{
	size_t len;

	entry = trimmed(entry);
	if (!entry.len || is_left_out(reading, &entry))
		return 0;
	len = utf8_len(entry.text, entry.len);
	if (len < entry.len)
		teller_say(reading->teller, line_at(&entry, len),
			"not UTF-8: the quote is read as ISO 8859-1");
	return add_entry(reading, &entry, len == entry.len);
}

static int
read_entries(struct reading *reading, struct sb_bytes bytes)
{
	struct part input = { bytes.ptr, bytes.len, 1 };
	int code = 0;

	if (is_index(bytes)) {
		teller_say(reading->teller, 0, "an index made by strfile, not a file of quotes");
		reading->imported.n_skipped++;
		return 0;
	}
	if (input.len >= 3 && !memcmp(input.text, "\xef\xbb\xbf", 3)) {
		input.text += 3;
		input.len -= 3;
	}
	while (input.len && !code)
		code = read_entry(reading, next_entry(&input));
	if (!code && !reading->imported.n_added && !reading->imported.n_known
		&& !reading->imported.n_skipped) {
		teller_say(reading->teller, 0, "no quotes in it");
		reading->imported.n_skipped++;
	}
	return code;
}

static void
bind_file(sqlite3_stmt *statement, const struct fortune_file *file)
{
	(void)sqlite3_bind_text(statement, 1, file->path, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(statement, 2, file->size);
	(void)sqlite3_bind_int64(statement, 3, file->changed_ns);
}

int
quotes_knows_file(struct quotes *quotes, const struct fortune_file *file, size_t *ret_n_quotes)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, KNOWS_FILE);
	int code, stepped = SQLITE_DONE;

	if (statement) {
		bind_file(statement, file);
		stepped = sqlite3_step(statement);
		if (stepped == SQLITE_ROW)
			*ret_n_quotes = (size_t)sqlite3_column_int64(statement, 0);
	}
	code = quotes_done(quotes, statement, stepped);
	return code ? code : stepped == SQLITE_ROW;
}

static int
remember_file(struct quotes *quotes, const struct fortune_file *file, size_t n_quotes)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, REMEMBER_FILE);

	if (statement) {
		bind_file(statement, file);
		(void)sqlite3_bind_int64(statement, 4, (int64_t)n_quotes);
	}
	return quotes_step(quotes, statement);
}

int
quotes_read_fortunes(struct quotes *quotes, struct sb_bytes bytes, const struct fortune_file *file,
	int64_t now_s, struct teller *teller, struct quotes_imported *ret_imported)
{
	struct reading reading = { .quotes = quotes, .teller = teller, .now_s = now_s };
	size_t n_told = teller->n_told;
	int code = quotes_begin(quotes);

	if (code)
		return code;
	code = read_entries(&reading, bytes);
	if (!code && reading.imported.n_added)
		code = quotes_changed(quotes, (int64_t)reading.imported.n_added, now_s);
	/* A file with problems is read again, so that they are told again. */
	if (!code && file && teller->n_told == n_told)
		code = remember_file(
			quotes, file, reading.imported.n_added + reading.imported.n_known);
	code = quotes_end(quotes, code);
	ret_imported->n_skipped += reading.imported.n_skipped;
	if (code)
		return code;
	ret_imported->n_added += reading.imported.n_added;
	ret_imported->n_known += reading.imported.n_known;
	return 0;
}

int
quotes_import_fortune_bytes(struct quotes *quotes, const char *name, struct sb_bytes bytes,
	int64_t now_s, quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	struct teller teller = { problem, self, name, 0 };

	*ret_imported = (struct quotes_imported){ 0 };
	quotes_start(quotes, false);
	return quotes_explain(quotes,
		quotes_read_fortunes(quotes, bytes, NULL, now_s, &teller, ret_imported), ret_error);
}
