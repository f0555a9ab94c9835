#include <signalbox/qotd_signals.h>

#define SIGNALS <signalbox/qotd_signals.def>
#define SIGNALS_TABLE sb_qotd_signals
#include <signalbox/define_signals.h>
