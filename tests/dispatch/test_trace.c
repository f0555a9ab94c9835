/* What a trace prints, to the letter. */
#include "dispatch/traced.inc"

static struct thing thing = { 1 };

static void
take_12_us(struct receiver *receiver)
{
	(void)receiver;
	now_ns += 12345;
}

static void
take_1_ms(struct receiver *receiver)
{
	(void)receiver;
	now_ns += 1234567;
}

static void
emit_beta(struct receiver *receiver)
{
	(void)receiver;
	now_ns += 1000;
	(void)test_beta_emit(box.d, &thing, &(struct test_beta){ .whole = 7 });
	now_ns += 1000;
}

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	struct receiver *receiver = self;

	(void)from;
	(void)e;
	now_ns += 500;
	if (receiver->then)
		receiver->then(receiver);
}

static struct sb_connection
hear(struct receiver *receiver, const char *place)
{
	return test_alpha_connect(box.d, SB_ANY, on_alpha, place, receiver);
}

static void
hear_beta(struct receiver *receiver)
{
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta there:9", receiver);
}

static struct sb_connection
hear_pattern(const char *pattern, struct receiver *receiver)
{
	return sb_pattern_connect(box.d, pattern, SB_ANY, (struct sb_options){ .priority = 0 },
		on_any, "on_any here:3", receiver);
}

#define BETA(from)                                                                                 \
	"test.beta" from " truth=false whole=7 large=0 real=0 text=null bytes=\"\" handle=null"

static void
an_emission_stands_above_its_calls(void **state)
{
	struct receiver a = { &box, 'a', take_12_us }, b = { &box, 'b', take_1_ms };

	(void)state;
	assert_int_equal(sb_label(box.d, &thing, "libera"), 0);
	hear(&a, "on_a here:1");
	hear(&b, "on_b here:2");
	start(">");
	assert_int_equal(emit_from(&thing), 2);
	assert_int_equal(emit_from(&thing), 2);
	wrote("#1 test.alpha [libera] text=null value=1 flag=false\n"
	      "  on_a here:1  12.3 us\n"
	      "  on_b here:2  1.23 ms\n"
	      "#2 test.alpha [libera] text=null value=1 flag=false\n"
	      "  on_a here:1  12.3 us\n"
	      "  on_b here:2  1.23 ms\n");
}

static void
a_nested_emission_stands_beneath_the_call_in_which_it_began(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', NULL },
			c = { &box, 'c', NULL };

	(void)state;
	hear(&a, "on_a here:1");
	hear(&b, "on_b here:2");
	hear_beta(&c);
	start(">");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n"
	      "    #2 " BETA(" [thing]") "\n"
					 "      on_beta there:9  500 ns\n"
					 "  on_a here:1 ended  2.50 us\n"
					 "  on_b here:2  0 ns\n");
}

static void
one_that_nobody_hears_is_one_line(void **state)
{
	struct receiver a = { &box, 'a', emit_beta };

	(void)state;
	start(">");
	assert_int_equal(other_gamma_emit(box.d, &thing, &(struct other_gamma){ false }), 0);
	hear(&a, "on_a here:1");
	(void)emit();
	wrote("#1 other.gamma [an object]  nobody\n"
	      "#2 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n"
	      "    #3 " BETA(" [thing]") "  nobody\n"
					 "  on_a here:1 ended  2.00 us\n");
}

static void
on_expected(void *self, const struct sb_expected *expected)
{
	(void)self;
	(void)expected;
	now_ns += 42;
}

static void
what_hears_by_a_pattern_or_awaits_says_so(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	const struct sb_awaited awaited = test_alpha_awaited(SB_ANY, NULL);

	(void)state;
	hear_pattern("test.*", &a);
	assert_true(
		sb_expect(box.d, &awaited, 1, -1, on_expected, "on_expected here:4", &a).serial);
	start(">");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_any here:3, by test.*  0 ns\n"
	      "  on_expected here:4, awaited  42 ns\n");
}

static void
without_a_loop_there_are_no_times(void **state)
{
	struct receiver a = { &box, 'a', emit_beta };

	(void)state;
	sb_set_loop(box.d, NULL, NULL);
	hear(&a, "on_a here:1");
	start("test.alpha late.*");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n");
}

