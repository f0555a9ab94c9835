/* Payloads as JSON and back. */

#include <signalbox/json.h>

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/signals.inc"

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

/* ---- Read ---- */

static void *
read_as(const struct sb_signal *signal, const char *text, size_t len, unsigned flags)
{
	/* Memory of just that size, so that reading past its end is noticed. */
	char *exact = malloc(len ? len : 1);
	struct sb_error error;
	void *payload;
	int code;

	assert_non_null(exact);
	memcpy(exact, text, len);
	code = sb_json_read(signal, exact, len, flags, &payload, &error);
	free(exact);
	if (code)
		print_error("%s\n", error.text);
	assert_int_equal(code, 0);
	return payload;
}

static void
check_read(const char *text, const struct test_beta *expected)
{
	struct test_beta *e =
		read_as(test_beta_signal(), text, strlen(text), SB_JSON_MISSING | SB_JSON_UNKNOWN);
	const struct sb_field *field = sb_signal_differs(test_beta_signal(), e, expected);

	if (field)
		print_error("%s: %s\n", text, field->name);
	assert_null(field);
	assert_int_equal(signbit(e->real), signbit(expected->real));
	sb_signal_free(e);
}

static void
an_object_is_a_payload_whatever_its_order_and_space(void **state)
{
	static const char text[] =
		" {\t\"bytes\" : \"x\\u0000y\" ,\r\n\"text\":\"\\u00e9\\ud83d\\ude00\","
		"\"real\":-1.5e3,\"large\":8,\"whole\":-7,\"truth\":true} \n";
	const struct test_beta expected = { true, -7, 8, -1500, "\xc3\xa9\xf0\x9f\x98\x80",
		{ "x\0y", 3 }, NULL };
	void *payload = read_as(test_beta_signal(), text, strlen(text), 0);

	(void)state;
	assert_null(sb_signal_differs(test_beta_signal(), payload, &expected));
	sb_signal_free(payload);
	sb_signal_free(read_as(other_gamma_signal(), "{}", 2, 0));
}

