/* Greets whoever joins #signalbox. */
#include <signalbox/irc.h>

static void
on_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	(void)self;
	if (!e->is_self)
		sb_irc_say(irc, e->channel, "Hello %s", e->nick);
}

static struct sb_connection
greeter_connect(struct sb_dispatcher *d)
{
	return sb_irc_joined_connect(d, SB_ANY, SB_HANDLER(on_joined), NULL);
}

int
main(int argc, char **argv)
{
	const char *channel = "#signalbox";
	struct sb_irc_options options = {
		.url = argc > 1 ? argv[1] : "tcp://127.0.0.1:6667",
		.nick = "greeter",
		.channels = &channel,
		.n_channels = 1,
	};
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct sb_irc *irc;

	if (!d || !r || sb_irc_create(d, r, &options, SB_PLACE, &irc, &error) < 0
		|| sb_irc_open(irc, &error) < 0) {
		fprintf(stderr, "greeter: %s\n", error.text);
		return 1;
	}
	greeter_connect(d);
	return sb_reactor_run(r);
}
