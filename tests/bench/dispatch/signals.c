/* The bodies of the signals, apart from who emits them, as in a program of several files. */

#include "dispatch/signals.inc"
