#ifndef SIGNALBOX_TESTING_H
#define SIGNALBOX_TESTING_H

/* The test kit: a program's handlers and protocols are tested without sockets and without waiting.
 *
 *     probe        records signals; the test says which it expects, in what order
 *     tape         a transport that is a string: feed a protocol, read what it wrote
 *     gate         at its end nothing is left: no connection, timer, stream, descriptor, failure,
 *                  nor a signal that waits, an expectation or a queue
 *     world        a simulation, a dispatcher joined to it and a gate, made and checked together
 *     seeds        a test run over many seeds; the one that fails is named
 *     allocations  a test run with the first allocation failing, the second, and so on
 *     transcript   a conversation as a text file, run whole, byte by byte and chopped
 *
 * No framework is needed: what a test expects and does not get is a failure, and failures go to
 * one function, which never returns (sb_testing_on_failure()). Out of memory is one too, so
 * nothing here returns NULL or an errno for it. Each part has an example:
 * app/examples/testing_*.c.
 *
 * Names in lower case that are macros stand for the function of the same name and an underscore,
 * which is also told the place of the call; their comment shows them as prototypes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>
#include <signalbox/simulation.h>
#include <signalbox/stream.h>

SB_C_BEGIN

/* ---- Failures ---- */

/* Told why a test failed. place is "file:line" of the test or the transcript; text is one or more
 * lines without a newline at the end, borrowed until this thread's next failure. It must not
 * return: it leaves by longjmp, as the frameworks do, or ends the process. */
typedef void sb_failure_fn(void *self, const char *place, const char *text);

/* Where the failures of this thread go from now on. fn NULL: as at first, they are printed on
 * standard error and the process aborts. */
SB_API void sb_testing_on_failure(sb_failure_fn *fn, void *self);

/* Fails, for expectations of your own. place: SB_PLACE. */
SB_PRINTF(2, 3)
SB_API __attribute__((noreturn)) void sb_testing_fail(const char *place, const char *format, ...);

/* ---- Expectations of signals ----
 *
 * The same language for probes and transcripts: the signal's name, then those fields that matter,
 *
 *     irc.message nick=bob channel="#c" text~'hello' is_self=false error=-ECONNREFUSED
 *
 * field=value: is that value. field~value: a text or bytes that contain it. A value is a bare word
 * up to the next space, or stands in "..." or '...' with the escapes \" \' \\ \r \n \t \0 \xHH.
 * Numbers are decimal, or an errno's name with its sign; a NULL is `null`, and `<handle>` is any
 * handle. What sb_signal_print() writes can be read. A field that the signal has not, or a value
 * that it cannot have, is a failure of its own. */

/* ---- Probe ---- */

/* Records copies of signals, in order, and what of them has been expected already. */
struct sb_probe;

/* struct sb_probe *sb_probe_create(struct sb_dispatcher *d, const char *pattern)
 * struct sb_probe *sb_probe_create_from(struct sb_dispatcher *d, const char *pattern, void *from)
 *
 * Records from now on the signals whose name matches, from anyone or from one sender (an object,
 * SB_ANY, SB_ANONYMOUS). It runs before other receivers (its priority is the highest), so that the
 * record has the order of emission also where handlers emit. It must be destroyed before d. */
#define sb_probe_create(d, pattern) sb_probe_create_("probe " SB_PLACE, (d), (pattern), SB_ANY)
#define sb_probe_create_from(d, pattern, from)                                                     \
	sb_probe_create_("probe " SB_PLACE, (d), (pattern), (from))
SB_API struct sb_probe *sb_probe_create_(
	const char *place, struct sb_dispatcher *d, const char *pattern, void *from);

/* Disconnects it and frees what it recorded. NULL is fine. */
SB_API void sb_probe_destroy(struct sb_probe *probe);

/* const void *sb_probe_expect(struct sb_probe *probe, const char *expected)
 * const void *sb_probe_seek(struct sb_probe *probe, const char *expected)
 *
 * The next signal recorded, that is the first that was not expected yet, is this one; with seek,
 * it or one after it is, and those before are passed over. Otherwise the failure shows what was
 * expected, what came and everything recorded.
 *
 * Returns the copy of its payload, to be kept as a `const struct sb_irc_joined *` or the like until
 * sb_probe_clear() or destroy. Texts and bytes are copied with it; a handle is the pointer it was,
 * and what it led to may be gone. */
