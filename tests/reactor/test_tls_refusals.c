/* Why TLS did not come about, in words that a person can act on. */

#include "reactor/tls.h"

enum { DAY_S = 24 * 3600 };

static const struct sb_test_certificate *
certificate(const char *names, int64_t from_s, int64_t to_s)
{
	const struct sb_test_certificate_options options = {
		.names = names, .not_before_s = from_s, .not_after_s = to_s
	};

	return sb_test_certificate_create(ca, &options);
}

static void
certificate_that_expired_is_told_with_its_day(void **state)
{
	struct world *w = *state;

	/* The simulation's clock is at 2001-09-09. */
	serve(w, certificate("127.0.0.1", 0, INT64_C(999000000)));
	trust(w);
	expect_refusal(w, "the server's certificate expired on 2001-08-28; by our clock it is "
			  "2001-09-09");
	expect_text(&w->server, -EPROTO, "by its clock it is not valid now");
}

static void
certificate_of_tomorrow_is_told_with_its_day(void **state)
{
	struct world *w = *state;

	serve(w, certificate("127.0.0.1", INT64_C(1000000000) + DAY_S, 0));
	trust(w);
	expect_refusal(w, "is not valid before 2001-09-10; by our clock it is 2001-09-09");
}

static void
certificate_is_valid_when_the_clock_says_so(void **state)
{
	struct world *w = *state;

	serve(w, certificate("127.0.0.1", INT64_C(1000000000) + DAY_S, 0));
	trust(w);
	sb_simulation_step_wall(w->sim, 2 * DAY_S * SB_S);
	meet(w);
}

static void
self_signed_certificate_is_told_with_its_pin(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate_options options = { .names = "127.0.0.1",
		.is_self_signed = true };
	const struct sb_test_certificate *own = sb_test_certificate_create(ca, &options);

	serve(w, own);
	trust(w);
	expect_refusal(w, "self-signed");
	expect_text(&w->client, -EPROTO, own->key_pin);
	expect_text(&w->server, -EPROTO, "does not trust our certificate");
}

static void
unknown_authority_is_named(void **state)
{
	struct world *w = *state;
	struct sb_tls_options options = { .ca_pem = sb_test_ca_pem(other_ca) };

	serve(w, server_certificate);
	w->client_tls = context(w, &options);
	expect_refusal(w, "the server's certificate is signed by \"Test Authority\", an authority "
			  "that is not trusted here (ca=");
	expect_text(&w->server, -EPROTO, "it does not know who signed it");
}

static void
system_trusts_no_authority_of_ours(void **state)
{
	struct world *w = *state;
	struct sb_tls_options options = { 0 };

	serve(w, server_certificate);
	w->client_tls = context(w, &options);
	expect_refusal(w, "\"Test Authority\"");
}

static void
wrong_name_is_told_with_those_it_has(void **state)
{
	struct world *w = *state;

	serve_names(w, "a.example,*.b.example,10.0.0.1,2001:db8::1");
	trust(w);
	expect_refusal(w, "the server's certificate is for a.example, *.b.example, 10.0.0.1, "
			  "2001:db8::1, and not for 127.0.0.1");
}

static void
certificate_without_names_is_told_by_its_subject(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate_options options = { .subject = "the \"boss\"\n" };

	serve(w, sb_test_certificate_create(ca, &options));
	trust(w);
	expect_refusal(w, "the server's certificate is for the ?boss?, and not for 127.0.0.1");
}

static void
expired_authority_is_told_apart(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate_options middle = {
		.subject = "Middle", .is_authority = true, .not_after_s = INT64_C(999000000)
	};
	const struct sb_test_certificate_options leaf = { .names = "127.0.0.1",
		.signed_by = sb_test_certificate_create(ca, &middle) };

	serve(w, sb_test_certificate_create(ca, &leaf));
	trust(w);
	expect_refusal(w, "the certificate of the authority \"Middle\" expired on 2001-08-28");
}

static void
other_pin_is_told_so_that_it_can_be_copied(void **state)
{
	struct world *w = *state;
	const char *pin = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){ .names = "x.example" })
				  ->key_pin;
	struct sb_tls_options options = { .pins = &pin, .n_pins = 1 };

	serve(w, server_certificate);
	w->client_tls = context(w, &options);
	expect_refusal(w, "none of those pinned");
	expect_text(&w->client, -EPROTO, server_certificate->key_pin);
	expect_text(&w->client, -EPROTO, server_certificate->certificate_pin);
}

/* ---- A peer that speaks no TLS, or not ours: a plain stream with canned bytes ---- */

