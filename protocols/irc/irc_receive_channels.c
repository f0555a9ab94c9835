#include "irc_receive.h"

#include <errno.h>
#include <stdlib.h>

#include "modes.h"

/* As in irc_receive_people.c, what the state could not keep it says itself. */

int64_t
sb_irc_read_number_(const char *text)
{
	char *end;
	long long number;

	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoll(text, &end, 10);
	return errno || *end ? 0 : (int64_t)number;
}

/* Topics. */

int
sb_irc_receive_topic_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_topic(
		irc->roster, param(m, 0), param(m, 1), m->line->nick, m->time_ms / 1000);
	return sb_irc_topic_changed_emit(irc->d, irc,
		&(struct sb_irc_topic_changed){
			.channel = param(m, 0), .topic = param(m, 1), SOURCE(m) });
}

int
sb_irc_receive_topic_told_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_topic(irc->roster, param(m, 1), param(m, 2), NULL, 0);
	return sb_irc_receive_other_(irc, m);
}

int
sb_irc_receive_no_topic_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_topic(irc->roster, param(m, 1), "", NULL, 0);
	return sb_irc_receive_other_(irc, m);
}

int
sb_irc_receive_topic_set_by_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_topic_set_by(
		irc->roster, param(m, 1), param(m, 2), sb_irc_read_number_(param(m, 3)));
	return sb_irc_receive_other_(irc, m);
}

/* Modes. */

static const char *
name_of(enum sb_mode_kind kind)
{
	switch (kind) {
	case SB_MODE_LIST:
		return "list";
	case SB_MODE_KEY:
		return "key";
	case SB_MODE_LIMIT:
		return "limit";
	case SB_MODE_FLAG:
		return "flag";
	case SB_MODE_RANK:
		return "rank";
	case SB_MODE_UNKNOWN:
	default:
		return "unknown";
	}
}

static int
tell_mode(struct sb_irc *irc, const struct received *m, const struct sb_mode_change *change)
{
	const char letter[] = { change->letter, '\0' };

	return sb_irc_mode_applied_emit(irc->d, irc,
		&(struct sb_irc_mode_applied){ .target = param(m, 0),
			.letter = letter,
			.arg = change->arg,
			.kind = name_of(change->kind),
			.is_added = change->is_added,
			SOURCE(m) });
}

/* A user's modes are told to that user alone; a server that tells others' tells nothing of ours. */
static void
apply_mode(struct sb_irc *irc, const struct received *m, const struct sb_mode_change *change,
	bool is_channel)
{
	if (m->is_history)
		return;
	if (is_channel)
		(void)sb_roster_mode(
			irc->roster, param(m, 0), change, m->line->nick, m->time_ms / 1000);
	else if (sb_irc_same_here_(irc, param(m, 0), irc->nick))
		sb_roster_umode(irc->roster, change->is_added, change->letter);
}

static void
begin_modes(const struct sb_irc *irc, const struct received *m, size_t first, bool is_channel,
	struct sb_modes *ret_modes)
{
	size_t n = m->line->n_params > first ? m->line->n_params - first : 0;

	if (is_channel)
		sb_modes_begin(ret_modes, &irc->features, n, &m->line->params[first]);
	else
		sb_modes_begin_user(ret_modes, n, &m->line->params[first]);
}

static int
apply_modes(struct sb_irc *irc, const struct received *m)
{
	bool is_channel = sb_isupport_is_channel(&irc->features, param(m, 0));
	struct sb_mode_change change;
	struct sb_modes modes;
	int ran = 0;

	begin_modes(irc, m, 1, is_channel, &modes);
	while (ran != -ECANCELED && sb_modes_next(&modes, &change)) {
		if (change.is_query)
			continue;
		apply_mode(irc, m, &change, is_channel);
		ran = tell_mode(irc, m, &change);
	}
	return ran;
}

int
sb_irc_receive_mode_(struct sb_irc *irc, const struct received *m)
{
	char modes[SB_WIRE_LONG_MAX];
	size_t i, len = 0;

	if (apply_modes(irc, m) == -ECANCELED)
		return -ECANCELED;
	for (i = 1; i < m->line->n_params; i++) {
		size_t param_len = strlen(param(m, i));

		if (len + param_len + 1 >= sizeof(modes))
			break;
		if (i > 1)
			modes[len++] = ' ';
		memcpy(modes + len, param(m, i), param_len);
		len += param_len;
	}
	modes[len] = '\0';
	return sb_irc_mode_changed_emit(irc->d, irc,
		&(struct sb_irc_mode_changed){ .target = param(m, 0), .modes = modes, SOURCE(m) });
}

