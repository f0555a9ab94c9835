/* What may be said of a network, and of the embedded server: what comes of it, and what is wrong. */

#include "app/config_diff.h"
#include "app/network_options.h"
#include "config_fixture.h"

#define PIN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
all_that_may_be_said_of_a_network_is_kept(void **state)
{
	const struct config_irc *irc;
	struct config *config;
	char text[2048];

	(void)state;
	put_secret("s3cret word\n", 12, 0600);
	(void)snprintf(text, sizeof(text),
		IRC("nicks = { raven, rook }\n user = q realname = 'A bot'\n"
		    "sasl-user = alice sasl-password-file = '%s'\n"
		    "sasl-mechanisms = { 'SCRAM-SHA-256', PLAIN } sasl-required = true\n"
		    "sasl-plain-in-clear = true pins = '" PIN "'\n"
		    "channels = { '#a', '#b key', '#c' } moderators = 'account:alice'\n"
		    "charset = 'iso-8859-15' pace = gentle version = '' bot-mode = false\n"
		    "catch-up = false services = NickServ away = 'at work'\n"
		    "capabilities = { '-away-notify', 'example.org/x' }\n"
		    "retry-min-s = 1 retry-max-s = 10 ping-after-s = 30"),
		secret);
	config = read_right(text);
	irc = &config->ircs[0];
	assert_int_equal(irc->n_nicks, 2);
	assert_string_equal(irc->nicks[1], "rook");
	assert_string_equal(irc->user, "q");
	assert_string_equal(irc->realname, "A bot");
	assert_true(irc->login.is_wanted && irc->login.is_required);
	assert_true(irc->login.allows_plain_in_clear);
	assert_string_equal(irc->login.user, "alice");
	assert_string_equal(irc->login.password, "s3cret word");
	assert_null(irc->login.key);
	assert_int_equal(irc->login.n_mechanisms, 2);
	assert_string_equal(irc->tls.pins[0], PIN);
	assert_int_equal(irc->n_channels, 3);
	assert_null(irc->keys[0]);
	assert_string_equal(irc->channels[1], "#b");
	assert_string_equal(irc->keys[1], "key");
	assert_null(irc->keys[2]);
	assert_string_equal(irc->charset, "iso-8859-15");
	assert_string_equal(irc->pace, "gentle");
	assert_string_equal(irc->version, "");
	assert_false(irc->is_bot || irc->catches_up);
	assert_string_equal(irc->services, "NickServ");
	assert_string_equal(irc->away, "at work");
	assert_int_equal(irc->n_capabilities, 2);
	assert_int_equal(irc->retry_min_s, 1);
	assert_int_equal(irc->retry_max_s, 10);
	assert_int_equal(irc->ping_after_s, 30);
	config_destroy(config);
}

static void
what_is_not_said_of_a_network_has_its_default(void **state)
{
	struct config *config = read_right(IRC(""));
	const struct config_irc *irc = &config->ircs[0];

	(void)state;
	assert_int_equal(irc->n_nicks, 0);
	assert_null(irc->user);
	assert_null(irc->realname);
	assert_false(irc->login.is_wanted);
	assert_int_equal(irc->tls.n_pins, 0);
	assert_null(irc->charset);
	assert_null(irc->pace);
	assert_int_equal(strncmp(irc->version, "Quoth ", 6), 0);
	assert_true(irc->is_bot && irc->catches_up);
	assert_null(irc->services);
	assert_null(irc->away);
	assert_int_equal(irc->retry_min_s, 2);
	assert_int_equal(irc->retry_max_s, 300);
	assert_int_equal(irc->ping_after_s, 90);
	config_destroy(config);
}

