#include "casemap.h"
#include "outbox.h"

#include <string.h>

#include "wire.h"

#define MS INT64_C(1000000)
#define S (1000 * MS)

/* InspIRCd's penalties, less the one that every line has. What other servers take more for is among
 * them. */
static const struct sb_outbox_extra costly[] = {
	{ "INVITE", 3 * S },
	{ "JOIN", 1 * S },
	{ "KNOCK", 4 * S },
	{ "LIST", 4 * S },
	{ "MODE", 1 * S },
	{ "MOTD", 3 * S },
	{ "NAMES", 1 * S },
	{ "NICK", 4 * S },
	{ "STATS", 2 * S },
	{ "TOPIC", 1 * S },
	{ "WHO", 1 * S },
	{ "WHOIS", 1 * S },
	{ NULL, 0 },
};

static const struct sb_outbox_model models[] = {
	{ "default", 8 * S, 4 * S, 2 * S, 120, 1 * S, false, 1 * S, costly },
	{ "gentle", 8 * S, 4 * S, 4 * S, 60, 1 * S, false, 4 * S, costly },
	{ "none", 0, 0, 0, 1, 0, false, 0, NULL },
	{ "ngircd", 1 * S, S / 2, S / 3, 1, S / 256, true, 0, NULL },
	{ "solanum", 5 * S / 2, 1 * S, S / 2, 1, 0, false, S / 2, NULL },
	{ "hybrid", 5 * S, 2 * S, 1 * S, 1, 0, false, 1 * S, NULL },
	{ "unrealircd", 8 * S, 4 * S, 1 * S, 90, 1 * S, false, 1 * S, NULL },
	{ "inspircd", 8 * S, 3 * S, 1 * S, 1, 0, false, 1 * S, costly },
	{ "ergo", 5 * S / 2, 1 * S, S / 2, 1, 0, false, 0, NULL },
};

const struct sb_outbox_model *
sb_outbox_model(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (!strcmp(models[i].name, name))
			return &models[i];
	return NULL;
}

/* A test holds it against the table. */
const char *
sb_outbox_model_names(void)
{
	return "default, gentle, none, ngircd, solanum, hybrid, unrealircd, inspircd, ergo";
}

/* Whether the text begins with the word, given in small letters. */
static bool
begins_with(const char *text, const char *word)
{
	while (*word && sb_casemap_fold(SB_CASEMAP_RFC1459, *text) == *word)
		text++, word++;
	return !*word;
}

const struct sb_outbox_model *
sb_outbox_model_of(const char *version)
{
	static const struct {
		const char *word, *model;
	} known[] = {
		{ "solanum", "solanum" },
		{ "charybdis", "solanum" },
		{ "ircd-ratbox", "solanum" },
		{ "ratbox", "solanum" },
		{ "ircd-hybrid", "hybrid" },
		{ "hybrid", "hybrid" },
		{ "ngircd", "ngircd" },
		{ "unreal", "unrealircd" },
		{ "inspircd", "inspircd" },
		{ "ergo", "ergo" },
		{ "oragono", "ergo" },
		/* The server of this library, as it counts what we say or does not. */
		{ "signalbox-paced", "default" },
		{ "signalbox", "none" },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (begins_with(version, known[i].word))
			return sb_outbox_model(known[i].model);
	return sb_outbox_model("default");
}

/* ---- What a line costs ---- */

/* What is left of a line to be looked at. */
struct rest {
	const char *at, *end;
};

/* The next word; empty at the end. */
static struct sb_bytes
word(struct rest *rest)
{
	struct sb_bytes ret;

	while (rest->at < rest->end && *rest->at == ' ')
		rest->at++;
	ret.ptr = rest->at;
	while (rest->at < rest->end && *rest->at != ' ' && *rest->at != '\r')
		rest->at++;
	ret.len = (size_t)(rest->at - (const char *)ret.ptr);
	return ret;
}

static bool
begins(struct sb_bytes bytes, char c)
{
	return bytes.len && *(const char *)bytes.ptr == c;
}

static bool
is_verb(struct sb_bytes bytes, const char *verb)
{
	const char *text = bytes.ptr;
	size_t i;

	for (i = 0; i < bytes.len && verb[i]; i++)
		if (sb_casemap_fold(SB_CASEMAP_RFC1459, text[i])
			!= sb_casemap_fold(SB_CASEMAP_RFC1459, verb[i]))
			return false;
	return i == bytes.len && !verb[i];
}

static size_t
count_commas(struct sb_bytes bytes)
{
	const char *text = bytes.ptr;
	size_t i, n = 0;

	for (i = 0; i < bytes.len; i++)
		n += text[i] == ',';
	return n;
}

/* Targets beyond the first: of the first parameter, and of KICK's second. */
static size_t
count_more_targets(struct sb_bytes verb, struct rest *rest)
{
	struct sb_bytes param = word(rest);
	size_t n;

	if (begins(param, ':'))
		return 0;
	n = count_commas(param);
	if (is_verb(verb, "KICK")) {
		param = word(rest);
		if (!begins(param, ':'))
			n += count_commas(param);
	}
	return n;
}

static int64_t
line_cost_ns(const struct sb_outbox_model *model, struct sb_bytes line)
{
	struct rest rest = { line.ptr, (const char *)line.ptr + line.len };
	int64_t bytes_ns = (int64_t)(line.len / model->step_bytes) * model->step_ns, ns;
	const struct sb_outbox_extra *extra;
	struct sb_bytes verb = word(&rest);

	if (model->takes_greater)
		ns = bytes_ns > model->line_ns ? bytes_ns : model->line_ns;
	else
		ns = model->line_ns + bytes_ns;
	if (begins(verb, '@'))
		verb = word(&rest);
	if (begins(verb, ':'))
		verb = word(&rest);
	for (extra = model->extras; extra && extra->verb; extra++)
		if (is_verb(verb, extra->verb))
			ns += extra->ns;
	return ns + (int64_t)count_more_targets(verb, &rest) * model->target_ns;
}

int64_t
sb_outbox_cost_ns(const struct sb_outbox_model *model, struct sb_bytes line)
{
	const char *at = line.ptr, *end = at + line.len, *lf;
	int64_t ns = 0;

	for (; (lf = memchr(at, '\n', (size_t)(end - at))) && lf + 1 < end; at = lf + 1)
		ns += line_cost_ns(model, (struct sb_bytes){ at, (size_t)(lf + 1 - at) });
	return ns + line_cost_ns(model, (struct sb_bytes){ at, (size_t)(end - at) });
}
