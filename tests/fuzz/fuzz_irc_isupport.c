/* The tokens of 005, then the words of a MODE, with line ends between them: whatever comes, what is
 * known of the server stays sound, what is refused changes nothing, and each mode is read once. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/base.h>

#include "protocols/irc/modes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 15 };

static void
check_set(const char *set)
{
	const char *at;

	sb_assert(memchr(set, '\0', SB_ISUPPORT_SET_CAP));
	for (at = set; *at; at++)
		sb_assert(*at > ' ' && *at <= '~');
}

static void
check_len(uint32_t len)
{
	sb_assert((len >= 1 && len <= SB_ISUPPORT_LEN_MAX) || len == SB_ISUPPORT_NO_LIMIT);
}

static void
check_ranks(const struct sb_isupport *is)
{
	size_t i;

	sb_assert(is->n_prefixes <= SB_ISUPPORT_PREFIX_MAX);
	for (i = 0; i < is->n_prefixes; i++) {
		sb_assert(sb_isupport_rank(is, is->prefixes[i].letter) == is->n_prefixes - i);
		sb_assert(sb_isupport_sign_rank(is, is->prefixes[i].sign) == is->n_prefixes - i);
	}
}

/* Each token kept is found by its key, and they fill the text. */
static void
check_kept(const struct sb_isupport *is)
{
	size_t n, at = 0;

	sb_assert(is->n_kept <= SB_ISUPPORT_KEPT_MAX && is->text_len <= SB_ISUPPORT_TEXT_MAX);
	for (n = 0; at < is->text_len; n++) {
		const char *key = is->text + at, *value = key + strlen(key) + 1;

		sb_assert(*key && sb_isupport_value(is, key) == value);
		at += strlen(key) + strlen(value) + 2;
	}
	sb_assert(n == is->n_kept && at == is->text_len);
}

static void
check(const struct sb_isupport *is)
{
	sb_assert(is->casemap <= SB_CASEMAP_ASCII);
	check_set(is->channel_types);
	check_set(is->statusmsg);
	check_set(is->list_modes);
	check_set(is->key_modes);
	check_set(is->limit_modes);
	check_set(is->flag_modes);
	check_set(is->extbans);
	check_len(is->nick_len);
	check_len(is->channel_len);
	check_len(is->topic_len);
	check_len(is->kick_len);
	check_len(is->away_len);
	check_len(is->user_len);
	check_len(is->host_len);
	check_len(is->modes);
	sb_assert(is->line_len >= 512 && is->line_len <= SB_ISUPPORT_LINE_MAX);
	check_len(sb_isupport_targmax(is, "PRIVMSG"));
	check_len(sb_isupport_chanlimit(is, '#'));
	check_len(sb_isupport_maxlist(is, 'b'));
	check_ranks(is);
	check_kept(is);
}

static void
take(struct sb_isupport *is, const char *token)
{
	static struct sb_isupport before;
	struct sb_isupport_change change;

	before = *is;
	sb_isupport_take(is, token, &change);
	sb_assert(!change.is_understood || *change.key);
	sb_assert(!change.is_removed || !change.value);
	if (change.why && !change.is_understood)
		sb_assert(!memcmp(is, &before, sizeof(before)));
	else if (change.is_removed)
		sb_assert(!sb_isupport_value(is, change.key));
	else
		sb_assert(!strcmp(
			sb_isupport_value(is, change.key), change.value ? change.value : ""));
}

static void
check_target(const struct sb_isupport *is, const char *target)
{
	unsigned rank;
	const char *channel = sb_isupport_strip_status(is, target, &rank);

	sb_assert(channel >= target && channel <= target + strlen(target));
	sb_assert(rank <= is->n_prefixes);
	sb_assert(channel == target || sb_isupport_is_channel(is, channel));
	(void)sb_isupport_denies_tag(is, target);
	(void)sb_isupport_lists(is, "MSGREFTYPES", target);
}

/* Letters and arguments come in the order of the words, each once. */
static void
check_modes(struct sb_modes *modes, size_t n, const char *const *words)
{
	struct sb_mode_change change;
	size_t i, arg = 0, n_letters = 0, n_changes = 0;

	for (i = 0; i < n; i++)
		n_letters += strlen(words[i]);
	for (; sb_modes_next(modes, &change); n_changes++) {
		sb_assert(change.letter && change.letter != '+' && change.letter != '-');
		sb_assert(change.is_query == (change.kind == SB_MODE_LIST && !change.arg));
		if (modes->is)
			sb_assert(change.kind == sb_modes_kind(modes->is, change.letter));
		else
			sb_assert(change.kind == SB_MODE_FLAG);
		if (!change.arg)
			continue;
		sb_assert(change.kind != SB_MODE_FLAG && change.kind != SB_MODE_UNKNOWN);
		sb_assert(change.kind != SB_MODE_LIMIT || change.is_added);
		sb_assert(*change.arg);
		while (arg < n && words[arg] != change.arg)
			arg++;
		sb_assert(arg++ < n);
	}
	sb_assert(n_changes <= n_letters);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sb_isupport is;
	const char *words[WORDS_MAX];
	size_t n = 0;
	char *copy = malloc(size + 1), *at, *end;
	struct sb_modes modes;

	sb_assert(copy);
	memcpy(copy, data, size);
	copy[size] = '\0';
	sb_isupport_init(&is);
	/* Tokens up to an empty line, then words. */
	for (at = copy; *at && *at != '\n'; at = end) {
		end = at + strcspn(at, "\n");
		if (*end)
			*end++ = '\0';
		take(&is, at);
		check_target(&is, at);
	}
	check(&is);
	at += *at == '\n';
	while (*at && n < WORDS_MAX) {
		words[n++] = at;
		at += strcspn(at, "\n");
		if (*at)
			*at++ = '\0';
	}
	sb_modes_begin(&modes, &is, n, words);
	check_modes(&modes, n, words);
	sb_modes_begin_user(&modes, n, words);
	check_modes(&modes, n, words);
	free(copy);
	return 0;
}
