#include "config_private.h"
#include "near.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	END,
	WORD, /* letters, digits and ._- */
	STRING, /* in quotes */
	SIGN, /* one of {}=, */
	WRONG,
};

struct token {
	enum kind kind;
	char *begin; /* in the text */
	size_t len;
	size_t line;
};

struct scan {
	struct config_reading *reading;
	const cfg_opt_t *options; /* those outside of sections */
	char *at;
	size_t line;
	struct token token; /* the one to look at */
	bool is_broken; /* nothing after it can be made sense of; told */
};

/* The section that the scan is in, with the options that may be there. */
struct place {
	const char *section; /* "": none */
	char title[CONFIG_TITLE_CAP];
	const cfg_opt_t *options;
	bool is_again; /* told; its options need no words of their own */
};

#define WORD_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
#define NAME_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

static void
blank(char *from, const char *to)
{
	for (; from < to; from++)
		if (*from != '\n')
			*from = ' ';
}

static void
pass(struct scan *scan, size_t n)
{
	for (; n; n--)
		scan->line += *scan->at++ == '\n';
}

/* libconfuse counts lines wrongly after some comments, and takes none within lists. */
static bool
pass_comment(struct scan *scan)
{
	char *begin = scan->at;
	const char *end;

	if (*begin == '#' || !strncmp(begin, "//", 2)) {
		pass(scan, strcspn(begin, "\n"));
	} else if (!strncmp(begin, "/*", 2)) {
		end = strstr(begin + 2, "*/");
		if (!end) {
			config_tell(scan->reading, scan->line,
				"a comment begins here, and no */ ends it");
			scan->is_broken = true;
			return false;
		}
		pass(scan, (size_t)(end + 2 - begin));
	} else {
		return false;
	}
	blank(begin, scan->at);
	return true;
}

/* As much of a text as a message shows. */
static int
cut(size_t len)
{
	return len < 40 ? (int)len : 40;
}

/* The same of a value, of which a channel's key, behind its name and a space, is shown to nobody. */
static int
cut_value(const char *begin, size_t len)
{
	size_t name;

	if (len > 1 && strchr("\"'", begin[0]) && strchr("#&+!", begin[1])) {
		name = strcspn(begin, " ");
		len = name < len ? name : len;
	}
	return cut(len);
}

/* ${NAME} or ${NAME:-VALUE}; libconfuse finds a fault with no other. Returns its length. */
static size_t
scan_variable(struct scan *scan, const char *begin)
{
	char name[64];
	size_t len = strspn(begin + 2, NAME_BYTES), end = 2 + strcspn(begin + 2, "}\n");
	bool has_value = !strncmp(begin + 2 + len, ":-", 2);

	if (begin[end] != '}' || !len || len >= sizeof(name) || (!has_value && 2 + len != end)) {
		config_tell(scan->reading, scan->line,
			"%.*s: ${NAME} or ${NAME:-VALUE} should stand here; a $ that is meant is "
			"\\$",
			cut(strcspn(begin, "}: \n")), begin);
		scan->is_broken = true;
		return end;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, begin + 2);
	if (!has_value && !getenv(name))
		config_tell(scan->reading, scan->line,
			"${%s}: this variable is not set; ${%s:-VALUE} would give it a value", name,
			name);
	return end + 1;
}

/* The length of the next part of a string, or 0 when it ends there. */
static size_t
scan_part(struct scan *scan, const char *at, char quote)
{
	if (*at == quote || *at == '\n' || !*at)
		return 0;
	if (quote == '"' && !strncmp(at, "${", 2))
		return scan_variable(scan, at);
	if (*at != '\\')
		return 1;
	if (quote == '\'')
		return at[1] == '\'' || at[1] == '\\' ? 2 : 1;
	if (at[1] && strchr("\"\\$", at[1]))
		return 2;
	config_tell(scan->reading, scan->line,
		"in double quotes a \\ stands before \", \\ or $; one that is meant is written "
		"\\\\");
	scan->is_broken = true;
	return 1;
}

