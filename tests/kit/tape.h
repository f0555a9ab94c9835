#ifndef KIT_TAPE_H
#define KIT_TAPE_H

/* A tape, between what its protocol calls (tape_stream.c) and what the test does (tape.c). */

#include "private.h"

enum tape_state {
	TAPE_NEW, /* not connected */
	TAPE_OPEN,
	TAPE_CLOSING, /* closed by us, what is queued has yet to flow */
	TAPE_OVER, /* through: `closed` has returned, or the owner destroyed it */
};

struct sb_tape {
	struct sb_stream stream; /* first: a stream is a tape to us */
	const char *place;
	const struct sb_protocol *protocol; /* NULL: not attached */
	void *self;
	enum tape_state state;
	bool is_driven; /* a driving call is on the stack */

	/* What is due, and what was told. */
	bool connected_due, drained_due, over_due, end_due, end_told;
	struct sb_error over; /* how it ends, or ended */

	bool is_paused, is_shut, is_full;
	bool is_securing, is_secure, secured_due; /* TLS has been started, stands, and is told */
	char tls_name[256]; /* whom it is to be */
	int write_error; /* 0: writing works */
	struct text held; /* sent by the peer, not told yet */
	struct text telling; /* being told; here, so that a longjmp out of it loses nothing */
	struct text queue; /* written by us, not with the peer yet */
	struct text written; /* with the peer */
	size_t room; /* what the peer still takes */
	size_t low, high, hard;
	int64_t idle_timeout_ns;
};

/* What the protocol calls. */
extern const struct sb_transport sb_kit_tape_transport;

/* It is over, once the protocol is told. The first reason counts. */
void sb_kit_tape_end_with(struct sb_tape *tape, int code, const char *text);

/* Moves from the queue what the peer has room for. Returns 0, or -ENOMEM and nothing moved. */
int sb_kit_tape_flow(struct sb_tape *tape);

#endif
