/* What a URL can be used for. */

#include <arpa/inet.h>

#include <errno.h>
#include <strings.h>

#include "private.h"
#include "url_private.h"

SB_PRINTF(4, 5)
static int
refuse(const struct sb_url *url, const char *doing, struct sb_error *ret_error, const char *format,
	...)
{
	char text[SB_URL_CAP], why[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	sb_url_print(url, text, sizeof(text));
	return sb_error_set(ret_error, -EINVAL, "%s %.200s%s: %s", doing, text,
		strlen(text) > 200 ? "..." : "", why);
}

static bool
has(const struct sb_url *url, const char *key)
{
	char value[2];

	return sb_url_option(url, key, value, sizeof(value));
}

/* The first option of the two that the URL has, or NULL. */
static const char *
one_of(const struct sb_url *url, const char *key, const char *other)
{
	if (has(url, key))
		return key;
	return has(url, other) ? other : NULL;
}

bool
sb_url_is_service(const struct sb_url *url)
{
	return url->scheme == SB_SCHEME_TCP && url->host[0] == '_';
}

static bool
is_address(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

bool
sb_url_has_name(const struct sb_url *url)
{
	return url->scheme == SB_SCHEME_TCP && !is_address(url->host);
}

int
sb_url_check_connect(const struct sb_url *url, struct sb_error *ret_error)
{
	static const char doing[] = "connecting to";
	const char *key = one_of(url, "mode", "clients");

	if (url->scheme == SB_SCHEME_SYSTEMD)
		return refuse(url, doing, ret_error, "what systemd passes is for listening");
	if (url->scheme == SB_SCHEME_TCP && strcmp(url->host, "*") == 0)
		return refuse(url, doing, ret_error,
			"* is for listening; write a host, an address or localhost");
	if (url->scheme == SB_SCHEME_TCP && url->path[0])
		return refuse(url, doing, ret_error, "a connection needs no path after the %s",
			sb_url_is_service(url) ? "service" : "port");
	if (url->scheme == SB_SCHEME_TCP && url->port == 0 && !sb_url_is_service(url))
		return refuse(url, doing, ret_error, "port 0 is no port to connect to");
	if (key)
		return refuse(url, doing, ret_error, "%s= is for listening", key);
	if (url->is_tls && url->scheme != SB_SCHEME_TCP && !one_of(url, "name", "pin"))
		return refuse(url, doing, ret_error,
			"name=HOST must say whose certificate it is to be, or pin= which one");
	return 0;
}

int
sb_url_check_listen(const struct sb_url *url, struct sb_error *ret_error)
{
	static const char doing[] = "listening at";
	struct sb_url same = *url;
	const char *key = one_of(url, "name", "pin");

	if (url->scheme == SB_SCHEME_STDIO)
		return refuse(
			url, doing, ret_error, "nobody connects to standard input and output");
	if (url->scheme == SB_SCHEME_TCP && url->path[0])
		return refuse(url, doing, ret_error, "a listener needs no path after the port");
	sb_url_normalise(&same);
	if (sb_url_has_name(&same))
		return refuse(url, doing, ret_error,
			"names are for connecting; write one of our addresses, localhost, or * "
			"for all IPv4 addresses");
	if (key)
		return refuse(url, doing, ret_error, "%s= is for connecting", key);
	if (url->is_tls && !has(url, "cert"))
		return refuse(
			url, doing, ret_error, "cert=FILE must say which certificate to show");
	return 0;
}

void
sb_url_normalise(struct sb_url *url)
{
	static const char localhost[] = "localhost";
	size_t len = strlen(url->host);
	struct in6_addr address;

	if (url->scheme != SB_SCHEME_TCP)
		return;
	if (len > 0 && url->host[len - 1] == '.')
		len--;
	if (len == sizeof(localhost) - 1 && strncasecmp(url->host, localhost, len) == 0)
		(void)snprintf(url->host, sizeof(url->host), "127.0.0.1");
	else if (strcmp(url->host, "*") == 0)
		(void)snprintf(url->host, sizeof(url->host), "0.0.0.0");
	else if (inet_pton(AF_INET6, url->host, &address) == 1)
		(void)inet_ntop(AF_INET6, &address, url->host, sizeof(url->host));
}
