/* Over c-ares. Its callbacks may come from within our calls into it, and cancelling in it ends all
 * that a channel looks for: so an answer only ends a look-up, which is told later, and a look-up
 * that is cancelled leaves its query behind, without an owner. */

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <ares.h>

#include "resolver.h"

LIST_HEAD(channel_list, channel);
LIST_HEAD(watched_list, watched);

struct ares {
	struct resolver base;
	struct sb_reactor *reactor;
	const char *conf;
	uint16_t port;
	struct stat conf_status; /* as of when the first channel was made; all 0: there was none */
	int64_t looked_ns; /* at the file */
	bool is_doubted; /* nobody answered at the servers that it names */
	struct channel_list channels; /* the first is asked, the others only have not ended yet */
};

/* What c-ares knows of one state of the file. */
struct channel {
	struct ares *ares;
	ares_channel channel;
	struct sb_timer timer;
	struct watched_list sockets;
	size_t n_lookups;
	LIST_ENTRY(channel) link;
};

/* A socket of c-ares. It closes it when it likes, and what the loop watches must not be closed by
 * others: so what is watched is a copy. */
struct watched {
	struct channel *channel;
	ares_socket_t fd;
	struct end *end;
	struct task task;
	LIST_ENTRY(watched) link;
};

/* Lives until c-ares is done with it, the look-up or not. */
struct query {
	struct channel *channel;
	struct sb_lookup *lookup; /* NULL: cancelled */
};

static void
init_library(void)
{
	(void)ares_library_init(ARES_LIB_INIT_ALL);
}

static void
free_channel(struct channel *c)
{
	LIST_REMOVE(c, link);
	/* Closes its sockets, and ends the queries that nobody waits for. */
	ares_destroy(c->channel);
	sb_assert(LIST_EMPTY(&c->sockets));
	sb_timer_finish(&c->timer);
	free(c);
}

/* After each call into c-ares. The channel may be gone then. */
static void
settle(struct channel *c)
{
	struct timeval wait;

	if (c->n_lookups == 0) {
		sb_timer_stop(&c->timer);
		if (c != LIST_FIRST(&c->ares->channels))
			free_channel(c);
	} else if (ares_timeout(c->channel, NULL, &wait)) {
		sb_timer_start(&c->timer, wait.tv_sec * SB_S + wait.tv_usec * (SB_MS / 1000));
	} else {
		sb_timer_stop(&c->timer);
	}
}

