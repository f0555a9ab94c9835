/* The simulation against the system: random programs of calls on streams run in the simulation and
 * over sockets of this machine, and each side of each connection must be told the same. What may
 * differ is when, and into what pieces bytes are cut. Where the order of two sides' doings is the
 * system's to choose, the program waits between them until all is told. */

#include "kit_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <signalbox/listener.h>
#include <signalbox/url.h>

enum {
	N_CONNECTIONS = 5,
	N_STEPS = 40,
	N_SEEDS = 300,
	WRITTEN_MAX = 30000, /* one way: what any system takes though nobody reads */
	PATIENCE_MS = 3000,
};

enum what { WRITE, PAUSE, RESUME, SHUTDOWN, CLOSE, ABORT, DESTROY, CONNECT, LISTEN, N_WHATS };

static const char *const names[N_WHATS] = { "writes", "pauses", "resumes", "shuts down", "closes",
	"aborts", "destroys", "connects", "(the listener comes or goes)" };

struct step {
	enum what what;
	unsigned connection;
	bool is_server;
	size_t len; /* to write */
	bool goes_on; /* the same side does the next step before anybody hears of this one */
};

/* What one side was told and what its calls returned, in order, bytes in one piece. */
struct told {
	struct sb_stream *stream; /* NULL: before, and after */
	size_t n_bytes, n_written;
	uint32_t sum;
	char log[2048];
};

/* One of the two worlds. */
struct stage {
	struct sb_simulation *sim; /* NULL: the system */
	struct sb_reactor *r;
	struct sb_listener *listener; /* or NULL */
	struct told sides[N_CONNECTIONS][2]; /* client, server */
	unsigned n_connections;
	unsigned goes_on_at_end; /* bit 2 * connection + side: it has `ended` */
	char url[SB_URL_CAP], last_url[SB_URL_CAP]; /* to listen at; where it did last */
};

struct twins {
	struct stage stages[2]; /* the simulation, the system */
	struct step steps[N_STEPS];
	size_t n_done;
	uint64_t random;
	char folder[32]; /* of UNIX sockets; "" for TCP */
};

/* ---- What is told ---- */

static void
note_bytes(struct told *told)
{
	size_t len = strlen(told->log);

	if (told->n_bytes)
		(void)snprintf(told->log + len, sizeof(told->log) - len, "%zu bytes %08x; ",
			told->n_bytes, told->sum);
	told->n_bytes = 0;
	told->sum = 0;
}

static void
note(struct told *told, const char *what, int code)
{
	size_t len;

	note_bytes(told);
	len = strlen(told->log);
	(void)snprintf(told->log + len, sizeof(told->log) - len, "%s %d; ", what, code);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct told *told = self;

	told->stream = stream;
	note(told, "connected", 0);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes got)
{
	struct told *told = self;
	const unsigned char *at = got.ptr;
	size_t i;

	(void)stream;
	told->n_bytes += got.len;
	for (i = 0; i < got.len; i++)
		told->sum = told->sum * 31 + at[i] + 1;
}

static void
on_ended(void *self, struct sb_stream *stream)
{
	(void)stream;
	note(self, "ended", 0);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct told *told = self;

	(void)stream;
	told->stream = NULL;
	note(told, "closed", error->code);
}

static const struct sb_protocol closing_at_end = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

static const struct sb_protocol going_on_at_end = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
	.closed = on_closed,
};

static const struct sb_protocol *
protocol_of(const struct stage *stage, unsigned connection, bool is_server)
{
	unsigned bit = 2 * connection + is_server;

	return stage->goes_on_at_end >> bit & 1 ? &going_on_at_end : &closing_at_end;
}

/* The program waits after each connect, so it is the newest. */
static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct stage *stage = self;
	unsigned newest = stage->n_connections - 1;
	struct told *told = &stage->sides[newest][1];

	assert_null(told->stream);
	told->stream = stream;
	sb_stream_attach(stream, protocol_of(stage, newest, true), told);
}

static const struct sb_acceptor acceptor = { .accepted = on_accepted };

/* ---- What is done ---- */

static void
listen_or_not(struct stage *stage)
{
	struct sb_error error;

	if (stage->listener) {
		sb_listener_close(stage->listener);
		stage->listener = NULL;
		return;
	}
	if (sb_listener_open(stage->r, stage->url, NULL, SB_PLACE, &acceptor, stage,
		    &stage->listener, &error))
		fail_msg("%s", error.text);
	(void)snprintf(
		stage->last_url, sizeof(stage->last_url), "%s", sb_listener_url(stage->listener));
}

