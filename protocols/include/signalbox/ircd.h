#ifndef SIGNALBOX_IRCD_H
#define SIGNALBOX_IRCD_H

/* A small IRC server to embed, for tests of clients and for a group that knows each other (RFC 2812;
 * IRCv3). People register, log in to accounts, join channels, talk, are invited, kicked and banned.
 * What happens on it becomes signals, <signalbox/ircd_signals.h>.
 *
 * Capabilities: account-notify, account-tag, away-notify, batch, cap-notify, echo-message,
 * extended-join, invite-notify, labeled-response, message-tags (with TAGMSG and every client tag),
 * multi-prefix, sasl (PLAIN; there when there are accounts), server-time, setname,
 * userhost-in-names. Beside these: MONITOR, WHOX, bot mode (user mode B), STATUSMSG; modes b e I k
 * l i m n s t of channels, o and v of who is on them; and what else its 005 says. Whom an operator
 * invites joins once, whatever the modes.
 *
 * What it is not: a part of a network. It has no links to other servers, no services, no nicks or
 * channels that are kept for their owners: a channel is gone with its last member. It keeps no
 * history and writes nothing down. It looks up no host names and asks no ident: a host is the
 * address. It does not hide addresses, and the nicks are ASCII. Who may log in is said by the
 * program; nobody registers an account over IRC. With its limits it stands the impolite, not an
 * attack.
 *
 * It pings who has been silent for 90 s and drops who does not answer within as much again; whoever
 * has not registered after a minute; whoever fails three times to log in; and whoever lets more
 * than 256 KiB pile up unread, by what others say: a client that does not read its answers is not
 * read either, and LIST, WHO and NAMES are broken off with numeric 416 before their usual end where
 * more than 128 KiB of answers would wait. */

#include <signalbox/ircd_signals.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

struct sb_ircd;

/* Who may log in: with a password, or with the hash of one as crypt(3) makes it ("$y$...", of
 * mkpasswd), which takes a moment each time to check, in which the loop waits. */
struct sb_ircd_account {
	const char *name; /* a nick of at most 30 bytes without a backslash */
	const char *password, *hash; /* one of them, the other NULL */
	bool is_operator; /* of the server: may KILL */
};

/* What each line costs a registered client, by the rule of RFC 2813, section 5.8: as long as it has
 * not paid for more than the burst in advance its lines are obeyed at once, and then they wait. */
struct sb_ircd_flood {
	unsigned penalty_ms; /* of one line, 2000 in the RFC; 0: floods are let in */
	unsigned burst_ms; /* 10000 */
	size_t max_waiting; /* bytes; who has sent more is told "Excess Flood" and closed; 8192 */
};

/* All is copied. NULL and 0 take the default. */
struct sb_ircd_options {
	const char *url; /* where to listen; needed */
	const char *name; /* of the server, at most 63 bytes; "irc.local" */
	const char *network; /* for ISUPPORT, at most 63 bytes; "Signalbox" */
	size_t max_clients; /* connections; who comes beyond is told so and closed; 1024 */
	/* The same for those of one IPv4 address, or one /64 of IPv6, but that over TLS they are told
	 * nothing; 64. */
	size_t max_per_peer;
	const struct sb_ircd_account *accounts; /* none */
	size_t n_accounts;
	struct sb_ircd_flood flood;
};

/* What sb_ircd_create() would say of the options, but that of the URL: 0, or a negative errno and
 * why. Nothing is made. */
SB_API int sb_ircd_check(const struct sb_ircd_options *options, struct sb_error *ret_error);

/* Listens, and registers its signals with d. place is for reports: SB_PLACE. Returns 0; or what
 * sb_listener_open() says; -EINVAL for a name or a network that is too long or holds what IRC
 * allows in neither, or for accounts as sb_ircd_set_accounts(); -EEXIST as sb_register();
 * -ENOMEM. */
SB_API int sb_ircd_create(struct sb_dispatcher *d, struct sb_reactor *r,
	const struct sb_ircd_options *options, const char *place, struct sb_ircd **ret_ircd,
	struct sb_error *ret_error);

/* Stops listening, aborts every client, no signal from it any more. May be called in any handler;
 * the memory goes when the turn ends. NULL is fine. */
SB_API void sb_ircd_destroy(struct sb_ircd *ircd);

/* Stops listening, tells every client ERROR with the reason, and closes each once it has been told,
 * within 10 s; then sb_ircd_n_clients() is 0. Nobody is on the network any more when the first has
 * closed: ircd.quit has come for each by then, after this call. Again is harmless.
 * reason holds no CR or LF; NULL: "Shutting down". */
SB_API void sb_ircd_shut(struct sb_ircd *ircd, const char *reason);

/* From now on these may log in, and no others; all is copied. Clients with cap-notify are told when
 * the first account comes or the last one goes; who is logged in to one that is gone is logged out.
 * Returns 0; -EINVAL for a name that cannot be one or comes twice, for a password and a hash or
 * neither, and for a hash that crypt(3) does not know; -ENOMEM; then nothing has changed. */
SB_API int sb_ircd_set_accounts(struct sb_ircd *ircd, const struct sb_ircd_account *accounts,
	size_t n_accounts, struct sb_error *ret_error);

/* Where it listens, or listened, with the port it took; borrowed while it lives. */
SB_API const char *sb_ircd_url(const struct sb_ircd *ircd);

/* Connections there are, registered or not; those that are being closed too. */
SB_API size_t sb_ircd_n_clients(const struct sb_ircd *ircd);

SB_C_END

#endif
