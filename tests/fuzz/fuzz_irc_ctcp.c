/* A text that may be a CTCP: what is taken apart can be put together and is then read as the same;
 * answers are whole lines of their own, and are never answered. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/base.h>

#include "protocols/irc/ctcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_answer(const struct sb_ctcp *request, int64_t now_ms)
{
	const struct sb_ctcp_facts facts = { .version = "Quoth 1", .now_ms = now_ms };
	char answer[512];
	struct sb_ctcp read;
	int len = sb_ctcp_answer(request, &facts, answer, sizeof(answer));

	/* A CR or LF comes from no line, but may come from here. */
	sb_assert(len >= 0 || len == -EINVAL);
	sb_assert(!request->is_answer || !len);
	if (len <= 0)
		return;
	sb_assert((size_t)len == strlen(answer) && !answer[strcspn(answer, "\r\n")]);
	sb_assert(sb_ctcp_parse(answer, true, answer, &read));
	sb_assert(!strcmp(read.verb, request->verb));
	sb_assert(!sb_ctcp_answer(&read, &facts, answer, sizeof(answer)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *copy = malloc(size + 1), *made = malloc(size + 3);
	struct sb_ctcp ctcp, again;
	int64_t now_ms = 0;

	sb_assert(text && copy && made);
	memcpy(text, data, size);
	text[size] = '\0';
	memcpy(&now_ms, data, size < sizeof(now_ms) ? size : sizeof(now_ms));
	if (sb_ctcp_parse(text, size & 1, copy, &ctcp)) {
		int len = sb_ctcp_make(ctcp.verb, ctcp.args, made, size + 3);

		check_answer(&ctcp, now_ms);
		sb_assert(len > 0 || (len == -EINVAL && text[strcspn(text, "\r\n")]));
		if (len > 0) {
			sb_assert((size_t)len == strlen(made));
			sb_assert(sb_ctcp_parse(made, false, made, &again));
			sb_assert(!strcmp(ctcp.verb, again.verb) && !strcmp(ctcp.args, again.args));
		}
	}
	free(made);
	free(copy);
	free(text);
	return 0;
}