static void
each_kind_is_read(void **state)
{
	static const struct {
		const char *text;
		struct test_beta expected;
	} cases[] = {
		{ "{\"truth\":true}", { .truth = true } },
		{ "{\"truth\":false}", { .truth = false } },
		{ "{\"whole\":-0}", { .whole = 0 } },
		{ "{\"whole\":9223372036854775807}", { .whole = INT64_MAX } },
		{ "{\"whole\":-9223372036854775808}", { .whole = INT64_MIN } },
		{ "{\"whole\":\"9223372036854775807\"}", { .whole = INT64_MAX } },
		{ "{\"whole\":\"-9223372036854775808\"}", { .whole = INT64_MIN } },
		{ "{\"whole\":9007199254740993}", { .whole = 9007199254740993 } },
		{ "{\"large\":18446744073709551615}", { .large = UINT64_MAX } },
		{ "{\"large\":\"18446744073709551615\"}", { .large = UINT64_MAX } },
		{ "{\"large\":\"-0\"}", { .large = 0 } },
		{ "{\"real\":3}", { .real = 3 } },
		{ "{\"real\":-0.0}", { .real = -0.0 } },
		{ "{\"real\":100000000000000000000}", { .real = 1e20 } },
		{ "{\"real\":\"0.1\"}", { .real = 0.1 } },
		{ "{\"real\":\"-1E+2\"}", { .real = -100 } },
		{ "{\"real\":1e-999}", { .real = 0 } },
		{ "{\"real\":\"inf\"}", { .real = (double)INFINITY } },
		{ "{\"real\":\"-inf\"}", { .real = (double)-INFINITY } },
		{ "{\"real\":\"nan\"}", { .real = (double)NAN } },
		{ "{\"text\":null}", { .text = NULL } },
		{ "{\"text\":\"\"}", { .text = "" } },
		{ "{\"text\":{\"base64\":\"\"}}", { .text = "" } },
		{ "{\"text\":{\"base64\":\"/w==\"}}", { .text = "\xff" } },
		{ "{\"\\u0074ext\":\"a\"}", { .text = "a" } },
		{ "{\"bytes\":{\"base64\":\"AP8A\"}}", { .bytes = { "\0\xff\0", 3 } } },
		{ "{\"handle\":null}", { .handle = NULL } },
		{ "{}", { .handle = NULL } },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
		check_read(cases[k].text, &cases[k].expected);
}

static void
members_that_are_no_fields_are_passed_over_when_asked(void **state)
{
	const struct test_beta expected = { .whole = 9007199254740993, .text = "t" };

	(void)state;
	check_read("{\"x\":{\"whole\":1,\"a\":[{\"whole\":[2]},\"}\\\"]\"]},\"text\":\"t\","
		   "\"y\":[[],{},\"\\\\\",1.5],\"z\":\"{\",\"whole\":9007199254740993,\"\":0}",
		&expected);
}

static void
a_payload_is_one_block_that_outlives_the_text(void **state)
{
	char text[] = "{\"text\":\"abc\",\"bytes\":{\"base64\":\"/w==\"},\"value\":1}";
	struct test_beta *e =
		read_as(test_beta_signal(), text, strlen(text), SB_JSON_MISSING | SB_JSON_UNKNOWN);
	const char *block = (const char *)e;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_string_equal(e->text, "abc");
	assert_true(e->text >= block && e->text < block + sizeof(*e) + 32);
	assert_true((const char *)e->bytes.ptr >= block
		    && (const char *)e->bytes.ptr < block + sizeof(*e) + 32);
	sb_signal_free(e);
}

/* ---- Refused ---- */

static void
check_refused(const char *text, size_t len, unsigned flags, const char *expected)
{
	struct sb_error error = { .code = 0 };
	char *exact = malloc(len ? len : 1);
	void *payload = &error;

	assert_non_null(exact);
	memcpy(exact, text, len);
	assert_int_equal(
		sb_json_read(test_beta_signal(), exact, len, flags, &payload, &error), -EINVAL);
	assert_int_equal(error.code, -EINVAL);
	assert_string_equal(error.text, expected);
	assert_null(payload);
	assert_int_equal(
		sb_json_read(test_beta_signal(), exact, len, flags, &payload, NULL), -EINVAL);
	free(exact);
}

struct refused {
	const char *text, *expected;
};

static void
check_all_refused(const struct refused *cases, size_t n)
{
	for (size_t k = 0; k < n; k++)
		check_refused(
			cases[k].text, strlen(cases[k].text), SB_JSON_MISSING, cases[k].expected);
}

#define N(cases) (sizeof(cases) / sizeof((cases)[0]))
#define BOOL_IS "where true or false would be right"
#define INT64_IS                                                                                   \
	"where a whole number from -9223372036854775808 to 9223372036854775807 would be right"
#define UINT64_IS "where a whole number from 0 to 18446744073709551615 would be right"
#define DOUBLE_IS "where a number of a double's range, \"inf\", \"-inf\" or \"nan\" would be right"
#define TEXT_IS "where null, or a string or {\"base64\": \"...\"} without a NUL would be right"
#define BYTES_IS "where a string or {\"base64\": \"...\"} would be right"

static void
a_value_of_a_wrong_type_is_shown_with_what_would_be_right(void **state)
{
	static const struct refused cases[] = {
		{ "{\"truth\":1}", "test.beta: \"truth\" has 1, " BOOL_IS },
		{ "{\"truth\":\"true\"}", "test.beta: \"truth\" has \"true\", " BOOL_IS },
		{ "{\"truth\":null}", "test.beta: \"truth\" has null, " BOOL_IS },
		{ "{\"whole\":true}", "test.beta: \"whole\" has true, " INT64_IS },
		{ "{\"whole\":null}", "test.beta: \"whole\" has null, " INT64_IS },
		{ "{\"whole\":[1]}", "test.beta: \"whole\" has [1], " INT64_IS },
		{ "{\"whole\":\"\"}", "test.beta: \"whole\" has \"\", " INT64_IS },
		{ "{\"whole\":\"-\"}", "test.beta: \"whole\" has \"-\", " INT64_IS },
		{ "{\"whole\":\"+1\"}", "test.beta: \"whole\" has \"+1\", " INT64_IS },
		{ "{\"whole\":\" 1\"}", "test.beta: \"whole\" has \" 1\", " INT64_IS },
		{ "{\"whole\":\"1\\u0000\"}", "test.beta: \"whole\" has \"1\\u0000\", " INT64_IS },
		{ "{\"whole\":1.0}", "test.beta: \"whole\" has 1.0, " INT64_IS },
		{ "{\"large\":1e2}", "test.beta: \"large\" has 1e2, " UINT64_IS },
		{ "{\"large\":{}}", "test.beta: \"large\" has {}, " UINT64_IS },
		{ "{\"real\":false}", "test.beta: \"real\" has false, " DOUBLE_IS },
		{ "{\"real\":null}", "test.beta: \"real\" has null, " DOUBLE_IS },
		{ "{\"real\":\"NaN\"}", "test.beta: \"real\" has \"NaN\", " DOUBLE_IS },
		{ "{\"real\":\"0x1p3\"}", "test.beta: \"real\" has \"0x1p3\", " DOUBLE_IS },
		{ "{\"real\":\"1.\"}", "test.beta: \"real\" has \"1.\", " DOUBLE_IS },
		{ "{\"real\":\".5\"}", "test.beta: \"real\" has \".5\", " DOUBLE_IS },
		{ "{\"real\":\"1e\"}", "test.beta: \"real\" has \"1e\", " DOUBLE_IS },
		{ "{\"real\":\"01\"}", "test.beta: \"real\" has \"01\", " DOUBLE_IS },
		{ "{\"real\":\"infinity\"}", "test.beta: \"real\" has \"infinity\", " DOUBLE_IS },
		{ "{\"real\":\"1\\u0000\"}", "test.beta: \"real\" has \"1\\u0000\", " DOUBLE_IS },
		{ "{\"text\":5}", "test.beta: \"text\" has 5, " TEXT_IS },
		{ "{\"text\":123456789012345678901234567890}",
			"test.beta: \"text\" has 123456789012345678901234567890, " TEXT_IS },
		{ "{\"bytes\":null}", "test.beta: \"bytes\" has null, " BYTES_IS },
		{ "{\"bytes\":[1,\n2]}", "test.beta: \"bytes\" has [1,?2], " BYTES_IS },
		{ "{\"handle\":1}",
			"test.beta: \"handle\" has 1, where null or no member, since it "
			"is a handle, would be right" },
		{ "[]", "test.beta: [], where an object with a member for each field would be "
			"right" },
		{ "7", "test.beta: 7, where an object with a member for each field would be "
		       "right" },
	};

	(void)state;
	check_all_refused(cases, N(cases));
}

static void
a_number_out_of_range_is_refused(void **state)
{
	static const struct refused cases[] = {
		{ "{\"whole\":9223372036854775808}",
			"test.beta: \"whole\" has 9223372036854775808, " INT64_IS },
		{ "{\"whole\":\"-9223372036854775809\"}",
			"test.beta: \"whole\" has \"-9223372036854775809\", " INT64_IS },
		{ "{\"large\":18446744073709551616}",
			"test.beta: \"large\" has 18446744073709551616, " UINT64_IS },
		{ "{\"large\":99999999999999999999}",
			"test.beta: \"large\" has 99999999999999999999, " UINT64_IS },
		{ "{\"large\":-1}", "test.beta: \"large\" has -1, " UINT64_IS },
		{ "{\"real\":1e999}", "test.beta: \"real\" has 1e999, " DOUBLE_IS },
		{ "{\"text\":\"a\",\"real\" : -1e999,\"bytes\":0}",
			"test.beta: \"real\" has -1e999, " DOUBLE_IS },
		{ "{\"real\":\"1e999\"}", "test.beta: \"real\" has \"1e999\", " DOUBLE_IS },
		{ "{\"whole\":1e999}", "test.beta: \"whole\" has 1e999, " INT64_IS },
		{ "{\"text\":1e999}", "test.beta: \"text\" has 1e999, " TEXT_IS },
	};

	(void)state;
	check_all_refused(cases, N(cases));
}

static void
a_text_with_a_nul_is_refused(void **state)
{
	static const struct refused cases[] = {
		{ "{\"text\":\"a\\u0000b\"}", "test.beta: \"text\" has \"a\\u0000b\", " TEXT_IS },
		{ "{\"text\":\"\\u0000\"}", "test.beta: \"text\" has \"\\u0000\", " TEXT_IS },
		{ "{\"text\":{\"base64\":\"YQBi\"}}",
			"test.beta: \"text\" has {\"base64\":\"YQBi\"}, " TEXT_IS },
	};

	(void)state;
	check_all_refused(cases, N(cases));
}

static void
a_base64_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = { "=", "====", "A", "AA", "AAA", "AAAAA", "A===", "AA=A",
		"AAA=AAAA", "AA==AAAA", "AB==", "AAB=", "AA-_", "AA A", "AAA\\n",
		"AA\\u0000=", "\xc3\xa9\xc3\xa9" };
	char text[128], expected[256];

	(void)state;
	for (size_t k = 0; k < N(bad); k++) {
		(void)snprintf(text, sizeof(text), "{\"bytes\":{\"base64\":\"%s\"}}", bad[k]);
		(void)snprintf(expected, sizeof(expected),
			"test.beta: \"bytes\" has {\"base64\":\"%s\"}, " BYTES_IS, bad[k]);
		check_refused(text, strlen(text), SB_JSON_MISSING, expected);
	}
}

