#ifndef PROTOCOLS_IRC_GUARD_H
#define PROTOCOLS_IRC_GUARD_H

/* Against people who say or ask too much. Two guards, each with a table of a fixed size and no
 * other memory: the limiter counts what we answer, the guard what they say. Who is one person,
 * the caller's key says: an account, or a host, or a nick, folded where case does not count.
 * Keys that agree in their first SB_GUARD_KEY_MAX bytes are one. The time is passed in, and
 * never goes back. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SB_GUARD_PEOPLE = 64, SB_GUARD_KEY_MAX = 95 };

/* Those last heard. The members are private. */
struct sb_people {
	size_t n;
	uint32_t hash[SB_GUARD_PEOPLE];
	uint8_t sign[SB_GUARD_PEOPLE]; /* a byte of that */
	/* Who was heard next after a person, and last before; the one past the last stands between
	 * who was heard last of all and who for the longest time was not. */
	uint8_t after[SB_GUARD_PEOPLE + 1], before[SB_GUARD_PEOPLE + 1];
	char key[SB_GUARD_PEOPLE][SB_GUARD_KEY_MAX + 1];
};

/* ---- Answers ---- */

/* A bucket that holds so many tokens, full at first, and gets one more each so many ns. */
struct sb_rate {
	int64_t burst; /* at least 1 */
	int64_t every_ns; /* at least 1; burst * every_ns in years, not centuries */
};

struct sb_limits {
	struct sb_rate person, total;
};

/* 4 a person and one more each 5 s; 8 in all and one more each second. */
extern const struct sb_limits sb_limits_usual;

/* The caller's memory, 8 KB; the members are private. */
struct sb_limiter {
	struct sb_limits limits;
	int64_t total_full_ns; /* when a bucket is full again */
	int64_t person_full_ns[SB_GUARD_PEOPLE];
	struct sb_people people;
};

void sb_limiter_init(struct sb_limiter *limiter, const struct sb_limits *limits);

/* Whether this person may be answered now: takes a token from their bucket and one from that of
 * all, or none. Who was not heard for the longest time, answered or not, is forgotten for one
 * more than SB_GUARD_PEOPLE, and begins with a full bucket again; the bucket of all stands
 * against that. */
bool sb_limiter_take(struct sb_limiter *limiter, const char *key, int64_t now_ns);

/* ---- Floods ---- */

enum sb_flood {
	SB_FLOOD_PRIVATE, /* a text to us alone */
	SB_FLOOD_CHANNEL, /* to a channel */
	SB_FLOOD_CTCP, /* a request, to whomever */
	SB_FLOOD_JOIN, /* a join or a part, unless a netsplit or its end made it */
	SB_FLOOD_KINDS,
};

enum { SB_FLOOD_MAX = 16 };

/* So many of one kind within so long are a flood: the last that comes less than within_ns after the
 * first. n 0: nothing is. */
struct sb_flood_rule {
	unsigned n; /* 2 to SB_FLOOD_MAX, or 0 */
	int64_t within_ns;
};

struct sb_flood_rules {
	struct sb_flood_rule kinds[SB_FLOOD_KINDS];
	int64_t ignore_ns; /* more than 0 */
};

/* 5 texts to us within 8 s, 15 to channels within 60 s, 3 CTCP within 60 s; joins are free; who
 * floods is ignored for 5 minutes. */
extern const struct sb_flood_rules sb_flood_rules_usual;

/* What is to be done with what was heard. */
enum sb_verdict {
	SB_VERDICT_FINE,
	SB_VERDICT_BEGINS, /* it is one too many: this one and what follows is ignored; tell it */
	SB_VERDICT_IGNORED,
	SB_VERDICT_ENDED, /* fine, and the first after they were ignored; tell that it has ended */
};

/* The caller's memory, 41 KB; the members are private. */
struct sb_guard {
	struct sb_flood_rules rules;
	struct sb_people people;
	uint64_t ignored; /* a bit for each of the people */
	struct {
		int64_t until_ns; /* of one who is ignored */
		unsigned n[SB_FLOOD_KINDS]; /* times that are noted */
		unsigned next[SB_FLOOD_KINDS]; /* where the next one goes */
		int64_t times_ns[SB_FLOOD_KINDS][SB_FLOOD_MAX];
	} of[SB_GUARD_PEOPLE];
};

void sb_guard_init(struct sb_guard *guard, const struct sb_flood_rules *rules);

/* Something of that kind was heard from a person. What they say while they are ignored does not
 * make it longer, and when it ends they begin with nothing counted, whatever its kind.
 * The table has room for SB_GUARD_PEOPLE: for one more, who was not heard for the longest time
 * and is not ignored is forgotten; when all of them are ignored, or their ends not yet told, the
 * new one is fine and not counted. */
enum sb_verdict sb_guard_hear(
	struct sb_guard *guard, const char *key, enum sb_flood kind, int64_t now_ns);

/* Whether a person is ignored, for what is not counted. */
bool sb_guard_ignores(const struct sb_guard *guard, const char *key, int64_t now_ns);

/* The key, cut as said above, of one whose time of being ignored is over and who was not heard
 * since, each told once, here or by SB_VERDICT_ENDED; NULL: there is none. It lives until the guard
 * is next given something. */
const char *sb_guard_ended(struct sb_guard *guard, int64_t now_ns);

/* When to ask for that next; INT64_MAX: nobody is ignored. */
int64_t sb_guard_due(const struct sb_guard *guard);

#endif
