#include <arpa/inet.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>

#include "private.h"
#include "url_private.h"

/* Shows what cannot be shown as it is, so that an error is one line of text. */
static void
quote(const char *text, char *buf, size_t cap)
{
	size_t i;

	for (i = 0; text[i] && i + 1 < cap; i++)
		buf[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	buf[i] = '\0';
}

int
sb_url_fail(struct sb_error *ret_error, int code, const char *text, const char *at,
	const char *format, ...)
{
	char why[256], shown[121];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	quote(text, shown, sizeof(shown));
	return sb_error_set(ret_error, code, "\"%s%s\", column %zu: %s", shown,
		strlen(text) >= sizeof(shown) ? "..." : "", (size_t)(at - text) + 1, why);
}

/* Copies len bytes at `at`: 0, or an error for too many or too few. */
static int
take(const char *text, const char *at, size_t len, const char *what, size_t cap, char *buf,
	struct sb_error *ret_error)
{
	if (len == 0)
		return sb_url_fail(ret_error, -EINVAL, text, at, "a %s belongs here", what);
	if (len >= cap)
		return sb_url_fail(ret_error, -ENAMETOOLONG, text, at,
			"this %s is too long, %zu bytes are the most", what, cap - 1);
	memcpy(buf, at, len);
	buf[len] = '\0';
	return 0;
}

static int
check_host(const char *text, const char *at, const char *host, bool in_brackets,
	struct sb_error *ret_error)
{
	struct in6_addr address;
	const char *why;
	size_t wrong = 0;

	if (in_brackets) {
		if (inet_pton(AF_INET6, host, &address) == 1)
			return 0;
		return sb_url_fail(
			ret_error, -EINVAL, text, at, "an IPv6 address belongs in the brackets");
	}
	if (strcmp(host, "*") == 0)
		return 0;
	why = host[0] == '_' ? sb_url_check_service(host, &wrong) : sb_url_check_host(host, &wrong);
	return why ? sb_url_fail(ret_error, -EINVAL, text, at + wrong, "%s", why) : 0;
}

/* Reads the host at *at, which is then where the port's colon must be. */
static int
parse_host(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	bool in_brackets = **at == '[';
	const char *host = *at + in_brackets;
	size_t len = strcspn(host, in_brackets ? "]" : ":/?");
	int ret = take(text, host, len, "host", sizeof(url->host), url->host, ret_error);

	if (ret < 0)
		return ret;
	if (in_brackets && host[len] != ']')
		return sb_url_fail(
			ret_error, -EINVAL, text, host + len, "a closing ] belongs here");
	*at = host + len + in_brackets;
	return check_host(text, host, url->host, in_brackets, ret_error);
}

/* Reads decimal digits at *at; -1 when there are none or the number is above max. */
static int
parse_number(const char **at, int max)
{
	const char *digits = *at;
	int64_t number = 0;

	while (**at >= '0' && **at <= '9' && number <= max)
		number = number * 10 + (*(*at)++ - '0');
	return *at == digits || number > max || *at - digits > 10 ? -1 : (int)number;
}

static int
parse_port(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	const char *digits;
	int port;

	if (sb_url_is_service(url)) {
		if (**at == ':')
			return sb_url_fail(ret_error, -EINVAL, text, *at,
				"a service has no port here, DNS knows it");
		return 0;
	}
	if (**at != ':')
		return sb_url_fail(ret_error, -EINVAL, text, *at, "a colon and a port belong here");
	digits = ++*at;
	port = parse_number(at, UINT16_MAX);
	if (port < 0 || *at - digits > 5)
		return sb_url_fail(
			ret_error, -EINVAL, text, digits, "a port from 0 to 65535 belongs here");
	url->port = (uint16_t)port;
	return 0;
}

/* The path at *at, which is then at what follows it. */
static int
parse_path(const char *text, const char **at, size_t cap, struct sb_url *url,
	struct sb_error *ret_error)
{
	size_t len = strcspn(*at, "?");
	int ret = take(text, *at, len, "path", cap, url->path, ret_error);

	*at += len;
	return ret;
}

static int
parse_tcp(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	int ret = parse_host(text, at, url, ret_error);

	if (ret == 0)
		ret = parse_port(text, at, url, ret_error);
	if (ret == 0 && **at == '/')
		ret = parse_path(text, at, sizeof(url->path), url, ret_error);
	if (ret == 0 && **at && **at != '?')
		ret = sb_url_fail(ret_error, -EINVAL, text, *at,
			"the end, a / and a path, or a ? and options belong here");
	return ret;
}

static int
parse_unix(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	enum { CAP = sizeof(((struct sockaddr_un *)0)->sun_path) };

	if (**at != '/')
		return sb_url_fail(
			ret_error, -EINVAL, text, *at, "a path that begins with / belongs here");
	return parse_path(text, at, CAP, url, ret_error);
}

static int
parse_fd(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	const char *digits = *at;

	url->fd = parse_number(at, INT_MAX);
	if (url->fd < 0)
		return sb_url_fail(ret_error, -EINVAL, text, digits,
			"the number of a descriptor belongs here");
	if (**at && **at != '?')
		return sb_url_fail(
			ret_error, -EINVAL, text, *at, "the end, or a ? and options belong here");
	return 0;
}

/* What FileDescriptorName= allows (systemd.socket(5)), but for what ends it here. */
static int
parse_systemd(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	size_t len = strcspn(*at, "?"), i;

	for (i = 0; i < len; i++) {
		char c = (*at)[i];

		if (c < ' ' || c > '~' || c == ':' || c == '/')
			return sb_url_fail(ret_error, -EINVAL, text, *at + i,
				"the name of a socket has no such character");
	}
	*at += len;
	return take(text, *at - len, len, "socket's name", sizeof(url->host), url->host, ret_error);
}

static int
parse_stdio(const char *text, const char **at, struct sb_url *url, struct sb_error *ret_error)
{
	(void)url;
	if (**at)
		return sb_url_fail(ret_error, -EINVAL, text, *at, "the end belongs here");
	return 0;
}

static const struct scheme {
	const char *prefix;
	enum sb_scheme scheme;
	bool is_tls;
	int (*parse)(const char *text, const char **at, struct sb_url *, struct sb_error *);
} schemes[] = {
	{ "tcp://", SB_SCHEME_TCP, false, parse_tcp },
	{ "tls://", SB_SCHEME_TCP, true, parse_tcp },
	{ "unix://", SB_SCHEME_UNIX, false, parse_unix },
	{ "tls+unix://", SB_SCHEME_UNIX, true, parse_unix },
	{ "fd://", SB_SCHEME_FD, false, parse_fd },
	{ "tls+fd://", SB_SCHEME_FD, true, parse_fd },
	{ "systemd://", SB_SCHEME_SYSTEMD, false, parse_systemd },
	{ "tls+systemd://", SB_SCHEME_SYSTEMD, true, parse_systemd },
	{ "stdio:", SB_SCHEME_STDIO, false, parse_stdio },
};

enum { N_SCHEMES = sizeof(schemes) / sizeof(*schemes) };

static const struct scheme *
find_scheme(const char *text)
{
	size_t i;

	for (i = 0; i < N_SCHEMES; i++) {
		if (strncmp(text, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			return &schemes[i];
	}
	return NULL;
}

/* The first byte that no line of text should have, or NULL. */
static const char *
find_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return text;
	}
	return NULL;
}

int
sb_url_parse(const char *text, struct sb_url *ret_url, struct sb_error *ret_error)
{
	const struct scheme *scheme = find_scheme(text);
	const char *control = find_control(text), *at;
	struct sb_url url;
	int ret;

	if (!scheme)
		return sb_url_fail(ret_error, -EINVAL, text, text,
			"tcp://, tls://, unix://, fd://, systemd:// or stdio: belongs here");
	if (control)
		return sb_url_fail(
			ret_error, -EINVAL, text, control, "a control character cannot stand here");
	memset(&url, 0, sizeof(url));
	url.scheme = scheme->scheme;
	url.is_tls = scheme->is_tls;
	at = text + strlen(scheme->prefix);
	ret = scheme->parse(text, &at, &url, ret_error);
	if (ret == 0 && *at == '?')
		ret = sb_url_parse_options(text, at + 1, &url, ret_error);
	if (ret == 0)
		*ret_url = url;
	return ret;
}

static const char *
prefix_of(const struct sb_url *url)
{
	size_t i;

	for (i = 0; i + 1 < N_SCHEMES; i++) {
		if (schemes[i].scheme == url->scheme && schemes[i].is_tls == url->is_tls)
			break;
	}
	return schemes[i].prefix;
}

void
sb_url_print(const struct sb_url *url, char *buf, size_t cap)
{
	char port[16] = "", fd[16] = "";
	bool is_ipv6 = url->scheme == SB_SCHEME_TCP && strchr(url->host, ':');

	if (url->scheme == SB_SCHEME_TCP && !sb_url_is_service(url))
		(void)snprintf(port, sizeof(port), ":%u", url->port);
	if (url->scheme == SB_SCHEME_FD)
		(void)snprintf(fd, sizeof(fd), "%d", url->fd);
	(void)snprintf(buf, cap, "%s%s%s%s%s%s%s%s%s", prefix_of(url), is_ipv6 ? "[" : "",
		url->host, is_ipv6 ? "]" : "", port, fd, url->path, url->options[0] ? "?" : "",
		url->options);
}
