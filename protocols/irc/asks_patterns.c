#include "asks.h"

#include <string.h>
#include <strings.h>

/* What a line has to have at a place for it to be an answer. */
enum place {
	NOWHERE, /* nothing: any is one */
	FIRST, /* of the parameters after our nick, the target */
	SECOND,
	OF_COMMAND, /* of one that is no numeric, the first parameter of all */
};

struct sb_ask_pattern {
	const char *verb;
	const char *letters; /* of a list: MODE #channel b or +b; NULL: it is none */
	size_t min_params, max_params;
	enum place names_at; /* in its lines and the last; the server's words say it in the last */
	enum place ends_at;
	const char *lines; /* verbs, each with a space behind it */
	const char *last;
	const char *maybe_last;
	const char *refusals; /* beside those that name the command */
	const char *only; /* what its parameter must be; NULL: anything */
};

#define WHOIS_LINES                                                                                \
	"275 276 301 307 308 309 310 311 312 313 316 317 319 320 330 335 337 338 343 344 350 "     \
	"378 379 569 615 616 617 671 672 690 "
#define STATS_LINES                                                                                \
	"210 211 212 213 214 215 216 217 218 220 222 223 224 225 226 227 228 229 230 231 232 "     \
	"233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 290 "

#define CHANNEL_REFUSALS "401 403 442 477 482 "
#define LIST_REFUSALS CHANNEL_REFUSALS "472 "
#define JOIN_REFUSALS "403 405 437 470 471 473 474 475 476 477 479 480 489 "

static const struct sb_ask_pattern patterns[] = {
	/* Nobody but the client waits for that: where we are already nothing answers it. */
	{ "JOIN", NULL, 1, 2, NOWHERE, OF_COMMAND, "", "JOIN ", "", JOIN_REFUSALS, NULL },
	{ "AWAY", NULL, 0, 1, NOWHERE, NOWHERE, "", "305 306 ", "", "", NULL },
	{ "INFO", NULL, 0, 1, NOWHERE, NOWHERE, "371 373 ", "374 ", "", "402 ", NULL },
	{ "ISON", NULL, 1, 15, NOWHERE, NOWHERE, "", "303 ", "", "", NULL },
	{ "LINKS", NULL, 0, 2, NOWHERE, NOWHERE, "364 ", "365 ", "", "402 481 723 ", NULL },
	{ "LIST", NULL, 0, 2, NOWHERE, NOWHERE, "321 322 ", "323 ", "", "402 ", NULL },
	/* The order of the rest after 255 is each server's own, and some have none. */
	{ "LUSERS", NULL, 0, 2, NOWHERE, NOWHERE, "250 251 252 253 254 265 ", "266 ", "255 ",
		"402 ", NULL },
	{ "MODE", NULL, 1, 1, FIRST, FIRST, "", "324 ", "", CHANNEL_REFUSALS, NULL },
	{ "MODE", "b", 2, 2, FIRST, FIRST, "367 ", "368 ", "", LIST_REFUSALS, NULL },
	{ "MODE", "e", 2, 2, FIRST, FIRST, "348 ", "349 ", "", LIST_REFUSALS, NULL },
	{ "MODE", "I", 2, 2, FIRST, FIRST, "346 ", "347 ", "", LIST_REFUSALS, NULL },
	{ "MODE", "q", 2, 2, FIRST, FIRST, "728 ", "729 ", "", LIST_REFUSALS, NULL },
	{ "MONITOR", NULL, 1, 1, NOWHERE, NOWHERE, "732 ", "733 ", "", "", "L" },
	{ "MOTD", NULL, 0, 1, NOWHERE, NOWHERE, "372 375 ", "376 ", "", "402 422 ", NULL },
	{ "NAMES", NULL, 1, 1, SECOND, FIRST, "353 ", "366 ", "", "401 403 ", NULL },
	{ "REGISTER", NULL, 3, 3, NOWHERE, NOWHERE, "", "REGISTER ", "", "", NULL },
	{ "STATS", NULL, 1, 2, NOWHERE, NOWHERE, STATS_LINES, "219 ", "", "402 481 723 ", NULL },
	{ "TIME", NULL, 0, 1, NOWHERE, NOWHERE, "", "391 ", "", "402 ", NULL },
	{ "TOPIC", NULL, 1, 1, FIRST, FIRST, "", "331 332 ", "", CHANNEL_REFUSALS, NULL },
	{ "USERHOST", NULL, 1, 15, NOWHERE, NOWHERE, "", "302 ", "", "", NULL },
	{ "VERIFY", NULL, 2, 2, NOWHERE, NOWHERE, "", "VERIFY ", "", "", NULL },
	{ "VERSION", NULL, 0, 1, NOWHERE, NOWHERE, "", "351 ", "", "402 ", NULL },
	{ "WHO", NULL, 0, 2, NOWHERE, FIRST, "352 354 ", "315 ", "", "402 416 ", NULL },
	{ "WHOIS", NULL, 1, 2, FIRST, FIRST, WHOIS_LINES, "318 ", "", "401 402 431 ", NULL },
	{ "WHOWAS", NULL, 1, 3, FIRST, FIRST, "301 312 314 330 338 ", "369 ", "",
		"401 402 406 431 ", NULL },
};

