/* The QOTD server: what reaches who connects, and who ends the connection when. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <signalbox/qotd.h>

/* A server whose handler gives `text`, or does what the other members say. */
struct fixture {
	struct sb_world *world;
	struct sb_qotd *qotd;
	struct sb_connection connection;
	const char *text; /* NULL: no answer */
	bool destroys_before, destroys_after;
	int first, second; /* what the two answers returned */
	char peer[64];
	size_t n_before; /* things of the world's in the reactor */
};

/* Who asks. */
struct peer {
	struct sb_stream *stream; /* NULL when it is over */
	char got[2048];
	size_t len;
	bool has_ended;
	int end;
};

static void
peer_on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct peer *peer = self;

	(void)stream;
	sb_assert(peer->len + bytes.len < sizeof(peer->got));
	memcpy(peer->got + peer->len, bytes.ptr, bytes.len);
	peer->len += bytes.len;
}

static void
peer_on_ended(void *self, struct sb_stream *stream)
{
	struct peer *peer = self;

	(void)stream;
	peer->has_ended = true;
}

static void
peer_on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct peer *peer = self;

	(void)stream;
	peer->stream = NULL;
	peer->end = error->code;
}

static const struct sb_protocol peer_protocol = {
	.data = peer_on_data,
	.ended = peer_on_ended,
	.closed = peer_on_closed,
};

static void
destroy(struct fixture *f)
{
	sb_qotd_destroy(f->qotd);
	f->qotd = NULL;
}

static void
on_requested(void *self, struct sb_qotd *qotd, const struct sb_qotd_requested *e)
{
	struct fixture *f = self;

	(void)qotd;
	(void)snprintf(f->peer, sizeof(f->peer), "%s", e->peer);
	if (f->destroys_before)
		destroy(f);
	if (f->text) {
		f->first = sb_qotd_answer(e->request, f->text);
		f->second = sb_qotd_answer(e->request, "again");
	}
	if (f->destroys_after)
		destroy(f);
}

static size_t
count_pending(const struct fixture *f)
{
	char buf[256];
	size_t cursor = 0, n = 0;

	while (sb_reactor_pending_next(f->world->r, &cursor, buf, sizeof(buf)))
		n++;
	return n - f->n_before;
}

static void
begin(struct fixture *f, struct sb_world *world, const char *text)
{
	struct sb_error why = { 0, "" };

	*f = (struct fixture){ .world = world, .text = text };
	f->n_before = count_pending(f);
	if (sb_qotd_create(world->d, world->r, "tcp://127.0.0.1:0", SB_PLACE, &f->qotd, &why))
		sb_testing_fail(SB_PLACE, "no server: %s", why.text);
	f->connection = sb_qotd_requested_connect(world->d, f->qotd, SB_HANDLER(on_requested), f);
}

static void
end(struct fixture *f)
{
	(void)sb_disconnect(f->world->d, f->connection);
	sb_qotd_destroy(f->qotd);
	sb_simulation_settle(f->world->sim);
}

/* Connects, and settles. */
static void
ask(struct fixture *f, struct peer *peer)
{
	struct sb_error why = { 0, "" };

	*peer = (struct peer){ .len = 0 };
	if (sb_stream_connect(f->world->r, sb_qotd_url(f->qotd), NULL, SB_PLACE, &peer_protocol,
		    peer, &peer->stream, &why))
		sb_testing_fail(SB_PLACE, "no connection: %s", why.text);
	sb_simulation_settle(f->world->sim);
}

static void
leave(struct fixture *f, struct peer *peer)
{
	sb_stream_destroy(peer->stream);
	peer->stream = NULL;
	sb_simulation_settle(f->world->sim);
}

static void
who_connects_gets_the_quote_and_the_end(void **state)
{
	struct fixture f;
	struct peer peer;

	begin(&f, *state, "Quoth the raven\nNevermore\n");
	ask(&f, &peer);
	assert_string_equal(peer.got, "Quoth the raven\r\nNevermore\r\n");
	assert_int_equal(f.first, 0);
	assert_int_equal(f.second, -EALREADY);
	assert_ptr_equal(strstr(f.peer, "127.0.0.1:"), f.peer);
	assert_true(peer.has_ended);
	/* It is over when the peer has ended too. */
	sb_stream_close(peer.stream);
	sb_simulation_settle(f.world->sim);
	assert_null(peer.stream);
	assert_int_equal(peer.end, 0);
	end(&f);
}

/* Speaks before it listens. */
static void
peer_on_connected(void *self, struct sb_stream *stream)
{
	(void)self;
	sb_stream_pause(stream);
	assert_int_equal(sb_stream_write(stream, sb_bytes_of("GET / HTTP/1.0\r\n\r\n")), 0);
}

