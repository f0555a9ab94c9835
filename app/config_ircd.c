/* The section ircd, taken out of libconfuse's tree. */

#include "config_private.h"

#include <stdlib.h>
#include <string.h>

#include <signalbox/ircd.h>

enum { MOST_ACCOUNTS = 1024 };

/* What is wrong with a line, written to why; or NULL, and the account is kept. A hash begins with $,
 * as crypt(3) makes it. */
static const char *
take_account(struct config_reading *reading, struct config_ircd *ircd, char *line,
	struct sb_error *ret_why)
{
	size_t i, len = strcspn(line, ":");
	bool has_secret = line[len];
	const char *secret = line + len + has_secret;
	struct sb_ircd_account account = { .name = line,
		.password = *secret == '$' ? NULL : secret,
		.hash = *secret == '$' ? secret : NULL };
	struct sb_ircd_options trial = { .accounts = &account, .n_accounts = 1 };
	struct config_account *kept = &ircd->accounts[ircd->n_accounts];

	line[len] = '\0';
	if (!has_secret || !*secret)
		return "a name, a colon and a password, or the hash of one, should stand here";
	if (sb_ircd_check(&trial, ret_why))
		return ret_why->text;
	for (i = 0; i < ircd->n_accounts; i++)
		if (!strcmp(ircd->accounts[i].name, line))
			return "this account is there already";
	if (ircd->n_accounts == MOST_ACCOUNTS)
		return "there are 1024 accounts already, the most";
	kept->name = config_keep(reading, line);
	kept->secret = config_keep(reading, secret);
	kept->is_hash = *secret == '$';
	ircd->n_accounts++;
	return NULL;
}

static void
take_accounts(struct config_reading *reading, struct config_ircd *ircd, const char *path)
{
	char *text, *line, *rest = NULL;
	struct sb_error error;
	const char *why;
	size_t n = 0, len;

	ircd->accounts = calloc(MOST_ACCOUNTS + 1, sizeof(*ircd->accounts));
	reading->is_out_of_memory |= !ircd->accounts;
	text = config_read_secret(reading, "ircd", "", "accounts-file", path);
	for (line = text; line && !reading->is_out_of_memory; line = rest) {
		len = strcspn(line, "\n");
		rest = line[len] ? line + len + 1 : NULL;
		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		line[len] = '\0';
		n++;
		why = *line && *line != '#' ? take_account(reading, ircd, line, &error) : NULL;
		if (why)
			config_tell(reading, config_line_of(reading, "ircd", "", "accounts-file"),
				"ircd: accounts-file: %s, line %zu: %s", path, n, why);
	}
	/* It has NULs between its lines. */
	if (text)
		explicit_bzero(text, CONFIG_MOST_SECRET);
	free(text);
}

static void
take_operators(struct config_reading *reading, struct config_ircd *ircd)
{
	size_t i, j;

	for (i = 0; i < ircd->n_operators && !reading->is_out_of_memory; i++) {
		for (j = 0; j < ircd->n_accounts; j++)
			if (!strcmp(ircd->accounts[j].name, ircd->operators[i]))
				break;
		if (j < ircd->n_accounts)
			ircd->accounts[j].is_operator = true;
		else
			config_tell(reading, config_line_of(reading, "ircd", "", "operators"),
				"ircd: operators: %s is none of the accounts of accounts-file",
				ircd->operators[i]);
	}
}

/* Those of the server as a whole. */
static void
check_names(struct config_reading *reading, const struct config_ircd *ircd)
{
	struct sb_ircd_options name = { .name = ircd->name };
	struct sb_ircd_options network = { .network = ircd->network };
	struct sb_error why;

	if (sb_ircd_check(&name, &why))
		config_tell(reading, config_line_of(reading, "ircd", "", "name"), "ircd: name: %s",
			why.text);
	if (sb_ircd_check(&network, &why))
		config_tell(reading, config_line_of(reading, "ircd", "", "network"),
			"ircd: network: %s", why.text);
}

void
config_take_ircd(struct config_reading *reading, cfg_t *section, struct config_ircd *ircd)
{
	const char *path = cfg_getstr(section, "accounts-file");
	size_t n_problems = reading->n_problems;

	ircd->listen = config_keep(reading, cfg_getstr(section, "listen"));
	ircd->name = config_keep(reading, cfg_getstr(section, "name"));
	ircd->network = config_keep(reading, cfg_getstr(section, "network"));
	ircd->operators = config_keep_list(reading, section, "operators", &ircd->n_operators);
	ircd->has_flood_protection = cfg_getbool(section, "flood-protection");
	ircd->max_clients = (int)cfg_getint(section, "max-clients");
	ircd->max_per_peer = (int)cfg_getint(section, "max-per-peer");
	if (path)
		take_accounts(reading, ircd, path);
	/* An account that could not be read is not missing. */
	if (reading->n_problems == n_problems)
		take_operators(reading, ircd);
	check_names(reading, ircd);
}

void
config_finish_ircd(struct config_ircd *ircd)
{
	size_t i;

	free(ircd->listen);
	free(ircd->name);
	free(ircd->network);
	config_free_list(ircd->operators, ircd->n_operators);
	for (i = 0; i < ircd->n_accounts; i++) {
		free(ircd->accounts[i].name);
		config_free_secret(ircd->accounts[i].secret);
	}
	free(ircd->accounts);
}
