#include "roster_private.h"

#include <errno.h>
#include <string.h>

/* ---- Modes ---- */

static struct mode *
find_mode(const struct sb_irc_channel *channel, char letter)
{
	struct mode *mode = channel->modes;

	while (mode && mode->mode.letter != letter)
		mode = mode->next;
	return mode;
}

static void
drop_mode(struct sb_irc_state *state, struct sb_irc_channel *channel, struct mode *mode)
{
	DL_DELETE(channel->modes, mode);
	(void)sb_roster_text(state, &mode->arg, NULL);
	sb_roster_give(state, mode, sizeof(*mode));
}

void
sb_roster_modes_clear(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	while (channel->modes)
		drop_mode(state, channel, channel->modes);
	channel->has_modes = false;
}

static int
set_mode(struct sb_irc_state *state, struct sb_irc_channel *channel, char letter, const char *arg)
{
	struct mode *mode = find_mode(channel, letter);
	int error;

	if (!mode) {
		mode = sb_roster_take(state, sizeof(*mode));
		if (!mode) {
			channel->has_modes = false;
			return -ENOMEM;
		}
		mode->mode.letter = letter;
		DL_APPEND(channel->modes, mode);
	}
	error = sb_roster_text(state, &mode->arg, arg);
	mode->mode.arg = mode->arg;
	return error;
}

static int
change_rank(struct sb_irc_state *state, struct sb_irc_channel *channel, bool is_added, char letter,
	const char *nick)
{
	struct sb_irc_user *user = sb_roster_user_find(state, nick);
	struct sb_irc_member *member = user ? sb_roster_member_find(channel, user) : NULL;
	int error = 0;
	unsigned bit;
	size_t i = 0;

	while (i < state->n_prefixes && state->prefixes[i].letter != letter)
		i++;
	if (i == state->n_prefixes || (!member && !is_added && !channel->is_coming))
		return -ENOENT;
	bit = 1U << i;
	if (!member) {
		error = sb_roster_user_meet(state, &(struct sb_roster_who){ .nick = nick }, &user);
		if (error == -ENOMEM)
			sb_roster_channel_spoil(state, channel);
		if (error)
			return error;
		error = sb_roster_member_meet(state, channel, user, &member);
	}
	if (error) {
		sb_roster_user_release(state, user);
		return error;
	}
	member->ranks = (uint16_t)(is_added ? member->ranks | bit : member->ranks & ~bit);
	member->fresh = (uint16_t)(member->fresh | bit);
	member->is_named = true;
	return 0;
}

int
sb_roster_mode(struct sb_irc_state *state, const char *name, const struct sb_mode_change *change,
	const char *setter, int64_t set_s)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);
	struct mode *mode;

	if (!channel)
		return -ENOENT;
	if (change->kind == SB_MODE_RANK)
		return change->arg ? change_rank(
			       state, channel, change->is_added, change->letter, change->arg)
				   : -EINVAL;
	if (change->kind == SB_MODE_LIST)
		return sb_roster_list_change(state, channel, change, setter, set_s);
	if (change->is_added)
		return set_mode(state, channel, change->letter, change->arg);
	mode = find_mode(channel, change->letter);
	if (mode)
		drop_mode(state, channel, mode);
	return 0;
}

int
sb_roster_modes_begin(struct sb_irc_state *state, const char *name)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);

	if (!channel)
		return -ENOENT;
	sb_roster_modes_clear(state, channel);
	channel->has_modes = true;
	return 0;
}

/* ---- Lists ---- */

static struct list *
find_list(const struct sb_irc_channel *channel, char letter)
{
	struct list *list = channel->lists;

	while (list && list->letter != letter)
		list = list->next;
	return list;
}

static int
meet_list(struct sb_irc_state *state, struct sb_irc_channel *channel, char letter,
	struct list **ret_list)
{
	struct list *list = find_list(channel, letter);

	if (!list) {
		list = sb_roster_take(state, sizeof(*list));
		if (!list)
			return -ENOMEM;
		list->letter = letter;
		LL_PREPEND(channel->lists, list);
	}
	*ret_list = list;
	return 0;
}

static void
drop_entry(struct sb_irc_state *state, struct list *list, struct entry *entry)
{
	DL_DELETE(list->entries, entry);
	list->n--;
	sb_roster_give(state, entry, entry->size);
}

void
sb_roster_lists_clear(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	while (channel->lists) {
		struct list *list = channel->lists;

		while (list->entries)
			drop_entry(state, list, list->entries);
		LL_DELETE(channel->lists, list);
		sb_roster_give(state, list, sizeof(*list));
	}
}

void
sb_roster_lists_spoil(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	struct list *list;

	LL_FOREACH(channel->lists, list)
	if (list->is_coming) {
		list->is_broken = true;
		state->is_whole = list->is_whole = false;
	}
}

