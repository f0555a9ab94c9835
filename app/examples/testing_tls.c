/* TLS in a transcript: a client that says its secret only after STARTTLS, see confidant/. */
#include <signalbox/line.h>
#include <signalbox/testing.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

struct confidant {
	struct sb_stream *stream;
	struct sb_tls *tls;
	struct sb_lines lines;
};

static void
on_connected(void *self, struct sb_stream *stream)
{
	(void)self;
	(void)sb_stream_write(stream, sb_bytes_of("STARTTLS\r\n"));
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct confidant *c = self;
	struct sb_tls_info info;

	sb_line_feed(&c->lines, bytes);
	if (sb_line_next(&c->lines, &bytes) == SB_LINE_NONE)
		return;
	/* It has thanked us; or what comes behind its GO, in the clear, may be anybody's. */
	if (sb_stream_tls_info(stream, &info) || sb_line_next(&c->lines, &bytes) != SB_LINE_NONE)
		sb_stream_close(stream);
	else if (sb_stream_start_tls(stream, c->tls, "secrets.example", NULL) < 0)
		sb_stream_abort(stream);
	sb_line_reset(&c->lines);
}

static void
on_secured(void *self, struct sb_stream *stream)
{
	(void)self;
	(void)sb_stream_write(stream, sb_bytes_of("SECRET 17\r\n"));
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)stream, (void)error;
	((struct confidant *)self)->stream = NULL;
}

static const struct sb_protocol confiding = {
	on_connected,
	on_data,
	.secured = on_secured,
	.closed = on_closed,
};

static struct sb_test_ca *ca;

static void
create(void *self, struct sb_world *world, const char *url)
{
	struct sb_tls_options trust = { .ca_pem = sb_test_ca_pem(ca) };
	struct sb_stream_options silence = { .idle_timeout_ns = 30 * SB_S };
	struct confidant *c = self;
	struct sb_error error;

	sb_line_init(&c->lines, 80, SB_LINE_CUT);
	if (sb_tls_create(world->r, &trust, SB_PLACE, &c->tls, &error) < 0
		|| sb_stream_connect(
			   world->r, url, &silence, SB_PLACE, &confiding, c, &c->stream, &error)
			   < 0)
		sb_testing_fail(SB_PLACE, "%s", error.text);
}

static void
destroy(void *self)
{
	struct confidant *c = self;

	sb_stream_destroy(c->stream);
	sb_line_finish(&c->lines);
	sb_tls_destroy(c->tls);
}

int
main(void)
{
	struct sb_test_certificate_options whose = { .names = "secrets.example" };
	struct sb_subject subject = { .create = create, .destroy = destroy };
	struct confidant confidant;

	ca = sb_test_ca_create("Authority of Tests");
	subject.certificate = sb_test_certificate_create(ca, &whose);
	sb_transcript_run_folder(SOURCE_DIR "/app/examples/confidant", &subject, &confidant);
	sb_test_ca_destroy(ca);
	return 0;
}
