/* The contract of streams over TLS, over libev and UNIX sockets. */

#define TRANSPORT OVER_UNIX
#define OVER_TLS true

#include "reactor/contract.inc"
