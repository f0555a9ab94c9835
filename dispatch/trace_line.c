#include "trace_line.h"

#include <inttypes.h>

/* Calls that take longer than that are worth a look: the loop waits meanwhile. */
#define SLOW_NS 10000000

static const char *const colors[TRACE_N_STYLES] = {
	[TRACE_PLAIN] = "",
	[TRACE_FAINT] = "\033[2m",
	[TRACE_SIGNAL] = "\033[1m",
	[TRACE_SENDER] = "\033[36m",
	[TRACE_HANDLER] = "\033[32m",
	[TRACE_TIME] = "\033[33m",
	[TRACE_PROBLEM] = "\033[1;31m",
};
static const char color_end[] = "\033[0m";

/* All of it or nothing: a character, or a colour, is never parted. */
static void
append(struct trace_line *line, enum trace_style style, const char *text, size_t len)
{
	const bool has_color = line->is_colored && style != TRACE_PLAIN;
	const char *color = has_color ? colors[style] : "", *end = has_color ? color_end : "";
	const size_t n_color = strlen(color), n_end = strlen(end);

	/* The newline has room, too. */
	if (!len || line->len + n_color + len + n_end >= sizeof(line->text))
		return;
	memcpy(line->text + line->len, color, n_color);
	line->len += n_color;
	memcpy(line->text + line->len, text, len);
	line->len += len;
	memcpy(line->text + line->len, end, n_end);
	line->len += n_end;
}

void
sb_trace_begin(struct trace_line *line, unsigned indent)
{
	line->len = indent;
	memset(line->text, ' ', indent);
}

void
sb_trace_put(struct trace_line *line, enum trace_style style, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	append(line, style, text, strlen(text));
}

/* How many bytes of a printed value make whole characters and escapes, within the limit. What
 * sb_field_print() leaves of UTF-8 is sound. */
static size_t
whole(const char *text, size_t most)
{
	size_t at = 0, len;

	for (;; at += len) {
		const unsigned char c = (unsigned char)text[at];

		if (c == '\\')
			len = text[at + 1] == 'x' ? 4 : 2;
		else
			len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (at + len > most)
			return at;
	}
}

/* As sb_field_print() does it, or without quotes; what is too long ends in "...". */
static void
put_value(struct trace_line *line, enum trace_style style, const struct sb_field *field,
	const void *payload, bool is_quoted)
{
	char text[TRACE_VALUE_MOST + sizeof("\"...")];
	size_t len = sb_field_print(field, payload, text, TRACE_VALUE_MOST + 2);
	const char *mark = "";

	if (len > TRACE_VALUE_MOST) {
		len = whole(text, TRACE_VALUE_MOST);
		mark = is_quoted ? "\"..." : "...";
	} else if (!is_quoted) {
		len--;
	}
	(void)strcpy(text + len, mark);
	len += strlen(mark);
	append(line, style, text + !is_quoted, len - !is_quoted);
}

void
sb_trace_put_payload(struct trace_line *line, const struct sb_signal *signal, const void *payload)
{
	for (size_t k = 0; k < signal->n_fields; k++) {
		if (line->len > TRACE_PAYLOAD_END) {
			append(line, TRACE_PLAIN, " ...", 4);
			return;
		}
		sb_trace_put(line, TRACE_FAINT, " %s=", signal->fields[k].name);
		put_value(line, TRACE_PLAIN, &signal->fields[k], payload, true);
	}
}

void
sb_trace_put_text(struct trace_line *line, enum trace_style style, const char *text)
{
	static const struct sb_field field = { .name = "text", .kind = SB_TEXT };

	put_value(line, style, &field, &text, false);
}

/* The C type of who emits it, without its keyword. */
static const char *
type_of_sender(const struct sb_signal *signal)
{
	static const char keyword[] = "struct ";

	if (!signal || !strcmp(signal->sender, "void"))
		return "an object";
	return signal->sender
	       + (strncmp(signal->sender, keyword, sizeof(keyword) - 1) ? 0 : sizeof(keyword) - 1);
}

void
sb_trace_put_sender(struct trace_line *line, const struct sb_dispatcher *d,
	const struct sb_signal *signal, const void *from)
{
	const char *label;

	if (!from)
		return;
	label = from == SB_ANONYMOUS ? "anonymous" : sb_label_of(d, from);
	append(line, TRACE_PLAIN, " [", 2);
	sb_trace_put_text(line, TRACE_SENDER, label ? label : type_of_sender(signal));
	append(line, TRACE_PLAIN, "]", 1);
}

void
sb_trace_put_place(struct trace_line *line, const char *place)
{
	const size_t n_name = strcspn(place, " ");

	append(line, TRACE_HANDLER, place, n_name);
	append(line, TRACE_FAINT, place + n_name, strlen(place + n_name));
}

/* Three digits, and no more than it took. */
void
sb_trace_put_time(struct trace_line *line, int64_t took_ns)
{
	static const struct {
		int64_t ns;
		const char *name;
	} units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" }, { 1, "ns" } }, *unit;
	enum trace_style style = took_ns < SLOW_NS ? TRACE_TIME : TRACE_PROBLEM;
	int64_t n;

	for (unit = units; unit->ns > 1 && took_ns < unit->ns; unit++)
		;
	n = took_ns / unit->ns;
	append(line, TRACE_PLAIN, "  ", 2);
	if (n < 10 && unit->ns > 1)
		sb_trace_put(line, style, "%" PRId64 ".%02" PRId64 " %s", n,
			took_ns % unit->ns * 100 / unit->ns, unit->name);
	else if (n < 100 && unit->ns > 1)
		sb_trace_put(line, style, "%" PRId64 ".%" PRId64 " %s", n,
			took_ns % unit->ns * 10 / unit->ns, unit->name);
	else
		sb_trace_put(line, style, "%" PRId64 " %s", n, unit->name);
}

void
sb_trace_write(struct trace_line *line, FILE *file)
{
	line->text[line->len++] = '\n';
	(void)fwrite(line->text, 1, line->len, file);
	(void)fflush(file);
}
