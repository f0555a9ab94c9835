#include "ircd_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* The channel of that name, or NULL and the client is told. */
static struct ircd_channel *
get_channel(struct ircd_client *client, const char *name)
{
	struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, name);

	if (!channel)
		sb_ircd_numeric(client, "403", name, "No such channel", NULL);
	return channel;
}

/* Its membership of that channel, or NULL and it is told. */
static struct ircd_member *
get_member(struct ircd_client *client, const char *name)
{
	struct ircd_channel *channel = get_channel(client, name);
	struct ircd_member *member;

	if (!channel)
		return NULL;
	member = sb_ircd_member_of(client, channel);
	if (!member)
		sb_ircd_numeric(client, "442", channel->name, "You are not on that channel", NULL);
	return member;
}

/* ---- JOIN and PART ---- */

static void
send_topic(struct ircd_client *client, const struct ircd_channel *channel)
{
	char at[32];

	(void)snprintf(at, sizeof(at), "%" PRId64, channel->topic_at_s);
	sb_ircd_numeric(client, "332", channel->name, channel->topic, NULL);
	sb_ircd_numeric(client, "333", channel->name, channel->topic_by, at, NULL);
}

static int
join(struct ircd_client *client, const char *name)
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
	if (client->n_channels >= IRCD_CHANNELS_MAX) {
		sb_ircd_numeric(client, "405", name, "You have joined too many channels", NULL);
		return 0;
	}
	if (sb_ircd_enter(client, name, &channel)) {
		sb_ircd_numeric(client, "400", "JOIN", "Out of memory", NULL);
		return 0;
	}
	sb_ircd_tell_channel(channel, client, NULL, "JOIN", channel->name, NULL);
	if (*channel->topic)
		send_topic(client, channel);
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
		sb_ircd_tell_channel(member->channel, client, NULL, "PART", name, reason, NULL);
	else
		sb_ircd_tell_channel(member->channel, client, NULL, "PART", name, NULL);
	sb_ircd_leave(member);
	parted.nick = client->nick->text;
	return sb_ircd_parted_emit(ircd->d, ircd, &parted) == -ECANCELED ? -ECANCELED : 0;
}

int
sb_ircd_on_join(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = line->params[0];
	char name[SB_WIRE_MAX];

	if (!strcmp(cursor, "0")) {
		while (client->channels && !client->is_doomed)
			if (part(client->channels, ""))
				return -ECANCELED;
		return 0;
	}
	while (!client->is_doomed && sb_ircd_item(&cursor, name))
		if (join(client, name))
			return -ECANCELED;
	return 0;
}

int
sb_ircd_on_part(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = line->params[0];
	char name[SB_WIRE_MAX];

	while (!client->is_doomed && sb_ircd_item(&cursor, name)) {
		struct ircd_member *member = get_member(client, name);

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
	sb_ircd_tell_channel(channel, client, NULL, "KICK", name, target->nick->text, reason, NULL);
	sb_ircd_leave(member);
	kicked.nick = client->nick->text;
	kicked.victim = target->nick->text;
	return sb_ircd_kicked_emit(ircd->d, ircd, &kicked) == -ECANCELED ? -ECANCELED : 0;
}

/* Its membership, when it is an operator of that channel; otherwise NULL, and it is told. */
static struct ircd_member *
get_op(struct ircd_client *client, const char *name)
{
	struct ircd_member *member = get_member(client, name);

	if (!member || member->is_op)
		return member;
	sb_ircd_numeric(
		client, "482", member->channel->name, "You are not a channel operator", NULL);
	return NULL;
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
		struct ircd_member *by = get_op(client, line->params[0]);

		if (!by)
			return 0;
		if (kick(by, victim, reason))
			return -ECANCELED;
	}
	return 0;
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
	member = get_member(client, line->params[1]);
	if (!member)
		return 0;
	if (sb_ircd_member_of(target, member->channel)) {
		sb_ircd_numeric(client, "443", target->nick->text, member->channel->name,
			"is already on channel", NULL);
		return 0;
	}
	sb_ircd_numeric(client, "341", target->nick->text, member->channel->name, NULL);
	if (*target->away)
		sb_ircd_numeric(client, "301", target->nick->text, target->away, NULL);
	sb_ircd_tell(target, client, "INVITE", target->nick->text, member->channel->name, NULL);
	return 0;
}

