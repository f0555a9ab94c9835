#include "ours_signals.h"

#define SIGNALS "bench/reactor/ours_signals.def"
#define SIGNALS_TABLE ours_signals
#include <signalbox/define_signals.h>
