#include "irc_receive.h"

#include <errno.h>

int
sb_irc_receive_other_(struct sb_irc *irc, const struct received *m)
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
	int ran;

	if (irc->state != REGISTERING)
		return sb_irc_receive_other_(irc, m);
	ran = sb_irc_caps_welcomed_(irc);
	if (ran == -ECANCELED || !sb_irc_is_up_(irc))
		return ran;
	irc->state = REGISTERED;
	irc->attempt = 0;
	if (irc->client)
		sb_client_established(irc->client);
	sb_timer_stop(&irc->timer);
	memcpy(irc->nick, param(m, 0), strlen(param(m, 0)) + 1);
	/* Without memory for it the state says so. */
	(void)sb_roster_begin(irc->roster, irc->nick);
	if (sb_irc_account_(irc))
		(void)sb_roster_account(irc->roster, irc->nick, sb_irc_account_(irc));
	sb_irc_queue_registered_(irc);
	sb_irc_heal_registered_(irc);
	sb_irc_history_registered_(irc);
	sb_irc_presence_registered_(irc);
	return sb_irc_registered_emit(irc->d, irc,
		&(struct sb_irc_registered){ .our_nick = param(m, 0),
			.server = m->line->nick,
			.welcome = param(m, m->line->n_params - 1) });
}

/* Its name and version. The answer to VERSION (351) has no more, and may be another server's. */
static int
receive_server(struct sb_irc *irc, const struct received *m)
{
	sb_irc_learn_server_(irc, param(m, 2));
	return sb_irc_receive_other_(irc, m);
}

static int
receive_too_fast(struct sb_irc *irc, const struct received *m)
{
	sb_irc_slow_down_(irc);
	return sb_irc_receive_other_(irc, m);
}

/* What it is to the client alone is told before what it is as such. */
static int
then_other(struct sb_irc *irc, const struct received *m, int ran)
{
	return ran == -ECANCELED ? ran : sb_irc_receive_other_(irc, m);
}

static int
receive_cap(struct sb_irc *irc, const struct received *m)
{
	int ran;

	return sb_irc_caps_take_(irc, m->line, &ran) ? ran : sb_irc_receive_other_(irc, m);
}

static int
receive_refusal(struct sb_irc *irc, const struct received *m)
{
	return then_other(irc, m, sb_irc_caps_refused_(irc, m->line));
}

static int
receive_authenticate(struct sb_irc *irc, const struct received *m)
{
	int ran;

	return sb_irc_login_take_(irc, param(m, 0), &ran) ? ran : sb_irc_receive_other_(irc, m);
}

static int
receive_login(struct sb_irc *irc, const struct received *m)
{
	int ran = sb_irc_login_numeric_(irc, m->line);

	/* Services may now be asked for our nick. */
	if (ran != -ECANCELED)
		sb_irc_regain_go_on_(irc);
	return then_other(irc, m, ran);
}

