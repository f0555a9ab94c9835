/* Names without memory: whichever allocation fails, a look-up and a race end once, in words, and
 * leave nothing. */

#include "dispatch/failing_memory.inc"

#include "reactor/contract.h"
#include "reactor/name_server.h"

#include "reactor/resolver.h"

static void
set(struct world *w, const char *name, enum sb_lookup_kind kind, const char *answer)
{
	assert_int_equal(sb_simulation_set_name(w->sim, name, kind, &answer, 1, 0, SB_MS), 0);
}

/* A service of two hosts, of which the second can be reached, at its second address. */
static struct world *
create_course(void)
{
	static const char *const hosts[] = { "1 0 17 a.example", "2 0 18 b.example" };
	struct world *w = create_world(OVER_SIMULATION, 1);

	assert_int_equal(sb_simulation_set_name(
				 w->sim, "_x._tcp.example", SB_LOOKUP_SERVICE, hosts, 2, 0, SB_MS),
		0);
	set(w, "a.example", SB_LOOKUP_IPV6, "2001:db8::1");
	set(w, "a.example", SB_LOOKUP_IPV4, "192.0.2.1");
	set(w, "b.example", SB_LOOKUP_IPV6, "2001:db8::2");
	set(w, "b.example", SB_LOOKUP_IPV4, "192.0.2.2");
	(void)strcpy(w->url, "tcp://192.0.2.2:18");
	open_listener(w);
	return w;
}

static bool
race_without(long n, unsigned *n_reached)
{
	struct world *w = create_course();
	struct sb_error error = { 0 };
	int ret;

	has_failed = false;
	n_until_failure = n;
	ret = sb_stream_connect(w->r, "tcp://_x._tcp.example", NULL, SB_PLACE, &noting, &w->client,
		&w->client.stream, &error);
	if (ret < 0) {
		assert_true(has_failed);
		assert_int_equal(ret, -ENOMEM);
		assert_int_equal(error.code, -ENOMEM);
	} else {
		sb_simulation_run_for(w->sim, 31 * SB_S);
		assert_int_equal(w->client.n_connected + w->client.n_closed, 1);
		assert_true(has_failed || w->client.n_connected);
		if (w->client.n_closed)
			assert_true(w->client.error.code < 0 && w->client.error.text[0]);
		*n_reached += w->client.n_connected;
	}
	n_until_failure = -1;
	destroy_world(w);
	return has_failed;
}

static void
race_ends_once_whichever_allocation_fails(void **state)
{
	unsigned n_reached = 0;
	long n = 0;

	(void)state;
	while (race_without(n, &n_reached))
		n++;
	print_message("%ld allocations, reached %u times without one of them\n", n, n_reached - 1);
	assert_true(n > 20);
	assert_int_equal(n_blocks, 0);
}

static void
name_that_cannot_be_set_is_as_it_was(void **state)
{
	struct sb_simulation *sim = sb_simulation_create(1);
	const char *answer = "192.0.2.1";
	long n = 0;

	(void)state;
	for (;; n++) {
		has_failed = false;
		n_until_failure = n;
		if (sb_simulation_set_name(sim, "a.example", SB_LOOKUP_IPV4, &answer, 1, 0, 0) == 0)
			break;
		assert_true(has_failed);
	}
	n_until_failure = -1;
	assert_int_equal(n, 2);
	sb_simulation_destroy(sim);
	assert_int_equal(n_blocks, 0);
}

static const struct record table[] = {
	{ "a.example", TYPE_A, ANSWERS, 0, { "192.0.2.1" } },
	{ "_x._tcp.example", TYPE_SRV, ANSWERS, 0, { "1 1 17 a.example" } },
	{ NULL, 0, ANSWERS, 0, { NULL } },
};

static unsigned n_told, n_found;

static void
note(void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error)
{
	(void)answers;
	assert_true(n == 1 || error->code < 0);
	n_found += n == 1;
	if (++n_told == 2)
		sb_reactor_stop(self);
}

static void
look_up(struct sb_reactor *r, enum sb_lookup_kind kind, const char *name)
{
	struct sb_lookup *lookup;
	struct sb_error error;
	int ret = sb_lookup_start(r, kind, name, SB_HANDLER(note), r, &lookup, &error);

	assert_true(ret == 0 || ret == -ENOMEM);
	if (ret < 0 && ++n_told == 2)
		sb_reactor_stop(r);
}

static bool
look_up_without(struct sb_reactor *r, const struct name_server *server, const char *conf, long n)
{
	has_failed = false;
	n_until_failure = n;
	n_told = 0;
	if (!r->resolver
		&& sb_ares_create(r, conf, (uint16_t)server->port, &r->resolver) == -ENOMEM) {
		assert_true(has_failed);
	} else {
		look_up(r, SB_LOOKUP_IPV4, "a.example");
		look_up(r, SB_LOOKUP_SERVICE, "_x._tcp.example");
		assert_int_equal(sb_reactor_run(r), 0);
		assert_int_equal(n_told, 2);
	}
	n_until_failure = -1;
	sb_resolver_finish(r);
	return has_failed;
}

/* What c-ares allocates itself does not fail here. */
static void
look_up_ends_once_whichever_allocation_fails(void **state)
{
	char conf[] = "/tmp/signalbox-resolv-XXXXXX";
	struct sb_reactor *r = sb_reactor_create();
	struct name_server server;
	int fd = mkstemp(conf);
	long n = 0;

	(void)state;
	(void)alarm(60);
	assert_int_equal(write(fd, "nameserver 127.0.0.1\n", 21), 21);
	(void)close(fd);
	start_name_server(&server, r, table, "127.0.0.1", 0);
	while (look_up_without(r, &server, conf, n))
		n++;
	print_message("%ld allocations, %u answers without one of them\n", n, n_found - 2);
	assert_true(n > 8);
	assert_int_equal(n_told, 2);
	stop_name_server(&server);
	sb_reactor_destroy(r);
	(void)unlink(conf);
	assert_int_equal(n_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(race_ends_once_whichever_allocation_fails),
		cmocka_unit_test(name_that_cannot_be_set_is_as_it_was),
		cmocka_unit_test(look_up_ends_once_whichever_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
