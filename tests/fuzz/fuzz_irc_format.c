/* A formatted text: its runs are what is left of it without its formatting, and written anew they
 * are read as the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/irc_format.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 512 };

/* A text, and how each byte of it looks. */
struct seen {
	size_t len;
	char text[TEXT_MAX];
	struct sb_irc_format format[TEXT_MAX];
};

static void
see(struct seen *seen, struct sb_bytes text, struct sb_irc_writer *writer)
{
	static char part[TEXT_MAX + 1];
	struct sb_irc_runs runs;
	struct sb_irc_run run;
	size_t i;

	seen->len = 0;
	sb_irc_runs_init(&runs, text);
	while (sb_irc_runs_next(&runs, &run)) {
		sb_assert(run.text.len && seen->len + run.text.len <= TEXT_MAX);
		for (i = 0; i < run.text.len; i++)
			seen->format[seen->len + i] = run.format;
		memcpy(seen->text + seen->len, run.text.ptr, run.text.len);
		seen->len += run.text.len;
		memcpy(part, run.text.ptr, run.text.len);
		part[run.text.len] = '\0';
		if (writer)
			sb_assert(!sb_irc_writer_add(writer, &run.format, part));
	}
}

static void
check_same(const struct seen *a, const struct seen *b)
{
	size_t i;

	sb_assert(a->len == b->len && !memcmp(a->text, b->text, a->len));
	for (i = 0; i < a->len; i++)
		sb_assert(a->format[i].style == b->format[i].style
			  && a->format[i].foreground == b->format[i].foreground
			  && a->format[i].background == b->format[i].background);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seen first, again;
	static char anew[16 * TEXT_MAX];
	struct sb_irc_writer writer;
	char *copy;
	size_t len;

	if (size > TEXT_MAX || memchr(data, '\0', size)) {
		struct sb_irc_runs runs;
		struct sb_irc_run run;

		sb_irc_runs_init(&runs, (struct sb_bytes){ data, size });
		while (sb_irc_runs_next(&runs, &run))
			sb_assert(run.text.len);
		return 0;
	}
	copy = malloc(size + 1);
	sb_assert(copy);
	memcpy(copy, data, size);
	copy[size] = '\0';
	sb_irc_writer_init(&writer, anew, sizeof(anew));
	see(&first, (struct sb_bytes){ data, size }, &writer);
	see(&again, (struct sb_bytes){ anew, writer.len }, NULL);
	check_same(&first, &again);
	/* Cut somewhere, and whole. */
	len = sb_irc_strip(copy, anew, 1 + size / 2);
	sb_assert(len <= size / 2 && len == strlen(anew) && !memcmp(anew, first.text, len));
	len = sb_irc_strip(copy, copy, size + 1);
	sb_assert(len == first.len && !memcmp(copy, first.text, len) && !copy[len]);
	sb_assert(sb_irc_strip(copy, copy, size + 1) == len);
	free(copy);
	return 0;
}
