/* What was missed is fetched: whole, once, and not for ever; by the rules alone. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "protocols/irc/history.h"

#include <signalbox/testing.h>

#define MAP SB_CASEMAP_RFC1459

enum { LOG_MAX = 400, STEPS = 300, PAGE = 5 };

struct message {
	int64_t time_ms;
	bool has_msgid;
	unsigned n_told;
};

struct model {
	struct sb_history h;
	struct message log[LOG_MAX];
	size_t n;
	bool is_on;
	uint64_t seed;
};

static unsigned
draw(struct model *model, unsigned below)
{
	model->seed = model->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(model->seed >> 33) % below;
}

static const char *
msgid_of(const struct model *model, size_t i, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "m%zu", i);
	return model->log[i].has_msgid ? buf : NULL;
}

static uint64_t
key_of(const struct model *model, size_t i)
{
	char msgid[32], text[32];

	(void)snprintf(text, sizeof(text), "text %zu", i);
	return sb_history_key(
		msgid_of(model, i, msgid, sizeof(msgid)), model->log[i].time_ms, "bob", text);
}

/* Two may be said in the same millisecond. */
static void
say(struct model *model)
{
	size_t i = model->n;
	char msgid[32];

	if (i == LOG_MAX)
		return;
	model->log[i].time_ms = 1000 + (int64_t)(i / 2) * 7;
	model->log[i].has_msgid = draw(model, 2);
	model->n++;
	if (!model->is_on)
		return;
	sb_history_said(&model->h, MAP, "#C", msgid_of(model, i, msgid, sizeof(msgid)),
		model->log[i].time_ms, key_of(model, i));
	model->log[i].n_told++;
}

/* The first that stands behind what a request names. */
static size_t
first_after(const struct model *model, const char *from)
{
	unsigned h, m, s, ms;
	int64_t time_ms;
	size_t i;

	if (!strncmp(from, "msgid=m", 7))
		return (size_t)strtoul(from + 7, NULL, 10) + 1;
	assert_int_equal(sscanf(from, "timestamp=1970-01-01T%2u:%2u:%2u.%3uZ", &h, &m, &s, &ms), 4);
	time_ms = (int64_t)((h * 60 + m) * 60 + s) * 1000 + ms;
	for (i = 0; i < model->n && model->log[i].time_ms <= time_ms; i++)
		;
	return i;
}

/* Answers a request, perhaps not to its end; people go on talking meanwhile. False when the
 * connection was lost. */
static bool
answer(struct model *model, const struct sb_history_request *request, bool *ret_is_done)
{
	size_t i = first_after(model, request->from), n;
	unsigned page = sb_history_page_begin(&model->h, MAP, "chathistory", "#c");
	struct sb_history_result result;
	char msgid[32];

	assert_true(sb_history_is_page(&model->h, page));
	assert_int_equal(sb_history_page_begin(&model->h, MAP, "chathistory", "#c"), 0);
	for (n = 0; n < request->limit && i < model->n; n++, i++) {
		if (!draw(model, 40))
			return false;
		if (!draw(model, 4))
			say(model);
		model->log[i].n_told +=
			sb_history_take(&model->h, msgid_of(model, i, msgid, sizeof(msgid)),
				model->log[i].time_ms, key_of(model, i), true);
	}
	*ret_is_done = sb_history_page_end(&model->h, &result);
	if (*ret_is_done)
		assert_true(result.is_whole);
	return true;
}

/* Catches up, unless the connection is lost. */
static bool
catch_up(struct model *model)
{
	const char *reftypes = draw(model, 2) ? "msgid,timestamp" : NULL;
	struct sb_history_request request;
	bool is_done = false;

	sb_history_joined(&model->h, MAP, "#c", 1000 + (int64_t)(model->n / 2) * 7);
	while (!is_done) {
		if (!sb_history_next(&model->h, 0, PAGE, reftypes, &request))
			return true;
		assert_int_equal(request.fetch, SB_HISTORY_AFTER);
		assert_false(sb_history_next(&model->h, 0, PAGE, reftypes, &request));
		if (!answer(model, &request, &is_done))
			return false;
	}
	return true;
}

