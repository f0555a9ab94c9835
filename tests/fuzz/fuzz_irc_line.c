/* A line of IRC: what can be read can be written, and is then read as the same. And the small parts
 * beside it: tags, times, cuts, names. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/irc/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_line(const struct sb_wire_line *line)
{
	size_t i;

	sb_assert(strlen(line->tags) <= SB_WIRE_TAGS_MAX - 2);
	sb_assert(line->n_params <= SB_WIRE_PARAMS_MAX);
	for (i = 0; i < line->n_params; i++)
		sb_assert(sb_wire_is_trailing(line->params[i]));
	for (i = 0; i + 1 < line->n_params; i++)
		sb_assert(sb_wire_is_middle(line->params[i]));
	for (i = line->n_params; i <= SB_WIRE_PARAMS_MAX; i++)
		sb_assert(!*line->params[i]);
}

static void
check_same(const struct sb_wire_line *a, const struct sb_wire_line *b)
{
	size_t i;

	sb_assert(!strcmp(a->tags, b->tags) && !strcmp(a->verb, b->verb));
	sb_assert(!strcmp(a->nick, b->nick));
	sb_assert(!a->user == !b->user && (!a->user || !strcmp(a->user, b->user)));
	sb_assert(!a->host == !b->host && (!a->host || !strcmp(a->host, b->host)));
	sb_assert(a->n_params == b->n_params);
	for (i = 0; i < a->n_params; i++)
		sb_assert(!strcmp(a->params[i], b->params[i]));
}

static void
check_round_trip(const struct sb_wire_line *line)
{
	static struct sb_wire_line again;
	char source[SB_WIRE_MAX], buf[SB_WIRE_ANY_MAX + 1];
	const char *why;
	struct sb_wire_out out = { .tags = line->tags,
		.source = source,
		.verb = line->verb,
		.params = line->params,
		.n_params = line->n_params };
	int len;

	(void)snprintf(source, sizeof(source), "%s%s%s%s%s", line->nick, line->user ? "!" : "",
		line->user ? line->user : "", line->host ? "@" : "", line->host ? line->host : "");
	if (!*source)
		out.source = NULL;
	len = sb_wire_build(&out, buf, sizeof(buf));
	/* A source may begin with a colon of its own, which no sane one does. And a last parameter
	 * that came without its colon may be a byte longer with it. */
	if (len < 0) {
		sb_assert(*source == ':' || len == -EMSGSIZE);
		return;
	}
	sb_assert((size_t)len == strlen(buf));
	sb_assert(!sb_wire_parse((struct sb_bytes){ buf, (size_t)len - 2 }, &again, &why));
	check_same(line, &again);
}

/* A tag that can be written is read as the same. */
static void
check_tag(const char *tags, const struct sb_wire_tag *tag, const char *value)
{
	static char key[SB_WIRE_TAGS_MAX], text[2 * SB_WIRE_TAGS_MAX], picked[2 * SB_WIRE_TAGS_MAX];
	struct sb_wire_tags out = { text, sizeof(text), 0 };
	const char *found = NULL;
	struct sb_words words;

	sb_words_init(&words, &tag->key, 1);
	sb_wire_tags_pick(sb_bytes_of(tags), &words, picked, &found);
	sb_assert(found);
	memcpy(key, tag->key.ptr, tag->key.len);
	key[tag->key.len] = '\0';
	sb_assert(sb_wire_tag_is(tag, key));
	if (sb_wire_tags_add(&out, key, value))
		return;
	sb_assert(out.len == strlen(text) && !text[strcspn(text, " ;\r\n")]);
	found = NULL;
	sb_wire_tags_pick(sb_bytes_of(text), &words, picked, &found);
	sb_assert(found && !strcmp(found, value));
}

static void
check_tags(const struct sb_wire_line *line)
{
	static char value[SB_WIRE_TAGS_MAX];
	const char *cursor = line->tags;
	struct sb_wire_tag tag;
	size_t total = 0, i;
	int64_t ms;

	for (i = 0; sb_wire_tag_next(&cursor, &tag); i++) {
		sb_assert(tag.key.len);
		total += sb_wire_unescape(tag.value, value) + 1;
		(void)sb_wire_time(value, &ms);
		/* A few: each looks through all of them. */
		if (i < 8)
			check_tag(line->tags, &tag, value);
	}
	sb_assert(!*cursor && total <= SB_WIRE_TAGS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sb_wire_line line;
	const char *why = NULL;
	int error;
	char *copy = malloc(size + 1);

	sb_assert(copy);
	memcpy(copy, data, size);
	copy[size] = '\0';
	error = sb_wire_parse((struct sb_bytes){ copy, size }, &line, &why);
	free(copy);
	sb_assert(!error || error == -ENODATA || why);
	if (error)
		return 0;
	check_line(&line);
	check_round_trip(&line);
	check_tags(&line);
	return 0;
}
