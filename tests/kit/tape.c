#include <errno.h>

#include "tape.h"

/* ---- Telling the protocol ---- */

static bool
may_read(const struct sb_tape *tape)
{
	return tape->state == TAPE_OPEN && !tape->is_paused && !tape->over_due
	       && !tape->is_securing;
}

static void
tell_connected(struct sb_tape *tape)
{
	tape->connected_due = false;
	tape->state = TAPE_OPEN;
	if (tape->protocol->connected)
		tape->protocol->connected(tape->self, &tape->stream);
}

static void
tell_secured(struct sb_tape *tape)
{
	tape->secured_due = false;
	tape->is_securing = false;
	tape->is_secure = true;
	if (tape->protocol->secured)
		tape->protocol->secured(tape->self, &tape->stream);
}

static void
tell_held(struct sb_tape *tape)
{
	tape->telling = tape->held;
	memset(&tape->held, 0, sizeof(tape->held));
	if (tape->protocol->data)
		tape->protocol->data(tape->self, &tape->stream, text_bytes(&tape->telling));
	sb_kit_text_finish(&tape->telling);
}

static void
tell_drained(struct sb_tape *tape)
{
	tape->drained_due = false;
	if (tape->protocol->drained)
		tape->protocol->drained(tape->self, &tape->stream);
}

static void
tell_end(struct sb_tape *tape)
{
	tape->end_due = false;
	tape->end_told = true;
	if (tape->write_error) {
		sb_kit_tape_end_with(tape, tape->write_error, "writing failed");
		return;
	}
	if (tape->protocol->ended)
		tape->protocol->ended(tape->self, &tape->stream);
	else
		sb_stream_close(&tape->stream);
	if (tape->state == TAPE_OPEN && tape->is_shut && !tape->queue.len)
		sb_kit_tape_end_with(tape, 0, "both sides have ended");
}

static void
tell_over(struct sb_tape *tape)
{
	struct sb_error over = tape->over;

	sb_kit_text_finish(&tape->held);
	sb_kit_text_finish(&tape->queue);
	if (tape->protocol->closed)
		tape->protocol->closed(tape->self, &tape->stream, &over);
	if (tape->state == TAPE_OVER)
		return; /* the owner destroyed it in there */
	tape->state = TAPE_OVER;
	tape->protocol = NULL;
}

/* Tells the protocol what is due, until nothing is. */
static void
tell(struct sb_tape *tape)
{
	tape->is_driven = true;
	while (tape->state != TAPE_OVER && tape->protocol) {
		if (tape->over_due)
			tell_over(tape);
		else if (tape->connected_due)
			tell_connected(tape);
		else if (tape->secured_due && tape->state == TAPE_OPEN)
			tell_secured(tape);
		else if (tape->drained_due && tape->state == TAPE_OPEN)
			tell_drained(tape);
		else if (tape->held.len && may_read(tape))
			tell_held(tape);
		else if (tape->end_due && !tape->held.len && may_read(tape))
			tell_end(tape);
		else
			break;
	}
	tape->is_driven = false;
}

static void
check_drive(const char *place, const struct sb_tape *tape, const char *name)
{
	if (tape->is_driven)
		sb_testing_fail(place, "%s within a callback of the same tape", name);
	if (tape->state == TAPE_OVER)
		sb_testing_fail(place, "%s on a tape that is over", name);
	if (!tape->protocol)
		sb_testing_fail(place, "%s before a protocol is attached", name);
}

/* The driving calls of the peer. */
static void
check_peer(const char *place, const struct sb_tape *tape, const char *name)
{
	check_drive(place, tape, name);
	if (tape->state == TAPE_NEW)
		sb_testing_fail(place, "%s before sb_tape_connect()", name);
	if (tape->end_due || tape->end_told)
		sb_testing_fail(place, "%s after sb_tape_end()", name);
	if (tape->is_securing)
		sb_testing_fail(place, "%s before sb_tape_secure(): TLS has been started", name);
}

/* ---- Public ---- */

struct sb_tape *
sb_tape_create_(const char *place)
{
	struct sb_tape *tape = sb_kit_alloc(place, 1, sizeof(*tape));

	tape->stream.transport = &sb_kit_tape_transport;
	tape->place = place;
	tape->room = SIZE_MAX;
	sb_tape_set_marks(tape, 16384, 65536, 1048576);
	return tape;
}

