/* What a client asks of its server's capabilities: the rules one by one. */

#include "kit_cmocka.h"

#include <errno.h>

#include "protocols/irc/caps.h"

enum { LIST_CAP = SB_CAPS_REQUEST_MAX + 1 };

static const char *
next(struct sb_caps *caps)
{
	static char buf[LIST_CAP];
	size_t len = sb_caps_next_request(caps, buf, sizeof(buf));

	assert_int_equal(len, strlen(buf));
	return buf;
}

static struct sb_caps
fresh(void)
{
	struct sb_caps caps;

	sb_caps_init(&caps);
	return caps;
}

/* A server that has listed these. */
static struct sb_caps
listed(const char *words)
{
	struct sb_caps caps = fresh();

	sb_caps_ls(&caps, words, true);
	return caps;
}

static void
assert_on(const struct sb_caps *caps, uint64_t bits)
{
	assert_int_equal(sb_caps_on(caps), bits);
}

#define BIT(cap) SB_CAP_BIT(SB_CAP_##cap)

static void
what_is_offered_and_wanted_is_asked_for_once(void **state)
{
	struct sb_caps caps = listed("multi-prefix tls away-notify unknown/thing");

	(void)state;
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_ASKING);
	assert_string_equal(next(&caps), "away-notify multi-prefix");
	assert_string_equal(next(&caps), "");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_ASKING);
	assert_on(&caps, 0);
	sb_caps_ack(&caps, "multi-prefix away-notify ");
	assert_on(&caps, BIT(MULTI_PREFIX) | BIT(AWAY_NOTIFY));
	assert_true(sb_caps_is_on(&caps, SB_CAP_MULTI_PREFIX));
	assert_false(sb_caps_is_on(&caps, SB_CAP_SASL));
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
	assert_string_equal(next(&caps), "");
}

static void
nothing_is_asked_before_the_last_line_of_the_list(void **state)
{
	struct sb_caps caps = fresh();

	(void)state;
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_LISTING);
	sb_caps_ls(&caps, "multi-prefix", false);
	assert_string_equal(next(&caps), "");
	sb_caps_ls(&caps, "  chghost  ", false);
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_LISTING);
	assert_false(sb_caps_may_end(&caps));
	sb_caps_ls(&caps, "", true);
	assert_string_equal(next(&caps), "chghost multi-prefix");
}

static void
a_server_that_offers_nothing_is_settled(void **state)
{
	struct sb_caps caps = listed("");

	(void)state;
	assert_string_equal(next(&caps), "");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
	assert_true(sb_caps_may_end(&caps));
	sb_caps_ended(&caps);
	assert_false(sb_caps_may_end(&caps));
}

static void
the_end_waits_for_every_answer(void **state)
{
	struct sb_caps caps = listed("chghost setname");

	(void)state;
	assert_false(sb_caps_may_end(&caps));
	assert_string_equal(next(&caps), "chghost setname");
	assert_false(sb_caps_may_end(&caps));
	sb_caps_nak(&caps, "chghost setname");
	assert_false(sb_caps_may_end(&caps));
	assert_string_equal(next(&caps), "chghost");
	assert_string_equal(next(&caps), "setname");
	sb_caps_nak(&caps, "chghost");
	assert_false(sb_caps_may_end(&caps));
	sb_caps_ack(&caps, "setname");
	assert_true(sb_caps_may_end(&caps));
	assert_on(&caps, BIT(SETNAME));
	assert_string_equal(next(&caps), "");
}

static void
names_are_told_apart_exactly(void **state)
{
	struct sb_caps caps =
		listed("Chghost chghos chghostx draft/chghost =chghostx batch= -setname");

	(void)state;
	assert_string_equal(next(&caps), "batch");
	assert_non_null(sb_caps_value(&caps, SB_CAP_BATCH));
}

static void
drafts_and_what_became_of_them_are_the_same(void **state)
{
	struct sb_caps caps = listed("draft/setname draft/extended-monitor extended-monitor");

	(void)state;
	assert_string_equal(next(&caps), "extended-monitor draft/setname");
	sb_caps_ack(&caps, "draft/setname extended-monitor");
	assert_on(&caps, BIT(SETNAME) | BIT(EXTENDED_MONITOR));
	sb_caps_new(&caps, "setname");
	assert_string_equal(next(&caps), "");
	sb_caps_del(&caps, "draft/setname draft/extended-monitor");
	assert_on(&caps, BIT(EXTENDED_MONITOR));
	assert_string_equal(next(&caps), "setname");
	sb_caps_ack(&caps, "draft/setname");
	assert_on(&caps, BIT(EXTENDED_MONITOR));
	sb_caps_ack(&caps, "setname");
	assert_on(&caps, BIT(SETNAME) | BIT(EXTENDED_MONITOR));
	assert_string_equal(sb_caps_name(&caps, SB_CAP_SETNAME), "setname");
	assert_int_equal(sb_caps_find(&caps, "draft/setname"), SB_CAP_SETNAME);
}

