#include "ircd_private.h"

#include <errno.h>
#include <string.h>

/* One PRIVMSG, NOTICE or TAGMSG on its way. */
struct talk {
	struct ircd_client *client;
	const char *verb, *text; /* text NULL: a TAGMSG has none */
	const char *client_tags;
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

	if (!talk->text)
		return 0;
	return sb_ircd_message_emit(ircd->d, ircd, &message) == -ECANCELED ? -ECANCELED : 0;
}

static void
make_line(const struct talk *talk, const char *target, struct ircd_line *line)
{
	sb_ircd_line(line, talk->client, talk->verb, target, talk->text, NULL);
	line->client_tags = talk->client_tags;
	line->id = sb_ircd_next_id(talk->client->ircd);
}

/* Who does not know tags has nothing of a TAGMSG. */
static bool
can_hear(const struct talk *talk, const struct ircd_client *client)
{
	return talk->text || (client->caps & IRCD_MESSAGE_TAGS);
}

static void
echo(const struct talk *talk, const struct ircd_line *line)
{
	if ((talk->client->caps & IRCD_ECHO_MESSAGE) && can_hear(talk, talk->client))
		sb_ircd_send(talk->client, line);
}

static bool
may_talk(const struct ircd_client *client, const struct ircd_channel *channel)
{
	const struct ircd_member *member = sb_ircd_member_of(client, channel);

	if (member && (member->is_op || member->is_voiced))
		return true;
	if (!member && (channel->flags & IRCD_MEMBERS_ONLY))
		return false;
	return !(channel->flags & IRCD_MODERATED) && !sb_ircd_is_banned(channel, client);
}

/* "#c"; "@#c" for its operators alone, "+#c" for those with a voice too. */
static int
talk_to_channel(const struct talk *talk, const char *target)
{
	char rank = *target == '#' ? '\0' : *target, name[IRCD_CHANNEL_MAX + 2];
	struct ircd_client *client = talk->client;
	struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, target + (rank != 0));
	const struct ircd_member *member;
	struct ircd_line line;

	if (!channel) {
		object(talk, "403", target, "No such channel");
		return 0;
	}
	if (!may_talk(client, channel)) {
		object(talk, "404", channel->name, "Cannot send to channel");
		return 0;
	}
	(void)snprintf(name, sizeof(name), "%.1s%s", rank ? target : "", channel->name);
	make_line(talk, name, &line);
	DL_FOREACH(channel->members, member)
	{
		bool has_rank = !rank || member->is_op || (rank == '+' && member->is_voiced);

		if (has_rank && member->client != client && can_hear(talk, member->client))
			sb_ircd_send(member->client, &line);
	}
	echo(talk, &line);
	return emit(talk, name);
}

static int
talk_to_user(const struct talk *talk, const char *target)
{
	struct ircd_client *client = talk->client;
	struct ircd_client *user = sb_ircd_find_user(client->ircd, target);
	struct ircd_line line;

	if (!user) {
		object(talk, "401", target, "No such nick");
		return 0;
	}
	make_line(talk, user->nick->text, &line);
	line.is_delivery = true;
	if (can_hear(talk, user))
		sb_ircd_send(user, &line);
	line.is_delivery = false;
	echo(talk, &line);
	if (*user->away && talk->text)
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
talk_to_each(const struct talk *talk, const char *targets)
{
	const char *cursor = targets;
	char target[SB_WIRE_MAX];
	int n = 0, error = 0;

	while (!error && !talk->client->is_doomed && sb_ircd_item(&cursor, target)) {
		if (is_named_before(targets, cursor, target))
			continue;
		if (n++ == IRCD_TARGETS_MAX) {
			object(talk, "407", target, "Too many recipients");
			break;
		}
		error = target[strspn(target, "@+") > 0] == '#' ? talk_to_channel(talk, target)
								: talk_to_user(talk, target);
	}
	return error;
}

/* Those that a client may pass on to others, as they came (IRCv3 message-tags). */
static void
keep_client_tags(
	const struct ircd_client *client, const char *tags, char buf[IRCD_CLIENT_TAGS_MAX + 1])
{
	struct sb_wire_tag tag;
	size_t len = 0;

	while ((client->caps & IRCD_MESSAGE_TAGS) && sb_wire_tag_next(&tags, &tag)) {
		const char *key = tag.key.ptr, *value = tag.value.ptr;
		size_t tag_len = (size_t)(value - key) + tag.value.len;

		if (*key != '+' || tag.key.len < 2)
			continue;
		if (len)
			buf[len++] = ';';
		memcpy(buf + len, key, tag_len);
		len += tag_len;
	}
	buf[len] = '\0';
}

static int
talk_to(struct ircd_client *client, const struct sb_wire_line *line, bool is_notice)
{
	struct talk talk = { client, line->verb, line->params[1], "", is_notice };
	const char *targets = line->params[0] + strspn(line->params[0], ",");
	char tags[IRCD_CLIENT_TAGS_MAX + 1];

	client->said_ns = sb_reactor_now_ns(client->ircd->r);
	if (!*targets && !is_notice)
		sb_ircd_numeric(client, "411", "No recipient given", NULL);
	else if (!*talk.text && !is_notice)
		sb_ircd_numeric(client, "412", "No text to send", NULL);
	if (!*talk.text)
		return 0;
	keep_client_tags(client, line->tags, tags);
	talk.client_tags = tags;
	return talk_to_each(&talk, targets);
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
sb_ircd_on_tagmsg(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct talk talk = { client, line->verb, NULL, "", false };
	char tags[IRCD_CLIENT_TAGS_MAX + 1];

	if (!(client->caps & IRCD_MESSAGE_TAGS)) {
		sb_ircd_numeric(client, "421", line->verb, "Unknown command", NULL);
		return 0;
	}
	keep_client_tags(client, line->tags, tags);
	talk.client_tags = tags;
	return talk_to_each(&talk, line->params[0]);
}
