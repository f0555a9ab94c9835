/* The servers that resolv.conf names: silence, failures, a file that cannot be read, and what is
 * left of them when nobody waits. */

#include "reactor/lookup_fixture.h"

#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const struct record table[] = {
	{ "irc.test", TYPE_A, ANSWERS, 0, { "192.0.2.1" } },
	{ "slow.test", TYPE_A, IS_SLOW, 0, { "192.0.2.2" } },
	{ "silent.test", TYPE_A, IS_SILENT, 0, { NULL } },
	{ "broken.test", TYPE_A, ANSWERS, SERVFAIL, { NULL } },
	{ "broken.test", TYPE_SRV, ANSWERS, REFUSED, { NULL } },
	{ NULL, 0, ANSWERS, 0, { NULL } },
};

static const struct record others[] = {
	{ "irc.test", TYPE_A, ANSWERS, 0, { "198.51.100.1" } },
	{ "broken.test", TYPE_A, ANSWERS, SERVFAIL, { NULL } },
	{ NULL, 0, ANSWERS, 0, { NULL } },
};

static int
set_up_servers(void **state)
{
	return set_up(state, table);
}

static void
use_conf(struct world *w, const char *text)
{
	write_file(w->conf, text);
	start_over(w);
}

static void
options_say_how_long_silence_is_waited_for(void **state)
{
	struct world *w = *state;
	int64_t began_ns = sb_reactor_clock_ns(w->r), took_ns;

	use_conf(w, "nameserver 127.0.0.1\nsearch test\noptions timeout:1 attempts:1\n");
	expect_failure(w, SB_LOOKUP_IPV4, "silent.test", -ETIMEDOUT,
		"looking up silent.test: the name servers did not answer");
	took_ns = sb_reactor_clock_ns(w->r) - began_ns;
	assert_in_range(took_ns, 900 * SB_MS, 3 * SB_S);
	assert_int_equal(w->server.n_asked, 1);
	began_ns += took_ns;
	use_conf(w, "nameserver 127.0.0.1\nsearch test\noptions retrans:100 attempts:3\n");
	expect_failure(w, SB_LOOKUP_IPV4, "silent.test.", -ETIMEDOUT, "looking up silent.test.");
	took_ns = sb_reactor_clock_ns(w->r) - began_ns;
	assert_in_range(took_ns, 600 * SB_MS, 3 * SB_S);
	assert_int_equal(w->server.n_asked, 4);
}

static void
all_servers_that_keep_silent_have_their_turns(void **state)
{
	struct world *w = *state;
	struct name_server other;
	int64_t began_ns;

	start_name_server(&other, w->r, table, "127.0.0.2", w->server.port);
	use_conf(w, "nameserver 127.0.0.1\nnameserver 127.0.0.2\nsearch test\n"
		    "options retrans:100 attempts:2\n");
	began_ns = sb_reactor_clock_ns(w->r);
	expect_failure(w, SB_LOOKUP_IPV4, "silent.test", -ETIMEDOUT, "looking up silent.test");
	assert_in_range(sb_reactor_clock_ns(w->r) - began_ns, 550 * SB_MS, 3 * SB_S);
	assert_int_equal(w->server.n_asked, 2);
	assert_int_equal(other.n_asked, 2);
	stop_name_server(&other);
}

static void
answer_that_the_server_failed_is_not_called_silence(void **state)
{
	struct world *w = *state;

	expect_failure(w, SB_LOOKUP_IPV4, "broken.test", -EAGAIN,
		"looking up broken.test: the name servers failed (out of reach, or none of them "
		"could answer)");
	expect_failure(w, SB_LOOKUP_SERVICE, "broken.test", -EAGAIN,
		"looking up broken.test: the name servers failed (out of reach, or none of them "
		"could answer)");
}

/* As an editor would that is quicker than the clock of the file system. */
static void
change_unseen(struct world *w, const char *text)
{
	struct stat status;
	struct timespec times[2];

	assert_int_equal(stat(w->conf, &status), 0);
	write_file(w->conf, text);
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	assert_int_equal(utimensat(AT_FDCWD, w->conf, times, 0), 0);
}

static void
unchanged_file_is_read_again_once_a_second_however_many_fail(void **state)
{
	struct world *w = *state;
	struct name_server other;

	start_name_server(&other, w->r, others, "127.0.0.2", w->server.port);
	use_conf(w, "nameserver 127.0.0.1\nsearch test\n");
	expect_failure(w, SB_LOOKUP_IPV4, "broken.test", -EAGAIN, "looking up broken.test");
	change_unseen(w, "nameserver 127.0.0.2\nsearch test\n");
	expect_failure(w, SB_LOOKUP_IPV4, "broken.test", -EAGAIN, "looking up broken.test");
	assert_true(other.n_asked > 0);
	change_unseen(w, "nameserver 127.0.0.1\nsearch test\n");
	assert_string_equal(
		answer_to(w, SB_LOOKUP_IPV4, "irc.test")->answers[0].host, "198.51.100.1");
	let_pass(w, 1100 * SB_MS);
	assert_string_equal(answer_to(w, SB_LOOKUP_IPV4, "irc.test")->answers[0].host, "192.0.2.1");
	stop_name_server(&other);
}