static void
modifiers_of_old_are_passed_over(void **state)
{
	struct sb_caps caps = listed("=batch ~chghost ~=setname");

	(void)state;
	assert_string_equal(next(&caps), "batch chghost setname");
	sb_caps_ack(&caps, "=batch ~chghost setname");
	assert_on(&caps, BIT(BATCH) | BIT(CHGHOST) | BIT(SETNAME));
	sb_caps_ack(&caps, "-~chghost");
	assert_on(&caps, BIT(BATCH) | BIT(SETNAME));
}

static void
what_needs_another_is_asked_for_with_it_or_not_at_all(void **state)
{
	struct sb_caps caps = listed("echo-message labeled-response");

	(void)state;
	assert_string_equal(next(&caps), "");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
	sb_caps_new(&caps, "batch");
	assert_string_equal(next(&caps), "batch labeled-response echo-message");
	caps = listed("echo-message batch draft/chathistory");
	assert_string_equal(next(&caps), "batch");
	caps = listed(
		"draft/chathistory server-time batch draft/message-redaction draft/multiline");
	assert_string_equal(next(&caps), "batch server-time draft/multiline draft/chathistory");
}

static void
what_needs_a_refused_part_is_not_asked_for(void **state)
{
	struct sb_caps caps = listed("batch labeled-response echo-message chghost");

	(void)state;
	assert_string_equal(next(&caps), "batch chghost labeled-response echo-message");
	sb_caps_nak(&caps, "batch chghost labeled-response echo-message");
	assert_string_equal(next(&caps), "batch");
	assert_string_equal(next(&caps), "chghost");
	assert_string_equal(next(&caps), "");
	sb_caps_nak(&caps, "batch");
	assert_string_equal(next(&caps), "");
	sb_caps_ack(&caps, "chghost");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
	assert_on(&caps, BIT(CHGHOST));

	caps = listed("batch labeled-response");
	(void)next(&caps);
	sb_caps_nak(&caps, "batch labeled-response");
	assert_string_equal(next(&caps), "batch");
	sb_caps_ack(&caps, "batch");
	assert_string_equal(next(&caps), "labeled-response");
}

static void
what_comes_later_needs_what_was_not_refused(void **state)
{
	struct sb_caps caps = listed("batch");

	(void)state;
	sb_caps_nak(&caps, next(&caps));
	sb_caps_new(&caps, "labeled-response");
	assert_string_equal(next(&caps), "");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
}

static void
what_was_refused_in_company_goes_alone(void **state)
{
	struct sb_caps caps = listed("chghost setname");

	(void)state;
	sb_caps_nak(&caps, next(&caps));
	sb_caps_new(&caps, "batch userhost-in-names");
	assert_string_equal(next(&caps), "batch userhost-in-names");
	assert_string_equal(next(&caps), "chghost");
	assert_string_equal(next(&caps), "setname");
	assert_string_equal(next(&caps), "");

	caps = listed("chghost setname");
	sb_caps_nak(&caps, next(&caps));
	sb_caps_new(&caps, "userhost-in-names");
	assert_string_equal(next(&caps), "chghost");
	assert_string_equal(next(&caps), "setname");
	assert_string_equal(next(&caps), "userhost-in-names");
}

static void
a_refusal_takes_back_what_was_granted_in_part(void **state)
{
	struct sb_caps caps = listed("batch chghost");

	(void)state;
	(void)next(&caps);
	sb_caps_ack(&caps, "batch");
	sb_caps_nak(&caps, "batch chghost");
	assert_string_equal(next(&caps), "batch");
	sb_caps_give_up(&caps);
	assert_on(&caps, 0);
}

static void
what_is_granted_late_can_go_off_again(void **state)
{
	struct sb_caps caps = listed("batch labeled-response");

	(void)state;
	sb_caps_nak(&caps, next(&caps));
	sb_caps_ack(&caps, next(&caps));
	sb_caps_nak(&caps, next(&caps));
	sb_caps_ack(&caps, "labeled-response");
	assert_on(&caps, BIT(BATCH) | BIT(LABELED_RESPONSE));
	sb_caps_del(&caps, "batch");
	assert_string_equal(next(&caps), "-labeled-response");
}

