#include "resolver_search.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

enum {
	LABEL_MAX = 63,
	NAME_MAX = 253, /* without the final dot */
};

/* Names under .onion are never asked for (RFC 7686), hence nor is what a search makes of them. */
static bool
is_onion(const char *name)
{
	static const char onion[] = ".onion";
	size_t len = strlen(name), n = strlen(onion);

	return len >= n && strcasecmp(name + len - n, onion) == 0;
}

static bool
is_whole(const char *name)
{
	return name[strlen(name) - 1] == '.' || is_onion(name);
}

static unsigned
count_dots(const char *name)
{
	unsigned n = 0;

	for (; *name; name++)
		n += *name == '.';
	return n;
}

void
sb_search_begin(struct search *search, const struct resolver_conf *conf, const char *name)
{
	memset(search, 0, sizeof(*search));
	search->name = name;
	search->next_domain = is_whole(name) ? "" : conf->domains;
	search->is_whole_first = is_whole(name) || count_dots(name) >= conf->ndots;
	search->is_whole_due = true;
}

/* What is no name cannot be asked for. */
static bool
is_domain(const char *domain, size_t len)
{
	size_t at = 0, n;

	while (at <= len) {
		n = strcspn(domain + at, "." BLANKS);
		if (n == 0 || n > LABEL_MAX)
			return false;
		at += n + 1;
	}
	return true;
}

/* Writes the name and, behind a dot, len bytes of the domain. */
static bool
write_candidate(struct search *search, const char *domain, size_t len)
{
	size_t name_len = strlen(search->name);
	char *at = search->candidate;

	if (name_len + 1 + len > NAME_MAX)
		return false;
	memcpy(at, search->name, name_len);
	at += name_len;
	*at++ = '.';
	memcpy(at, domain, len);
	at += len;
	*at++ = '.';
	*at = '\0';
	return true;
}

static bool
write_whole(struct search *search)
{
	size_t len = strlen(search->name);

	search->is_whole_due = false;
	len -= search->name[len - 1] == '.';
	memcpy(search->candidate, search->name, len);
	memcpy(search->candidate + len, ".", 2);
	return true;
}

bool
sb_search_next(struct search *search)
{
	const char *domain;
	size_t len;

	if (search->is_whole_first && search->is_whole_due)
		return write_whole(search);
	for (;;) {
		domain = search->next_domain + strspn(search->next_domain, BLANKS);
		len = strcspn(domain, BLANKS);
		search->next_domain = domain + len;
		if (len == 0)
			return search->is_whole_due && write_whole(search);
		len -= domain[len - 1] == '.';
		/* The root alone is the name as it is, which has its own turn. */
		if (is_domain(domain, len) && write_candidate(search, domain, len))
			return true;
	}
}

/* The name as it is written, if that came first, has the word; else a failure comes before that there
 * is no such name, for where the server failed there may be one. */
bool
sb_search_take(struct search *search, int code, const char *detail)
{
	bool is_final = code != -ENOENT && code != -EAGAIN && code != -ETIMEDOUT;

	if (is_final || !search->has_answer || (!search->is_whole_first && code != -ENOENT)) {
		search->code = code;
		search->detail = detail;
	}
	search->has_answer = true;
	return code == -ENOENT || code == -EAGAIN;
}
