#include "client.h"

#include <errno.h>

#include "ctcp.h"

/* A line of the server's, and what its tags say. */
struct received {
	const struct sb_wire_line *line;
	const char *account, *msgid; /* NULL for none */
	int64_t time_ms;
	bool is_self;
};

/* Emits what a line means, once the client's own state is right. */
typedef int receive_fn(struct sb_irc *irc, const struct received *m);

/* The last fields of every signal, IRC_SOURCE. */
#define SOURCE(m)                                                                                  \
	.nick = (m)->line->nick, .user = (m)->line->user, .host = (m)->line->host,                 \
	.account = (m)->account, .msgid = (m)->msgid, .tags = (m)->line->tags,                     \
	.time_ms = (m)->time_ms, .is_self = (m)->is_self

static const char *
param(const struct received *m, size_t i)
{
	return m->line->params[i];
}

static int
receive_other(struct sb_irc *irc, const struct received *m)
{
	struct sb_irc_params params = { .n = m->line->n_params };
	size_t i;

	for (i = 0; i < params.n; i++)
		params.text[i] = param(m, i);
	return sb_irc_command_emit(irc->d, irc,
		&(struct sb_irc_command){ .verb = m->line->verb,
			.text = params.n ? param(m, params.n - 1) : "",
			.params = &params,
			SOURCE(m) });
}

/* The connection. */

static int
receive_welcome(struct sb_irc *irc, const struct received *m)
{
	if (irc->state != REGISTERING)
		return receive_other(irc, m);
	irc->state = REGISTERED;
	irc->attempt = 0;
	if (irc->client)
		sb_client_established(irc->client);
	sb_timer_stop(&irc->timer);
	memcpy(irc->nick, param(m, 0), strlen(param(m, 0)) + 1);
	sb_irc_join_all_(irc);
	return sb_irc_registered_emit(irc->d, irc,
		&(struct sb_irc_registered){ .our_nick = param(m, 0),
			.server = m->line->nick,
			.welcome = param(m, m->line->n_params - 1) });
}

/* What follows the key, which ends in "="; NULL for another feature. */
static const char *
value_of(const char *feature, const char *key)
{
	size_t len = strlen(key);

	return strncmp(feature, key, len) ? NULL : feature + len;
}

static int
receive_features(struct sb_irc *irc, const struct received *m)
{
	const char *value;
	size_t i;

	for (i = 1; i < m->line->n_params; i++) {
		value = value_of(param(m, i), "NICKLEN=");
		if (value && *value >= '0' && *value <= '9')
			sb_irc_limit_nick_(irc, strtoul(value, NULL, 10));
		value = value_of(param(m, i), "CASEMAPPING=");
		if (value)
			(void)sb_casemap_read(value, &irc->casemap);
	}
	return receive_other(irc, m);
}

/* The server shows another host of ours from now on. */
static int
receive_host(struct sb_irc *irc, const struct received *m)
{
	irc->user_len = irc->host_len = 0;
	return receive_other(irc, m);
}

static int
refuse_nick(struct sb_irc *irc, const struct received *m, bool is_erroneous)
{
	if (irc->state == REGISTERING)
		sb_irc_try_other_nick_(irc, is_erroneous, param(m, 1));
	return receive_other(irc, m);
}

static int
receive_erroneous_nick(struct sb_irc *irc, const struct received *m)
{
	return refuse_nick(irc, m, true);
}

static int
receive_taken_nick(struct sb_irc *irc, const struct received *m)
{
	return refuse_nick(irc, m, false);
}

static int
receive_error(struct sb_irc *irc, const struct received *m)
{
	(void)snprintf(irc->reason, sizeof(irc->reason), "%s", param(m, 0));
	return receive_other(irc, m);
}

static int
receive_ping(struct sb_irc *irc, const struct received *m)
{
	sb_irc_write_(irc, &(struct sb_wire_out){ .verb = "PONG",
				   .params = m->line->params,
				   .n_params = m->line->n_params,
				   .cuts = true });
	return receive_other(irc, m);
}

/* Channels and people. */

/* Copies the next name of a list that commas part to buf, of SB_WIRE_MAX bytes; false after the
 * last. */
static bool
next_name(const char **list, char *buf)
{
	size_t len;

	*list += strspn(*list, ",");
	len = strcspn(*list, ",");
	memcpy(buf, *list, len);
	buf[len] = '\0';
	*list += len;
	return len > 0;
}

static int
receive_join(struct sb_irc *irc, const struct received *m)
{
	struct received with_account = *m;
	char channel[SB_WIRE_MAX];
	const char *list = param(m, 0);
	int ran = 0;

	/* extended-join: the account is the second parameter, or "*". */
	if (m->line->n_params > 1 && !m->account && strcmp(param(m, 1), "*") != 0)
		with_account.account = param(m, 1);
	if (!list[strspn(list, ",")])
		return receive_other(irc, m);
	while (ran != -ECANCELED && next_name(&list, channel)) {
		if (m->is_self)
			sb_irc_channel_joined_(irc, channel);
		ran = sb_irc_joined_emit(irc->d, irc,
			&(struct sb_irc_joined){ .channel = channel, SOURCE(&with_account) });
	}
	return ran;
}

