/* What stands in a trace's lines: values that are long, or wish harm to a terminal; colours; what
 * is left at the end; and which patterns there can be. */
#include "dispatch/traced.inc"

#include <fcntl.h>
#include <poll.h>

#define SIGNALS "dispatch/signals_wide.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table signals_wide;
#define SIGNALS "dispatch/signals_wide.def"
#define SIGNALS_TABLE signals_wide
#include <signalbox/define_signals.h>

static struct thing thing = { 1 };

#define TEN(x) x x x x x x x x x x

static void
say(const char *what)
{
	(void)test_alpha_emit(box.d, &thing, &(struct test_alpha){ .text = what });
}

static void
what_a_peer_sends_moves_no_terminal(void **state)
{
	(void)state;
	assert_int_equal(sb_label(box.d, &thing, "li\033[2Jb\"e\xc2\x9bra"), 0);
	start(">");
	say("a\033]0;x\a\r\n\xc2\x9b\xff\"\\\xc3\xa4\xf0\x9f\x90\xb8");
	wrote("#1 test.alpha [li\\x1b[2Jb\\\"e\\xc2\\x9bra]"
	      " text=\"a\\x1b]0;x\\x07\\x0d\\x0a\\xc2\\x9b\\xff\\\"\\\\\xc3\xa4\xf0\x9f\x90\xb8\""
	      " value=0 flag=false  nobody\n");
}

/* A quote, `n` letters, the rest: what is left of it in at most 120 bytes, the first quote among
 * them. */
static void
is_cut(int n_letters, const char *rest, const char *left)
{
	char said[300], expected[400];

	(void)snprintf(said, sizeof(said), "%.*s%s" TEN("y") TEN("y"), n_letters,
		TEN(TEN("x")) TEN(TEN("x")), rest);
	(void)snprintf(expected, sizeof(expected), "text=\"%.*s%s\"... value=0", n_letters,
		TEN(TEN("x")) TEN(TEN("x")), left);
	say(said);
	if (!strstr(text + n_seen, expected))
		fail_msg("not %s in %s", expected, text + n_seen);
	n_seen = text_len;
}

static void
a_long_value_is_cut_between_characters(void **state)
{
	(void)state;
	start(">");
	is_cut(119, "zzz", "");
	is_cut(117, "zzz", "zz");
	is_cut(117, "\xc3\xa4", "\xc3\xa4");
	is_cut(118, "\xc3\xa4", "");
	is_cut(116, "\xe2\x82\xac", "\xe2\x82\xac");
	is_cut(117, "\xe2\x82\xac", "");
	is_cut(115, "\xf0\x9f\x90\xb8", "\xf0\x9f\x90\xb8");
	is_cut(116, "\xf0\x9f\x90\xb8", "");
	is_cut(115, "\x01", "\\x01");
	is_cut(116, "\x01", "");
	is_cut(118, "\x01", "");
	is_cut(117, "\\", "\\\\");
	is_cut(118, "\\", "");
	/* That is no escape. */
	is_cut(117, "\\x41", "\\\\");
}

static void
a_value_that_just_fits_is_whole(void **state)
{
	char said[200] = "", expected[300];

	(void)state;
	start(">");
	memset(said, 'x', 118);
	say(said);
	(void)snprintf(expected, sizeof(expected),
		"#1 test.alpha [thing] text=\"%s\" value=0 flag=false  nobody\n", said);
	wrote(expected);
	memset(said, 'x', 119);
	say(said);
	(void)snprintf(expected, sizeof(expected),
		"#2 test.alpha [thing] text=\"%s\"... value=0 flag=false  nobody\n", said);
	wrote(expected);
}

static void
a_long_label_is_cut_too(void **state)
{
	(void)state;
	assert_int_equal(sb_label(box.d, &thing, TEN(TEN("abc"))), 0);
	start("other.*");
	(void)other_gamma_emit(box.d, &thing, &(struct other_gamma){ false });
	assert_non_null(strstr(text, "abcabcab...]  nobody\n"));
	assert_true(text_len < 160);
}

