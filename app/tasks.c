#include "tasks.h"
#include "quotes_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One task at work. */
struct task {
	const struct options *options;
	const struct tasks_io *io;
	struct quotes *quotes;
	const char *path; /* what is being imported */
	bool is_told; /* what is wrong with that as a whole */
	struct quotes_imported all;
	bool has_failed;
};

static void
tell(const struct task *task, const char *about, const char *why)
{
	(void)fprintf(task->io->err, "%s: %s\n", about, why);
}

static void
fail(struct task *task, const struct sb_error *error)
{
	tell(task, "quoth", error->text);
	task->has_failed = true;
}

static void
on_problem(void *self, const struct quotes_problem *problem)
{
	struct task *task = self;

	if (!problem->line) {
		task->is_told |= !strcmp(problem->path, task->path);
		tell(task, problem->path, problem->why);
		return;
	}
	(void)fprintf(task->io->err, "%s:%zu: %s\n", problem->path, problem->line, problem->why);
}

/* Everything up to the end, malloc()ed. */
static int
read_all(FILE *from, char **ret_bytes, size_t *ret_len)
{
	size_t len = 0, cap = 64 * 1024;
	char *bytes = malloc(cap), *more;

	errno = 0;
	while (bytes && (len += fread(bytes + len, 1, cap - len, from)) == cap
		&& len <= QUOTES_MAX_FILE) {
		cap *= 2;
		more = realloc(bytes, cap);
		if (!more)
			free(bytes);
		bytes = more;
	}
	if (!bytes)
		return -ENOMEM;
	if (ferror(from)) {
		free(bytes);
		return errno ? -errno : -EIO;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	return 0;
}

static int
import_fortune_input(struct task *task, const char *name, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	char *bytes;
	size_t len;
	int error = read_all(task->io->in, &bytes, &len);

	if (error)
		return sb_error_set(ret_error, error, "%s: %s", name, strerror(-error));
	error = quotes_import_fortune_bytes(task->quotes, name, (struct sb_bytes){ bytes, len },
		task->io->now_s, on_problem, task, ret_imported, ret_error);
	free(bytes);
	return error;
}

static int
import_fortune(struct task *task, const char *path, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	if (!strcmp(path, "-"))
		return import_fortune_input(task, task->path, ret_imported, ret_error);
	return quotes_import_fortune(
		task->quotes, path, task->io->now_s, on_problem, task, ret_imported, ret_error);
}

static int
import_json(struct task *task, const char *path, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	bool is_input = !strcmp(path, "-");
	FILE *file = is_input ? task->io->in : fopen(path, "re");
	int error = file ? 0 : -errno;

	if (!file)
		return sb_error_set(ret_error, error, "%s: %s", path, strerror(-error));
	error = quotes_import_json(task->quotes, file, task->path, task->io->now_s, on_problem,
		task, ret_imported, ret_error);
	if (!is_input)
		(void)fclose(file);
	return error;
}

/* What the import has told already is not told again. */
static void
import_one(struct task *task, const char *path)
{
	struct quotes_imported imported = { 0 };
	struct sb_error error = { 0, "" };
	bool is_json = task->options->task == OPTIONS_IMPORT_JSON;

	task->path = strcmp(path, "-") ? path : "standard input";
	task->is_told = false;
	if (is_json ? import_json(task, path, &imported, &error)
		    : import_fortune(task, path, &imported, &error)) {
		if (!task->is_told)
			fail(task, &error);
		task->has_failed = true;
	}
	task->all.n_added += imported.n_added;
	task->all.n_known += imported.n_known;
	task->all.n_skipped += imported.n_skipped;
}

static void
import_all(struct task *task)
{
	size_t i;

	for (i = 0; i < task->options->n_args; i++)
		import_one(task, task->options->args[i]);
	(void)fprintf(task->io->err, "%zu added, %zu known already, %zu skipped\n",
		task->all.n_added, task->all.n_known, task->all.n_skipped);
	task->has_failed |= task->all.n_skipped > 0;
}

static void
export_all(struct task *task)
{
	struct sb_error error;
	int64_t n = quotes_export_json(task->quotes, task->io->out, &error);

	if (n >= 0) {
		(void)fprintf(task->io->err, "%lld exported\n", (long long)n);
		return;
	}
	tell(task, "quoth: export", error.text);
	task->has_failed = true;
}

static void
back_up(struct task *task)
{
	struct sb_error error;
	const char *path = task->options->args[0];

	if (quotes_backup(task->quotes, path, &error))
		fail(task, &error);
	else
		(void)fprintf(task->io->err, "%s: a copy of the database\n", path);
}

static void
work(struct task *task)
{
	switch (task->options->task) {
	case OPTIONS_EXPORT:
		export_all(task);
		break;
	case OPTIONS_BACKUP:
		back_up(task);
		break;
	default:
		import_all(task);
		break;
	}
}

/* A database in memory would be gone with the process, and nothing would have come of it. */
static int
open_quotes(const struct config *config, struct quotes **ret_quotes, struct sb_error *ret_error)
{
	if (!config->database[0])
		return sb_error_set(ret_error, -EINVAL,
			"%s: database is \"\": a file should stand there to be worked on",
			config->path);
	return quotes_open(config->database, ret_quotes, ret_error);
}

static void
on_config_problem(void *self, const char *text)
{
	(void)fprintf(self, "%s\n", text);
}

struct config *
tasks_read_config(const char *path, FILE *err)
{
	struct config *config;

	return config_read(path, on_config_problem, err, &config) ? NULL : config;
}

bool
tasks_has(enum options_task task)
{
	return task == OPTIONS_CHECK || task == OPTIONS_IMPORT_FORTUNE
	       || task == OPTIONS_IMPORT_JSON || task == OPTIONS_EXPORT || task == OPTIONS_BACKUP;
}

int
tasks_run(const struct options *options, const struct tasks_io *io)
{
	struct task task = { .options = options, .io = io };
	struct config *config = tasks_read_config(options->config, io->err);
	struct sb_error error;

	sb_assert(tasks_has(options->task));
	if (!config)
		return TASKS_FAILED;
	if (options->task == OPTIONS_CHECK) {
		(void)fprintf(io->out, "%s: fine\n", options->config);
	} else if (open_quotes(config, &task.quotes, &error)) {
		fail(&task, &error);
	} else {
		work(&task);
		quotes_close(task.quotes);
	}
	config_destroy(config);
	return task.has_failed ? TASKS_FAILED : TASKS_DONE;
}
