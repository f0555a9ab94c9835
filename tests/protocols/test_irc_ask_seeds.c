/* Requests over many seeds to the small server, with labels and without, while the network does its
 * worst: each is answered exactly once, and by what answers it. */

#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc.h>
#include <signalbox/irc_ask.h>
#include <signalbox/ircd.h>

#define URL "tcp://127.0.0.1:6667"

enum { ASKED_MAX = 400, STEPS = 60, OUTCOMES = 4 };

/* What can be asked, what its last line is, and as what it is refused; NULL for never. */
static const struct question {
	const char *verb, *params[2];
	size_t n;
	const char *last, *code;
} questions[] = {
	{ "WHOIS", { "quoth" }, 1, "318", NULL },
	{ "WHOIS", { "nobody" }, 1, "318", "401" },
	{ "WHO", { "#trains" }, 1, "315", NULL },
	{ "WHO", { "#buses" }, 1, "315", NULL },
	{ "NAMES", { "#trains" }, 1, "366", NULL },
	{ "LIST", { NULL }, 0, "323", NULL },
	{ "MODE", { "#trains" }, 1, "324", "403" },
	{ "MODE", { "#buses", "b" }, 2, "368", "403" },
	{ "MODE", { "#none", "b" }, 2, "368", "403" },
	{ "TOPIC", { "#trains" }, 1, "331", "403" },
	{ "MONITOR", { "L" }, 1, "733", NULL },
	{ "ISON", { "quoth", "nobody" }, 2, "303", NULL },
	{ "USERHOST", { "quoth" }, 1, "302", NULL },
	{ "VERSION", { NULL }, 0, "351", NULL },
	{ "LUSERS", { NULL }, 0, "255", NULL },
	{ "MOTD", { NULL }, 0, "422", "422" },
	{ "LINKS", { NULL }, 0, "365", "421" },
};

enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

struct asked {
	int64_t request;
	const struct question *question;
	bool is_cancelled;
	unsigned n_answers;
};

struct party {
	struct sb_world *world;
	struct sb_ircd *ircd;
	struct sb_irc *irc;
	uint64_t random;
	struct asked asked[ASKED_MAX];
	size_t n_asked;
};

static unsigned long n_outcomes[OUTCOMES], n_cut;

static unsigned
choose(struct party *p, unsigned n)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (unsigned)((p->random >> 11) % n);
}

static void
ask(struct party *p)
{
	const struct question *q = &questions[choose(p, QUESTIONS)];
	struct asked *asked = &p->asked[p->n_asked];

	if (p->n_asked == ASKED_MAX)
		return;
	*asked = (struct asked){ .question = q };
	if (sb_irc_ask(p->irc, q->verb, q->params, q->n, &asked->request) == 0)
		p->n_asked++;
}

static void
cancel(struct party *p)
{
	struct asked *asked;

	if (!p->n_asked)
		return;
	asked = &p->asked[choose(p, (unsigned)p->n_asked)];
	if (!asked->n_answers)
		asked->is_cancelled = true;
	sb_irc_ask_cancel(p->irc, asked->request);
}

static unsigned
read_outcome(const char *text)
{
	static const char *const outcomes[OUTCOMES] = { "done", "failed", "timed out", "lost" };
	unsigned i;

	for (i = 0; strcmp(outcomes[i], text) != 0; i++)
		assert_true(i + 1 < OUTCOMES);
	return i;
}

static bool
names_what_was_asked(const struct question *q, const struct sb_irc_answer_line *last)
{
	return !q->params[0] || strcmp(q->verb, "ISON") == 0 || strcmp(q->verb, "USERHOST") == 0
	       || strcmp(q->verb, "MONITOR") == 0 || !strcmp(last->params.text[1], q->params[0]);
}

/* Where we part a channel that we have left already, we are told so in the same words as who asks
 * for it. */
static bool
is_of_channel(const struct question *q, const char *code)
{
	bool is_asked =
		!strcmp(q->verb, "NAMES") || !strcmp(q->verb, "MODE") || !strcmp(q->verb, "TOPIC");

	return is_asked && (!strcmp(code, "403") || !strcmp(code, "442"));
}

static void
check_answer(const struct question *q, const struct sb_irc_answered *e, unsigned outcome)
{
	size_t n = sb_irc_answer_n_lines(e->answer);
	const struct sb_irc_answer_line *last;

	assert_string_equal(e->verb, q->verb);
	assert_int_equal(outcome == 1, *e->code != '\0');
	assert_int_equal(outcome == 0, *e->text == '\0');
	assert_int_equal(outcome < 2, sb_irc_answer_is_whole(e->answer));
	if (outcome > 1)
		return;
	assert_true(n > 0);
	/* With a label, more may be in the answer than what ends it elsewhere. */
	do
		last = sb_irc_answer_line(e->answer, --n);
	while (n && strcmp(last->verb, q->last) != 0);
	if (outcome == 0)
		assert_string_equal(last->verb, q->last);
	else if (!is_of_channel(q, e->code))
		assert_string_equal(e->code, q->code);
	if (outcome == 0)
		assert_true(names_what_was_asked(q, last));
}

