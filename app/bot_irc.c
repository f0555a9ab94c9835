/* What the bot does when something happens on an IRC network. */

#include "bot_private.h"
#include "mask.h"
#include "plain.h"

#include <errno.h>
#include <inttypes.h>

#include <signalbox/irc.h>

enum {
	MASK_MAX = 512, /* bytes of nick!user@host */
	NAME_CAP = 640, /* of a name as UTF-8 */
};

/* The network's name in the configuration. */
static const char *
network_of(const struct bot *bot, const struct sb_irc *irc)
{
	const char *label = sb_label_of(bot->d, irc);

	return label ? label : "";
}

/* The connection to an IRC server. */

static void
on_connecting(void *self, struct sb_irc *irc, const struct sb_irc_connecting *e)
{
	bot_tell(self, irc, "connecting to %s, attempt %" PRId64, e->url, e->attempt);
}

static void
on_registered(void *self, struct sb_irc *irc, const struct sb_irc_registered *e)
{
	bot_tell(self, irc, "registered with %s as %s", e->server, e->our_nick);
}

static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	if (e->will_retry)
		bot_tell(self, irc, "disconnected: %s; again in %" PRId64 " ms", e->text,
			e->delay_ms);
	else
		bot_tell(self, irc, "disconnected: %s", e->text);
}

static void
on_malformed(void *self, struct sb_irc *irc, const struct sb_irc_malformed *e)
{
	const char *line = e->line.len ? e->line.ptr : "";

	bot_tell(self, irc, "a line that is not IRC (%s): %.*s", e->why,
		(int)(e->line.len < 80 ? e->line.len : 80), line);
}

/* Replies from 400 to 599 are refusals (RFC 2812, section 5.2), but that there is no message of the
 * day, 422, is none; one that has been told already is not told again. ERROR is a server's last word. */
static void
on_command(void *self, struct sb_irc *irc, const struct sb_irc_command *e)
{
	struct bot *bot = self;
	const struct sb_irc_params *params = e->params;
	bool is_told = bot->refused_by == irc && !strcmp(bot->refusal, e->verb);

	bot->refused_by = NULL;
	if (!strcmp(e->verb, "ERROR"))
		bot_tell(bot, irc, "the server says: %s", e->text);
	else if ((e->verb[0] == '4' || e->verb[0] == '5') && strcmp(e->verb, "422") && !is_told)
		bot_tell(bot, irc, "refused with %s: %s%s%s", e->verb,
			params->n > 2 ? params->text[1] : "", params->n > 2 ? ": " : "", e->text);
}

static void
on_sts_upgraded(void *self, struct sb_irc *irc, const struct sb_irc_sts_upgraded *e)
{
	bot_tell(self, irc, "%s wants TLS from now on, at port %" PRId64, e->host, e->port);
}

static void
on_authenticated(void *self, struct sb_irc *irc, const struct sb_irc_authenticated *e)
{
	bot_tell(self, irc, "logged in%s%s by %s", e->account[0] ? " as " : "", e->account,
		e->mechanism);
}

static void
on_authentication_failed(
	void *self, struct sb_irc *irc, const struct sb_irc_authentication_failed *e)
{
	bot_tell(self, irc, "not logged in%s%s: %s%s", e->mechanism[0] ? " by " : "", e->mechanism,
		e->text, e->goes_on ? "; another way is tried" : "");
}

static void
on_nick_regained(void *self, struct sb_irc *irc, const struct sb_irc_nick_regained *e)
{
	bot_tell(self, irc, "has its nick %s again", e->our_nick);
}

static void
on_not_sent(void *self, struct sb_irc *irc, const struct sb_irc_not_sent *e)
{
	struct bot *bot = self;

	(void)e;
	/* What it says may be for few. */
	bot_tell(bot, irc, "a line was not sent before the connection ended");
}

static void
on_flooded(void *self, struct sb_irc *irc, const struct sb_irc_flooded *e)
{
	if (e->for_ms)
		bot_tell(self, irc, "%s says too much (%s), and is not heard for %" PRId64 " s",
			e->who, e->kind, e->for_ms / 1000);
}

static void
on_caught_up(void *self, struct sb_irc *irc, const struct sb_irc_caught_up *e)
{
	bot_tell(self, irc, "caught up with %s: %" PRId64 " messages%s", e->channel, e->n_messages,
		e->is_whole ? "" : ", perhaps not all");
}

/* Channels and nicks, as far as they are ours. */

static void
on_join_failed(void *self, struct sb_irc *irc, const struct sb_irc_join_failed *e)
{
	struct bot *bot = self;

	/* irc.command tells of it, too. */
	bot->refused_by = irc;
	(void)snprintf(bot->refusal, sizeof(bot->refusal), "%s", e->numeric);
	if (e->will_retry)
		bot_tell(self, irc, "not let into %s: %s; again in %" PRId64 " s", e->channel,
			e->text, e->delay_ms / 1000);
	else
		bot_tell(self, irc, "not let into %s: %s", e->channel, e->text);
}

static void
on_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	if (e->is_self && !e->is_history)
		bot_tell(self, irc, "joined %s", e->channel);
}

