#include "json_private.h"

static void
skip_any(struct members *members, const char *of)
{
	while (members->at < members->end && strchr(of, *members->at))
		members->at++;
}

static void
skip_string(struct members *members)
{
	members->at++;
	while (members->at < members->end && *members->at != '"')
		members->at += *members->at == '\\' && members->end - members->at > 1 ? 2 : 1;
	if (members->at < members->end)
		members->at++;
}

static void
skip_nested(struct members *members)
{
	size_t depth = 0;

	do {
		if (*members->at == '"') {
			skip_string(members);
			continue;
		}
		if (strchr("{[", *members->at))
			depth++;
		else if (strchr("}]", *members->at))
			depth--;
		members->at++;
	} while (depth && members->at < members->end);
}

static void
skip_value(struct members *members)
{
	if (members->at == members->end)
		return;
	if (*members->at == '"') {
		skip_string(members);
	} else if (strchr("{[", *members->at)) {
		skip_nested(members);
	} else {
		while (members->at < members->end && !strchr(" \t\r\n,}", *members->at))
			members->at++;
	}
}

static struct sb_bytes
since(const struct members *members, const char *from)
{
	return (struct sb_bytes){ from, (size_t)(members->at - from) };
}

bool
sb_members_next(struct members *members, struct member *ret_member)
{
	const char *from;

	skip_any(members, " \t\r\n{,");
	if (members->at == members->end || *members->at != '"')
		return false;
	from = members->at;
	skip_string(members);
	ret_member->name = since(members, from);
	skip_any(members, " \t\r\n:");
	from = members->at;
	skip_value(members);
	ret_member->value = since(members, from);
	return true;
}

bool
sb_members_last(struct members members, struct member *ret_member)
{
	bool has_any = false;

	while (sb_members_next(&members, ret_member))
		has_any = true;
	return has_any;
}
