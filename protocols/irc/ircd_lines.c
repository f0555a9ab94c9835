#include "ircd_private.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

struct params {
	const char *at[SB_WIRE_PARAMS_MAX];
	size_t n;
};

static void
add_param(struct params *params, const char *param)
{
	sb_assert(params->n < SB_WIRE_PARAMS_MAX);
	params->at[params->n++] = param;
}

static void
add_params(struct params *params, va_list args)
{
	const char *param;

	while ((param = va_arg(args, const char *)))
		add_param(params, param);
}

/* What a client made up may be anything. */
static void
soften(struct params *params)
{
	size_t i;

	for (i = 0; i + 1 < params->n; i++)
		if (!sb_wire_is_middle(params->at[i]) || strlen(params->at[i]) > IRCD_ECHO_MAX)
			params->at[i] = "*";
}

/* Whether the last parameter is words of somebody, which get a colon in any case, as clients
 * expect. */
static bool
ends_in_words(const char *verb, size_t n_params)
{
	static const char *const others[] = { "MODE", "NICK", "INVITE", "ACCOUNT", "TAGMSG",
		"AUTHENTICATE", "004", "221", "324", "329", "333", "341", "346", "348", "354",
		"367" };
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(verb, others[i]))
			return false;
	return n_params > 1 || (strcmp(verb, "PART") != 0 && strcmp(verb, "JOIN") != 0);
}

static void
build(struct ircd_line *line, const char *source, const char *verb, struct params *params)
{
	struct sb_wire_out out = {
		.source = source,
		.verb = verb,
		.params = params->at,
		.n_params = params->n,
		.colon = ends_in_words(verb, params->n),
		.cuts = true,
	};
	int len;

	soften(params);
	len = sb_wire_build(&out, line->bytes, sizeof(line->bytes));
	sb_assert(len > 0);
	line->len = (size_t)len;
}

static void
begin(struct ircd_line *line, const struct ircd_client *from)
{
	line->from = from;
	line->client_tags = NULL;
	line->id = 0;
	line->is_delivery = false;
}

void
sb_ircd_numeric(struct ircd_client *to, const char *numeric, ...)
{
	struct params params = { .n = 0 };
	struct ircd_line line;
	va_list args;

	begin(&line, NULL);
	add_param(&params, to->nick ? to->nick->text : "*");
	va_start(args, numeric);
	add_params(&params, args);
	va_end(args);
	build(&line, to->ircd->name, numeric, &params);
	sb_ircd_send(to, &line);
}

void
sb_ircd_reply(struct ircd_client *to, const char *verb, ...)
{
	struct params params = { .n = 0 };
	struct ircd_line line;
	bool is_plain;
	va_list args;

	begin(&line, NULL);
	va_start(args, verb);
	add_params(&params, args);
	va_end(args);
	/* These concern the connection and by custom name nobody. */
	is_plain = !strcmp(verb, "ERROR") || !strcmp(verb, "PING") || !strcmp(verb, "AUTHENTICATE");
	build(&line, is_plain ? NULL : to->ircd->name, verb, &params);
	sb_ircd_send(to, &line);
}

bool
sb_ircd_has_room(const struct ircd_client *to)
{
	return !to->is_doomed && sb_stream_queued(to->stream) <= IRCD_ANSWER_MAX;
}

void
sb_ircd_break_off(struct ircd_client *to, const char *verb)
{
	sb_ircd_numeric(to, "416", verb, "Too many lines in the answer: ask for less", NULL);
}

void
sb_ircd_source(const struct ircd_client *client, char buf[IRCD_SOURCE_CAP])
{
	(void)snprintf(buf, IRCD_SOURCE_CAP, "%s!%s@%s", client->nick ? client->nick->text : "*",
		*client->user ? client->user : "*", client->host);
}

static void
build_from(struct ircd_line *line, const struct ircd_client *from, const char *source,
	const char *verb, va_list args)
{
	struct params params = { .n = 0 };

	begin(line, from);
	add_params(&params, args);
	build(line, source, verb, &params);
}

void
sb_ircd_line(struct ircd_line *line, const struct ircd_client *from, const char *verb, ...)
{
	char source[IRCD_SOURCE_CAP];
	va_list args;

	sb_ircd_source(from, source);
	va_start(args, verb);
	build_from(line, from, source, verb, args);
	va_end(args);
}

