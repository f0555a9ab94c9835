#include "irc_receive.h"

#include <errno.h>

/* As in irc_receive_people.c, what the state could not keep it says itself. */

/* Most of what is said tells nothing new: a server with chghost, or account-notify, tells each change
 * by itself, and of whom all is known once, all is known. */
void
sb_irc_hear_(struct sb_irc *irc, const struct received *m)
{
	struct sb_roster_who_line line = { .who = who_of(m), .account = m->account };
	bool tells_host, tells_account;

	if (m->is_history || (sb_roster_is_alone(irc->roster) && !m->is_self))
		return;
	tells_host = line.who.host
		     && (sb_roster_lacks_hosts(irc->roster) || !has_cap(irc, SB_CAP_CHGHOST));
	tells_account =
		line.account
		&& (sb_roster_lacks_accounts(irc->roster) || !has_cap(irc, SB_CAP_ACCOUNT_NOTIFY));
	if (tells_host || tells_account)
		(void)sb_roster_who(irc->roster, &line);
}

/* What others are. */

int
sb_irc_receive_account_(struct sb_irc *irc, const struct received *m)
{
	const char *account = param(m, 0);

	(void)sb_roster_account(irc->roster, m->line->nick, account);
	return sb_irc_account_changed_emit(irc->d, irc,
		&(struct sb_irc_account_changed){
			.new_account = strcmp(account, "*") != 0 ? account : NULL, SOURCE(m) });
}

/* "*" is for no reason given (draft/pre-away). */
static const char *
reason_of(const char *text)
{
	return strcmp(text, "*") != 0 ? text : "";
}

int
sb_irc_receive_away_(struct sb_irc *irc, const struct received *m)
{
	const char *text = *param(m, 0) ? reason_of(param(m, 0)) : NULL;

	(void)sb_roster_away(irc->roster, m->line->nick, text);
	return sb_irc_away_changed_emit(
		irc->d, irc, &(struct sb_irc_away_changed){ .text = text, SOURCE(m) });
}

int
sb_irc_receive_setname_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_setname(irc->roster, m->line->nick, param(m, 0));
	return sb_irc_realname_changed_emit(irc->d, irc,
		&(struct sb_irc_realname_changed){ .realname = param(m, 0), SOURCE(m) });
}

static int
host_changed(struct sb_irc *irc, const struct received *m, const char *user, const char *host)
{
	(void)sb_roster_heard(irc->roster,
		&(struct sb_roster_who){ .nick = m->line->nick, .user = user, .host = host });
	if (m->is_self) {
		irc->user_len = user ? strlen(user) : 0;
		irc->host_len = strlen(host);
	}
	return sb_irc_host_changed_emit(irc->d, irc,
		&(struct sb_irc_host_changed){ .new_user = user, .new_host = host, SOURCE(m) });
}

int
sb_irc_receive_chghost_(struct sb_irc *irc, const struct received *m)
{
	return host_changed(irc, m, param(m, 0), param(m, 1));
}

/* What a server tells of somebody, as if it came from them. */
static void
as_from(const char *nick, bool is_self, const struct received *m, struct received *ret_m,
	struct sb_wire_line *ret_line)
{
	*ret_m = *m;
	ret_m->line = ret_line;
	ret_m->is_self = is_self;
	ret_line->tags = m->line->tags;
	ret_line->nick = nick;
	ret_line->user = ret_line->host = NULL;
}

static bool
is_news(const struct sb_irc_user *user, const char *away)
{
	const char *known = sb_irc_user_away(user);

	return !sb_irc_user_is_away(user) || strcmp(known ? known : "", away) != 0;
}

/* The server tells somebody's away message, to who writes to them or asks who they are (301). */
int
sb_irc_receive_away_told_(struct sb_irc *irc, const struct received *m)
{
	const char *nick = param(m, 1), *text = reason_of(param(m, 2));
	const struct sb_irc_user *user = sb_irc_user_find(irc->roster, nick);
	struct sb_wire_line line;
	struct received theirs;

	if (!user || !is_news(user, text))
		return sb_irc_receive_other_(irc, m);
	(void)sb_roster_away(irc->roster, nick, text);
	as_from(nick, sb_irc_same_here_(irc, nick, irc->nick), m, &theirs, &line);
	if (sb_irc_away_changed_emit(
		    irc->d, irc, &(struct sb_irc_away_changed){ .text = text, SOURCE(&theirs) })
		== -ECANCELED)
		return -ECANCELED;
	return sb_irc_receive_other_(irc, m);
}