static void
an_object_that_is_more_than_base64_is_refused(void **state)
{
	static const struct refused cases[] = {
		{ "{\"bytes\":{}}", "test.beta: \"bytes\" has {}, " BYTES_IS },
		{ "{\"bytes\":{\"base64\":1}}",
			"test.beta: \"bytes\" has {\"base64\":1}, " BYTES_IS },
		{ "{\"bytes\":{\"base64\":\"\",\"a\":1}}",
			"test.beta: \"bytes\" has {\"base64\":\"\",\"a\":1}, " BYTES_IS },
		{ "{\"text\":{\"Base64\":\"\"}}",
			"test.beta: \"text\" has {\"Base64\":\"\"}, " TEXT_IS },
	};

	(void)state;
	check_all_refused(cases, N(cases));
}

static void
a_field_that_is_missing_is_named_unless_it_may(void **state)
{
	static const char *const members[] = { "\"truth\":true", "\"whole\":1", "\"large\":1",
		"\"real\":1", "\"text\":null", "\"bytes\":\"\"" };
	static const char *const expected[] = { "test.beta: \"truth\" is missing, " BOOL_IS,
		"test.beta: \"whole\" is missing, " INT64_IS,
		"test.beta: \"large\" is missing, " UINT64_IS,
		"test.beta: \"real\" is missing, " DOUBLE_IS,
		"test.beta: \"text\" is missing, " TEXT_IS,
		"test.beta: \"bytes\" is missing, " BYTES_IS };

	(void)state;
	for (size_t left_out = 0; left_out < N(members); left_out++) {
		char text[256] = "{";

		for (size_t k = 0; k < N(members); k++)
			if (k != left_out) {
				(void)strcat(text, text[1] ? "," : "");
				(void)strcat(text, members[k]);
			}
		(void)strcat(text, "}");
		check_refused(text, strlen(text), 0, expected[left_out]);
		check_refused(text, strlen(text), SB_JSON_UNKNOWN, expected[left_out]);
		sb_signal_free(read_as(test_beta_signal(), text, strlen(text), SB_JSON_MISSING));
	}
}

