/* IRC clients for tests with real servers: each connection to it has one, on a string. It does what
 * it is told there, a line each, and tells there each signal of its client:
 *
 *     open tcp://127.0.0.1:6667 quoth channel=#a key=sesame pace=none
 *     say #a hello                      and act, notice, join, part, nick, topic, monitor,
 *                                       unmonitor, send, quit
 *     ask WHOIS ann                     asked 1; then, with irc.answered:
 *                                       answer 1 of 5 lines, whole; ann is logged in as ann
 *     has echo-message                  has echo-message = yes
 *     know members #a                   know members #a = @ann quoth    (irc_state_text.h)
 *
 * What could not be done is told: "failed: say #a hello: Invalid argument". It prints the URL that it
 * listens at, and runs until TERM. */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <signalbox/irc.h>
#include <signalbox/irc_ask.h>
#include <signalbox/line.h>
#include <signalbox/listener.h>
#include <signalbox/observer.h>

#include "protocols/irc_state_text.h"

enum { MAX_CHANNELS = 4, MAX_WORDS = 24 };

struct puppet {
	struct puppet *next;
	struct sb_line_reader *reader;
	struct sb_stream *stream;
	struct sb_irc *irc; /* NULL: not opened */
};

static struct {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct puppet *puppets;
} stage;

SB_PRINTF(2, 3)
static void
tell(struct puppet *puppet, const char *format, ...)
{
	static char line[32768];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	sb_assert(n >= 0);
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (puppet->stream && sb_stream_write(puppet->stream, (struct sb_bytes){ line, (size_t)n }))
		sb_stream_abort(puppet->stream);
}

static void
on_emission(void *self, const struct sb_emission *emission)
{
	static char text[30000];
	struct puppet *puppet;

	(void)self;
	for (puppet = stage.puppets; puppet; puppet = puppet->next)
		if (puppet->irc && puppet->irc == emission->from) {
			(void)sb_signal_print(
				emission->signal, emission->payload, text, sizeof(text));
			tell(puppet, "%s", text);
		}
}

static void
on_answered(void *self, struct sb_irc *irc, const struct sb_irc_answered *e)
{
	struct sb_irc_whois whois = { 0 };
	struct puppet *puppet;

	(void)self;
	(void)sb_irc_answer_whois(e->answer, &whois);
	for (puppet = stage.puppets; puppet; puppet = puppet->next)
		if (puppet->irc == irc)
			tell(puppet, "answer %lld of %zu lines%s; %s is logged in as %s",
				(long long)e->request, sb_irc_answer_n_lines(e->answer),
				sb_irc_answer_is_whole(e->answer) ? ", whole" : "",
				known(whois.nick), known(whois.account));
}

/* ---- Commands ---- */

/* Cuts the words off, in place. */
static size_t
split(char *text, char *words[static MAX_WORDS])
{
	size_t n = 0;
	char *word;

	for (word = strtok(text, " "); word && n < MAX_WORDS; word = strtok(NULL, " "))
		words[n++] = word;
	return n;
}

struct opening {
	struct sb_irc_options options;
	struct sb_irc_login login;
	const char *channels[MAX_CHANNELS];
	const char *keys[MAX_CHANNELS];
	char private_key[1024];
};

/* Whether the text of the file fits. */
static bool
read_file(const char *path, char *buf, size_t cap)
{
	FILE *in = fopen(path, "r");
	size_t n = in ? fread(buf, 1, cap - 1, in) : 0;

	buf[n] = '\0';
	if (in)
		(void)fclose(in);
	return n > 0 && n < cap - 1;
}

