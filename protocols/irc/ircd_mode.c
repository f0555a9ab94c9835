#include "ircd_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char sb_ircd_flag_letters[] = "imnst"; /* in the order of enum ircd_flag */
static const char list_letters[] = "beI"; /* in the order of enum ircd_list */

/* ---- Of a channel ---- */

/* A limit can go without a parameter, but only once for each that came with one, and the first. */
enum { DONE_MAX = 2 * IRCD_MODES_MAX + 1 };

/* What has been done and is to be told. */
struct done {
	bool adds;
	char mode;
	char param[IRCD_SOURCE_CAP]; /* "" for none */
};

/* One MODE as it is worked through. */
struct change {
	struct ircd_client *client;
	struct ircd_channel *channel;
	const struct ircd_member *member; /* NULL for an outsider */
	const struct sb_wire_line *line;
	size_t next_param;
	bool adds;
	bool told_unknown, told_missing, told_not_op, told_list[IRCD_N_LISTS]; /* once is enough */
	size_t n_params; /* that were looked at, of which there may be so many */
	struct done done[DONE_MAX];
	size_t n_done;
};

static void
note(struct change *change, char mode, const char *param)
{
	struct done *done = &change->done[change->n_done++];

	sb_assert(change->n_done <= DONE_MAX);
	done->adds = change->adds;
	done->mode = mode;
	sb_ircd_copy(done->param, IRCD_SOURCE_CAP - 1, param);
}

static bool
is_allowed(struct change *change)
{
	if (change->member && change->member->is_op)
		return true;
	if (!change->told_not_op)
		sb_ircd_numeric(change->client, "482", change->channel->name,
			"You are not a channel operator", NULL);
	change->told_not_op = true;
	return false;
}

/* The next parameter; NULL when there is none, which has been told, or it is one too many. */
static const char *
next_param(struct change *change)
{
	if (change->next_param >= change->line->n_params) {
		if (!change->told_missing)
			sb_ircd_numeric(
				change->client, "461", "MODE", "Not enough parameters", NULL);
		change->told_missing = true;
		return NULL;
	}
	change->next_param++;
	if (++change->n_params > IRCD_MODES_MAX)
		return NULL;
	return change->line->params[change->next_param - 1];
}

/* Modes o and v. */
static void
set_rank(struct change *change, char mode, const char *nick)
{
	struct ircd_client *client = change->client;
	struct ircd_client *target = sb_ircd_find_user(client->ircd, nick);
	struct ircd_member *member;
	bool *rank;

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
	rank = mode == 'o' ? &member->is_op : &member->is_voiced;
	if (*rank == change->adds)
		return;
	*rank = change->adds;
	note(change, mode, target->nick->text);
}

static void
set_mask(struct change *change, char mode, enum ircd_list list, const char *text)
{
	struct ircd_client *client = change->client;
	char letter[2] = { mode, '\0' }, mask[IRCD_SOURCE_CAP];
	int result;

	if (!sb_ircd_complete_mask(text, mask, sizeof(mask))) {
		sb_ircd_numeric(client, "696", change->channel->name, letter, text,
			"That is not a mask", NULL);
		return;
	}
	if (change->adds)
		result = sb_ircd_add_mask(change->channel, list, mask, client->nick->text);
	else
		result = sb_ircd_remove_mask(change->channel, list, mask);
	if (result > 0)
		note(change, mode, mask);
	else if (result == -ENOSPC)
		sb_ircd_numeric(
			client, "478", change->channel->name, letter, "Channel list is full", NULL);
	else if (result)
		sb_ircd_numeric(client, "400", "MODE", "Out of memory", NULL);
}

static void
set_key(struct change *change, const char *key)
{
	struct ircd_channel *channel = change->channel;

	if (!change->adds) {
		if (!*channel->key)
			return;
		note(change, 'k', channel->key);
		*channel->key = '\0';
	} else if (!sb_wire_is_middle(key) || strchr(key, ',') || strlen(key) > IRCD_KEY_MAX) {
		sb_ircd_numeric(
			change->client, "525", channel->name, "Key is not well-formed", NULL);
	} else if (strcmp(channel->key, key) != 0) {
		sb_ircd_copy(channel->key, IRCD_KEY_MAX, key);
		note(change, 'k', key);
	}
}

