/* libmicrohttpd, with one thread of its own over epoll. Prints its port. */

#include <microhttpd.h>
#include <stdio.h>
#include <unistd.h>

static enum MHD_Result
on_request(void *self, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_len, void **context)
{
	static char hello[] = "hello\n";
	struct MHD_Response *response;
	enum MHD_Result result;

	(void)self, (void)url, (void)method, (void)version, (void)upload, (void)upload_len;
	/* The first call has the header, the next asks for the answer. */
	if (!*context) {
		*context = connection;
		return MHD_YES;
	}
	response =
		MHD_create_response_from_buffer(sizeof(hello) - 1, hello, MHD_RESPMEM_PERSISTENT);
	(void)MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

int
main(void)
{
	struct MHD_Daemon *daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, NULL, MHD_OPTION_END);
	const union MHD_DaemonInfo *info;

	if (!daemon)
		return 1;
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	(void)printf("%d\n", info->port);
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}
