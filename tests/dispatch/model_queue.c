/* The model's queues. */
#include "dispatch/model.h"

#include <signalbox/queue.h>

#include <errno.h>
#include <string.h>

int
model_queue_create(struct model *m, int self, int size, int policy, int high, int low)
{
	if (m->is_destroyed)
		return -1;
	m->queues[m->n_queues] = (struct model_queue){
		.self = self,
		.size = size,
		.policy = policy,
		.high = high,
		.low = low,
		.is_held = true,
		.has_reader = true,
	};
	return m->n_queues++;
}

void
model_queue_release(struct model *m, int queue)
{
	m->queues[queue].is_held = false;
	m->queues[queue].is_closed = true;
}

/* High and low are reached in turn. */
static void
note_level(struct model_queue *q)
{
	if (q->most_waiting < q->n)
		q->most_waiting = q->n;
	if (!q->high)
		return;
	if (q->n_crossed % 2 ? q->n <= q->low : q->n >= q->high)
		q->n_crossed++;
}

static int
take_first(struct model_queue *q)
{
	int item = q->items[0];

	memmove(q->items, q->items + 1, (size_t)--q->n * sizeof(q->items[0]));
	q->n_due -= q->n_due > 0;
	return item;
}

int
model_queue_put(struct model *m, int queue, int item)
{
	struct model_queue *q = &m->queues[queue];
	int oldest;

	if (q->is_closed)
		return -EPIPE;
	if (q->n < q->size) {
		q->items[q->n++] = item;
		note_level(q);
		return 0;
	}
	if (q->policy == SB_REFUSE) {
		q->n_refused++;
		return -ENOBUFS;
	}
	q->n_dropped++;
	if (q->policy == SB_DROP_NEWEST) {
		m->program->dropped(q->self, item);
		return 0;
	}
	oldest = take_first(q);
	q->items[q->n++] = item;
	note_level(q);
	m->program->dropped(q->self, oldest);
	return 0;
}

void
model_queue_done(struct model *m, int queue)
{
	m->queues[queue].is_handling = false;
}

static void
drop_rest_of(struct model *m, struct model_queue *q)
{
	struct model_queue rest = *q;

	q->n = q->n_due = 0;
	note_level(q);
	while (rest.n)
		m->program->dropped(q->self, take_first(&rest));
}

void
model_queue_close(struct model *m, int queue, bool drop_rest)
{
	m->queues[queue].is_closed = true;
	if (drop_rest)
		drop_rest_of(m, &m->queues[queue]);
}

void
model_queue_lose_reader(struct model *m, int queue)
{
	struct model_queue *q = &m->queues[queue];

	q->is_closed = true;
	q->has_reader = false;
	drop_rest_of(m, q);
	q->n_told = q->n_crossed;
}

void
model_queues_begin(struct model *m)
{
	for (int k = 0; k < m->n_queues; k++)
		m->queues[k].n_due = m->queues[k].is_handling ? 0 : m->queues[k].n;
}

static void
tell_marks(struct model *m, struct model_queue *q)
{
	while (!m->is_destroyed && q->n_told != q->n_crossed) {
		m->outside_place = READER;
		m->program->marked(q->self, q->n_told++ % 2 == 0);
		m->outside_place = -1;
	}
}

/* Returns whether the reader has done with it. */
static bool
read_one(struct model *m, struct model_queue *q)
{
	int item = take_first(q);
	bool has_done;

	q->n_handled++;
	q->is_handling = true;
	note_level(q);
	m->reading = (int)(q - m->queues);
	m->outside_place = READER;
	has_done = m->program->read(q->self, item);
	m->outside_place = m->reading = -1;
	if (has_done)
		q->is_handling = false;
	return has_done;
}

void
model_queues_run(struct model *m)
{
	for (int k = 0; k < m->n_queues; k++) {
		struct model_queue *q = &m->queues[k];
		bool goes_on = true;

		tell_marks(m, q);
		while (goes_on && !m->is_destroyed && q->n_due && !q->is_handling) {
			goes_on = read_one(m, q);
			tell_marks(m, q);
		}
	}
}

void
model_queues_unwind(struct model *m)
{
	if (m->reading >= 0)
		m->queues[m->reading].is_handling = false;
	m->reading = -1;
}
