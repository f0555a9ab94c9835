/* Messages of several lines (IRCv3 draft/multiline), as we say and hear them. The rules of their
 * text are in multiline.h. */

#include "irc_receive.h"

#include <errno.h>
#include <inttypes.h>

#include "charset.h"
#include "multiline.h"

/* ---- In ---- */

/* One that is being said to us: its batch is open. */
struct multiline {
	char reference[BATCH_TEXT_CAP];
	struct received of; /* how it began, but its line */
	const char *tags, *nick, *user, *host, *target;
	bool is_notice; /* as its first line */
	bool is_told, is_known; /* some of it was told; all of it was, before this connection */
	struct sb_multiline text;
	char kept[]; /* the texts above */
};

/* Where its texts are, NULL where there is none. */
enum { N_TEXTS = 11 };

static void
list_texts(struct multiline *m, const char **ret_texts[N_TEXTS])
{
	const char **texts[N_TEXTS] = { &m->tags, &m->nick, &m->user, &m->host, &m->target,
		&m->of.account, &m->of.msgid, &m->of.label, &m->of.batch, &m->of.in_reply_to,
		&m->of.channel_context };

	memcpy(ret_texts, texts, sizeof(texts));
}

/* Makes one that begins with this line; NULL without memory. */
static struct multiline *
create(const struct received *of)
{
	struct multiline first, *m;
	const char **texts[N_TEXTS];
	size_t i, len = 0;
	char *at;

	first.of = *of;
	first.tags = of->line->tags;
	first.nick = of->line->nick;
	first.user = of->line->user;
	first.host = of->line->host;
	first.target = param(of, 2);
	first.is_told = first.is_known = false;
	list_texts(&first, texts);
	for (i = 0; i < N_TEXTS; i++)
		len += *texts[i] ? strlen(*texts[i]) + 1 : 0;
	m = malloc(sizeof(*m) + len);
	if (!m)
		return NULL;
	*m = first;
	list_texts(m, texts);
	for (i = 0, at = m->kept; i < N_TEXTS; i++) {
		if (!*texts[i])
			continue;
		len = strlen(*texts[i]) + 1;
		*texts[i] = memcpy(at, *texts[i], len);
		at += len;
	}
	sb_multiline_init(&m->text);
	return m;
}

/* The place of the one with this reference; NULL for none. */
static struct multiline **
find(struct sb_irc *irc, const char *reference)
{
	size_t i;

	for (i = 0; irc->n_multilines && i < MULTILINES_MAX; i++)
		if (irc->multilines[i] && !strcmp(irc->multilines[i]->reference, reference))
			return &irc->multilines[i];
	return NULL;
}

/* Tells what there is of it, as if it were one line. Returns as emit. */
static int
tell(struct sb_irc *irc, struct multiline *m)
{
	struct sb_wire_line line;
	struct received as_line = m->of;
	size_t i;

	if (!m->text.n_lines)
		return 0;
	line.tags = m->tags;
	line.nick = m->nick;
	line.user = m->user;
	line.host = m->host;
	line.verb = m->is_notice ? "NOTICE" : "PRIVMSG";
	line.tags_len = strlen(line.tags);
	line.verb_len = strlen(line.verb);
	line.n_params = 2;
	line.params[0] = m->target;
	line.params[1] = m->text.text;
	for (i = 2; i <= SB_WIRE_PARAMS_MAX; i++)
		line.params[i] = "";
	as_line.line = &line;
	as_line.is_assembled = true;
	if (!m->is_told)
		m->is_known = !sb_irc_history_hear_(irc, &as_line);
	m->is_told = true;
	if (m->is_known)
		return 0;
	return m->is_notice ? sb_irc_receive_notice_(irc, &as_line)
			    : sb_irc_receive_message_(irc, &as_line);
}

