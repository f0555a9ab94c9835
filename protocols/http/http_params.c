#include "http_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_parse.h"

/* Reads the text the first time. Without memory there are no pairs now; the next time may have
 * them. */
static const char *
get(struct sb_http_request *request, struct sb_http_pairs **pairs, struct sb_bytes text,
	char separator, const char *name)
{
	void *memory;

	if (!*pairs) {
		memory = sb_http_keep(request, sb_http_pairs_size(text, separator));
		if (!memory)
			return NULL;
		*pairs = sb_http_pairs_read(memory, text, separator);
	}
	return sb_http_pairs_get(*pairs, name);
}

const char *
sb_http_query(struct sb_http_request *request, const char *name)
{
	return get(request, &request->query_pairs, sb_bytes_of(request->query), '&', name);
}

static bool
is_form(const struct sb_http_request *request)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const char *type = sb_http_field(request, "Content-Type");
	size_t len = type ? strcspn(type, "; \t") : 0;

	return len == strlen(form) && strncasecmp(type, form, len) == 0;
}

const char *
sb_http_form(struct sb_http_request *request, const char *name)
{
	struct sb_bytes body = sb_http_body(request);

	/* Before the body is here there is nothing to be read once and for all. */
	if (!body.len || !is_form(request))
		return NULL;
	return get(request, &request->form_pairs, body, '&', name);
}

/* All Cookie fields as one: HTTP/1.1 allows one, but intermediaries have split it. */
static struct sb_bytes
join_cookies(const struct sb_http_request *request, struct sb_http_text *joined)
{
	const char *name, *value;
	size_t cursor = 0;

	while (sb_http_field_next(request, &cursor, &name, &value)) {
		if (strcasecmp(name, "Cookie") != 0)
			continue;
		if (sb_http_text_add(joined, value, strlen(value))
			|| sb_http_text_add(joined, ";", 1))
			break;
	}
	return (struct sb_bytes){ joined->ptr, joined->len };
}

const char *
sb_http_cookie(struct sb_http_request *request, const char *name)
{
	struct sb_http_text joined = { .len = 0 };
	struct sb_bytes text = { .len = 0 };
	const char *value;

	if (!request->cookie_pairs)
		text = join_cookies(request, &joined);
	value = get(request, &request->cookie_pairs, text, ';', name);
	free(joined.ptr);
	return value;
}
