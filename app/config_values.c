#include "config_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/url.h>

enum {
	MOST_COMMANDS = 1000,
	MOST_SECONDS = 24 * 60 * 60,
	MOST_CLIENTS = 100000,
};

/* libconfuse gives its callbacks the section and the option, and nothing of ours; it reads one file
 * at a time in any case, for its lexer is global. */
static struct config_reading *current;

void
config_tell_value(const cfg_t *section, const cfg_opt_t *option, const char *format, ...)
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

int
config_take_text(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	const char *at;

	/* Variables may bring anything. */
	for (at = value; *at && (unsigned char)*at >= ' ' && *at != 0x7f;)
		at++;
	if (*at)
		config_tell_value(section, option, "'%.40s' holds a control character", value);
	if (strlen(value) >= CONFIG_VALUE_CAP)
		config_tell_value(section, option, "it is longer than %d bytes, the most",
			CONFIG_VALUE_CAP - 1);
	*(const char **)ret_value = value;
	return 0;
}

int
config_take_path(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!value[0])
		config_tell_value(section, option, "a path should stand here, and it is empty");
	return config_take_text(section, option, value, ret_value);
}

static int
take_listen(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	struct sb_error why;
	struct sb_url url;

	if (sb_url_parse(value, &url, &why))
		config_tell_value(section, option, "%s", why.text);
	else if (url.scheme == SB_SCHEME_TCP && url.path[0])
		config_tell_value(section, option, "%s: nothing should follow the port", value);
	else if (sb_url_check_listen(&url, &why))
		config_tell_value(section, option, "%s", why.text);
	return config_take_text(section, option, value, ret_value);
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
		config_tell_value(section, option,
			"'%.200s' is no host: write a name like \"quotes.example.org\"", value);
	return config_take_text(section, option, value, ret_value);
}

static int
take_base_url(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	const char *host = strstr(value, "://");
	bool is_web = !strncmp(value, "http://", 7) || !strncmp(value, "https://", 8);

	host = host ? host + 3 : value;
	if (!is_web || !is_host(host, strcspn(host, "/")) || strpbrk(host, "?#\" \t\r\n<>\\^`{|}"))
		config_tell_value(section, option,
			"'%.200s': write what a browser gets there by, like "
			"\"https://quotes.example.org\"",
			value);
	return config_take_text(section, option, value, ret_value);
}

/* Others. */

int
config_take_bool(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	bool is_true = !strcmp(value, "true");

	if (!is_true && strcmp(value, "false") != 0)
		config_tell_value(section, option, "'%.40s': write true or false", value);
	*(int *)ret_value = is_true;
	return 0;
}

int
config_take_number(const cfg_t *section, const cfg_opt_t *option, const char *value, long least,
	long most, void *ret_value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (!value[0] || *end || errno || number < least || number > most)
		config_tell_value(section, option,
			"'%.40s': a number from %ld to %ld should stand here", value, least, most);
	*(long *)ret_value = number;
	return 0;
}

static int
take_burst(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	return config_take_number(section, option, value, 1, MOST_COMMANDS, ret_value);
}

static int
take_seconds(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	return config_take_number(section, option, value, 0, MOST_SECONDS, ret_value);
}

static int
take_clients(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	return config_take_number(section, option, value, 1, MOST_CLIENTS, ret_value);
}

/* The arrays are not const since libconfuse does not say that it only reads them. */

static char no_quotes[] = "{}";

cfg_opt_t *
config_options(void)
{
	static cfg_opt_t listener[] = {
		CFG_STR_CB("listen", NULL, CFGF_NONE, take_listen),
		CFG_END(),
	};
	static cfg_opt_t ircd[] = {
		CFG_STR_CB("listen", NULL, CFGF_NONE, take_listen),
		CFG_STR_CB("name", NULL, CFGF_NONE, config_take_text),
		CFG_STR_CB("network", NULL, CFGF_NONE, config_take_text),
		CFG_STR_CB("accounts-file", NULL, CFGF_NONE, config_take_path),
		CFG_STR_LIST_CB("operators", NULL, CFGF_NODEFAULT, config_take_text),
		CFG_BOOL_CB("flood-protection", cfg_false, CFGF_NONE, config_take_bool),
		CFG_INT_CB("max-clients", 1024, CFGF_NONE, take_clients),
		CFG_INT_CB("max-per-peer", 64, CFGF_NONE, take_clients),
		CFG_END(),
	};
	static cfg_opt_t http[] = {
		CFG_STR_CB("listen", NULL, CFGF_NONE, take_listen),
		CFG_STR_CB("base-url", NULL, CFGF_NONE, take_base_url),
		CFG_STR_LIST_CB("hosts", NULL, CFGF_NODEFAULT, take_host),
		CFG_BOOL_CB("access-log", cfg_false, CFGF_NONE, config_take_bool),
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
		CFG_STR_CB("database", "quotes.db", CFGF_NONE, config_take_text),
		CFG_STR_CB("state-directory", NULL, CFGF_NONE, config_take_path),
		CFG_STR_LIST_CB("quotes", no_quotes, CFGF_NONE, config_take_path),
		CFG_SEC("irc", config_irc_options, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("ircd", ircd, CFGF_MULTI),
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
