#ifndef PROTOCOLS_IRC_CTCP_H
#define PROTOCOLS_IRC_CTCP_H

/* Requests between clients, in the text of a PRIVMSG, and their answers, in that of a NOTICE
 * (modern.ircdocs.horse/ctcp):  \1VERB[ args][\1]
 * The older quoting by DLE and \ is not done, and nothing is taken out of the midst of a text.
 * Nothing here allocates. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SB_CTCP_PING_MAX = 128 }; /* bytes of a PING's arguments that are sent back */

struct sb_ctcp {
	const char *verb; /* in capitals, as far as ASCII goes; never empty */
	const char *args; /* what follows the space after it; "" for nothing */
	bool is_answer; /* it came in a NOTICE */
};

/* Takes a text apart in buf, which may be the text itself and has as much room as it with its
 * NUL; ret_ctcp points into buf. The last \1 may be missing. False, and buf is as it was, for a
 * text that is no CTCP: it does not begin with \1, has no verb, or a \1 in its midst. */
bool sb_ctcp_parse(const char *text, bool is_notice, char *buf, struct sb_ctcp *ret_ctcp);

/* Writes the text of a request or an answer, and a NUL, to buf. The verb goes out as it is
 * written. Returns its length in bytes without the NUL; -EINVAL for a verb that is empty or
 * holds a space, and where one of the two holds \1, CR or LF; -EMSGSIZE when it does not fit
 * into cap. buf is then undefined. args_or_null: "" is as none. */
int sb_ctcp_make(const char *verb, const char *args_or_null, char *buf, size_t cap);

/* What we tell of ourselves. */
struct sb_ctcp_facts {
	const char *version; /* NULL or "": that is not told */
	int64_t now_ms; /* since 1970, UTC */
};

/* Writes the text of the answer to a request: CLIENTINFO, PING (with the same arguments), TIME
 * (in UTC, RFC 3339) and VERSION have one. Returns its length as sb_ctcp_make() does; 0: there
 * is none, as for all others, ACTION and DCC among them, for a PING longer than SB_CTCP_PING_MAX
 * and for what is an answer itself; negative as there: -EINVAL for a version that cannot be told
 * and for a year that has not four digits. */
int sb_ctcp_answer(
	const struct sb_ctcp *request, const struct sb_ctcp_facts *facts, char *buf, size_t cap);

#endif
