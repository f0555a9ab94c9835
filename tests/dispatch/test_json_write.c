/* Payloads as JSON, and back. */

#include <signalbox/json.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/json.inc"
#include "dispatch/signals.inc"

#define N(cases) (sizeof(cases) / sizeof((cases)[0]))

/* ---- Written ---- */

static void
check_written(const struct sb_signal *signal, const void *payload, const char *expected)
{
	struct sb_error error;
	size_t len;
	char *text;

	assert_int_equal(sb_json_write(signal, payload, &text, &len, &error), 0);
	assert_string_equal(text, expected);
	assert_int_equal(len, strlen(text));
	free(text);
}

/* All of test.beta but one, as it is when 0. */
#define BEFORE_REAL "{\"truth\":false,\"whole\":0,\"large\":0,\"real\":"
#define BEFORE_TEXT BEFORE_REAL "0.0,\"text\":"

static void
a_payload_is_an_object_in_the_order_of_the_table(void **state)
{
	const struct test_beta e = { .truth = true,
		.whole = -7,
		.large = 8,
		.real = 0.5,
		.text = "a\"\\/\n\x01\x7f caf\xc3\xa9 \xf0\x9f\x98\x80",
		.bytes = { "x\0y", 3 },
		.handle = &(struct thing){ 1 } };

	(void)state;
	check_written(test_beta_signal(), &e,
		"{\"truth\":true,\"whole\":-7,\"large\":8,\"real\":0.5,"
		"\"text\":\"a\\\"\\\\/\\n\\u0001\x7f caf\xc3\xa9 \xf0\x9f\x98\x80\","
		"\"bytes\":\"x\\u0000y\"}");
	check_written(test_beta_signal(), &(struct test_beta){ .text = NULL },
		BEFORE_TEXT "null,\"bytes\":\"\"}");
	check_written(test_beta_signal(), &(struct test_beta){ .text = "" },
		BEFORE_TEXT "\"\",\"bytes\":\"\"}");
	check_written(other_gamma_signal(), &(struct other_gamma){ true }, "{}");
}

static void
the_length_need_not_be_asked_for(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(
		sb_json_write(other_gamma_signal(), &(struct other_gamma){ 0 }, &text, NULL, NULL),
		0);
	assert_string_equal(text, "{}");
	free(text);
}

static void
numbers_beyond_53_bits_are_strings(void **state)
{
	static const struct {
		int64_t whole;
		uint64_t large;
		const char *text;
	} cases[] = {
		{ 9007199254740991, 9007199254740991,
			"9007199254740991,\"large\":9007199254740991" },
		{ 9007199254740992, 9007199254740992,
			"\"9007199254740992\",\"large\":\"9007199254740992\"" },
		{ -9007199254740991, 0, "-9007199254740991,\"large\":0" },
		{ -9007199254740992, 0, "\"-9007199254740992\",\"large\":0" },
		{ INT64_MAX, UINT64_MAX,
			"\"9223372036854775807\",\"large\":\"18446744073709551615\"" },
		{ INT64_MIN, 1, "\"-9223372036854775808\",\"large\":1" },
	};
	char expected[256];

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		const struct test_beta e = { .whole = cases[k].whole, .large = cases[k].large };

		(void)snprintf(expected, sizeof(expected),
			"{\"truth\":false,\"whole\":%s,\"real\":0.0,\"text\":null,\"bytes\":\"\"}",
			cases[k].text);
		check_written(test_beta_signal(), &e, expected);
	}
}

static void
doubles_have_17_digits_or_a_name(void **state)
{
	static const struct {
		double real;
		const char *text;
	} cases[] = {
		{ 0.1, "0.10000000000000001" },
		{ -0.0, "-0.0" },
		{ 3, "3.0" },
		{ 1e300, "1.0000000000000001e300" },
		{ DBL_MAX, "1.7976931348623157e308" },
		{ 5e-324, "4.9406564584124654e-324" },
		{ (double)INFINITY, "\"inf\"" },
		{ (double)-INFINITY, "\"-inf\"" },
		{ (double)NAN, "\"nan\"" },
		{ (double)-NAN, "\"nan\"" },
	};
	char expected[256];

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		const struct test_beta e = { .real = cases[k].real };

		(void)snprintf(expected, sizeof(expected),
			BEFORE_REAL "%s,\"text\":null,\"bytes\":\"\"}", cases[k].text);
		check_written(test_beta_signal(), &e, expected);
	}
}

