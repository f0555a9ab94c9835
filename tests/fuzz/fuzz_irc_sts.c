/* Strict transport security: 'p' and a policy, 'h' and a host, or the file with all of them, which
 * is read, and written, and then is read and written as the same. */

#include <stdlib.h>
#include <string.h>

#include "protocols/irc/sts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_policy(const char *text)
{
	struct sb_sts_policy policy;

	sb_sts_parse(text, &policy);
	sb_assert(policy.duration_s >= -1 && policy.duration_s <= SB_STS_DURATION_MAX);
	sb_assert(sb_sts_judge(&policy, "a.example", false)
		  == (policy.port ? SB_STS_UPGRADE : SB_STS_NOTHING));
	sb_assert((sb_sts_judge(&policy, "a.example", true) == SB_STS_KEEP)
		  == (policy.duration_s > 0));
	sb_assert(sb_sts_judge(&policy, "::1", true) == SB_STS_NOTHING);
}

static void
try_host(const char *text)
{
	char name[SB_STS_HOST_MAX], again[SB_STS_HOST_MAX];

	if (sb_sts_host(text, name))
		return;
	sb_assert(!sb_sts_host(name, again) && !strcmp(name, again));
	sb_assert(!strpbrk(name, " :[]%ABCXYZ") && name[strlen(name) - 1] != '.');
}

static void
count(void *self, const char *text)
{
	sb_assert(!strncmp(text, "f:", 2));
	++*(unsigned *)self;
}

static struct sb_sts *
read_store(struct sb_bytes text, unsigned *ret_n_complaints)
{
	struct sb_sts *store;

	*ret_n_complaints = 0;
	sb_assert(!sb_sts_open(NULL, NULL, NULL, &store, NULL));
	sb_assert(!sb_sts_read(store, text, "f", count, ret_n_complaints));
	return store;
}

static void
try_file(struct sb_bytes text)
{
	unsigned n_first, n_second;
	struct sb_sts *store = read_store(text, &n_first), *again;
	char *first, *second;
	size_t first_len, second_len;
	uint16_t port = 1;

	sb_assert(!sb_sts_print(store, 100, &first, &first_len));
	again = read_store((struct sb_bytes){ first, first_len }, &n_second);
	sb_assert(n_second <= n_first);
	sb_assert(!sb_sts_print(again, 100, &second, &second_len));
	sb_assert(first_len == second_len && !memcmp(first, second, first_len));
	(void)sb_sts_find(again, "a.example", 100, &port);
	sb_assert(port);
	sb_assert(!sb_sts_note(again, "a.example", 7, 10, 100, NULL));
	sb_assert(sb_sts_find(again, "A.example.", 109, &port) && port == 7);
	free(second);
	free(first);
	sb_sts_close(again);
	sb_sts_close(store);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);

	sb_assert(copy);
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	if (*copy == 'p')
		try_policy(copy + 1);
	else if (*copy == 'h')
		try_host(copy + 1);
	else
		try_file((struct sb_bytes){ data, size });
	free(copy);
	return 0;
}
