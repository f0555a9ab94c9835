/* URLs: what is read, what is refused and where, and that printing reads back. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signalbox/url.h>

static void
url_is_read_and_printed_back(void **state)
{
	static const struct {
		const char *text;
		enum sb_scheme scheme;
		const char *host;
		unsigned port;
		const char *path, *printed;
	} cases[] = {
		{ "tcp://127.0.0.1:6667", SB_SCHEME_TCP, "127.0.0.1", 6667, "", NULL },
		{ "tcp://localhost:0", SB_SCHEME_TCP, "localhost", 0, "", NULL },
		{ "tcp://[::1]:65535", SB_SCHEME_TCP, "::1", 65535, "", NULL },
		{ "tcp://[::ffff:1.2.3.4]:1/x", SB_SCHEME_TCP, "::ffff:1.2.3.4", 1, "/x", NULL },
		{ "tcp://0.0.0.0:17/", SB_SCHEME_TCP, "0.0.0.0", 17, "/", NULL },
		{ "tcp://127.0.0.1:1/#c,#d", SB_SCHEME_TCP, "127.0.0.1", 1, "/#c,#d", NULL },
		{ "tcp://127.0.0.1:00017", SB_SCHEME_TCP, "127.0.0.1", 17, "",
			"tcp://127.0.0.1:17" },
		{ "unix:///run/quoth.sock", SB_SCHEME_UNIX, "", 0, "/run/quoth.sock", NULL },
		{ "unix:///tmp/a b:c", SB_SCHEME_UNIX, "", 0, "/tmp/a b:c", NULL },
	};
	char printed[SB_URL_CAP];
	struct sb_url url;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(sb_url_parse(cases[i].text, &url, NULL), 0);
		assert_int_equal(url.scheme, cases[i].scheme);
		assert_string_equal(url.host, cases[i].host);
		assert_int_equal(url.port, cases[i].port);
		assert_string_equal(url.path, cases[i].path);
		sb_url_print(&url, printed, sizeof(printed));
		assert_string_equal(printed, cases[i].printed ? cases[i].printed : cases[i].text);
	}
}

static void
error_quotes_the_text_and_names_the_column(void **state)
{
	static const struct {
		const char *text;
		int code;
		unsigned column;
		const char *words;
	} cases[] = {
		{ "", -EINVAL, 1, "tcp:// or unix:// belongs here" },
		{ "irc://127.0.0.1:1", -EINVAL, 1, "tcp:// or unix:// belongs here" },
		{ "TCP://127.0.0.1:1", -EINVAL, 1, "tcp:// or unix:// belongs here" },
		{ "tcp:/127.0.0.1:1", -EINVAL, 1, "tcp:// or unix:// belongs here" },
		{ "tcp://:1", -EINVAL, 7, "a host belongs here" },
		{ "tcp://[]:1", -EINVAL, 8, "a host belongs here" },
		{ "tcp://[::1:1", -EINVAL, 13, "a closing ] belongs here" },
		{ "tcp://[127.0.0.1]:1", -EINVAL, 8, "an IPv6 address belongs in the brackets" },
		{ "tcp://::1:1", -EINVAL, 7, "a host belongs here" },
		{ "tcp://1.2.3:1", -EINVAL, 7, "an IPv4 address" },
		{ "tcp://1.2.3.256:1", -EINVAL, 7, "an IPv4 address" },
		{ "tcp://a b:1", -EINVAL, 7, "an IPv4 address" },
		{ "tcp://example.org:1", -EOPNOTSUPP, 7, "host names are not looked up yet" },
		{ "tcp://127.0.0.1", -EINVAL, 16, "a colon and a port belong here" },
		{ "tcp://127.0.0.1/", -EINVAL, 16, "a colon and a port belong here" },
		{ "tcp://[::1]1", -EINVAL, 12, "a colon and a port belong here" },
		{ "tcp://127.0.0.1:", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:65536", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:99999999999999999999", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:000001", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:-1", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:1x", -EINVAL, 18, "the end, or a / and a path" },
		{ "tcp://127.0.0.1:1/a\nb", -EINVAL, 20, "a control character" },
		{ "unix://", -EINVAL, 8, "a path that begins with /" },
		{ "unix://run/x", -EINVAL, 8, "a path that begins with /" },
	};
	struct sb_error error;
	struct sb_url url;
	char expected[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		memset(&url, 0x5a, sizeof(url));
		assert_int_equal(sb_url_parse(cases[i].text, &url, &error), cases[i].code);
		assert_int_equal(error.code, cases[i].code);
		(void)snprintf(expected, sizeof(expected), "\", column %u: ", cases[i].column);
		if (!strstr(error.text, expected) || !strstr(error.text, cases[i].words))
			fail_msg("%s gave %s", cases[i].text, error.text);
		assert_int_equal(error.text[0], '"');
		assert_null(strchr(error.text, '\n'));
		/* What is not read leaves the caller's as it was. */
		assert_int_equal(url.port, 0x5a5a);
	}
}

static void
long_parts_are_refused_and_the_longest_are_read(void **state)
{
	char text[600];
	struct sb_error error;
	struct sb_url url;

	(void)state;
	(void)snprintf(text, sizeof(text), "unix:///%0106d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), 0);
	(void)snprintf(text, sizeof(text), "unix:///%0107d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "column 8: "));
	assert_non_null(strstr(error.text, "107 bytes are the most"));
	(void)snprintf(text, sizeof(text), "tcp://127.0.0.1:1/%0254d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), 0);
	(void)snprintf(text, sizeof(text), "tcp://127.0.0.1:1/%0255d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "255 bytes are the most"));
	(void)snprintf(text, sizeof(text), "tcp://%0500d:1", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "column 7: this host is too long"));
}

static void
printing_is_cut_where_there_is_no_room(void **state)
{
	struct sb_url url;
	char small[8];

	(void)state;
	assert_int_equal(sb_url_parse("tcp://127.0.0.1:6667", &url, NULL), 0);
	sb_url_print(&url, small, sizeof(small));
	assert_string_equal(small, "tcp://1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_is_read_and_printed_back),
		cmocka_unit_test(error_quotes_the_text_and_names_the_column),
		cmocka_unit_test(long_parts_are_refused_and_the_longest_are_read),
		cmocka_unit_test(printing_is_cut_where_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
