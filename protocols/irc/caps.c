#include "caps_private.h"

#include <errno.h>
#include <string.h>

static void
keep_value(struct sb_caps *caps, size_t i, struct sb_bytes value)
{
	size_t cap;
	char *kept = sb_caps_place_(caps, i, &cap);

	if (!kept)
		return;
	*kept = '\0';
	if (!value.len || value.len >= cap)
		return;
	memcpy(kept, value.ptr, value.len);
	kept[value.len] = '\0';
}

/* Which are to be on. What each needs stands before it in the table. */
static uint64_t
targets(const struct sb_caps *caps)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < caps->n; i++) {
		const struct sb_caps_entry *e = &caps->entries[i];
		bool is_possible = e->offered && (e->is_on || e->request || !e->is_refused);

		if (e->is_wanted && is_possible && (bits & sb_caps_needs_(i)) == sb_caps_needs_(i))
			bits |= SB_CAP_BIT(i);
	}
	return bits;
}

static bool
is_to_change(const struct sb_caps *caps, size_t i, uint64_t target)
{
	const struct sb_caps_entry *e = &caps->entries[i];

	return !e->request && !e->is_refused && e->is_on != !!(target & SB_CAP_BIT(i));
}

/* What was refused in company waits until what it needs has been answered. */
static bool
is_ready(const struct sb_caps *caps, size_t i, uint64_t target)
{
	return is_to_change(caps, i, target)
	       && (caps->entries[i].is_on || !caps->entries[i].is_alone
		       || (sb_caps_on(caps) & sb_caps_needs_(i)) == sb_caps_needs_(i));
}

void
sb_caps_init(struct sb_caps *caps)
{
	memset(caps, 0, sizeof(*caps));
	caps->n = SB_CAP_N_KNOWN;
	for (size_t i = 0; i < SB_CAP_N_KNOWN; i++)
		caps->entries[i].is_wanted = sb_caps_is_wanted_(i);
}

void
sb_caps_begin(struct sb_caps *caps)
{
	for (size_t i = 0; i < caps->n; i++)
		caps->entries[i] =
			(struct sb_caps_entry){ .is_wanted = caps->entries[i].is_wanted };
	caps->has_list = caps->is_listed = caps->is_given_up = caps->has_ended = false;
	caps->n_requests = 0;
}

static bool
is_name(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= SB_CAPS_NAME_MAX || strchr("-~:", *name))
		return false;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == '=' || *name == 0x7f)
			return false;
	return true;
}

static int
add(struct sb_caps *caps, const char *name)
{
	if (caps->n == SB_CAPS_MAX)
		return -ENOSPC;
	memcpy(caps->names[caps->n - SB_CAP_N_KNOWN], name, strlen(name) + 1);
	caps->entries[caps->n] = (struct sb_caps_entry){ .request = 0 };
	return (int)caps->n++;
}

int
sb_caps_want(struct sb_caps *caps, const char *name, bool is_wanted)
{
	int i = sb_caps_find(caps, name);

	if (!is_name(name) || i == SB_CAP_STS)
		return -EINVAL;
	if (i < 0 && is_wanted)
		i = add(caps, name);
	if (i < 0)
		return i;
	if (caps->entries[i].is_wanted != is_wanted)
		caps->entries[i].is_refused = false;
	caps->entries[i].is_wanted = is_wanted;
	return i;
}

static void
offer(struct sb_caps *caps, const char *words, bool is_anew)
{
	struct sb_caps_entry *e;
	struct caps_word word;
	uint8_t alias;
	size_t i;

	while ((e = sb_caps_next_known_(caps, &words, &word, &i, &alias))) {
		if (word.is_minus)
			continue;
		e->offered |= (uint8_t)(1U << alias);
		if (is_anew)
			e->is_refused = e->is_alone = false;
		keep_value(caps, i, word.value);
	}
}

void
sb_caps_ls(struct sb_caps *caps, const char *words, bool is_last)
{
	offer(caps, words, false);
	caps->has_list = true;
	caps->is_listed |= is_last;
}

void
sb_caps_new(struct sb_caps *caps, const char *words)
{
	offer(caps, words, true);
	/* So it has capabilities after all. */
	caps->is_listed |= caps->is_given_up;
}

void
sb_caps_del(struct sb_caps *caps, const char *words)
{
	struct sb_caps_entry *e;
	struct caps_word word;
	uint8_t alias;
	size_t i;

	while ((e = sb_caps_next_known_(caps, &words, &word, &i, &alias))) {
		if (i == SB_CAP_STS)
			continue;
		e->offered &= (uint8_t) ~(1U << alias);
		if (e->is_on && e->alias == alias)
			e->is_on = false;
		if (!e->offered)
			e->is_refused = e->is_alone = false;
	}
}

static void
refuse(struct sb_caps_entry *e, bool is_final)
{
	e->request = 0;
	e->is_refused |= is_final || e->is_alone;
	e->is_alone = true;
}

/* The request is answered as far as it ever will be: what is not granted is refused. */
static void
conclude(struct sb_caps *caps, unsigned request)
{
	for (size_t i = 0; i < caps->n; i++) {
		struct sb_caps_entry *e = &caps->entries[i];

		if (e->request != request)
			continue;
		if (!e->is_acked) {
			refuse(e, true);
			continue;
		}
		e->request = 0;
		e->is_acked = e->is_alone = false;
		e->is_on = e->offered && !e->asks_off;
	}
}

