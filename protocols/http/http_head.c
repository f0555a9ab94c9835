/* What a request's header says, and what of it is refused. The parser is lenient in places where
 * two readers might see two requests; what it lets pass is looked at here. */

#include "http_private.h"

#include <errno.h>
#include <strings.h>

#include "http_parse.h"

enum { CHUNK_FRAMING_MAX = 64, FRAMING_MAX = 4096 };

static struct sb_http_connection *
connection_of(llhttp_t *parser)
{
	return parser->data;
}

static int
fault(struct sb_http_connection *c, int status, const char *why)
{
	c->fault = status;
	c->why = why;
	return -1;
}

static int
no_memory(struct sb_http_connection *c)
{
	return fault(c, 503, "out of memory");
}

bool
sb_http_is_token(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!sb_http_is_token_char(text[i]))
			return false;
	return len > 0;
}

bool
sb_http_is_value(const char *text, size_t len)
{
	unsigned wrong = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		wrong |= (byte < 0x20 && byte != '\t') | (byte == 0x7f);
	}
	return !wrong;
}

/* ---- What the parser calls ---- */

static int
add_text(struct sb_http_connection *c, const char *at, size_t len)
{
	return sb_http_text_add(&c->request->head, at, len) ? no_memory(c) : 0;
}

static int
on_url(llhttp_t *parser, const char *at, size_t len)
{
	struct sb_http_connection *c = connection_of(parser);

	if (c->request->head.len + len > c->http->o.max_target)
		return fault(c, 414, "the target is too long");
	return add_text(c, at, len);
}

static int
on_url_complete(llhttp_t *parser)
{
	return add_text(connection_of(parser), "", 1);
}

static int
begin_field(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;
	struct sb_http_field *fields;
	size_t cap;

	if (q->n_fields == c->http->o.max_fields)
		return fault(c, 431, "too many fields");
	if (q->n_fields == q->cap_fields) {
		cap = q->cap_fields ? 2 * q->cap_fields : 16;
		fields = realloc(q->fields, cap * sizeof(*fields));
		if (!fields)
			return no_memory(c);
		q->fields = fields;
		q->cap_fields = cap;
	}
	c->is_in_field = true;
	q->fields[q->n_fields++] = (struct sb_http_field){ .name = (uint32_t)q->head.len };
	return 0;
}

static int
on_header_field(llhttp_t *parser, const char *at, size_t len)
{
	struct sb_http_connection *c = connection_of(parser);

	if (c->is_in_trailer)
		return !len || sb_http_is_token(at, len)
			       ? 0
			       : fault(c, 400, "a trailer's name is no token");
	if (!c->is_in_field && begin_field(c))
		return -1;
	return add_text(c, at, len);
}

static int
on_header_field_complete(llhttp_t *parser)
{
	struct sb_http_connection *c = connection_of(parser);
	struct sb_http_request *q = c->request;
	struct sb_http_field *field;

	if (c->is_in_trailer)
		return 0;
	if (!c->is_in_field)
		return fault(c, 400, "a field without a name");
	field = &q->fields[q->n_fields - 1];
	field->name_len = (uint32_t)q->head.len - field->name;
	if (!sb_http_is_token(q->head.ptr + field->name, field->name_len))
		return fault(c, 400, "a field's name is not a token");
	field->value = (uint32_t)q->head.len + 1;
	return add_text(c, "", 1);
}

static int
on_header_value(llhttp_t *parser, const char *at, size_t len)
{
	struct sb_http_connection *c = connection_of(parser);

	if (c->is_in_trailer)
		return sb_http_is_value(at, len) ? 0 : fault(c, 400, "a control character");
	/* Where the parser goes on with a value that had ended, the line was folded. */
	return c->is_in_field ? add_text(c, at, len) : fault(c, 400, "a field is folded");
}

