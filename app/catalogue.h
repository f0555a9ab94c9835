#ifndef QUOTH_CATALOGUE_H
#define QUOTH_CATALOGUE_H

#include <stdio.h>

/* Writes every signal that Quoth can hear, in the order of the tables that make them: its name,
 * what it means, who emits it, and each field with its type and what it is. */
void catalogue_print(FILE *to);

#endif
