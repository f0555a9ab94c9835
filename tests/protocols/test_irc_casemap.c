/* Which names are the same, under each casemapping. */

#include "kit_cmocka.h"

#include <string.h>

#include "protocols/irc/casemap.h"

static const enum sb_casemap maps[] = { SB_CASEMAP_RFC1459, SB_CASEMAP_RFC1459_STRICT,
	SB_CASEMAP_ASCII };

enum { N_MAPS = sizeof(maps) / sizeof(*maps) };

static void
each_mapping_folds_its_own_capitals(void **state)
{
	static const struct {
		enum sb_casemap map;
		const char *capitals, *small;
	} examples[] = {
		{ SB_CASEMAP_RFC1459, "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^",
			"abcdefghijklmnopqrstuvwxyz{|}~" },
		{ SB_CASEMAP_RFC1459_STRICT, "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]",
			"abcdefghijklmnopqrstuvwxyz{|}" },
		{ SB_CASEMAP_ASCII, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_MAPS; i++) {
		int c, n_folded = 0;

		for (c = 0; c < 256; c++) {
			const char *at = c ? strchr(examples[i].capitals, c) : NULL;
			char folded = sb_casemap_fold(examples[i].map, (char)c);

			if (at)
				assert_int_equal(
					folded, examples[i].small[at - examples[i].capitals]);
			else
				assert_int_equal(folded, (char)c);
			n_folded += folded != (char)c;
		}
		assert_int_equal(n_folded, strlen(examples[i].capitals));
	}
}

static void
names_are_the_same_as_the_mapping_says(void **state)
{
	static const struct {
		const char *a, *b;
		bool same[N_MAPS];
	} examples[] = {
		{ "", "", { true, true, true } },
		{ "Bob", "bOB", { true, true, true } },
		{ "bob", "bo", { false, false, false } },
		{ "bo", "bob", { false, false, false } },
		{ "[a]\\", "{A}|", { true, true, false } },
		{ "a^b", "A~b", { true, false, false } },
		{ "b_b",
			"b\x7f"
			"b",
			{ false, false, false } },
		{ "@", "`", { false, false, false } },
		{ "É", "é", { false, false, false } },
		{ "#Ünix", "#Ünix", { true, true, true } },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		for (j = 0; j < N_MAPS; j++) {
			char a[32], b[32];

			assert_int_equal(sb_casemap_same(maps[j], examples[i].a, examples[i].b),
				examples[i].same[j]);
			sb_casemap_fold_text(maps[j], examples[i].a, a, sizeof(a));
			sb_casemap_fold_text(maps[j], examples[i].b, b, sizeof(b));
			assert_int_equal(!strcmp(a, b), examples[i].same[j]);
		}
	}
}

static void
folded_text_is_cut_to_its_room(void **state)
{
	char folded[8] = "xxxxxxx";

	(void)state;
	sb_casemap_fold_text(SB_CASEMAP_RFC1459, "ABC", folded, 1);
	assert_string_equal(folded, "");
	assert_int_equal(folded[1], 'x');
	sb_casemap_fold_text(SB_CASEMAP_RFC1459, "ABC", folded, 3);
	assert_string_equal(folded, "ab");
	assert_int_equal(folded[3], 'x');
	sb_casemap_fold_text(SB_CASEMAP_RFC1459, "ABC", folded, 4);
	assert_string_equal(folded, "abc");
}

static void
names_of_mappings_are_read_and_others_are_ascii(void **state)
{
	static const struct {
		const char *name;
		bool is_known;
		enum sb_casemap map;
	} examples[] = {
		{ "ascii", true, SB_CASEMAP_ASCII },
		{ "ASCII", true, SB_CASEMAP_ASCII },
		{ "rfc1459", true, SB_CASEMAP_RFC1459 },
		{ "rfc1459-strict", true, SB_CASEMAP_RFC1459_STRICT },
		{ "strict-rfc1459", true, SB_CASEMAP_RFC1459_STRICT },
		{ "rfc7613", false, SB_CASEMAP_ASCII },
		{ "rfc8265", false, SB_CASEMAP_ASCII },
		{ "precis", false, SB_CASEMAP_ASCII },
		{ "utf8", false, SB_CASEMAP_ASCII },
		{ "rfc145", false, SB_CASEMAP_ASCII },
		{ "rfc14590", false, SB_CASEMAP_ASCII },
		{ "", false, SB_CASEMAP_ASCII },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		enum sb_casemap map = SB_CASEMAP_RFC1459;

		assert_int_equal(sb_casemap_read(examples[i].name, &map), examples[i].is_known);
		assert_int_equal(map, examples[i].map);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mapping_folds_its_own_capitals),
		cmocka_unit_test(names_are_the_same_as_the_mapping_says),
		cmocka_unit_test(folded_text_is_cut_to_its_room),
		cmocka_unit_test(names_of_mappings_are_read_and_others_are_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
