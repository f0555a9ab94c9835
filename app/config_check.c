#include "config_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <signalbox/irc.h>
#include <signalbox/url.h>

enum { PASSWORD_MOST = 400 }; /* bytes; a line of IRC has 512 */

/* The line of the option, or else that of its section. */
static size_t
line_of(const struct config_reading *reading, const char *section, const char *title,
	const char *option)
{
	const struct config_mark *mark = config_find_mark(reading, section, title, option);

	if (!mark)
		mark = config_find_mark(reading, section, title, NULL);
	return mark ? mark->line : 0;
}

/* Whether systemd put it there for this service alone, LoadCredential: the mode then shows an
 * access list, and not others. */
static bool
is_credential(const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t len = folder ? strlen(folder) : 0;

	return len && !strncmp(path, folder, len) && path[len] == '/' && !strstr(path + len, "/..");
}

/* What is wrong with who may read it, written to why, or NULL. */
static const char *
find_open_door(int fd, const char *path, char *why, size_t cap)
{
	mode_t others = is_credential(path) ? S_IRWXO : S_IRWXG | S_IRWXO;
	struct stat status;

	if (fstat(fd, &status))
		return strerror(errno);
	if (!S_ISREG(status.st_mode))
		return "it is no file";
	if (!(status.st_mode & others))
		return NULL;
	(void)snprintf(why, cap, "others may read it (mode %04o); chmod 600 would mend that",
		(unsigned)status.st_mode & 07777);
	return why;
}

/* Makes the only line of an open file the text in buf; returns what is wrong with it, or NULL. */
static const char *
read_line(int fd, char buf[PASSWORD_MOST + 3])
{
	ssize_t got = read(fd, buf, PASSWORD_MOST + 2);
	size_t len;

	if (got < 0)
		return strerror(errno);
	buf[got] = '\0';
	len = strcspn(buf, "\r\n");
	if (!len || len > PASSWORD_MOST || strlen(buf) < (size_t)got
		|| (buf[len] && strcmp(buf + len, "\n") != 0 && strcmp(buf + len, "\r\n") != 0))
		return "one line should stand in it, the password, of at most 400 bytes";
	buf[len] = '\0';
	return NULL;
}

char *
config_read_password(struct config_reading *reading, const char *title, const char *path)
{
	char buf[PASSWORD_MOST + 3], mode[96], *password = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = fd < 0 ? strerror(errno) : find_open_door(fd, path, mode, sizeof(mode));

	if (!why)
		why = read_line(fd, buf);
	if (fd >= 0)
		(void)close(fd);
	if (why) {
		config_tell(reading, line_of(reading, "irc", title, "password-file"),
			"irc %s: password-file: %s: %s", title, path, why);
	} else {
		password = strdup(buf);
		reading->is_out_of_memory |= !password;
	}
	explicit_bzero(buf, sizeof(buf));
	return password;
}

/* What does not go together. */

static void
check_channels(struct config_reading *reading, const struct config_irc *irc)
{
	size_t i, j;

	for (i = 0; i < irc->n_channels; i++)
		for (j = 0; j < i; j++)
			if (sb_irc_same(irc->channels[i], irc->channels[j]))
				config_tell(reading, line_of(reading, "irc", irc->name, "channels"),
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

/* The certificates and keys that a URL names: they are read when it is used, and at HUP. */
static void
check_files(struct config_reading *reading, size_t line, const char *what, const char *text)
{
	static const char *const keys[] = { "ca", "cert", "key", "clients" };
	char path[sizeof(((struct sb_url *)0)->options)];
	struct stat status;
	struct sb_url url;
	size_t i;

	/* What is wrong with the URL itself has been told. */
	if (sb_url_parse(text, &url, NULL))
		return;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!sb_url_option(&url, keys[i], path, sizeof(path)))
			continue;
		if (stat(path, &status) || access(path, R_OK))
			config_tell(reading, line, "%s: %s=%s: %s", what, keys[i], path,
				strerror(errno));
		else if (S_ISDIR(status.st_mode))
			config_tell(reading, line, "%s: %s=%s: it is no file", what, keys[i], path);
	}
}

