/* The usher, tested without a socket and without a server. */
int usher_main(int argc, char **argv);
#define main usher_main
#include "usher.c"
#undef main

#include <signalbox/testing.h>

static void
welcome(struct sb_tape *tape)
{
	sb_tape_connect(tape);
	sb_tape_feed_line(tape, ":irc.example 001 usher :Welcome");
	sb_tape_feed_line(tape, ":irc.example 005 usher PREFIX=(ov)@+ :are supported");
	sb_tape_feed_line(tape, ":irc.example 422 usher :no MOTD");
	sb_tape_feed_line(tape, ":usher!u@h JOIN #theatre");
	sb_tape_feed_line(tape, ":irc.example 353 usher = #theatre :usher @ann +bob");
	sb_tape_feed_line(tape, ":irc.example 366 usher #theatre :End");
	sb_tape_clear(tape);
}

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_irc_options options = { .nick = "usher", .pace = "none" };
	struct sb_tape *tape = sb_tape_create();
	struct usher usher = { 0 };
	struct sb_irc *irc;

	if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &irc, NULL) < 0)
		return 1;
	usher_connect(&usher, world->d);
	sb_irc_attach(irc, sb_tape_stream(tape));
	welcome(tape);

	sb_tape_feed_line(tape, ":bob!b@h PRIVMSG #theatre :!hello");
	sb_tape_expect_line(tape, "PRIVMSG #theatre :Hello bob");

	/* Only operators set the topic. */
	sb_tape_feed_line(tape, ":bob!b@h PRIVMSG #theatre :!topic Othello");
	sb_tape_expect(tape, "");
	sb_tape_feed_line(tape, ":ann!a@h PRIVMSG #theatre :!topic Hamlet");
	sb_tape_expect_line(tape, "TOPIC #theatre :Hamlet");

	/* What the server is asked it answers later; meanwhile others are heard. */
	sb_tape_feed_line(tape, ":bob!b@h PRIVMSG #theatre :!who ann");
	sb_tape_expect_line(tape, "WHOIS ann");
	sb_tape_feed_line(tape, ":irc.example 311 usher ann a h * :Ann of York");
	sb_tape_feed_line(tape, ":bob!b@h PRIVMSG #theatre :!hello");
	sb_tape_feed_line(tape, ":irc.example 330 usher ann york :is logged in as");
	sb_tape_expect_line(tape, "PRIVMSG #theatre :Hello bob");
	sb_tape_feed_line(tape, ":irc.example 318 usher ann :End of WHOIS");
	sb_simulation_settle(world->sim);
	sb_tape_expect_line(tape, "PRIVMSG #theatre :ann is Ann of York, logged in as york");

	sb_tape_feed_line(tape, ":bob!b@h PRIVMSG #theatre :!who eve");
	sb_tape_expect_line(tape, "WHOIS eve");
	sb_tape_feed_line(tape, ":irc.example 401 usher eve :No such nick");
	sb_tape_feed_line(tape, ":irc.example 318 usher eve :End of WHOIS");
	sb_simulation_settle(world->sim);
	sb_tape_expect_line(tape, "PRIVMSG #theatre :I do not know: No such nick");

	sb_irc_destroy(irc);
	sb_forget(world->d, &usher);
	sb_tape_destroy(tape);
	sb_world_destroy(world);
	return 0;
}
