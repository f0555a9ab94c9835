/* Each rule of <signalbox/dispatcher.h>, one at a time; test_model.c holds them all together. */

#include <signalbox/dispatch_signals.h>
#include <signalbox/dispatcher.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "dispatch/signals.inc"

enum { LOG_CAP = 512 };

/* What the handlers below write to, one letter a call, and what they do. */
struct box {
	struct sb_dispatcher *d;
	char log[LOG_CAP];
	struct sb_connection connection;
	struct thing *thing;
	struct sb_error last_resort;
	int result;
};

/* A receiver: writes its letter, then does what it is for. */
struct receiver {
	struct box *box;
	char letter;
	void (*then)(struct receiver *);
};

static struct box box;

static void
write_letter(char letter)
{
	size_t n = strlen(box.log);

	assert_true(n + 1 < sizeof(box.log));
	box.log[n] = letter;
}

static void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	struct receiver *receiver = self;

	(void)from;
	(void)e;
	write_letter(receiver->letter);
	if (receiver->then)
		receiver->then(receiver);
}

static void
on_alpha_again(void *self, struct thing *from, const struct test_alpha *e)
{
	on_alpha(self, from, e);
}

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct receiver *receiver = self;

	(void)from;
	(void)signal;
	(void)payload;
	write_letter(receiver->letter);
	if (receiver->then)
		receiver->then(receiver);
}

static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	(void)self;
	(void)from;
	write_letter('!');
	box.last_resort.code = (int)e->error;
	(void)snprintf(box.last_resort.text, sizeof(box.last_resort.text), "%s|%s|%.150s",
		e->signal ? e->signal : "", e->place ? e->place : "", e->text);
}

static void
last_resort(void *self, const char *signal, const char *place, const struct sb_error *error)
{
	(void)self;
	write_letter('?');
	box.last_resort.code = error->code;
	(void)snprintf(box.last_resort.text, sizeof(box.last_resort.text), "%s|%s|%.150s",
		signal ? signal : "", place ? place : "", error->text);
}

static int
set_up(void **state)
{
	memset(&box, 0, sizeof(box));
	box.d = sb_dispatcher_create(last_resort, NULL);
	*state = box.d;
	return box.d && sb_register(box.d, &signals_one) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	sb_dispatcher_destroy(box.d);
	return 0;
}

static int
emit_from(struct thing *from)
{
	return test_alpha_emit(box.d, from, &(struct test_alpha){ .value = 1 });
}

static int
emit(void)
{
	return emit_from(NULL);
}

static struct sb_connection
add(struct receiver *receiver, int priority)
{
	return test_alpha_connect_with(box.d, SB_ANY, (struct sb_options){ .priority = priority },
		SB_HANDLER(on_alpha), receiver);
}

static void
handlers_run_by_priority_and_then_by_age(void **state)
{
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', NULL }, c = { &box, 'c', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 5);
	add(&c, 0);
	assert_int_equal(emit(), 3);
	assert_string_equal(box.log, "bac");
}

static void
payload_and_sender_arrive_as_emitted(void **state)
{
	struct thing thing = { 7 };
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', NULL }, c = { &box, 'c', NULL };

	(void)state;
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &a);
	test_alpha_connect(box.d, SB_ANONYMOUS, SB_HANDLER(on_alpha), &b);
	test_alpha_connect(box.d, SB_ANY, SB_HANDLER(on_alpha), &c);
	assert_int_equal(emit_from(&thing), 2);
	assert_string_equal(box.log, "ac");
	assert_int_equal(emit(), 2);
	assert_string_equal(box.log, "acbc");
	assert_int_equal(
		sb_emit(box.d, test_alpha_signal(), &thing, &(struct test_alpha){ .value = 2 }), 2);
	assert_string_equal(box.log, "acbcac");
}

