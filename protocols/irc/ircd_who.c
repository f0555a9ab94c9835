#include "ircd_private.h"

#include <inttypes.h>
#include <string.h>

/* One WHO (RFC 2812, section 3.6.1), perhaps with the fields of WHOX (IRCv3). */
struct question {
	struct ircd_client *client;
	uint64_t mark; /* of whom it may see */
	const char *mask;
	bool only_opers;
	const char *fields; /* NULL: not WHOX */
	size_t n_fields;
	const char *token;
};

/* "H*@B": here or gone, operator of the server, rank, bot. */
static void
print_flags(const struct question *q, const struct ircd_client *user,
	const struct ircd_member *member, char buf[8])
{
	(void)snprintf(buf, 8, "%s%s%s%s", *user->away ? "G" : "H", user->is_oper ? "*" : "",
		member ? sb_ircd_marks(member, q->client->caps & IRCD_MULTI_PREFIX) : "",
		user->is_bot ? "B" : "");
}

static void
send_plain(
	const struct question *q, const struct ircd_client *user, const struct ircd_member *member)
{
	char words[IRCD_REALNAME_MAX + 8], flags[8];

	(void)snprintf(words, sizeof(words), "0 %s", user->realname);
	print_flags(q, user, member, flags);
	sb_ircd_numeric(q->client, "352", member ? member->channel->name : "*", user->user,
		user->host, q->client->ircd->name, user->nick->text, flags, words, NULL);
}

static bool
asks(const struct question *q, char field)
{
	return memchr(q->fields, field, q->n_fields) != NULL;
}

static void
send_fields(
	const struct question *q, const struct ircd_client *user, const struct ircd_member *member)
{
	int64_t idle_ns = sb_reactor_now_ns(q->client->ircd->r) - user->said_ns;
	char flags[8], idle[24];
	const struct field {
		char letter;
		const char *value;
	} fields[] = {
		{ 't', *q->token ? q->token : "0" },
		{ 'c', member ? member->channel->name : "*" },
		{ 'u', user->user },
		{ 'i', user->host },
		{ 'h', user->host },
		{ 's', q->client->ircd->name },
		{ 'n', user->nick->text },
		{ 'f', flags },
		{ 'd', "0" },
		{ 'l', idle },
		{ 'a', *user->account ? user->account : "0" },
		{ 'o', member && member->is_op ? "1" : "n/a" },
		{ 'r', user->realname },
	};
	const char *params[sizeof(fields) / sizeof(fields[0]) + 1] = { NULL };
	size_t i, n = 0;

	print_flags(q, user, member, flags);
	(void)snprintf(idle, sizeof(idle), "%" PRId64, idle_ns / SB_S);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (asks(q, fields[i].letter))
			params[n++] = fields[i].value;
	sb_ircd_numeric(q->client, "354", params[0], params[1], params[2], params[3], params[4],
		params[5], params[6], params[7], params[8], params[9], params[10], params[11],
		params[12], NULL);
}

/* False when there is no room for more, and that has been told. */
static bool
answer(const struct question *q, const struct ircd_client *user, const struct ircd_member *member)
{
	if (!sb_ircd_sees(q->mark, user) || (q->only_opers && !user->is_oper))
		return true;
	if (!sb_ircd_has_room(q->client)) {
		sb_ircd_break_off(q->client, "WHO");
		return false;
	}
	if (q->fields)
		send_fields(q, user, member);
	else
		send_plain(q, user, member);
	return true;
}

static void
who_channel(const struct question *q, const struct ircd_channel *channel)
{
	const struct ircd_member *member;

	DL_FOREACH(channel->members, member)
	if (!answer(q, member->client, member))
		break;
}

static bool
matches(const struct question *q, const char *text)
{
	return sb_mask_matches(SB_CASEMAP_RFC1459, q->mask, text);
}

static bool
is_meant(const struct question *q, const struct ircd_client *user)
{
	return user->is_registered
	       && (matches(q, user->nick->text) || matches(q, user->user) || matches(q, user->host)
		       || matches(q, user->realname));
}

static void
who_mask(const struct question *q)
{
	const struct ircd_client *user;

	DL_FOREACH(q->client->ircd->clients, user)
	if (is_meant(q, user) && !answer(q, user, NULL))
		break;
}

/* "o", "%nuh" and "o%nuh,42". */
static void
read_options(struct question *q, const char *text)
{
	const char *fields = strchr(text, '%');
	size_t n_flags = fields ? (size_t)(fields - text) : strlen(text);

	q->only_opers = memchr(text, 'o', n_flags);
	if (!fields)
		return;
	q->fields = fields + 1;
	q->n_fields = strcspn(q->fields, ",");
	if (q->fields[q->n_fields])
		q->token = q->fields + q->n_fields + 1;
	if (strlen(q->token) > 3 || q->token[strspn(q->token, "0123456789")])
		q->token = "";
	/* Nothing that is known: a line without fields says nothing, the nick at least. */
	if (!q->fields[strcspn(q->fields, "tcuihsnfdlaor")])
		q->fields = "n", q->n_fields = 1;
}

int
sb_ircd_on_who(struct ircd_client *client, const struct sb_wire_line *line)
{
	struct question q = { .client = client, .mask = line->params[0], .token = "" };
	const struct ircd_channel *channel;
	const struct ircd_client *user;

	if (!*q.mask || !strcmp(q.mask, "0"))
		q.mask = "*";
	channel = sb_ircd_find_channel(client->ircd, q.mask);
	user = sb_ircd_find_user(client->ircd, q.mask);
	q.mark = sb_ircd_mark_neighbours(client);
	read_options(&q, line->params[1]);
	if (channel && sb_ircd_may_see(client, channel)) {
		who_channel(&q, channel);
	} else if (user) {
		/* Who knows the nick finds who has it. */
		q.mark = user->stamp;
		(void)answer(&q, user, NULL);
	} else if (!channel) {
		who_mask(&q);
	}
	sb_ircd_numeric(
		client, "315", *line->params[0] ? line->params[0] : "*", "End of WHO list", NULL);
	return 0;
}
