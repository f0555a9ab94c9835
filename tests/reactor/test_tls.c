/* TLS on streams: what was agreed on, names, protocols, ends, resumption, reloading, marks. */

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
print_hex(const unsigned char digest[32], char hex[65])
{
	int i;

	for (i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
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
start_client(struct peer *p)
{
	struct sb_error error = { 0 };

	begin_call(p);
	assert_int_equal(
		sb_stream_start_tls(p->stream, p->world->client_tls, p->other_name, &error), 0);
	end_call(p);
}

static void
start_server(struct peer *p)
{
	struct sb_error error = { 0 };

	assert_int_equal(sb_stream_start_tls(p->stream, p->server_tls, NULL, &error), 0);
}

static bool
both_secured(struct world *w)
{
	return w->client.n_secured && w->server.n_secured;
}

/* A plain connection, on which both then start TLS. */
static void
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

static const struct sb_test_certificate *
self_signed(void)
{
	const struct sb_test_certificate_options own = { .names = "elsewhere.example",
		.is_self_signed = true };

	return sb_test_certificate_create(ca, &own);
}

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

static bool
second_connected(struct world *w)
{
	return w->more[9].n_connected && w->more[0].n_connected;
}

static bool
third_connected(struct world *w)
{
	return w->more[10].n_connected && w->more[1].n_connected;
}

static void
connect_again(struct world *w, int i, bool (*is_so)(struct world *))
{
	let_pass(w, SB_S);
	connect_peer(w, &w->more[9 + i], NULL);
	wait_for(w, is_so);
}

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

static unsigned
n_sessions(const struct world *w)
{
	return w->client_tls->n_sessions;
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

/* ---- Ends ---- */

static void
answer(struct peer *p)
{
	write_text(p, "answer");
	sb_stream_shutdown(p->stream);
}

static void
expect_half_close(struct world *w)
{
	w->server.on_ended = answer;
	meet(w);
	write_text(&w->client, "question");
	sb_stream_shutdown(w->client.stream);
	wait_for(w, both_closed);
	assert_string_equal(w->server.text, "question");
	assert_string_equal(w->client.text, "answer");
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
	assert_false(w->client.is_truncated || w->server.is_truncated);
}

static void
half_close_works_in_1_3(void **state)
{
	use_tls(*state);
	expect_half_close(*state);
}

static void
half_close_works_in_1_2(void **state)
{
	use_tls(*state);
	allow_only_1_2(*state);
	expect_half_close(*state);
}

static void
close_says_goodbye(void **state)
{
	struct world *w = *state;

	use_tls(w);
	meet(w);
	write_text(&w->client, "bye");
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_string_equal(w->server.text, "bye");
	assert_false(w->server.is_truncated);
}

/* The network takes nothing for a while: not even the goodbye. */
static void
close_waits_until_goodbye_is_said(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1 };

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	sb_simulation_set_weather(w->sim, &weather);
	sb_stream_pause(w->server.stream);
	sb_stream_close(w->client.stream);
	let_pass(w, SB_S);
	assert_int_equal(w->client.n_closed, 0);
	sb_stream_resume(w->server.stream);
	wait_for(w, both_closed);
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
	assert_false(w->server.is_truncated);
}

static void
close_gives_up_when_goodbye_is_not_taken(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1 };

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	sb_simulation_set_weather(w->sim, &weather);
	sb_stream_pause(w->server.stream);
	sb_stream_close(w->client.stream);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -ETIMEDOUT);
	sb_stream_resume(w->server.stream);
	wait_for(w, server_closed);
	assert_int_equal(w->server.error.code, -ECONNRESET);
}

/* ---- In the midst of a plain stream ---- */

