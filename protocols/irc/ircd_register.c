#include "ircd_private.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* In lines of at most the 13 tokens that one may have (modern.ircdocs.horse, RPL_ISUPPORT). */
static void
send_support(struct ircd_client *client)
{
	static const char end[] = "are supported by this server";
	static const struct limit {
		const char *name;
		int n;
	} limits[] = {
		{ "AWAYLEN", IRCD_AWAY_MAX },
		{ "CHANNELLEN", IRCD_CHANNEL_MAX },
		{ "HOSTLEN", IRCD_HOST_MAX },
		{ "KEYLEN", IRCD_KEY_MAX },
		{ "KICKLEN", IRCD_KICK_MAX },
		{ "MODES", IRCD_MODES_MAX },
		{ "MONITOR", IRCD_WATCHES_MAX },
		{ "NAMELEN", IRCD_REALNAME_MAX },
		{ "NICKLEN", IRCD_NICK_MAX },
		{ "TOPICLEN", IRCD_TOPIC_MAX },
		{ "USERLEN", IRCD_USER_MAX },
	};
	char t[sizeof(limits) / sizeof(limits[0])][24];
	char network[IRCD_NAME_MAX + 16], chanlimit[24], maxlist[24], targmax[96];
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		(void)snprintf(t[i], sizeof(t[i]), "%s=%d", limits[i].name, limits[i].n);
	(void)snprintf(network, sizeof(network), "NETWORK=%s", client->ircd->network);
	(void)snprintf(chanlimit, sizeof(chanlimit), "CHANLIMIT=#:%d", IRCD_CHANNELS_MAX);
	(void)snprintf(maxlist, sizeof(maxlist), "MAXLIST=beI:%d", IRCD_MASKS_MAX);
	(void)snprintf(targmax, sizeof(targmax),
		"TARGMAX=JOIN:,KICK:,KILL:1,LIST:,NAMES:,NOTICE:%d,PART:,PRIVMSG:%d,TAGMSG:%d,"
		"WHOIS:1",
		IRCD_TARGETS_MAX, IRCD_TARGETS_MAX, IRCD_TARGETS_MAX);
	sb_ircd_numeric(client, "005", "CASEMAPPING=rfc1459", "CHANTYPES=#",
		"CHANMODES=beI,k,l,imnst", "PREFIX=(ov)@+", "STATUSMSG=@+", "EXCEPTS=e", "INVEX=I",
		network, chanlimit, maxlist, "BOT=B", "WHOX", end, NULL);
	sb_ircd_numeric(client, "005", "SAFELIST", targmax, t[0], t[1], t[2], t[3], t[4], t[5],
		t[6], t[7], t[8], t[9], t[10], end, NULL);
}