static void
lose(struct model *model)
{
	sb_history_end(&model->h);
	model->is_on = false;
}

static void
run_model(uint64_t seed)
{
	static struct model model;
	size_t i;

	memset(&model, 0, sizeof(model));
	model.seed = seed;
	sb_history_init(&model.h);
	model.is_on = true;
	(void)catch_up(&model);
	for (i = 0; i < STEPS; i++) {
		if (draw(&model, 12)) {
			say(&model);
		} else if (model.is_on) {
			lose(&model);
		} else {
			model.is_on = true;
			if (!catch_up(&model))
				lose(&model);
		}
	}
	model.is_on = true;
	while (!catch_up(&model))
		sb_history_end(&model.h);
	for (i = 0; i < model.n; i++)
		if (model.log[i].n_told != 1)
			sb_testing_fail(SB_PLACE, "seed %llu: message %zu of %zu was told %u times",
				(unsigned long long)seed, i, model.n, model.log[i].n_told);
	sb_history_finish(&model.h);
}

static void
each_message_is_told_once_whatever_is_lost(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 2000; seed++)
		run_model(seed);
}

/* A server that always has something more. */
static void
a_thousand_are_enough(void **state)
{
	struct sb_history h;
	struct sb_history_request request;
	struct sb_history_result result;
	int64_t n = 0;
	bool is_done = false;

	(void)state;
	sb_history_init(&h);
	sb_history_joined(&h, MAP, "#c", 5000);
	sb_history_joined(&h, MAP, "#c", 5000);
	while (!is_done) {
		assert_true(sb_history_next(&h, 0, UINT32_MAX, NULL, &request));
		assert_int_equal(request.limit, SB_HISTORY_PAGE);
		assert_true(sb_history_page_begin(&h, MAP, "chathistory", "#C"));
		for (uint32_t i = 0; i < request.limit; i++, n++)
			assert_true(sb_history_take(&h, NULL, 5000 + n,
				sb_history_key(NULL, 5000 + n, "b", "x"), true));
		is_done = sb_history_page_end(&h, &result);
	}
	assert_int_equal(n, SB_HISTORY_MAX);
	assert_int_equal(result.n_messages, SB_HISTORY_MAX);
	assert_false(result.is_whole);
	assert_false(sb_history_next(&h, 0, 50, NULL, &request));
	sb_history_finish(&h);
}

/* One that says the same for ever. */
static void
what_brings_nothing_new_ends(void **state)
{
	struct sb_history h;
	struct sb_history_request request;
	struct sb_history_result result;
	unsigned n_pages = 0;
	bool is_done = false;

	(void)state;
	sb_history_init(&h);
	sb_history_joined(&h, MAP, "#c", 5000);
	sb_history_joined(&h, MAP, "#c", 5000);
	for (; !is_done; n_pages++) {
		assert_true(sb_history_next(&h, 0, 1, NULL, &request));
		assert_true(sb_history_page_begin(&h, MAP, "chathistory", "#c"));
		(void)sb_history_take(&h, "m", 5000, sb_history_key("m", 5000, "b", "x"), true);
		is_done = sb_history_page_end(&h, &result);
	}
	assert_int_equal(n_pages, 3);
	assert_int_equal(result.n_messages, 1);
	assert_false(result.is_whole);
	sb_history_finish(&h);
}

