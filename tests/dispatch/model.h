#ifndef TESTS_DISPATCH_MODEL_H
#define TESTS_DISPATCH_MODEL_H

/* The dispatcher's rules, written a second time as plainly as can be: one array of connections,
 * looked through from end to end for every call. What it does, the real one must do. */

#include <stdbool.h>
#include <stdint.h>

enum { MODEL_CONNECTIONS = 4096, MODEL_DEPTH = 33, MODEL_RAN = 256, MODEL_OBJECTS = 8 };
/* Signals by number; the rest of what can be connected to are patterns. */
enum { ALPHA, BETA, GAMMA, DELTA, FAILED, N_SIGNALS };
enum { N_PATTERNS = 5, N_FNS = 2 * N_SIGNALS + 2 };
/* Senders: anyone, nobody, and objects from 2. */
enum { ANYONE, NOBODY };
enum { MODEL_WAITING = 64, MODEL_EXPECTATIONS = 512, MODEL_QUEUES = 64, MODEL_ITEMS = 8 };
/* Its queues of what is delivered later begin with these. */
enum { MODEL_SIZE = 40, MODEL_BUDGET = 8 };
/* Places beside those of the handlers: of the observer, of readers, and of each expectation. */
enum { OBSERVER = N_FNS, READER, EXPECTED, N_PLACES = EXPECTED + MODEL_EXPECTATIONS };

struct model_connection {
	int number; /* from 1, in the order of connection; 0: a signal that is awaited */
	int what, sender, fn, self, priority;
	unsigned n_blocked;
	bool is_once, is_live;
	int expectation, which; /* where it is awaited */
	bool asks; /* its predicate */
};

struct model_frame {
	int signal, from, payload, running;
	bool is_stopped, is_gone, has_failed;
	int n_connections; /* when it began */
	int ran[MODEL_RAN], n_ran, n_typed, n_failed;
	int number; /* 0: not observed */
	bool is_open, is_calling; /* its end is yet to be observed, that of a call */
	int calling, calling_self, calling_connection;
};

/* What the observer is told. */
enum { EMISSION_BEGAN, EMISSION_ENDED, CALL_BEGAN, CALL_ENDED };
struct model_event {
	int what, signal, from, number, parent;
	int fn, self, connection, outcome; /* of a call */
	int result, n_ran, n_failed; /* of an emission that ends */
	bool stopped;
};

struct model_failure {
	int depth, signal, place, code;
};

/* What waits to be delivered. */
struct model_item {
	int signal, from, token, payload;
};

struct model_backlog {
	int size, policy, budget;
	struct model_item waiting[MODEL_WAITING], taken[MODEL_WAITING];
	int n_waiting, n_taken;
	int most_waiting, n_delivered, n_refused, n_dropped, n_forgotten, n_told;
};

struct model_expectation {
	int self, n_left;
	long at; /* its deadline, or LONG_MAX */
	int made, lost; /* when, by model.now */
	bool is_live;
};

struct model_queue {
	int self, size, policy, high, low;
	int items[MODEL_ITEMS], n, n_due;
	int n_crossed, n_told; /* marks */
	int n_handled, n_refused, n_dropped, most_waiting;
	bool is_held, is_handling, is_closed, has_reader;
};

/* What happens outside: what the model calls. */
struct model_program {
	void (*called)(int fn, int self, int signal, int from, int payload,
		const struct model_failure *failure);
	void (*unheard)(const struct model_failure *failure);
	void (*observed)(const struct model_event *event);
	void (*destroyed)(void);
	bool (*asked)(int self, int signal, int from, int payload);
	/* which < 0: a negative errno, and there is no signal */
	void (*expected)(int self, int which, int signal, int from, int payload,
		const struct model_failure *failure);
	/* Which of the expectations that one sb_forget() has lost is told first: any may be. */
	int (*first_lost)(void);
	bool (*read)(int self, int item);
	void (*marked)(int self, bool is_high);
	void (*dropped)(int self, int item);
};

struct model {
	const struct model_program *program;
	int n_connections, n_numbers, depth, n_failures;
	bool is_destroyed, connect_failed;
	int labels[MODEL_OBJECTS];
	const struct model_failure *telling;
	bool observes;
	int last_number, since; /* of emissions; the last one when the observer came */
	int observer_depth; /* at which the observer is being told; 0: it is not */
	bool is_ending; /* it is told that the dispatcher is destroyed */
	bool is_delivering;
	int outside_place; /* of what runs outside emissions, or -1 */
	int tokens[MODEL_OBJECTS], last_token;
	struct model_backlog deferred, posted;
	long clock;
	int now; /* counts what expectations go by */
	int n_expectations, n_queues;
	int reading; /* the queue whose reader runs, or -1 */

	struct model_connection connections[MODEL_CONNECTIONS];
	struct model_frame frames[MODEL_DEPTH];
	struct model_failure failures[1024];
	struct model_expectation expectations[MODEL_EXPECTATIONS];
	struct model_queue queues[MODEL_QUEUES];
};

struct model_result {
	int n_ran, n_failed;
	bool stopped;
};

/* A signal that is awaited. */
struct model_awaited {
	int signal, from;
	bool asks;
};

void model_init(struct model *m, const struct model_program *program);
bool model_matches(int pattern, int signal);

/* Each as the function of <signalbox/dispatcher.h>; a connection is its number from 1, 0 is none,
 * -1 what would be an assert. */
int model_connect(struct model *m, int what, int sender, int fn, int self, int priority, bool once);
int model_disconnect(struct model *m, int connection);
int model_block(struct model *m, int connection);
int model_unblock(struct model *m, int connection);
int model_forget(struct model *m, int object);
void model_stop(struct model *m);
void model_fail(struct model *m, int code);
int model_fail_at(struct model *m, int from, int signal, int place, int code);
int model_running_place(const struct model *m);
int model_observe(struct model *m);
int model_unobserve(struct model *m);
void model_unwind(struct model *m);
int model_emit(struct model *m, int signal, int from, int payload, struct model_result *ret_result);
/* Whom it would call, by their index. */
int model_receivers(const struct model *m, int signal, int from, int *ret_receivers, int cap);
void model_destroy(struct model *m);

/* <signalbox/later.h> */
/* The object that beta has as a HANDLE, told by its payload; 0: none. */
int model_handle(int signal, int payload);
void model_set_later(struct model_backlog *b, int size, int policy, int budget);
int model_defer(struct model *m, int signal, int from, int payload);
int model_token(struct model *m, int object);
int model_post(struct model *m, int signal, int from, int token, int payload);
int model_deliver(struct model *m);
void model_deliver_unwind(struct model *m);
void model_later_forget(struct model *m, int object);

/* <signalbox/expect.h>: an expectation is its index. */
int model_expect(
	struct model *m, const struct model_awaited *awaited, int n, long within, int self);
int model_expect_cancel(struct model *m, int expectation);
void model_expectation_end(struct model *m, int expectation);
void model_expectation_lose(struct model *m, int connection);
void model_expectations_run(struct model *m);

/* <signalbox/queue.h>: a queue is its index. */
int model_queue_create(struct model *m, int self, int size, int policy, int high, int low);
void model_queue_release(struct model *m, int queue);
int model_queue_put(struct model *m, int queue, int item);
void model_queue_done(struct model *m, int queue);
void model_queue_close(struct model *m, int queue, bool drop_rest);
void model_queues_begin(struct model *m);
void model_queues_run(struct model *m);
void model_queues_unwind(struct model *m);
void model_queue_lose_reader(struct model *m, int queue);

#endif