/* What we are, as the server tells us alone. */

/* Another host of ours, maybe with a user name (396). Where CHGHOST has told it already, it is no
 * news. */
int
sb_irc_receive_host_(struct sb_irc *irc, const struct received *m)
{
	const struct sb_irc_user *self = sb_irc_state_self(irc->roster);
	const char *known_user = self ? sb_irc_user_user(self) : NULL;
	const char *known_host = self ? sb_irc_user_host(self) : NULL;
	const char *at = strchr(param(m, 1), '@'), *host = at ? at + 1 : param(m, 1);
	char user[SB_ROSTER_NAME_MAX + 1] = "";
	struct sb_wire_line line;
	struct received ours;

	if (at)
		(void)snprintf(user, sizeof(user), "%.*s", (int)(at - param(m, 1)), param(m, 1));
	else if (known_user)
		(void)snprintf(user, sizeof(user), "%s", known_user);
	if (!*host || (known_host && !strcmp(known_host, host)))
		return sb_irc_receive_other_(irc, m);
	as_from(irc->nick, true, m, &ours, &line);
	if (host_changed(irc, &ours, *user ? user : NULL, host) == -ECANCELED)
		return -ECANCELED;
	return sb_irc_receive_other_(irc, m);
}

/* 305 and 306, where AWAY has not told it already. */
static int
tell_away(struct sb_irc *irc, const struct received *m, const char *text)
{
	const struct sb_irc_user *self = sb_irc_state_self(irc->roster);
	struct sb_wire_line line;
	struct received ours;

	if (!self || sb_irc_user_is_away(self) == (text != NULL))
		return sb_irc_receive_other_(irc, m);
	as_from(irc->nick, true, m, &ours, &line);
	(void)sb_roster_away(irc->roster, irc->nick, text);
	if (sb_irc_away_changed_emit(
		    irc->d, irc, &(struct sb_irc_away_changed){ .text = text, SOURCE(&ours) })
		== -ECANCELED)
		return -ECANCELED;
	return sb_irc_receive_other_(irc, m);
}

int
sb_irc_receive_back_(struct sb_irc *irc, const struct received *m)
{
	return tell_away(irc, m, NULL);
}

int
sb_irc_receive_gone_away_(struct sb_irc *irc, const struct received *m)
{
	return tell_away(irc, m, "");
}

/* WHO. */

/* "H@", "G*": here or gone, an operator of the network, and other signs. */
static void
read_flags(const struct sb_irc *irc, const char *flags, struct sb_roster_who_line *line)
{
	line->has_flags = *flags == 'H' || *flags == 'G';
	line->is_away = *flags == 'G';
	line->is_oper = strchr(flags, '*') != NULL;
	line->is_bot = irc->features.bot && strchr(flags, irc->features.bot);
}

/* <us> <channel> <user> <host> <server> <nick> <flags> :<hops> <realname> */
int
sb_irc_receive_who_(struct sb_irc *irc, const struct received *m)
{
	const char *realname = param(m, 7) + strcspn(param(m, 7), " ");
	struct sb_roster_who_line line = {
		.who = { .nick = param(m, 5), .user = param(m, 2), .host = param(m, 3) },
		.realname = *realname ? realname + 1 : NULL,
	};

	read_flags(irc, param(m, 6), &line);
	(void)sb_roster_who(irc->roster, &line);
	return sb_irc_receive_other_(irc, m);
}

/* <us> <token> <channel> <user> <host> <nick> <flags> <account> :<realname>: as we ask for them.
 * What others asked for has other fields. */
int
sb_irc_receive_whox_(struct sb_irc *irc, const struct received *m)
{
	struct sb_roster_who_line line = {
		.who = { .nick = param(m, 5), .user = param(m, 3), .host = param(m, 4) },
		.account = param(m, 7),
		.realname = param(m, 8),
	};

	if (m->line->n_params == 9 && !strcmp(param(m, 1), WHOX_TOKEN)) {
		read_flags(irc, param(m, 6), &line);
		(void)sb_roster_who(irc->roster, &line);
	}
	return sb_irc_receive_other_(irc, m);
}
