#include "isupport.h"

#include <string.h>

#include "isupport_values.h"

void
sb_isupport_init(struct sb_isupport *is)
{
	is->n_kept = is->text_len = 0;
	sb_isupport_rules_reset(is);
}

/* What is kept lies as "KEY\0value\0KEY\0value\0": where this key does; the end when it does not. */
static size_t
find_kept(const struct sb_isupport *is, const char *key)
{
	size_t at = 0;

	while (at < is->text_len && strcmp(is->text + at, key) != 0) {
		at += strlen(is->text + at) + 1;
		at += strlen(is->text + at) + 1;
	}
	return at;
}

static size_t
kept_size(const char *key, const char *value)
{
	return strlen(key) + strlen(value) + 2;
}

static void
drop_kept(struct sb_isupport *is, const char *key)
{
	size_t at = find_kept(is, key), size;

	if (at == is->text_len)
		return;
	size = kept_size(key, is->text + at + strlen(key) + 1);
	memmove(is->text + at, is->text + at + size, is->text_len - at - size);
	is->text_len -= size;
	is->n_kept--;
}

static bool
has_room(const struct sb_isupport *is, const char *key, const char *value)
{
	const char *old = sb_isupport_value(is, key);
	size_t used = is->text_len - (old ? kept_size(key, old) : 0);

	return is->n_kept - (old ? 1 : 0) < SB_ISUPPORT_KEPT_MAX
	       && kept_size(key, value) <= SB_ISUPPORT_TEXT_MAX - used;
}