#define sb_probe_expect(probe, expected) sb_probe_expect_(SB_PLACE, (probe), (expected))
#define sb_probe_seek(probe, expected) sb_probe_seek_(SB_PLACE, (probe), (expected))
SB_API const void *sb_probe_expect_(
	const char *place, struct sb_probe *probe, const char *expected);
SB_API const void *sb_probe_seek_(const char *place, struct sb_probe *probe, const char *expected);

/* void sb_probe_expect_none(struct sb_probe *probe)
 *
 * Everything recorded has been expected. */
#define sb_probe_expect_none(probe) sb_probe_expect_none_(SB_PLACE, (probe))
SB_API void sb_probe_expect_none_(const char *place, struct sb_probe *probe);

/* size_t sb_probe_count(struct sb_probe *probe, const char *expected)
 *
 * How many signals recorded since the last clear are this one, expected or not: of that name, and
 * with those values where any are given. NULL: all. A name that d does not know is a failure. */
#define sb_probe_count(probe, expected) sb_probe_count_(SB_PLACE, (probe), (expected))
SB_API size_t sb_probe_count_(
	const char *place, const struct sb_probe *probe, const char *expected);

/* Forgets what was recorded. */
SB_API void sb_probe_clear(struct sb_probe *probe);

/* ---- Tape ----
 *
 * A transport without a reactor, for one protocol object. The protocol has the contract of
 * <signalbox/stream.h>, whole: in particular it is called only from within the driving calls
 * below (connect, feed, end, secure, break, fail_writes, set_room, turn), each of which goes on until
 * nothing is due any more. So `closed` for a stream that was closed in `data` comes before the
 * feed returns, and for one that the test closed by the protocol's own function with the next
 * driving call.
 *
 * Failures of the test: to drive a tape from within a callback that it makes, before a protocol is
 * attached, before it is connected or after it is over. Failures of the protocol: any call on the
 * stream after `closed` has returned or after sb_stream_destroy(). */
struct sb_tape;

/* struct sb_tape *sb_tape_create(void)
 *
 * A tape that is not connected, with room for whatever is written and the marks of
 * struct sb_stream_options. */
#define sb_tape_create() sb_tape_create_(SB_PLACE)
SB_API struct sb_tape *sb_tape_create_(const char *place);

/* void sb_tape_destroy(struct sb_tape *tape)
 *
 * Its protocol must be through with the stream: `closed` has returned, or sb_stream_destroy() was
 * called, or none was ever attached. Otherwise it is a failure, since the protocol would go on
 * using it; so the protocol object is destroyed first. Until then the tape stays valid, whatever
 * its owner does to the stream. NULL is fine. */
#define sb_tape_destroy(tape) sb_tape_destroy_(SB_PLACE, (tape))
SB_API void sb_tape_destroy_(const char *place, struct sb_tape *tape);

/* The stream to attach a protocol to. */
SB_API struct sb_stream *sb_tape_stream(struct sb_tape *tape);

/* void sb_tape_connect(struct sb_tape *tape)
 *
 * The connection stands. */
#define sb_tape_connect(tape) sb_tape_connect_(SB_PLACE, (tape))
SB_API void sb_tape_connect_(const char *place, struct sb_tape *tape);

/* void sb_tape_feed(struct sb_tape *tape, const char *text)
 * void sb_tape_feed_line(struct sb_tape *tape, const char *text)
 * void sb_tape_feed_bytes(struct sb_tape *tape, struct sb_bytes bytes)
 * void sb_tape_feed_by_byte(struct sb_tape *tape, const char *text)
 * void sb_tape_feed_split(struct sb_tape *tape, const char *text, size_t at)
 *
 * The peer sends this: in one piece; in one piece with \r\n; any bytes; every byte a piece; in
 * two pieces, the first of `at` bytes. While the protocol has paused the stream it is held, and
 * arrives as one piece with the first driving call after the resume. What is left over when the
 * protocol closes in the midst is dropped, as a network does. */
