/* Strict transport security: what a policy means, and the file that holds them. */

#include "kit_cmocka.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocols/irc/sts.h"

enum { NOW = 1700000000, DAY = 86400 };

static void
the_value_of_a_policy_is_read(void **state)
{
	static const struct {
		const char *value;
		int64_t duration_s;
		uint16_t port;
		bool preloads;
	} examples[] = {
		{ "duration=2592000,port=6697,preload", 2592000, 6697, true },
		{ "port=6697", -1, 6697, false },
		{ "duration=0", 0, 0, false },
		{ "preload=no,duration=1", 1, 0, true },
		{ "x=1,,y,duration=5,=,port=1", 5, 1, false },
		{ "", -1, 0, false },
		{ ",", -1, 0, false },
		{ "duration,port", -1, 0, false },
		{ "duration=,port=", -1, 0, false },
		{ "duration=-1,port=-1", -1, 0, false },
		{ "duration=1s,port=66 97", -1, 0, false },
		{ "duration=+1,port=0", -1, 0, false },
		{ "port=65535", -1, 65535, false },
		{ "port=65536", -1, 0, false },
		{ "port=4294967297", -1, 0, false },
		{ "port=99999999999999999999999", -1, 0, false },
		{ "duration=99999999999999999999999", SB_STS_DURATION_MAX, 0, false },
		{ "duration=3153600000", SB_STS_DURATION_MAX, 0, false },
		{ "duration=3153600001", SB_STS_DURATION_MAX, 0, false },
		{ "Duration=1,PORT=2,portx=3,xport=4", -1, 0, false },
		{ "port=1,port=2,duration=x,duration=3", -1, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct sb_sts_policy policy;

		memset(&policy, 0x55, sizeof(policy));
		sb_sts_parse(examples[i].value, &policy);
		assert_int_equal(policy.duration_s, examples[i].duration_s);
		assert_int_equal(policy.port, examples[i].port);
		assert_int_equal(policy.preloads, examples[i].preloads);
	}
}

static void
each_part_counts_on_its_kind_of_connection(void **state)
{
	static const struct {
		const char *value, *host;
		enum sb_sts_verdict in_clear, over_tls;
	} examples[] = {
		{ "duration=60,port=6697", "irc.example.org", SB_STS_UPGRADE, SB_STS_KEEP },
		{ "duration=0,port=6697", "irc.example.org", SB_STS_UPGRADE, SB_STS_REMOVE },
		{ "duration=60", "irc.example.org", SB_STS_NOTHING, SB_STS_KEEP },
		{ "duration=0", "irc.example.org", SB_STS_NOTHING, SB_STS_REMOVE },
		{ "port=6697", "irc.example.org", SB_STS_UPGRADE, SB_STS_NOTHING },
		{ "preload", "irc.example.org", SB_STS_NOTHING, SB_STS_NOTHING },
		{ "", "irc.example.org", SB_STS_NOTHING, SB_STS_NOTHING },
		{ "duration=60,port=6697", "192.0.2.1", SB_STS_NOTHING, SB_STS_NOTHING },
		{ "duration=60,port=6697", "2001:db8::1", SB_STS_NOTHING, SB_STS_NOTHING },
		{ "duration=60,port=6697", "[2001:db8::1]", SB_STS_NOTHING, SB_STS_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct sb_sts_policy policy;

		sb_sts_parse(examples[i].value, &policy);
		assert_int_equal(
			sb_sts_judge(&policy, examples[i].host, false), examples[i].in_clear);
		assert_int_equal(
			sb_sts_judge(&policy, examples[i].host, true), examples[i].over_tls);
	}
}

#define LABEL_63 "a23456789012345678901234567890123456789012345678901234567890123"

static void
host_names_are_told_from_addresses(void **state)
{
	static const struct {
		const char *text, *name; /* NULL: none */
	} examples[] = {
		{ "irc.example.org", "irc.example.org" },
		{ "IRC.Example.ORG.", "irc.example.org" },
		{ "localhost", "localhost" },
		{ "a-b_c.1x", "a-b_c.1x" },
		{ "1.2.3.4.example", "1.2.3.4.example" },
		{ "0xg.org", "0xg.org" },
		{ "x0", "x0" },
		{ LABEL_63, LABEL_63 },
		{ LABEL_63 "1", NULL },
		{ LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, NULL },
		{ "", NULL },
		{ ".", NULL },
		{ "..", NULL },
		{ "a..b", NULL },
		{ ".a", NULL },
		{ "a b", NULL },
		{ "a\nb", NULL },
		{ "#a", NULL },
		{ "b\xc3\xbc"
		  "cher.example",
			NULL },
		{ "127.0.0.1", NULL },
		{ "127.0.0.1.", NULL },
		{ "127.1", NULL },
		{ "2130706433", NULL },
		{ "0x7f000001", NULL },
		{ "0x7F.1.0x1", NULL },
		{ "example.0X", NULL },
		{ "::1", NULL },
		{ "[::1]", NULL },
		{ "fe80::1%eth0", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char buf[SB_STS_HOST_MAX];
		int error = sb_sts_host(examples[i].text, buf);

		assert_int_equal(error, examples[i].name ? 0 : -EINVAL);
		if (!error)
			assert_string_equal(buf, examples[i].name);
	}
}

struct place {
	char folder[32], path[64], fresh[64];
	char said[1024]; /* of the last opening */
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->folder, "/tmp/sts-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	(void)snprintf(place->path, sizeof(place->path), "%s/sts", place->folder);
	(void)snprintf(place->fresh, sizeof(place->fresh), "%s/sts.new", place->folder);
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	(void)remove(place->path);
	(void)remove(place->fresh);
	assert_int_equal(rmdir(place->folder), 0);
	free(place);
	return 0;
}

static void
put(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static const char *
content(const struct place *place)
{
	static char buf[4096];
	FILE *file = fopen(place->path, "rb");

	assert_non_null(file);
	buf[fread(buf, 1, sizeof(buf) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	return buf;
}

static void
listen(void *self, const char *text)
{
	struct place *place = self;
	size_t len = strlen(place->said);

	(void)snprintf(place->said + len, sizeof(place->said) - len, "%s\n", text);
}

static struct sb_sts *
open_store(struct place *place)
{
	struct sb_error error = { .code = 0 };
	struct sb_sts *store;

	*place->said = '\0';
	assert_int_equal(sb_sts_open(place->path, listen, place, &store, &error), 0);
	return store;
}

/* The port, or 0. */
static int
found(const struct sb_sts *store, const char *host, int64_t now_s)
{
	uint16_t port = 0;

	return sb_sts_find(store, host, now_s, &port) ? port : 0;
}

#define HEADING "# host, TLS port, end of the policy in seconds since 1970 UTC\n"

static void
policies_outlive_the_store(void **state)
{
	struct place *place = *state;
	struct sb_sts *store = open_store(place);

	assert_int_equal(access(place->path, F_OK), -1);
	assert_int_equal(sb_sts_note(store, "B.example.", 6697, DAY, NOW, NULL), 0);
	assert_int_equal(sb_sts_note(store, "a.example", 7000, 60, NOW, NULL), 0);
	assert_int_equal(sb_sts_note(store, "c.example", 1, 1, NOW, NULL), 0);
	assert_string_equal(content(place), HEADING "a.example 7000 1700000060\n"
						    "b.example 6697 1700086400\n"
						    "c.example 1 1700000001\n");
	sb_sts_close(store);
	store = open_store(place);
	assert_string_equal(place->said, "");
	assert_int_equal(found(store, "b.EXAMPLE", NOW), 6697);
	assert_int_equal(found(store, "a.example", NOW), 7000);
	assert_int_equal(found(store, "d.example", NOW), 0);
	assert_int_equal(found(store, "example", NOW), 0);
	assert_int_equal(found(store, "127.0.0.1", NOW), 0);
	sb_sts_close(store);
	assert_int_equal(access(place->fresh, F_OK), -1);
}

static void
a_policy_ends_unless_it_is_noted_again(void **state)
{
	struct place *place = *state;
	struct sb_sts *store = open_store(place);

	assert_int_equal(sb_sts_note(store, "a.example", 6697, 60, NOW, NULL), 0);
	assert_int_equal(found(store, "a.example", NOW + 59), 6697);
	assert_int_equal(found(store, "a.example", NOW + 60), 0);
	/* The connection has lasted for longer than the policy. */
	assert_int_equal(sb_sts_note(store, "a.example", 6697, 60, NOW + 100, NULL), 0);
	assert_int_equal(found(store, "a.example", NOW + 159), 6697);
	/* What is shorter counts, too, and another port. */
	assert_int_equal(sb_sts_note(store, "a.example", 6698, 10, NOW + 100, NULL), 0);
	assert_int_equal(found(store, "a.example", NOW + 109), 6698);
	assert_int_equal(found(store, "a.example", NOW + 110), 0);
	assert_int_equal(sb_sts_note(store, "b.example", 6697, 60, NOW + 110, NULL), 0);
	assert_string_equal(content(place), HEADING "b.example 6697 1700000170\n");
	sb_sts_close(store);
}

static void
a_duration_of_nothing_removes(void **state)
{
	struct place *place = *state;
	struct sb_sts *store = open_store(place);

	assert_int_equal(sb_sts_note(store, "a.example", 6697, 0, NOW, NULL), 0);
	assert_int_equal(access(place->path, F_OK), -1);
	assert_int_equal(sb_sts_note(store, "a.example", 6697, 60, NOW, NULL), 0);
	assert_int_equal(sb_sts_note(store, "b.example", 6697, 60, NOW, NULL), 0);
	assert_int_equal(sb_sts_note(store, "A.example", 6697, 0, NOW, NULL), 0);
	assert_int_equal(found(store, "a.example", NOW), 0);
	assert_int_equal(found(store, "b.example", NOW), 6697);
	assert_string_equal(content(place), HEADING "b.example 6697 1700000060\n");
	sb_sts_close(store);
}

static void
addresses_have_no_policy(void **state)
{
	struct sb_error error = { .code = 0 };
	struct sb_sts *store;

	(void)state;
	assert_int_equal(sb_sts_open(NULL, NULL, NULL, &store, &error), 0);
	assert_int_equal(sb_sts_note(store, "192.0.2.1", 6697, 60, NOW, &error), -EINVAL);
	assert_string_equal(error.text, "'192.0.2.1' is no host name");
	assert_int_equal(sb_sts_note(store, "a.example", 6697, INT64_MAX, NOW, &error), 0);
	assert_int_equal(found(store, "a.example", NOW + SB_STS_DURATION_MAX - 1), 6697);
	assert_int_equal(found(store, "a.example", NOW + SB_STS_DURATION_MAX), 0);
	sb_sts_close(store);
	sb_sts_close(NULL);
}

/* A file, what is said of its lines, and what is written in its place. */
static const char hand_written[] = "# by hand\n"
				   "b.example 6697 1700086400\r\n"
				   "\n"
				   "  \t\n"
				   "c.example 6697\n"
				   "c.example x 1700086400\n"
				   "c.example 0 1700086400\n"
				   "c.example 65536 1700086400\n"
				   "c.example 6697 soon\n"
				   "c.example 6697 -1\n"
				   "c.example 6697 1700086400 # why\n"
				   "192.0.2.1 6697 1700086400\n"
				   "  # not a comment\n"
				   "c.example\0 6697 1700086400\n"
				   "\ta.example  7000\t1700000060 \n"
				   "a.example 7002 1700000061\n"
				   "a.example 7001 1700000059\n"
				   "# the end\n"
				   "d.example 1 1700000001";
static const char written_anew[] = "# by hand\n"
				   "c.example 6697\n"
				   "c.example x 1700086400\n"
				   "c.example 0 1700086400\n"
				   "c.example 65536 1700086400\n"
				   "c.example 6697 soon\n"
				   "c.example 6697 -1\n"
				   "c.example 6697 1700086400 # why\n"
				   "192.0.2.1 6697 1700086400\n"
				   "  # not a comment\n"
				   "c.example\0 6697 1700086400\n"
				   "# the end\n"
				   "a.example 7002 1700000061\n"
				   "b.example 6697 1700086400\n"
				   "d.example 1 1700000001\n"
				   "e.example 9 1700000001\n";
static const struct {
	unsigned line;
	const char *why;
} complaints[] = {
	{ 5, "the end after the port is to be a number of seconds since 1970" },
	{ 6, "the port after the host is to be a number from 1 to 65535" },
	{ 7, "the port after the host is to be a number from 1 to 65535" },
	{ 8, "the port after the host is to be a number from 1 to 65535" },
	{ 9, "the end after the port is to be a number of seconds since 1970" },
	{ 10, "the end after the port is to be a number of seconds since 1970" },
	{ 11, "ends with more than host, port and end" },
	{ 12, "begins with no host name" },
	{ 13, "begins with no host name" },
	{ 14, "begins with no host name" },
	{ 16, "the host is there already; the policy that ends later counts" },
	{ 17, "the host is there already; the policy that ends later counts" },
};

static void
what_is_not_understood_is_told_and_kept(void **state)
{
	struct place *place = *state;
	char want[2048] = "";
	struct sb_sts *store;
	size_t len;
	char *whole;

	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++) {
		len = strlen(want);
		(void)snprintf(want + len, sizeof(want) - len, "%s:%u: %s\n", place->path,
			complaints[i].line, complaints[i].why);
	}
	put(place->path, hand_written, sizeof(hand_written) - 1);
	store = open_store(place);
	assert_string_equal(place->said, want);
	assert_int_equal(found(store, "a.example", NOW), 7002);
	assert_int_equal(found(store, "b.example", NOW), 6697);
	assert_int_equal(found(store, "c.example", NOW), 0);
	assert_int_equal(found(store, "d.example", NOW), 1);
	assert_int_equal(sb_sts_note(store, "e.example", 9, 1, NOW, NULL), 0);
	assert_int_equal(sb_sts_print(store, NOW, &whole, &len), 0);
	assert_int_equal(len, sizeof(written_anew) - 1);
	assert_memory_equal(whole, written_anew, len);
	free(whole);
	sb_sts_close(store);
}

static void
a_file_that_cannot_be_read_is_an_error(void **state)
{
	struct place *place = *state;
	struct sb_error error = { .code = 0 };
	struct sb_sts *store;
	char *much = malloc(SB_STS_FILE_MAX + 1), want[128];

	assert_int_equal(mkdir(place->path, 0700), 0);
	assert_int_equal(sb_sts_open(place->path, NULL, NULL, &store, &error), -EISDIR);
	assert_null(store);
	(void)snprintf(want, sizeof(want), "%s: cannot be read: Is a directory", place->path);
	assert_string_equal(error.text, want);
	assert_int_equal(rmdir(place->path), 0);

	assert_non_null(much);
	memset(much, '\n', SB_STS_FILE_MAX + 1);
	put(place->path, much, SB_STS_FILE_MAX + 1);
	assert_int_equal(sb_sts_open(place->path, NULL, NULL, &store, &error), -EFBIG);
	put(place->path, much, SB_STS_FILE_MAX);
	free(much);
	assert_int_equal(sb_sts_open(place->path, NULL, NULL, &store, &error), 0);
	sb_sts_close(store);
}

static void
a_policy_that_cannot_be_written_holds_all_the_same(void **state)
{
	struct place *place = *state;
	struct sb_sts *store = open_store(place);
	struct sb_error error = { .code = 0 };
	char want[128];

	assert_int_equal(sb_sts_save(store, NOW, &error), 0);
	assert_int_equal(mkdir(place->fresh, 0700), 0);
	assert_int_equal(sb_sts_note(store, "a.example", 6697, 60, NOW, &error), -EISDIR);
	(void)snprintf(want, sizeof(want), "%s: cannot be written: Is a directory", place->path);
	assert_string_equal(error.text, want);
	assert_int_equal(error.code, -EISDIR);
	assert_int_equal(found(store, "a.example", NOW), 6697);
	assert_int_equal(sb_sts_save(store, NOW, NULL), -EISDIR);
	assert_int_equal(access(place->path, F_OK), -1);
	assert_int_equal(rmdir(place->fresh), 0);
	assert_int_equal(sb_sts_save(store, NOW, &error), 0);
	assert_string_equal(content(place), HEADING "a.example 6697 1700000060\n");
	assert_int_equal(unlink(place->path), 0);
	assert_int_equal(sb_sts_save(store, NOW, &error), 0);
	assert_int_equal(access(place->path, F_OK), -1);
	sb_sts_close(store);
}

static void
a_full_disk_leaves_the_old_file(void **state)
{
	static const char old[] = HEADING "a.example 6697 1700000060\n";
	struct place *place = *state;
	struct rlimit before, small;
	struct sb_sts *store;
	int error;

	put(place->path, old, sizeof(old) - 1);
	store = open_store(place);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = sizeof(old) - 1;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	error = sb_sts_note(store, "b.example", 6697, 60, NOW, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(error, -EFBIG);
	assert_string_equal(content(place), old);
	assert_int_equal(access(place->fresh, F_OK), -1);
	assert_int_equal(found(store, "b.example", NOW), 6697);
	/* The next note writes both. */
	assert_int_equal(sb_sts_note(store, "c.example", 6697, 60, NOW, NULL), 0);
	assert_string_equal(content(place), HEADING "a.example 6697 1700000060\n"
						    "b.example 6697 1700000060\n"
						    "c.example 6697 1700000060\n");
	sb_sts_close(store);
}

static void
what_stands_in_the_place_of_the_new_file_is_not_followed(void **state)
{
	struct place *place = *state;
	struct sb_sts *store = open_store(place);
	char other[64];

	(void)snprintf(other, sizeof(other), "%s/other", place->folder);
	put(other, "precious", 8);
	assert_int_equal(symlink(other, place->fresh), 0);
	assert_int_equal(sb_sts_note(store, "a.example", 6697, 60, NOW, NULL), -ELOOP);
	put(place->path, "", 0);
	assert_int_equal(rename(other, place->path), 0);
	assert_string_equal(content(place), "precious");
	sb_sts_close(store);
}

static void
what_was_left_of_a_crash_is_written_over(void **state)
{
	struct place *place = *state;
	struct sb_sts *store = open_store(place);
	struct stat stat_buf;
	char half[300] = "";

	for (size_t i = 0; i < sizeof(half) - 1; i++)
		half[i] = 'x';
	put(place->fresh, half, sizeof(half));
	assert_int_equal(chmod(place->fresh, 0600), 0);
	assert_int_equal(sb_sts_note(store, "a.example", 1, 60, NOW, NULL), 0);
	assert_string_equal(content(place), HEADING "a.example 1 1700000060\n");
	assert_int_equal(stat(place->path, &stat_buf), 0);
	assert_int_equal(stat_buf.st_mode & 0777, 0600);
	sb_sts_close(store);
}

static void
many_hosts_are_sorted_and_found(void **state)
{
	struct sb_sts *store;
	char host[32];

	(void)state;
	assert_int_equal(sb_sts_open(NULL, NULL, NULL, &store, NULL), 0);
	for (unsigned i = 0; i < 500; i++) {
		(void)snprintf(host, sizeof(host), "h%u.example", i * 211 % 500);
		assert_int_equal(
			sb_sts_note(store, host, (uint16_t)(i * 211 % 500 + 1), 60, NOW, NULL), 0);
	}
	for (unsigned i = 0; i < 500; i += 2) {
		(void)snprintf(host, sizeof(host), "h%u.example", i);
		assert_int_equal(sb_sts_note(store, host, 1, 0, NOW, NULL), 0);
	}
	for (unsigned i = 0; i < 500; i++) {
		(void)snprintf(host, sizeof(host), "h%u.example", i);
		assert_int_equal(found(store, host, NOW), i % 2 ? (int)i + 1 : 0);
	}
	sb_sts_close(store);
}

/* Reads, notes, writes and reads again; what fails for memory says so and has changed nothing. */
static void
live(void *self)
{
	static const char text[] = "# x\nbad\nb.example 1 1800000000\n";
	struct place *place = self;
	struct sb_error error = { .code = 0 };
	struct sb_sts *store;
	int ret;

	put(place->path, text, sizeof(text) - 1);
	ret = sb_sts_open(place->path, NULL, NULL, &store, &error);
	if (ret) {
		assert_int_equal(ret, -ENOMEM);
		assert_int_equal(error.code, -ENOMEM);
		assert_true(sb_testing_allocation_failed());
		assert_null(store);
		return;
	}
	ret = sb_sts_note(store, "a.example", 6697, 60, NOW, &error);
	assert_int_equal(ret, sb_testing_allocation_failed() ? -ENOMEM : 0);
	assert_int_equal(found(store, "b.example", NOW), 1);
	if (ret) {
		assert_string_equal(content(place), text);
		assert_int_equal(error.code, -ENOMEM);
	} else {
		assert_string_equal(content(place), "# x\nbad\n"
						    "a.example 6697 1700000060\n"
						    "b.example 1 1800000000\n");
	}
	sb_sts_close(store);
}

static void
without_memory_nothing_is_lost(void **state)
{
	assert_true(sb_testing_each_allocation(live, *state) >= 8);
}

#define with_place(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(the_value_of_a_policy_is_read),
		kit_test_bare(each_part_counts_on_its_kind_of_connection),
		kit_test_bare(host_names_are_told_from_addresses),
		with_place(policies_outlive_the_store),
		with_place(a_policy_ends_unless_it_is_noted_again),
		with_place(a_duration_of_nothing_removes),
		kit_test_bare(addresses_have_no_policy),
		with_place(what_is_not_understood_is_told_and_kept),
		with_place(a_file_that_cannot_be_read_is_an_error),
		with_place(a_policy_that_cannot_be_written_holds_all_the_same),
		with_place(a_full_disk_leaves_the_old_file),
		with_place(what_stands_in_the_place_of_the_new_file_is_not_followed),
		with_place(what_was_left_of_a_crash_is_written_over),
		kit_test_bare(many_hosts_are_sorted_and_found),
		with_place(without_memory_nothing_is_lost),
	};

	return kit_run(tests);
}