static void
send_welcome(struct ircd_client *client)
{
	struct sb_ircd *ircd = client->ircd;
	time_t made = (time_t)ircd->made_at_s;
	char text[SB_WIRE_MAX], source[IRCD_SOURCE_CAP];
	struct tm tm;

	sb_ircd_source(client, source);
	(void)snprintf(
		text, sizeof(text), "Welcome to the %s IRC network, %s", ircd->network, source);
	sb_ircd_numeric(client, "001", text, NULL);
	(void)snprintf(text, sizeof(text), "Your host is %s, running %s", ircd->name,
		sb_ircd_version(ircd));
	sb_ircd_numeric(client, "002", text, NULL);
	if (gmtime_r(&made, &tm)) {
		(void)snprintf(text, sizeof(text),
			"This server was started on %04d-%02d-%02d at %02d:%02d UTC",
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
		sb_ircd_numeric(client, "003", text, NULL);
	}
	sb_ircd_numeric(client, "004", ircd->name, sb_ircd_version(ircd), "Bio", "Ibeiklmnostv",
		"Ibeklov", NULL);
	send_support(client);
	sb_ircd_send_lusers(client);
	sb_ircd_send_motd(client);
	if (client->is_oper)
		sb_ircd_tell(client, client, "MODE", client->nick->text, "+o", NULL);
}

int
sb_ircd_register_if_ready(struct ircd_client *client)
{
	struct sb_ircd *ircd = client->ircd;
	struct sb_ircd_registered registered = { .user = client->user, .host = client->host };

	if (client->is_registered || client->negotiates || !client->nick || !*client->user)
		return 0;
	sb_ircd_abort_sasl(client);
	client->is_registered = true;
	ircd->n_registered++;
	sb_ircd_watch_silence(client);
	send_welcome(client);
	sb_ircd_tell_online(client);
	registered.nick = client->nick->text;
	registered.realname = client->realname;
	registered.account = client->account;
	return sb_ircd_registered_emit(ircd->d, ircd, &registered) == -ECANCELED ? -ECANCELED : 0;
}

static int
change_nick(struct ircd_client *client, const char *nick)
{
	struct sb_ircd *ircd = client->ircd;
	char old[IRCD_NICK_MAX + 1], source[IRCD_SOURCE_CAP];
	struct sb_ircd_nick_changed changed = { .nick = old };

	if (!strcmp(client->nick->text, nick))
		return 0;
	sb_ircd_copy(old, IRCD_NICK_MAX, client->nick->text);
	sb_ircd_source(client, source);
	if (sb_ircd_set_nick(client, nick)) {
		sb_ircd_numeric(client, "400", "NICK", "Out of memory", NULL);
		return 0;
	}
	sb_ircd_tell_neighbours(client, source, "NICK", client->nick->text, NULL);
	if (!sb_casemap_same(SB_CASEMAP_RFC1459, old, nick)) {
		sb_ircd_tell_offline(ircd, old);
		sb_ircd_tell_online(client);
	}
	changed.new_nick = client->nick->text;
	return sb_ircd_nick_changed_emit(ircd->d, ircd, &changed) == -ECANCELED ? -ECANCELED : 0;
}

int
sb_ircd_on_nick(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *nick = line->params[0];
	const struct ircd_client *holder;

	if (!*nick) {
		sb_ircd_numeric(client, "431", "No nickname given", NULL);
		return 0;
	}
	if (!sb_wire_is_nick(nick) || strlen(nick) > IRCD_NICK_MAX) {
		sb_ircd_numeric(client, "432", nick, "Erroneous nickname", NULL);
		return 0;
	}
	holder = sb_ircd_find_nick(client->ircd, nick);
	if (holder && holder != client) {
		sb_ircd_numeric(client, "433", nick, "Nickname is already in use", NULL);
		return 0;
	}
	if (client->is_registered)
		return change_nick(client, nick);
	if (sb_ircd_set_nick(client, nick)) {
		sb_ircd_numeric(client, "400", "NICK", "Out of memory", NULL);
		return 0;
	}
	return sb_ircd_register_if_ready(client);
}

int
sb_ircd_on_pass(struct ircd_client *client, const struct sb_wire_line *line)
{
	/* No password is asked for: any will do. */
	(void)line;
	if (client->is_registered)
		sb_ircd_numeric(client, "462", "You may not reregister", NULL);
	return 0;
}

/* What can stand between a ! and an @; the rest is left out. */
static void
set_user(struct ircd_client *client, const char *name)
{
	size_t len = 0;

	for (; *name && len < IRCD_USER_MAX; name++) {
		bool is_plain = (*name >= '0' && *name <= '9') || (*name >= 'a' && *name <= 'z')
				|| (*name >= 'A' && *name <= 'Z');

		if (is_plain || strchr("-_.~[]{}|^`\\", *name))
			client->user[len++] = *name;
	}
	if (!len)
		sb_ircd_copy(client->user, IRCD_USER_MAX, "unknown");
	else
		client->user[len] = '\0';
}

int
sb_ircd_on_user(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *realname = line->params[3];

	if (client->is_registered) {
		sb_ircd_numeric(client, "462", "You may not reregister", NULL);
		return 0;
	}
	set_user(client, line->params[0]);
	sb_ircd_copy(client->realname, IRCD_REALNAME_MAX, *realname ? realname : client->user);
	return sb_ircd_register_if_ready(client);
}
