#include <signalbox/irc_signals.h>

#define SIGNALS <signalbox/irc_signals.def>
#define SIGNALS_TABLE sb_irc_signals
#include <signalbox/define_signals.h>
