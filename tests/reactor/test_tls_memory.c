/* Memory runs out in OpenSSL, and in the reactor's part of TLS, at one allocation after the other: what
 * fails is told, nothing is left behind, and the rest works. */

#include <openssl/crypto.h>

#include "dispatch/failing_memory.inc"
#include "reactor/tls.h"
#include "reactor/valgrind.h"

/* As n_until_failure, for OpenSSL's allocations. */
static long openssl_until_failure = -1;
static bool openssl_has_failed;
static long openssl_n_blocks;

/* Where memory runs out OpenSSL's table of names loses an entry now and then; the test counts that it
 * is no more. */
const char *__lsan_default_suppressions(void);

__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:libcrypto.so";
}

enum { LOST_MAX = 4 };

static bool
openssl_fails_now(void)
{
	if (openssl_until_failure < 0 || openssl_until_failure-- > 0)
		return false;
	openssl_has_failed = true;
	return true;
}

static void *
openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (openssl_fails_now())
		return NULL;
	openssl_n_blocks++;
	return malloc(size);
}

static void *
openssl_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size > 0 && openssl_fails_now())
		return NULL;
	openssl_n_blocks += (size > 0) - (old != NULL);
	if (size > 0)
		return realloc(old, size);
	free(old);
	return NULL;
}

static void
openssl_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	openssl_n_blocks -= memory != NULL;
	free(memory);
}

static bool
try_context(struct world *w, const struct sb_tls_options *options, struct sb_tls **ret_tls)
{
	struct sb_error error = { 0 };
	int ret = sb_tls_create(w->r, options, SB_PLACE, ret_tls, &error);

	if (ret == 0)
		return true;
	assert_non_null(strstr(error.text, ":"));
	assert_int_equal(error.code, ret);
	return false;
}

/* Two contexts, a listener, a connection, some words, a resumed one, and the end. As much of it as goes. */
static void
live(struct world *w)
{
	struct sb_tls_options server = { .is_server = true, .cert_pem = server_certificate->both };
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca) };
	struct sb_error error;
	struct sb_stream_options options = { 0 };

	if (!try_context(w, &server, &w->options.tls) || !try_context(w, &client, &w->client_tls))
		return;
	options.tls = w->client_tls;
	if (sb_listener_open(
		    w->r, w->url, &w->options, SB_PLACE, &accepting, w, &w->listener, &error)
			< 0
		|| sb_stream_connect(w->r, sb_listener_url(w->listener), &options, SB_PLACE,
			   &noting, &w->client, &w->client.stream, &error)
			   < 0)
		return;
	(void)sb_simulation_run_for(w->sim, 200 * SB_MS);
	if (w->client.n_connected && !w->client.n_closed)
		(void)sb_stream_write(w->client.stream, bytes("some words"));
	(void)sb_simulation_run_for(w->sim, 100 * SB_S);
	if (w->server.n_connected && !w->server.n_closed)
		sb_stream_close(w->server.stream);
	(void)sb_simulation_run_for(w->sim, 100 * SB_S);
}

/* What came about is right, or was told to have failed. */
static void
check(const struct world *w)
{
	const struct peer *p = &w->client;

	assert_true(strcmp(w->server.text, "") == 0 || strcmp(w->server.text, "some words") == 0);
	if (p->n_closed && p->error.code < 0)
		assert_true(strlen(p->error.text) > 10);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
live_once(long *until_failure, long at)
{
	struct world *w = create_world(OVER_SIMULATION, 1);

	/* OpenSSL itself loses memory where a library of its own cannot be made. */
	assert_non_null(w->r->backend->tls_library(w->r->back));
	*until_failure = at;
	live(w);
	*until_failure = -1;
	check(w);
	destroy_world(w);
}

static void
reactor_bears_each_allocation_that_fails(void **state)
{
	long at = 0;

	(void)state;
	make_certificates();
	do {
		has_failed = false;
		live_once(&n_until_failure, at++);
		if (n_blocks)
			print_error("allocation %ld\n", at);
		assert_int_equal(n_blocks, 0);
	} while (has_failed);
	print_message("%ld allocations of the reactor failed\n", at - 1);
	assert_true(at > 20);
}

static void
allocations_of_openssl_that_fail_are_told(void **state)
{
	long at = 0, n = 0, n_before;

	(void)state;
	/* That takes minutes there, and what OpenSSL loses would be told. */
	if (is_under_valgrind())
		skip();
	make_certificates();
	/* OpenSSL makes some thousands: at first each, later some. */
	do {
		openssl_has_failed = false;
		n_before = openssl_n_blocks;
		live_once(&openssl_until_failure, at);
		if (openssl_n_blocks > n_before + LOST_MAX)
			print_error("%ld blocks lost at %ld\n", openssl_n_blocks - n_before, at);
		assert_true(openssl_n_blocks <= n_before + LOST_MAX);
		at += at < 100 ? 1 : 1 + at / 50;
		n++;
	} while (openssl_has_failed);
	print_message("%ld allocations of OpenSSL failed, of %ld\n", n - 1, at);
	assert_true(n > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reactor_bears_each_allocation_that_fails),
		cmocka_unit_test(allocations_of_openssl_that_fail_are_told),
	};

	if (!CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free))
		return 1;
	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