static void
scan_string(struct scan *scan)
{
	const char *at = scan->at + 1;
	size_t len;

	while (!scan->is_broken && (len = scan_part(scan, at, *scan->at)))
		at += len;
	if (!scan->is_broken && *at != *scan->at) {
		config_tell(scan->reading, scan->line,
			"the quote of %.*s is not closed in its line",
			cut_value(scan->at, (size_t)(at - scan->at)), scan->at);
		scan->is_broken = true;
	}
	scan->token.kind = STRING;
	scan->token.len = (size_t)(at - scan->at) + 1;
}

/* Looks at the next token. */
static void
next(struct scan *scan)
{
	for (;;) {
		pass(scan, strspn(scan->at, " \t\r\n"));
		if (!pass_comment(scan))
			break;
	}
	scan->token = (struct token){ WRONG, scan->at, 1, scan->line };
	if (scan->is_broken || !*scan->at) {
		scan->token.kind = END;
		scan->token.len = 0;
	} else if (strchr("{}=,", *scan->at)) {
		scan->token.kind = SIGN;
	} else if (strchr("\"'", *scan->at)) {
		scan_string(scan);
		if (scan->is_broken)
			scan->token = (struct token){ END, scan->at, 0, scan->line };
	} else if (strspn(scan->at, WORD_BYTES)) {
		scan->token.kind = WORD;
		scan->token.len = strspn(scan->at, WORD_BYTES);
	}
	/* A URL, say, whose rest would be a comment. */
	if (scan->token.kind == WORD && scan->at[scan->token.len]
		&& !strchr(" \t\r\n{}=,#", scan->at[scan->token.len]))
		scan->token.kind = WRONG;
	if (scan->token.kind == WRONG)
		scan->token.len = strcspn(scan->at, " \t\r\n");
	scan->at += scan->token.len;
}

static bool
is_sign(const struct scan *scan, char sign)
{
	return scan->token.kind == SIGN && *scan->token.begin == sign;
}

static bool
is_value(const struct scan *scan)
{
	return scan->token.kind == WORD || scan->token.kind == STRING;
}

/* Tells what should stand where the token is. */
static int
want(struct scan *scan, const char *what)
{
	const struct token *token = &scan->token;

	if (scan->is_broken)
		return -EINVAL;
	scan->is_broken = true;
	if (token->kind == END)
		config_tell(
			scan->reading, token->line, "the file ends where %s should stand", what);
	else
		config_tell(scan->reading, token->line, "%.*s: %s should stand here",
			cut_value(token->begin, token->len), token->begin, what);
	return -EINVAL;
}

static int
want_value(struct scan *scan)
{
	return want(scan, scan->token.kind == WRONG ? "a value in double quotes" : "a value");
}

/* Whether it is the first. */
static bool
mark(struct scan *scan, const struct place *place, const char *option, size_t line)
{
	struct config_reading *reading = scan->reading;
	const struct config_mark *first =
		config_find_mark(reading, place->section, place->title, option);
	struct config_mark *fresh;

	if (first) {
		config_tell(reading, line, "%s%s%s: it is there already, in line %zu",
			option ? option : place->section, !option && place->title[0] ? " " : "",
			option ? "" : place->title, first->line);
		return false;
	}
	sb_assert(reading->n_marks < CONFIG_MOST_MARKS);
	fresh = &reading->marks[reading->n_marks++];
	fresh->section = place->section;
	(void)snprintf(fresh->title, sizeof(fresh->title), "%s", place->title);
	fresh->option = option;
	fresh->line = line;
	return true;
}

static const cfg_opt_t *
find_option(const cfg_opt_t *options, const char *name, size_t len)
{
	for (; options->name; options++)
		if (strlen(options->name) == len && !strncmp(options->name, name, len))
			return options;
	return NULL;
}

