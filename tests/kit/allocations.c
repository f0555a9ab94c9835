#include "private.h"

/* This thread's. */
static _Thread_local struct {
	size_t n; /* so far */
	size_t first, n_failing; /* which fail: from number first; n_failing 0: none */
	bool has_failed;
	bool is_each; /* sb_testing_each_allocation() runs */
	unsigned n_own; /* the kit's own are under way */
} allocations;

void
sb_kit_own(int by)
{
	allocations.n_own += (unsigned)by;
}

bool
sb_testing_allocation_fails_(void)
{
	size_t number;

	if (allocations.n_own)
		return false;
	number = ++allocations.n;
	if (number < allocations.first || number - allocations.first >= allocations.n_failing)
		return false;
	allocations.has_failed = true;
	return true;
}

void
sb_testing_fail_allocations(size_t number, size_t n)
{
	sb_assert(number > 0 || n == 0);
	allocations.n = 0;
	allocations.has_failed = false;
	allocations.first = number;
	allocations.n_failing = n;
}

size_t
sb_testing_n_allocations(void)
{
	return allocations.n;
}

bool
sb_testing_allocation_failed(void)
{
	return allocations.has_failed;
}

void
sb_kit_allocations_add_note(struct text *report)
{
	size_t n_failing = allocations.n_failing;

	/* Also where a test made one fail by itself: what the failure leads to needs memory. */
	allocations.n_failing = 0;
	if (!allocations.is_each)
		return;
	allocations.is_each = false;
	(void)sb_kit_text_addf(report, "\nwith allocation %zu failing%s\n", allocations.first,
		n_failing > 1 ? ", and all later ones" : "");
}

/* Returns whether an allocation has failed in it. */
static bool
run_failing(size_t number, size_t n, void (*fn)(void *self), void *self)
{
	sb_testing_fail_allocations(number, n);
	fn(self);
	allocations.n_failing = 0;
	return allocations.has_failed;
}

size_t
sb_testing_each_allocation(void (*fn)(void *self), void *self)
{
	size_t number = 1;

	allocations.is_each = true;
	while (run_failing(number, 1, fn, self)) {
		(void)run_failing(number, SIZE_MAX, fn, self);
		number++;
	}
	allocations.is_each = false;
	if (allocations.n == 0)
		sb_testing_fail(SB_PLACE, "no allocation was seen: the function makes none, or the "
					  "program is not linked with signalbox::testing-memory");
	return number - 1;
}
