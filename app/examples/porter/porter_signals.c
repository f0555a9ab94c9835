#include "porter/porter_signals.h"

#define SIGNALS "porter/porter_signals.def"
#define SIGNALS_TABLE porter_signals
#include <signalbox/define_signals.h>
