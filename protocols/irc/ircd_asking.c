#include "ircd_private.h"

#include <inttypes.h>
#include <string.h>

/* ---- WHOIS ---- */

static void
send_whois(struct ircd_client *to, const struct ircd_client *user)
{
	const char *nick = user->nick->text;
	int64_t idle_s = (sb_reactor_now_ns(to->ircd->r) - user->said_ns) / SB_S;
	const struct ircd_member *member;
	char idle[24], came[24];
	struct ircd_words words;

	sb_ircd_numeric(to, "311", nick, user->user, user->host, "*", user->realname, NULL);
	sb_ircd_words_begin(&words, to, "319", nick, NULL);
	for (member = user->channels; member; member = member->next_of_client)
		if (user == to || sb_ircd_may_see(to, member->channel))
			sb_ircd_words_add(&words,
				sb_ircd_marks(member, to->caps & IRCD_MULTI_PREFIX),
				member->channel->name);
	sb_ircd_words_end(&words, false);
	sb_ircd_numeric(to, "312", nick, to->ircd->name, to->ircd->network, NULL);
	if (user->is_oper)
		sb_ircd_numeric(to, "313", nick, "is an IRC operator", NULL);
	if (*user->away)
		sb_ircd_numeric(to, "301", nick, user->away, NULL);
	if (*user->account)
		sb_ircd_numeric(to, "330", nick, user->account, "is logged in as", NULL);
	if (user->is_bot)
		sb_ircd_numeric(to, "335", nick, "is a bot", NULL);
	(void)snprintf(idle, sizeof(idle), "%" PRId64, idle_s);
	(void)snprintf(came, sizeof(came), "%" PRId64, user->came_s);
	sb_ircd_numeric(to, "317", nick, idle, came, "seconds idle, signon time", NULL);
}

int
sb_ircd_on_whois(struct ircd_client *client, const struct sb_wire_line *line)
{
	/* With two parameters the first is the server to ask, and there is but one. */
	const char *nick = line->params[line->n_params > 1];
	const struct ircd_client *user = sb_ircd_find_user(client->ircd, nick);

	if (!*nick) {
		sb_ircd_numeric(client, "431", "No nickname given", NULL);
		return 0;
	}
	if (user)
		send_whois(client, user);
	else
		sb_ircd_numeric(client, "401", nick, "No such nick", NULL);
	sb_ircd_numeric(client, "318", user ? user->nick->text : nick, "End of WHOIS list", NULL);
	return 0;
}

/* ---- ISON and USERHOST: nicks, each a parameter or a word of one ---- */

/* The next of them; false after the last. */
static bool
next_nick(
	const struct sb_wire_line *line, size_t *param, const char **cursor, char buf[SB_WIRE_MAX])
{
	for (; *param < line->n_params; (*param)++, *cursor = NULL) {
		const char *at = *cursor ? *cursor : line->params[*param];
		size_t len;

		at += strspn(at, " ");
		len = strcspn(at, " ");
		*cursor = at + len;
		if (!len)
			continue;
		sb_assert(len < SB_WIRE_MAX);
		memcpy(buf, at, len);
		buf[len] = '\0';
		return true;
	}
	return false;
}

int
sb_ircd_on_ison(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = NULL;
	char nick[SB_WIRE_MAX];
	struct ircd_words words;
	size_t param = 0;

	sb_ircd_words_begin(&words, client, "303", NULL, NULL);
	while (next_nick(line, &param, &cursor, nick)) {
		const struct ircd_client *user = sb_ircd_find_user(client->ircd, nick);

		if (user)
			sb_ircd_words_add(&words, "", user->nick->text);
	}
	sb_ircd_words_end(&words, true);
	return 0;
}

int
sb_ircd_on_userhost(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = NULL;
	char nick[SB_WIRE_MAX], word[IRCD_SOURCE_CAP + 4];
	struct ircd_words words;
	size_t param = 0;
	int n;

	sb_ircd_words_begin(&words, client, "302", NULL, NULL);
	for (n = 0; n < 5 && next_nick(line, &param, &cursor, nick); n++) {
		const struct ircd_client *user = sb_ircd_find_user(client->ircd, nick);

		if (!user)
			continue;
		(void)snprintf(word, sizeof(word), "%s%s=%c%s@%s", user->nick->text,
			user->is_oper ? "*" : "", *user->away ? '-' : '+', user->user, user->host);
		sb_ircd_words_add(&words, "", word);
	}
	sb_ircd_words_end(&words, true);
	return 0;
}

/* ---- The server ---- */

void
sb_ircd_send_lusers(struct ircd_client *to)
{
	const struct sb_ircd *ircd = to->ircd;
	size_t n_unknown = ircd->n_clients - ircd->n_registered, n_operators = 0;
	const struct ircd_client *client;
	char text[96], n[24];

	(void)snprintf(text, sizeof(text), "There are %zu users and 0 services on 1 server",
		ircd->n_registered);
	sb_ircd_numeric(to, "251", text, NULL);
	DL_FOREACH(ircd->clients, client)
	n_operators += client->is_registered && client->is_oper;
	if (n_operators) {
		(void)snprintf(n, sizeof(n), "%zu", n_operators);
		sb_ircd_numeric(to, "252", n, "operators online", NULL);
	}
	if (n_unknown) {
		(void)snprintf(n, sizeof(n), "%zu", n_unknown);
		sb_ircd_numeric(to, "253", n, "unknown connections", NULL);
	}
	if (ircd->channels) {
		(void)snprintf(n, sizeof(n), "%u", HASH_COUNT(ircd->channels));
		sb_ircd_numeric(to, "254", n, "channels formed", NULL);
	}
	(void)snprintf(text, sizeof(text), "I have %zu clients and 0 servers", ircd->n_registered);
	sb_ircd_numeric(to, "255", text, NULL);
}

void
sb_ircd_send_motd(struct ircd_client *to)
{
	sb_ircd_numeric(to, "422", "There is no message of the day", NULL);
}

int
sb_ircd_on_lusers(struct ircd_client *client, const struct sb_wire_line *line)
{
	(void)line;
	sb_ircd_send_lusers(client);
	return 0;
}

int
sb_ircd_on_motd(struct ircd_client *client, const struct sb_wire_line *line)
{
	(void)line;
	sb_ircd_send_motd(client);
	return 0;
}

int
sb_ircd_on_version(struct ircd_client *client, const struct sb_wire_line *line)
{
	(void)line;
	sb_ircd_numeric(client, "351", sb_ircd_version(client->ircd), client->ircd->name,
		"A small server to embed (RFC 2812)", NULL);
	return 0;
}
