#ifndef SIGNALBOX_IRC_H
#define SIGNALBOX_IRC_H

/* An IRC client (RFC 2812, modern.ircdocs.horse; message tags as IRCv3 says): what the server sends
 * becomes signals, <signalbox/irc_signals.h>; what it shall be told are the functions below.
 *
 * Texts of the network are bytes without NUL, CR and LF; UTF-8 is usual and not certain.
 * Of what the server says at once it takes 32 lines a turn of the loop, in order, and the rest in
 * later turns. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/irc_signals.h>
#include <signalbox/irc_state.h>
#include <signalbox/reactor.h>
#include <signalbox/stream.h>

SB_C_BEGIN

struct sb_irc;
struct sb_sts; /* <signalbox/irc_sts.h> */

/* How to log in, by SASL: one mechanism after the other, each for 15 s at most, as far as the server
 * has them; again when it offers SASL anew. NULL and 0 for what there is none of. The copies are
 * cleansed when the client goes. */
struct sb_irc_login {
	const char *user;
	const char *password; /* for SCRAM-SHA-512, SCRAM-SHA-256 and PLAIN */
	const char *authzid; /* as whom to act; the user */
	const char *key; /* for ECDSA-NIST256P-CHALLENGE: a private key on P-256, PEM */
	bool has_certificate; /* for EXTERNAL: the URL, or its TLS, shows one to the server */

	/* "EXTERNAL,SCRAM-SHA-256": these and no others, in this order; by default all that there are
	 * credentials for, those first that tell no secret: EXTERNAL, ECDSA-NIST256P-CHALLENGE,
	 * SCRAM-SHA-512, SCRAM-SHA-256, PLAIN. */
	const char *mechanisms;
	bool allows_plain_in_clear; /* PLAIN without TLS, too */

	/* Who cannot log in leaves, and tries again later; also a server that has no SASL, or no
	 * capabilities at all. By default we stay as somebody unknown. */
	bool is_required;
};

/* All is copied. NULL and 0 take the default. */
struct sb_irc_options {
	const char *url; /* tcp://host:port or unix:///path; needed by sb_irc_open() alone */
	const char *const *urls; /* other servers of the network, tried in turn after that one */
	size_t n_urls;
	const char *nick; /* needed; as sb_irc_nick_is_fine() has it */
	const char *const *other_nicks; /* asked for in turn where that is refused */
	size_t n_other_nicks;
	const char *user; /* the nick */
	const char *realname; /* the nick, for "" too */
	const char *password; /* for PASS; none; in clear it waits (<signalbox/irc_sts.h>) */
	const struct sb_irc_login *login; /* none */
	const char *const *capabilities; /* to ask for beside ours, 16 at most; "-name": not to */
	size_t n_capabilities;
	const char *const *channels; /* joined after each registration; at most 200 bytes each */
	size_t n_channels;
	const char *const *keys; /* n_channels of them, NULL where there is none; NULL: no keys */
	/* How fast we may talk: "default", "gentle", "none", or a kind of server ("ngircd",
	 * "solanum", "inspircd" ...); what the server says it is. After one has closed on us for
	 * "Excess Flood" it is "gentle", until we are opened anew. */
	const char *pace;
	const char *version; /* what CTCP VERSION is answered with; nothing */
	/* Answers none: else VERSION, PING, TIME and CLIENTINFO, where one asks us alone, and not too
	 * often; after irc.ctcp_requested, so that who answers in a handler sets this. */
	bool ignores_ctcp;
	bool hears_floods; /* of anybody: else who says too much is not heard for 5 min (irc.flooded) */
	/* Network security: what servers demanded of us before, over restarts, is kept there; it must
	 * outlive the client. NULL: it forgets with the client. sts_options: what stands behind the ?
	 * of the URL when a server of a tcp:// URL demands TLS, "pin=...&cert=/etc/own.pem"; "". */
	struct sb_sts *sts;
	const char *sts_options;
	const char *charset; /* what is not UTF-8 is, for sb_irc_show(); "windows-1252" */
	bool is_bot; /* tell the network so, where it has a mode for that (ISUPPORT BOT) */
	const char
		*away; /* away from the beginning, for this reason, "" for none; NULL: we are not */
	/* Fetch what was said while we were not there, on channels and to us, 1000 messages of each at
	 * most (draft/chathistory): is_history of the signals says so, and irc.caught_up that it is all.
	 * What is said meanwhile is told when it is said. */
	bool catches_up;
	/* Whom to ask, by "REGAIN nick", for our nick when we are logged in and somebody else has it, at
	 * once and each 10 min: "NickServ"; nobody. At any rate we take it as soon as it is free. */
	const char *services;
	int64_t retry_min_ns; /* the first delay before connecting again; 2 s */
	int64_t retry_max_ns; /* the longest; 5 min */
	int64_t ping_after_ns; /* of silence, and the link is dead after as much again; 90 s */
};

