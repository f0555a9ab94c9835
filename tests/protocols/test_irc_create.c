/* Making an IRC client, and what its options do. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

static void
what_irc_cannot_carry_is_refused_at_creation(void **state)
{
	static const char *const no_channel[] = { "#a b" }, *const person[] = { "bob" };
	static const char *const channel[] = { "#a" }, *const bad_keys[] = { "a,b" };
	static const struct {
		struct sb_irc_options options;
		const char *part;
	} wrong[] = {
		{ { .nick = "" }, "nick" },
		{ { .nick = "a b" }, "\"a b\" cannot be a nick" },
		{ { .nick = "a\r\nQUIT" }, "nick" },
		{ { .nick = "#a" }, "nick" },
		{ { .nick = "1a" }, "nick" },
		{ { .nick = "a!b@c" }, "nick" },
		{ { .nick = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
			"nick" },
		{ { .nick = "a", .user = "b c" }, "user name" },
		/* Cut between characters where it is reported. */
		{ { .nick = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3"
			    "\xa9" },
			"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" "
			"cannot" },
		{ { .nick = "a", .user = "" }, "user name" },
		{ { .nick = "a", .realname = "b\nc" }, "real name" },
		{ { .nick = "a", .password = "b\rc" }, "password" },
		{ { .nick = "a", .channels = no_channel, .n_channels = 1 }, "channel" },
		{ { .nick = "a", .channels = person, .n_channels = 1 }, "\"bob\"" },
		{ { .nick = "a", .pace = "fast" }, "\"fast\" is no pace: there are default, " },
		{ { .nick = "a", .version = "a\nb" }, "version" },
		{ { .nick = "a", .version = "a\1b" }, "version" },
		{ { .nick = "a", .channels = channel, .n_channels = 1, .keys = bad_keys },
			"the key of #a" },
		{ { .nick = "a", .url = "tcp://127.0.0.1:6667/x" }, "port" },
		{ { .nick = "a", .url = "tcp//127.0.0.1:6667" }, "tcp//" },
	};
	struct sb_world *world = *state;
	struct sb_irc *irc = NULL;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct sb_error why = { 0, "" };

		assert_int_equal(
			sb_irc_create(world->d, world->r, &wrong[i].options, SB_PLACE, &irc, &why),
			-EINVAL);
		assert_int_equal(why.code, -EINVAL);
		assert_non_null(strstr(why.text, wrong[i].part));
		assert_null(irc);
	}
	assert_true(
		sb_irc_create(world->d, world->r,
			&(struct sb_irc_options){ .nick = "a", .url = "tcp://irc.libera.chat:0" },
			SB_PLACE, &irc, NULL)
		== -EINVAL);
}

static void
what_is_wrong_with_a_name_is_said_with_the_limit(void **state)
{
	static const char *const bel[] = { "#a\a" };
	char realname[302], name[202];
	const char *const channels[] = { name };
	const struct {
		struct sb_irc_options options;
		const char *end;
	} wrong[] = {
		{ { .nick = name }, "or one of #&+$:-" },
		{ { .nick = "a", .user = name }, "1 to 64 bytes, no space or line end and no colon "
						 "in front" },
		{ { .nick = "a", .realname = realname }, "at most 300 bytes and no line end" },
		{ { .nick = "a", .channels = channels, .n_channels = 1 },
			"#&+! and has at most 200 bytes and no space, comma, BEL or line end" },
		{ { .nick = "a", .channels = bel, .n_channels = 1 }, "BEL or line end" },
	};
	struct sb_world *world = *state;
	struct sb_irc *irc;
	size_t i;

	memset(realname, 'x', sizeof(realname));
	realname[sizeof(realname) - 1] = '\0';
	memset(name, 'x', sizeof(name));
	name[0] = '#';
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct sb_error why = { 0, "" };
		size_t len = strlen(wrong[i].end);

		assert_int_equal(
			sb_irc_create(world->d, world->r, &wrong[i].options, SB_PLACE, &irc, &why),
			-EINVAL);
		assert_true(strlen(why.text) > len);
		assert_string_equal(why.text + strlen(why.text) - len, wrong[i].end);
	}
	assert_true(sb_irc_nick_is_fine("quoth"));
	assert_false(sb_irc_nick_is_fine("1quoth"));
}