/* All modes of a channel, told because we asked (324). */
int
sb_irc_receive_modes_told_(struct sb_irc *irc, const struct received *m)
{
	struct sb_mode_change change;
	struct sb_modes modes;

	(void)sb_roster_modes_begin(irc->roster, param(m, 1));
	begin_modes(irc, m, 2, true, &modes);
	while (sb_modes_next(&modes, &change))
		(void)sb_roster_mode(irc->roster, param(m, 1), &change, NULL, 0);
	return sb_irc_receive_other_(irc, m);
}

/* All of ours (221). */
int
sb_irc_receive_umodes_(struct sb_irc *irc, const struct received *m)
{
	sb_roster_set_umodes(irc->roster, param(m, 1));
	return sb_irc_receive_other_(irc, m);
}

/* Lists: a mode's entries, one a line, and their end. */

/* The letter is the numeric's, except where one numeric is for several. */
static char
list_letter(const struct sb_irc *irc, const struct received *m)
{
	const char *verb = m->line->verb;

	if (!strcmp(verb, "367") || !strcmp(verb, "368"))
		return 'b';
	if (!strcmp(verb, "348") || !strcmp(verb, "349"))
		return irc->features.excepts ? irc->features.excepts : 'e';
	if (!strcmp(verb, "346") || !strcmp(verb, "347"))
		return irc->features.invex ? irc->features.invex : 'I';
	return *param(m, 2);
}

/* Whether the letter is the parameter after the channel: 728 and 729. */
static size_t
after_letter(const struct received *m)
{
	return *m->line->verb == '7' ? 3 : 2;
}

int
sb_irc_receive_list_entry_(struct sb_irc *irc, const struct received *m)
{
	char letter = list_letter(irc, m);
	size_t at = after_letter(m);
	const char *setter = param(m, at + 1);

	if (letter && m->line->n_params > at)
		(void)sb_roster_list_entry(irc->roster, param(m, 1), letter, param(m, at),
			*setter ? setter : NULL, sb_irc_read_number_(param(m, at + 2)));
	return sb_irc_receive_other_(irc, m);
}

int
sb_irc_receive_list_end_(struct sb_irc *irc, const struct received *m)
{
	char letter = list_letter(irc, m);

	if (letter && m->line->n_params >= after_letter(m))
		(void)sb_roster_list_end(irc->roster, param(m, 1), letter);
	return sb_irc_receive_other_(irc, m);
}

/* What else there is to know of a channel. */

int
sb_irc_receive_created_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_created(irc->roster, param(m, 1), sb_irc_read_number_(param(m, 2)));
	return sb_irc_receive_other_(irc, m);
}

int
sb_irc_receive_url_(struct sb_irc *irc, const struct received *m)
{
	(void)sb_roster_url(irc->roster, param(m, 1), param(m, 2));
	return sb_irc_receive_other_(irc, m);
}

/* draft/channel-rename. */
int
sb_irc_receive_rename_(struct sb_irc *irc, const struct received *m)
{
	sb_irc_channel_renamed_(irc, param(m, 0), param(m, 1));
	(void)sb_roster_channel_renamed(irc->roster, param(m, 0), param(m, 1));
	sb_irc_history_renamed_(irc, param(m, 0), param(m, 1));
	return sb_irc_channel_renamed_emit(irc->d, irc,
		&(struct sb_irc_channel_renamed){ .channel = param(m, 0),
			.new_name = param(m, 1),
			.reason = param(m, 2),
			SOURCE(m) });
}

int
sb_irc_receive_invite_(struct sb_irc *irc, const struct received *m)
{
	bool is_us = sb_irc_same_here_(irc, param(m, 0), irc->nick);

	if (is_us)
		sb_irc_rejoin_invited_(irc, param(m, 1));
	return sb_irc_invited_emit(irc->d, irc,
		&(struct sb_irc_invited){ .channel = param(m, 1),
			.invitee = param(m, 0),
			.is_us = is_us,
			SOURCE(m) });
}
