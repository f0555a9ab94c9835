/* Splitting a text: its pieces fit, cut no character, and look as the text does. The first byte
 * chooses the room, the second whether it is an action; the rest is the text. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/character.h"
#include "protocols/irc/irc_split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A byte as it is seen: 64 bits of formatting and colours, and itself. */
struct cell {
	unsigned toggles;
	int64_t front, back;
	char c;
};

struct screen {
	struct cell *cells;
	size_t n;
};

static bool
is_digit(char c, bool hex)
{
	return (c >= '0' && c <= '9')
	       || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
}

/* Reads a colour at *at, if there is one; -1 otherwise. */
static int64_t
read_colour(const char *text, size_t len, size_t *at, bool hex)
{
	char digits[7] = "";
	size_t n = 0, most = hex ? 6 : 2;

	while (n < most && *at + n < len && is_digit(text[*at + n], hex)) {
		digits[n] = text[*at + n];
		n++;
	}
	if (!n || (hex && n < most))
		return -1;
	*at += n;
	return strtol(digits, NULL, hex ? 16 : 10) + (hex ? 1000 : 0);
}

static void
read_colours(const char *text, size_t len, size_t *at, struct cell *pen)
{
	bool hex = text[(*at)++] == 4;
	int64_t front = read_colour(text, len, at, hex), back;
	size_t past = *at + 1;

	if (front < 0) {
		pen->front = pen->back = -1;
		return;
	}
	pen->front = front;
	if (*at >= len || text[*at] != ',')
		return;
	back = read_colour(text, len, &past, hex);
	if (back < 0)
		return;
	pen->back = back;
	*at = past;
}

/* What a line looks like, from a clear pen on. */
static void
show(struct screen *screen, const char *text, size_t len)
{
	static const char toggles[] = "\x02\x1d\x1f\x1e\x11\x16";
	struct cell pen = { 0, -1, -1, 0 };
	size_t at = 0;

	while (at < len) {
		char c = text[at];

		if (c == 3 || c == 4) {
			read_colours(text, len, &at, &pen);
			continue;
		}
		at++;
		if (c == 15) {
			pen = (struct cell){ 0, -1, -1, 0 };
		} else if (c && strchr(toggles, c)) {
			pen.toggles ^= 1U << (strchr(toggles, c) - toggles);
		} else {
			pen.c = c;
			screen->cells[screen->n++] = pen;
		}
	}
}

static bool
same(const struct cell *a, const struct cell *b)
{
	return a->toggles == b->toggles && a->front == b->front && a->back == b->back
	       && a->c == b->c;
}

/* Whether at is between two characters of a line, as *seen is, which moves on to it. */
static bool
is_between(const char *line, size_t len, size_t at, size_t *seen)
{
	while (*seen < at)
		*seen += sb_character_len(line + *seen, len - *seen);
	return *seen == at;
}

/* Takes the pieces of one line of the text; false when there is none left. */
static bool
check_line(struct sb_split *split, const char *line, size_t len, bool is_action)
{
	struct screen before = { .cells = malloc((len + 1) * sizeof(struct cell)) },
		      after = { .cells = malloc((len + 1) * sizeof(struct cell)) };
	char *buf = malloc(split->room);
	struct sb_split_piece piece = { .is_continued = true };
	size_t at = 0, seen = 0, frame = is_action ? 8 : 0, i;

	sb_assert(before.cells && after.cells && buf);
	show(&before, line, len);
	while (piece.is_continued) {
		size_t taken;

		sb_assert(sb_split_next(split, buf, &piece));
		taken = piece.bytes.len - piece.n_before - piece.n_after;
		sb_assert(piece.bytes.len <= split->room && taken);
		sb_assert(
			!frame || (!memcmp(buf, "\1ACTION ", 8) && buf[piece.bytes.len - 1] == 1));
		sb_assert(taken <= len - at && !memcmp(line + at, buf + piece.n_before, taken));
		show(&after, buf + frame, piece.bytes.len - frame - piece.n_after);
		at += taken;
		sb_assert(is_between(line, len, at, &seen));
		if (piece.took_space) {
			after.cells[after.n] = before.cells[after.n];
			sb_assert(line[at++] == ' ' && before.cells[after.n++].c == ' ');
		}
	}
	for (i = 0; i < after.n; i++)
		sb_assert(same(&before.cells[i], &after.cells[i]));
	for (; i < before.n; i++)
		sb_assert(before.cells[i].c == ' ');
	free(before.cells);
	free(after.cells);
	free(buf);
	return true;
}

static void
check_lines(struct sb_split *split, const char *text, size_t len, bool is_action)
{
	struct sb_split_piece piece;
	char *buf = malloc(split->room);
	size_t at = 0;

	while (at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len = end ? (size_t)(end - text) - at : len - at, whole = line_len;

		if (end && line_len && text[at + line_len - 1] == '\r')
			line_len--;
		if (line_len)
			(void)check_line(split, text + at, line_len, is_action);
		at += whole + !!end;
	}
	sb_assert(buf && !sb_split_next(split, buf, &piece));
	free(buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text;
	size_t len, room;
	bool is_action;
	struct sb_split split;
	int error;

	if (size < 2)
		return 0;
	room = SB_SPLIT_ROOM_MIN - 1 + (size_t)data[0] * 2;
	is_action = data[1] & 1;
	text = (const char *)data + 2;
	len = size - 2;
	error = sb_split_begin(&split, (struct sb_bytes){ text, len }, room, is_action);
	sb_assert(!error || error == -EINVAL || error == -EMSGSIZE);
	if (error)
		return 0;
	if (!is_action && len >= 8 && !memcmp(text, "\1ACTION ", 8)) {
		is_action = true;
		text += 8;
		len -= 8;
		len -= len && text[len - 1] == 1;
	}
	check_lines(&split, text, len, is_action);
	return 0;
}