static void
expect_refused(struct sb_world *world, const struct sb_irc_options *options, const char *text)
{
	struct sb_irc *irc = NULL;
	struct sb_error why = { 0, "" };

	assert_int_equal(sb_irc_create(world->d, world->r, options, SB_PLACE, &irc, &why), -EINVAL);
	assert_null(irc);
	if (!strstr(why.text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, why.text);
}

static void
a_login_that_cannot_work_is_refused_at_creation(void **state)
{
	static char long_name[300];
	static const struct {
		struct sb_irc_login login;
		const char *text;
	} wrong[] = {
		{ { .user = "u" }, "nothing to log in with" },
		{ { .user = "u", .password = "" }, "nothing to log in with" },
		{ { .password = "p" }, "cannot log in by PLAIN: there is no user" },
		{ { .user = "u", .key = "no key" }, "ECDSA-NIST256P-CHALLENGE: " },
		{ { .user = long_name, .password = "p" }, "user's name is longer" },
		{ { .user = "u", .password = "p", .mechanisms = "GSSAPI" }, "\"GSSAPI\" is no" },
		{ { .user = "u", .password = "p", .mechanisms = "PLAIN,,EXTERNAL" }, "\"\" is no" },
		{ { .user = "u", .password = "p", .mechanisms = "PLAIN,plain" }, "twice" },
		{ { .user = "u", .password = "p", .mechanisms = "PLAIN,EXTERNAL" },
			"EXTERNAL: there is no certificate" },
		{ { .user = "u", .password = "\xff", .mechanisms = "SCRAM-SHA-256" },
			"SCRAM-SHA-256: " },
	};
	struct sb_world *world = *state;
	size_t i;

	memset(long_name, 'x', sizeof(long_name) - 1);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_refused(world,
			&(struct sb_irc_options){ .nick = "quoth", .login = &wrong[i].login },
			wrong[i].text);
}

static void
a_capability_that_cannot_be_is_refused_at_creation(void **state)
{
	static const struct {
		const char *name, *text;
	} wrong[] = {
		{ "", "\"\" cannot be a capability" },
		{ "a b", "\"a b\" cannot" },
		{ "--x", "\"--x\" cannot" },
		{ "a=b", "\"a=b\" cannot" },
		{ "sts", "\"sts\" cannot" },
		{ "-sasl", "\"-sasl\" is no capability to choose" },
		{ "sasl", "\"sasl\" is no capability to choose" },
	};
	char names[17][4];
	const char *many[17];
	struct sb_world *world = *state;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_refused(world,
			&(struct sb_irc_options){ .nick = "quoth",
				.capabilities = &wrong[i].name,
				.n_capabilities = 1 },
			wrong[i].text);
	for (i = 0; i < 17; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "x%c", (char)('a' + i));
		many[i] = names[i];
	}
	expect_refused(world,
		&(struct sb_irc_options){
			.nick = "quoth", .capabilities = many, .n_capabilities = 17 },
		"16 at most");
}

static void
another_nick_that_cannot_be_is_refused_at_creation(void **state)
{
	static const char *const nicks[] = { "raven", "a b" };

	expect_refused(*state,
		&(struct sb_irc_options){
			.nick = "quoth", .other_nicks = nicks, .n_other_nicks = 2 },
		"\"a b\" cannot be a nick");
}

static void
capabilities_may_be_chosen(void **state)
{
	static const char *const names[] = { "-away-notify", "x.org/trains", "-unknown",
		"draft/multiline" };
	struct fixture f;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){
			.nick = "quoth", .capabilities = names, .n_capabilities = 4 });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape,
		":irc.x CAP * LS :x.org/trains=late away-notify batch draft/multiline=max-bytes=9 "
		"unknown");
	sb_tape_expect(f.tape, "CAP REQ :batch draft/multiline x.org/trains\r\n");
	assert_false(sb_irc_has_capability(f.irc, "x.org/trains"));
	sb_tape_feed_line(f.tape, ":irc.x CAP * ACK :batch draft/multiline x.org/trains");
	sb_probe_expect(f.probe, "irc.capability_changed name=batch");
	sb_probe_expect(
		f.probe, "irc.capability_changed name='draft/multiline' value='max-bytes=9'");
	sb_probe_expect(
		f.probe, "irc.capability_changed name='x.org/trains' value=late is_on=true");
	assert_true(sb_irc_has_capability(f.irc, "x.org/trains"));
	assert_false(sb_irc_has_capability(f.irc, "away-notify"));
	assert_false(sb_irc_has_capability(f.irc, "nothing"));
	/* The connection has them, not we. */
	sb_tape_end(f.tape);
	assert_false(sb_irc_has_capability(f.irc, "x.org/trains"));
	fixture_end(&f);
}

static void
channels_have_their_keys(void **state)
{
	static const char *const channels[] = { "#a", "#b", "#c" };
	static const char *const keys[] = { NULL, "sesame", NULL };
	struct fixture f;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){ .nick = "quoth",
			.channels = channels,
			.n_channels = 3,
			.keys = keys,
			.pace = "none" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 422 quoth :No MOTD");
	sb_tape_expect(f.tape, "JOIN #b sesame\r\nJOIN #a,#c\r\n");
	fixture_end(&f);
}

