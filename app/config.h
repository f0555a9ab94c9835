#ifndef QUOTH_CONFIG_H
#define QUOTH_CONFIG_H

/* The configuration: a file of sections and options, read by libconfuse; quoth.conf(5) tells of
 * each. Pure but for reading the files. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>
#include <signalbox/irc_sts.h>

#include "quotes.h"

/* How to log in to a network, by SASL. */
struct config_login {
	bool is_wanted; /* something is said of it */
	char *user; /* or NULL: the nick */
	char *password, *key; /* what the files hold, or NULL */
	char **mechanisms; /* none: all that there is something for */
	size_t n_mechanisms;
	bool is_required;
	bool allows_plain_in_clear;
};

/* What TLS to a network shows and trusts, where the URLs do not say it themselves; also when a server
 * of a plain URL demands TLS. Paths and pins, or NULL and none. */
struct config_tls {
	char *ca, *certificate, *key;
	char **pins;
	size_t n_pins;
};

/* irc NAME { ... }: a network to be on. Texts for which nothing is said are NULL. */
struct config_irc {
	char *name; /* the section's title: a label, and the network of quotes */
	char *server; /* a URL; or "ircd", the server of the section ircd */
	char **servers; /* URLs of others of the network, for when that one fails */
	size_t n_servers;
	char *nick;
	char **nicks; /* others, for when that one is taken */
	size_t n_nicks;
	char *user, *realname;
	char *password; /* what password-file holds */
	struct config_login login;
	struct config_tls tls;
	char **channels;
	char **keys; /* n_channels of them, NULL where there is none */
	size_t n_channels;
	char **moderators; /* "account:NAME", or masks, nick!user@host with * and ? */
	size_t n_moderators;
	char **prefixes; /* of commands: "!" */
	size_t n_prefixes;
	enum quotes_visibility visibility; /* of the quotes added there */
	char *charset; /* of what is not UTF-8 */
	char *pace; /* how fast to talk */
	char *version; /* what CTCP VERSION is answered with; "": nothing */
	char *services; /* whom to ask for our nick */
	char *away; /* why, from the beginning */
	char **capabilities; /* beside the usual ones, or "-name" */
	size_t n_capabilities;
	bool is_bot; /* tell the network so */
	bool catches_up; /* with what was said while we were gone */
	int retry_min_s, retry_max_s; /* between attempts to connect */
	int ping_after_s; /* of silence */
	size_t line; /* of the section in the file */
};

/* Who may log in on the embedded server. */
struct config_account {
	char *name;
	char *secret; /* a password, or the hash of one */
	bool is_hash, is_operator;
};

/* ircd { ... }. Texts for which nothing is said are NULL. */
struct config_ircd {
	char *listen; /* a URL, or NULL: no such section */
	char *name, *network;
	struct config_account *accounts;
	size_t n_accounts;
	char **operators; /* names of accounts */
	size_t n_operators;
	bool has_flood_protection;
	int max_clients, max_per_peer;
};

/* http { ... } */
struct config_http {
	char *listen; /* a URL, or NULL: no such section */
	char *base_url; /* "https://quotes.example.org", without / at its end; NULL: none is known */
	char **hosts; /* names it answers for; none: all */
	size_t n_hosts;
	bool has_access_log;
};

struct config {
	char *path; /* of the file */
	char *database; /* a path; "" in memory */
	char *state_directory; /* for what servers demanded of us; NULL: it is forgotten at the end */
	char **quotes; /* fortune files or folders taken in at the start */
	size_t n_quotes;
	struct config_irc *ircs;
	size_t n_ircs;
	struct config_ircd ircd;
	char *qotd; /* where to listen, or NULL */
	struct config_http http;
	/* How much Quoth answers on IRC: so many commands at once, and then one every so many
	 * seconds. */
	int person_burst, person_every_s;
	int channel_burst, channel_every_s;
};

/* Told once for each thing that is wrong: "quoth.conf:12: ..." with what would be right; borrowed
 * for the call. */
typedef void config_problem_fn(void *self, const char *text);

/* Reads a file. Everything that is wrong is told, not just the first: unknown sections and options
 * with the nearest known one, values that cannot be, sections twice, what is missing, files that
 * cannot be read or that others may read though they hold a secret. (Of what is wrong in syntax,
 * where nothing after it can be made sense of, the first.) Returns 0, and config_destroy() is due;
 * -EINVAL when anything is wrong; what opening the file says, which is also told; -ENOMEM. */
int config_read(
	const char *path, config_problem_fn *problem, void *self, struct config **ret_config);

/* The same from memory, under that name. */
int config_parse(const char *name, const char *text, config_problem_fn *problem, void *self,
	struct config **ret_config);

/* What servers demanded of us, in the file "sts" of the state directory; without one in memory. As
 * sb_sts_open(). */
int config_open_sts(const char *state_directory_or_null, sb_sts_complain_fn *complain, void *self,
	struct sb_sts **ret_sts, struct sb_error *ret_error);

/* The section of that name, borrowed; NULL when there is none, or config is NULL. */
const struct config_irc *config_find_irc(const struct config *config, const char *name);

/* NULL is fine. */
void config_destroy(struct config *config);

#endif
