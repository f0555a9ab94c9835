#ifndef KIT_TRANSCRIPT_H
#define KIT_TRANSCRIPT_H

/* Inside a transcript: its steps, the peers the kit plays, and one run. */

#include "private.h"

enum step_kind {
	STEP_SENDS, /* < */
	STEP_WROTE, /* > */
	STEP_WROTE_PART, /* >~ */
	STEP_WROTE_ANY, /* >... */
	STEP_SIGNAL, /* ! */
	STEP_IGNORE, /* - */
	STEP_TIME, /* + */
	STEP_CLOCK, /* @ */
	STEP_COMMAND, /* $ */
	/* The words of ~: first what the peer does, then what we have done. */
	STEP_CONNECTS,
	STEP_ENDS,
	STEP_BREAKS,
	STEP_REFUSES,
	STEP_LISTENS,
	STEP_VANISHES,
	STEP_SECURES,
	STEP_CONNECTED,
	STEP_ENDED,
	STEP_CLOSED,
	STEP_BROKEN,
};

struct step {
	enum step_kind kind;
	unsigned line;
	struct text peer; /* its name; empty for the one without */
	struct text text; /* the bytes, the expectation, the words */
	int64_t duration_ns; /* of @: since midnight */
};

struct script {
	struct step *steps;
	size_t n, cap;
};

/* Returns 0; or -EINVAL with the report and its line; or -ENOMEM. Finish it either way. */
int sb_kit_script_parse(
	struct script *script, const char *text, unsigned *ret_line, struct text *report);
void sb_kit_script_finish(struct script *script);

/* The other end of one connection. */
struct peer {
	struct peer *next; /* the newest first */
	const char *name; /* borrowed; NULL: we connected to it, and that was not told yet */
	struct sb_stream *stream; /* NULL: over */
	struct text unread; /* written by us and not told yet */
	bool is_connected;
	bool is_securing; /* has started TLS */
	bool is_secured;
	bool passes_over; /* what is unread may be anything up to the next > */
	bool has_ended; /* we have ended our direction, and that was not told yet */
	bool has_broken; /* the connection broke, likewise */
	bool is_broken_by_peer;
	struct sb_error over;
};

struct run {
	const struct sb_subject *subject;
	void *self;
	const char *how; /* which kind of run, for reports */
	bool is_by_byte, is_chopped;
	struct sb_world *world;
	struct sb_probe *probe;
	struct sb_listener *listener;
	struct sb_listener *tls_listener; /* for a client that may come by TLS, too; or NULL */
	struct sb_tls *tls; /* the peers'; NULL: none of them knows TLS */
	char url[128]; /* where the subject listens or connects to */
	struct peer *peers;
	const struct script *script;
	const struct step **ignored;
	size_t n_ignored;
	char file[64]; /* of the certificate, for a subject that serves; "": none */
	bool is_lost; /* memory ran out in a callback */
	struct text *report;
};

/* Where that is on the network. */
extern const char sb_kit_run_address[];

/* Each returns whether all is well, or the report. */
bool sb_kit_peers_listen(struct run *run);
bool sb_kit_peer_connects(struct run *run, const char *name);
bool sb_kit_peer_connected(struct run *run, const char *name);
/* then_secures: it starts TLS behind its last byte, before anybody can answer. */
bool sb_kit_peer_sends(struct run *run, const struct step *step, bool then_secures);
bool sb_kit_peer_secures(struct run *run, const struct step *step);
bool sb_kit_peer_acts(struct run *run, const struct step *step);
bool sb_kit_peer_got(struct run *run, const struct step *step);
bool sb_kit_peer_saw(struct run *run, const struct step *step);
bool sb_kit_peers_are_done(struct run *run);
void sb_kit_peers_finish(struct run *run);

/* transcript_tls.c; each returns whether all is well, or the report. */

/* Makes what the peers need for TLS, and what the subject's url says of it. */
bool sb_kit_tls_begin(struct run *run);
/* The subject is made, and has read its files. */
void sb_kit_tls_drop_file(struct run *run);
void sb_kit_tls_finish(struct run *run);
/* The peer starts TLS; whether TLS stands then, or has failed, which the connection's end tells. */
bool sb_kit_tls_start(struct run *run, struct peer *peer);
bool sb_kit_tls_stands(struct run *run, const struct peer *peer);

/* The peer of a step, which must exist; and how reports call it. */
struct peer *sb_kit_peer_of(struct run *run, const struct step *step);
const char *sb_kit_peer_title(const struct peer *peer);

/* Runs the script in a new world; *ret_line is where it went wrong. */
bool sb_kit_run_script(struct run *run, const struct script *script, unsigned *ret_line);

#endif
