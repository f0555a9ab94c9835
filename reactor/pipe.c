#include <signalbox/pipe.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* One of the two streams. What comes from it is written to the other's. */
struct side {
	struct sb_pipe *pipe;
	struct sb_stream *stream; /* NULL: it is over */
	struct side *other;
	uint64_t n_read;
	bool has_failed; /* nothing can be written to it */
};

struct sb_pipe {
	struct side a, b;
	sb_pipe_over_fn *over;
	void *self;
	void *question; /* NULL: none, or asked */
	size_t question_len;
	sb_pipe_unanswered_fn *unanswered;
	struct sb_error error; /* the first; code 0: none */
	bool is_over; /* and `over` is being told */
	bool is_telling; /* `unanswered`, which may destroy it */
};

static void
note_error(struct sb_pipe *pipe, const struct sb_error *error)
{
	if (pipe->error.code == 0)
		pipe->error = *error;
}

/* What cannot be written ends both: what was read is lost. */
static void
fail(struct side *to, int code)
{
	struct sb_error error;

	(void)sb_error_set(
		&error, code, "writing on to %s: %s", sb_stream_peer(to->stream), strerror(-code));
	note_error(to->pipe, &error);
	sb_stream_abort(to->stream);
}

/* What it still has to say comes first, and then its `closed`, unless nobody can hear that. */
static void
note_failed(struct side *side)
{
	side->has_failed = true;
	if (!side->other->has_failed)
		return;
	sb_stream_close(side->stream);
	sb_stream_close(side->other->stream);
}

/* Returns whether more may follow at once. */
static bool
pass(struct side *to, struct sb_bytes bytes)
{
	int ret = sb_stream_write(to->stream, bytes);

	if (ret == -ENOBUFS || ret == -ENOMEM)
		fail(to, ret);
	else if (ret == -EPIPE)
		note_failed(to);
	return ret == 0 && !sb_stream_is_full(to->stream);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct side *side = self, *to = side->other;

	side->n_read += bytes.len;
	if (to->stream && !pass(to, bytes))
		sb_stream_pause(stream);
}

/* Nothing is read before both stand, with the TLS that was begun on them. The question is what a has
 * said first. */
static void
stand(struct sb_pipe *pipe)
{
	struct sb_stream *a = pipe->a.stream, *b = pipe->b.stream;

	if (!a || !b || !sb_stream_is_open(a) || !sb_stream_is_open(b))
		return;
	sb_stream_resume(a);
	sb_stream_resume(b);
	if (pipe->question
		&& !pass(&pipe->b, (struct sb_bytes){ pipe->question, pipe->question_len }))
		sb_stream_pause(a);
	free(pipe->question);
	pipe->question = NULL;
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	(void)stream;
	stand(((struct side *)self)->pipe);
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	struct side *from = ((struct side *)self)->other;

	(void)stream;
	if (from->stream)
		sb_stream_resume(from->stream);
}

static bool
is_unanswered(const struct side *side)
{
	struct sb_pipe *pipe = side->pipe;

	return pipe->unanswered && side == &pipe->b && side->n_read == 0 && pipe->a.stream;
}

/* The other's end is written after all that was. But what has ended without an answer gives none any
 * more, and the other is still to be told. */
static void
on_ended(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	if (is_unanswered(side))
		sb_stream_close(stream);
	else if (side->other->stream)
		sb_stream_shutdown(side->other->stream);
}

static void
destroy(struct sb_pipe *pipe)
{
	free(pipe->question);
	free(pipe);
}

static void
tell_over(struct sb_pipe *pipe)
{
	if (pipe->error.code == 0)
		(void)sb_error_set(&pipe->error, 0, "both sides have ended");
	pipe->is_over = true;
	if (pipe->over)
		pipe->over(pipe->self, &pipe->error, pipe->a.n_read, pipe->b.n_read);
	destroy(pipe);
}

/* Returns whether the pipe is still there. */
static bool
tell_unanswered(struct sb_pipe *pipe, const struct sb_error *error)
{
	pipe->is_telling = true;
	pipe->unanswered(pipe->self, pipe->a.stream, error);
	pipe->is_telling = false;
	if (pipe->a.stream)
		return true;
	destroy(pipe);
	return false;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct side *side = self, *other = side->other;

	(void)stream;
	side->stream = NULL;
	if (error->code < 0)
		note_error(side->pipe, error);
	if (!other->stream)
		tell_over(side->pipe);
	else if (!is_unanswered(side) || tell_unanswered(side->pipe, error))
		sb_stream_close(other->stream);
}

static const struct sb_protocol joined = {
	.connected = on_connected,
	.data = on_data,
	.drained = on_drained,
	.ended = on_ended,
	.secured = on_connected,
	.closed = on_closed,
};

static void
join(struct side *side, struct sb_pipe *pipe, struct sb_stream *stream, struct side *other)
{
	side->pipe = pipe;
	side->stream = stream;
	side->other = other;
	sb_stream_attach(stream, &joined, side);
	sb_stream_pause(stream);
}

static struct sb_pipe *
create(sb_pipe_over_fn *over, void *self)
{
	struct sb_pipe *pipe = calloc(1, sizeof(*pipe));

	if (!pipe)
		return NULL;
	pipe->over = over;
	pipe->self = self;
	return pipe;
}

static void
begin(struct sb_pipe *pipe, struct sb_stream *a, struct sb_stream *b)
{
	join(&pipe->a, pipe, a, &pipe->b);
	join(&pipe->b, pipe, b, &pipe->a);
	stand(pipe);
}

int
sb_pipe_create(struct sb_stream *a, struct sb_stream *b, sb_pipe_over_fn *over, void *self,
	struct sb_pipe **ret_pipe)
{
	struct sb_pipe *pipe = create(over, self);

	if (!pipe)
		return -ENOMEM;
	begin(pipe, a, b);
	*ret_pipe = pipe;
	return 0;
}

int
sb_pipe_connect(struct sb_stream *a, struct sb_reactor *r, const char *url,
	const struct sb_stream_options *options, const char *place, sb_pipe_over_fn *over,
	void *self, struct sb_pipe **ret_pipe, struct sb_error *ret_error)
{
	struct sb_pipe *pipe = create(over, self);
	struct sb_stream *b;
	int ret;

	if (!pipe)
		return sb_error_set(ret_error, -ENOMEM, "connecting to %s: out of memory", url);
	ret = sb_stream_connect(r, url, options, place, &joined, &pipe->b, &b, ret_error);
	if (ret < 0) {
		free(pipe);
		return ret;
	}
	begin(pipe, a, b);
	*ret_pipe = pipe;
	return 0;
}

int
sb_pipe_ask(struct sb_pipe *pipe, struct sb_bytes question, sb_pipe_unanswered_fn *unanswered)
{
	sb_assert(!pipe->question && question.len > 0);
	pipe->question = malloc(question.len);
	if (!pipe->question)
		return -ENOMEM;
	memcpy(pipe->question, question.ptr, question.len);
	pipe->question_len = question.len;
	pipe->unanswered = unanswered;
	stand(pipe);
	return 0;
}

void
sb_pipe_destroy(struct sb_pipe *pipe)
{
	/* Within `over` it goes by itself. */
	if (!pipe || pipe->is_over)
		return;
	sb_stream_destroy(pipe->a.stream);
	sb_stream_destroy(pipe->b.stream);
	pipe->a.stream = NULL;
	pipe->b.stream = NULL;
	if (!pipe->is_telling)
		destroy(pipe);
}
