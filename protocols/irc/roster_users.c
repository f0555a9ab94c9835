#include "roster_private.h"

#include <errno.h>
#include <string.h>

#include "words.h"

/* The texts up to the last one that is wanted. */
static void
unpack(const struct sb_irc_user *user, enum user_text last, const char **texts)
{
	const char *at = user->hh.key, *end = at + user->texts_size;
	size_t i;

	for (i = 0; i <= last; i++) {
		texts[i] = at < end ? at : "";
		if (at < end && !(i == TEXT_FOLDED && user->is_folded))
			at += strlen(at) + 1;
	}
}

const char *
sb_roster_user_text(const struct sb_irc_user *user, enum user_text which)
{
	const char *texts[N_TEXTS];

	unpack(user, which, texts);
	return texts[which];
}

/* Makes a block of texts. NULL for -ENOMEM. */
static char *
pack(struct sb_irc_state *state, const char *const *texts, size_t *ret_size)
{
	size_t first = strcmp(texts[TEXT_FOLDED], texts[TEXT_NICK]) ? TEXT_FOLDED : TEXT_NICK;
	size_t lens[N_TEXTS], n = N_TEXTS, size = 0, i;
	char *block, *at;

	while (!*texts[n - 1])
		n--;
	for (i = first; i < n; i++) {
		lens[i] = sb_roster_cut(texts[i]);
		size += lens[i] + 1;
	}
	at = block = sb_roster_take(state, size);
	for (i = first; block && i < n; i++) {
		memcpy(at, texts[i], lens[i]);
		at += lens[i] + 1;
	}
	*ret_size = size;
	return block;
}

/* Puts another block in the place of that there is; the key is the same, or the user not in the
 * table. */
static void
swap(struct sb_irc_state *state, struct sb_irc_user *user, char *block, size_t size)
{
	sb_roster_give(state, sb_roster_block(user->hh.key), user->texts_size);
	user->hh.key = block;
	user->texts_size = (uint32_t)size;
}

/* Puts the user in the table by the block of texts. */
static int
enter(struct sb_irc_state *state, struct sb_irc_user *user, char *block)
{
	size_t len = strlen(block);

	HASH_ADD_KEYPTR_BYHASHVALUE(
		hh, state->users, block, len, sb_hash_bytes(&state->seed, block, len), user);
	if (user->hh.tbl)
		return 0;
	user->hh.key = block;
	user->hh.keylen = (unsigned)len;
	state->is_whole = false;
	return -ENOMEM;
}

static struct sb_irc_user *
find_folded(const struct sb_irc_state *state, const char *folded, size_t len)
{
	struct sb_irc_user *user;

	HASH_FIND_BYHASHVALUE(
		hh, state->users, folded, len, sb_hash_bytes(&state->seed, folded, len), user);
	return user;
}

static const char *
nick_of(const struct sb_irc_user *user)
{
	const char *key = user->hh.key;

	return user->is_folded ? key : key + user->hh.keylen + 1;
}

/* One of two, beside each other. Who finds nicks that share it gains nothing: it only makes looking
 * faster. */
static size_t
heard_slot(const char *nick)
{
	size_t len = strlen(nick);
	uint64_t word = sb_words_load_(nick, len);

	if (len > sizeof(word))
		word ^= sb_words_load_(nick + len - sizeof(word), sizeof(word)) * 3;
	return (size_t)((word + len) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - HEARD_BITS));
}

/* The nick is another from now on, or the user goes. */
static void
forget_heard(struct sb_irc_state *state, const struct sb_irc_user *user)
{
	size_t slot = heard_slot(nick_of(user));

	if (state->heard[slot] == user)
		state->heard[slot] = NULL;
	if (state->heard[slot ^ 1] == user)
		state->heard[slot ^ 1] = NULL;
}

bool
sb_roster_is_alone(const struct sb_irc_state *state)
{
	return state->self && HASH_COUNT(state->users) == 1;
}

