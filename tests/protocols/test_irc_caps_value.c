/* The values of capabilities. */

#include "kit_cmocka.h"

#include "protocols/irc/caps.h"

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
		kit_test_bare(the_limits_of_multiline_are_read),
	};

	return kit_run(tests);
}
