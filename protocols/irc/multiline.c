#include "multiline.h"

#include <errno.h>
#include <string.h>

#include "irc_split.h"

/* ---- In ---- */

void
sb_multiline_init(struct sb_multiline *m)
{
	m->n_lines = m->len = 0;
	m->text[0] = '\0';
}

bool
sb_multiline_add(struct sb_multiline *m, const char *line, bool is_concat)
{
	size_t len = strlen(line);
	bool goes_on = is_concat && m->n_lines, breaks = !goes_on && m->n_lines;

	if (!goes_on && m->n_lines == SB_MULTILINE_LINES_MAX)
		return false;
	if (len + breaks > SB_MULTILINE_MAX - m->len)
		return false;
	if (breaks)
		m->text[m->len++] = '\n';
	memcpy(m->text + m->len, line, len + 1);
	m->len += len;
	m->n_lines += !goes_on;
	return true;
}

/* ---- Out ---- */

bool
sb_multiline_next(const char **cursor, struct sb_bytes *ret_line)
{
	const char *begin = *cursor;
	size_t len = strcspn(begin, "\n");

	if (!*begin)
		return false;
	*cursor += len;
	if (**cursor) {
		++*cursor;
		len -= len && begin[len - 1] == '\r';
	}
	*ret_line = (struct sb_bytes){ begin, len };
	return true;
}

int
sb_multiline_check(const char *text)
{
	struct sb_bytes line;
	size_t n = 0;
	bool says_something = false;

	if (strlen(text) > SB_MULTILINE_MAX)
		return -EMSGSIZE;
	for (; sb_multiline_next(&text, &line); n++) {
		if (line.len
			&& (memchr(line.ptr, '\r', line.len) || memchr(line.ptr, '\1', line.len)))
			return -EINVAL;
		says_something |= line.len > 0;
	}
	if (!says_something)
		return -EINVAL;
	return n > SB_MULTILINE_LINES_MAX ? -EMSGSIZE : 0;
}

struct writer {
	const struct sb_multiline_out *out;
	char *buf; /* NULL: nothing is written, but counted */
	size_t len;
	struct sb_multiline_size size;
};

static void
put(struct writer *w, const char *bytes, size_t len)
{
	if (w->buf)
		memcpy(w->buf + w->len, bytes, len);
	w->len += len;
}

static void
put_text(struct writer *w, const char *text)
{
	put(w, text, strlen(text));
}

/* A line of the batch: of the message, or what goes on with it; then a space, if one was taken. */
static void
put_line(struct writer *w, struct sb_bytes text, bool is_concat, bool has_space)
{
	put_text(w, "@batch=");
	put_text(w, w->out->reference);
	if (is_concat)
		put_text(w, ";draft/multiline-concat");
	put_text(w, " PRIVMSG ");
	put_text(w, w->out->target);
	put_text(w, " :");
	put(w, text.ptr, text.len);
	put(w, " ", has_space);
	put_text(w, "\r\n");
	w->size.n_bytes += text.len + has_space + (!is_concat && w->size.n_lines);
	w->size.n_lines++;
}

/* No line that we write is longer. */
enum { PIECE_MAX = 4096 };

/* The room has a byte for the space. */
static int
put_pieces(struct writer *w, struct sb_bytes line)
{
	size_t room = w->out->room < PIECE_MAX ? w->out->room : PIECE_MAX;
	char buf[PIECE_MAX];
	struct sb_split_piece piece;
	struct sb_split split;
	bool is_concat = false;
	int error = sb_split_begin(&split, line, room ? room - 1 : 0, false);

	if (error)
		return error;
	if (!line.len)
		put_line(w, line, false, false);
	for (; sb_split_next(&split, buf, &piece); is_concat = true)
		put_line(w,
			(struct sb_bytes){ buf + piece.n_before,
				piece.bytes.len - piece.n_before - piece.n_after },
			is_concat, piece.took_space);
	return 0;
}

int
sb_multiline_write(
	const struct sb_multiline_out *out, char *buf, struct sb_multiline_size *ret_size)
{
	struct writer w = { .out = out, .buf = buf };
	const char *cursor = out->text;
	struct sb_bytes line;
	int error = 0;

	put_text(&w, "BATCH +");
	put_text(&w, out->reference);
	put_text(&w, " draft/multiline ");
	put_text(&w, out->target);
	put_text(&w, "\r\n");
	while (!error && sb_multiline_next(&cursor, &line))
		error = put_pieces(&w, line);
	put_text(&w, "BATCH -");
	put_text(&w, out->reference);
	put_text(&w, "\r\n");
	*ret_size = w.size;
	return error ? error : (int)w.len;
}
