/* Splitting a text into lines: each fits, nothing is lost, and it looks as before. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "protocols/irc/irc_split.h"

enum { CAP = 4096 };

/* The pieces, each in brackets, with a + where the next one goes on. */
static const char *
pieces_of(const char *text, size_t room, bool is_action)
{
	static char out[CAP];
	struct sb_split split;
	struct sb_split_piece piece;
	char buf[CAP];
	size_t at = 0;

	assert_int_equal(sb_split_begin(&split, sb_bytes_of(text), room, is_action), 0);
	while (sb_split_next(&split, buf, &piece)) {
		assert_ptr_equal(piece.bytes.ptr, buf);
		assert_in_range(piece.bytes.len, 1, room);
		at += (size_t)snprintf(out + at, sizeof(out) - at, "[%.*s]%s", (int)piece.bytes.len,
			buf, piece.is_continued ? "+" : "");
	}
	out[at] = '\0';
	assert_false(sb_split_next(&split, buf, &piece));
	return out;
}

static int
begin(const char *text, size_t len, size_t room, bool is_action)
{
	struct sb_split split;

	return sb_split_begin(&split, (struct sb_bytes){ text, len }, room, is_action);
}

/* Eighty letters, the room of these tests. */
#define A10 "aaaaaaaaaa"
#define A40 A10 A10 A10 A10
#define A70 A40 A10 A10 A10
#define A80 A40 A40

/* ---- Where it cuts ---- */

static void
what_fits_is_one_piece_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(pieces_of("hello", 80, false), "[hello]");
	assert_string_equal(pieces_of(" two  spaces\t", 80, false), "[ two  spaces\t]");
	assert_string_equal(pieces_of(A80, 80, false), "[" A80 "]");
	assert_string_equal(pieces_of("", 80, false), "");
}

static void
it_cuts_at_the_last_space_of_the_second_half_and_takes_it(void **state)
{
	(void)state;
	assert_string_equal(pieces_of(A40 "a bb " A40, 80, false), "[" A40 "a bb]+[" A40 "]");
	/* The space may be the first byte that does not fit. */
	assert_string_equal(pieces_of(A80 " b", 80, false), "[" A80 "]+[b]");
	/* Only one of them is taken. */
	assert_string_equal(pieces_of(A70 "   b" A10, 80, false), "[" A70 "  ]+[b" A10 "]");
	/* Not one in the first half. */
	assert_string_equal(
		pieces_of(A10 " " A80, 80, false), "[" A10 " " A40 A10 A10 "aaaaaaaaa]+[" A10 "a]");
}

static void
it_tells_whether_a_space_was_taken(void **state)
{
	struct sb_split split;
	struct sb_split_piece piece;
	char buf[80];

	(void)state;
	assert_int_equal(sb_split_begin(&split, sb_bytes_of(A80 " b"), 80, false), 0);
	assert_true(sb_split_next(&split, buf, &piece));
	assert_true(piece.took_space && piece.is_continued);
	assert_true(sb_split_next(&split, buf, &piece));
	assert_false(piece.took_space || piece.is_continued);
	assert_int_equal(sb_split_begin(&split, sb_bytes_of(A80 "b"), 80, false), 0);
	assert_true(sb_split_next(&split, buf, &piece));
	assert_true(!piece.took_space && piece.is_continued);
}

static void
characters_of_utf_8_stay_whole_and_other_bytes_are_cut_anywhere(void **state)
{
	(void)state;
	/* An e with an acute, two bytes, where one is left. */
	assert_string_equal(pieces_of("a" A40 A10 A10 A10 "aaaaaaaa\xc3\xa9", 80, false),
		"[a" A40 A10 A10 A10 "aaaaaaaa]+[\xc3\xa9]");
	assert_string_equal(pieces_of(A70 "aaaaaaaa\xf0\x9f\x98\x80", 80, false),
		"[" A70 "aaaaaaaa]+[\xf0\x9f\x98\x80]");
	assert_string_equal(pieces_of(A70 "aaaaaaaa\xff\xfe\xfd", 80, false),
		"[" A70 "aaaaaaaa\xff\xfe]+[\xfd]");
}

static void
what_people_see_as_one_character_stays_whole_where_it_can(void **state)
{
	static const char *const wholes[] = {
		"e\xcc\x81", /* combining acute */
		"\xe2\x9d\xa4\xef\xb8\x8f", /* heart, variation selector 16 */
		"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", /* thumb, skin tone */
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", /* woman, ZWJ, laptop */
		"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", /* flag of two indicators */
		"1\xef\xb8\x8f\xe2\x83\xa3", /* keycap */
		"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", /* Hangul in jamo */
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
		size_t len = strlen(wholes[i]);

		for (n = 1; n < len; n++) {
			char text[200], expected[200];
			int pad = (int)(80 - n);

			(void)snprintf(text, sizeof(text), "%.*s%s", pad, A80, wholes[i]);
			(void)snprintf(
				expected, sizeof(expected), "[%.*s]+[%s]", pad, A80, wholes[i]);
			assert_string_equal(pieces_of(text, 80, false), expected);
		}
	}
}

