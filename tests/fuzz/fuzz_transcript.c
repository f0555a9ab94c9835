/* Transcripts: what is read has steps in the order of its lines; what is refused has a line, and a
 * reason of one line of text. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kit/transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_steps(const struct script *script)
{
	size_t i;

	sb_assert(script->n > 0);
	for (i = 0; i < script->n; i++) {
		const struct step *step = &script->steps[i];

		sb_assert(i == 0 || step->line > script->steps[i - 1].line);
		sb_assert(step->duration_ns >= 0);
		sb_assert(step->kind != STEP_CLOCK || step->duration_ns < 86400 * SB_S);
		sb_assert(step->kind > STEP_WROTE_PART || step->text.len > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct script script = { 0 };
	struct text report = { 0 };
	unsigned line = 0;
	int error;

	sb_assert(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	error = sb_kit_script_parse(&script, text, &line, &report);
	sb_assert(error == 0 || error == -EINVAL);
	if (error == 0)
		check_steps(&script);
	else
		sb_assert(report.len > 1 && report.ptr[report.len - 1] == '\n');
	sb_kit_script_finish(&script);
	sb_kit_text_finish(&report);
	free(text);
	return 0;
}
