/* What a line of IRC costs, beside a splitter of the same bytes that only looks for the separators:
 * taken apart; from the bytes to the handler of its signal; and that again where the client is in
 * the channels, keeps their members as well, and watches for floods. Two corpora of the same kinds of lines, plain and
 * with the tags that a server adds. CPU time a line. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/irc.h>
#include <signalbox/testing.h>

#include "figures.h"
#include "protocols/irc/client.h"
#include "protocols/irc/turns.h"
#include "protocols/irc/wire.h"

enum { N_LINES = 320 * SB_TURNS_LINES, N_NICKS = 500, N_CHANNELS = 20, LINE_MOST = 1024 };

/* ---- The lines ---- */

struct corpus {
	char *bytes;
	size_t len;
	size_t ends[N_LINES / SB_TURNS_LINES]; /* of what is read at once */
};

static const char *
pick(const char *const *texts, size_t n)
{
	return texts[next_random() % n];
}

/* Words up to so many bytes. */
static size_t
put_words(char *buf, size_t len)
{
	static const char *const words[] = { "the", "a", "and", "build", "server", "yes", "no",
		"what", "I", "think", "works", "here", "patch", "of", "it", "release", "tomorrow",
		"https://example.org/some/page", "caf\xc3\xa9", ":)", "broken", "again" };
	size_t n = 0;

	do
		n += (size_t)sprintf(
			buf + n, "%s%s", n ? " " : "", pick(words, sizeof(words) / sizeof(*words)));
	while (n < len);
	return n;
}

static size_t
put_tags(char *buf, size_t i)
{
	size_t n = (size_t)sprintf(buf, "@time=2026-03-14T%02zu:%02zu:%02zu.%03uZ;msgid=%08x%08xAb",
		i / 3600 % 24, i / 60 % 60, i % 60, (unsigned)(next_random() % 1000),
		(unsigned)next_random(), (unsigned)next_random());

	if (next_random() % 10 < 6)
		n += (size_t)sprintf(
			buf + n, ";account=account%u", (unsigned)(next_random() % N_NICKS));
	return n + (size_t)sprintf(buf + n, " ");
}

static size_t
put_names(char *buf, unsigned channel)
{
	size_t n = (size_t)sprintf(buf, ":irc.example.org 353 quoth = #channel%u :", channel), i;

	for (i = 0; i < 20; i++)
		n += (size_t)sprintf(buf + n, "%s%sname%u", i ? " " : "", i % 7 ? "" : "@",
			(unsigned)(next_random() % N_NICKS));
	return n;
}

/* What people say and do: seven lines of ten are messages. */
static size_t
put_line(char *buf)
{
	unsigned who = (unsigned)(next_random() % N_NICKS), kind = (unsigned)(next_random() % 100);
	unsigned channel = (unsigned)(next_random() % N_CHANNELS);
	size_t n = 0;

	if (kind == 97)
		return put_names(buf, channel);
	if (kind > 97)
		return (size_t)sprintf(
			buf, ":irc.example.org 366 quoth #channel%u :End of /NAMES list.", channel);
	n = (size_t)sprintf(buf, ":name%u!~user%u@host-%u.example.net ", who, who % 50, who * 7);
	if (kind < 70) {
		n += (size_t)sprintf(buf + n, "PRIVMSG #channel%u :", channel);
		n += put_words(buf + n, 10 + next_random() % 60);
	} else if (kind < 77) {
		n += (size_t)sprintf(buf + n, "JOIN #channel%u", channel);
	} else if (kind < 82) {
		n += (size_t)sprintf(buf + n, "PART #channel%u :", channel);
		n += put_words(buf + n, 10);
	} else if (kind < 88) {
		n += (size_t)sprintf(buf + n, "QUIT :Quit: ");
		n += put_words(buf + n, 10);
	} else if (kind < 94) {
		n += (size_t)sprintf(buf + n, "NOTICE #channel%u :", channel);
		n += put_words(buf + n, 30);
	} else {
		n += (size_t)sprintf(
			buf + n, "MODE #channel%u +o-v name%u name%u", channel, who / 2, who / 3);
	}
	return n;
}

