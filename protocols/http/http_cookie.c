#include <signalbox/http.h>

#include <errno.h>
#include <string.h>

#include "http_parse.h"

/* RFC 6265, section 6.1: as much as every client keeps. */
enum { COOKIE_MAX = 4096 };

static bool
is_name(const char *name)
{
	const char *c = name;

	while (sb_http_is_token_char(*c))
		c++;
	return c > name && !*c;
}

static bool
is_value(const char *value)
{
	for (; *value; value++) {
		if (*value <= ' ' || *value > '~' || strchr("\",;\\", *value))
			return false;
	}
	return true;
}

static bool
is_path(const char *path)
{
	const char *c = path;

	while (*c >= ' ' && *c <= '~' && *c != ';')
		c++;
	return path[0] == '/' && !*c;
}

static bool
is_same_site(const struct sb_http_cookie *cookie)
{
	const char *site = cookie->same_site;

	/* Clients take None for secure ones only. */
	return strcmp(site, "Lax") == 0 || strcmp(site, "Strict") == 0
	       || (strcmp(site, "None") == 0 && !cookie->is_insecure);
}

int
sb_http_set_cookie(struct sb_http_request *request, const struct sb_http_cookie *given)
{
	struct sb_http_cookie cookie = *given;
	char age[40] = "", text[COOKIE_MAX];
	int len;

	if (!cookie.path)
		cookie.path = "/";
	if (!cookie.same_site)
		cookie.same_site = "Lax";
	if (!is_name(cookie.name) || !is_value(cookie.value) || !is_path(cookie.path)
		|| !is_same_site(&cookie))
		return -EINVAL;
	if (cookie.max_age_s)
		(void)snprintf(age, sizeof(age), "; Max-Age=%lld",
			(long long)(cookie.max_age_s < 0 ? 0 : cookie.max_age_s));
	len = snprintf(text, sizeof(text), "%s=%s; Path=%s%s; SameSite=%s%s%s", cookie.name,
		cookie.value, cookie.path, age, cookie.same_site,
		cookie.is_insecure ? "" : "; Secure", cookie.is_for_scripts ? "" : "; HttpOnly");
	if (len < 0 || (size_t)len >= sizeof(text))
		return -EMSGSIZE;
	return sb_http_add_field(request, "Set-Cookie", text);
}
