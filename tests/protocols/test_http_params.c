/* What a request says of itself: its query, its form, its cookies; and the cookies it is given. */

#include <errno.h>

#include "http_site.h"
#include "kit_cmocka.h"

/* Answers with what the function finds for the name told, in quotes. */
static void
say(struct sb_http_request *request, const char *value)
{
	(void)sb_http_answer_text(request, 200, value ? "'%s'" : "none", value);
}

static void
on_query(struct site *site, const struct sb_http_requested *e)
{
	const char *first = sb_http_query(e->request, site->told);

	/* Asked twice, it is the same text. */
	assert_ptr_equal(first, sb_http_query(e->request, site->told));
	say(e->request, first);
}

static void
a_query_is_asked_by_name(void **state)
{
	struct site site;

	site_begin(&site, *state, on_query);
	site.told = "q";
	expect_content(site_get(&site, "/?q=a+b%21&r=2"), "'a b!'\n");
	expect_content(site_get(&site, "/?r=2"), "none\n");
	expect_content(site_get(&site, "/"), "none\n");
	expect_content(site_get(&site, "/?q"), "''\n");
	expect_content(site_get(&site, "/?q=%"), "none\n");
	expect_content(site_get(&site, "/?q=%00"), "none\n");
	expect_content(site_get(&site, "/?q=1&q=2"), "'1'\n");
	site_end(&site);
}

static void
on_form(struct site *site, const struct sb_http_requested *e)
{
	say(e->request, sb_http_form(e->request, site->told));
}

static const char *
post(struct site *site, const char *type, const char *body)
{
	char text[512];

	sb_tape_clear(site->tape);
	(void)snprintf(text, sizeof(text),
		"POST /?q=no HTTP/1.1\r\nHost: a\r\n%sContent-Length: %zu\r\n\r\n%s", type,
		strlen(body), body);
	sb_tape_feed(site->tape, text);
	return sb_tape_written(site->tape);
}

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static void
a_form_is_asked_by_name(void **state)
{
	struct site site;

	site_begin(&site, *state, on_form);
	site.told = "q";
	expect_content(post(&site, FORM, "p=1&q=a+b%0Ac"), "'a b\nc'\n");
	expect_content(post(&site, FORM, ""), "none\n");
	expect_content(
		post(&site, "Content-Type: Application/X-WWW-Form-URLEncoded; charset=utf-8\r\n",
			"q=1"),
		"'1'\n");
	expect_content(post(&site, "Content-Type: text/plain\r\n", "q=1"), "none\n");
	expect_content(post(&site, "Content-Type: application/x-www-form-urlencoded2\r\n", "q=1"),
		"none\n");
	expect_content(post(&site, "", "q=1"), "none\n");
	expect_content(site_get(&site, "/?q=1"), "none\n");
	site_end(&site);
}

static void
on_cookie(struct site *site, const struct sb_http_requested *e)
{
	const char *first = sb_http_cookie(e->request, site->told);

	assert_ptr_equal(first, sb_http_cookie(e->request, site->told));
	say(e->request, first);
}

static void
a_cookie_is_asked_by_name(void **state)
{
	struct site site;

	site_begin(&site, *state, on_cookie);
	site.told = "id";
	expect_content(
		site_ask(&site, "GET", "/", "Cookie: a=1; id=x%20y+z; b=2\r\n"), "'x%20y+z'\n");
	expect_content(site_ask(&site, "GET", "/", "Cookie: a=1\r\ncookie: id=2\r\n"), "'2'\n");
	expect_content(site_ask(&site, "GET", "/", "Cookie: ID=1\r\n"), "none\n");
	expect_content(site_get(&site, "/"), "none\n");
	/* Of two requests each has its own. */
	expect_content(site_ask(&site, "GET", "/", "Cookie: id=3\r\n"), "'3'\n");
	expect_content(site_get(&site, "/"), "none\n");
	site_end(&site);
}

static void
on_cookie_to_set(struct site *site, const struct sb_http_requested *e)
{
	site->ret = sb_http_set_cookie(e->request, site->told);
	(void)sb_http_answer_text(e->request, 200, "ok");
}

static void
sets(struct site *site, struct sb_http_cookie cookie, const char *expected)
{
	const char *answer;

	site->told = &cookie;
	answer = site_get(site, "/");
	assert_int_equal(site->ret, 0);
	expect_field(answer, "Set-Cookie", expected);
}

