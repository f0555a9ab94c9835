#ifndef BENCH_DISPATCH_CXX_PEER_H
#define BENCH_DISPATCH_CXX_PEER_H

/* A peer of a C++ library: its types of a signal and a connection, and how one is made. */

#include <vector>

#include "bench/measure.h"
#include "peers.h"

struct event {
	int64_t value;
};

/* Library has: signal, connection, connect(signal &, counter &). */
template <typename Library> struct cxx_peer {
	std::vector<typename Library::signal> signals;
	std::vector<typename Library::connection> connections;

	cxx_peer(size_t n_objects, size_t n) : signals(n_objects), connections(n)
	{
	}

	static void *
	create(size_t n_objects, size_t n)
	{
		return new cxx_peer(n_objects, n);
	}

	static void
	connect(void *self, counter *counters, size_t n)
	{
		cxx_peer *peer = static_cast<cxx_peer *>(self);
		bool has_many = peer->signals.size() > 1;

		for (size_t k = 0; k < n; k++)
			peer->connections[k] =
				Library::connect(peer->signals[has_many ? k : 0], counters[k]);
	}

	static void
	disconnect(void *self, const uint32_t *order, size_t n)
	{
		cxx_peer *peer = static_cast<cxx_peer *>(self);

		for (size_t k = 0; k < n; k++)
			peer->connections[order[k]].disconnect();
	}

	static void
	emit(void *self, size_t times)
	{
		cxx_peer *peer = static_cast<cxx_peer *>(self);
		event e = { 1 };

		for (size_t k = 0; k < times; k++) {
			BARRIER();
			peer->signals[0](e);
		}
	}

	static void
	emit_each(void *self, const uint32_t *order, size_t n)
	{
		cxx_peer *peer = static_cast<cxx_peer *>(self);
		event e = { 1 };

		for (size_t k = 0; k < n; k++) {
			BARRIER();
			peer->signals[order[k]](e);
		}
	}

	static void
	destroy(void *self)
	{
		delete static_cast<cxx_peer *>(self);
	}
};

#define CXX_PEER(NAME, Library)                                                                    \
	{                                                                                          \
		NAME, cxx_peer<Library>::create, cxx_peer<Library>::connect,                       \
			cxx_peer<Library>::disconnect, cxx_peer<Library>::emit,                    \
			cxx_peer<Library>::emit_each, cxx_peer<Library>::destroy                   \
	}

#endif
