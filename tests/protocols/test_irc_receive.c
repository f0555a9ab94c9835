/* The IRC client on a tape: what it makes of what it hears. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_examples.h"
#include "irc_fixture.h"

static void
each_line_becomes_its_signal(void **state)
{
	size_t i;

	for (i = 0; i < N_EXAMPLES; i++) {
		struct fixture f;

		fixture_begin(&f, *state);
		sb_tape_feed_line(f.tape, examples[i].line);
		sb_probe_expect(f.probe, examples[i].signal);
		sb_probe_expect_none(f.probe);
		sb_tape_expect(f.tape, "");
		sb_tape_feed_line(f.tape, "PING :still there");
		sb_tape_expect(f.tape, "PONG :still there\r\n");
		fixture_end(&f);
	}
}

static void
each_line_becomes_its_signal_byte_by_byte(void **state)
{
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	for (i = 0; i < N_EXAMPLES; i++) {
		sb_tape_feed_by_byte(f.tape, examples[i].line);
		sb_tape_feed_by_byte(f.tape, i % 2 ? "\r\n" : "\n");
		sb_probe_expect(f.probe, examples[i].signal);
	}
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
a_line_with_several_names_becomes_as_many_signals(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":bob!b@h JOIN #a,#b");
	sb_probe_expect(f.probe, "irc.joined channel='#a' nick=bob");
	sb_probe_expect(f.probe, "irc.joined channel='#b' nick=bob");
	sb_tape_feed_line(f.tape, ":bob!b@h PART #a,,#b, :bye");
	sb_probe_expect(f.probe, "irc.parted channel='#a' reason=bye");
	sb_probe_expect(f.probe, "irc.parted channel='#b' reason=bye");
	sb_tape_feed_line(f.tape, ":op!o@h KICK #c al,quoth :out");
	sb_probe_expect(f.probe, "irc.kicked channel='#c' victim=al victim_is_self=false");
	sb_probe_expect(f.probe, "irc.kicked channel='#c' victim=quoth victim_is_self=true");
	sb_tape_feed_line(f.tape, ":op!o@h KICK #a,#b al,eve :out");
	sb_probe_expect(f.probe, "irc.kicked channel='#a' victim=al reason=out");
	sb_probe_expect(f.probe, "irc.kicked channel='#b' victim=eve reason=out");
	sb_tape_feed_line(f.tape, ":op!o@h KICK #c, al,eve :out");
	sb_probe_expect(f.probe, "irc.kicked channel='#c' victim=al");
	sb_probe_expect(f.probe, "irc.kicked channel='#c' victim=eve");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
each_change_of_a_mode_is_told_before_its_line(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":op!o@h MODE #c +o-v al bob");
	sb_probe_expect(f.probe, "irc.mode_applied target='#c' letter=o arg=al kind=rank "
				 "is_added=true nick=op");
	sb_probe_expect(f.probe, "irc.mode_applied letter=v arg=bob is_added=false");
	sb_probe_expect(f.probe, "irc.mode_changed target='#c' modes='+o-v al bob'");
	sb_tape_feed_line(f.tape, ":op!o@h MODE #c +k ::x");
	sb_probe_expect(f.probe, "irc.mode_applied letter=k arg=':x' kind=key");
	sb_probe_expect(f.probe, "irc.mode_changed target='#c' modes='+k :x'");
	sb_tape_feed_line(f.tape, ":quoth MODE quoth :+i");
	sb_probe_expect(f.probe, "irc.mode_applied target=quoth letter=i arg=null kind=flag");
	sb_probe_expect(f.probe, "irc.mode_changed target=quoth modes=+i is_self=true");
	sb_tape_feed_line(f.tape, ":op!o@h MODE #c :");
	sb_probe_expect(f.probe, "irc.mode_changed target='#c' modes=''");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
the_casemapping_is_the_servers(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":quoth!q@h NICK a[b]");
	sb_tape_feed_line(f.tape, ":irc.x 005 a[b] CASEMAPPING=ascii :are supported");
	sb_probe_clear(f.probe);
	sb_tape_feed_line(f.tape, ":A[B]!q@h JOIN #c");
	sb_probe_expect(f.probe, "irc.joined is_self=true");
	sb_tape_feed_line(f.tape, ":a{b}!q@h JOIN #c");
	sb_probe_expect(f.probe, "irc.joined is_self=false");
	sb_tape_feed_line(f.tape, ":op!o@h KICK #c a{b},A[b]");
	sb_probe_expect(f.probe, "irc.kicked victim='a{b}' victim_is_self=false");
	sb_probe_expect(f.probe, "irc.kicked victim='A[b]' victim_is_self=true");
	sb_tape_feed_line(f.tape, ":bob!b@h INVITE a{b} #c");
	sb_probe_expect(f.probe, "irc.invited is_us=false");
	assert_int_equal(sb_irc_join(f.irc, "#[", NULL), 0);
	assert_int_equal(sb_irc_join(f.irc, "#{", NULL), 0);
	sb_tape_feed_line(f.tape, ":irc.x 005 a[b] CASEMAPPING=rfc1459 :are supported");
	sb_tape_feed_line(f.tape, ":irc.x 005 a[b] CASEMAPPING=ascii :are supported");
	fixture_reconnect(&f);
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 001 a[b] :Welcome");
	sb_tape_feed_line(f.tape, ":irc.x 422 a[b] :No MOTD");
	sb_tape_expect(f.tape, "JOIN #[,#{\r\n");
	/* What one server said is not what the next one means. */
	sb_probe_clear(f.probe);
	sb_tape_feed_line(f.tape, ":a{b}!q@h JOIN #c");
	sb_probe_expect(f.probe, "irc.joined is_self=true");
	fixture_end(&f);
}

