#include "http_private.h"

#include <errno.h>
#include <string.h>

#include "http_parse.h"

/* Bytes of an Allow field; a table with more methods than that would be a curious one. */
enum { ALLOW_CAP = 256 };

static bool
is_method(const struct sb_http_route *route, const char *method)
{
	return strcmp(route->method, method) == 0
	       || (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static int
read_params(struct sb_http_request *request, const char *pattern, const char *path)
{
	void *memory;

	request->params = NULL;
	if (!strchr(pattern, '{'))
		return 0;
	memory = sb_http_keep(request, sb_http_pattern_size(pattern, path));
	if (!memory)
		return -ENOMEM;
	request->params = sb_http_pattern_read(memory, pattern, path);
	return 0;
}

static void
call(const struct sb_http_route *route, void *self, struct sb_http *from,
	const struct sb_http_requested *e)
{
	struct sb_http_request *request = e->request;

	if (read_params(request, route->pattern, e->path)) {
		sb_fail(from->d, -ENOMEM, "out of memory");
		return;
	}
	route->fn(self, from, e);
	/* Whoever hears that it came to nothing wants to know this function, not who looked for
	 * it. */
	if (request->place)
		request->place = route->place;
}

static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += *list == ',' ? 2 : 0) {
		if (strcspn(list, ",") == len && memcmp(list, word, len) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

static void
add_word(char list[ALLOW_CAP], const char *word)
{
	size_t len = strlen(list);

	if (!has_word(list, word))
		(void)snprintf(list + len, ALLOW_CAP - len, "%s%s", len ? ", " : "", word);
}

/* No route has the method: tells which there are. */
static void
refuse(struct sb_http_request *request, const char *method, const char *allowed)
{
	if (sb_http_add_field(request, "Allow", allowed))
		return;
	if (strcmp(method, "OPTIONS") == 0)
		(void)sb_http_answer(request, 204, NULL, (struct sb_bytes){ .len = 0 });
	else
		(void)sb_http_answer_text(request, 405, "%s", sb_http_status_text(405));
}

bool
sb_http_route(const struct sb_http_route *routes, size_t n_routes, void *self, struct sb_http *from,
	const struct sb_http_requested *e)
{
	char allowed[ALLOW_CAP] = "";
	size_t i;

	for (i = 0; i < n_routes; i++) {
		sb_assert(sb_http_pattern_is_right(routes[i].pattern));
		if (!sb_http_pattern_matches(routes[i].pattern, e->path))
			continue;
		if (is_method(&routes[i], e->method)) {
			call(&routes[i], self, from, e);
			return true;
		}
		add_word(allowed, routes[i].method);
		if (strcmp(routes[i].method, "GET") == 0)
			add_word(allowed, "HEAD");
	}
	if (!allowed[0])
		return false;
	add_word(allowed, "OPTIONS");
	refuse(e->request, e->method, allowed);
	return true;
}

const char *
sb_http_param(struct sb_http_request *request, const char *name)
{
	return sb_http_pairs_get(request->params, name);
}
