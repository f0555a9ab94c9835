/* Over c-ares. Its callbacks may come from within our calls into it, and cancelling in it ends all
 * that a channel looks for: so an answer only ends a look-up, which is told later, and a look-up
 * that is cancelled leaves its query behind, without an owner.
 *
 * The search is ours (resolver_search.h), and so is it that /etc/hosts comes first: c-ares would do
 * both for each family by itself. It is asked for whole names. */

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "resolver.h"
#include "resolver_channel.h"

struct ares {
	struct resolver base;
	struct channels channels;
	ares_channel hosts; /* knows /etc/hosts and nothing else */
};

/* Lives until c-ares is done with it, the look-up or not. */
struct query {
	struct channel *channel;
	struct sb_lookup *lookup; /* NULL: cancelled */
	struct search search; /* not of a service */
};

static void
init_library(void)
{
	(void)ares_library_init(ARES_LIB_INIT_ALL);
}

/* Takes the look-up whose query this is; NULL when nobody wants it any more. */
static struct sb_lookup *
take_lookup(struct query *query)
{
	struct sb_lookup *lookup = query->lookup;

	if (lookup)
		query->channel->n_lookups--;
	free(query);
	return lookup;
}

/* As sb_lookup_fn() has it. */
static int
code_of(int status, const char **ret_detail)
{
	*ret_detail = NULL;
	switch (status) {
	case ARES_SUCCESS:
		return 0;
	case ARES_ENODATA:
		return -ENODATA;
	case ARES_ENOTFOUND:
	case ARES_ENONAME:
		return -ENOENT;
	case ARES_ETIMEOUT:
		return -ETIMEDOUT;
	case ARES_ENOMEM:
		return -ENOMEM;
	case ARES_ECONNREFUSED:
		/* c-ares says the same of servers that answer that they cannot. */
		*ret_detail = "out of reach, or none of them could answer";
		return -EAGAIN;
	default:
		*ret_detail = ares_strerror(status);
		return -EAGAIN;
	}
}

static bool
take_address(const struct ares_addrinfo_node *node, int family, struct sb_answer *answer)
{
	const void *address;

	if (node->ai_family != family)
		return false;
	if (family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)node->ai_addr)->sin_addr;
	else
		address = &((const struct sockaddr_in6 *)(const void *)node->ai_addr)->sin6_addr;
	answer->port = 0;
	return inet_ntop(family, address, answer->host, sizeof(answer->host)) != NULL;
}

static int
family_of(const struct sb_lookup *lookup)
{
	return lookup->kind == SB_LOOKUP_IPV4 ? AF_INET : AF_INET6;
}

static size_t
take_addresses(const struct ares_addrinfo *info, int family, struct sb_answer answers[ANSWERS_MAX])
{
	const struct ares_addrinfo_node *node;
	size_t n = 0;

	for (node = info->nodes; node && n < ANSWERS_MAX; node = node->ai_next)
		n += take_address(node, family, &answers[n]);
	return n;
}

static void ask_for_candidate(struct query *query);

static void
on_addresses(void *self, int status, int n_timeouts, struct ares_addrinfo *info)
{
	struct query *query = self;
	struct sb_lookup *lookup = query->lookup;
	struct sb_answer answers[ANSWERS_MAX];
	const char *detail;
	int code = code_of(status, &detail);
	size_t n = 0;

	(void)n_timeouts;
	sb_channel_doubt(query->channel, status);
	if (lookup && code == 0) {
		n = take_addresses(info, family_of(lookup), answers);
		code = n > 0 ? 0 : -ENODATA;
	}
	ares_freeaddrinfo(info);
	if (lookup && sb_search_take(&query->search, code, detail)
		&& sb_search_next(&query->search)) {
		ask_for_candidate(query);
		return;
	}
	code = query->search.code;
	detail = query->search.detail;
	if (take_lookup(query))
		sb_lookup_answer(lookup, answers, n, code, detail);
}

/* Of both families at once: a name that the file has for one is not asked for elsewhere. */
struct in_file {
	struct sb_lookup *lookup;
	bool is_there;
};

static void
on_file(void *self, int status, int n_timeouts, struct ares_addrinfo *info)
{
	struct in_file *file = self;
	struct sb_answer answers[ANSWERS_MAX];
	size_t n;

	(void)n_timeouts;
	file->is_there = status == ARES_SUCCESS;
	if (file->is_there) {
		n = take_addresses(info, family_of(file->lookup), answers);
		sb_lookup_answer(file->lookup, answers, n, n > 0 ? 0 : -ENODATA, NULL);
	}
	ares_freeaddrinfo(info);
}

static bool
answer_from_file(struct ares *ares, struct sb_lookup *lookup)
{
	struct ares_addrinfo_hints hints = {
		.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC, .ai_flags = ARES_AI_ENVHOSTS
	};
	struct in_file file = { .lookup = lookup };
	char name[256];
	size_t len = strlen(lookup->name);

	/* The file has no final dots. */
	len -= lookup->name[len - 1] == '.';
	memcpy(name, lookup->name, len);
	name[len] = '\0';
	ares_getaddrinfo(ares->hosts, name, NULL, &hints, on_file, &file);
	return file.is_there;
}

