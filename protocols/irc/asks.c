#include "asks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No other client's; a server gives back what we say. */
#define LABEL "ask-"

/* ---- The list ---- */

static struct sb_ask **
find(struct sb_asks *asks, int64_t number)
{
	struct sb_ask **at = &asks->first;

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

static void
append(struct sb_asks *asks, struct sb_ask *ask)
{
	struct sb_ask **at = &asks->first;

	while (*at)
		at = &(*at)->next;
	*at = ask;
	ask->next = NULL;
	asks->n += !ask->is_own;
	asks->n_own += ask->is_own;
}

static struct sb_ask *
take_out(struct sb_asks *asks, struct sb_ask **at)
{
	struct sb_ask *ask = *at;

	*at = ask->next;
	asks->n -= !ask->is_own;
	asks->n_own -= ask->is_own;
	return ask;
}

static void
drop(struct sb_asks *asks, struct sb_ask *ask)
{
	sb_ask_destroy(take_out(asks, find(asks, ask->number)));
}

/* A password may be in its line (REGISTER). */
void
sb_ask_destroy(struct sb_ask *ask)
{
	sb_answer_clear(&ask->answer);
	if (ask->line.len)
		explicit_bzero((char *)(uintptr_t)ask->line.ptr, ask->line.len);
	free(ask);
}

void
sb_asks_clear(struct sb_asks *asks)
{
	while (asks->first)
		sb_ask_destroy(take_out(asks, &asks->first));
}

/* ---- Asking ---- */

static size_t
size_of(const char *text_or_null)
{
	return text_or_null ? strlen(text_or_null) + 1 : 0;
}

/* Letters of ASCII. */
static void
capitalize(char *text)
{
	for (; *text; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}

static struct sb_ask *
create(struct sb_asks *asks, const char *verb, const char *target_or_null, struct sb_bytes line)
{
	size_t verb_size = size_of(verb), target_size = size_of(target_or_null);
	struct sb_ask *ask = malloc(sizeof(*ask) + verb_size + target_size + line.len);
	char *text;

	if (!ask)
		return NULL;
	text = (char *)(ask + 1);
	*ask = (struct sb_ask){ .number = asks->last_number + 1, .verb = text };
	memcpy(text, verb, verb_size);
	capitalize(text);
	if (target_or_null)
		ask->target = memcpy(text + verb_size, target_or_null, target_size);
	text += verb_size + target_size;
	if (line.len)
		ask->line = (struct sb_bytes){ memcpy(text, line.ptr, line.len), line.len };
	asks->last_number++;
	return ask;
}

static int
build(const struct sb_wire_out *out, int64_t number, bool has_label, char *buf, size_t cap)
{
	struct sb_wire_out labelled = *out;
	char tags[SB_ASK_LABEL_CAP + sizeof("label=")];

	if (!has_label)
		return sb_wire_build(out, buf, cap);
	(void)snprintf(tags, sizeof(tags), "label=" LABEL "%" PRId64, number);
	labelled.tags = tags;
	return sb_wire_build(&labelled, buf, cap);
}

int
sb_asks_add(
	struct sb_asks *asks, const struct sb_wire_out *out, bool has_label, int64_t *ret_number)
{
	char line[SB_WIRE_MAX + 2 * SB_ASK_LABEL_CAP];
	int len = build(out, asks->last_number + 1, has_label, line, sizeof(line));
	const struct sb_ask_pattern *pattern = NULL;
	const char *target = NULL;
	struct sb_ask *ask;

	if (len < 0)
		return len;
	if (!has_label)
		pattern = sb_ask_pattern(out->verb, out->params, out->n_params, false, &target);
	if (!has_label && !pattern)
		return -EOPNOTSUPP;
	if (asks->n >= SB_ASKS_MAX)
		return -EAGAIN;
	ask = create(asks, out->verb, target, (struct sb_bytes){ line, (size_t)len });
	explicit_bzero(line, (size_t)len);
	if (!ask)
		return -ENOMEM;
	ask->pattern = pattern;
	append(asks, ask);
	*ret_number = ask->number;
	return 0;
}

int64_t
sb_asks_add_own(struct sb_asks *asks, const char *verb, const char *const *params, size_t n_params)
{
	const struct sb_wire_out out = { .verb = verb, .params = params, .n_params = n_params };
	const char *target = NULL;
	const struct sb_ask_pattern *pattern =
		sb_ask_pattern(verb, params, n_params, true, &target);
	struct sb_ask *ask = NULL;
	char line[SB_WIRE_MAX + 1];
	int len;

	if (pattern && asks->n_own < SB_ASKS_OWN_MAX) {
		/* One that is too long is known by all but that. */
		len = build(&out, 0, false, line, sizeof(line));
		ask = create(
			asks, verb, target, (struct sb_bytes){ line, len > 0 ? (size_t)len : 0 });
		explicit_bzero(line, sizeof(line));
	}
	if (!ask)
		return 0;
	ask->pattern = pattern;
	ask->is_own = true;
	ask->state = SB_ASK_QUEUED;
	append(asks, ask);
	return ask->number;
}

/* Whether another one has to be over before. */
static bool
has_to_wait(const struct sb_asks *asks, const struct sb_ask *ask)
{
	const struct sb_ask *other;

	for (other = asks->first; other; other = other->next)
		if ((other->state == SB_ASK_QUEUED || other->state == SB_ASK_SENT) && !other->is_own
			&& sb_ask_pattern_excludes(other->pattern, ask->pattern))
			return true;
	return false;
}

bool
sb_asks_next(struct sb_asks *asks, int64_t *ret_number, struct sb_bytes *ret_line)
{
	struct sb_ask **at, *ask;

	for (at = &asks->first; *at; at = &(*at)->next)
		if ((*at)->state == SB_ASK_WAITING && !has_to_wait(asks, *at))
			break;
	if (!*at)
		return false;
	ask = take_out(asks, at);
	ask->state = SB_ASK_QUEUED;
	append(asks, ask);
	*ret_number = ask->number;
	*ret_line = ask->line;
	return true;
}

void
sb_asks_sent(struct sb_asks *asks, int64_t number, int64_t now_ns)
{
	struct sb_ask *ask = *find(asks, number);

	if (!ask || ask->state != SB_ASK_QUEUED)
		return;
	ask->state = SB_ASK_SENT;
	ask->deadline_ns = now_ns + SB_ASK_DEADLINE_NS;
}

/* ---- Ends ---- */

static void
copy_cut(char *buf, size_t cap, const char *text)
{
	size_t len = sb_wire_cut(text, strlen(text), cap - 1);

	memcpy(buf, text, len);
	buf[len] = '\0';
}

/* It may be gone afterwards. */
static void
finish(struct sb_asks *asks, struct sb_ask *ask, enum sb_ask_outcome outcome, const char *text)
{
	if (ask->is_own || ask->is_cancelled) {
		drop(asks, ask);
		return;
	}
	ask->state = SB_ASK_OVER;
	ask->outcome = outcome;
	if (outcome != SB_ASK_FAILED)
		ask->code[0] = '\0';
	copy_cut(ask->text, sizeof(ask->text), text);
}

/* The server has said all. */
static void
end(struct sb_asks *asks, struct sb_ask *ask)
{
	char text[SB_ASK_TEXT_CAP];

	memcpy(text, ask->text, sizeof(text));
	ask->answer.is_ended = true;
	finish(asks, ask, ask->is_refused ? SB_ASK_FAILED : SB_ASK_DONE, text);
}

void
sb_asks_fail(struct sb_asks *asks, int64_t number, const char *why)
{
	struct sb_ask *ask = *find(asks, number);

	if (ask && ask->state == SB_ASK_QUEUED)
		finish(asks, ask, SB_ASK_FAILED, why);
}

static void
expire(struct sb_asks *asks, struct sb_ask *ask)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "nothing came of it for %d s",
		(int)(SB_ASK_DEADLINE_NS / 1000000000));
	if (ask->is_ending)
		end(asks, ask);
	else
		finish(asks, ask, SB_ASK_TIMED_OUT, text);
}

