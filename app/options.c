#include "options.h"
#include "near.h"

#include <errno.h>
#include <string.h>

#define TRY_HELP "see quoth --help"

/* Those that only say what to do instead. */
struct flag {
	const char *name;
	enum options_task task;
};

static const struct flag flags[] = {
	{ "check-config", OPTIONS_CHECK },
	{ "signals", OPTIONS_SIGNALS },
	{ "help", OPTIONS_HELP },
	{ "version", OPTIONS_VERSION },
};

/* What to do, as words. */
struct command {
	const char *first, *second; /* second: NULL where one word is enough */
	enum options_task task;
	size_t least, most; /* arguments */
	const char *usage;
};

static const struct command commands[] = {
	{ "import", "fortune", OPTIONS_IMPORT_FORTUNE, 1, (size_t)-1,
		"import fortune FILE..., where - is standard input" },
	{ "import", "json", OPTIONS_IMPORT_JSON, 1, (size_t)-1,
		"import json FILE..., where - is standard input" },
	{ "export", NULL, OPTIONS_EXPORT, 0, 0, "export, without more" },
	{ "backup", NULL, OPTIONS_BACKUP, 1, 1, "backup FILE, with a file that is not there yet" },
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static int
unknown_option(const char *arg, struct sb_error *ret_error)
{
	const char *names[N_OF(flags) + 2] = { "config", "demo" };
	char near[NEAR_CAP] = "", name[64];
	size_t i, len = strcspn(arg, "=");

	for (i = 0; i < N_OF(flags); i++)
		names[2 + i] = flags[i].name;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(len < 60 ? len : 60), arg);
	if (!strncmp(name, "--", 2))
		near_find(name + 2, names, N_OF(names), "--", near);
	return sb_error_set(ret_error, -EINVAL, "%s: no such option%s; " TRY_HELP, name, near);
}

static int
set_task(struct options *options, const struct flag *flag, struct sb_error *ret_error)
{
	if (options->task != OPTIONS_RUN && options->task != flag->task)
		return sb_error_set(ret_error, -EINVAL,
			"--%s: an option before it says to do something else; " TRY_HELP,
			flag->name);
	options->task = flag->task;
	return 0;
}

/* An option without a value. They are written out: a script that has one only begun would break
 * when a new one begins so too. */
static int
take_flag(struct options *options, const char *arg, struct sb_error *ret_error)
{
	size_t i, len = strcspn(arg, "=");
	const struct flag *flag = NULL;
	bool is_demo = len == strlen("--demo") && !strncmp(arg, "--demo", len);

	for (i = 0; i < N_OF(flags); i++)
		if (!strncmp(arg, "--", 2) && strlen(flags[i].name) + 2 == len
			&& !strncmp(arg + 2, flags[i].name, len - 2))
			flag = &flags[i];
	if (!flag && !is_demo)
		return unknown_option(arg, ret_error);
	if (arg[len])
		return sb_error_set(
			ret_error, -EINVAL, "%.100s: this option takes no value; " TRY_HELP, arg);
	options->is_demo |= is_demo;
	return flag ? set_task(options, flag, ret_error) : 0;
}

/* --config FILE or --config=FILE. Returns how many arguments that is, 0 when it is not that. */
static int
take_config(struct options *options, char **args, struct sb_error *ret_error)
{
	static const char name[] = "--config";
	size_t len = sizeof(name) - 1;
	bool is_joined = !strncmp(args[0], name, len) && args[0][len] == '=';
	const char *value = is_joined ? args[0] + len + 1 : args[1];

	if (!is_joined && strcmp(args[0], name) != 0)
		return 0;
	if (!value || !value[0])
		return sb_error_set(
			ret_error, -EINVAL, "--config: a file should follow; " TRY_HELP);
	options->config = value;
	return is_joined ? 1 : 2;
}

/* Options may stand anywhere before --; the words are moved together. */
static int
read_all(int argc, char **argv, struct options *options, struct sb_error *ret_error)
{
	int i, got;

	for (i = 1; i < argc; i += got) {
		if (!strcmp(argv[i], "--")) {
			while (++i < argc)
				options->args[options->n_args++] = argv[i];
			break;
		}
		got = 1;
		if (argv[i][0] != '-' || !argv[i][1]) {
			options->args[options->n_args++] = argv[i];
			continue;
		}
		got = take_config(options, &argv[i], ret_error);
		if (!got)
			got = take_flag(options, argv[i], ret_error) ? -EINVAL : 1;
		if (got < 0)
			return got;
	}
	return 0;
}

static int
unknown_command(const struct options *options, struct sb_error *ret_error)
{
	static const char *const first[] = { "import", "export", "backup" };
	static const char *const second[] = { "fortune", "json" };
	bool is_import = !strcmp(options->args[0], "import");
	char near[NEAR_CAP];

	if (is_import && options->n_args < 2)
		return sb_error_set(ret_error, -EINVAL,
			"import: fortune or json should follow, and files; " TRY_HELP);
	if (is_import)
		near_find(options->args[1], second, N_OF(second), "", near);
	else
		near_find(options->args[0], first, N_OF(first), "", near);
	return sb_error_set(ret_error, -EINVAL, "%s%.60s: no such command%s; " TRY_HELP,
		is_import ? "import " : "", options->args[is_import], near);
}

static const struct command *
find_command(const struct options *options)
{
	size_t i;

	for (i = 0; i < N_OF(commands); i++)
		if (!strcmp(options->args[0], commands[i].first)
			&& (!commands[i].second
				|| (options->n_args > 1
					&& !strcmp(options->args[1], commands[i].second))))
			return &commands[i];
	return NULL;
}

static int
take_command(struct options *options, struct sb_error *ret_error)
{
	const struct command *command = find_command(options);
	size_t n;

	if (!command)
		return unknown_command(options, ret_error);
	n = command->second ? 2 : 1;
	if (options->task != OPTIONS_RUN || options->is_demo)
		return sb_error_set(ret_error, -EINVAL,
			"%s: an option says to do something else; " TRY_HELP, command->first);
	if (options->n_args - n < command->least || options->n_args - n > command->most)
		return sb_error_set(ret_error, -EINVAL, "%s: it should be %s; " TRY_HELP,
			command->first, command->usage);
	options->task = command->task;
	options->args += n;
	options->n_args -= n;
	return 0;
}

int
options_parse(int argc, char **argv, struct options *ret_options, struct sb_error *ret_error)
{
	int error;

	*ret_options = (struct options){
		.task = OPTIONS_RUN,
		.config = OPTIONS_DEFAULT_CONFIG,
		.args = argc ? argv + 1 : argv,
	};
	error = read_all(argc, argv, ret_options, ret_error);
	if (!error && ret_options->n_args)
		error = take_command(ret_options, ret_error);
	return error;
}
