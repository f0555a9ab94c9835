/* The bot in the browser: what a client sends is fed to a tape, and the tape shows what it gets. */

#include <sqlite3.h>

#include "bot_fixture.h"

struct browser {
	struct fixture *f;
	struct sb_http *http;
	struct sb_tape *tape;
};

static int
begin(void **state, const char *config)
{
	struct browser *browser = calloc(1, sizeof(*browser));
	struct sb_http_options options = { .url = NULL };
	struct sb_error error;

	assert_non_null(browser);
	browser->f = make_fixture(config);
	if (sb_http_create(browser->f->world->d, browser->f->world->r, &options, SB_PLACE,
		    &browser->http, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_int_equal(sb_label(browser->f->world->d, browser->http, "http"), 0);
	browser->tape = sb_tape_create();
	assert_int_equal(sb_http_attach(browser->http, sb_tape_stream(browser->tape)), 0);
	sb_tape_connect(browser->tape);
	*state = browser;
	return 0;
}

static int
set_up_browser(void **state)
{
	return begin(
		state, BOT_CONFIG "http { access-log = true listen = \"tcp://127.0.0.1:1\" }\n");
}

static int
set_up_with_base(void **state)
{
	return begin(state, BOT_CONFIG "http { listen = \"tcp://127.0.0.1:1\" "
				       "base-url = \"https://quotes.example.org\" }\n");
}

static int
tear_down_browser(void **state)
{
	struct browser *browser = *state;
	void *f = browser->f;

	sb_http_destroy(browser->http);
	sb_tape_destroy(browser->tape);
	free(browser);
	return tear_down(&f);
}

static void
get(struct browser *browser, const char *target)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: quotes.test\r\n\r\n", target);
	sb_tape_clear(browser->tape);
	sb_tape_feed(browser->tape, text);
}

static void
expect(struct browser *browser, const char *part)
{
	if (!strstr(sb_tape_written(browser->tape), part))
		sb_testing_fail(SB_PLACE, "no '%s' in: %s", part, sb_tape_written(browser->tape));
}

static void
expect_status(struct browser *browser, int status)
{
	char line[32];

	(void)snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	if (strncmp(sb_tape_written(browser->tape), line, strlen(line)) != 0)
		sb_testing_fail(SB_PLACE, "not %d: %s", status, sb_tape_written(browser->tape));
}

static void
every_page_is_where_it_should_be_and_of_its_type(void **state)
{
	static const struct {
		const char *target, *type;
	} pages[] = {
		{ "/", "text/html" },
		{ "/q/1", "text/html" },
		{ "/top", "text/html" },
		{ "/search?q=be", "text/html" },
		{ "/feed.atom", "application/atom+xml" },
		{ "/quote.txt", "text/plain" },
		{ "/style.css", "text/css" },
		{ "/favicon.svg", "image/svg+xml" },
		{ "/robots.txt", "text/plain" },
		{ "/api/v1/quotes", "application/json" },
		{ "/api/v1/quotes/1", "application/json" },
		{ "/api/v1/random", "application/json" },
		{ "/api/v1/stats", "application/json" },
		{ "/healthz", "text/plain" },
		{ "/metrics", "text/plain" },
	};
	struct browser *browser = *state;
	char type[64];
	size_t i;

	add(browser->f, "to be\n");
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		get(browser, pages[i].target);
		expect_status(browser, 200);
		(void)snprintf(type, sizeof(type), "Content-Type: %s", pages[i].type);
		expect(browser, type);
	}
}

static void
a_quote_added_on_irc_is_in_the_browser_at_the_next_load(void **state)
{
	struct browser *browser = *state;
	struct fixture *f = browser->f;

	get(browser, "/");
	assert_null(strstr(sb_tape_written(browser->tape), "to be or not"));
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #c :!addquote to be or not");
	sb_tape_seek(f->tape, "PRIVMSG #c :");
	get(browser, "/");
	expect(browser, "to be or not");
	get(browser, "/api/v1/quotes");
	expect(browser, "to be or not");
	get(browser, "/c/%23c");
	expect(browser, "to be or not");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #c :!undo");
	get(browser, "/");
	assert_null(strstr(sb_tape_written(browser->tape), "to be or not"));
}