static void
a_member_that_is_no_field_is_told_with_the_fields_there_are(void **state)
{
	struct sb_error error;
	void *payload;

	(void)state;
	check_refused("{\"texts\":\"\"}", 12, SB_JSON_MISSING,
		"test.beta has no field \"texts\"; it has truth, whole, large, real, text, bytes");
	check_refused("{\"a\\n\x7f\xc2\x9b\":\"\"}", 13, SB_JSON_MISSING,
		"test.beta has no field \"a\\n??\"; it has truth, whole, large, real, text, bytes");
	check_refused("{\"\":\"\"}", 7, SB_JSON_MISSING,
		"test.beta has no field \"\"; it has truth, whole, large, real, text, bytes");
	assert_int_equal(
		sb_json_read(other_gamma_signal(), "{\"none_\":true}", 14, 0, &payload, &error),
		-EINVAL);
	assert_string_equal(error.text, "other.gamma has no field \"none_\"; it has none");
}

static void
a_member_that_stands_twice_is_refused_with_its_place(void **state)
{
	static const struct refused cases[] = {
		{ "{\"whole\":1,\n \"whole\":1}", "line 2, column 8: \"whole\" stands twice" },
		{ "{\"whole\":1,\"\\u0077hole\":1}",
			"line 1, column 23: \"\\u0077hole\" stands twice" },
		{ "{\"text\":{\"base64\":\"\",\"base64\":\"\"}}",
			"line 1, column 29: duplicate object key near '\"base64\"'" },
	};

	(void)state;
	check_all_refused(cases, N(cases));
	check_refused("{\"x\":1,\"x\":1}", 13, SB_JSON_MISSING | SB_JSON_UNKNOWN,
		"line 1, column 10: \"x\" stands twice");
}

