#include "http_parse.h"

#include <string.h>
#include <strings.h>

static const char *
skip_space(const char *at)
{
	return at + strspn(at, " \t");
}

/* Reads a weight, from 0 to 1 with three digits at most, in thousandths; -1 when it is none. */
static int
read_weight(const char **at)
{
	int weight, unit = 100;

	if (**at != '0' && **at != '1')
		return -1;
	weight = *(*at)++ == '1' ? 1000 : 0;
	if (**at != '.')
		return weight;
	for ((*at)++; **at >= '0' && **at <= '9' && unit; (*at)++, unit /= 10)
		weight += (**at - '0') * unit;
	return weight > 1000 ? -1 : weight;
}

static size_t
token_len(const char *at)
{
	size_t len = 0;

	while (sb_http_is_token_char(at[len]))
		len++;
	return len;
}

static bool
is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(at, word, len) == 0;
}

/* Keeps the weight of a coding; the first that is said of it counts. */
static void
note(struct sb_http_codings *codings, const char *name, size_t len, int weight)
{
	int *kept;

	if (is_word(name, len, "gzip") || is_word(name, len, "x-gzip"))
		kept = &codings->gzip;
	else if (is_word(name, len, "identity"))
		kept = &codings->identity;
	else if (is_word(name, len, "*"))
		kept = &codings->any;
	else
		return;
	if (*kept < 0)
		*kept = weight;
}

void
sb_http_codings_read(struct sb_http_codings *codings, const char *at)
{
	while (*at) {
		const char *name = at = skip_space(at);
		size_t len = token_len(at);
		int weight = 1000;

		at = skip_space(at + len);
		if (*at == ';') {
			at = skip_space(at + 1);
			if ((at[0] == 'q' || at[0] == 'Q') && at[1] == '=') {
				at += 2;
				weight = read_weight(&at);
			}
			at = skip_space(at);
		}
		if (len && weight >= 0 && (!*at || *at == ','))
			note(codings, name, len, weight);
		at += strcspn(at, ",");
		at += *at == ',';
	}
}

bool
sb_http_codings_take_gzip(const struct sb_http_codings *codings)
{
	int gzip = codings->gzip < 0 ? codings->any : codings->gzip;

	return gzip > 0 && gzip >= codings->identity;
}

bool
sb_http_type_shrinks(const char *type)
{
	static const char *const types[] = { "application/json", "application/xml",
		"application/javascript", "application/wasm", "font/ttf", "font/otf",
		"image/vnd.microsoft.icon" };
	size_t len = strcspn(type, "; \t"), i;

	/* The client wants each event as it comes. */
	if (is_word(type, len, "text/event-stream"))
		return false;
	if (strncasecmp(type, "text/", 5) == 0)
		return true;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (is_word(type, len, types[i]))
			return true;
	}
	return len > 5
	       && (is_word(type + len - 5, 5, "+json") || is_word(type + len - 4, 4, "+xml"));
}
