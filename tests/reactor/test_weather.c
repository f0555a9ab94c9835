/* The contract of streams over the simulation in bad weather. */

#define TRANSPORT OVER_WEATHER

#include "reactor/contract.inc"
