#include "ircd_private.h"

#include <inttypes.h>
#include <string.h>

/* ---- Of a channel ---- */

/* One MODE as it is worked through. */
struct change {
	struct ircd_client *client;
	struct ircd_channel *channel;
	const struct sb_wire_line *line;
	size_t next_param;
	bool adds;
	bool told_unknown, told_missing; /* once is enough */
	struct op_change {
		const char *nick;
		bool adds;
	} ops[IRCD_MODES_MAX];
	size_t n_ops;
};

static void
set_op(struct change *change, const char *nick)
{
	struct ircd_client *client = change->client;
	struct ircd_client *target = sb_ircd_find_user(client->ircd, nick);
	struct ircd_member *member;

	if (!target) {
		sb_ircd_numeric(client, "401", nick, "No such nick", NULL);
		return;
	}
	member = sb_ircd_member_of(target, change->channel);
	if (!member) {
		sb_ircd_numeric(client, "441", target->nick->text, change->channel->name,
			"They are not on that channel", NULL);
		return;
	}
	if (member->is_op == change->adds || change->n_ops == IRCD_MODES_MAX)
		return;
	member->is_op = change->adds;
	change->ops[change->n_ops++] = (struct op_change){ target->nick->text, change->adds };
}

static void
set_next_op(struct change *change)
{
	if (change->next_param < change->line->n_params) {
		set_op(change, change->line->params[change->next_param++]);
	} else if (!change->told_missing) {
		sb_ircd_numeric(change->client, "461", "MODE", "Not enough parameters", NULL);
		change->told_missing = true;
	}
}

static void
set_mode(struct change *change, char mode)
{
	char letter[2] = { mode, '\0' };

	switch (mode) {
	case '+':
	case '-':
		change->adds = mode == '+';
		break;
	case 'n':
		change->channel->is_closed_to_outsiders = change->adds;
		break;
	case 't':
		change->channel->keeps_topic = change->adds;
		break;
	case 'o':
		set_next_op(change);
		break;
	default:
		if (!change->told_unknown)
			sb_ircd_numeric(
				change->client, "472", letter, "is unknown mode char to me", NULL);
		change->told_unknown = true;
		break;
	}
}

/* "+n-t+oo", with a sign where it changes. */
struct signed_modes {
	char text[2 * (2 + IRCD_MODES_MAX) + 1];
	size_t len;
	char sign;
};

static void
add_mode(struct signed_modes *modes, bool adds, char mode)
{
	char sign = adds ? '+' : '-';

	if (modes->sign != sign)
		modes->text[modes->len++] = sign;
	modes->sign = sign;
	modes->text[modes->len++] = mode;
	modes->text[modes->len] = '\0';
}

/* What is different now from what it was. */
static void
tell_changes(const struct change *change, bool was_closed, bool was_kept)
{
	const struct ircd_channel *channel = change->channel;
	const char *nicks[IRCD_MODES_MAX + 1] = { NULL };
	struct signed_modes modes = { .len = 0 };
	size_t i;

	if (channel->is_closed_to_outsiders != was_closed)
		add_mode(&modes, !was_closed, 'n');
	if (channel->keeps_topic != was_kept)
		add_mode(&modes, !was_kept, 't');
	for (i = 0; i < change->n_ops; i++) {
		add_mode(&modes, change->ops[i].adds, 'o');
		nicks[i] = change->ops[i].nick;
	}
	if (modes.len)
		sb_ircd_tell_channel(channel, change->client, NULL, "MODE", channel->name,
			modes.text, nicks[0], nicks[1], nicks[2], nicks[3], NULL);
}

static void
show_modes(struct ircd_client *client, const struct ircd_channel *channel)
{
	char modes[8], at[24];

	(void)snprintf(modes, sizeof(modes), "+%s%s", channel->is_closed_to_outsiders ? "n" : "",
		channel->keeps_topic ? "t" : "");
	(void)snprintf(at, sizeof(at), "%" PRId64, channel->made_at_s);
	sb_ircd_numeric(client, "324", channel->name, modes, NULL);
	sb_ircd_numeric(client, "329", channel->name, at, NULL);
}

/* There are no bans, but clients ask for their list when they join. */
static bool
asks_for_bans(const struct sb_wire_line *line)
{
	const char *modes = line->params[1];

	return line->n_params == 2 && (!strcmp(modes, "b") || !strcmp(modes, "+b"));
}

static void
change_channel(
	struct ircd_client *client, struct ircd_channel *channel, const struct sb_wire_line *line)
{
	struct change change = {
		.client = client,
		.channel = channel,
		.line = line,
		.next_param = 2,
		.adds = true,
	};
	const struct ircd_member *member = sb_ircd_member_of(client, channel);
	bool was_closed = channel->is_closed_to_outsiders, was_kept = channel->keeps_topic;
	const char *mode;

	if (!member || !member->is_op) {
		sb_ircd_numeric(
			client, "482", channel->name, "You are not a channel operator", NULL);
		return;
	}
	for (mode = line->params[1]; *mode && !client->is_doomed; mode++)
		set_mode(&change, *mode);
	tell_changes(&change, was_closed, was_kept);
}

static void
channel_mode(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, line->params[0]);

	if (!channel)
		sb_ircd_numeric(client, "403", line->params[0], "No such channel", NULL);
	else if (line->n_params == 1)
		show_modes(client, channel);
	else if (asks_for_bans(line))
		sb_ircd_numeric(client, "368", channel->name, "End of channel ban list", NULL);
	else
		change_channel(client, channel, line);
}

/* ---- Of a user ---- */

static void
change_user(struct ircd_client *client, const char *modes)
{
	bool adds = true, was_invisible = client->is_invisible, is_known = true;

	for (; *modes; modes++) {
		if (*modes == '+' || *modes == '-')
			adds = *modes == '+';
		else if (*modes == 'i')
			client->is_invisible = adds;
		else
			is_known = false;
	}
	if (!is_known)
		sb_ircd_numeric(client, "501", "Unknown MODE flag", NULL);
	if (was_invisible != client->is_invisible)
		sb_ircd_tell(client, client, "MODE", client->nick->text,
			client->is_invisible ? "+i" : "-i", NULL);
}

static void
user_mode(struct ircd_client *client, const struct sb_wire_line *line)
{
	if (!sb_ircd_find_user(client->ircd, line->params[0]))
		sb_ircd_numeric(client, "401", line->params[0], "No such nick", NULL);
	else if (!sb_casemap_same(SB_CASEMAP_RFC1459, client->nick->text, line->params[0]))
		sb_ircd_numeric(client, "502", "Cannot change mode for other users", NULL);
	else if (line->n_params == 1)
		sb_ircd_numeric(client, "221", client->is_invisible ? "+i" : "+", NULL);
	else
		change_user(client, line->params[1]);
}

int
sb_ircd_on_mode(struct ircd_client *client, const struct sb_wire_line *line)
{
	if (*line->params[0] == '#')
		channel_mode(client, line);
	else
		user_mode(client, line);
	return 0;
}
