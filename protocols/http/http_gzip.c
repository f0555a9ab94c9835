#include "http_private.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "http_conditional.h"
#include "http_parse.h"

enum {
	CONTENT_MIN = 1024,
	/* Beyond, it would hold the loop for too long: this takes some 15 ms. */
	CONTENT_MAX = 1024 * 1024,
	ETAG_MAX = 256,
};

static bool
takes_gzip(const struct sb_http_request *request)
{
	struct sb_http_codings codings = { -1, -1, -1 };
	const char *name, *value;
	size_t cursor = 0;

	while (sb_http_field_next(request, &cursor, &name, &value)) {
		if (strcasecmp(name, "Accept-Encoding") == 0)
			sb_http_codings_read(&codings, value);
	}
	return sb_http_codings_take_gzip(&codings);
}

/* Writes the tag of the compressed content: "a" becomes "a-gzip". Returns its length, 0 when the
 * answer has none. */
static size_t
write_etag(struct sb_bytes etag, char buf[ETAG_MAX])
{
	if (!sb_http_is_etag(etag))
		return 0;
	return (size_t)snprintf(
		buf, ETAG_MAX, "%.*s-gzip\"", (int)etag.len - 1, (const char *)etag.ptr);
}

/* Puts another value in the place of an added field's. */
static int
replace(struct sb_http_request *request, struct sb_bytes old, struct sb_bytes new)
{
	size_t at = (size_t)((const char *)old.ptr - request->added.ptr);
	size_t rest = request->added.len - at - old.len;
	char *ptr;

	sb_assert(new.len >= old.len);
	if (sb_http_text_add(&request->added, new.ptr, new.len - old.len))
		return -ENOMEM;
	ptr = request->added.ptr + at;
	memmove(ptr + new.len, ptr + old.len, rest);
	memcpy(ptr, new.ptr, new.len);
	return 0;
}

static int
compress_content(struct sb_http_request *request, struct sb_bytes *content)
{
	size_t cap = content->len - 1;
	char *buf = sb_http_keep(request, cap);
	int64_t len;

	if (!buf)
		return -ENOMEM;
	len = sb_http_deflate(*content, buf, cap);
	if (len >= 0)
		*content = (struct sb_bytes){ buf, (size_t)len };
	return len < 0 ? (int)len : 0;
}

static int
add(struct sb_http_request *request, const char *line)
{
	return sb_http_text_add(&request->added, line, strlen(line));
}

/* The answer's tag becomes that of the content as it goes out. Nothing may fail after that, for the
 * old tag is gone: so the room for all of the answer is made before. */
static int
replace_etag(struct sb_http_request *request, const char *type, struct sb_bytes own, size_t len)
{
	struct sb_http_text *out = &request->connection->out;

	if (sb_http_text_reserve(out, sb_http_head_room(request, type) + own.len + len))
		return -ENOMEM;
	return replace(request, sb_http_added(request, "ETag"), own);
}

/* The content is compressed, unless the client has it. */
static int
encode(struct sb_http_request *request, int status, const char *type, struct sb_bytes *content)
{
	struct sb_bytes etag = sb_http_added(request, "ETag"), own;
	char buf[ETAG_MAX];
	bool is_had;
	int error;

	if (etag.len > ETAG_MAX - sizeof("-gzip"))
		return 0;
	own = (struct sb_bytes){ buf, write_etag(etag, buf) };
	is_had = own.len && sb_http_conditional_of(request, status, own) == 304;
	if (!is_had) {
		error = compress_content(request, content);
		if (!error)
			error = add(request, "Content-Encoding: gzip\r\n");
		/* What does not shrink goes out as it is. */
		if (error)
			return error == -E2BIG ? 0 : error;
	}
	return own.len ? replace_etag(request, type, own, is_had ? 0 : content->len) : 0;
}

int
sb_http_compress(
	struct sb_http_request *request, int status, const char *type, struct sb_bytes *content)
{
	if (content->len < CONTENT_MIN || !type || !sb_http_type_shrinks(type) || status == 204
		|| status == 206 || status == 304 || sb_http_added(request, "Content-Encoding").len)
		return 0;
	if (add(request, "Vary: Accept-Encoding\r\n"))
		return -ENOMEM;
	if (content->len > CONTENT_MAX || !takes_gzip(request))
		return 0;
	return encode(request, status, type, content);
}
