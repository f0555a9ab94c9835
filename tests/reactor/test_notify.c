/* What systemd is told, over sockets of the test's own. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <signalbox/notify.h>
#include <signalbox/simulation.h>

#include "reactor/notify_socket.h"

static void
nobody_is_told_where_nobody_asked(void **state)
{
	(void)state;
	(void)unsetenv("NOTIFY_SOCKET");
	assert_int_equal(sb_notify("READY=1"), 0);
}

static void
state_arrives_as_it_is_at_an_abstract_name(void **state)
{
	int fd = notify_listen();

	(void)state;
	assert_int_equal(sb_notify("READY=1"), 0);
	assert_int_equal(sb_notify("STATUS=three networks\nREADY=1"), 0);
	assert_string_equal(notify_heard(fd), "READY=1|STATUS=three networks\nREADY=1|");
	notify_end(fd);
}

static void
state_arrives_at_a_path(void **state)
{
	char folder[] = "/tmp/signalbox-XXXXXX";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", folder);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", address.sun_path, 1), 0);
	assert_int_equal(sb_notify("STOPPING=1"), 0);
	assert_string_equal(notify_heard(fd), "STOPPING=1|");
	/* Nobody hears any more; then there is no such file either. */
	(void)close(fd);
	assert_int_equal(sb_notify("STOPPING=1"), 0);
	assert_int_equal(unlink(address.sun_path), 0);
	assert_int_equal(sb_notify("STOPPING=1"), 0);
	assert_int_equal(rmdir(folder), 0);
	(void)unsetenv("NOTIFY_SOCKET");
}

static void
reloading_is_told_with_the_time(void **state)
{
	struct sb_simulation *sim = sb_simulation_create(1);
	int fd = notify_listen();

	(void)state;
	assert_int_equal(sb_simulation_run_for(sim, 250 * SB_MS), 0);
	assert_int_equal(sb_notify_reloading(sb_simulation_reactor(sim)), 0);
	assert_string_equal(notify_heard(fd), "RELOADING=1\nMONOTONIC_USEC=1250000|");
	notify_end(fd);
	sb_simulation_destroy(sim);
}

static void
expect(const char *name, int ret)
{
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	assert_int_equal(sb_notify("READY=1"), ret);
	(void)unsetenv("NOTIFY_SOCKET");
}

static void
names_that_cannot_be_are_refused(void **state)
{
	char name[110];

	(void)state;
	expect("vsock:2:1234", -EAFNOSUPPORT);
	expect("run/systemd/notify", -EINVAL);
	expect("", -EINVAL);
	expect("@", -EINVAL);
	expect("/", -EINVAL);
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	name[108] = '\0';
	expect(name, -ENAMETOOLONG);
	name[107] = '\0';
	expect(name, 0);
}

static void
full_socket_does_not_block(void **state)
{
	int fd = notify_listen(), i, ret = 0;

	(void)state;
	for (i = 0; i < 100000 && ret == 0; i++)
		ret = sb_notify("STATUS=again");
	assert_int_equal(ret, -EAGAIN);
	notify_end(fd);
}

static void
watch(const char *usec, const char *pid, int64_t ns)
{
	assert_int_equal(usec ? setenv("WATCHDOG_USEC", usec, 1) : unsetenv("WATCHDOG_USEC"), 0);
	assert_int_equal(pid ? setenv("WATCHDOG_PID", pid, 1) : unsetenv("WATCHDOG_PID"), 0);
	assert_true(sb_notify_watchdog_ns() == ns);
}

static void
watchdog_is_wanted_of_us_alone_and_by_a_number(void **state)
{
	char pid[32];

	(void)state;
	watch(NULL, NULL, 0);
	watch("30000000", NULL, 30 * SB_S);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	watch("30000000", pid, 30 * SB_S);
	watch("30000000", "1", 0);
	watch("30000000", "", 0);
	watch("", NULL, 0);
	watch("0", NULL, 0);
	watch("-1", NULL, 0);
	watch("5s", NULL, 0);
	watch(" 5", NULL, 0);
	watch("9223372036854775807", NULL, 0);
	watch("99999999999999999999", NULL, 0);
	watch(NULL, NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_told_where_nobody_asked),
		cmocka_unit_test(state_arrives_as_it_is_at_an_abstract_name),
		cmocka_unit_test(state_arrives_at_a_path),
		cmocka_unit_test(reloading_is_told_with_the_time),
		cmocka_unit_test(names_that_cannot_be_are_refused),
		cmocka_unit_test(full_socket_does_not_block),
		cmocka_unit_test(watchdog_is_wanted_of_us_alone_and_by_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
