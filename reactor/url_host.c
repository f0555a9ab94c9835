#include <arpa/inet.h>

#include "url_private.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

enum {
	LABEL_MAX = 63,
	NAME_MAX = 253, /* without the final dot */
};

/* The length of the label at host + at, or 0 when it is none; then *ret_at is where. */
static size_t
label_at(const char *host, size_t at, size_t *ret_at)
{
	const char *label = host + at;
	size_t len = strspn(label, LETTERS DIGITS "-");

	if (len == 0 || (label[len] && label[len] != '.')) {
		*ret_at = at + len;
		return 0;
	}
	if (label[0] == '-' || label[len - 1] == '-' || len > LABEL_MAX) {
		*ret_at = label[0] == '-' ? at : at + len - 1;
		return 0;
	}
	return len;
}

bool
sb_url_is_number(const char *label, size_t len)
{
	if (len >= 2 && label[0] == '0' && (label[1] | 0x20) == 'x')
		return strspn(label + 2, DIGITS "abcdefABCDEF") >= len - 2;
	return strspn(label, DIGITS) >= len;
}

static const char *
check_labels(const char *host, size_t at, size_t *ret_at)
{
	size_t len;

	do {
		len = label_at(host, at, ret_at);
		if (len == 0)
			return "a host name belongs here, of letters, digits, and hyphens within, "
			       "each part of at most 63; or an IPv4 address, or an IPv6 address in "
			       "brackets";
		if ((!host[at + len] || !host[at + len + 1]) && sb_url_is_number(host + at, len)) {
			*ret_at = at;
			return "no host name ends in a number; an IPv4 address is four numbers "
			       "from 0 to 255, written as 192.0.2.1";
		}
		at += len;
	} while (host[at] && host[++at]);
	if (at > NAME_MAX + (host[at - 1] == '.')) {
		*ret_at = NAME_MAX;
		return "a host name has at most 253 characters";
	}
	return NULL;
}

const char *
sb_url_check_host(const char *host, size_t *ret_at)
{
	struct in_addr address;

	return inet_pton(AF_INET, host, &address) == 1 ? NULL : check_labels(host, 0, ret_at);
}

const char *
sb_url_check_service(const char *host, size_t *ret_at)
{
	size_t len = strspn(host + 1, LETTERS DIGITS "-_") + 1;

	*ret_at = len;
	if (len == 1 || len > LABEL_MAX || host[len] != '.')
		return "a service is written _irc._tcp.example.org";
	if (strncmp(host + len, "._tcp.", 6) != 0) {
		*ret_at = len + 1;
		return "._tcp and a name belong behind the service";
	}
	return check_labels(host, len + 6, ret_at);
}