/* Whether it can be asked for as a nick: 1 to 64 bytes, no space and none of !@*?,. and at the
 * beginning no digit and none of #&+$:-; whether letters beyond ASCII are fine, the network
 * says. */
SB_API bool sb_irc_nick_is_fine(const char *nick);

/* What sb_irc_create() would say of the options, but that of URLs: 0, or a negative errno and why.
 * Nothing is made. */
SB_API int sb_irc_check(const struct sb_irc_options *options, struct sb_error *ret_error);

/* Makes a client, unconnected, and registers its signals with d. d and r must outlive it. It labels
 * itself with the URL's host, or its path for unix. place is for reports: SB_PLACE. Returns 0;
 * -EINVAL, -EOPNOTSUPP, -ENAMETOOLONG with the reason, for a URL, nick, name, channel, charset or
 * capability that cannot be, or a login that cannot work: a mechanism that is unknown, or named
 * without what it needs, a key that cannot be read, no credentials at all; -EEXIST as sb_register();
 * -ENOMEM. */
SB_API int sb_irc_create(struct sb_dispatcher *d, struct sb_reactor *r,
	const struct sb_irc_options *options, const char *place, struct sb_irc **ret_irc,
	struct sb_error *ret_error);

/* At once: forgotten by the dispatcher, its connection aborted, no signal from it any more. May be
 * called in any handler; the memory goes when the turn ends. Where a thread computes for a login it
 * waits for that, a second at most. NULL is fine. */
SB_API void sb_irc_destroy(struct sb_irc *irc);

/* Connects, registers, joins, and stays connected: after a loss it waits, a random time up to a
 * limit that doubles with each failure as far as retry_max_ns, and tries again, at the next URL;
 * after a minute of registration it starts over (<signalbox/client.h>). A server that says we come
 * too often is left alone for 2 min at least, one that bans us for 30 min. Where the nick is refused it
 * tries the other nicks and then some made from it (a "_" or a digit at the end, cut to what the
 * server takes), ten at most. A server that does not let us in within 60 s of being connected, and
 * of the end of the login, is left, with -ETIMEDOUT; one where we must log in and cannot, with
 * -EACCES.
 * No signal comes from within the call: irc.connecting is the first, in the next turn.
 * Returns 0; -EALREADY when it does so already, or is still quitting; -EINVAL without a URL. */
SB_API int sb_irc_open(struct sb_irc *irc, struct sb_error *ret_error);

/* The same on a transport that somebody else made and that is not attached yet: an accepted stream,
 * a tape. It is owned from now on; when it ends, nothing is retried. There is no irc.connecting.
 * -EALREADY as above, and the stream is still the caller's. */
SB_API int sb_irc_attach(struct sb_irc *irc, struct sb_stream *stream);

/* Says QUIT before all that waits, which is not sent any more, lets the server close (for 5 s at
 * most), and does not try again. irc.disconnected
 * comes when it is over, with error 0 and will_retry false; also, in a later turn, when there was
 * no connection. What the server still sends is told; commands are -ENOTCONN. Again, before the
 * next open or attach, is harmless and tells nothing.
 * Line ends in the reason become spaces, and what passes 300 bytes is cut off, since a reason that
 * IRC cannot carry is no reason to stay. */
SB_API void sb_irc_quit(struct sb_irc *irc, const char *reason_or_null);

/* Our nick as the server knows it, while there is none the one we shall ask for; borrowed until it
 * changes, also by the end of the connection. */
SB_API const char *sb_irc_nick(const struct sb_irc *irc);
/* What it knows of channels, members, users and itself (<signalbox/irc_state.h>); borrowed, as long as
 * irc lives. Of a channel that we join it asks, once the server has named the members, the modes
 * (MODE) and, of 1000 members at most, who they are (WHO); and the members again, once, if the
 * server's list was not whole; nothing of that while very much waits to be sent. */
SB_API const struct sb_irc_state *sb_irc_state(const struct sb_irc *irc);

/* What the server said of a feature (005), "NETWORK"; "" when it has no value, NULL when nothing was
 * said. Borrowed until the next turn. */
SB_API const char *sb_irc_feature(const struct sb_irc *irc, const char *key);