static void
flags_are_cut_between_pairs(void **state)
{
	static const char text[] = "aaa" A70 "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab";

	(void)state;
	assert_string_equal(pieces_of(text, 80, false),
		"[aaa" A70 "]+[\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab]");
	/* Room for three of four: the second pair is not cut. */
	assert_string_equal(
		pieces_of(A40 A10 A10
			"aaaaaaa"
			"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7",
			80, false),
		"[" A40 A10 A10 "aaaaaaa"
		"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa]+[\xf0\x9f\x87\xab\xf0\x9f\x87\xb7]");
}

static void
marks_without_end_are_cut_all_the_same(void **state)
{
	char text[402], out[CAP];
	size_t i;

	(void)state;
	text[0] = 'e';
	for (i = 1; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xcc\x81", 2);
	text[401] = '\0';
	(void)snprintf(out, sizeof(out), "%s", pieces_of(text, 80, false));
	assert_int_equal(strlen(out), 401 + 6 * 2 + 5);
}

/* ---- Lines ---- */

static void
line_ends_end_a_piece_and_empty_lines_are_left_out(void **state)
{
	(void)state;
	assert_string_equal(pieces_of("a\nb\r\nc", 80, false), "[a][b][c]");
	assert_string_equal(pieces_of("\n\r\na\n\n\nb\n", 80, false), "[a][b]");
	assert_string_equal(pieces_of("\r\n\n", 80, false), "");
	assert_string_equal(pieces_of(A80 "a\nb", 80, false), "[" A80 "]+[a][b]");
	/* Spaces are something to say. */
	assert_string_equal(pieces_of("a\n \nb", 80, false), "[a][ ][b]");
}

static void
what_would_end_a_line_early_is_refused(void **state)
{
	(void)state;
	assert_int_equal(begin("a\0b", 3, 80, false), -EINVAL);
	assert_int_equal(begin("a\rb", 3, 80, false), -EINVAL);
	assert_int_equal(begin("a\r", 2, 80, false), -EINVAL);
	assert_int_equal(begin("a\r\r\n", 4, 80, false), -EINVAL);
	assert_int_equal(begin("a", 1, SB_SPLIT_ROOM_MIN - 1, false), -EMSGSIZE);
	assert_int_equal(begin("a", 1, SB_SPLIT_ROOM_MIN, false), 0);
	assert_int_equal(begin(NULL, 0, 80, false), 0);
}

/* ---- Formatting ---- */

static void
open_formatting_goes_on_in_the_next_piece(void **state)
{
	static const char *const codes[] = { "\x02", "\x1d", "\x1f", "\x1e", "\x11", "\x16",
		"\x02\x1d\x1f\x1e\x11\x16",
		"\x03"
		"04",
		"\x03"
		"04,12",
		"\x04"
		"ff0000",
		"\x04"
		"ff0000,00FF7f",
		"\x02\x03"
		"99,01" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		char text[200], expected[200];
		int pad = (int)(80 - strlen(codes[i]));

		(void)snprintf(text, sizeof(text), "%s%.*sbbb", codes[i], pad, A80);
		(void)snprintf(expected, sizeof(expected), "[%s%.*s]+[%sbbb]", codes[i], pad, A80,
			codes[i]);
		assert_string_equal(pieces_of(text, 80, false), expected);
	}
}

static void
closed_formatting_does_not(void **state)
{
	(void)state;
	assert_string_equal(pieces_of("\x02\x02" A80, 80, false), "[\x02\x02" A70 "aaaaaaaa]+[aa]");
	assert_string_equal(pieces_of("\x02\x03"
				      "4\x0f" A80,
				    80, false),
		"[\x02\x03"
		"4\x0f" A70 "aaaaaa]+[aaaa]");
	assert_string_equal(pieces_of("\x03"
				      "4,5x\x03" A80,
				    80, false),
		"[\x03"
		"4,5x\x03" A70 "aaaa]+[aaaaaa]");
	/* Nor over a line end. */
	assert_string_equal(pieces_of("\x02"
				      "a\nb",
				    80, false),
		"[\x02"
		"a][b]");
}

static void
colours_are_opened_so_that_the_text_is_not_taken_for_them(void **state)
{
	(void)state;
	/* One digit, and the text begins with another. */
	assert_string_equal(pieces_of("\x03"
				      "4" A70 "aaaaaaaa5",
				    80, false),
		"[\x03"
		"4" A70 "aaaaaaaa]+[\x03"
		"045]");
	/* A comma and a digit. */
	assert_string_equal(pieces_of("\x03"
				      "4" A70 "aaaaaaaa,5",
				    80, false),
		"[\x03"
		"4" A70 "aaaaaaaa]+[\x03"
		"04\x02\x02,5]");
	assert_string_equal(pieces_of("\x03"
				      "4,1" A70 "aaaaaa,5",
				    80, false),
		"[\x03"
		"4,1" A70 "aaaaaa]+[\x03"
		"04,01,5]");
	/* A foreground over a background of the other kind, or of an earlier code. */
	assert_string_equal(pieces_of("\x03"
				      "4,1\x03"
				      "5" A70 "aaaabb",
				    80, false),
		"[\x03"
		"4,1\x03"
		"5" A70 "aaaa]+[\x03"
		"05,01bb]");
	assert_string_equal(pieces_of("\x03"
				      "4,1\x04"
				      "00ff00" A40 A10 A10 "aaaaaaaaabb",
				    80, false),
		"[\x03"
		"4,1\x04"
		"00ff00" A40 A10 A10 "aaaaaaaaa]+[\x03"
		"01,01\x04"
		"00ff00bb]");
}

static void
a_code_and_its_colours_are_not_cut(void **state)
{
	(void)state;
	assert_string_equal(pieces_of(A70 "aaaaaaa\x03"
					  "04,05b",
				    80, false),
		"[" A70 "aaaaaaa]+[\x03"
		"04,05b]");
	assert_string_equal(pieces_of(A70 "\x04"
					  "00ff00,ff00ffb",
				    80, false),
		"[" A70 "]+[\x04"
		"00ff00,ff00ffb]");
	/* Too few digits of hex are none. */
	assert_string_equal(pieces_of(A70 "aaaaaaa\x04"
					  "00ff",
				    80, false),
		"[" A70 "aaaaaaa\x04"
		"00]+[ff]");
}

static void
no_piece_is_made_of_codes_and_spaces_alone(void **state)
{
	(void)state;
	assert_string_equal(
		pieces_of("\x02" A70 "aaaaaaaaa\x02", 80, false), "[\x02" A70 "aaaaaaaaa]");
	assert_string_equal(pieces_of(A80 "  \x03"
					  "4,5 \x0f ",
				    80, false),
		"[" A80 "]");
	assert_string_equal(pieces_of(A80 "  \x0f\nb", 80, false), "[" A80 "][b]");
}

/* ---- CTCP ---- */

static void
each_piece_of_an_action_has_the_frame(void **state)
{
	(void)state;
	assert_string_equal(pieces_of("waves", 80, true), "[\1ACTION waves\1]");
	assert_string_equal(pieces_of("\1ACTION waves\1", 80, false), "[\1ACTION waves\1]");
	assert_string_equal(pieces_of("\1ACTION waves", 80, false), "[\1ACTION waves\1]");
	assert_string_equal(pieces_of("a\nb", 80, true), "[\1ACTION a\1][\1ACTION b\1]");
	assert_string_equal(pieces_of("\x02" A70 "b", 80, true),
		"[\1ACTION \x02" A70 "\1]+[\1ACTION \x02"
		"b\1]");
	assert_string_equal(pieces_of("", 80, true), "");
	assert_string_equal(pieces_of("\1ACTION \1", 80, false), "");
	assert_int_equal(begin("a\1b", 3, 80, true), -EINVAL);
	assert_int_equal(begin("\1ACTION a\1b\1", 12, 80, false), -EINVAL);
}

static void
another_ctcp_message_is_one_piece_or_none(void **state)
{
	(void)state;
	assert_string_equal(pieces_of("\1PING 1\1", 80, false), "[\1PING 1\1]");
	assert_int_equal(begin("\1PING " A80 "\1", 87, 80, false), -EMSGSIZE);
	assert_int_equal(begin("\1PING a\nb\1", 10, 80, false), -EINVAL);
	/* In the midst of a text it is a byte like others. */
	assert_string_equal(pieces_of("a\1b", 80, false), "[a\1b]");
}

/* ---- Room ---- */

static void
room_is_what_others_get_less_all_that_stands_before_the_text(void **state)
{
	static const char line[] = ":nick!user@host PRIVMSG #chan :\r\n";

	(void)state;
	assert_int_equal(sb_split_room(512, 4, 4, 4, "PRIVMSG", "#chan"), 512 - strlen(line));
	assert_int_equal(sb_split_room(2048, 4, 4, 4, "PRIVMSG", "#chan"), 2048 - strlen(line));
	assert_int_equal(sb_split_room(512, 4, 0, 0, "PRIVMSG", "#chan"),
		512 - strlen(line) - (11 - 4) - (63 - 4));
	assert_int_equal(sb_split_room(strlen(line), 4, 4, 4, "PRIVMSG", "#chan"), 0);
	assert_int_equal(sb_split_room(8, 4, 4, 4, "PRIVMSG", "#chan"), 0);
}

/* ---- Of any text ---- */

/* What is drawn from: each is a unit, or the end of a line. */
static const char *const parts[] = { "a", "b", "1", ",", " ", " ", "  ", "\n", "\r\n", "\t",
	"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xcc\x81", "\xe2\x80\x8d", "\xef\xb8\x8f",
	"\xf0\x9f\x87\xa9", "\xff", "\xc3", "\x02", "\x1d", "\x0f", "\x03",
	"\x03"
	"4",
	"\x03"
	"12,3",
	"\x04"
	"abcdef",
	"\x04", "\x16" };

static uint64_t
draw(uint64_t *state, uint64_t n)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*state >> 33) % n;
}

