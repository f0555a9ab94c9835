#include <errno.h>
#include <inttypes.h>

#include "private.h"

/* One condition of an expectation: `nick=bob`, `text~"hello"`. */
struct condition {
	struct sb_bytes name;
	char op; /* = or ~ */
	bool is_quoted;
	struct text value;
};

/* Reads on in an expectation. */
struct reader {
	const char *at;
	struct text *why;
};

SB_PRINTF(3, 4)
static enum match
say(enum match match, struct text *why, const char *format, ...)
{
	char buf[512];
	va_list args;

	if (!why)
		return match;
	va_start(args, format);
	(void)vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	(void)sb_kit_text_addf(why, "%s", buf);
	return match;
}

/* ---- Reading ---- */

static enum match
read_quoted(struct reader *reader, struct condition *condition)
{
	const char *end = reader->at + strlen(reader->at);
	char quote = *reader->at++;

	condition->is_quoted = true;
	while (*reader->at && *reader->at != quote) {
		const char *at = reader->at;
		int took = *at == '\\'
				   ? sb_kit_unescape(at + 1, end, &condition->value)
				   : sb_kit_text_add(&condition->value, (struct sb_bytes){ at, 1 });

		if (took < 0)
			return MATCH_NO_MEMORY;
		if (*at == '\\' && !took)
			return say(MATCH_WRONG, reader->why, "no escape: %.4s", at);
		reader->at += 1 + took;
	}
	if (!*reader->at)
		return say(MATCH_WRONG, reader->why, "a value without its closing %c", quote);
	reader->at++;
	return MATCH_YES;
}

static enum match
read_value(struct reader *reader, struct condition *condition)
{
	size_t len = strcspn(reader->at, " ");

	if (*reader->at == '"' || *reader->at == '\'')
		return read_quoted(reader, condition);
	if (!len)
		return say(MATCH_WRONG, reader->why,
			"%.*s has no value here; an empty text is \"\"", (int)condition->name.len,
			(const char *)condition->name.ptr);
	if (sb_kit_text_add(&condition->value, (struct sb_bytes){ reader->at, len }))
		return MATCH_NO_MEMORY;
	reader->at += len;
	return MATCH_YES;
}

/* MATCH_YES: one was read; MATCH_NO: there is no other. */
static enum match
read_condition(struct reader *reader, struct condition *condition)
{
	size_t len;
	enum match match;

	reader->at += strspn(reader->at, " ");
	if (!*reader->at)
		return MATCH_NO;
	len = strcspn(reader->at, "=~ ");
	condition->name = (struct sb_bytes){ reader->at, len };
	reader->at += len;
	if (!len || (*reader->at != '=' && *reader->at != '~'))
		return say(MATCH_WRONG, reader->why, "here field=value or field~part is needed: %s",
			(const char *)condition->name.ptr);
	condition->op = *reader->at++;
	match = read_value(reader, condition);
	if (match == MATCH_YES && *reader->at && *reader->at != ' ')
		return say(MATCH_WRONG, reader->why, "here a space is needed: %s", reader->at);
	return match;
}

/* ---- Comparing ---- */

static enum match
wrong_value(struct text *why, const struct sb_field *field, const char *value, const char *needed)
{
	return say(MATCH_WRONG, why, "%s cannot be %s: it is %s", field->name, value, needed);
}

/* -ECONNREFUSED and the like; 0 for none. */
static int64_t
errno_of_name(const char *name)
{
	int64_t sign = *name == '-' ? -1 : 1;
	int i;

	name += *name == '-';
	for (i = 1; *name == 'E' && i < 200; i++) {
		const char *known = strerrorname_np(i);

		if (known && !strcmp(known, name))
			return sign * i;
	}
	return 0;
}

static enum match
compare_int64(const struct sb_field *field, int64_t is, const char *value, struct text *why)
{
	int64_t wanted = errno_of_name(value);
	char *end;

	if (!wanted) {
		errno = 0;
		wanted = strtoll(value, &end, 10);
		if (end == value || *end || errno)
			return wrong_value(why, field, value, "a number or an errno's name");
	}
	return wanted == is ? MATCH_YES : MATCH_NO;
}

static enum match
compare_uint64(const struct sb_field *field, uint64_t is, const char *value, struct text *why)
{
	uint64_t wanted;
	char *end;

	errno = 0;
	wanted = strtoull(value, &end, 10);
	if (end == value || *end || errno || *value == '-')
		return wrong_value(why, field, value, "a number, 0 or more");
	return wanted == is ? MATCH_YES : MATCH_NO;
}

static enum match
compare_double(const struct sb_field *field, double is, const char *value, struct text *why)
{
	char *end;
	double wanted = strtod(value, &end);

	if (end == value || *end)
		return wrong_value(why, field, value, "a number");
	/* Exactly equal, or both not a number. */
	return !(wanted < is || wanted > is) && (wanted != wanted) == (is != is) ? MATCH_YES
										 : MATCH_NO;
}

