#include "ircd_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool
sb_ircd_is_listed(
	const struct ircd_channel *channel, enum ircd_list list, const struct ircd_client *client)
{
	char source[IRCD_SOURCE_CAP];
	const struct ircd_mask *mask;

	sb_ircd_source(client, source);
	DL_FOREACH(channel->masks[list], mask)
	if (sb_mask_matches(SB_CASEMAP_RFC1459, mask->text, source))
		return true;
	return false;
}

bool
sb_ircd_is_banned(const struct ircd_channel *channel, const struct ircd_client *client)
{
	return sb_ircd_is_listed(channel, IRCD_BANS, client)
	       && !sb_ircd_is_listed(channel, IRCD_EXCEPTIONS, client);
}

bool
sb_ircd_complete_mask(const char *text, char *buf, size_t cap)
{
	const char *bang = strchr(text, '!'), *at = strchr(bang ? bang : text, '@');
	const char *nick = "*", *user = "*", *host = at ? at + 1 : "*";
	const char *user_begin = bang ? bang + 1 : text;
	int nick_len = 1, user_len = 1, n;

	if (bang || !at) {
		nick = text;
		nick_len = (int)(bang ? bang - text : (ptrdiff_t)strlen(text));
	}
	if (bang || at) {
		user = user_begin;
		user_len = (int)(at ? at - user_begin : (ptrdiff_t)strlen(user_begin));
	}
	n = snprintf(buf, cap, "%.*s!%.*s@%s", nick_len ? nick_len : 1, nick_len ? nick : "*",
		user_len ? user_len : 1, user_len ? user : "*", *host ? host : "*");
	return n > 0 && (size_t)n < cap && sb_wire_is_middle(buf);
}

static struct ircd_mask *
find(const struct ircd_channel *channel, enum ircd_list list, const char *text)
{
	struct ircd_mask *mask;

	DL_FOREACH(channel->masks[list], mask)
	if (sb_casemap_same(SB_CASEMAP_RFC1459, mask->text, text))
		return mask;
	return NULL;
}

int
sb_ircd_add_mask(
	struct ircd_channel *channel, enum ircd_list list, const char *text, const char *by)
{
	struct ircd_mask *mask;

	if (find(channel, list, text))
		return 0;
	if (channel->n_masks >= IRCD_MASKS_MAX)
		return -ENOSPC;
	mask = calloc(1, sizeof(*mask));
	if (!mask)
		return -ENOMEM;
	sb_ircd_copy(mask->text, IRCD_SOURCE_CAP - 1, text);
	sb_ircd_copy(mask->by, IRCD_NICK_MAX, by);
	mask->at_s = sb_ircd_now_s(channel->members->client->ircd);
	DL_APPEND(channel->masks[list], mask);
	channel->n_masks++;
	return 1;
}

static void
drop(struct ircd_channel *channel, enum ircd_list list, struct ircd_mask *mask)
{
	DL_DELETE(channel->masks[list], mask);
	channel->n_masks--;
	free(mask);
}

int
sb_ircd_remove_mask(struct ircd_channel *channel, enum ircd_list list, const char *text)
{
	struct ircd_mask *mask = find(channel, list, text);

	if (!mask)
		return 0;
	drop(channel, list, mask);
	return 1;
}

void
sb_ircd_send_masks(struct ircd_client *to, const struct ircd_channel *channel, enum ircd_list list)
{
	static const struct {
		const char *entry, *end, *words;
	} numerics[] = {
		{ "367", "368", "End of channel ban list" },
		{ "348", "349", "End of channel exception list" },
		{ "346", "347", "End of channel invite list" },
	};
	const struct ircd_mask *mask;
	char at[24];

	DL_FOREACH(channel->masks[list], mask)
	{
		(void)snprintf(at, sizeof(at), "%" PRId64, mask->at_s);
		sb_ircd_numeric(
			to, numerics[list].entry, channel->name, mask->text, mask->by, at, NULL);
	}
	sb_ircd_numeric(to, numerics[list].end, channel->name, numerics[list].words, NULL);
}

void
sb_ircd_free_masks(struct ircd_channel *channel)
{
	int list;

	for (list = 0; list < IRCD_N_LISTS; list++)
		while (channel->masks[list])
			drop(channel, (enum ircd_list)list, channel->masks[list]);
}