static void
make_corpus(struct corpus *corpus, bool has_tags)
{
	size_t i;

	corpus->len = 0;
	corpus->bytes = malloc(N_LINES * LINE_MOST);
	if (!corpus->bytes)
		abort();
	for (i = 0; i < N_LINES; i++) {
		char *at = corpus->bytes + corpus->len;

		if (has_tags)
			at += put_tags(at, i);
		at += put_line(at);
		*at++ = '\r';
		*at++ = '\n';
		corpus->len = (size_t)(at - corpus->bytes);
		corpus->ends[i / SB_TURNS_LINES] = corpus->len;
	}
}

/* ---- The floor ---- */

/* The parts of a line, where they lie. */
struct parts {
	struct sb_bytes tags, nick, user, host, verb, params[SB_WIRE_PARAMS_MAX];
	size_t n_params;
};

static struct sb_bytes
up_to(const char **at, const char *end, char separator)
{
	const char *begin = *at, *found = memchr(begin, separator, (size_t)(end - begin));

	*at = found ? found + 1 : end;
	return (struct sb_bytes){ begin, (size_t)((found ? found : end) - begin) };
}

static void
split_source(const char *at, const char *end, struct parts *parts)
{
	parts->nick = up_to(&at, end, '!');
	parts->user = up_to(&at, end, '@');
	parts->host = (struct sb_bytes){ at, (size_t)(end - at) };
}

static void
split(const char *at, const char *end, struct parts *parts)
{
	parts->tags = parts->nick = parts->user = parts->host = (struct sb_bytes){ NULL, 0 };
	if (*at == '@')
		parts->tags = up_to(&at, end, ' ');
	if (*at == ':') {
		struct sb_bytes source = up_to(&at, end, ' ');
		const char *begin = source.ptr;

		split_source(begin + 1, begin + source.len, parts);
	}
	parts->verb = up_to(&at, end, ' ');
	for (parts->n_params = 0; at < end && parts->n_params < SB_WIRE_PARAMS_MAX;
		parts->n_params++) {
		if (*at == ':') {
			parts->params[parts->n_params++] =
				(struct sb_bytes){ at + 1, (size_t)(end - at) - 1 };
			break;
		}
		parts->params[parts->n_params] = up_to(&at, end, ' ');
	}
}

/* What is found is looked at, so that it is looked for. */
static volatile size_t sink;

static void
split_all(const struct corpus *corpus)
{
	const char *at = corpus->bytes, *all_end = at + corpus->len;
	struct parts parts;
	size_t n = 0;

	while (at < all_end) {
		const char *end = memchr(at, '\n', (size_t)(all_end - at));

		split(at, end - 1, &parts);
		n += parts.n_params + parts.verb.len + parts.nick.len;
		at = end + 1;
	}
	sink = n;
}

/* ---- Ours ---- */

static void
parse_all(const struct corpus *corpus)
{
	const char *at = corpus->bytes, *all_end = at + corpus->len, *why;
	struct sb_wire_line line;
	size_t n = 0;

	while (at < all_end) {
		const char *end = memchr(at, '\n', (size_t)(all_end - at));

		if (sb_wire_parse((struct sb_bytes){ at, (size_t)(end - at) - 1 }, &line, &why))
			abort();
		n += line.n_params + (size_t)*line.verb;
		at = end + 1;
	}
	sink = n;
}

/* A client that has registered. */
struct client {
	struct sb_world *world;
	struct sb_tape *tape;
	struct sb_irc *irc;
	size_t n_handled;
};

#define HANDLER(name, signal)                                                                      \
	static void name(void *self, struct sb_irc *irc, const struct signal *e)                   \
	{                                                                                          \
		struct client *client = self;                                                      \
                                                                                                   \
		(void)irc, (void)e;                                                                \
		client->n_handled++;                                                               \
	}

HANDLER(on_message, sb_irc_message)
HANDLER(on_notice, sb_irc_notice)
HANDLER(on_joined, sb_irc_joined)
HANDLER(on_parted, sb_irc_parted)
HANDLER(on_quit, sb_irc_quit)
HANDLER(on_mode_changed, sb_irc_mode_changed)
HANDLER(on_command, sb_irc_command)

