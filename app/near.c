#include "near.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <signalbox/base.h>

enum { LETTERS_WRONG = 2 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be put in, left out or changed to make the one word the other. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NEAR_LONGEST + 1], i, corner, above, len = strlen(b);

	sb_assert(len <= NEAR_LONGEST);
	for (i = 0; i <= len; i++)
		row[i] = i;
	for (; *a; a++) {
		corner = row[0]++;
		for (i = 1; i <= len; i++) {
			above = row[i];
			corner += *a != b[i - 1];
			row[i] = least(corner, least(above, row[i - 1]) + 1);
			corner = above;
		}
	}
	return row[len];
}

/* Of a short name two letters are most. */
static bool
is_near(const char *mistyped, const char *name)
{
	size_t wrong = distance(mistyped, name);

	return wrong <= LETTERS_WRONG && 2 * wrong <= strlen(name);
}

static size_t
write_those(const char *mistyped, const char *const *names, size_t n, const char *prefix,
	bool begun, char *buf)
{
	size_t i, len, n_written = 0, begins = strlen(mistyped);

	for (i = 0; i < n; i++) {
		if (begun ? !begins || strncmp(names[i], mistyped, begins) != 0
			  : !is_near(mistyped, names[i]))
			continue;
		len = strlen(buf);
		(void)snprintf(buf + len, NEAR_CAP - len, "%s%s%s",
			n_written++ ? " or " : "; perhaps ", prefix, names[i]);
	}
	return n_written;
}

void
near_find(const char *mistyped, const char *const *names, size_t n, const char *prefix,
	char ret_buf[NEAR_CAP])
{
	ret_buf[0] = '\0';
	if (!write_those(mistyped, names, n, prefix, true, ret_buf))
		(void)write_those(mistyped, names, n, prefix, false, ret_buf);
}