void
sb_tape_destroy_(const char *place, struct sb_tape *tape)
{
	if (!tape)
		return;
	if (tape->protocol)
		sb_testing_fail(place,
			"the protocol still has this tape's stream; destroy the protocol first");
	sb_kit_text_finish(&tape->held);
	sb_kit_text_finish(&tape->telling);
	sb_kit_text_finish(&tape->queue);
	sb_kit_text_finish(&tape->written);
	free(tape);
}

struct sb_stream *
sb_tape_stream(struct sb_tape *tape)
{
	return &tape->stream;
}

void
sb_tape_connect_(const char *place, struct sb_tape *tape)
{
	check_drive(place, tape, "sb_tape_connect()");
	if (tape->state != TAPE_NEW)
		sb_testing_fail(place, "sb_tape_connect() on a tape that is connected");
	tape->connected_due = true;
	tell(tape);
}

/* One piece. It is told at once, or held behind what is held already. */
static void
feed_piece(const char *place, struct sb_tape *tape, struct sb_bytes bytes)
{
	tell(tape);
	/* What it was told may have made it close or end. */
	if (tape->state != TAPE_OPEN || !bytes.len)
		return;
	if (sb_kit_text_add(&tape->held, bytes))
		sb_kit_fail_no_memory(place);
	tell(tape);
}

void
sb_tape_feed_bytes_(const char *place, struct sb_tape *tape, struct sb_bytes bytes)
{
	check_peer(place, tape, "sb_tape_feed()");
	feed_piece(place, tape, bytes);
}

void
sb_tape_feed_line_(const char *place, struct sb_tape *tape, const char *text)
{
	struct text line = { 0 };

	check_peer(place, tape, "sb_tape_feed_line()");
	if (sb_kit_text_addf(&line, "%s\r\n", text))
		sb_kit_fail_no_memory(place);
	feed_piece(place, tape, text_bytes(&line));
	sb_kit_text_finish(&line);
}

void
sb_tape_feed_by_byte_(const char *place, struct sb_tape *tape, const char *text)
{
	check_peer(place, tape, "sb_tape_feed_by_byte()");
	for (; *text; text++)
		feed_piece(place, tape, (struct sb_bytes){ text, 1 });
}

void
sb_tape_feed_split_(const char *place, struct sb_tape *tape, const char *text, size_t at)
{
	size_t len = strlen(text);

	check_peer(place, tape, "sb_tape_feed_split()");
	if (at > len)
		sb_testing_fail(place, "cannot split %zu bytes at %zu", len, at);
	feed_piece(place, tape, (struct sb_bytes){ text, at });
	feed_piece(place, tape, (struct sb_bytes){ text + at, len - at });
}

void
sb_tape_end_(const char *place, struct sb_tape *tape)
{
	check_peer(place, tape, "sb_tape_end()");
	tape->end_due = true;
	tell(tape);
}

void
sb_tape_secure_(const char *place, struct sb_tape *tape)
{
	check_drive(place, tape, "sb_tape_secure()");
	if (!tape->is_securing)
		sb_testing_fail(place, "sb_tape_secure() where no TLS has been started");
	if (tape->held.len)
		sb_kit_tape_end_with(tape, -EPROTO, "what the peer sent is not TLS");
	else
		tape->secured_due = true;
	tell(tape);
}

void
sb_tape_expect_tls_started_(const char *place, const struct sb_tape *tape)
{
	if (tape->state == TAPE_OVER)
		sb_testing_fail(place, "expected TLS to be started, but the stream is over");
	if (!tape->is_securing)
		sb_testing_fail(place, "expected TLS to be started, but %s",
			tape->is_secure ? "it stands already" : "it was not");
}

const char *
sb_tape_tls_name(const struct sb_tape *tape)
{
	return tape->tls_name;
}

void
sb_tape_break_(const char *place, struct sb_tape *tape, int error)
{
	check_drive(place, tape, "sb_tape_break()");
	sb_assert(error < 0);
	sb_kit_tape_end_with(tape, error, strerror(-error));
	tell(tape);
}

