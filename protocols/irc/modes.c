#include "modes.h"

#include <string.h>

enum sb_mode_kind
sb_modes_kind(const struct sb_isupport *is, char letter)
{
	if (!letter)
		return SB_MODE_UNKNOWN;
	if (sb_isupport_rank(is, letter))
		return SB_MODE_RANK;
	if (strchr(is->list_modes, letter))
		return SB_MODE_LIST;
	if (strchr(is->key_modes, letter))
		return SB_MODE_KEY;
	if (strchr(is->limit_modes, letter))
		return SB_MODE_LIMIT;
	return strchr(is->flag_modes, letter) ? SB_MODE_FLAG : SB_MODE_UNKNOWN;
}

/* Whether a word is the letter's for certain. */
static bool
needs_word(enum sb_mode_kind kind, bool is_added)
{
	switch (kind) {
	case SB_MODE_LIST:
	case SB_MODE_RANK:
		return true;
	case SB_MODE_KEY:
	case SB_MODE_LIMIT:
		return is_added;
	case SB_MODE_UNKNOWN:
	case SB_MODE_FLAG:
	default:
		return false;
	}
}

static bool
is_sign(char c)
{
	return c == '+' || c == '-';
}

static enum sb_mode_kind
kind_of(const struct sb_modes *modes, char letter)
{
	return modes->is ? sb_modes_kind(modes->is, letter) : SB_MODE_FLAG;
}

/* Letters end with their word; or with a space, which only a last word can hold. */
static bool
is_end(char c)
{
	return !c || c == ' ';
}

static void
begin_letters(struct sb_modes *modes, const char *word)
{
	bool is_added = modes->is_added;
	const char *at;

	modes->at = word;
	modes->n_needed = 0;
	for (at = word; !is_end(*at); at++) {
		if (is_sign(*at))
			is_added = *at == '+';
		else
			modes->n_needed += needs_word(kind_of(modes, *at), is_added);
	}
}

static void
begin(struct sb_modes *modes, const struct sb_isupport *is, size_t n, const char *const *words)
{
	*modes = (struct sb_modes){
		.is = is, .n = n, .words = words, .arg = n > 0, .is_added = true
	};
	begin_letters(modes, n ? words[0] : "");
}

void
sb_modes_begin(
	struct sb_modes *modes, const struct sb_isupport *is, size_t n, const char *const *words)
{
	begin(modes, is, n, words);
}

void
sb_modes_begin_user(struct sb_modes *modes, size_t n, const char *const *words)
{
	begin(modes, NULL, n ? 1 : 0, words);
}

/* Goes on with letters among the words that are left. */
static bool
begin_next_letters(struct sb_modes *modes)
{
	while (modes->arg < modes->n) {
		const char *word = modes->words[modes->arg++];

		if (is_sign(*word) && !modes->has_unknown) {
			begin_letters(modes, word);
			return true;
		}
	}
	return false;
}

/* The argument of a letter; NULL for none. */
static const char *
take_word(struct sb_modes *modes, enum sb_mode_kind kind)
{
	size_t n_left = modes->n - modes->arg;
	const char *word;

	if (needs_word(kind, modes->is_added))
		modes->n_needed--;
	else if (kind != SB_MODE_KEY || n_left <= modes->n_needed)
		return NULL;
	if (!n_left)
		return NULL;
	word = modes->words[modes->arg++];
	return *word ? word : NULL;
}

bool
sb_modes_next(struct sb_modes *modes, struct sb_mode_change *ret_change)
{
	char letter;

	for (;;) {
		while (is_sign(*modes->at))
			modes->is_added = *modes->at++ == '+';
		if (!is_end(*modes->at))
			break;
		if (!begin_next_letters(modes))
			return false;
	}
	letter = *modes->at++;
	ret_change->is_added = modes->is_added;
	ret_change->letter = letter;
	ret_change->kind = kind_of(modes, letter);
	ret_change->arg = take_word(modes, ret_change->kind);
	ret_change->is_query = ret_change->kind == SB_MODE_LIST && !ret_change->arg;
	modes->has_unknown = modes->has_unknown || ret_change->kind == SB_MODE_UNKNOWN;
	return true;
}
