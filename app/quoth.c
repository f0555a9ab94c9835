#include "quoth.h"
#include "bot.h"
#include "config_diff.h"
#include "life.h"
#include "networks.h"
#include "servers.h"
#include "text.h"
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <signalbox/irc.h>
#include <signalbox/irc_sts.h>
#include <signalbox/notify.h>
#include <signalbox/tls.h>
#include <signalbox/url.h>

enum { PROBLEMS_TOLD = 20 }; /* of the quotes; the others are only counted */

struct quoth {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct log log;
	struct quoth_events events;
	struct config *config;
	struct quotes *quotes;
	size_t n_problems;
	struct watch *watch;
	struct bot *bot;
	struct servers servers;
	struct sb_sts *sts;
	struct networks *networks;
	struct life *life;
	bool is_demo;
};

static int
no_memory(struct sb_error *ret_error)
{
	return sb_error_set(ret_error, -ENOMEM, "out of memory");
}

/* Quotes. */

static void
on_problem(void *self, const struct quotes_problem *problem)
{
	struct quoth *quoth = self;

	if (++quoth->n_problems > PROBLEMS_TOLD)
		return;
	if (problem->line)
		log_say(&quoth->log, "%s:%zu: %s", problem->path, problem->line, problem->why);
	else
		log_say(&quoth->log, "%s: %s", problem->path, problem->why);
}

/* A file that cannot be read is told, and no reason not to begin: the quotes that are kept are
 * there. */
static int
take_in(struct quoth *quoth, const struct config *config, struct sb_error *ret_error)
{
	int64_t now_s = sb_reactor_wall_ns(quoth->r) / SB_S;
	struct quotes_imported imported, all = { 0 };
	int64_t n_quotes;
	size_t i;

	quoth->n_problems = 0;
	for (i = 0; i < config->n_quotes; i++) {
		int error = quotes_import_fortune(quoth->quotes, config->quotes[i], now_s,
			on_problem, quoth, &imported, ret_error);

		all.n_added += imported.n_added;
		if (error && error != -ENOENT && error != -EACCES && error != -EINVAL)
			return error;
	}
	if (quoth->n_problems > PROBLEMS_TOLD)
		log_say(&quoth->log, "... and %zu more problems with quotes",
			quoth->n_problems - PROBLEMS_TOLD);
	if (all.n_added)
		log_say(&quoth->log, "%zu quotes taken in", all.n_added);
	n_quotes = quotes_n(quoth->quotes);
	if (n_quotes < 0)
		return sb_error_set(ret_error, (int)n_quotes, "the quotes cannot be counted: %s",
			quotes_reason((int)n_quotes));
	log_say(&quoth->log, "%" PRId64 " quotes", n_quotes);
	return 0;
}

static int
open_quotes(struct quoth *quoth, struct sb_error *ret_error)
{
	const char *path = quoth->config->database;
	int error = quotes_open(path[0] ? path : NULL, &quoth->quotes, ret_error);

	return error ? error : take_in(quoth, quoth->config, ret_error);
}

/* Servers and networks. */

static void
on_complaint(void *self, const char *text)
{
	struct quoth *quoth = self;

	log_say(&quoth->log, "%s", text);
}

/* Where to connect to our own server: where it listens, without what is for listening. */
static const char *
find_own_server(const struct sb_ircd *ircd, char text[SB_URL_CAP])
{
	struct sb_url url;

	if (!ircd || sb_url_parse(sb_ircd_url(ircd), &url, NULL))
		return NULL;
	url.options[0] = '\0';
	sb_url_print(&url, text, SB_URL_CAP);
	return text;
}

/* All of it, or nothing. */
static int
change(struct quoth *quoth, const struct config *from, const struct config *to,
	struct sb_error *ret_error)
{
	struct servers_change servers;
	char own[SB_URL_CAP];
	const struct sb_ircd *ircd;
	int error = servers_prepare(&quoth->servers, from, to, &servers, ret_error);

	if (error)
		return error;
	ircd = servers.moves_ircd ? servers.fresh.ircd : quoth->servers.ircd;
	error = networks_change(quoth->networks, from, to, find_own_server(ircd, own),
		servers.moves_ircd, ret_error);
	if (error)
		servers_abandon(&servers);
	else
		servers_commit(&quoth->servers, &servers);
	return error;
}

/* For `systemctl status`. */
static void
tell_status(const struct quoth *quoth)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "STATUS=%" PRId64 " quotes, %zu IRC networks",
		quotes_n(quoth->quotes), quoth->config->n_ircs);
	(void)sb_notify(text);
}

static void
on_ready(void *self)
{
	struct quoth *quoth = self;

	tell_status(quoth);
	quoth->events.ready(quoth->events.self);
}

static void
on_reload(void *self)
{
	struct quoth *quoth = self;

	if (quoth->events.reload)
		quoth->events.reload(quoth->events.self);
}

static void
on_over(void *self)
{
	struct quoth *quoth = self;

	quoth->events.over(quoth->events.self);
}

static void
on_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	struct quoth *quoth = self;

	(void)irc;
	if (e->is_self)
		life_bot_is_there(quoth->life);
}

/* Whether somebody who tries the demonstration has to wait for the bot. */
static bool
waits_for_bot(const struct quoth *quoth)
{
	size_t i;

	for (i = 0; quoth->is_demo && i < quoth->config->n_ircs; i++)
		if (!strcmp(quoth->config->ircs[i].server, "ircd"))
			return true;
	return false;
}

void
quoth_shut(struct quoth *quoth, const char *reason)
{
	life_end(quoth->life, reason);
}

/* Making. */

