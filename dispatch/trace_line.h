#ifndef DISPATCH_TRACE_LINE_H
#define DISPATCH_TRACE_LINE_H

/* A line of a trace: made of pieces, written whole. Values that are too long are cut, and "..."
 * stands for the rest. No control character gets into it but those of colours. */

#include "private.h"

enum {
	TRACE_LINE_MOST = 4096, /* bytes */
	TRACE_PAYLOAD_END = 3072, /* no further field behind that */
	TRACE_VALUE_MOST = 120,
};

enum trace_style {
	TRACE_PLAIN,
	TRACE_FAINT,
	TRACE_SIGNAL,
	TRACE_SENDER,
	TRACE_HANDLER,
	TRACE_TIME,
	TRACE_PROBLEM,
	TRACE_N_STYLES,
};

struct trace_line {
	char text[TRACE_LINE_MOST];
	size_t len;
	bool is_colored;
};

void sb_trace_begin(struct trace_line *line, unsigned indent);
SB_PRINTF(3, 4)
void sb_trace_put(struct trace_line *line, enum trace_style style, const char *format, ...);
/* " name=value" for each field that there is room for. */
void sb_trace_put_payload(
	struct trace_line *line, const struct sb_signal *signal, const void *payload);
/* " [label]", or the type that the signal (NULL: not known) says where it has none; nothing for
 * nobody. */
void sb_trace_put_sender(struct trace_line *line, const struct sb_dispatcher *d,
	const struct sb_signal *signal, const void *from);
/* A handler's place, "on_joined app/bot.c:12". */
void sb_trace_put_place(struct trace_line *line, const char *place);
/* "  1.24 ms". */
void sb_trace_put_time(struct trace_line *line, int64_t took_ns);
/* A text that somebody else chose. */
void sb_trace_put_text(struct trace_line *line, enum trace_style style, const char *text);
/* An error of the file is nobody's concern here. */
void sb_trace_write(struct trace_line *line, FILE *file);

#endif
