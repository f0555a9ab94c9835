/* What was asked, and a server that says anything: byte by byte it is asked, sent, cancelled, time
 * passes, and lines come. Each request is over once, unless it was cancelled before; what is kept is
 * within bounds; and what is said of an answer can be read. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/irc/asks.h"
#include "protocols/irc/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NUMBERS = 512 };

#define S INT64_C(1000000000)

struct run {
	struct sb_asks asks;
	int64_t now_ns;
	int64_t queued[NUMBERS]; /* not sent yet */
	size_t n_queued;
	bool is_open[NUMBERS]; /* asked, and neither over nor cancelled */
	size_t n_open, n_over;
};

struct input {
	const char *at;
	size_t len;
};

/* The text up to the next newline, which stays where it is. */
static struct sb_bytes
next_text(struct input *in)
{
	const char *end = memchr(in->at, '\n', in->len);
	struct sb_bytes text = { in->at, end ? (size_t)(end - in->at) : in->len };

	in->at += text.len + (end != NULL);
	in->len -= text.len + (end != NULL);
	return text;
}

static void
check_rows(const struct sb_irc_answer *answer)
{
	size_t n_who = 0, n_listed = 0, n_banned = 0, i, n = sb_irc_answer_n_lines(answer);
	struct sb_irc_listed listed;
	struct sb_irc_banned banned;
	struct sb_irc_whois whois;
	struct sb_irc_who who;

	sb_assert(n <= SB_ANSWER_LINES_MAX && answer->n_bytes <= SB_ANSWER_BYTES_MAX);
	while (sb_irc_answer_who(answer, n_who, &who))
		n_who++;
	while (sb_irc_answer_listed(answer, n_listed, &listed))
		n_listed++;
	while (sb_irc_answer_banned(answer, n_banned, &banned))
		n_banned++;
	for (i = 0; i < n; i++) {
		const struct sb_irc_answer_line *line = sb_irc_answer_line(answer, i);
		const char *verb = line->verb;

		n_who -= !strcmp(verb, "352");
		n_listed -= !strcmp(verb, "322");
		n_banned -= !strcmp(verb, "346") || !strcmp(verb, "348") || !strcmp(verb, "367")
			    || !strcmp(verb, "728");
		sb_assert(line->params.n <= SB_WIRE_PARAMS_MAX);
	}
	sb_assert(!n_who && !n_listed && !n_banned);
	if (sb_irc_answer_whois(answer, &whois))
		sb_assert(whois.nick && whois.user && whois.host && whois.idle_s >= -1);
}

static void
take_over(struct run *run)
{
	struct sb_ask *ask;

	while ((ask = sb_asks_take_over(&run->asks))) {
		sb_assert(ask->number < NUMBERS && run->is_open[ask->number]);
		run->is_open[ask->number] = false;
		run->n_open--;
		run->n_over++;
		sb_assert(
			strlen(ask->text) < SB_ASK_TEXT_CAP && strlen(ask->code) < SB_ASK_CODE_CAP);
		sb_assert(ask->outcome == SB_ASK_FAILED || !*ask->code);
		check_rows(&ask->answer);
		sb_ask_destroy(ask);
	}
}

/* Words are parameters. */
static void
ask(struct run *run, struct sb_bytes text, bool has_label, bool is_own)
{
	char copy[256], *at = copy, *word;
	const char *params[SB_WIRE_PARAMS_MAX + 1] = { NULL };
	size_t n = 0, len = text.len < sizeof(copy) ? text.len : sizeof(copy) - 1;
	int64_t number = 0;
	int error = 0;

	memcpy(copy, text.ptr, len);
	copy[len] = '\0';
	while (n < SB_WIRE_PARAMS_MAX && (word = strsep(&at, " ")))
		params[n++] = word;
	if (run->asks.last_number + 1 >= NUMBERS)
		return;
	if (is_own)
		number = sb_asks_add_own(&run->asks, params[0], params + 1, n - 1);
	else
		error = sb_asks_add(&run->asks,
			&(struct sb_wire_out){
				.verb = params[0], .params = params + 1, .n_params = n - 1 },
			has_label, &number);
	if (error || !number)
		return;
	if (is_own) {
		run->queued[run->n_queued++] = number;
		return;
	}
	run->is_open[number] = true;
	run->n_open++;
}

static void
send_next(struct run *run)
{
	struct sb_bytes line;
	int64_t number;

	while (sb_asks_next(&run->asks, &number, &line)) {
		sb_assert(line.len > 2 && line.len <= SB_WIRE_MAX + 2 * SB_ASK_LABEL_CAP);
		run->queued[run->n_queued++] = number;
	}
}

static void
receive(struct run *run, struct sb_bytes text)
{
	static const struct sb_bytes key = { "label", 5 };
	static char values[SB_WIRE_TAGS_MAX + 1];
	struct sb_words keys;
	const char *label = NULL, *why;
	static struct sb_wire_line line;
	bool is_inherited = text.len && *(const char *)text.ptr == '~';

	if (is_inherited)
		text = (struct sb_bytes){ (const char *)text.ptr + 1, text.len - 1 };
	if (sb_wire_parse(text, &line, &why))
		return;
	sb_words_init(&keys, &key, 1);
	sb_wire_tags_pick((struct sb_bytes){ line.tags, line.tags_len }, &keys, values, &label);
	sb_asks_take(&run->asks, &line, label, label && !is_inherited, run->now_ns);
}

static void
do_one(struct run *run, struct input *in)
{
	struct sb_bytes text = next_text(in);
	const char *op = text.ptr;
	struct sb_bytes rest = { op + 1, text.len ? text.len - 1 : 0 };
	int64_t number;

	if (!text.len)
		return;
	number = rest.len ? (uint8_t)op[1] - '0' : 0;
	switch (*op) {
	case '?':
	case '@':
	case '#':
		ask(run, rest, *op == '@', *op == '#');
		break;
	case '>':
		if (run->n_queued)
			sb_asks_sent(&run->asks, run->queued[--run->n_queued], run->now_ns);
		break;
	case '!':
		if (run->n_queued)
			sb_asks_fail(&run->asks, run->queued[--run->n_queued], "why");
		break;
	case '-':
		if (number > 0 && run->is_open[number]) {
			(void)sb_asks_cancel(&run->asks, number);
			run->is_open[number] = false;
			run->n_open--;
		}
		break;
	case '+':
		run->now_ns += number * S;
		sb_asks_expire(&run->asks, run->now_ns);
		break;
	case '.':
		sb_asks_lose(&run->asks, "lost");
		break;
	default:
		receive(run, text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run run;
	struct input in = { (const char *)data, size };

	memset(&run, 0, sizeof(run));
	while (in.len) {
		do_one(&run, &in);
		send_next(&run);
		/* Some of them are seen only later. */
		if (in.len % 2)
			take_over(&run);
		sb_assert(run.asks.n <= SB_ASKS_MAX && run.asks.n_own <= SB_ASKS_OWN_MAX);
		sb_assert((sb_asks_due_ns(&run.asks) < INT64_MAX) <= (run.asks.n > 0));
	}
	sb_asks_lose(&run.asks, "the end");
	take_over(&run);
	sb_assert(!run.n_open && !run.asks.n && !run.asks.n_own && !run.asks.first);
	sb_asks_clear(&run.asks);
	return 0;
}
