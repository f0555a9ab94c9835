/* Strict transport security in the client (IRCv3 "Strict Transport Security"): which URL to connect to,
 * what a policy does to a connection, and when it is kept. What a policy means is in sts.h.
 *
 * A policy heard in clear counts until TLS to its port has shown that the server stands by it: by a
 * policy of its own there, which is kept, or by letting us in. Before that nothing is said in clear
 * to that host any more. Who opens the client anew begins anew. */

#include "client.h"

#include <errno.h>

#include "sts.h"

/* How long a server may take to list its capabilities before it is told a password in clear. Some ask
 * others who we are before they read what we say. */
enum { LIST_S = 20 };

/* A policy is written to the file at most so often, whatever the server says. */
enum { NOTE_S = 60 };

static int64_t
now_s(const struct sb_irc *irc)
{
	return sb_reactor_wall_ns(irc->r) / SB_S;
}

/* ---- Where to ---- */

int
sb_irc_sts_check_(const struct sb_irc_options *options, struct sb_error *ret_error)
{
	char text[SB_URL_CAP];
	struct sb_error why;
	struct sb_url url;
	int len, error;

	if (!options->sts_options || !*options->sts_options)
		return 0;
	len = snprintf(text, sizeof(text), "tls://irc.example.org:6697?%s", options->sts_options);
	if (len < 0 || (size_t)len >= sizeof(text))
		return sb_error_set(ret_error, -ENAMETOOLONG, "sts_options: too long for a URL");
	error = sb_url_parse(text, &url, &why);
	if (!error)
		error = sb_url_check_connect(&url, &why);
	return error ? sb_error_set(ret_error, error, "sts_options: %s", why.text) : 0;
}

int
sb_irc_sts_copy_(struct sb_irc *irc, const struct sb_irc_options *options)
{
	struct security *sts = &irc->sts;

	sts->store = options->sts;
	if (!options->sts_options)
		return 0;
	sts->options = strdup(options->sts_options);
	return sts->options ? 0 : -ENOMEM;
}

void
sb_irc_sts_free_(struct sb_irc *irc)
{
	sb_sts_close(irc->sts.own);
	sb_sts_close(irc->sts.upgrades);
	free(irc->sts.options);
}

void
sb_irc_sts_open_(struct sb_irc *irc)
{
	sb_sts_close(irc->sts.upgrades);
	irc->sts.upgrades = NULL;
}

/* Of a service nobody tells us which of its hosts it is. */
static bool
has_host(const struct sb_url *url)
{
	return url->scheme == SB_SCHEME_TCP && *url->host != '_';
}

static bool
find(const struct sb_irc *irc, const char *host, uint16_t *ret_port)
{
	const struct sb_sts *const stores[] = { irc->sts.store, irc->sts.upgrades };

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (stores[i] && sb_sts_find(stores[i], host, now_s(irc), ret_port))
			return true;
	return false;
}

const char *
sb_irc_sts_choose_(void *self, const char *text)
{
	struct sb_irc *irc = self;
	struct security *sts = &irc->sts;
	struct sb_url url;

	if (sb_url_parse(text, &url, NULL) || url.is_tls || !has_host(&url)
		|| !find(irc, url.host, &url.port))
		return NULL;
	url.is_tls = true;
	(void)snprintf(url.options, sizeof(url.options), "%s", sts->options ? sts->options : "");
	sb_url_print(&url, sts->url, sizeof(sts->url));
	return sts->url;
}

void
sb_irc_sts_begin_(struct sb_irc *irc, const struct sb_url *url_or_null)
{
	struct security *sts = &irc->sts;

	sts->is_leaving = sts->is_waiting = sts->is_due = false;
	sts->duration_s = -1;
	sts->noted_ns = 0;
	sts->host[0] = '\0';
	if (!url_or_null || !has_host(url_or_null) || sb_sts_host(url_or_null->host, sts->host)) {
		sts->host[0] = '\0';
		return;
	}
	sts->port = url_or_null->port;
	sts->is_tls = url_or_null->is_tls;
}

/* ---- What a password waits for ---- */

bool
sb_irc_sts_waits_(struct sb_irc *irc)
{
	struct security *sts = &irc->sts;

	sts->is_waiting = irc->password && *sts->host && !sts->is_tls;
	if (sts->is_waiting)
		sb_timer_start(&sts->timer, LIST_S * SB_S);
	return sts->is_waiting;
}

static bool
wait_no_more(struct sb_irc *irc)
{
	bool was_waiting = irc->sts.is_waiting;

	irc->sts.is_waiting = false;
	sb_timer_stop(&irc->sts.timer);
	return was_waiting;
}

void
sb_irc_sts_go_on_(struct sb_irc *irc)
{
	if (sb_caps_state(&irc->caps) != SB_CAPS_LISTING && wait_no_more(irc))
		sb_irc_introduce_(irc);
}

