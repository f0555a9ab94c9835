#ifndef TESTS_APP_CONFIG_FIXTURE_H
#define TESTS_APP_CONFIG_FIXTURE_H

/* A configuration as text, what is told about it, and a file for a password. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config.h"
#include "config_texts.h"
#include "kit_cmocka.h"

enum { TOLD_CAP = 64 * 1024 };

static char told[TOLD_CAP];

/* A file for a password, and what is put into it. */
static char secret[] = "/tmp/test_config.XXXXXX";

static inline void
on_problem(void *self, const char *text)
{
	size_t len = strlen(told);

	assert_ptr_equal(self, told);
	(void)snprintf(told + len, sizeof(told) - len, "%s\n", text);
}

static inline struct config *
read_right(const char *text)
{
	struct config *config = NULL;
	int error;

	told[0] = '\0';
	error = config_parse("f", text, on_problem, told, &config);
	if (error || told[0])
		sb_testing_fail(SB_PLACE, "%d: %s", error, told);
	return config;
}

/* Every line that is told, in order. */
static inline void
expect_wrong(const char *text, const char *lines)
{
	struct config *config = NULL;

	told[0] = '\0';
	assert_int_equal(config_parse("f", text, on_problem, told, &config), -EINVAL);
	assert_null(config);
	if (strcmp(told, lines) != 0)
		sb_testing_fail(
			SB_PLACE, "%s\n---- should say\n%s---- and says\n%s", text, lines, told);
}

static inline void
put_secret(const char *bytes, size_t len, mode_t mode)
{
	int fd = open(secret, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static inline int
make_secret(void **state)
{
	int fd = mkstemp(secret);

	(void)state;
	sb_testing_on_failure(kit_on_failure, NULL);
	return fd < 0 ? -1 : close(fd);
}

static inline int
remove_secret(void **state)
{
	(void)state;
	return unlink(secret);
}

#endif