static int
receive_part(struct sb_irc *irc, const struct received *m)
{
	char channel[SB_WIRE_MAX];
	const char *list = param(m, 0);
	int ran = 0;

	if (!list[strspn(list, ",")])
		return receive_other(irc, m);
	while (ran != -ECANCELED && next_name(&list, channel)) {
		if (m->is_self)
			sb_irc_channel_parted_(irc, channel);
		ran = sb_irc_parted_emit(irc->d, irc,
			&(struct sb_irc_parted){
				.channel = channel, .reason = param(m, 1), SOURCE(m) });
	}
	return ran;
}

/* One channel and several victims, or as many channels as victims. */
static int
receive_kick(struct sb_irc *irc, const struct received *m)
{
	char channel[SB_WIRE_MAX], victim[SB_WIRE_MAX];
	const char *channels = param(m, 0), *victims = param(m, 1);
	int ran = 0;

	if (!next_name(&channels, channel) || !victims[strspn(victims, ",")])
		return receive_other(irc, m);
	while (ran != -ECANCELED && next_name(&victims, victim)) {
		ran = sb_irc_kicked_emit(irc->d, irc,
			&(struct sb_irc_kicked){ .channel = channel,
				.victim = victim,
				.reason = param(m, 2),
				.victim_is_self = sb_irc_same_here_(irc, victim, irc->nick),
				SOURCE(m) });
		if (channels[strspn(channels, ",")])
			next_name(&channels, channel);
	}
	return ran;
}

static int
receive_quit(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_quit_emit(
		irc->d, irc, &(struct sb_irc_quit){ .reason = param(m, 0), SOURCE(m) });
}

static int
receive_nick(struct sb_irc *irc, const struct received *m)
{
	const char *nick = param(m, 0);

	if (m->is_self) {
		memcpy(irc->nick, nick, strlen(nick) + 1);
		/* What we asked for ourselves is what we want after a reconnect, too. */
		if (sb_irc_same_here_(irc, nick, irc->asked))
			memcpy(irc->wanted, nick, strlen(nick) + 1);
	}
	return sb_irc_nick_changed_emit(
		irc->d, irc, &(struct sb_irc_nick_changed){ .new_nick = nick, SOURCE(m) });
}

static int
receive_topic(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_topic_changed_emit(irc->d, irc,
		&(struct sb_irc_topic_changed){
			.channel = param(m, 0), .topic = param(m, 1), SOURCE(m) });
}

static int
receive_mode(struct sb_irc *irc, const struct received *m)
{
	char modes[SB_WIRE_MAX];
	size_t i, len = 0;

	for (i = 1; i < m->line->n_params; i++)
		len += (size_t)snprintf(
			modes + len, sizeof(modes) - len, "%s%s", i > 1 ? " " : "", param(m, i));
	return sb_irc_mode_changed_emit(irc->d, irc,
		&(struct sb_irc_mode_changed){ .target = param(m, 0), .modes = modes, SOURCE(m) });
}

static int
receive_invite(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_invited_emit(irc->d, irc,
		&(struct sb_irc_invited){ .channel = param(m, 1),
			.invitee = param(m, 0),
			.is_us = sb_irc_same_here_(irc, param(m, 0), irc->nick),
			SOURCE(m) });
}

/* Messages. */

/* Whether it was said to one person: not to a channel, nor to those of a channel who have a rank
 * ("@#c"), nor to all of a server ("$*"). */
static bool
is_private(const char *target)
{
	return *target != '$' && !sb_irc_is_channel(target + strspn(target, "@%~"));
}

/* Where an answer belongs; what we said ourselves, on another connection of ours, is answered by
 * whom it was said to. */
static const char *
reply_to(const struct received *m)
{
	return is_private(param(m, 0)) && !m->is_self ? m->line->nick : param(m, 0);
}

static int
receive_ctcp(struct sb_irc *irc, const struct received *m, const struct sb_ctcp *ctcp)
{
	if (!strcmp(ctcp->verb, "ACTION"))
		return sb_irc_action_emit(irc->d, irc,
			&(struct sb_irc_action){ .target = param(m, 0),
				.text = ctcp->args,
				.reply_to = reply_to(m),
				.is_private = is_private(param(m, 0)),
				SOURCE(m) });
	return sb_irc_ctcp_requested_emit(irc->d, irc,
		&(struct sb_irc_ctcp_requested){
			.target = param(m, 0), .verb = ctcp->verb, .args = ctcp->args, SOURCE(m) });
}

static int
receive_message(struct sb_irc *irc, const struct received *m)
{
	char text[SB_WIRE_MAX]; /* the CTCP, taken apart */
	struct sb_ctcp ctcp;

	if (sb_ctcp_parse(param(m, 1), false, text, &ctcp))
		return receive_ctcp(irc, m, &ctcp);
	return sb_irc_message_emit(irc->d, irc,
		&(struct sb_irc_message){ .target = param(m, 0),
			.text = param(m, 1),
			.reply_to = reply_to(m),
			.is_private = is_private(param(m, 0)),
			SOURCE(m) });
}

