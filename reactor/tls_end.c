#include <errno.h>
#include <stdlib.h>

#include "tls_private.h"

static const struct end_ops tls_ops;

static struct tls_end *
tls_end_of(struct end *base)
{
	return (struct tls_end *)base;
}

static void run(void *self, unsigned events);

static bool
keep_names(struct tls_end *f, const char *name, const char *where)
{
	size_t cap = strlen(where) + (name ? strlen(name) : 0) + 2;

	f->name = name ? strdup(name) : NULL;
	f->session_key = malloc(cap);
	if (!f->session_key || (name && !f->name))
		return false;
	/* The name too: what was trusted under one is not to be taken for another. */
	(void)snprintf(f->session_key, cap, "%s %s", name ? name : "", where);
	return true;
}

struct tls_end *
sb_tls_end_create(struct sb_reactor *r, struct sb_tls *tls, const char *name, const char *where,
	struct end *under)
{
	struct tls_end *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->tls = tls;
	sb_tls_hold(tls);
	if (!keep_names(f, name, where)) {
		sb_tls_end_destroy(f);
		return NULL;
	}
	f->base.ops = &tls_ops;
	f->reactor = r;
	f->task.run = run;
	f->task.self = f;
	f->under = under;
	f->base.interest = under->interest;
	under->task = &f->task;
	/* An end over others tells them whose task it is now. */
	under->ops->watch(under, under->interest);
	return f;
}

struct end *
sb_tls_end_base(struct tls_end *f)
{
	return &f->base;
}

void
sb_tls_end_destroy(struct tls_end *f)
{
	if (!f)
		return;
	sb_tls_release(f->tls);
	free(f->alpn);
	free(f->server_name);
	free(f->session_key);
	free(f->name);
	free(f);
}

/* SNI is for names only (RFC 6066, section 3), and knows no dot at the end. */
static bool
expect_name(struct tls_end *f)
{
	size_t len = strlen(f->name);

	if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(f->ssl), f->name))
		return true;
	if (len > 1 && f->name[len - 1] == '.')
		f->name[len - 1] = '\0';
	SSL_set_hostflags(f->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(f->ssl, f->name) && SSL_set_tlsext_host_name(f->ssl, f->name);
}

static bool
be_client(struct tls_end *f)
{
	SSL_SESSION *session = sb_tls_take_session(f->tls, f->session_key);

	if (session)
		(void)SSL_set_session(f->ssl, session);
	SSL_SESSION_free(session);
	SSL_set_connect_state(f->ssl);
	return !f->name || expect_name(f);
}

static bool
prepare(struct tls_end *f)
{
	BIO *bio;

	f->ssl = SSL_new(f->tls->ctx);
	bio = f->ssl ? sb_tls_bio_create(f) : NULL;
	if (!bio)
		return false;
	SSL_set_bio(f->ssl, bio, bio);
	SSL_set_app_data(f->ssl, f);
	X509_VERIFY_PARAM_set_time(
		SSL_get0_param(f->ssl), (time_t)(sb_reactor_wall_ns(f->reactor) / SB_S));
	if (!f->tls->options.is_server)
		return be_client(f);
	SSL_set_accept_state(f->ssl);
	return true;
}

/* What is needed of the end below. */
static void
sync_interest(struct tls_end *f)
{
	unsigned interest = f->pending.len > 0 ? EVENT_WRITE : 0;

	if (f->phase == TLS_SHAKING)
		interest |= EVENT_READ;
	else if (f->phase == TLS_OPEN || f->phase == TLS_CLEAR)
		interest |= f->base.interest;
	if (interest != f->under->interest)
		f->under->ops->watch(f->under, interest);
}

int
sb_tls_end_begin(struct tls_end *f)
{
	bool is_ready;

	ERR_clear_error();
	is_ready = prepare(f);
	ERR_clear_error();
	f->has_begun = true;
	if (!is_ready)
		return -ENOMEM;
	f->phase = TLS_SHAKING;
	/* The handshake begins when nobody is calling, so that what fails is told in order. */
	sb_reactor_queue(f->reactor, &f->task, 0);
	sync_interest(f);
	return 0;
}

bool
sb_tls_end_has_begun(const struct tls_end *f)
{
	return f->has_begun;
}

const char *
sb_tls_end_why(const struct tls_end *f)
{
	return f->why;
}

bool
sb_tls_end_info(const struct tls_end *f, struct sb_tls_info *ret_info)
{
	if (!f->is_known)
		return false;
	*ret_info = f->info;
	return true;
}

