#include "network_options.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/url.h>

enum { OPTIONS_CAP = sizeof(((struct sb_url *)0)->options) };

/* Options of a URL that grow. */
struct growing {
	char text[4 * OPTIONS_CAP];
	size_t len; /* more than there is room for: too long */
};

static void
put(struct growing *growing, char c)
{
	if (growing->len + 1 < sizeof(growing->text)) {
		growing->text[growing->len] = c;
		growing->text[growing->len + 1] = '\0';
	}
	growing->len++;
}

static void
put_text(struct growing *growing, const char *text)
{
	while (*text)
		put(growing, *text++);
}

/* What parts options, and what begins an escape, is escaped. */
static void
put_value(struct growing *growing, const char *value)
{
	for (; *value; value++)
		if (*value == '&')
			put_text(growing, "%26");
		else if (*value == '%')
			put_text(growing, "%25");
		else
			put(growing, *value);
}

static void
put_key(struct growing *growing, const char *key)
{
	if (growing->len)
		put(growing, '&');
	put_text(growing, key);
	put(growing, '=');
}

static void
put_option(struct growing *growing, const char *key, const char *value_or_null)
{
	if (!value_or_null)
		return;
	put_key(growing, key);
	put_value(growing, value_or_null);
}

static void
put_pins(struct growing *growing, const struct config_tls *tls)
{
	size_t i;

	if (tls->n_pins)
		put_key(growing, "pin");
	for (i = 0; i < tls->n_pins; i++) {
		if (i)
			put(growing, ',');
		put_value(growing, tls->pins[i]);
	}
}

static bool
has_option(const struct sb_url *url, const char *key)
{
	char value[OPTIONS_CAP];

	return sb_url_option(url, key, value, sizeof(value));
}

/* What the section says of TLS behind what the URL says. A certificate and its key go together. */
static int
write_options(const struct config_tls *tls, const struct sb_url *url, char buf[OPTIONS_CAP],
	struct sb_error *ret_error)
{
	struct growing growing = { .len = 0 };

	put_text(&growing, url->options);
	if (!has_option(url, "ca"))
		put_option(&growing, "ca", tls->ca);
	if (!has_option(url, "cert")) {
		put_option(&growing, "cert", tls->certificate);
		put_option(&growing, "key", tls->key);
	}
	if (!has_option(url, "pin"))
		put_pins(&growing, tls);
	if (growing.len >= OPTIONS_CAP)
		return sb_error_set(ret_error, -ENAMETOOLONG,
			"the paths and pins for TLS take more than %d bytes", OPTIONS_CAP - 1);
	memcpy(buf, growing.text, growing.len + 1);
	return 0;
}

static int
make_url(const struct config_irc *irc, const char *text, char **ret_url, struct sb_error *ret_error)
{
	char printed[SB_URL_CAP];
	struct sb_url url;
	int error = sb_url_parse(text, &url, ret_error);

	if (!error && url.is_tls)
		error = write_options(&irc->tls, &url, url.options, ret_error);
	if (error)
		return error;
	sb_url_print(&url, printed, sizeof(printed));
	*ret_url = strdup(printed);
	return *ret_url ? 0 : sb_error_set(ret_error, -ENOMEM, "out of memory");
}

static int
make_urls(struct network_options *options, const struct config_irc *irc, const char *first,
	struct sb_error *ret_error)
{
	size_t i;
	int error = make_url(irc, first, &options->url, ret_error);

	options->urls = calloc(irc->n_servers + 1, sizeof(*options->urls));
	if (!error && !options->urls)
		error = sb_error_set(ret_error, -ENOMEM, "out of memory");
	for (i = 0; !error && i < irc->n_servers; i++, options->n_urls++)
		error = make_url(irc, irc->servers[i], &options->urls[i], ret_error);
	return error;
}

/* "A,B" */
static char *
join_list(char *const *list, size_t n)
{
	size_t i, size = 1;
	char *text, *at;

	for (i = 0; i < n; i++)
		size += strlen(list[i]) + 1;
	text = at = calloc(1, size);
	for (i = 0; text && i < n; i++) {
		if (i)
			*at++ = ',';
		memcpy(at, list[i], strlen(list[i]));
		at += strlen(list[i]);
	}
	return text;
}

/* As whom to log in, or NULL. */
static const char *
login_user(const struct config_irc *irc)
{
	if (!irc->login.is_wanted)
		return NULL;
	return irc->login.user ? irc->login.user : irc->nick;
}

static bool
shows_certificate(const struct config_irc *irc, const char *first)
{
	struct sb_url url;

	return irc->tls.certificate
	       || (!sb_url_parse(first, &url, NULL) && has_option(&url, "cert"));
}

static int
make_login(struct network_options *options, const struct config_irc *irc, const char *first,
	struct sb_error *ret_error)
{
	const struct config_login *login = &irc->login;

