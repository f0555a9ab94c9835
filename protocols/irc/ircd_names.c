#include "ircd_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A name that can be a key, folded. False for one too long, which nothing has. */
static bool
fold(const char *name, size_t max, char *buf)
{
	if (strlen(name) > max)
		return false;
	sb_casemap_fold_text(SB_CASEMAP_RFC1459, name, buf, max + 1);
	return true;
}

struct ircd_client *
sb_ircd_find_nick(const struct sb_ircd *ircd, const char *name)
{
	char key[IRCD_NICK_MAX + 1];
	struct ircd_nick *nick;
	size_t len;

	if (!fold(name, IRCD_NICK_MAX, key))
		return NULL;
	len = strlen(key);
	HASH_FIND_BYHASHVALUE(
		hh, ircd->nicks, key, len, sb_hash_bytes(&ircd->seed, key, len), nick);
	return nick ? nick->client : NULL;
}

struct ircd_client *
sb_ircd_find_user(const struct sb_ircd *ircd, const char *name)
{
	struct ircd_client *client = sb_ircd_find_nick(ircd, name);

	return client && client->is_registered ? client : NULL;
}

int
sb_ircd_set_nick(struct ircd_client *client, const char *name)
{
	struct sb_ircd *ircd = client->ircd;
	struct ircd_nick *nick;
	size_t len;

	if (client->nick && sb_casemap_same(SB_CASEMAP_RFC1459, client->nick->text, name)) {
		sb_ircd_copy(client->nick->text, IRCD_NICK_MAX, name);
		return 0;
	}
	nick = calloc(1, sizeof(*nick));
	if (!nick)
		return -ENOMEM;
	nick->client = client;
	sb_ircd_copy(nick->text, IRCD_NICK_MAX, name);
	sb_casemap_fold_text(SB_CASEMAP_RFC1459, name, nick->folded, sizeof(nick->folded));
	len = strlen(nick->folded);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, ircd->nicks, nick->folded, len,
		sb_hash_bytes(&ircd->seed, nick->folded, len), nick);
	if (!nick->hh.tbl) {
		free(nick);
		return -ENOMEM;
	}
	sb_ircd_drop_nick(client);
	client->nick = nick;
	return 0;
}

void
sb_ircd_drop_nick(struct ircd_client *client)
{
	if (!client->nick)
		return;
	HASH_DEL(client->ircd->nicks, client->nick);
	free(client->nick);
	client->nick = NULL;
}

struct ircd_channel *
sb_ircd_find_channel(const struct sb_ircd *ircd, const char *name)
{
	char key[IRCD_CHANNEL_MAX + 1];
	struct ircd_channel *channel;
	size_t len;

	if (!fold(name, IRCD_CHANNEL_MAX, key))
		return NULL;
	len = strlen(key);
	HASH_FIND_BYHASHVALUE(
		hh, ircd->channels, key, len, sb_hash_bytes(&ircd->seed, key, len), channel);
	return channel;
}

static struct ircd_channel *
make_channel(struct sb_ircd *ircd, const char *name)
{
	struct ircd_channel *channel = calloc(1, sizeof(*channel));
	size_t len;

	if (!channel)
		return NULL;
	sb_ircd_copy(channel->name, IRCD_CHANNEL_MAX, name);
	sb_casemap_fold_text(SB_CASEMAP_RFC1459, name, channel->folded, sizeof(channel->folded));
	channel->made_at_s = sb_ircd_now_s(ircd);
	channel->flags = IRCD_MEMBERS_ONLY;
	len = strlen(channel->folded);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, ircd->channels, channel->folded, len,
		sb_hash_bytes(&ircd->seed, channel->folded, len), channel);
	if (!channel->hh.tbl) {
		free(channel);
		return NULL;
	}
	return channel;
}

/* ---- Invitations ---- */

static struct ircd_invite *
find_invite(const struct ircd_client *client, const struct ircd_channel *channel)
{
	struct ircd_invite *invite;

	for (invite = client->invites; invite; invite = invite->next_of_client)
		if (invite->channel == channel)
			return invite;
	return NULL;
}