static struct bot *
make_bot(struct quoth *quoth)
{
	struct bot_parts parts = {
		.d = quoth->d,
		.r = quoth->r,
		.quotes = quoth->quotes,
		.config = quoth->config,
		.networks = quoth->networks,
		.watch = quoth->watch,
		.log = &quoth->log,
	};

	return bot_create(&parts);
}

static int
fill(struct quoth *quoth, struct sb_error *ret_error)
{
	struct life_events events = { on_ready, on_reload, on_over, quoth };
	int error = life_create(quoth->r, &quoth->log, &events, &quoth->life, ret_error);

	/* Signals that come meanwhile wait: the first start may have much to take in. */
	if (!error)
		error = open_quotes(quoth, ret_error);
	if (error)
		return error;
	quoth->watch = watch_create(quoth->d, quoth->r);
	if (!quoth->watch)
		return no_memory(ret_error);
	error = config_open_sts(
		quoth->config->state_directory, on_complaint, quoth, &quoth->sts, ret_error);
	if (error)
		return error;
	quoth->networks = networks_create(quoth->d, quoth->r, quoth->sts);
	quoth->bot = quoth->networks ? make_bot(quoth) : NULL;
	if (!quoth->bot)
		return no_memory(ret_error);
	if (waits_for_bot(quoth))
		sb_irc_joined_connect(quoth->d, SB_ANY, SB_HANDLER(on_joined), quoth);
	error = change(quoth, NULL, quoth->config, ret_error);
	if (!error && sb_connect_failed(quoth->d))
		error = no_memory(ret_error);
	if (!error)
		life_start(quoth->life, &quoth->servers, quoth->networks, waits_for_bot(quoth));
	return error;
}

int
quoth_create(struct sb_dispatcher *d, struct sb_reactor *r, struct config *config, bool is_demo,
	const struct log *log, const struct quoth_events *events, struct quoth **ret_quoth,
	struct sb_error *ret_error)
{
	struct quoth *quoth = calloc(1, sizeof(*quoth));
	int error;

	if (!quoth) {
		config_destroy(config);
		return no_memory(ret_error);
	}
	quoth->d = d;
	quoth->r = r;
	quoth->config = config;
	quoth->is_demo = is_demo;
	quoth->servers = (struct servers){ d, r, .may_move = is_demo };
	quoth->log = *log;
	quoth->events = *events;
	error = fill(quoth, ret_error);
	if (error)
		quoth_destroy(quoth);
	else
		*ret_quoth = quoth;
	return error;
}

void
quoth_destroy(struct quoth *quoth)
{
	if (!quoth)
		return;
	sb_forget(quoth->d, quoth);
	life_destroy(quoth->life);
	bot_destroy(quoth->bot);
	networks_destroy(quoth->networks);
	sb_sts_close(quoth->sts);
	servers_destroy(&quoth->servers);
	watch_destroy(quoth->watch);
	quotes_close(quoth->quotes);
	config_destroy(quoth->config);
	free(quoth);
}

static int
check_reload(const struct quoth *quoth, const struct config *config, struct sb_error *ret_error)
{
	if (life_is_ending(quoth->life))
		return sb_error_set(ret_error, -EBUSY, "it is about to end");
	if (strcmp(config->database, quoth->config->database) != 0)
		return sb_error_set(ret_error, -EOPNOTSUPP,
			"%s: database: another one needs a restart", config->path);
	if (!text_is_same(config->state_directory, quoth->config->state_directory))
		return sb_error_set(ret_error, -EOPNOTSUPP,
			"%s: state-directory: another one needs a restart", config->path);
	return 0;
}

static void
on_difference(void *self, const char *text)
{
	struct quoth *quoth = self;

	log_say(&quoth->log, "configuration: %s", text);
}

int
quoth_reload(struct quoth *quoth, struct config *config, struct sb_error *ret_error)
{
	struct sb_error why;
	int error = check_reload(quoth, config, ret_error);

	if (!error)
		error = change(quoth, quoth->config, config, ret_error);
	if (error) {
		config_destroy(config);
		return error;
	}
	if (quoth->servers.http
		&& sb_http_set_hosts(quoth->servers.http, (const char *const *)config->http.hosts,
			config->http.n_hosts))
		log_say(&quoth->log, "http: out of memory: hosts stays as it was");
	if (servers_set_accounts(&quoth->servers, config, &why))
		log_say(&quoth->log, "ircd: accounts-file: %s: accounts stay as they were",
			why.text);
	if (sb_tls_reload_all(quoth->r, &why))
		log_say(&quoth->log, "certificates stay as they were: %s", why.text);
	(void)config_diff(quoth->config, config, on_difference, quoth);
	bot_configure(quoth->bot, config);
	if (take_in(quoth, config, &why))
		log_say(&quoth->log, "quotes: %s", why.text);
	config_destroy(quoth->config);
	quoth->config = config;
	tell_status(quoth);
	return 0;
}

int
quoth_end_signal(const struct quoth *quoth)
{
	return life_end_signal(quoth->life);
}

const char *
quoth_ircd_url(const struct quoth *quoth)
{
	return quoth->servers.ircd && !life_is_ending(quoth->life)
		       ? sb_ircd_url(quoth->servers.ircd)
		       : NULL;
}

const char *
quoth_http_url(const struct quoth *quoth)
{
	return quoth->servers.http && !life_is_ending(quoth->life)
		       ? sb_http_url(quoth->servers.http)
		       : NULL;
}

const char *
quoth_qotd_url(const struct quoth *quoth)
{
	return quoth->servers.qotd && !life_is_ending(quoth->life)
		       ? sb_qotd_url(quoth->servers.qotd)
		       : NULL;
}
