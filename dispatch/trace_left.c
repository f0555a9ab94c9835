#include "trace.h"

enum { LEFT_MOST = 50 }; /* lines of a kind; the others are only counted */

struct left {
	const struct sb_dispatcher *d;
	struct trace_line *line;
	FILE *file;
	bool has_any;
	size_t n_of_kind;
};

static void
begin_line(struct left *left, const char *kind)
{
	if (!left->has_any) {
		sb_trace_begin(left->line, 0);
		sb_trace_put(left->line, TRACE_SIGNAL, "destroyed, with this left:");
		sb_trace_write(left->line, left->file);
		left->has_any = true;
	}
	sb_trace_begin(left->line, 2);
	sb_trace_put(left->line, TRACE_PLAIN, "%-10s", kind);
}

/* Whether the next of a kind gets a line. */
static bool
begin_next(struct left *left, const char *kind)
{
	if (left->n_of_kind++ >= LEFT_MOST)
		return false;
	begin_line(left, kind);
	return true;
}

static void
end_kind(struct left *left, const char *kind)
{
	if (left->n_of_kind > LEFT_MOST) {
		begin_line(left, kind);
		sb_trace_put(left->line, TRACE_PLAIN, " and %zu more", left->n_of_kind - LEFT_MOST);
		sb_trace_write(left->line, left->file);
	}
	left->n_of_kind = 0;
}

static void
print_connections(struct left *left)
{
	static const char kind[] = "connected";
	struct sb_connection_info info;
	size_t cursor = 0;

	while (sb_connection_next(left->d, &cursor, &info)) {
		const void *from = info.sender == SB_ANY ? NULL : info.sender;

		if (!begin_next(left, kind))
			continue;
		sb_trace_put(left->line, TRACE_PLAIN, " ");
		sb_trace_put_text(left->line, TRACE_SIGNAL, info.name);
		sb_trace_put_sender(left->line, left->d,
			info.is_pattern ? NULL : sb_find(left->d, info.name), from);
		sb_trace_put(left->line, TRACE_PLAIN, " ");
		sb_trace_put_place(left->line, info.place);
		if (info.n_blocked)
			sb_trace_put(left->line, TRACE_PLAIN, ", blocked");
		sb_trace_write(left->line, left->file);
	}
	end_kind(left, kind);
}

static void
print_expectations(struct left *left)
{
	static const char kind[] = "awaited";
	struct sb_expectation_info info;
	size_t cursor = 0;

	while (sb_expectation_next(left->d, &cursor, &info)) {
		if (!begin_next(left, kind))
			continue;
		sb_trace_put(left->line, TRACE_PLAIN, " ");
		sb_trace_put_place(left->line, info.place);
		sb_trace_put(
			left->line, TRACE_PLAIN, ", %zu signal%s", info.n, info.n == 1 ? "" : "s");
		sb_trace_write(left->line, left->file);
	}
	end_kind(left, kind);
}

static void
print_queues(struct left *left)
{
	static const char kind[] = "queued";
	struct sb_queue_counts counts;
	const char *place;
	size_t cursor = 0;

	while (sb_queue_next(left->d, &cursor, &place, &counts)) {
		if (!begin_next(left, kind))
			continue;
		sb_trace_put(left->line, TRACE_PLAIN, " ");
		sb_trace_put_place(left->line, place);
		sb_trace_put(left->line, TRACE_PLAIN, ", %zu waiting%s", counts.n_waiting,
			counts.is_handling ? ", one not done with" : "");
		sb_trace_write(left->line, left->file);
	}
	end_kind(left, kind);
}

static void
print_later(struct left *left, const char *kind, enum sb_later which)
{
	struct sb_later_counts counts = sb_later_counts(left->d, which);

	if (!counts.n_waiting)
		return;
	begin_line(left, kind);
	sb_trace_put(left->line, TRACE_PLAIN, " %zu signal%s", counts.n_waiting,
		counts.n_waiting == 1 ? "" : "s");
	sb_trace_write(left->line, left->file);
}

void
sb_trace_left(const struct sb_dispatcher *d, struct trace_line *line, FILE *file)
{
	struct left left = { .d = d, .line = line, .file = file };

	print_connections(&left);
	print_expectations(&left);
	print_queues(&left);
	print_later(&left, "deferred", SB_DEFERRED);
	print_later(&left, "posted", SB_POSTED);
	if (left.has_any)
		return;
	sb_trace_begin(line, 0);
	sb_trace_put(line, TRACE_FAINT, "destroyed, with nothing left");
	sb_trace_write(line, file);
}
