#include <ctype.h>
#include <errno.h>
#include <inttypes.h>

#include "transcript.h"

enum { YEARS_MAX = 10 };

/* A line that is being read. */
struct line {
	const char *at, *end;
	unsigned number;
	struct text *report;
};

SB_PRINTF(2, 3)
static int
wrong(const struct line *line, const char *format, ...)
{
	char buf[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	(void)sb_kit_text_addf(line->report, "%s\n", buf);
	return -EINVAL;
}

static int
read_rest(const struct line *line, struct text *text)
{
	if (sb_kit_text_add(text, (struct sb_bytes){ line->at, (size_t)(line->end - line->at) }))
		return -ENOMEM;
	return text->len ? 0 : wrong(line, "here something must follow the sign and its space");
}

/* Bytes with their escapes, and with \r\n unless a backslash ends the line. */
static int
read_escaped(const struct line *line, struct text *text, bool is_line)
{
	const char *at = line->at;
	int took;

	while (at != line->end) {
		if (*at != '\\') {
			if (sb_kit_text_add(text, (struct sb_bytes){ at++, 1 }))
				return -ENOMEM;
			continue;
		}
		if (++at == line->end)
			return 0;
		took = sb_kit_unescape(at, line->end, text);
		if (took <= 0)
			return took ? took : wrong(line, "no escape: \\%c", *at);
		at += took;
	}
	return is_line ? sb_kit_text_addf(text, "\r\n") : 0;
}

static int
read_bytes(const struct line *line, struct text *text, bool is_line)
{
	int error = read_escaped(line, text, is_line);

	return error || text->len ? error : wrong(line, "here at least one byte is needed");
}

static int
read_time(const struct line *line, int64_t *ret_ns)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = { { "ms", SB_MS }, { "s", SB_S }, { "m", 60 * SB_S }, { "h", 3600 * SB_S } };
	size_t i, len = 0;
	int64_t n = 0;

	while (line->at + len != line->end && isdigit((unsigned char)line->at[len]) && len < 9)
		n = 10 * n + (line->at[len++] - '0');
	for (i = 0; len && i < sizeof(units) / sizeof(units[0]); i++) {
		struct sb_bytes unit = { line->at + len, (size_t)(line->end - line->at) - len };

		if (!bytes_equal(unit, sb_bytes_of(units[i].name)))
			continue;
		/* Of which many may follow each other. */
		if (n > YEARS_MAX * 365 * 86400 * SB_S / units[i].ns)
			return wrong(line, "that is more than %d years", YEARS_MAX);
		*ret_ns = n * units[i].ns;
		return 0;
	}
	return wrong(line, "here a time like +30s is needed: a number and ms, s, m or h");
}

/* Two digits below a limit; -1 for anything else. */
static int
read_two(const char *at, int limit)
{
	int number;

	if (!isdigit((unsigned char)at[0]) || !isdigit((unsigned char)at[1]))
		return -1;
	number = 10 * (at[0] - '0') + at[1] - '0';
	return number < limit ? number : -1;
}

static int
read_clock(const struct line *line, int64_t *ret_ns)
{
	const char *at = line->at;
	int h = -1, m = -1, s = -1;

	if (line->end - at == 8 && at[2] == ':' && at[5] == ':') {
		h = read_two(at, 24);
		m = read_two(at + 3, 60);
		s = read_two(at + 6, 60);
	}
	if (h < 0 || m < 0 || s < 0)
		return wrong(line, "here a time of day like 23:59:59 is needed");
	*ret_ns = ((h * 60 + m) * 60 + s) * SB_S;
	return 0;
}

static int
read_word(const struct line *line, enum step_kind *ret_kind)
{
	static const struct {
		const char *word;
		enum step_kind kind;
	} words[] = {
		{ "connects", STEP_CONNECTS },
		{ "connected", STEP_CONNECTED },
		{ "ends", STEP_ENDS },
		{ "breaks", STEP_BREAKS },
		{ "refuses", STEP_REFUSES },
		{ "listens", STEP_LISTENS },
		{ "vanishes", STEP_VANISHES },
		{ "secures", STEP_SECURES },
		{ "ended", STEP_ENDED },
		{ "closed", STEP_CLOSED },
		{ "broken", STEP_BROKEN },
	};
	struct sb_bytes word = { line->at, (size_t)(line->end - line->at) };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (bytes_equal(word, sb_bytes_of(words[i].word))) {
			*ret_kind = words[i].kind;
			return 0;
		}
	}
	return wrong(line, "~ has no word %.*s", (int)word.len, (const char *)word.ptr);
}

