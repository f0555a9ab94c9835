#include <arpa/inet.h>

#include <errno.h>
#include <stdlib.h>

#include "resolver.h"
#include "url_private.h"

enum {
	LABEL_MAX = 63,
	NAME_MAX = 253, /* without the final dot */
};

/* Laxer than a URL: services have underscores, and so have some hosts. */
static bool
is_name(const char *name)
{
	static const char inside[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-_";
	size_t len = strlen(name), at = 0;

	if (len == 0 || len > NAME_MAX + (size_t)(name[len - 1] == '.'))
		return false;
	while (at < len) {
		size_t n = strspn(name + at, inside);

		if (n == 0 || n > LABEL_MAX || (name[at + n] && name[at + n] != '.'))
			return false;
		if (at + n >= len - (name[len - 1] == '.') && sb_url_is_number(name + at, n))
			return false;
		at += n + 1;
	}
	return true;
}

/* The family of an address, or AF_UNSPEC. */
static int
family_of(const char *name)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, name, &address) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, name, &address) == 1 ? AF_INET6 : AF_UNSPEC;
}

bool
sb_lookup_can_be_host(const char *name)
{
	return is_name(name) || family_of(name) != AF_UNSPEC;
}

void
sb_lookup_spell_whole(const char *name, char *buf, size_t cap)
{
	bool is_whole = family_of(name) != AF_UNSPEC || !name[0] || name[strlen(name) - 1] == '.';

	(void)snprintf(buf, cap, "%s%s", name, is_whole ? "" : ".");
}

const char *
sb_lookup_words(int code, bool is_service)
{
	switch (code) {
	case -ENOENT:
		return "there is no such name";
	case -ENODATA:
		return is_service ? "nobody offers this service there" : "it has no address";
	case -ETIMEDOUT:
		return "the name servers did not answer";
	case -EAGAIN:
		return "the name servers failed";
	default:
		return strerror(-code);
	}
}

static const char *
words(const struct sb_lookup *lookup)
{
	if (lookup->code == -ENODATA && lookup->kind == SB_LOOKUP_IPV4)
		return "it has no IPv4 address";
	if (lookup->code == -ENODATA && lookup->kind == SB_LOOKUP_IPV6)
		return "it has no IPv6 address";
	return sb_lookup_words(lookup->code, lookup->kind == SB_LOOKUP_SERVICE);
}

static void
free_lookup(void *self)
{
	struct sb_lookup *lookup = self;

	free(lookup->answers);
	free(lookup);
}

static void
retire(struct sb_lookup *lookup)
{
	struct sb_reactor *r = lookup->reactor;

	sb_reactor_unqueue(r, &lookup->task);
	TAILQ_REMOVE(&r->lookups, lookup, link);
	sb_reactor_reap(r, &lookup->reap, free_lookup, lookup);
}

static void
tell(void *self, unsigned events)
{
	struct sb_lookup *lookup = self;
	struct sb_error error = { 0 };

	(void)events;
	if (lookup->code < 0)
		(void)sb_error_set(&error, lookup->code, "looking up %s: %s%s%s%s", lookup->name,
			words(lookup), lookup->detail ? " (" : "",
			lookup->detail ? lookup->detail : "", lookup->detail ? ")" : "");
	retire(lookup);
	lookup->fn(lookup->self, lookup->answers, lookup->n, &error);
}

static struct sb_lookup *
create(struct sb_reactor *r, enum sb_lookup_kind kind, const char *name)
{
	size_t cap = strlen(name) + 1;
	struct sb_lookup *lookup = calloc(1, sizeof(*lookup) + cap);

	if (!lookup)
		return NULL;
	lookup->reactor = r;
	lookup->kind = kind;
	lookup->task.run = tell;
	lookup->task.self = lookup;
	memcpy(lookup->name, name, cap);
	return lookup;
}

/* An address is its own answer. */
static void
answer_address(struct sb_lookup *lookup, int family)
{
	int wanted = lookup->kind == SB_LOOKUP_IPV4   ? AF_INET
		     : lookup->kind == SB_LOOKUP_IPV6 ? AF_INET6
						      : AF_UNSPEC;
	struct sb_answer answer = { .port = 0 };

	(void)snprintf(answer.host, sizeof(answer.host), "%s", lookup->name);
	if (family == wanted)
		sb_lookup_answer(lookup, &answer, 1, 0, NULL);
	else
		sb_lookup_answer(lookup, NULL, 0, -ENODATA, NULL);
}

static int
begin(struct sb_lookup *lookup, int family)
{
	struct sb_reactor *r = lookup->reactor;
	int ret = 0;

	if (family != AF_UNSPEC) {
		answer_address(lookup, family);
		return 0;
	}
	if (!r->resolver)
		ret = r->backend->make_resolver(r->back, &r->resolver);
	return ret < 0 ? ret : r->resolver->ops->start(r->resolver, lookup);
}