static bool
learn_texts(struct tls_end *f)
{
	const char *server_name = NULL;
	const unsigned char *alpn;
	unsigned len;

	SSL_get0_alpn_selected(f->ssl, &alpn, &len);
	if (f->tls->options.is_server)
		server_name = SSL_get_servername(f->ssl, TLSEXT_NAMETYPE_host_name);
	f->alpn = calloc(1, len + 1);
	f->server_name = strdup(server_name ? server_name : "");
	if (!f->alpn || !f->server_name)
		return false;
	if (len > 0)
		memcpy(f->alpn, alpn, len);
	f->info.alpn = f->alpn;
	f->info.server_name = f->server_name;
	return true;
}

/* Fills in what was agreed on; false when out of memory. */
static bool
learn(struct tls_end *f)
{
	X509 *certificate = SSL_get0_peer_certificate(f->ssl);

	f->info.version = SSL_get_version(f->ssl);
	f->info.cipher = SSL_get_cipher_name(f->ssl);
	f->info.is_resumed = SSL_session_reused(f->ssl);
	f->info.has_certificate = certificate != NULL;
	if (certificate
		&& !sb_tls_digest(
			f->tls, certificate, f->info.certificate_sha256, f->info.key_sha256))
		return false;
	f->is_known = learn_texts(f);
	return f->is_known;
}

static void
fail(struct tls_end *f, int code)
{
	f->code = code;
	f->is_broken = true;
	f->phase = f->pending.len > 0 && !f->write_error ? TLS_FAILING : TLS_FAILED;
}

static void
shake(struct tls_end *f)
{
	int ret, error;

	ERR_clear_error();
	ret = SSL_do_handshake(f->ssl);
	if (ret == 1 && learn(f)) {
		f->phase = TLS_OPEN;
		f->has_more = SSL_has_pending(f->ssl);
	} else if (ret == 1) {
		(void)snprintf(f->why, sizeof(f->why), "out of memory");
		fail(f, -ENOMEM);
	} else {
		error = SSL_get_error(f->ssl, ret);
		if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
			fail(f, sb_tls_explain(f, error));
	}
	ERR_clear_error();
}

/* Calls whoever stands above, in the same turn; it may close this end. */
static void
tell(struct tls_end *f, unsigned events)
{
	struct task *task = f->base.task;

	events |= task->events;
	sb_reactor_unqueue(f->reactor, task);
	task->run(task->self, events);
}

static unsigned
told_events(const struct tls_end *f, unsigned events)
{
	unsigned told = 0;

	if (f->phase == TLS_FAILED)
		return EVENT_WRITE;
	if (f->phase != TLS_OPEN && f->phase != TLS_CLEAR)
		return 0;
	if (events & EVENT_READ || f->has_more)
		told |= EVENT_READ;
	if (events & EVENT_WRITE && (f->pending.len == 0 || f->write_error))
		told |= EVENT_WRITE;
	return told & f->base.interest;
}

static void
run(void *self, unsigned events)
{
	struct tls_end *f = self;

	if (events & EVENT_WRITE)
		sb_tls_flush(f);
	if (f->phase == TLS_SHAKING) {
		shake(f);
		/* That it is through can be told as soon as anything can. */
		events |= EVENT_WRITE;
	} else if (f->phase == TLS_FAILING && (f->pending.len == 0 || f->write_error)) {
		f->phase = TLS_FAILED;
	}
	sync_interest(f);
	events = told_events(f, events);
	if (events)
		tell(f, events);
}

static int
result(struct end *base)
{
	const struct tls_end *f = tls_end_of(base);

	if (f->phase == TLS_OPEN)
		return 0;
	return f->phase == TLS_FAILED ? f->code : -EINPROGRESS;
}

static void
watch(struct end *base, unsigned interest)
{
	struct tls_end *f = tls_end_of(base);

	base->interest = interest;
	if (f->phase == TLS_CLOSED)
		return;
	sync_interest(f);
	if (interest & EVENT_READ && f->has_more)
		sb_reactor_queue(f->reactor, &f->task, 0);
}

/* Notes that there is more to be read, or not, so that it is told without news from below. */
static void
note_more(struct tls_end *f, bool has_more)
{
	f->has_more = has_more;
	if (has_more && f->base.interest & EVENT_READ)
		sb_reactor_queue(f->reactor, &f->task, 0);
	else if (!has_more && f->task.events == 0)
		sb_reactor_unqueue(f->reactor, &f->task);
}

