#include "ircd_private.h"

#include <errno.h>
#include <string.h>

static int
on_ping(struct ircd_client *client, const struct sb_wire_line *line)
{
	if (!line->n_params)
		sb_ircd_numeric(client, "409", "No origin specified", NULL);
	else
		sb_ircd_reply(client, "PONG", client->ircd->name, line->params[0], NULL);
	return 0;
}

static int
on_pong(struct ircd_client *client, const struct sb_wire_line *line)
{
	/* That it came is all it says: the client is not silent. */
	(void)client, (void)line;
	return 0;
}

static int
on_quit(struct ircd_client *client, const struct sb_wire_line *line)
{
	/* It keeps a client from giving a reason that only the server has. */
	char reason[IRCD_REASON_MAX + 1] = "Quit: ";
	size_t len = strlen(reason);

	sb_ircd_copy(reason + len, IRCD_REASON_MAX - len, line->params[0]);
	sb_ircd_dismiss(client, *line->params[0] ? reason : "Quit");
	return 0;
}

struct command {
	const char *verb;
	ircd_command_fn *fn;
	size_t n_needed; /* parameters */
	bool is_early; /* may come before registration */
};

static const struct command commands[] = {
	{ "PRIVMSG", sb_ircd_on_privmsg, 0, false },
	{ "NOTICE", sb_ircd_on_notice, 0, false },
	{ "PING", on_ping, 0, true },
	{ "PONG", on_pong, 0, true },
	{ "CAP", sb_ircd_on_cap, 1, true },
	{ "AUTHENTICATE", sb_ircd_on_authenticate, 1, true },
	{ "PASS", sb_ircd_on_pass, 1, true },
	{ "NICK", sb_ircd_on_nick, 0, true },
	{ "USER", sb_ircd_on_user, 4, true },
	{ "QUIT", on_quit, 0, true },
	{ "JOIN", sb_ircd_on_join, 1, false },
	{ "PART", sb_ircd_on_part, 1, false },
	{ "KICK", sb_ircd_on_kick, 2, false },
	{ "INVITE", sb_ircd_on_invite, 2, false },
	{ "TOPIC", sb_ircd_on_topic, 1, false },
	{ "NAMES", sb_ircd_on_names, 0, false },
	{ "LIST", sb_ircd_on_list, 0, false },
	{ "MODE", sb_ircd_on_mode, 1, false },
	{ "TAGMSG", sb_ircd_on_tagmsg, 1, false },
	{ "AWAY", sb_ircd_on_away, 0, false },
	{ "SETNAME", sb_ircd_on_setname, 1, false },
	{ "KILL", sb_ircd_on_kill, 1, false },
	{ "MONITOR", sb_ircd_on_monitor, 1, false },
	{ "WHO", sb_ircd_on_who, 0, false },
	{ "WHOIS", sb_ircd_on_whois, 0, false },
	{ "ISON", sb_ircd_on_ison, 1, false },
	{ "USERHOST", sb_ircd_on_userhost, 1, false },
	{ "LUSERS", sb_ircd_on_lusers, 0, false },
	{ "MOTD", sb_ircd_on_motd, 0, false },
	{ "VERSION", sb_ircd_on_version, 0, false },
};

static const struct command *
find_command(const char *verb)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].verb, verb))
			return &commands[i];
	return NULL;
}

/* An empty one of the first two is none; USER may leave its last one empty. */
static bool
lacks_params(const struct sb_wire_line *line, size_t n_needed)
{
	return line->n_params < n_needed || (n_needed > 0 && !*line->params[0])
	       || (n_needed > 1 && !*line->params[1]);
}

static int
obey(struct ircd_client *client, const struct sb_wire_line *line)
{
	const struct command *command = find_command(line->verb);

	if (!command) {
		sb_ircd_numeric(client, "421", line->verb, "Unknown command", NULL);
	} else if (!client->is_registered && !command->is_early) {
		sb_ircd_numeric(client, "451", "You have not registered", NULL);
	} else if (lacks_params(line, command->n_needed)) {
		sb_ircd_numeric(client, "461", line->verb, "Not enough parameters", NULL);
	} else {
		return command->fn(client, line);
	}
	return 0;
}

static int
obey_labelled(struct ircd_client *client, const struct sb_wire_line *line)
{
	int error;

	if (strlen(line->tags) > IRCD_CLIENT_TAGS_MAX) {
		sb_ircd_numeric(client, "417", "Input line was too long", NULL);
		return 0;
	}
	sb_ircd_label_begin(client, line->tags);
	error = obey(client, line);
	/* Otherwise the server is gone. */
	if (!error)
		sb_ircd_label_end(client);
	return error;
}

int
sb_ircd_obey(struct ircd_client *client, struct sb_bytes bytes)
{
	struct sb_wire_line line;
	const char *why;

	switch (sb_wire_parse(bytes, &line, &why)) {
	case 0:
		return obey_labelled(client, &line);
	case -EMSGSIZE:
		sb_ircd_numeric(client, "417", "Input line was too long", NULL);
		return 0;
	case -EBADMSG:
		sb_ircd_numeric(client, "400", "*", why, NULL);
		return 0;
	default:
		/* An empty line is nothing. */
		return 0;
	}
}

bool
sb_ircd_item(const char **cursor, char buf[SB_WIRE_MAX])
{
	const char *at = *cursor + strspn(*cursor, ",");
	size_t len = strcspn(at, ",");

	sb_assert(len < SB_WIRE_MAX);
	memcpy(buf, at, len);
	buf[len] = '\0';
	*cursor = at + len;
	return len > 0;
}
