#include <arpa/inet.h>

#include <openssl/evp.h>

#include "tls_private.h"

enum {
	NAME_CAP = 80,
	NAMES_CAP = 200,
	DAY_CAP = 16,
	N_NAMES_SHOWN = 5,
};

void
sb_tls_show(char *buf, size_t cap, const void *ptr, size_t len)
{
	const unsigned char *bytes = ptr;
	size_t i;

	for (i = 0; i < len && i + 1 < cap && bytes[i] != '\r' && bytes[i] != '\n'; i++)
		buf[i] = bytes[i] >= ' ' && bytes[i] <= '~' && bytes[i] != '"' ? (char)bytes[i]
									       : '?';
	buf[i] = '\0';
}

static bool
sha256(const struct sb_tls *tls, const void *ptr, size_t len, unsigned char ret[SHA256_LEN])
{
	return EVP_Q_digest(tls->library, "SHA256", NULL, ptr, len, ret, NULL) == 1;
}

bool
sb_tls_digest(const struct sb_tls *tls, const X509 *certificate,
	unsigned char ret_certificate[SHA256_LEN], unsigned char ret_key[SHA256_LEN])
{
	unsigned char *all = NULL, *key = NULL;
	int all_len = i2d_X509(certificate, &all);
	int key_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
	bool is_done = all_len > 0 && key_len > 0
		       && sha256(tls, all, (size_t)all_len, ret_certificate)
		       && sha256(tls, key, (size_t)key_len, ret_key);

	OPENSSL_free(all);
	OPENSSL_free(key);
	return is_done;
}

static void
print_hex(const unsigned char digest[SHA256_LEN], char *buf)
{
	int i;

	for (i = 0; i < SHA256_LEN; i++)
		(void)snprintf(buf + 2 * i, 3, "%02x", digest[i]);
}

static void
show_string(const ASN1_STRING *text, char *buf, size_t cap)
{
	sb_tls_show(buf, cap, ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
}

/* The common name, or the organisation of one that has none. */
static void
show_subject(const X509_NAME *name, char *buf, size_t cap)
{
	static const int parts[] = { NID_commonName, NID_organizationalUnitName,
		NID_organizationName };
	size_t i;

	(void)snprintf(buf, cap, "(no name)");
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int at = X509_NAME_get_index_by_NID(name, parts[i], -1);

		if (at < 0)
			continue;
		show_string(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)), buf, cap);
		return;
	}
}

static void
show_day(const ASN1_TIME *time, char *buf)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm))
		(void)strftime(buf, DAY_CAP, "%Y-%m-%d", &tm);
	else
		(void)snprintf(buf, DAY_CAP, "(no date)");
}

static bool
show_name(const GENERAL_NAME *name, char *buf, size_t cap)
{
	int kind;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &kind);
	int len;

	buf[0] = '\0';
	if (kind == GEN_DNS) {
		show_string(value, buf, cap);
	} else if (kind == GEN_IPADD) {
		len = ASN1_STRING_length(value);
		if (len == 4 || len == 16)
			(void)inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(value),
				buf, (socklen_t)cap);
	}
	return buf[0] != '\0';
}

/* The names that a certificate is for, "a.example, b.example, ...". */
static void
show_names(const X509 *certificate, char *buf, size_t cap)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int i, n_shown = 0;
	char one[NAME_CAP];
	size_t len = 0;

	for (i = 0; i < sk_GENERAL_NAME_num(names) && len < cap; i++) {
		if (!show_name(sk_GENERAL_NAME_value(names, i), one, sizeof(one)))
			continue;
		if (n_shown == N_NAMES_SHOWN) {
			(void)snprintf(buf + len, cap - len, ", ...");
			break;
		}
		len += (size_t)snprintf(buf + len, cap - len, "%s%s", n_shown > 0 ? ", " : "", one);
		n_shown++;
	}
	GENERAL_NAMES_free(names);
	if (n_shown == 0)
		show_subject(X509_get_subject_name(certificate), buf, cap);
}

/* Whose certificate it is: "the server's certificate", "the certificate of its authority "X"". */
static void
show_owner(const struct tls_end *f, const X509 *certificate, int depth, char *buf, size_t cap)
{
	char name[NAME_CAP];

	if (depth == 0) {
		(void)snprintf(buf, cap, "the %s's certificate",
			f->tls->options.is_server ? "client" : "server");
		return;
	}
	show_subject(X509_get_subject_name(certificate), name, sizeof(name));
	(void)snprintf(buf, cap, "the certificate of the authority \"%s\"", name);
}

