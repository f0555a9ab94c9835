/* What is read in the texts of a request. The first byte says which: what can be read must hold
 * what was promised, and nothing may be read beyond its end. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <signalbox/http.h>

#include "protocols/http/http_folder.h"
#include "protocols/http/http_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
copy(const void *ptr, size_t len)
{
	char *text = malloc(len + 1);

	sb_assert(text);
	if (len)
		memcpy(text, ptr, len);
	text[len] = '\0';
	return text;
}

static void
check_pairs(const struct sb_http_pairs *pairs, size_t text_len)
{
	size_t i, len = 0;

	sb_assert(pairs->n <= SB_HTTP_PAIRS_MAX);
	for (i = 0; i < pairs->n; i++) {
		const char *value = pairs->pairs[i].value;

		len += strlen(pairs->pairs[i].name) + (value ? strlen(value) : 0);
	}
	sb_assert(len <= text_len);
}

static void
try_pairs(struct sb_bytes text, char separator)
{
	void *memory = malloc(sb_http_pairs_size(text, separator));

	sb_assert(memory);
	check_pairs(sb_http_pairs_read(memory, text, separator), text.len);
	free(memory);
}

/* Two texts, parted by a line end: a pattern and a path, a list and a tag. */
static char *
split(char *text)
{
	char *end = strchr(text, '\n');

	if (!end)
		return text + strlen(text);
	*end = '\0';
	return end + 1;
}

static void
try_pattern(char *pattern)
{
	const char *path = split(pattern);
	void *memory;

	if (!sb_http_pattern_is_right(pattern) || !sb_http_pattern_matches(pattern, path))
		return;
	memory = malloc(sb_http_pattern_size(pattern, path));
	sb_assert(memory);
	check_pairs(sb_http_pattern_read(memory, pattern, path), strlen(pattern) + strlen(path));
	free(memory);
}

static void
try_decode(char *text)
{
	size_t len = strlen(text), encoded_len;
	int64_t decoded_len = sb_http_decode(text, false);
	char *encoded, *again;

	if (decoded_len < 0)
		return;
	sb_assert((size_t)decoded_len <= len && strlen(text) == (size_t)decoded_len);
	/* Encoded and decoded it is the same. */
	encoded_len = sb_http_encode(text, NULL, 0);
	encoded = malloc(encoded_len + 1);
	sb_assert(encoded && sb_http_encode(text, encoded, encoded_len + 1) == encoded_len);
	again = copy(encoded, encoded_len);
	sb_assert(sb_http_decode(again, true) == decoded_len && strcmp(again, text) == 0);
	free(again);
	free(encoded);
}

static void
try_date(const char *text)
{
	int64_t time_s = sb_http_parse_date(text);
	char buf[SB_HTTP_DATE_CAP];

	if (time_s == -EINVAL)
		return;
	sb_assert(time_s >= 0);
	sb_http_date(time_s, buf);
	sb_assert(strlen(buf) == SB_HTTP_DATE_CAP - 1 && sb_http_parse_date(buf) == time_s);
}

static void
try_range(const char *text)
{
	static const uint64_t sizes[] = { 0, 1, 10, UINT64_MAX };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct sb_http_range range;
		int ret = sb_http_range_read(text, sizes[i], &range);

		sb_assert(ret == 0 || ret == 1 || ret == -ERANGE);
		if (ret == 1)
			sb_assert(range.len && range.from < sizes[i]
				  && range.len <= sizes[i] - range.from);
	}
}

static void
try_codings(const char *text)
{
	struct sb_http_codings codings = { -1, -1, -1 };

	sb_http_codings_read(&codings, text);
	sb_assert(codings.gzip <= 1000 && codings.any <= 1000 && codings.identity <= 1000);
	if (sb_http_codings_take_gzip(&codings))
		sb_assert(strstr(text, "zip") || strstr(text, "ZIP") || strpbrk(text, "*zZ"));
}

static void
try_etags(char *list)
{
	struct sb_bytes etag = sb_bytes_of(split(list));
	bool has_strong = sb_http_etags_have(list, etag, false);

	/* Who is the same is the same weakly. */
	sb_assert(!has_strong || sb_http_etags_have(list, etag, true));
	if (sb_http_is_etag(etag))
		sb_assert(sb_http_etags_have(etag.ptr, etag, true));
}

/* What is opened lies in the folder, whatever the path says. */
static void
try_folder(const char *path)
{
	static const char folder[] = "/usr/share/";
	struct sb_http_file file;
	char name[64], place[4096];
	ssize_t len;

	if (sb_http_folder_open(folder, path, &file))
		return;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", file.fd);
	len = readlink(name, place, sizeof(place));
	sb_assert(len > (ssize_t)strlen(folder) && memcmp(place, folder, strlen(folder)) == 0);
	sb_assert(S_ISREG(file.stat.st_mode) && close(file.fd) == 0);
}

static void
try_deflate(struct sb_bytes content)
{
	size_t cap = content.len + 64;
	unsigned char *packed = malloc(cap), *again = malloc(content.len + 1);
	z_stream z = { .next_in = packed, .next_out = again };
	int64_t len = sb_http_deflate(content, packed, cap);

	sb_assert(len > 0);
	z.avail_in = (uInt)len;
	z.avail_out = (uInt)content.len + 1;
	sb_assert(inflateInit2(&z, MAX_WBITS + 16) == Z_OK);
	sb_assert(inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == content.len);
	sb_assert(!content.len || memcmp(again, content.ptr, content.len) == 0);
	(void)inflateEnd(&z);
	free(again);
	free(packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char what = size ? (char)data[0] : '\0', *text;
	struct sb_bytes rest = { size ? data + 1 : NULL, size ? size - 1 : 0 };

	text = copy(rest.ptr, rest.len);
	switch (what) {
	case '&':
	case ';':
		try_pairs(rest, what);
		break;
	case '/':
		try_pattern(text);
		break;
	case '%':
		try_decode(text);
		break;
	case 'd':
		try_date(text);
		break;
	case 'r':
		try_range(text);
		break;
	case 'a':
		try_codings(text);
		(void)sb_http_type_shrinks(text);
		(void)sb_http_type_of(text);
		break;
	case 'e':
		try_etags(text);
		break;
	case 'f':
		try_folder(text);
		break;
	case 'z':
		try_deflate(rest);
		break;
	default:
		break;
	}
	free(text);
	return 0;
}