static void
an_answer_in_several_lines_counts_when_it_is_whole(void **state)
{
	struct sb_caps caps = listed("batch chghost setname");

	(void)state;
	(void)next(&caps);
	sb_caps_ack(&caps, "batch");
	sb_caps_ack(&caps, "setname");
	assert_on(&caps, 0);
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_ASKING);
	sb_caps_ack(&caps, "chghost");
	assert_on(&caps, BIT(BATCH) | BIT(CHGHOST) | BIT(SETNAME));
}

static void
a_refusal_that_names_nothing_is_of_the_oldest_request(void **state)
{
	struct sb_caps caps = listed("batch chghost");

	(void)state;
	sb_caps_nak(&caps, "batch");
	assert_string_equal(next(&caps), "batch chghost");
	sb_caps_nak(&caps, "bat");
	assert_string_equal(next(&caps), "batch");
	assert_string_equal(next(&caps), "chghost");
	sb_caps_nak(&caps, "");
	sb_caps_ack(&caps, "chghost");
	assert_on(&caps, BIT(CHGHOST));
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
}

static void
an_answer_out_of_turn_refuses_what_was_before_it(void **state)
{
	struct sb_caps caps = listed("batch chghost setname");

	(void)state;
	(void)next(&caps);
	sb_caps_nak(&caps, "batch");
	assert_string_equal(next(&caps), "batch");
	assert_string_equal(next(&caps), "chghost");
	assert_string_equal(next(&caps), "setname");
	sb_caps_nak(&caps, "setname");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
	assert_string_equal(next(&caps), "");
	/* Late, and true all the same. */
	sb_caps_ack(&caps, "batch");
	assert_on(&caps, BIT(BATCH));

	caps = listed("batch chghost");
	sb_caps_nak(&caps, next(&caps));
	assert_string_equal(next(&caps), "batch");
	assert_string_equal(next(&caps), "chghost");
	sb_caps_ack(&caps, "chghost");
	assert_on(&caps, BIT(CHGHOST));
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
}

static void
the_long_list_is_asked_for_in_several_lines(void **state)
{
	struct sb_caps caps = fresh();
	char name[SB_CAPS_NAME_MAX], words[SB_CAPS_NAME_MAX * SB_CAPS_ADDED_MAX + 1] = "";
	size_t n_lines = 0, n_bytes = 0, len;

	(void)state;
	for (int i = 0; i < SB_CAPS_ADDED_MAX; i++) {
		memset(name, 'a' + i, sizeof(name));
		name[sizeof(name) - 1] = '\0';
		assert_int_equal(sb_caps_want(&caps, name, true), SB_CAP_N_KNOWN + i);
		(void)snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s ", name);
	}
	sb_caps_ls(&caps, words, true);
	while ((len = strlen(next(&caps)))) {
		assert_true(len <= SB_CAPS_REQUEST_MAX);
		n_bytes += len;
		n_lines++;
	}
	/* Five of 63 bytes a line, and the spaces between them. */
	assert_int_equal(n_lines, 4);
	assert_int_equal(n_bytes, 16 * 63 + 3 * 4);
}

static void
what_is_new_is_asked_for_after_the_end(void **state)
{
	struct sb_caps caps = listed("chghost");

	(void)state;
	(void)next(&caps);
	sb_caps_nak(&caps, "chghost");
	assert_true(sb_caps_may_end(&caps));
	sb_caps_ended(&caps);
	sb_caps_new(&caps, "batch chghost");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_ASKING);
	assert_string_equal(next(&caps), "batch chghost");
	sb_caps_ack(&caps, "batch chghost");
	assert_on(&caps, BIT(BATCH) | BIT(CHGHOST));
	sb_caps_new(&caps, "chghost");
	assert_string_equal(next(&caps), "");
	assert_false(sb_caps_may_end(&caps));
}

static void
what_was_refused_stays_so_when_it_is_listed_again(void **state)
{
	struct sb_caps caps = listed("chghost");

	(void)state;
	(void)next(&caps);
	sb_caps_nak(&caps, "chghost");
	sb_caps_ls(&caps, "chghost setname", true);
	assert_string_equal(next(&caps), "setname");
	sb_caps_ack(&caps, "setname");
	assert_int_equal(sb_caps_want(&caps, "chghost", true), SB_CAP_CHGHOST);
	assert_string_equal(next(&caps), "");
	(void)sb_caps_want(&caps, "chghost", false);
	(void)sb_caps_want(&caps, "chghost", true);
	assert_string_equal(next(&caps), "chghost");
	sb_caps_nak(&caps, "chghost");
	sb_caps_del(&caps, "chghost");
	sb_caps_ls(&caps, "chghost", true);
	assert_string_equal(next(&caps), "chghost");
}