static void
what_is_queued_goes_out_in_the_clear_before(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 10 };

	use_tls(w);
	w->own_tls = w->options.tls;
	w->options.tls = NULL;
	w->is_plain = true;
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	sb_simulation_set_weather(w->sim, &weather);
	write_text(&w->client, "so much that it is queued: STARTTLS\r\n");
	assert_true(sb_stream_queued(w->client.stream) > 0);
	start_client(&w->client);
	assert_int_equal(sb_stream_write(w->client.stream, bytes("x")), -ENOTCONN);
	assert_int_equal(
		sb_stream_start_tls(w->client.stream, w->client_tls, NULL, NULL), -EALREADY);
	while (w->server.n_bytes < strlen("so much that it is queued: STARTTLS\r\n"))
		let_pass(w, 0);
	assert_string_equal(w->server.text, "so much that it is queued: STARTTLS\r\n");
	w->server.server_tls = w->own_tls;
	start_server(&w->server);
	wait_for(w, both_secured);
	assert_int_equal(w->client.n_connected, 1);
	write_text(&w->client, "secret");
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_non_null(strstr(w->server.text, "\r\nsecret"));
}

static void
starting_tls_needs_an_open_stream_and_a_name(void **state)
{
	struct world *w = *state;
	struct sb_error error;

	use_tls(w);
	w->own_tls = w->options.tls;
	w->options.tls = NULL;
	w->is_plain = true;
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	assert_int_equal(
		sb_stream_start_tls(w->client.stream, w->client_tls, NULL, &error), -ENOTCONN);
	wait_for(w, both_connected);
	/* A server's stream has no URL to take the name from. */
	assert_int_equal(
		sb_stream_start_tls(w->server.stream, w->client_tls, NULL, &error), -EINVAL);
	assert_non_null(strstr(error.text, "name="));
	sb_stream_shutdown(w->client.stream);
	assert_int_equal(
		sb_stream_start_tls(w->client.stream, w->client_tls, NULL, &error), -ENOTCONN);
	assert_non_null(strstr(error.text, "open both ways"));
}

static void
close_while_tls_starts_ends_in_order(void **state)
{
	struct world *w = *state;

	use_tls(w);
	start_both(w, NULL);
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->client.n_secured + w->server.n_secured, 0);
	expect_text(&w->server, -EPROTO, "in the midst of the handshake");
}

static void
destroying_a_stream_while_tls_starts_is_fine(void **state)
{
	struct world *w = *state;

	use_tls(w);
	start_both(w, NULL);
	drop_peer(&w->client);
	wait_for(w, server_closed);
	assert_true(w->server.error.code < 0);
}

static void
host_of_the_url_is_the_name(void **state)
{
	struct world *w = *state;

	use_tls(w);
	start_both(w, NULL);
	wait_for(w, both_secured);
}

/* ---- Contexts ---- */

static void
expect_no_context(struct world *w, const struct sb_tls_options *options, int code, const char *text)
{
	struct sb_tls *tls = NULL;
	struct sb_error error = { 0 };
	int ret = sb_tls_create(w->r, options, SB_PLACE, &tls, &error);

	if (ret != code || !strstr(error.text, text))
		print_error("%d: %s\n", ret, error.text);
	assert_int_equal(ret, code);
	assert_int_equal(error.code, code);
	assert_non_null(strstr(error.text, text));
	assert_null(tls);
}

