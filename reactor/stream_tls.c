#include "stream.h"

#include <errno.h>

enum { HOST_CAP = sizeof(((struct sb_url *)0)->host) };

/* Whom a client expects at the URL: its option name=, its host, or of a service (_irc._tcp.example.org)
 * the domain that offers it (RFC 6125, section 6.2.1), since whom DNS names instead is nobody's word.
 * False for nobody. */
static bool
find_name(const struct sb_url *url, char name[HOST_CAP])
{
	const char *host = url->host;
	int i;

	if (url->is_tls && sb_url_option(url, "name", name, HOST_CAP))
		return true;
	if (url->scheme != SB_SCHEME_TCP)
		return false;
	for (i = 0; i < 2 && sb_url_is_service(url); i++)
		host += strcspn(host, ".") + 1;
	(void)snprintf(name, HOST_CAP, "%s", host);
	return true;
}

int
sb_origin_take_tls(struct origin *origin, const struct sb_url *url, struct sb_error *ret_error)
{
	struct sb_stream_options *o = &origin->options;
	char name[HOST_CAP];
	bool has_name = find_name(url, name);
	int ret;

	if (!o->tls && url->is_tls) {
		ret = sb_tls_from_url(
			origin->reactor, url, origin->is_listener, &o->tls, ret_error);
		if (ret < 0)
			return ret;
	}
	return sb_tls_check_use(
		o->tls, origin->is_listener, has_name ? name : NULL, origin->url, ret_error);
}

/* Puts the filter between the stream and its end: 0, or -ENOMEM. */
static int
put_between(struct stream *s, struct sb_tls *tls, const char *name)
{
	struct tls_end *f =
		sb_tls_end_create(s->origin->reactor, tls, name, s->origin->url, s->end);

	if (!f)
		return -ENOMEM;
	s->end = sb_tls_end_base(f);
	s->end->task = &s->task;
	s->has_tls = true;
	return 0;
}

static void
begin(struct stream *s)
{
	if (sb_tls_end_begin(tls_of(s)) < 0)
		sb_stream_end(s, TLS_FAILED, -ENOMEM);
	else
		sb_stream_update(s);
}

void
sb_stream_secure(struct stream *s)
{
	char name[HOST_CAP];
	struct sb_url url;
	bool has_name = false;
	int ret = 0;

	if (s->state == OPEN) {
		/* It was accepted, and its time to connect begins. */
		s->state = CONNECTING;
		ret = sb_stream_set_give_up(s);
	} else if (sb_url_parse(s->origin->url, &url, NULL) == 0) {
		has_name = find_name(&url, name);
	}
	if (ret == 0)
		ret = put_between(s, s->origin->options.tls, has_name ? name : NULL);
	if (ret < 0)
		sb_stream_end(s, TLS_FAILED, ret);
	else
		begin(s);
}

/* Whether TLS may begin now: 0, or a negative errno. */
static int
check_state(const struct stream *s, struct sb_error *ret_error)
{
	char what[NAME_CAP];

	sb_stream_name(s, what, sizeof(what));
	if (s->has_tls)
		return sb_error_set(ret_error, -EALREADY, "TLS with %s: it has begun", what);
	if (s->state != OPEN || !s->is_told || s->shuts_down || s->has_ended || s->write_error)
		return sb_error_set(ret_error, -ENOTCONN,
			"TLS with %s: it needs a connection that is open both ways", what);
	return 0;
}

/* Whom the stream's URL names, where it was a client's. */
static bool
find_own_name(const struct stream *s, char name[HOST_CAP])
{
	struct sb_url url;

	return !s->origin->is_listener && sb_url_parse(s->origin->url, &url, NULL) == 0
	       && find_name(&url, name);
}

static int
ask_for_tls(struct stream *s, struct sb_tls *tls, const char *name)
{
	int ret = sb_stream_set_give_up(s);

	if (ret == 0)
		ret = put_between(s, tls, name);
	if (ret == 0)
		s->state = SECURING;
	return ret;
}

int
sb_stream_begin_tls(
	struct sb_stream *base, struct sb_tls *tls, const char *name, struct sb_error *ret_error)
{
	struct stream *s = (struct stream *)base;
	bool is_server = sb_tls_is_server(tls);
	char own[HOST_CAP], what[NAME_CAP];
	int ret = check_state(s, ret_error);

	if (ret < 0)
		return ret;
	if (!is_server && !name && find_own_name(s, own))
		name = own;
	sb_stream_name(s, what, sizeof(what));
	ret = sb_tls_check_use(tls, is_server, name, what, ret_error);
	if (ret < 0)
		return ret;
	ret = ask_for_tls(s, tls, is_server ? NULL : name);
	if (ret < 0)
		return sb_error_set(ret_error, ret, "TLS with %s: out of memory", what);
	sb_stream_secure_if_written(s);
	return 0;
}

void
sb_stream_secure_if_written(struct stream *s)
{
	if (s->queue)
		sb_stream_update(s);
	else
		begin(s);
}

void
sb_stream_finish_securing(struct stream *s)
{
	int ret = s->end->ops->result(s->end);

	if (ret == -EINPROGRESS)
		return;
	if (ret < 0) {
		sb_stream_end(s, TLS_FAILED, ret);
		return;
	}
	s->state = OPEN;
	sb_stream_note_heard(s);
	sb_stream_shut_down_if_written(s);
	if (s->protocol->secured)
		s->protocol->secured(s->self, &s->base);
	sb_stream_update(s);
	sb_stream_tell_drained(s);
}

bool
sb_stream_has_tls(const struct sb_stream *base, struct sb_tls_info *ret_info)
{
	const struct stream *s = (const struct stream *)base;

	return s->has_tls && sb_tls_end_info(tls_of(s), ret_info);
}
