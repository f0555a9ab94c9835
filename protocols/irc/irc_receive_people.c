#include "irc_receive.h"

#include <errno.h>

/* Names of a list of channels or nicks. */
enum { NAME_CAP = SB_ROSTER_NAME_MAX + 1 };

/* What the state says of itself, and not we: where it could not keep something it is flagged, and
 * what a server says of channels and people that we do not know is harmless. Hence the (void)s. */

/* What we ask of a channel. */

/* The name is a server's: it must not make another line of what we ask. */
static bool
can_ask(const struct sb_irc *irc, const char *channel)
{
	return sb_isupport_is_channel(&irc->features, channel) && sb_wire_is_middle(channel)
	       && !strchr(channel, ',') && strlen(channel) <= CHANNEL_MAX;
}

static void
ask(struct sb_irc *irc, const char *verb, const char *channel, const char *fields_or_null)
{
	const char *params[] = { channel, fields_or_null };

	/* One that could not be sent has ended the connection. */
	if (irc->state == REGISTERED && irc->stream && !irc->end_error && sb_irc_has_room_(irc))
		sb_irc_write_asking_(irc, &(struct sb_wire_out){ .verb = verb,
						  .params = params,
						  .n_params = fields_or_null ? 2 : 1 });
}

/* Who joins. */

/* extended-join: the account, or "*", and then the real name. */
static int
joined(struct sb_irc *irc, const struct received *m, const char *channel)
{
	const struct sb_roster_who who = who_of(m);
	const char *account = m->line->n_params > 1 ? param(m, 1) : m->account;
	const char *realname = m->line->n_params > 2 ? param(m, 2) : NULL;

	if (m->is_self)
		sb_irc_channel_joined_(irc, channel);
	(void)sb_roster_joined(irc->roster, &who, channel, account, realname);
	if (m->is_self && !has_cap(irc, SB_CAP_NO_IMPLICIT_NAMES))
		sb_irc_asks_expect_(irc, "NAMES", &channel, 1);
	else if (m->is_self && can_ask(irc, channel))
		ask(irc, "NAMES", channel, NULL);
	if (m->is_self && can_ask(irc, channel))
		sb_irc_history_joined_(irc, m, channel);
	return sb_irc_joined_emit(irc->d, irc,
		&(struct sb_irc_joined){ .channel = channel, .realname = realname, SOURCE(m) });
}

int
sb_irc_receive_join_(struct sb_irc *irc, const struct received *m)
{
	struct received with_account = *m;
	char channel[NAME_CAP];
	const char *list = param(m, 0);
	int ran = 0;

	if (m->line->n_params > 1 && !m->account && strcmp(param(m, 1), "*") != 0)
		with_account.account = param(m, 1);
	if (!list[strspn(list, ",")])
		return sb_irc_receive_other_(irc, m);
	while (ran != -ECANCELED && next_part(&list, ',', channel, sizeof(channel)))
		ran = joined(irc, &with_account, channel);
	return ran;
}

/* Who goes. */

int
sb_irc_receive_part_(struct sb_irc *irc, const struct received *m)
{
	char channel[NAME_CAP];
	const char *list = param(m, 0);
	int ran = 0;

	if (!list[strspn(list, ",")])
		return sb_irc_receive_other_(irc, m);
	while (ran != -ECANCELED && next_part(&list, ',', channel, sizeof(channel))) {
		if (m->is_self)
			sb_irc_channel_parted_(irc, channel);
		(void)sb_roster_left(irc->roster, m->line->nick, channel);
		ran = sb_irc_parted_emit(irc->d, irc,
			&(struct sb_irc_parted){
				.channel = channel, .reason = param(m, 1), SOURCE(m) });
	}
	return ran;
}

static int
kicked(struct sb_irc *irc, const struct received *m, const char *channel, const char *victim)
{
	bool is_us = sb_irc_same_here_(irc, victim, irc->nick);

	(void)sb_roster_left(irc->roster, victim, channel);
	if (is_us)
		sb_irc_rejoin_kicked_(irc, channel);
	return sb_irc_kicked_emit(irc->d, irc,
		&(struct sb_irc_kicked){ .channel = channel,
			.victim = victim,
			.reason = param(m, 2),
			.victim_is_self = is_us,
			SOURCE(m) });
}

/* One channel and several victims, or as many channels as victims. */
int
sb_irc_receive_kick_(struct sb_irc *irc, const struct received *m)
{
	char channel[NAME_CAP], victim[NAME_CAP];
	const char *channels = param(m, 0), *victims = param(m, 1);
	int ran = 0;

	if (!next_part(&channels, ',', channel, sizeof(channel)) || !victims[strspn(victims, ",")])
		return sb_irc_receive_other_(irc, m);
	while (ran != -ECANCELED && next_part(&victims, ',', victim, sizeof(victim))) {
		ran = kicked(irc, m, channel, victim);
		if (channels[strspn(channels, ",")])
			(void)next_part(&channels, ',', channel, sizeof(channel));
	}
	return ran;
}

