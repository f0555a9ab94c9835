/* The contract of streams over libev and TCP. */

#define TRANSPORT OVER_TCP

#include "reactor/contract.inc"
