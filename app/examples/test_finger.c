/* The finger client, tested without sockets: two hosts of one name, of which the first is gone. */
#include <stdio.h>

static size_t print(const void *ptr, size_t size, size_t n, FILE *file);
int finger_main(int argc, char **argv);
#define fwrite print
#define main finger_main
#include "finger.c"
#undef main
#undef fwrite

#include <signalbox/listener.h>
#include <signalbox/testing.h>

static char printed[256];

static size_t
print(const void *ptr, size_t size, size_t n, FILE *file)
{
	(void)file;
	strncat(printed, ptr, size * n);
	return n;
}

static void
on_asked(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	char *asked = self;

	strncat(asked, bytes.ptr, bytes.len);
	if (strstr(asked, "\r\n")) {
		sb_stream_write(stream, sb_bytes_of("Alice is in.\r\n"));
		sb_stream_close(stream);
	}
}

static void
on_gone(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static const struct sb_protocol answering = { .data = on_asked, .closed = on_gone };

static void
on_accepted(void *self, struct sb_stream *stream)
{
	sb_stream_attach(stream, &answering, self);
}

static const struct sb_acceptor accepting = { .accepted = on_accepted };

static void
set_names(struct sb_simulation *sim)
{
	const char *v6 = "2001:db8::1", *v4 = "192.0.2.1";

	sb_simulation_set_name(sim, "example.org", SB_LOOKUP_IPV6, &v6, 1, 0, 10 * SB_MS);
	sb_simulation_set_name(sim, "example.org", SB_LOOKUP_IPV4, &v4, 1, 0, 10 * SB_MS);
	/* Who goes there hears nothing; after 250 ms the other is tried. */
	sb_simulation_set_reach(sim, "tcp://[2001:db8::1]:79", SB_BLACK_HOLED);
}

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_listener *listener;
	struct sb_stream *stream;
	char asked[64] = "", user[] = "alice@example.org";

	set_names(world->sim);
	if (sb_listener_open(world->r, "tcp://192.0.2.1:79", NULL, SB_PLACE, &accepting, asked,
		    &listener, NULL)
		|| sb_stream_connect(world->r, "tcp://example.org:79", NULL, SB_PLACE, &finger,
			user, &stream, NULL))
		return 1;
	sb_simulation_run_for(world->sim, SB_S);
	if (strcmp(asked, "alice\r\n") || strcmp(printed, "Alice is in.\r\n"))
		sb_testing_fail(SB_PLACE, "asked \"%s\", answered \"%s\"", asked, printed);
	sb_listener_close(listener);
	sb_world_destroy(world);
	return 0;
}
