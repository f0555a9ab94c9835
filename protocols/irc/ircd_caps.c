#include "ircd_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Capability negotiation (IRCv3). */

static const struct cap {
	const char *name;
	unsigned bit;
	const char *value; /* told to who knows CAP 302; NULL for none */
} caps[] = {
	{ "account-notify", IRCD_ACCOUNT_NOTIFY, NULL },
	{ "account-tag", IRCD_ACCOUNT_TAG, NULL },
	{ "away-notify", IRCD_AWAY_NOTIFY, NULL },
	{ "batch", IRCD_BATCH, NULL },
	{ "cap-notify", IRCD_CAP_NOTIFY, NULL },
	{ "echo-message", IRCD_ECHO_MESSAGE, NULL },
	{ "extended-join", IRCD_EXTENDED_JOIN, NULL },
	{ "invite-notify", IRCD_INVITE_NOTIFY, NULL },
	{ "labeled-response", IRCD_LABELED_RESPONSE, NULL },
	{ "message-tags", IRCD_MESSAGE_TAGS, NULL },
	{ "multi-prefix", IRCD_MULTI_PREFIX, NULL },
	{ "sasl", IRCD_SASL, "PLAIN" },
	{ "server-time", IRCD_SERVER_TIME, NULL },
	{ "setname", IRCD_SETNAME, NULL },
	{ "userhost-in-names", IRCD_USERHOST_IN_NAMES, NULL },
};

enum {
	N_CAPS = sizeof(caps) / sizeof(caps[0]),
	LIST_CAP = 400, /* for all of them; with what stands before it fits into a line */
};

/* Those that the server has now. */
static unsigned
offered(const struct sb_ircd *ircd)
{
	return ~(ircd->n_accounts ? 0U : (unsigned)IRCD_SASL);
}

static void
print(unsigned which, bool with_values, char buf[LIST_CAP])
{
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < N_CAPS; i++) {
		bool has_value = with_values && caps[i].value;

		if (!(which & caps[i].bit))
			continue;
		len += (size_t)snprintf(buf + len, LIST_CAP - len, "%s%s%s%s", len ? " " : "",
			caps[i].name, has_value ? "=" : "", has_value ? caps[i].value : "");
		sb_assert(len < LIST_CAP);
	}
}

static void
reply(struct ircd_client *client, const char *what, const char *list)
{
	sb_ircd_reply(client, "CAP", client->nick ? client->nick->text : "*", what, list, NULL);
}

static void
list_all(struct ircd_client *client, const char *version)
{
	bool is_302 = strtol(version, NULL, 10) >= 302;
	char list[LIST_CAP];

	client->negotiates = !client->is_registered;
	if (is_302) {
		client->knows_302 = true;
		client->caps |= IRCD_CAP_NOTIFY;
	}
	print(offered(client->ircd), is_302, list);
	reply(client, "LS", list);
}

/* Reads one that is wanted, or with a - in front no more. False when it cannot be so. */
static bool
want(const struct ircd_client *client, const char *name, size_t len, unsigned *wanted)
{
	bool adds = *name != '-';
	size_t i;

	name += !adds;
	len -= !adds;
	for (i = 0; i < N_CAPS; i++)
		if (strlen(caps[i].name) == len && !memcmp(caps[i].name, name, len))
			break;
	if (i == N_CAPS)
		return false;
	if (adds) {
		*wanted |= caps[i].bit;
		return offered(client->ircd) & caps[i].bit;
	}
	*wanted &= ~caps[i].bit;
	return caps[i].bit != IRCD_CAP_NOTIFY || !client->knows_302;
}

/* All of them, or none. */
static void
request(struct ircd_client *client, const char *list)
{
	unsigned wanted = client->caps;
	/* A list too long to be repeated whole is not granted. */
	bool is_granted = strlen(list) < LIST_CAP;
	const char *at = list + strspn(list, " ");

	client->negotiates = !client->is_registered;
	while (is_granted && *at) {
		size_t len = strcspn(at, " ");

		is_granted = want(client, at, len, &wanted);
		at += len;
		at += strspn(at, " ");
	}
	reply(client, is_granted ? "ACK" : "NAK", list);
	if (is_granted)
		client->caps = wanted;
}

static int
end(struct ircd_client *client)
{
	if (client->is_registered)
		return 0;
	sb_ircd_abort_sasl(client);
	client->negotiates = false;
	return sb_ircd_register_if_ready(client);
}

int
sb_ircd_on_cap(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *verb = line->params[0];
	char list[LIST_CAP];

	if (!strcasecmp(verb, "LS")) {
		list_all(client, line->params[1]);
	} else if (!strcasecmp(verb, "LIST")) {
		print(client->caps, false, list);
		reply(client, "LIST", list);
	} else if (!strcasecmp(verb, "REQ")) {
		request(client, line->params[1]);
	} else if (!strcasecmp(verb, "END")) {
		return end(client);
	} else {
		sb_ircd_numeric(client, "410", verb, "Invalid CAP command", NULL);
	}
	return 0;
}

void
sb_ircd_announce_sasl(struct sb_ircd *ircd, bool is_new)
{
	struct ircd_client *client;
	char list[LIST_CAP];

	DL_FOREACH(ircd->clients, client)
	{
		if (!is_new) {
			client->caps &= ~(unsigned)IRCD_SASL;
			sb_ircd_abort_sasl(client);
		}
		if (!(client->caps & IRCD_CAP_NOTIFY))
			continue;
		print(IRCD_SASL, is_new && client->knows_302, list);
		reply(client, is_new ? "NEW" : "DEL", list);
	}
}
