/* Copies of payloads: by sb_signal_copy(), and as they come out of the queues. */

#include "dispatch/later.inc"

static void
two_copies_share_nothing_with_what_they_are_of(void **state)
{
	struct thing thing = { 7 };
	char text[] = "a text", bytes[] = "by\0tes";
	struct test_beta e = {
		.truth = true,
		.whole = INT64_MIN,
		.large = UINT64_MAX,
		.real = -0.5,
		.text = text,
		.bytes = { bytes, sizeof(bytes) },
		.handle = &thing,
	};
	struct test_beta *copy = sb_signal_copy(test_beta_signal(), &e);
	struct test_beta *again = sb_signal_copy(test_beta_signal(), copy);

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memset(bytes, 'x', sizeof(bytes));
	memset(&e, 0xff, sizeof(e));
	sb_signal_free(copy);
	assert_true(again->truth);
	assert_true(again->whole == INT64_MIN);
	assert_true(again->large == UINT64_MAX);
	assert_true(again->real == -0.5);
	assert_string_equal(again->text, "a text");
	assert_int_equal(again->bytes.len, 7);
	assert_memory_equal(again->bytes.ptr, "by\0tes", 7);
	assert_ptr_equal(again->handle, &thing);
	sb_signal_free(again);
	sb_signal_free(NULL);
}

static void
nothing_stays_nothing_and_empty_stays_empty(void **state)
{
	const struct test_beta none = { .text = NULL };
	const struct test_beta empty = { .text = "", .bytes = { "x", 0 } };
	struct test_beta *copy = sb_signal_copy(test_beta_signal(), &none);

	(void)state;
	assert_null(copy->text);
	assert_null(copy->bytes.ptr);
	assert_int_equal(copy->bytes.len, 0);
	assert_null(copy->handle);
	sb_signal_free(copy);
	copy = sb_signal_copy(test_beta_signal(), &empty);
	assert_string_equal(copy->text, "");
	assert_int_equal(copy->bytes.len, 0);
	assert_non_null(copy->bytes.ptr);
	sb_signal_free(copy);
}

static void
one_without_fields_has_a_copy(void **state)
{
	void *copy = sb_signal_copy(later_plain_signal(), &(struct later_plain){ 0 });

	(void)state;
	assert_non_null(copy);
	sb_signal_free(copy);
}

/* Byte number `at` of what is entered k-th. */
static unsigned char
byte_of(size_t k, size_t at)
{
	return (unsigned char)(k * 31 + at * 7 + (at >> 8));
}

/* Lengths on both sides of each bound of the chunks that hold the copies. */
static const size_t lens[] = { 0, 1, 7, 8, 9, 100, 3900, 4000, 4001, 4016, 4017, 4096, 16000, 16384,
	70000, 5, 4000, 4000, 4000, 4000, 4000, 1, 3 << 20, 0 };
enum { N_LENS = sizeof(lens) / sizeof(lens[0]) };

static size_t n_checked;

static void
check_note(void *self, struct thing *from, const struct later_note *e)
{
	size_t k = (size_t)e->value;
	const unsigned char *bytes = e->bytes.ptr;

	(void)self;
	(void)from;
	assert_int_equal(k, n_checked);
	assert_int_equal((uintptr_t)e % sizeof(uint64_t), 0);
	assert_int_equal(e->bytes.len, lens[k]);
	for (size_t at = 0; at < lens[k]; at++)
		if (bytes[at] != byte_of(k, at))
			fail_msg("byte %zu of %zu", at, k);
	assert_true(e->truth == (k % 2 == 0));
	assert_true(e->large == UINT64_MAX - k);
	assert_true(e->real == (double)k / 2);
	if (k % 3)
		assert_string_equal(e->text, k % 3 == 1 ? "" : "one text");
	else
		assert_null(e->text);
	assert_string_equal(e->more, "another");
	n_checked++;
}

static void
enter_note(enum sb_later which, size_t k, char *buf)
{
	char text[] = "one text", more[] = "another";
	struct later_note e = {
		.truth = k % 2 == 0,
		.value = (int64_t)k,
		.large = UINT64_MAX - k,
		.real = (double)k / 2,
		.text = k % 3 == 0   ? NULL
			: k % 3 == 1 ? ""
				     : text,
		.bytes = { buf, lens[k] },
		.more = more,
	};

	for (size_t at = 0; at < lens[k]; at++)
		buf[at] = (char)byte_of(k, at);
	assert_int_equal(which == SB_DEFERRED ? later_note_defer(scene.d, NULL, &e)
					      : later_note_post(scene.mailbox, nobody, &e),
		0);
	memset(text, 'x', sizeof(text) - 1);
	memset(more, 'x', sizeof(more) - 1);
}

/* From where they were, all that was pointed to is gone when they are delivered. */
static void
payloads_of_every_size_come_out_whole(void **state)
{
	char *buf = malloc(4 << 20);

	(void)state;
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(check_note), &scene);
	for (size_t q = 0; q < 2; q++)
		for (size_t turn = 0; turn < 3; turn++) {
			n_checked = 0;
			for (size_t k = 0; k < N_LENS; k++)
				enter_note(both[q], k, buf);
			memset(buf, 'x', 4 << 20);
			assert_int_equal(sb_deliver(scene.d), N_LENS);
			assert_int_equal(n_checked, N_LENS);
		}
	free(buf);
}

static void
check_len(void *self, struct thing *from, const struct later_note *e)
{
	(void)self;
	(void)from;
	for (size_t at = 0; at < e->bytes.len; at++)
		if (((const char *)e->bytes.ptr)[at] != (char)e->value)
			fail_msg("byte %zu of %d", at, (int)e->value);
	n_checked++;
}

/* Chunks are filled to each possible rest. */
static void
payloads_lie_beside_each_other_and_not_in_each_other(void **state)
{
	char bytes[257];

	(void)state;
	sb_disconnect(scene.d, scene.connection);
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(check_len), &scene);
	n_checked = 0;
	sb_set_later(
		scene.d, SB_DEFERRED, (struct sb_later_options){ .size = 30000, .budget = 30000 });
	for (int k = 0; k < 30000; k++) {
		const struct later_note e = {
			.value = k % 128,
			/* The same lengths again in another order, or the rests would be few. */
			.bytes = { bytes, (size_t)(k * (k / 257 + 1) % 257) },
		};

		memset(bytes, k % 128, sizeof(bytes));
		assert_int_equal(later_note_defer(scene.d, NULL, &e), 0);
	}
	assert_int_equal(sb_deliver(scene.d), 30000);
	assert_int_equal(n_checked, 30000);
}

static void
on_carried(void *self, struct thing *from, const struct later_carried *e)
{
	(void)self;
	(void)from;
	write_log(" [%d]", (int)(e->handle - scene.things));
}

static void
a_handle_comes_out_as_it_went_in(void **state)
{
	const struct later_carried e = { .value = 1, .handle = &scene.things[2] };

	(void)state;
	(void)later_carried_connect(scene.d, SB_ANY, SB_HANDLER(on_carried), &scene);
	assert_int_equal(sb_defer(scene.d, later_carried_signal(), NULL, &e), 0);
	assert_int_equal(enter(SB_POSTED, 5), 0);
	assert_string_equal(deliver(2), " 5 [2]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_copies_share_nothing_with_what_they_are_of),
		TEST(nothing_stays_nothing_and_empty_stays_empty),
		TEST(one_without_fields_has_a_copy),
		TEST(payloads_of_every_size_come_out_whole),
		TEST(payloads_lie_beside_each_other_and_not_in_each_other),
		TEST(a_handle_comes_out_as_it_went_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