/* Answers come in the order of the requests. */
static void
conclude_before(struct sb_caps *caps, unsigned request)
{
	for (size_t i = 0; i < caps->n; i++)
		if (caps->entries[i].request && caps->entries[i].request < request)
			conclude(caps, caps->entries[i].request);
}

static bool
is_whole(const struct sb_caps *caps, unsigned request)
{
	for (size_t i = 0; i < caps->n; i++)
		if (caps->entries[i].request == request && !caps->entries[i].is_acked)
			return false;
	return true;
}

static void
conclude_whole(struct sb_caps *caps)
{
	for (size_t i = 0; i < caps->n; i++)
		if (caps->entries[i].request && is_whole(caps, caps->entries[i].request))
			conclude(caps, caps->entries[i].request);
}

void
sb_caps_ack(struct sb_caps *caps, const char *words)
{
	struct sb_caps_entry *e;
	struct caps_word word;
	uint8_t alias;
	size_t i;

	while ((e = sb_caps_next_known_(caps, &words, &word, &i, &alias))) {
		if (e->request && e->alias == alias && e->asks_off == word.is_minus) {
			conclude_before(caps, e->request);
			e->is_acked = true;
		} else if (!e->request && e->offered & (1U << alias)) {
			e->is_on = !word.is_minus && i != SB_CAP_STS;
			e->alias = alias;
			e->is_refused = false;
		}
	}
	conclude_whole(caps);
}

static unsigned
oldest_request(const struct sb_caps *caps)
{
	unsigned oldest = 0;

	for (size_t i = 0; i < caps->n; i++) {
		unsigned request = caps->entries[i].request;

		if (request && (!oldest || request < oldest))
			oldest = request;
	}
	return oldest;
}

static unsigned
refused_request(struct sb_caps *caps, const char *words)
{
	struct sb_caps_entry *e;
	struct caps_word word;
	uint8_t alias;
	size_t i;

	while ((e = sb_caps_next_known_(caps, &words, &word, &i, &alias)))
		if (e->request)
			return e->request;
	return oldest_request(caps);
}

void
sb_caps_nak(struct sb_caps *caps, const char *words)
{
	unsigned request = refused_request(caps, words);
	size_t n = 0;

	if (!request)
		return;
	conclude_before(caps, request);
	for (size_t i = 0; i < caps->n; i++)
		n += caps->entries[i].request == request;
	for (size_t i = 0; i < caps->n; i++) {
		struct sb_caps_entry *e = &caps->entries[i];

		if (e->request != request)
			continue;
		e->is_acked = false;
		refuse(e, n == 1);
	}
}

void
sb_caps_give_up(struct sb_caps *caps)
{
	for (size_t i = 0; i < caps->n; i++)
		if (caps->entries[i].request)
			conclude(caps, caps->entries[i].request);
	caps->is_listed |= caps->has_list;
	caps->is_given_up = true;
}

/* Writes one more word if it fits. */
static bool
append(char *buf, size_t *len, const char *sign, const char *name)
{
	size_t sign_len = strlen(sign), name_len = strlen(name);

	if (*len + (*len > 0) + sign_len + name_len > SB_CAPS_REQUEST_MAX)
		return false;
	if (*len)
		buf[(*len)++] = ' ';
	memcpy(buf + *len, sign, sign_len);
	memcpy(buf + *len + sign_len, name, name_len + 1);
	*len += sign_len + name_len;
	return true;
}

static uint8_t
first_offered(const struct sb_caps_entry *e)
{
	uint8_t alias = 0;

	while (!(e->offered & (1U << alias)))
		alias++;
	return alias;
}

size_t
sb_caps_next_request(struct sb_caps *caps, char *buf, size_t cap)
{
	uint64_t target = targets(caps);
	size_t len = 0;

	sb_assert(cap > SB_CAPS_REQUEST_MAX);
	*buf = '\0';
	if (!caps->is_listed)
		return 0;
	for (size_t i = 0; i < caps->n; i++) {
		struct sb_caps_entry *e = &caps->entries[i];

		if (!is_ready(caps, i, target) || (e->is_alone && len))
			continue;
		if (!e->is_on)
			e->alias = first_offered(e);
		if (!append(buf, &len, e->is_on ? "-" : "", sb_caps_alias_(caps, i, e->alias)))
			break;
		e->asks_off = e->is_on;
		e->request = caps->n_requests + 1;
		if (e->is_alone)
			break;
	}
	caps->n_requests += len > 0;
	return len;
}

enum sb_caps_state
sb_caps_state(const struct sb_caps *caps)
{
	uint64_t target = targets(caps);

	if (!caps->is_listed)
		return caps->is_given_up ? SB_CAPS_ABSENT : SB_CAPS_LISTING;
	for (size_t i = 0; i < caps->n; i++)
		if (caps->entries[i].request || is_ready(caps, i, target))
			return SB_CAPS_ASKING;
	return SB_CAPS_SETTLED;
}

bool
sb_caps_may_end(const struct sb_caps *caps)
{
	return !caps->has_ended && sb_caps_state(caps) == SB_CAPS_SETTLED;
}

void
sb_caps_ended(struct sb_caps *caps)
{
	caps->has_ended = true;
}

uint64_t
sb_caps_on(const struct sb_caps *caps)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < caps->n; i++)
		if (caps->entries[i].is_on && (bits & sb_caps_needs_(i)) == sb_caps_needs_(i))
			bits |= SB_CAP_BIT(i);
	return bits;
}

bool
sb_caps_is_on(const struct sb_caps *caps, int number)
{
	sb_assert(number >= 0 && number < SB_CAPS_MAX);
	return sb_caps_on(caps) & SB_CAP_BIT(number);
}
