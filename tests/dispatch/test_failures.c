/* Failures that are noticed after their handler has returned, and who runs now. test_emission.c has
 * those of the running handler. */
#include "dispatch/box.inc"

static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	struct receiver *receiver = self;

	write_letter('!');
	box.last_resort.code = (int)e->error;
	(void)snprintf(box.last_resort.text, sizeof(box.last_resort.text), "%s|%s|%.150s|%s",
		e->signal ? e->signal : "", e->place ? e->place : "", e->text,
		from ? "from the thing" : "anonymous");
	if (receiver && receiver->then)
		receiver->then(receiver);
}

static int
fail_late(struct thing *from)
{
	return sb_fail_at(
		box.d, from, "test.alpha", "on_alpha here:1", -ETIMEDOUT, "no %s", "answer");
}

static void
a_late_failure_is_told_with_its_signal_and_place(void **state)
{
	struct thing thing = { 1 };

	(void)state;
	sb_dispatch_failed_connect(box.d, &thing, SB_HANDLER(on_failed), NULL);
	assert_int_equal(fail_late(&thing), 0);
	assert_string_equal(box.log, "!");
	assert_int_equal(box.last_resort.code, -ETIMEDOUT);
	assert_string_equal(
		box.last_resort.text, "test.alpha|on_alpha here:1|no answer|from the thing");
	/* Whoever listens to another sender does not hear of it. */
	assert_int_equal(fail_late(NULL), 0);
	assert_string_equal(box.log, "!?");
	assert_string_equal(box.last_resort.text, "test.alpha|on_alpha here:1|no answer");
}

static void
a_late_failure_may_know_neither_signal_nor_place(void **state)
{
	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	assert_int_equal(sb_fail_at(box.d, NULL, NULL, NULL, -EIO, "broken"), 0);
	assert_string_equal(box.last_resort.text, "||broken|anonymous");
}

static void
fail_late_in_a_handler(struct receiver *receiver)
{
	(void)receiver;
	box.result = fail_late(box.thing);
}

static void
a_late_failure_told_in_a_handler_comes_at_once_and_is_not_its_own(void **state)
{
	struct receiver a = { &box, 'a', fail_late_in_a_handler }, b = { &box, 'b', NULL };
	struct sb_result result;

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(
		test_alpha_emit_result(box.d, NULL, &(struct test_alpha){ .value = 1 }, &result),
		2);
	assert_string_equal(box.log, "a!b");
	assert_int_equal(result.n_failed, 0);
	assert_int_equal(emit(), 2);
	assert_string_equal(box.log, "a!ba!b");
}

static void
a_late_failure_noticed_while_a_failure_is_told_goes_to_the_last_resort(void **state)
{
	struct receiver a = { &box, 'a', fail_late_in_a_handler };

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), &a);
	sb_fail(box.d, -EIO, "first");
	assert_string_equal(box.log, "!?");
	assert_string_equal(box.last_resort.text, "test.alpha|on_alpha here:1|no answer");
}

static void
nest_and_fail_late(struct receiver *receiver)
{
	if (--box.result)
		(void)emit();
	else
		(void)fail_late_in_a_handler(receiver);
}

static void
a_late_failure_is_heard_in_the_deepest_emission(void **state)
{
	struct receiver a = { &box, 'a', nest_and_fail_late };

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	add(&a, 0);
	box.result = SB_DEPTH_LIMIT;
	(void)emit();
	assert_int_equal(strlen(box.log), SB_DEPTH_LIMIT + 1);
	assert_int_equal(box.log[SB_DEPTH_LIMIT], '!');
	assert_int_equal(box.result, 0);
}

static void
forget_the_thing(struct receiver *receiver)
{
	(void)receiver;
	(void)sb_forget(box.d, box.thing);
}

static void
destroy_the_dispatcher(struct receiver *receiver)
{
	(void)receiver;
	sb_dispatcher_destroy(box.d);
}

