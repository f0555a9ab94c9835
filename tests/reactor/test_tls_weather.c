/* The contract of streams over TLS, over the simulation in bad weather. */

#define TRANSPORT OVER_WEATHER
#define OVER_TLS true

#include "reactor/contract.inc"
