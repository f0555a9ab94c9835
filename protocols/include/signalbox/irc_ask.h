#ifndef SIGNALBOX_IRC_ASK_H
#define SIGNALBOX_IRC_ASK_H

/* Requests and their answers: one call, and one signal, irc.answered, which has all lines of the
 * answer.
 *
 * Where the server labels what it answers (labeled-response) any command can be asked, and the answer
 * is what bears the label. Elsewhere it is known by its pattern, for WHOIS, WHOWAS, WHO, NAMES, LIST,
 * MODE of a channel (324), lists of a channel (MODE #channel b, e, I, q), TOPIC (331, 332), MONITOR L,
 * ISON, USERHOST, AWAY, VERSION, TIME, MOTD, LUSERS, INFO, STATS, LINKS, REGISTER and VERIFY
 * (draft/account-registration). One of a verb is under way at a time then, the others wait.
 *
 * What the server says to something else in the same words, naming the same (403 to a PART), may be
 * taken for an answer there; what it says to what the client asks for its own ends, or to what you
 * send by sb_irc_send(), is not.
 *
 * The lines of an answer are also told as ever, each by the signals that it has; the answer is told
 * after its last line. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/irc_signals.h>

SB_C_BEGIN

struct sb_irc;

/* A line of an answer: "311" and its parameters, the first of which is our nick. */
struct sb_irc_answer_line {
	const char *verb;
	struct sb_irc_params params;
};

/* Asks. In a later turn irc.answered comes, once, with the number in *ret_request: when the answer is
 * whole, the server refuses (401, 403, 442, 461, 482, FAIL ...), nothing has come of it for 30 s since
 * it was sent or its last line came, or the connection ends; then there is no irc.not_sent of it.
 * One that waited for another and then could not be sent has failed, with the code "". Of an answer
 * 4096 lines or 1 MiB are kept, what is more is told by its own signals only, and the answer is not
 * whole.
 * Returns 0; what sb_irc_send() returns; -EOPNOTSUPP for a command whose answer cannot be known; -EAGAIN
 * when 64 are under way. */
SB_API int sb_irc_ask(struct sb_irc *irc, const char *verb, const char *const *params,
	size_t n_params, int64_t *ret_request);

/* No irc.answered of it any more. One that is over already is fine. */
SB_API void sb_irc_ask_cancel(struct sb_irc *irc, int64_t request);

/* The lines, in the order they came; borrowed like the payload. */
SB_API size_t sb_irc_answer_n_lines(const struct sb_irc_answer *answer);
SB_API const struct sb_irc_answer_line *sb_irc_answer_line(
	const struct sb_irc_answer *answer, size_t i);
SB_API bool sb_irc_answer_is_whole(const struct sb_irc_answer *answer);

/* What an answer says, typed; borrowed from it. Texts that were not told are NULL. */

struct sb_irc_whois {
	const char *nick, *user, *host, *realname; /* 311 */
	const char *server, *server_info; /* 312 */
	const char *account; /* 330 */
	const char *away; /* 301 */
	const char *channels; /* 319, the first line: "@#a +#b" */
	const char *certificate; /* 276, its fingerprint */
	int64_t idle_s, signon_s; /* 317; -1 when not told */
	bool is_oper, is_secure, is_bot; /* 313, 671, 335 */
};
/* False when the answer is no WHOIS of anybody. */
SB_API bool sb_irc_answer_whois(const struct sb_irc_answer *answer, struct sb_irc_whois *ret_whois);

/* A row of WHO (352). The n-th of the answer, from 0; false after the last; so below. */
struct sb_irc_who {
	const char *channel, *user, *host, *server, *nick, *flags, *realname;
};
SB_API bool sb_irc_answer_who(
	const struct sb_irc_answer *answer, size_t n, struct sb_irc_who *ret_who);

/* A channel of LIST (322). */
struct sb_irc_listed {
	const char *channel, *topic;
	int64_t n_members;
};
SB_API bool sb_irc_answer_listed(
	const struct sb_irc_answer *answer, size_t n, struct sb_irc_listed *ret_listed);

/* An entry of a list of a channel (346, 348, 367, 728). */
struct sb_irc_banned {
	const char *mask, *setter;
	int64_t set_s; /* 0 when not told */
};
SB_API bool sb_irc_answer_banned(
	const struct sb_irc_answer *answer, size_t n, struct sb_irc_banned *ret_banned);

SB_C_END

#endif
