#include "options.h"

void
options_print_help(FILE *to)
{
	(void)fputs(
		"Quoth keeps a community's quotes and answers with them, on IRC, in the browser\n"
		"and as the quote of the day.\n"
		"\n"
		"  quoth [--config FILE] [--demo]     run\n"
		"  quoth [--config FILE] COMMAND      work on the quotes, also while it runs\n"
		"\n"
		"  --config FILE   the configuration (default " OPTIONS_DEFAULT_CONFIG ");\n"
		"                  quoth.conf(5) tells what can be in it\n"
		"  --check-config  tell everything that is wrong with it, and end\n"
		"  --demo          take free ports where those of the configuration are taken,\n"
		"                  and tell what to try\n"
		"  --signals       show every signal with its fields, and end\n"
		"  --help          show this, and end\n"
		"  --version       show the version, and end\n"
		"\n"
		"Commands:\n"
		"  import fortune FILE...  add the quotes of fortune files, or folders of such\n"
		"  import json FILE...     add the quotes of an export\n"
		"  export                  write all quotes to standard output, as JSON Lines\n"
		"  backup FILE             copy the database to a new file\n"
		"A FILE to import that is - is standard input.\n"
		"\n"
		"It says \"ready\" when its servers listen. Networks it joins as it reaches them,\n"
		"and again after each loss: the log, on standard error, tells of that.\n"
		"\n"
		"HUP makes it read the configuration again; what has not changed there goes on\n"
		"undisturbed. INT and TERM (^C) say goodbye and end it, within nine seconds;\n"
		"again, at once.\n"
		"\n"
		"SIGNALBOX_TRACE in the environment makes it print on standard error which\n"
		"signals there are and who handles them: 'irc.*' those of IRC, 'irc.*,http.*'\n"
		"of both, '>' all.\n"
		"\n"
		"It ends with 0; with 1 when something failed or was skipped; with 2 when the\n"
		"command line or SIGNALBOX_TRACE is wrong.\n",
		to);
}

void
options_print_version(FILE *to)
{
	(void)fprintf(to, "quoth %s\n", QUOTH_VERSION);
}
