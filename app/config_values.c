#include "config_private.h"
#include "mask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/irc.h>
#include <signalbox/url.h>

enum {
	CHANNEL_MOST = 200, /* bytes */
	PREFIX_MOST = 8,
	MOST_COMMANDS = 1000,
	MOST_SECONDS = 24 * 60 * 60,
};

/* libconfuse gives its callbacks the section and the option, and nothing of ours; it reads one file
 * at a time in any case, for its lexer is global. */
static struct config_reading *current;

SB_PRINTF(3, 4)
static void
tell(const cfg_t *section, const cfg_opt_t *option, const char *format, ...)
{
	char why[CONFIG_VALUE_CAP];
	bool is_outside = !strcmp(section->name, "root");
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	config_tell(current, (size_t)section->line, "%s%s%s%s%s: %s",
		is_outside ? "" : section->name, section->title ? " " : "",
		section->title ? section->title : "", is_outside ? "" : ": ", option->name, why);
}

/* Texts. libconfuse copies what they give back, and would stop at an error; so what is wrong is
 * told, and taken all the same. */

static int
take_text(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	const char *at;

	/* Variables may bring anything. */
	for (at = value; *at && (unsigned char)*at >= ' ' && *at != 0x7f;)
		at++;
	if (*at)
		tell(section, option, "'%.40s' holds a control character", value);
	if (strlen(value) >= CONFIG_VALUE_CAP)
		tell(section, option, "it is longer than %d bytes, the most", CONFIG_VALUE_CAP - 1);
	*(const char **)ret_value = value;
	return 0;
}

static int
take_path(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!value[0])
		tell(section, option, "a path should stand here, and it is empty");
	return take_text(section, option, value, ret_value);
}

static int
take_server(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	struct sb_error why;
	struct sb_url url;

	if (!strcmp(value, "ircd"))
		return take_text(section, option, value, ret_value);
	if (sb_url_parse(value, &url, &why))
		tell(section, option, "%s; or \"ircd\", the server of that section", why.text);
	else if (url.scheme == SB_SCHEME_TCP && url.path[0])
		tell(section, option, "%s: nothing should follow the port; channels are an option",
			value);
	else if (url.scheme == SB_SCHEME_TCP && !url.port && url.host[0] != '_')
		tell(section, option, "%s: the port should be the server's, often 6667", value);
	else if (sb_url_check_connect(&url, &why))
		tell(section, option, "%s", why.text);
	return take_text(section, option, value, ret_value);
}

static int
take_other_server(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!strcmp(value, "ircd"))
		tell(section, option, "\"ircd\" can only be the server, not one of several");
	return take_server(section, option, value, ret_value);
}

static int
take_listen(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	struct sb_error why;
	struct sb_url url;

	if (sb_url_parse(value, &url, &why))
		tell(section, option, "%s", why.text);
	else if (url.scheme == SB_SCHEME_TCP && url.path[0])
		tell(section, option, "%s: nothing should follow the port", value);
	else if (sb_url_check_listen(&url, &why))
		tell(section, option, "%s", why.text);
	return take_text(section, option, value, ret_value);
}

static int
take_nick(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!sb_irc_nick_is_fine(value))
		tell(section, option,
			"'%.64s': a nick is 1 to 64 bytes, without space and !@*?,. and begins "
			"with "
			"no "
			"digit and none of #&+$:-",
			value);
	return take_text(section, option, value, ret_value);
}

static int
take_channel(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	size_t len = strlen(value);

	if (len > CHANNEL_MOST)
		tell(section, option, "'%.40s...': a channel has at most %d bytes, and this %zu",
			value, CHANNEL_MOST, len);
	else if (!sb_irc_is_channel(value) || len < 2 || strpbrk(value, " ,\a\r\n"))
		tell(section, option,
			"'%s' is no channel: write \"#name\", and several as { \"#one\", \"#two\" "
			"}",
			value);
	return take_text(section, option, value, ret_value);
}

static int
take_moderator(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!mask_is_whole(value))
		tell(section, option, "'%.200s' is no mask: write \"nick!user@host\", with * and ?",
			value);
	return take_text(section, option, value, ret_value);
}

static int
take_prefix(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	size_t len = strlen(value);

	if (!len || len > PREFIX_MOST || strpbrk(value, " \t\r\n"))
		tell(section, option,
			"'%.40s': a prefix is 1 to %d bytes without space, like \"!\"", value,
			PREFIX_MOST);
	return take_text(section, option, value, ret_value);
}

/* Letters, digits, dots, dashes; of an IPv6 address brackets and colons; a port. */
static bool
is_host(const char *text, size_t len)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789.-:[]";

	return len && len < 256 && strspn(text, allowed) >= len && !strchr(".-:]", text[0]);
}

static int
take_host(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!is_host(value, strlen(value)))
		tell(section, option,
			"'%.200s' is no host: write a name like \"quotes.example.org\"", value);
	return take_text(section, option, value, ret_value);
}

