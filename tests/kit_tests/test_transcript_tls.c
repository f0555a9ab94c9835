/* Transcripts with TLS, from the start and in mid-stream, of clients and of servers. */

#include <unistd.h>

#include "kit_tests/failing.h"
#include "kit_tests/subjects.h"

#include <signalbox/line.h>
#include <signalbox/listener.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

static struct sb_test_ca *ca;
static const struct sb_test_certificate *certificate, *other;

static void
make_certificates(void)
{
	ca = sb_test_ca_create("Test Authority");
	certificate = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){ .names = "127.0.0.1" });
	other = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){ .names = "192.0.2.1" });
}

/* ---- A client, or a server, that starts TLS when it is told to ----
 *
 * The client says STARTTLS and takes GO for an answer; the server says GO. Under TLS the client says
 * HELLO first. What else is heard becomes toy.spoke; $ words are said. */

struct starter {
	struct sb_world *world;
	struct sb_listener *listener; /* of a server */
	struct sb_stream *stream;
	struct sb_tls *tls;
	struct sb_lines lines;
	struct sb_timer timer; /* a server gives GO after a second */
	bool is_server, is_lazy;
};

static void
say(struct starter *s, const char *line)
{
	assert_int_equal(sb_stream_write(s->stream, sb_bytes_of(line)), 0);
}

static void
start_tls(struct starter *s)
{
	if (!s->is_lazy)
		assert_int_equal(sb_stream_start_tls(s->stream, s->tls, NULL, NULL), 0);
}

static void
give_go(void *self)
{
	say(self, "GO\r\n");
	start_tls(self);
}

static void
on_starter_connected(void *self, struct sb_stream *stream)
{
	struct starter *s = self;

	s->stream = stream;
	if (!s->is_server)
		say(s, "STARTTLS\r\n");
}

static void
on_starter_data(void *self, struct sb_stream *stream, struct sb_bytes got)
{
	struct starter *s = self;
	struct sb_bytes line;
	char text[64];

	sb_line_feed(&s->lines, got);
	while (sb_line_next(&s->lines, &line) == SB_LINE_WHOLE) {
		(void)snprintf(text, sizeof(text), "%.*s", (int)line.len, (const char *)line.ptr);
		if (!strcmp(text, "GO"))
			start_tls(s);
		else if (!strcmp(text, "STARTTLS"))
			sb_timer_start(&s->timer, SB_S);
		else
			toy_says(s->world, NULL, text);
	}
	(void)stream;
}

static void
on_starter_secured(void *self, struct sb_stream *stream)
{
	struct sb_tls_info info;
	struct starter *s = self;

	assert_true(sb_stream_tls_info(stream, &info));
	if (!s->is_server)
		say(s, "HELLO\r\n");
}

static void
on_starter_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct starter *s = self;

	(void)stream, (void)error;
	s->stream = NULL;
	(void)toy_broke_emit(s->world->d, NULL, &(struct toy_broke){ 0 });
}

static const struct sb_protocol starting = {
	.connected = on_starter_connected,
	.data = on_starter_data,
	.secured = on_starter_secured,
	.closed = on_starter_closed,
};

static const struct sb_acceptor starters = { .protocol = &starting };

static void
starter_create(void *self, struct sb_world *world, const char *url)
{
	struct starter *s = self;
	struct sb_tls_options options = { .is_server = s->is_server };

	s->world = world;
	sb_line_init(&s->lines, 60, SB_LINE_CUT);
	assert_int_equal(sb_register(world->d, &toy_signals), 0);
	assert_int_equal(sb_timer_init(&s->timer, world->r, SB_HANDLER(give_go), s), 0);
	if (s->is_server)
		options.cert_pem = certificate->both;
	else
		options.ca_pem = sb_test_ca_pem(ca);
	assert_int_equal(sb_tls_create(world->r, &options, SB_PLACE, &s->tls, NULL), 0);
	if (s->is_server)
		assert_int_equal(sb_listener_open(world->r, url, NULL, SB_PLACE, &starters, s,
					 &s->listener, NULL),
			0);
	else
		assert_int_equal(sb_stream_connect(world->r, url, NULL, SB_PLACE, &starting, s,
					 &s->stream, NULL),
			0);
}

static void
starter_destroy(void *self)
{
	struct starter *s = self;

	sb_stream_destroy(s->stream);
	s->stream = NULL;
	sb_listener_close(s->listener);
	s->listener = NULL;
	sb_timer_finish(&s->timer);
	sb_line_finish(&s->lines);
	sb_tls_destroy(s->tls);
}

static void
starter_command(void *self, const char *words)
{
	struct starter *s = self;

	if (!strcmp(words, "close"))
		sb_stream_close(s->stream);
	else
		say(s, words);
}

static void
talk(struct starter *s, const struct sb_test_certificate *shown, const char *text)
{
	struct sb_subject subject = {
		.is_server = s->is_server,
		.create = starter_create,
		.destroy = starter_destroy,
		.command = starter_command,
		.certificate = shown,
	};

	sb_transcript_run_text("talk.txt", text, &subject, s);
}

static void
client_starts_tls_when_it_may(void **state)
{
	struct starter s = { .is_server = false };

	(void)state;
	talk(&s, certificate,
		"~ connected\n"
		"> STARTTLS\n"
		"+5s\n"
		"< wait\n"
		"! toy.spoke text=wait\n"
		"< GO\n"
		"~ secures\n"
		"> HELLO\n"
		"+1h\n"
		"< secret\n"
		"! toy.spoke text=secret\n"
		"$ close\n"
		"! toy.broke\n"
		"~ closed\n");
}