static void
what_a_network_keeps_to_itself_is_not_in_the_browser(void **state)
{
	struct browser *browser = *state;
	struct fixture *f = browser->f;
	struct sb_tape *tape;
	struct sb_irc *irc = make_irc(f, "oftc", &tape);

	sb_tape_feed_line(tape, ":bob!b@h PRIVMSG #c :!addquote between ourselves");
	sb_tape_seek(tape, "PRIVMSG #c :");
	get(browser, "/");
	expect_status(browser, 200);
	assert_null(strstr(sb_tape_written(browser->tape), "between ourselves"));
	get(browser, "/q/1");
	expect_status(browser, 404);
	get(browser, "/api/v1/quotes/1");
	expect_status(browser, 404);
	get(browser, "/search?q=ourselves");
	assert_null(strstr(sb_tape_written(browser->tape), "between ourselves"));
	sb_irc_destroy(irc);
	sb_tape_destroy(tape);
}

static void
random_leads_to_a_quote_and_nowhere_without_any(void **state)
{
	struct browser *browser = *state;

	get(browser, "/random");
	expect_status(browser, 404);
	add(browser->f, "to be\n");
	get(browser, "/random");
	expect_status(browser, 303);
	expect(browser, "\r\nLocation: /q/1\r\n");
}

static void
what_is_not_there_is_told_so_in_the_manner_of_the_place(void **state)
{
	struct browser *browser = *state;

	get(browser, "/nowhere");
	expect_status(browser, 404);
	expect(browser, "text/html");
	get(browser, "/q/7");
	expect_status(browser, 404);
	get(browser, "/q/x");
	expect_status(browser, 404);
	get(browser, "/api/v1/nowhere");
	expect_status(browser, 404);
	expect(browser, "application/json");
	sb_tape_clear(browser->tape);
	sb_tape_feed(browser->tape, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
	expect_status(browser, 405);
	expect(browser, "\r\nAllow: GET, HEAD");
}

static void
a_page_that_is_known_is_not_sent_again(void **state)
{
	struct browser *browser = *state;
	char etag[64], text[256];
	const char *at;

	add(browser->f, "to be\n");
	get(browser, "/");
	at = strstr(sb_tape_written(browser->tape), "\r\nETag: ");
	assert_non_null(at);
	(void)snprintf(etag, sizeof(etag), "%.*s", (int)strcspn(at + 8, "\r"), at + 8);
	(void)snprintf(text, sizeof(text),
		"GET / HTTP/1.1\r\nHost: quotes.test\r\nIf-None-Match: %s\r\n\r\n", etag);
	sb_tape_clear(browser->tape);
	sb_tape_feed(browser->tape, text);
	expect_status(browser, 304);
	add(browser->f, "or not\n");
	sb_tape_clear(browser->tape);
	sb_tape_feed(browser->tape, text);
	expect_status(browser, 200);
}

static void
every_page_is_told_what_it_may_do(void **state)
{
	struct browser *browser = *state;

	get(browser, "/");
	expect(browser, "\r\nContent-Security-Policy: default-src 'none'; ");
	expect(browser, "\r\nX-Content-Type-Options: nosniff\r\n");
	get(browser, "/nowhere");
	expect(browser, "\r\nContent-Security-Policy: default-src 'none'; ");
}

static void
links_begin_with_the_base_url_or_as_the_client_has_it(void **state)
{
	struct browser *browser = *state;

	add(browser->f, "to be\n");
	get(browser, "/feed.atom");
	expect(browser, "https://quotes.example.org/q/1");
	assert_null(strstr(sb_tape_written(browser->tape), "quotes.test"));
}

static void
requests_are_logged_when_asked_for(void **state)
{
	struct browser *browser = *state;

	get(browser, "/nowhere?a=b");
	if (!strstr(browser->f->log, "\"GET /nowhere?a=b\" 404 "))
		sb_testing_fail(SB_PLACE, "%s", browser->f->log);
	assert_memory_equal(browser->f->log, "http: 2001-09-09T01:46:40Z ", 27);
}

static void
metrics_count_what_happened(void **state)
{
	struct browser *browser = *state;

	add(browser->f, "to be\n");
	sb_tape_feed_line(browser->f->tape, ":bob!b@h PRIVMSG #c :!quote");
	get(browser, "/");
	get(browser, "/metrics");
	expect(browser, "{signal=\"irc.message\"} 1\n");
	expect(browser, "{class=\"2xx\"} 1\n");
}

static void
a_nick_and_a_channel_in_the_network_s_charset_are_shown_as_utf8(void **state)
{
	struct browser *browser = *state;

	sb_tape_feed_line(browser->f->tape, ":\xc9mile!e@h PRIVMSG #caf\xe9 :!addquote to be");
	get(browser, "/api/v1/quotes");
	expect_status(browser, 200);
	expect(browser, "\"by\":\"\xc3\x89mile\"");
	get(browser, "/");
	expect_status(browser, 200);
	expect(browser, "<bdi>#caf\xc3\xa9</bdi>");
	get(browser, "/c/caf%C3%A9");
	expect_status(browser, 200);
	get(browser, "/feed.atom");
	expect(browser, "<name>\xc3\x89mile</name>");
}

/* A database that another program takes the tables out of. */
static char folder[32];

static int
set_up_with_file(void **state)
{
	char config[512];

	(void)strcpy(folder, "/tmp/test_bot.XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(config, sizeof(config),
		"database = \"%s/q.db\"\n"
		"irc libera { server = \"tcp://127.0.0.1:1\" }\n",
		folder);
	return begin(state, config);
}

static int
tear_down_with_file(void **state)
{
	char command[64];

	(void)tear_down_browser(state);
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	return 0;
}

static void
break_database(void)
{
	char path[64];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/q.db", folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "DROP TABLE quote; DROP TABLE collection", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
a_page_that_cannot_be_made_says_so_and_so_does_the_log(void **state)
{
	static const char *const targets[] = { "/", "/q/1", "/top", "/search?q=be", "/c/c",
		"/feed.atom", "/quote.txt", "/random", "/api/v1/quotes", "/api/v1/quotes/1",
		"/api/v1/random", "/api/v1/stats" };
	struct browser *browser = *state;
	char told[64];
	size_t i;

	add(browser->f, "to be\n");
	break_database();
	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		browser->f->log[0] = '\0';
		get(browser, targets[i]);
		expect_status(browser, 503);
		(void)snprintf(told, sizeof(told), "GET %.*s: ", (int)strcspn(targets[i], "?"),
			targets[i]);
		sb_gate_expect_failure(browser->f->world->gate, told);
		if (!strstr(browser->f->log, told))
			sb_testing_fail(SB_PLACE, "no '%s' in: %s", told, browser->f->log);
	}
	get(browser, "/healthz");
	expect_status(browser, 503);
}

static void
what_cannot_be_counted_is_no_number(void **state)
{
	struct browser *browser = *state;
	struct fixture *f = browser->f;

	add(f, "to be\n");
	get(browser, "/metrics");
	expect(browser, "\nquoth_quotes 1\n");
	break_database();
	get(browser, "/metrics");
	expect_status(browser, 200);
	assert_null(strstr(sb_tape_written(browser->tape), "quoth_quotes"));
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG Quoth :help");
	sb_tape_expect_line(f->tape, "PRIVMSG bob :I cannot do that now: Input/output error.");
	sb_gate_expect_failure(f->world->gate, "help: Input/output error");
}

static void
answer_first(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	(void)self, (void)http;
	assert_int_equal(sb_http_answer_text(e->request, 418, "tea"), 0);
}

static void
a_page_that_cannot_be_sent_is_a_failure(void **state)
{
	static const char *const targets[] = { "/top", "/random", "/healthz" };
	struct browser *browser = *state;
	struct fixture *f = browser->f;
	struct sb_options first = { .priority = 1 };
	struct sb_connection connection;
	char part[64];
	size_t i;

	add(f, "to be\n");
	connection = sb_http_requested_connect_with(
		f->world->d, SB_ANY, first, SB_HANDLER(answer_first), browser);
	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		get(browser, targets[i]);
		expect_status(browser, 418);
		(void)snprintf(part, sizeof(part), "no answer to GET %s: ", targets[i]);
		sb_gate_expect_failure(f->world->gate, part);
	}
	assert_int_equal(sb_disconnect(f->world->d, connection), 0);
}

