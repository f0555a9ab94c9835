#include <errno.h>
#include <stdlib.h>

#include <openssl/pem.h>

#include "tls_private.h"

enum { FILE_MAX = 16 * 1024 * 1024 }; /* bytes */

/* A file, or a text that lies in memory. */
struct source {
	const char *name; /* for errors */
	BIO *bio;
};

/* Reads the rest of the file into memory: 0, or a negative errno. */
static int
read_all(FILE *file, BIO *bio)
{
	char block[8192];
	size_t n, len = 0;

	while ((n = fread(block, 1, sizeof(block), file)) > 0) {
		len += n;
		if (len > FILE_MAX)
			return -EFBIG;
		if (BIO_write(bio, block, (int)n) != (int)n)
			return -ENOMEM;
	}
	return ferror(file) ? -errno : 0;
}

static int
open_file(struct source *source, struct sb_error *ret_error)
{
	FILE *file = fopen(source->name, "re");
	int ret = file ? read_all(file, source->bio) : -errno;

	if (file)
		(void)fclose(file);
	return ret < 0 ? sb_error_set(ret_error, ret, "%s: %s", source->name, strerror(-ret)) : 0;
}

/* Of a file and a text at most one is given. `what` names the text. */
static int
open_source(struct source *source, const char *file, const char *pem, const char *what,
	struct sb_error *ret_error)
{
	source->name = file ? file : what;
	source->bio = file ? BIO_new(BIO_s_mem()) : BIO_new_mem_buf(pem, -1);
	if (!source->bio)
		return sb_error_set(ret_error, -ENOMEM, "%s: out of memory", source->name);
	return file ? open_file(source, ret_error) : 0;
}

/* Says what OpenSSL's first error says, or that it is memory. */
static int
fail(const char *name, const char *what, struct sb_error *ret_error)
{
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);
	bool is_memory = ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;

	ERR_clear_error();
	if (is_memory)
		return sb_error_set(ret_error, -ENOMEM, "%s: out of memory", name);
	return sb_error_set(ret_error, -EINVAL, "%s: %s%s%s%s", name, what, reason ? " (" : "",
		reason ? reason : "", reason ? ")" : "");
}

/* The next certificate: NULL with *ret_code 0 at the end, or with the error. */
static X509 *
next_certificate(const struct sb_tls *tls, const struct source *source, int *ret_code,
	struct sb_error *ret_error)
{
	X509 *certificate = X509_new_ex(tls->library, NULL);
	unsigned long error;

	*ret_code = 0;
	ERR_clear_error();
	if (!certificate) {
		*ret_code = fail(source->name, "", ret_error);
		return NULL;
	}
	if (PEM_read_bio_X509(source->bio, &certificate, NULL, NULL))
		return certificate;
	X509_free(certificate);
	error = ERR_peek_last_error();
	if (ERR_GET_REASON(error) == PEM_R_NO_START_LINE)
		ERR_clear_error();
	else
		*ret_code = fail(source->name, "not a certificate in PEM", ret_error);
	return NULL;
}

static int
load_own_certificates(
	struct sb_tls *tls, SSL_CTX *ctx, const struct source *source, struct sb_error *ret_error)
{
	int n = 0, ret;
	X509 *certificate;

	while ((certificate = next_certificate(tls, source, &ret, ret_error))) {
		bool is_taken = n++ == 0 ? SSL_CTX_use_certificate(ctx, certificate)
					 : SSL_CTX_add1_chain_cert(ctx, certificate);

		X509_free(certificate);
		if (!is_taken)
			return fail(source->name, "this certificate cannot be used", ret_error);
	}
	if (ret == 0 && n == 0)
		return sb_error_set(
			ret_error, -EINVAL, "%s: no certificate (PEM) is in it", source->name);
	return ret;
}

/* A key with a pass phrase: nobody is there to be asked. */
static int
give_no_pass_phrase(char *buf, int cap, int is_writing, void *unused)
{
	(void)buf;
	(void)cap;
	(void)is_writing;
	(void)unused;
	return -1;
}

static int
load_key(struct sb_tls *tls, SSL_CTX *ctx, const struct source *source, struct sb_error *ret_error)
{
	EVP_PKEY *key;
	int ret = 0;

	ERR_clear_error();
	key = PEM_read_bio_PrivateKey_ex(
		source->bio, NULL, give_no_pass_phrase, NULL, tls->library, NULL);
	if (!key)
		return fail(source->name, "no private key (PEM, without a pass phrase) is in it",
			ret_error);
	if (!SSL_CTX_use_PrivateKey(ctx, key) || !SSL_CTX_check_private_key(ctx))
		ret = fail(source->name, "the key does not fit the certificate", ret_error);
	EVP_PKEY_free(key);
	return ret;
}

static int
load_own(struct sb_tls *tls, SSL_CTX *ctx, struct sb_error *ret_error)
{
	const struct sb_tls_options *o = &tls->options;
	bool has_own_key = o->key_file || o->key_pem;
	struct source source = { 0 };
	int ret;

	ret = open_source(&source, o->cert_file, o->cert_pem, "the certificate", ret_error);
	if (ret == 0)
		ret = load_own_certificates(tls, ctx, &source, ret_error);
	BIO_free(source.bio);
	if (ret < 0)
		return ret;
	source.bio = NULL;
	ret = open_source(&source, has_own_key ? o->key_file : o->cert_file,
		has_own_key ? o->key_pem : o->cert_pem, "the key", ret_error);
	if (ret == 0)
		ret = load_key(tls, ctx, &source, ret_error);
	BIO_free(source.bio);
	return ret;
}

