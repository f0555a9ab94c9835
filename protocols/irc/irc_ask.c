/* Requests of the application, joined to the client. Which line answers what, asks.h says. */

#include "irc_receive.h"

#include <errno.h>
#include <strings.h>

#include "charset.h"

/* ---- Out ---- */

static bool
has_labels(const struct sb_irc *irc)
{
	return has_cap(irc, SB_CAP_LABELED_RESPONSE) && has_cap(irc, SB_CAP_BATCH);
}

static uint64_t
id_of(int64_t number)
{
	return SB_IRC_OURS_ | SB_IRC_ASK_ | (uint64_t)number;
}

static void
schedule(struct sb_irc *irc)
{
	int64_t due_ns = sb_asks_due_ns(&irc->asks), now_ns = sb_reactor_now_ns(irc->r);

	if (due_ns == INT64_MAX)
		sb_timer_stop(&irc->asks_timer);
	else
		sb_timer_start(&irc->asks_timer, due_ns > now_ns ? due_ns - now_ns : 0);
}

/* Sends those that may go now. Returns what became of that one's, if it is among them: 0, and it goes,
 * or waits; or why not, and there is none of that number any more. */
static int
send_next(struct sb_irc *irc, int64_t mine)
{
	struct sb_bytes line;
	int64_t number;
	int error, ret = 0;

	while (sb_irc_is_up_(irc) && sb_asks_next(&irc->asks, &number, &line)) {
		error = sb_irc_queue_put_(irc,
			&(struct sb_outbox_line){
				.bytes = line, .priority = SB_OUTBOX_BULK, .id = id_of(number) });
		if (error && number == mine) {
			(void)sb_asks_cancel(&irc->asks, number);
			ret = error;
		} else if (error) {
			sb_asks_fail(&irc->asks, number, strerror(-error));
		}
	}
	sb_irc_flush_(irc);
	schedule(irc);
	return ret;
}

void
sb_irc_asks_sent_(struct sb_irc *irc, uint64_t id)
{
	if (!(id & SB_IRC_ASK_))
		return;
	sb_asks_sent(&irc->asks, (int64_t)(id & ~id_of(0)), sb_reactor_now_ns(irc->r));
	schedule(irc);
}

int
sb_irc_ask(struct sb_irc *irc, const char *verb, const char *const *params, size_t n_params,
	int64_t *ret_request)
{
	const struct sb_wire_out out = { .verb = verb, .params = params, .n_params = n_params };
	char line[SB_WIRE_MAX + 1];
	int len = sb_wire_build(&out, line, sizeof(line)), error;

	sb_assert(!irc->is_destroyed);
	if (len < 0)
		return len;
	error = irc->features.is_utf8_only && !sb_charset_is_utf8(line)
			? -EILSEQ
			: sb_irc_check_ready_(irc, true);
	explicit_bzero(line, (size_t)len);
	if (!error)
		error = sb_asks_add(&irc->asks, &out, has_labels(irc), ret_request);
	if (!error)
		error = send_next(irc, *ret_request);
	if (!error && irc->is_broken) {
		sb_irc_ask_cancel(irc, *ret_request);
		error = -EPIPE;
	}
	return error;
}

void
sb_irc_ask_cancel(struct sb_irc *irc, int64_t request)
{
	sb_assert(!irc->is_destroyed);
	if (sb_asks_cancel(&irc->asks, request))
		(void)sb_outbox_cancel(&irc->outbox, id_of(request));
	(void)send_next(irc, 0);
}

/* What has our label needs nothing else to be known by; but which ISON a 303 answers, we ourselves
 * have to know. */
static int64_t
add_own(struct sb_irc *irc, const char *verb, const char *const *params, size_t n_params)
{
	sb_asks_expire(&irc->asks, sb_reactor_now_ns(irc->r));
	if (has_labels(irc) && strcasecmp(verb, "ISON") != 0)
		return 0;
	return sb_asks_add_own(&irc->asks, verb, params, n_params);
}

int64_t
sb_irc_write_asking_(struct sb_irc *irc, const struct sb_wire_out *out)
{
	int64_t number = add_own(irc, out->verb, out->params, out->n_params);

	sb_irc_write_later_as_(irc, out, number ? id_of(number) : SB_IRC_OURS_);
	return number;
}

void
sb_irc_asks_expect_(
	struct sb_irc *irc, const char *verb, const char *const *params, size_t n_params)
{
	int64_t number = add_own(irc, verb, params, n_params);

	if (number)
		sb_asks_sent(&irc->asks, number, sb_reactor_now_ns(irc->r));
}

/* ---- In ---- */

bool
sb_irc_asks_hear_(struct sb_irc *irc, const struct sb_wire_line *line, const char *label_or_null,
	bool is_labelled)
{
	irc->asks.casemap = irc->features.casemap;
	return sb_asks_take(
		&irc->asks, line, label_or_null, is_labelled, sb_reactor_now_ns(irc->r));
}

static int
tell(struct sb_irc *irc, const struct sb_ask *ask)
{
	static const char *const outcomes[] = {
		[SB_ASK_DONE] = "done",
		[SB_ASK_FAILED] = "failed",
		[SB_ASK_TIMED_OUT] = "timed out",
		[SB_ASK_LOST] = "lost",
	};

	return sb_irc_answered_emit(irc->d, irc,
		&(struct sb_irc_answered){ .request = ask->number,
			.verb = ask->verb,
			.outcome = outcomes[ask->outcome],
			.code = ask->code,
			.text = ask->text,
			.answer = &ask->answer });
}

int
sb_irc_asks_tell_(struct sb_irc *irc)
{
	struct sb_ask *ask;
	int ran = 0;

	(void)send_next(irc, 0);
	while (ran != -ECANCELED && (ask = sb_asks_take_over(&irc->asks))) {
		ran = tell(irc, ask);
		sb_ask_destroy(ask);
	}
	if (!irc->is_destroyed)
		schedule(irc);
	return ran;
}

void
sb_irc_on_asks_timer_(void *self)
{
	struct sb_irc *irc = self;

	sb_asks_expire(&irc->asks, sb_reactor_now_ns(irc->r));
	(void)sb_irc_asks_tell_(irc);
}

void
sb_irc_asks_lost_(struct sb_irc *irc, const char *why)
{
	sb_asks_lose(&irc->asks, why);
	schedule(irc);
}
