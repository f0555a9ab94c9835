/* URLs: what is read is printed, read again as the same and printed as the same; what is refused
 * has an error of one line that names a column inside the text, and leaves the result alone. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/url.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_read(const struct sb_url *url)
{
	char printed[SB_URL_CAP], again[SB_URL_CAP];
	struct sb_url copy;

	sb_url_print(url, printed, sizeof(printed));
	sb_assert(sb_url_parse(printed, &copy, NULL) == 0);
	sb_assert(copy.scheme == url->scheme && copy.port == url->port);
	sb_assert(copy.is_tls == url->is_tls && copy.fd == url->fd);
	sb_assert(strcmp(copy.host, url->host) == 0 && strcmp(copy.path, url->path) == 0);
	sb_assert(strcmp(copy.options, url->options) == 0);
	sb_url_print(&copy, again, sizeof(again));
	sb_assert(strcmp(printed, again) == 0);
}

/* Each option is there by its key, and has a value; which keys there are the parser knows. */
static void
check_options(const struct sb_url *url)
{
	const char *at = url->options;
	char key[16], value[sizeof(url->options)];

	while (*at) {
		size_t len = strcspn(at, "=");

		sb_assert(len > 0 && len < sizeof(key) && at[len] == '=');
		memcpy(key, at, len);
		key[len] = '\0';
		sb_assert(sb_url_option(url, key, value, sizeof(value)));
		sb_assert(value[0] && strlen(value) <= strcspn(at + len + 1, "&"));
		at += strcspn(at, "&");
		at += *at == '&';
	}
}

/* One or the other fails, or both, with words. */
static void
check_uses(const struct sb_url *url)
{
	struct sb_error error = { 0 };

	sb_assert(sb_url_check_connect(url, &error) == error.code);
	sb_assert(!error.code || strstr(error.text, "connecting to"));
	error.code = 0;
	sb_assert(sb_url_check_listen(url, &error) == error.code);
	sb_assert(!error.code || strstr(error.text, "listening at"));
}

static void
check_refused(const char *text, int ret, const struct sb_error *error)
{
	const char *column = strstr(error->text, "\", column ");
	const char *c;

	sb_assert(ret == -EINVAL || ret == -ENAMETOOLONG);
	sb_assert(error->code == ret);
	sb_assert(error->text[0] == '"' && column);
	/* The quoted text may hold the same words; the last is the column's. */
	for (c = column; c; c = strstr(c + 1, "\", column "))
		column = c;
	sb_assert(strtoul(column + strlen("\", column "), NULL, 10) >= 1);
	sb_assert(strtoul(column + strlen("\", column "), NULL, 10) <= strlen(text) + 1);
	for (c = error->text; *c; c++)
		sb_assert(*c >= ' ' && *c <= '~');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct sb_url url, before;
	struct sb_error error;
	int ret;

	sb_assert(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	memset(&url, 0x5a, sizeof(url));
	before = url;
	ret = sb_url_parse(text, &url, &error);
	if (ret == 0) {
		check_read(&url);
		check_options(&url);
		check_uses(&url);
	} else {
		check_refused(text, ret, &error);
		sb_assert(memcmp(&url, &before, sizeof(url)) == 0);
	}
	free(text);
	return 0;
}
