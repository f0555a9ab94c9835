/* libsigc++ 2. */

#include <sigc++/sigc++.h>

#include "cxx_peer.h"

static void
on_event(const event &e, counter *to)
{
	to->n += static_cast<uint64_t>(e.value);
}

struct sigc_library {
	typedef sigc::signal<void, const event &> signal;
	typedef sigc::connection connection;

	static connection
	connect(signal &from, counter &to)
	{
		return from.connect(sigc::bind(sigc::ptr_fun(&on_event), &to));
	}
};

extern const peer peer_sigc = CXX_PEER("libsigc++", sigc_library);
