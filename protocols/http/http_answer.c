#include "http_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>

/* What a head has beside the texts of others. */
enum { HEAD_MAX = 256, LINE_MAX_USUAL = 512 };

static bool
is_status(int status)
{
	return status >= 200 && status <= 599;
}

/* Whether an answer may begin. */
static int
check(const struct sb_http_request *q, int status, const char *type)
{
	if (!q->connection || q->is_gone || q->connection->state != HTTP_OPEN)
		return -ENOTCONN;
	if (q->answer != HTTP_UNANSWERED)
		return -EALREADY;
	if (!is_status(status) || (type && !sb_http_is_value(type, strlen(type))))
		return -EINVAL;
	return 0;
}

/* Whether that much more may wait for the peer. */
static int
check_room(const struct sb_http_connection *c, size_t len, size_t max)
{
	size_t waiting = sb_stream_queued(c->stream) + c->out.len;

	return waiting > max || len > max - waiting ? -ENOBUFS : 0;
}

static const char *
date_of(struct sb_http *http)
{
	int64_t now_s = sb_reactor_wall_ns(http->r) / SB_S;

	if (now_s != http->date_s) {
		sb_http_date(now_s, http->date);
		http->date_s = now_s;
	}
	return http->date;
}

static char *
put(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

static char *
put_text(char *at, const char *text)
{
	return put(at, text, strlen(text));
}

static char *
put_number(char *at, uint64_t number)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (n)
		*at++ = digits[--n];
	return at;
}

static char *
put_length(char *at, const struct sb_http_request *q, int64_t length)
{
	if (q->status == 204 || q->status == 304)
		return at;
	if (length >= 0) {
		at = put_text(at, "Content-Length: ");
		at = put_number(at, (uint64_t)length);
		return put_text(at, "\r\n");
	}
	return q->is_chunked ? put_text(at, "Transfer-Encoding: chunked\r\n") : at;
}

static char *
put_connection(char *at, const struct sb_http_request *q)
{
	if (q->closes)
		return put_text(at, "Connection: close\r\n\r\n");
	return put_text(at, q->is_old ? "Connection: keep-alive\r\n\r\n" : "\r\n");
}

/* What the answer is, before its head is written. */
static void
decide(struct sb_http_request *q, int status, int64_t length)
{
	const struct sb_http *http = q->http;

	q->status = status;
	q->has_no_content = q->is_head || status == 204 || status == 304;
	q->is_chunked = length < 0 && !q->is_old;
	q->left = length;
	/* Where both come in pieces, the request may be read to its end beside the answer. */
	q->closes = q->closes || !q->is_kept || http->is_shut
		    || (length < 0 && q->is_old && !q->has_no_content) || q->phase == PHASE_BEGUN
		    || (q->phase != PHASE_WHOLE && !q->is_streamed);
}

size_t
sb_http_head_room(const struct sb_http_request *q, const char *type)
{
	return HEAD_MAX + q->added.len + (type ? strlen(type) : 0);
}

/* Puts the head together in `out`. Returns 0 or -ENOMEM. */
static int
put_head(struct sb_http_request *q, const char *type, int64_t length)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nDate: ";
	struct sb_http_connection *c = q->connection;
	const char *name = sb_http_status_text(q->status);
	char *at;

	if (sb_http_text_reserve(&c->out, sb_http_head_room(q, type)))
		return -ENOMEM;
	at = c->out.ptr + c->out.len;
	if (q->status == 200) {
		at = put(at, ok, sizeof(ok) - 1);
	} else {
		at = put_text(at, "HTTP/1.1 ");
		at = put_number(at, (uint64_t)q->status);
		*at++ = ' ';
		at = put_text(at, name);
		at = put_text(at, "\r\nDate: ");
	}
	at = put(at, date_of(q->http), SB_HTTP_DATE_CAP - 1);
	at = put_text(at, "\r\n");
	if (type && q->status != 304) {
		at = put_text(at, "Content-Type: ");
		at = put_text(at, type);
		at = put_text(at, "\r\n");
	}
	if (q->added.len)
		at = put(at, q->added.ptr, q->added.len);
	at = put_length(at, q, length);
	at = put_connection(at, q);
	c->out.len = (size_t)(at - c->out.ptr);
	return 0;
}