static void
on_answered(void *self, struct sb_irc *from, const struct sb_irc_answered *e)
{
	struct party *p = self;
	unsigned outcome = read_outcome(e->outcome);
	struct asked *asked = NULL;
	size_t i;

	assert_ptr_equal(from, p->irc);
	for (i = 0; i < p->n_asked; i++)
		if (p->asked[i].request == e->request)
			asked = &p->asked[i];
	assert_non_null(asked);
	assert_false(asked->is_cancelled);
	asked->n_answers++;
	n_outcomes[outcome]++;
	check_answer(asked->question, e, outcome);
	if (choose(p, 4) == 0)
		ask(p);
	if (choose(p, 8) == 0)
		cancel(p);
}

static void
make(struct party *p, uint64_t seed, bool has_labels)
{
	static const char *const channels[] = { "#trains", "#buses" };
	static const char *const no_labels[] = { "-labeled-response" };
	struct sb_ircd_options server = { .url = URL };
	struct sb_irc_options client = { .url = URL,
		.nick = "quoth",
		.channels = channels,
		.n_channels = 2,
		.capabilities = no_labels,
		.n_capabilities = has_labels ? 0 : 1,
		.retry_max_ns = 10 * SB_S };

	*p = (struct party){ .random = seed * 2654435761u + 1 };
	p->world = sb_world_create(seed);
	assert_int_equal(
		sb_ircd_create(p->world->d, p->world->r, &server, SB_PLACE, &p->ircd, NULL), 0);
	assert_int_equal(
		sb_irc_create(p->world->d, p->world->r, &client, SB_PLACE, &p->irc, NULL), 0);
	sb_irc_answered_connect(p->world->d, p->irc, on_answered, SB_PLACE, p);
	assert_int_equal(sb_irc_open(p->irc, NULL), 0);
}

static void
act(struct party *p)
{
	static const char *const nicks[] = { "quoth", "Quoth" };

	switch (choose(p, 8)) {
	case 0:
		cancel(p);
		break;
	case 1:
		(void)sb_irc_part(p->irc, "#buses", NULL);
		break;
	case 2:
		(void)sb_irc_join(p->irc, "#buses", NULL);
		break;
	case 3:
		(void)sb_irc_change_nick(p->irc, nicks[0]);
		(void)sb_irc_say(p->irc, "#trains", "meanwhile");
		break;
	default:
		ask(p);
	}
}

static void
check(const struct party *p)
{
	size_t i;

	for (i = 0; i < p->n_asked; i++)
		assert_int_equal(p->asked[i].n_answers, p->asked[i].is_cancelled ? 0 : 1);
}

static void
run(uint64_t seed, bool has_labels)
{
	static const struct sb_weather storm = {
		.latency_min_ns = SB_MS,
		.latency_max_ns = 700 * SB_MS,
		.chops = true,
		.cut_per_million = 2500,
	};
	static const struct sb_weather calm = { 0 };
	struct sb_probe *ends;
	struct party p;
	int i;

	make(&p, seed, has_labels);
	ends = sb_probe_create(p.world->d, "irc.disconnected");
	sb_simulation_set_weather(p.world->sim, &storm);
	(void)sb_simulation_run_for(p.world->sim, 5 * SB_S);
	for (i = 0; i < STEPS; i++) {
		act(&p);
		(void)sb_simulation_run_for(p.world->sim, (int64_t)choose(&p, 1200) * SB_MS);
	}
	sb_simulation_set_weather(p.world->sim, &calm);
	(void)sb_simulation_run_for(p.world->sim, 600 * SB_S);
	check(&p);
	n_cut += sb_probe_count(ends, NULL);
	sb_probe_destroy(ends);
	sb_irc_destroy(p.irc);
	sb_ircd_destroy(p.ircd);
	sb_world_destroy(p.world);
}

static void
run_labelled(void *self, uint64_t seed)
{
	(void)self;
	run(seed, true);
}

static void
run_unlabelled(void *self, uint64_t seed)
{
	(void)self;
	run(seed, false);
}

static void
each_request(void (*fn)(void *, uint64_t))
{
	memset(n_outcomes, 0, sizeof(n_outcomes));
	n_cut = 0;
	sb_testing_each_seed(1, 1000, fn, NULL);
	print_message("%lu done, %lu failed, %lu timed out, %lu lost, over %lu cuts\n",
		n_outcomes[0], n_outcomes[1], n_outcomes[2], n_outcomes[3], n_cut);
	if (getenv("SIGNALBOX_SEED") || getenv("SIGNALBOX_SEEDS"))
		return;
	assert_true(n_outcomes[0] > 5000 && n_outcomes[1] > 1000 && n_outcomes[3] > 100);
	assert_true(n_cut > 300);
}

static void
each_request_with_a_label_is_answered_once(void **state)
{
	(void)state;
	each_request(run_labelled);
}

static void
each_request_without_one_is_answered_once(void **state)
{
	(void)state;
	each_request(run_unlabelled);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(each_request_with_a_label_is_answered_once),
		kit_test_bare(each_request_without_one_is_answered_once),
	};

	return kit_run(tests);
}