/* RFC 6761, section 6.3. c-ares loses memory over a localhost that the file does not have. */
static bool
answer_localhost(struct sb_lookup *lookup)
{
	static const struct sb_answer v4 = { .host = "127.0.0.1" }, v6 = { .host = "::1" };

	if (strcasecmp(lookup->name, "localhost") != 0
		&& strcasecmp(lookup->name, "localhost.") != 0)
		return false;
	sb_lookup_answer(lookup, lookup->kind == SB_LOOKUP_IPV4 ? &v4 : &v6, 1, 0, NULL);
	return true;
}

/* What is answered without asking anybody. */
static bool
answer_at_once(struct ares *ares, struct sb_lookup *lookup)
{
	return lookup->kind != SB_LOOKUP_SERVICE
	       && (answer_localhost(lookup) || answer_from_file(ares, lookup));
}

static size_t
take_services(const struct ares_srv_reply *reply, struct service services[ANSWERS_MAX])
{
	size_t n = 0;

	for (; reply && n < ANSWERS_MAX; reply = reply->next) {
		if (strlen(reply->host) >= sizeof(services[n].host))
			continue;
		memcpy(services[n].host, reply->host, strlen(reply->host) + 1);
		services[n].priority = reply->priority;
		services[n].weight = reply->weight;
		services[n++].port = reply->port;
	}
	return n;
}

static void
on_services(void *self, int status, int n_timeouts, unsigned char *reply, int len)
{
	struct query *query = self;
	struct channel *c = query->channel;
	struct sb_lookup *lookup = take_lookup(query);
	struct ares_srv_reply *records = NULL;
	struct service services[ANSWERS_MAX];
	const char *detail;
	int code;

	(void)n_timeouts;
	if (!lookup)
		return;
	sb_channel_doubt(c, status);
	if (status == ARES_SUCCESS)
		status = ares_parse_srv_reply(reply, len, &records);
	code = code_of(status, &detail);
	if (code == 0)
		sb_lookup_answer_services(lookup, services, take_services(records, services));
	else
		sb_lookup_answer(lookup, NULL, 0, code, detail);
	ares_free_data(records);
}

static struct ares *
ares_of(struct resolver *resolver)
{
	return (struct ares *)resolver;
}

static void
ask_for_candidate(struct query *query)
{
	struct ares_addrinfo_hints hints = { .ai_socktype = SOCK_STREAM,
		.ai_family = family_of(query->lookup) };

	ares_getaddrinfo(
		query->channel->ares, query->search.candidate, NULL, &hints, on_addresses, query);
}

static void
ask(struct channel *c, struct sb_lookup *lookup, struct query *query)
{
	/* The name of a service is written whole. */
	if (lookup->kind == SB_LOOKUP_SERVICE) {
		ares_query(c->ares, lookup->name, ns_c_in, ns_t_srv, on_services, query);
		return;
	}
	sb_search_begin(&query->search, &c->conf, lookup->name);
	(void)sb_search_next(&query->search);
	ask_for_candidate(query);
}

static int
start(struct resolver *resolver, struct sb_lookup *lookup)
{
	struct ares *ares = ares_of(resolver);
	struct query *query;
	struct channel *c;

	if (answer_at_once(ares, lookup))
		return 0;
	query = calloc(1, sizeof(*query));
	if (!query)
		return -ENOMEM;
	c = sb_channels_take(&ares->channels);
	query->channel = c;
	query->lookup = lookup;
	lookup->query = query;
	c->n_lookups++;
	ask(c, lookup, query);
	sb_channel_settle(c);
	return 0;
}

static void
cancel(struct resolver *resolver, struct sb_lookup *lookup)
{
	struct query *query = lookup->query;
	struct channel *c = query->channel;

	(void)resolver;
	query->lookup = NULL;
	c->n_lookups--;
	sb_channel_settle(c);
}

static void
destroy(struct resolver *resolver)
{
	struct ares *ares = ares_of(resolver);

	sb_channels_finish(&ares->channels);
	ares_destroy(ares->hosts);
	free(ares);
}

static const struct resolver_ops over_ares = {
	.start = start,
	.cancel = cancel,
	.destroy = destroy,
};

static int
init_hosts(struct ares *ares)
{
	static char from_file[] = "f", no_servers[] = "/dev/null";
	struct ares_options options = { .lookups = from_file, .resolvconf_path = no_servers };

	errno = 0;
	return sb_ares_errno(
		ares_init_options(&ares->hosts, &options, ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF));
}

int
sb_ares_create(
	struct sb_reactor *r, const char *conf, uint16_t port, struct resolver **ret_resolver)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ares *ares = calloc(1, sizeof(*ares));
	int ret;

	if (!ares)
		return -ENOMEM;
	(void)pthread_once(&once, init_library);
	ares->base.ops = &over_ares;
	ret = init_hosts(ares);
	if (ret == 0) {
		ret = sb_channels_init(&ares->channels, r, conf, port);
		if (ret < 0)
			ares_destroy(ares->hosts);
	}
	if (ret < 0) {
		free(ares);
		return ret;
	}
	*ret_resolver = &ares->base;
	return 0;
}
