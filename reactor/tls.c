#include <errno.h>
#include <stdlib.h>

#include "resolver.h"
#include "tls_private.h"

static int
no_memory(struct sb_error *ret_error)
{
	return sb_error_set(ret_error, -ENOMEM, "TLS: out of memory");
}

/* Copies a text in its place: 0, or -ENOMEM. */
static int
own_text(const char **text)
{
	if (*text)
		*text = strdup(*text);
	return *text ? 0 : -ENOMEM;
}

/* All texts of the options, for copying and for freeing. */
static void
list_texts(struct sb_tls_options *o, const char **ret_texts[8])
{
	ret_texts[0] = &o->ca_file;
	ret_texts[1] = &o->ca_pem;
	ret_texts[2] = &o->cert_file;
	ret_texts[3] = &o->cert_pem;
	ret_texts[4] = &o->key_file;
	ret_texts[5] = &o->key_pem;
	ret_texts[6] = &o->clients_file;
	ret_texts[7] = &o->clients_pem;
}

static int
copy_texts(struct sb_tls *tls, const struct sb_tls_options *given)
{
	const char **texts[8];
	int i, ret = 0;

	tls->options = *given;
	list_texts(&tls->options, texts);
	for (i = 0; i < 8; i++) {
		if (*texts[i] && own_text(texts[i]) < 0)
			ret = -ENOMEM;
	}
	tls->options.pins = NULL;
	tls->options.alpn = NULL;
	return ret;
}

static int
check_pair(const char *file, const char *pem, const char *what, struct sb_error *ret_error)
{
	if (file && pem)
		return sb_error_set(ret_error, -EINVAL,
			"TLS: %s is given as a file and as a text; one of them is right", what);
	return 0;
}

