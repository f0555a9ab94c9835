#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "resolver_channel.h"

/* A socket of c-ares. It closes it when it likes, and what the loop watches must not be closed by
 * others: so what is watched is a copy. */
struct watched {
	struct channel *channel;
	ares_socket_t fd;
	struct end *end;
	struct task task;
	LIST_ENTRY(watched) link;
};

static void
free_channel(struct channel *c)
{
	LIST_REMOVE(c, link);
	/* Closes its sockets, and ends the queries that nobody waits for. */
	ares_destroy(c->ares);
	sb_assert(LIST_EMPTY(&c->sockets));
	sb_reactor_unqueue(c->owner->reactor, &c->task);
	sb_timer_finish(&c->timer);
	sb_resolver_conf_finish(&c->conf);
	free(c);
}

/* c-ares looks at every query for this: so it is asked once a turn. */
static void
set_timer(void *self, unsigned events)
{
	struct channel *c = self;
	struct timeval wait;

	(void)events;
	if (ares_timeout(c->ares, NULL, &wait))
		sb_timer_start(&c->timer, wait.tv_sec * SB_S + wait.tv_usec * (SB_MS / 1000));
	else
		sb_timer_stop(&c->timer);
}

void
sb_channel_settle(struct channel *c)
{
	if (c->n_lookups > 0) {
		sb_reactor_queue(c->owner->reactor, &c->task, 0);
		return;
	}
	sb_reactor_unqueue(c->owner->reactor, &c->task);
	sb_timer_stop(&c->timer);
	/* What nobody waits for is not to keep a socket. */
	if (c == LIST_FIRST(&c->owner->list))
		ares_cancel(c->ares);
	else
		free_channel(c);
}

static void
on_timeout(void *self)
{
	struct channel *c = self;

	ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	sb_channel_settle(c);
}

static void
on_socket(void *self, unsigned events)
{
	struct watched *w = self;
	struct channel *c = w->channel;
	ares_socket_t fd = w->fd;

	ares_process_fd(c->ares, events & EVENT_READ ? fd : ARES_SOCKET_BAD,
		events & EVENT_WRITE ? fd : ARES_SOCKET_BAD);
	sb_channel_settle(c);
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
	struct sb_reactor *r = c->owner->reactor;
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
	sb_reactor_unqueue(w->channel->owner->reactor, &w->task);
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

int
sb_ares_errno(int status)
{
	if (status == ARES_SUCCESS)
		return 0;
	if (status == ARES_ENOMEM)
		return -ENOMEM;
	return errno ? -errno : -EIO;
}

static int
init_channel(struct channel *c)
{
	static char from_servers[] = "b";
	struct ares_options options = { .sock_state_cb = on_socket_state,
		.sock_state_cb_data = c,
		.udp_port = c->owner->port,
		.tcp_port = c->owner->port,
		.timeout = c->conf.timeout_ms,
		.tries = c->conf.tries,
		.lookups = from_servers,
		.resolvconf_path = strdup(c->owner->conf) };
	int ret;

	if (!options.resolvconf_path)
		return -ENOMEM;
	errno = 0;
	ret = sb_ares_errno(ares_init_options(&c->ares, &options,
		ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF | ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT
			| ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS));
	free(options.resolvconf_path);
	if (ret == 0)
		ares_set_socket_callback(c->ares, on_socket_created, c);
	return ret;
}

/* Of a file that cannot be read c-ares would make servers of its own choice: so we read it first. */
static int
start_channel(struct channel *c)
{
	int ret = sb_resolver_conf_init(&c->conf, c->owner->conf);

	if (ret < 0)
		return ret;
	ret = sb_timer_init(&c->timer, c->owner->reactor, on_timeout, NULL, c);
	if (ret == 0) {
		ret = init_channel(c);
		if (ret < 0)
			sb_timer_finish(&c->timer);
	}
	if (ret < 0)
		sb_resolver_conf_finish(&c->conf);
	return ret;
}

static int
add_channel(struct channels *cs)
{
	struct channel *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return -ENOMEM;
	c->owner = cs;
	c->task.run = set_timer;
	c->task.self = c;
	LIST_INIT(&c->sockets);
	ret = start_channel(c);
	if (ret < 0) {
		free(c);
		return ret;
	}
	LIST_INSERT_HEAD(&cs->list, c, link);
	return 0;
}

static void
read_status(const struct channels *cs, struct stat *ret_status)
{
	if (stat(cs->conf, ret_status) < 0)
		memset(ret_status, 0, sizeof(*ret_status));
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
	       && a->st_mtim.tv_sec == b->st_mtim.tv_sec
	       && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Asks the servers that the file names now. Where that fails, the old ones are asked on. A file that
 * has not changed is read again where nobody answers, as its time may be too coarse to tell. */
static void
follow_file(struct channels *cs)
{
	struct channel *old = LIST_FIRST(&cs->list);
	int64_t now_ns = sb_reactor_now_ns(cs->reactor);
	struct stat status;
	bool is_same;

	if (!cs->is_doubted && now_ns - cs->looked_ns < SB_S)
		return;
	cs->looked_ns = now_ns;
	read_status(cs, &status);
	is_same = is_same_file(&status, &cs->conf_status);
	if (is_same && (!cs->is_doubted || now_ns < cs->doubt_ns))
		return;
	if (is_same)
		cs->doubt_ns = time_add(now_ns, SB_S);
	if (add_channel(cs) < 0)
		return;
	cs->is_doubted = false;
	cs->conf_status = status;
	sb_channel_settle(old);
}

int
sb_channels_init(struct channels *cs, struct sb_reactor *r, const char *conf, uint16_t port)
{
	cs->reactor = r;
	cs->conf = conf;
	cs->port = port;
	cs->looked_ns = cs->doubt_ns = sb_reactor_now_ns(r);
	LIST_INIT(&cs->list);
	read_status(cs, &cs->conf_status);
	return add_channel(cs);
}

void
sb_channels_finish(struct channels *cs)
{
	while (!LIST_EMPTY(&cs->list))
		free_channel(LIST_FIRST(&cs->list));
}

struct channel *
sb_channels_take(struct channels *cs)
{
	follow_file(cs);
	return LIST_FIRST(&cs->list);
}

void
sb_channel_doubt(struct channel *c, int status)
{
	if ((status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED)
		&& c == LIST_FIRST(&c->owner->list))
		c->owner->is_doubted = true;
}