void
sb_irc_sts_on_timer_(void *self)
{
	struct sb_irc *irc = self;

	if (wait_no_more(irc) && sb_irc_is_up_(irc))
		sb_irc_introduce_(irc);
}

/* ---- What is kept ---- */

/* One that lasts as long as the client; NULL without memory. */
static struct sb_sts *
have_store(struct sb_sts **store)
{
	if (!*store)
		(void)sb_sts_open(NULL, NULL, NULL, store, NULL);
	return *store;
}

static void
confirm(struct sb_irc *irc)
{
	struct security *sts = &irc->sts;

	if (sts->upgrades && *sts->host && sts->is_tls)
		(void)sb_sts_note(sts->upgrades, sts->host, sts->port, 0, now_s(irc), NULL);
}

static int
note(struct sb_irc *irc, struct sb_error *ret_error)
{
	struct security *sts = &irc->sts;

	sts->is_due = false;
	sts->noted_ns = sb_reactor_now_ns(irc->r);
	if (!sts->store)
		sts->store = have_store(&sts->own);
	if (!sts->store)
		return sb_error_set(
			ret_error, -ENOMEM, "no memory for the STS policy of %s", sts->host);
	return sb_sts_note(
		sts->store, sts->host, sts->port, sts->duration_s, now_s(irc), ret_error);
}

static int
note_and_tell(struct sb_irc *irc)
{
	struct sb_error error;

	if (!note(irc, &error))
		return 0;
	return sb_fail_at(irc->d, irc, NULL, irc->place, error.code, "%s", error.text);
}

int
sb_irc_sts_renew_(struct sb_irc *irc)
{
	struct security *sts = &irc->sts;
	int64_t age_ns = sb_reactor_now_ns(irc->r) - sts->noted_ns;

	if (sts->is_due && (!sts->noted_ns || age_ns >= NOTE_S * SB_S))
		return note_and_tell(irc);
	/* Who is killed after a long time shall not have forgotten. */
	if (sts->duration_s > 0 && age_ns >= NOTE_S * SB_S && age_ns / SB_S > sts->duration_s / 2)
		return note_and_tell(irc);
	return 0;
}

/* From now on it holds for as long as it was said to, or is forgotten. */
static bool
is_to_be_noted(const struct sb_irc *irc)
{
	return irc->sts.is_due || irc->sts.duration_s > 0;
}

int
sb_irc_sts_end_(struct sb_irc *irc)
{
	int ran = 0;

	(void)wait_no_more(irc);
	if (is_to_be_noted(irc))
		ran = note_and_tell(irc);
	irc->sts.duration_s = -1;
	return ran;
}

void
sb_irc_sts_destroy_(struct sb_irc *irc)
{
	if (irc->stream && is_to_be_noted(irc))
		(void)note(irc, NULL);
}

/* ---- What the server says ---- */

static int
upgrade(struct sb_irc *irc, uint16_t port)
{
	struct security *sts = &irc->sts;
	char host[sizeof(sts->host)];

	memcpy(host, sts->host, sizeof(host));
	/* Without memory for it we shall be told again, and have said nothing until then. */
	if (have_store(&sts->upgrades))
		(void)sb_sts_note(sts->upgrades, host, port, SB_STS_DURATION_MAX, now_s(irc), NULL);
	sts->is_leaving = true;
	(void)wait_no_more(irc);
	sb_irc_end_(irc, -ECONNABORTED, "%s is to be reached by TLS alone, at port %u", host,
		(unsigned)port);
	sb_client_again(irc->client);
	return sb_irc_sts_upgraded_emit(
		irc->d, irc, &(struct sb_irc_sts_upgraded){ .host = host, .port = port });
}

int
sb_irc_sts_take_(struct sb_irc *irc)
{
	const char *value = sb_caps_value(&irc->caps, SB_CAP_STS);
	struct security *sts = &irc->sts;
	struct sb_sts_policy policy;

	if (!value || !*sts->host)
		return 0;
	sb_sts_parse(value, &policy);
	/* No TLS of ours goes without a certificate or a pin that is right. */
	switch (sb_sts_judge(&policy, sts->host, sts->is_tls)) {
	case SB_STS_UPGRADE:
		return upgrade(irc, policy.port);
	case SB_STS_KEEP:
	case SB_STS_REMOVE:
		confirm(irc);
		sts->duration_s = policy.duration_s;
		sts->is_due = true;
		return sb_irc_sts_renew_(irc);
	case SB_STS_NOTHING:
		break;
	}
	return 0;
}

void
sb_irc_sts_welcomed_(struct sb_irc *irc)
{
	(void)wait_no_more(irc);
	confirm(irc);
}
