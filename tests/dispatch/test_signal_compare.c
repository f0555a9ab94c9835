/* Payloads told apart by value, and the shape of a signal as a number. */

#include <signalbox/signal.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/aborts.inc"
#include "dispatch/signals.inc"

/* ---- sb_signal_differs() ---- */

static const char *
differs(const struct test_beta *e, const struct test_beta *other)
{
	const struct sb_field *field = sb_signal_differs(test_beta_signal(), e, other);

	/* Whichever stands first. */
	assert_ptr_equal(sb_signal_differs(test_beta_signal(), other, e), field);
	return field ? field->name : "none";
}

static struct thing some_thing, other_thing;

static struct test_beta
some_payload(void)
{
	return (struct test_beta){ true, -7, 7, 0.5, "text", { "bytes", 5 }, &some_thing };
}

static void
payloads_of_equal_values_do_not_differ(void **state)
{
	const struct test_beta e = some_payload();
	struct test_beta other = e;
	char text[] = "text", bytes[] = "bytes";

	(void)state;
	assert_string_equal(differs(&e, &other), "none");
	other.text = text;
	other.bytes.ptr = bytes;
	assert_string_equal(differs(&e, &other), "none");
	assert_null(sb_signal_differs(other_gamma_signal(), &(struct other_gamma){ true },
		&(struct other_gamma){ false }));
}

static void
each_kind_of_field_is_compared(void **state)
{
	const struct test_beta e = some_payload();
	const struct {
		const char *field;
		struct test_beta other;
	} cases[] = {
		{ "truth", { false, -7, 7, 0.5, "text", { "bytes", 5 }, &some_thing } },
		{ "whole", { true, 7, 7, 0.5, "text", { "bytes", 5 }, &some_thing } },
		{ "large", { true, -7, UINT64_C(1) << 32 | 7, 0.5, "text", { "bytes", 5 },
				   &some_thing } },
		{ "real", { true, -7, 7, -0.5, "text", { "bytes", 5 }, &some_thing } },
		{ "text", { true, -7, 7, 0.5, "texts", { "bytes", 5 }, &some_thing } },
		{ "text", { true, -7, 7, 0.5, NULL, { "bytes", 5 }, &some_thing } },
		{ "bytes", { true, -7, 7, 0.5, "text", { "bytes", 4 }, &some_thing } },
		{ "bytes", { true, -7, 7, 0.5, "text", { "bytex", 5 }, &some_thing } },
		{ "bytes", { true, -7, 7, 0.5, "text", { NULL, 0 }, &some_thing } },
		{ "handle", { true, -7, 7, 0.5, "text", { "bytes", 5 }, &other_thing } },
		{ "handle", { true, -7, 7, 0.5, "text", { "bytes", 5 }, NULL } },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
		assert_string_equal(differs(&e, &cases[k].other), cases[k].field);
}

static void
the_first_field_that_differs_is_told(void **state)
{
	struct test_beta e = some_payload(), other = { .truth = true };

	(void)state;
	assert_string_equal(differs(&e, &other), "whole");
	other.whole = e.whole;
	other.large = e.large;
	other.real = e.real;
	assert_string_equal(differs(&e, &other), "text");
}

static void
no_text_is_not_an_empty_one(void **state)
{
	const struct test_beta none = { .text = NULL }, empty = { .text = "" };

	(void)state;
	assert_string_equal(differs(&none, &empty), "text");
	assert_string_equal(differs(&none, &none), "none");
	assert_string_equal(differs(&empty, &empty), "none");
}

static void
bytes_are_compared_past_a_nul_and_empty_ones_are_equal(void **state)
{
	const struct test_beta one = { .bytes = { "a\0b", 3 } }, other = { .bytes = { "a\0c", 3 } };
	const struct test_beta none = { .bytes = { NULL, 0 } }, empty = { .bytes = { "x", 0 } };

	(void)state;
	assert_string_equal(differs(&one, &other), "bytes");
	assert_string_equal(differs(&none, &empty), "none");
}

static void
not_a_number_equals_itself_and_zero_its_negative(void **state)
{
	const struct test_beta odd = { .real = NAN }, negative = { .real = -NAN };
	const struct test_beta zero = { .real = 0.0 }, minus = { .real = -0.0 };
	const struct test_beta infinite = { .real = INFINITY };

	(void)state;
	assert_string_equal(differs(&odd, &odd), "none");
	assert_string_equal(differs(&odd, &negative), "none");
	assert_string_equal(differs(&odd, &zero), "real");
	assert_string_equal(differs(&zero, &minus), "none");
	assert_string_equal(differs(&infinite, &infinite), "none");
	assert_string_equal(differs(&infinite, &odd), "real");
}

static void
what_lies_between_fields_does_not_count(void **state)
{
	struct test_beta e, other;

	(void)state;
	memset(&e, 0x55, sizeof(e));
	memset(&other, 0xaa, sizeof(other));
	e.truth = other.truth = true;
	e.whole = other.whole = 1;
	e.large = other.large = 2;
	e.real = other.real = 3;
	e.text = other.text = NULL;
	e.bytes = other.bytes = (struct sb_bytes){ NULL, 0 };
	e.handle = other.handle = NULL;
	assert_string_equal(differs(&e, &other), "none");
}

/* ---- sb_signal_fingerprint() ---- */

/* FNV-1a as its authors give it, step by step. */
static uint64_t
fnv1a(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const char *at = text; *at; at++) {
		hash = hash ^ (uint64_t)(unsigned char)*at;
		hash = hash * UINT64_C(1099511628211);
	}
	return hash;
}

