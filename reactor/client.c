#include <signalbox/client.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "private.h"

/* One timer does all that is due from the loop: it tells `down` of what is over, and begins attempts.
 *
 *     STOPPED --start--> CONNECTING --> UP      each of these, once over, is told `down`, and leads
 *        ^                   ^          |       to WAITING, or to STOPPED when it was stopped or has
 *        +---- stop          +- WAITING +       given up; or is CONNECTING anew if it was started
 *                                               after it was stopped
 *
 * Where it is to go on at once, sb_client_again(), it is WAITING, too: for no time. */
struct sb_client {
	struct stream_watch watch; /* of stream */
	struct sb_reactor *r;
	const char *place;
	const struct sb_client_events *events;
	void *self;
	struct sb_client_options options; /* without a default left to fill in */
	struct sb_timer timer;
	enum sb_client_state state;
	unsigned n_changes; /* of state by its owner: what was to be told may not hold any more */
	struct sb_stream *stream; /* from when an attempt begins until that is over; or NULL */
	bool is_up; /* and handed over */
	bool is_over; /* an attempt or a connection, which `down` is not told yet */
	bool is_anew; /* started, and no attempt has been made yet */
	bool is_established;
	int64_t established_ns;
	bool may_go_again; /* it was established since it last did, or never did */
	bool goes_again; /* at once, to the same URL */
	int64_t hold_ns; /* the next delay is at least so long */
	size_t next_url;
	unsigned n_attempts; /* in a row */
	unsigned n_agains; /* of those that are followed by one at once, and have not failed */
	unsigned n_delays; /* in a row */
	double growth; /* factor^(n_delays - 1), at last infinite */
	struct sb_error error; /* why it is over */
	struct sb_reap reap;
	char *urls[];
};

static int
check_options(const struct sb_client_options *o, size_t *ret_size, struct sb_error *ret_error)
{
	struct sb_url url;
	size_t i;
	int ret = 0;

	if (o->n_urls == 0)
		return sb_error_set(ret_error, -EINVAL, "a client needs a URL to connect to");
	if (o->delay_initial_ns < 0 || o->delay_max_ns < 0)
		return sb_error_set(ret_error, -EINVAL, "a delay cannot be less than 0");
	if (o->delay_factor != 0 && !(o->delay_factor >= 1))
		return sb_error_set(ret_error, -EINVAL,
			"delays cannot grow by a factor of %g: it is at least 1", o->delay_factor);
	*ret_size = 0;
	for (i = 0; i < o->n_urls && ret == 0; i++) {
		ret = sb_url_parse(o->urls[i], &url, ret_error);
		if (ret == 0)
			ret = sb_url_check_connect(&url, ret_error);
		*ret_size += sizeof(char *) + strlen(o->urls[i]) + 1;
	}
	return ret;
}

static void
copy_options(struct sb_client *client, const struct sb_client_options *given)
{
	struct sb_client_options *o = &client->options;
	char *at = (char *)&client->urls[given->n_urls];
	size_t i;

	*o = *given;
	o->urls = NULL;
	if (o->delay_initial_ns == 0)
		o->delay_initial_ns = 2 * SB_S;
	if (o->delay_factor == 0)
		o->delay_factor = 2;
	if (o->delay_max_ns == 0)
		o->delay_max_ns = 300 * SB_S;
	if (o->stable_after_ns == 0)
		o->stable_after_ns = 60 * SB_S;
	for (i = 0; i < given->n_urls; i++) {
		size_t len = strlen(given->urls[i]) + 1;

		client->urls[i] = memcpy(at, given->urls[i], len);
		at += len;
	}
}

/* What follows is a new row. */
static void
start_over(struct sb_client *client)
{
	client->next_url = 0;
	client->n_attempts = client->n_agains = 0;
	client->n_delays = 0;
}

static void
add_one(unsigned *n)
{
	*n += *n < UINT_MAX;
}

