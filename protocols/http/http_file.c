#include "http_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_conditional.h"
#include "http_folder.h"
#include "http_parse.h"

enum {
	PIECE = 64 * 1024, /* bytes read at once */
	PIECES_MAX = 8, /* in a turn, that others may have theirs */
	REDIRECT_CAP = 4096,
};

/* A file on its way. */
struct source {
	int fd;
	uint64_t at, left; /* bytes */
	char bytes[PIECE];
};

/* Returns 0, or why not: -EPIPE where the file has shrunk. */
static int
write_piece(struct source *source, struct sb_http_request *request)
{
	size_t most = source->left < PIECE ? (size_t)source->left : PIECE;
	ssize_t len = pread(source->fd, source->bytes, most, (off_t)source->at);
	int error;

	if (len <= 0)
		return -EPIPE;
	error = sb_http_write(request, (struct sb_bytes){ source->bytes, (size_t)len });
	if (error)
		return error;
	source->at += (uint64_t)len;
	source->left -= (uint64_t)len;
	return 0;
}

static void
write_more(void *self, struct sb_http_request *request)
{
	struct source *source = self;
	int n, error = 0;

	for (n = 0; n < PIECES_MAX && source->left && !sb_http_is_full(request) && !error; n++)
		error = write_piece(source, request);
	/* An end that comes too early tells the client that it is one. */
	if (!source->left || (error && error != -ENOBUFS))
		(void)sb_http_end(request);
	else if (!error && !sb_http_is_full(request))
		request->event_at_ns = sb_reactor_now_ns(request->http->r);
}

static void
finish(void *self)
{
	struct source *source = self;

	(void)close(source->fd);
	free(source);
}

/* Begins the answer with a part of the file, whose descriptor is taken. */
static int
send_part(struct sb_http_request *request, const struct sb_http_file *file, int status,
	struct sb_http_range range)
{
	struct source *source = malloc(sizeof(*source));
	int error = source ? 0 : -ENOMEM;

	if (!error)
		error = sb_http_begin(
			request, status, sb_http_type_of(file->name), (int64_t)range.len);
	if (error) {
		free(source);
		(void)close(file->fd);
		return error;
	}
	source->fd = file->fd;
	source->at = range.from;
	source->left = request->has_no_content ? 0 : range.len;
	request->source = (struct sb_http_source){ write_more, finish, source };
	write_more(source, request);
	return 0;
}

static int
refuse(struct sb_http_request *request, int status)
{
	return sb_http_answer_text(request, status, "%s", sb_http_status_text(status));
}

/* The part asked for: 206 and the part, 416, or 200 and all of it. */
static int
choose_range(struct sb_http_request *request, int64_t modified_s, struct sb_http_range *range)
{
	const char *field = sb_http_field(request, "Range");
	int64_t now_s = sb_reactor_wall_ns(request->http->r) / SB_S;
	uint64_t size = range->len;

	if (!field || strcmp(request->method, "GET") != 0
		|| !sb_http_range_counts(
			request, sb_http_added(request, "ETag"), modified_s, now_s))
		return 200;
	switch (sb_http_range_read(field, size, range)) {
	case 1:
		return 206;
	case -ERANGE:
		return 416;
	default:
		return 200;
	}
}

static int
add_range(struct sb_http_request *request, int status, const struct sb_http_range *range,
	uint64_t size)
{
	char text[80];

	if (status == 416)
		(void)snprintf(text, sizeof(text), "bytes */%llu", (unsigned long long)size);
	else
		(void)snprintf(text, sizeof(text), "bytes %llu-%llu/%llu",
			(unsigned long long)range->from,
			(unsigned long long)(range->from + range->len - 1),
			(unsigned long long)size);
	return sb_http_add_field(request, "Content-Range", text);
}

/* What tells one content of the file from another. */
static int
add_validators(struct sb_http_request *request, const struct stat *stat)
{
	int64_t now_s = sb_reactor_wall_ns(request->http->r) / SB_S;
	char etag[80], date[SB_HTTP_DATE_CAP];
	int error;

	(void)snprintf(etag, sizeof(etag), "\"%llx-%llx-%llx%08lx\"",
		(unsigned long long)stat->st_ino, (unsigned long long)stat->st_size,
		(unsigned long long)stat->st_mtim.tv_sec, stat->st_mtim.tv_nsec);
	error = sb_http_add_field(request, "ETag", etag);
	/* RFC 9110, section 8.8.2.1: not later than the answer itself. */
	if (!error && stat->st_mtim.tv_sec <= now_s) {
		sb_http_date(stat->st_mtim.tv_sec, date);
		error = sb_http_add_field(request, "Last-Modified", date);
	}
	return error ? error : sb_http_add_field(request, "Accept-Ranges", "bytes");
}

/* Answers with the file, whose descriptor is taken. */
static int
answer(struct sb_http_request *request, const struct sb_http_file *file)
{
	struct sb_http_range range = { .len = (uint64_t)file->stat.st_size };
	int error = add_validators(request, &file->stat), status;

	if (!error) {
		status = sb_http_conditional(request, 200);
		if (status == 200)
			status = choose_range(request, file->stat.st_mtim.tv_sec, &range);
		if (status == 206 || status == 416)
			error = add_range(request, status, &range, (uint64_t)file->stat.st_size);
		if (!error && status < 300)
			return send_part(request, file, status, range);
		if (!error)
			error = status == 304 ? sb_http_answer(
					request, 304, NULL, (struct sb_bytes){ .len = 0 })
					      : refuse(request, status);
	}
	(void)close(file->fd);
	return error;
}

/* To the folder's name with a / after it. Relative to the request's own, so that a path that begins
 * with // does not lead to another host. */
static int
redirect(struct sb_http_request *request)
{
	const char *slash = strrchr(request->path, '/');
	char location[REDIRECT_CAP];
	int len = snprintf(location, sizeof(location), "./%s/%s%s", slash ? slash + 1 : "",
		*request->query ? "?" : "", request->query);

	if (len < 0 || (size_t)len >= sizeof(location))
		return refuse(request, 404);
	return sb_http_redirect(request, 301, location);
}

static int
refuse_error(struct sb_http_request *request, int error)
{
	switch (error) {
	case -EISDIR:
		return redirect(request);
	case -EACCES:
	case -EPERM:
		return refuse(request, 403);
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return refuse(request, 503);
	default:
		return refuse(request, 404);
	}
}

int
sb_http_answer_file(struct sb_http_request *request, const char *folder, const char *path)
{
	size_t n_added = request->added.len;
	struct sb_http_file file;
	int error;

	if (strcmp(request->method, "GET") != 0 && !request->is_head) {
		error = sb_http_add_field(request, "Allow", "GET, HEAD");
		if (!error)
			error = refuse(request, 405);
	} else {
		error = sb_http_folder_open(folder, path, &file);
		error = error ? refuse_error(request, error) : answer(request, &file);
	}
	if (error)
		request->added.len = n_added;
	return error;
}
