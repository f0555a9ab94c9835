/* Channels that did not let us in, or threw us out: joined again, each at its own pace (rejoin.h). */

#include "irc_receive.h"

#include <errno.h>

#include "rejoin.h"

/* Who stayed for so long was not thrown out again. */
#define STAY_NS (60 * SB_S)

void
sb_irc_rejoin_begin_(struct sb_irc *irc)
{
	for (size_t i = 0; i < irc->n_channels; i++) {
		struct channel *channel = &irc->channels[i];

		channel->is_joined = channel->is_asked = false;
		channel->n_refusals = channel->n_kicks = 0;
		channel->due_ns = 0;
	}
}

void
sb_irc_rejoin_schedule_(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);
	int64_t due_ns = irc->greetings_end_ns ? irc->greetings_end_ns : INT64_MAX;

	for (size_t i = 0; i < irc->n_channels; i++)
		if (irc->channels[i].due_ns && irc->channels[i].due_ns < due_ns)
			due_ns = irc->channels[i].due_ns;
	if (due_ns == INT64_MAX)
		sb_timer_stop(&irc->rejoin_timer);
	else
		sb_timer_start(&irc->rejoin_timer, due_ns > now_ns ? due_ns - now_ns : 0);
}

/* One that cannot be named to this server is not tried on this connection. */
static int
tell_unnamable(struct sb_irc *irc, struct channel *channel)
{
	char name[CHANNEL_MAX + 1];

	memcpy(name, channel->name, strlen(channel->name) + 1);
	channel->is_asked = false;
	channel->due_ns = 0;
	return sb_irc_join_failed_emit(irc->d, irc,
		&(struct sb_irc_join_failed){ .channel = name,
			.numeric = "",
			.text = "its name or key is not UTF-8, and the server takes nothing "
				"else" });
}

static int
tell_all_unnamable(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);
	size_t i = 0;

	while (i < irc->n_channels) {
		struct channel *channel = &irc->channels[i++];

		if (!channel->due_ns || channel->due_ns > now_ns
			|| sb_irc_channel_is_taken_(irc, channel))
			continue;
		if (tell_unnamable(irc, channel) == -ECANCELED)
			return -ECANCELED;
		/* Who is told may have changed all. */
		i = 0;
	}
	return 0;
}

void
sb_irc_on_rejoin_timer_(void *self)
{
	struct sb_irc *irc = self;
	int64_t now_ns = sb_reactor_now_ns(irc->r);

	if (irc->state != REGISTERED || irc->end_error)
		return;
	if (irc->greetings_end_ns && irc->greetings_end_ns <= now_ns)
		sb_irc_heal_ready_(irc);
	if (tell_all_unnamable(irc) == -ECANCELED || irc->state != REGISTERED || irc->end_error)
		return;
	sb_irc_join_due_(irc);
	sb_irc_rejoin_schedule_(irc);
}

/* It is tried again after so long. */
static void
put_off(struct sb_irc *irc, struct channel *channel, int64_t delay_ns)
{
	channel->is_joined = channel->is_asked = false;
	channel->due_ns = sb_reactor_now_ns(irc->r) + delay_ns;
	sb_irc_rejoin_schedule_(irc);
}

static unsigned
one_more(unsigned *n)
{
	/* Its delay does not grow for ever, and no more does it. */
	if (*n < 100)
		++*n;
	return *n;
}

void
sb_irc_rejoin_kicked_(struct sb_irc *irc, const char *name)
{
	struct channel *channel = sb_irc_channel_(irc, name);

	if (!channel || !channel->is_joined || irc->state != REGISTERED)
		return;
	if (sb_reactor_now_ns(irc->r) - channel->joined_ns >= STAY_NS)
		channel->n_kicks = 0;
	put_off(irc, channel,
		sb_rejoin_kicked_ns(one_more(&channel->n_kicks), sb_reactor_random(irc->r)));
}

void
sb_irc_rejoin_invited_(struct sb_irc *irc, const char *name)
{
	struct channel *channel = sb_irc_channel_(irc, name);

	if (!channel || channel->is_joined || channel->is_asked || irc->state != REGISTERED
		|| !sb_irc_is_up_(irc) || !sb_irc_channel_is_taken_(irc, channel))
		return;
	sb_irc_channel_join_(irc, channel);
	sb_irc_rejoin_schedule_(irc);
}

/* A numeric that names a channel which we have asked to join, and not joined. */
int
sb_irc_receive_join_refused_(struct sb_irc *irc, const struct received *m)
{
	struct channel *channel = sb_irc_channel_(irc, param(m, 1));
	enum sb_rejoin means;
	int64_t delay_ns = 0;
	int ran;

	if (!channel || !channel->is_asked || irc->state != REGISTERED)
		return sb_irc_receive_other_(irc, m);
	means = sb_rejoin_judge(m->line->verb, one_more(&channel->n_refusals));
	if (means == SB_REJOIN_NEVER) {
		sb_irc_channel_drop_(irc, param(m, 1));
	} else {
		delay_ns = sb_rejoin_refused_ns(channel->n_refusals, sb_reactor_random(irc->r));
		put_off(irc, channel, delay_ns);
	}
	ran = sb_irc_join_failed_emit(irc->d, irc,
		&(struct sb_irc_join_failed){ .channel = param(m, 1),
			.numeric = m->line->verb,
			.text = param(m, m->line->n_params - 1),
			.will_retry = means == SB_REJOIN_LATER,
			.delay_ms = delay_ns / SB_MS });
	return ran == -ECANCELED ? ran : sb_irc_receive_other_(irc, m);
}
