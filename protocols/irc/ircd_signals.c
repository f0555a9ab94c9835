#include <signalbox/ircd_signals.h>

#define SIGNALS <signalbox/ircd_signals.def>
#define SIGNALS_TABLE sb_ircd_signals
#include <signalbox/define_signals.h>
