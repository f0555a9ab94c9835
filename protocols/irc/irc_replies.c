/* Standard replies (IRCv3 standard-replies): FAIL, WARN and NOTE <command> <code> [context...]
 * <text>. */

#include "irc_receive.h"

#include <errno.h>

int
sb_irc_receive_reply_(struct sb_irc *irc, const struct received *m)
{
	struct sb_irc_params context = { .n = 0 };
	size_t i;
	int ran;

	for (i = 2; i + 1 < m->line->n_params; i++)
		context.text[context.n++] = param(m, i);
	ran = sb_irc_replied_emit(irc->d, irc,
		&(struct sb_irc_replied){ .severity = m->line->verb,
			.command = param(m, 0),
			.code = param(m, 1),
			.text = m->line->n_params > 2 ? param(m, m->line->n_params - 1) : "",
			.context = &context,
			SOURCE(m) });
	return ran == -ECANCELED ? ran : sb_irc_history_heed_(irc, m);
}
