#include <signalbox/dispatch_signals.h>

#define SIGNALS <signalbox/dispatch_signals.def>
#define SIGNALS_TABLE sb_dispatch_signals
#include <signalbox/define_signals.h>
