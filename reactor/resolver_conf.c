#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "resolver_search.h"

#define BLANKS " \t\r"

enum {
	FILE_MAX = 64 * 1024,
	OWN_LINE_MAX = 1024, /* of those that are not in the file */
	NDOTS_MAX = 15,
	TIMEOUT_MS = 5000, /* of one server; several share it, so that silence takes 15 s in all */
	TIMEOUT_MAX_MS = 30000,
	TRIES = 2,
	TRIES_MAX = 5,
};

/* Reads at most cap bytes. Returns how many, or a negative errno. */
static ssize_t
read_all(int fd, char *buf, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, buf + len, cap - len);
		if (n < 0 && errno != EINTR)
			return -errno;
		len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && len < cap);
	return (ssize_t)len;
}

/* The same; 0 where there is no file. */
static ssize_t
read_file(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	n = read_all(fd, buf, cap);
	(void)close(fd);
	return n == (ssize_t)cap ? -EFBIG : n;
}

/* The domain in which we are ourselves, as a line; or "". */
static size_t
write_own_domain(char *buf, size_t cap)
{
	char host[256] = "";
	const char *dot;

	(void)gethostname(host, sizeof(host) - 1);
	dot = strchr(host, '.');
	return dot ? (size_t)snprintf(buf, cap, "domain %s\n", dot + 1) : 0;
}

static size_t
write_variable(char *buf, size_t cap, const char *key, const char *variable)
{
	const char *value = getenv(variable);
	size_t len = value ? strlen(key) + strlen(value) + 2 : 0;

	if (len == 0 || len >= cap)
		return 0;
	return (size_t)snprintf(buf, cap, "\n%s %s", key, value);
}

/* What counts is the last line of a kind: so what goes before the file is a default, and what goes
 * behind it has the word. */
static int
write_text(char *text, const char *path)
{
	size_t len = write_own_domain(text, OWN_LINE_MAX);
	ssize_t n = read_file(path, text + len, FILE_MAX);

	if (n < 0)
		return (int)n;
	len += (size_t)n;
	len += write_variable(text + len, OWN_LINE_MAX, "search", "LOCALDOMAIN");
	len += write_variable(text + len, OWN_LINE_MAX, "options", "RES_OPTIONS");
	text[len] = '\0';
	return 0;
}

/* What stands behind the key, or NULL. */
static char *
value_of(char *line, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) != 0 || !line[len] || !strchr(BLANKS, line[len]))
		return NULL;
	return line + len + strspn(line + len, BLANKS);
}

static bool
read_option(const char *word, const char *key, int min, int max, int *ret_value)
{
	size_t len = strlen(key);
	long value;
	char *end;

	if (strncmp(word, key, len) != 0)
		return false;
	value = strtol(word + len, &end, 10);
	if (end == word + len || (*end && !strchr(BLANKS, *end)))
		return false;
	*ret_value = value < min ? min : value > max ? max : (int)value;
	return true;
}

static void
take_option(struct resolver_conf *conf, const char *word)
{
	int value;

	if (read_option(word, "ndots:", 0, NDOTS_MAX, &value))
		conf->ndots = (unsigned)value;
	else if (read_option(word, "timeout:", 1, TIMEOUT_MAX_MS / 1000, &value))
		conf->timeout_ms = value * 1000;
	else if (read_option(word, "retrans:", 1, TIMEOUT_MAX_MS, &value))
		conf->timeout_ms = value;
	else if (read_option(word, "attempts:", 1, TRIES_MAX, &value)
		 || read_option(word, "retry:", 1, TRIES_MAX, &value))
		conf->tries = value;
}

static void
take_options(struct resolver_conf *conf, const char *words)
{
	for (; *words; words += strspn(words, BLANKS)) {
		take_option(conf, words);
		words += strcspn(words, BLANKS);
	}
}

static void
take_line(struct resolver_conf *conf, char *line, int *n_servers)
{
	char *value;

	line[strcspn(line, "#;\r")] = '\0';
	if (value_of(line, "nameserver")) {
		++*n_servers;
	} else if ((value = value_of(line, "options"))) {
		take_options(conf, value);
	} else if ((value = value_of(line, "search"))) {
		conf->domains = value;
	} else if ((value = value_of(line, "domain"))) {
		value[strcspn(value, BLANKS)] = '\0';
		conf->domains = value;
	}
}

static void
take_text(struct resolver_conf *conf)
{
	char *line = conf->text, *end;
	int n_servers = 0;

	for (; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		take_line(conf, line, &n_servers);
	}
	if (conf->timeout_ms == 0)
		conf->timeout_ms = TIMEOUT_MS / (n_servers > 1 ? n_servers : 1);
	if (conf->timeout_ms == 0)
		conf->timeout_ms = 1;
}

int
sb_resolver_conf_init(struct resolver_conf *conf, const char *path)
{
	char *text;
	int ret;

	memset(conf, 0, sizeof(*conf));
	conf->ndots = 1;
	conf->tries = TRIES;
	conf->domains = "";
	conf->text = malloc(FILE_MAX + 3 * OWN_LINE_MAX + 1);
	if (!conf->text)
		return -ENOMEM;
	ret = write_text(conf->text, path);
	if (ret < 0) {
		sb_resolver_conf_finish(conf);
		return ret;
	}
	text = realloc(conf->text, strlen(conf->text) + 1);
	if (text)
		conf->text = text;
	take_text(conf);
	return 0;
}

void
sb_resolver_conf_finish(struct resolver_conf *conf)
{
	free(conf->text);
	conf->text = NULL;
}
