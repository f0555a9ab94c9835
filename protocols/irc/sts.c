#include "sts.h"

#include <errno.h>

#include "caps.h"

enum { PORT_MAX = 65535, LABEL_MAX = 63 };

void
sb_sts_parse(const char *value, struct sb_sts_policy *ret_policy)
{
	struct sb_bytes token;
	int64_t number;

	*ret_policy = (struct sb_sts_policy){ .duration_s = -1 };
	if (sb_caps_token(value, "duration", &token)
		&& sb_caps_number(token, SB_STS_DURATION_MAX, &number))
		ret_policy->duration_s = number;
	if (sb_caps_token(value, "port", &token) && sb_caps_number(token, PORT_MAX + 1, &number)
		&& number <= PORT_MAX)
		ret_policy->port = (uint16_t)number;
	ret_policy->preloads = sb_caps_token(value, "preload", &token);
}

enum sb_sts_verdict
sb_sts_judge(const struct sb_sts_policy *policy, const char *host, bool is_secure)
{
	char name[SB_STS_HOST_MAX];

	if (sb_sts_host(host, name))
		return SB_STS_NOTHING;
	if (!is_secure)
		return policy->port ? SB_STS_UPGRADE : SB_STS_NOTHING;
	if (policy->duration_s < 0)
		return SB_STS_NOTHING;
	return policy->duration_s ? SB_STS_KEEP : SB_STS_REMOVE;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The characters of a label. */
static bool
is_label(const char *label, size_t len)
{
	if (!len || len > LABEL_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(label[i]) && !(label[i] >= 'a' && label[i] <= 'z') && label[i] != '-'
			&& label[i] != '_')
			return false;
	return true;
}

/* Whether the last label makes all of it an address: "127.0.0.1", "127.1", "0x7f000001". */
static bool
is_number(const char *label)
{
	size_t n_digits = strspn(label, "0123456789");

	if (!label[n_digits])
		return true;
	return label[0] == '0' && label[1] == 'x'
	       && !label[2 + strspn(label + 2, "0123456789abcdef")];
}

int
sb_sts_host(const char *text, char *buf)
{
	size_t len = strlen(text);
	char *label = buf;

	if (len && text[len - 1] == '.')
		len--;
	if (!len || len >= SB_STS_HOST_MAX)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		buf[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
	buf[len] = '\0';
	for (;;) {
		size_t label_len = strcspn(label, ".");

		if (!is_label(label, label_len))
			return -EINVAL;
		if (!label[label_len])
			return is_number(label) ? -EINVAL : 0;
		label += label_len + 1;
	}
}