	if (!login->is_wanted)
		return 0;
	options->mechanisms = join_list(login->mechanisms, login->n_mechanisms);
	if (!options->mechanisms)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	options->login = (struct sb_irc_login){
		.user = login_user(irc),
		.password = login->password,
		.key = login->key,
		.has_certificate = shows_certificate(irc, first),
		.mechanisms = options->mechanisms[0] ? options->mechanisms : NULL,
		.allows_plain_in_clear = login->allows_plain_in_clear,
		.is_required = login->is_required,
	};
	options->irc.login = &options->login;
	return 0;
}

static const char *
or_null(const char *text)
{
	return text && text[0] ? text : NULL;
}

static void
fill_in(struct network_options *options, const struct config_irc *irc)
{
	options->irc = (struct sb_irc_options){
		.url = options->url,
		.urls = (const char *const *)options->urls,
		.n_urls = options->n_urls,
		.nick = irc->nick,
		.other_nicks = (const char *const *)irc->nicks,
		.n_other_nicks = irc->n_nicks,
		.user = irc->user,
		.realname = irc->realname ? irc->realname : "Quoth, a keeper of quotes",
		.password = irc->password,
		.capabilities = (const char *const *)irc->capabilities,
		.n_capabilities = irc->n_capabilities,
		.channels = (const char *const *)irc->channels,
		.n_channels = irc->n_channels,
		.keys = (const char *const *)irc->keys,
		.pace = irc->pace,
		.version = or_null(irc->version),
		.sts_options = options->sts_options,
		.charset = irc->charset,
		.is_bot = irc->is_bot,
		.away = irc->away,
		.catches_up = irc->catches_up,
		.services = irc->services,
		.retry_min_ns = irc->retry_min_s * SB_S,
		.retry_max_ns = irc->retry_max_s * SB_S,
		.ping_after_ns = irc->ping_after_s * SB_S,
	};
}

int
network_options_init(struct network_options *options, const struct config_irc *irc,
	const char *ircd_url, struct sb_error *ret_error)
{
	static const struct sb_url none;
	const char *first = strcmp(irc->server, "ircd") != 0 ? irc->server : ircd_url;
	int error;

	memset(options, 0, sizeof(*options));
	error = write_options(&irc->tls, &none, options->sts_options, ret_error);
	if (!error)
		error = make_urls(options, irc, first, ret_error);
	fill_in(options, irc);
	if (!error)
		error = make_login(options, irc, first, ret_error);
	if (error)
		network_options_finish(options);
	return error;
}

void
network_options_finish(struct network_options *options)
{
	size_t i;

	for (i = 0; i < options->n_urls; i++)
		free(options->urls[i]);
	free(options->urls);
	free(options->url);
	free(options->mechanisms);
}

/* What differs. */

static bool
is_same_list(char *const *a, size_t n_a, char *const *b, size_t n_b)
{
	size_t i;

	for (i = 0; i < n_a && i < n_b; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return n_a == n_b;
}

#define SAME_LIST(a, b, name) is_same_list((a)->name, (a)->n_##name, (b)->name, (b)->n_##name)

/* But for as whom. */
static bool
is_same_login(const struct config_login *a, const struct config_login *b)
{
	return a->is_wanted == b->is_wanted && text_is_same(a->password, b->password)
	       && text_is_same(a->key, b->key) && SAME_LIST(a, b, mechanisms)
	       && a->is_required == b->is_required
	       && a->allows_plain_in_clear == b->allows_plain_in_clear;
}

static bool
is_same_tls(const struct config_tls *a, const struct config_tls *b)
{
	return text_is_same(a->ca, b->ca) && text_is_same(a->certificate, b->certificate)
	       && text_is_same(a->key, b->key) && SAME_LIST(a, b, pins);
}

bool
network_options_are_near(const struct config_irc *a, const struct config_irc *b)
{
	return !strcmp(a->server, b->server) && SAME_LIST(a, b, servers) && SAME_LIST(a, b, nicks)
	       && SAME_LIST(a, b, capabilities) && text_is_same(a->user, b->user)
	       && text_is_same(a->realname, b->realname) && text_is_same(a->password, b->password)
	       && text_is_same(login_user(a), login_user(b)) && is_same_login(&a->login, &b->login)
	       && is_same_tls(&a->tls, &b->tls) && text_is_same(a->charset, b->charset)
	       && text_is_same(a->pace, b->pace) && text_is_same(a->version, b->version)
	       && text_is_same(a->services, b->services) && a->is_bot == b->is_bot
	       && a->catches_up == b->catches_up && a->retry_min_s == b->retry_min_s
	       && a->retry_max_s == b->retry_max_s && a->ping_after_s == b->ping_after_s;
}