/* Where an option that is not known here would be right, as "; it ...", or what was meant. */
static void
find_meant(const struct scan *scan, const struct place *place, const char *name, char buf[NEAR_CAP])
{
	const cfg_opt_t *option;
	const char *names[CONFIG_MOST_OPTIONS];
	size_t n = 0, len = strlen(name);

	if (place->section[0] && find_option(scan->options, name, len)) {
		(void)snprintf(buf, NEAR_CAP, "; it stands outside of sections");
		return;
	}
	for (option = place->options; option->name && n < CONFIG_MOST_OPTIONS; option++)
		names[n++] = option->name;
	near_find(name, names, n, "", buf);
	for (option = scan->options; !buf[0] && option->name; option++)
		if (option->type == CFGT_SEC && find_option(option->subopts, name, len))
			(void)snprintf(
				buf, NEAR_CAP, "; it belongs into a section %s", option->name);
}

static int
pass_value(struct scan *scan, bool may_be_list, size_t *ret_n)
{
	*ret_n = 1;
	if (!may_be_list || !is_sign(scan, '{')) {
		if (!is_value(scan))
			return want_value(scan);
		next(scan);
		return 0;
	}
	next(scan);
	for (*ret_n = 0; !is_sign(scan, '}'); ++*ret_n) {
		if (!is_value(scan))
			return want_value(scan);
		next(scan);
		if (is_sign(scan, ','))
			next(scan);
		else if (!is_sign(scan, '}'))
			return want(scan, ", or }");
	}
	next(scan);
	return 0;
}

/* Up to the } of the { that is looked at. */
static int
pass_braces(struct scan *scan)
{
	size_t depth = 0, line = scan->token.line;

	do {
		depth += is_sign(scan, '{');
		depth -= is_sign(scan, '}');
		next(scan);
	} while (depth && scan->token.kind != END);
	if (!depth || scan->is_broken)
		return scan->is_broken ? -EINVAL : 0;
	config_tell(scan->reading, line, "no } closes the { of this line");
	scan->is_broken = true;
	return -EINVAL;
}

/* The token is what comes after the name. */
static int
scan_unknown(struct scan *scan, const struct place *place, const struct token *name)
{
	char meant[NEAR_CAP], text[48];
	size_t n;
	int error;

	(void)snprintf(text, sizeof(text), "%.*s", cut(name->len), name->begin);
	find_meant(scan, place, text, meant);
	config_tell(scan->reading, name->line, "%s: no such %s%s%s", text,
		is_sign(scan, '=') ? "option" : "section",
		place->section[0] && is_sign(scan, '=') ? " there" : "", meant);
	if (is_sign(scan, '=')) {
		next(scan);
		error = pass_value(scan, true, &n);
	} else {
		if (is_value(scan))
			next(scan);
		error = is_sign(scan, '{') ? pass_braces(scan) : want(scan, "= or {");
	}
	if (!error)
		blank(name->begin, scan->token.begin);
	return error;
}

static int
scan_option(struct scan *scan, const struct place *place, const cfg_opt_t *option, size_t line)
{
	char what[NEAR_LONGEST + 16];
	size_t n;
	int error;

	(void)snprintf(what, sizeof(what), "%s = VALUE", option->name);
	if (!is_sign(scan, '='))
		return want(scan, what);
	next(scan);
	error = pass_value(scan, option->flags & CFGF_LIST, &n);
	if (error)
		return error;
	if (!place->is_again)
		(void)mark(scan, place, option->name, line);
	if (n > CONFIG_MOST_VALUES) {
		config_tell(scan->reading, line, "%s: it has %zu values, and %d are the most",
			option->name, n, CONFIG_MOST_VALUES);
		scan->is_broken = true;
		return -EINVAL;
	}
	return 0;
}

static int scan_options(struct scan *scan, const struct place *place);

