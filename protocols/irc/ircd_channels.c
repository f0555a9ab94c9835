#include "ircd_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct ircd_channel *
sb_ircd_get_channel(struct ircd_client *client, const char *name)
{
	struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, name);

	if (!channel)
		sb_ircd_numeric(client, "403", name, "No such channel", NULL);
	return channel;
}

struct ircd_member *
sb_ircd_get_member(struct ircd_client *client, const char *name)
{
	struct ircd_channel *channel = sb_ircd_get_channel(client, name);
	struct ircd_member *member;

	if (!channel)
		return NULL;
	member = sb_ircd_member_of(client, channel);
	if (!member)
		sb_ircd_numeric(client, "442", channel->name, "You are not on that channel", NULL);
	return member;
}

struct ircd_member *
sb_ircd_get_op(struct ircd_client *client, const char *name)
{
	struct ircd_member *member = sb_ircd_get_member(client, name);

	if (!member || member->is_op)
		return member;
	sb_ircd_numeric(
		client, "482", member->channel->name, "You are not a channel operator", NULL);
	return NULL;
}

bool
sb_ircd_may_see(const struct ircd_client *client, const struct ircd_channel *channel)
{
	return !(channel->flags & IRCD_SECRET) || sb_ircd_member_of(client, channel);
}

/* ---- JOIN and PART ---- */

/* What keeps it out, and why; NULL for nothing. */
static const char *
find_obstacle(const struct ircd_client *client, const struct ircd_channel *channel, const char *key,
	const char **ret_why)
{
	if (sb_ircd_is_invited(client, channel))
		return NULL;
	*ret_why = "Cannot join channel: you are banned from it (+b)";
	if (sb_ircd_is_banned(channel, client))
		return "474";
	*ret_why = "Cannot join channel: one has to be invited (+i)";
	if ((channel->flags & IRCD_INVITED_ONLY)
		&& !sb_ircd_is_listed(channel, IRCD_INVITED, client))
		return "473";
	*ret_why = "Cannot join channel: that is not its key (+k)";
	if (*channel->key && strcmp(channel->key, key) != 0)
		return "475";
	*ret_why = "Cannot join channel: it is full (+l)";
	if (channel->limit && channel->n_members >= channel->limit)
		return "471";
	return NULL;
}

/* Each is told as much as it asked for. */
static void
tell_join(struct ircd_client *client, const struct ircd_channel *channel)
{
	struct ircd_line line;

	sb_ircd_line(&line, client, "JOIN", channel->name, NULL);
	sb_ircd_send_channel(channel, NULL, 0, IRCD_EXTENDED_JOIN, &line);
	sb_ircd_line(&line, client, "JOIN", channel->name, *client->account ? client->account : "*",
		client->realname, NULL);
	sb_ircd_send_channel(channel, NULL, IRCD_EXTENDED_JOIN, 0, &line);
	if (!*client->away)
		return;
	sb_ircd_line(&line, client, "AWAY", client->away, NULL);
	sb_ircd_send_channel(channel, client, IRCD_AWAY_NOTIFY, 0, &line);
}

/* Whether it may; otherwise it is told why not. */
static bool
may_join(struct ircd_client *client, const char *name, const struct ircd_channel *channel,
	const char *key)
{
	const char *numeric = NULL, *why;

	if (client->n_channels >= IRCD_CHANNELS_MAX) {
		numeric = "405";
		why = "You have joined too many channels";
	} else if (channel) {
		numeric = find_obstacle(client, channel, key, &why);
		name = channel->name;
	}
	if (numeric)
		sb_ircd_numeric(client, numeric, name, why, NULL);
	return !numeric;
}

static int
join(struct ircd_client *client, const char *name, const char *key)
{
	struct sb_ircd *ircd = client->ircd;
	struct ircd_channel *channel = sb_ircd_find_channel(ircd, name);
	struct sb_ircd_joined joined;

	if (*name != '#' || !sb_wire_is_middle(name) || !sb_wire_is_channel(name)
		|| strlen(name) > IRCD_CHANNEL_MAX) {
		sb_ircd_numeric(client, "403", name, "No such channel", NULL);
		return 0;
	}
	if (channel && sb_ircd_member_of(client, channel))
		return 0;
	if (!may_join(client, name, channel, key))
		return 0;
	if (sb_ircd_enter(client, name, &channel)) {
		sb_ircd_numeric(client, "400", "JOIN", "Out of memory", NULL);
		return 0;
	}
	tell_join(client, channel);
	if (*channel->topic)
		sb_ircd_send_topic(client, channel);
	sb_ircd_send_names(client, channel, sb_ircd_mark_members(channel));
	joined = (struct sb_ircd_joined){ .nick = client->nick->text, .channel = channel->name };
	return sb_ircd_joined_emit(ircd->d, ircd, &joined) == -ECANCELED ? -ECANCELED : 0;
}

