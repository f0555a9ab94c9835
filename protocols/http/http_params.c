#include <signalbox/http.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_parse.h"

static size_t
count_pairs(struct sb_bytes text, char separator)
{
	const char *at = text.ptr;
	size_t n = 1, i;

	for (i = 0; i < text.len && n < SB_HTTP_PAIRS_MAX; i++)
		n += at[i] == separator;
	return n;
}

/* Room for so many pairs, and behind them a copy of the text, with a NUL. */
static struct sb_http_pairs *
make_pairs(struct sb_bytes text, size_t n, char **ret_copy)
{
	size_t head = sizeof(struct sb_http_pairs) + n * sizeof(struct sb_http_pair);
	struct sb_http_pairs *pairs = malloc(head + text.len + 1);

	if (!pairs)
		return NULL;
	pairs->n = 0;
	*ret_copy = (char *)pairs + head;
	if (text.len)
		memcpy(*ret_copy, text.ptr, text.len);
	(*ret_copy)[text.len] = '\0';
	return pairs;
}

static void
add_decoded(struct sb_http_pairs *pairs, char *name)
{
	char *value = strchr(name, '=');

	if (value)
		*value++ = '\0';
	else
		value = name + strlen(name);
	if (sb_http_decode(name, true) < 0)
		return;
	pairs->pairs[pairs->n++] = (struct sb_http_pair){
		.name = name,
		.value = sb_http_decode(value, true) < 0 ? NULL : value,
	};
}

struct sb_http_pairs *
sb_http_pairs_read_query(struct sb_bytes text)
{
	size_t n_max = count_pairs(text, '&'), n;
	char *at, *end;
	struct sb_http_pairs *pairs;

	/* A NUL would end its value unseen; nothing that is encoded rightly has one. */
	if (text.len && memchr(text.ptr, '\0', text.len))
		text.len = 0;
	pairs = make_pairs(text, n_max, &at);
	for (n = 0; pairs && at && n < n_max; n++, at = end) {
		end = strchr(at, '&');
		if (end)
			*end++ = '\0';
		if (*at)
			add_decoded(pairs, at);
	}
	return pairs;
}

static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	return text;
}

struct sb_http_pairs *
sb_http_pairs_read_cookies(struct sb_bytes text)
{
	size_t n_max = count_pairs(text, ';'), n;
	char *at, *end, *value;
	struct sb_http_pairs *pairs = make_pairs(text, n_max, &at);

	for (n = 0; pairs && at && n < n_max; n++, at = end) {
		end = strchr(at, ';');
		if (end)
			*end++ = '\0';
		value = strchr(at, '=');
		if (!value)
			continue;
		*value++ = '\0';
		pairs->pairs[pairs->n++] = (struct sb_http_pair){ trim(at), trim(value) };
	}
	return pairs;
}

const char *
sb_http_pairs_get(const struct sb_http_pairs *pairs, const char *name)
{
	size_t i;

	for (i = 0; pairs && i < pairs->n; i++) {
		if (strcmp(pairs->pairs[i].name, name) == 0)
			return pairs->pairs[i].value;
	}
	return NULL;
}
