#ifndef DISPATCH_TABLE_H
#define DISPATCH_TABLE_H

/* uthash, with running out of memory as an error: after an add that failed, the element's hh.tbl is
 * NULL and the table as before. */

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>

#endif
