/* What observers see, in words of a letter each: <a> is an emission of alpha, (a b) the call of the
 * receiver a, with what is in it. test_model.c holds one observer together with all other rules. */
#include "dispatch/box.inc"

#include <signalbox/observer.h>

/* An observer writes what it sees behind its letter, and then does what it is for. */
struct eye {
	const char *letter;
	void (*then)(struct eye *, char what);
	struct sb_emission emission;
	struct sb_result counts;
	int result;
	enum sb_outcome outcome;
	const char *place;
	void *receiver;
	char when; /* to do it, for some */
};

static void
see(struct eye *eye, char what, const struct sb_emission *emission)
{
	for (const char *at = eye->letter; *at; at++)
		write_letter(*at);
	write_letter(what);
	eye->emission = *emission;
	if (eye->then)
		eye->then(eye, what);
}

static void
emission_began(void *self, const struct sb_emission *emission)
{
	see(self, '<', emission);
}

static void
emission_ended(
	void *self, const struct sb_emission *emission, int result, const struct sb_result *counts)
{
	struct eye *eye = self;

	eye->result = result;
	eye->counts = *counts;
	see(eye, '>', emission);
}

static void
call_began(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	struct eye *eye = self;

	eye->place = receiver->place;
	eye->receiver = receiver->self;
	see(eye, receiver->is_pattern ? '[' : '(', emission);
}

static void
call_ended(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	enum sb_outcome outcome)
{
	struct eye *eye = self;

	eye->outcome = outcome;
	see(eye, receiver->is_pattern ? ']' : ')', emission);
}

static const struct sb_observer all = {
	.emission_began = emission_began,
	.emission_ended = emission_ended,
	.call_began = call_began,
	.call_ended = call_ended,
};

static void
observe(struct eye *eye)
{
	assert_int_equal(sb_observe(box.d, &all, "eye here:9", eye), 0);
}

static void
beginnings_and_ends_surround_what_happens(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', NULL };
	struct eye eye = { .letter = "" };

	(void)state;
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	sb_pattern_connect(
		box.d, ">", SB_ANY, (struct sb_options){ .priority = -1 }, SB_HANDLER(on_any), &b);
	observe(&eye);
	assert_int_equal(emit_from(&thing), 1);
	assert_string_equal(box.log, "<(a)[b]>");
	assert_ptr_equal(eye.emission.signal, test_alpha_signal());
	assert_ptr_equal(eye.emission.from, &thing);
	assert_int_equal(eye.emission.number, 1);
	assert_int_equal(eye.emission.parent, 0);
	assert_int_equal(eye.result, 1);
	assert_int_equal(eye.counts.n_ran, 1);
	assert_int_equal(eye.outcome, SB_RETURNED);
	assert_ptr_equal(eye.receiver, &b);
	assert_non_null(strstr(eye.place, "on_any tests/"));
}

static void
an_emission_that_nobody_hears_is_seen_too(void **state)
{
	struct eye eye = { .letter = "" };

	(void)state;
	observe(&eye);
	assert_int_equal(emit(), 0);
	assert_int_equal(other_gamma_emit(box.d, NULL, &(struct other_gamma){ false }), 0);
	assert_int_equal(late_delta_emit(box.d, NULL, &(struct late_delta){ .value = 1 }), 0);
	assert_string_equal(box.log, "<><><>");
	assert_int_equal(eye.emission.number, 3);
	assert_ptr_equal(eye.emission.signal, late_delta_signal());
}

static void
emit_beta(struct receiver *receiver)
{
	(void)receiver;
	(void)test_beta_emit(box.d, NULL, &(struct test_beta){ .whole = 1 });
}

static void
an_emission_knows_the_one_in_whose_handler_it_began(void **state)
{
	struct receiver a = { &box, 'a', emit_beta };
	struct eye eye = { .letter = "" };

	(void)state;
	add(&a, 0);
	observe(&eye);
	(void)emit();
	(void)emit();
	assert_string_equal(box.log, "<(a<>)><(a<>)>");
	assert_int_equal(eye.emission.number, 3);
	assert_int_equal(eye.emission.parent, 0);
	a.then = NULL;
	emit_beta(NULL);
	assert_int_equal(eye.emission.number, 5);
}

static void
note_parent(struct eye *eye, char what)
{
	if (what == '<')
		write_letter((char)('0' + eye->emission.parent));
}

