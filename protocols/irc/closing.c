#include "closing.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct phrase {
	const char *words;
	enum sb_closing kind;
};

/* Each is compared where a word begins; of two that begin there the first counts. */
static const struct phrase phrases[] = {
	{ "Throttle", SB_CLOSING_THROTTLED },
	{ "Connection throttled", SB_CLOSING_THROTTLED },
	{ "Trying to reconnect too fast", SB_CLOSING_THROTTLED },
	{ "trying to (re)connect too fast", SB_CLOSING_THROTTLED },
	{ "Reconnecting too fast", SB_CLOSING_THROTTLED },
	{ "attempting to connect too many times", SB_CLOSING_THROTTLED },
	{ "attempted to connect too many times", SB_CLOSING_THROTTLED },
	{ "too many connections in a short", SB_CLOSING_THROTTLED },
	{ "K-line", SB_CLOSING_BANNED },
	{ "KLINE", SB_CLOSING_BANNED },
	{ "G-line", SB_CLOSING_BANNED },
	{ "GLINE", SB_CLOSING_BANNED },
	{ "Z-line", SB_CLOSING_BANNED },
	{ "ZLINE", SB_CLOSING_BANNED },
	{ "GZ-line", SB_CLOSING_BANNED },
	{ "D-line", SB_CLOSING_BANNED },
	{ "DLINE", SB_CLOSING_BANNED },
	{ "X-line", SB_CLOSING_BANNED },
	{ "R-line", SB_CLOSING_BANNED },
	{ "Q-line", SB_CLOSING_BANNED },
	{ "AKILL", SB_CLOSING_BANNED },
	{ "Autokill", SB_CLOSING_BANNED },
	{ "Banned", SB_CLOSING_BANNED },
	{ "You are banned", SB_CLOSING_BANNED },
	{ "User is banned", SB_CLOSING_BANNED },
	{ "User has been banned", SB_CLOSING_BANNED },
	{ "User has been permanently banned", SB_CLOSING_BANNED },
	{ "You are not welcome", SB_CLOSING_BANNED },
	{ "Killed", SB_CLOSING_KILLED },
	{ "Local kill", SB_CLOSING_KILLED },
	{ "Kill line", SB_CLOSING_BANNED },
	{ "Excess Flood", SB_CLOSING_FLOODED },
	{ "RecvQ exceeded", SB_CLOSING_FLOODED },
	{ "Max RecvQ", SB_CLOSING_FLOODED },
	{ "Flooding", SB_CLOSING_FLOODED },
	{ "Too many connections", SB_CLOSING_FULL },
	{ "Too many clients", SB_CLOSING_FULL },
	{ "Too many clones", SB_CLOSING_FULL },
	{ "Too many host connections", SB_CLOSING_FULL },
	{ "Too many user connections", SB_CLOSING_FULL },
	{ "Too many unknown connections", SB_CLOSING_FULL },
	{ "No more connections", SB_CLOSING_FULL },
	{ "Maximum connections", SB_CLOSING_FULL },
	{ "server is full", SB_CLOSING_FULL },
	{ "connection class is full", SB_CLOSING_FULL },
	{ "All connections in use", SB_CLOSING_FULL },
	{ "Connection limit exceeded", SB_CLOSING_FULL },
	{ "Ping timeout", SB_CLOSING_SILENT },
	{ "No Ping response", SB_CLOSING_SILENT },
};

static const char *
skip_word(const char *text)
{
	text += strcspn(text, " ");
	return text + strspn(text, " ");
}

static bool
begins(const char *text, const char *words)
{
	return !strncasecmp(text, words, strlen(words));
}

/* Whether the reason begins here: its words are several, as no name is. */
static bool
is_reason(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (strchr(phrases[i].words, ' ') && begins(text, phrases[i].words))
			return true;
	return false;
}

/* "Closing Link: nick[host] ", and perhaps "by server ", before the reason. */
static const char *
skip_who(const char *text)
{
	static const char closing[] = "Closing Link: ";

	if (!begins(text, closing))
		return text;
	text += strlen(closing);
	if (is_reason(text))
		return text;
	/* Where nobody is named, the reason in its brackets follows at once. */
	if (*text != '(' || text[strcspn(text, "@) ")] == '@')
		text = skip_word(text);
	return strncmp(text, "by ", 3) ? text : skip_word(text + 3);
}

static enum sb_closing
kind_at(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (begins(text, phrases[i].words))
			return phrases[i].kind;
	return SB_CLOSING_OTHER;
}

enum sb_closing
sb_closing_of(const char *text)
{
	enum sb_closing kind = SB_CLOSING_OTHER;
	const char *at;
	char before = ' ';

	for (at = skip_who(text); *at && kind == SB_CLOSING_OTHER; before = *at++)
		if (!isalnum((unsigned char)before))
			kind = kind_at(at);
	return kind;
}

const char *
sb_closing_name(enum sb_closing kind)
{
	static const char *const names[] = {
		[SB_CLOSING_OTHER] = "other",
		[SB_CLOSING_THROTTLED] = "throttled",
		[SB_CLOSING_BANNED] = "banned",
		[SB_CLOSING_KILLED] = "killed",
		[SB_CLOSING_FLOODED] = "flooded",
		[SB_CLOSING_FULL] = "full",
		[SB_CLOSING_SILENT] = "silent",
	};

	return names[kind];
}
