/* Files: a folder of real ones, what of it is told, and what never is. */

#include "http_files.h"

static void
a_file_is_sent_with_its_type_and_tags(void **state)
{
	struct folder folder;
	struct site site;
	const char *answer;

	folder_site_begin(&site, &folder, *state);
	answer = site_get(&site, "/a.txt");
	assert_int_equal(site.ret, 0);
	expect_status(answer, 200);
	expect_field(answer, "Content-Type", "text/plain; charset=utf-8");
	expect_field(answer, "Content-Length", "10");
	expect_field(answer, "Last-Modified", MODIFIED);
	expect_field(answer, "Accept-Ranges", "bytes");
	assert_non_null(field_of(answer, "ETag"));
	expect_content(answer, "0123456789");
	/* A path is decoded after it was taken apart. */
	write_file(&folder, "a b+c.html", "x");
	answer = site_get(&site, "/a%20b+c.h%74ml");
	expect_field(answer, "Content-Type", "text/html; charset=utf-8");
	expect_content(answer, "x");
	write_file(&folder, "empty", "");
	answer = site_get(&site, "/empty");
	expect_status(answer, 200);
	expect_field(answer, "Content-Length", "0");
	expect_field(answer, "Content-Type", "application/octet-stream");
	folder_site_end(&site, &folder);
}

static void
head_is_told_all_but_the_content(void **state)
{
	struct folder folder;
	struct site site;
	const char *answer;

	folder_site_begin(&site, &folder, *state);
	answer = site_ask(&site, "HEAD", "/a.txt", "Range: bytes=0-1\r\n");
	expect_status(answer, 200);
	expect_field(answer, "Content-Length", "10");
	expect_content(answer, "");
	expect_content(site_get(&site, "/a.txt"), "0123456789");
	sb_probe_seek(site.probe, "http.answered method=HEAD is_whole=true");
	sb_probe_seek(site.probe, "http.answered method=GET is_whole=true n_bytes=10");
	folder_site_end(&site, &folder);
}

static void
a_file_is_only_read(void **state)
{
	struct folder folder;
	struct site site;
	const char *answer;

	folder_site_begin(&site, &folder, *state);
	answer = site_ask(&site, "DELETE", "/a.txt", "");
	expect_status(answer, 405);
	expect_field(answer, "Allow", "GET, HEAD");
	expect_status(site_ask(&site, "POST", "/nowhere", "Content-Length: 0\r\n"), 405);
	folder_site_end(&site, &folder);
}

static void
a_folder_is_answered_by_its_index(void **state)
{
	struct folder folder;
	struct site site;
	const char *answer;

	folder_site_begin(&site, &folder, *state);
	make_folder(&folder, "docs");
	expect_status(site_get(&site, "/"), 404);
	expect_status(site_get(&site, "/docs/"), 404);
	write_file(&folder, "index.html", "top");
	write_file(&folder, "docs/index.html", "docs");
	answer = site_get(&site, "/");
	expect_content(answer, "top");
	expect_field(answer, "Content-Type", "text/html; charset=utf-8");
	expect_content(site_get(&site, "/docs/"), "docs");
	answer = site_get(&site, "/docs");
	expect_status(answer, 301);
	expect_field(answer, "Location", "./docs/");
	expect_field(site_get(&site, "/d%6fcs?a=b"), "Location", "./d%6fcs/?a=b");
	/* A file is no folder, and neither is a folder a file. */
	expect_status(site_get(&site, "/a.txt/"), 404);
	make_folder(&folder, "odd");
	make_folder(&folder, "odd/index.html");
	expect_status(site_get(&site, "/odd/"), 404);
	folder_site_end(&site, &folder);
}

static void
a_folder_may_serve_a_part_of_the_paths(void **state)
{
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	folder.mount = "/files/";
	make_folder(&folder, "docs");
	expect_content(site_get(&site, "/files/a.txt"), "0123456789");
	expect_field(site_get(&site, "/files/docs"), "Location", "./docs/");
	folder_site_end(&site, &folder);
}

static void
nothing_leads_out_of_the_folder(void **state)
{
	static const char *const targets[] = { "/../secret.txt", "/%2e%2e/secret.txt",
		"/%2E./secret.txt", "/..%2fsecret.txt", "/docs/../../secret.txt",
		"/docs/%2e%2e/a.txt", "/docs/..%2fa.txt", "/out.txt", "/up/secret.txt",
		"/docs/in.txt", "//a.txt", "/docs//a.txt", "/./a.txt", "/.hidden", "/%2ehidden",
		"/.git/config", "/a.txt%00.html", "/a.txt%", "/a.tx%7", "/..", "/.", "/docs/.",
		"/docs/..", "/a.txt/.", "/docs%2freal.txt", "/%2fetc%2fpasswd", "/..\\secret.txt" };
	struct folder folder;
	struct site site;
	size_t i;

	folder_site_begin(&site, &folder, *state);
	make_folder(&folder, "docs");
	make_folder(&folder, ".git");
	write_file(&folder, ".git/config", "secret");
	write_file(&folder, ".hidden", "secret");
	write_file(&folder, "docs/real.txt", "secret");
	make_link(&folder, "../secret.txt", "out.txt");
	make_link(&folder, "..", "up");
	make_link(&folder, "../a.txt", "docs/in.txt");
	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		const char *answer = site_get(&site, targets[i]);

		if (status_of(answer) != 404 || strstr(answer, "secret"))
			fail_msg("%s: %s", targets[i], answer);
	}
	folder_site_end(&site, &folder);
}