static void
server_starts_tls_when_it_is_asked(void **state)
{
	struct starter s = { .is_server = true };

	(void)state;
	talk(&s, certificate,
		"a~ connects\n"
		"a< STARTTLS\n"
		"+1s\n"
		"a> GO\n"
		"a~ secures\n"
		"a< secret\n"
		"! toy.spoke text=secret\n"
		"$ word\n"
		"a> word\\\n"
		"a~ breaks\n"
		"! toy.broke\n");
}

static void
certificate_that_we_refuse_breaks_the_connection(void **state)
{
	struct starter s = { .is_server = false };

	(void)state;
	talk(&s, other,
		"~ connected\n"
		"> STARTTLS\n"
		"< GO\n"
		"~ secures\n"
		"~ broken\n"
		"! toy.broke\n");
}

/* ---- From the start: the subjects know nothing of it but their url ---- */

static void
client_is_under_tls_from_the_start(void **state)
{
	struct client client = { .n_created = 0 };
	struct sb_subject subject = client_subject;

	(void)state;
	subject.certificate = other;
	subject.is_tls = true;
	sb_transcript_run_text("talk.txt",
		"~ connected\n"
		"> HELLO\n"
		"< PING 1\n"
		"> PONG 1\n"
		"~ breaks\n"
		"! toy.broke\n"
		"~ refuses\n"
		"+10s\n"
		"! toy.broke\n"
		"~ listens\n"
		"+10s\n"
		"~ connected\n"
		"> HELLO\n"
		"~ ends\n"
		"~ closed\n"
		"! toy.broke\n",
		&subject, &client);
	assert_int_equal(client.n_created, 3);
}

static char certificate_file[128];

static void
porter_create_noting(void *self, struct sb_world *world, const char *url)
{
	(void)snprintf(certificate_file, sizeof(certificate_file), "%s", strstr(url, "cert=") + 5);
	assert_int_equal(access(certificate_file, R_OK), 0);
	porter_create_at(self, world, url);
}

static void
server_is_under_tls_from_the_start(void **state)
{
	struct sb_subject subject = server_subject;
	struct porter *porter;

	(void)state;
	subject.certificate = certificate;
	subject.is_tls = true;
	subject.create = porter_create_noting;
	sb_transcript_run_text("talk.txt",
		"a~ connects\n"
		"a> who are you?\n"
		"b~ connects\n"
		"b> who are you?\n"
		"a~ ends\n"
		"a~ closed\n",
		&subject, &porter);
	assert_int_equal(access(certificate_file, F_OK), -1);
}

/* ---- Mistakes ---- */

struct trial {
	struct starter s;
	const struct sb_test_certificate *certificate;
	const char *text;
	bool is_tls;
};

static void
run_trial(void *self)
{
	struct trial *trial = self;

	talk(&trial->s, trial->certificate, trial->text);
}

static void
run_tls_trial(void *self)
{
	struct client client = { .n_created = 0 };
	struct sb_subject subject = client_subject;

	subject.certificate = certificate;
	subject.is_tls = true;
	sb_transcript_run_text("talk.txt", self, &subject, &client);
}

#define ASKED "~ connected\n> STARTTLS\n< GO\n"

static void
what_does_not_start_is_a_failure(void **state)
{
	struct trial lazy = { .s.is_lazy = true, .certificate = certificate };
	struct trial none = { .text = ASKED "~ secures\n" };
	struct trial wrong = { .certificate = certificate };
	char twice[] = "~ connected\n> HELLO\n~ secures\n";

	(void)state;
	lazy.text = ASKED "~ secures\n";
	assert_fails(run_trial, &lazy,
		"talk.txt:4: expected that we start TLS with the peer, but we have not");
	assert_fails(run_trial, &none,
		"talk.txt:3: the peer has no certificate for TLS: the subject names none");
	assert_fails(run_tls_trial, twice, "talk.txt:3: the peer cannot start TLS: ");
	wrong.text = "~ secures\n";
	assert_fails(run_trial, &wrong, "talk.txt:1: there is no connection: `~ connected` comes");
	wrong.text = ASKED "+1s\n";
	assert_fails(run_trial, &wrong, "we have written to the peer what was not told");
	wrong.text = ASKED "~ secures\n+1s\n";
	assert_fails(run_trial, &wrong,
		"talk.txt:5: we have written to the peer what was not told"
		"\n    HELLO");
	wrong.text = ASKED "~ secure\n";
	assert_fails(run_trial, &wrong, "talk.txt:4: ~ has no word secure");
	wrong.certificate = other;
	wrong.text = ASKED "~ secures\n! toy.broke\n";
	assert_fails(run_trial, &wrong, "is reset (");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(client_starts_tls_when_it_may),
		kit_test_bare(server_starts_tls_when_it_is_asked),
		kit_test_bare(certificate_that_we_refuse_breaks_the_connection),
		kit_test_bare(client_is_under_tls_from_the_start),
		kit_test_bare(server_is_under_tls_from_the_start),
		kit_test_bare(what_does_not_start_is_a_failure),
	};

	int ret;

	make_certificates();
	ret = kit_run(tests);
	sb_test_ca_destroy(ca);
	return ret;
}
