/* resolv.conf: whatever stands in it, the search for a name ends, and asks for names that fit into a
 * question. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <signalbox/base.h>

#include "reactor/resolver_search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_MAX = 64 * 1024, NAME_MAX_BYTES = 254 };

static void
search_for(const struct resolver_conf *conf, const char *name)
{
	struct search search;
	size_t n = 0, len;

	sb_search_begin(&search, conf, name);
	while (sb_search_next(&search)) {
		len = strlen(search.candidate);
		sb_assert(len > 0 && len <= NAME_MAX_BYTES && search.candidate[len - 1] == '.');
		sb_assert(strncmp(search.candidate, name, strlen(name)) == 0);
		sb_assert(++n <= FILE_MAX);
	}
}

static int
make_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("resolv.conf", MFD_CLOEXEC);

	sb_assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct resolver_conf conf;
	char path[64];
	int fd;

	if (size >= FILE_MAX)
		return 0;
	fd = make_file(data, size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	sb_assert(sb_resolver_conf_init(&conf, path) == 0);
	sb_assert(conf.ndots <= 15 && conf.timeout_ms > 0 && conf.tries > 0);
	search_for(&conf, "www");
	search_for(&conf, "www.example.org");
	search_for(&conf, "whole.example.");
	sb_resolver_conf_finish(&conf);
	(void)close(fd);
	return 0;
}