static void
whoever_tells_a_late_failure_learns_that_it_is_forgotten_or_the_dispatcher_gone(void **state)
{
	struct thing thing = { 1 };
	struct receiver forgets = { &box, 'f', forget_the_thing };
	struct receiver destroys = { &box, 'd', destroy_the_dispatcher };
	struct sb_connection c;

	(void)state;
	box.thing = &thing;
	c = sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), &forgets);
	assert_int_equal(fail_late(&thing), -ECANCELED);
	assert_int_equal(sb_disconnect(box.d, c), 0);
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), &destroys);
	assert_int_equal(fail_late(&thing), -ECANCELED);
	assert_string_equal(box.log, "!!");
	box.d = NULL;
}

static void
destroy_and_fail_late(struct receiver *receiver)
{
	destroy_the_dispatcher(receiver);
	fail_late_in_a_handler(receiver);
}

static void
a_late_failure_of_a_destroyed_dispatcher_goes_to_the_last_resort(void **state)
{
	struct receiver a = { &box, 'a', destroy_and_fail_late };

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	add(&a, 0);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "a?");
	assert_int_equal(box.result, -ECANCELED);
	box.d = NULL;
}

static void
a_failure_is_printed_where_there_is_no_last_resort(void **state)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	char text[200] = "";

	(void)state;
	assert_true(d && file && before >= 0);
	(void)fflush(stderr);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	(void)sb_fail_at(d, NULL, "test.alpha", "on_alpha here:1", -EIO, "no %s", "paper");
	sb_fail(d, -EIO, "no ink");
	(void)fflush(stderr);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	(void)close(before);
	rewind(file);
	(void)fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	assert_string_equal(text,
		"signalbox: test.alpha: on_alpha here:1: no paper (Input/output error)\n"
		"signalbox: no ink (Input/output error)\n");
	sb_dispatcher_destroy(d);
}

/* Writes the number in the running handler's place, "... here:1". */
static void
write_place(struct receiver *receiver)
{
	const char *place = sb_running_place(box.d);

	(void)receiver;
	assert_non_null(place);
	write_letter(place[strlen(place) - 1]);
}

static void
write_places_around_an_emission(struct receiver *receiver)
{
	write_place(receiver);
	assert_int_equal(test_beta_emit(box.d, NULL, &(struct test_beta){ .whole = 1 }), 1);
	write_place(receiver);
}

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	(void)from;
	(void)e;
	write_place(self);
}

static void
leave_and_write_place(struct receiver *receiver)
{
	(void)sb_disconnect(box.d, box.connection);
	write_place(receiver);
}

static void
the_running_place_is_that_of_the_innermost_handler(void **state)
{
	struct receiver a = { &box, 'a', write_places_around_an_emission };
	struct receiver b = { &box, 'b', leave_and_write_place };
	struct receiver c = { &box, 'c', write_place }, watcher = { &box, '*', write_place };

	(void)state;
	test_beta_connect(box.d, SB_ANY, on_beta, "on_beta here:2", &a);
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	box.connection = test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:3", &b);
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:4", &c);
	sb_pattern_connect(box.d, "test.alpha", SB_ANY, (struct sb_options){ .priority = -1 },
		on_any, "on_any here:5", &watcher);
	assert_null(sb_running_place(box.d));
	assert_int_equal(emit(), 3);
	assert_string_equal(box.log, "a121b3c4*5");
	assert_null(sb_running_place(box.d));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_late_failure_is_told_with_its_signal_and_place),
		TEST(a_late_failure_may_know_neither_signal_nor_place),
		TEST(a_late_failure_told_in_a_handler_comes_at_once_and_is_not_its_own),
		TEST(a_late_failure_noticed_while_a_failure_is_told_goes_to_the_last_resort),
		TEST(a_late_failure_is_heard_in_the_deepest_emission),
		TEST(whoever_tells_a_late_failure_learns_that_it_is_forgotten_or_the_dispatcher_gone),
		TEST(a_late_failure_of_a_destroyed_dispatcher_goes_to_the_last_resort),
		TEST(a_failure_is_printed_where_there_is_no_last_resort),
		TEST(the_running_place_is_that_of_the_innermost_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
