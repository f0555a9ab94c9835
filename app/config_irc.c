/* Sections irc, taken out of libconfuse's tree, and checked as a whole. */

#include "config_private.h"
#include "network_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <signalbox/irc.h>
#include <signalbox/url.h>

static char *
keep_text(struct config_reading *reading, cfg_t *section, const char *option)
{
	return config_keep(reading, cfg_getstr(section, option));
}

/* Channels and their keys. */

/* Parts "#channel KEY", in place. */
static char *
cut_key(char *channel)
{
	size_t len = strcspn(channel, " ");
	char *key = channel[len] ? channel + len + 1 : NULL;

	channel[len] = '\0';
	return key;
}

static void
take_channels(struct config_reading *reading, cfg_t *section, struct config_irc *irc)
{
	const char *key;
	size_t i;

	irc->channels = config_keep_list(reading, section, "channels", &irc->n_channels);
	irc->keys = calloc(irc->n_channels + 1, sizeof(*irc->keys));
	reading->is_out_of_memory |= !irc->keys;
	for (i = 0; i < irc->n_channels && !reading->is_out_of_memory; i++) {
		key = cut_key(irc->channels[i]);
		irc->keys[i] = config_keep(reading, key);
		if (key && reading->open_mode)
			config_tell(reading, config_line_of(reading, "irc", irc->name, "channels"),
				"irc %s: channels: the key of %s stands here, and others may read "
				"this file (mode %04o): a channel-keys-file is for it, or chmod "
				"640",
				irc->name, irc->channels[i], reading->open_mode);
	}
}

/* What is wrong with a line of channel-keys-file, or NULL, and then its key is kept. */
static const char *
take_key(struct config_reading *reading, struct config_irc *irc, char *line)
{
	const char *key = cut_key(line);
	struct sb_irc_options trial = { .nick = "x",
		.channels = (const char *const[]){ "#x" },
		.n_channels = 1,
		.keys = &key };
	size_t i;

	if (!key || sb_irc_check(&trial, NULL))
		return "a channel, a space and its key should stand here";
	for (i = 0; i < irc->n_channels; i++)
		if (sb_irc_same(irc->channels[i], line))
			break;
	if (i == irc->n_channels)
		return "this channel is none of channels";
	config_free_secret(irc->keys[i]);
	irc->keys[i] = config_keep(reading, key);
	return NULL;
}

static void
take_keys(struct config_reading *reading, struct config_irc *irc, const char *path)
{
	char *text, *line, *rest = NULL;
	const char *why;
	size_t n = 0, len;

	text = config_read_secret(reading, "irc", irc->name, "channel-keys-file", path);
	for (line = text; line && !reading->is_out_of_memory; line = rest) {
		len = strcspn(line, "\n");
		rest = line[len] ? line + len + 1 : NULL;
		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		line[len] = '\0';
		n++;
		why = *line ? take_key(reading, irc, line) : NULL;
		if (why)
			config_tell(reading,
				config_line_of(reading, "irc", irc->name, "channel-keys-file"),
				"irc %s: channel-keys-file: %s, line %zu: %s", irc->name, path, n,
				why);
	}
	/* It has NULs between its lines. */
	if (text)
		explicit_bzero(text, CONFIG_MOST_SECRET);
	free(text);
}

/* Others. */

static void
take_login(struct config_reading *reading, cfg_t *section, struct config_irc *irc)
{
	struct config_login *login = &irc->login;
	const char *password = cfg_getstr(section, "sasl-password-file");
	const char *key = cfg_getstr(section, "sasl-key-file");

	login->user = keep_text(reading, section, "sasl-user");
	login->mechanisms =
		config_keep_list(reading, section, "sasl-mechanisms", &login->n_mechanisms);
	login->is_required = cfg_getbool(section, "sasl-required");
	login->allows_plain_in_clear = cfg_getbool(section, "sasl-plain-in-clear");
	if (password)
		login->password =
			config_read_password(reading, irc->name, "sasl-password-file", password);
	if (key)
		login->key = config_read_secret(reading, "irc", irc->name, "sasl-key-file", key);
	login->is_wanted =
		login->user || password || key || login->n_mechanisms || login->is_required;
}

static void
take_tls(struct config_reading *reading, cfg_t *section, struct config_tls *tls)
{
	tls->ca = keep_text(reading, section, "ca-file");
	tls->certificate = keep_text(reading, section, "certificate-file");
	tls->key = keep_text(reading, section, "key-file");
	tls->pins = config_keep_list(reading, section, "pins", &tls->n_pins);
}