static void
fail_on_purpose(struct receiver *receiver)
{
	(void)receiver;
	sb_fail(box.d, -EIO, "no paper left");
}

static void
a_failure_is_an_emission_that_the_failed_one_caused(void **state)
{
	struct receiver a = { &box, 'a', fail_on_purpose };
	struct eye eye = { .letter = "", .then = note_parent };

	(void)state;
	add(&a, 0);
	observe(&eye);
	(void)emit();
	assert_string_equal(box.log, "<0(a)<1>?>");
	assert_int_equal(eye.outcome, SB_FAILED);
	assert_int_equal(eye.counts.n_failed, 1);
}

static void
functions_left_out_are_not_missed(void **state)
{
	static const struct sb_observer ends = { .emission_ended = emission_ended };
	static const struct sb_observer none = { .emission_began = NULL };
	struct receiver a = { &box, 'a', NULL };
	struct eye eye = { .letter = "" };

	(void)state;
	add(&a, 0);
	/* Two observers with one self are two. */
	assert_int_equal(sb_observe(box.d, &none, SB_PLACE, &eye), 0);
	assert_int_equal(sb_observe(box.d, &ends, SB_PLACE, &eye), 0);
	assert_int_equal(emit(), 1);
	assert_string_equal(box.log, "a>");
}

static struct eye first = { .letter = "1" }, second = { .letter = "2" };

static void
several_are_told_in_turn_and_one_added_twice_is_one(void **state)
{
	struct receiver a = { &box, 'a', NULL };

	(void)state;
	add(&a, 0);
	observe(&first);
	observe(&second);
	observe(&first);
	(void)emit();
	assert_string_equal(box.log, "1<2<1(2(a1)2)1>2>");
	assert_int_equal(sb_unobserve(box.d, &all, &first), 0);
	assert_int_equal(sb_unobserve(box.d, &all, &first), -ENOENT);
	(void)emit();
	assert_string_equal(box.log, "1<2<1(2(a1)2)1>2>2<2(a2)2>");
	assert_int_equal(sb_unobserve(box.d, &all, &second), 0);
	(void)emit();
	assert_string_equal(box.log, "1<2<1(2(a1)2)1>2>2<2(a2)2>a");
}

static void
observe_second(struct receiver *receiver)
{
	receiver->then = NULL;
	observe(&second);
}

static void
one_added_in_a_handler_sees_what_begins_after(void **state)
{
	struct receiver a = { &box, 'a', observe_second }, b = { &box, 'b', emit_beta };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	(void)emit();
	assert_string_equal(box.log, "ab2<2>");
	assert_int_equal(second.emission.parent, 0);
	b.then = NULL;
	(void)emit();
	assert_string_equal(box.log, "ab2<2>2<2(a2)2(b2)2>");
}

static void
take_off_both(struct eye *eye, char what)
{
	(void)eye;
	if (what != '(')
		return;
	assert_int_equal(sb_unobserve(box.d, &all, &first), 0);
	assert_int_equal(sb_unobserve(box.d, &all, &second), 0);
	/* Added again at once it is another one, which has seen nothing begin. */
	observe(&second);
}

static void
one_that_is_taken_off_hears_nothing_more(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct eye off = { .letter = "0", .then = take_off_both };

	(void)state;
	add(&a, 0);
	observe(&first);
	observe(&off);
	observe(&second);
	(void)emit();
	assert_string_equal(box.log, "1<0<2<1(0(a0)0>");
	off.then = NULL;
	(void)emit();
	assert_string_equal(box.log, "1<0<2<1(0(a0)0>0<2<0(2(a0)2)0>2>");
}

static void
one_whose_self_is_forgotten_hears_nothing_more(void **state)
{
	struct eye eye = { .letter = "" };

	(void)state;
	observe(&eye);
	(void)emit();
	assert_int_equal(sb_forget(box.d, &eye), 0);
	(void)emit();
	assert_string_equal(box.log, "<>");
	assert_int_equal(sb_unobserve(box.d, &all, &eye), -ENOENT);
}

