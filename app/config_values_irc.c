/* The options of a section irc, each with what a value of it must be. */

#include "config_private.h"
#include "mask.h"

#include <ctype.h>
#include <string.h>

#include <signalbox/irc.h>
#include <signalbox/url.h>

enum {
	CHANNEL_MOST = 200, /* bytes */
	PREFIX_MOST = 8,
	MOST_SECONDS = 24 * 60 * 60,
	PIN_DIGITS = 64,
};

static int
take_server(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	struct sb_error why;
	struct sb_url url;

	if (!strcmp(value, "ircd"))
		return config_take_text(section, option, value, ret_value);
	if (sb_url_parse(value, &url, &why))
		config_tell_value(
			section, option, "%s; or \"ircd\", the server of that section", why.text);
	else if (url.scheme == SB_SCHEME_TCP && url.path[0])
		config_tell_value(section, option,
			"%s: nothing should follow the port; channels are an option", value);
	else if (url.scheme == SB_SCHEME_TCP && !url.port && url.host[0] != '_')
		config_tell_value(
			section, option, "%s: the port should be the server's, often 6667", value);
	else if (sb_url_check_connect(&url, &why))
		config_tell_value(section, option, "%s", why.text);
	return config_take_text(section, option, value, ret_value);
}

static int
take_other_server(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!strcmp(value, "ircd"))
		config_tell_value(
			section, option, "\"ircd\" can only be the server, not one of several");
	return take_server(section, option, value, ret_value);
}

/* Takes a text; of one that cannot be it is told what should stand there. */
static int
take_if(bool is_fine, const char *what, cfg_t *section, cfg_opt_t *option, const char *value,
	void *ret_value)
{
	if (!is_fine)
		config_tell_value(section, option, "'%.200s'%s", value, what);
	return config_take_text(section, option, value, ret_value);
}

static int
take_nick(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	return take_if(sb_irc_nick_is_fine(value),
		": a nick is 1 to 64 bytes, without space and !@*?,. and begins with no digit and "
		"none of #&+$:-",
		section, option, value, ret_value);
}

static void
check_channel(const cfg_t *section, const cfg_opt_t *option, const char *name)
{
	size_t len = strlen(name);

	if (len > CHANNEL_MOST)
		config_tell_value(section, option,
			"'%.40s...': a channel has at most %d bytes, and this %zu", name,
			CHANNEL_MOST, len);
	else if (!sb_irc_is_channel(name) || len < 2 || strpbrk(name, ",\a\r\n"))
		config_tell_value(section, option,
			"'%s' is no channel: write \"#name\", and several as { \"#one\", \"#two\" "
			"}",
			name);
}

/* "#channel", or "#channel KEY", of which the key is shown to nobody. */
static int
take_channel(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	size_t len = strcspn(value, " ");
	const char *key = value + len + 1;
	struct sb_irc_options trial = { .nick = "x",
		.channels = (const char *const[]){ "#x" },
		.n_channels = 1,
		.keys = &key };
	char name[CONFIG_VALUE_CAP];

	(void)snprintf(
		name, sizeof(name), "%.*s", (int)(len < sizeof(name) ? len : sizeof(name)), value);
	check_channel(section, option, name);
	if (value[len] && sb_irc_check(&trial, NULL))
		config_tell_value(section, option,
			"%.200s: its key cannot be one: behind a space it has 1 to 200 bytes, no "
			"space or comma and no colon in front",
			name);
	*(const char **)ret_value = value;
	return 0;
}

static int
take_moderator(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	const char *account = mask_account(value);

	return take_if(account ? *account && !strpbrk(value, " *?") : mask_is_whole(value),
		" is nobody: write \"account:NAME\", or a mask, \"nick!user@host\", with * and ?",
		section, option, value, ret_value);
}

static int
take_prefix(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	size_t len = strlen(value);

	if (!len || len > PREFIX_MOST || strpbrk(value, " \t\r\n"))
		config_tell_value(section, option,
			"'%.40s': a prefix is 1 to %d bytes without space, like \"!\"", value,
			PREFIX_MOST);
	return config_take_text(section, option, value, ret_value);
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
	config_tell_value(section, option, "'%.40s': write public, network or channel", value);
	return 0;
}

/* What the client itself says of one of its options. */
static int
take_tried(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value,
	struct sb_irc_options trial)
{
	struct sb_error why;

	trial.nick = "x";
	if (sb_irc_check(&trial, &why))
		config_tell_value(section, option, "%s", why.text);
	return config_take_text(section, option, value, ret_value);
}

#define TAKE_TRIED(name, options)                                                                  \
	static int name(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)     \
	{                                                                                          \
		return take_tried(                                                                 \
			section, option, value, ret_value, (struct sb_irc_options){ options });    \
	}
TAKE_TRIED(take_user, .user = value)
TAKE_TRIED(take_realname, .realname = value)
TAKE_TRIED(take_charset, .charset = value)
TAKE_TRIED(take_pace, .pace = value)
TAKE_TRIED(take_away, .away = value)