/* Something is in `out`: it goes now, or when the connection has its turn. */
static void
sent(struct sb_http_request *q)
{
	struct sb_http_connection *c = q->connection;

	q->active_ns = sb_reactor_now_ns(q->http->r);
	if (!c->is_busy || c->out.len >= HTTP_OUT_MAX)
		sb_http_flush(c);
	sb_http_wake(c);
}

static int
answer(struct sb_http_request *q, int status, const char *type, struct sb_bytes content)
{
	struct sb_http_connection *c = q->connection;
	size_t before = c->out.len;
	int error;

	/* What of the request was not read will not be. */
	q->closes = q->closes || q->phase != PHASE_WHOLE;
	decide(q, status, (int64_t)content.len);
	error = put_head(q, type, (int64_t)content.len);
	if (!error && !q->has_no_content) {
		error = sb_http_text_add(&c->out, content.ptr, content.len);
		q->n_bytes = content.len;
	}
	if (error) {
		c->out.len = before;
		q->n_bytes = 0;
		return error;
	}
	q->left = 0;
	q->answer = HTTP_ANSWERED;
	sent(q);
	return 0;
}

int
sb_http_answer(
	struct sb_http_request *request, int status, const char *type, struct sb_bytes content)
{
	int error = check(request, status, type);
	size_t n_added = request->added.len;

	if (!error)
		error = check_room(request->connection, content.len + n_added, HTTP_HARD_LIMIT);
	if (error)
		return error;
	/* First, for it makes another tag, which conditions are about. */
	error = sb_http_compress(request, status, type, &content);
	if (!error)
		error = answer(request, sb_http_conditional(request, status), type, content);
	if (error)
		request->added.len = n_added;
	return error;
}

/* The text and \n, in heap memory where it does not fit into buf; NULL when out of memory. */
SB_PRINTF(2, 0)
static char *
print_line(char *buf, const char *format, va_list args, size_t *ret_len)
{
	char *text = buf;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(buf, LINE_MAX_USUAL, format, args);
	if (len > LINE_MAX_USUAL - 2) {
		text = malloc((size_t)len + 2);
		if (text)
			(void)vsnprintf(text, (size_t)len + 1, format, again);
	}
	va_end(again);
	if (len < 0 || !text)
		return NULL;
	text[len] = '\n';
	*ret_len = (size_t)len + 1;
	return text;
}

int
sb_http_answer_text(struct sb_http_request *request, int status, const char *format, ...)
{
	char buf[LINE_MAX_USUAL], *text;
	va_list args;
	size_t len;
	int error;

	va_start(args, format);
	text = print_line(buf, format, args, &len);
	va_end(args);
	if (!text)
		return -ENOMEM;
	error = sb_http_answer(
		request, status, "text/plain; charset=utf-8", (struct sb_bytes){ text, len });
	if (text != buf)
		free(text);
	return error;
}

void
sb_http_answer_plain(struct sb_http_request *q, int status, bool closes)
{
	char buf[64];
	int len = snprintf(buf, sizeof(buf), "%s\n", sb_http_status_text(status));
	bool has_room = !check_room(q->connection, HEAD_MAX, HTTP_HARD_LIMIT);

	q->added.len = 0;
	q->closes = q->closes || closes;
	/* It will not do without an answer; so the connection goes. */
	if (!has_room
		|| answer(q, status, "text/plain; charset=utf-8",
			(struct sb_bytes){ buf, (size_t)len })) {
		q->status = 0; /* nothing was said */
		q->answer = HTTP_BROKEN_OFF;
	}
}

int
sb_http_redirect(struct sb_http_request *request, int status, const char *location)
{
	size_t n_added = request->added.len;
	int error = check(request, status, NULL);

	if (!error && (status < 300 || status > 399 || status == 304))
		error = -EINVAL;
	if (!error)
		error = sb_http_add_field(request, "Location", location);
	if (!error)
		error = sb_http_answer(request, status, NULL, (struct sb_bytes){ NULL, 0 });
	if (error)
		request->added.len = n_added;
	return error;
}

