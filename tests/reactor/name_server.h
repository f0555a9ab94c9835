#ifndef TESTS_REACTOR_NAME_SERVER_H
#define TESTS_REACTOR_NAME_SERVER_H

/* A DNS server on loopback, over UDP and TCP, on the reactor that asks it. Its table says what it
 * answers to whom, and how badly. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#include "reactor/private.h"

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, TYPE_SRV = 33 };

enum manner { ANSWERS, IS_SLOW, IS_SILENT, IS_GARBAGE, CUTS_OFF, HAS_WRONG_ID };

enum { NO_ERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };

struct record {
	const char *name;
	unsigned type;
	enum manner manner;
	int rcode;
	const char *data[6]; /* addresses, a name, or "priority weight port host" */
};

struct late_reply {
	struct sockaddr_in to;
	unsigned char bytes[512];
	size_t len;
};

struct name_server {
	struct sb_reactor *r;
	const struct record *table; /* ends with a record without a name */
	int udp, tcp;
	unsigned port;
	struct end *udp_end, *tcp_end, *peer_end;
	struct task udp_task, tcp_task, peer_task;
	struct sb_timer timer;
	struct late_reply late[8];
	size_t n_late;
	int64_t slow_ns;
	unsigned n_asked, n_asked_by_tcp;
	char questions[1024]; /* "a.example A, a.example AAAA" */
};

static inline void
put16(unsigned char **at, unsigned value)
{
	*(*at)++ = (unsigned char)(value >> 8);
	*(*at)++ = (unsigned char)value;
}

static inline void
put_name(unsigned char **at, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");

		*(*at)++ = (unsigned char)len;
		memcpy(*at, name, len);
		*at += len;
		name += len + (name[len] == '.');
	}
	*(*at)++ = 0;
}

/* Reads the name at *at, to behind it. */
static inline void
get_name(const unsigned char **at, char buf[256])
{
	size_t len = 0;

	while (**at) {
		memcpy(buf + len, *at + 1, **at);
		len += **at;
		buf[len++] = '.';
		*at += **at + 1;
	}
	buf[len ? len - 1 : 0] = '\0';
	(*at)++;
}

static inline void
put_data(unsigned char **at, unsigned type, const char *data)
{
	unsigned char *len_at = *at;
	unsigned priority, weight, port;
	char host[256];

	*at += 2;
	if (type == TYPE_A) {
		assert_int_equal(inet_pton(AF_INET, data, *at), 1);
		*at += 4;
	} else if (type == TYPE_AAAA) {
		assert_int_equal(inet_pton(AF_INET6, data, *at), 1);
		*at += 16;
	} else if (type == TYPE_SRV) {
		assert_int_equal(
			sscanf(data, "%u %u %u %255s", &priority, &weight, &port, host), 4);
		put16(at, priority);
		put16(at, weight);
		put16(at, port);
		put_name(at, strcmp(host, ".") ? host : "");
	} else {
		put_name(at, data);
	}
	put16(&len_at, (unsigned)(*at - len_at) - 2);
}

/* "*.example" is every name under it that does not stand before it. */
static inline bool
is_name_of(const struct record *record, const char *name)
{
	size_t len = strlen(record->name), name_len = strlen(name);

	if (record->name[0] != '*')
		return strcasecmp(record->name, name) == 0;
	return name_len >= len && strcasecmp(name + name_len - (len - 1), record->name + 1) == 0;
}

static inline const struct record *
find_record(const struct record *table, const char *name, unsigned type)
{
	for (; table->name; table++)
		if (is_name_of(table, name) && table->type == type)
			return table;
	return NULL;
}

static inline void
note_question(struct name_server *ns, const char *name, unsigned type)
{
	size_t len = strlen(ns->questions);

	(void)snprintf(ns->questions + len, sizeof(ns->questions) - len, "%s%s %s", len ? ", " : "",
		name,
		type == TYPE_A      ? "A"
		: type == TYPE_AAAA ? "AAAA"
				    : "SRV");
}

/* Makes the reply to the question; returns its length, 0 for none. */
static inline size_t
reply_to(struct name_server *ns, const unsigned char *question, size_t len, bool is_tcp,
	unsigned char *reply, const struct record **ret_record)
{
	static const struct record unknown = { "", 0, ANSWERS, NXDOMAIN, { NULL } };
	const unsigned char *in = question + 12;
	unsigned char *at = reply;
	const struct record *record;
	unsigned char *answers_at;
	bool is_cut;
	char name[256];
	size_t n = 0;

	ns->n_asked++;
	ns->n_asked_by_tcp += is_tcp;
	assert_true(len > 16);
	get_name(&in, name);
	note_question(ns, name, (unsigned)in[0] << 8 | in[1]);
	record = find_record(ns->table, name, (unsigned)in[0] << 8 | in[1]);
	*ret_record = record = record ? record : &unknown;
	is_cut = record->manner == CUTS_OFF && !is_tcp;
	while (!is_cut && n < 6 && record->data[n])
		n++;
	put16(&at, ((unsigned)question[0] << 8 | question[1])
			   ^ (record->manner == HAS_WRONG_ID ? 1 : 0));
	put16(&at, 0x8180u | (is_cut ? 0x200u : 0) | (unsigned)record->rcode);
	put16(&at, 1);
	put16(&at, (unsigned)n);
	put16(&at, 0);
	put16(&at, 0);
	memcpy(at, question + 12, (size_t)(in + 4 - question - 12));
	at += in + 4 - question - 12;
	answers_at = at;
	for (size_t i = 0; i < n; i++) {
		bool is_alias = strncmp(record->data[i], "= ", 2) == 0;
		unsigned type = is_alias ? TYPE_CNAME : record->type;

		/* What follows an alias is the record of the name that it gave. */
		if (i > 0 && strncmp(record->data[i - 1], "= ", 2) == 0)
			put_name(&at, record->data[i - 1] + 2);
		else
			put16(&at, 0xc00c);
		put16(&at, type);
		put16(&at, 1);
		put16(&at, 0);
		put16(&at, 60);
		put_data(&at, type, record->data[i] + (is_alias ? 2 : 0));
	}
	if (record->manner == IS_GARBAGE)
		memset(answers_at, 0xff, (size_t)(at - answers_at));
	return record->manner == IS_SILENT ? 0 : (size_t)(at - reply);
}

