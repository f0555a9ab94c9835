#ifndef SIGNALBOX_TLS_PRIVATE_H
#define SIGNALBOX_TLS_PRIVATE_H

/* The files tls*.c are all that knows OpenSSL: tls.c keeps contexts, tls_url.c those of URLs, tls_load.c fills one
 * from files, tls_sessions.c keeps what can be resumed, tls_end.c is the filter of one stream, tls_bio.c joins it
 * to the end below, tls_verify.c trusts a certificate or says why not, tls_explain.c says why a
 * handshake failed. */

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tls_end.h"

enum {
	SHA256_LEN = 32,
	SESSIONS_MAX = 64, /* of a context */
	PENDING_MAX = 256 * 1024, /* bytes of TLS itself that wait for the peer to take them */
	WHY_CAP = 400,
};

struct tls_session {
	TAILQ_ENTRY(tls_session) link;
	SSL_SESSION *session;
	int64_t until_ns; /* when the server forgets it */
	char key[]; /* whom it was made with */
};

TAILQ_HEAD(tls_session_list, tls_session);

/* Of a simulation. */
struct tls_library {
	OSSL_LIB_CTX *context;
	OSSL_PROVIDER *providers[2];
};

struct sb_tls {
	struct sb_reactor *reactor;
	TAILQ_ENTRY(sb_tls) link;
	const char *place; /* NULL: a URL's, or destroyed by its owner, but used on */
	char *url_options; /* of a URL's; or NULL */
	unsigned n_holders; /* the owner, each stream and each listener */
	OSSL_LIB_CTX *library; /* NULL: OpenSSL's default one */
	SSL_CTX *ctx;
	BIO_METHOD *method; /* of tls_bio.c */
	struct sb_tls_options options; /* with copies of our own */
	unsigned char *alpn; /* as on the wire: each behind its length */
	size_t alpn_len;
	unsigned char (*pins)[SHA256_LEN];
	struct tls_session_list sessions; /* the newest first */
	unsigned n_sessions;
};

enum tls_phase {
	TLS_CLEAR, /* it has not begun */
	TLS_SHAKING,
	TLS_FAILING, /* an alert is still to be written */
	TLS_FAILED,
	TLS_OPEN,
	TLS_CLOSED,
};

struct tls_end {
	struct end base;
	struct sb_reactor *reactor;
	struct sb_tls *tls;
	struct end *under;
	struct task task; /* for what happens to the end below, and what the SSL still has */
	SSL *ssl;
	enum tls_phase phase;
	int code; /* of a handshake that failed */
	int read_error, write_error; /* of the end below */
	int ended_code; /* with has_ended: what read() says from now on */
	size_t n_moved; /* bytes for the stream that the end below has taken */
	bool has_begun; /* the handshake */
	bool has_ended;
	bool has_more; /* read() may give something without news from below */
	bool is_broken; /* the SSL must not be used to say goodbye */
	bool is_writing; /* bytes of the stream: what does not go is the stream's to keep */
	bool under_ended;
	bool has_heard; /* a first byte of the peer */
	bool speaks_tls; /* with has_heard */
	bool is_known; /* info is filled in */
	char heard[24]; /* the first of what is no TLS, to be shown */
	struct byte_queue pending; /* what the end below did not take, but for the stream's bytes */
	struct sb_tls_info info;
	char *alpn, *server_name; /* of info */
	char *name; /* or NULL */
	char *session_key;
	char why[WHY_CAP];
};

/* tls_bio.c */

/* NULL when out of memory. */
BIO_METHOD *sb_tls_bio_method(void);
BIO *sb_tls_bio_create(struct tls_end *f);

/* Writes what is pending, as far as it goes. */
void sb_tls_flush(struct tls_end *f);

/* tls_load.c */

/* A new SSL_CTX of what the context's options say now: 0 or a negative errno. */
int sb_tls_load(struct sb_tls *tls, SSL_CTX **ret_ctx, struct sb_error *ret_error);

/* tls_verify.c */

/* For SSL_CTX_set_cert_verify_callback(). */
int sb_tls_verify(X509_STORE_CTX *store, void *unused);

/* The SHA-256 of a certificate and of its public key, as CertFP and pins have them. */
bool sb_tls_digest(const struct sb_tls *tls, const X509 *certificate,
	unsigned char ret_certificate[SHA256_LEN], unsigned char ret_key[SHA256_LEN]);

/* Copies what the peer has written, so that it can be shown in a line. */
void sb_tls_show(char *buf, size_t cap, const void *ptr, size_t len);

/* tls_explain.c */

/* Fills in f->why after a call of OpenSSL that failed, and empties OpenSSL's errors. Returns -EPROTO,
 * -ENOMEM, or what the end below said. */
int sb_tls_explain(struct tls_end *f, int ssl_error);

/* tls_sessions.c */

/* For SSL_CTX_sess_set_new_cb(). */
int sb_tls_keep_session(SSL *ssl, SSL_SESSION *session);

/* Takes the newest session of this key; NULL when there is none. */
SSL_SESSION *sb_tls_take_session(struct sb_tls *tls, const char *key);
void sb_tls_drop_sessions(struct sb_tls *tls);

/* Of a server in a simulation: a ticket must not tell the real time. */
int sb_tls_date_ticket(SSL *ssl, void *unused);

#endif