static void
patterns_match_by_token_and_do_not_count(void **state)
{
	struct receiver star = { &box, '*', NULL }, rest = { &box, '>', NULL };
	struct receiver exact = { &box, '=', NULL }, other = { &box, 'o', NULL };
	const struct sb_options none = { .priority = 0 };

	(void)state;
	sb_pattern_connect(box.d, "test.*", SB_ANY, none, SB_HANDLER(on_any), &star);
	sb_pattern_connect(box.d, ">", SB_ANY, none, SB_HANDLER(on_any), &rest);
	sb_pattern_connect(box.d, "test.alpha", SB_ANY, none, SB_HANDLER(on_any), &exact);
	sb_pattern_connect(box.d, "*", SB_ANY, none, SB_HANDLER(on_any), &other);
	sb_pattern_connect(box.d, "test.alph", SB_ANY, none, SB_HANDLER(on_any), &other);
	sb_pattern_connect(box.d, "test.alpha.>", SB_ANY, none, SB_HANDLER(on_any), &other);
	assert_int_equal(emit(), 0);
	assert_string_equal(box.log, "*>=");
}

static void
a_pattern_hears_signals_registered_later_and_never(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	const struct late_delta e = { .value = 1 };
	struct thing thing = { 1 };

	(void)state;
	sb_pattern_connect(box.d, "late.>", &thing, (struct sb_options){ .priority = 1 },
		SB_HANDLER(on_any), &a);
	assert_null(sb_find(box.d, "late.delta"));
	assert_int_equal(late_delta_emit(box.d, &thing, &e), 0);
	assert_int_equal(late_delta_emit(box.d, NULL, &e), 0);
	assert_string_equal(box.log, "a");
	assert_int_equal(sb_register(box.d, &signals_two), 0);
	assert_ptr_equal(sb_find(box.d, "late.delta"), late_delta_signal());
	assert_int_equal(late_delta_emit(box.d, &thing, &e), 0);
	assert_string_equal(box.log, "aa");
}

static void
a_receiver_runs_once_however_it_is_connected(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection first, second;

	(void)state;
	first = test_alpha_connect(box.d, SB_ANY, SB_HANDLER(on_alpha), &a);
	second = test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &a);
	assert_true(first.serial != second.serial);
	assert_int_equal(emit_from(&thing), 1);
	assert_int_equal(sb_block(box.d, first), 0);
	assert_int_equal(emit_from(&thing), 1);
	assert_int_equal(emit(), 0);
	assert_int_equal(sb_disconnect(box.d, first), 0);
	assert_int_equal(emit_from(&thing), 1);
	assert_string_equal(box.log, "aaa");
}

static void
connecting_the_same_again_is_the_same_connection(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection first = add(&a, 0), second = add(&a, 0), other;

	(void)state;
	assert_int_equal(first.serial, second.serial);
	other = test_alpha_connect(box.d, SB_ANY, SB_HANDLER(on_alpha_again), &a);
	assert_true(other.serial != first.serial);
	assert_int_equal(emit(), 2);
}

static void
a_stale_or_foreign_connection_is_harmless(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection first = add(&a, 0), none = { .serial = 0 };
	struct sb_connection foreign = { .serial = 99, .index = 4000000 };

	(void)state;
	assert_int_equal(sb_disconnect(box.d, first), 0);
	assert_int_equal(sb_disconnect(box.d, first), -ENOENT);
	add(&a, 0);
	assert_int_equal(sb_disconnect(box.d, first), -ENOENT);
	assert_int_equal(sb_block(box.d, none), -ENOENT);
	assert_int_equal(sb_unblock(box.d, foreign), -ENOENT);
	assert_int_equal(emit(), 1);
}

static void
blocks_are_counted(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection c = add(&a, 0);

	(void)state;
	assert_int_equal(sb_unblock(box.d, c), -EALREADY);
	sb_block(box.d, c);
	sb_block(box.d, c);
	sb_unblock(box.d, c);
	assert_int_equal(emit(), 0);
	sb_unblock(box.d, c);
	assert_int_equal(emit(), 1);
}

static void
emit_once_more(struct receiver *receiver)
{
	receiver->then = NULL;
	box.result = emit();
}

static void
once_is_disarmed_before_it_runs(void **state)
{
	struct receiver a = { &box, 'a', emit_once_more };

	(void)state;
	test_alpha_connect_with(
		box.d, SB_ANY, (struct sb_options){ .once = true }, SB_HANDLER(on_alpha), &a);
	assert_int_equal(emit(), 1);
	assert_int_equal(emit(), 0);
	assert_string_equal(box.log, "a");
	assert_int_equal(box.result, 0);
}

static void
disconnect_the_one(struct receiver *receiver)
{
	(void)receiver;
	box.result = sb_disconnect(box.d, box.connection);
}

