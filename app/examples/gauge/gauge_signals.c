#include "gauge/gauge_signals.h"

#define SIGNALS "gauge/gauge_signals.def"
#define SIGNALS_TABLE gauge_signals
#include <signalbox/define_signals.h>
