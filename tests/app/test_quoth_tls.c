/* Quoth with TLS, by names, in the simulation: its servers, its networks, certificates that are
 * replaced. */

#include <fcntl.h>
#include <unistd.h>

#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

#include "program.h"
#include "visitor.h"

struct files {
	struct fixture *f;
	struct sb_test_ca *ca;
	char folder[32], ca_file[64], own_file[64];
	char text[2048];
};

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A new certificate for the servers. */
static const struct sb_test_certificate *
renew(struct files *files, const char *subject)
{
	const struct sb_test_certificate_options options = { .names = "*.example.org,127.0.0.1",
		.subject = subject };
	const struct sb_test_certificate *made = sb_test_certificate_create(files->ca, &options);

	write_file(files->own_file, made->both);
	return made;
}

static void
name(struct files *files, const char *host)
{
	static const char *const here[] = { "127.0.0.1" };

	assert_int_equal(sb_simulation_set_name(
				 files->f->world->sim, host, SB_LOOKUP_IPV4, here, 1, 0, SB_MS),
		0);
}

static int
set_up_files(void **state)
{
	struct files *files = calloc(1, sizeof(*files));

	assert_non_null(files);
	files->f = make_fixture(sb_testing_seed());
	files->ca = sb_test_ca_create("the authority");
	(void)snprintf(files->folder, sizeof(files->folder), "/tmp/test_quoth_tls.XXXXXX");
	assert_non_null(mkdtemp(files->folder));
	(void)snprintf(files->ca_file, sizeof(files->ca_file), "%s/ca.pem", files->folder);
	(void)snprintf(files->own_file, sizeof(files->own_file), "%s/own.pem", files->folder);
	write_file(files->ca_file, sb_test_ca_pem(files->ca));
	name(files, "irc.example.org");
	name(files, "quotes.example.org");
	*state = files;
	return 0;
}

static int
tear_down_files(void **state)
{
	struct files *files = *state;

	destroy_fixture(files->f);
	sb_test_ca_destroy(files->ca);
	(void)unlink(files->ca_file);
	(void)unlink(files->own_file);
	assert_int_equal(rmdir(files->folder), 0);
	free(files);
	return 0;
}

/* Servers with TLS, and a network that is one of them by its name. */
static const char *
config_of(struct files *files)
{
	(void)snprintf(files->text, sizeof(files->text),
		WITH_SAMPLE "ircd { listen = \"tls://127.0.0.1:6697?cert=%s\" }\n"
			    "irc demo { server = \"tls://irc.example.org:6697?ca=%s\" "
			    "channels = { \"#signalbox\" } }\n"
			    "http { listen = \"tls://127.0.0.1:8443?cert=%s\" }\n"
			    "qotd { listen = \"tls://127.0.0.1:1717?cert=%s\" }\n",
		files->own_file, files->ca_file, files->own_file, files->own_file);
	return files->text;
}

static void
begin(struct files *files)
{
	start(files->f, config_of(files));
	run_until(files->f, "ready", is_ready, files->f, 60 * SB_S);
	assert_int_equal(sb_simulation_run_for(files->f->world->sim, 10 * SB_S), 0);
}

