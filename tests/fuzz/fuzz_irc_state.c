/* What a client knows of a network, told anything: each line of the input is one thing, its letter
 * and its words. Whatever it is told, it is sound, and within its limit. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/roster_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BYTES = 20000, WORDS = 5, MONITORED = 1000 };

static const struct sb_isupport_prefix prefixes[] = { { 'q', '~' }, { 'o', '@' }, { 'h', '%' },
	{ 'v', '+' } };

/* Words between spaces; those that are missing are "". */
static void
split(char *line, const char **words)
{
	size_t i;

	for (i = 0; i < WORDS; i++) {
		char *space = strchr(line, ' ');

		words[i] = line;
		line = space ? space + 1 : line + strlen(line);
		if (space)
			*space = '\0';
	}
}

static const char *
or_null(const char *word)
{
	return *word ? word : NULL;
}

static int
tell_of_users(struct sb_irc_state *s, char what, const char *const *w)
{
	struct sb_roster_who who = { w[0], or_null(w[2]), or_null(w[3]) };
	struct sb_roster_who_line line = { who, or_null(w[1]), or_null(w[4]), *w[1] != 0,
		*w[1] == 'G', *w[1] == '*', *w[1] == 'B' };

	switch (what) {
	case 'J':
		return sb_roster_joined(s, &who, w[1], or_null(w[4]), or_null(w[4]));
	case 'P':
		return sb_roster_left(s, w[0], w[1]);
	case 'Q':
		return sb_roster_quit(s, w[0]);
	case 'N':
		return sb_roster_renamed(s, w[0], w[1]);
	case 'O':
		return sb_roster_monitored(s, &who);
	case 'F':
		return sb_roster_unmonitored(s, w[0]);
	case 'H':
		return sb_roster_heard(s, &who);
	case 'A':
		return sb_roster_account(s, w[0], w[1]);
	case 'G':
		return sb_roster_away(s, w[0], or_null(w[1]));
	case 'S':
		return sb_roster_setname(s, w[0], w[1]);
	case 'W':
		return sb_roster_who(s, &line);
	default:
		return 0;
	}
}

static int
tell_of_channels(struct sb_irc_state *s, char what, const char *const *w)
{
	struct sb_mode_change change = { .is_added = w[1][0] == '+',
		.letter = w[1][0] ? w[1][1] : 'n',
		.kind = (enum sb_mode_kind)(w[3][0] % 6),
		.arg = or_null(w[2]) };

	switch (what) {
	case 'e':
		return sb_roster_names(s, w[0], w[1], *w[2] != 0);
	case 'f':
		return sb_roster_names_end(s, w[0]);
	case 'm':
		return sb_roster_mode(s, w[0], &change, or_null(w[4]), 5);
	case 'n':
		return sb_roster_modes_begin(s, w[0]);
	case 'b':
		return sb_roster_list_entry(s, w[0], 'b', w[1], or_null(w[2]), 6);
	case 'c':
		return sb_roster_list_end(s, w[0], 'b');
	case 't':
		return sb_roster_topic(s, w[0], w[1], or_null(w[2]), 7);
	case 's':
		return sb_roster_topic_set_by(s, w[0], w[1], 8);
	case 'u':
		return sb_roster_url(s, w[0], w[1]);
	case 'r':
		return sb_roster_channel_renamed(s, w[0], w[1]);
	default:
		return 0;
	}
}

static int
tell_of_us(struct sb_irc_state *s, char what, const char *const *w)
{
	switch (what) {
	case '0':
		sb_roster_reset(s);
		return 0;
	case '1':
		return sb_roster_begin(s, w[0]);
	case '2':
		return sb_roster_set_casemap(s, (enum sb_casemap)(w[0][0] % 3));
	case '3':
		sb_roster_set_prefixes(s, &prefixes[w[0][0] & 1], 2 + (w[0][0] >> 1 & 1));
		return 0;
	case '4':
		sb_roster_umode(s, w[0][0] == '+', w[1][0]);
		return 0;
	case '5':
		sb_roster_set_umodes(s, w[0]);
		return 0;
	default:
		return 0;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sb_hash_seed seed = { 1, 2 };
	struct sb_irc_state *state;
	char *text = malloc(size + 1), *line, *end;

	sb_assert(text && !sb_roster_create(&seed, MAX_BYTES, &state));
	memcpy(text, data, size);
	text[size] = '\0';
	for (line = text; *line; line = end + 1) {
		const char *words[WORDS];
		char what = *line;
		int error;

		end = line + strcspn(line, "\n");
		if (!*end)
			break;
		*end = '\0';
		split(line + 1, words);
		error = what < 'A'   ? tell_of_us(state, what, words)
			: what < 'a' ? tell_of_users(state, what, words)
				     : tell_of_channels(state, what, words);
		sb_assert(error <= 0);
		check_roster(state, MONITORED);
		sb_assert(sb_roster_n_bytes(state) <= MAX_BYTES);
	}
	sb_roster_destroy(state);
	free(text);
	return 0;
}
