#include <arpa/inet.h>

#include <ctype.h>
#include <errno.h>

#include "url_private.h"

enum {
	PIN_LEN = 64, /* SHA-256, in hexadecimal digits */
	ALPN_MAX = 255,
};

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes the byte at *at, which is not the end; -1 for an escape that is none. */
static int
take_byte(const char **at)
{
	const char *p = *at;
	int high, low;

	if (*p != '%') {
		(*at)++;
		return (unsigned char)*p;
	}
	high = digit(p[1]);
	low = high < 0 ? -1 : digit(p[2]);
	if (low < 0 || high + low == 0)
		return -1;
	*at += 3;
	return high * 16 + low;
}

static void
decode(const char *at, const char *end, char *buf, size_t cap)
{
	size_t len = 0;

	while (at < end && len + 1 < cap)
		buf[len++] = (char)take_byte(&at);
	buf[len] = '\0';
}

/* Checks a value, its escapes taken back: NULL, or what would be right, and in *ret_at which byte
 * is wrong. */
typedef const char *check_fn(const char *value, size_t *ret_at);

static const char *
check_file(const char *value, size_t *ret_at)
{
	(void)value;
	(void)ret_at;
	return NULL;
}

static const char *
check_name(const char *value, size_t *ret_at)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, value, &address) == 1 ? NULL : sb_url_check_host(value, ret_at);
}

static const char *
check_pins(const char *value, size_t *ret_at)
{
	size_t at = 0, n;

	do {
		/* Tools print colons between the bytes. */
		for (n = 0; n < PIN_LEN; n++) {
			at += n > 0 && n % 2 == 0 && value[at] == ':';
			if (!isxdigit((unsigned char)value[at]))
				break;
			at++;
		}
		*ret_at = at;
		if (n < PIN_LEN || (value[at] && value[at] != ','))
			return "a pin is 64 hexadecimal digits, and between two of them is a comma";
	} while (value[at++]);
	return NULL;
}

static const char *
check_alpn(const char *value, size_t *ret_at)
{
	size_t at = 0, len;

	do {
		len = strcspn(value + at, ",");
		*ret_at = at;
		if (len == 0 || len > ALPN_MAX)
			return "the name of a protocol belongs here, of 1 to 255 bytes";
		at += len;
	} while (value[at++]);
	return NULL;
}

static const char *
check_mode(const char *value, size_t *ret_at)
{
	size_t len = strspn(value, "01234567");

	*ret_at = len;
	if (value[len] || len < 3 || len > 4 || (len == 4 && value[0] != '0')) {
		if (!value[len])
			*ret_at = 0;
		return "a file's mode is three octal digits, as 660";
	}
	return NULL;
}

static const struct option {
	const char *key;
	bool is_tls; /* or else of unix */
	check_fn *check;
} options[] = {
	{ "ca", true, check_file },
	{ "cert", true, check_file },
	{ "key", true, check_file },
	{ "name", true, check_name },
	{ "pin", true, check_pins },
	{ "alpn", true, check_alpn },
	{ "clients", true, check_file },
	{ "mode", false, check_mode },
};

enum { N_OPTIONS = sizeof(options) / sizeof(*options) };

static const struct option *
find_option(const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < N_OPTIONS; i++) {
		if (strlen(options[i].key) == len && memcmp(options[i].key, key, len) == 0)
			return &options[i];
	}
	return NULL;
}

static bool
takes(const struct sb_url *url, const struct option *option)
{
	return option->is_tls ? url->is_tls : url->scheme == SB_SCHEME_UNIX;
}

static const char *
right_keys(const struct sb_url *url)
{
	if (url->is_tls && url->scheme == SB_SCHEME_UNIX)
		return "ca, cert, key, name, pin, alpn, clients or mode, and a =, belong here";
	if (url->is_tls)
		return "ca, cert, key, name, pin, alpn or clients, and a =, belong here";
	if (url->scheme == SB_SCHEME_UNIX)
		return "mode= belongs here";
	return "no options belong here";
}

static int
check_value(const char *text, const char *at, const char *end, const struct option *option,
	struct sb_error *ret_error)
{
	char value[sizeof(((struct sb_url *)0)->options)];
	const char *p = at, *why;
	size_t wrong = 0;

	if (at == end)
		return sb_url_fail(
			ret_error, -EINVAL, text, at, "the value of %s belongs here", option->key);
	while (p < end) {
		if (take_byte(&p) < 0)
			return sb_url_fail(ret_error, -EINVAL, text, p,
				"a %% and two hexadecimal digits, not 00, belong here; %%25 is a "
				"%%");
	}
	decode(at, end, value, sizeof(value));
	why = option->check(value, &wrong);
	if (!why)
		return 0;
	while (wrong-- > 0)
		(void)take_byte(&at);
	return sb_url_fail(ret_error, -EINVAL, text, at, "%s", why);
}

/* Where the value of the first option of this key is in options, from its key on, or NULL. */
static const char *
find_value(const char *options_text, const char *key, size_t len)
{
	const char *at = options_text;

	while (at) {
		if (strncmp(at, key, len) == 0 && at[len] == '=')
			return at + len + 1;
		at = strchr(at, '&');
		if (at)
			at++;
	}
	return NULL;
}

static int
parse_option(const char *text, const char *options_text, const char *at, const struct sb_url *url,
	struct sb_error *ret_error)
{
	size_t len = strcspn(at, "=&");
	const struct option *option = at[len] == '=' ? find_option(at, len) : NULL;
	const char *value = at + len + 1;

	if (!option)
		return sb_url_fail(ret_error, -EINVAL, text, at, "%s", right_keys(url));
	if (!takes(url, option))
		return sb_url_fail(ret_error, -EINVAL, text, at,
			option->is_tls ? "%s= is an option of tls:// and tls+...://"
				       : "%s= is an option of unix:// and tls+unix://",
			option->key);
	if (find_value(options_text, at, len) != value)
		return sb_url_fail(
			ret_error, -EINVAL, text, at, "%s= stands here already", option->key);
	return check_value(text, value, value + strcspn(value, "&"), option, ret_error);
}

int
sb_url_parse_options(
	const char *text, const char *at, struct sb_url *url, struct sb_error *ret_error)
{
	const char *begin = at;
	int ret;

	if (strlen(at) >= sizeof(url->options))
		return sb_url_fail(ret_error, -ENAMETOOLONG, text, at,
			"these options are too long, %zu bytes are the most",
			sizeof(url->options) - 1);
	for (;;) {
		ret = parse_option(text, begin, at, url, ret_error);
		if (ret < 0)
			return ret;
		at += strcspn(at, "&");
		if (!*at)
			break;
		at++;
	}
	memcpy(url->options, begin, strlen(begin) + 1);
	return 0;
}

bool
sb_url_option(const struct sb_url *url, const char *key, char *buf, size_t cap)
{
	const char *value = find_value(url->options, key, strlen(key));

	if (value)
		decode(value, value + strcspn(value, "&"), buf, cap);
	else if (cap > 0)
		buf[0] = '\0';
	return value;
}
