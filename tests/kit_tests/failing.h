#ifndef KIT_TESTS_FAILING_H
#define KIT_TESTS_FAILING_H

/* Tests of failures: what must fail is a function, what the failure must say is a part of it. */

#include "kit_cmocka.h"

typedef void failing_fn(void *self);

struct failing {
	jmp_buf back;
	char place[256];
	char text[16384];
};

static inline void
failing_caught(void *self, const char *place, const char *text)
{
	struct failing *failing = self;

	(void)snprintf(failing->place, sizeof(failing->place), "%s", place);
	(void)snprintf(failing->text, sizeof(failing->text), "%s", text);
	longjmp(failing->back, 1);
}

/* Calls fn(self), which must fail, and returns why: "place: text", until the next call. what: for
 * the report where it does not. */
#define failure_of(fn, self) failure_of_(SB_PLACE, "(anything)", (fn), (self))
static inline const char *
failure_of_(const char *place, const char *what, failing_fn *fn, void *self)
{
	static struct failing failing;
	static char whole[sizeof(failing.place) + sizeof(failing.text) + 2];

	sb_testing_on_failure(failing_caught, &failing);
	if (!setjmp(failing.back)) {
		fn(self);
		sb_testing_on_failure(kit_on_failure, NULL);
		sb_testing_fail(place, "this must fail, and it did not, with\n    %s", what);
	}
	sb_testing_on_failure(kit_on_failure, NULL);
	(void)snprintf(whole, sizeof(whole), "%s: %s", failing.place, failing.text);
	return whole;
}

/* Calls fn(self), which must fail saying this. */
#define assert_fails(fn, self, part)                                                               \
	do {                                                                                       \
		const char *said_ = failure_of_(SB_PLACE, (part), (fn), (self));                   \
		if (!strstr(said_, (part)))                                                        \
			sb_testing_fail(SB_PLACE, "it must fail with\n    %s\nbut says\n%s",       \
				(part), said_);                                                    \
	} while (0)

#endif