static void
connect_one(struct stage *stage)
{
	unsigned number = stage->n_connections;
	struct told *told;
	struct sb_error error;

	if (number == N_CONNECTIONS)
		return;
	stage->n_connections++;
	told = &stage->sides[number][0];
	if (sb_stream_connect(stage->r, stage->last_url, NULL, SB_PLACE,
		    protocol_of(stage, number, false), told, &told->stream, &error))
		fail_msg("%s", error.text);
}

static void
write_some(struct told *told, size_t len)
{
	unsigned char buf[5000];
	size_t i;

	if (told->n_written + len > WRITTEN_MAX)
		return;
	for (i = 0; i < len; i++)
		buf[i] = (unsigned char)(told->n_written + i * 7);
	told->n_written += len;
	note(told, "writes", sb_stream_write(told->stream, (struct sb_bytes){ buf, len }));
}

static void
do_step(struct stage *stage, const struct step *step)
{
	struct told *told = &stage->sides[step->connection][step->is_server];

	if (step->what == LISTEN)
		listen_or_not(stage);
	else if (step->what == CONNECT)
		connect_one(stage);
	else if (!told->stream)
		return;
	else if (step->what == WRITE)
		write_some(told, step->len);
	else if (step->what == PAUSE)
		sb_stream_pause(told->stream);
	else if (step->what == RESUME)
		sb_stream_resume(told->stream);
	else if (step->what == SHUTDOWN)
		sb_stream_shutdown(told->stream);
	else if (step->what == CLOSE)
		sb_stream_close(told->stream);
	else if (step->what == ABORT)
		sb_stream_abort(told->stream);
	else {
		sb_stream_destroy(told->stream);
		told->stream = NULL;
	}
}

/* ---- Waiting ---- */

static bool
is_same(struct twins *t)
{
	unsigned i, side;

	for (i = 0; i < N_CONNECTIONS; i++) {
		for (side = 0; side < 2; side++) {
			const struct told *a = &t->stages[0].sides[i][side];
			const struct told *b = &t->stages[1].sides[i][side];

			if (strcmp(a->log, b->log) != 0 || a->n_bytes != b->n_bytes
				|| a->sum != b->sum || !a->stream != !b->stream)
				return false;
		}
	}
	return true;
}

static void
stop(void *self)
{
	sb_reactor_stop(self);
}

static void
run_a_while(struct sb_reactor *r, int64_t ns)
{
	struct sb_timer timer;

	assert_int_equal(sb_timer_init(&timer, r, SB_HANDLER(stop), r), 0);
	sb_timer_start(&timer, ns);
	assert_int_equal(sb_reactor_run(r), 0);
	sb_timer_finish(&timer);
}

/* The simulation knows when all is told; the system is waited for until it has told as much. A few
 * turns more are for what it might tell beyond. */
static void
settle(struct twins *t)
{
	struct sb_reactor *r = t->stages[1].r;
	int i;

	sb_simulation_settle(t->stages[0].sim);
	for (i = 0; i < 3; i++)
		run_a_while(r, 0);
	for (i = 0; i < PATIENCE_MS && !is_same(t); i++)
		run_a_while(r, SB_MS);
}

static void
print_program(const struct twins *t)
{
	size_t i;

	for (i = 0; i < t->n_done; i++) {
		const struct step *step = &t->steps[i];

		print_error("  %s %u %s", step->is_server ? "server" : "client", step->connection,
			names[step->what]);
		if (step->what == WRITE)
			print_error(" %zu", step->len);
		print_error("%s\n", step->goes_on ? ", and at once" : "");
	}
}

static void
check(struct twins *t)
{
	unsigned i, side;

	if (is_same(t))
		return;
	print_program(t);
	for (i = 0; i < N_CONNECTIONS; i++) {
		for (side = 0; side < 2; side++) {
			struct told *a = &t->stages[0].sides[i][side];
			struct told *b = &t->stages[1].sides[i][side];

			note_bytes(a);
			note_bytes(b);
			print_error("%s %u\n  simulated: %s\n  system:    %s\n",
				side ? "server" : "client", i, a->log, b->log);
		}
	}
	fail_msg("the simulation and the system tell different things");
}

/* ---- Programs ---- */

