#include <signalbox/testing_tls.h>

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "private.h"

enum { SHA256_LEN = 32, NAMES_CAP = 512 };

/* 2000-01-01 and 2100-01-01. */
#define FIRST_S INT64_C(946684800)
#define LAST_S INT64_C(4102444800)

static const char place[] = SB_PLACE;

struct made {
	struct sb_test_certificate public;
	struct made *next;
	X509 *certificate;
	EVP_PKEY *key;
	char *texts[3];
};

struct sb_test_ca {
	struct made *all; /* the last is the authority itself */
	struct made own;
	unsigned n_signed;
};

/* What OpenSSL answers must be; only memory could say otherwise. */
static void
must(bool is_done)
{
	if (!is_done)
		sb_testing_fail(place, "a certificate cannot be made: %s",
			ERR_reason_error_string(ERR_peek_error()));
}

/* A key that follows from the text. */
static EVP_PKEY *
make_key(const char *text)
{
	unsigned char seed[SHA256_LEN];
	EVP_PKEY *key;

	must(EVP_Q_digest(NULL, "SHA256", NULL, text, strlen(text), seed, NULL));
	key = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, sizeof(seed));
	must(key);
	return key;
}

/* "DNS:a.example,IP:127.0.0.1" of "a.example,127.0.0.1". */
static void
write_alternatives(const char *names, char *buf, size_t cap)
{
	unsigned char address[16];
	char one[256];
	size_t len = 0, n;

	for (; *names; names += n + (names[n] == ',')) {
		bool is_address;

		n = strcspn(names, ",");
		(void)snprintf(one, sizeof(one), "%.*s", (int)n, names);
		is_address = inet_pton(AF_INET, one, address) == 1
			     || inet_pton(AF_INET6, one, address) == 1;
		len += (size_t)snprintf(buf + len, cap - len, "%s%s:%s", len > 0 ? "," : "",
			is_address ? "IP" : "DNS", one);
		must(len < cap);
	}
}

static void
add_extension(X509 *certificate, int number, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, number, value);

	must(extension && X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

static void
name_it(X509 *certificate, const char *subject)
{
	X509_NAME *name = X509_NAME_new();

	must(name
		&& X509_NAME_add_entry_by_txt(
			name, "CN", MBSTRING_UTF8, (const unsigned char *)subject, -1, -1, 0)
		&& X509_set_subject_name(certificate, name));
	X509_NAME_free(name);
}

static void
date_it(X509 *certificate, int64_t from_s, int64_t to_s)
{
	must(ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(from_s ? from_s : FIRST_S))
		&& ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(to_s ? to_s : LAST_S)));
}

