#include <signalbox/url.h>

#include <arpa/inet.h>
#include <sys/un.h>

#include <errno.h>

#include "private.h"

/* Shows what cannot be shown as it is, so that an error is one line of text. */
static void
quote(const char *text, char *buf, size_t cap)
{
	size_t i;

	for (i = 0; text[i] && i + 1 < cap; i++)
		buf[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	buf[i] = '\0';
}

SB_PRINTF(5, 6)
static int
fail(struct sb_error *ret_error, int code, const char *text, const char *at, const char *format,
	...)
{
	char why[128], shown[81];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	quote(text, shown, sizeof(shown));
	return sb_error_set(ret_error, code, "\"%s%s\", column %zu: %s", shown,
		strlen(text) >= sizeof(shown) ? "..." : "", (size_t)(at - text) + 1, why);
}

static const char *
after_prefix(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static bool
is_name(const char *host)
{
	return strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
	       == strlen(host);
}

static int
check_host(const char *text, const char *at, const char *host, bool in_brackets,
	struct sb_error *ret_error)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (in_brackets) {
		if (inet_pton(AF_INET6, host, address) == 1)
			return 0;
		return fail(
			ret_error, -EINVAL, text, at, "an IPv6 address belongs in the brackets");
	}
	if (strcmp(host, "localhost") == 0 || inet_pton(AF_INET, host, address) == 1)
		return 0;
	/* What ends in a digit is a number written wrongly, as no name does (RFC 1123). */
	if (is_name(host) && (host[strlen(host) - 1] < '0' || host[strlen(host) - 1] > '9'))
		return fail(ret_error, -EOPNOTSUPP, text, at,
			"host names are not looked up yet; write an address or localhost");
	return fail(ret_error, -EINVAL, text, at,
		"an IPv4 address, an IPv6 address in brackets or localhost belongs here");
}

/* Reads the host at `at` into url; returns where the port's colon must be, or NULL. */
static const char *
parse_host(const char *text, const char *at, struct sb_url *url, int *ret_code,
	struct sb_error *ret_error)
{
	bool in_brackets = *at == '[';
	const char *host = at + in_brackets;
	size_t len = strcspn(host, in_brackets ? "]" : ":/");

	if (len == 0 || len >= sizeof(url->host)) {
		*ret_code = fail(ret_error, len == 0 ? -EINVAL : -ENAMETOOLONG, text, host,
			len == 0 ? "a host belongs here" : "this host is too long");
		return NULL;
	}
	memcpy(url->host, host, len);
	url->host[len] = '\0';
	if (in_brackets && host[len] != ']') {
		*ret_code = fail(ret_error, -EINVAL, text, host + len, "a closing ] belongs here");
		return NULL;
	}
	*ret_code = check_host(text, host, url->host, in_brackets, ret_error);
	return *ret_code < 0 ? NULL : host + len + in_brackets;
}

static int
parse_port(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	const char *digits;
	unsigned port = 0;

	if (**at != ':')
		return fail(ret_error, -EINVAL, text, *at, "a colon and a port belong here");
	digits = ++*at;
	while (**at >= '0' && **at <= '9' && port <= UINT16_MAX)
		port = port * 10 + (unsigned)(*(*at)++ - '0');
	if (*at == digits || port > UINT16_MAX || *at - digits > 5)
		return fail(
			ret_error, -EINVAL, text, digits, "a port from 0 to 65535 belongs here");
	url->port = (uint16_t)port;
	return 0;
}

/* Whether there is a byte that no path in a line of text should have. */
static const char *
find_control(const char *path)
{
	for (; *path; path++) {
		if ((unsigned char)*path < ' ' || *path == 0x7f)
			return path;
	}
	return NULL;
}

static int
parse_path(const char *text, const char *at, size_t cap, struct sb_url *url,
	struct sb_error *ret_error)
{
	const char *control = find_control(at);

	if (control)
		return fail(
			ret_error, -EINVAL, text, control, "a control character cannot stand here");
	if (strlen(at) >= cap)
		return fail(ret_error, -ENAMETOOLONG, text, at,
			"this path is too long, %zu bytes are the most", cap - 1);
	memcpy(url->path, at, strlen(at) + 1);
	return 0;
}

static int
parse_tcp(const char *text, const char *at, struct sb_url *url, struct sb_error *ret_error)
{
	int ret;

	url->scheme = SB_SCHEME_TCP;
	at = parse_host(text, at, url, &ret, ret_error);
	if (!at)
		return ret;
	ret = parse_port(text, &at, url, ret_error);
	if (ret < 0)
		return ret;
	if (*at && *at != '/')
		return fail(
			ret_error, -EINVAL, text, at, "the end, or a / and a path, belong here");
	return parse_path(text, at, sizeof(url->path), url, ret_error);
}

static int
parse_unix(const char *text, const char *at, struct sb_url *url, struct sb_error *ret_error)
{
	enum { CAP = sizeof(((struct sockaddr_un *)0)->sun_path) };

	url->scheme = SB_SCHEME_UNIX;
	if (*at != '/')
		return fail(ret_error, -EINVAL, text, at, "a path that begins with / belongs here");
	return parse_path(text, at, CAP, url, ret_error);
}

int
sb_url_parse(const char *text, struct sb_url *ret_url, struct sb_error *ret_error)
{
	struct sb_url url;
	const char *at;
	int ret;

	memset(&url, 0, sizeof(url));
	if ((at = after_prefix(text, "tcp://")))
		ret = parse_tcp(text, at, &url, ret_error);
	else if ((at = after_prefix(text, "unix://")))
		ret = parse_unix(text, at, &url, ret_error);
	else
		ret = fail(ret_error, -EINVAL, text, text, "tcp:// or unix:// belongs here");
	if (ret == 0)
		*ret_url = url;
	return ret;
}

void
sb_url_print(const struct sb_url *url, char *buf, size_t cap)
{
	if (url->scheme == SB_SCHEME_UNIX)
		(void)snprintf(buf, cap, "unix://%s", url->path);
	else if (strchr(url->host, ':'))
		(void)snprintf(buf, cap, "tcp://[%s]:%u%s", url->host, url->port, url->path);
	else
		(void)snprintf(buf, cap, "tcp://%s:%u%s", url->host, url->port, url->path);
}

void
sb_url_normalise(struct sb_url *url)
{
	struct in6_addr address;

	if (url->scheme != SB_SCHEME_TCP)
		return;
	if (strcmp(url->host, "localhost") == 0)
		(void)snprintf(url->host, sizeof(url->host), "127.0.0.1");
	else if (inet_pton(AF_INET6, url->host, &address) == 1)
		(void)inet_ntop(AF_INET6, &address, url->host, sizeof(url->host));
}
