#ifndef SIGNALBOX_IRC_STS_H
#define SIGNALBOX_IRC_STS_H

/* What servers demanded of us: to be reached by TLS alone, for so long (IRCv3 "Strict Transport
 * Security"). One store for all clients of a process, in a file that lasts over restarts.
 *
 * A client with a tcp:// URL whose host has such a demand connects by TLS to the port it named, with
 * the certificate verified, or with the pins of the options' sts_options; when that fails it fails,
 * and is tried again: never in clear. One that hears the demand in clear leaves at once and comes back
 * by TLS without a delay (irc.sts_upgraded, then irc.disconnected with error 0); it has said no more
 * than CAP LS, its nick and its names: a password (PASS) waits until the server has listed its
 * capabilities, or for 20 s where it does not. What was heard in clear is kept only when it is
 * heard over TLS; but until TLS has let us in, or sb_irc_open() is called anew, nothing is said in clear
 * to that host again, also when nobody is at that port. A second demand in a row waits like any
 * failure.
 *
 * What is heard over TLS is kept at once, but once a minute at most; again after half of its time, and
 * when the connection ends, for its whole duration from then; one of duration 0 is forgotten.
 * What cannot be written is dispatch.failed, with the reason, and holds as long as the store is open.
 *
 * Addresses, services (SRV) and UNIX sockets have no demands, nor has what was attached
 * (sb_irc_attach()). To forget one by hand, stop the program and take its line out of the file.
 *
 * The file is read and written at once, by the caller's thread: small, rarely, and not on a file system
 * that may hang. A line a host:
 *
 *     irc.example.org 6697 1798761600
 *
 * its TLS port, and when the demand ends, seconds since 1970 UTC. Lines that begin with '#' are
 * comments. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

struct sb_sts;

/* Told of each line that is not understood: "sts.txt:3: the port ...", for the call. Such lines are
 * kept as they are. */
typedef void sb_sts_complain_fn(void *self, const char *text);

/* Reads the file; one that does not exist yet is empty, and not made before there is something to
 * write. path_or_null: NULL for a store without a file. complain may be NULL.
 * Returns 0 and a store to be closed; -ENOMEM; -EFBIG for a file greater than 1 MiB; or what reading
 * failed with. With an error, which names the file, there is no store: to go on without would be to
 * forget what we promised. */
SB_API int sb_sts_open(const char *path_or_null, sb_sts_complain_fn *complain, void *self,
	struct sb_sts **ret_store, struct sb_error *ret_error);

/* Frees it; nothing is written. NULL is harmless. */
SB_API void sb_sts_close(struct sb_sts *store);

SB_C_END

#endif
