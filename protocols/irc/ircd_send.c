#include "ircd_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

/* ---- Tags ---- */

/* Without the @, parted by semicolons. */
struct tags {
	char text[IRCD_TAGS_CAP];
	size_t len;
};

/* value NULL: a tag without one. */
static void
add_tag(struct tags *tags, const char *key, const char *value)
{
	int n = snprintf(tags->text + tags->len, sizeof(tags->text) - tags->len, "%s%s%s%s",
		tags->len ? ";" : "", key, value ? "=" : "", value ? value : "");

	sb_assert(n > 0 && (size_t)n < sizeof(tags->text) - tags->len);
	tags->len += (size_t)n;
}

/* "2011-10-19T16:40:51.620Z" (IRCv3 server-time). */
static void
add_time(struct tags *tags, const struct sb_ircd *ircd)
{
	int64_t ms = sb_reactor_wall_ns(ircd->r) / SB_MS;
	time_t s = (time_t)(ms / 1000);
	char text[64];
	struct tm tm;

	if (!gmtime_r(&s, &tm))
		return;
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000));
	add_tag(tags, "time", text);
}

static void
make_tags(struct tags *tags, const struct ircd_client *to, const struct ircd_line *line)
{
	const struct ircd_client *from = line->from;
	char id[48];

	tags->len = 0;
	tags->text[0] = '\0';
	if (to->caps & IRCD_SERVER_TIME)
		add_time(tags, to->ircd);
	if (from && *from->account && (to->caps & IRCD_ACCOUNT_TAG))
		add_tag(tags, "account", from->account);
	if (!(to->caps & IRCD_MESSAGE_TAGS))
		return;
	if (line->id) {
		(void)snprintf(
			id, sizeof(id), "%" PRIx64 "-%" PRIx64, to->ircd->made_at_ms, line->id);
		add_tag(tags, "msgid", id);
	}
	if (from && from->is_bot)
		add_tag(tags, "bot", NULL);
	if (line->client_tags && *line->client_tags)
		add_tag(tags, line->client_tags, NULL);
}

/* ---- Writing ---- */

static void
write_bytes(struct ircd_client *to, struct sb_bytes bytes)
{
	if (to->is_doomed)
		return;
	switch (sb_stream_write(to->stream, bytes)) {
	case -ENOBUFS:
		sb_ircd_drop(to, "Does not read what it is sent");
		break;
	case -ENOMEM:
		sb_ircd_drop(to, "Out of memory");
		break;
	default:
		/* Written, or the stream has broken: then it closes, and says how. */
		break;
	}
}

/* key NULL: no tag but `tags`. */
static void
put(struct ircd_client *to, const char *key, const char *value, const char *tags, const char *line)
{
	char out[IRCD_TAGS_CAP + 2 * IRCD_LABEL_MAX + 32 + SB_WIRE_MAX];
	int n;

	if (key)
		n = snprintf(out, sizeof(out), "@%s=%s%s%s %s", key, value, *tags ? ";" : "", tags,
			line);
	else
		n = snprintf(out, sizeof(out), "%s%s%s%s", *tags ? "@" : "", tags, *tags ? " " : "",
			line);
	sb_assert(n > 0 && (size_t)n < sizeof(out));
	write_bytes(to, (struct sb_bytes){ out, (size_t)n });
}

/* ---- Labels ---- */

uint64_t
sb_ircd_next_id(struct sb_ircd *ircd)
{
	return ++ircd->last_id;
}

/* "BATCH +1f labeled-response", "BATCH -1f" or "ACK", with a tag of its own or without. */
static void
put_own(struct ircd_client *to, const char *key, const char *value, const char *words)
{
	struct ircd_line line = { .from = NULL };
	char text[IRCD_NAME_MAX + 64];
	struct tags tags;

	make_tags(&tags, to, &line);
	(void)snprintf(text, sizeof(text), ":%s %s\r\n", to->ircd->name, words);
	put(to, key, value, tags.text, text);
}

static void
put_in_batch(struct ircd_client *to, const char *tags, const char *line)
{
	char batch[24];

	(void)snprintf(batch, sizeof(batch), "%" PRIx64, to->ircd->label.batch);
	put(to, "batch", batch, tags, line);
}

/* There is a second line: both go into a batch. */
static void
begin_batch(struct ircd_client *to, struct ircd_label *label)
{
	char words[64];

	label->batch = sb_ircd_next_id(to->ircd);
	(void)snprintf(words, sizeof(words), "BATCH +%" PRIx64 " labeled-response", label->batch);
	put_own(to, "label", label->value, words);
	put_in_batch(to, label->tags, label->line);
	label->holds = false;
}

static void
answer(struct ircd_client *to, const struct tags *tags, const struct ircd_line *line)
{
	struct ircd_label *label = &to->ircd->label;

	if (!label->batch && !label->holds) {
		label->holds = true;
		memcpy(label->tags, tags->text, tags->len + 1);
		memcpy(label->line, line->bytes, line->len + 1);
		return;
	}
	if (!label->batch)
		begin_batch(to, label);
	put_in_batch(to, tags->text, line->bytes);
}

void
sb_ircd_send(struct ircd_client *to, const struct ircd_line *line)
{
	struct tags tags;

	if (to->is_doomed)
		return;
	make_tags(&tags, to, line);
	if (to->ircd->label.client == to && !line->is_delivery)
		answer(to, &tags, line);
	else
		put(to, NULL, NULL, tags.text, line->bytes);
}

void
sb_ircd_label_begin(struct ircd_client *client, const char *tags)
{
	const unsigned needed = IRCD_LABELED_RESPONSE | IRCD_BATCH;
	struct ircd_label *label = &client->ircd->label;
	char plain[sizeof(label->value)];
	struct sb_wire_tag tag;

	sb_assert(!label->client);
	if ((client->caps & needed) != needed)
		return;
	while (sb_wire_tag_next(&tags, &tag)) {
		if (!sb_wire_tag_is(&tag, "label"))
			continue;
		label->client = NULL;
		if (!tag.value.len || tag.value.len >= sizeof(label->value)
			|| sb_wire_unescape(tag.value, plain) > IRCD_LABEL_MAX)
			continue;
		label->client = client;
		memcpy(label->value, tag.value.ptr, tag.value.len);
		label->value[tag.value.len] = '\0';
	}
	label->batch = 0;
	label->holds = false;
}

void
sb_ircd_label_end(struct ircd_client *client)
{
	struct ircd_label *label = &client->ircd->label;
	char words[64];

	if (label->client != client)
		return;
	label->client = NULL;
	if (label->batch) {
		(void)snprintf(words, sizeof(words), "BATCH -%" PRIx64, label->batch);
		put_own(client, NULL, NULL, words);
	} else if (label->holds) {
		put(client, "label", label->value, label->tags, label->line);
	} else {
		put_own(client, "label", label->value, "ACK");
	}
}
