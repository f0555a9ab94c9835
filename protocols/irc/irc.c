#include "client.h"

#include <errno.h>

#include <signalbox/url.h>

#include "casemap.h"
#include "charset.h"
#include "roster.h"

/* How long the server may take to close after a QUIT. */
#define QUIT_NS (5 * SB_S)

/* Bytes we take of what the application is called, and of longer texts. */
enum { USER_MAX = 64, TEXT_MAX = 300 };

static void
free_irc(void *self)
{
	struct sb_irc *irc = self;
	size_t i;

	for (i = 0; i < irc->n_channels; i++)
		sb_irc_channel_finish_(&irc->channels[i]);
	free(irc->channels);
	sb_turns_finish(&irc->turns);
	sb_roster_destroy(irc->roster);
	free(irc->user);
	free(irc->realname);
	sb_irc_free_secret_(irc->password);
	sb_irc_login_free_(irc);
	sb_irc_sts_free_(irc);
	free(irc->other_nicks);
	free(irc->version);
	sb_irc_heal_free_(irc);
	free(irc->away);
	sb_charset_destroy(irc->charset);
	sb_history_finish(&irc->history);
	sb_outbox_finish(&irc->outbox);
	sb_asks_clear(&irc->asks);
	sb_irc_multilines_end_(irc);
	free(irc);
}

/* How many bytes of a text stand in a report. */
static int
shown(const char *text)
{
	return (int)sb_wire_cut(text, strlen(text), 64);
}

/* What has to do with how we talk: the pace, what CTCP VERSION is answered with, the keys. */
static int
check_talk(const struct sb_irc_options *o, struct sb_error *ret_error)
{
	size_t i;

	if (o->pace && !sb_outbox_model(o->pace))
		return sb_error_set(ret_error, -EINVAL, "\"%.*s\" is no pace: there are %s",
			shown(o->pace), o->pace, sb_outbox_model_names());
	if (o->version
		&& (!sb_wire_is_trailing(o->version) || strchr(o->version, '\1')
			|| strlen(o->version) > TEXT_MAX))
		return sb_error_set(ret_error, -EINVAL,
			"\"%.*s\" cannot be told as a version: it has at most %d bytes and no "
			"line end or \\1",
			shown(o->version), o->version, TEXT_MAX);
	if (o->services
		&& (!sb_wire_is_middle(o->services) || sb_irc_is_channel(o->services)
			|| strlen(o->services) > CHANNEL_MAX))
		return sb_error_set(ret_error, -EINVAL,
			"\"%.*s\" cannot be the services' nick: it has 1 to %d bytes and no space "
			"or "
			"line end, and is no channel",
			shown(o->services), o->services, CHANNEL_MAX);
	for (i = 0; o->keys && i < o->n_channels; i++)
		if (o->keys[i]
			&& (!sb_irc_key_is_fine_(o->keys[i]) || strlen(o->keys[i]) > CHANNEL_MAX))
			return sb_error_set(ret_error, -EINVAL,
				"the key of %s cannot be one: it has 1 to %d bytes, no space, "
				"comma or line end and no colon in front",
				o->channels[i], CHANNEL_MAX);
	return 0;
}

static int
check_nick(const char *nick, struct sb_error *ret_error)
{
	if (sb_irc_nick_is_fine(nick))
		return 0;
	return sb_error_set(ret_error, -EINVAL,
		"\"%.*s\" cannot be a nick: it has 1 to %d bytes, no space and none of "
		"!@*?,. and does not begin with a digit or one of #&+$:-",
		shown(nick), nick, NICK_CAP - 1);
}

static int
check_nicks(const struct sb_irc_options *o, struct sb_error *ret_error)
{
	int error = check_nick(o->nick, ret_error);

	for (size_t i = 0; !error && i < o->n_other_nicks; i++)
		error = check_nick(o->other_nicks[i], ret_error);
	return error;
}

