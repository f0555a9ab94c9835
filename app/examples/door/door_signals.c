#include "door/door.h"

#define SIGNALS "door/door_signals.def"
#define SIGNALS_TABLE door_signals
#include <signalbox/define_signals.h>
