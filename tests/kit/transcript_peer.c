#include <errno.h>

#include <signalbox/listener.h>

#include "transcript.h"

const char sb_kit_run_address[] = "tcp://127.0.0.1:4000";

const char *
sb_kit_peer_title(const struct peer *peer)
{
	return peer->name && *peer->name ? peer->name : "the peer";
}

/* ---- What a peer is told ---- */

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct peer *peer = self;

	(void)stream;
	peer->is_connected = true;
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct peer *peer = self;

	(void)stream;
	/* is_lost of the text is asked for with each step. */
	(void)sb_kit_text_add(&peer->unread, bytes);
}

static void
on_ended(void *self, struct sb_stream *stream)
{
	struct peer *peer = self;

	(void)stream;
	peer->has_ended = true;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct peer *peer = self;

	(void)stream;
	peer->stream = NULL;
	peer->over = *error;
	if (error->code && peer->is_connected && !peer->is_broken_by_peer)
		peer->has_broken = true;
}

static void
on_secured(void *self, struct sb_stream *stream)
{
	struct peer *peer = self;

	(void)stream;
	peer->is_secured = true;
}

static const struct sb_protocol peer_protocol = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
	.secured = on_secured,
	.closed = on_closed,
};

static struct peer *
peer_add(struct run *run, const char *name)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer) {
		run->is_lost = true;
		return NULL;
	}
	peer->name = name;
	peer->next = run->peers;
	run->peers = peer;
	return peer;
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct peer *peer = peer_add(self, NULL);

	if (!peer)
		return;
	peer->stream = stream;
	sb_stream_attach(stream, &peer_protocol, peer);
}

static void
on_accept_failed(void *self, const struct sb_error *error)
{
	struct run *run = self;

	(void)error;
	run->is_lost = true;
}

static const struct sb_acceptor peer_acceptor = {
	.accepted = on_accepted,
	.failed = on_accept_failed,
};

/* ---- Peers ---- */

static bool
peers_listen(
	struct run *run, const char *url, struct sb_tls *tls, struct sb_listener **ret_listener)
{
	const struct sb_stream_options options = { .tls = tls };
	struct sb_error error;

	if (!sb_listener_open(run->world->r, url, &options, SB_PLACE, &peer_acceptor, run,
		    ret_listener, &error))
		return true;
	(void)sb_kit_text_addf(run->report, "cannot listen for the subject: %s\n", error.text);
	return false;
}

bool
sb_kit_peers_listen(struct run *run)
{
	bool is_tls = run->subject->is_tls;

	if (!peers_listen(run, sb_kit_run_address, is_tls ? run->tls : NULL, &run->listener))
		return false;
	return is_tls || !run->tls
	       || peers_listen(run, "tcp://127.0.0.1:4001", run->tls, &run->tls_listener);
}

/* The newest of that name. */
static struct peer *
peer_find(const struct run *run, const char *name)
{
	struct peer *peer = run->peers;

	while (peer && (!peer->name || strcmp(peer->name, name) != 0))
		peer = peer->next;
	return peer;
}

struct peer *
sb_kit_peer_of(struct run *run, const struct step *step)
{
	const char *name = text_of(&step->peer);
	struct peer *peer = peer_find(run, name);

	if (peer)
		return peer;
	if (*name)
		(void)sb_kit_text_addf(run->report, "there is no peer %s: `%s~ %s` comes first\n",
			name, name, run->subject->is_server ? "connects" : "connected");
	else
		(void)sb_kit_text_addf(run->report, "there is no connection: `~ %s` comes first\n",
			run->subject->is_server ? "connects" : "connected");
	return NULL;
}

static bool
is_name_free(struct run *run, const char *name)
{
	struct peer *peer = peer_find(run, name);

	if (!peer || !peer->stream)
		return true;
	(void)sb_kit_text_addf(run->report, "%s is connected already\n", sb_kit_peer_title(peer));
	return false;
}

