#include "config_private.h"
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
config_tell(struct config_reading *reading, size_t line, const char *format, ...)
{
	char why[2 * CONFIG_VALUE_CAP], text[2 * sizeof(why)], shown[2 * sizeof(why)];
	va_list args;

	if (reading->n_problems++ >= CONFIG_MOST_PROBLEMS)
		return;
	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	if (line)
		(void)snprintf(text, sizeof(text), "%s:%zu: %s", reading->path, line, why);
	else
		(void)snprintf(text, sizeof(text), "%s: %s", reading->path, why);
	(void)text_clean(text, strlen(text), shown, sizeof(shown));
	reading->problem(reading->self, shown);
	if (reading->n_problems < CONFIG_MOST_PROBLEMS)
		return;
	(void)snprintf(text, sizeof(text), "%s: and perhaps more; these are enough to begin with",
		reading->path);
	reading->problem(reading->self, text);
}

const struct config_mark *
config_find_mark(const struct config_reading *reading, const char *section, const char *title,
	const char *option)
{
	const struct config_mark *mark = reading->marks;

	for (; mark < reading->marks + reading->n_marks; mark++)
		if (!strcmp(mark->section, section) && !strcmp(mark->title, title)
			&& !mark->option == !option && (!option || !strcmp(mark->option, option)))
			return mark;
	return NULL;
}

/* Taking the values out of libconfuse's tree. */

char *
config_keep(struct config_reading *reading, const char *text_or_null)
{
	char *kept = text_or_null ? strdup(text_or_null) : NULL;

	if (text_or_null && !kept)
		reading->is_out_of_memory = true;
	return kept;
}

char **
config_keep_list(struct config_reading *reading, cfg_t *section, const char *name, size_t *ret_n)
{
	size_t i, n = cfg_size(section, name);
	char **list = calloc(n ? n : 1, sizeof(*list));

	*ret_n = 0;
	if (!list) {
		reading->is_out_of_memory = true;
		return NULL;
	}
	for (i = 0; i < n; i++)
		list[i] = config_keep(reading, cfg_getnstr(section, name, (unsigned)i));
	*ret_n = n;
	return list;
}

static void
take_ircs(struct config_reading *reading, cfg_t *all, struct config *config)
{
	size_t n = cfg_size(all, "irc");

	config->ircs = calloc(n ? n : 1, sizeof(*config->ircs));
	if (!config->ircs) {
		reading->is_out_of_memory = true;
		return;
	}
	for (; config->n_ircs < n; config->n_ircs++)
		config_take_irc(reading, cfg_getnsec(all, "irc", (unsigned)config->n_ircs),
			&config->ircs[config->n_ircs]);
}

static void
take_http(struct config_reading *reading, cfg_t *section, struct config_http *http)
{
	size_t len;

	http->listen = config_keep(reading, cfg_getstr(section, "listen"));
	http->base_url = config_keep(reading, cfg_getstr(section, "base-url"));
	for (len = http->base_url ? strlen(http->base_url) : 0;
		len && http->base_url[len - 1] == '/';)
		http->base_url[--len] = '\0';
	http->hosts = config_keep_list(reading, section, "hosts", &http->n_hosts);
	http->has_access_log = cfg_getbool(section, "access-log");
}

/* The sections that there may be one of, or none. */
static cfg_t *
find_section(cfg_t *all, const char *name)
{
	return cfg_size(all, name) ? cfg_getnsec(all, name, 0) : NULL;
}

static void
take_limits(cfg_t *section, struct config *config)
{
	config->person_burst = (int)cfg_getint(section, "person-burst");
	config->person_every_s = (int)cfg_getint(section, "person-every-s");
	config->channel_burst = (int)cfg_getint(section, "channel-burst");
	config->channel_every_s = (int)cfg_getint(section, "channel-every-s");
}

static void
take_all(struct config_reading *reading, cfg_t *all, struct config *config)
{
	cfg_t *section;

	config->path = config_keep(reading, reading->path);
	config->database = config_keep(reading, cfg_getstr(all, "database"));
	config->state_directory = config_keep(reading, cfg_getstr(all, "state-directory"));
	config->quotes = config_keep_list(reading, all, "quotes", &config->n_quotes);
	take_ircs(reading, all, config);
	section = find_section(all, "ircd");
	if (section)
		config_take_ircd(reading, section, &config->ircd);
	section = find_section(all, "http");
	if (section)
		take_http(reading, section, &config->http);
	section = find_section(all, "qotd");
	if (section)
		config->qotd = config_keep(reading, cfg_getstr(section, "listen"));
	take_limits(cfg_getsec(all, "limits"), config);
}

/* Reading. */