#define sb_tape_feed(tape, text) sb_tape_feed_bytes_(SB_PLACE, (tape), sb_bytes_of(text))
#define sb_tape_feed_line(tape, text) sb_tape_feed_line_(SB_PLACE, (tape), (text))
#define sb_tape_feed_bytes(tape, ...) sb_tape_feed_bytes_(SB_PLACE, (tape), __VA_ARGS__)
#define sb_tape_feed_by_byte(tape, text) sb_tape_feed_by_byte_(SB_PLACE, (tape), (text))
#define sb_tape_feed_split(tape, text, at) sb_tape_feed_split_(SB_PLACE, (tape), (text), (at))
SB_API void sb_tape_feed_bytes_(const char *place, struct sb_tape *tape, struct sb_bytes bytes);
SB_API void sb_tape_feed_line_(const char *place, struct sb_tape *tape, const char *text);
SB_API void sb_tape_feed_by_byte_(const char *place, struct sb_tape *tape, const char *text);
SB_API void sb_tape_feed_split_(
	const char *place, struct sb_tape *tape, const char *text, size_t at);

/* void sb_tape_end(struct sb_tape *tape)
 *
 * The peer will send no more. */
#define sb_tape_end(tape) sb_tape_end_(SB_PLACE, (tape))
SB_API void sb_tape_end_(const char *place, struct sb_tape *tape);

/* void sb_tape_expect_tls_started(struct sb_tape *tape)
 * void sb_tape_secure(struct sb_tape *tape)
 *
 * The protocol has called sb_stream_start_tls(), and TLS does not stand yet; it stands from now on,
 * which is told (`secured`), and what is fed and written is still shown as it is, since no tape has
 * keys. Between the two the peer has nothing to say, and the protocol cannot write. What the
 * protocol had left unread, having paused the stream, is no TLS, and ends it with -EPROTO. A
 * handshake that fails is sb_tape_break(tape, -EPROTO). */
#define sb_tape_expect_tls_started(tape) sb_tape_expect_tls_started_(SB_PLACE, (tape))
#define sb_tape_secure(tape) sb_tape_secure_(SB_PLACE, (tape))
SB_API void sb_tape_expect_tls_started_(const char *place, const struct sb_tape *tape);
SB_API void sb_tape_secure_(const char *place, struct sb_tape *tape);

/* Whom the protocol expects under TLS; "" for nobody by name. Borrowed while the tape lives. */
SB_API const char *sb_tape_tls_name(const struct sb_tape *tape);

/* void sb_tape_break(struct sb_tape *tape, int error)
 *
 * The connection breaks with this negative errno, or before sb_tape_connect() cannot be made
 * (-ECONNREFUSED), or a deadline passes (-ETIMEDOUT). What is held or queued is dropped. */
#define sb_tape_break(tape, error) sb_tape_break_(SB_PLACE, (tape), (error))
SB_API void sb_tape_break_(const char *place, struct sb_tape *tape, int error);

/* void sb_tape_fail_writes(struct sb_tape *tape, int error)
 *
 * From now on nothing can be written, for this negative errno; what is queued is dropped, and
 * writing returns -EPIPE. The peer can still be read to its end, sb_tape_end(), and then the
 * protocol is told the error. */
#define sb_tape_fail_writes(tape, error) sb_tape_fail_writes_(SB_PLACE, (tape), (error))
SB_API void sb_tape_fail_writes_(const char *place, struct sb_tape *tape, int error);

/* void sb_tape_set_room(struct sb_tape *tape, size_t room)
 *
 * The peer takes `room` more bytes, and what is written beyond is queued; what is queued already
 * flows. SIZE_MAX: all, as at first. */
#define sb_tape_set_room(tape, room) sb_tape_set_room_(SB_PLACE, (tape), (room))
SB_API void sb_tape_set_room_(const char *place, struct sb_tape *tape, size_t room);

/* Sets the marks of the queue, in bytes, as in struct sb_stream_options: 0 < low <= high <=
 * hard. */
SB_API void sb_tape_set_marks(struct sb_tape *tape, size_t low, size_t high, size_t hard);

/* void sb_tape_turn(struct sb_tape *tape)
 *
 * Does nothing but what every driving call does: tells the protocol what is due. It may be over.
 * */