static size_t
draw_text(uint64_t *random, char text[CAP])
{
	size_t len = 0, n = draw(random, 600), words = draw(random, 3);

	while (n--) {
		const char *part = parts[draw(random, sizeof(parts) / sizeof(parts[0]))];

		if (words && draw(random, 4))
			part = "x";
		memcpy(text + len, part, strlen(part));
		len += strlen(part);
	}
	return len;
}

/* Whether what was left out at a place is what may be: line ends; or, at the end of a line that was
 * cut, spaces and codes. */
static size_t
skip_left_out(const char *text, size_t len, size_t at, bool is_end)
{
	static const char blank[] = " \x02\x1d\x1f\x1e\x11\x16\x0f\x03\x04,0123456789abcdefABCDEF";

	while (is_end && at < len && text[at] != '\n' && text[at] != '\r') {
		assert_non_null(strchr(blank, text[at]));
		at++;
	}
	while (at < len && (text[at] == '\n' || text[at] == '\r'))
		at++;
	return at;
}

static void
check_seed(void *self, uint64_t seed)
{
	uint64_t random = seed * 2654435761U + 1;
	char text[CAP], buf[CAP];
	size_t len = draw_text(&random, text), room = SB_SPLIT_ROOM_MIN + draw(&random, 400),
	       at = 0;
	bool is_action = draw(&random, 2);
	struct sb_split split;
	struct sb_split_piece piece = { .is_continued = false };

	assert_int_equal(
		sb_split_begin(&split, (struct sb_bytes){ text, len }, room, is_action), 0);
	at = skip_left_out(text, len, 0, false);
	while (sb_split_next(&split, buf, &piece)) {
		size_t taken = piece.bytes.len - piece.n_before - piece.n_after;

		++*(unsigned *)self;
		assert_true(taken && piece.bytes.len <= room);
		assert_memory_equal(text + at, buf + piece.n_before, taken);
		/* No character is cut: the one that ends here is as long with what follows. */
		assert_true(at + taken == len || ((unsigned char)text[at + taken] & 0xc0) != 0x80);
		at += taken;
		if (piece.took_space)
			assert_int_equal(text[at++], ' ');
		if (!piece.is_continued)
			at = skip_left_out(text, len, at, true);
	}
	assert_int_equal(at, len);
}