/* Whom to trust; of a server also what it tells clients that it trusts. */
static int
load_trusted(struct sb_tls *tls, SSL_CTX *ctx, const char *file, const char *pem,
	struct sb_error *ret_error)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	struct source source = { 0 };
	X509 *certificate;
	int n = 0, ret = open_source(&source, file, pem, "the authorities", ret_error);

	while (ret == 0 && (certificate = next_certificate(tls, &source, &ret, ret_error))) {
		if (!X509_STORE_add_cert(store, certificate)
			|| (tls->options.is_server && !SSL_CTX_add_client_CA(ctx, certificate)))
			ret = fail(source.name, "this certificate cannot be used", ret_error);
		X509_free(certificate);
		n++;
	}
	if (ret == 0 && n == 0)
		ret = sb_error_set(
			ret_error, -EINVAL, "%s: no certificate (PEM) is in it", source.name);
	BIO_free(source.bio);
	return ret;
}

/* Chooses by our order, not by the client's; RFC 7301, section 3.2. */
static int
choose_alpn(SSL *ssl, const unsigned char **ret_chosen, unsigned char *ret_len,
	const unsigned char *offered, unsigned offered_len, void *self)
{
	const struct sb_tls *tls = self;
	size_t at, i;

	(void)ssl;
	for (at = 0; at < tls->alpn_len; at += 1u + tls->alpn[at]) {
		for (i = 0; i < offered_len; i += 1u + offered[i]) {
			if (offered[i] != tls->alpn[at]
				|| memcmp(offered + i, tls->alpn + at, 1u + offered[i]) != 0)
				continue;
			*ret_chosen = tls->alpn + at + 1;
			*ret_len = tls->alpn[at];
			return SSL_TLSEXT_ERR_OK;
		}
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool
set_up_common(struct sb_tls *tls, SSL_CTX *ctx)
{
	/* A peer that ends without close_notify has ended; the stream is told that it did so. */
	(void)SSL_CTX_set_options(ctx,
		SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
					    | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_cert_verify_callback(ctx, sb_tls_verify, NULL);
	if (tls->library)
		(void)SSL_CTX_set_session_ticket_cb(ctx, sb_tls_date_ticket, NULL, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
}

static int
set_up_server(struct sb_tls *tls, SSL_CTX *ctx, struct sb_error *ret_error)
{
	static const unsigned char id[] = "signalbox";
	const struct sb_tls_options *o = &tls->options;

	/* Without it no session of a client with a certificate is resumed. */
	(void)SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1);
	if (tls->alpn_len > 0)
		SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, tls);
	if (!o->clients_file && !o->clients_pem)
		return 0;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return load_trusted(tls, ctx, o->clients_file, o->clients_pem, ret_error);
}

static int
set_up_client(struct sb_tls *tls, SSL_CTX *ctx, struct sb_error *ret_error)
{
	const struct sb_tls_options *o = &tls->options;

	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_session_cache_mode(
		ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, sb_tls_keep_session);
	/* Unlike most of OpenSSL, 0 is success. */
	if (tls->alpn_len > 0
		&& SSL_CTX_set_alpn_protos(ctx, tls->alpn, (unsigned)tls->alpn_len) != 0)
		return sb_error_set(ret_error, -ENOMEM, "TLS: out of memory");
	if (o->ca_file || o->ca_pem)
		return load_trusted(tls, ctx, o->ca_file, o->ca_pem, ret_error);
	if (!SSL_CTX_set_default_verify_paths(ctx))
		return fail("TLS", "the system's authorities cannot be used", ret_error);
	return 0;
}

static int
set_up(struct sb_tls *tls, SSL_CTX *ctx, struct sb_error *ret_error)
{
	const struct sb_tls_options *o = &tls->options;
	int ret = 0;

	if (!set_up_common(tls, ctx))
		return fail("TLS", "the system forbids TLS 1.2 and 1.3", ret_error);
	if (o->cert_file || o->cert_pem)
		ret = load_own(tls, ctx, ret_error);
	if (ret < 0)
		return ret;
	return o->is_server ? set_up_server(tls, ctx, ret_error)
			    : set_up_client(tls, ctx, ret_error);
}

int
sb_tls_load(struct sb_tls *tls, SSL_CTX **ret_ctx, struct sb_error *ret_error)
{
	SSL_CTX *ctx;
	int ret;

	ERR_clear_error();
	ctx = SSL_CTX_new_ex(tls->library, NULL,
		tls->options.is_server ? TLS_server_method() : TLS_client_method());
	if (!ctx) {
		ERR_clear_error();
		return sb_error_set(ret_error, -ENOMEM, "TLS: out of memory");
	}
	ret = set_up(tls, ctx, ret_error);
	ERR_clear_error();
	if (ret < 0)
		SSL_CTX_free(ctx);
	else
		*ret_ctx = ctx;
	return ret;
}
