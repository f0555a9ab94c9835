/* What a simulation knows of names. */

#include <arpa/inet.h>

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "sim.h"

struct sim_name {
	TAILQ_ENTRY(sim_name) link;
	enum sb_lookup_kind kind;
	int error; /* of one without answers */
	int64_t delay_ns;
	size_t n;
	struct service *answers; /* addresses as hosts */
	char name[];
};

/* A look-up under way. */
struct sim_query {
	struct sb_simulation *sim;
	struct sb_lookup *lookup;
	struct sb_timer due; /* in sim->network */
	bool fails;
};

static const char *const kinds[] = { "IPv4", "IPv6", "service" };

/* Without the final dot. */
static size_t
name_len(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && name[len - 1] == '.' ? len - 1 : len;
}

static struct sim_name *
find_name(struct sb_simulation *sim, const char *name, enum sb_lookup_kind kind)
{
	size_t len = name_len(name);
	struct sim_name *known;

	TAILQ_FOREACH(known, &sim->names, link)
	{
		if (known->kind == kind && name_len(known->name) == len
			&& strncasecmp(known->name, name, len) == 0)
			return known;
	}
	return NULL;
}

static void
forget_name(struct sb_simulation *sim, struct sim_name *known)
{
	TAILQ_REMOVE(&sim->names, known, link);
	free(known->answers);
	free(known);
}

static bool
read_service(const char *text, struct service *answer)
{
	unsigned priority, weight, port;
	int end = 0;

	if (sscanf(text, "%5u %5u %5u %255s%n", &priority, &weight, &port, answer->host, &end) != 4
		|| text[end] || priority > UINT16_MAX || weight > UINT16_MAX || port > UINT16_MAX)
		return false;
	answer->priority = (uint16_t)priority;
	answer->weight = (uint16_t)weight;
	answer->port = (uint16_t)port;
	return true;
}

static bool
read_answer(enum sb_lookup_kind kind, const char *text, struct service *answer)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (kind == SB_LOOKUP_SERVICE)
		return read_service(text, answer);
	if (inet_pton(kind == SB_LOOKUP_IPV4 ? AF_INET : AF_INET6, text, address) != 1)
		return false;
	(void)snprintf(answer->host, sizeof(answer->host), "%s", text);
	return true;
}

static struct sim_name *
create_name(const char *name, size_t n)
{
	struct sim_name *known = calloc(1, sizeof(*known) + strlen(name) + 1);

	if (!known)
		return NULL;
	known->answers = calloc(n + 1, sizeof(*known->answers));
	if (!known->answers) {
		free(known);
		return NULL;
	}
	known->n = n;
	memcpy(known->name, name, strlen(name) + 1);
	return known;
}

int
sb_simulation_set_name(struct sb_simulation *sim, const char *name, enum sb_lookup_kind kind,
	const char *const *answers, size_t n, int error, int64_t delay_ns)
{
	struct sim_name *known, *old;
	size_t i;

	sb_assert(delay_ns >= 0);
	if ((n == 0 && error >= 0) || n > ANSWERS_MAX)
		return -EINVAL;
	known = create_name(name, n);
	if (!known)
		return -ENOMEM;
	known->kind = kind;
	known->error = error;
	known->delay_ns = delay_ns;
	for (i = 0; i < n && read_answer(kind, answers[i], &known->answers[i]); i++)
		continue;
	if (i < n) {
		free(known->answers);
		free(known);
		return -EINVAL;
	}
	old = find_name(sim, name, kind);
	if (old)
		forget_name(sim, old);
	TAILQ_INSERT_TAIL(&sim->names, known, link);
	return 0;
}

/* Sets it for each answer of this kind, and counts them. Returns 0, or -ENOMEM. */
static int
set_reach_of_answers(struct sb_simulation *sim, const struct sb_url *url, enum sb_lookup_kind kind,
	enum sb_reach reach, size_t *n)
{
	const struct sim_name *known = find_name(sim, url->host, kind);
	size_t i, n_answers = known ? known->n : 0;
	int ret = 0;

	for (i = 0; i < n_answers && ret == 0; i++) {
		struct sb_url where = *url;

		memcpy(where.host, known->answers[i].host, sizeof(known->answers[i].host));
		sb_url_normalise(&where);
		ret = sb_sim_set_reach(sim, &where, reach);
		*n += 1;
	}
	return ret;
}

static int
set_reach_of_host(
	struct sb_simulation *sim, const struct sb_url *url, enum sb_reach reach, size_t *n)
{
	int ret;

	if (!sb_url_has_name(url)) {
		*n += 1;
		return sb_sim_set_reach(sim, url, reach);
	}
	ret = set_reach_of_answers(sim, url, SB_LOOKUP_IPV4, reach, n);
	return ret < 0 ? ret : set_reach_of_answers(sim, url, SB_LOOKUP_IPV6, reach, n);
}

