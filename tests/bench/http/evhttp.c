/* libevent's evhttp. Prints its port. */

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static void
on_request(struct evhttp_request *request, void *self)
{
	(void)self;
	(void)evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
		"text/plain; charset=utf-8");
	(void)evbuffer_add(evhttp_request_get_output_buffer(request), "hello\n", 6);
	evhttp_send_reply(request, HTTP_OK, "OK", NULL);
}

int
main(void)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = base ? evhttp_new(base) : NULL;
	struct evhttp_bound_socket *bound =
		http ? evhttp_bind_socket_with_handle(http, "127.0.0.1", 0) : NULL;
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	if (!bound
		|| getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &len) < 0)
		return 1;
	evhttp_set_gencb(http, on_request, NULL);
	(void)printf("%d\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	return event_base_dispatch(base);
}