/* What the client is made with. */
static void
expect_urls(const char *text, const char *first, const char *second, const char *sts_options)
{
	struct config *config = read_right(text);
	struct network_options options;
	struct sb_error error;

	if (network_options_init(&options, &config->ircs[0], "tcp://127.0.0.1:9", &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_string_equal(options.irc.url, first);
	assert_int_equal(options.irc.n_urls, second ? 1 : 0);
	if (second)
		assert_string_equal(options.irc.urls[0], second);
	assert_string_equal(options.irc.sts_options, sts_options);
	network_options_finish(&options);
	config_destroy(config);
}

static void
certificates_and_pins_go_to_the_urls_that_are_tls(void **state)
{
	(void)state;
	expect_urls("irc a { server = 'tls://a.example:1?pin=" PIN
		    "' servers = 'tls://b.example:2' "
		    "ca-file = '/dev/../etc/passwd' pins = { '" PIN "', '" PIN "' } }",
		"tls://a.example:1?pin=" PIN "&ca=/dev/../etc/passwd",
		"tls://b.example:2?ca=/dev/../etc/passwd&pin=" PIN "," PIN,
		"ca=/dev/../etc/passwd&pin=" PIN "," PIN);
	expect_urls("irc a { server = 'tcp://a.example:1' pins = '" PIN "' }", "tcp://a.example:1",
		NULL, "pin=" PIN);
	expect_urls("ircd { listen = 'unix:///i' } irc a { server = ircd }", "tcp://127.0.0.1:9",
		NULL, "");
}

static void
a_path_may_hold_what_parts_options(void **state)
{
	char server[] = "tls://a.example:1", nick[] = "q", path[] = "/a&b%c", key[] = "/k";
	struct config_irc irc = {
		.server = server, .nick = nick, .tls = { .certificate = path, .key = key }
	};
	struct network_options options;

	(void)state;
	assert_int_equal(network_options_init(&options, &irc, NULL, NULL), 0);
	assert_string_equal(options.irc.url, "tls://a.example:1?cert=/a%26b%25c&key=/k");
	network_options_finish(&options);
}

static void
a_login_is_by_the_nick_unless_somebody_is_named(void **state)
{
	struct config *config;
	struct network_options options;
	char text[512];

	(void)state;
	put_secret("pw\n", 3, 0600);
	(void)snprintf(text, sizeof(text), IRC("nick = raven sasl-password-file = '%s'"), secret);
	config = read_right(text);
	assert_int_equal(network_options_init(&options, &config->ircs[0], NULL, NULL), 0);
	assert_string_equal(options.irc.login->user, "raven");
	assert_string_equal(options.irc.login->password, "pw");
	assert_null(options.irc.login->mechanisms);
	network_options_finish(&options);
	config_destroy(config);
}

/* As whom is the nick where nobody is named: another nick is then another login. */
static void
another_nick_is_another_connection_where_it_is_the_name_to_log_in_with(void **state)
{
	static const struct {
		const char *from, *to;
		bool logs_in, are_near;
	} cases[] = {
		{ "nick = a", "nick = b", false, true },
		{ "nick = a", "nick = b", true, false },
		{ "nick = a sasl-user = c", "nick = b sasl-user = c", true, true },
		{ "nick = a", "nick = a sasl-user = a", true, true },
		{ "nick = a sasl-user = b", "nick = a", true, false },
	};
	struct config *from, *to;
	char login[128], text[512];
	size_t i;

	(void)state;
	put_secret("pw\n", 3, 0600);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(login, sizeof(login), "sasl-password-file = '%s'", secret);
		(void)snprintf(text, sizeof(text), IRC("%s %s"), cases[i].from,
			cases[i].logs_in ? login : "");
		from = read_right(text);
		(void)snprintf(text, sizeof(text), IRC("%s %s"), cases[i].to,
			cases[i].logs_in ? login : "");
		to = read_right(text);
		assert_int_equal(
			network_options_are_near(&from->ircs[0], &to->ircs[0]), cases[i].are_near);
		config_destroy(from);
		config_destroy(to);
	}
}

/* Each option with what is wrong with it, and its line. */
static const struct mistake of_options[] = {
	{ IRC("nicks = { ok,\n'9a' }"),
		"f:4: irc a: nicks: '9a': a nick is 1 to 64 bytes, without space and !@*?,. and "
		"begins with no digit and none of #&+$:-\n" },
	{ IRC("\nuser = 'a b'"), "f:4: irc a: user: \"a b\" cannot be a user name: it has 1 to 64 "
				 "bytes, no space or "
				 "line end and no colon in front\n" },
	{ IRC("sasl-mechanisms = { PLAIN,\n'CRAM-MD5' }"),
		"f:4: irc a: sasl-mechanisms: 'CRAM-MD5': write EXTERNAL, "
		"ECDSA-NIST256P-CHALLENGE, SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN\n" },
	{ IRC("\nsasl-mechanisms = EXTERNAL"),
		"f:4: irc a: cannot log in by EXTERNAL: there is no certificate\n" },
	{ IRC("sasl-user = ''"),
		"f:3: irc a: sasl-user: a name should stand here, and it is empty\n" },
	{ IRC("sasl-required = yes"), "f:3: irc a: sasl-required: 'yes': write true or false\n" },
	{ IRC("sasl-password-file = '/no where'"),
		"f:3: irc a: sasl-password-file: /no where: No such file or directory\n" },
	{ IRC("sasl-key-file = '/'"), "f:3: irc a: sasl-key-file: /: it is no file\n" },
	{ IRC("ca-file = '/no where'\ncertificate-file = '/'\nkey-file = '/no key'"),
		"f:3: irc a: ca-file: /no where: No such file or directory\n"
		"f:4: irc a: certificate-file: /: it is no file\n"
		"f:5: irc a: key-file: /no key: No such file or directory\n" },
	{ IRC("key-file = '/etc/passwd'"),
		"f:3: irc a: key-file: whose key it is says certificate-file, which is missing\n" },
	{ IRC("pins = '0123'"),
		"f:3: irc a: pins: '0123' is no pin: write the 64 hex digits of a SHA-256, as the "
		"log tells it\n" },
	{ IRC("pins = { '" PIN "', '" PIN "', '" PIN "', '" PIN "',\n'" PIN "', '" PIN "', '" PIN
	      "', '" PIN "' }"),
		"f:3: irc a: the paths and pins for TLS take more than 511 bytes\n" },
	{ IRC("channels = { '#a', '#b k,y' }"),
		"f:3: irc a: channels: #b: its key cannot be one: behind a space it has 1 to 200 "
		"bytes, no space or comma and no colon in front\n" },
	{ IRC("channels = { '#a k', '#b k', '#A j' }"),
		"f:3: irc a: channels: #A is there twice\n" },
	{ IRC("\ncharset = 'klingon'"),
		"f:4: irc a: charset: \"klingon\" is no charset that can be used on IRC, like "
		"windows-1252 or ISO-8859-15\n" },
	{ IRC("charset = 'UTF-16'"),
		"f:3: irc a: charset: \"UTF-16\" is no charset that can be used on IRC, like "
		"windows-1252 or ISO-8859-15\n" },
	{ IRC("sasl-mechanisms = EXTERNAL") "\nirc b { server = 'unix:///b'\nsasl-mechanisms = "
					    "EXTERNAL }",
		"f:3: irc a: cannot log in by EXTERNAL: there is no certificate\n"
		"f:6: irc b: cannot log in by EXTERNAL: there is no certificate\n" },
	{ IRC("services = ''"),
		"f:3: irc a: services: '': a nick is 1 to 64 bytes, without space and !@*?,. and "
		"begins with no digit and none of #&+$:-\n" },
	{ IRC("capabilities = { 'a',\n'sts' }"),
		"f:4: irc a: capabilities: \"sts\" cannot be a capability: its name has 1 to 63 "
		"bytes, no space, \"=\" or control character and none of -~: in front, and is not "
		"sts\n" },
	{ IRC("capabilities = sasl"),
		"f:3: irc a: capabilities: \"sasl\" is no capability to choose: it is asked for "
		"where there is a login\n" },
	{ IRC("retry-min-s = 0"),
		"f:3: irc a: retry-min-s: '0': a number from 1 to 86400 should stand here\n" },
	{ IRC("retry-min-s = 20\nretry-max-s = 10"),
		"f:3: irc a: retry-min-s: 20 is more than retry-max-s, 10\n" },
	{ IRC("\nretry-max-s = 1"), "f:4: irc a: retry-min-s: 2 is more than retry-max-s, 1\n" },
	{ "\n\nstate-directory = '/no where'" QOTD,
		"f:3: state-directory: /no where: No such file or directory\n" },
	{ "state-directory = '/etc/passwd'" QOTD,
		"f:1: state-directory: /etc/passwd: it is no folder\n" },
	{ "ircd { listen = 'unix:///i'\nname = 'a b' }",
		"f:2: ircd: name: the server's name 'a b' is not one word without a colon in "
		"front, "
		"! and @\n" },
	{ "ircd { listen = 'unix:///i'\n\noperators = { alice } }",
		"f:3: ircd: operators: alice is none of the accounts of accounts-file\n" },
	{ "ircd { listen = 'unix:///i'\naccounts-file = '/no where' operators = { alice } }",
		"f:2: ircd: accounts-file: /no where: No such file or directory\n" },
	{ "ircd { listen = 'unix:///i' max-clients = 0 }",
		"f:1: ircd: max-clients: '0': a number from 1 to 100000 should stand here\n" },
};

static void
what_cannot_be_is_told_with_its_line(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(of_options) / sizeof(of_options[0]); i++)
		expect_wrong(of_options[i].text, of_options[i].lines);
}

