#include "json_private.h"

#include <errno.h>

#include "utf8.h"

enum {
	MAX_LEN = 64 * 1024 * 1024, /* bytes */
	SHOWN_CAP = 64, /* of a value in an error */
	JANSSON_CAP = JSON_ERROR_TEXT_LENGTH, /* of jansson's words */
	/* Integers as doubles, since they may be beyond a long long; the digits of one for an
	 * integer's field are taken from the source. */
	FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY,
};

struct reading {
	const struct sb_signal *signal;
	const char *text;
	size_t len;
	unsigned flags;
	void *payload; /* its texts and bytes are the parser's, or in `room` */
	unsigned char *room; /* for what was base64, after the payload: len bytes in all */
	struct sb_error *error;
};

/* ---- What is wrong ---- */

/* What is printable of a piece of the source, cut where it is long. */
static const char *
shown(struct sb_bytes source, char *buf, size_t cap)
{
	const unsigned char *at = source.ptr;
	size_t n, len = 0;

	for (size_t k = 0; k < source.len; k += n) {
		n = utf8_len(at + k, source.len - k);
		if (len + (n ? n : 1) + sizeof("...") > cap) {
			memcpy(buf + len, "...", 3);
			len += 3;
			break;
		}
		if (at[k] < 0x20 || at[k] == 0x7f || !n || (at[k] == 0xc2 && at[k + 1] < 0xa0)) {
			buf[len++] = '?';
			n = n ? n : 1;
			continue;
		}
		memcpy(buf + len, at + k, n);
		len += n;
	}
	buf[len] = '\0';
	return buf;
}

static const char *
right_for(enum sb_kind kind)
{
	static const char *const rights[] = {
		[SB_BOOL] = "true or false",
		[SB_INT64] = "a whole number from -9223372036854775808 to 9223372036854775807",
		[SB_UINT64] = "a whole number from 0 to 18446744073709551615",
		[SB_DOUBLE] = "a number of a double's range, \"inf\", \"-inf\" or \"nan\"",
		[SB_TEXT] = "null, or a string or {\"base64\": \"...\"} without a NUL",
		[SB_BYTES] = "a string or {\"base64\": \"...\"}",
		[SB_HANDLE] = "null or no member, since it is a handle,",
	};

	return rights[kind];
}

static int
wrong(const struct reading *reading, const struct sb_field *field, struct sb_bytes source)
{
	char buf[SHOWN_CAP];

	return sb_error_set(reading->error, -EINVAL,
		"%.48s: \"%.40s\" has %s, where %s would be right", reading->signal->name,
		field->name, shown(source, buf, sizeof(buf)), right_for(field->kind));
}

static int
missing(const struct reading *reading, const struct sb_field *field)
{
	return sb_error_set(reading->error, -EINVAL,
		"%.48s: \"%.40s\" is missing, where %s would be right", reading->signal->name,
		field->name, right_for(field->kind));
}

static int
unknown(const struct reading *reading, struct sb_bytes name)
{
	const struct sb_signal *signal = reading->signal;
	char buf[SHOWN_CAP], names[160] = "";
	size_t len = 0;

	for (size_t k = 0; k < signal->n_fields && len < sizeof(names); k++)
		if (signal->fields[k].kind != SB_HANDLE)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
				len ? ", " : "", signal->fields[k].name);
	return sb_error_set(reading->error, -EINVAL, "%.48s has no field %s; it has %s",
		signal->name, shown(name, buf, sizeof(buf)), len ? names : "none");
}

static int
no_object(const struct reading *reading)
{
	char buf[SHOWN_CAP];

	return sb_error_set(reading->error, -EINVAL,
		"%.48s: %s, where an object with a member for each field would be right",
		reading->signal->name,
		shown((struct sb_bytes){ reading->text, reading->len }, buf, sizeof(buf)));
}

static int
out_of_memory(const struct reading *reading)
{
	return sb_error_set(reading->error, -ENOMEM, "out of memory");
}

static int
wrong_at(const struct reading *reading, const json_error_t *error, const char *why)
{
	char buf[JANSSON_CAP];

	return sb_error_set(reading->error, -EINVAL, "line %d, column %d: %s", error->line,
		error->column, shown(sb_bytes_of(why), buf, sizeof(buf)));
}

/* ---- An object ---- */

static int
read_members(struct reading *reading, json_t *object)
{
	struct members members = { reading->text, reading->text + reading->len };
	const struct sb_field *field;
	struct member member;
	const char *name;
	json_t *value;

	/* jansson keeps the order of the source. */
	json_object_foreach(object, name, value)
	{
		sb_assert(sb_members_next(&members, &member));
		field = sb_signal_field(reading->signal, name);
		if (field
			&& !sb_json_value(
				field, value, member.value, &reading->room, reading->payload))
			return wrong(reading, field, member.value);
		if (!field && !(reading->flags & SB_JSON_UNKNOWN))
			return unknown(reading, member.name);
	}
	return 0;
}

static int
check_missing(const struct reading *reading, const json_t *object)
{
	const struct sb_signal *signal = reading->signal;

	if (reading->flags & SB_JSON_MISSING)
		return 0;
	for (size_t k = 0; k < signal->n_fields; k++)
		if (signal->fields[k].kind != SB_HANDLE
			&& !json_object_get(object, signal->fields[k].name))
			return missing(reading, &signal->fields[k]);
	return 0;
}