static void
what_is_not_utf8_is_base64(void **state)
{
	static const struct {
		struct sb_bytes bytes;
		const char *text;
	} cases[] = {
		{ { "\xff", 1 }, "{\"base64\":\"/w==\"}" },
		{ { "\xff\xfe", 2 }, "{\"base64\":\"//4=\"}" },
		{ { "\xff\xfe\xfd", 3 }, "{\"base64\":\"//79\"}" },
		{ { "\xff\xfe\xfd\xfc", 4 }, "{\"base64\":\"//79/A==\"}" },
		{ { "\xfb\xef\xbe", 3 }, "{\"base64\":\"++++\"}" },
		{ { "foobar\x80", 7 }, "{\"base64\":\"Zm9vYmFygA==\"}" },
		{ { "a\xe2\x82", 3 }, "{\"base64\":\"YeKC\"}" },
		{ { "\xed\xa0\x80", 3 }, "{\"base64\":\"7aCA\"}" },
		{ { "\xc0\x80", 2 }, "{\"base64\":\"wIA=\"}" },
	};
	char expected[256];

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		const struct test_beta e = { .text = cases[k].bytes.ptr, .bytes = cases[k].bytes };

		(void)snprintf(expected, sizeof(expected), BEFORE_TEXT "%s,\"bytes\":%s}",
			cases[k].text, cases[k].text);
		check_written(test_beta_signal(), &e, expected);
	}
}

/* ---- There and back ---- */

