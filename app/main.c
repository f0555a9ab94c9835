/* The process around Quoth: its command line, its signals, what it prints. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>
#include <signalbox/url.h>

#include "catalogue.h"
#include "options.h"
#include "quoth.h"

enum {
	EXIT_USAGE = 2,
	EXIT_SIGNAL = 128, /* and the signal's number */
};

struct program {
	struct sb_reactor *r;
	struct quoth *quoth;
	bool is_demo, is_ending;
	int status;
};

/* What is written to a log that nobody reads any more is lost, and does not end the program. */
static void
print_log(void *self, const char *line)
{
	(void)self;
	(void)fprintf(stderr, "%s\n", line);
}

static void
print_try_irc(const char *text)
{
	struct sb_url url;

	if (!sb_url_parse(text, &url, NULL) && url.scheme == SB_SCHEME_TCP)
		(void)printf("try:   irssi -c %s -p %u, then /join %s and !quote\n", url.host,
			url.port, OPTIONS_DEMO_CHANNEL);
}

static void
print_try_qotd(const char *text)
{
	struct sb_url url;

	if (sb_url_parse(text, &url, NULL))
		return;
	if (url.scheme == SB_SCHEME_TCP)
		(void)printf("try:   nc %s %u\n", url.host, url.port);
	else
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
end(struct program *program)
{
	program->is_ending = true;
	quoth_shut(program->quoth, "Goodbye");
}

static void
on_ready(void *self)
{
	struct program *program = self;
	const char *ircd = quoth_ircd_url(program->quoth);
	const char *qotd = quoth_qotd_url(program->quoth);

	errno = 0;
	(void)puts("ready");
	if (ircd)
		(void)printf("irc:   %s\n", ircd);
	if (qotd)
		(void)printf("qotd:  %s\n", qotd);
	/* Elsewhere nobody answers there. */
	if (ircd && program->is_demo)
		print_try_irc(ircd);
	if (qotd)
		print_try_qotd(qotd);
	program->status = flush();
	if (program->status)
		end(program);
}

static void
on_over(void *self)
{
	struct program *program = self;

	sb_reactor_stop(program->r);
}

static void
on_signal(void *self, int signal_number)
{
	struct program *program = self;

	if (program->is_ending)
		exit(EXIT_SIGNAL + signal_number);
	(void)fprintf(stderr, "saying goodbye; again to end at once\n");
	end(program);
}

static int
fail(const struct sb_error *error)
{
	(void)fprintf(stderr, "quoth: %s\n", error->text);
	return error->code == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
}

/* Runs what is made until it is over. */
static int
run_made(struct program *program, struct sb_dispatcher *d, const struct options *options)
{
	struct log log = { print_log, NULL };
	struct quoth_events events = { on_ready, on_over, program };
	struct sb_error error;

	if (quoth_create(d, program->r, options, &log, &events, &program->quoth, &error))
		return fail(&error);
	error.code = sb_reactor_on_signal(program->r, SB_HANDLER(on_signal), program);
	if (!error.code)
		error.code = sb_reactor_run(program->r);
	(void)sb_reactor_on_signal(program->r, NULL, NULL, NULL);
	quoth_destroy(program->quoth);
	if (!error.code)
		return program->status;
	(void)sb_error_set(&error, error.code, "cannot run: %s", strerror(-error.code));
	return fail(&error);
}

static int
run(const struct options *options)
{
	struct program program = { .is_demo = options->is_demo };
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_error error;
	int status;

	program.r = sb_reactor_create();
	if (d && program.r) {
		status = run_made(&program, d, options);
	} else {
		(void)sb_error_set(&error, -errno, "cannot begin: %s", strerror(errno));
		status = fail(&error);
	}
	sb_dispatcher_destroy(d);
	sb_reactor_destroy(program.r);
	return status;
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
	}
	options_finish(&options);
	return status ? status : flush();
}
