/* What a client asks of its server's capabilities: the rules one by one, and a server of a few
 * lines that lists, grants and refuses as it likes. */

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
	assert_int_equal(sb_caps_offered(&caps), BIT(BATCH));
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
	assert_int_equal(
		sb_caps_offered(&caps), BIT(CHGHOST) | BIT(LABELED_RESPONSE) | BIT(ECHO_MESSAGE));
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
what_is_no_name_is_not_added(void **state)
{
	static const char *const wrong[] = { "", " ", "a b", "-a", "~a", ":a", "=a", "a=b", "a\r",
		"a\nb", "a\x7f", "sts",
		"0123456789012345678901234567890123456789012345678901234567890123" };
	struct sb_caps caps = fresh();
	char name[3] = "aa";

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(sb_caps_want(&caps, wrong[i], true), -EINVAL);
	for (int i = 0; i < SB_CAPS_ADDED_MAX; i++, name[1]++)
		assert_true(sb_caps_want(&caps, name, true) >= 0);
	assert_int_equal(sb_caps_want(&caps, name, true), -ENOSPC);
	assert_int_equal(sb_caps_want(&caps, "aa", true), SB_CAP_N_KNOWN);
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
the_last_value_counts_while_it_is_offered(void **state)
{
	struct sb_caps caps = fresh();
	char words[SB_CAPS_VALUE_MAX + 16] = "sasl=";

	(void)state;
	assert_null(sb_caps_value(&caps, SB_CAP_SASL));
	sb_caps_ls(&caps, "sasl=PLAIN", false);
	sb_caps_ls(&caps, "sasl=PLAIN,EXTERNAL batch=x", true);
	assert_string_equal(sb_caps_value(&caps, SB_CAP_SASL), "PLAIN,EXTERNAL");
	assert_string_equal(sb_caps_value(&caps, SB_CAP_BATCH), "");
	sb_caps_new(&caps, "sasl");
	assert_string_equal(sb_caps_value(&caps, SB_CAP_SASL), "");
	sb_caps_new(&caps, "sasl=A");
	memset(words + 5, 'x', SB_CAPS_VALUE_MAX - 1);
	sb_caps_new(&caps, words);
	assert_int_equal(strlen(sb_caps_value(&caps, SB_CAP_SASL)), SB_CAPS_VALUE_MAX - 1);
	words[5 + SB_CAPS_VALUE_MAX - 1] = 'x';
	sb_caps_new(&caps, words);
	assert_string_equal(sb_caps_value(&caps, SB_CAP_SASL), "");
	sb_caps_del(&caps, "sasl");
	assert_null(sb_caps_value(&caps, SB_CAP_SASL));
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

static void
the_limits_of_multiline_are_read(void **state)
{
	static const struct {
		const char *value;
		int64_t bytes, lines; /* bytes 0: none */
	} examples[] = {
		{ "=max-bytes=4096,max-lines=24", 4096, 24 },
		{ "=max-lines=24,x,max-bytes=40000", 40000, 24 },
		{ "=max-bytes=1", 1, 0 },
		{ "=max-bytes=10,max-lines=-1", 10, 0 },
		{ "=max-bytes=10,max-lines=", 10, 0 },
		{ "=max-bytes=99999999999999999999", INT64_MAX, 0 },
		{ "=max-bytes=9223372036854775807", INT64_MAX, 0 },
		{ "=max-bytes=7,max-bytes=8", 7, 0 },
		{ "=max-bytes=0", 0, 0 },
		{ "=max-bytes=1x", 0, 0 },
		{ "=max-bytes= ", 0, 0 },
		{ "=max-bytes", 0, 0 },
		{ "=max-bytesx=4,xmax-bytes=4", 0, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct sb_caps caps = fresh();
		struct sb_caps_multiline limits = { 0, 0 };
		char words[128];

		(void)snprintf(words, sizeof(words), "batch draft/multiline%s", examples[i].value);
		sb_caps_ls(&caps, words, true);
		assert_false(sb_caps_multiline(&caps, &limits));
		sb_caps_ack(&caps, next(&caps));
		assert_int_equal(sb_caps_multiline(&caps, &limits), examples[i].bytes > 0);
		assert_int_equal(limits.bytes_max, examples[i].bytes);
		assert_int_equal(limits.lines_max, examples[i].lines);
	}
}

/* The server of the seeds. It keeps what it has granted, and what was asked, and complains of what
 * a client must not do. */
enum { N_NAMES = SB_CAP_N_KNOWN + 3, QUEUE_MAX = 256 };

struct server {
	uint64_t random;
	struct sb_caps caps;
	const char *names[N_NAMES];
	size_t n_names;
	bool is_offered[N_NAMES], is_on[N_NAMES], is_hated[N_NAMES];
	unsigned n_asked[N_NAMES]; /* since it was last offered anew */
	char queue[QUEUE_MAX][LIST_CAP]; /* requests that wait */
	size_t first, last;
	unsigned n_requests, n_refused, n_granted;
};

static unsigned
draw(struct server *s, unsigned n)
{
	s->random = s->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(s->random >> 33) % n;
}

static size_t
index_of(const struct server *s, const char *name)
{
	size_t i = 0;

	while (i < s->n_names && strcmp(s->names[i], name))
		i++;
	assert_true(i < s->n_names);
	return i;
}

/* Takes the client's requests, and looks at each. */
static void
take_requests(struct server *s)
{
	char *line = s->queue[s->last % QUEUE_MAX], copy[LIST_CAP], *save = NULL;

	while (sb_caps_next_request(&s->caps, line, LIST_CAP)) {
		assert_true(s->last - s->first < QUEUE_MAX - 1);
		memcpy(copy, line, sizeof(copy));
		for (char *word = strtok_r(copy, " ", &save); word;
			word = strtok_r(NULL, " ", &save)) {
			size_t i = index_of(s, word + (*word == '-'));

			assert_string_not_equal(s->names[i], "sts");
			assert_true(s->is_offered[i]);
			/* Once in company, and once alone. */
			if (*word != '-')
				assert_true(++s->n_asked[i] <= 2);
			for (size_t at = s->first; at < s->last; at++) {
				const char *found = strstr(s->queue[at % QUEUE_MAX], word);

				assert_true(
					!found
					|| (found[strlen(word)] && found[strlen(word)] != ' ')
					|| (found > s->queue[at % QUEUE_MAX] && found[-1] != ' '));
			}
		}
		s->n_requests++;
		line = s->queue[++s->last % QUEUE_MAX];
	}
}

static bool
is_granted(const struct server *s, const char *line)
{
	char copy[LIST_CAP], *save = NULL;

	memcpy(copy, line, sizeof(copy));
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		size_t i = index_of(s, word + (*word == '-'));

		if (s->is_hated[i] || !s->is_offered[i])
			return false;
	}
	return true;
}

/* In one line, or in several. */
static void
grant(struct server *s, char *line)
{
	bool is_cut = !draw(s, 3);
	char copy[LIST_CAP], *save = NULL;

	memcpy(copy, line, sizeof(copy));
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		size_t i = index_of(s, word + (*word == '-'));

		s->is_on[i] = *word != '-';
		/* What it has asked to go off it may ask for again. */
		if (!s->is_on[i])
			s->n_asked[i] = 0;
		if (is_cut)
			sb_caps_ack(&s->caps, word);
	}
	if (!is_cut)
		sb_caps_ack(&s->caps, line);
	s->n_granted++;
}

static void
answer(struct server *s)
{
	char *line = s->queue[s->first++ % QUEUE_MAX];

	if (is_granted(s, line)) {
		grant(s, line);
		return;
	}
	s->n_refused++;
	if (!draw(s, 4))
		line[strlen(line) / 2 + 1] = '\0';
	sb_caps_nak(&s->caps, line);
}

static void
offer(struct server *s, size_t i, bool is_new, bool is_last)
{
	char words[128];

	/* Under any of its names. */
	for (size_t k = 0; (is_new || !s->is_offered[i]) && k < s->n_names; k++)
		if (sb_caps_find(&s->caps, s->names[k]) == sb_caps_find(&s->caps, s->names[i]))
			s->n_asked[k] = 0;
	s->is_offered[i] = true;
	(void)snprintf(words, sizeof(words), "%s%s unknown/%u", s->names[i],
		draw(s, 2) ? "=max-bytes=1" : "", draw(s, 9));
	if (is_new)
		sb_caps_new(&s->caps, words);
	else
		sb_caps_ls(&s->caps, words, is_last);
}

static void
retract(struct server *s, size_t i)
{
	if (!strcmp(s->names[i], "sts"))
		return;
	s->is_offered[i] = s->is_on[i] = false;
	sb_caps_del(&s->caps, s->names[i]);
}

static void
disturb(struct server *s)
{
	size_t i = draw(s, (unsigned)s->n_names);

	switch (draw(s, 8)) {
	case 0:
	case 1:
		offer(s, i, true, true);
		break;
	case 2:
		retract(s, i);
		break;
	case 3:
		s->is_hated[i] = !s->is_hated[i];
		break;
	case 4:
		if (s->first < s->last)
			break;
		(void)sb_caps_want(&s->caps, s->names[i], draw(s, 2));
		s->n_asked[i] = 0;
		break;
	default:
		break;
	}
}

static void
serve_until_settled(struct server *s, unsigned n_disturbances)
{
	unsigned n = 0;

	for (take_requests(s); s->first < s->last; take_requests(s)) {
		assert_true(n++ < 1000);
		assert_false(sb_caps_may_end(&s->caps));
		if (n_disturbances && !draw(s, 3)) {
			disturb(s);
			n_disturbances--;
			continue;
		}
		answer(s);
	}
	assert_int_equal(sb_caps_state(&s->caps), SB_CAPS_SETTLED);
}

/* What is on is on for both, but for what lacks what it needs. */
static void
compare(const struct server *s)
{
	uint64_t on = 0;

	for (size_t i = 0; i < s->n_names; i++)
		if (s->is_on[i])
			on |= SB_CAP_BIT(sb_caps_find(&s->caps, s->names[i]));
	assert_int_equal(sb_caps_on(&s->caps) & ~on, 0);
	assert_int_equal(
		on & ~sb_caps_on(&s->caps)
			& ~(BIT(LABELED_RESPONSE) | BIT(ECHO_MESSAGE) | BIT(MULTILINE)
				| BIT(CHATHISTORY) | BIT(EVENT_PLAYBACK) | BIT(MESSAGE_REDACTION)),
		0);
}

static void
negotiate(void *self, uint64_t seed)
{
	unsigned *totals = self;
	struct server s = { .random = seed };

	sb_caps_init(&s.caps);
	(void)sb_caps_want(&s.caps, "example.org/a", true);
	(void)sb_caps_want(&s.caps, "example.org/b", true);
	(void)sb_caps_want(&s.caps, "example.org/b", false);
	for (int i = 0; sb_caps_name(&s.caps, i); i++)
		s.names[s.n_names++] = sb_caps_name(&s.caps, i);
	assert_int_equal(s.n_names, SB_CAP_N_KNOWN + 2);
	s.names[s.n_names++] = "draft/setname";
	for (size_t i = 0; i < s.n_names; i++)
		s.is_hated[i] = !draw(&s, 6);
	for (unsigned n = draw(&s, 80); n--;)
		offer(&s, draw(&s, (unsigned)s.n_names), false, false);
	assert_int_equal(sb_caps_state(&s.caps), SB_CAPS_LISTING);
	sb_caps_ls(&s.caps, "", true);
	serve_until_settled(&s, 0);
	compare(&s);
	assert_true(sb_caps_may_end(&s.caps));
	sb_caps_ended(&s.caps);
	for (unsigned n = 0; n < 10; n++) {
		disturb(&s);
		serve_until_settled(&s, draw(&s, 10));
		compare(&s);
	}
	totals[0] += s.n_requests;
	totals[1] += s.n_granted;
	totals[2] += s.n_refused;
}

static void
every_negotiation_ends_and_asks_for_what_is_offered(void **state)
{
	unsigned totals[3] = { 0, 0, 0 };

	(void)state;
	sb_testing_each_seed(1, 2000, negotiate, totals);
	print_message("%u requests, %u granted, %u refused\n", totals[0], totals[1], totals[2]);
	assert_true(totals[1] && totals[2]);
	assert_int_equal(totals[0], totals[1] + totals[2]);
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
		kit_test_bare(what_is_no_name_is_not_added),
		kit_test_bare(sts_is_read_and_never_asked_for),
		kit_test_bare(the_last_value_counts_while_it_is_offered),
		kit_test_bare(a_server_without_capabilities_is_found_absent),
		kit_test_bare(who_gives_up_takes_the_list_as_whole_and_the_rest_as_refused),
		kit_test_bare(the_limits_of_multiline_are_read),
		kit_test_bare(every_negotiation_ends_and_asks_for_what_is_offered),
	};

	return kit_run(tests);
}