static void
what_is_deleted_takes_with_it_what_needs_it(void **state)
{
	struct sb_caps caps = listed("batch labeled-response echo-message chghost");

	(void)state;
	sb_caps_ack(&caps, next(&caps));
	sb_caps_del(&caps, "batch");
	assert_on(&caps, BIT(CHGHOST));
	assert_null(sb_caps_value(&caps, SB_CAP_BATCH));
	assert_non_null(sb_caps_value(&caps, SB_CAP_LABELED_RESPONSE));
	assert_string_equal(next(&caps), "-labeled-response -echo-message");
	assert_string_equal(next(&caps), "");
	sb_caps_ack(&caps, "-labeled-response -echo-message");
	assert_string_equal(next(&caps), "");
	sb_caps_new(&caps, "batch");
	assert_string_equal(next(&caps), "batch labeled-response echo-message");
}

static void
what_cannot_go_off_stays_on_and_is_not_asked_again(void **state)
{
	struct sb_caps caps = listed("chghost");

	(void)state;
	sb_caps_ack(&caps, next(&caps));
	(void)sb_caps_want(&caps, "chghost", false);
	assert_string_equal(next(&caps), "-chghost");
	sb_caps_nak(&caps, "-chghost");
	assert_on(&caps, BIT(CHGHOST));
	assert_string_equal(next(&caps), "");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
}

static void
an_answer_that_comes_after_the_end_of_an_offer_counts_for_nothing(void **state)
{
	struct sb_caps caps = listed("chghost setname");

	(void)state;
	(void)next(&caps);
	sb_caps_del(&caps, "chghost");
	assert_string_equal(next(&caps), "");
	sb_caps_nak(&caps, "chghost setname");
	assert_string_equal(next(&caps), "setname");
	sb_caps_ack(&caps, "setname chghost");
	assert_on(&caps, BIT(SETNAME));

	caps = listed("chghost");
	(void)next(&caps);
	sb_caps_del(&caps, "chghost");
	sb_caps_ack(&caps, "chghost");
	assert_on(&caps, 0);
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
}

static void
what_the_server_grants_unasked_is_so(void **state)
{
	struct sb_caps caps = listed("chghost draft/read-marker");

	(void)state;
	sb_caps_ack(&caps, "setname draft/read-marker");
	assert_on(&caps, BIT(READ_MARKER));
	assert_string_equal(next(&caps), "chghost -draft/read-marker");
	sb_caps_ack(&caps, "chghost -draft/read-marker");
	assert_on(&caps, BIT(CHGHOST));
	sb_caps_ack(&caps, "-chghost");
	assert_on(&caps, 0);
	assert_string_equal(next(&caps), "chghost");
}

static void
what_nobody_wants_is_not_asked_for(void **state)
{
	const char *words = "sasl draft/pre-away no-implicit-names chghost batch labeled-response";
	struct sb_caps caps = fresh();

	(void)state;
	assert_int_equal(sb_caps_want(&caps, "chghost", false), SB_CAP_CHGHOST);
	assert_int_equal(sb_caps_want(&caps, "batch", false), SB_CAP_BATCH);
	assert_int_equal(sb_caps_want(&caps, "no-such-thing", false), -ENOENT);
	sb_caps_ls(&caps, words, true);
	assert_string_equal(next(&caps), "");
	assert_int_equal(
		sb_caps_want(&caps, "draft/no-implicit-names", true), SB_CAP_NO_IMPLICIT_NAMES);
	assert_int_equal(sb_caps_want(&caps, "sasl", true), SB_CAP_SASL);
	assert_string_equal(next(&caps), "sasl no-implicit-names");
	sb_caps_begin(&caps);
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_LISTING);
	sb_caps_ls(&caps, words, true);
	assert_string_equal(next(&caps), "sasl no-implicit-names");
}

static void
names_of_the_application_are_asked_for(void **state)
{
	struct sb_caps caps = fresh();
	int number = sb_caps_want(&caps, "example.org/thing", true);

	(void)state;
	assert_int_equal(number, SB_CAP_N_KNOWN);
	assert_int_equal(sb_caps_want(&caps, "example.org/thing", true), number);
	assert_int_equal(sb_caps_want(&caps, "znc.in/self-message", true), number + 1);
	assert_null(sb_caps_value(&caps, number));
	sb_caps_ls(&caps, "chghost example.org/thing=a=b,c", true);
	assert_string_equal(sb_caps_value(&caps, number), "a=b,c");
	assert_string_equal(next(&caps), "chghost example.org/thing");
	sb_caps_ack(&caps, "chghost example.org/thing");
	assert_on(&caps, BIT(CHGHOST) | SB_CAP_BIT(number));
	assert_int_equal(sb_caps_want(&caps, "example.org/thing", false), number);
	assert_string_equal(next(&caps), "-example.org/thing");
	assert_string_equal(sb_caps_name(&caps, number), "example.org/thing");
	assert_null(sb_caps_name(&caps, number + 2));
	assert_null(sb_caps_name(&caps, -1));
	assert_null(sb_caps_value(&caps, number + 2));
}

