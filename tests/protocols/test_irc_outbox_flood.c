/* The queue against servers that guard against floods, each by its own rules: nobody is thrown out,
 * little of what they allow is left unused, and a PONG never waits. And what lines cost. */

#include "kit_cmocka.h"

#include <stdbool.h>
#include <string.h>

#include "protocols/irc/outbox.h"

#define S INT64_C(1000000000)

enum {
	LENGTH_S = 300, /* of a conversation */
	LINES = 4096, /* more than any of the models lets through in it */
	DELAY_MS = 800, /* at most, from us to the server; what is sent apart may come together */
};

/* ---- Servers ---- */

struct server {
	const char *model; /* that we take for it */
	/* A message timer, in whole seconds (RFC 2813, section 5.8): what a line costs, and how far
	 * ahead it may be when a line is read. */
	int64_t line_s;
	size_t bytes_a_second; /* of a line, that cost one more; 0: they cost nothing */
	int64_t window_s;
	/* Or counters: so many lines (bytes) may be read, and so many are forgiven each second. */
	size_t lines, lines_a_second, bytes;
	/* It throws out who has more than this waiting, or anything; or, strict, whom a line takes
	 * past the window. */
	size_t lines_waiting, bytes_waiting;
	bool is_impatient, is_strict;
	bool has_penalties; /* for JOIN and the like; and PONG is free */
	int least_permille; /* of what it allows, that is used when there is enough to say */
};

/* Servers with a timer bear a thousand bytes and more that wait; but if anything had to, our timer
 * would be wrong.
 *
 * Those of which we use less: the model for all counts bytes, which the first one does not; what
 * ngircd lets the last line of a second pass its limit by is not counted on, and lines and bytes that
 * it counts apart are one sum; the gentle model is for who has been warned. */
static const struct server servers[] = {
	{ .model = "default",
		.line_s = 2,
		.window_s = 10,
		.is_impatient = true,
		.least_permille = 600 },
	{ .model = "default",
		.line_s = 2,
		.bytes_a_second = 120,
		.window_s = 10,
		.is_impatient = true,
		.least_permille = 900 },
	{ .model = "unrealircd",
		.line_s = 1,
		.bytes_a_second = 90,
		.window_s = 10,
		.is_impatient = true,
		.least_permille = 900 },
	{ .model = "inspircd",
		.line_s = 1,
		.window_s = 10,
		.is_strict = true,
		.has_penalties = true,
		.least_permille = 900 },
	{ .model = "solanum",
		.lines = 5,
		.lines_a_second = 2,
		.lines_waiting = 20,
		.least_permille = 900 },
	{ .model = "hybrid",
		.lines = 5,
		.lines_a_second = 1,
		.lines_waiting = 20,
		.least_permille = 900 },
	{ .model = "ngircd",
		.lines = 3,
		.lines_a_second = 3,
		.bytes = 256,
		.bytes_waiting = 2048,
		.least_permille = 650 },
	{ .model = "gentle",
		.line_s = 2,
		.bytes_a_second = 120,
		.window_s = 10,
		.is_impatient = true,
		.least_permille = 350 },
};

/* What has been sent: when it arrives, and what it is. */
struct arrival {
	int64_t at_ns;
	size_t len;
	int64_t penalty_s;
	bool is_pong;
};

/* A server that reads: what it has read and what it thinks of us. */
struct reading {
	const struct server *server;
	const struct arrival *arrivals;
	size_t n_arrived, n_read;
	size_t bytes_waiting;
	int64_t phase_ns; /* of its seconds */
	int64_t second, timer_s;
	size_t n_lines, n_bytes; /* its counters */
	bool has_thrown_out;
};

/* Whether it reads another line in this second; then it is counted. */
static bool
reads(struct reading *r, const struct arrival *line)
{
	const struct server *server = r->server;

	if (server->lines) {
		if (r->n_lines >= server->lines || (server->bytes && r->n_bytes >= server->bytes))
			return false;
		r->n_lines++;
		r->n_bytes += line->len;
		return true;
	}
	if (server->has_penalties && line->is_pong)
		return true;
	if (r->timer_s < r->second)
		r->timer_s = r->second;
	if (!server->is_strict && r->timer_s >= r->second + server->window_s)
		return false;
	r->timer_s += server->line_s + (server->has_penalties ? line->penalty_s : 0);
	if (server->bytes_a_second)
		r->timer_s += (int64_t)(line->len / server->bytes_a_second);
	r->has_thrown_out |= server->is_strict && r->timer_s > r->second + server->window_s;
	return true;
}