static void
reload(struct files *files, const char *text)
{
	struct sb_error error;

	files->f->log[0] = '\0';
	if (quoth_reload(files->f->quoth, parse(text), &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_int_equal(sb_simulation_run_for(files->f->world->sim, SB_S), 0);
}

/* Somebody comes by the name, over TLS. */
static void
come(struct files *files, struct visitor *visitor, const char *host_and_port)
{
	char url[256];

	(void)snprintf(url, sizeof(url), "tls://%s?ca=%s", host_and_port, files->ca_file);
	visitor_come(visitor, files->f->world->r, url);
	assert_int_equal(sb_simulation_run_for(files->f->world->sim, SB_S), 0);
}

/* Asks for a page, and reads the beginning of the answer. */
static void
ask_page(struct files *files, struct visitor *visitor)
{
	static const char request[] = "GET /quote.txt HTTP/1.1\r\nHost: quotes.example.org\r\n\r\n";

	visitor->len = 0;
	memset(visitor->text, 0, sizeof(visitor->text));
	assert_int_equal(sb_stream_write(visitor->stream, sb_bytes_of(request)), 0);
	assert_int_equal(sb_simulation_run_for(files->f->world->sim, SB_S), 0);
	assert_int_equal(strncmp(visitor->text, "HTTP/1.1 200 OK\r\n", 17), 0);
	assert_non_null(strstr(visitor->text, "\nhttps://quotes.example.org/q/"));
}

/* Whether it is this certificate that the server has shown. */
static bool
was_shown(const struct visitor *visitor, const struct sb_test_certificate *certificate)
{
	struct sb_tls_info info;
	char pin[65];
	int i;

	assert_true(sb_stream_tls_info(visitor->stream, &info));
	for (i = 0; i < 32; i++)
		(void)snprintf(pin + 2 * i, 3, "%02x", info.certificate_sha256[i]);
	return strcmp(pin, certificate->certificate_pin) == 0;
}

static void
all_servers_and_networks_work_by_names_and_tls(void **state)
{
	struct files *files = *state;
	struct visitor browser, reader;
	struct person person;
	char url[256];

	(void)renew(files, "first");
	begin(files);
	assert_non_null(strstr(files->f->log, "demo: registered with irc.local as quoth\n"));
	assert_non_null(strstr(files->f->log, "demo: joined #signalbox\n"));
	(void)snprintf(url, sizeof(url), "tls://irc.example.org:6697?ca=%s", files->ca_file);
	person_come(&person, files->f, "ann", url);
	run_until(files->f, "she is there", person_is_there, &person, 60 * SB_S);
	person_expect_answer(&person, files->f, "!quote 2", "second (2)", 60 * SB_S);
	come(files, &browser, "quotes.example.org:8443");
	ask_page(files, &browser);
	sb_stream_destroy(browser.stream);
	come(files, &reader, "quotes.example.org:1717");
	run_until(files->f, "the quote of the day", visitor_is_over, &reader, 60 * SB_S);
	assert_true(reader.len > 0);
	person_leave(&person, files->f);
}

static void
plain_browser_at_the_port_harms_nobody(void **state)
{
	struct files *files = *state;
	struct visitor lost, browser;

	(void)renew(files, "first");
	begin(files);
	visitor_come(&lost, files->f->world->r, "tcp://127.0.0.1:8443");
	assert_int_equal(sb_simulation_run_for(files->f->world->sim, SB_S), 0);
	assert_int_equal(sb_stream_write(lost.stream, sb_bytes_of("GET / HTTP/1.1\r\n\r\n")), 0);
	run_until(files->f, "he is sent away", visitor_is_over, &lost, 60 * SB_S);
	assert_null(strstr(lost.text, "HTTP"));
	come(files, &browser, "quotes.example.org:8443");
	ask_page(files, &browser);
	sb_stream_destroy(browser.stream);
}

static void
certificate_is_replaced_by_hup_and_old_connections_live_on(void **state)
{
	struct files *files = *state;
	struct visitor old, young;
	const struct sb_test_certificate *first, *second;

	first = renew(files, "first");
	begin(files);
	come(files, &old, "quotes.example.org:8443");
	ask_page(files, &old);
	assert_true(was_shown(&old, first));
	second = renew(files, "second");
	reload(files, config_of(files));
	assert_null(strstr(files->f->log, "certificates"));
	assert_null(strstr(files->f->log, "disconnected"));
	come(files, &young, "quotes.example.org:8443");
	ask_page(files, &young);
	assert_true(was_shown(&young, second) && !was_shown(&young, first));
	ask_page(files, &old);
	assert_true(was_shown(&old, first));
	sb_stream_destroy(old.stream);
	sb_stream_destroy(young.stream);
}

static void
certificate_that_cannot_be_used_is_told_and_the_old_one_stays(void **state)
{
	struct files *files = *state;
	struct visitor browser;
	const struct sb_test_certificate *first = renew(files, "first");

	begin(files);
	write_file(files->own_file, "nothing\n");
	reload(files, config_of(files));
	assert_non_null(strstr(files->f->log, "certificates stay as they were: "));
	assert_non_null(strstr(files->f->log, "own.pem: no certificate (PEM) is in it\n"));
	come(files, &browser, "quotes.example.org:8443");
	assert_true(was_shown(&browser, first));
	sb_stream_destroy(browser.stream);
}

static void
files_that_nobody_uses_any_more_may_go(void **state)
{
	struct files *files = *state;

	(void)renew(files, "first");
	begin(files);
	reload(files, WITH_SAMPLE QOTD_SOMEWHERE);
	assert_int_equal(sb_simulation_run_for(files->f->world->sim, 60 * SB_S), 0);
	assert_int_equal(unlink(files->own_file), 0);
	reload(files, WITH_SAMPLE QOTD_SOMEWHERE);
	assert_null(strstr(files->f->log, "certificates"));
}

static void
other_options_at_the_same_address_are_told_to_need_a_restart(void **state)
{
	struct files *files = *state;
	struct sb_error error;

	(void)renew(files, "first");
	begin(files);
	assert_int_equal(
		quoth_reload(files->f->quoth,
			parse(WITH_SAMPLE "http { listen = \"tcp://127.0.0.1:8443\" }"), &error),
		-EADDRINUSE);
	assert_non_null(strstr(error.text, "http: listen: other options at the same address need a "
					   "restart"));
}

static void
own_server_is_found_whatever_is_for_listening_there(void **state)
{
	struct files *files = *state;

	start(files->f, IN_MEMORY "ircd { listen = \"unix:///irc?mode=660\" }\n"
				  "irc demo { server = \"ircd\" channels = { \"#signalbox\" } }\n");
	assert_int_equal(sb_simulation_run_for(files->f->world->sim, 10 * SB_S), 0);
	assert_non_null(strstr(files->f->log, "demo: joined #signalbox\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define with_files(name) cmocka_unit_test_setup_teardown(name, set_up_files, tear_down_files)
		with_files(all_servers_and_networks_work_by_names_and_tls),
		with_files(plain_browser_at_the_port_harms_nobody),
		with_files(certificate_is_replaced_by_hup_and_old_connections_live_on),
		with_files(certificate_that_cannot_be_used_is_told_and_the_old_one_stays),
		with_files(files_that_nobody_uses_any_more_may_go),
		with_files(other_options_at_the_same_address_are_told_to_need_a_restart),
		with_files(own_server_is_found_whatever_is_for_listening_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
