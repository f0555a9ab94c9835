#include "options.h"

#include <errno.h>
#include <getopt.h>

#include <signalbox/irc.h>
#include <signalbox/url.h>

#define DEFAULT_QUOTES "/usr/share/games/fortunes"
#define DEMO_IRCD "tcp://127.0.0.1:6667"
#define DEMO_QOTD "tcp://127.0.0.1:1717"
#define TRY_HELP "see quoth --help"

enum { IRC = 1, NICK, QOTD, IRCD, QUOTES, DEMO, SIGNALS_, HELP, VERSION };

static const struct option long_options[] = {
	{ "irc", required_argument, NULL, IRC },
	{ "nick", required_argument, NULL, NICK },
	{ "qotd", required_argument, NULL, QOTD },
	{ "ircd", required_argument, NULL, IRCD },
	{ "quotes", required_argument, NULL, QUOTES },
	{ "demo", no_argument, NULL, DEMO },
	{ "signals", no_argument, NULL, SIGNALS_ },
	{ "help", no_argument, NULL, HELP },
	{ "version", no_argument, NULL, VERSION },
	{ NULL, 0, NULL, 0 },
};

static int
no_memory(struct sb_error *ret_error)
{
	return sb_error_set(ret_error, -ENOMEM, "out of memory");
}

static int
add_channel(struct options_network *network, const char *name, size_t len, const char *arg,
	struct sb_error *ret_error)
{
	char **channels, *channel = strndup(name, len);

	if (!channel)
		return no_memory(ret_error);
	if (!sb_irc_is_channel(channel) || strchr(channel, ' ')) {
		(void)sb_error_set(ret_error, -EINVAL,
			"--irc %s: '%s' is no channel; write #name, and several as #one,#two", arg,
			channel);
		free(channel);
		return -EINVAL;
	}
	channels = reallocarray(network->channels, network->n_channels + 1, sizeof(*channels));
	if (!channels) {
		free(channel);
		return no_memory(ret_error);
	}
	network->channels = channels;
	channels[network->n_channels++] = channel;
	return 0;
}

/* list: "#one,#two", or "" for none. */
static int
add_channels(struct options_network *network, const char *list, const char *arg,
	struct sb_error *ret_error)
{
	size_t len;
	int error;

	while (*list) {
		len = strcspn(list, ",");
		error = add_channel(network, list, len, arg, ret_error);
		if (error)
			return error;
		list += len;
		if (*list == ',' && !*++list)
			return sb_error_set(ret_error, -EINVAL,
				"--irc %s: a channel should follow the last comma", arg);
	}
	return 0;
}

static int
bad_url(const char *option, const char *arg, const struct sb_error *why, struct sb_error *ret_error)
{
	return sb_error_set(ret_error, -EINVAL, "--%s %s: %s", option, arg, why->text);
}

/* tcp://host:port/#one,#two is the server's URL and the channels; the port is needed, since nothing
 * listens at 0. */
static int
read_network(const char *arg, struct options_network *network, struct sb_error *ret_error)
{
	struct sb_url url;
	struct sb_error why;
	char list[sizeof(url.path)] = "";

	if (sb_url_parse(arg, &url, &why))
		return bad_url("irc", arg, &why, ret_error);
	if (url.scheme == SB_SCHEME_TCP) {
		if (!url.port)
			return sb_error_set(ret_error, -EINVAL,
				"--irc %s: the port should be the server's, often 6667", arg);
		memcpy(list, url.path, sizeof(list));
		url.path[0] = '\0';
	}
	network->url = malloc(SB_URL_CAP);
	if (!network->url)
		return no_memory(ret_error);
	sb_url_print(&url, network->url, SB_URL_CAP);
	return add_channels(network, list[0] == '/' ? list + 1 : list, arg, ret_error);
}

static int
add_network(struct options *options, const char *arg, struct sb_error *ret_error)
{
	struct options_network *networks =
		reallocarray(options->networks, options->n_networks + 1, sizeof(*networks));

	if (!networks)
		return no_memory(ret_error);
	options->networks = networks;
	memset(&networks[options->n_networks], 0, sizeof(*networks));
	return read_network(arg, &networks[options->n_networks++], ret_error);
}

static int
add_quotes(struct options *options, const char *path, struct sb_error *ret_error)
{
	const char **quotes = reallocarray(options->quotes, options->n_quotes + 1, sizeof(*quotes));

	if (!quotes)
		return no_memory(ret_error);
	options->quotes = quotes;
	quotes[options->n_quotes++] = path;
	return 0;
}

static int
set_listen(const char *option, const char *arg, const char **ret_url, struct sb_error *ret_error)
{
	struct sb_url url;
	struct sb_error why;

	if (sb_url_parse(arg, &url, &why))
		return bad_url(option, arg, &why, ret_error);
	if (url.scheme == SB_SCHEME_TCP && url.path[0])
		return sb_error_set(
			ret_error, -EINVAL, "--%s %s: nothing should follow the port", option, arg);
	*ret_url = arg;
	return 0;
}