/* How long to wait at most before the attempt that follows. */
static int64_t
next_limit_ns(struct sb_client *client)
{
	const struct sb_client_options *o = &client->options;
	double limit;

	if (client->n_delays == 0)
		client->growth = 1;
	else
		client->growth *= o->delay_factor;
	add_one(&client->n_delays);
	limit = (double)o->delay_initial_ns * client->growth;
	if (client->growth == 1 && o->delay_initial_ns < o->delay_max_ns)
		return o->delay_initial_ns; /* not every one is a double */
	return limit < (double)o->delay_max_ns ? (int64_t)limit : o->delay_max_ns;
}

static int64_t
random_delay_ns(struct sb_client *client)
{
	uint64_t limit_ns = (uint64_t)next_limit_ns(client);

	return (int64_t)(sb_reactor_random(client->r) % (limit_ns + 1));
}

/* `down` is told when nobody is calling. */
static void
end_attempt(struct sb_client *client)
{
	int64_t now_ns = sb_reactor_now_ns(client->r);
	size_t url = client->next_url;

	client->stream = NULL;
	client->is_up = false;
	client->is_over = true;
	if (client->is_established
		&& now_ns - client->established_ns >= client->options.stable_after_ns)
		start_over(client);
	if (client->goes_again)
		client->next_url = url;
	sb_timer_start(&client->timer, 0);
}

static void
on_over(struct stream_watch *watch, struct sb_stream *stream, const struct sb_error *error)
{
	struct sb_client *client = (struct sb_client *)watch;

	(void)stream;
	if (error)
		client->error = *error;
	else
		(void)sb_error_set(&client->error, -ECONNABORTED,
			"the connection to %s was destroyed by its owner",
			client->urls[client->next_url]);
	end_attempt(client);
}

static void
tell_down(struct sb_client *client)
{
	if (client->events->down)
		client->events->down(client->self, &client->error);
}

static void
give_up(struct sb_client *client)
{
	unsigned n_changes = client->n_changes;

	client->state = SB_CLIENT_STOPPED;
	tell_down(client);
	if (n_changes == client->n_changes && client->events->gave_up)
		client->events->gave_up(client->self, &client->error);
}

/* Who is told `down` may change it, hold it, or connect now. */
static void
wait_for_next(struct sb_client *client, int64_t delay_ns)
{
	unsigned n_changes = client->n_changes;

	client->state = SB_CLIENT_WAITING;
	sb_timer_start(&client->timer, delay_ns);
	tell_down(client);
	if (n_changes != client->n_changes)
		return;
	if (client->hold_ns > delay_ns) {
		delay_ns = client->hold_ns;
		sb_timer_start(&client->timer, delay_ns);
	}
	if (client->events->waiting)
		client->events->waiting(client->self, delay_ns, client->n_delays);
}

static void
go_again(struct sb_client *client)
{
	client->may_go_again = false;
	add_one(&client->n_agains);
	wait_for_next(client, 0);
}

static void
finish(struct sb_client *client)
{
	unsigned max_attempts = client->options.max_attempts;

	client->is_over = false;
	if (client->state == SB_CLIENT_STOPPED) {
		tell_down(client);
	} else if (client->is_anew) {
		sb_timer_start(&client->timer, 0);
		tell_down(client);
	} else if (client->goes_again) {
		go_again(client);
	} else if (max_attempts > 0 && client->n_attempts - client->n_agains >= max_attempts) {
		give_up(client);
	} else {
		wait_for_next(client, random_delay_ns(client));
	}
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct sb_client *client = self;
	const struct sb_protocol *protocol;
	void *protocol_self = NULL;

	client->state = SB_CLIENT_UP;
	client->is_up = true;
	protocol = client->events->up(client->self, stream, &protocol_self);
	/* It may be gone, the client too. */
	if (client->stream != stream)
		return;
	if (!protocol) {
		sb_stream_destroy(stream);
		return;
	}
	sb_stream_attach(stream, protocol, protocol_self);
	sb_stream_begin(stream);
}

/* on_over() has it all. */
static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self;
	(void)stream;
	(void)error;
}

static void
choose_next(struct sb_client *client)
{
	if (client->is_anew)
		start_over(client);
	else if (client->n_attempts > 0 && !client->goes_again)
		client->next_url = (client->next_url + 1) % client->options.n_urls;
	client->may_go_again |= client->is_anew;
	client->is_anew = client->goes_again = false;
	client->hold_ns = 0;
	client->is_established = false;
	client->state = SB_CLIENT_CONNECTING;
}

