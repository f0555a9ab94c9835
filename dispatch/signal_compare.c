#include <signalbox/signal.h>

static bool
texts_differ(const char *text, const char *other)
{
	return text && other ? strcmp(text, other) != 0 : text != other;
}

static bool
bytes_differ(const struct sb_bytes *bytes, const struct sb_bytes *other)
{
	return bytes->len != other->len
	       || (bytes->len && memcmp(bytes->ptr, other->ptr, bytes->len) != 0);
}

static bool
doubles_differ(double value, double other)
{
	/* Only not-a-number is another than itself. */
	return value != other && (value == value || other == other);
}

static bool
field_differs(const struct sb_field *field, const void *payload, const void *other)
{
	const void *at = (const char *)payload + field->offset;
	const void *other_at = (const char *)other + field->offset;

	switch (field->kind) {
	case SB_BOOL:
		return *(const bool *)at != *(const bool *)other_at;
	case SB_INT64:
		return *(const int64_t *)at != *(const int64_t *)other_at;
	case SB_UINT64:
		return *(const uint64_t *)at != *(const uint64_t *)other_at;
	case SB_DOUBLE:
		return doubles_differ(*(const double *)at, *(const double *)other_at);
	case SB_TEXT:
		return texts_differ(*(const char *const *)at, *(const char *const *)other_at);
	case SB_BYTES:
		return bytes_differ(at, other_at);
	case SB_HANDLE:
		break;
	}
	/* As memory, for it is a pointer to something else each time. */
	return memcmp(at, other_at, sizeof(void *)) != 0;
}

const struct sb_field *
sb_signal_differs(const struct sb_signal *signal, const void *payload, const void *other)
{
	for (size_t k = 0; k < signal->n_fields; k++)
		if (field_differs(&signal->fields[k], payload, other))
			return &signal->fields[k];
	return NULL;
}

/* FNV-1a, 64 bits, of one text more. */
static uint64_t
hash_on(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

uint64_t
sb_signal_fingerprint(const struct sb_signal *signal)
{
	uint64_t hash = hash_on(UINT64_C(0xcbf29ce484222325), signal->name);

	hash = hash_on(hash_on(hash_on(hash, "("), signal->sender), ")");
	for (size_t k = 0; k < signal->n_fields; k++) {
		hash = hash_on(hash_on(hash, " "), signal->fields[k].name);
		hash = hash_on(hash_on(hash, ":"), sb_kind_name(signal->fields[k].kind));
	}
	return hash;
}

const char *
sb_kind_name(enum sb_kind kind)
{
	static const char *const names[] = {
		[SB_BOOL] = "bool",
		[SB_INT64] = "int64",
		[SB_UINT64] = "uint64",
		[SB_DOUBLE] = "double",
		[SB_TEXT] = "text",
		[SB_BYTES] = "bytes",
		[SB_HANDLE] = "handle",
	};

	sb_assert((size_t)kind < sizeof(names) / sizeof(names[0]));
	return names[kind];
}