static void
sets_none(struct site *site, struct sb_http_cookie cookie, int error)
{
	const char *answer;

	site->told = &cookie;
	answer = site_get(site, "/");
	assert_int_equal(site->ret, error);
	expect_no_field(answer, "Set-Cookie");
}

static void
a_cookie_is_safe_unless_told_otherwise(void **state)
{
	struct site site;

	site_begin(&site, *state, on_cookie_to_set);
	sets(&site, (struct sb_http_cookie){ .name = "id", .value = "x" },
		"id=x; Path=/; SameSite=Lax; Secure; HttpOnly");
	sets(&site,
		(struct sb_http_cookie){ .name = "id", .value = "", .path = "/a", .max_age_s = 60 },
		"id=; Path=/a; Max-Age=60; SameSite=Lax; Secure; HttpOnly");
	sets(&site,
		(struct sb_http_cookie){
			.name = "id", .value = "x", .max_age_s = -1, .same_site = "Strict" },
		"id=x; Path=/; Max-Age=0; SameSite=Strict; Secure; HttpOnly");
	sets(&site, (struct sb_http_cookie){ .name = "id", .value = "x", .is_insecure = true },
		"id=x; Path=/; SameSite=Lax; HttpOnly");
	sets(&site, (struct sb_http_cookie){ .name = "id", .value = "x", .is_for_scripts = true },
		"id=x; Path=/; SameSite=Lax; Secure");
	sets(&site, (struct sb_http_cookie){ .name = "id", .value = "x", .same_site = "None" },
		"id=x; Path=/; SameSite=None; Secure; HttpOnly");
	site_end(&site);
}

static void
a_cookie_that_cannot_be_is_refused(void **state)
{
	static const char *const names[] = { "", "a b", "a=b", "a;b", "a\r\nb", "a,b", "\xc3\xa9" };
	static const char *const values[] = { "a b", "a;b", "a,b", "a\"b", "a\\b", "a\r\nB: c",
		"\x7f", "\xc3\xa9" };
	static const char *const paths[] = { "", "a", "/a;b", "/a\r\nb" };
	struct site site;
	char large[4096];
	size_t i;

	site_begin(&site, *state, on_cookie_to_set);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		sets_none(
			&site, (struct sb_http_cookie){ .name = names[i], .value = "x" }, -EINVAL);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		sets_none(&site, (struct sb_http_cookie){ .name = "id", .value = values[i] },
			-EINVAL);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		sets_none(&site,
			(struct sb_http_cookie){ .name = "id", .value = "x", .path = paths[i] },
			-EINVAL);
	sets_none(&site, (struct sb_http_cookie){ .name = "id", .value = "x", .same_site = "lax" },
		-EINVAL);
	sets_none(&site,
		(struct sb_http_cookie){
			.name = "id", .value = "x", .same_site = "None", .is_insecure = true },
		-EINVAL);
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	sets_none(&site, (struct sb_http_cookie){ .name = "id", .value = large }, -EMSGSIZE);
	site_end(&site);
}

static void
on_two_cookies(struct site *site, const struct sb_http_requested *e)
{
	(void)site;
	assert_int_equal(sb_http_set_cookie(
				 e->request, &(struct sb_http_cookie){ .name = "a", .value = "1" }),
		0);
	assert_int_equal(sb_http_set_cookie(
				 e->request, &(struct sb_http_cookie){ .name = "b", .value = "2" }),
		0);
	assert_int_equal(sb_http_answer_text(e->request, 200, "ok"), 0);
	assert_int_equal(sb_http_set_cookie(
				 e->request, &(struct sb_http_cookie){ .name = "c", .value = "3" }),
		-EALREADY);
}

static void
every_cookie_is_a_field_of_its_own(void **state)
{
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_two_cookies);
	answer = site_get(&site, "/");
	assert_non_null(strstr(field_n(answer, "Set-Cookie", 0), "a=1"));
	assert_non_null(strstr(field_n(answer, "Set-Cookie", 1), "b=2"));
	assert_null(field_n(answer, "Set-Cookie", 2));
	site_end(&site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_query_is_asked_by_name),
		kit_test(a_form_is_asked_by_name),
		kit_test(a_cookie_is_asked_by_name),
		kit_test(a_cookie_is_safe_unless_told_otherwise),
		kit_test(a_cookie_that_cannot_be_is_refused),
		kit_test(every_cookie_is_a_field_of_its_own),
	};

	return kit_run(tests);
}
