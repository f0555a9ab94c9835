#include "http_parse.h"

#include <string.h>

#include <signalbox/http.h>

static size_t
count_pairs(struct sb_bytes text, char separator)
{
	const char *at = text.ptr;
	size_t n = 1, i;

	for (i = 0; i < text.len && n < SB_HTTP_PAIRS_MAX; i++)
		n += at[i] == separator;
	return n;
}

static size_t
head_size(size_t n)
{
	return sizeof(struct sb_http_pairs) + n * sizeof(struct sb_http_pair);
}

size_t
sb_http_pairs_size(struct sb_bytes text, char separator)
{
	return head_size(count_pairs(text, separator)) + text.len + 1;
}

static void
add_decoded(struct sb_http_pairs *pairs, char *name)
{
	char *value = strchr(name, '=');

	if (!*name)
		return;
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

static void
add_cookie(struct sb_http_pairs *pairs, char *name)
{
	char *value = strchr(name, '=');

	if (!value)
		return;
	*value++ = '\0';
	pairs->pairs[pairs->n++] = (struct sb_http_pair){ trim(name), trim(value) };
}

struct sb_http_pairs *
sb_http_pairs_read(void *memory, struct sb_bytes text, char separator)
{
	size_t n_max = count_pairs(text, separator), n;
	struct sb_http_pairs *pairs = memory;
	char *at = (char *)memory + head_size(n_max), *end;

	/* A NUL would end its value unseen; nothing that is encoded rightly has one. */
	if (text.len && memchr(text.ptr, '\0', text.len))
		text.len = 0;
	if (text.len)
		memcpy(at, text.ptr, text.len);
	at[text.len] = '\0';
	pairs->n = 0;
	for (n = 0; at && n < n_max; n++, at = end) {
		end = strchr(at, separator);
		if (end)
			*end++ = '\0';
		if (separator == '&')
			add_decoded(pairs, at);
		else
			add_cookie(pairs, at);
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
