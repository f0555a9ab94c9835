/* Routes: which function has a request, and what is told who asks for none. */

#include <errno.h>

#include "http_site.h"
#include "kit_cmocka.h"

static void
on_home(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	(void)self, (void)from;
	(void)sb_http_answer_text(e->request, 200, "home");
}

static void
on_quote(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	(void)self, (void)from;
	(void)sb_http_answer_text(e->request, 200, "quote %s", sb_http_param(e->request, "id"));
}

static void
on_change(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	(void)self, (void)from;
	(void)sb_http_answer_text(e->request, 200, "%s %s by %s", e->method,
		sb_http_param(e->request, "id"), sb_http_param(e->request, "who"));
}

static void
on_file(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	(void)self, (void)from;
	assert_null(sb_http_param(e->request, "id"));
	(void)sb_http_answer_text(e->request, 200, "file %s", sb_http_param(e->request, "rest"));
}

static void
on_later(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	(void)self, (void)from;
	(void)sb_http_take(e->request);
}

static void
on_last(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	struct site *site = self;

	(void)e;
	sb_http_destroy(from);
	site->http = NULL;
}

static void
on_inner(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	(void)self, (void)from;
	assert_null(sb_http_param(e->request, "rest"));
	(void)sb_http_answer_text(e->request, 200, "inner");
}

/* A route may have routes of its own. */
static void
on_outer(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	static const struct sb_http_route inner[] = { { "GET", "/o/inner", SB_HANDLER(on_inner) } };

	assert_string_equal(sb_http_param(e->request, "rest"), "inner");
	assert_true(sb_http_route(inner, 1, self, from, e));
}

static const struct sb_http_route routes[] = {
	{ "GET", "/", SB_HANDLER(on_home) },
	{ "GET", "/q/{id}", SB_HANDLER(on_quote) },
	{ "POST", "/q/{id}", SB_HANDLER(on_home) },
	{ "PUT", "/q/{id}/by/{who}", SB_HANDLER(on_change) },
	{ "DELETE", "/q/{id}/by/{who}", SB_HANDLER(on_change) },
	{ "PUT", "/q/{id}/{rest...}", SB_HANDLER(on_home) },
	{ "GET", "/f/{rest...}", SB_HANDLER(on_file) },
	{ "GET", "/o/{rest...}", SB_HANDLER(on_outer) },
	{ "GET", "/later", SB_HANDLER(on_later) },
	{ "GET", "/last", SB_HANDLER(on_last) },
};

static void
on_requested(struct site *site, const struct sb_http_requested *e)
{
	site->ret = sb_http_route(routes, sizeof(routes) / sizeof(routes[0]), site, site->http, e);
}

static void
the_first_route_that_matches_has_the_request(void **state)
{
	struct site site;

	site_begin(&site, *state, on_requested);
	expect_content(site_get(&site, "/"), "home\n");
	expect_content(site_get(&site, "/?a=1"), "home\n");
	expect_content(site_get(&site, "/q/12"), "quote 12\n");
	expect_content(site_get(&site, "/q/a%20b"), "quote a b\n");
	expect_content(site_ask(&site, "POST", "/q/12", "Content-Length: 0\r\n"), "home\n");
	expect_content(site_ask(&site, "PUT", "/q/1/by/bob", ""), "PUT 1 by bob\n");
	expect_content(site_ask(&site, "DELETE", "/q/1/by/bob", ""), "DELETE 1 by bob\n");
	expect_content(site_ask(&site, "PUT", "/q/1/to", ""), "home\n");
	expect_content(site_get(&site, "/f/a/b%20c"), "file a/b%20c\n");
	assert_true(site.ret);
	site_end(&site);
}

static void
a_path_without_a_route_is_left_to_others(void **state)
{
	struct site site;

	site_begin(&site, *state, on_requested);
	expect_status(site_get(&site, "/nowhere"), 404);
	assert_false(site.ret);
	expect_status(site_get(&site, "/q/%00"), 404);
	assert_false(site.ret);
	expect_status(site_ask(&site, "OPTIONS", "*", ""), 404);
	assert_false(site.ret);
	site_end(&site);
}

static void
head_is_served_by_get(void **state)
{
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = site_ask(&site, "HEAD", "/q/12", "");
	expect_status(answer, 200);
	expect_field(answer, "Content-Length", "9");
	expect_content(answer, "");
	site_end(&site);
}

static void
a_method_without_a_route_is_told_those_that_have_one(void **state)
{
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = site_ask(&site, "DELETE", "/q/12", "");
	expect_status(answer, 405);
	expect_field(answer, "Allow", "GET, HEAD, POST, OPTIONS");
	assert_true(site.ret);
	/* The two PUT are said once. */
	answer = site_get(&site, "/q/12/by/bob");
	expect_status(answer, 405);
	expect_field(answer, "Allow", "PUT, DELETE, OPTIONS");
	site_end(&site);
}

static void
options_are_told(void **state)
{
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = site_ask(&site, "OPTIONS", "/", "");
	expect_status(answer, 204);
	expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
	expect_content(answer, "");
	site_end(&site);
}

static void
a_request_that_comes_to_nothing_is_told_with_its_route(void **state)
{
	struct sb_world *world = *state;
	struct site site;

	site_begin(&site, world, on_requested);
	assert_string_equal(site_get(&site, "/later"), "");
	assert_int_equal(sb_simulation_run_for(world->sim, 31 * SB_S), 0);
	sb_tape_turn(site.tape);
	expect_status(sb_tape_written(site.tape), 504);
	sb_gate_expect_failure(world->gate, "on_later");
	site_end(&site);
}

static void
a_route_may_destroy_the_server(void **state)
{
	struct site site;

	site_begin(&site, *state, on_requested);
	assert_string_equal(site_get(&site, "/last"), "");
	assert_true(site.ret);
	site_end(&site);
}

static void
a_route_may_have_routes_of_its_own(void **state)
{
	struct site site;

	site_begin(&site, *state, on_requested);
	expect_content(site_get(&site, "/o/inner"), "inner\n");
	site_end(&site);
}

static void
a_param_of_one_request_is_not_that_of_the_next(void **state)
{
	struct site site;

	site_begin(&site, *state, on_requested);
	expect_content(site_get(&site, "/q/12"), "quote 12\n");
	expect_content(site_get(&site, "/f/x"), "file x\n");
	site_end(&site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(the_first_route_that_matches_has_the_request),
		kit_test(a_path_without_a_route_is_left_to_others),
		kit_test(head_is_served_by_get),
		kit_test(a_method_without_a_route_is_told_those_that_have_one),
		kit_test(options_are_told),
		kit_test(a_request_that_comes_to_nothing_is_told_with_its_route),
		kit_test(a_route_may_destroy_the_server),
		kit_test(a_route_may_have_routes_of_its_own),
		kit_test(a_param_of_one_request_is_not_that_of_the_next),
	};

	return kit_run(tests);
}
