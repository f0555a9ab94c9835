#include "config_private.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <signalbox/url.h>

size_t
config_line_of(const struct config_reading *reading, const char *section, const char *title,
	const char *option)
{
	const struct config_mark *mark = config_find_mark(reading, section, title, option);

	if (!mark)
		mark = config_find_mark(reading, section, title, NULL);
	return mark ? mark->line : 0;
}

/* What does not go together. */

/* The certificates and keys that a URL names: they are read when it is used, and at HUP. */
void
config_check_files(struct config_reading *reading, size_t line, const char *what, const char *text)
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
	config_check_files(reading, config_line_of(reading, listener->section, "", "listen"), what,
		listener->listen);
}

static void
check_listeners(struct config_reading *reading, const struct listener *listeners, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		const char *section = listeners[i].section;

		if (!listeners[i].listen && config_find_mark(reading, section, "", NULL))
			config_tell(reading, config_line_of(reading, section, "", NULL),
				"%s: listen is missing: listen = \"tcp://ADDRESS:PORT\"", section);
		if (listeners[i].listen)
			check_listener_files(reading, &listeners[i]);
		for (j = 0; j < i; j++)
			if (listeners[i].listen && listeners[j].listen
				&& is_same_place(listeners[i].listen, listeners[j].listen))
				config_tell(reading, config_line_of(reading, section, "", "listen"),
					"%s: listen: %s is taken by %s, in line %zu", section,
					listeners[i].listen, listeners[j].section,
					config_line_of(
						reading, listeners[j].section, "", "listen"));
	}
}

int
config_open_sts(const char *state_directory_or_null, sb_sts_complain_fn *complain, void *self,
	struct sb_sts **ret_sts, struct sb_error *ret_error)
{
	const char *folder = state_directory_or_null;
	char path[PATH_MAX];

	if (!folder)
		return sb_sts_open(NULL, complain, self, ret_sts, ret_error);
	if ((size_t)snprintf(path, sizeof(path), "%s/sts", folder) >= sizeof(path))
		return sb_error_set(ret_error, -ENAMETOOLONG, "%s: it is too long", folder);
	return sb_sts_open(path, complain, self, ret_sts, ret_error);
}

/* It is read at the start, which fails where that cannot be. */
static void
check_state_directory(struct config_reading *reading, const char *path_or_null)
{
	size_t line = config_line_of(reading, "", "", "state-directory");
	struct stat status;
	struct sb_error why;
	struct sb_sts *sts;

	if (!path_or_null)
		return;
	if (stat(path_or_null, &status))
		config_tell(
			reading, line, "state-directory: %s: %s", path_or_null, strerror(errno));
	else if (!S_ISDIR(status.st_mode))
		config_tell(reading, line, "state-directory: %s: it is no folder", path_or_null);
	else if (config_open_sts(path_or_null, NULL, NULL, &sts, &why))
		config_tell(reading, line, "state-directory: %s", why.text);
	else
		sb_sts_close(sts);
}

void
config_check(struct config_reading *reading, const struct config *config)
{
	const struct listener listeners[] = {
		{ "ircd", config->ircd.listen },
		{ "http", config->http.listen },
		{ "qotd", config->qotd },
	};
	bool has_right_values = !reading->n_problems;
	size_t i, n_sections = config->n_ircs;

	check_state_directory(reading, config->state_directory);
	for (i = 0; i < config->n_ircs; i++)
		config_check_irc(reading, config, &config->ircs[i], has_right_values);
	check_listeners(reading, listeners, 3);
	for (i = 0; i < 3; i++)
		n_sections += config_find_mark(reading, listeners[i].section, "", NULL) != NULL;
	if (!n_sections)
		config_tell(reading, 0,
			"nothing to do: a section irc, ircd, http or qotd should be there");
}