static void
sts_is_read_and_never_asked_for(void **state)
{
	struct sb_caps caps = listed("sts=port=6697,duration=1");

	(void)state;
	assert_string_equal(next(&caps), "");
	assert_string_equal(sb_caps_value(&caps, SB_CAP_STS), "port=6697,duration=1");
	sb_caps_del(&caps, "sts");
	assert_string_equal(sb_caps_value(&caps, SB_CAP_STS), "port=6697,duration=1");
	sb_caps_ack(&caps, "sts");
	assert_on(&caps, 0);
	sb_caps_new(&caps, "sts=duration=0");
	assert_string_equal(sb_caps_value(&caps, SB_CAP_STS), "duration=0");
	assert_string_equal(next(&caps), "");
}

static void
a_server_without_capabilities_is_found_absent(void **state)
{
	struct sb_caps caps = fresh();

	(void)state;
	sb_caps_give_up(&caps);
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_ABSENT);
	assert_false(sb_caps_may_end(&caps));
	assert_string_equal(next(&caps), "");
	sb_caps_ended(&caps);
	sb_caps_new(&caps, "chghost");
	assert_string_equal(next(&caps), "chghost");
	sb_caps_begin(&caps);
	sb_caps_give_up(&caps);
	sb_caps_ls(&caps, "setname", true);
	assert_string_equal(next(&caps), "setname");
}

static void
who_gives_up_takes_the_list_as_whole_and_the_rest_as_refused(void **state)
{
	struct sb_caps caps = fresh();

	(void)state;
	sb_caps_ls(&caps, "batch chghost", false);
	sb_caps_give_up(&caps);
	assert_string_equal(next(&caps), "batch chghost");
	sb_caps_ack(&caps, "batch");
	sb_caps_give_up(&caps);
	assert_on(&caps, BIT(BATCH));
	assert_string_equal(next(&caps), "");
	assert_int_equal(sb_caps_state(&caps), SB_CAPS_SETTLED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(what_is_offered_and_wanted_is_asked_for_once),
		kit_test_bare(nothing_is_asked_before_the_last_line_of_the_list),
		kit_test_bare(a_server_that_offers_nothing_is_settled),
		kit_test_bare(the_end_waits_for_every_answer),
		kit_test_bare(names_are_told_apart_exactly),
		kit_test_bare(drafts_and_what_became_of_them_are_the_same),
		kit_test_bare(modifiers_of_old_are_passed_over),
		kit_test_bare(what_needs_another_is_asked_for_with_it_or_not_at_all),
		kit_test_bare(what_needs_a_refused_part_is_not_asked_for),
		kit_test_bare(what_comes_later_needs_what_was_not_refused),
		kit_test_bare(what_was_refused_in_company_goes_alone),
		kit_test_bare(a_refusal_takes_back_what_was_granted_in_part),
		kit_test_bare(what_is_granted_late_can_go_off_again),
		kit_test_bare(an_answer_in_several_lines_counts_when_it_is_whole),
		kit_test_bare(a_refusal_that_names_nothing_is_of_the_oldest_request),
		kit_test_bare(an_answer_out_of_turn_refuses_what_was_before_it),
		kit_test_bare(the_long_list_is_asked_for_in_several_lines),
		kit_test_bare(what_is_new_is_asked_for_after_the_end),
		kit_test_bare(what_was_refused_stays_so_when_it_is_listed_again),
		kit_test_bare(what_is_deleted_takes_with_it_what_needs_it),
		kit_test_bare(what_cannot_go_off_stays_on_and_is_not_asked_again),
		kit_test_bare(an_answer_that_comes_after_the_end_of_an_offer_counts_for_nothing),
		kit_test_bare(what_the_server_grants_unasked_is_so),
		kit_test_bare(what_nobody_wants_is_not_asked_for),
		kit_test_bare(names_of_the_application_are_asked_for),
		kit_test_bare(sts_is_read_and_never_asked_for),
		kit_test_bare(a_server_without_capabilities_is_found_absent),
		kit_test_bare(who_gives_up_takes_the_list_as_whole_and_the_rest_as_refused),
	};

	return kit_run(tests);
}
