/* Boost.Signals2, as it comes: with a mutex. */

#include <boost/signals2.hpp>

#include "cxx_peer.h"

static void
on_event(const event &e, counter *to)
{
	to->n += static_cast<uint64_t>(e.value);
}

struct signals2_library {
	typedef boost::signals2::signal<void(const event &)> signal;
	typedef boost::signals2::connection connection;

	static connection
	connect(signal &from, counter &to)
	{
		counter *at = &to;

		return from.connect([at](const event &e) { on_event(e, at); });
	}
};

extern const peer peer_signals2 = CXX_PEER("Signals2", signals2_library);