/* It is over: what there is of it is told. */
static int
finish(struct sb_irc *irc, struct multiline **place)
{
	struct multiline *m = *place;
	int ran;

	*place = NULL;
	irc->n_multilines--;
	ran = tell(irc, m);
	free(m);
	return ran;
}

/* Without room or memory for it its lines are told one by one. */
static bool
begin(struct sb_irc *irc, const struct received *m, const char *reference, int *ret_ran)
{
	struct multiline **place = find(irc, reference), *made;
	bool is_again = place != NULL;
	size_t i = 0;

	if (m->line->n_params < 3 || strcmp(param(m, 1), "draft/multiline") != 0
		|| strlen(reference) >= BATCH_TEXT_CAP || !has_cap(irc, SB_CAP_MULTILINE))
		return false;
	/* First, for it may say that it is in the one that it ends, and have its label of that. */
	made = create(m);
	*ret_ran = place ? finish(irc, place) : 0;
	while (i < MULTILINES_MAX && irc->multilines[i])
		i++;
	if (*ret_ran == -ECANCELED || !made || i == MULTILINES_MAX) {
		free(made);
		return is_again;
	}
	memcpy(made->reference, reference, strlen(reference) + 1);
	irc->multilines[i] = made;
	irc->n_multilines++;
	return true;
}

bool
sb_irc_multiline_batch_(struct sb_irc *irc, const struct received *m, int *ret_ran)
{
	const char *reference = param(m, 0);
	struct multiline **place;

	if (*reference == '+')
		return begin(irc, m, reference + 1, ret_ran);
	place = *reference == '-' ? find(irc, reference + 1) : NULL;
	if (!place)
		return false;
	*ret_ran = finish(irc, place);
	return true;
}

static bool
has_concat(const char *tags)
{
	struct sb_wire_tag tag;

	while (sb_wire_tag_next(&tags, &tag))
		if (sb_wire_tag_is(&tag, "draft/multiline-concat"))
			return true;
	return false;
}

/* Whether a line is of the message: from whom it is, to whom it is, and said as its first line. */
static bool
belongs(const struct sb_irc *irc, const struct multiline *to, const struct received *m)
{
	bool is_notice = !strcmp(m->line->verb, "NOTICE");

	if (m->line->n_params < 2 || (!is_notice && strcmp(m->line->verb, "PRIVMSG") != 0))
		return false;
	return (!to->text.n_lines || is_notice == to->is_notice)
	       && sb_irc_same_here_(irc, m->line->nick, to->nick)
	       && sb_irc_same_here_(irc, param(m, 0), to->target);
}

const char *
sb_irc_multiline_label_(struct sb_irc *irc, const char *reference)
{
	struct multiline **place = find(irc, reference);

	return place ? (*place)->of.label : NULL;
}

/* What a line has of the batch that it says it is in. */
static void
join_batch(struct received *m, const struct received *of)
{
	m->batch = of->batch;
	m->page = of->page;
	m->is_history = of->is_history;
	if (!m->label)
		m->label = of->label;
}

bool
sb_irc_multiline_line_(struct sb_irc *irc, struct received *m, const char *reference, int *ret_ran)
{
	struct multiline **place = find(irc, reference), *to;
	bool is_concat;

	*ret_ran = 0;
	if (!place)
		return false;
	if (!belongs(irc, *place, m)) {
		join_batch(m, &(*place)->of);
		return false;
	}
	to = *place;
	is_concat = has_concat(m->line->tags);
	if (sb_multiline_add(&to->text, param(m, 1), is_concat)) {
		to->is_notice = *m->line->verb == 'N';
		return true;
	}
	/* What a handler does must not take it away meanwhile. */
	*place = NULL;
	*ret_ran = tell(irc, to);
	if (*ret_ran == -ECANCELED || !sb_irc_is_up_(irc)) {
		irc->n_multilines--;
		free(to);
		return true;
	}
	*place = to;
	sb_multiline_init(&to->text);
	(void)sb_multiline_add(&to->text, param(m, 1), is_concat);
	return true;
}

