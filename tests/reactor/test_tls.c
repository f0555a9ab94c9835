/* TLS on streams: what was agreed on, names, protocols, resumption. */

#include "reactor/tls.h"

static void
handshake_agrees_on_1_3_and_tells_what_it_knows(void **state)
{
	struct world *w = *state;
	struct sb_tls_info client, server;

	use_tls(w);
	meet(w);
	client = info_of(&w->client);
	server = info_of(&w->server);
	assert_string_equal(client.version, "TLSv1.3");
	assert_string_equal(client.version, server.version);
	assert_string_equal(client.cipher, server.cipher);
	assert_string_equal(client.alpn, "");
	assert_string_equal(server.server_name, "");
	assert_true(client.has_certificate);
	assert_false(server.has_certificate);
	assert_false(client.is_resumed || server.is_resumed || client.is_truncated);
}

static void
plain_stream_has_no_tls(void **state)
{
	struct world *w = *state;
	struct sb_tls_info info;

	meet(w);
	assert_false(sb_stream_tls_info(w->client.stream, &info));
}

static void
fingerprints_are_those_of_the_certificate_and_its_key(void **state)
{
	struct world *w = *state;
	struct sb_tls_info info;
	char hex[65];

	use_tls(w);
	meet(w);
	info = info_of(&w->client);
	print_hex(info.certificate_sha256, hex);
	assert_string_equal(hex, server_certificate->certificate_pin);
	print_hex(info.key_sha256, hex);
	assert_string_equal(hex, server_certificate->key_pin);
}

static struct sb_tls_info closed_info;
static char closed_version[16];

static void
ask_in_closed(struct peer *p)
{
	assert_true(sb_stream_tls_info(p->stream, &closed_info));
	(void)snprintf(closed_version, sizeof(closed_version), "%s", closed_info.version);
}

static void
info_can_be_asked_for_in_closed(void **state)
{
	struct world *w = *state;

	use_tls(w);
	w->client.on_closed = ask_in_closed;
	meet(w);
	sb_stream_close(w->server.stream);
	wait_for(w, both_closed);
	assert_string_equal(closed_version, "TLSv1.3");
	assert_false(closed_info.is_truncated);
}

/* ---- Names. The simulation has no look-ups here: STARTTLS takes any name. ---- */

static void
expect_name(struct world *w, const char *names, const char *name, bool is_right)
{
	serve_names(w, names);
	trust(w);
	start_both(w, name);
	if (is_right) {
		wait_for(w, both_secured);
	} else {
		wait_for(w, client_closed);
		expect_text(&w->client, -EPROTO, " and not for ");
		assert_int_equal(w->client.n_secured, 0);
	}
}

static void
name_is_right(void **state)
{
	expect_name(*state, "a.example,irc.example", "irc.example", true);
}

static void
name_is_right_in_any_case_and_with_a_dot_at_its_end(void **state)
{
	expect_name(*state, "irc.example", "IRC.Example.", true);
}

static void
wildcard_is_right_for_one_label(void **state)
{
	expect_name(*state, "*.example.org", "irc.example.org", true);
}

static void
wildcard_is_wrong_for_two_labels(void **state)
{
	expect_name(*state, "*.example.org", "a.irc.example.org", false);
}

static void
wildcard_within_a_label_is_wrong(void **state)
{
	expect_name(*state, "i*.example.org", "irc.example.org", false);
}

static void
address_is_right_only_as_an_address(void **state)
{
	expect_name(*state, "10.0.0.1,::1", "::1", true);
}

static void
name_is_not_right_for_an_address(void **state)
{
	expect_name(*state, "irc.example", "10.0.0.1", false);
}

static void
server_is_told_whom_the_client_asked_for(void **state)
{
	struct world *w = *state;

	expect_name(w, "irc.example", "irc.example", true);
	assert_string_equal(info_of(&w->server).server_name, "irc.example");
}

static void
address_is_not_asked_for_by_name(void **state)
{
	struct world *w = *state;

	expect_name(w, "10.0.0.1", "10.0.0.1", true);
	assert_string_equal(info_of(&w->server).server_name, "");
}

/* ---- Pins, protocols, certificates of clients ---- */

static void
pin_of_the_certificate_needs_no_authority_and_no_name(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate *own = self_signed();
	const char *pin = own->certificate_pin;
	struct sb_tls_options options = { .pins = &pin, .n_pins = 1 };

	serve(w, own);
	w->client_tls = context(w, &options);
	meet(w);
}

