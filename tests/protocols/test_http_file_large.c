/* Files that take more than a turn: how much is held, and what ends them. */

#include "http_files.h"

static char *
make_large(const struct folder *folder, size_t len)
{
	char *content = malloc(len + 1);
	size_t i;

	for (i = 0; i < len; i++)
		content[i] = (char)('a' + i / 997 % 26);
	content[len] = '\0';
	write_bytes(folder, "large.bin", content, len);
	return content;
}

static void
a_large_file_goes_out_as_the_client_takes_it(void **state)
{
	enum { LEN = 3 * 1024 * 1024 + 17 };
	struct folder folder;
	struct site site;
	char *content;
	size_t room;

	folder_site_begin(&site, &folder, *state);
	content = make_large(&folder, LEN);
	sb_tape_set_room(site.tape, 1000);
	(void)site_get(&site, "/large.bin");
	/* No more is held than the stream's marks say, and a piece. */
	assert_true(sb_stream_queued(sb_tape_stream(site.tape)) < 192 * 1024);
	for (room = 0; room < 2 * LEN && !sb_probe_count(site.probe, "http.answered");
		room += 100000) {
		sb_tape_set_room(site.tape, 100000);
		sb_simulation_settle(site.world->sim);
		assert_true(sb_stream_queued(sb_tape_stream(site.tape)) < 192 * 1024);
	}
	sb_tape_set_room(site.tape, SIZE_MAX);
	sb_probe_seek(site.probe, "http.answered status=200 n_bytes=3145745 is_whole=true");
	assert_int_equal(strlen(content_of(sb_tape_written(site.tape))), LEN);
	assert_string_equal(content_of(sb_tape_written(site.tape)), content);
	free(content);
	folder_site_end(&site, &folder);
}

static void
a_large_file_lets_others_have_their_turn(void **state)
{
	enum { LEN = 3 * 1024 * 1024 };
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	free(make_large(&folder, LEN));
	assert_true(strlen(site_get(&site, "/large.bin")) < 1024 * 1024);
	sb_simulation_settle(site.world->sim);
	sb_probe_seek(site.probe, "http.answered is_whole=true");
	assert_int_equal(strlen(content_of(sb_tape_written(site.tape))), LEN);
	folder_site_end(&site, &folder);
}

static void
a_large_file_waits_for_who_stops_taking_it(void **state)
{
	enum { LEN = 3 * 1024 * 1024 };
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	free(make_large(&folder, LEN));
	sb_tape_set_room(site.tape, 1024 * 1024);
	(void)site_get(&site, "/large.bin");
	sb_simulation_settle(site.world->sim);
	assert_int_equal(sb_tape_written_bytes(site.tape).len, 1024 * 1024);
	sb_tape_set_room(site.tape, SIZE_MAX);
	sb_simulation_settle(site.world->sim);
	sb_probe_seek(site.probe, "http.answered is_whole=true");
	assert_int_equal(strlen(content_of(sb_tape_written(site.tape))), LEN);
	folder_site_end(&site, &folder);
}

static void
on_taken(struct site *site, const struct sb_http_requested *e)
{
	(void)site;
	(void)sb_http_take(e->request);
}

static void
a_request_that_was_taken_gets_its_file_later(void **state)
{
	enum { LEN = 3 * 1024 * 1024 };
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	site.handler = on_taken;
	free(make_large(&folder, LEN));
	assert_string_equal(site_get(&site, "/large.bin"), "");
	assert_int_equal(
		sb_http_answer_file(sb_http_find(site.http, site.id), folder.path, "large.bin"), 0);
	sb_simulation_settle(site.world->sim);
	sb_probe_seek(site.probe, "http.answered is_whole=true");
	assert_int_equal(strlen(content_of(sb_tape_written(site.tape))), LEN);
	folder_site_end(&site, &folder);
}

static void
a_file_that_shrinks_on_the_way_is_broken_off(void **state)
{
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	free(make_large(&folder, 1024 * 1024));
	sb_tape_set_room(site.tape, 1000);
	(void)site_get(&site, "/large.bin");
	write_file(&folder, "large.bin", "short");
	sb_tape_set_room(site.tape, SIZE_MAX);
	sb_simulation_settle(site.world->sim);
	sb_tape_turn(site.tape);
	sb_probe_seek(site.probe, "http.answered is_whole=false");
	assert_true(sb_tape_is_over(site.tape));
	sb_gate_expect_failure(site.world->gate, "");
	folder_site_end(&site, &folder);
}

/* The gate sees a descriptor that is left. */
static void
who_leaves_takes_the_descriptor_along(void **state)
{
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	free(make_large(&folder, 1024 * 1024));
	sb_tape_set_room(site.tape, 1000);
	(void)site_get(&site, "/large.bin");
	sb_tape_break(site.tape, -ECONNRESET);
	sb_tape_destroy(site.tape);
	site_connect(&site);
	sb_tape_set_room(site.tape, 1000);
	(void)site_get(&site, "/large.bin");
	folder_site_end(&site, &folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_large_file_goes_out_as_the_client_takes_it),
		kit_test(a_large_file_lets_others_have_their_turn),
		kit_test(a_large_file_waits_for_who_stops_taking_it),
		kit_test(a_request_that_was_taken_gets_its_file_later),
		kit_test(a_file_that_shrinks_on_the_way_is_broken_off),
		kit_test(who_leaves_takes_the_descriptor_along),
	};

	return kit_run(tests);
}