/* Whether a capability is on, by name. */
SB_API bool sb_irc_has_capability(const struct sb_irc *irc, const char *name);

/* How it stands with the server; for people to see. */
struct sb_irc_status {
	int64_t lag_ms; /* of the last PING; -1: not measured yet */
	size_t n_lines, n_bytes; /* that wait to be sent */
	int64_t wait_ms; /* how long an answer said now would wait */
	const char *account; /* we are logged in as; NULL: we are not */
};
SB_API void sb_irc_status(const struct sb_irc *irc, struct sb_irc_status *ret_status);

/* "127.0.0.1" of the URL it is at or was last, or "" for unix or none; borrowed. */
SB_API const char *sb_irc_host(const struct sb_irc *irc);
SB_API bool sb_irc_is_registered(const struct sb_irc *irc);
/* Whether two nicks or channels are the same to IRC, where {}|~ are the small letters of []\^
 * (RFC 2812, section 2.2), whatever the server says; the client itself heeds its CASEMAPPING (005),
 * for is_self and the like. */
SB_API bool sb_irc_same(const char *a, const char *b);
/* Whether it names a channel and not a person: begins with one of #&+!. */
SB_API bool sb_irc_is_channel(const char *target);

/* The commands. Each returns 0; -EINVAL when a parameter holds CR or LF, or is empty, begins with
 * ':' or has a space where IRC allows none, or is no channel or nick where one is needed; -EMSGSIZE
 * when the line would pass 512 bytes and cannot be split; -ENOTCONN when we are not registered;
 * -EPIPE when writing has failed; -EILSEQ when it is not UTF-8 and the network takes nothing else
 * (UTF8ONLY: texts that are said, and reasons for being away or quitting, are made UTF-8 by the
 * options' charset);
 * -ENOBUFS when so much waits already that there is no room; -ENOMEM.
 * Where it is not 0, nothing was sent.
 *
 * A line goes at once, or when the server allows it: first what is said, notices included, those it
 * is said to in turn; then all else, in its order. So a JOIN may go after what is said behind it:
 * irc.joined tells when one can talk. What the end of the connection finds waiting is irc.not_sent.
 * A line that may tell a secret (PASS, OPER, AUTHENTICATE, REGISTER, VERIFY) is cleansed from the queue
 * when it has gone.
 *
 * say, notice_to and act split a text that is too long, as others will see it with our name before
 * it, into several lines, all of which are sent or none: at a space, which goes, where there is one
 * in the second half of a line, else between characters as people see them; formatting that is open
 * goes on in the next. An empty text is -EINVAL, except for act, and so is a \1 in act. In the others
 * a \1 goes out as it is; a text that begins with one, a CTCP other than an action, is not split:
 * -EMSGSIZE. */
SB_PRINTF(3, 4)
SB_API int sb_irc_say(struct sb_irc *irc, const char *target, const char *format, ...);
SB_PRINTF(3, 4)
SB_API int sb_irc_notice_to(struct sb_irc *irc, const char *target, const char *format, ...);
SB_PRINTF(3, 4)
SB_API int sb_irc_act(struct sb_irc *irc, const char *target, const char *format, ...);

/* A channel joined by this is joined again, with its key, after a reconnect, until it is parted: by
 * us, or by a server that parts us. That is when the server has said its greetings, or 2 s after it
 * let us in. One we were kicked from is joined again, too, after 5 s, and when that was less than a
 * minute after we came, later, as follows; one that does not let us in (405, 437, 471, 473, 474, 475,
 * 477, 480, 489) or sends us elsewhere (470), later and later, 30 s to 15 min between
 * (irc.join_failed), and at once when we are invited; one that cannot be (476, 479, or 403 three
 * times in a row, since that is also said of other things) no more. One of which the server says
 * nothing is tried again after 15 min; one whose name or key is not UTF-8 where the network takes
 * nothing else is not asked for there (irc.join_failed). A key has 200 bytes at most (-EMSGSIZE). */
SB_API int sb_irc_join(struct sb_irc *irc, const char *channel, const char *key_or_null);
SB_API int sb_irc_part(struct sb_irc *irc, const char *channel, const char *reason_or_null);

/* A nick that the server then gives us is also what we ask for after a reconnect. While we do not have
 * the one we want, it is watched (MONITOR, or ISON every minute) and taken when it is free, for as
 * long as the server refuses it all the same later and later, as above: irc.nick_regained. */
SB_API int sb_irc_change_nick(struct sb_irc *irc, const char *nick);

