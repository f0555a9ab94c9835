/* Contexts of TLS: what does not fit, those of URLs, reloading. */

#include "reactor/tls.h"

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
		tls_test(what_does_not_fit_is_no_context),
		tls_test(key_with_a_pass_phrase_asks_nobody),
		tls_test(wrong_side_is_refused),
		tls_test(context_lives_as_long_as_its_streams),
		tls_test(urls_need_no_context),
		tls_test(files_are_read_again_for_new_streams_only),
		tls_test(name_of_a_url_is_whom_it_expects),
		tls_test(bad_files_of_a_url_make_nothing),
		tls_test(sessions_are_forgotten_with_a_reload),
	};

	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