static void
take_manners(struct config_reading *reading, cfg_t *section, struct config_irc *irc)
{
	irc->charset = keep_text(reading, section, "charset");
	irc->pace = keep_text(reading, section, "pace");
	irc->version = keep_text(reading, section, "version");
	irc->services = keep_text(reading, section, "services");
	irc->away = keep_text(reading, section, "away");
	irc->capabilities =
		config_keep_list(reading, section, "capabilities", &irc->n_capabilities);
	irc->is_bot = cfg_getbool(section, "bot-mode");
	irc->catches_up = cfg_getbool(section, "catch-up");
	irc->retry_min_s = (int)cfg_getint(section, "retry-min-s");
	irc->retry_max_s = (int)cfg_getint(section, "retry-max-s");
	irc->ping_after_s = (int)cfg_getint(section, "ping-after-s");
}

void
config_take_irc(struct config_reading *reading, cfg_t *section, struct config_irc *irc)
{
	const struct config_mark *mark = config_find_mark(reading, "irc", cfg_title(section), NULL);
	const char *path;

	irc->line = mark ? mark->line : 0;
	irc->name = config_keep(reading, cfg_title(section));
	if (!irc->name)
		return;
	irc->server = keep_text(reading, section, "server");
	irc->servers = config_keep_list(reading, section, "servers", &irc->n_servers);
	irc->nick = keep_text(reading, section, "nick");
	irc->nicks = config_keep_list(reading, section, "nicks", &irc->n_nicks);
	irc->user = keep_text(reading, section, "user");
	irc->realname = keep_text(reading, section, "realname");
	path = cfg_getstr(section, "password-file");
	if (path)
		irc->password = config_read_password(reading, irc->name, "password-file", path);
	take_login(reading, section, irc);
	take_tls(reading, section, &irc->tls);
	take_channels(reading, section, irc);
	path = cfg_getstr(section, "channel-keys-file");
	if (path && !reading->is_out_of_memory)
		take_keys(reading, irc, path);
	irc->moderators = config_keep_list(reading, section, "moderators", &irc->n_moderators);
	irc->prefixes = config_keep_list(reading, section, "prefixes", &irc->n_prefixes);
	irc->visibility = (enum quotes_visibility)cfg_getint(section, "visibility");
	take_manners(reading, section, irc);
}

void
config_finish_irc(struct config_irc *irc)
{
	size_t i;

	free(irc->name);
	free(irc->server);
	config_free_list(irc->servers, irc->n_servers);
	free(irc->nick);
	config_free_list(irc->nicks, irc->n_nicks);
	free(irc->user);
	free(irc->realname);
	config_free_secret(irc->password);
	free(irc->login.user);
	config_free_secret(irc->login.password);
	config_free_secret(irc->login.key);
	config_free_list(irc->login.mechanisms, irc->login.n_mechanisms);
	free(irc->tls.ca);
	free(irc->tls.certificate);
	free(irc->tls.key);
	config_free_list(irc->tls.pins, irc->tls.n_pins);
	for (i = 0; irc->keys && i < irc->n_channels; i++)
		config_free_secret(irc->keys[i]);
	free(irc->keys);
	config_free_list(irc->channels, irc->n_channels);
	config_free_list(irc->moderators, irc->n_moderators);
	config_free_list(irc->prefixes, irc->n_prefixes);
	free(irc->charset);
	free(irc->pace);
	free(irc->version);
	free(irc->services);
	free(irc->away);
	config_free_list(irc->capabilities, irc->n_capabilities);
}

/* What does not go together. */

static size_t
line_of(const struct config_reading *reading, const struct config_irc *irc, const char *option)
{
	return config_line_of(reading, "irc", irc->name, option);
}

static void
check_channels(struct config_reading *reading, const struct config_irc *irc)
{
	size_t i, j;

	for (i = 0; i < irc->n_channels; i++)
		for (j = 0; j < i; j++)
			if (sb_irc_same(irc->channels[i], irc->channels[j]))
				config_tell(reading, line_of(reading, irc, "channels"),
					"irc %s: channels: %s is there twice", irc->name,
					irc->channels[i]);
}

/* Quotes stay with their network by its name, whose case does not count. */
static void
check_name(
	struct config_reading *reading, const struct config *config, const struct config_irc *irc)
{
	const struct config_irc *other;

	for (other = config->ircs; other < irc; other++)
		if (!strcasecmp(other->name, irc->name))
			config_tell(reading, irc->line,
				"irc %s: it has the name of irc %s, in line %zu, but for case",
				irc->name, other->name, other->line);
}