static uint64_t
next_random(uint64_t *seed)
{
	*seed += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t x = *seed;

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t
random_number(uint64_t *seed)
{
	static const uint64_t special[] = { 0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN,
		9007199254740991, 9007199254740992, -9007199254740991, -9007199254740992 };
	uint64_t way = next_random(seed);

	return way % 3 == 0 ? special[way / 3 % N(special)] : next_random(seed) >> way % 64;
}

static double
random_double(uint64_t *seed)
{
	static const double special[] = { 0.0, -0.0, DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324,
		DBL_EPSILON, (double)INFINITY, (double)-INFINITY, (double)NAN };
	uint64_t bits = next_random(seed);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return bits % 4 ? value : special[bits / 4 % N(special)];
}

/* Bytes, mostly of one sort; len is less than cap, and they end with a NUL. */
static size_t
random_bytes(uint64_t *seed, bool has_nul, char *buf, size_t cap)
{
	size_t len = next_random(seed) % cap, sort = next_random(seed) % 4, k = 0;

	while (k < len) {
		uint64_t bits = next_random(seed);

		if (sort == 0)
			buf[k++] = (char)(bits % 256);
		else if (sort == 1 && len - k >= 2 && bits % 2)
			k += (size_t)sprintf(buf + k, "\xc3%c", (char)(0x80 | (bits >> 8 & 63)));
		else if (sort == 2)
			buf[k++] = (char)(bits % 128);
		else
			buf[k++] = (char)('a' + bits % 26);
	}
	for (k = 0; k < len && !has_nul; k++)
		buf[k] = buf[k] ? buf[k] : 'z';
	buf[len] = '\0';
	return len;
}

static void
what_is_written_is_read_back_equal(void **state)
{
	uint64_t seed = 1;
	int n_base64 = 0, n_strings = 0;

	(void)state;
	for (int k = 0; k < 10000; k++) {
		char words[40], bytes[40], *text;
		struct test_beta e = { .truth = next_random(&seed) % 2,
			.whole = (int64_t)random_number(&seed),
			.large = random_number(&seed),
			.real = random_double(&seed),
			.handle = NULL };
		struct test_beta *back;
		size_t len;

		(void)random_bytes(&seed, false, words, sizeof(words));
		e.text = next_random(&seed) % 8 ? words : NULL;
		e.bytes =
			(struct sb_bytes){ bytes, random_bytes(&seed, true, bytes, sizeof(bytes)) };
		assert_int_equal(sb_json_write(test_beta_signal(), &e, &text, &len, NULL), 0);
		assert_null(strchr(text, '\n'));
		n_base64 += strstr(text, "base64") != NULL;
		n_strings += strstr(text, "\"whole\":\"") != NULL;
		back = read_as(test_beta_signal(), text, len, 0);
		assert_null(sb_signal_differs(test_beta_signal(), &e, back));
		assert_int_equal(signbit(e.real) && !isnan(e.real), signbit(back->real) != 0);
		sb_signal_free(back);
		free(text);
	}
	assert_true(n_base64 > 1000 && n_strings > 1000);
}

/* ---- The locale ---- */

static void
check_real(const char *text, double expected)
{
	struct test_beta *e = read_as(test_beta_signal(), text, strlen(text), SB_JSON_MISSING);

	assert_true(e->real == expected);
	sb_signal_free(e);
}

/* A locale whose decimal point takes two bytes, and one with a comma are made for this. */
static void
the_locale_does_not_count(void **state)
{
	static const char *const sources[] = { "de_DE", "ps_AF" };
	static const char *const points[] = { ",", "\xd9\xab" };
	char folder[] = "/tmp/test_json_XXXXXX", command[256], printed[32];
	const struct test_beta e = { .real = -1234.5 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(setenv("LOCPATH", folder, 1), 0);
	for (size_t k = 0; k < N(sources); k++) {
		(void)snprintf(command, sizeof(command),
			"localedef -i %s -f UTF-8 %s/%s >%s/log 2>&1", sources[k], folder,
			sources[k], folder);
		assert_int_equal(system(command), 0);
		assert_non_null(setlocale(LC_ALL, sources[k]));
		assert_string_equal(localeconv()->decimal_point, points[k]);
		check_written(test_beta_signal(), &e,
			BEFORE_REAL "-1234.5,\"text\":null,\"bytes\":\"\"}");
		check_real("{\"real\":-1234.5}", -1234.5);
		check_real("{\"real\":\"-1234.5\"}", -1234.5);
		check_real("{\"real\":100000000000000000000}", 1e20);
		(void)sb_field_print(
			sb_signal_field(test_beta_signal(), "real"), &e, printed, sizeof(printed));
		assert_string_equal(printed, "-1234.5");
		/* And is left as it was. */
		assert_string_equal(localeconv()->decimal_point, points[k]);
		assert_non_null(setlocale(LC_ALL, "C"));
	}
	assert_int_equal(unsetenv("LOCPATH"), 0);
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

static void
a_thread_keeps_its_locale(void **state)
{
	locale_t mine = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	(void)state;
	assert_true(mine != (locale_t)0);
	(void)uselocale(mine);
	check_written(other_gamma_signal(), &(struct other_gamma){ true }, "{}");
	assert_true(uselocale((locale_t)0) == mine);
	check_real("{\"real\":-1234.5}", -1234.5);
	assert_true(uselocale((locale_t)0) == mine);
	(void)uselocale(LC_GLOBAL_LOCALE);
	freelocale(mine);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payload_is_an_object_in_the_order_of_the_table),
		cmocka_unit_test(the_length_need_not_be_asked_for),
		cmocka_unit_test(numbers_beyond_53_bits_are_strings),
		cmocka_unit_test(doubles_have_17_digits_or_a_name),
		cmocka_unit_test(what_is_not_utf8_is_base64),
		cmocka_unit_test(what_is_written_is_read_back_equal),
		cmocka_unit_test(the_locale_does_not_count),
		cmocka_unit_test(a_thread_keeps_its_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
