/* How the client logs in (SASL, sasl.h): mechanism after mechanism, each within a deadline.
 *
 *     DUE --sasl is on--> TRYING --succeeded, or none is left--> OVER
 *      ^                  |    ^                                  |
 *      |     broken off   v    |  the end of that                 |
 *      |               ABORTING                                   |
 *      +------------------------------- CAP NEW sasl -------------+
 *
 * A failure is told when what follows has begun. Where we have broken off when only the server's yes was
 * missing, that may be under way, and counts when it comes: then we are logged in, and the server
 * would refuse any other mechanism (907). */

#include "client.h"

#include <errno.h>

#include <signalbox/pool.h>
#include <signalbox/tls.h>

#include "roster.h"

/* How long the server may take over one mechanism, and to say that it is broken off. */
enum { LOGIN_S = 15, ABORT_S = 5 };

/* Iterations of SCRAM that hold the loop up for some 10 ms at most; more are computed on a thread. */
enum { INLINE_MAX = 20000 };

/* A computation on a thread, with an object of its own, which may outlive the attempt. */
struct sb_irc_computing {
	struct sb_work work;
	struct sb_irc *irc; /* NULL: nobody wants it any more */
	struct sb_scram_work scram;
};

/* ---- Writing ---- */

static void
authenticate(struct sb_irc *irc, const char *param)
{
	sb_irc_write_(irc,
		&(struct sb_wire_out){ .verb = "AUTHENTICATE", .params = &param, .n_params = 1 });
}

static int
answer(struct sb_irc *irc)
{
	char piece[SB_SASL_PIECE_MAX + 1];

	while (sb_sasl_piece(irc->login.sasl, piece))
		authenticate(irc, piece);
	sb_crypto_cleanse(piece, sizeof(piece));
	return 0;
}

/* ---- One attempt ---- */

/* What it holds is cleansed. What a thread computes goes when that is through. */
static void
drop_attempt(struct sb_irc *irc)
{
	struct login *login = &irc->login;

	if (login->computing) {
		login->computing->irc = NULL;
		(void)sb_pool_cancel(&login->computing->work);
		login->computing = NULL;
	}
	login->is_computed = false;
	if (login->sasl)
		sb_sasl_finish(login->sasl);
	free(login->sasl);
	login->sasl = NULL;
}

static enum sb_sasl_mechanism
choose(const struct sb_irc *irc, struct sb_error *ret_why)
{
	const struct login *login = &irc->login;
	struct sb_tls_info info;

	return sb_sasl_choose(
		&(struct sb_sasl_choice){
			.credentials = &login->credentials,
			.wanted = login->n_wanted ? login->wanted : NULL,
			.n_wanted = login->n_wanted,
			.offered = *login->offered ? login->offered
						   : sb_caps_value(&irc->caps, SB_CAP_SASL),
			.tried = login->tried,
			.is_encrypted = sb_stream_tls_info(irc->stream, &info),
			.allows_plain_in_clear = login->allows_plain_in_clear,
			.is_suspect = login->is_suspect,
		},
		ret_why);
}

static void
draw(struct sb_reactor *r, unsigned char bytes[SB_SASL_RANDOM_LEN])
{
	for (size_t i = 0; i < SB_SASL_RANDOM_LEN; i += sizeof(uint64_t)) {
		uint64_t bits = sb_reactor_random(r);

		memcpy(bytes + i, &bits, sizeof(bits));
	}
}

_Static_assert(SB_SASL_RANDOM_LEN % sizeof(uint64_t) == 0, "whole words");

/* The server's time to let us in rests while it has the login's deadlines. */
static int
begin(struct sb_irc *irc, enum sb_sasl_mechanism mechanism, struct sb_error *ret_error)
{
	struct login *login = &irc->login;
	unsigned char random[SB_SASL_RANDOM_LEN];
	int error;

	login->state = LOGIN_TRYING;
	login->mechanism = mechanism;
	sb_timer_start(&login->timer, LOGIN_S * SB_S);
	if (irc->state == REGISTERING)
		sb_timer_stop(&irc->timer);
	login->sasl = malloc(sizeof(*login->sasl));
	if (!login->sasl)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	draw(irc->r, random);
	error = sb_sasl_begin(login->sasl, mechanism, &login->credentials, random, ret_error);
	if (!error)
		authenticate(irc, sb_sasl_name(mechanism));
	return error;
}