static int
part(struct ircd_member *member, const char *reason)
{
	struct ircd_client *client = member->client;
	struct sb_ircd *ircd = client->ircd;
	char name[IRCD_CHANNEL_MAX + 1];
	struct sb_ircd_parted parted = { .channel = name, .reason = reason };

	sb_ircd_copy(name, IRCD_CHANNEL_MAX, member->channel->name);
	if (*reason)
		sb_ircd_tell_channel(member->channel, client, "PART", name, reason, NULL);
	else
		sb_ircd_tell_channel(member->channel, client, "PART", name, NULL);
	sb_ircd_leave(member);
	parted.nick = client->nick->text;
	return sb_ircd_parted_emit(ircd->d, ircd, &parted) == -ECANCELED ? -ECANCELED : 0;
}

int
sb_ircd_on_join(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = line->params[0], *keys = line->params[1];
	char name[SB_WIRE_MAX], key[SB_WIRE_MAX];

	if (!strcmp(cursor, "0")) {
		while (client->channels && !client->is_doomed)
			if (part(client->channels, ""))
				return -ECANCELED;
		return 0;
	}
	while (!client->is_doomed && sb_ircd_item(&cursor, name)) {
		if (!sb_ircd_item(&keys, key))
			*key = '\0';
		if (join(client, name, key))
			return -ECANCELED;
	}
	return 0;
}

int
sb_ircd_on_part(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = line->params[0];
	char name[SB_WIRE_MAX];

	while (!client->is_doomed && sb_ircd_item(&cursor, name)) {
		struct ircd_member *member = sb_ircd_get_member(client, name);

		if (member && part(member, line->params[1]))
			return -ECANCELED;
	}
	return 0;
}

/* ---- KICK and INVITE ---- */

static int
kick(struct ircd_member *by, const char *victim, const char *reason)
{
	struct ircd_client *client = by->client, *target;
	struct ircd_channel *channel = by->channel;
	struct sb_ircd *ircd = client->ircd;
	struct ircd_member *member;
	char name[IRCD_CHANNEL_MAX + 1];
	struct sb_ircd_kicked kicked = { .channel = name, .reason = reason };

	target = sb_ircd_find_user(ircd, victim);
	if (!target) {
		sb_ircd_numeric(client, "401", victim, "No such nick", NULL);
		return 0;
	}
	member = sb_ircd_member_of(target, channel);
	if (!member) {
		sb_ircd_numeric(client, "441", target->nick->text, channel->name,
			"They are not on that channel", NULL);
		return 0;
	}
	sb_ircd_copy(name, IRCD_CHANNEL_MAX, channel->name);
	sb_ircd_tell_channel(channel, client, "KICK", name, target->nick->text, reason, NULL);
	sb_ircd_leave(member);
	kicked.nick = client->nick->text;
	kicked.victim = target->nick->text;
	return sb_ircd_kicked_emit(ircd->d, ircd, &kicked) == -ECANCELED ? -ECANCELED : 0;
}

int
sb_ircd_on_kick(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = line->params[1];
	char victim[SB_WIRE_MAX], reason[IRCD_KICK_MAX + 1];

	sb_ircd_copy(
		reason, IRCD_KICK_MAX, *line->params[2] ? line->params[2] : client->nick->text);
	while (!client->is_doomed && sb_ircd_item(&cursor, victim)) {
		/* Looked up for each: who kicks itself is an operator no more. */
		struct ircd_member *by = sb_ircd_get_op(client, line->params[0]);

		if (!by)
			return 0;
		if (kick(by, victim, reason))
			return -ECANCELED;
	}
	return 0;
}

/* Operators with the capability hear of it, but who did it. */
static void
invite(struct ircd_member *by, struct ircd_client *target)
{
	const struct ircd_channel *channel = by->channel;
	struct ircd_client *client = by->client;
	const struct ircd_member *member;
	struct ircd_line line;

	sb_ircd_numeric(client, "341", target->nick->text, channel->name, NULL);
	if (*target->away)
		sb_ircd_numeric(client, "301", target->nick->text, target->away, NULL);
	sb_ircd_line(&line, client, "INVITE", target->nick->text, channel->name, NULL);
	sb_ircd_send(target, &line);
	DL_FOREACH(channel->members, member)
	if (member->is_op && member != by && (member->client->caps & IRCD_INVITE_NOTIFY))
		sb_ircd_send(member->client, &line);
}

int
sb_ircd_on_invite(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct ircd_client *target = sb_ircd_find_user(client->ircd, line->params[0]);
	struct ircd_member *member;

	if (!target) {
		sb_ircd_numeric(client, "401", line->params[0], "No such nick", NULL);
		return 0;
	}
	member = sb_ircd_get_member(client, line->params[1]);
	if (!member)
		return 0;
	if (sb_ircd_member_of(target, member->channel))
		sb_ircd_numeric(client, "443", target->nick->text, member->channel->name,
			"is already on channel", NULL);
	else if ((member->channel->flags & IRCD_INVITED_ONLY) && !member->is_op)
		sb_ircd_numeric(client, "482", member->channel->name,
			"You are not a channel operator", NULL);
	/* What anybody may say opens nothing. */
	else if (member->is_op && sb_ircd_add_invite(target, member->channel))
		sb_ircd_numeric(client, "400", "INVITE", "Out of memory", NULL);
	else
		invite(member, target);
	return 0;
}
