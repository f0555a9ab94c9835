#include "private.h"

/* What a failure's text may have; a longer one says that it was cut. */
enum { FAILURE_CAP = 16 * 1024 };

struct hook {
	sb_failure_fn *fn;
	void *self;
};

static _Thread_local struct hook hook;
static _Thread_local char failure_text[FAILURE_CAP];

void
sb_testing_on_failure(sb_failure_fn *fn, void *self)
{
	hook.fn = fn;
	hook.self = self;
}

/* The text is in failure_text already. */
static __attribute__((noreturn)) void
fail_now(const char *place)
{
	if (hook.fn)
		hook.fn(hook.self, place, failure_text);
	else
		(void)fprintf(stderr, "%s: %s\n", place, failure_text);
	abort();
}

void
sb_kit_fail(const char *place, struct text *report)
{
	static const char cut[] = "... (cut)";

	sb_kit_allocations_add_note(report);
	sb_kit_seeds_add_note(report);
	while (report->len && report->ptr[report->len - 1] == '\n')
		report->ptr[--report->len] = '\0';
	(void)snprintf(failure_text, sizeof(failure_text), "%s", text_of(report));
	if (report->len >= sizeof(failure_text))
		memcpy(failure_text + sizeof(failure_text) - sizeof(cut), cut, sizeof(cut));
	if (report->is_lost)
		(void)snprintf(failure_text, sizeof(failure_text), "out of memory");
	sb_kit_text_finish(report);
	fail_now(place);
}

void
sb_kit_fail_no_memory(const char *place)
{
	struct text report = { .is_lost = true };

	sb_kit_fail(place, &report);
}

void *
sb_kit_alloc(const char *place, size_t n, size_t size)
{
	void *ptr;

	sb_kit_own(1);
	ptr = calloc(n, size);
	sb_kit_own(-1);
	if (!ptr)
		sb_kit_fail_no_memory(place);
	return ptr;
}

void
sb_testing_fail(const char *place, const char *format, ...)
{
	struct text report = { 0 };
	char buf[2048];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	(void)sb_kit_text_addf(&report, "%s", buf);
	sb_kit_fail(place, &report);
}
