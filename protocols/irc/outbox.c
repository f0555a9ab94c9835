#include "casemap.h"
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

/* The first ones are of answers. */
enum { SHARED = SB_OUTBOX_LANES, N_ANSWERS, AT_ONCE = N_ANSWERS, BULK, N_LANES };

struct sb_outbox_entry {
	struct sb_outbox_entry *next;
	enum sb_outbox_priority priority;
	uint64_t id;
	bool is_batch;
	int64_t cost_ns; /* under the model there is */
	size_t len;
	const char *target; /* behind the line */
	char line[];
};

/* Passwords are said, too. */
static void
free_entry(struct sb_outbox_entry *entry)
{
	if (entry)
		explicit_bzero(entry->line, entry->len);
	free(entry);
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- Lanes and sums ---- */

static void
append(struct sb_outbox_lane *lane, struct sb_outbox_entry *entry)
{
	if (lane->first)
		lane->last->next = entry;
	else
		lane->first = entry;
	lane->last = entry;
	lane->n_lines++;
	lane->n_bytes += entry->len;
}

/* Takes out the entry that *at points to; before: the one in front of it, NULL for none. */
static struct sb_outbox_entry *
take_out(struct sb_outbox_lane *lane, struct sb_outbox_entry **at, struct sb_outbox_entry *before)
{
	struct sb_outbox_entry *entry = *at;

	*at = entry->next;
	if (lane->last == entry)
		lane->last = before;
	lane->n_lines--;
	lane->n_bytes -= entry->len;
	return entry;
}

/* The level rises and falls only here, and where a line is refused. */
static void
update_level(struct sb_outbox *outbox)
{
	bool is_high = false, is_low = true;
	int p;

	for (p = SB_OUTBOX_ANSWER; p <= SB_OUTBOX_BULK; p++) {
		size_t lines = outbox->n_lines[p], bytes = outbox->n_bytes[p];

		is_high |= 2 * lines >= outbox->limits.lines || 2 * bytes >= outbox->limits.bytes;
		is_low &= 4 * lines <= outbox->limits.lines && 4 * bytes <= outbox->limits.bytes;
	}
	if (outbox->is_high ? is_low : is_high)
		outbox->is_high = !outbox->is_high;
}

static void
count_in(struct sb_outbox *outbox, const struct sb_outbox_entry *entry)
{
	outbox->n_lines[entry->priority]++;
	outbox->n_bytes[entry->priority] += entry->len;
	outbox->queued_ns[entry->priority] += entry->cost_ns;
	update_level(outbox);
}

static void
count_out(struct sb_outbox *outbox, const struct sb_outbox_entry *entry)
{
	outbox->n_lines[entry->priority]--;
	outbox->n_bytes[entry->priority] -= entry->len;
	outbox->queued_ns[entry->priority] -= entry->cost_ns;
	update_level(outbox);
}

/* The lane for an answer: its target's, or a free one, of those the next whose turn comes. While
 * anything waits in the shared one, whoever has none goes there, so that nobody's lines ever
 * overtake each other. */
static size_t
answer_lane(const struct sb_outbox *outbox, const char *target)
{
	size_t i, is_free = SHARED;

	for (i = 0; i < N_ANSWERS; i++) {
		size_t at = (outbox->turn + i) % N_ANSWERS;
		const struct sb_outbox_entry *first = outbox->lanes[at].first;

		if (at == SHARED)
			continue;
		if (first && sb_casemap_same(SB_CASEMAP_RFC1459, first->target, target))
			return at;
		if (!first && is_free == SHARED)
			is_free = at;
	}
	return outbox->lanes[SHARED].first ? SHARED : is_free;
}

static size_t
lane_for(const struct sb_outbox *outbox, enum sb_outbox_priority priority, const char *target)
{
	if (priority == SB_OUTBOX_ANSWER)
		return answer_lane(outbox, target);
	return priority == SB_OUTBOX_BULK ? BULK : AT_ONCE;
}

/* The lane whose line goes next; N_LANES when nothing waits. */
static size_t
next_lane(const struct sb_outbox *outbox)
{
	size_t i;

	if (outbox->lanes[AT_ONCE].first)
		return AT_ONCE;
	for (i = 0; outbox->n_lines[SB_OUTBOX_ANSWER] && i < N_ANSWERS; i++)
		if (outbox->lanes[(outbox->turn + i) % N_ANSWERS].first)
			return (outbox->turn + i) % N_ANSWERS;
	return outbox->lanes[BULK].first ? BULK : N_LANES;
}

static struct sb_outbox_entry *
take_next(struct sb_outbox *outbox, size_t at)
{
	struct sb_outbox_lane *lane = &outbox->lanes[at];
	struct sb_outbox_entry *entry = take_out(lane, &lane->first, NULL);

	if (entry->priority == SB_OUTBOX_ANSWER)
		outbox->turn = (at + 1) % N_ANSWERS;
	count_out(outbox, entry);
	return entry;
}

static void
tell_line(const struct sb_outbox_entry *entry, struct sb_outbox_line *ret_line)
{
	*ret_line = (struct sb_outbox_line){
		.bytes = { entry->line, entry->len },
		.priority = entry->priority,
		.target = entry->target,
		.id = entry->id,
		.is_batch = entry->is_batch,
	};
}

/* ---- Life ---- */

void
sb_outbox_init(struct sb_outbox *outbox, const struct sb_outbox_model *model,
	struct sb_outbox_limits limits)
{
	sb_assert(limits.lines >= 2 && limits.bytes >= 2);
	*outbox = (struct sb_outbox){ .limits = limits, .timer_ns = INT64_MIN };
	sb_outbox_set_model(outbox, model);
}

void
sb_outbox_finish(struct sb_outbox *outbox)
{
	sb_outbox_clear(outbox, NULL, NULL);
}

void
sb_outbox_set_model(struct sb_outbox *outbox, const struct sb_outbox_model *model)
{
	size_t i;

	sb_assert(model->step_bytes >= 1 && model->reserve_ns <= model->window_ns);
	outbox->model = model;
	if (!model->window_ns)
		outbox->timer_ns = INT64_MIN;
	memset(outbox->queued_ns, 0, sizeof(outbox->queued_ns));
	for (i = 0; i < N_LANES; i++) {
		struct sb_outbox_entry *entry;

		for (entry = outbox->lanes[i].first; entry; entry = entry->next) {
			entry->cost_ns = sb_outbox_cost_ns(
				model, (struct sb_bytes){ entry->line, entry->len });
			outbox->queued_ns[entry->priority] += entry->cost_ns;
		}
	}
}

void
sb_outbox_hold(struct sb_outbox *outbox, int64_t now_ns, int64_t ns)
{
	outbox->timer_ns = later(outbox->timer_ns, now_ns + ns + outbox->model->window_ns);
}

/* ---- In ---- */

static bool
is_line(struct sb_bytes bytes)
{
	const char *text = bytes.ptr;
	size_t i;

	if (bytes.len < 3 || text[bytes.len - 2] != '\r' || text[bytes.len - 1] != '\n')
		return false;
	for (i = 0; i < bytes.len - 2; i++)
		if (text[i] == '\r' || text[i] == '\n' || !text[i])
			return false;
	return true;
}

static bool
are_lines(struct sb_bytes bytes)
{
	const char *at = bytes.ptr, *end = at + bytes.len;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		if (!lf || !is_line((struct sb_bytes){ at, (size_t)(lf + 1 - at) }))
			return false;
		at = lf + 1;
	}
	return bytes.len;
}