static void
what_is_no_json_is_told_with_its_place(void **state)
{
	static const struct refused cases[] = {
		{ "", "line 1, column 0: unexpected token near end of file" },
		{ "{", "line 1, column 1: string or '}' expected near end of file" },
		{ "{\n\"text\":\"a\",\n}", "line 3, column 1: string or '}' expected near '}'" },
		{ "{\"text\" \"a\"}", "line 1, column 11: ':' expected near '\"a\"'" },
		{ "{\"text\":\"a\" \"real\"}", "line 1, column 18: '}' expected near '\"real\"'" },
		{ "{\"text\":\"\\x\"}", "line 1, column 11: invalid escape near '\"\\x'" },
		{ "{\"text\":\"\\ud800\"}",
			"line 1, column 16: invalid Unicode '\\uD800' near '\"\\ud800\"'" },
		{ "{\"text\":\"a\n\"}", "line 1, column 10: unexpected newline near '\"a'" },
		{ "{\"text\":\"\xc3\xa9\x1b\"}",
			"line 1, column 10: control character 0x1b near '\"\xc3\xa9'" },
		{ "{\"text\":\x1b}", "line 1, column 9: invalid token near '?'" },
		{ "{\"whole\":01}", "line 1, column 10: invalid token near '0'" },
		{ "{\"text\":nil}", "line 1, column 11: invalid token near 'nil'" },
		{ "{} {}", "line 1, column 4: end of file expected near '{'" },
		{ "{\"text\":\"\xff\"}", "line 1, column 9: unable to decode byte 0xff near '\"'" },
		{ "{\"text\":\"\xc3", "line 1, column 9: unable to decode byte 0xc3 near '\"'" },
		{ "\xef\xbb\xbf{}", "line 1, column 1: invalid token near '\xef\xbb\xbf'" },
	};

	(void)state;
	check_all_refused(cases, N(cases));
	check_refused("{\"whole\":1\0}", 12, SB_JSON_MISSING, "line 1, column 11: a NUL byte");
	check_refused("{\n\"\xc3\xa9\":1\0}", 10, SB_JSON_MISSING | SB_JSON_UNKNOWN,
		"line 2, column 6: a NUL byte");
	check_refused("\0", 1, 0, "line 1, column 1: a NUL byte");
	check_refused("{\"a\\u0000b\":1}", 14, SB_JSON_MISSING | SB_JSON_UNKNOWN,
		"line 1, column 11: NUL byte in object key not supported near '\"a\\u0000b\"'");
	check_refused("{\"x\":[1e999]}", 13, SB_JSON_MISSING | SB_JSON_UNKNOWN,
		"line 1, column 11: real number overflow near '1e999'");
	check_refused("{\"text\":[1e999]}", 16, SB_JSON_MISSING,
		"line 1, column 14: real number overflow near '1e999'");
	check_refused("[1e999]", 7, 0, "line 1, column 6: real number overflow near '1e999'");
}