enum { N_OWN = 1, N_PATTERNS = sizeof(patterns) / sizeof(patterns[0]) };

/* Refusals that name the command, and those that name nothing. Others name the target, or the letter
 * of a list, or a server. */
#define NAME_COMMAND "263 416 421 451 461 "
#define NAME_NOTHING "422 431 481 723 "

static bool
has(const char *verbs, const char *verb)
{
	size_t len = strlen(verb);

	for (; *verbs; verbs += strcspn(verbs, " ") + 1)
		if (!strncmp(verbs, verb, len) && verbs[len] == ' ')
			return true;
	return false;
}

/* ---- Finding one ---- */

static bool
is_channel(const char *text)
{
	return *text && strchr(SB_WIRE_CHANNEL_SIGNS, *text);
}

static bool
is_letter(const char *text, char letter)
{
	if (*text == '+')
		text++;
	return text[0] == letter && !text[1];
}

static bool
suits(const struct sb_ask_pattern *p, const char *const *params, size_t n)
{
	if (n < p->min_params || n > p->max_params)
		return false;
	if (p->only && strcasecmp(params[0], p->only) != 0)
		return false;
	/* Modes of a user are told otherwise. */
	if (!strcmp(p->verb, "MODE") && !is_channel(params[0]))
		return false;
	return !p->letters || is_letter(params[1], *p->letters);
}

/* One name, which is not a pattern or a list: the server says it again. */
static const char *
find_target(const struct sb_ask_pattern *p, const char *const *params, size_t n)
{
	const char *target = n ? params[0] : NULL;

	if (p->ends_at == NOWHERE)
		return NULL;
	/* WHOIS server nick */
	if (!strcmp(p->verb, "WHOIS"))
		target = params[n - 1];
	return target && !strpbrk(target, ",*?") ? target : NULL;
}

const struct sb_ask_pattern *
sb_ask_pattern(const char *verb, const char *const *params, size_t n_params, bool is_own,
	const char **ret_target)
{
	size_t i;

	for (i = is_own ? 0 : N_OWN; i < N_PATTERNS; i++) {
		if (strcasecmp(patterns[i].verb, verb) != 0
			|| !suits(&patterns[i], params, n_params))
			continue;
		*ret_target = find_target(&patterns[i], params, n_params);
		return &patterns[i];
	}
	return NULL;
}

bool
sb_ask_pattern_excludes(const struct sb_ask_pattern *a, const struct sb_ask_pattern *b)
{
	return a && b && !strcmp(a->verb, b->verb);
}

/* ---- What fits ---- */

/* Whether a word stands in the line that asks. */
static bool
mentions(const struct sb_ask *ask, const char *word)
{
	size_t len = strlen(word), i;
	const char *line = ask->line.ptr;

	for (i = 1; len && i + len < ask->line.len; i++)
		if (strchr(" :", line[i - 1]) && !strncasecmp(line + i, word, len)
			&& strchr(" \r", line[i + len]))
			return true;
	return false;
}

