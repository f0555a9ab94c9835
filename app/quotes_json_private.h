#ifndef QUOTH_QUOTES_JSON_PRIVATE_H
#define QUOTH_QUOTES_JSON_PRIVATE_H

/* What writing and reading JSON share. */

#include "quotes_private.h"

/* The names of enum quotes_visibility. */
extern const char *const quotes_visibilities[];

#endif
