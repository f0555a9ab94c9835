#include <signalbox/signal.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/signals.inc"

static void
a_descriptor_says_what_the_table_says(void **state)
{
	const struct sb_signal *signal = test_beta_signal();
	static const enum sb_kind kinds[] = { SB_BOOL, SB_INT64, SB_UINT64, SB_DOUBLE, SB_TEXT,
		SB_BYTES, SB_HANDLE };

	(void)state;
	assert_string_equal(signal->name, "test.beta");
	assert_string_equal(signal->c_name, "test_beta");
	assert_string_equal(signal->sender, "struct thing");
	assert_string_equal(signal->doc, "One with each kind of field.");
	assert_int_equal(signal->size, sizeof(struct test_beta));
	assert_int_equal(signal->n_fields, 7);
	for (size_t k = 0; k < signal->n_fields; k++)
		assert_int_equal(signal->fields[k].kind, kinds[k]);
	assert_string_equal(sb_signal_field(signal, "real")->doc, "A number with a point.");
	assert_int_equal(sb_signal_field(signal, "real")->offset, offsetof(struct test_beta, real));
	assert_null(sb_signal_field(signal, "rea"));
	assert_int_equal(other_gamma_signal()->n_fields, 0);
	assert_int_equal(signals_one.n_signals, 3);
	assert_ptr_equal(signals_one.signals[1](), signal);
}

static void
a_payload_prints_as_one_line(void **state)
{
	const struct test_beta e = {
		.truth = true,
		.whole = -7,
		.large = UINT64_MAX,
		.real = 0.5,
		.text = "a \"b\" \\ caf\xc3\xa9 \xff\n",
		.bytes = { "\0x", 2 },
		.handle = &(struct thing){ 1 },
	};
	const struct test_beta none = { .text = NULL };
	char buf[256];
	size_t len = sb_signal_print(test_beta_signal(), &e, buf, sizeof(buf));

	(void)state;
	assert_string_equal(buf,
		"test.beta truth=true whole=-7 large=18446744073709551615 real=0.5 "
		"text=\"a \\\"b\\\" \\\\ caf\xc3\xa9 \\xff\\x0a\" bytes=\"\\x00x\" "
		"handle=<handle>");
	assert_int_equal(len, strlen(buf));
	(void)sb_signal_print(test_beta_signal(), &none, buf, sizeof(buf));
	assert_string_equal(buf,
		"test.beta truth=false whole=0 large=0 real=0 text=null bytes=\"\" handle=null");
	/* Whether it has a sign is the machine's affair. */
	(void)sb_signal_print(
		test_beta_signal(), &(struct test_beta){ .real = -NAN }, buf, sizeof(buf));
	assert_non_null(strstr(buf, " real=nan "));
	assert_int_equal(
		sb_signal_print(other_gamma_signal(), &(struct other_gamma){ 0 }, buf, sizeof(buf)),
		11);
	assert_string_equal(buf, "other.gamma");
}

static void
a_print_that_does_not_fit_is_cut_and_counted(void **state)
{
	const struct test_alpha e = { .text = NULL, .value = 1, .flag = false };
	char buf[16] = "untouched";
	size_t len = sb_signal_print(test_alpha_signal(), &e, NULL, 0);

	(void)state;
	assert_int_equal(len, strlen("test.alpha text=null value=1 flag=false"));
	assert_int_equal(sb_signal_print(test_alpha_signal(), &e, buf, sizeof(buf)), len);
	assert_string_equal(buf, "test.alpha text");
	assert_int_equal(
		sb_field_print(sb_signal_field(test_alpha_signal(), "value"), &e, buf, 1), 1);
	assert_string_equal(buf, "");
}

static void
doubles_have_17_digits_or_a_name(void **state)
{
	static const struct {
		double real;
		const char *printed;
	} cases[] = {
		{ 0.1, "0.10000000000000001" },
		{ -0.0, "-0" },
		{ 1e300, "1.0000000000000001e+300" },
		{ (double)INFINITY, "inf" },
		{ (double)-INFINITY, "-inf" },
		{ (double)NAN, "nan" },
		{ (double)-NAN, "nan" },
	};
	char buf[64];

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		const struct test_beta e = { .real = cases[k].real };

		(void)sb_field_print(
			sb_signal_field(test_beta_signal(), "real"), &e, buf, sizeof(buf));
		assert_string_equal(buf, cases[k].printed);
	}
}

static void
bytes_that_are_not_utf8_are_escaped(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "\xe2\x82\xac", "\"\xe2\x82\xac\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
		{ "\xc0\xaf", "\"\\xc0\\xaf\"" },
		{ "\xe0\x80\xaf", "\"\\xe0\\x80\\xaf\"" },
		{ "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" },
		{ "\xf4\x90\x80\x80", "\"\\xf4\\x90\\x80\\x80\"" },
		{ "\xe2\x82", "\"\\xe2\\x82\"" },
		{ "\xc2\x85", "\"\\xc2\\x85\"" },
		{ "\x80", "\"\\x80\"" },
	};
	char buf[64];

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		const struct test_alpha e = { .text = cases[k].text };

		(void)sb_field_print(
			sb_signal_field(test_alpha_signal(), "text"), &e, buf, sizeof(buf));
		assert_string_equal(buf, cases[k].printed);
	}
}

static void
a_character_that_goes_on_past_the_bytes_is_none(void **state)
{
	const struct test_beta e = { .bytes = { "\xe2\x82\xac", 2 } };
	char buf[64];

	(void)state;
	(void)sb_field_print(sb_signal_field(test_beta_signal(), "bytes"), &e, buf, sizeof(buf));
	assert_string_equal(buf, "\"\\xe2\\x82\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_descriptor_says_what_the_table_says),
		cmocka_unit_test(a_payload_prints_as_one_line),
		cmocka_unit_test(a_print_that_does_not_fit_is_cut_and_counted),
		cmocka_unit_test(doubles_have_17_digits_or_a_name),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped),
		cmocka_unit_test(a_character_that_goes_on_past_the_bytes_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
