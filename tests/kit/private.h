#ifndef KIT_PRIVATE_H
#define KIT_PRIVATE_H

/* What the parts of the kit share: texts that grow, failures, expectations. */

#include <signalbox/testing.h>

/* Bytes that grow. All zero is an empty one. ptr is NULL or NUL-terminated. */
struct text {
	char *ptr;
	size_t len, cap; /* bytes */
	bool is_lost; /* memory ran out, something is missing */
};

/* Each returns 0, or -ENOMEM, which is_lost keeps, so that a builder may ask once at the end. */
int sb_kit_text_add(struct text *text, struct sb_bytes bytes);
SB_PRINTF(2, 3)
int sb_kit_text_addf(struct text *text, const char *format, ...);
/* As a C literal without its quotes; a newline stays part of its line as \n. */
int sb_kit_text_add_escaped(struct text *text, struct sb_bytes bytes);
/* One line a line of the bytes, each escaped and indented by four spaces; "(nothing)" for none. */
int sb_kit_text_add_lines(struct text *text, struct sb_bytes bytes);
/* As sb_signal_print(). */
int sb_kit_text_add_signal(struct text *text, const struct sb_signal *signal, const void *payload);
/* Takes len bytes off its beginning. */
void sb_kit_text_drop(struct text *text, size_t len);
void sb_kit_text_finish(struct text *text);
static inline struct sb_bytes
text_bytes(const struct text *text)
{
	return (struct sb_bytes){ text->ptr, text->len };
}
static inline const char *
text_of(const struct text *text)
{
	return text->ptr ? text->ptr : "";
}

static inline bool
bytes_equal(struct sb_bytes a, struct sb_bytes b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}
/* Where b begins in a; a.len + 1 for nowhere. */
size_t sb_kit_bytes_find(struct sb_bytes a, struct sb_bytes b);

/* One escape, from behind its backslash. Adds what it stands for, and returns how many characters
 * it took, 0 for one that does not exist, or -ENOMEM. */
int sb_kit_unescape(const char *at, const char *end, struct text *ret);

/* Fails with the report, which is freed first; and where out of memory, with that. */
__attribute__((noreturn)) void sb_kit_fail(const char *place, struct text *report);
__attribute__((noreturn)) void sb_kit_fail_no_memory(const char *place);

/* Brackets allocations of the kit itself: +1 before, -1 after. They do not count and do not fail. */
void sb_kit_own(int by);

/* calloc() that fails the test. */
void *sb_kit_alloc(const char *place, size_t n, size_t size);

enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_WRONG, /* the expectation itself cannot be */
	MATCH_NO_MEMORY,
};

/* Whether a signal is what is expected; why_not, which may be NULL, is told in half a line. */
enum match sb_kit_expectation_match(const char *expected, const struct sb_signal *signal,
	const void *payload, struct text *why_not);

/* The workings of a probe and of a gate, without failing: MATCH_YES or the report. */
enum match sb_kit_probe_expect(struct sb_probe *probe, const char *expected, struct text *report);
/* Passes over the signals at the front that are as expected. Returns MATCH_YES, or as above. */
enum match sb_kit_probe_skip(struct sb_probe *probe, const char *expected, struct text *report);
/* The next signal not expected yet, or NULL; borrowed. */
const struct sb_signal *sb_kit_probe_next(const struct sb_probe *probe, const void **ret_payload);
/* Whether nothing is left, or the report. */
bool sb_kit_probe_is_done(const struct sb_probe *probe, struct text *report);

/* Takes the first failure whose line contains the part away. */
bool sb_kit_gate_take_failure(struct sb_gate *gate, const char *part, struct text *report);
/* Ends and frees the gate; whether nothing was left, or the report. *ret_has_dispatcher as
 * sb_gate_end() returns it; *ret_is_idle: nothing was left in the reactor. */
bool sb_kit_gate_end(
	struct sb_gate *gate, struct text *report, bool *ret_has_dispatcher, bool *ret_is_idle);

/* Ends the world, and frees it; as above. */
bool sb_kit_world_end(struct sb_world *world, struct text *report);

/* The seed in progress, and the allocation that was made to fail, for a failure's text; from now on
 * none fails. */
void sb_kit_seeds_add_note(struct text *report);
void sb_kit_allocations_add_note(struct text *report);

#endif