/* "user=ann"; false for what is no option. */
static bool
set_option(struct opening *opening, char *word)
{
	struct sb_irc_options *options = &opening->options;
	struct sb_irc_login *login = &opening->login;
	const struct {
		const char *name;
		const char **at;
	} texts[] = { { "user", &login->user }, { "password", &login->password },
		{ "mechanisms", &login->mechanisms }, { "pace", &options->pace },
		{ "version", &options->version }, { "services", &options->services },
		{ "realname", &options->realname } };
	char *value = strchr(word, '=');
	size_t i;

	if (!value)
		return false;
	*value++ = '\0';
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!strcmp(word, texts[i].name)) {
			*texts[i].at = value;
			return true;
		}
	if (!strcmp(word, "channel") && options->n_channels < MAX_CHANNELS)
		opening->channels[options->n_channels++] = value;
	else if (!strcmp(word, "key") && options->n_channels > 0)
		opening->keys[options->n_channels - 1] = value;
	else if (!strcmp(word, "key-file")
		 && read_file(value, opening->private_key, sizeof(opening->private_key)))
		login->key = opening->private_key;
	else if (!strcmp(word, "certificate"))
		login->has_certificate = !strcmp(value, "yes");
	else if (!strcmp(word, "required"))
		login->is_required = !strcmp(value, "yes");
	else
		return false;
	return true;
}

static int
open_client(struct puppet *puppet, char *rest)
{
	struct opening opening = { .options = { .channels = opening.channels,
					   .keys = opening.keys,
					   .retry_min_ns = 300 * 1000000LL,
					   .retry_max_ns = 1000 * 1000000LL } };
	struct sb_error error = { .text = "out of memory" };
	char *words[MAX_WORDS];
	size_t n = split(rest, words), i;

	if (puppet->irc || n < 2)
		return -EINVAL;
	opening.options.url = words[0];
	opening.options.nick = words[1];
	for (i = 2; i < n; i++)
		if (!set_option(&opening, words[i]))
			return -EINVAL;
	if (opening.login.user || opening.login.has_certificate)
		opening.options.login = &opening.login;
	if (sb_irc_create(stage.d, stage.r, &opening.options, SB_PLACE, &puppet->irc, &error)) {
		tell(puppet, "failed: open: %s", error.text);
		return 0;
	}
	return sb_irc_open(puppet->irc, NULL);
}

/* "MODE #a +b :*!*@h": the last after a colon may hold spaces. Sent, or asked. */
static int
send_command(struct puppet *puppet, char *rest, bool is_question)
{
	int64_t request;
	int error;
	char *words[MAX_WORDS], *last = strstr(rest, " :");
	const char *params[MAX_WORDS];
	size_t n, i;

	if (last) {
		*last = '\0';
		last += 2;
	}
	n = split(rest, words);
	if (!n || n == MAX_WORDS)
		return -EINVAL;
	for (i = 1; i < n; i++)
		params[i - 1] = words[i];
	if (last)
		params[n++ - 1] = last;
	if (!is_question)
		return sb_irc_send(puppet->irc, words[0], params, n - 1);
	error = sb_irc_ask(puppet->irc, words[0], params, n - 1, &request);
	if (!error)
		tell(puppet, "asked %lld", (long long)request);
	return error;
}

static const char *
or_null(const char *text)
{
	return *text ? text : NULL;
}

/* A command about a target, a channel or a nick; text: what follows it. -ENOSYS: it is none. */
static int
do_to(struct sb_irc *irc, const char *verb, const char *target, const char *text)
{
	if (!strcmp(verb, "say"))
		return sb_irc_say(irc, target, "%s", text);
	if (!strcmp(verb, "act"))
		return sb_irc_act(irc, target, "%s", text);
	if (!strcmp(verb, "notice"))
		return sb_irc_notice_to(irc, target, "%s", text);
	if (!strcmp(verb, "join"))
		return sb_irc_join(irc, target, or_null(text));
	if (!strcmp(verb, "part"))
		return sb_irc_part(irc, target, or_null(text));
	if (!strcmp(verb, "topic"))
		return sb_irc_set_topic(irc, target, text);
	if (!strcmp(verb, "nick"))
		return sb_irc_change_nick(irc, target);
	if (!strcmp(verb, "monitor"))
		return sb_irc_monitor(irc, target);
	if (!strcmp(verb, "unmonitor"))
		return sb_irc_unmonitor(irc, target);
	return -ENOSYS;
}

