#ifndef TESTS_REACTOR_TLS_H
#define TESTS_REACTOR_TLS_H

/* What the tests of TLS share: the world of contract.h over the simulation, whose contexts a test
 * makes as it wants. */

#include "reactor/contract.h"
#include "reactor/tls_private.h"
#include "reactor/valgrind.h"

static struct sb_test_ca *other_ca;

static inline int
set_up(void **state)
{
	(void)alarm(is_under_valgrind() ? 900 : 60);
	make_certificates();
	if (!other_ca)
		other_ca = sb_test_ca_create("Other Authority");
	*state = create_world(OVER_SIMULATION, 1);
	return 0;
}

static inline int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

#define tls_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline int
run_tests_of(const struct CMUnitTest *tests, size_t n)
{
	int ret = _cmocka_run_group_tests("tls", tests, n, NULL, NULL);

	sb_test_ca_destroy(ca);
	sb_test_ca_destroy(other_ca);
	return ret;
}

static inline struct sb_tls *
context(struct world *w, const struct sb_tls_options *options)
{
	struct sb_error error = { 0 };
	struct sb_tls *tls = NULL;
	int ret = sb_tls_create(w->r, options, SB_PLACE, &tls, &error);

	if (ret < 0)
		print_error("%s\n", error.text);
	assert_int_equal(ret, 0);
	return tls;
}

/* A server with this certificate. */
static inline void
serve(struct world *w, const struct sb_test_certificate *certificate)
{
	struct sb_tls_options options = { .is_server = true, .cert_pem = certificate->both };

	w->options.tls = context(w, &options);
}

static inline void
serve_names(struct world *w, const char *names)
{
	const struct sb_test_certificate_options options = { .names = names };

	serve(w, sb_test_certificate_create(ca, &options));
}

/* A client that trusts the authority. */
static inline void
trust(struct world *w)
{
	struct sb_tls_options options = { .ca_pem = sb_test_ca_pem(ca) };

	w->client_tls = context(w, &options);
}

/* Both, as they usually are. */
static inline void
use_tls(struct world *w)
{
	serve(w, server_certificate);
	trust(w);
}

static inline void
allow_only_1_2(struct world *w)
{
	assert_true(SSL_CTX_set_max_proto_version(w->client_tls->ctx, TLS1_2_VERSION));
}

static inline void
expect_text(const struct peer *p, int code, const char *text)
{
	if (p->error.code != code || !strstr(p->error.text, text))
		print_error(
			"%d: %s\nis not %d with: %s\n", p->error.code, p->error.text, code, text);
	assert_int_equal(p->error.code, code);
	assert_non_null(strstr(p->error.text, text));
}

/* They do not come together, and the client is told this. */
static inline void
expect_refusal(struct world *w, const char *text)
{
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_closed);
	assert_int_equal(w->client.n_connected + w->server.n_connected, 0);
	expect_text(&w->client, -EPROTO, text);
	assert_ptr_equal(strstr(w->client.error.text, "TLS with "), w->client.error.text);
}

static inline struct sb_tls_info
info_of(const struct peer *p)
{
	struct sb_tls_info info;

	assert_true(sb_stream_tls_info(p->stream, &info));
	return info;
}

/* STARTTLS takes any name: there are no look-ups here. */
static inline void
start_client(struct peer *p)
{
	struct sb_error error = { 0 };

	begin_call(p);
	assert_int_equal(
		sb_stream_start_tls(p->stream, p->world->client_tls, p->other_name, &error), 0);
	end_call(p);
}

static inline void
start_server(struct peer *p)
{
	struct sb_error error = { 0 };

	assert_int_equal(sb_stream_start_tls(p->stream, p->server_tls, NULL, &error), 0);
}

static inline bool
both_secured(struct world *w)
{
	return w->client.n_secured && w->server.n_secured;
}

/* A plain connection, on which both then start TLS. */
static inline void
start_both(struct world *w, const char *name)
{
	w->server.server_tls = w->options.tls;
	w->own_tls = w->options.tls;
	w->options.tls = NULL;
	open_listener(w);
	w->is_plain = true;
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	w->client.other_name = name;
	start_client(&w->client);
	start_server(&w->server);
}

static inline const struct sb_test_certificate *
self_signed(void)
{
	const struct sb_test_certificate_options own = { .names = "elsewhere.example",
		.is_self_signed = true };

	return sb_test_certificate_create(ca, &own);
}

static inline bool
second_connected(struct world *w)
{
	return w->more[9].n_connected && w->more[0].n_connected;
}

static inline bool
third_connected(struct world *w)
{
	return w->more[10].n_connected && w->more[1].n_connected;
}

static inline void
connect_again(struct world *w, int i, bool (*is_so)(struct world *))
{
	let_pass(w, SB_S);
	connect_peer(w, &w->more[9 + i], NULL);
	wait_for(w, is_so);
}

static inline unsigned
n_sessions(const struct world *w)
{
	return w->client_tls->n_sessions;
}

static inline void
print_hex(const unsigned char digest[32], char hex[65])
{
	int i;

	for (i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

#endif
