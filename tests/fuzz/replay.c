/* Runs a fuzz target over the files of its corpus: each folder and file given. Fails when there was
 * nothing to run. */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MOST = 1 << 20 };

static int
replay_file(const char *path)
{
	static uint8_t buf[INPUT_MOST];
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t len;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	len = fread(buf, 1, sizeof(buf), file);
	(void)fclose(file);
	/* Memory of just that size, so that reading past its end is noticed. */
	exact = malloc(len ? len : 1);
	if (!exact)
		return -1;
	memcpy(exact, buf, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 1;
}

static int
replay(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	int n = 0;

	if (!folder)
		return replay_file(path);
	while ((entry = readdir(folder))) {
		char file[4096];
		int got;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		got = replay_file(file);
		if (got < 0) {
			(void)closedir(folder);
			return got;
		}
		n += got;
	}
	(void)closedir(folder);
	return n;
}

int
main(int argc, char **argv)
{
	int n = 0;

	for (int k = 1; k < argc; k++) {
		int got = replay(argv[k]);

		if (got < 0)
			return 1;
		n += got;
	}
	if (!n)
		fprintf(stderr, "%s: no input to replay\n", argv[0]);
	printf("%d inputs replayed\n", n);
	return n ? 0 : 1;
}
