#include "ircd_private.h"

#include <inttypes.h>
#include <string.h>

/* ---- WHO ---- */

/* channel NULL: no channel in particular. */
static void
send_who(struct ircd_client *to, const struct ircd_client *user, const struct ircd_channel *channel,
	bool is_op)
{
	char words[IRCD_REALNAME_MAX + 8], flags[4];

	(void)snprintf(words, sizeof(words), "0 %s", user->realname);
	(void)snprintf(flags, sizeof(flags), "%s%s", *user->away ? "G" : "H", is_op ? "@" : "");
	sb_ircd_numeric(to, "352", channel ? channel->name : "*", user->user, user->host,
		to->ircd->name, user->nick->text, flags, words, NULL);
}

static void
who_channel(struct ircd_client *client, const struct ircd_channel *channel)
{
	uint64_t mark = sb_ircd_mark_neighbours(client);
	const struct ircd_member *member;

	DL_FOREACH(channel->members, member)
	{
		if (!sb_ircd_sees(mark, member->client))
			continue;
		if (!sb_ircd_has_room(client)) {
			sb_ircd_break_off(client, "WHO");
			break;
		}
		send_who(client, member->client, channel, member->is_op);
	}
}

static void
who_all(struct ircd_client *client)
{
	uint64_t mark = sb_ircd_mark_neighbours(client);
	const struct ircd_client *user;

	DL_FOREACH(client->ircd->clients, user)
	{
		if (!user->is_registered || !sb_ircd_sees(mark, user))
			continue;
		if (!sb_ircd_has_room(client)) {
			sb_ircd_break_off(client, "WHO");
			break;
		}
		send_who(client, user, NULL, false);
	}
}

int
sb_ircd_on_who(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *mask = *line->params[0] ? line->params[0] : "*";
	const struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, mask);
	const struct ircd_client *user = sb_ircd_find_user(client->ircd, mask);

	if (channel)
		who_channel(client, channel);
	else if (user)
		send_who(client, user, NULL, false);
	else if (!strcmp(mask, "*") || !strcmp(mask, "0"))
		who_all(client);
	sb_ircd_numeric(client, "315", mask, "End of WHO list", NULL);
	return 0;
}

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
		sb_ircd_words_add(&words, member->is_op ? "@" : "", member->channel->name);
	sb_ircd_words_end(&words, false);
	sb_ircd_numeric(to, "312", nick, to->ircd->name, to->ircd->network, NULL);
	if (*user->away)
		sb_ircd_numeric(to, "301", nick, user->away, NULL);
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
	char nick[SB_WIRE_MAX], word[IRCD_SOURCE_CAP + 2];
	struct ircd_words words;
	size_t param = 0;
	int n;

	sb_ircd_words_begin(&words, client, "302", NULL, NULL);
	for (n = 0; n < 5 && next_nick(line, &param, &cursor, nick); n++) {
		const struct ircd_client *user = sb_ircd_find_user(client->ircd, nick);

		if (!user)
			continue;
		(void)snprintf(word, sizeof(word), "%s=%c%s@%s", user->nick->text,
			*user->away ? '-' : '+', user->user, user->host);
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
	size_t n_unknown = ircd->n_clients - ircd->n_registered;
	char text[96], n[24];

	(void)snprintf(text, sizeof(text), "There are %zu users and 0 services on 1 server",
		ircd->n_registered);
	sb_ircd_numeric(to, "251", text, NULL);
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
	sb_ircd_numeric(client, "351", "signalbox", client->ircd->name,
		"A small server to embed (RFC 2812)", NULL);
	return 0;
}