static void
on_timeout(void *self)
{
	struct channel *c = self;

	ares_process_fd(c->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	settle(c);
}

static void
on_socket(void *self, unsigned events)
{
	struct watched *w = self;
	struct channel *c = w->channel;
	ares_socket_t fd = w->fd;

	ares_process_fd(c->channel, events & EVENT_READ ? fd : ARES_SOCKET_BAD,
		events & EVENT_WRITE ? fd : ARES_SOCKET_BAD);
	settle(c);
}

static struct watched *
find_watched(struct channel *c, ares_socket_t fd)
{
	struct watched *w;

	LIST_FOREACH(w, &c->sockets, link)
	{
		if (w->fd == fd)
			return w;
	}
	return NULL;
}

/* NULL when out of memory or of descriptors. */
static struct watched *
watch_socket(struct channel *c, ares_socket_t fd)
{
	struct sb_reactor *r = c->ares->reactor;
	struct watched *w = calloc(1, sizeof(*w));
	int copy = w ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;

	if (copy < 0 || r->backend->adopt(r->back, copy, &w->end) < 0) {
		free(w);
		return NULL;
	}
	w->channel = c;
	w->fd = fd;
	w->task.run = on_socket;
	w->task.self = w;
	w->end->task = &w->task;
	LIST_INSERT_HEAD(&c->sockets, w, link);
	return w;
}

static void
unwatch_socket(struct watched *w)
{
	sb_reactor_unqueue(w->channel->ares->reactor, &w->task);
	w->end->ops->close(w->end, true);
	LIST_REMOVE(w, link);
	free(w);
}

static void
on_socket_state(void *self, ares_socket_t fd, int reads, int writes)
{
	struct channel *c = self;
	struct watched *w = find_watched(c, fd);

	if (!reads && !writes) {
		if (w)
			unwatch_socket(w);
		return;
	}
	if (!w)
		w = watch_socket(c, fd);
	if (w)
		w->end->ops->watch(w->end, (reads ? EVENT_READ : 0u) | (writes ? EVENT_WRITE : 0u));
}

/* One that cannot be watched is no use: c-ares then takes the server for unreachable. */
static int
on_socket_created(ares_socket_t fd, int type, void *self)
{
	struct channel *c = self;

	(void)type;
	return find_watched(c, fd) || watch_socket(c, fd) ? 0 : -1;
}

static int
init_channel(struct channel *c)
{
	struct ares_options options = { .sock_state_cb = on_socket_state,
		.sock_state_cb_data = c,
		.udp_port = c->ares->port,
		.tcp_port = c->ares->port,
		.resolvconf_path = strdup(c->ares->conf) };
	int ret = ARES_ENOMEM;

	errno = 0;
	if (options.resolvconf_path)
		ret = ares_init_options(&c->channel, &options,
			ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF | ARES_OPT_UDP_PORT
				| ARES_OPT_TCP_PORT);
	free(options.resolvconf_path);
	if (ret == ARES_SUCCESS) {
		ares_set_socket_callback(c->channel, on_socket_created, c);
		return 0;
	}
	if (ret == ARES_ENOMEM)
		return -ENOMEM;
	return errno ? -errno : -EIO;
}

static int
add_channel(struct ares *ares)
{
	struct channel *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return -ENOMEM;
	c->ares = ares;
	LIST_INIT(&c->sockets);
	ret = sb_timer_init(&c->timer, ares->reactor, on_timeout, NULL, c);
	if (ret == 0) {
		ret = init_channel(c);
		if (ret < 0)
			sb_timer_finish(&c->timer);
	}
	if (ret < 0) {
		free(c);
		return ret;
	}
	LIST_INSERT_HEAD(&ares->channels, c, link);
	return 0;
}

static void
read_status(const struct ares *ares, struct stat *ret_status)
{
	if (stat(ares->conf, ret_status) < 0)
		memset(ret_status, 0, sizeof(*ret_status));
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
	       && a->st_mtim.tv_sec == b->st_mtim.tv_sec
	       && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Asks the servers that the file names now. Where that fails, the old ones are asked on. */
static void
follow_file(struct ares *ares)
{
	struct channel *old = LIST_FIRST(&ares->channels);
	int64_t now_ns = sb_reactor_now_ns(ares->reactor);
	struct stat status;

	if (!ares->is_doubted && now_ns - ares->looked_ns < SB_S)
		return;
	ares->looked_ns = now_ns;
	read_status(ares, &status);
	if (!ares->is_doubted && is_same_file(&status, &ares->conf_status))
		return;
	if (add_channel(ares) < 0)
		return;
	ares->is_doubted = false;
	ares->conf_status = status;
	settle(old);
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

static void
fail(struct sb_lookup *lookup, struct ares *ares, int status)
{
	switch (status) {
	case ARES_ENODATA:
		sb_lookup_answer(lookup, NULL, 0, -ENODATA, NULL);
		break;
	case ARES_ENOTFOUND:
	case ARES_ENONAME:
		sb_lookup_answer(lookup, NULL, 0, -ENOENT, NULL);
		break;
	case ARES_ETIMEOUT:
		ares->is_doubted = true;
		sb_lookup_answer(lookup, NULL, 0, -ETIMEDOUT, NULL);
		break;
	case ARES_ENOMEM:
		sb_lookup_answer(lookup, NULL, 0, -ENOMEM, NULL);
		break;
	case ARES_ECONNREFUSED:
		ares->is_doubted = true;
		/* fall through */
	default:
		sb_lookup_answer(lookup, NULL, 0, -EAGAIN, ares_strerror(status));
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

static void
on_addresses(void *self, int status, int n_timeouts, struct ares_addrinfo *info)
{
	struct query *query = self;
	struct ares *ares = query->channel->ares;
	struct sb_lookup *lookup = take_lookup(query);
	struct sb_answer answers[ANSWERS_MAX];
	const struct ares_addrinfo_node *node;
	size_t n = 0;

	(void)n_timeouts;
	if (lookup && status == ARES_SUCCESS) {
		int family = lookup->kind == SB_LOOKUP_IPV4 ? AF_INET : AF_INET6;

		for (node = info->nodes; node && n < ANSWERS_MAX; node = node->ai_next)
			n += take_address(node, family, &answers[n]);
		sb_lookup_answer(lookup, answers, n, n ? 0 : -ENODATA, NULL);
	} else if (lookup) {
		fail(lookup, ares, status);
	}
	ares_freeaddrinfo(info);
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
	struct ares *ares = query->channel->ares;
	struct sb_lookup *lookup = take_lookup(query);
	struct ares_srv_reply *records = NULL;
	struct service services[ANSWERS_MAX];

	(void)n_timeouts;
	if (!lookup)
		return;
	if (status == ARES_SUCCESS)
		status = ares_parse_srv_reply(reply, len, &records);
	if (status == ARES_SUCCESS)
		sb_lookup_answer_services(lookup, services, take_services(records, services));
	else
		fail(lookup, ares, status);
	ares_free_data(records);
}

static struct ares *
ares_of(struct resolver *resolver)
{
	return (struct ares *)resolver;
}

static void
ask(struct channel *c, struct sb_lookup *lookup, struct query *query)
{
	struct ares_addrinfo_hints hints = { .ai_socktype = SOCK_STREAM };

	hints.ai_family = lookup->kind == SB_LOOKUP_IPV4 ? AF_INET : AF_INET6;
	/* The name of a service is written whole. */
	if (lookup->kind == SB_LOOKUP_SERVICE)
		ares_query(c->channel, lookup->name, ns_c_in, ns_t_srv, on_services, query);
	else
		ares_getaddrinfo(c->channel, lookup->name, NULL, &hints, on_addresses, query);
}

static int
start(struct resolver *resolver, struct sb_lookup *lookup)
{
	struct ares *ares = ares_of(resolver);
	struct query *query = malloc(sizeof(*query));
	struct channel *c;

	if (!query)
		return -ENOMEM;
	follow_file(ares);
	c = LIST_FIRST(&ares->channels);
	query->channel = c;
	query->lookup = lookup;
	lookup->query = query;
	c->n_lookups++;
	ask(c, lookup, query);
	settle(c);
	return 0;
}

static void
cancel(struct resolver *resolver, struct sb_lookup *lookup)
{
	struct query *query = lookup->query;
	struct channel *c = query->channel;

	(void)resolver;
	query->lookup = NULL;
	if (--c->n_lookups == 0)
		ares_cancel(c->channel);
	settle(c);
}

static void
destroy(struct resolver *resolver)
{
	struct ares *ares = ares_of(resolver);

	while (!LIST_EMPTY(&ares->channels))
		free_channel(LIST_FIRST(&ares->channels));
	free(ares);
}

static const struct resolver_ops over_ares = {
	.start = start,
	.cancel = cancel,
	.destroy = destroy,
};

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
	ares->reactor = r;
	ares->conf = conf;
	ares->port = port;
	ares->looked_ns = sb_reactor_now_ns(r);
	LIST_INIT(&ares->channels);
	read_status(ares, &ares->conf_status);
	ret = add_channel(ares);
	if (ret < 0) {
		free(ares);
		return ret;
	}
	*ret_resolver = &ares->base;
	return 0;
}