static void
lose_the_loop(struct receiver *receiver)
{
	sb_set_loop(box.d, receiver->letter == 'a' ? NULL : &loop, NULL);
}

static void
a_call_in_which_the_loop_comes_or_goes_has_no_time(void **state)
{
	struct receiver a = { &box, 'a', lose_the_loop }, b = { &box, 'b', lose_the_loop };

	(void)state;
	hear(&a, "on_a here:1");
	hear(&b, "on_b here:2");
	start(">");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n"
	      "  on_b here:2\n");
}

static int64_t took_ns;

static void
take_that_long(struct receiver *receiver)
{
	(void)receiver;
	now_ns += took_ns;
}

static void
times_have_three_digits_and_a_unit(void **state)
{
	static const struct {
		int64_t ns;
		const char *said;
	} cases[] = {
		{ 0, "0 ns" },
		{ 7, "7 ns" },
		{ 999, "999 ns" },
		{ 1000, "1.00 us" },
		{ 9999, "9.99 us" },
		{ 10000, "10.0 us" },
		{ 99999, "99.9 us" },
		{ 100000, "100 us" },
		{ 999999, "999 us" },
		{ 1050000, "1.05 ms" },
		{ 12000000, "12.0 ms" },
		{ 1000000000, "1.00 s" },
		{ 61500000000, "61.5 s" },
		{ 7200000000000, "7200 s" },
	};
	struct receiver a = { &box, 'a', take_that_long };
	char expected[200];

	(void)state;
	hear(&a, "on_a here:1");
	start(">");
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		took_ns = cases[k].ns;
		(void)emit();
		(void)snprintf(expected, sizeof(expected),
			"#%zu test.alpha text=null value=1 flag=false\n  on_a here:1  %s\n", k + 1,
			cases[k].said);
		wrote(expected);
	}
}

static void
only_what_a_pattern_matches_is_printed(void **state)
{
	struct receiver a = { &box, 'a', NULL };

	(void)state;
	hear(&a, "on_a here:1");
	start("late.*, test.alpha");
	(void)other_gamma_emit(box.d, NULL, &(struct other_gamma){ false });
	(void)emit();
	(void)late_delta_emit(box.d, NULL, &(struct late_delta){ .value = -3 });
	(void)test_beta_emit(box.d, NULL, &(struct test_beta){ .whole = 7 });
	wrote("#2 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1  0 ns\n"
	      "#3 late.delta value=-3  nobody\n");
}

static void
one_in_an_emission_that_is_not_printed_says_which(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', NULL };

	(void)state;
	hear(&a, "on_a here:1");
	hear_beta(&b);
	start("test.beta");
	(void)emit();
	wrote("#2 " BETA(" [thing]") "  in #1 test.alpha, on_a here:1\n"
				     "  on_beta there:9  500 ns\n");
}

static void
emit_gamma(struct receiver *receiver)
{
	(void)receiver;
	(void)other_gamma_emit(box.d, NULL, &(struct other_gamma){ false });
}

static void
one_two_below_stands_beneath_the_nearest_that_is_printed(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', emit_gamma };

	(void)state;
	hear(&a, "on_a here:1");
	hear_beta(&b);
	start("test.alpha,other.>");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n"
	      "    #3 other.gamma  in #2 test.beta, on_beta there:9  nobody\n"
	      "  on_a here:1 ended  2.50 us\n");
}

static void
start_all(struct receiver *receiver)
{
	(void)receiver;
	start(">");
}

static void
emission_began(void *self, const struct sb_emission *emission)
{
	(void)self;
	(void)emission;
}

static void
one_begun_in_a_handler_prints_what_begins_after(void **state)
{
	static const struct sb_observer other = { .emission_began = emission_began };
	struct receiver a = { &box, 'a', start_all }, b = { &box, 'b', emit_gamma };

	(void)state;
	assert_int_equal(sb_observe(box.d, &other, SB_PLACE, NULL), 0);
	hear(&a, "on_a here:1");
	hear(&b, "on_b here:2");
	(void)emit();
	wrote("#2 other.gamma  in #1  nobody\n");
}

static void
fail_on_purpose(struct receiver *receiver)
{
	(void)receiver;
	sb_fail(box.d, -EIO, "no paper left");
}