static void
keep(struct sb_isupport *is, const char *key, const char *value)
{
	drop_kept(is, key);
	memcpy(is->text + is->text_len, key, strlen(key) + 1);
	is->text_len += strlen(key) + 1;
	memcpy(is->text + is->text_len, value, strlen(value) + 1);
	is->text_len += strlen(value) + 1;
	is->n_kept++;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that "\xHH" stands for; 0 for no such, and for what a text must not hold. */
static char
read_escape(const char *at)
{
	int high, low;
	char byte;

	if (at[0] != '\\' || at[1] != 'x')
		return 0;
	high = hex(at[2]);
	low = high < 0 ? -1 : hex(at[3]);
	if (low < 0)
		return 0;
	byte = (char)(high * 16 + low);
	return byte == '\r' || byte == '\n' ? 0 : byte;
}

static void
unescape(char *text)
{
	char *to = text;

	while (*text) {
		char byte = read_escape(text);

		*to++ = byte ? byte : *text;
		text += byte ? 4 : 1;
	}
	*to = '\0';
}

static bool
is_key(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

/* Takes the token apart; false when it has no sound key. */
static bool
split(const char *token, struct sb_isupport_change *change)
{
	size_t len = strlen(token), key_len;
	char *key = change->text, *equals;

	*change = (struct sb_isupport_change){ .key = "", .is_removed = *token == '-' };
	token += change->is_removed;
	len -= change->is_removed;
	key_len = strcspn(token, "=");
	if (len > SB_ISUPPORT_TOKEN_MAX || !key_len || key_len > SB_ISUPPORT_KEY_MAX
		|| !is_key(token, key_len))
		return false;
	memcpy(key, token, len + 1);
	change->key = key;
	equals = key + key_len;
	if (!*equals)
		return true;
	*equals = '\0';
	if (!change->is_removed) {
		unescape(equals + 1);
		change->value = equals + 1;
	}
	return true;
}

void
sb_isupport_take(struct sb_isupport *is, const char *token, struct sb_isupport_change *ret_change)
{
	const struct sb_isupport_rule *rule;
	const char *value;

	if (!split(token, ret_change)) {
		ret_change->why = "no key, or a token that is too long";
		return;
	}
	rule = sb_isupport_rule_find(ret_change->key);
	if (ret_change->is_removed) {
		drop_kept(is, ret_change->key);
		if (rule)
			sb_isupport_rule_reset(is, rule);
		ret_change->is_understood = rule != NULL;
		return;
	}
	value = ret_change->value ? ret_change->value : "";
	if (!has_room(is, ret_change->key, value)) {
		ret_change->why = "no room for it beside the others";
		return;
	}
	ret_change->is_understood =
		rule && sb_isupport_rule_apply(is, rule, value, &ret_change->why);
	if (ret_change->is_understood || !rule)
		keep(is, ret_change->key, value);
}

const char *
sb_isupport_value(const struct sb_isupport *is, const char *key)
{
	size_t at = find_kept(is, key);

	return at < is->text_len ? is->text + at + strlen(key) + 1 : NULL;
}

/* Whether `sign` and the word are among the words of a list. */
static bool
has_word(const char *list, const char *sign, const char *word)
{
	size_t sign_len = strlen(sign), len = strlen(word);

	for (;;) {
		size_t part = strcspn(list, ",");

		if (part == sign_len + len && !memcmp(list, sign, sign_len)
			&& !memcmp(list + sign_len, word, len))
			return true;
		if (!list[part])
			return false;
		list += part + 1;
	}
}

bool
sb_isupport_lists(const struct sb_isupport *is, const char *key, const char *word)
{
	const char *value = sb_isupport_value(is, key);

	return value && has_word(value, "", word);
}

bool
sb_isupport_denies_tag(const struct sb_isupport *is, const char *tag)
{
	const char *value = sb_isupport_value(is, "CLIENTTAGDENY");

	return value && (has_word(value, "", "*") || has_word(value, "", tag))
	       && !has_word(value, "-", tag);
}

static bool
is_command(struct sb_isupport_pair pair, const char *command)
{
	size_t i;

	for (i = 0; i < pair.len; i++)
		if (sb_casemap_fold(SB_CASEMAP_ASCII, pair.name[i])
			!= sb_casemap_fold(SB_CASEMAP_ASCII, command[i]))
			return false;
	return !command[i];
}

static bool
is_same(const char *command, const char *other)
{
	return sb_casemap_same(SB_CASEMAP_ASCII, command, other);
}

uint32_t
sb_isupport_targmax(const struct sb_isupport *is, const char *command)
{
	const char *at = sb_isupport_value(is, "TARGMAX");
	struct sb_isupport_pair pair;

	while (at && sb_isupport_pair_next(&at, &pair))
		if (is_command(pair, command))
			return pair.limit;
	if (is_same(command, "PRIVMSG") || is_same(command, "NOTICE") || is_same(command, "TAGMSG"))
		return is->max_targets;
	if (is_same(command, "JOIN") || is_same(command, "PART"))
		return SB_ISUPPORT_NO_LIMIT;
	return 1;
}

/* The limit of the pair whose name has that character; `other` when there is none. */
static uint32_t
limit_of(const struct sb_isupport *is, const char *key, char c, uint32_t other)
{
	const char *at = sb_isupport_value(is, key);
	struct sb_isupport_pair pair;

	while (at && sb_isupport_pair_next(&at, &pair))
		if (memchr(pair.name, c, pair.len))
			return pair.limit;
	return other;
}

uint32_t
sb_isupport_chanlimit(const struct sb_isupport *is, char sign)
{
	return limit_of(is, "CHANLIMIT", sign, is->max_channels);
}

uint32_t
sb_isupport_maxlist(const struct sb_isupport *is, char letter)
{
	return limit_of(is, "MAXLIST", letter, letter == 'b' ? is->max_bans : SB_ISUPPORT_NO_LIMIT);
}

const char *
sb_isupport_strip_status(const struct sb_isupport *is, const char *target, unsigned *ret_rank)
{
	size_t i, n = strspn(target, is->statusmsg);

	/* A sign may also be one that channels begin with. */
	while (n && !sb_isupport_is_channel(is, target + n))
		n--;
	*ret_rank = n ? SB_ISUPPORT_PREFIX_MAX : 0;
	for (i = 0; i < n; i++) {
		unsigned rank = sb_isupport_sign_rank(is, target[i]);

		if (rank < *ret_rank)
			*ret_rank = rank;
	}
	return target + n;
}

unsigned
sb_isupport_rank(const struct sb_isupport *is, char letter)
{
	size_t i;

	for (i = 0; i < is->n_prefixes; i++)
		if (is->prefixes[i].letter == letter)
			return (unsigned)(is->n_prefixes - i);
	return 0;
}

unsigned
sb_isupport_sign_rank(const struct sb_isupport *is, char sign)
{
	size_t i;

	for (i = 0; i < is->n_prefixes; i++)
		if (is->prefixes[i].sign == sign)
			return (unsigned)(is->n_prefixes - i);
	return 0;
}

char
sb_isupport_sign(const struct sb_isupport *is, char letter)
{
	unsigned rank = sb_isupport_rank(is, letter);

	return rank ? is->prefixes[is->n_prefixes - rank].sign : '\0';
}
