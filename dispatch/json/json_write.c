#include "json_private.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "utf8.h"

enum { FLAGS = JSON_COMPACT | JSON_REAL_PRECISION(17) };

/* Beyond this, a reader that has doubles alone loses digits (RFC 7493, 2.2). */
static const int64_t MAX_EXACT = (INT64_C(1) << 53) - 1;

bool
sb_plain_locale_enter(struct plain_locale *ret_locale)
{
	ret_locale->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!ret_locale->plain)
		return false;
	ret_locale->was = uselocale(ret_locale->plain);
	return true;
}

void
sb_plain_locale_leave(const struct plain_locale *locale)
{
	(void)uselocale(locale->was);
	freelocale(locale->plain);
}

static bool
is_utf8(struct sb_bytes bytes)
{
	const unsigned char *at = bytes.ptr;
	size_t n;

	for (size_t k = 0; k < bytes.len; k += n) {
		n = utf8_len(at + k, bytes.len - k);
		if (!n)
			return false;
	}
	return true;
}

static json_t *
base64_json(struct sb_bytes bytes)
{
	size_t len = sb_base64_len(bytes.len);
	json_t *object = json_object();
	char *text = malloc(len);
	int failed = -1;

	if (text) {
		sb_base64_write(bytes.ptr, bytes.len, text);
		failed = json_object_set_new_nocheck(
			object, "base64", json_stringn_nocheck(text, len));
	}
	free(text);
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
bytes_json(struct sb_bytes bytes)
{
	if (!is_utf8(bytes))
		return base64_json(bytes);
	return json_stringn_nocheck(bytes.len ? bytes.ptr : "", bytes.len);
}

static json_t *
int64_json(int64_t value)
{
	char text[24];

	if (value >= -MAX_EXACT && value <= MAX_EXACT)
		return json_integer(value);
	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	return json_string_nocheck(text);
}

static json_t *
uint64_json(uint64_t value)
{
	char text[24];

	if (value <= (uint64_t)MAX_EXACT)
		return json_integer((json_int_t)value);
	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string_nocheck(text);
}

static json_t *
double_json(double value)
{
	if (isfinite(value))
		return json_real(value);
	return json_string_nocheck(isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

/* NULL when out of memory. */
static json_t *
field_json(const struct sb_field *field, const void *payload)
{
	const void *at = (const char *)payload + field->offset;
	const char *text;

	switch (field->kind) {
	case SB_BOOL:
		return json_boolean(*(const bool *)at);
	case SB_INT64:
		return int64_json(*(const int64_t *)at);
	case SB_UINT64:
		return uint64_json(*(const uint64_t *)at);
	case SB_DOUBLE:
		return double_json(*(const double *)at);
	case SB_TEXT:
		text = *(const char *const *)at;
		return text ? bytes_json(sb_bytes_of(text)) : json_null();
	case SB_BYTES:
		return bytes_json(*(const struct sb_bytes *)at);
	case SB_HANDLE:
		break;
	}
	return NULL;
}

static json_t *
payload_json(const struct sb_signal *signal, const void *payload)
{
	json_t *object = json_object();
	int failed = !object;

	for (size_t k = 0; k < signal->n_fields && !failed; k++) {
		const struct sb_field *field = &signal->fields[k];

		if (field->kind != SB_HANDLE)
			failed = json_object_set_new_nocheck(
				object, field->name, field_json(field, payload));
	}
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

/* In memory of the C library, whatever functions jansson was told to use. */
static char *
text_of(const json_t *object, size_t *ret_len)
{
	size_t len = json_dumpb(object, NULL, 0, FLAGS);
	char *text = len ? malloc(len + 1) : NULL;

	if (text && json_dumpb(object, text, len, FLAGS) == len) {
		text[len] = '\0';
		*ret_len = len;
		return text;
	}
	free(text);
	return NULL;
}

int
sb_json_write(const struct sb_signal *signal, const void *payload, char **ret_text, size_t *ret_len,
	struct sb_error *ret_error)
{
	struct plain_locale locale;
	json_t *object;
	size_t len = 0;

	*ret_text = NULL;
	if (sb_plain_locale_enter(&locale)) {
		object = payload_json(signal, payload);
		*ret_text = object ? text_of(object, &len) : NULL;
		json_decref(object);
		sb_plain_locale_leave(&locale);
	}
	if (!*ret_text)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	if (ret_len)
		*ret_len = len;
	return 0;
}