static void
what_nobody_waits_for_keeps_no_descriptor(void **state)
{
	struct world *w = *state;
	unsigned n_fds = count_fds();

	ask(&w->asked[0], SB_LOOKUP_IPV4, "silent.test");
	ask(&w->asked[1], SB_LOOKUP_IPV4, "irc.test");
	sb_lookup_cancel(w->asked[0].lookup);
	w->n_waiting--;
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[1].n, 1);
	assert_int_equal(count_fds(), n_fds);
	/* And nothing comes of it later. */
	let_pass(w, 500 * SB_MS);
	assert_int_equal(w->asked[0].n_told, 0);
}

static int
create_at(struct world *w, const char *conf)
{
	sb_resolver_finish(w->r);
	return sb_ares_create(w->r, conf, (uint16_t)w->server.port, &w->r->resolver);
}

static void
file_that_cannot_be_read_is_an_error(void **state)
{
	struct world *w = *state;
	struct rlimit before, none;

	assert_int_equal(create_at(w, "/tmp"), -EISDIR);
	assert_int_equal(create_at(w, "/dev/null/conf"), -ENOTDIR);
	assert_int_equal(create_at(w, "/dev/zero"), -EFBIG);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(create_at(w, w->conf), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	/* One that is not there is as if it were empty. */
	assert_int_equal(create_at(w, "/nowhere/resolv.conf"), 0);
	assert_int_equal(answer_to(w, SB_LOOKUP_IPV4, "irc.test")->n, 1);
}

static void
while_the_file_cannot_be_read_the_old_servers_are_asked(void **state)
{
	struct world *w = *state;
	struct name_server other;

	start_name_server(&other, w->r, others, "127.0.0.2", w->server.port);
	use_conf(w, "nameserver 127.0.0.2\nsearch test\n");
	assert_int_equal(unlink(w->conf), 0);
	assert_int_equal(mkdir(w->conf, 0700), 0);
	let_pass(w, 1100 * SB_MS);
	assert_string_equal(
		answer_to(w, SB_LOOKUP_IPV4, "irc.test")->answers[0].host, "198.51.100.1");
	assert_int_equal(rmdir(w->conf), 0);
	write_file(w->conf, "nameserver 127.0.0.1\nsearch test\n");
	let_pass(w, 1100 * SB_MS);
	assert_string_equal(answer_to(w, SB_LOOKUP_IPV4, "irc.test")->answers[0].host, "192.0.2.1");
	stop_name_server(&other);
}

/* Stands before the library's, which looks at every query there is. */
struct ares_channeldata;
struct timeval *ares_timeout(
	struct ares_channeldata *channel, struct timeval *max, struct timeval *buf);

static unsigned n_timeouts;

struct timeval *
ares_timeout(struct ares_channeldata *channel, struct timeval *max, struct timeval *buf)
{
	struct timeval *(*real)(struct ares_channeldata *, struct timeval *, struct timeval *);
	void *symbol = dlsym(RTLD_NEXT, "ares_timeout");

	assert_non_null(symbol);
	memcpy(&real, &symbol, sizeof(real));
	n_timeouts++;
	return real(channel, max, buf);
}

static void
timer_is_set_once_a_turn_however_many_are_looked_up(void **state)
{
	struct world *w = *state;
	int i;

	n_timeouts = 0;
	for (i = 0; i < N_ASKED; i++)
		ask(&w->asked[i], SB_LOOKUP_IPV4, "slow.test");
	assert_int_equal(sb_reactor_run(w->r), 0);
	for (i = 0; i < N_ASKED; i++)
		assert_int_equal(w->asked[i].n, 1);
	assert_in_range(n_timeouts, 1, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up_servers, tear_down)
		in_world(options_say_how_long_silence_is_waited_for),
		in_world(all_servers_that_keep_silent_have_their_turns),
		in_world(answer_that_the_server_failed_is_not_called_silence),
		in_world(unchanged_file_is_read_again_once_a_second_however_many_fail),
		in_world(what_nobody_waits_for_keeps_no_descriptor),
		in_world(file_that_cannot_be_read_is_an_error),
		in_world(while_the_file_cannot_be_read_the_old_servers_are_asked),
		in_world(timer_is_set_once_a_turn_however_many_are_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
