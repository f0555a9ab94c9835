#include "pages_private.h"
#include "quotes_json.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* What is shown of a quote among others. */
	SOME_LINES = 16,
	SOME_BYTES = 1500,
	TAB = 8, /* columns: as much as text_clean() makes of one byte */
	NICK_MAX = 40, /* bytes of what may be a nick */
	N_COLOURS = 6,
	CLEAN_CAP = 1024, /* of what a beginning is looked for in */
};

/* ---- A line, as IRC clients write it ---- */

/* How many bytes of the line are a time, "[12:34] " or "12:34:56 ", with the space after it. */
static size_t
time_len(const char *line)
{
	bool has_bracket = line[0] == '[';
	size_t len = strspn(line + has_bracket, "0123456789:-./ T") + has_bracket;

	if (!memchr(line, ':', len))
		return 0;
	if (has_bracket)
		return line[len] == ']' && line[len + 1] == ' ' ? len + 2 : 0;
	return line[len - 1] == ' ' && line[0] != ' ' ? len : 0;
}

/* How many bytes are a nick in its brackets, "<@alice>". */
static size_t
nick_len(const char *line)
{
	size_t len = 1;

	if (line[0] != '<')
		return 0;
	len += strspn(line + len, " @+%~&!");
	len += strcspn(line + len, " <>");
	return len > 2 && len <= NICK_MAX && line[len] == '>'
			       && (!line[len + 1] || line[len + 1] == ' ')
		       ? len + 1
		       : 0;
}

/* One of the colours, the same for the same nick. */
static unsigned
colour(const char *nick, size_t len)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (!strchr("<>@+%~&! ", nick[i]))
			sum = sum * 31 + (unsigned char)nick[i];
	return sum % N_COLOURS;
}

static void
add_nick(struct html *html, const char *nick, size_t len)
{
	html_format(html, "<b class=\"n%u\">", colour(nick, len));
	html_text_bytes(html, nick, len);
	html_add(html, "</b>");
}

/* Each line has a direction of its own, and ends with a line end for those who see no style. */
static void
add_line(struct html *html, const char *line, bool is_of_irc)
{
	size_t len = is_of_irc ? time_len(line) : 0;
	const char *at = line + len;
	bool is_action = is_of_irc && at[0] == '*' && at[1] == ' ' && at[2] && at[2] != ' ';

	html_add(html, is_action ? "<span class=\"act\" dir=\"auto\">" : "<span dir=\"auto\">");
	if (len) {
		html_add(html, "<i>");
		html_text_bytes(html, line, len);
		html_add(html, "</i>");
	}
	if (is_action) {
		html_add(html, "* ");
		at += 2;
	}
	len = is_action ? strcspn(at, " ") : nick_len(at);
	if (len)
		add_nick(html, at, len);
	html_text(html, at + len);
	html_add(html, "\n</span>");
}

/* ---- The lines of a quote ---- */

struct lines {
	const char *at; /* NULL after the last */
	const char *end;
	char *buf; /* the line, cleaned */
	size_t cap;
};

static bool
lines_begin(struct lines *lines, const struct quote *quote, size_t max)
{
	size_t len = quote->len < max ? quote->len : max;

	/* Not in the midst of a character. */
	while (len < quote->len && ((unsigned char)quote->text[len] & 0xc0) == 0x80)
		len--;
	*lines =
		(struct lines){ .at = quote->text, .end = quote->text + len, .cap = len * TAB + 1 };
	lines->buf = malloc(lines->cap);
	return lines->buf != NULL;
}

static bool
lines_next(struct lines *lines)
{
	const char *end;

	if (!lines->at)
		return false;
	end = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	(void)text_clean(
		lines->at, (size_t)((end ? end : lines->end) - lines->at), lines->buf, lines->cap);
	lines->at = end ? end + 1 : NULL;
	return true;
}