static void
read_on(struct reading *r)
{
	const struct server *server = r->server;

	while (r->n_read < r->n_arrived && reads(r, &r->arrivals[r->n_read]))
		r->bytes_waiting -= r->arrivals[r->n_read++].len;
	r->has_thrown_out |= server->is_impatient && r->n_read < r->n_arrived;
	r->has_thrown_out |=
		server->lines_waiting && r->n_arrived - r->n_read > server->lines_waiting;
	r->has_thrown_out |= server->bytes_waiting && r->bytes_waiting > server->bytes_waiting;
}

/* Another second of its clock has begun. */
static void
begin_second(struct reading *r)
{
	size_t forgiven = r->server->lines_a_second;

	r->second++;
	r->n_lines = r->n_lines > forgiven ? r->n_lines - forgiven : 0;
	r->n_bytes = 0;
	read_on(r);
}

static void
pass_seconds(struct reading *r, int64_t until_ns)
{
	while ((r->second + 1) * S <= until_ns + r->phase_ns)
		begin_second(r);
}

static void
take_arrivals(struct reading *r, size_t n)
{
	while (r->n_arrived < n) {
		pass_seconds(r, r->arrivals[r->n_arrived].at_ns);
		r->bytes_waiting += r->arrivals[r->n_arrived].len;
		r->n_arrived++;
		read_on(r);
	}
}

/* How long the server needs for these lines if they are there from the beginning on. */
static int64_t
least_s(const struct server *server, const struct arrival *arrivals, size_t n)
{
	struct server patient = *server;
	struct reading r = { .server = &patient, .arrivals = arrivals, .n_arrived = n };

	patient.is_strict = patient.is_impatient = false;
	read_on(&r);
	while (r.n_read < n)
		begin_second(&r);
	return r.second;
}

/* ---- We ---- */

struct us {
	const struct server *server;
	struct sb_outbox outbox;
	uint64_t random;
	int64_t now_ns, last_arrival_ns;
	struct arrival arrivals[LINES];
	size_t n, n_pongs;
};

static uint64_t
draw(struct us *us, uint64_t n)
{
	us->random = us->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (us->random >> 33) % n;
}

static const struct {
	const char *text;
	int64_t penalty_s;
} sayings[] = { { "PRIVMSG #c :", 0 }, { "PRIVMSG #c :", 0 }, { "PRIVMSG bob :", 0 },
	{ "PRIVMSG #c :", 0 }, { "JOIN #c", 1 }, { "WHO #c", 1 }, { "NICK x", 4 } };

