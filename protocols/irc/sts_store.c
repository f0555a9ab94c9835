#include "sts_private.h"

#include <errno.h>
#include <inttypes.h>

static const char heading[] = "# host, TLS port, end of the policy in seconds since 1970 UTC\n";

/* Where the host stands or belongs. */
static size_t
place_of(const struct sb_sts *store, const char *host, bool *ret_is_there)
{
	size_t from = 0, to = store->n;

	*ret_is_there = false;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(host, store->hosts[middle].name);

		if (!order) {
			*ret_is_there = true;
			return middle;
		}
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return from;
}

static int
grow(struct sb_sts *store)
{
	size_t cap = store->cap ? store->cap * 2 : 4;
	struct sts_host *hosts;

	if (store->n < store->cap)
		return 0;
	hosts = realloc(store->hosts, cap * sizeof(*hosts));
	if (!hosts)
		return -ENOMEM;
	store->hosts = hosts;
	store->cap = cap;
	return 0;
}

static int
insert(struct sb_sts *store, size_t at, const char *name, uint16_t port, int64_t end_s)
{
	char *copy = grow(store) ? NULL : strdup(name);

	if (!copy)
		return -ENOMEM;
	memmove(&store->hosts[at + 1], &store->hosts[at], (store->n - at) * sizeof(*store->hosts));
	store->hosts[at] = (struct sts_host){ .name = copy, .port = port, .end_s = end_s };
	store->n++;
	return 0;
}

int
sb_sts_put_(struct sb_sts *store, const char *name, uint16_t port, int64_t end_s)
{
	bool is_there;
	size_t at = place_of(store, name, &is_there);

	if (!is_there)
		return insert(store, at, name, port, end_s);
	store->hosts[at].port = port;
	store->hosts[at].end_s = end_s;
	return 0;
}

bool
sb_sts_drop_(struct sb_sts *store, const char *name)
{
	bool is_there;
	size_t at = place_of(store, name, &is_there);

	if (!is_there)
		return false;
	free(store->hosts[at].name);
	store->n--;
	memmove(&store->hosts[at], &store->hosts[at + 1], (store->n - at) * sizeof(*store->hosts));
	return true;
}

bool
sb_sts_find(const struct sb_sts *store, const char *host, int64_t now_s, uint16_t *ret_port)
{
	char name[SB_STS_HOST_MAX];
	bool is_there;
	size_t at;

	if (sb_sts_host(host, name))
		return false;
	at = place_of(store, name, &is_there);
	if (!is_there || store->hosts[at].end_s <= now_s)
		return false;
	*ret_port = store->hosts[at].port;
	return true;
}

/* The next word of a line, NUL-terminated in buf; false when it does not fit or there is none. */
static bool
next_word(struct sb_bytes *line, char *buf, size_t cap)
{
	const char *text = line->ptr;
	size_t from = 0, to;

	while (from < line->len && (text[from] == ' ' || text[from] == '\t'))
		from++;
	for (to = from; to < line->len && text[to] != ' ' && text[to] != '\t'; to++)
		if (!text[to])
			return false;
	if (to == from || to - from >= cap)
		return false;
	memcpy(buf, text + from, to - from);
	buf[to - from] = '\0';
	line->ptr = text + to;
	line->len -= to;
	return true;
}

/* Returns NULL and what the line says, or what is wrong with it. */
static const char *
parse_line(struct sb_bytes line, char *name, int64_t *ret_port, int64_t *ret_end_s)
{
	char host[SB_STS_HOST_MAX + 1], port[8], end[24], more[2];

	if (!next_word(&line, host, sizeof(host)) || sb_sts_host(host, name))
		return "begins with no host name";
	if (!next_word(&line, port, sizeof(port))
		|| !sb_caps_number(sb_bytes_of(port), 65536, ret_port) || !*ret_port
		|| *ret_port > 65535)
		return "the port after the host is to be a number from 1 to 65535";
	if (!next_word(&line, end, sizeof(end))
		|| !sb_caps_number(sb_bytes_of(end), INT64_MAX, ret_end_s))
		return "the end after the port is to be a number of seconds since 1970";
	if (next_word(&line, more, sizeof(more)) || line.len)
		return "ends with more than host, port and end";
	return NULL;
}

/* As it is, for the front of the file. */
static int
keep(struct sb_sts *store, struct sb_bytes line)
{
	char *kept = realloc(store->kept, store->kept_len + line.len + 1);

	if (!kept)
		return -ENOMEM;
	store->kept = kept;
	if (line.len)
		memcpy(kept + store->kept_len, line.ptr, line.len);
	kept[store->kept_len + line.len] = '\n';
	store->kept_len += line.len + 1;
	return 0;
}

static struct sb_bytes
trimmed(struct sb_bytes line)
{
	const char *text = line.ptr;

	while (line.len && strchr(" \t\r", text[line.len - 1]) && text[line.len - 1])
		line.len--;
	return line;
}

static int
take_line(struct sb_sts *store, struct sb_bytes line, const char **ret_why)
{
	char name[SB_STS_HOST_MAX];
	int64_t port = 0, end_s = 0;
	bool is_there;
	size_t at;

	*ret_why = NULL;
	if (!trimmed(line).len)
		return 0;
	if (*(const char *)line.ptr == '#')
		return keep(store, line);
	*ret_why = parse_line(trimmed(line), name, &port, &end_s);
	if (*ret_why)
		return keep(store, line);
	at = place_of(store, name, &is_there);
	if (is_there) {
		*ret_why = "the host is there already; the policy that ends later counts";
		if (end_s <= store->hosts[at].end_s)
			return 0;
	}
	return sb_sts_put_(store, name, (uint16_t)port, end_s);
}

int
sb_sts_read(struct sb_sts *store, struct sb_bytes text, const char *name,
	sb_sts_complain_fn *complain, void *self)
{
	const char *at = text.ptr, *end = at + text.len;
	int error = 0;

	for (unsigned number = 1; at < end && !error; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *why;
		struct sb_bytes line = { at, (size_t)((newline ? newline : end) - at) };
		struct sb_error said;

		error = take_line(store, line, &why);
		if (why && complain) {
			(void)sb_error_set(&said, -EBADMSG, "%s:%u: %s", name, number, why);
			complain(self, said.text);
		}
		at += line.len + 1;
	}
	return error;
}

int
sb_sts_print(const struct sb_sts *store, int64_t now_s, char **ret_text, size_t *ret_len)
{
	const char *front = store->kept_len ? store->kept : heading;
	size_t len = store->kept_len ? store->kept_len : strlen(heading);
	size_t cap = len;
	char *text;

	for (size_t i = 0; i < store->n; i++)
		cap += strlen(store->hosts[i].name) + sizeof(" 65535 9223372036854775807\n");
	text = malloc(cap + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text, front, len);
	for (size_t i = 0; i < store->n; i++) {
		const struct sts_host *host = &store->hosts[i];

		if (host->end_s > now_s)
			len += (size_t)snprintf(text + len, cap + 1 - len, "%s %u %" PRId64 "\n",
				host->name, (unsigned)host->port, host->end_s);
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}
