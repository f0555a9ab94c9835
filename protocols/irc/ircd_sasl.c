#include "ircd_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Logging in (IRCv3 sasl; RFC 4616). */

enum {
	PIECE_MAX = 400, /* of one AUTHENTICATE */
	RESPONSE_MAX = 1200, /* of all pieces: three texts of 255 bytes and more fit */
};

/* What has come of a response, in base64. */
struct ircd_sasl {
	size_t len;
	char text[RESPONSE_MAX + 1];
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

/* ---- base64 (RFC 4648, section 4) ---- */

static int
digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Writes what len bytes of text stand for, and a NUL, over them. False when they are not base64, or
 * not as short as they could be. */
static bool
decode(char *text, size_t len, size_t *ret_len)
{
	size_t i, n = 0, padding = 0;
	unsigned bits = 0;

	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	if (len % 4)
		return false;
	for (i = 0; i < len - padding; i++) {
		int value = digit(text[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (unsigned)value;
		/* After i + 1 digits there are so many whole bytes. */
		if ((i + 1) * 6 / 8 > n)
			text[n++] = (char)(bits >> ((i + 1) * 6 % 8));
	}
	text[n] = '\0';
	*ret_len = n;
	return !padding || !(bits & ((1U << (2 * padding)) - 1));
}

/* ---- PLAIN ---- */

/* "[act as]\0who\0password". */
static const struct ircd_account *
check_plain(const struct ircd_client *client, char *text, size_t len)
{
	const char *act_as = text, *name, *password;
	size_t plain_len;

	if (!decode(text, len, &plain_len))
		return NULL;
	name = act_as + strlen(act_as) + 1;
	if (name > text + plain_len)
		return NULL;
	password = name + strlen(name) + 1;
	if (password > text + plain_len || password + strlen(password) != text + plain_len)
		return NULL;
	if (*act_as && !sb_casemap_same(SB_CASEMAP_RFC1459, act_as, name))
		return NULL;
	return sb_ircd_check_password(client->ircd, name, password);
}

static void
finish(struct ircd_client *client)
{
	struct ircd_sasl *sasl = client->sasl;
	const struct ircd_account *account = check_plain(client, sasl->text, sasl->len);

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
