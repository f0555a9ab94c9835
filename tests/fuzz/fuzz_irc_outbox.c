/* The queue of lines, told what to do byte by byte: each line that was taken comes out once, those
 * of one target in order, none before its time, and the sums are right. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/irc/outbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TARGETS = 100, IDS = 4 };

#define S INT64_C(1000000000)

struct run {
	struct sb_outbox outbox;
	const struct sb_outbox_model *model;
	int64_t now_ns, timer_ns;
	uint64_t n_put; /* each line carries its number */
	uint64_t last_out[SB_OUTBOX_N_PRIORITIES][TARGETS];
	size_t n_lines, n_bytes, n_of_id[IDS];
	bool is_high;
};

static void
put(struct run *run, const uint8_t *op)
{
	static const char *const verbs[] = { "PRIVMSG #a,#b :", "JOIN ", "@a=b :c NICK ", "" };
	enum sb_outbox_priority priority = op[1] % SB_OUTBOX_N_PRIORITIES;
	char text[600], target[16], filler[256] = "";
	int len, ret;

	(void)snprintf(target, sizeof(target), "t%u", op[2] % TARGETS);
	memset(filler, 'x', op[3]);
	len = snprintf(text, sizeof(text), "%s%llu %s\r\n", verbs[op[1] >> 6],
		(unsigned long long)run->n_put + 1, filler);
	ret = sb_outbox_put(&run->outbox, &(struct sb_outbox_line){ .bytes = { text, (size_t)len },
						  .priority = priority,
						  .target = target,
						  .id = (op[1] >> 4) % IDS });
	sb_assert(!ret || ret == -ENOBUFS);
	if (ret)
		return;
	run->n_put++;
	run->n_lines++;
	run->n_bytes += (size_t)len;
	run->n_of_id[(op[1] >> 4) % IDS]++;
}

/* A line that has come out. */
static void
check_out(struct run *run, const struct sb_outbox_line *line)
{
	const char *text = line->bytes.ptr, *at = strpbrk(text, "0123456789");
	unsigned long target = strtoul(line->target + 1, NULL, 10);
	uint64_t number = strtoull(at, NULL, 10), *last;

	/* Of bulk and at once all are in order; of answers those of a target. */
	last = &run->last_out[line->priority][line->priority == SB_OUTBOX_ANSWER ? target : 0];
	sb_assert(number > *last && number <= run->n_put);
	*last = number;
	run->n_lines--;
	run->n_bytes -= line->bytes.len;
	run->n_of_id[line->id]--;
}

static void
next(struct run *run)
{
	int64_t due_ns = sb_outbox_due_ns(&run->outbox, run->now_ns), out_ns, cost_ns, window_ns;
	struct sb_outbox_line line;

	sb_assert(due_ns >= run->now_ns);
	if (!sb_outbox_next(&run->outbox, run->now_ns, &line)) {
		sb_assert(due_ns > run->now_ns && (run->n_lines > 0) == (due_ns < INT64_MAX));
		return;
	}
	sb_assert(due_ns == run->now_ns);
	check_out(run, &line);
	cost_ns = sb_outbox_cost_ns(run->model, line.bytes);
	out_ns = run->timer_ns > run->now_ns ? run->timer_ns - run->now_ns : 0;
	window_ns = run->model->window_ns;
	if (line.priority == SB_OUTBOX_BULK)
		window_ns -= run->model->reserve_ns;
	sb_assert(line.priority == SB_OUTBOX_AT_ONCE || !out_ns || out_ns + cost_ns <= window_ns);
	run->timer_ns = run->now_ns + out_ns + cost_ns;
}

static void
on_unsent(void *self, const struct sb_outbox_line *line)
{
	check_out(self, line);
}

static void
clear(struct run *run)
{
	sb_outbox_clear(&run->outbox, on_unsent, run);
	sb_assert(!run->n_lines && !run->n_bytes);
	run->timer_ns = 0;
}

/* The lines that are gone have to be counted by what is left: their sizes differ. */
static void
cancel(struct run *run, uint64_t id)
{
	size_t n = sb_outbox_cancel(&run->outbox, id);

	sb_assert(n == run->n_of_id[id]);
	run->n_of_id[id] = 0;
	run->n_lines -= n;
	sb_assert(sb_outbox_n_lines(&run->outbox) == run->n_lines);
	sb_assert(sb_outbox_n_bytes(&run->outbox) <= run->n_bytes);
	run->n_bytes = sb_outbox_n_bytes(&run->outbox);
}

static void
set_model(struct run *run, uint8_t choice)
{
	static const char *const names[] = { "default", "gentle", "none", "ngircd", "solanum",
		"hybrid", "unrealircd", "inspircd", "ergo" };

	run->model = sb_outbox_model(names[choice % (sizeof(names) / sizeof(names[0]))]);
	sb_outbox_set_model(&run->outbox, run->model);
	if (!run->model->window_ns)
		run->timer_ns = 0;
}

static void
check(struct run *run)
{
	enum sb_outbox_level level = sb_outbox_crossed(&run->outbox);
	int p;

	sb_assert(sb_outbox_n_lines(&run->outbox) == run->n_lines);
	sb_assert(sb_outbox_n_bytes(&run->outbox) == run->n_bytes);
	for (p = 0; p < SB_OUTBOX_N_PRIORITIES; p++)
		sb_assert(sb_outbox_wait_ns(&run->outbox, run->now_ns, p) >= 0);
	if (level == SB_OUTBOX_SAME)
		return;
	sb_assert(run->is_high == (level == SB_OUTBOX_FELL));
	run->is_high = !run->is_high;
}

static void
do_one(struct run *run, const uint8_t *op)
{
	switch (op[0] % 16) {
	case 0:
		clear(run);
		break;
	case 1:
		cancel(run, 1 + op[1] % (IDS - 1));
		break;
	case 2:
		set_model(run, op[1]);
		break;
	case 3:
		sb_outbox_hold(&run->outbox, run->now_ns, op[1] * S);
		if (run->timer_ns < run->now_ns + op[1] * S + run->model->window_ns)
			run->timer_ns = run->now_ns + op[1] * S + run->model->window_ns;
		break;
	case 4:
	case 5:
		run->now_ns += op[1] * S / 16;
		break;
	case 6:
	case 7:
	case 8:
	case 9:
		next(run);
		break;
	default:
		put(run, op);
		break;
	}
	check(run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run run;
	size_t i;

	if (size < 4)
		return 0;
	memset(&run, 0, sizeof(run));
	run.model = sb_outbox_model("default");
	sb_outbox_init(&run.outbox, run.model,
		(struct sb_outbox_limits){ .lines = 2 + data[0], .bytes = 2048 + data[1] * 64 });
	for (i = 2; i + 4 <= size; i += 4)
		do_one(&run, data + i);
	clear(&run);
	sb_outbox_finish(&run.outbox);
	return 0;
}
