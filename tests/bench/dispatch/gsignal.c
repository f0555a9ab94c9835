/* GSignal: an object a sender, a signal of its class with one pointer, emitted by its id. */

#include <glib-object.h>

#include "bench/measure.h"
#include "peers.h"

struct event {
	int64_t value;
};

typedef struct {
	GObject parent;
} BenchSource;
typedef struct {
	GObjectClass parent;
} BenchSourceClass;

GType bench_source_get_type(void);
G_DEFINE_TYPE(BenchSource, bench_source, G_TYPE_OBJECT)

static guint alpha;

static void
bench_source_class_init(BenchSourceClass *class)
{
	alpha = g_signal_new("alpha", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
		g_cclosure_marshal_VOID__POINTER, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
bench_source_init(BenchSource *source)
{
	(void)source;
}

struct objects {
	GObject **sources;
	size_t n;
	gulong *ids;
};

static void
on_event(GObject *source, struct event *event, struct counter *counter)
{
	(void)source;
	counter->n += (uint64_t)event->value;
}

static void *
create(size_t n_objects, size_t n)
{
	struct objects *objects = g_new0(struct objects, 1);

	objects->n = n_objects;
	objects->sources = g_new0(GObject *, n_objects);
	for (size_t k = 0; k < n_objects; k++)
		objects->sources[k] = g_object_new(bench_source_get_type(), NULL);
	objects->ids = g_new0(gulong, n + 1);
	return objects;
}

static GObject *
source_at(const struct objects *objects, size_t k)
{
	return objects->sources[objects->n > 1 ? k : 0];
}

static void
connect(void *self, struct counter *counters, size_t n)
{
	struct objects *objects = self;

	for (size_t k = 0; k < n; k++)
		objects->ids[k] = g_signal_connect(
			source_at(objects, k), "alpha", G_CALLBACK(on_event), &counters[k]);
}

static void
disconnect(void *self, const uint32_t *order, size_t n)
{
	const struct objects *objects = self;

	for (size_t k = 0; k < n; k++)
		g_signal_handler_disconnect(source_at(objects, order[k]), objects->ids[order[k]]);
}

static void
emit_times(void *self, size_t times)
{
	const struct objects *objects = self;
	struct event event = { 1 };

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		g_signal_emit(objects->sources[0], alpha, 0, &event);
	}
}

static void
emit_each(void *self, const uint32_t *order, size_t n)
{
	const struct objects *objects = self;
	struct event event = { 1 };

	for (size_t k = 0; k < n; k++) {
		BARRIER();
		g_signal_emit(objects->sources[order[k]], alpha, 0, &event);
	}
}

static void
destroy(void *self)
{
	struct objects *objects = self;

	for (size_t k = 0; k < objects->n; k++)
		g_object_unref(objects->sources[k]);
	g_free(objects->sources);
	g_free(objects->ids);
	g_free(objects);
}

const struct peer peer_gsignal = {
	.name = "GSignal",
	.create = create,
	.connect = connect,
	.disconnect = disconnect,
	.emit = emit_times,
	.emit_each = emit_each,
	.destroy = destroy,
};
