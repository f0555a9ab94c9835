/* A program for the dispatcher and its model, chosen byte by byte. */
#include "dispatch/programs.inc"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = { .bytes = data, .n_bytes = size };
	size_t at;

	if (size && run_program(choices, (int)(size / 4), &at) < 0)
		abort();
	return 0;
}