/* In the channels, with all that is kept of them and of who floods, or in none. */
static void
client_begin(struct client *client, bool is_inside)
{
	struct sb_irc_options options = { .nick = "quoth", .hears_floods = !is_inside };
	struct sb_dispatcher *d;
	struct sb_error why;
	char line[64];
	size_t i;

	client->world = sb_world_create(1);
	d = client->world->d;
	if (sb_irc_create(d, client->world->r, &options, SB_PLACE, &client->irc, &why))
		abort();
	client->tape = sb_tape_create();
	if (sb_irc_attach(client->irc, sb_tape_stream(client->tape)))
		abort();
	sb_tape_connect(client->tape);
	sb_tape_feed_line(client->tape, ":irc.example.org 001 quoth :Welcome");
	for (i = 0; is_inside && i < N_CHANNELS; i++) {
		(void)sprintf(line, ":quoth!q@host.example JOIN #channel%zu", i);
		sb_tape_feed_line(client->tape, line);
	}
	client->n_handled = 0;
	sb_irc_message_connect(d, SB_ANY, SB_HANDLER(on_message), client);
	sb_irc_notice_connect(d, SB_ANY, SB_HANDLER(on_notice), client);
	sb_irc_joined_connect(d, SB_ANY, SB_HANDLER(on_joined), client);
	sb_irc_parted_connect(d, SB_ANY, SB_HANDLER(on_parted), client);
	sb_irc_quit_connect(d, SB_ANY, SB_HANDLER(on_quit), client);
	sb_irc_mode_changed_connect(d, SB_ANY, SB_HANDLER(on_mode_changed), client);
	sb_irc_command_connect(d, SB_ANY, SB_HANDLER(on_command), client);
	if (sb_connect_failed(d))
		abort();
}

static void
client_end(struct client *client)
{
	sb_forget(client->world->d, client);
	sb_irc_destroy(client->irc);
	sb_tape_destroy(client->tape);
	sb_world_destroy(client->world);
}

/* As the stream hands them over, so many lines at once as are taken in a turn. */
static void
receive_all(struct client *client, const struct corpus *corpus)
{
	size_t i, at = 0;

	for (i = 0; i < N_LINES / SB_TURNS_LINES; i++) {
		sb_irc_protocol_.data(client->irc, sb_tape_stream(client->tape),
			(struct sb_bytes){ corpus->bytes + at, corpus->ends[i] - at });
		at = corpus->ends[i];
	}
}

/* ---- Rounds ---- */

enum { PARSED, HANDLED, HANDLED_INSIDE, N_FIGURES };

static void
measure(struct figures *all, const char *name, const struct corpus *corpus, struct client *clients)
{
	static const char *const whats[] = { "taken apart", "to its handler",
		"the same, in its channels" };
	static struct figure figures[N_FIGURES];
	char what[N_FIGURES][64];
	size_t round, i;

	for (round = 0; round < all->n_rounds; round++) {
		double t[5];

		t[0] = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		split_all(corpus);
		t[1] = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		parse_all(corpus);
		t[2] = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		receive_all(&clients[0], corpus);
		t[3] = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		receive_all(&clients[1], corpus);
		t[4] = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		for (i = 0; i < N_FIGURES; i++) {
			figures[i].values[0][round] = (t[1] - t[0]) / (double)N_LINES;
			figures[i].values[1][round] = (t[2 + i] - t[1 + i]) / (double)N_LINES;
		}
	}
	for (i = 0; i < N_FIGURES; i++) {
		(void)snprintf(what[i], sizeof(what[i]), "%s, %.0f bytes: %s", name,
			(double)corpus->len / (double)N_LINES, whats[i]);
		figures[i].what = what[i];
		figures[i].limit = i == HANDLED ? 2 : 0;
		figure_print(all, &figures[i]);
	}
}

int
main(int argc, char **argv)
{
	struct figures all = { .n_sides = 2, .sides = { "splitter", "ours" } };
	struct corpus corpora[2];
	struct client clients[2];
	size_t i;

	figures_begin(&all, "irc", argc, argv, 41);
	for (i = 0; i < 2; i++) {
		make_corpus(&corpora[i], i == 1);
		client_begin(&clients[i], i == 1);
	}
	measure(&all, "plain", &corpora[0], clients);
	measure(&all, "tags", &corpora[1], clients);
	for (i = 0; i < 2; i++) {
		if (clients[i].n_handled < 2 * all.n_rounds * N_LINES)
			abort();
		client_end(&clients[i]);
		free(corpora[i].bytes);
	}
	return figures_end(&all);
}