/* ---- TOPIC, NAMES, LIST ---- */

static int
set_topic(struct ircd_member *member, const char *topic)
{
	struct ircd_client *client = member->client;
	struct ircd_channel *channel = member->channel;
	struct sb_ircd *ircd = client->ircd;
	struct sb_ircd_topic_changed changed = { .nick = client->nick->text };

	if (channel->keeps_topic && !member->is_op) {
		sb_ircd_numeric(
			client, "482", channel->name, "You are not a channel operator", NULL);
		return 0;
	}
	sb_ircd_copy(channel->topic, IRCD_TOPIC_MAX, topic);
	sb_ircd_copy(channel->topic_by, IRCD_NICK_MAX, client->nick->text);
	channel->topic_at_s = sb_ircd_now_s(ircd);
	sb_ircd_tell_channel(channel, client, NULL, "TOPIC", channel->name, channel->topic, NULL);
	changed.channel = channel->name;
	changed.topic = channel->topic;
	return sb_ircd_topic_changed_emit(ircd->d, ircd, &changed) == -ECANCELED ? -ECANCELED : 0;
}

int
sb_ircd_on_topic(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct ircd_channel *channel;
	struct ircd_member *member;

	if (line->n_params > 1) {
		member = get_member(client, line->params[0]);
		return member ? set_topic(member, line->params[1]) : 0;
	}
	channel = get_channel(client, line->params[0]);
	if (!channel)
		return 0;
	if (*channel->topic)
		send_topic(client, channel);
	else
		sb_ircd_numeric(client, "331", channel->name, "No topic is set", NULL);
	return 0;
}

void
sb_ircd_send_names(struct ircd_client *to, const struct ircd_channel *channel, uint64_t mark)
{
	const struct ircd_member *member = channel->members;
	struct ircd_words words;

	sb_ircd_words_begin(&words, to, "353", "=", channel->name);
	for (; member && sb_ircd_has_room(to); member = member->next)
		if (sb_ircd_sees(mark, member->client))
			sb_ircd_words_add(
				&words, member->is_op ? "@" : "", member->client->nick->text);
	sb_ircd_words_end(&words, false);
	if (member)
		sb_ircd_break_off(to, "NAMES");
	sb_ircd_numeric(to, "366", channel->name, "End of NAMES list", NULL);
}

int
sb_ircd_on_names(struct ircd_client *client, const struct sb_wire_line *line)
{
	uint64_t mark = sb_ircd_mark_neighbours(client);
	const char *cursor = line->params[0];
	char name[SB_WIRE_MAX];

	/* For all channels at once it would be a long answer to a question nobody asks. */
	if (!*cursor)
		sb_ircd_numeric(client, "366", "*", "End of NAMES list", NULL);
	while (!client->is_doomed && sb_ircd_item(&cursor, name)) {
		const struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, name);

		if (channel)
			sb_ircd_send_names(client, channel, mark);
		else
			sb_ircd_numeric(client, "366", name, "End of NAMES list", NULL);
	}
	return 0;
}

static void
list(struct ircd_client *client, const struct ircd_channel *channel)
{
	char n[24];

	(void)snprintf(n, sizeof(n), "%zu", channel->n_members);
	sb_ircd_numeric(client, "322", channel->name, n, channel->topic, NULL);
}

static void
list_all(struct ircd_client *client)
{
	const struct ircd_channel *channel = client->ircd->channels;

	for (; channel && sb_ircd_has_room(client); channel = channel->hh.next)
		list(client, channel);
	if (channel)
		sb_ircd_break_off(client, "LIST");
}

int
sb_ircd_on_list(struct ircd_client *client, const struct sb_wire_line *line)
{
	const char *cursor = line->params[0];
	char name[SB_WIRE_MAX];

	if (!*cursor)
		list_all(client);
	while (sb_ircd_item(&cursor, name)) {
		const struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, name);

		if (!channel)
			continue;
		if (!sb_ircd_has_room(client)) {
			sb_ircd_break_off(client, "LIST");
			break;
		}
		list(client, channel);
	}
	sb_ircd_numeric(client, "323", "End of LIST", NULL);
	return 0;
}