bool
sb_ircd_is_invited(const struct ircd_client *client, const struct ircd_channel *channel)
{
	return find_invite(client, channel) != NULL;
}

int
sb_ircd_add_invite(struct ircd_client *client, struct ircd_channel *channel)
{
	struct ircd_invite *invite;

	if (find_invite(client, channel))
		return 0;
	invite = calloc(1, sizeof(*invite));
	if (!invite)
		return -ENOMEM;
	if (client->n_invites >= IRCD_INVITES_MAX)
		sb_ircd_drop_invite(client->invites);
	invite->client = client;
	invite->channel = channel;
	DL_APPEND(channel->invites, invite);
	DL_APPEND2(client->invites, invite, prev_of_client, next_of_client);
	client->n_invites++;
	return 0;
}

void
sb_ircd_drop_invite(struct ircd_invite *invite)
{
	struct ircd_client *client = invite->client;
	struct ircd_channel *channel = invite->channel;

	DL_DELETE2(client->invites, invite, prev_of_client, next_of_client);
	client->n_invites--;
	DL_DELETE(channel->invites, invite);
	free(invite);
}

/* ---- Members ---- */

int
sb_ircd_enter(struct ircd_client *client, const char *name, struct ircd_channel **ret_channel)
{
	struct ircd_channel *channel = sb_ircd_find_channel(client->ircd, name);
	struct ircd_member *member = calloc(1, sizeof(*member));
	struct ircd_invite *invite;

	if (member && !channel)
		channel = make_channel(client->ircd, name);
	if (!member || !channel) {
		free(member);
		return -ENOMEM;
	}
	member->client = client;
	member->channel = channel;
	member->is_op = !channel->members;
	DL_APPEND(channel->members, member);
	channel->n_members++;
	DL_APPEND2(client->channels, member, prev_of_client, next_of_client);
	client->n_channels++;
	invite = find_invite(client, channel);
	if (invite)
		sb_ircd_drop_invite(invite);
	*ret_channel = channel;
	return 0;
}

void
sb_ircd_leave(struct ircd_member *member)
{
	struct ircd_client *client = member->client;
	struct ircd_channel *channel = member->channel;

	DL_DELETE2(client->channels, member, prev_of_client, next_of_client);
	client->n_channels--;
	DL_DELETE(channel->members, member);
	channel->n_members--;
	free(member);
	if (channel->members)
		return;
	while (channel->invites)
		sb_ircd_drop_invite(channel->invites);
	sb_ircd_free_masks(channel);
	HASH_DEL(client->ircd->channels, channel);
	free(channel);
}

struct ircd_member *
sb_ircd_member_of(const struct ircd_client *client, const struct ircd_channel *channel)
{
	struct ircd_member *member;

	for (member = client->channels; member; member = member->next_of_client)
		if (member->channel == channel)
			return member;
	return NULL;
}

const char *
sb_ircd_marks(const struct ircd_member *member, bool all)
{
	if (member->is_op)
		return all && member->is_voiced ? "@+" : "@";
	return member->is_voiced ? "+" : "";
}

/* ---- Marks ---- */

static void
mark_members(const struct ircd_channel *channel, uint64_t mark)
{
	const struct ircd_member *member;

	DL_FOREACH(channel->members, member)
	member->client->stamp = mark;
}

uint64_t
sb_ircd_mark_members(const struct ircd_channel *channel)
{
	uint64_t mark = ++channel->members->client->ircd->stamp;

	mark_members(channel, mark);
	return mark;
}

uint64_t
sb_ircd_mark_neighbours(struct ircd_client *client)
{
	uint64_t mark = ++client->ircd->stamp;
	const struct ircd_member *member;

	client->stamp = mark;
	for (member = client->channels; member; member = member->next_of_client)
		mark_members(member->channel, mark);
	return mark;
}

bool
sb_ircd_sees(uint64_t mark, const struct ircd_client *user)
{
	return !user->is_invisible || user->stamp == mark;
}

void
sb_ircd_free_names(struct sb_ircd *ircd)
{
	while (ircd->channels)
		sb_ircd_leave(ircd->channels->members);
	while (ircd->nicks)
		sb_ircd_drop_nick(ircd->nicks->client);
}
