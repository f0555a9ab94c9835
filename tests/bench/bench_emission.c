/* What an emission costs, beside a loop over an array of {fn, self} written by hand: the floor, in
 * the same run, measured in turn with it. Prints a table; ratios are what counts, the machine is
 * noisy. Each figure is the median over ROUNDS of a batch of calls, in ns of this thread's CPU
 * time. */

#include <signalbox/dispatcher.h>
#include <signalbox/observer.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <uthash.h>

#include "dispatch/signals.inc"

enum { ROUNDS = 41, MOST_RECEIVERS = 1000, SENDERS = 10000, MANY = 1000000 };

/* Keeps the compiler from seeing through a batch. */
#define BARRIER() __asm__ volatile("" ::: "memory")

struct counter {
	uint64_t n;
};

/* The floor: what a program would write without a dispatcher. */
struct plain {
	void (*fn)(void *self, struct thing *from, const struct test_alpha *e);
	void *self;
};

struct pair {
	struct {
		uint64_t number;
		const void *sender;
	} key;
	struct plain plain;
	UT_hash_handle hh;
};

static struct counter *counters;
static const struct test_alpha payload = { .value = 1 };

static double
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), by_value);
	return values[ROUNDS / 2];
}

static __attribute__((noinline)) void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	struct counter *counter = self;

	(void)from;
	counter->n += (uint64_t)e->value;
}

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *e)
{
	struct counter *counter = self;

	(void)from;
	(void)signal;
	(void)e;
	counter->n++;
}

static __attribute__((noinline)) int
plain_emit(const struct plain *receivers, size_t n, struct thing *from, const struct test_alpha *e)
{
	for (size_t k = 0; k < n; k++)
		receivers[k].fn(receivers[k].self, from, e);
	return (int)n;
}

static void
row(const char *what, double floor_ns, double ours_ns)
{
	if (floor_ns > 0)
		printf("%-44s %9.1f %9.1f %7.2fx\n", what, floor_ns, ours_ns, ours_ns / floor_ns);
	else
		printf("%-44s %9s %9.1f\n", what, "", ours_ns);
}

static struct sb_dispatcher *
dispatcher(void)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);

	if (!d || sb_register(d, &signals_one) < 0)
		exit(1);
	return d;
}

static void
bench_receivers(size_t n)
{
	struct sb_dispatcher *d = dispatcher();
	struct plain *plain = calloc(n + 1, sizeof(*plain));
	int batch = n > 100 ? 2000 : 200000 / (int)(n + 4);
	double floor_ns[ROUNDS], ours_ns[ROUNDS];
	char what[64];

	for (size_t k = 0; k < n; k++) {
		plain[k] = (struct plain){ on_alpha, &counters[k] };
		test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[k]);
	}
	for (int r = 0; r < ROUNDS; r++) {
		double start = now_ns();

		for (int k = 0; k < batch; k++) {
			BARRIER();
			(void)plain_emit(plain, n, NULL, &payload);
		}
		floor_ns[r] = (now_ns() - start) / batch;
		start = now_ns();
		for (int k = 0; k < batch; k++) {
			BARRIER();
			(void)test_alpha_emit(d, NULL, &payload);
		}
		ours_ns[r] = (now_ns() - start) / batch;
	}
	(void)snprintf(what, sizeof(what), "emit to %zu, beside a plain loop", n);
	row(what, median(floor_ns), median(ours_ns));
	free(plain);
	sb_dispatcher_destroy(d);
}

