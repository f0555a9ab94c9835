#include "private.h"

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
	return (size + PAYLOAD_ALIGNMENT - 1) / PAYLOAD_ALIGNMENT * PAYLOAD_ALIGNMENT;
}

/* Appends what the pointer points to, and returns where. */
static const void *
append(char **end, const void *from, size_t len)
{
	char *at = *end;

	if (!from)
		return NULL;
	if (len)
		memcpy(at, from, len);
	*end += len;
	return at;
}

void
sb_payload_copy(const struct sb_signal *signal, const void *payload, void *memory)
{
	char *end = (char *)memory + signal->size;

	memcpy(memory, payload, signal->size);
	for (size_t k = 0; k < signal->n_fields; k++) {
		const struct sb_field *field = &signal->fields[k];
		void *at = (char *)memory + field->offset;

		if (field->kind == SB_TEXT) {
			const char **text = at;

			*text = append(&end, *text, text_size(*text));
		} else if (field->kind == SB_BYTES) {
			struct sb_bytes *bytes = at;

			bytes->ptr = append(&end, bytes->ptr, bytes->len);
		}
	}
}

void *
sb_signal_copy(const struct sb_signal *signal, const void *payload)
{
	void *copy = malloc(sb_payload_size(signal, payload));

	if (!copy)
		return NULL;
	sb_payload_copy(signal, payload, copy);
	return copy;
}

void
sb_signal_free(void *copy)
{
	free(copy);
}