#define with_browser(fn) cmocka_unit_test_setup_teardown(fn, set_up_browser, tear_down_browser)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_browser(every_page_is_where_it_should_be_and_of_its_type),
		with_browser(a_quote_added_on_irc_is_in_the_browser_at_the_next_load),
		with_browser(what_a_network_keeps_to_itself_is_not_in_the_browser),
		with_browser(random_leads_to_a_quote_and_nowhere_without_any),
		with_browser(what_is_not_there_is_told_so_in_the_manner_of_the_place),
		with_browser(a_page_that_is_known_is_not_sent_again),
		with_browser(every_page_is_told_what_it_may_do),
		cmocka_unit_test_setup_teardown(
			links_begin_with_the_base_url_or_as_the_client_has_it, set_up_with_base,
			tear_down_browser),
		with_browser(requests_are_logged_when_asked_for),
		with_browser(a_page_that_cannot_be_sent_is_a_failure),
		with_browser(metrics_count_what_happened),
		with_browser(a_nick_and_a_channel_in_the_network_s_charset_are_shown_as_utf8),
		cmocka_unit_test_setup_teardown(
			a_page_that_cannot_be_made_says_so_and_so_does_the_log, set_up_with_file,
			tear_down_with_file),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_counted_is_no_number, set_up_with_file, tear_down_with_file),
	};

	return kit_run(tests);
}
