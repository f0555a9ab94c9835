/* The program as a process: what it prints and where, and with what status it ends. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_cmocka.h"

#define SAMPLE SOURCE_DIR "/tests/app/sample"

#define IRCD "ircd { listen = \"tcp://127.0.0.1:0\" }\n"
#define QOTD "qotd { listen = \"tcp://127.0.0.1:0\" }\n"

enum { LIMIT_MS = 60 * 1000 };

/* The three are its descriptors 0 to 2; -1: closed. */
static pid_t
start(const int fds[3], const char *const *args)
{
	const char *argv[16] = { "quoth" };
	char path[PATH_MAX + 8] = "";
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
	int i, copies[3];
	pid_t pid;

	assert_true(len > 0);
	(void)strcat(dirname(path), "/quoth");
	for (i = 1; (argv[i] = args[i - 1]); i++)
		assert_true(i < 15);
	pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	/* Out of the way first, so that none is put over another. */
	for (i = 0; i < 3; i++)
		copies[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, 10);
	for (i = 0; i < 3; i++)
		if (copies[i] < 0)
			close(i);
		else
			dup2(copies[i], i);
	/* As a shell would have it, whatever the test's own parent does. */
	(void)signal(SIGPIPE, SIG_DFL);
	execv(path, (char *const *)(void *)argv);
	_exit(127);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A configuration with three quotes, in a file that is there until it is removed. */
static char config[] = "/tmp/test_main.XXXXXX";

static void
write_config_with(const char *quotes, const char *sections)
{
	FILE *file;

	(void)strcpy(config, "/tmp/test_main.XXXXXX");
	file = fdopen(mkstemp(config), "w");
	assert_non_null(file);
	assert_true(fprintf(file, "database = \"\"\nquotes = { %s }\n%s", quotes, sections) > 0);
	assert_int_equal(fclose(file), 0);
}

static void
write_config(const char *sections)
{
	write_config_with("\"" SAMPLE "\"", sections);
}

static pid_t
start_with(const int fds[3], const char *sections)
{
	write_config(sections);
	return start(fds, ARGS("--config", config));
}

static int
open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Reads until the text holds what is looked for, or the end. */
static void
read_until(int fd, char *buf, size_t cap, const char *what)
{
	struct pollfd poll_fd = { fd, POLLIN, 0 };
	size_t len = strlen(buf);
	ssize_t got;

	while (!what || !strstr(buf, what)) {
		if (poll(&poll_fd, 1, LIMIT_MS) != 1)
			sb_testing_fail(SB_PLACE, "no '%s' in: %s", what ? what : "end", buf);
		assert_true(len + 1 < cap);
		got = read(fd, buf + len, cap - 1 - len);
		if (got <= 0 && what)
			sb_testing_fail(SB_PLACE, "the end came before '%s': %s", what, buf);
		if (got <= 0)
			return;
		len += (size_t)got;
		buf[len] = '\0';
	}
}

static int
wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)unlink(config);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* A socket of ours at a free port of 127.0.0.1. */
static int
listen_somewhere(int *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void
send_text(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void
what_it_prints_never_goes_into_a_connection(void **state)
{
	static const int closed[3] = { -1, -1, -1 };
	char text[128], heard[8192] = "";
	int port, fd, listening = listen_somewhere(&port);
	struct pollfd poll_fd = { listening, POLLIN, 0 };
	pid_t pid;

	(void)state;
	(void)snprintf(text, sizeof(text),
		"irc there { server = \"tcp://127.0.0.1:%d\" channels = { \"#c\" } }\n", port);
	pid = start_with(closed, text);
	assert_int_equal(poll(&poll_fd, 1, LIMIT_MS), 1);
	fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	read_until(fd, heard, sizeof(heard), "USER ");
	send_text(fd, ":irc.test 001 quoth :Welcome\r\n:irc.test 433 quoth x :No\r\n"
		      ":irc.test 422 quoth :No MOTD\r\n");
	send_text(fd, "PING :end\r\n");
	read_until(fd, heard, sizeof(heard), "PONG ");
	assert_non_null(strstr(heard, "JOIN #c\r\n"));
	/* These are words of the log. */
	assert_null(strstr(heard, "registered"));
	assert_null(strstr(heard, "refused"));
	assert_null(strstr(heard, "ready"));
	assert_int_equal(kill(pid, SIGTERM), 0);
	read_until(fd, heard, sizeof(heard), "QUIT ");
	close(fd);
	assert_int_equal(wait_for(pid), 0);
	close(listening);
}

static void
a_log_that_nobody_reads_any_more_does_not_end_it(void **state)
{
	int null = open_null(), out[2], log[2];
	char said[4096] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	close(log[0]);
	pid = start_with((int[]){ null, out[1], log[1] }, QOTD);
	close(out[1]);
	close(log[1]);
	read_until(out[0], said, sizeof(said), "qotd:  tcp://127.0.0.1:");
	assert_memory_equal(said, "ready\nqotd:  tcp://127.0.0.1:", 29);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(wait_for(pid), 0);
	close(out[0]);
	close(null);
}

/* It has so much to tell while it begins that it waits for us to read, and so has not begun to
 * run. */
static void
signals_while_it_begins_wait_until_it_runs(void **state)
{
	int null = open_null(), log[2], i;
	char paths[16 * 1024] = "", said[32 * 1024] = "";
	size_t len = 0;
	pid_t pid;

	(void)state;
	for (i = 0; i < 20; i++)
		len += (size_t)snprintf(paths + len, sizeof(paths) - len,
			"%s\"/nowhere/%0200d/%0100d\"", i ? ", " : "", i, i);
	write_config_with(paths, QOTD);
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	assert_true(fcntl(log[1], F_SETPIPE_SZ, 4096) > 0);
	pid = start((int[]){ null, null, log[1] }, ARGS("--config", config));
	close(log[1]);
	read_until(log[0], said, 1024, "No such file");
	assert_int_equal(kill(pid, SIGHUP), 0);
	read_until(log[0], said, sizeof(said), "the configuration is in effect");
	assert_int_equal(kill(pid, SIGTERM), 0);
	read_until(log[0], said, sizeof(said), NULL);
	assert_int_equal(wait_for(pid), 0);
	close(log[0]);
	close(null);
}

/* Whoever asks for a trace by a list that cannot be is told so before anything begins. */
static void
a_trace_is_asked_for_in_the_environment(void **state)
{
	int null = open_null(), log[2];
	char said[32 * 1024] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	assert_int_equal(setenv("SIGNALBOX_TRACE", "irc", 1), 0);
	pid = start_with((int[]){ null, null, log[1] }, IRCD);
	read_until(log[0], said, sizeof(said), "\n");
	assert_string_equal(said,
		"quoth: SIGNALBOX_TRACE: 'irc': names have a dot, and no signal is "
		"called just that; all of irc is irc.*\n");
	assert_int_equal(wait_for(pid), 2);
	assert_int_equal(setenv("SIGNALBOX_TRACE", "irc.joined", 1), 0);
	pid = start_with((int[]){ null, null, log[1] },
		IRCD "irc home { server = \"ircd\" channels = { \"#signalbox\" } }\n");
	close(log[1]);
	assert_int_equal(unsetenv("SIGNALBOX_TRACE"), 0);
	read_until(log[0], said, sizeof(said), " irc.joined [home] channel=\"#signalbox\" ");
	read_until(log[0], said, sizeof(said), "\n  on_joined app/");
	assert_int_equal(kill(pid, SIGTERM), 0);
	read_until(log[0], said, sizeof(said), "\ndestroyed, with nothing left\n");
	assert_null(strstr(said, "irc.registered"));
	assert_int_equal(wait_for(pid), 0);
	close(log[0]);
	close(null);
}

static void
what_cannot_be_printed_ends_it_with_the_reason(void **state)
{
	int null = open_null(), full = open("/dev/full", O_WRONLY | O_CLOEXEC), log[2];
	char said[4096] = "";
	pid_t pid;

	(void)state;
	assert_true(full >= 0);
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	pid = start_with((int[]){ null, full, log[1] }, QOTD);
	close(log[1]);
	read_until(log[0], said, sizeof(said), NULL);
	assert_int_equal(wait_for(pid), 1);
	assert_non_null(strstr(said, "quoth: standard output: No space left on device\n"));
	assert_null(strstr(strstr(said, "output:") + 1, "output:"));
	close(log[0]);
	close(full);
	close(null);
}

static void
what_to_try_is_told_in_a_demonstration_only(void **state)
{
	int null = open_null(), out[2];
	char said[4096] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	pid = start_with((int[]){ null, out[1], null }, IRCD QOTD);
	close(out[1]);
	read_until(out[0], said, sizeof(said), "qotd:  tcp://127.0.0.1:");
	assert_non_null(strstr(said, "\nirc:   tcp://127.0.0.1:"));
	assert_null(strstr(said, "try:"));
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(wait_for(pid), 0);
	close(out[0]);
	close(null);
}

/* Its log, what it printed, and itself. */
struct running {
	pid_t pid;
	int out, log;
	char said[4096], logged[8192];
};

static void
begin(struct running *running, const char *sections)
{
	int null = open_null(), out[2], log[2];

	memset(running, 0, sizeof(*running));
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	running->pid = start_with((int[]){ null, out[1], log[1] }, sections);
	running->out = out[0];
	running->log = log[0];
	close(out[1]);
	close(log[1]);
	close(null);
}

static void
expect_log(struct running *running, const char *text)
{
	read_until(running->log, running->logged, sizeof(running->logged), text);
}

static void
rewrite_config(const char *sections)
{
	char old[sizeof(config)];

	memcpy(old, config, sizeof(config));
	write_config(sections);
	assert_int_equal(rename(config, old), 0);
	memcpy(config, old, sizeof(config));
}

static void
hup_puts_another_configuration_into_effect_and_refuses_a_broken_one_whole(void **state)
{
	struct running running;

	(void)state;
	begin(&running, QOTD);
	read_until(running.out, running.said, sizeof(running.said), "qotd:  tcp://127.0.0.1:");
	rewrite_config(QOTD "irc { }\nnikc = 1\n");
	assert_int_equal(kill(running.pid, SIGHUP), 0);
	expect_log(&running, "the configuration is wrong, and stays as it was\n");
	rewrite_config(IRCD QOTD "irc here { server = \"ircd\" channels = { \"#here\" } }\n");
	assert_int_equal(kill(running.pid, SIGHUP), 0);
	expect_log(&running, "the configuration is in effect\n");
	expect_log(&running, "here: joined #here\n");
	assert_int_equal(kill(running.pid, SIGTERM), 0);
	assert_int_equal(wait_for(running.pid), 0);
	close(running.out);
	close(running.log);
}

static void
a_configuration_that_is_wrong_ends_it_with_all_that_is(void **state)
{
	struct running running;

	(void)state;
	begin(&running, "qodt { }\nirc x { server = \"tcp://nowhere\" }\n");
	read_until(running.log, running.logged, sizeof(running.logged), NULL);
	assert_int_equal(wait_for(running.pid), 1);
	assert_non_null(strstr(running.logged, "qotd"));
	assert_non_null(strstr(running.logged, "tcp://nowhere"));
	close(running.out);
	close(running.log);
}

/* What a service manager hears: a socket of ours. */
static int
listen_for_notes(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(address.sun_family);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char name[sizeof(address.sun_path) + 1] = "@";

	/* The system chooses an abstract name. */
	assert_int_equal(bind(fd, (const struct sockaddr *)(const void *)&address, len), 0);
	len = sizeof(address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &len), 0);
	memcpy(name + 1, address.sun_path + 1, len - sizeof(address.sun_family) - 1);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

/* The next note but for those of the watchdog, whose number is counted. */
static const char *
next_note(int fd, unsigned *n_watchdog)
{
	static char text[256];
	struct pollfd poll_fd = { fd, POLLIN, 0 };
	ssize_t len;

	do {
		assert_int_equal(poll(&poll_fd, 1, LIMIT_MS), 1);
		len = recv(fd, text, sizeof(text) - 1, 0);
		assert_true(len >= 0);
		text[len] = '\0';
	} while (!strcmp(text, "WATCHDOG=1") && ++*n_watchdog);
	return text;
}

static void
service_manager_is_told_of_its_life(void **state)
{
	struct running running;
	unsigned n_watchdog = 0;
	int fd = listen_for_notes();

	(void)state;
	assert_int_equal(setenv("WATCHDOG_USEC", "20000", 1), 0);
	begin(&running, QOTD);
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	assert_string_equal(next_note(fd, &n_watchdog), "READY=1");
	assert_string_equal(next_note(fd, &n_watchdog), "STATUS=3 quotes, 0 IRC networks");
	assert_int_equal(kill(running.pid, SIGHUP), 0);
	assert_int_equal(
		strncmp(next_note(fd, &n_watchdog), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	assert_string_equal(next_note(fd, &n_watchdog), "STATUS=3 quotes, 0 IRC networks");
	assert_string_equal(next_note(fd, &n_watchdog), "READY=1");
	expect_log(&running, "the configuration is in effect\n");
	/* The loop waits, and that counts as turning. */
	for (n_watchdog = 0; n_watchdog < 3; n_watchdog++) {
		char text[64] = "";

		assert_true(recv(fd, text, sizeof(text) - 1, 0) > 0);
		assert_string_equal(text, "WATCHDOG=1");
	}
	assert_int_equal(kill(running.pid, SIGTERM), 0);
	assert_string_equal(next_note(fd, &n_watchdog), "STOPPING=1");
	assert_string_equal(next_note(fd, &n_watchdog), "STATUS=Saying goodbye");
	assert_int_equal(wait_for(running.pid), 0);
	close(running.out);
	close(running.log);
	close(fd);
}

/* The IRC server that it is on does not answer its goodbye. */
static void
second_signal_ends_it_at_once_with_its_number(void **state)
{
	char text[128], heard[8192] = "";
	struct running running;
	int port, fd, listening = listen_somewhere(&port);

	(void)state;
	(void)snprintf(text, sizeof(text),
		"irc there { server = \"tcp://127.0.0.1:%d\" channels = { \"#c\" } }\n", port);
	begin(&running, text);
	fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	read_until(fd, heard, sizeof(heard), "USER ");
	send_text(fd, ":irc.test 001 quoth :Welcome\r\n");
	read_until(fd, heard, sizeof(heard), "JOIN #c\r\n");
	assert_int_equal(kill(running.pid, SIGTERM), 0);
	expect_log(&running, "saying goodbye; again to end at once\n");
	read_until(fd, heard, sizeof(heard), "QUIT ");
	expect_log(&running, "the bot has not ended yet, after 1 s\n");
	assert_int_equal(kill(running.pid, SIGINT), 0);
	expect_log(&running, "not all could be told goodbye in time\n");
	assert_int_equal(wait_for(running.pid), 128 + SIGTERM);
	close(running.out);
	close(running.log);
	close(listening);
	close(fd);
}

/* Reading a configuration that nobody has written yet holds the loop. */
static void
log_says_what_holds_the_loop_while_it_does(void **state)
{
	static const char text[] = "database = \"\"\n" QOTD;
	struct running running;
	int fd;

	(void)state;
	begin(&running, QOTD);
	read_until(running.out, running.said, sizeof(running.said), "qotd:  tcp://127.0.0.1:");
	assert_int_equal(unlink(config), 0);
	assert_int_equal(mkfifo(config, 0600), 0);
	assert_int_equal(kill(running.pid, SIGHUP), 0);
	expect_log(&running, "app/life.c:");
	expect_log(&running, " has held the loop for 1.");
	fd = open(config, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	expect_log(&running, " s in all\n");
	assert_non_null(strstr(running.logged, " held the loop for 1."));
	assert_int_equal(kill(running.pid, SIGTERM), 0);
	assert_int_equal(wait_for(running.pid), 0);
	close(running.out);
	close(running.log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_prints_never_goes_into_a_connection),
		cmocka_unit_test(a_log_that_nobody_reads_any_more_does_not_end_it),
		cmocka_unit_test(signals_while_it_begins_wait_until_it_runs),
		cmocka_unit_test(a_trace_is_asked_for_in_the_environment),
		cmocka_unit_test(what_cannot_be_printed_ends_it_with_the_reason),
		cmocka_unit_test(
			hup_puts_another_configuration_into_effect_and_refuses_a_broken_one_whole),
		cmocka_unit_test(a_configuration_that_is_wrong_ends_it_with_all_that_is),
		cmocka_unit_test(service_manager_is_told_of_its_life),
		cmocka_unit_test(log_says_what_holds_the_loop_while_it_does),
		cmocka_unit_test(second_signal_ends_it_at_once_with_its_number),
		cmocka_unit_test(what_to_try_is_told_in_a_demonstration_only),
	};

	return kit_run(tests);
}
