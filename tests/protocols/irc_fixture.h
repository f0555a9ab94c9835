#ifndef IRC_FIXTURE_H
#define IRC_FIXTURE_H

/* An IRC client on a tape, with a probe on all that is emitted, also by one that is gone. */

#include <signalbox/irc.h>
#include <signalbox/testing.h>

struct fixture {
	struct sb_world *world;
	struct sb_tape *tape;
	struct sb_irc *irc; /* NULL when a handler has destroyed it */
	struct sb_probe *probe;
};

static inline struct sb_irc *
fixture_create_irc(struct sb_world *world, const struct sb_irc_options *options)
{
	struct sb_error why = { 0, "" };
	struct sb_irc *irc = NULL;

	if (sb_irc_create(world->d, world->r, options, SB_PLACE, &irc, &why))
		sb_testing_fail(SB_PLACE, "no client: %s", why.text);
	return irc;
}

/* Connected; it has said CAP LS, NICK and USER. */
static inline void
fixture_begin_with(struct fixture *f, struct sb_world *world, const struct sb_irc_options *options)
{
	f->world = world;
	f->irc = fixture_create_irc(world, options);
	f->probe = sb_probe_create(world->d, "irc.*");
	f->tape = sb_tape_create();
	if (sb_irc_attach(f->irc, sb_tape_stream(f->tape)))
		sb_testing_fail(SB_PLACE, "the client takes no tape");
	sb_tape_connect(f->tape);
	sb_probe_expect(f->probe, "irc.connected");
	sb_probe_clear(f->probe);
}

/* Connected and registered as quoth, in no hurry to be slow, and answering nobody by itself. */
static inline void
fixture_begin(struct fixture *f, struct sb_world *world)
{
	fixture_begin_with(f, world,
		&(struct sb_irc_options){ .nick = "quoth",
			.pace = "none",
			.ignores_ctcp = true,
			.hears_floods = true });
	sb_tape_feed_line(f->tape, ":irc.x 001 quoth :Welcome");
	sb_probe_clear(f->probe);
	sb_tape_clear(f->tape);
}

/* The server ends the connection, and the client gets another, on which it has said CAP LS,
 * NICK and USER. */
static inline void
fixture_reconnect(struct fixture *f)
{
	sb_tape_end(f->tape);
	sb_tape_destroy(f->tape);
	f->tape = sb_tape_create();
	if (sb_irc_attach(f->irc, sb_tape_stream(f->tape)))
		sb_testing_fail(SB_PLACE, "the client takes no tape");
	sb_tape_connect(f->tape);
}

static inline void
fixture_end(struct fixture *f)
{
	sb_probe_destroy(f->probe);
	sb_irc_destroy(f->irc);
	sb_tape_destroy(f->tape);
}

#endif
