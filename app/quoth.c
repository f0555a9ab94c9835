#include "quoth.h"
#include "bot.h"
#include "quotes.h"

#include <errno.h>

#include <signalbox/irc.h>
#include <signalbox/ircd.h>
#include <signalbox/qotd.h>

enum { PROBLEMS_TOLD = 20 }; /* of the quotes; the others are only counted */

#define LEAVE_LIMIT_NS (3 * SB_S)
#define SHUT_LIMIT_NS (5 * SB_S)
#define SHUT_LOOK_NS (20 * SB_MS) /* between two looks at whether all are gone */
#define FREE_PORT "tcp://127.0.0.1:0"

struct quoth {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct log log;
	struct quoth_events events;
	struct quotes *quotes;
	size_t n_problems;
	const char *path; /* of quotes, that is being loaded */
	char why[256]; /* what is wrong with it as a whole, or "" */
	struct bot *bot;
	struct sb_ircd *ircd;
	struct sb_qotd *qotd;
	struct sb_irc **ircs;
	size_t n_ircs;
	size_t n_gone; /* of them, those that have quit */
	struct sb_timer ready, shut;
	bool is_ready, is_shut, ircd_is_shut;
	int64_t leave_by_ns, shut_by_ns;
	char reason[256];
};

/* Quotes. */

static void
on_problem(void *self, const struct quotes_problem *problem)
{
	struct quoth *quoth = self;

	if (problem->path == quoth->path && !problem->line) {
		(void)snprintf(quoth->why, sizeof(quoth->why), "%s", problem->why);
		return;
	}
	if (++quoth->n_problems > PROBLEMS_TOLD)
		return;
	if (problem->line)
		log_say(&quoth->log, "%s:%zu: %s", problem->path, problem->line, problem->why);
	else
		log_say(&quoth->log, "%s: %s", problem->path, problem->why);
}

/* What is wrong with the path as a whole is the error when nothing comes of it, and so it is logged
 * only when it is known that something does. */
static int
load_path(struct quoth *quoth, const char *path, bool is_only, struct sb_error *ret_error)
{
	int got;

	quoth->path = path;
	quoth->why[0] = '\0';
	got = quotes_load(quoth->quotes, path, on_problem, quoth);
	if (got < 0)
		return sb_error_set(ret_error, got, "--quotes %.100s: %s", path,
			quoth->why[0] ? quoth->why : strerror(-got));
	if (!got && is_only)
		return sb_error_set(ret_error, -ENODATA, "--quotes %.100s: %s", path,
			quoth->why[0] ? quoth->why : "no quotes there");
	if (quoth->why[0])
		log_say(&quoth->log, "%s: %s", path, quoth->why);
	return 0;
}

static int
load_quotes(struct quoth *quoth, const struct options *options, struct sb_error *ret_error)
{
	size_t i;
	int error;

	quoth->quotes = quotes_create();
	if (!quoth->quotes)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	for (i = 0; i < options->n_quotes; i++) {
		error = load_path(quoth, options->quotes[i], options->n_quotes == 1, ret_error);
		if (error)
			return error;
	}
	if (quoth->n_problems > PROBLEMS_TOLD)
		log_say(&quoth->log, "... and %zu more problems with quotes",
			quoth->n_problems - PROBLEMS_TOLD);
	if (!quotes_n(quoth->quotes))
		return sb_error_set(ret_error, -ENODATA,
			"--quotes: no quotes in any of them; give a fortune file, or a folder of "
			"such");
	log_say(&quoth->log, "%zu quotes", quotes_n(quoth->quotes));
	return 0;
}

/* Servers. */

static int
open_ircd(struct quoth *quoth, const char *url, struct sb_error *ret_error)
{
	struct sb_ircd_options options = { .url = url };

	return sb_ircd_create(quoth->d, quoth->r, &options, SB_PLACE, &quoth->ircd, ret_error);
}

static int
open_qotd(struct quoth *quoth, const char *url, struct sb_error *ret_error)
{
	return sb_qotd_create(quoth->d, quoth->r, url, SB_PLACE, &quoth->qotd, ret_error);
}

