/* Stands between a program and its allocations: the linker leads each call of malloc() to
 * __wrap_malloc(), and __real_malloc() to whoever has it, the C library or a sanitizer. */

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <signalbox/testing.h>

#define WRAPPED(type, name, ...)                                                                   \
	type __real_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__)

static bool
fails(void)
{
	if (!sb_testing_allocation_fails_())
		return false;
	errno = ENOMEM;
	return true;
}

WRAPPED(void *, malloc, size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

WRAPPED(void *, calloc, size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

WRAPPED(void *, realloc, void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

WRAPPED(void *, reallocarray, void *old, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, n, size);
}

WRAPPED(void *, aligned_alloc, size_t alignment, size_t size)
{
	return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

WRAPPED(int, posix_memalign, void **ret_block, size_t alignment, size_t size)
{
	return fails() ? ENOMEM : __real_posix_memalign(ret_block, alignment, size);
}

WRAPPED(char *, strdup, const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

WRAPPED(char *, strndup, const char *text, size_t len)
{
	return fails() ? NULL : __real_strndup(text, len);
}

SB_PRINTF(2, 0)
int __real_vasprintf(char **ret_text, const char *format, va_list args);
SB_PRINTF(2, 0)
int __wrap_vasprintf(char **ret_text, const char *format, va_list args);
SB_PRINTF(2, 3)
int __wrap_asprintf(char **ret_text, const char *format, ...);

int
__wrap_vasprintf(char **ret_text, const char *format, va_list args)
{
	return fails() ? -1 : __real_vasprintf(ret_text, format, args);
}

int
__wrap_asprintf(char **ret_text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __wrap_vasprintf(ret_text, format, args);
	va_end(args);
	return len;
}