/* The certificate, not signed yet. */
static X509 *
draft(const struct sb_test_certificate_options *o, const char *subject, EVP_PKEY *key,
	unsigned number)
{
	X509 *certificate = X509_new();
	char names[NAMES_CAP];

	must(certificate && X509_set_version(certificate, X509_VERSION_3)
		&& ASN1_INTEGER_set(X509_get_serialNumber(certificate), (long)number)
		&& X509_set_pubkey(certificate, key));
	name_it(certificate, subject);
	date_it(certificate, o->not_before_s, o->not_after_s);
	add_extension(certificate, NID_basic_constraints,
		o->is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (o->is_authority)
		add_extension(certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (o->names) {
		write_alternatives(o->names, names, sizeof(names));
		add_extension(certificate, NID_subject_alt_name, names);
	}
	return certificate;
}

/* Copies what was written, and frees the BIO. */
static char *
take_text(BIO *bio)
{
	char *data, *text;
	long len = BIO_get_mem_data(bio, &data);

	text = sb_kit_alloc(place, (size_t)len + 1, 1);
	memcpy(text, data, (size_t)len);
	BIO_free(bio);
	return text;
}

static BIO *
new_text(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(bio);
	return bio;
}

static void
write_pin(const unsigned char *der, int len, char ret_pin[65])
{
	unsigned char digest[SHA256_LEN];
	int i;

	must(len > 0 && EVP_Q_digest(NULL, "SHA256", NULL, der, (size_t)len, digest, NULL));
	for (i = 0; i < SHA256_LEN; i++)
		(void)snprintf(ret_pin + 2 * i, 3, "%02x", digest[i]);
}

static void
write_pins(struct made *made)
{
	unsigned char *der = NULL;
	int len = i2d_X509(made->certificate, &der);

	write_pin(der, len, made->public.certificate_pin);
	OPENSSL_free(der);
	der = NULL;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(made->certificate), &der);
	write_pin(der, len, made->public.key_pin);
	OPENSSL_free(der);
}

/* chain: who stands between it and the authority, or NULL. */
static void
write_texts(struct made *made, const char *chain)
{
	BIO *certificate = new_text(), *key = new_text(), *both = new_text();

	must(PEM_write_bio_X509(certificate, made->certificate)
		&& PEM_write_bio_PKCS8PrivateKey(key, made->key, NULL, NULL, 0, NULL, NULL)
		&& (!chain || BIO_puts(certificate, chain) > 0));
	made->public.certificate = made->texts[0] = take_text(certificate);
	made->public.key = made->texts[1] = take_text(key);
	must(BIO_printf(both, "%s%s", made->texts[0], made->texts[1]) > 0);
	made->public.both = made->texts[2] = take_text(both);
	write_pins(made);
}

static void
finish_made(struct made *made)
{
	int i;

	for (i = 0; i < 3; i++)
		free(made->texts[i]);
	X509_free(made->certificate);
	EVP_PKEY_free(made->key);
}

/* Signs and writes it; by: NULL for itself. */
static void
finish_draft(struct made *made, const struct made *by, const char *chain)
{
	const struct made *signer = by ? by : made;

	must(X509_set_issuer_name(made->certificate, X509_get_subject_name(signer->certificate))
		&& X509_sign(made->certificate, signer->key, NULL) > 0);
	write_texts(made, chain);
}

struct sb_test_ca *
sb_test_ca_create(const char *name)
{
	struct sb_test_ca *ca = sb_kit_alloc(place, 1, sizeof(*ca));
	struct sb_test_certificate_options options = { .is_authority = true };

	ca->own.key = make_key(name);
	ca->own.certificate = draft(&options, name, ca->own.key, 1);
	ca->n_signed = 1;
	finish_draft(&ca->own, NULL, NULL);
	return ca;
}

void
sb_test_ca_destroy(struct sb_test_ca *ca)
{
	struct made *made;

	if (!ca)
		return;
	while ((made = ca->all)) {
		ca->all = made->next;
		finish_made(made);
		free(made);
	}
	finish_made(&ca->own);
	free(ca);
}

const char *
sb_test_ca_pem(const struct sb_test_ca *ca)
{
	return ca->own.public.certificate;
}

static void
choose_subject(const struct sb_test_certificate_options *o, char *buf, size_t cap)
{
	const char *names = o->names ? o->names : "nobody";

	if (o->subject)
		(void)snprintf(buf, cap, "%s", o->subject);
	else
		(void)snprintf(buf, cap, "%.*s", (int)strcspn(names, ","), names);
}

const struct sb_test_certificate *
sb_test_certificate_create(struct sb_test_ca *ca, const struct sb_test_certificate_options *options)
{
	struct made *made = sb_kit_alloc(place, 1, sizeof(*made));
	const struct made *by = options->is_self_signed ? NULL : &ca->own;
	char subject[60], text[128];

	choose_subject(options, subject, sizeof(subject));
	(void)snprintf(text, sizeof(text), "%u %s", ++ca->n_signed, subject);
	made->key = make_key(text);
	made->certificate = draft(options, subject, made->key, ca->n_signed);
	if (options->signed_by)
		by = (const struct made *)options->signed_by;
	finish_draft(made, by, options->signed_by ? options->signed_by->certificate : NULL);
	made->next = ca->all;
	ca->all = made;
	return &made->public;
}
