/* JSON as payloads, and what is said where it is none. */

#include <signalbox/json.h>

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/aborts.inc"
#include "dispatch/json.inc"
#include "dispatch/signals.inc"

#define N(cases) (sizeof(cases) / sizeof((cases)[0]))

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
	check_read(
		"{\"x\":{\"whole\":1,\"a\":[{\"whole\":[2]},\"}\\\"]\"]},\"text\":\"t\","
		"\"y\":[[],{},\"\\\\\",1.5,\"{\"],\"z\":\"{\",\"whole\":9007199254740993,\"\":0}",
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
		{ "{\"whole\":\"01\"}", "test.beta: \"whole\" has \"01\", " INT64_IS },
		{ "{\"large\":\"00\"}", "test.beta: \"large\" has \"00\", " UINT64_IS },
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

/* Between characters: these begin at odd bytes, or at even ones. */
static void
a_long_value_is_cut_in_the_error(void **state)
{
	(void)state;
	for (int n_shown = 59; n_shown <= 60; n_shown++) {
		char text[800] = "{\"truth\":\"", *at, expected[504];

		if (n_shown == 60)
			(void)strcat(text, "x");
		for (at = text + strlen(text); at < text + 390; at += 2)
			memcpy(at, "\xc3\xa9", 3);
		(void)strcat(text, "\"}");
		(void)snprintf(expected, sizeof(expected),
			"test.beta: \"truth\" has %.*s..., " BOOL_IS, n_shown,
			strchr(text, ':') + 1);
		check_refused(text, strlen(text), SB_JSON_MISSING, expected);
	}
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

static void
read_with_other_flags(void)
{
	void *payload;

	(void)sb_json_read(other_gamma_signal(), "{}", 2, 4, &payload, NULL);
}

static void
there_are_no_other_flags(void **state)
{
	(void)state;
	assert_aborts(read_with_other_flags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
		cmocka_unit_test(there_are_no_other_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