bool
sb_kit_peer_connects(struct run *run, const char *name)
{
	struct sb_stream_options options = { .tls = run->subject->is_tls ? run->tls : NULL };
	struct sb_error error = { 0 };
	struct peer *peer;

	if (!is_name_free(run, name))
		return false;
	peer = peer_add(run, name);
	if (!peer)
		return false;
	(void)sb_stream_connect(run->world->r, sb_kit_run_address, &options, SB_PLACE,
		&peer_protocol, peer, &peer->stream, &error);
	sb_simulation_settle(run->world->sim);
	if (peer->is_connected)
		return true;
	(void)sb_kit_text_addf(run->report, "%s could not connect to us: %s\n",
		sb_kit_peer_title(peer),
		error.code        ? error.text
		: peer->over.code ? peer->over.text
				  : "no answer");
	return false;
}

bool
sb_kit_peer_connected(struct run *run, const char *name)
{
	struct peer *peer, *oldest = NULL;

	if (!is_name_free(run, name))
		return false;
	for (peer = run->peers; peer; peer = peer->next) {
		if (!peer->name)
			oldest = peer;
	}
	if (oldest)
		oldest->name = name;
	else
		(void)sb_kit_text_addf(run->report, "expected that we connect, but we have not\n");
	return oldest;
}

/* Writes one piece; whether the peer could. */
static bool
send_piece(struct peer *peer, struct sb_bytes bytes)
{
	return peer->stream && !sb_stream_write(peer->stream, bytes);
}

bool
sb_kit_peer_sends(struct run *run, const struct step *step, bool then_secures)
{
	struct peer *peer = sb_kit_peer_of(run, step);
	struct sb_bytes bytes = text_bytes(&step->text);
	size_t i, piece = run->is_by_byte ? 1 : bytes.len;

	if (!peer)
		return false;
	for (i = 0; i < bytes.len; i += piece) {
		struct sb_bytes part = { (const char *)bytes.ptr + i, piece };

		if (send_piece(peer, part)) {
			if (then_secures && i + piece == bytes.len && !sb_kit_tls_start(run, peer))
				return false;
			sb_simulation_settle(run->world->sim);
			continue;
		}
		/* We may have closed in the midst of it. */
		if (i)
			return true;
		(void)sb_kit_text_addf(run->report, "%s cannot send: the connection %s\n",
			sb_kit_peer_title(peer), peer->stream ? "takes no more" : "is over");
		return false;
	}
	return true;
}

bool
sb_kit_peer_secures(struct run *run, const struct step *step)
{
	struct peer *peer = sb_kit_peer_of(run, step);

	if (!peer || (!peer->is_securing && !sb_kit_tls_start(run, peer)))
		return false;
	sb_simulation_settle(run->world->sim);
	return sb_kit_tls_stands(run, peer);
}

bool
sb_kit_peer_acts(struct run *run, const struct step *step)
{
	struct peer *peer = sb_kit_peer_of(run, step);

	if (!peer)
		return false;
	if (!peer->stream) {
		(void)sb_kit_text_addf(
			run->report, "%s has no connection any more\n", sb_kit_peer_title(peer));
		return false;
	}
	if (step->kind == STEP_ENDS) {
		sb_stream_shutdown(peer->stream);
	} else {
		peer->is_broken_by_peer = true;
		sb_stream_abort(peer->stream);
	}
	sb_simulation_settle(run->world->sim);
	return true;
}

/* ---- What a transcript says that a peer got ---- */

/* How much of the unread output the step explains; 0: not so. */
static size_t
explained(const struct peer *peer, const struct step *step)
{
	struct sb_bytes unread = text_bytes(&peer->unread), wanted = text_bytes(&step->text);
	size_t from = 0, line_len, found;
	const char *newline;

	while (from < unread.len) {
		struct sb_bytes rest = { peer->unread.ptr + from, unread.len - from };

		newline = memchr(rest.ptr, '\n', rest.len);
		line_len = newline ? (size_t)(newline - (const char *)rest.ptr) + 1 : rest.len;
		if (step->kind == STEP_WROTE) {
			if (rest.len >= wanted.len && !memcmp(rest.ptr, wanted.ptr, wanted.len))
				return from + wanted.len;
		} else {
			found = sb_kit_bytes_find((struct sb_bytes){ rest.ptr, line_len }, wanted);
			if (found <= line_len)
				return from + line_len;
		}
		if (!peer->passes_over)
			return 0;
		from += line_len;
	}
	return 0;
}

