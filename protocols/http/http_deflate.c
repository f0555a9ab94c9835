#include "http_parse.h"

#include <errno.h>
#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

enum {
	LEVEL = 5, /* beyond, time grows faster than what it saves */
	QUICK_LEVEL = 1, /* for what would hold the loop too long: half the time, a quarter more */
	QUICK_FROM = 64 * 1024, /* bytes */
	GZIP = 16, /* added to the bits of the window: with gzip's head and tail */
};

/* A window larger than the content is memory for nothing. */
static int
window_bits(size_t len)
{
	int bits = 9;

	while (bits < MAX_WBITS && (size_t)1 << bits < len)
		bits++;
	return bits;
}

int64_t
sb_http_deflate(struct sb_bytes content, void *buf, size_t cap)
{
	z_stream z = { .next_in = content.ptr, .next_out = buf };
	int level = content.len < QUICK_FROM ? LEVEL : QUICK_LEVEL;
	int bits = window_bits(content.len), state;

	if (content.len > UINT_MAX || cap > UINT_MAX)
		return -E2BIG;
	z.avail_in = (uInt)content.len;
	z.avail_out = (uInt)cap;
	/* Hash chains need no more memory than the window. */
	if (deflateInit2(&z, level, Z_DEFLATED, bits + GZIP, bits > 14 ? 8 : bits - 6,
		    Z_DEFAULT_STRATEGY)
		!= Z_OK)
		return -ENOMEM;
	state = deflate(&z, Z_FINISH);
	(void)deflateEnd(&z);
	return state == Z_STREAM_END ? (int64_t)z.total_out : -E2BIG;
}