static void
fields_past_the_end_of_the_line_are_left_out(void **state)
{
	char said[130] = "";
	struct wide_load load;
	const char **texts = &load.text_1;

	(void)state;
	memset(said, 'x', sizeof(said) - 1);
	for (int k = 0; k < 30; k++)
		texts[k] = said;
	start(">");
	(void)wide_load_emit(box.d, NULL, &load);
	assert_true(text_len > 2000 && text_len < 4096);
	assert_string_equal(
		text + text_len - strlen("xxx\"... ...  nobody\n"), "xxx\"... ...  nobody\n");
}

static void
nobody_and_objects_without_a_name(void **state)
{
	(void)state;
	start(">");
	(void)other_gamma_emit(box.d, NULL, &(struct other_gamma){ false });
	(void)other_gamma_emit(box.d, &thing, &(struct other_gamma){ false });
	(void)late_delta_emit(box.d, &thing, &(struct late_delta){ .value = 1 });
	wrote("#1 other.gamma  nobody\n"
	      "#2 other.gamma [an object]  nobody\n"
	      "#3 late.delta [thing] value=1  nobody\n");
}

/* Patterns. */

static void
is_refused(const char *patterns, const char *why)
{
	struct sb_error error = { 0 };

	assert_int_equal(sb_trace_start(box.d, patterns, file, &error), -EINVAL);
	assert_int_equal(error.code, -EINVAL);
	assert_string_equal(error.text, why);
	assert_int_equal(sb_trace_start(box.d, patterns, file, NULL), -EINVAL);
}

static struct sb_connection doomed;

static void
disconnect_doomed(
	void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	(void)self;
	(void)emission;
	(void)receiver;
	(void)sb_disconnect(box.d, doomed);
}

/* An observer before the trace ends it: its pattern has gone when the trace hears of the call. */
static void
a_pattern_that_another_observer_ended_has_no_text(void **state)
{
	static const struct sb_observer other = { .call_began = disconnect_doomed };
	struct receiver a = { &box, 'a', NULL };

	(void)state;
	doomed = sb_pattern_connect(box.d, "test.*", SB_ANY, (struct sb_options){ .priority = 0 },
		on_any, "on_any here:3", &a);
	assert_int_equal(sb_observe(box.d, &other, SB_PLACE, NULL), 0);
	start(">");
	say("x");
	wrote("#1 test.alpha [thing] text=\"x\" value=0 flag=false\n"
	      "  on_any here:3, by a pattern  passed over\n");
}

static void
a_pattern_that_cannot_be_is_refused_with_what_would_be_right(void **state)
{
	(void)state;
	is_refused("", "no pattern is there; irc.* would be all of irc, and > all signals");
	is_refused(" ,, ", "no pattern is there; irc.* would be all of irc, and > all signals");
	is_refused("test.*,irc",
		"'irc': names have a dot, and no signal is called just that; all of irc is irc.*");
	is_refused("irc..joined, >",
		"'irc..joined': nothing stands before or behind a dot; as in irc.joined, something "
		"must");
	is_refused(".irc", "'.irc': nothing stands before or behind a dot; as in irc.joined, "
			   "something must");
	is_refused("irc.", "'irc.': nothing stands before or behind a dot; as in irc.joined, "
			   "something must");
	is_refused(
		"test.alpha irc.jo*", "'irc.jo*': * and > stand alone between dots: irc.*, or >");
	is_refused(">>", "'>>': * and > stand alone between dots: irc.*, or >");
	is_refused(
		"irc.>.x", "'irc.>.x': > stands for all the rest, and so only at the end: irc.>");
	is_refused("irc:*", "'irc:*': names are of letters, digits, _ and - with dots between: "
			    "irc.joined");
	/* Nothing is traced by that. */
	say("x");
	wrote("");
}

static void
matches(const char *patterns, const char *seen)
{
	start(patterns);
	say("x");
	(void)other_gamma_emit(box.d, NULL, &(struct other_gamma){ false });
	sb_trace_stop(box.d);
	assert_int_equal(!strstr(text + n_seen, "alpha"), !strchr(seen, 'a'));
	assert_int_equal(!strstr(text + n_seen, "gamma"), !strchr(seen, 'g'));
	n_seen = text_len;
}

