#include "private.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

static size_t
text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

size_t
sb_payload_size(const struct sb_signal *signal, const void *payload)
{
	size_t size = signal->size;

	for (size_t k = 0; k < signal->n_fields; k++) {
		const struct sb_field *field = &signal->fields[k];
		const void *at = (const char *)payload + field->offset;

		if (field->kind == SB_TEXT)
			size += text_size(*(const char *const *)at);
		else if (field->kind == SB_BYTES)
			size += ((const struct sb_bytes *)at)->len;
	}
	return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

/* Appends what the pointer points to, and returns the offset that takes its place. */
static const void *
move_in(void *memory, size_t *end, const void *from, size_t len)
{
	uintptr_t offset = *end;

	if (!from)
		return NULL;
	if (len)
		memcpy((char *)memory + offset, from, len);
	*end += len;
	return (const void *)offset;
}

void
sb_payload_pack(const struct sb_signal *signal, const void *payload, void *memory)
{
	size_t end = signal->size;

	memcpy(memory, payload, signal->size);
	for (size_t k = 0; k < signal->n_fields; k++) {
		const struct sb_field *field = &signal->fields[k];
		void *at = (char *)memory + field->offset;

		if (field->kind == SB_TEXT) {
			const char **text = at;

			*text = move_in(memory, &end, *text, text_size(*text));
		} else if (field->kind == SB_BYTES) {
			struct sb_bytes *bytes = at;

			bytes->ptr = move_in(memory, &end, bytes->ptr, bytes->len);
		}
	}
}

static const void *
moved_to(const void *memory, const void *offset)
{
	return offset ? (const char *)memory + (uintptr_t)offset : NULL;
}

void
sb_payload_unpack(const struct sb_signal *signal, void *memory)
{
	for (size_t k = 0; k < signal->n_fields; k++) {
		const struct sb_field *field = &signal->fields[k];
		void *at = (char *)memory + field->offset;

		if (field->kind == SB_TEXT)
			*(const char **)at = moved_to(memory, *(const char **)at);
		else if (field->kind == SB_BYTES)
			((struct sb_bytes *)at)->ptr =
				moved_to(memory, ((struct sb_bytes *)at)->ptr);
	}
}

void *
sb_signal_copy(const struct sb_signal *signal, const void *payload)
{
	void *copy = malloc(sb_payload_size(signal, payload));

	if (!copy)
		return NULL;
	sb_payload_pack(signal, payload, copy);
	sb_payload_unpack(signal, copy);
	return copy;
}

void
sb_signal_free(void *copy)
{
	free(copy);
}
