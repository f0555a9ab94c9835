#include <errno.h>

#include "private.h"

static int
text_reserve(struct text *text, size_t more)
{
	size_t cap = text->cap ? text->cap : 64;
	char *ptr;

	if (text->is_lost || more >= SIZE_MAX / 2 - text->len) {
		text->is_lost = true;
		return -ENOMEM;
	}
	if (text->len + more + 1 <= text->cap)
		return 0;
	while (cap < text->len + more + 1)
		cap *= 2;
	sb_kit_own(1);
	ptr = realloc(text->ptr, cap);
	sb_kit_own(-1);
	if (!ptr) {
		text->is_lost = true;
		return -ENOMEM;
	}
	text->ptr = ptr;
	text->cap = cap;
	return 0;
}

int
sb_kit_text_add(struct text *text, struct sb_bytes bytes)
{
	int error = text_reserve(text, bytes.len);

	if (error)
		return error;
	if (bytes.len)
		memcpy(text->ptr + text->len, bytes.ptr, bytes.len);
	text->len += bytes.len;
	text->ptr[text->len] = '\0';
	return 0;
}

SB_PRINTF(2, 0)
static int
text_addv(struct text *text, const char *format, va_list args)
{
	va_list again;
	int len, error;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	error = text_reserve(text, len > 0 ? (size_t)len : 0);
	if (error)
		return error;
	(void)vsnprintf(text->ptr + text->len, text->cap - text->len, format, args);
	text->len += len > 0 ? (size_t)len : 0;
	return 0;
}

int
sb_kit_text_addf(struct text *text, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = text_addv(text, format, args);
	va_end(args);
	return error;
}

static const char *
escape_of(unsigned char c)
{
	switch (c) {
	case '\r':
		return "\\r";
	case '\n':
		return "\\n";
	case '\t':
		return "\\t";
	case '\0':
		return "\\0";
	case '\\':
		return "\\\\";
	default:
		return NULL;
	}
}

int
sb_kit_text_add_escaped(struct text *text, struct sb_bytes bytes)
{
	const unsigned char *at = bytes.ptr, *end = at + bytes.len;

	for (; at != end; at++) {
		const char *escape = escape_of(*at);

		if (escape)
			(void)sb_kit_text_addf(text, "%s", escape);
		else if (*at < ' ' || *at == 0x7f)
			(void)sb_kit_text_addf(text, "\\x%02x", (unsigned)*at);
		else
			(void)sb_kit_text_addf(text, "%c", *at);
	}
	return text->is_lost ? -ENOMEM : 0;
}

int
sb_kit_text_add_lines(struct text *text, struct sb_bytes bytes)
{
	const char *at = bytes.ptr;
	size_t left = bytes.len;

	if (!left)
		return sb_kit_text_addf(text, "    (nothing)\n");
	while (left) {
		const char *newline = memchr(at, '\n', left);
		size_t len = newline ? (size_t)(newline - at) + 1 : left;

		(void)sb_kit_text_addf(text, "    ");
		(void)sb_kit_text_add_escaped(text, (struct sb_bytes){ at, len });
		(void)sb_kit_text_addf(text, "\n");
		at += len;
		left -= len;
	}
	return text->is_lost ? -ENOMEM : 0;
}

int
sb_kit_text_add_signal(struct text *text, const struct sb_signal *signal, const void *payload)
{
	size_t len = sb_signal_print(signal, payload, NULL, 0);
	int error = text_reserve(text, len);

	if (error)
		return error;
	(void)sb_signal_print(signal, payload, text->ptr + text->len, text->cap - text->len);
	text->len += len;
	return 0;
}

void
sb_kit_text_drop(struct text *text, size_t len)
{
	if (!text->ptr)
		return;
	memmove(text->ptr, text->ptr + len, text->len - len + 1);
	text->len -= len;
}

void
sb_kit_text_finish(struct text *text)
{
	free(text->ptr);
	memset(text, 0, sizeof(*text));
}

size_t
sb_kit_bytes_find(struct sb_bytes a, struct sb_bytes b)
{
	const char *found;

	if (!b.len)
		return 0;
	found = a.len ? memmem(a.ptr, a.len, b.ptr, b.len) : NULL;
	return found ? (size_t)(found - (const char *)a.ptr) : a.len + 1;
}

static int
hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
sb_kit_unescape(const char *at, const char *end, struct text *ret)
{
	static const char names[] = "rnt0\\\"'", values[] = "\r\n\t\0\\\"'";
	const char *name = at != end && *at ? strchr(names, *at) : NULL;
	char c;

	if (name)
		return sb_kit_text_add(ret, (struct sb_bytes){ values + (name - names), 1 })
			       ? -ENOMEM
			       : 1;
	if (end - at < 3 || *at != 'x' || hex_of(at[1]) < 0 || hex_of(at[2]) < 0)
		return 0;
	c = (char)(hex_of(at[1]) * 16 + hex_of(at[2]));
	return sb_kit_text_add(ret, (struct sb_bytes){ &c, 1 }) ? -ENOMEM : 3;
}
