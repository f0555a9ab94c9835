#include "rejoin.h"

#include <stdlib.h>
#include <string.h>

#include <signalbox/reactor.h>

#define FIRST_NS (30 * SB_S)
#define KICKED_NS (5 * SB_S)
#define LONGEST_NS (720 * SB_S)

/* How often a 403 may be about something else. */
enum { DOUBTED = 3 };

struct numeric {
	const char *text;
	enum sb_rejoin means;
};

/* Sorted; the first is the doubtful one. */
static const struct numeric numerics[] = {
	{ "403", SB_REJOIN_NEVER }, /* no such channel */
	{ "405", SB_REJOIN_LATER }, /* we are on too many */
	{ "437", SB_REJOIN_LATER }, /* unavailable, after a split */
	{ "470", SB_REJOIN_LATER }, /* forwarded to another, which is not the one we want */
	{ "471", SB_REJOIN_LATER }, /* full */
	{ "473", SB_REJOIN_LATER }, /* by invitation */
	{ "474", SB_REJOIN_LATER }, /* banned */
	{ "475", SB_REJOIN_LATER }, /* another key */
	{ "476", SB_REJOIN_NEVER }, /* a bad name */
	{ "477", SB_REJOIN_LATER }, /* for those who are logged in */
	{ "479", SB_REJOIN_NEVER }, /* a bad name */
	{ "480", SB_REJOIN_LATER }, /* too many joins */
	{ "489", SB_REJOIN_LATER }, /* over TLS alone */
};

static int
compare(const void *text, const void *numeric)
{
	return strcmp(text, ((const struct numeric *)numeric)->text);
}

enum sb_rejoin
sb_rejoin_judge(const char *numeric, unsigned n)
{
	const struct numeric *found = bsearch(numeric, numerics,
		sizeof(numerics) / sizeof(numerics[0]), sizeof(numerics[0]), compare);

	if (!found)
		return SB_REJOIN_NO_REFUSAL;
	return found == numerics && n < DOUBTED ? SB_REJOIN_LATER : found->means;
}

static int64_t
grow(int64_t first_ns, unsigned n, uint64_t random)
{
	int64_t delay_ns = first_ns;

	for (; n > 1 && delay_ns < LONGEST_NS; n--)
		delay_ns *= 2;
	if (delay_ns > LONGEST_NS)
		delay_ns = LONGEST_NS;
	return delay_ns + (int64_t)(random % (uint64_t)(delay_ns / 4 + 1));
}

int64_t
sb_rejoin_refused_ns(unsigned n, uint64_t random)
{
	return grow(FIRST_NS, n, random);
}

int64_t
sb_rejoin_kicked_ns(unsigned n, uint64_t random)
{
	return n <= 1 ? KICKED_NS : grow(FIRST_NS, n - 1, random);
}