static void
a_call_that_failed_says_so_and_the_failure_stands_beneath_its_emission(void **state)
{
	struct receiver a = { &box, 'a', fail_on_purpose }, b = { &box, 'b', NULL };

	(void)state;
	hear(&a, "on_a here:1");
	hear(&b, "on_b here:2");
	start(">");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1  0 ns  failed\n"
	      "  on_b here:2  0 ns\n"
	      "  #2 dispatch.failed signal=\"test.alpha\" place=\"on_a here:1\" error=-5"
	      " text=\"no paper left\"  nobody\n");
}

static void
stop(struct receiver *receiver)
{
	(void)receiver;
	sb_stop(box.d);
}

static void
an_emission_that_was_stopped_says_by_whom(void **state)
{
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', stop };

	(void)state;
	hear(&a, "on_a here:1");
	hear(&b, "on_b here:2");
	start(">");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1  0 ns\n"
	      "  on_b here:2  0 ns\n"
	      "#1 test.alpha stopped by on_b here:2\n");
}

static void
forget_the_sender(struct receiver *receiver)
{
	(void)receiver;
	(void)sb_forget(box.d, &thing);
}

static void
an_emission_that_was_cancelled_says_by_whom(void **state)
{
	struct receiver a = { &box, 'a', forget_the_sender };

	(void)state;
	hear(&a, "here:1");
	start(">");
	assert_int_equal(emit_from(&thing), -ECANCELED);
	wrote("#1 test.alpha [thing] text=null value=1 flag=false\n"
	      "  here:1  0 ns\n"
	      "#1 test.alpha cancelled by here:1\n");
}

static void
forget_or_disconnect(void *self, const struct sb_emission *emission)
{
	(void)emission;
	if (self)
		(void)sb_forget(box.d, self);
	else
		(void)sb_disconnect(box.d, box.connection);
}

static void
forget_or_disconnect_it(
	void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	(void)receiver;
	forget_or_disconnect(self, emission);
}

static void
what_other_observers_do_is_told_too(void **state)
{
	static const struct sb_observer on_emission = { .emission_began = forget_or_disconnect };
	static const struct sb_observer on_call = { .call_began = forget_or_disconnect_it };
	struct receiver a = { &box, 'a', NULL };

	(void)state;
	box.connection = hear(&a, "on_a here:1");
	start(">");
	assert_int_equal(sb_observe(box.d, &on_emission, SB_PLACE, &thing), 0);
	assert_int_equal(emit_from(&thing), -ECANCELED);
	assert_int_equal(sb_observe(box.d, &on_call, SB_PLACE, NULL), 0);
	assert_int_equal(emit(), 0);
	wrote("#1 test.alpha [thing] text=null value=1 flag=false  cancelled\n"
	      "#2 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1  passed over\n");
}

static jmp_buf way_out;

static void
leave(struct receiver *receiver)
{
	(void)receiver;
	longjmp(way_out, 1);
}

static void
a_call_that_never_returned_is_told_when_it_is_given_up(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', leave };

	(void)state;
	hear(&a, "on_a here:1");
	hear_beta(&b);
	start(">");
	if (!setjmp(way_out))
		(void)emit();
	assert_false(sb_unwind(box.d));
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n"
	      "    #2 " BETA(" [thing]") "\n"
					 "      on_beta there:9  500 ns  never returned\n"
					 "    #2 test.beta cancelled by on_beta there:9\n"
					 "  on_a here:1 ended  1.50 us  never returned\n"
					 "#1 test.alpha cancelled by on_a here:1\n");
}

/* A handler that the program dies in: what has been written by then stays. */
static void
look(struct receiver *receiver)
{
	(void)receiver;
	assert_string_equal(text, "#1 test.alpha text=null value=1 flag=false\n");
	emit_gamma(receiver);
	assert_string_equal(text, "#1 test.alpha text=null value=1 flag=false\n"
				  "  on_a here:1\n"
				  "    #2 other.gamma  nobody\n");
}

static void
the_line_of_an_emission_is_there_before_anybody_is_called(void **state)
{
	struct receiver a = { &box, 'a', look };

	(void)state;
	hear(&a, "on_a here:1");
	start(">");
	(void)emit();
}

static void
start_anew(struct receiver *receiver)
{
	sb_trace_stop(box.d);
	if (receiver->letter == 'a')
		start(">");
}

