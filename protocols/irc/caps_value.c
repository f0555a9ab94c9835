#include "caps.h"

bool
sb_caps_token(const char *text, const char *key, struct sb_bytes *ret_value)
{
	size_t key_len = strlen(key);

	for (;;) {
		size_t len = strcspn(text, ",");

		if (len >= key_len && !memcmp(text, key, key_len)
			&& (len == key_len || text[key_len] == '=')) {
			ret_value->ptr = text + key_len + (len > key_len);
			ret_value->len = len - key_len - (len > key_len);
			return true;
		}
		if (!text[len])
			return false;
		text += len + 1;
	}
}

bool
sb_caps_number(struct sb_bytes value, int64_t max, int64_t *ret_number)
{
	const char *text = value.ptr;
	int64_t number = 0;

	sb_assert(max >= 0);
	if (!value.len)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		int digit = text[i] - '0';

		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number > (max - digit) / 10 ? max : number * 10 + digit;
	}
	*ret_number = number;
	return true;
}

bool
sb_caps_multiline(const struct sb_caps *caps, struct sb_caps_multiline *ret_limits)
{
	const char *value = sb_caps_value(caps, SB_CAP_MULTILINE);
	struct sb_caps_multiline limits = { 0, 0 };
	struct sb_bytes number;

	if (!value || !sb_caps_is_on(caps, SB_CAP_MULTILINE)
		|| !sb_caps_token(value, "max-bytes", &number)
		|| !sb_caps_number(number, INT64_MAX, &limits.bytes_max) || !limits.bytes_max)
		return false;
	if (sb_caps_token(value, "max-lines", &number))
		(void)sb_caps_number(number, INT64_MAX, &limits.lines_max);
	*ret_limits = limits;
	return true;
}
