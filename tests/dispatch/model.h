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
/* The place of the observer, among those of the handlers. */
enum { OBSERVER = N_FNS };

struct model_connection {
	int what, sender, fn, self, priority;
	unsigned n_blocked;
	bool is_once, is_live;
};

struct model_frame {
	int signal, from, running;
	bool is_stopped, is_gone, has_failed;
	int n_connections; /* when it began */
	int ran[MODEL_RAN], n_ran, n_typed, n_failed;
	int number; /* 0: not observed */
	bool is_open, is_calling; /* its end is yet to be observed, that of a call */
	int calling, calling_self;
};

/* What the observer is told. */
enum { EMISSION_BEGAN, EMISSION_ENDED, CALL_BEGAN, CALL_ENDED };
struct model_event {
	int what, signal, from, number, parent;
	int fn, self, outcome; /* of a call */
	int result, n_ran, n_failed; /* of an emission that ends */
	bool stopped;
};

struct model_failure {
	int depth, signal, place, code;
};

struct model {
	int n_connections, depth, n_failures;
	bool is_destroyed, connect_failed;
	int labels[MODEL_OBJECTS];
	/* What happens outside: a handler runs, a failure that nobody hears. */
	void (*called)(int fn, int self, int signal, int from, const struct model_failure *failure);
	void (*unheard)(const struct model_failure *failure);
	const struct model_failure *telling;
	bool observes;
	int last_number, since; /* of emissions; the last one when the observer came */
	int observer_depth; /* at which the observer is being told; 0: it is not */
	void (*observed)(const struct model_event *event);

	struct model_connection connections[MODEL_CONNECTIONS];
	struct model_frame frames[MODEL_DEPTH];
	struct model_failure failures[1024];
};

struct model_result {
	int n_ran, n_failed;
	bool stopped;
};

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
int model_emit(struct model *m, int signal, int from, struct model_result *ret_result);
void model_destroy(struct model *m);

#endif
