#include "client.h"

#include <errno.h>

static const char *const kinds[] = {
	[SB_FLOOD_PRIVATE] = "private",
	[SB_FLOOD_CHANNEL] = "channel",
	[SB_FLOOD_CTCP] = "ctcp",
	[SB_FLOOD_JOIN] = "join",
};

/* A nick never has a dot, and a server's name always. */
bool
sb_irc_is_other_(const struct sb_wire_line *line, bool is_self)
{
	return !is_self && *line->nick && (line->user || line->host || !strchr(line->nick, '.'));
}

void
sb_irc_key_(
	const struct sb_irc *irc, const struct sb_wire_line *line, const char *account, char *buf)
{
	if (account && *account)
		sb_casemap_fold_text(irc->features.casemap, account, buf, SB_GUARD_KEY_MAX + 1);
	else if (line->host && *line->host)
		sb_casemap_fold_text(SB_CASEMAP_ASCII, line->host, buf, SB_GUARD_KEY_MAX + 1);
	else
		sb_casemap_fold_text(irc->features.casemap, line->nick, buf, SB_GUARD_KEY_MAX + 1);
}

static void
start_timer(struct sb_irc *irc)
{
	int64_t due_ns = sb_guard_due(&irc->guard);

	if (due_ns == INT64_MAX)
		sb_timer_stop(&irc->guard_timer);
	else
		sb_timer_start(&irc->guard_timer, due_ns - sb_reactor_now_ns(irc->r));
}

static int
tell(struct sb_irc *irc, const char *who, const char *kind, int64_t for_ns)
{
	return sb_irc_flooded_emit(irc->d, irc,
		&(struct sb_irc_flooded){ .who = who, .kind = kind, .for_ms = for_ns / SB_MS });
}

bool
sb_irc_ignores_(const struct sb_irc *irc, const struct sb_wire_line *line, const char *account,
	bool is_self)
{
	char key[SB_GUARD_KEY_MAX + 1];

	if (!irc->guard.ignored || !sb_irc_is_other_(line, is_self))
		return false;
	sb_irc_key_(irc, line, account, key);
	return sb_guard_ignores(&irc->guard, key, sb_reactor_now_ns(irc->r));
}

int
sb_irc_guard_hear_(struct sb_irc *irc, const struct sb_wire_line *line, const char *account,
	bool is_self, enum sb_flood kind)
{
	char key[SB_GUARD_KEY_MAX + 1];
	enum sb_verdict verdict;
	int ran = 0;

	if (irc->hears_floods || !sb_irc_is_other_(line, is_self))
		return 0;
	sb_irc_key_(irc, line, account, key);
	verdict = sb_guard_hear(&irc->guard, key, kind, sb_reactor_now_ns(irc->r));
	if (verdict == SB_VERDICT_FINE)
		return 0;
	if (verdict == SB_VERDICT_IGNORED)
		return 1;
	start_timer(irc);
	if (verdict == SB_VERDICT_BEGINS)
		ran = tell(irc, key, kinds[kind], irc->guard.rules.ignore_ns);
	else
		ran = tell(irc, key, "", 0);
	return ran == -ECANCELED ? ran : verdict == SB_VERDICT_BEGINS;
}

void
sb_irc_on_guard_timer_(void *self)
{
	struct sb_irc *irc = self;
	int64_t now_ns = sb_reactor_now_ns(irc->r);
	char key[SB_GUARD_KEY_MAX + 1];
	const char *ended;
	int ran = 0;

	while (ran != -ECANCELED && (ended = sb_guard_ended(&irc->guard, now_ns))) {
		(void)snprintf(key, sizeof(key), "%s", ended);
		ran = tell(irc, key, "", 0);
	}
	if (ran != -ECANCELED)
		start_timer(irc);
}

void
sb_irc_guard_end_(struct sb_irc *irc)
{
	sb_guard_init(&irc->guard, &sb_flood_rules_usual);
	sb_timer_stop(&irc->guard_timer);
}
