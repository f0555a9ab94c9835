#include <signalbox/http.h>

#include <errno.h>
#include <string.h>

#include "http_parse.h"

enum {
	DAY_S = 24 * 60 * 60,
	DAYS_TO_1970 = 719468, /* from the first of March of the year 0 */
	DAYS_IN_400_YEARS = 146097,
};

/* The first and the last second of a year of four digits. */
#define EARLIEST_S INT64_C(-62167219200)
#define LATEST_S INT64_C(253402300799)

static const char *const days[] = { "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday",
	"Wednesday" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

struct date {
	int64_t year;
	int month, day, hour, minute, second; /* the month from 1 */
};

int
sb_http_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
sb_http_is_alphanumeric(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_unreserved(char c)
{
	return sb_http_is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool
sb_http_is_token_char(char c)
{
	return sb_http_is_alphanumeric(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

size_t
sb_http_encode(const char *text, char *buf, size_t cap)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t len = 0, written = 0;

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		char escape[3] = { '%', digits[byte >> 4], digits[byte & 15] };
		size_t n = is_unreserved(*text) ? 1 : sizeof(escape);

		if (len + n < cap) {
			memcpy(buf + len, n == 1 ? text : escape, n);
			written += n;
		}
		len += n;
	}
	if (cap)
		buf[written] = '\0';
	return len;
}

int64_t
sb_http_decode(char *text, bool plus_is_space)
{
	const char *from = text;
	char *to = text;

	while (*from) {
		char c = *from++;

		if (c == '+' && plus_is_space) {
			c = ' ';
		} else if (c == '%') {
			int high = sb_http_hex_digit(from[0]);
			int low = high < 0 ? -1 : sb_http_hex_digit(from[1]);

			if (low < 0 || high + low == 0)
				return -EINVAL;
			c = (char)(high << 4 | low);
			from += 2;
		}
		*to++ = c;
	}
	*to = '\0';
	return to - text;
}

/* Days from 1970 to a date of the Gregorian calendar. A year is counted from March here, so that
 * the leap day is its last. */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int m = month > 2 ? month - 3 : month + 9;

	/* 153 days are in the five months from March to July, and again from August on. */
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - DAYS_TO_1970;
}

static struct date
date_of(int64_t time_s)
{
	int64_t n = time_s / DAY_S, rest = time_s % DAY_S;
	int64_t in_400, year, in_year;
	int m;

	if (rest < 0) {
		rest += DAY_S;
		n--;
	}
	n += DAYS_TO_1970 + DAYS_IN_400_YEARS; /* from the year -400, lest it be negative */
	in_400 = n % DAYS_IN_400_YEARS;
	year = (in_400 - in_400 / 1460 + in_400 / 36524 - in_400 / 146096) / 365;
	in_year = in_400 - (365 * year + year / 4 - year / 100);
	m = (int)((5 * in_year + 2) / 153);
	return (struct date){
		.year = year + 400 * (n / DAYS_IN_400_YEARS - 1) + (m >= 10),
		.month = m < 10 ? m + 3 : m - 9,
		.day = (int)(in_year - (153 * m + 2) / 5 + 1),
		.hour = (int)(rest / 3600),
		.minute = (int)(rest / 60 % 60),
		.second = (int)(rest % 60),
	};
}

void
sb_http_date(int64_t time_s, char buf[SB_HTTP_DATE_CAP])
{
	struct date date;
	const char *day;

	if (time_s < EARLIEST_S)
		time_s = EARLIEST_S;
	if (time_s > LATEST_S)
		time_s = LATEST_S;
	date = date_of(time_s);
	/* The first day of all was a Saturday. */
	day = days[((time_s - EARLIEST_S) / DAY_S + 2) % 7];
	(void)snprintf(buf, SB_HTTP_DATE_CAP, "%.3s, %02d %s %04d %02d:%02d:%02d GMT", day,
		date.day, months[date.month - 1], (int)date.year, date.hour, date.minute,
		date.second);
}

static bool
skip(const char **at, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

/* A number of just n digits, the first of which may be a space where that is said. */
static bool
read_number(const char **at, int n, bool is_padded, int *ret_number)
{
	const char *c = *at;
	int number = 0, i;

	if (is_padded && *c == ' ') {
		c++;
		n--;
	}
	for (i = 0; i < n; i++, c++) {
		if (*c < '0' || *c > '9')
			return false;
		number = number * 10 + (*c - '0');
	}
	*ret_number = number;
	*at = c;
	return true;
}

static bool
read_month(const char **at, int *ret_month)
{
	int i;

	for (i = 0; i < 12; i++) {
		if (skip(at, months[i])) {
			*ret_month = i + 1;
			return true;
		}
	}
	return false;
}

static bool
read_clock(const char **at, struct date *date)
{
	return read_number(at, 2, false, &date->hour) && skip(at, ":")
	       && read_number(at, 2, false, &date->minute) && skip(at, ":")
	       && read_number(at, 2, false, &date->second);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static bool
read_usual(const char **at, struct date *date)
{
	int year = 0;
	bool is_read = skip(at, ", ") && read_number(at, 2, false, &date->day) && skip(at, " ")
		       && read_month(at, &date->month) && skip(at, " ")
		       && read_number(at, 4, false, &year) && skip(at, " ") && read_clock(at, date)
		       && skip(at, " GMT");

	date->year = year;
	return is_read;
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static bool
read_rfc850(const char **at, struct date *date)
{
	int year = 0;
	bool is_read = skip(at, ", ") && read_number(at, 2, false, &date->day) && skip(at, "-")
		       && read_month(at, &date->month) && skip(at, "-")
		       && read_number(at, 2, false, &year) && skip(at, " ") && read_clock(at, date)
		       && skip(at, " GMT");

	date->year = year + (year < 70 ? 2000 : 1900);
	return is_read;
}

/* Sun Nov  6 08:49:37 1994 */
static bool
read_asctime(const char **at, struct date *date)
{
	int year = 0;
	bool is_read = skip(at, " ") && read_month(at, &date->month) && skip(at, " ")
		       && read_number(at, 2, true, &date->day) && skip(at, " ")
		       && read_clock(at, date) && skip(at, " ") && read_number(at, 4, false, &year);

	date->year = year;
	return is_read;
}

static bool
read_date(const char *at, struct date *date)
{
	const char *begin = at;
	size_t i;

	for (i = 0; i < 7; i++) {
		const char *day = days[i];

		at = begin;
		if (skip(&at, day))
			return read_rfc850(&at, date) && !*at;
		if (strncmp(at, day, 3) != 0)
			continue;
		at += 3;
		return (*at == ',' ? read_usual(&at, date) : read_asctime(&at, date)) && !*at;
	}
	return false;
}

static int
days_in(int64_t year, int month)
{
	return (int)(days_of(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1)
		     - days_of(year, month, 1));
}

int64_t
sb_http_parse_date(const char *text)
{
	struct date date = { 0 };

	if (!read_date(text, &date) || date.year < 1970)
		return -EINVAL;
	if (date.day < 1 || date.day > days_in(date.year, date.month))
		return -EINVAL;
	/* A leap second is read as the next. */
	if (date.hour > 23 || date.minute > 59 || date.second > 60)
		return -EINVAL;
	return days_of(date.year, date.month, date.day) * DAY_S + date.hour * 3600
	       + date.minute * 60 + date.second;
}

static const struct {
	int status;
	const char *text;
} statuses[] = {
	{ 100, "Continue" },
	{ 101, "Switching Protocols" },
	{ 103, "Early Hints" },
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 203, "Non-Authoritative Information" },
	{ 204, "No Content" },
	{ 205, "Reset Content" },
	{ 206, "Partial Content" },
	{ 300, "Multiple Choices" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 402, "Payment Required" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 407, "Proxy Authentication Required" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 425, "Too Early" },
	{ 426, "Upgrade Required" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 451, "Unavailable For Legal Reasons" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
	{ 511, "Network Authentication Required" },
};

const char *
sb_http_status_text(int status)
{
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == status)
			return statuses[i].text;
	}
	return "Unknown";
}