static struct sb_bytes canned;

static void
say_canned(struct peer *p)
{
	if (canned.len > 0)
		assert_int_equal(sb_stream_write(p->stream, canned), 0);
	sb_stream_shutdown(p->stream);
}

static void
stay(struct peer *p)
{
	(void)p;
}

/* The server says this and no more. */
static void
expect_client_says(struct world *w, const void *ptr, size_t len, const char *text)
{
	canned = (struct sb_bytes){ ptr, len };
	w->server.on_connected = say_canned;
	w->server.on_ended = stay;
	trust(w);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, client_closed);
	expect_text(&w->client, -EPROTO, text);
	assert_int_equal(w->client.n_connected, 0);
}

static void
plain_server_is_asked_about(void **state)
{
	static const char banner[] = ":irc.example NOTICE * :Hello\r\n";

	expect_client_says(*state, banner, strlen(banner),
		"the peer answered in plain text (\":irc.example NOTICE * :\"): is it a TLS port?");
}

static void
end_in_the_handshake_is_told(void **state)
{
	expect_client_says(
		*state, NULL, 0, "the peer ended the connection in the midst of the handshake");
}

static void
server_of_another_version_is_told(void **state)
{
	static const unsigned char alert[] = { 21, 3, 1, 0, 2, 2, 70 };

	expect_client_says(
		*state, alert, sizeof(alert), "no version of TLS that we do (1.2 and 1.3)");
}

static void
server_that_refuses_is_told(void **state)
{
	static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, 40 };

	expect_client_says(*state, alert, sizeof(alert), "no cipher in common");
}

static void
server_that_does_not_know_the_name_is_told(void **state)
{
	static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, 112 };

	expect_client_says(
		*state, alert, sizeof(alert), "the peer does not know the name it was asked for");
}

static void
nonsense_is_told_as_openssl_has_it(void **state)
{
	static const unsigned char record[] = { 22, 3, 3, 0, 4, 99, 0, 0, 0 };

	expect_client_says(*state, record, sizeof(record), "what the peer said is no good TLS: ");
}

/* The client says this and no more. */
static void
expect_server_says(struct world *w, const void *ptr, size_t len, const char *text)
{
	canned = (struct sb_bytes){ ptr, len };
	w->client.on_connected = say_canned;
	w->client.on_ended = stay;
	serve(w, server_certificate);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, server_closed);
	expect_text(&w->server, -EPROTO, text);
	assert_int_equal(w->server.n_connected, 0);
	assert_non_null(strstr(w->server.error.text, " at tcp://127.0.0.1:"));
}

static void
plain_client_is_asked_about(void **state)
{
	static const char hello[] = "NICK \"bob\"\r\nUSER bob\r\n";

	expect_server_says(*state, hello, strlen(hello),
		"the client speaks no TLS (it began with \"NICK ?bob?\"): was it to connect "
		"without?");
}

/* A ClientHello as of RFC 5246, section 7.4.1.2, without extensions. */
static size_t
write_hello(unsigned char hello[64], unsigned char minor, unsigned char cipher)
{
	static const unsigned char head[] = { 22, 3, 1, 0, 45, 1, 0, 0, 41, 3 };
	size_t len = sizeof(head);

	memset(hello, 7, 64);
	memcpy(hello, head, len);
	hello[len++] = minor;
	len += 32;
	memcpy(hello + len, (unsigned char[]){ 0, 0, 2, 0, cipher, 1, 0 }, 7);
	return len + 7;
}

static void
client_of_another_version_is_told(void **state)
{
	unsigned char hello[64];
	size_t len = write_hello(hello, 1, 0x2f);

	expect_server_says(*state, hello, len, "no version of TLS that we do (1.2 and 1.3)");
}

static void
client_without_a_common_cipher_is_told(void **state)
{
	unsigned char hello[64];
	size_t len = write_hello(hello, 3, 0x05);

	expect_server_says(*state, hello, len, "no cipher in common");
}

static void
reset_in_the_handshake_is_the_systems_error(void **state)
{
	struct world *w = *state;

	trust(w);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->client.n_connected, 0);
	sb_stream_abort(w->server.stream);
	wait_for(w, client_closed);
	expect_text(&w->client, -ECONNRESET, strerror(ECONNRESET));
}

static void
silent_server_is_given_up_after_the_connect_timeout(void **state)
{
	struct world *w = *state;
	struct sb_stream_options options = { .connect_timeout_ns = 3 * SB_S };
	int64_t began_ns = sb_reactor_now_ns(w->r);

	trust(w);
	open_listener(w);
	connect_peer(w, &w->client, &options);
	wait_for(w, client_closed);
	expect_text(&w->client, -ETIMEDOUT, "the handshake was not through within 3 s");
	assert_int_equal(sb_reactor_now_ns(w->r) - began_ns, 3 * SB_S);
}

