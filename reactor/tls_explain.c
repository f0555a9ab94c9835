#include <errno.h>

#include "tls_private.h"

enum { ALERT = SSL_AD_REASON_OFFSET }; /* the reason of an alert that the peer sent */

struct words {
	int reason;
	const char *text;
};

static const struct words all_words[] = {
	{ ALERT + SSL_AD_PROTOCOL_VERSION,
		"the peer speaks no version of TLS that we do (1.2 and 1.3)" },
	{ SSL_R_UNSUPPORTED_PROTOCOL,
		"the peer speaks no version of TLS that we do (1.2 and 1.3)" },
	{ SSL_R_VERSION_TOO_LOW, "the peer speaks no version of TLS that we do (1.2 and 1.3)" },
	{ SSL_R_WRONG_VERSION_NUMBER,
		"the peer speaks no version of TLS that we do (1.2 and 1.3)" },
	{ SSL_R_NO_SHARED_CIPHER, "the peer and we have no cipher in common" },
	{ SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM,
		"the peer knows no signature that our certificate could make" },
	{ SSL_R_NO_SUITABLE_KEY_SHARE, "the peer and we have no key exchange in common" },
	{ ALERT + SSL_AD_HANDSHAKE_FAILURE,
		"the peer refused the handshake: it and we have no cipher in common, or it wants a "
		"certificate of ours (cert=)" },
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE,
		"the client has shown no certificate, and must show one" },
	{ ALERT + SSL_AD_CERTIFICATE_REQUIRED, "the peer wants a certificate of ours (cert=)" },
	{ ALERT + SSL_AD_UNKNOWN_CA,
		"the peer does not trust our certificate: it does not know who signed it" },
	{ ALERT + SSL_AD_BAD_CERTIFICATE, "the peer does not trust our certificate" },
	{ ALERT + SSL_AD_UNSUPPORTED_CERTIFICATE, "the peer cannot use our certificate" },
	{ ALERT + SSL_AD_CERTIFICATE_REVOKED,
		"the peer does not trust our certificate: it was revoked" },
	{ ALERT + SSL_AD_CERTIFICATE_EXPIRED,
		"the peer does not trust our certificate: by its clock it is not valid now" },
	{ ALERT + SSL_AD_CERTIFICATE_UNKNOWN, "the peer does not trust our certificate" },
	{ ALERT + SSL_AD_UNRECOGNIZED_NAME, "the peer does not know the name it was asked for" },
	{ ALERT + SSL_AD_NO_APPLICATION_PROTOCOL,
		"the peer speaks none of the protocols that we offered (alpn=)" },
	{ SSL_R_NO_APPLICATION_PROTOCOL, "the client speaks none of our protocols (alpn=)" },
	{ SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, "what came was damaged or forged on its way" },
	{ ALERT + SSL_AD_BAD_RECORD_MAC, "what we sent was damaged or forged on its way" },
	{ ALERT + SSL_AD_USER_CANCELLED, "the peer gave the handshake up" },
};

static void
say(struct tls_end *f, const char *text)
{
	(void)snprintf(f->why, sizeof(f->why), "%s", text);
}

static const char *
find_words(int reason)
{
	size_t i;

	for (i = 0; i < sizeof(all_words) / sizeof(all_words[0]); i++) {
		if (all_words[i].reason == reason)
			return all_words[i].text;
	}
	return NULL;
}

/* Looks through OpenSSL's errors, the first first; false when out of memory is among them. */
static bool
say_reason(struct tls_end *f)
{
	const char *text = NULL, *other = NULL;
	bool has_memory = true;
	unsigned long error;

	while ((error = ERR_get_error()) != 0) {
		int reason = ERR_GET_REASON(error);

		if (reason == ERR_R_MALLOC_FAILURE)
			has_memory = false;
		if (!text)
			text = find_words(reason);
		if (!other)
			other = ERR_reason_error_string(error);
	}
	if (!has_memory)
		say(f, "out of memory");
	else if (text)
		say(f, text);
	else
		(void)snprintf(f->why, sizeof(f->why), "what the peer said is no good TLS: %s",
			other ? other : "no reason is known");
	return has_memory;
}

static void
say_plain(struct tls_end *f)
{
	if (f->tls->options.is_server)
		(void)snprintf(f->why, sizeof(f->why),
			"the client speaks no TLS (it began with \"%s\"): was it to connect "
			"without?",
			f->heard);
	else
		(void)snprintf(f->why, sizeof(f->why),
			"the peer answered in plain text (\"%s\"): is it a TLS port?", f->heard);
}

int
sb_tls_explain(struct tls_end *f, int ssl_error)
{
	bool is_memory = strcmp(f->why, "out of memory") == 0;

	if (f->read_error) {
		/* The words are those of the system. */
		f->why[0] = '\0';
		return f->read_error;
	}
	if (f->has_heard && !f->speaks_tls) {
		say_plain(f);
	} else if (f->why[0]) {
		/* That the certificate is not trusted has been said. */
		return is_memory ? -ENOMEM : -EPROTO;
	} else if (f->under_ended) {
		say(f, "the peer ended the connection in the midst of the handshake");
	} else if (ssl_error == SSL_ERROR_ZERO_RETURN) {
		say(f, "the peer gave the handshake up");
	} else if (!say_reason(f)) {
		return -ENOMEM;
	}
	return -EPROTO;
}
