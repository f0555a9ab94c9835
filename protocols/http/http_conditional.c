#include "http_private.h"

#include <string.h>
#include <strings.h>

#include "http_conditional.h"
#include "http_parse.h"

struct sb_bytes
sb_http_added(const struct sb_http_request *request, const char *name)
{
	const char *at = request->added.ptr;
	size_t left = request->added.len, name_len = strlen(name);

	while (left) {
		const char *end = memchr(at, '\r', left);
		size_t len = (size_t)(end - at);

		if (len >= name_len + 2 && at[name_len] == ':'
			&& strncasecmp(at, name, name_len) == 0)
			return (struct sb_bytes){ at + name_len + 2, len - name_len - 2 };
		at += len + 2;
		left -= len + 2;
	}
	return (struct sb_bytes){ .len = 0 };
}

static int64_t
read_date(struct sb_bytes text)
{
	char buf[64];

	if (!text.len || text.len >= sizeof(buf))
		return -1;
	memcpy(buf, text.ptr, text.len);
	buf[text.len] = '\0';
	return sb_http_parse_date(buf);
}

/* The date of a field of the request; negative when there is none. */
static int64_t
asked_date(const struct sb_http_request *request, const char *name)
{
	const char *value = sb_http_field(request, name);

	return value ? sb_http_parse_date(value) : -1;
}

/* Whether any field of that name, each a list of tags, has this one. */
static bool
lists_have(
	const struct sb_http_request *request, const char *name, struct sb_bytes etag, bool is_weak)
{
	const char *field, *value;
	size_t cursor = 0;

	while (sb_http_field_next(request, &cursor, &field, &value)) {
		if (strcasecmp(field, name) == 0 && sb_http_etags_have(value, etag, is_weak))
			return true;
	}
	return false;
}

/* If-Match, or without it If-Unmodified-Since: whether it is what the client thinks it is. */
static bool
is_expected(const struct sb_http_request *request, struct sb_bytes etag, int64_t modified_s)
{
	int64_t since_s;

	if (sb_http_field(request, "If-Match"))
		return lists_have(request, "If-Match", etag, false);
	since_s = asked_date(request, "If-Unmodified-Since");
	return since_s < 0 || modified_s < 0 || modified_s <= since_s;
}

/* If-None-Match, or without it If-Modified-Since: whether the client has it. */
static bool
is_had(const struct sb_http_request *request, struct sb_bytes etag, int64_t modified_s)
{
	int64_t since_s;

	if (sb_http_field(request, "If-None-Match"))
		return lists_have(request, "If-None-Match", etag, true);
	since_s = asked_date(request, "If-Modified-Since");
	return since_s >= 0 && modified_s >= 0 && modified_s <= since_s;
}

static bool
is_read(const struct sb_http_request *request)
{
	return strcmp(request->method, "GET") == 0 || request->is_head;
}

int
sb_http_conditional_of(const struct sb_http_request *request, int status, struct sb_bytes etag)
{
	struct sb_bytes modified = sb_http_added(request, "Last-Modified");
	int64_t modified_s = read_date(modified);

	if (status != 200 || !is_read(request) || (!etag.len && modified_s < 0))
		return status;
	if (!is_expected(request, etag, modified_s))
		return 412;
	return is_had(request, etag, modified_s) ? 304 : status;
}

int
sb_http_conditional(const struct sb_http_request *request, int status)
{
	return sb_http_conditional_of(request, status, sb_http_added(request, "ETag"));
}

bool
sb_http_range_counts(const struct sb_http_request *request, struct sb_bytes etag,
	int64_t modified_s, int64_t now_s)
{
	const char *condition = sb_http_field(request, "If-Range");
	int64_t date_s;

	if (!condition)
		return true;
	if (condition[0] == '"')
		return sb_http_is_etag(sb_bytes_of(condition))
		       && sb_http_etags_have(condition, etag, false);
	/* Within a second of its change it may have changed again, and the date would not tell. */
	date_s = sb_http_parse_date(condition);
	return date_s >= 0 && date_s == modified_s && modified_s < now_s;
}