static void
a_long_value_is_cut_in_the_error(void **state)
{
	char text[400] = "{\"truth\":\"x", *at = text + strlen(text), expected[248];

	(void)state;
	for (; at < text + 390; at += 2)
		memcpy(at, "\xc3\xa9", 3);
	(void)strcat(text, "\"}");
	(void)snprintf(expected, sizeof(expected), "test.beta: \"truth\" has %.60s..., " BOOL_IS,
		strchr(text, ':') + 1);
	check_refused(text, strlen(text), SB_JSON_MISSING, expected);
}

static void
depth_is_limited(void **state)
{
	enum { DEEPEST = 2047 };
	char text[2 * DEEPEST + 32];

	(void)state;
	for (int depth = DEEPEST; depth <= DEEPEST + 1; depth++) {
		char *at = text + sprintf(text, "{\"x\":");

		memset(at, '[', (size_t)depth);
		memset(at + depth, ']', (size_t)depth);
		(void)strcpy(at + 2 * depth, "}");
		if (depth == DEEPEST)
			sb_signal_free(read_as(test_beta_signal(), text, strlen(text),
				SB_JSON_MISSING | SB_JSON_UNKNOWN));
		else
			check_refused(text, strlen(text), SB_JSON_UNKNOWN,
				"line 1, column 2053: maximum parsing depth reached near '['");
	}
}

static void
a_text_beyond_64_mib_is_refused_unread(void **state)
{
	const size_t most = 64 * 1024 * 1024;
	char *text = malloc(most + 1);
	struct sb_error error;
	void *payload;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', most + 1);
	memcpy(text, "{}", 2);
	assert_int_equal(
		sb_json_read(other_gamma_signal(), text, most + 1, 0, &payload, &error), -E2BIG);
	assert_string_equal(error.text, "67108865 bytes, where 67108864 are the most");
	assert_null(payload);
	assert_int_equal(sb_json_read(other_gamma_signal(), text, most, 0, &payload, &error), 0);
	sb_signal_free(payload);
	free(text);
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
	for (int k = 0; k < 100000; k++) {
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
	assert_true(n_base64 > 10000 && n_strings > 10000);
}

/* ---- The locale ---- */

/* A locale whose decimal point takes two bytes, and one with a comma are made for this. */
static void
the_locale_does_not_count(void **state)
{
	static const char *const sources[] = { "de_DE", "ps_AF" };
	static const char *const points[] = { ",", "\xd9\xab" };
	char folder[] = "/tmp/test_json_XXXXXX", command[256];
	const struct test_beta e = { .real = -1234.5 }, whole = { .real = 1e20 };

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
		check_read("{\"real\":-1234.5}", &e);
		check_read("{\"real\":\"-1234.5\"}", &e);
		check_read("{\"real\":100000000000000000000}", &whole);
		/* And is left as it was. */
		assert_string_equal(localeconv()->decimal_point, points[k]);
		assert_non_null(setlocale(LC_ALL, "C"));
	}
	assert_int_equal(unsetenv("LOCPATH"), 0);
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
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
		cmocka_unit_test(an_object_is_a_payload_whatever_its_order_and_space),
		cmocka_unit_test(each_kind_is_read),
		cmocka_unit_test(members_that_are_no_fields_are_passed_over_when_asked),
		cmocka_unit_test(a_payload_is_one_block_that_outlives_the_text),
		cmocka_unit_test(a_value_of_a_wrong_type_is_shown_with_what_would_be_right),
		cmocka_unit_test(a_number_out_of_range_is_refused),
		cmocka_unit_test(a_text_with_a_nul_is_refused),
		cmocka_unit_test(a_base64_that_is_none_is_refused),
		cmocka_unit_test(an_object_that_is_more_than_base64_is_refused),
		cmocka_unit_test(a_field_that_is_missing_is_named_unless_it_may),
		cmocka_unit_test(a_member_that_is_no_field_is_told_with_the_fields_there_are),
		cmocka_unit_test(a_member_that_stands_twice_is_refused_with_its_place),
		cmocka_unit_test(what_is_no_json_is_told_with_its_place),
		cmocka_unit_test(a_long_value_is_cut_in_the_error),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(a_text_beyond_64_mib_is_refused_unread),
		cmocka_unit_test(what_is_written_is_read_back_equal),
		cmocka_unit_test(the_locale_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
