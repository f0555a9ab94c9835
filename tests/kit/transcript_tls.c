#include <errno.h>
#include <unistd.h>

#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

#include "transcript.h"

/* The subject's certificate, in a file that its url may name. */
static bool
write_file(struct run *run)
{
	const char *pem = run->subject->certificate->both;
	const char file[] = P_tmpdir "/signalbox-transcript-XXXXXX";
	size_t len = strlen(pem);
	int fd;

	(void)snprintf(run->file, sizeof(run->file), "%s", file);
	fd = mkstemp(run->file);
	if (fd < 0)
		run->file[0] = '\0';
	if (fd >= 0 && write(fd, pem, len) == (ssize_t)len && !close(fd))
		return true;
	(void)sb_kit_text_addf(run->report, "the certificate cannot be written to %s: %s\n", file,
		strerror(errno));
	return false;
}

void
sb_kit_tls_drop_file(struct run *run)
{
	if (run->file[0])
		(void)unlink(run->file);
	run->file[0] = '\0';
}

static bool
name_url(struct run *run)
{
	const struct sb_subject *subject = run->subject;
	const char *host = strstr(sb_kit_run_address, "://");

	if (!subject->is_tls) {
		(void)snprintf(run->url, sizeof(run->url), "%s", sb_kit_run_address);
		return true;
	}
	if (subject->is_server && !write_file(run))
		return false;
	(void)snprintf(run->url, sizeof(run->url), "tls%s?%s=%s", host,
		subject->is_server ? "cert" : "pin",
		subject->is_server ? run->file : subject->certificate->certificate_pin);
	return true;
}

/* The peer of a client is a server with the certificate; that of a server trusts nothing but it. */
static bool
make_context(struct run *run)
{
	const struct sb_test_certificate *certificate = run->subject->certificate;
	const char *pin = certificate->certificate_pin;
	struct sb_tls_options server = { .cert_pem = certificate->both, .is_server = true };
	struct sb_tls_options client = { .pins = &pin, .n_pins = 1 };
	struct sb_error error;

	if (!sb_tls_create(run->world->r, run->subject->is_server ? &client : &server, SB_PLACE,
		    &run->tls, &error))
		return true;
	(void)sb_kit_text_addf(run->report, "the peers cannot have TLS: %s\n", error.text);
	return false;
}

bool
sb_kit_tls_begin(struct run *run)
{
	sb_assert(run->subject->certificate || !run->subject->is_tls);
	return name_url(run) && (!run->subject->certificate || make_context(run));
}

void
sb_kit_tls_finish(struct run *run)
{
	sb_kit_tls_drop_file(run);
	sb_tls_destroy(run->tls);
	run->tls = NULL;
}

bool
sb_kit_tls_start(struct run *run, struct peer *peer)
{
	struct sb_error error = { 0 };

	if (!run->tls)
		(void)sb_kit_text_addf(run->report,
			"%s has no certificate for TLS: the subject names none\n",
			sb_kit_peer_title(peer));
	else if (!peer->stream)
		(void)sb_kit_text_addf(
			run->report, "%s has no connection any more\n", sb_kit_peer_title(peer));
	else if (sb_stream_start_tls(peer->stream, run->tls, NULL, &error))
		(void)sb_kit_text_addf(run->report, "%s cannot start TLS: %s\n",
			sb_kit_peer_title(peer), error.text);
	else
		peer->is_securing = true;
	return peer->is_securing;
}

bool
sb_kit_tls_stands(struct run *run, const struct peer *peer)
{
	if (peer->is_secured || !peer->stream)
		return true;
	(void)sb_kit_text_addf(run->report, "expected that we start TLS with %s, but we have not\n",
		sb_kit_peer_title(peer));
	return false;
}
