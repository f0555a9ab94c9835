/* Formatting of texts: taken off, read, written, and what is written is read as what it was. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/irc_format.h>

enum { DEFAULT = SB_IRC_COLOUR_DEFAULT };

/* Style, foreground, background, text: "B4,5:text" and so on, each run between two bars. */
static const char *
described(const char *text, char *buf, size_t cap)
{
	static const char letters[] = "BIUSMR";
	struct sb_irc_runs runs;
	struct sb_irc_run run;
	size_t len = 0, i;

	*buf = '\0';
	sb_irc_runs_init(&runs, sb_bytes_of(text));
	while (sb_irc_runs_next(&runs, &run)) {
		const int32_t colours[] = { run.format.foreground, run.format.background };

		len += (size_t)snprintf(buf + len, cap - len, "|");
		for (i = 0; letters[i]; i++)
			if (run.format.style >> i & 1)
				buf[len++] = letters[i];
		for (i = 0; i < 2; i++)
			if (colours[i] >= SB_IRC_COLOURS)
				len += (size_t)snprintf(buf + len, cap - len, "%s#%06x",
					i ? "," : "", (unsigned)sb_irc_colour_rgb(colours[i]));
			else if (colours[i] != DEFAULT)
				len += (size_t)snprintf(buf + len, cap - len, "%s%d", i ? "," : "",
					(int)colours[i]);
		len += (size_t)snprintf(buf + len, cap - len, ":%.*s", (int)run.text.len,
			(const char *)run.text.ptr);
	}
	return buf;
}

static const struct {
	const char *text, *runs, *plain;
} examples[] = {
	{ "", "", "" },
	{ "plain", "|:plain", "plain" },
	/* Each style is switched on and off. */
	{ "a\2b\2c", "|:a|B:b|:c", "abc" },
	{ "a\x1d"
	  "b\x1d"
	  "c",
		"|:a|I:b|:c", "abc" },
	{ "a\x1f"
	  "b\x1f"
	  "c",
		"|:a|U:b|:c", "abc" },
	{ "a\x1e"
	  "b\x1e"
	  "c",
		"|:a|S:b|:c", "abc" },
	{ "a\x11"
	  "b\x11"
	  "c",
		"|:a|M:b|:c", "abc" },
	{ "a\x16"
	  "b\x16"
	  "c",
		"|:a|R:b|:c", "abc" },
	{ "\2\x1d\x1f\x1e\x11\x16x\x0fy", "|BIUSMR:x|:y", "xy" },
	/* Colours: one digit, two, and never three. */
	{ "\0034red", "|4:red", "red" },
	{ "\00304red", "|4:red", "red" },
	{ "\003042x", "|4:2x", "2x" },
	{ "\00398x\00399y", "|98:x|:y", "xy" },
	{ "\0034,5x", "|4,5:x", "x" },
	{ "\0034,057x", "|4,5:7x", "7x" },
	{ "\0034,5x\0036y", "|4,5:x|6,5:y", "xy" },
	{ "\0034,5x\0036,99y", "|4,5:x|6:y", "xy" },
	{ "\0034,5x\00399y", "|4,5:x|,5:y", "xy" },
	{ "\0034,5x\3y", "|4,5:x|:y", "xy" },
	{ "\2\0034x\3y", "|B4:x|B:y", "xy" },
	{ "\2\0034x\x0fy", "|B4:x|:y", "xy" },
	/* Commas that belong to the text. */
	{ "\0034,x", "|4:,x", ",x" },
	{ "\0034,", "|4:,", "," },
	{ "\3,7x", "|:,7x", ",7x" },
	{ "\0034,5,6x", "|4,5:,6x", ",6x" },
	{ "\0034,\0025", "|4:,|B4:5", ",5" },
	{ "5\00313,8,6\3,7,8, \0029\2\x1d!", "|:5|13,8:,6|:,7,8, |B:9|I:!", "5,6,7,8, 9!" },
	/* Hex colours: six digits, or none. */
	{ "\4ff8000x", "|#ff8000:x", "x" },
	{ "\4FF8000,00aBcdx", "|#ff8000,#00abcd:x", "x" },
	{ "\4ff8000,00abcx", "|#ff8000:,00abcx", ",00abcx" },
	{ "\0034,5x\4ff800y", "|4,5:x|:ff800y", "xff800y" },
	{ "\0034x\4y", "|4:x|:y", "xy" },
	{ "\4ff8000x\3y", "|#ff8000:x|:y", "xy" },
	{ "\4ff8000x\3,y", "|#ff8000:x|:,y", "x,y" },
	{ "\4ff80007x", "|#ff8000:7x", "7x" },
	{ "\0031,2\4ff8000x", "|#ff8000,2:x", "x" },
	/* Codes at the end, and codes that undo each other. */
	{ "x\2\3\0034,5", "|:x", "x" },
	{ "x\2\2y", "|:x|:y", "xy" },
	/* Anything else is text. */
	{ "\1A\7\x12\x1b[0m\xff\xc3\xa9", "|:\1A\7\x12\x1b[0m\xff\xc3\xa9",
		"\1A\7\x12\x1b[0m\xff\xc3\xa9" },
};

