/* What fails leaves nothing behind, and what is given up is given back: by counting blocks.
 * test_memory.c has what goes on when memory fails. */

#include <signalbox/dispatcher.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/failing_memory.inc"
#include "dispatch/signals.inc"

static struct sb_dispatcher *d;
static struct thing things[64];

static void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	(void)self;
	(void)from;
	(void)signal;
	(void)payload;
}

static bool
connect_from_a_sender(struct thing *thing)
{
	return test_alpha_connect(d, thing, SB_HANDLER(on_alpha), thing).serial;
}

static bool
connect_a_receiver_of_another(struct thing *thing)
{
	return test_alpha_connect(d, thing, SB_HANDLER(on_alpha), &things[1]).serial;
}

static bool
connect_a_pattern(struct thing *thing)
{
	return sb_pattern_connect(
		d, "test.*", thing, (struct sb_options){ .priority = 0 }, SB_HANDLER(on_any), thing)
		.serial;
}

static bool
label(struct thing *thing)
{
	return sb_label(d, thing, "a name") == 0;
}

/* Whatever fails in it: there are as many blocks as before; and again when it is forgotten. */
static void
check(bool (*make)(struct thing *))
{
	struct thing *thing = &things[10];
	long before, n = 0;

	/* Once for all that stays. */
	assert_true(make(thing));
	(void)sb_forget(d, thing);
	before = n_blocks;
	for (;; n++) {
		bool is_made;

		n_until_failure = n;
		is_made = make(thing);
		n_until_failure = -1;
		if (is_made)
			break;
		assert_int_equal(n_blocks, before);
	}
	assert_true(n > 0);
	(void)sb_forget(d, thing);
	assert_int_equal(n_blocks, before);
}

static void
what_fails_for_memory_and_what_is_forgotten_leaves_nothing_behind(void **state)
{
	(void)state;
	d = sb_dispatcher_create(NULL, NULL);
	(void)sb_register(d, &signals_one);
	test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &things[1]);
	check(connect_from_a_sender);
	check(connect_a_receiver_of_another);
	check(connect_a_pattern);
	check(label);
	sb_dispatcher_destroy(d);
	assert_int_equal(n_blocks, 0);
}

static void
a_signal_that_cannot_be_registered_leaves_nothing_behind(void **state)
{
	long before, n = 0;

	(void)state;
	d = sb_dispatcher_create(NULL, NULL);
	/* It meets the signal, and has room for it: that of dispatch.failed is for some. */
	sb_pattern_connect(d, ">", SB_ANY, (struct sb_options){ .priority = 0 }, SB_HANDLER(on_any),
		&things[0]);
	before = n_blocks;
	for (n_until_failure = n; sb_register(d, &signals_one) == -ENOMEM; n_until_failure = ++n)
		if (!sb_find(d, "test.alpha"))
			assert_int_equal(n_blocks, before);
	n_until_failure = -1;
	assert_true(n > 3);
	assert_ptr_equal(sb_find(d, "test.beta"), test_beta_signal());
	sb_dispatcher_destroy(d);
	assert_int_equal(n_blocks, 0);
}

static void
on_alpha_comes_and_goes(void *self, struct thing *from, const struct test_alpha *e)
{
	static char selves[3];

	(void)self;
	(void)from;
	for (int k = 0; k < 3; k++) {
		struct sb_connection c =
			test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &selves[k]);

		assert_true(c.serial);
		assert_int_equal(sb_disconnect(d, c), 0);
		assert_true(connect_from_a_sender(&things[k]));
		(void)sb_forget(d, &things[k]);
	}
	(void)e;
}

static void
what_comes_and_goes_in_emissions_is_given_back_at_their_end(void **state)
{
	long before = 0;

	(void)state;
	d = sb_dispatcher_create(NULL, NULL);
	test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha_comes_and_goes), NULL);
	for (int k = 0; k < 1000; k++) {
		assert_int_equal(test_alpha_emit(d, NULL, &(struct test_alpha){ .value = 1 }), 1);
		if (k == 10)
			before = n_blocks;
		assert_true(k <= 10 || n_blocks == before);
	}
	sb_dispatcher_destroy(d);
	assert_int_equal(n_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_for_memory_and_what_is_forgotten_leaves_nothing_behind),
		cmocka_unit_test(a_signal_that_cannot_be_registered_leaves_nothing_behind),
		cmocka_unit_test(what_comes_and_goes_in_emissions_is_given_back_at_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