static int
read_object(struct reading *reading, json_t *object, void **ret_payload)
{
	int code;

	if (!json_is_object(object))
		return no_object(reading);
	reading->payload = calloc(1, reading->signal->size + reading->len);
	if (!reading->payload)
		return out_of_memory(reading);
	reading->room = (unsigned char *)reading->payload + reading->signal->size;
	code = read_members(reading, object);
	if (!code)
		code = check_missing(reading, object);
	if (!code) {
		*ret_payload = sb_signal_copy(reading->signal, reading->payload);
		if (!*ret_payload)
			code = out_of_memory(reading);
	}
	free(reading->payload);
	return code;
}

/* ---- What jansson cannot read ---- */

/* A string that it could not keep is an invalid token to it, and all else says nothing. */
static bool
is_out_of_memory(const struct reading *reading, const json_error_t *error)
{
	static const char *const tokens[] = { "invalid token", "string or '}' expected" };
	bool is_token = false;

	for (size_t k = 0; k < sizeof(tokens) / sizeof(tokens[0]); k++)
		is_token = is_token || !strncmp(error->text, tokens[k], strlen(tokens[k]));
	return !error->text[0]
	       || (is_token && error->position > 0 && reading->text[error->position - 1] == '"');
}

/* It has read up to the end of a name that was there. */
static int
explain_duplicate(
	const struct reading *reading, const json_error_t *error, const struct member *member)
{
	char buf[SHOWN_CAP], why[SHOWN_CAP + 16];

	/* Or of one inside an unknown member. */
	if (member->value.len)
		return wrong_at(reading, error, error->text);
	(void)snprintf(why, sizeof(why), "%s stands twice", shown(member->name, buf, sizeof(buf)));
	return wrong_at(reading, error, why);
}

/* It has read up to the end of a number that no double holds. */
static int
explain_number(
	const struct reading *reading, const json_error_t *error, const struct member *member)
{
	const struct sb_signal *signal = reading->signal;
	const char *source = member->name.ptr;
	size_t len = member->name.len - 2;
	bool is_nested = strchr("{[", *(const char *)member->value.ptr);

	for (size_t k = 0; k < signal->n_fields && !is_nested; k++)
		if (strlen(signal->fields[k].name) == len
			&& !memcmp(signal->fields[k].name, source + 1, len))
			return wrong(reading, &signal->fields[k], member->value);
	return wrong_at(reading, error, error->text);
}

static int
explain(const struct reading *reading, const json_error_t *error)
{
	struct members members = { reading->text, reading->text + error->position };
	struct member member;

	if (is_out_of_memory(reading, error))
		return out_of_memory(reading);
	if (sb_members_last(members, &member)) {
		if (json_error_code(error) == json_error_duplicate_key)
			return explain_duplicate(reading, error, &member);
		if (json_error_code(error) == json_error_numeric_overflow)
			return explain_number(reading, error, &member);
	}
	return wrong_at(reading, error, error->text);
}

/* jansson passes over one after a number or a word. */
static bool
find_nul(const char *text, size_t len, json_error_t *ret_error)
{
	const char *nul = len ? memchr(text, '\0', len) : NULL;

	*ret_error = (json_error_t){ .line = 1, .column = 1 };
	for (; nul && text < nul; text++) {
		if (!utf8_is_continuation((unsigned char)*text))
			ret_error->column++;
		if (*text == '\n') {
			ret_error->line++;
			ret_error->column = 1;
		}
	}
	return nul;
}

/* jansson does not look whether its buffer for a token could grow, and goes on with a part of it:
 * so what that may take, and the strings, is asked for before. */
static bool
has_room(size_t len)
{
	json_malloc_t alloc;
	json_free_t release;
	void *room;

	json_get_alloc_funcs(&alloc, &release);
	room = alloc(4 * len + 64);
	if (!room)
		return false;
	release(room);
	return true;
}

static int
read_text_of(struct reading *reading, void **ret_payload)
{
	json_error_t error;
	json_t *object;
	int code;

	if (!has_room(reading->len))
		return out_of_memory(reading);
	object = json_loadb(reading->text, reading->len, FLAGS, &error);
	code = object ? read_object(reading, object, ret_payload) : explain(reading, &error);
	json_decref(object);
	return code;
}

int
sb_json_read(const struct sb_signal *signal, const char *text, size_t len, unsigned flags,
	void **ret_payload, struct sb_error *ret_error)
{
	struct reading reading = { .signal = signal,
		.text = len ? text : "",
		.len = len,
		.flags = flags,
		.error = ret_error };
	struct plain_locale locale;
	json_error_t error;
	int code;

	sb_assert(!(flags & ~(unsigned)(SB_JSON_MISSING | SB_JSON_UNKNOWN)));
	*ret_payload = NULL;
	if (len > MAX_LEN)
		return sb_error_set(
			ret_error, -E2BIG, "%zu bytes, where %d are the most", len, MAX_LEN);
	if (find_nul(text, len, &error))
		return wrong_at(&reading, &error, "a NUL byte");
	if (!sb_plain_locale_enter(&locale))
		return out_of_memory(&reading);
	code = read_text_of(&reading, ret_payload);
	sb_plain_locale_leave(&locale);
	return code;
}
