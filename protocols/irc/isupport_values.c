#include "isupport_values.h"

#include <string.h>

static const char no_sense[] = "a value that makes no sense";

/* A key that we know: what its value says, and where. */
struct sb_isupport_rule {
	const char *key;
	/* Takes a value, changes nothing and returns false when it makes no sense. NULL: the text
	 * is all there is. */
	bool (*read)(struct sb_isupport *, const struct sb_isupport_rule *, const char *value,
		const char **ret_why);
	size_t offset,
		size; /* of its member, where there is one that it has in common with others */
	const char *silent; /* the value while nothing is said; NULL: the member is zero */
	const char *empty; /* the value when it has none; NULL: it must have one */
	uint32_t min, max; /* of a number */
};

static void *
member_of(struct sb_isupport *is, const struct sb_isupport_rule *rule)
{
	return (char *)is + rule->offset;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_graphic(char c)
{
	return c > ' ' && c <= '~';
}

static bool
is_mode(char c)
{
	return is_graphic(c) && !strchr("+-,:()", c);
}

static bool
is_sign(char c)
{
	return is_graphic(c) && !is_letter(c) && !is_digit(c) && !strchr(",:", c);
}

static bool
are_all(const char *text, size_t len, bool (*is)(char))
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is(text[i]))
			return false;
	return true;
}

/* Digits up to `end`; what is too large for any limit stays so. False for anything else. */
static bool
read_digits(const char *at, const char *end, uint32_t *ret_number)
{
	uint32_t number = 0;

	if (at == end)
		return false;
	for (; at < end; at++) {
		if (!is_digit(*at))
			return false;
		number = number * 10 + (uint32_t)(*at - '0');
		if (number > SB_ISUPPORT_LEN_MAX)
			number = SB_ISUPPORT_LEN_MAX + 1;
	}
	*ret_number = number;
	return true;
}

static bool
read_number(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	uint32_t number = SB_ISUPPORT_NO_LIMIT;

	if (*value) {
		if (!read_digits(value, value + strlen(value), &number))
			return false;
		if (number < rule->min) {
			*ret_why = "a number below its least, which stands for it";
			number = rule->min;
		} else if (number > rule->max) {
			*ret_why = "a number above its greatest, which stands for it";
			number = rule->max;
		}
	}
	memcpy(member_of(is, rule), &number, sizeof(number));
	return true;
}

/* CHATHISTORY, where 0 is no limit. */
static bool
read_history(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	return read_number(is, rule, value[strspn(value, "0")] ? value : "", ret_why);
}

static bool
read_letter(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	(void)ret_why;
	if (!is_letter(value[0]) || value[1])
		return false;
	*(char *)member_of(is, rule) = value[0];
	return true;
}

static bool
read_flag(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	(void)value;
	(void)ret_why;
	*(bool *)member_of(is, rule) = true;
	return true;
}

static bool
read_signs(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	size_t len = strlen(value);

	(void)ret_why;
	if (len >= SB_ISUPPORT_SET_CAP || !are_all(value, len, is_sign))
		return false;
	memcpy(member_of(is, rule), value, len + 1);
	return true;
}

static bool
read_casemap(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	enum sb_casemap map;

	(void)rule;
	if (!*value)
		return false;
	if (!sb_casemap_read(value, &map))
		*ret_why = "an unknown casemapping, for which ascii stands";
	is->casemap = map;
	return true;
}

static bool
has_twins(const char *text, size_t len)
{
	size_t i;

	for (i = 1; i < len; i++)
		if (memchr(text, text[i], i))
			return true;
	return false;
}