struct sb_irc_user *
sb_roster_user_hear(struct sb_irc_state *state, const char *nick)
{
	struct sb_irc_user *user;
	size_t slot;

	if (sb_roster_is_alone(state))
		return sb_roster_user_find(state, nick);
	slot = heard_slot(nick);
	user = state->heard[slot];
	if (user && !strcmp(nick_of(user), nick))
		return user;
	user = state->heard[slot ^ 1];
	if (user && !strcmp(nick_of(user), nick))
		return user;
	user = sb_roster_user_find(state, nick);
	if (user && !strcmp(nick_of(user), nick)) {
		state->heard[slot ^ 1] = state->heard[slot];
		state->heard[slot] = user;
	}
	return user;
}

struct sb_irc_user *
sb_roster_user_find(const struct sb_irc_state *state, const char *nick)
{
	char folded[SB_ROSTER_NAME_MAX + 1];
	size_t len;

	if (sb_roster_is_alone(state))
		return sb_roster_is_self(state, nick) ? state->self : NULL;
	len = sb_roster_fold(state, nick, folded);
	return len ? find_folded(state, folded, len) : NULL;
}

static struct sb_irc_user *
make(struct sb_irc_state *state, const char *folded, const struct sb_roster_who *who)
{
	const char *const texts[N_TEXTS] = { folded, who->nick, who->user ? who->user : "",
		who->host ? who->host : "", "", "", "" };
	struct sb_irc_user *user = sb_roster_take(state, sizeof(*user));
	size_t size;
	char *block = user ? pack(state, texts, &size) : NULL;

	if (!block) {
		sb_roster_give(state, user, sizeof(*user));
		return NULL;
	}
	user->texts_size = (uint32_t)size;
	user->is_folded = !strcmp(folded, who->nick);
	if (enter(state, user, block)) {
		sb_roster_give(state, block, size);
		sb_roster_give(state, user, sizeof(*user));
		return NULL;
	}
	state->n_hostless += !*texts[TEXT_HOST];
	state->n_accountless++;
	if (sb_roster_is_self(state, who->nick)) {
		user->is_self = true;
		state->self = user;
	}
	return user;
}

int
sb_roster_user_meet(
	struct sb_irc_state *state, const struct sb_roster_who *who, struct sb_irc_user **ret_user)
{
	char folded[SB_ROSTER_NAME_MAX + 1];
	size_t len = sb_roster_fold(state, who->nick, folded);

	if (!len)
		return -EINVAL;
	*ret_user = find_folded(state, folded, len);
	if (*ret_user)
		return sb_roster_user_set_who(state, *ret_user, who);
	*ret_user = make(state, folded, who);
	return *ret_user ? 0 : -ENOMEM;
}

int
sb_roster_user_set(struct sb_irc_state *state, struct sb_irc_user *user, enum user_text which,
	const char *value)
{
	const char *texts[N_TEXTS];
	size_t size;
	char *block;
	bool had;

	unpack(user, which, texts);
	if (!strcmp(texts[which], value))
		return 0;
	unpack(user, N_TEXTS - 1, texts);
	had = *texts[which] != 0;
	texts[which] = value;
	block = pack(state, texts, &size);
	if (!block)
		return -ENOMEM;
	if (which == TEXT_HOST)
		state->n_hostless += !*value - !had;
	swap(state, user, block, size);
	return 0;
}

int
sb_roster_user_set_who(
	struct sb_irc_state *state, struct sb_irc_user *user, const struct sb_roster_who *who)
{
	const char *texts[N_TEXTS];
	int error = 0;

	/* Whoever says anything tells it again: mostly it is as it was. */
	unpack(user, TEXT_HOST, texts);
	if ((!who->user || !strcmp(texts[TEXT_USER], who->user))
		&& (!who->host || !strcmp(texts[TEXT_HOST], who->host)))
		return 0;
	if (who->user)
		error = sb_roster_user_set(state, user, TEXT_USER, who->user);
	if (who->host && !error)
		error = sb_roster_user_set(state, user, TEXT_HOST, who->host);
	return error;
}

int
sb_roster_user_set_account(
	struct sb_irc_state *state, struct sb_irc_user *user, const char *account)
{
	int error =
		sb_roster_user_set(state, user, TEXT_ACCOUNT, strcmp(account, "*") ? account : "");

	/* Nobody is taken for who he was. */
	state->n_accountless += user->has_account;
	user->has_account = !error;
	state->n_accountless -= user->has_account;
	return error;
}

