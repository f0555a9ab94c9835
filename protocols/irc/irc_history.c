/* What was said while we were not there: fetched where the server keeps it (IRCv3
 * draft/chathistory; the rules are in history.h), and told without any effect on what is known of
 * the network, since it is over. */

#include "irc_receive.h"

#include <errno.h>
#include <strings.h>

/* How long the server may take for a page. */
#define PAGE_NS (30 * SB_S)

/* Messages of a page where the server does not say how many there may be. */
enum { USUAL_LIMIT = 50 };

static enum sb_casemap
casemap(const struct sb_irc *irc)
{
	return irc->features.casemap;
}

/* ---- What is seen ---- */

/* Of a private message the one who is not us. */
static const char *
other_side(const struct sb_irc *irc, const struct received *m)
{
	const char *target = param(m, 0);

	return sb_irc_same_here_(irc, target, irc->nick) ? m->line->nick : target;
}

static bool
is_message(const struct received *m)
{
	return !strcmp(m->line->verb, "PRIVMSG") || !strcmp(m->line->verb, "NOTICE");
}

static uint64_t
key_of(const struct received *m)
{
	const char *last = m->line->n_params ? param(m, m->line->n_params - 1) : "";

	return sb_history_key(m->msgid, m->time_ms, m->line->nick, last);
}

/* Of a line that opens a batch nothing is known but that: those in it are taken one by one. */
bool
sb_irc_history_hear_(struct sb_irc *irc, const struct received *m)
{
	if (!m->is_history && irc->catches_up && is_message(m) && m->line->n_params > 1)
		sb_history_said(&irc->history, casemap(irc), other_side(irc, m), m->msgid,
			m->time_ms, key_of(m));
	if (!m->page || !sb_history_is_page(&irc->history, m->page)
		|| !strcmp(m->line->verb, "BATCH"))
		return true;
	/* Where the server echoes nothing, what we said ourselves seems new, and we missed none of it. */
	return sb_history_take(
		&irc->history, m->msgid, m->time_ms, key_of(m), is_message(m) && !m->is_self);
}

void
sb_irc_history_joined_(struct sb_irc *irc, const struct received *m, const char *channel)
{
	if (!irc->catches_up)
		return;
	sb_history_joined(&irc->history, casemap(irc), channel, m->time_ms);
	sb_irc_history_go_on_(irc);
}

/* No page is awaited any more, nor asked for. */
static void
stop_page(struct sb_irc *irc)
{
	sb_timer_stop(&irc->history_timer);
	if (irc->history_id)
		(void)sb_outbox_cancel(&irc->outbox, irc->history_id);
}

/* What was being fetched may be forgotten: the next is asked for. */
static void
heed_loss(struct sb_irc *irc, enum sb_history_fetch before)
{
	if (before == SB_HISTORY_IDLE || irc->history.fetch != SB_HISTORY_IDLE)
		return;
	stop_page(irc);
	sb_irc_history_go_on_(irc);
}

void
sb_irc_history_left_(struct sb_irc *irc, const char *channel)
{
	enum sb_history_fetch before = irc->history.fetch;

	sb_history_left(&irc->history, casemap(irc), channel);
	heed_loss(irc, before);
}

/* By a name that cannot be asked for it is forgotten. */
void
sb_irc_history_renamed_(struct sb_irc *irc, const char *from, const char *to)
{
	enum sb_history_fetch before = irc->history.fetch;

	if (sb_irc_channel_is_fine_(to))
		sb_history_renamed(&irc->history, casemap(irc), from, to);
	else
		sb_history_left(&irc->history, casemap(irc), from);
	heed_loss(irc, before);
}

/* ---- Asking ---- */

static void
ask(struct sb_irc *irc, const char *const params[4])
{
	irc->history_id = ++irc->last_id | SB_IRC_OURS_;
	sb_irc_write_later_as_(irc,
		&(struct sb_wire_out){ .verb = "CHATHISTORY", .params = params, .n_params = 4 },
		irc->history_id);
}

/* The server cannot answer before it is asked, which others are before. */
void
sb_irc_history_sent_(struct sb_irc *irc, uint64_t id)
{
	if (id == irc->history_id && irc->history.fetch != SB_HISTORY_IDLE)
		sb_timer_start(&irc->history_timer, PAGE_NS);
}