static int
check_options(const struct sb_irc_options *o, struct sb_error *ret_error)
{
	size_t i;

	if (o->user && (!sb_wire_is_middle(o->user) || strlen(o->user) > USER_MAX))
		return sb_error_set(ret_error, -EINVAL,
			"\"%.*s\" cannot be a user name: it has 1 to %d bytes, no space or line "
			"end "
			"and no colon in front",
			shown(o->user), o->user, USER_MAX);
	if (o->realname && (!sb_wire_is_trailing(o->realname) || strlen(o->realname) > TEXT_MAX))
		return sb_error_set(ret_error, -EINVAL,
			"\"%.*s\" cannot be a real name: it has at most %d bytes and no line end",
			shown(o->realname), o->realname, TEXT_MAX);
	if (o->password && (!sb_wire_is_trailing(o->password) || strlen(o->password) > TEXT_MAX))
		return sb_error_set(ret_error, -EINVAL,
			"the password has a line end or is longer "
			"than %d bytes",
			TEXT_MAX);
	for (i = 0; i < o->n_channels; i++)
		if (!sb_irc_channel_is_fine_(o->channels[i]))
			return sb_error_set(ret_error, -EINVAL,
				"\"%.*s\" cannot be a channel: it begins with one "
				"of " SB_WIRE_CHANNEL_SIGNS " and has at most %d bytes and no "
				"space, comma, BEL or line end",
				shown(o->channels[i]), o->channels[i], CHANNEL_MAX);
	if (sb_irc_away_check_(o->away))
		return sb_error_set(ret_error, -EINVAL,
			"the reason for being away has a line end or is longer than %d bytes",
			TEXT_MAX);
	return check_talk(o, ret_error);
}

/* The host; for a UNIX socket its path; else all of it. */
static const char *
label_of(const struct sb_url *url, const char *text)
{
	if (url->scheme == SB_SCHEME_TCP)
		return url->host;
	return url->scheme == SB_SCHEME_UNIX ? url->path : text;
}

/* Labels itself with its first URL, and makes what connects to all of them. */
static int
make_client(struct sb_irc *irc, const struct sb_irc_options *o, const char *const *urls,
	size_t n_urls, struct sb_error *ret_error)
{
	struct sb_client_options options = {
		.urls = urls,
		.n_urls = n_urls,
		.delay_initial_ns = o->retry_min_ns,
		.delay_max_ns = o->retry_max_ns,
	};
	struct sb_url url;
	int error = sb_url_parse(urls[0], &url, ret_error);

	if (error)
		return error;
	memcpy(irc->host, url.host, sizeof(irc->host));
	if (sb_label(irc->d, irc, label_of(&url, urls[0])))
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	return sb_client_create(
		irc->r, &options, irc->place, &sb_irc_client_events_, irc, &irc->client, ret_error);
}

static int
join_urls(struct sb_irc *irc, const struct sb_irc_options *o, struct sb_error *ret_error)
{
	const char **urls;
	int error;

	if (!o->url)
		return 0;
	urls = malloc((o->n_urls + 1) * sizeof(*urls));
	if (!urls)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	urls[0] = o->url;
	for (size_t i = 0; i < o->n_urls; i++)
		urls[i + 1] = o->urls[i];
	error = make_client(irc, o, urls, o->n_urls + 1, ret_error);
	free(urls);
	return error;
}

static char *
copy_of(const char *text, const char *default_text)
{
	return strdup(text && *text ? text : default_text);
}

static int
copy_options(struct sb_irc *irc, const struct sb_irc_options *o)
{
	struct channel channel;
	size_t i;

	irc->ping_after_ns = o->ping_after_ns ? o->ping_after_ns : 90 * SB_S;
	memcpy(irc->wanted, o->nick, strlen(o->nick) + 1);
	memcpy(irc->nick, o->nick, strlen(o->nick) + 1);
	irc->user = copy_of(o->user, o->nick);
	irc->realname = copy_of(o->realname, o->nick);
	irc->password = o->password ? strdup(o->password) : NULL;
	irc->version = o->version ? strdup(o->version) : NULL;
	irc->ignores_ctcp = o->ignores_ctcp;
	irc->hears_floods = o->hears_floods;
	irc->is_bot = o->is_bot;
	irc->catches_up = o->catches_up;
	irc->away = o->away ? strdup(o->away) : NULL;
	irc->services = o->services ? strdup(o->services) : NULL;
	irc->pace = o->pace ? sb_outbox_model(o->pace) : NULL;
	if (!irc->user || !irc->realname || (o->password && !irc->password)
		|| (o->version && !irc->version) || (o->services && !irc->services)
		|| (o->away && !irc->away))
		return -ENOMEM;
	for (i = 0; i < o->n_channels; i++) {
		const char *key = o->keys ? o->keys[i] : NULL;

		if (sb_irc_channel_prepare_(irc, o->channels[i], key, &channel))
			return -ENOMEM;
		sb_irc_channel_keep_(irc, channel);
	}
	if (sb_irc_copy_nicks_(irc, o->other_nicks, o->n_other_nicks) || sb_irc_sts_copy_(irc, o))
		return -ENOMEM;
	return sb_irc_login_copy_(irc, o->login);
}

