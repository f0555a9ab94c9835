/* Why servers close, by their words. */

#include "kit_cmocka.h"

#include "protocols/irc/closing.h"

struct example {
	const char *text, *kind;
};

static const struct example examples[] = {
	{ "Trying to reconnect too fast.", "throttled" },
	{ "Your host is trying to (re)connect too fast -- throttled", "throttled" },
	{ "Closing Link: [192.0.2.1] (Throttled: Reconnecting too fast) -Email x for more",
		"throttled" },
	{ "Closing link: (~q@192.0.2.1) [Throttled]", "throttled" },
	{ "Connection throttled", "throttled" },
	{ "Your IP range has been attempting to connect too many times in too short a duration. "
	  "Wait a while, and you will be able to connect.",
		"throttled" },
	{ "You have attempted to connect too many times within a short duration", "throttled" },
	{ "Closing Link: quoth (K-lined)", "banned" },
	{ "Closing Link: h.example (*** Banned )", "banned" },
	{ "Closing Link: (*** Banned (cache))", "banned" },
	{ "Closing Link: (Banned by op@h.example)", "banned" },
	{ "*** Banned: Banned due to too many connections in a short period", "banned" },
	{ "Closing Link: quoth[~q@h] (G-Lined)", "banned" },
	{ "Closing link: (~q@h) [Z-lined: go away]", "banned" },
	{ "Closing Link: quoth[h] (User has been banned from X (flooding))", "banned" },
	{ "Closing Link: quoth by irc.x (K-lined)", "banned" },
	{ "You have been D-lined.", "banned" },
	{ "You are banned from this server- excess flood", "banned" },
	{ "Closing Link: h (AKILL ID:x Ping timeout)", "banned" },
	{ "Closing Link: irc.x (Killed (op (banned)))", "killed" },
	{ "Closing Link: quoth[h] (Local kill by op (spam))", "killed" },
	{ "Closing link: (~q@h) [Killed (services (Nickname recovery))]", "killed" },
	{ "Closing Link: quoth (Excess Flood)", "flooded" },
	{ "Closing link: (~q@h) [RecvQ exceeded]", "flooded" },
	{ "Closing Link: 192.0.2.1 (Too many host connections (local))", "full" },
	{ "Closing Link: [192.0.2.1] (Too many connections from your IP)", "full" },
	{ "Connection refused, too many connections from your IP address!", "full" },
	{ "Closing link: too many connections from your address", "full" },
	{ "No more connections allowed in your connection class (the server is full)", "full" },
	{ "Closing link: 127.0.0.1 (The server is full)", "full" },
	{ "Sorry, your connection class is full - try again later or try another server", "full" },
	{ "Too many clients from your network", "full" },
	{ "Closing Link: h (Ping timeout: 240 seconds)", "silent" },
	{ "Closing Link: quoth[h] (Ping timeout)", "silent" },
	/* What it says of who we are, and what is in a word, is nothing. */
	{ "Closing Link: banned (Quit: bye)", "other" },
	{ "Closing Link: quoth[throttled.example] (Quit)", "other" },
	{ "Closing Link: quoth by banned (Quit)", "other" },
	{ "Unbanned xk-lined", "other" },
	{ "Closing Link: ", "other" },
	{ "Closing Link: by ", "other" },
	{ "Closing Link: x by", "other" },
	{ "Closing Link:", "other" },
	{ "Server shutting down", "other" },
	{ "\xff\xc3(", "other" },
	{ "", "other" },
};

static void
each_text_is_of_its_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const char *kind = sb_closing_name(sb_closing_of(examples[i].text));

		if (strcmp(kind, examples[i].kind) != 0)
			fail_msg("%s: %s", examples[i].text, kind);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { kit_test_bare(each_text_is_of_its_kind) };

	return kit_run(tests);
}