static void
one_that_is_stopped_prints_no_more(void **state)
{
	struct receiver a = { &box, 'a', start_anew }, b = { &box, 'b', start_anew };
	struct sb_error error;

	(void)state;
	sb_trace_stop(box.d);
	hear(&a, "on_a here:1");
	start(">");
	assert_int_equal(sb_trace_start(box.d, ">", file, &error), -EALREADY);
	assert_string_equal(error.text, "it is traced already");
	(void)emit();
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n");
	hear(&b, "on_b here:2");
	(void)emit();
	emit_gamma(NULL);
	wrote("#2 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n");
}

static void
stay_with_errno(struct receiver *receiver)
{
	(void)receiver;
	errno = EDOM;
	emit_gamma(NULL);
	assert_int_equal(errno, EDOM);
	errno = 0;
}

static void
a_file_that_cannot_be_written_disturbs_nothing(void **state)
{
	struct receiver a = { &box, 'a', stay_with_errno };
	FILE *full = fopen("/dev/full", "w");
	struct sb_error error;

	(void)state;
	if (!full)
		skip();
	hear(&a, "on_a here:1");
	assert_int_equal(sb_trace_start(box.d, ">", full, &error), 0);
	for (int k = 0; k < 300; k++)
		assert_int_equal(emit(), 1);
	sb_dispatcher_destroy(box.d);
	box.d = NULL;
	(void)fclose(full);
}

static int n_writes;

static ssize_t
write_slowly(void *self, const char *bytes, size_t len)
{
	(void)self;
	n_writes++;
	assert_true(len > 0 && bytes[len - 1] == '\n' && !memchr(bytes, '\n', len - 1));
	now_ns += 50000;
	errno = EPERM;
	return fwrite(bytes, 1, len, file) == len ? (ssize_t)len : 0;
}

static void
lines_are_written_whole_and_the_time_that_takes_is_no_handlers(void **state)
{
	struct receiver a = { &box, 'a', emit_beta }, b = { &box, 'b', NULL };
	FILE *slow = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = write_slowly });
	struct sb_error error;

	(void)state;
	assert_non_null(slow);
	(void)setvbuf(slow, NULL, _IONBF, 0);
	n_writes = 0;
	hear(&a, "on_a here:1");
	hear_beta(&b);
	assert_int_equal(sb_trace_start(box.d, ">", slow, &error), 0);
	errno = 0;
	(void)emit();
	assert_int_equal(errno, 0);
	assert_int_equal(n_writes, 5);
	(void)fflush(file);
	wrote("#1 test.alpha text=null value=1 flag=false\n"
	      "  on_a here:1\n"
	      "    #2 " BETA(" [thing]") "\n"
					 "      on_beta there:9  500 ns\n"
					 "  on_a here:1 ended  2.50 us\n");
	sb_trace_stop(box.d);
	(void)fclose(slow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRACED(an_emission_stands_above_its_calls),
		TRACED(a_nested_emission_stands_beneath_the_call_in_which_it_began),
		TRACED(one_that_nobody_hears_is_one_line),
		TRACED(what_hears_by_a_pattern_or_awaits_says_so),
		TRACED(without_a_loop_there_are_no_times),
		TRACED(a_call_in_which_the_loop_comes_or_goes_has_no_time),
		TRACED(times_have_three_digits_and_a_unit),
		TRACED(only_what_a_pattern_matches_is_printed),
		TRACED(one_in_an_emission_that_is_not_printed_says_which),
		TRACED(one_two_below_stands_beneath_the_nearest_that_is_printed),
		TRACED(one_begun_in_a_handler_prints_what_begins_after),
		TRACED(a_call_that_failed_says_so_and_the_failure_stands_beneath_its_emission),
		TRACED(an_emission_that_was_stopped_says_by_whom),
		TRACED(an_emission_that_was_cancelled_says_by_whom),
		TRACED(what_other_observers_do_is_told_too),
		TRACED(a_call_that_never_returned_is_told_when_it_is_given_up),
		TRACED(the_line_of_an_emission_is_there_before_anybody_is_called),
		TRACED(one_that_is_stopped_prints_no_more),
		TRACED(a_file_that_cannot_be_written_disturbs_nothing),
		TRACED(lines_are_written_whole_and_the_time_that_takes_is_no_handlers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
