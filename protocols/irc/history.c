#include "history.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void
sb_history_init(struct sb_history *h)
{
	memset(h, 0, sizeof(*h));
}

void
sb_history_finish(struct sb_history *h)
{
	free(h->targets);
	sb_history_init(h);
}

/* ---- Messages that are known again ---- */

/* FNV-1a. */
static uint64_t
mix(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (; len; len--)
		hash = (hash ^ *at++) * UINT64_C(0x100000001b3);
	return hash;
}

/* With its NUL, so that no two texts together are as two others. */
static uint64_t
mix_text(uint64_t hash, const char *text)
{
	return mix(hash, text, strlen(text) + 1);
}

uint64_t
sb_history_key(const char *msgid_or_null, int64_t time_ms, const char *nick, const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (msgid_or_null && *msgid_or_null) {
		hash = mix_text(hash, msgid_or_null);
	} else {
		hash = mix(hash, &time_ms, sizeof(time_ms));
		hash = mix_text(mix_text(hash, nick), text);
	}
	return hash ? hash : 1;
}

static bool
knows(const struct sb_history *h, uint64_t key)
{
	size_t i;

	for (i = 0; i < SB_HISTORY_KEYS; i++)
		if (h->keys[i] == key)
			return true;
	return false;
}

static void
note_key(struct sb_history *h, uint64_t key)
{
	h->keys[h->next_key++ % SB_HISTORY_KEYS] = key;
}

/* ---- Targets ---- */

static struct sb_history_target *
find(const struct sb_history *h, enum sb_casemap map, const char *name)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		if (sb_casemap_same(map, h->targets[i].name, name))
			return &h->targets[i];
	return NULL;
}

static bool
make_room(struct sb_history *h)
{
	size_t cap = h->cap ? 2 * h->cap : 8;
	struct sb_history_target *targets;

	if (h->n < h->cap)
		return true;
	if (h->n == SB_HISTORY_TARGETS_MAX)
		return false;
	targets = realloc(h->targets, cap * sizeof(*targets));
	if (!targets)
		return false;
	h->targets = targets;
	h->cap = cap;
	return true;
}

/* A new one, seen last at that time; NULL when it cannot be remembered. */
static struct sb_history_target *
add(struct sb_history *h, const char *name, int64_t time_ms)
{
	struct sb_history_target *target;

	if (strlen(name) >= SB_HISTORY_NAME_CAP || !make_room(h))
		return NULL;
	target = &h->targets[h->n++];
	memset(target, 0, sizeof(*target));
	memcpy(target->name, name, strlen(name) + 1);
	target->time_ms = time_ms;
	return target;
}

/* The one that is fetched has another place, or none any more. */
static void
drop(struct sb_history *h, size_t i)
{
	memmove(&h->targets[i], &h->targets[i + 1], (h->n - i - 1) * sizeof(*h->targets));
	h->n--;
	if (h->at > i) {
		h->at--;
	} else if (h->at == i) {
		h->n_lines = 0;
		if (h->fetch == SB_HISTORY_AFTER)
			h->fetch = SB_HISTORY_IDLE;
	}
}

void
sb_history_joined(struct sb_history *h, enum sb_casemap map, const char *channel, int64_t time_ms)
{
	struct sb_history_target *target = find(h, map, channel);

	if (time_ms > h->heard_ms)
		h->heard_ms = time_ms;
	if (target)
		target->is_due = true;
	else
		(void)add(h, channel, time_ms);
}

void
sb_history_left(struct sb_history *h, enum sb_casemap map, const char *channel)
{
	struct sb_history_target *target = find(h, map, channel);

	if (target)
		drop(h, (size_t)(target - h->targets));
}

void
sb_history_renamed(struct sb_history *h, enum sb_casemap map, const char *from, const char *to)
{
	struct sb_history_target *target = find(h, map, from);

	if (!target || strlen(to) >= SB_HISTORY_NAME_CAP)
		return;
	if (!sb_casemap_same(map, from, to)) {
		sb_history_left(h, map, to);
		target = find(h, map, from);
	}
	memcpy(target->name, to, strlen(to) + 1);
}

static void
move_on(struct sb_history_target *target, const char *msgid_or_null, int64_t time_ms, uint64_t key)
{
	const char *msgid = msgid_or_null ? msgid_or_null : "";
	bool can_ask = strlen(msgid) < sizeof(target->msgid) && !strpbrk(msgid, " \r\n");

	if (time_ms < target->time_ms)
		return;
	target->time_ms = time_ms;
	target->key = key;
	(void)snprintf(target->msgid, sizeof(target->msgid), "%s", can_ask ? msgid : "");
}

