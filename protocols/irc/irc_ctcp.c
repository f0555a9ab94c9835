#include "client.h"

#include "charset.h"
#include "ctcp.h"

/* A nick that a channel could have is none. */
static bool
may_answer(const struct sb_irc *irc, const struct sb_wire_line *line)
{
	return irc->state == REGISTERED && !irc->ignores_ctcp && !sb_irc_is_channel(line->nick);
}

/* It is said when nothing else waits: who asks many of these has time. */
void
sb_irc_answer_ctcp_(struct sb_irc *irc, const struct sb_wire_line *line, const char *account,
	const struct sb_ctcp *ctcp)
{
	struct sb_ctcp_facts facts = {
		.version = irc->version,
		.now_ms = sb_reactor_wall_ns(irc->r) / SB_MS,
	};
	char key[SB_GUARD_KEY_MAX + 1], text[SB_WIRE_MAX];
	const char *params[] = { line->nick, text };
	const struct sb_wire_out out = {
		.verb = "NOTICE", .params = params, .n_params = 2, .colon = true
	};

	if (!may_answer(irc, line) || sb_ctcp_answer(ctcp, &facts, text, sizeof(text)) <= 0)
		return;
	if (!sb_irc_has_room_(irc) || (irc->features.is_utf8_only && !sb_charset_is_utf8(text)))
		return;
	sb_irc_key_(irc, line, account, key);
	if (sb_limiter_take(&irc->limiter, key, sb_reactor_now_ns(irc->r)))
		sb_irc_write_later_(irc, &out);
}
