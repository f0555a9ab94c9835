#ifndef TESTS_DISPATCH_FAILING_MEMORY_H
#define TESTS_DISPATCH_FAILING_MEMORY_H

/* Forced into a copy of the library's sources: their allocations fail when the test wants. */

#include <stdlib.h>
#include <string.h>

void *failing_malloc(size_t size);
void *failing_calloc(size_t n, size_t size);
void *failing_realloc(void *old, size_t size);
void *failing_aligned_alloc(size_t alignment, size_t size);
char *failing_strdup(const char *text);
void counting_free(void *memory);

#define malloc failing_malloc
#define calloc failing_calloc
#define realloc failing_realloc
#define aligned_alloc failing_aligned_alloc
#undef strdup
#define strdup failing_strdup
#define free counting_free

#endif