/* ---- How it ends ---- */

static void
settle(struct sb_irc *irc)
{
	drop_attempt(irc);
	sb_timer_stop(&irc->login.timer);
	irc->login.state = LOGIN_OVER;
	if (irc->state != REGISTERING)
		return;
	sb_irc_await_registration_(irc);
	sb_irc_caps_end_(irc);
}

/* Nothing is left to try. */
static void
give_up(struct sb_irc *irc, const char *text)
{
	struct login *login = &irc->login;

	if (!login->is_required || login->is_in) {
		settle(irc);
		return;
	}
	drop_attempt(irc);
	sb_timer_stop(&login->timer);
	login->state = LOGIN_OVER;
	sb_irc_end_(irc, -EACCES, "we could not log in: %s", text);
}

static int
tell_failed(struct sb_irc *irc, const char *mechanism, const char *text, bool goes_on)
{
	return sb_irc_authentication_failed_emit(irc->d, irc,
		&(struct sb_irc_authentication_failed){
			.mechanism = mechanism, .text = text, .goes_on = goes_on });
}

/* The attempt has failed: the next begins, if there is one. is_begun: the server does not know yet,
 * and is told. */
static int
fail(struct sb_irc *irc, const char *text, bool is_begun)
{
	struct login *login = &irc->login;
	const char *mechanism = sb_sasl_name(login->mechanism);
	struct sb_error error = { 0, "" };
	enum sb_sasl_mechanism next;
	int ran;

	login->is_late = is_begun && login->sasl && sb_sasl_is_settled(login->sasl);
	login->late = login->mechanism;
	drop_attempt(irc);
	login->tried |= 1u << login->mechanism;
	if (is_begun)
		authenticate(irc, "*");
	next = choose(irc, NULL);
	if (next == SB_SASL_NONE) {
		give_up(irc, text);
	} else if (is_begun) {
		login->state = LOGIN_ABORTING;
		sb_timer_start(&login->timer, ABORT_S * SB_S);
	} else {
		(void)begin(irc, next, &error);
	}
	ran = tell_failed(irc, mechanism, text, next != SB_SASL_NONE);
	if (!error.code || ran == -ECANCELED || !sb_irc_is_up_(irc))
		return ran;
	return fail(irc, error.text, false);
}

static int
fail_for_good(struct sb_irc *irc, const char *text, bool is_begun)
{
	irc->login.tried = ~0U;
	return fail(irc, text, is_begun);
}

/* No mechanism could be tried. */
static int
tell_none(struct sb_irc *irc, const char *text)
{
	give_up(irc, text);
	return tell_failed(irc, "", text, false);
}

static int
try_next(struct sb_irc *irc)
{
	struct sb_error error = { 0, "" };
	enum sb_sasl_mechanism next = choose(irc, &error);

	if (next == SB_SASL_NONE)
		return tell_none(irc, error.text);
	return begin(irc, next, &error) ? fail(irc, error.text, false) : 0;
}

static int
succeed(struct sb_irc *irc, enum sb_sasl_mechanism mechanism)
{
	irc->login.is_in = true;
	irc->login.is_late = false;
	settle(irc);
	return sb_irc_authenticated_emit(irc->d, irc,
		&(struct sb_irc_authenticated){
			.account = irc->login.account, .mechanism = sb_sasl_name(mechanism) });
}

/* ---- Computing ---- */

static int
resume(struct sb_irc *irc)
{
	struct sb_error error;

	if (sb_sasl_resume(irc->login.sasl, &error) < 0)
		return fail(irc, error.text, true);
	return answer(irc);
}

static void
on_compute(void *self)
{
	struct sb_irc_computing *computing = self;

	sb_scram_compute(&computing->scram);
}

/* It goes on in a turn of its own: whoever is told a failure may destroy the pool, too. */
static void
on_computed(void *self, bool was_done)
{
	struct sb_irc_computing *computing = self;
	struct sb_irc *irc = computing->irc;

	if (irc) {
		sb_assert(was_done);
		irc->login.sasl->work = computing->scram;
		irc->login.computing = NULL;
		irc->login.is_computed = true;
		sb_timer_start(&irc->login.timer, 0);
	}
	sb_crypto_cleanse(&computing->scram, sizeof(computing->scram));
	free(computing);
}

