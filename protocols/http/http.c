#include "http_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FREE_MAX = 256 };

/* ---- Memory ---- */

int
sb_http_text_reserve(struct sb_http_text *text, size_t len)
{
	size_t cap = text->cap ? text->cap : 512;
	char *grown;

	if (len <= text->cap - text->len)
		return 0;
	while (len > cap - text->len)
		cap *= 2;
	grown = realloc(text->ptr, cap);
	if (!grown)
		return -ENOMEM;
	text->ptr = grown;
	text->cap = cap;
	return 0;
}

int
sb_http_text_add(struct sb_http_text *text, const void *ptr, size_t len)
{
	if (!len)
		return 0;
	if (sb_http_text_reserve(text, len))
		return -ENOMEM;
	memcpy(text->ptr + text->len, ptr, len);
	text->len += len;
	return 0;
}

void
sb_http_text_empty(struct sb_http_text *text)
{
	text->len = 0;
	if (text->cap <= HTTP_KEPT_MAX)
		return;
	free(text->ptr);
	*text = (struct sb_http_text){ .len = 0 };
}

char *
sb_http_keep(struct sb_http_request *request, size_t len)
{
	struct sb_http_block *block = malloc(sizeof(*block) + len);

	if (!block)
		return NULL;
	block->next = request->blocks;
	request->blocks = block;
	return block->bytes;
}

