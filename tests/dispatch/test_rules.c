/* What a handler may do while it is called, for each kind of connection that it may have, each kind
 * that whom it does it to may have, and each way to emit: the rules are the same for all. Three
 * receivers are called, a, b and c; b acts, on itself, on the earlier or on the later one. */
#include "dispatch/box.inc"

#include <signalbox/observer.h>

enum kind { OF_ANYONE, OF_SENDER, PATTERN, PATTERN_OF_SENDER, N_KINDS };
enum way { TYPED, BY_DESCRIPTOR, WITH_RESULT, OBSERVED, N_WAYS };
enum { A, B, C, NEW, N_RECEIVERS };

static struct thing sender = { 1 };
static struct receiver receivers[N_RECEIVERS];
static struct sb_connection connections[N_RECEIVERS];
static enum kind kinds[N_RECEIVERS];
static enum way way;
static jmp_buf way_out;

static struct sb_connection
connect_one(int which, struct sb_options options)
{
	struct thing *from = &sender;
	struct receiver *r = &receivers[which];

	switch (kinds[which]) {
	case OF_ANYONE:
		return test_alpha_connect_with(box.d, SB_ANY, options, SB_HANDLER(on_alpha), r);
	case OF_SENDER:
		return test_alpha_connect_with(box.d, from, options, SB_HANDLER(on_alpha), r);
	case PATTERN:
		return sb_pattern_connect(box.d, "*.alpha", SB_ANY, options, SB_HANDLER(on_any), r);
	default:
		return sb_pattern_connect(box.d, "test.>", from, options, SB_HANDLER(on_any), r);
	}
}

static void
connect_usual(int which, int priority)
{
	connections[which] = connect_one(which, (struct sb_options){ .priority = priority });
	assert_int_not_equal(connections[which].serial, 0);
}

static int
emit_in_this_way(void)
{
	static const struct test_alpha e = { .value = 1 };
	struct sb_result result;

	switch (way) {
	case BY_DESCRIPTOR:
		return sb_emit(box.d, test_alpha_signal(), &sender, &e);
	case WITH_RESULT:
		return test_alpha_emit_result(box.d, &sender, &e, &result);
	default:
		return test_alpha_emit(box.d, &sender, &e);
	}
}

static void
do_nothing(struct receiver *r)
{
	(void)r;
}

static void
disconnect_itself(struct receiver *r)
{
	(void)r;
	assert_int_equal(sb_disconnect(box.d, connections[B]), 0);
	assert_int_equal(sb_disconnect(box.d, connections[B]), -ENOENT);
}

static void
disconnect_the_earlier(struct receiver *r)
{
	(void)r;
	assert_int_equal(sb_disconnect(box.d, connections[A]), 0);
}

static void
disconnect_the_later(struct receiver *r)
{
	(void)r;
	assert_int_equal(sb_disconnect(box.d, connections[C]), 0);
}

static void
disconnect_all(struct receiver *r)
{
	disconnect_the_earlier(r);
	disconnect_itself(r);
	disconnect_the_later(r);
}

static void
reconnect_itself(struct receiver *r)
{
	disconnect_itself(r);
	connect_usual(B, 0);
}

static void
reconnect_the_later(struct receiver *r)
{
	disconnect_the_later(r);
	connect_usual(C, 0);
}

static void
connect_a_newcomer(struct receiver *r)
{
	(void)r;
	connect_usual(NEW, 0);
}

static void
connect_a_newcomer_first(struct receiver *r)
{
	(void)r;
	connect_usual(NEW, 1);
}

static void
block_itself(struct receiver *r)
{
	(void)r;
	assert_int_equal(sb_block(box.d, connections[B]), 0);
}

static void
block_the_later(struct receiver *r)
{
	(void)r;
	assert_int_equal(sb_block(box.d, connections[C]), 0);
}

static void
block_and_unblock_the_later(struct receiver *r)
{
	block_the_later(r);
	assert_int_equal(sb_unblock(box.d, connections[C]), 0);
}

static void
forget_itself(struct receiver *r)
{
	assert_int_equal(sb_forget(box.d, r), 1);
}

static void
forget_the_later(struct receiver *r)
{
	(void)r;
	assert_int_equal(sb_forget(box.d, &receivers[C]), 1);
}

static void
forget_the_sender(struct receiver *r)
{
	(void)r;
	(void)sb_forget(box.d, &sender);
}

static void
destroy_the_dispatcher(struct receiver *r)
{
	(void)r;
	sb_dispatcher_destroy(box.d);
}

static void
stop_it(struct receiver *r)
{
	(void)r;
	sb_stop(box.d);
}

static void
fail_in_it(struct receiver *r)
{
	(void)r;
	sb_fail(box.d, -EIO, "on purpose");
}

static void
emit_the_same(struct receiver *r)
{
	(void)r;
	assert_true(emit_in_this_way() >= 0);
}

static void
emit_the_same_and_disconnect_the_later(struct receiver *r)
{
	emit_the_same(r);
	disconnect_the_later(r);
}

static void
leave_it(struct receiver *r)
{
	(void)r;
	longjmp(way_out, 1);
}

/* GONE: those connected to the sender alone are not there any more. */
enum afterwards { THERE, GONE, DESTROYED };

struct rule {
	void (*act)(struct receiver *r);
	const char *now, *next; /* who is called, in this emission and in the next */
	enum afterwards afterwards;
	bool once, is_left;
};

