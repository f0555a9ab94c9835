/* The contract of streams over TLS, over libev and TCP. */

#define TRANSPORT OVER_TCP
#define OVER_TLS true

#include "reactor/contract.inc"