/* Returns NULL when that has stopped it. */
static const char *
ask_for_url(struct sb_client *client)
{
	const char *url = client->urls[client->next_url], *other = NULL;
	unsigned n_changes = client->n_changes;

	if (client->events->choose)
		other = client->events->choose(client->self, url);
	if (n_changes != client->n_changes)
		return NULL;
	return other ? other : url;
}

static void
begin_attempt(struct sb_client *client)
{
	static const struct sb_protocol attempt = {
		.connected = on_connected,
		.closed = on_closed,
	};
	const char *url;

	choose_next(client);
	url = ask_for_url(client);
	if (!url)
		return;
	add_one(&client->n_attempts);
	if (sb_stream_connect(client->r, url, &client->options.stream, client->place, &attempt,
		    client, &client->stream, &client->error)
		== 0)
		sb_stream_set_watch(client->stream, &client->watch);
	else
		end_attempt(client);
	if (client->events->connecting)
		client->events->connecting(client->self, url, client->n_attempts);
}

static void
on_timer(void *self)
{
	struct sb_client *client = self;

	if (client->is_over)
		finish(client);
	else
		begin_attempt(client);
}

int
sb_client_create(struct sb_reactor *r, const struct sb_client_options *options, const char *place,
	const struct sb_client_events *events, void *self, struct sb_client **ret_client,
	struct sb_error *ret_error)
{
	struct sb_client *client;
	size_t size;
	int ret = check_options(options, &size, ret_error);

	sb_assert(events->up);
	if (ret < 0)
		return ret;
	client = calloc(1, sizeof(*client) + size);
	if (!client || sb_timer_init(&client->timer, r, on_timer, place, client) < 0) {
		free(client);
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	}
	client->watch.over = on_over;
	client->r = r;
	client->place = place;
	client->events = events;
	client->self = self;
	copy_options(client, options);
	*ret_client = client;
	return 0;
}

static void
free_client(void *self)
{
	free(self);
}

void
sb_client_destroy(struct sb_client *client)
{
	if (!client)
		return;
	if (client->stream) {
		sb_stream_set_watch(client->stream, NULL);
		sb_stream_destroy(client->stream);
		client->stream = NULL;
	}
	client->state = SB_CLIENT_STOPPED;
	client->n_changes++;
	sb_timer_finish(&client->timer);
	sb_reactor_reap(client->r, &client->reap, free_client, client);
}

void
sb_client_start(struct sb_client *client)
{
	if (client->state != SB_CLIENT_STOPPED)
		return;
	client->state = SB_CLIENT_CONNECTING;
	client->n_changes++;
	client->is_anew = true;
	if (!client->stream && !client->is_over)
		sb_timer_start(&client->timer, 0);
}

void
sb_client_stop(struct sb_client *client)
{
	if (client->state == SB_CLIENT_STOPPED)
		return;
	client->state = SB_CLIENT_STOPPED;
	client->n_changes++;
	if (client->stream)
		sb_stream_close(client->stream);
	if (!client->is_over)
		sb_timer_stop(&client->timer);
}

void
sb_client_retry_now(struct sb_client *client)
{
	if (client->state != SB_CLIENT_WAITING)
		return;
	client->n_changes++;
	sb_timer_start(&client->timer, 0);
}

void
sb_client_established(struct sb_client *client)
{
	if (client->state != SB_CLIENT_UP || !client->stream || client->is_established)
		return;
	client->is_established = client->may_go_again = true;
	client->established_ns = sb_reactor_now_ns(client->r);
}

void
sb_client_hold(struct sb_client *client, int64_t delay_ns)
{
	if (client->hold_ns < delay_ns)
		client->hold_ns = delay_ns;
}

void
sb_client_again(struct sb_client *client)
{
	if (client->stream && client->may_go_again)
		client->goes_again = true;
}

enum sb_client_state
sb_client_state(const struct sb_client *client)
{
	return client->state;
}

struct sb_stream *
sb_client_stream(const struct sb_client *client)
{
	return client->is_up ? client->stream : NULL;
}
