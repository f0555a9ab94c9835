#include "irc_receive.h"

#include <errno.h>

#include "ctcp.h"

/* Whether it was said to one person: not to a channel, nor to those of a channel who have a rank
 * ("@#c"; of some servers STATUSMSG does not tell), nor to all of a server ("$*"). */
static bool
is_private(const struct sb_irc *irc, const char *target)
{
	const struct sb_isupport *is = &irc->features;

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
	/* What all of a channel are asked at once, nobody needs to answer. */
	if (ran != -ECANCELED && !m->is_history && sb_irc_is_other_(m->line, m->is_self)
		&& is_private(irc, param(m, 0)))
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

int
sb_irc_receive_message_(struct sb_irc *irc, const struct received *m)
{
	char text[SB_WIRE_LONG_MAX]; /* the CTCP, taken apart */
	bool was_private = is_private(irc, param(m, 0));
	struct sb_ctcp ctcp;
	int ran;

	sb_irc_hear_(irc, m);
	if (sb_ctcp_parse(param(m, 1), false, text, &ctcp))
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
	char text[SB_WIRE_LONG_MAX]; /* the CTCP, taken apart */
	struct sb_ctcp ctcp;

	sb_irc_hear_(irc, m);
	if (!m->is_history)
		sb_irc_heed_notice_(irc, m->line);
	/* Notices do not count, for services say many at once. */
	if (!m->is_history && sb_irc_ignores_(irc, m->line, m->account, m->is_self))
		return 0;
	if (sb_ctcp_parse(param(m, 1), true, text, &ctcp))
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
