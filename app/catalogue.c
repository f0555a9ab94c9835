#include "catalogue.h"

#include <signalbox/dispatch_signals.h>
#include <signalbox/http_signals.h>
#include <signalbox/irc_signals.h>
#include <signalbox/ircd_signals.h>
#include <signalbox/qotd_signals.h>

static const struct sb_table *const tables[] = {
	&sb_http_signals,
	&sb_irc_signals,
	&sb_ircd_signals,
	&sb_qotd_signals,
	&sb_dispatch_signals,
};

static const char *
type_of(enum sb_kind kind)
{
	switch (kind) {
	case SB_BOOL:
		return "bool";
	case SB_INT64:
		return "int64_t";
	case SB_UINT64:
		return "uint64_t";
	case SB_DOUBLE:
		return "double";
	case SB_TEXT:
		return "const char *";
	case SB_BYTES:
		return "struct sb_bytes";
	case SB_HANDLE:
		return "a handle";
	}
	return "?";
}

static void
print_signal(FILE *to, const struct sb_signal *signal)
{
	size_t i;

	(void)fprintf(to, "%s\n    %s\n    from %s, handled by %s_fn\n", signal->name, signal->doc,
		!strcmp(signal->sender, "void") ? "anyone" : signal->sender, signal->c_name);
	for (i = 0; i < signal->n_fields; i++)
		(void)fprintf(to, "        %-16s %-14s %s\n", type_of(signal->fields[i].kind),
			signal->fields[i].name, signal->fields[i].doc);
}

void
catalogue_print(FILE *to)
{
	size_t i, j;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (j = 0; j < tables[i]->n_signals; j++) {
			if (i || j)
				(void)fputc('\n', to);
			print_signal(to, tables[i]->signals[j]());
		}
}
