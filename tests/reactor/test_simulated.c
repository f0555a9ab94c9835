/* The contract of streams over the simulation. */

#define TRANSPORT OVER_SIMULATION

#include "reactor/contract.inc"
