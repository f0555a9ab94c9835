/* How the bot takes what somebody says on IRC, and answers. */

#include "bot_private.h"
#include "mask.h"
#include "plain.h"

#include <errno.h>

#include <signalbox/irc.h>

enum { MASK_MAX = 512 }; /* bytes of nick!user@host */

const char *
bot_network_of(const struct bot *bot, const struct sb_irc *irc)
{
	const char *label = sb_label_of(bot->d, irc);

	return label ? label : "";
}

/* Errors go to who asked, as a notice, which no program answers. The first line says what it is an
 * answer to. */
static int
say_line(struct sb_irc *irc, const struct bot_heard *heard, const struct replies *replies, size_t i)
{
	const struct commands_said *said = &heard->said;

	if (replies->is_private && said->channel)
		return sb_irc_notice_to(irc, heard->nick, "%s", replies->lines[i]);
	return sb_irc_answer_to(
		irc, heard->answer_to, i ? NULL : heard->msgid, "%s", replies->lines[i]);
}

static void
answer(struct bot *bot, struct sb_irc *irc, const struct bot_heard *heard,
	const struct replies *replies)
{
	size_t i;
	int error;

	for (i = 0; i < replies->n; i++) {
		error = say_line(irc, heard, replies, i);
		/* The connection is gone, which is told by itself. */
		if (error == -ENOTCONN || error == -EPIPE)
			return;
		if (error) {
			sb_fail(bot->d, error, "no answer to %s: %s", heard->said.nick,
				strerror(-error));
			return;
		}
	}
}

/* As whom somebody is logged in, as far as the server tells: with the message, or else by telling who
 * logs in and out (account-notify), of people that it has named. NULL when nobody, or not known. */
static const char *
find_account(const struct sb_irc *irc, const struct commands_said *said)
{
	const struct sb_irc_user *user;

	if (said->account || sb_irc_has_capability(irc, "account-tag")
		|| !sb_irc_has_capability(irc, "account-notify"))
		return said->account;
	user = sb_irc_user_find(sb_irc_state(irc), said->nick);
	return user ? sb_irc_user_account(user) : NULL;
}

static bool
is_moderator(const struct config_irc *section, const struct sb_irc *irc,
	const struct commands_said *said)
{
	char person[MASK_MAX];
	int len;

	if (said->account && said->account[0] && strcmp(said->account, "*") != 0
		&& mask_any_has_account(section->moderators, section->n_moderators, said->account,
			sb_irc_feature(irc, "CASEMAPPING")))
		return true;
	len = snprintf(person, sizeof(person), "%s!%s@%s", said->nick, said->user ? said->user : "",
		said->host ? said->host : "");
	return len >= 0 && (size_t)len < sizeof(person)
	       && mask_any_matches(section->moderators, section->n_moderators, person);
}

static bool
write_status(const void *self, size_t i, char *ret_buf, size_t cap)
{
	return networks_status(self, i, ret_buf, cap);
}

/* What is kept is UTF-8. */
struct shown {
	char nick[BOT_NAME_CAP], user[BOT_NAME_CAP], host[BOT_NAME_CAP], account[BOT_NAME_CAP],
		channel[BOT_NAME_CAP];
	char text[PLAIN_MAX + 1];
};

static const char *
show(const struct sb_irc *irc, const char *text_or_null, char *buf, size_t cap)
{
	return text_or_null ? sb_irc_show(irc, text_or_null, buf, cap) : NULL;
}

#define SHOW(name) said->name = show(irc, said->name, ret_shown->name, sizeof(ret_shown->name))

static void
show_all(const struct sb_irc *irc, struct commands_said *said, struct shown *ret_shown)
{
	SHOW(nick);
	SHOW(user);
	SHOW(host);
	SHOW(account);
	SHOW(channel);
	SHOW(text);
}

void
bot_hear(struct bot *bot, struct sb_irc *irc, struct bot_heard *heard)
{
	const struct config_irc *section = config_find_irc(bot->config, bot_network_of(bot, irc));
	struct commands_said *said = &heard->said;
	struct shown shown;
	struct replies replies;
	struct sb_error why;
	int error;

	/* One that is being left; somebody whom nobody could answer. */
	if (!section || !said->nick[0])
		return;
	heard->nick = said->nick;
	heard->answer_to = said->channel ? said->channel : said->nick;
	said->network = section->name;
	said->our_nick = sb_irc_nick(irc);
	said->account = find_account(irc, said);
	said->is_moderator = is_moderator(section, irc, said);
	show_all(irc, said, &shown);
	said->prefixes = (const char *const *)section->prefixes;
	said->n_prefixes = section->n_prefixes;
	said->visibility = section->visibility;
	said->status = write_status;
	said->status_self = bot->networks;
	said->now_s = sb_reactor_wall_ns(bot->r) / SB_S;
	said->now_ns = sb_reactor_now_ns(bot->r);
	said->random = sb_reactor_random(bot->r);
	error = commands_hear(bot->commands, said, &replies, &why);
	if (error)
		sb_fail(bot->d, error, "%s asked \"%s\": %s", said->nick, said->text, why.text);
	answer(bot, irc, heard, &replies);
}
