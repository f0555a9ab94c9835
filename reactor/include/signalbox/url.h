#ifndef SIGNALBOX_URL_H
#define SIGNALBOX_URL_H

/* Where to connect or to listen, as text:
 *
 *     tcp://127.0.0.1:6667    tcp://[::1]:6667    tcp://localhost:0    unix:///run/quoth.sock
 *
 * Hosts are IPv4 or IPv6 literals, or localhost, which is 127.0.0.1: there is no resolver yet. */

#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

enum sb_scheme {
	SB_SCHEME_TCP,
	SB_SCHEME_UNIX,
};

struct sb_url {
	enum sb_scheme scheme;
	char host[64]; /* tcp: as written, without brackets */
	uint16_t port; /* tcp */
	char path[256]; /* unix: the file; tcp: what follows the port, "/..." or "" */
};

/* What sb_url_print() needs at most, the NUL included. */
enum { SB_URL_CAP = 352 };

/* Returns 0 and fills in *ret_url, or -EINVAL, or -ENAMETOOLONG for a path too long for its kind;
 * the error quotes the text and names the column, from 1, and what would be right there.
 * -EOPNOTSUPP for a host that is a name. */
SB_API int sb_url_parse(const char *text, struct sb_url *ret_url, struct sb_error *ret_error);

/* Writes what sb_url_parse() reads back as the same. Cut when cap is below SB_URL_CAP. */
SB_API void sb_url_print(const struct sb_url *url, char *buf, size_t cap);

SB_C_END

#endif
