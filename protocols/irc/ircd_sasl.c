#include "ircd_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crypto.h"

/* Logging in (IRCv3 sasl; RFC 4616). */

enum {
	PIECE_MAX = 400, /* of one AUTHENTICATE */
	RESPONSE_MAX = 1200, /* of all pieces: three texts of 255 bytes and more fit */
	PLAIN_CAP = RESPONSE_MAX / 4 * 3 + 1, /* what that says, and a NUL */
};

/* What has come of a response, in base64. */
struct ircd_sasl {
	size_t len;
	char text[RESPONSE_MAX];
};

void
sb_ircd_drop_sasl(struct ircd_client *client)
{
	if (client->sasl)
		explicit_bzero(client->sasl, sizeof(*client->sasl));
	free(client->sasl);
	client->sasl = NULL;
}

void
sb_ircd_abort_sasl(struct ircd_client *client)
{
	if (!client->sasl)
		return;
	sb_ircd_drop_sasl(client);
	sb_ircd_numeric(client, "906", "SASL authentication aborted", NULL);
}

static void
fail(struct ircd_client *client)
{
	sb_ircd_drop_sasl(client);
	sb_ircd_numeric(client, "904", "SASL authentication failed", NULL);
	if (++client->n_sasl_failures >= IRCD_SASL_FAILURES_MAX)
		sb_ircd_dismiss(client, "Too many SASL authentication failures");
}

/* ---- PLAIN ---- */

/* "[act as]\0who\0password", and a NUL behind its len bytes. */
static const struct ircd_account *
check_plain(const struct ircd_client *client, const char *text, size_t len)
{
	const char *act_as = text, *name, *password;

	name = act_as + strlen(act_as) + 1;
	if (name > text + len)
		return NULL;
	password = name + strlen(name) + 1;
	if (password > text + len || password + strlen(password) != text + len)
		return NULL;
	if (*act_as && !sb_casemap_same(SB_CASEMAP_RFC1459, act_as, name))
		return NULL;
	return sb_ircd_check_password(client->ircd, name, password);
}

static void
finish(struct ircd_client *client)
{
	const struct ircd_account *account = NULL;
	char plain[PLAIN_CAP];
	int len = sb_crypto_unbase64(client->sasl->text, client->sasl->len, (unsigned char *)plain);

	if (len >= 0) {
		plain[len] = '\0';
		account = check_plain(client, plain, (size_t)len);
	}
	sb_crypto_cleanse(plain, sizeof(plain));
	if (!account) {
		fail(client);
		return;
	}
	sb_ircd_drop_sasl(client);
	sb_ircd_log_in(client, account);
	sb_ircd_numeric(client, "903", "SASL authentication successful", NULL);
}

static void
begin(struct ircd_client *client, const char *mechanism)
{
	if (strcasecmp(mechanism, "PLAIN") != 0) {
		sb_ircd_numeric(client, "908", "PLAIN", "are available SASL mechanisms", NULL);
		fail(client);
		return;
	}
	client->sasl = malloc(sizeof(*client->sasl));
	if (!client->sasl) {
		fail(client);
		return;
	}
	client->sasl->len = 0;
	sb_ircd_reply(client, "AUTHENTICATE", "+", NULL);
}

static void
go_on(struct ircd_client *client, const char *piece)
{
	struct ircd_sasl *sasl = client->sasl;
	size_t len = strlen(piece);

	if (len > PIECE_MAX || len > RESPONSE_MAX - sasl->len) {
		sb_ircd_drop_sasl(client);
		sb_ircd_numeric(client, "905", "SASL message too long", NULL);
		return;
	}
	if (strcmp(piece, "+") != 0) {
		memcpy(sasl->text + sasl->len, piece, len);
		sasl->len += len;
	}
	if (len < PIECE_MAX)
		finish(client);
}

int
sb_ircd_on_authenticate(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *what = line->params[0];

	if (!(client->caps & IRCD_SASL))
		fail(client);
	else if (*client->account)
		sb_ircd_numeric(client, "907", "You have already authenticated using SASL", NULL);
	else if (!strcmp(what, "*") && client->sasl)
		sb_ircd_abort_sasl(client);
	else if (client->sasl)
		go_on(client, what);
	else
		begin(client, what);
	return 0;
}