static void
ask_targets(struct sb_irc *irc, const struct sb_history_request *request, const char *limit)
{
	const char *params[] = { "TARGETS", request->from, request->to, limit };

	ask(irc, params);
}

static void
ask_after(struct sb_irc *irc, const struct sb_history_request *request, const char *limit)
{
	const char *params[] = { "AFTER", request->target, request->from, limit };

	ask(irc, params);
}

static uint32_t
page_limit(const struct sb_irc *irc)
{
	return irc->features.chathistory ? irc->features.chathistory : USUAL_LIMIT;
}

void
sb_irc_history_go_on_(struct sb_irc *irc)
{
	struct sb_history_request request;
	char limit[16];

	if (irc->state != REGISTERED || !irc->stream || irc->end_error
		|| !has_cap(irc, SB_CAP_CHATHISTORY)
		|| !sb_history_next(&irc->history, sb_reactor_wall_ns(irc->r) / SB_MS,
			page_limit(irc), sb_irc_feature(irc, "MSGREFTYPES"), &request))
		return;
	(void)snprintf(limit, sizeof(limit), "%u", (unsigned)request.limit);
	if (request.fetch == SB_HISTORY_TARGETS)
		ask_targets(irc, &request, limit);
	else
		ask_after(irc, &request, limit);
}

void
sb_irc_history_registered_(struct sb_irc *irc)
{
	if (irc->catches_up)
		sb_history_private(&irc->history);
}

void
sb_irc_history_end_(struct sb_irc *irc)
{
	sb_timer_stop(&irc->history_timer);
	sb_history_end(&irc->history);
}

/* ---- Answers ---- */

static int
tell_caught_up(struct sb_irc *irc, const struct sb_history_result *result)
{
	return sb_irc_caught_up_emit(irc->d, irc,
		&(struct sb_irc_caught_up){ .channel = result->name,
			.n_messages = result->n_messages,
			.is_whole = result->is_whole });
}

/* After a page, or in its place: the next one is asked for before the last is told of, since a
 * handler may end all. */
static int
finish_page(struct sb_irc *irc, bool is_done, const struct sb_history_result *result)
{
	stop_page(irc);
	sb_irc_history_go_on_(irc);
	return is_done ? tell_caught_up(irc, result) : 0;
}

void
sb_irc_on_history_timer_(void *self)
{
	struct sb_irc *irc = self;
	struct sb_history_result result;
	bool is_done = sb_history_failed(&irc->history, false, &result);

	(void)finish_page(irc, is_done, &result);
}

unsigned
sb_irc_history_page_(struct sb_irc *irc, const char *type, const char *target)
{
	return sb_history_page_begin(&irc->history, casemap(irc), type, target);
}

/* One that was given up meanwhile ends nothing. */
int
sb_irc_history_page_end_(struct sb_irc *irc, unsigned page)
{
	struct sb_history_result result;
	bool is_done;

	if (!sb_history_is_page(&irc->history, page))
		return 0;
	is_done = sb_history_page_end(&irc->history, &result);
	return finish_page(irc, is_done, &result);
}

/* FAIL CHATHISTORY <code> <subcommand> <target> ...: of a request that is not ours, since the
 * application has made one, with a label, or of another target. */
int
sb_irc_history_heed_(struct sb_irc *irc, const struct received *m)
{
	struct sb_history_result result;
	bool is_done;

	if (!irc->catches_up || irc->history.fetch == SB_HISTORY_IDLE || m->label
		|| m->line->n_params < 2 || strcmp(m->line->verb, "FAIL") != 0
		|| strcasecmp(param(m, 0), "CHATHISTORY") != 0)
		return 0;
	if (m->line->n_params > 4 && !sb_history_is_about(&irc->history, casemap(irc), param(m, 3)))
		return 0;
	is_done = sb_history_failed(
		&irc->history, strcasecmp(param(m, 1), "INVALID_TARGET") != 0, &result);
	return finish_page(irc, is_done, &result);
}

