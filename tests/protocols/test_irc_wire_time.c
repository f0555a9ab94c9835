/* Times of IRC's tags. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kit_cmocka.h"

#include "protocols/irc/wire.h"

static void
server_times_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} examples[] = {
		{ "1970-01-01T00:00:00.000Z", 0 },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2011-10-19T16:40:51.620Z", INT64_C(1319042451620) },
		{ "2011-10-19T16:40:51.6209999Z", INT64_C(1319042451620) },
		{ "2000-02-29T23:59:59.9Z", INT64_C(951868799900) },
		{ "2000-03-01T00:00:00.0Z", INT64_C(951868800000) },
		{ "2100-03-01T00:00:00.0Z", INT64_C(4107542400000) },
		{ "1969-12-31T23:59:59.999Z", -1 },
		{ "0001-01-01T00:00:00Z", INT64_C(-62135596800000) },
		{ "2016-12-31T23:59:60.000Z", INT64_C(1483228800000) },
	};
	static const char *const wrong[] = { "", "now", "2011-10-19", "2011-10-19T16:40:51.620",
		"2011-10-19 16:40:51.620Z", "2011-13-01T00:00:00Z", "2011-00-01T00:00:00Z",
		"2011-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2011-04-31T00:00:00Z",
		"2011-04-00T00:00:00Z", "2011-10-19T24:00:00Z", "2011-10-19T00:60:00Z",
		"2011-10-19T00:00:61Z", "2011-10-19T00:00:00Zx", "2011-10-19T00:00:00.+1Z",
		"-011-10-19T00:00:00Z", "0000-01-01T00:00:00Z" };
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_true(sb_wire_time(examples[i].text, &ms));
		assert_true(ms == examples[i].ms);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(sb_wire_time(wrong[i], &ms));
}

/* Each character of the date and time, and any byte in its place. */
static void
times_have_their_form(void **state)
{
	static const char fine[] = "2011-10-11T11:11:11.620Z";
	char text[sizeof(fine)];
	int64_t ms;
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < strlen("2011-10-11T11:11:11"); i++) {
		for (c = 1; c < 256; c++) {
			bool is_digit = fine[i] >= '0' && fine[i] <= '9', is_read;

			memcpy(text, fine, sizeof(fine));
			text[i] = (char)c;
			is_read = sb_wire_time(text, &ms);
			if (!is_digit)
				assert_int_equal(is_read, text[i] == fine[i]);
			else if (c < '0' || c > '9')
				assert_false(is_read);
			else if (c == '1' || i < 4)
				assert_true(is_read);
		}
		memcpy(text, fine, sizeof(fine));
		text[i] = '\0';
		assert_false(sb_wire_time(text, &ms));
	}
}

/* After any other, whether that is one or not, and also when it is cut short. */
static void
a_time_is_the_same_after_another(void **state)
{
	static const char *const texts[] = { "2011-10-19T16:40:51.620Z", "2011-10-19T16:40:09Z",
		"2011-10-19T16:40:60.1Z", "2011-10-19T16:40:61.1Z", "2011-10-19T16:40:5:.1Z",
		"2011-10-19T16:40::1.1Z", "2011-10-19T16:40:51.620", "2011-10-19T16:41:51.620Z",
		"2011-10-19T16:60:51.620Z", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:00Z" };
	const size_t n = sizeof(texts) / sizeof(*texts);
	char cut[32];
	size_t i, k, len;

	(void)state;
	for (i = 0; i < n; i++)
		for (k = 0; k < n; k++)
			for (len = 0; len <= strlen(texts[k]); len++) {
				struct sb_wire_minute minute = { .ms = 0 };
				int64_t ms = 0, again_ms = 0;

				memcpy(cut, texts[k], len);
				cut[len] = '\0';
				(void)sb_wire_time_again(&minute, texts[i], &ms);
				assert_int_equal(sb_wire_time_again(&minute, cut, &again_ms),
					sb_wire_time(cut, &ms));
				assert_true(!sb_wire_time(cut, &ms) || ms == again_ms);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(server_times_are_read),
		kit_test(times_have_their_form),
		kit_test(a_time_is_the_same_after_another),
	};

	return kit_run(tests);
}
