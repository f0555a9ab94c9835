#include <errno.h>

#include <signalbox/tls.h>

#include "tape.h"

static struct sb_tape *
tape_of(struct sb_stream *stream)
{
	return (struct sb_tape *)(void *)stream;
}

static const struct sb_tape *
const_tape_of(const struct sb_stream *stream)
{
	return (const struct sb_tape *)(const void *)stream;
}

/* The protocol, not the test, is at fault: so the place is where the tape was made. */
static void
check_use(const struct sb_tape *tape, const char *name)
{
	if (tape->state == TAPE_OVER)
		sb_testing_fail(tape->place,
			"the protocol on this tape called %s on a stream that is over", name);
}

void
sb_kit_tape_end_with(struct sb_tape *tape, int code, const char *text)
{
	if (tape->over_due || tape->state == TAPE_OVER)
		return;
	tape->over_due = true;
	tape->over = (struct sb_error){ .code = code };
	(void)sb_error_set(&tape->over, code, "%s", text);
}

int
sb_kit_tape_flow(struct sb_tape *tape)
{
	size_t len = tape->queue.len < tape->room ? tape->queue.len : tape->room;

	if (len && sb_kit_text_add(&tape->written, (struct sb_bytes){ tape->queue.ptr, len }))
		return -ENOMEM;
	sb_kit_text_drop(&tape->queue, len);
	if (tape->room != SIZE_MAX)
		tape->room -= len;
	if (tape->is_full && tape->queue.len < tape->low) {
		tape->is_full = false;
		tape->drained_due = true;
	}
	if (tape->state == TAPE_CLOSING && !tape->queue.len)
		sb_kit_tape_end_with(tape, 0, "closed");
	else if (tape->is_shut && tape->end_told && !tape->queue.len)
		sb_kit_tape_end_with(tape, 0, "both sides have ended");
	return 0;
}

static void
tape_attach(struct sb_stream *stream, const struct sb_protocol *protocol, void *self)
{
	struct sb_tape *tape = tape_of(stream);

	check_use(tape, "sb_stream_attach()");
	sb_assert(protocol);
	tape->protocol = protocol;
	tape->self = self;
}

static int
tape_write(struct sb_stream *stream, struct sb_bytes bytes)
{
	struct sb_tape *tape = tape_of(stream);
	size_t now;

	check_use(tape, "sb_stream_write()");
	if (tape->state != TAPE_OPEN || tape->over_due || tape->is_shut || tape->is_securing)
		return -ENOTCONN;
	if (tape->write_error)
		return -EPIPE;
	now = tape->queue.len ? 0 : bytes.len < tape->room ? bytes.len : tape->room;
	if (bytes.len - now > tape->hard - tape->queue.len)
		return -ENOBUFS;
	/* All through the queue, so that it is all or nothing where memory runs out. */
	if (sb_kit_text_add(&tape->queue, bytes))
		return -ENOMEM;
	if (sb_kit_tape_flow(tape)) {
		tape->queue.len -= bytes.len;
		return -ENOMEM;
	}
	if (tape->queue.len > tape->high)
		tape->is_full = true;
	return 0;
}

static size_t
tape_queued(const struct sb_stream *stream)
{
	check_use(const_tape_of(stream), "sb_stream_queued()");
	return const_tape_of(stream)->queue.len;
}

static bool
tape_is_full(const struct sb_stream *stream)
{
	check_use(const_tape_of(stream), "sb_stream_is_full()");
	return const_tape_of(stream)->is_full;
}

static void
tape_pause(struct sb_stream *stream)
{
	check_use(tape_of(stream), "sb_stream_pause()");
	tape_of(stream)->is_paused = true;
}

static void
tape_resume(struct sb_stream *stream)
{
	check_use(tape_of(stream), "sb_stream_resume()");
	tape_of(stream)->is_paused = false;
}