void
sb_ircd_line_from(struct ircd_line *line, const struct ircd_client *from, const char *source,
	const char *verb, ...)
{
	va_list args;

	va_start(args, verb);
	build_from(line, from, source, verb, args);
	va_end(args);
}

static bool
wants(const struct ircd_client *client, unsigned with, unsigned without)
{
	return (client->caps & with) == with && !(client->caps & without);
}

void
sb_ircd_send_channel(const struct ircd_channel *channel, const struct ircd_client *except,
	unsigned with, unsigned without, const struct ircd_line *line)
{
	const struct ircd_member *member;

	DL_FOREACH(channel->members, member)
	if (member->client != except && wants(member->client, with, without))
		sb_ircd_send(member->client, line);
}

void
sb_ircd_send_neighbours(struct ircd_client *from, unsigned with, const struct ircd_line *line)
{
	uint64_t stamp = ++from->ircd->stamp;
	const struct ircd_member *mine, *member;

	from->stamp = stamp;
	for (mine = from->channels; mine; mine = mine->next_of_client) {
		DL_FOREACH(mine->channel->members, member)
		{
			if (member->client->stamp == stamp)
				continue;
			member->client->stamp = stamp;
			if (wants(member->client, with, 0))
				sb_ircd_send(member->client, line);
		}
	}
}

void
sb_ircd_tell(struct ircd_client *to, const struct ircd_client *from, const char *verb, ...)
{
	char source[IRCD_SOURCE_CAP];
	struct ircd_line line;
	va_list args;

	sb_ircd_source(from, source);
	va_start(args, verb);
	build_from(&line, from, source, verb, args);
	va_end(args);
	sb_ircd_send(to, &line);
}

void
sb_ircd_tell_channel(
	const struct ircd_channel *channel, const struct ircd_client *from, const char *verb, ...)
{
	char source[IRCD_SOURCE_CAP];
	struct ircd_line line;
	va_list args;

	sb_ircd_source(from, source);
	va_start(args, verb);
	build_from(&line, from, source, verb, args);
	va_end(args);
	sb_ircd_send_channel(channel, NULL, 0, 0, &line);
}

void
sb_ircd_tell_neighbours(struct ircd_client *from, const char *source, const char *verb, ...)
{
	struct ircd_line line;
	va_list args;

	va_start(args, verb);
	build_from(&line, from, source, verb, args);
	va_end(args);
	sb_ircd_send(from, &line);
	sb_ircd_send_neighbours(from, 0, &line);
}

void
sb_ircd_words_begin(struct ircd_words *words, struct ircd_client *to, const char *numeric,
	const char *middle, const char *middle2)
{
	size_t taken = strlen(to->ircd->name) + strlen(to->nick->text);

	words->to = to;
	words->numeric = numeric;
	words->middle = middle;
	words->middle2 = middle2;
	words->len = 0;
	words->separator = ' ';
	words->is_sent = false;
	taken += middle ? strlen(middle) + 1 : 0;
	taken += middle2 ? strlen(middle2) + 1 : 0;
	/* ":irc.local 353 bob = #c :" and \r\n */
	words->max = SB_WIRE_MAX - 2 - strlen(":  353  :") - taken;
}

static void
send_words(struct ircd_words *words)
{
	words->text[words->len] = '\0';
	if (!words->middle)
		sb_ircd_numeric(words->to, words->numeric, words->text, NULL);
	else if (!words->middle2)
		sb_ircd_numeric(words->to, words->numeric, words->middle, words->text, NULL);
	else
		sb_ircd_numeric(words->to, words->numeric, words->middle, words->middle2,
			words->text, NULL);
	words->len = 0;
	words->is_sent = true;
}

void
sb_ircd_words_add(struct ircd_words *words, const char *mark, const char *word)
{
	size_t mark_len = strlen(mark), len = strlen(word);

	if (words->len && words->len + 1 + mark_len + len > words->max)
		send_words(words);
	sb_assert(mark_len + len <= words->max);
	if (words->len)
		words->text[words->len++] = words->separator;
	memcpy(words->text + words->len, mark, mark_len);
	memcpy(words->text + words->len + mark_len, word, len);
	words->len += mark_len + len;
}

void
sb_ircd_words_end(struct ircd_words *words, bool must_be)
{
	if (words->len || (must_be && !words->is_sent))
		send_words(words);
}
