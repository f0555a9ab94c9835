#include "client.h"

#include <errno.h>
#include <strings.h>

/* What may wait of each priority: at two seconds a line, a quarter of an hour. */
static const struct sb_outbox_limits limits = { .lines = 512, .bytes = 256 * 1024 };

/* How long we say nothing when the server has warned us. */
#define WARNED_NS (5 * SB_S)

/* Longer than a connection that is to end stays. */
#define NEVER_NS (3600 * SB_S)

/* Out. */

/* A line that could not be written goes back, so that it is told when the connection has ended. That
 * is under way unless it was for want of room or memory. */
static void
take_back(struct sb_irc *irc, const struct sb_outbox_line *line, int error)
{
	const char *verb = line->bytes.ptr;

	if (*verb == '@')
		verb += strcspn(verb, " ") + 1;
	irc->is_broken = true;
	if (error == -ENOBUFS || error == -ENOMEM)
		sb_irc_end_(irc, error, "a %.*s could not be sent: %s", (int)strcspn(verb, " \r"),
			verb, strerror(-error));
	(void)sb_outbox_put(&irc->outbox, line);
}

static bool
can_write(const struct sb_irc *irc)
{
	return irc->stream && !irc->is_broken && !sb_stream_is_full(irc->stream)
	       && sb_stream_is_open(irc->stream);
}

/* Comes back when the level is to be told, or a line is due. One that is due already waits for the
 * stream. */
static void
schedule(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);
	int64_t due_ns = sb_outbox_due_ns(&irc->outbox, now_ns);
	enum sb_outbox_level crossed = sb_outbox_crossed(&irc->outbox);

	if (crossed != SB_OUTBOX_SAME)
		irc->is_high = crossed == SB_OUTBOX_ROSE;
	if (irc->is_high != irc->told_high)
		sb_timer_start(&irc->outbox_timer, 0);
	else if (due_ns > now_ns && due_ns != INT64_MAX)
		sb_timer_start(&irc->outbox_timer, due_ns - now_ns);
	else
		sb_timer_stop(&irc->outbox_timer);
}

void
sb_irc_flush_(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);
	struct sb_outbox_line line;

	while (can_write(irc) && sb_outbox_next(&irc->outbox, now_ns, &line)) {
		int error = sb_stream_write(irc->stream, line.bytes);

		if (error) {
			take_back(irc, &line, error);
		} else {
			sb_irc_asks_sent_(irc, line.id);
			sb_irc_history_sent_(irc, line.id);
		}
	}
	schedule(irc);
}

static int
tell_level(struct sb_irc *irc)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);

	irc->told_high = irc->is_high;
	return sb_irc_queue_changed_emit(irc->d, irc,
		&(struct sb_irc_queue_changed){
			.is_high = irc->is_high,
			.n_lines = (int64_t)sb_outbox_n_lines(&irc->outbox),
			.n_bytes = (int64_t)sb_outbox_n_bytes(&irc->outbox),
			.wait_ms =
				sb_outbox_wait_ns(&irc->outbox, now_ns, SB_OUTBOX_ANSWER) / SB_MS,
		});
}

void
sb_irc_on_outbox_timer_(void *self)
{
	struct sb_irc *irc = self;

	sb_irc_flush_(irc);
	if (irc->is_high == irc->told_high)
		return;
	/* The timer is started for telling it, which is done here. */
	irc->told_high = irc->is_high;
	schedule(irc);
	(void)tell_level(irc);
}

/* In. */

static void
write_as(struct sb_irc *irc, const struct sb_wire_out *out, enum sb_outbox_priority priority,
	uint64_t id)
{
	char line[SB_WIRE_MAX + 1];
	int len = sb_wire_build(out, line, sizeof(line)), error;

	if (len < 0 || irc->is_broken)
		return;
	error = sb_outbox_put(&irc->outbox,
		&(struct sb_outbox_line){
			.bytes = { line, (size_t)len }, .priority = priority, .id = id });
	/* It may be a password. */
	explicit_bzero(line, (size_t)len);
	if (error)
		sb_irc_end_(irc, error, "a %s could not be sent: %s", out->verb, strerror(-error));
	else
		sb_irc_flush_(irc);
}

bool
sb_irc_has_room_(const struct sb_irc *irc)
{
	return sb_outbox_has_room(&irc->outbox, SB_OUTBOX_BULK, limits.lines / 4);
}

/* Lines that wait at most when one more is put of what takes many. */
enum { MANY_MAX = 32 };

bool
sb_irc_has_room_for_many_(const struct sb_irc *irc)
{
	return sb_outbox_has_room(&irc->outbox, SB_OUTBOX_BULK, limits.lines - MANY_MAX);
}

/* Lines of ours that there is room for when an application finds none. */
enum { OURS_MAX = 64 };

int
sb_irc_queue_put_(struct sb_irc *irc, const struct sb_outbox_line *line)
{
	if (line->priority == SB_OUTBOX_BULK
		&& !sb_outbox_has_room(&irc->outbox, SB_OUTBOX_BULK, OURS_MAX + 1))
		return -ENOBUFS;
	return sb_outbox_put(&irc->outbox, line);
}

void
sb_irc_write_(struct sb_irc *irc, const struct sb_wire_out *out)
{
	write_as(irc, out, SB_OUTBOX_AT_ONCE, SB_IRC_OURS_);
}

void
sb_irc_write_later_(struct sb_irc *irc, const struct sb_wire_out *out)
{
	write_as(irc, out, SB_OUTBOX_BULK, SB_IRC_OURS_);
}