/* What is told of one option of a network begins so, and no other line follows. */
static void
expect_refused(const char *option, const char *value)
{
	char text[1024], begins[64];
	struct config *config = NULL;

	(void)snprintf(text, sizeof(text), IRC("%s = '%s'"), option, value);
	(void)snprintf(begins, sizeof(begins), "f:3: irc a: %s: ", option);
	told[0] = '\0';
	assert_int_equal(config_parse("f", text, on_problem, told, &config), -EINVAL);
	if (strncmp(told, begins, strlen(begins)) != 0 || strchr(told, '\n')[1])
		sb_testing_fail(SB_PLACE, "%s = '%s': %s", option, value, told);
}

static void
each_option_is_tried_by_itself(void **state)
{
	static const char *const truths[] = { "sasl-required", "sasl-plain-in-clear", "bot-mode",
		"catch-up" };
	static const char *const seconds[] = { "retry-min-s", "retry-max-s", "ping-after-s" };
	static const char *const texts[] = { "nick", "user", "realname", "version", "away",
		"services", "charset", "pace", "sasl-mechanisms", "pins", "moderators", "prefixes",
		"visibility", "capabilities", "servers" };
	static const char *const files[] = { "password-file", "sasl-password-file", "sasl-key-file",
		"ca-file", "certificate-file", "channel-keys-file" };
	char longest[302];
	size_t i;

	(void)state;
	memset(longest, ' ', sizeof(longest));
	longest[0] = 'a';
	longest[sizeof(longest) - 2] = 'a';
	longest[sizeof(longest) - 1] = '\0';
	for (i = 0; i < sizeof(truths) / sizeof(truths[0]); i++)
		expect_refused(truths[i], "maybe");
	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		expect_refused(seconds[i], "0");
		expect_refused(seconds[i], "86401");
		expect_refused(seconds[i], "1s");
		expect_refused(seconds[i], "");
	}
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect_refused(texts[i], longest);
	expect_refused("channels", "a");
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		expect_refused(files[i], "/no where");
}

