#ifndef PROTOCOLS_IRC_RECEIVE_H
#define PROTOCOLS_IRC_RECEIVE_H

/* What the server says, command by command: each becomes state first (roster.h, isupport.h), then
 * signals. */

#include "client.h"
#include "roster.h"

/* What our WHOX has for a token, so that we know the answer for ours. */
#define WHOX_TOKEN "152"

/* Members of a channel whose WHO we ask for. */
enum { ASKED_MEMBERS_MAX = 1000 };

/* A line of the server's, and what its tags say. */
struct received {
	const struct sb_wire_line *line;
	const char *account, *msgid, *label, *batch, *in_reply_to, *channel_context; /* or NULL */
	int64_t time_ms;
	bool is_self, is_bot;
	bool is_assembled; /* of several lines: its text may be as long as SB_MULTILINE_MAX */
	bool is_history; /* it was said before */
	unsigned page; /* of the history, that we asked for; 0: it is in none */
	bool is_answer; /* to what the application asked */
};

/* Emits what a line means, once the client's own state is right. */
typedef int receive_fn(struct sb_irc *irc, const struct received *m);

/* The last fields of every signal, IRC_SOURCE: all of them, for where one is left out a compiler
 * clears the whole first. */
#define SOURCE(m)                                                                                  \
	.nick = (m)->line->nick, .user = (m)->line->user, .host = (m)->line->host,                 \
	.account = (m)->account, .msgid = (m)->msgid, .tags = (m)->line->tags,                     \
	.time_ms = (m)->time_ms, .is_self = (m)->is_self, .label = (m)->label,                     \
	.batch = (m)->batch, .in_reply_to = (m)->in_reply_to, .is_bot = (m)->is_bot,               \
	.is_history = (m)->is_history, .channel_context = (m)->channel_context

static inline const char *
param(const struct received *m, size_t i)
{
	return m->line->params[i];
}

static inline bool
has_cap(const struct sb_irc *irc, enum sb_cap cap)
{
	return irc->caps_on & SB_CAP_BIT(cap);
}

/* Whom a line is from, and what it tells of where they are. */
static inline struct sb_roster_who
who_of(const struct received *m)
{
	return (struct sb_roster_who){ m->line->nick, m->line->user, m->line->host };
}

/* Copies the next part of a list, between the signs, to buf, of cap bytes; false after the last. Parts
 * that are empty are passed over; one too long for buf is cut, as no name is. */
static inline bool
next_part(const char **list, char sign, char *buf, size_t cap)
{
	const char *at = *list;
	size_t kept = 0, i;

	while (*at == sign)
		at++;
	/* Names are short: to look for their ends at once takes longer. */
	for (i = 0; at[i] && at[i] != sign; i++)
		if (kept + 1 < cap)
			buf[kept++] = at[i];
	buf[kept] = '\0';
	*list = at + i;
	return i > 0;
}

/* A whole number of 0 or more; 0 for anything else. */
int64_t sb_irc_read_number_(const char *text);

/* irc.command, which all that has no signal of its own is, and every numeric after its own. */
receive_fn sb_irc_receive_other_;

/* What the server is (irc_features.c). */
receive_fn sb_irc_receive_features_;
receive_fn sb_irc_receive_greeted_;
receive_fn sb_irc_receive_batch_;

/* Who is there (irc_receive_people.c). */
receive_fn sb_irc_receive_join_;
receive_fn sb_irc_receive_part_;
receive_fn sb_irc_receive_kick_;
receive_fn sb_irc_receive_quit_;
receive_fn sb_irc_receive_nick_;
receive_fn sb_irc_receive_names_;
receive_fn sb_irc_receive_names_end_;

/* Who is watched (irc_monitor.c). */
receive_fn sb_irc_receive_online_;
receive_fn sb_irc_receive_offline_;
receive_fn sb_irc_receive_monitor_full_;
receive_fn sb_irc_receive_ison_;

/* Who does not let us in (irc_rejoin.c). */
receive_fn sb_irc_receive_join_refused_;

/* What they are (irc_receive_users.c). */
receive_fn sb_irc_receive_account_;
receive_fn sb_irc_receive_away_;
receive_fn sb_irc_receive_chghost_;
receive_fn sb_irc_receive_setname_;
receive_fn sb_irc_receive_host_;
receive_fn sb_irc_receive_away_told_;
receive_fn sb_irc_receive_back_;
receive_fn sb_irc_receive_gone_away_;
receive_fn sb_irc_receive_who_;
receive_fn sb_irc_receive_whox_;

/* What channels are (irc_receive_channels.c). */
receive_fn sb_irc_receive_topic_;
receive_fn sb_irc_receive_topic_told_;
receive_fn sb_irc_receive_no_topic_;
receive_fn sb_irc_receive_topic_set_by_;
receive_fn sb_irc_receive_mode_;
receive_fn sb_irc_receive_modes_told_;
receive_fn sb_irc_receive_umodes_;
receive_fn sb_irc_receive_created_;
receive_fn sb_irc_receive_url_;
receive_fn sb_irc_receive_list_entry_;
receive_fn sb_irc_receive_list_end_;
receive_fn sb_irc_receive_rename_;
receive_fn sb_irc_receive_invite_;

/* What people say (irc_receive_talk.c). */
void sb_irc_receive_talk_init_(struct sb_irc *irc);
receive_fn sb_irc_receive_message_;
receive_fn sb_irc_receive_notice_;
receive_fn sb_irc_receive_tagged_;
receive_fn sb_irc_receive_redaction_;
receive_fn sb_irc_receive_read_mark_;

/* Forgets the channel that it is said to belong to, where that counts for nothing. */
void sb_irc_check_context_(const struct sb_irc *irc, struct received *m);

/* Takes the beginning or the end of a message of several lines, or a line of one (irc_multiline.c);
 * false: it is none, and what it is to all, said in what the message is said in. ret_ran: as an
 * emission. */
bool sb_irc_multiline_batch_(struct sb_irc *irc, const struct received *m, int *ret_ran);
/* The label that such a message answers; NULL for none. */
const char *sb_irc_multiline_label_(struct sb_irc *irc, const char *reference);
bool sb_irc_multiline_line_(
	struct sb_irc *irc, struct received *m, const char *reference, int *ret_ran);

/* What was said before (irc_history.c). */
receive_fn sb_irc_receive_target_;
/* What a command does with what was said before; now: what it does else. */
receive_fn *sb_irc_past_(const char *verb, receive_fn *now);
/* We have joined a channel. */
void sb_irc_history_joined_(struct sb_irc *irc, const struct received *m, const char *channel);
/* A line has come, or a whole message of several: whether it is to be told, which of what we asked
 * for is what has not been told already. */
bool sb_irc_history_hear_(struct sb_irc *irc, const struct received *m);
/* A FAIL, of what we asked for perhaps. */
int sb_irc_history_heed_(struct sb_irc *irc, const struct received *m);

/* FAIL, WARN and NOTE (irc_replies.c). */
receive_fn sb_irc_receive_reply_;

/* Somebody says something, which tells who and where they are. */
void sb_irc_hear_(struct sb_irc *irc, const struct received *m);

#endif
