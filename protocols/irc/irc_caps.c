/* What the client asks of its server's capabilities, and what it tells of them. The rules are in
 * caps.h. */

#include "client.h"

#include <errno.h>
#include <strings.h>

/* ---- What the application wants ---- */

int
sb_irc_caps_init_(
	struct sb_caps *caps, const struct sb_irc_options *options, struct sb_error *ret_error)
{
	size_t i;

	sb_caps_init(caps);
	(void)sb_caps_want(caps, "no-implicit-names", true);
	(void)sb_caps_want(caps, "draft/extended-isupport", true);
	/* A bouncer that is asked for it repeats nothing by itself any more. */
	(void)sb_caps_want(caps, "draft/chathistory", options->catches_up);
	(void)sb_caps_want(caps, "draft/pre-away", options->away != NULL);
	for (i = 0; i < options->n_capabilities; i++) {
		const char *text = options->capabilities[i];
		const char *name = text + (*text == '-');
		int number = sb_caps_want(caps, name, name == text);

		if (number == SB_CAP_SASL)
			return sb_error_set(ret_error, -EINVAL,
				"\"%s\" is no capability to choose: it is asked for where there is "
				"a login",
				text);
		if (number == -ENOSPC)
			return sb_error_set(ret_error, -EINVAL,
				"too many capabilities: %d at most beside those that are known",
				SB_CAPS_ADDED_MAX);
		/* One that nobody knows is not asked for anyway. */
		if (number < 0 && number != -ENOENT)
			return sb_error_set(ret_error, -EINVAL,
				"\"%.64s\" cannot be a capability: its name has 1 to %d bytes, no "
				"space, \"=\" or control character and none of -~: in front, and "
				"is not sts",
				text, SB_CAPS_NAME_MAX - 1);
	}
	if (options->login)
		(void)sb_caps_want(caps, "sasl", true);
	return 0;
}

bool
sb_irc_has_capability(const struct sb_irc *irc, const char *name)
{
	int number = sb_caps_find(&irc->caps, name);

	return number >= 0 && sb_caps_is_on(&irc->caps, number);
}

/* ---- What is written ---- */

static void
write_cap(struct sb_irc *irc, const char *what, const char *list_or_null)
{
	const char *params[] = { what, list_or_null };

	sb_irc_write_(irc, &(struct sb_wire_out){ .verb = "CAP",
				   .params = params,
				   .n_params = list_or_null ? 2 : 1,
				   .colon = list_or_null != NULL });
}

void
sb_irc_caps_list_(struct sb_irc *irc)
{
	const char *params[] = { "LS", "302" };

	sb_irc_write_(irc, &(struct sb_wire_out){ .verb = "CAP", .params = params, .n_params = 2 });
}

void
sb_irc_caps_end_(struct sb_irc *irc)
{
	if (irc->state != REGISTERING || !sb_caps_may_end(&irc->caps)
		|| !sb_irc_login_is_settled_(irc))
		return;
	sb_caps_ended(&irc->caps);
	write_cap(irc, "END", NULL);
}

/* ---- What the server says ---- */

static int
tell_changes(struct sb_irc *irc, uint64_t before)
{
	uint64_t after = sb_caps_on(&irc->caps);

	irc->caps_on = after;
	for (int i = 0; i < SB_CAPS_MAX; i++) {
		const char *value = sb_caps_value(&irc->caps, i);
		int ran;

		if (!((before ^ after) & SB_CAP_BIT(i)))
			continue;
		ran = sb_irc_capability_changed_emit(irc->d, irc,
			&(struct sb_irc_capability_changed){
				.name = sb_caps_name(&irc->caps, i),
				.value = value ? value : "",
				.is_on = after & SB_CAP_BIT(i),
			});
		if (ran == -ECANCELED)
			return ran;
	}
	return 0;
}

/* After what the server said: asks on, tells what is on and off, logs in, and ends. */
static int
go_on(struct sb_irc *irc, uint64_t before)
{
	char list[SB_CAPS_REQUEST_MAX + 1];
	int ran;

	sb_irc_sts_go_on_(irc);
	while (sb_caps_next_request(&irc->caps, list, sizeof(list)))
		write_cap(irc, "REQ", list);
	ran = tell_changes(irc, before);
	if (ran == -ECANCELED || !sb_irc_is_up_(irc))
		return ran;
	sb_irc_presence_early_(irc);
	ran = sb_irc_login_go_on_(irc);
	if (ran != -ECANCELED && sb_irc_is_up_(irc))
		sb_irc_caps_end_(irc);
	return ran;
}

/* Whether a name stands in a list, with a value or without. */
static bool
names(const char *words, const char *name)
{
	size_t len = strlen(name);

	for (;; words += strcspn(words, " ")) {
		words += strspn(words, " ");
		if (!*words)
			return false;
		if (!strncmp(words, name, len) && strchr("= ", words[len]))
			return true;
	}
}

bool
sb_irc_caps_take_(struct sb_irc *irc, const struct sb_wire_line *line, int *ret_ran)
{
	const char *what = line->params[1];
	const char *words = line->n_params > 2 ? line->params[line->n_params - 1] : "";
	uint64_t before = sb_caps_on(&irc->caps);
	bool is_new = !strcasecmp(what, "NEW");

	*ret_ran = 0;
	if (!sb_irc_is_up_(irc))
		return false;
	if (!strcasecmp(what, "LS"))
		sb_caps_ls(
			&irc->caps, words, line->n_params < 4 || strcmp(line->params[2], "*") != 0);
	else if (!strcasecmp(what, "ACK"))
		sb_caps_ack(&irc->caps, words);
	else if (!strcasecmp(what, "NAK"))
		sb_caps_nak(&irc->caps, words);
	else if (is_new)
		sb_caps_new(&irc->caps, words);
	else if (!strcasecmp(what, "DEL"))
		sb_caps_del(&irc->caps, words);
	else
		return false;
	if ((is_new || !strcasecmp(what, "LS")) && names(words, "sts"))
		*ret_ran = sb_irc_sts_take_(irc);
	if (*ret_ran == -ECANCELED || !sb_irc_is_up_(irc))
		return true;
	if (is_new && names(words, "sasl"))
		sb_irc_login_renew_(irc);
	*ret_ran = go_on(irc, before);
	return true;
}

/* Servers of old do not know CAP (421), or not before registration (451). */
int
sb_irc_caps_refused_(struct sb_irc *irc, const struct sb_wire_line *line)
{
	uint64_t before = sb_caps_on(&irc->caps);
	bool is_about_cap = !strcmp(line->verb, "410") || !strcasecmp(line->params[0], "CAP")
			    || !strcasecmp(line->params[1], "CAP");

	if (!is_about_cap || !sb_irc_is_up_(irc))
		return 0;
	sb_caps_give_up(&irc->caps);
	return go_on(irc, before);
}

int
sb_irc_caps_welcomed_(struct sb_irc *irc)
{
	uint64_t before = sb_caps_on(&irc->caps);
	int ran;

	sb_irc_sts_welcomed_(irc);
	sb_caps_give_up(&irc->caps);
	sb_caps_ended(&irc->caps);
	ran = tell_changes(irc, before);
	if (ran == -ECANCELED || !sb_irc_is_up_(irc))
		return ran;
	return sb_irc_login_welcomed_(irc);
}
