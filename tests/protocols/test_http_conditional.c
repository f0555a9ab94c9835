/* Conditions: what a client that has an answer already is told (RFC 9110, section 13). */

#include "http_site.h"
#include "kit_cmocka.h"

#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"
#define EARLIER "Sun, 06 Nov 1994 08:49:36 GMT"
#define LATER "Sun, 06 Nov 1994 08:49:38 GMT"

/* What the handler answers with. */
struct told {
	int status;
	const char *etag, *modified;
};

static void
on_requested(struct site *site, const struct sb_http_requested *e)
{
	const struct told *told = site->told;

	if (told->etag)
		(void)sb_http_add_field(e->request, "ETag", told->etag);
	if (told->modified)
		(void)sb_http_add_field(e->request, "Last-Modified", told->modified);
	(void)sb_http_answer_text(e->request, told->status, "content");
}

struct example {
	const char *fields;
	int status;
};

static void
get_is_told(void **state, const struct told *told, const struct example *examples, size_t n)
{
	struct site site;
	size_t i;

	site_begin(&site, *state, on_requested);
	site.told = told;
	for (i = 0; i < n; i++) {
		const char *answer = site_ask(&site, "GET", "/", examples[i].fields);

		if (status_of(answer) != examples[i].status)
			fail_msg("%sgives %d", examples[i].fields, status_of(answer));
	}
	site_end(&site);
}

#define GET_IS_TOLD(state, told, examples)                                                         \
	get_is_told((state), (told), (examples), sizeof(examples) / sizeof((examples)[0]))

static void
who_has_the_tag_is_told_so(void **state)
{
	static const struct told told = { 200, "\"a\"", NULL };
	static const struct example examples[] = {
		{ "", 200 },
		{ "If-None-Match: \"a\"\r\n", 304 },
		{ "If-None-Match: W/\"a\"\r\n", 304 },
		{ "If-None-Match: \"b\", \"a\"\r\n", 304 },
		{ "If-None-Match: \"b\"\r\nIf-None-Match: \"a\"\r\n", 304 },
		{ "If-None-Match: *\r\n", 304 },
		{ "If-None-Match: \"b\"\r\n", 200 },
		{ "If-None-Match: a\r\n", 200 },
		{ "If-Modified-Since: " LATER "\r\n", 200 },
	};

	GET_IS_TOLD(state, &told, examples);
}

static void
who_has_it_since_is_told_so(void **state)
{
	static const struct told told = { 200, NULL, MODIFIED };
	static const struct example examples[] = {
		{ "If-Modified-Since: " EARLIER "\r\n", 200 },
		{ "If-Modified-Since: " MODIFIED "\r\n", 304 },
		{ "If-Modified-Since: " LATER "\r\n", 304 },
		{ "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", 304 },
		{ "If-Modified-Since: yesterday\r\n", 200 },
		{ "If-Unmodified-Since: " EARLIER "\r\n", 412 },
		{ "If-Unmodified-Since: " MODIFIED "\r\n", 200 },
		{ "If-Unmodified-Since: never\r\n", 200 },
		{ "If-Unmodified-Since: " EARLIER "\r\nIf-Modified-Since: " LATER "\r\n", 412 },
		{ "If-Unmodified-Since: " LATER "\r\nIf-Modified-Since: " LATER "\r\n", 304 },
	};

	GET_IS_TOLD(state, &told, examples);
}

static void
a_tag_counts_before_a_date(void **state)
{
	static const struct told told = { 200, "\"a\"", MODIFIED };
	static const struct example examples[] = {
		{ "If-None-Match: \"b\"\r\nIf-Modified-Since: " LATER "\r\n", 200 },
		{ "If-None-Match: \"a\"\r\nIf-Modified-Since: " EARLIER "\r\n", 304 },
		{ "If-Match: \"a\"\r\nIf-Unmodified-Since: " EARLIER "\r\n", 200 },
		{ "If-Match: \"b\"\r\nIf-Unmodified-Since: " LATER "\r\n", 412 },
	};

	GET_IS_TOLD(state, &told, examples);
}

static void
who_wants_another_is_refused(void **state)
{
	static const struct told told = { 200, "\"a\"", NULL };
	static const struct example examples[] = {
		{ "If-Match: \"a\"\r\n", 200 },
		{ "If-Match: \"b\", \"a\"\r\n", 200 },
		{ "If-Match: *\r\n", 200 },
		{ "If-Match: \"b\"\r\n", 412 },
		{ "If-Match: W/\"a\"\r\n", 412 },
		/* First what is refused, then what is had. */
		{ "If-Match: \"b\"\r\nIf-None-Match: \"a\"\r\n", 412 },
		{ "If-Match: \"a\"\r\nIf-None-Match: \"a\"\r\n", 304 },
	};

	GET_IS_TOLD(state, &told, examples);
}

static void
only_what_would_be_an_answer_is_conditional(void **state)
{
	static const struct told missing = { 404, "\"a\"", MODIFIED }, plain = { 200, NULL, NULL };
	static const struct example not_found[] = {
		{ "If-None-Match: \"a\"\r\n", 404 },
		{ "If-Match: \"b\"\r\n", 404 },
	};
	static const struct example found[] = {
		{ "If-None-Match: *\r\n", 200 },
		{ "If-Match: \"b\"\r\n", 200 },
		{ "If-Modified-Since: " LATER "\r\n", 200 },
	};

	GET_IS_TOLD(state, &missing, not_found);
	sb_simulation_settle(((struct sb_world *)*state)->sim);
	GET_IS_TOLD(state, &plain, found);
}

static void
not_modified_has_the_tag_and_no_content(void **state)
{
	static const struct told told = { 200, "\"a\"", MODIFIED };
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	site.told = &told;
	answer = site_ask(&site, "GET", "/", "If-None-Match: \"a\"\r\n");
	expect_status(answer, 304);
	expect_field(answer, "ETag", "\"a\"");
	expect_field(answer, "Last-Modified", MODIFIED);
	expect_content(answer, "");
	expect_status(site_ask(&site, "HEAD", "/", "If-None-Match: \"a\"\r\n"), 304);
	/* What changes something is not for this. */
	expect_status(
		site_ask(&site, "POST", "/", "If-None-Match: \"a\"\r\nContent-Length: 0\r\n"), 200);
	site_end(&site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(who_has_the_tag_is_told_so),
		kit_test(who_has_it_since_is_told_so),
		kit_test(a_tag_counts_before_a_date),
		kit_test(who_wants_another_is_refused),
		kit_test(only_what_would_be_an_answer_is_conditional),
		kit_test(not_modified_has_the_tag_and_no_content),
	};

	return kit_run(tests);
}