static int
receive_notice(struct sb_irc *irc, const struct received *m)
{
	char text[SB_WIRE_MAX]; /* the CTCP, taken apart */
	struct sb_ctcp ctcp;

	if (sb_ctcp_parse(param(m, 1), true, text, &ctcp))
		return sb_irc_ctcp_answered_emit(irc->d, irc,
			&(struct sb_irc_ctcp_answered){ .target = param(m, 0),
				.verb = ctcp.verb,
				.args = ctcp.args,
				SOURCE(m) });
	return sb_irc_notice_emit(irc->d, irc,
		&(struct sb_irc_notice){ .target = param(m, 0),
			.text = param(m, 1),
			.is_private = is_private(param(m, 0)),
			SOURCE(m) });
}

/* The table, sorted by verb; without PRIVMSG. */

struct command {
	const char *verb;
	size_t n_needed; /* parameters */
	receive_fn *receive;
};

static const struct command commands[] = {
	{ "001", 1, receive_welcome },
	{ "005", 0, receive_features },
	{ "396", 0, receive_host },
	{ "432", 0, receive_erroneous_nick },
	{ "433", 0, receive_taken_nick },
	{ "436", 0, receive_taken_nick },
	{ "437", 0, receive_taken_nick },
	{ "ERROR", 0, receive_error },
	{ "INVITE", 2, receive_invite },
	{ "JOIN", 1, receive_join },
	{ "KICK", 2, receive_kick },
	{ "MODE", 2, receive_mode },
	{ "NICK", 1, receive_nick },
	{ "NOTICE", 2, receive_notice },
	{ "PART", 1, receive_part },
	{ "PING", 0, receive_ping },
	{ "QUIT", 0, receive_quit },
	{ "TOPIC", 1, receive_topic },
};

static int
compare_verb(const void *verb, const void *entry)
{
	return strcmp(verb, ((const struct command *)entry)->verb);
}

static const struct command *
find_command(const char *verb)
{
	static const struct command message = { "PRIVMSG", 2, receive_message };
	static const struct command other = { "", 0, receive_other };
	const struct command *found;

	/* Most lines are one. */
	if (!strcmp(verb, message.verb))
		return &message;
	found = bsearch(verb, commands, sizeof(commands) / sizeof(commands[0]), sizeof(commands[0]),
		compare_verb);

	return found ? found : &other;
}

/* The values go to buf, of SB_WIRE_TAGS_MAX bytes. */
static void
read_tags(const struct sb_irc *irc, struct received *m, char *buf)
{
	enum { TIME, ACCOUNT, MSGID, N_TAGS };
	static const struct sb_bytes keys[] = {
		[TIME] = { "time", 4 },
		[ACCOUNT] = { "account", 7 },
		[MSGID] = { "msgid", 5 },
	};
	const char *values[N_TAGS];

	sb_wire_tags_pick(m->line->tags, keys, N_TAGS, buf, values);
	m->account = values[ACCOUNT];
	m->msgid = values[MSGID];
	if (!values[TIME] || !sb_wire_time(values[TIME], &m->time_ms))
		m->time_ms = irc->heard_wall_ms;
}

/* How others see us is worth knowing, for it counts in the length of what we say. */
static void
learn_prefix(struct sb_irc *irc, const struct sb_wire_line *line)
{
	if (!line->user || !line->host)
		return;
	irc->user_len = strlen(line->user);
	irc->host_len = strlen(line->host);
}

/* Why a line that is IRC cannot be taken all the same; NULL when it can. */
static const char *
find_fault(const struct sb_wire_line *line, const struct command *command)
{
	bool names_us = command->receive == receive_welcome || command->receive == receive_nick;

	if (line->n_params < command->n_needed)
		return "too few parameters";
	if (names_us
		&& (!sb_wire_is_middle(line->params[0]) || strlen(line->params[0]) >= NICK_CAP))
		return "a nick that cannot be";
	return NULL;
}

int
sb_irc_malformed_(struct sb_irc *irc, struct sb_bytes bytes, const char *why)
{
	return sb_irc_malformed_emit(
		irc->d, irc, &(struct sb_irc_malformed){ .line = bytes, .why = why });
}

int
sb_irc_receive_(struct sb_irc *irc, struct sb_bytes bytes)
{
	struct sb_wire_line line;
	struct received m = { .line = &line };
	char values[SB_WIRE_TAGS_MAX];
	const struct command *command;
	const char *why = NULL;
	int error = sb_wire_parse(bytes, &line, &why);

	if (error == -ENODATA)
		return 0;
	if (error)
		return sb_irc_malformed_(irc, bytes, why);
	command = find_command(line.verb);
	why = find_fault(&line, command);
	if (why)
		return sb_irc_malformed_(irc, bytes, why);
	read_tags(irc, &m, values);
	m.is_self = sb_irc_same_here_(irc, line.nick, irc->nick);
	if (m.is_self)
		learn_prefix(irc, &line);
	/* What an ERROR said is the reason of an end that follows at once. */
	if (!irc->end_error)
		irc->reason[0] = '\0';
	return command->receive(irc, &m);
}