int
sb_lookup_start(struct sb_reactor *r, enum sb_lookup_kind kind, const char *name, sb_lookup_fn *fn,
	const char *place, void *self, struct sb_lookup **ret_lookup, struct sb_error *ret_error)
{
	int family = family_of(name), ret = -ENOMEM;
	struct sb_lookup *lookup;

	if (family == AF_UNSPEC && !is_name(name))
		return sb_error_set(ret_error, -EINVAL,
			"looking up \"%.260s\": a name has letters, digits, hyphens and dots, and "
			"at most 63 characters between two of them and 253 in all, and does not "
			"end in a number",
			name);
	lookup = create(r, kind, name);
	if (lookup) {
		lookup->fn = fn;
		lookup->place = place;
		lookup->self = self;
		ret = begin(lookup, family);
	}
	if (ret < 0) {
		free(lookup);
		return sb_error_set(ret_error, ret, "looking up %s: %s", name, strerror(-ret));
	}
	TAILQ_INSERT_TAIL(&r->lookups, lookup, link);
	*ret_lookup = lookup;
	return 0;
}

void
sb_lookup_cancel(struct sb_lookup *lookup)
{
	struct resolver *resolver;

	if (!lookup)
		return;
	resolver = lookup->reactor->resolver;
	retire(lookup);
	if (lookup->query)
		resolver->ops->cancel(resolver, lookup);
}

void
sb_lookup_answer(struct sb_lookup *lookup, const struct sb_answer *answers, size_t n, int code,
	const char *detail)
{
	if (n > ANSWERS_MAX)
		n = ANSWERS_MAX;
	lookup->query = NULL;
	lookup->code = code;
	lookup->detail = detail;
	if (n > 0) {
		lookup->answers = malloc(n * sizeof(*answers));
		if (lookup->answers)
			memcpy(lookup->answers, answers, n * sizeof(*answers));
		else
			lookup->code = -ENOMEM;
		lookup->n = lookup->answers ? n : 0;
	}
	sb_reactor_queue(lookup->reactor, &lookup->task, 0);
}

static void
swap(struct service *a, struct service *b)
{
	struct service c = *a;

	*a = *b;
	*b = c;
}

/* Priorities first; among equals those of weight 0 first, as RFC 2782 wants it for drawing. */
static bool
is_before(const struct service *a, const struct service *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->weight == 0 && b->weight > 0;
}

/* Draws which of the first n, of one priority, is the next. */
static size_t
draw(struct sb_reactor *r, const struct service *services, size_t n)
{
	uint64_t sum = 0, at;
	size_t i;

	for (i = 0; i < n; i++)
		sum += services[i].weight;
	at = sb_reactor_random(r) % (sum + 1);
	for (i = 0, sum = 0; i + 1 < n; i++) {
		sum += services[i].weight;
		if (sum >= at)
			break;
	}
	return i;
}

/* There are few of them. */
static void
put_in_order(struct sb_reactor *r, struct service *services, size_t n)
{
	size_t i, j, drawn;

	for (i = 1; i < n; i++)
		for (j = i; j > 0 && is_before(&services[j], &services[j - 1]); j--)
			swap(&services[j], &services[j - 1]);
	for (i = 0; i < n; i++) {
		for (j = i; j < n && services[j].priority == services[i].priority; j++)
			continue;
		/* The rest keeps its order, those of weight 0 before. */
		for (drawn = i + draw(r, services + i, j - i); drawn > i; drawn--)
			swap(&services[drawn], &services[drawn - 1]);
	}
}

void
sb_lookup_answer_services(struct sb_lookup *lookup, struct service *services, size_t n)
{
	struct sb_answer answers[ANSWERS_MAX];
	size_t i, n_answers = 0;

	put_in_order(lookup->reactor, services, n);
	for (i = 0; i < n && n_answers < ANSWERS_MAX; i++) {
		/* The root alone says that there is no such service here. */
		if (!services[i].host[0] || strcmp(services[i].host, ".") == 0)
			continue;
		memcpy(answers[n_answers].host, services[i].host, sizeof(services[i].host));
		answers[n_answers++].port = services[i].port;
	}
	sb_lookup_answer(lookup, answers, n_answers, n_answers ? 0 : -ENODATA, NULL);
}

bool
sb_lookups_describe(const struct sb_reactor *r, size_t *at, char *buf, size_t cap)
{
	const struct sb_lookup *lookup;

	TAILQ_FOREACH(lookup, &r->lookups, link)
	{
		/* One of a stream has no place; the stream is listed. */
		if (!lookup->place || (*at)-- > 0)
			continue;
		(void)snprintf(buf, cap, "look-up %s %s", lookup->name, lookup->place);
		return true;
	}
	return false;
}

void
sb_resolver_finish(struct sb_reactor *r)
{
	if (r->resolver)
		r->resolver->ops->destroy(r->resolver);
	r->resolver = NULL;
}
