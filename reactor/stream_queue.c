#include <errno.h>
#include <stdlib.h>

#include "stream.h"

/* What is queued lies in the stream's queue, which is there only while there is something. The
 * reactor keeps one for whoever needs one next, so that this seldom allocates. */

int
sb_stream_reserve(struct stream *s, size_t n)
{
	struct sb_reactor *r = s->origin->reactor;

	if (!s->queue && !r->spare_queue)
		r->spare_queue = calloc(1, sizeof(*r->spare_queue));
	if (!s->queue && !r->spare_queue)
		return -ENOMEM;
	return sb_byte_queue_reserve(s->queue ? s->queue : r->spare_queue, &r->spare, n);
}

void
sb_stream_enqueue(struct stream *s, const void *ptr, size_t n)
{
	struct sb_reactor *r = s->origin->reactor;

	if (!s->queue) {
		s->queue = r->spare_queue;
		r->spare_queue = NULL;
		sb_stream_note_taken(s);
	}
	sb_byte_queue_push(s->queue, &r->spare, ptr, n);
}

void
sb_stream_drop_queue(struct stream *s)
{
	struct sb_reactor *r = s->origin->reactor;

	if (!s->queue)
		return;
	sb_byte_queue_drop(s->queue, &r->spare);
	if (r->spare_queue)
		free(s->queue);
	else
		r->spare_queue = s->queue;
	s->queue = NULL;
}
