#include "ircd_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* ---- TOPIC ---- */

void
sb_ircd_send_topic(struct ircd_client *client, const struct ircd_channel *channel)
{
	char at[32];

	(void)snprintf(at, sizeof(at), "%" PRId64, channel->topic_at_s);
	sb_ircd_numeric(client, "332", channel->name, channel->topic, NULL);
	sb_ircd_numeric(client, "333", channel->name, channel->topic_by, at, NULL);
}

static int
set_topic(struct ircd_member *member, const char *topic)
{
	struct ircd_client *client = member->client;
	struct ircd_channel *channel = member->channel;
	struct sb_ircd *ircd = client->ircd;
	struct sb_ircd_topic_changed changed = { .nick = client->nick->text };

	if ((channel->flags & IRCD_TOPIC_KEPT) && !member->is_op) {
		sb_ircd_numeric(
			client, "482", channel->name, "You are not a channel operator", NULL);
		return 0;
	}
	sb_ircd_copy(channel->topic, IRCD_TOPIC_MAX, topic);
	sb_ircd_copy(channel->topic_by, IRCD_NICK_MAX, client->nick->text);
	channel->topic_at_s = sb_ircd_now_s(ircd);
	sb_ircd_tell_channel(channel, client, "TOPIC", channel->name, channel->topic, NULL);
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
		member = sb_ircd_get_member(client, line->params[0]);
		return member ? set_topic(member, line->params[1]) : 0;
	}
	channel = sb_ircd_get_channel(client, line->params[0]);
	if (!channel)
		return 0;
	if (!sb_ircd_may_see(client, channel))
		sb_ircd_numeric(client, "442", channel->name, "You are not on that channel", NULL);
	else if (*channel->topic)
		sb_ircd_send_topic(client, channel);
	else
		sb_ircd_numeric(client, "331", channel->name, "No topic is set", NULL);
	return 0;
}

/* ---- NAMES ---- */

/* "@+bob" or "@bob!b@host", as the reader asked for. */
static void
add_name(struct ircd_words *words, const struct ircd_member *member)
{
	const struct ircd_client *client = member->client;
	char source[IRCD_SOURCE_CAP];

	sb_ircd_source(client, source);
	sb_ircd_words_add(words, sb_ircd_marks(member, words->to->caps & IRCD_MULTI_PREFIX),
		words->to->caps & IRCD_USERHOST_IN_NAMES ? source : client->nick->text);
}

void
sb_ircd_send_names(struct ircd_client *to, const struct ircd_channel *channel, uint64_t mark)
{
	const struct ircd_member *member = channel->members;
	struct ircd_words words;

	sb_ircd_words_begin(
		&words, to, "353", channel->flags & IRCD_SECRET ? "@" : "=", channel->name);
	for (; member && sb_ircd_has_room(to); member = member->next)
		if (sb_ircd_sees(mark, member->client))
			add_name(&words, member);
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

		if (channel && sb_ircd_may_see(client, channel))
			sb_ircd_send_names(client, channel, mark);
		else
			sb_ircd_numeric(client, "366", name, "End of NAMES list", NULL);
	}
	return 0;
}

/* ---- LIST ---- */

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
		if (sb_ircd_may_see(client, channel))
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

		if (!channel || !sb_ircd_may_see(client, channel))
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