static void
a_name_too_long_is_not_found(void **state)
{
	struct folder folder;
	struct site site;
	char target[4096];

	folder_site_begin(&site, &folder, *state);
	memset(target, 'a', 300);
	target[0] = '/';
	target[300] = '\0';
	expect_status(site_get(&site, target), 404);
	memset(target, 'a', 3000);
	target[0] = '/';
	target[3000] = '\0';
	expect_status(site_get(&site, target), 404);
	folder_site_end(&site, &folder);
}

static void
only_regular_files_are_sent(void **state)
{
	struct folder folder;
	struct site site;
	char path[256];

	folder_site_begin(&site, &folder, *state);
	(void)snprintf(path, sizeof(path), "%s/pipe", folder.path);
	assert_int_equal(mkfifo(path, 0644), 0);
	expect_status(site_get(&site, "/pipe"), 404);
	folder_site_end(&site, &folder);
}

static void
what_may_not_be_read_is_forbidden(void **state)
{
	struct folder folder;
	struct site site;
	char path[256];
	uid_t us = geteuid();

	/* Nothing is forbidden to the superuser. */
	if (us == 0)
		assert_int_equal(seteuid(65534), 0);
	folder_site_begin(&site, &folder, *state);
	(void)snprintf(path, sizeof(path), "%s/a.txt", folder.path);
	assert_int_equal(chmod(path, 0), 0);
	expect_status(site_get(&site, "/a.txt"), 403);
	folder_site_end(&site, &folder);
	assert_int_equal(seteuid(us), 0);
}

static void
who_has_the_file_is_told_so(void **state)
{
	struct folder folder;
	struct site site;
	char fields[128], etag[64];
	const char *answer;

	folder_site_begin(&site, &folder, *state);
	(void)snprintf(etag, sizeof(etag), "%s", field_of(site_get(&site, "/a.txt"), "ETag"));
	(void)snprintf(fields, sizeof(fields), "If-None-Match: %s\r\n", etag);
	answer = site_ask(&site, "GET", "/a.txt", fields);
	expect_status(answer, 304);
	expect_field(answer, "ETag", etag);
	expect_content(answer, "");
	expect_status(site_ask(&site, "GET", "/a.txt", "If-Modified-Since: " MODIFIED "\r\n"), 304);
	expect_status(site_ask(&site, "GET", "/a.txt", "If-Match: \"x\"\r\n"), 412);
	/* Another content has another tag, also one of the same length and time. */
	write_file(&folder, "b.txt", "0123456780");
	assert_string_not_equal(field_of(site_get(&site, "/b.txt"), "ETag"), etag);
	expect_status(site_ask(&site, "GET", "/b.txt", fields), 200);
	folder_site_end(&site, &folder);
}

static void
one_range_is_sent(void **state)
{
	struct folder folder;
	struct site site;
	const char *answer;

	folder_site_begin(&site, &folder, *state);
	answer = site_ask(&site, "GET", "/a.txt", "Range: bytes=2-5\r\n");
	expect_status(answer, 206);
	expect_field(answer, "Content-Range", "bytes 2-5/10");
	expect_field(answer, "Content-Length", "4");
	assert_non_null(field_of(answer, "ETag"));
	expect_content(answer, "2345");
	expect_content(site_ask(&site, "GET", "/a.txt", "Range: bytes=-3\r\n"), "789");
	expect_content(site_ask(&site, "GET", "/a.txt", "Range: bytes=8-\r\n"), "89");
	answer = site_ask(&site, "GET", "/a.txt", "Range: bytes=10-\r\n");
	expect_status(answer, 416);
	expect_field(answer, "Content-Range", "bytes */10");
	/* Several, and what is none, count as none. */
	expect_status(site_ask(&site, "GET", "/a.txt", "Range: bytes=0-1,3-4\r\n"), 200);
	expect_status(site_ask(&site, "GET", "/a.txt", "Range: lines=0-1\r\n"), 200);
	folder_site_end(&site, &folder);
}