/* Says anything, so long that the servers' ways to count bytes differ. */
static int
say(struct us *us)
{
	size_t n_sayings = us->server->has_penalties ? sizeof(sayings) / sizeof(sayings[0]) : 4;
	const char *text = sayings[draw(us, n_sayings)].text;
	size_t more = strchr(text, ':') ? draw(us, draw(us, 4) ? 100 : 480) : 0;
	char line[600];
	int len = snprintf(line, sizeof(line), "%s%.*s\r\n", text, (int)more,
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");

	return sb_outbox_put(
		&us->outbox, &(struct sb_outbox_line){ .bytes = { line, (size_t)len },
				     .priority = draw(us, 2) ? SB_OUTBOX_ANSWER : SB_OUTBOX_BULK,
				     .target = draw(us, 2) ? "#c" : "#d" });
}

static int64_t
penalty_of(struct sb_bytes bytes)
{
	size_t i;

	for (i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++)
		if (!strncmp(bytes.ptr, sayings[i].text, strlen(sayings[i].text)))
			return sayings[i].penalty_s;
	return 0;
}

/* All that may go now, on its way through a network that delays and keeps the order. */
static void
send_some(struct us *us)
{
	struct sb_outbox_line line;

	while (sb_outbox_next(&us->outbox, us->now_ns, &line)) {
		int64_t at_ns = us->now_ns + (int64_t)draw(us, DELAY_MS) * (S / 1000);

		assert_true(us->n < LINES);
		if (at_ns < us->last_arrival_ns)
			at_ns = us->last_arrival_ns;
		us->last_arrival_ns = at_ns;
		us->arrivals[us->n++] = (struct arrival){ at_ns, line.bytes.len,
			penalty_of(line.bytes), line.priority == SB_OUTBOX_AT_ONCE };
	}
}

/* The server asks, and has its answer now, whatever waits. */
static void
answer_ping(struct us *us)
{
	struct sb_outbox_line line;

	assert_int_equal(sb_outbox_put(&us->outbox,
				 &(struct sb_outbox_line){ .bytes = { "PONG x\r\n", 8 } }),
		0);
	assert_true(sb_outbox_wait_ns(&us->outbox, us->now_ns, SB_OUTBOX_AT_ONCE) == 0);
	assert_true(sb_outbox_due_ns(&us->outbox, us->now_ns) == us->now_ns);
	assert_true(sb_outbox_next(&us->outbox, us->now_ns, &line));
	assert_memory_equal(line.bytes.ptr, "PONG", 4);
	us->n_pongs++;
	us->last_arrival_ns = us->last_arrival_ns > us->now_ns ? us->last_arrival_ns : us->now_ns;
	us->arrivals[us->n++] = (struct arrival){ us->last_arrival_ns, 8, 0, true };
}

/* One conversation: with more to say than may be said, or with pauses. */
static void
converse(struct us *us, bool has_pauses)
{
	int64_t ping_ns = (int64_t)draw(us, 60) * S, pause_ns = 0;

	while (us->now_ns < LENGTH_S * S) {
		int64_t due_ns;

		while (us->now_ns >= pause_ns && sb_outbox_n_lines(&us->outbox) < 20)
			(void)say(us);
		if (has_pauses && us->now_ns >= pause_ns && !draw(us, 10))
			pause_ns = us->now_ns + (int64_t)draw(us, 60) * S;
		if (us->now_ns >= ping_ns) {
			answer_ping(us);
			ping_ns = us->now_ns + (int64_t)(30 + draw(us, 60)) * S;
		}
		send_some(us);
		due_ns = sb_outbox_due_ns(&us->outbox, us->now_ns);
		due_ns = due_ns < ping_ns ? due_ns : ping_ns;
		if (us->now_ns < pause_ns && pause_ns < due_ns)
			due_ns = pause_ns;
		us->now_ns = due_ns;
	}
}

struct sum {
	unsigned long long lines, pongs, conversations;
	int64_t least_permille[sizeof(servers) / sizeof(servers[0])];
};

static void
check_seed(void *self, uint64_t seed)
{
	static struct us us;
	struct sum *sum = self;
	size_t i;

	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		struct reading r = { .server = &servers[i], .arrivals = us.arrivals };
		bool has_pauses;
		int64_t permille;

		memset(&us, 0, sizeof(us));
		us.server = &servers[i];
		us.random = seed * 7919 + i;
		has_pauses = draw(&us, 2);
		r.phase_ns = (int64_t)draw(&us, (uint64_t)S);
		sb_outbox_init(&us.outbox, sb_outbox_model(servers[i].model),
			(struct sb_outbox_limits){ .lines = 100, .bytes = 100000 });
		converse(&us, has_pauses);
		sb_outbox_finish(&us.outbox);
		take_arrivals(&r, us.n);
		if (r.has_thrown_out)
			fail_msg("thrown out by server %zu (%s)", i, servers[i].model);
		permille = least_s(&servers[i], us.arrivals, us.n) * 1000 / LENGTH_S;
		if (!has_pauses && permille < servers[i].least_permille)
			fail_msg("%d of 1000 used at server %zu (%s)", (int)permille, i,
				servers[i].model);
		if (!has_pauses && permille < sum->least_permille[i])
			sum->least_permille[i] = permille;
		sum->lines += us.n;
		sum->pongs += us.n_pongs;
		sum->conversations++;
	}
}

static void
nobody_throws_us_out_and_little_is_left_unused(void **state)
{
	struct sum sum = { .lines = 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
		sum.least_permille[i] = 2000;
	sb_testing_each_seed(1, 2000, check_seed, &sum);
	print_message("%llu conversations, %llu lines, %llu PONGs at once\n", sum.conversations,
		sum.lines, sum.pongs);
	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
		print_message("%s: at least %d of 1000 used\n", servers[i].model,
			(int)sum.least_permille[i]);
}

static void
whoever_says_all_at_once_is_thrown_out_by_each_of_them(void **state)
{
	static struct arrival arrivals[40];
	size_t i;

	(void)state;
	for (i = 0; i < 40; i++)
		arrivals[i] = (struct arrival){ .len = 200 };
	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		struct reading r = { .server = &servers[i], .arrivals = arrivals };

		take_arrivals(&r, 40);
		assert_true(r.has_thrown_out);
	}
}

