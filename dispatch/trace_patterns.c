#include "trace.h"

#include <errno.h>
#include <stdlib.h>

#define PARTING ", \t\n"

static bool
is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
	       || c == '_' || c == '-';
}

/* What is wrong with one token, which ends before a dot or at the pattern's end; or NULL. */
static const char *
fault_of_token(const char *token, size_t len, bool is_last)
{
	if (!len)
		return "nothing stands before or behind a dot; as in irc.joined, something must";
	if (len == 1 && *token == '*')
		return NULL;
	if (len == 1 && *token == '>')
		return is_last ? NULL : "> stands for all the rest, and so only at the end: irc.>";
	for (size_t k = 0; k < len; k++) {
		if (token[k] == '*' || token[k] == '>')
			return "* and > stand alone between dots: irc.*, or >";
		if (!is_of_name(token[k]))
			return "names are of letters, digits, _ and - with dots between: "
			       "irc.joined";
	}
	return NULL;
}

static const char *
fault_of(const struct sb_dispatcher *d, const char *pattern)
{
	const char *at = pattern;

	for (;;) {
		size_t len = strcspn(at, ".");
		const char *fault = fault_of_token(at, len, !at[len]);

		if (fault)
			return fault;
		if (!at[len])
			break;
		at += len + 1;
	}
	/* What somebody means who says irc is all of irc. */
	return at != pattern || *at == '*' || *at == '>' || sb_find(d, pattern)
		       ? NULL
		       : "names have a dot, and no signal is called just that; all of irc is irc.*";
}

int
sb_trace_patterns_parse(const struct sb_dispatcher *d, const char *list, char **ret_patterns,
	struct sb_error *ret_error)
{
	char *patterns = malloc(strlen(list) + 2), *to = patterns;

	if (!patterns)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	for (const char *at = list + strspn(list, PARTING); *at; at += strspn(at, PARTING)) {
		size_t len = strcspn(at, PARTING);
		const char *fault;

		memcpy(to, at, len);
		to[len] = '\0';
		at += len;
		fault = fault_of(d, to);
		if (fault) {
			(void)sb_error_set(ret_error, -EINVAL, "'%.80s': %s", to, fault);
			free(patterns);
			return -EINVAL;
		}
		to += len + 1;
	}
	*to = '\0';
	if (to != patterns) {
		*ret_patterns = patterns;
		return 0;
	}
	free(patterns);
	return sb_error_set(ret_error, -EINVAL,
		"no pattern is there; irc.* would be all of irc, and > all signals");
}

bool
sb_trace_patterns_match(const char *patterns, const char *name)
{
	for (; *patterns; patterns += strlen(patterns) + 1)
		if (sb_pattern_matches(patterns, name))
			return true;
	return false;
}
