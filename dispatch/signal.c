#include <signalbox/signal.h>

#include <inttypes.h>
#include <locale.h>
#include <stdarg.h>

#include "utf8.h"

/* Where text goes; len counts on past cap. */
struct out {
	char *buf;
	size_t cap, len;
};

static void
put_char(struct out *out, char c)
{
	if (out->len + 1 < out->cap)
		out->buf[out->len] = c;
	out->len++;
}

static void
put_text(struct out *out, const char *text)
{
	while (*text)
		put_char(out, *text++);
}

SB_PRINTF(2, 3)
static void
put_format(struct out *out, const char *format, ...)
{
	char text[40];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_text(out, text);
}

/* With a point, whatever the locale has, and without the sign of what is no number. */
static void
put_double(struct out *out, double value)
{
	const char *point = localeconv()->decimal_point;
	char text[40], *at;

	if (value != value) {
		put_text(out, "nan");
		return;
	}
	(void)snprintf(text, sizeof(text), "%.17g", value);
	at = strstr(text, point);
	if (at) {
		*at = '.';
		memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
	}
	put_text(out, text);
}

/* How many bytes from here may be shown as they are. */
static size_t
printable_len(const unsigned char *at, size_t len)
{
	size_t n = utf8_len(at, len);

	if (n == 1)
		return at[0] >= 0x20 && at[0] < 0x7f && at[0] != '"' && at[0] != '\\';
	/* The C1 controls say nothing to a person, and much to a terminal. */
	return n == 2 && at[0] == 0xc2 && at[1] < 0xa0 ? 0 : n;
}

static void
put_bytes(struct out *out, struct sb_bytes bytes)
{
	const unsigned char *at = bytes.ptr;

	put_char(out, '"');
	for (size_t k = 0; k < bytes.len;) {
		size_t n = printable_len(at + k, bytes.len - k);

		if (n) {
			for (; n; n--)
				put_char(out, (char)at[k++]);
		} else if (at[k] == '"' || at[k] == '\\') {
			put_char(out, '\\');
			put_char(out, (char)at[k++]);
		} else {
			put_format(out, "\\x%02x", at[k++]);
		}
	}
	put_char(out, '"');
}

static void
put_field(struct out *out, const struct sb_field *field, const void *payload)
{
	const void *at = (const char *)payload + field->offset;
	const char *text;
	const void *pointer;

	switch (field->kind) {
	case SB_BOOL:
		put_text(out, *(const bool *)at ? "true" : "false");
		return;
	case SB_INT64:
		put_format(out, "%" PRId64, *(const int64_t *)at);
		return;
	case SB_UINT64:
		put_format(out, "%" PRIu64, *(const uint64_t *)at);
		return;
	case SB_DOUBLE:
		put_double(out, *(const double *)at);
		return;
	case SB_TEXT:
		text = *(const char *const *)at;
		if (text)
			put_bytes(out, sb_bytes_of(text));
		else
			put_text(out, "null");
		return;
	case SB_BYTES:
		put_bytes(out, *(const struct sb_bytes *)at);
		return;
	case SB_HANDLE:
		/* Through memory, for it is a pointer to something else each time. */
		memcpy(&pointer, at, sizeof(pointer));
		put_text(out, pointer ? "<handle>" : "null");
		return;
	}
}

static size_t
end(struct out *out)
{
	if (out->cap)
		out->buf[out->len < out->cap ? out->len : out->cap - 1] = '\0';
	return out->len;
}

const struct sb_field *
sb_signal_field(const struct sb_signal *signal, const char *name)
{
	for (size_t k = 0; k < signal->n_fields; k++)
		if (!strcmp(signal->fields[k].name, name))
			return &signal->fields[k];
	return NULL;
}

size_t
sb_field_print(const struct sb_field *field, const void *payload, char *buf, size_t cap)
{
	struct out out = { .buf = buf, .cap = cap };

	put_field(&out, field, payload);
	return end(&out);
}

size_t
sb_signal_print(const struct sb_signal *signal, const void *payload, char *buf, size_t cap)
{
	struct out out = { .buf = buf, .cap = cap };

	put_text(&out, signal->name);
	for (size_t k = 0; k < signal->n_fields; k++) {
		put_char(&out, ' ');
		put_text(&out, signal->fields[k].name);
		put_char(&out, '=');
		put_field(&out, &signal->fields[k], payload);
	}
	return end(&out);
}
