#include <errno.h>
#include <stdlib.h>

#include "stream.h"

/* When it will have taken too long, and what. */
struct due {
	int64_t at_ns;
	enum why why;
};

static void
if_sooner(struct due *due, int64_t at_ns, enum why why)
{
	if (at_ns < due->at_ns)
		*due = (struct due){ at_ns, why };
}

static void
look_at_reading(const struct stream *s, struct due *due)
{
	const struct deadlines *d = s->deadlines;

	if (s->is_paused)
		return;
	if (s->write_error)
		if_sooner(due, time_add(d->heard_ns, s->origin->options.close_timeout_ns),
			WRITE_FAILED);
	else if (d->idle_timeout_ns > 0)
		if_sooner(due, time_add(d->heard_ns, d->idle_timeout_ns), IDLE_TIMED_OUT);
}

/* The first deadline, as things stand. */
static struct due
first_due(const struct stream *s)
{
	const struct deadlines *d = s->deadlines;
	int64_t write_timeout_ns = s->origin->options.write_timeout_ns;
	struct due due = { INT64_MAX, WE_CLOSED };

	if (!d || s->state >= OVER)
		return due;
	if (s->state == CONNECTING || s->state == SECURING)
		if_sooner(&due, d->give_up_ns, CONNECT_TIMED_OUT);
	if (s->state == CONNECTING)
		return due;
	if_sooner(&due, d->end_ns, LIFETIME_ENDED);
	if (write_timeout_ns > 0 && queued_len(s) > 0)
		if_sooner(&due, time_add(d->taken_ns, write_timeout_ns), WRITE_TIMED_OUT);
	if (s->state == CLOSING)
		if_sooner(&due, d->give_up_ns, CLOSE_TIMED_OUT);
	else if (s->state == OPEN)
		look_at_reading(s, &due);
	return due;
}

static void
on_deadline(void *self)
{
	struct stream *s = self;
	struct due due = first_due(s);

	if (due.at_ns > s->origin->reactor->now_ns)
		sb_stream_set_timer(s);
	else
		sb_stream_end(s, due.why, due.why == WRITE_FAILED ? s->write_error : -ETIMEDOUT);
}

int
sb_stream_need_deadlines(struct stream *s)
{
	struct sb_reactor *r = s->origin->reactor;
	struct deadlines *d;

	if (s->deadlines)
		return 0;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	if (sb_timer_init(&d->timer, r, on_deadline, NULL, s) < 0) {
		free(d);
		return -ENOMEM;
	}
	d->heard_ns = d->taken_ns = sb_reactor_now_ns(r);
	d->give_up_ns = d->end_ns = INT64_MAX;
	s->deadlines = d;
	return 0;
}

int
sb_stream_need_its_deadlines(struct stream *s)
{
	const struct sb_stream_options *o = &s->origin->options;
	bool connects = s->state == CONNECTING && o->connect_timeout_ns > 0;
	int ret;

	if (!connects && !o->idle_timeout_ns && !o->write_timeout_ns && !o->lifetime_ns)
		return 0;
	ret = sb_stream_need_deadlines(s);
	if (ret < 0)
		return ret;
	s->deadlines->idle_timeout_ns = o->idle_timeout_ns;
	if (connects)
		s->deadlines->give_up_ns =
			time_add(sb_reactor_now_ns(s->origin->reactor), o->connect_timeout_ns);
	return 0;
}

int
sb_stream_set_give_up(struct stream *s)
{
	const struct sb_stream_options *o = &s->origin->options;

	if (o->connect_timeout_ns < 0)
		return 0;
	if (sb_stream_need_deadlines(s) < 0)
		return -ENOMEM;
	s->deadlines->give_up_ns =
		time_add(sb_reactor_now_ns(s->origin->reactor), o->connect_timeout_ns);
	return 0;
}

void
sb_stream_begin_deadlines(struct stream *s)
{
	const struct sb_stream_options *o = &s->origin->options;
	struct deadlines *d = s->deadlines;

	if (!d)
		return;
	if (!d->idle_timeout_ns && !o->write_timeout_ns && !o->lifetime_ns) {
		sb_stream_free_deadlines(s);
		return;
	}
	sb_stream_note_heard(s);
	if (o->lifetime_ns > 0)
		d->end_ns = time_add(d->heard_ns, o->lifetime_ns);
}

void
sb_stream_free_deadlines(struct stream *s)
{
	if (!s->deadlines)
		return;
	sb_timer_finish(&s->deadlines->timer);
	free(s->deadlines);
	s->deadlines = NULL;
}

/* That the timer may fire early spares starting it for each byte. */
void
sb_stream_set_timer(struct stream *s)
{
	struct deadlines *d = s->deadlines;
	int64_t at_ns;

	if (!d)
		return;
	at_ns = first_due(s).at_ns;
	if (at_ns == INT64_MAX)
		sb_timer_stop(&d->timer);
	else if (at_ns < sb_timer_due_ns(&d->timer))
		sb_timer_start(&d->timer, at_ns - sb_reactor_now_ns(s->origin->reactor));
}

void
sb_stream_stop_timer(struct stream *s)
{
	if (s->deadlines)
		sb_timer_stop(&s->deadlines->timer);
}

void
sb_stream_note_heard(struct stream *s)
{
	if (s->deadlines)
		s->deadlines->heard_ns = sb_reactor_now_ns(s->origin->reactor);
}

void
sb_stream_note_taken(struct stream *s)
{
	if (s->deadlines)
		s->deadlines->taken_ns = sb_reactor_now_ns(s->origin->reactor);
}
