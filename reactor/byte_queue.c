#include <errno.h>
#include <stdlib.h>

#include "private.h"

enum {
	BLOCK_MIN = 4096, /* bytes */
	SPARE_MAX = 256 * 1024, /* a larger block is freed */
};

static int
grow(struct byte_queue *queue, size_t n)
{
	size_t cap = queue->cap > BLOCK_MIN ? queue->cap : BLOCK_MIN;
	unsigned char *ptr;

	if (n > SIZE_MAX / 4 - queue->len)
		return -ENOMEM;
	/* As much again as is copied, so that copying costs a constant for each byte. */
	while (cap < queue->len * 2 + n)
		cap *= 2;
	ptr = malloc(cap);
	if (!ptr)
		return -ENOMEM;
	if (queue->len > 0)
		memcpy(ptr, queue->ptr + queue->start, queue->len);
	free(queue->ptr);
	queue->ptr = ptr;
	queue->start = 0;
	queue->cap = cap;
	return 0;
}

int
sb_byte_queue_reserve(struct byte_queue *queue, struct byte_queue *spare, size_t n)
{
	if (!queue->ptr)
		return spare->cap >= n ? 0 : grow(spare, n);
	if (n <= queue->cap - queue->start - queue->len)
		return 0;
	/* Moving costs at most what was consumed since the last move. */
	if (n <= queue->cap - queue->len && queue->start >= queue->len) {
		memmove(queue->ptr, queue->ptr + queue->start, queue->len);
		queue->start = 0;
		return 0;
	}
	return grow(queue, n);
}

void
sb_byte_queue_push(struct byte_queue *queue, struct byte_queue *spare, const void *ptr, size_t n)
{
	if (!queue->ptr) {
		*queue = *spare;
		memset(spare, 0, sizeof(*spare));
	}
	memcpy(queue->ptr + queue->start + queue->len, ptr, n);
	queue->len += n;
}

void
sb_byte_queue_consume(struct byte_queue *queue, size_t n)
{
	queue->start += n;
	queue->len -= n;
}

void
sb_byte_queue_drop(struct byte_queue *queue, struct byte_queue *spare)
{
	queue->start = 0;
	queue->len = 0;
	if (queue->cap > spare->cap && queue->cap <= SPARE_MAX) {
		struct byte_queue smaller = *spare;

		*spare = *queue;
		*queue = smaller;
	}
	free(queue->ptr);
	memset(queue, 0, sizeof(*queue));
}
