#ifndef IRCD_FIXTURE_H
#define IRCD_FIXTURE_H

/* A small IRC server in a world, with a probe on what it emits, and people who talk to it byte by
 * byte as they please. */

#include <signalbox/ircd.h>
#include <signalbox/testing.h>

struct fixture {
	struct sb_world *world;
	struct sb_ircd *ircd; /* NULL when a test has destroyed it */
	struct sb_probe *probe;
};

/* A connection to the server, and what came over it. */
struct person {
	struct fixture *f;
	struct sb_stream *stream; /* NULL when it is over */
	char *got;
	size_t got_len, got_cap, at; /* at: what was expected already */
	int end; /* how it ended */
};

static inline void
person_on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct person *person = self;

	(void)stream;
	while (person->got_len + bytes.len + 1 > person->got_cap) {
		person->got_cap = person->got_cap ? 2 * person->got_cap : 1024;
		person->got = realloc(person->got, person->got_cap);
		sb_assert(person->got);
	}
	memcpy(person->got + person->got_len, bytes.ptr, bytes.len);
	person->got_len += bytes.len;
	person->got[person->got_len] = '\0';
}

static inline void
person_on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct person *person = self;

	(void)stream;
	person->stream = NULL;
	person->end = error->code;
}

static const struct sb_protocol person_protocol = {
	.data = person_on_data,
	.closed = person_on_closed,
};

static inline void
settle(struct fixture *f)
{
	sb_simulation_settle(f->world->sim);
}

static inline void
pass(struct fixture *f, int64_t ns)
{
	(void)sb_simulation_run_for(f->world->sim, ns);
}

static inline void
fixture_begin_with(struct fixture *f, struct sb_world *world, const struct sb_ircd_options *options)
{
	struct sb_error why = { 0, "" };

	*f = (struct fixture){ .world = world };
	if (sb_ircd_create(world->d, world->r, options, SB_PLACE, &f->ircd, &why))
		sb_testing_fail(SB_PLACE, "no server: %s", why.text);
	f->probe = sb_probe_create_from(world->d, "ircd.*", f->ircd);
}

static inline void
fixture_begin(struct fixture *f, struct sb_world *world)
{
	fixture_begin_with(f, world, &(struct sb_ircd_options){ .url = "tcp://127.0.0.1:0" });
}

static inline void
fixture_end(struct fixture *f)
{
	sb_probe_destroy(f->probe);
	sb_ircd_destroy(f->ircd);
	settle(f);
}

/* Connects, and settles. */
static inline void
person_begin(struct person *person, struct fixture *f)
{
	struct sb_error why = { 0, "" };

	*person = (struct person){ .f = f };
	if (sb_stream_connect(f->world->r, sb_ircd_url(f->ircd), NULL, SB_PLACE, &person_protocol,
		    person, &person->stream, &why))
		sb_testing_fail(SB_PLACE, "no connection: %s", why.text);
	settle(f);
}

/* Goes without a word. */
static inline void
person_end(struct person *person)
{
	sb_stream_destroy(person->stream);
	person->stream = NULL;
	free(person->got);
	person->got = NULL;
	settle(person->f);
}

/* Sends this as it is, and settles. */
static inline void
person_send(struct person *person, const char *text)
{
	int error = sb_stream_write(person->stream, sb_bytes_of(text));

	if (error)
		sb_testing_fail(SB_PLACE, "cannot send '%s': %d", text, error);
	settle(person->f);
}

/* Sends lines, parted by \n, and settles. */
static inline void
person_say(struct person *person, const char *line)
{
	int error = sb_stream_write(person->stream, sb_bytes_of(line));

	if (error)
		sb_testing_fail(SB_PLACE, "cannot say '%s': %d", line, error);
	person_send(person, "\r\n");
}

/* What came and was not expected yet. */
static inline const char *
person_got(const struct person *person)
{
	return person->got ? person->got + person->at : "";
}

static inline void
person_forget(struct person *person)
{
	person->at = person->got_len;
}

/* What came since is exactly this. */
static inline void
person_expect_(const char *place, struct person *person, const char *text)
{
	if (strcmp(person_got(person), text) != 0)
		sb_testing_fail(place, "expected\n%s\ngot\n%s", text, person_got(person));
	person_forget(person);
}
#define person_expect(person, text) person_expect_(SB_PLACE, (person), (text))

/* What came since contains this, and is passed over up to its end. */
static inline void
person_seek_(const char *place, struct person *person, const char *part)
{
	const char *found = strstr(person_got(person), part);

	if (!found)
		sb_testing_fail(place, "expected\n%s\namong\n%s", part, person_got(person));
	person->at = (size_t)(found - person->got) + strlen(part);
}
#define person_seek(person, part) person_seek_(SB_PLACE, (person), (part))

/* Connects and registers under this nick, as "user u at 127.0.0.1", and forgets the welcome. */
static inline void
person_enter(struct person *person, struct fixture *f, const char *nick)
{
	char text[256];

	person_begin(person, f);
	(void)snprintf(text, sizeof(text), "NICK %s\r\nUSER u 0 * :Real %s\r\n", nick, nick);
	person_send(person, text);
	person_seek(person, "422");
	person_forget(person);
}

/* "word" so often. */
static inline const char *
repeat(const char *word, size_t times, char *buf, size_t cap)
{
	size_t len = strlen(word), i;

	sb_assert(len * times < cap);
	for (i = 0; i < times; i++)
		memcpy(buf + i * len, word, len);
	buf[len * times] = '\0';
	return buf;
}

#endif
