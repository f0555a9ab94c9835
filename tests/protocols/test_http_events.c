/* Streams of events: how they look on the wire, and that silence is broken. */

#include <errno.h>

#include "http_site.h"
#include "kit_cmocka.h"

static void
on_requested(struct site *site, const struct sb_http_requested *e)
{
	site->ret = sb_http_begin_events(e->request);
}

static struct sb_http_request *
begin(struct site *site, struct sb_world *world)
{
	const char *answer;

	site_begin(site, world, on_requested);
	answer = site_get(site, "/");
	assert_int_equal(site->ret, 0);
	expect_status(answer, 200);
	expect_field(answer, "Content-Type", "text/event-stream");
	expect_field(answer, "Cache-Control", "no-store");
	expect_field(answer, "Transfer-Encoding", "chunked");
	sb_tape_clear(site->tape);
	return sb_http_find(site->http, site->id);
}

/* What was written since is one chunk with this text. */
static void
expect_chunk(struct site *site, const char *text)
{
	char chunk[512];

	sb_tape_turn(site->tape);
	(void)snprintf(chunk, sizeof(chunk), "%zx\r\n%s\r\n", strlen(text), text);
	sb_tape_expect(site->tape, chunk);
}

static void
an_event_is_lines_and_an_empty_one(void **state)
{
	struct site site;
	struct sb_http_request *request = begin(&site, *state);

	assert_int_equal(sb_http_event(request, NULL, NULL, "hello"), 0);
	expect_chunk(&site, "data: hello\n\n");
	request = sb_http_find(site.http, site.id);
	assert_int_equal(sb_http_event(request, "quote", "12", "a\nb\r\nc\rd\n"), 0);
	expect_chunk(&site, "event: quote\nid: 12\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
	assert_int_equal(sb_http_event(request, NULL, "", ""), 0);
	expect_chunk(&site, "id: \ndata: \n\n");
	site_end(&site);
}

static void
a_name_with_a_line_end_is_refused(void **state)
{
	struct site site;
	struct sb_http_request *request = begin(&site, *state);

	assert_int_equal(sb_http_event(request, "a\nb", NULL, "x"), -EINVAL);
	assert_int_equal(sb_http_event(request, "a\rb", NULL, "x"), -EINVAL);
	assert_int_equal(sb_http_event(request, NULL, "a\nb", "x"), -EINVAL);
	sb_tape_turn(site.tape);
	sb_tape_expect(site.tape, "");
	site_end(&site);
}

static void
silence_is_broken_every_fifteen_seconds(void **state)
{
	struct sb_world *world = *state;
	struct site site;
	struct sb_http_request *request = begin(&site, world);

	assert_int_equal(sb_simulation_run_for(world->sim, 14 * SB_S), 0);
	sb_tape_turn(site.tape);
	sb_tape_expect(site.tape, "");
	assert_int_equal(sb_simulation_run_for(world->sim, 2 * SB_S), 0);
	expect_chunk(&site, ":\n\n");
	assert_int_equal(sb_simulation_run_for(world->sim, 15 * SB_S), 0);
	expect_chunk(&site, ":\n\n");
	/* An event is no silence. */
	assert_int_equal(sb_simulation_run_for(world->sim, 10 * SB_S), 0);
	assert_int_equal(sb_http_event(request, NULL, NULL, "x"), 0);
	expect_chunk(&site, "data: x\n\n");
	assert_int_equal(sb_simulation_run_for(world->sim, 14 * SB_S), 0);
	sb_tape_turn(site.tape);
	sb_tape_expect(site.tape, "");
	assert_int_equal(sb_simulation_run_for(world->sim, 2 * SB_S), 0);
	expect_chunk(&site, ":\n\n");
	site_end(&site);
}

static void
events_go_on_beyond_the_deadline_of_an_answer(void **state)
{
	struct sb_world *world = *state;
	struct site site;

	(void)begin(&site, world);
	assert_int_equal(sb_simulation_run_for(world->sim, 600 * SB_S), 0);
	assert_non_null(sb_http_find(site.http, site.id));
	site_end(&site);
}

static void
who_has_left_gets_no_events(void **state)
{
	struct site site;
	struct sb_http_request *request = begin(&site, *state);

	sb_tape_break(site.tape, -ECONNRESET);
	assert_int_equal(sb_http_event(request, NULL, NULL, "x"), -ENOTCONN);
	assert_null(sb_http_find(site.http, site.id));
	sb_probe_seek(site.probe, "http.gone");
	site_end(&site);
}

static void
shutting_ends_the_stream(void **state)
{
	struct site site;
	struct sb_http_request *request = begin(&site, *state);

	sb_http_shut(site.http);
	sb_tape_turn(site.tape);
	sb_simulation_settle(site.world->sim);
	sb_tape_turn(site.tape);
	sb_tape_expect(site.tape, "0\r\n\r\n");
	assert_int_not_equal(sb_http_event(request, NULL, NULL, "x"), 0);
	site_end(&site);
}

static void
a_stream_begun_after_shutting_ends_at_once(void **state)
{
	struct site site;

	site_begin(&site, *state, on_requested);
	sb_tape_feed(site.tape, "GET / HTTP/1.1\r\nHost: a\r\n");
	sb_http_shut(site.http);
	sb_tape_feed(site.tape, "\r\n");
	sb_tape_seek(site.tape, "\r\n\r\n0\r\n\r\n");
	assert_int_equal(site.ret, 0);
	assert_true(sb_tape_is_shut(site.tape));
	assert_null(sb_http_find(site.http, site.id));
	site_end(&site);
}

static void
on_plain(struct site *site, const struct sb_http_requested *e)
{
	assert_int_equal(sb_http_event(e->request, NULL, NULL, "x"), -EALREADY);
	assert_int_equal(sb_http_begin(e->request, 200, "text/plain", SB_HTTP_CHUNKED), 0);
	assert_int_equal(sb_http_event(e->request, NULL, NULL, "x"), -EALREADY);
	assert_int_equal(sb_http_begin_events(e->request), -EALREADY);
	site->ret = sb_http_end(e->request);
}

static void
another_answer_takes_no_events(void **state)
{
	struct site site;

	site_begin(&site, *state, on_plain);
	expect_content(site_get(&site, "/"), "0\r\n\r\n");
	site_end(&site);
}

static void
head_is_told_what_there_would_be(void **state)
{
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = site_ask(&site, "HEAD", "/", "");
	assert_int_equal(site.ret, 0);
	expect_status(answer, 200);
	expect_field(answer, "Content-Type", "text/event-stream");
	expect_content(answer, "");
	/* And the connection serves on. */
	expect_status(site_ask(&site, "HEAD", "/", ""), 200);
	site_end(&site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(an_event_is_lines_and_an_empty_one),
		kit_test(a_name_with_a_line_end_is_refused),
		kit_test(silence_is_broken_every_fifteen_seconds),
		kit_test(events_go_on_beyond_the_deadline_of_an_answer),
		kit_test(who_has_left_gets_no_events),
		kit_test(shutting_ends_the_stream),
		kit_test(a_stream_begun_after_shutting_ends_at_once),
		kit_test(another_answer_takes_no_events),
		kit_test(head_is_told_what_there_would_be),
	};

	return kit_run(tests);
}