static void
pin_of_the_key_may_have_colons_and_capitals(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate *own = self_signed();
	const char *pins[2] = { server_certificate->key_pin };
	struct sb_tls_options options = { .pins = pins, .n_pins = 2 };
	char pin[97];
	int i;

	for (i = 0; i < 32; i++)
		(void)snprintf(pin + 3 * i, 4, "%c%c%s",
			own->key_pin[2 * i] & ~(own->key_pin[2 * i] >= 'a' ? 32 : 0),
			own->key_pin[2 * i + 1], i < 31 ? ":" : "");
	pins[1] = pin;
	serve(w, own);
	w->client_tls = context(w, &options);
	meet(w);
}

static void
pin_and_authority_must_both_be_right(void **state)
{
	struct world *w = *state;
	const char *pin = server_certificate->key_pin;
	struct sb_tls_options options = {
		.ca_pem = sb_test_ca_pem(other_ca), .pins = &pin, .n_pins = 1
	};

	serve(w, server_certificate);
	w->client_tls = context(w, &options);
	expect_refusal(w, "an authority that is not trusted here");
}

static void
protocol_is_the_servers_best_that_the_client_has(void **state)
{
	struct world *w = *state;
	static const char *const ours[] = { "a", "http/1.1", "h2" }, *const theirs[] = { "h2",
		"http/1.1" };
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca), .alpn = ours, .n_alpn = 3 };
	struct sb_tls_options server = {
		.is_server = true, .cert_pem = server_certificate->both, .alpn = theirs, .n_alpn = 2
	};

	w->client_tls = context(w, &client);
	w->options.tls = context(w, &server);
	meet(w);
	assert_string_equal(info_of(&w->client).alpn, "h2");
	assert_string_equal(info_of(&w->server).alpn, "h2");
}

static void
protocols_that_one_side_alone_has_are_none(void **state)
{
	struct world *w = *state;
	const char *irc = "irc";
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca), .alpn = &irc, .n_alpn = 1 };

	serve(w, server_certificate);
	w->client_tls = context(w, &client);
	meet(w);
	assert_string_equal(info_of(&w->client).alpn, "");
	assert_string_equal(info_of(&w->server).alpn, "");
}

static void
use_client_certificates(struct world *w)
{
	const struct sb_test_certificate_options bob = { .subject = "bob" };
	const struct sb_test_certificate *certificate = sb_test_certificate_create(ca, &bob);
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca),
		.cert_pem = certificate->certificate,
		.key_pem = certificate->key };
	struct sb_tls_options server = { .is_server = true,
		.cert_pem = server_certificate->both,
		.clients_pem = sb_test_ca_pem(ca) };

	w->client_tls = context(w, &client);
	w->options.tls = context(w, &server);
}

static void
certificate_of_the_client_is_known_to_the_server(void **state)
{
	struct world *w = *state;
	struct sb_tls_info info;
	char hex[65];

	use_client_certificates(w);
	meet(w);
	info = info_of(&w->server);
	assert_true(info.has_certificate);
	print_hex(info.certificate_sha256, hex);
	assert_int_equal(strlen(hex), 64);
}

/* ---- Sessions ---- */

static void
session_is_resumed(void **state)
{
	struct world *w = *state;

	use_tls(w);
	meet(w);
	connect_again(w, 0, second_connected);
	assert_true(info_of(&w->more[9]).is_resumed);
	assert_true(info_of(&w->more[0]).is_resumed);
	assert_true(info_of(&w->more[9]).has_certificate);
}

static void
session_is_resumed_in_1_2(void **state)
{
	struct world *w = *state;

	use_tls(w);
	allow_only_1_2(w);
	meet(w);
	assert_string_equal(info_of(&w->client).version, "TLSv1.2");
	connect_again(w, 0, second_connected);
	assert_true(info_of(&w->more[9]).is_resumed);
}

static void
session_of_a_client_with_a_certificate_is_resumed(void **state)
{
	struct world *w = *state;

	use_client_certificates(w);
	meet(w);
	connect_again(w, 0, second_connected);
	assert_true(info_of(&w->more[9]).is_resumed);
	assert_true(info_of(&w->more[0]).has_certificate);
}

static void
session_is_resumed_after_an_end_without_goodbye(void **state)
{
	struct world *w = *state;

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	sb_simulation_cut_all(w->sim);
	wait_for(w, both_closed);
	connect_again(w, 0, second_connected);
	connect_again(w, 1, third_connected);
	assert_true(info_of(&w->more[9]).is_resumed);
	assert_true(info_of(&w->more[10]).is_resumed);
}

