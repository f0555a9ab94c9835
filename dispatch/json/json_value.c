#include "json_private.h"

#include <math.h>

/* A whole number's digits, in the source or in a string: what is neither has none. */
static struct sb_bytes
digits_of(const json_t *value, struct sb_bytes source)
{
	if (json_is_string(value))
		return (struct sb_bytes){ json_string_value(value), json_string_length(value) };
	return source;
}

/* Digits, perhaps with a minus, and no needless 0 before them: the string may hold anything. */
static bool
read_whole(struct sb_bytes text, bool *ret_is_negative, uint64_t *ret_value)
{
	const char *at = text.ptr;
	size_t k = text.len && *at == '-';
	unsigned digit;

	*ret_is_negative = k;
	*ret_value = 0;
	if (k == text.len || (at[k] == '0' && text.len - k > 1))
		return false;
	for (; k < text.len; k++) {
		digit = (unsigned char)at[k] - (unsigned)'0';
		if (digit > 9 || *ret_value > (UINT64_MAX - digit) / 10)
			return false;
		*ret_value = *ret_value * 10 + digit;
	}
	return true;
}

static bool
read_int64(struct sb_bytes text, int64_t *ret_value)
{
	bool is_negative;
	uint64_t value;

	if (!read_whole(text, &is_negative, &value)
		|| value > (uint64_t)INT64_MAX + (is_negative ? 1 : 0))
		return false;
	/* In two steps, since the least number has no opposite. */
	*ret_value = is_negative && value ? -(int64_t)(value - 1) - 1 : (int64_t)value;
	return true;
}

static bool
read_uint64(struct sb_bytes text, uint64_t *ret_value)
{
	bool is_negative;

	return read_whole(text, &is_negative, ret_value) && (!is_negative || !*ret_value);
}

/* A number as JSON has it; strtod() takes more. */
static bool
is_number(const char *text)
{
	static const char digits[] = "0123456789";
	size_t n;

	text += *text == '-';
	n = strspn(text, digits);
	if (!n || (n > 1 && *text == '0'))
		return false;
	text += n;
	if (*text == '.') {
		n = strspn(++text, digits);
		if (!n)
			return false;
		text += n;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '+' || *text == '-';
		n = strspn(text, digits);
		if (!n)
			return false;
		text += n;
	}
	return !*text;
}

static bool
read_double(const json_t *value, double *ret_value)
{
	const char *text = json_string_value(value);

	if (json_is_real(value)) {
		*ret_value = json_real_value(value);
		return true;
	}
	if (!text || strlen(text) != json_string_length(value))
		return false;
	if (!strcmp(text, "inf") || !strcmp(text, "-inf")) {
		*ret_value = *text == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (!strcmp(text, "nan")) {
		*ret_value = NAN;
		return true;
	}
	*ret_value = is_number(text) ? strtod(text, NULL) : INFINITY;
	return isfinite(*ret_value);
}

/* A string, or the bytes that an object with base64 stands for. */
static bool
read_bytes(const json_t *value, unsigned char **room, struct sb_bytes *ret_bytes)
{
	const json_t *base64 = json_object_get(value, "base64");
	size_t len;

	if (json_is_string(value)) {
		*ret_bytes =
			(struct sb_bytes){ json_string_value(value), json_string_length(value) };
		return true;
	}
	if (!json_is_string(base64) || json_object_size(value) != 1
		|| !sb_base64_read(
			json_string_value(base64), json_string_length(base64), *room, &len))
		return false;
	*ret_bytes = (struct sb_bytes){ *room, len };
	(*room)[len] = '\0';
	*room += len + 1;
	return true;
}

static bool
read_text(const json_t *value, unsigned char **room, const char **ret_text)
{
	struct sb_bytes bytes;

	*ret_text = NULL;
	if (json_is_null(value))
		return true;
	if (!read_bytes(value, room, &bytes))
		return false;
	*ret_text = bytes.ptr;
	return strlen(bytes.ptr) == bytes.len;
}

static bool
read_bool(const json_t *value, bool *ret_value)
{
	*ret_value = json_is_true(value);
	return json_is_boolean(value);
}

bool
sb_json_value(const struct sb_field *field, const json_t *value, struct sb_bytes source,
	unsigned char **room, void *payload)
{
	void *at = (char *)payload + field->offset;

	switch (field->kind) {
	case SB_BOOL:
		return read_bool(value, at);
	case SB_INT64:
		return read_int64(digits_of(value, source), at);
	case SB_UINT64:
		return read_uint64(digits_of(value, source), at);
	case SB_DOUBLE:
		return read_double(value, at);
	case SB_TEXT:
		return read_text(value, room, at);
	case SB_BYTES:
		return read_bytes(value, room, at);
	case SB_HANDLE:
		break;
	}
	return json_is_null(value);
}
