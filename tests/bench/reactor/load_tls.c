#include "load_tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

static char path[] = "/tmp/bench_reactor.XXXXXX";

static void
remove_certificate(void)
{
	(void)unlink(path);
}

const char *
make_certificate(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	X509 *certificate = X509_new();
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	need(key && certificate && file, "a certificate");
	(void)atexit(remove_certificate);
	(void)X509_set_version(certificate, X509_VERSION_3);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
		(const unsigned char *)"localhost", -1, -1, 0);
	(void)X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	(void)X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
	(void)X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	(void)X509_set_pubkey(certificate, key);
	need(X509_sign(certificate, key, NULL) > 0, "a certificate");
	need(PEM_write_X509(file, certificate)
			&& PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL)
			&& fclose(file) == 0,
		path);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return path;
}

struct ssl_st *
tls_open(int fd)
{
	static SSL_CTX *context;
	SSL *tls;

	if (!context) {
		context = SSL_CTX_new(TLS_client_method());
		need(context != NULL, "SSL_CTX_new");
		(void)SSL_CTX_set_mode(context,
			SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	}
	tls = SSL_new(context);
	need(tls && SSL_set_fd(tls, fd), "SSL_new");
	need(SSL_connect(tls) == 1, "SSL_connect");
	need(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	return tls;
}

void
tls_close(struct ssl_st *tls)
{
	(void)SSL_shutdown(tls);
	SSL_free(tls);
}

/* n: what SSL_write() or SSL_read() returned. */
static ssize_t
result(SSL *tls, int n)
{
	int error = n > 0 ? SSL_ERROR_NONE : SSL_get_error(tls, n);

	if (n > 0)
		return n;
	errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
	return -1;
}

ssize_t
tls_send(struct ssl_st *tls, const void *ptr, size_t len)
{
	return result(tls, SSL_write(tls, ptr, (int)len));
}

ssize_t
tls_receive(struct ssl_st *tls, void *buf, size_t cap)
{
	return result(tls, SSL_read(tls, buf, (int)cap));
}