/* What is said while a target is due does not move on what it is fetched after. */
void
sb_history_said(struct sb_history *h, enum sb_casemap map, const char *target,
	const char *msgid_or_null, int64_t time_ms, uint64_t key)
{
	struct sb_history_target *where = find(h, map, target);

	note_key(h, key);
	if (time_ms > h->heard_ms)
		h->heard_ms = time_ms;
	if (!where)
		return;
	if (!where->is_due)
		move_on(where, msgid_or_null, time_ms, key);
	else if (time_ms > where->live_ms)
		where->live_ms = time_ms;
}

void
sb_history_private(struct sb_history *h)
{
	if (!h->heard_ms)
		return;
	if (!h->lacks_private)
		h->since_ms = h->heard_ms;
	h->is_private_due = h->lacks_private = true;
}

static void
drop_peers(struct sb_history *h)
{
	size_t i = h->n;

	while (i--)
		if (h->targets[i].is_peer)
			drop(h, i);
}

void
sb_history_end(struct sb_history *h)
{
	size_t i;

	h->fetch = SB_HISTORY_IDLE;
	h->is_private_due = false;
	h->n_lines = 0;
	drop_peers(h);
	for (i = 0; i < h->n; i++)
		h->targets[i].is_due = false;
}

/* ---- Requests ---- */