/* "(ov)@+"; "" for no ranks. */
static bool
read_prefix(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	const char *letters = value + 1, *signs;
	size_t i, n = *value ? strcspn(letters, ")") : 0;

	(void)rule;
	signs = letters + n + 1;
	if (*value
		&& (*value != '(' || !letters[n] || strlen(signs) != n || n >= SB_ISUPPORT_SET_CAP
			|| !are_all(letters, n, is_mode) || !are_all(signs, n, is_sign)
			|| has_twins(letters, n) || has_twins(signs, n)))
		return false;
	if (n > SB_ISUPPORT_PREFIX_MAX) {
		n = SB_ISUPPORT_PREFIX_MAX;
		*ret_why = "more ranks than 16, of which the highest stay";
	}
	for (i = 0; i < n; i++)
		is->prefixes[i] = (struct sb_isupport_prefix){ letters[i], signs[i] };
	is->n_prefixes = n;
	return true;
}

/* "A,B,C,D"; what is missing is empty, and further types have no meaning yet. */
static bool
read_chanmodes(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	char sets[4][SB_ISUPPORT_SET_CAP] = { "" };
	char *const members[] = { is->list_modes, is->key_modes, is->limit_modes, is->flag_modes };
	size_t i;

	(void)rule;
	(void)ret_why;
	for (i = 0; i < 4; i++) {
		size_t len = strcspn(value, ",");

		if (len >= SB_ISUPPORT_SET_CAP || !are_all(value, len, is_mode))
			return false;
		memcpy(sets[i], value, len);
		value += len + (value[len] == ',');
	}
	for (i = 0; i < 4; i++)
		memcpy(members[i], sets[i], sizeof(sets[i]));
	return true;
}

/* "~,abc" or ",abc". */
static bool
read_extban(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	const char *types = strchr(value, ',');
	size_t len;

	(void)rule;
	(void)ret_why;
	if (!types || types - value > 1 || (types > value && !is_sign(*value)))
		return false;
	len = strlen(++types);
	if (len >= SB_ISUPPORT_SET_CAP || !are_all(types, len, is_graphic))
		return false;
	is->extban_sign = *value;
	if (*value == ',')
		is->extban_sign = '\0';
	memcpy(is->extbans, types, len + 1);
	return true;
}

bool
sb_isupport_pair_next(const char **at, struct sb_isupport_pair *ret_pair)
{
	const char *end = *at + strcspn(*at, ","), *colon = memchr(*at, ':', (size_t)(end - *at));

	ret_pair->name = *at;
	ret_pair->limit = SB_ISUPPORT_NO_LIMIT;
	*at = end + (*end == ',');
	if (!colon || colon == ret_pair->name)
		return false;
	ret_pair->len = (size_t)(colon - ret_pair->name);
	if (colon + 1 == end)
		return true;
	if (!read_digits(colon + 1, end, &ret_pair->limit))
		return false;
	if (ret_pair->limit > SB_ISUPPORT_LEN_MAX)
		ret_pair->limit = SB_ISUPPORT_LEN_MAX;
	if (!ret_pair->limit)
		ret_pair->limit = 1;
	return true;
}

/* The text is read when it is asked for: here it must only be readable. */
static bool
read_pairs(struct sb_isupport *is, const struct sb_isupport_rule *rule, const char *value,
	const char **ret_why)
{
	struct sb_isupport_pair pair;

	(void)is;
	(void)rule;
	(void)ret_why;
	while (*value)
		if (!sb_isupport_pair_next(&value, &pair))
			return false;
	return true;
}

#define MEMBER(name) offsetof(struct sb_isupport, name), sizeof(((struct sb_isupport *)NULL)->name)
#define LENGTH(key, name)                                                                          \
	{                                                                                          \
		key, read_number, MEMBER(name), "", NULL, 1, SB_ISUPPORT_LEN_MAX                   \
	}
#define TEXT(key)                                                                                  \
	{                                                                                          \
		key, NULL, 0, 0, NULL, "", 0, 0                                                    \
	}
#define FLAG(key, name)                                                                            \
	{                                                                                          \
		key, read_flag, MEMBER(name), NULL, "", 0, 0                                       \
	}