#define sb_tape_turn(tape) sb_tape_turn_(SB_PLACE, (tape))
SB_API void sb_tape_turn_(const char *place, struct sb_tape *tape);

/* What has reached the peer and was not taken by an expectation; a NUL stands after it. Borrowed
 * until the protocol writes again or an expectation takes something. */
SB_API const char *sb_tape_written(const struct sb_tape *tape);
SB_API struct sb_bytes sb_tape_written_bytes(const struct sb_tape *tape);

/* Takes all of that away. */
SB_API void sb_tape_clear(struct sb_tape *tape);

/* void sb_tape_expect(struct sb_tape *tape, const char *text)
 * void sb_tape_expect_line(struct sb_tape *tape, const char *text)
 * void sb_tape_seek(struct sb_tape *tape, const char *part)
 *
 * What was written and not taken yet: is exactly this text ("" for nothing), and is taken; begins
 * with this text and \r\n, which are taken; contains this part, and is taken up to its end.
 * Otherwise the failure shows both. */
#define sb_tape_expect(tape, text) sb_tape_expect_(SB_PLACE, (tape), (text))
#define sb_tape_expect_line(tape, text) sb_tape_expect_line_(SB_PLACE, (tape), (text))
#define sb_tape_seek(tape, part) sb_tape_seek_(SB_PLACE, (tape), (part))
SB_API void sb_tape_expect_(const char *place, struct sb_tape *tape, const char *text);
SB_API void sb_tape_expect_line_(const char *place, struct sb_tape *tape, const char *text);
SB_API void sb_tape_seek_(const char *place, struct sb_tape *tape, const char *part);

/* void sb_tape_expect_over(struct sb_tape *tape, int error)
 *
 * The stream is over, and it ended so: 0 in order, or the negative errno that `closed` was told.
 * -ECONNABORTED also after sb_stream_destroy(). */
#define sb_tape_expect_over(tape, error) sb_tape_expect_over_(SB_PLACE, (tape), (error))
SB_API void sb_tape_expect_over_(const char *place, struct sb_tape *tape, int error);

/* Whether the protocol is through with the stream; whether it may be fed: it is connected, the
 * protocol has not closed it, nor the peer ended; whether the protocol has ended its direction and
 * all it wrote has reached the peer. */
SB_API bool sb_tape_is_over(const struct sb_tape *tape);
SB_API bool sb_tape_is_open(const struct sb_tape *tape);
SB_API bool sb_tape_is_shut(const struct sb_tape *tape);

/* The idle deadline the protocol asked for, in ns; 0 for none. A tape has no clock: it passes by
 * sb_tape_break(tape, -ETIMEDOUT). */
SB_API int64_t sb_tape_idle_timeout_ns(const struct sb_tape *tape);

/* ---- Leak gate ---- */

struct sb_gate;

/* struct sb_gate *sb_gate_begin(struct sb_dispatcher *d, struct sb_reactor *r)
 *
 * Notes what there is: the connections of d, its expectations and queues, the signals deferred or
 * posted that wait; what is pending in r; the open descriptors of the process. And listens for
 * dispatch.failed. d and r may be NULL, and must live until the end. */
#define sb_gate_begin(d, r) sb_gate_begin_("gate " SB_PLACE, (d), (r))
SB_API struct sb_gate *sb_gate_begin_(
	const char *place, struct sb_dispatcher *d, struct sb_reactor *r);

/* This connection may be there at the end. */
SB_API void sb_gate_allow(struct sb_gate *gate, struct sb_connection connection);

/* void sb_gate_expect_failure(struct sb_gate *gate, const char *part)
 *
 * A dispatch.failed has come whose line, `dispatch.failed signal="irc.joined" place="on_joined
 * bot.c:12" error=-22 text="..."`, contains this part; the first such is taken away, and is not a
 * leak any more. */
#define sb_gate_expect_failure(gate, part) sb_gate_expect_failure_(SB_PLACE, (gate), (part))
SB_API void sb_gate_expect_failure_(const char *place, struct sb_gate *gate, const char *part);

