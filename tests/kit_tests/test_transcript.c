#include "kit_tests/subjects.h"

static void
client_talk(const char *text)
{
	struct client client = { .n_created = 0 };

	sb_transcript_run_text("talk.txt", text, &client_subject, &client);
	/* Whole, byte by byte, chopped. */
	assert_int_equal(client.n_created, 3);
	assert_int_equal(client.n_destroyed, 3);
}

static void
server_talk(const char *text)
{
	struct porter *porter;

	sb_transcript_run_text("talk.txt", text, &server_subject, &porter);
}

static void
output_and_signals_are_told_each_in_their_order(void **state)
{
	(void)state;
	client_talk("# A comment, and an empty line:\n"
		    "\n"
		    "~ connected\n"
		    "> HELLO\n"
		    "< PING one\\r\\nhello\\r\\nPING two\\r\\nhi\n"
		    "! toy.spoke text=hello\n"
		    "! toy.spoke text=hi\n"
		    "> PONG one\n"
		    "> PONG two\n");
}

static void
bytes_have_escapes_and_lines_may_come_in_parts(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    "> HEL\\\n"
		    "> \\x4cO\n"
		    "< on\\\n"
		    "< e\\t\\\\\\x21\n"
		    "! toy.spoke text='one\\t\\\\!'\n"
		    "$ a\\b\n"
		    "> a\\\\b\n");
}

static void
parts_of_lines_and_anything_may_be_told(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    ">~ ELL\n"
		    "< PING 1\\r\\nPING 2\\r\\nPING 3\\r\\nPING 4\n"
		    ">...\n"
		    "> PONG 2\n"
		    ">...\n"
		    ">~ 4\n"
		    "< PING 5\\r\\nPING 6\n"
		    ">...\n"
		    "< PING 7\n"
		    "> PONG 7\n");
}

/* A subject that says the wall clock when it hears of it. */
static void
clock_command(void *self, const char *words)
{
	struct client *client = self;
	int64_t s = sb_reactor_wall_ns(client->world->r) / SB_S;
	char line[64];

	(void)words;
	(void)snprintf(line, sizeof(line), "%lld %02lld:%02lld:%02lld", (long long)(s / 86400),
		(long long)(s / 3600 % 24), (long long)(s / 60 % 60), (long long)(s % 60));
	client_say(client, line);
}

static void
time_passes_until_the_wall_clock_shows_what_is_told(void **state)
{
	struct sb_subject subject = client_subject;
	struct client client = { .n_created = 0 };

	(void)state;
	subject.command = clock_command;
	sb_transcript_run_text("talk.txt",
		"~ connected\n"
		"> HELLO\n"
		"@ 01:46:41\n"
		"$ clock\n"
		"> 11574 01:46:41\n"
		"@ 23:59:59\n"
		"$ clock\n"
		"> 11574 23:59:59\n"
		"@ 00:00:00\n"
		"$ clock\n"
		"> 11575 00:00:00\n"
		"# Not now, but then.\n"
		"@ 00:00:00\n"
		"$ clock\n"
		"> 11576 00:00:00\n",
		&subject, &client);
}

static void
some_signals_need_not_be_told(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    "> HELLO\n"
		    "- toy.spoke text~boring\n"
		    "- toy.spoke text=dull\n"
		    "< dull\\r\\nvery boring\\r\\ngood\\r\\ndull\n"
		    "! toy.spoke text=good\n"
		    "< boring\n");
}

static void
time_passes_and_a_client_comes_back(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    "> HELLO\n"
		    "~ breaks\n"
		    "! toy.broke\n"
		    "+9999ms\n"
		    "+1ms\n"
		    "~ connected\n"
		    "> HELLO\n"
		    "~ ends\n"
		    "~ closed\n"
		    "! toy.broke\n"
		    "+1m\n"
		    "~ connected\n"
		    "> HELLO\n");
}

static void
an_address_refuses_and_listens_again(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    "> HELLO\n"
		    "~ refuses\n"
		    "~ breaks\n"
		    "! toy.broke\n"
		    "+10s\n"
		    "! toy.broke\n"
		    "~ listens\n"
		    "+10s\n"
		    "~ connected\n"
		    "> HELLO\n");
}

static void
an_address_that_vanishes_answers_nothing(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    "> HELLO\n"
		    "~ breaks\n"
		    "! toy.broke\n"
		    "~ vanishes\n"
		    "+39s\n"
		    "+1s\n"
		    "! toy.broke\n");
}

static void
we_may_close_break_or_end(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    "> HELLO\n"
		    "$ close\n"
		    "~ closed\n"
		    "! toy.broke\n"
		    "+10s\n"
		    "~ connected\n"
		    "> HELLO\n"
		    "$ abort\n"
		    "~ broken\n"
		    "! toy.broke\n"
		    "+10s\n"
		    "~ connected\n"
		    "> HELLO\n"
		    "$ shut\n"
		    "~ ended\n"
		    "< still heard\n"
		    "! toy.spoke text='still heard'\n"
		    "~ ends\n"
		    "! toy.broke\n");
}

static void
a_failure_of_a_handler_may_be_told(void **state)
{
	(void)state;
	client_talk("~ connected\n"
		    "> HELLO\n"
		    "< FAIL\n"
		    "! dispatch.failed error=-EINVAL text='it said FAIL'\n");
}

static void
a_server_has_several_peers(void **state)
{
	(void)state;
	server_talk("a~ connects\n"
		    "a> who are you?\n"
		    "b~ connects\n"
		    "b> who are you?\n"
		    "b< bob\n"
		    "b> hello bob\n"
		    "! porter.arrived name=bob\n"
		    "a< alice\n"
		    "a> hello alice\n"
		    "! porter.arrived name=alice\n"
		    "b~ breaks\n"
		    "! porter.left name=bob error=-ECONNRESET\n"
		    "b~ connects\n"
		    "b> who are you?\n"
		    "a< bye\n"
		    "a> bye\n"
		    "a~ closed\n"
		    "! porter.left name=alice error=0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(output_and_signals_are_told_each_in_their_order),
		kit_test_bare(bytes_have_escapes_and_lines_may_come_in_parts),
		kit_test_bare(parts_of_lines_and_anything_may_be_told),
		kit_test_bare(time_passes_until_the_wall_clock_shows_what_is_told),
		kit_test_bare(some_signals_need_not_be_told),
		kit_test_bare(time_passes_and_a_client_comes_back),
		kit_test_bare(an_address_refuses_and_listens_again),
		kit_test_bare(an_address_that_vanishes_answers_nothing),
		kit_test_bare(we_may_close_break_or_end),
		kit_test_bare(a_failure_of_a_handler_may_be_told),
		kit_test_bare(a_server_has_several_peers),
	};

	return kit_run(tests);
}