static void
check_servers(struct config_reading *reading, const struct config_irc *irc)
{
	char what[CONFIG_TITLE_CAP + sizeof("irc : servers")];
	size_t i;

	(void)snprintf(what, sizeof(what), "irc %s: server", irc->name);
	if (irc->server)
		check_files(
			reading, line_of(reading, "irc", irc->name, "server"), what, irc->server);
	(void)snprintf(what, sizeof(what), "irc %s: servers", irc->name);
	for (i = 0; i < irc->n_servers; i++)
		check_files(reading, line_of(reading, "irc", irc->name, "servers"), what,
			irc->servers[i]);
}

static bool
is_tls(const char *text)
{
	struct sb_url url;

	return !sb_url_parse(text, &url, NULL) && url.is_tls;
}

static void
check_irc(struct config_reading *reading, const struct config *config, const struct config_irc *irc)
{
	if (!irc->server)
		config_tell(reading, irc->line,
			"irc %s: server is missing: server = \"tcp://HOST:PORT\", or \"ircd\"",
			irc->name);
	else if (!strcmp(irc->server, "ircd") && !config->ircd)
		config_tell(reading, line_of(reading, "irc", irc->name, "server"),
			"irc %s: server: \"ircd\" is the server of a section ircd, and there is "
			"none",
			irc->name);
	else if (!strcmp(irc->server, "ircd") && is_tls(config->ircd))
		config_tell(reading, line_of(reading, "irc", irc->name, "server"),
			"irc %s: server: \"ircd\" listens with TLS, and whom to trust there is not "
			"known: "
			"write server = \"tls://HOST:PORT?ca=FILE\"",
			irc->name);
	check_servers(reading, irc);
	check_name(reading, config, irc);
	check_channels(reading, irc);
}

struct listener {
	const char *section;
	const char *listen; /* or NULL */
};

static bool
is_any_host(const char *host)
{
	return !strcmp(host, "0.0.0.0") || !strcmp(host, "::") || !strcmp(host, "*");
}

static const char *
host_of(const struct sb_url *url)
{
	return strcmp(url->host, "localhost") ? url->host : "127.0.0.1";
}

/* Port 0 is another one each time. */
static bool
is_same_place(const char *a, const char *b)
{
	struct sb_url x, y;

	if (sb_url_parse(a, &x, NULL) || sb_url_parse(b, &y, NULL) || x.scheme != y.scheme)
		return false;
	if (x.scheme != SB_SCHEME_TCP)
		return x.fd == y.fd && !strcmp(x.path, y.path) && !strcmp(x.host, y.host);
	return x.port && x.port == y.port
	       && (is_any_host(x.host) || is_any_host(y.host) || !strcmp(host_of(&x), host_of(&y)));
}

static void
check_listener_files(struct config_reading *reading, const struct listener *listener)
{
	char what[sizeof("ircd: listen")];

	(void)snprintf(what, sizeof(what), "%s: listen", listener->section);
	check_files(
		reading, line_of(reading, listener->section, "", "listen"), what, listener->listen);
}

static void
check_listeners(struct config_reading *reading, const struct listener *listeners, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		const char *section = listeners[i].section;

		if (!listeners[i].listen && config_find_mark(reading, section, "", NULL))
			config_tell(reading, line_of(reading, section, "", NULL),
				"%s: listen is missing: listen = \"tcp://ADDRESS:PORT\"", section);
		if (listeners[i].listen)
			check_listener_files(reading, &listeners[i]);
		for (j = 0; j < i; j++)
			if (listeners[i].listen && listeners[j].listen
				&& is_same_place(listeners[i].listen, listeners[j].listen))
				config_tell(reading, line_of(reading, section, "", "listen"),
					"%s: listen: %s is taken by %s, in line %zu", section,
					listeners[i].listen, listeners[j].section,
					line_of(reading, listeners[j].section, "", "listen"));
	}
}

void
config_check(struct config_reading *reading, const struct config *config)
{
	const struct listener listeners[] = {
		{ "ircd", config->ircd },
		{ "http", config->http.listen },
		{ "qotd", config->qotd },
	};
	size_t i, n_sections = config->n_ircs;

	for (i = 0; i < config->n_ircs; i++)
		check_irc(reading, config, &config->ircs[i]);
	check_listeners(reading, listeners, 3);
	for (i = 0; i < 3; i++)
		n_sections += config_find_mark(reading, listeners[i].section, "", NULL) != NULL;
	if (!n_sections)
		config_tell(reading, 0,
			"nothing to do: a section irc, ircd, http or qotd should be there");
}