/* All but the client and the timers, of which a failed creation must leave none. */
static int
fill_in(struct sb_irc *irc, const struct sb_irc_options *o, struct sb_error *ret_error)
{
	int error = sb_irc_features_create_(irc);

	if (!error)
		error = copy_options(irc, o);
	if (error)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = sb_charset_create(o->charset, &irc->charset, ret_error);
	if (error)
		return error;
	sb_irc_queue_init_(irc);
	sb_history_init(&irc->history);
	sb_limiter_init(&irc->limiter, &sb_limits_usual);
	sb_guard_init(&irc->guard, &sb_flood_rules_usual);
	sb_irc_limit_nick_(irc, SIZE_MAX);
	error = sb_irc_caps_init_(&irc->caps, o, ret_error);
	if (error)
		return error;
	error = sb_register(irc->d, &sb_irc_signals);
	if (error)
		return sb_error_set(ret_error, error, "the signals of IRC: %s", strerror(-error));
	return 0;
}

static void
finish_timers(struct sb_irc *irc)
{
	sb_timer_finish(&irc->timer);
	sb_timer_finish(&irc->ping_timer);
	sb_timer_finish(&irc->outbox_timer);
	sb_timer_finish(&irc->guard_timer);
	sb_timer_finish(&irc->asks_timer);
	sb_timer_finish(&irc->history_timer);
	sb_timer_finish(&irc->login.timer);
	sb_timer_finish(&irc->sts.timer);
	sb_irc_heal_finish_(irc);
}

static int
make_timers(struct sb_irc *irc, struct sb_error *ret_error)
{
	if (!sb_timer_init(&irc->timer, irc->r, sb_irc_on_timer_, irc->place, irc)
		&& !sb_timer_init(&irc->ping_timer, irc->r, sb_irc_on_ping_timer_, irc->place, irc)
		&& !sb_timer_init(
			&irc->login.timer, irc->r, sb_irc_on_login_timer_, irc->place, irc)
		&& !sb_timer_init(&irc->sts.timer, irc->r, sb_irc_sts_on_timer_, irc->place, irc)
		&& !sb_timer_init(
			&irc->outbox_timer, irc->r, sb_irc_on_outbox_timer_, irc->place, irc)
		&& !sb_timer_init(
			&irc->guard_timer, irc->r, sb_irc_on_guard_timer_, irc->place, irc)
		&& !sb_timer_init(&irc->asks_timer, irc->r, sb_irc_on_asks_timer_, irc->place, irc)
		&& !sb_irc_heal_init_(irc)
		&& !sb_timer_init(
			&irc->history_timer, irc->r, sb_irc_on_history_timer_, irc->place, irc)
		&& !sb_turns_init(&irc->turns, irc->r, SB_WIRE_TAGS_MAX + SB_WIRE_LONG_MAX - 2,
			false, sb_irc_on_line_, irc->place, irc))
		return 0;
	finish_timers(irc);
	return sb_error_set(ret_error, -ENOMEM, "out of memory");
}

static int
check_charset(const char *name_or_null, struct sb_error *ret_error)
{
	struct sb_charset *charset;
	int error = sb_charset_create(name_or_null, &charset, ret_error);

	if (!error)
		sb_charset_destroy(charset);
	return error;
}

int
sb_irc_check(const struct sb_irc_options *options, struct sb_error *ret_error)
{
	struct sb_caps *caps; /* large for a stack */
	int error = check_nicks(options, ret_error);

	if (!error)
		error = check_options(options, ret_error);
	if (!error)
		error = check_charset(options->charset, ret_error);
	if (!error)
		error = sb_irc_login_check_(options->login, ret_error);
	if (!error)
		error = sb_irc_sts_check_(options, ret_error);
	if (error)
		return error;
	caps = malloc(sizeof(*caps));
	if (!caps)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = sb_irc_caps_init_(caps, options, ret_error);
	free(caps);
	return error;
}

