#ifndef IRC_LOGIN_FIXTURE_H
#define IRC_LOGIN_FIXTURE_H

/* An IRC client on a tape that logs in, and what a server says to it. */

#include "irc_fixture.h"
#include "kit_cmocka.h"
#include "protocols/irc/sasl.h"

/* Connected, and the server has SASL with these mechanisms. */
static inline void
begin(struct fixture *f, struct sb_world *world, const struct sb_irc_login *login,
	const char *mechanisms)
{
	char line[256];

	fixture_begin_with(f, world, &(struct sb_irc_options){ .nick = "quoth", .login = login });
	(void)snprintf(line, sizeof(line), ":irc.x CAP * LS :sasl=%s", mechanisms);
	sb_tape_feed_line(f->tape, line);
	sb_tape_clear(f->tape);
	sb_tape_feed_line(f->tape, ":irc.x CAP quoth ACK :sasl");
	sb_probe_expect(f->probe, "irc.capability_changed name=sasl is_on=true");
}

/* All that was written by AUTHENTICATE, without base64, and a NUL. */
static inline size_t
take_message(struct fixture *f, char buf[4096])
{
	static const char verb[] = "AUTHENTICATE ";
	const char *at = sb_tape_written(f->tape);
	size_t len = 0;

	while (!strncmp(at, verb, strlen(verb))) {
		size_t n = strcspn(at += strlen(verb), "\r");

		assert_in_range(n, 1, SB_SASL_PIECE_MAX);
		if (*at != '+' || n > 1) {
			int got = sb_crypto_unbase64(at, n, (unsigned char *)buf + len);

			assert_true(got >= 0);
			len += (size_t)got;
		}
		at += n + 2;
	}
	assert_string_equal(at, "");
	sb_tape_clear(f->tape);
	buf[len] = '\0';
	return len;
}

/* The server says so, in pieces. */
static inline void
say(struct fixture *f, const char *text, size_t len)
{
	char line[32 + SB_SASL_PIECE_MAX] = "AUTHENTICATE ";
	size_t part;

	do {
		part = len < 300 ? len : 300;
		(void)snprintf(line + 13, sizeof(line) - 13, "+");
		if (part)
			(void)sb_crypto_base64((struct sb_bytes){ text, part }, line + 13);
		sb_tape_feed_line(f->tape, line);
		text += part;
		len -= part;
	} while (part == 300);
}

#endif