/* bool sb_gate_end(struct sb_gate *gate)
 *
 * Nothing is there that was not there at the beginning, and no failure came that was not expected;
 * or the failure lists each thing with the line that made it (signals that wait: how many). The
 * gate is gone either way. Emissions that a longjmp has left are given up first (sb_unwind()), so
 * it is not for handlers. Returns false when the dispatcher went with them, since a handler had
 * destroyed it; it is not touched again then. */
#define sb_gate_end(gate) sb_gate_end_(SB_PLACE, (gate))
SB_API bool sb_gate_end_(const char *place, struct sb_gate *gate);

/* ---- World ---- */

/* What a test of a program or a protocol stands on. The members are for reading. */
struct sb_world {
	struct sb_simulation *sim;
	struct sb_reactor *r; /* of the simulation */
	struct sb_dispatcher *d; /* joined to r (<signalbox/join.h>) */
	struct sb_gate *gate;
};

/* struct sb_world *sb_world_create(uint64_t seed)
 *
 * sb_testing_seed() is the usual seed. */
#define sb_world_create(seed) sb_world_create_(SB_PLACE, (seed))
SB_API struct sb_world *sb_world_create_(const char *place, uint64_t seed);

/* void sb_world_destroy(struct sb_world *world)
 *
 * Parts the dispatcher from the reactor, ends the gate, then destroys dispatcher and simulation.
 * Where the gate has something to say of the reactor, which is a failure, the simulation is left as
 * it is, for something may still use it. NULL is fine. */
#define sb_world_destroy(world) sb_world_destroy_(SB_PLACE, (world))
SB_API void sb_world_destroy_(const char *place, struct sb_world *world);

/* ---- Seeds ----
 *
 * The environment chooses: SIGNALBOX_SEED=17, one seed; SIGNALBOX_SEEDS=1-1000, a range. */

/* The seed for a test that needs but one: SIGNALBOX_SEED, or 1. */
SB_API uint64_t sb_testing_seed(void);

/* Calls fn(self, seed) for each seed from first to last, or for those of the environment. Where a
 * failure or a crash ends it, the seed and how to repeat it are told: in the failure's text, or on
 * standard error. */
typedef void sb_seed_fn(void *self, uint64_t seed);
SB_API void sb_testing_each_seed(uint64_t first, uint64_t last, sb_seed_fn *fn, void *self);

/* For what joins the kit to a framework, after each test: where the test has left fn above by an
 * assertion of the framework's own, writes "seed 17; repeat with SIGNALBOX_SEED=17 bin/test_irc",
 * cut at cap bytes, the NUL included, forgets it and returns true. Allocations that were made to
 * fail fail no more. */
SB_API bool sb_testing_seed_left(char *buf, size_t cap);

/* ---- Allocations ----
 *
 * What a program does without memory is tried by making its allocations fail. That needs the library
 * signalbox::testing-memory (pkg-config: signalbox-testing-memory), which takes the place of malloc,
 * calloc, realloc, reallocarray, aligned_alloc, posix_memalign, strdup, strndup, asprintf and
 * vasprintf by the linker's --wrap, and so goes together with the sanitizers and valgrind. It sees
 * what is linked into the program from object files and static libraries, Signalbox's among them;
 * within shared libraries, the system's included, nothing fails. What fails and is counted is this
 * thread's. The kit's own allocations do not count: probes, tapes, gates, worlds. Nor does what the
 * compiler leaves out, as it may do with a block that nobody looks at. */

/* Makes allocations fail: the one of this number from now on, 1 for the next, and those after it,
 * n in all; SIZE_MAX: all. n 0: none fails any more. Counting begins anew. */
SB_API void sb_testing_fail_allocations(size_t number, size_t n);

/* How many there were since then, and whether one has failed. */
SB_API size_t sb_testing_n_allocations(void);
SB_API bool sb_testing_allocation_failed(void);

/* Calls fn(self) with its first allocation failing, with that and all later ones failing, with the
 * second, and so on, until it runs through without; returns how many allocations that are. fn frees
 * what it made, and is content with what fails as sb_testing_allocation_failed() says. A failure in
 * it tells the number, and switches the failing off. A failure of its own: fn allocates nothing, or
 * the program is without signalbox::testing-memory. */
