/* The process around Quoth: its command line, what it prints, who holds it up. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <signalbox/dispatcher.h>
#include <signalbox/join.h>
#include <signalbox/reactor.h>
#include <signalbox/trace.h>
#include <signalbox/url.h>
#include <signalbox/watchdog.h>

#include "catalogue.h"
#include "options.h"
#include "quoth.h"
#include "tasks.h"

enum {
	EXIT_USAGE = 2,
	EXIT_SIGNAL = 128, /* and the signal's number */
};

#define HELD_NS (1 * SB_S) /* a turn of the loop that takes longer is told of */

struct program {
	const struct options *options;
	struct sb_reactor *r;
	struct sb_watchdog *watchdog;
	struct quoth *quoth;
	struct log log;
	int status;
};

/* What is written to a log that nobody reads any more is lost, and does not end the program. */
static void
print_log(void *self, const char *line)
{
	(void)self;
	(void)fprintf(stderr, "%s\n", line);
}

/* A page's address: for tcp as browsers want it. */
static void
print_web(const char *text)
{
	char where[SB_URL_CAP];
	struct sb_url url;
	bool is_tls;

	if (sb_url_parse(text, &url, NULL) || url.scheme != SB_SCHEME_TCP) {
		(void)printf("web:   %s\n", text);
		return;
	}
	is_tls = url.is_tls;
	url.is_tls = false;
	url.options[0] = '\0';
	sb_url_print(&url, where, sizeof(where));
	(void)printf("web:   %s://%s/\n", is_tls ? "https" : "http", where + strlen("tcp://"));
}

static void
print_try(const char *ircd, const char *qotd)
{
	struct sb_url url;

	if (ircd && !sb_url_parse(ircd, &url, NULL) && url.scheme == SB_SCHEME_TCP)
		/* Its command line knows nothing of TLS. */
		(void)printf(url.is_tls ? "try:   irssi, then /connect -tls %s %u, "
					  "/join #signalbox and !quote\n"
					: "try:   irssi -c %s -p %u, then /join #signalbox and "
					  "!quote\n",
			url.host, url.port);
	if (!qotd || sb_url_parse(qotd, &url, NULL))
		return;
	if (url.scheme == SB_SCHEME_TCP && url.is_tls)
		(void)printf("try:   openssl s_client -quiet -connect %s%s%s:%u\n",
			strchr(url.host, ':') ? "[" : "", url.host,
			strchr(url.host, ':') ? "]" : "", url.port);
	else if (url.is_tls)
		return;
	else if (url.scheme == SB_SCHEME_TCP)
		(void)printf("try:   nc %s %u\n", url.host, url.port);
	else if (url.scheme == SB_SCHEME_UNIX)
		(void)printf("try:   nc -U %s\n", url.path);
}

/* What was printed counts only when it has arrived. errno was 0 before it was printed. */
static int
flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "quoth: standard output: %s\n", strerror(errno ? errno : EIO));
	return EXIT_FAILURE;
}

static void
on_ready(void *self)
{
	struct program *program = self;
	const char *ircd = quoth_ircd_url(program->quoth);
	const char *http = quoth_http_url(program->quoth);
	const char *qotd = quoth_qotd_url(program->quoth);

	errno = 0;
	(void)puts("ready");
	if (ircd)
		(void)printf("irc:   %s\n", ircd);
	if (http)
		print_web(http);
	if (qotd)
		(void)printf("qotd:  %s\n", qotd);
	if (program->options->is_demo)
		print_try(ircd, qotd);
	program->status = flush();
	if (program->status)
		quoth_shut(program->quoth, "Goodbye");
}

static void
on_over(void *self)
{
	struct program *program = self;

	sb_reactor_stop(program->r);
}

static void
on_config_problem(void *self, const char *text)
{
	struct program *program = self;

	log_say(&program->log, "%s", text);
}

/* A configuration that is wrong is refused whole. */
static void
on_reload(void *self)
{
	struct program *program = self;
	struct config *config;
	struct sb_error error;

	if (config_read(program->options->config, on_config_problem, program, &config))
		log_say(&program->log, "the configuration is wrong, and stays as it was");
	else if (quoth_reload(program->quoth, config, &error))
		log_say(&program->log, "the configuration stays as it was: %s", error.text);
	else
		log_say(&program->log, "the configuration is in effect");
}

