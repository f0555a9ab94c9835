#include <errno.h>
#include <stdlib.h>

#include "tls_private.h"

/* The contexts of URLs. Streams whose URLs have the same options share one, which is kept when none
 * uses it, for the sessions that a client may resume when it comes back. */

enum {
	VALUE_CAP = sizeof(((struct sb_url *)0)->options),
	LIST_MAX = 16,
	UNUSED_MAX = 8,
};

/* Some commas apart, in a copy of its own. */
struct list {
	char text[VALUE_CAP];
	const char *items[LIST_MAX];
	size_t n;
};

struct values {
	char ca[VALUE_CAP], cert[VALUE_CAP], key[VALUE_CAP], clients[VALUE_CAP];
	struct list pins, alpn;
};

static const char *
read_file(const struct sb_url *url, const char *key, char buf[VALUE_CAP])
{
	return sb_url_option(url, key, buf, VALUE_CAP) ? buf : NULL;
}

static int
read_list(const struct sb_url *url, const char *key, struct list *list, struct sb_error *ret_error)
{
	char *at = list->text;

	list->n = 0;
	if (!sb_url_option(url, key, list->text, VALUE_CAP))
		return 0;
	for (;;) {
		if (list->n == LIST_MAX)
			return sb_error_set(ret_error, -EINVAL, "TLS: %s= takes %d values at most",
				key, LIST_MAX);
		list->items[list->n++] = at;
		at += strcspn(at, ",");
		if (!*at)
			return 0;
		*at++ = '\0';
	}
}

static int
read_values(const struct sb_url *url, struct values *values, struct sb_tls_options *options,
	struct sb_error *ret_error)
{
	int ret = read_list(url, "pin", &values->pins, ret_error);

	if (ret == 0)
		ret = read_list(url, "alpn", &values->alpn, ret_error);
	options->ca_file = read_file(url, "ca", values->ca);
	options->cert_file = read_file(url, "cert", values->cert);
	options->key_file = read_file(url, "key", values->key);
	options->clients_file = read_file(url, "clients", values->clients);
	options->pins = values->pins.items;
	options->n_pins = values->pins.n;
	options->alpn = values->alpn.items;
	options->n_alpn = values->alpn.n;
	return ret;
}

static struct sb_tls *
find(struct sb_reactor *r, const struct sb_url *url, bool is_server)
{
	struct sb_tls *tls;

	TAILQ_FOREACH(tls, &r->tls_contexts, link)
	{
		if (tls->url_options && tls->options.is_server == is_server
			&& strcmp(tls->url_options, url->options) == 0)
			return tls;
	}
	return NULL;
}

/* Drops the oldest of those that nobody uses, when they are too many. */
static void
tidy(struct sb_reactor *r)
{
	struct sb_tls *tls, *oldest = NULL;
	unsigned n = 0;

	TAILQ_FOREACH(tls, &r->tls_contexts, link)
	{
		if (!tls->url_options || tls->n_holders > 1)
			continue;
		if (n++ == 0)
			oldest = tls;
	}
	if (n > UNUSED_MAX)
		sb_tls_release(oldest);
}

static int
create(struct sb_reactor *r, const struct sb_url *url, bool is_server, struct sb_tls **ret_tls,
	struct sb_error *ret_error)
{
	struct sb_tls_options options = { .is_server = is_server };
	struct values *values = malloc(sizeof(*values));
	char *key = strdup(url->options);
	int ret = values && key ? read_values(url, values, &options, ret_error)
				: sb_error_set(ret_error, -ENOMEM, "TLS: out of memory");

	if (ret == 0)
		ret = sb_tls_create(r, &options, NULL, ret_tls, ret_error);
	free(values);
	if (ret < 0) {
		free(key);
		return ret;
	}
	(*ret_tls)->url_options = key;
	return 0;
}

int
sb_tls_from_url(struct sb_reactor *r, const struct sb_url *url, bool is_server,
	struct sb_tls **ret_tls, struct sb_error *ret_error)
{
	struct sb_tls *tls = find(r, url, is_server);
	int ret = tls ? 0 : create(r, url, is_server, &tls, ret_error);

	if (ret < 0)
		return ret;
	sb_tls_hold(tls);
	tidy(r);
	*ret_tls = tls;
	return 0;
}

int
sb_tls_reload_all(struct sb_reactor *r, struct sb_error *ret_error)
{
	struct sb_tls *tls, *next;
	int first = 0, ret;

	for (tls = TAILQ_FIRST(&r->tls_contexts); tls; tls = next) {
		next = TAILQ_NEXT(tls, link);
		if (!tls->url_options)
			continue;
		/* Its files may be gone for good, and nobody misses them. */
		if (tls->n_holders == 1) {
			sb_tls_release(tls);
			continue;
		}
		ret = sb_tls_reload(tls, first ? NULL : ret_error);
		if (first == 0)
			first = ret;
	}
	return first;
}

void
sb_tls_forget_urls(struct sb_reactor *r)
{
	struct sb_tls *tls, *next;

	for (tls = TAILQ_FIRST(&r->tls_contexts); tls; tls = next) {
		next = TAILQ_NEXT(tls, link);
		if (tls->url_options)
			sb_tls_release(tls);
	}
}