static void
check_servers(struct config_reading *reading, const struct config_irc *irc)
{
	char what[CONFIG_TITLE_CAP + sizeof("irc : servers")];
	size_t i;

	(void)snprintf(what, sizeof(what), "irc %s: server", irc->name);
	if (irc->server)
		config_check_files(reading, line_of(reading, irc, "server"), what, irc->server);
	(void)snprintf(what, sizeof(what), "irc %s: servers", irc->name);
	for (i = 0; i < irc->n_servers; i++)
		config_check_files(
			reading, line_of(reading, irc, "servers"), what, irc->servers[i]);
}

static bool
is_tls(const char *text)
{
	struct sb_url url;

	return !sb_url_parse(text, &url, NULL) && url.is_tls;
}

static void
check_file(struct config_reading *reading, const struct config_irc *irc, const char *option,
	const char *path_or_null)
{
	struct stat status;
	const char *why = NULL;

	if (!path_or_null)
		return;
	if (stat(path_or_null, &status) || access(path_or_null, R_OK))
		why = strerror(errno);
	else if (!S_ISREG(status.st_mode))
		why = "it is no file";
	if (why)
		config_tell(reading, line_of(reading, irc, option), "irc %s: %s: %s: %s", irc->name,
			option, path_or_null, why);
}

static void
check_tls(struct config_reading *reading, const struct config_irc *irc)
{
	check_file(reading, irc, "ca-file", irc->tls.ca);
	check_file(reading, irc, "certificate-file", irc->tls.certificate);
	check_file(reading, irc, "key-file", irc->tls.key);
	if (irc->tls.key && !irc->tls.certificate)
		config_tell(reading, line_of(reading, irc, "key-file"),
			"irc %s: key-file: whose key it is says certificate-file, which is missing",
			irc->name);
}

/* The first of these options that stands there, or else the section. */
static size_t
line_of_any(const struct config_reading *reading, const struct config_irc *irc,
	const char *const *options, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (config_find_mark(reading, "irc", irc->name, options[i]))
			return line_of(reading, irc, options[i]);
	return irc->line;
}

/* All that the client would say, of values that are right each by itself: the login, and TLS. */
static void
check_options(struct config_reading *reading, const struct config_irc *irc)
{
	static const char *const of_login[] = { "sasl-mechanisms", "sasl-required", "sasl-user",
		"sasl-password-file", "sasl-key-file" };
	static const char *const of_tls[] = { "pins", "ca-file", "certificate-file" };
	struct network_options options;
	struct sb_error why;
	int error = network_options_init(&options, irc, "tcp://127.0.0.1:1", &why);

	if (error) {
		config_tell(reading, line_of_any(reading, irc, of_tls, 3), "irc %s: %s", irc->name,
			why.text);
		return;
	}
	if (sb_irc_check(&options.irc, &why))
		config_tell(reading, line_of_any(reading, irc, of_login, 5), "irc %s: %s",
			irc->name, why.text);
	network_options_finish(&options);
}

void
config_check_irc(struct config_reading *reading, const struct config *config,
	const struct config_irc *irc, bool has_right_values)
{
	static const char *const of_delay[] = { "retry-min-s", "retry-max-s" };
	size_t n_problems = reading->n_problems;

	if (!irc->server)
		config_tell(reading, irc->line,
			"irc %s: server is missing: server = \"tcp://HOST:PORT\", or \"ircd\"",
			irc->name);
	else if (!strcmp(irc->server, "ircd") && !config->ircd.listen)
		config_tell(reading, line_of(reading, irc, "server"),
			"irc %s: server: \"ircd\" is the server of a section ircd, and there is "
			"none",
			irc->name);
	else if (!strcmp(irc->server, "ircd") && is_tls(config->ircd.listen))
		config_tell(reading, line_of(reading, irc, "server"),
			"irc %s: server: \"ircd\" listens with TLS, and whom to trust there is not "
			"known: "
			"write server = \"tls://HOST:PORT?ca=FILE\"",
			irc->name);
	check_servers(reading, irc);
	check_tls(reading, irc);
	check_name(reading, config, irc);
	check_channels(reading, irc);
	if (has_right_values && irc->retry_min_s > irc->retry_max_s)
		config_tell(reading, line_of_any(reading, irc, of_delay, 2),
			"irc %s: retry-min-s: %d is more than retry-max-s, %d", irc->name,
			irc->retry_min_s, irc->retry_max_s);
	/* It would say the same again. */
	if (has_right_values && reading->n_problems == n_problems)
		check_options(reading, irc);
}