static bool
has_room(const struct sb_outbox *outbox, const struct sb_outbox_line *line,
	const struct sb_outbox_lane *lane)
{
	enum sb_outbox_priority p = line->priority;
	const struct sb_outbox_limits *limits = &outbox->limits;
	size_t lines = p == SB_OUTBOX_AT_ONCE ? SB_OUTBOX_AT_ONCE_MAX : limits->lines;

	if (outbox->n_lines[p] >= lines || line->bytes.len > limits->bytes - outbox->n_bytes[p])
		return false;
	if (p != SB_OUTBOX_ANSWER)
		return true;
	return lane->n_lines < limits->lines / 2
	       && lane->n_bytes + line->bytes.len <= limits->bytes / 2;
}

static struct sb_outbox_entry *
create_entry(
	const struct sb_outbox_line *line, const char *target, const struct sb_outbox_model *model)
{
	size_t len = line->bytes.len, target_cap = strlen(target) + 1;
	struct sb_outbox_entry *entry = malloc(sizeof(*entry) + len + target_cap);

	if (!entry)
		return NULL;
	entry->next = NULL;
	entry->priority = line->priority;
	entry->id = line->id;
	entry->is_batch = line->is_batch;
	entry->cost_ns = sb_outbox_cost_ns(model, line->bytes);
	entry->len = len;
	memcpy(entry->line, line->bytes.ptr, len);
	entry->target = memcpy(entry->line + len, target, target_cap);
	return entry;
}

int
sb_outbox_put(struct sb_outbox *outbox, const struct sb_outbox_line *line)
{
	const char *target = line->target ? line->target : "";
	struct sb_outbox_lane *lane;
	struct sb_outbox_entry *entry;

	sb_assert(line->priority < SB_OUTBOX_N_PRIORITIES);
	if (!(line->is_batch ? are_lines(line->bytes) : is_line(line->bytes))
		|| strlen(target) > SB_OUTBOX_TARGET_MAX)
		return -EINVAL;
	if (line->bytes.len > outbox->limits.bytes / 2)
		return -EMSGSIZE;
	lane = &outbox->lanes[lane_for(outbox, line->priority, target)];
	if (!has_room(outbox, line, lane)) {
		outbox->is_high |= line->priority != SB_OUTBOX_AT_ONCE;
		return -ENOBUFS;
	}
	entry = create_entry(line, target, outbox->model);
	if (!entry)
		return -ENOMEM;
	append(lane, entry);
	count_in(outbox, entry);
	return 0;
}

