#ifndef KIT_TESTS_TAPE_USER_H
#define KIT_TESTS_TAPE_USER_H

#include <errno.h>

#include "kit_tests/failing.h"

/* A protocol that notes what it is told, and does one thing when it is told one thing. */
struct user {
	struct sb_stream *stream;
	struct sb_tape *tape;
	char told[1024];
	bool is_in_call; /* within a call on the stream, in which nothing may come */
	const char *when; /* the first letter of what it is told: c d r e x; NULL: never */
	void (*then)(struct user *user);
	int returned; /* by the last write */
};

static inline void told(struct user *user, const char *format, ...) SB_PRINTF(2, 3);

static inline void
told(struct user *user, const char *format, ...)
{
	size_t len = strlen(user->told);
	va_list args;

	assert_false(user->is_in_call);
	va_start(args, format);
	(void)vsnprintf(user->told + len, sizeof(user->told) - len, format, args);
	va_end(args);
	if (user->when && user->told[len] == *user->when && user->then) {
		void (*then)(struct user *) = user->then;

		user->then = NULL;
		user->is_in_call = true;
		then(user);
		user->is_in_call = false;
	}
}

static inline void
on_connected(void *self, struct sb_stream *stream)
{
	struct user *user = self;

	assert_ptr_equal(stream, user->stream);
	told(user, "connected.");
}

static inline void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)stream;
	assert_true(bytes.len > 0);
	told(self, "data %.*s.", (int)bytes.len, (const char *)bytes.ptr);
}

static inline void
on_drained(void *self, struct sb_stream *stream)
{
	(void)stream;
	told(self, "r.");
}

static inline void
on_ended(void *self, struct sb_stream *stream)
{
	(void)stream;
	told(self, "ended.");
}

static inline void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)stream;
	assert_true(error->text[0]);
	told(self, "x %d.", error->code);
}

static const struct sb_protocol protocol = {
	.connected = on_connected,
	.data = on_data,
	.drained = on_drained,
	.ended = on_ended,
	.closed = on_closed,
};

static const struct sb_protocol protocol_without_ended = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

/* What a user does on its own. */
static inline void
write_now(struct user *user, const char *text)
{
	bool was = user->is_in_call;

	user->is_in_call = true;
	user->returned = sb_stream_write(user->stream, sb_bytes_of(text));
	user->is_in_call = was;
}

static inline void
write_hello(struct user *user)
{
	write_now(user, "hello");
}

static inline void
close_it(struct user *user)
{
	sb_stream_close(user->stream);
}

static inline void
abort_it(struct user *user)
{
	sb_stream_abort(user->stream);
}

static inline void
destroy_it(struct user *user)
{
	sb_stream_destroy(user->stream);
}

static inline void
pause_it(struct user *user)
{
	sb_stream_pause(user->stream);
}

static inline void
shut_it(struct user *user)
{
	sb_stream_shutdown(user->stream);
}

static inline void
attach(struct user *user, const struct sb_protocol *with)
{
	memset(user, 0, sizeof(*user));
	user->tape = sb_tape_create();
	user->stream = sb_tape_stream(user->tape);
	sb_stream_attach(user->stream, with, user);
}

static inline void
begin(struct user *user, const struct sb_protocol *with)
{
	attach(user, with);
	sb_tape_connect(user->tape);
	assert_string_equal(user->told, "connected.");
	user->told[0] = '\0';
}

static inline void
when(struct user *user, const char *what, void (*then)(struct user *))
{
	user->when = what;
	user->then = then;
}

static inline void
end(struct user *user)
{
	if (!sb_tape_is_over(user->tape))
		sb_stream_destroy(user->stream);
	sb_tape_destroy(user->tape);
}

#endif