static void
one_without_a_url_cannot_be_opened(void **state)
{
	struct sb_world *world = *state;
	struct sb_irc *irc = fixture_create_irc(world, &(struct sb_irc_options){ .nick = "a" });
	struct sb_error why;

	assert_int_equal(sb_irc_open(irc, &why), -EINVAL);
	assert_non_null(strstr(why.text, "URL"));
	sb_irc_destroy(irc);
	sb_irc_destroy(NULL);
}

static void
one_labels_itself_with_its_host(void **state)
{
	struct sb_world *world = *state;
	struct sb_irc *irc = fixture_create_irc(
		world, &(struct sb_irc_options){ .nick = "a", .url = "tcp://[::1]:6667" });

	assert_string_equal(sb_label_of(world->d, irc), "::1");
	assert_string_equal(sb_irc_host(irc), "::1");
	sb_irc_destroy(irc);
	assert_null(sb_label_of(world->d, irc));
	irc = fixture_create_irc(
		world, &(struct sb_irc_options){ .nick = "a", .url = "unix:///run/irc.sock" });
	assert_string_equal(sb_label_of(world->d, irc), "/run/irc.sock");
	assert_string_equal(sb_irc_host(irc), "");
	sb_irc_destroy(irc);
}

static void
names_are_compared_as_irc_does(void **state)
{
	(void)state;
	assert_true(sb_irc_same("#C[]", "#c{}"));
	assert_false(sb_irc_same("#c", "#d"));
	assert_true(sb_irc_is_channel("#c"));
	assert_false(sb_irc_is_channel("bob"));
	assert_false(sb_irc_is_channel(""));
}

static void
the_first_delay_may_be_chosen(void **state)
{
	struct sb_world *world = *state;
	int64_t longest_ms = 0;
	int i;

	for (i = 0; i < 40; i++) {
		struct sb_probe *probe = sb_probe_create(world->d, "irc.disconnected");
		const struct sb_irc_disconnected *e;
		struct sb_irc *irc;

		assert_int_equal(sb_irc_create(world->d, world->r,
					 &(struct sb_irc_options){ .url = "tcp://127.0.0.1:6667",
						 .nick = "quoth",
						 .retry_min_ns = 20 * SB_S },
					 SB_PLACE, &irc, NULL),
			0);
		assert_int_equal(sb_irc_open(irc, NULL), 0);
		sb_simulation_settle(world->sim);
		e = sb_probe_expect(probe, "irc.disconnected");
		longest_ms = e->delay_ms > longest_ms ? e->delay_ms : longest_ms;
		sb_irc_destroy(irc);
		sb_probe_destroy(probe);
	}
	assert_true(longest_ms <= 20000 && longest_ms > 5000);
}

static void
the_silence_before_a_ping_may_be_chosen(void **state)
{
	struct sb_world *world = *state;
	struct sb_probe *probe = sb_probe_create(world->d, "irc.disconnected");
	struct sb_tape *tape = sb_tape_create();
	struct sb_irc *irc;

	assert_int_equal(
		sb_irc_create(world->d, world->r,
			&(struct sb_irc_options){ .nick = "quoth", .ping_after_ns = 10 * SB_S },
			SB_PLACE, &irc, NULL),
		0);
	assert_int_equal(sb_irc_attach(irc, sb_tape_stream(tape)), 0);
	sb_tape_connect(tape);
	sb_tape_feed_line(tape, ":irc.x 001 quoth :Welcome");
	sb_tape_clear(tape);
	assert_int_equal(sb_simulation_run_for(world->sim, 9 * SB_S), 0);
	sb_tape_expect(tape, "");
	assert_int_equal(sb_simulation_run_for(world->sim, SB_S), 0);
	sb_tape_expect(tape, "PING :quoth\r\n");
	sb_probe_expect_none(probe);
	sb_irc_destroy(irc);
	sb_tape_destroy(tape);
	sb_probe_destroy(probe);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(what_irc_cannot_carry_is_refused_at_creation),
		kit_test(what_is_wrong_with_a_name_is_said_with_the_limit),
		kit_test(a_login_that_cannot_work_is_refused_at_creation),
		kit_test(a_capability_that_cannot_be_is_refused_at_creation),
		kit_test(another_nick_that_cannot_be_is_refused_at_creation),
		kit_test(capabilities_may_be_chosen),
		kit_test(channels_have_their_keys),
		kit_test(one_without_a_url_cannot_be_opened),
		kit_test(one_labels_itself_with_its_host),
		kit_test(names_are_compared_as_irc_does),
		kit_test(the_first_delay_may_be_chosen),
		kit_test(the_silence_before_a_ping_may_be_chosen),
	};

	return kit_run(tests);
}