static int
compute_elsewhere(struct sb_irc *irc)
{
	static const struct sb_pool_options options = { .n_threads = 1 };
	struct login *login = &irc->login;
	struct sb_irc_computing *computing = calloc(1, sizeof(*computing));
	int error = -ENOMEM;

	if (!login->pool)
		login->pool = sb_pool_create(irc->r, &options, irc->place);
	if (computing && login->pool) {
		computing->irc = irc;
		computing->scram = login->sasl->work;
		error = sb_pool_give(login->pool, &computing->work, SB_HANDLER(on_compute),
			on_computed, computing);
	}
	if (!error) {
		login->computing = computing;
		return 0;
	}
	if (computing)
		sb_crypto_cleanse(&computing->scram, sizeof(computing->scram));
	free(computing);
	return fail(irc, "no thread or memory to compute what the server wants", true);
}

static int
compute(struct sb_irc *irc)
{
	struct sb_scram_work *work = &irc->login.sasl->work;

	if (work->iterations > INLINE_MAX)
		return compute_elsewhere(irc);
	sb_scram_compute(work);
	return resume(irc);
}

/* ---- What the server says ---- */

bool
sb_irc_login_take_(struct sb_irc *irc, const char *piece, int *ret_ran)
{
	struct login *login = &irc->login;
	struct sb_error error;
	int next;

	*ret_ran = 0;
	if (!sb_irc_is_up_(irc) || login->state == LOGIN_ABORTING)
		return login->state == LOGIN_ABORTING;
	if (login->state != LOGIN_TRYING)
		return false;
	if (!login->sasl || login->computing || login->is_computed) {
		*ret_ran = fail(irc, "the server goes on before we have answered", true);
		return true;
	}
	next = sb_sasl_feed(login->sasl, piece, &error);
	if (next < 0) {
		login->is_suspect |= next == -EKEYREJECTED;
		*ret_ran = fail(irc, error.text, true);
	} else if (next == SB_SASL_COMPUTE) {
		*ret_ran = compute(irc);
	} else if (next == SB_SASL_SEND) {
		*ret_ran = answer(irc);
	}
	return true;
}

/* The yes to what we have broken off; the next may have begun meanwhile. */
static int
succeed_late(struct sb_irc *irc)
{
	if (irc->login.state == LOGIN_TRYING)
		authenticate(irc, "*");
	return succeed(irc, irc->login.late);
}

/* The end of an attempt, as the server has it. */
static int
end_attempt(struct sb_irc *irc, const struct sb_sasl_numeric *numeric, const char *words)
{
	struct login *login = &irc->login;
	const char *text = *words ? words : numeric->text;

	switch (numeric->meaning) {
	case SB_SASL_SUCCESS:
		if (login->sasl && sb_sasl_is_settled(login->sasl))
			return succeed(irc, login->mechanism);
		if (login->is_late)
			return succeed_late(irc);
		login->is_suspect = true;
		return fail(irc, "the server says yes before it could know who we are", false);
	case SB_SASL_ALREADY:
		if (!login->is_in)
			return fail_for_good(irc, text, false);
		settle(irc);
		return 0;
	case SB_SASL_LOCKED:
		return fail_for_good(irc, text, false);
	default:
		return fail(irc, text, false);
	}
}

static void
note(char *buf, size_t cap, const char *text)
{
	(void)snprintf(buf, cap, "%s", text);
}

