/* The feed: well-formed whatever people say, with ids that stay. */

#include "pages_fixture.h"

/* xmllint --noout, which reads it as XML. */
static void
expect_xml(struct fixture *f)
{
	FILE *to = popen("xmllint --noout --nonet - 2>&1", "w");

	assert_non_null(to);
	assert_int_equal(fwrite(f->page.text, 1, f->page.len, to), f->page.len);
	assert_int_equal(pclose(to), 0);
}

static void
a_feed_without_quotes_is_a_feed(void **state)
{
	struct fixture *f = *state;

	show(f, page_feed, &f->pages);
	expect_status(f, 200);
	expect_xml(f);
	assert_int_equal(count(f, "<entry>"), 0);
	expect(f, "<id>https://q.example.org/</id>");
	expect(f, "<updated>1970-01-01T00:00:00Z</updated>");
}

static void
a_feed_is_xml_whatever_people_say(void **state)
{
	struct fixture *f = *state;

	(void)add_in(f,
		"<script>&nbsp;]]></script> \"'\n\x01\x0b\x1f\x7f \xef\xbf\xbe\xef\xbf\xbf \xc2\x85"
		"\n</pre></content></entry> \xe2\x80\xa8",
		"#<\"&'>", QUOTES_PUBLIC);
	(void)add(f, "\x01\x02");
	show(f, page_feed, &f->pages);
	expect_xml(f);
	assert_int_equal(count(f, "<entry>"), 2);
	assert_int_equal(count(f, "</entry>"), 2);
	expect_none(f, "<script");
}

static void
an_entry_has_what_rfc_4287_wants(void **state)
{
	struct fixture *f = *state;

	(void)add(f, "<alice> hello");
	show(f, page_feed, &f->pages);
	assert_string_equal(f->page.type, "application/atom+xml; charset=utf-8");
	expect(f, "<link rel=\"self\" type=\"application/atom+xml\" "
		  "href=\"https://q.example.org/feed.atom\"/>");
	expect(f, "<id>https://q.example.org/q/1</id>");
	expect(f, "<title>#1: &lt;alice&gt; hello</title>");
	assert_int_equal(count(f, "<updated>2026-11-21T12:00:00Z</updated>"), 2);
	expect(f, "<published>2026-11-21T12:00:00Z</published>");
	expect(f, "<author><name>carol</name>");
	expect(f, "<category term=\"#quotes\"/>");
	assert_true(f->page.max_age_s > 0);
	assert_int_equal(f->page.etag[0], '"');
}

static void
what_is_not_public_leaves_no_trace(void **state)
{
	struct fixture *f = *state;
	char etag[40];

	(void)add(f, "seen by all");
	show(f, page_feed, &f->pages);
	memcpy(etag, f->page.etag, sizeof(etag));
	(void)add_in(f, HIDDEN " one", "#secret", QUOTES_CHANNEL);
	(void)add_in(f, HIDDEN " two", "#secret", QUOTES_NETWORK);
	delete_it(f, add(f, HIDDEN " three"));
	show(f, page_feed, &f->pages);
	expect_none(f, HIDDEN);
	expect_none(f, "#secret");
	assert_string_equal(f->page.etag, etag);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_pages(a_feed_without_quotes_is_a_feed),
		with_pages(a_feed_is_xml_whatever_people_say),
		with_pages(an_entry_has_what_rfc_4287_wants),
		with_pages(what_is_not_public_leaves_no_trace),
	};

	return kit_run(tests);
}