static void
a_handler_may_disconnect_itself_an_earlier_and_a_later_one(void **state)
{
	static const char *const expected[] = { "abc", "abc", "ab" };

	(void)state;
	for (int which = 0; which < 3; which++) {
		struct receiver r[3] = { { &box, 'a', NULL }, { &box, 'b', disconnect_the_one },
			{ &box, 'c', NULL } };
		struct sb_connection c[3];

		memset(box.log, 0, sizeof(box.log));
		for (int k = 0; k < 3; k++)
			c[k] = add(&r[k], 0);
		/* 0: itself; 1: an earlier one; 2: a later one */
		box.connection = c[which == 0 ? 1 : which == 1 ? 0 : 2];
		(void)emit();
		assert_int_equal(box.result, 0);
		assert_string_equal(box.log, expected[which]);
		for (int k = 0; k < 3; k++)
			(void)sb_disconnect(box.d, c[k]);
	}
}

static struct receiver newcomer = { &box, 'n', NULL };

static void
connect_the_newcomer(struct receiver *receiver)
{
	receiver->then = NULL;
	/* Many, so that arrays move under the emission. */
	for (int k = 0; k < 100; k++)
		test_alpha_connect_with(box.d, SB_ANY, (struct sb_options){ .priority = k - 50 },
			SB_HANDLER(on_alpha), &box.log[k]);
	for (int k = 0; k < 100; k++)
		sb_forget(box.d, &box.log[k]);
	add(&newcomer, 9);
}

static void
what_is_connected_meanwhile_is_called_from_the_next_emission_on(void **state)
{
	struct receiver a = { &box, 'a', connect_the_newcomer }, b = { &box, 'b', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(emit(), 2);
	assert_string_equal(box.log, "ab");
	assert_int_equal(emit(), 3);
	assert_string_equal(box.log, "abnab");
}

static void
connect_and_emit(struct receiver *receiver)
{
	connect_the_newcomer(receiver);
	box.result = emit();
}

static void
a_nested_emission_counts_as_later(void **state)
{
	struct receiver a = { &box, 'a', connect_and_emit };

	(void)state;
	add(&a, 0);
	assert_int_equal(emit(), 1);
	assert_string_equal(box.log, "ana");
	assert_int_equal(box.result, 2);
}

static void
forget_the_thing(struct receiver *receiver)
{
	(void)receiver;
	box.result = sb_forget(box.d, box.thing);
}

static void
forgetting_the_sender_ends_its_emission(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', forget_the_thing }, b = { &box, 'b', NULL };

	(void)state;
	box.thing = &thing;
	add(&a, 0);
	add(&b, 0);
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &b);
	assert_int_equal(emit_from(&thing), -ECANCELED);
	assert_string_equal(box.log, "a");
	assert_int_equal(box.result, 1);
}

static void
forgetting_drops_self_sender_pattern_and_label(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', NULL };
	const struct sb_options none = { .priority = 0 };

	(void)state;
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &a);
	sb_pattern_connect(box.d, "test.*", &thing, none, SB_HANDLER(on_any), &a);
	sb_pattern_connect(box.d, "nothing.>", &thing, none, SB_HANDLER(on_any), &a);
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(sb_label(box.d, &thing, "libera"), 0);
	assert_string_equal(sb_label_of(box.d, &thing), "libera");
	assert_int_equal(sb_forget(box.d, &thing), 3);
	assert_null(sb_label_of(box.d, &thing));
	assert_int_equal(sb_forget(box.d, &a), 1);
	assert_int_equal(sb_forget(box.d, NULL), 0);
	assert_int_equal(emit_from(&thing), 1);
	assert_string_equal(box.log, "b");
}

static void
destroy_the_dispatcher(struct receiver *receiver)
{
	struct sb_connection none;

	(void)receiver;
	sb_dispatcher_destroy(box.d);
	/* Harmless until the outermost emission ends. */
	none = add(&newcomer, 0);
	assert_int_equal(none.serial, 0);
	assert_int_equal(emit(), -ECANCELED);
}

static void
a_handler_may_destroy_the_dispatcher(void **state)
{
	struct receiver a = { &box, 'a', destroy_the_dispatcher }, b = { &box, 'b', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "a");
	box.d = NULL;
}

