#include "servers.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/url.h>

#define FREE_PORT "tcp://127.0.0.1:0"

enum { PENALTY_MS = 2000 }; /* of a line, as RFC 2813 has it */

typedef int open_fn(struct servers *servers, const char *url, const struct config *config,
	struct sb_error *ret_error);

/* Who may log in on the server; free() is due. NULL when out of memory. */
static struct sb_ircd_account *
make_accounts(const struct config_ircd *ircd)
{
	struct sb_ircd_account *accounts = calloc(ircd->n_accounts + 1, sizeof(*accounts));
	size_t i;

	for (i = 0; accounts && i < ircd->n_accounts; i++) {
		const struct config_account *from = &ircd->accounts[i];

		accounts[i] = (struct sb_ircd_account){ .name = from->name,
			.password = from->is_hash ? NULL : from->secret,
			.hash = from->is_hash ? from->secret : NULL,
			.is_operator = from->is_operator };
	}
	return accounts;
}

static int
open_ircd(struct servers *servers, const char *url, const struct config *config,
	struct sb_error *ret_error)
{
	const struct config_ircd *ircd = &config->ircd;
	struct sb_ircd_account *accounts = make_accounts(ircd);
	struct sb_ircd_options options = {
		.url = url,
		.name = ircd->name,
		.network = ircd->network,
		.max_clients = (size_t)ircd->max_clients,
		.max_per_peer = (size_t)ircd->max_per_peer,
		.accounts = accounts,
		.n_accounts = ircd->n_accounts,
		.flood.penalty_ms = ircd->has_flood_protection ? PENALTY_MS : 0,
	};
	int error;

	if (!accounts)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = sb_ircd_create(
		servers->d, servers->r, &options, SB_PLACE, &servers->ircd, ret_error);
	free(accounts);
	return error;
}

/* What one that listens cannot do otherwise from now on, or NULL. */
static const char *
find_fixed(const struct config_ircd *from, const struct config_ircd *to)
{
	if (!text_is_same(from->name, to->name))
		return "name";
	if (!text_is_same(from->network, to->network))
		return "network";
	if (from->has_flood_protection != to->has_flood_protection)
		return "flood-protection";
	if (from->max_clients != to->max_clients)
		return "max-clients";
	return from->max_per_peer != to->max_per_peer ? "max-per-peer" : NULL;
}

static int
check_ircd(const struct config_ircd *from, const struct config_ircd *to, struct sb_error *ret_error)
{
	const char *fixed = NULL;

	if (from->listen && text_is_same(from->listen, to->listen))
		fixed = find_fixed(from, to);
	if (!fixed)
		return 0;
	return sb_error_set(ret_error, -EOPNOTSUPP, "ircd: %s: another one needs a restart", fixed);
}

static int
open_http(struct servers *servers, const char *url, const struct config *config,
	struct sb_error *ret_error)
{
	struct sb_http_options options = {
		.url = url,
		.hosts = (const char *const *)config->http.hosts,
		.n_hosts = config->http.n_hosts,
	};

	return sb_http_create(
		servers->d, servers->r, &options, SB_PLACE, &servers->http, ret_error);
}

static int
open_qotd(struct servers *servers, const char *url, const struct config *config,
	struct sb_error *ret_error)
{
	(void)config;
	return sb_qotd_create(servers->d, servers->r, url, SB_PLACE, &servers->qotd, ret_error);
}

/* Without its options and TLS. */
static bool
print_address(const char *text, char buf[SB_URL_CAP])
{
	struct sb_url url;

	if (!text || sb_url_parse(text, &url, NULL))
		return false;
	url.is_tls = false;
	url.options[0] = '\0';
	sb_url_print(&url, buf, SB_URL_CAP);
	return true;
}

static bool
is_same_address(const char *a, const char *b)
{
	char x[SB_URL_CAP], y[SB_URL_CAP];

	return print_address(a, x) && print_address(b, y) && !strcmp(x, y);
}

