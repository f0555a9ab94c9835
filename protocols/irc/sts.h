#ifndef PROTOCOLS_IRC_STS_H
#define PROTOCOLS_IRC_STS_H

/* Strict transport security (IRCv3 "Strict Transport Security"): what a server's policy means, and
 * the policies of all hosts in a file. Nothing here asks the time: now_s is seconds since 1970 UTC.
 *
 * Before it connects, an owner asks sb_sts_find() for the host: when there is a policy, only TLS to
 * that port will do, its certificate verified, and when that fails it fails. Once connected:
 *
 *     sts in CAP LS or CAP NEW --sb_sts_judge()--> UPGRADE  end it, and connect by TLS to that port
 *                                                  KEEP     sb_sts_note(), and once more when the
 *                                                           connection closes
 *                                                  REMOVE   sb_sts_note() with a duration of 0
 *
 * CAP DEL of sts means nothing. A policy that is over or removed does not hinder the next upgrade.
 *
 * The file is read and written at once, by the caller's thread: small, rarely, and not on a file
 * system that may hang. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/irc_sts.h>

enum {
	SB_STS_HOST_MAX = 254, /* bytes of a host name, its NUL included */
	SB_STS_FILE_MAX = 1 << 20, /* bytes of the file; so much memory, twice, at most */
};

/* A longer duration, of seconds, counts as this: a hundred years. */
#define SB_STS_DURATION_MAX INT64_C(3153600000)

/* What a server says; keys that we do not know, and values that are wrong, are as if they were not
 * there. */
struct sb_sts_policy {
	int64_t duration_s; /* -1 for none */
	uint16_t port; /* 0 for none */
	bool preloads; /* it agrees to be in lists of those known to have a policy */
};

/* Reads the value of the capability sts, "duration=2592000,port=6697,preload". */
void sb_sts_parse(const char *value, struct sb_sts_policy *ret_policy);

enum sb_sts_verdict {
	SB_STS_NOTHING, /* as if no policy was there */
	SB_STS_UPGRADE, /* in clear: TLS to its port, at once */
	SB_STS_KEEP, /* over TLS: keep it for its duration; it is for the port connected to */
	SB_STS_REMOVE, /* over TLS: keep it no longer */
};

/* What the policy means on a connection. host: the name that was asked for; for anything but a host
 * name, an address above all, a policy means nothing. is_secure: by TLS, the server verified;
 * over TLS that verifies nothing do not ask, as nothing that it says can be kept. */
enum sb_sts_verdict sb_sts_judge(
	const struct sb_sts_policy *policy, const char *host, bool is_secure);

/* A host name in small letters, without the dot at its end, to buf of SB_STS_HOST_MAX bytes.
 * Returns 0; -EINVAL for what is none: an address, with brackets or without, or one with other
 * characters than letters, digits, '-', '_' and dots, in labels of 1 to 63. */
int sb_sts_host(const char *text, char *buf);

/* Whether a policy of that host, as sb_sts_host() reads it, holds now, and then its port. */
bool sb_sts_find(const struct sb_sts *store, const char *host, int64_t now_s, uint16_t *ret_port);

/* Keeps a policy: that this host be reached by TLS on this port, until now and duration_s, in the
 * place of the one it has; with a duration of 0 it has none any more. port: the one connected to,
 * not 0. Then writes the file anew, without those that are over: all or nothing, and lasting when it
 * returns.
 * Returns 0; -EINVAL for what is no host name; -ENOMEM, and nothing has changed; or what writing
 * failed with, and the policy holds as long as the store is open; the next note writes it, too. */
int sb_sts_note(struct sb_sts *store, const char *host, uint16_t port, int64_t duration_s,
	int64_t now_s, struct sb_error *ret_error);

/* Writes what an earlier note could not. Returns as that does; 0 where there is nothing to write. */
int sb_sts_save(struct sb_sts *store, int64_t now_s, struct sb_error *ret_error);

/* For the file's part and for tests. */

/* Takes the lines of a file; name is the file's, for complaints. Of a host that is there already the
 * policy that ends later counts, and that is told. Returns 0 or -ENOMEM, and some lines may be missing. */
int sb_sts_read(struct sb_sts *store, struct sb_bytes text, const char *name,
	sb_sts_complain_fn *complain, void *self);

/* What the file is to hold now, on the heap, without a NUL. Returns 0 or -ENOMEM. */
int sb_sts_print(const struct sb_sts *store, int64_t now_s, char **ret_text, size_t *ret_len);

#endif
