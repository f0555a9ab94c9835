#include "irc_receive.h"

#include <errno.h>

#include "ctcp.h"
#include "multiline.h"

/* Enough for any text that is said, and its NUL. */
enum { TEXT_CAP = SB_MULTILINE_MAX + 1 };

_Static_assert((int)TEXT_CAP > (int)SB_WIRE_LONG_MAX, "a text may also be of one line");

/* Whether it was said to one person: not to a channel, nor to those of a channel who have a rank
 * ("@#c"; of some servers STATUSMSG does not tell), nor to all of a server ("$*"). */
static bool
is_private(const struct sb_irc *irc, const char *target)
{
	const struct sb_isupport *is = &irc->features;

	if (sb_isupport_is_channel(is, target))
		return false;
	while (sb_isupport_sign_rank(is, *target) && !sb_isupport_is_channel(is, target))
		target++;
	return *target != '$' && !sb_isupport_is_channel(is, target);
}

/* Where an answer belongs; what we said ourselves, on another connection of ours, is answered by
 * whom it was said to. */
static const char *
reply_to(const struct received *m, bool was_private)
{
	return was_private && !m->is_self ? m->line->nick : param(m, 0);
}

/* Whether people, one of whom said this, are heard: 0, or what to return. What the server repeats of
 * what was said before is no flood, and no request either. */
static int
hear(struct sb_irc *irc, const struct received *m, enum sb_flood kind)
{
	if (m->is_history)
		return 0;
	return sb_irc_guard_hear_(irc, m->line, m->account, m->is_self, kind);
}

static int
hear_text(struct sb_irc *irc, const struct received *m, bool was_private)
{
	return hear(irc, m, was_private ? SB_FLOOD_PRIVATE : SB_FLOOD_CHANNEL);
}

static int
receive_request(struct sb_irc *irc, const struct received *m, const struct sb_ctcp *ctcp)
{
	int ran = hear(irc, m, SB_FLOOD_CTCP);

	if (ran)
		return ran;
	ran = sb_irc_ctcp_requested_emit(irc->d, irc,
		&(struct sb_irc_ctcp_requested){
			.target = param(m, 0), .verb = ctcp->verb, .args = ctcp->args, SOURCE(m) });
	/* What all of a channel are asked at once, nobody needs to answer; nor what has several lines,
	 * as no request has. */
	if (ran != -ECANCELED && !m->is_history && !m->is_assembled
		&& sb_irc_is_other_(m->line, m->is_self) && is_private(irc, param(m, 0)))
		sb_irc_answer_ctcp_(irc, m->line, m->account, ctcp);
	return ran;
}

static int
receive_ctcp(struct sb_irc *irc, const struct received *m, const struct sb_ctcp *ctcp)
{
	bool was_private = is_private(irc, param(m, 0));
	int ran;

	if (strcmp(ctcp->verb, "ACTION") != 0)
		return receive_request(irc, m, ctcp);
	ran = hear_text(irc, m, was_private);
	if (ran)
		return ran;
	return sb_irc_action_emit(irc->d, irc,
		&(struct sb_irc_action){ .target = param(m, 0),
			.text = ctcp->args,
			.reply_to = reply_to(m, was_private),
			.is_private = was_private,
			SOURCE(m) });
}

/* At a glance. */
static bool
may_be_ctcp(const struct received *m)
{
	return *param(m, 1) == '\1';
}

int
sb_irc_receive_message_(struct sb_irc *irc, const struct received *m)
{
	char text[TEXT_CAP]; /* the CTCP, taken apart */
	bool was_private = is_private(irc, param(m, 0));
	struct sb_ctcp ctcp;
	int ran;

	sb_irc_hear_(irc, m);
	if (may_be_ctcp(m) && sb_ctcp_parse(param(m, 1), false, text, &ctcp))
		return receive_ctcp(irc, m, &ctcp);
	ran = hear_text(irc, m, was_private);
	if (ran)
		return ran;
	return sb_irc_message_emit(irc->d, irc,
		&(struct sb_irc_message){ .target = param(m, 0),
			.text = param(m, 1),
			.reply_to = reply_to(m, was_private),
			.is_private = was_private,
			SOURCE(m) });
}

