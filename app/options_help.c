#include "options.h"

void
options_print_help(FILE *to)
{
	(void)fputs(
		"Quoth keeps quotes and answers with them, on IRC and as the quote of the day.\n"
		"\n"
		"  quoth --demo\n"
		"  quoth --irc tcp://HOST:PORT/#channel [OPTION...]\n"
		"\n"
		"  --irc URL       be on this IRC network, for example\n"
		"                  tcp://127.0.0.1:6667/#one,#two; may be given several times\n"
		"  --nick NICK     be called so there (default quoth)\n"
		"  --qotd URL      serve the quote of the day (RFC 865) here, for example\n"
		"                  tcp://127.0.0.1:1717; port 0 takes a free one (default off)\n"
		"  --ircd URL      run a small IRC server here, for example\n"
		"                  tcp://127.0.0.1:6667; Quoth itself is not on it unless --irc\n"
		"                  names it too (default off)\n"
		"  --quotes PATH   take quotes from this fortune file, or from those of this\n"
		"                  folder; may be given several times\n"
		"                  (default " OPTIONS_DEFAULT_QUOTES ")\n"
		"  --demo          all at once on 127.0.0.1: an IRC server at port 6667, Quoth\n"
		"                  in " OPTIONS_DEMO_CHANNEL
		" on it, the quote of the day at port 1717;\n"
		"                  free ports where these are taken\n"
		"  --signals       show every signal with its fields, and end\n"
		"  --help          show this, and end\n"
		"  --version       show the version, and end\n"
		"\n"
		"URLs are tcp://HOST:PORT, and for --qotd and --ircd also unix:///PATH; HOST is\n"
		"an address or localhost.\n"
		"\n"
		"On IRC, people say\n"
		"  !quote           for a quote at random\n"
		"  !quote 12        for quote 12\n"
		"  !quote two words for one that has both words; of more than eight, the first\n"
		"  !help            for this\n"
		"In private the ! may be left out, and so it may after Quoth's nick:\n"
		"\"quoth: help\". An answer has six lines at most: longer quotes are passed over "
		"at\n"
		"random, and asked for by number they are cut and say so.\n"
		"\n"
		"The quote of the day changes at midnight UTC. Fortune files that strfile -x says\n"
		"are rotated by 13 letters are read as what they were before.\n"
		"\n"
		"It says \"ready\" when its own servers listen and, in the demonstration, Quoth "
		"is\n"
		"in its channel. Other networks it joins as it reaches them, and again after each\n"
		"loss: the log, on standard error, tells of that.\n"
		"\n"
		"INT and TERM (^C) say goodbye and end it, within five seconds; again, at "
		"once.\n",
		to);
}

void
options_print_version(FILE *to)
{
	(void)fprintf(to, "quoth %s\n", QUOTH_VERSION);
}
