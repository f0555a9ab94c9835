#ifndef SIGNALBOX_IRCD_SIGNALS_H
#define SIGNALBOX_IRCD_SIGNALS_H

/* The signals of the small IRC server; what each means stands in <signalbox/ircd_signals.def>. */

#include <signalbox/base.h>

struct sb_ircd;

#define SIGNALS <signalbox/ircd_signals.def>
#define SB_SIGNALS_API SB_API
#include <signalbox/declare_signals.h>

SB_C_BEGIN
SB_API extern const struct sb_table sb_ircd_signals;
SB_C_END

#endif