static void
what_is_there_for_a_login_is_enough(void **state)
{
	static const char *const right[] = {
		IRC("certificate-file = '/etc/passwd' sasl-mechanisms = EXTERNAL"),
		IRC("certificate-file = '/etc/passwd' key-file = '/etc/group' sasl-required = "
		    "true"),
		"irc a { server = 'tls://a.example:1?cert=/etc/passwd' sasl-user = q }",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		config_destroy(read_right(right[i]));
	expect_wrong(IRC("\nsasl-user = q"), "f:4: irc a: there is nothing to log in with: no "
					     "password, no key, no certificate\n");
}

static void
a_pace_that_is_none_is_told_with_those_that_are(void **state)
{
	static const char begins[] = "f:4: irc a: pace: \"fast\" is no pace: there are ";
	struct config *config;

	(void)state;
	told[0] = '\0';
	assert_int_equal(
		config_parse("f", IRC("\npace = fast"), on_problem, told, &config), -EINVAL);
	assert_int_equal(strncmp(told, begins, strlen(begins)), 0);
	assert_non_null(strstr(told, "ngircd"));
}

static void
a_key_that_is_none_is_told_and_not_shown(void **state)
{
	char text[512];
	struct config *config;

	(void)state;
	put_secret("hidden", 6, 0600);
	(void)snprintf(text, sizeof(text), IRC("\nsasl-key-file = '%s'"), secret);
	told[0] = '\0';
	assert_int_equal(config_parse("f", text, on_problem, told, &config), -EINVAL);
	assert_int_equal(strncmp(told, "f:4: irc a: ", 12), 0);
	assert_null(strstr(told, "hidden"));
	told[0] = '\0';
	assert_int_equal(
		config_parse("f", IRC("channels = '#b hid,den'"), on_problem, told, &config),
		-EINVAL);
	assert_null(strstr(told, "hid,"));
}

static void
mistakes_in_syntax_show_no_key(void **state)
{
	static const struct mistake mistakes[] = {
		{ IRC("channels = { '#a', '#b hidden }"),
			"f:3: the quote of '#b is not closed in its line\n" },
		{ IRC("channels = { \"#b hidden }"),
			"f:3: the quote of \"#b is not closed in its line\n" },
		{ IRC("channels = { '#a' '&b hidden' }"), "f:3: '&b: , or } should stand here\n" },
		{ IRC("channels '#a hidden'"), "f:3: '#a: channels = VALUE should stand here\n" },
		{ IRC("channels = '#a' '#b hidden'"),
			"f:3: '#b: an option or } should stand here\n" },
		{ IRC("channels = \"#b ${KEY:-hidden\""), "f:3: ${KEY: ${NAME} or ${NAME:-VALUE} "
							  "should stand here; a $ that is meant "
							  "is \\$\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		expect_wrong(mistakes[i].text, mistakes[i].lines);
}

static void
keys_of_channels_may_stand_in_a_file_of_their_own(void **state)
{
	static const char keys[] = "#b one\n\n#A two\r\n";
	static const char wrong[] = "#b one\n#x two\n#b\nno\n";
	char text[512], lines[1024];
	struct config *config;

	(void)state;
	put_secret(keys, strlen(keys), 0600);
	(void)snprintf(text, sizeof(text),
		IRC("channels = { '#a', '#b zero', '#c' }\nchannel-keys-file = '%s'"), secret);
	config = read_right(text);
	assert_string_equal(config->ircs[0].keys[0], "two");
	assert_string_equal(config->ircs[0].keys[1], "one");
	assert_null(config->ircs[0].keys[2]);
	config_destroy(config);

	put_secret(wrong, strlen(wrong), 0600);
	(void)snprintf(lines, sizeof(lines),
		"f:4: irc a: channel-keys-file: %s, line 2: this channel is none of channels\n"
		"f:4: irc a: channel-keys-file: %s, line 3: a channel, a space and its key should "
		"stand here\n"
		"f:4: irc a: channel-keys-file: %s, line 4: a channel, a space and its key should "
		"stand here\n",
		secret, secret, secret);
	expect_wrong(text, lines);
	put_secret(keys, strlen(keys), 0644);
	(void)snprintf(lines, sizeof(lines),
		"f:4: irc a: channel-keys-file: %s: others may read it (mode 0644); chmod 600 "
		"would "
		"mend that\n",
		secret);
	expect_wrong(text, lines);
}

static void
a_key_stands_in_no_file_that_everybody_may_read(void **state)
{
	static const char text[] = IRC("channels = { '#a', '#b hidden' }") "\n";
	char lines[512];
	struct config *config;

	(void)state;
	put_secret(text, strlen(text), 0644);
	(void)snprintf(lines, sizeof(lines),
		"%s:3: irc a: channels: the key of #b stands here, and others may read this file "
		"(mode 0644): a channel-keys-file is for it, or chmod 640\n",
		secret);
	told[0] = '\0';
	assert_int_equal(config_read(secret, on_problem, told, &config), -EINVAL);
	assert_string_equal(told, lines);
	put_secret(text, strlen(text), 0640);
	told[0] = '\0';
	assert_int_equal(config_read(secret, on_problem, told, &config), 0);
	assert_string_equal(config->ircs[0].keys[1], "hidden");
	config_destroy(config);
}

#define WITH_ACCOUNTS(options) "ircd {\nlisten = 'unix:///i'\naccounts-file = '%s'\n" options "\n}"

static void
accounts_stand_in_a_file_of_their_own(void **state)
{
	static const char accounts[] = "# who\n\nalice:s3cret: word\nbob:$6$salt$hash\r\n";
	const struct config_ircd *ircd;
	struct config *config;
	char text[512];

	(void)state;
	put_secret(accounts, strlen(accounts), 0600);
	(void)snprintf(text, sizeof(text),
		WITH_ACCOUNTS("operators = bob name = 'irc.here' network = Here\n"
			      "flood-protection = true max-clients = 5 max-per-peer = 2"),
		secret);
	config = read_right(text);
	ircd = &config->ircd;
	assert_int_equal(ircd->n_accounts, 2);
	assert_string_equal(ircd->accounts[0].name, "alice");
	assert_string_equal(ircd->accounts[0].secret, "s3cret: word");
	assert_false(ircd->accounts[0].is_hash || ircd->accounts[0].is_operator);
	assert_true(ircd->accounts[1].is_hash && ircd->accounts[1].is_operator);
	assert_string_equal(ircd->name, "irc.here");
	assert_string_equal(ircd->network, "Here");
	assert_true(ircd->has_flood_protection);
	assert_int_equal(ircd->max_clients, 5);
	assert_int_equal(ircd->max_per_peer, 2);
	config_destroy(config);
}

static void
accounts_that_cannot_be_are_told_without_their_secrets(void **state)
{
	static const char accounts[] =
		"alice\nbob:\na b:hidden\nbob:hidden\nbob:hidden\ncarol:$x\n";
	char text[512], lines[2048];

	(void)state;
	put_secret(accounts, strlen(accounts), 0600);
	(void)snprintf(text, sizeof(text), WITH_ACCOUNTS(""), secret);
	(void)snprintf(lines, sizeof(lines),
		"f:3: ircd: accounts-file: %s, line 1: a name, a colon and a password, or the "
		"hash "
		"of one, should stand here\n"
		"f:3: ircd: accounts-file: %s, line 2: a name, a colon and a password, or the "
		"hash "
		"of one, should stand here\n"
		"f:3: ircd: accounts-file: %s, line 3: ",
		secret, secret, secret);
	told[0] = '\0';
	assert_int_equal(
		config_parse("f", text, on_problem, told, &(struct config *){ NULL }), -EINVAL);
	assert_int_equal(strncmp(told, lines, strlen(lines)), 0);
	assert_non_null(strstr(told, "line 5: this account is there already\n"));
	assert_non_null(strstr(told, "line 6: the hash of the account 'carol'"));
	assert_null(strstr(told, "hidden"));
}

static void
no_difference_shows_a_secret(void **state)
{
	char text[512];
	struct config *from, *to;

	(void)state;
	put_secret("hidden\n", 7, 0600);
	(void)snprintf(text, sizeof(text),
		IRC("sasl-password-file = '%s' channels = { '#a hidden', '#b' }"), secret);
	from = read_right(IRC("channels = { '#a', '#b hidden', '#c hidden' }"));
	to = read_right(text);
	told[0] = '\0';
	(void)config_diff(from, to, on_problem, told);
	assert_string_equal(told, "irc a: another password for SASL\n"
				  "irc a: channels: -#c\n"
				  "irc a: channels: another key for #a\n"
				  "irc a: channels: another key for #b\n");
	config_destroy(from);
	config_destroy(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_may_be_said_of_a_network_is_kept),
		cmocka_unit_test(what_is_not_said_of_a_network_has_its_default),
		cmocka_unit_test(certificates_and_pins_go_to_the_urls_that_are_tls),
		cmocka_unit_test(a_path_may_hold_what_parts_options),
		cmocka_unit_test(a_login_is_by_the_nick_unless_somebody_is_named),
		cmocka_unit_test(
			another_nick_is_another_connection_where_it_is_the_name_to_log_in_with),
		cmocka_unit_test(what_cannot_be_is_told_with_its_line),
		cmocka_unit_test(each_option_is_tried_by_itself),
		cmocka_unit_test(what_is_there_for_a_login_is_enough),
		cmocka_unit_test(a_pace_that_is_none_is_told_with_those_that_are),
		cmocka_unit_test(a_key_that_is_none_is_told_and_not_shown),
		cmocka_unit_test(mistakes_in_syntax_show_no_key),
		cmocka_unit_test(keys_of_channels_may_stand_in_a_file_of_their_own),
		cmocka_unit_test(a_key_stands_in_no_file_that_everybody_may_read),
		cmocka_unit_test(accounts_stand_in_a_file_of_their_own),
		cmocka_unit_test(accounts_that_cannot_be_are_told_without_their_secrets),
		cmocka_unit_test(no_difference_shows_a_secret),
	};

	return cmocka_run_group_tests(tests, make_secret, remove_secret);
}