bool
sb_kit_peer_got(struct run *run, const struct step *step)
{
	struct peer *peer = sb_kit_peer_of(run, step);
	size_t len;

	if (!peer)
		return false;
	if (step->kind == STEP_WROTE_ANY) {
		peer->passes_over = true;
		return true;
	}
	len = explained(peer, step);
	if (len) {
		sb_kit_text_drop(&peer->unread, len);
		peer->passes_over = false;
		return true;
	}
	(void)sb_kit_text_addf(run->report, "expected that we write to %s%s\n",
		sb_kit_peer_title(peer), step->kind == STEP_WROTE_PART ? " a line with" : "");
	(void)sb_kit_text_add_lines(run->report, text_bytes(&step->text));
	(void)sb_kit_text_addf(run->report, "but what we have written there is\n");
	(void)sb_kit_text_add_lines(run->report, text_bytes(&peer->unread));
	return false;
}

static const char *
peer_condition(const struct peer *peer)
{
	if (peer->has_broken)
		return "we have reset it, or it broke";
	if (peer->has_ended)
		return "we have ended our direction in order";
	return peer->stream ? "it is open" : "it was over before";
}

bool
sb_kit_peer_saw(struct run *run, const struct step *step)
{
	struct peer *peer = sb_kit_peer_of(run, step);

	if (!peer)
		return false;
	if (step->kind == STEP_BROKEN ? !peer->has_broken : !peer->has_ended) {
		(void)sb_kit_text_addf(run->report,
			"expected the connection to %s to be %s, but %s\n", sb_kit_peer_title(peer),
			step->kind == STEP_BROKEN  ? "broken by us"
			: step->kind == STEP_ENDED ? "ended by us"
						   : "closed by us",
			peer_condition(peer));
		return false;
	}
	peer->has_ended = false;
	if (step->kind == STEP_BROKEN)
		peer->has_broken = false;
	if (step->kind == STEP_CLOSED && peer->stream)
		sb_stream_close(peer->stream);
	sb_simulation_settle(run->world->sim);
	return true;
}

static bool
peer_is_done(struct run *run, struct peer *peer)
{
	if (peer->passes_over)
		sb_kit_text_drop(&peer->unread, peer->unread.len);
	peer->passes_over = false;
	run->is_lost |= peer->unread.is_lost;
	if (!peer->name) {
		(void)sb_kit_text_addf(
			run->report, "we have connected, which was not told: ~ connected\n");
	} else if (peer->unread.len) {
		(void)sb_kit_text_addf(run->report, "we have written to %s what was not told\n",
			sb_kit_peer_title(peer));
		(void)sb_kit_text_add_lines(run->report, text_bytes(&peer->unread));
	} else if (peer->has_broken) {
		(void)sb_kit_text_addf(run->report,
			"the connection to %s is reset (%s), which was not told: ~ broken\n",
			sb_kit_peer_title(peer), peer->over.text);
	} else if (peer->has_ended) {
		(void)sb_kit_text_addf(run->report,
			"we have ended the connection to %s, which was not told: ~ closed, or "
			"~ ended\n",
			sb_kit_peer_title(peer));
	} else {
		return true;
	}
	return false;
}

bool
sb_kit_peers_are_done(struct run *run)
{
	struct peer *peer;

	for (peer = run->peers; peer; peer = peer->next) {
		if (!peer_is_done(run, peer))
			return false;
	}
	return true;
}

void
sb_kit_peers_finish(struct run *run)
{
	struct peer *peer;

	while ((peer = run->peers)) {
		run->peers = peer->next;
		sb_stream_destroy(peer->stream);
		sb_kit_text_finish(&peer->unread);
		free(peer);
	}
	sb_listener_close(run->listener);
	sb_listener_close(run->tls_listener);
	run->listener = run->tls_listener = NULL;
	sb_kit_tls_finish(run);
}