typedef int open_fn(struct quoth *quoth, const char *url, struct sb_error *ret_error);

static int
open_server(struct quoth *quoth, const char *option, const char *url, bool may_move, open_fn *open,
	struct sb_error *ret_error)
{
	struct sb_error why;
	int error;

	if (!url)
		return 0;
	error = open(quoth, url, &why);
	if (error == -EADDRINUSE && may_move)
		error = open(quoth, FREE_PORT, &why);
	if (error)
		return sb_error_set(ret_error, error, "--%s: %s", option, why.text);
	return 0;
}

static int
open_servers(struct quoth *quoth, const struct options *options, struct sb_error *ret_error)
{
	int error = open_server(
		quoth, "ircd", options->ircd, options->ircd_may_move, open_ircd, ret_error);

	if (!error)
		error = open_server(
			quoth, "qotd", options->qotd, options->qotd_may_move, open_qotd, ret_error);
	if (error)
		return error;
	if ((quoth->ircd && sb_label(quoth->d, quoth->ircd, "ircd"))
		|| (quoth->qotd && sb_label(quoth->d, quoth->qotd, "qotd")))
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	return 0;
}

/* Networks. */

static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	struct quoth *quoth = self;

	(void)irc;
	if (quoth->is_shut && !e->will_retry)
		quoth->n_gone++;
}

static int
open_network(struct quoth *quoth, const char *url, const struct options *options,
	const char *const *channels, size_t n_channels, struct sb_error *ret_error)
{
	struct sb_irc_options irc_options = {
		.url = url,
		.nick = options->nick,
		.realname = "Quoth, a keeper of quotes",
		.channels = channels,
		.n_channels = n_channels,
	};
	struct sb_irc **ircs = reallocarray(quoth->ircs, quoth->n_ircs + 1, sizeof(*ircs));
	struct sb_error why;
	struct sb_irc *irc;
	int error;

	if (!ircs)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	quoth->ircs = ircs;
	error = sb_irc_create(quoth->d, quoth->r, &irc_options, SB_PLACE, &irc, &why);
	if (error)
		return sb_error_set(
			ret_error, error, "IRC at %s as %s: %s", url, options->nick, why.text);
	ircs[quoth->n_ircs++] = irc;
	/* With the port, for there may be several networks at one host. */
	if (sb_label(quoth->d, irc, strstr(url, "://") + strlen("://")))
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	sb_irc_disconnected_connect(quoth->d, irc, SB_HANDLER(on_disconnected), quoth);
	error = sb_irc_open(irc, &why);
	return error ? sb_error_set(ret_error, error, "IRC at %s: %s", url, why.text) : 0;
}

static void
on_demo_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	struct quoth *quoth = self;

	(void)irc;
	if (!e->is_self || quoth->is_ready || quoth->is_shut)
		return;
	quoth->is_ready = true;
	sb_timer_start(&quoth->ready, 0);
}

static int
open_networks(struct quoth *quoth, const struct options *options, struct sb_error *ret_error)
{
	static const char *const demo_channels[] = { OPTIONS_DEMO_CHANNEL };
	size_t i;
	int error;

	for (i = 0; i < options->n_networks; i++) {
		error = open_network(quoth, options->networks[i].url, options,
			(const char *const *)options->networks[i].channels,
			options->networks[i].n_channels, ret_error);
		if (error)
			return error;
	}
	if (!options->is_demo) {
		sb_timer_start(&quoth->ready, 0);
		return 0;
	}
	error = open_network(quoth, sb_ircd_url(quoth->ircd), options, demo_channels, 1, ret_error);
	if (error)
		return error;
	sb_irc_joined_connect(
		quoth->d, quoth->ircs[quoth->n_ircs - 1], SB_HANDLER(on_demo_joined), quoth);
	return 0;
}

/* Shutting. */

/* The embedded server stays until the bot has left it properly, but not for the sake of a network
 * that does not answer. */