static void
a_range_of_something_else_is_ignored(void **state)
{
	struct folder folder;
	struct site site;
	char fields[256], etag[64];

	folder_site_begin(&site, &folder, *state);
	(void)snprintf(etag, sizeof(etag), "%s", field_of(site_get(&site, "/a.txt"), "ETag"));
	(void)snprintf(fields, sizeof(fields), "Range: bytes=0-1\r\nIf-Range: %s\r\n", etag);
	expect_status(site_ask(&site, "GET", "/a.txt", fields), 206);
	(void)snprintf(fields, sizeof(fields), "Range: bytes=0-1\r\nIf-Range: W/%s\r\n", etag);
	expect_status(site_ask(&site, "GET", "/a.txt", fields), 200);
	expect_status(
		site_ask(&site, "GET", "/a.txt", "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n"), 200);
	expect_status(
		site_ask(&site, "GET", "/a.txt", "Range: bytes=0-1\r\nIf-Range: " MODIFIED "\r\n"),
		206);
	expect_status(site_ask(&site, "GET", "/a.txt",
			      "Range: bytes=0-1\r\n"
			      "If-Range: Sun, 06 Nov 1994 08:49:38 GMT\r\n"),
		200);
	/* A list is not one tag. */
	(void)snprintf(
		fields, sizeof(fields), "Range: bytes=0-1\r\nIf-Range: %s, %s\r\n", etag, etag);
	expect_status(site_ask(&site, "GET", "/a.txt", fields), 200);
	/* What is had is not sent in part either. */
	(void)snprintf(fields, sizeof(fields), "Range: bytes=0-1\r\nIf-None-Match: %s\r\n", etag);
	expect_status(site_ask(&site, "GET", "/a.txt", fields), 304);
	folder_site_end(&site, &folder);
}

/* A date like any other, though it begins as a weak tag does. */
static void
a_range_may_be_of_what_was_changed_on_a_wednesday(void **state)
{
	struct timespec times[2] = { { .tv_sec = 951868800 }, { .tv_sec = 951868800 } };
	struct folder folder;
	struct site site;
	char path[256];

	folder_site_begin(&site, &folder, *state);
	(void)snprintf(path, sizeof(path), "%s/a.txt", folder.path);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	expect_status(site_ask(&site, "GET", "/a.txt",
			      "Range: bytes=0-1\r\nIf-Range: Wed, 01 Mar 2000 00:00:00 GMT\r\n"),
		206);
	folder_site_end(&site, &folder);
}

/* It would be within the second in which it may have changed twice. */
static void
a_date_of_just_now_is_no_condition_of_a_range(void **state)
{
	struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	struct folder folder;
	struct site site;
	char path[256];
	const char *fields = "Range: bytes=0-1\r\nIf-Range: Sun, 09 Sep 2001 01:46:40 GMT\r\n";

	folder_site_begin(&site, &folder, *state);
	(void)snprintf(path, sizeof(path), "%s/a.txt", folder.path);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	expect_status(site_ask(&site, "GET", "/a.txt", fields), 200);
	sb_simulation_step_wall(site.world->sim, SB_S);
	expect_status(site_ask(&site, "GET", "/a.txt", fields), 206);
	/* What was changed later than now has no date to tell. */
	sb_simulation_step_wall(site.world->sim, -2 * SB_S);
	expect_no_field(site_get(&site, "/a.txt"), "Last-Modified");
	folder_site_end(&site, &folder);
}

static void
on_twice(struct site *site, const struct sb_http_requested *e)
{
	const struct folder *folder = site->told;

	assert_int_equal(sb_http_answer_file(e->request, folder->path, e->path), 0);
	site->ret = sb_http_answer_file(e->request, folder->path, e->path);
}

static void
a_request_is_answered_with_one_file(void **state)
{
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	site.handler = on_twice;
	expect_content(site_get(&site, "/a.txt"), "0123456789");
	assert_int_equal(site.ret, -EALREADY);
	folder_site_end(&site, &folder);
}

static void
a_folder_that_is_not_there_has_no_files(void **state)
{
	struct folder folder;
	struct site site;

	folder_site_begin(&site, &folder, *state);
	strcat(folder.path, "/none");
	expect_status(site_get(&site, "/a.txt"), 404);
	folder_site_end(&site, &folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_file_is_sent_with_its_type_and_tags),
		kit_test(head_is_told_all_but_the_content),
		kit_test(a_file_is_only_read),
		kit_test(a_folder_is_answered_by_its_index),
		kit_test(a_folder_may_serve_a_part_of_the_paths),
		kit_test(nothing_leads_out_of_the_folder),
		kit_test(a_name_too_long_is_not_found),
		kit_test(only_regular_files_are_sent),
		kit_test(what_may_not_be_read_is_forbidden),
		kit_test(who_has_the_file_is_told_so),
		kit_test(one_range_is_sent),
		kit_test(a_range_of_something_else_is_ignored),
		kit_test(a_range_may_be_of_what_was_changed_on_a_wednesday),
		kit_test(a_date_of_just_now_is_no_condition_of_a_range),
		kit_test(a_request_is_answered_with_one_file),
		kit_test(a_folder_that_is_not_there_has_no_files),
	};

	return kit_run(tests);
}
