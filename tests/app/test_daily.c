/* What is sent as the quote of the day. */

#include <stdlib.h>

#include "app/daily.h"
#include "kit_cmocka.h"

static struct quote
quote_of(const char *text)
{
	struct quote quote = { .id = 1, .text = text, .len = strlen(text) };

	return quote;
}

static void
its_lines_are_cleaned_and_stay_lines(void **state)
{
	struct quote quote = quote_of("_\bTo be\n\n\x01or\tnot");
	char text[DAILY_CAP];

	(void)state;
	assert_true(daily_write(&quote, text));
	assert_string_equal(text, "To be\n\nor      not");
	assert_true(daily_fits(NULL, &quote));
}

static void
one_that_is_too_long_does_not_fit(void **state)
{
	char text[DAILY_CAP], long_text[SB_QOTD_MAX];
	struct quote quote;

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	long_text[SB_QOTD_MAX - 2] = '\0';
	quote = quote_of(long_text);
	assert_true(daily_fits(NULL, &quote));
	long_text[3] = '\n';
	assert_false(daily_write(&quote, text));
	assert_false(daily_fits(NULL, &quote));
}

static void
one_of_nothing_to_see_does_not_fit(void **state)
{
	struct quote quote = quote_of("\x01\n \n\x02");
	char text[DAILY_CAP];

	(void)state;
	assert_true(daily_write(&quote, text));
	assert_false(daily_fits(NULL, &quote));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_lines_are_cleaned_and_stay_lines),
		cmocka_unit_test(one_that_is_too_long_does_not_fit),
		cmocka_unit_test(one_of_nothing_to_see_does_not_fit),
	};

	return kit_run(tests);
}