static int
on_header_value_complete(llhttp_t *parser)
{
	struct sb_http_connection *c = connection_of(parser);
	struct sb_http_request *q = c->request;
	struct sb_http_field *field;

	if (c->is_in_trailer)
		return 0;
	if (!c->is_in_field)
		return fault(c, 400, "a field is folded");
	c->is_in_field = false;
	field = &q->fields[q->n_fields - 1];
	while (q->head.len > field->value && strchr(" \t", q->head.ptr[q->head.len - 1]))
		q->head.len--;
	field->value_len = (uint32_t)q->head.len - field->value;
	if (!sb_http_is_value(q->head.ptr + field->value, field->value_len))
		return fault(c, 400, "a control character in a field");
	return add_text(c, "", 1);
}

static int
on_headers_complete(llhttp_t *parser)
{
	connection_of(parser)->is_header_read = true;
	return HPE_PAUSED;
}

static int
on_body(llhttp_t *parser, const char *at, size_t len)
{
	struct sb_http_connection *c = connection_of(parser);
	struct sb_http_request *q = c->request;

	q->n_read += len;
	return sb_http_text_add(&q->body, at, len) ? no_memory(c) : 0;
}

static int
on_chunk_header(llhttp_t *parser)
{
	struct sb_http_connection *c = connection_of(parser);

	c->n_chunks++;
	if (parser->content_length > c->request->max_body - c->request->n_read)
		return fault(c, 413, "the body is too long");
	if (parser->content_length)
		return 0;
	/* From here on there are lines to be looked at. What they say is not kept. */
	c->is_in_trailer = true;
	c->last = '\n';
	return HPE_PAUSED;
}

static int
on_message_complete(llhttp_t *parser)
{
	connection_of(parser)->request->phase = PHASE_WHOLE;
	return HPE_PAUSED;
}

const llhttp_settings_t sb_http_parser_settings = {
	.on_url = on_url,
	.on_url_complete = on_url_complete,
	.on_header_field = on_header_field,
	.on_header_field_complete = on_header_field_complete,
	.on_header_value = on_header_value,
	.on_header_value_complete = on_header_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_chunk_header = on_chunk_header,
	.on_message_complete = on_message_complete,
};

/* ---- What it does not look at ---- */

static bool
may_follow(char last, char byte)
{
	if (last == '\r' || byte == '\n')
		return last == '\r' && byte == '\n';
	return last != '\n' || (byte != ' ' && byte != '\t');
}

/* The request's line has two spaces, each a single one. */
static bool
has_single_spaces(struct sb_http_connection *c, const char *at, size_t len)
{
	const char *line_end = memchr(at, '\n', len);
	const char *end = line_end ? line_end : at + len;

	c->has_line = line_end;
	for (; at < end; at++) {
		if (c->n_spaces == 2 && !c->protocol)
			c->protocol = *at;
		c->n_spaces += *at == ' ';
	}
	return c->n_spaces <= 2;
}

bool
sb_http_lines_are_good(struct sb_http_connection *c, const char *at, size_t len)
{
	const char *end = at + len, *p;

	if (!len)
		return true;
	if (!may_follow(c->last, *at) || (!c->has_line && !has_single_spaces(c, at, len)))
		return false;
	for (p = at; (p = memchr(p, '\n', (size_t)(end - p))); p++) {
		if (p > at && p[-1] != '\r')
			return false;
		if (p + 1 < end && !may_follow('\n', p[1]))
			return false;
	}
	for (p = at; (p = memchr(p, '\r', (size_t)(end - p))); p++)
		if (p + 1 < end && p[1] != '\n')
			return false;
	c->last = end[-1];
	return true;
}

bool
sb_http_framing_is_good(const struct sb_http_connection *c)
{
	return c->n_framing <= FRAMING_MAX + CHUNK_FRAMING_MAX * c->n_chunks;
}

/* Of a name as in RFC 3986, section 3.2.2. strspn() would make a table of so large a set each
 * time. */
static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
	       || (c && strchr("-._~%!$&'()*+,;=", c));
}

/* Whether it is what stands in a Host field, and not empty: a name or an address, and maybe a port
 * (RFC 3986, section 3.2). */
