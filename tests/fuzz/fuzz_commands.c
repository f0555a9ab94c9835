/* What several people say, line by line: whatever it is, the answers keep within their bounds, hold
 * no control character, and are no commands, to us or to others.
 *
 * The first byte of a line says who speaks, where, and how much time has passed. */

#include <signalbox/irc.h>

#include "app/commands.h"
#include "app/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const prefixes[] = { "!", "quoth ", "\xc2\xa7" };

enum { N_PREFIXES = sizeof(prefixes) / sizeof(prefixes[0]) };

static void
check_line(const char *line)
{
	size_t i, at, n, len = strlen(line);

	sb_assert(len > 0 && len <= REPLIES_MAX_LINE);
	sb_assert(!strchr("!.@~&$%+?/\\-", line[0]));
	for (i = 0; i < N_PREFIXES; i++)
		sb_assert(strncmp(line, prefixes[i], strlen(prefixes[i])) != 0);
	for (at = 0; at < len; at += n) {
		n = text_char_len(line + at, len - at);
		sb_assert(n > 0 && (unsigned char)line[at] >= ' ' && line[at] != 0x7f);
	}
}

/* Nor is any of it one to ourselves in the same channel, whoever might repeat it. */
static void
check(struct commands *commands, const struct commands_said *said, const struct replies *replies)
{
	struct commands_said echo = *said;
	struct replies none;
	size_t i;

	sb_assert(replies->n <= REPLIES_MAX_LINES);
	for (i = 0; i < replies->n; i++) {
		check_line(replies->lines[i]);
		echo.nick = said->our_nick;
		echo.text = replies->lines[i];
		sb_assert(!commands_hear(commands, &echo, &none, NULL) && !none.n);
	}
}

static void
choose_speaker(struct commands_said *said, uint8_t how)
{
	static const char *const nicks[] = { "bob", "alice", "Quoth", "c[r]l" };

	said->nick = nicks[how & 3];
	said->channel = how & 4 ? "#c" : how & 8 ? "#D" : NULL;
	said->network = how & 16 ? "net" : "other";
	said->user = how & 8 ? said->nick : NULL;
	said->host = "example.org";
	said->account = how & 32 ? "account" : NULL;
	said->is_action = (how & 0xe0) == 0x40;
	said->is_moderator = (how & 0xc0) == 0xc0;
	said->visibility = how % 3 == 0   ? QUOTES_CHANNEL
			   : how % 3 == 1 ? QUOTES_PUBLIC
					  : QUOTES_NETWORK;
	said->now_s += how;
	said->now_ns += how * INT64_C(1000000000);
	said->random = said->random * 31 + how;
}

static void
say(struct commands *commands, struct commands_said *said, const char *line)
{
	struct replies replies;
	struct sb_error error;

	choose_speaker(said, (uint8_t)*line);
	said->text = line + 1;
	/* In memory nothing goes wrong. */
	sb_assert(!commands_hear(commands, said, &replies, &error));
	check(commands, said, &replies);
	if (said->is_action && *said->text)
		commands_renamed(commands, said->network, said->nick, said->text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct commands_limits limits = { 20, 1, 40, 1 };
	struct commands_said said = {
		.our_nick = "Quoth", .prefixes = prefixes, .n_prefixes = N_PREFIXES, .now_s = 1
	};
	struct sb_error error;
	struct quotes *quotes;
	struct commands *commands;
	char *text = malloc(size + 1), *line, *end;

	sb_assert(text && !quotes_open(NULL, &quotes, &error));
	commands = commands_create(quotes, &limits, 1);
	sb_assert(commands);
	memcpy(text, data, size);
	text[size] = '\0';
	for (line = text; line < text + size; line = end + 1) {
		end = line + strcspn(line, "\n");
		*end = '\0';
		if (end > line)
			say(commands, &said, line);
	}
	commands_destroy(commands);
	quotes_close(quotes);
	free(text);
	return 0;
}