static void
stop(struct receiver *receiver)
{
	(void)receiver;
	sb_stop(box.d);
}

static void
stop_ends_the_innermost_emission_alone(void **state)
{
	struct receiver a = { &box, 'a', emit_once_more }, b = { &box, 'b', stop };
	struct receiver c = { &box, 'c', NULL };
	struct sb_result result;

	(void)state;
	add(&a, 0);
	add(&b, 0);
	add(&c, 0);
	assert_int_equal(
		test_alpha_emit_result(box.d, NULL, &(struct test_alpha){ .value = 1 }, &result),
		2);
	assert_string_equal(box.log, "aabb");
	assert_true(result.stopped);
	assert_int_equal(result.n_ran, 2);
	assert_int_equal(result.n_failed, 0);
}

static void
fail_on_purpose(struct receiver *receiver)
{
	sb_fail(box.d, -EIO, "no %s left", receiver->letter == 'a' ? "paper" : "ink");
}

static void
a_failure_becomes_a_signal_when_the_emission_has_ended(void **state)
{
	struct receiver a = { &box, 'a', fail_on_purpose }, b = { &box, 'b', NULL };
	struct sb_result result;

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	add(&b, 0);
	assert_int_equal(
		test_alpha_emit_result(box.d, NULL, &(struct test_alpha){ .value = 1 }, &result),
		2);
	assert_int_equal(result.n_failed, 1);
	assert_string_equal(box.log, "ab!");
	assert_int_equal(box.last_resort.code, -EIO);
	assert_string_equal(box.last_resort.text, "test.alpha|on_alpha here:1|no paper left");
}

static void
a_failure_that_nobody_hears_goes_to_the_last_resort(void **state)
{
	struct receiver a = { &box, 'a', fail_on_purpose }, watcher = { &box, '*', NULL };

	(void)state;
	/* A watcher by pattern does not count as having heard it. */
	sb_pattern_connect(box.d, "dispatch.>", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_any), &watcher);
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	(void)emit();
	assert_string_equal(box.log, "a*?");
	sb_fail(box.d, -EIO, "in a timer");
	assert_string_equal(box.log, "a*?*?");
	assert_string_equal(box.last_resort.text, "||in a timer");
}

static void
emit_for_ever(struct receiver *receiver)
{
	int result;

	(void)receiver;
	result = emit();
	if (result < 0)
		box.result = result;
}

static void
emissions_too_deep_are_refused_with_the_cycle(void **state)
{
	struct receiver a = { &box, 'a', emit_for_ever };

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	add(&a, 0);
	assert_int_equal(emit(), 1);
	assert_int_equal(strlen(box.log), SB_DEPTH_LIMIT + 1);
	assert_int_equal(box.result, -ELOOP);
	assert_int_equal(box.last_resort.code, -ELOOP);
	assert_non_null(strstr(box.last_resort.text, "test.alpha > test.alpha"));
}

static jmp_buf way_out;

static void
leave(struct receiver *receiver)
{
	(void)receiver;
	longjmp(way_out, 1);
}