static bool
is_host(const char *text)
{
	size_t n;

	if (*text == '[') {
		n = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.vV");
		if (n < 3 || text[n++] != ']')
			return false;
	} else {
		for (n = 0; is_name_byte(text[n]); n++)
			continue;
		if (!n)
			return false;
	}
	if (text[n] != ':')
		return !text[n];
	return strlen(text + n + 1) <= 5 && !text[n + 1 + strspn(text + n + 1, "0123456789")];
}

static bool
is_one_of_ours(const struct sb_http *http, const char *host)
{
	size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":"), i;

	for (i = 0; i < http->o.n_hosts; i++)
		if (strlen(http->o.hosts[i]) == len && !strncasecmp(http->o.hosts[i], host, len))
			return true;
	return !http->o.n_hosts;
}

/* Fields that say how long the request is, and for whom. */
struct said {
	const char *host, *length, *coding, *expect;
	unsigned n_hosts, n_lengths, n_codings;
};

static bool
is_named(const struct sb_http_request *q, const struct sb_http_field *field, const char *name)
{
	return !strcasecmp(q->head.ptr + field->name, name);
}

static void
listen_to(const struct sb_http_request *q, struct said *said)
{
	size_t i;

	for (i = 0; i < q->n_fields; i++) {
		const struct sb_http_field *field = &q->fields[i];
		const char *value = q->head.ptr + field->value;

		if (field->name_len == 4 && is_named(q, field, "Host")) {
			said->host = value;
			said->n_hosts++;
		} else if (field->name_len == 6 && is_named(q, field, "Expect")) {
			said->expect = value;
		} else if (field->name_len == 14 && is_named(q, field, "Content-Length")) {
			said->length = value;
			said->n_lengths++;
		} else if (field->name_len == 17 && is_named(q, field, "Transfer-Encoding")) {
			said->coding = value;
			said->n_codings++;
		}
	}
}

static int
refuse(struct sb_http_connection *c, int status, const char *why)
{
	c->why = why;
	return status;
}

static int
check_coding(struct sb_http_connection *c, const struct said *said)
{
	const char *last;

	if (c->request->is_old || said->n_lengths || said->n_codings > 1)
		return refuse(c, 400, "a Transfer-Encoding that may not be");
	if (!strcasecmp(said->coding, "chunked"))
		return 0;
	last = strrchr(said->coding, ',');
	last = last ? last + 1 : said->coding;
	last += strspn(last, " \t");
	if (last == said->coding || strcasecmp(last, "chunked") != 0)
		return refuse(c, 400, "a Transfer-Encoding that does not end in chunked");
	return refuse(c, 501, "a Transfer-Encoding that is not known");
}

static bool
has_body_by_habit(const char *method)
{
	return !strcmp(method, "POST") || !strcmp(method, "PUT") || !strcmp(method, "PATCH");
}

static int
check_length(struct sb_http_connection *c, const struct said *said)
{
	struct sb_http_request *q = c->request;

	if (said->n_codings) {
		q->length = -1;
		return check_coding(c, said);
	}
	if (!said->n_lengths) {
		/* Formerly its end was the connection's, which is no end for a request. */
		return q->is_old && has_body_by_habit(q->method)
			       ? refuse(c, 411, "HTTP/1.0 needs a Content-Length")
			       : 0;
	}
	if (said->n_lengths > 1 || !*said->length
		|| said->length[strspn(said->length, "0123456789")])
		return refuse(c, 400, "a Content-Length that is no number");
	if (c->parser.content_length > INT64_MAX)
		return refuse(c, 413, "the body is too long");
	q->length = (int64_t)c->parser.content_length;
	return 0;
}

/* "http://host/path": the host is moved a byte down, so that a NUL fits behind it. */
static char *
split_authority(struct sb_http_request *q, char *target, size_t scheme_len)
{
	char *authority = target + scheme_len, *host = authority - 1;
	size_t len = strcspn(authority, "/?");

	memmove(host, authority, len);
	host[len] = '\0';
	q->host = host;
	return authority + len;
}