static void
the_fingerprint_is_the_hash_of_the_shape_as_text(void **state)
{
	(void)state;
	/* Of the test's own hash: the values that its authors publish for "a" and "foobar". */
	assert_true(fnv1a("a") == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(fnv1a("foobar") == UINT64_C(0x85944171f73967e8));
	assert_true(sb_signal_fingerprint(test_beta_signal())
		    == fnv1a("test.beta(struct thing) truth:bool whole:int64 large:uint64 "
			     "real:double text:text bytes:bytes handle:handle"));
	assert_true(sb_signal_fingerprint(test_alpha_signal())
		    == fnv1a("test.alpha(struct thing) text:text value:int64 flag:bool"));
	assert_true(sb_signal_fingerprint(other_gamma_signal()) == fnv1a("other.gamma(void)"));
}

enum { N_SHAPE = 2 };

/* A signal made by hand, to be changed. */
struct shape {
	struct sb_field fields[N_SHAPE];
	struct sb_signal signal;
};

static struct shape *
shape_init(struct shape *shape)
{
	shape->fields[0] = (struct sb_field){ "nick", "Who.", 0, SB_TEXT };
	shape->fields[1] = (struct sb_field){ "is_self", "Us.", 8, SB_BOOL };
	shape->signal = (struct sb_signal){ .name = "irc.joined",
		.c_name = "sb_irc_joined",
		.doc = "Somebody joined.",
		.sender = "struct sb_irc",
		.size = 16,
		.fields = shape->fields,
		.n_fields = N_SHAPE };
	return shape;
}

static void
what_is_part_of_the_shape_changes_the_fingerprint(void **state)
{
	struct shape shape;
	const struct sb_signal *signal = &shape_init(&shape)->signal;
	const uint64_t was = sb_signal_fingerprint(signal);
	uint64_t seen[8 + SB_HANDLE + 1];
	size_t n = 0;

	(void)state;
	assert_true(was == fnv1a("irc.joined(struct sb_irc) nick:text is_self:bool"));
	seen[n++] = was;
	shape.signal.name = "irc.parted";
	seen[n++] = sb_signal_fingerprint(signal);
	shape_init(&shape)->signal.sender = "struct sb_ircd";
	seen[n++] = sb_signal_fingerprint(signal);
	shape_init(&shape)->fields[0].name = "name";
	seen[n++] = sb_signal_fingerprint(signal);
	shape_init(&shape)->signal.n_fields = 1;
	seen[n++] = sb_signal_fingerprint(signal);
	shape_init(&shape)->signal.n_fields = 0;
	seen[n++] = sb_signal_fingerprint(signal);
	shape_init(&shape)->fields[0] = shape.fields[1];
	shape.fields[1] = (struct sb_field){ "nick", "Who.", 0, SB_TEXT };
	seen[n++] = sb_signal_fingerprint(signal);
	(void)shape_init(&shape);
	for (enum sb_kind kind = SB_BOOL; kind <= SB_HANDLE; kind++) {
		shape.fields[0].kind = kind;
		if (kind != SB_TEXT)
			seen[n++] = sb_signal_fingerprint(signal);
	}
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < k; i++)
			assert_true(seen[k] != seen[i]);
}

static void
what_is_no_part_of_the_shape_leaves_the_fingerprint(void **state)
{
	struct shape shape;
	const struct sb_signal *signal = &shape_init(&shape)->signal;
	const uint64_t was = sb_signal_fingerprint(signal);

	(void)state;
	shape.signal.doc = "Other words.";
	shape.signal.c_name = "sb_irc_came";
	shape.signal.size = 4096;
	shape.fields[0].doc = "Other words.";
	shape.fields[0].offset = 8;
	shape.fields[1].offset = 0;
	assert_true(sb_signal_fingerprint(signal) == was);
}

/* Whether a char has a sign is the machine's. */
static void
bytes_above_127_count_as_they_are(void **state)
{
	struct shape shape;
	const struct sb_signal *signal = &shape_init(&shape)->signal;

	(void)state;
	shape.fields[0].name = "n\xc3\xa9";
	assert_true(sb_signal_fingerprint(signal)
		    == fnv1a("irc.joined(struct sb_irc) n\xc3\xa9:text is_self:bool"));
}

static void
kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(sb_kind_name(SB_BOOL), "bool");
	assert_string_equal(sb_kind_name(SB_INT64), "int64");
	assert_string_equal(sb_kind_name(SB_UINT64), "uint64");
	assert_string_equal(sb_kind_name(SB_DOUBLE), "double");
	assert_string_equal(sb_kind_name(SB_TEXT), "text");
	assert_string_equal(sb_kind_name(SB_BYTES), "bytes");
	assert_string_equal(sb_kind_name(SB_HANDLE), "handle");
}

static void
ask_for_another(void)
{
	(void)sb_kind_name((enum sb_kind)(SB_HANDLE + 1));
}

static void
there_are_no_other_kinds(void **state)
{
	(void)state;
	assert_aborts(ask_for_another);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads_of_equal_values_do_not_differ),
		cmocka_unit_test(each_kind_of_field_is_compared),
		cmocka_unit_test(the_first_field_that_differs_is_told),
		cmocka_unit_test(no_text_is_not_an_empty_one),
		cmocka_unit_test(bytes_are_compared_past_a_nul_and_empty_ones_are_equal),
		cmocka_unit_test(not_a_number_equals_itself_and_zero_its_negative),
		cmocka_unit_test(what_lies_between_fields_does_not_count),
		cmocka_unit_test(the_fingerprint_is_the_hash_of_the_shape_as_text),
		cmocka_unit_test(what_is_part_of_the_shape_changes_the_fingerprint),
		cmocka_unit_test(what_is_no_part_of_the_shape_leaves_the_fingerprint),
		cmocka_unit_test(bytes_above_127_count_as_they_are),
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(there_are_no_other_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
