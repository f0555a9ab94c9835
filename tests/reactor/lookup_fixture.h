#ifndef TESTS_REACTOR_LOOKUP_FIXTURE_H
#define TESTS_REACTOR_LOOKUP_FIXTURE_H

/* What the tests of look-ups over c-ares share: a name server on loopback, a resolv.conf that names
 * it, and who asks. */

#include "reactor/name_server.h"

#include "reactor/resolver.h"

enum { N_ASKED = 8 };

struct asked {
	struct world *world;
	struct sb_lookup *lookup;
	void (*on_answer)(struct asked *);
	unsigned n_told;
	size_t n;
	struct sb_answer answers[ANSWERS_MAX];
	struct sb_error error;
};

struct world {
	struct sb_reactor *r;
	struct name_server server;
	char conf[64];
	int retrans_ms;
	struct asked asked[N_ASKED];
	unsigned n_waiting;
	bool is_inside;
};

static inline void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline void
write_conf(struct world *w, const char *server)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"nameserver %s\nsearch example.org\noptions retrans:%d retry:1\n", server,
		w->retrans_ms);
	write_file(w->conf, text);
}

static inline int
set_up(void **state, const struct record *table)
{
	struct world *w = calloc(1, sizeof(*w));
	int i;

	assert_non_null(w);
	(void)alarm(60);
	(void)unsetenv("LOCALDOMAIN");
	(void)unsetenv("RES_OPTIONS");
	(void)unsetenv("CARES_HOSTS");
	w->r = sb_reactor_create();
	assert_non_null(w->r);
	start_name_server(&w->server, w->r, table, "127.0.0.1", 0);
	w->retrans_ms = 300;
	(void)strcpy(w->conf, "/tmp/signalbox-resolv-XXXXXX");
	(void)close(mkstemp(w->conf));
	write_conf(w, "127.0.0.1");
	assert_int_equal(
		sb_ares_create(w->r, w->conf, (uint16_t)w->server.port, &w->r->resolver), 0);
	for (i = 0; i < N_ASKED; i++)
		w->asked[i].world = w;
	*state = w;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct world *w = *state;
	char left[512];
	size_t cursor = 0;

	stop_name_server(&w->server);
	while (sb_reactor_pending_next(w->r, &cursor, left, sizeof(left)))
		print_error("left: %s\n", left);
	assert_int_equal(cursor, 1);
	sb_reactor_destroy(w->r);
	(void)unlink(w->conf);
	free(w);
	return 0;
}

static inline void
note(void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error)
{
	struct asked *a = self;

	assert_false(a->world->is_inside);
	assert_int_equal(a->n_told++, 0);
	assert_true(n <= ANSWERS_MAX && (n > 0) == (error->code == 0));
	if (n > 0)
		memcpy(a->answers, answers, n * sizeof(*answers));
	a->n = n;
	a->error = *error;
	a->lookup = NULL;
	if (--a->world->n_waiting == 0)
		sb_reactor_stop(a->world->r);
	if (a->on_answer)
		a->on_answer(a);
}

static inline void
ask(struct asked *a, enum sb_lookup_kind kind, const char *name)
{
	struct world *w = a->world;
	int ret;

	w->is_inside = true;
	a->n_told = 0;
	ret = sb_lookup_start(w->r, kind, name, SB_HANDLER(note), a, &a->lookup, &a->error);
	w->is_inside = false;
	if (ret < 0)
		fail_msg("%s", a->error.text);
	w->n_waiting++;
}

static inline struct asked *
answer_to(struct world *w, enum sb_lookup_kind kind, const char *name)
{
	ask(&w->asked[0], kind, name);
	assert_int_equal(sb_reactor_run(w->r), 0);
	assert_int_equal(w->asked[0].n_told, 1);
	return &w->asked[0];
}

static inline void
expect_failure(
	struct world *w, enum sb_lookup_kind kind, const char *name, int code, const char *text)
{
	const struct asked *a = answer_to(w, kind, name);

	if (a->error.code != code)
		fail_msg("%d %s", a->error.code, a->error.text);
	assert_int_equal(a->n, 0);
	if (strncmp(a->error.text, text, strlen(text)))
		fail_msg("%s", a->error.text);
}

/* Makes the resolver again, which reads the file. */
static inline void
start_over(struct world *w)
{
	sb_resolver_finish(w->r);
	assert_int_equal(
		sb_ares_create(w->r, w->conf, (uint16_t)w->server.port, &w->r->resolver), 0);
}

static inline unsigned
count_fds(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static inline void
stop(void *self)
{
	sb_reactor_stop(self);
}

static inline void
let_pass(struct world *w, int64_t ns)
{
	struct sb_timer timer;

	assert_int_equal(sb_timer_init(&timer, w->r, SB_HANDLER(stop), w->r), 0);
	sb_timer_start(&timer, ns);
	/* Answers stop it too. */
	while (sb_timer_is_started(&timer))
		assert_int_equal(sb_reactor_run(w->r), 0);
	sb_timer_finish(&timer);
}

#endif