int
sb_sim_set_reach_of_name(struct sb_simulation *sim, const struct sb_url *url, enum sb_reach reach)
{
	const struct sim_name *service = NULL;
	struct sb_url where = *url;
	size_t i, n = 0;
	int ret = 0;

	if (!sb_url_is_service(url))
		ret = set_reach_of_host(sim, url, reach, &n);
	else
		service = find_name(sim, url->host, SB_LOOKUP_SERVICE);
	for (i = 0; service && i < service->n && ret == 0; i++) {
		memcpy(where.host, service->answers[i].host, sizeof(service->answers[i].host));
		where.port = service->answers[i].port;
		sb_url_normalise(&where);
		ret = set_reach_of_host(sim, &where, reach, &n);
	}
	if (ret < 0)
		return ret;
	return n > 0 ? 0 : -ENOENT;
}

static void
free_query(struct sim_query *query)
{
	sb_timer_heap_remove(&query->sim->network, &query->due);
	free(query);
}

static void
answer_with(struct sb_lookup *lookup, const struct sim_name *known)
{
	struct service services[ANSWERS_MAX];
	struct sb_answer answers[ANSWERS_MAX];
	size_t i;

	if (lookup->kind == SB_LOOKUP_SERVICE) {
		/* They are put in order, and the next draw is to find them as they were set. */
		memcpy(services, known->answers, known->n * sizeof(*services));
		sb_lookup_answer_services(lookup, services, known->n);
		return;
	}
	for (i = 0; i < known->n; i++) {
		memcpy(answers[i].host, known->answers[i].host, sizeof(answers[i].host));
		answers[i].port = 0;
	}
	sb_lookup_answer(lookup, answers, known->n, 0, NULL);
}

static void
answer(void *self)
{
	struct sim_query *query = self;
	struct sb_lookup *lookup = query->lookup;
	const struct sim_name *known = find_name(query->sim, lookup->name, lookup->kind);
	int error = query->fails ? -EAGAIN : known && known->n > 0 ? 0 : -ENOENT;

	if (!query->fails && known && known->n == 0)
		error = known->error;
	sb_sim_trace(query->sim, "look-up %s %s: %s", lookup->name, kinds[lookup->kind],
		error ? strerror(-error) : "answered");
	free_query(query);
	if (error)
		sb_lookup_answer(lookup, NULL, 0, error, NULL);
	else
		answer_with(lookup, known);
}

static int64_t
delay_ns(struct sb_simulation *sim, const struct sim_name *known)
{
	const struct sb_weather *w = &sim->weather;
	uint64_t spread = (uint64_t)(w->name_max_ns - w->name_min_ns);
	int64_t delay = known ? known->delay_ns : 0;

	delay = time_add(delay, w->name_min_ns);
	return spread ? time_add(delay, (int64_t)sb_sim_below(sim, spread + 1)) : delay;
}

static int
start(struct resolver *resolver, struct sb_lookup *lookup)
{
	struct sb_simulation *sim = ((struct sim_resolver *)resolver)->sim;
	struct sim_query *query = calloc(1, sizeof(*query));
	int64_t after_ns;

	if (!query || sb_timer_heap_add(&sim->network, &query->due) < 0) {
		free(query);
		return -ENOMEM;
	}
	query->sim = sim;
	query->lookup = lookup;
	query->due.fn = answer;
	query->due.self = query;
	query->fails = sb_sim_strikes(sim, sim->weather.fail_names_per_million);
	lookup->query = query;
	sb_sim_trace(sim, "look-up %s %s", lookup->name, kinds[lookup->kind]);
	after_ns = delay_ns(sim, find_name(sim, lookup->name, lookup->kind));
	/* The end of time does not come. */
	sb_timer_heap_start(&sim->network, &query->due, time_add(sim->now_ns, after_ns));
	return 0;
}

static void
cancel(struct resolver *resolver, struct sb_lookup *lookup)
{
	struct sim_query *query = lookup->query;

	(void)resolver;
	sb_sim_trace(query->sim, "look-up %s %s: given up", lookup->name, kinds[lookup->kind]);
	free_query(query);
}

/* The table lives as long as the simulation. */
static void
destroy(struct resolver *resolver)
{
	(void)resolver;
}

static const struct resolver_ops over_table = {
	.start = start,
	.cancel = cancel,
	.destroy = destroy,
};

void
sb_sim_names_init(struct sb_simulation *sim)
{
	TAILQ_INIT(&sim->names);
	sim->resolver.base.ops = &over_table;
	sim->resolver.sim = sim;
}

void
sb_sim_names_finish(struct sb_simulation *sim)
{
	while (!TAILQ_EMPTY(&sim->names))
		forget_name(sim, TAILQ_FIRST(&sim->names));
}

int
sb_sim_make_resolver(void *back, struct resolver **ret_resolver)
{
	struct sb_simulation *sim = back;

	*ret_resolver = &sim->resolver.base;
	return 0;
}