static const struct rule rules[] = {
	{ do_nothing, "abc", "abc", .afterwards = THERE },
	{ do_nothing, "abc", "ac", .once = true },
	{ disconnect_itself, "abc", "ac", .afterwards = THERE },
	{ disconnect_the_earlier, "abc", "bc", .afterwards = THERE },
	{ disconnect_the_later, "ab", "ab", .afterwards = THERE },
	{ disconnect_all, "ab", "", .afterwards = THERE },
	{ reconnect_itself, "abc", "acb", .afterwards = THERE },
	{ reconnect_the_later, "ab", "abc", .afterwards = THERE },
	{ connect_a_newcomer, "abc", "abcn", .afterwards = THERE },
	{ connect_a_newcomer_first, "abc", "nabc", .afterwards = THERE },
	{ block_itself, "abc", "ac", .afterwards = THERE },
	{ block_the_later, "ab", "ab", .afterwards = THERE },
	{ block_and_unblock_the_later, "abc", "abc", .afterwards = THERE },
	{ forget_itself, "abc", "ac", .afterwards = THERE },
	{ forget_the_later, "ab", "ab", .afterwards = THERE },
	{ forget_the_sender, "ab", "abc", .afterwards = GONE },
	{ destroy_the_dispatcher, "ab", "", .afterwards = DESTROYED },
	{ stop_it, "ab", "abc", .afterwards = THERE },
	{ fail_in_it, "abc?", "abc", .afterwards = THERE },
	{ emit_the_same, "ababcc", "abc", .afterwards = THERE },
	{ emit_the_same, "abacc", "ac", .once = true },
	{ emit_the_same_and_disconnect_the_later, "ababc", "ab", .afterwards = THERE },
	{ leave_it, "ab", "abc", .is_left = true },
};

static bool
is_typed(char letter)
{
	const char *letters = "abcn", *at = strchr(letters, letter);

	return at && kinds[at - letters] < PATTERN;
}

/* What emit returns: how many typed receivers it ran. Those of an emission nested in it, which
 * stand between the b that emitted and what comes after, are not its own. */
static int
expected_result(const struct rule *rule)
{
	const char *now = rule->now;
	int n = 0;

	if (rule->afterwards != THERE)
		return -ECANCELED;
	if (rule->act == emit_the_same)
		now = "abc";
	if (rule->act == emit_the_same_and_disconnect_the_later)
		now = "ab";
	for (; *now; now++)
		n += is_typed(*now);
	return n;
}

/* Those that are left when the sender has been forgotten. */
static const char *
expected_next(const struct rule *rule, char *buf)
{
	size_t n = 0;

	if (rule->afterwards != GONE)
		return rule->next;
	for (const char *at = rule->next; *at; at++)
		if (kinds[*at - 'a'] == OF_ANYONE || kinds[*at - 'a'] == PATTERN)
			buf[n++] = *at;
	buf[n] = '\0';
	return buf;
}

static const struct rule *tried;

static void
act_once(struct receiver *r)
{
	r->then = NULL;
	tried->act(r);
}

static void
see(void *self, const struct sb_emission *emission)
{
	(void)self;
	(void)emission;
}

static void
try_rule(const struct rule *rule)
{
	static const struct sb_observer observer = { .emission_began = see };
	char buf[N_RECEIVERS + 1];
	/* Volatile, for they are looked at after the longjmp. */
	volatile int result = 0;
	volatile bool is_left = false;

	for (int k = 0; k < N_RECEIVERS; k++)
		receivers[k] = (struct receiver){ &box, "abcn"[k], NULL };
	receivers[B].then = act_once;
	connect_usual(A, 0);
	connections[B] = connect_one(B, (struct sb_options){ .once = rule->once });
	connect_usual(C, 0);
	if (way == OBSERVED)
		assert_int_equal(sb_observe(box.d, &observer, SB_PLACE, &box), 0);
	if (setjmp(way_out))
		is_left = true;
	else
		result = emit_in_this_way();
	assert_int_equal(is_left, rule->is_left);
	if (is_left)
		assert_false(sb_unwind(box.d));
	else
		assert_int_equal(result, expected_result(rule));
	assert_string_equal(box.log, rule->now);
	if (rule->afterwards == DESTROYED) {
		box.d = NULL;
		return;
	}
	memset(box.log, 0, sizeof(box.log));
	(void)emit_in_this_way();
	assert_string_equal(box.log, expected_next(rule, buf));
}

static void
the_rules_are_the_same_for_every_kind_of_connection_and_emission(void **state)
{
	int n = 0;

	for (size_t k = 0; k < sizeof(rules) / sizeof(rules[0]); k++)
		for (int which = 0; which < N_KINDS * N_KINDS * N_KINDS * N_WAYS; which++) {
			kinds[A] = which % N_KINDS;
			kinds[B] = which / N_KINDS % N_KINDS;
			kinds[C] = which / N_KINDS / N_KINDS % N_KINDS;
			kinds[NEW] = kinds[C];
			way = which / N_KINDS / N_KINDS / N_KINDS;
			assert_int_equal(set_up(state), 0);
			tried = &rules[k];
			try_rule(&rules[k]);
			(void)tear_down(state);
			n++;
		}
	printf("%zu rules in %d arrangements\n", sizeof(rules) / sizeof(rules[0]), n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_are_the_same_for_every_kind_of_connection_and_emission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