int
sb_http_add_field(struct sb_http_request *request, const char *name, const char *value)
{
	static const char *const ours[] = { "Connection", "Content-Length", "Date",
		"Transfer-Encoding" };
	struct sb_http_text *added = &request->added;
	size_t name_len = strlen(name), len = strlen(value), n_added = added->len, i;
	int error = check(request, 200, NULL);

	if (error)
		return error;
	if (!sb_http_is_token(name, name_len) || !sb_http_is_value(value, len))
		return -EINVAL;
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!strcasecmp(name, ours[i]))
			return -EINVAL;
	if (sb_http_text_add(added, name, name_len) || sb_http_text_add(added, ": ", 2)
		|| sb_http_text_add(added, value, len) || sb_http_text_add(added, "\r\n", 2)) {
		added->len = n_added;
		return -ENOMEM;
	}
	return 0;
}

/* ---- In pieces ---- */

int
sb_http_begin(struct sb_http_request *request, int status, const char *type, int64_t length)
{
	int error = check(request, status, type);

	sb_assert(length >= 0 || length == SB_HTTP_CHUNKED);
	if (!error)
		error = check_room(request->connection, HEAD_MAX, HTTP_QUEUE_MAX);
	if (error)
		return error;
	status = sb_http_conditional(request, status);
	decide(request, status, length);
	error = put_head(request, type, length);
	if (error)
		return error;
	request->answer = HTTP_IN_PIECES;
	request->place = sb_running_place(request->http->d);
	sent(request);
	return 0;
}

static int
check_piece(const struct sb_http_request *q, struct sb_bytes bytes)
{
	if (!q->connection || q->is_gone || q->connection->state != HTTP_OPEN)
		return -ENOTCONN;
	if (q->answer > HTTP_IN_PIECES)
		return -EALREADY;
	sb_assert(q->answer == HTTP_IN_PIECES);
	if (q->left >= 0 && bytes.len > (uint64_t)q->left)
		return -EMSGSIZE;
	/* While it is not full nothing would tell that there is room again. */
	if (q->has_no_content
		|| (bytes.len <= HTTP_QUEUE_MAX && !sb_stream_is_full(q->connection->stream)))
		return 0;
	return check_room(q->connection, bytes.len + HEAD_MAX, HTTP_QUEUE_MAX + HEAD_MAX);
}

static int
put_piece(struct sb_http_request *q, struct sb_bytes bytes)
{
	struct sb_http_text *out = &q->connection->out;
	char size[24];

	if (sb_http_text_reserve(out, bytes.len + sizeof(size)))
		return -ENOMEM;
	if (q->is_chunked)
		(void)sb_http_text_add(
			out, size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", bytes.len));
	(void)sb_http_text_add(out, bytes.ptr, bytes.len);
	if (q->is_chunked)
		(void)sb_http_text_add(out, "\r\n", 2);
	q->n_bytes += bytes.len;
	return 0;
}

int
sb_http_write(struct sb_http_request *request, struct sb_bytes bytes)
{
	int error = check_piece(request, bytes);

	if (error || !bytes.len)
		return error;
	if (!request->has_no_content && put_piece(request, bytes))
		return -ENOMEM;
	if (request->left >= 0)
		request->left -= (int64_t)bytes.len;
	sent(request);
	return 0;
}

int
sb_http_end(struct sb_http_request *request)
{
	int error = check_piece(request, (struct sb_bytes){ NULL, 0 });
	bool is_short = request->left > 0 && !request->has_no_content;

	if (error == -ENOBUFS)
		error = 0;
	if (error)
		return error;
	if (!is_short && request->is_chunked && !request->has_no_content
		&& sb_http_text_add(&request->connection->out, "0\r\n\r\n", 5))
		return -ENOMEM;
	request->answer = is_short ? HTTP_BROKEN_OFF : HTTP_ANSWERED;
	request->closes = request->closes || request->phase != PHASE_WHOLE;
	sent(request);
	return is_short ? -EMSGSIZE : 0;
}

bool
sb_http_is_full(const struct sb_http_request *request)
{
	const struct sb_http_connection *c = request->connection;

	return c && c->stream && sb_stream_is_full(c->stream);
}
