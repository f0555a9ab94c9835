#ifndef TESTS_APP_BOT_FIXTURE_H
#define TESTS_APP_BOT_FIXTURE_H

/* The bot without a socket: signals are emitted, or bytes fed to a tape, and tapes show what it
 * did. */

#include <errno.h>
#include <stdlib.h>

#include <signalbox/http.h>
#include <signalbox/irc.h>

#include "app/bot.h"
#include "kit_cmocka.h"
#include "parse.h"

struct fixture {
	struct sb_world *world;
	struct quotes *quotes;
	struct config *config;
	struct networks *networks;
	struct watch *watch;
	struct bot *bot;
	struct sb_tape *tape; /* of irc */
	struct sb_irc *irc;
	char log[4096]; /* lines, each with a newline */
};

static inline void
on_log(void *self, const char *line)
{
	struct fixture *f = self;
	size_t len = strlen(f->log);

	(void)snprintf(f->log + len, sizeof(f->log) - len, "%s\n", line);
}

static inline void
on_problem(void *self, const struct quotes_problem *problem)
{
	(void)self;
	sb_testing_fail(SB_PLACE, "line %zu: %s", problem->line, problem->why);
}

/* Adds the quotes of a fortune file. */
static inline void
add(struct fixture *f, const char *text)
{
	struct quotes_imported imported;
	struct sb_error error;

	if (quotes_import_fortune_bytes(f->quotes, "test", sb_bytes_of(text), 1000000000,
		    on_problem, NULL, &imported, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_true(imported.n_added >= 1);
}

/* A client that is registered as "Quoth", over a tape. */
static inline struct sb_irc *
make_irc(struct fixture *f, const char *label, struct sb_tape **ret_tape)
{
	struct sb_irc_options options = { .nick = "Quoth", .pace = "none", .hears_floods = true };
	struct sb_error error;
	struct sb_irc *irc;

	if (sb_irc_create(f->world->d, f->world->r, &options, SB_PLACE, &irc, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	assert_int_equal(sb_label(f->world->d, irc, label), 0);
	*ret_tape = sb_tape_create();
	assert_int_equal(sb_irc_attach(irc, sb_tape_stream(*ret_tape)), 0);
	sb_tape_connect(*ret_tape);
	sb_tape_feed_line(*ret_tape, ":irc.test 001 Quoth :Welcome");
	sb_tape_clear(*ret_tape);
	return irc;
}

static inline struct bot *
make_bot(struct fixture *f)
{
	struct log log = { on_log, f };
	struct bot_parts parts = {
		.d = f->world->d,
		.r = f->world->r,
		.quotes = f->quotes,
		.config = f->config,
		.networks = f->networks,
		.watch = f->watch,
		.log = &log,
	};
	struct bot *bot = bot_create(&parts);

	assert_non_null(bot);
	return bot;
}

#define BOT_CONFIG                                                                                 \
	"database = \"\"\n"                                                                        \
	"limits { person-every-s = 0 channel-every-s = 0 }\n"                                      \
	"irc libera { server = \"tcp://127.0.0.1:6667\" moderators = { \"mod!*@*\" } }\n"          \
	"irc oftc { server = \"tcp://127.0.0.1:6668\" visibility = \"network\" }\n"

static inline struct fixture *
make_fixture(const char *config)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->world = sb_world_create(sb_testing_seed());
	f->config = parse(config);
	assert_int_equal(
		quotes_open(f->config->database[0] ? f->config->database : NULL, &f->quotes, NULL),
		0);
	f->networks = networks_create(f->world->d, f->world->r, NULL);
	f->watch = watch_create(f->world->d, f->world->r);
	assert_true(f->networks && f->watch);
	f->bot = make_bot(f);
	f->irc = make_irc(f, "libera", &f->tape);
	f->log[0] = '\0';
	return f;
}

static inline int
set_up(void **state)
{
	*state = make_fixture(BOT_CONFIG);
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	sb_irc_destroy(f->irc);
	sb_tape_destroy(f->tape);
	bot_destroy(f->bot);
	watch_destroy(f->watch);
	networks_destroy(f->networks);
	config_destroy(f->config);
	quotes_close(f->quotes);
	sb_world_destroy(f->world);
	free(f);
	return 0;
}

#define with_bot(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
