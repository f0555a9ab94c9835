/* The bot comes, is told another configuration, and goes. */

#include "bot_private.h"

#include <stdlib.h>

#include "recent.h"

static void
limit(struct bot *bot)
{
	const struct config *config = bot->config;
	struct commands_limits limits = { config->person_burst, config->person_every_s,
		config->channel_burst, config->channel_every_s };

	commands_set_limits(bot->commands, &limits);
}

struct bot *
bot_create(const struct bot_parts *parts)
{
	struct bot *bot = calloc(1, sizeof(*bot));

	if (!bot)
		return NULL;
	bot->d = parts->d;
	bot->r = parts->r;
	bot->quotes = parts->quotes;
	bot->config = parts->config;
	bot->networks = parts->networks;
	bot->watch = parts->watch;
	bot->log = *parts->log;
	bot->started_s = sb_reactor_wall_ns(bot->r) / SB_S;
	bot->commands = commands_create(
		bot->quotes, &(struct commands_limits){ 0 }, sb_reactor_random(bot->r));
	bot->told = bot_create_told(sb_reactor_random(bot->r));
	bot_subscribe(bot);
	if (!bot->commands || !bot->told || sb_connect_failed(bot->d)
		|| sb_timer_init(&bot->told_timer, bot->r, bot_tell_left_out, SB_PLACE, bot)) {
		bot_destroy(bot);
		return NULL;
	}
	limit(bot);
	return bot;
}

void
bot_configure(struct bot *bot, const struct config *config)
{
	bot->config = config;
	limit(bot);
}

void
bot_destroy(struct bot *bot)
{
	if (!bot)
		return;
	sb_forget(bot->d, bot);
	sb_timer_finish(&bot->told_timer);
	if (bot->told)
		bot_tell_left_out(bot);
	recent_destroy(bot->told);
	commands_destroy(bot->commands);
	free(bot);
}
