/* The contract of streams over libev and UNIX sockets. */

#define TRANSPORT OVER_UNIX

#include "reactor/contract.inc"