static void
on_parted(void *self, struct sb_irc *irc, const struct sb_irc_parted *e)
{
	if (e->is_self && !e->is_history)
		bot_tell(self, irc, "left %s", e->channel);
}

static void
on_kicked(void *self, struct sb_irc *irc, const struct sb_irc_kicked *e)
{
	if (e->victim_is_self && !e->is_history)
		bot_tell(self, irc, "thrown out of %s by %s (%s)", e->channel, e->nick, e->reason);
}

static void
on_nick_changed(void *self, struct sb_irc *irc, const struct sb_irc_nick_changed *e)
{
	struct bot *bot = self;
	char nick[NAME_CAP], new_nick[NAME_CAP];

	/* Who was so called then is called otherwise now perhaps. */
	if (e->is_history)
		return;
	if (e->is_self)
		bot_tell(bot, irc, "is now called %s", e->new_nick);
	commands_renamed(bot->commands, network_of(bot, irc),
		sb_irc_show(irc, e->nick, nick, sizeof(nick)),
		sb_irc_show(irc, e->new_nick, new_nick, sizeof(new_nick)));
}

/* What people say. Notices have no handler: nobody answers those. */

/* What somebody said, as UTF-8, and what the network knows it by. */
struct heard {
	struct commands_said said;
	const char *nick; /* as it came */
	const char *answer_to; /* as it came: the channel, or the nick */
	const char *msgid; /* or NULL */
};

/* Errors go to who asked, as a notice, which no program answers. The first line says what it is an
 * answer to. */
static int
say_line(struct sb_irc *irc, const struct heard *heard, const struct replies *replies, size_t i)
{
	const struct commands_said *said = &heard->said;

	if (replies->is_private && said->channel)
		return sb_irc_notice_to(irc, heard->nick, "%s", replies->lines[i]);
	return sb_irc_answer_to(
		irc, heard->answer_to, i ? NULL : heard->msgid, "%s", replies->lines[i]);
}

static void
answer(struct bot *bot, struct sb_irc *irc, const struct heard *heard,
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
	char nick[NAME_CAP], user[NAME_CAP], host[NAME_CAP], account[NAME_CAP], channel[NAME_CAP];
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

static void
hear(struct bot *bot, struct sb_irc *irc, struct heard *heard)
{
	const struct config_irc *section = config_find_irc(bot->config, network_of(bot, irc));
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

/* Of a message and of an action alike. */
#define SAID(e)                                                                                    \
	.channel = (e)->is_private ? NULL : (e)->reply_to, .nick = (e)->nick, .user = (e)->user,   \
	.host = (e)->host, .account = (e)->account, .text = (e)->text, .is_past = (e)->is_history, \
	.time_ms = (e)->time_ms

static void
on_message(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	struct heard heard = { .said = { SAID(e) }, .msgid = e->msgid };

	if (!e->is_self)
		hear(self, irc, &heard);
}

static void
on_action(void *self, struct sb_irc *irc, const struct sb_irc_action *e)
{
	struct heard heard = { .said = { SAID(e), .is_action = true }, .msgid = e->msgid };

	if (!e->is_self)
		hear(self, irc, &heard);
}

void
bot_hear_irc(struct bot *bot)
{
	struct sb_dispatcher *d = bot->d;

	sb_irc_connecting_connect(d, SB_ANY, SB_HANDLER(on_connecting), bot);
	sb_irc_registered_connect(d, SB_ANY, SB_HANDLER(on_registered), bot);
	sb_irc_disconnected_connect(d, SB_ANY, SB_HANDLER(on_disconnected), bot);
	sb_irc_sts_upgraded_connect(d, SB_ANY, SB_HANDLER(on_sts_upgraded), bot);
	sb_irc_authenticated_connect(d, SB_ANY, SB_HANDLER(on_authenticated), bot);
	sb_irc_authentication_failed_connect(d, SB_ANY, SB_HANDLER(on_authentication_failed), bot);
	sb_irc_nick_regained_connect(d, SB_ANY, SB_HANDLER(on_nick_regained), bot);
	sb_irc_not_sent_connect(d, SB_ANY, SB_HANDLER(on_not_sent), bot);
	sb_irc_flooded_connect(d, SB_ANY, SB_HANDLER(on_flooded), bot);
	sb_irc_caught_up_connect(d, SB_ANY, SB_HANDLER(on_caught_up), bot);
	sb_irc_join_failed_connect(d, SB_ANY, SB_HANDLER(on_join_failed), bot);
	sb_irc_malformed_connect(d, SB_ANY, SB_HANDLER(on_malformed), bot);
	sb_irc_command_connect(d, SB_ANY, SB_HANDLER(on_command), bot);
	sb_irc_joined_connect(d, SB_ANY, SB_HANDLER(on_joined), bot);
	sb_irc_parted_connect(d, SB_ANY, SB_HANDLER(on_parted), bot);
	sb_irc_kicked_connect(d, SB_ANY, SB_HANDLER(on_kicked), bot);
	sb_irc_nick_changed_connect(d, SB_ANY, SB_HANDLER(on_nick_changed), bot);
	sb_irc_message_connect(d, SB_ANY, SB_HANDLER(on_message), bot);
	sb_irc_action_connect(d, SB_ANY, SB_HANDLER(on_action), bot);
}
