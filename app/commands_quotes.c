#include "commands_private.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

/* Shows a quote, and remembers from which line `more` goes on. */
static void
show(struct asked *asked, const struct quote *quote, size_t from, const char *note)
{
	char more[COMMANDS_MARK_CAP + sizeof("more")];
	struct commands_rest *rest;

	(void)snprintf(more, sizeof(more), "%smore", asked->mark);
	from = replies_show(asked->replies, quote, from, note, more);
	if (!from)
		return;
	/* Where there is no memory for it, more says that there is nothing. */
	rest = recent_make(asked->commands->rests, asked->place);
	if (!rest)
		return;
	*rest = (struct commands_rest){ .id = quote->id,
		.from = from,
		.until_ns = asked->said->now_ns + COMMANDS_REST_S * INT64_C(1000000000) };
}

static int
quote_at_random(struct asked *asked)
{
	struct quote quote;
	int error = quotes_choose(asked->commands->quotes, &asked->person.scope,
		asked->said->random, replies_fit, NULL, &quote);

	if (error == -ENOENT)
		replies_say(asked->replies, "I have no quotes.");
	else if (error)
		return asked_trouble(asked, error, NULL);
	else
		show(asked, &quote, 0, NULL);
	return 0;
}

static int
quote_with_words(struct asked *asked)
{
	struct quote quote;
	char note[32] = "";
	int n = quotes_search(asked->commands->quotes, &asked->person.scope, asked->args,
		asked->said->random, replies_fit, NULL, &quote);

	if (n < 0)
		return asked_trouble(asked, n, NULL);
	if (n > 1)
		(void)snprintf(note, sizeof(note), "one of %d%s", n,
			n >= QUOTES_MAX_FOUND ? " or more" : "");
	if (n)
		show(asked, &quote, 0, note);
	else
		replies_say(asked->replies, "No quote has %s.",
			strchr(asked->args, ' ') ? "all these words" : "this word");
	return 0;
}

static int
quote_of_id(struct asked *asked, int64_t id, size_t from)
{
	struct quote quote;
	int error = asked_find(asked, id, &quote);

	if (!error)
		show(asked, &quote, from, NULL);
	return error < 0 ? error : 0;
}

int
commands_quote(struct asked *asked)
{
	const char *at = asked->args;
	int64_t id;

	if (!*at)
		return quote_at_random(asked);
	if (asked_id(&at, &id) && !*at)
		return quote_of_id(asked, id, 0);
	return quote_with_words(asked);
}

static void
write_day(int64_t when_s, char *ret_buf, size_t cap)
{
	time_t when = (time_t)when_s;
	struct tm day;

	if (!when_s || !gmtime_r(&when, &day)
		|| !strftime(ret_buf, cap, " on %Y-%m-%d at %H:%M UTC", &day))
		ret_buf[0] = '\0';
}

static void
write_place(const struct quote *quote, char *ret_buf, size_t cap)
{
	const char *slash = strrchr(quote->source, '/');

	/* The folders of our machine are nobody's business. */
	if (quote->source[0])
		(void)snprintf(ret_buf, cap, ", from %.100s", slash ? slash + 1 : quote->source);
	else if (quote->channel[0])
		(void)snprintf(ret_buf, cap, ", in %.100s, %.50s", quote->channel, quote->network);
	else if (quote->network[0])
		(void)snprintf(ret_buf, cap, ", on %.50s", quote->network);
	else
		ret_buf[0] = '\0';
}

static void
say_info(struct replies *replies, const struct quote *quote)
{
	static const char *const seen_by[] = {
		[QUOTES_PUBLIC] = "public",
		[QUOTES_NETWORK] = "for its network",
		[QUOTES_CHANNEL] = "for its channel",
	};
	char day[64], place[192];

	write_day(quote->added_s, day, sizeof(day));
	write_place(quote, place, sizeof(place));
	replies_say(replies,
		"Quote %" PRId64 ": added by %.64s%s%s; score %" PRId64 ", %" PRId64
		" vote%s; %s%s",
		quote->id, quote->added_by[0] ? quote->added_by : "somebody", day, place,
		quote->score, quote->n_votes, quote->n_votes == 1 ? "" : "s",
		seen_by[quote->visibility], quote->is_deleted ? "; deleted" : "");
}

int
commands_info(struct asked *asked)
{
	const char *at = asked->args;
	struct quote quote;
	int64_t id;
	int error;

	if (!asked_id(&at, &id) || *at)
		return asked_usage(asked);
	error = asked_find(asked, id, &quote);
	if (!error)
		say_info(asked->replies, &quote);
	return error < 0 ? error : 0;
}

int
commands_more(struct asked *asked)
{
	const struct commands_rest *found;
	struct commands_rest rest;

	if (asked->args[0])
		return asked_usage(asked);
	found = recent_find(asked->commands->rests, asked->place);
	if (!found || found->until_ns <= asked->said->now_ns)
		return asked_refuse(asked, "There is nothing more.");
	rest = *found;
	recent_remove(asked->commands->rests, asked->place);
	if (rest.id)
		return quote_of_id(asked, rest.id, rest.from);
	return commands_list_words(asked, rest.words, rest.before);
}