static void
emit_and_fail(struct eye *eye, char what)
{
	if (what != '(' || eye->emission.signal != test_alpha_signal())
		return;
	emit_beta(NULL);
	assert_string_equal(sb_running_place(box.d), "eye here:9");
	sb_fail(box.d, -EIO, "no ink left");
}

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	(void)self;
	(void)from;
	(void)e;
	write_letter('b');
	/* What comes of it is not observed either. */
	(void)other_gamma_emit(box.d, NULL, &(struct other_gamma){ false });
}

static void
what_an_observer_emits_is_delivered_and_not_observed(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct eye eye = { .letter = "", .then = emit_and_fail };
	struct sb_result result;

	(void)state;
	add(&a, 0);
	test_beta_connect(box.d, SB_ANY, SB_HANDLER(on_beta), NULL);
	observe(&eye);
	(void)test_alpha_emit_result(box.d, NULL, &(struct test_alpha){ .value = 1 }, &result);
	assert_string_equal(box.log, "<(b?a)>");
	assert_string_equal(box.last_resort.text, "test.alpha|eye here:9|no ink left");
	assert_int_equal(result.n_failed, 0);
	assert_int_equal(eye.outcome, SB_RETURNED);
}

static void
disconnect_it(struct eye *eye, char what)
{
	(void)eye;
	if (what == '(')
		(void)sb_disconnect(box.d, box.connection);
}

static void
block_it(struct eye *eye, char what)
{
	(void)eye;
	if (what == '(')
		(void)sb_block(box.d, box.connection);
}

static void
a_call_of_what_an_observer_ends_or_blocks_is_not_made(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct eye eye = { .letter = "", .then = block_it };

	(void)state;
	box.connection = add(&a, 0);
	observe(&eye);
	assert_int_equal(emit(), 0);
	assert_int_equal(eye.outcome, SB_PASSED_OVER);
	assert_int_equal(sb_unblock(box.d, box.connection), 0);
	eye.then = disconnect_it;
	assert_int_equal(emit(), 0);
	assert_int_equal(eye.outcome, SB_PASSED_OVER);
	assert_string_equal(box.log, "<()><()>");
}

/* The receiver runs by its other connection then: it has not run by the first. */
static void
a_receiver_passed_over_runs_by_its_next_connection(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL };
	struct eye eye = { .letter = "", .then = disconnect_it };

	(void)state;
	box.connection = add(&a, 0);
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &a);
	observe(&eye);
	assert_int_equal(emit_from(&thing), 1);
	assert_string_equal(box.log, "<()(a)>");
}

static void
forget_the_sender(struct eye *eye, char what)
{
	if (what == eye->when)
		(void)sb_forget(box.d, box.thing);
}

static void
destroy_the_dispatcher(struct eye *eye, char what)
{
	if (what == eye->when)
		sb_dispatcher_destroy(box.d);
}

/* Emits once with an observer that does something when it sees `when`. */
static void
look(void (*then)(struct eye *, char), char when, const char *seen)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL };
	struct eye eye = { .letter = "", .then = then, .when = when };

	memset(box.log, 0, sizeof(box.log));
	box.thing = &thing;
	add(&a, 0);
	observe(&eye);
	assert_int_equal(emit_from(&thing), -ECANCELED);
	assert_string_equal(box.log, seen);
}

static void
an_observer_may_forget_the_sender(void **state)
{
	(void)state;
	look(forget_the_sender, '<', "<>");
	assert_int_equal(tear_down(NULL) + set_up(state), 0);
	look(forget_the_sender, '(', "<()>");
	assert_int_equal(tear_down(NULL) + set_up(state), 0);
	look(forget_the_sender, ')', "<(a)>");
	assert_int_equal(tear_down(NULL) + set_up(state), 0);
	look(forget_the_sender, '>', "<(a)>");
}

static void
an_observer_may_destroy_the_dispatcher_and_hears_nothing_more(void **state)
{
	(void)state;
	look(destroy_the_dispatcher, '<', "<");
	assert_int_equal(set_up(state), 0);
	look(destroy_the_dispatcher, '(', "<(");
	assert_int_equal(set_up(state), 0);
	look(destroy_the_dispatcher, ')', "<(a)");
	assert_int_equal(set_up(state), 0);
	look(destroy_the_dispatcher, '>', "<(a)>");
	box.d = NULL;
}

static void
destroy_and_observe(struct receiver *receiver)
{
	(void)receiver;
	sb_dispatcher_destroy(box.d);
	assert_int_equal(sb_observe(box.d, &all, SB_PLACE, &second), -ECANCELED);
}