static void
an_emission_left_by_longjmp_can_be_unwound(void **state)
{
	struct receiver a = { &box, 'a', leave }, b = { &box, 'b', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	if (!setjmp(way_out))
		(void)emit();
	assert_false(sb_unwind(box.d));
	sb_forget(box.d, &a);
	assert_int_equal(emit(), 1);
	assert_string_equal(box.log, "ab");
}

static void
who_is_connected_can_be_listed(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection_info info;
	size_t cursor = 0;

	(void)state;
	test_alpha_connect_with(
		box.d, &thing, (struct sb_options){ .priority = 3 }, on_alpha, "here:1", &a);
	sb_pattern_connect(
		box.d, "*.beta", SB_ANY, (struct sb_options){ .once = true }, on_any, "here:2", &a);
	assert_true(sb_connection_next(box.d, &cursor, &info));
	assert_string_equal(info.name, "test.alpha");
	assert_ptr_equal(info.sender, &thing);
	assert_ptr_equal(info.self, &a);
	assert_string_equal(info.place, "here:1");
	assert_int_equal(info.options.priority, 3);
	assert_false(info.is_pattern);
	sb_block(box.d, info.connection);
	assert_true(sb_connection_next(box.d, &cursor, &info));
	assert_string_equal(info.name, "*.beta");
	assert_ptr_equal(info.sender, SB_ANY);
	assert_true(info.options.once && info.is_pattern);
	assert_false(sb_connection_next(box.d, &cursor, &info));
	cursor = 0;
	assert_true(sb_connection_next(box.d, &cursor, &info));
	assert_int_equal(info.n_blocked, 1);
}

static void
signals_are_listed_and_found_by_name(void **state)
{
	const struct sb_signal *signal;
	size_t n = 0;

	(void)state;
	assert_int_equal(sb_register(box.d, &signals_one), 0);
	while ((signal = sb_signal_at(box.d, n))) {
		assert_ptr_equal(sb_find(box.d, signal->name), signal);
		n++;
	}
	assert_int_equal(n, 4);
	assert_null(sb_find(box.d, "test.alph"));
}

static void
other_alpha_does_nothing(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static void
a_thousand_connections_come_and_go_in_any_order(void **state)
{
	enum { N = 1000 };
	static char selves[N];
	struct sb_connection c[N];
	int left = N;

	(void)state;
	for (int k = 0; k < N; k++)
		c[k] = test_alpha_connect(
			box.d, SB_ANY, SB_HANDLER(other_alpha_does_nothing), &selves[k]);
	assert_false(sb_connect_failed(box.d));
	for (int k = 0, at = 0; k < N; k++, at = (at + 617) % N) {
		assert_int_equal(sb_disconnect(box.d, c[at]), 0);
		left--;
		if (k % 97 == 0)
			assert_int_equal(emit(), left);
	}
	assert_int_equal(emit(), 0);
}

/* What must abort: each in a child of its own. */
static void
assert_aborts(void (*mistake)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		(void)freopen("/dev/null", "w", stderr);
		(void)signal(SIGABRT, SIG_DFL);
		mistake();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
connect_from_null(void)
{
	test_alpha_connect(box.d, NULL, SB_HANDLER(on_alpha), NULL);
}

static void
connect_again_with_other_options(void)
{
	struct receiver a = { &box, 'a', NULL };

	add(&a, 0);
	add(&a, 1);
}

static void
emit_as_any(void)
{
	(void)sb_emit_result(box.d, test_alpha_signal(), SB_ANY, &(struct test_alpha){ .value = 1 },
		&(struct sb_result){ .n_ran = 0 });
}

static void
stop_outside(void)
{
	sb_stop(box.d);
}

static void
mistakes_of_the_caller_abort(void **state)
{
	(void)state;
	assert_aborts(connect_from_null);
	assert_aborts(connect_again_with_other_options);
	assert_aborts(emit_as_any);
	assert_aborts(stop_outside);
}

static void
destroying_none_is_fine(void **state)
{
	(void)state;
	sb_dispatcher_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(handlers_run_by_priority_and_then_by_age),
		TEST(payload_and_sender_arrive_as_emitted),
		TEST(patterns_match_by_token_and_do_not_count),
		TEST(a_pattern_hears_signals_registered_later_and_never),
		TEST(a_receiver_runs_once_however_it_is_connected),
		TEST(connecting_the_same_again_is_the_same_connection),
		TEST(a_stale_or_foreign_connection_is_harmless),
		TEST(blocks_are_counted),
		TEST(once_is_disarmed_before_it_runs),
		TEST(a_handler_may_disconnect_itself_an_earlier_and_a_later_one),
		TEST(what_is_connected_meanwhile_is_called_from_the_next_emission_on),
		TEST(a_nested_emission_counts_as_later),
		TEST(forgetting_the_sender_ends_its_emission),
		TEST(forgetting_drops_self_sender_pattern_and_label),
		TEST(a_handler_may_destroy_the_dispatcher),
		TEST(stop_ends_the_innermost_emission_alone),
		TEST(a_failure_becomes_a_signal_when_the_emission_has_ended),
		TEST(a_failure_that_nobody_hears_goes_to_the_last_resort),
		TEST(emissions_too_deep_are_refused_with_the_cycle),
		TEST(an_emission_left_by_longjmp_can_be_unwound),
		TEST(who_is_connected_can_be_listed),
		TEST(signals_are_listed_and_found_by_name),
		TEST(a_thousand_connections_come_and_go_in_any_order),
		TEST(mistakes_of_the_caller_abort),
		TEST(destroying_none_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
