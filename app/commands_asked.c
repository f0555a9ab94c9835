#include "commands_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

int
asked_refuse(struct asked *asked, const char *format, ...)
{
	char text[REPLIES_MAX_LINE + 1];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	asked->replies->n = 0;
	asked->replies->is_private = true;
	replies_say(asked->replies, "%s", text);
	return 0;
}

int
asked_usage(struct asked *asked)
{
	const struct command *command = asked->command;

	return asked_refuse(asked, "Usage: %s%s%s%s: %s", asked->mark, command->name,
		command->usage[0] ? " " : "", command->usage, command->help);
}

int
asked_trouble(struct asked *asked, int code, const struct sb_error *why)
{
	/* Its words may name what is nobody's business, a path. */
	(void)asked_refuse(asked, "I cannot do that now: %s.", quotes_reason(code));
	return sb_error_set(asked->ret_error, code, "%s: %s", asked->command->name,
		why ? why->text : quotes_reason(code));
}

bool
asked_id(const char **at, int64_t *ret_id)
{
	const char *text = *at;
	size_t len = strspn(text, "0123456789");

	if (!len || (text[len] && text[len] != ' '))
		return false;
	*ret_id = strtoll(text, NULL, 10);
	*at = text + len + strspn(text + len, " ");
	return true;
}

/* What only moderators see is for them alone. Another network's own quotes are not their
 * business. */
static int
find_as_moderator(struct asked *asked, int64_t id, struct quote *ret_quote)
{
	struct quotes_scope scope = asked->person.scope;
	int error;

	scope.sees_all = true;
	error = quotes_get(asked->commands->quotes, &scope, id, ret_quote);
	if (!error && ret_quote->visibility != QUOTES_PUBLIC
		&& strcmp(ret_quote->network, asked->said->network) != 0)
		return -ENOENT;
	asked->replies->is_private = !error;
	return error;
}

int
asked_find(struct asked *asked, int64_t id, struct quote *ret_quote)
{
	int error = quotes_get(asked->commands->quotes, &asked->person.scope, id, ret_quote);

	if (error == -ENOENT && asked->person.is_moderator)
		error = find_as_moderator(asked, id, ret_quote);
	if (error == -ENOENT) {
		(void)asked_refuse(asked, "There is no quote %" PRId64 ".", id);
		return 1;
	}
	return error ? asked_trouble(asked, error, NULL) : 0;
}