/* Takes a sign and the one space behind it, if they are next. */
static bool
take_sign(struct line *line, const char *sign)
{
	size_t len = strlen(sign);

	if ((size_t)(line->end - line->at) < len || memcmp(line->at, sign, len) != 0)
		return false;
	if (line->at + len != line->end && line->at[len] != ' ')
		return false;
	line->at += len + (line->at + len != line->end);
	return true;
}

/* The signs that may have a peer's name before them. */
static int
read_peer_step(struct line *line, struct step *step)
{
	if (take_sign(line, "<")) {
		step->kind = STEP_SENDS;
		return read_bytes(line, &step->text, true);
	}
	if (take_sign(line, ">")) {
		step->kind = STEP_WROTE;
		return read_bytes(line, &step->text, true);
	}
	if (take_sign(line, ">~")) {
		step->kind = STEP_WROTE_PART;
		return read_bytes(line, &step->text, false);
	}
	if (take_sign(line, ">...")) {
		step->kind = STEP_WROTE_ANY;
		return 0;
	}
	if (take_sign(line, "~"))
		return read_word(line, &step->kind);
	return wrong(line, "no step: one begins with < > >~ >... ! - + @ $ ~ or #, and a space");
}

static int
read_step(struct line *line, struct step *step)
{
	const char *name = line->at;

	if (take_sign(line, "!")) {
		step->kind = STEP_SIGNAL;
		return read_rest(line, &step->text);
	}
	if (take_sign(line, "-")) {
		step->kind = STEP_IGNORE;
		return read_rest(line, &step->text);
	}
	if (take_sign(line, "$")) {
		step->kind = STEP_COMMAND;
		return read_rest(line, &step->text);
	}
	if (take_sign(line, "@")) {
		step->kind = STEP_CLOCK;
		return read_clock(line, &step->duration_ns);
	}
	if (*line->at == '+') {
		step->kind = STEP_TIME;
		line->at++;
		return read_time(line, &step->duration_ns);
	}
	while (line->at != line->end && (isalnum((unsigned char)*line->at) || *line->at == '_'))
		line->at++;
	if (sb_kit_text_add(&step->peer, (struct sb_bytes){ name, (size_t)(line->at - name) }))
		return -ENOMEM;
	return read_peer_step(line, step);
}

static struct step *
script_push(struct script *script, unsigned line)
{
	struct step *step;

	if (script->n == script->cap) {
		size_t cap = script->cap ? 2 * script->cap : 32;
		struct step *steps = realloc(script->steps, cap * sizeof(*steps));

		if (!steps)
			return NULL;
		script->steps = steps;
		script->cap = cap;
	}
	step = &script->steps[script->n++];
	memset(step, 0, sizeof(*step));
	step->line = line;
	return step;
}

int
sb_kit_script_parse(
	struct script *script, const char *text, unsigned *ret_line, struct text *report)
{
	struct line line = { .report = report };
	int error = 0;

	for (; *text && !error; text = line.end + (*line.end == '\n')) {
		struct step *step;

		line.at = text;
		line.end = text + strcspn(text, "\n");
		*ret_line = ++line.number;
		if (line.at == line.end || *line.at == '#')
			continue;
		step = script_push(script, line.number);
		error = step ? read_step(&line, step) : -ENOMEM;
	}
	if (!error && !script->n)
		error = wrong(&line, "a transcript without a step");
	return error;
}

void
sb_kit_script_finish(struct script *script)
{
	size_t i;

	for (i = 0; i < script->n; i++) {
		sb_kit_text_finish(&script->steps[i].peer);
		sb_kit_text_finish(&script->steps[i].text);
	}
	free(script->steps);
}