static void
what_the_peer_says_is_thrown_away_and_does_not_hurt_the_answer(void **state)
{
	static const struct sb_protocol talks_first = {
		.connected = peer_on_connected,
		.data = peer_on_data,
		.ended = peer_on_ended,
		.closed = peer_on_closed,
	};
	struct peer peer = { .len = 0 };
	struct sb_error why;
	struct fixture f;

	begin(&f, *state, "Nevermore");
	assert_int_equal(sb_stream_connect(f.world->r, sb_qotd_url(f.qotd), NULL, SB_PLACE,
				 &talks_first, &peer, &peer.stream, &why),
		0);
	sb_simulation_settle(f.world->sim);
	sb_stream_resume(peer.stream);
	sb_simulation_settle(f.world->sim);
	assert_string_equal(peer.got, "Nevermore\r\n");
	assert_true(peer.has_ended);
	sb_stream_close(peer.stream);
	sb_simulation_settle(f.world->sim);
	assert_int_equal(peer.end, 0);
	end(&f);
}

static void
a_peer_has_five_seconds_to_end_and_is_then_not_waited_for(void **state)
{
	struct fixture f;
	struct peer peer;

	begin(&f, *state, "Nevermore");
	ask(&f, &peer);
	/* The listener, the peer's end; and the server's end with its timer: a connection closed
	 * with words of the peer unread would be reset, and the answer perhaps lost with it. */
	assert_int_equal(sb_simulation_run_for(f.world->sim, 4999 * SB_MS), 0);
	assert_int_equal(count_pending(&f), 4);
	assert_int_equal(sb_simulation_run_for(f.world->sim, SB_MS), 0);
	assert_int_equal(count_pending(&f), 2);
	leave(&f, &peer);
	end(&f);
}

static void
without_an_answer_the_connection_is_ended_empty(void **state)
{
	struct fixture f;
	struct peer peer;

	begin(&f, *state, NULL);
	ask(&f, &peer);
	assert_int_equal(peer.len, 0);
	assert_true(peer.has_ended);
	leave(&f, &peer);
	(void)sb_disconnect(f.world->d, f.connection);
	ask(&f, &peer);
	assert_int_equal(peer.len, 0);
	assert_true(peer.has_ended);
	leave(&f, &peer);
	end(&f);
}

static void
a_handler_may_destroy_the_server_before_and_after_its_answer(void **state)
{
	struct fixture f;
	struct peer peer;

	begin(&f, *state, "Nevermore");
	f.destroys_before = true;
	ask(&f, &peer);
	assert_null(peer.stream);
	assert_int_not_equal(peer.end, 0);
	assert_int_equal(f.first, -ENOTCONN);
	end(&f);

	begin(&f, *state, "Nevermore");
	f.destroys_after = true;
	ask(&f, &peer);
	assert_null(peer.stream);
	assert_int_equal(f.first, 0);
	end(&f);
}

static bool
is_asked(void *self)
{
	const struct fixture *f = self;

	return *f->peer != '\0';
}

static void
destroying_it_aborts_who_is_being_answered(void **state)
{
	static const struct sb_weather slow = { .latency_min_ns = SB_S, .latency_max_ns = SB_S };
	struct sb_error why;
	struct fixture f;
	struct peer peer = { .len = 0 };

	begin(&f, *state, "Nevermore");
	sb_simulation_set_weather(f.world->sim, &slow);
	assert_int_equal(sb_stream_connect(f.world->r, sb_qotd_url(f.qotd), NULL, SB_PLACE,
				 &peer_protocol, &peer, &peer.stream, &why),
		0);
	assert_int_equal(sb_simulation_run_until(f.world->sim, is_asked, &f, 9 * SB_S), 0);
	destroy(&f);
	sb_simulation_settle(f.world->sim);
	assert_null(peer.stream);
	/* It was answered and its peer had ended when the reset came: Linux calls that a broken pipe. */
	assert_int_equal(peer.end, -EPIPE);
	end(&f);
	sb_qotd_destroy(NULL);
}

static void
one_peer_has_64_connections(void **state)
{
	static struct peer peers[65];
	struct sb_world *world = *state;
	struct sb_probe *probe = sb_probe_create(world->d, "qotd.refused");
	struct fixture f;
	int i;

	begin(&f, world, "Nevermore");
	for (i = 0; i < 64; i++)
		ask(&f, &peers[i]);
	sb_probe_expect_none(probe);
	assert_int_equal(peers[63].len, strlen("Nevermore\r\n"));
	ask(&f, &peers[64]);
	sb_probe_expect(
		probe, "qotd.refused error=-EUSERS text~'too many connections: 127.0.0.1:'");
	assert_int_equal(peers[64].len, 0);
	leave(&f, &peers[64]);
	leave(&f, &peers[0]);
	ask(&f, &peers[64]);
	assert_int_equal(peers[64].len, strlen("Nevermore\r\n"));
	for (i = 1; i < 65; i++)
		leave(&f, &peers[i]);
	sb_probe_destroy(probe);
	end(&f);
}