static void
write_time(int64_t ms, char *buf, size_t cap)
{
	time_t s;
	struct tm tm;

	/* Times of other centuries are a server's fancy. */
	if (ms < 0 || ms > INT64_C(253402300799999))
		ms = 0;
	s = (time_t)(ms / 1000);
	if (!gmtime_r(&s, &tm))
		memset(&tm, 0, sizeof(tm));
	(void)snprintf(buf, cap, "timestamp=%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000));
}

/* Whether the server would rather have ids than times: it names the better one first. */
static bool
prefers_msgid(const char *reftypes_or_null)
{
	const char *at = reftypes_or_null ? reftypes_or_null : "";

	for (; *at; at += strcspn(at, ",")) {
		at += strspn(at, ",");
		if (!strncmp(at, "msgid", 5) && strchr(",", at[5]))
			return true;
		if (!strncmp(at, "timestamp", 9) && strchr(",", at[9]))
			return false;
	}
	return false;
}

/* Of several messages in one millisecond we may have seen some: they are asked for again, unless
 * they fill a page. */
static void
write_from(struct sb_history *h, const struct sb_history_target *target, const char *reftypes,
	struct sb_history_request *ret_request)
{
	h->from_ms = target->time_ms;
	h->from_key = target->key;
	h->used_msgid = h->may_use_msgid && *target->msgid && prefers_msgid(reftypes);
	if (h->used_msgid)
		(void)snprintf(
			ret_request->from, sizeof(ret_request->from), "msgid=%s", target->msgid);
	else
		write_time(target->time_ms - !h->is_exact, ret_request->from,
			sizeof(ret_request->from));
}

/* The next one whose turn it is, from the beginning; false for none. */
static bool
choose(struct sb_history *h)
{
	size_t i;

	for (i = 0; i < h->n; i++) {
		if (!h->targets[i].is_due)
			continue;
		h->at = i;
		h->n_lines = 0;
		h->n_messages = 0;
		h->may_use_msgid = true;
		h->is_exact = false;
		return true;
	}
	return false;
}

static void
begin_page(struct sb_history *h, enum sb_history_fetch fetch, uint32_t limit)
{
	h->fetch = fetch;
	h->is_open = false;
	h->n_pages += h->n_pages == UINT_MAX ? 2 : 1;
	h->limit = limit < SB_HISTORY_PAGE ? limit : SB_HISTORY_PAGE;
	h->n_page = h->n_new = 0;
}

bool
sb_history_next(struct sb_history *h, int64_t now_ms, uint32_t limit, const char *reftypes_or_null,
	struct sb_history_request *ret_request)
{
	bool goes_on = h->at < h->n && h->targets[h->at].is_due && h->n_lines;

	if (h->fetch != SB_HISTORY_IDLE)
		return false;
	ret_request->target = "";
	ret_request->to[0] = '\0';
	if (h->is_private_due) {
		h->is_private_due = false;
		write_time(h->since_ms - SB_HISTORY_FUZZ_MS, ret_request->from,
			sizeof(ret_request->from));
		write_time(now_ms + SB_HISTORY_FUZZ_MS, ret_request->to, sizeof(ret_request->to));
		begin_page(h, SB_HISTORY_TARGETS, limit);
	} else if (goes_on || choose(h)) {
		write_from(h, &h->targets[h->at], reftypes_or_null, ret_request);
		ret_request->target = h->targets[h->at].name;
		begin_page(h, SB_HISTORY_AFTER, limit);
	} else {
		h->lacks_private = false;
		return false;
	}
	ret_request->fetch = h->fetch;
	ret_request->limit = h->limit;
	return true;
}

/* ---- Answers ---- */

bool
sb_history_is_about(const struct sb_history *h, enum sb_casemap map, const char *target)
{
	if (h->fetch == SB_HISTORY_AFTER)
		return sb_casemap_same(map, h->targets[h->at].name, target);
	return h->fetch == SB_HISTORY_TARGETS;
}

static const char *
type_of(enum sb_history_fetch fetch)
{
	return fetch == SB_HISTORY_AFTER ? "chathistory" : "draft/chathistory-targets";
}

unsigned
sb_history_page_begin(
	struct sb_history *h, enum sb_casemap map, const char *type, const char *target)
{
	if (h->is_open || !sb_history_is_about(h, map, target)
		|| strcmp(type, type_of(h->fetch)) != 0)
		return 0;
	h->is_open = true;
	return h->n_pages;
}

bool
sb_history_is_page(const struct sb_history *h, unsigned page)
{
	return page && h->fetch != SB_HISTORY_IDLE && h->n_pages == page;
}

bool
sb_history_take(struct sb_history *h, const char *msgid_or_null, int64_t time_ms, uint64_t key,
	bool is_message)
{
	struct sb_history_target *target;
	bool is_new;

	if (h->fetch != SB_HISTORY_AFTER)
		return true;
	target = &h->targets[h->at];
	is_new = target->key != key && !knows(h, key);
	h->n_page++;
	h->n_new += is_new;
	h->n_lines++;
	h->n_messages += is_new && is_message;
	move_on(target, msgid_or_null, time_ms, key);
	if (is_new)
		note_key(h, key);
	return is_new;
}

void
sb_history_peer(struct sb_history *h, enum sb_casemap map, const char *nick)
{
	struct sb_history_target *target;
	size_t i, n = 0;

	for (i = 0; i < h->n; i++)
		n += h->targets[i].is_peer;
	if (n >= SB_HISTORY_PEERS_MAX || find(h, map, nick))
		return;
	target = add(h, nick, h->since_ms - SB_HISTORY_FUZZ_MS);
	if (target)
		target->is_due = target->is_peer = true;
}

/* The target that is fetched is done with. */
static bool
finish(struct sb_history *h, bool is_whole, struct sb_history_result *ret_result)
{
	struct sb_history_target *target = &h->targets[h->at];

	h->fetch = SB_HISTORY_IDLE;
	memcpy(ret_result->name, target->name, sizeof(target->name));
	ret_result->n_messages = h->n_messages;
	ret_result->is_whole = is_whole;
	target->is_due = false;
	if (target->live_ms)
		move_on(target, NULL, target->live_ms, 0);
	target->live_ms = 0;
	h->n_lines = 0;
	if (target->is_peer)
		drop(h, h->at);
	return true;
}

/* Whether the page has led anywhere, were it through what is known. */
static bool
has_moved(const struct sb_history *h)
{
	const struct sb_history_target *target = &h->targets[h->at];

	return target->time_ms > h->from_ms || (h->used_msgid && target->key != h->from_key);
}

bool
sb_history_page_end(struct sb_history *h, struct sb_history_result *ret_result)
{
	bool is_full = h->n_page >= h->limit, is_stuck;

	if (h->fetch != SB_HISTORY_AFTER) {
		h->fetch = SB_HISTORY_IDLE;
		return false;
	}
	if (h->n_lines >= SB_HISTORY_MAX)
		return finish(h, false, ret_result);
	is_stuck = !h->n_new && !has_moved(h);
	if (!h->n_new && (!is_full || (is_stuck && (h->is_exact || h->used_msgid))))
		return finish(h, !is_full, ret_result);
	h->is_exact = is_stuck;
	h->fetch = SB_HISTORY_IDLE;
	return false;
}

bool
sb_history_failed(struct sb_history *h, bool may_try_again, struct sb_history_result *ret_result)
{
	if (h->fetch != SB_HISTORY_AFTER) {
		h->fetch = SB_HISTORY_IDLE;
		return false;
	}
	if (!may_try_again || !h->used_msgid)
		return finish(h, false, ret_result);
	h->may_use_msgid = false;
	h->fetch = SB_HISTORY_IDLE;
	/* So that it goes on with this one, although nothing has come of it. */
	h->n_lines++;
	return false;
}
