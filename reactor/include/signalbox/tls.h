#ifndef SIGNALBOX_TLS_H
#define SIGNALBOX_TLS_H

/* TLS (OpenSSL 3), 1.2 and up, over any transport of <signalbox/stream.h>: TCP, UNIX, descriptors,
 * the simulation. A tls:// URL needs nothing of this header: its options say all. A context is for
 * programs that start TLS in mid-stream, share one set of certificates, or reload them by hand.
 *
 * A client checks by default that the server's certificate is signed by an authority that the
 * system trusts, is valid now, and is for the name or the address that was connected to (RFC 6125;
 * no wildcards within a label). What fails says why in words, in the `closed` of the stream.
 *
 * In a simulation its random numbers come from the seed and its time is the simulation's, so that a
 * run repeats exactly. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>
#include <signalbox/stream.h>

SB_C_BEGIN

/* All is copied. NULL and 0 take the default. The texts PEM... are for certificates that lie in
 * memory; a file and its text are not both given. */
struct sb_tls_options {
	const char *ca_file; /* whom to trust; the system's authorities */
	const char *ca_pem;
	const char
		*cert_file; /* ours, and those between it and the authority's; a server needs one */
	const char *cert_pem;
	const char *key_file; /* its key; in cert_file or cert_pem */
	const char *key_pem;
	const char
		*clients_file; /* of a server: whose certificates clients must show; none need to */
	const char *clients_pem;
	const char *const *pins; /* of a client: as pin= of <signalbox/url.h> */
	size_t n_pins;
	const char *const *alpn; /* protocols, best first */
	size_t n_alpn;
	bool is_server;
};

/* What both ends of many streams are made from: keys, certificates, sessions to resume. */
struct sb_tls;

/* Returns 0; -EINVAL for what cannot be or does not fit (a key of another certificate, a pin that
 * is none), with the file and, where OpenSSL knows it, the line; -ENOENT, -EACCES and the like for
 * a file that cannot be read; -ENOMEM. Reads the files now. */
SB_API int sb_tls_create(struct sb_reactor *r, const struct sb_tls_options *options,
	const char *place, struct sb_tls **ret_tls, struct sb_error *ret_error);

/* Streams and listeners that use it go on, and it lives as long as they do. Before the reactor is
 * destroyed. NULL is fine. */
SB_API void sb_tls_destroy(struct sb_tls *tls);

/* Reads the files again, for what connects or is accepted from now on; streams that stand keep what
 * they have. Where it fails, as sb_tls_create(), everything stays as it was. */
SB_API int sb_tls_reload(struct sb_tls *tls, struct sb_error *ret_error);

/* The same for all contexts that were made from URLs of this reactor's streams and listeners; the
 * first that fails is told, and the others are reloaded. URLs with the same options share one, which
 * is kept for the sessions that a client resumes: their files are read again by this only. One that
 * nothing uses now is forgotten by it. */
SB_API int sb_tls_reload_all(struct sb_reactor *r, struct sb_error *ret_error);

/* Starts TLS on a plain stream that is connected (STARTTLS). What is queued goes out before, in the
 * clear; then the handshake, both within the connect timeout; then `secured` is told, or `closed` with
 * the reason. The idle deadline rests meanwhile; a close
 * gives the handshake up. Until then sb_stream_write() is -ENOTCONN. is server: as the context says. name: whom a
 * client expects, host or address; NULL: the stream's URL's host.
 *
 * What the peer sent in the clear behind its last word must not be taken for what it says under
 * TLS: call it only when all that `data` was given so far has been used up, and treat the rest of
 * such a chunk as an attack (RFC 3207, section 4.2 tells of it for mail).
 *
 * Returns 0; -ENOTCONN when not connected, closing or shut down; -EALREADY when it has TLS;
 * -EINVAL for a client without a name and without pins, or with a name that no certificate can have;
 * -EOPNOTSUPP when the transport cannot; -ENOMEM. */
SB_API int sb_stream_start_tls(
	struct sb_stream *stream, struct sb_tls *tls, const char *name, struct sb_error *ret_error);

/* What was agreed on. Texts are borrowed while the stream lives, within `closed` too. */
struct sb_tls_info {
	const char *version; /* "TLSv1.3" */
	const char *cipher; /* "TLS_AES_256_GCM_SHA384" */
	const char *alpn; /* "" where none was */
	const char *server_name; /* of a server: whom the client asked for (SNI), or "" */
	bool has_certificate; /* the peer's */
	unsigned char certificate_sha256[32]; /* of all of it, as CertFP has it */
	unsigned char key_sha256[32]; /* of its public key */
	bool is_resumed;
	/* The peer has ended without saying so under TLS (close_notify): somebody may have cut off
	 * its last words. Many servers do it; a protocol that knows where a message ends need not
	 * care, another must take it for an error. */
	bool is_truncated;
};

/* False for a plain stream, and before the handshake is through. */
SB_API bool sb_stream_tls_info(const struct sb_stream *stream, struct sb_tls_info *ret_info);

SB_C_END

#endif