static void
it_does_not_listen_where_one_cannot(void **state)
{
	struct sb_world *world = *state;
	struct sb_qotd *qotd = NULL;
	struct sb_error why;
	struct fixture f;

	assert_int_equal(
		sb_qotd_create(world->d, world->r, "tcp://nowhere:0", SB_PLACE, &qotd, &why),
		-EINVAL);
	begin(&f, world, NULL);
	assert_int_equal(
		sb_qotd_create(world->d, world->r, sb_qotd_url(f.qotd), SB_PLACE, &qotd, &why),
		-EADDRINUSE);
	assert_null(qotd);
	end(&f);
}

/* ---- What becomes of a text ---- */

static void
check_text(struct sb_world *world, const char *text, const char *expected)
{
	struct fixture f;
	struct peer peer;

	begin(&f, world, text);
	ask(&f, &peer);
	if (strcmp(peer.got, expected) != 0)
		sb_testing_fail(SB_PLACE, "expected\n%s\ngot\n%s", expected, peer.got);
	leave(&f, &peer);
	end(&f);
}

static void
line_ends_become_those_of_the_network(void **state)
{
	check_text(*state, "", "\r\n");
	check_text(*state, "a", "a\r\n");
	check_text(*state, "a\n", "a\r\n");
	check_text(*state, "a\r\n", "a\r\n");
	check_text(*state, "a\n\n", "a\r\n\r\n");
	check_text(*state, "\na\r\n\nb\rc", "\r\na\r\n\r\nb\rc\r\n");
}

/* n bytes of x, then tail. */
static const char *
fill(size_t n, const char *tail, char *buf)
{
	memset(buf, 'x', n);
	memcpy(buf + n, tail, strlen(tail) + 1);
	return buf;
}

static void
a_long_text_is_cut_between_characters(void **state)
{
	char text[700], expected[700];

	check_text(*state, fill(510, "", text), fill(510, "\r\n", expected));
	check_text(*state, fill(510, "\n", text), fill(510, "\r\n", expected));
	check_text(*state, fill(511, "", text), fill(510, "\r\n", expected));
	check_text(*state, fill(600, "\n", text), fill(510, "\r\n", expected));
	/* Two, three, four bytes that just fit, and that do not. */
	check_text(*state, fill(508, "\xc3\xa9!", text), fill(508, "\xc3\xa9\r\n", expected));
	check_text(*state, fill(509, "\xc3\xa9!", text), fill(509, "\r\n", expected));
	check_text(*state, fill(508, "\xe2\x82\xac!", text), fill(508, "\r\n", expected));
	check_text(*state, fill(506, "\xf0\x9f\x90\xa6!", text),
		fill(506, "\xf0\x9f\x90\xa6\r\n", expected));
	check_text(*state, fill(507, "\xf0\x9f\x90\xa6!", text), fill(507, "\r\n", expected));
	/* A line end grows, and is a character too. */
	check_text(*state, fill(508, "\ny", text), fill(508, "\r\n\r\n", expected));
	check_text(*state, fill(509, "\ny", text), fill(509, "\r\n", expected));
	/* What is no UTF-8 is cut anywhere. */
	check_text(*state, fill(509, "\xe2y", text), fill(509, "\xe2\r\n", expected));
	check_text(*state, fill(509, "\xc0\x80!", text), fill(509, "\xc0\r\n", expected));
	check_text(*state, fill(508, "\xed\xa0\x80!", text), fill(508, "\xed\xa0\r\n", expected));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(who_connects_gets_the_quote_and_the_end),
		kit_test(what_the_peer_says_is_thrown_away_and_does_not_hurt_the_answer),
		kit_test(a_peer_has_five_seconds_to_end_and_is_then_not_waited_for),
		kit_test(without_an_answer_the_connection_is_ended_empty),
		kit_test(a_handler_may_destroy_the_server_before_and_after_its_answer),
		kit_test(destroying_it_aborts_who_is_being_answered),
		kit_test(one_peer_has_64_connections),
		kit_test(it_does_not_listen_where_one_cannot),
		kit_test(line_ends_become_those_of_the_network),
		kit_test(a_long_text_is_cut_between_characters),
	};

	return kit_run(tests);
}
