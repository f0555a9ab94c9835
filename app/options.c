#include "options.h"

#include <errno.h>
#include <getopt.h>

#include <signalbox/irc.h>
#include <signalbox/url.h>

#define DEMO_IRCD "tcp://127.0.0.1:6667"
#define DEMO_QOTD "tcp://127.0.0.1:1717"
#define TRY_HELP "see quoth --help"

enum {
	CHANNEL_MAX = 200, /* bytes */
	NEAR = 2, /* letters that a mistyped option may be wrong in */
	NAME_CAP = 16, /* of an option, with a NUL */
};

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
	char **channels, *channel;

	if (len > CHANNEL_MAX)
		return sb_error_set(ret_error, -EINVAL,
			"--irc: a channel has at most %d bytes, and '%.40s...' has %zu",
			CHANNEL_MAX, name, len);
	channel = strndup(name, len);
	if (!channel)
		return no_memory(ret_error);
	if (!sb_irc_is_channel(channel) || strchr(channel, ' ')) {
		(void)sb_error_set(ret_error, -EINVAL,
			"--irc %.60s: '%.60s' is no channel; write #name, and several as #one,#two",
			arg, channel);
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
				"--irc %.100s: a channel should follow the last comma", arg);
	}
	return 0;
}

/* The reason begins with the argument. */
static int
bad_url(const char *option, const struct sb_error *why, struct sb_error *ret_error)
{
	return sb_error_set(ret_error, -EINVAL, "--%s %s", option, why->text);
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
		return bad_url("irc", &why, ret_error);
	if (url.scheme != SB_SCHEME_TCP)
		return sb_error_set(ret_error, -EINVAL,
			"--irc %.100s: this can name no channel; tcp://HOST:PORT/#channel is "
			"needed",
			arg);
	if (!url.port)
		return sb_error_set(ret_error, -EINVAL,
			"--irc %.100s: the port should be the server's, often 6667", arg);
	memcpy(list, url.path, sizeof(list));
	url.path[0] = '\0';
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
		return bad_url(option, &why, ret_error);
	if (url.scheme == SB_SCHEME_TCP && url.path[0])
		return sb_error_set(ret_error, -EINVAL,
			"--%s %.100s: nothing should follow the port", option, arg);
	*ret_url = arg;
	return 0;
}

static int
set_nick(struct options *options, const char *arg, struct sb_error *ret_error)
{
	if (!sb_irc_nick_is_fine(arg))
		return sb_error_set(ret_error, -EINVAL,
			"--nick %.60s: a nick is 1 to 64 bytes, without space and !@*?,. and "
			"begins "
			"with no digit and none of #&+$:-",
			arg);
	options->nick = arg;
	return 0;
}

static int
take(struct options *options, int option, const char *arg, struct sb_error *ret_error)
{
	switch (option) {
	case IRC:
		return add_network(options, arg, ret_error);
	case NICK:
		return set_nick(options, arg, ret_error);
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

/* How many letters must be put in, left out or changed to make the one word the other. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_CAP], i, corner, above, len = strlen(b);

	sb_assert(len < NAME_CAP);
	for (i = 0; i <= len; i++)
		row[i] = i;
	for (; *a; a++) {
		corner = row[0]++;
		for (i = 1; i <= len; i++) {
			above = row[i];
			corner += *a != b[i - 1];
			if (corner > above + 1)
				corner = above + 1;
			if (corner > row[i - 1] + 1)
				corner = row[i - 1] + 1;
			row[i] = corner;
			corner = above;
		}
	}
	return row[len];
}

/* Writes the options that the name begins, or else those that it nearly is, as
 * "; perhaps --one or --two", or "". */
static void
find_near(const char *name, char *buf, size_t cap)
{
	const struct option *option;
	size_t len, n = 0, prefix = strlen(name);
	bool begins;

	buf[0] = '\0';
	for (begins = true; !n; begins = false) {
		for (option = long_options; option->name; option++) {
			if (begins ? strncmp(option->name, name, prefix) != 0
				   : distance(name, option->name) > NEAR)
				continue;
			len = strlen(buf);
			(void)snprintf(buf + len, cap - len, "%s--%s", n++ ? " or " : "; perhaps ",
				option->name);
		}
		if (!begins)
			break;
	}
}

/* An option written out, which getopt would take also when it is only begun: a script that has such
 * a one would break when a new option begins so too. */
static int
check_name(const char *arg, struct sb_error *ret_error)
{
	char name[NAME_CAP + 8], near[128];
	const struct option *option;
	size_t len;

	if (strncmp(arg, "--", 2) || !arg[2])
		return 0;
	len = strcspn(arg + 2, "=");
	for (option = long_options; option->name; option++)
		if (strlen(option->name) == len && !strncmp(option->name, arg + 2, len))
			return 0;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, arg + 2);
	find_near(name, near, sizeof(near));
	return sb_error_set(ret_error, -EINVAL, "--%.*s: no such option%s; " TRY_HELP,
		(int)(len < 60 ? len : 60), arg + 2, near);
}

static int
misused(const char *arg, int how, struct sb_error *ret_error)
{
	if (how == ':')
		return sb_error_set(ret_error, -EINVAL, "%s: needs a value; " TRY_HELP, arg);
	/* One letter, perhaps of several in one argument, which getopt has not gone past yet. */
	if (optopt > ' ')
		return sb_error_set(ret_error, -EINVAL, "-%c: no such option; " TRY_HELP, optopt);
	return sb_error_set(
		ret_error, -EINVAL, "%.100s: this option takes no value; " TRY_HELP, arg);
}

static int
read_all(int argc, char **argv, struct options *options, struct sb_error *ret_error)
{
	int option, error;

	/* With 0 glibc starts anew, also after another command line. */
	for (optind = 0;;) {
		error = argc > 1 && optind < argc ? check_name(argv[optind ? optind : 1], ret_error)
						  : 0;
		if (error)
			return error;
		option = getopt_long(argc, argv, "+:", long_options, NULL);
		if (option == -1)
			break;
		if (option == ':' || option == '?')
			return misused(argv[optind - 1], option, ret_error);
		error = take(options, option, optarg, ret_error);
		if (error)
			return error;
	}
	if (optind < argc)
		return sb_error_set(ret_error, -EINVAL,
			"%.100s: an option should stand here, --irc URL, say; " TRY_HELP,
			argv[optind]);
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
	return options->n_quotes ? 0 : add_quotes(options, OPTIONS_DEFAULT_QUOTES, ret_error);
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
