/* The names and the values of capabilities. */

#include "kit_cmocka.h"

#include <errno.h>

#include "protocols/irc/caps.h"

static void
what_is_no_name_is_not_added(void **state)
{
	static const char *const wrong[] = { "", " ", "a b", "-a", "~a", ":a", "=a", "a=b", "a\r",
		"a\nb", "a\x7f", "sts",
		"0123456789012345678901234567890123456789012345678901234567890123" };
	struct sb_caps caps;
	char name[3] = "aa";

	(void)state;
	sb_caps_init(&caps);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(sb_caps_want(&caps, wrong[i], true), -EINVAL);
	for (int i = 0; i < SB_CAPS_ADDED_MAX; i++, name[1]++)
		assert_true(sb_caps_want(&caps, name, true) >= 0);
	assert_int_equal(sb_caps_want(&caps, name, true), -ENOSPC);
	assert_int_equal(sb_caps_want(&caps, "aa", true), SB_CAP_N_KNOWN);
}

static void
the_last_value_counts_while_it_is_offered(void **state)
{
	struct sb_caps caps;
	char words[SB_CAPS_VALUE_MAX + 16] = "sasl=";

	(void)state;
	sb_caps_init(&caps);
	assert_null(sb_caps_value(&caps, SB_CAP_SASL));
	sb_caps_ls(&caps, "sasl=PLAIN", false);
	sb_caps_ls(&caps, "sasl=PLAIN,EXTERNAL batch=x", true);
	assert_string_equal(sb_caps_value(&caps, SB_CAP_SASL), "PLAIN,EXTERNAL");
	assert_string_equal(sb_caps_value(&caps, SB_CAP_BATCH), "");
	sb_caps_new(&caps, "sasl");
	assert_string_equal(sb_caps_value(&caps, SB_CAP_SASL), "");
	sb_caps_new(&caps, "sasl=A");
	memset(words + 5, 'x', SB_CAPS_VALUE_MAX - 1);
	sb_caps_new(&caps, words);
	assert_int_equal(strlen(sb_caps_value(&caps, SB_CAP_SASL)), SB_CAPS_VALUE_MAX - 1);
	words[5 + SB_CAPS_VALUE_MAX - 1] = 'x';
	sb_caps_new(&caps, words);
	assert_string_equal(sb_caps_value(&caps, SB_CAP_SASL), "");
	sb_caps_del(&caps, "sasl");
	assert_null(sb_caps_value(&caps, SB_CAP_SASL));
}

static void
the_limits_of_multiline_are_read(void **state)
{
	static const struct {
		const char *value;
		int64_t bytes, lines; /* bytes 0: none */
	} examples[] = {
		{ "=max-bytes=4096,max-lines=24", 4096, 24 },
		{ "=max-lines=24,x,max-bytes=40000", 40000, 24 },
		{ "=max-bytes=1", 1, 0 },
		{ "=max-bytes=10,max-lines=-1", 10, 0 },
		{ "=max-bytes=10,max-lines=", 10, 0 },
		{ "=max-bytes=99999999999999999999", INT64_MAX, 0 },
		{ "=max-bytes=9223372036854775807", INT64_MAX, 0 },
		{ "=max-bytes=7,max-bytes=8", 7, 0 },
		{ "=max-bytes=0", 0, 0 },
		{ "=max-bytes=1x", 0, 0 },
		{ "=max-bytes= ", 0, 0 },
		{ "=max-bytes", 0, 0 },
		{ "=max-bytesx4", 0, 0 },
		{ "=max-bytesx=4,xmax-bytes=4", 0, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct sb_caps caps;
		struct sb_caps_multiline limits = { 0, 0 };
		char words[128], list[SB_CAPS_REQUEST_MAX + 1];

		sb_caps_init(&caps);
		(void)snprintf(words, sizeof(words), "batch draft/multiline%s", examples[i].value);
		sb_caps_ls(&caps, words, true);
		assert_false(sb_caps_multiline(&caps, &limits));
		(void)sb_caps_next_request(&caps, list, sizeof(list));
		sb_caps_ack(&caps, list);
		assert_int_equal(sb_caps_multiline(&caps, &limits), examples[i].bytes > 0);
		assert_int_equal(limits.bytes_max, examples[i].bytes);
		assert_int_equal(limits.lines_max, examples[i].lines);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(what_is_no_name_is_not_added),
		kit_test_bare(the_last_value_counts_while_it_is_offered),
		kit_test_bare(the_limits_of_multiline_are_read),
	};

	return kit_run(tests);
}
