#include "irc_split.h"

#include <errno.h>
#include <string.h>

#include "irc_split_units.h"
#include "wire.h"

/* What others may see of us where we have not learnt it: an ident of ten bytes with a ~ before it,
 * and the longest host name that servers let through. */
enum { IDENT_MAX = 11, HOST_MAX = 63 };

enum { NEARBY = 64 }; /* bytes to go back for a better place */

static const char frame[] = "\1ACTION ";

_Static_assert(SB_SPLIT_ROOM_MIN >= (int)sizeof(frame) + SB_SPLIT_OPEN_MAX + SB_SPLIT_UNIT_MAX,
	"there must be room for a unit of the text");

/* ---- Begin ---- */

/* Takes the frame of an action away, if it has one. */
static bool
take_frame(struct sb_bytes *text)
{
	const char *begin = text->ptr;
	size_t len = strlen(frame);

	if (text->len < len || memcmp(begin, frame, len) != 0)
		return false;
	text->ptr = begin + len;
	text->len -= len;
	if (text->len && begin[len + text->len - 1] == '\1')
		text->len--;
	return true;
}

static bool
has(struct sb_bytes text, char c)
{
	return text.len && memchr(text.ptr, c, text.len);
}

/* Whether each CR is of a line end. */
static bool
has_whole_ends(struct sb_bytes text)
{
	const char *begin = text.ptr;
	size_t i;

	for (i = 0; i < text.len; i++)
		if (begin[i] == '\r' && (i + 1 == text.len || begin[i + 1] != '\n'))
			return false;
	return true;
}

int
sb_split_begin(struct sb_split *split, struct sb_bytes text, size_t room, bool is_action)
{
	bool is_ctcp;

	is_action = is_action || take_frame(&text);
	is_ctcp = !is_action && text.len && *(const char *)text.ptr == '\1';
	*split = (struct sb_split){
		.text = text.ptr, .len = text.len, .room = room, .is_action = is_action
	};
	if (has(text, '\0') || !has_whole_ends(text) || (is_action && has(text, '\1'))
		|| (is_ctcp && has(text, '\n')))
		return -EINVAL;
	if (room < SB_SPLIT_ROOM_MIN || (is_ctcp && text.len > room))
		return -EMSGSIZE;
	return 0;
}

/* ---- Next ---- */

/* Finds the next line that is not empty, and where it ends. */
static bool
begin_line(struct sb_split *split)
{
	size_t at, n;

	while (split->at < split->len && strchr("\r\n", split->text[split->at]))
		split->at++;
	split->format = (struct sb_split_format){ .toggles = 0 };
	split->blank_at = split->at;
	for (at = split->at; at < split->len && !strchr("\r\n", split->text[at]); at += n) {
		n = sb_split_unit(split->text + at, split->len - at);
		if (!sb_split_is_blank(split->text + at))
			split->blank_at = at + n;
	}
	split->line_end = at;
	return at > split->at;
}

/* How many bytes to take of a line that does not fit into the room as a whole. */
static size_t
cut(const char *line, size_t len, size_t room)
{
	struct sb_split_joiner joiner = { .is_half_flag = false };
	size_t at = 0, good = 0, space = 0, n = 0;

	/* The unit that does not fit any more, too, says whether one may cut before it. */
	for (; at <= room; at += n) {
		n = sb_split_unit(line + at, len - at);
		if (!sb_split_joins(&joiner, line + at, n))
			good = at;
		if (line[at] == ' ' && at > room / 2)
			space = at;
		if (at + n > room)
			break;
	}
	if (space)
		return space;
	return good && at - good <= NEARBY ? good : at;
}

/* Takes a piece of the line, to buf; then what is left of the line is what another piece tells. */
static size_t
take_piece(struct sb_split *split, char *buf, size_t room, bool *ret_space)
{
	const char *line = split->text + split->at;
	size_t len = split->line_end - split->at, at, n;
	size_t taken = len <= room ? len : cut(line, len, room);

	memcpy(buf, line, taken);
	for (at = 0; at < taken; at += n) {
		n = sb_split_unit(line + at, taken - at);
		sb_split_apply(&split->format, line + at, n);
	}
	*ret_space = taken < len && line[taken] == ' ';
	split->at += taken + *ret_space;
	if (split->at >= split->blank_at)
		split->at = split->line_end;
	return taken;
}

bool
sb_split_next(struct sb_split *split, char *buf, struct sb_split_piece *ret_piece)
{
	size_t before = 0, after = split->is_action, taken;
	bool took_space;

	if (!split->is_continued && !begin_line(split))
		return false;
	if (split->is_action) {
		memcpy(buf, frame, strlen(frame));
		before = strlen(frame);
	}
	before += sb_split_open(&split->format, split->text[split->at], buf + before);
	taken = take_piece(split, buf + before, split->room - before - after, &took_space);
	if (after)
		buf[before + taken] = '\1';
	split->is_continued = split->at < split->line_end;
	*ret_piece = (struct sb_split_piece){
		.bytes = { buf, before + taken + after },
		.n_before = before,
		.n_after = after,
		.is_continued = split->is_continued,
		.took_space = took_space && split->is_continued,
	};
	return true;
}

/* ---- Room ---- */

size_t
sb_split_room(size_t line_max, size_t nick_len, size_t user_len, size_t host_len, const char *verb,
	const char *target)
{
	size_t around = strlen(":!@ ") + nick_len + (user_len ? user_len : IDENT_MAX)
			+ (host_len ? host_len : HOST_MAX) + strlen(verb) + strlen("  :\r\n")
			+ strlen(target);

	return around < line_max ? line_max - around : 0;
}
