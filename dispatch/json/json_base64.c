#include "json_private.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
sb_base64_len(size_t len)
{
	return len / 3 * 4 + (len % 3 ? 4 : 0);
}

void
sb_base64_write(const unsigned char *bytes, size_t len, char *text)
{
	for (size_t k = 0; k < len; k += 3) {
		size_t n = len - k < 3 ? len - k : 3;
		uint32_t word = (uint32_t)bytes[k] << 16;

		if (n > 1)
			word |= (uint32_t)bytes[k + 1] << 8;
		if (n > 2)
			word |= bytes[k + 2];
		*text++ = digits[word >> 18];
		*text++ = digits[word >> 12 & 63];
		*text++ = n > 1 ? digits[word >> 6 & 63] : '=';
		*text++ = n > 2 ? digits[word & 63] : '=';
	}
}

/* The value of a digit, or 64. */
static uint32_t
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Four digits, of which the last two may be padding; returns how many bytes they are, or 0. */
static size_t
read_group(const char *text, bool is_last, unsigned char *bytes)
{
	size_t n = !is_last || text[3] != '=' ? 3 : text[2] != '=' ? 2 : 1;
	uint32_t word = 0, value;

	for (size_t k = 0; k < 4; k++) {
		value = k <= n ? value_of(text[k]) : 0;
		if (value == 64)
			return 0;
		word = word << 6 | value;
	}
	/* What is left of the last digit would be lost, and the text not be the one of its
	 * bytes. */
	if (word & 0xffffff >> 8 * n)
		return 0;
	for (size_t k = 0; k < n; k++)
		bytes[k] = (unsigned char)(word >> (16 - 8 * k));
	return n;
}

bool
sb_base64_read(const char *text, size_t len, unsigned char *bytes, size_t *ret_len)
{
	size_t n, end = 0;

	if (len % 4)
		return false;
	for (size_t k = 0; k < len; k += 4) {
		n = read_group(text + k, k + 4 == len, bytes + end);
		if (!n)
			return false;
		end += n;
	}
	*ret_len = end;
	return true;
}
