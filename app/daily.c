#include "daily.h"
#include "text.h"

bool
daily_write(const struct quote *quote, char ret_text[DAILY_CAP])
{
	const char *at = quote->text;
	size_t len, shown, used = 0, n_sent = 0;

	for (;;) {
		len = strcspn(at, "\n");
		shown = text_clean(at, len, ret_text + used, DAILY_CAP - used);
		used += shown;
		n_sent += shown + strlen("\r\n");
		if (n_sent > SB_QOTD_MAX)
			return false;
		at += len;
		if (!*at++)
			return true;
		ret_text[used++] = '\n';
	}
}

bool
daily_fits(void *self, const struct quote *quote)
{
	char text[DAILY_CAP];

	(void)self;
	return daily_write(quote, text) && text[strspn(text, " \n")];
}
