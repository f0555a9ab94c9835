#include "quotes_json.h"

#include <errno.h>

/* Days of the Gregorian calendar since 1970-01-01, the year reckoned from March, so that the leap
 * day comes last. */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t shifted = year - (month <= 2), era, of_era;

	era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	of_era = shifted - era * 400;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100
	       + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
}

static int
days_in(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1]
	       + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* Only years of four digits can be written. */
enum { DAY_S = 24 * 60 * 60 };
static const int64_t FIRST_S = INT64_C(-62167219200), LAST_S = INT64_C(253402300799);

void
quotes_time(int64_t time_s, char buf[QUOTES_TIME_CAP])
{
	int64_t day, rest, year = 0;
	int month = 1;

	time_s = time_s < FIRST_S ? FIRST_S : time_s > LAST_S ? LAST_S : time_s;
	rest = ((time_s % DAY_S) + DAY_S) % DAY_S;
	day = (time_s - rest) / DAY_S;
	/* A year has 365 to 366 days: the guess is never too late, and at most one too early. */
	year = (int64_t)((double)(day + 719528) / 365.2425) - 1;
	while (days_of(year + 1, 1, 1) <= day)
		year++;
	while (month < 12 && days_of(year, month + 1, 1) <= day)
		month++;
	(void)snprintf(buf, QUOTES_TIME_CAP, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, month,
		(int)(day - days_of(year, month, 1)) + 1, (int)(rest / 3600), (int)(rest / 60 % 60),
		(int)(rest % 60));
}

/* A number of so many digits, or -1. */
static int
digits(const char *text, int n)
{
	int value = 0;

	for (; n; n--, text++) {
		if (*text < '0' || *text > '9')
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value;
}

int
quotes_parse_time(const char *text, int64_t *ret_time_s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	int i, year, month, day, hour, minute, second;

	if (strlen(text) != sizeof(form) - 1)
		return -EINVAL;
	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? digits(text + i, 1) < 0 : text[i] != form[i])
			return -EINVAL;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day = digits(text + 8, 2);
	hour = digits(text + 11, 2);
	minute = digits(text + 14, 2);
	second = digits(text + 17, 2);
	if (month < 1 || month > 12 || day < 1 || day > days_in(year, month) || hour > 23
		|| minute > 59 || second > 59)
		return -EINVAL;
	*ret_time_s = days_of(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second;
	return 0;
}
