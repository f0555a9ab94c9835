/* An usher: greets who asks for it, sets the topic for operators, and says who people are. */
#include <stdlib.h>

#include <signalbox/irc.h>
#include <signalbox/irc_ask.h>
#include <signalbox/irc_sts.h>

struct usher {
	int64_t request; /* to the server, which is under way; 0 for none */
	char asked_in[64]; /* where its answer is to be said */
};

/* Whether somebody is an operator of a channel, or more, as far as the server has told us. */
static bool
is_operator(const struct sb_irc *irc, const char *channel_name, const char *nick)
{
	const struct sb_irc_state *state = sb_irc_state(irc);
	const struct sb_irc_channel *channel = sb_irc_channel_find(state, channel_name);
	const struct sb_irc_member *member =
		channel ? sb_irc_member_find(state, channel, nick) : NULL;

	return member && sb_irc_member_has_rank(state, member, 'o');
}

static void
ask_who(struct usher *usher, struct sb_irc *irc, const char *nick, const char *asked_in)
{
	if (usher->request || sb_irc_ask(irc, "WHOIS", &nick, 1, &usher->request))
		sb_irc_say(irc, asked_in, "I cannot ask that now");
	else
		(void)snprintf(usher->asked_in, sizeof(usher->asked_in), "%s", asked_in);
}

static void
on_message(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	if (e->is_self || e->is_history)
		return;
	if (!strcmp(e->text, "!hello"))
		sb_irc_say(irc, e->reply_to, "Hello %s", e->nick);
	else if (!strncmp(e->text, "!topic ", 7) && is_operator(irc, e->target, e->nick))
		sb_irc_set_topic(irc, e->target, e->text + 7);
	else if (!strncmp(e->text, "!who ", 5))
		ask_who(self, irc, e->text + 5, e->reply_to);
}

static void
on_answered(void *self, struct sb_irc *irc, const struct sb_irc_answered *e)
{
	struct usher *usher = self;
	struct sb_irc_whois whois;

	if (e->request != usher->request)
		return;
	usher->request = 0;
	if (sb_irc_answer_whois(e->answer, &whois))
		sb_irc_say(irc, usher->asked_in, "%s is %s, logged in as %s", whois.nick,
			whois.realname ? whois.realname : "somebody",
			whois.account ? whois.account : "nobody");
	else
		sb_irc_say(irc, usher->asked_in, "I do not know: %s", e->text);
}

static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	(void)self, (void)irc;
	fprintf(stderr, "usher: %s\n", e->text);
}

static void
usher_connect(struct usher *usher, struct sb_dispatcher *d)
{
	sb_irc_message_connect(d, SB_ANY, SB_HANDLER(on_message), usher);
	sb_irc_answered_connect(d, SB_ANY, SB_HANDLER(on_answered), usher);
	sb_irc_disconnected_connect(d, SB_ANY, SB_HANDLER(on_disconnected), usher);
}

/* A client that is on #theatre and, with a password, logs in before it joins. */
static int
usher_open(struct sb_dispatcher *d, struct sb_reactor *r, const char *url, const char *password,
	struct sb_sts *sts, struct sb_error *ret_error)
{
	static const char *const other_nicks[] = { "usher2" };
	static const char *const channels[] = { "#theatre", "#backstage" };
	static const char *const keys[] = { NULL, "sesame" };
	struct sb_irc_login login = { .user = "usher", .password = password, .is_required = true };
	struct sb_irc_options options = {
		.url = url,
		.nick = "usher",
		.other_nicks = other_nicks,
		.n_other_nicks = 1,
		.channels = channels,
		.keys = keys,
		.n_channels = 2,
		.login = password ? &login : NULL,
		.sts = sts,
		.charset = "windows-1252",
	};
	struct sb_irc *irc;
	int error = sb_irc_create(d, r, &options, SB_PLACE, &irc, ret_error);

	return error ? error : sb_irc_open(irc, ret_error);
}

int
main(int argc, char **argv)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct usher usher = { 0 };
	struct sb_sts *sts;

	if (!d || !r || sb_sts_open(argc > 2 ? argv[2] : NULL, NULL, NULL, &sts, &error)
		|| usher_open(d, r, argc > 1 ? argv[1] : "tcp://127.0.0.1:6667",
			getenv("USHER_PASSWORD"), sts, &error)) {
		fprintf(stderr, "usher: %s\n", error.text);
		return 1;
	}
	usher_connect(&usher, d);
	return sb_reactor_run(r);
}