enum { N_EXAMPLES = sizeof(examples) / sizeof(*examples) };

static void
a_text_is_read_as_runs_that_look_the_same(void **state)
{
	char buf[256];
	size_t i;

	(void)state;
	for (i = 0; i < N_EXAMPLES; i++)
		assert_string_equal(
			described(examples[i].text, buf, sizeof(buf)), examples[i].runs);
}

static void
nothing_past_the_end_is_read(void **state)
{
	size_t i, len;

	(void)state;
	/* Each beginning of each text, in memory of just that size. */
	for (i = 0; i < N_EXAMPLES; i++)
		for (len = 0; len <= strlen(examples[i].text); len++) {
			char *exact = malloc(len ? len : 1);
			struct sb_irc_runs runs;
			struct sb_irc_run run;
			size_t total = 0;

			assert_non_null(exact);
			memcpy(exact, examples[i].text, len);
			sb_irc_runs_init(&runs, (struct sb_bytes){ exact, len });
			while (sb_irc_runs_next(&runs, &run)) {
				assert_true(run.text.len > 0);
				total += run.text.len;
			}
			assert_true(total <= len);
			free(exact);
		}
	/* Within the bytes it was given, too: "4" and what follows are beyond them. */
	{
		struct sb_irc_runs runs;
		struct sb_irc_run run;

		sb_irc_runs_init(&runs, (struct sb_bytes){ "\0031,5x", 2 });
		assert_false(sb_irc_runs_next(&runs, &run));
		sb_irc_runs_init(&runs, (struct sb_bytes){ "\4ff8000x", 6 });
		assert_true(sb_irc_runs_next(&runs, &run));
		assert_int_equal(run.text.len, 5);
		sb_irc_runs_init(&runs, (struct sb_bytes){ NULL, 0 });
		assert_false(sb_irc_runs_next(&runs, &run));
	}
}

static void
formatting_is_taken_off_also_in_place(void **state)
{
	char buf[256];
	size_t i;

	(void)state;
	for (i = 0; i < N_EXAMPLES; i++) {
		size_t len = strlen(examples[i].plain), room = strlen(examples[i].text) + 1;

		assert_int_equal(sb_irc_strip(examples[i].text, buf, room), len);
		assert_string_equal(buf, examples[i].plain);
		strcpy(buf, examples[i].text);
		assert_int_equal(sb_irc_strip(buf, buf, room), len);
		assert_string_equal(buf, examples[i].plain);
	}
}

static void
what_does_not_fit_is_cut_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t cap;
		const char *cut;
	} cuts[] = {
		{ "\2abc", 4, "abc" },
		{ "\2abc", 3, "ab" },
		{ "\2abc", 1, "" },
		{ "a\2\xc3\xa9", 3, "a" },
		{ "a\2\xc3\xa9", 4, "a\xc3\xa9" },
		{ "\xc3\xa9\2b", 2, "" },
	};
	char buf[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		memset(buf, '#', sizeof(buf));
		assert_int_equal(sb_irc_strip(cuts[i].text, buf, cuts[i].cap), strlen(cuts[i].cut));
		assert_string_equal(buf, cuts[i].cut);
		assert_int_equal(buf[cuts[i].cap], '#');
	}
}

