/* A server that says what it likes about its capabilities, and a user who changes his mind: each
 * line of the input is one thing said. What is asked for was offered and is not so already, what is
 * on was offered, and there is an end to asking. */

#include <stdlib.h>
#include <string.h>

#include "protocols/irc/caps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_word(const struct sb_caps *caps, const char *word, uint64_t was_on)
{
	bool goes_off = *word == '-';
	int number = sb_caps_find(caps, word + goes_off);

	sb_assert(number >= 0 && number != SB_CAP_STS);
	sb_assert(sb_caps_value(caps, number));
	sb_assert(goes_off || !(was_on & SB_CAP_BIT(number)));
}

/* Sends all requests; they are fewer than there are capabilities. */
static void
check_requests(struct sb_caps *caps)
{
	char buf[SB_CAPS_REQUEST_MAX + 1], *save;
	unsigned n = 0;
	size_t len;

	while ((len = sb_caps_next_request(caps, buf, sizeof(buf)))) {
		uint64_t on = sb_caps_on(caps);

		sb_assert(len <= SB_CAPS_REQUEST_MAX && buf[len] == '\0' && strlen(buf) == len);
		sb_assert(n++ < SB_CAPS_MAX && sb_caps_state(caps) == SB_CAPS_ASKING);
		for (char *word = strtok_r(buf, " ", &save); word;
			word = strtok_r(NULL, " ", &save))
			check_word(caps, word, on);
	}
	sb_assert(!sb_caps_may_end(caps) || sb_caps_state(caps) == SB_CAPS_SETTLED);
}

static void
check_state(const struct sb_caps *caps)
{
	struct sb_caps_multiline limits;
	uint64_t on = sb_caps_on(caps);

	sb_assert(!(on & SB_CAP_BIT(SB_CAP_STS)));
	sb_assert(!(on & SB_CAP_BIT(SB_CAP_ECHO_MESSAGE)) || on & SB_CAP_BIT(SB_CAP_BATCH));
	for (int i = 0; sb_caps_name(caps, i); i++) {
		const char *value = sb_caps_value(caps, i);

		sb_assert(value || !(on & SB_CAP_BIT(i)));
		sb_assert(!value || strlen(value) < SB_CAPS_VALUE_MAX);
	}
	if (sb_caps_multiline(caps, &limits))
		sb_assert(limits.bytes_max > 0 && limits.lines_max >= 0);
}

static void
say(struct sb_caps *caps, char what, const char *words)
{
	switch (what) {
	case 'L':
	case 'l':
		sb_caps_ls(caps, words, what == 'L');
		break;
	case 'N':
		sb_caps_new(caps, words);
		break;
	case 'D':
		sb_caps_del(caps, words);
		break;
	case 'A':
		sb_caps_ack(caps, words);
		break;
	case 'K':
		sb_caps_nak(caps, words);
		break;
	case 'W':
	case 'w':
		(void)sb_caps_want(caps, words, what == 'W');
		break;
	case 'G':
		sb_caps_give_up(caps);
		break;
	case 'B':
		sb_caps_begin(caps);
		break;
	case 'R':
		check_requests(caps);
		break;
	default:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sb_caps caps;
	char *copy = malloc(size + 1), *save = NULL;

	sb_assert(copy);
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	sb_caps_init(&caps);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		say(&caps, *line, line + 1);
		check_state(&caps);
	}
	check_requests(&caps);
	sb_caps_give_up(&caps);
	check_requests(&caps);
	sb_caps_give_up(&caps);
	check_requests(&caps);
	sb_caps_give_up(&caps);
	sb_assert(
		sb_caps_state(&caps) == SB_CAPS_SETTLED || sb_caps_state(&caps) == SB_CAPS_ABSENT);
	free(copy);
	return 0;
}