/* Away for this reason, over reconnects, "" for none; NULL: back. Before registration it is kept for
 * later, and 0. -EMSGSIZE for more than 300 bytes. */
SB_API int sb_irc_set_away(struct sb_irc *irc, const char *reason_or_null);

/* Watches whether somebody is there, over reconnects: irc.monitored tells at first on each
 * connection, and at each change; where the server has no MONITOR, or takes no more, by ISON every
 * minute. Before the greetings are over it is kept for later. Returns 0, also for the same nick again,
 * and for one to be forgotten that is not watched; -EINVAL when it is no nick; -ENOSPC when it would
 * be more than 512; -ENOMEM. */
SB_API int sb_irc_monitor(struct sb_irc *irc, const char *nick);
SB_API int sb_irc_unmonitor(struct sb_irc *irc, const char *nick);

/* topic "": none from now on. */
SB_API int sb_irc_set_topic(struct sb_irc *irc, const char *channel, const char *topic);

/* ---- What not every network has ----
 *
 * Functions that need a capability return -EOPNOTSUPP where it is off; sb_irc_answer_to() and
 * sb_irc_say_lines() then do what is nearest. */

/* As sb_irc_say(), in answer to a message: its first line goes with the message's id (msgid of the
 * signal), where the network takes that (+reply and +draft/reply); else, and for NULL or "", it is
 * sb_irc_say(). */
SB_PRINTF(4, 5)
SB_API int sb_irc_answer_to(
	struct sb_irc *irc, const char *target, const char *msgid_or_null, const char *format, ...);

/* A text whose lines end in \n or \r\n, the last perhaps not: one message where the network has
 * those of several lines (draft/multiline) and takes one so long; else each line as by sb_irc_say(),
 * an empty one as a space. All or nothing. -EINVAL for a \1, and when all lines are empty; -EMSGSIZE
 * for more than 64 lines or 16 KiB. The lines of one message go together, when the server allows all
 * of them; where that would keep others waiting for more than 30 s it is each line, too. */
SB_API int sb_irc_say_lines(struct sb_irc *irc, const char *target, const char *text);

/* Reacts to a message, with an emoji say; or takes that back. It goes with what is said. Needs
 * message-tags, and a network that lets it pass (CLIENTTAGDENY). */
SB_API int sb_irc_react(
	struct sb_irc *irc, const char *target, const char *msgid, const char *reaction);
SB_API int sb_irc_unreact(
	struct sb_irc *irc, const char *target, const char *msgid, const char *reaction);

enum sb_irc_typing { SB_IRC_TYPING_ACTIVE, SB_IRC_TYPING_PAUSED, SB_IRC_TYPING_DONE };
/* That we type. Those of one target, of 200 bytes at most, are 3 s apart at least; others are not
 * sent, nor are those that would have to wait, for 16 other targets or the server, and 0;
 * message-tags as above. */
SB_API int sb_irc_type(struct sb_irc *irc, const char *target, enum sb_irc_typing typing);

/* A message is to be forgotten (draft/message-redaction): the server says of those that are, ours
 * included, irc.redacted. */
SB_API int sb_irc_redact(
	struct sb_irc *irc, const char *target, const char *msgid, const char *reason_or_null);

/* All up to there has been read, ms since 1970 UTC, as the last message's time_ms
 * (draft/read-marker, which is asked for if it is among the options' capabilities). -EINVAL for times
 * before 1970 and after 9999. */
SB_API int sb_irc_mark_read(struct sb_irc *irc, const char *target, int64_t read_ms);

/* A text of the network as UTF-8 for people: the text itself where it is that, else a copy in buf,
 * read by the options' charset, cut where it does not fit. */
SB_API const char *sb_irc_show(const struct sb_irc *irc, const char *text, char *buf, size_t cap);

/* A client tag to go with a line: "+draft/reply" and its value; NULL: none. */
struct sb_irc_tag {
	const char *key;
	const char *value;
};

/* As sb_irc_send(), with tags, 4094 bytes at most (-EMSGSIZE). -EINVAL for a key that is none or is
 * there twice; -EOPNOTSUPP without message-tags, and for a client's tag that the network does not let
 * pass. */
SB_API int sb_irc_send_tagged(struct sb_irc *irc, const struct sb_irc_tag *tags, size_t n_tags,
	const char *verb, const char *const *params, size_t n_params);

/* Any command, "MODE", with its parameters, at most 15; the last may hold spaces. Also before
 * registration. */
SB_API int sb_irc_send(
	struct sb_irc *irc, const char *verb, const char *const *params, size_t n_params);

SB_C_END

#endif