int
sb_irc_receive_notice_(struct sb_irc *irc, const struct received *m)
{
	char text[TEXT_CAP]; /* the CTCP, taken apart */
	struct sb_ctcp ctcp;

	sb_irc_hear_(irc, m);
	if (!m->is_history)
		sb_irc_heed_notice_(irc, m->line);
	/* Notices do not count, for services say many at once. */
	if (!m->is_history && sb_irc_ignores_(irc, m->line, m->account, m->is_self))
		return 0;
	if (may_be_ctcp(m) && sb_ctcp_parse(param(m, 1), true, text, &ctcp))
		return sb_irc_ctcp_answered_emit(irc->d, irc,
			&(struct sb_irc_ctcp_answered){ .target = param(m, 0),
				.verb = ctcp.verb,
				.args = ctcp.args,
				SOURCE(m) });
	return sb_irc_notice_emit(irc->d, irc,
		&(struct sb_irc_notice){ .target = param(m, 0),
			.text = param(m, 1),
			.is_private = is_private(irc, param(m, 0)),
			SOURCE(m) });
}

void
sb_irc_check_context_(const struct sb_irc *irc, struct received *m)
{
	const char *verb = m->line->verb, *channel = m->channel_context;
	bool is_batch = !strcmp(verb, "BATCH");

	/* What is said in several lines has its tags at its beginning. */
	if ((!is_batch && strcmp(verb, "PRIVMSG") != 0 && strcmp(verb, "NOTICE") != 0)
		|| !is_private(irc, param(m, is_batch ? 2 : 0))
		|| !sb_isupport_is_channel(&irc->features, channel)
		|| channel[strcspn(channel, " ,\7\r\n")])
		m->channel_context = NULL;
}

/* What is said without words (IRCv3 message-tags, TAGMSG; the client tags typing and react). */

enum { TYPING, REACT, DRAFT_REACT, UNREACT, DRAFT_UNREACT, N_TAGS };
static const struct sb_bytes tags[] = {
	[TYPING] = { "+typing", 7 },
	[REACT] = { "+react", 6 },
	[DRAFT_REACT] = { "+draft/react", 12 },
	[UNREACT] = { "+unreact", 8 },
	[DRAFT_UNREACT] = { "+draft/unreact", 14 },
};

void
sb_irc_receive_talk_init_(struct sb_irc *irc)
{
	sb_words_init(&irc->talk_tags, tags, N_TAGS);
}

static bool
is_typing(const char *value)
{
	return value
	       && (!strcmp(value, "active") || !strcmp(value, "paused") || !strcmp(value, "done"));
}

int
sb_irc_receive_tagged_(struct sb_irc *irc, const struct received *m)
{
	bool was_private = is_private(irc, param(m, 0));
	char buf[SB_WIRE_TAGS_MAX];
	const char *values[N_TAGS] = { NULL }, *react, *unreact, *reaction = NULL;
	int ran = 0;

	sb_wire_tags_pick((struct sb_bytes){ m->line->tags, m->line->tags_len }, &irc->talk_tags,
		buf, values);
	react = values[REACT] ? values[REACT] : values[DRAFT_REACT];
	unreact = values[UNREACT] ? values[UNREACT] : values[DRAFT_UNREACT];
	if (m->in_reply_to)
		reaction = react ? react : unreact;
	if (reaction && !*reaction)
		reaction = NULL;
	sb_irc_hear_(irc, m);
	/* Who types says so many times a minute, and nobody answers that. */
	if (!values[TYPING] || reaction)
		ran = hear_text(irc, m, was_private);
	else if (!m->is_history)
		ran = sb_irc_ignores_(irc, m->line, m->account, m->is_self);
	if (ran)
		return ran;
	return sb_irc_tagged_emit(irc->d, irc,
		&(struct sb_irc_tagged){ .target = param(m, 0),
			.reply_to = reply_to(m, was_private),
			.is_private = was_private,
			.typing = is_typing(values[TYPING]) ? values[TYPING] : NULL,
			.reaction = reaction,
			.is_undone = reaction && !react,
			SOURCE(m) });
}

/* A message is to be forgotten (IRCv3 draft/message-redaction). */
int
sb_irc_receive_redaction_(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_redacted_emit(irc->d, irc,
		&(struct sb_irc_redacted){ .target = param(m, 0),
			.redacted_msgid = param(m, 1),
			.reason = param(m, 2),
			SOURCE(m) });
}

/* How far we have read (IRCv3 draft/read-marker). */
int
sb_irc_receive_read_mark_(struct sb_irc *irc, const struct received *m)
{
	static const char stamp[] = "timestamp=";
	const char *mark = param(m, 1);
	int64_t read_ms = -1;

	if (strcmp(mark, "*") != 0
		&& (strncmp(mark, stamp, strlen(stamp)) != 0
			|| !sb_wire_time(mark + strlen(stamp), &read_ms) || read_ms < 0))
		return sb_irc_receive_other_(irc, m);
	return sb_irc_read_marked_emit(irc->d, irc,
		&(struct sb_irc_read_marked){ .target = param(m, 0), .read_ms = read_ms });
}
