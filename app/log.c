#include "log.h"
#include "text.h"

enum { LINE_CAP = 512 }; /* bytes, with the NUL */

void
log_say(const struct log *log, const char *format, ...)
{
	char text[LINE_CAP], clean[LINE_CAP];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)text_clean(text, strlen(text), clean, sizeof(clean));
	log->fn(log->self, clean);
}
