/* Connecting to names over real sockets: our own name server, and listeners on loopback. */

#include "reactor/contract.h"
#include "reactor/name_server.h"

#include "reactor/resolver.h"

static const struct record table[] = {
	{ "both.example.org", TYPE_A, ANSWERS, 0, { "127.0.0.1" } },
	{ "both.example.org", TYPE_AAAA, ANSWERS, 0, { "::1" } },
	{ "late.example.org", TYPE_A, ANSWERS, 0, { "127.0.0.1" } },
	{ "late.example.org", TYPE_AAAA, IS_SLOW, 0, { "::1" } },
	{ "_x._tcp.example.org", TYPE_SRV, ANSWERS, 0, { "1 0 1 both", "2 0 1 none.lan" } },
	{ "both", TYPE_AAAA, ANSWERS, 0, { "::1" } },
	{ "*.wild.lan", TYPE_AAAA, ANSWERS, 0, { "::1" } },
	{ NULL, 0, ANSWERS, 0, { NULL } },
};

static struct name_server server;
static char conf[64];

static int
set_up(void **state)
{
	struct world *w = create_world(OVER_TCP, 1);
	FILE *file;
	int fd;

	(void)alarm(60);
	start_name_server(&server, w->r, table, "127.0.0.1", 0);
	(void)strcpy(conf, "/tmp/signalbox-resolv-XXXXXX");
	fd = mkstemp(conf);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	(void)fprintf(file, "nameserver 127.0.0.1\nsearch wild.lan\noptions ndots:3\n");
	assert_int_equal(fclose(file), 0);
	assert_int_equal(sb_ares_create(w->r, conf, (uint16_t)server.port, &w->r->resolver), 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	stop_name_server(&server);
	destroy_world(*state);
	(void)unlink(conf);
	return 0;
}

static void
connect_to(struct world *w, const char *name)
{
	struct sb_url url;
	char text[SB_URL_CAP];
	struct sb_error error;

	assert_int_equal(sb_url_parse(sb_listener_url(w->listener), &url, NULL), 0);
	(void)snprintf(url.host, sizeof(url.host), "%s", name);
	sb_url_print(&url, text, sizeof(text));
	if (sb_stream_connect(
		    w->r, text, NULL, SB_PLACE, &noting, &w->client, &w->client.stream, &error)
		< 0)
		fail_msg("%s", error.text);
}

/* Some machines have no IPv6, not even within themselves. */
static bool
listens_at_v6(struct world *w)
{
	(void)strcpy(w->url, "tcp://[::1]:0");
	return sb_listener_open(w->r, w->url, NULL, SB_PLACE, &accepting, w, &w->listener, NULL)
	       == 0;
}

static void
ipv4_is_reached_where_ipv6_is_refused(void **state)
{
	struct world *w = *state;
	char peer[64];

	open_listener(w);
	connect_to(w, "both.example.org.");
	wait_for(w, both_connected);
	(void)snprintf(peer, sizeof(peer), "%s", sb_listener_url(w->listener) + strlen("tcp://"));
	assert_string_equal(sb_stream_peer(w->client.stream), peer);
	write_text(&w->client, "hello");
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_string_equal(w->server.text, "hello");
}

static void
ipv6_is_reached_first(void **state)
{
	struct world *w = *state;

	if (!listens_at_v6(w))
		skip();
	connect_to(w, "both.example.org.");
	wait_for(w, both_connected);
	assert_memory_equal(sb_stream_peer(w->client.stream), "[::1]:", 6);
}

static void
ipv6_is_reached_though_its_address_comes_late(void **state)
{
	struct world *w = *state;

	server.slow_ns = 120 * SB_MS;
	if (!listens_at_v6(w))
		skip();
	connect_to(w, "late.example.org.");
	wait_for(w, both_connected);
	assert_memory_equal(sb_stream_peer(w->client.stream), "[::1]:", 6);
}

static void
all_refused_is_told_of_each(void **state)
{
	struct world *w = *state;

	open_listener(w);
	connect_to(w, "both.example.org.");
	sb_listener_close(w->listener);
	w->listener = NULL;
	wait_for(w, client_closed);
	assert_true(w->client.error.code < 0);
	assert_non_null(strstr(w->client.error.text, ": [::1]:"));
	assert_non_null(strstr(w->client.error.text, "; 127.0.0.1:"));
}

static void
unknown_name_is_closed_with_no_such_name(void **state)
{
	struct world *w = *state;

	open_listener(w);
	connect_to(w, "nobody.example.org.");
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -ENOENT);
	assert_non_null(
		strstr(w->client.error.text, "looking up nobody.example.org.: there is no"));
}

static void
hosts_of_a_service_are_whole_names(void **state)
{
	struct world *w = *state;
	struct sb_error error;

	assert_int_equal(sb_stream_connect(w->r, "tcp://_x._tcp.example.org", NULL, SB_PLACE,
				 &noting, &w->client, &w->client.stream, &error),
		0);
	wait_for(w, client_closed);
	assert_string_equal(server.questions,
		"_x._tcp.example.org SRV, both AAAA, both A, none.lan AAAA, none.lan A");
	assert_non_null(strstr(w->client.error.text, ": [::1]:1: "));
	assert_non_null(strstr(w->client.error.text, "; looking up none.lan: there is no such"));
}

static void
stream_may_be_destroyed_while_the_name_is_looked_up(void **state)
{
	struct world *w = *state;

	open_listener(w);
	connect_to(w, "late.example.org.");
	let_pass(w, 20 * SB_MS);
	drop_peer(&w->client);
	let_pass(w, 80 * SB_MS);
	assert_int_equal(w->client.n_connected + w->client.n_closed, 0);
	assert_int_equal(w->n_accepted, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(ipv4_is_reached_where_ipv6_is_refused),
		in_world(ipv6_is_reached_first),
		in_world(ipv6_is_reached_though_its_address_comes_late),
		in_world(all_refused_is_told_of_each),
		in_world(unknown_name_is_closed_with_no_such_name),
		in_world(hosts_of_a_service_are_whole_names),
		in_world(stream_may_be_destroyed_while_the_name_is_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