static int
parse(struct config_reading *reading, char *text, struct config *config)
{
	int error = config_scan(reading, text, config_options());
	cfg_t *all;

	if (error)
		return error;
	all = config_create_tree(reading);
	if (!all)
		return -ENOMEM;
	if (cfg_parse_buf(all, text) == CFG_SUCCESS)
		take_all(reading, all, config);
	else if (!reading->n_problems)
		error = -ENOMEM;
	(void)cfg_free(all);
	if (reading->is_out_of_memory)
		error = -ENOMEM;
	if (!error)
		config_check(reading, config);
	return error;
}

static int
read_text(struct config_reading *reading, char *text, struct config **ret_config)
{
	struct config *config = calloc(1, sizeof(*config));
	int error = config ? parse(reading, text, config) : -ENOMEM;

	if (!error && reading->n_problems)
		error = -EINVAL;
	if (error == -ENOMEM)
		config_tell(reading, 0, "out of memory");
	if (error)
		config_destroy(config);
	else
		*ret_config = config;
	return error;
}

/* The bytes of an open file, with a NUL after them. */
static int
load(FILE *file, char **ret_text, size_t *ret_len)
{
	char *text = malloc(CONFIG_MOST_BYTES + 1);

	if (!text)
		return -ENOMEM;
	errno = 0;
	*ret_len = fread(text, 1, CONFIG_MOST_BYTES + 1, file);
	if (ferror(file)) {
		free(text);
		return errno ? -errno : -EIO;
	}
	if (*ret_len <= CONFIG_MOST_BYTES)
		text[*ret_len] = '\0';
	*ret_text = text;
	return 0;
}

static int
read_bytes(struct config_reading *reading, char *text, size_t len, struct config **ret_config)
{
	if (len > CONFIG_MOST_BYTES) {
		config_tell(reading, 0, "it is longer than %d bytes, the most", CONFIG_MOST_BYTES);
		return -EINVAL;
	}
	if (strlen(text) < len) {
		config_tell(reading, 0, "it holds a NUL byte: this is no text");
		return -EINVAL;
	}
	return read_text(reading, text, ret_config);
}

/* The mode of a file that everybody may read; else 0. */
static unsigned
mode_for_all(FILE *file)
{
	struct stat status;

	return !fstat(fileno(file), &status) && status.st_mode & S_IROTH
		       ? (unsigned)status.st_mode & 07777
		       : 0;
}

static int
read_file(struct config_reading *reading, struct config **ret_config)
{
	FILE *file = fopen(reading->path, "re");
	int error = file ? 0 : -errno;
	char *text = NULL;
	size_t len = 0;

	if (file) {
		reading->open_mode = mode_for_all(file);
		error = load(file, &text, &len);
		(void)fclose(file);
	}
	if (error)
		config_tell(reading, 0, "%s", strerror(-error));
	else
		error = read_bytes(reading, text, len, ret_config);
	if (text)
		explicit_bzero(text, len);
	free(text);
	return error;
}

/* It is large for a stack. */
static struct config_reading *
begin(const char *path, config_problem_fn *problem, void *self)
{
	struct config_reading *reading = calloc(1, sizeof(*reading));

	if (!reading)
		return NULL;
	reading->path = path;
	reading->problem = problem;
	reading->self = self;
	return reading;
}

int
config_read(const char *path, config_problem_fn *problem, void *self, struct config **ret_config)
{
	struct config_reading *reading = begin(path, problem, self);
	int error = reading ? read_file(reading, ret_config) : -ENOMEM;

	free(reading);
	return error;
}

int
config_parse(const char *name, const char *text, config_problem_fn *problem, void *self,
	struct config **ret_config)
{
	struct config_reading *reading = begin(name, problem, self);
	char *copy = strndup(text, CONFIG_MOST_BYTES + 1);
	int error = reading && copy ? read_bytes(reading, copy, strlen(copy), ret_config) : -ENOMEM;

	free(copy);
	free(reading);
	return error;
}

void
config_free_list(char **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

const struct config_irc *
config_find_irc(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; config && i < config->n_ircs; i++)
		if (!strcmp(config->ircs[i].name, name))
			return &config->ircs[i];
	return NULL;
}

void
config_destroy(struct config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->n_ircs; i++)
		config_finish_irc(&config->ircs[i]);
	free(config->ircs);
	free(config->path);
	free(config->database);
	free(config->state_directory);
	config_free_list(config->quotes, config->n_quotes);
	config_finish_ircd(&config->ircd);
	free(config->qotd);
	free(config->http.listen);
	free(config->http.base_url);
	config_free_list(config->http.hosts, config->http.n_hosts);
	free(config);
}
