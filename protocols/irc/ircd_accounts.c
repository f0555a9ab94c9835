#include "ircd_private.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A nick that can stand in a tag as it is. */
static bool
is_name(const char *name)
{
	return sb_wire_is_nick(name) && strlen(name) <= IRCD_ACCOUNT_MAX && !strchr(name, '\\');
}

static const struct ircd_account *
find(const struct ircd_account *accounts, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (sb_casemap_same(SB_CASEMAP_RFC1459, accounts[i].name, name))
			return &accounts[i];
	return NULL;
}

/* ---- Passwords ---- */

/* In a time that does not tell where they differ. */
static bool
is_same(const char *a, const char *b)
{
	size_t len = strlen(a), other = strlen(b), i;
	unsigned char differs = len != other;

	for (i = 0; i < other; i++)
		differs |= (unsigned char)(b[i] ^ a[len ? i % len : 0]);
	return !differs;
}

static bool
is_of_hash(const char *password, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made = data ? crypt_r(password, hash, data) : NULL;
	bool is_it = made && *made != '*' && is_same(made, hash);

	if (data)
		explicit_bzero(data, sizeof(*data));
	free(data);
	return is_it;
}

const struct ircd_account *
sb_ircd_check_password(const struct sb_ircd *ircd, const char *name, const char *password)
{
	const struct ircd_account *account = find(ircd->accounts, ircd->n_accounts, name);
	/* A name that nobody has takes as long. */
	const struct ircd_account *tried = account ? account : ircd->accounts;
	bool is_it;

	if (!tried)
		return NULL;
	if (tried->is_hash)
		is_it = is_of_hash(password, tried->secret);
	else
		is_it = is_same(password, tried->secret);
	return is_it ? account : NULL;
}

/* ---- The list ---- */

static void
free_list(struct ircd_account *accounts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (accounts[i].secret)
			explicit_bzero(accounts[i].secret, strlen(accounts[i].secret));
		free(accounts[i].secret);
	}
	free(accounts);
}

static int
check(const struct sb_ircd_account *from, struct sb_error *ret_error)
{
	if (!is_name(from->name))
		return sb_error_set(ret_error, -EINVAL,
			"the account '%s' is not a nick of at most %d bytes", from->name,
			IRCD_ACCOUNT_MAX);
	if (!from->password == !from->hash)
		return sb_error_set(ret_error, -EINVAL,
			"the account '%s' needs a password or a hash", from->name);
	if (from->hash && crypt_checksalt(from->hash) == CRYPT_SALT_INVALID)
		return sb_error_set(ret_error, -EINVAL,
			"the hash of the account '%s' is none that crypt(3) makes", from->name);
	return 0;
}

static int
copy_list(struct ircd_account *to, const struct sb_ircd_account *from, size_t n,
	struct sb_error *ret_error)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int error = check(&from[i], ret_error);

		if (error)
			return error;
		if (find(to, i, from[i].name))
			return sb_error_set(ret_error, -EINVAL, "the account '%s' is there twice",
				from[i].name);
		sb_ircd_copy(to[i].name, IRCD_ACCOUNT_MAX, from[i].name);
		to[i].is_hash = from[i].hash;
		to[i].is_oper = from[i].is_operator;
		to[i].secret = strdup(from[i].hash ? from[i].hash : from[i].password);
		if (!to[i].secret)
			return sb_error_set(ret_error, -ENOMEM, "out of memory");
	}
	return 0;
}

int
sb_ircd_take_accounts(struct sb_ircd *ircd, const struct sb_ircd_account *accounts,
	size_t n_accounts, struct sb_error *ret_error)
{
	struct ircd_account *copy = NULL;
	int error;

	if (n_accounts) {
		copy = calloc(n_accounts, sizeof(*copy));
		if (!copy)
			return sb_error_set(ret_error, -ENOMEM, "out of memory");
		error = copy_list(copy, accounts, n_accounts, ret_error);
		if (error) {
			free_list(copy, n_accounts);
			return error;
		}
	}
	sb_ircd_free_accounts(ircd);
	ircd->accounts = copy;
	ircd->n_accounts = n_accounts;
	return 0;
}

void
sb_ircd_free_accounts(struct sb_ircd *ircd)
{
	free_list(ircd->accounts, ircd->n_accounts);
	ircd->accounts = NULL;
	ircd->n_accounts = 0;
}

/* ---- Who is logged in ---- */

static void
tell_account(struct ircd_client *client)
{
	struct ircd_line line;

	if (!client->is_registered)
		return;
	sb_ircd_line(&line, client, "ACCOUNT", *client->account ? client->account : "*", NULL);
	sb_ircd_send_neighbours(client, IRCD_ACCOUNT_NOTIFY, &line);
}

static void
set_oper(struct ircd_client *client, bool is_oper)
{
	if (client->is_oper == is_oper)
		return;
	client->is_oper = is_oper;
	if (client->is_registered)
		sb_ircd_tell(
			client, client, "MODE", client->nick->text, is_oper ? "+o" : "-o", NULL);
}

void
sb_ircd_log_in(struct ircd_client *client, const struct ircd_account *account)
{
	char source[IRCD_SOURCE_CAP], text[IRCD_ACCOUNT_MAX + 40];

	sb_ircd_copy(client->account, IRCD_ACCOUNT_MAX, account->name);
	sb_ircd_source(client, source);
	(void)snprintf(text, sizeof(text), "You are now logged in as %s", client->account);
	sb_ircd_numeric(client, "900", source, client->account, text, NULL);
	set_oper(client, account->is_oper);
	tell_account(client);
}

static void
log_out(struct ircd_client *client)
{
	char source[IRCD_SOURCE_CAP];

	*client->account = '\0';
	sb_ircd_source(client, source);
	sb_ircd_numeric(client, "901", source, "You are now logged out", NULL);
	set_oper(client, false);
	tell_account(client);
}

int
sb_ircd_set_accounts(struct sb_ircd *ircd, const struct sb_ircd_account *accounts,
	size_t n_accounts, struct sb_error *ret_error)
{
	bool had_some = ircd->n_accounts;
	struct ircd_client *client;
	int error = sb_ircd_take_accounts(ircd, accounts, n_accounts, ret_error);

	if (error)
		return error;
	DL_FOREACH(ircd->clients, client)
	{
		const struct ircd_account *account;

		if (client->is_doomed || !*client->account)
			continue;
		account = find(ircd->accounts, ircd->n_accounts, client->account);
		if (account)
			set_oper(client, account->is_oper);
		else
			log_out(client);
	}
	if (had_some != (n_accounts > 0))
		sb_ircd_announce_sasl(ircd, n_accounts > 0);
	return 0;
}
