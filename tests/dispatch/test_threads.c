/* Dispatchers of several threads share the tables and nothing else. Under the thread sanitizer. */

#include <pthread.h>

#include <signalbox/dispatcher.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dispatch/signals.inc"

enum { N_THREADS = 4, N_EMITS = 1000 };

struct worker {
	pthread_t thread;
	int n_calls;
};

static void
on_alpha_of_worker(void *self, struct thing *from, const struct test_alpha *e)
{
	struct worker *worker = self;

	(void)from;
	worker->n_calls += (int)e->value;
}

static void *
work(void *self)
{
	struct worker *worker = self;
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);

	if (!d)
		return NULL;
	(void)sb_register(d, &signals_many);
	(void)sb_register(d, &signals_one);
	(void)test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha_of_worker), worker);
	for (int k = 0; k < N_EMITS; k++)
		(void)test_alpha_emit(d, NULL, &(struct test_alpha){ .value = 1 });
	sb_dispatcher_destroy(d);
	return NULL;
}

static void
each_thread_may_have_a_dispatcher(void **state)
{
	static struct worker workers[N_THREADS];

	(void)state;
	for (int k = 0; k < N_THREADS; k++)
		assert_int_equal(pthread_create(&workers[k].thread, NULL, work, &workers[k]), 0);
	for (int k = 0; k < N_THREADS; k++) {
		assert_int_equal(pthread_join(workers[k].thread, NULL), 0);
		assert_int_equal(workers[k].n_calls, N_EMITS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_thread_may_have_a_dispatcher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