static void
a_command_has_all_its_parameters(void **state)
{
	struct fixture f;
	const struct sb_irc_command *e;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":irc.x 353 quoth = #c :@op bob");
	e = sb_probe_expect(f.probe, "irc.command verb=353 text='@op bob' params=<handle>");
	assert_non_null(e->params);
	fixture_end(&f);
}

/* The parameters are borrowed: read where they may be. */
static void
note_params(void *self, struct sb_irc *irc, const struct sb_irc_command *e)
{
	char *text = self;
	size_t i;

	(void)irc;
	for (i = 0; i < e->params->n; i++) {
		strcat(text, e->params->text[i]);
		strcat(text, "|");
	}
}

static void
a_handler_reads_all_parameters(void **state)
{
	struct fixture f;
	char text[128] = "";

	fixture_begin(&f, *state);
	sb_irc_command_connect(f.world->d, f.irc, SB_HANDLER(note_params), text);
	sb_tape_feed_line(f.tape, "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 :16");
	assert_string_equal(text, "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15 :16|");
	sb_forget(f.world->d, text);
	fixture_end(&f);
}

static void
an_untagged_line_has_the_time_of_its_arrival(void **state)
{
	struct fixture f;
	const struct sb_irc_message *e;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, "@time=yesterday :bob!b@h PRIVMSG #c :hi");
	e = sb_probe_expect(f.probe, "irc.message text=hi");
	assert_int_equal(e->time_ms, sb_reactor_wall_ns(f.world->r) / SB_MS);
	fixture_end(&f);
}

static void
a_malformed_line_is_told_and_the_next_is_read(void **state)
{
	static const char *const lines[] = { ":justprefix", "@tags", ":", "PI-NG", "12", "PING\ra",
		":irc.x 001", ":bob JOIN", ":bob PART", ":bob KICK #c", ":bob NICK",
		":bob NICK :", ":bob NICK :a b", ":bob MODE #c", ":bob PRIVMSG #c", ":bob NOTICE",
		":bob TOPIC", ":bob INVITE quoth", "\xff\xfe\xfd" };
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct sb_irc_malformed *e;

		sb_tape_feed_line(f.tape, lines[i]);
		e = sb_probe_expect(f.probe, "irc.malformed");
		assert_int_equal(e->line.len, strlen(lines[i]));
		assert_memory_equal(e->line.ptr, lines[i], e->line.len);
		sb_tape_feed_line(f.tape, ":bob!b@h PRIVMSG #c :next");
		sb_probe_expect(f.probe, "irc.message text=next");
	}
	sb_tape_feed_bytes(f.tape, (struct sb_bytes){ "PING a\0b\nPING c\n", 16 });
	sb_probe_expect(f.probe, "irc.malformed line='PING a\\0b' why~NUL");
	sb_tape_expect(f.tape, "PONG c\r\n");
	assert_true(sb_irc_is_registered(f.irc));
	fixture_end(&f);
}

static void
lines_of_spaces_are_nothing(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "\r\n\n   \r\n \n");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
a_line_too_long_is_told_once_and_the_next_is_read(void **state)
{
	struct fixture f;
	char text[9001];
	size_t i;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	fixture_begin(&f, *state);
	for (i = 0; i < 5; i++)
		sb_tape_feed(f.tape, text);
	sb_tape_feed(f.tape, "\r\nPING :a\r\n");
	sb_probe_expect(f.probe, "irc.malformed why~long");
	sb_probe_expect(f.probe, "irc.command verb=PING");
	memcpy(text, "PRIVMSG #c ", 11);
	text[511] = '\0';
	sb_tape_feed_line(f.tape, text);
	sb_probe_expect(f.probe, "irc.malformed why='longer than 512 bytes'");
	text[510] = '\0';
	sb_tape_feed_line(f.tape, text);
	sb_probe_expect(f.probe, "irc.message target='#c'");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
an_empty_tag_tells_nothing(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, "@account=;msgid;label=;+reply=;draft/bot :al!a@h PRIVMSG #c :x");
	sb_probe_seek(f.probe, "irc.message account=null msgid=null label=null in_reply_to=null "
			       "is_bot=true");
	sb_tape_feed_line(f.tape, "@+reply=;+draft/reply=m1;+react= :al!a@h TAGMSG #c");
	sb_probe_seek(f.probe, "irc.tagged in_reply_to=m1 reaction=null");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(each_line_becomes_its_signal),
		kit_test(each_line_becomes_its_signal_byte_by_byte),
		kit_test(a_line_with_several_names_becomes_as_many_signals),
		kit_test(each_change_of_a_mode_is_told_before_its_line),
		kit_test(the_casemapping_is_the_servers),
		kit_test(a_command_has_all_its_parameters),
		kit_test(a_handler_reads_all_parameters),
		kit_test(an_untagged_line_has_the_time_of_its_arrival),
		kit_test(a_malformed_line_is_told_and_the_next_is_read),
		kit_test(lines_of_spaces_are_nothing),
		kit_test(a_line_too_long_is_told_once_and_the_next_is_read),
		kit_test(an_empty_tag_tells_nothing),
	};

	return kit_run(tests);
}
