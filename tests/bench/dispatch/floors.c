/* The floors, what a program would write without a dispatcher. */

#include "floors.h"

#include <stdlib.h>
#include <uthash.h>

#include "bench/measure.h"
#include "ours.h"

struct array {
	struct plain *receivers;
	size_t n;
};

static void *
array_create(size_t n_objects, size_t n)
{
	struct array *array = calloc(1, sizeof(*array));

	(void)n_objects;
	array->receivers = calloc(n + 1, sizeof(*array->receivers));
	return array;
}

static void
array_connect(void *self, struct counter *counters, size_t n)
{
	struct array *array = self;

	for (size_t k = 0; k < n; k++)
		array->receivers[array->n++] = (struct plain){ on_alpha, &counters[k] };
}

static void
array_emit_times(void *self, size_t times)
{
	const struct array *array = self;

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)array_emit(array->receivers, array->n, NULL, &payload);
	}
}

/* The floor of an emission that nobody hears. */
static __attribute__((noinline)) int
empty_call(const struct array *array, const struct test_alpha *e)
{
	__asm__ volatile("" : : "r"(array), "r"(e));
	return 0;
}

static void
empty_times(void *self, size_t times)
{
	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)empty_call(self, &payload);
	}
}

static void
array_destroy(void *self)
{
	struct array *array = self;

	free(array->receivers);
	free(array);
}

const struct peer peer_array = {
	.name = "floor",
	.create = array_create,
	.connect = array_connect,
	.emit = array_emit_times,
	.destroy = array_destroy,
};

const struct peer peer_empty = {
	.name = "floor",
	.create = array_create,
	.connect = array_connect,
	.emit = empty_times,
	.destroy = array_destroy,
};

struct pair {
	struct {
		uint64_t number;
		const void *object;
	} key;
	struct plain plain;
	UT_hash_handle hh;
};

struct table {
	struct pair *pairs, *head;
	struct thing *things; /* the objects */
};

static void *
table_create(size_t n_objects, size_t n)
{
	struct table *table = calloc(1, sizeof(*table));

	(void)n_objects;
	table->pairs = calloc(n, sizeof(*table->pairs));
	table->things = calloc(n, sizeof(*table->things));
	return table;
}

static void
table_connect(void *self, struct counter *counters, size_t n)
{
	struct table *table = self;

	for (size_t k = 0; k < n; k++) {
		struct pair *pair = &table->pairs[k];

		pair->key.number = 1;
		pair->key.object = &table->things[k];
		pair->plain = (struct plain){ on_alpha, &counters[k] };
		HASH_ADD(hh, table->head, key, sizeof(pair->key), pair);
	}
}

static void
table_disconnect(void *self, const uint32_t *order, size_t n)
{
	struct table *table = self;

	for (size_t k = 0; k < n; k++)
		HASH_DEL(table->head, &table->pairs[order[k]]);
}

static void
table_emit_each(void *self, const uint32_t *order, size_t n)
{
	const struct table *table = self;

	for (size_t k = 0; k < n; k++) {
		struct pair key, *found;

		BARRIER();
		key.key.number = 1;
		key.key.object = &table->things[order[k]];
		HASH_FIND(hh, table->head, &key.key, sizeof(key.key), found);
		found->plain.fn(found->plain.self, NULL, &payload);
	}
}

static void
table_destroy(void *self)
{
	struct table *table = self;

	HASH_CLEAR(hh, table->head);
	free(table->pairs);
	free(table->things);
	free(table);
}

const struct peer peer_uthash = {
	.name = "floor",
	.create = table_create,
	.connect = table_connect,
	.disconnect = table_disconnect,
	.emit_each = table_emit_each,
	.destroy = table_destroy,
};
