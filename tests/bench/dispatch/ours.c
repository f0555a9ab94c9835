/* The dispatcher as a peer. */

#include "ours.h"

#include <stdlib.h>

#include "bench/measure.h"

const struct test_alpha payload = { .value = 1 };

void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	struct counter *counter = self;

	(void)from;
	counter->n += (uint64_t)e->value;
}

struct sb_dispatcher *
dispatcher_of_signals(void)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);

	if (!d || sb_register(d, &signals_one) < 0 || sb_register(d, &signals_many) < 0)
		exit(1);
	return d;
}

struct ours {
	struct sb_dispatcher *d;
	struct thing *things;
	struct sb_connection *connections;
};

static void *
create(size_t n_objects, size_t n)
{
	struct ours *ours = calloc(1, sizeof(*ours));

	ours->d = dispatcher_of_signals();
	ours->things = calloc(n_objects, sizeof(*ours->things));
	ours->connections = calloc(n + 1, sizeof(*ours->connections));
	return ours;
}

static void
connect_anyone(void *self, struct counter *counters, size_t n)
{
	struct ours *ours = self;

	for (size_t k = 0; k < n; k++)
		ours->connections[k] =
			test_alpha_connect(ours->d, SB_ANY, SB_HANDLER(on_alpha), &counters[k]);
}

static void
connect_senders(void *self, struct counter *counters, size_t n)
{
	struct ours *ours = self;

	for (size_t k = 0; k < n; k++)
		ours->connections[k] = test_alpha_connect(
			ours->d, &ours->things[k], SB_HANDLER(on_alpha), &counters[k]);
}

static void
connect_mixed(void *self, struct counter *counters, size_t n)
{
	struct ours *ours = self;

	for (size_t k = 0; k < n; k++) {
		/* 7919 is prime: each priority comes as often. */
		struct sb_options options = { .priority = (int)(k * 7919 % 1000) };

		ours->connections[k] = test_alpha_connect_with(
			ours->d, SB_ANY, options, SB_HANDLER(on_alpha), &counters[k]);
	}
}

static void
disconnect(void *self, const uint32_t *order, size_t n)
{
	struct ours *ours = self;

	for (size_t k = 0; k < n; k++)
		(void)sb_disconnect(ours->d, ours->connections[order[k]]);
}

static void
emit_times(void *self, size_t times)
{
	const struct ours *ours = self;

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)test_alpha_emit(ours->d, NULL, &payload);
	}
}

static void
emit_each(void *self, const uint32_t *order, size_t n)
{
	const struct ours *ours = self;

	for (size_t k = 0; k < n; k++) {
		BARRIER();
		(void)test_alpha_emit(ours->d, &ours->things[order[k]], &payload);
	}
}

static void
destroy(void *self)
{
	struct ours *ours = self;

	sb_dispatcher_destroy(ours->d);
	free(ours->things);
	free(ours->connections);
	free(ours);
}

const struct peer peer_ours = {
	.name = "ours",
	.create = create,
	.connect = connect_anyone,
	.disconnect = disconnect,
	.emit = emit_times,
	.destroy = destroy,
};

const struct peer peer_ours_senders = {
	.name = "ours",
	.create = create,
	.connect = connect_senders,
	.disconnect = disconnect,
	.emit_each = emit_each,
	.destroy = destroy,
};

const struct peer peer_ours_mixed = {
	.name = "ours",
	.create = create,
	.connect = connect_mixed,
	.disconnect = disconnect,
	.emit = emit_times,
	.destroy = destroy,
};