bool
show_lines(struct html *html, const struct quote *quote, size_t max_lines, size_t max_bytes)
{
	struct lines lines;
	size_t n = 0;

	if (!lines_begin(&lines, quote, max_bytes)) {
		html_fail(html);
		return true;
	}
	html_add(html, "<pre>");
	while (n < max_lines && lines_next(&lines)) {
		add_line(html, lines.buf, quote->channel[0] != '\0');
		n++;
	}
	html_add(html, "</pre>\n");
	free(lines.buf);
	return !lines.at && quote->len <= max_bytes;
}

void
show_plain(struct html *html, const struct quote *quote)
{
	struct lines lines;

	if (!lines_begin(&lines, quote, SIZE_MAX)) {
		html_fail(html);
		return;
	}
	while (lines_next(&lines)) {
		html_add(html, lines.buf);
		html_add(html, "\n");
	}
	free(lines.buf);
}

/* ---- What is known about it ---- */

static void
add_time(struct html *html, int64_t time_s)
{
	static const char *const months[] = { "January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December" };
	char iso[QUOTES_TIME_CAP];
	int year, month, day;

	quotes_time(time_s, iso);
	html_format(html, "<time datetime=\"%s\">", iso);
	if (sscanf(iso, "%d-%d-%d", &year, &month, &day) == 3 && month >= 1 && month <= 12)
		html_format(html, "%d %s %d", day, months[month - 1], year);
	else
		html_add(html, iso);
	html_add(html, "</time>");
}

static void
add_name(struct html *html, const char *name)
{
	html_add(html, "<bdi>");
	html_text(html, name);
	html_add(html, "</bdi>");
}

/* A sign before it, and the minus that a typesetter takes. */
static void
add_score(struct html *html, const struct quote *quote)
{
	html_format(html, "%s%" PRIu64,
		quote->score < 0 ? "\xe2\x88\x92"
		: quote->score   ? "+"
				 : "",
		quote->score < 0 ? -(uint64_t)quote->score : (uint64_t)quote->score);
}

static const char *
votes_word(const struct quote *quote)
{
	return quote->n_votes == 1 ? "vote" : "votes";
}

const char *
quote_source(const struct quote *quote)
{
	const char *slash = strrchr(quote->source, '/');

	return slash ? slash + 1 : quote->source;
}

void
channel_path(struct html *html, const char *channel)
{
	/* "##c" stays whole: without its first mark it would name another channel. */
	bool is_plain = channel[0] == '#' && channel[1] && !strchr("#&+!", channel[1]);

	html_add(html, "/c/");
	html_url(html, is_plain ? channel + 1 : channel);
}

/* A link to the quotes of its channel, where it has one that a page can be of. */
static void
show_channel(struct html *html, const char *channel)
{
	if (!channel[0] || !strchr("#&+!", channel[0])) {
		add_name(html, channel);
		return;
	}
	html_add(html, "<a href=\"");
	channel_path(html, channel);
	html_add(html, "\">");
	add_name(html, channel);
	html_add(html, "</a>");
}

static void
add_about(struct html *html, const struct quote *quote)
{
	const char *source = quote_source(quote);

	html_add(html, "<p class=\"about\">");
	if (quote->n_votes) {
		html_add(html, "<span class=\"score\">");
		add_score(html, quote);
		html_format(html, "<span class=\"aside\"> from %" PRId64 " %s</span></span>\n",
			quote->n_votes, votes_word(quote));
	}
	if (quote->channel[0]) {
		html_add(html, "<span>");
		show_channel(html, quote->channel);
		html_add(html, "</span>\n");
	}
	if (quote->added_by[0]) {
		html_add(html, "<span>kept by ");
		add_name(html, quote->added_by);
		html_add(html, "</span>\n");
	} else if (source[0]) {
		html_add(html, "<span>from ");
		add_name(html, source);
		html_add(html, "</span>\n");
	}
	if (quote->added_s) {
		html_add(html, "<span>");
		add_time(html, quote->added_s);
		html_add(html, "</span>\n");
	}
	html_add(html, "</p>\n");
}

