/* A peer of the HTTP server on a tape, and a handler that does what the path begins with. The bytes
 * are what the peer sends, but for some that mean: */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/http.h>
#include <signalbox/testing.h>

enum {
	SPLIT = 0xf7, /* what follows is a piece of its own */
	WAIT = 0xf8, /* 20 s pass */
	ACT = 0xf9, /* the handler does something with the request that it took or began */
	SHUT = 0xfa, /* the server is shut */
	DESTROY = 0xfb, /* the server is destroyed by the next handler */
	END = 0xfc, /* the peer ends */
	NARROW = 0xfd, /* the peer takes but a hundred bytes more */
	WIDE = 0xfe, /* and all again */
	ANSWERS_MAX = 4096,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What http.answered said. */
struct told {
	bool is_head, is_whole;
	int64_t status;
	uint64_t n_bytes;
};

struct play {
	struct sb_world *world;
	struct sb_http *http; /* NULL when destroyed */
	struct sb_tape *tape;
	uint64_t id; /* of the last request */
	bool destroys;
	struct told told[ANSWERS_MAX];
	size_t n_told;
};

/* ---- What the server says ---- */

struct reader {
	const char *at, *end;
};

/* One line without its CR LF; false when it is not here whole. */
static bool
read_line(struct reader *reader, char *buf, size_t cap)
{
	const char *end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
	size_t len;

	if (!end)
		return false;
	len = (size_t)(end - reader->at);
	sb_assert(len > 0 && len < cap && end[-1] == '\r');
	memcpy(buf, reader->at, len - 1);
	buf[len - 1] = '\0';
	sb_assert(strlen(buf) == len - 1 && !strchr(buf, '\r'));
	reader->at = end + 1;
	return true;
}

static bool
skip(struct reader *reader, uint64_t len)
{
	if ((uint64_t)(reader->end - reader->at) < len)
		return false;
	reader->at += len;
	return true;
}

static bool
read_chunks(struct reader *reader, uint64_t *ret_len)
{
	char line[64];
	unsigned long len;

	do {
		if (!read_line(reader, line, sizeof(line)))
			return false;
		len = strtoul(line, NULL, 16);
		*ret_len += len;
		if (!skip(reader, len))
			return false;
		if (!read_line(reader, line, sizeof(line)))
			return false;
		sb_assert(!*line);
	} while (len);
	return true;
}

/* One answer with its content; false when it is not here whole. */
static bool
read_answer(struct reader *reader, const struct told *told)
{
	static char line[64 * 1024];
	bool is_chunked = false, has_length = false, closes = false;
	uint64_t length = 0;

	do {
		if (!read_line(reader, line, sizeof(line)))
			return false;
		sb_assert(!strncmp(line, "HTTP/1.1 ", 9));
		if (!strcmp(line, "HTTP/1.1 100 Continue") && !skip(reader, 2))
			return false;
	} while (!strcmp(line, "HTTP/1.1 100 Continue"));
	sb_assert(strtol(line + 9, NULL, 10) == told->status);
	do {
		if (!read_line(reader, line, sizeof(line)))
			return false;
		sb_assert(!*line || strstr(line, ": "));
		if (!strncmp(line, "Content-Length: ", 16)) {
			sb_assert(!has_length);
			has_length = true;
			length = strtoull(line + 16, NULL, 10);
		}
		is_chunked = is_chunked || !strcmp(line, "Transfer-Encoding: chunked");
		closes = closes || !strcmp(line, "Connection: close");
	} while (*line);
	sb_assert(!is_chunked || !has_length);
	if (told->is_head || told->status == 204 || told->status == 304)
		return true;
	if (is_chunked) {
		length = 0;
		if (!read_chunks(reader, &length))
			return false;
	} else if (has_length) {
		if (!skip(reader, length))
			return false;
	} else {
		sb_assert(closes);
		length = (uint64_t)(reader->end - reader->at);
		reader->at = reader->end;
	}
	sb_assert(!told->is_whole || length == told->n_bytes);
	return true;
}

/* It has said what it told, in order, each whole but for the last of a connection that broke. */
static void
check(const struct play *play)
{
	struct sb_bytes written = sb_tape_written_bytes(play->tape);
	const char *text = written.len ? written.ptr : "";
	struct reader reader = { text, text + written.len };
	bool may_miss = !play->http || sb_tape_is_over(play->tape);
	size_t i;

	for (i = 0; i < play->n_told; i++) {
		if (read_answer(&reader, &play->told[i]))
			continue;
		sb_assert(may_miss || !play->told[i].is_whole);
		return;
	}
}

/* ---- What the handlers do ---- */

static bool
destroys_now(struct play *play)
{
	if (!play->destroys)
		return false;
	play->destroys = false;
	sb_http_destroy(play->http);
	play->http = NULL;
	return true;
}

static void
go_through(const struct sb_http_request *q)
{
	const char *name, *value;
	size_t cursor = 0;

	while (sb_http_field_next(q, &cursor, &name, &value))
		sb_assert(sb_http_field(q, name) && strlen(value) < 1 << 20);
}

static void
say_in_pieces(struct sb_http_request *q, int64_t length)
{
	(void)sb_http_begin(q, 200, "text/plain", length);
	(void)sb_http_write(q, sb_bytes_of("some"));
	(void)sb_http_write(q, sb_bytes_of("thing"));
	(void)sb_http_end(q);
}

static void
do_as_told(struct play *play, struct sb_http_request *q, const char *path)
{
	switch (path[0] ? path[1] : 0) {
	case 'h':
		(void)sb_http_answer_text(q, 200, "hello");
		break;
	case 'e':
		(void)sb_http_answer(q, 200, "text/html", sb_http_body(q));
		break;
	case 't':
		(void)sb_http_take(q);
		break;
	case 'b':
		(void)sb_http_begin(q, 200, "text/plain", SB_HTTP_CHUNKED);
		break;
	case 'c':
		say_in_pieces(q, SB_HTTP_CHUNKED);
		break;
	case 'l':
		say_in_pieces(q, 9);
		break;
	case 'm':
		say_in_pieces(q, 10);
		break;
	case 'f':
		sb_fail(play->world->d, -5, "no idea");
		break;
	case 'r':
		(void)sb_http_redirect(q, 303, "/h");
		break;
	case 'n':
		(void)sb_http_answer(q, 204, NULL, (struct sb_bytes){ NULL, 0 });
		break;
	case 'v':
		(void)sb_http_begin_events(q);
		break;
	case 'p':
		(void)sb_http_take(q);
		sb_http_pause(q);
		break;
	case 'q':
		(void)sb_http_query(q, "a");
		(void)sb_http_form(q, "a");
		(void)sb_http_cookie(q, "a");
		(void)sb_http_add_field(q, "ETag", "\"a\"");
		(void)sb_http_answer_text(q, 200, "%s", path);
		break;
	default:
		break;
	}
}

static void
on_requested(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	struct play *play = self;

	(void)from;
	play->id = e->id;
	go_through(e->request);
	if (!destroys_now(play))
		do_as_told(play, e->request, e->path);
}

static void
on_begun(void *self, struct sb_http *from, const struct sb_http_begun *e)
{
	struct play *play = self;

	(void)from;
	play->id = e->id;
	if (destroys_now(play))
		return;
	if (strchr(e->query, 's'))
		(void)sb_http_stream(e->request);
	if (strchr(e->query, 'm'))
		(void)sb_http_set_max_body(e->request, 500);
	if (strchr(e->query, 'n'))
		do_as_told(play, e->request, e->path);
}

static void
on_arrived(void *self, struct sb_http *from, const struct sb_http_body_arrived *e)
{
	(void)from;
	if (!destroys_now(self) && e->is_last)
		(void)sb_http_answer_text(e->request, 200, "whole");
}

static void
on_answered(void *self, struct sb_http *from, const struct sb_http_answered *e)
{
	struct play *play = self;

	(void)from;
	if (play->n_told < ANSWERS_MAX)
		play->told[play->n_told++] = (struct told){ !strcmp(e->method, "HEAD"), e->is_whole,
			e->status, e->n_bytes };
	(void)destroys_now(play);
}

static void
on_gone(void *self, struct sb_http *from, const struct sb_http_gone *e)
{
	(void)from;
	sb_assert(sb_http_answer_text(e->request, 200, "late") < 0);
	(void)destroys_now(self);
}

static void
on_drained(void *self, struct sb_http *from, const struct sb_http_drained *e)
{
	(void)from;
	if (!destroys_now(self))
		(void)sb_http_write(e->request, sb_bytes_of("more"));
}

static void
hush(void *self, const char *signal, const char *place, const struct sb_error *error)
{
	(void)self, (void)signal, (void)place, (void)error;
}

/* What whoever took a request does in the end. */
static void
act_later(struct play *play)
{
	struct sb_http_request *q = play->http ? sb_http_find(play->http, play->id) : NULL;

	if (!q)
		return;
	sb_http_resume(q);
	if (!sb_http_answer_text(q, 200, "later"))
		return;
	(void)sb_http_event(q, NULL, NULL, "an event");
	if (sb_http_end(q) == -EALREADY)
		sb_http_pause(q);
}

static void
set_room(struct play *play, size_t room)
{
	if (!sb_tape_is_over(play->tape))
		sb_tape_set_room(play->tape, room);
}

static void
act(struct play *play, uint8_t what)
{
	switch (what) {
	case WAIT:
		sb_assert(!sb_simulation_run_for(play->world->sim, 20 * SB_S));
		break;
	case ACT:
		act_later(play);
		break;
	case SHUT:
		if (play->http)
			sb_http_shut(play->http);
		break;
	case DESTROY:
		play->destroys = play->http;
		break;
	case END:
		if (sb_tape_is_open(play->tape))
			sb_tape_end(play->tape);
		break;
	case NARROW:
		set_room(play, 100);
		break;
	case WIDE:
		set_room(play, SIZE_MAX);
		break;
	default:
		break;
	}
}

/* Plays up to the next thing to do; returns how many bytes that took. */
static size_t
play_some(struct play *play, const uint8_t *data, size_t size)
{
	size_t n = 0;

	while (n < size && (data[n] < SPLIT || data[n] > WIDE))
		n++;
	if (n && sb_tape_is_open(play->tape))
		sb_tape_feed_bytes(play->tape, (struct sb_bytes){ data, n });
	if (n < size)
		act(play, data[n++]);
	sb_simulation_settle(play->world->sim);
	sb_tape_turn(play->tape);
	return n;
}

static void
begin(struct play *play)
{
	static const struct sb_http_options options = {
		.max_target = 200, .max_header = 2000, .max_fields = 20, .max_body = 100
	};
	struct sb_dispatcher *d = play->world->d;

	sb_assert(!sb_http_create(d, play->world->r, &options, SB_PLACE, &play->http, NULL));
	sb_http_requested_connect(d, play->http, SB_HANDLER(on_requested), play);
	sb_http_begun_connect(d, play->http, SB_HANDLER(on_begun), play);
	sb_http_body_arrived_connect(d, play->http, SB_HANDLER(on_arrived), play);
	sb_http_answered_connect(d, play->http, SB_HANDLER(on_answered), play);
	sb_http_gone_connect(d, play->http, SB_HANDLER(on_gone), play);
	sb_http_drained_connect(d, play->http, SB_HANDLER(on_drained), play);
	play->tape = sb_tape_create();
	sb_tape_set_marks(play->tape, 50, 200, 1024 * 1024);
	sb_assert(!sb_http_attach(play->http, sb_tape_stream(play->tape)));
	sb_tape_connect(play->tape);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play play;
	struct sb_world world = { .sim = sb_simulation_create(1) };

	memset(&play, 0, sizeof(play));
	/* Without a gate, for handlers fail on purpose. */
	world.d = sb_dispatcher_create(hush, NULL);
	world.r = sb_simulation_reactor(world.sim);
	play.world = &world;
	begin(&play);
	while (size) {
		size_t n = play_some(&play, data, size);

		data += n;
		size -= n;
	}
	act(&play, WIDE);
	sb_simulation_settle(world.sim);
	check(&play);
	sb_http_destroy(play.http);
	sb_tape_destroy(play.tape);
	sb_simulation_settle(world.sim);
	sb_dispatcher_destroy(world.d);
	sb_simulation_destroy(world.sim);
	return 0;
}
