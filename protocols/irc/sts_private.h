#ifndef PROTOCOLS_IRC_STS_PRIVATE_H
#define PROTOCOLS_IRC_STS_PRIVATE_H

/* What the policies of all hosts are made of. */

#include "caps.h"
#include "sts.h"

struct sts_host {
	char *name; /* in small letters */
	uint16_t port;
	int64_t end_s; /* when the policy ends; it is not asked for then */
};

struct sb_sts {
	char *path; /* NULL: there is no file */
	struct sts_host *hosts; /* sorted by name */
	size_t n, cap;
	char *kept; /* comments and what is not understood, each line with its end */
	size_t kept_len;
	bool is_unsaved;
};

/* Of a name as sb_sts_host() writes it. Returns 0, or -ENOMEM and nothing has changed. */
int sb_sts_put_(struct sb_sts *store, const char *name, uint16_t port, int64_t end_s);

/* Returns whether it was there. */
bool sb_sts_drop_(struct sb_sts *store, const char *name);

#endif
