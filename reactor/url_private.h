#ifndef SIGNALBOX_URL_PRIVATE_H
#define SIGNALBOX_URL_PRIVATE_H

/* url.c reads and prints URLs, url_host.c knows which hosts there can be, url_options.c reads what
 * follows the question mark, url_use.c tells connecting from listening. */

#include <signalbox/url.h>

/* Says what is wrong at `at`, which points into text; returns code. */
SB_PRINTF(5, 6)
int sb_url_fail(struct sb_error *ret_error, int code, const char *text, const char *at,
	const char *format, ...);

/* url_host.c */

/* Checks a name of RFC 1123, or an IPv4 address; a final dot is fine. NULL, or what would be right
 * instead, and in *ret_at which byte is wrong. */
const char *sb_url_check_host(const char *host, size_t *ret_at);

/* The same for "_irc._tcp.example.org". */
const char *sb_url_check_service(const char *host, size_t *ret_at);

/* Whether the last label of a host, of len bytes, is meant as a number: no name ends in one, and the
 * system's functions read some of these as addresses (127.1, 0x7f000001). */
bool sb_url_is_number(const char *label, size_t len);

/* url_options.c */

/* Reads the options at `at`, to the end of text, and keeps them in url, which is filled in but for
 * them. */
int sb_url_parse_options(
	const char *text, const char *at, struct sb_url *url, struct sb_error *ret_error);

#endif
