#include "caps_private.h"

#include <errno.h>

enum { ALIASES_MAX = 2, NO_VALUE = -1 };

#define NEEDS(cap) SB_CAP_BIT(SB_CAP_##cap)

/* A draft keeps its prefix until it is ratified; both names where it was and nothing else has
 * changed. Off: what costs more than it brings, or means something only to an owner who uses it. */
struct row {
	const char *names[ALIASES_MAX];
	uint64_t needs;
	bool is_wanted;
	int value; /* where it is kept */
};

static const struct row rows[SB_CAP_N_KNOWN] = {
	[SB_CAP_CAP_NOTIFY] = { { "cap-notify" }, 0, true, NO_VALUE },
	[SB_CAP_BATCH] = { { "batch" }, 0, true, NO_VALUE },
	[SB_CAP_MESSAGE_TAGS] = { { "message-tags" }, 0, true, NO_VALUE },
	[SB_CAP_SERVER_TIME] = { { "server-time" }, 0, true, NO_VALUE },
	[SB_CAP_SASL] = { { "sasl" }, 0, false, 0 },
	[SB_CAP_ACCOUNT_NOTIFY] = { { "account-notify" }, 0, true, NO_VALUE },
	[SB_CAP_ACCOUNT_TAG] = { { "account-tag" }, 0, true, NO_VALUE },
	[SB_CAP_AWAY_NOTIFY] = { { "away-notify" }, 0, true, NO_VALUE },
	[SB_CAP_CHGHOST] = { { "chghost" }, 0, true, NO_VALUE },
	[SB_CAP_EXTENDED_JOIN] = { { "extended-join" }, 0, true, NO_VALUE },
	[SB_CAP_EXTENDED_MONITOR] = { { "extended-monitor", "draft/extended-monitor" }, 0, true,
		NO_VALUE },
	[SB_CAP_INVITE_NOTIFY] = { { "invite-notify" }, 0, true, NO_VALUE },
	[SB_CAP_MULTI_PREFIX] = { { "multi-prefix" }, 0, true, NO_VALUE },
	[SB_CAP_NO_IMPLICIT_NAMES] = { { "no-implicit-names", "draft/no-implicit-names" }, 0, false,
		NO_VALUE },
	[SB_CAP_SETNAME] = { { "setname", "draft/setname" }, 0, true, NO_VALUE },
	[SB_CAP_STANDARD_REPLIES] = { { "standard-replies" }, 0, true, NO_VALUE },
	[SB_CAP_USERHOST_IN_NAMES] = { { "userhost-in-names" }, 0, true, NO_VALUE },
	[SB_CAP_LABELED_RESPONSE] = { { "labeled-response" }, NEEDS(BATCH), true, NO_VALUE },
	[SB_CAP_ECHO_MESSAGE] = { { "echo-message" }, NEEDS(LABELED_RESPONSE), true, NO_VALUE },
	[SB_CAP_MULTILINE] = { { "draft/multiline" }, NEEDS(BATCH), true, 1 },
	[SB_CAP_CHATHISTORY] = { { "draft/chathistory" }, NEEDS(BATCH) | NEEDS(SERVER_TIME), true,
		NO_VALUE },
	[SB_CAP_EVENT_PLAYBACK] = { { "draft/event-playback" }, NEEDS(CHATHISTORY), false,
		NO_VALUE },
	[SB_CAP_MESSAGE_REDACTION] = { { "draft/message-redaction" }, NEEDS(MESSAGE_TAGS), true,
		NO_VALUE },
	[SB_CAP_ACCOUNT_REGISTRATION] = { { "draft/account-registration" }, 0, false, 2 },
	[SB_CAP_PRE_AWAY] = { { "draft/pre-away" }, 0, false, NO_VALUE },
	[SB_CAP_EXTENDED_ISUPPORT] = { { "draft/extended-isupport" }, 0, false, NO_VALUE },
	[SB_CAP_CHANNEL_RENAME] = { { "draft/channel-rename" }, 0, true, NO_VALUE },
	[SB_CAP_READ_MARKER] = { { "draft/read-marker" }, 0, false, NO_VALUE },
	[SB_CAP_STS] = { { "sts" }, 0, false, 3 },
};

