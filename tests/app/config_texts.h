#ifndef TESTS_APP_CONFIG_TEXTS_H
#define TESTS_APP_CONFIG_TEXTS_H

/* A configuration that says everything, with %s for the path of a password's file. */
#define ALL                                                                                        \
	"database = 'q.db' # the quotes\n"                                                         \
	"quotes = { \"a\", /* and */ 'b/c', }\n"                                                   \
	"irc libera {\n"                                                                           \
	"	server = \"tcp://127.0.0.1:6667\"\n"                                                     \
	"	nick = raven\n"                                                                          \
	"	password-file = \"%s\"\n"                                                                \
	"	channels = {\n"                                                                          \
	"		\"#one\", // the first\n"                                                               \
	"		\"&two\"\n"                                                                             \
	"	}\n"                                                                                     \
	"	moderators = \"*!alice@example.org\"\n"                                                  \
	"	prefixes = { \"!\", \"@q\" }\n"                                                          \
	"	visibility = network\n"                                                                  \
	"}\n"                                                                                      \
	"irc \"home\" { server = \"ircd\" prefixes = {} }\n"                                       \
	"ircd { listen = \"tcp://127.0.0.1:6667\" }\n"                                             \
	"http {\n"                                                                                 \
	"	listen = \"unix:///run/quoth.http\"\n"                                                   \
	"	base-url = \"https://quotes.example.org/q//\"\n"                                         \
	"	hosts = { \"quotes.example.org\", \"[::1]\" }\n"                                         \
	"	access-log = true\n"                                                                     \
	"}\n"                                                                                      \
	"qotd { listen = \"tcp://[::1]:1717\" }\n"                                                 \
	"limits { person-burst = 1 person-every-s = 0 channel-burst = 1000 "                       \
	"channel-every-s = 86400 }\n"

/* Mistakes in a configuration that is read as "f", each with every line that tells of it. */

#define QOTD "\nqotd { listen = \"tcp://127.0.0.1:1\" }\n"
#define IRC(options) "irc a {\nserver = \"tcp://127.0.0.1:1\"\n" options "\n}"

struct mistake {
	const char *text, *lines;
};

static const struct mistake unknown[] = {
	{ "datbase = 'x'" QOTD, "f:1: datbase: no such option; perhaps database\n" },
	{ "zzz = 'x'" QOTD, "f:1: zzz: no such option\n" },
	{ "nikc = 'x'" QOTD, "f:1: nikc: no such option\n" },
	{ "q = 'x'" QOTD, "f:1: q: no such option; perhaps quotes or qotd\n" },
	{ "\nhtp { listen = 'x' more { } }" QOTD, "f:2: htp: no such section; perhaps http\n" },
	{ "server a { x = { 'a', 'b' } }" QOTD,
		"f:1: server: no such section; it belongs into a section irc\n" },
	{ "nick = 'x'" QOTD, "f:1: nick: no such option; it belongs into a section irc\n" },
	{ IRC("nikc = 'x' channel = '#a'"),
		"f:3: nikc: no such option there; perhaps nick or nicks\n"
		"f:3: channel: no such option there; perhaps channels or channel-keys-file\n" },
	{ IRC("database = 'x'"),
		"f:3: database: no such option there; it stands outside of sections\n" },
	{ IRC("http { listen = 'x' }"),
		"f:3: http: no such section; it stands outside of sections\n" },
	{ IRC("listen = 'x'"),
		"f:3: listen: no such option there; it belongs into a section ircd\n" },
};

static const struct mistake twice[] = {
	{ "database = 'a'\ndatabase = 'b'" QOTD,
		"f:2: database: it is there already, in line 1\n" },
	{ QOTD QOTD, "f:4: qotd: it is there already, in line 2\n" },
	{ IRC("") IRC(""), "f:4: irc a: it is there already, in line 1\n" },
	{ IRC("nick = a\nnick = b"), "f:4: nick: it is there already, in line 3\n" },
	{ IRC("") "irc A { server = 'tcp://127.0.0.1:1' }\n",
		"f:4: irc A: it has the name of irc a, in line 1, but for case\n" },
	{ IRC("channels = {'#a', '#b', '#A'}"), "f:3: irc a: channels: #A is there twice\n" },
};

