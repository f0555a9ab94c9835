#include "peers.h"

const struct peer *const peers_installed[] = {
#ifdef HAS_GSIGNAL
	&peer_gsignal,
#endif
#ifdef HAS_SIGC
	&peer_sigc,
#endif
#ifdef HAS_SIGNALS2
	&peer_signals2,
#endif
	0,
};
