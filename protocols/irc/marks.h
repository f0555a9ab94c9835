#ifndef PROTOCOLS_IRC_MARKS_H
#define PROTOCOLS_IRC_MARKS_H

/* Where a byte is in a text, 64 bytes at a time: a bit each, the first the lowest. To look for
 * what separates the words of a line, one by one and mostly near, this takes a quarter of what
 * memchr() does. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { SB_MARKS_SPAN = 64, SB_MARKS_STEP = 16 };

/* Which of the next eight bytes are that one. */
static inline unsigned
sb_marks_8_(const unsigned char *at, unsigned char byte)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t word = (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16
			| (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40
			| (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;

	/* The highest bit of each byte that is alike, and then these bits side by side. */
	word ^= byte * ones;
	word = ~(((word & low) + low) | word | low);
	return (unsigned)((word >> 7) * UINT64_C(0x0102040810204080) >> 56);
}

/* The same of sixteen: for any processor. */
static inline unsigned
sb_marks_16_plain_(const unsigned char *at, unsigned char byte)
{
	return sb_marks_8_(at, byte) | sb_marks_8_(at + 8, byte) << 8;
}

static inline unsigned
sb_marks_16(const unsigned char *at, unsigned char byte)
{
#if defined(__SSE2__)
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)byte)));
#else
	return sb_marks_16_plain_(at, byte);
#endif
}

/* Whether one of sixteen is less than that, at a glance: of those that are, none is missed. */
static inline bool
sb_marks_has_less_plain_(const unsigned char *at, unsigned char byte)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t a, b;

	memcpy(&a, at, sizeof(a));
	memcpy(&b, at + sizeof(a), sizeof(b));
	return (((a - byte * ones) & ~a) | ((b - byte * ones) & ~b)) & 0x80 * ones;
}

static inline bool
sb_marks_has_less(const unsigned char *at, unsigned char byte)
{
#if defined(__SSE2__)
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i most = _mm_set1_epi8((char)(byte - 1));

	return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, most), bytes)) != 0;
#else
	return sb_marks_has_less_plain_(at, byte);
#endif
}

/* The first that is marked; marks not 0. */
static inline size_t
sb_marks_first(uint64_t marks)
{
#if defined(__GNUC__)
	return (size_t)__builtin_ctzll(marks);
#else
	size_t at = 0;

	for (; !(marks & 1); marks >>= 1)
		at++;
	return at;
#endif
}

/* All before that one. */
static inline uint64_t
sb_marks_below(size_t at)
{
	return at < SB_MARKS_SPAN ? (UINT64_C(1) << at) - 1 : UINT64_MAX;
}

/* The next one of many, SB_MARKS_SPAN to a word, at `at` or after it, where there is one. */
static inline size_t
sb_marks_next(const uint64_t *marks, size_t at)
{
	size_t word = at / SB_MARKS_SPAN;
	uint64_t left = marks[word] & ~sb_marks_below(at % SB_MARKS_SPAN);

	while (!left)
		left = marks[++word];
	return word * SB_MARKS_SPAN + sb_marks_first(left);
}

/* Of SB_MARKS_SPAN bytes. */
static inline uint64_t
sb_marks_64(const unsigned char *at, unsigned char byte)
{
	return (uint64_t)sb_marks_16(at, byte) | (uint64_t)sb_marks_16(at + 16, byte) << 16
	       | (uint64_t)sb_marks_16(at + 32, byte) << 32
	       | (uint64_t)sb_marks_16(at + 48, byte) << 48;
}

/* Of three steps. */
static inline uint64_t
sb_marks_48(const unsigned char *at, unsigned char byte)
{
	return (uint64_t)sb_marks_16(at, byte) | (uint64_t)sb_marks_16(at + 16, byte) << 16
	       | (uint64_t)sb_marks_16(at + 32, byte) << 32;
}

#endif