static void
silent_client_is_given_up_after_the_connect_timeout(void **state)
{
	struct world *w = *state;

	serve(w, server_certificate);
	w->options.connect_timeout_ns = 2 * SB_S;
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_closed);
	assert_int_equal(w->server.n_connected, 0);
	expect_text(&w->server, -ETIMEDOUT, "the handshake was not through within 2 s");
	expect_text(&w->server, -ETIMEDOUT, " at tcp://");
}

/* ---- Certificates of clients ---- */

static void
serve_those_of(struct world *w, const struct sb_test_ca *whose)
{
	struct sb_tls_options options = { .is_server = true,
		.cert_pem = server_certificate->both,
		.clients_pem = sb_test_ca_pem(whose) };

	w->options.tls = context(w, &options);
}

static void
missing_certificate_of_a_client_is_told_on_both_sides(void **state)
{
	struct world *w = *state;

	serve_those_of(w, ca);
	trust(w);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_closed);
	expect_text(&w->server, -EPROTO, "the client has shown no certificate, and must show one");
	/* In TLS 1.3 the client was through before the server looked. */
	assert_int_equal(w->client.n_connected, 1);
	expect_text(&w->client, -EPROTO, "the peer wants a certificate of ours (cert=)");
}

static void
missing_certificate_of_a_client_is_told_in_1_2(void **state)
{
	struct world *w = *state;

	serve_those_of(w, ca);
	trust(w);
	allow_only_1_2(w);
	expect_refusal(w, "it wants a certificate of ours (cert=)");
}

static void
client_of_an_unknown_authority_is_told_on_both_sides(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate_options options = { .subject = "bob" };
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca),
		.cert_pem = sb_test_certificate_create(ca, &options)->both };

	serve_those_of(w, other_ca);
	w->client_tls = context(w, &client);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_closed);
	expect_text(&w->server, -EPROTO,
		"the client's certificate leads up to \"Test Authority\", an authority that is "
		"not trusted here (clients=");
	expect_text(&w->client, -EPROTO, "does not trust our certificate");
}

static void
no_common_protocol_is_told_on_both_sides(void **state)
{
	struct world *w = *state;
	const char *irc = "irc", *http = "http/1.1";
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca), .alpn = &irc, .n_alpn = 1 };
	struct sb_tls_options server = {
		.is_server = true, .cert_pem = server_certificate->both, .alpn = &http, .n_alpn = 1
	};

	w->client_tls = context(w, &client);
	w->options.tls = context(w, &server);
	expect_refusal(w, "the peer speaks none of the protocols that we offered (alpn=)");
	expect_text(&w->server, -EPROTO, "the client speaks none of our protocols (alpn=)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		tls_test(certificate_that_expired_is_told_with_its_day),
		tls_test(certificate_of_tomorrow_is_told_with_its_day),
		tls_test(certificate_is_valid_when_the_clock_says_so),
		tls_test(self_signed_certificate_is_told_with_its_pin),
		tls_test(unknown_authority_is_named),
		tls_test(system_trusts_no_authority_of_ours),
		tls_test(wrong_name_is_told_with_those_it_has),
		tls_test(certificate_without_names_is_told_by_its_subject),
		tls_test(expired_authority_is_told_apart),
		tls_test(other_pin_is_told_so_that_it_can_be_copied),
		tls_test(plain_server_is_asked_about),
		tls_test(end_in_the_handshake_is_told),
		tls_test(server_of_another_version_is_told),
		tls_test(server_that_refuses_is_told),
		tls_test(server_that_does_not_know_the_name_is_told),
		tls_test(nonsense_is_told_as_openssl_has_it),
		tls_test(plain_client_is_asked_about),
		tls_test(client_of_another_version_is_told),
		tls_test(client_without_a_common_cipher_is_told),
		tls_test(reset_in_the_handshake_is_the_systems_error),
		tls_test(silent_server_is_given_up_after_the_connect_timeout),
		tls_test(silent_client_is_given_up_after_the_connect_timeout),
		tls_test(missing_certificate_of_a_client_is_told_on_both_sides),
		tls_test(missing_certificate_of_a_client_is_told_in_1_2),
		tls_test(client_of_an_unknown_authority_is_told_on_both_sides),
		tls_test(no_common_protocol_is_told_on_both_sides),
	};

	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