/* ---- What lines cost ---- */

static int64_t
cost_ms(const char *model, const char *line)
{
	return sb_outbox_cost_ns(sb_outbox_model(model), sb_bytes_of(line)) / 1000000;
}

static void
a_line_costs_by_its_length(void **state)
{
	char line[512];

	(void)state;
	memset(line, 'x', sizeof(line));
	line[119] = '\0';
	assert_int_equal(cost_ms("default", line), 2000);
	memset(line, 'x', 120);
	line[120] = '\0';
	assert_int_equal(cost_ms("default", line), 3000);
	assert_int_equal(cost_ms("unrealircd", line), 2000);
	assert_int_equal(cost_ms("solanum", line), 500);
	assert_int_equal(cost_ms("none", line), 0);
	/* The greater of both, where a server counts both apart. */
	assert_int_equal(cost_ms("ngircd", line), 468);
	assert_int_equal(cost_ms("ngircd", "PING x\r\n"), 333);
}

static void
costly_verbs_and_more_targets_cost_more(void **state)
{
	(void)state;
	assert_int_equal(cost_ms("inspircd", "PRIVMSG #c :JOIN\r\n"), 1000);
	assert_int_equal(cost_ms("inspircd", "JOIN #c\r\n"), 2000);
	assert_int_equal(cost_ms("inspircd", "join #c\r\n"), 2000);
	assert_int_equal(cost_ms("inspircd", "LIST\r\n"), 5000);
	assert_int_equal(cost_ms("inspircd", "LISTS\r\n"), 1000);
	assert_int_equal(cost_ms("inspircd", "@label=JOIN :nick JOIN #c\r\n"), 2000);
	assert_int_equal(cost_ms("inspircd", "JOIN #a,#b,#c k1,k2\r\n"), 4000);
	assert_int_equal(cost_ms("inspircd", "PRIVMSG a,b :x,y\r\n"), 2000);
	assert_int_equal(cost_ms("inspircd", "QUIT :a,b\r\n"), 1000);
	assert_int_equal(cost_ms("inspircd", "KICK #c a,b,c :x,y\r\n"), 3000);
	assert_int_equal(cost_ms("inspircd", "\r\n"), 1000);
	assert_int_equal(cost_ms("inspircd", "@a"), 1000);
}

static void
models_are_found_by_name_and_by_what_servers_call_themselves(void **state)
{
	static const struct {
		const char *version, *model;
	} known[] = { { "solanum-1.0-dev(20240101-1-abc)", "solanum" },
		{ "charybdis-4.1.2", "solanum" }, { "ircd-ratbox-3.0.10", "solanum" },
		{ "ircd-hybrid-1:8.2.43", "hybrid" }, { "hybrid-7.3.0", "hybrid" },
		{ "InspIRCd-3", "inspircd" }, { "UnrealIRCd-6.1.4", "unrealircd" },
		{ "ngircd-26.1", "ngircd" }, { "ngIRCd-26.1", "ngircd" }, { "ergo-2.13.0", "ergo" },
		{ "oragono-1.2", "ergo" }, { "u2.10.12.19", "default" }, { "", "default" },
		{ "bahamut-2.2.1", "default" }, { "insp", "default" }, { "signalbox", "none" },
		{ "signalbox-paced", "default" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct sb_outbox_model *model = sb_outbox_model_of(known[i].version);

		assert_string_equal(model->name, known[i].model);
		assert_ptr_equal(model, sb_outbox_model(known[i].model));
	}
	assert_non_null(sb_outbox_model("gentle"));
	assert_non_null(sb_outbox_model("none"));
	assert_null(sb_outbox_model("Default"));
	assert_null(sb_outbox_model(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(nobody_throws_us_out_and_little_is_left_unused),
		kit_test_bare(whoever_says_all_at_once_is_thrown_out_by_each_of_them),
		kit_test_bare(a_line_costs_by_its_length),
		kit_test_bare(costly_verbs_and_more_targets_cost_more),
		kit_test_bare(models_are_found_by_name_and_by_what_servers_call_themselves),
	};

	return kit_run(tests);
}