static const struct mistake syntax[] = {
	{ "database 'x'", "f:1: 'x': database = VALUE should stand here\n" },
	{ "database = ", "f:1: the file ends where a value should stand\n" },
	{ "database = {'x'}", "f:1: {: a value should stand here\n" },
	{ "database = 'x", "f:1: the quote of 'x is not closed in its line\n" },
	{ "\ndatabase = \"x\nqotd { listen = \"y\" }",
		"f:2: the quote of \"x is not closed in its line\n" },
	{ "database = /var/lib/x",
		"f:1: /var/lib/x: a value in double quotes should stand here\n" },
	{ "qotd { listen = tcp://127.0.0.1:1 }",
		"f:1: tcp://127.0.0.1:1: a value in double quotes should stand here\n" },
	{ "quotes = { 'a' 'b' }", "f:1: 'b': , or } should stand here\n" },
	{ "quotes = { , }", "f:1: ,: a value should stand here\n" },
	{ "quotes = { 'a', \n", "f:2: the file ends where a value should stand\n" },
	{ "database = 'x';", "f:1: ;: an option or a section should stand here\n" },
	{ "database = 'x' }", "f:1: }: an option or a section should stand here\n" },
	{ "'database' = 'x'", "f:1: 'database': an option or a section should stand here\n" },
	{ "qotd {\n'x' = 1 }", "f:2: 'x': an option or } should stand here\n" },
	{ "\nqotd {\n\n", "f:2: no } closes the section that begins here\n" },
	{ "qotd = 'x'", "f:1: =: { should stand here\n" },
	{ "irc { }", "f:1: {: a name of at most 32 letters, digits, . _ or - should stand here\n" },
	{ "irc 'a b' { }",
		"f:1: 'a b': a name of at most 32 letters, digits, . _ or - should stand here\n" },
	{ "irc '' { }",
		"f:1: '': a name of at most 32 letters, digits, . _ or - should stand here\n" },
	{ "irc a b", "f:1: b: { should stand here\n" },
	{ "x = ", "f:1: x: no such option\nf:1: the file ends where a value should stand\n" },
	{ "x y z", "f:1: x: no such section\nf:1: z: = or { should stand here\n" },
	{ "zz {\n{ }\n", "f:1: zz: no such section\nf:1: no } closes the { of this line\n" },
	{ "\n/* a", "f:2: a comment begins here, and no */ ends it\n" },
	{ "database = \"a\\nb\"",
		"f:1: in double quotes a \\ stands before \", \\ or $; one that is "
		"meant is written \\\\\n" },
	{ "database = \"${\"",
		"f:1: ${\": ${NAME} or ${NAME:-VALUE} should stand here; a $ that is "
		"meant is \\$\n" },
	{ "database = \"${A-B}\"",
		"f:1: ${A-B: ${NAME} or ${NAME:-VALUE} should stand here; a $ that "
		"is meant is \\$\n" },
};

static const struct mistake values[] = {
	{ "quotes = { 'a', '' }" QOTD, "f:1: quotes: a path should stand here, and it is empty\n" },
	{ IRC("servers = {'unix:///a', 'ircd'}"),
		"f:3: irc a: servers: \"ircd\" can only be the server, not one of several\n" },
	{ IRC("servers = {'tcp://127.0.0.1:1/x'}"),
		"f:3: irc a: servers: tcp://127.0.0.1:1/x: nothing should follow the port; "
		"channels are an option\n" },
	{ IRC("nick = '9a'"), "f:3: irc a: nick: '9a': a nick is 1 to 64 bytes, without space and "
			      "!@*?,. and begins "
			      "with no digit and none of #&+$:-\n" },
	{ IRC("channels = {'#ok',\n'no',\n'#'}"), "f:4: irc a: channels: 'no' is no channel: write "
						  "\"#name\", and several as { \"#one\", "
						  "\"#two\" }\n"
						  "f:5: irc a: channels: '#' is no channel: write "
						  "\"#name\", and several as { \"#one\", "
						  "\"#two\" }\n" },
	{ IRC("channels = '#one,#two'"), "f:3: irc a: channels: '#one,#two' is no channel: write "
					 "\"#name\", and several as { "
					 "\"#one\", \"#two\" }\n" },
	{ IRC("moderators = 'alice'"),
		"f:3: irc a: moderators: 'alice' is nobody: write \"account:NAME\", or a mask, "
		"\"nick!user@host\", with * and ?\n" },
	{ IRC("moderators = { 'account:alice', 'account:' }"),
		"f:3: irc a: moderators: 'account:' is nobody: write \"account:NAME\", or a mask, "
		"\"nick!user@host\", with * and ?\n" },
	{ IRC("moderators =\n'account:*'"),
		"f:4: irc a: moderators: 'account:*' is nobody: write \"account:NAME\", or a mask, "
		"\"nick!user@host\", with * and ?\n" },
	{ IRC("prefixes = ''"),
		"f:3: irc a: prefixes: '': a prefix is 1 to 8 bytes without space, like \"!\"\n" },
	{ IRC("visibility = all"),
		"f:3: irc a: visibility: 'all': write public, network or channel\n" },
	{ "irc a { server = 'ircd' }", "f:1: irc a: server: \"ircd\" is the server of a section "
				       "ircd, and there is none\n" },
	{ "irc a { server = 'tcp://127.0.0.1:0' }", "f:1: irc a: server: tcp://127.0.0.1:0: the "
						    "port should be the server's, often 6667\n" },
	{ "irc a { server = 'tcp://127.0.0.1:1/#c' }",
		"f:1: irc a: server: tcp://127.0.0.1:1/#c: nothing should follow the port; "
		"channels are "
		"an option\n" },
	{ "\nirc a { nick = b }",
		"f:2: irc a: server is missing: server = \"tcp://HOST:PORT\", or \"ircd\"\n" },
	{ "ircd { listen = 'tcp://127.0.0.1:1/x' }",
		"f:1: ircd: listen: tcp://127.0.0.1:1/x: nothing should follow the port\n" },
	{ "http {\n}" QOTD, "f:1: http: listen is missing: listen = \"tcp://ADDRESS:PORT\"\n" },
	{ "http { listen = 'unix:///h' base-url = 'quotes.example.org' }",
		"f:1: http: base-url: 'quotes.example.org': write what a browser gets there by, "
		"like "
		"\"https://quotes.example.org\"\n" },
	{ "http { listen = 'unix:///h' base-url = 'https:///x' }",
		"f:1: http: base-url: 'https:///x': write what a browser gets there by, like "
		"\"https://quotes.example.org\"\n" },
	{ "http { listen = 'unix:///h' base-url = 'https://a/?b' }",
		"f:1: http: base-url: 'https://a/?b': write what a browser gets there by, like "
		"\"https://quotes.example.org\"\n" },
	{ "http { listen = 'unix:///h' hosts = { 'a/b' } }",
		"f:1: http: hosts: 'a/b' is no host: write a name like \"quotes.example.org\"\n" },
	{ "http { listen = 'unix:///h' access-log = yes }",
		"f:1: http: access-log: 'yes': write true or false\n" },
	{ "limits { person-burst = 0 channel-burst = 1001 }" QOTD,
		"f:1: limits: person-burst: '0': a number from 1 to 1000 should stand here\n"
		"f:1: limits: channel-burst: '1001': a number from 1 to 1000 should stand here\n" },
	{ "limits { person-every-s = '-1' channel-every-s = 10s }" QOTD,
		"f:1: limits: person-every-s: '-1': a number from 0 to 86400 should stand here\n"
		"f:1: limits: channel-every-s: '10s': a number from 0 to 86400 should stand "
		"here\n" },
	{ "limits { person-every-s = 99999999999999999999 }" QOTD,
		"f:1: limits: person-every-s: '99999999999999999999': a number from 0 to 86400 "
		"should "
		"stand here\n" },
};