static int
obey(struct puppet *puppet, const char *verb, char *rest)
{
	struct text text;
	char *more;

	if (!strcmp(verb, "open"))
		return open_client(puppet, rest);
	if (!puppet->irc)
		return -ENOTCONN;
	if (!strcmp(verb, "know")) {
		describe(puppet->irc, rest, &text);
		tell(puppet, "know %s = %s", rest, text.bytes);
		return 0;
	}
	if (!strcmp(verb, "has")) {
		tell(puppet, "has %s = %s", rest,
			sb_irc_has_capability(puppet->irc, rest) ? "yes" : "no");
		return 0;
	}
	if (!strcmp(verb, "quit")) {
		sb_irc_quit(puppet->irc, or_null(rest));
		return 0;
	}
	if (!strcmp(verb, "send") || !strcmp(verb, "ask"))
		return send_command(puppet, rest, *verb == 'a');
	more = rest + strcspn(rest, " ");
	if (*more)
		*more++ = '\0';
	return do_to(puppet->irc, verb, rest, more);
}

static void
on_line(void *self, struct sb_stream *stream, struct sb_bytes line)
{
	struct puppet *puppet = self;
	char copy[4096], *rest;
	int error;

	(void)stream;
	(void)snprintf(copy, sizeof(copy), "%.*s", (int)line.len, (const char *)line.ptr);
	rest = copy + strcspn(copy, " ");
	if (*rest)
		*rest++ = '\0';
	error = obey(puppet, copy, rest);
	if (error)
		tell(puppet, "failed: %.*s: %s", (int)line.len, (const char *)line.ptr,
			strerror(-error));
}

/* ---- Strings ---- */

static void
free_puppet(struct puppet *puppet)
{
	struct puppet **at;

	for (at = &stage.puppets; *at != puppet; at = &(*at)->next)
		;
	*at = puppet->next;
	sb_irc_destroy(puppet->irc);
	free(puppet);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)stream, (void)error;
	free_puppet(self);
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_line_protocol by_lines = { .line = on_line, .closed = on_closed };
	struct puppet *puppet = calloc(1, sizeof(*puppet));

	(void)self;
	if (!puppet
		|| sb_line_reader_create(
			stream, 4000, SB_LINE_DROP, &by_lines, puppet, &puppet->reader)) {
		free(puppet);
		sb_stream_destroy(stream);
		return;
	}
	puppet->stream = stream;
	puppet->next = stage.puppets;
	stage.puppets = puppet;
}

static void
on_signal(void *self, int number)
{
	(void)self;
	if (number == SIGTERM)
		sb_reactor_stop(stage.r);
}

int
main(void)
{
	static const struct sb_acceptor acceptor = { .accepted = on_accepted };
	static const struct sb_observer observer = { .emission_began = on_emission };
	struct sb_stream_options options = { .hard_limit = 64 << 20 };
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *listener;

	stage.d = sb_dispatcher_create(NULL, NULL);
	stage.r = sb_reactor_create();
	if (!stage.d || !stage.r || sb_observe(stage.d, &observer, SB_PLACE, NULL)
		|| !sb_irc_answered_connect(stage.d, SB_ANY, SB_HANDLER(on_answered), &stage).serial
		|| sb_reactor_on_signal(stage.r, on_signal, SB_PLACE, NULL)
		|| sb_listener_open(stage.r, "tcp://127.0.0.1:0", &options, SB_PLACE, &acceptor,
			NULL, &listener, &error)) {
		fprintf(stderr, "puppet: %s\n", error.text);
		return 1;
	}
	printf("puppet: %s\n", sb_listener_url(listener));
	(void)fflush(stdout);
	(void)sb_reactor_run(stage.r);
	sb_listener_close(listener);
	while (stage.puppets) {
		sb_line_reader_destroy(stage.puppets->reader);
		free_puppet(stage.puppets);
	}
	(void)sb_reactor_on_signal(stage.r, NULL, SB_PLACE, NULL);
	sb_dispatcher_destroy(stage.d);
	sb_reactor_destroy(stage.r);
	return 0;
}