static void
what_does_not_fit_is_no_context(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate *other = self_signed();
	const char *pin = "00:zz", *empty = "";
	const struct {
		struct sb_tls_options options;
		int code;
		const char *text;
	} wrong[] = {
		{ { .is_server = true }, -EINVAL, "needs a certificate" },
		{ { .ca_file = "/nowhere/ca.pem" }, -ENOENT, "/nowhere/ca.pem: No such file" },
		{ { .ca_file = "/nowhere", .ca_pem = "" }, -EINVAL,
			"ca is given as a file and as a text" },
		{ { .ca_pem = "no certificate" }, -EINVAL, "no certificate (PEM) is in it" },
		{ { .ca_pem = other->key }, -EINVAL, "no certificate (PEM) is in it" },
		{ { .cert_pem = server_certificate->certificate }, -EINVAL, "no private key" },
		{ { .cert_pem = server_certificate->certificate, .key_pem = other->key }, -EINVAL,
			"the key does not fit the certificate" },
		{ { .key_pem = other->key }, -EINVAL, "without its certificate" },
		{ { .pins = &pin, .n_pins = 1 }, -EINVAL, "the pin \"00:zz\" is no SHA-256" },
		{ { .alpn = &empty, .n_alpn = 1 }, -EINVAL, "1 to 255 bytes" },
		{ { .clients_pem = sb_test_ca_pem(ca) }, -EINVAL, "clients= is for servers" },
		{ { .is_server = true, .cert_pem = other->both, .ca_pem = sb_test_ca_pem(ca) },
			-EINVAL, "ca= is for clients" },
		{ { .is_server = true, .cert_pem = other->both, .pins = &pin, .n_pins = 1 },
			-EINVAL, "pin= is for clients" },
		{ { .cert_file = SOURCE_DIR }, -EISDIR, SOURCE_DIR },
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_no_context(w, &wrong[i].options, wrong[i].code, wrong[i].text);
}

static void
key_with_a_pass_phrase_asks_nobody(void **state)
{
	static const char locked[] =
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
		"MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj7kp5gq7SkdQICCAAw\n"
		"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBy3vB4pVbWSQ3M2oEsy9YAEQHD3\n"
		"-----END ENCRYPTED PRIVATE KEY-----\n";
	struct sb_tls_options options = { .cert_pem = server_certificate->certificate,
		.key_pem = locked };

	expect_no_context(*state, &options, -EINVAL, "without a pass phrase");
}

static void
wrong_side_is_refused(void **state)
{
	struct world *w = *state;
	struct sb_error error;
	struct sb_stream_options options = { 0 };
	struct sb_listener *listener = NULL;
	struct sb_stream *stream = NULL;

	use_tls(w);
	options.tls = w->client_tls;
	assert_int_equal(sb_listener_open(w->r, w->url, &options, SB_PLACE, &accepting, w,
				 &listener, &error),
		-EINVAL);
	assert_non_null(strstr(error.text, "a listener needs a server's"));
	options.tls = w->options.tls;
	assert_int_equal(sb_stream_connect(w->r, "tcp://127.0.0.1:7", &options, SB_PLACE, &noting,
				 &w->client, &stream, &error),
		-EINVAL);
	assert_non_null(strstr(error.text, "a client's is needed"));
	options.tls = w->client_tls;
	assert_int_equal(sb_stream_connect(w->r, "unix:///tmp/x", &options, SB_PLACE, &noting,
				 &w->client, &stream, &error),
		-EINVAL);
	assert_non_null(strstr(error.text, "name="));
	assert_null(listener);
	assert_null(stream);
}

static void
context_lives_as_long_as_its_streams(void **state)
{
	struct world *w = *state;

	use_tls(w);
	meet(w);
	sb_tls_destroy(w->client_tls);
	sb_tls_destroy(w->options.tls);
	w->client_tls = w->options.tls = NULL;
	write_text(&w->client, "hello");
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_string_equal(w->server.text, "hello");
}

/* ---- Files and URLs ---- */

static char folder[64];

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	if (!folder[0]) {
		(void)strcpy(folder, "/tmp/signalbox-XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
remove_files(void)
{
	static const char *const names[] = { "ca", "cert", "key" };
	char path[128];
	size_t i;

	for (i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
	folder[0] = '\0';
}

static void
use_urls(struct world *w)
{
	write_file("ca", sb_test_ca_pem(ca));
	write_file("cert", server_certificate->certificate);
	write_file("key", server_certificate->key);
	(void)snprintf(w->url, sizeof(w->url), "tls://127.0.0.1:7000?cert=%s/cert&key=%s/key",
		folder, folder);
	open_listener(w);
	(void)snprintf(
		w->client_url, sizeof(w->client_url), "tls://127.0.0.1:7000?ca=%s/ca", folder);
}

static void
urls_need_no_context(void **state)
{
	struct world *w = *state;

	use_urls(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	assert_string_equal(info_of(&w->client).version, "TLSv1.3");
	connect_again(w, 0, second_connected);
	assert_true(info_of(&w->more[9]).is_resumed);
	remove_files();
}

static void
files_are_read_again_for_new_streams_only(void **state)
{
	struct world *w = *state;
	const struct sb_test_certificate_options new = { .names = "127.0.0.1,new" };
	const struct sb_test_certificate *certificate = sb_test_certificate_create(ca, &new);
	struct sb_error error;
	char hex[65];

	use_urls(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	write_file("cert", certificate->certificate);
	assert_int_equal(sb_tls_reload_all(w->r, &error), -EINVAL);
	assert_non_null(strstr(error.text, "/key: the key does not fit"));
	/* Nothing has changed. */
	connect_again(w, 0, second_connected);
	print_hex(info_of(&w->more[9]).certificate_sha256, hex);
	assert_string_equal(hex, server_certificate->certificate_pin);
	write_file("key", certificate->key);
	assert_int_equal(sb_tls_reload_all(w->r, &error), 0);
	connect_again(w, 1, third_connected);
	assert_false(info_of(&w->more[10]).is_resumed);
	print_hex(info_of(&w->more[10]).certificate_sha256, hex);
	assert_string_equal(hex, certificate->certificate_pin);
	write_text(&w->client, "still here");
	sb_stream_close(w->client.stream);
	wait_for(w, server_closed);
	assert_string_equal(w->server.text, "still here");
	remove_files();
}

static void
name_of_a_url_is_whom_it_expects(void **state)
{
	struct world *w = *state;

	use_urls(w);
	(void)strcat(w->client_url, "&name=server.example");
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	assert_string_equal(info_of(&w->server).server_name, "server.example");
	(void)snprintf(strrchr(w->client_url, '='), 20, "=other.example");
	connect_peer(w, &w->more[9], NULL);
	sb_simulation_settle(w->sim);
	expect_text(&w->more[9], -EPROTO, "and not for other.example");
	remove_files();
}

static void
bad_files_of_a_url_make_nothing(void **state)
{
	struct world *w = *state;
	struct sb_stream *stream = NULL;
	struct sb_listener *listener = NULL;
	struct sb_error error;

	assert_int_equal(sb_stream_connect(w->r, "tls://127.0.0.1:7?ca=/nowhere/ca", NULL, SB_PLACE,
				 &noting, &w->client, &stream, &error),
		-ENOENT);
	assert_non_null(strstr(error.text, "/nowhere/ca"));
	assert_int_equal(sb_listener_open(w->r, "tls://127.0.0.1:0?cert=/nowhere/cert", NULL,
				 SB_PLACE, &accepting, w, &listener, &error),
		-ENOENT);
	assert_null(stream);
	assert_null(listener);
	assert_int_equal(sb_reactor_run(w->r), 0);
}

/* ---- Bytes ---- */

static bool
server_has_hello(struct world *w)
{
	return strcmp(w->server.text, "hello") == 0;
}

static bool
server_has_all(struct world *w)
{
	return w->server.n_bytes == 3 * 1024 * 1024;
}

/* So much that a turn's reads leave something in the SSL, of which the network tells nothing. */
static void
much_is_told_though_the_network_is_silent(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 16 * 1024 * 1024 };
	struct sb_stream_options options = { .hard_limit = 8 * 1024 * 1024 };
	unsigned char *pattern = make_pattern(3 * 1024 * 1024);

	use_tls(w);
	sb_simulation_set_weather(w->sim, &weather);
	open_listener(w);
	connect_peer(w, &w->client, &options);
	wait_for(w, both_connected);
	sb_stream_pause(w->server.stream);
	assert_int_equal(
		sb_stream_write(w->client.stream, (struct sb_bytes){ pattern, 3 * 1024 * 1024 }),
		0);
	let_pass(w, SB_S);
	sb_stream_resume(w->server.stream);
	wait_for(w, server_has_all);
	assert_true(w->server.hash == hash_more(w->more[0].hash, pattern, 3 * 1024 * 1024));
	free(pattern);
}

static void
pause_at_once(struct peer *p)
{
	sb_stream_pause(p->stream);
}

/* Each resume gives what one read gave, from within the SSL. */
static void
bytes_left_in_the_ssl_wait_for_resume(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1024 * 1024 };
	unsigned char *pattern = make_pattern(200 * 1024);
	unsigned i;

	use_tls(w);
	sb_simulation_set_weather(w->sim, &weather);
	w->server.on_data = pause_at_once;
	meet(w);
	assert_int_equal(
		sb_stream_write(w->client.stream, (struct sb_bytes){ pattern, 200 * 1024 }), 0);
	let_pass(w, SB_S);
	for (i = 1; w->server.n_bytes < 200 * 1024; i++) {
		assert_int_equal(w->server.n_data, i);
		let_pass(w, SB_S);
		assert_int_equal(w->server.n_data, i);
		sb_stream_resume(w->server.stream);
		let_pass(w, SB_S);
	}
	assert_true(i >= 4);
	free(pattern);
}

/* What a peer does not take waits in the stream's queue, where the marks see it. */
static void
peer_who_does_not_read_fills_the_queue_only(void **state)
{
	struct world *w = *state;
	static unsigned char block[64 * 1024];
	int ret = 0;

	use_tls(w);
	meet(w);
	sb_stream_pause(w->server.stream);
	while (ret == 0)
		ret = sb_stream_write(w->client.stream, (struct sb_bytes){ block, sizeof(block) });
	assert_int_equal(ret, -ENOBUFS);
	assert_true(sb_stream_queued(w->client.stream) > 1024 * 1024 - sizeof(block));
	let_pass(w, SB_S);
	assert_int_equal(
		sb_stream_write(w->client.stream, (struct sb_bytes){ block, sizeof(block) }),
		-ENOBUFS);
}

static struct sb_timer mess;

static void
leave_an_error(void *self)
{
	ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	sb_timer_start(self, 0);
}

/* In each turn there is an error in OpenSSL's queue, as another library may leave it. */
static void
errors_of_others_disturb_nothing(void **state)
{
	struct world *w = *state;

	use_tls(w);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	assert_int_equal(sb_timer_init(&mess, w->r, SB_HANDLER(leave_an_error), &mess), 0);
	sb_timer_start(&mess, 0);
	wait_for(w, both_connected);
	let_pass(w, 0);
	ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	write_text(&w->client, "hello");
	assert_int_equal(ERR_peek_error(), 0);
	wait_for(w, server_has_hello);
	let_pass(w, SB_MS / 1000);
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	sb_timer_finish(&mess);
	ERR_clear_error();
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
}

static void
errors_of_others_do_not_fail_a_write_that_waits(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 10 };

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	sb_simulation_set_weather(w->sim, &weather);
	ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	write_text(&w->client, "hello");
	assert_int_equal(sb_stream_queued(w->client.stream), strlen("hello"));
	wait_for(w, server_has_hello);
}

/* Byte by byte: a flight, and the alert of a handshake that fails, wait for the network. */
static void
alert_reaches_a_peer_who_reads_slowly(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1 };

	serve_names(w, "other.example");
	trust(w);
	sb_simulation_set_weather(w->sim, &weather);
	expect_refusal(w, "is for other.example, and not for 127.0.0.1");
	expect_text(&w->server, -EPROTO, "the peer does not trust our certificate");
}

static void
sessions_are_forgotten_with_a_reload(void **state)
{
	struct world *w = *state;

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	assert_int_equal(n_sessions(w), 2);
	assert_int_equal(sb_tls_reload(w->client_tls, NULL), 0);
	assert_int_equal(n_sessions(w), 0);
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
		tls_test(half_close_works_in_1_3),
		tls_test(half_close_works_in_1_2),
		tls_test(close_says_goodbye),
		tls_test(close_waits_until_goodbye_is_said),
		tls_test(close_gives_up_when_goodbye_is_not_taken),
		tls_test(what_is_queued_goes_out_in_the_clear_before),
		tls_test(starting_tls_needs_an_open_stream_and_a_name),
		tls_test(close_while_tls_starts_ends_in_order),
		tls_test(destroying_a_stream_while_tls_starts_is_fine),
		tls_test(host_of_the_url_is_the_name),
		tls_test(what_does_not_fit_is_no_context),
		tls_test(key_with_a_pass_phrase_asks_nobody),
		tls_test(wrong_side_is_refused),
		tls_test(context_lives_as_long_as_its_streams),
		tls_test(urls_need_no_context),
		tls_test(files_are_read_again_for_new_streams_only),
		tls_test(name_of_a_url_is_whom_it_expects),
		tls_test(bad_files_of_a_url_make_nothing),
		tls_test(much_is_told_though_the_network_is_silent),
		tls_test(bytes_left_in_the_ssl_wait_for_resume),
		tls_test(peer_who_does_not_read_fills_the_queue_only),
		tls_test(errors_of_others_disturb_nothing),
		tls_test(errors_of_others_do_not_fail_a_write_that_waits),
		tls_test(alert_reaches_a_peer_who_reads_slowly),
		tls_test(sessions_are_forgotten_with_a_reload),
	};

	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