static const struct sb_isupport_rule rules[] = {
	{ "CASEMAPPING", read_casemap, 0, 0, "rfc1459", NULL, 0, 0 },
	{ "CHANTYPES", read_signs, MEMBER(channel_types), "#&+!", "", 0, 0 },
	{ "PREFIX", read_prefix, 0, 0, "(ov)@+", "", 0, 0 },
	{ "CHANMODES", read_chanmodes, 0, 0, "beI,k,l,imnpstaqr", "", 0, 0 },
	{ "STATUSMSG", read_signs, MEMBER(statusmsg), NULL, "", 0, 0 },
	{ "EXCEPTS", read_letter, MEMBER(excepts), NULL, "e", 0, 0 },
	{ "INVEX", read_letter, MEMBER(invex), NULL, "I", 0, 0 },
	LENGTH("NICKLEN", nick_len),
	LENGTH("CHANNELLEN", channel_len),
	LENGTH("TOPICLEN", topic_len),
	LENGTH("KICKLEN", kick_len),
	LENGTH("AWAYLEN", away_len),
	LENGTH("USERLEN", user_len),
	{ "HOSTLEN", read_number, MEMBER(host_len), "63", NULL, 1, SB_ISUPPORT_LEN_MAX },
	{ "LINELEN", read_number, MEMBER(line_len), "512", NULL, 512, SB_ISUPPORT_LINE_MAX },
	{ "MODES", read_number, MEMBER(modes), "3", "", 1, SB_ISUPPORT_LEN_MAX },
	{ "MAXTARGETS", read_number, MEMBER(max_targets), "1", "", 1, SB_ISUPPORT_LEN_MAX },
	{ "MAXCHANNELS", read_number, MEMBER(max_channels), "", "", 1, SB_ISUPPORT_LEN_MAX },
	{ "MAXBANS", read_number, MEMBER(max_bans), "", "", 1, SB_ISUPPORT_LEN_MAX },
	{ "TARGMAX", read_pairs, 0, 0, NULL, "", 0, 0 },
	{ "CHANLIMIT", read_pairs, 0, 0, NULL, NULL, 0, 0 },
	{ "MAXLIST", read_pairs, 0, 0, NULL, NULL, 0, 0 },
	{ "MONITOR", read_number, MEMBER(monitor), NULL, "", 0, SB_ISUPPORT_LEN_MAX },
	{ "CHATHISTORY", read_history, MEMBER(chathistory), NULL, "", 1, SB_ISUPPORT_LEN_MAX },
	{ "BOT", read_letter, MEMBER(bot), NULL, NULL, 0, 0 },
	{ "CALLERID", read_letter, MEMBER(callerid), NULL, "g", 0, 0 },
	{ "ACCEPT", read_number, MEMBER(accept), NULL, "", 0, SB_ISUPPORT_LEN_MAX },
	{ "EXTBAN", read_extban, 0, 0, ",", NULL, 0, 0 },
	FLAG("WHOX", has_whox),
	FLAG("SAFELIST", has_safelist),
	FLAG("UTF8ONLY", is_utf8_only),
	TEXT("NETWORK"),
	TEXT("ELIST"),
	TEXT("ACCOUNTEXTBAN"),
	TEXT("CLIENTTAGDENY"),
	TEXT("MSGREFTYPES"),
	TEXT("draft/ICON"),
};

const struct sb_isupport_rule *
sb_isupport_rule_find(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (!strcmp(rules[i].key, key))
			return &rules[i];
	return NULL;
}

void
sb_isupport_rule_reset(struct sb_isupport *is, const struct sb_isupport_rule *rule)
{
	const char *why;

	if (rule->silent)
		(void)rule->read(is, rule, rule->silent, &why);
	else
		memset(member_of(is, rule), 0, rule->size);
}

void
sb_isupport_rules_reset(struct sb_isupport *is)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		sb_isupport_rule_reset(is, &rules[i]);
}

bool
sb_isupport_rule_apply(struct sb_isupport *is, const struct sb_isupport_rule *rule,
	const char *value, const char **ret_why)
{
	if (!*value && !rule->empty) {
		*ret_why = "no value where there must be one";
		return false;
	}
	if (rule->read && !rule->read(is, rule, *value ? value : rule->empty, ret_why)) {
		*ret_why = no_sense;
		return false;
	}
	return true;
}
