/* Texts of HTML: what is escaped, what cannot be in XML, and that they grow. */

#include "app/html.h"
#include "kit_cmocka.h"

static void
expect_text(const char *text, size_t len, const char *expected)
{
	struct html html = { 0 };
	/* A copy of its own, so that a sanitizer sees a look beyond it. */
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	html_text_bytes(&html, copy, len);
	assert_false(html.has_failed);
	assert_string_equal(html.text, expected);
	assert_int_equal(html.len, strlen(expected));
	html_finish(&html);
	free(copy);
}

#define text(given, expected) expect_text(given, sizeof(given) - 1, expected)

static void
what_means_something_in_html_is_escaped(void **state)
{
	(void)state;
	text("", "");
	text("plain", "plain");
	text("<script>alert('a' && \"b\")</script>",
		"&lt;script&gt;alert(&#39;a&#39; &amp;&amp; &quot;b&quot;)&lt;/script&gt;");
	text("&lt;", "&amp;lt;");
	text("]]>", "]]&gt;");
	text("a\tb\nc", "a\tb\nc");
}

static void
what_xml_does_not_know_is_replaced(void **state)
{
	(void)state;
	text("a\0b\x01\x1b\x7f\r", "a\xef\xbf\xbd"
				   "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	text("\xc2\x85\xc2\xa0", "\xef\xbf\xbd\xc2\xa0");
	text("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	text("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	text("caf\xe9", "caf\xef\xbf\xbd");
	text("\xf0\x9f\x9a", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void
other_characters_stay(void **state)
{
	(void)state;
	text("caf\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x9a\x82 \xd7\xa9",
		"caf\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x9a\x82 \xd7\xa9");
}

static void
an_address_is_percent_encoded(void **state)
{
	struct html html = { 0 };

	(void)state;
	html_url(&html, "");
	html_url(&html, "Az09-._~ #&/?%+\"<\xc3\xa9");
	assert_string_equal(html.text, "Az09-._~%20%23%26%2F%3F%25%2B%22%3C%C3%A9");
	html_finish(&html);
}

static void
it_grows_with_what_is_added(void **state)
{
	struct html html = { 0 };
	size_t i, n = 10000;

	(void)state;
	for (i = 0; i < n; i++) {
		html_add(&html, "<i>");
		html_format(&html, "%zu", i % 10);
		html_text(&html, "&");
	}
	assert_false(html.has_failed);
	assert_int_equal(html.len, n * 9);
	assert_int_equal(strlen(html.text), html.len);
	assert_memory_equal(html.text + 9 * 9999, "<i>9&amp;", 9);
	html_finish(&html);
	assert_null(html.text);
	assert_int_equal(html.len, 0);
}

static void
where_memory_ends_the_text_is_lost_and_says_so(void **state)
{
	struct html html = { 0 };

	(void)state;
	html_add(&html, "before");
	/* Never looked at: there is no room for it. */
	html_add_bytes(&html, "", SIZE_MAX / 2);
	assert_true(html.has_failed);
	assert_null(html.text);
	html_add(&html, "after");
	html_format(&html, "%d", 1);
	html_text(&html, "<");
	html_url(&html, "a b");
	assert_true(html.has_failed);
	assert_null(html.text);
	html_finish(&html);
	assert_false(html.has_failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_means_something_in_html_is_escaped),
		cmocka_unit_test(what_xml_does_not_know_is_replaced),
		cmocka_unit_test(other_characters_stay),
		cmocka_unit_test(an_address_is_percent_encoded),
		cmocka_unit_test(it_grows_with_what_is_added),
		cmocka_unit_test(where_memory_ends_the_text_is_lost_and_says_so),
	};

	return kit_run(tests);
}