static enum match
compare_bytes(const struct condition *condition, struct sb_bytes is)
{
	struct sb_bytes wanted = text_bytes(&condition->value);
	bool ok = condition->op == '~' ? sb_kit_bytes_find(is, wanted) <= is.len
				       : bytes_equal(is, wanted);

	return ok ? MATCH_YES : MATCH_NO;
}

static enum match
compare_text(const struct condition *condition, const char *is)
{
	bool wants_null = !condition->is_quoted && condition->op == '='
			  && !strcmp(text_of(&condition->value), "null");

	if (wants_null || !is)
		return wants_null && !is ? MATCH_YES : MATCH_NO;
	return compare_bytes(condition, sb_bytes_of(is));
}

static enum match
compare_bool(const struct sb_field *field, bool is, const char *value, struct text *why)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return wrong_value(why, field, value, "true or false");
	return is == !strcmp(value, "true") ? MATCH_YES : MATCH_NO;
}

static enum match
compare_handle(const struct sb_field *field, const void *is, const char *value, struct text *why)
{
	if (!strcmp(value, "<handle>"))
		return MATCH_YES;
	if (strcmp(value, "null") != 0)
		return wrong_value(why, field, value, "null or <handle>");
	return is ? MATCH_NO : MATCH_YES;
}

static enum match
compare_field(const struct condition *condition, const struct sb_field *field, const void *payload,
	struct text *why)
{
	const void *at = (const char *)payload + field->offset;
	const char *value = text_of(&condition->value);

	if (condition->op == '~' && field->kind != SB_TEXT && field->kind != SB_BYTES)
		return say(MATCH_WRONG, why, "%s is no text, so %s=%s is needed", field->name,
			field->name, value);
	switch (field->kind) {
	case SB_BOOL:
		return compare_bool(field, *(const bool *)at, value, why);
	case SB_INT64:
		return compare_int64(field, *(const int64_t *)at, value, why);
	case SB_UINT64:
		return compare_uint64(field, *(const uint64_t *)at, value, why);
	case SB_DOUBLE:
		return compare_double(field, *(const double *)at, value, why);
	case SB_TEXT:
		return compare_text(condition, *(const char *const *)at);
	case SB_BYTES:
		return compare_bytes(condition, *(const struct sb_bytes *)at);
	case SB_HANDLE:
		return compare_handle(field, *(const void *const *)at, value, why);
	}
	return say(MATCH_WRONG, why, "%s is of no known kind", field->name);
}

static const struct sb_field *
field_named(const struct sb_signal *signal, struct sb_bytes name)
{
	size_t i;

	for (i = 0; i < signal->n_fields; i++) {
		if (bytes_equal(sb_bytes_of(signal->fields[i].name), name))
			return &signal->fields[i];
	}
	return NULL;
}

static enum match
no_such_field(const struct sb_signal *signal, struct sb_bytes name, struct text *why)
{
	size_t i;

	if (!why)
		return MATCH_WRONG;
	(void)sb_kit_text_addf(why, "%s has no field %.*s; it has:", signal->name, (int)name.len,
		(const char *)name.ptr);
	for (i = 0; i < signal->n_fields; i++)
		(void)sb_kit_text_addf(why, " %s", signal->fields[i].name);
	return MATCH_WRONG;
}

static enum match
match_condition(const struct condition *condition, const struct sb_signal *signal,
	const void *payload, struct text *why_not)
{
	const struct sb_field *field = field_named(signal, condition->name);
	enum match match;

	if (!field)
		return no_such_field(signal, condition->name, why_not);
	match = compare_field(condition, field, payload, why_not);
	if (match == MATCH_NO && why_not && !why_not->len)
		(void)sb_kit_text_addf(why_not, "%s differs", field->name);
	return match;
}

enum match
sb_kit_expectation_match(const char *expected, const struct sb_signal *signal, const void *payload,
	struct text *why_not)
{
	size_t name_len = strcspn(expected, " ");
	struct reader reader = { expected + name_len, why_not };
	enum match match = MATCH_YES, one;

	if (!name_len)
		return say(MATCH_WRONG, why_not, "an expectation begins with a signal's name");
	if (!bytes_equal((struct sb_bytes){ expected, name_len }, sb_bytes_of(signal->name)))
		return say(MATCH_NO, why_not, "another signal");
	for (;;) {
		struct condition condition = { .value.len = 0 };

		one = read_condition(&reader, &condition);
		if (one == MATCH_NO) {
			sb_kit_text_finish(&condition.value);
			return match;
		}
		if (one == MATCH_YES)
			one = match_condition(&condition, signal, payload, why_not);
		sb_kit_text_finish(&condition.value);
		if (one == MATCH_WRONG || one == MATCH_NO_MEMORY)
			return one;
		/* The rest is read all the same, for what is wrong in it. */
		if (one == MATCH_NO)
			match = MATCH_NO;
	}
}
