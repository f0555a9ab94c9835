#include "scrollback.h"
#include "plain.h"
#include "recent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_CAP = 512,
	LINE_CAP = 8192 + 1, /* of what is looked at of a line */
};

struct said {
	int64_t time_ms;
	char nick[SCROLLBACK_MAX_NICK + 1]; /* folded; who is so called now */
	char shown[];
};

/* A ring: the oldest stands at n_said modulo its size, once it is full. */
struct channel {
	struct said *lines[SCROLLBACK_LINES];
	size_t n_said; /* ever */
};

struct scrollback {
	struct recent *channels;
};

static void
drop_channel(void *value)
{
	struct channel *channel = value;
	size_t i;

	for (i = 0; i < SCROLLBACK_LINES; i++)
		free(channel->lines[i]);
}

struct scrollback *
scrollback_create(uint64_t seed)
{
	struct scrollback *scrollback = calloc(1, sizeof(*scrollback));

	if (!scrollback)
		return NULL;
	scrollback->channels =
		recent_create(SCROLLBACK_CHANNELS, sizeof(struct channel), drop_channel, seed);
	if (!scrollback->channels) {
		free(scrollback);
		return NULL;
	}
	return scrollback;
}

void
scrollback_destroy(struct scrollback *scrollback)
{
	if (!scrollback)
		return;
	recent_destroy(scrollback->channels);
	free(scrollback);
}

/* The network's name and a newline, which no name has; channels follow folded. */
static size_t
write_network(const char *network, char ret_key[KEY_CAP])
{
	int len = snprintf(ret_key, KEY_CAP / 2, "%s", network);

	if (len >= KEY_CAP / 2)
		len = KEY_CAP / 2 - 1;
	ret_key[len++] = '\n';
	ret_key[len] = '\0';
	return (size_t)len;
}

static void
write_key(const char *network, const char *channel, char ret_key[KEY_CAP])
{
	size_t len = write_network(network, ret_key);

	plain_fold(channel, ret_key + len, KEY_CAP - len);
}

static struct said *
make_said(const char *nick, const char *text, bool is_action, int64_t time_ms)
{
	size_t cap = strlen(nick) + strlen(text) + sizeof("<> ");
	struct said *said = malloc(sizeof(*said) + cap);

	if (!said)
		return NULL;
	said->time_ms = time_ms;
	plain_fold(nick, said->nick, sizeof(said->nick));
	(void)snprintf(said->shown, cap, is_action ? "* %s %s" : "<%s> %s", nick, text);
	return said;
}

/* The place of the line that was said so many lines before the one to come: 1 for the last. */
static struct said **
place_of(struct channel *channel, size_t back)
{
	return &channel->lines[(channel->n_said - back) % SCROLLBACK_LINES];
}

/* The last line where it is said now; before those that were said later where it is past. False when
 * it is there already, or older than all for which there is room. */
static bool
insert(struct channel *channel, struct said *said, bool is_past)
{
	size_t i, back = 1,
		  n = channel->n_said < SCROLLBACK_LINES ? channel->n_said : SCROLLBACK_LINES;

	while (is_past && back <= n && place_of(channel, back)[0]->time_ms > said->time_ms)
		back++;
	for (i = back; is_past && i <= n && place_of(channel, i)[0]->time_ms == said->time_ms; i++)
		if (!strcmp(place_of(channel, i)[0]->shown, said->shown))
			return false;
	if (back > SCROLLBACK_LINES)
		return false;
	if (n == SCROLLBACK_LINES)
		free(*place_of(channel, n));
	channel->n_said++;
	/* All that was said later moves on. */
	for (i = 1; i < back; i++)
		*place_of(channel, i) = *place_of(channel, i + 1);
	*place_of(channel, back) = said;
	return true;
}

static int
add_line(struct scrollback *scrollback, const char *key, const struct scrollback_said *from,
	const char *text)
{
	char plain[SCROLLBACK_MAX_LINE + 1];
	struct channel *found;
	struct said *said;

	if (!plain_write(text, plain, sizeof(plain)))
		return 0;
	found = recent_make(scrollback->channels, key);
	said = found ? make_said(from->nick, plain, from->is_action, from->time_ms) : NULL;
	if (!said)
		return -ENOMEM;
	if (!insert(found, said, from->is_past))
		free(said);
	return 0;
}

int
scrollback_add(struct scrollback *scrollback, const char *network, const char *channel,
	const struct scrollback_said *said)
{
	char key[KEY_CAP], line[LINE_CAP];
	const char *at = said->text;
	size_t len;
	int error = 0;

	if (strlen(said->nick) > SCROLLBACK_MAX_NICK)
		return 0;
	write_key(network, channel, key);
	for (; !error && *at; at += len + (at[len] == '\n')) {
		len = strcspn(at, "\n");
		(void)snprintf(line, sizeof(line), "%.*s",
			(int)(len < sizeof(line) ? len : sizeof(line)), at);
		error = add_line(scrollback, key, said, line);
	}
	return error;
}

struct renaming {
	char network[KEY_CAP];
	char nick[SCROLLBACK_MAX_NICK + 1], new_nick[SCROLLBACK_MAX_NICK + 1];
};

static void
rename_in(void *self, const char *key, void *value)
{
	const struct renaming *renaming = self;
	struct channel *channel = value;
	size_t i;

	if (strncmp(key, renaming->network, strlen(renaming->network)) != 0)
		return;
	for (i = 0; i < SCROLLBACK_LINES && channel->lines[i]; i++)
		if (!strcmp(channel->lines[i]->nick, renaming->nick))
			memcpy(channel->lines[i]->nick, renaming->new_nick,
				sizeof(renaming->new_nick));
}

void
scrollback_renamed(
	struct scrollback *scrollback, const char *network, const char *nick, const char *new_nick)
{
	struct renaming renaming;

	if (strlen(nick) > SCROLLBACK_MAX_NICK)
		return;
	(void)write_network(network, renaming.network);
	plain_fold(nick, renaming.nick, sizeof(renaming.nick));
	/* One too long finds nobody, rather than another. */
	plain_fold(strlen(new_nick) > SCROLLBACK_MAX_NICK ? "" : new_nick, renaming.new_nick,
		sizeof(renaming.new_nick));
	recent_each(scrollback->channels, rename_in, &renaming);
}

size_t
scrollback_find(struct scrollback *scrollback, const char *network, const char *channel,
	const char *nick, size_t max, const char **ret_lines)
{
	char key[KEY_CAP], folded[SCROLLBACK_MAX_NICK + 2];
	const struct channel *found;
	const struct said *said;
	size_t back, i, n = 0;

	write_key(network, channel, key);
	plain_fold(nick, folded, sizeof(folded));
	found = recent_find(scrollback->channels, key);
	if (!found)
		return 0;
	for (back = 1; back <= SCROLLBACK_LINES && back <= found->n_said && n < max; back++) {
		said = found->lines[(found->n_said - back) % SCROLLBACK_LINES];
		if (!strcmp(said->nick, folded))
			ret_lines[n++] = said->shown;
	}
	for (i = 0; i < n / 2; i++) {
		const char *last = ret_lines[n - 1 - i];

		ret_lines[n - 1 - i] = ret_lines[i];
		ret_lines[i] = last;
	}
	return n;
}
