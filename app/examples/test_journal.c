/* A journal: each signal is a line of its name and its payload as JSON. Read back, the lines are
 * emitted again, in another dispatcher, and its handlers cannot tell. */

#include <signalbox/json.h>
#include <signalbox/testing.h>

#include "door/door.h"

/* For a pattern: one function for all signals. A handle means nothing elsewhere, and is left
 * out. */
static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	FILE *journal = self;
	struct sb_error error;
	char *text;

	(void)from;
	if (sb_json_write(signal, payload, &text, NULL, &error) < 0) {
		(void)fprintf(stderr, "%s is not in the journal: %s\n", signal->name, error.text);
		return;
	}
	(void)fprintf(journal, "%s %s\n", signal->name, text);
	free(text);
}

/* Emits what a line says, without a sender. */
static int
replay_line(struct sb_dispatcher *d, const char *name, const char *text, struct sb_error *ret_error)
{
	const struct sb_signal *signal = sb_find(d, name);
	void *payload;
	int code;

	if (!signal)
		return sb_error_set(ret_error, -1, "there is no signal %s", name);
	/* A journal of an older program may lack a field, one of a newer have more. */
	code = sb_json_read(
		signal, text, strlen(text), SB_JSON_MISSING | SB_JSON_UNKNOWN, &payload, ret_error);
	if (code < 0)
		return code;
	code = sb_emit(d, signal, NULL, payload);
	sb_signal_free(payload);
	return code < 0 ? sb_error_set(ret_error, code, "cannot be emitted") : 0;
}

static int
replay(struct sb_dispatcher *d, FILE *journal, struct sb_error *ret_error)
{
	char line[512], *space;
	int code = 0;

	rewind(journal);
	while (!code && fgets(line, sizeof(line), journal)) {
		space = strchr(line, ' ');
		if (!space)
			return sb_error_set(ret_error, -1, "a line without a space");
		*space = '\0';
		code = replay_line(d, line, space + 1, ret_error);
	}
	return code;
}

int
main(void)
{
	struct sb_world *first = sb_world_create(1), *second = sb_world_create(1);
	const struct sb_options none = { .priority = 0 };
	struct door door = { "front" };
	FILE *journal = tmpfile();
	struct sb_probe *probe;
	struct sb_error error;

	if (!journal || sb_register(first->d, &door_signals)
		|| sb_register(second->d, &door_signals))
		return 1;
	sb_pattern_connect(first->d, "door.*", SB_ANY, none, SB_HANDLER(on_any), journal);
	door_opened_emit(first->d, &door, &(struct door_opened){ .who = "bob", .o_clock = 7 });
	door_opened_emit(first->d, &door, &(struct door_opened){ .who = "\xff", .o_clock = 8 });
	door_locked_emit(first->d, &door, &(struct door_locked){ 0 });

	probe = sb_probe_create(second->d, "door.*");
	if (replay(second->d, journal, &error) < 0) {
		(void)fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	sb_probe_expect(probe, "door.opened who=bob o_clock=7");
	sb_probe_expect(probe, "door.opened who=\"\\xff\" o_clock=8");
	sb_probe_expect(probe, "door.locked");
	sb_probe_expect_none(probe);

	/* What is wrong in a line is told. */
	if (!replay_line(second->d, "door.opened", "{\"who\": 7}", &error)
		|| strncmp(error.text, "door.opened: \"who\" has 7, where ", 32))
		return 1;

	sb_probe_destroy(probe);
	sb_forget(first->d, journal);
	(void)fclose(journal);
	sb_world_destroy(second);
	sb_world_destroy(first);
	return 0;
}