static void
explain_time(struct tls_end *f, const X509 *certificate, int error, const char *owner)
{
	int64_t now_ns = sb_reactor_wall_ns(f->reactor);
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(now_ns / SB_S));
	char limit[DAY_CAP], today[DAY_CAP] = "";

	if (now)
		show_day(now, today);
	ASN1_TIME_free(now);
	if (error == X509_V_ERR_CERT_HAS_EXPIRED) {
		show_day(X509_get0_notAfter(certificate), limit);
		(void)snprintf(f->why, sizeof(f->why), "%s expired on %s; by our clock it is %s",
			owner, limit, today);
	} else {
		show_day(X509_get0_notBefore(certificate), limit);
		(void)snprintf(f->why, sizeof(f->why),
			"%s is not valid before %s; by our clock it is %s", owner, limit, today);
	}
}

/* The highest that was shown names who is missing. */
static void
explain_issuer(struct tls_end *f, const X509 *certificate, int depth)
{
	bool is_server = f->tls->options.is_server;
	char issuer[NAME_CAP];

	show_subject(X509_get_issuer_name(certificate), issuer, sizeof(issuer));
	(void)snprintf(f->why, sizeof(f->why),
		"the %s's certificate %s \"%s\", an authority that is not trusted here (%s= names "
		"the file of those that are)",
		is_server ? "client" : "server", depth == 0 ? "is signed by" : "leads up to",
		issuer, is_server ? "clients" : "ca");
}

static void
explain_self_signed(struct tls_end *f, const X509 *certificate, const char *owner)
{
	unsigned char whole[SHA256_LEN], key[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1] = "";

	if (f->tls->options.is_server) {
		(void)snprintf(f->why, sizeof(f->why),
			"%s is self-signed, and is not among those trusted (clients=)", owner);
		return;
	}
	if (sb_tls_digest(f->tls, certificate, whole, key))
		print_hex(key, hex);
	(void)snprintf(f->why, sizeof(f->why),
		"%s is self-signed, nobody vouches for it; whoever knows that it is the right one "
		"trusts it with pin=%s",
		owner, hex);
}

static void
explain_name(struct tls_end *f, const X509 *certificate)
{
	char names[NAMES_CAP];

	show_names(certificate, names, sizeof(names));
	(void)snprintf(f->why, sizeof(f->why), "the server's certificate is for %s, and not for %s",
		names, f->name);
}

static void
explain(struct tls_end *f, X509_STORE_CTX *store)
{
	int error = X509_STORE_CTX_get_error(store);
	const X509 *certificate = X509_STORE_CTX_get_current_cert(store);
	char owner[NAME_CAP + 48];

	if (!certificate)
		certificate = X509_STORE_CTX_get0_cert(store);
	show_owner(f, certificate, X509_STORE_CTX_get_error_depth(store), owner, sizeof(owner));
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		explain_time(f, certificate, error, owner);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		explain_self_signed(f, certificate, owner);
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		explain_issuer(f, certificate, X509_STORE_CTX_get_error_depth(store));
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		explain_name(f, certificate);
		break;
	default:
		(void)snprintf(f->why, sizeof(f->why), "%s is not to be trusted: %s", owner,
			X509_verify_cert_error_string(error));
	}
}

/* Whether it is one of those pinned; true where none are. */
static bool
has_pin(struct tls_end *f, const X509 *certificate)
{
	const struct sb_tls *tls = f->tls;
	unsigned char whole[SHA256_LEN], key[SHA256_LEN];
	char whole_hex[2 * SHA256_LEN + 1], key_hex[2 * SHA256_LEN + 1];
	size_t i;

	if (tls->options.n_pins == 0)
		return true;
	if (!sb_tls_digest(tls, certificate, whole, key)) {
		(void)snprintf(f->why, sizeof(f->why), "out of memory");
		return false;
	}
	for (i = 0; i < tls->options.n_pins; i++) {
		if (memcmp(tls->pins[i], whole, SHA256_LEN) == 0
			|| memcmp(tls->pins[i], key, SHA256_LEN) == 0)
			return true;
	}
	print_hex(whole, whole_hex);
	print_hex(key, key_hex);
	(void)snprintf(f->why, sizeof(f->why),
		"the server's certificate is none of those pinned; that of its key is pin=%s, "
		"its own is pin=%s",
		key_hex, whole_hex);
	return false;
}

int
sb_tls_verify(X509_STORE_CTX *store, void *unused)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_end *f = SSL_get_app_data(ssl);
	const struct sb_tls_options *o = &f->tls->options;
	bool asks_authority = o->n_pins == 0 || o->ca_file || o->ca_pem;

	(void)unused;
	if (asks_authority && X509_verify_cert(store) <= 0) {
		explain(f, store);
		return 0;
	}
	if (!has_pin(f, X509_STORE_CTX_get0_cert(store))) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
		return 0;
	}
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}
