#include <errno.h>

#include "tls_private.h"

/* OpenSSL reads and writes the end below itself. What the end does not take of the stream's bytes is
 * left to the stream, whose queue has marks; what TLS itself has to say (a flight of the handshake, an
 * alert) OpenSSL may forget, so that it is kept here. */

void
sb_tls_flush(struct tls_end *f)
{
	while (f->pending.len > 0) {
		ssize_t n = f->under->ops->write(
			f->under, f->pending.ptr + f->pending.start, f->pending.len);

		if (n == -EAGAIN)
			return;
		if (n < 0) {
			f->write_error = (int)n;
			break;
		}
		sb_byte_queue_consume(&f->pending, (size_t)n);
	}
	sb_byte_queue_drop(&f->pending, &f->reactor->spare);
}

static void
keep(struct tls_end *f, const char *ptr, size_t len)
{
	struct byte_queue *spare = &f->reactor->spare;

	if (len > PENDING_MAX - f->pending.len)
		f->write_error = -ENOBUFS;
	else if (sb_byte_queue_reserve(&f->pending, spare, len) < 0)
		f->write_error = -ENOMEM;
	else
		sb_byte_queue_push(&f->pending, spare, ptr, len);
}

static int
write_data(struct tls_end *f, BIO *bio, const char *ptr, int len)
{
	ssize_t n = f->write_error;

	if (n == 0)
		n = f->pending.len > 0 ? -EAGAIN : f->under->ops->write(f->under, ptr, (size_t)len);
	if (n >= 0)
		return (int)n;
	if (n == -EAGAIN)
		BIO_set_retry_write(bio);
	else
		f->write_error = (int)n;
	return -1;
}

/* That it cannot be written must not end the handshake: the peer may have ended after its own last
 * word, which is still to be read. The next write tells. */
static int
write_own(struct tls_end *f, const char *ptr, int len)
{
	ssize_t n = 0;

	if (f->write_error)
		return len;
	if (f->pending.len == 0)
		n = f->under->ops->write(f->under, ptr, (size_t)len);
	if (n == -EAGAIN)
		n = 0;
	if (n < 0)
		f->write_error = (int)n;
	else if (n < len)
		keep(f, ptr + n, (size_t)(len - n));
	return len;
}

static int
write_bytes(BIO *bio, const char *ptr, int len)
{
	struct tls_end *f = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	return f->is_writing ? write_data(f, bio, ptr, len) : write_own(f, ptr, len);
}

/* Every peer begins with a handshake or an alert. */
static void
look_at_first(struct tls_end *f, const char *ptr, size_t len)
{
	enum { ALERT = 21, HANDSHAKE = 22 };

	if (!f->has_heard)
		f->speaks_tls = ptr[0] == ALERT || ptr[0] == HANDSHAKE;
	if (!f->speaks_tls && f->heard[0] == '\0')
		sb_tls_show(f->heard, sizeof(f->heard), ptr, len);
	f->has_heard = true;
}

static int
read_bytes(BIO *bio, char *buf, int cap)
{
	struct tls_end *f = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	if (f->under_ended)
		return 0;
	n = f->under->ops->read(f->under, buf, (size_t)cap);
	if (n > 0 && f->phase == TLS_SHAKING)
		look_at_first(f, buf, (size_t)n);
	if (n > 0)
		return (int)n;
	if (n == 0)
		f->under_ended = true;
	else if (n == -EAGAIN)
		BIO_set_retry_read(bio);
	else
		f->read_error = (int)n;
	return n == 0 ? 0 : -1;
}

static long
control(BIO *bio, int command, long number, void *ptr)
{
	const struct tls_end *f = BIO_get_data(bio);

	(void)number;
	(void)ptr;
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_EOF:
		return f->under_ended;
	default:
		return 0;
	}
}

BIO_METHOD *
sb_tls_bio_method(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "signalbox");

	if (!method)
		return NULL;
	(void)BIO_meth_set_write(method, write_bytes);
	(void)BIO_meth_set_read(method, read_bytes);
	(void)BIO_meth_set_ctrl(method, control);
	return method;
}

BIO *
sb_tls_bio_create(struct tls_end *f)
{
	BIO *bio = BIO_new(f->tls->method);

	if (!bio)
		return NULL;
	BIO_set_data(bio, f);
	BIO_set_init(bio, 1);
	return bio;
}
