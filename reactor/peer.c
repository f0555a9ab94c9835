#include "peer.h"

#include <arpa/inet.h>

static const unsigned char mapped_v4[12] = { [10] = 0xff, [11] = 0xff };

void
sb_peer_set_v4(struct peer_address *peer, const struct in_addr *address)
{
	memcpy(peer->address, mapped_v4, sizeof(mapped_v4));
	memcpy(peer->address + sizeof(mapped_v4), address, sizeof(*address));
}

void
sb_peer_from_url(const struct sb_url *url, struct peer_address *ret_peer)
{
	struct in_addr v4;

	memset(ret_peer, 0, sizeof(*ret_peer));
	if (url->scheme != SB_SCHEME_TCP)
		return;
	if (inet_pton(AF_INET, url->host, &v4) == 1)
		sb_peer_set_v4(ret_peer, &v4);
	else if (inet_pton(AF_INET6, url->host, ret_peer->address) != 1)
		return;
	ret_peer->port = url->port;
}

void
sb_peer_print(const struct peer_address *peer, char buf[PEER_CAP])
{
	char host[INET6_ADDRSTRLEN] = "";

	if (memcmp(peer->address, mapped_v4, sizeof(mapped_v4)) == 0) {
		(void)inet_ntop(AF_INET, peer->address + sizeof(mapped_v4), host, sizeof(host));
		(void)snprintf(buf, PEER_CAP, "%s:%u", host, peer->port);
	} else {
		(void)inet_ntop(AF_INET6, peer->address, host, sizeof(host));
		(void)snprintf(buf, PEER_CAP, "[%s]:%u", host, peer->port);
	}
}