static bool
names(const struct sb_ask *ask, const struct sb_wire_line *line, size_t at, enum sb_casemap casemap)
{
	return at < line->n_params
	       && (!ask->target || sb_casemap_same(casemap, line->params[at], ask->target));
}

static bool
names_at(const struct sb_ask *ask, const struct sb_wire_line *line, enum place place,
	enum sb_casemap casemap)
{
	static const size_t places[] = { [FIRST] = 1, [SECOND] = 2, [OF_COMMAND] = 0 };

	return place == NOWHERE || names(ask, line, places[place], casemap);
}

/* Members of a channel are told as on it; a WHOX says nothing that we could know. */
static bool
is_about(const struct sb_ask *ask, const struct sb_wire_line *line, enum sb_casemap casemap)
{
	if (strcmp(line->verb, "352") != 0 || !ask->target || !is_channel(ask->target))
		return names_at(ask, line, ask->pattern->names_at, casemap);
	return !strcmp(line->params[1], "*") || names(ask, line, 1, casemap);
}

/* The letter of a list that the server does not know (472). */
static bool
is_of_letter(const struct sb_ask *ask, const struct sb_wire_line *line)
{
	const char *letters = ask->pattern->letters;

	return letters && !strcmp(line->verb, "472") && is_letter(line->params[1], *letters);
}

static bool
is_refused(const struct sb_ask *ask, const struct sb_wire_line *line, enum sb_casemap casemap)
{
	const char *verb = line->verb, *what = line->params[1];

	if (!strcmp(verb, "FAIL"))
		return !strcasecmp(line->params[0], ask->pattern->verb);
	if (has(NAME_COMMAND, verb) && !strcasecmp(what, ask->pattern->verb))
		return true;
	if (!has(ask->pattern->refusals, verb))
		return false;
	if (has(NAME_NOTHING, verb))
		return true;
	if (!strcmp(verb, "402"))
		return mentions(ask, what);
	return is_of_letter(ask, line)
	       || (ask->target && sb_casemap_same(casemap, what, ask->target));
}

/* These are told before the last line, by most servers. */
static bool
may_go_on(const struct sb_ask *ask, const char *verb)
{
	return has("401 406 416 ", verb) && ask->pattern->lines[0];
}

static enum sb_ask_fit
fits_refusal(const struct sb_ask *ask, const struct sb_wire_line *line, enum sb_casemap casemap)
{
	if (!is_refused(ask, line, casemap))
		return SB_FIT_NONE;
	return may_go_on(ask, line->verb) ? SB_FIT_MAYBE_REFUSAL : SB_FIT_REFUSAL;
}

enum sb_ask_fit
sb_ask_fits(const struct sb_ask *ask, const struct sb_wire_line *line, enum sb_casemap casemap)
{
	const struct sb_ask_pattern *p = ask->pattern;
	const char *code;

	if (sb_ask_is_refusal(line, &code))
		return fits_refusal(ask, line, casemap);
	if (has(p->lines, line->verb) && is_about(ask, line, casemap))
		return SB_FIT_LINE;
	if (has(p->maybe_last, line->verb))
		return SB_FIT_MAYBE_LAST;
	if (has(p->last, line->verb) && names_at(ask, line, p->ends_at, casemap))
		return SB_FIT_LAST;
	return SB_FIT_NONE;
}

bool
sb_ask_is_refusal(const struct sb_wire_line *line, const char **ret_code)
{
	const char *verb = line->verb;
	bool is_numeric = *verb >= '0' && *verb <= '9';

	*ret_code = verb;
	if (!strcmp(verb, "FAIL"))
		*ret_code = line->params[1];
	return !strcmp(verb, "FAIL") || !strcmp(verb, "263") || !strcmp(verb, "723")
	       || (is_numeric && (*verb == '4' || *verb == '5') && strcmp(verb, "569") != 0);
}
