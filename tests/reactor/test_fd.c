/* The contract of streams over sockets that the test has made itself, by their numbers. */

#define TRANSPORT OVER_UNIX
#define BY_DESCRIPTOR true

#include "reactor/contract.inc"