int
sb_irc_login_numeric_(struct sb_irc *irc, const struct sb_wire_line *line)
{
	const struct sb_sasl_numeric *numeric = sb_sasl_numeric(atoi(line->verb));
	struct login *login = &irc->login;

	if (!numeric || !sb_irc_is_up_(irc))
		return 0;
	if (numeric->meaning == SB_SASL_LOGGED_IN)
		note(login->account, sizeof(login->account), line->params[2]);
	if (numeric->meaning == SB_SASL_LOGGED_OUT) {
		login->account[0] = '\0';
		login->is_in = false;
	}
	if (numeric->meaning == SB_SASL_LOGGED_IN || numeric->meaning == SB_SASL_LOGGED_OUT)
		(void)sb_roster_account(irc->roster, irc->nick, login->account);
	if (numeric->meaning == SB_SASL_MECHANISMS)
		note(login->offered, sizeof(login->offered), line->params[1]);
	if (login->state == LOGIN_ABORTING || login->state == LOGIN_OVER) {
		if (numeric->meaning == SB_SASL_SUCCESS && login->is_late)
			return succeed_late(irc);
		login->is_suspect |= numeric->meaning == SB_SASL_SUCCESS;
		login->is_late &= !numeric->is_end;
	}
	if (numeric->is_end && login->state == LOGIN_ABORTING)
		return try_next(irc);
	if (numeric->is_end && login->state == LOGIN_TRYING)
		return end_attempt(
			irc, numeric, line->n_params > 1 ? line->params[line->n_params - 1] : "");
	return 0;
}

int
sb_irc_login_go_on_(struct sb_irc *irc)
{
	enum login_state state = irc->login.state;
	enum sb_caps_state caps = sb_caps_state(&irc->caps);

	if (sb_caps_is_on(&irc->caps, SB_CAP_SASL))
		return state == LOGIN_DUE ? try_next(irc) : 0;
	if (state == LOGIN_TRYING)
		return fail_for_good(irc, "the server has no SASL any more", false);
	if (state == LOGIN_ABORTING)
		return tell_none(irc, "the server has no SASL any more");
	if (state != LOGIN_DUE || caps == SB_CAPS_LISTING || caps == SB_CAPS_ASKING)
		return 0;
	if (caps == SB_CAPS_ABSENT)
		return tell_none(irc, "the server has no capabilities, and so no SASL");
	if (sb_caps_value(&irc->caps, SB_CAP_SASL))
		return tell_none(irc, "the server refuses the capability sasl");
	return tell_none(irc, "the server has no SASL");
}

int
sb_irc_login_welcomed_(struct sb_irc *irc)
{
	enum login_state state = irc->login.state;

	if (state == LOGIN_TRYING)
		return fail_for_good(irc, "the server lets us in before that was over", true);
	if (state == LOGIN_ABORTING)
		return tell_none(irc, "the server lets us in before that was over");
	return sb_irc_login_go_on_(irc);
}

void
sb_irc_login_renew_(struct sb_irc *irc)
{
	struct login *login = &irc->login;

	if (login->state != LOGIN_OVER)
		return;
	login->state = LOGIN_DUE;
	login->tried = 0;
	login->is_suspect = login->is_late = false;
	login->offered[0] = '\0';
}

void
sb_irc_on_login_timer_(void *self)
{
	struct sb_irc *irc = self;
	struct login *login = &irc->login;

	if (!sb_irc_is_up_(irc))
		return;
	if (login->is_computed) {
		login->is_computed = false;
		sb_timer_start(&login->timer, LOGIN_S * SB_S);
		(void)resume(irc);
	} else if (login->state == LOGIN_ABORTING) {
		(void)try_next(irc);
	} else if (login->state == LOGIN_TRYING) {
		(void)fail(irc, "the server took longer than 15 s", true);
	}
}

/* ---- Its life ---- */

bool
sb_irc_login_is_settled_(const struct sb_irc *irc)
{
	return irc->login.state == LOGIN_NONE || irc->login.state == LOGIN_OVER;
}

const char *
sb_irc_account_(const struct sb_irc *irc)
{
	return *irc->login.account ? irc->login.account : NULL;
}

void
sb_irc_login_begin_(struct sb_irc *irc)
{
	struct login *login = &irc->login;

	drop_attempt(irc);
	sb_timer_stop(&login->timer);
	login->state = login->is_wanted ? LOGIN_DUE : LOGIN_NONE;
	login->tried = 0;
	login->is_suspect = login->is_in = login->is_late = false;
	login->account[0] = login->offered[0] = '\0';
}

void
sb_irc_login_end_(struct sb_irc *irc)
{
	drop_attempt(irc);
	sb_timer_finish(&irc->login.timer);
	sb_pool_destroy(irc->login.pool);
	irc->login.pool = NULL;
}
