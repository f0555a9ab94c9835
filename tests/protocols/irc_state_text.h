#ifndef TESTS_IRC_STATE_TEXT_H
#define TESTS_IRC_STATE_TEXT_H

/* What an IRC client knows, as texts to compare:
 *
 *     us             quoth iw                       nick and user modes
 *     channels       #a #b
 *     members #c     @op +bob quoth                 and " ..." where not all are known
 *     topic #c       trains, by op!o@h at 12
 *     modes #c       k=sesame l=5 n t               "?" where they were not told
 *     list #c b      *!*@h op 12; *!*@i             "?" where it was not told
 *     channel #c     created 12, url http://c       what else there is
 *     users          bob op quoth
 *     user bob       b h bobs away(lunch) oper bot : Bob Real
 *     feature X      its value
 *
 * "-" is what is not known, and all of whom or what is not there; "none" is nothing. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <signalbox/irc.h>
#include <signalbox/testing.h>

struct text {
	char bytes[2048];
	size_t len;
};

SB_PRINTF(2, 3)
static inline void
put(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->bytes + text->len, room, format, args);
	va_end(args);
	sb_assert(n >= 0 && (size_t)n < room);
	text->len += (size_t)n;
}

static inline const char *
known(const char *text_or_null)
{
	return text_or_null ? text_or_null : "-";
}

static inline const char *
sign_of(const struct sb_irc *irc, const struct sb_irc_member *member)
{
	const struct sb_irc_state *state = sb_irc_state(irc);
	const char *prefix = sb_irc_feature(irc, "PREFIX"), *letters = prefix ? prefix + 1 : "ov";
	const char *signs = prefix ? strchr(prefix, ')') + 1 : "@+";
	static char to[17];
	struct sb_irc_ranks ranks = sb_irc_member_ranks(state, member);
	size_t i;

	for (i = 0; ranks.letters[i]; i++)
		to[i] = signs[strcspn(letters, (char[]){ ranks.letters[i], '\0' })];
	to[i] = '\0';
	return to;
}

static inline void
put_members(struct text *text, const struct sb_irc *irc, const struct sb_irc_channel *channel)
{
	const struct sb_irc_member *member = NULL;

	while ((member = sb_irc_member_next(channel, member)))
		put(text, "%s%s%s", text->len ? " " : "", sign_of(irc, member),
			sb_irc_user_nick(sb_irc_member_user(member)));
	if (!sb_irc_channel_is_whole(channel))
		put(text, " ...");
}

static inline void
put_modes(struct text *text, const struct sb_irc_channel *channel)
{
	const struct sb_irc_mode *mode = NULL;

	if (!sb_irc_channel_has_modes(channel))
		put(text, "?");
	while ((mode = sb_irc_channel_mode_next(channel, mode)))
		put(text, "%s%c%s%s", text->len ? " " : "", mode->letter, mode->arg ? "=" : "",
			mode->arg ? mode->arg : "");
}

static inline void
put_list(struct text *text, const struct sb_irc_channel *channel, char letter)
{
	const struct sb_irc_mask *mask = NULL;

	if (!sb_irc_channel_has_list(channel, letter))
		put(text, "?");
	while ((mask = sb_irc_channel_mask_next(channel, letter, mask)))
		put(text, "%s%s %s %lld", text->len ? "; " : "", mask->mask, known(mask->setter),
			(long long)mask->set_s);
}

static inline void
put_topic(struct text *text, const struct sb_irc_channel *channel)
{
	put(text, "%s, by %s at %lld", known(sb_irc_channel_topic(channel)),
		known(sb_irc_channel_topic_setter(channel)),
		(long long)sb_irc_channel_topic_set_s(channel));
}

static inline void
put_channel(struct text *text, const struct sb_irc *irc, const char *what, const char *name,
	char letter)
{
	const struct sb_irc_channel *channel = sb_irc_channel_find(sb_irc_state(irc), name);

	if (!channel)
		put(text, "-");
	else if (!strcmp(what, "members"))
		put_members(text, irc, channel);
	else if (!strcmp(what, "topic"))
		put_topic(text, channel);
	else if (!strcmp(what, "modes"))
		put_modes(text, channel);
	else if (!strcmp(what, "list"))
		put_list(text, channel, letter);
	else if (!strcmp(what, "channel"))
		put(text, "created %lld, url %s", (long long)sb_irc_channel_created_s(channel),
			known(sb_irc_channel_url(channel)));
	else
		sb_testing_fail(SB_PLACE, "\"%s\" is nothing that can be known", what);
}

static inline void
put_user(struct text *text, const struct sb_irc *irc, const char *nick)
{
	const struct sb_irc_user *user = sb_irc_user_find(sb_irc_state(irc), nick);

	if (!user) {
		put(text, "-");
		return;
	}
	put(text, "%s %s ", known(sb_irc_user_user(user)), known(sb_irc_user_host(user)));
	if (sb_irc_user_account_state(user) == SB_IRC_ACCOUNT_NONE)
		put(text, "none");
	else
		put(text, "%s", known(sb_irc_user_account(user)));
	if (sb_irc_user_is_away(user))
		put(text, " away(%s)", known(sb_irc_user_away(user)));
	put(text, "%s%s : %s", sb_irc_user_is_oper(user) ? " oper" : "",
		sb_irc_user_is_bot(user) ? " bot" : "", known(sb_irc_user_realname(user)));
}

static inline void
put_users(struct text *text, const struct sb_irc_state *state)
{
	const struct sb_irc_user *user = NULL;

	while ((user = sb_irc_user_next(state, user)))
		put(text, "%s%s", text->len ? " " : "", sb_irc_user_nick(user));
}

static inline void
put_channels(struct text *text, const struct sb_irc_state *state)
{
	const struct sb_irc_channel *channel = NULL;

	while ((channel = sb_irc_channel_next(state, channel)))
		put(text, "%s%s", text->len ? " " : "", sb_irc_channel_name(channel));
}

static inline void
put_us(struct text *text, const struct sb_irc_state *state)
{
	const char *umodes = sb_irc_state_umodes(state);

	put(text, "%s", *sb_irc_state_nick(state) ? sb_irc_state_nick(state) : "-");
	if (*umodes)
		put(text, " %s", umodes);
}

/* What is known of what the question says. */
static inline void
describe(const struct sb_irc *irc, const char *question, struct text *ret_text)
{
	const struct sb_irc_state *state = sb_irc_state(irc);
	char what[32] = "", name[256] = "", letter = 0;

	ret_text->len = 0;
	ret_text->bytes[0] = '\0';
	(void)sscanf(question, "%31s %255s %c", what, name, &letter);
	if (!strcmp(what, "us"))
		put_us(ret_text, state);
	else if (!strcmp(what, "channels"))
		put_channels(ret_text, state);
	else if (!strcmp(what, "users"))
		put_users(ret_text, state);
	else if (!strcmp(what, "user"))
		put_user(ret_text, irc, name);
	else if (!strcmp(what, "feature"))
		put(ret_text, "%s", known(sb_irc_feature(irc, name)));
	else
		put_channel(ret_text, irc, what, name, letter);
	if (!ret_text->len)
		put(ret_text, "none");
}

/* "us = quoth i": fails where it is not so. */
static inline void
expect_state(const char *place, const struct sb_irc *irc, const char *said)
{
	const char *equals = strstr(said, " = ");
	char question[300];
	struct text text;

	if (!equals || (size_t)(equals - said) >= sizeof(question))
		sb_testing_fail(place, "no \" = \" in \"%s\"", said);
	(void)snprintf(question, sizeof(question), "%.*s", (int)(equals - said), said);
	describe(irc, question, &text);
	if (strcmp(text.bytes, equals + 3) != 0)
		sb_testing_fail(
			place, "%s\nexpected: %s\nknown:    %s", question, equals + 3, text.bytes);
}

#define EXPECT_STATE(irc, said) expect_state(SB_PLACE, (irc), (said))

#endif
