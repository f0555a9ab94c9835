#ifndef SIGNALBOX_DISPATCH_SIGNALS_H
#define SIGNALBOX_DISPATCH_SIGNALS_H

/* The dispatcher's own signals; every dispatcher knows them from the start. */

#define SIGNALS <signalbox/dispatch_signals.def>
#define SB_SIGNALS_API SB_API
#include <signalbox/declare_signals.h>

SB_C_BEGIN
SB_API extern const struct sb_table sb_dispatch_signals;
SB_C_END

#endif