static int
refuse_nick(struct sb_irc *irc, const struct received *m, bool is_erroneous)
{
	return then_other(irc, m, sb_irc_nick_refused_(irc, m->line, is_erroneous));
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

/* 437 is said of nicks and of channels. */
static int
receive_unavailable(struct sb_irc *irc, const struct received *m)
{
	if (sb_isupport_is_channel(&irc->features, param(m, 1)))
		return sb_irc_receive_join_refused_(irc, m);
	return receive_taken_nick(irc, m);
}

static int
receive_error(struct sb_irc *irc, const struct received *m)
{
	const char *text = param(m, 0);
	enum sb_closing kind = sb_closing_of(text);
	int ran;

	(void)snprintf(irc->reason, sizeof(irc->reason), "%s", text);
	/* What a numeric has said before counts where this says nothing. */
	if (kind != SB_CLOSING_OTHER)
		irc->closing = kind;
	if (kind == SB_CLOSING_FLOODED)
		irc->is_gentle = true;
	ran = sb_irc_closing_emit(irc->d, irc,
		&(struct sb_irc_closing){ .kind = sb_closing_name(irc->closing), .text = text });
	return then_other(irc, m, ran);
}

/* We are banned, or will be. */
static int
receive_banned(struct sb_irc *irc, const struct received *m)
{
	irc->closing = SB_CLOSING_BANNED;
	return sb_irc_receive_other_(irc, m);
}

static int
receive_ping(struct sb_irc *irc, const struct received *m)
{
	const struct sb_wire_out pong = { .verb = "PONG",
		.params = m->line->params,
		.n_params = m->line->n_params,
		.cuts = true };

	sb_irc_write_(irc, &pong);
	return sb_irc_receive_other_(irc, m);
}

static int
receive_pong(struct sb_irc *irc, const struct received *m)
{
	int ran = sb_irc_ponged_(irc);

	return ran == -ECANCELED ? ran : sb_irc_receive_other_(irc, m);
}

/* The table, sorted by verb. */

struct command {
	const char *verb;
	size_t n_needed; /* parameters */
	receive_fn *receive;
};

static const struct command commands[] = {
	{ "001", 1, receive_welcome },
	{ "004", 0, receive_server },
	{ "005", 0, sb_irc_receive_features_ },
	{ "221", 2, sb_irc_receive_umodes_ },
	{ "263", 0, receive_too_fast },
	{ "301", 2, sb_irc_receive_away_told_ },
	{ "303", 2, sb_irc_receive_ison_ },
	{ "305", 0, sb_irc_receive_back_ },
	{ "306", 0, sb_irc_receive_gone_away_ },
	{ "324", 3, sb_irc_receive_modes_told_ },
	{ "328", 3, sb_irc_receive_url_ },
	{ "329", 3, sb_irc_receive_created_ },
	{ "331", 2, sb_irc_receive_no_topic_ },
	{ "332", 3, sb_irc_receive_topic_told_ },
	{ "333", 4, sb_irc_receive_topic_set_by_ },
	{ "346", 3, sb_irc_receive_list_entry_ },
	{ "347", 2, sb_irc_receive_list_end_ },
	{ "348", 3, sb_irc_receive_list_entry_ },
	{ "349", 2, sb_irc_receive_list_end_ },
	{ "352", 8, sb_irc_receive_who_ },
	{ "353", 4, sb_irc_receive_names_ },
	{ "354", 2, sb_irc_receive_whox_ },
	{ "366", 2, sb_irc_receive_names_end_ },
	{ "367", 3, sb_irc_receive_list_entry_ },
	{ "368", 2, sb_irc_receive_list_end_ },
	{ "376", 0, sb_irc_receive_greeted_ },
	{ "396", 2, sb_irc_receive_host_ },
	{ "403", 2, sb_irc_receive_join_refused_ },
	{ "405", 2, sb_irc_receive_join_refused_ },
	{ "410", 0, receive_refusal },
	{ "421", 0, receive_refusal },
	{ "422", 0, sb_irc_receive_greeted_ },
	{ "432", 0, receive_erroneous_nick },
	{ "433", 0, receive_taken_nick },
	{ "436", 0, receive_taken_nick },
	{ "437", 0, receive_unavailable },
	{ "439", 0, receive_too_fast },
	{ "451", 0, receive_refusal },
	{ "465", 0, receive_banned },
	{ "466", 0, receive_banned },
	{ "470", 2, sb_irc_receive_join_refused_ },
	{ "471", 2, sb_irc_receive_join_refused_ },
	{ "473", 2, sb_irc_receive_join_refused_ },
	{ "474", 2, sb_irc_receive_join_refused_ },
	{ "475", 2, sb_irc_receive_join_refused_ },
	{ "476", 2, sb_irc_receive_join_refused_ },
	{ "477", 2, sb_irc_receive_join_refused_ },
	{ "479", 2, sb_irc_receive_join_refused_ },
	{ "480", 2, sb_irc_receive_join_refused_ },
	{ "489", 2, sb_irc_receive_join_refused_ },
	{ "728", 4, sb_irc_receive_list_entry_ },
	{ "729", 3, sb_irc_receive_list_end_ },
	{ "730", 2, sb_irc_receive_online_ },
	{ "731", 2, sb_irc_receive_offline_ },
	{ "734", 3, sb_irc_receive_monitor_full_ },
	{ "900", 0, receive_login },
	{ "901", 0, receive_login },
	{ "902", 0, receive_login },
	{ "903", 0, receive_login },
	{ "904", 0, receive_login },
	{ "905", 0, receive_login },
	{ "906", 0, receive_login },
	{ "907", 0, receive_login },
	{ "908", 0, receive_login },
	{ "ACCOUNT", 1, sb_irc_receive_account_ },
	{ "AUTHENTICATE", 1, receive_authenticate },
	{ "AWAY", 0, sb_irc_receive_away_ },
	{ "BATCH", 1, sb_irc_receive_batch_ },
	{ "CAP", 2, receive_cap },
	{ "CHATHISTORY", 0, sb_irc_receive_target_ },
	{ "CHGHOST", 2, sb_irc_receive_chghost_ },
	{ "ERROR", 0, receive_error },
	{ "FAIL", 2, sb_irc_receive_reply_ },
	{ "INVITE", 2, sb_irc_receive_invite_ },
	{ "JOIN", 1, sb_irc_receive_join_ },
	{ "KICK", 2, sb_irc_receive_kick_ },
	{ "MARKREAD", 2, sb_irc_receive_read_mark_ },
	{ "MODE", 2, sb_irc_receive_mode_ },
	{ "NICK", 1, sb_irc_receive_nick_ },
	{ "NOTE", 2, sb_irc_receive_reply_ },
	{ "NOTICE", 2, sb_irc_receive_notice_ },
	{ "PART", 1, sb_irc_receive_part_ },
	{ "PING", 0, receive_ping },
	{ "PONG", 0, receive_pong },
	{ "PRIVMSG", 2, sb_irc_receive_message_ },
	{ "QUIT", 0, sb_irc_receive_quit_ },
	{ "REDACT", 2, sb_irc_receive_redaction_ },
	{ "RENAME", 2, sb_irc_receive_rename_ },
	{ "SETNAME", 1, sb_irc_receive_setname_ },
	{ "TAGMSG", 1, sb_irc_receive_tagged_ },
	{ "TOPIC", 1, sb_irc_receive_topic_ },
	{ "WARN", 2, sb_irc_receive_reply_ },
};

/* A numeric that lacks parameters is told as it came, except 001, which must name us. */
static const struct command *
find_command(const struct sb_irc *irc, const struct sb_wire_line *line)
{
	static const struct command other = { "", 0, sb_irc_receive_other_ };
	int which = sb_words_find(&irc->verbs, line->verb, line->verb_len);
	const struct command *found = which < 0 ? &other : &commands[which];
	bool is_numeric = *line->verb >= '1' && *line->verb <= '9';

	return is_numeric && line->n_params < found->n_needed ? &other : found;
}

/* The tags that fields are for. */
enum {
	ACCOUNT,
	TIME,
	MSGID,
	BATCH,
	LABEL,
	BOT,
	DRAFT_BOT,
	REPLY,
	DRAFT_REPLY,
	CONTEXT,
	DRAFT_CONTEXT,
	N_TAGS
};
static const struct sb_bytes tags[] = {
	[TIME] = { "time", 4 },
	[ACCOUNT] = { "account", 7 },
	[MSGID] = { "msgid", 5 },
	[BATCH] = { "batch", 5 },
	[LABEL] = { "label", 5 },
	[BOT] = { "bot", 3 },
	[DRAFT_BOT] = { "draft/bot", 9 },
	[REPLY] = { "+reply", 6 },
	[DRAFT_REPLY] = { "+draft/reply", 12 },
	[CONTEXT] = { "+channel-context", 16 },
	[DRAFT_CONTEXT] = { "+draft/channel-context", 22 },
};

void
sb_irc_receive_init_(struct sb_irc *irc)
{
	const size_t n = sizeof(commands) / sizeof(commands[0]);
	size_t i;

	sb_assert(n <= SB_WORDS_MAX);
	for (i = 0; i < n; i++)
		irc->verb_names[i] = sb_bytes_of(commands[i].verb);
	sb_words_init(&irc->verbs, irc->verb_names, n);
	sb_words_init(&irc->tags, tags, N_TAGS);
	sb_irc_receive_talk_init_(irc);
}

/* A tag that is not there: as most are not, each begins as this. */
static const char absent[] = "";
static const char *const all_absent[] = { absent, absent, absent, absent, absent, absent, absent,
	absent, absent, absent, absent };
_Static_assert(sizeof(all_absent) / sizeof(*all_absent) == N_TAGS, "one for each tag");

/* A tag that is empty tells as much as none. */
static const char *
told(const char *value)
{
	return *value ? value : NULL;
}

/* The values go to buf, of SB_WIRE_TAGS_MAX bytes. ret_batch: the reference of the batch that the
 * line is in; NULL for none. A time that is none leaves the time of arrival. */
static void
read_tags(struct sb_irc *irc, struct received *m, char *buf, const char **ret_batch)
{
	const char *values[N_TAGS];

	memcpy(values, all_absent, sizeof(values));
	sb_wire_tags_pick(
		(struct sb_bytes){ m->line->tags, m->line->tags_len }, &irc->tags, buf, values);
	m->account = told(values[ACCOUNT]);
	m->msgid = told(values[MSGID]);
	m->label = told(values[LABEL]);
	m->in_reply_to = told(*values[REPLY] ? values[REPLY] : values[DRAFT_REPLY]);
	m->channel_context = values[CONTEXT] != absent ? values[CONTEXT] : values[DRAFT_CONTEXT];
	if (m->channel_context == absent)
		m->channel_context = NULL;
	m->is_bot = values[BOT] != absent || values[DRAFT_BOT] != absent;
	*ret_batch = values[BATCH] != absent ? values[BATCH] : NULL;
	if (*values[TIME])
		(void)sb_wire_time_again(&irc->minute, values[TIME], &m->time_ms);
}

/* What a line in a batch has of it. */
static void
join_batch(struct received *m, const struct batch *batch)
{
	m->batch = *batch->type ? batch->type : NULL;
	m->is_history = batch->is_history;
	m->page = batch->within;
	if (!m->label && *batch->label)
		m->label = batch->label;
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
	bool names_us =
		command->receive == receive_welcome || command->receive == sb_irc_receive_nick_;

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

/* What was said before has no effect on what is so now. */
static int
receive_then(struct sb_irc *irc, const struct received *m, const struct command *command)
{
	/* Most lines are nothing to it. */
	if ((irc->catches_up || m->page) && !sb_irc_history_hear_(irc, m))
		return 0;
	if (m->is_history)
		return sb_irc_past_(m->line->verb, command->receive)(irc, m);
	return command->receive(irc, m);
}

int
sb_irc_receive_(struct sb_irc *irc, struct sb_bytes bytes)
{
	struct sb_wire_line line;
	struct received m = { .line = &line };
	char values[SB_WIRE_TAGS_MAX];
	const struct command *command;
	const char *why = NULL, *reference = NULL;
	const struct batch *batch = NULL;
	bool is_labelled;
	int ran, error = sb_wire_parse_long(bytes, irc->features.line_len, &line, &why);

	if (error == -ENODATA)
		return 0;
	if (error)
		return sb_irc_malformed_(irc, bytes, why);
	command = find_command(irc, &line);
	why = find_fault(&line, command);
	if (why)
		return sb_irc_malformed_(irc, bytes, why);
	m.time_ms = irc->heard_wall_ms;
	if (line.tags_len)
		read_tags(irc, &m, values, &reference);
	is_labelled = m.label != NULL;
	if (reference)
		batch = sb_irc_batch_(irc, reference);
	if (batch)
		join_batch(&m, batch);
	m.is_self = sb_irc_same_here_(irc, line.nick, irc->nick);
	if (m.channel_context)
		sb_irc_check_context_(irc, &m);
	/* What an ERROR said is the reason of an end that follows at once. */
	if (!irc->end_error)
		irc->reason[0] = '\0';
	if (reference && irc->n_multilines && !m.label)
		m.label = sb_irc_multiline_label_(irc, reference);
	if (irc->asks.first)
		m.is_answer = sb_irc_asks_hear_(irc, &line, m.label, is_labelled);
	if (reference && irc->n_multilines && sb_irc_multiline_line_(irc, &m, reference, &ran))
		return ran;
	if (m.is_self && !m.is_history)
		learn_prefix(irc, &line);
	ran = receive_then(irc, &m, command);
	return ran == -ECANCELED || !m.is_answer ? ran : sb_irc_asks_tell_(irc);
}