int
sb_irc_receive_quit_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_quit(irc->roster, m->line->nick);
	if (!m->is_self)
		sb_irc_regain_freed_(irc, m->line->nick);
	return sb_irc_quit_emit(
		irc->d, irc, &(struct sb_irc_quit){ .reason = param(m, 0), SOURCE(m) });
}

int
sb_irc_receive_nick_(struct sb_irc *irc, const struct received *m)
{
	const char *nick = param(m, 0);
	bool is_regained = false;
	int ran;

	(void)sb_roster_renamed(irc->roster, m->line->nick, nick);
	if (!m->is_self && !sb_irc_same_here_(irc, m->line->nick, nick))
		sb_irc_regain_freed_(irc, m->line->nick);
	if (m->is_self) {
		bool was_wanted = sb_irc_same_here_(irc, nick, irc->wanted);

		memcpy(irc->nick, nick, strlen(nick) + 1);
		/* What we asked for ourselves is what we want after a reconnect, too. */
		if (sb_irc_same_here_(irc, nick, irc->asked))
			memcpy(irc->wanted, nick, strlen(nick) + 1);
		is_regained = sb_irc_regain_check_(irc) && was_wanted;
	}
	ran = sb_irc_nick_changed_emit(
		irc->d, irc, &(struct sb_irc_nick_changed){ .new_nick = nick, SOURCE(m) });
	if (ran == -ECANCELED || !is_regained)
		return ran;
	return sb_irc_nick_regained_emit(
		irc->d, irc, &(struct sb_irc_nick_regained){ .our_nick = nick });
}

/* Who is on a channel (353), and what we ask about one that we have joined. */

int
sb_irc_receive_names_(struct sb_irc *irc, const struct received *m)
{
	bool has_all_signs = has_cap(irc, SB_CAP_MULTI_PREFIX);
	const char *list = param(m, 3);
	char entry[2 * NAME_CAP];
	int error = 0;

	/* Until one tells that we are not on that channel. */
	while (error != -ENOENT && next_part(&list, ' ', entry, sizeof(entry)))
		error = sb_roster_names(irc->roster, param(m, 2), entry, has_all_signs);
	return sb_irc_receive_other_(irc, m);
}

/* The modes of a channel are not told to who joins it, nor who its people are. A channel of very
 * many is not asked for them: some servers take the answer for our flood. */
static void
ask_about(struct sb_irc *irc, const char *channel, size_t n_members)
{
	ask(irc, "MODE", channel, NULL);
	if (n_members <= ASKED_MEMBERS_MAX)
		ask(irc, "WHO", channel, irc->features.has_whox ? "%tcuhnfar," WHOX_TOKEN : NULL);
}

/* The members of a channel are told to who joins it after its topic: it has none that was not told. */
static void
finish_joining(struct sb_irc *irc, const char *channel, const struct sb_irc_channel *on)
{
	if (!sb_irc_channel_topic(on))
		(void)sb_roster_topic(irc->roster, channel, "", NULL, 0);
	if (can_ask(irc, channel))
		ask_about(irc, channel, sb_irc_channel_n_members(on));
}

static void
ask_what_lacks(struct sb_irc *irc, const char *channel, const struct sb_irc_channel *on)
{
	struct sb_roster_notes *notes = sb_roster_notes(irc->roster, channel);

	if (!notes->is_asked_about)
		finish_joining(irc, channel, on);
	notes->is_asked_about = true;
	if (sb_irc_channel_is_whole(on) || notes->is_listed_again || !can_ask(irc, channel))
		return;
	notes->is_listed_again = true;
	ask(irc, "NAMES", channel, NULL);
}

int
sb_irc_receive_names_end_(struct sb_irc *irc, const struct received *m)
{
	const char *channel = param(m, 1);
	const struct sb_irc_channel *on = sb_irc_channel_find(irc->roster, channel);
	bool was_whole = on && sb_irc_channel_is_whole(on);
	int ran = 0;

	(void)sb_roster_names_end(irc->roster, channel);
	if (!on)
		return sb_irc_receive_other_(irc, m);
	ask_what_lacks(irc, channel, on);
	if (!was_whole && sb_irc_channel_is_whole(on))
		ran = sb_irc_channel_synced_emit(irc->d, irc,
			&(struct sb_irc_channel_synced){ .channel = sb_irc_channel_name(on),
				.n_members = (int64_t)sb_irc_channel_n_members(on) });
	return ran == -ECANCELED ? ran : sb_irc_receive_other_(irc, m);
}