static void
ticket_is_used_once(void **state)
{
	struct world *w = *state;
	unsigned n;

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	n = n_sessions(w);
	assert_int_equal(n, 2);
	connect_peer(w, &w->more[9], NULL);
	sb_simulation_settle(w->sim);
	/* One was taken, and a resumed session brings one. */
	assert_true(info_of(&w->more[9]).is_resumed);
	assert_int_equal(n_sessions(w), 2);
	sb_tls_drop_sessions(w->client_tls);
	connect_peer(w, &w->more[10], NULL);
	sb_simulation_settle(w->sim);
	assert_false(info_of(&w->more[10]).is_resumed);
}

static void
session_is_not_resumed_for_another_name(void **state)
{
	struct world *w = *state;

	serve_names(w, "a.example,b.example");
	trust(w);
	start_both(w, "a.example");
	wait_for(w, both_secured);
	let_pass(w, SB_S);
	assert_int_equal(n_sessions(w), 2);
	assert_null(sb_tls_take_session(w->client_tls, "b.example "));
	connect_peer(w, &w->more[9], NULL);
	sb_simulation_settle(w->sim);
	w->more[9].other_name = "b.example";
	w->more[0].server_tls = w->own_tls;
	start_client(&w->more[9]);
	start_server(&w->more[0]);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->more[9].n_secured, 1);
	assert_false(info_of(&w->more[9]).is_resumed);
}

static void
session_is_forgotten_when_its_time_is_over(void **state)
{
	struct world *w = *state;

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	let_pass(w, INT64_C(8) * 24 * 3600 * SB_S);
	connect_peer(w, &w->more[9], NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->more[9].n_connected, 1);
	assert_false(info_of(&w->more[9]).is_resumed);
}

static void
sessions_are_bounded(void **state)
{
	struct world *w = *state;
	int i;

	use_tls(w);
	open_listener(w);
	for (i = 0; i < 100; i++) {
		struct peer *p = &w->more[0];

		w->n_accepted = 0;
		memset(&w->server, 0, sizeof(w->server));
		memset(p, 0, sizeof(*p));
		init_peer(&w->server, w);
		init_peer(p, w);
		connect_peer(w, p, NULL);
		sb_simulation_settle(w->sim);
		/* As if each had been another. */
		if (!TAILQ_EMPTY(&w->client_tls->sessions))
			TAILQ_FIRST(&w->client_tls->sessions)->key[0] = (char)(i - 128);
		sb_stream_close(p->stream);
		sb_simulation_settle(w->sim);
		assert_int_equal(p->n_closed, 1);
	}
	assert_int_equal(n_sessions(w), SESSIONS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		tls_test(handshake_agrees_on_1_3_and_tells_what_it_knows),
		tls_test(plain_stream_has_no_tls),
		tls_test(fingerprints_are_those_of_the_certificate_and_its_key),
		tls_test(info_can_be_asked_for_in_closed),
		tls_test(name_is_right),
		tls_test(name_is_right_in_any_case_and_with_a_dot_at_its_end),
		tls_test(wildcard_is_right_for_one_label),
		tls_test(wildcard_is_wrong_for_two_labels),
		tls_test(wildcard_within_a_label_is_wrong),
		tls_test(address_is_right_only_as_an_address),
		tls_test(name_is_not_right_for_an_address),
		tls_test(server_is_told_whom_the_client_asked_for),
		tls_test(address_is_not_asked_for_by_name),
		tls_test(pin_of_the_certificate_needs_no_authority_and_no_name),
		tls_test(pin_of_the_key_may_have_colons_and_capitals),
		tls_test(pin_and_authority_must_both_be_right),
		tls_test(protocol_is_the_servers_best_that_the_client_has),
		tls_test(protocols_that_one_side_alone_has_are_none),
		tls_test(certificate_of_the_client_is_known_to_the_server),
		tls_test(session_is_resumed),
		tls_test(session_is_resumed_in_1_2),
		tls_test(session_of_a_client_with_a_certificate_is_resumed),
		tls_test(session_is_resumed_after_an_end_without_goodbye),
		tls_test(ticket_is_used_once),
		tls_test(session_is_not_resumed_for_another_name),
		tls_test(session_is_forgotten_when_its_time_is_over),
		tls_test(sessions_are_bounded),
	};

	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