static void
set_limit(struct change *change, const char *text)
{
	struct ircd_channel *channel = change->channel;
	char number[24];
	uint64_t limit = 0;

	if (strspn(text, "0123456789") == strlen(text) && strlen(text) <= 9)
		limit = strtoull(text, NULL, 10);
	if (!limit) {
		sb_ircd_numeric(change->client, "696", channel->name, "l", text,
			"The limit is a number from 1 to 999999999", NULL);
		return;
	}
	if (limit == channel->limit)
		return;
	channel->limit = limit;
	(void)snprintf(number, sizeof(number), "%" PRIu64, limit);
	note(change, 'l', number);
}

static void
drop_limit(struct change *change)
{
	if (!change->channel->limit)
		return;
	change->channel->limit = 0;
	note(change, 'l', "");
}

/* A list without a parameter is asked for; that of bans by anybody. */
static void
use_list(struct change *change, char mode)
{
	enum ircd_list list = (enum ircd_list)(strchr(list_letters, mode) - list_letters);
	const char *param;

	if (change->next_param < change->line->n_params) {
		param = is_allowed(change) ? next_param(change) : NULL;
		if (param)
			set_mask(change, mode, list, param);
	} else if (change->told_list[list]) {
		return;
	} else if (list == IRCD_BANS ? sb_ircd_may_see(change->client, change->channel)
				     : is_allowed(change)) {
		change->told_list[list] = true;
		sb_ircd_send_masks(change->client, change->channel, list);
	}
}

static void
set_with_param(struct change *change, char mode)
{
	const char *param = next_param(change);

	if (!param)
		return;
	if (mode == 'k')
		set_key(change, param);
	else if (mode == 'l')
		set_limit(change, param);
	else
		set_rank(change, mode, param);
}

static void
set_mode(struct change *change, char mode)
{
	const char *flag = strchr(sb_ircd_flag_letters, mode);
	char letter[2] = { mode, '\0' };

	if (mode == '+' || mode == '-') {
		change->adds = mode == '+';
	} else if (strchr(list_letters, mode)) {
		use_list(change, mode);
	} else if (!is_allowed(change)) {
		return;
	} else if (flag) {
		unsigned bit = 1U << (flag - sb_ircd_flag_letters);

		change->channel->flags &= ~bit;
		change->channel->flags |= change->adds ? bit : 0;
	} else if (mode == 'l' && !change->adds) {
		drop_limit(change);
	} else if (strchr("klov", mode)) {
		set_with_param(change, mode);
	} else {
		if (!change->told_unknown)
			sb_ircd_numeric(
				change->client, "472", letter, "is unknown mode char to me", NULL);
		change->told_unknown = true;
	}
}

/* "+n-t+oo", with a sign where it changes, and the parameters. */
struct told {
	char modes[2 * (sizeof(sb_ircd_flag_letters) + DONE_MAX) + 1];
	size_t len;
	char sign;
	const char *params[IRCD_MODES_MAX + 1];
	size_t n_params, params_len;
};

static void
add_mode(struct told *told, bool adds, char mode)
{
	char sign = adds ? '+' : '-';

	if (told->sign != sign)
		told->modes[told->len++] = sign;
	told->sign = sign;
	told->modes[told->len++] = mode;
	told->modes[told->len] = '\0';
}

static void
send_told(const struct change *change, struct told *told)
{
	const char **p = told->params;

	if (told->len)
		sb_ircd_tell_channel(change->channel, change->client, "MODE", change->channel->name,
			told->modes, p[0], p[1], p[2], p[3], NULL);
	*told = (struct told){ .len = 0 };
}

/* What is different now from what it was; long masks take several lines. */
static void
tell_changes(const struct change *change, unsigned were)
{
	enum { TWO_MASKS = 2 * IRCD_SOURCE_CAP };
	const struct ircd_channel *channel = change->channel;
	struct told told = { .len = 0 };
	const char *letter;
	size_t i;

	for (letter = sb_ircd_flag_letters; *letter; letter++) {
		unsigned bit = 1U << (letter - sb_ircd_flag_letters);

		if ((channel->flags ^ were) & bit)
			add_mode(&told, channel->flags & bit, *letter);
	}
	for (i = 0; i < change->n_done; i++) {
		const struct done *done = &change->done[i];
		size_t len = strlen(done->param);

		if (told.params_len + len > TWO_MASKS)
			send_told(change, &told);
		add_mode(&told, done->adds, done->mode);
		if (len)
			told.params[told.n_params++] = done->param;
		told.params_len += len;
	}
	send_told(change, &told);
}