static void
colours_have_their_values(void **state)
{
	(void)state;
	assert_int_equal(sb_irc_colour_rgb(0), 0xffffff);
	assert_int_equal(sb_irc_colour_rgb(4), 0xff0000);
	assert_int_equal(sb_irc_colour_rgb(15), 0xd2d2d2);
	assert_int_equal(sb_irc_colour_rgb(16), 0x470000);
	assert_int_equal(sb_irc_colour_rgb(27), 0x47002a);
	assert_int_equal(sb_irc_colour_rgb(28), 0x740000);
	assert_int_equal(sb_irc_colour_rgb(40), 0xb50000);
	assert_int_equal(sb_irc_colour_rgb(52), 0xff0000);
	assert_int_equal(sb_irc_colour_rgb(64), 0xff5959);
	assert_int_equal(sb_irc_colour_rgb(76), 0xff9c9c);
	assert_int_equal(sb_irc_colour_rgb(87), 0xff94d3);
	assert_int_equal(sb_irc_colour_rgb(88), 0x000000);
	assert_int_equal(sb_irc_colour_rgb(98), 0xffffff);
	assert_int_equal(sb_irc_colour_rgb(SB_IRC_RGB(0x123456)), 0x123456);
	assert_int_equal(sb_irc_colour_rgb(SB_IRC_RGB(0)), 0);
}

/* ---- Writing ---- */

struct part {
	const char *text; /* NULL: the last */
	struct sb_irc_format format;
};

#define AS(style, foreground, background)                                                          \
	{                                                                                          \
		style, foreground, background                                                      \
	}
#define PLAIN AS(0, DEFAULT, DEFAULT)
#define RED AS(0, 4, DEFAULT)
#define RED_ON_5 AS(0, 4, 5)
#define BOLD AS(SB_IRC_BOLD, DEFAULT, DEFAULT)