static void
patterns_are_parted_by_commas_and_spaces(void **state)
{
	(void)state;
	matches("test.*", "a");
	matches(",other.gamma,\ttest.x ", "g");
	matches("x.y test.alpha\n", "a");
	matches("x.y,*.gamma", "g");
	matches("*.*", "ag");
	matches(" > ", "ag");
	matches("*", "");
	matches("test.>,other.>", "ag");
	matches("other-1.x_y.z", "");
}

static void
a_name_without_a_dot_may_be_a_pattern_where_it_is_one(void **state)
{
	(void)state;
	is_refused("alone", "'alone': names have a dot, and no signal is called just that; all of "
			    "irc is irc.*");
	assert_int_equal(sb_register(box.d, &signals_wide), 0);
	start("alone");
	(void)alone_emit(box.d, NULL, &(struct alone){ 0 });
	say("x");
	wrote("#1 alone  nobody\n");
}

static void
the_environment_may_ask_for_it(void **state)
{
	struct sb_error error = { 0 };

	(void)state;
	assert_int_equal(unsetenv("SIGNALBOX_TRACE"), 0);
	assert_int_equal(sb_trace_from_environment(box.d, file, &error), 0);
	assert_int_equal(setenv("SIGNALBOX_TRACE", "", 1), 0);
	assert_int_equal(sb_trace_from_environment(box.d, file, &error), 0);
	say("x");
	wrote("");
	assert_int_equal(setenv("SIGNALBOX_TRACE", "irc.*,>.x", 1), 0);
	assert_int_equal(sb_trace_from_environment(box.d, file, &error), -EINVAL);
	assert_string_equal(error.text, "SIGNALBOX_TRACE: '>.x': > stands for all the rest, and so "
					"only at the end: irc.>");
	assert_int_equal(setenv("SIGNALBOX_TRACE", "irc.*,other.*", 1), 0);
	assert_int_equal(sb_trace_from_environment(box.d, file, &error), 0);
	(void)other_gamma_emit(box.d, NULL, &(struct other_gamma){ false });
	wrote("#1 other.gamma  nobody\n");
	assert_int_equal(unsetenv("SIGNALBOX_TRACE"), 0);
}

/* Colours. */