/* Who is outside does not learn the key. */
static void
show_modes(struct ircd_client *client, const struct ircd_channel *channel)
{
	bool is_inside = sb_ircd_member_of(client, channel);
	char modes[sizeof(sb_ircd_flag_letters) + 4] = "+", limit[24], at[24];
	const char *params[2] = { NULL, NULL }, *letter;
	size_t len = 1, n = 0;

	for (letter = sb_ircd_flag_letters; *letter; letter++)
		if (channel->flags & 1U << (letter - sb_ircd_flag_letters))
			modes[len++] = *letter;
	if (*channel->key) {
		modes[len++] = 'k';
		params[n++] = is_inside ? channel->key : "*";
	}
	if (channel->limit) {
		(void)snprintf(limit, sizeof(limit), "%" PRIu64, channel->limit);
		modes[len++] = 'l';
		params[n++] = limit;
	}
	modes[len] = '\0';
	(void)snprintf(at, sizeof(at), "%" PRId64, channel->made_at_s);
	sb_ircd_numeric(client, "324", channel->name, modes, params[0], params[1], NULL);
	sb_ircd_numeric(client, "329", channel->name, at, NULL);
}

static void
change_channel(
	struct ircd_client *client, struct ircd_channel *channel, const struct sb_wire_line *line)
{
	struct change change = {
		.client = client,
		.channel = channel,
		.member = sb_ircd_member_of(client, channel),
		.line = line,
		.next_param = 2,
		.adds = true,
	};
	unsigned were = channel->flags;
	const char *mode;

	for (mode = line->params[1]; *mode && !client->is_doomed; mode++)
		set_mode(&change, *mode);
	tell_changes(&change, were);
}

static void
channel_mode(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct ircd_channel *channel = sb_ircd_get_channel(client, line->params[0]);

	if (!channel)
		return;
	if (line->n_params > 1)
		change_channel(client, channel, line);
	else if (sb_ircd_may_see(client, channel))
		show_modes(client, channel);
	else
		sb_ircd_numeric(client, "442", channel->name, "You are not on that channel", NULL);
}

/* ---- Of a user ---- */

static void
show_user(struct ircd_client *client)
{
	char modes[8];

	(void)snprintf(modes, sizeof(modes), "+%s%s%s", client->is_bot ? "B" : "",
		client->is_invisible ? "i" : "", client->is_oper ? "o" : "");
	sb_ircd_numeric(client, "221", modes, NULL);
}

/* Nobody becomes an operator by asking for it. */
static bool
set_user_mode(struct ircd_client *client, char mode, bool adds)
{
	if (mode == 'i')
		client->is_invisible = adds;
	else if (mode == 'B')
		client->is_bot = adds;
	else if (mode == 'o')
		client->is_oper = client->is_oper && adds;
	else
		return false;
	return true;
}

static void
change_user(struct ircd_client *client, const char *modes)
{
	bool was_bot = client->is_bot, was_invisible = client->is_invisible;
	bool was_oper = client->is_oper, adds = true, is_known = true;
	struct told told = { .len = 0 };

	for (; *modes; modes++) {
		if (*modes == '+' || *modes == '-')
			adds = *modes == '+';
		else if (!set_user_mode(client, *modes, adds))
			is_known = false;
	}
	if (!is_known)
		sb_ircd_numeric(client, "501", "Unknown MODE flag", NULL);
	if (client->is_bot != was_bot)
		add_mode(&told, !was_bot, 'B');
	if (client->is_invisible != was_invisible)
		add_mode(&told, !was_invisible, 'i');
	if (client->is_oper != was_oper)
		add_mode(&told, !was_oper, 'o');
	if (told.len)
		sb_ircd_tell(client, client, "MODE", client->nick->text, told.modes, NULL);
}

static void
user_mode(struct ircd_client *client, const struct sb_wire_line *line)
{
	if (!sb_ircd_find_user(client->ircd, line->params[0]))
		sb_ircd_numeric(client, "401", line->params[0], "No such nick", NULL);
	else if (!sb_casemap_same(SB_CASEMAP_RFC1459, client->nick->text, line->params[0]))
		sb_ircd_numeric(client, "502", "Cannot change mode for other users", NULL);
	else if (line->n_params == 1)
		show_user(client);
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
