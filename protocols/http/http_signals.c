#include <signalbox/http_signals.h>

#define SIGNALS <signalbox/http_signals.def>
#define SIGNALS_TABLE sb_http_signals
#include <signalbox/define_signals.h>
