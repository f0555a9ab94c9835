/* The words of MODE, as single changes. */

#include "kit_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "protocols/irc/modes.h"

enum { WORDS_MAX = 16 };

/* A server with PREFIX=(qohv)~@%+ and CHANMODES=beI,kL,lj,imnt, unless the tokens say more. */
static void
begin_server(struct sb_isupport *is, const char *token)
{
	struct sb_isupport_change change;

	sb_isupport_init(is);
	sb_isupport_take(is, "PREFIX=(qohv)~@%+", &change);
	sb_isupport_take(is, "CHANMODES=beI,kL,lj,imnt", &change);
	if (token)
		sb_isupport_take(is, token, &change);
	assert_true(change.is_understood);
}

/* Cuts words at each space; two spaces have an empty word between them. */
static size_t
cut_words(char *text, const char *words[WORDS_MAX])
{
	size_t n = 0;

	while (text) {
		char *space = strchr(text, ' ');

		words[n++] = text;
		text = space;
		if (space) {
			*space = '\0';
			text++;
		}
	}
	return n;
}

/* "+o R bob" for each change: sign and letter, the kind's letter, and the argument. */
static void
print_changes(struct sb_modes *modes, char *buf, size_t cap)
{
	static const char kinds[] = { [SB_MODE_UNKNOWN] = '?',
		[SB_MODE_LIST] = 'A',
		[SB_MODE_KEY] = 'B',
		[SB_MODE_LIMIT] = 'C',
		[SB_MODE_FLAG] = 'D',
		[SB_MODE_RANK] = 'R' };
	struct sb_mode_change change;
	size_t len = 0;

	buf[0] = '\0';
	while (sb_modes_next(modes, &change)) {
		len += (size_t)snprintf(buf + len, cap - len, "%s%c%c%c%s%s%s", len ? " " : "",
			change.is_added ? '+' : '-', change.letter, kinds[change.kind],
			change.arg ? "=" : "", change.arg ? change.arg : "",
			change.is_query ? "?" : "");
		assert_true(len < cap);
	}
	assert_false(sb_modes_next(modes, &change));
}

struct example {
	const char *words, *changes;
};

static void
check_all(const struct sb_isupport *is, const struct example *examples, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char text[256], changes[256];
		const char *words[WORDS_MAX];
		struct sb_modes modes;

		(void)snprintf(text, sizeof(text), "%s", examples[i].words);
		sb_modes_begin(&modes, is, cut_words(text, words), words);
		print_changes(&modes, changes, sizeof(changes));
		assert_string_equal(changes, examples[i].changes);
	}
}

#define CHECK(is, examples) check_all(is, examples, sizeof(examples) / sizeof(*(examples)))

static void
each_kind_takes_the_argument_that_is_its_own(void **state)
{
	static const struct example examples[] = {
		{ "+nt", "+nD +tD" },
		{ "+o bob", "+oR=bob" },
		{ "-v bob", "-vR=bob" },
		{ "+b *!*@x", "+bA=*!*@x" },
		{ "-b *!*@x", "-bA=*!*@x" },
		{ "+k key", "+kB=key" },
		{ "-k key", "-kB=key" },
		{ "+l 10", "+lC=10" },
		{ "-l", "-lC" },
		{ "+ovb bob eve *!*@x", "+oR=bob +vR=eve +bA=*!*@x" },
		{ "+klo key 5 bob", "+kB=key +lC=5 +oR=bob" },
		{ "+nlk 5 key", "+nD +lC=5 +kB=key" },
		{ "+q-o bob bob", "+qR=bob -oR=bob" },
	};
	struct sb_isupport is;

	(void)state;
	begin_server(&is, NULL);
	CHECK(&is, examples);
}

static void
signs_may_come_in_any_order(void **state)
{
	static const struct example examples[] = {
		{ "n", "+nD" },
		{ "n-t", "+nD -tD" },
		{ "-n+t-i", "-nD +tD -iD" },
		{ "+-+-n", "-nD" },
		{ "+-n+-t", "-nD -tD" },
		{ "-o+v bob eve", "-oR=bob +vR=eve" },
		{ "-+", "" },
		{ "+", "" },
		{ "+n-", "+nD" },
		{ "", "" },
	};
	struct sb_isupport is;

	(void)state;
	begin_server(&is, NULL);
	CHECK(&is, examples);
}

static void
a_key_is_taken_away_with_or_without_it(void **state)
{
	static const struct example examples[] = {
		{ "-k", "-kB" },
		{ "-k *", "-kB=*" },
		{ "-ko bob", "-kB -oR=bob" },
		{ "-ko key bob", "-kB=key -oR=bob" },
		{ "-k+o bob", "-kB +oR=bob" },
		{ "-k+o * bob", "-kB=* +oR=bob" },
		{ "-k+k new", "-kB +kB=new" },
		{ "-k+k old new", "-kB=old +kB=new" },
		{ "-kl *", "-kB=* -lC" },
		{ "-k+l 5", "-kB +lC=5" },
		{ "-bk *!*@x", "-bA=*!*@x -kB" },
		{ "-bk *!*@x key", "-bA=*!*@x -kB=key" },
		{ "-kL key", "-kB=key -LB" },
	};
	struct sb_isupport is;

	(void)state;
	begin_server(&is, NULL);
	CHECK(&is, examples);
}