static int
take_base_url(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	const char *host = strstr(value, "://");
	bool is_web = !strncmp(value, "http://", 7) || !strncmp(value, "https://", 8);

	host = host ? host + 3 : value;
	if (!is_web || !is_host(host, strcspn(host, "/")) || strpbrk(host, "?#\" \t\r\n<>\\^`{|}"))
		tell(section, option,
			"'%.200s': write what a browser gets there by, like "
			"\"https://quotes.example.org\"",
			value);
	return take_text(section, option, value, ret_value);
}

/* Others. */

static int
take_bool(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	bool is_true = !strcmp(value, "true");

	if (!is_true && strcmp(value, "false") != 0)
		tell(section, option, "'%.40s': write true or false", value);
	*(int *)ret_value = is_true;
	return 0;
}

static int
take_number(const cfg_t *section, const cfg_opt_t *option, const char *value, long least, long most,
	void *ret_value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (!value[0] || *end || errno || number < least || number > most)
		tell(section, option, "'%.40s': a number from %ld to %ld should stand here", value,
			least, most);
	*(long *)ret_value = number;
	return 0;
}

static int
take_burst(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	return take_number(section, option, value, 1, MOST_COMMANDS, ret_value);
}

static int
take_seconds(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	return take_number(section, option, value, 0, MOST_SECONDS, ret_value);
}

static int
take_visibility(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	static const char *const words[] = {
		[QUOTES_PUBLIC] = "public",
		[QUOTES_NETWORK] = "network",
		[QUOTES_CHANNEL] = "channel",
	};
	long i;

	*(long *)ret_value = QUOTES_CHANNEL;
	for (i = 0; i < (long)(sizeof(words) / sizeof(words[0])); i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		*(long *)ret_value = i;
		return 0;
	}
	tell(section, option, "'%.40s': write public, network or channel", value);
	return 0;
}

/* The arrays are not const since libconfuse does not say that it only reads them. */

static char default_prefixes[] = "{\"!\"}";
static char no_quotes[] = "{}";

cfg_opt_t *
config_options(void)
{
	static cfg_opt_t irc[] = {
		CFG_STR_CB("server", NULL, CFGF_NONE, take_server),
		CFG_STR_LIST_CB("servers", NULL, CFGF_NODEFAULT, take_other_server),
		CFG_STR_CB("nick", "quoth", CFGF_NONE, take_nick),
		CFG_STR_CB("password-file", NULL, CFGF_NONE, take_path),
		CFG_STR_LIST_CB("channels", NULL, CFGF_NODEFAULT, take_channel),
		CFG_STR_LIST_CB("moderators", NULL, CFGF_NODEFAULT, take_moderator),
		CFG_STR_LIST_CB("prefixes", default_prefixes, CFGF_NONE, take_prefix),
		CFG_INT_CB("visibility", QUOTES_PUBLIC, CFGF_NONE, take_visibility),
		CFG_END(),
	};
	static cfg_opt_t listener[] = {
		CFG_STR_CB("listen", NULL, CFGF_NONE, take_listen),
		CFG_END(),
	};
	static cfg_opt_t http[] = {
		CFG_STR_CB("listen", NULL, CFGF_NONE, take_listen),
		CFG_STR_CB("base-url", NULL, CFGF_NONE, take_base_url),
		CFG_STR_LIST_CB("hosts", NULL, CFGF_NODEFAULT, take_host),
		CFG_BOOL_CB("access-log", cfg_false, CFGF_NONE, take_bool),
		CFG_END(),
	};
	static cfg_opt_t limits[] = {
		CFG_INT_CB("person-burst", 4, CFGF_NONE, take_burst),
		CFG_INT_CB("person-every-s", 10, CFGF_NONE, take_seconds),
		CFG_INT_CB("channel-burst", 10, CFGF_NONE, take_burst),
		CFG_INT_CB("channel-every-s", 5, CFGF_NONE, take_seconds),
		CFG_END(),
	};
	static cfg_opt_t all[] = {
		CFG_STR_CB("database", "quotes.db", CFGF_NONE, take_text),
		CFG_STR_LIST_CB("quotes", no_quotes, CFGF_NONE, take_path),
		CFG_SEC("irc", irc, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("ircd", listener, CFGF_MULTI),
		CFG_SEC("http", http, CFGF_MULTI),
		CFG_SEC("qotd", listener, CFGF_MULTI),
		CFG_SEC("limits", limits, CFGF_NONE),
		CFG_END(),
	};

	return all;
}

/* What the scan has left over for libconfuse to find. */
SB_PRINTF(2, 0)
static void
on_error(cfg_t *section, const char *format, va_list args)
{
	char text[CONFIG_VALUE_CAP];

	(void)vsnprintf(text, sizeof(text), format, args);
	config_tell(current, (size_t)section->line, "%s", text);
}

cfg_t *
config_create_tree(struct config_reading *reading)
{
	cfg_t *tree;

	current = reading;
	tree = cfg_init(config_options(), CFGF_NONE);
	if (tree)
		(void)cfg_set_error_function(tree, on_error);
	return tree;
}
