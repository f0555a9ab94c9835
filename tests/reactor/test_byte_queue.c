/* The queue of bytes to be written, against a plain array; and its spare block. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reactor/private.h"

enum { CAP = 1 << 20 };

static void
queue_is_a_plain_array_that_forgets_its_front(void **state)
{
	unsigned char *model = malloc(CAP);
	struct byte_queue queue = { 0 }, spare = { 0 };
	size_t begin = 0, end = 0, n;
	uint64_t x = 1;
	int i;

	(void)state;
	assert_non_null(model);
	for (n = 0; n < CAP; n++)
		model[n] = (unsigned char)(n * 7 + n / 253);
	for (i = 0; i < 3000; i++) {
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		n = (size_t)(x >> 40) % (i % 100 == 0 ? 20000 : 500);
		if (n <= CAP - end && x >> 63) {
			assert_int_equal(sb_byte_queue_reserve(&queue, &spare, n), 0);
			sb_byte_queue_push(&queue, &spare, model + end, n);
			end += n;
		} else {
			n = n < end - begin ? n : end - begin;
			sb_byte_queue_consume(&queue, n);
			begin += n;
		}
		assert_int_equal(queue.len, end - begin);
		if (queue.len > 0)
			assert_memory_equal(queue.ptr + queue.start, model + begin, queue.len);
	}
	assert_true(end > CAP / 4);
	sb_byte_queue_drop(&queue, &spare);
	free(spare.ptr);
	free(model);
}

static void
block_is_passed_on_and_not_made_anew(void **state)
{
	struct byte_queue a = { 0 }, b = { 0 }, spare = { 0 };
	unsigned char *block;

	(void)state;
	assert_int_equal(sb_byte_queue_reserve(&a, &spare, 100), 0);
	/* Reserving leaves it the reactor's: a write that goes out at once takes no block. */
	assert_null(a.ptr);
	block = spare.ptr;
	sb_byte_queue_push(&a, &spare, "hello", 5);
	assert_ptr_equal(a.ptr, block);
	assert_null(spare.ptr);
	sb_byte_queue_drop(&a, &spare);
	assert_null(a.ptr);
	assert_ptr_equal(spare.ptr, block);
	assert_int_equal(sb_byte_queue_reserve(&b, &spare, 5), 0);
	sb_byte_queue_push(&b, &spare, "world", 5);
	assert_ptr_equal(b.ptr, block);
	sb_byte_queue_drop(&b, &spare);
	free(spare.ptr);
}

static void
impossible_size_is_out_of_memory_and_changes_nothing(void **state)
{
	struct byte_queue queue = { 0 }, spare = { 0 };

	(void)state;
	assert_int_equal(sb_byte_queue_reserve(&queue, &spare, 5), 0);
	sb_byte_queue_push(&queue, &spare, "hello", 5);
	assert_int_equal(sb_byte_queue_reserve(&queue, &spare, SIZE_MAX / 2), -ENOMEM);
	assert_int_equal(queue.len, 5);
	assert_memory_equal(queue.ptr + queue.start, "hello", 5);
	sb_byte_queue_drop(&queue, &spare);
	free(spare.ptr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queue_is_a_plain_array_that_forgets_its_front),
		cmocka_unit_test(block_is_passed_on_and_not_made_anew),
		cmocka_unit_test(impossible_size_is_out_of_memory_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