static int
take_version(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	struct sb_irc_options trial = { .version = *value ? value : NULL };

	return take_tried(section, option, value, ret_value, trial);
}

static int
take_capability(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	struct sb_irc_options trial = { .capabilities = &value, .n_capabilities = 1 };

	return take_tried(section, option, value, ret_value, trial);
}

/* Which of them there is something for is seen later. */
static int
take_mechanism(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	static const char *const known[] = { "EXTERNAL", "ECDSA-NIST256P-CHALLENGE",
		"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN" };
	bool is_known = false;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		is_known |= !strcmp(known[i], value);
	return take_if(is_known,
		": write EXTERNAL, ECDSA-NIST256P-CHALLENGE, SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN",
		section, option, value, ret_value);
}

static int
take_word(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	if (!*value)
		config_tell_value(section, option, "a name should stand here, and it is empty");
	return config_take_text(section, option, value, ret_value);
}

/* A SHA-256 in hex, perhaps with colons between the bytes. */
static int
take_pin(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	const char *at;
	size_t n = 0;

	for (at = value; isxdigit((unsigned char)*at) || (*at == ':' && n && n % 2 == 0); at++)
		n += *at != ':';
	return take_if(!*at && n == PIN_DIGITS,
		" is no pin: write the 64 hex digits of a SHA-256, as the log tells it", section,
		option, value, ret_value);
}

static int
take_wait(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value)
{
	return config_take_number(section, option, value, 1, MOST_SECONDS, ret_value);
}

/* The arrays are not const since libconfuse does not say that it only reads them. */

static char default_prefixes[] = "{\"!\"}";

cfg_opt_t config_irc_options[] = {
	CFG_STR_CB("server", NULL, CFGF_NONE, take_server),
	CFG_STR_LIST_CB("servers", NULL, CFGF_NODEFAULT, take_other_server),
	CFG_STR_CB("nick", "quoth", CFGF_NONE, take_nick),
	CFG_STR_LIST_CB("nicks", NULL, CFGF_NODEFAULT, take_nick),
	CFG_STR_CB("user", NULL, CFGF_NONE, take_user),
	CFG_STR_CB("realname", NULL, CFGF_NONE, take_realname),
	CFG_STR_CB("password-file", NULL, CFGF_NONE, config_take_path),
	CFG_STR_CB("sasl-user", NULL, CFGF_NONE, take_word),
	CFG_STR_CB("sasl-password-file", NULL, CFGF_NONE, config_take_path),
	CFG_STR_CB("sasl-key-file", NULL, CFGF_NONE, config_take_path),
	CFG_STR_LIST_CB("sasl-mechanisms", NULL, CFGF_NODEFAULT, take_mechanism),
	CFG_BOOL_CB("sasl-required", cfg_false, CFGF_NONE, config_take_bool),
	CFG_BOOL_CB("sasl-plain-in-clear", cfg_false, CFGF_NONE, config_take_bool),
	CFG_STR_CB("ca-file", NULL, CFGF_NONE, config_take_path),
	CFG_STR_CB("certificate-file", NULL, CFGF_NONE, config_take_path),
	CFG_STR_CB("key-file", NULL, CFGF_NONE, config_take_path),
	CFG_STR_LIST_CB("pins", NULL, CFGF_NODEFAULT, take_pin),
	CFG_STR_LIST_CB("channels", NULL, CFGF_NODEFAULT, take_channel),
	CFG_STR_CB("channel-keys-file", NULL, CFGF_NONE, config_take_path),
	CFG_STR_LIST_CB("moderators", NULL, CFGF_NODEFAULT, take_moderator),
	CFG_STR_LIST_CB("prefixes", default_prefixes, CFGF_NONE, take_prefix),
	CFG_INT_CB("visibility", QUOTES_PUBLIC, CFGF_NONE, take_visibility),
	CFG_STR_CB("charset", NULL, CFGF_NONE, take_charset),
	CFG_STR_CB("pace", NULL, CFGF_NONE, take_pace),
	CFG_STR_CB("version", "Quoth " QUOTH_VERSION, CFGF_NONE, take_version),
	CFG_BOOL_CB("bot-mode", cfg_true, CFGF_NONE, config_take_bool),
	CFG_BOOL_CB("catch-up", cfg_true, CFGF_NONE, config_take_bool),
	CFG_STR_CB("services", NULL, CFGF_NONE, take_nick),
	CFG_STR_CB("away", NULL, CFGF_NONE, take_away),
	CFG_STR_LIST_CB("capabilities", NULL, CFGF_NODEFAULT, take_capability),
	CFG_INT_CB("retry-min-s", 2, CFGF_NONE, take_wait),
	CFG_INT_CB("retry-max-s", 300, CFGF_NONE, take_wait),
	CFG_INT_CB("ping-after-s", 90, CFGF_NONE, take_wait),
	CFG_END(),
};