static uint64_t
below(struct twins *t, uint64_t n)
{
	uint64_t z = t->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

static enum what
choose_what(struct twins *t)
{
	/* How often each, of 100. */
	static const unsigned shares[N_WHATS] = { 40, 9, 9, 9, 6, 5, 2, 16, 4 };
	unsigned number = (unsigned)below(t, 100), what = 0;

	while (number >= shares[what])
		number -= shares[what++];
	return (enum what)what;
}

static void
make_program(struct twins *t)
{
	static const size_t lens[] = { 1, 2, 100, 1460, 5000 };
	struct step *step, *before = NULL;
	size_t i;

	t->steps[0].what = LISTEN;
	t->steps[1].what = CONNECT;
	for (i = 2; i < N_STEPS; i++) {
		step = &t->steps[i];
		step->what = choose_what(t);
		step->connection = (unsigned)below(t, N_CONNECTIONS);
		step->is_server = below(t, 2);
		step->len = lens[below(t, sizeof(lens) / sizeof(lens[0]))];
		step->goes_on = below(t, 3) == 0 && step->what < CONNECT;
		if (before && before->goes_on) {
			step->connection = before->connection;
			step->is_server = before->is_server;
			if (step->what >= CONNECT)
				step->what = WRITE;
		}
		before = step;
	}
	step->goes_on = false;
}

static void
open_stage(struct twins *t, int i, unsigned goes_on_at_end)
{
	struct stage *stage = &t->stages[i];

	if (i == 0) {
		stage->sim = sb_simulation_create(1);
		assert_non_null(stage->sim);
		stage->r = sb_simulation_reactor(stage->sim);
	} else {
		stage->r = sb_reactor_create();
		assert_non_null(stage->r);
	}
	stage->goes_on_at_end = goes_on_at_end;
	if (t->folder[0])
		(void)snprintf(stage->url, sizeof(stage->url), "unix://%s/socket", t->folder);
	else
		(void)snprintf(stage->url, sizeof(stage->url), "tcp://127.0.0.1:0");
}

static void
close_stage(struct stage *stage)
{
	unsigned i;

	for (i = 0; i < N_CONNECTIONS; i++) {
		sb_stream_destroy(stage->sides[i][0].stream);
		sb_stream_destroy(stage->sides[i][1].stream);
	}
	sb_listener_close(stage->listener);
	if (stage->sim)
		sb_simulation_destroy(stage->sim);
	else
		sb_reactor_destroy(stage->r);
}

/* Whether the system of a peer that is gone answers this: on the loopback before the next call, over
 * a network and in the simulation after it. */
static bool
is_answered(const struct twins *t, const struct step *step)
{
	const struct told *sides = t->stages[0].sides[step->connection];

	return step->what == WRITE && !sides[!step->is_server].stream;
}

static void
run_program(uint64_t seed, const char *folder)
{
	struct twins *t = calloc(1, sizeof(*t));
	unsigned goes_on_at_end;

	assert_non_null(t);
	t->random = seed;
	(void)snprintf(t->folder, sizeof(t->folder), "%s", folder);
	make_program(t);
	goes_on_at_end = (unsigned)below(t, 1u << 2 * N_CONNECTIONS);
	open_stage(t, 0, goes_on_at_end);
	open_stage(t, 1, goes_on_at_end);
	while (t->n_done < N_STEPS) {
		const struct step *step = &t->steps[t->n_done++];

		do_step(&t->stages[0], step);
		do_step(&t->stages[1], step);
		if (!step->goes_on || is_answered(t, step)) {
			settle(t);
			check(t);
		}
	}
	close_stage(&t->stages[0]);
	close_stage(&t->stages[1]);
	free(t);
}

static void
run_over_tcp(void *self, uint64_t seed)
{
	(void)self;
	run_program(seed, "");
}

static void
run_over_unix(void *self, uint64_t seed)
{
	run_program(seed, self);
}

static void
simulation_tells_what_tcp_tells(void **state)
{
	(void)state;
	sb_testing_each_seed(1, N_SEEDS, run_over_tcp, NULL);
}

static void
simulation_tells_what_unix_sockets_tell(void **state)
{
	char folder[] = "/tmp/signalbox-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	sb_testing_each_seed(1, N_SEEDS, run_over_unix, folder);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(simulation_tells_what_tcp_tells),
		kit_test_bare(simulation_tells_what_unix_sockets_tell),
	};

	return kit_run(tests);
}