static const struct mistake together[] = {
	{ "", "f: nothing to do: a section irc, ircd, http or qotd should be there\n" },
	{ "database = 'x' # and no more",
		"f: nothing to do: a section irc, ircd, http or qotd should be there\n" },
	{ "ircd { listen = 'tcp://127.0.0.1:1' }\nhttp { listen = 'tcp://127.0.0.1:1' }",
		"f:2: http: listen: tcp://127.0.0.1:1 is taken by ircd, in line 1\n" },
	{ "ircd { listen = 'tcp://0.0.0.0:1' }\nqotd {\nlisten = 'tcp://localhost:1' }",
		"f:3: qotd: listen: tcp://localhost:1 is taken by ircd, in line 1\n" },
	{ "ircd { listen = 'tcp://127.0.0.1:1' }\nqotd { listen = 'tcp://[::]:1' }",
		"f:2: qotd: listen: tcp://[::]:1 is taken by ircd, in line 1\n" },
	{ "http { listen = 'tcp://localhost:1' }" QOTD,
		"f:2: qotd: listen: tcp://127.0.0.1:1 is taken by http, in line 1\n" },
	{ "ircd { listen = 'tls://127.0.0.1:1?cert=/dev/null' }\nirc a {\nserver = 'ircd' }",
		"f:3: irc a: server: \"ircd\" listens with TLS, and whom to trust there is not "
		"known: write server = \"tls://HOST:PORT?ca=FILE\"\n" },
	{ "http {\nlisten = 'tls://127.0.0.1:1?cert=/nowhere&key=/' }",
		"f:2: http: listen: cert=/nowhere: No such file or directory\n"
		"f:2: http: listen: key=/: it is no file\n" },
	{ "http {\nlisten = 'tls://127.0.0.1:1?cret=/x' }" QOTD,
		"f:2: http: listen: \"tls://127.0.0.1:1?cret=/x\", column 19: ca, cert, key, name, "
		"pin, alpn or clients, and a =, belong here\n" },
	{ "http {\nlisten = 'tls://127.0.0.1:2' }" QOTD,
		"f:2: http: listen: listening at tls://127.0.0.1:2: cert=FILE must say which "
		"certificate to show\n" },
	{ IRC("servers = {'tls://irc.example.org:1',\n'tls://irc.example.org:1?ca=/no%20where'}"),
		"f:3: irc a: servers: ca=/no where: No such file or directory\n" },
	{ "http { listen = 'unix:///x' } qotd { listen = 'unix:///x' }",
		"f:1: qotd: listen: unix:///x is taken by http, in line 1\n" },
};

#endif