/* What fits together, as far as no file is needed to tell. */
static int
check_options(const struct sb_tls_options *o, struct sb_error *ret_error)
{
	bool has_cert = o->cert_file || o->cert_pem;
	const char *wrong = NULL;

	if (check_pair(o->ca_file, o->ca_pem, "ca", ret_error) < 0
		|| check_pair(o->cert_file, o->cert_pem, "cert", ret_error) < 0
		|| check_pair(o->key_file, o->key_pem, "key", ret_error) < 0
		|| check_pair(o->clients_file, o->clients_pem, "clients", ret_error) < 0)
		return -EINVAL;
	if (o->is_server && !has_cert)
		wrong = "a server needs a certificate (cert=)";
	else if ((o->key_file || o->key_pem) && !has_cert)
		wrong = "a key is of no use without its certificate (cert=)";
	else if (o->is_server && (o->ca_file || o->ca_pem))
		wrong = "ca= is for clients; whom a server trusts is clients=";
	else if (o->is_server && o->n_pins > 0)
		wrong = "pin= is for clients";
	else if (!o->is_server && (o->clients_file || o->clients_pem))
		wrong = "clients= is for servers; whom a client trusts is ca=";
	return wrong ? sb_error_set(ret_error, -EINVAL, "TLS: %s", wrong) : 0;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* 64 hexadecimal digits; colons may stand between bytes. */
static bool
parse_pin(const char *text, unsigned char ret_pin[SHA256_LEN])
{
	int i, high, low;

	for (i = 0; i < SHA256_LEN; i++) {
		if (i > 0 && *text == ':')
			text++;
		high = hex_value(text[0]);
		low = high < 0 ? -1 : hex_value(text[1]);
		if (low < 0)
			return false;
		ret_pin[i] = (unsigned char)(high * 16 + low);
		text += 2;
	}
	return *text == '\0';
}

static int
read_pins(struct sb_tls *tls, const struct sb_tls_options *given, struct sb_error *ret_error)
{
	char shown[80];
	size_t i;

	if (given->n_pins == 0)
		return 0;
	tls->pins = calloc(given->n_pins, sizeof(*tls->pins));
	if (!tls->pins)
		return no_memory(ret_error);
	for (i = 0; i < given->n_pins; i++) {
		if (parse_pin(given->pins[i], tls->pins[i]))
			continue;
		sb_tls_show(shown, sizeof(shown), given->pins[i], strlen(given->pins[i]));
		return sb_error_set(ret_error, -EINVAL,
			"TLS: the pin \"%s\" is no SHA-256: 64 hexadecimal digits are one", shown);
	}
	return 0;
}

static int
write_alpn(struct sb_tls *tls, const struct sb_tls_options *given, struct sb_error *ret_error)
{
	size_t i, len = 0;

	for (i = 0; i < given->n_alpn; i++) {
		size_t n = strlen(given->alpn[i]);

		if (n == 0 || n > 255)
			return sb_error_set(ret_error, -EINVAL,
				"TLS: the name of a protocol (alpn=) has 1 to 255 bytes, not %zu",
				n);
		len += n + 1;
	}
	tls->alpn = len > 0 ? malloc(len) : NULL;
	if (len > 0 && !tls->alpn)
		return no_memory(ret_error);
	for (i = 0; i < given->n_alpn; i++) {
		size_t n = strlen(given->alpn[i]);

		tls->alpn[tls->alpn_len++] = (unsigned char)n;
		memcpy(tls->alpn + tls->alpn_len, given->alpn[i], n);
		tls->alpn_len += n;
	}
	return 0;
}

/* Also one that is not whole. */
static void
free_context(struct sb_tls *tls)
{
	const char **texts[8];
	int i;

	sb_tls_drop_sessions(tls);
	SSL_CTX_free(tls->ctx);
	BIO_meth_free(tls->method);
	list_texts(&tls->options, texts);
	for (i = 0; i < 8; i++)
		free((void *)(uintptr_t)*texts[i]);
	free(tls->alpn);
	free(tls->pins);
	free(tls->url_options);
	free(tls);
}

static int
fill(struct sb_tls *tls, const struct sb_tls_options *given, struct sb_error *ret_error)
{
	struct sb_reactor *r = tls->reactor;
	struct tls_library *library;
	int ret;

	if (r->backend->tls_library) {
		library = r->backend->tls_library(r->back);
		if (!library)
			return no_memory(ret_error);
		tls->library = library->context;
	}
	tls->method = sb_tls_bio_method();
	if (!tls->method || copy_texts(tls, given) < 0)
		return no_memory(ret_error);
	ret = read_pins(tls, given, ret_error);
	if (ret == 0)
		ret = write_alpn(tls, given, ret_error);
	return ret < 0 ? ret : sb_tls_load(tls, &tls->ctx, ret_error);
}

int
sb_tls_create(struct sb_reactor *r, const struct sb_tls_options *options, const char *place,
	struct sb_tls **ret_tls, struct sb_error *ret_error)
{
	struct sb_tls *tls;
	int ret = check_options(options, ret_error);

	if (ret < 0)
		return ret;
	tls = calloc(1, sizeof(*tls));
	if (!tls)
		return no_memory(ret_error);
	tls->reactor = r;
	tls->place = place;
	tls->n_holders = 1;
	TAILQ_INIT(&tls->sessions);
	ret = fill(tls, options, ret_error);
	ERR_clear_error();
	if (ret < 0) {
		free_context(tls);
		return ret;
	}
	TAILQ_INSERT_TAIL(&r->tls_contexts, tls, link);
	*ret_tls = tls;
	return 0;
}

void
sb_tls_hold(struct sb_tls *tls)
{
	if (tls)
		tls->n_holders++;
}

void
sb_tls_release(struct sb_tls *tls)
{
	if (!tls || --tls->n_holders > 0)
		return;
	TAILQ_REMOVE(&tls->reactor->tls_contexts, tls, link);
	free_context(tls);
}

void
sb_tls_destroy(struct sb_tls *tls)
{
	if (!tls)
		return;
	sb_assert(tls->place);
	tls->place = NULL;
	sb_tls_release(tls);
}

int
sb_tls_reload(struct sb_tls *tls, struct sb_error *ret_error)
{
	SSL_CTX *ctx;
	int ret = sb_tls_load(tls, &ctx, ret_error);

	if (ret < 0)
		return ret;
	SSL_CTX_free(tls->ctx);
	tls->ctx = ctx;
	/* They were trusted by what may not be true any more. */
	sb_tls_drop_sessions(tls);
	return 0;
}

bool
sb_tls_is_server(const struct sb_tls *tls)
{
	return tls->options.is_server;
}

int
sb_tls_check_use(const struct sb_tls *tls, bool is_server, const char *name, const char *what,
	struct sb_error *ret_error)
{
	const char *wrong = NULL;
	char shown[80];

	if (!tls)
		return 0;
	if (!is_server && name && !sb_lookup_can_be_host(name)) {
		sb_tls_show(shown, sizeof(shown), name, strlen(name));
		return sb_error_set(ret_error, -EINVAL,
			"%s: \"%s\", whom to expect, is neither a host's name nor an address", what,
			shown);
	}
	if (is_server && !tls->options.is_server)
		wrong = "the TLS context is a client's, and a listener needs a server's";
	else if (!is_server && tls->options.is_server)
		wrong = "the TLS context is a server's, and a client's is needed";
	else if (!is_server && !name && tls->options.n_pins == 0)
		wrong = "TLS needs the name that the certificate must have (name=), or its pin "
			"(pin=)";
	return wrong ? sb_error_set(ret_error, -EINVAL, "%s: %s", what, wrong) : 0;
}

const struct sb_tls *
sb_tls_after(const struct sb_reactor *r, const struct sb_tls *tls)
{
	tls = tls ? TAILQ_NEXT(tls, link) : TAILQ_FIRST(&r->tls_contexts);
	while (tls && !tls->place)
		tls = TAILQ_NEXT(tls, link);
	return tls;
}

void
sb_tls_describe(const struct sb_tls *tls, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "TLS context %s", tls->place);
}
