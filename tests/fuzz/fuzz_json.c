/* The reader of payloads: whatever the bytes, and by each of its flags, what it takes can be
 * written, on one line, and is read back equal; what it refuses it says. */

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include <signalbox/json.h>

#include "dispatch/signals.inc"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_back(const struct test_beta *e)
{
	struct sb_error error;
	void *payload;
	size_t len;
	char *text;

	sb_assert(!sb_json_write(test_beta_signal(), e, &text, &len, &error));
	sb_assert(strlen(text) == len && !strchr(text, '\n'));
	sb_assert(!sb_json_read(test_beta_signal(), text, len, 0, &payload, &error));
	sb_assert(!sb_signal_differs(test_beta_signal(), e, payload));
	sb_assert(isnan(e->real)
		  || !signbit(e->real) == !signbit(((struct test_beta *)payload)->real));
	sb_signal_free(payload);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned all = SB_JSON_MISSING | SB_JSON_UNKNOWN;
	int codes[SB_JSON_MISSING + SB_JSON_UNKNOWN + 1];

	for (unsigned flags = 0; flags <= all; flags++) {
		struct sb_error error = { .code = 0 };
		void *payload = &error;

		codes[flags] = sb_json_read(
			test_beta_signal(), (const char *)data, size, flags, &payload, &error);
		if (codes[flags]) {
			sb_assert(codes[flags] == -EINVAL && error.code == -EINVAL);
			sb_assert(error.text[0] && !payload);
			continue;
		}
		check_back(payload);
		sb_signal_free(payload);
	}
	/* A flag only ever takes more. */
	sb_assert(codes[0] || !codes[SB_JSON_MISSING]);
	sb_assert(codes[0] || !codes[SB_JSON_UNKNOWN]);
	sb_assert(codes[SB_JSON_MISSING] || !codes[all]);
	sb_assert(codes[SB_JSON_UNKNOWN] || !codes[all]);
	return 0;
}