static void
free_blocks(struct sb_http_request *request)
{
	struct sb_http_block *block, *next;

	for (block = request->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	request->blocks = NULL;
}

static void
free_request(struct sb_http_request *request)
{
	free_blocks(request);
	free(request->head.ptr);
	free(request->fields);
	free(request->body.ptr);
	free(request->added.ptr);
	free(request);
}

static void
free_requests(struct sb_http_request *request)
{
	struct sb_http_request *next;

	for (; request; request = next) {
		next = request->next;
		free_request(request);
	}
}

/* As new, but for its memory. */
static void
empty_request(struct sb_http_request *q)
{
	struct sb_http_request old = *q;

	sb_http_text_empty(&old.head);
	sb_http_text_empty(&old.body);
	sb_http_text_empty(&old.added);
	*q = (struct sb_http_request){
		.head = old.head,
		.body = old.body,
		.added = old.added,
		.fields = old.fields,
		.cap_fields = old.cap_fields,
		.method = "",
		.path = "",
		.query = "",
		.host = "",
		.event_at_ns = INT64_MAX,
	};
}

static struct sb_http_request **
bucket_of(struct sb_http *http, uint64_t id)
{
	return &http->buckets[id % HTTP_BUCKETS];
}

struct sb_http_request *
sb_http_request_get(struct sb_http_connection *c)
{
	struct sb_http *http = c->http;
	struct sb_http_request *q = http->free;

	if (q) {
		http->free = q->next;
		http->n_free--;
	} else {
		q = calloc(1, sizeof(*q));
		if (!q)
			return NULL;
	}
	empty_request(q);
	q->http = http;
	q->connection = c;
	q->id = ++http->n_ids;
	q->began_ns = sb_reactor_now_ns(http->r);
	q->max_body = http->o.max_body;
	q->next_of_bucket = *bucket_of(http, q->id);
	*bucket_of(http, q->id) = q;
	return q;
}

static void
recycle(void *self)
{
	struct sb_http *http = self;
	struct sb_http_request *q, *next;

	for (q = http->over; q; q = next) {
		next = q->next;
		free_blocks(q);
		if (http->n_free == FREE_MAX) {
			free_request(q);
			continue;
		}
		q->next = http->free;
		http->free = q;
		http->n_free++;
	}
	http->over = NULL;
}

void
sb_http_request_put(struct sb_http_request *q)
{
	struct sb_http *http = q->http;
	struct sb_http_request **at = bucket_of(http, q->id);

	while (*at != q)
		at = &(*at)->next_of_bucket;
	*at = q->next_of_bucket;
	q->connection = NULL;
	if (q->source.finish)
		q->source.finish(q->source.self);
	q->source = (struct sb_http_source){ .self = NULL };
	if (!http->over)
		sb_reactor_reap(http->r, &http->recycle, recycle, http);
	q->next = http->over;
	http->over = q;
}

/* ---- Accepting ---- */

static void
refuse(struct sb_http *http, int error, const char *text)
{
	struct sb_http_refused refused = { .error = error, .text = text };

	(void)sb_http_refused_emit(http->d, http, &refused);
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct sb_http *http = self;
	bool is_full = http->n_connections >= http->o.max_connections;

	/* Who is refused is told so, unless there are too many of these as well. */
	if (is_full && http->n_connections / 2 >= http->o.max_connections)
		refuse(http, -EUSERS, "far too many connections");
	else if (sb_http_connection_add(http, stream, is_full))
		refuse(http, -ENOMEM, "out of memory");
	else if (is_full)
		refuse(http, -EUSERS, "too many connections");
}

static void
on_accept_failed(void *self, const struct sb_error *error)
{
	refuse(self, error->code, error->text);
}

static void
on_peer_refused(void *self, const char *peer)
{
	char text[SB_PEER_CAP + 64];

	(void)snprintf(text, sizeof(text), "too many connections of one peer: %s", peer);
	refuse(self, -EUSERS, text);
}

static const struct sb_acceptor acceptor = {
	.accepted = on_accepted,
	.failed = on_accept_failed,
	.refused = on_peer_refused,
};

/* Those in all are counted, and told, by ourselves: some are no listener's. */
static int
set_limits(struct sb_http *http)
{
	const struct sb_listener_limits limits = {
		.max_per_peer = (unsigned)http->o.max_per_peer,
		.refusal = "HTTP/1.1 503 Service Unavailable\r\n"
			   "Content-Type: text/plain; charset=utf-8\r\n"
			   "Content-Length: 21\r\n"
			   "Connection: close\r\n"
			   "\r\n"
			   "too many connections\n",
	};

	return sb_listener_set_limits(http->listener, &limits);
}

/* ---- Making it ---- */

static void
set_number(size_t *number, size_t preset)
{
	if (!*number)
		*number = preset;
}

static void
set_time(int64_t *time_ns, int64_t preset)
{
	if (!*time_ns)
		*time_ns = preset;
}

static void
set_options(struct sb_http *http, const struct sb_http_options *options)
{
	struct sb_http_options *o = &http->o;

	*o = *options;
	set_number(&o->max_connections, 1024);
	set_number(&o->max_per_peer, 512);
	set_number(&o->max_target, 8 * 1024);
	set_number(&o->max_header, 32 * 1024);
	set_number(&o->max_fields, 100);
	set_number(&o->max_body, 1024 * 1024);
	set_time(&o->header_timeout_ns, 10 * SB_S);
	set_time(&o->body_timeout_ns, 60 * SB_S);
	set_time(&o->idle_timeout_ns, 60 * SB_S);
	set_time(&o->answer_timeout_ns, 30 * SB_S);
	set_time(&o->write_timeout_ns, 60 * SB_S);
}

/* The names, and the pointers to them, in one piece of memory; NULL when there is none. */
static const char **
copy_names(const char *const *names, size_t n, size_t len)
{
	const char **copy = malloc(n * sizeof(*copy) + len);
	char *text;
	size_t i;

	if (!copy)
		return NULL;
	text = (char *)(copy + n);
	for (i = 0; i < n; i++) {
		copy[i] = text;
		text = stpcpy(text, names[i]) + 1;
	}
	return copy;
}

int
sb_http_set_hosts(struct sb_http *http, const char *const *hosts, size_t n_hosts)
{
	const char **copy = NULL;
	size_t i, len = 0;

	for (i = 0; i < n_hosts; i++) {
		if (!hosts[i][0])
			return -EINVAL;
		len += strlen(hosts[i]) + 1;
	}
	if (n_hosts) {
		copy = copy_names(hosts, n_hosts, len);
		if (!copy)
			return -ENOMEM;
	}
	free(http->hosts);
	http->hosts = copy;
	http->o.hosts = copy;
	http->o.n_hosts = n_hosts;
	return 0;
}

static int
listen_at(struct sb_http *http, const char *url, const char *place, struct sb_error *ret_error)
{
	static const struct sb_stream_options options = { .hard_limit = HTTP_HARD_LIMIT };
	int error;

	if (!url)
		return 0;
	error = sb_listener_open(
		http->r, url, &options, place, &acceptor, http, &http->listener, ret_error);
	if (error)
		return error;
	(void)snprintf(http->url, sizeof(http->url), "%s", sb_listener_url(http->listener));
	if (!set_limits(http))
		return 0;
	sb_listener_close(http->listener);
	http->listener = NULL;
	return sb_error_set(ret_error, -ENOMEM, "out of memory");
}

int
sb_http_create(struct sb_dispatcher *d, struct sb_reactor *r, const struct sb_http_options *options,
	const char *place, struct sb_http **ret_http, struct sb_error *ret_error)
{
	struct sb_http *http;
	int error = sb_register(d, &sb_http_signals);

	if (error)
		return sb_error_set(ret_error, error, "the signals of HTTP cannot be registered");
	http = calloc(1, sizeof(*http));
	if (!http)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	http->d = d;
	http->r = r;
	http->date_s = INT64_MIN;
	set_options(http, options);
	error = sb_http_set_hosts(http, options->hosts, options->n_hosts);
	if (error)
		(void)sb_error_set(ret_error, error, "%s",
			error == -EINVAL ? "a host's name is empty" : "out of memory");
	else
		error = listen_at(http, options->url, place, ret_error);
	http->o.url = NULL;
	if (error) {
		free(http->hosts);
		free(http);
		return error;
	}
	*ret_http = http;
	return 0;
}

static void
free_http(void *self)
{
	struct sb_http *http = self;
	struct sb_http_connection *c, *next;

	DL_FOREACH_SAFE(http->connections, c, next)
	sb_http_connection_free(c);
	free_requests(http->over);
	free_requests(http->free);
	free(http->hosts);
	free(http);
}

void
sb_http_destroy(struct sb_http *http)
{
	struct sb_http_connection *c;

	if (!http)
		return;
	sb_forget(http->d, http);
	http->is_dead = true;
	sb_listener_close(http->listener);
	DL_FOREACH(http->connections, c)
	sb_http_connection_cut(c);
	sb_reactor_reap(http->r, &http->reap, free_http, http);
}

void
sb_http_shut(struct sb_http *http)
{
	struct sb_http_connection *c;

	sb_listener_close(http->listener);
	http->listener = NULL;
	http->is_shut = true;
	DL_FOREACH(http->connections, c)
	sb_http_connection_shut(c);
}

int
sb_http_attach(struct sb_http *http, struct sb_stream *stream)
{
	return sb_http_connection_add(http, stream, http->n_connections >= http->o.max_connections);
}

const char *
sb_http_url(const struct sb_http *http)
{
	return http->url;
}

size_t
sb_http_n_connections(const struct sb_http *http)
{
	return http->n_connections;
}