void
sb_irc_multilines_end_(struct sb_irc *irc)
{
	size_t i;

	for (i = 0; i < MULTILINES_MAX; i++) {
		free(irc->multilines[i]);
		irc->multilines[i] = NULL;
	}
	irc->n_multilines = 0;
}

/* ---- Out ---- */

/* Whether the server takes a message of that size. */
static bool
is_taken(const struct sb_irc *irc, const struct sb_multiline_size *size)
{
	struct sb_caps_multiline limits;

	return sb_caps_multiline(&irc->caps, &limits) && size->n_bytes <= (uint64_t)limits.bytes_max
	       && (!limits.lines_max || size->n_lines <= (uint64_t)limits.lines_max);
}

/* A line that is empty is a space, since a server takes none. */
static int
put_lines(struct sb_irc *irc, const struct sb_multiline_out *out, uint64_t id)
{
	const struct saying s = { .verb = "PRIVMSG", .target = out->target };
	const char *cursor = out->text;
	struct sb_bytes line;
	int error = 0;

	while (!error && sb_multiline_next(&cursor, &line)) {
		struct sb_split split;

		if (!line.len)
			line = sb_bytes_of(" ");
		error = sb_split_begin(&split, line, out->room, false);
		if (!error)
			error = sb_irc_put_text_(irc, &s, &split, true, id);
	}
	return error;
}

/* What is said to others waits for no message of ours longer than that. */
#define BATCH_MAX_NS (30 * SB_S)

/* The lines go together, since nothing but they may be said while the batch is open; but one that
 * would keep all else waiting for too long goes line by line. */
static int
put_batch(struct sb_irc *irc, const struct sb_multiline_out *out, size_t len, uint64_t id)
{
	struct sb_multiline_size size;
	char *buf = malloc(len);
	struct sb_outbox_line line = { .bytes = { buf, len },
		.priority = SB_OUTBOX_ANSWER,
		.target = out->target,
		.id = id,
		.is_batch = true };
	int error;

	if (!buf)
		return -ENOMEM;
	(void)sb_multiline_write(out, buf, &size);
	if (sb_outbox_cost_ns(irc->outbox.model, line.bytes) > BATCH_MAX_NS) {
		error = put_lines(irc, out, id);
	} else {
		error = sb_outbox_put(&irc->outbox, &line);
		irc->n_said_batches += !error;
	}
	free(buf);
	return error;
}

static int
say_taken(struct sb_irc *irc, const char *target, const char *text)
{
	const struct saying s = { .verb = "PRIVMSG", .target = target };
	char reference[32];
	struct sb_multiline_out out = { .reference = reference,
		.target = target,
		.text = text,
		.room = sb_irc_room_(irc, &s) };
	struct sb_multiline_size size;
	uint64_t id = ++irc->last_id;
	int error, len;

	error = sb_multiline_check(text);
	if (error)
		return error;
	(void)snprintf(reference, sizeof(reference), "%" PRIu64, irc->n_said_batches + 1);
	len = sb_multiline_write(&out, NULL, &size);
	error = len < 0 ? len : sb_irc_check_ready_(irc, false);
	if (error)
		return error;
	if (size.n_lines == 1 || !is_taken(irc, &size))
		return sb_irc_finish_put_(irc, id, put_lines(irc, &out, id));
	return sb_irc_finish_put_(irc, id, put_batch(irc, &out, (size_t)len, id));
}

int
sb_irc_say_lines(struct sb_irc *irc, const char *target, const char *text)
{
	char *made = NULL;
	const char *taken;
	int error;

	if (!sb_wire_is_middle(target))
		return -EINVAL;
	if (irc->features.is_utf8_only && !sb_charset_is_utf8(target))
		return -EILSEQ;
	taken = sb_irc_as_taken_(irc, text, &made);
	error = taken ? say_taken(irc, target, taken) : -ENOMEM;
	free(made);
	return error;
}