static void
what_is_missing_is_none_and_of_a_list_a_query(void **state)
{
	static const struct example examples[] = {
		{ "b", "+bA?" },
		{ "+b", "+bA?" },
		{ "+beI", "+bA? +eA? +IA?" },
		{ "+be *!*@x", "+bA=*!*@x +eA?" },
		{ "+ntkl", "+nD +tD +kB +lC" },
		{ "+o", "+oR" },
		{ "+ov bob", "+oR=bob +vR" },
		{ "+b ", "+bA?" },
		{ "+k ", "+kB" },
	};
	struct sb_isupport is;

	(void)state;
	begin_server(&is, NULL);
	CHECK(&is, examples);
}

static void
letters_that_nobody_explained_take_no_argument(void **state)
{
	static const struct example examples[] = {
		{ "+X", "+X?" },
		{ "+Xo bob", "+X? +oR=bob" },
		{ "+nX-t", "+nD +X? -tD" },
		{ "+X word", "+X?" },
		{ "+X -5", "+X?" },
		{ "+\xc3\xa9", "+\xc3? +\xa9?" },
	};
	struct sb_isupport is;

	(void)state;
	begin_server(&is, NULL);
	CHECK(&is, examples);
}

static void
words_that_are_left_are_more_letters_when_they_begin_with_a_sign(void **state)
{
	static const struct example examples[] = {
		{ "+o bob -v eve", "+oR=bob -vR=eve" },
		{ "+n -t +o bob", "+nD -tD +oR=bob" },
		{ "+n stray -t", "+nD -tD" },
		{ "+n stray", "+nD" },
		{ "+n  -t", "+nD -tD" },
		{ "+b -t", "+bA=-t" },
		{ "-k -t", "-kB=-t" },
		{ " +n", "+nD" },
		{ " ", "" },
	};
	struct sb_isupport is;

	(void)state;
	begin_server(&is, NULL);
	CHECK(&is, examples);
}

static void
last_word_that_had_a_colon_may_hold_spaces(void **state)
{
	const char *const mask[] = { "+b", "a b" }, *const letters[] = { "+nt " };
	struct sb_isupport is;
	struct sb_modes modes;
	char changes[64];

	(void)state;
	begin_server(&is, NULL);
	sb_modes_begin(&modes, &is, 2, mask);
	print_changes(&modes, changes, sizeof(changes));
	assert_string_equal(changes, "+bA=a b");
	sb_modes_begin(&modes, &is, 1, letters);
	print_changes(&modes, changes, sizeof(changes));
	assert_string_equal(changes, "+nD +tD");
	sb_modes_begin(&modes, &is, 0, NULL);
	print_changes(&modes, changes, sizeof(changes));
	assert_string_equal(changes, "");
}

static void
what_a_letter_is_the_server_says(void **state)
{
	static const struct example silent[] = {
		{ "+o-v bob eve", "+oR=bob -vR=eve" },
		{ "+h bob", "+h?" },
		{ "+beIkl 1 2 3 4 5", "+bA=1 +eA=2 +IA=3 +kB=4 +lC=5" },
		{ "+imnpstaqr", "+iD +mD +nD +pD +sD +tD +aD +qD +rD" },
	};
	static const struct example quiet[] = { { "+q *!*@x", "+qA=*!*@x" } };
	static const struct example owner[] = { { "+q bob", "+qR=bob" } };
	struct sb_isupport is;
	struct sb_isupport_change change;

	(void)state;
	sb_isupport_init(&is);
	CHECK(&is, silent);
	sb_isupport_take(&is, "CHANMODES=qb,k,l,imnt", &change);
	CHECK(&is, quiet);
	sb_isupport_take(&is, "PREFIX=(qov)~@+", &change);
	CHECK(&is, owner);
	assert_int_equal(sb_modes_kind(&is, '\0'), SB_MODE_UNKNOWN);
}

static void
a_users_modes_are_flags(void **state)
{
	static const struct example examples[] = {
		{ "+i-w", "+iD -wD" },
		{ "iw", "+iD +wD" },
		{ "+so +cC", "+sD +oD" },
		{ "+ok key", "+oD +kD" },
		{ "", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		char text[64], changes[64];
		const char *words[WORDS_MAX];
		struct sb_modes modes;

		(void)snprintf(text, sizeof(text), "%s", examples[i].words);
		sb_modes_begin_user(&modes, cut_words(text, words), words);
		print_changes(&modes, changes, sizeof(changes));
		assert_string_equal(changes, examples[i].changes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_takes_the_argument_that_is_its_own),
		cmocka_unit_test(signs_may_come_in_any_order),
		cmocka_unit_test(a_key_is_taken_away_with_or_without_it),
		cmocka_unit_test(what_is_missing_is_none_and_of_a_list_a_query),
		cmocka_unit_test(letters_that_nobody_explained_take_no_argument),
		cmocka_unit_test(words_that_are_left_are_more_letters_when_they_begin_with_a_sign),
		cmocka_unit_test(last_word_that_had_a_colon_may_hold_spaces),
		cmocka_unit_test(what_a_letter_is_the_server_says),
		cmocka_unit_test(a_users_modes_are_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