void
sb_roster_user_spoil(struct sb_irc_state *state, const struct sb_irc_user *user)
{
	const struct sb_irc_member *member;

	for (member = user->members; member; member = member->next_of_user)
		sb_roster_channel_spoil(state, state->slots[member->channel]);
}

/* Of one that is not in the table. */
static void
destroy(struct sb_irc_state *state, struct sb_irc_user *user)
{
	forget_heard(state, user);
	while (user->members)
		sb_roster_member_drop(state, user->members);
	if (state->self == user)
		state->self = NULL;
	state->n_hostless -= !*sb_roster_user_text(user, TEXT_HOST);
	state->n_accountless -= !user->has_account;
	sb_roster_give(state, sb_roster_block(user->hh.key), user->texts_size);
	sb_roster_give(state, user, sizeof(*user));
}

void
sb_roster_user_drop(struct sb_irc_state *state, struct sb_irc_user *user)
{
	HASH_DELETE(hh, state->users, user);
	destroy(state, user);
}

void
sb_roster_user_release(struct sb_irc_state *state, struct sb_irc_user *user)
{
	if (!user->members && !user->is_monitored && !user->is_self)
		sb_roster_user_drop(state, user);
}

int
sb_roster_user_rename(struct sb_irc_state *state, struct sb_irc_user *user, const char *nick)
{
	char folded[SB_ROSTER_NAME_MAX + 1];
	const char *texts[N_TEXTS];
	bool is_folded;
	size_t size;
	char *block;

	(void)sb_roster_fold(state, nick, folded);
	is_folded = !strcmp(folded, nick);
	unpack(user, N_TEXTS - 1, texts);
	texts[TEXT_FOLDED] = folded;
	texts[TEXT_NICK] = nick;
	block = pack(state, texts, &size);
	if (!block) {
		sb_roster_user_spoil(state, user);
		sb_roster_user_drop(state, user);
		return -ENOMEM;
	}
	HASH_DELETE(hh, state->users, user);
	forget_heard(state, user);
	swap(state, user, block, size);
	user->is_folded = is_folded;
	if (!enter(state, user, block))
		return 0;
	sb_roster_user_spoil(state, user);
	destroy(state, user);
	return -ENOMEM;
}

int
sb_roster_user_fold(struct sb_irc_state *state, struct sb_irc_user *user)
{
	char nick[SB_ROSTER_NAME_MAX + 1], folded[SB_ROSTER_NAME_MAX + 1];
	struct sb_irc_user *other;
	size_t len;

	strcpy(nick, sb_roster_user_text(user, TEXT_NICK));
	len = sb_roster_fold(state, nick, folded);
	if (!strcmp(folded, user->hh.key))
		return 0;
	other = find_folded(state, folded, len);
	if (other) {
		struct sb_irc_user *less = user->is_self ? other : user;

		sb_roster_user_spoil(state, less);
		sb_roster_user_drop(state, less);
		if (less == user)
			return 0;
	}
	return sb_roster_user_rename(state, user, nick);
}

struct sb_irc_member *
sb_roster_member_find(const struct sb_irc_channel *channel, const struct sb_irc_user *user)
{
	struct sb_irc_member *member = user->members;

	while (member && member->channel != channel->index)
		member = member->next_of_user;
	return member;
}

int
sb_roster_member_meet(struct sb_irc_state *state, struct sb_irc_channel *channel,
	struct sb_irc_user *user, struct sb_irc_member **ret_member)
{
	struct sb_irc_member *member = sb_roster_member_find(channel, user);

	if (!member) {
		member = sb_roster_take(state, sizeof(*member));
		if (!member) {
			sb_roster_channel_spoil(state, channel);
			return -ENOMEM;
		}
		member->user = user;
		member->channel = channel->index;
		DL_APPEND(channel->members, member);
		channel->n_members++;
		member->next_of_user = user->members;
		user->members = member;
	}
	*ret_member = member;
	return 0;
}

void
sb_roster_member_drop(struct sb_irc_state *state, struct sb_irc_member *member)
{
	struct sb_irc_channel *channel = state->slots[member->channel];
	struct sb_irc_member **at = &member->user->members;

	while (*at != member)
		at = &(*at)->next_of_user;
	*at = member->next_of_user;
	DL_DELETE(channel->members, member);
	channel->n_members--;
	sb_roster_give(state, member, sizeof(*member));
}
