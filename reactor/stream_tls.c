#include "stream.h"

#include <errno.h>

/* Whether TLS may begin now: 0, or a negative errno. */
static int
check_state(const struct stream *s, struct sb_error *ret_error)
{
	if (s->tls)
		return sb_error_set(ret_error, -EALREADY, "TLS with %s: it has begun", s->name);
	if (s->state != OPEN || !s->is_told || s->shuts_down || s->has_ended || s->write_error)
		return sb_error_set(ret_error, -ENOTCONN,
			"TLS with %s: it needs a connection that is open both ways", s->name);
	return 0;
}

/* The host of the stream's URL, or NULL; of one that was accepted there is none. */
static const char *
own_host(const struct stream *s, struct sb_url *url)
{
	if (sb_url_parse(s->name, url, NULL) < 0 || url->scheme != SB_SCHEME_TCP)
		return NULL;
	sb_url_normalise(url);
	return url->host;
}

int
sb_stream_begin_tls(
	struct sb_stream *base, struct sb_tls *tls, const char *name, struct sb_error *ret_error)
{
	struct stream *s = (struct stream *)base;
	bool is_server = sb_tls_is_server(tls);
	struct sb_url url;
	char what[128];
	int ret = check_state(s, ret_error);

	if (ret < 0)
		return ret;
	if (!name && !is_server)
		name = own_host(s, &url);
	(void)snprintf(what, sizeof(what), "TLS with %.100s", s->name);
	ret = sb_tls_check_use(tls, is_server, name, what, ret_error);
	if (ret < 0)
		return ret;
	s->tls = sb_tls_end_create(s->reactor, tls, is_server ? NULL : name, s->name);
	if (!s->tls)
		return sb_error_set(ret_error, -ENOMEM, "%s: out of memory", what);
	s->state = SECURING;
	sb_stream_set_give_up(s);
	if (s->queue.len == 0)
		sb_stream_shake(s);
	else
		sb_stream_update(s);
	return 0;
}

void
sb_stream_shake(struct stream *s)
{
	int ret = sb_tls_end_begin(s->tls, s->end, &s->end);

	if (ret < 0) {
		sb_stream_end(s, TLS_FAILED, ret);
		return;
	}
	s->end->task = &s->task;
	sb_stream_update(s);
}

bool
sb_stream_has_tls(const struct sb_stream *base, struct sb_tls_info *ret_info)
{
	const struct stream *s = (const struct stream *)base;

	return s->tls && sb_tls_end_info(s->tls, ret_info);
}
