/* The IRC client and handlers that do the worst to it: at every signal there is. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_examples.h"
#include "irc_fixture.h"

static void
destroy_it(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)signal;
	(void)payload;
	assert_ptr_equal(from, f->irc);
	sb_irc_destroy(f->irc);
	f->irc = NULL;
}

static void
may_be_destroyed_in_every_signal(void **state)
{
	size_t i;

	for (i = 0; i < N_EXAMPLES; i++) {
		struct fixture f;

		fixture_begin(&f, *state);
		sb_pattern_connect(f.world->d, "irc.*", f.irc, (struct sb_options){ .once = true },
			SB_HANDLER(destroy_it), &f);
		sb_tape_feed(f.tape, examples[i].line);
		sb_tape_feed(f.tape, "\r\n:bob!b@h PRIVMSG #c :next\r\nPING :x\r\n");
		assert_null(f.irc);
		assert_int_equal(sb_probe_count(f.probe, NULL), 1);
		sb_tape_expect(f.tape, "");
		fixture_end(&f);
	}
}

static void
may_be_destroyed_when_it_registers_or_is_malformed_or_ends(void **state)
{
	static const char *const inputs[] = { ":irc.x 001 quoth :W\r\nPING :x\r\n",
		":bad\r\nPING :x\r\n", ":bob JOIN #a,#b\r\nPING :x\r\n",
		":bob PART #a,#b\r\nPING :x\r\n", ":bob KICK #a x,y\r\nPING :x\r\n" };
	struct fixture f;
	size_t i;

	for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
		sb_tape_clear(f.tape);
		sb_pattern_connect(f.world->d, "irc.*", f.irc, (struct sb_options){ .once = true },
			SB_HANDLER(destroy_it), &f);
		sb_tape_feed(f.tape, inputs[i]);
		assert_null(f.irc);
		assert_int_equal(sb_probe_count(f.probe, NULL), 1);
		sb_tape_expect(f.tape, "");
		fixture_end(&f);
	}
	fixture_begin(&f, *state);
	sb_pattern_connect(f.world->d, "irc.*", f.irc, (struct sb_options){ .once = true },
		SB_HANDLER(destroy_it), &f);
	sb_tape_end(f.tape);
	sb_probe_expect(f.probe, "irc.disconnected");
	assert_null(f.irc);
	fixture_end(&f);
}

/* The application may forget it without destroying it: what it hears in this piece is over, and the
 * next piece is read. */
static void
forget_it(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)signal;
	(void)payload;
	sb_forget(f->world->d, from);
}

