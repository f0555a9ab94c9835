/* URLs: what is read, what is refused and where, and that printing reads back. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signalbox/url.h>

#define PIN_COLONS                                                                                 \
	"EB:84:34:7B:DA:4C:EC:32:A8:F0:2E:30:A0:8C:D0:B8:6A:E2:4D:83:9D:96:3C:67:5C:47:68:4D:6B:"  \
	"BA:E8:E5"
#define PIN_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PIN_B "FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210"
#define LABEL_63 "a2345678901234567890123456789012345678901234567890123456789012z"
#define NAME_253                                                                                   \
	LABEL_63 "." LABEL_63 "." LABEL_63                                                         \
		 ".a2345678901234567890123456789012345678901234567890123456789.z"

struct right {
	const char *text;
	enum sb_scheme scheme;
	const char *host;
	int number; /* port, or descriptor */
	const char *path, *options;
	const char *printed; /* NULL: the text */
};

static void
check_right(const struct right *c)
{
	char printed[SB_URL_CAP];
	struct sb_error error;
	struct sb_url url;

	if (sb_url_parse(c->text, &url, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(url.scheme, c->scheme);
	assert_int_equal(url.is_tls, strncmp(c->text, "tls", 3) == 0);
	assert_string_equal(url.host, c->host);
	assert_int_equal(c->scheme == SB_SCHEME_FD ? url.fd : url.port, c->number);
	assert_string_equal(url.path, c->path);
	assert_string_equal(url.options, c->options);
	sb_url_print(&url, printed, sizeof(printed));
	assert_string_equal(printed, c->printed ? c->printed : c->text);
}

static void
url_is_read_and_printed_back(void **state)
{
	static const struct right cases[] = {
		{ "tcp://127.0.0.1:6667", SB_SCHEME_TCP, "127.0.0.1", 6667, "", "", NULL },
		{ "tcp://localhost:0", SB_SCHEME_TCP, "localhost", 0, "", "", NULL },
		{ "tcp://*:17", SB_SCHEME_TCP, "*", 17, "", "", NULL },
		{ "tcp://[::1]:65535", SB_SCHEME_TCP, "::1", 65535, "", "", NULL },
		{ "tcp://[::ffff:1.2.3.4]:1/x", SB_SCHEME_TCP, "::ffff:1.2.3.4", 1, "/x", "",
			NULL },
		{ "tcp://0.0.0.0:17/", SB_SCHEME_TCP, "0.0.0.0", 17, "/", "", NULL },
		{ "tcp://127.0.0.1:1/#c,#d", SB_SCHEME_TCP, "127.0.0.1", 1, "/#c,#d", "", NULL },
		{ "tcp://127.0.0.1:00017", SB_SCHEME_TCP, "127.0.0.1", 17, "", "",
			"tcp://127.0.0.1:17" },
		{ "unix:///run/quoth.sock", SB_SCHEME_UNIX, "", 0, "/run/quoth.sock", "", NULL },
		{ "unix:///tmp/a b:c", SB_SCHEME_UNIX, "", 0, "/tmp/a b:c", "", NULL },
		{ "unix:///s?mode=660", SB_SCHEME_UNIX, "", 0, "/s", "mode=660", NULL },
		{ "fd://3", SB_SCHEME_FD, "", 3, "", "", NULL },
		{ "fd://0", SB_SCHEME_FD, "", 0, "", "", NULL },
		{ "fd://2147483647", SB_SCHEME_FD, "", 2147483647, "", "", NULL },
		{ "systemd://web", SB_SCHEME_SYSTEMD, "web", 0, "", "", NULL },
		{ "systemd://quoth web.socket", SB_SCHEME_SYSTEMD, "quoth web.socket", 0, "", "",
			NULL },
		{ "stdio:", SB_SCHEME_STDIO, "", 0, "", "", NULL },
		{ "tls://[::1]:6697/x?alpn=irc", SB_SCHEME_TCP, "::1", 6697, "/x", "alpn=irc",
			NULL },
		{ "tls+unix:///s?mode=0600&cert=/c", SB_SCHEME_UNIX, "", 0, "/s",
			"mode=0600&cert=/c", NULL },
		{ "tls+fd://4?name=a.example", SB_SCHEME_FD, "", 4, "", "name=a.example", NULL },
		{ "tls+systemd://web?cert=c", SB_SCHEME_SYSTEMD, "web", 0, "", "cert=c", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_right(&cases[i]);
}

static void
host_may_be_any_name_and_a_service_needs_no_port(void **state)
{
	static const struct right cases[] = {
		{ "tcp://irc.example.org:6667", SB_SCHEME_TCP, "irc.example.org", 6667, "", "",
			NULL },
		{ "tcp://IRC.Example.ORG.:1", SB_SCHEME_TCP, "IRC.Example.ORG.", 1, "", "", NULL },
		{ "tcp://a:1", SB_SCHEME_TCP, "a", 1, "", "", NULL },
		{ "tcp://3com.4--x.5e:1", SB_SCHEME_TCP, "3com.4--x.5e", 1, "", "", NULL },
		{ "tcp://1.2.3.a:1", SB_SCHEME_TCP, "1.2.3.a", 1, "", "", NULL },
		{ "tcp://0x.0xg:1", SB_SCHEME_TCP, "0x.0xg", 1, "", "", NULL },
		{ "tcp://" NAME_253 ":1", SB_SCHEME_TCP, NAME_253, 1, "", "", NULL },
		{ "tcp://" NAME_253 ".:1", SB_SCHEME_TCP, NAME_253 ".", 1, "", "", NULL },
		{ "tcp://_irc._tcp.example.org", SB_SCHEME_TCP, "_irc._tcp.example.org", 0, "", "",
			NULL },
		{ "tcp://_x-y_z._tcp.example.", SB_SCHEME_TCP, "_x-y_z._tcp.example.", 0, "", "",
			NULL },
		{ "tls://_ircs._tcp.example.org/p?alpn=irc", SB_SCHEME_TCP,
			"_ircs._tcp.example.org", 0, "/p", "alpn=irc", NULL },
		{ "tls://a:1?pin=" PIN_COLONS "," PIN_A, SB_SCHEME_TCP, "a", 1, "",
			"pin=" PIN_COLONS "," PIN_A, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_right(&cases[i]);
}

static void
every_option_is_read_and_its_escapes_taken_back(void **state)
{
	static const char text[] = "tls+unix:///s?ca=/a%26b%25%20c&cert=c&key=k&name=2001:db8::1&"
				   "pin=" PIN_A "," PIN_B "&alpn=irc,h%2F2,%c3%A9&clients=x=y&"
				   "mode=0640";
	static const struct {
		const char *key, *value;
	} options[] = {
		{ "ca", "/a&b% c" },
		{ "cert", "c" },
		{ "key", "k" },
		{ "name", "2001:db8::1" },
		{ "pin", PIN_A "," PIN_B },
		{ "alpn", "irc,h/2,\xc3\xa9" },
		{ "clients", "x=y" },
		{ "mode", "0640" },
	};
	char value[512], printed[SB_URL_CAP];
	struct sb_error error;
	struct sb_url url;
	size_t i;

	(void)state;
	if (sb_url_parse(text, &url, &error) < 0)
		fail_msg("%s", error.text);
	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		assert_true(sb_url_option(&url, options[i].key, value, sizeof(value)));
		assert_string_equal(value, options[i].value);
	}
	sb_url_print(&url, printed, sizeof(printed));
	assert_string_equal(printed, text);
	assert_false(sb_url_option(&url, "c", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(sb_url_option(&url, "", value, sizeof(value)));
	assert_true(sb_url_option(&url, "ca", value, 5));
	assert_string_equal(value, "/a&b");
	assert_true(sb_url_option(&url, "ca", value, 1));
	assert_string_equal(value, "");
	assert_int_equal(sb_url_parse("tls://a:1?ca=x&cert=name=b", &url, NULL), 0);
	assert_false(sb_url_option(&url, "name", value, sizeof(value)));
}

struct wrong {
	const char *text;
	int code;
	unsigned column;
	const char *words;
};

static void
check_wrong(const struct wrong *c)
{
	struct sb_error error;
	struct sb_url url;
	char expected[64];

	memset(&url, 0x5a, sizeof(url));
	assert_int_equal(sb_url_parse(c->text, &url, &error), c->code);
	assert_int_equal(error.code, c->code);
	(void)snprintf(expected, sizeof(expected), "\", column %u: ", c->column);
	if (!strstr(error.text, expected) || !strstr(error.text, c->words))
		fail_msg("%s gave %s", c->text, error.text);
	assert_int_equal(error.text[0], '"');
	assert_null(strchr(error.text, '\n'));
	/* What is not read leaves the caller's as it was. */
	assert_int_equal(url.port, 0x5a5a);
}

static void
error_quotes_the_text_and_names_the_column(void **state)
{
	static const struct wrong cases[] = {
		{ "", -EINVAL, 1, "tcp://, tls://, unix://, fd://, systemd:// or stdio: belongs" },
		{ "irc://127.0.0.1:1", -EINVAL, 1, "tcp://, tls://, unix://" },
		{ "TCP://127.0.0.1:1", -EINVAL, 1, "tcp://, tls://, unix://" },
		{ "tcp:/127.0.0.1:1", -EINVAL, 1, "tcp://, tls://, unix://" },
		{ "tls+stdio:", -EINVAL, 1, "tcp://, tls://, unix://" },
		{ "tcp://:1", -EINVAL, 7, "a host belongs here" },
		{ "tcp://?", -EINVAL, 7, "a host belongs here" },
		{ "tcp://[]:1", -EINVAL, 8, "a host belongs here" },
		{ "tcp://[::1:1", -EINVAL, 13, "a closing ] belongs here" },
		{ "tcp://[127.0.0.1]:1", -EINVAL, 8, "an IPv6 address belongs in the brackets" },
		{ "tcp://::1:1", -EINVAL, 7, "a host belongs here" },
		{ "tcp://127.0.0.1", -EINVAL, 16, "a colon and a port belong here" },
		{ "tcp://127.0.0.1/", -EINVAL, 16, "a colon and a port belong here" },
		{ "tcp://127.0.0.1?", -EINVAL, 16, "a colon and a port belong here" },
		{ "tcp://[::1]1", -EINVAL, 12, "a colon and a port belong here" },
		{ "tcp://127.0.0.1:", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:65536", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:99999999999999999999", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:000001", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:-1", -EINVAL, 17, "a port from 0 to 65535" },
		{ "tcp://127.0.0.1:1x", -EINVAL, 18, "the end, a / and a path, or a ?" },
		{ "tcp://127.0.0.1:1/a\nb", -EINVAL, 20, "a control character" },
		{ "tls://a:1?ca=\x7f", -EINVAL, 14, "a control character" },
		{ "unix://", -EINVAL, 8, "a path that begins with /" },
		{ "unix://run/x", -EINVAL, 8, "a path that begins with /" },
		{ "fd://", -EINVAL, 6, "the number of a descriptor" },
		{ "fd://-1", -EINVAL, 6, "the number of a descriptor" },
		{ "fd://2147483648", -EINVAL, 6, "the number of a descriptor" },
		{ "fd://00000000003", -EINVAL, 6, "the number of a descriptor" },
		{ "fd://3/x", -EINVAL, 7, "the end, or a ? and options" },
		{ "systemd://", -EINVAL, 11, "a socket's name belongs here" },
		{ "systemd://a:b", -EINVAL, 12, "has no such character" },
		{ "systemd://a/", -EINVAL, 12, "has no such character" },
		{ "systemd://\xc3\xa9", -EINVAL, 11, "has no such character" },
		{ "stdio:/", -EINVAL, 7, "the end belongs here" },
		{ "stdio://", -EINVAL, 7, "the end belongs here" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_wrong(&cases[i]);
}

static void
what_is_no_host_is_refused_where_it_goes_wrong(void **state)
{
	static const struct wrong cases[] = {
		{ "tcp://1.2.3:1", -EINVAL, 11, "no host name ends in a number" },
		{ "tcp://1.2.3.256:1", -EINVAL, 13, "no host name ends in a number" },
		{ "tcp://1.2.3.4.:1", -EINVAL, 13, "no host name ends in a number" },
		{ "tcp://127.1:1", -EINVAL, 11, "no host name ends in a number" },
		{ "tcp://2130706433:1", -EINVAL, 7, "an IPv4 address is four numbers" },
		{ "tcp://0x7f.0x1:1", -EINVAL, 12, "no host name ends in a number" },
		{ "tcp://example.17:1", -EINVAL, 15, "no host name ends in a number" },
		{ "tcp://a b:1", -EINVAL, 8, "a host name belongs here" },
		{ "tcp://b\xc3\xbc"
		  "cher.example:1",
			-EINVAL, 8, "a host name belongs here" },
		{ "tcp://user@a:1", -EINVAL, 11, "a host name belongs here" },
		{ "tcp://a..b:1", -EINVAL, 9, "a host name belongs here" },
		{ "tcp://.a:1", -EINVAL, 7, "a host name belongs here" },
		{ "tcp://.:1", -EINVAL, 7, "a host name belongs here" },
		{ "tcp://a.b..:1", -EINVAL, 11, "a host name belongs here" },
		{ "tcp://-a.b:1", -EINVAL, 7, "hyphens within" },
		{ "tcp://a.b-:1", -EINVAL, 10, "hyphens within" },
		{ "tcp://a_b:1", -EINVAL, 8, "a host name belongs here" },
		{ "tcp://**:1", -EINVAL, 7, "a host name belongs here" },
		{ "tcp://x" LABEL_63 ":1", -EINVAL, 70, "each part of at most 63" },
		{ "tcp://x" NAME_253 ":1", -EINVAL, 70, "each part of at most 63" },
		{ "tcp://x." NAME_253 ":1", -EINVAL, 260, "at most 253 characters" },
		{ "tcp://_irc._tcp.example.org:6667", -EINVAL, 28, "a service has no port here" },
		{ "tcp://_irc.example.org", -EINVAL, 12, "._tcp and a name belong behind" },
		{ "tcp://_irc._udp.example.org", -EINVAL, 12, "._tcp and a name belong behind" },
		{ "tcp://_irc._tcp", -EINVAL, 12, "._tcp and a name belong behind" },
		{ "tcp://_irc._tcp.", -EINVAL, 17, "a host name belongs here" },
		{ "tcp://_irc._tcp.a_b", -EINVAL, 18, "a host name belongs here" },
		{ "tcp://_irc._tcp.a.1", -EINVAL, 19, "no host name ends in a number" },
		{ "tcp://_._tcp.example.org", -EINVAL, 8, "a service is written" },
		{ "tcp://_irc", -EINVAL, 11, "a service is written" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_wrong(&cases[i]);
}

static void
option_that_does_not_fit_is_refused_where_it_stands(void **state)
{
	static const struct wrong cases[] = {
		{ "tcp://a:1?", -EINVAL, 11, "no options belong here" },
		{ "tcp://a:1?ca=x", -EINVAL, 11, "ca= is an option of tls://" },
		{ "tcp://a:1?mode=660", -EINVAL, 11, "mode= is an option of unix://" },
		{ "fd://3?x", -EINVAL, 8, "no options belong here" },
		{ "unix:///s?ca=x", -EINVAL, 11, "ca= is an option of tls://" },
		{ "unix:///s?", -EINVAL, 11, "mode= belongs here" },
		{ "unix:///s?x=1", -EINVAL, 11, "mode= belongs here" },
		{ "unix:///s?mode", -EINVAL, 11, "mode= belongs here" },
		{ "tls+unix:///s?x=1", -EINVAL, 15, "clients or mode, and a =" },
		{ "tls://a:1?", -EINVAL, 11, "ca, cert, key, name, pin, alpn or clients" },
		{ "tls://a:1?CA=x", -EINVAL, 11, "ca, cert, key, name, pin, alpn or clients" },
		{ "tls://a:1?c=x", -EINVAL, 11, "ca, cert, key, name, pin, alpn or clients" },
		{ "tls://a:1?ca", -EINVAL, 11, "and a =, belong here" },
		{ "tls://a:1?ca=x&", -EINVAL, 16, "and a =, belong here" },
		{ "tls://a:1?&ca=x", -EINVAL, 11, "and a =, belong here" },
		{ "tls://a:1?ca=x&&key=y", -EINVAL, 16, "and a =, belong here" },
		{ "tls://a:1?ca=", -EINVAL, 14, "the value of ca belongs here" },
		{ "tls://a:1?ca=&key=x", -EINVAL, 14, "the value of ca belongs here" },
		{ "tls://a:1?ca=x&key=y&ca=z", -EINVAL, 22, "ca= stands here already" },
		{ "tls://a:1?mode=660", -EINVAL, 11, "mode= is an option of unix://" },
		{ "tls://a:1?ca=a%", -EINVAL, 15, "a % and two hexadecimal digits" },
		{ "tls://a:1?ca=a%2", -EINVAL, 15, "a % and two hexadecimal digits" },
		{ "tls://a:1?ca=a%2&key=x", -EINVAL, 15, "a % and two hexadecimal digits" },
		{ "tls://a:1?ca=a%2g", -EINVAL, 15, "a % and two hexadecimal digits" },
		{ "tls://a:1?ca=a%00b", -EINVAL, 15, "not 00, belong here" },
		{ "tls://a:1?name=a_b", -EINVAL, 17, "a host name belongs here" },
		{ "tls://a:1?name=%61.%31", -EINVAL, 20, "no host name ends in a number" },
		{ "tls://a:1?name=*.a", -EINVAL, 16, "a host name belongs here" },
		{ "tls://a:1?pin=" PIN_A "0", -EINVAL, 79, "a pin is 64 hexadecimal digits" },
		{ "tls://a:1?pin=01:23:4", -EINVAL, 22, "a pin is 64 hexadecimal digits" },
		{ "tls://a:1?pin=01:234::", -EINVAL, 21, "a pin is 64 hexadecimal digits" },
		{ "tls://a:1?pin=0:1", -EINVAL, 16, "a pin is 64 hexadecimal digits" },
		{ "tls://a:1?pin=0123", -EINVAL, 19, "a pin is 64 hexadecimal digits" },
		{ "tls://a:1?pin=0123g", -EINVAL, 19, "a pin is 64 hexadecimal digits" },
		{ "tls://a:1?pin=" PIN_A ",", -EINVAL, 80, "a pin is 64 hexadecimal digits" },
		{ "tls://a:1?pin=" PIN_A ":" PIN_B, -EINVAL, 79, "between two of them is a comma" },
		{ "tls://a:1?alpn=irc,,x", -EINVAL, 20, "the name of a protocol" },
		{ "tls://a:1?alpn=,", -EINVAL, 16, "the name of a protocol" },
		{ "tls://a:1?alpn=irc,", -EINVAL, 20, "the name of a protocol" },
		{ "unix:///s?mode=", -EINVAL, 16, "the value of mode" },
		{ "unix:///s?mode=8", -EINVAL, 16, "three octal digits" },
		{ "unix:///s?mode=668", -EINVAL, 18, "three octal digits" },
		{ "unix:///s?mode=66", -EINVAL, 16, "three octal digits" },
		{ "unix:///s?mode=4755", -EINVAL, 16, "three octal digits" },
		{ "unix:///s?mode=00660", -EINVAL, 16, "three octal digits" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_wrong(&cases[i]);
}

static void
long_parts_are_refused_and_the_longest_are_read(void **state)
{
	char text[1200], printed[SB_URL_CAP];
	struct sb_error error;
	struct sb_url url;

	(void)state;
	(void)snprintf(text, sizeof(text), "unix:///%0106d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), 0);
	(void)snprintf(text, sizeof(text), "unix:///%0107d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "column 8: "));
	assert_non_null(strstr(error.text, "107 bytes are the most"));
	(void)snprintf(text, sizeof(text), "tcp://127.0.0.1:1/%0255d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "255 bytes are the most"));
	(void)snprintf(text, sizeof(text), "tcp://%0500d:1", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "column 7: this host is too long"));
	(void)snprintf(text, sizeof(text), "systemd://%0256d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	(void)snprintf(text, sizeof(text), "tls://" NAME_253 ".:65535/%0254d?ca=%0508d", 0, 0);
	assert_int_equal(sb_url_parse(text, &url, &error), 0);
	sb_url_print(&url, printed, sizeof(printed));
	assert_string_equal(printed, text);
	(void)snprintf(text, sizeof(text), "tls://a:1?ca=%0509d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "column 11: these options are too long, 511 bytes"));
	(void)snprintf(text, sizeof(text), "tls://a:1?alpn=%0255d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), 0);
	(void)snprintf(text, sizeof(text), "tls://a:1?alpn=x,%0256d", 0);
	assert_int_equal(sb_url_parse(text, &url, &error), -EINVAL);
	assert_non_null(strstr(error.text, "column 18: "));
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

/* words NULL: it is fine. */
static void
check_use(
	const char *text, int (*check)(const struct sb_url *, struct sb_error *), const char *words)
{
	struct sb_error error = { 0 };
	struct sb_url url;
	int ret;

	assert_int_equal(sb_url_parse(text, &url, NULL), 0);
	ret = check(&url, &error);
	if (ret != (words ? -EINVAL : 0) || error.code != ret)
		fail_msg("%s: %d %s", text, ret, error.text);
	if (words && (!strstr(error.text, words) || !strstr(error.text, text)))
		fail_msg("%s: %s", text, error.text);
}

static void
connecting_and_listening_want_different_things(void **state)
{
	static const struct {
		const char *text, *connect, *listen;
	} cases[] = {
		{ "tcp://127.0.0.1:1", NULL, NULL },
		{ "tcp://[::]:1", NULL, NULL },
		{ "tcp://LocalHost.:1", NULL, NULL },
		{ "tcp://127.0.0.1:0", "port 0 is no port", NULL },
		{ "tcp://*:1", "* is for listening", NULL },
		{ "tcp://a.example:1", NULL, "names are for connecting" },
		{ "tcp://_x._tcp.example", NULL, "names are for connecting" },
		{ "tcp://_x._tcp.example/p", "no path after the service", "no path" },
		{ "tcp://127.0.0.1:1/p", "no path after the port", "no path after the port" },
		{ "unix:///s", NULL, NULL },
		{ "unix:///s?mode=660", "mode= is for listening", NULL },
		{ "fd://3", NULL, NULL },
		{ "systemd://a", "what systemd passes is for listening", NULL },
		{ "stdio:", NULL, "nobody connects to standard input" },
		{ "tls://a.example:1", NULL, "names are for connecting" },
		{ "tls://127.0.0.1:1", NULL, "cert=FILE must say" },
		{ "tls://*:1?cert=c&key=k&clients=d&alpn=irc&ca=x", "* is for listening", NULL },
		{ "tls://a.example:1?clients=c", "clients= is for listening", "names are for" },
		{ "tls://127.0.0.1:1?cert=c&name=a", NULL, "name= is for connecting" },
		{ "tls://127.0.0.1:1?cert=c&pin=" PIN_A, NULL, "pin= is for connecting" },
		{ "tls+unix:///s?cert=c", "name=HOST must say whose", NULL },
		{ "tls+fd://3?ca=x", "name=HOST must say whose", "cert=FILE must say" },
		{ "tls+fd://3?name=a.example", NULL, "name= is for connecting" },
		{ "tls+unix:///s?pin=" PIN_A, NULL, "pin= is for connecting" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_use(cases[i].text, sb_url_check_connect, cases[i].connect);
		check_use(cases[i].text, sb_url_check_listen, cases[i].listen);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_is_read_and_printed_back),
		cmocka_unit_test(host_may_be_any_name_and_a_service_needs_no_port),
		cmocka_unit_test(every_option_is_read_and_its_escapes_taken_back),
		cmocka_unit_test(error_quotes_the_text_and_names_the_column),
		cmocka_unit_test(what_is_no_host_is_refused_where_it_goes_wrong),
		cmocka_unit_test(option_that_does_not_fit_is_refused_where_it_stands),
		cmocka_unit_test(long_parts_are_refused_and_the_longest_are_read),
		cmocka_unit_test(printing_is_cut_where_there_is_no_room),
		cmocka_unit_test(connecting_and_listening_want_different_things),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
