/* The greeter, tested without a socket and without a server. */
int greeter_main(int argc, char **argv);
#define main greeter_main
#include "greeter.c"
#undef main

#include <signalbox/testing.h>

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_irc_options options = { .nick = "greeter" };
	struct sb_tape *tape = sb_tape_create();
	struct sb_irc *irc;

	sb_gate_allow(world->gate, greeter_connect(world->d));
	if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &irc, NULL) < 0)
		return 1;
	sb_irc_attach(irc, sb_tape_stream(tape));
	sb_tape_connect(tape);
	sb_tape_feed_line(tape, ":irc.example 001 greeter :Welcome");
	sb_tape_clear(tape);

	/* A handler is tested by emitting its signal and looking at what it did. */
	sb_irc_joined_emit(
		world->d, irc, &(struct sb_irc_joined){ .channel = "#c", .nick = "bob" });
	sb_tape_expect_line(tape, "PRIVMSG #c :Hello bob");

	/* Or the server says it, and the protocol emits. */
	sb_tape_feed_line(tape, ":greeter!g@h JOIN #c");
	sb_tape_expect(tape, "");

	sb_irc_destroy(irc);
	sb_tape_destroy(tape);
	sb_world_destroy(world);
	return 0;
}
