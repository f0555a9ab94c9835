#include "client.h"

#include <errno.h>

#include "charset.h"

/* When a JOIN of which nothing has come is said again: a server may refuse it in ways that we do not
 * know, or drop it (263). */
#define UNANSWERED_NS (900 * SB_S)

/* When it is looked again whether there is room for more of many. */
#define ROOM_NS (5 * SB_S)

bool
sb_irc_channel_is_fine_(const char *name)
{
	return sb_wire_is_channel(name) && strlen(name) <= CHANNEL_MAX;
}

bool
sb_irc_key_is_fine_(const char *key)
{
	return sb_wire_is_middle(key) && !strchr(key, ',');
}

void
sb_irc_channel_finish_(struct channel *channel)
{
	free(channel->name);
	free(channel->key);
}

static int
make_room(struct sb_irc *irc)
{
	size_t cap = irc->channels_cap ? 2 * irc->channels_cap : 4;
	struct channel *channels;

	if (irc->n_channels < irc->channels_cap)
		return 0;
	channels = realloc(irc->channels, cap * sizeof(*channels));
	if (!channels)
		return -ENOMEM;
	irc->channels = channels;
	irc->channels_cap = cap;
	return 0;
}

int
sb_irc_channel_prepare_(
	struct sb_irc *irc, const char *name, const char *key_or_null, struct channel *ret_channel)
{
	*ret_channel = (struct channel){ .name = NULL };
	ret_channel->name = strdup(name);
	ret_channel->key = key_or_null ? strdup(key_or_null) : NULL;
	if (ret_channel->name && (ret_channel->key || !key_or_null) && !make_room(irc))
		return 0;
	sb_irc_channel_finish_(ret_channel);
	return -ENOMEM;
}

struct channel *
sb_irc_channel_(const struct sb_irc *irc, const char *name)
{
	size_t i;

	for (i = 0; i < irc->n_channels; i++)
		if (sb_irc_same_here_(irc, irc->channels[i].name, name))
			return &irc->channels[i];
	return NULL;
}

void
sb_irc_channel_keep_(struct sb_irc *irc, struct channel channel)
{
	struct channel *old = sb_irc_channel_(irc, channel.name);

	if (old) {
		/* Where we are already, the server answers no JOIN. */
		channel.is_joined = old->is_joined;
		channel.joined_ns = old->joined_ns;
		channel.n_kicks = old->n_kicks;
		sb_irc_channel_finish_(old);
	} else {
		old = &irc->channels[irc->n_channels++];
	}
	*old = channel;
}

void
sb_irc_channel_joined_(struct sb_irc *irc, const char *name)
{
	struct channel *channel = sb_irc_channel_(irc, name);

	if (!channel)
		return;
	channel->is_joined = true;
	channel->is_asked = false;
	channel->n_refusals = 0;
	channel->due_ns = 0;
	channel->joined_ns = sb_reactor_now_ns(irc->r);
}

void
sb_irc_channel_parted_(struct sb_irc *irc, const char *name)
{
	const struct channel *channel = sb_irc_channel_(irc, name);

	if (channel && channel->is_joined)
		sb_irc_channel_drop_(irc, name);
}

void
sb_irc_channel_drop_(struct sb_irc *irc, const char *name)
{
	struct channel *channel = sb_irc_channel_(irc, name);

	sb_irc_history_left_(irc, name);
	if (!channel)
		return;
	sb_irc_channel_finish_(channel);
	irc->n_channels--;
	memmove(channel, channel + 1,
		(size_t)(irc->channels + irc->n_channels - channel) * sizeof(*channel));
}

void
sb_irc_channel_renamed_(struct sb_irc *irc, const char *from, const char *to)
{
	struct channel *channel = sb_irc_channel_(irc, from);
	char *name = channel && sb_irc_channel_is_fine_(to) ? strdup(to) : NULL;

	if (!name)
		return;
	/* One that we wanted by the new name is no other any more. */
	if (!sb_irc_same_here_(irc, from, to)) {
		sb_irc_channel_drop_(irc, to);
		channel = sb_irc_channel_(irc, from);
	}
	free(channel->name);
	channel->name = name;
}

static void
send_join(struct sb_irc *irc, const char *names, const char *key_or_null)
{
	const char *params[] = { names, key_or_null };

	sb_irc_write_later_(
		irc, &(struct sb_wire_out){
			     .verb = "JOIN", .params = params, .n_params = key_or_null ? 2 : 1 });
}

void
sb_irc_channel_asked_(struct sb_irc *irc, struct channel *channel)
{
	const char *name = channel->name;

	channel->is_asked = true;
	channel->due_ns = sb_reactor_now_ns(irc->r) + UNANSWERED_NS;
	sb_irc_asks_expect_(irc, "JOIN", &name, 1);
}

void
sb_irc_channel_join_(struct sb_irc *irc, struct channel *channel)
{
	sb_irc_channel_asked_(irc, channel);
	send_join(irc, channel->name, channel->key);
}

/* Names that go in one line. */
struct names {
	char text[SB_WIRE_MAX - (sizeof("JOIN \r\n") - 1) + 1];
	size_t len;
	uint32_t n;
};

static void
send_names(struct sb_irc *irc, struct names *names)
{
	if (names->len)
		send_join(irc, names->text, NULL);
	names->len = names->n = 0;
}

static void
add_name(struct sb_irc *irc, struct names *names, const char *name)
{
	size_t len = strlen(name);

	if (names->len + 1 + len >= sizeof(names->text)
		|| names->n >= sb_isupport_targmax(&irc->features, "JOIN"))
		send_names(irc, names);
	if (names->len)
		names->text[names->len++] = ',';
	memcpy(names->text + names->len, name, len + 1);
	names->len += len;
	names->n++;
}

bool
sb_irc_channel_is_taken_(const struct sb_irc *irc, const struct channel *channel)
{
	return !irc->features.is_utf8_only
	       || (sb_charset_is_utf8(channel->name)
		       && (!channel->key || sb_charset_is_utf8(channel->key)));
}

/* Channels without a key go several to a line, for servers that count lines against us. Of many that
 * have one the rest follows when there is room: more than the queue takes would end the connection,
 * and nothing else could be said for long. */
void
sb_irc_join_due_(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);
	struct names names = { .len = 0 };

	for (size_t i = 0; i < irc->n_channels; i++) {
		struct channel *channel = &irc->channels[i];

		if (!channel->due_ns || channel->due_ns > now_ns
			|| !sb_irc_channel_is_taken_(irc, channel))
			continue;
		if (!sb_irc_has_room_for_many_(irc)) {
			channel->due_ns = now_ns + ROOM_NS;
		} else if (channel->key) {
			sb_irc_channel_join_(irc, channel);
		} else {
			sb_irc_channel_asked_(irc, channel);
			add_name(irc, &names, channel->name);
		}
	}
	send_names(irc, &names);
}

void
sb_irc_join_all_(struct sb_irc *irc)
{
	for (size_t i = 0; i < irc->n_channels; i++) {
		struct channel *channel = &irc->channels[i];

		if (!channel->is_joined && !channel->is_asked && !channel->due_ns)
			channel->due_ns = sb_reactor_now_ns(irc->r);
	}
	sb_irc_join_due_(irc);
}