static const struct {
	struct part parts[5];
	const char *written;
} writings[] = {
	{ { { "plain", PLAIN } }, "plain" },
	{ { { "", BOLD }, { "plain", PLAIN } }, "plain" },
	{ { { "a", PLAIN }, { "b", BOLD }, { "c", BOLD }, { "d", PLAIN } }, "a\2bc\2d" },
	{ { { "a", AS(SB_IRC_BOLD | SB_IRC_ITALIC, DEFAULT, DEFAULT) }, { "b", BOLD } }, "\2\x1d"
											 "a\x1d"
											 "b" },
	/* Two or more to switch off: one reset. */
	{ { { "a", AS(SB_IRC_BOLD | SB_IRC_ITALIC, DEFAULT, DEFAULT) }, { "b", PLAIN } }, "\2\x1d"
											  "a\x0f"
											  "b" },
	{ { { "a", AS(63, 4, 5) }, { "b", AS(SB_IRC_UNDERLINE, DEFAULT, DEFAULT) } },
		"\0034,5\2\x1d\x1f\x1e\x11\x16"
		"a\x0f\x1f"
		"b" },
	/* One digit where that is enough. */
	{ { { "a", RED }, { "b", PLAIN } }, "\0034a\3b" },
	{ { { "7", RED } }, "\003047" },
	{ { { "7", AS(0, 13, DEFAULT) } }, "\003137" },
	{ { { "7", RED_ON_5 } }, "\0034,057" },
	{ { { "a", RED_ON_5 } }, "\0034,5a" },
	{ { { "7", AS(SB_IRC_BOLD, 4, DEFAULT) } }, "\0034\0027" },
	{ { { "a", RED }, { "7", PLAIN } }, "\0034a\x0f"
					    "7" },
	{ { { "a", AS(SB_IRC_BOLD | SB_IRC_ITALIC, 4, DEFAULT) },
		  { "7", AS(SB_IRC_BOLD | SB_IRC_ITALIC, DEFAULT, DEFAULT) } },
		"\0034\2\x1d"
		"a\3\2\2"
		"7" },
	{ { { "a", AS(63, 4, DEFAULT) }, { "7", AS(63, DEFAULT, DEFAULT) } },
		"\0034\2\x1d\x1f\x1e\x11\x16"
		"a\3\2\2"
		"7" },
	/* A comma that a number follows, or may follow. */
	{ { { ",7", RED } }, "\0034\2\2,7" },
	{ { { ",a", RED } }, "\0034,a" },
	{ { { ",", RED }, { "7", RED } }, "\0034\2\2,7" },
	{ { { "\2,\2", RED }, { "7", RED } }, "\0034\2\2,7" },
	{ { { ",7", RED_ON_5 } }, "\0034,5,7" },
	{ { { ",7", AS(0, SB_IRC_RGB(0xff8000), DEFAULT) } }, "\4FF8000\2\2,7" },
	{ { { ",a", AS(0, SB_IRC_RGB(0xff8000), DEFAULT) } }, "\4FF8000\2\2,a" },
	{ { { ",x", AS(0, SB_IRC_RGB(0xff8000), DEFAULT) } }, "\4FF8000,x" },
	{ { { "77", AS(0, SB_IRC_RGB(0xff8000), DEFAULT) } }, "\4FF800077" },
	{ { { "a", RED }, { ",7", PLAIN } }, "\0034a\3,7" },
	/* One colour changes, the other stays. */
	{ { { "a", RED_ON_5 }, { "b", AS(0, 6, 5) } }, "\0034,5a\0036b" },
	{ { { "a", RED_ON_5 }, { "b", AS(0, 4, 6) } }, "\0034,5a\0034,6b" },
	{ { { "a", RED_ON_5 }, { "b", RED } }, "\0034,5a\3\0034b" },
	{ { { "a", RED_ON_5 }, { "b", AS(0, DEFAULT, 5) } }, "\0034,5a\00399b" },
	{ { { "a", AS(0, DEFAULT, 5) }, { "b", PLAIN } }, "\00399,5a\3b" },
	/* Of two kinds. */
	{ { { "a", AS(0, SB_IRC_RGB(0xff8000), SB_IRC_RGB(0xabc)) } }, "\4FF8000,000ABCa" },
	{ { { "a", AS(0, SB_IRC_RGB(0xff8000), 5) } }, "\0031,5\4FF8000a" },
	{ { { "7", AS(0, SB_IRC_RGB(0xff8000), 5) } }, "\0031,5\4FF80007" },
	{ { { ",7", AS(0, SB_IRC_RGB(0xff8000), 5) } }, "\0031,5\4FF8000\2\2,7" },
	{ { { "7", AS(0, 4, SB_IRC_RGB(0xff8000)) } }, "\004000000,FF8000\003047" },
	{ { { "a", AS(0, DEFAULT, SB_IRC_RGB(0xff8000)) } }, "\004000000,FF8000\00399a" },
	/* What a text brings along is left out. */
	{ { { "a\2b\0034,5c", RED }, { "d", PLAIN } }, "\0034abc\3d" },
	{ { { "\2\x0f", RED }, { "d", PLAIN } }, "d" },
};

enum { N_WRITINGS = sizeof(writings) / sizeof(*writings) };

static void
a_text_is_written_with_few_codes_that_eat_nothing(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < N_WRITINGS; i++) {
		struct sb_irc_writer writer;
		char buf[128];

		sb_irc_writer_init(&writer, buf, sizeof(buf));
		for (k = 0; k < 5 && writings[i].parts[k].text; k++)
			assert_int_equal(sb_irc_writer_add(&writer, &writings[i].parts[k].format,
						 writings[i].parts[k].text),
				0);
		assert_string_equal(buf, writings[i].written);
		assert_int_equal(writer.len, strlen(buf));
	}
}

static void
no_format_is_the_plain_one(void **state)
{
	const struct sb_irc_format bold = BOLD;
	struct sb_irc_writer writer;
	char buf[16];

	(void)state;
	sb_irc_writer_init(&writer, buf, sizeof(buf));
	assert_string_equal(buf, "");
	assert_int_equal(sb_irc_writer_add(&writer, &bold, "a"), 0);
	assert_int_equal(sb_irc_writer_add(&writer, NULL, "b"), 0);
	assert_string_equal(buf, "\2a\2b");
}

