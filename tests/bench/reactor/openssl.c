/* OpenSSL over epoll and nothing else: one SSL for each socket. openssl PEM: the file of the
 * certificate and its key. Prints its port. */

#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

enum { N_EVENTS = 1024 };

struct secured {
	int fd;
	SSL *tls;
};

static void
accept_all(int epoll, int listener, SSL_CTX *context)
{
	struct connection *c;

	while ((c = accept_connection(listener))) {
		struct secured *s = calloc(1, sizeof(*s));
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = s };

		check(s != NULL, "calloc");
		s->fd = c->fd;
		free(c);
		s->tls = SSL_new(context);
		check(s->tls && SSL_set_fd(s->tls, s->fd), "SSL_new");
		SSL_set_accept_state(s->tls);
		check(epoll_ctl(epoll, EPOLL_CTL_ADD, s->fd, &event) == 0, "epoll_ctl");
	}
}

static void
end(struct secured *s)
{
	(void)SSL_shutdown(s->tls);
	SSL_free(s->tls);
	(void)close(s->fd);
	free(s);
}

/* So little as the load sends goes whole. */
static void
serve(struct secured *s)
{
	static char buf[READ_CAP];
	int n;

	while ((n = SSL_read(s->tls, buf, READ_CAP)) > 0)
		check(SSL_write(s->tls, buf, n) == n, "SSL_write");
	if (SSL_get_error(s->tls, n) != SSL_ERROR_WANT_READ)
		end(s);
}

int
main(int argc, char **argv)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	const char *pem = argc > 1 ? argv[1] : "";
	int listener, epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN }, events[N_EVENTS];

	check(context && SSL_CTX_use_certificate_chain_file(context, pem) == 1
			&& SSL_CTX_use_PrivateKey_file(context, pem, SSL_FILETYPE_PEM) == 1,
		"the certificate");
	(void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	listener = listen_somewhere();
	check(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) == 0, "epoll_ctl");
	for (;;) {
		int n = epoll_wait(epoll, events, N_EVENTS, -1);

		for (int k = 0; k < n; k++)
			if (events[k].data.ptr)
				serve(events[k].data.ptr);
			else
				accept_all(epoll, listener, context);
	}
}