void
sb_asks_expire(struct sb_asks *asks, int64_t now_ns)
{
	struct sb_ask *ask, *next;

	for (ask = asks->first; ask; ask = next) {
		next = ask->next;
		if (ask->state == SB_ASK_SENT && ask->deadline_ns <= now_ns)
			expire(asks, ask);
	}
}

int64_t
sb_asks_due_ns(const struct sb_asks *asks)
{
	const struct sb_ask *ask;
	int64_t due_ns = INT64_MAX;

	for (ask = asks->first; ask; ask = ask->next) {
		if (ask->state == SB_ASK_OVER)
			return INT64_MIN;
		/* One of the client's own is nobody's concern: it goes when others are looked at. */
		if (ask->state == SB_ASK_SENT && !ask->is_own && ask->deadline_ns < due_ns)
			due_ns = ask->deadline_ns;
	}
	return due_ns;
}

void
sb_asks_lose(struct sb_asks *asks, const char *why)
{
	struct sb_ask *ask, *next;

	for (ask = asks->first; ask; ask = next) {
		next = ask->next;
		if (ask->is_ending && ask->state == SB_ASK_SENT)
			end(asks, ask);
		else if (ask->state != SB_ASK_OVER)
			finish(asks, ask, SB_ASK_LOST, why);
	}
}