static int
take(struct options *options, int option, const char *arg, struct sb_error *ret_error)
{
	switch (option) {
	case IRC:
		return add_network(options, arg, ret_error);
	case NICK:
		options->nick = arg;
		return 0;
	case QOTD:
		return set_listen("qotd", arg, &options->qotd, ret_error);
	case IRCD:
		return set_listen("ircd", arg, &options->ircd, ret_error);
	case QUOTES:
		return add_quotes(options, arg, ret_error);
	case DEMO:
		options->is_demo = true;
		return 0;
	case SIGNALS_:
		options->task = OPTIONS_SIGNALS;
		return 0;
	case HELP:
		options->task = OPTIONS_HELP;
		return 0;
	default:
		options->task = OPTIONS_VERSION;
		return 0;
	}
}

static int
misused(const char *arg, int how, struct sb_error *ret_error)
{
	if (how == ':')
		return sb_error_set(ret_error, -EINVAL, "%s: needs a value; " TRY_HELP, arg);
	/* One letter, perhaps of several in one argument, which getopt has not gone past yet. */
	if (optopt > ' ')
		return sb_error_set(ret_error, -EINVAL, "-%c: no such option; " TRY_HELP, optopt);
	return sb_error_set(ret_error, -EINVAL,
		"%s: no such option, or one that takes no value; " TRY_HELP, arg);
}

static int
read_all(int argc, char **argv, struct options *options, struct sb_error *ret_error)
{
	int option, error;

	/* With 0 glibc starts anew, also after another command line. */
	optind = 0;
	while ((option = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
		if (option == ':' || option == '?')
			return misused(argv[optind - 1], option, ret_error);
		error = take(options, option, optarg, ret_error);
		if (error)
			return error;
	}
	if (optind < argc)
		return sb_error_set(ret_error, -EINVAL,
			"%s: an option should stand here, --irc URL, say; " TRY_HELP, argv[optind]);
	return 0;
}

static int
complete(struct options *options, struct sb_error *ret_error)
{
	if (options->task != OPTIONS_RUN)
		return 0;
	options->ircd_may_move = options->is_demo && !options->ircd;
	options->qotd_may_move = options->is_demo && !options->qotd;
	if (options->ircd_may_move)
		options->ircd = DEMO_IRCD;
	if (options->qotd_may_move)
		options->qotd = DEMO_QOTD;
	if (!options->n_networks && !options->ircd && !options->qotd)
		return sb_error_set(ret_error, -EINVAL,
			"nothing to do; begin with --demo, with --irc tcp://HOST:PORT/#channel, or "
			"with --qotd tcp://127.0.0.1:1717; " TRY_HELP);
	return options->n_quotes ? 0 : add_quotes(options, DEFAULT_QUOTES, ret_error);
}

int
options_parse(int argc, char **argv, struct options *ret_options, struct sb_error *ret_error)
{
	int error;

	memset(ret_options, 0, sizeof(*ret_options));
	ret_options->nick = "quoth";
	error = read_all(argc, argv, ret_options, ret_error);
	if (!error)
		error = complete(ret_options, ret_error);
	if (error)
		options_finish(ret_options);
	return error;
}

static void
finish_network(struct options_network *network)
{
	size_t i;

	for (i = 0; i < network->n_channels; i++)
		free(network->channels[i]);
	free(network->channels);
	free(network->url);
}

void
options_finish(struct options *options)
{
	size_t i;

	for (i = 0; i < options->n_networks; i++)
		finish_network(&options->networks[i]);
	free(options->networks);
	free(options->quotes);
	memset(options, 0, sizeof(*options));
}

void
options_print_help(FILE *to)
{
	(void)fputs(
		"Quoth keeps quotes and answers with them, on IRC and as the quote of the day.\n"
		"\n"
		"  quoth --demo\n"
		"  quoth --irc tcp://HOST:PORT/#channel [OPTION...]\n"
		"\n"
		"  --irc URL       be on this IRC network, tcp://HOST:PORT/#channel,#channel;\n"
		"                  may be given several times\n"
		"  --nick NICK     under this nick; quoth\n"
		"  --qotd URL      serve the quote of the day (RFC 865) here, "
		"tcp://127.0.0.1:1717;\n"
		"                  port 0 takes a free one\n"
		"  --ircd URL      run a small IRC server here, tcp://127.0.0.1:6667\n"
		"  --quotes PATH   take quotes from this fortune file, or from those of this "
		"folder;\n"
		"                  may be given several times; " DEFAULT_QUOTES "\n"
		"  --demo          all at once on 127.0.0.1: an IRC server at port 6667, Quoth in\n"
		"                  " OPTIONS_DEMO_CHANNEL
		" on it, the quote of the day at port 1717;\n"
		"                  free ports where these are taken\n"
		"  --signals       show every signal with its fields, and end\n"
		"  --help          show this, and end\n"
		"  --version       show the version, and end\n"
		"\n"
		"URLs are tcp://HOST:PORT or unix:///PATH; HOST is an address or localhost.\n"
		"\n"
		"On IRC, people say\n"
		"  !quote           for a quote at random\n"
		"  !quote 12        for quote 12\n"
		"  !quote two words for one that has both words\n"
		"  !help            for this\n"
		"In private the ! may be left out, and so it may after Quoth's nick: \"quoth: "
		"help\".\n"
		"An answer has six lines at most: longer quotes are passed over at random, and "
		"asked\n"
		"for by number they are cut and say so.\n"
		"\n"
		"INT and TERM (^C) say goodbye and end it, within five seconds; again, at once.\n",
		to);
}

void
options_print_version(FILE *to)
{
	(void)fprintf(to, "quoth %s\n", QUOTH_VERSION);
}