int
sb_irc_create(struct sb_dispatcher *d, struct sb_reactor *r, const struct sb_irc_options *options,
	const char *place, struct sb_irc **ret_irc, struct sb_error *ret_error)
{
	struct sb_irc *irc;
	int error;

	sb_assert(options->retry_min_ns >= 0 && options->retry_max_ns >= 0);
	sb_assert(options->ping_after_ns >= 0 && options->ping_after_ns < INT64_MAX / 2);
	error = sb_irc_check(options, ret_error);
	if (error)
		return error;
	irc = calloc(1, sizeof(*irc));
	if (!irc)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	irc->d = d;
	irc->r = r;
	irc->place = place;
	sb_irc_receive_init_(irc);
	error = fill_in(irc, options, ret_error);
	if (!error)
		error = join_urls(irc, options, ret_error);
	if (!error)
		error = make_timers(irc, ret_error);
	if (error) {
		sb_forget(d, irc);
		sb_client_destroy(irc->client);
		free_irc(irc);
		return error;
	}
	*ret_irc = irc;
	return 0;
}

void
sb_irc_destroy(struct sb_irc *irc)
{
	if (!irc)
		return;
	sb_assert(!irc->is_destroyed);
	irc->is_destroyed = true;
	irc->state = IDLE;
	sb_irc_sts_destroy_(irc);
	sb_forget(irc->d, irc);
	sb_client_destroy(irc->client);
	sb_stream_destroy(irc->stream);
	irc->stream = NULL;
	finish_timers(irc);
	sb_irc_login_end_(irc);
	sb_turns_retire(&irc->turns);
	sb_reactor_reap(irc->r, &irc->reap, free_irc, irc);
}

int
sb_irc_open(struct sb_irc *irc, struct sb_error *ret_error)
{
	sb_assert(!irc->is_destroyed);
	if (irc->state != IDLE)
		return sb_error_set(ret_error, -EALREADY, "already open");
	if (!irc->client)
		return sb_error_set(ret_error, -EINVAL, "no URL was given");
	sb_irc_begin_(irc);
	sb_irc_sts_open_(irc);
	irc->is_gentle = false;
	irc->attempt = 0;
	sb_client_start(irc->client);
	return 0;
}

int
sb_irc_attach(struct sb_irc *irc, struct sb_stream *stream)
{
	sb_assert(!irc->is_destroyed);
	if (irc->state != IDLE)
		return -EALREADY;
	sb_irc_begin_(irc);
	sb_irc_sts_begin_(irc, NULL);
	irc->url[0] = '\0';
	irc->stream = stream;
	sb_stream_attach(stream, &sb_irc_protocol_, irc);
	return 0;
}

/* A reason that IRC cannot carry is no reason to stay: its line ends become spaces. */
static void
send_quit(struct sb_irc *irc, const char *reason_or_null)
{
	char *made = NULL;
	const char *taken = sb_irc_as_taken_(irc, reason_or_null ? reason_or_null : "", &made);
	const char *from = taken ? taken : "";
	size_t i, len = sb_wire_cut(from, strlen(from), TEXT_MAX);
	char reason[TEXT_MAX + 1];
	const char *params[] = { reason };

	for (i = 0; i < len; i++)
		reason[i] = from[i] == '\r' || from[i] == '\n' ? ' ' : from[i];
	reason[len] = '\0';
	free(made);
	sb_irc_queue_quit_(irc);
	sb_irc_write_(irc, &(struct sb_wire_out){ .verb = "QUIT",
				   .params = params,
				   .n_params = reason_or_null ? 1 : 0,
				   .colon = true });
}

void
sb_irc_quit(struct sb_irc *irc, const char *reason_or_null)
{
	sb_assert(!irc->is_destroyed);
	if (irc->has_quit)
		return;
	irc->has_quit = true;
	if (irc->stream && irc->state == CONNECTING)
		sb_stream_close(irc->stream);
	else if (irc->stream)
		send_quit(irc, reason_or_null);
	else if (irc->client)
		sb_client_stop(irc->client);
	irc->state = QUITTING;
	sb_timer_start(&irc->timer, irc->stream ? QUIT_NS : 0);
}

const char *
sb_irc_nick(const struct sb_irc *irc)
{
	return irc->nick;
}

const char *
sb_irc_host(const struct sb_irc *irc)
{
	return irc->host;
}

bool
sb_irc_is_registered(const struct sb_irc *irc)
{
	return irc->state == REGISTERED;
}

bool
sb_irc_same(const char *a, const char *b)
{
	return sb_casemap_same(SB_CASEMAP_RFC1459, a, b);
}

bool
sb_irc_is_channel(const char *target)
{
	return *target && strchr(SB_WIRE_CHANNEL_SIGNS, *target);
}