static struct entry *
find_entry(const struct sb_irc_state *state, const struct list *list, const char *mask)
{
	struct entry *entry = list->entries;

	while (entry && !sb_casemap_same(state->map, entry->mask.mask, mask))
		entry = entry->next;
	return entry;
}

/* NULL when it cannot be kept, and then the list is not whole. */
static struct entry *
make_entry(struct sb_irc_state *state, struct list *list, const char *mask, const char *setter,
	int64_t set_s)
{
	size_t mask_size = strlen(mask) + 1;
	size_t size = sizeof(struct entry) + mask_size + (setter ? strlen(setter) + 1 : 0);
	bool fits = list->n < SB_ROSTER_LIST_MAX && mask_size <= SB_ROSTER_NAME_MAX + 1;
	struct entry *entry = fits ? sb_roster_take(state, size) : NULL;

	if (!entry) {
		state->is_whole = list->is_whole = false;
		list->is_broken = list->is_coming;
		return NULL;
	}
	entry->size = size;
	memcpy(entry->text, mask, mask_size);
	entry->mask.mask = entry->text;
	if (setter)
		entry->mask.setter = strcpy(entry->text + mask_size, setter);
	entry->mask.set_s = set_s;
	DL_APPEND(list->entries, entry);
	list->n++;
	return entry;
}

static int
add_entry(struct sb_irc_state *state, struct list *list, const char *mask, const char *setter,
	int64_t set_s)
{
	struct entry *entry = find_entry(state, list, mask);

	if (entry)
		drop_entry(state, list, entry);
	entry = make_entry(state, list, mask, setter, set_s);
	if (!entry)
		return -ENOMEM;
	entry->is_listed = true;
	return 0;
}

/* While the list comes, what is gone is kept as such: an entry that is older may still come. */
static int
remove_entry(struct sb_irc_state *state, struct list *list, const char *mask)
{
	struct entry *entry = find_entry(state, list, mask);

	if (entry && !list->is_coming)
		drop_entry(state, list, entry);
	if (!list->is_coming)
		return 0;
	if (!entry)
		entry = make_entry(state, list, mask, NULL, 0);
	if (!entry)
		return -ENOMEM;
	entry->is_gone = true;
	return 0;
}

int
sb_roster_list_change(struct sb_irc_state *state, struct sb_irc_channel *channel,
	const struct sb_mode_change *change, const char *setter, int64_t set_s)
{
	struct list *list = find_list(channel, change->letter);

	if (change->is_query || !change->arg || !list || !(list->is_whole || list->is_coming))
		return 0;
	return change->is_added ? add_entry(state, list, change->arg, setter, set_s)
				: remove_entry(state, list, change->arg);
}

static void
begin_list(struct list *list)
{
	struct entry *entry;

	list->is_coming = true;
	list->is_broken = false;
	DL_FOREACH(list->entries, entry)
	entry->is_listed = false;
}

int
sb_roster_list_entry(struct sb_irc_state *state, const char *name, char letter, const char *mask,
	const char *setter, int64_t set_s)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);
	struct entry *entry;
	struct list *list;

	if (!channel)
		return -ENOENT;
	if (meet_list(state, channel, letter, &list))
		return -ENOMEM;
	if (!list->is_coming)
		begin_list(list);
	entry = find_entry(state, list, mask);
	if (entry && (entry->is_gone || entry->is_listed))
		return 0;
	return add_entry(state, list, mask, setter, set_s);
}

int
sb_roster_list_end(struct sb_irc_state *state, const char *name, char letter)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);
	struct entry *entry, *next;
	struct list *list;

	if (!channel)
		return -ENOENT;
	if (meet_list(state, channel, letter, &list))
		return -ENOMEM;
	if (!list->is_coming)
		begin_list(list);
	DL_FOREACH_SAFE(list->entries, entry, next)
	if (entry->is_gone || (!entry->is_listed && !list->is_broken))
		drop_entry(state, list, entry);
	list->is_whole = !list->is_broken;
	list->is_coming = list->is_broken = false;
	return 0;
}

/* ---- Our own ---- */

void
sb_roster_umode(struct sb_irc_state *state, bool is_added, char letter)
{
	size_t len = strlen(state->umodes), at = 0;

	while ((unsigned char)state->umodes[at] < (unsigned char)letter && at < len)
		at++;
	if (!letter || (state->umodes[at] == letter) == is_added)
		return;
	if (is_added)
		memmove(&state->umodes[at + 1], &state->umodes[at], len - at + 1);
	else
		memmove(&state->umodes[at], &state->umodes[at + 1], len - at);
	if (is_added)
		state->umodes[at] = letter;
}

void
sb_roster_set_umodes(struct sb_irc_state *state, const char *letters)
{
	state->umodes[0] = '\0';
	for (; *letters; letters++)
		if (*letters != '+')
			sb_roster_umode(state, true, *letters);
}