/* Whether the target has a form that a server may be sent (RFC 9112, section 3.2). */
static bool
read_target(struct sb_http_request *q)
{
	char *target = q->head.ptr, *rest = target, *mark;
	size_t i, len = strlen(target);

	for (i = 0; i < len; i++)
		if (target[i] <= ' ' || target[i] >= 0x7f || target[i] == '#')
			return false;
	if (!strncasecmp(target, "http://", 7))
		rest = split_authority(q, target, 7);
	else if (!strncasecmp(target, "https://", 8))
		rest = split_authority(q, target, 8);
	else if (*target != '/' && (strcmp(target, "*") != 0 || strcmp(q->method, "OPTIONS") != 0))
		return false;
	mark = strchr(rest, '?');
	if (mark) {
		*mark = '\0';
		q->query = mark + 1;
	}
	q->path = rest;
	if (!*rest)
		q->path = mark || strcmp(q->method, "OPTIONS") ? "/" : "*";
	return true;
}

static int
check_host(struct sb_http_connection *c, const struct said *said, bool has_authority)
{
	struct sb_http_request *q = c->request;

	if (said->n_hosts > 1 || (!said->n_hosts && !q->is_old))
		return refuse(c, 400, "not one Host field");
	if (said->host && *said->host && !is_host(said->host))
		return refuse(c, 400, "a Host that is none");
	if (has_authority)
		/* It counts, and not the field (RFC 9112, section 3.2.2). */
		return is_host(q->host) ? 0 : refuse(c, 400, "a target without a host");
	if (said->host && !*said->host && strcmp(q->path, "*") != 0)
		return refuse(c, 400, "an empty Host");
	q->host = said->host ? said->host : "";
	return 0;
}

static int
check_target(struct sb_http_connection *c, const struct said *said)
{
	struct sb_http_request *q = c->request;
	bool has_authority = *q->head.ptr != '/' && *q->head.ptr != '*';
	int status;

	if (!strcmp(q->method, "CONNECT"))
		return refuse(c, 501, "not a proxy");
	if (!read_target(q))
		return refuse(c, 400, "a target of no form that may be");
	status = check_host(c, said, has_authority);
	if (status)
		return status;
	return *q->host && !is_one_of_ours(c->http, q->host) ? refuse(c, 421, "another's host") : 0;
}

static int
check_expectation(struct sb_http_connection *c, const struct said *said)
{
	struct sb_http_request *q = c->request;

	if (!said->expect || q->is_old)
		return 0;
	if (strcasecmp(said->expect, "100-continue") != 0)
		return refuse(c, 417, "an expectation that is not known");
	q->expects = true;
	return 0;
}

int
sb_http_head_check(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;
	struct said said = { .host = NULL };
	uint8_t major = llhttp_get_http_major(&c->parser),
		minor = llhttp_get_http_minor(&c->parser);
	int status;

	if (c->protocol != 'H' || major != 1 || minor > 1)
		return refuse(c, 505, "a version that is not known");
	q->method = llhttp_method_name((llhttp_method_t)llhttp_get_method(&c->parser));
	q->is_head = !strcmp(q->method, "HEAD");
	q->is_old = minor == 0;
	/* `close` counts before keep-alive, to which alone the parser listens in HTTP/1.0. */
	q->is_kept =
		llhttp_should_keep_alive(&c->parser) && !(c->parser.flags & F_CONNECTION_CLOSE);
	listen_to(q, &said);
	status = check_target(c, &said);
	if (!status)
		status = check_length(c, &said);
	return status ? status : check_expectation(c, &said);
}

int
sb_http_head_fault(
	struct sb_http_connection *c, llhttp_errno_t error, const char *at, const char *end)
{
	if (c->fault)
		return c->fault;
	c->why = llhttp_get_error_reason(&c->parser);
	switch (error) {
	case HPE_INVALID_METHOD:
		return at < end && sb_http_is_token_char(*at) ? 501 : 400;
	case HPE_INVALID_VERSION:
		return !strcmp(c->why, "Invalid HTTP version") ? 505 : 400;
	case HPE_PAUSED_H2_UPGRADE:
		return refuse(c, 505, "a version that is not known");
	default:
		return 400;
	}
}