void
sb_tape_fail_writes_(const char *place, struct sb_tape *tape, int error)
{
	check_drive(place, tape, "sb_tape_fail_writes()");
	sb_assert(error < 0);
	tape->write_error = error;
	sb_kit_text_finish(&tape->queue);
	/* As a stream does: the next write says what has happened. */
	tape->drained_due = tape->drained_due || tape->is_full;
	tape->is_full = false;
	if (tape->state == TAPE_CLOSING || tape->end_told)
		sb_kit_tape_end_with(tape, error, "writing failed");
	tell(tape);
}

void
sb_tape_set_room_(const char *place, struct sb_tape *tape, size_t room)
{
	check_drive(place, tape, "sb_tape_set_room()");
	tape->room = room;
	if (sb_kit_tape_flow(tape))
		sb_kit_fail_no_memory(place);
	tell(tape);
}

void
sb_tape_set_marks(struct sb_tape *tape, size_t low, size_t high, size_t hard)
{
	sb_assert(0 < low && low <= high && high <= hard);
	tape->low = low;
	tape->high = high;
	tape->hard = hard;
}

void
sb_tape_turn_(const char *place, struct sb_tape *tape)
{
	if (tape->is_driven)
		sb_testing_fail(place, "sb_tape_turn() within a callback of the same tape");
	tell(tape);
}

const char *
sb_tape_written(const struct sb_tape *tape)
{
	return text_of(&tape->written);
}

struct sb_bytes
sb_tape_written_bytes(const struct sb_tape *tape)
{
	return text_bytes(&tape->written);
}

void
sb_tape_clear(struct sb_tape *tape)
{
	sb_kit_text_drop(&tape->written, tape->written.len);
}

static __attribute__((noreturn)) void
fail_written(const char *place, const struct sb_tape *tape, const char *what, struct sb_bytes text)
{
	struct text report = { 0 };

	(void)sb_kit_text_addf(&report, "%s\n", what);
	(void)sb_kit_text_add_lines(&report, text);
	(void)sb_kit_text_addf(&report, "but what was written and not yet expected is\n");
	(void)sb_kit_text_add_lines(&report, text_bytes(&tape->written));
	sb_kit_fail(place, &report);
}

void
sb_tape_expect_(const char *place, struct sb_tape *tape, const char *text)
{
	if (!bytes_equal(text_bytes(&tape->written), sb_bytes_of(text)))
		fail_written(place, tape, "expected to be written", sb_bytes_of(text));
	sb_tape_clear(tape);
}

void
sb_tape_expect_line_(const char *place, struct sb_tape *tape, const char *text)
{
	size_t len = strlen(text);
	const char *is = text_of(&tape->written);

	if (tape->written.len < len + 2 || memcmp(is, text, len) != 0
		|| memcmp(is + len, "\r\n", 2) != 0)
		fail_written(place, tape, "expected to be written next, as a line with \\r\\n",
			sb_bytes_of(text));
	sb_kit_text_drop(&tape->written, len + 2);
}

void
sb_tape_seek_(const char *place, struct sb_tape *tape, const char *part)
{
	size_t at = sb_kit_bytes_find(text_bytes(&tape->written), sb_bytes_of(part));

	if (at > tape->written.len)
		fail_written(place, tape, "expected to be somewhere in what is written",
			sb_bytes_of(part));
	sb_kit_text_drop(&tape->written, at + strlen(part));
}

void
sb_tape_expect_over_(const char *place, struct sb_tape *tape, int error)
{
	if (tape->state != TAPE_OVER)
		sb_testing_fail(place, "expected the stream to be over, but it is not");
	if (tape->over.code != error)
		sb_testing_fail(place,
			"expected the stream to have ended with %s, but it ended with %s (%s)",
			error ? strerror(-error) : "0, in order",
			tape->over.code ? strerror(-tape->over.code) : "0, in order",
			tape->over.text);
}

bool
sb_tape_is_over(const struct sb_tape *tape)
{
	return tape->state == TAPE_OVER;
}

bool
sb_tape_is_open(const struct sb_tape *tape)
{
	return tape->state == TAPE_OPEN && !tape->over_due && !tape->end_due && !tape->end_told;
}

bool
sb_tape_is_shut(const struct sb_tape *tape)
{
	return tape->is_shut && !tape->queue.len;
}

int64_t
sb_tape_idle_timeout_ns(const struct sb_tape *tape)
{
	return tape->idle_timeout_ns;
}