/* Why nothing more could be read: -EAGAIN, 0 or another negative errno. */
static int
why_not_read(struct tls_end *f, int ret)
{
	int error = SSL_get_error(f->ssl, ret);

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	f->has_ended = true;
	if (error == SSL_ERROR_ZERO_RETURN) {
		f->info.is_truncated = f->under_ended;
		f->ended_code = 0;
		return 0;
	}
	f->is_broken = true;
	f->ended_code = sb_tls_explain(f, error);
	return f->ended_code;
}

static ssize_t
read_from(struct end *base, void *buf, size_t cap)
{
	struct tls_end *f = tls_end_of(base);
	size_t len = 0, n;
	int ret = 0;

	if (f->has_ended)
		return f->ended_code;
	while (len < cap) {
		ERR_clear_error();
		ret = SSL_read_ex(f->ssl, (char *)buf + len, cap - len, &n);
		if (ret <= 0) {
			ret = why_not_read(f, ret);
			break;
		}
		len += n;
	}
	ERR_clear_error();
	note_more(f, len == cap || (len > 0 && f->has_ended));
	sync_interest(f);
	return len > 0 ? (ssize_t)len : ret;
}

static int
why_not_written(struct tls_end *f, int ret)
{
	int error = SSL_get_error(f->ssl, ret);

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	f->is_broken = true;
	if (f->write_error)
		return f->write_error;
	return sb_tls_explain(f, error);
}

static ssize_t
write_to(struct end *base, const void *ptr, size_t len)
{
	struct tls_end *f = tls_end_of(base);
	size_t done = 0, n;
	int ret = 1;

	if (f->phase == TLS_CLEAR)
		return f->under->ops->write(f->under, ptr, len);
	sb_tls_flush(f);
	if (f->write_error)
		return f->write_error;
	f->is_writing = true;
	f->n_moved = 0;
	while (done < len && ret > 0) {
		ERR_clear_error();
		ret = SSL_write_ex(f->ssl, (const char *)ptr + done, len - done, &n);
		if (ret > 0)
			done += n;
	}
	f->is_writing = false;
	if (ret <= 0)
		ret = why_not_written(f, ret);
	ERR_clear_error();
	/* Of a record only a part may have gone: the peer is slow, but takes it. */
	if (ret == -EAGAIN && f->n_moved > 0)
		ret = 0;
	return done > 0 ? (ssize_t)done : ret;
}

static void
say_goodbye(struct tls_end *f)
{
	if (f->phase != TLS_OPEN || f->is_broken || SSL_get_shutdown(f->ssl) & SSL_SENT_SHUTDOWN)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(f->ssl);
	ERR_clear_error();
}

static int
shut_down(struct end *base)
{
	struct tls_end *f = tls_end_of(base);

	say_goodbye(f);
	sb_tls_flush(f);
	sync_interest(f);
	/* That a peer who is gone does not hear it is no failure: all that was said had gone out. */
	return f->write_error == -EPIPE || f->write_error == -ECONNRESET ? 0 : f->write_error;
}

/* Whether not all is said. A handshake that is given up has said nothing that anybody misses. */
static bool
has_words_left(const struct tls_end *f)
{
	return f->phase == TLS_OPEN && f->pending.len > 0;
}

static int
finish(struct end *base)
{
	(void)shut_down(base);
	return has_words_left(tls_end_of(base)) ? -EAGAIN : 0;
}

static void
close_end(struct end *base, bool resets)
{
	struct tls_end *f = tls_end_of(base);

	if (f->phase == TLS_CLOSED)
		return;
	if (!resets)
		(void)finish(base);
	sb_reactor_unqueue(f->reactor, &f->task);
	f->under->ops->close(f->under, resets || has_words_left(f));
	f->under = NULL;
	sb_byte_queue_drop(&f->pending, &f->reactor->spare);
	/* Else OpenSSL takes it for an attack, and its session cannot be resumed. */
	if (f->ssl)
		SSL_set_shutdown(f->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(f->ssl);
	f->ssl = NULL;
	f->phase = TLS_CLOSED;
	base->interest = 0;
	ERR_clear_error();
}

static void
keep_alive(struct end *base, const struct keep_alive *how)
{
	struct end *under = tls_end_of(base)->under;

	if (under->ops->keep_alive)
		under->ops->keep_alive(under, how);
}

static const struct end_ops tls_ops = {
	.result = result,
	.watch = watch,
	.read = read_from,
	.write = write_to,
	.shutdown = shut_down,
	.keep_alive = keep_alive,
	.finish = finish,
	.close = close_end,
};
