/* What the bot tells the log: of each network and each server of ours so many lines a minute, however
 * many somebody out there causes; then how many there were beside them. Failures of ours have as many of
 * their own: nobody out there can hide them. */

#include "bot_private.h"
#include "recent.h"

#include <inttypes.h>

enum { LINE_CAP = 512, A_MINUTE_MAX = 60, ABOUT_MAX = 256 };

#define MINUTE_NS (60 * SB_S)

enum kind { EVENT, FAILURE, N_KINDS };

/* Of one of them. */
struct told {
	uint64_t minute; /* which; n and n_left_out are of that one */
	unsigned n[N_KINDS];
	uint64_t n_left_out;
};

static void
say(struct bot *bot, const char *label, const char *text)
{
	log_say(&bot->log, "%s%s%s", label, *label ? ": " : "", text);
}

static void
tell_left_out(void *self, const char *label, void *value)
{
	struct bot *bot = self;
	struct told *told = value;
	char text[64];

	if (!told->n_left_out)
		return;
	(void)snprintf(text, sizeof(text), "%" PRIu64 " more lines within a minute are left out",
		told->n_left_out);
	told->n_left_out = 0;
	say(bot, label, text);
}

void
bot_tell_left_out(void *self)
{
	struct bot *bot = self;

	recent_each(bot->told, tell_left_out, bot);
}

/* A minute begins with the first line after the last one. */
static void
begin_minute(struct bot *bot, int64_t now_ns)
{
	bot_tell_left_out(bot);
	sb_timer_stop(&bot->told_timer);
	bot->minute_end_ns = now_ns + MINUTE_NS;
	bot->n_minutes++;
}

/* Whether there is room for one more line. Without memory to count there is. */
static bool
has_room(struct bot *bot, const char *label, enum kind kind)
{
	int64_t now_ns = sb_reactor_now_ns(bot->r);
	struct told *told;

	if (now_ns >= bot->minute_end_ns)
		begin_minute(bot, now_ns);
	told = recent_make(bot->told, label);
	if (!told)
		return true;
	if (told->minute != bot->n_minutes)
		*told = (struct told){ .minute = bot->n_minutes };
	if (told->n[kind] < A_MINUTE_MAX) {
		told->n[kind]++;
		return true;
	}
	told->n_left_out++;
	sb_timer_start(&bot->told_timer, bot->minute_end_ns - now_ns);
	return false;
}

static const char *
label_of(const struct bot *bot, const void *about)
{
	const char *label = about ? sb_label_of(bot->d, about) : NULL;

	return label ? label : "";
}

SB_PRINTF(4, 0)
static void
tell(struct bot *bot, const void *about, enum kind kind, const char *format, va_list args)
{
	const char *label = label_of(bot, about);
	char text[LINE_CAP];

	if (!has_room(bot, label, kind))
		return;
	(void)vsnprintf(text, sizeof(text), format, args);
	say(bot, label, text);
}

void
bot_tell(struct bot *bot, const void *about, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(bot, about, EVENT, format, args);
	va_end(args);
}

void
bot_tell_failure(struct bot *bot, const void *about, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(bot, about, FAILURE, format, args);
	va_end(args);
}

void
bot_tell_all(struct bot *bot, const void *about, const char *format, ...)
{
	char text[LINE_CAP];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(bot, label_of(bot, about), text);
}

struct recent *
bot_create_told(uint64_t seed)
{
	return recent_create(ABOUT_MAX, sizeof(struct told), NULL, seed);
}