static void
pieces_of_any_text_give_it_back(void **state)
{
	unsigned n = 0;

	(void)state;
	sb_testing_each_seed(1, 20000, check_seed, &n);
	assert_true(n > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(what_fits_is_one_piece_as_it_is),
		kit_test_bare(it_cuts_at_the_last_space_of_the_second_half_and_takes_it),
		kit_test_bare(it_tells_whether_a_space_was_taken),
		kit_test_bare(characters_of_utf_8_stay_whole_and_other_bytes_are_cut_anywhere),
		kit_test_bare(what_people_see_as_one_character_stays_whole_where_it_can),
		kit_test_bare(flags_are_cut_between_pairs),
		kit_test_bare(marks_without_end_are_cut_all_the_same),
		kit_test_bare(line_ends_end_a_piece_and_empty_lines_are_left_out),
		kit_test_bare(what_would_end_a_line_early_is_refused),
		kit_test_bare(open_formatting_goes_on_in_the_next_piece),
		kit_test_bare(closed_formatting_does_not),
		kit_test_bare(colours_are_opened_so_that_the_text_is_not_taken_for_them),
		kit_test_bare(a_code_and_its_colours_are_not_cut),
		kit_test_bare(no_piece_is_made_of_codes_and_spaces_alone),
		kit_test_bare(each_piece_of_an_action_has_the_frame),
		kit_test_bare(another_ctcp_message_is_one_piece_or_none),
		kit_test_bare(room_is_what_others_get_less_all_that_stands_before_the_text),
		kit_test_bare(pieces_of_any_text_give_it_back),
	};

	return kit_run(tests);
}