static void
a_destroyed_dispatcher_is_not_observed(void **state)
{
	struct receiver a = { &box, 'a', destroy_and_observe };

	(void)state;
	add(&a, 0);
	observe(&first);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "1<1(a");
	box.d = NULL;
}

static jmp_buf way_out;

static void
leave(struct receiver *receiver)
{
	(void)receiver;
	longjmp(way_out, 1);
}

static void
unwinding_ends_what_was_begun(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', leave };

	(void)state;
	add(&a, 0);
	sb_pattern_connect(box.d, "test.beta", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_any), &b);
	observe(&first);
	if (!setjmp(way_out))
		(void)emit();
	write_letter('!');
	assert_false(sb_unwind(box.d));
	assert_string_equal(box.log, "1<1(a1<1[b!1]1>1)1>");
	assert_int_equal(first.outcome, SB_LEFT);
	assert_int_equal(first.result, -ECANCELED);
	assert_int_equal(first.emission.number, 1);
}

static void
leave_when_seen(struct eye *eye, char what)
{
	if (what == eye->when)
		longjmp(way_out, 1);
}

/* Two observe, the first leaves when it sees `when`: the second hears the ends of what it heard
 * begin. */
static void
leave_half_told(char when, const char *seen)
{
	struct receiver a = { &box, 'a', NULL };
	struct eye eye = { .letter = "0", .then = leave_when_seen, .when = when };

	memset(box.log, 0, sizeof(box.log));
	add(&a, 0);
	observe(&eye);
	observe(&second);
	if (!setjmp(way_out))
		(void)emit();
	eye.then = NULL;
	write_letter('!');
	assert_false(sb_unwind(box.d));
	assert_string_equal(box.log, seen);
}

static void
unwinding_tells_only_those_who_heard_the_beginning_and_not_the_end(void **state)
{
	leave_half_told('<', "0<!0>");
	assert_int_equal(tear_down(NULL) + set_up(state), 0);
	leave_half_told('(', "0<2<0(!0)0>2>");
	assert_int_equal(tear_down(NULL) + set_up(state), 0);
	leave_half_told(')', "0<2<0(2(a0)!2)0>2>");
	assert_int_equal(second.outcome, SB_RETURNED);
	assert_int_equal(tear_down(NULL) + set_up(state), 0);
	leave_half_told('>', "0<2<0(2(a0)2)0>!2>");
}

static void
stop_it(struct eye *eye, char what)
{
	(void)eye;
	(void)what;
	sb_stop(box.d);
}

static void
an_observer_that_stops_an_emission_is_an_assert(void **state)
{
	struct eye eye = { .letter = "", .then = stop_it };
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)freopen("/dev/null", "w", stderr);
		observe(&eye);
		(void)emit();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static int
set_up_eyes(void **state)
{
	first = (struct eye){ .letter = "1" };
	second = (struct eye){ .letter = "2" };
	return set_up(state);
}

#define SEES(name) cmocka_unit_test_setup_teardown(name, set_up_eyes, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SEES(beginnings_and_ends_surround_what_happens),
		SEES(an_emission_that_nobody_hears_is_seen_too),
		SEES(an_emission_knows_the_one_in_whose_handler_it_began),
		SEES(a_failure_is_an_emission_that_the_failed_one_caused),
		SEES(functions_left_out_are_not_missed),
		SEES(several_are_told_in_turn_and_one_added_twice_is_one),
		SEES(one_added_in_a_handler_sees_what_begins_after),
		SEES(one_that_is_taken_off_hears_nothing_more),
		SEES(one_whose_self_is_forgotten_hears_nothing_more),
		SEES(what_an_observer_emits_is_delivered_and_not_observed),
		SEES(a_call_of_what_an_observer_ends_or_blocks_is_not_made),
		SEES(a_receiver_passed_over_runs_by_its_next_connection),
		SEES(an_observer_may_forget_the_sender),
		SEES(an_observer_may_destroy_the_dispatcher_and_hears_nothing_more),
		SEES(a_destroyed_dispatcher_is_not_observed),
		SEES(unwinding_ends_what_was_begun),
		SEES(unwinding_tells_only_those_who_heard_the_beginning_and_not_the_end),
		SEES(an_observer_that_stops_an_emission_is_an_assert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