/* So much, and what else is there then: a terminal hands on in pieces. */
static void
receive(int fd, char sent[500], size_t n_wanted)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	size_t n = 0;
	ssize_t got;

	while (n < n_wanted && poll(&poll_fd, 1, 60000) == 1) {
		got = read(fd, sent + n, 499 - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
	sent[n] = '\0';
}

/* A trace of one emission with its call on a terminal: what the terminal was sent. */
static void
shows(const char *term, const char *no_color, const char *expected)
{
	static const struct sb_options none = { .priority = 0 };
	struct receiver a = { &box, 'a', NULL };
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct sb_error error;
	char sent[500];
	FILE *terminal;

	assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
	terminal = fopen(ptsname(master), "w");
	assert_non_null(terminal);
	assert_int_equal(term ? setenv("TERM", term, 1) : unsetenv("TERM"), 0);
	assert_int_equal(no_color ? setenv("NO_COLOR", no_color, 1) : unsetenv("NO_COLOR"), 0);
	assert_int_equal(sb_trace_start(box.d, ">", terminal, &error), 0);
	box.connection =
		sb_pattern_connect(box.d, "late.*", &thing, none, on_any, "on_any here:1", &a);
	(void)late_delta_emit(box.d, &thing, &(struct late_delta){ .value = 1 });
	sb_trace_stop(box.d);
	(void)sb_disconnect(box.d, box.connection);
	receive(master, sent, strlen(expected));
	(void)fclose(terminal);
	(void)close(master);
	assert_string_equal(sent, expected);
}

static void
colors_are_for_terminals_that_want_them(void **state)
{
	static const char plain[] = "#1 late.delta [thing] value=1\r\n"
				    "  on_any here:1, by late.*  0 ns\r\n";
	static const char colored[] =
		"\033[2m#1 \033[0m\033[1mlate.delta\033[0m [\033[36mthing\033[0m]"
		"\033[2m value=\033[0m1\r\n"
		"  \033[32mon_any\033[0m\033[2m here:1\033[0m, by late.*  \033[33m0 ns\033[0m\r\n";
	char numbered[sizeof(colored)], *at;

	(void)state;
	shows("xterm", NULL, colored);
	(void)strcpy(numbered, colored);
	at = strchr(numbered, '#');
	at[1] = '2';
	shows("xterm", "", numbered);
	(void)strcpy(numbered, plain);
	numbered[1] = '3';
	shows("xterm", "1", numbered);
	numbered[1] = '4';
	shows("dumb", NULL, numbered);
	numbered[1] = '5';
	shows(NULL, NULL, numbered);
}

/* The end. */

static void
the_end_of_a_dispatcher_with_nothing_left_says_so(void **state)
{
	(void)state;
	start("irc.*");
	sb_dispatcher_destroy(box.d);
	box.d = NULL;
	wrote("destroyed, with nothing left\n");
}

static void
on_expected(void *self, const struct sb_expected *expected)
{
	(void)self;
	(void)expected;
}

static bool
on_item(void *self, void *item)
{
	(void)self;
	(void)item;
	return false;
}

static void
leave_much(struct receiver *receiver)
{
	static int item;
	const struct sb_awaited awaited[] = { test_alpha_awaited(SB_ANY, NULL),
		test_beta_awaited(&thing, NULL) };
	const struct sb_options none = { .priority = 0 };
	struct sb_queue *queue;

	test_alpha_connect(box.d, &thing, on_alpha, "on_alpha here:1", receiver);
	test_alpha_connect(box.d, SB_ANONYMOUS, on_alpha, "on_alpha here:2", receiver);
	sb_pattern_connect(box.d, "x.>", SB_ANY, none, on_any, "on_any here:3", receiver);
	box.connection = sb_pattern_connect(
		box.d, "\033.*", receiver, none, on_any, "on_any here:4", receiver);
	assert_int_equal(sb_block(box.d, box.connection), 0);
	assert_true(sb_expect(box.d, awaited, 1, -1, on_expected, "on_expected here:5", receiver)
			    .serial);
	assert_true(sb_expect(box.d, awaited, 2, -1, on_expected, "on_expected here:6", receiver)
			    .serial);
	queue = sb_queue_create(box.d, NULL, on_item, "on_item here:7", receiver);
	assert_non_null(queue);
	assert_int_equal(sb_queue_put(queue, &item), 0);
	assert_int_equal(sb_queue_put(queue, &item), 0);
	sb_queue_release(queue);
	assert_int_equal(test_alpha_defer(box.d, NULL, &(struct test_alpha){ .value = 1 }), 0);
	assert_int_equal(test_alpha_defer(box.d, NULL, &(struct test_alpha){ .value = 2 }), 0);
	assert_int_equal(test_alpha_post(sb_mailbox_of(box.d), (struct sb_token){ 0 },
				 &(struct test_alpha){ .value = 3 }),
		0);
}

#define MUCH                                                                                       \
	"  connected  test.alpha [the \\\"thing\\\"] on_alpha here:1\n"                            \
	"  connected  test.alpha [anonymous] on_alpha here:2\n"                                    \
	"  connected  x.> on_any here:3\n"                                                         \
	"  connected  \\x1b.* [an object] on_any here:4, blocked\n"                                \
	"  awaited    on_expected here:5, 1 signal\n"                                              \
	"  awaited    on_expected here:6, 2 signals\n"                                             \
	"  queued     on_item here:7, 2 waiting\n"                                                 \
	"  deferred   2 signals\n"                                                                 \
	"  posted     1 signal\n"

static void
what_is_left_at_the_end_is_told_with_its_places(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_mailbox *mailbox = sb_mailbox_of(box.d);

	(void)state;
	assert_int_equal(sb_label(box.d, &thing, "the \"thing\""), 0);
	leave_much(&a);
	start("irc.*");
	sb_dispatcher_destroy(box.d);
	box.d = NULL;
	wrote("destroyed, with this left:\n" MUCH);
	sb_mailbox_release(mailbox);
	sb_mailbox_release(mailbox);
}

static void
destroy(struct receiver *receiver)
{
	(void)receiver;
	sb_dispatcher_destroy(box.d);
	(void)emit();
}

static void
an_end_in_a_handler_comes_beneath_it(void **state)
{
	struct receiver a = { &box, 'a', destroy };

	(void)state;
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_a here:1", &a);
	start("test.*");
	assert_int_equal(emit(), -ECANCELED);
	box.d = NULL;
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n"
	      "destroyed, with this left:\n"
	      "  connected  test.alpha on_a here:1\n");
}