static int
fail(const struct sb_error *error)
{
	(void)fprintf(stderr, "quoth: %s\n", error->text);
	return error->code == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
}

/* Runs what is made until it is over. */
static int
run_made(struct program *program, struct sb_dispatcher *d, struct config *config)
{
	struct quoth_events events = { on_ready, on_reload, on_over, program };
	struct sb_error error;
	int signal_number;

	if (quoth_create(d, program->r, config, program->options->is_demo, &program->log, &events,
		    &program->quoth, &error))
		return fail(&error);
	error.code = sb_reactor_run(program->r);
	signal_number = quoth_end_signal(program->quoth);
	quoth_destroy(program->quoth);
	if (signal_number)
		return EXIT_SIGNAL + signal_number;
	if (!error.code)
		return program->status;
	(void)sb_error_set(&error, error.code, "cannot run: %s", strerror(-error.code));
	return fail(&error);
}

/* On a thread of its own, while it lasts. */
static void
on_held(void *self, const char *place, int64_t held_ns)
{
	const struct program *program = self;

	log_say(&program->log, "%s has held the loop for %.1f s", place,
		(double)held_ns / (double)SB_S);
}

static void
on_held_no_more(void *self, const char *place, int64_t held_ns)
{
	const struct program *program = self;

	log_say(&program->log, "%s held the loop for %.1f s in all", place,
		(double)held_ns / (double)SB_S);
}

static int
begin(struct program *program, struct sb_dispatcher *d, struct sb_error *ret_error)
{
	int error = -errno;

	if (d && program->r)
		error = sb_join(d, program->r, SB_PLACE);
	if (d && program->r && !error)
		error = sb_watchdog_create(
			program->r, HELD_NS, on_held, on_held_no_more, program, &program->watchdog);
	if (!error)
		error = sb_join_watchdog(d, program->watchdog);
	if (error)
		return sb_error_set(ret_error, error, "cannot begin: %s", strerror(-error));
	return sb_trace_from_environment(d, stderr, ret_error);
}

static int
run_configured(struct program *program, struct config *config)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_error error;
	int status;

	program->r = sb_reactor_create();
	if (begin(program, d, &error)) {
		config_destroy(config);
		status = fail(&error);
	} else {
		status = run_made(program, d, config);
	}
	sb_dispatcher_destroy(d);
	sb_watchdog_destroy(program->watchdog);
	sb_reactor_destroy(program->r);
	return status;
}

static int
run(const struct options *options)
{
	struct program program = { .options = options, .log = { print_log, NULL } };
	struct config *config = tasks_read_config(options->config, stderr);

	return config ? run_configured(&program, config) : EXIT_FAILURE;
}

/* What is done at once. Only a reactor knows the time. */
static int
do_task(const struct options *options)
{
	struct tasks_io io = { stdin, stdout, stderr, 0 };
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error;

	if (!r) {
		(void)sb_error_set(&error, -errno, "cannot begin: %s", strerror(errno));
		return fail(&error);
	}
	io.now_s = sb_reactor_wall_ns(r) / SB_S;
	sb_reactor_destroy(r);
	return tasks_run(options, &io);
}

/* A descriptor from 0 to 2 that is closed would become a connection, and what is printed would go
 * there. */
static void
hold_standard_descriptors(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		/* It takes the lowest that is free, which is this one. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			exit(EXIT_FAILURE);
}

int
main(int argc, char **argv)
{
	struct options options;
	struct sb_error error;
	int status = EXIT_SUCCESS;

	hold_standard_descriptors();
	(void)signal(SIGPIPE, SIG_IGN);
	if (options_parse(argc, argv, &options, &error))
		return fail(&error);
	errno = 0;
	switch (options.task) {
	case OPTIONS_RUN:
		status = run(&options);
		break;
	case OPTIONS_HELP:
		options_print_help(stdout);
		break;
	case OPTIONS_VERSION:
		options_print_version(stdout);
		break;
	case OPTIONS_SIGNALS:
		catalogue_print(stdout);
		break;
	default:
		status = do_task(&options);
		break;
	}
	return status ? status : flush();
}
