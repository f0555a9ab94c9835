/* The contract of streams over TLS, over the simulation. */

#define TRANSPORT OVER_SIMULATION
#define OVER_TLS true

#include "reactor/contract.inc"
