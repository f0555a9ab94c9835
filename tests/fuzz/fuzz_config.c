/* The configuration: whatever the text, it is either fit to be used or there are words that tell
 * why not, each with a line that there is. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <signalbox/irc.h>
#include <signalbox/url.h>

#include "app/config.h"
#include "app/mask.h"
#include "app/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	size_t n, n_lines;
};

static void
check(bool rule)
{
	if (!rule)
		abort();
}

static void
on_problem(void *self, const char *text)
{
	struct told *told = self;
	size_t n, len = strlen(text);
	const char *at = text;
	char *end;

	told->n++;
	check(!strncmp(text, "f:", 2) && !strchr(text, '\n'));
	if (text[2] != ' ') {
		size_t line = strtoul(text + 2, &end, 10);

		check(line >= 1 && line <= told->n_lines && !strncmp(end, ": ", 2));
	}
	for (; len; at += n, len -= n) {
		n = text_char_len(at, len);
		check(n > 0);
	}
}

static void
check_listen(const char *listen)
{
	struct sb_url url;

	check(!listen || !sb_url_parse(listen, &url, NULL));
}

static void
check_irc(const struct config *config, const struct config_irc *irc)
{
	const struct config_irc *other;
	size_t i;

	for (other = config->ircs; other < irc; other++)
		check(strcmp(other->name, irc->name) != 0);
	check(irc->name[0] && irc->line && sb_irc_nick_is_fine(irc->nick));
	check(strcmp(irc->server, "ircd") ? !sb_url_parse(irc->server, &(struct sb_url){ 0 }, NULL)
					  : config->ircd.listen != NULL);
	for (i = 0; i < irc->n_servers; i++)
		check(!sb_url_parse(irc->servers[i], &(struct sb_url){ 0 }, NULL));
	for (i = 0; i < irc->n_channels; i++)
		check(sb_irc_is_channel(irc->channels[i]) && strlen(irc->channels[i]) <= 200);
	for (i = 0; i < irc->n_moderators; i++)
		check(mask_is_whole(irc->moderators[i]));
	for (i = 0; i < irc->n_prefixes; i++)
		check(irc->prefixes[i][0] && strlen(irc->prefixes[i]) <= 8);
	for (i = 0; i < irc->n_nicks; i++)
		check(sb_irc_nick_is_fine(irc->nicks[i]));
	check(irc->visibility <= QUOTES_CHANNEL);
}

static void
check_config(const struct config *config)
{
	size_t i;

	check(config->n_ircs || config->ircd.listen || config->qotd || config->http.listen);
	for (i = 0; i < config->n_ircs; i++)
		check_irc(config, &config->ircs[i]);
	check_listen(config->ircd.listen);
	check_listen(config->qotd);
	check_listen(config->http.listen);
	check(config->database && config->person_burst > 0 && config->channel_burst > 0);
	check(config->person_every_s >= 0 && config->channel_every_s >= 0);
	for (i = 0; i < config->n_quotes; i++)
		check(config->quotes[i][0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told told = { 0, 1 };
	struct config *config = NULL;
	char *text = malloc(size + 1);
	size_t i;
	int error;

	check(text);
	memcpy(text, data, size);
	text[size] = '\0';
	for (i = 0; text[i]; i++)
		told.n_lines += text[i] == '\n';
	error = config_parse("f", text, on_problem, &told, &config);
	free(text);
	check(!error == !told.n && (!error || error == -EINVAL));
	if (!error)
		check_config(config);
	config_destroy(config);
	return 0;
}