static void
what_is_remembered_is_bounded(void **state)
{
	struct sb_history h;
	char name[300];
	int i;

	(void)state;
	sb_history_init(&h);
	for (i = 0; i < 2 * SB_HISTORY_TARGETS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "#%d", i);
		sb_history_joined(&h, MAP, name, 1);
	}
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX);
	sb_history_left(&h, MAP, "#0");
	sb_history_left(&h, MAP, "#none");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	sb_history_joined(&h, MAP, name, 1);
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX - 1);
	sb_history_renamed(&h, MAP, "#1", "#2");
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX - 2);
	sb_history_renamed(&h, MAP, "#2", name);
	assert_string_equal(h.targets[0].name, "#2");
	for (i = 0; i < 2 * SB_HISTORY_PEERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		sb_history_peer(&h, MAP, name);
	}
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX);
	sb_history_end(&h);
	assert_int_equal(h.n, SB_HISTORY_TARGETS_MAX - 2);
	sb_history_finish(&h);
}

/* What is fetched may be left, or renamed, in the midst. */
static void
what_is_left_is_fetched_no_more(void **state)
{
	struct sb_history h;
	struct sb_history_request request;
	unsigned page;
	int i;

	(void)state;
	sb_history_init(&h);
	for (i = 0; i < 2; i++) {
		sb_history_joined(&h, MAP, "#a", 1);
		sb_history_joined(&h, MAP, "#b", 1);
		sb_history_joined(&h, MAP, "#c", 1);
	}
	assert_true(sb_history_next(&h, 0, 50, NULL, &request));
	assert_string_equal(request.target, "#a");
	page = sb_history_page_begin(&h, MAP, "chathistory", "#a");
	sb_history_left(&h, MAP, "#A");
	assert_false(sb_history_is_page(&h, page));
	assert_true(sb_history_next(&h, 0, 50, NULL, &request));
	assert_string_equal(request.target, "#b");
	assert_false(sb_history_is_page(&h, page));
	sb_history_renamed(&h, MAP, "#b", "#d");
	assert_int_equal(sb_history_page_begin(&h, MAP, "chathistory", "#b"), 0);
	assert_true(sb_history_page_begin(&h, MAP, "chathistory", "#d"));
	sb_history_finish(&h);
}

/* Who wrote to us alone is asked for from where we were sure of all. */
static void
private_messages_are_due_until_they_are_fetched(void **state)
{
	struct sb_history h;
	struct sb_history_request request;
	struct sb_history_result result;
	int64_t second;

	(void)state;
	sb_history_init(&h);
	sb_history_joined(&h, MAP, "#a", 20000);
	for (second = 40; second < 70; second += 10) {
		/* It is cut off: before it is asked for, meanwhile, with somebody found. */
		sb_history_private(&h);
		sb_history_said(&h, MAP, "al", NULL, second * 1000, (uint64_t)second);
		if (second > 40)
			assert_true(sb_history_next(&h, 0, 50, NULL, &request));
		if (second > 50) {
			assert_string_equal(request.from, "timestamp=1970-01-01T00:00:10.000Z");
			sb_history_peer(&h, MAP, "bob");
			assert_false(sb_history_page_end(&h, &result));
			assert_true(sb_history_next(&h, 0, 50, NULL, &request));
			assert_string_equal(request.target, "bob");
		}
		sb_history_end(&h);
	}
	sb_history_private(&h);
	assert_true(sb_history_next(&h, 0, 50, NULL, &request));
	assert_string_equal(request.from, "timestamp=1970-01-01T00:00:10.000Z");
	assert_false(sb_history_page_end(&h, &result));
	assert_false(sb_history_next(&h, 0, 50, NULL, &request));
	sb_history_end(&h);
	sb_history_private(&h);
	assert_true(sb_history_next(&h, 0, 50, NULL, &request));
	assert_string_equal(request.from, "timestamp=1970-01-01T00:00:50.000Z");
	sb_history_finish(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(each_message_is_told_once_whatever_is_lost),
		kit_test_bare(a_thousand_are_enough),
		kit_test_bare(what_brings_nothing_new_ends),
		kit_test_bare(what_is_remembered_is_bounded),
		kit_test_bare(what_is_left_is_fetched_no_more),
		kit_test_bare(private_messages_are_due_until_they_are_fetched),
	};

	return kit_run(tests);
}