static void
what_does_not_fit_changes_nothing(void **state)
{
	const struct sb_irc_format red = RED;
	struct sb_irc_writer writer;
	char buf[7];

	(void)state;
	memset(buf, '#', sizeof(buf));
	sb_irc_writer_init(&writer, buf, 6);
	assert_int_equal(sb_irc_writer_add(&writer, &red, "abcd"), -ENOBUFS);
	assert_string_equal(buf, "");
	assert_int_equal(sb_irc_writer_add(&writer, &red, "abc"), 0);
	assert_string_equal(buf, "\0034abc");
	assert_int_equal(sb_irc_writer_add(&writer, &red, "d"), -ENOBUFS);
	assert_int_equal(sb_irc_writer_add(&writer, NULL, "d"), -ENOBUFS);
	assert_int_equal(sb_irc_writer_add(&writer, NULL, ""), 0);
	assert_string_equal(buf, "\0034abc");
	assert_int_equal(buf[6], '#');
}

/* ---- Over seeds ---- */

static uint32_t
draw(uint64_t *random, uint32_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*random >> 33) % below;
}

static int32_t
draw_colour(uint64_t *random)
{
	static const int32_t colours[] = { DEFAULT, DEFAULT, 0, 1, 9, 10, 98, SB_IRC_RGB(0),
		SB_IRC_RGB(0xffffff), SB_IRC_RGB(0x123456) };

	return colours[draw(random, sizeof(colours) / sizeof(*colours))];
}

/* What is added and what is read, a letter at a time. */
struct letters {
	size_t n;
	char c[64];
	struct sb_irc_format format[64];
};

static void
note(struct letters *letters, char c, const struct sb_irc_format *format)
{
	letters->c[letters->n] = c;
	letters->format[letters->n++] = *format;
}

static void
try_seed(void *self, uint64_t seed)
{
	static const char alphabet[] = "01,,aFx\2\3";
	struct letters added = { .n = 0 }, read = { .n = 0 };
	struct sb_irc_format format = PLAIN;
	uint64_t random = seed;
	struct sb_irc_writer writer;
	struct sb_irc_runs runs;
	struct sb_irc_run run;
	char buf[1024], text[4];
	uint32_t i, k, n_parts = 1 + draw(&random, 8);

	(void)self;
	sb_irc_writer_init(&writer, buf, sizeof(buf));
	for (i = 0; i < n_parts; i++) {
		uint32_t len = draw(&random, sizeof(text));
		char stripped[sizeof(text)];

		if (draw(&random, 2))
			format.foreground = draw_colour(&random);
		if (draw(&random, 2))
			format.background = draw_colour(&random);
		if (draw(&random, 2))
			format.style = draw(&random, 2) ? draw(&random, 64) : 63;
		for (k = 0; k < len; k++)
			text[k] = alphabet[draw(&random, sizeof(alphabet) - 1)];
		text[len] = '\0';
		assert_int_equal(sb_irc_writer_add(&writer, &format, text), 0);
		(void)sb_irc_strip(text, stripped, sizeof(stripped));
		for (k = 0; stripped[k]; k++)
			note(&added, stripped[k], &format);
	}
	sb_irc_runs_init(&runs, (struct sb_bytes){ buf, writer.len });
	while (sb_irc_runs_next(&runs, &run))
		for (k = 0; k < run.text.len; k++)
			note(&read, ((const char *)run.text.ptr)[k], &run.format);
	assert_int_equal(read.n, added.n);
	for (k = 0; k < read.n; k++) {
		assert_int_equal(read.c[k], added.c[k]);
		assert_int_equal(read.format[k].style, added.format[k].style);
		assert_int_equal(read.format[k].foreground, added.format[k].foreground);
		assert_int_equal(read.format[k].background, added.format[k].background);
	}
}

static void
what_is_read_back_is_what_was_added(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 20000, try_seed, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_text_is_read_as_runs_that_look_the_same),
		kit_test_bare(nothing_past_the_end_is_read),
		kit_test_bare(formatting_is_taken_off_also_in_place),
		kit_test_bare(what_does_not_fit_is_cut_between_characters),
		kit_test_bare(colours_have_their_values),
		kit_test_bare(a_text_is_written_with_few_codes_that_eat_nothing),
		kit_test_bare(no_format_is_the_plain_one),
		kit_test_bare(what_does_not_fit_changes_nothing),
		kit_test_bare(what_is_read_back_is_what_was_added),
	};

	return kit_run(tests);
}