struct sb_ask *
sb_asks_take_over(struct sb_asks *asks)
{
	struct sb_ask **at;

	for (at = &asks->first; *at; at = &(*at)->next)
		if ((*at)->state == SB_ASK_OVER)
			return take_out(asks, at);
	return NULL;
}

bool
sb_asks_cancel(struct sb_asks *asks, int64_t number)
{
	struct sb_ask *ask = *find(asks, number);
	bool is_queued;

	if (!ask || ask->is_own)
		return false;
	/* Its answer comes all the same, and must not be taken for another's. */
	if (ask->state == SB_ASK_SENT && ask->pattern) {
		ask->is_cancelled = true;
		sb_answer_clear(&ask->answer);
		return false;
	}
	is_queued = ask->state == SB_ASK_QUEUED;
	drop(asks, ask);
	return is_queued;
}

/* ---- What the server says ---- */

static void
keep(struct sb_ask *ask, const struct sb_wire_line *line, int64_t now_ns)
{
	if (!ask->is_own && !ask->is_cancelled)
		sb_answer_add(&ask->answer, line);
	ask->deadline_ns = now_ns + (ask->is_ending ? SB_ASK_GRACE_NS : SB_ASK_DEADLINE_NS);
}

/* The first refusal says why. */
static void
refuse(struct sb_ask *ask, const struct sb_wire_line *line)
{
	const char *code;

	if (ask->is_refused || !sb_ask_is_refusal(line, &code))
		return;
	ask->is_refused = true;
	copy_cut(ask->code, sizeof(ask->code), code);
	copy_cut(ask->text, sizeof(ask->text),
		line->n_params ? line->params[line->n_params - 1] : "");
}

static void
take_fitting(struct sb_asks *asks, struct sb_ask *ask, const struct sb_wire_line *line,
	enum sb_ask_fit fit, int64_t now_ns)
{
	if (fit == SB_FIT_REFUSAL || fit == SB_FIT_MAYBE_REFUSAL)
		refuse(ask, line);
	ask->is_ending |= fit == SB_FIT_MAYBE_LAST || fit == SB_FIT_MAYBE_REFUSAL;
	keep(ask, line, now_ns);
	if (fit == SB_FIT_LAST || fit == SB_FIT_REFUSAL)
		end(asks, ask);
}

/* Answers are numerics, or one of a few commands. */
static bool
may_answer(const char *verb)
{
	switch (*verb) {
	case 'F':
		return !strcmp(verb, "FAIL");
	case 'J':
		return !strcmp(verb, "JOIN");
	case 'R':
		return !strcmp(verb, "REGISTER");
	case 'V':
		return !strcmp(verb, "VERIFY");
	default:
		return *verb >= '0' && *verb <= '9';
	}
}

