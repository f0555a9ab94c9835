/* The texts of HTTP: percent-encoding, dates, names of statuses. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <signalbox/http.h>

static void
what_is_not_unreserved_is_escaped(void **state)
{
	char buf[64];

	(void)state;
	assert_int_equal(sb_http_encode("aZ09-._~", buf, sizeof(buf)), 8);
	assert_string_equal(buf, "aZ09-._~");
	assert_int_equal(sb_http_encode("a b/c?d&e=f+%\xc3\xa9", buf, sizeof(buf)), 33);
	assert_string_equal(buf, "a%20b%2Fc%3Fd%26e%3Df%2B%25%C3%A9");
	assert_int_equal(sb_http_encode("", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
}

static void
an_encoded_text_is_cut_between_escapes(void **state)
{
	char buf[8];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(sb_http_encode("ab cd", buf, 5), 7);
	assert_string_equal(buf, "ab");
	assert_int_equal(sb_http_encode("ab cd", buf, 6), 7);
	assert_string_equal(buf, "ab%20");
	assert_int_equal(sb_http_encode("ab cd", buf, 7), 7);
	assert_string_equal(buf, "ab%20c");
	assert_int_equal(buf[7], 'x');
	/* What follows an escape without room is not written, though it had room. */
	assert_int_equal(sb_http_encode("a b", buf, 4), 5);
	assert_string_equal(buf, "a");
	assert_int_equal(sb_http_encode("a", NULL, 0), 1);
}

static void
decodes(const char *text, bool plus_is_space, const char *expected)
{
	char buf[64];
	int64_t len;

	strcpy(buf, text);
	len = sb_http_decode(buf, plus_is_space);
	if (!expected) {
		assert_int_equal(len, -EINVAL);
		return;
	}
	assert_int_equal(len, strlen(expected));
	assert_string_equal(buf, expected);
}

static void
escapes_are_decoded_or_refused(void **state)
{
	(void)state;
	decodes("", false, "");
	decodes("a%20b%2fc%2F", false, "a b/c/");
	decodes("%41%c3%A9", false, "A\xc3\xa9");
	decodes("a+b", false, "a+b");
	decodes("a+b%2B", true, "a b+");
	decodes("%2541", false, "%41");
	decodes("%", false, NULL);
	decodes("a%4", false, NULL);
	decodes("%4g", false, NULL);
	decodes("%g4", false, NULL);
	decodes("% 4", false, NULL);
	decodes("%%41", false, NULL);
	decodes("a%00b", false, NULL);
}

static void
a_date_is_written_and_read(int64_t time_s, const char *text)
{
	char buf[SB_HTTP_DATE_CAP];

	sb_http_date(time_s, buf);
	assert_string_equal(buf, text);
	if (time_s >= 0)
		assert_int_equal(sb_http_parse_date(buf), time_s);
}

static void
a_date_is_that_of_the_calendar(void **state)
{
	(void)state;
	a_date_is_written_and_read(0, "Thu, 01 Jan 1970 00:00:00 GMT");
	a_date_is_written_and_read(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
	a_date_is_written_and_read(951782399, "Mon, 28 Feb 2000 23:59:59 GMT");
	a_date_is_written_and_read(951782400, "Tue, 29 Feb 2000 00:00:00 GMT");
	a_date_is_written_and_read(951868800, "Wed, 01 Mar 2000 00:00:00 GMT");
	a_date_is_written_and_read(4107542399, "Sun, 28 Feb 2100 23:59:59 GMT");
	a_date_is_written_and_read(4107542400, "Mon, 01 Mar 2100 00:00:00 GMT");
	a_date_is_written_and_read(1735689599, "Tue, 31 Dec 2024 23:59:59 GMT");
	a_date_is_written_and_read(253402300799, "Fri, 31 Dec 9999 23:59:59 GMT");
	a_date_is_written_and_read(-1, "Wed, 31 Dec 1969 23:59:59 GMT");
	a_date_is_written_and_read(-62167219200, "Sat, 01 Jan 0000 00:00:00 GMT");
	/* Beyond what four digits can say, it stays at the end. */
	a_date_is_written_and_read(INT64_MIN, "Sat, 01 Jan 0000 00:00:00 GMT");
	sb_http_date(INT64_MAX, (char[SB_HTTP_DATE_CAP]){ 0 });
}

static void
every_day_of_five_centuries_is_read_as_it_was_written(void **state)
{
	char buf[SB_HTTP_DATE_CAP], last[3] = "";
	int64_t day;

	(void)state;
	for (day = 0; day < 500 * 366; day++) {
		sb_http_date(day * 86400 + day % 86400, buf);
		assert_int_equal(sb_http_parse_date(buf), day * 86400 + day % 86400);
		/* Tomorrow is another day. */
		assert_memory_not_equal(buf + 5, last, 2);
		memcpy(last, buf + 5, 2);
	}
}

static void
a_date_may_have_three_forms(void **state)
{
	(void)state;
	assert_int_equal(sb_http_parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
	assert_int_equal(sb_http_parse_date("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
	assert_int_equal(sb_http_parse_date("Sun Nov  6 08:49:37 1994"), 784111777);
	assert_int_equal(sb_http_parse_date("Wed Nov 16 08:49:37 1994"), 784975777);
	assert_int_equal(sb_http_parse_date("Thursday, 01-Jan-70 00:00:00 GMT"), 0);
	assert_int_equal(sb_http_parse_date("Tuesday, 31-Dec-69 00:00:00 GMT"), 3155673600);
	/* A leap second. */
	assert_int_equal(sb_http_parse_date("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800);
}

static void
what_is_no_date_is_refused(void **state)
{
	static const char *const texts[] = { "", "0", "Sun", "Sun,", "Sun, 06 Nov 1994",
		"Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 06 Nov 1994 08:49:37 gmt", "Sun, 06 Nov 1994 08:49:37 CET",
		"Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT",
		"sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
		"Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
		"Sun, 06 Nov 94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
		"Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT",
		"Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
		"Sun, +6 Nov 1994 08:49:37 GMT", "784111777" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (sb_http_parse_date(texts[i]) != -EINVAL)
			fail_msg("\"%s\" was read", texts[i]);
	}
}

static void
a_status_has_its_name(void **state)
{
	(void)state;
	assert_string_equal(sb_http_status_text(200), "OK");
	assert_string_equal(sb_http_status_text(404), "Not Found");
	assert_string_equal(sb_http_status_text(511), "Network Authentication Required");
	assert_string_equal(sb_http_status_text(299), "Unknown");
	assert_string_equal(sb_http_status_text(0), "Unknown");
	assert_string_equal(sb_http_status_text(-1), "Unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_unreserved_is_escaped),
		cmocka_unit_test(an_encoded_text_is_cut_between_escapes),
		cmocka_unit_test(escapes_are_decoded_or_refused),
		cmocka_unit_test(a_date_is_that_of_the_calendar),
		cmocka_unit_test(every_day_of_five_centuries_is_read_as_it_was_written),
		cmocka_unit_test(a_date_may_have_three_forms),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(a_status_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
