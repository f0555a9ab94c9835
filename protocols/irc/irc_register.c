/* Registration: what is said first, and which nick. */

#include "client.h"

#include <errno.h>

/* NICKLEN is 9 where the server says nothing (RFC 2812, section 1.2.1), and nobody needs more than
 * the 30 that many allow. */
enum { NICK_MIN = 9, NICK_MAX = 30, VARIANTS_MAX = 10 };

bool
sb_irc_nick_is_fine(const char *nick)
{
	return sb_wire_is_middle(nick) && strlen(nick) < NICK_CAP
	       && !strchr(SB_WIRE_CHANNEL_SIGNS "$0123456789-", *nick)
	       && !nick[strcspn(nick, "!@*?,.")];
}

static void
send_one(struct sb_irc *irc, const char *verb, const char *param, bool colon)
{
	sb_irc_write_(irc, &(struct sb_wire_out){
				   .verb = verb, .params = &param, .n_params = 1, .colon = colon });
}

void
sb_irc_register_(struct sb_irc *irc)
{
	irc->n_refused = irc->n_variants = 0;
	irc->is_shortened = false;
	sb_irc_caps_list_(irc);
	if (!sb_irc_sts_waits_(irc))
		sb_irc_introduce_(irc);
}

/* PASS must come before the others (RFC 2812, section 3.1.1). */
void
sb_irc_introduce_(struct sb_irc *irc)
{
	const char *user[] = { irc->user, "0", "*", irc->realname };

	if (irc->password)
		send_one(irc, "PASS", irc->password, true);
	send_one(irc, "NICK", irc->nick, false);
	sb_irc_write_(irc, &(struct sb_wire_out){
				   .verb = "USER", .params = user, .n_params = 4, .colon = true });
}

/* ---- Nicks ---- */

int
sb_irc_copy_nicks_(struct sb_irc *irc, const char *const *nicks, size_t n)
{
	if (!n)
		return 0;
	irc->other_nicks = calloc(n, sizeof(*irc->other_nicks));
	if (!irc->other_nicks)
		return -ENOMEM;
	for (; irc->n_other_nicks < n; irc->n_other_nicks++)
		memcpy(irc->other_nicks[irc->n_other_nicks], nicks[irc->n_other_nicks],
			strlen(nicks[irc->n_other_nicks]) + 1);
	return 0;
}

void
sb_irc_limit_nick_(struct sb_irc *irc, size_t max)
{
	irc->nick_max = max < NICK_MIN ? NICK_MIN : max > NICK_MAX ? NICK_MAX : max;
}

/* "_", then "1" to "9". */
static void
make_variant(struct sb_irc *irc)
{
	char suffix[] = { irc->n_variants == 1 ? '_' : (char)('0' + irc->n_variants - 1), '\0' };
	size_t len = strlen(irc->wanted);

	len = sb_wire_cut(irc->wanted, len, irc->nick_max - 1);
	memcpy(irc->nick, irc->wanted, len);
	memcpy(irc->nick + len, suffix, sizeof(suffix));
}

static void
shorten(struct sb_irc *irc)
{
	size_t len = sb_wire_cut(irc->wanted, strlen(irc->wanted), irc->nick_max);

	memcpy(irc->nick, irc->wanted, len);
	irc->nick[len] = '\0';
	irc->is_shortened = true;
}

/* What a server that says how much of our nick it took leaves of one. */
static void
learn_limit(struct sb_irc *irc, bool is_erroneous, const char *refused)
{
	size_t len = strlen(refused);

	if (len >= NICK_MIN && len < strlen(irc->nick) && !strncmp(irc->nick, refused, len))
		sb_irc_limit_nick_(irc, len);
	else if (is_erroneous && strlen(irc->nick) > NICK_MIN)
		sb_irc_limit_nick_(irc, NICK_MIN);
}

/* The next nick to ask for; false when there is none. */
static bool
choose_other_nick(struct sb_irc *irc, bool is_erroneous, const char *refused)
{
	if (irc->n_variants >= VARIANTS_MAX)
		return false;
	learn_limit(irc, is_erroneous, refused);
	if (irc->n_refused < irc->n_other_nicks) {
		memcpy(irc->nick, irc->other_nicks[irc->n_refused++], NICK_CAP);
	} else if (is_erroneous && !irc->n_variants && !irc->is_shortened
		   && strlen(irc->wanted) > irc->nick_max) {
		shorten(irc);
	} else {
		irc->n_variants++;
		make_variant(irc);
	}
	return true;
}

static int
tell_refused(struct sb_irc *irc, const char *wanted, const char *text, const char *next)
{
	return sb_irc_nick_refused_emit(irc->d, irc,
		&(struct sb_irc_nick_refused){ .wanted = wanted, .text = text, .next = next });
}

int
sb_irc_nick_refused_(struct sb_irc *irc, const struct sb_wire_line *line, bool is_erroneous)
{
	const char *refused = line->params[1];
	const char *text = line->n_params ? line->params[line->n_params - 1] : "";
	char wanted[NICK_CAP];

	/* 437 is also said of channels. */
	if (!sb_irc_is_up_(irc) || sb_irc_is_channel(refused))
		return 0;
	if (irc->state == REGISTERED)
		return tell_refused(irc, refused, text, NULL);
	memcpy(wanted, irc->nick, sizeof(wanted));
	if (choose_other_nick(irc, is_erroneous, refused)) {
		send_one(irc, "NICK", irc->nick, false);
		return tell_refused(irc, wanted, text, irc->nick);
	}
	sb_irc_end_(irc, -EADDRINUSE, "the server refused %s and its variants up to %s",
		irc->wanted, irc->nick);
	return tell_refused(irc, wanted, text, NULL);
}