/* One of the client's own has no timer: it is over when it would be looked at. */
static bool
is_forgotten(const struct sb_ask *ask, int64_t now_ns)
{
	return ask->is_own && ask->deadline_ns <= now_ns;
}

bool
sb_asks_awaits(const struct sb_asks *asks, int64_t number, int64_t now_ns)
{
	const struct sb_ask *ask;

	for (ask = asks->first; ask; ask = ask->next)
		if (ask->number == number)
			return ask->state == SB_ASK_QUEUED
			       || (ask->state == SB_ASK_SENT && !is_forgotten(ask, now_ns));
	return false;
}

static bool
take_by_pattern(struct sb_asks *asks, const struct sb_wire_line *line, int64_t now_ns)
{
	struct sb_ask *ask;
	enum sb_ask_fit fit;
	bool is_own;

	if (!may_answer(line->verb))
		return false;
	for (ask = asks->first; ask; ask = ask->next) {
		if (ask->state != SB_ASK_SENT || !ask->pattern || is_forgotten(ask, now_ns))
			continue;
		fit = sb_ask_fits(ask, line, asks->casemap);
		if (fit == SB_FIT_NONE)
			continue;
		is_own = ask->is_own;
		take_fitting(asks, ask, line, fit, now_ns);
		return !is_own;
	}
	return false;
}

static struct sb_ask *
find_labelled(struct sb_asks *asks, const char *label)
{
	char ours[SB_ASK_LABEL_CAP];
	struct sb_ask *ask;

	if (strncmp(label, LABEL, strlen(LABEL)) != 0)
		return NULL;
	for (ask = asks->first; ask; ask = ask->next) {
		if (ask->state != SB_ASK_SENT || ask->pattern)
			continue;
		(void)snprintf(ours, sizeof(ours), LABEL "%" PRId64, ask->number);
		if (!strcmp(ours, label))
			return ask;
	}
	return NULL;
}

/* The batch is an answer, and no line of it; one in it is neither. */
static void
begin_batch(struct sb_ask *ask, const char *reference, bool is_labelled, int64_t now_ns)
{
	ask->deadline_ns = now_ns + SB_ASK_DEADLINE_NS;
	if (is_labelled && strlen(reference) < sizeof(ask->batch))
		memcpy(ask->batch, reference, strlen(reference) + 1);
}

static bool
end_batch(struct sb_asks *asks, const char *reference)
{
	struct sb_ask *ask;

	for (ask = asks->first; ask; ask = ask->next) {
		if (ask->state != SB_ASK_SENT || !*ask->batch || strcmp(ask->batch, reference) != 0)
			continue;
		end(asks, ask);
		return true;
	}
	return false;
}

static bool
take_labelled(struct sb_asks *asks, const struct sb_wire_line *line, const char *label,
	bool is_labelled, int64_t now_ns)
{
	struct sb_ask *ask = find_labelled(asks, label);

	if (!ask)
		return false;
	if (!strcmp(line->verb, "BATCH")) {
		if (*line->params[0] == '+')
			begin_batch(ask, line->params[0] + 1, is_labelled, now_ns);
		return true;
	}
	refuse(ask, line);
	/* An ACK says that there is nothing to say. */
	if (!is_labelled || strcmp(line->verb, "ACK") != 0)
		keep(ask, line, now_ns);
	/* One that is not in a batch is all there is. */
	if (is_labelled)
		end(asks, ask);
	return true;
}

bool
sb_asks_take(struct sb_asks *asks, const struct sb_wire_line *line, const char *label_or_null,
	bool is_labelled, int64_t now_ns)
{
	if (*line->verb == 'B' && !strcmp(line->verb, "BATCH") && *line->params[0] == '-')
		return end_batch(asks, line->params[0] + 1);
	if (label_or_null)
		return take_labelled(asks, line, label_or_null, is_labelled, now_ns);
	return take_by_pattern(asks, line, now_ns);
}
