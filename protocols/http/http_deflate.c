#include "http_parse.h"

#include <errno.h>
#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

enum {
	LEVEL = 5, /* beyond, time grows faster than what it saves */
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

int
sb_http_deflate(struct sb_bytes content, struct sb_bytes *ret_bytes)
{
	z_stream z = { .next_in = content.ptr, .avail_in = (uInt)content.len };
	int bits = window_bits(content.len), state;
	unsigned char *out;

	if (!content.len || content.len > UINT_MAX)
		return -E2BIG;
	out = malloc(content.len);
	if (!out)
		return -ENOMEM;
	/* Hash chains need no more memory than the window. */
	if (deflateInit2(&z, LEVEL, Z_DEFLATED, bits + GZIP, bits > 14 ? 8 : bits - 6,
		    Z_DEFAULT_STRATEGY)
		!= Z_OK) {
		free(out);
		return -ENOMEM;
	}
	z.next_out = out;
	z.avail_out = (uInt)content.len - 1;
	state = deflate(&z, Z_FINISH);
	(void)deflateEnd(&z);
	if (state != Z_STREAM_END) {
		free(out);
		return -E2BIG;
	}
	*ret_bytes = (struct sb_bytes){ out, z.total_out };
	return 0;
}
