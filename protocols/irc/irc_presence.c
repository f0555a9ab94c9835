/* What we tell the network of ourselves: that we are away (AWAY; draft/pre-away: before registration
 * ends), that we are a bot (ISUPPORT BOT, ircv3.net's bot mode); and what we ask it of itself early
 * (draft/extended-isupport). */

#include "irc_receive.h"

#include <errno.h>

/* Bytes of a reason: what every server leaves in a line. */
enum { REASON_MAX = 300 };

int
sb_irc_away_check_(const char *reason_or_null)
{
	if (!reason_or_null)
		return 0;
	if (!sb_wire_is_trailing(reason_or_null))
		return -EINVAL;
	return strlen(reason_or_null) > REASON_MAX ? -EMSGSIZE : 0;
}

/* "*" says that no reason is given, also to servers that do not know it as that; without anything
 * AWAY would be the contrary. */
static int
say_away(struct sb_irc *irc)
{
	char *made = NULL;
	const char *text = irc->away && *irc->away ? irc->away : "*";
	const char *params[] = { sb_irc_as_taken_(irc, text, &made) };
	int error = -ENOMEM;

	if (params[0])
		error = sb_irc_put_line_(irc,
			&(struct sb_wire_out){ .verb = "AWAY",
				.params = params,
				.n_params = irc->away ? 1 : 0,
				.colon = true },
			&(struct sb_outbox_line){ .priority = SB_OUTBOX_BULK, .id = SB_IRC_OURS_ },
			true);
	free(made);
	return error;
}

/* Without memory, or room for it, we seem to be there. */
static void
tell_away(struct sb_irc *irc)
{
	if (irc->away && !irc->told_away)
		irc->told_away = !say_away(irc);
}

void
sb_irc_presence_early_(struct sb_irc *irc)
{
	if (irc->state != REGISTERING || !sb_caps_may_end(&irc->caps))
		return;
	if (has_cap(irc, SB_CAP_EXTENDED_ISUPPORT) && !irc->asked_features)
		sb_irc_write_(irc, &(struct sb_wire_out){ .verb = "ISUPPORT" });
	irc->asked_features = true;
	if (has_cap(irc, SB_CAP_PRE_AWAY))
		tell_away(irc);
}

void
sb_irc_presence_registered_(struct sb_irc *irc)
{
	tell_away(irc);
}

void
sb_irc_presence_ready_(struct sb_irc *irc)
{
	const char mode[] = { '+', irc->features.bot, '\0' };
	const char *params[] = { irc->nick, mode };

	if (irc->is_bot && irc->features.bot && irc->stream && !irc->end_error)
		sb_irc_write_later_(irc,
			&(struct sb_wire_out){ .verb = "MODE", .params = params, .n_params = 2 });
}

int
sb_irc_set_away(struct sb_irc *irc, const char *reason_or_null)
{
	int error = sb_irc_away_check_(reason_or_null);
	char *reason = NULL, *old = irc->away;
	/* What was told early is believed until it is taken back. */
	bool can_tell = irc->state == REGISTERED || (irc->state == REGISTERING && irc->told_away);

	sb_assert(!irc->is_destroyed);
	if (error)
		return error;
	if (reason_or_null) {
		reason = strdup(reason_or_null);
		if (!reason)
			return -ENOMEM;
	}
	irc->away = reason;
	if (can_tell)
		error = say_away(irc);
	if (error) {
		irc->away = old;
		free(reason);
		return error;
	}
	irc->told_away = can_tell;
	(void)sb_caps_want(&irc->caps, "draft/pre-away", reason != NULL);
	free(old);
	return 0;
}