/* Titles are names of networks in messages and addresses, so they are plain. */
static int
scan_title(struct scan *scan, struct place *place)
{
	const struct token *token = &scan->token;
	bool is_quoted = token->kind == STRING;
	const char *begin = token->begin + is_quoted;
	size_t len = is_quoted ? token->len - 2 : token->len;

	if (!is_value(scan) || !len || len >= CONFIG_TITLE_CAP || strspn(begin, WORD_BYTES) < len) {
		(void)want(scan, "a name of at most 32 letters, digits, . _ or -");
		return -EINVAL;
	}
	(void)snprintf(place->title, sizeof(place->title), "%.*s", (int)len, begin);
	next(scan);
	return 0;
}

static bool
has_room(struct scan *scan, const cfg_opt_t *option, size_t line)
{
	const struct config_reading *reading = scan->reading;
	size_t i, n = 0;

	for (i = 0; i < reading->n_marks; i++)
		n += !reading->marks[i].option && !strcmp(reading->marks[i].section, option->name);
	if (n < CONFIG_MOST_IRCS)
		return true;
	config_tell(scan->reading, line, "%s: there are %d such sections already, the most",
		option->name, CONFIG_MOST_IRCS);
	scan->is_broken = true;
	return false;
}

static int
scan_section(struct scan *scan, const cfg_opt_t *option, size_t line)
{
	struct place place = { .section = option->name, .options = option->subopts };
	int error;

	if (option->flags & CFGF_TITLE) {
		error = scan_title(scan, &place);
		if (error)
			return error;
	}
	if (!is_sign(scan, '{'))
		return want(scan, "{");
	if (!has_room(scan, option, line))
		return -EINVAL;
	place.is_again = !mark(scan, &place, NULL, line);
	next(scan);
	error = scan_options(scan, &place);
	if (error)
		return error;
	if (!is_sign(scan, '}')) {
		config_tell(scan->reading, line, "no } closes the section that begins here");
		scan->is_broken = true;
		return -EINVAL;
	}
	next(scan);
	return 0;
}

/* Up to the } of the section, or to the end. */
static int
scan_options(struct scan *scan, const struct place *place)
{
	const cfg_opt_t *option;
	struct token name;
	int error = 0;

	while (!error && scan->token.kind != END && (!place->section[0] || !is_sign(scan, '}'))) {
		if (scan->token.kind != WORD)
			return want(scan,
				place->section[0] ? "an option or }" : "an option or a section");
		name = scan->token;
		option = find_option(place->options, name.begin, name.len);
		next(scan);
		if (!option)
			error = scan_unknown(scan, place, &name);
		else if (option->type == CFGT_SEC)
			error = scan_section(scan, option, name.line);
		else
			error = scan_option(scan, place, option, name.line);
		if (scan->reading->n_problems >= CONFIG_MOST_PROBLEMS)
			scan->is_broken = true;
	}
	return scan->is_broken ? -EINVAL : error;
}

/* A byte that has no place in a text, or NULL. */
static const char *
find_foreign(const char *text)
{
	size_t n, len = strlen(text);

	for (; *text; text += n, len -= n) {
		n = text_char_len(text, len);
		if (!n || (n == 1 && ((*text < ' ' && !strchr("\t\r\n", *text)) || *text == 0x7f)))
			return text;
	}
	return NULL;
}

int
config_scan(struct config_reading *reading, char *text, const cfg_opt_t *options)
{
	struct scan scan = { .reading = reading, .options = options, .at = text, .line = 1 };
	struct place outside = { .section = "", .options = options };
	const char *foreign = find_foreign(text);

	if (foreign) {
		pass(&scan, (size_t)(foreign - text));
		config_tell(reading, scan.line, "byte 0x%02x: this is no text in UTF-8",
			(unsigned char)*foreign);
		return -EINVAL;
	}
	/* What some editors put before UTF-8. */
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		blank(text, text + 3);
	next(&scan);
	return scan_options(&scan, &outside);
}
