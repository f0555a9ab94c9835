#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct object *
sb_object_find(const struct sb_dispatcher *d, const void *key)
{
	struct object *object;

	HASH_FIND(hh, d->objects, &key, sizeof(key), object);
	return object;
}

struct object *
sb_object_make(struct sb_dispatcher *d, const void *key)
{
	struct object *object = sb_object_find(d, key);

	if (object)
		return object;
	object = calloc(1, sizeof(*object));
	if (!object)
		return NULL;
	object->key = key;
	HASH_ADD(hh, d->objects, key, sizeof(object->key), object);
	if (object->hh.tbl)
		return object;
	free(object);
	return NULL;
}

void
sb_object_tidy(struct sb_dispatcher *d, struct object *object)
{
	if (object->pairs || object->label || object->expectations || object->token)
		return;
	HASH_DELETE(hh, d->objects, object);
	free(object);
}

int
sb_label(struct sb_dispatcher *d, const void *object, const char *label)
{
	struct object *known;
	char *copy = NULL;

	sb_assert(object);
	known = label ? sb_object_make(d, object) : sb_object_find(d, object);
	if (!known)
		return label ? -ENOMEM : 0;
	if (label && !(copy = strdup(label))) {
		sb_object_tidy(d, known);
		return -ENOMEM;
	}
	free(known->label);
	known->label = copy;
	sb_object_tidy(d, known);
	return 0;
}

const char *
sb_label_of(const struct sb_dispatcher *d, const void *object)
{
	const struct object *known = sb_object_find(d, object);

	return known ? known->label : NULL;
}
