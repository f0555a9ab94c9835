#include <errno.h>

#include "porter/porter.h"

struct guest {
	struct porter *porter;
	struct guest *next, **at;
	struct sb_stream *stream;
	bool is_named;
	char name[64];
	char line[64];
	size_t len;
	struct sb_reap reap;
};

struct porter {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_listener *listener;
	struct guest *guests;
	struct sb_reap reap;
};

/* ---- Guests ---- */

/* The memory stays until the turn ends: somebody further up the stack may still look at it. */
static void
guest_remove(struct guest *guest)
{
	*guest->at = guest->next;
	if (guest->next)
		guest->next->at = guest->at;
	sb_reactor_reap(guest->porter->r, &guest->reap, free, guest);
}

/* A guest that does not take what we write is not waited for. */
static int
guest_say(struct guest *guest, const char *words, const char *name)
{
	char line[128];
	int error;

	(void)snprintf(line, sizeof(line), "%s%s\r\n", words, name);
	error = sb_stream_write(guest->stream, sb_bytes_of(line));
	if (error)
		sb_stream_abort(guest->stream);
	return error;
}

/* Whether to read on. Where a handler has destroyed the porter nothing of it may be touched. */
static bool
guest_arrives(struct guest *guest)
{
	const struct porter_arrived e = { .name = guest->name };
	struct porter *porter = guest->porter;

	memcpy(guest->name, guest->line, sizeof(guest->name));
	guest->is_named = true;
	return !guest_say(guest, "hello ", guest->name)
	       && porter_arrived_emit(porter->d, porter, &e) >= 0;
}

static bool
guest_line(struct guest *guest)
{
	if (!strcmp(guest->line, "bye")) {
		if (!guest_say(guest, "bye", ""))
			sb_stream_close(guest->stream);
		return false;
	}
	return guest->is_named || guest_arrives(guest);
}

/* Takes one byte; whether to read on. */
static bool
guest_byte(struct guest *guest, char c)
{
	size_t len = guest->len;

	if (c != '\n') {
		guest->line[guest->len++] = c;
		if (guest->len == sizeof(guest->line))
			sb_stream_abort(guest->stream);
		return guest->len < sizeof(guest->line);
	}
	len -= len && guest->line[len - 1] == '\r';
	guest->line[len] = '\0';
	guest->len = 0;
	return guest_line(guest);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct guest *guest = self;

	(void)stream;
	(void)guest_say(guest, "who are you?", "");
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	const char *at = bytes.ptr, *end = at + bytes.len;

	(void)stream;
	while (at != end && guest_byte(self, *at))
		at++;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct guest *guest = self;
	struct porter *porter = guest->porter;
	const struct porter_left e = { .name = guest->name, .error = error->code };

	(void)stream;
	guest_remove(guest);
	if (guest->is_named)
		(void)porter_left_emit(porter->d, porter, &e);
}

static const struct sb_protocol guest_protocol = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

/* ---- The porter ---- */

int
porter_take(struct porter *porter, struct sb_stream *stream)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		return -ENOMEM;
	guest->porter = porter;
	guest->stream = stream;
	guest->next = porter->guests;
	guest->at = &porter->guests;
	if (guest->next)
		guest->next->at = &guest->next;
	porter->guests = guest;
	sb_stream_attach(stream, &guest_protocol, guest);
	return 0;
}

static void
on_accept_failed(void *self, const struct sb_error *error)
{
	struct porter *porter = self;

	sb_fail(porter->d, error->code, "%s", error->text);
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct porter *porter = self;

	/* A stream that is not attached is destroyed. */
	if (porter_take(porter, stream))
		sb_fail(porter->d, -ENOMEM, "a guest could not be taken");
}

static const struct sb_acceptor acceptor = {
	.accepted = on_accepted,
	.failed = on_accept_failed,
};

int
porter_create(struct sb_dispatcher *d, struct sb_reactor *r, const char *url,
	struct porter **ret_porter, struct sb_error *ret_error)
{
	struct porter *porter = calloc(1, sizeof(*porter));
	int error;

	if (!porter)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	porter->d = d;
	porter->r = r;
	error = sb_register(d, &porter_signals);
	if (error)
		(void)sb_error_set(ret_error, error, "the signals could not be registered");
	else if (url)
		error = sb_listener_open(
			r, url, NULL, SB_PLACE, &acceptor, porter, &porter->listener, ret_error);
	if (error) {
		free(porter);
		return error;
	}
	*ret_porter = porter;
	return 0;
}

void
porter_destroy(struct porter *porter)
{
	if (!porter)
		return;
	(void)sb_forget(porter->d, porter);
	sb_listener_close(porter->listener);
	while (porter->guests) {
		struct guest *guest = porter->guests;

		sb_stream_destroy(guest->stream);
		guest_remove(guest);
	}
	sb_reactor_reap(porter->r, &porter->reap, free, porter);
}
