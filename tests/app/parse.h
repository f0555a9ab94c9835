#ifndef TESTS_APP_PARSE_H
#define TESTS_APP_PARSE_H

/* A configuration of a test's own, in which nothing is wrong. */

#include "app/config.h"
#include "kit_cmocka.h"

static inline void
parse_problem(void *self, const char *text)
{
	(void)self;
	sb_testing_fail(SB_PLACE, "%s", text);
}

static inline struct config *
parse(const char *text)
{
	struct config *config;

	if (config_parse("test.conf", text, parse_problem, NULL, &config))
		sb_testing_fail(SB_PLACE, "no configuration: %s", text);
	return config;
}

#endif