SB_API size_t sb_testing_each_allocation(void (*fn)(void *self), void *self);

/* For the library: whether the allocation that is asked for now is to fail. */
SB_API bool sb_testing_allocation_fails_(void);

/* ---- Transcripts ----
 *
 * A text file, one step a line. In a conversation "we" are what is tested, and the peer is the
 * other side, which the kit plays over the simulated network.
 *
 *     # comment                nothing, as an empty line is
 *     < bytes                  the peer sends these, and \r\n
 *     > bytes                  the next bytes we have written are these, and \r\n
 *     >~ bytes                 the next line we have written contains these
 *     >...                     what we have written up to the next > may be anything; where no >
 *                              follows at once, all of it
 *     ! irc.joined nick=bob    the next signal, as written above under "Expectations of signals"
 *     - irc.command verb=372   from here on such signals may come and are not told
 *     +30s                     so much time passes: ms, s, m, h
 *     @ 23:59:59               time passes until the wall clock shows this, UTC: later today, or
 *                              tomorrow; a world begins at 01:46:40
 *     $ words                  a command to us: the subject's function is called with the words
 *     ~ word                   what the peer does (present tense) or we have done (past tense)
 *
 * In bytes, \r \n \t \0 \\ \xHH are escapes, and a backslash at the line's end means no \r\n.
 * The words of ~ are
 *
 *     connects                 the peer connects to us (a server)
 *     connected                we have connected to the peer (a client)
 *     ends                     the peer sends no more, but reads
 *     breaks                   the peer resets the connection
 *     ended                    we have ended our direction, and may still read
 *     closed                   we have closed the connection in order; the peer then does
 *     broken                   we have reset it
 *     refuses, listens         the peer's address refuses connections from now on, or takes them
 *     vanishes                 the peer's address answers nothing any more
 *     secures                  the peer starts TLS in mid-stream: as a server, right behind the bytes
 *                              that it sent last (<), or as a client; and so have we
 *
 * Several peers have names before the sign: `a< JOIN #c`, `b> :a JOIN #c`, `a~ connects`.
 *
 * After each step the simulation settles. Before a step that acts (< + @ $ and ~ in the present),
 * and at the end, everything that we have written, done or emitted must have been told; output
 * and signals each in their order. */

struct sb_test_certificate; /* of <signalbox/testing_tls.h> */

/* What is tested, for the length of one run. */
struct sb_subject {
	/* Which signals are compared, a pattern; NULL: all, ">". */
	const char *signals;

	/* Whether it listens at the url it is given; otherwise it connects there. */
	bool is_server;

	/* Makes it, in a world new for each run. url is borrowed for the run. */
	void (*create)(void *self, struct sb_world *world, const char *url);

	/* Destroys it; then the world's gate is ended. */
	void (*destroy)(void *self);

	/* With TLS: what a client's peer shows, or a server's peer trusts, by its pin and nothing
	 * else; NULL: there is none. Must outlive the run. A handshake that fails breaks the
	 * connection (~ broken). */
	const struct sb_test_certificate *certificate;

	/* Whether TLS is there from the start, rather than by `~ secures`: the url is tls://, for a
	 * client with pin=, for a server with cert=, a file that is there while create() runs.
	 * Otherwise a client with a certificate finds its peer at 127.0.0.1:4001, too, by TLS. */
	bool is_tls;

	/* Does what a $ line says; NULL: such a line is a failure. words is borrowed for the
	 * call. */
	void (*command)(void *self, const char *words);
};

/* Runs the file: whole, with every byte of the peer a piece of its own, and over a network that
 * chops. Each run has a new world. Where something is not as told, everything is destroyed, and
 * the failure names the file, the line, the kind of run, what was expected and what came. */
SB_API void sb_transcript_run(const char *path, const struct sb_subject *subject, void *self);

/* The same for each file *.txt in a folder, by name; that there is none is a failure. */
SB_API void sb_transcript_run_folder(
	const char *folder, const struct sb_subject *subject, void *self);

/* The same for a transcript in a string. name stands for the file's in failures. */
SB_API void sb_transcript_run_text(
	const char *name, const char *text, const struct sb_subject *subject, void *self);

SB_C_END

#endif
