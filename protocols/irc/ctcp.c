#include "ctcp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool
sb_ctcp_parse(const char *text, bool is_notice, char *buf, struct sb_ctcp *ret_ctcp)
{
	size_t len;
	char *at = buf;

	if (*text++ != '\1')
		return false;
	len = strcspn(text, "\1");
	if (!len || *text == ' ' || (text[len] && text[len + 1]))
		return false;
	memmove(buf, text, len);
	buf[len] = '\0';
	for (; *at && *at != ' '; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 0x20);
	if (*at)
		*at++ = '\0';
	*ret_ctcp = (struct sb_ctcp){ .verb = buf, .args = at, .is_answer = is_notice };
	return true;
}

int
sb_ctcp_make(const char *verb, const char *args_or_null, char *buf, size_t cap)
{
	const char *args = args_or_null ? args_or_null : "";
	int len;

	if (!*verb || verb[strcspn(verb, " \1\r\n")] || args[strcspn(args, "\1\r\n")])
		return -EINVAL;
	len = snprintf(buf, cap, "\1%s%s%s\1", verb, *args ? " " : "", args);
	return len < 0 || (size_t)len >= cap ? -EMSGSIZE : len;
}

static bool
is_told(const struct sb_ctcp_facts *facts)
{
	return facts->version && *facts->version;
}

static int
answer_time(int64_t now_ms, char *buf, size_t cap)
{
	time_t now_s = (time_t)(now_ms / 1000 - (now_ms % 1000 < 0));
	char text[64];
	struct tm tm;

	/* RFC 3339 knows the years 0 to 9999. */
	if (!gmtime_r(&now_s, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		return -EINVAL;
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return sb_ctcp_make("TIME", text, buf, cap);
}

int
sb_ctcp_answer(
	const struct sb_ctcp *request, const struct sb_ctcp_facts *facts, char *buf, size_t cap)
{
	const char *verb = request->verb;

	if (request->is_answer)
		return 0;
	if (!strcmp(verb, "PING") && strlen(request->args) <= SB_CTCP_PING_MAX)
		return sb_ctcp_make(verb, request->args, buf, cap);
	if (!strcmp(verb, "TIME"))
		return answer_time(facts->now_ms, buf, cap);
	if (!strcmp(verb, "VERSION") && is_told(facts))
		return sb_ctcp_make(verb, facts->version, buf, cap);
	if (!strcmp(verb, "CLIENTINFO"))
		return sb_ctcp_make(verb,
			is_told(facts) ? "ACTION CLIENTINFO PING TIME VERSION"
				       : "ACTION CLIENTINFO PING TIME",
			buf, cap);
	return 0;
}