/* CHATHISTORY TARGETS <target> <time>, in a batch that answers us. Channels are asked for when we are
 * on them. */
int
sb_irc_receive_target_(struct sb_irc *irc, const struct received *m)
{
	const char *target = param(m, 1);

	if (irc->catches_up && irc->history.fetch == SB_HISTORY_TARGETS && m->line->n_params > 1
		&& m->batch && !strcmp(m->batch, "draft/chathistory-targets")
		&& !strcasecmp(param(m, 0), "TARGETS")
		&& !sb_isupport_is_channel(&irc->features, target) && sb_wire_is_middle(target))
		sb_history_peer(&irc->history, casemap(irc), target);
	return sb_irc_receive_other_(irc, m);
}

/* ---- What is over ---- */

/* Each as it is told when it happens, and nothing more. */

static int
past_join(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_joined_emit(irc->d, irc,
		&(struct sb_irc_joined){ .channel = param(m, 0),
			.realname = m->line->n_params > 2 ? param(m, 2) : NULL,
			SOURCE(m) });
}

static int
past_part(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_parted_emit(irc->d, irc,
		&(struct sb_irc_parted){
			.channel = param(m, 0), .reason = param(m, 1), SOURCE(m) });
}

static int
past_kick(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_kicked_emit(irc->d, irc,
		&(struct sb_irc_kicked){ .channel = param(m, 0),
			.victim = param(m, 1),
			.reason = param(m, 2),
			.victim_is_self = sb_irc_same_here_(irc, param(m, 1), irc->nick),
			SOURCE(m) });
}

static int
past_quit(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_quit_emit(
		irc->d, irc, &(struct sb_irc_quit){ .reason = param(m, 0), SOURCE(m) });
}

static int
past_nick(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_nick_changed_emit(
		irc->d, irc, &(struct sb_irc_nick_changed){ .new_nick = param(m, 0), SOURCE(m) });
}

static int
past_topic(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_topic_changed_emit(irc->d, irc,
		&(struct sb_irc_topic_changed){
			.channel = param(m, 0), .topic = param(m, 1), SOURCE(m) });
}

static int
past_account(struct sb_irc *irc, const struct received *m)
{
	const char *account = param(m, 0);

	return sb_irc_account_changed_emit(irc->d, irc,
		&(struct sb_irc_account_changed){
			.new_account = strcmp(account, "*") != 0 ? account : NULL, SOURCE(m) });
}

static int
past_host(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_host_changed_emit(irc->d, irc,
		&(struct sb_irc_host_changed){
			.new_user = param(m, 0), .new_host = param(m, 1), SOURCE(m) });
}

static int
past_realname(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_realname_changed_emit(irc->d, irc,
		&(struct sb_irc_realname_changed){ .realname = param(m, 0), SOURCE(m) });
}

static int
past_rename(struct sb_irc *irc, const struct received *m)
{
	return sb_irc_channel_renamed_emit(irc->d, irc,
		&(struct sb_irc_channel_renamed){ .channel = param(m, 0),
			.new_name = param(m, 1),
			.reason = param(m, 2),
			SOURCE(m) });
}

struct past {
	const char *verb;
	receive_fn *receive; /* NULL: what it is at any time knows what is over */
};

receive_fn *
sb_irc_past_(const char *verb, receive_fn *now)
{
	static const struct past pasts[] = {
		{ "PRIVMSG", NULL },
		{ "NOTICE", NULL },
		{ "TAGMSG", NULL },
		{ "REDACT", NULL },
		{ "BATCH", NULL },
		{ "MODE", NULL },
		{ "JOIN", past_join },
		{ "PART", past_part },
		{ "KICK", past_kick },
		{ "QUIT", past_quit },
		{ "NICK", past_nick },
		{ "TOPIC", past_topic },
		{ "ACCOUNT", past_account },
		{ "CHGHOST", past_host },
		{ "SETNAME", past_realname },
		{ "RENAME", past_rename },
	};
	size_t i;

	for (i = 0; i < sizeof(pasts) / sizeof(pasts[0]); i++)
		if (!strcmp(pasts[i].verb, verb))
			return pasts[i].receive ? pasts[i].receive : now;
	return sb_irc_receive_other_;
}
