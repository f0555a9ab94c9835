#include <dirent.h>
#include <errno.h>

#include "transcript.h"

/* The place of a failure outlives the run. */
static _Thread_local char failure_place[1024];

static __attribute__((noreturn)) void
fail_at(const char *name, unsigned line, struct text *report)
{
	if (line)
		(void)snprintf(failure_place, sizeof(failure_place), "%s:%u", name, line);
	else
		(void)snprintf(failure_place, sizeof(failure_place), "%s", name);
	sb_kit_fail(failure_place, report);
}

/* ---- Running ---- */

static void
run_all_ways(const struct script *script, const struct sb_subject *subject, void *self,
	unsigned *ret_line, struct text *report)
{
	static const struct {
		const char *how;
		bool is_by_byte, is_chopped;
	} ways[] = {
		{ "run whole", false, false },
		{ "run with each byte of the peer sent by itself", true, false },
		{ "run over a network that chops", false, true },
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct run run = {
			.subject = subject,
			.self = self,
			.how = ways[i].how,
			.is_by_byte = ways[i].is_by_byte,
			.is_chopped = ways[i].is_chopped,
			.report = report,
		};

		if (!sb_kit_run_script(&run, script, ret_line))
			return;
	}
}

/* Whether all went as told, or the report and its line. */
static bool
run_text(const char *text, const struct sb_subject *subject, void *self, unsigned *ret_line,
	struct text *report)
{
	struct script script = { 0 };
	int error = sb_kit_script_parse(&script, text, ret_line, report);

	if (!error)
		run_all_ways(&script, subject, self, ret_line, report);
	sb_kit_script_finish(&script);
	if (error == -ENOMEM)
		report->is_lost = true;
	return !report->len && !report->is_lost;
}

void
sb_transcript_run_text(
	const char *name, const char *text, const struct sb_subject *subject, void *self)
{
	struct text report = { 0 };
	unsigned line = 0;

	if (!run_text(text, subject, self, &line, &report))
		fail_at(name, line, &report);
}

/* ---- Files ---- */

static int
read_file(const char *path, struct text *text)
{
	FILE *file = fopen(path, "re");
	char buf[4096];
	size_t len;
	int error;

	if (!file)
		return -errno;
	while ((len = fread(buf, 1, sizeof(buf), file)))
		(void)sb_kit_text_add(text, (struct sb_bytes){ buf, len });
	error = ferror(file) ? -EIO : text->is_lost ? -ENOMEM : 0;
	(void)fclose(file);
	if (!error && memchr(text_of(text), '\0', text->len))
		error = -EILSEQ;
	return error;
}

static bool
run_file(const char *path, const struct sb_subject *subject, void *self, unsigned *ret_line,
	struct text *report)
{
	struct text text = { 0 };
	int error = read_file(path, &text);

	if (error)
		(void)sb_kit_text_addf(report, "cannot be read: %s\n", strerror(-error));
	else
		(void)run_text(text_of(&text), subject, self, ret_line, report);
	sb_kit_text_finish(&text);
	return !report->len && !report->is_lost;
}

void
sb_transcript_run(const char *path, const struct sb_subject *subject, void *self)
{
	struct text report = { 0 };
	unsigned line = 0;

	if (!run_file(path, subject, self, &line, &report))
		fail_at(path, line, &report);
}

static int
is_transcript(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && !strcmp(dot, ".txt");
}

void
sb_transcript_run_folder(const char *folder, const struct sb_subject *subject, void *self)
{
	struct text report = { 0 };
	struct dirent **entries = NULL;
	char path[sizeof(failure_place) - 16];
	unsigned line = 0;
	bool is_well = true;
	int i, n = scandir(folder, &entries, is_transcript, alphasort);

	(void)snprintf(path, sizeof(path), "%s", folder);
	if (n < 0)
		(void)sb_kit_text_addf(&report, "cannot be read: %s\n", strerror(errno));
	else if (!n)
		(void)sb_kit_text_addf(&report, "no transcript in there: no file *.txt\n");
	for (i = 0; i < n; i++) {
		if (is_well) {
			(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			is_well = run_file(path, subject, self, &line, &report);
		}
		free(entries[i]);
	}
	free(entries);
	if (n <= 0 || !is_well)
		fail_at(path, line, &report);
}