static void
trace_what_is_destroyed(struct receiver *receiver)
{
	struct sb_error error = { 0 };

	(void)receiver;
	sb_dispatcher_destroy(box.d);
	assert_int_equal(sb_trace_start(box.d, ">", file, &error), -ECANCELED);
	assert_int_equal(error.code, -ECANCELED);
	assert_string_equal(error.text, "the dispatcher is destroyed");
}

static void
one_that_is_destroyed_is_not_traced(void **state)
{
	struct receiver a = { &box, 'a', trace_what_is_destroyed };

	(void)state;
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_a here:1", &a);
	assert_int_equal(emit(), -ECANCELED);
	box.d = NULL;
	wrote("");
}

static void
a_queue_whose_reader_has_not_done_says_so(void **state)
{
	static int item;
	struct sb_queue *queue = sb_queue_create(box.d, NULL, on_item, "on_item here:7", &item);

	(void)state;
	assert_int_equal(sb_queue_put(queue, &item), 0);
	assert_int_equal(sb_queue_put(queue, &item), 0);
	assert_int_equal(sb_deliver(box.d), 0);
	start("irc.*");
	sb_dispatcher_destroy(box.d);
	box.d = NULL;
	wrote("destroyed, with this left:\n"
	      "  queued     on_item here:7, 1 waiting, one not done with\n");
	sb_queue_release(queue);
}

static void
of_very_many_that_are_left_the_first_are_told(void **state)
{
	const struct sb_awaited awaited = test_alpha_awaited(SB_ANY, NULL);
	static char selves[60];
	const char *at;
	int n = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(selves); k++)
		test_alpha_connect(box.d, SB_ANY, on_alpha, "on_a here:1", &selves[k]);
	assert_true(
		sb_expect(box.d, &awaited, 1, -1, on_expected, "on_expected here:5", NULL).serial);
	start("test.*");
	sb_dispatcher_destroy(box.d);
	box.d = NULL;
	for (at = text; (at = strstr(at, "on_a here:1\n")); at++)
		n++;
	assert_int_equal(n, 50);
	assert_non_null(strstr(text, "\n  connected  and 10 more\n"
				     "  awaited    on_expected here:5, 1 signal\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRACED(what_a_peer_sends_moves_no_terminal),
		TRACED(a_long_value_is_cut_between_characters),
		TRACED(a_value_that_just_fits_is_whole),
		TRACED(a_long_label_is_cut_too),
		TRACED(fields_past_the_end_of_the_line_are_left_out),
		TRACED(nobody_and_objects_without_a_name),
		TRACED(a_pattern_that_another_observer_ended_has_no_text),
		TRACED(a_pattern_that_cannot_be_is_refused_with_what_would_be_right),
		TRACED(patterns_are_parted_by_commas_and_spaces),
		TRACED(a_name_without_a_dot_may_be_a_pattern_where_it_is_one),
		TRACED(the_environment_may_ask_for_it),
		TRACED(colors_are_for_terminals_that_want_them),
		TRACED(the_end_of_a_dispatcher_with_nothing_left_says_so),
		TRACED(what_is_left_at_the_end_is_told_with_its_places),
		TRACED(an_end_in_a_handler_comes_beneath_it),
		TRACED(one_that_is_destroyed_is_not_traced),
		TRACED(a_queue_whose_reader_has_not_done_says_so),
		TRACED(of_very_many_that_are_left_the_first_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