static void
bench_senders(void)
{
	struct sb_dispatcher *d = dispatcher();
	struct pair *pairs = calloc(SENDERS, sizeof(*pairs)), *table = NULL;
	double floor_ns[ROUNDS], ours_ns[ROUNDS];

	for (size_t k = 0; k < SENDERS; k++) {
		pairs[k].key.number = 1;
		pairs[k].key.sender = &counters[k];
		pairs[k].plain = (struct plain){ on_alpha, &counters[k] };
		HASH_ADD(hh, table, key, sizeof(pairs[k].key), &pairs[k]);
		test_alpha_connect(d, (struct thing *)(void *)&counters[k], SB_HANDLER(on_alpha),
			&counters[k]);
	}
	for (int r = 0; r < ROUNDS; r++) {
		double start = now_ns();

		for (size_t k = 0, at = 0; k < SENDERS; k++, at = (at + 7919) % SENDERS) {
			struct pair key, *found;

			BARRIER();
			key.key.number = 1;
			key.key.sender = &counters[at];
			HASH_FIND(hh, table, &key.key, sizeof(key.key), found);
			found->plain.fn(found->plain.self, NULL, &payload);
		}
		floor_ns[r] = (now_ns() - start) / SENDERS;
		start = now_ns();
		for (size_t k = 0, at = 0; k < SENDERS; k++, at = (at + 7919) % SENDERS) {
			BARRIER();
			(void)test_alpha_emit(d, (struct thing *)(void *)&counters[at], &payload);
		}
		ours_ns[r] = (now_ns() - start) / SENDERS;
	}
	row("one of 10 000 senders, beside uthash and a call", median(floor_ns), median(ours_ns));
	HASH_CLEAR(hh, table);
	free(pairs);
	sb_dispatcher_destroy(d);
}

static double
time_emits(struct sb_dispatcher *d, struct thing *from, bool by_name)
{
	enum { BATCH = 20000 };
	static const char *const volatile name = "test.alpha";
	double ns[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double start = now_ns();

		for (int k = 0; k < BATCH; k++) {
			BARRIER();
			if (by_name)
				(void)sb_emit(d, sb_find(d, name), from, &payload);
			else
				(void)test_alpha_emit(d, from, &payload);
		}
		ns[r] = (now_ns() - start) / BATCH;
	}
	return median(ns);
}

static void
see_emission(void *self, const struct sb_emission *emission)
{
	struct counter *counter = self;

	counter->n += emission->number;
}

static void
see_call(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	struct counter *counter = self;

	(void)receiver;
	counter->n += emission->number;
}

static void
bench_kinds(void)
{
	static const struct sb_observer observer = { .emission_began = see_emission,
		.call_began = see_call };
	struct sb_dispatcher *d = dispatcher();
	struct thing thing = { 1 };

	test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[0]);
	row("by name to 1", 0, time_emits(d, NULL, true));
	if (sb_observe(d, &observer, SB_PLACE, &counters[2]) < 0)
		exit(1);
	row("to 1, observed", 0, time_emits(d, NULL, false));
	(void)sb_unobserve(d, &observer, &counters[2]);
	sb_pattern_connect(d, "test.*", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_any), &counters[1]);
	row("to 1 and 1 by pattern", 0, time_emits(d, NULL, false));
	sb_dispatcher_destroy(d);
	d = dispatcher();
	for (int k = 0; k < 4; k++) {
		test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[k]);
		test_alpha_connect(d, &thing, SB_HANDLER(on_alpha), &counters[4 + k]);
	}
	row("4 of anyone's merged with 4 of the sender's", 0, time_emits(d, &thing, false));
	sb_dispatcher_destroy(d);
}

static void
bench_connections(size_t n, const char *what)
{
	struct sb_dispatcher *d = dispatcher();
	struct sb_connection *c = calloc(n, sizeof(*c));
	double start = now_ns(), connected;

	for (size_t k = 0; k < n; k++)
		c[k] = test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[k]);
	connected = now_ns();
	for (size_t k = 0; k < n; k++)
		(void)sb_disconnect(d, c[k]);
	row(what, 0, (now_ns() - start) / (double)n);
	printf("    of which connecting %.1f\n", (connected - start) / (double)n);
	free(c);
	sb_dispatcher_destroy(d);
}

int
main(void)
{
	static const size_t n_receivers[] = { 0, 1, 2, 8, 64, MOST_RECEIVERS };

	counters = calloc(MANY, sizeof(*counters));
	if (!counters)
		return 1;
	printf("%-44s %9s %9s %8s\n", "ns each", "floor", "ours", "ratio");
	for (size_t k = 0; k < sizeof(n_receivers) / sizeof(n_receivers[0]); k++)
		bench_receivers(n_receivers[k]);
	bench_senders();
	bench_kinds();
	bench_connections(1000, "connect and disconnect a thousand");
	bench_connections(MANY, "connect and disconnect a million");
	free(counters);
	return 0;
}
