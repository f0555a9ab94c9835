/* What a client asks of its server's capabilities, over seeds: a server of a few lines that lists,
 * grants and refuses as it likes. */

#include "kit_cmocka.h"

#include "protocols/irc/caps.h"

#define BIT(cap) SB_CAP_BIT(SB_CAP_##cap)

/* The server of the seeds. It keeps what it has granted, and what was asked, and complains of what
 * a client must not do. */
enum { N_NAMES = SB_CAP_N_KNOWN + 3, QUEUE_MAX = 256, LIST_CAP = SB_CAPS_REQUEST_MAX + 1 };

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
		kit_test_bare(every_negotiation_ends_and_asks_for_what_is_offered),
	};

	return kit_run(tests);
}