static inline void
send_late(void *self)
{
	struct name_server *ns = self;

	while (ns->n_late > 0) {
		struct late_reply *late = &ns->late[--ns->n_late];

		(void)sendto(ns->udp, late->bytes, late->len, 0, (struct sockaddr *)&late->to,
			sizeof(late->to));
	}
}

static inline void
on_question(void *self, unsigned events)
{
	struct name_server *ns = self;
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	unsigned char question[1024], reply[2048];
	const struct record *record;
	ssize_t n;
	size_t len;

	(void)events;
	n = recvfrom(ns->udp, question, sizeof(question), 0, (struct sockaddr *)&from, &from_len);
	if (n <= 0)
		return;
	len = reply_to(ns, question, (size_t)n, false, reply, &record);
	if (record->manner == IS_SLOW) {
		assert_true(ns->n_late < 8 && len <= 512);
		ns->late[ns->n_late].to = from;
		ns->late[ns->n_late].len = len;
		memcpy(ns->late[ns->n_late++].bytes, reply, len);
		sb_timer_start(&ns->timer, ns->slow_ns);
	} else if (len > 0) {
		(void)sendto(ns->udp, reply, len, 0, (struct sockaddr *)&from, from_len);
	}
}

static inline void
on_question_by_tcp(void *self, unsigned events)
{
	struct name_server *ns = self;
	unsigned char question[1024], reply[2050], *at = reply;
	const struct record *record;
	ssize_t n = ns->peer_end->ops->read(ns->peer_end, question, sizeof(question));
	size_t len;

	(void)events;
	if (n > 2) {
		len = reply_to(ns, question + 2, (size_t)n - 2, true, reply + 2, &record);
		put16(&at, (unsigned)len);
		(void)ns->peer_end->ops->write(ns->peer_end, reply, len + 2);
	} else if (n != -EAGAIN) {
		ns->peer_end->ops->close(ns->peer_end, false);
		ns->peer_end = NULL;
	}
}

static inline void
adopt_fd(struct name_server *ns, int fd, struct end **ret_end, struct task *task,
	void (*on_event)(void *, unsigned))
{
	assert_true(fd >= 0);
	assert_int_equal(ns->r->backend->adopt(ns->r->back, fd, ret_end), 0);
	task->run = on_event;
	task->self = ns;
	(*ret_end)->task = task;
	(*ret_end)->ops->watch(*ret_end, EVENT_READ);
}

static inline void
on_tcp_peer(void *self, unsigned events)
{
	struct name_server *ns = self;
	int fd = accept4(ns->tcp, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	assert_null(ns->peer_end);
	adopt_fd(ns, fd, &ns->peer_end, &ns->peer_task, on_question_by_tcp);
}

/* port 0: any. */
static inline void
start_name_server(struct name_server *ns, struct sb_reactor *r, const struct record *table,
	const char *at, unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	memset(ns, 0, sizeof(*ns));
	ns->r = r;
	ns->table = table;
	ns->slow_ns = 50 * SB_MS;
	assert_int_equal(inet_pton(AF_INET, at, &address.sin_addr), 1);
	address.sin_port = htons((uint16_t)port);
	ns->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ns->tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(ns->udp, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(ns->udp, (struct sockaddr *)&address, &len), 0);
	ns->port = ntohs(address.sin_port);
	/* Somebody else may have the same port over TCP; then only what needs TCP fails. */
	if (bind(ns->tcp, (struct sockaddr *)&address, sizeof(address)) == 0)
		assert_int_equal(listen(ns->tcp, 1), 0);
	adopt_fd(ns, dup(ns->udp), &ns->udp_end, &ns->udp_task, on_question);
	adopt_fd(ns, dup(ns->tcp), &ns->tcp_end, &ns->tcp_task, on_tcp_peer);
	assert_int_equal(sb_timer_init(&ns->timer, r, SB_HANDLER(send_late), ns), 0);
}

static inline void
stop_name_server(struct name_server *ns)
{
	struct end *ends[] = { ns->udp_end, ns->tcp_end, ns->peer_end };
	size_t i;

	sb_timer_finish(&ns->timer);
	sb_reactor_unqueue(ns->r, &ns->udp_task);
	sb_reactor_unqueue(ns->r, &ns->tcp_task);
	sb_reactor_unqueue(ns->r, &ns->peer_task);
	for (i = 0; i < 3; i++)
		if (ends[i])
			ends[i]->ops->close(ends[i], true);
	(void)close(ns->udp);
	(void)close(ns->tcp);
}

#endif