const char *
sb_caps_alias_(const struct sb_caps *caps, size_t i, size_t alias)
{
	if (i < SB_CAP_N_KNOWN)
		return alias < ALIASES_MAX ? rows[i].names[alias] : NULL;
	return alias ? NULL : caps->names[i - SB_CAP_N_KNOWN];
}

uint64_t
sb_caps_needs_(size_t i)
{
	return i < SB_CAP_N_KNOWN ? rows[i].needs : 0;
}

bool
sb_caps_is_wanted_(size_t i)
{
	return rows[i].is_wanted;
}

char *
sb_caps_place_(struct sb_caps *caps, size_t i, size_t *ret_cap)
{
	*ret_cap = SB_CAPS_VALUE_MAX;
	if (i >= SB_CAP_N_KNOWN) {
		*ret_cap = SB_CAPS_ADDED_VALUE_MAX;
		return caps->added_values[i - SB_CAP_N_KNOWN];
	}
	return rows[i].value == NO_VALUE ? NULL : caps->values[rows[i].value];
}

static int
find(const struct sb_caps *caps, const char *name, size_t len, uint8_t *ret_alias)
{
	for (size_t i = 0; i < caps->n; i++) {
		const char *known;

		for (size_t alias = 0; (known = sb_caps_alias_(caps, i, alias)); alias++) {
			if (*known != *name || strncmp(known, name, len) || known[len])
				continue;
			*ret_alias = (uint8_t)alias;
			return (int)i;
		}
	}
	return -ENOENT;
}

static bool
next_word(const char **cursor, struct caps_word *ret_word)
{
	const char *equals;
	size_t len;

	*cursor += strspn(*cursor, " ");
	len = strcspn(*cursor, " ");
	*ret_word = (struct caps_word){ .name = *cursor, .name_len = len };
	*cursor += len;
	for (; ret_word->name_len && strchr("-~=", *ret_word->name); ret_word->name_len--)
		ret_word->is_minus |= *ret_word->name++ == '-';
	equals = memchr(ret_word->name, '=', ret_word->name_len);
	if (equals) {
		size_t name_len = (size_t)(equals - ret_word->name);

		ret_word->value.ptr = equals + 1;
		ret_word->value.len = ret_word->name_len - name_len - 1;
		ret_word->name_len = name_len;
	}
	return len > 0;
}

struct sb_caps_entry *
sb_caps_next_known_(struct sb_caps *caps, const char **cursor, struct caps_word *ret_word,
	size_t *ret_i, uint8_t *ret_alias)
{
	while (next_word(cursor, ret_word)) {
		int i = find(caps, ret_word->name, ret_word->name_len, ret_alias);

		if (i < 0)
			continue;
		*ret_i = (size_t)i;
		return &caps->entries[i];
	}
	return NULL;
}

int
sb_caps_find(const struct sb_caps *caps, const char *name)
{
	uint8_t alias;

	return find(caps, name, strlen(name), &alias);
}

const char *
sb_caps_name(const struct sb_caps *caps, int number)
{
	return number >= 0 && (size_t)number < caps->n ? sb_caps_alias_(caps, (size_t)number, 0)
						       : NULL;
}

const char *
sb_caps_value(const struct sb_caps *caps, int number)
{
	size_t i = (size_t)number;

	if (number < 0 || i >= caps->n || !caps->entries[i].offered)
		return NULL;
	if (i >= SB_CAP_N_KNOWN)
		return caps->added_values[i - SB_CAP_N_KNOWN];
	return rows[i].value == NO_VALUE ? "" : caps->values[rows[i].value];
}
