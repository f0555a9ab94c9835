#ifndef TESTS_APP_PROGRAM_H
#define TESTS_APP_PROGRAM_H

/* The whole program in the simulation, and people with IRC clients, who have a dispatcher of their
 * own. */

#include <errno.h>
#include <stdlib.h>

#include <signalbox/irc.h>

#include "app/quoth.h"
#include "kit_cmocka.h"
#include "parse.h"

#define SAMPLE SOURCE_DIR "/tests/app/sample"

/* Parts of configurations. Nobody is kept waiting for having asked much. */
#define IN_MEMORY                                                                                  \
	"database = \"\"\n"                                                                        \
	"limits { person-every-s = 0 channel-every-s = 0 }\n"
#define WITH_SAMPLE IN_MEMORY "quotes = { \"" SAMPLE "\" }\n"
#define QOTD_SOMEWHERE "qotd { listen = \"tcp://127.0.0.1:0\" }\n"
#define SERVERS                                                                                    \
	"ircd { listen = \"tcp://127.0.0.1:6667\" }\n"                                             \
	"irc demo { server = \"ircd\" channels = { \"#signalbox\" } }\n"                           \
	"http { listen = \"tcp://127.0.0.1:8080\" }\n"                                             \
	"qotd { listen = \"tcp://127.0.0.1:1717\" }\n"
#define DEMO WITH_SAMPLE SERVERS

struct fixture {
	struct sb_world *world;
	struct sb_dispatcher *people;
	bool is_demo;
	struct quoth *quoth;
	int n_ready, n_reloads, n_over;
	char log[64 * 1024];
};

static inline void
on_log(void *self, const char *line)
{
	struct fixture *f = self;
	size_t len = strlen(f->log);

	(void)snprintf(f->log + len, sizeof(f->log) - len, "%s\n", line);
}

static inline void
on_ready(void *self)
{
	struct fixture *f = self;

	f->n_ready++;
}

static inline void
on_reload(void *self)
{
	struct fixture *f = self;

	f->n_reloads++;
}

static inline void
on_over(void *self)
{
	struct fixture *f = self;

	f->n_over++;
}

static inline bool
is_ready(void *self)
{
	struct fixture *f = self;

	return f->n_ready > 0;
}

static inline bool
is_over(void *self)
{
	struct fixture *f = self;

	return f->n_over > 0;
}

static inline struct fixture *
make_fixture(uint64_t seed)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->people = sb_dispatcher_create(NULL, NULL);
	assert_non_null(f->people);
	f->world = sb_world_create(seed);
	return f;
}

static inline void
destroy_fixture(struct fixture *f)
{
	quoth_destroy(f->quoth);
	sb_world_destroy(f->world);
	sb_dispatcher_destroy(f->people);
	free(f);
}

static inline int
set_up(void **state)
{
	*state = make_fixture(sb_testing_seed());
	return 0;
}

static inline int
tear_down(void **state)
{
	destroy_fixture(*state);
	return 0;
}

static inline int
create(struct fixture *f, struct sb_error *ret_error, const char *text)
{
	struct log log = { on_log, f };
	struct quoth_events events = { on_ready, on_reload, on_over, f };

	return quoth_create(f->world->d, f->world->r, parse(text), f->is_demo, &log, &events,
		&f->quoth, ret_error);
}

static inline void
start(struct fixture *f, const char *text)
{
	struct sb_error error;

	if (create(f, &error, text))
		sb_testing_fail(SB_PLACE, "%s", error.text);
}

static inline void
run_until(struct fixture *f, const char *what, bool (*is_so)(void *self), void *self,
	int64_t limit_ns)
{
	int error = sb_simulation_run_until(f->world->sim, is_so, self, limit_ns);

	if (error)
		sb_testing_fail(SB_PLACE, "%s: %s; the log:\n%s", what, strerror(-error), f->log);
}

static inline void
start_demo(struct fixture *f)
{
	f->is_demo = true;
	start(f, DEMO);
	run_until(f, "ready", is_ready, f, 60 * SB_S);
}

/* A person on an IRC server. */
struct person {
	struct sb_irc *irc;
	struct sb_timer asks;
	const char *channel;
	const char *question; /* asked again and again */
	const char *answer; /* until Quoth says this there; NULL: for ever */
	bool is_there, is_answered;
};

static inline void
on_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	struct person *person = self;

	(void)irc;
	if (e->is_self)
		person->is_there = true;
}

static inline void
on_message(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	struct person *person = self;

	(void)irc;
	if (!strncmp(e->nick, "quoth", 5) && sb_irc_same(e->reply_to, person->channel)
		&& person->answer && !strcmp(e->text, person->answer))
		person->is_answered = true;
}

static inline void
on_asks(void *self)
{
	struct person *person = self;
	int error;

	if (person->is_answered)
		return;
	error = sb_irc_say(person->irc, person->channel, "%s", person->question);
	assert_true(!error || error == -ENOTCONN || error == -EPIPE);
	sb_timer_start(&person->asks, 5 * SB_S);
}

static inline void
person_come(struct person *person, struct fixture *f, const char *nick, const char *url)
{
	static const char *const channels[] = { "#signalbox" };
	struct sb_irc_options options = {
		.url = url, .nick = nick, .channels = channels, .n_channels = 1
	};
	struct sb_error error;

	memset(person, 0, sizeof(*person));
	person->channel = channels[0];
	if (sb_irc_create(f->people, f->world->r, &options, SB_PLACE, &person->irc, &error)
		|| sb_irc_open(person->irc, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_int_equal(sb_timer_init(&person->asks, f->world->r, SB_HANDLER(on_asks), person), 0);
	sb_irc_joined_connect(f->people, person->irc, SB_HANDLER(on_joined), person);
	sb_irc_message_connect(f->people, person->irc, SB_HANDLER(on_message), person);
	assert_false(sb_connect_failed(f->people));
}

static inline void
person_leave(struct person *person, struct fixture *f)
{
	sb_forget(f->people, person);
	sb_timer_finish(&person->asks);
	sb_irc_destroy(person->irc);
}

static inline bool
person_is_there(void *self)
{
	struct person *person = self;

	return person->is_there;
}

static inline bool
person_is_answered(void *self)
{
	struct person *person = self;

	return person->is_answered;
}

static inline void
person_ask(struct person *person, const char *question, const char *answer)
{
	person->question = question;
	person->answer = answer;
	person->is_answered = false;
	sb_timer_start(&person->asks, 0);
}

static inline void
person_expect_answer(struct person *person, struct fixture *f, const char *question,
	const char *answer, int64_t limit_ns)
{
	person_ask(person, question, answer);
	run_until(f, question, person_is_answered, person, limit_ns);
}

#endif
