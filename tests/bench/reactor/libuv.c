/* libuv. Prints its port. */

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "connection.h"

struct request {
	uv_write_t base;
	char bytes[];
};

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
give_buffer(uv_handle_t *handle, size_t len, uv_buf_t *ret_buf)
{
	static char buf[READ_CAP];

	(void)handle;
	(void)len;
	*ret_buf = uv_buf_init(buf, sizeof(buf));
}

static void on_data(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void
on_written(uv_write_t *write, int status)
{
	uv_stream_t *stream = write->handle;

	free(write);
	if (status == 0)
		(void)uv_read_start(stream, give_buffer, on_data);
}

/* What the peer did not take. */
static void
write_rest(uv_stream_t *stream, const char *bytes, size_t len)
{
	struct request *request = malloc(sizeof(*request) + len);
	uv_buf_t rest;

	check(request != NULL, "malloc");
	memcpy(request->bytes, bytes, len);
	rest = uv_buf_init(request->bytes, (unsigned)len);
	(void)uv_read_stop(stream);
	check(uv_write(&request->base, stream, &rest, 1, on_written) == 0, "uv_write");
}

static void
on_data(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	uv_buf_t all;
	int sent;

	if (n < 0) {
		uv_close((uv_handle_t *)stream, on_closed);
		return;
	}
	if (n == 0)
		return;
	all = uv_buf_init(buf->base, (unsigned)n);
	sent = uv_try_write(stream, &all, 1);
	if (sent < 0)
		sent = 0;
	if (sent < n)
		write_rest(stream, buf->base + sent, (size_t)(n - sent));
}

static void
on_connection(uv_stream_t *listener, int status)
{
	uv_tcp_t *tcp = malloc(sizeof(*tcp));

	check(status == 0 && tcp, "a connection");
	(void)uv_tcp_init(listener->loop, tcp);
	check(uv_accept(listener, (uv_stream_t *)tcp) == 0, "uv_accept");
	(void)uv_tcp_nodelay(tcp, 1);
	(void)uv_read_start((uv_stream_t *)tcp, give_buffer, on_data);
}

int
main(void)
{
	uv_loop_t *loop = uv_default_loop();
	struct sockaddr_in at;
	uv_tcp_t listener;
	uv_os_fd_t fd;

	(void)uv_ip4_addr("127.0.0.1", 0, &at);
	(void)uv_tcp_init(loop, &listener);
	check(uv_tcp_bind(&listener, (struct sockaddr *)&at, 0) == 0, "uv_tcp_bind");
	check(uv_listen((uv_stream_t *)&listener, SOMAXCONN, on_connection) == 0, "uv_listen");
	check(uv_fileno((uv_handle_t *)&listener, &fd) == 0, "uv_fileno");
	print_port(fd);
	return uv_run(loop, UV_RUN_DEFAULT);
}
