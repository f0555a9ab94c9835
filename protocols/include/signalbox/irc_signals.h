#ifndef SIGNALBOX_IRC_SIGNALS_H
#define SIGNALBOX_IRC_SIGNALS_H

/* The signals of the IRC client; what each means stands in <signalbox/irc_signals.def>. */

#include <signalbox/base.h>

struct sb_irc;

/* The parameters of a command; borrowed like the payload. */
struct sb_irc_params {
	size_t n;
	const char *text[15];
};

struct sb_irc_answer; /* <signalbox/irc_ask.h> */

/* Who a message came from, and what its tags say: the last fields of every signal born of one. The
 * list grows at its end. */
#define IRC_SOURCE                                                                                 \
	FIELD(const char *, nick, "Who: a nick, or a server's name; \"\" when nobody is named.")   \
	FIELD(const char *, user, "Their user name; NULL when not told.")                          \
	FIELD(const char *, host, "Their host; NULL when not told.")                               \
	FIELD(const char *, account, "Their account, where the server tells it; NULL when not.")   \
	FIELD(const char *, msgid, "The message's id, where the server tags it; NULL when not.")   \
	FIELD(const char *, tags, "All tags as they came, without the @; \"\" for none.")          \
	FIELD(int64_t, time_ms, "When, ms since 1970 UTC: as tagged, or the time of arrival.")     \
	FIELD(bool, is_self, "Whether it was us.")                                                 \
	FIELD(const char *, label, "The label of ours that it answers; NULL for none.")            \
	FIELD(const char *, batch, "The type of its batch, \"netsplit\"; NULL when in none.")      \
	FIELD(const char *, in_reply_to, "The msgid that it answers; NULL when not told.")         \
	FIELD(bool, is_bot, "Whether the server says that it is a bot.")                           \
	FIELD(bool, is_history, "Whether it was said before, and is repeated (chathistory).")      \
	FIELD(const char *, channel_context, "The channel that it belongs to; NULL when not told.")

#define SIGNALS <signalbox/irc_signals.def>
#define SB_SIGNALS_API SB_API
#include <signalbox/declare_signals.h>

SB_C_BEGIN
SB_API extern const struct sb_table sb_irc_signals;
SB_C_END

#endif
