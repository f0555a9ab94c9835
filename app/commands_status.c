#include "commands_private.h"

#include <strings.h>

/* Whether a status, "NAME: ...", is that of the network. */
static bool
is_of(const char *status, const char *name)
{
	size_t len = strlen(name);

	return !strncasecmp(status, name, len) && status[len] == ':';
}

/* A line for each network, as many as there is room for. Who asked gets it alone, for channels may be
 * nobody else's business. */
int
commands_status(struct asked *asked)
{
	const struct commands_said *said = asked->said;
	struct replies *replies = asked->replies;
	char line[REPLIES_MAX_LINE + 1];
	size_t i, n_left = 0;

	replies->is_private = true;
	for (i = 0; said->status && said->status(said->status_self, i, line, sizeof(line)); i++) {
		if (asked->args[0] && !is_of(line, asked->args))
			continue;
		if (replies->n < REPLIES_MAX_LINES - 1)
			replies_say(replies, "%s", line);
		else
			n_left++;
	}
	if (n_left)
		replies_say(replies, "And %zu more: %sstatus NETWORK tells of one.", n_left,
			asked->mark);
	if (!replies->n && asked->args[0])
		return asked_refuse(asked, "There is no network %.40s.", asked->args);
	if (!replies->n)
		replies_say(replies, "There is no network.");
	return 0;
}
