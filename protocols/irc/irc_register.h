#ifndef PROTOCOLS_IRC_IRC_REGISTER_H
#define PROTOCOLS_IRC_IRC_REGISTER_H

/* How the client comes in: what it says first, capabilities, logging in, and whether by TLS alone. */

#include "client.h"

/* ---- Registration ---- */

/* CAP LS, and the rest when a password need not wait; PASS, NICK, USER. */
void sb_irc_register_(struct sb_irc *irc);
void sb_irc_introduce_(struct sb_irc *irc);

/* The server has a minute from now on to let us in. */
void sb_irc_await_registration_(struct sb_irc *irc);

/* Copies the nicks to try, each of them fine. Returns 0 or -ENOMEM. */
int sb_irc_copy_nicks_(struct sb_irc *irc, const char *const *nicks, size_t n);

/* The server refuses a nick (432, 433, 436, 437): before it let us in another is tried, or it is
 * left. is_erroneous: for how it is written, not because somebody has it. Returns as an emission
 * does, and so do those below. */
int sb_irc_nick_refused_(struct sb_irc *irc, const struct sb_wire_line *line, bool is_erroneous);

/* Wishes of the application and no connection yet. Returns 0 or -EINVAL. */
int sb_irc_caps_init_(
	struct sb_caps *caps, const struct sb_irc_options *options, struct sb_error *ret_error);

/* CAP LS; CAP END, if all is settled. */
void sb_irc_caps_list_(struct sb_irc *irc);
void sb_irc_caps_end_(struct sb_irc *irc);

/* A line CAP: false for one that means nothing to us. */
bool sb_irc_caps_take_(struct sb_irc *irc, const struct sb_wire_line *line, int *ret_ran);

/* A refusal, which may be one of CAP as a whole (410, 421, 451). */
int sb_irc_caps_refused_(struct sb_irc *irc, const struct sb_wire_line *line);

/* 001: what is not settled by now is over. Afterwards we may be up no more. */
int sb_irc_caps_welcomed_(struct sb_irc *irc);
int sb_irc_login_welcomed_(struct sb_irc *irc);

/* ---- Logging in ---- */

/* Whether one could log in with that, or nothing: 0, -EINVAL or -ENOMEM. */
int sb_irc_login_check_(const struct sb_irc_login *login_or_null, struct sb_error *ret_error);

/* Copies it. Returns 0 or -ENOMEM, and what was copied is then there. */
int sb_irc_login_copy_(struct sb_irc *irc, const struct sb_irc_login *login_or_null);

/* A new connection, or none any more: nothing has been tried. */
void sb_irc_login_begin_(struct sb_irc *irc);

/* After what capabilities the server says it has: begins when that can be, is over when it cannot. */
int sb_irc_login_go_on_(struct sb_irc *irc);

/* The server offers SASL anew. */
void sb_irc_login_renew_(struct sb_irc *irc);

/* A line AUTHENTICATE: false for one that we did not ask for; 900 to 908. */
bool sb_irc_login_take_(struct sb_irc *irc, const char *piece, int *ret_ran);
int sb_irc_login_numeric_(struct sb_irc *irc, const struct sb_wire_line *line);

void sb_irc_on_login_timer_(void *irc);
bool sb_irc_login_is_settled_(const struct sb_irc *irc);

/* As whom we are logged in, as the server says; NULL: we are not. */
const char *sb_irc_account_(const struct sb_irc *irc);

/* Its timer and its threads go; the secrets, cleansed. */
void sb_irc_login_end_(struct sb_irc *irc);
void sb_irc_login_free_(struct sb_irc *irc);
void sb_irc_free_secret_(char *secret);

/* ---- Strict transport security ---- */

/* Whether the options for it can stand in a URL: 0, -EINVAL, -ENAMETOOLONG. Copies them: 0 or
 * -ENOMEM. */
int sb_irc_sts_check_(const struct sb_irc_options *options, struct sb_error *ret_error);
int sb_irc_sts_copy_(struct sb_irc *irc, const struct sb_irc_options *options);

/* The client is opened anew; it connects there, or takes what is attached; it is destroyed; freed. */
void sb_irc_sts_open_(struct sb_irc *irc);
void sb_irc_sts_begin_(struct sb_irc *irc, const struct sb_url *url_or_null);
void sb_irc_sts_destroy_(struct sb_irc *irc);
void sb_irc_sts_free_(struct sb_irc *irc);

/* The `choose` of sb_irc_client_events_. */
const char *sb_irc_sts_choose_(void *irc, const char *url);

/* Whether what is secret must wait, since the capabilities may say that we are to leave. When they are
 * heard, it is said; and when they do not come. */
bool sb_irc_sts_waits_(struct sb_irc *irc);
void sb_irc_sts_go_on_(struct sb_irc *irc);
void sb_irc_sts_on_timer_(void *irc);

/* After a CAP LS or NEW that names sts: afterwards we may be up no more. Returns as an emission does,
 * and so do those below. */
int sb_irc_sts_take_(struct sb_irc *irc);

/* The server has let us in. */
void sb_irc_sts_welcomed_(struct sb_irc *irc);

/* From time to time, and at the end of a connection: keeps what is due. */
int sb_irc_sts_renew_(struct sb_irc *irc);
int sb_irc_sts_end_(struct sb_irc *irc);

#endif