static void
may_be_forgotten_in_a_signal(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_pattern_connect(f.world->d, "irc.message", f.irc, (struct sb_options){ .once = true },
		SB_HANDLER(forget_it), &f);
	/* The rest of a line of which the beginning has come is no command. */
	sb_tape_feed(f.tape,
		":bob!b@h PRIVMSG #c :one\r\n:bob!b@h PRIVMSG #c :two\r\n:bob!b@h PRIVMSG #c :");
	sb_tape_feed(f.tape, "PING :x\r\n:bob!b@h PRIVMSG #c :three\r\n");
	sb_tape_expect(f.tape, "");
	sb_probe_expect(f.probe, "irc.message text=one");
	sb_probe_expect(f.probe, "irc.message text='PING :x'");
	sb_probe_expect(f.probe, "irc.message text=three");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

struct doomed {
	struct sb_dispatcher *d;
	struct sb_irc *irc;
};

static void
destroy_everything(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	struct doomed *doomed = self;

	(void)e;
	sb_dispatcher_destroy(doomed->d);
	sb_irc_destroy(irc);
	doomed->d = NULL;
}

static void
may_go_with_its_dispatcher_in_a_signal(void **state)
{
	struct sb_world *world = *state;
	struct doomed doomed = { .d = sb_dispatcher_create(NULL, NULL) };
	struct sb_tape *tape = sb_tape_create();

	assert_non_null(doomed.d);
	assert_int_equal(sb_irc_create(doomed.d, world->r, &(struct sb_irc_options){ .nick = "a" },
				 SB_PLACE, &doomed.irc, NULL),
		0);
	sb_irc_message_connect(doomed.d, SB_ANY, SB_HANDLER(destroy_everything), &doomed);
	assert_int_equal(sb_irc_attach(doomed.irc, sb_tape_stream(tape)), 0);
	sb_tape_connect(tape);
	sb_tape_feed(tape, ":irc.x 001 a :W\r\n:b PRIVMSG a :x\r\n:b PRIVMSG a :y\r\nPING :z\r\n");
	assert_null(doomed.d);
	sb_tape_expect_over(tape, -ECONNABORTED);
	sb_tape_destroy(tape);
}

/* Everything an application can do to it short of destroying it. */
static void
do_everything(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)signal;
	(void)payload;
	assert_ptr_equal(from, f->irc);
	assert_int_equal(sb_irc_say(f->irc, "#c", "x"), 0);
	assert_int_equal(sb_irc_join(f->irc, "#d", NULL), 0);
	assert_int_equal(sb_irc_part(f->irc, "#d", NULL), 0);
	assert_int_equal(sb_irc_open(f->irc, NULL), -EALREADY);
	assert_int_equal(sb_irc_attach(f->irc, sb_tape_stream(f->tape)), -EALREADY);
	sb_irc_quit(f->irc, "enough");
	assert_int_equal(sb_irc_open(f->irc, NULL), -EALREADY);
}

static void
may_be_told_anything_in_every_signal(void **state)
{
	size_t i;

	for (i = 0; i < N_EXAMPLES; i++) {
		struct fixture f;

		fixture_begin(&f, *state);
		sb_pattern_connect(f.world->d, "irc.*", f.irc, (struct sb_options){ .once = true },
			SB_HANDLER(do_everything), &f);
		sb_tape_feed(f.tape, examples[i].line);
		sb_tape_feed(f.tape, "\r\nPING :x\r\n");
		sb_tape_expect(f.tape, "PRIVMSG #c :x\r\nJOIN #d\r\nPART #d\r\nQUIT :enough\r\n"
				       "PONG x\r\n");
		sb_tape_end(f.tape);
		sb_probe_seek(f.probe, "irc.disconnected error=0 will_retry=false");
		sb_probe_expect_none(f.probe);
		fixture_end(&f);
	}
}

/* A handler of the end begins anew while the old end's payload is still read by others. */
static void
begin_anew(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	struct sb_tape *next = self;

	assert_string_equal(e->text, "bye");
	assert_int_equal(sb_irc_attach(irc, sb_tape_stream(next)), 0);
	assert_string_equal(e->text, "bye");
}

static void
may_begin_anew_when_it_has_ended(void **state)
{
	struct fixture f;
	struct sb_tape *next = sb_tape_create();

	fixture_begin(&f, *state);
	sb_irc_disconnected_connect_with(f.world->d, f.irc, (struct sb_options){ .once = true },
		SB_HANDLER(begin_anew), next);
	sb_tape_feed_line(f.tape, "ERROR :bye");
	sb_tape_end(f.tape);
	sb_tape_connect(next);
	sb_tape_expect(next, "CAP LS 302\r\nNICK quoth\r\nUSER quoth 0 * :quoth\r\n");
	sb_forget(f.world->d, next);
	fixture_end(&f);
	sb_tape_destroy(next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(may_be_destroyed_in_every_signal),
		kit_test(may_be_destroyed_when_it_registers_or_is_malformed_or_ends),
		kit_test(may_be_forgotten_in_a_signal),
		kit_test(may_go_with_its_dispatcher_in_a_signal),
		kit_test(may_be_told_anything_in_every_signal),
		kit_test(may_begin_anew_when_it_has_ended),
	};

	return kit_run(tests);
}