void
show_quote(struct html *html, const struct quote *quote)
{
	html_format(html,
		"<li><article aria-labelledby=\"q%" PRId64 "\">\n<h2 id=\"q%" PRId64 "\">"
		"<a href=\"/q/%" PRId64 "\"><span class=\"aside\">Quote </span>#%" PRId64
		"</a></h2>\n<div>\n",
		quote->id, quote->id, quote->id, quote->id);
	if (!show_lines(html, quote, SOME_LINES, SOME_BYTES))
		html_format(html,
			"<p class=\"rest\"><a href=\"/q/%" PRId64 "\">All %zu lines of #%" PRId64
			"</a></p>\n",
			quote->id, quote->n_lines, quote->id);
	add_about(html, quote);
	html_add(html, "</div>\n</article></li>\n");
}

/* A row of the table of facts, begun: the value is added by the caller. */
static void
begin_fact(struct html *html, const char *name)
{
	html_format(html, "<div><dt>%s</dt><dd>", name);
}

static void
end_fact(struct html *html)
{
	html_add(html, "</dd></div>\n");
}

static void
add_where(struct html *html, const struct quote *quote)
{
	begin_fact(html, "Said in");
	show_channel(html, quote->channel);
	if (quote->network[0]) {
		html_add(html, " on ");
		add_name(html, quote->network);
	}
	end_fact(html);
}

static void
add_facts(struct html *html, const struct quote *quote)
{
	if (quote->channel[0])
		add_where(html, quote);
	if (quote->added_by[0]) {
		begin_fact(html, "Kept by");
		add_name(html, quote->added_by);
		end_fact(html);
	}
	if (quote->added_s) {
		begin_fact(html, "Kept on");
		add_time(html, quote->added_s);
		end_fact(html);
	}
	if (quote->source[0]) {
		begin_fact(html, "From the file");
		add_name(html, quote_source(quote));
		end_fact(html);
	}
	begin_fact(html, "Score");
	if (quote->n_votes) {
		add_score(html, quote);
		html_format(html, " from %" PRId64 " %s", quote->n_votes, votes_word(quote));
	} else {
		html_add(html, "nobody has voted yet");
	}
	end_fact(html);
}

void
show_quote_alone(struct html *html, const struct pages *pages, const struct quote *quote)
{
	html_format(html, "<article class=\"alone\">\n<h1>Quote #%" PRId64 "</h1>\n", quote->id);
	(void)show_lines(html, quote, SIZE_MAX, SIZE_MAX);
	html_add(html, "<dl>\n");
	add_facts(html, quote);
	begin_fact(html, "Link");
	html_format(html, "<a rel=\"bookmark\" href=\"/q/%" PRId64 "\">", quote->id);
	html_text(html, pages->base_url ? pages->base_url : "");
	html_format(html, "/q/%" PRId64 "</a>", quote->id);
	end_fact(html);
	html_add(html, "</dl>\n</article>\n");
}

/* ---- Its beginning ---- */

/* U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
static bool
turns_direction(const char *text, size_t len)
{
	unsigned char last = len == 3 ? (unsigned char)text[2] : 0;

	if (len != 3 || text[0] != '\xe2')
		return false;
	if (text[1] == '\x80')
		return last == 0x8e || last == 0x8f || (last >= 0xaa && last <= 0xae);
	return text[1] == '\x81' && last >= 0xa6 && last <= 0xa9;
}

void
quote_beginning(const struct quote *quote, size_t max, char ret_text[PAGES_BEGINNING_CAP])
{
	char clean[CLEAN_CAP];
	size_t at, len, to = 0;
	size_t clean_len = text_clean(quote->text, quote->len, clean, sizeof(clean));

	for (at = 0; at < clean_len; at += len) {
		len = text_char_len(clean + at, clean_len - at);
		sb_assert(len > 0);
		if (turns_direction(clean + at, len)
			|| (clean[at] == ' ' && (!to || clean[to - 1] == ' ')))
			continue;
		memmove(clean + to, clean + at, len);
		to += len;
	}
	while (to && clean[to - 1] == ' ')
		to--;
	len = text_wrap(clean, to, max);
	(void)snprintf(ret_text, PAGES_BEGINNING_CAP, "%.*s%s", (int)len, clean,
		len < to ? "\xe2\x80\xa6" : "");
}