/* Whether another address is wanted; where there is one, it is opened. */
static int
open_other(struct servers *fresh, const char *name, const char *from, const char *to, open_fn *open,
	const struct config *config, bool *ret_moves, struct sb_error *ret_error)
{
	struct sb_error why;
	int error;

	*ret_moves = !text_is_same(from, to);
	if (!*ret_moves || !to)
		return 0;
	error = open(fresh, to, config, &why);
	if (error == -EADDRINUSE && is_same_address(from, to))
		return sb_error_set(ret_error, error,
			"%s: listen: other options at the same address need a restart (what the "
			"files hold does not)",
			name);
	if (error == -EADDRINUSE && fresh->may_move)
		error = open(fresh, FREE_PORT, config, &why);
	return error ? sb_error_set(ret_error, error, "%s: %s", name, why.text) : 0;
}

static int
label(struct servers *servers, struct sb_error *ret_error)
{
	if ((servers->ircd && sb_label(servers->d, servers->ircd, "ircd"))
		|| (servers->http && sb_label(servers->d, servers->http, "http"))
		|| (servers->qotd && sb_label(servers->d, servers->qotd, "qotd")))
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	return 0;
}

int
servers_prepare(const struct servers *servers, const struct config *from, const struct config *to,
	struct servers_change *ret_change, struct sb_error *ret_error)
{
	static const struct config none;
	struct servers_change *change = ret_change;
	struct servers *fresh = &change->fresh;
	int error;

	if (!from)
		from = &none;
	*fresh = (struct servers){ servers->d, servers->r, .may_move = servers->may_move };
	change->moves_ircd = change->moves_http = change->moves_qotd = false;
	error = check_ircd(&from->ircd, &to->ircd, ret_error);
	if (!error)
		error = open_other(fresh, "ircd", from->ircd.listen, to->ircd.listen, open_ircd, to,
			&change->moves_ircd, ret_error);
	if (!error)
		error = open_other(fresh, "http", from->http.listen, to->http.listen, open_http, to,
			&change->moves_http, ret_error);
	if (!error)
		error = open_other(fresh, "qotd", from->qotd, to->qotd, open_qotd, to,
			&change->moves_qotd, ret_error);
	if (!error)
		error = label(fresh, ret_error);
	if (error)
		servers_abandon(change);
	return error;
}

int
servers_set_accounts(
	const struct servers *servers, const struct config *config, struct sb_error *ret_error)
{
	struct sb_ircd_account *accounts;
	int error;

	if (!servers->ircd)
		return 0;
	accounts = make_accounts(&config->ircd);
	if (!accounts)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = sb_ircd_set_accounts(servers->ircd, accounts, config->ircd.n_accounts, ret_error);
	free(accounts);
	return error;
}

void
servers_commit(struct servers *servers, const struct servers_change *change)
{
	if (change->moves_ircd) {
		sb_ircd_destroy(servers->left_ircd);
		servers->left_ircd = servers->ircd;
		servers->ircd = change->fresh.ircd;
		if (servers->left_ircd)
			sb_ircd_shut(servers->left_ircd, "Moving elsewhere");
	}
	if (change->moves_http) {
		sb_http_destroy(servers->left_http);
		servers->left_http = servers->http;
		servers->http = change->fresh.http;
		if (servers->left_http)
			sb_http_shut(servers->left_http);
	}
	if (change->moves_qotd) {
		sb_qotd_destroy(servers->qotd);
		servers->qotd = change->fresh.qotd;
	}
}

void
servers_abandon(struct servers_change *change)
{
	servers_destroy(&change->fresh);
}

void
servers_shut_qotd(struct servers *servers)
{
	sb_qotd_destroy(servers->qotd);
	servers->qotd = NULL;
}

void
servers_shut_http(struct servers *servers)
{
	if (servers->http)
		sb_http_shut(servers->http);
}

bool
servers_http_is_gone(const struct servers *servers)
{
	return (!servers->http || !sb_http_n_connections(servers->http))
	       && (!servers->left_http || !sb_http_n_connections(servers->left_http));
}

bool
servers_ircd_is_gone(const struct servers *servers)
{
	return (!servers->ircd || !sb_ircd_n_clients(servers->ircd))
	       && (!servers->left_ircd || !sb_ircd_n_clients(servers->left_ircd));
}

void
servers_destroy(struct servers *servers)
{
	sb_ircd_destroy(servers->ircd);
	sb_ircd_destroy(servers->left_ircd);
	sb_http_destroy(servers->http);
	sb_http_destroy(servers->left_http);
	sb_qotd_destroy(servers->qotd);
	servers->ircd = servers->left_ircd = NULL;
	servers->http = servers->left_http = NULL;
	servers->qotd = NULL;
}