static bool
all_have_left(struct quoth *quoth)
{
	bool has_bot_left = quoth->n_gone == quoth->n_ircs;

	if (!has_bot_left && sb_reactor_now_ns(quoth->r) < quoth->leave_by_ns)
		return false;
	if (quoth->ircd && !quoth->ircd_is_shut)
		sb_ircd_shut(quoth->ircd, quoth->reason);
	quoth->ircd_is_shut = true;
	return has_bot_left && (!quoth->ircd || !sb_ircd_n_clients(quoth->ircd));
}

static void
on_look(void *self)
{
	struct quoth *quoth = self;
	bool is_done = all_have_left(quoth);

	if (!is_done && sb_reactor_now_ns(quoth->r) < quoth->shut_by_ns) {
		sb_timer_start(&quoth->shut, SHUT_LOOK_NS);
		return;
	}
	log_say(&quoth->log,
		is_done ? "all have been told goodbye" : "not all could be told goodbye in time");
	quoth->events.over(quoth->events.self);
}

void
quoth_shut(struct quoth *quoth, const char *reason)
{
	size_t i;

	if (quoth->is_shut)
		return;
	quoth->is_shut = true;
	(void)snprintf(quoth->reason, sizeof(quoth->reason), "%s", reason);
	quoth->leave_by_ns = sb_reactor_now_ns(quoth->r) + LEAVE_LIMIT_NS;
	quoth->shut_by_ns = sb_reactor_now_ns(quoth->r) + SHUT_LIMIT_NS;
	sb_timer_stop(&quoth->ready);
	sb_qotd_destroy(quoth->qotd);
	quoth->qotd = NULL;
	for (i = 0; i < quoth->n_ircs; i++)
		sb_irc_quit(quoth->ircs[i], quoth->reason);
	sb_timer_start(&quoth->shut, 0);
}

/* Making and destroying. */

static void
on_ready(void *self)
{
	struct quoth *quoth = self;

	quoth->events.ready(quoth->events.self);
}

static int
fill(struct quoth *quoth, const struct options *options, struct sb_error *ret_error)
{
	int error = load_quotes(quoth, options, ret_error);

	if (error)
		return error;
	quoth->bot = bot_create(quoth->d, quoth->r, quoth->quotes, &quoth->log);
	if (!quoth->bot || sb_timer_init(&quoth->ready, quoth->r, SB_HANDLER(on_ready), quoth)
		|| sb_timer_init(&quoth->shut, quoth->r, SB_HANDLER(on_look), quoth))
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = open_servers(quoth, options, ret_error);
	if (!error)
		error = open_networks(quoth, options, ret_error);
	if (!error && sb_connect_failed(quoth->d))
		error = sb_error_set(ret_error, -ENOMEM, "out of memory");
	return error;
}

int
quoth_create(struct sb_dispatcher *d, struct sb_reactor *r, const struct options *options,
	const struct log *log, const struct quoth_events *events, struct quoth **ret_quoth,
	struct sb_error *ret_error)
{
	struct quoth *quoth = calloc(1, sizeof(*quoth));
	int error;

	if (!quoth)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	quoth->d = d;
	quoth->r = r;
	quoth->log = *log;
	quoth->events = *events;
	error = fill(quoth, options, ret_error);
	if (error)
		quoth_destroy(quoth);
	else
		*ret_quoth = quoth;
	return error;
}

void
quoth_destroy(struct quoth *quoth)
{
	size_t i;

	if (!quoth)
		return;
	sb_forget(quoth->d, quoth);
	for (i = 0; i < quoth->n_ircs; i++)
		sb_irc_destroy(quoth->ircs[i]);
	sb_ircd_destroy(quoth->ircd);
	sb_qotd_destroy(quoth->qotd);
	sb_timer_finish(&quoth->ready);
	sb_timer_finish(&quoth->shut);
	bot_destroy(quoth->bot);
	quotes_destroy(quoth->quotes);
	free(quoth->ircs);
	free(quoth);
}

const char *
quoth_ircd_url(const struct quoth *quoth)
{
	return quoth->ircd && !quoth->is_shut ? sb_ircd_url(quoth->ircd) : NULL;
}

const char *
quoth_qotd_url(const struct quoth *quoth)
{
	return quoth->qotd ? sb_qotd_url(quoth->qotd) : NULL;
}
