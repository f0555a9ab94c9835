#include "ircd_private.h"

#include <errno.h>
#include <string.h>

/* One PRIVMSG or NOTICE on its way. */
struct talk {
	struct ircd_client *client;
	const char *verb, *text;
	bool is_notice;
};

/* A NOTICE is never answered, not even by an error (RFC 2812, section 3.3.2), so that two programs
 * cannot answer each other for ever. */
static void
object(const struct talk *talk, const char *numeric, const char *target, const char *why)
{
	if (!talk->is_notice)
		sb_ircd_numeric(talk->client, numeric, target, why, NULL);
}

static int
emit(const struct talk *talk, const char *target)
{
	struct sb_ircd *ircd = talk->client->ircd;
	struct sb_ircd_message message = {
		.nick = talk->client->nick->text,
		.target = target,
		.text = talk->text,
		.is_notice = talk->is_notice,
	};

	return sb_ircd_message_emit(ircd->d, ircd, &message) == -ECANCELED ? -ECANCELED : 0;
}

static int
talk_to_channel(const struct talk *talk, const char *target)
{
	struct ircd_client *client = talk->client;
	struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, target);

	if (!channel) {
		object(talk, "403", target, "No such channel");
		return 0;
	}
	if (channel->is_closed_to_outsiders && !sb_ircd_member_of(client, channel)) {
		object(talk, "404", channel->name, "Cannot send to channel");
		return 0;
	}
	sb_ircd_tell_channel(channel, client, client, talk->verb, channel->name, talk->text, NULL);
	return emit(talk, channel->name);
}

static int
talk_to_user(const struct talk *talk, const char *target)
{
	struct ircd_client *client = talk->client;
	struct ircd_client *user = sb_ircd_find_user(client->ircd, target);

	if (!user) {
		object(talk, "401", target, "No such nick");
		return 0;
	}
	sb_ircd_tell(user, client, talk->verb, user->nick->text, talk->text, NULL);
	if (*user->away)
		object(talk, "301", user->nick->text, user->away);
	return emit(talk, user->nick->text);
}

/* Whether the list names it before `end`: nobody is told the same twice. */
static bool
is_named_before(const char *list, const char *end, const char *target)
{
	char other[SB_WIRE_MAX];

	while (sb_ircd_item(&list, other) && list < end)
		if (sb_casemap_same(SB_CASEMAP_RFC1459, other, target))
			return true;
	return false;
}

static int
talk_to(struct ircd_client *client, const struct sb_wire_line *line, bool is_notice)
{
	struct talk talk = { client, line->verb, line->params[1], is_notice };
	const char *cursor = line->params[0] + strspn(line->params[0], ",");
	char target[SB_WIRE_MAX];
	int n = 0, error = 0;

	client->said_ns = sb_reactor_now_ns(client->ircd->r);
	if (!*cursor && !is_notice)
		sb_ircd_numeric(client, "411", "No recipient given", NULL);
	else if (!*talk.text && !is_notice)
		sb_ircd_numeric(client, "412", "No text to send", NULL);
	if (!*talk.text)
		return 0;
	while (!error && !client->is_doomed && sb_ircd_item(&cursor, target)) {
		if (is_named_before(line->params[0], cursor, target))
			continue;
		if (n++ == IRCD_TARGETS_MAX) {
			object(&talk, "407", target, "Too many recipients");
			break;
		}
		error = *target == '#' ? talk_to_channel(&talk, target)
				       : talk_to_user(&talk, target);
	}
	return error;
}

int
sb_ircd_on_privmsg(struct ircd_client *client, const struct sb_wire_line *line)
{
	return talk_to(client, line, false);
}

int
sb_ircd_on_notice(struct ircd_client *client, const struct sb_wire_line *line)
{
	return talk_to(client, line, true);
}

int
sb_ircd_on_away(struct ircd_client *client, const struct sb_wire_line *line)
{
	sb_ircd_copy(client->away, IRCD_AWAY_MAX, line->params[0]);
	if (*client->away)
		sb_ircd_numeric(client, "306", "You have been marked as being away", NULL);
	else
		sb_ircd_numeric(client, "305", "You are no longer marked as being away", NULL);
	return 0;
}