/* ---- Out ---- */

static int64_t
window_of(const struct sb_outbox *outbox, enum sb_outbox_priority priority)
{
	const struct sb_outbox_model *model = outbox->model;

	return model->window_ns - (priority == SB_OUTBOX_BULK ? model->reserve_ns : 0);
}

/* When a line may go that costs so much and comes after others that cost so much. */
static int64_t
goes_at_ns(const struct sb_outbox *outbox, int64_t now_ns, int64_t before_ns, int64_t cost_ns,
	enum sb_outbox_priority priority)
{
	int64_t window_ns = window_of(outbox, priority);
	int64_t stands_out_until_ns = later(outbox->timer_ns, now_ns) + before_ns;

	if (priority == SB_OUTBOX_AT_ONCE)
		return now_ns;
	if (cost_ns > window_ns)
		return stands_out_until_ns;
	return later(now_ns, stands_out_until_ns + cost_ns - window_ns);
}

int64_t
sb_outbox_due_ns(const struct sb_outbox *outbox, int64_t now_ns)
{
	size_t at = next_lane(outbox);
	const struct sb_outbox_entry *entry;

	if (at == N_LANES)
		return INT64_MAX;
	entry = outbox->lanes[at].first;
	return goes_at_ns(outbox, now_ns, 0, entry->cost_ns, entry->priority);
}

bool
sb_outbox_next(struct sb_outbox *outbox, int64_t now_ns, struct sb_outbox_line *ret_line)
{
	struct sb_outbox_entry *entry;

	free_entry(outbox->taken);
	outbox->taken = NULL;
	if (sb_outbox_due_ns(outbox, now_ns) > now_ns)
		return false;
	entry = take_next(outbox, next_lane(outbox));
	outbox->timer_ns = later(outbox->timer_ns, now_ns) + entry->cost_ns;
	outbox->taken = entry;
	tell_line(entry, ret_line);
	return true;
}

int64_t
sb_outbox_wait_ns(const struct sb_outbox *outbox, int64_t now_ns, enum sb_outbox_priority priority)
{
	int64_t before_ns = 0;
	int p;

	for (p = 0; p <= (int)priority; p++)
		before_ns += outbox->queued_ns[p];
	return goes_at_ns(outbox, now_ns, before_ns, outbox->model->line_ns, priority) - now_ns;
}

size_t
sb_outbox_n_lines(const struct sb_outbox *outbox)
{
	return outbox->n_lines[0] + outbox->n_lines[1] + outbox->n_lines[2];
}

size_t
sb_outbox_n_bytes(const struct sb_outbox *outbox)
{
	return outbox->n_bytes[0] + outbox->n_bytes[1] + outbox->n_bytes[2];
}

bool
sb_outbox_has_room(const struct sb_outbox *outbox, enum sb_outbox_priority priority, size_t n)
{
	const struct sb_outbox_limits *limits = &outbox->limits;
	size_t lines = outbox->n_lines[priority] + n;
	size_t bytes = outbox->n_bytes[priority] + n * (limits->bytes / limits->lines);

	return lines <= limits->lines && bytes <= limits->bytes;
}

enum sb_outbox_level
sb_outbox_crossed(struct sb_outbox *outbox)
{
	if (outbox->is_high == outbox->told_high)
		return SB_OUTBOX_SAME;
	outbox->told_high = outbox->is_high;
	return outbox->is_high ? SB_OUTBOX_ROSE : SB_OUTBOX_FELL;
}

/* ---- Unsent ---- */

static size_t
cancel_in(struct sb_outbox *outbox, struct sb_outbox_lane *lane, uint64_t id)
{
	struct sb_outbox_entry **at = &lane->first, *before = NULL;
	size_t n = 0;

	while (*at) {
		if ((*at)->id == id) {
			struct sb_outbox_entry *entry = take_out(lane, at, before);

			count_out(outbox, entry);
			free_entry(entry);
			n++;
		} else {
			before = *at;
			at = &before->next;
		}
	}
	return n;
}

size_t
sb_outbox_cancel(struct sb_outbox *outbox, uint64_t id)
{
	size_t i, n = 0;

	sb_assert(id);
	for (i = 0; i < N_LANES; i++)
		n += cancel_in(outbox, &outbox->lanes[i], id);
	return n;
}

void
sb_outbox_clear(struct sb_outbox *outbox, sb_outbox_unsent_fn *fn_or_null, void *self)
{
	struct sb_outbox_entry *unsent = NULL, **end = &unsent;
	size_t at;

	while ((at = next_lane(outbox)) != N_LANES) {
		*end = take_next(outbox, at);
		end = &(*end)->next;
	}
	*end = NULL;
	free_entry(outbox->taken);
	outbox->taken = NULL;
	outbox->timer_ns = INT64_MIN;
	while (unsent) {
		struct sb_outbox_entry *entry = unsent;
		struct sb_outbox_line line;

		unsent = entry->next;
		tell_line(entry, &line);
		if (fn_or_null)
			fn_or_null(self, &line);
		free_entry(entry);
	}
}
