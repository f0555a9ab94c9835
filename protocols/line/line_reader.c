#include <signalbox/line.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct sb_line_reader {
	struct sb_stream *stream;
	struct sb_lines lines;
	const struct sb_line_protocol *protocol;
	void *self;
	bool is_telling; /* and freed afterwards, if it is gone then */
	bool is_gone;
};

static void
end_reader(struct sb_line_reader *reader)
{
	sb_line_finish(&reader->lines);
	free(reader);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct sb_line_reader *reader = self;

	if (reader->protocol->connected)
		reader->protocol->connected(reader->self, stream);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct sb_line_reader *reader = self;
	enum sb_line got;

	reader->is_telling = true;
	sb_line_feed(&reader->lines, bytes);
	while (!reader->is_gone && sb_stream_is_open(stream)) {
		got = sb_line_next(&reader->lines, &bytes);
		if (got == SB_LINE_NONE)
			break;
		if (got == SB_LINE_WHOLE)
			reader->protocol->line(reader->self, stream, bytes);
		else if (got == SB_LINE_NO_MEMORY)
			sb_stream_abort(stream);
	}
	reader->is_telling = false;
	if (reader->is_gone)
		end_reader(reader);
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	struct sb_line_reader *reader = self;

	if (reader->protocol->drained)
		reader->protocol->drained(reader->self, stream);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct sb_line_reader *reader = self;

	reader->is_telling = true;
	reader->protocol->closed(reader->self, stream, error);
	end_reader(reader);
}

static const struct sb_protocol reading = {
	.connected = on_connected,
	.data = on_data,
	.drained = on_drained,
	.closed = on_closed,
};

int
sb_line_reader_create(struct sb_stream *stream, size_t limit, enum sb_line_policy policy,
	const struct sb_line_protocol *protocol, void *self, struct sb_line_reader **ret_reader)
{
	struct sb_line_reader *reader = calloc(1, sizeof(*reader));

	sb_assert(protocol && protocol->line && protocol->closed);
	if (!reader)
		return -ENOMEM;
	reader->stream = stream;
	reader->protocol = protocol;
	reader->self = self;
	sb_line_init(&reader->lines, limit, policy);
	sb_stream_attach(stream, &reading, reader);
	*ret_reader = reader;
	return 0;
}

void
sb_line_reader_destroy(struct sb_line_reader *reader)
{
	if (!reader || reader->is_gone)
		return;
	reader->is_gone = true;
	sb_stream_destroy(reader->stream);
	if (!reader->is_telling)
		end_reader(reader);
}
