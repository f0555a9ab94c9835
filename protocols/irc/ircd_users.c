#include "ircd_private.h"

#include <errno.h>
#include <string.h>

/* ---- AWAY and SETNAME: neighbours hear who asked for it ---- */

int
sb_ircd_on_away(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct ircd_line told;

	sb_ircd_copy(client->away, IRCD_AWAY_MAX, line->params[0]);
	if (*client->away) {
		sb_ircd_numeric(client, "306", "You have been marked as being away", NULL);
		sb_ircd_line(&told, client, "AWAY", client->away, NULL);
	} else {
		sb_ircd_numeric(client, "305", "You are no longer marked as being away", NULL);
		sb_ircd_line(&told, client, "AWAY", NULL);
	}
	sb_ircd_send_neighbours(client, IRCD_AWAY_NOTIFY, &told);
	return 0;
}

int
sb_ircd_on_setname(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct ircd_line told;

	sb_ircd_copy(client->realname, IRCD_REALNAME_MAX, line->params[0]);
	sb_ircd_line(&told, client, "SETNAME", client->realname, NULL);
	if (client->caps & IRCD_SETNAME)
		sb_ircd_send(client, &told);
	sb_ircd_send_neighbours(client, IRCD_SETNAME, &told);
	return 0;
}

/* ---- KILL ---- */

int
sb_ircd_on_kill(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct ircd_client *target = sb_ircd_find_user(client->ircd, line->params[0]);
	const char *why = *line->params[1] ? line->params[1] : "No reason given";
	char reason[IRCD_REASON_MAX + 1];

	if (!client->is_oper) {
		sb_ircd_numeric(
			client, "481", "Permission denied: you are not an IRC operator", NULL);
	} else if (!target) {
		sb_ircd_numeric(client, "401", line->params[0], "No such nick", NULL);
	} else {
		(void)snprintf(reason, sizeof(reason), "Killed (%s (%.*s))", client->nick->text,
			(int)sb_wire_cut(why, strlen(why), IRCD_KICK_MAX), why);
		sb_ircd_tell(target, client, "KILL", target->nick->text, why, NULL);
		sb_ircd_dismiss(target, reason);
	}
	return 0;
}
