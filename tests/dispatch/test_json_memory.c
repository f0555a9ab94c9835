/* Each allocation of the JSON library, and of jansson for it, is made to fail in turn: it is said,
 * and nothing is lost. */

#include <signalbox/json.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <jansson.h>
#include <cmocka.h>

#include "dispatch/failing_memory.inc"
#include "dispatch/signals.inc"

static long n_jansson_blocks; /* of jansson's in use */
static size_t most = SIZE_MAX; /* bytes: what is larger fails */

static void *
jansson_malloc(size_t size)
{
	void *block = size > most || fails_now() ? NULL : malloc(size);

	n_jansson_blocks += block != NULL;
	return block;
}

static void
jansson_free(void *block)
{
	/* jansson never gives back what is none. */
	assert_non_null(block);
	n_jansson_blocks--;
	free(block);
}

static const char text[] =
	"{\"truth\":true,\"whole\":\"-9007199254740993\",\"large\":8,\"real\":\"inf\","
	"\"text\":{\"base64\":\"/w==\"},\"bytes\":\"x\\u0000y\"}";
static const struct test_beta payload = { true, -9007199254740993, 8, 0, "\xff", { "x\0y", 3 },
	NULL };

/* Returns whether anything failed in it. */
static bool
write_once(long n)
{
	struct sb_error error = { .code = 0 };
	struct test_beta e = payload;
	char *written;
	int code;

	e.real = 1 / 0.0;
	has_failed = false;
	n_until_failure = n;
	code = sb_json_write(test_beta_signal(), &e, &written, NULL, &error);
	n_until_failure = -1;
	assert_int_equal(code, has_failed ? -ENOMEM : 0);
	assert_int_equal(error.code, code);
	if (has_failed)
		assert_null(written);
	else
		assert_string_equal(written, text);
	free(written);
	assert_int_equal(n_jansson_blocks, 0);
	return has_failed;
}

static bool
read_once(long n, const char *from, int expected)
{
	struct sb_error error = { .code = 0 };
	void *read;
	int code;

	has_failed = false;
	n_until_failure = n;
	code = sb_json_read(test_beta_signal(), from, strlen(from), SB_JSON_MISSING, &read, &error);
	n_until_failure = -1;
	assert_int_equal(code, has_failed ? -ENOMEM : expected);
	assert_int_equal(error.code, code);
	assert_int_equal(read != NULL, !code);
	if (has_failed)
		assert_string_equal(error.text, "out of memory");
	sb_signal_free(read);
	assert_int_equal(n_jansson_blocks, 0);
	return has_failed;
}

static void
each_allocation_of_a_write_may_fail(void **state)
{
	long n = 0;

	(void)state;
	while (write_once(n))
		n++;
	printf("%ld allocations of a write failed in turn\n", n);
	assert_true(n > 20);
}

/* Without a token of more than 15 bytes, for jansson goes astray when it cannot keep one. */
static void
each_allocation_of_a_read_may_fail(void **state)
{
	static const char *const texts[] = {
		"{\"truth\":true,\"whole\":\"-7\",\"large\":8,\"real\":\"inf\",\"text\":{"
		"\"base64\":"
		"\"/w==\"},\"bytes\":\"x\\u0000y\"}",
		"{\"text\":\"a\",\"real\":0.5}",
	};
	long n = 0, n_all = 0;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		for (n = 0; read_once(n, texts[k], 0); n++)
			continue;
		n_all += n;
	}
	printf("%ld allocations of reads failed in turn\n", n_all);
	assert_true(n_all > 40);
}

/* What an error looks like is not taken for a lack of memory, whatever it ends with. */
static void
an_error_is_none_of_memory(void **state)
{
	static const char *const texts[] = { "{\"text\" \"a\"", "{\"text\":\"a\" \"b\"",
		"{\"text\":\"a", "{\"text\":\"\\x\"", "\"a\"", "{\"text\":\"a\",\"text\"" };

	(void)state;
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		assert_false(read_once(-1, texts[k], -EINVAL));
}

/* What a long token takes is there before jansson begins with it. */
static void
a_long_token_without_memory_is_refused_at_once(void **state)
{
	enum { LEN = 10000 };
	static char from[LEN + 32];
	struct sb_error error;
	void *read;

	(void)state;
	memset(from, 'x', LEN);
	memcpy(from, "{\"text\":\"", 9);
	memcpy(from + LEN, "\"}", 3);
	for (most = 16; most <= 8 * LEN; most += 16) {
		int code = sb_json_read(
			test_beta_signal(), from, strlen(from), SB_JSON_MISSING, &read, &error);

		assert_int_equal(code, most >= 4 * strlen(from) + 64 ? 0 : -ENOMEM);
		if (!code)
			assert_int_equal(strlen(((struct test_beta *)read)->text), LEN - 9);
		sb_signal_free(read);
		assert_int_equal(n_jansson_blocks, 0);
	}
	most = SIZE_MAX;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_of_a_write_may_fail),
		cmocka_unit_test(each_allocation_of_a_read_may_fail),
		cmocka_unit_test(an_error_is_none_of_memory),
		cmocka_unit_test(a_long_token_without_memory_is_refused_at_once),
	};

	json_set_alloc_funcs(jansson_malloc, jansson_free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