static void
tape_shutdown(struct sb_stream *stream)
{
	struct sb_tape *tape = tape_of(stream);

	check_use(tape, "sb_stream_shutdown()");
	tape->is_shut = true;
	if (tape->end_told && !tape->queue.len)
		sb_kit_tape_end_with(tape, 0, "both sides have ended");
}

static void
tape_close(struct sb_stream *stream)
{
	struct sb_tape *tape = tape_of(stream);

	check_use(tape, "sb_stream_close()");
	sb_kit_text_finish(&tape->held);
	if (tape->state == TAPE_NEW) {
		sb_kit_tape_end_with(tape, -ECONNABORTED, "given up before it was connected");
	} else if (tape->write_error) {
		sb_kit_tape_end_with(tape, tape->write_error, "writing failed");
	} else if (tape->state == TAPE_OPEN) {
		tape->state = TAPE_CLOSING;
		if (!tape->queue.len)
			sb_kit_tape_end_with(tape, 0, "closed");
	}
}

static void
tape_abort(struct sb_stream *stream)
{
	struct sb_tape *tape = tape_of(stream);

	check_use(tape, "sb_stream_abort()");
	sb_kit_text_finish(&tape->held);
	sb_kit_text_finish(&tape->queue);
	sb_kit_tape_end_with(tape, -ECONNABORTED, "aborted");
}

static void
tape_destroy(struct sb_stream *stream)
{
	struct sb_tape *tape;

	if (!stream)
		return;
	tape = tape_of(stream);
	check_use(tape, "sb_stream_destroy()");
	/* Also where an end was due already: nobody was told it. */
	tape->over_due = false;
	tape_abort(stream);
	tape->state = TAPE_OVER;
	tape->protocol = NULL;
}

static void
tape_set_idle_timeout(struct sb_stream *stream, int64_t idle_timeout_ns)
{
	check_use(tape_of(stream), "sb_stream_set_idle_timeout()");
	tape_of(stream)->idle_timeout_ns = idle_timeout_ns;
}

static const char *
tape_peer(const struct sb_stream *stream)
{
	check_use(const_tape_of(stream), "sb_stream_peer()");
	return "tape";
}

static bool
tape_is_open(const struct sb_stream *stream)
{
	const struct sb_tape *tape = const_tape_of(stream);

	check_use(tape, "sb_stream_is_open()");
	return tape->state == TAPE_OPEN && !tape->over_due;
}

static int
tape_start_tls(
	struct sb_stream *stream, struct sb_tls *tls, const char *name, struct sb_error *ret_error)
{
	struct sb_tape *tape = tape_of(stream);

	check_use(tape, "sb_stream_start_tls()");
	(void)tls;
	if (tape->is_securing || tape->is_secure)
		return sb_error_set(ret_error, -EALREADY, "the tape has TLS already");
	if (tape->state != TAPE_OPEN || tape->over_due || tape->is_shut)
		return sb_error_set(ret_error, -ENOTCONN, "the tape is not connected");
	tape->is_securing = true;
	(void)snprintf(tape->tls_name, sizeof(tape->tls_name), "%s", name ? name : "");
	return 0;
}

static bool
tape_tls_info(const struct sb_stream *stream, struct sb_tls_info *ret_info)
{
	check_use(const_tape_of(stream), "sb_stream_tls_info()");
	if (!const_tape_of(stream)->is_secure)
		return false;
	*ret_info = (struct sb_tls_info){
		.version = "TLSv1.3", .cipher = "", .alpn = "", .server_name = ""
	};
	return true;
}

const struct sb_transport sb_kit_tape_transport = {
	.attach = tape_attach,
	.write = tape_write,
	.queued = tape_queued,
	.is_full = tape_is_full,
	.pause = tape_pause,
	.resume = tape_resume,
	.shutdown = tape_shutdown,
	.close = tape_close,
	.abort = tape_abort,
	.destroy = tape_destroy,
	.set_idle_timeout = tape_set_idle_timeout,
	.peer = tape_peer,
	.start_tls = tape_start_tls,
	.tls_info = tape_tls_info,
	.is_open = tape_is_open,
};
