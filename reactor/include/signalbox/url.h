#ifndef SIGNALBOX_URL_H
#define SIGNALBOX_URL_H

/* Where to connect or to listen, as text (RFC 3986 for its form):
 *
 *     tcp://127.0.0.1:6667          an address, or a name that is looked up, and a port;
 *     tcp://[::1]:6667              to listen: port 0 takes a free one, host * is all IPv4
 *     tcp://irc.example.org:6667    addresses
 *     tcp://_irc._tcp.example.org   to connect: a service, whose hosts and ports DNS knows (SRV,
 *                                   RFC 2782); no port
 *     unix:///run/quoth.sock        a UNIX socket; to listen: ?mode=660 is the file's mode, octal
 *     fd://3                        a descriptor that is open already: connected, or listening
 *     systemd://web                 to listen: the socket that systemd passes under this name
 *                                   (FileDescriptorName=, sd_listen_fds(3))
 *     stdio:                        to connect: standard input and output, as one stream
 *
 * tls:// is TLS over tcp; tls+unix://, tls+fd:// and tls+systemd:// are TLS over these. They take
 * options, as ?ca=FILE&alpn=irc:
 *
 *     ca=FILE      trusts these certificates (PEM) instead of the system's
 *     cert=FILE    our certificate, and those between it and the authority's (PEM)
 *     key=FILE     its key (PEM); where missing, it lies in cert's file
 *     name=HOST    to connect: the name that the certificate must have, instead of the URL's host
 *     pin=HEX      to connect: what is trusted is this SHA-256 of the certificate or of its public
 *                  key, and without ca= neither who signed it nor its name; several with commas;
 *                  colons may stand between the bytes
 *     alpn=NAMES   what protocol is spoken (RFC 7301), several with commas, best first
 *     clients=FILE to listen: clients must show a certificate signed by one of these (PEM)
 *
 * In the values of options %XX is a byte; an & or a % of theirs must be written so. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

enum sb_scheme {
	SB_SCHEME_TCP,
	SB_SCHEME_UNIX,
	SB_SCHEME_FD,
	SB_SCHEME_SYSTEMD,
	SB_SCHEME_STDIO,
};

struct sb_url {
	enum sb_scheme scheme;
	bool is_tls;
	char host[256]; /* tcp: as written, without brackets; systemd: the socket's name */
	uint16_t port; /* tcp */
	int fd; /* fd */
	char path[256]; /* unix: the file; tcp: what follows the port, "/..." or "" */
	char options[512]; /* what follows the ?, as written, or "" */
};

/* What sb_url_print() needs at most, the NUL included. */
enum { SB_URL_CAP = 1056 };

/* Returns 0 and fills in *ret_url, or -EINVAL, or -ENAMETOOLONG for a part too long for its kind;
 * the error quotes the text and names the column, from 1, and what would be right there. Files that
 * options name are not looked at. */
SB_API int sb_url_parse(const char *text, struct sb_url *ret_url, struct sb_error *ret_error);

/* Writes what sb_url_parse() reads back as the same. Cut when cap is below SB_URL_CAP. */
SB_API void sb_url_print(const struct sb_url *url, char *buf, size_t cap);

/* Writes the value of an option, its %XX taken back, cut at cap bytes, the NUL included; false when
 * the URL does not have it, and buf is "" then. */
SB_API bool sb_url_option(const struct sb_url *url, const char *key, char *buf, size_t cap);

/* Whether one can connect to it, or listen at it, as far as its text says: 0, or -EINVAL with what
 * to write instead. sb_stream_connect() and sb_listener_open() ask the same. */
SB_API int sb_url_check_connect(const struct sb_url *url, struct sb_error *ret_error);
SB_API int sb_url_check_listen(const struct sb_url *url, struct sb_error *ret_error);

SB_C_END

#endif