void
sb_irc_write_later_as_(struct sb_irc *irc, const struct sb_wire_out *out, uint64_t id)
{
	write_as(irc, out, SB_OUTBOX_BULK, id);
}

/* Life. */

void
sb_irc_queue_init_(struct sb_irc *irc)
{
	sb_outbox_init(&irc->outbox, sb_outbox_model("none"), limits);
	irc->lag_ns = -1;
}

void
sb_irc_queue_begin_(struct sb_irc *irc)
{
	sb_outbox_set_model(&irc->outbox, sb_outbox_model("none"));
	irc->is_broken = false;
	irc->is_pinged = false;
	irc->lag_ns = -1;
}

void
sb_irc_queue_registered_(struct sb_irc *irc)
{
	const struct sb_outbox_model *model = irc->pace;

	if (irc->is_gentle)
		model = sb_outbox_model("gentle");
	sb_outbox_set_model(&irc->outbox, model ? model : sb_outbox_model("default"));
}

void
sb_irc_queue_quit_(struct sb_irc *irc)
{
	sb_outbox_hold(&irc->outbox, sb_reactor_now_ns(irc->r), NEVER_NS);
}

struct ending {
	struct sb_irc *irc;
	bool is_cancelled; /* there is nobody to tell any more */
};

static void
tell_unsent(void *self, const struct sb_outbox_line *line)
{
	struct ending *ending = self;
	const char *at = line->bytes.ptr, *end = at + line->bytes.len, *lf;

	if (line->id & SB_IRC_OURS_)
		return;
	/* What is secret is no batch; tags are not the verb. */
	if ((line->id & SB_IRC_SECRET_) && *at == '@')
		at += strcspn(at, " ") + 1;
	/* A batch is of several. */
	for (; at < end && !ending->is_cancelled; at = lf + 1) {
		size_t len;

		lf = memchr(at, '\n', (size_t)(end - at));
		len = line->id & SB_IRC_SECRET_ ? strcspn(at, " \r")
						: (size_t)(lf - at) - strlen("\r");
		ending->is_cancelled = sb_irc_not_sent_emit(ending->irc->d, ending->irc,
					       &(struct sb_irc_not_sent){ .line = { at, len } })
				       == -ECANCELED;
	}
}

void
sb_irc_queue_end_(struct sb_irc *irc)
{
	struct ending ending = { .irc = irc };

	sb_outbox_clear(&irc->outbox, tell_unsent, &ending);
	if (ending.is_cancelled)
		return;
	(void)sb_outbox_crossed(&irc->outbox);
	irc->is_high = false;
	if (irc->told_high)
		(void)tell_level(irc);
}

/* What the server takes. */

void
sb_irc_learn_server_(struct sb_irc *irc, const char *version)
{
	if (irc->state == REGISTERED && !irc->pace && !irc->is_gentle)
		sb_outbox_set_model(&irc->outbox, sb_outbox_model_of(version));
	sb_irc_flush_(irc);
}

static bool
contains(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text; text++)
		if (!strncasecmp(text, word, len))
			return true;
	return false;
}

void
sb_irc_slow_down_(struct sb_irc *irc)
{
	if (irc->state != REGISTERED)
		return;
	sb_outbox_hold(&irc->outbox, sb_reactor_now_ns(irc->r), WARNED_NS);
	sb_irc_flush_(irc);
}

/* A person may say what they like of floods. */
void
sb_irc_heed_notice_(struct sb_irc *irc, const struct sb_wire_line *line)
{
	const char *text = line->params[1];

	if (!line->user && !line->host && strchr(line->nick, '.')
		&& sb_irc_same_here_(irc, line->params[0], irc->nick)
		&& (contains(text, "flood") || contains(text, "throttled")))
		sb_irc_slow_down_(irc);
}

size_t
sb_irc_line_max_(const struct sb_irc *irc)
{
	return irc->features.line_len < LINE_CAP ? irc->features.line_len : LINE_CAP;
}

/* The lag. */

void
sb_irc_ping_(struct sb_irc *irc)
{
	const char *params[] = { irc->host[0] ? irc->host : irc->nick };

	/* Of two that are not answered yet, the first tells how long it takes. */
	if (!irc->is_pinged)
		irc->pinged_ns = sb_reactor_now_ns(irc->r);
	irc->is_pinged = true;
	sb_irc_write_(
		irc, &(struct sb_wire_out){
			     .verb = "PING", .params = params, .n_params = 1, .colon = true });
}

int
sb_irc_ponged_(struct sb_irc *irc)
{
	if (!irc->is_pinged)
		return 0;
	irc->is_pinged = false;
	irc->lag_ns = sb_reactor_now_ns(irc->r) - irc->pinged_ns;
	return sb_irc_lag_measured_emit(
		irc->d, irc, &(struct sb_irc_lag_measured){ .lag_ms = irc->lag_ns / SB_MS });
}

void
sb_irc_status(const struct sb_irc *irc, struct sb_irc_status *ret_status)
{
	int64_t now_ns = sb_reactor_now_ns(irc->r);

	*ret_status = (struct sb_irc_status){
		.lag_ms = irc->lag_ns < 0 ? -1 : irc->lag_ns / SB_MS,
		.n_lines = sb_outbox_n_lines(&irc->outbox),
		.n_bytes = sb_outbox_n_bytes(&irc->outbox),
		.wait_ms = sb_outbox_wait_ns(&irc->outbox, now_ns, SB_OUTBOX_ANSWER) / SB_MS,
		.account = sb_irc_account_(irc),
	};
}
